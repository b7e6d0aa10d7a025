# Grows while it is followed; the signal ends it with all that was read
$ head -n 20 tests/data/traces-agent.jsonl >$T/a.jsonl; env --default-signal=INT spoor import --follow $T/a.jsonl >$T/out 2>$T/said & until grep -q following $T/said; do sleep 0.05; done; sed -n '21,40p' tests/data/traces-agent.jsonl >>$T/a.jsonl; until spoor doctor | grep -q 'otlp, 301 records'; do sleep 0.05; done; kill -INT $!; wait $!; echo $?; cat $T/out $T/said
130
$T/a.jsonl  otlp       32 traces, 301 spans, 50 scores  all new
spoor: $T/a.jsonl: 16 traces, 150 spans, 26 scores
spoor: following 1 file; ^C ends it
spoor: stopped: what was read is kept; the same command goes on from there
$ spoor doctor | grep -A1 ^files
files      $T/a.jsonl  otlp, 301 records
problems   0
# Taken up again: nothing is new; stopped by TERM and HUP
$ for s in TERM HUP; do : >$T/said; spoor import --follow $T/a.jsonl >$T/out 2>$T/said & until grep -q following $T/said; do sleep 0.05; done; kill -$s $!; wait $!; echo $?; cat $T/out; done
143
$T/a.jsonl  otlp       32 traces, 301 spans, 50 scores  new: nothing
129
$T/a.jsonl  otlp       32 traces, 301 spans, 50 scores  new: nothing
# A pipe: each part as it comes, and its end is the end
$ mkfifo $T/p; spoor --store $T/p.db import --follow $T/p >$T/out 2>$T/said & exec 3>$T/p; head -n 3 tests/data/traces-agent.jsonl >&3; until spoor --store $T/p.db traces 2>&1 | grep -q dispute-agent; do sleep 0.05; done; sed -n '4,5p' tests/data/traces-agent.jsonl >&3; exec 3>&-; wait $!; echo $?; cat $T/out
0
$T/p  otlp       3 traces, 29 spans, 6 scores  all new
# Nobody writes to it, or not the first byte: stopped, and not refused
$ mkfifo $T/q; spoor --store $T/q.db import $T/q >$T/out 2>$T/said & until ls -l /proc/$!/fd | grep -q $T/q$; do sleep 0.05; done; kill -TERM $!; wait $!; echo $?; cat $T/out $T/said
143
$T/q  -          stopped
spoor: stopped: what was read is kept; the same command goes on from there
$ spoor --store $T/r.db import --json $T/q >$T/out 2>$T/said & exec 3>$T/q; until ls -l /proc/$!/fd | grep -q $T/q$; do sleep 0.05; done; kill -TERM $!; wait $!; echo $?; grep -o '"status":"[a-z]*"' $T/out
143
"status":"stopped"
# Names: a folder's new file, one that is not there yet, one without its name
$ mkdir $T/d; cp tests/data/traces-voice.json.gz $T/d; cd $T; env --default-signal=INT spoor --store d.db import --follow d e.jsonl >out 2>said & until grep -q following said; do sleep 0.05; done; cp a.jsonl d/.a; mv d/.a d/a.jsonl; until grep -q '^spoor: d/a.jsonl: ' said; do sleep 0.05; done; cp a.jsonl .e; mv .e e.jsonl; until grep -q '^spoor: e.jsonl: 32' said; do sleep 0.05; done; rm e.jsonl; until grep -q gone said; do sleep 0.05; done; kill -INT $!; wait $!; cat out said
d/traces-voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
e.jsonl                 otlp       32 traces, 301 spans, 50 scores  new: nothing
d/a.jsonl               otlp       32 traces, 301 spans, 50 scores  all new
3 files: 70 traces, 645 spans, 111 scores  new: 38 traces, 344 spans, 61 scores
spoor: d/traces-voice.json.gz: 6 traces, 43 spans, 11 scores
spoor: e.jsonl: No such file or directory (nothing imported)
spoor: following 2 files; ^C ends it
spoor: d/a.jsonl: 32 traces, 301 spans, 50 scores
spoor: e.jsonl: 32 traces, 301 spans, 50 scores
spoor: e.jsonl: its name is gone; waiting for it to come back
spoor: stopped: what was read is kept; the same command goes on from there
$ spoor import --follow --strict $T/a.jsonl 2>&1
spoor: --strict needs a file's end, which --follow never sees
? 2
$ spoor --follow 2>&1
spoor: --follow needs files: spoor --follow FILE
? 2
