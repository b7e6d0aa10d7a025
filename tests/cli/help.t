# What is printed comes from the table of commands: a new one shows here.
$ spoor help
spoor: traces and eval results of LLM applications, in a terminal

  spoor [OPTION…]                the explorer on the whole store
  spoor [OPTION…] FILE…          imports what is new in the files and opens the explorer
  spoor COMMAND [OPTION…] …      the same without a screen

Commands
  alikes [TARGET]             which other answers failed as one that was flagged
  backup FILE                 a copy of the store in one file, while others may write
  checks [TRACE]              what checks found: answers, privacy, behaviour, your rules
  compare A B                 what got better and worse between two eval runs, and is it noise
  diff TRACE TRACE            two traces beside each other: what differs, where it begins
  doctor [FILE…]              the store's health, the files' problems, the terminal as found
  export WHAT [NAME]          what people said, and of what, for those who go on with it
  flag TARGET…|-              say of answers that they are good or bad, and why
  forget FILE|trace:ID|…      take traces, eval runs or whole files out of the store, for good
  formats [NAME]              the formats that are read, and how each is recognised
  gate RUN                    ship, hold or not enough evidence: a release judged point by point
  help [COMMAND|TOPIC]        this list, a command, or a topic: keys, filter, rules, sql, gate-file, files, exit-codes
  import FILE…|DIR…|-         read trace and eval files into the store
  judges [NAME]               how far each judge can be trusted: against people, itself, length
  ledger TRACE                who paid for every token: what each model call carried
  log [TARGET]                who said what of answers, and when: every event, also those taken back
  merge STORE                 what people said in another store, brought into this one
  origins TRACE               where each sentence of an answer came from, by wording
  path [TRACE]                what a trace's time went into, and what would shorten it
  prompts [NAME [VERSION [VERSION]]]  prompts and their versions: use, scores, cost, and what changed in the text
  review [QUEUE]              judge answers one by one: make a queue, go on with one
  rules                       your rules: proposed out of flagged answers, tried, saved
  run ID                      one eval run with its cases
  runs [RUN…]                 the eval runs: pass rate, latency, cost; with --dataset whether they drift
  search TEXT…                inputs, outputs, messages, documents that hold the words
  session ID                  all traces of one session as one conversation
  sql SELECT|-                any question of your own, in SQL over documented views; read-only
  stats                       latency, errors, tokens, cost: over all traces, by what they are
  trace ID                    one trace as a tree of its spans
  traces                      the traces, newest first

Options of the explorer: --store FILE, --ascii, --no-color, --theme NAME,
--open trace:ID, --map FIELD=COLUMN,… with files; --version.
A command wins over a file of its name: ./NAME is the file. More: spoor help COMMAND,
spoor help keys, filter, rules, sql, gate-file, files or exit-codes.
$ spoor --help | head -n 1
spoor: traces and eval results of LLM applications, in a terminal
$ spoor help import
spoor import [OPTION…] FILE…|DIR…|-

  read trace and eval files into the store

Files are recognised by their content; gzip, zstd and xz, zip and tar are opened. The same file again adds nothing,
a file that grew adds what is new. Folders and archives are read with all they hold; what is of no known format
in them is counted. - is standard input. An import that was stopped goes on where it was.

Options
  --follow                    go on reading as the files grow, until ^C; new files in folders, too
  --explain                   say what the files are and what would be read of them; nothing is stored
  --no-index                  leave the index for search to the next explorer, or spoor doctor --index
  --no-checks                 leave the checks to the next explorer, or spoor checks
  --strict                    a file with any problem at all is not imported
  --map F=C,…                 which column of a table of results is what: output=answer,score=f1+em; none: as named
  --max-depth N               how deep JSON may nest (1000)

Options of its rows
  --jsonl                     its rows as JSON Lines: one object a line, as they stand in --json
  --csv                       its rows as CSV; text a spreadsheet would take for a formula gets '
  --csv-raw                   its rows as CSV, text as it is
  --markdown                  its rows as a Markdown table
  --table NAME                which rows, of a command that has several lists
  -s, --sort COLUMN           its rows in order of a column
  --asc                       smallest first (text: the default)
  --desc                      largest first (figures and times: the default)
  -n, --limit N               at most N rows
  --offset N                  leave out the first N rows
  -c, --columns A,B,…         these columns, by their names in --json

Options of every command
  -j, --json                  one JSON value on standard output; failures as JSON, too
  --store FILE                this store instead of $SPOOR_STORE or the user's own
  --ascii                     nothing but ASCII (so it is where the locale is not UTF-8)
  --mask                      personal data and secrets masked in what is printed (as $SPOOR_MASK=1 does)
  --no-color                  no colours (printed text has none; for the explorer)
  -h, --help                  how the command is used
$ spoor import --help | head -n 3
spoor import [OPTION…] FILE…|DIR…|-

  read trace and eval files into the store
$ spoor help exit-codes
  0        done
  1        nothing of that name was found; of spoor gate: hold
  2        the command line is wrong
  3        bad input: what could be kept was kept, what could not is said
  4        the store or the system failed
  5        not enough data to answer
  128+n    ended by signal n
$ spoor help files
  $SPOOR_STORE                       the store; else
  $XDG_DATA_HOME/spoor/spoor.db      (~/.local/share/spoor/spoor.db), for the user's eyes only
  $SPOOR_NOW                         an ISO 8601 time that stands for the clock
  $XDG_CONFIG_HOME/spoor/filters.json  saved filters: spoor help filter
  $XDG_STATE_HOME/spoor/history      lines typed at prompts, for the user's eyes only
  $XDG_STATE_HOME/spoor/looked       how far each store was looked at: what came since is marked
  $SPOOR_GATE                        the gate file of spoor gate and the release sheet: spoor help gate-file
  $NO_COLOR                          no colours
  $TZ, $LC_ALL, $LC_CTYPE, $LANG     time zone of what is shown; UTF-8 or ASCII
$ spoor help filter | head -n 5
A filter is words side by side, all of which must match; or, not and ( ) as in

  spoor traces --where 'status:error dur>2s (kind:llm or kind:tool) not name="get_balance"'

  FIELD:VALUE is   FIELD=VALUE is   FIELD~VALUE contains   FIELD>VALUE < >= <= compares
$ spoor help --json | python3 -m json.tool | grep -c '"operands"'
30
$ spoor --ascii help | LC_ALL=C grep -c '[^ -~]'
0
? 1
$ LC_ALL=C spoor help | LC_ALL=C grep -c '[^ -~]'
0
? 1
$ spoor help trcae 2>&1
spoor: no such command or topic: trcae (did you mean trace?)
? 2
# Words that are no command
$ spoor tarces 2>&1
spoor: no such command or file: tarces (did you mean traces?)
? 2
$ spoor no-such-file.jsonl 2>&1
spoor: no such command or file: no-such-file.jsonl
? 2
$ spoor 2>&1
spoor: standard output is no terminal: spoor traces, spoor runs and spoor help need none
? 2
$ spoor tests/data/eval-v12.json 2>&1
spoor: standard output is no terminal: spoor import tests/data/eval-v12.json reads it without one
? 2
$ spoor - </dev/null 2>&1
spoor: standard output is no terminal: spoor import - reads it without one
? 2
$ spoor --them dark 2>&1
spoor: no such option: --them (did you mean --theme?); spoor help lists them
? 2
$ spoor --store 2>&1
spoor: a value is missing after --store
? 2
# Options
$ spoor traces --jsno 2>&1
spoor: no such option: --jsno, did you mean --json? (spoor help traces)
? 2
$ spoor traces --limt 3 2>&1
spoor: no such option: --limt, did you mean --limit? (spoor help traces)
? 2
$ spoor traces -Z 2>&1
spoor: no such option: -Z (spoor help traces)
? 2
$ spoor traces --limit 2>&1
spoor: a value is missing after --limit (spoor help traces)
? 2
$ spoor traces --limit three 2>&1
spoor: not a whole number: three (spoor help traces)
? 2
$ spoor traces --json=yes 2>&1
spoor: this option takes no value: json=yes (spoor help traces)
? 2
$ spoor trace 2>&1
spoor: usage: spoor trace ID (spoor help trace)
? 2
$ spoor trace a b 2>&1
spoor: one word too many: b (spoor help trace)
? 2
$ spoor compare a 2>&1
spoor: usage: spoor compare A B (spoor help compare)
? 2
$ spoor traces --json --limit three 2>&1
{"error":{"code":"usage","message":"not a whole number: three (spoor help traces)","file":null,"record":null,"line":null,"offset":null}}
? 2
$ spoor traces --limit three --json 2>&1 | python3 -m json.tool
{
    "error": {
        "code": "usage",
        "message": "not a whole number: three (spoor help traces)",
        "file": null,
        "record": null,
        "line": null,
        "offset": null
    }
}
$ spoor import -- --json 2>&1
spoor: --json: No such file or directory (nothing imported)
--json  -          refused
? 3
