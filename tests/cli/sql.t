# spoor sql: one SELECT over documented views, and nothing else.
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-agent.jsonl tests/data/traces-claims.jsonl.gz >$T/log; echo $?
0
$ sum() { python3 -c 'import hashlib,sys; print(hashlib.sha256(open(sys.argv[1],"rb").read()).hexdigest())' "$SPOOR_STORE"; }; sum >$T/before; wc -c <$T/before
65
$ spoor sql "select kind, count(*) as n, round(sum(cost_usd), 4) as cost from spans group by kind order by n desc"
kind          n     cost
llm        1249  45.9078
agent       532        –
retriever   379        –
task        125        –
tool         73        –
embedding    58        0
guardrail    57        –
reranker     56        –
span         32        –
chain         7        –
$ spoor sql "select kind, count(*) as n from spans group by kind order by n desc limit 2" --json
{"columns":["kind","n"],"rows":[{"kind":"llm","n":1249},{"kind":"agent","n":532}],"more":false}
$ spoor sql "select kind, count(*) as n from spans group by kind order by n desc limit 2" --jsonl
{"kind":"llm","n":1249}
{"kind":"agent","n":532}
$ spoor sql "select kind, count(*) as n from spans group by kind order by n desc limit 2" --csv
kind,n
llm,1249
agent,532
$ spoor sql "select kind, count(*) as n from spans group by kind order by n desc limit 2" --markdown
| kind | n |
|---|---|
| llm | 1249 |
| agent | 532 |
$ spoor sql "select name from traces order by start_ns" --limit 2
name
triage-claim
triage-claim
$ spoor sql "select 1 as a, 2 as a, 'x|y' as b, x'00ff' as c, null as d, 9223372036854775807 as e, 0.1 as f, '=1+1' as g, -9223372036854775807 - 1 as h" --json
{"columns":["a","a:2","b","c","d","e","f","g","h"],"rows":[{"a":1,"a:2":2,"b":"x|y","c":"00ff","d":null,"e":9223372036854775807,"f":0.1,"g":"=1+1","h":-9223372036854775808}],"more":false}
$ spoor sql "select 1 as a, 2 as a, 'x|y' as b, x'00ff' as c, null as d, 9223372036854775807 as e, 0.1 as f, '=1+1' as g" --csv
a,a:2,b,c,d,e,f,g
1,2,x|y,00ff,,9223372036854775807,0.1,'=1+1
$ spoor sql "select 1 as a, 2 as a, 'x|y' as b, x'00ff' as c, null as d, 9223372036854775807 as e, 0.1 as f, '=1+1' as g" --markdown
| a | a:2 | b | c | d | e | f | g |
|---|---|---|---|---|---|---|---|
| 1 | 2 | x\|y | 00ff |  | 9223372036854775807 | 0.1 | \=1+1 |
$ echo 'select count(*) as runs from runs; -- how many' | spoor sql -
runs
   2
$ echo 'select count(*) as runs from runs' >$T/q.sql; spoor sql --file $T/q.sql
runs
   2
$ spoor sql "select json_extract(payload(trace, id, 'attributes'), '$.\"gen_ai.operation.name\"') as op, count(*) as n from spans where trace like 'd15b07e0%' group by op order by n desc limit 3"
op              n
–             362
chat           97
execute_tool   53
$ spoor sql "select count(*) as n from spans where payload(trace, id, 'input') regexp '(?i)hotel NIGHT' and kind = 'llm'"
n
2
$ spoor sql "select title, payload(run, key, repeat, 'output') as said from cases where title like 'refund after%' and repeat = 0"
title                            said
refund after 60 days, gold card  You are not too late: the limit is 120 days from the statement date. Send us the return receipt and we will open the case.
refund after 60 days, gold card  I am sorry, you are too late: the limit is 60 days from the statement date. Cases received later are closed without review.
$ spoor sql "select value, count(*) from json_each('[1,2,2]') group by value" --csv
value,count(*)
1,1
2,2
$ spoor sql "select iso(ns('2026-11-20T09:12:00.5+01:00')) as t, round(wilson_low(8, 10), 4) as low, round(wilson_high(8, 10), 4) as high"
t                                  low    high
2026-11-20T08:12:00.500000000Z  0.4902  0.9433
# Figures are those of the other commands.
$ python3 tests/cli/sql.py; echo $?
0
# Mistakes
$ spoor sql "select nmae from spans" 2>&1
spoor: SQL, column 8: no such column: nmae (did you mean name?)
? 2
$ spoor sql "select 'né', kindd from spans" 2>&1
spoor: SQL, column 14: no such column: kindd (did you mean kind?)
? 2
$ spoor sql "select * from trace" 2>&1
spoor: there is no view trace (did you mean traces?) (spoor sql --views)
? 2
$ spoor sql "select * from tracess" 2>&1
spoor: SQL: no such table: tracess (did you mean traces?)
? 2
$ spoor sql "select percentil(duration_ns, 50) from spans" 2>&1
spoor: SQL, column 8: no such function: percentil (did you mean percentile?)
? 2
$ spoor sql "selec 1" --json 2>&1
{"error":{"code":"usage","message":"SQL, column 1: near \"selec\": syntax error","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor sql "" 2>&1
spoor: there is no SELECT in this
? 2
$ spoor sql 2>&1
spoor: one statement: spoor sql 'select …', or - for standard input, or --file FILE (spoor sql --views)
? 2
$ spoor sql "select 1" x 2>&1
spoor: one word too many: x (spoor help sql)
? 2
$ spoor sql "select 1; select 2" 2>&1
spoor: one statement at a time
? 2
$ spoor sql "select ?" 2>&1
spoor: a ? or :name has no value here: write the value itself
? 2
$ spoor sql "select payload('a', 'b', 'c')" 2>&1
spoor: SQL: payload of a span: input, output, messages, documents, events, attributes, resource or raw
? 2
$ spoor sql "select 'a' regexp '('" 2>&1
spoor: SQL: regexp: this pattern cannot be read (extended regular expressions of POSIX)
? 2
$ spoor sql "select 1" --limit -1 2>&1
spoor: --limit and --timeout cannot be negative
? 2
$ spoor sql "select 1" --json --csv 2>&1
{"error":{"code":"usage","message":"only one of --json and --csv","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor sql --file $T/none.sql 2>&1
spoor: cannot read $T/none.sql: No such file or directory
? 1
$ SPOOR_STORE=$T/none.db spoor sql "select 1" 2>&1
spoor: there is no store at $T/none.db yet: spoor import FILE makes it
? 4
# Endless ones end: by their time, by a signal, with their reader; and large ones stay small.
$ spoor sql "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n" --timeout 1 2>&1
spoor: stopped: its time was over (--timeout N)
? 4
$ set -m; spoor sql "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n" 2>&1 & p=$!; until grep -qx spoor /proc/$p/comm && (( 0x0$(sed -n 's/^SigCgt:.//p' /proc/$p/status) & 2 )); do sleep 0.05; done; kill -INT $p; wait $p
spoor: interrupted
? 130
$ spoor sql "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n" --jsonl | head -n 2; echo ${PIPESTATUS[0]}
{"i":1}
{"i":2}
141
$ spoor sql "select 1" >/dev/full 2>&1
? 4
# The views
$ spoor sql --views runs
runs: eval runs
  id                  id       as the source writes it
  created             time     when it was made
  created_ns          ns       when it was made, in ns
  name                text     its file's, if its source gives none
  dataset             text
  model               text
  provider            text
  prompt              text
  prompt_version      text
  cases               integer  case results, repeats counted
  passed              integer
  failed              integer
  errored             integer
  unscored            integer
  pass_rate           real     with repeats the mean of the cases' shares
  pass_low            real     Wilson interval, 95 %
  pass_high           real
  p50_ns              ns       latency of a case
  p95_ns              ns
  cost_usd            real
  cost_per_case_usd   real     of the case results with a known cost
  distinct_cases      integer
  repeats             integer  the most of one case
  tokens_in           integer
  tokens_out          integer
  config              text     JSON
  file                text     the first file that held it
$ spoor sql --views rnus 2>&1
spoor: there is no view rnus (did you mean runs?)
? 2
$ spoor sql --views --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(len(d["views"]), len(d["functions"]), sorted(d["views"][0]))'
16 9 ['columns', 'help', 'name']
$ spoor help sql | grep -c '^  [a-z_]* *\(id\|text\|integer\|real\|boolean\|time\|ns\)\( \|$\)'
199
# Masked, all expressions over a text are of what is shown of it.
$ export SPOOR_STORE=$T/planted.db; python3 tests/planted.py $T/planted && spoor import $T/planted/*.json >$T/log; spoor flag trace:00000000000000000000000000000001 --bad --note "ask jane.roe@acme-corp.de" --author ann >$T/log; python3 tests/cli/sql.py $T/planted/things.txt; echo $?
0
$ spoor sql "select null as a union all select 'b'" --csv
a
""
b
# Nothing was written.
$ python3 -c 'import hashlib,sys; print(hashlib.sha256(open(sys.argv[1],"rb").read()).hexdigest())' "$SPOOR_STORE" | diff - $T/before && echo same
same
# What has no cost has none that was estimated, and a run without a name goes by its file's, as in spoor traces and spoor runs.
$ export SPOOR_STORE=$T/unknown.db; spoor import tests/data/traces-voice.json.gz >$T/log; spoor sql "select cost_usd, cost_estimated, count(*) as n from traces where cost_usd is null group by 1, 2" --json
{"columns":["cost_usd","cost_estimated","n"],"rows":[{"cost_usd":null,"cost_estimated":null,"n":1}],"more":false}
$ export SPOOR_STORE=$T/unknown.db; printf '%s' '{"results":{"version":3,"results":[{"testIdx":0,"success":true,"response":{"output":"a"},"vars":{"q":"x"},"provider":{"id":"p"},"prompt":{"raw":"x"}}]},"evalId":"eval-x","config":{}}' >$T/nameless.json; spoor import $T/nameless.json >$T/log; spoor runs --columns name --csv; spoor sql "select name from runs" --csv
name
nameless.json
name
nameless.json
