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
id,start,status,name,session,user,service,duration_ns,spans,errors,llm_calls,tool_calls,repeats,tokens_in,tokens_out,tokens_cached,tokens_reasoning,cost_usd,cost_estimated,usage_repeats,usage_note,scores,verdict,source
d15b07e0202611200000000000000048,2026-11-20T15:45:49.032000137Z,unset,dispute-agent,conv-2006414,cust-10222,dispute-agent,4163000000,10,0,2,1,0,2668,255,,,0.007306,false,0,,[],,"{""file"":""tests/data/traces-agent.jsonl"",""format"":""otlp""}"
d15b07e0202611200000000000000047,2026-11-20T14:24:07.430000137Z,unset,dispute-agent,conv-2005654,cust-10207,dispute-agent,5021000000,9,0,2,1,0,2549,392,,,0.008102999999999999,false,0,,"[{""name"":""groundedness"",""value"":0.24,""label"":""fail""},{""name"":""relevance"",""value"":0.93,""label"":""pass""}]",,"{""file"":""tests/data/traces-agent.jsonl"",""format"":""otlp""}"
$ spoor traces --limit 3 --markdown
| id | time | status | name | session | user | service | total | spans | err | llm | tool | tok in | out | cost |
|---|---|---|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
| d15b07e0202611200000000000000048 | 20 Nov 15:45 | unset | dispute-agent | conv-2006414 | cust-10222 | dispute-agent | 4.16s | 10 | 0 | 2 | 1 | 2.7k | 255 | $0.00731 |
| d15b07e0202611200000000000000047 | 20 Nov 14:24 | unset | dispute-agent | conv-2005654 | cust-10207 | dispute-agent | 5.02s | 9 | 0 | 2 | 1 | 2.5k | 392 | $0.0081 |
| d15b07e0202611200000000000000046 | 20 Nov 12:55 | unset | dispute-agent | conv-2004435 | cust-10228 | dispute-agent | 6.93s | 9 | 0 | 2 | 1 | 3.5k | 382 | $0.0104 |
$ spoor traces --json | python3 -m json.tool | wc -l
2548
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
spoor: cannot sort by duraton_ns, did you mean duration_ns; there are start status name session user service duration_ns spans errors llm_calls tool_calls repeats tokens_in tokens_out cost_usd scores verdict source
? 2
$ spoor traces --sort status 2>&1
id                                time          status  name                               session       user        service          total  spans  err  llm  tool  tok in   out      cost
701ce000202611190000000000000004  19 Nov 12:20  error   callback, nobody answered          call-7004     cust-10213  voice-callback  30.00s      2    2    0     1       –     –         –
d15b07e020261120000000000000b10c  20 Nov 10:14  error   dispute-agent                      conv-2004417  cust-10233  dispute-agent   12.42s     31    2    2     3     17k  1.3k   $0.0412
d15b07e020261117000000000000e4ce  17 Nov 13:33  error   dispute-agent                      conv-171333   cust-10233  dispute-agent   11.29s      6    2    2     0     759    18  $0.00012
701ce000202611190000000000000006  19 Nov 14:20  ok      callback about a transfer abroad   call-7006     cust-10215  voice-callback  10.45s      8    0    1     1    1.1k    61  $0.00019
701ce000202611190000000000000005  19 Nov 13:20  ok      Rückruf zur Kartensperre           call-7005     cust-10214  voice-callback   9.84s      8    0    1     1    1.0k    58  $0.00018
701ce000202611190000000000000003  19 Nov 11:20  ok      callback about a loan rate         call-7003     cust-10212  voice-callback   8.62s      8    0    1     1     961    52  $0.00017
701ce000202611190000000000000002  19 Nov 10:20  ok      callback about a duplicate charge  call-7002     cust-10211  voice-callback  10.16s      9    0    1     1     930    49  $0.00017
701ce000202611190000000000000001  19 Nov 09:20  ok      callback about a blocked card      call-7001     cust-10210  voice-callback   7.40s      8    0    1     1     899    46  $0.00016
d15b07e0202611200000000000000048  20 Nov 15:45  unset   dispute-agent                      conv-2006414  cust-10222  dispute-agent    4.16s     10    0    2     1    2.7k   255  $0.00731
d15b07e0202611200000000000000047  20 Nov 14:24  unset   dispute-agent                      conv-2005654  cust-10207  dispute-agent    5.02s      9    0    2     1    2.5k   392   $0.0081
d15b07e0202611200000000000000046  20 Nov 12:55  unset   dispute-agent                      conv-2004435  cust-10228  dispute-agent    6.93s      9    0    2     1    3.5k   382   $0.0104
d15b07e0202611200000000000005103  20 Nov 11:58  unset   dispute-agent                      conv-201158   cust-10258  dispute-agent   29.47s     10    0    2     1    2.4k   155  $0.00562
d15b07e0202611200000000000000045  20 Nov 11:37  unset   dispute-agent                      conv-2003751  cust-10204  dispute-agent    3.74s     10    0    2     1    3.5k   357    ~$0.01
d15b07e0202611200000000000000044  20 Nov 10:39  unset   dispute-agent                      conv-2002700  cust-10239  dispute-agent    4.93s     10    0    2     1    2.5k   158  $0.00592
d15b07e0202611200000000000000043  20 Nov 10:38  unset   dispute-agent                      conv-2002700  cust-10239  dispute-agent    4.17s      9    0    2     1    3.5k   236  $0.00894
d15b07e0202611200000000000000042  20 Nov 09:11  unset   dispute-agent                      conv-2001656  cust-10209  dispute-agent    5.29s     10    0    2     1    3.9k   345   $0.0113
d15b07e0202611200000000000000041  20 Nov 08:09  unset   dispute-agent                      conv-2000358  cust-10234  dispute-agent    5.90s      9    0    2     1    3.8k   270   $0.0101
d15b07e0202611190000000000000040  19 Nov 17:32  unset   dispute-agent                      conv-1906937  cust-10209  dispute-agent    4.87s      7    0    2     0    2.6k   291  $0.00745
d15b07e0202611190000000000000039  19 Nov 16:04  unset   dispute-agent                      conv-1905980  cust-10235  dispute-agent    5.40s     10    0    2     1    3.8k   236  $0.00725
d15b07e0202611190000000000001009  19 Nov 15:02  unset   dispute-agent                      conv-1909001  cust-10217  dispute-agent   13m34s     26    0   13    12   1.86M  207k    $40.22
d15b07e0202611190000000000000038  19 Nov 14:16  unset   dispute-agent                      conv-1904432  cust-10230  dispute-agent    5.73s     10    0    2     1    4.1k   326   ~$0.011
d15b07e0202611190000000000000037  19 Nov 12:51  unset   dispute-agent                      conv-1903743  cust-10236  dispute-agent    4.74s      7    0    2     0    2.9k   310   $0.0083
d15b07e0202611190000000000000036  19 Nov 11:04  unset   dispute-agent                      conv-1902153  cust-10206  dispute-agent    5.29s     10    0    2     1    3.6k   166   $0.0087
d15b07e0202611190000000000000035  19 Nov 11:03  unset   dispute-agent                      conv-1902153  cust-10206  dispute-agent    4.80s      9    0    2     1    3.5k   112  $0.00787
d15b07e020261119000000000000f1f0  19 Nov 09:41  unset   dispute-agent                      conv-19941    cust-10241  dispute-agent    7.90s     11    0    2     1    3.8k   141  $0.00884
d15b07e0202611190000000000000034  19 Nov 09:28  unset   dispute-agent                      conv-1901199  cust-10234  dispute-agent    5.07s      9    0    2     1    2.9k   303  $0.00861
d15b07e0202611190000000000000033  19 Nov 08:13  unset   dispute-agent                      conv-1900557  cust-10213  dispute-agent    5.27s     10    0    2     1    3.5k   152   $0.0083
d15b07e0202611180000000000000032  18 Nov 17:11  unset   dispute-agent                      conv-1806692  cust-10201  dispute-agent    5.87s     10    0    2     1    3.0k   129  $0.00674
d15b07e0202611180000000000000a9f  18 Nov 16:19  unset   dispute-agent                      conv-181619   cust-10219  dispute-agent    6.64s     12    0    2     2    3.2k   154  $0.00746
d15b07e0202611180000000000000031  18 Nov 15:46  unset   dispute-agent                      conv-1805360  cust-10226  dispute-agent    5.43s      9    0    2     1    2.9k   288   ~$0.008
d15b07e0202611180000000000005102  18 Nov 14:47  unset   dispute-agent                      conv-181447   cust-10247  dispute-agent   29.81s     10    0    2     1    7.6k  2.0k   $0.0365
d15b07e0202611180000000000000030  18 Nov 14:02  unset   dispute-agent                      conv-1804177  cust-10207  dispute-agent    3.88s     10    0    2     1    3.0k   322  $0.00865
d15b07e0202611180000000000000029  18 Nov 12:31  unset   dispute-agent                      conv-1803284  cust-10231  dispute-agent    3.96s      9    0    2     1    2.9k   306  $0.00848
d15b07e020261118000000000000ba1a  18 Nov 11:26  unset   dispute-agent                      conv-181126   cust-10226  dispute-agent    4.57s     12    0    2     3    3.5k   169   $0.0084
d15b07e0202611180000000000000028  18 Nov 11:12  unset   dispute-agent                      conv-1802937  cust-10231  dispute-agent    4.87s      9    0    2     1    2.9k   372  $0.00659
d15b07e0202611180000000000000027  18 Nov 11:11  unset   dispute-agent                      conv-1802937  cust-10231  dispute-agent    4.41s     10    0    2     1    2.3k   155  $0.00515
d15b07e0202611180000000000000026  18 Nov 09:40  unset   dispute-agent                      conv-1801463  cust-10234  dispute-agent    5.47s     10    0    2     1    2.5k   193  $0.00602
d15b07e0202611180000000000000025  18 Nov 08:01  unset   dispute-agent                      conv-1800519  cust-10205  dispute-agent    4.20s      9    0    2     1    2.3k   366  $0.00722
d15b07e0202611170000000000000024  17 Nov 17:19  unset   dispute-agent                      conv-1707128  cust-10226  dispute-agent    5.55s     10    0    2     1    3.0k   376  ~$0.0093
d15b07e0202611170000000000000023  17 Nov 17:18  unset   dispute-agent                      conv-1707128  cust-10226  dispute-agent    4.34s      9    0    2     1    3.9k   330   $0.0109
d15b07e0202611170000000000000022  17 Nov 15:57  unset   dispute-agent                      conv-1706390  cust-10221  dispute-agent    5.87s      9    0    2     1    2.3k   215   $0.0058
d15b07e0202611170000000000000021  17 Nov 14:37  unset   dispute-agent                      conv-1705169  cust-10214  dispute-agent    4.78s     10    0    2     1    2.5k   312  $0.00709
d15b07e0202611170000000000000020  17 Nov 13:33  unset   dispute-agent                      conv-1704419  cust-10217  dispute-agent    4.72s     10    0    2     1    2.6k   208  $0.00629
d15b07e0202611170000000000000019  17 Nov 11:59  unset   dispute-agent                      conv-1703913  cust-10225  dispute-agent    4.68s     10    0    2     2    2.6k   365  $0.00805
d15b07e0202611170000000000000018  17 Nov 10:41  unset   dispute-agent                      conv-1702941  cust-10208  dispute-agent    5.96s     10    0    2     1    3.6k   338   $0.0106
d15b07e0202611170000000000000017  17 Nov 10:40  unset   dispute-agent                      conv-1702941  cust-10208  dispute-agent    5.22s      9    0    2     1    2.5k   180  ~$0.0044
d15b07e0202611170000000000005101  17 Nov 10:05  unset   dispute-agent                      conv-17105    cust-10205  dispute-agent   33.02s     10    0    2     1    3.5k   404   $0.0108
d15b07e0202611170000000000000016  17 Nov 09:18  unset   dispute-agent                      conv-1701586  cust-10218  dispute-agent    5.47s     10    0    2     2    3.5k   135  $0.00813
d15b07e0202611170000000000000015  17 Nov 08:09  unset   dispute-agent                      conv-1700106  cust-10207  dispute-agent    5.25s     10    0    2     1    3.0k   190  $0.00749
d15b07e0202611160000000000000014  16 Nov 17:25  unset   dispute-agent                      conv-1607348  cust-10211  dispute-agent    4.32s     10    0    2     1    3.2k   331  $0.00939
d15b07e0202611160000000000000013  16 Nov 17:24  unset   dispute-agent                      conv-1607348  cust-10211  dispute-agent    3.55s      9    0    2     1    3.0k   232  $0.00758
d15b07e0202611160000000000000012  16 Nov 16:03  unset   dispute-agent                      conv-1606125  cust-10206  dispute-agent    4.58s      8    0    2     0    4.0k   425   $0.0123
d15b07e0202611160000000000000011  16 Nov 14:36  unset   dispute-agent                      conv-1605347  cust-10209  dispute-agent    5.50s      9    0    2     1    2.3k   139  $0.00488
d15b07e0202611160000000000007e74  16 Nov 14:08  unset   dispute-agent                      conv-16148    cust-10208  dispute-agent    4.75s     11    1    2     2    3.8k   371   $0.0111
d15b07e0202611160000000000000010  16 Nov 13:18  unset   dispute-agent                      conv-1604956  cust-10215  dispute-agent    4.80s      9    0    2     1    3.6k   428   ~$0.011
d15b07e0202611160000000000000009  16 Nov 12:11  unset   dispute-agent                      conv-1603802  cust-10231  dispute-agent    3.69s      8    0    2     0    3.8k   194  $0.00933
d15b07e020261116000000000000c07f  16 Nov 10:52  unset   dispute-agent                      conv-161052   cust-10252  dispute-agent    4.46s     10    0    2     1    3.1k   274  $0.00846
d15b07e0202611160000000000000008  16 Nov 10:39  unset   dispute-agent                      conv-1602488  cust-10204  dispute-agent    8.72s     10    0    2     1    2.5k   421  $0.00862
d15b07e0202611160000000000000007  16 Nov 10:39  unset   dispute-agent                      conv-1602488  cust-10204  dispute-agent    5.37s      9    0    2     1    3.5k   145  $0.00789
d15b07e0202611160000000000000006  16 Nov 09:18  unset   dispute-agent                      conv-1601658  cust-10203  dispute-agent    5.43s     10    0    2     1    2.9k   199  $0.00544
d15b07e0202611160000000000000005  16 Nov 08:14  unset   dispute-agent                      conv-1600709  cust-10202  dispute-agent    5.22s      9    0    2     1    3.0k   185  $0.00712
d15b07e0202611150000000000000004  15 Nov 17:32  unset   dispute-agent                      conv-1502857  cust-10206  dispute-agent    5.90s      9    0    2     1    3.0k   392  $0.00963
d15b07e0202611150000000000000003  15 Nov 17:32  unset   dispute-agent                      conv-1502857  cust-10206  dispute-agent    7.95s     10    0    2     1    2.5k   350  ~$0.0074
d15b07e0202611150000000000000002  15 Nov 13:44  unset   dispute-agent                      conv-1501267  cust-10211  dispute-agent    3.73s     10    0    2     1    3.8k   187  $0.00926
d15b07e0202611150000000000000001  15 Nov 10:14  unset   dispute-agent                      conv-1500599  cust-10231  dispute-agent    9.79s      9    0    2     1    2.9k   196  $0.00706
$ spoor traces --columns nam 2>&1
spoor: no such column: nam (did you mean name?)
? 2
$ spoor traces --columns zebra 2>&1
spoor: no such column: zebra; there are id start status name session user service duration_ns spans errors llm_calls tool_calls repeats tokens_in tokens_out tokens_cached tokens_reasoning cost_usd cost_estimated usage_repeats usage_note scores verdict source
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
