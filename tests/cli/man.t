# The man pages as they were made by make; here as the program prints them.
$ for p in spoor spoor-config spoor-filter spoor-formats; do spoor help --man $p > $T/$p.man || echo $p fails; spoor help --man $p | cmp - $T/$p.man; LC_ALL=C tr -d '\n' < $T/$p.man | LC_ALL=C grep -c '[[:cntrl:]]'; [ $(wc -L < $T/$p.man) -lt 400 ] || echo $p has a long line; done
0
0
0
0
$ LC_ALL=C spoor help --man spoor | cmp - $T/spoor.man
$ SPOOR_CONFIG= spoor --ascii help --man spoor-filter | cmp - $T/spoor-filter.man
$ spoor help --man nosuch 2>&1
spoor: no such man page: nosuch
? 2
$ SOURCE_DATE_EPOCH=86400 spoor help --man spoor | sed -n 3p | cut -d' ' -f 2-4
"SPOOR" "1" "1970-01-02"
$ grep '^\.SH' $T/spoor.man
.SH "NAME"
.SH "SYNOPSIS"
.SH "DESCRIPTION"
.SH "OPTIONS"
.SH "COMMANDS"
.SH "WORDS"
.SH "OUTPUT"
.SH "KEYS"
.SH "LINKS"
.SH "TOPICS"
.SH "FILES"
.SH "ENVIRONMENT"
.SH "EXIT STATUS"
.SH "EXAMPLES"
.SH "SEE ALSO"
# All of it stands there: commands, their options, topics, actions, fields, formats, settings.
$ spoor help --json > $T/help.json
$ printf 'import re, sys\nt = open(sys.argv[1]).read()\nfor a, b in (("\\\\:", ""), ("\\\\-", "-"), ("\\\\(aq", chr(39)), ("\\\\(ga", chr(96)), ("\\\\(ha", "^"), ("\\\\(ti", "~"), ("\\\\(dq", chr(34)), ("\\\\&", ""), ("\\\\fB", ""), ("\\\\fR", ""), ("\\\\e", chr(92))):\n    t = t.replace(a, b)\nprint(" ".join(t.split()))\n' > $T/plain.py; for p in spoor spoor-config spoor-filter spoor-formats; do python3 $T/plain.py $T/$p.man > $T/$p.plain; done
$ python3 -c "import json,os; T=os.environ['T']; d=json.load(open(T+'/help.json')); t=open(T+'/spoor.plain').read(); print([c['name'] for c in d['commands'] if 'spoor '+c['name'] not in t], [o['name'] for c in d['commands']+[d,d['explorer']] for o in c['options'] if '--'+o['name'] not in t or ' '.join(o['help'].split()) not in t], [x['name'] for x in d['topics'] if x['line'] not in t], [k['action'] for k in d['keys'] if k['help'] not in t])"
[] [] [] []
$ python3 -c "import json,os; T=os.environ['T']; d=json.load(open(T+'/help.json')); t=open(T+'/spoor-filter.plain').read(); print([f for f in d['fields'] if f['example'] not in t or f['help'] not in t])"
[]
$ python3 -c "import json,os,subprocess; T=os.environ['T']; d=json.loads(subprocess.run(['spoor','formats','--json'],capture_output=True).stdout); t=open(T+'/spoor-formats.plain').read(); print(len(d['formats']) > 50, [f['name'] for f in d['formats'] if f['how'] not in t or f['fills'] not in t or f['spec_url'] not in t])"
True []
$ python3 -c "import json,os,subprocess; T=os.environ['T']; d=json.loads(subprocess.run(['spoor','config','--json'],capture_output=True).stdout); t=open(T+'/spoor-config.plain').read(); k=json.load(open(T+'/help.json'))['keys']; print([s['name'] for s in d['settings'] if s['name'] not in t], [x['action'] for x in k if x['action'] not in t])"
[] []
# What roff readers say of them; each that is there is asked.
$ for p in spoor spoor-config spoor-filter spoor-formats; do command -v groff >/dev/null && groff -K utf8 -Tutf8 -ww -man $T/$p.man 2>&1 >/dev/null; command -v mandoc >/dev/null && mandoc -Tlint -W warning $T/$p.man; done | grep -v 'cannot parse date\|missing date'
? 1
# As it is read, at 80 columns: nothing stands beyond the margin
$ if command -v man >/dev/null; then for p in spoor spoor-config spoor-filter spoor-formats; do LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l $T/$p.man 2>&1 > $T/$p.txt | head -n 3; [ -s $T/$p.txt ] || echo $p is empty; done; else echo "skipped: no man" >&2; fi
