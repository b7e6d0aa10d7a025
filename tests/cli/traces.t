$ spoor import tests/data/traces-agent.jsonl tests/data/traces-voice.json.gz >$T/log; echo $?
0
$ spoor traces --limit 12
id                                time          status  name           session       user        service         total  spans  err  llm  tool  tok in   out      cost
d15b07e0202611200000000000000048  20 Nov 15:45  unset   dispute-agent  conv-2006414  cust-10222  dispute-agent   4.16s     10    0    2     1    2.7k   255  $0.00731
d15b07e0202611200000000000000047  20 Nov 14:24  unset   dispute-agent  conv-2005654  cust-10207  dispute-agent   5.02s      9    0    2     1    2.5k   392   $0.0081
d15b07e0202611200000000000000046  20 Nov 12:55  unset   dispute-agent  conv-2004435  cust-10228  dispute-agent   6.93s      9    0    2     1    3.5k   382   $0.0104
d15b07e0202611200000000000005103  20 Nov 11:58  unset   dispute-agent  conv-201158   cust-10258  dispute-agent  29.47s     10    0    2     1    2.4k   155  $0.00562
d15b07e0202611200000000000000045  20 Nov 11:37  unset   dispute-agent  conv-2003751  cust-10204  dispute-agent   3.74s     10    0    2     1    3.5k   357    ~$0.01
d15b07e0202611200000000000000044  20 Nov 10:39  unset   dispute-agent  conv-2002700  cust-10239  dispute-agent   4.93s     10    0    2     1    2.5k   158  $0.00592
d15b07e0202611200000000000000043  20 Nov 10:38  unset   dispute-agent  conv-2002700  cust-10239  dispute-agent   4.17s      9    0    2     1    3.5k   236  $0.00894
d15b07e020261120000000000000b10c  20 Nov 10:14  error   dispute-agent  conv-2004417  cust-10233  dispute-agent  12.42s     31    2    2     3     17k  1.3k   $0.0412
d15b07e0202611200000000000000042  20 Nov 09:11  unset   dispute-agent  conv-2001656  cust-10209  dispute-agent   5.29s     10    0    2     1    3.9k   345   $0.0113
d15b07e0202611200000000000000041  20 Nov 08:09  unset   dispute-agent  conv-2000358  cust-10234  dispute-agent   5.90s      9    0    2     1    3.8k   270   $0.0101
d15b07e0202611190000000000000040  19 Nov 17:32  unset   dispute-agent  conv-1906937  cust-10209  dispute-agent   4.87s      7    0    2     0    2.6k   291  $0.00745
d15b07e0202611190000000000000039  19 Nov 16:04  unset   dispute-agent  conv-1905980  cust-10235  dispute-agent   5.40s     10    0    2     1    3.8k   236  $0.00725
$ spoor traces --limit 5 --ascii | LC_ALL=C grep -c '[^ -~]'
0
? 1
$ spoor traces | wc -l
66
$ spoor traces --sort duration_ns --limit 3 --columns id,name,duration_ns,spans
id                                name                        total  spans
d15b07e0202611190000000000001009  dispute-agent              13m34s     26
d15b07e0202611170000000000005101  dispute-agent              33.02s     10
701ce000202611190000000000000004  callback, nobody answered  30.00s      2
$ spoor traces --sort duration_ns --asc --limit 3 --columns id,name,duration_ns,spans
id                                name           total  spans
d15b07e0202611160000000000000013  dispute-agent  3.55s      9
d15b07e0202611160000000000000009  dispute-agent  3.69s      8
d15b07e0202611150000000000000002  dispute-agent  3.73s     10
$ spoor traces --sort name --limit 3 --offset 2 --columns name
name
callback about a duplicate charge
callback about a loan rate
callback about a transfer abroad
$ spoor traces --sort cost_usd --limit 3 --columns id,name,cost_usd,tokens_in,tokens_out
id                                name              cost  tok in   out
d15b07e0202611190000000000001009  dispute-agent   $40.22   1.86M  207k
d15b07e020261120000000000000b10c  dispute-agent  $0.0412     17k  1.3k
d15b07e0202611180000000000005102  dispute-agent  $0.0365    7.6k  2.0k
$ spoor traces --where status:error --columns name,errors,status --limit 5
name                       err  status
dispute-agent                2  error
callback, nobody answered    2  error
dispute-agent                2  error
$ spoor traces --where 'repeats>=3' --columns id,name,tool_calls
id                                name           tool
d15b07e020261120000000000000b10c  dispute-agent     3
d15b07e0202611190000000000001009  dispute-agent    12
d15b07e020261118000000000000ba1a  dispute-agent     3
$ for f in kind:llm kind:retriever kind:guardrail 'not kind:tool' model~gpt-4 model:none tool:get_balance provider:openai 'not model~gpt'; do echo "$f $(spoor traces -w "$f" -c id | tail -n +2 | wc -l)"; done
kind:llm 64
kind:retriever 63
kind:guardrail 57
not kind:tool 5
model~gpt-4 63
model:none 0
tool:get_balance 5
provider:openai 64
not model~gpt 2
$ spoor traces -w 'errors>0' -n2 -c name,errors
name                       err
dispute-agent                2
callback, nobody answered    2
$ spoor traces --limit 2 --csv
id,start,status,name,session,user,service,duration_ns,spans,errors,llm_calls,tool_calls,repeats,tokens_in,tokens_out,tokens,tokens_cached,tokens_reasoning,cost_usd,cost_estimated,usage_repeats,usage_note,scores,verdict,source
d15b07e0202611200000000000000048,2026-11-20T15:45:49.032000137Z,unset,dispute-agent,conv-2006414,cust-10222,dispute-agent,4163000000,10,0,2,1,0,2668,255,2923,,,0.007306,false,0,,[],,"{""file"":""tests/data/traces-agent.jsonl"",""format"":""otlp""}"
d15b07e0202611200000000000000047,2026-11-20T14:24:07.430000137Z,unset,dispute-agent,conv-2005654,cust-10207,dispute-agent,5021000000,9,0,2,1,0,2549,392,2941,,,0.008102999999999999,false,0,,"[{""name"":""groundedness"",""value"":0.24,""label"":""fail""},{""name"":""relevance"",""value"":0.93,""label"":""pass""}]",,"{""file"":""tests/data/traces-agent.jsonl"",""format"":""otlp""}"
$ spoor traces --limit 3 --markdown
| id | time | status | name | session | user | service | total | spans | err | llm | tool | tok in | out | cost |
|---|---|---|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
| d15b07e0202611200000000000000048 | 20 Nov 15:45 | unset | dispute-agent | conv-2006414 | cust-10222 | dispute-agent | 4.16s | 10 | 0 | 2 | 1 | 2.7k | 255 | $0.00731 |
| d15b07e0202611200000000000000047 | 20 Nov 14:24 | unset | dispute-agent | conv-2005654 | cust-10207 | dispute-agent | 5.02s | 9 | 0 | 2 | 1 | 2.5k | 392 | $0.0081 |
| d15b07e0202611200000000000000046 | 20 Nov 12:55 | unset | dispute-agent | conv-2004435 | cust-10228 | dispute-agent | 6.93s | 9 | 0 | 2 | 1 | 3.5k | 382 | $0.0104 |
$ spoor traces --json | python3 -m json.tool | wc -l
2613
$ spoor traces --json --limit 1 --sort cost_usd | python3 -m json.tool
{
    "total": 65,
    "traces": [
        {
            "id": "d15b07e0202611190000000000001009",
            "start": "2026-11-19T15:02:41.077000137Z",
            "status": "unset",
            "name": "dispute-agent",
            "session": "conv-1909001",
            "user": "cust-10217",
            "service": "dispute-agent",
            "duration_ns": 814276000000,
            "spans": 26,
            "errors": 0,
            "llm_calls": 13,
            "tool_calls": 12,
            "repeats": 8,
            "tokens_in": 1855100,
            "tokens_out": 206570,
            "tokens": 2061670,
            "tokens_cached": null,
            "tokens_reasoning": 202540,
            "cost_usd": 40.2207,
            "cost_estimated": false,
            "usage_repeats": 0,
            "usage_note": null,
            "scores": [
                {
                    "name": "groundedness",
                    "value": 0.62,
                    "label": "fail"
                },
                {
                    "name": "relevance",
                    "value": 0.9,
                    "label": "pass"
                },
                {
                    "name": "dear-trace",
                    "value": 40.2207,
                    "label": null
                },
                {
                    "name": "loop",
                    "value": 4,
                    "label": null
                },
                {
                    "name": "repeated-call",
                    "value": 8,
                    "label": null
                },
                {
                    "name": "slow-trace",
                    "value": 814.276,
                    "label": null
                }
            ],
            "verdict": null,
            "source": {
                "file": "tests/data/traces-agent.jsonl",
                "format": "otlp"
            }
        }
    ]
}
$ spoor traces --json --where status:error | python3 -c "import json,sys; r=json.load(sys.stdin); print(r['total'], len(r['traces']), set(t['status'] for t in r['traces']))"
3 3 {'error'}
$ spoor traces --json --where name:nothing-has-this-name
{"total":0,"traces":[]}
$ spoor traces --where name:nothing-has-this-name
# Mistakes
$ spoor traces --where 'status:' 2>&1
spoor: --where, column 8: expected a value, found the end
? 2
$ spoor traces --where 'stats:error' 2>&1
spoor: --where, column 1: expected a field: name, status, kind, model, provider, tool, step, service, session, user, tag, id, dur, cost, tokens, tokens_in, tokens_out, spans, errors, llm, …, found "stats:error" (did you mean status?)
? 2
$ spoor traces --where 'dur>banana' --json 2>&1
{"error":{"code":"usage","message":"--where, column 5: expected a duration with its unit: 2s, 500ms, 1m30s, found \"banana\"","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor traces --sort duraton_ns 2>&1
spoor: cannot sort by duraton_ns, did you mean duration_ns; there are start status name session user service duration_ns spans errors llm_calls tool_calls repeats tokens_in tokens_out tokens cost_usd scores verdict source
? 2
$ spoor traces --sort status --limit 4 --columns id,status 2>&1
id                                status
701ce000202611190000000000000004  error
d15b07e020261120000000000000b10c  error
d15b07e020261117000000000000e4ce  error
701ce000202611190000000000000006  ok
$ spoor traces --columns nam 2>&1
spoor: no such column: nam (did you mean name?)
? 2
$ spoor traces --columns zebra 2>&1
spoor: no such column: zebra; there are id start status name session user service duration_ns spans errors llm_calls tool_calls repeats tokens_in tokens_out tokens tokens_cached tokens_reasoning cost_usd cost_estimated usage_repeats usage_note scores verdict source
? 2
$ spoor traces --offset -3 2>&1
spoor: --limit and --offset cannot be negative
? 2
$ spoor --store $T/none.db traces 2>&1
spoor: there is no store at $T/none.db yet: spoor import FILE makes it
? 4
$ spoor --store $T/none.db traces --json 2>&1 | python3 -m json.tool
{
    "error": {
        "code": "store",
        "message": "there is no store at $T/none.db yet: spoor import FILE makes it",
        "file": null,
        "record": null,
        "line": null,
        "offset": null
    }
}
# Filters with a name, and what was meant.
$ mkdir -p $XDG_CONFIG_HOME/spoor; printf '{ "slow": "dur>12s", // ours\n  "bad": "@slow or status:error" }\n' >$XDG_CONFIG_HOME/spoor/filters.json; spoor traces -w '@bad not @slow' -c id,duration_ns,status
id                                 total  status
d15b07e020261117000000000000e4ce  11.29s  error
$ spoor traces -w 'kind:llm @slwo' 2>&1
spoor: --where, column 10: expected a saved filter: @bad @slow, found "@slwo" (did you mean @slow?)
? 2
$ spoor traces -w 'duration>2s' 2>&1
spoor: --where, column 1: expected a field: name, status, kind, model, provider, tool, step, service, session, user, tag, id, dur, cost, tokens, tokens_in, tokens_out, spans, errors, llm, …, found "duration>2s" (did you mean dur?)
? 2
$ spoor traces -w 'status:erorr' 2>&1
spoor: --where, column 8: expected unset, ok, error, running, found "erorr" (did you mean error?)
? 2
$ printf '{\n "slow": 5\n}\n' >$XDG_CONFIG_HOME/spoor/filters.json; spoor traces -w '@slow' 2>&1
spoor: --where, column 1: expected filters.json to be right: "slow" is not a text of at most 1000 bytes, found "@slow"
? 2
$ for s in status session user service llm_calls tool_calls tokens_out repeats scores verdict source; do spoor traces --sort $s --limit 1 -c id | tail -n 1; done
701ce000202611190000000000000004
701ce000202611190000000000000001
d15b07e0202611180000000000000032
d15b07e0202611150000000000000001
d15b07e0202611190000000000001009
d15b07e0202611190000000000001009
d15b07e0202611190000000000001009
d15b07e0202611190000000000001009
701ce000202611190000000000000002
701ce000202611190000000000000006
d15b07e0202611150000000000000001
$ spoor traces --sort nosuch 2>&1
spoor: cannot sort by nosuch; there are start status name session user service duration_ns spans errors llm_calls tool_calls repeats tokens_in tokens_out tokens cost_usd scores verdict source
? 2
