#!/usr/bin/env bash
# One served folder, rehearsals in every dialect with ever other people, for SOAK minutes. It ends by itself.
MAKETARGET=soak
source "$(dirname "$0")/lib.sh"

build/scripts/build.sh scimd
dir=$(mktemp -d)
bin/scimd token rotate --data "$dir" >"$dir/token.txt" 2>/dev/null
bin/scimd run --data "$dir" --listen 127.0.0.1:18089 --quiet >"$dir/run.log" 2>&1 &
served=$!
trap 'kill "$served" 2>/dev/null || true; wait "$served" 2>/dev/null || true; rm -rf "$dir"' EXIT

until bin/scimd status --data "$dir" 2>/dev/null | grep -q 'by the daemon'; do
	kill -0 "$served" 2>/dev/null || fail "scimd ended: $(cat "$dir/run.log")"
	sleep 0.2
done
end=$((SECONDS + ${SOAK:-10} * 60))
seed=1
while [ $SECONDS -lt $end ]; do
	for dialect in legacy flagged mixed; do
		step "$dialect, seed $seed" bin/scimd rehearse --people 200 --groups 12 --cycles 3 --dialect "$dialect" --seed "$seed" --concurrency 4 \
			--url http://127.0.0.1:18089/scim/v2 --token-file "$dir/token.txt"
		seed=$((seed + 1))
	done
	printf '    memory of scimd: %s\n' "$(grep VmRSS "/proc/$served/status" | tr -s '\t ' ' ')"
done
bin/scimd status --data "$dir"
