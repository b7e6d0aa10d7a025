$ spoor import --no-index tests/data/traces-agent.jsonl >$T/log; echo $?
0
$ spoor ledger d15b07e0202611190000000000001009 --model gpt-4o --times 100
dispute-agent  13 calls; adds up to 1,855,100 of 1,855,100 tokens in, $40.22
in   1,855,100 tokens: 184,786 new, 1,670,314 re-sent, 0 from the cache  $27.83
out  206,570 tokens  $12.39
100 times the volume  $4,022
on gpt-4o  ~$6.70; 100 times the volume ~$670.35

  call     after  model                         in    new  re-sent  cached    out      cost    so far
     1     0.04s  o1-2024-12-17              100k   100k        0       0    15k     $2.43     $2.43
     2    52.44s  o1-2024-12-17              107k   7.1k     100k       0    15k     $2.54     $4.97
     3     1m47s  o1-2024-12-17              115k   7.1k     107k       0    16k     $2.65     $7.61
     4     2m42s  o1-2024-12-17              122k   7.0k     115k       0    16k     $2.76    $10.37
     5     3m40s  o1-2024-12-17              129k   7.0k     122k       0    16k     $2.87    $13.25
     6     4m39s  o1-2024-12-17              136k   7.0k     129k       0    16k     $2.98    $16.23
     7     5m40s  o1-2024-12-17              143k   7.0k     136k       0    16k     $3.09    $19.32
     8     6m43s  o1-2024-12-17              150k   7.0k     143k       0    16k     $3.21    $22.53
     9     7m47s  o1-2024-12-17              157k   7.0k     150k       0    16k     $3.32    $25.84
    10     8m53s  o1-2024-12-17              164k   7.0k     157k       0    16k     $3.43    $29.27
    11    10m01s  o1-2024-12-17              171k   7.0k     164k       0    16k     $3.54    $32.81
    12    11m11s  o1-2024-12-17              178k   7.0k     171k       0    16k     $3.65    $36.46
    13    12m22s  o1-2024-12-17              185k   7.0k     178k       0    16k     $3.76    $40.22

      cost  tokens   sent  first  piece
    $27.80   1.85M     13      1  unrecorded: plan-step           o1-2024-12-17
  $0.00966     644     46      2  result of list_transactions     {"page":1,"pages":30,"rows":50,"note":"page 1 of 30"}
  $0.00759     506     46      2  call of list_transactions       {"account":"****0130","days":365,"page":1}
  $0.00429     286     13      1  user turn                       Please check all my card payments of the last year for charges that were booked…
  $0.00336     224     32      3  call of search_merchant         {"query":"hotel","days":365}
  $0.00288     192     32      3  result of search_merchant       {"matches":14,"page":1}
$ spoor ledger d15b07e020261120000000000000b10c
dispute-agent  3 calls; adds up to 16,872 of 16,872 tokens in, $0.0412
in   16,872 tokens: 16,752 new, 120 re-sent, 0 from the cache  $0.0285
out  1,328 tokens  $0.0127
10 times the volume  $0.412

  call     after  model                         in    new  re-sent  cached    out      cost    so far
     1     0.02s  gpt-4o-mini-2024-07-18     5.6k   5.6k        0       0     18   $0.0014   $0.0014
     2     0.86s  text-embedding-3-small       42      0       42       0      –  $0.000001   $0.0014
     3     3.35s  gpt-4o-2024-08-06           11k    11k       78       0   1.3k   $0.0398   $0.0412

      cost  tokens   sent  first  piece
   $0.0262     11k      1      3  unrecorded: draft-answer        gpt-4o-2024-08-06
  $0.00137    5.6k      1      1  unrecorded: classify-intent     gpt-4o-mini-2024-07-18
  $0.00023      94      1      3  system prompt                   You are the dispute desk of Marlow Bank. Answer the customer's question only fr…
  $0.00013      53      1      3  document Refund policy 2026     Refund policy 2026. Section 4.2. A duplicate or unrecognised card charge can be…
  $0.00011      44      1      3  document Interest on disputed amounts  Interest on disputed amounts. No interest accrues on an amount under dispute. I…
   $0.0001      42      3      3  result of get_balance           {"balance":1204.18,"available":1704.18,"currency":"EUR"}
  $0.000094      39      1      3  document Dispute form, page 2   Dispute form, page 2. Attach the booking or order confirmation and the statemen…
  $0.000092      38      1      3  document Card holds by hotels and car rentals  Card holds by hotels and car rentals. A hold is not a charge. It falls away by …
  $0.000081     102      3      1  user turn                       I was charged twice for the same hotel night and want the money back. How long …
  $0.000073      30      3      3  call of get_balance             {"account":"****0130","currency":"EUR"}
$ spoor ledger d15b07e020261120000000000000b10c --json | grep -o '"tokens_in":16872.*'
"tokens_in":16872,"tokens_stated":16872,"tokens_new":16752,"tokens_resent":120,"tokens_cached":0,"tokens_out":1328,"input_usd":0.028500750594228824,"output_usd":0.012700249405771177,"trace_tokens_in":16872,"trace_cost_usd":0.041201,"times":10,"usd_at_times":0.41201,"model":null,"usd_on_model":null,"usd_on_model_at_times":null,"partial":false}
$ spoor ledger d15b07e020261120000000000000b10c --json | head -c 900
{"trace":"d15b07e020261120000000000000b10c","calls":[{"span":"5b167699678f60c8","name":"classify-intent","start":"2026-11-20T10:14:07.338000137Z","duration_ns":810000000,"model":"gpt-4o-mini-2024-07-18","tokens_in":5626,"guessed":false,"tokens_new":5626,"tokens_resent":0,"tokens_cached":null,"tokens_out":18,"cost_usd":0.0014,"cost_estimated":false,"input_usd":0.0013823095823095825,"output_usd":1.769041769041752e-05,"tokens_in_so_far":5626,"usd_so_far":0.0014,"pieces":[{"piece":1,"tokens":5596,"tokens_new":5596},{"piece":8,"tokens":30,"tokens_new":30}]},{"span":"19939bbceee61bb3","name":"embed-query","start":"2026-11-20T10:14:08.174000137Z","duration_ns":90000000,"model":"text-embedding-3-small","tokens_in":42,"guessed":false,"tokens_new":0,"tokens_resent":42,"tokens_cached":null,"tokens_out":null,"cost_usd":1e-06,"cost_estimated":false,"input_usd":1e-06,"output_usd":0,"tokens_in_so_far":
$ spoor ledger d15b07e020261120000000000000b10c --model nobody-s-model
? 2
$ spoor ledger d15b07e020261120000000000000b10c --times 0
? 2
$ spoor ledger nowhere
? 1
$ spoor ledger
? 2
