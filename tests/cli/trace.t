$ spoor import tests/data/traces-agent.jsonl tests/data/traces-voice.json.gz tests/data/traces-eval.jsonl >$T/log; echo $?
0
$ spoor trace d15b07e020261120000000000000b10c
dispute-agent  error  12.42s  31 spans  2 errors
2 LLM calls  3 tool calls  3 times the same call  17k+1.3k tokens  $0.0412
id d15b07e020261120000000000000b10c  started 2026-11-20 10:14:07.318 +00:00
service dispute-agent  session conv-2004417  user cust-10233  file tests/data/traces-agent.jsonl  format otlp

agent dispute-agent                       12.42s ━━━━━━━━━━━━━━━━  error: answer blocked by pii-check
├─ llm classify-intent                     0.81s ━                 gpt-4o-mini-2024-07-18  5.6k+18  $0.0014
│  └─ span POST /v1/chat/completions       0.80s ━
├─ retr retrieve-policy                    0.32s  ━
│  └─ embed embed-query                    0.09s  ━                text-embedding-3-small  42  $0.000001
├─ task gather-facts                       2.11s  ━━━
│  ├─ retr similar-cases                   1.20s  ──
│  ├─ tool get_balance ×3 !same            0.70s  ━
│  │  ├─ span GET /accounts/balance        0.69s  ━
│  │  └─ span SELECT ledger.balance        0.65s  ─
│  ├─ tool get_balance                     0.70s   ━
│  │  ├─ span GET /accounts/balance        0.69s   ━
│  │  └─ span SELECT ledger.balance        0.65s   ─
│  └─ tool get_balance                     0.70s    ━
│     ├─ span GET /accounts/balance        0.69s    ━
│     └─ span SELECT ledger.balance        0.65s    ─
├─ llm draft-answer                        8.61s     ━━━━━━━━━━━   gpt-4o-2024-08-06  11k+1.3k  $0.0398
│  ├─ task render-prompt                  2.00ms     ━
│  └─ task count-tokens                   1.00ms     ━
├─ guard pii-check                         0.40s                ━  error: blocked: IBAN in the output, character 212
│  ├─ task detect-email                    0.05s                ━
│  ├─ task detect-phone                    0.06s                ━
│  ├─ task detect-card                     0.09s                ━
│  ├─ task detect-name                     0.10s                ━
│  └─ task detect-iban                     0.09s                ━
└─ task audit-log                          0.04s                ━
   ├─ task mask-personal-data             6.00ms                ━
   ├─ task sign-record                    6.00ms                ━
   ├─ task write-record                   6.00ms                ━
   ├─ task publish-event                  6.00ms                ━
   └─ task close-case-note                6.00ms                ━

scores
  groundedness             0.91        judge  pass  every claim stands in policy 4.2
  iban                        1  FAIL  code   a bank account in the output at character 212: DE89…3000
  relevance                0.94        judge  pass  Deadline and documents, the two things asked for, are both answered.
  repeated-call               3  FAIL  code   get_balance was called 3 times with the same arguments and gave the same result each time: spans 2545beddc39c21ed, 7b45f19dbadcc5b7, d24a6e3a33653376
  unused-documents            2        code   no answer has a passage of 2 of the 4 documents: guide-interest, pol-holds
  unused-documents            2        code   no answer has a passage of any of the 2 documents: guide-chargeback, pol-holds
  slow-trace              12.42  FAIL  code   took 12.42s; of the traces of its name half take 4.12s or less
$ spoor trace d15b07e020261120000000000000b10c --ascii
dispute-agent  error  12.42s  31 spans  2 errors
2 LLM calls  3 tool calls  3 times the same call  17k+1.3k tokens  $0.0412
id d15b07e020261120000000000000b10c  started 2026-11-20 10:14:07.318 +00:00
service dispute-agent  session conv-2004417  user cust-10233  file tests/data/traces-agent.jsonl  format otlp

agent dispute-agent                       12.42s ================  error: answer blocked by pii-check
|- llm classify-intent                     0.81s =                 gpt-4o-mini-2024-07-18  5.6k+18  $0.0014
|  `- span POST /v1/chat/completions       0.80s =
|- retr retrieve-policy                    0.32s  =
|  `- embed embed-query                    0.09s  =                text-embedding-3-small  42  $0.000001
|- task gather-facts                       2.11s  ===
|  |- retr similar-cases                   1.20s  --
|  |- tool get_balance x3 !same            0.70s  =
|  |  |- span GET /accounts/balance        0.69s  =
|  |  `- span SELECT ledger.balance        0.65s  -
|  |- tool get_balance                     0.70s   =
|  |  |- span GET /accounts/balance        0.69s   =
|  |  `- span SELECT ledger.balance        0.65s   -
|  `- tool get_balance                     0.70s    =
|     |- span GET /accounts/balance        0.69s    =
|     `- span SELECT ledger.balance        0.65s    -
|- llm draft-answer                        8.61s     ===========   gpt-4o-2024-08-06  11k+1.3k  $0.0398
|  |- task render-prompt                  2.00ms     =
|  `- task count-tokens                   1.00ms     =
|- guard pii-check                         0.40s                =  error: blocked: IBAN in the output, character 212
|  |- task detect-email                    0.05s                =
|  |- task detect-phone                    0.06s                =
|  |- task detect-card                     0.09s                =
|  |- task detect-name                     0.10s                =
|  `- task detect-iban                     0.09s                =
`- task audit-log                          0.04s                =
   |- task mask-personal-data             6.00ms                =
   |- task sign-record                    6.00ms                =
   |- task write-record                   6.00ms                =
   |- task publish-event                  6.00ms                =
   `- task close-case-note                6.00ms                =

scores
  groundedness             0.91        judge  pass  every claim stands in policy 4.2
  iban                        1  FAIL  code   a bank account in the output at character 212: DE89.3000
  relevance                0.94        judge  pass  Deadline and documents, the two things asked for, are both answered.
  repeated-call               3  FAIL  code   get_balance was called 3 times with the same arguments and gave the same result each time: spans 2545beddc39c21ed, 7b45f19dbadcc5b7, d24a6e3a33653376
  unused-documents            2        code   no answer has a passage of 2 of the 4 documents: guide-interest, pol-holds
  unused-documents            2        code   no answer has a passage of any of the 2 documents: guide-chargeback, pol-holds
  slow-trace              12.42  FAIL  code   took 12.42s; of the traces of its name half take 4.12s or less
$ spoor trace d15b07e020261120000000000000b10c --ascii | LC_ALL=C grep -c '[^ -~]'
0
? 1
# A prefix serves
$ spoor trace d15b07e02026112 2>&1 | head -n 1
spoor: several traces begin with "d15b07e02026112": d15b07e0202611200000000000000041, d15b07e0202611200000000000000042, d15b07e0202611200000000000000043, d15b07e0202611200000000000000044, d15b07e0202611200000000000000045, d15b07e0202611200000000000000046, …
$ spoor trace zzz 2>&1
spoor: no trace has an id that begins with "zzz"
? 1
$ spoor trace zzz --json 2>&1
{"error":{"code":"not-found","message":"no trace has an id that begins with \"zzz\"","file":null,"record":null,"line":null,"offset":null}}
? 1
# --json: flat, in pre-order, with parents
$ spoor trace d15b07e020261120000000000000b10c --json | python3 -c "import json,sys; t=json.load(sys.stdin); print(sorted(k for k in t)); print(sorted(t['spans'][0])); ids=[s['id'] for s in t['spans']]; print(len(ids), all(s['parent'] is None or s['parent'] in ids[:i] for i,s in enumerate(t['spans'])))"
['cost_estimated', 'cost_usd', 'duration_ns', 'errors', 'id', 'llm_calls', 'name', 'repeats', 'scores', 'service', 'session', 'source', 'span_count', 'spans', 'start', 'status', 'tokens', 'tokens_cached', 'tokens_in', 'tokens_out', 'tokens_reasoning', 'tool_calls', 'trace_scores', 'usage_note', 'usage_repeats', 'user', 'verdict']
['attributes', 'cost_estimated', 'cost_usd', 'critical', 'depth', 'documents', 'duration_ns', 'events', 'first_token_ns', 'id', 'input', 'kind', 'links', 'message', 'messages', 'model', 'name', 'output', 'parent', 'prompt', 'prompt_version', 'provider', 'resource', 'scores', 'self_ns', 'start', 'status', 'tokens_cache_write', 'tokens_cached', 'tokens_in', 'tokens_out', 'tokens_reasoning', 'usage_repeated']
31 True
$ spoor trace d15b07e020261120000000000000b10c --json | python3 -c "import json,sys; t=json.load(sys.stdin); print(sum(len(s['messages']) for s in t['spans']), sum(len(s['documents']) for s in t['spans']), sum(len(s['attributes']) for s in t['spans']), sum(s['input'] is not None for s in t['spans']))"
11 6 202 13
$ spoor trace d15b07e020261120000000000000b10c --json --no-payload | python3 -c "import json,sys; t=json.load(sys.stdin); print(sorted(t['spans'][1]))"
['cost_estimated', 'cost_usd', 'critical', 'depth', 'duration_ns', 'first_token_ns', 'id', 'kind', 'links', 'message', 'model', 'name', 'parent', 'prompt', 'prompt_version', 'provider', 'scores', 'self_ns', 'start', 'status', 'tokens_cache_write', 'tokens_cached', 'tokens_in', 'tokens_out', 'tokens_reasoning', 'usage_repeated']
$ spoor trace d15b07e020261120000000000000b10c --json --no-payload | python3 -m json.tool | sed -n '/"spans": \[/,/^        },/p' | head -n 40
    "spans": [
        {
            "id": "da1576ec954fedd3",
            "depth": 0,
            "name": "dispute-agent",
            "kind": "agent",
            "start": "2026-11-20T10:14:07.318000137Z",
            "duration_ns": 12420000000,
            "self_ns": 130000000,
            "status": "error",
            "message": "answer blocked by pii-check",
            "model": null,
            "provider": "openai",
            "tokens_in": null,
            "tokens_out": null,
            "tokens_cached": null,
            "tokens_reasoning": null,
            "tokens_cache_write": null,
            "cost_usd": null,
            "cost_estimated": null,
            "parent": null,
            "critical": true,
            "first_token_ns": null,
            "prompt": null,
            "prompt_version": null,
            "usage_repeated": false,
            "links": [],
            "scores": []
        },
$ spoor trace d15b07e020261120000000000000b10c --raw | wc -l
31
$ spoor trace d15b07e020261120000000000000b10c --raw | head -n 1 | python3 -c "import json,sys; print(sorted(json.loads(sys.stdin.readline())))"
['attributes', 'endTimeUnixNano', 'kind', 'name', 'parentSpanId', 'spanId', 'startTimeUnixNano', 'traceId']
