# The team's rules: listed, tried, saved, said to promptfoo; proposed out of flagged answers.
$ spoor rules
No file of rules yet ($T/home/config/spoor/rules.json). spoor rules --propose makes rules out of flagged answers.
$ spoor import --no-index tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0
$ spoor rules --propose
? 5
$ spoor rules --propose --json
# People judged the answers of a run, as they travel in a file of reviews.
$ spoor traces --json >/dev/null; tests/cli/rules-reviews.sh >$T/reviews.jsonl; spoor import --no-index $T/reviews.jsonl >$T/log; echo $?
$ spoor rules --propose
$ spoor rules --propose --json | head -c 700
$ spoor rules --propose --reason tone | head -n 2
? 5
$ spoor rules --propose --author nobody | head -n 2
? 5
# A rule is tried: proposed or not, from the file or as text; on what people said, and on all.
$ spoor rules --back-test '{"name":"r","must_not_contain":"within 60 days"}' -n 2
$ spoor rules --back-test '{"name":"r","must_not_contain":"within 60 days"}' --everything -n 0
$ spoor rules --back-test '{"name":"r","must_not_contain":"within 60 days"}' --json -n 1
$ spoor rules --back-test '{"name":"r","kind":"llm","max_length":3}'
$ spoor rules --back-test '{"name":"r","max_lenght":3}' 2>&1
? 2
$ spoor rules --back-test nosuch 2>&1
? 2
# Saved: the file grows, its comments stay.
$ spoor rules --save '{"name": "short", "max_length": 900}'
$ sed -i 's|"rules": \[|"rules": [ // ours|' $T/home/config/spoor/rules.json; spoor rules --save '{"name": "json-only", "must_be": "json", "cases": "run:v13"}' --json
$ cat $T/home/config/spoor/rules.json
$ spoor rules --save '{"name": "short", "max_length": 9}' 2>&1
? 2
$ spoor rules
$ spoor rules --json
$ spoor rules --back-test short -n 0
$ spoor rules --promptfoo
$ spoor rules --promptfoo --json
$ spoor checks --check short --columns level,check | head -n 2
$ spoor rules --propose --save x 2>&1
? 2
