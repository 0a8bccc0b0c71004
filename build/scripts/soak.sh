#!/usr/bin/env bash
# One folder, one seed and one scimd that serves it all the time: rehearsals of CYCLES cycles (default 100) in each dialect
# in turn, for SOAK minutes (default 10), each beginning anew where the one before has left off. Fails at the first
# difference, and ends by itself.
#
# SOAK=tunnel has one rehearsal come through a tunnel to the test double of ngrok for MINUTES (default 30), while the connection is lost
# every minute, each fifth time for 20 seconds. It tells requests and memory at each loss; in the end nothing may differ.
MAKETARGET=soak
source "$(dirname "$0")/lib.sh"

if [ "${SOAK:-}" = tunnel ]; then
	build/scripts/setup.sh go
	minutes=${MINUTES:-30}
	SOAK_MINUTES=$minutes go test -count=1 -v -timeout "$((minutes + 10))m" -run '^TestSoakThroughTheTunnel$' ./backend |
		grep -vE '^(=== |PASS)' || fail "make soak: the tunnel's part failed; what it said is above."
	exit
fi

build/scripts/build.sh scimd
dir=$(mktemp -d)
bin/scimd token rotate --data "$dir" >"$dir/token.txt" 2>/dev/null
bin/scimd run --data "$dir" --listen 127.0.0.1:18089 --quiet >/dev/null 2>"$dir/run.log" &
served=$!
trap 'kill "$served" 2>/dev/null || true; wait "$served" 2>/dev/null || true; rm -rf "$dir"' EXIT

until bin/scimd status --data "$dir" 2>/dev/null | grep -q 'by the daemon'; do
	kill -0 "$served" 2>/dev/null || fail "scimd ended: $(cat "$dir/run.log")"
	sleep 0.2
done

# told FIELD: the kilobytes that the kernel says of scimd, in MiB.
told() { awk -v field="$1:" '$1 == field {printf "%.0f MiB", $2 / 1024}' "/proc/$served/status"; }

seed=${SEED:-1}
cycles=${CYCLES:-100}
end=$((SECONDS + ${SOAK:-10} * 60))
played=0
all=0
printf 'seed %d, %d cycles a rehearsal\n' "$seed" "$cycles"
printf '%5s %-8s %6s %9s %7s %10s %10s %10s\n' '' dialect took requests failed VmRSS VmHWM database
while [ $SECONDS -lt $end ]; do
	for dialect in legacy flagged mixed; do
		[ $SECONDS -lt $end ] || break
		start=$SECONDS
		bin/scimd rehearse --people 200 --groups 12 --cycles "$cycles" --dialect "$dialect" --seed "$seed" --concurrency 4 \
			--url http://127.0.0.1:18089/scim/v2 --token-file "$dir/token.txt" >"$dir/report.txt" 2>&1 || {
			tail -n 60 "$dir/report.txt" "$dir/run.log"
			fail "make soak: rehearsal $((played + 1)) ($dialect, seed $seed) failed; its end and what scimd said are above."
		}
		kill -0 "$served" 2>/dev/null || fail "make soak: scimd ended: $(cat "$dir/run.log")"
		played=$((played + 1))
		read -r requests failed < <(awk '$1 == "all" {print $2, $3}' "$dir/report.txt")
		all=$((all + requests))
		database=$(cat "$dir"/scimdesk.db* | wc -c)
		printf '%5d %-8s %4d s %9d %7d %10s %10s %6d MiB\n' "$played" "$dialect" $((SECONDS - start)) "$requests" "$failed" \
			"$(told VmRSS)" "$(told VmHWM)" $((database >> 20))
	done
done
printf '%d rehearsals, %d requests, no difference\n' "$played" "$all"
bin/scimd status --data "$dir"
[ ! -s "$dir/run.log" ] || { echo "scimd said:" && cat "$dir/run.log"; }
