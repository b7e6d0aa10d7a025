$ spoor import --no-index tests/data/traces-agent.jsonl tests/data/eval-v12.json >$T/log; echo $?
0
$ spoor search -n 3 --columns start,kind,name,field,snippet blocked iban
time          kind       name       field  text
20 Nov 10:14  guardrail  pii-check  error  blocked: IBAN in the output, character 212
$ spoor search '"in the output" iban' --json --limit 1
{"text":"\"in the output\" iban","hits":[{"trace":"d15b07e020261120000000000000b10c","span":"2bf83e3a6635525d","run":null,"case":null,"start":"2026-11-20T10:14:19.278000137Z","kind":"guardrail","name":"pii-check","field":"error","snippet":"blocked: IBAN in the output, character 212","match_at":14,"match_bytes":13}],"more":false,"indexed_percent":0}
$ spoor doctor | grep -o '[0-9]* % of it indexed for search.*'
0 % of it indexed for search (spoor doctor --index)
$ spoor search --csv --columns trace,span,field '"double booking"' >$T/read; spoor doctor --index | grep -o '[0-9]* % of it indexed for search.*'
100 % of it indexed for search
$ spoor search --csv --columns trace,span,field '"double booking"' | cmp - $T/read; wc -l <$T/read
2
$ spoor search --columns run,case,field,snippet -n 1 "hotel" --where 'name:nothing'
? 1
$ spoor search nowhereatall
? 1
$ spoor search
? 2
$ spoor search ''
? 2
$ spoor search -- '-->' 'a AND' | wc -l
0
$ spoor doctor --again
? 2
$ spoor traces --where 'text:"blocked: IBAN"' --columns id,name
id                                name
d15b07e020261120000000000000b10c  dispute-agent
$ spoor traces --where 'text:block' --columns id,name | wc -l
10
