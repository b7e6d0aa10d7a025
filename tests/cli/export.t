# exports import as the same trace
$ python3 tests/roundtrip.py samples 300 tests/data/traces-agent.jsonl tests/data/traces-voice.json.gz tests/data/traces-eval.jsonl
samples: 231 traces came back the same
$ for f in braintrust claude-code codex jaeger langfuse langsmith mlflow openai-agents otlp phoenix sdk-spans tempo vercel-ai weave-sdk zipkin; do d=${SPOOR_CORPUS:-none}/traces/$f; [ -d "$d" ] || { echo "skipped: no corpus" >&2; continue; }; python3 tests/roundtrip.py $f 3 "$d" | grep -v 'came back the same'; done; true
$ spoor import tests/data/traces-agent.jsonl >/dev/null 2>&1; spoor trace d15b07e020261120000000000000b10c --otlp | python3 -c "import json,sys; d=json.load(sys.stdin); r=d['resourceSpans']; s=r[0]['scopeSpans'][0]['spans'][0]; print(len(r), s['traceId'], s['spanId'], s['name'], s['startTimeUnixNano'], s['status'])"
15 d15b07e020261120000000000000b10c da1576ec954fedd3 dispute-agent 1795169647318000137 {'code': 2, 'message': 'answer blocked by pii-check'}
# a tool that knows the conventions alone reads it, too: without our own attribute kinds, models and tokens are the same
$ spoor trace d15b07e020261120000000000000b10c --otlp | python3 -c "import json,sys; d=json.load(sys.stdin); [s.update(attributes=[a for a in s['attributes'] if a['key'] != 'spoor.span']) for r in d['resourceSpans'] for c in r['scopeSpans'] for s in c['spans']]; json.dump(d, sys.stdout)" >$T/peer.json; spoor import $T/peer.json --store $T/peer.db >/dev/null 2>&1; spoor stats --by kind,model --json --store $T/peer.db >$T/a; spoor stats --by kind,model --json --where id:d15b07e020261120000000000000b10c >$T/b; cmp $T/a $T/b && echo same
same
$ spoor trace d15b07e020261120000000000000b10c --markdown
### dispute-agent: error

| | |
|---|---|
| trace | d15b07e020261120000000000000b10c |
| began | 2026-11-20 10:14:07.318 +00:00 |
| took | 12.42s |
| spans | 31, with errors 2 |
| tokens | 17k+1.3k |
| cost | $0.0412 |
| service | dispute-agent |
| session | conv-2004417 |
| user | cust-10233 |

```
agent dispute-agent  12.42s  error: answer blocked by pii-check
  llm classify-intent  0.81s  gpt-4o-mini-2024-07-18
    span POST /v1/chat/completions  0.80s
  retr retrieve-policy  0.32s
    embed embed-query  0.09s  text-embedding-3-small
  task gather-facts  2.11s
    retr similar-cases  1.20s
    tool get_balance  0.70s
      span GET /accounts/balance  0.69s
      span SELECT ledger.balance  0.65s
    tool get_balance  0.70s
      span GET /accounts/balance  0.69s
      span SELECT ledger.balance  0.65s
    tool get_balance  0.70s
      span GET /accounts/balance  0.69s
      span SELECT ledger.balance  0.65s
  llm draft-answer  8.61s  gpt-4o-2024-08-06
    task render-prompt  2.00ms
    task count-tokens  1.00ms
  guard pii-check  0.40s  error: blocked: IBAN in the output, character 212
    task detect-email  0.05s
    task detect-phone  0.06s
    task detect-card  0.09s
    task detect-name  0.10s
    task detect-iban  0.09s
  task audit-log  0.04s
    task mask-personal-data  6.00ms
    task sign-record  6.00ms
    task write-record  6.00ms
    task publish-event  6.00ms
    task close-case-note  6.00ms
```

#### dispute-agent (agent, 12.42s)

error:

```
answer blocked by pii-check
```

input:

```
user: I was charged twice for the same hotel night and want the money back. How long do I have, and what do you need from me?
```

output:

```
assistant: We could not answer safely. A colleague will call you.
```

#### pii-check (guardrail, 0.40s)

error:

```
blocked: IBAN in the output, character 212
```

input:

```
You are covered. Under policy 4.2 we refund duplicate card charges when you tell us within 120 days of the statement date. We will credit the second night, EUR 184.00, provisionally to the account with the IBAN DE89 3704 0044 0532 0130 00 within 10 business days. Please send us the booking confirmation and the statement that shows both charges. No interest accrues while the case is open.
```

output:

```
{"passed":false,"rule":"iban","character":212}
```
# not ours, and not ours any more
$ printf '%s\n' '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00000000000000000000000000000abc","spanId":"0000000000000001","name":"x","startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{"key":"openinference.span.kind","value":{"stringValue":"LLM"}},{"key":"spoor.span","value":{"stringValue":"{\"version\":9}"}}]}]}]}]}' >$T/odd.json; spoor import $T/odd.json 2>&1 | head -n 1; spoor trace 00000000000000000000000000000abc | tail -n 1
spoor: $T/odd.json: record 1, line 1, byte 43, resourceSpans[0].scopeSpans[0].spans[0].attributes: spoor.span is not what this spoor writes (read by the names of the other attributes)
llm x                                        1ns ━━━━━━━━━━━━━━━━
# what checks found is not of the source: they find it again
$ spoor trace d15b07e020261120000000000000b10c | grep -c ' repeated-call '; spoor trace d15b07e020261120000000000000b10c --otlp | grep -c 'repeated-call'
1
0
? 1
