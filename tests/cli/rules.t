# The team's rules: listed, tried, saved, said to promptfoo; proposed out of flagged answers.
$ spoor rules
No file of rules yet ($T/home/config/spoor/rules.json). spoor rules --propose makes rules out of flagged answers.
$ spoor import --no-index tests/data/evals-claims.tar.gz tests/data/traces-agent.jsonl >$T/log; echo $?
0
$ spoor rules --propose
0 flagged and 0 approved answers.
Nothing is flagged yet: rules are made out of answers people called bad.
? 5
$ spoor rules --propose --json
{"flagged":0,"approved":0,"unsure":0,"unreadable":0,"left_out":0,"tried":0,"too_few":true,"needed":8,"covered":0,"false_alarms":0,"looked_bytes":null,"rules":[]}
? 5
# What the run itself called passed and failed, somebody flags.
$ spoor flag --run 'claims one-prompt' --where status:passed --good --author anna >$T/log; echo $?
0
$ spoor flag --run 'claims one-prompt' --where status:failed --bad --reason wrong --author anna >$T/log; echo $?
0
$ spoor rules --propose
56 flagged and 80 approved answers.
4 rules are more than chance (137 things were tried). The first 2 hit 44 of 56 flagged, with 13 false alarms on 80 approved.

Together they cover most with the fewest rules:
  "decision" is refer
      hits 37 of 56 flagged, 10 of 80 approved (false alarms)   p 1.3e-08 corrected
      {"name": "is-not-decision-refer", "json_field": "decision", "must_not_match": "^refer$", "cases": ""}
  says "Storm: Covered from"
      hits 15 of 56 flagged, 3 of 80 approved (false alarms)   p 0.02 corrected
      {"name": "never-storm-covered-from", "must_not_contain": "Storm: Covered from", "cases": ""}

Others that are more than chance:
  is shorter than 142 characters
      hits 9 of 56 flagged, 0 of 80 approved   p 0.031 corrected
      {"name": "length-at-least-142", "min_length": 142, "cases": ""}
  has something like refer","rule":"liability-\d+
      hits 9 of 56 flagged, 0 of 80 approved   p 0.031 corrected
      {"name": "nothing-like-refer-rule-liability-d", "must_not_match": "(?i)refer\",\"rule\":\"liability-\\d+", "cases": ""}

To keep one: spoor rules --save NAME, with the options given here.
$ spoor rules --propose --json | head -c 700
{"flagged":56,"approved":80,"unsure":0,"unreadable":0,"left_out":0,"tried":137,"too_few":false,"needed":null,"covered":44,"false_alarms":13,"looked_bytes":null,"rules":[{"name":"is-not-decision-refer","kind":"value","flags":"\"decision\" is refer","chosen":true,"adds":37,"hits":37,"misses":19,"false_alarms":10,"passed":70,"precision":0.7872340425531915,"precision_low":0.6509597329080159,"precision_high":0.88010292001905,"recall":0.6607142857142857,"recall_low":0.5299945300706023,"recall_high":0.770800275984081,"p":9.83693589632607e-11,"p_corrected":1.3476602177966715e-08,"rule":{"name": "is-not-decision-refer", "json_field": "decision", "must_not_match": "^refer$", "cases": ""}},{"name":"nev
$ spoor rules --propose --reason tone | head -n 2
0 flagged and 80 approved answers; 56 left out (unsure, disputed, or flagged for another reason).
Nothing is flagged yet: rules are made out of answers people called bad.
$ spoor rules --propose --author nobody | head -n 2
0 flagged and 0 approved answers.
Nothing is flagged yet: rules are made out of answers people called bad.
# A rule is tried: proposed or not, from the file or as text; on what people said, and on all.
$ spoor rules --back-test '{"name":"r","json_field":"decision","must_not_match":"^refer$"}' -n 2
r: "decision" is refer
  hits 37 of 56 flagged answers, false alarms on 10 of 80 approved; of what it flags 65 to 88% is bad.
    false alarm b97f491e2ba6  car stolen in Lyon                  {"decision":"refer","rule":"motor-3","payout_eur":0,"reason":"Theft o…
    false alarm f4c727c889c1  operation in Bremen                 {"decision":"refer","rule":"travel-4","payout_eur":0,"reason":"Medica…
    hit         254e72a7c6a4  bicycle gone from the open yard, …  {"decision":"refer","rule":"home-3","payout_eur":0,"reason":"Storm: C…
    hit         e239cd341e82  strike in Bremen, announced in May  {"decision":"refer","rule":"travel-1","payout_eur":0,"reason":"Cancel…
    miss        457b6e6ccc13  borrowed camera dropped in Lyon     {"decision":"reject","rule":"liability-4","payout_eur":0,"reason":"Da…
    miss        662ad24acef8  ring lost in a burglary, Porto      {"decision":"approve","rule":"home-3","payout_eur":867,"reason":"Stor…
$ spoor rules --back-test '{"name":"r","json_field":"decision","must_not_match":"^refer$"}' --everything -n 0
r: "decision" is refer
  hits 37 of 56 flagged answers, false alarms on 10 of 80 approved; of what it flags 65 to 88% is bad.
  Of 110 answers nobody judged it would flag 73.
$ spoor rules --back-test '{"name":"r","json_field":"decision","must_not_match":"^refer$"}' --json -n 1
{"everything":false,"rules":[{"name":"r","flags":"\"decision\" is refer","of_answers":true,"hits":37,"misses":19,"false_alarms":10,"passed":70,"precision":0.7872340425531915,"precision_low":0.6509597329080159,"precision_high":0.88010292001905,"recall":0.6607142857142857,"recall_low":0.5299945300706023,"recall_high":0.770800275984081,"unjudged":0,"would_flag":0,"unsure":0,"unreadable":0,"left_out":0,"examples":[{"kind":"false alarm","target":"b97f491e2ba627b4d4555fb9f918fdc57a60e4ad1646c42189b56868af182d4a","title":"car stolen in Lyon","excerpt":"{\"decision\":\"refer\",\"rule\":\"motor-3\",\"payout_eur\":0,\"reason\":\"Theft of a vehicle: Referred to an adjuster; both keys must be handed in. Nothing in the claim speaks against it.\"}","why":"the output has a \"decision\" that matches what it must not at character 1"},{"kind":"hit","target":"254e72a7c6a451f67684a361176daa98a1a09eccf4cfbc4015e42e6494f810b7","title":"bicycle gone from the open yard, Bremen","excerpt":"{\"decision\":\"refer\",\"rule\":\"home-3\",\"payout_eur\":0,\"reason\":\"Storm: Covered from wind force 8 on. The rule names exactly this.\"}","why":"the output has a \"decision\" that matches what it must not at character 1"},{"kind":"miss","target":"457b6e6ccc13f7d3cdccaf7156b8373bd37fed316fb48f09add9407b891a38e2","title":"borrowed camera dropped in Lyon","excerpt":"{\"decision\":\"reject\",\"rule\":\"liability-4\",\"payout_eur\":0,\"reason\":\"Damage at work: Excluded: the employer's policy pays. Nothing in the claim speaks against it.\"}","why":null}]}]}
$ spoor rules --back-test '{"name":"r","kind":"llm","max_length":3}'
r: is longer than 3 characters
  It is about single spans, which nobody judged as answers: spoor checks shows what it finds.
$ spoor rules --back-test '{"name":"r","max_lenght":3}' 2>&1
spoor: the rule, line 1: no such key of a rule: "max_lenght" (did you mean max_length?)
? 2
$ spoor rules --back-test nosuch 2>&1
spoor: no rule, and no file, is called "nosuch"; spoor rules lists them
? 2
# Saved: the file grows, its comments stay.
$ spoor rules --save '{"name": "short", "max_length": 900}'
Saved to $T/home/config/spoor/rules.json. spoor checks looks at traces with it, spoor rules --back-test at case results.
$ sed -i 's|"rules": \[|"rules": [ // ours|' $T/home/config/spoor/rules.json; spoor rules --save '{"name": "json-only", "must_be": "json", "cases": "run:steps"}' --json
{"saved":{"name": "json-only", "must_be": "json", "cases": "run:steps"},"file":"$T/home/config/spoor/rules.json"}
$ cat $T/home/config/spoor/rules.json
{
  "rules": [ // ours
    {"name": "short", "max_length": 900},
    {"name": "json-only", "must_be": "json", "cases": "run:steps"}
  ]
}
$ spoor rules --save '{"name": "short", "max_length": 9}' 2>&1
spoor: $T/home/config/spoor/rules.json, line 5: two rules are called "short"
? 2
$ spoor rules
$T/home/config/spoor/rules.json: 2 rules
  short                        warning  is longer than 900 characters
  json-only                    warning  is no JSON
$ spoor rules --json
{"file":"$T/home/config/spoor/rules.json","rules":[{"name":"short","level":"warning","flags":"is longer than 900 characters","of_answers":true,"rule":{"name": "short", "max_length": 900}},{"name":"json-only","level":"warning","flags":"is no JSON","of_answers":true,"rule":{"name": "json-only", "must_be": "json", "cases": "run:steps"}}]}
$ spoor rules --back-test short -n 0
short: is longer than 900 characters
  hits 0 of 56 flagged answers, false alarms on 0 of 80 approved.
$ spoor rules --promptfoo | sed 's/^# /; /'
; Assertions for promptfoo. In promptfooconfig.yaml: defaultTest: file://THIS_FILE
; Not among them: json-only (it is about some answers only, chosen by a filter).
assert:
  - type: javascript
    value: "[...(typeof output === \"string\" ? output : JSON.stringify(output))].length <= 900"
    metric: short
$ spoor rules --promptfoo --json
{
  "assert": [
    {"type": "javascript", "value": "[...(typeof output === \"string\" ? output : JSON.stringify(output))].length <= 900", "metric": "short"}
  ],
  "left_out": [
    {"rule": "json-only", "why": "it is about some answers only, chosen by a filter"}
  ]
}
$ spoor checks --check short --columns level,check | head -n 2
Nothing found.
$ spoor checks 2>&1 >/dev/null | tail -n 1
spoor: findings are of traces; on case results 2 of your rules can be tried: spoor rules --back-test all --everything
$ spoor rules --propose --save x 2>&1
spoor: --propose, --back-test and --save: one at a time
? 2
$ spoor rules --save nosuch 2>&1
spoor: no rule "nosuch" is proposed: spoor rules --propose says which are
? 2
$ spoor rules --save is-not-decision-refer --rules $T/own.json; cat $T/own.json
Saved to $T/own.json. spoor rules --back-test at case results.
{
  "rules": [
    {"name": "is-not-decision-refer", "json_field": "decision", "must_not_match": "^refer$", "cases": ""}
  ]
}
$ spoor rules --rules $T/own.json --back-test all --run 'claims one-prompt' -n 1
is-not-decision-refer: "decision" is refer
  hits 37 of 56 flagged answers, false alarms on 10 of 80 approved; of what it flags 65 to 88% is bad.
    false alarm b97f491e2ba6  car stolen in Lyon                  {"decision":"refer","rule":"motor-3","payout_eur":0,"reason":"Theft o…
    hit         254e72a7c6a4  bicycle gone from the open yard, …  {"decision":"refer","rule":"home-3","payout_eur":0,"reason":"Storm: C…
    miss        457b6e6ccc13  borrowed camera dropped in Lyon     {"decision":"reject","rule":"liability-4","payout_eur":0,"reason":"Da…
$ spoor rules --propose --where 'line:nosuch' 2>&1
spoor: --where: at character 1: expected a field: title, key, status, score, latency, dur, cost, tokens, repeat, run, verdict, author, reason, note, tag, has
? 2
$ spoor rules --propose --promptfoo | sed 's/^# /; /'
; Assertions for promptfoo. In promptfooconfig.yaml: defaultTest: file://THIS_FILE
assert:
  - type: javascript
    value: "((o, p) => { try { let v = typeof o === \"string\" ? JSON.parse(o) : o; const own = (x, k) => x !== null && typeof x === \"object\" && !Array.isArray(x) && Object.hasOwn(x, k); for (const k of own(v, p) ? [p] : p.split(\".\")) { if (!own(v, k)) return false; v = v[k]; } const s = typeof v === \"string\" ? v : JSON.stringify(v); return !new RegExp(\"^refer$\", \"m\").test(s); } catch (e) { return false; } })(output, \"decision\")"
    metric: is-not-decision-refer
  - type: not-icontains
    value: "Storm: Covered from"
    metric: never-storm-covered-from
