$ [ $(spoor formats | grep -c '^[a-z][a-z0-9-]*  *[*A-Za-z]') = $(spoor formats --json | grep -o '"total":[0-9]*' | cut -d: -f2) ] && echo each has a line
each has a line
$ spoor formats | grep '^otlp ' | tr -s ' '
otlp OpenTelemetry OTLP (JSON and protobuf)
$ spoor formats | awk 'length($0) > 80'
$ spoor formats | tail -n 2 | grep -c 'spoor formats NAME says'
1
$ spoor formats --json | python3 -c "import json,sys; d=json.load(sys.stdin)['formats']; print([f['name'] for f in d if not f['example'] or '\n' in f['example'] or (f['real_files_seen'] != (f['built_from'] == 'real files'))])"
[]
$ spoor formats otlp
otlp  OpenTelemetry OTLP (JSON and protobuf)
  known by    resourceSpans, batches or scopeSpans in the first JSON values, camelCase or snake_case
  example     {"resourceSpans":[{"resource":{…},"scopeSpans":[{"spans":[{"traceId":…,"spanId":…}]}]}]}
  fills       traces, spans with messages, documents, events and links, scores of evaluation events
  described   https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
  built from  real files
$ spoor formats --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(all(f['name'] and f['title'] and f['how'] and f['fills'] and f['spec_url'] for f in d['formats']), d['total']==len(d['formats']))"
True True
$ spoor formats otlp --json | python3 -c "import json,sys; print(json.load(sys.stdin)['formats'][0]['name'])"
otlp
$ spoor formats otpl 2>&1
spoor: no format is called otpl (did you mean otlp?); spoor formats lists them
? 1
# A page without anything on it is of no format in particular, and is refused by that name.
$ printf '{"data":[],"meta":{"page":1}}' >$T/page.json; printf '[ ]' >$T/list.json; printf '{"runs":[1]}' >$T/one.json; cd $T; spoor import page.json list.json one.json 2>&1
spoor: page.json: an empty list: no record in it tells the format (nothing imported)
spoor: list.json: an empty list: no record in it tells the format (nothing imported)
spoor: one.json: JSON of no known format (nothing imported)
page.json  -          refused
list.json  -          refused
one.json   -          refused
3 files: nothing
? 3
