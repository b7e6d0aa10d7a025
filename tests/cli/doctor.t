$ spoor doctor 2>&1 | sed 's/^version .*/version/'
version
store      $T/home/spoor.db (not there yet: spoor import FILE makes it)
terminal   no, TERM=dumb, colours none, text UTF-8
$ spoor import tests/data/traces-agent.jsonl tests/data/eval-v12.json >$T/log
$ spoor doctor 2>&1 | sed -e 's/^version .*/version/' -e 's/[0-9.]* [kM]B/SIZE/g'
version
store      $T/home/spoor.db
           SIZE, log 0 B, version 1, mode 0600
holds      59 traces, 599 spans, 94 scores, 1 eval run, 82 case results, 0 annotations
           SIZE of records in SIZE (2 blocks), 100 % of it indexed for search
health     sound
files      tests/data/traces-agent.jsonl  otlp, 599 records, 1 problem
           tests/data/eval-v12.json  promptfoo, 82 records
problems   1 (spoor doctor --problems)
terminal   no, TERM=dumb, colours none, text UTF-8
$ chmod 644 $SPOOR_STORE; spoor doctor | grep mode | sed 's/.*mode/mode/'
mode 0644: others can read it, which may hold prompts and keys (chmod 600)
$ spoor doctor --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(sorted(d)); s=d['store']; print(s['mode'], s['private'], s['health'], s['traces'], s['cases']); print([f['file'] for f in d['files']]); print(d['terminal'])"
['files', 'store', 'terminal', 'version']
0644 False sound 59 82
['tests/data/traces-agent.jsonl', 'tests/data/eval-v12.json']
{'is_terminal': False, 'term': 'dumb', 'colorterm': None, 'colors': 'none', 'charset': 'UTF-8', 'columns': None}
$ spoor doctor --problems
tests/data/traces-agent.jsonl, trace d15b07e0202611180000000000000a9f: 1 span names a parent that is not there (shown below a row that says so)
$ spoor doctor --problems --json
{"problems":[{"file":"tests/data/traces-agent.jsonl","entry":null,"record":null,"line":null,"path":"trace d15b07e0202611180000000000000a9f","offset":0,"severity":"warning","code":"orphan","reason":"1 span names a parent that is not there","kept":"shown below a row that says so"}],"total":1}
$ printf '{"a":\n' >$T/bad.jsonl; head -n 1 tests/data/traces-agent.jsonl >>$T/bad.jsonl; spoor import $T/bad.jsonl >$T/log 2>&1; echo $?
3
$ spoor doctor --problems
tests/data/traces-agent.jsonl, trace d15b07e0202611180000000000000a9f: 1 span names a parent that is not there (shown below a row that says so)
$T/bad.jsonl: JSON of no known format (nothing imported)
$ spoor doctor --problems bad.jsonl --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(d['total'], d['problems'][0]['code'])"
1 unknown-format
$ spoor doctor --problems tests/data/eval-v12.json
no problems
$ spoor doctor bad.jsonl 2>&1
spoor: files are named with --problems (spoor help doctor)
? 2
# A store that is none
$ echo 'not a store at all, only some text that is long enough' >$T/text.db; spoor --store $T/text.db doctor 2>&1
spoor: $T/text.db is not a spoor store: name another with --store or $SPOOR_STORE
? 4
$ spoor --store $T/text.db import tests/data/eval-v12.json 2>&1; cat $T/text.db
spoor: $T/text.db is not a spoor store: name another with --store or $SPOOR_STORE
not a store at all, only some text that is long enough
$ spoor --store $T traces 2>&1
spoor: store $T is a directory: name a file in it
? 4
$ spoor --store /proc/no/such/dir/s.db import tests/data/eval-v12.json 2>&1
spoor: cannot make the directory /proc/no: No such file or directory; name another place with --store or $SPOOR_STORE
? 4
