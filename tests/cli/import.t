$ spoor import tests/data/traces-agent.jsonl
tests/data/traces-agent.jsonl  otlp       59 traces, 599 spans, 94 scores  all new  1 problem
$ spoor import tests/data/traces-agent.jsonl
tests/data/traces-agent.jsonl  otlp       59 traces, 599 spans, 94 scores  new: nothing  1 problem
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-voice.json.gz tests/data/traces-eval.jsonl
tests/data/eval-v12.json         promptfoo  246 scores, 1 eval run, 82 case results  all new
  eval run eval-D12-2026-11-14T09:12:04#0, dispute v12: 57 passed, 25 failed, 0 error, 0 unscored
tests/data/eval-v13.json         promptfoo  249 scores, 1 eval run, 84 case results  all new
  eval run eval-D13-2026-11-20T16:40:09#0, dispute v13: 72 passed, 11 failed, 1 error, 0 unscored
tests/data/traces-voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
tests/data/traces-eval.jsonl     otlp       166 traces, 1,311 spans  all new
4 files: 172 traces, 1,354 spans, 506 scores, 2 eval runs, 166 case results  all new
$ spoor import --json tests/data/*.json tests/data/*.jsonl tests/data/*.gz | python3 -c "import json,sys; r=json.load(sys.stdin); [print(f['file'],f['format'],f['status'],f['traces'],f['spans'],f['scores'],f['runs'],f['cases'],f['new'],len(f['problems'])) for f in r['files']]; print(r['total'])"
tests/data/eval-v12.json promptfoo unchanged 0 0 246 1 82 {'traces': 0, 'spans': 0, 'scores': 0, 'runs': 0, 'cases': 0, 'reviews': 0} 0
tests/data/eval-v13.json promptfoo unchanged 0 0 249 1 84 {'traces': 0, 'spans': 0, 'scores': 0, 'runs': 0, 'cases': 0, 'reviews': 0} 0
tests/data/review-support.json generic-json imported 0 0 100 1 100 {'traces': 0, 'spans': 0, 'scores': 100, 'runs': 1, 'cases': 100, 'reviews': 0} 0
tests/data/traces-agent.jsonl otlp unchanged 59 599 94 0 0 {'traces': 0, 'spans': 0, 'scores': 0, 'runs': 0, 'cases': 0, 'reviews': 0} 1
tests/data/traces-eval.jsonl otlp unchanged 166 1311 0 0 0 {'traces': 0, 'spans': 0, 'scores': 0, 'runs': 0, 'cases': 0, 'reviews': 0} 0
tests/data/evals-claims.tar.gz promptfoo imported 0 0 480 1 160 {'traces': 0, 'spans': 0, 'scores': 480, 'runs': 1, 'cases': 160, 'reviews': 0} 0
tests/data/evals-claims.tar.gz promptfoo imported 0 0 510 1 160 {'traces': 0, 'spans': 0, 'scores': 510, 'runs': 1, 'cases': 160, 'reviews': 0} 0
tests/data/evals-claims.tar.gz promptfoo imported 0 0 510 1 160 {'traces': 0, 'spans': 0, 'scores': 510, 'runs': 1, 'cases': 160, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/evals-weekly.tar.gz generic-json imported 0 0 120 1 60 {'traces': 0, 'spans': 0, 'scores': 120, 'runs': 1, 'cases': 60, 'reviews': 0} 0
tests/data/traces-claims.jsonl.gz otlp imported 480 1968 0 0 0 {'traces': 480, 'spans': 1968, 'scores': 0, 'runs': 0, 'cases': 0, 'reviews': 0} 0
tests/data/traces-voice.json.gz otlp unchanged 6 43 11 0 0 {'traces': 0, 'spans': 0, 'scores': 0, 'runs': 0, 'cases': 0, 'reviews': 0} 0
{'files': 22, 'unknown_files': 0, 'traces': 711, 'spans': 3921, 'scores': 3640, 'runs': 18, 'cases': 1466, 'reviews': 0, 'problems': 1}
$ spoor import --json tests/data/eval-v12.json | python3 -c "import json,sys; print(json.load(sys.stdin)['files'][0]['eval_runs'])"
[{'id': 'eval-D12-2026-11-14T09:12:04#0', 'name': 'dispute v12', 'cases': 82, 'passed': 57, 'failed': 25, 'errored': 0, 'unscored': 0}]
# Where from
$ spoor --store $T/stdin.db import - <tests/data/traces-agent.jsonl
-  otlp       59 traces, 599 spans, 94 scores  all new  1 problem
$ mkdir -p $T/dir/sub && cp tests/data/eval-v12.json $T/dir/b.json && cp tests/data/traces-voice.json.gz $T/dir/sub/a.json.gz && cp tests/data/eval-v13.json $T/dir/.hidden.json && cd $T && spoor --store dir.db import dir
dir/b.json         promptfoo  246 scores, 1 eval run, 82 case results  all new
  eval run eval-D12-2026-11-14T09:12:04#0, dispute v12: 57 passed, 25 failed, 0 error, 0 unscored
dir/sub/a.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
2 files: 6 traces, 43 spans, 257 scores, 1 eval run, 82 case results  all new
$ stat -c %a $SPOOR_STORE
600
# What bad input gets: the rest stays, exit 3
$ spoor import $T/nothing.json 2>&1
spoor: $T/nothing.json: No such file or directory (nothing imported)
$T/nothing.json  -          refused
? 3
$ : >$T/empty.json; spoor import $T/empty.json 2>&1
spoor: $T/empty.json: there is nothing in it (nothing imported)
$T/empty.json  -          refused
? 3
$ printf '{"some":"thing"}' >$T/other.json; spoor import $T/other.json 2>&1
spoor: $T/other.json: JSON of no known format (nothing imported)
$T/other.json  -          refused
? 3
$ printf '\0\1\2\3' >$T/binary; spoor import $T/binary 2>&1
spoor: $T/binary: no JSON and no known archive (nothing imported)
$T/binary  -          refused
? 3
$ { head -n 2 tests/data/traces-agent.jsonl; printf '{"a": \001}\n'; sed -n 3p tests/data/traces-agent.jsonl; } >$T/bad.jsonl; spoor --store $T/bad.db import $T/bad.jsonl 2>&1
spoor: $T/bad.jsonl: record 10, line 3, byte 13562: invalid JSON: not a JSON value at "␁}" (record skipped)
$T/bad.jsonl  otlp       2 traces, 19 spans, 4 scores  all new  1 problem
? 3
$ spoor --store $T/bad2.db import --json $T/bad.jsonl | python3 -c "import json,sys; r=json.load(sys.stdin); p=r['files'][0]['problems'][0]; print(sorted(p)); print({k:p[k] for k in ('record','line','severity','code')}, r['total']['problems'])"
['code', 'entry', 'file', 'kept', 'line', 'offset', 'path', 'reason', 'record', 'severity']
{'record': 10, 'line': 3, 'severity': 'skipped', 'code': 'bad-json'} 1
$ spoor --store $T/bad.db doctor --problems
$T/bad.jsonl: record 10, line 3, byte 13562: invalid JSON: not a JSON value at "␁}" (record skipped)
$ spoor --store $T/strict.db import --strict $T/bad.jsonl
$T/bad.jsonl  otlp       refused
? 3
$ spoor --store $T/strict.db traces
$ head -c 100000 tests/data/eval-v12.json >$T/cut.json; spoor --store $T/cut.db import $T/cut.json 2>&1
spoor: $T/cut.json: record 36, line 1, byte 100000, results.results[35]: invalid JSON: the text ends inside a value (the records before it are kept)
$T/cut.json  promptfoo  105 scores, 1 eval run, 35 case results  all new  (not all of it)  1 problem
  eval run eval-D12-2026-11-14T09:12:04#0: 27 passed, 8 failed, 0 error, 0 unscored
? 3
$ head -n 1 tests/data/traces-agent.jsonl >$T/many.jsonl; for i in $(seq 30); do echo '{"a": \1}'; done >>$T/many.jsonl; cd $T; spoor --store many.db import many.jsonl 2>&1 | tail -n 3
spoor: many.jsonl: record 25, line 21, byte 6642: invalid JSON: not a JSON value at "\1}" (record skipped)
spoor: many.jsonl: 31 problems (11 not shown: spoor doctor --problems 'many.jsonl')
many.jsonl  otlp       1 trace, 5 spans  all new  31 problems
$ spoor import --max-depth 0 $T/other.json 2>&1
spoor: --max-depth goes from 1 to 100000
? 2
$ spoor --store $T/deep.db import --max-depth 3 tests/data/eval-v12.json 2>&1 | sed -e 3,20d
spoor: tests/data/eval-v12.json: record 1, line 1, byte 113, results: nested deeper than 3 (--max-depth) (skipped; what is around it is kept)
spoor: tests/data/eval-v12.json: record 2, line 1, byte 850, results.results[0]: nested deeper than 3 (--max-depth) (skipped; what is around it is kept)
spoor: tests/data/eval-v12.json: 85 problems (65 not shown: spoor doctor --problems 'tests/data/eval-v12.json')
tests/data/eval-v12.json  promptfoo  nothing  85 problems
$ spoor import no-such.json tests/data/eval-v12.json 2>&1
spoor: no-such.json: No such file or directory (nothing imported)
no-such.json              -          refused
tests/data/eval-v12.json  promptfoo  246 scores, 1 eval run, 82 case results  new: nothing
  eval run eval-D12-2026-11-14T09:12:04#0, dispute v12: 57 passed, 25 failed, 0 error, 0 unscored
2 files: 246 scores, 1 eval run, 82 case results  new: nothing
? 3
# Interrupted before anything comes: says how to go on
$ mkfifo $T/pipe; { head -n 3 tests/data/traces-agent.jsonl; until [ -e $T/over ]; do sleep 0.05; done; } >$T/pipe & spoor --store $T/int.db import $T/pipe >$T/out 2>$T/said & until grep -qx spoor /proc/$!/comm && (( 0x0$(sed -n 's/^SigCgt:.//p' /proc/$!/status) & 0x4000 )); do sleep 0.05; done; kill -TERM $!; wait $!; echo $?; touch $T/over; grep 'spoor: stopped' $T/said
143
spoor: stopped: what was read is kept; the same command goes on from there
# A run that several files hold parts of is counted once, its cases too
$ mkdir $T/log; head -n 5 tests/format/openai-evals/match.in >$T/log/1.jsonl; tail -n +4 tests/format/openai-evals/match.in >$T/log/2.jsonl; spoor --store $T/parts.db import $T/log
$T/log/1.jsonl  openai-evals  1 score, 1 eval run, 1 case result  all new  1 problem
$T/log/2.jsonl  openai-evals  2 scores, 1 eval run, 3 case results  new: 1 score, 2 case results  1 problem
  eval run 230630101010ABCDEFGH, capitals.dev.v0: 1 passed, 1 failed, 1 error, 0 unscored
2 files: 3 scores, 1 eval run, 3 case results  new: 2 scores, 1 eval run, 3 case results
$ spoor --store $T/parts.db run 230630101010ABCDEFGH --json | python3 -c "import json,sys; r=json.load(sys.stdin); [print(c['key'], c['status'], c['expected'], c['output'], c['error'], [s['name'] for s in c['scores']], sorted(c['metadata'] or {})) for c in r['cases']]"
capitals.dev.0 passed Paris Paris None ['match'] ['match 4']
capitals.dev.1 failed Lima Cusco None ['match'] ['match 2', 'sampling 1']
capitals.dev.2 error None None RateLimitError: slow down [] ['error 5']
$ spoor --store $T/parts.db import --json $T/log 2>/dev/null | python3 -c "import json,sys; t=json.load(sys.stdin)['total']; print(t['runs'], t['cases'])"
1 3
$ spoor --store $T/parts.db forget --yes $T/log/1.jsonl | head -n 2; spoor --store $T/parts.db runs
forgotten: 1 eval run, 3 case results, 1 file; the store went from 1.3 MB to 1.3 MB

# Quiet: nothing on success, what is wrong on standard error.
$ spoor import --quiet tests/data/eval-v12.json 2>&1; printf '{"resourceSpans": 5' >$T/cut.json; spoor import -q $T/cut.json 2>&1
spoor: $T/cut.json: record 1, line 1, byte 19: invalid JSON: the text ends inside a value (the records before it are kept)
? 3
# Names that were mistyped make no store; a file that is there and is refused is kept in mind.
$ spoor --store $T/none/s.db import $T/nosuch.json $T/nosuch2.json 2>&1; ls $T/none 2>/dev/null
spoor: $T/nosuch.json: No such file or directory (nothing imported)
spoor: $T/nosuch2.json: No such file or directory (nothing imported)
$T/nosuch.json   -          refused
$T/nosuch2.json  -          refused
2 files: nothing
? 2
$ spoor --store $T/none/s.db import $T/nosuch.json --json 2>/dev/null | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["files"][0]["status"], d["files"][0]["problems"][0]["code"], d["total"]["problems"])'
refused io 1
$ printf "no trace" >$T/plain.txt; spoor --store $T/some.db import $T/nosuch.json $T/plain.txt >$T/said 2>&1; spoor --store $T/some.db doctor --problems
$T/nosuch.json: No such file or directory (nothing imported)
$T/plain.txt: no JSON and no known archive (nothing imported)
# JSON that ends early is said to, with the place; --explain says the same.
$ printf '{"a": [1,2' >$T/cut.json; spoor import $T/cut.json 2>&1
spoor: $T/cut.json: record 1, line 1, byte 10: invalid JSON: the text ends inside a value (nothing imported)
$T/cut.json  -          refused
? 3
$ spoor import --explain $T/cut.json
$T/cut.json
  not read       record 1, line 1, byte 10: invalid JSON: the text ends inside
                 a value
? 3
$ spoor import --json $T/cut.json 2>/dev/null | python3 -c "import json,sys; p=json.load(sys.stdin)['files'][0]['problems'][0]; print(p['code'], p['record'], p['line'], p['offset'])"
truncated 1 1 10
