# Judges on trial.
$ spoor judges
? 4

$ spoor import tests/data/evals-claims.tar.gz tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-voice.json.gz >/dev/null; echo $?
0

$ spoor judges
5 judges; 645 case results of 5 runs, 5 traces with scores
human scores: human 60, solved 5; verdicts given in spoor: 0

judge         model           source  answers  people  agree      %  kappa   from  to  flips  length
reasoning     openai:gpt-4.1  judge       187      60     57  95.0%  0.849  0.684   1   6.0%   0.238
politeness    –               judge         5       5      3  60.0%      –      –   –      –       –
groundedness  2 models        judge       136       1      0     0%      –      –   –     0%   0.108
groundedness  –               judge         1       1      0     0%      –      –   –      –       –
groundedness  openai:gpt-4.1  judge       135       0      –      –      –      –   –     0%   0.109
relevance     openai:gpt-4.1  judge       135       0      –      –      –      –   –     0%   0.114
decision      (code)          code        187      60     60   100%      1      –   –     0%   0.343
is-json       (code)          code        187      60     49  81.7%      –      –   –     0%       –
icontains     (code)          code        135       0      –      –      –      –   –     0%   0.198

spoor judges NAME prints all of one

# All of one: against people, against itself, against length; which answers, and what to label next.
$ spoor judges reasoning
5 judges; 645 case results of 5 runs, 5 traces with scores
human scores: human 60, solved 5; verdicts given in spoor: 0

reasoning by openai:gpt-4.1
  agree   57 of 60 = 95.0% (95% 86.3% to 98.3%); chance alone would give 40
  kappa   0.85 (95% 0.68 to 1.00)
  lets by passed 0 of 11 = 0% (95% 0% to 25.9%) that people call bad
  strict  failed 3 of 49 = 6.1% (95% 2.1% to 16.5%) that people call good
  people  human 60
  cut     passing from 0.61 would agree in 98.3% (found on these same answers, so rather too good)
  flips   8 of 133 = 6.0% (95% 3.1% to 11.4%) identical answers judged both ways; of 676 pairs 18
  wobble  values on identical answers (133) differ by 0.152 on average, 0.57 at most
  length  rho 0.24 (95% 0.10 to 0.37), p 0.001: longer answers score higher
  scores  480 scores on 187 answers: 116 passed, 71 failed; 0.3 to 0.98, passes from 0.7
  next    127 answers nobody judged; kappa would be known to within 0.15 after 10 more, 0.14 after
          20, 0.12 after 50, 0.10 after 100; it is to 0.16 now

  disagreements, worst first
answer to                          run           judge   value  cut  off by  people
doctor's visit in Uppsala          claims steps  1 of 2   0.61  0.7    0.09  good
stone chip on the road to Uppsala  claims steps  1 of 2  0.615  0.7   0.085  good
operation in Porto                 claims steps  1 of 2  0.735  0.7   0.035  good

  identical answers judged both ways
answer to                          run                judge   value  spread
stone chip on the road to Uppsala  claims steps       1 of 2  0.615    0.57
flu before the flight to Uppsala   claims one-prompt  2 of 3   0.69    0.52
dog bit a jogger in Gdańsk         claims one-prompt  2 of 3  0.673    0.52
operation in Bremen                claims one-prompt  8 of 9  0.806    0.51
washing machine hose in Bremen     claims steps       1 of 2  0.665    0.49
dog bit a jogger in Porto          claims one-prompt  2 of 3  0.753     0.4
doctor's visit in Uppsala          claims steps       1 of 2   0.61    0.34
operation in Porto                 claims steps       1 of 2  0.735    0.19

  against other judges (no substitute for people: they can be wrong together)
the other  model  source  both  agree      %  kappa   from  to
decision   –      code     187    184  98.4%  0.966  0.927   1
is-json    –      code     187    116  62.0%      0      –   –

  to label next (10 of 50)
answer to                                run                judge   value  cut  why this one
cat scratched a sofa in Porto            claims one-prompt  0 of 3  0.543  0.7  a narrow fail
fence blown over in Bremen               claims steps       2 of 2   0.85  0.7  a narrow pass
dog bit a jogger in Lyon                 claims one-prompt  fail     0.34  0.7  a clear fail
strike in Bremen, announced in May       claims steps       2 of 2   0.87  0.7  a clear pass
red wine on a friend's carpet, Porto     claims rerank      fail     0.65  0.7  a narrow fail
borrowed camera dropped in Gdańsk        claims one-prompt  3 of 3   0.78  0.7  a narrow pass
strike in Gdańsk, announced in May       claims rerank      fail     0.43  0.7  a clear fail
car stolen in Bremen                     claims rerank      pass     0.88  0.7  a clear pass
stone chip on the road to Uppsala        claims one-prompt  fail     0.65  0.7  a narrow fail
bicycle gone from the open yard, Bremen  claims steps       pass     0.78  0.7  a narrow pass

$ spoor judges reasoning --list disagreements --csv
title,key,run,repeat,trace,judge,value,threshold,distance,human,good,bad
doctor's visit in Uppsala,374da6c8336144e4ad70ef1737f96a01d5fd45ef6f2bc17ea1c684337c06c16c,claims steps,0,,fail,0.61,0.7,0.08999999999999997,good,1,0
stone chip on the road to Uppsala,4194c531b47130553c85e3cbf9a5f4cb002e17541152d8b5cd5fcf4929be36d4,claims steps,0,,fail,0.615,0.7,0.08499999999999996,good,1,0
operation in Porto,656d2d98394b23f497b721f56bc9c65b40efa7ba0de6ef37e60a0a05dc8f602d,claims steps,0,,fail,0.735,0.7,0.03500000000000003,good,1,0

# What to label next, for a spreadsheet.
$ spoor judges groundedness --model openai --csv --limit 4 --columns title,run,repeat,judge,value,threshold,why
title,run,repeat,judge,value,threshold,why
transfer outside Europe,dispute v12,0,pass,0.89,0.7,a narrow pass
"travel insurance, trip of three months",dispute v12,0,fail,0.6,0.7,a narrow fail
paying in local currency or in euros,dispute v13,0,pass,0.95,0.7,a clear pass
chargeback when the merchant is closed,dispute v13,0,fail,0.55,0.7,a clear fail

$ spoor judges groundedness --csv 2>&1 | head -n 3
title,key,run,repeat,trace,judge,value,threshold,why
"travel insurance, trip of three months",961f14937c299772b0f701c7a4d1c0dc5da293e328c8c2b8be4953d1355d9c5d,dispute v12,0,,fail,0.6,0.7,a narrow fail
transfer outside Europe,9aacc8652f9b71b80d478ee3389c7712952de8389769105f213faa50934a7509,dispute v12,0,,pass,0.89,0.7,a narrow pass

$ spoor judges --markdown --limit 2 --columns name,model,n,agree,kappa
| judge | model | people | agree | kappa |
|---|---|---:|---:|---:|
| reasoning | openai:gpt-4.1 | 60 | 57 | 0.849 |
| politeness | – | 5 | 3 | – |

# The whole of it for scripts.
$ spoor judges reasoning --json --limit 1 | python3 -c 'import json, sys; j = json.load(sys.stdin)["judges"][0]; print(j["kappa"], j["cells"], j["identical"]["flipped"], j["length"]["n"], len(j["disagreements"]), len(j["next"]), sorted(j))'
0.8489932885906042 {'good_passed': 46, 'good_failed': 3, 'bad_passed': 0, 'bad_failed': 11} 8 187 3 50 ['agree', 'agreement', 'agreement_high', 'agreement_low', 'all_models', 'among_people', 'answers', 'best', 'by_chance', 'cells', 'disagreements', 'disagreements_of', 'dropped', 'failed', 'false_fail', 'false_pass', 'flip_groups', 'flipped', 'flipped_answers', 'flips', 'high', 'humans', 'identical', 'kappa', 'kappa_high', 'kappa_low', 'length', 'low', 'lower_is_better', 'model', 'n', 'name', 'next', 'ordinal', 'others', 'passed', 'plan', 'rough', 'scores', 'sentence', 'source', 'threshold', 'threshold_assumed', 'too_few', 'unlabelled', 'unscored']

# One run; cases or traces that match.
$ spoor judges --run "claims steps" | tail -n +4 | head -n 2
judge      model           source  answers  people  agree      %  kappa   from  to  flips  length
reasoning  openai:gpt-4.1  judge       131      30     27  90.0%  0.706  0.396   1   5.6%    0.11

$ spoor judges --where service:voice-callback | head -n 7
2 judges; 0 case results of 0 runs, 5 traces with scores
human scores: solved 5; verdicts given in spoor: 0

judge         source  answers  people  agree      %
politeness    judge         5       5      3  60.0%
groundedness  judge         1       1      0     0%

$ spoor judges --where status:failed is-json | head -n 8
3 judges; 157 case results of 5 runs, 0 traces with scores
human scores: human 11; verdicts given in spoor: 0

is-json  (code)
  agree   0 of 11 = 0% (95% 0% to 25.9%); chance alone would give 0
  kappa   tells nothing: one side only ever says the same
  lets by passed 11 of 11 = 100% (95% 74.1% to 100%) that people call bad
  strict  failed 0 of 0 that people call good

$ spoor judges --where nonsense:1 2>&1
spoor: --where, column 1: expected a field: title, key, status, score, latency, dur, cost, tokens, repeat, run, verdict, author, reason, note, tag, has
? 2

# What people said of a whole trace, of the only span of it that was judged.
$ spoor judges politeness | head -n 8
5 judges; 645 case results of 5 runs, 5 traces with scores
human scores: human 60, solved 5; verdicts given in spoor: 0

politeness
  agree   3 of 5 = 60.0% (95% 23.1% to 88.2%); chance alone would give 3
  kappa   tells nothing: one side only ever says the same
  lets by passed 2 of 2 = 100% (95% 34.2% to 100%) that people call bad
  strict  failed 0 of 3 = 0% (95% 0% to 56.1%) that people call good

$ spoor judges resoning 2>&1
spoor: there is no judge resoning (did you mean reasoning?)
? 1

$ spoor judges --threshold high 2>&1
spoor: not a number: high (spoor help judges)
? 2

$ spoor judges --list all reasoning 2>&1
spoor: --list: there is no "all"; there are next, disagreements, flips, others
? 2

$ spoor judges reasoning --lengths 0 --ascii | grep length
? 1

# A table of no rows has its head: a reader of CSV counts on it.
$ spoor judges --csv --where 'title~"nobody asked this"' | tr -d '\r'
name,model,source,answers,n,agree,agreement,kappa,kappa_low,kappa_high,flips,rho
