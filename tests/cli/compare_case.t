# One case of two runs whole.
$ spoor import tests/data/traces-eval.jsonl tests/data/eval-v12.json tests/data/eval-v13.json >$T/log; echo $?
0
$ spoor compare v12 v13 --case "disputed hotel"
disputed hotel charge, booked twice
regressed; key 23b7b1e3458d; A dispute v12, openai:gpt-4o-2024-08-06; B dispute v13, openai:gpt-4o-2024-08-06

A  passed  2.04s  $0.0278  8.3k+708 tok
B  failed  1.72s  $0.0312  8.6k+955 tok
traces: first differs at retrieve-policy: other documents (1 with other documents, 2 with another output, 1 faster, 5 the same)
wording: "120 days" stands in pol-refund-2026, which only A retrieved
wording: "60 days" stands in pol-refund-2021, which only B retrieved

input
  {"question":"I was charged twice for the same hotel night. How long do I have to dispute it, and what do I send?","customer_tier":"standard","category":"duplicate_charge"}

expected
  icontains: 120 days
  llm-rubric: Every claim of the answer stands in the retrieved policy excerpts or the account facts.
  llm-rubric: The answer deals with the question this customer asked.

answers (1 change)
  Under policy 4.2 you have [-120-]{+60+} days to dispute a duplicate charge. We need the booking confirmation and the statement that shows both charges.

scores
  icontains  code
    A pass 1  Assertion passed
    B FAIL 0  Expected output to contain "120 days"
  groundedness  judge openai:gpt-4.1
    A pass 0.94 needs 0.7  The deadline and the steps are both in Refund policy 2026; nothing is added.
    B FAIL 0.31 needs 0.7  The answer cites a withdrawn policy: Refund policy 2021 says 60 days, the policy in force says 120 days.
  relevance  judge openai:gpt-4.1
    A pass 0.95 needs 0.7  Direct and complete for a customer of this tier.
    B pass 0.95 needs 0.7  The reply deals with the customer's own case, not with the topic at large.
# Repeats: the pair that tells most, or those that are picked.
$ spoor compare v12 v13 --case "foreign currency fee on"
foreign currency fee on a refund
regressed; key 6eb2d3b66096; A dispute v12, openai:gpt-4o-2024-08-06; B dispute v13, openai:gpt-4o-2024-08-06

A  passed  repeat 1 (2 of 3 passed: unstable; 2 different answers)  2.49s  $0.0307  9.1k+788 tok
B  failed  repeat 1 (0 of 3 passed; 2 different answers)  3.14s  $0.0342  9.4k+1.0k tok
traces: first differs at draft-answer: other output (2 with another output, 2 slower, 6 the same)

input
  {"question":"My purchase in US dollars was refunded. Do I get the foreign currency fee back as well?","customer_tier":"standard","category":"refund"}

expected
  icontains: fee is refunded
  llm-rubric: Every claim of the answer stands in the retrieved policy excerpts or the account facts.
  llm-rubric: The answer deals with the question this customer asked.

answers (5 changes)
  [-Yes, the-]{+The foreign currency+} fee [-is refunded too, at-]{+of 1.75 % stays with+} the [-rate of-]{+bank, since+} the [-day of the refund-]{+exchange had already taken place+}. [-We are happy to help further-]{+A colleague can call you if you prefer+}.

scores
  icontains  code
    A pass 1  Assertion passed
    B FAIL 0  Expected output to contain "fee is refunded"
  groundedness  judge openai:gpt-4.1
    A pass 0.78 needs 0.7  Mostly supported by Refund policy 2026; the time given is the model's own wording.
    B FAIL 0.68 needs 0.7  No retrieved document supports "The foreign currency fee of 1.75 % stays with the bank, since the exchange had already taken place".
  relevance  judge openai:gpt-4.1
    A pass 0.89 needs 0.7  It answers what was asked and names the next step.
    B pass 0.88 needs 0.7  The reply deals with the customer's own case, not with the topic at large.

repeats
  1    A passed, answer 1  2.49s  $0.0307  9.1k+788 tok      B failed, answer 3  3.14s  $0.0342  9.4k+1.0k tok
  2    A failed, answer 2  3.89s  $0.0295  8.6k+785 tok      B failed, answer 4  4.06s  $0.0328  9.0k+1.0k tok
  3    A passed, answer 1  2.37s  $0.0342  10k+872 tok       B failed, answer 3  2.90s  $0.0376  10k+1.1k tok

answer 1: A 2x, B 0x
  Yes, the fee is refunded too, at the rate of the day of the refund. We are happy to help further.

answer 2: A 1x, B 0x
  The foreign currency fee of 1.75 % stays with the bank, since the exchange had already taken place. We are happy to help further.

answer 3: A 0x, B 2x
  The foreign currency fee of 1.75 % stays with the bank, since the exchange had already taken place. A colleague can call you if you prefer.

answer 4: A 0x, B 1x
  The foreign currency fee of 1.75 % stays with the bank, since the exchange had already taken place. This rests on the section quoted in your message centre.
$ spoor compare v12 v13 --case "foreign currency fee on" --pick 2,2 --ascii | head -n 8
foreign currency fee on a refund
regressed; key 6eb2d3b66096; A dispute v12, openai:gpt-4o-2024-08-06; B dispute v13, openai:gpt-4o-2024-08-06

A  failed  repeat 2 (2 of 3 passed: unstable; 2 different answers)  3.89s  $0.0295  8.6k+785 tok
B  failed  repeat 2 (0 of 3 passed; 2 different answers)  4.06s  $0.0328  9.0k+1.0k tok
traces: first differs at draft-answer: other output (2 with another output, 6 the same)

input
$ spoor compare v12 v13 --case "foreign currency fee on" --pick 2, --json | python3 -c 'import json,sys; c=json.load(sys.stdin)["case"]; print(c["a"]["repeat"], c["b"]["repeat"], c["outcome"], c["repeats"]["a"]["unstable"], [(x["answer"], x["a"], x["b"]) for x in c["repeats"]["answers"]])'
1 0 regressed True [(1, 2, 0), (2, 1, 0), (3, 0, 2), (4, 0, 1)]
$ spoor compare v12 v13 --case "disputed hotel" --markdown
### disputed hotel charge, booked twice

regressed; key 23b7b1e3458d; A dispute v12, openai:gpt-4o-2024-08-06; B dispute v13, openai:gpt-4o-2024-08-06

- A  passed  2.04s  $0.0278  8.3k+708 tok
- B  failed  1.72s  $0.0312  8.6k+955 tok
- traces: first differs at retrieve-policy: other documents (1 with other documents, 2 with another output, 1 faster, 5 the same)
- wording: "120 days" stands in pol-refund-2026, which only A retrieved
- wording: "60 days" stands in pol-refund-2021, which only B retrieved

**input**

```
{"question":"I was charged twice for the same hotel night. How long do I have to dispute it, and what do I send?","customer_tier":"standard","category":"duplicate_charge"}
```

**expected**

```
icontains: 120 days
llm-rubric: Every claim of the answer stands in the retrieved policy excerpts or the account facts.
llm-rubric: The answer deals with the question this customer asked.
```

**answers (1 change)**

```
Under policy 4.2 you have [-120-]{+60+} days to dispute a duplicate charge. We need the booking confirmation and the statement that shows both charges.
```

**scores**

```
icontains  code
  A pass 1  Assertion passed
  B FAIL 0  Expected output to contain "120 days"
groundedness  judge openai:gpt-4.1
  A pass 0.94 needs 0.7  The deadline and the steps are both in Refund policy 2026; nothing is added.
  B FAIL 0.31 needs 0.7  The answer cites a withdrawn policy: Refund policy 2021 says 60 days, the policy in force says 120 days.
relevance  judge openai:gpt-4.1
  A pass 0.95 needs 0.7  Direct and complete for a customer of this tier.
  B pass 0.95 needs 0.7  The reply deals with the customer's own case, not with the topic at large.
```
# --json: its keys, and that the ops of a difference are both texts again.
$ spoor compare v12 v13 --case "disputed hotel" --json | python3 -c 'import json,sys; d=json.load(sys.stdin); c=d["case"]; print(*d); print(*c); print(*c["a"]); print(*c["repeats"]["a"]); print(*c["diff"]); o=c["diff"]["answers"]; print(*o); print([x for x in o["ops"] if x["op"]!="equal"]); print("".join(x["text"] for x in o["ops"] if x["op"]!="only_b")==c["a"]["output"], "".join(x["text"] for x in o["ops"] if x["op"]!="only_a")==c["b"]["output"]); print(c["diff"]["metadata"]["json"])'
a b case
key title paired_by outcome a b repeats traces_first_differ traces_differ_in wordings diff
repeat status record_in_store input expected output error latency_ns cost_usd tokens_in tokens_out trace trace_in_store metadata scores file line format
count passed failed errored status unstable different_answers mean rows
answers expected_a expected_b inputs expecteds metadata
equal unit approximate changes ops json
[{'op': 'only_a', 'text': '120'}, {'op': 'only_b', 'text': '60'}]
True True
[{'op': 'changed', 'path': '$.traceId', 'a': 'e7a10012202611140000000000010000', 'b': 'e7a10013202611200000000000010000'}]
# A key, the beginning of one, a case of one side only, mistakes.
$ spoor compare v12 v13 --case 23b7b1e3458d | head -n 1
disputed hotel charge, booked twice
$ spoor compare v12 v13 --case "parking machine" | sed -n 1,6p
parking machine charged three times
only_b; key 51fcc920f07c; A dispute v12, openai:gpt-4o-2024-08-06; B dispute v13, openai:gpt-4o-2024-08-06

A  not in this run
B  passed  2.37s  $0.0337  9.3k+1.0k tok
$ spoor compare v12 v13 --case refund 2>&1
spoor: "refund" could be 10 cases: abb206e0315e (refund after 60 days, gold card), ec35035abdad (refund shows as two smaller amounts), a549711c4d2d (refund in a foreign currency is lower), ef69b8f62c7d (refund missing after ten days), …
? 2
$ spoor compare v12 v13 --case nothing-like-it 2>&1
spoor: no case of these runs has "nothing-like-it" as its key or in its title
? 1
$ spoor compare v12 v13 --case "disputed hotel" --pick 4,1 2>&1
spoor: A has no repeat 4 of this case (it has 1)
? 2
$ spoor compare v12 v13 --case "disputed hotel" --pick x 2>&1
spoor: --pick is A,B: two numbers of repeats, from 1, not x
? 2
