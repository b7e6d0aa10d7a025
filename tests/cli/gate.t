$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-eval.jsonl tests/data/evals-claims.tar.gz tests/data/evals-weekly.tar.gz >$T/log 2>&1; echo $?
0
# The four answers of a command line: hold, ship, not enough evidence, and no answer at all.
$ spoor gate v13 --baseline v12
run       dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
baseline  dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12

✗ FAIL     latency P50, change       +0.78s  not worse  worse: 3.18s to 3.96s, +0.78s (95% interval +0.49s to +1.07s), p 0.0012 (Holm over 7)
✗ FAIL     latency P95, change       +1.92s  not worse  worse: 6.04s to 7.96s, +1.92s (95% interval +0.62s to +3.17s), p 0.013 (Holm over 7)
✗ FAIL     cost per task, change  +$0.00295  not worse  worse: $0.0307 to $0.0336, +$0.00295 (95% interval +$0.00197 to +$0.00346), p <0.0001 (Holm over 7)
✗ FAIL     new errors                     1  none       1 case gave an answer before and ends in an error now; none may
           - seller in another country does not answer
✓ pass     cases                         80  ≥ 50       80 cases are in both runs (0 only in the baseline, 2 only in this run), 50 are needed
✓ pass     pass rate, change        +19.2pt  not worse  better: 69.6% to 88.8%, +19.2pt (95% interval +8.8pt to +30.4pt), p 0.0043 (Holm over 7)
✓ pass     groundedness, change      +0.055  not worse  better: 0.812 to 0.867, +0.055 (95% interval +0.015 to +0.094), p 0.013 (Holm over 7)
✓ pass     icontains, change         +0.194  not worse  better: 0.705 to 0.899, +0.194 (95% interval +0.089 to +0.304), p 0.0043 (Holm over 7)
✓ pass     relevance, change         −0.007  not worse  no evidence that it is worse: 0.904 to 0.897, −0.007 (95% interval −0.038 to +0.022), p 0.17 (Holm over 7); a change under 0.043 could go unseen
✓ pass     age of the run                7h  ≤ 7.0d     made on 2026-11-20, 7h ago
· skipped  pass rate                  87.8%             87.8% of 82 cases, 1 error counted as not passed (95% interval 79.0% to 93.2%); no limit was given
· skipped  lost cases                     4             4 cases passed before and fail now; no limit was given, the pass rate is tested as a whole
· skipped  latency P50                3.90s             3.90s over 83 results (95% interval 3.47s to 4.40s); no limit was given
· skipped  latency P95                7.93s             7.93s over 83 results (95% interval 6.87s to 11.83s); no limit was given
· skipped  cost per task            $0.0337             $0.0337 on average over 82 cases; no limit was given
· skipped  cost at 10× volume       $0.0349             820 tasks cost $27.60 ($26.60 to $28.60), so at most $0.0349 each; prices and caching as now; no limit was given
· skipped  traces                        84             every one of 84 results has its trace in the store

HOLD: latency P50 is worse (+0.78s); latency P95 is worse (+1.92s); cost per task is worse (+$0.00295); 1 new error, none may.
80 cases in both runs show a change of the pass rate from 15.6pt on, 4 times out of 5; for 5.0pt it takes 696 more cases.
? 1
$ spoor gate v13 -b v12 --pass-rate 85% --tolerate cost_usd_per_case,latency_p50_ns,latency_p95_ns --max-new-errors 1 --p95 9s --cost 0.05 --traces
run       dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
baseline  dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12

✓ pass     cases                         80  ≥ 50       80 cases are in both runs (0 only in the baseline, 2 only in this run), 50 are needed
✓ pass     pass rate                  87.8%  ≥ 85.0%    87.8% of 82 cases, 1 error counted as not passed (95% interval 79.0% to 93.2%); the interval reaches below the limit; at this rate 541 more cases would put it above
✓ pass     pass rate, change        +19.2pt  not worse  better: 69.6% to 88.8%, +19.2pt (95% interval +8.8pt to +30.4pt), p 0.0043 (Holm over 7)
✓ pass     groundedness, change      +0.055  not worse  better: 0.812 to 0.867, +0.055 (95% interval +0.015 to +0.094), p 0.013 (Holm over 7)
✓ pass     icontains, change         +0.194  not worse  better: 0.705 to 0.899, +0.194 (95% interval +0.089 to +0.304), p 0.0043 (Holm over 7)
✓ pass     relevance, change         −0.007  not worse  no evidence that it is worse: 0.904 to 0.897, −0.007 (95% interval −0.038 to +0.022), p 0.17 (Holm over 7); a change under 0.043 could go unseen
✓ pass     new errors                     1  ≤ 1        1 case gave an answer before and ends in an error now
✓ pass     latency P95                7.93s  ≤ 9.00s    7.93s over 83 results (95% interval 6.87s to 11.83s)
✓ pass     cost per task            $0.0337  ≤ $0.05    $0.0337 on average over 82 cases
✓ pass     cost at 10× volume       $0.0349  ≤ $0.05    820 tasks cost $27.60 ($26.60 to $28.60), so at most $0.0349 each; prices and caching as now
✓ pass     traces                        84  ≥ 84       every one of 84 results has its trace in the store
✓ pass     age of the run                7h  ≤ 7.0d     made on 2026-11-20, 7h ago
· skipped  latency P50, change       +0.78s  not worse  may get worse (tolerate); it is worse: 3.18s to 3.96s, +0.78s (95% interval +0.49s to +1.07s)
· skipped  latency P95, change       +1.92s  not worse  may get worse (tolerate); it is worse: 6.04s to 7.96s, +1.92s (95% interval +0.62s to +3.17s)
· skipped  cost per task, change  +$0.00295  not worse  may get worse (tolerate); it is worse: $0.0307 to $0.0336, +$0.00295 (95% interval +$0.00197 to +$0.00346)
· skipped  lost cases                     4             4 cases passed before and fail now; no limit was given, the pass rate is tested as a whole
· skipped  latency P50                3.90s             3.90s over 83 results (95% interval 3.47s to 4.40s); no limit was given

SHIP: all 12 checks pass.
80 cases in both runs show a change of the pass rate from 15.6pt on, 4 times out of 5; for 5.0pt it takes 696 more cases.
$ spoor gate v13 -b v12 --strict --pass-rate 0.85 --margin 0.05 --tolerate cost_usd_per_case,latency_p50_ns,latency_p95_ns --max-new-errors 1 --ascii
run       dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
baseline  dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12

? too few  pass rate                  87.8%  >= 85.0%   87.8% of 82 cases, 1 error counted as not passed (95% interval 79.0% to 93.2%); the interval reaches beyond the limit; at this rate 541 more cases would put it above
+ pass     cases                         80  >= 50      80 cases are in both runs (0 only in the baseline, 2 only in this run), 50 are needed
+ pass     pass rate, change        +19.2pt  >= -5.0pt  better: 69.6% to 88.8%, +19.2pt (95% interval +8.8pt to +30.4pt), p 0.0043 (Holm over 7)
+ pass     groundedness, change      +0.055  >= -0.050  better: 0.812 to 0.867, +0.055 (95% interval +0.015 to +0.094), p 0.013 (Holm over 7)
+ pass     icontains, change         +0.194  >= -0.050  better: 0.705 to 0.899, +0.194 (95% interval +0.089 to +0.304), p 0.0043 (Holm over 7)
+ pass     relevance, change         -0.007  >= -0.050  surely worse by less than the margin, if at all: 0.904 to 0.897, -0.007 (95% interval -0.038 to +0.022)
+ pass     new errors                     1  <= 1       1 case gave an answer before and ends in an error now
+ pass     age of the run                7h  <= 7.0d    made on 2026-11-20, 7h ago
. skipped  latency P50, change       +0.78s  not worse  may get worse (tolerate); it is worse: 3.18s to 3.96s, +0.78s (95% interval +0.49s to +1.07s)
. skipped  latency P95, change       +1.92s  not worse  may get worse (tolerate); it is worse: 6.04s to 7.96s, +1.92s (95% interval +0.62s to +3.17s)
. skipped  cost per task, change  +$0.00295  not worse  may get worse (tolerate); it is worse: $0.0307 to $0.0336, +$0.00295 (95% interval +$0.00197 to +$0.00346)
. skipped  lost cases                     4             4 cases passed before and fail now; no limit was given, the pass rate is tested as a whole
. skipped  latency P50                3.90s             3.90s over 83 results (95% interval 3.47s to 4.40s); no limit was given
. skipped  latency P95                7.93s             7.93s over 83 results (95% interval 6.87s to 11.83s); no limit was given
. skipped  cost per task            $0.0337             $0.0337 on average over 82 cases; no limit was given
. skipped  cost at 10x volume       $0.0349             820 tasks cost $27.60 ($26.60 to $28.60), so at most $0.0349 each; prices and caching as now; no limit was given
. skipped  traces                        84             every one of 84 results has its trace in the store

NOT ENOUGH EVIDENCE: pass rate 87.8%, not surely at least 85.0%.
What would settle it: pass rate: 541 more cases.
80 cases in both runs show a change of the pass rate from 15.6pt on, 4 times out of 5; for 5.0pt it takes 696 more cases.
? 5
$ spoor gate v13 --pass-rate 85 2>&1
spoor: "--pass-rate" is a share: from 0 to 1, or "0%" to "100%"
? 2
# The stories: splitting the prompt ships, the reranker does not, the weekly run has drifted.
$ spoor gate 'claims steps' -b 'claims one-prompt' --pass-rate 80% --p95 9s --cost 0.01 --max-age any | tail -n 3

SHIP: all 13 checks pass.
120 cases in both runs show a change of the pass rate from 13.5pt on, 4 times out of 5; for 5.0pt it takes 751 more cases.
$ spoor gate 'claims rerank' -b previous --limit 3 | grep -A 4 -E 'FAIL|HOLD'
✗ FAIL     pass rate, change         −10.0pt  not worse  worse: 85.0% to 75.0%, −10.0pt (95% interval −16.7pt to −4.2pt), p 0.029 (Holm over 7)
           - car stolen in Uppsala
           - break-in through the window, Gdańsk
           - track day at Porto
           and 11 more
✗ FAIL     decision, change           −0.100  not worse  worse: 0.850 to 0.750, −0.100 (95% interval −0.167 to −0.042), p 0.029 (Holm over 7)
✓ pass     cases                         120  ≥ 50       120 cases are in both runs (0 only in the baseline, 0 only in this run), 50 are needed
✓ pass     is-json, change             0.000  not worse  no evidence that it is worse: 1.000 to 1.000, 0.000 (95% interval 0.000 to 0.000), p 1.00 (Holm over 7)
✓ pass     reasoning, change          −0.056  not worse  no evidence that it is worse: 0.800 to 0.745, −0.056 (95% interval −0.092 to −0.021), p 0.067 (Holm over 7); taken alone it looks worse, among all metrics it may be chance; a change under 0.051 could go unseen
✓ pass     latency P50, change        +0.23s  not worse  no evidence that it is worse: 6.01s to 6.24s, +0.23s (95% interval +0.04s to +0.42s), p 0.068 (Holm over 7); taken alone it looks worse, among all metrics it may be chance
--
HOLD: pass rate is worse (−10.0pt); decision is worse (−0.100).
120 cases in both runs show a change of the pass rate from 9.0pt on, 4 times out of 5; for 5.0pt it takes 271 more cases.
$ spoor gate weekly-2026-11-16 --drift --min-cases 60 --pass-rate 70% | head -n 4
run       weekly-2026-11-16, prompt version v12, gpt-4o-2024-08-06, 16 Nov 05:30

✗ FAIL     drift                 71.7%  ≥ 75.6%  pass rate 71.7%, below the band of 75.6% to 99.2% that the 11 runs before it give
✓ pass     cases                    60  ≥ 60     60 cases, 60 are needed
# A gate file, with every kind of limit.
$ printf '%s\n' '{ // of the dispute desk' '  "baseline": "v12", "pass_rate": "80%", "max_new_errors": 1, "no_regression": false,' '  "slices": [{"field": "customer_tier", "pass_rate": "80%"}, {"field": "customer_tier", "value": "platinum"}, {"field": "nofield"}],' '  "scores": {"groundedness": {"min": 0.8, "max_drop": 0.02}, "politeness": {"min": 0.9}},' '  "must_pass": [{"where": "title~phishing"}, {"name": "gold", "field": "customer_tier", "value": "gold"}],' '  "repeats": {"min": 1, "rate": 0.8},' '  "allow": [' '    {"case": "NO SUCH CASE", "reason": "renamed", "until": "2026-12-31"}, ],' '}' >$T/gate.json; spoor gate v13 --file $T/gate.json
run       dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
baseline  dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
limits    $T/gate.json

✗ FAIL     lost cases                    4  none     4 cases passed before and fail now; none may
           - disputed hotel charge, booked twice
           - refund after 60 days, gold card
           - chargeback when the merchant is closed
           - foreign currency fee on a refund
✗ FAIL     gold cases                    2  none     2 results of 24 cases did not pass (24 results)
           - refund after 60 days, gold card
           - paper statement fee for gold customers
? too few  customer_tier=platinum        –           no case of the run is in it; 1 is needed
? too few  nofield                       –           no case of the run has this field
? too few  politeness, min               –  ≥ 0.900  no case of the run has this score
✓ pass     cases                        80  ≥ 50     80 cases are in both runs (0 only in the baseline, 2 only in this run), 50 are needed
✓ pass     pass rate                 87.8%  ≥ 80.0%  87.8% of 82 cases, 1 error counted as not passed (95% interval 79.0% to 93.2%); the interval reaches below the limit; at this rate 19 more cases would put it above
✓ pass     new errors                    1  ≤ 1      1 case gave an answer before and ends in an error now
✓ pass     customer_tier=gold        91.7%  ≥ 80.0%  91.7% of 24 cases (95% interval 74.2% to 97.7%); 70.8% to 91.7% in 24 cases of both runs, p 0.125
✓ pass     customer_tier=standard    86.2%  ≥ 80.0%  86.2% of 58 cases (95% interval 75.1% to 92.8%); 69.0% to 87.5% in 56 cases of both runs, p 0.015
✓ pass     groundedness, min         0.861  ≥ 0.800  mean 0.861 of 81 cases (95% interval 0.833 to 0.886)
✓ pass     groundedness, loss       −0.055  ≤ 0.020  0.812 to 0.867 over 79 cases, a gain of 0.055
✓ pass     red-team cases                0  none     the one case passed, in its one result
✓ pass     repeats                   87.8%  ≥ 80.0%  87.8% of 82 cases pass at least 1 of 1 (95% interval 79.0% to 93.2%)
✓ pass     age of the run               7h  ≤ 7.0d   made on 2026-11-20, 7h ago
· skipped  no regression                 –           not asked for (no_regression)
· skipped  allowed NO SUCH CASE          –           no case of this key is in either run: take it out
· skipped  latency P50               3.90s           3.90s over 83 results (95% interval 3.47s to 4.40s); no limit was given
· skipped  latency P95               7.93s           7.93s over 83 results (95% interval 6.87s to 11.83s); no limit was given
· skipped  cost per task           $0.0337           $0.0337 on average over 82 cases; no limit was given
· skipped  cost at 10× volume      $0.0349           820 tasks cost $27.60 ($26.60 to $28.60), so at most $0.0349 each; prices and caching as now; no limit was given
· skipped  traces                       84           every one of 84 results has its trace in the store

HOLD: 4 cases lost, none may; 2 results of gold cases did not pass.
What would settle it: customer_tier=platinum: 1 more case.
80 cases in both runs show a change of the pass rate from 15.6pt on, 4 times out of 5; for 5.0pt it takes 696 more cases.
? 1
$ spoor gate v13 --file $T/gate.json --baseline v13 2>&1
spoor: the baseline is the run itself
? 2
$ key=$(spoor compare v12 v13 --json | python3 -c 'import json, sys; print([r["key"] for r in json.load(sys.stdin)["rows"] if r["class"] == "regressed"][0])'); for until in 2026-11-20 2026-11-21; do printf '{"allow": [{"case": "%s", "reason": "ticket 4711", "until": "%s"}]}' "$key" $until >$T/allow.json; spoor gate v13 -b v12 -f $T/allow.json --max-lost 3 --json | python3 -c 'import json, sys; [print(c["status"], c["value"], c["reason"]) for c in json.load(sys.stdin)["checks"] if c["name"] == "lost" or c["name"].startswith("allow")]'; done
fail 4 4 cases passed before and fail now
skipped None its time ended with 2026-11-20: the case counts again (ticket 4711)
pass 3 3 cases passed before and fail now, beside 1 that is allowed
pass None lost, allowed until 2026-11-21: ticket 4711
# Its mistakes, all of them.
$ printf '%s\n' '{' '  "pas_rate": 0.8, "strict": "yes",' '  "slices": [{"value": "x"}], // no field' '  "allow": [{"case": "a", "until": "soon"}]' '}' >$T/bad.json; spoor gate v13 --file $T/bad.json 2>&1
$T/bad.json:2:3: no such key of a gate file: "pas_rate" (did you mean pass_rate?)
$T/bad.json:2:30: "strict" is true or false
$T/bad.json:3:14: it needs "field": a field of the cases: of their metadata, variables or tags
$T/bad.json:4:36: "until" is a date in quotes, like "2030-12-31"
$T/bad.json:4:13: it needs "reason": why it may
spoor: 5 mistakes in the gate file
? 2
$ spoor gate v13 --file $T/bad.json --json 2>&1
{"error":{"code":"usage","message":"$T/bad.json:2:3: no such key of a gate file: \"pas_rate\" (did you mean pass_rate?) (and 4 more)","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor gate v13 --file $T/none.json 2>&1
spoor: cannot read $T/none.json: No such file or directory
? 2
$ SPOOR_GATE=$T/gate.json spoor gate v13 | grep -A 1 limits
limits    $T/gate.json
# The example it writes has no mistakes.
$ spoor gate --print-file >$T/example.json; spoor gate v13 --file $T/example.json --max-age any >$T/out 2>&1; echo $?; grep -c . $T/example.json
1
55
# For machines.
$ spoor gate v13 -b v12 --json | python3 -c 'import json, sys; g = json.load(sys.stdin); print(g["answer"], g["counts"], g["cases"], sorted(g)); print(json.dumps([c for c in g["checks"] if c["name"] in ("cases", "regression.pass", "new-errors")], indent=1))'
hold {'pass': 6, 'fail': 4, 'too_few': 0, 'skipped': 7} {'paired': 80, 'regressed': 4, 'improved': 19, 'new_errors': 1, 'changed': 31, 'same': 25, 'only_a': 0, 'only_b': 2} ['answer', 'baseline', 'cases', 'checks', 'counts', 'evidence', 'file', 'run', 'sentence', 'settle']
[
 {
  "name": "cases",
  "title": "cases",
  "status": "pass",
  "value": 80,
  "limit": 50,
  "limit_is": "least",
  "unit": "count",
  "reason": "80 cases are in both runs (0 only in the baseline, 2 only in this run), 50 are needed",
  "low": null,
  "high": null,
  "a": null,
  "b": null,
  "p_holm": null,
  "n": 80,
  "cases_more": null,
  "smallest_detectable": null,
  "cases": [],
  "cases_total": 0
 },
 {
  "name": "regression.pass",
  "title": "pass rate, change",
  "status": "pass",
  "value": 0.19166666666666668,
  "limit": null,
  "limit_is": null,
  "unit": "share_difference",
  "reason": "better: 69.6% to 88.8%, +19.2pt (95% interval +8.8pt to +30.4pt), p 0.0043 (Holm over 7)",
  "low": 0.0875,
  "high": 0.30416666666666664,
  "a": 0.6958333333333333,
  "b": 0.8875,
  "p_holm": 0.004277229309082031,
  "n": 80,
  "cases_more": null,
  "smallest_detectable": 0.155641160493457,
  "cases": [
   {
    "key": "23b7b1e3458dede3d8fe5bfdd35c7598832e1f43bcb72a31b60fe86e874d85b6",
    "title": "disputed hotel charge, booked twice"
   },
   {
    "key": "abb206e0315e27486220c53490c0066d9893de7a679e02480bb9194a91c2a73e",
    "title": "refund after 60 days, gold card"
   },
   {
    "key": "05f36a3201ff3a4fde88eeeba48ee2a3d9dee4c083f5a50a0e85761144ac94a6",
    "title": "chargeback when the merchant is closed"
   },
   {
    "key": "6eb2d3b660967524149ca8b2f0135205fcd0d1efae11195780b5d72238d4d4bd",
    "title": "foreign currency fee on a refund"
   }
  ],
  "cases_total": 4
 },
 {
  "name": "new-errors",
  "title": "new errors",
  "status": "fail",
  "value": 1,
  "limit": 0,
  "limit_is": "most",
  "unit": "count",
  "reason": "1 case gave an answer before and ends in an error now; none may",
  "low": null,
  "high": null,
  "a": null,
  "b": null,
  "p_holm": null,
  "n": 80,
  "cases_more": null,
  "smallest_detectable": null,
  "cases": [
   {
    "key": "5848100eb732abeab1a1b24bcf38aafb3001e308ffb7ddd5b4274413c95f2c3b",
    "title": "seller in another country does not answer"
   }
  ],
  "cases_total": 1
 }
]
$ spoor gate v13 -b v12 --junit >$T/junit.xml; echo $?; python3 -c 'import sys, xml.etree.ElementTree as E; r = E.parse(sys.argv[1]).getroot(); s = r[0]; print(r.tag, s.attrib); cases = s.findall("testcase"); print(len(cases), len(s.findall("testcase/failure")), len(s.findall("testcase/error")), len(s.findall("testcase/skipped"))); print([c.get("name") for c in cases if c.find("failure") is not None]); print(s.find("testcase/failure").attrib)' $T/junit.xml
1
testsuites {'name': 'dispute v13', 'tests': '17', 'failures': '4', 'errors': '0', 'skipped': '7', 'time': '0'}
17 4 0 7
['regression.latency_p50_ns', 'regression.latency_p95_ns', 'regression.cost_usd_per_case', 'new-errors']
{'type': 'fail', 'message': 'worse: 3.18s to 3.96s, +0.78s (95% interval +0.49s to +1.07s), p 0.0012 (Holm over 7)'}
$ spoor gate v13 -b v12 --file $T/gate.json --strict --junit | python3 -c 'import sys, xml.etree.ElementTree as E; s = E.parse(sys.stdin).getroot()[0]; print(s.get("failures"), s.get("errors"), s.get("skipped")); [print(c.get("name"), [e.tag for e in c]) for c in s.findall("testcase") if c.find("error") is not None]'
2 7 7
pass-rate ['error']
slice.customer_tier=gold ['error']
slice.customer_tier=standard ['error']
slice.customer_tier=platinum ['error']
slice.nofield ['error']
score.politeness.min ['error']
repeats ['error']
$ spoor gate v13 -b v12 --markdown --limit 2
**HOLD**: latency P50 is worse (+0.78s); latency P95 is worse (+1.92s); cost per task is worse (+$0.00295); 1 new error, none may.

Run: dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40  
Baseline: dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12

| | check | value | limit | why |
|---|---|---:|---|---|
| ✗ FAIL | latency P50, change | \+0.78s | not worse | worse: 3.18s to 3.96s, +0.78s (95% interval +0.49s to +1.07s), p 0.0012 (Holm over 7) |
| ✗ FAIL | latency P95, change | \+1.92s | not worse | worse: 6.04s to 7.96s, +1.92s (95% interval +0.62s to +3.17s), p 0.013 (Holm over 7) |
| ✗ FAIL | cost per task, change | \+$0.00295 | not worse | worse: $0.0307 to $0.0336, +$0.00295 (95% interval +$0.00197 to +$0.00346), p \<0.0001 (Holm over 7) |
| ✗ FAIL | new errors | 1 | none | 1 case gave an answer before and ends in an error now; none may |
| ✓ pass | cases | 80 | ≥ 50 | 80 cases are in both runs (0 only in the baseline, 2 only in this run), 50 are needed |
| ✓ pass | pass rate, change | \+19.2pt | not worse | better: 69.6% to 88.8%, +19.2pt (95% interval +8.8pt to +30.4pt), p 0.0043 (Holm over 7) |
| ✓ pass | groundedness, change | \+0.055 | not worse | better: 0.812 to 0.867, +0.055 (95% interval +0.015 to +0.094), p 0.013 (Holm over 7) |
| ✓ pass | icontains, change | \+0.194 | not worse | better: 0.705 to 0.899, +0.194 (95% interval +0.089 to +0.304), p 0.0043 (Holm over 7) |
| ✓ pass | relevance, change | −0.007 | not worse | no evidence that it is worse: 0.904 to 0.897, −0.007 (95% interval −0.038 to +0.022), p 0.17 (Holm over 7); a change under 0.043 could go unseen |
| ✓ pass | age of the run | 7h | ≤ 7.0d | made on 2026-11-20, 7h ago |
| · skipped | pass rate | 87\.8% |  | 87\.8% of 82 cases, 1 error counted as not passed (95% interval 79.0% to 93.2%); no limit was given |
| · skipped | lost cases | 4 |  | 4 cases passed before and fail now; no limit was given, the pass rate is tested as a whole |
| · skipped | latency P50 | 3\.90s |  | 3\.90s over 83 results (95% interval 3.47s to 4.40s); no limit was given |
| · skipped | latency P95 | 7\.93s |  | 7\.93s over 83 results (95% interval 6.87s to 11.83s); no limit was given |
| · skipped | cost per task | $0.0337 |  | $0.0337 on average over 82 cases; no limit was given |
| · skipped | cost at 10× volume | $0.0349 |  | 820 tasks cost $27.60 ($26.60 to $28.60), so at most $0.0349 each; prices and caching as now; no limit was given |
| · skipped | traces | 84 |  | every one of 84 results has its trace in the store |

80 cases in both runs show a change of the pass rate from 15.6pt on, 4 times out of 5; for 5.0pt it takes 696 more cases.

**Lost 4**

| case | key | before | now | score |
|---|---|---|---|---|
| disputed hotel charge, booked twice | 23b7b1e3458d | pass | FAIL | groundedness 0.940 → 0.310 |
| refund after 60 days, gold card | abb206e0315e | pass | FAIL | groundedness 0.900 → 0.420 |

and 2 more

**New errors 1**

| case | key | before | now | score |
|---|---|---|---|---|
| seller in another country does not answer | 5848100eb732 | FAIL | error |  |

**Won 19**

| case | key | before | now | score |
|---|---|---|---|---|
| card lost abroad, replacement fee | 64af64c4151a | FAIL | pass | groundedness 0.400 → 0.950 |
| stop a card-on-file payment | 4ff8b1e56a18 | FAIL | pass | relevance 0.520 → 0.990 |

and 17 more

All cases: spoor compare 'eval-D12-2026-11-14T09:12:04#0' 'eval-D13-2026-11-20T16:40:09#0'
? 1
# Hostile names: nothing acts in XML, Markdown or on a terminal.
$ python3 -c 'import json; nasty = "</testcase>]]>&<\"\u001b[31m\u0000\ufffe|`x`\u202e"; [open("%s/nasty%d.json" % (__import__("os").environ["T"], k), "w").write(json.dumps({"evalId": str(k) + nasty, "results": {"version": 3, "timestamp": "2026-11-20T00:00:00Z", "results": [{"testIdx": i, "promptIdx": 0, "description": nasty, "vars": {"q": nasty + str(i)}, "success": k == 0 or i > 20, "score": float(k == 0 or i > 20), "namedScores": {nasty: 0.5}, "response": {"output": nasty}, "latencyMs": 10, "provider": {"id": nasty}, "prompt": {"raw": nasty, "label": nasty}} for i in range(60)], "stats": {}}, "config": {"description": nasty}})) for k in (0, 1)]'; spoor import $T/nasty0.json $T/nasty1.json >/dev/null 2>&1; spoor gate nasty1.json -b nasty0.json --junit >$T/n.xml; echo $?; python3 -c 'import sys, xml.etree.ElementTree as E; s = E.parse(sys.argv[1]).getroot()[0]; print(s.get("tests"), s.get("failures")); text = open(sys.argv[1], encoding="utf-8").read(); print([c for c in text if (ord(c) < 32 and c != "\n") or c in "\ufffe\u202e"])' $T/n.xml; spoor gate nasty1.json -b nasty0.json --markdown | grep -c $'\033'
1
15 1
[]
0
? 1
# Wrong command lines.
$ spoor gate 2>&1
spoor: spoor gate needs a RUN
? 2
$ spoor gate v13 --baseline nobody 2>&1
spoor: the baseline: no run has "nobody" as its id, name, prompt version or file
? 1
$ spoor gate v13 -b v13 2>&1
spoor: the baseline is the run itself
? 2
$ spoor gate v13 --pass-of 2 2>&1
spoor: --pass-of K needs --min-repeats N
? 2
$ spoor gate v13 --json --junit 2>&1
{"error":{"code":"usage","message":"only one of --json, --junit and --markdown","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor gate v12 -b previous 2>&1
spoor: there is no earlier run of its dataset to compare with (baseline: previous)
? 1
$ spoor help gate-file | head -n 12
A gate file holds the limits of spoor gate: --file FILE. JSON with // comments;
every key may be left out, an option of the command line goes before it. spoor
gate --print-file writes one to begin with.

Keys

  baseline        "previous"               the run to compare with, as spoor
                                           compare names it; previous: the
                                           newest earlier one of its dataset
  min_cases       50                       fewer cases (with a baseline: in both
                                           runs) are too few (50)
  pass_rate       "85%"                    the share of cases that pass is at
