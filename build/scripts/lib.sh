# shellcheck shell=bash
# What every script here begins with: stop at the first fault, stand in the project's root, know how to fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# fail says the one thing to do and ends.
fail() {
	printf '\n%s\n' "$*" >&2
	exit 1
}

# step NAME COMMAND... runs a command quietly and says how long it took. What it printed appears if it fails; if not,
# the lines of it that $show asks for.
step() {
	local name=$1 log start=$SECONDS
	shift
	log=$(mktemp)
	printf '%-46s ' "$name"
	if "$@" >"$log" 2>&1; then
		printf '%4d s\n' $((SECONDS - start))
		[ -z "${show:-}" ] || grep -E "$show" "$log" || true
		rm -f "$log"
		return
	fi
	printf 'failed after %d s\n\n' $((SECONDS - start))
	if grep -qE '^ *not ok ' "$log"; then
		grep -E -A 30 '^ *not ok ' "$log" | grep -vE '^ *(ok [0-9]|---$|\.\.\.$|duration_ms:|# Subtest:)' | head -n 400
	fi
	tail -n 150 "$log"
	rm -f "$log"
	fail "make ${MAKETARGET:-test}: \"$name\" failed; what it said is above."
}

has() { command -v "$1" >/dev/null 2>&1; }

# The window shows itself with WebKitGTK 4.1; the tag says so to Wails.
WINDOW_TAGS=desktop,production,webkit2_41
export WINDOW_TAGS
