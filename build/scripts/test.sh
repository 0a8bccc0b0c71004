#!/usr/bin/env bash
# Everything there is to check, the quick and telling first.
MAKETARGET=test
source "$(dirname "$0")/lib.sh"
started=$SECONDS

build/scripts/setup.sh go window page tests

# bindings compares what the page calls with what App offers.
bindings() {
	local kept
	kept=$(mktemp -d)
	cp -r frontend/wailsjs/. "$kept"
	tsoutputtype=interfaces go run -tags bindings,webkit2_41 . || return 1
	diff -r "$kept" frontend/wailsjs || {
		echo "frontend/wailsjs was not current and has been written anew: commit it."
		return 1
	}
	rm -rf "$kept"
}

# scan asks the vulnerability databases where they can be reached; a finding fails, silence does not.
scan() {
	local report
	report=$(npm --prefix frontend audit --omit=dev 2>&1) || grep -qE 'audit endpoint|ENOTFOUND|ECONNREFUSED|E[0-9]{3}|network' <<<"$report" || {
		echo "$report"
		return 1
	}
	grep -q 'found 0 vulnerabilities' <<<"$report" && echo "npm packages: nothing found" || echo "npm packages: not scanned, the database can't be reached"
	if has govulncheck && report=$(govulncheck -C . ./... 2>&1); then
		echo "Go modules: nothing found"
	elif [ -n "${report:-}" ] && grep -q 'Vulnerability #' <<<"$report"; then
		echo "$report"
		return 1
	else
		echo "Go modules: not scanned, govulncheck or its database can't be reached"
	fi
}

# browser runs the tests in a browser, on two screens side by side: a clipboard is its screen's.
browser() (
	logs=$(mktemp -d)
	trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$logs"' EXIT
	trap 'exit 130' INT TERM
	bad=0
	for part in 1 2; do
		xvfb-run --auto-servernum --server-num=$((part * 100)) dbus-run-session -- \
			node --test --test-reporter=tap --test-shard=$part/2 frontend/tests/browser/*.test.mjs >"$logs/$part" 2>&1 &
	done
	for part in 1 2; do wait -n || bad=1; done
	cat "$logs"/*
	exit $bad
)

# raced watches all our code and the SQL driver, but not the engine below it: that is C made Go, locks by means of its own, and takes
# about seven times as long when it is watched. Nor the multiplexer below ngrok's SDK: a write that ends because its session is dead leaves
# the frame with a goroutine that may still be sending it, and closing the stream packs another into the same memory (muxado v2.0.2,
# stream.write and session.writeFrame). It goes nowhere, and is not ours to mend.
raced() {
	go test -race -timeout 15m -parallel 4 -gcflags='modernc.org/sqlite/lib=-race=false' -gcflags='modernc.org/libc/...=-race=false' \
		-gcflags='golang.ngrok.com/muxado/v2/...=-race=false' -tags "$WINDOW_TAGS" . ./backend/...
}

# unraced runs what is skipped or smaller under the race detector, or has no heartbeats there.
unraced() {
	go test ./backend/store ./backend/tunnel ./backend/exchange && go test -run '^(TestTheStoreEqualsEntrasIdea|TestTheSameSeedAgain|TestARehearsal.*Tunnel|TestARehearsalWithALossInItsMiddle|TestTenThousandAreImported|TestEachTargetsTableArrivesWhole)$' ./backend
}

cross() {
	local at
	for at in windows/amd64 darwin/arm64; do
		GOOS=${at%/*} GOARCH=${at#*/} CGO_ENABLED=0 go build -o /dev/null ./backend/cmd/scimd || return 1
	done
}

[ "$(id -u)" = 0 ] || echo "Not root: the tests with a small, full or read-only disk are skipped."

step "Page: types" npm --prefix frontend run check
show="Tests " step "Page: unit tests" env NO_COLOR=1 npm --prefix frontend test
build/scripts/lint.sh
step "scimd for Windows and macOS" cross
show='^(ok|---|FAIL)' step "Go tests with the race detector" raced
show='^(ok|---|FAIL)' step "Go tests that the race detector can't run" unraced
step "Bindings are current" bindings
build/scripts/build.sh scimd window dev
show='^# (tests|pass|fail)' step "Browser tests" browser
show='^(first|Verified|the window)' step "The real window" build/scripts/window.sh
show='.' step "Known vulnerabilities" scan
printf '\nEverything passed in %d s.\n' $((SECONDS - started))
