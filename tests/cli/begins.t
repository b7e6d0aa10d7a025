# Where regressions begin, and the noise floor, of two runs.
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-eval.jsonl >$T/log; echo $?
0
$ spoor compare v12 v13 --begins
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).

3 of 5 losses and errors first differ at retrieve-policy: other documents; of the cases that did not get worse 3 of 75 (p 0.0069).

first differs at  what differs     losses  others  95% interval    p Holm  in words
retrieve-policy   other documents     3/5    3/75  +18pt to +84pt  0.0069  more than in the others
draft-answer                          2/5   39/75  −42pt to +27pt    1.00  no more than elsewhere
                  other output        1/5   39/75
                  other model         1/5    0/75
1 other step, only where cases did not get worse.
p corrected over 3 steps (Holm).

retrieve-policy: other documents (3)
  disputed hotel charge, booked twice
  refund after 60 days, gold card
  chargeback when the merchant is closed

draft-answer: other output (1)
  foreign currency fee on a refund

draft-answer: other model (1)
  seller in another country does not answer
$ spoor compare v12 v13 --begins --ascii --limit 1
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).

3 of 5 losses and errors first differ at retrieve-policy: other documents; of the cases that did not get worse 3 of 75 (p 0.0069).

first differs at  what differs     losses  others  95% interval    p Holm  in words
retrieve-policy   other documents     3/5    3/75  +18pt to +84pt  0.0069  more than in the others
draft-answer                          2/5   39/75  -42pt to +27pt    1.00  no more than elsewhere
                  other output        1/5   39/75
                  other model         1/5    0/75
1 other step, only where cases did not get worse.
p corrected over 3 steps (Holm).

retrieve-policy: other documents (3)
  disputed hotel charge, booked twice
  and 2 more (--limit N)

draft-answer: other output (1)
  foreign currency fee on a refund

draft-answer: other model (1)
  seller in another country does not answer
$ spoor compare v12 v13 --begins --markdown
**B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).**

A: dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12  
B: dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

**3 of 5 losses and errors first differ at retrieve-policy: other documents; of the cases that did not get worse 3 of 75 (p 0.0069).**

| first differs at | what differs | losses | others | 95% interval | p (Holm) | in words |
|---|---|---:|---:|---|---:|---|
| retrieve-policy | other documents | 3/5 | 3/75 | \+18pt to +84pt | 0\.0069 | more than in the others |
| draft-answer |  | 2/5 | 39/75 | −42pt to +27pt | 1\.00 | no more than elsewhere |
|  | other output | 1/5 | 39/75 |  |  |  |
|  | other model | 1/5 | 0/75 |  |  |  |
$ spoor compare v12 v13 --begins --json | jq -c '.begins | del(.steps, .cases)'
{"sentence":"3 of 5 losses and errors first differ at retrieve-policy: other documents; of the cases that did not get worse 3 of 75 (p 0.0069).","brief":"3 of 5 losses and errors first differ at retrieve-policy: other documents","missing":"","by_scores":false,"shared_traces":0,"lost":{"cases":5,"traced":5,"no_trace_a":0,"no_trace_b":0,"no_trace":0,"looked_at":5,"nowhere":0,"nowhere_beside":0},"others":{"cases":75,"traced":75,"no_trace_a":0,"no_trace_b":0,"no_trace":0,"looked_at":75,"nowhere":28,"nowhere_beside":28},"holm":3,"cut":false,"beside":[]}
$ spoor compare v12 v13 --begins --json | jq -c '.begins.steps[0], .begins.cases[0]'
{"step":"retrieve-policy","kind":"retriever","lost":3,"others":3,"low":0.18393615573607508,"high":0.8436016998897848,"p":0.002293509288845732,"p_holm":0.006880527866537196,"verdict":"more","filter":"begins:retrieve-policy","differs":[{"what":"documents","lost":3,"others":3,"lost_anywhere":3,"others_anywhere":8,"everywhere":false,"filter":"begins:\"retrieve-policy: other documents\""}]}
{"key":"23b7b1e3458dede3d8fe5bfdd35c7598832e1f43bcb72a31b60fe86e874d85b6","title":"disputed hotel charge, booked twice","class":"regressed","traces":"both","repeat_a":0,"repeat_b":0,"first":{"step":"retrieve-policy","kind":"retriever","what":"documents"},"beside":null,"cut":false}
$ spoor compare v13 v12 --begins | head -n 12
A dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
B dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B answers worse, is faster and costs less. 80 cases paired (2 only in A, none only in B).

5 of 19 losses first differ at classify-intent: other output; of the cases that did not get worse 0 of 61 (p 0.0015). Most, 11 of 19, differ first at draft-answer: other output, but no more than others do.

first differs at  what differs     losses  others  95% interval    p Holm  in words
classify-intent   other output       5/19    0/61  +11pt to +49pt  0.0015  more than in the others
draft-answer                        11/19   30/61  −16pt to +31pt    0.60  no more than elsewhere
                  other output      11/19   29/61
retrieve-policy   other documents    3/19    3/61  −3pt to +33pt     0.28  no more than elsewhere
p corrected over 3 steps (Holm).
$ spoor compare v12 v13 --noise --limit 2
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).

Roughly, of 55 changed cases 23 stay within what a run differs from itself, 32 exceed it.
Repeats behind it: A 3 results of 1 case, B 3 results of 1 case. What these cases show is taken for all. Few repeats: rough.

metric        wobble A  wobble B  floor     moved  beyond  by chance  behind it
pass             66.7%        0%      –  24 of 80       0         27  6 results of 1 case, 6 pairs, rough
groundedness     0.089     0.020  0.253  34 of 79      18        4.0  6 results of 1 case, 4 df, rough
icontains        66.7%        0%      –  23 of 79       0         26  6 results of 1 case, 6 pairs, rough
relevance        0.010     0.010  0.039  44 of 79      15        4.0  6 results of 1 case, 4 df, rough
output           0.595     0.353  0.892  51 of 79      19        4.0  6 results of 1 case, 6 pairs, rough
latency          ×1.31     ×1.19  ×2.47  79 of 79       0        4.0  6 results of 1 case, 4 df, rough
cost             ×1.08     ×1.07  ×1.33  79 of 79       0        4.0  6 results of 1 case, 4 df, rough

Beyond noise 32
  disputed hotel charge, booked twice                           groundedness
  refund after 60 days, gold card                               groundedness
  and 30 more (--limit N)
$ spoor compare v12 v13 --noise --json | jq -c '.noise | del(.metrics, .cases)'
{"sentence":"Roughly, of 55 changed cases 23 stay within what a run differs from itself, 32 exceed it.","stands_on":"Repeats behind it: A 3 results of 1 case, B 3 results of 1 case. What these cases show is taken for all. Few repeats: rough.","paired":80,"cases_a":1,"cases_b":1,"results_a":3,"results_b":3,"changed":55,"within":23,"beyond":32,"untold":0,"texts_left":0}
$ spoor compare v12 v13 --noise --json | jq -c '.noise.metrics[0], .noise.cases[0]'
{"name":"pass","kind":"pass","yes_no":true,"logarithm":false,"a":{"cases":1,"results":3,"wobble":0.6666666666666666},"b":{"cases":1,"results":3,"wobble":0},"wobble":0.3333333333333333,"df":6,"floor":null,"rough":true,"of":80,"moved":24,"beyond":0,"by_chance":26.666666666666664}
{"key":"23b7b1e3458dede3d8fe5bfdd35c7598832e1f43bcb72a31b60fe86e874d85b6","title":"disputed hotel charge, booked twice","class":"regressed","is":"beyond","beyond":["groundedness"]}
$ spoor compare v12 v13 --begins --noise --json | jq -c '.begins != null and .noise != null, (.rows | length)'
true
82
$ spoor compare v12 v13 --where 'begins:"retrieve-policy: other documents"' --json | jq -c '[.rows[].title]'
["disputed hotel charge, booked twice","refund after 60 days, gold card","chargeback when the merchant is closed"]
$ spoor compare v12 v13 --where 'noise:output' --json | jq -c '.rows | length'
19
# Without traces, and without repeats.
$ spoor import tests/data/evals-weekly.tar.gz >$T/log; echo $?
0
$ spoor compare weekly-2026-10-26 weekly-2026-11-02 --begins --noise -n 1
A weekly-2026-10-26, prompt version v12, gpt-4o-2024-08-06, 26 Oct 05:30
B weekly-2026-11-02, prompt version v12, gpt-4o-2024-08-06, 2 Nov 05:30
No evidence of a difference. 60 cases paired (none only in A, none only in B).

Where they begin cannot be told: none of 9 losses has a trace on both sides.
9 of 9 losses have no trace on both sides (9 neither in A nor in B). The results name no traces; prompt and configuration of the two runs can be compared without them.

first differs at        what differs  losses  others  95% interval  p Holm  in words
no trace on both sides                   9/9   51/51

no trace on both sides (9)
  The gym debited me again although I cancelled in August. Ca…
  and 8 more (--limit N)

No repeats: no noise floor can be told.
No case has two results in one run. Repeat the cases of one run, three times or more, and import it again.
