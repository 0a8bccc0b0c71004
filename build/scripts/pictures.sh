#!/usr/bin/env bash
# Takes a picture of every page in both themes and sizes into bin/pictures, and writes the two that the documents show.
MAKETARGET=pictures
source "$(dirname "$0")/lib.sh"

build/scripts/setup.sh go window page tests
build/scripts/build.sh scimd dev
show='.' step "Taking pictures of every page" xvfb-run --auto-servernum dbus-run-session -- \
	node frontend/tests/browser/pictures.mjs bin/pictures frontend/screens.jpg build/screenshot.png
echo "They are in bin/pictures; frontend/screens.jpg and build/screenshot.png are written anew."
