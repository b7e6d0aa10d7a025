#!/usr/bin/env bash
# Out of the screen and back, in tmux under a shell with job control: ^Z in $EDITOR, $PAGER, a line, a text and a review, with another
# size in between; fg, bg; SIGTERM and a lost terminal while vi runs. Run from the root of the tree: bash tests/away.sh
. tests/tmux.sh
export SPOOR_MEMORY=1 EDITOR="vi -u NONE -c 'set ls=2'" VISUAL= PAGER='env -u LESSSECURE less' LESS= TMPDIR=$home XDG_RUNTIME_DIR=$home PS1='shell> ' HISTFILE=
unset SPOOR_PAGER SPOOR_EDITOR
begin() { start "$1" "$2" bash --noprofile --norc -i; see 'shell>'; keys "$spoor --open trace:d15b07e020261120000000000000b10c" Enter; see Overview; }
back() { shell 'clear; fg'; }
shell() { keys "$1" Enter; }

begin 80 24
# An editor: ^Z leaves both to the shell, fg brings the editor, another size is known to both.
keys V; see value.txt
keys C-z; see Stopped
shell 'stty -a | grep -c "icanon.*echo"; echo is $?'; see 'is 0'
$tmux resize-window -x 100 -y 30
shell bg; shell 'clear; echo back $((6*7))'; see 'back 42'
back; see value.txt
keys ':set columns?' Enter; see columns=100
keys ':q' Enter; see 'Overview'
[ "$(screen | head -1 | tr -d '\n' | wc -m)" -gt 80 ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "not as wide as the window"; screen; }
# A pager likewise (the secure ones of old ignore ^Z); it gets its own ^C.
keys v; see '(END)'
keys C-z; see Stopped
back; see '(END)'
keys C-c; keys q; see Overview
# A line and a text are there again.
keys / 'abc' ; see '/abc'
keys C-z; see Stopped; back; see '/abc'
keys Escape
keys c; see 'new line'; keys 'half a sentence'; see 'half a sentence'
keys C-z; see Stopped; $tmux resize-window -x 80 -y 24; back; see 'half a sentence'
# What was saved in the editor of a note survives the end of all.
keys C-e; see 'half a sentence'; see value.txt
keys 'A' ', and the other' Escape ':w' Enter; see written
pid=$(pgrep -f "^$spoor --open" | head -1)
kill -TERM "$pid"
while kill -0 "$pid" 2>/dev/null; do read -rt 0.05 <> <(:); done
shell 'echo code $?'; see 'code 143'
shell 'stty -a | grep -c "icanon.*echo"; echo "sane $?"'; see 'sane 0'
ls "$home" | grep spoor- && { failed=$((failed + 1)); echo "a file was left"; } || passed=$((passed + 1))
shell "$spoor --open trace:d15b07e020261120000000000000b10c"; see Overview
keys c; see 'the other'
keys Escape; see 'Save what you wrote?'; keys n; see 'thrown away'
keys Q
see 'shell>'

# A review.
shell 'clear'; shell "$spoor review --run v13 --where status:failed"; see 'Press Enter to begin'
keys Enter; see Good; keys 2; see 'Why?'
keys C-z; see Stopped; back; see 'Why?'
keys Enter; see Good
keys Q; see 'shell>'

# Long texts of commands: through the pager, like git's; never without a terminal, and q is no error.
unset LESS SPOOR_PAGER PAGER
begin 80 24 bash; keys Q; see 'shell>'
shell 'unset LESS PAGER; clear'
shell "$spoor help keys"; see 'In lists and texts'; unpaged() { screen | tail -1 | grep -q '^:$'; }
for _ in $(seq 100); do unpaged && break; read -rt 0.05 <> <(:); done; unpaged && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "no pager"; screen; }
keys C-c; keys q; see 'shell>'; shell 'echo code $?'; see 'code 0'
shell "clear; $spoor help keys | tail -1; echo piped \$?"; see 'piped 0'
shell "clear; TERM=dumb $spoor help keys; echo dumb \$?"; see 'dumb 0'
shell "clear; SPOOR_PAGER= $spoor help keys; echo off \$?"; see 'off 0'
shell "clear; PAGER=' ' $spoor help keys; echo blank \$?"; see 'leave; one level up'; see 'blank 0'
shell "clear; PAGER='cat; echo through' $spoor traces --help; echo done \$?"; see 'through'; see 'done 0'
shell "clear; PAGER=/no/such $spoor help keys; echo gone \$?"; see 'gone 0'
shell "clear; $spoor help version; echo short \$?"; see 'short'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
