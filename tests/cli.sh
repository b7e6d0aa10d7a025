#!/bin/bash
# Commands and what they print: cli.sh [CASE.t…]. A .t file is a list of cases that share one store:
#
#     # a comment
#     $ spoor traces | head -n 2        a command line for bash (2>&1 where standard error matters)
#     what it prints                    until the next line that begins with "$ " or "# "; blank lines at its end do not count
#     ? 2                               its exit code, if not 0
#
# $SPOOR_BUILD/spoor (build/$VARIANT, build/release) is on PATH, the working directory is the root of the tree, $T an empty folder
# of this file's own, shown as $T where it is printed. SPOOR_GOLDEN=1 writes what came into the file; a person looks at the difference.
set -u
cd "$(dirname "$0")/.." || exit 4
build=${SPOOR_BUILD:-build/${VARIANT:-release}}
[ -x "$build/spoor" ] || { echo "cli.sh: there is no $build/spoor"; echo "0 passed, 1 failed"; exit 1; }
PATH=$(cd "$build" && pwd):$PATH
export PATH TZ=UTC LC_ALL=C.UTF-8 SPOOR_NOW=2026-11-21T00:00:00Z TERM=dumb
unset NO_COLOR COLORTERM
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
passed=0 failed=0 golden=${SPOOR_GOLDEN:-}

# Each file has a home of its own: nothing of the user's is read or written.
settle() {
	export T="$work/$1" HOME="$work/$1/home"
	export XDG_DATA_HOME="$HOME/data" XDG_CONFIG_HOME="$HOME/config" XDG_STATE_HOME="$HOME/state"
	export SPOOR_STORE="$HOME/spoor.db"
	mkdir -p "$HOME"
}

# $got: what the command prints, in the form of the file.
run_command() {
	local code
	timeout 600 bash -c "$1" </dev/null >"$work/out" 2>/dev/null
	code=$?
	got=$(sed -e "s|$T|\$T|g" "$work/out")
	[ "$code" -eq 0 ] || got="${got:+$got$'\n'}? $code"
}

# One case: $command and $want, the lines that followed it.
end_case() {
	[ -n "$command" ] || return
	run_command "$command"
	local want_text
	want_text=$(printf '%s' "$want") # without blank lines at the end
	printf '$ %s\n%s' "$command" "${got:+$got$'\n'}" >>"$work/now"
	[ -z "$blank" ] || printf '\n' >>"$work/now"
	if [ "$want_text" = "$got" ]; then
		passed=$((passed + 1))
	elif [ -z "$golden" ]; then
		failed=$((failed + 1))
		printf '%s: $ %s\n' "$1" "$command"
		diff -u --label expected --label came <(printf '%s\n' "$want_text") <(printf '%s\n' "$got")
	else
		printf '%s: rewritten: $ %s\n' "$1" "$command"
	fi
	command=''
}

run_file() {
	local line command='' want='' blank=''
	: >"$work/now"
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'$ '* | '# '*)
			end_case "$1"
			want='' blank=''
			if [ "${line:0:1}" = '$' ]; then
				command=${line:2}
			else
				printf '%s\n' "$line" >>"$work/now"
			fi
			;;
		*)
			want+=$line$'\n'
			blank=$([ -n "$line" ] || echo yes)
			;;
		esac
	done <"$1"
	end_case "$1"
	[ -z "$golden" ] || cmp -s "$work/now" "$1" || cp "$work/now" "$1"
}

[ $# -gt 0 ] || set -- tests/cli/*.t
for file in "$@"; do
	settle "$(basename "$file" .t)"
	run_file "$file"
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
