# what people said travels: exported, imported, merged; each event once
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json >/dev/null 2>&1; spoor export reviews 2>&1
spoor: there is nothing that this would export
? 1
$ spoor export reviews -o $T/none.jsonl; ls $T/none.jsonl 2>/dev/null | wc -l
0
$ spoor run v12 --json | python3 -c "import json,sys; [print(c['key']) for c in json.load(sys.stdin)['cases'][:6]]" >$T/keys 2>/dev/null; wc -l <$T/keys
6
$ for n in 1 2 3; do SPOOR_AUTHOR=anna spoor flag v12/$(sed -n ${n}p $T/keys) --bad --reason wrong --note "n $n: mail jo.fox@acme.com" >/dev/null 2>&1 || echo failed; done; SPOOR_AUTHOR=anna spoor flag v12/$(sed -n 4p $T/keys) --good --correction 'Within 30 days.' >/dev/null; SPOOR_AUTHOR=anna spoor flag v12/$(sed -n 4p $T/keys) --undo >/dev/null
$ spoor export reviews -o $T/anna.jsonl; stat -c %a $T/anna.jsonl; head -n 1 $T/anna.jsonl
600
{"format":"spoor-reviews","version":1,"events":13}
$ spoor export reviews -o $T/anna.jsonl 2>&1
spoor: $T/anna.jsonl is there already (--force replaces it)
? 2
$ python3 -c "import json; ls=[json.loads(l) for l in open('$T/anna.jsonl')]; print(ls[0]['format'], ls[0]['version'], ls[0]['events']==len(ls)-1); print(sorted({k for l in ls[1:] for k in l})); print(sum(1 for l in ls if 'withdraws' in l))"
spoor-reviews 1 True
['author', 'event', 'field', 'hint', 'input_hash', 'io', 'output_hash', 'target', 'time', 'value', 'withdraws']
2
$ spoor import $T/anna.jsonl | tail -n 1
$T/anna.jsonl  reviews    13 review events  new: nothing
$ spoor import $T/anna.jsonl --store $T/fresh.db; spoor export reviews --store $T/fresh.db | cmp - $T/anna.jsonl && echo same
$T/anna.jsonl  reviews    13 review events  all new
same
$ cp $T/anna.jsonl $T/again.jsonl; tail -n 2 $T/anna.jsonl >>$T/again.jsonl; spoor import $T/again.jsonl --store $T/fresh.db
$T/again.jsonl  reviews    2 review events  new: nothing
$ spoor export reviews --mask | grep -c jo.fox; spoor export reviews --mask | grep -c '"masked":true'
0
4
$ spoor export reviews --author bo; spoor export reviews --since tomorrowish
? 2
# another expert, another store: both stay, and where they differ is told
$ spoor import tests/data/eval-v12.json --store $T/bo.db >/dev/null 2>&1; export SPOOR_AUTHOR=bo; spoor flag v12/$(sed -n 1p $T/keys) --good --note 'fine for me' --store $T/bo.db >/dev/null; spoor flag v12/$(sed -n 5p $T/keys) --bad --store $T/bo.db >/dev/null; spoor merge $T/bo.db --dry-run
$T/bo.db: 3 events on 2 answers, nothing written
  3 were not known here

People disagree on 1 answer:
  refund after 60 days, gold card
    anna: bad  n 1: mail jo.fox@acme.com
    bo: good  fine for me
$ spoor export reviews --author bo | wc -l
0
$ spoor merge $T/bo.db
$T/bo.db: 3 events on 2 answers
  3 were not known here

People disagree on 1 answer:
  refund after 60 days, gold card
    anna: bad  n 1: mail jo.fox@acme.com
    bo: good  fine for me
$ spoor merge $T/bo.db --json | python3 -c "import json,sys; d=json.load(sys.stdin); print({k: v for k, v in d.items() if k not in ('store', 'disagreements')}); print(d['disagreements']['total'], [(s['author'], s['value'], s['note']) for s in d['disagreements']['items'][0]['said']])"
{'dry_run': False, 'events': 3, 'new': 0, 'known': 3, 'refused': 0, 'conflicts': 0, 'answers': 2, 'answers_here': 2, 'by_text': 0}
1 [('anna', 'bad', 'n 1: mail jo.fox@acme.com'), ('bo', 'good', 'fine for me')]
# either way round, the same
$ spoor merge $HOME/spoor.db --store $T/bo.db >/dev/null; spoor export reviews --store $T/bo.db >$T/b; spoor export reviews | cmp - $T/b && echo same
same
# what is no store, and the store itself
$ spoor merge $HOME/spoor.db 2>&1; echo $?; spoor merge $T/anna.jsonl 2>&1 | sed "s|$T|T|"; spoor merge $T/nothing.db 2>&1 | sed "s|$T|T|"; ls $T/nothing.db 2>/dev/null
spoor: $T/home/spoor.db is this store itself
2
spoor: T/anna.jsonl is not a spoor store: name another with --store or $SPOOR_STORE
spoor: there is no store at T/nothing.db yet: spoor import FILE makes it
? 2
$ head -c 20000 $T/bo.db >$T/cut.db; spoor merge $T/cut.db 2>&1 | sed "s|$T|T|"
spoor: store T/cut.db is cut off: 20000 of 1327104 bytes are there; put a backup in its place, or move it away and import again
$ spoor import tests/data/eval-v12.json --store $T/o.db >/dev/null 2>&1; spoor flag v12/$(sed -n 1p $T/keys) --bad --store $T/o.db >/dev/null; python3 -c "import sqlite3; c=sqlite3.connect('$T/o.db'); c.execute('DELETE FROM annotation_now'); c.execute(\"UPDATE annotation SET author = CAST(zeroblob(5000) AS TEXT), value='x'\"); c.commit()"; spoor merge $T/o.db
$T/o.db: 1 event on 0 answers
  1 was refused:
    a name longer than 1024 bytes
? 3
# bad lines: the rest is kept, each is told with its place
$ (head -n 3 $T/anna.jsonl; echo '{"event":"00","target":"11","author":"x","field":"verdict"}'; echo 'no json'; tail -n 1 $T/anna.jsonl) >$T/bad.jsonl; spoor import $T/bad.jsonl --store $T/c.db 2>&1 | sed "s|$T|T|; s/byte [0-9]*/byte N/"
spoor: T/bad.jsonl: record 4, line 4, byte N, event: not the hexadecimal digits that belong here (record skipped)
spoor: T/bad.jsonl: record 5, line 5, byte N: invalid JSON: not a JSON value at "o json" (record skipped)
spoor: T/bad.jsonl: the header says 13 events and 4 came: the file was cut (those that came are kept)
T/bad.jsonl  reviews    3 review events  all new  3 problems
$ printf '{"format":"spoor-reviews","version":9}\n{"event":"x"}\n' >$T/new.jsonl; spoor import $T/new.jsonl --store $T/c.db 2>&1 | sed "s|$T|T|"
spoor: T/new.jsonl: record 1, line 1, byte 0, version: reviews of version 9, written by a newer spoor; this one reads version 1 (what follows is not read)
T/new.jsonl  reviews    nothing  1 problem
$ spoor import --strict $T/bad.jsonl --store $T/d.db >/dev/null 2>&1; spoor export reviews --store $T/d.db | wc -l
0
