#!/usr/bin/env bash
# Benchmarks of the backend and of the window. BENCH is a pattern of the backend's names, or "window" for the window alone;
# PEOPLE is how many the largest lists hold.
MAKETARGET=bench
source "$(dirname "$0")/lib.sh"

# paints starts the real window five times on a folder of PEOPLE and tells how long the first paint took.
paints() {
	local dir round
	dir=$(mktemp -d)
	bin/seed -data "$dir/data" -people "${PEOPLE:-20000}"
	for round in 1 2 3 4 5; do
		HOME=$dir XDG_RUNTIME_DIR=$dir SCIMDESK_CONFIG=$dir timeout 30 bin/scimdesk -data "$dir/data" -listen 127.0.0.1:0 2>"$dir/log" &
		for _ in $(seq 150); do
			grep -q 'first paint' "$dir/log" && break
			sleep 0.1
		done
		grep -o 'first paint [0-9.]*' "$dir/log" || cat "$dir/log"
		kill -TERM $!
		wait $! || true
	done | sort -k3n | awk '{t[NR]=$3} END {printf "first paint of the real window: median %s s, worst of %d: %s s\n", t[int((NR+1)/2)], NR, t[NR]}'
	rm -rf "$dir"
}

if [ "${1:-}" = paints ]; then
	paints
	exit
fi

if [ "${BENCH:-}" != window ]; then
	build/scripts/setup.sh go
	STORE_BENCH_PEOPLE=${PEOPLE:-20000} go test -timeout 60m -run '^$' -bench "${BENCH:-.}" -benchtime "${BENCHTIME:-1s}" ./backend/... | grep -vE '^(ok|PASS|\?|goos|goarch)'
fi
if [ -z "${BENCH:-}" ] || [ "$BENCH" = window ]; then
	build/scripts/setup.sh go window page tests
	build/scripts/build.sh scimd window dev
	xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24" dbus-run-session -- "$0" paints
	xvfb-run --auto-servernum dbus-run-session -- node frontend/tests/browser/bench.mjs
fi
