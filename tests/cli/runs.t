$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0
$ spoor runs
id                              time          name         dataset                    model                     prompt       version       cases  err   pass    P50    P95   cost  tok in  out
eval-D13-2026-11-20T16:40:09#0  20 Nov 16:40  dispute v13  file://dispute-cases.yaml  openai:gpt-4o-2024-08-06  dispute v13  322ec166fd4d     84    1  87.8%  3.90s  7.93s  $2.83    777k  88k
eval-D12-2026-11-14T09:12:04#0  14 Nov 09:12  dispute v12  file://dispute-cases.yaml  openai:gpt-4o-2024-08-06  dispute v12  854a868b64bc     82    0  69.6%  3.20s  6.03s  $2.52    741k  66k
$ spoor runs --json | python3 -m json.tool
{
    "total": 2,
    "runs": [
        {
            "id": "eval-D13-2026-11-20T16:40:09#0",
            "created": "2026-11-20T16:40:09.071000000Z",
            "name": "dispute v13",
            "dataset": "file://dispute-cases.yaml",
            "model": "openai:gpt-4o-2024-08-06",
            "provider": "openai",
            "prompt": "dispute v13",
            "prompt_version": "322ec166fd4df25258e6cfdd44ad6779c265a931b799eb26f543dd18495ba801",
            "cases": 84,
            "passed": 72,
            "failed": 11,
            "errored": 1,
            "unscored": 0,
            "pass_rate": 0.8780487804878049,
            "pass_low": 0.7898702600481664,
            "pass_high": 0.9323914635032211,
            "p50_ns": 3904000000,
            "p95_ns": 7927600000,
            "cost_usd": 2.8293450000000004,
            "tokens_in": 777312,
            "tokens_out": 87738,
            "scores": {
                "groundedness": {
                    "n": 81,
                    "mean": 0.8614814814814812
                },
                "icontains": {
                    "n": 81,
                    "mean": 0.8888888888888888
                },
                "relevance": {
                    "n": 81,
                    "mean": 0.8977777777777776
                }
            }
        },
        {
            "id": "eval-D12-2026-11-14T09:12:04#0",
            "created": "2026-11-14T09:12:04.512000000Z",
            "name": "dispute v12",
            "dataset": "file://dispute-cases.yaml",
            "model": "openai:gpt-4o-2024-08-06",
            "provider": "openai",
            "prompt": "dispute v12",
            "prompt_version": "854a868b64bce904728eeb8e28efe75b57c370ccf6f5d6a265dc04588a1357d2",
            "cases": 82,
            "passed": 57,
            "failed": 25,
            "errored": 0,
            "unscored": 0,
            "pass_rate": 0.6958333333333333,
            "pass_low": 0.5879774278948839,
            "pass_high": 0.7857438047037011,
            "p50_ns": 3200000000,
            "p95_ns": 6028050000,
            "cost_usd": 2.5183099999999996,
            "tokens_in": 740604,
            "tokens_out": 65822,
            "scores": {
                "groundedness": {
                    "n": 80,
                    "mean": 0.8091249999999999
                },
                "icontains": {
                    "n": 80,
                    "mean": 0.6958333333333333
                },
                "relevance": {
                    "n": 80,
                    "mean": 0.9037499999999999
                }
            }
        }
    ]
}
$ spoor runs --where 'name~v13' --columns name,prompt_version,cases
name         version       cases
dispute v13  322ec166fd4d     84
$ spoor runs --csv --columns name,cases,passed,pass_rate
name,cases,passed,pass_rate
dispute v13,84,72,0.8780487804878049
dispute v12,82,57,0.6958333333333333
$ spoor runs --sort pass_rate --asc --columns name,pass_rate
name          pass
dispute v12  69.6%
dispute v13  87.8%
$ spoor run v12 --limit 5
run dispute v12  id eval-D12-2026-11-14T09:12:04#0
dataset file://dispute-cases.yaml  created 2026-11-14 09:12:04.512 +00:00  file tests/data/eval-v12.json
model openai:gpt-4o-2024-08-06  provider openai  prompt dispute v12  version 854a868b64bc
82 case results: 57 passed, 25 failed, 0 error, 0 unscored (80 cases, up to 3 repeats)
pass 69.6% (95% interval 58.8% to 78.6%)
latency P50 3.20s, P95 6.03s; cost $2.52; tokens 741k+66k
score groundedness         mean 0.809  n 80
score icontains            mean 0.696  n 80
score relevance            mean 0.904  n 80

key           rep  status  case                                        latency     cost  tok in  out
abb206e0315e    0  passed  refund after 60 days, gold card               2.26s  $0.0349     10k  888
2829c33c2113    0  failed  mixed currencies, same purchase               4.63s  $0.0307    8.9k  821
9aacc8652f9b    0  passed  transfer outside Europe                       2.08s  $0.0271    8.1k  691
2b685a883563    0  failed  stolen card, liability for the first hours    1.94s  $0.0322    9.6k  817
aff773258763    0  failed  paper statement fee for gold customers        2.21s  $0.0245    7.2k  627
$ spoor run eval-v13.json --sort latency_ns --limit 3 --columns title,status,latency_ns
run dispute v13  id eval-D13-2026-11-20T16:40:09#0
dataset file://dispute-cases.yaml  created 2026-11-20 16:40:09.071 +00:00  file tests/data/eval-v13.json
model openai:gpt-4o-2024-08-06  provider openai  prompt dispute v13  version 322ec166fd4d
84 case results: 72 passed, 11 failed, 1 error, 0 unscored (82 cases, up to 3 repeats)
pass 87.8% (95% interval 79.0% to 93.2%)
latency P50 3.90s, P95 7.93s; cost $2.83; tokens 777k+88k
score groundedness         mean 0.861  n 81
score icontains            mean 0.889  n 81
score relevance            mean 0.898  n 81

case                          status  latency
salary has not arrived        passed   11.83s
online order sent twice       passed    9.86s
transfer to the wrong person  passed    8.97s
$ spoor run v13 --where status:failed --columns title,status
run dispute v13  id eval-D13-2026-11-20T16:40:09#0
dataset file://dispute-cases.yaml  created 2026-11-20 16:40:09.071 +00:00  file tests/data/eval-v13.json
model openai:gpt-4o-2024-08-06  provider openai  prompt dispute v13  version 322ec166fd4d
84 case results: 72 passed, 11 failed, 1 error, 0 unscored (82 cases, up to 3 repeats)
pass 87.8% (95% interval 79.0% to 93.2%)
latency P50 3.90s, P95 7.93s; cost $2.83; tokens 777k+88k
score groundedness         mean 0.861  n 81
score icontains            mean 0.889  n 81
score relevance            mean 0.898  n 81

case                                        status
refund after 60 days, gold card             failed
mixed currencies, same purchase             failed
paper statement fee for gold customers      failed
complaint without an answer for a month     failed
disputed hotel charge, booked twice         failed
foreign currency fee on a refund            failed
foreign currency fee on a refund            failed
foreign currency fee on a refund            failed
charge after the merchant changed its name  failed
chargeback when the merchant is closed      failed
recall of a debit after one year            failed
$ spoor run v13 --json | python3 -c "import json,sys; r=json.load(sys.stdin); c=r['cases']; print(r['case_count'], len(c), r['passed'], sorted(c[0])); print(sorted(c[0]['scores'][0])); print(sum(x['status']=='passed' for x in c)==r['passed'], all(x['input'] for x in c))"
84 84 72 ['cost_usd', 'error', 'expected', 'input', 'key', 'latency_ns', 'metadata', 'output', 'repeat', 'scores', 'status', 'title', 'tokens_in', 'tokens_out', 'trace']
['explanation', 'judge_model', 'label', 'name', 'pass', 'source', 'threshold', 'value']
True True
$ spoor run v13 --json --limit 1 --offset 2 | python3 -m json.tool | tail -n 70 | cut -c 1-100
    "stated": {
        "assertFailCount": 25,
        "assertPassCount": 224,
        "cost": 2.829345,
        "groundedness": 71.1,
        "relevance": 74.5,
        "score": 72.5335,
        "testErrorCount": 1,
        "testFailCount": 11,
        "testPassCount": 72,
        "totalLatencyMs": 357519
    },
    "same_content": [],
    "prompt_text": "You are the dispute desk of Marlow Bank. Answer the customer's question only fro
    "config": null,
    "cases": [
        {
            "key": "9aacc8652f9b71b80d478ee3389c7712952de8389769105f213faa50934a7509",
            "repeat": 0,
            "status": "passed",
            "title": "transfer outside Europe",
            "latency_ns": 2852000000,
            "cost_usd": 0.030644,
            "tokens_in": 8400,
            "tokens_out": 954,
            "trace": "e7a10013202611200000000000740000",
            "input": "{\"question\":\"How long does a transfer to Canada take?\",\"customer_tier\":\
            "expected": "icontains: four business days\nllm-rubric: Every claim of the answer stands
            "output": "Up to four business days, depending on the receiving bank.",
            "error": null,
            "metadata": {
                "category": "transfer",
                "traceId": "e7a10013202611200000000000740000"
            },
            "scores": [
                {
                    "name": "icontains",
                    "value": 1,
                    "label": null,
                    "pass": true,
                    "threshold": null,
                    "explanation": "Assertion passed",
                    "source": "code",
                    "judge_model": null
                },
                {
                    "name": "groundedness",
                    "value": 0.89,
                    "label": null,
                    "pass": true,
                    "threshold": 0.7,
                    "explanation": "All statements can be traced to Recall of transfers or to the to
                    "source": "judge",
                    "judge_model": "openai:gpt-4.1"
                },
                {
                    "name": "relevance",
                    "value": 0.87,
                    "label": null,
                    "pass": true,
                    "threshold": 0.7,
                    "explanation": "It answers what was asked and names the next step.",
                    "source": "judge",
                    "judge_model": "openai:gpt-4.1"
                }
            ]
        }
    ],
    "total": 84
}
$ spoor run v13 --json --no-payload --limit 1 | python3 -c "import json,sys; print(sorted(json.load(sys.stdin)['cases'][0]))"
['cost_usd', 'key', 'latency_ns', 'repeat', 'status', 'title', 'tokens_in', 'tokens_out', 'trace']
$ spoor run v13 --markdown --limit 2
| key | rep | status | case | latency | cost | tok in | out | trace |
|---|---:|---|---|---:|---:|---:|---:|---|
| abb206e0315e | 0 | failed | refund after 60 days, gold card | 3.51s | $0.0385 | 11k | 1.2k | – |
| 2829c33c2113 | 0 | failed | mixed currencies, same purchase | 5.51s | $0.0341 | 9.3k | 1.1k | – |
$ spoor run v99 2>&1
spoor: no run has "v99" as its id, name, prompt version or file
? 1
$ spoor run eval 2>&1
spoor: "eval" could be 2 runs: #2 dispute v13 (eval-v13.json), #1 dispute v12 (eval-v12.json)
? 2
