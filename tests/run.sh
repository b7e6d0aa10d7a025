#!/bin/sh
# All tests: run.sh BUILD_DIR. Prints each part's own lines and closes with 'N passed, N failed'.
set -u
build=$1
export SPOOR_BUILD="$build" SPOOR_CORPUS="${SPOOR_CORPUS:-../shared/corpus}"
export LC_ALL=C.UTF-8 TZ=UTC
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A part prints 'N passed, N failed' itself, or is a cmocka program.
part() {
	name=$1; shift
	"$@" >"$log" 2>&1; code=$?
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
	if [ -n "$line" ]; then
		p=$(echo "$line" | sed 's/ passed.*//'); f=$(echo "$line" | sed 's/.*passed, \([0-9]*\) failed.*/\1/')
	else
		p=$(grep -cE '^\[ +OK \]' "$log"); f=$(grep -cE '^\[  FAILED  \] [a-z_A-Z0-9]+$' "$log")
		f=$((f / 2 + f % 2))
	fi
	[ "$code" -ne 0 ] && [ "$f" -eq 0 ] && f=1
	# Nothing run is no success, but for a check that counts nothing, or a part that says it was skipped.
	if [ "$code" -eq 0 ] && [ "$p" -eq 0 ] && [ "$f" -eq 0 ] && ! grep -q 'skipped:' "$log"; then
		case "$name" in unit*) f=1; echo "no test ran" >>"$log" ;; *) p=1 ;; esac
	fi
	passed=$((passed + p)); failed=$((failed + f))
	printf '%-28s %5d passed %3d failed\n' "$name" "$p" "$f"
	grep -hE 'skipped:' "$log" | sort -u
	[ "$f" -gt 0 ] && cat "$log"
}
for program in $(ls "$build"/tests/* | grep -v '\.d$' | sort); do
	[ -x "$program" ] && part "unit $(basename "$program")" "$program"
done
part "kept fuzz inputs" sh tests/fuzz/run.sh replay "$build"
part "scan against Python" python3 tests/scan_oracle.py 20000 "$build/tests/scan"
part "cells in tmux" python3 tests/cells.py "$build/tests/text"
for what in files cuts numbers strings print forests; do
	part "hostile $what" python3 tests/hostile.py "$build/spoor" $what
done
for what in foreign sizes signals surroundings monkey; do
	part "terminal $what" python3 tests/terminal.py "$build/spoor" $what
done
part "samples as generated" python3 tests/data/make_samples.py --check
part "faults: the checks" python3 tests/fault/invariants.py --test
part "faults: memory" python3 tests/fault/memory.py
part "faults: the store's files" python3 tests/fault/disk.py
part "faults: stopped" python3 tests/fault/kill.py
part "faults: limits" python3 tests/fault/limits.py
part "faults: many at once" python3 tests/fault/many.py
part "layers" sh tests/layers.sh
part "README" python3 tests/readme.py --check "$build/spoor"
[ -f tests/cli.sh ] && part "commands" bash tests/cli.sh
[ -f tests/screen.sh ] && part "screens in tmux" bash tests/screen.sh
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
