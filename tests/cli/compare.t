$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0
$ spoor compare v12 v13
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).

metric              A        B        B-A  95% interval             p Holm  in words
pass            69.6%    88.8%    +19.2pt  +8.8pt to +30.4pt        0.0043  better
groundedness    0.812    0.867     +0.055  +0.015 to +0.094          0.013  better
icontains       0.705    0.899     +0.194  +0.089 to +0.304         0.0043  better
relevance       0.904    0.897     −0.007  −0.038 to +0.022           0.17  no evidence
latency P50     3.18s    3.96s     +0.78s  +0.49s to +1.07s         0.0012  worse
latency P95     6.04s    7.96s     +1.92s  +0.62s to +3.17s          0.013  worse
cost / case   $0.0307  $0.0336  +$0.00295  +$0.00197 to +$0.00346  <0.0001  worse
p corrected over 7 metrics (Holm).
Repeat by repeat: 82 results paired, 19 improved, 5 regressed, 1 new error.
80 cases can show a change of the pass rate by 15.6pt; 696 more would show one by 5.0pt.

Lost 4
  disputed hotel charge, booked twice       pass  FAIL   groundedness 0.940 → 0.310
  refund after 60 days, gold card           pass  FAIL   groundedness 0.900 → 0.420
  chargeback when the merchant is closed    pass  FAIL   groundedness 0.880 → 0.550
≈ foreign currency fee on a refund          2/3   0/3    icontains 0.667 → 0.000

Won 19
  card lost abroad, replacement fee         FAIL  pass   groundedness 0.400 → 0.950
  stop a card-on-file payment               FAIL  pass   relevance 0.520 → 0.990
  available balance is higher than the ba…  FAIL  pass   relevance 0.620 → 0.940
  instant transfer refused                  FAIL  pass   groundedness 0.580 → 0.900
  concert moved to another year             FAIL  pass   relevance 0.560 → 0.940
  taxi fare charged twice                   FAIL  pass   groundedness 0.500 → 0.910
  two small test charges, then a big one    FAIL  pass   groundedness 0.520 → 0.930
  stolen card, liability for the first ho…  FAIL  pass   groundedness 0.570 → 0.930
  phishing mail, password entered           FAIL  pass   groundedness 0.540 → 0.920
  transfer to the wrong person              FAIL  pass   groundedness 0.570 → 0.930
  and 9 more (--limit N)

New errors 1
  seller in another country does not answ…  FAIL  error

Changed 31
  paper statement fee for gold customers    FAIL  FAIL   relevance 0.920 → 0.460
  recall of a debit after one year          FAIL  FAIL   relevance 0.930 → 0.450
  mixed currencies, same purchase           FAIL  FAIL   relevance 0.960 → 0.560
  complaint without an answer for a month   FAIL  FAIL   relevance 0.910 → 0.500
  Kontogebühr, Frage auf Deutsch            pass  pass   relevance 0.970 → 0.870
  parcel lost by the carrier                pass  pass   relevance 0.980 → 0.880
  card details stolen, card in hand         pass  pass   relevance 0.970 → 0.860
  close the second account                  pass  pass   groundedness 0.860 → 0.820
  card found again after blocking           pass  pass   relevance 0.990 → 0.900
  free trial turned into a yearly plan      pass  pass   relevance 0.940 → 0.890
  and 21 more (--limit N)

Same 25

Only B 2
  charge after the merchant changed its n…  -     FAIL
  parking machine charged three times       -     pass
$ spoor compare v12 v13 --limit 1 --ascii
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).

metric              A        B        B-A  95% interval             p Holm  in words
pass            69.6%    88.8%    +19.2pt  +8.8pt to +30.4pt        0.0043  better
groundedness    0.812    0.867     +0.055  +0.015 to +0.094          0.013  better
icontains       0.705    0.899     +0.194  +0.089 to +0.304         0.0043  better
relevance       0.904    0.897     -0.007  -0.038 to +0.022           0.17  no evidence
latency P50     3.18s    3.96s     +0.78s  +0.49s to +1.07s         0.0012  worse
latency P95     6.04s    7.96s     +1.92s  +0.62s to +3.17s          0.013  worse
cost / case   $0.0307  $0.0336  +$0.00295  +$0.00197 to +$0.00346  <0.0001  worse
p corrected over 7 metrics (Holm).
Repeat by repeat: 82 results paired, 19 improved, 5 regressed, 1 new error.
80 cases can show a change of the pass rate by 15.6pt; 696 more would show one by 5.0pt.

Lost 4
  disputed hotel charge, booked twice       pass  FAIL   groundedness 0.940 -> 0.310
  and 3 more (--limit N)

Won 19
  card lost abroad, replacement fee         FAIL  pass   groundedness 0.400 -> 0.950
  and 18 more (--limit N)

New errors 1
  seller in another country does not an...  FAIL  error

Changed 31
  paper statement fee for gold customers    FAIL  FAIL   relevance 0.920 -> 0.460
  and 30 more (--limit N)

Same 25

Only B 2
  charge after the merchant changed its...  -     FAIL
  and 1 more (--limit N)
$ spoor compare v12 v13 --ascii | LC_ALL=C grep -c '[^ -~]'
0
? 1
$ spoor compare v12 v13 --markdown --limit 2
**B answers better, is slower and costs more. 80 cases paired (none only in A, 2 only in B).**

A: dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12  
B: dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

| metric | A | B | B-A | 95% interval | p (Holm) | in words |
|---|---:|---:|---:|---|---:|---|
| pass | 69.6% | 88.8% | +19.2pt | +8.8pt to +30.4pt | 0.0043 | better |
| groundedness | 0.812 | 0.867 | +0.055 | +0.015 to +0.094 | 0.013 | better |
| icontains | 0.705 | 0.899 | +0.194 | +0.089 to +0.304 | 0.0043 | better |
| relevance | 0.904 | 0.897 | −0.007 | −0.038 to +0.022 | 0.17 | no evidence |
| latency P50 | 3.18s | 3.96s | +0.78s | +0.49s to +1.07s | 0.0012 | worse |
| latency P95 | 6.04s | 7.96s | +1.92s | +0.62s to +3.17s | 0.013 | worse |
| cost / case | $0.0307 | $0.0336 | +$0.00295 | +$0.00197 to +$0.00346 | <0.0001 | worse |

p corrected over 7 metrics (Holm).
Repeat by repeat: 82 results paired, 19 improved, 5 regressed, 1 new error.
80 cases can show a change of the pass rate by 15.6pt; 696 more would show one by 5.0pt.

**Lost 4**

| case | A | B | score |
|---|---|---|---|
| disputed hotel charge, booked twice | pass | FAIL | groundedness 0.940 → 0.310 |
| refund after 60 days, gold card | pass | FAIL | groundedness 0.900 → 0.420 |

and 2 more

**Won 19**

| case | A | B | score |
|---|---|---|---|
| card lost abroad, replacement fee | FAIL | pass | groundedness 0.400 → 0.950 |
| stop a card-on-file payment | FAIL | pass | relevance 0.520 → 0.990 |

and 17 more

**New errors 1**

| case | A | B | score |
|---|---|---|---|
| seller in another country does not answer | FAIL | error |  |

**Changed 31**

| case | A | B | score |
|---|---|---|---|
| paper statement fee for gold customers | FAIL | FAIL | relevance 0.920 → 0.460 |
| recall of a debit after one year | FAIL | FAIL | relevance 0.930 → 0.450 |

and 29 more

**Same 25**

**Only B 2**

| case | A | B | score |
|---|---|---|---|
| charge after the merchant changed its name | - | FAIL |  |
| parking machine charged three times | - | pass |  |
$ spoor compare v12 v13 --json | python3 -c "import json,sys; r=json.load(sys.stdin); c=r['cases']; print(c, sum(c[k] for k in ('improved','regressed','new_errors','changed','same'))==c['paired'], len(r['rows']))"
{'paired': 80, 'only_a': 0, 'only_b': 2, 'improved': 19, 'regressed': 4, 'new_errors': 1, 'changed': 31, 'same': 25} True 82
$ spoor compare v12 v13 --json --limit 1 | python3 -m json.tool | sed -n '/"metrics"/,$p'
    "metrics": [
        {
            "name": "pass",
            "kind": "rate",
            "n": 80,
            "a": 0.6958333333333333,
            "b": 0.8875,
            "delta": 0.19166666666666668,
            "low": 0.0875,
            "high": 0.30416666666666664,
            "p": 0.0008554458618164062,
            "p_holm": 0.004277229309082031,
            "test": "wilcoxon-signed-rank",
            "verdict": "better",
            "lower_is_better": false,
            "smallest_detectable": 0.155641160493457,
            "cases_needed": 776,
            "cases_more": 696
        },
        {
            "name": "groundedness",
            "kind": "score",
            "n": 79,
            "a": 0.8120253164556961,
            "b": 0.8669620253164553,
            "delta": 0.05493670886075951,
            "low": 0.015189873417721522,
            "high": 0.0937974683544304,
            "p": 0.0042423103004693985,
            "p_holm": 0.012726930901408195,
            "test": "wilcoxon-signed-rank",
            "verdict": "better",
            "lower_is_better": false,
            "smallest_detectable": 0.05666885777751872,
            "cases_needed": 102,
            "cases_more": 23
        },
        {
            "name": "icontains",
            "kind": "score",
            "n": 79,
            "a": 0.7046413502109704,
            "b": 0.8987341772151899,
            "delta": 0.19409282700421943,
            "low": 0.08860759493670886,
            "high": 0.3037974683544304,
            "p": 0.0008554458618164062,
            "p_holm": 0.004277229309082031,
            "test": "wilcoxon-signed-rank",
            "verdict": "better",
            "lower_is_better": false,
            "smallest_detectable": 0.15747354792976276,
            "cases_needed": 784,
            "cases_more": 705
        },
        {
            "name": "relevance",
            "kind": "score",
            "n": 79,
            "a": 0.9040506329113922,
            "b": 0.8969620253164556,
            "delta": -0.007088607594936707,
            "low": -0.0379746835443038,
            "high": 0.022405063291139237,
            "p": 0.17481367368282008,
            "p_holm": 0.17481367368282008,
            "test": "wilcoxon-signed-rank",
            "verdict": "none",
            "lower_is_better": false,
            "smallest_detectable": 0.0433865667800022,
            "cases_needed": 60,
            "cases_more": 0
        },
        {
            "name": "latency_p50_ns",
            "kind": "latency",
            "n": 79,
            "a": 3181000000,
            "b": 3956000000,
            "delta": 775000000,
            "low": 492000000,
            "high": 1074000000,
            "p": 0.00019998000199980003,
            "p_holm": 0.0011998800119988001,
            "test": "bootstrap-quantile",
            "verdict": "worse",
            "lower_is_better": true,
            "smallest_detectable": null,
            "cases_needed": null,
            "cases_more": null
        },
        {
            "name": "latency_p95_ns",
            "kind": "latency",
            "n": 79,
            "a": 6040000000,
            "b": 7962000000,
            "delta": 1922000000,
            "low": 622000000,
            "high": 3170000000,
            "p": 0.006199380061993801,
            "p_holm": 0.012726930901408195,
            "test": "bootstrap-quantile",
            "verdict": "worse",
            "lower_is_better": true,
            "smallest_detectable": null,
            "cases_needed": null,
            "cases_more": null
        },
        {
            "name": "cost_usd_per_case",
            "kind": "cost",
            "n": 80,
            "a": 0.030692125000000004,
            "b": 0.03364650000000001,
            "delta": 0.0029543749999999995,
            "low": 0.0019721249999999995,
            "high": 0.0034556249999999995,
            "p": 1.5173795700934678e-13,
            "p_holm": 1.0621656990654275e-12,
            "test": "wilcoxon-signed-rank",
            "verdict": "worse",
            "lower_is_better": true,
            "smallest_detectable": 0.0013595870092568238,
            "cases_needed": 1,
            "cases_more": 0
        }
    ],
    "stated": [
        {
            "name": "assertFailCount",
            "a": 50,
            "b": 25,
            "delta": -25
        },
        {
            "name": "assertPassCount",
            "a": 196,
            "b": 224,
            "delta": 28
        },
        {
            "name": "cost",
            "a": 2.51831,
            "b": 2.829345,
            "delta": 0.31103499999999995
        },
        {
            "name": "groundedness",
            "a": 66.15,
            "b": 71.1,
            "delta": 4.949999999999989
        },
        {
            "name": "relevance",
            "a": 74.1,
            "b": 74.5,
            "delta": 0.4000000000000057
        },
        {
            "name": "score",
            "a": 65.7501,
            "b": 72.5335,
            "delta": 6.7834
        },
        {
            "name": "testErrorCount",
            "a": 0,
            "b": 1,
            "delta": 1
        },
        {
            "name": "testFailCount",
            "a": 25,
            "b": 11,
            "delta": -14
        },
        {
            "name": "testPassCount",
            "a": 57,
            "b": 72,
            "delta": 15
        },
        {
            "name": "totalLatencyMs",
            "a": 283533,
            "b": 357519,
            "delta": 73986
        }
    ],
    "preferences": null,
    "rows": [
        {
            "key": "23b7b1e3458dede3d8fe5bfdd35c7598832e1f43bcb72a31b60fe86e874d85b6",
            "title": "disputed hotel charge, booked twice",
            "class": "regressed",
            "a": {
                "status": "passed",
                "passes": 1,
                "scored": 1,
                "flaky": false,
                "scores": {
                    "groundedness": 0.94,
                    "icontains": 1,
                    "relevance": 0.95
                },
                "latency_ns": 2038000000,
                "cost_usd": 0.027825
            },
            "b": {
                "status": "failed",
                "passes": 0,
                "scored": 1,
                "flaky": false,
                "scores": {
                    "groundedness": 0.31,
                    "icontains": 0,
                    "relevance": 0.95
                },
                "latency_ns": 1721000000,
                "cost_usd": 0.03117
            },
            "delta": {
                "groundedness": -0.6299999999999999,
                "icontains": -1,
                "relevance": 0
            }
        }
    ]
}
$ spoor compare v12 v13 --json --seed 7 | cmp - <(spoor compare v12 v13 --json --seed 7) && echo same
same
$ spoor compare v13 v13 --limit 0
A dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40
No evidence of a difference. 82 cases paired (none only in A, none only in B).

metric              A        B    B-A  95% interval    p Holm  in words
pass            87.8%    87.8%  0.0pt  0.0pt to 0.0pt    1.00  no evidence
groundedness    0.861    0.861  0.000  0.000 to 0.000    1.00  no evidence
icontains       0.889    0.889  0.000  0.000 to 0.000    1.00  no evidence
relevance       0.898    0.898  0.000  0.000 to 0.000    1.00  no evidence
latency P50     3.90s    3.90s     0s  0s to 0s          1.00  no evidence
latency P95     7.93s    7.93s     0s  0s to 0s          1.00  no evidence
cost / case   $0.0337  $0.0337     $0  $0 to $0          1.00  no evidence
p corrected over 7 metrics (Holm).
Repeat by repeat: 84 results paired, 0 improved, 0 regressed, 0 new errors.

Same 82
$ spoor compare v12 v13 --repeats median 2>&1
spoor: --repeats is mean or majority, not median
? 2
$ spoor compare v12 v13 --margin 0 2>&1
spoor: --margin is a number above 0, not 0
? 2
$ spoor compare v12 v13 --margin x 2>&1
spoor: not a number: x (spoor help compare)
? 2
$ spoor compare v12 v99 2>&1
spoor: no run has "v99" as its id, name, prompt version or file
? 1
# Results without samples: what the sources state is compared, as it stands
$ cd $T && mkdir -p base big && for d in base:0.5 big:0.75; do echo '{"results":{"asdiv":{"alias":"asdiv","exact_match,strict-match":'${d#*:}',"exact_match_stderr,strict-match":0.01}},"configs":{"asdiv":{"doc_to_text":"{{q}}"}},"versions":{"asdiv":1},"n-shot":{"asdiv":8},"config":{"model":"hf"},"date":1724214296.5,"model_name":"org/'${d%:*}'"}' >${d%:*}/results_2024-08-21T04-27-29.701325.json; done; spoor import --store s.db base big >log 2>&1; echo $?
0
$ cd $T && spoor compare --store s.db base big
A asdiv, prompt version v1, shots 8, org/base, 2024-08-21
B asdiv, prompt version v1, shots 8, org/big, 2024-08-21
No cases to pair, so no test: of 2 figures both sources state, 1 differs.

stated                                     A      B     B-A
asdiv/exact_match,strict-match         0.500  0.750  +0.250
asdiv/exact_match_stderr,strict-match  0.010  0.010   0.000
$ cd $T && spoor compare --store s.db base big --markdown | tail -5

| stated | A | B | B-A |
|---|---:|---:|---:|
| asdiv/exact_match,strict-match | 0.500 | 0.750 | +0.250 |
| asdiv/exact_match_stderr,strict-match | 0.010 | 0.010 | 0.000 |
$ cd $T && spoor compare --store s.db base big --json | python3 -c "import json,sys; r=json.load(sys.stdin); print(r['cases']['paired'], r['metrics'], r['stated'])"
0 [] [{'name': 'asdiv/exact_match,strict-match', 'a': 0.5, 'b': 0.75, 'delta': 0.25}, {'name': 'asdiv/exact_match_stderr,strict-match', 'a': 0.01, 'b': 0.01, 'delta': 0}]
# A part of it: the figures stay those of all cases.
$ spoor compare v12 v13 --where 'loss>0.3 or delta.relevance<-0.3' --class lost,changed --sort relevance | tail -n +15
80 cases can show a change of the pass rate by 15.6pt; 696 more would show one by 5.0pt.

7 of 82 cases match (class:lost or class:changed) (loss>0.3 or delta.relevance<-0.3)

Lost 3 of 4
  refund after 60 days, gold card           pass  FAIL   relevance 0.960 → 0.930
  chargeback when the merchant is closed    pass  FAIL   relevance 0.960 → 0.950
  disputed hotel charge, booked twice       pass  FAIL   relevance 0.950 → 0.950

Changed 4 of 31
  recall of a debit after one year          FAIL  FAIL   relevance 0.930 → 0.450
  paper statement fee for gold customers    FAIL  FAIL   relevance 0.920 → 0.460
  complaint without an answer for a month   FAIL  FAIL   relevance 0.910 → 0.500
  mixed currencies, same purchase           FAIL  FAIL   relevance 0.960 → 0.560
$ spoor compare v12 v13 --where hotel --json | jq -c '.filter, .matching, .cases, [.rows[] | .title]'
"hotel"
{"regressed":1,"improved":0,"new_errors":0,"changed":0,"same":0,"only_a":0,"only_b":0}
{"paired":80,"only_a":0,"only_b":2,"improved":19,"regressed":4,"new_errors":1,"changed":31,"same":25}
["disputed hotel charge, booked twice"]
$ spoor compare v12 v13 --class only_b --json | jq -c '.filter, [.rows[] | [.title, .class]]'
"class:only_b"
[["charge after the merchant changed its name","only_b"],["parking machine charged three times","only_b"]]
$ spoor compare v12 v13 --where 'flaky:yes' --markdown | tail -n +19

1 of 82 cases match flaky:yes

**Lost 1 of 4**

| case | A | B | score |
|---|---|---|---|
| foreign currency fee on a refund | 2/3 | 0/3 | icontains 0.667 → 0.000 |
$ spoor compare v12 v13 --json | jq -c '.filter, .matching, (.metrics[0] | .cases_needed, .cases_more)'
null
null
776
696
$ spoor compare v12 v13 --where 'class:lots' 2>&1
spoor: --where, column 7: expected lost, won, new_errors, changed, same, only_a, only_b, found "lots" (did you mean lost?)
? 2
$ spoor compare v12 v13 --where 'delta.tone<0' 2>&1
spoor: no score of these runs is called tone; there is groundedness, icontains, relevance
? 2
$ spoor compare v12 v13 --class lots 2>&1
spoor: --class lots: there are lost, won, new_errors, changed, same, only_a, only_b
? 2
$ spoor compare v12 v13 --sort tone 2>&1
spoor: cannot sort by tone; there are loss, latency, cost, title, groundedness, icontains, relevance
? 2

# the largest limit there is, beyond the first rows
$ spoor compare v12 v13 --json --offset 80 --limit 9223372036854775807 | jq '.rows | length'
2

# What is of both runs goes by its own name, too, as on the screen
$ spoor compare v12 v13 --columns title,latency_ns,scores -n 1 --csv
title,a.latency_ns,b.latency_ns,a.scores,b.scores
"disputed hotel charge, booked twice",2038000000,1721000000,"{""groundedness"":0.94,""icontains"":1,""relevance"":0.95}","{""groundedness"":0.31,""icontains"":0,""relevance"":0.95}"
$ spoor compare v12 v13 --columns title,latency_ns -n 1 --jsonl
{"title":"disputed hotel charge, booked twice","a.latency_ns":2038000000,"b.latency_ns":1721000000}
$ spoor compare v12 v13 --columns title,latenc_ns
? 2
