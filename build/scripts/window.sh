#!/usr/bin/env bash
# The production window on a screen of its own: it comes up, opens its pages, shows a sample and leaves it without a trace,
# lists a rehearsal on loopback, stands where it stood before, and ends in order. Tells when the first paint came, and leaves a
# picture in bin/window.png.
source "$(dirname "$0")/lib.sh"

if [ "${1:-}" != inside ]; then
	exec xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24" dbus-run-session -- "$0" inside
fi

dir=$(mktemp -d)
mkdir "$dir/tmp"
export HOME=$dir XDG_RUNTIME_DIR=$dir XDG_DATA_HOME=$dir/share XDG_CONFIG_HOME=$dir/config TMPDIR=$dir/tmp LANG=C.UTF-8
unset SCIMDESK_DATA SCIMDESK_LISTEN SCIMDESK_CONFIG
data=$XDG_DATA_HOME/scimdesk/data # where it lies when nobody names a folder
look=$XDG_CONFIG_HOME/scimdesk/window.json
window=
trap '[ -z "$window" ] || kill "$window" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT

# waited WHAT COMMAND...: repeats a command until it succeeds, for at most 30 s.
waited() {
	local what=$1 tries
	shift
	for tries in $(seq 150); do
		"$@" && return
		kill -0 "$window" 2>/dev/null || fail "The window ended: $(cat "$dir/log")"
		sleep 0.2
	done
	fail "$what did not come. The window said: $(cat "$dir/log")"
}

# opened: starts the window and waits until it has painted.
opened() {
	: >"$dir/log"
	bin/scimdesk -listen 127.0.0.1:0 2>"$dir/log" &
	window=$!
	waited "The first paint" grep -q 'first paint' "$dir/log"
}

# closed: ends the window as the system does when it shuts down.
closed() {
	kill -TERM "$window"
	wait "$window" || fail "The window did not end in order: $(cat "$dir/log")"
	window=
}

looks() {
	/usr/bin/python3 build/scripts/window.py "$@" && return
	import -window root bin/window.png
	fail "The window is not as it should be: see bin/window.png. It said: $(cat "$dir/log")"
}
scratch() { find "$TMPDIR" -maxdepth 1 -name 'scimdesk-scratch-*' | grep -q .; }
no_scratch() { ! scratch; }

# It comes back where it was closed.
mkdir -p "$(dirname "$look")"
echo '{"version": 1, "place": {"x": 100, "y": 60, "width": 950, "height": 640, "maximised": false}}' >"$look"
opened
grep -o 'first paint [0-9.]* s' "$dir/log"
looks at 100 60 950 640
looks pages
looks start-sample
looks leave-sample

# A window that is killed leaves its sample to the next one, and one that is closed ends it.
looks start-sample
kill -KILL "$window"
wait "$window" 2>/dev/null || true
scratch || fail "The killed window has left no folder to remove."
rm "$look"
opened
waited "The removal of what the killed window left" no_scratch
looks start-sample
closed
no_scratch || fail "The closed window has left its sample: $(ls "$TMPDIR")"
grep -q '"width": 1280' "$look" || fail "The closed window has not kept its place: $(cat "$look")"
opened

bin/scimd status --data "$data" | grep -q 'by the ScimDesk window' || fail "scimd status does not find the window."
url=$(bin/scimd status --data "$data" | awk '/^Tenant URL/ {print $3}')
bin/scimd token rotate --data "$data" >"$dir/token.txt" 2>/dev/null
bin/scimd rehearse --people 50 --groups 4 --cycles 2 --dialect mixed --url "$url" --token-file "$dir/token.txt" | tail -n 1
looks rows "All staff"
import -window root bin/window.png
closed
if grep -q "$(cat "$dir/token.txt")" "$dir/log"; then fail "The secret stands in the window's log."; fi
[ "$(stat -c %a "$data")" = 700 ] || fail "The data folder can be read by others: $(stat -c %A "$data")"
others=$(find "$data" -mindepth 1 -not -name 'scimdesk.*' -printf '%P ')
[ -z "$others" ] || fail "The data folder holds what is not ours: $others"
echo "the window ended in order"
