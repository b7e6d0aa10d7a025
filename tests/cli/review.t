# Review queues without a screen: made, listed, gone on with, closed; bundles that travel.
$ export SPOOR_AUTHOR=ann; spoor review 2>&1 | sed "s, at .* yet, yet,"; exit ${PIPESTATUS[0]}
spoor: there is no store yet: spoor import FILE makes it
? 4

$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/evals-claims.tar.gz >/dev/null; echo $?
0

$ SPOOR_AUTHOR=ann spoor review
To begin:
   10  failed answers of the newest run
       spoor review --run 'dispute v13' --where status:failed
   20  answers drawn from the newest run, whatever came out
       spoor review --run 'dispute v13' --sample 20
   51  pairs of answers of the two newest runs: which is better?
       spoor review --pairwise 'dispute v12' 'dispute v13'
    3  answers that the judge and people disagree on
       spoor review --disputed --again
  115  answers that would teach most about the judge
       spoor review --next

$ SPOOR_AUTHOR=ann spoor review --run v13 --where status:failed --make
made: dispute-cases, 21 Nov, 10 items (answers of dispute v13 where status:failed)
left out: 1 equal to another
spoor review 'dispute-cases, 21 Nov'  opens it

# The same words go on with what they made.
$ SPOOR_AUTHOR=ann spoor review --run v13 --where status:failed --make --json
{"id":1,"name":"dispute-cases, 21 Nov","made_from":"answers of dispute v13 where status:failed","items":10,"resumed":true,"blind":true,"left_out":{"equal":1,"identical":0,"judged":0,"silent":0},"cut":false,"command":"spoor review 'dispute-cases, 21 Nov'"}

$ SPOOR_AUTHOR=ann spoor review --run v13 --sample 12 --seed 7 --evenly verdict --double --reasons "wrong, outdated" --name Twelve --json
{"id":2,"name":"Twelve","made_from":"answers of dispute v13, 12 of them by seed 7, evenly by verdict","items":12,"resumed":false,"blind":true,"left_out":{"equal":1,"identical":0,"judged":0,"silent":1},"cut":false,"command":"spoor review 'Twelve'"}

$ SPOOR_AUTHOR=ann spoor review --pairwise v12 v13 --first 5 --name "A or B" --make
made: A or B, 5 items (answers of dispute v12 and dispute v13, the first 5)
left out: 28 pairs of equal answers, 1 without an answer
spoor review 'A or B'  opens it

$ SPOOR_AUTHOR=ann spoor review --next --first 8 --make
made: to label next, 21 Nov, 8 items (to label next, the first 8)
left out: 35 equal to others
spoor review 'to label next, 21 Nov'  opens it

$ SPOOR_AUTHOR=ann spoor review --list
to label next, 21 Nov                     0 of 8 done · 8 left
  to label next, the first 8; blind
A or B                                    0 of 5 done · 5 left
  answers of dispute v12 and dispute v13, the first 5; blind
Twelve                                    0 of 12 done · 12 left
  answers of dispute v13, 12 of them by seed 7, evenly by verdict; blind; each by 2
dispute-cases, 21 Nov                     0 of 10 done · 10 left
  answers of dispute v13 where status:failed; blind

To begin:
   10  failed answers of the newest run
       spoor review --run 'dispute v13' --where status:failed
   20  answers drawn from the newest run, whatever came out
       spoor review --run 'dispute v13' --sample 20
   51  pairs of answers of the two newest runs: which is better?
       spoor review --pairwise 'dispute v12' 'dispute v13'
    3  answers that the judge and people disagree on
       spoor review --disputed --again
  115  answers that would teach most about the judge
       spoor review --next

$ SPOOR_AUTHOR=ann spoor review twelve --list --json
{"author":"ann","queues":[{"id":2,"name":"Twelve","author":"ann","made_from":"answers of dispute v13, 12 of them by seed 7, evenly by verdict","made_at":"2026-11-21T00:00:00.000000000Z","closed_at":null,"blind":true,"pairwise":false,"copies":2,"seed":7,"reasons":"wrong, outdated","rubric":null,"items":12,"done":0,"skipped":0,"left":12,"waiting":0,"finished":0,"people":0,"pace_ns":null,"last_at":null}],"offers":[]}

# Nothing to review says why.
$ spoor review --run v13 --where status:error --make 2>&1
spoor: nothing to review: the only one that matches has no answer to judge
? 1

$ spoor review --pairwise v12 eval-C1 2>&1
spoor: nothing to review: no case is in both of these runs
? 1

$ spoor review --where status:faild 2>&1
spoor: --where, column 8: expected unscored, passed, failed, error (did you mean failed?)
? 2

$ spoor review --next --traces 2>&1
spoor: --traces and --next do not go together
? 2

$ spoor review --sample 3 --evenly weather --run v13 --make 2>&1
spoor: nothing here is shared out by "weather"; there are status, verdict, run, dataset, model
? 2

$ spoor review nothing 2>&1
spoor: there is no queue nothing: spoor review --list shows those there are
? 1

$ spoor review Twelve --where status:failed 2>&1
spoor: a queue that is there holds what it holds: --name NEW makes another
? 2

# Renamed, closed: out of the list, and still there.
$ SPOOR_AUTHOR=ann spoor review Twelve --rename "Twelve claims" --close
Twelve claims                             0 of 12 done · 12 left, closed
  answers of dispute v13, 12 of them by seed 7, evenly by verdict; blind; each by 2

$ SPOOR_AUTHOR=ann spoor review --list | grep -c Twelve
0
? 1

$ SPOOR_AUTHOR=ann spoor review --list --all | grep Twelve
Twelve claims                             0 of 12 done · 12 left, closed

# A bundle: one file, with nothing of the store but the queue and its answers.
$ cd "$T" && spoor export queue "A or B" -o ab.spoor | head -n 1 | cut -d, -f1
ab.spoor  5 items

$ spoor export queue "A or B" -o "$T/ab.spoor" 2>&1
spoor: $T/ab.spoor is there already: name another file, or replace it with --force
? 2

$ SPOOR_AUTHOR=eve spoor review "$T/ab.spoor" --list
A or B                                    0 of 5 done · 5 left
  a review bundle; blind

$ spoor --store "$T/ab.spoor" traces --json | head -c 200
{"total":0,"traces":[]}

$ spoor export queue "A or B" 2>&1; spoor export queue -o x 2>&1
spoor: a bundle is a file: -o FILE
spoor: which queue? spoor export queue NAME -o FILE (spoor review --list)
? 2

# Masked: nothing personal in the file, and what is said of it comes home.
$ python3 tests/planted.py $T/planted && head -n 4 $T/planted/things.txt >$T/rubric && export SPOOR_STORE=$T/p.db && spoor import $T/planted/*.json >/dev/null 2>&1 && spoor review --run before --name Cases --open --rubric $T/rubric --make >/dev/null && spoor export queue Cases --mask -o $T/m.spoor >/dev/null; SPOOR_MASK=1 spoor export queue Cases -o $T/e.spoor >/dev/null; for f in m e; do strings $T/$f.spoor | grep -c -F -f $T/planted/things.txt; SPOOR_AUTHOR=eve spoor review $T/$f.spoor --list --json | grep -c -F -f $T/planted/things.txt; done
0
0
0
0
? 1

$ export SPOOR_STORE=$T/p.db; spoor review Cases --rename "of jane.roe@acme-corp.de" >/dev/null; spoor export queue "of jane.roe@acme-corp.de" --mask -o $T/n.spoor 2>&1; test -e $T/n.spoor; echo $?
spoor: the queue's name holds personal data: spoor review NAME --rename first
1

# What is no bundle is a queue's name.
$ spoor review tests/data/eval-v12.json 2>&1
spoor: there is no queue tests/data/eval-v12.json: spoor review --list shows those there are
? 1

$ cp "$T/ab.spoor" "$T/bad.spoor"; truncate -s 40000 "$T/bad.spoor"; spoor review "$T/bad.spoor" --list 2>&1
spoor: store $T/bad.spoor is cut off: 40000 of 1277952 bytes are there; put a backup in its place, or move it away and import again
? 4
