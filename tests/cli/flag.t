$ spoor import --no-index tests/data/traces-agent.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0
# one answer, in words and as data
$ SPOOR_AUTHOR=ana spoor flag trace:d15b07e020261117000000000000e4ce --bad --reason outdated,tone --note 'policy 4.2 ended in May' 2>&1
bad, reason outdated, tone, note policy 4.2 ended in May  trace:d15b07e020261117000000000000e4ce
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --bad 2>&1
bad  as before  trace:d15b07e020261117000000000000e4ce
$ spoor traces --where verdict:bad --columns id,verdict
id                                verdict
d15b07e020261117000000000000e4ce  bad
$ spoor traces --where 'reason:tone author:ANA note~ended not verdict:good' --columns id
id
d15b07e020261117000000000000e4ce
$ spoor traces --where 'reason:ton' --columns id
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --undo 2>&1
bad, note policy 4.2 ended in May, reason outdated, tone  trace:d15b07e020261117000000000000e4ce
$ spoor traces --where has:annotation --columns id
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --undo 2>&1
nothing to take back  as before  trace:d15b07e020261117000000000000e4ce
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --good --json | sed 's/"[0-9a-f]\{32\}"/"EVENT"/' 2>&1
{"author":"ana","dry_run":false,"items":[{"target":"trace:d15b07e020261117000000000000e4ce","events":["EVENT"],"said":[{"field":"verdict","part":null,"value":"good"}],"as_before":false}],"said":1,"as_before":0}
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --good --json 2>&1
{"author":"ana","dry_run":false,"items":[{"target":"trace:d15b07e020261117000000000000e4ce","events":[],"said":[{"field":"verdict","part":null,"value":"good"}],"as_before":true}],"said":0,"as_before":1}
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --unsure --score groundedness=0.2 --tag refunds --correction 'As it should be.' --author ben 2>&1
unsure, correction As it should be., score groundedness=0.2, tag refunds  trace:d15b07e020261117000000000000e4ce
$ spoor traces --where 'has:disagreement has:correction tag:refunds' --columns id,verdict
id                                verdict
d15b07e020261117000000000000e4ce  differ
# a step of it, by the beginnings of ids
$ SPOOR_AUTHOR=ana spoor flag trace:d15b07e020261120000000000000b10c/span:da1576 --bad 2>&1
bad  trace:d15b07e020261120000000000000b10c
$ SPOOR_AUTHOR=ana spoor flag trace:d15b07e020261120000000000000b10c/span:zz --bad 2>&1
spoor: the trace has no span zz
? 1
# cases: by run and title, by a filter, first without writing
$ SPOOR_AUTHOR=ana spoor flag 'v13/chargeback when the merchant is closed' --bad 2>&1
bad  chargeback when the merchant is closed
$ SPOOR_AUTHOR=ana spoor flag --where status:failed --run v13 --bad --reason wrong --dry-run | tail -n 3 2>&1
bad, reason wrong  chargeback when the merchant is closed
bad, reason wrong  recall of a debit after one year
11 would be flagged, 0 as before
$ spoor runs --where verdict:bad --columns id
id
eval-D13-2026-11-20T16:40:09#0
$ SPOOR_AUTHOR=ana spoor flag --where status:failed --run v13 --bad --reason wrong | tail -n 1 2>&1
10 flagged, 1 as before
$ SPOOR_AUTHOR=ana spoor flag --where status:failed --run v13 --bad --reason wrong | tail -n 1 2>&1
0 flagged, 11 as before
$ spoor runs --where reason:wrong --columns id
id
eval-D13-2026-11-20T16:40:09#0
$ spoor compare v12 v13 --where verdict:bad --json | python3 -c "import json,sys; d=json.load(sys.stdin); print(len(d['rows']), d['matching'])"
9 {'regressed': 4, 'improved': 0, 'new_errors': 0, 'changed': 4, 'same': 0, 'only_a': 0, 'only_b': 1}
# targets from standard input
$ printf "d15b07e020261117000000000000e4ce\n\ntrace:d15b07e020261120000000000000b10c\n" | SPOOR_AUTHOR=ana spoor flag - --good --author cy
good  trace:d15b07e020261117000000000000e4ce
good  trace:d15b07e020261120000000000000b10c
2 flagged, 0 as before
$ printf 'What it should say.\n' | SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --correction - --author cy
correction What it should say.  trace:d15b07e020261117000000000000e4ce
# what cannot be
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce 2>&1
spoor: say what: --good, --bad, --unsure, --note TEXT … (spoor help flag)
? 2
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --good --bad 2>&1
spoor: one of --good, --bad and --unsure
? 2
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --undo --note x 2>&1
spoor: --undo takes back what was said: nothing else with it
? 2
$ SPOOR_AUTHOR=ana spoor flag --good 2>&1
spoor: flag what? trace:ID, trace:ID/span:ID or RUN/CASE, or --where FILTER
? 2
$ SPOOR_AUTHOR=ana spoor flag nope --good 2>&1
spoor: no trace has an id that begins with "nope"
? 1
$ SPOOR_AUTHOR=ana spoor flag nope/nope --good 2>&1
spoor: no run has "nope" as its id, name, prompt version or file
? 1
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --score groundedness 2>&1
spoor: --score: expected NAME=VALUE, found groundedness
? 2
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --good --where status:error 2>&1
spoor: single targets or --where, not both
? 2
$ SPOOR_AUTHOR=ana spoor flag --where 'verdct:bad' --good 2>&1
spoor: --where, column 1: expected a field: name, status, kind, model, provider, tool, step, service, session, user, tag, id, dur, cost, tokens, tokens_in, tokens_out, spans, errors, llm, …, found "verdct:bad" (did you mean verdict?)
? 2
$ SPOOR_AUTHOR=ana spoor flag --where status:error --over cases --good 2>&1
spoor: the cases of which eval run? --run RUN
? 2
