#!/usr/bin/env bash
# Benchmarks of the backend. BENCH is a pattern of their names; PEOPLE is how many the largest lists hold.
MAKETARGET=bench
source "$(dirname "$0")/lib.sh"

build/scripts/setup.sh go
STORE_BENCH_PEOPLE=${PEOPLE:-20000} go test -timeout 60m -run '^$' -bench "${BENCH:-.}" -benchtime "${BENCHTIME:-1s}" ./backend/... | grep -vE '^(ok|PASS|\?|goos|goarch)'
