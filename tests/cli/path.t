# Whose the critical path of a trace is, and what would shorten it.
$ spoor import tests/data/traces-agent.jsonl tests/data/traces-eval.jsonl | tail -1
2 files: 225 traces, 1,910 spans, 94 scores  all new

$ spoor path d15b07e020261120000000000000b10c
dispute-agent  critical path 12.42s  27 of 31 spans on it
id d15b07e020261120000000000000b10c

kind                                  time   share  spans
llm                                  9.42s   75.8%      3  ━━━━━━━━━━━━━━━━━━
tool                                 2.11s   17.0%      6  ━━━━
task                                 0.43s    3.4%     14  ━
retriever                            0.23s    1.9%      1
agent                                0.13s    1.0%      1
embedding                            0.09s    0.7%      1
guardrail                            0.02s    0.2%      1

span                                  time   share  spans
llm   draft-answer                   8.61s   69.3%      1  ━━━━━━━━━━━━━━━━━
span  GET /accounts/balance          2.08s   16.8%      3  ━━━━
span  POST /v1/chat/completions      0.80s    6.5%      1  ━━
retr  retrieve-policy                0.23s    1.9%      1
agent dispute-agent                  0.13s    1.0%      1
task  detect-name                    0.10s    0.8%      1
embed embed-query                    0.09s    0.7%      1
task  detect-iban                    0.09s    0.7%      1
task  detect-card                    0.09s    0.7%      1
task  detect-phone                   0.06s    0.5%      1
task  detect-email                   0.05s    0.4%      1
tool  get_balance                    0.03s    0.2%      3
guard pii-check                      0.02s    0.2%      1
task  audit-log                      0.01s    0.1%      1
llm   classify-intent               8.00ms    0.1%      1
task  mask-personal-data            6.00ms    0.1%      1
task  sign-record                   6.00ms    0.1%      1
task  write-record                  6.00ms    0.1%      1
task  publish-event                 6.00ms    0.1%      1
task  close-case-note               6.00ms    0.1%      1
task  gather-facts                  2.00ms    0.1%      1
task  render-prompt                 2.00ms    0.1%      1
task  count-tokens                  1.00ms    0.1%      1

model                                 time   share  spans
gpt-4o-2024-08-06                    8.61s   69.3%      1  ━━━━━━━━━━━━━━━━━
(no model)                           2.91s   23.5%     23  ━━━━━━
gpt-4o-mini-2024-07-18               0.81s    6.5%      2  ━━
text-embedding-3-small               0.09s    0.7%      1

   saves  would take  what if
   4.30s       8.12s  draft-answer twice as fast
                      8.61s of the critical path (69.3%) is its own time.
   0.91s      11.51s  get_balance once, not 3 times
                      The same arguments 3 times; the answers are the same, too. Without the last 2: 0.91s less.
   0.40s      12.02s  POST /v1/chat/completions twice as fast
                      0.80s of the critical path (6.5%) is its own time.
   0.12s      12.31s  retrieve-policy twice as fast
                      0.23s of the critical path (1.9%) is its own time.
   0.07s      12.36s  dispute-agent twice as fast
                      0.13s of the critical path (1.0%) is its own time.

assumed
  - a step waits for the steps beside it that had ended when it began, and for no other
  - a parent ends as long after its last child as it did; what outlives it by more than 1 ms is not waited for
  - no rate limit, lock or cache joins steps that the trace does not show as joined
  - which call decided that another was made stands in no trace

      at       for   share  span
      0s     0.02s    0.2%  agent dispute-agent
   0.02s    4.00ms    0.1%  llm   classify-intent  gpt-4o-mini-2024-07-18
   0.02s     0.80s    6.5%  span  POST /v1/chat/completions
   0.83s    4.00ms    0.1%  llm   classify-intent  gpt-4o-mini-2024-07-18
   0.83s     0.02s    0.2%  agent dispute-agent
   0.85s    6.00ms    0.1%  retr  retrieve-policy
   0.86s     0.09s    0.7%  embed embed-query  text-embedding-3-small
   0.95s     0.22s    1.8%  retr  retrieve-policy
   1.17s     0.03s    0.2%  agent dispute-agent
   1.20s    2.00ms    0.1%  task  gather-facts
   1.20s    5.00ms    0.1%  tool  get_balance
   1.21s     0.69s    5.6%  span  GET /accounts/balance
   1.90s    4.00ms    0.1%  tool  get_balance
   1.90s    5.00ms    0.1%  tool  get_balance
   1.91s     0.69s    5.6%  span  GET /accounts/balance
   2.60s    4.00ms    0.1%  tool  get_balance
   2.61s    5.00ms    0.1%  tool  get_balance
   2.61s     0.69s    5.6%  span  GET /accounts/balance
   3.31s    4.00ms    0.1%  tool  get_balance
   3.31s     0.04s    0.3%  agent dispute-agent
   3.35s    2.00ms    0.1%  task  render-prompt
   3.35s    1.00ms    0.1%  task  count-tokens
   3.35s     8.61s   69.3%  llm   draft-answer  gpt-4o-2024-08-06
  11.96s    4.00ms    0.1%  guard pii-check
  11.96s     0.05s    0.4%  task  detect-email
  12.01s    2.00ms    0.1%  guard pii-check
  12.01s     0.06s    0.5%  task  detect-phone
  12.07s    2.00ms    0.1%  guard pii-check
  12.07s     0.09s    0.7%  task  detect-card
  12.16s    2.00ms    0.1%  guard pii-check
  12.16s     0.10s    0.8%  task  detect-name
  12.26s    2.00ms    0.1%  guard pii-check
  12.26s     0.09s    0.7%  task  detect-iban
  12.35s    8.00ms    0.1%  guard pii-check
  12.36s     0.01s    0.1%  agent dispute-agent
  12.37s    1.00ms    0.1%  task  audit-log
  12.37s    6.00ms    0.1%  task  mask-personal-data
  12.38s    1.00ms    0.1%  task  audit-log
  12.38s    6.00ms    0.1%  task  sign-record
  12.38s    1.00ms    0.1%  task  audit-log
  12.39s    6.00ms    0.1%  task  write-record
  12.39s    1.00ms    0.1%  task  audit-log
  12.39s    6.00ms    0.1%  task  publish-event
  12.40s    1.00ms    0.1%  task  audit-log
  12.40s    6.00ms    0.1%  task  close-case-note
  12.41s    5.00ms    0.1%  task  audit-log
  12.41s     0.01s    0.1%  agent dispute-agent

# The stretches and the shares add up to the duration, by whatever they are told.
$ spoor path d15b07e020261120000000000000b10c --json | python3 -c 'import json,sys; r=json.load(sys.stdin); print(r["duration_ns"], sum(s["to_ns"]-s["from_ns"] for s in r["path"]), *[sum(s["duration_ns"] for s in r[k]) for k in ("kinds","names","models")]); [print(h["change"], h["saves_ns"], h["duration_ns"], len(h["spans"]), h["title"]) for h in r["what_if"]]'
12420000000 12420000000 12420000000 12420000000 12420000000
twice-as-fast 4303500000 8116500000 1 draft-answer twice as fast
once 910000000 11510000000 3 get_balance once, not 3 times
twice-as-fast 401000000 12019000000 1 POST /v1/chat/completions twice as fast
twice-as-fast 115000000 12305000000 1 retrieve-policy twice as fast
twice-as-fast 65000000 12355000000 1 dispute-agent twice as fast

$ spoor path --ascii -n 3 d15b07e020261120000000000000b10c | head -8
dispute-agent  critical path 12.42s  27 of 31 spans on it
id d15b07e020261120000000000000b10c

kind                                  time   share  spans
llm                                  9.42s   75.8%      3  ==================
tool                                 2.11s   17.0%      6  ====
task                                 0.43s    3.4%     14  =
  and 4 more (--limit N)

# Over many.
$ spoor path --where 'name=dispute-agent' -n 4
critical path of 225 traces, 30m55s together, P50 4.12s, P95 8.61s

kind                                  time   share     P50     P95  traces  most of it in
llm                                 27m54s   90.3%   87.1%   95.8%     225  d15b07e0202611190000000000001009
tool                                81.63s    4.4%    4.4%   13.4%     190  d15b07e0202611200000000000005103
retriever                           62.77s    3.4%    3.9%    8.1%     224  d15b07e0202611170000000000005101
embedding                           12.01s    0.6%    1.3%    2.5%     224  d15b07e0202611200000000000000048
  and 5 more (--limit N)

span                                  time   share     P50     P95  traces  most of it in
llm   plan-step                     13m29s   43.6%      0%      0%       1  d15b07e0202611190000000000001009
llm   draft-answer                  10m46s   34.8%   75.1%   84.9%     224  e7a10013202611200000000000760000
llm   classify-intent                1m51s    6.0%   10.8%   17.6%     224  e7a10013202611200000000000760000
span  POST /v1/chat/completions      1m49s    5.9%      0%   67.2%      25  d15b07e0202611180000000000005102
  and 26 more (--limit N)

model                                 time   share     P50     P95  traces  most of it in
o1-2024-12-17                       13m29s   43.6%      0%      0%       1  d15b07e0202611190000000000001009
gpt-4o-2024-08-06                   12m05s   39.1%   75.3%   84.9%     218  d15b07e0202611180000000000005102
(no model)                           2m51s    9.2%   11.1%   25.3%     225  d15b07e0202611170000000000005101
gpt-4o-mini-2024-07-18               1m52s    6.0%   10.8%   17.6%     224  e7a10013202611200000000000760000
  and 4 more (--limit N)

$ spoor path --where 'name=dispute-agent' --json -n 1
{"total":225,"traces":225,"duration_ns":1854651000000,"p50_ns":4121000000,"p95_ns":8606600000,"kinds":[{"name":"llm","duration_ns":1674370000000,"share":0.9027951889600793,"spans":486,"p50_share":0.8707070707070707,"p95_share":0.9581812698894339,"traces":225,"most_in":"d15b07e0202611190000000000001009"}],"names":[{"name":"plan-step","kind":"llm","duration_ns":808600000000,"share":0.4359849912463315,"spans":13,"p50_share":0,"p95_share":0,"traces":1,"most_in":"d15b07e0202611190000000000001009"}],"models":[{"name":"o1-2024-12-17","duration_ns":808600000000,"share":0.4359849912463315,"spans":13,"p50_share":0,"p95_share":0,"traces":1,"most_in":"d15b07e0202611190000000000001009"}]}

$ spoor path --where 'name=nobody'
? 1

$ spoor path --where 'nosuch:1' 2>&1 | cut -c1-49
spoor: --where, column 1: expected a field: name,

$ spoor path | head -n 1; spoor path --json | cmp - <(spoor path --where 'spans>0' --json)
critical path of 225 traces, 30m55s together, P50 4.12s, P95 8.61s

$ spoor path d15b07e020261120000000000000b10c --where 'name=x' 2>&1
spoor: one trace, or --where FILTER (spoor help path)
? 2

$ spoor path nothere 2>&1
spoor: no trace has an id that begins with "nothere"
? 1

# A span that only waits has the path of what is done meanwhile: that is said.
$ python3 -c 'import json; s=lambda i,p,n,a,b,k: {"traceId":"b"*32,"spanId":"%016x"%i,"parentSpanId":p and "%016x"%p,"name":n,"startTimeUnixNano":str(10**18+a*10**6),"endTimeUnixNano":str(10**18+b*10**6),"attributes":[{"key":"openinference.span.kind","value":{"stringValue":k}}] if k else []}; print(json.dumps({"resourceSpans":[{"scopeSpans":[{"spans":[s(1,0,"POST /",0,1000,""),s(2,1,"http receive",10,990,""),s(3,1,"answer",100,600,"LLM")]}]}]}))' > $T/waits.jsonl; spoor import $T/waits.jsonl
$T/waits.jsonl  otlp       1 trace, 3 spans  all new

$ spoor path bbbb | grep -v '^  - '
POST /  critical path 1.00s  2 of 3 spans on it
id bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb

kind                                  time   share  spans
span                                 1.00s    100%      2  ━━━━━━━━━━━━━━━━━━━━━━━━

span                                  time   share  spans
span  http receive                   0.98s   98.0%      1  ━━━━━━━━━━━━━━━━━━━━━━━━
span  POST /                         0.02s    2.0%      1

While http receive had the path, 1 other span began (LLM and tool calls: 1) that nothing waited for: if it only waits, look there.

   saves  would take  what if
   0.39s       0.61s  http receive twice as fast
                      0.98s of the critical path (98.0%) is its own time; not all of its half is saved, as steps beside it would then be waited for.
   0.01s       0.99s  POST / twice as fast
                      0.02s of the critical path (2.0%) is its own time.

assumed

      at       for   share  span
      0s     0.01s    1.0%  span  POST /
   0.01s     0.98s   98.0%  span  http receive
   0.99s     0.01s    1.0%  span  POST /

