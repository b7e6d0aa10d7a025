$ spoor import --no-index tests/data/evals-claims.tar.gz tests/data/traces-claims.jsonl.gz >$T/log; echo $?
0
$ SPOOR_AUTHOR=eva spoor alikes
? 1
$ spoor alikes "C3/bicycle gone from the open yard, Bremen"
like bicycle gone from the open yard, Bremen, which you have not judged: 5 of 480 results of claims rerank and 2 more runs of its dataset
121 of them are bad, 359 good; 5 are equal answers and share the verdict

answer in nearly the same words  5   (11 failed, 0 passed with it)
     99 %  bicycle gone from the open yard, Lyon     claims rerank     answer 100 % the same wording;  a like question answered in nearly the same words;  same value: rule: home-3;  fails the same score: human;  same value: decision: refer
     99 %  bicycle gone from the open yard, Uppsala  claims rerank     answer 100 % the same wording;  a like question answered in nearly the same words;  same value: rule: home-3;  fails the same score: human;  same value: decision: refer
     99 %  bicycle gone from the open yard, Gdańsk   claims steps      answer 100 % the same wording;  a like question answered in nearly the same words;  same value: rule: home-3;  same value: decision: refer
     97 %  damp wall in Bremen #3                    claims one-prompt answer 100 % the same wording;  same value: rule: home-3;  same value: decision: refer
     97 %  ring lost in a burglary, Lyon #2          claims one-prompt answer 86 % the same wording;  same value: rule: home-3
$ spoor alikes "C3/did not feel like going to Porto"
like did not feel like going to Porto, which you have not judged: 0 of 480 results of claims rerank and 2 more runs of its dataset
121 of them are bad, 359 good; 2 are equal answers and share the verdict
? 1
$ spoor alikes --propose --yes "C3/bicycle gone from the open yard, Bremen" 2>&1
spoor: there is no verdict of yours on it to propose: flag it first
? 2
$ SPOOR_AUTHOR=eva spoor flag "C3/bicycle gone from the open yard, Bremen" --bad --reason wrong
bad, reason wrong  bicycle gone from the open yard, Bremen
$ SPOOR_AUTHOR=eva spoor alikes --json -n 2
{"target":{"kind":"case","target":"3/254e72a7c6a451f67684a361176daa98a1a09eccf4cfbc4015e42e6494f810b7","key":"254e72a7c6a451f67684a361176daa98a1a09eccf4cfbc4015e42e6494f810b7","title":"bicycle gone from the open yard, Bremen"},"verdict":"bad","reasons":"wrong","scope":"480 results of claims rerank and 2 more runs of its dataset","pool":480,"good":359,"bad":121,"read":480,"beyond":0,"runs":3,"judged":0,"equal":5,"unread":0,"seeds":[{"key":"254e72a7c6a451f67684a361176daa98a1a09eccf4cfbc4015e42e6494f810b7","title":"bicycle gone from the open yard, Bremen"}],"total":5,"groups":[{"why":"answer in nearly the same words","n":2,"failed":11,"passed":0}],"rows":[{"kind":"case","target":"3/777d544d0d7d5b27eaf0dd99828c6aa805dc1485e784cbc70721bf83723733a6","key":"777d544d0d7d5b27eaf0dd99828c6aa805dc1485e784cbc70721bf83723733a6","run":"claims rerank","repeat":1,"title":"bicycle gone from the open yard, Lyon","alike":0.9993630457311581,"seed":0,"group":0,"proposed":false,"why":[{"aspect":"answer","words":"answer 100 % the same wording","evidence":0.95,"failed":11,"passed":0},{"aspect":"question","words":"a like question answered in nearly the same words","evidence":0.95,"failed":9,"passed":0},{"aspect":"value","words":"same value: rule: home-3","evidence":0.49358359487506104,"failed":36,"passed":13},{"aspect":"score","words":"fails the same score: human","evidence":0.36363636363636365,"failed":11,"passed":0},{"aspect":"value","words":"same value: decision: refer","evidence":0.20940307097308872,"failed":80,"passed":54}]},{"kind":"case","target":"3/86a8be319ba8c1c0c64f41156b034c349d1f70750d5f8820b4d4883f5cdcf7b1","key":"86a8be319ba8c1c0c64f41156b034c349d1f70750d5f8820b4d4883f5cdcf7b1","run":"claims rerank","repeat":1,"title":"bicycle gone from the open yard, Uppsala","alike":0.9993630457311581,"seed":0,"group":0,"proposed":false,"why":[{"aspect":"answer","words":"answer 100 % the same wording","evidence":0.95,"failed":11,"passed":0},{"aspect":"question","words":"a like question answered in nearly the same words","evidence":0.95,"failed":9,"passed":0},{"aspect":"value","words":"same value: rule: home-3","evidence":0.49358359487506104,"failed":36,"passed":13},{"aspect":"score","words":"fails the same score: human","evidence":0.36363636363636365,"failed":11,"passed":0},{"aspect":"value","words":"same value: decision: refer","evidence":0.20940307097308872,"failed":80,"passed":54}]}]}
$ SPOOR_AUTHOR=eva spoor alikes --propose --yes 2>&1
spoor: look at one of them first, and name it: --opened TARGET. Nobody should judge what nobody read
? 2
$ SPOOR_AUTHOR=eva spoor alikes --propose --yes --opened "C3/car stolen in Uppsala" 2>&1
spoor: C3/car stolen in Uppsala is not one of those that are offered
? 2
$ SPOOR_AUTHOR=eva spoor alikes --propose --opened "C3/bicycle gone from the open yard, Lyon" 2>&1
spoor: 5 would get "bad" as proposed: --yes does it
? 2
$ SPOOR_AUTHOR=eva spoor alikes --propose --yes --opened "C3/bicycle gone from the open yard, Lyon"
like bicycle gone from the open yard, Bremen, which you called bad (wrong): 5 of 480 results of claims rerank and 2 more runs of its dataset
121 of them are bad, 359 good; 5 are equal answers and share the verdict

answer in nearly the same words  5   (11 failed, 0 passed with it)
     99 %  bicycle gone from the open yard, Lyon     claims rerank     answer 100 % the same wording;  a like question answered in nearly the same words;  same value: rule: home-3;  fails the same score: human;  same value: decision: refer
     99 %  bicycle gone from the open yard, Uppsala  claims rerank     answer 100 % the same wording;  a like question answered in nearly the same words;  same value: rule: home-3;  fails the same score: human;  same value: decision: refer
     99 %  bicycle gone from the open yard, Gdańsk   claims steps      answer 100 % the same wording;  a like question answered in nearly the same words;  same value: rule: home-3;  same value: decision: refer
     97 %  damp wall in Bremen #3                    claims one-prompt answer 100 % the same wording;  same value: rule: home-3;  same value: decision: refer
     97 %  ring lost in a burglary, Lyon #2          claims one-prompt answer 86 % the same wording;  same value: rule: home-3

proposed to 5; 0 were judged or proposed already. Confirm each by opening it, or take it back.
$ SPOOR_AUTHOR=eva spoor alikes --propose --yes --json --opened "C3/bicycle gone from the open yard, Lyon" | grep -o '"proposed":[0-9].*'
"proposed":0,"skipped":5}
$ SPOOR_AUTHOR=eva spoor flag "C3/bicycle gone from the open yard, Uppsala" --bad
bad  bicycle gone from the open yard, Uppsala
$ SPOOR_AUTHOR=eva spoor flag "C3/bicycle gone from the open yard, Lyon" --good
good  bicycle gone from the open yard, Lyon
$ SPOOR_AUTHOR=eva spoor alikes "C3/bicycle gone from the open yard, Bremen" | head -n 8
like bicycle gone from the open yard, Bremen, which you called bad (wrong): 3 of 480 results of claims rerank and 2 more runs of its dataset
119 of them are bad, 361 good; 1 more are alike, but you have judged them; 4 are equal answers and share the verdict

answer in nearly the same words  3   (9 failed, 2 passed with it)
  *  99 %  bicycle gone from the open yard, Gdańsk   claims steps      answer 100 % the same wording;  a like question answered in nearly the same words;  same value: rule: home-3;  same value: decision: refer
  *  95 %  damp wall in Bremen #3                    claims one-prompt answer 100 % the same wording;  same value: rule: home-3;  same value: decision: refer
  *  93 %  ring lost in a burglary, Lyon #2          claims one-prompt answer 86 % the same wording;  same value: rule: home-3
$ SPOOR_AUTHOR=eva spoor alikes --all --json | grep -o '"seeds":.*"total":[0-9]*'
"seeds":[{"key":"86a8be319ba8c1c0c64f41156b034c349d1f70750d5f8820b4d4883f5cdcf7b1","title":"bicycle gone from the open yard, Uppsala"}],"total":3
$ spoor alikes nowhere
? 1
$ spoor alikes C3/nothing
? 1
$ spoor alikes -n 0
? 2
# Traces, and one that failed at a step.
$ spoor import --no-index tests/data/traces-agent.jsonl >$T/log; spoor alikes d15b07e020261120000000000000b10c
like user: I was charged twice for the same hotel night and want…, which you have not judged: 0 of 59 traces of one name
12 of them are bad, 36 good
? 1
# Its link names the answer, and what it prints is the same.
$ SPOOR_AUTHOR=eva spoor open --print "alikes/run:C3/case:bicycle gone from the open yard, Bremen" | sed -e 's/[0-9a-f]\{40,\}/KEY/g'
answers that failed as this one did
  spoor open alikes/run:eval-C3-2026-11-20T08:03:02%230/case:bicycle%20gone%20from%20the%20open%20yard,%20Bremen
  spoor alikes 'eval-C3-2026-11-20T08:03:02#0/bicycle gone from the open yard, Bremen'
$ SPOOR_AUTHOR=eva spoor open --print alikes/run:C3 2>&1
spoor: alikes: of which answer? alikes/run:RUN/case:CASE
? 2
