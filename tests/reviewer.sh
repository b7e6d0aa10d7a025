#!/bin/bash
# A reviewer's session in real tmux: from two files to a decision with its reasons, on the samples at 80x24 and on three real pairs at
# 200x50; then the same answers from the gate. Prints 'N passed, N failed'. Needs tmux.
. tests/tmux.sh

# Two files: what got better, what worse, is it real.
start 80 24 "$spoor --store $home/two.db tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-eval.jsonl"
see "dispute v13"
keys Enter
see "B answers better, is slower and costs more"
see "0.0043  better"
see "Lost 4"
# Only the lost ones; why the first was lost; the next one without going back.
keys =
see "Lost 1 of 4 alone"
keys Enter
see "[-120-]{+60+}" # no colours in what is captured, but the words are there
keys J
see "refund after 60 days, gold card"
keys K
see "Case  disputed hotel charge, booked"
keys t
see "← first"
keys q
see "by words"
keys q
see "Lost 1 of 4 alone"
# Where it begins, and the cases behind that.
keys w
see "3/75"
keys Enter
see "Lost 3 of 4"
see 'begins:"retrieve-policy'
keys q
see "3/75"
keys q
see "Lost 1 of 4 alone"
# Is it the same everywhere? How do the scores lie? What was changed?
keys S
see "standard"
keys Enter
see "field."
keys q
see "standard"
keys q
see "alone"
keys H
see "t0.7"
keys q
see "alone"
keys p
see "The prompt changed in 3 places"
keys q
see "alone"
keys '&' 'delta.groundedness<-0.4' Enter
see "& delta.groundedness<-0.4"
keys Escape
see "Lost 1 of 4 alone"
# The decision, and what is behind its first reason.
keys d
see "latency P50 is worse"
see "row 1 of"
keys Q
ended

# The same from the command line, for CI: no, yes, not enough to tell, a mistake.
gate() { "$spoor" gate --store "$home/two.db" "$@" >"$home/gate" 2>&1; echo $?; }
is "$(gate v13 --baseline v12)" 1 "v13 against v12"
grep -q "HOLD: latency P50 is worse" "$home/gate"
is $? 0 "its reason"
is "$(gate v13 --baseline nothing)" 1 "a baseline that is not there"
"$spoor" import --store "$home/claims.db" tests/data/evals-claims.tar.gz tests/data/traces-claims.jsonl.gz >/dev/null 2>&1
is "$("$spoor" gate --store "$home/claims.db" claims-steps --baseline claims-one-prompt >"$home/gate"; echo $?)" 0 "steps against one prompt"
grep -q "^SHIP" "$home/gate"
is $? 0 "its answer"

corpus=${SPOOR_CORPUS:-../shared/corpus}/evals
pair() { # NAME, FILES: both runs compared, the case opened, the release sheet
	start 200 50 "$spoor --store $home/$1.db ${*:2}"
	see " of 1 dataset"
	keys Enter
	see "Compare  A "
	see "paired"
}
if [ ! -d "$corpus" ]; then
	echo "skipped: no corpus"
else
	pair inspect "$corpus"/inspect/popularity-5epochs-gpt-5.eval "$corpus"/inspect/popularity-5epochs-gemini-2.5-pro.eval
	see "10 cases paired"
	keys Enter
	see "Repeats 5"
	keys q
	see "10 cases paired"
	keys d
	see "40 more cases"
	keys Q
	ended
	pair generic "$corpus"/generic/piqa-qwen3-0.6b-hf_fp16_notf32.jsonl "$corpus"/generic/piqa-qwen3-0.6b-vllm_fp16_notf32.jsonl
	see "100 cases paired"
	keys Enter
	see "[Case]"
	keys Q
	ended
	pair lmeval "$corpus"/lm-eval/negotiationtom-runA "$corpus"/lm-eval/negotiationtom-runB
	see "60 cases paired"
	keys p
	see "beside their answers"
	keys Q
	ended
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
