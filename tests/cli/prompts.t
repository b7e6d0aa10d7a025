$ spoor import tests/data/traces-agent.jsonl tests/data/traces-eval.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0

# all versions, by prompt, the newest first
$ spoor prompts
prompt     version  hash      first seen    last seen     runs  traces  cases   pass    P50    P95   $/case  calls  call P95    $/call
classify   v4       –         14 Nov 09:12  20 Nov 16:42     0     215      0      –      –      –        –    215     0.94s  ~<$0.001
dispute    v13      322ec166  19 Nov 09:41  20 Nov 16:42     1      90     82  87.8%  3.90s  7.93s  $0.0337     90     7.30s   ~$0.032
dispute    v12      854a868b  14 Nov 09:12  20 Nov 15:45     1     125     80  69.6%  3.20s  6.03s  $0.0307    125     5.68s   ~$0.023
plan-step  v2       –         19 Nov 15:02  19 Nov 15:02     0       1      0      –      –      –        –     13         –     $3.09

$ spoor prompts --sort pass_rate --limit 2 --columns prompt,version,pass_rate,cost_usd_per_case --csv
prompt,version,pass_rate,cost_usd_per_case
dispute,v13,0.8780487804878049,0.0336535975609756
dispute,v12,0.6958333333333334,0.03069212499999998

# one prompt: each version, against the one before
$ spoor prompts dispute
dispute  2 versions

v13  322ec166fd4d  19 Nov 09:41 to 20 Nov 16:42  1 run, 90 traces
  scored  87.8% (95% 79.0% to 93.2%) on 82 cases of file://dispute-cases.yaml, P50 3.90s, P95 7.93s, $0.0337 a case
          groundedness 0.861 (81), icontains 0.889 (81), relevance 0.898 (81)
  calls   90, 1 error = 1.1% (95% 0.2% to 6.0%), P50 3.14s, P95 7.30s, tokens in 8,893 out 1,000 and ~$0.032 each
          groundedness 0.834 (5), relevance 0.874 (5) on their traces
  before  v12: A; this: B. B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).
          pass 69.6% to 88.8%, +19.2pt (95% +8.8 to +30.4), p 0.0043
  text    3 places: +34 −4 words since then

v12  854a868b64bc  14 Nov 09:12 to 20 Nov 15:45  1 run, 125 traces
  scored  69.6% (95% 58.8% to 78.6%) on 80 cases of file://dispute-cases.yaml, P50 3.20s, P95 6.03s, $0.0307 a case
          groundedness 0.809 (80), icontains 0.696 (80), relevance 0.904 (80)
  calls   125, 1 error = 0.8% (95% 0.1% to 4.4%), P50 2.81s, P95 5.68s, tokens in 6,741 out 628 and ~$0.023 each
          groundedness 0.764 (34), relevance 0.904 (34) on their traces

# a version that only spans name
$ spoor prompts plan
plan-step  1 version

v2  (no file holds its text)  19 Nov 15:02  0 runs, 1 trace
  calls   13, 0 errors, P50 62.07s, P95 –, tokens in 142,700 out 15,890 and $3.09 each
          groundedness 0.62 (1), relevance 0.9 (1) on their traces

# one version, with its text; the text alone
$ spoor prompts dispute v12
dispute  v12  854a868b64bc  14 Nov 09:12 to 20 Nov 15:45  1 run, 125 traces
  scored  69.6% (95% 58.8% to 78.6%) on 80 cases of file://dispute-cases.yaml, P50 3.20s, P95 6.03s, $0.0307 a case
          groundedness 0.809 (80), icontains 0.696 (80), relevance 0.904 (80)
  calls   125, 1 error = 0.8% (95% 0.1% to 4.4%), P50 2.81s, P95 5.68s, tokens in 6,741 out 628 and ~$0.023 each
          groundedness 0.764 (34), relevance 0.904 (34) on their traces

variables: customer_tier, question
You are the dispute desk of Marlow Bank. Answer the customer's question from the policy excerpts and the account facts below. Be brief and polite. If a deadline applies, name it.

Customer ({{customer_tier}}): {{question}}

$ spoor prompts dispute@v13 --text | head -n 1 | cut -c 1-60
You are the dispute desk of Marlow Bank. Answer the customer

# two versions: by label, by hash, as the file calls them
$ spoor prompts dispute v12 v13
A dispute v12  854a868b64bc
B dispute v13  322ec166fd4d
3 places: +34 −4 words
variables: customer_tier, question

You are the dispute desk of Marlow Bank. Answer the customer's question {+only +}from the policy excerpts and the account facts below[-. Be brief and polite-]{+, and name the section you rely on+}. If a deadline applies, name it{+ first. Never repeat account numbers, card numbers or IBANs. If the excerpts do not answer the question, say so and offer a call with a colleague+}.

Customer ({{customer_tier}}): {{question}}

$ spoor prompts dispute@322ec1 854a --markdown --ascii
A dispute v13  322ec166fd4d, B dispute v12  854a868b64bc: 3 places: +4 -34 words

```diff
- You are the dispute desk of Marlow Bank. Answer the customer's question only from the policy excerpts and the account facts below, and name the section you rely on. If a deadline applies, name it first. Never repeat account numbers, card numbers or IBANs. If the excerpts do not answer the question, say so and offer a call with a colleague.
+ You are the dispute desk of Marlow Bank. Answer the customer's question from the policy excerpts and the account facts below. Be brief and polite. If a deadline applies, name it.
  
  Customer ({{customer_tier}}): {{question}}
```

$ spoor prompts dispute v12 v13 --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(list(d), d["diff"]["places"], d["diff"]["words_added"], d["diff"]["words_removed"], d["variables"]); print("".join(w["text"] for w in d["diff"]["hunks"][0]["words"] if w["in"] != "b") + d["diff"]["hunks"][1]["text"] == d["a"]["text"])'
['a', 'b', 'diff', 'variables'] 3 34 4 {'both': ['customer_tier', 'question'], 'added': [], 'gone': []}
True

$ spoor prompts --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["total"], d["prompts"], d["traces_counted"]); [print(v["prompt"], v["version"], v["has_text"], v["runs"], v["traces"], v["calls"], v["labels"]) for v in d["versions"]]'
4 3 216
classify v4 False 0 215 215 ['v4']
dispute v13 True 1 90 90 ['v13', '322ec166fd4df25258e6cfdd44ad6779c265a931b799eb26f543dd18495ba801']
dispute v12 True 1 125 125 ['v12', '854a868b64bce904728eeb8e28efe75b57c370ccf6f5d6a265dc04588a1357d2']
plan-step v2 False 0 1 13 ['v2']

$ spoor prompts dispute --json | python3 -c 'import json,sys; d=json.load(sys.stdin); v=d["versions"][0]; print(d["prompt"], d["total"], v["before"], v["called"], v["compared"]["verdict"], round(v["compared"]["delta"], 4), v["places_changed"], v["datasets"][0]["cases"])'
dispute 2 v12 ['dispute', 'dispute v13'] better 0.1917 3 82

# the figures of a comparison are those of spoor compare
$ spoor compare v12 v13 --json | python3 -c 'import json,sys; m=json.load(sys.stdin)["metrics"][0]; print(m["name"], m["verdict"], round(m["delta"], 4))'
pass better 0.1917

# what cannot be found
$ spoor prompts nothing 2>&1
spoor: no prompt is called "nothing"
? 1

$ spoor prompts dispute v1 2>&1
spoor: 2 versions of dispute are called "v1": use the hash
? 2

$ spoor prompts plan-step v2 --text 2>&1
spoor: no file holds the text of this version
? 1

$ spoor prompts dispute v12 --json --columns x 2>&1
{"error":{"code":"usage","message":"no such column: x; there are prompt version short_hash hash labels has_text first_seen last_seen runs traces dataset cases pass_rate pass_low pass_high p50_ns p95_ns cost_usd_per_case scores.NAME calls call_errors call_error_rate call_p50_ns call_p95_ns call_tokens_in call_tokens_out cost_usd_per_call trace_scores.NAME","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor prompts plan v2 --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["text"], d["hash"], d["cost_usd_per_case"])'
None None None

# the filters of lists know a version by the beginning of its text's hash, too
$ spoor runs --where version:854a868b64bc --columns name
name
dispute v12

$ spoor traces --where 'prompt:dispute version:v12' --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["total"])'
125

# what differs between two runs beside their answers
$ spoor compare v12 v13 --prompts
The prompt changed in 3 places (+34 −4 words); number of cases differs; model, provider, dataset, repeats are the same; no setting differs.
A dispute v12
B dispute v13

prompt
= prompt                        dispute                               dispute
! version                       v12                                   v13

what was tested
= model                         openai:gpt-4o-2024-08-06              openai:gpt-4o-2024-08-06
= provider                      openai                                openai
= dataset                       file://dispute-cases.yaml             file://dispute-cases.yaml
! cases                         80                                    82
= repeats                       3                                     3

circumstances (no cause by themselves)
! created                       2026-11-14 09:12:04.512 +00:00        2026-11-20 16:40:09.071 +00:00
! file                          tests/data/eval-v12.json              tests/data/eval-v13.json

template: the prompt changed in 3 places (+34 −4 words)
variables: customer_tier, question

You are the dispute desk of Marlow Bank. Answer the customer's question {+only +}from the policy excerpts and the account facts below[-. Be brief and polite-]{+, and name the section you rely on+}. If a deadline applies, name it{+ first. Never repeat account numbers, card numbers or IBANs. If the excerpts do not answer the question, say so and offer a call with a colleague+}.

Customer ({{customer_tier}}): {{question}}

$ spoor compare v12 v13 --prompts --markdown
The prompt changed in 3 places (+34 −4 words); number of cases differs; model, provider, dataset, repeats are the same; no setting differs.

| | A | B |
|---|---|---|
| version | v12 | v13 |
| cases | 80 | 82 |

```diff
- You are the dispute desk of Marlow Bank. Answer the customer's question from the policy excerpts and the account facts below. Be brief and polite. If a deadline applies, name it.
+ You are the dispute desk of Marlow Bank. Answer the customer's question only from the policy excerpts and the account facts below, and name the section you rely on. If a deadline applies, name it first. Never repeat account numbers, card numbers or IBANs. If the excerpts do not answer the question, say so and offer a call with a colleague.
  
  Customer ({{customer_tier}}): {{question}}
```

$ spoor compare v13 v12 --prompts --json | python3 -c 'import json,sys; d=json.load(sys.stdin)["differs"]; print(list(d)); print(d["sentence"]); [print(f["kind"], f["name"], f["state"]) for f in d["facts"]]'
['sentence', 'prompt', 'settings_known', 'settings_same', 'cut', 'facts', 'text_a', 'text_b', 'text', 'variables']
The prompt changed in 3 places (+4 −34 words); number of cases differs; model, provider, dataset, repeats are the same; no setting differs.
prompt prompt same
prompt version differs
subject model same
subject provider same
subject dataset same
subject cases differs
subject repeats same
circumstance created differs
circumstance file differs

# only by runs that match
$ spoor prompts --where 'pass>80%' --columns prompt,version,runs,cases
prompt   version  runs  cases
dispute  v13         1     82

$ spoor prompts --where 'nonsense:5' 2>&1 | cut -c 1-60
spoor: --where, column 1: expected a field: name, id, datase
