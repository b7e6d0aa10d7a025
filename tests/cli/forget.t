# The word ZZSECRET in every text a trace has; two traces, one of which a second file goes on with.
$ printf '%s\n' 'import json,sys' 'def span(t,i,parent,n,word):' ' a=lambda k,v:{"key":k,"value":{"stringValue":v}}' ' return {"resourceSpans":[{"resource":{"attributes":[a("service.name",word+"service")]},"scopeSpans":[{"scope":{"name":word+"scope"},"spans":[{"traceId":"%032x"%t,"spanId":"%016x"%i,"parentSpanId":parent and "%016x"%parent or "","name":word+"name","startTimeUnixNano":str(1795132800000000000+n),"endTimeUnixNano":str(1795132801000000000+n),"status":{"code":2,"message":word+"message"},"events":[{"name":word+"event","timeUnixNano":str(1795132800000000001+n)}],"attributes":[a("gen_ai.operation.name","chat"),a("gen_ai.request.model",word+"model"),a("session.id",word+"session"),a("user.id",word+"user"),a("gen_ai.provider.name",word+"provider"),a("gen_ai.prompt.name",word+"prompt"),a("input.value",word+" asks a thing"),a("output.value",word+" is told"),a("tag.tags",word+"tag")]}]}]}]}' 'w=lambda f,rows:open(sys.argv[1]+"/"+f,"w").write("".join(json.dumps(r)+"\n" for r in rows))' 'w("secret.jsonl",[span(1,1,0,0,"ZZSECRET"),span(1,2,1,5,"ZZSECRET"),span(2,1,0,0,"ZZSECRET")])' 'w("more.jsonl",[span(2,2,1,7,"plain"),span(3,1,0,0,"plain")])' >$T/make.py; python3 $T/make.py $T; cat $T/*.jsonl | wc -l
5
$ export FILES="tests/data/eval-v12.json $T/more.jsonl $T/secret.jsonl tests/data/traces-voice.json.gz"; spoor import $FILES >$T/log 2>&1; spoor traces | wc -l; cat $SPOOR_STORE* | grep -c ZZSECRET
10
14
$ spoor traces --where 'session:ZZSECRETsession' --columns id,name,spans
id                                name          spans
00000000000000000000000000000001  ZZSECRETname      2
00000000000000000000000000000002  ZZSECRETname      2
# It says what will go, and asks.
$ spoor forget 2>&1
spoor: forget what? A FILE, trace:ID, run:ID, --before or --where (spoor help forget)
? 2
$ spoor forget secret.jsonl 2>&1
To be forgotten for good: 2 traces, 4 spans, 1 file; parts of it came from $T/more.jsonl too: import that again to have them. Verdicts and notes stay.
spoor: nothing was forgotten: without a terminal to ask at, say --yes
? 2
$ spoor forget secret.jsonl --dry-run
would be forgotten: 2 traces, 4 spans, 1 file; parts of it came from $T/more.jsonl too: import that again to have them
$ spoor forget none.jsonl 2>&1
spoor: no file none.jsonl was imported (spoor doctor lists them)
? 1
$ spoor forget trace:77 2>&1
spoor: no trace has an id that begins with "77"
? 1
$ spoor forget --where status:nonsense 2>&1
spoor: --where, column 8: expected unset, ok, error, running
? 2
$ spoor forget --where '' 2>&1
spoor: --where is empty: that would be every trace
? 2
$ spoor forget --before yesterdays 2>&1
spoor: --before: expected a time: 2026-11-20, 2026-11-20T09:30, 7d (ago), today, yesterday
? 2
# A file, with all it held of traces; the other file that had a part in one says so when it is imported again.
$ spoor forget secret.jsonl --yes | sed 's/; the store.*//'
forgotten: 2 traces, 4 spans, 1 file
$ cat $SPOOR_STORE* | grep -c ZZSECRET
0
? 1
$ spoor traces --where 'id:0000' --columns id,name,spans; spoor doctor | grep -E 'files|jsonl|health'
id                                name       spans
00000000000000000000000000000003  plainname      1
health     sound
files      tests/data/eval-v12.json  promptfoo, 82 records
           $T/more.jsonl  otlp, 0 records, stopped before its end
$ spoor import $T/more.jsonl; spoor traces --where 'id:0000' --columns id,name,spans
$T/more.jsonl  otlp       2 traces, 2 spans  new: 1 trace, 1 span  1 problem
id                                name       spans
00000000000000000000000000000002  plainname      1
00000000000000000000000000000003  plainname      1
# As if it had never been there
$ spoor traces --json >$T/now; SPOOR_STORE=$T/other.db spoor import tests/data/eval-v12.json $T/more.jsonl tests/data/traces-voice.json.gz >$T/log 2>&1; SPOOR_STORE=$T/other.db spoor traces --json | cmp - $T/now && echo same
same
$ spoor import $T/secret.jsonl; spoor forget --where 'session:ZZSECRETsession' --yes | sed 's/; the store.*//'; cat $SPOOR_STORE* | grep -c ZZSECRET
$T/secret.jsonl  otlp       2 traces, 3 spans  new: 1 trace, 3 spans
forgotten: 2 traces, 4 spans
0
? 1
$ spoor import $T/secret.jsonl
$T/secret.jsonl  otlp       nothing
$ spoor forget secret.jsonl --yes --json | sed 's/[0-9]*,"bytes_after.*/N…/'; spoor import $T/secret.jsonl; spoor forget trace:00000000000000000000000000000001 trace:00000000000000000000000000000002 --yes | sed 's/; the store.*//'; cat $SPOOR_STORE* | grep -c ZZSECRET
{"done":true,"files":1,"traces":0,"spans":0,"scores":0,"runs":0,"cases":0,"files_to_import_again":0,"bytes_before":N…
$T/secret.jsonl  otlp       2 traces, 3 spans  all new
forgotten: 2 traces, 3 spans
0
? 1
# Eval runs, and what is old
$ spoor runs --columns id,cases | tail -n 1; spoor forget run:v12 -y | sed 's/; the store.*//'; spoor runs
eval-D12-2026-11-14T09:12:04#0     82
forgotten: 1 eval run, 82 case results
$ spoor import tests/data/eval-v13.json tests/data/traces-agent.jsonl >$T/log 2>&1; spoor forget --before 2020-01-01 --yes 2>&1
spoor: nothing matches: nothing was forgotten
? 1
$ spoor forget --before 1d --yes | sed 's/; the store.*//'; spoor traces | wc -l; spoor runs
forgotten: 55 traces, 525 spans, 89 scores
12
id                              time          name         dataset                    model                     prompt       version       cases  err   pass    P50    P95   cost  tok in  out
eval-D13-2026-11-20T16:40:09#0  20 Nov 16:40  dispute v13  file://dispute-cases.yaml  openai:gpt-4o-2024-08-06  dispute v13  322ec166fd4d     84    1  87.8%  3.90s  7.93s  $2.83    777k  88k
# Killed half-way, the next one goes on, with no words needed
$ spoor import $T/secret.jsonl tests/data/eval-v12.json >$T/log 2>&1; for k in 1 2 3 5 8 13 21 34; do [ -x "$(command -v strace)" ] || break; strace -f -o $T/trace -e trace=pwrite64 -e inject=pwrite64:signal=KILL:when=$k spoor forget secret.jsonl eval-v12.json --yes >$T/log 2>&1; done; spoor forget >$T/log 2>&1 || spoor forget secret.jsonl eval-v12.json --yes >$T/log 2>&1; cat $SPOOR_STORE* | grep -c ZZSECRET; spoor doctor | grep -E 'holds|health|secret'
0
holds      11 traces, 118 spans, 16 scores
health     sound
