#!/usr/bin/env bash
MAKETARGET=lint
source "$(dirname "$0")/lib.sh"

unformatted() {
	local files
	files=$(gofmt -l main.go app.go backend)
	[ -z "$files" ] || {
		printf 'not formatted, type make fmt:\n%s\n' "$files"
		return 1
	}
}

build/scripts/setup.sh window
mkdir -p frontend/dist
step "Format" unformatted
step "go vet" go vet -tags "$WINDOW_TAGS" . ./backend/...
step "go vet for Windows" env GOOS=windows CGO_ENABLED=0 go vet -tags desktop,production . ./backend/...
step "golangci-lint" go tool -modfile=build/tools.mod golangci-lint run . ./backend/...
