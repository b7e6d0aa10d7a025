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
            "cost_per_case_usd": 0.03368267857142858,
            "distinct_cases": 82,
            "repeats": 3,
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
            "cost_per_case_usd": 0.030711097560975606,
            "distinct_cases": 80,
            "repeats": 3,
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
pass@1 69.6% (59.6% to 79.6%)   pass^1 69.6% (59.6% to 79.6%)   80 cases
pass@2 100%                     pass^2 33.3%                    1 case (too few for an interval), 79 with fewer repeats left out
pass@3 100%                     pass^3 0%                       1 case (too few for an interval), 79 with fewer repeats left out
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
pass@1 87.8% (80.5% to 93.9%)   pass^1 87.8% (80.5% to 93.9%)   82 cases
pass@2 0%                       pass^2 0%                       1 case (too few for an interval), 81 with fewer repeats left out
pass@3 0%                       pass^3 0%                       1 case (too few for an interval), 81 with fewer repeats left out
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
pass@1 87.8% (80.5% to 93.9%)   pass^1 87.8% (80.5% to 93.9%)   82 cases
pass@2 0%                       pass^2 0%                       1 case (too few for an interval), 81 with fewer repeats left out
pass@3 0%                       pass^3 0%                       1 case (too few for an interval), 81 with fewer repeats left out
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
$ spoor run v13 --json --limit 1 --offset 2 | python3 -m json.tool | tail -n 150 | cut -c 1-100
    "unscored": 0,
    "pass_rate": 0.8780487804878049,
    "pass_low": 0.7898702600481664,
    "pass_high": 0.9323914635032211,
    "p50_ns": 3904000000,
    "p95_ns": 7927600000,
    "cost_usd": 2.8293450000000004,
    "cost_per_case_usd": 0.03368267857142858,
    "distinct_cases": 82,
    "repeats": 3,
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
    },
    "people": {
        "judged": 0,
        "good": 0,
        "bad": 0,
        "unsure": 0
    },
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
    "config": {
        "providers": [
            {
                "id": "openai:gpt-4o-2024-08-06",
                "label": "dispute-agent",
                "config": {
                    "temperature": 0.2
                }
            }
        ],
        "evaluateOptions": {
            "maxConcurrency": 4
        }
    },
    "pass_at_k": [
        {
            "k": 1,
            "pass_at_k": 0.8780487804878049,
            "at_low": 0.8048780487804879,
            "at_high": 0.9390243902439024,
            "pass_hat_k": 0.8780487804878049,
            "hat_low": 0.8048780487804879,
            "hat_high": 0.9390243902439024,
            "cases": 82,
            "left_out": 0
        },
        {
            "k": 2,
            "pass_at_k": 0,
            "at_low": null,
            "at_high": null,
            "pass_hat_k": 0,
            "hat_low": null,
            "hat_high": null,
            "cases": 1,
            "left_out": 81
        },
        {
            "k": 3,
            "pass_at_k": 0,
            "at_low": null,
            "at_high": null,
            "pass_hat_k": 0,
            "hat_low": null,
            "hat_high": null,
            "cases": 1,
            "left_out": 81
        }
    ],
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
# the weekly series: every run against the band of those before it, and the answer
$ spoor import tests/data/evals-weekly.tar.gz tests/data/evals-claims.tar.gz >/dev/null
$ spoor runs --dataset weekly
dataset dispute weekly, 12 runs, value: pass

time          name               cases  value    low   high  band from     to  band    note
31 Aug 05:30  weekly-2026-08-31     60  88.3%  77.8%  94.2%          –      –  –       –
7 Sep 05:30   weekly-2026-09-07     60  91.7%  81.9%  96.4%          –      –  –       –
14 Sep 05:30  weekly-2026-09-14     60  90.0%  79.9%  95.3%          –      –  –       –
21 Sep 05:30  weekly-2026-09-21     60  88.3%  77.8%  94.2%      70.0%   100%  inside  –
28 Sep 05:30  weekly-2026-09-28     60  90.0%  79.9%  95.3%      75.2%   100%  inside  –
5 Oct 05:30   weekly-2026-10-05     60  91.7%  81.9%  96.4%      77.5%   100%  inside  –
12 Oct 05:30  weekly-2026-10-12     60  88.3%  77.8%  94.2%      79.0%   100%  inside  –
19 Oct 05:30  weekly-2026-10-19     60  88.3%  77.8%  94.2%      79.4%   100%  inside  –
26 Oct 05:30  weekly-2026-10-26     60  90.0%  79.9%  95.3%      79.6%  99.6%  inside  –
2 Nov 05:30   weekly-2026-11-02     60  78.3%  66.4%  86.9%      79.9%  99.3%  below   drift begins
9 Nov 05:30   weekly-2026-11-09     60  76.7%  64.6%  85.6%      78.6%  98.4%  below   –
16 Nov 05:30  weekly-2026-11-16     60  71.7%  59.2%  81.5%      75.6%  99.2%  below   –

pass  ▇██▇██▇▇█▼▃▃▁  oldest to newest
pass: the newest run (71.7%) is below its band (75.6% to 99.2%, from the 11 runs before), drifting since 2 Nov 2026
groundedness: the newest run (0.771) is below its band (0.775 to 0.901, from the 11 runs before), drifting since 2 Nov 2026
passed: the newest run (0.717) is below its band (0.756 to 0.992, from the 11 runs before), drifting since 2 Nov 2026
$ spoor runs --dataset weekly --score groundedness --limit 3
dataset dispute weekly, 12 runs, value: groundedness

time          name               cases  value  band from     to  band   note
2 Nov 05:30   weekly-2026-11-02     60  0.804      0.809  0.887  below  drift begins
9 Nov 05:30   weekly-2026-11-09     60  0.782      0.795  0.892  below  –
16 Nov 05:30  weekly-2026-11-16     60  0.771      0.775  0.901  below  –

groundedness  ▅▇▅▅▆▆▄▅▅▼▃▂▂  oldest to newest
groundedness: the newest run (0.771) is below its band (0.775 to 0.901, from the 11 runs before), drifting since 2 Nov 2026
pass: the newest run (71.7%) is below its band (75.6% to 99.2%, from the 11 runs before), drifting since 2 Nov 2026
passed: the newest run (0.717) is below its band (0.756 to 0.992, from the 11 runs before), drifting since 2 Nov 2026
$ spoor runs --dataset "dispute weekly" --csv --columns created,value,band_low,band_high,place,note --limit 3
created,value,band_low,band_high,place,note
2026-11-02T05:30:00.000000000Z,0.7833333333333333,0.7994470080156043,0.9931455845769886,below,drift begins
2026-11-09T05:30:00.000000000Z,0.7666666666666667,0.7863494906856511,0.9836505093143492,below,
2026-11-16T05:30:00.000000000Z,0.7166666666666667,0.7561317836881716,0.992353064796677,below,
$ spoor runs --dataset WEEKLY --markdown --sort value --asc --limit 2
| time | name | cases | value | low | high | band from | to | band | note |
|---|---|---:|---:|---:|---:|---:|---:|---|---|
| 16 Nov 05:30 | weekly-2026-11-16 | 60 | 71.7% | 59.2% | 81.5% | 75.6% | 99.2% | below | – |
| 9 Nov 05:30 | weekly-2026-11-09 | 60 | 76.7% | 64.6% | 85.6% | 78.6% | 98.4% | below | – |
$ spoor runs --dataset weekly --json | python3 -c "import json,sys; d=json.load(sys.stdin); t=d['trend']; m=t['metrics'][0]; print(sorted(t), len(d['runs'])); print(json.dumps({k: v for k, v in m.items() if k != 'points'}, indent=1)); print(json.dumps(m['points'][-1], indent=1)); print(json.dumps(t['runs'][0]))"
['counted', 'dataset', 'metrics', 'runs'] 12
{
 "name": "pass",
 "kind": "rate",
 "answer": "pass: the newest run (71.7%) is below its band (75.6% to 99.2%, from the 11 runs before), drifting since 2 Nov 2026",
 "drifting": true,
 "direction": "fell",
 "since": "2026-11-02T05:30:00.000000000Z",
 "since_run": "b99f3a1c#weekly-2026-11-02",
 "least_shared_cases": 1
}
{
 "run": "9888a7e0#weekly-2026-11-16",
 "created": "2026-11-16T05:30:00.000000000Z",
 "value": 0.7166666666666667,
 "band_low": 0.7561317836881716,
 "band_high": 0.992353064796677,
 "earlier": 11,
 "outside": true,
 "place": "below",
 "drifting": true
}
{"run": "93399fad#weekly-2026-08-31", "created": "2026-08-31T05:30:00.000000000Z", "counted": true, "same_as": null, "changed": []}
$ spoor runs --dataset claims --json | python3 -c "import json,sys; t=json.load(sys.stdin)['trend']; print([r['changed'] for r in t['runs']]); print(t['metrics'][0]['answer'])"
[[], ['prompt'], ['prompt']]
pass: the newest run (75.0%) has no band yet: 2 earlier runs, 3 are needed
$ spoor runs --dataset e 2>&1
spoor: "e" could be 3 datasets: dispute weekly, file://claims.yaml, file://dispute-cases.yaml
? 2
$ spoor runs --dataset nothing 2>&1
spoor: no run is of a dataset called "nothing"
? 1
$ spoor runs --dataset weekly --score tone 2>&1
spoor: no run of this dataset has "tone"; there are pass, groundedness, passed
? 2
$ spoor runs --score tone 2>&1
spoor: --score is of a trend: name a --dataset, too
? 2
$ spoor runs --dataset weekly v12 2>&1
spoor: either --dataset or runs by name
? 2
$ spoor runs 'claims steps' weekly-2026-10-26 --columns name,pass_rate,p95_ns,cost_per_case_usd,repeats,distinct_cases
name                pass    P95    $/case  rep  distinct
claims steps       85.0%  8.60s  $0.00452    3       120
weekly-2026-10-26  90.0%  4.90s   $0.0259    1        60
unbeaten in pass rate, cost a case and P95 together: claims steps, weekly-2026-10-26
$ spoor runs 'claims steps' v99 2>&1
spoor: no run has "v99" as its id, name, prompt version or file
? 1
$ spoor runs 'claims one-prompt' 'claims steps' 'claims rerank' --sort pass_rate --columns name,pass_rate,cost_per_case_usd,p95_ns
name                pass    $/case     P95
claims steps       85.0%  $0.00452   8.60s
claims rerank      75.0%  $0.00449   8.85s
claims one-prompt  59.2%   $0.0232  21.28s
unbeaten in pass rate, cost a case and P95 together: claims steps, claims rerank
$ spoor runs 'claims steps' 'claims rerank' --json | python3 -c "import json,sys; [print(r['name'], r['unbeaten'], len(r['pass_at_k'])) for r in json.load(sys.stdin)['runs']]"
claims steps True 3
claims rerank True 3
# repeats: pass@k and pass^k
$ spoor run 'claims steps' --limit 1 | head -n 9
run claims steps  id eval-C2-2026-11-16T08:01:40#0
dataset file://claims.yaml  created 2026-11-16 08:01:40.655 +00:00  file tests/data/evals-claims.tar.gz
model openai:gpt-4o-2024-08-06  provider openai  prompt claims steps  version 20c7d9284d2a
160 case results: 136 passed, 24 failed, 0 error, 0 unscored (120 cases, up to 3 repeats)
pass 85.0% (95% interval 77.5% to 90.3%)
latency P50 6.01s, P95 8.60s; cost $0.723; tokens 325k+48k
pass@1 85.0% (78.3% to 90.8%)   pass^1 85.0% (78.3% to 90.8%)   120 cases
pass@2 88.3% (73.3% to 100%)    pass^2 81.7% (63.3% to 96.7%)   20 cases, 100 with fewer repeats left out
pass@3 90.0% (75.0% to 100%)    pass^3 80.0% (60.0% to 95.0%)   20 cases, 100 with fewer repeats left out
$ spoor run 'claims steps' --json --limit 0 | python3 -c "import json,sys; [print(json.dumps(p)) for p in json.load(sys.stdin)['pass_at_k']]"
{"k": 1, "pass_at_k": 0.85, "at_low": 0.7833333333333333, "at_high": 0.9083333333333333, "pass_hat_k": 0.85, "hat_low": 0.7833333333333333, "hat_high": 0.9083333333333333, "cases": 120, "left_out": 0}
{"k": 2, "pass_at_k": 0.8833333333333332, "at_low": 0.7333333333333333, "at_high": 1, "pass_hat_k": 0.8166666666666667, "hat_low": 0.6333333333333334, "hat_high": 0.9666666666666666, "cases": 20, "left_out": 100}
{"k": 3, "pass_at_k": 0.9, "at_low": 0.75, "at_high": 1, "pass_hat_k": 0.8, "hat_low": 0.6, "hat_high": 0.95, "cases": 20, "left_out": 100}
$ spoor run v12 --csv --limit 2 --columns key,status,cost_usd
key,status,cost_usd
abb206e0315e27486220c53490c0066d9893de7a679e02480bb9194a91c2a73e,passed,0.034875
2829c33c21138e8038ae717d1ea5127c796bda71ab88a58d34b0d11b67544683,failed,0.03065
