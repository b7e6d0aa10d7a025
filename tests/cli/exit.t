# Output that cannot be written, readers that go away, stores that cannot be opened.
$ spoor import tests/data/traces-agent.jsonl >$T/log; echo $?
0
$ spoor traces >/dev/full
? 4
$ spoor traces --json >/dev/full
? 4
$ spoor traces 2>&1 >&-
spoor: cannot write standard output: Bad file descriptor
? 4
$ spoor traces 2>&1 >/dev/full
spoor: cannot write standard output: No space left on device
? 4
$ spoor help >/dev/full 2>&1
? 4
$ spoor import tests/data/traces-agent.jsonl >/dev/full
? 4
$ spoor import tests/data/eval-v13.json >$T/log; spoor run v13 --json | head -c 1; echo " ${PIPESTATUS[0]}"
{ 141
$ spoor import - <&- 2>&1
spoor: -: Bad file descriptor (nothing imported)
-  -          refused
? 3
$ spoor traces 2>&- | wc -l
60
$ cp $SPOOR_STORE $T/ro.db; chmod 400 $T/ro.db; spoor --store $T/ro.db traces | wc -l
60
$ SPOOR_STORE=$T/elsewhere.db spoor traces 2>&1
spoor: there is no store at $T/elsewhere.db yet: spoor import FILE makes it
? 4
$ LC_ALL=C spoor traces --limit 3 | LC_ALL=C grep -c '[^ -~]'
0
? 1
$ TZ=Asia/Tokyo spoor traces --limit 1 --columns start
time
00:45:49
$ SPOOR_NOW=2027-06-01T00:00:00Z spoor traces --limit 1 --columns start
time
2026-11-20
# Every command: mistakes, names of nothing, no store, a full disk, a closed output, a reader that goes away, what is said beside the answer.
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json >$T/log 2>&1; spoor --store $T/other.db import tests/data/eval-v12.json >$T/log 2>&1; python3 tests/cli/exit.py 2>&1; echo $?
33 commands
0
