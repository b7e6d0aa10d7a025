#!/bin/bash
# An empty store in real tmux: what the program says, a file that is none, the samples and their tour, which leave nothing behind however they end, and
# files of one's own, after which it does not explain itself any more. Prints 'N passed, N failed'. Needs tmux.
. tests/tmux.sh
export SPOOR_STORE=$home/own.db TMPDIR=$home/tmp
mkdir -p "$TMPDIR" "$home/.claude/projects"
left() { find "$TMPDIR" -mindepth 1 | wc -l; }
printf 'just words\n' >"$home/notes.txt"
cp tests/data/eval-v12.json tests/data/eval-v13.json "$home"

# Nothing there: it says what it is, where files come from, and what is on this machine already.
start 80 24 "$spoor"
see "nothing has been read yet"
see "look at sample data"
see "promptfoo eval -o out.json"
see "formats: spoor formats"
see "read ~/.claude/projects"
see "own.db (empty)"
# A file that is none: why.
keys i
see "read file or folder:"
keys "~/no" Tab
see "file or folder: ~/notes.txt"
keys Enter
see "What was tried gave nothing"
see "no JSON and no known archive"
keys i
keys "~/nothing.json" Enter
see "No such file or directory"
# The samples, from there; each of the five leads to its screen and back.
keys s
see "Five things to try"
see "dispute v12 (A) against dispute v13 (B), 80 cases"
see "711 traces, 3,921 spans"
is "$(screen | grep -c problem)" 0 "what is planted, said before the tour"
keys 1
see "[Overview]"
see "answer blocked by pii-check"
keys '!'
see "row 9 of 23"
keys q
see "1 of 5 seen"
keys j Enter
see "B answers better, is slower and costs more"
see "retrieve-policy: other documents"
keys q
see "2 of 5 seen"
keys 3
see "WELCOME"
keys Enter
see "ANSWER"
see "0 of 100 done"
keys 1
see "1 of 100 done"
keys q
see "STOP HERE FOR NOW?"
keys q
see "3 of 5 seen"
keys 4
see "kappa"
keys q
see "4 of 5 seen"
keys 5
see "slow-trace"
see "a bank account"
keys q
see "5 of 5 seen"
is "$(find "$TMPDIR" -name samples.db | wc -l)" 1 "the store of the samples"
keys q
see "711 traces"
keys Q
ended
is "$(left)" 0 "what is left of the samples"
# Nothing of them came into one's own store, and a judgement of them went with them.
is "$("$spoor" traces --json | head -c 10)" '{"total":0' "traces in the own store"

# A mistake in the settings is still said once the files are read.
mkdir -p "$home/.config/spoor"
printf '{"thme": "light"}\n' >"$home/.config/spoor/config.json"
start 80 24 "$spoor --store $home/mistake.db tests/data/traces-agent.jsonl"
see "59 traces, 599 spans, 1 problem"
see "config.json:1: there is no"
rm "$home/.config/spoor/config.json"
$tmux kill-server

# The command: the same. A lost connection leaves nothing, either.
start 80 24 "$spoor samples"
see "Five things to try"
kill -HUP "$($tmux display-message -p '#{pane_pid}')"
ended
is "$(left)" 0 "what is left after a lost connection"
# Small, and without UTF-8 and colours.
start 40 12 "env NO_COLOR=1 LC_ALL=C $spoor --fresh"
see "nothing has been read yet"
keys G
see "packed"
keys q
ended

# Files of one's own: they open; the store is not empty any more, and the next day it does not explain itself.
start 80 24 "cd $home && $spoor eval-v12.json eval-v13.json"
see "dispute v13"
keys Enter
see "B answers better"
keys Q
ended
start 80 24 "$spoor --fresh"
see "2 eval runs"
keys ":welcome" Enter
see "five things to try"
keys t
see "no trace is in the store yet"
keys 2
see "B answers better"
keys Q
ended
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
