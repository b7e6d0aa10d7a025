$ spoor import --no-index tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-agent.jsonl >$T/log; echo $?
0
# nobody has judged anything: 5
$ spoor review --report
Review
Nobody has judged an answer here yet.
? 5
# two people, the same answers
$ SPOOR_AUTHOR=ann spoor flag --where 'status:failed' --run v13 --bad --reason outdated,wrong >/dev/null; SPOOR_AUTHOR=ann spoor flag --where 'status:passed' --run v13 --good >/dev/null; echo $?
0
$ SPOOR_AUTHOR=ben spoor flag --where 'status:failed title~refund' --run v13 --good >/dev/null; SPOOR_AUTHOR=ben spoor flag --where 'status:passed title~refund' --run v13 --good --note 'as the policy says' >/dev/null; SPOOR_AUTHOR=ben spoor flag --where 'status:failed title~card' --run v13 --bad --reason tone >/dev/null; echo $?
0
$ spoor review --report
Review
2 people gave 93 verdicts on 82 answers: 82 good, 11 bad, 0 unsure. They differ on 2 of 11 judged twice: agreement 82 %, kappa 0.42 (95 %: -0.17 to 1.00).

Who judged
who  judged  good  bad  unsure  skipped  notes  corrected  a minute  reasons
ann      82    72   10       0        0      0          0         -  outdated 10, wrong 10
ben      11    10    1       0        0      8          0         -  tone 1

People among themselves
who          both  sure  same  95%     kappa  95%            unsure
ann and ben    11    11   82%  52–95%   0.42  -0.17 to 1.00       0
Krippendorff's alpha over all: 0.42 (95%: -0.17 to 1.00), 11 answers

People against the judges
judge                           answers  same  95%      kappa  95%        passed though bad  failed though good
groundedness by openai:gpt-4.1       80   99%  93–100%   0.93  0.78–1.00             1 of 8             0 of 72
relevance by openai:gpt-4.1          80   95%  88–98%    0.64  0.32–0.96             4 of 8             0 of 72
icontains                            80  100%  95–100%   1.00  -                     0 of 8             0 of 72

Where they disagree (2 of 2)
answer                            run          good  bad                    unsure
foreign currency fee on a refund  dispute v13  ben   ann (outdated, wrong)
foreign currency fee on a refund  dispute v13  ben   ann (outdated, wrong)
$ spoor review --report --run v13 --where title~refund --markdown --first 2
## dispute v13

2 people gave 22 verdicts on 11 answers: 18 good, 4 bad, 0 unsure. They differ on 2 of 11 judged twice: agreement 82 %, kappa 0.42 (95 %: -0.17 to 1.00).

### Who judged

| who | judged | good | bad | unsure | skipped | notes | corrected | a minute | reasons |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---|
| ann | 11 | 8 | 3 | 0 | 0 | 0 | 0 | - | outdated 3, wrong 3 |
| ben | 11 | 10 | 1 | 0 | 0 | 8 | 0 | - | tone 1 |

### People among themselves

| who | both | sure | same | 95% | kappa | 95%  | unsure |
|---|---:|---:|---:|---|---:|---|---:|
| ann and ben | 11 | 11 | 82% | 52–95% | 0.42 | -0.17 to 1.00 | 0 |

Krippendorff's alpha over all: 0.42 (95%: -0.17 to 1.00), 11 answers

### People against the judges

| judge | answers | same | 95% | kappa | 95%  | passed though bad | failed though good |
|---|---:|---:|---|---:|---|---:|---:|
| groundedness by openai:gpt-4.1 | 9 | 100% | 70–100% | 1.00 | - | 0 of 1 | 0 of 8 |
| relevance by openai:gpt-4.1 | 9 | 89% | 57–98% | 0.00 | - | 1 of 1 | 0 of 8 |
| icontains | 9 | 100% | 70–100% | 1.00 | - | 0 of 1 | 0 of 8 |

### Where they disagree (2 of 2)

| answer | run | good | bad | unsure |
|---|---|---|---|---|
| foreign currency fee on a refund | dispute v13 | ben | ann (outdated, wrong) |  |
| foreign currency fee on a refund | dispute v13 | ben | ann (outdated, wrong) |  |
$ spoor review --report --json --first 1 | python3 -m json.tool | sed -e 's/"at": "[^"]*"/"at": "TIME"/'
{
    "queue": null,
    "run": null,
    "answers": 82,
    "verdicts": 93,
    "good": 82,
    "bad": 11,
    "unsure": 0,
    "proposed": 0,
    "judged_by_two": 11,
    "partial": false,
    "sentence": "2 people gave 93 verdicts on 82 answers: 82 good, 11 bad, 0 unsure. They differ on 2 of 11 judged twice: agreement 82 %, kappa 0.42 (95 %: -0.17 to 1.00).",
    "people": [
        {
            "name": "ann",
            "judged": 82,
            "good": 72,
            "bad": 10,
            "unsure": 0,
            "skipped": 0,
            "notes": 0,
            "corrections": 0,
            "blind": 0,
            "proposed": 0,
            "timed": 0,
            "spent_ns": 0,
            "per_minute": null,
            "reasons": [
                {
                    "reason": "outdated",
                    "count": 10
                },
                {
                    "reason": "wrong",
                    "count": 10
                }
            ]
        },
        {
            "name": "ben",
            "judged": 11,
            "good": 10,
            "bad": 1,
            "unsure": 0,
            "skipped": 0,
            "notes": 8,
            "corrections": 0,
            "blind": 0,
            "proposed": 0,
            "timed": 0,
            "spent_ns": 0,
            "per_minute": null,
            "reasons": [
                {
                    "reason": "tone",
                    "count": 1
                }
            ]
        }
    ],
    "pairs": [
        {
            "a": "ann",
            "b": "ben",
            "both": 11,
            "n": 11,
            "agree": 9,
            "agreement": 0.8181818181818182,
            "agreement_low": 0.523019438039156,
            "agreement_high": 0.9486323102539149,
            "kappa": 0.42105263157894723,
            "kappa_low": -0.17071214256287282,
            "kappa_high": 1,
            "too_few": false,
            "rough": true,
            "cells": {
                "good_good": 8,
                "good_bad": 0,
                "bad_good": 2,
                "bad_bad": 1,
                "unsure": 0
            }
        }
    ],
    "alpha": {
        "answers": 11,
        "alpha": 0.41666666666666663,
        "low": -0.16666666666666674,
        "high": 1,
        "too_few": false
    },
    "reasons": [
        {
            "reason": "outdated",
            "count": 10
        },
        {
            "reason": "wrong",
            "count": 10
        },
        {
            "reason": "tone",
            "count": 1
        }
    ],
    "judges": [
        {
            "name": "groundedness",
            "model": "openai:gpt-4.1",
            "source": "judge",
            "n": 80,
            "agree": 79,
            "agreement": 0.9875,
            "agreement_low": 0.9325372992233133,
            "agreement_high": 0.9977900244795476,
            "kappa": 0.9264705882352944,
            "kappa_low": 0.7836468069616818,
            "kappa_high": 1,
            "cells": {
                "good_passed": 72,
                "good_failed": 0,
                "bad_passed": 1,
                "bad_failed": 7
            },
            "false_pass": {
                "rate": 0.125,
                "low": 0.02241749145005667,
                "high": 0.4708881822128535
            },
            "false_fail": {
                "rate": 0,
                "low": 0,
                "high": 0.05065117259645781
            }
        },
        {
            "name": "relevance",
            "model": "openai:gpt-4.1",
            "source": "judge",
            "n": 80,
            "agree": 76,
            "agreement": 0.95,
            "agreement_low": 0.8783772379535698,
            "agreement_high": 0.9803864454644556,
            "kappa": 0.6428571428571431,
            "kappa_low": 0.32422331114244185,
            "kappa_high": 0.9614909745718444,
            "cells": {
                "good_passed": 72,
                "good_failed": 0,
                "bad_passed": 4,
                "bad_failed": 4
            },
            "false_pass": {
                "rate": 0.5,
                "low": 0.21521606221387757,
                "high": 0.7847839377861224
            },
            "false_fail": {
                "rate": 0,
                "low": 0,
                "high": 0.05065117259645781
            }
        },
        {
            "name": "icontains",
            "model": null,
            "source": "code",
            "n": 80,
            "agree": 80,
            "agreement": 1,
            "agreement_low": 0.9541818704644728,
            "agreement_high": 1,
            "kappa": 1,
            "kappa_low": null,
            "kappa_high": null,
            "cells": {
                "good_passed": 72,
                "good_failed": 0,
                "bad_passed": 0,
                "bad_failed": 8
            },
            "false_pass": {
                "rate": 0,
                "low": 0,
                "high": 0.32440756488388023
            },
            "false_fail": {
                "rate": 0,
                "low": 0,
                "high": 0.05065117259645781
            }
        }
    ],
    "preferences": [],
    "preferences_unplaced": 0,
    "disagreements_of": 2,
    "disagreements": [
        {
            "title": "foreign currency fee on a refund",
            "key": "6eb2d3b660967524149ca8b2f0135205fcd0d1efae11195780b5d72238d4d4bd",
            "run": "dispute v13",
            "good": 1,
            "bad": 1,
            "unsure": 0,
            "said": [
                {
                    "person": "ann",
                    "verdict": "bad",
                    "reasons": "outdated, wrong",
                    "note": null,
                    "correction": null,
                    "at": "TIME",
                    "blind": false
                },
                {
                    "person": "ben",
                    "verdict": "good",
                    "reasons": null,
                    "note": null,
                    "correction": null,
                    "at": "TIME",
                    "blind": false
                }
            ]
        }
    ]
}
$ spoor review --report --json --blind | python3 -c 'import json,sys; d = json.load(sys.stdin); print(d["answers"], d["people"], d["alpha"]["alpha"])'
0 [] None
$ spoor review --report nosuchqueue 2>&1
spoor: there is no queue nosuchqueue: spoor review --list shows those there are
? 1
$ spoor review --report --run nosuchrun 2>&1
spoor: no run has "nosuchrun" as its id, name, prompt version or file
? 1
$ spoor run v13 | grep people
people judged 82 answers: 72 good, 8 bad, 2 unsure
$ spoor run v13 --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["people"])'
{'judged': 82, 'good': 72, 'bad': 8, 'unsure': 2}
