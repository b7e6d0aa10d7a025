#!/bin/sh
# Fuzzing. run.sh replay BUILD [TARGET…]: every kept input (tests/fuzz/corpus, tests/fuzz/found; formats: tests/format; and the
# small files of $SPOOR_CORPUS) through each target, as a part of make test. run.sh fuzz BUILD TARGET SECONDS: libFuzzer from the
# same inputs; what it learns is kept in BUILD/fuzz/corpus, what it finds in tests/fuzz/found/TARGET.
# Prints 'N passed, N failed'.
set -u
mode=$1 build=$2
shift 2
corpus=${SPOOR_CORPUS:-../shared/corpus}
# The sanitizers take ten times as long.
case $build in *san*) export SPOOR_FUZZ_CHANGES="${SPOOR_FUZZ_CHANGES:-4}" ;; esac
trap 'exit 130' HUP INT TERM

folders() { # of TARGET
	for folder in "tests/fuzz/corpus/$1" "tests/fuzz/found/$1"; do
		[ -d "$folder" ] && echo "$folder"
	done
	case $1 in
	formats | import) for folder in tests/format/*/; do echo "$folder"; done ;;
	esac
	[ -d "$corpus/hostile" ] || return
	case $1 in
	scanner) echo "$corpus/hostile/jsontestsuite" "$corpus/hostile/made" ;;
	cells) echo "$corpus/hostile/naughty" ;;
	formats | import | reader | archive) echo "$corpus/hostile/made" ;;
	esac
}

replay() {
	passed=0 failed=0
	for program in "$build"/fuzz/*; do
		name=$(basename "$program")
		[ -x "$program" ] && [ -f "$program" ] || continue
		[ $# -gt 0 ] && case " $* " in *" $name "*) ;; *) continue ;; esac
		out=$(LC_ALL=C.UTF-8 "$program" $(folders "$name") 2>&1)
		code=$?
		line=$(echo "$out" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tail -n 1)
		p=${line%% passed*}
		[ -n "$p" ] || p=0
		passed=$((passed + p))
		if [ $code -ne 0 ]; then
			failed=$((failed + 1))
			echo "$out"
		else
			echo "$out" | grep -E '^[a-z_]+: seed'
		fi
	done
	[ -d "$corpus/hostile" ] || echo "skipped: no corpus"
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

fuzz() { # TARGET SECONDS
	mkdir -p "$build/fuzz/corpus/$1" "tests/fuzz/found/$1"
	# shellcheck disable=SC2046
	LC_ALL=C.UTF-8 "$build/fuzz/$1" -max_total_time="$2" -max_len=8192 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="tests/fuzz/found/$1/" "$build/fuzz/corpus/$1" $(folders "$1")
	code=$?
	rmdir "tests/fuzz/found/$1" 2>/dev/null
	[ $code -eq 0 ] && echo "1 passed, 0 failed" || echo "0 passed, 1 failed"
	return $code
}

case $mode in
replay) replay "$@" ;;
fuzz) fuzz "$@" ;;
*) echo "usage: run.sh replay|fuzz BUILD …" >&2; exit 2 ;;
esac
