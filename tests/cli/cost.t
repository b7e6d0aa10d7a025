# Costs: estimated from the price list where a source states none, never twice, and marked.
$ spoor import tests/cli/costs.jsonl 2>&1
tests/cli/costs.jsonl  otlp       5 traces, 10 spans  all new
$ spoor traces --columns name,tokens_in,tokens_out,cost_usd
name       tok in   out     cost
in halves    100k   10k    $0.50
in halves    100k   10k  ~$0.021
chain        2.0k   200    $0.25
summarise     10k  1.0k  ~$0.024
answer       3.0k   300  ~$0.011
# An agent's sum and a call inside a call say again what two calls say
$ spoor trace c0570000000000000000000000000001
answer  unset  0.90s  4 spans
3 LLM calls  3.0k+300 tokens  ~$0.011
usage of 2 spans not added: others around or below them say the same; cost estimated from list prices
id c0570000000000000000000000000001  started 2025-11-20 10:00:00.000 +00:00
service costs  file tests/cli/costs.jsonl  format otlp

agent answer                               0.90s ━━━━━━━━━━━━━━━━  gpt-4o-2024-08-06  3.0k+300  ~$0.011
├─ llm call_llm ×2                         0.40s ━━━━━━━           gpt-4o-2024-08-06  1.0k+100  ~$0.0035
│  └─ llm openai.chat                      0.38s ━━━━━━━           gpt-4o-2024-08-06  1.0k+100  ~$0.0035
└─ llm call_llm                            0.30s         ━━━━━━    gpt-4o-2024-08-06  2.0k+200  ~$0.007
$ spoor trace c0570000000000000000000000000001 --json --no-payload | python3 -c "import json,sys; t=json.load(sys.stdin); print(t['cost_usd'], t['cost_estimated'], t['usage_repeats'], t['usage_note']); print([(s['name'], s['cost_usd'], s['cost_estimated'], s['usage_repeated']) for s in t['spans']])"
0.0105 True 2 usage of 2 spans not added: others around or below them say the same; cost estimated from list prices
[('answer', 0.0105, True, True), ('call_llm', 0.0035, True, False), ('openai.chat', 0.0035, True, True), ('call_llm', 0.007, True, False)]
# What was read from a cache and written to it has its own price
$ spoor trace c0570000000000000000000000000002 --json --no-payload | python3 -c "import json,sys; t=json.load(sys.stdin); s=t['spans'][0]; print(t['cost_usd'], s['tokens_in'], s['tokens_cached'], s['tokens_cache_write'], round(1000*3e-6 + 8000*0.3e-6 + 1000*3.75e-6 + 1000*15e-6, 9))"
0.02415 10000 8000 1000 0.02415
# The model in one record, the tokens in another; a stated cost in one, the tokens in another: in any order
$ tac tests/cli/costs.jsonl >$T/turned.jsonl; for f in tests/cli/costs.jsonl $T/turned.jsonl; do for t in 4 5; do spoor import --store $T/$t.db $f >$T/log 2>&1; spoor trace --store $T/$t.db c057000000000000000000000000000$t --json --no-payload; done; rm $T/?.db; done | python3 -c "import json,sys; [print(t['cost_usd'], t['cost_estimated'], t['span_count'], t['spans'][0]['model'], t['spans'][0]['tokens_in']) for t in map(json.loads, sys.stdin)]"
0.021 True 1 gpt-4o-mini 100000
0.5 False 1 gpt-4o-mini 100000
0.021 True 1 gpt-4o-mini 100000
0.5 False 1 gpt-4o-mini 100000
# A stated cost is as stated; of a model nobody has a price for nothing is said
$ spoor trace c0570000000000000000000000000003 | sed -n 2,20p
2 LLM calls  2.0k+200 tokens  $0.25
id c0570000000000000000000000000003  started 2025-11-20 10:00:00.000 +00:00
service costs  file tests/cli/costs.jsonl  format otlp

span chain                                 0.50s ━━━━━━━━━━━━━━━━
├─ llm stated                              0.20s ━━━━━━            gpt-4o  1.0k+100  $0.25
└─ llm in house                            0.20s       ━━━━━━━     acme-large  1.0k+100
$ spoor traces --csv --columns name,cost_usd,cost_estimated
name,cost_usd,cost_estimated
in halves,0.5,false
in halves,0.021,true
chain,0.25,false
summarise,0.02415,true
answer,0.0105,true
$ spoor traces --markdown --columns name,cost_usd
| name | cost |
|---|---:|
| in halves | $0.50 |
| in halves | ~$0.021 |
| chain | $0.25 |
| summarise | ~$0.024 |
| answer | ~$0.011 |
$ spoor traces --where 'cost>0.03' --columns name,cost_usd
name        cost
in halves  $0.50
chain      $0.25
# The list of one's own: its rows win; what is wrong in it is said, and costs its row only
$ mkdir -m 700 -p $XDG_CONFIG_HOME/spoor; printf '{"prices": [\n  {"model": "ACME-*", "input": 1, "output": 2},\n  {"model": "gpt-4o", "inptu": 1},\n  {"model": "gpt-4o-2024-08-06", "input": 100, "output": 0}]}\n' >$XDG_CONFIG_HOME/spoor/prices.json
$ spoor doctor | sed -n '/^prices/,/^paths/p' | tr -s ' \n' ' ' | sed 's/^prices.*read [0-9-]*/prices/'; echo
prices 2 of yours, in $T/home/config/spoor/prices.json $T/home/config/spoor/prices.json: line 3: "inptu" is not known here (row left out) paths config $T/home/config/spoor/ 
$ spoor doctor --json | python3 -c "import json,sys; p=json.load(sys.stdin)['prices']; print(p['own_rows'], p['rows'] > 100, p['mistakes'])"
2 True ['$T/home/config/spoor/prices.json: line 3: "inptu" is not known here (row left out)']
# Importing again changes nothing; forgetting and importing does
$ spoor import tests/cli/costs.jsonl 2>&1
spoor: $T/home/config/spoor/prices.json: line 3: "inptu" is not known here (row left out)
tests/cli/costs.jsonl  otlp       5 traces, 10 spans  new: nothing
$ spoor traces --columns name,cost_usd
name          cost
in halves    $0.50
in halves  ~$0.021
chain        $0.25
summarise  ~$0.024
answer     ~$0.011
$ spoor forget --yes tests/cli/costs.jsonl >$T/log 2>&1; spoor import tests/cli/costs.jsonl 2>$T/log; spoor traces --columns name,cost_usd
tests/cli/costs.jsonl  otlp       5 traces, 10 spans  all new
name          cost
in halves    $0.50
in halves  ~$0.021
chain       ~$0.25
summarise  ~$0.024
answer      ~$0.30
# The records, byte for byte; of one span
$ spoor trace c0570000000000000000000000000003 --raw | wc -l
3
$ spoor trace c0570000000000000000000000000003 --raw --span d000000000000002 >$T/one; grep -cF "$(cat $T/one)" tests/cli/costs.jsonl
1
$ spoor trace c0570000000000000000000000000003 --raw --span d00000000000000 2>&1
spoor: 3 spans have an id that begins with d00000000000000
? 2
$ spoor trace c0570000000000000000000000000003 --raw --span e 2>&1
spoor: the trace has no span e
? 1
$ spoor trace c0570000000000000000000000000003 --span d000000000000002 2>&1
llm stated  unset  0.20s  gpt-4o  1.0k+100 tokens  $0.25
id d000000000000002
