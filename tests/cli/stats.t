$ spoor import tests/data/traces-agent.jsonl tests/data/traces-voice.json.gz tests/data/traces-eval.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >/dev/null; echo $?
0
$ spoor stats
2026-11-14 09:12:04.515 +00:00 to 2026-11-20 16:42:06.148 +00:00
traces 231, with errors 5 = 2.2% (95% 0.9% to 5.0%)
spans 1,953
duration  P50 4.16s  P95 9.82s  P99 29.78s  n 231
tokens 3.68M+381k, cached 7.2k, reasoning 203k
cost ~$46.10 in 230 traces; 1 without one, below taken at the mean
at this volume: ~$7.30 a day, ~$219.09 in 30 days (95% $0 to $633.19), if it goes on as in these 6d08h (36.44 traces a day)

by kind, 10 of 11
name       kind       spans  err  err %     P50     P95     P99    time  share  tok in   out  cached  think      cost
llm        llm          466    2   0.4%   1.23s   6.65s  66.08s  26m13s  81.4%   3.68M  381k    7.2k   203k   ~$46.10
tool       tool         229    2   0.9%   0.18s   0.68s   2.09s   2m00s   6.2%       –     –       –      –         –
span       span          31    0     0%   2.95s   6.34s       –   1m53s   5.8%       –     –       –      –         –
retriever  retriever    230    0     0%   0.21s   0.36s   0.42s  64.09s   3.3%       –     –       –      –         –
chain      chain         23    1   4.3%   5.26s  10.45s       –  24.44s   1.3%       –     –       –      –         –
embedding  embedding    229    0     0%   0.04s   0.09s   0.10s  12.34s   0.6%    6.3k     –       –      –  $0.00014
guardrail  guardrail    222    1   0.5%   0.03s   0.14s   0.16s  10.83s   0.6%       –     –       –      –         –
agent      agent        218    3   1.4%   4.03s   8.67s  29.78s   7.46s   0.4%       –     –       –      –         –
task       task         291    0     0%  8.96ms   0.58s   1.82s   3.83s   0.2%       –     –       –      –         –
reranker   reranker      13    0     0%   0.25s       –       –   2.90s   0.1%       –     –       –      –         –

by model
name                    spans  err  err %     P50    P95    P99    time  share  tok in   out  cached  think      cost
o1-2024-12-17              13    0     0%  62.07s      –      –  13m29s  50.9%   1.86M  207k       –   203k    $40.22
gpt-4o-2024-08-06         218    0     0%   2.95s  6.34s  8.67s  10m25s  39.4%   1.65M  169k    7.2k      –    ~$5.83
gpt-4o-mini-2024-07-18    229    0     0%   0.46s  0.96s  1.55s   1m59s   7.5%    157k  4.3k       –      –   ~$0.027
text-embedding-3-small    229    0     0%   0.04s  0.09s  0.10s  12.34s   0.8%    6.3k     –       –      –  $0.00014
gpt-4o                      1    1   100%       –      –      –  10.00s   0.6%       –     –       –      –         –
mistral-large-2411          4    0     0%   3.29s      –      –   6.25s   0.4%    8.9k   915       –      –   ~$0.023
(none)                      1    1   100%       –      –      –   4.25s   0.3%       –     –       –      –         –
rerank-v3                  13    0     0%   0.25s      –      –   2.90s   0.2%       –     –       –      –         –

by tool
name               calls  fail  fail %    P50    P95    P99    time  share  retry  same  ×  most usual error
dial                   6     1   16.7%  2.09s      –      –  40.46s  33.7%      0     0  1  no answer
list_transactions    135     1    0.7%  0.19s  0.59s  0.68s  34.55s  28.8%      1     8  1  core banking unavailable (503)
get_transfer          24     0      0%  0.13s  0.67s      –  30.91s  25.8%      0     0  –  –
get_card_status       35     0      0%  0.18s  0.57s      –   7.31s   6.1%      0     0  –  –
get_balance           25     0      0%  0.20s  0.70s      –   5.05s   4.2%      0     4  –  –
search_merchant        4     0      0%  0.42s      –      –   1.73s   1.4%      0     3  –  –
$ spoor stats --by tool --csv
name,n,errors,error_rate,error_low,error_high,timed,p50_ns,p95_ns,p99_ns,self_ns,share,retries,repeats,message_n,message,tokens_in,tokens_out,cost_usd,filter
dial,6,1,0.16666666666666666,0.030053369748306635,0.5635028221864702,6,2091061146,,,40460000000,0.33714699975834744,0,0,1,no answer,,,,"tool=""dial"""
list_transactions,135,1,0.007407407407407408,0.001308788246274506,0.040764083000620406,135,188514878,589810878,678868159,34553000000,0.2879248710491888,1,8,1,core banking unavailable (503),,,,"tool=""list_transactions"""
get_transfer,24,0,0,0,0.13797620467498017,24,131604594,668343284,,30908000000,0.2575516428208354,0,0,,,,,,"tool=""get_transfer"""
get_card_status,35,0,0,0,0.09890099232440402,35,179882153,571664305,,7310000000,0.06091311340171823,0,0,,,,,,"tool=""get_card_status"""
get_balance,25,0,0,0,0.13319225093904846,25,197561896,700417748,,5048000000,0.04206421292091295,0,4,,,,,,"tool=""get_balance"""
search_merchant,4,0,0,0,0.4898908364545973,4,418238540,,,1728000000,0.014399160048997143,0,3,,,,,,"tool=""search_merchant"""
$ spoor stats --by document --limit 3
2026-11-14 09:12:04.515 +00:00 to 2026-11-20 16:42:06.148 +00:00
traces 231, with errors 5 = 2.2% (95% 0.9% to 5.0%)
spans 1,953
duration  P50 4.16s  P95 9.82s  P99 29.78s  n 231
tokens 3.68M+381k
cost ~$46.10 in 230 traces; 1 without one, below taken at the mean
at this volume: ~$7.30 a day, ~$219.09 in 30 days (95% $0 to $633.19), if it goes on as in these 6d08h (36.44 traces a day)

by document, 3 of 16
of 213 traces with an outcome, 46 bad; presence is no cause, it says where to look first
document         in words     with  bad  bad %  without  bad  bad %   diff   from     to   p Holm  begins
pol-refund-2021  worse          12   12   100%      201   34  16.9%  83.1%  58.2%  87.6%  4.7e-08  Refund policy 2021. Section 4.2. A duplicate or unrecognised card charge can be disputed within 60 days of the statement
pol-complaints   worse           5    5   100%      208   41  19.7%  80.3%  36.4%  85.1%    0.006  Complaints. A complaint is confirmed within 2 business days and answered within 15. After that the ombudsman is open to
form-dispute-p2  no evidence    75   22  29.3%      138   24  17.4%  11.9%   0.4%  24.3%    0.714  Dispute form, page 2. Attach the booking or order confirmation and the statement that shows every charge in question. Ma
$ spoor stats --by session --sort cost_usd --limit 3
2026-11-14 09:12:04.515 +00:00 to 2026-11-20 16:42:06.148 +00:00
traces 231, with errors 5 = 2.2% (95% 0.9% to 5.0%)
spans 1,953
duration  P50 4.16s  P95 9.82s  P99 29.78s  n 231
tokens 3.68M+381k
cost ~$46.10 in 230 traces; 1 without one, below taken at the mean
at this volume: ~$7.30 a day, ~$219.09 in 30 days (95% $0 to $633.19), if it goes on as in these 6d08h (36.44 traces a day)

by session, 3 of 58
name          traces  err  err %    P50    P95    P99    time  share  tok in   out     cost
conv-1909001       1    0     0%      –      –      –  13m34s   0.4%   1.86M  207k   $40.22
(none)           166    1   0.6%  3.50s  7.30s  9.82s  10m46s  71.9%   1.63M  157k    $5.35
conv-2004417       1    1   100%      –      –      –  12.42s   0.4%     17k  1.3k  $0.0412
$ spoor stats --by prompt --where 'service:dispute-agent since:2026-11-18' --markdown
| name | kind | spans | err | err % | P50 | P95 | P99 | time | share | tok in | out | cached | think | cost |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
| plan-step v2 | – | 13 | 0 | 0% | 62.07s | – | – | 13m29s | 67.0% | 1.86M | 207k | – | 203k | $40.22 |
| dispute v13 | – | 90 | 1 | 1.1% | 3.14s | 7.30s | – | 5m05s | 25.3% | 800k | 90k | – | – | ~$2.90 |
| classify v4 | – | 110 | 0 | 0% | 0.48s | 0.96s | 1.00s | 57.57s | 4.8% | 77k | 2.0k | – | – | ~$0.013 |
| dispute v12 | – | 20 | 0 | 0% | 3.29s | 4.50s | – | 35.16s | 2.9% | 50k | 6.6k | 4.1k | – | ~$0.19 |
$ spoor stats --times 10 --by kind --limit 1
2026-11-14 09:12:04.515 +00:00 to 2026-11-20 16:42:06.148 +00:00
traces 231, with errors 5 = 2.2% (95% 0.9% to 5.0%)
spans 1,953
duration  P50 4.16s  P95 9.82s  P99 29.78s  n 231
tokens 3.68M+381k, cached 7.2k, reasoning 203k
cost ~$46.10 in 230 traces; 1 without one, below taken at the mean
at 10 times the volume: ~$73.03 a day, ~$2,191 in 30 days (95% $0 to $5,994), if it goes on as in these 6d08h (36.44 traces a day)
(linear: tiers, caching and price changes are not known)

by kind, 1 of 11
name  kind  spans  err  err %    P50    P95     P99    time  share  tok in   out  cached  think     cost
llm   llm     466    2   0.4%  1.23s  6.65s  66.08s  26m13s  81.4%   3.68M  381k    7.2k   203k  ~$46.10
$ spoor stats --by model,tool --json --limit 1 | python3 -m json.tool
{
    "from": "2026-11-14T09:12:04.515000000Z",
    "to": "2026-11-20T16:42:06.148083747Z",
    "traces": 231,
    "errors": 5,
    "error_rate": 0.021645021645021644,
    "error_low": 0.009280057056677206,
    "error_high": 0.04965953091131587,
    "spans": 1953,
    "timed": 231,
    "p50_ns": 4158571653,
    "p95_ns": 9821232885,
    "p99_ns": 29782520559,
    "tokens_in": 3681360,
    "tokens_out": 381251,
    "tokens_cached": 7168,
    "tokens_reasoning": 202540,
    "cost_usd": 46.099877799999994,
    "cost_estimated": true,
    "costed": 230,
    "projection": {
        "times": 1,
        "days": 6.312518901432257,
        "traces_per_day": 36.43553446593482,
        "usd_per_day": 7.302929071553406,
        "usd_per_30_days": 219.08787214660217,
        "low": 0,
        "high": 633.1944862840395
    },
    "traces_read": 231,
    "spans_read": 1953,
    "by": {
        "model": [
            {
                "name": "o1-2024-12-17",
                "kind": null,
                "n": 13,
                "errors": 0,
                "error_rate": 0,
                "error_low": 0,
                "error_high": 0.22809537235419838,
                "timed": 13,
                "p50_ns": 62072103129,
                "p95_ns": null,
                "p99_ns": null,
                "self_ns": 808600000000,
                "share": 0.508965433026607,
                "tokens_in": 1855100,
                "tokens_out": 206570,
                "tokens_cached": null,
                "tokens_reasoning": 202540,
                "cost_usd": 40.22070000000001,
                "cost_estimated": false,
                "filter": "model=\"o1-2024-12-17\""
            }
        ],
        "tool": [
            {
                "name": "dial",
                "n": 6,
                "errors": 1,
                "error_rate": 0.16666666666666666,
                "error_low": 0.030053369748306635,
                "error_high": 0.5635028221864702,
                "timed": 6,
                "p50_ns": 2091061146,
                "p95_ns": null,
                "p99_ns": null,
                "self_ns": 40460000000,
                "share": 0.33714699975834744,
                "retries": 0,
                "repeats": 0,
                "message_n": 1,
                "message": "no answer",
                "tokens_in": null,
                "tokens_out": null,
                "cost_usd": null,
                "filter": "tool=\"dial\""
            }
        ]
    }
}
$ spoor stats --by kind --spans 100 | tail -n 12
at this volume: ~$7.30 a day, ~$219.09 in 30 days (95% $0 to $633.19), if it goes on as in these 6d08h (36.44 traces a day)

by kind
of the newest 13 of 231 traces (--spans)
name       kind       spans  err  err %     P50    P95    time  share  tok in  out       cost
llm        llm           26    0     0%   0.82s  5.86s  47.76s  90.0%    132k  14k     $0.452
retriever  retriever     13    0     0%   0.19s      –   1.98s   3.7%       –    –          –
tool       tool          12    0     0%   0.15s      –   1.82s   3.4%       –    –          –
embedding  embedding     13    0     0%   0.04s      –   0.59s   1.1%     299    –  $0.000004
agent      agent         13    0     0%   3.39s      –   0.44s   0.8%       –    –          –
guardrail  guardrail     13    0     0%   0.03s      –   0.39s   0.7%       –    –          –
task       task          13    0     0%  8.96ms      –   0.12s   0.2%       –    –          –
$ spoor stats --by all --ascii | grep -c '^by '
14
# what a row counts is what its filter finds
$ spoor stats --by hour --json | python3 -c "import json,sys; r=json.load(sys.stdin)['by']['hour']; print(r[2]['name'], r[2]['n'], r[2]['filter'])"
10:00 11 hour:10
$ spoor traces --where 'hour:10' --json | python3 -c "import json,sys; print(json.load(sys.stdin)['total'])"
11
$ spoor stats --where 'name:nothing'
– to –
traces 0, with errors 0
spans 0
duration  P50 (too few)  P95 (too few)  P99 (too few)  n 0
tokens –
cost – in 0 traces

by kind: nothing

by model: nothing

by tool: nothing
# mistakes
$ spoor stats --by modle 2>&1
spoor: --by: there is no "modle" (did you mean model?); there are kind model tool step prompt provider name service session user hour day document check, all
? 2
$ spoor stats --by kind,tool --csv 2>&1
spoor: a table is of one kind of row: --by one thing
? 2
$ spoor stats --times 0 2>&1
spoor: --times takes a number above 0, not 0
? 2
$ spoor stats --by tool --sort costs 2>&1
spoor: cannot sort by costs; there are name n errors error_rate error_low error_high timed p50_ns p95_ns p99_ns self_ns share retries repeats message_n message tokens_in tokens_out cost_usd filter
? 2
# A table for programs has all rows, as JSON does.
$ export SPOOR_STORE=$T/kinds.db; spoor import tests/data/traces-*.json* >$T/log; spoor stats --jsonl | wc -l; spoor stats --csv | tail -n +2 | wc -l; spoor stats --markdown | tail -n +3 | wc -l
11
11
11
