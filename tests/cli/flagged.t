# judged answers in the shapes of those who go on with them
$ spoor import --no-index --no-checks tests/data/eval-v12.json tests/data/eval-v13.json tests/data/evals-claims.tar.gz tests/data/traces-claims.jsonl.gz >/dev/null 2>&1; spoor export flagged; spoor export verdicts
? 2
$ spoor run v12 --json | python3 -c "import json,sys; [print(c['key']) for c in json.load(sys.stdin)['cases'][:6]]" >$T/keys; export SPOOR_AUTHOR=anna; spoor flag v12/$(sed -n 1p $T/keys) --bad --reason outdated,tone --note '=1+1 mail jo.fox@acme.com' >/dev/null; spoor flag v12/$(sed -n 2p $T/keys) --bad --correction 'Within 30 days of delivery.' >/dev/null; spoor flag v13/$(sed -n 3p $T/keys) --good >/dev/null; SPOOR_AUTHOR=bo spoor flag v13/$(sed -n 3p $T/keys) --bad >/dev/null; spoor flag 'rerank/windscreen repaired in Porto' --good --score 'reason=0.5' >/dev/null; spoor flag trace:c1a1e501202611090000000000280000 --bad --note slow >/dev/null
$ spoor export flagged | python3 -c "import json,sys; [print(d['kind'], d['title'], d['verdict'], d['reasons'], d['note'], d['correction'], d['author'], d['trace_id'], len(d['reviews'])) for d in map(json.loads, sys.stdin)]"
case refund after 60 days, gold card bad ['outdated', 'tone'] =1+1 mail jo.fox@acme.com None anna e7a10012202611140000000000020000 1
case mixed currencies, same purchase bad [] None Within 30 days of delivery. anna e7a10012202611140000000000280000 1
case transfer outside Europe disagree [] None None anna, bo e7a10013202611200000000000740000 2
case windscreen repaired in Porto good [] None None anna c1a1e503202611200000000000720000 1
trace triage-claim bad [] slow None anna c1a1e501202611090000000000280000 1
$ spoor export flagged --format csv --columns x 2>/dev/null; spoor export flagged --format csv | python3 -c "import csv,sys; rows=list(csv.DictReader(sys.stdin)); print(len(rows), list(rows[0])); print([r['note'] for r in rows])"
5 ['id', 'kind', 'title', 'run', 'trace_id', 'span_id', 'input', 'output', 'expected', 'correction', 'verdict', 'reasons', 'note', 'author', 'time']
["'=1+1 mail jo.fox@acme.com", '', '', '', 'slow']
$ spoor export flagged --format promptfoo -o $T/tests.json; python3 -c "import json; [print(t['description'], sorted(t['vars']), [a['type'] for a in t['assert']]) for t in json.load(open('$T/tests.json'))]"
refund after 60 days, gold card ['category', 'customer_tier', 'question'] ['not-equals', 'llm-rubric', 'icontains', 'llm-rubric', 'llm-rubric']
mixed currencies, same purchase ['category', 'customer_tier', 'question'] ['factuality']
windscreen repaired in Porto ['claim', 'line'] ['factuality']
triage-claim ['input'] ['not-equals', 'llm-rubric']
$ spoor export flagged --format chat | python3 -c "import json,sys; [print([m['role'] for m in d['messages']], d['messages'][-1]['content'][:40]) for d in map(json.loads, sys.stdin)]"
['user', 'assistant'] Within 30 days of delivery.
['user', 'assistant'] {"decision":"approve","rule":"motor-2","
$ spoor export flagged --format preference | python3 -c "import json,sys; [print(sorted(d), d['preferred_output'][0]['content']) for d in map(json.loads, sys.stdin)]"
['input', 'non_preferred_output', 'preferred_output'] Within 30 days of delivery.
$ spoor export flagged --format mlflow | python3 -c "import json,sys; [print(d['assessment_name'], d['trace_id'], d['source'], d.get('feedback'), d.get('rationale')) for d in map(json.loads, sys.stdin)]"
human_verdict e7a10012202611140000000000020000 {'source_type': 'HUMAN', 'source_id': 'anna'} {'value': 'bad'} outdated, tone: =1+1 mail jo.fox@acme.com
human_verdict e7a10012202611140000000000280000 {'source_type': 'HUMAN', 'source_id': 'anna'} {'value': 'bad'} None
expected_response e7a10012202611140000000000280000 {'source_type': 'HUMAN', 'source_id': 'anna'} None None
human_verdict e7a10013202611200000000000740000 {'source_type': 'HUMAN', 'source_id': 'anna'} {'value': 'good'} None
human_verdict e7a10013202611200000000000740000 {'source_type': 'HUMAN', 'source_id': 'bo'} {'value': 'bad'} None
human_verdict c1a1e503202611200000000000720000 {'source_type': 'HUMAN', 'source_id': 'anna'} {'value': 'good'} None
reason c1a1e503202611200000000000720000 {'source_type': 'HUMAN', 'source_id': 'anna'} {'value': 0.5} None
human_verdict c1a1e501202611090000000000280000 {'source_type': 'HUMAN', 'source_id': 'anna'} {'value': 'bad'} slow
$ spoor export flagged --format langfuse | python3 -c "import json,sys; [print(d['name'], d['traceId'], d['value'], d['dataType'], d.get('comment'), len(d['id'])) for d in map(json.loads, sys.stdin)]"
human-verdict e7a10012202611140000000000020000 bad CATEGORICAL outdated, tone: =1+1 mail jo.fox@acme.com 38
human-verdict e7a10012202611140000000000280000 bad CATEGORICAL None 38
output e7a10012202611140000000000280000 Within 30 days of delivery. CORRECTION None 38
human-verdict e7a10013202611200000000000740000 good CATEGORICAL None 38
human-verdict e7a10013202611200000000000740000 bad CATEGORICAL None 38
human-verdict c1a1e503202611200000000000720000 good CATEGORICAL None 38
reason c1a1e503202611200000000000720000 0.5 NUMERIC None 38
human-verdict c1a1e501202611090000000000280000 bad CATEGORICAL slow 38
# the platform's own reading of them
$ for f in mlflow langfuse; do spoor export flagged --format $f -o $T/$f.jsonl 2>/dev/null; spoor import $T/$f.jsonl --store $T/p.db; done
$T/mlflow.jsonl  mlflow     8 scores  all new
$T/langfuse.jsonl  langfuse   8 scores  all new
# which
$ for o in --bad --good --disagree --unsure --corrected '--author bo' '--run v13' '--where run:v12' '--where kind:llm' '--since 2026-11-20' '--since 1d'; do echo "$o $(spoor export flagged $o 2>/dev/null | wc -l)"; done
--bad 3
--good 1
--disagree 1
--unsure 0
--corrected 1
--author bo 1
--run v13 1
--where run:v12 3
--where kind:llm 1
--since 2026-11-20 5
--since 1d 5
$ spoor export flagged --where 'colour:red' 2>&1; spoor export flagged --format xml 2>&1; spoor export flagged --run nothing 2>&1; spoor export flagged --since soon 2>&1
spoor: --where, column 1: expected a field: title, key, status, score, latency, dur, cost, tokens, repeat, run, verdict, author, reason, note, tag, has
spoor: --format is one of jsonl, csv, promptfoo, chat, preference, mlflow, langfuse, not "xml"
spoor: no run has "nothing" as its id, name, prompt version or file
spoor: --since: expected a time: 2026-11-20, 2026-11-20T09:30, 7d (ago), today, yesterday
? 2
# masks: nothing of what was planted
$ for f in jsonl csv promptfoo chat preference mlflow langfuse; do spoor export flagged --mask --format $f 2>/dev/null | grep -c jo.fox; done | sort -u
0
# a file is written whole or not at all, and not over another one
$ spoor export flagged -o $T/gold.jsonl 2>&1 | sed "s|$T|T|"; spoor export flagged -o $T/gold.jsonl >/dev/null 2>&1; echo $?; spoor export flagged -o $T/gold.jsonl --force 2>/dev/null; stat -c '%a' $T/gold.jsonl; spoor export flagged --author nobody -o $T/no.jsonl 2>&1; ls $T/no.jsonl $T/.spoor* 2>/dev/null; spoor export flagged -o $T/no/way.jsonl >/dev/null 2>&1; echo $?
T/gold.jsonl: 5 answers, 6.6 kB
2
600
spoor: there is nothing that this would export: no file is written
1
