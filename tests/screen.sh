#!/bin/bash
# The explorer in real tmux, as its users meet it: keys sent, screens waited for. Prints 'N passed, N failed'. Needs tmux.
. tests/tmux.sh

# An engineer: the list, a filter with a mistake, the filter, the trace, its error, the raw record.
start 80 24 "$spoor"
see "711 traces"
keys '&' 'status:eror' Enter
see "did you mean error?"
keys Escape
keys '&' 'status:error name~dispute dur>10s' Enter
see "2 of 711 traces"
keys Enter
see "[Overview]"
see "answer blocked by pii-check"
keys e
see "blocked: IBAN"
keys Tab Tab Tab Tab Tab
see "[Raw]"
see "byte "
keys q
see "of 711 traces"
keys Escape
see "no filter"
keys Escape
see "q leaves"
keys Q
ended

# A file straight from the disk, a window that changes its size, a theme.
start 100 30 "$spoor tests/data/traces-voice.json.gz"
see "6 traces"
$tmux resize-window -x 40 -y 12
see "callback abou"
$tmux resize-window -x 15 -y 4
see "too small"
$tmux resize-window -x 200 -y 50
see "row 1 of 6"
keys T
see "theme light"
keys C-l
see "6 of 711 traces"
keys q
ended

# A reviewer: two runs compared, the first loss opened, its trace, and back.
start 120 40 "$spoor"
see "711 traces"
keys Tab
see "dispute v12"
keys '/' 'dispute v13' Enter
see "/ dispute v13"
keys Enter
see "B answers better"
see "Lost 4"
keys Enter
see "expected"
keys q
see "Lost 4"
keys t
see "Two traces"
see "retrieve-policy"
keys q q q
see "711 traces"
keys Q
ended

# Stopped and continued: the screen comes back whole.
start 80 24 "bash --norc"
keys "$spoor" Enter
see "711 traces"
keys C-z
see "Stopped"
keys fg Enter
see "row 1 of 711"
keys Q
see "bash"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
