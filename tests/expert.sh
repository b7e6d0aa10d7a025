#!/bin/bash
# An expert's session in real tmux: 40 answers of the sample, with notes, a corrected answer, second thoughts, an end in the middle and
# going on the next day; then what was said goes out, and into a fresh store: nothing lost, nothing twice. Prints 'N passed, N failed'. Needs tmux.
. tests/tmux.sh
export SPOOR_AUTHOR=expert XDG_STATE_HOME=$home/state
unseen() { screen | grep -qF -- "$1" && { failed=$((failed + 1)); echo "seen: $1"; screen; } || passed=$((passed + 1)); }
# Of the audit trail: events of a field that count.
counting() { "$spoor" --store "$1" log --author expert --limit 10000 --json | python3 -c '
import json, sys
print(sum(e["field"] == sys.argv[1] and not e["withdrawn"] and not e["withdraws"] for e in json.load(sys.stdin)["events"]))' "$2"; }

start 80 24 "$spoor review --run claims-rerank --sample 40 --seed 7 --blind --name 'claims before release'"
see "YOUR VERDICT"
keys Enter
see "ANSWER"
see "0 of 40 done"
see "1 Good"
unseen "rerank"    # blind: which run it was,
unseen "reasoning" # what the judge said,
unseen "{"         # and nothing a machine wrote for machines
keys 1
see "Saved: question 1 is good"
see "1 of 40 done"
# A bad one and its reason are two keys.
keys 2
see "2 outdated"
keys 2
see "Saved: question 2 is bad, outdated"
# A note in place; then unsure.
keys c
see "Your note"
keys "Ask the motor team." Enter "They changed rule 3 in May."
keys C-s
see "Saved: the note to question 3"
keys 3
see "Saved: question 3 is unsure"
# The answer as it should be begins with the answer there is.
keys C
see "The answer as it should be"
keys C-End Enter "Refer to a colleague." C-s
see "Saved: your answer to question 4"
keys 2
see "5 incomplete"
keys 1
see "Saved: question 4 is bad, wrong"
# Eight keys typed ahead are eight verdicts on eight answers.
keys 11111111
see "12 of 40 done"
# Second thoughts: taken back, said again, taken back, otherwise.
keys u
see "Taken back: question 12 is open again"
keys C-r
see "12 of 40 done"
keys u
see "11 of 40 done"
keys 2
see "1 wrong"
keys Enter
see "Saved: question 12 is bad"
# What the others say can be seen of what one has judged, and only of that.
keys e
see "First your own verdict"
unseen "WHAT PEOPLE SAY"
keys Enter b
see "Question 12: you said bad"
keys e
see "WHAT PEOPLE SAY"
see "from the run claims rerank"
keys Enter n
see "spilled wine"
keys s
see "Skipped"
# Enough for today.
keys q
see "12 of 40 judged, 1 skipped. All of it is saved."
see "spoor review 'claims before release'"
keys q
ended
is "$(counting "$home/s.db" verdict)" 12 "verdicts on the first day"
# The next day the same words go on where it stood; the skipped one comes at the end.
start 80 24 "$spoor review --run claims-rerank --sample 40 --seed 7 --blind"
see "12 of 40 done"
keys 111111111111111111111111111
see "39 of 40 done"
see "BUT FOR THOSE YOU SKIPPED"
keys s
see "1 Good"
keys 3
see "THAT WAS THE LAST ONE. THANK YOU"
see "40 of 40 judged"
keys Q
ended
is "$(counting "$home/s.db" verdict)" 40 "verdicts"
is "$(counting "$home/s.db" note)" 1 "notes"
is "$(counting "$home/s.db" correction)" 1 "corrections"
is "$(counting "$home/s.db" reason)" 2 "reasons"

# What was said travels without the run, which comes in later, and from elsewhere.
"$spoor" export reviews -o "$home/r.jsonl" >/dev/null || failed=$((failed + 1))
"$spoor" --store "$home/new.db" import "$home/r.jsonl" >/dev/null 2>&1
"$spoor" --store "$home/new.db" import tests/data/*.jsonl tests/data/*.gz tests/data/eval-v1?.json >/dev/null 2>&1
"$spoor" --store "$home/new.db" import "$home/r.jsonl" >/dev/null 2>&1
cp "$home/r.jsonl" "$home/renamed.jsonl"
"$spoor" --store "$home/new.db" import "$home/renamed.jsonl" >/dev/null 2>&1
"$spoor" --store "$home/new.db" merge "$home/s.db" >/dev/null || failed=$((failed + 1))
for field in verdict note correction reason; do is "$(counting "$home/new.db" $field)" "$(counting "$home/s.db" $field)" "$field in the fresh store"; done
"$spoor" --store "$home/new.db" export reviews -o "$home/again.jsonl" >/dev/null
cmp -s "$home/r.jsonl" "$home/again.jsonl" && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "another export than the first"; }
flagged() { "$spoor" --store "$1" export flagged --run claims-rerank -o - | sha256sum; }
is "$(flagged "$home/new.db")" "$(flagged "$home/s.db")" "the golden set"
is "$("$spoor" export flagged --run claims-rerank -o - | wc -l)" 40 "lines of the golden set"
is "$("$spoor" --store "$home/new.db" run claims-rerank --where verdict:bad --json | python3 -c 'import json, sys; print(len({c["key"] for c in json.load(sys.stdin)["cases"]}))')" 3 "bad ones in the fresh store"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
