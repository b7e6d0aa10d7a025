# A table whose columns have names nobody knows: --map says what they are, and is remembered for files of the same columns
$ cd $T; printf 'nr,frage,antwort,soll,punkte,urteil\n1,Hauptstadt?,Paris,Paris,0.9,pass\n2,Fluss?,Elbe,Rhein,0.1,fail\n' >a.csv; printf 'nr,frage,antwort,soll,punkte,urteil\n2,Fluss?,Rhein,Rhein,1,pass\n1,Hauptstadt?,Lyon,Paris,0.2,fail\n' >b.csv; spoor import a.csv 2>&1
spoor: a.csv: CSV of no known format; if its rows are results, --map says what its columns are (nothing imported)
a.csv  -          refused
? 3
$ cd $T; spoor import --explain a.csv
a.csv
  container      csv
  not read       CSV of no known format; if its rows are results, --map says
                 what its columns are
  columns        nr       metadata
                 frage    metadata
                 antwort  metadata
                 soll     metadata
                 punkte   score
                 urteil   metadata
                 (no output among them: --map output=COLUMN names it)
? 3
$ cd $T; spoor import --map input=frge a.csv 2>&1
spoor: a.csv: --map: there is no column "frge"; the columns are: nr, frage, antwort, soll, punkte, urteil
? 2
$ cd $T; spoor import --map inpt=frage a.csv 2>&1
spoor: --map: no field is called "inpt"; there are: id input expected output pass error latency cost model provider tokens_in tokens_out prompt prompt_version run dataset repeat title trace reason judge score label
? 2
$ cd $T; spoor import --map id=nr,input=frage,output=antwort,expected=soll,score:points=punkte,pass=urteil a.csv
a.csv  generic    4 scores, 1 eval run, 2 case results  all new  columns as mapped
  eval run e03668cd#a, a: 1 passed, 1 failed, 0 error, 0 unscored
$ cd $T; spoor import b.csv
b.csv  generic    4 scores, 1 eval run, 2 case results  all new  columns as mapped on 2026-11-21
  eval run 8d4b45a2#b, b: 1 passed, 1 failed, 0 error, 0 unscored
$ cd $T; spoor import --explain b.csv
b.csv
  container      csv
  format         generic, plain rows of results (CSV, JSON Lines, JSON) (since
                 a map of its columns is given)
  columns        nr       id  as told
                 frage    input  as told
                 antwort  output  as told
                 soll     expected  as told
                 punkte   score "points"  as told
                 urteil   pass  as told
                 remembered: --map
                 id=nr,input=frage,output=antwort,expected=soll,score:points=pu
                 nkte,pass=urteil  (--map none forgets it)
  records        2 top-level values
  gives          4 scores, 1 eval run, 2 case results
  problems       none
$ cd $T; spoor compare a b --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(d['paired_by'], d['cases'])"
key {'paired': 2, 'only_a': 0, 'only_b': 0, 'improved': 1, 'regressed': 1, 'new_errors': 0, 'changed': 0, 'same': 0}
# The same again: nothing new. Another map: what was made with the first goes
$ cd $T; spoor import a.csv
a.csv  generic    4 scores, 1 eval run, 2 case results  new: nothing  columns as mapped on 2026-11-21
  eval run e03668cd#a, a: 1 passed, 1 failed, 0 error, 0 unscored
$ cd $T; spoor import --map id=nr,input=frage,output=soll,score=punkte a.csv; spoor runs --json | python3 -c "import json,sys; [print(r['name'], r['cases'], r['passed'], sorted(r['scores'])) for r in json.load(sys.stdin)['runs']]"
a.csv  generic    2 scores, 1 eval run, 2 case results  all new  columns as mapped
  eval run e03668cd#a, a: 0 passed, 0 failed, 0 error, 2 unscored
a 2 0 ['punkte']
b 2 1 ['points', 'urteil']
$ cd $T; spoor doctor | grep -A 1 -i '^columns'
columns    --map 'id=nr,input=frage,output=soll,score=punkte'
           of files with the same columns, since 2026-11-21
# Forgotten: the file that was read with it keeps it, until it is told otherwise itself
$ cd $T; spoor import --map none b.csv 2>&1; spoor import b.csv; spoor doctor | grep -c -i '^columns'
spoor: b.csv: CSV of no known format; if its rows are results, --map says what its columns are (nothing imported)
b.csv  -          refused
b.csv  generic    4 scores, 1 eval run, 2 case results  new: nothing  columns as mapped
  eval run 8d4b45a2#b, b: 1 passed, 1 failed, 0 error, 0 unscored
0
? 1
# With names that say enough no map is needed; another may still be given, and taken back
$ cd $T; printf '{"id":1,"question":"a","answer":"b","expected":"b","correct":true}\n{"id":2,"question":"c","answer":"d","expected":"e","correct":false}\n' >c.jsonl; spoor import c.jsonl; spoor import --map 'pass=,output=expected' c.jsonl; spoor import --map none c.jsonl
c.jsonl  generic    2 scores, 1 eval run, 2 case results  all new
  eval run 362e2e16#c, c: 1 passed, 1 failed, 0 error, 0 unscored
c.jsonl  generic    2 scores, 1 eval run, 2 case results  all new  columns as mapped
  eval run 362e2e16#c, c: 0 passed, 0 failed, 0 error, 2 unscored
c.jsonl  generic    2 scores, 1 eval run, 2 case results  all new
  eval run 362e2e16#c, c: 1 passed, 1 failed, 0 error, 0 unscored
# Pipes: the map of this one time
$ cd $T; cat a.csv | spoor import --map id=nr,output=antwort - | head -n 1
-  generic    2 scores, 1 eval run, 2 case results  all new  columns as mapped
$ cd $T; spoor import --json b.csv | python3 -c "import json,sys; print(json.load(sys.stdin)['files'][0]['map'])"
id=nr,input=frage,output=antwort,expected=soll,score:points=punkte,pass=urteil
# A folder of files with one result each is one run
$ cd $T; mkdir -p nightly; for i in 1 2 3; do printf '{"id":"case-%s","input":"q%s","output":"o","passed":true}' $i $i >nightly/c$i.json; done; spoor import nightly; spoor runs --json | python3 -c "import json,sys; [print(r['name'], r['cases']) for r in json.load(sys.stdin)['runs'] if r['name']=='nightly']"
nightly/c1.json  generic-case  1 score, 1 eval run, 1 case result  all new
nightly/c2.json  generic-case  1 score, 1 eval run, 1 case result  new: 1 score, 1 case result
nightly/c3.json  generic-case  1 score, 1 eval run, 1 case result  new: 1 score, 1 case result
  eval run nightly: 3 passed, 0 failed, 0 error, 0 unscored
3 files: 3 scores, 1 eval run, 3 case results  all new
nightly 3
# Bytes as they occur: byte order marks, other delimiters, newlines in quotes, UTF-16, pointers to files that are elsewhere
$ cd $T; printf '\xef\xbb\xbfid;question;output;correct\r\n1;"two\r\nlines";b;1\r\n2;short\r\n3;a;b;0;more\r\n' >bom.csv; spoor import bom.csv 2>&1
spoor: bom.csv: record 3, line 5, byte 60: 5 cells in a table of 4 columns (kept as #N, by their number)
bom.csv  generic    2 scores, 1 eval run, 3 case results  all new  1 problem
  eval run 759f5196#bom, bom: 1 passed, 1 failed, 0 error, 1 unscored
$ cd $T; printf 'id\tquestion\toutput\tcorrect\n1\ta\tb\tyes\n' >tab.tsv; spoor import tab.tsv
tab.tsv  generic    1 score, 1 eval run, 1 case result  all new
  eval run 9eab0bb7#tab, tab: 1 passed, 0 failed, 0 error, 0 unscored
$ cd $T; printf 'id,question,output\n1,a,b\n' | iconv -t UTF-16 >wide.csv; spoor import wide.csv 2>&1
spoor: wide.csv: UTF-16 text; convert it to UTF-8 (nothing imported)
wide.csv  -          refused
? 3
$ cd $T; printf 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n' >lfs.jsonl; spoor import lfs.jsonl 2>&1
spoor: lfs.jsonl: a Git LFS pointer, not the file itself: git lfs pull fetches it (nothing imported)
lfs.jsonl  -          refused
? 3
$ cd $T; printf '{"id":1,"output":"a","score":NaN}\n{"id":2,"output":"b","score":-Infinity}\n{"id":3,"output":"c",}\n{"id":4,"output":"d","score":0.5}\n' >nan.jsonl; spoor import nan.jsonl 2>&1
spoor: nan.jsonl: record 3, line 3, byte 95: invalid JSON: a key in quotes was expected at "}" (record skipped)
nan.jsonl  generic    3 scores, 1 eval run, 3 case results  all new  1 problem
  eval run 04dc0bb2#nan, nan: 0 passed, 0 failed, 0 error, 3 unscored
? 3
$ cd $T; spoor run nan --json | python3 -c "import json,sys; print(json.load(sys.stdin)['scores'])"
{'score': {'n': 1, 'mean': 0.5}}
$ cd $T; spoor --map output=x 2>&1; spoor --map output 2>&1 a.csv
spoor: --map needs files: spoor --map FIELD=COLUMN,… FILE
spoor: --map: "output" has no =; it is written FIELD=COLUMN,…
? 2
