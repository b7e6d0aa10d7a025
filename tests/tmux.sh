# Sourced by the tests that drive the explorer in real tmux: start SIZE, keys, see, unseen, ended; a store of the bundled samples of its own.
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
# Until the text is (not) on the screen, at most 10 s; polls, since tmux tells nobody when it has drawn.
see() { for _ in $(seq 200); do screen | grep -qF -- "$1" && { passed=$((passed + 1)); return; }; read -rt 0.05 <> <(:); done; failed=$((failed + 1)); echo "not seen: $1"; screen; }
keys() { $tmux send-keys "$@"; }
ended() { for _ in $(seq 200); do [ "$($tmux display-message -p '#{pane_dead}')" = 1 ] && { passed=$((passed + 1)); return; }; read -rt 0.05 <> <(:); done; failed=$((failed + 1)); echo "still running"; screen; }
