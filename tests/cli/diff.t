# Two traces beside each other.
$ spoor import tests/data/traces-agent.jsonl tests/data/traces-eval.jsonl | tail -1
2 files: 225 traces, 1,910 spans, 94 scores  all new

$ spoor diff d15b07e0202611200000000000000042 d15b07e020261120000000000000b10c
A  20 Nov 09:11  dispute-agent  5.29s  10 spans  3.9k+345 tokens  $0.0113  d15b07e0202611200000000000000042
B  20 Nov 10:14  dispute-agent  12.42s  31 spans  2 errors  17k+1.3k tokens  $0.0412  d15b07e020261120000000000000b10c
first differs at dispute-agent: other input
23 only in B, 2 only in A, 7 with other arguments, 1 with other documents, 4 with another output, 2 with another status, 4 slower, 1 the same
slower, faster: by more than 0.12s and a fifth of the longer

  span                                           A       B      B-A
~ agent dispute-agent                        5.29s  12.42s   +7.13s  other input, other output, failed in B, slower  ← first
~   llm classify-intent                      0.96s   0.81s   −0.15s  other input, other output
+     span POST /v1/chat/completions             –   0.80s           only in B
~   retr retrieve-policy                     0.26s   0.32s   +0.06s  other input, other documents
      embed embed-query                      0.08s   0.09s   +0.01s
~   task gather-facts                        0.61s   2.11s   +1.50s  other input, slower
-     tool list_transactions                 0.60s       –           only in A
+     retr similar-cases                         –   1.20s           only in B
+     tool get_balance                           –   0.70s           only in B, with 2 below
+     tool get_balance                           –   0.70s           only in B, with 2 below
+     tool get_balance                           –   0.70s           only in B, with 2 below
~   llm draft-answer                         3.31s   8.61s   +5.30s  other input, other output, slower
-     span POST /v1/chat/completions         3.30s       –           only in A
+     task render-prompt                         –  2.00ms           only in B
+     task count-tokens                          –  1.00ms           only in B
~   guard pii-check                          0.09s   0.40s   +0.31s  other input, other output, failed in B, slower
+     task detect-email                          –   0.05s           only in B
+     task detect-phone                          –   0.06s           only in B
+     task detect-card                           –   0.09s           only in B
+     task detect-name                           –   0.10s           only in B
+     task detect-iban                           –   0.09s           only in B
~   task audit-log                           0.04s   0.04s  −4.00ms  other input
+     task mask-personal-data                    –  6.00ms           only in B
+     task sign-record                           –  6.00ms           only in B
+     task write-record                          –  6.00ms           only in B
+     task publish-event                         –  6.00ms           only in B
+     task close-case-note                       –  6.00ms           only in B

$ spoor diff --ascii --all e7a10013202611200000000000360000 e7a10013202611200000000000270000
A  20 Nov 16:42  dispute-agent  2.25s  8 spans  11k+1.1k tokens  $0.0379  e7a10013202611200000000000360000
B  20 Nov 16:42  dispute-agent  6.87s  8 spans  11k+1.2k tokens  $0.0386  e7a10013202611200000000000270000
first differs at dispute-agent: other input
1 renamed, 5 with other arguments, 1 with other documents, 4 with another output, 3 slower, 3 the same
slower, faster: by more than 0.07s and a fifth of the longer

  span                                           A       B      B-A
~ agent dispute-agent                        2.25s   6.87s   +4.62s  other input, other output, slower  <- first
~   llm classify-intent                      0.27s   0.69s   +0.41s  other input, other output, slower
~   retr retrieve-policy                     0.19s   0.17s   -0.02s  other input, other documents
      embed embed-query                      0.05s   0.05s       0s
~   tool get_transfer                        0.11s   0.12s   +0.01s  renamed, other arguments, other output
~   llm draft-answer                         1.60s   5.82s   +4.22s  other input, other output, slower
    guard pii-check                          0.03s   0.03s       0s
    task audit-log                          9.00ms  9.00ms       0s

# The other way round: what was added is gone, what was slower is faster, and they part at the same step.
$ spoor diff d15b07e020261120000000000000b10c d15b07e0202611200000000000000042 | head -5
A  20 Nov 10:14  dispute-agent  12.42s  31 spans  2 errors  17k+1.3k tokens  $0.0412  d15b07e020261120000000000000b10c
B  20 Nov 09:11  dispute-agent  5.29s  10 spans  3.9k+345 tokens  $0.0113  d15b07e0202611200000000000000042
first differs at dispute-agent: other input
2 only in B, 23 only in A, 7 with other arguments, 1 with other documents, 4 with another output, 2 with another status, 4 faster, 1 the same
slower, faster: by more than 0.12s and a fifth of the longer

$ spoor diff d15b07e020261120000000000000b10c d15b07e020261120000000000000b10c
A  20 Nov 10:14  dispute-agent  12.42s  31 spans  2 errors  17k+1.3k tokens  $0.0412  d15b07e020261120000000000000b10c
B  20 Nov 10:14  dispute-agent  12.42s  31 spans  2 errors  17k+1.3k tokens  $0.0412  d15b07e020261120000000000000b10c
nothing differs
31 the same
slower, faster: by more than 0.12s and a fifth of the longer

  span                                           A       B      B-A
  31 spans the same

$ spoor diff --markdown e7a10013202611200000000000360000 e7a10013202611200000000000270000
first differs at dispute-agent: other input; 1 renamed, 5 with other arguments, 1 with other documents, 4 with another output, 3 slower, 3 the same

| | span | A | B | B-A | what differs |
|---|---|--:|--:|--:|---|
| first | agent dispute-agent | 2.25s | 6.87s | +4.62s | other input, other output, slower |
|  | llm classify-intent | 0.27s | 0.69s | +0.41s | other input, other output, slower |
|  | retr retrieve-policy | 0.19s | 0.17s | −0.02s | other input, other documents |
|  | tool get_transfer | 0.11s | 0.12s | +0.01s | renamed, other arguments, other output |
|  | llm draft-answer | 1.60s | 5.82s | +4.22s | other input, other output, slower |

$ spoor diff --json e7a10013202611200000000000360000 e7a10013202611200000000000270000 | python3 -c 'import json,sys; r=json.load(sys.stdin); print(r["answer"], r["first"], r["counts"], r["whole"], r["exact"]); [print(x["row"], x["parent"], x["depth"], x["differs"], (x["a"] or {}).get("name"), (x["b"] or {}).get("name")) for x in r["rows"]]'
first differs at dispute-agent: other input 0 {'same': 3, 'added': 0, 'removed': 0, 'moved': 0, 'renamed': 1, 'model': 0, 'input': 5, 'documents': 1, 'output': 4, 'status': 0, 'slower': 3, 'faster': 0} True True
0 None 0 ['input', 'output', 'slower'] dispute-agent dispute-agent
1 0 1 ['input', 'output', 'slower'] classify-intent classify-intent
2 0 1 ['input', 'documents'] retrieve-policy retrieve-policy
3 2 2 [] embed-query embed-query
4 0 1 ['renamed', 'input', 'output'] list_transactions get_transfer
5 0 1 ['input', 'output', 'slower'] draft-answer draft-answer
6 0 1 [] pii-check pii-check
7 0 1 [] audit-log audit-log

$ spoor diff d15b07e020261120000000000000b10c 2>&1
spoor: usage: spoor diff TRACE TRACE (spoor help diff)
? 2

$ spoor diff d15b07e020261120000000000000b10c nothere 2>&1
spoor: no trace has an id that begins with "nothere"
? 1

