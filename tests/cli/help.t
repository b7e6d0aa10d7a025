# What is printed comes from the table of commands: a new one shows here.
$ spoor help | head -n 9
spoor: traces and eval results of LLM applications, in a terminal

  spoor [OPTION…]             the explorer on the whole store
  spoor [OPTION…] FILE…       imports what is new in the files, and opens it
  spoor COMMAND [OPTION…] …   the same without a screen

Look at traces
  traces                 the traces, newest first
  trace TRACE            one trace as a tree of its spans
$ [ $(spoor help | wc -L) -le 80 ] && echo fits
fits
$ spoor help --json > $T/help.json; spoor help > $T/help.txt
# Each command stands in the list once, in one group, with one line; each option says what it is.
$ python3 -c "import json,os,re; d=json.load(open(os.environ['T']+'/help.json')); t=open(os.environ['T']+'/help.txt').read(); print([c['name'] for c in d['commands'] if len(re.findall('(?m)^  '+c['name']+'( |\$)', t)) != 1])"
[]
$ python3 -c "import json,os; d=json.load(open(os.environ['T']+'/help.json')); print([c['name'] for c in d['commands'] if not c['group'] or not 10 < len(c['help']) <= 55 or c['help'][-1] == '.'])"
[]
$ python3 -c "import json,os; d=json.load(open(os.environ['T']+'/help.json')); print([(c['name'],o['name']) for c in d['commands']+[d,d['explorer']] for o in c['options'] if not o.get('help')])" 2>&1 | tail -n 1
[]
$ grep -c 'Others' $T/help.txt
0
? 1
# … the groups name no command that there is not, and none twice
$ sed -n '/command_groups\[\] = {/,/^};/p' tui/cmd/cmds.c | sed 's/{"[a-z]*", *"[^"]*"//' | grep -oE '"[a-z]+"[,}]' | grep -oE '[a-z]+' | sort | uniq -d
# What the words in capitals stand for is known of each of them.
$ python3 -c "import json,os,re; d=json.load(open(os.environ['T']+'/help.json')); w={x['word'] for x in d['words']}; print(sorted({(c.get('name'),m) for c in d['commands'] for v in [c['operands']]+[o['value'] or '' for o in c['options']] for m in re.findall('[A-Z]+',v) if m not in w}))"
[]
# Every page: no control character, no long line
$ for t in $(python3 -c "import json,os; d=json.load(open(os.environ['T']+'/help.json')); print(*[x['name'] for x in d['commands']+d['topics']])"); do spoor help $t > $T/page || echo $t fails; LC_ALL=C grep -q '[[:cntrl:]]' $T/page && echo $t has a control character; [ -s $T/page ] || echo $t is empty; [ $(wc -L < $T/page) -le 120 ] || echo $t has a long line; done
# Each action, field and setting stands in its page, and each action says what it does in at most 110 columns.
$ spoor help keys > $T/keys; python3 -c "import json,os; d=json.load(open(os.environ['T']+'/help.json')); t=open(os.environ['T']+'/keys').read(); t=' '.join(t.split()); print(len(d['keys']) > 400, [k for k in d['keys'] if k['help'] not in t or (k['keys'] and '('+k['action']+')' not in t)], [k for k in d['keys'] if not 0 < len(k['help']) <= 110])"
True [] []
$ spoor help filter > $T/filter; python3 -c "import json,os; d=json.load(open(os.environ['T']+'/help.json')); t=' '.join(open(os.environ['T']+'/filter').read().split()); print(len(d['fields']) > 100, [f for f in d['fields'] if f['example'] not in t or f['help'] not in t])"
True []
$ spoor help config > $T/config; python3 -c "import json,os,subprocess; t=open(os.environ['T']+'/config').read(); d=json.loads(subprocess.run(['spoor','config','--json'],capture_output=True).stdout); print(len(d['settings']) > 10, [s['name'] for s in d['settings'] if s['name'] not in t])"
True []
# Each variable that the program asks for is told of.
$ for v in $(grep -rhoE 'getenv\("[A-Z_]+"\)' store import tui --include=*.c | grep -oE '[A-Z_]{2,}' | sort -u); do spoor help environment | grep -qw $v || echo $v; done
$ spoor --help | head -n 1
spoor: traces and eval results of LLM applications, in a terminal
$ spoor help import | sed '/^Options of every command/,$d'
spoor import [OPTION…] FILE…|DIR…|-

  read trace and eval files into the store

Files are recognised by their content; gzip, zstd and xz, zip and tar are
opened. The same file again adds nothing, a file that grew adds what is new.
Folders and archives are read with all they hold; what is of no known format in
them is counted. - is standard input. An import that was stopped goes on where
it was.

Options
  --follow                    go on reading as the files grow, until ^C; new
                              files in folders, too
  --explain                   say what the files are and what would be read of
                              them; nothing is stored
  --no-index                  leave the index for search to the next explorer,
                              or spoor doctor --index
  --no-checks                 leave the checks to the next explorer, or spoor
                              checks
  -q, --quiet                 no report and no progress; what is wrong is still
                              said on standard error
  --strict                    a file with any problem at all is not imported
  --map FIELD=COLUMN,…        which column of a table of results is what:
                              output=answer,score=f1+em; none: as named
  --max-depth N               how deep JSON may nest (1000)

Options of its rows
  --jsonl                     its rows as JSON Lines: one object a line, as they
                              stand in --json
  --csv                       its rows as CSV; text a spreadsheet would take for
                              a formula gets '
  --csv-raw                   its rows as CSV, text as it is
  --markdown                  its rows as a Markdown table
  --table NAME                which rows, of a command that has several lists
  -s, --sort COLUMN           its rows in order of a column
  --asc                       smallest first (text: the default)
  --desc                      largest first (figures and times: the default)
  -n, --limit N               at most N rows
  --offset N                  leave out the first N rows
  -c, --columns COLUMN,…      these columns, by their names in --json

Columns of files: file entry format status why map traces spans scores runs
cases reviews new.traces new.spans new.scores new.runs new.cases new.reviews
eval_runs problems_total problems
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
  $XDG_DATA_HOME/spoor/spoor.db         the store, for the user's eyes only
                                        (~/.local/share/spoor/spoor.db)
  $XDG_CONFIG_HOME/spoor/config.json    settings: spoor help config
                                        (~/.config/spoor/config.json)
  $XDG_CONFIG_HOME/spoor/filters.json   filters with a name: spoor help filter
  $XDG_CONFIG_HOME/spoor/rules.json     a team's own checks: spoor help rules
  $XDG_CONFIG_HOME/spoor/prices.json    prices of models, before the built-in
                                        ones
  $XDG_CONFIG_HOME/spoor/themes/        themes of one's own: spoor help themes
  $XDG_STATE_HOME/spoor/                what the explorer remembers: lines typed
                                        at prompts, how far each store was
                                        looked at (~/.local/state/spoor);
                                        nothing of it is needed, all of it may
                                        be deleted

Text of traces is nowhere but in the store. Files of settings are JSON in which
comments (//) and a comma behind the last element are allowed.
$ spoor help filter | head -n 5
A filter says which traces, runs, cases or spans are meant: to & in the
explorer, to --where, in rules, gate files and saved filters alike. For the
shell it is one word, in quotes:

  spoor traces --where 'status:error dur>2s (kind:llm or kind:tool)'
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
spoor: usage: spoor trace TRACE (spoor help trace)
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
