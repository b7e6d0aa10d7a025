# Conversations: all traces of a session, turn by turn.
$ spoor import tests/data/traces-agent.jsonl tests/data/traces-voice.json.gz >$T/log; echo $?
0
$ spoor session conv-2002700
session conv-2002700: 2 turns, 20 Nov 10:38 – 20 Nov 10:39, 9.10s in all turns, 6.4k tokens, $0.0149

1  20 Nov 10:38  dispute-agent  4.17s, 3.7k tokens, $0.00894
    user    How many days do I have to ask for my money back from Nordsee Möbel? It is about € 114.65.
    did     2 LLM calls, retrieve-policy 3 documents, list_transactions, pii-check
    answer  You have 60 days, counted from the statement date. For Nordsee Möbel that covers the charge of € 114.65 made on 6 November.
    scores  groundedness 0.28 fail, relevance 0.92 pass
    trace   d15b07e0202611200000000000000043

2  20 Nov 10:39 (43.36s later)  dispute-agent  4.93s, 2.6k tokens, $0.00592 (so far $0.0149)
    user    OK, please open the case.
    did     2 LLM calls, retrieve-policy 3 documents, rerank, list_transactions, pii-check
    answer  The case is open. You will get a confirmation in your message centre within the hour.
    trace   d15b07e0202611200000000000000044
$ spoor session conv-20027 --whole | sed -n '/did/,/answer/p'
    did     2 LLM calls, retrieve-policy 3 documents, list_transactions, pii-check
            retr  retrieve-policy  0.29s
            tool  list_transactions  0.55s
            guard pii-check  0.12s
    answer  You have 60 days, counted from the statement date. For Nordsee Möbel that covers the charge of € 114.65 made on 6 November.
    did     2 LLM calls, retrieve-policy 3 documents, rerank, list_transactions, pii-check
            retr  retrieve-policy  0.41s
            rank  rerank  0.35s
            tool  list_transactions  0.22s
            guard pii-check  0.05s
    answer  The case is open. You will get a confirmation in your message centre within the hour.
$ spoor session conv-2002700 --markdown | sed 's/^/|/'
|# Session conv-2002700
|
|2 turns, 20 Nov 10:38 – 20 Nov 10:39, 9.10s in all turns, 6.4k tokens, $0.0149
|
|## Turn 1: dispute-agent
|
|2026-11-20T10:38:12.863000137Z, 4.17s, 3.7k tokens, $0.00894, trace d15b07e0202611200000000000000043
|
|**User**
|
|> How many days do I have to ask for my money back from Nordsee Möbel? It is about € 114.65.  
|
|*Did:* 2 LLM calls, retrieve-policy 3 documents, list_transactions, pii-check
|
|**Answer**
|
|> You have 60 days, counted from the statement date. For Nordsee Möbel that covers the charge of € 114.65 made on 6 November.  
|
|*Scores:* groundedness 0.28 fail, relevance 0.92 pass
|
|## Turn 2: dispute-agent
|
|2026-11-20T10:39:00.397000137Z, 4.93s, 2.6k tokens, $0.00592, trace d15b07e0202611200000000000000044
|
|**User**
|
|> OK, please open the case.  
|
|*Did:* 2 LLM calls, retrieve-policy 3 documents, rerank, list_transactions, pii-check
|
|**Answer**
|
|> The case is open. You will get a confirmation in your message centre within the hour.  
|
$ spoor session conv-2002700 --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(d['session'], d['turns'], d['llm_calls'], d['tokens_in'], d['cost_usd'], [(t['turn'], t['gap_ns'], len(t['steps']), t['sum_tokens'], t['user'][:12]) for t in d['conversation']])"
conv-2002700 2 4 5980 0.014864 [(1, None, 3, 3742, 'How many day'), (2, 43362000000, 4, 6374, 'OK, please o')]
$ spoor session d15b07e0202611200000000000000044 --limit 1 --offset 1 | head -n 4
session conv-2002700: 2 turns, 20 Nov 10:38 – 20 Nov 10:39, 9.10s in all turns, 6.4k tokens, $0.0149

2  20 Nov 10:39 (43.36s later)  dispute-agent  4.93s, 2.6k tokens, $0.00592 (so far $0.0149)
    user    OK, please open the case.
$ spoor session d15b07e0202611190000000000001009 | tail -n 3
    scores  groundedness 0.62 fail, relevance 0.9 pass
    found   loop,repeated-call,slow-trace,dear-trace
    trace   d15b07e0202611190000000000001009
# A trace that names no session is alone; names that are none, or several.
$ spoor session conv-20 2>&1
spoor: several sessions begin with "conv-20": conv-2000358, conv-2001656, conv-2002700, conv-2003751, conv-2004417, conv-2004435, …
? 2
$ spoor session nosuch 2>&1
spoor: no session and no trace has an id that begins with "nosuch"
? 1
$ spoor session nosuch --json
? 1
$ spoor session 2>&1
spoor: usage: spoor session SESSION (spoor help session)
? 2
$ spoor session conv-2002700 --limit -3 2>&1
spoor: --limit and --offset cannot be negative
? 2
$ spoor session conv-2002700 --ascii | LC_ALL=C grep -c '[^ -~]'
0
? 1
