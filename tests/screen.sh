#!/bin/bash
# The explorer in real tmux, as its users meet it: keys sent, screens waited for. Prints 'N passed, N failed'. Needs tmux.
set -u
spoor=$PWD/${SPOOR_BUILD:-build/release}/spoor
home=$(mktemp -d)
tmux="tmux -L spoor-test-$$ -f /dev/null"
trap '$tmux kill-server 2>/dev/null; rm -rf "$home" 2>/dev/null' EXIT
export HOME=$home SPOOR_STORE=$home/s.db SPOOR_NOW=2026-11-21T00:00:00Z TZ=UTC LC_ALL=C.UTF-8
unset NO_COLOR SPOOR_TRACE 2>/dev/null
passed=0 failed=0
command -v tmux >/dev/null || { echo "skipped: no tmux"; echo "0 passed, 0 failed"; exit 0; }
"$spoor" import tests/data/*.jsonl tests/data/*.gz tests/data/eval-v1?.json >/dev/null 2>&1

# Again if the old server is still on its way out ("server exited unexpectedly").
start() { $tmux kill-server 2>/dev/null; for _ in 1 2 3 4 5; do $tmux new-session -d -x "$1" -y "$2" "${@:3}" 2>/dev/null && break; done; $tmux set -g remain-on-exit on >/dev/null; $tmux set -g status off >/dev/null; $tmux resize-window -x "$1" -y "$2"; }
screen() { $tmux capture-pane -p; }
# Until the text is (not) on the screen, at most 10 s; polls, since tmux tells nobody when it has drawn.
see() { for _ in $(seq 200); do screen | grep -qF -- "$1" && { passed=$((passed + 1)); return; }; read -rt 0.05 <> <(:); done; failed=$((failed + 1)); echo "not seen: $1"; screen; }
keys() { $tmux send-keys "$@"; }
ended() { for _ in $(seq 200); do [ "$($tmux display-message -p '#{pane_dead}')" = 1 ] && { passed=$((passed + 1)); return; }; read -rt 0.05 <> <(:); done; failed=$((failed + 1)); echo "still running"; screen; }

# An engineer: the list, a filter with a mistake, the filter, the trace, its error, the raw record.
start 80 24 "$spoor"
see "231 traces"
keys '&' 'status:eror' Enter
see "column"
keys '&' 'status:error name~dispute dur>10s' Enter
see "of 231"
keys Enter
see "answer blocked by pii-check"
keys e
see "blocked: IBAN"
keys Tab Tab Tab Tab Tab
see "byte "
keys q
see "of 231 traces"
keys Escape
see "no filter"
keys Q
ended

# A file straight from the disk, a window that changes its size, a theme.
start 100 30 "$spoor tests/data/traces-voice.json.gz"
see "6 traces"
$tmux resize-window -x 40 -y 12
see "row 1 of 6"
$tmux resize-window -x 15 -y 4
see "too small"
$tmux resize-window -x 200 -y 50
see "row 1 of 6"
keys T
see "theme"
keys C-l
see "6 of 231 traces"
keys q
ended

# A reviewer: two runs compared, the first loss opened, its trace, and back.
start 120 40 "$spoor"
see "231 traces"
keys Tab
see "dispute v12"
keys Enter
see "B answers better"
see "Lost 4"
keys Enter
see "expected"
keys q
see "Lost 4"
keys t
see "retrieve-policy"
keys q q q
see "231 traces"
keys Q
ended

# Stopped and continued: the screen comes back whole.
start 80 24 "bash --norc"
keys "$spoor" Enter
see "231 traces"
keys C-z
see "Stopped"
keys fg Enter
see "row 1 of 231"
keys Q
see "bash"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
