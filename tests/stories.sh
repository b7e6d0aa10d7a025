#!/bin/bash
# The nine stories the program is for, each walked in real tmux on the bundled samples in the fewest keys; then an engineer's
# session over three real files of three formats. Prints how many keys each took, and 'N passed, N failed'. Needs tmux.
. tests/tmux.sh
story() { echo "$1"; count=0; }
# One key a word; counted.
press() { for k in "$@"; do keys "$k"; count=$((count + 1)); done; }
in_keys() { [ "$count" -le "$1" ] && passed=$((passed + 1)) || { failed=$((failed + 1)); echo "$count keys, not $1"; }; echo "   $count keys"; }
# The row under the cursor holds the text.

story "1. An answer takes 30 seconds: which step?"
"$spoor" trace d15b07e0202611180000000000005102 --otlp >"$home/slow.json"
start 80 24 "$spoor --store $home/one.db $home/slow.json"
see "29.81s"
press !
at "draft-answer"
see "slowest of 10"
in_keys 1
keys Q
ended
start 80 24 "$spoor"
see "711 traces"
count=0
press ! Enter
see "[Overview]"
see "13m34s"
in_keys 2
keys Q
ended

story "2. Three identical database calls: the list says so"
start 80 24 "$spoor"
see "711 traces"
keys '&' 'repeats>=3' Enter
see "of 711 traces"
see "×3"
keys Q
ended

story "3. Satisfaction fell: suspect documents, the traces that used one, the sentence it put into the answer"
start 80 24 "$spoor"
see "711 traces"
press i BTab BTab
at "pol-refund-2021"
press Enter
see "of 711"
press Enter
see "retrieve-policy"
press O
see "doc 1 · pol-refund-2021"
in_keys 6
keys Q
ended

claims="tests/data/evals-claims.tar.gz tests/data/traces-claims.jsonl.gz"
story "4. A new component lowered quality by ten points: where regressions begin, that component, its cases"
start 80 24 "$spoor --store $home/claims.db $claims"
see "claims rerank"
count=0
press Enter
see "−10.0pt"
see "rerank-rules: new step"
press w
see "14/14"
see "car stolen in Uppsala"
press Enter
see "Lost 14"
see 'begins:"rerank-rules'
in_keys 3
press Enter
see "[Case]"
see '"decision":"refer"'
keys Q
ended

story "5. An agent's loop: sort by cost, what each turn carried, ten times the volume"
start 80 24 "$spoor"
see "711 traces"
press '$' Enter
see "[Overview]"
see "40.22"
press L
see "×10"
in_keys 3
keys Q
ended

story "6. One prompt split into steps: both differences are real, with their intervals; the release sheet says ship"
start 80 24 "$spoor --store $home/six.db $claims"
see "claims steps"
count=0
press j Enter
see "59.2%    85.0%"
see "15.02s    6.01s"
see "B answers better, is faster and costs less"
press d
see "all 10 checks pass"
in_keys 3
keys Q
ended

story "7. A bug report holds only a trace id"
start 80 24 "$spoor --open trace:d15b07e0202611170000000000005101"
see "retrieve-policy"
see "27.34s"
keys Q
ended
# Exported whole, found again as it was. (What checks find depends on the other traces of the store.)
whole() { "$spoor" trace d15b07e0202611170000000000005101 --json --store "$1" | sed -E 's/"source":\{[^}]*\}//'; }
"$spoor" import --store "$home/plain.db" --no-checks tests/data/traces-agent.jsonl >/dev/null 2>&1
"$spoor" trace --store "$home/plain.db" d15b07e0202611170000000000005101 --otlp >"$home/whole.json"
"$spoor" import --store "$home/again.db" --no-checks "$home/whole.json" >/dev/null
if [ -n "$(whole "$home/plain.db")" ] && [ "$(whole "$home/plain.db")" = "$(whole "$home/again.db")" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "not the same trace after export and import"; fi

story "8. The weekly re-run drifts: seen in the list of runs, with the week it began"
start 80 24 "$spoor --store $home/weekly.db tests/data/evals-weekly.tar.gz"
count=0
see "fell below its band since 2 Nov"
in_keys 0
keys Q
ended

story "9. An expert corrects 30 answers before lunch: a golden set, three checks, and how far the judge can be trusted"
# What the expert knows: the terms of 2024 are over, nothing may be promised, and every answer names the case number.
know() {
	case $1 in
	*"2024 terms"*) bad=2 right="The terms of 2026 hold: 30 days to return or claim." ;;
	*guarantee*) bad=3 right="We look into it; nothing can be promised before that." ;;
	*"case number"*) bad='' ;;
	*) bad=5 right="You find your case number in our e-mail." ;;
	esac
}
# The words of one part of the page, in one line.
words() { screen | sed -n "/^ *$1/,/^ *$2/p" | tr -s ' \n' ' '; }
# A verdict is on the disk a moment before the next item is read. Two items may be alike: then the page stays as it is.
turned() { { [ "$(words QUESTION EXPECTED)" != "$page" ] && asleep; } || still; }
export SPOOR_AUTHOR=expert
start 80 24 "$spoor --store $home/support.db tests/data/review-support.json"
see "review-support"
keys Q
ended
start 80 24 "$spoor --store $home/support.db review --run review-support --blind --name 'parcel answers'"
see "YOUR VERDICT"
keys Enter
see "ANSWER"
see "0 of 100 done"
rests
corrected=0
for n in $(seq 100); do
	page=$(words QUESTION EXPECTED)
	know "$(words ANSWER EXPECTED)"
	if [ -z "$bad" ]; then
		keys 1
		see "Saved: question $n is good"
	else
		corrected=$((corrected + 1))
		keys C
		see "The answer as it should be"
		keys C-End " $right" C-s
		see "Saved: your answer to question $n"
		keys 2
		see "5 incomplete"
		keys $bad
		see "Saved: question $n is bad, "
	fi
	patiently turned
done
see "THAT WAS THE LAST ONE. THANK YOU"
see "67 good, 30 bad, 30 corrected answers"
see "judge"
keys Q
ended
is $corrected 30 "corrected"
# In the afternoon: a golden set,
"$spoor" --store "$home/support.db" export flagged --corrected -o "$home/golden.jsonl" >/dev/null
is "$(grep -c '"correction":"' "$home/golden.jsonl")" 30 "lines of the golden set"
# three checks that hit 28 of the 30 and nothing else, for spoor and for promptfoo,
rules=$home/rules.json
: >"$home/said"
for name in never-under-the-2024 says-case-number never-guaranteed; do "$spoor" --store "$home/support.db" rules --rules "$rules" --save $name >>"$home/said" || { failed=$((failed + 1)); cat "$home/said"; }; done
"$spoor" --store "$home/support.db" rules --rules "$rules" --back-test all >"$home/said" 2>&1
is "$(grep -cE 'never-under-the-2024|says-case-number|never-guaranteed' "$home/said")" 3 "rules in the back-test: $(cat "$home/said")"
is "$("$spoor" --store "$home/support.db" rules --rules "$rules" --promptfoo | grep -cE 'type: *"?(not-)?i?contains')" 3 "assertions for promptfoo"
# and a judge who is no better than chance.
"$spoor" --store "$home/support.db" judges judge_helpful >"$home/said"
grep -qF 'lets by passed 27 of 30' "$home/said" && grep -qE 'kappa +-0.0' "$home/said" && passed=$((passed + 1)) || { failed=$((failed + 1)); cat "$home/said"; }
unset SPOOR_AUTHOR

corpus=${SPOOR_CORPUS:-../shared/corpus}/traces
if [ ! -d "$corpus" ]; then
	echo "skipped: no corpus"
else
	story "Claude Code: a file dropped on the command line, its error, what came out of it, the path"
	start 80 24 "$spoor --store $home/claude.db $corpus/claude-code/agent-a10f899e893d58adf.jsonl"
	see "spans"
	keys e
	see "Exit code"
	keys Tab
	see "[Input]"
	keys w
	see "what if"
	keys q '!'
	see "slowest of"
	keys Q
	ended

	story "Langfuse: an agent's run, filtered to its model calls, one as the root, its conversation"
	start 80 24 "$spoor --store $home/langfuse.db $corpus/langfuse/beeai-2025-08-01.trace.json"
	see "29 spans"
	keys '&' 'kind:llm' Enter
	see "match & kind:llm"
	keys Escape
	keys '!'
	see "slowest of 29: 17.16s self"
	keys Tab
	see "[Input]"
	keys Enter
	rests
	see "Barcelona"
	keys q p .
	see "› agent.react.start-4"
	keys .
	gone "› agent.react.start-4"
	see "29 spans"
	keys Q
	ended

	story "OpenTelemetry: retrieval over an earnings report: the documents, the sentence, the ledger of its context"
	start 200 50 "$spoor --store $home/otlp.db $corpus/otlp/agent-prism-rag-earnings.json"
	see "18 spans"
	keys O
	see "Meta Platforms Inc.'s revenue in Q4 2023 was"
	keys q L
	see "Ledger"
	keys Q
	ended
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
