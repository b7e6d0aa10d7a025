$ spoor import --no-index tests/data/traces-agent.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; export SPOOR_AUTHOR=ana; t=d15b07e020261117000000000000e4ce; echo $?
# one answer, in words and as data
$ spoor flag trace:$t --bad --reason outdated,tone --note 'policy 4.2 ended in May'
$ spoor flag $t --bad
$ spoor traces --where verdict:bad --columns id,verdict
$ spoor traces --where 'reason:tone author:ANA note~ended not verdict:good' --columns id
$ spoor traces --where 'reason:ton' --columns id
$ spoor flag $t --undo
$ spoor traces --where has:annotation --columns id
$ spoor flag $t --undo
$ spoor flag $t --good --json | sed 's/"[0-9a-f]\{32\}"/"EVENT"/'
$ spoor flag $t --good --json
$ spoor flag $t --unsure --score groundedness=0.2 --tag refunds --correction 'As it should be.' --author ben
$ spoor traces --where 'has:disagreement has:correction tag:refunds' --columns id,verdict
# a step of it, by the beginnings of ids
$ spoor flag trace:d15b07e02026112000000000000000b10c/span:da1576 --bad
$ spoor flag trace:d15b07e020261120000000000000b10c/span:zz --bad
# cases: by run and title, by a filter, first without writing
$ spoor flag 'v13/double charge' --bad
$ spoor flag --where status:failed --run v13 --bad --reason wrong --dry-run | tail -n 3
$ spoor runs --where verdict:bad --columns id
$ spoor flag --where status:failed --run v13 --bad --reason wrong | tail -n 1
$ spoor flag --where status:failed --run v13 --bad --reason wrong | tail -n 1
$ spoor runs --where reason:wrong --columns id
$ spoor compare v12 v13 --where verdict:bad --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(sum(len(x) if isinstance(x,list) else 0 for x in [d.get('cases',[])]))"
# targets from standard input
$ printf "$t\n\ntrace:d15b07e020261120000000000000b10c\n" | spoor flag - --good --author cy
$ printf 'What it should say.\n' | spoor flag $t --correction - --author cy
# what cannot be
$ spoor flag $t
$ spoor flag $t --good --bad
$ spoor flag $t --undo --note x
$ spoor flag --good
$ spoor flag nope --good
$ spoor flag nope/nope --good
$ spoor flag $t --score groundedness
$ spoor flag $t --good --where status:error
$ spoor flag --where 'verdct:bad' --good
$ spoor flag --where status:error --over cases --good
