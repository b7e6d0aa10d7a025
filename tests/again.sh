#!/bin/bash
# Sessions after each other in real tmux: ended, hung up, killed; what shows then is what showed before. Prints 'N passed, N failed'. Needs
# tmux.
. tests/tmux.sh
export SPOOR_MEMORY=1
# All but the status line and the hints, once it stays.
picture() { rests; screen | head -n -2; }
same() { if [ "$1" = "$2" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "expected $3:" && diff <(echo "$1") <(echo "$2"); fi; }
# What the keys rest on is written a while later.
kept() { wait_for "not kept: $1" grep -qs -- "$1" "$home/.local/state/spoor/views"; }
# Ends what runs in the pane by a signal, or Q.
end() { if [ "$1" = Q ]; then keys Q; else kill "-$1" "$(inside)"; fi; ended; }

# The list, a filter, a trace, its tree folded, a tab; then two runs compared, in the order of latency; each ended in its own way.
for by in Q TERM HUP KILL; do
	rm -rf "$home/.local/state"
	start 100 30 "$spoor --fresh"
	see "no filter"
	keys -l '&tools>2'
	keys Enter
	see "& tools>2"
	keys j j Enter
	see "[Overview]"
	keys j h Tab
	see "[Input]"
	keys '|'
	see "zoom"
	left=$(picture)
	[ $by = KILL ] && kept '"zoom"'
	end $by
	start 100 30 "$spoor"
	see "where you were; q goes up"
	same "$left" "$(picture)" "the trace after $by"
	keys q
	see "& tools>2 (from last time, Esc clears)"
	keys Escape
	see "no filter"
	keys Tab
	see "eval runs"
	keys Enter
	see "Lost"
	keys '>' j j
	left=$(picture)
	[ $by = KILL ] && kept '"view":"compare:.*"row":2'
	end $by
	start 100 30 "$spoor"
	see "where you were; q goes up"
	same "$left" "$(picture)" "the comparison after $by"
	keys q
	see "eval runs"
	keys q
	see "no filter" # cleared the session before last: it stays so
	keys Tab
	see "eval runs"
	keys Enter
	see "Lost"
	keys Q
	ended
done
# Another size, another terminal: the same place.
start 60 20 "$spoor"
see "where you were; q goes up"
keys Q
ended
# None of it is in the store.
grep -qa 'tools>2' "$SPOOR_STORE" && { failed=$((failed + 1)); echo "the filter is in the store"; } || passed=$((passed + 1))
echo "$passed passed, $failed failed"
