# Every screen has a command that prints it.
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-agent.jsonl >$T/log; for k in $(spoor run v13 --where status:failed --jsonl --columns key --limit 3 | cut -d '"' -f 4); do spoor flag "v13/$k" --bad --reason outdated --author ann; spoor flag "v13/$k" --good --author bob; done | wc -l; spoor review --run v13 --name mine --make >$T/log
6
$ SPOOR_AUTHOR=ann python3 tests/cli/twins.py; echo $?
30 screens
0
