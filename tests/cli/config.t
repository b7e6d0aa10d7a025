# Settings: what counts and where from, what is wrong, with its line and what was meant. (Blanks that align are one here.)
$ SPOOR_AUTHOR=eva spoor config | tr -s ' '
$T/home/config/spoor/config.json (not there: spoor config --example prints one)

setting value from
ascii false default
author eva $SPOOR_AUTHOR
clipboard default
columns default
editor vi default
filters default
gate default
keys default
mask false default
memory true default
mouse false default
no-color false default
pager less default
prices $T/home/config/spoor/prices.json default
resume true default
rules $T/home/config/spoor/rules.json default
store $T/home/spoor.db $SPOOR_STORE
theme default default
time-zone UTC $TZ
units.counts short default
units.durations auto default
$ mkdir -p $HOME/config/spoor && printf '// mine\n{ "author": "ana",\n  "theme": "light",\n  "units": {"durations": "ms"},\n  "keys": {"everywhere": {"quit": "Q ^X"}}, "columns": {"traces": ["name", "cost", "duration"]},\n  "filters": {"traces": "status:error"} }\n' >$HOME/config/spoor/config.json
$ spoor config | grep -v default$ | tr -s ' '
$T/home/config/spoor/config.json

setting value from
author ana config.json:2
columns traces config.json:5
filters traces config.json:6
keys everywhere config.json:5
store $T/home/spoor.db $SPOOR_STORE
theme light config.json:3
time-zone UTC $TZ
units.durations ms config.json:4
$ spoor config author
ana
$ SPOOR_AUTHOR=bert spoor config author
bert
$ spoor config units.durations
ms
$ spoor config thme 2>&1
spoor: there is no setting thme (did you mean theme?); spoor config lists them
? 1
$ spoor config --path
$T/home/config/spoor/config.json
$ spoor config --check
$T/home/config/spoor/config.json: no mistake
$ spoor config --config= | head -n 2
no settings file is read
$ spoor config --theme mono | grep theme | tr -s ' '
theme mono --theme
$ spoor config --json theme
{"path":"$T/home/config/spoor/config.json","there":true,"settings":[{"name":"theme","value":"light","default":"default","origin":"file","from":"config.json:3","line":3,"variable":"SPOOR_THEME","flag":"theme","type":"a theme's name or file","help":"colours: a theme's name, or a file (with a / in it)"}],"mistakes":[]}
$ spoor help keys | grep ' quit '
  q Esc               one level up; q at the first screen: quit (back)
$ spoor import tests/data/traces-agent.jsonl >/dev/null 2>&1
$ spoor traces --limit 2
name               cost   total
dispute-agent  $0.00731  4163ms
dispute-agent   $0.0081  5021ms
$ spoor traces --limit 1 --columns id,duration_ns
id                                 total
d15b07e0202611200000000000000048  4163ms
$ spoor traces --limit 1 --csv | head -n 1 | cut -c 1-40
id,start,status,name,session,user,servic
$ spoor traces --limit 1 --json | cut -c 1-60
{"total":59,"traces":[{"id":"d15b07e020261120000000000000004
# A default filter is never silent in a command.
$ spoor traces --where @default | wc -l
3
$ spoor traces --where '(@default) model~gpt' | wc -l
3
$ spoor runs --where @default 2>&1
spoor: --where @default: the settings have no filters.runs (spoor config)
? 2
$ printf '{\n"thme": 1,\n"keys": {"trace": {"next-error": "Q"}, "tracs": {}},\n"columns": {"traces": ["nme"]},\n"filters": {"traces": "status:errr"},\n"author": "\\u001b[31m"\n}' >$T/bad.json
$ spoor config --check $T/bad.json 2>&1
$T/bad.json:2: there is no setting thme (did you mean theme?)
$T/bad.json:3: keys: there is no screen tracs (did you mean trace?)
$T/bad.json:3: Q is the key of quit (everywhere): next-error keeps e
$T/bad.json:4: columns: traces have no column nme (did you mean name?)
$T/bad.json:5: filters.traces, column 8: expected unset, ok, error, running (did you mean error?)
$T/bad.json:6: author: holds a control character
? 3
$ spoor config --check --json $T/bad.json | sed 's/.*"mistakes"/"mistakes"/'
"mistakes":[{"line":2,"message":"there is no setting thme (did you mean theme?)"},{"line":3,"message":"keys: there is no screen tracs (did you mean trace?)"},{"line":3,"message":"Q is the key of quit (everywhere): next-error keeps e"},{"line":4,"message":"columns: traces have no column nme (did you mean name?)"},{"line":5,"message":"filters.traces, column 8: expected unset, ok, error, running (did you mean error?)"},{"line":6,"message":"author: holds a control character"}]}
$ SPOOR_CONFIG=$T/bad.json spoor traces --limit 1 --columns name 2>&1
spoor: bad.json:2: there is no setting thme (did you mean theme?); 5 more: spoor config --check
name
dispute-agent
$ spoor traces --config $T/none.json --limit 1 --columns name 2>&1
spoor: cannot read $T/none.json: No such file or directory
name
dispute-agent
$ spoor config --check $T/none.json 2>&1
cannot read $T/none.json: No such file or directory
? 3
$ printf '{ "author": "ana"\n  "theme": "mono" }' >$T/broken.json; spoor config --check $T/broken.json 2>&1
$T/broken.json:2: a comma or } was expected at column 3; nothing in the file counts
? 3
$ spoor config --example >$T/example.json; spoor config --check $T/example.json
$T/example.json: no mistake
$ sed -E 's,^( *)//",\1",' $T/example.json | grep -v time-zone >$T/whole.json; spoor config --check $T/whole.json 2>&1
$T/whole.json: no mistake
$ SPOOR_DURATIONS=s SPOOR_COUNTS=exact spoor traces --limit 1 --columns duration,tokens_in
total  tok in
4.16s    2668
$ SPOOR_DURATIONS=s spoor traces --limit 1 --columns duration,tokens_in --csv
duration_ns,tokens_in
4163000000,2668
$ TZ=Mars/Olympus spoor config --check 2>&1 | cut -c 1-42
$TZ: there is no time zone Mars/Olympus
$ SPOOR_PRICES=$T/none.json spoor doctor 2>&1 | grep -A 1 ^prices
prices     196, the newest read 2026-07-29
           yours would be in $T/none.json
# Each mistake of a hundred thousand costs nothing much, and the hundred first are said.
$ { printf '{'; for i in $(seq 10000); do printf '"no%d": 1,\n' $i; done; printf '}'; } >$T/many.json; spoor config --check $T/many.json 2>&1 | tail -n 1
and 9900 more
$ ln -s /dev/zero $T/zero.json; spoor config --check $T/zero.json 2>&1
$T/zero.json is not a regular file
? 3
