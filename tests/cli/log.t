$ spoor import --no-index tests/data/traces-agent.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0
$ spoor log
nobody said anything
$ SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --bad --reason outdated >$T/log; SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --good >$T/log; SPOOR_AUTHOR=ana spoor flag d15b07e020261117000000000000e4ce --undo >$T/log; SPOOR_NOW=2026-11-21T00:00:01Z spoor flag d15b07e020261117000000000000e4ce --unsure --author ben >$T/log; SPOOR_NOW=2026-11-21T00:00:02Z SPOOR_AUTHOR=ana spoor flag 'v13/chargeback when the merchant is closed' --note 'see policy 4.2' >$T/log; spoor log 2>&1
time  author  what                        of                                      how
00:00:00  ana     bad                         trace:d15b07e020261117000000000000e4ce
00:00:00  ana     reason outdated             trace:d15b07e020261117000000000000e4ce  taken back
00:00:00  ana     good                        trace:d15b07e020261117000000000000e4ce  taken back
00:00:00  ana     takes back good             trace:d15b07e020261117000000000000e4ce
00:00:00  ana     takes back reason outdated  trace:d15b07e020261117000000000000e4ce
00:00:01  ben     unsure                      trace:d15b07e020261117000000000000e4ce
00:00:02  ana     note see policy 4.2         chargeback when the merchant is closed
$ spoor log d15b07e020261117000000000000e4ce 2>&1
time  author  what                        of                                      how
00:00:00  ana     bad                         trace:d15b07e020261117000000000000e4ce
00:00:00  ana     reason outdated             trace:d15b07e020261117000000000000e4ce  taken back
00:00:00  ana     good                        trace:d15b07e020261117000000000000e4ce  taken back
00:00:00  ana     takes back good             trace:d15b07e020261117000000000000e4ce
00:00:00  ana     takes back reason outdated  trace:d15b07e020261117000000000000e4ce
00:00:01  ben     unsure                      trace:d15b07e020261117000000000000e4ce
$ spoor log 'v12/chargeback when the merchant is closed'
time  author  what                 of                                      how
00:00:02  ana     note see policy 4.2  chargeback when the merchant is closed  of another answer
$ spoor log --author ben 2>&1
time  author  what    of                                      how
00:00:01  ben     unsure  trace:d15b07e020261117000000000000e4ce
$ spoor log --since 1d --limit 2 2>&1
time  author  what                 of                                      how
00:00:01  ben     unsure               trace:d15b07e020261117000000000000e4ce
00:00:02  ana     note see policy 4.2  chargeback when the merchant is closed
5 earlier ones (--limit)
$ spoor log --since 2026-11-22 2>&1
nobody said anything
$ spoor log --since soon 2>&1
spoor: --since: expected a time: 2026-11-20, 2026-11-20T09:30, 7d (ago), today, yesterday
? 2
$ spoor log nope 2>&1
spoor: no trace has an id that begins with "nope"
? 1
$ spoor log d15b07e020261117000000000000e4ce --author ben --json | sed 's/"event":"[0-9a-f]*"/"event":"EVENT"/g'
{"events":[{"event":"EVENT","time":"2026-11-21T00:00:01.000000000Z","author":"ben","field":"verdict","part":null,"value":"unsure","withdrawn":false,"withdraws":null,"target":"trace:d15b07e020261117000000000000e4ce","target_hash":"0c034a5fef690797928d8274d78ca255bd9064782d62cb0aabad061771ae0d79","io_hash":"106493da0ddd17d44a0092460489e23aebb84bc9402ed9922f9c5cb9cb2cd8ee","input_hash":"269c499110962886","output_hash":null,"proposed":false,"blind":false,"because":null,"shown":null,"queue":null}],"total":1}
$ spoor log d15b07e020261117000000000000e4ce --json | python3 -c "import json,sys; e=json.load(sys.stdin)['events']; ids={x['event'] for x in e}; print(len(e), [x['value'] for x in e], all(x['withdraws'] in ids for x in e if x['withdraws']), sum(x['withdrawn'] for x in e), len({x['target_hash'] for x in e}))"
6 ['bad', 'outdated', 'good', None, None, 'unsure'] True 2 1
