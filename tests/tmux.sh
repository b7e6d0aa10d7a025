# Sourced by the tests that drive the explorer in real tmux: start SIZE, keys, see, gone, at, ended, rests, is; a store of the bundled samples of its own.
set -u
spoor=$PWD/${SPOOR_BUILD:-build/release}/spoor
home=$(mktemp -d)
servers=0 tmux="tmux -L spoor-test-$$ -f /dev/null"
trap '$tmux kill-server 2>/dev/null; rm -rf "$home" 2>/dev/null' EXIT
export HOME=$home SPOOR_STORE=$home/s.db SPOOR_NOW=2026-11-21T00:00:00Z TZ=UTC LC_ALL=C.UTF-8
unset NO_COLOR SPOOR_TRACE XDG_STATE_HOME XDG_CONFIG_HOME XDG_DATA_HOME 2>/dev/null
export SPOOR_MEMORY=0 # each start is a user who was never here
passed=0 failed=0
command -v tmux >/dev/null || { echo "skipped: no tmux"; echo "0 passed, 0 failed"; exit 0; }
"$spoor" import tests/data/*.jsonl tests/data/*.gz tests/data/eval-v1?.json >/dev/null 2>&1

# A server of its own for each: an old one on its way out takes a new session of its name with it.
start() {
	$tmux kill-server 2>/dev/null
	servers=$((servers + 1)) tmux="tmux -L spoor-test-$$-$servers -f /dev/null"
	$tmux new-session -d -x "$1" -y "$2" "${@:3}"
	$tmux set -g remain-on-exit on >/dev/null
	$tmux set -g status off >/dev/null
	$tmux resize-window -x "$1" -y "$2"
}
screen() { $tmux capture-pane -p; }
keys() { $tmux send-keys "$@"; }
fail() { failed=$((failed + 1)); echo "$1"; }
is() { if [ "$1" = "$2" ]; then passed=$((passed + 1)); else fail "$3: $1, not $2"; fi; }
# Until a command says yes, at most 60 s by the clock: a loaded machine may take its time. It polls, since tmux tells nobody when it has drawn.
patiently() { local end=$((SECONDS + 60)); until "$@"; do [ "$SECONDS" -lt "$end" ] || return 1; read -rt 0.05 <> <(:); done; true; }
wait_for() { if patiently "${@:2}"; then passed=$((passed + 1)); else fail "$1"; screen; fi; }
shown() { screen | grep -qF -- "$1"; }
hidden() { ! shown "$1"; }
under_cursor() { screen | grep -E '^>' | grep -qF -- "$1"; }
inside() { $tmux display-message -p '#{pane_pid}'; }
# No thread of the program runs, and the screen stays as it is.
asleep() { ! cat "/proc/$(inside)/task/"*/stat 2>/dev/null | grep -qE '^[0-9]+ \(.*\) [RD] '; }
still() { local before; before=$(screen); asleep && read -rt 0.15 <> <(:); asleep && [ "$before" = "$(screen)" ]; }
dead() { [ "$($tmux display-message -p '#{pane_dead}')" = 1 ]; }
# Until the text is, or is not, on the screen; is in the row under the cursor; until the program has ended.
see() { wait_for "not seen: $1" shown "$1"; }
gone() { wait_for "still seen: $1" hidden "$1"; }
at() { wait_for "not under the cursor: $1" under_cursor "$1"; }
# For a screen that is looked at as a whole, or where no text tells that a key was obeyed.
rests() { patiently still; }
ended() { wait_for "still running" dead; }
