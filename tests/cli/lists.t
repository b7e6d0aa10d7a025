# Every list: the same rows as JSON, JSON Lines, CSV and Markdown, cut, in order and by column.
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-agent.jsonl tests/data/review-support.json >$T/log; spoor --store $T/other.db import tests/data/eval-v12.json >$T/log; for k in $(spoor run v13 --where status:failed --jsonl --columns key --limit 3 | cut -d '"' -f 4); do spoor flag "v13/$k" --bad --reason outdated --author ann; spoor flag "v13/$k" --good --author bob; done | wc -l
6
$ spoor --store $T/empty.db import tests/data/eval-v12.json >$T/log; spoor --store $T/empty.db forget tests/data/eval-v12.json --yes >$T/log; OTHER_STORE=$T/other.db EMPTY_STORE=$T/empty.db python3 tests/cli/lists.py 0 3 2>&1; echo $?
77 lists, 27 commands
0
$ OTHER_STORE=$T/other.db EMPTY_STORE=$T/empty.db python3 tests/cli/lists.py 1 3 2>&1; echo $?
77 lists, 27 commands
0
$ OTHER_STORE=$T/other.db EMPTY_STORE=$T/empty.db python3 tests/cli/lists.py 2 3 2>&1; echo $?
77 lists, 27 commands
0
# Rows out of rows: what makes no sense together is refused in words.
$ spoor ledger d15b07e020261120000000000000b10c --sort tokens_in --columns name,tokens_in,duration_ns,input_usd
name             tokens_in  duration_ns  input_usd
draft-answer           11k        8.61s    $0.0271
classify-intent       5.6k        0.81s   $0.00138
embed-query             42        0.09s  $0.000001
$ spoor ledger d15b07e020261120000000000000b10c --table pieces --limit 2 --csv | tr -d '\r'
kind,name,preview,bytes,tokens,sent,cost_usd,first_call,first_span,said
unrecorded,draft-answer,gpt-4o-2024-08-06,0,10834,1,0.026221916808562395,2,fa5ca01001d91c4f,false
unrecorded,classify-intent,gpt-4o-mini-2024-07-18,0,5596,1,0.001374938574938575,0,5b167699678f60c8,false
$ spoor compare v12 v13 --columns title,a.scores.relevance,b.latency_ns --limit 2 --markdown
| title | a.scores.relevance | b.latency_ns |
|---|---:|---:|
| disputed hotel charge, booked twice | 0.95 | 1.72s |
| refund after 60 days, gold card | 0.96 | 3.51s |
$ spoor compare v12 v13 --columns title,b.latency_ns --limit 2 --jsonl
{"title":"disputed hotel charge, booked twice","b.latency_ns":1721000000}
{"title":"refund after 60 days, gold card","b.latency_ns":3512000000}
$ spoor traces --json --columns id,name --limit 2
{"total":59,"traces":[{"id":"d15b07e0202611200000000000000048","name":"dispute-agent"},{"id":"d15b07e0202611200000000000000047","name":"dispute-agent"}]}
$ spoor ledger d15b07e020261120000000000000b10c --json --limit 1 --columns name,tokens_in | cut -c 1-90
{"trace":"d15b07e020261120000000000000b10c","calls":[{"name":"classify-intent","tokens_in"
$ spoor formats --columns name,title --limit 2
name         title
agentops     AgentOps traces
agentskills  Agent-skill gradings (skill-creator)
$ spoor search refund --jsonl --columns trace,span --limit 5 | tail -n 3 >$T/five; spoor search refund --jsonl --columns trace,span --limit 3 --offset 2 | cmp - $T/five; wc -l <$T/five
3
$ spoor ledger d15b07e020261120000000000000b10c --table piece 2>&1
spoor: no such table: piece, did you mean pieces; there are calls pieces
? 2
$ spoor ledger d15b07e020261120000000000000b10c --sort token_in 2>&1
spoor: cannot sort by token_in, did you mean tokens_in; there are span name start duration_ns model tokens_in guessed tokens_new tokens_resent tokens_cached tokens_out cost_usd cost_estimated input_usd output_usd tokens_in_so_far usd_so_far pieces
? 2
$ spoor ledger d15b07e020261120000000000000b10c --csv --columns token_in 2>&1
spoor: no such column: token_in (did you mean tokens_in?)
? 2
$ spoor traces --jsonl --csv 2>&1
{"error":{"code":"usage","message":"only one of --jsonl and --csv","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor traces --json --markdown 2>&1
{"error":{"code":"usage","message":"only one of --json and --markdown","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor traces --asc --desc 2>&1
spoor: only one of --asc and --desc
? 2
$ spoor formats --limit -1 2>&1
spoor: --limit and --offset cannot be negative
? 2
$ spoor prompts dispute v12 --csv 2>&1
spoor: --csv is of a list of versions: spoor prompts NAME --csv
? 2
$ spoor backup --jsonl $T/x 2>&1
{"error":{"code":"usage","message":"no such option: --jsonl, did you mean --json? (spoor help backup)","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor log --jsonl --author nobody; spoor log --json --sort time --author nobody
{"events":[],"total":0}
$ spoor traces --jsonl >/dev/full 2>&1
? 4
$ spoor traces --jsonl | head -n 1 | cut -c 1-44; echo ${PIPESTATUS[0]}
{"id":"d15b07e0202611200000000000000048","st
0
