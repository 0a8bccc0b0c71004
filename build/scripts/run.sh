#!/usr/bin/env bash
# Opens the window, or serves in the terminal where there is no display.
MAKETARGET=run
source "$(dirname "$0")/lib.sh"

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
	build/scripts/build.sh window scimd
	echo "Opening the window. bin/scimd rehearse plays Entra at it: see README.md, first use."
	exec bin/scimdesk
fi
build/scripts/setup.sh go
build/scripts/build.sh scimd
echo "There is no display, so scimd serves here without a window."
echo
exec bin/scimd run
