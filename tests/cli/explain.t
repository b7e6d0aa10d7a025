# What a file is and what would be read of it; nothing is stored
$ spoor import --explain tests/data/traces-voice.json.gz | sed 's/×.*/×/' | head -n 13
tests/data/traces-voice.json.gz
  container      gzip
  format         otlp, OpenTelemetry OTLP (JSON and protobuf) (96 of 100: has
                 resourceSpans)
  records        43 resourceSpans[].scopeSpans[].spans[]
  gives          6 traces, 43 spans, 11 scores
  spans by kind  chain 16, llm 5, tool 6, retriever 5, embedding 5, reranker 5,
                 evaluator 1
  spans with     parent 36, start 43, end 43, status 7, model 15, tokens 10,
                 cost 10, messages 5, input 42, output 25, documents 10,
                 links 1, tool 6, session 6, user 6, service 43, tags 6,
                 attributes 43
  no effect      kind  43×
$ ls $SPOOR_STORE 2>/dev/null | wc -l
0
$ spoor import --explain --json tests/data/eval-v12.json | python3 -c "import json,sys; f=json.load(sys.stdin)['files'][0]; print(f['format'], f['probes'][0]['format'], f['probes'][0]['score'] > 50, f['records'], {k:v for k,v in f['gives'].items() if v}, [m['path'] for m in f['no_effect'][:3]])"
promptfoo promptfoo True {'results.results[]': 82} {'scores': 246, 'eval_runs': 1, 'case_results': 82} ['gradingResult.componentResults[].tokensUsed', 'failureReason', 'gradingResult.namedScores']
# Counts are those of the import
$ spoor import --explain --json tests/data/traces-agent.jsonl | python3 -c "import json,sys; g=json.load(sys.stdin)['files'][0]['gives']; print(g['traces'], g['spans'], g['scores'])"
59 599 94
# A member nobody knows has no effect; one that is read does, also if another says the same
$ printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00000000000000000000000000000a01","spanId":"00000000000000a1","name":"n","mood":"\\u001b[31m","startTimeUnixNano":"1795132800000000000","endTimeUnixNano":"1795132801000000000","attributes":[{"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"my.own","value":{"intValue":"3"}}]}]}]}]}\n' >$T/a.json; cd $T; spoor import --explain a.json
a.json
  format         otlp, OpenTelemetry OTLP (JSON and protobuf) (96 of 100: has
                 resourceSpans)
  records        1 resourceSpans[].scopeSpans[].spans[]
  gives          1 trace, 1 span
  spans by kind  llm 1
  spans with     start 1, end 1, model 1, attributes 1
  no effect      attributes[my.own]  1×  {"intValue":"3"}
                 mood  1×  "\u001b[31m"
                 (changed or taken away, the same is read; the record keeps them)
  problems       none
# Bad input: what is wrong, as the import says it, and its exit code
$ printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"},{"name":' >$T/cut.json; cd $T; spoor import --explain cut.json
cut.json
  format         otlp, OpenTelemetry OTLP (JSON and protobuf) (96 of 100: has
                 resourceSpans)
  records        1 resourceSpans[].scopeSpans[].spans[]
  gives          1 trace, 1 span
  spans by kind  span 1
  problems       cut.json: record 1, line 1, byte 43,
                 resourceSpans[0].scopeSpans[0].spans[0].traceId: no trace id
                 (kept under a made-up id)
                 cut.json: record 1, line 1, byte 43,
                 resourceSpans[0].scopeSpans[0].spans[0].spanId: no span id
                 (kept under a made-up id)
                 cut.json: record 2, line 1, byte 64,
                 resourceSpans[0].scopeSpans[0].spans[1]: invalid JSON: the
                 text ends inside a value (the records before it are kept)
? 3
$ printf '{"some":"thing"}' >$T/other.json; cd $T; spoor import --explain other.json nothing.json
other.json
  not read       JSON of no known format

nothing.json
  not read       No such file or directory
? 3
$ python3 tests/archives.py $T >/dev/null && cd $T && spoor import --explain mixed | grep -A 2 '^mixed'
mixed/README.md
  not read       no JSON and no known archive

mixed/empty.json
  not read       there is nothing in it

mixed/few.jsonl
  format         otlp, OpenTelemetry OTLP (JSON and protobuf) (96 of 100: has
                 resourceSpans)
--
mixed/good.zip
  container      zip

mixed/good.zip: a/few.jsonl
  format         otlp, OpenTelemetry OTLP (JSON and protobuf) (96 of 100: has
                 resourceSpans)
--
mixed/good.zip: voice.json.gz
  container      gzip
  format         otlp, OpenTelemetry OTLP (JSON and protobuf) (96 of 100: has
--
mixed/good.zip: README.md
  not read       no JSON and no known archive

mixed/none.zip
  container      zip

mixed/none.zip: a.txt
  not read       no JSON and no known archive

mixed/old.bz2
  not read       this is bzip2 data, which is not read; unpack it first

mixed/pixel.png
  not read       no JSON and no known archive
$ cd $T && cat good.tar.gz | spoor import --explain --json - | python3 -c "import json,sys; [print(f['file'],f['entry'],f['archive'],f['compression'],f['format'],f['not_read']) for f in json.load(sys.stdin)['files']]"
- None tar gzip None None
- a/few.jsonl None None otlp None
- voice.json.gz None gzip otlp None
- README.md None None None no JSON and no known archive
$ cd $T && spoor import --explain --json bomb.zip | python3 -c "import json,sys; [print(f['entry'],f['format'],[p['code'] for p in f['problems']]) for f in json.load(sys.stdin)['files']]"
None None []
few.jsonl otlp []
bomb.json otlp ['limit-ratio']
more.jsonl otlp []
$ spoor import --explain --follow $T/a.json 2>&1
spoor: --explain looks once, --follow does not end
? 2
# All of it, but of a large file only the first 64 MiB
$ cd $T && for i in $(seq 40); do cat a.json; done >few.json && for i in $(seq 5500); do cat few.json; done | head -c 70000000 >large.jsonl; spoor import --explain large.jsonl | grep -A 3 looked; rm large.jsonl
  looked at      the first 67.4 MB, not all of it
  records        187,853 resourceSpans[].scopeSpans[].spans[]
  gives          1 trace, 1 span
  spans by kind  llm 1
# What a log says is part of its span, which counts once; its members have an effect, though it comes late
$ printf '%s\n' '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00000000000000a1","name":"n","startTimeUnixNano":"1795132800000000000","endTimeUnixNano":"1795132801000000000","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}]}]}]}' '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795132800000000001","traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00000000000000a1","eventName":"gen_ai.user.message","severityNumber":9,"body":{"kvlistValue":{"values":[{"key":"content","value":{"stringValue":"hi"}}]}}}]}]}]}' >$T/log.json; cd $T; spoor import --explain log.json; spoor import log.json
log.json
  format         otlp, OpenTelemetry OTLP (JSON and protobuf) (96 of 100: has
                 resourceSpans)
  records        1 resourceSpans[].scopeSpans[].spans[]
                 1 resourceLogs[].scopeLogs[].logRecords[]
  gives          1 trace, 1 span
  spans by kind  llm 1
  spans with     start 1, end 1, messages 1, input 1, events 1, attributes 1
  no effect      severityNumber  1×  9
                 (changed or taken away, the same is read; the record keeps them)
  problems       none
log.json  otlp       1 trace, 1 span  all new
