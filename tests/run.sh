#!/bin/bash
# All tests: run.sh BUILD_DIR. As many parts at a time as there are cores ($SPOOR_JOBS); what they print comes part by part, in the
# order below, each part with its seconds. Closes with 'N passed, N failed'.
set -u
build=$1
export SPOOR_BUILD="$build" SPOOR_CORPUS="${SPOOR_CORPUS:-../shared/corpus}"
export LC_ALL=C.UTF-8 TZ=UTC
jobs=${SPOOR_JOBS:-$(nproc)}
passed=0 failed=0 begun=0 shown=0
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

# Of a part's name, exit code and log: 'passed failed'. It prints 'N passed, N failed' itself, or is a cmocka program.
count() {
	local name=$1 code=$2 log=$3 line p f
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
	if [ -n "$line" ]; then
		p=${line%% passed*} f=${line#*, } f=${f%% failed*}
	else
		p=$(grep -cE '^\[ +OK \]' "$log") f=$(grep -cE '^\[  FAILED  \] [a-z_A-Z0-9]+$' "$log")
		f=$((f / 2 + f % 2))
	fi
	[ "$code" -ne 0 ] && [ "$f" -eq 0 ] && f=1
	# Nothing run is no success, but for a check that counts nothing, or a part that says it was skipped.
	if [ "$code" -eq 0 ] && [ "$p" -eq 0 ] && [ "$f" -eq 0 ] && ! grep -q 'skipped:' "$log"; then
		case "$name" in unit*) f=1; echo "no test ran" >>"$log" ;; *) p=1 ;; esac
	fi
	echo "$p $f"
}
run_part() {
	local number=$1 name=$2 began=${EPOCHREALTIME/./} log="$work/$1.log"
	shift 2
	"$@" >"$log" 2>&1 </dev/null
	echo "$? $(((${EPOCHREALTIME/./} - began) / 100000)) $name" >"$work/$number.new"
	mv "$work/$number.new" "$work/$number.done"
}
# What failed is said once more at the end, where it is looked for: the part and the lines that say why.
blame() {
	{
		echo "failed: $1"
		grep -aE '^(failed|not seen|expected)|FAILED|rror:|^\[   LINE|: got ' "$2" | head -n 12 | cut -c 1-400 | sed 's/^/    /'
	} >>"$work/blame"
}
# What is done, up to the first that is not.
show() {
	local code tenths name p f
	while [ -e "$work/$shown.done" ]; do
		read -r code tenths name <"$work/$shown.done"
		read -r p f < <(count "$name" "$code" "$work/$shown.log")
		passed=$((passed + p)) failed=$((failed + f))
		printf '%-28s %5d passed %3d failed %4d.%d s\n' "$name" "$p" "$f" $((tenths / 10)) $((tenths % 10))
		grep -hE 'skipped:' "$work/$shown.log" | sort -u
		[ "$f" -gt 0 ] && { cat "$work/$shown.log"; blame "$name" "$work/$shown.log"; }
		shown=$((shown + 1))
	done
}
part() {
	while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do
		wait -n
		show
	done
	run_part $begun "$@" &
	begun=$((begun + 1))
}
for program in $(ls "$build"/tests/* | grep -v '\.d$' | sort); do
	[ -x "$program" ] && part "unit $(basename "$program")" "$program"
done
part "kept fuzz inputs" sh tests/fuzz/run.sh replay "$build"
part "scan against Python" python3 tests/scan_oracle.py 20000 "$build/tests/scan"
part "cells in tmux" python3 tests/cells.py "$build/tests/text"
for what in files cuts numbers strings print forests evals; do
	part "hostile $what" python3 tests/hostile.py "$build/spoor" $what
done
for what in foreign sizes bytes signals surroundings monkey; do
	part "terminal $what" python3 tests/terminal.py "$build/spoor" $what
done
part "samples as generated" python3 tests/data/make_samples.py --check
part "faults: the checks" python3 tests/fault/invariants.py --test
part "faults: opening" python3 tests/fault/opening.py
part "faults: memory" python3 tests/fault/memory.py
part "faults: the store's files" python3 tests/fault/disk.py
part "faults: stopped" python3 tests/fault/kill.py
part "faults: limits" python3 tests/fault/limits.py
part "faults: many at once" python3 tests/fault/many.py
part "links" python3 tests/links.py "$build/spoor"
part "settings" python3 tests/settings.py "$build/spoor"
part "keys in sentences" python3 tests/keyed.py
part "layers" sh tests/layers.sh
part "README" python3 tests/readme.py --check "$build/spoor"
part "README: pictures" python3 tests/pictures.py --check "$build/spoor"
part "commands" bash tests/cli.sh
part "completion in shells" python3 tests/complete.py "$build"
part "screens in tmux" bash tests/screen.sh
part "at home in tmux" bash tests/at_home.sh
part "away in tmux" bash tests/away.sh
part "sessions in tmux" bash tests/again.sh
part "mouse in tmux" bash tests/mouse.sh
part "an empty store in tmux" bash tests/welcome.sh
part "stories in tmux" bash tests/stories.sh
part "a reviewer in tmux" bash tests/reviewer.sh
part "an expert in tmux" bash tests/expert.sh
part "review queues in tmux" bash tests/queues.sh
part "review: killed" python3 tests/review.py --kills "${SPOOR_KILLS:-40}" "$build/spoor" kill
part "review: three people" python3 tests/review.py --verdicts 300 "$build/spoor" three
wait
show
[ -e "$work/blame" ] && { echo; cat "$work/blame"; }
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
