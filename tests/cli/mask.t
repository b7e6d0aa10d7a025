# A made-up thing of each sort in every place that a source has for text: nobody sees any of them with --mask.
$ python3 tests/planted.py $T/planted && spoor import $T/planted/*.json | tail -n 1
3 files: 4 traces, 16 spans, 8 scores, 2 eval runs, 8 case results  all new
$ spoor flag trace:00000000000000000000000000000001 --bad --note "ask jane.roe@acme-corp.de" --correction "call +49 30 901820" --author ann >/dev/null && spoor flag before/0 --bad --note "ask jane.roe@acme-corp.de" --author ann >/dev/null; spoor review --run before --make >/dev/null
# The first figure: lines that show something; the second: lines that do so with --mask; the third: with SPOOR_MASK=1.
$ things() { grep -c -F -f $T/planted/things.txt; }; while read -r line; do printf '%s %s %s  %s\n' "$(spoor $line 2>&1 | things)" "$(spoor $line --mask 2>&1 | things)" "$(SPOOR_MASK=1 spoor $line 2>&1 | things)" "$line"; done < tests/cli/mask.lines
4 0 0  traces
1 0 0  traces --json
4 0 0  traces --csv
4 0 0  traces --markdown
6 0 0  trace 00000000000000000000000000000001
1 0 0  trace 00000000000000000000000000000001 --json
14 0 0  trace 00000000000000000000000000000001 --markdown
1 0 0  trace 00000000000000000000000000000001 --otlp
4 0 0  trace 00000000000000000000000000000001 --raw
6 0 0  trace 00000000000000000000000000000001 --span 0000000000000066
17 0 0  session 00000000000000000000000000000001
1 0 0  session 00000000000000000000000000000001 --json
2 0 0  runs
1 0 0  runs --json
2 0 0  runs --csv
6 0 0  run before
1 0 0  run before --json
4 0 0  run before --csv
4 0 0  run before --markdown
6 0 0  compare before after
1 0 0  compare before after --json
6 0 0  compare before after --markdown
7 0 0  compare before after --case 1
1 0 0  compare before after --case 1 --json
3 0 0  compare before after --prompts
2 0 0  compare before after --noise
5 0 0  compare before after --begins
24 0 0  search card
1 0 0  search card --json
24 0 0  search card --csv
1 0 0  search jane --json
1 0 0  stats
1 0 0  stats --json
1 0 0  prompts
1 0 0  prompts --json
1 0 0  prompts --csv
1 0 0  prompts --markdown
4 0 0  ledger 00000000000000000000000000000001
1 0 0  ledger 00000000000000000000000000000001 --json
4 0 0  origins 00000000000000000000000000000001
1 0 0  origins 00000000000000000000000000000001 --json
4 0 0  path 00000000000000000000000000000001
1 0 0  path 00000000000000000000000000000001 --json
1 0 0  judges --json
5 0 0  diff 00000000000000000000000000000001 00000000000000000000000000000002
1 0 0  diff 00000000000000000000000000000001 00000000000000000000000000000002 --json
5 0 0  gate after --baseline before
1 0 0  gate after --baseline before --json
4 0 0  log
1 0 0  log --json
2 0 0  log trace:00000000000000000000000000000001
2 0 0  export flagged
2 0 0  export flagged --format csv
2 0 0  export flagged --format promptfoo
2 0 0  export flagged --format mlflow
2 0 0  export flagged --format langfuse
1 0 0  export flagged --format chat
3 0 0  export reviews
1 0 0  alikes trace:00000000000000000000000000000001
4 0 0  review --list
# JSON stays JSON of the same shape, also where a number was masked.
$ shape() { python3 -c 'import json,sys; print(len(json.dumps(json.load(sys.stdin), sort_keys=True)) > 1000)'; }; spoor trace 00000000000000000000000000000001 --json | shape; spoor trace 00000000000000000000000000000001 --json --mask | shape
True
True
$ spoor trace 00000000000000000000000000000001 --raw --mask | head -n 1 | python3 -c 'import json,sys; json.load(sys.stdin); print("JSON")'
JSON
$ spoor run before --json --mask | python3 -c 'import json,sys; json.load(sys.stdin); print("JSON")'
JSON
# What is looked for is found as it is, what is found shows masked.
$ spoor search jane.roe@acme-corp.de --mask | head -n 4
trace                             span              time        kind       name                       field  text
00000000000000000000000000000004  0000000000000194  2025-11-19  tool       send j…@acme-corp.de       name   send j…@acme-corp.de
00000000000000000000000000000004  0000000000000193  2025-11-19  retriever  find j…@acme-corp.de       name   find j…@acme-corp.de
00000000000000000000000000000004  0000000000000192  2025-11-19  llm        ask j…@acme-corp.de        name   ask j…@acme-corp.de
$ spoor compare before after --case "case 1 of jane.roe@acme-corp.de" --mask | head -n 3
case 1 of j…@acme-corp.de
improved; key 8b2c19b1ba17; A run for j…@acme-corp.de, openai:old; B run for j…@acme-corp.de, openai:new
$ SPOOR_MASK=0 spoor traces | grep -c jane.roe
4
# What is said beside the lists: of what is imported, flagged and merged; and every list in every form.
$ spoor --store $T/other.db import $T/planted/*.json >/dev/null; spoor --store $T/other.db flag before/0 --good --note "ask jane.roe@acme-corp.de" --author bob --mask
good, note ask j…@acme-corp.de  case 0 of j…@acme-corp.de
$ things() { grep -c -F -f $T/planted/things.txt; }; for line in "import $T/planted/before.json" "import $T/planted/before.json --json" "import --explain $T/planted/before.json $T/planted/traces.json" "flag before/1 --good --author bob" "merge $T/other.db" "merge $T/other.db --json"; do printf '%s %s  %s\n' "$(spoor $line 2>&1 | things)" "$(spoor $line --mask 2>&1 | things)" "$line"; done
1 0  import $T/planted/before.json
1 0  import $T/planted/before.json --json
7 0  import --explain $T/planted/before.json $T/planted/traces.json
1 0  flag before/1 --good --author bob
3 0  merge $T/other.db
1 0  merge $T/other.db --json
$ OTHER_STORE=$T/other.db python3 tests/cli/mask_lists.py $T/planted/things.txt 2>&1
67 lists, many of them show things without --mask
