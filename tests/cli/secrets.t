# What is not stored is named: once for each place in the records, not for each record
$ cd $T && for i in 0 1 2; do echo '{"promptIdx":0,"testIdx":'$i',"success":true,"gradingResult":{"pass":true,"score":1},"vars":{"q":"'$i'"},"response":{"output":"x","headers":{"set-cookie":"hunter2"}},"testCase":{"vars":{"q":"'$i'"},"options":{"apiKey":"hunter2"}}}'; done >rows.jsonl; spoor import rows.jsonl 2>&1
spoor: rows.jsonl: record 1, line 1, byte 0: 33 bytes of keys, cookies or headers are not stored: response.headers, testCase.**.apiKey (everything else is kept; the same further on is not told again)
rows.jsonl  promptfoo-jsonl  3 scores, 1 eval run, 3 case results  all new  1 problem
  eval run 2b093f9b#0: 3 passed, 0 failed, 0 error, 0 unscored
