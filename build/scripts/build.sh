#!/usr/bin/env bash
# build.sh PART...: builds into bin/. Parts: scimd, window, dev (the window that a browser test can drive).
MAKETARGET=build
source "$(dirname "$0")/lib.sh"

mkdir -p bin
for part in "$@"; do
	case $part in
	scimd)
		step "Building scimd" env CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/scimd ./backend/cmd/scimd
		;;
	window | dev)
		build/scripts/setup.sh window page
		if [ ! -f frontend/dist/index.html ] || [ -n "$(find frontend/src frontend/index.html frontend/package-lock.json -newer frontend/dist/index.html -print -quit)" ]; then
			step "Building the page" npm --prefix frontend run build
		fi
		if [ "$part" = window ]; then
			step "Building the window" go build -trimpath -tags "$WINDOW_TAGS" -ldflags "-s -w" -o bin/scimdesk .
		else
			step "Building the window for browser tests" go build -tags dev,webkit2_41 -o bin/scimdesk-dev .
			go build -o bin/seed ./frontend/tests/seed
			go build -o bin/ngrok ./frontend/tests/ngrok
		fi
		;;
	*) fail "build.sh: there is no part $part" ;;
	esac
done
