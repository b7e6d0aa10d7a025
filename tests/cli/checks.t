# What checks find in the sample; a team's own rules.
$ spoor import --no-index tests/data/traces-agent.jsonl tests/data/traces-voice.json.gz tests/data/traces-eval.jsonl >$T/log; echo $?
0
$ spoor checks --columns check,level,findings,traces,spans,example
check             level    found  traces  spans  newest
slow-trace        warning      5       5      0  took 29.47s; of the traces of its name half take 4.12s or less
repeated-call     warning      4       3      4  get_balance was called 3 times with the same arguments and gave the same result each time: spans 2545beddc39c21ed, 7b45f19dbadcc5b7, d24a6e3a33653376
cut-off           warning      1       1      1  the answer stops after 256 tokens, because it had reached the limit of tokens
dear-trace        warning      1       1      0  cost $40.22; of the traces of its name half cost $0.0303 or less
iban              warning      1       1      1  a bank account in the output at character 212: DE89…3000
loop              warning      1       1      1  list_transactions, search_merchant were called in this order 4 times, each with the same arguments
missing-parent    warning      1       1      0  1 span names a parent that is not in the trace
unused-documents  note       208     207    208  no answer has a passage of any of the 2 documents: pol-refund-2026, guide-chargeback
never-ended       note         1       1      1  publish-event has no end: still running when it was written, or its process died
retry             note         1       1      1  list_transactions failed 1 time and was called again; then it worked
$ spoor checks d15b07e020261120000000000000b10c --columns level,check,span,name,explanation
level    check             span              name             explanation
note     unused-documents  f3970b0b5168e835  retrieve-policy  no answer has a passage of 2 of the 4 documents: guide-interest, pol-holds
note     unused-documents  b5876429645acef5  similar-cases    no answer has a passage of any of the 2 documents: guide-chargeback, pol-holds
warning  repeated-call     2545beddc39c21ed  get_balance      get_balance was called 3 times with the same arguments and gave the same result each time: spans 2545beddc39c21ed, 7b45f19dbadcc5b7, d24a6e3a33653376
warning  iban              fa5ca01001d91c4f  draft-answer     a bank account in the output at character 212: DE89…3000
warning  slow-trace        –                 –                took 12.42s; of the traces of its name half take 4.12s or less
$ spoor checks --check cut-off --json
{"checked":231,"unchecked":0,"rules":null,"findings":[{"level":"warning","check":"cut-off","trace":"d15b07e020261116000000000000c07f","trace_name":"dispute-agent","start":"2026-11-16T10:52:11.404000137Z","span":"a10eca5db57c2f2d","kind":"llm","name":"draft-answer","value":256,"explanation":"the answer stops after 256 tokens, because it had reached the limit of tokens"}]}
$ spoor checks --json | grep -o '"check":"iban","level":"warning","findings":1,"traces":1,"spans":1,"notes":0,"warnings":1,"errors":0'
"check":"iban","level":"warning","findings":1,"traces":1,"spans":1,"notes":0,"warnings":1,"errors":0
$ spoor checks --where 'name:voice-agent' --columns check,findings
Nothing found in the traces that match.
$ spoor checks --check repeated-call --csv --columns check,value,name | head -n 3
check,value,name
repeated-call,3,get_balance
repeated-call,8,list_transactions
# In filters, lists and traces.
$ spoor traces --where 'has:finding' --columns id,name | wc -l
9
$ spoor traces --where 'finding:repeated-call cost>30' --json | grep -o '"scores":.*"verdict"'
"scores":[{"name":"groundedness","value":0.62,"label":"fail"},{"name":"relevance","value":0.9,"label":"pass"},{"name":"dear-trace","value":40.2207,"label":null},{"name":"loop","value":4,"label":null},{"name":"repeated-call","value":8,"label":null},{"name":"slow-trace","value":814.276,"label":null}],"verdict"
$ spoor trace d15b07e020261120000000000000b10c --json | grep -o '"name":"iban","value":1,"label":null,"pass":false[^}]*"source":"code"'
"name":"iban","value":1,"label":null,"pass":false,"threshold":null,"explanation":"a bank account in the output at character 212: DE89…3000","source":"code"
# What is not yet done, is done first; imports can leave it.
$ spoor import --no-index --no-checks --store $T/later.db tests/data/traces-agent.jsonl >$T/log; spoor traces --store $T/later.db --where has:finding --columns id | wc -l
0
$ spoor checks --store $T/later.db --exit-code >$T/log; echo $?; spoor traces --store $T/later.db --where has:finding --columns id | wc -l
1
10
$ spoor checks --store $T/later.db --exit-code --where 'finding:never-ended' --check never-ended --columns level,name
level  name
note   publish-event
# Rules.
$ mkdir -p $HOME/config/spoor; printf '{\n // ours\n "checks": {"slow-trace": "off", "iban": "error"},\n "rules": [{"name": "few-calls", "tool": "get_balance", "max_calls": 2, "message": "ask once"},]\n}\n' >$HOME/config/spoor/rules.json; spoor checks --columns check,level,findings,example | head -n 4
check             level    found  newest
iban              error        1  a bank account in the output at character 212: DE89…3000
repeated-call     warning      4  get_balance was called 3 times with the same arguments and gave the same result each time: spans 2545beddc39c21ed, 7b45f19dbadcc5b7, d24a6e3a33653376
few-calls         warning      2  ask once: get_balance was called 3 times, more than 2
$ spoor checks --check few-calls --columns level,name,explanation
level    name         explanation
warning  get_balance  ask once: get_balance was called 3 times, more than 2
warning  get_balance  ask once: get_balance was called 3 times, more than 2
$ spoor checks --check few-cals 2>&1
spoor: no such check: few-cals (did you mean few-calls?); spoor help rules names them all
? 2
$ printf '{"rules": [\n {"nam": "x"}]}' >$HOME/config/spoor/rules.json; spoor import --store $T/own.db tests/data/traces-voice.json.gz 2>&1; rm $HOME/config/spoor/rules.json
spoor: $T/home/config/spoor/rules.json, line 2: no such key of a rule: "nam" (did you mean name?) (nothing is checked until that is mended)
tests/data/traces-voice.json.gz  otlp       6 traces, 43 spans, 11 scores  all new
$ printf '{"rules": [\n {"name": "x", "max_durration": "2s"}]}' >$T/bad.json; spoor checks --rules $T/bad.json 2>&1
spoor: $T/bad.json, line 2: no such key of a rule: "max_durration" (did you mean max_duration?)
? 2
$ printf '{"rules": [{"name": "x", "where": "dur>>2", "max_cost": 1}]}' >$T/bad.json; SPOOR_RULES=$T/bad.json spoor checks 2>&1
spoor: $T/bad.json, line 1: where: at character 5: expected a duration with its unit: 2s, 500ms, 1m30s
? 2
$ SPOOR_RULES=$T/nowhere.json spoor checks 2>&1
spoor: cannot read $T/nowhere.json: No such file or directory
? 2
$ SPOOR_RULES=$T/bad.json spoor import tests/data/eval-v12.json 2>&1
spoor: $T/bad.json, line 1: where: at character 5: expected a duration with its unit: 2s, 500ms, 1m30s (nothing is checked until that is mended)
tests/data/eval-v12.json  promptfoo  246 scores, 1 eval run, 82 case results  all new
  eval run eval-D12-2026-11-14T09:12:04#0, dispute v12: 57 passed, 25 failed, 0 error, 0 unscored
$ spoor help rules
spoor rules [OPTION…]

  your rules: proposed from flagged answers, tried, saved

Answers that people flagged are held against those they approved: what do the
bad ones have that the good ones have not? Phrases said or missing, patterns,
length, JSON and its fields, refusals, tools, documents, time and cost; each
counted exactly, corrected for how many were tried, so that chance is not
offered. --back-test tries any rule on what people said: what it hits and
misses, and its false alarms; with --everything also how many answers nobody
judged it would flag. Exit code 1: no rule is more than chance; 5: too few
flagged answers to tell. How rules are written: spoor help rules.

Options
  -p, --propose               rules out of flagged against approved answers
  -b, --back-test RULE        try a rule: its name, a file of rules, '{…}', or
                              all
  -e, --everything            also on answers nobody judged: how many it would
                              flag
  -s, --save NAME             write a proposed rule, or a rule '{…}', to the
                              rules file
  --promptfoo                 as promptfoo assertions (YAML; with --json JSON)
  -w, --where FILTER          only answers that match, of cases or traces
  -r, --run RUN               only answers of this run
  --reason REASON             flagged for this reason
  --author PERSON             judged by this person
  --rules FILE                this file of rules (spoor help rules)
  -n, --limit N               at most N examples of each kind (5)

Options of its rows
  --jsonl                     its rows as JSON Lines: one object a line, as they
                              stand in --json
  --csv                       its rows as CSV; text a spreadsheet would take for
                              a formula gets '
  --csv-raw                   its rows as CSV, text as it is
  --markdown                  its rows as a Markdown table
  --table NAME                which rows, of a command that has several lists
  --sort COLUMN               its rows in order of a column
  --asc                       smallest first (text: the default)
  --desc                      largest first (figures and times: the default)
  --offset N                  leave out the first N rows
  -c, --columns COLUMN,…      these columns, by their names in --json

Its lists, for --table: rules proposed tried

Columns of rules: name level flags of_answers rule

Columns of proposed: name kind flags chosen adds hits misses false_alarms passed
precision precision_low precision_high recall recall_low recall_high p
p_corrected rule

Columns of tried: name flags of_answers hits misses false_alarms passed
precision precision_low precision_high recall recall_low recall_high unjudged
would_flag unsure unreadable left_out examples

Options of every command
  -j, --json                  one JSON value on standard output; failures as
                              JSON, too
  --store FILE                this store instead of $SPOOR_STORE or the user's
                              own
  --ascii                     nothing but ASCII (so it is where the locale is
                              not UTF-8)
  --mask                      personal data and secrets masked in what is
                              printed (as $SPOOR_MASK=1 does)
  --config FILE               these settings instead of $SPOOR_CONFIG or the
                              user's own; "": none
  --set SETTING=VALUE         a setting, for this time: theme=light,
                              columns.traces=name,cost (spoor help config)
  --no-color                  no colours (printed text has none; for the
                              explorer)
  --mouse                     clicks and the wheel, switched by @ (for the
                              explorer)
  -h, --help                  how the command is used

Checks, and a team's own
Checks look at every trace without a model: spoor checks, has:finding,
finding:NAME. A file of rules sets them and adds a team's own: --rules FILE,
$SPOOR_RULES, or $XDG_CONFIG_HOME/spoor/rules.json. JSON with // comments:

  {
    "checks": {"phone": "off", "repeated-call": {"level": "error", "at_least": 3}},
    "rules": [
      {"name": "no-apology", "kind": "llm", "must_not_match": "(?i)sorry|apolog"},
      {"name": "slow-balance", "tool": "get_balance", "max_duration": "500ms"},
      {"name": "verify-first", "call": "verify_user", "before": "refund", "level": "error"}
    ]
  }

Checks there are: off, note, warning or error; with a setting where one is named

  invalid-json    warning  an answer that was asked for as JSON, or begins as
                           JSON, and is none
  empty-answer    warning  a model answered with nothing: no text, no tool call
  cut-off         warning  a model stopped because it had reached its limit of
                           tokens
  email           warning  an e-mail address in an answer; a note where it only
                           went in or out of a tool
  phone           warning  a phone number in international form, likewise
  iban            warning  a bank account (IBAN with its check digits), likewise
  card            warning  a card number (issuer's prefix, length and check
                           digit), likewise
  secret          error    an API key, token, private key or password in a URL;
                           a warning where it went in
  repeated-call   warning  a tool called again with the same arguments though it
                           had not failed; a note if results differ
                           at_least (2): calls with the same arguments
  loop            warning  the same tools called in the same order with the same
                           arguments, again and again
                           at_least (3): rounds; twice as many where the
                           arguments differ (a note)
  retry           warning  a call that failed was made again; a note if it
                           worked in the end
                           at_least (1): failures in a row
  unused-documents note     documents of which no answer has a passage; by
                            wording: a paraphrase is not seen
  no-result       warning  a model asked for a tool, and nothing shows that it
                           ran
  missing-parent  warning  spans whose parent is not in the trace, or whose
                           parents go round in a circle
  never-ended     note     spans without an end: still running when written, or
                           their process died
  slow-trace      warning  far slower than its like: beyond P75 + 3 IQR and 2
                           medians of 20 traces or more of its name
                           iqr (3): interquartile ranges above P75
  dear-trace      warning  far dearer than its like, by the same rule
                           iqr (3): interquartile ranges above P75
  partly-checked  note     a trace of so many spans that only the first 100,000
                           were looked at

Keys of a rule

  name              "no-apology"             what its findings are called: small
                                             letters, digits, dashes
  message           "do not apologise"       what its findings say, before what
                                             was found
  level             "error"                  note, warning (unless it says
                                             otherwise) or error
  where             "tag:prod name:support"  only in traces that match (spoor
                                             help filter)
  cases             "run:v13"                only of case results that match;
                                             "": of all. Without where: of no
                                             traces
  spans             "kind:llm tokens>4k"     only spans that match, in the same
                                             language
  kind              "llm"                    only spans of this kind
  span              "summarise"              only spans of this name
  tool              "get_balance"            only calls of this tool
  model             "gpt-4o"                 only spans of this model
  scope             "trace"                  what the limits are of: span or
                                             trace (of spans if a key above
                                             names some)
  field             "input"                  the text that is looked at: output
                                             (else), input, error, arguments,
                                             result, any
  must_contain      "sources:"               the text has this; small letters
                                             match capitals, too
  must_not_contain  "as an AI"               the text has this nowhere
  must_match        "^[0-9]+$"               an extended regular expression that
                                             matches somewhere
  must_not_match    "(?i)sorry|apolog"       one that matches nowhere
  min_length        20                       the text has at least so many
                                             characters
  max_length        2000                     at most so many
  must_be           "json"                   the text is JSON
  json_field        "refund.amount"          the text is JSON with this field,
                                             of which alone the keys around this
                                             one speak
  min_value         0                        the text is a number, and not less
                                             (with json_field)
  max_value         500                      and not more
  must_call         "verify_user"            each trace calls this tool
  must_not_call     "delete_user"            no trace calls it
  must_retrieve     "refund-policy-2024"     this document is among those each
                                             trace retrieves
  must_not_retrieve "refund-policy-2021"     it is not
  max_duration      "2s"                     at most so long
  max_cost          0.05                     at most so many US dollars
  max_tokens        8000                     at most so many tokens, in and out
  max_calls         3                        at most so many calls of `tool` in
                                             a trace
  call              "verify_user"            a tool that has to be called …
  before            "refund"                 … before this one, in each trace
                                             that calls it

A rule that names no spans is about answers: of whole traces, and of case
results when it is tried on what people said of them: spoor rules --back-test.
spoor rules --propose makes rules out of flagged answers.

Regular expressions are POSIX extended ones, with \d \w \s \b and (?i) at the
beginning for letters of both cases; ^ and $ are the ends of a line; there are
no references to groups. They take time in proportion to the text, whatever they
are.
# Forgotten with their trace; none without one.
$ spoor forget trace:d15b07e020261120000000000000b10c --yes >$T/log 2>&1; spoor checks --check iban
Nothing found.
$ spoor checks nothing-like-it 2>&1
spoor: no trace has an id that begins with "nothing-like-it"
? 1
