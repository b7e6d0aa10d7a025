$ spoor doctor 2>&1 | sed '/^version/,/zstd/d'
store      $T/home/spoor.db (not there yet: spoor import FILE makes it)
prices     196, the newest read 2026-07-29
           yours would be in $T/home/config/spoor/prices.json
paths      config  $T/home/config/spoor/ (not there)
           data    $T/home/data/spoor/ (not there)
           state   $T/home/state/spoor/ (not there)
           the store's is from $SPOOR_STORE
terminal   no, TERM=dumb
           no colours, text UTF-8, the explorer needs one that can move its cursor
$ spoor import tests/data/traces-agent.jsonl tests/data/eval-v12.json >$T/log
$ spoor doctor 2>&1 | sed -e '/^version/,/zstd/d' -e 's/[0-9.]* [kM]B/SIZE/g'
to do      1 problem of files: spoor doctor --problems
store      $T/home/spoor.db
           SIZE, log 0 B, version 4, mode 0600
holds      59 traces, 599 spans, 94 scores
           1 eval run, 82 case results, 0 annotations
           SIZE of records in SIZE (2 blocks), 100 % of it indexed for search
room       records SIZE, spans SIZE, traces SIZE, evals SIZE
           index SIZE, words SIZE, other SIZE
health     sound
files      tests/data/traces-agent.jsonl  otlp, 599 records, 1 problem
           tests/data/eval-v12.json  promptfoo, 82 records
problems   1 (spoor doctor --problems)
prices     196, the newest read 2026-07-29
           yours would be in $T/home/config/spoor/prices.json
paths      config  $T/home/config/spoor/ (not there)
           data    $T/home/data/spoor/ (not there)
           state   $T/home/state/spoor/ (not there)
           the store's is from $SPOOR_STORE
terminal   no, TERM=dumb
           no colours, text UTF-8, the explorer needs one that can move its cursor
$ chmod 644 $SPOOR_STORE; spoor doctor | grep -A1 mode | sed 's/.*mode/mode/'
mode 0644
           others can read it, and it may hold prompts and keys: chmod 600 it
$ spoor doctor --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(sorted(d)); s=d['store']; print(s['mode'], s['private'], s['health'], s['traces'], s['cases']); print([f['file'] for f in d['files']]); print(d['terminal'])"
['advice', 'files', 'paths', 'prices', 'store', 'terminal', 'version', 'versions']
0644 False sound 59 82
['tests/data/traces-agent.jsonl', 'tests/data/eval-v12.json']
{'is_terminal': False, 'term': 'dumb', 'known': True, 'colorterm': None, 'colors': 0, 'charset': 'UTF-8', 'columns': None, 'rows': None, 'cursor': False, 'mouse': False, 'bracketed_paste': False, 'synchronized_output': False, 'clipboard': None}
$ spoor doctor --problems
tests/data/traces-agent.jsonl, trace d15b07e0202611180000000000000a9f: 1 span names a parent that is not there (shown below a row that says so)
$ spoor doctor --problems --json
{"problems":[{"file":"tests/data/traces-agent.jsonl","entry":null,"record":null,"line":null,"path":"trace d15b07e0202611180000000000000a9f","offset":0,"severity":"warning","code":"orphan","reason":"1 span names a parent that is not there","kept":"shown below a row that says so"}],"total":1}
$ printf '{"a":\n' >$T/bad.jsonl; head -n 1 tests/data/traces-agent.jsonl >>$T/bad.jsonl; spoor import $T/bad.jsonl >$T/log 2>&1; echo $?
3
$ spoor doctor --problems
tests/data/traces-agent.jsonl, trace d15b07e0202611180000000000000a9f: 1 span names a parent that is not there (shown below a row that says so)
$T/bad.jsonl: record 1, line 3, byte 6452: invalid JSON: the text ends inside a value (nothing imported)
$ spoor doctor --problems bad.jsonl --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(d['total'], d['problems'][0]['code'])"
1 bad-json
$ spoor doctor --problems tests/data/eval-v12.json
no problems
$ spoor doctor bad.jsonl 2>&1
spoor: files are named with --problems (spoor help doctor)
? 2
# A store that is none
$ echo 'not a store at all, only some text that is long enough' >$T/text.db; spoor --store $T/text.db doctor 2>&1 >$T/log
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
# What is broken is said with all that can be said, and the exit code
$ spoor doctor --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(sorted(d['versions']), sorted(d['paths']), sorted(d['store']['bytes_of']))"
['libarchive', 'liblzma', 'libunistring', 'ncurses', 'spoor', 'sqlite', 'zlib', 'zstd'] ['config', 'data', 'filters', 'prices', 'rules', 'state', 'store', 'themes'] ['evals', 'free', 'index', 'other', 'records', 'spans', 'traces', 'words']
$ spoor --store $T/text.db doctor 2>/dev/null | sed -e '/^version/,/zstd/d' -e '/^health/,/^paths/d'
to do      the store cannot be read: $T/text.db is not a
           spoor store: name another with --store or $SPOOR_STORE
           others can read the store, and it may hold prompts and keys: chmod
           600 it
store      $T/text.db
           55 B, mode 0644
           others can read it, and it may hold prompts and keys: chmod 600 it
           data    $T/home/data/spoor/ (not there)
           state   $T/home/state/spoor/ (not there)
terminal   no, TERM=dumb
           no colours, text UTF-8, the explorer needs one that can move its cursor
$ spoor --store $T/text.db doctor --json 2>/dev/null | python3 -c "import json,sys; s=json.load(sys.stdin)['store']; print(s['health'], s['troubles'])"
cannot be read ['$T/text.db is not a spoor store: name another with --store or $SPOOR_STORE']
$ spoor backup $T/hurt.db | sed 's/  .*//'
$T/hurt.db
$ printf '%s\n' 'import sqlite3,sys' 'c=sqlite3.connect(sys.argv[1])' 'c.execute("UPDATE block SET data = zeroblob(length(data)) WHERE first = (SELECT min(first) FROM block)")' 'c.execute("UPDATE trace SET spans = spans + 1 WHERE id = 3")' 'c.commit()' >$T/hurt.py; python3 $T/hurt.py $T/hurt.db; spoor --store $T/hurt.db doctor 2>&1 | sed -n -e '/^health/,/^files/p' -e '/^spoor/p'
health     damaged
           trace d15b07e0202611150000000000000003 says it has 11 spans and has
           10
           the records from number 1 on cannot be read: a block is not zstd data
           put a backup in its place, or move it away and import again
files      tests/data/traces-agent.jsonl  otlp, 599 records, 1 problem
spoor: store $T/hurt.db is damaged: trace d15b07e0202611150000000000000003 says it has 11 spans and has 10
$ spoor --store $T/hurt.db doctor >$T/log 2>&1
? 4
$ python3 -c "import sys; f=open(sys.argv[1],'r+b'); f.seek(16384*4+8); f.write(b'\xa5'*4000)" $T/hurt.db; spoor --store $T/hurt.db doctor 2>&1 | grep -o -E '^health +(damaged|cannot be read)|^version|^terminal|is damaged: put a backup'
is damaged: put a backup
version
health     cannot be read
terminal
is damaged: put a backup
# What a damaged store, or one of another version, does not say is not told as 0
$ spoor backup $T/torn.db >$T/log 2>&1; printf '%s\n' 'import sqlite3,sys' 'c=sqlite3.connect(sys.argv[1])' 'size=c.execute("PRAGMA page_size").fetchone()[0]' 'pages=[r[0] for r in c.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name IN (?, ?) AND rootpage > 0", ("run", "case_result"))]' 'c.close()' 'f=open(sys.argv[1],"r+b")' 'for p in pages: f.seek((p-1)*size); f.write(b"\xa5"*size)' >$T/torn.py; python3 $T/torn.py $T/torn.db; spoor --store $T/torn.db doctor 2>/dev/null | sed -n -e '/^holds/,/^room/p' | sed 's/^room .*/room/; s/[0-9.]* [kM]B/SIZE/g'; spoor --store $T/torn.db doctor 2>&1 | grep -c -E '␤|main \*\*\*|indexed for search: spoor'
holds      59 traces, 599 spans, 94 scores
           0 annotations
           SIZE of records in SIZE (2 blocks), 100 % of it indexed for search
room
0
? 1
$ cp $T/torn.db $T/newer.db; python3 -c "import sys; f=open(sys.argv[1],'r+b'); f.seek(60); f.write((99).to_bytes(4,'big'))" $T/newer.db; spoor --store $T/newer.db doctor --json 2>/dev/null | python3 -c "import json,sys; s=json.load(sys.stdin)['store']; print(s['traces'], s['version'], s['searchable_percent'], s['bytes_of']['spans'], s['file_bytes'] > 0)"
None None None None True
# Free room goes
$ spoor forget traces-agent.jsonl --yes --no-compact 2>&1 >$T/log; spoor doctor 2>&1 | grep -E 'half-way|compact' | sed 's/.*(/(/'; spoor doctor --compact 2>&1 | grep -E 'went|half-way' | sed 's/[0-9.]* [kM]B/SIZE/g'
spoor: others can read store $T/home/spoor.db (mode 0644), which may hold prompts and keys: chmod 600 it
spoor: the file was not written anew: spoor forget, without --no-compact, or spoor doctor --compact does that
           a forget was stopped half-way: spoor forget goes on
           a forget was stopped half-way: spoor forget goes on
spoor: the store went from SIZE to SIZE
