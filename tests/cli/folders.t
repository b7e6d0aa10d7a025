# Folders and files' names say which run and which case (skill-creator's layout): the same bytes elsewhere are another case
$ for d in iteration-1/eval-0/with_skill/run-1 iteration-1/eval-0/with_skill/run-2 iteration-1/eval-0/without_skill iteration-2/eval-0/with_skill/run-1; do mkdir -p $T/pdf/$d; echo '{"expectations":[{"text":"a","passed":true,"evidence":"x"}]}' >$T/pdf/$d/grading.json; echo '{"total_tokens":84852,"duration_ms":23332}' >$T/pdf/$d/timing.json; done; spoor import $T/pdf | tail -n 1
8 files: 4 scores, 3 eval runs, 4 case results  all new
$ spoor import $T/pdf | tail -n 1
8 files: 4 scores, 3 eval runs, 4 case results  new: nothing
$ cp -r $T/pdf/iteration-2 $T/pdf/iteration-3; spoor import $T/pdf | tail -n 1
10 files: 5 scores, 4 eval runs, 5 case results  new: 1 score, 1 eval run, 1 case result
$ spoor runs --json | python3 -c "import json,sys; [print(r['id'], r['cases'], r['passed']) for r in json.load(sys.stdin)['runs']]" | sort
pdf/iteration-1/with_skill 2 2
pdf/iteration-1/without_skill 1 1
pdf/iteration-2/with_skill 1 1
pdf/iteration-3/with_skill 1 1
$ spoor compare pdf/iteration-1/with_skill pdf/iteration-2/with_skill --json | python3 -c "import json,sys; print(json.load(sys.stdin)['cases'])"
{'paired': 1, 'only_a': 0, 'only_b': 0, 'improved': 0, 'regressed': 0, 'new_errors': 0, 'changed': 0, 'same': 1}
# SWE-bench: the harness' folders, its summary and the predictions are one run
$ for i in 1 2; do d=$T/logs/run_evaluation/r.1/org__gpt-4.1/a__a-$i; mkdir -p $d; echo "{\"a__a-$i\":{\"patch_successfully_applied\":true,\"resolved\":$([ $i = 1 ] && echo true || echo false)}}" >$d/report.json; done; echo '{"completed_ids":["a__a-1","a__a-2"],"submitted_ids":["a__a-1","a__a-2","a__a-3"],"resolved_ids":["a__a-1"],"unresolved_ids":["a__a-2"],"empty_patch_ids":["a__a-3"],"error_ids":[],"schema_version":2}' >$T/org__gpt-4.1.r.1.json; echo '{"instance_id":"a__a-1","model_name_or_path":"org/gpt-4.1","model_patch":"diff"}' >$T/org__gpt-4.1.r.1.jsonl; spoor import $T/logs $T/org__gpt-4.1.r.1.json $T/org__gpt-4.1.r.1.jsonl | tail -n 1
4 files: 5 scores, 1 eval run, 3 case results  new: 3 scores, 1 eval run, 3 case results
$ spoor runs --json | python3 -c "import json,sys; [print(r['id'], r['model'], r['cases'], r['passed'], r['failed']) for r in json.load(sys.stdin)['runs'] if 'gpt' in r['id']]"
org__gpt-4.1.r.1 org/gpt-4.1 3 1 2
# Another run's report of the same instance, byte for byte
$ mkdir -p $T/logs/run_evaluation/r.2/org__gpt-4.1 && cp -r $T/logs/run_evaluation/r.1/org__gpt-4.1/a__a-1 $T/logs/run_evaluation/r.2/org__gpt-4.1/; spoor import $T/logs | tail -n 2
  eval run org__gpt-4.1.r.2: 1 passed, 0 failed, 0 error, 0 unscored
3 files: 3 scores, 2 eval runs, 4 case results  new: 1 score, 1 eval run, 1 case result
# tau2-bench: results.json and a file for each simulation
$ mkdir -p $T/sims/retail-1/simulations; echo '{"timestamp":"2026-06-30T11:17:32","info":{"agent_info":{"llm":"m"},"user_info":{"llm":"u"},"environment_info":{"domain_name":"retail","policy":"P"}},"tasks":[]}' >$T/sims/retail-1/results.json; echo '{"id":"s1","task_id":"7","trial":1,"termination_reason":"agent_stop","reward_info":{"reward":1.0},"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Bye"}]}' >$T/sims/retail-1/simulations/s1.json; spoor import $T/sims
$T/sims/retail-1/results.json  tau-bench  1 eval run  all new
$T/sims/retail-1/simulations/s1.json  tau-bench  1 trace, 3 spans, 1 score, 1 eval run, 1 case result  new: 1 trace, 3 spans, 1 score, 1 case result
  eval run retail-1: 1 passed, 0 failed, 0 error, 0 unscored
2 files: 1 trace, 3 spans, 1 score, 1 eval run, 1 case result  all new
$ spoor doctor | grep health
health     sound
