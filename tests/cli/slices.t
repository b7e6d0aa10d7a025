$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0

# the fields there are
$ spoor compare v12 v13 --fields
field                slices  cases  values
input.customer_tier       2     80  standard 56, gold 24
category                 11     80  duplicate_charge 10, transfer 10, refund 9
4 more cut nothing: one value for all, too few cases a value, free text, or the same cut under a longer name (--json has them).
$ spoor compare v12 v13 --fields --json | tr '{' '\n' | grep -o '"name":.*"useful":[a-z]*'
"name":"input.customer_tier","values":2,"slices":2,"cases":80,"differ":0,"numeric":false,"several":false,"free_text":false,"useful":true
"name":"category","values":11,"slices":11,"cases":80,"differ":0,"numeric":false,"several":false,"free_text":false,"useful":true
"name":"expected","values":71,"slices":71,"cases":80,"differ":0,"numeric":false,"several":false,"free_text":false,"useful":false
"name":"input.category","values":11,"slices":11,"cases":80,"differ":0,"numeric":false,"several":false,"free_text":false,"useful":false
"name":"input.question","values":80,"slices":80,"cases":80,"differ":0,"numeric":false,"several":false,"free_text":false,"useful":false
"name":"traceId","values":0,"slices":0,"cases":80,"differ":80,"numeric":false,"several":false,"free_text":false,"useful":false
$ spoor run v12 --fields
field                slices  cases  values
input.customer_tier       2     80  standard 56, gold 24
category                 11     80  duplicate_charge 10, transfer 10, refund 9
4 more cut nothing: one value for all, too few cases a value, free text, or the same cut under a longer name (--json has them).

# one of them
$ spoor compare v12 v13 --slice category
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

pass:

category          cases      A      B      B-A  95% interval        lost  won  p Holm  in words
refund                9  85.2%  77.8%   −7.4pt  −40.7pt to +25.9pt     2    1    1.00  no evidence
chargeback            8  75.0%  75.0%    0.0pt  −38.5pt to +38.5pt     1    1    1.00  no evidence
duplicate_charge     10  70.0%  80.0%  +10.0pt  −26.5pt to +43.5pt     1    2    1.00  no evidence
account               8  75.0%   100%  +25.0pt  −12.0pt to +59.1pt     0    2    1.00  no evidence
fees                  8  62.5%  87.5%  +25.0pt  −15.0pt to +57.6pt     0    2    1.00  no evidence
fraud                 7  71.4%   100%  +28.6pt  −12.3pt to +64.1pt     0    2    1.00  no evidence
lost_card             7  71.4%   100%  +28.6pt  −12.3pt to +64.1pt     0    2    1.00  no evidence
transfer             10  60.0%  90.0%  +30.0pt  −7.0pt to +59.3pt      0    3    0.75  no evidence
subscription          6  66.7%   100%  +33.3pt  −12.3pt to +70.0pt     0    2    1.00  no evidence
travel                6  66.7%   100%  +33.3pt  −12.3pt to +70.0pt     0    2    1.00  no evidence
complaint             1     0%     0%    0.0pt  −79.3pt to +79.3pt     0    0    1.00  too few
all cases            80  69.6%  88.8%  +19.2pt  +8.8pt to +30.4pt      4   19  0.0043  better
Each slice is corrected for itself (Holm): of 11 slices without a change about 0.6 would look changed.
$ spoor compare v12 v13 --slice customer_tier --metric latency_p50_ns
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

latency_p50_ns:

input.customer_tier  cases      A      B     B-A  95% interval      lost  won  p Holm  in words
standard                56  3.18s  4.06s  +0.88s  +0.64s to +1.27s     3   13  0.0010  worse
gold                    24  3.22s  3.49s  +0.27s  −0.04s to +0.99s     1    6    0.30  no evidence
all cases               80  3.18s  3.96s  +0.78s  +0.49s to +1.07s     4   19  0.0012  worse
Each slice is corrected for itself (Holm): of 2 slices without a change about 0.1 would look changed.
$ spoor compare v12 v13 --slice customer_tier --repeats majority --ascii
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

pass:

input.customer_tier  cases      A      B      B-A  95% interval       lost  won  p Holm  in words
standard                56  69.6%  87.5%  +17.9pt  +3.9pt to +31.3pt     3   13   0.043  better
gold                    24  70.8%  91.7%  +20.8pt  -1.7pt to +41.7pt     1    6    0.50  no evidence
all cases               80  70.0%  88.8%  +18.8pt  +7.2pt to +30.0pt     4   19   0.010  better
Each slice is corrected for itself (Holm): of 2 slices without a change about 0.1 would look changed.
$ spoor compare v12 v13 --slice customer_tier --markdown
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12  
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40  

pass:

| input.customer_tier | cases | A | B | B-A | 95% interval | lost | won | p Holm | in words |
|---|---:|---:|---:|---:|---|---:|---:|---:|---|
| standard | 56 | 69.0% | 87.5% | +18.5pt | +6.0pt to +32.1pt | 3 | 13 | 0.030 | better |
| gold | 24 | 70.8% | 91.7% | +20.8pt | −1.7pt to +41.7pt | 1 | 6 | 0.50 | no evidence |
| all cases | 80 | 69.6% | 88.8% | +19.2pt | +8.8pt to +30.4pt | 4 | 19 | 0.0043 | better |

Each slice is corrected for itself (Holm): of 2 slices without a change about 0.1 would look changed.
$ spoor compare v12 v13 --slice customer_tier --json | grep -o '"field":"[^"]*","lead":"[a-z]*".*"unread":[0-9]*,"cut":[a-z]*'
"field":"input.customer_tier","lead":"pass","numeric":false,"bins":false,"several":false,"free_text":false,"stated":80,"not_stated":0,"differ":0,"more_values":0,"more_cases":0,"unread":0,"cut":false
$ spoor compare v12 v13 --slice customer_tier --json | grep -o '"value":"[a-z]*","least":null,"greatest":null,"cases":[0-9]*,"counts":{[^}]*},"lost":[0-9]*,"won":[0-9]*,"a":{[^}]*}'
"value":"standard","least":null,"greatest":null,"cases":56,"counts":{"regressed":3,"improved":13,"new_errors":1,"changed":22,"same":17,"only_a":0,"only_b":2},"lost":3,"won":13,"a":{"n":56,"passed":38.666666666666664,"rate":0.6904761904761905,"low":0.5604822159857701,"high":0.7960153319308916}
"value":"gold","least":null,"greatest":null,"cases":24,"counts":{"regressed":1,"improved":6,"new_errors":0,"changed":9,"same":8,"only_a":0,"only_b":0},"lost":1,"won":6,"a":{"n":24,"passed":17,"rate":0.7083333333333334,"low":0.5083230633550337,"high":0.8508535180303913}
$ spoor compare v13 v12 --slice customer_tier | tail -n 5
input.customer_tier  cases      A      B      B-A  95% interval       lost  won  p Holm  in words
gold                    24  91.7%  70.8%  −20.8pt  −41.7pt to +1.7pt     6    1    0.50  no evidence
standard                56  87.5%  69.0%  −18.5pt  −32.1pt to −6.0pt    13    3   0.030  worse
all cases               80  88.8%  69.6%  −19.2pt  −30.4pt to −8.8pt    19    4  0.0043  worse
Each slice is corrected for itself (Holm): of 2 slices without a change about 0.1 would look changed.
$ spoor run v13 --slice category
run dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

category          cases   pass   n  95% interval
chargeback            8  75.0%   8  40.9% to 92.9%
refund                9  77.8%   9  45.3% to 93.7%
duplicate_charge     11  81.8%  11  52.3% to 94.9%
subscription          7  85.7%   7  48.7% to 97.4%
fees                  8  87.5%   8  52.9% to 97.8%
transfer             10  90.0%  10  59.6% to 98.2%
account               8   100%   8  67.6% to 100%
fraud                 7   100%   7  64.6% to 100%
lost_card             7   100%   7  64.6% to 100%
travel                6   100%   6  61.0% to 100%
complaint             1     0%   1  0% to 79.3%
all cases            82  87.8%  82  79.0% to 93.2%
$ spoor run v13 --slice category --json | grep -o '"value":"refund".*"value":"duplicate' | grep -o '"name":"[a-z_0-9]*","kind":"[a-z]*","n":[0-9]*'
"name":"pass","kind":"rate","n":9
"name":"groundedness","kind":"score","n":9
"name":"icontains","kind":"score","n":9
"name":"relevance","kind":"score","n":9
"name":"latency_p50_ns","kind":"latency","n":11
"name":"latency_p95_ns","kind":"latency","n":11
"name":"cost_usd_per_case","kind":"cost","n":9
$ spoor compare v12 v13 --slice category:refund 2>&1
spoor: no case has a field category:refund; there are: input.customer_tier, category
? 1
$ spoor compare v12 v13 --slice tier --metric nosuch 2>&1
spoor: no case has a field tier; there are: input.customer_tier, category
? 1
$ spoor compare v12 v13 --slice customer_tier --metric nosuch 2>&1
spoor: no metric is called nosuch: see the names in --json
? 2

# the same cases behind a slice
$ spoor compare v12 v13 --where field.category:refund --json | grep -o '"class":"[a-z_]*"' | sort | uniq -c
      3 "class":"changed"
      1 "class":"improved"
      2 "class":"regressed"
      3 "class":"same"

# how scores lie
$ spoor compare v12 v13 --histogram groundedness
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

groundedness: A left, B right
      0                           0.3 – 0.35  ▌                        1
      0                           0.35 – 0.4                           0
      1                        ▐  0.4 – 0.45  ▌                        1
      0                           0.45 – 0.5                           0
      5                     ▐███  0.5 – 0.55  ▌                        1
      6                    ▐████  0.55 – 0.6  ▌                        1
      6                    ▐████  0.6 – 0.65  ▌                        1
      0                           0.65 – 0.7  █▌                       2
      4                      ███  0.7 – 0.75                           0
      2                       ▐█  0.75 – 0.8  ▌                        1
      4                      ███  0.8 – 0.85  █████                    7
     19           ██████████████  0.85 – 0.9  ████████████████         22
     25       ██████████████████  0.9 – 0.95  ████████████████████████ 33
      7                    █████  0.95 – 1    ██████▌                  9
A mean 0.812, min 0.400, P25 0.710, P50 0.870, P75 0.925, max 0.950
B mean 0.867, min 0.310, P25 0.860, P50 0.900, P75 0.930, max 0.990
34 of 79 paired cases moved: 24 better, 10 worse; 1 have it in A alone, 2 in B alone; at the threshold of 0.7 or over: 61 in A, 72 in B.
$ spoor compare v12 v13 --histogram icontains --ascii
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40

icontains: A left, B right
     23                 ########  0         ###                      8
      1                        #  0.666667                           0
     55      ###################  1         ######################## 71
A mean 0.705, min 0.000, P25 0.000, P50 1.000, P75 1.000, max 1.000
B mean 0.899, min 0.000, P25 1.000, P50 1.000, P75 1.000, max 1.000
23 of 79 paired cases moved: 19 better, 4 worse; 1 have it in A alone, 2 in B alone.
$ spoor compare v12 v13 --histogram icontains --markdown
A dispute v12, prompt version 854a868b64bc, openai:gpt-4o-2024-08-06, 14 Nov 09:12  
B dispute v13, prompt version 322ec166fd4d, openai:gpt-4o-2024-08-06, 20 Nov 16:40  

**icontains**

| value | A | B |
|---|---:|---:|
| 0 | 23 | 8 |
| 0.666667 | 1 | 0 |
| 1 | 55 | 71 |

A mean 0.705, min 0.000, P25 0.000, P50 1.000, P75 1.000, max 1.000

B mean 0.899, min 0.000, P25 1.000, P50 1.000, P75 1.000, max 1.000

23 of 79 paired cases moved: 19 better, 4 worse; 1 have it in A alone, 2 in B alone.
$ spoor compare v12 v13 --histogram latency_ns --json | grep -o '"name":"latency_ns".*"bins":.{[^}]*}'
"name":"latency_ns","kind":"latency","lower_is_better":true,"cases":79,"only_a":1,"only_b":2,"rose":68,"fell":11,"threshold":null,"values":false,"a":{"mean":3466586497.886076,"least":1183000000,"q1":2485000000,"median":3181000000,"q3":4215500000,"greatest":8660000000,"at_threshold":null},"b":{"mean":4363392405.063292,"least":1306000000,"q1":2972000000,"median":3956000000,"q3":5370500000,"greatest":11830000000,"at_threshold":null},"bins":[{"low":1000000000,"high":2000000000,"closed":false,"a":10,"b":5,"fell":0,"stayed":2,"rose":8}
$ spoor compare v12 v13 --histogram all | grep 'A left'
groundedness: A left, B right
icontains: A left, B right
relevance: A left, B right
pass: A left, B right
latency_ns: A left, B right; lower is better
cost_usd: A left, B right; lower is better
$ spoor compare v12 v13 --histogram nosuch 2>&1
spoor: no case has a score nosuch in both runs; there are: groundedness, icontains, relevance, pass, latency_ns, cost_usd
? 1
