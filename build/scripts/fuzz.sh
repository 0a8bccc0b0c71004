#!/usr/bin/env bash
# Every fuzz target there is, one after the other, for FUZZ seconds each.
MAKETARGET=fuzz
source "$(dirname "$0")/lib.sh"

grep -rn '^func Fuzz' backend --include='*_test.go' | sed -E 's|^(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|' | while read -r dir target; do
	step "$target" go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZ:-20}s"
done
