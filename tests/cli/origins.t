$ spoor import --no-index tests/data/traces-agent.jsonl >$T/log; echo $?
0
$ spoor origins d15b07e0202611170000000000000020
dispute-agent  2 sentences of draft-answer: 2 with a wording match, 0 without, 0 too short to tell

=  I can see both charges of €217.51 from Blue Harbor Travel.
     user turn 1  0.46  "Blue Harbor Travel"
=  You have 60 days from the statement date to dispute the second one.
     doc 1 · Refund policy 2021  0.27  "the statement date"

sources
    1  doc 1 · Refund policy 2021                retrieve-policy
    0  doc 2 · Dispute form, page 2              retrieve-policy
    0  doc 3 · Refund policy 2026                retrieve-policy
    0  tool list_transactions                    list_transactions
    1  user turn 1                               draft-answer
    0  system                                    draft-answer
    0  system                                    draft-answer
$ spoor origins d15b07e020261120000000000000b10c --span $(spoor origins d15b07e020261120000000000000b10c --json | grep -o '"span":"[0-9a-f]*","span_name":"draft-answer"' | head -n 1 | cut -d'"' -f4) --json | head -c 1200
{"trace":"d15b07e020261120000000000000b10c","span":"fa5ca01001d91c4f","span_name":"draft-answer","whole":false,"answer":"You are covered. Under policy 4.2 we refund duplicate card charges when you tell us within 120 days of the statement date. We will credit the second night, EUR 184.00, provisionally to the account with the IBAN DE89 3704 0044 0532 0130 00 within 10 business days. Please send us the booking confirmation and the statement that shows both charges. No interest accrues while the case is open.","sentences":[{"text":"You are covered.","at":0,"bytes":16,"code":false,"match":"none","source":7,"score":0.2,"stretch":{"text":"You are","words":2,"at":0,"bytes":7,"source_at":0,"source_bytes":7},"numbers":[]},{"text":"Under policy 4.2 we refund duplicate card charges when you tell us within 120 days of the statement date.","at":17,"bytes":105,"code":false,"match":"match","source":0,"score":0.4569,"stretch":{"text":"within 120 days of the statement date","words":7,"at":84,"bytes":37,"source_at":89,"source_bytes":37},"numbers":[]},{"text":"We will credit the second night, EUR 184.00, provisionally to the account with the IBAN DE89 3704 0044 0532 0130 00 within 10 business days.",
$ spoor origins d15b07e020261120000000000000b10c --ascii | head -n 4
dispute-agent  2 sentences of dispute-agent: 0 with a wording match, 2 without, 0 too short to tell

?  We could not answer safely.
     no wording match; nearest: doc 1, Chargeback guide  0.23
$ spoor origins d15b07e020261117000000000000e4ce
? 1
$ spoor origins d15b07e020261120000000000000b10c --span zz
? 1
$ spoor origins
? 2
$ spoor origins nowhere
? 1
