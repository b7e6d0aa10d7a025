$ spoor import --no-index tests/data/traces-agent.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; export SPOOR_AUTHOR=ana; t=d15b07e020261117000000000000e4ce; echo $?
$ spoor log
$ spoor flag $t --bad --reason outdated >$T/log; spoor flag $t --good >$T/log; spoor flag $t --undo >$T/log; spoor flag $t --unsure --author ben >$T/log; spoor flag 'v13/double charge' --note 'see policy 4.2' >$T/log; spoor log
$ spoor log $t
$ spoor log 'v12/double charge'
$ spoor log --author ben
$ spoor log --since 1d --limit 2
$ spoor log --since 2026-11-22
$ spoor log --since soon
$ spoor log nope
$ spoor log $t --author ben --json | sed 's/"event":"[0-9a-f]*"/"event":"EVENT"/g'
$ spoor log $t --json | python3 -c "import json,sys; e=json.load(sys.stdin)['events']; ids={x['event'] for x in e}; print(len(e), [x['value'] for x in e], all(x['withdraws'] in ids for x in e if x['withdraws']), sum(x['withdrawn'] for x in e), len({x['target_hash'] for x in e}))"
