#!/bin/bash
# The long tests, before a release: make test-deep (DEEP_MINUTES=30). part NAME SHARE COMMAND…: a part gets SHARE of 170 parts of the time
# ($SECONDS_GIVEN) and prints its seed and 'N passed, M failed'. Seeds differ from day to day; SEED=… repeats one.
set -u
build=${SPOOR_BUILD:-build/release}
minutes=${DEEP_MINUTES:-30}
seed=${SEED:-$(date +%Y%m%d)}
export SPOOR_BUILD=$build SPOOR_CORPUS="${SPOOR_CORPUS:-../shared/corpus}" LC_ALL=C.UTF-8 TZ=UTC
passed=0 failed=0
part() {
	local name=$1 share=$2 out line
	shift 2
	export SECONDS_GIVEN=$((minutes * 60 * share / 170))
	out=$("$@" 2>&1)
	line=$(echo "$out" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tail -n 1)
	echo "$out" | grep -E 'seed' | head -n 1
	[ -n "$line" ] || line="0 passed, 1 failed"
	printf '%-28s %s\n' "$name" "$line"
	passed=$((passed + ${line%% passed*}))
	line=${line#*, }
	failed=$((failed + ${line% failed}))
	[ "${line% failed}" = 0 ] || echo "$out"
}
# Each target with libFuzzer for a tenth of its share.
fuzz_all() {
	local p=0 f=0 name
	for file in tests/fuzz/fuzz_*.c; do
		name=$(basename "$file" .c)
		name=${name#fuzz_}
		if make --no-print-directory fuzz TARGET="$name" SECONDS=$((SECONDS_GIVEN / 10 + 1)); then p=$((p + 1)); else f=$((f + 1)); fi
	done
	echo "$p passed, $f failed"
}
# Documents by the 100,000 until the time is over, each with a seed of its own.
oracle() {
	local end=$((SECONDS + SECONDS_GIVEN)) p=0 at=$seed
	while [ $SECONDS -lt $end ]; do
		python3 tests/scan_oracle.py 100000 "$build/tests/scan" $at || { echo "$p passed, 1 failed"; return 1; }
		p=$((p + 100000)) at=$((at + 1))
	done
	echo "$p passed, 0 failed"
}
monkey() { SPOOR_MONKEY_SECONDS=$SECONDS_GIVEN python3 tests/terminal.py --deep --seed "$seed" "$build/spoor" monkey; }
part "fuzz" 50 fuzz_all
part "scan against Python" 15 oracle
part "terminal monkey" 15 monkey
part "cells in tmux" 1 python3 tests/cells.py --deep "$build/tests/text"
for what in foreign sizes signals surroundings; do
	part "terminal $what" 2 python3 tests/terminal.py --deep --seed "$seed" "$build/spoor" $what
done
for what in cuts numbers strings forests evals; do
	part "hostile $what" 3 python3 tests/hostile.py --deep --seed "$seed" "$build/spoor" $what
done
# What fails: every allocation, every call of SQLite's file layer and of the system, 20,000 power cuts, as far as the time goes.
for row in "opening 5" "memory 15" "disk 20" "kill 10" "limits 5" "many 10"; do
	part "faults: ${row% *}" "${row#* }" python3 "tests/fault/${row% *}.py" --all
done
part "faults: races" 5 sh tests/fault/races.sh
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
