#!/bin/bash
# What fingers that know tig, htop and lnav do in real tmux: copy, filter, sort, search the keys, marks of places, the mouse, panes, suspend and
# resize, come back the next day; settings with a mistake; the shell. Prints 'N passed, N failed'. Needs tmux.
. tests/tmux.sh
unset SPOOR_STORE SPOOR_MEMORY SPOOR_RESUME SPOOR_CONFIG
export HOME=$home/new SHELL=/bin/bash VISUAL="cp --no-preserve=mode -t $home" PATH="$(dirname "$spoor"):$PATH"
mkdir "$HOME"
copied() { $tmux show-buffer 2>/dev/null | grep -qF -- "$1"; }
clipboard() { wait_for "not on the clipboard: $1" copied "$1"; }

echo "1. The samples, and a span to show a colleague"
start 80 24 spoor samples
$tmux set -s set-clipboard on
see "Five things to try"
gone "importing" # its message would come over what is said here
keys Enter
see "answer blocked by pii-check"
keys '!'
at "draft-answer"
keys y l
see "copied"
clipboard "spoor open trace:d15b07e020261120000000000000b10c/span:"
keys Q
ended

echo "2. A file of one's own"
start 80 24 spoor tests/data/eval-v13.json tests/data/eval-v12.json
see "eval run"
keys Space j Space Enter
see "metric"
keys q
start 100 30 spoor tests/data/traces-agent.jsonl
see "row 1 of 59"
keys '?'
see " actions"
keys / "mask pers" Enter
see "mask personal data"
keys q
see "row 1 of 59"
keys '&' 'status:error' Enter
see "& status:error"
keys Escape
gone "& status:error"
keys ':' "never mind"
see ":never mind"
keys C-c
gone "never mind"
keys '>' I
keys ':' sort Space co Tab
see ":sort cost_usd"
keys Escape
keys ':' theme Space Tab
see "contrast"
keys Escape Escape
keys T
see "theme light"
keys g @
see "mouse on"
$tmux send-keys -l $'\e[<0;10;6M'$'\e[<0;10;6m'
see "row 3 of"
keys @
see "mouse off"
keys g Enter
see "row 1 of"
keys '\;'
see "larger"
keys m a j j j
see "row 4 of"
keys "'" a
see "row 1 of"
keys V
wait_for "the editor got nothing" test -s "$home/value.txt"
see "row 1 of"
keys M
see "masked"
keys M C-l
$tmux resize-window -x 40 -y 12
rests
see "row 1"
$tmux resize-window -x 100 -y 30
rests
see "Messages"
keys j j
see "row 3 of"
rests
place=$(screen | grep '^>')
keys Q
ended

echo "3. The next morning"
start 100 30 spoor
at "$(printf %s "$place" | cut -c 2-30)"
keys Q
ended

echo "4. Settings"
mkdir -p "$HOME/.config/spoor"
printf '{\n  // mine\n  "theme": "lihgt",\n  "keys": {"everywhere": {"quit": "Q ^X"}, "trace": {"next-error": "Del"}}\n}\n' >"$HOME/.config/spoor/config.json"
spoor config --check >"$home/out" 2>&1
is "$?" 3 "exit code of a settings file with a mistake"
is "$(grep -c '3.*light' "$home/out")" 1 "the line and the nearest name"
start 100 30 spoor --fresh
see "there is no theme lihgt"
keys g e
at "✗"
keys Enter
see "[Overview]"
at "dispute-agent"
keys DC
at "pii-check"
keys C-x
ended

echo "5. From the shell"
spoor traces --jsonl | head -n 1 | python3 -c 'import json, sys; json.loads(sys.stdin.read())'
is "$?" 0 "a line of JSON Lines"
is "$(spoor sql "select count(*) as n from traces" --csv | tail -n 1 | tr -d "\r")" "$(spoor traces --jsonl | wc -l)" "traces counted in SQL"
is "$(spoor open --print "$(spoor traces --json --limit 1 | python3 -c 'import json, sys; print("trace:" + json.load(sys.stdin)["traces"][0]["id"])')" >"$home/out" && echo found)" found "a link"
start 100 30 "bash --norc"
keys ". ${SPOOR_BUILD:-build/release}/completion/spoor.bash" Enter
keys "spoor doc" Tab
see "spoor doctor"
keys Enter
see "terminal"
keys "exit" Enter
ended
spoor doctor >"$home/out"
is "$?" 0 "the doctor's exit code"
spoor | cat >"$home/out" 2>&1
is "${PIPESTATUS[0]}" 2 "exit code without a terminal"
echo "$passed passed, $failed failed"
