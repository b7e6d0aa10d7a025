# Links: what they name, what prints that, what is not there.
$ spoor import tests/data/traces-agent.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0
$ spoor open trace:d15b07e0202611200000000000000043
trace dispute-agent
  spoor open trace:d15b07e0202611200000000000000043
  spoor trace d15b07e0202611200000000000000043
$ spoor open --json d15b07e0202611200000000000000043
{"link":"trace:d15b07e0202611200000000000000043","kind":"trace","what":"trace dispute-agent","command":"spoor trace d15b07e0202611200000000000000043","screens":["traces","trace"]}
$ spoor open 5b167699678f60c8
span classify-intent of trace dispute-agent
  spoor open trace:d15b07e020261120000000000000b10c/span:5b167699678f60c8
  spoor trace d15b07e020261120000000000000b10c --span 5b167699678f60c8
$ spoor open trace:d15b07e0202611200000000000000043/span:ffff 2>&1
spoor: trace d15b07e0202611200000000000000043 has no span ffff
? 1
$ spoor open trace:d15b07e020261120ffff 2>&1
spoor: no trace has an id that begins with "d15b07e020261120ffff"; the nearest is d15b07e0202611200000000000000041
? 1
$ spoor open 'spoor open run:v13'
run dispute v13
  spoor open run:eval-D13-2026-11-20T16:40:09%230
  spoor run 'eval-D13-2026-11-20T16:40:09#0'
$ spoor open compare:v12..v13/case:hotel
a case of runs dispute v12 and dispute v13 compared
  spoor open compare:eval-D12-2026-11-14T09:12:04%230..eval-D13-2026-11-20T16:40:09%230/case:23b7b1e3458dede3d8fe5bfdd35c7598832e1f43bcb72a31b60fe86e874d85b6
  spoor compare 'eval-D12-2026-11-14T09:12:04#0' 'eval-D13-2026-11-20T16:40:09#0' --case 23b7b1e3458dede3d8fe5bfdd35c7598832e1f43bcb72a31b60fe86e874d85b6
$ spoor open trase:d15b 2>&1
spoor: no link begins with "trase" (did you mean trace?); spoor help links
? 2
$ spoor open trace:d15b/spam:1 2>&1
spoor: trace has no part "spam" (did you mean span?); a / in a value is %2F
? 2
$ spoor open v14 2>&1
spoor: no trace, run, session, queue or span is called "v14"
? 1
$ spoor open traces/where:dur%3E5s%20status:error/sort:cost_usd/order:desc
the traces that match
  spoor open traces/where:dur%3E5s%20status:error/sort:cost_usd/order:desc
  spoor traces --where 'dur>5s status:error' --sort cost_usd --desc
$ spoor open traces/sort:cost 2>&1
spoor: traces have no column cost (did you mean cost_usd?)
? 2
$ spoor open review:nobody 2>&1
spoor: there is no queue nobody: spoor review --list shows those there are
? 1
$ spoor open 2>&1
spoor: usage: spoor open LINK (spoor help open)
? 2
