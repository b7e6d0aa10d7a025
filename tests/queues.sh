#!/bin/bash
# Review queues in real tmux: asked what to review, stopped and gone on with, shared by two people at once, taken from a list, sent away as a
# file and merged when it is back. Prints 'N passed, N failed'. Needs tmux.
export VISUAL=true # for V
. tests/tmux.sh
export SPOOR_AUTHOR=ann XDG_STATE_HOME=$home/state
mkdir -p "$XDG_STATE_HOME/spoor" && echo seen >"$XDG_STATE_HOME/spoor/review" # the welcome page was read before

# Nothing but the command: a short list, Enter begins.
start 80 24 "$spoor review"
see "what do you want to look at?"
see "failed answers of the newest run"
keys Enter
see "0 of 10 done"
keys 1
see "1 of 10 done"
keys 2 1
see "2 of 10 done"
keys q q
see "GO ON WITH"
see "2 of 10 done"
keys q
ended
is "$("$spoor" log --json 2>/dev/null | grep -o '"field":"verdict"' | wc -l)" 2 "verdicts in the log"

# Tomorrow: it goes on where one stopped; the same words go on with it, too.
start 80 24 "$spoor review dispute"
see "2 of 10 done"
keys 3
see "3 of 10 done"
keys q q
ended
start 80 24 "$spoor review --run v13 --where status:failed"
see "3 of 10 done"
keys q q
ended

# Two people share a queue: nobody gets what the other has before the eyes.
"$spoor" review --run v13 --first 4 --again --split --name Shared --make >/dev/null
start 80 24 "$spoor review Shared"
see "of 4 done"
rests
first=$(screen | sed -n 4,12p) tmux_ann=$tmux
tmux="tmux -L spoor-test-$$-bob -f /dev/null"
$tmux new-session -d -x 80 -y 24 "env SPOOR_AUTHOR=bob $spoor review Shared"
$tmux set -g remain-on-exit on >/dev/null
see "0 of 2 done"
see "Good"
rests
is "$([ "$(screen | sed -n 4,12p)" = "$first" ] && echo same)" "" "two people's items"
keys 1
see "1 of"
keys q q
$tmux kill-server
tmux=$tmux_ann
keys 1
see "1 of"
keys q q
ended
is "$("$spoor" review Shared --list --json | grep -o '"finished":[0-9]*')" '"finished":2' "items of the shared queue that are finished"

# r on a list, under its filter.
start 80 24 "$spoor"
see "traces"
keys '&' 'status:error' Enter
see "& status:error"
keys r
see "review as: traces"
keys Enter
see "0 of"
keys q q
see "& status:error"
# A key typed ahead of what the screen does by itself finds the screen still there.
for key in V P y; do
	keys r
	see "review as: traces"
	keys C-u "typed ahead of $key"
	keys Enter "$key"
	case $key in
	P) see "a key goes back to spoor"; keys x ;;
	y) keys v ;;
	esac
	see "0 of"
	see "typed ahead of $key"
	keys q q
	see "& status:error"
done
keys Q
ended

# As a file: opened by its name, judged by somebody else, one file again, merged.
"$spoor" export queue Shared -o "$home/away.spoor" >/dev/null
start 80 24 "env -u SPOOR_STORE SPOOR_AUTHOR=eve $spoor $home/away.spoor"
see "0 of 4 done"
keys 1
see "1 of 4 done"
keys 2 2
see "2 of 4 done"
keys q
see "  spoor $home/away.spoor" # how to go on: there is no other store
keys Enter
see "Good"
keys s
see "Skipped"
keys 3 3
see "one file"
keys q
ended
cp "$home/away.spoor" "$home/back.spoor" # alone: without its log
is "$("$spoor" merge "$home/back.spoor" --json | grep -o '"new":[0-9]*')" '"new":4' "events that came home"
is "$(SPOOR_AUTHOR=eve "$spoor" review Shared --list --json | grep -o '"done":[0-9]*')" '"done":3' "what eve has done"
echo "$passed passed, $failed failed"
