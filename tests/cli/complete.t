# What could come next, for the shells' completion (tests/complete.py types it into them). Without a store there are no names, no files, no words.
$ spoor complete -- trace ''; find $HOME -type f
$ spoor complete -- tra
trace	one trace as a tree of its spans
traces	the traces, newest first
$ spoor complete --shell fish -- --fol
--follow	go on reading the files as they grow
$ spoor complete -- traces --st --s
--sort	-s  in order of a column
--store	this store instead of $SPOOR_STORE or the user's own
--set	a setting, for this time: theme=light, columns.traces=name,cost (spoor help config)
$ spoor complete -- nosuch ''
? 1
$ spoor complete -- import ''
? 1
$ spoor complete -- compare --repeats ''
mean
majority
$ spoor complete -- compare --class lost,
lost,won
lost,new_errors
lost,changed
lost,same
lost,only_a
lost,only_b
$ spoor complete -- judges --list=f
--list=flips
$ spoor complete -- stats --by kind,mo
kind,model
$ spoor complete -- export --format p
promptfoo	regression tests: tests: file://FILE.json in promptfooconfig.yaml
preference	preference lines (DPO): a correction before the bad answer, or the better one of a pair
$ spoor complete -- export ''
flagged
queue
reviews
$ spoor complete -- help ex
export	what people said, and of what, for other programs
exit-codes	what a command's exit code says
$ spoor complete -- formats opik
opik	Opik traces, spans and scores
opik-experiment	Opik experiments
$ spoor complete -- --theme m
mono
$ spoor complete -- traces --sort tok
tokens_in	tok in
tokens_out	out
tokens	tokens
tokens_cached	cached
tokens_reasoning	think
$ spoor complete -- traces --columns id,tok
id,tokens_in	tok in
id,tokens_out	out
id,tokens	tokens
id,tokens_cached	cached
id,tokens_reasoning	think
$ spoor complete -- checks --check ib
iban	a bank account (IBAN with its check digits), likewise
$ spoor complete -- config units
units.counts	tokens and other counts for people: short (11k), exact (11204; beyond 99999 short)
units.durations	durations for people: auto (0.81s, 1m40s), ms (810ms; beyond 99999ms auto), s (0.81s, 100.0s)
$ spoor complete -- traces --where 'status:error du'
status:error dur>	time from start to end
status:error dur<	as in dur>2s
status:error dur>=	as in dur>2s
status:error dur<=	as in dur>2s
status:error dur:	as in dur>2s
$ spoor complete -- traces --where stat
status:	how the trace ended
status:unset
status:ok
status:error
status:running
$ spoor complete -- run --where status:
status:unscored
status:passed
status:failed
status:error
$ spoor complete -- traces -w 'not (has:an'
not (has:annotation
$ spoor complete -- log --since ''
today
yesterday
24h
7d
30d
$ spoor complete -- open prompts
prompts	a prompt's versions; two of them
prompts:	a prompt's versions; two of them
# each word of a list that is offered is taken
$ spoor import tests/data/eval-v12.json tests/data/eval-v13.json tests/data/traces-agent.jsonl >/dev/null; for w in $(spoor complete -- stats --by ''); do spoor stats --by $w >/dev/null 2>&1 || echo $w is not taken; done
$ for w in $(spoor complete -- traces --sort '' | cut -f1); do spoor traces --limit 1 --columns $w >/dev/null 2>&1 || echo $w is not taken; done
$ for w in $(spoor complete -- compare --class ''); do spoor compare v12 v13 --class $w >/dev/null 2>&1 || echo $w is not taken; done
$ for w in $(spoor complete -- judges --list ''); do spoor judges --list $w --csv >/dev/null 2>$T/err || grep -v 'no judge' $T/err; done
# … and the fields are those there are
$ spoor help --json > $T/help.json; for o in traces runs; do spoor complete -- $o --where '' > $T/fields.$o; done; python3 -c "import json,os; T=os.environ['T']; d=json.load(open(T+'/help.json'))['fields']; print([(o,n) for o in ('traces','runs') for n in [f['name'] for f in d if f['over']==o] if not any(l.startswith(n) for l in open(T+'/fields.'+o))], [l for o in ('traces','runs') for l in open(T+'/fields.'+o) if l.split('\t')[0][:-1] not in [f['name'] for f in d if f['over']==o]])"
[] []
# Names out of the store
$ spoor complete -- trace d15b07e0202611200000000000000048
d15b07e0202611200000000000000048	dispute-agent
$ spoor complete -- trace '' | wc -l
59
$ spoor complete -- run v
v13	eval-D13-2026-11-20T16:40:09#0
v12	eval-D12-2026-11-14T09:12:04#0
$ spoor complete -- compare v12 eval-v1
eval-v13.json	dispute v13
eval-v12.json	dispute v12
$ spoor complete -- runs --dataset ''
file://dispute-cases.yaml	2
$ spoor complete -- prompts disp
dispute
dispute v12
dispute v13
$ spoor complete -- prompts 'dispute v13' ''
322ec166fd4df25258e6cfdd44ad6779c265a931b799eb26f543dd18495ba801
$ spoor complete -- traces --where model:gpt
model:gpt-4o-mini-2024-07-18	58
model:gpt-4o-2024-08-06	53
model:gpt-4o	1
$ spoor complete -- traces --where 'tool:get'
tool:get_card_status	7
tool:get_balance	5
tool:get_transfer	4
$ spoor complete -- trace d15b07e0202611200000000000000048 --span '' | head -n 2
a5b8d1cb326ceca4	dispute-agent
b68d63f175e06c1c	classify-intent
$ spoor complete -- flag v13/ | wc -l
82
$ spoor complete -- open run:eval-D13
run:eval-D13-2026-11-20T16:40:09%230	dispute v13
$ spoor complete -- open trace:d15b07e0202611200000000000000048
trace:d15b07e0202611200000000000000048	dispute-agent
# --store names another; a store that is missing, cut off or no store has no names, and nothing is said or made
$ spoor complete -- --store $T/none.db trace ''; echo no store >$T/bad.db; spoor complete -- trace --store=$T/bad.db '' 2>&1; head -c 5000 $SPOOR_STORE >$T/cut.db; spoor complete -- trace --store $T/cut.db '' 2>&1; ls $T
bad.db
cut.db
err
fields.runs
fields.traces
help.json
home
# A mistake in the settings is not said here
$ mkdir -p $XDG_CONFIG_HOME/spoor; echo '{"thme": 1}' >$XDG_CONFIG_HOME/spoor/config.json; spoor complete -- tra 2>&1 | wc -l; rm $XDG_CONFIG_HOME/spoor/config.json
2
# bash gives the line; what comes back is quoted for where it goes
$ b() { spoor complete --shell bash --breaks "$(printf ' \t\n"'"'"'@><=;|&(:')" -- "$1"; }; declare -f b >$T/b
$ . $T/b; b 'spoor traces --where kind:l'
llm 
$ . $T/b; b "spoor traces --where 'kind:llm du"
kind:llm dur>
kind:llm dur<
kind:llm dur>=
kind:llm dur<=
kind:llm dur:
$ . $T/b; b 'spoor traces --where du'
dur\>
dur\<
dur\>=
dur\<=
dur:
$ . $T/b; b 'A=1 spoor prompts dispute\ v1'
dispute\ v12 
dispute\ v13 
$ . $T/b; b "spoor prompts 'dispute v1"
dispute v12
dispute v13
$ . $T/b; b 'spoor trace --store "x y" da15'
$ . $T/b; b "spoor 'tra"
trace
traces
# The scripts: shells read them, and make put the same beside the program
$ for s in bash zsh fish; do spoor complete --script $s >$T/s.$s || echo $s fails; done; bash -n $T/s.bash; if command -v zsh >/dev/null; then zsh -n $T/s.zsh; else echo "skipped: no zsh" >&2; fi; if command -v fish >/dev/null; then fish -n $T/s.fish; else echo "skipped: no fish" >&2; fi
$ spoor complete --script tcsh 2>&1
spoor: there is no script for tcsh: bash, zsh or fish
? 2
# bash with the script itself, as the shell calls it
$ bash -c 'source $T/s.bash; COMP_LINE="spoor exp"; COMP_POINT=9; COMP_WORDS=(spoor exp); COMP_CWORD=1; _spoor spoor exp spoor; printf "<%s>\n" "${COMPREPLY[@]}"'
<export >
# It is in no list
$ spoor help | grep -c complete; spoor help --json | grep -c '"complete"'
0
0
? 1
