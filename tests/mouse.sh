#!/bin/bash
# The mouse in real tmux, as the bytes that a terminal sends for it (SGR): a person who clicks, turns the wheel and folds, and one who never
# asked for a mouse. Run from the root of the tree; SPOOR_BUILD names the build.
. tests/tmux.sh
export SPOOR_MEMORY=0 # each start is a first one

# Button, row and column from 1, press and (but for the wheel) release.
mouse() {
	local bytes
	bytes=$(printf '\033[<%d;%d;%dM' "$1" "$3" "$2")
	[ "$1" -lt 64 ] && bytes+=$(printf '\033[<%d;%d;%dm' "$1" "$3" "$2")
	# shellcheck disable=SC2046
	$tmux send-keys -H $(printf '%s' "$bytes" | od -An -v -tx1)
}
# At the first place where a text stands.
click() {
	local row col line
	row=$(screen | grep -nF -- "$1" | head -1 | cut -d: -f1)
	line=$(screen | sed -n "${row:-1}p")
	line=${line%%"$1"*}
	col=$((${#line} + 1))
	mouse 0 "${row:-1}" "$col"
}

start 80 24 "$spoor" --mouse
see "mouse on: Shift selects text"
see "row 1 of"
mouse 0 7 30
see "row 4 of"
mouse 65 10 10
mouse 65 10 10
see "row 7 of"
click "cost"
see "by cost, largest first"
mouse 0 5 30
see "row 2 of"
mouse 0 5 30
see "[Overview]"
click "Output"
see "[Output]"
mouse 0 1 3
see "row 2 of"
click "help"
see "actions"
mouse 0 1 2
see "row 2 of"
keys Q
ended

# Both presses of a double click in one packet.
start 80 24 "$spoor" --mouse
see "row 1 of"
mouse 0 8 30 && mouse 0 8 30
see "[Overview]"
keys Q
ended

# At 200 columns, beside the list: what cannot be scrolled by itself leaves the wheel to the list.
start 200 50 "$spoor" --mouse
see "row 1 of"
mouse 65 10 170
see "row 4 of"
keys Q
ended

# Without having been asked for: nothing of it, and @ switches it.
start 80 24 "$spoor"
see "row 1 of"
mouse 0 7 30
see "row 1 of"
keys @
see "mouse on"
mouse 0 7 30
see "row 4 of"
keys @
see "mouse off"
keys Q
ended
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
