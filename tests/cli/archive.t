# Archives: each member is a source of its own; hidden ones are left out, those of no known format are counted
$ python3 tests/archives.py $T && cd $T && spoor import good.zip
good.zip: a/few.jsonl    otlp       3 traces, 24 spans, 4 scores  all new  1 problem
good.zip: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
1 of no known format: README.md
2 files: 9 traces, 67 spans, 15 scores  all new
$ cd $T && spoor import good.zip
good.zip: a/few.jsonl    otlp       3 traces, 24 spans, 4 scores  new: nothing  1 problem
good.zip: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  new: nothing
1 of no known format: README.md
2 files: 9 traces, 67 spans, 15 scores  new: nothing
$ cd $T && for f in good.tar good.tar.gz good.tar.xz; do spoor --store $f.db import --json $f | python3 -c "import json,sys; r=json.load(sys.stdin); print(r['total']['spans'], r['total']['files'], r['total']['unknown_files'], [(f['entry'],f['format'],f['status'],f['spans'],f['why']) for f in r['files']])"; done
67 2 2 [('a/few.jsonl', 'otlp', 'imported', 24, None), ('voice.json.gz', 'otlp', 'imported', 43, None), ('README.md', None, 'unknown', 0, 'no JSON and no known archive'), ('latest', None, 'unknown', 0, 'a link, which is not followed')]
67 2 1 [('a/few.jsonl', 'otlp', 'imported', 24, None), ('voice.json.gz', 'otlp', 'imported', 43, None), ('README.md', None, 'unknown', 0, 'no JSON and no known archive')]
67 2 1 [('a/few.jsonl', 'otlp', 'imported', 24, None), ('voice.json.gz', 'otlp', 'imported', 43, None), ('README.md', None, 'unknown', 0, 'no JSON and no known archive')]
# Known by what is in it: a member that grew is read on, one that is as it was is not
$ cd $T && spoor import --json grown.zip | python3 -c "import json,sys; print([(f['entry'],f['status'],f['spans'],f['new']['spans']) for f in json.load(sys.stdin)['files']])"
[('a/few.jsonl', 'imported', 38, 14), ('voice.json.gz', 'unchanged', 43, 0)]
# libarchive is loaded when it is needed, and missed then only
$ ldd $(command -v spoor) | grep -c libarchive
0
? 1
$ mkdir $T/lib && : >$T/lib/libarchive.so.13; cd $T; LD_LIBRARY_PATH=$T/lib spoor --store none.db import good.zip a.jsonl 2>&1
spoor: good.zip: archives need the library libarchive (Debian: libarchive13), which is not there; unpack it first (nothing imported)
spoor: a.jsonl: No such file or directory (nothing imported)
good.zip  zip        refused
a.jsonl   -          refused
2 files: nothing
? 3
# From a pipe
$ cd $T && for f in good.zip good.tar good.tar.gz; do cat $f | spoor --store pipe-$f.db import - | tail -n 1; done
2 files: 9 traces, 67 spans, 15 scores  all new
2 files: 9 traces, 67 spans, 15 scores  all new
2 files: 9 traces, 67 spans, 15 scores  all new
# What is wrong with an archive is said, the rest is kept
$ cd $T && spoor --store 1.db import no-directory.zip 2>&1
spoor: no-directory.zip: a/few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
spoor: no-directory.zip: the zip's directory is missing: the archive is cut off (what was read is kept)
no-directory.zip: a/few.jsonl    otlp       3 traces, 24 spans, 4 scores  all new  1 problem
no-directory.zip: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
no-directory.zip                 zip        not all of it  1 problem
1 of no known format: README.md
3 files: 9 traces, 67 spans, 15 scores  all new
? 3
$ cd $T && spoor --store 2.db import cut.tar.gz 2>&1
spoor: cut.tar.gz: a/few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
spoor: cut.tar.gz: the gzip data is cut off (what was read is kept)
cut.tar.gz: a/few.jsonl    otlp       3 traces, 24 spans, 4 scores  all new  1 problem
cut.tar.gz: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
cut.tar.gz                 tar        not all of it  1 problem
1 of no known format: README.md
3 files: 9 traces, 67 spans, 15 scores  all new
? 3
$ cd $T && spoor --store 3.db import bad-crc.tar.gz 2>&1
spoor: bad-crc.tar.gz: a/few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
spoor: bad-crc.tar.gz: the gzip data is damaged: its checksum (CRC) is wrong (what was read is kept)
bad-crc.tar.gz: a/few.jsonl    otlp       3 traces, 24 spans, 4 scores  all new  1 problem
bad-crc.tar.gz: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
bad-crc.tar.gz                 tar        not all of it  1 problem
1 of no known format: README.md
3 files: 9 traces, 67 spans, 15 scores  all new
? 3
$ cd $T && spoor --store 4.db import bad-member.zip 2>&1
spoor: bad-member.zip: a/few.jsonl: its data is damaged (nothing imported)
bad-member.zip: a/few.jsonl    -          refused
bad-member.zip: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
1 of no known format: README.md
2 files: 6 traces, 43 spans, 11 scores  all new
? 3
$ cd $T && spoor --store 5.db import nested.zip 2>&1
spoor: nested.zip: few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
spoor: nested.zip: inner.zip: an archive inside an archive is not opened; unpack the outer one first (nothing imported)
nested.zip: few.jsonl  otlp       3 traces, 24 spans, 4 scores  all new  1 problem
nested.zip: inner.zip  -          refused
2 files: 3 traces, 24 spans, 4 scores  all new
? 3
$ cd $T && spoor --store 6.db import bomb.zip 2>&1
spoor: bomb.zip: few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
spoor: bomb.zip: bomb.json: record 1, byte 16777216: it expands to more than 200 times its size (what was read before is kept)
bomb.zip: few.jsonl   otlp       3 traces, 24 spans, 4 scores  all new  1 problem
bomb.zip: bomb.json   otlp       nothing  (not all of it)  1 problem
bomb.zip: more.jsonl  otlp       4 traces, 38 spans, 6 scores  new: 1 trace, 14 spans, 2 scores
3 files: 7 traces, 62 spans, 10 scores  new: 4 traces, 38 spans, 6 scores
? 3
$ cd $T && spoor --store 7.db import locked.zip 2>&1
spoor: locked.zip: secret.jsonl: it is encrypted (nothing imported)
locked.zip: secret.jsonl   -          refused
locked.zip: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
2 files: 6 traces, 43 spans, 11 scores  all new
? 3
$ cd $T && spoor --store 7.db doctor --problems
locked.zip: secret.jsonl: it is encrypted (nothing imported)
$ cd $T && spoor --store 7.db import --json locked.zip | python3 -c "import json,sys; print([(p['entry'],p['code'],p['severity']) for f in json.load(sys.stdin)['files'] for p in f['problems']])"
[('secret.jsonl', 'encrypted', 'file')]
$ cd $T && spoor --store 8.db import none.zip empty.zip 2>&1
spoor: none.zip: no member of this archive is of a known format (nothing imported)
spoor: empty.zip: there is no file in this archive (nothing imported)
none.zip   zip        refused
empty.zip  zip        refused
2 of no known format: a.txt, b.txt
2 files: nothing
? 3
# A name is a label: nothing is written, and it is shown safely
$ cd $T && spoor --store 9.db import odd.zip 2>&1; ls -d ../up.jsonl ../../up.jsonl /etc/abs.jsonl 2>/dev/null | wc -l
spoor: odd.zip: ../../up.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
odd.zip: ../../up.jsonl  otlp       3 traces, 24 spans, 4 scores  all new  1 problem
odd.zip: /etc/abs.jsonl  otlp       4 traces, 38 spans, 6 scores  new: 1 trace, 14 spans, 2 scores
1 of no known format: ␛[2J<U+202E>.txt
2 files: 7 traces, 62 spans, 10 scores  new: 4 traces, 38 spans, 6 scores
0
# A folder: files that are not ours are no problem; if none is, that is one
$ cd $T && spoor --store 10.db import mixed 2>&1
spoor: mixed/few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
spoor: mixed/good.zip: a/few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
mixed/few.jsonl                otlp       3 traces, 24 spans, 4 scores  all new  1 problem
mixed/good.zip: a/few.jsonl    otlp       3 traces, 24 spans, 4 scores  new: nothing  1 problem
mixed/good.zip: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
7 of no known format: mixed/README.md, mixed/empty.json, README.md, … (--json names all)
3 files: 12 traces, 91 spans, 19 scores  new: 9 traces, 67 spans, 15 scores
$ cd $T && spoor --store 10.db import --json mixed | python3 -c "import json,sys; [print(f['file'],f['entry'],f['status'],f['why']) for f in json.load(sys.stdin)['files']]"
mixed/README.md None unknown no JSON and no known archive
mixed/empty.json None unknown there is nothing in it
mixed/few.jsonl None unchanged None
mixed/good.zip a/few.jsonl unchanged None
mixed/good.zip voice.json.gz unchanged None
mixed/good.zip README.md unknown no JSON and no known archive
mixed/none.zip a.txt unknown no JSON and no known archive
mixed/none.zip None unknown no member of this archive is of a known format
mixed/old.bz2 None unknown this is bzip2 data, which is not read; unpack it first
mixed/pixel.png None unknown no JSON and no known archive
$ cd $T && spoor --store 11.db import strangers good.tar 2>&1
spoor: strangers: no file in this folder is of a known format (nothing imported)
spoor: good.tar: a/few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
strangers                -          refused
good.tar: a/few.jsonl    otlp       3 traces, 24 spans, 4 scores  all new  1 problem
good.tar: voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
4 of no known format: strangers/notes.txt, strangers/package.json, README.md, … (--json names all)
3 files: 9 traces, 67 spans, 15 scores  all new
? 3
$ cd $T && spoor --store 11.db doctor --problems
strangers: no file in this folder is of a known format (nothing imported)
good.tar: a/few.jsonl, trace d15b07e0202611150000000000000003: 3 spans name a parent that is not there (shown below a row that says so)
# Followed: read again when it has changed
$ cd $T; cp good.zip live.zip; spoor --store 12.db import --follow live.zip >out 2>said & for i in $(seq 600); do grep -q 'ends it' $T/said && break; sleep 0.1; done; cat $T/grown.zip >$T/live.zip; for i in $(seq 600); do [ "$(spoor --store $T/12.db traces | wc -l)" -ge 11 ] && break; sleep 0.1; done; kill -TERM $!; wait; tail -n 1 $T/out; spoor --store $T/12.db traces | wc -l
live.zip  zip        10 traces, 81 spans, 17 scores  all new
11
