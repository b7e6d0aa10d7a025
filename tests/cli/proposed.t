# Proposed verdicts are in no figure: what commands say of verdicts, before and after some were proposed (100 of them: tests/unit/proposed.c).
$ spoor import --no-index tests/data/evals-claims.tar.gz tests/data/traces-claims.jsonl.gz >$T/log; echo $?
0
# Some answers are flagged by hand; then the same is proposed to whatever is like each of them.
$ export SPOOR_AUTHOR=eva; for r in C1 C2 C3; do spoor run $r --where status:failed --json | grep -o '"key":"[0-9a-f]*","repeat":[0-9]*' | awk -F'"' -v r=$r '!((NR+1)%3) {split($7, n, ":"); print r "/" $4 "#" n[2]+1}'; done >$T/flag; wc -l <$T/flag; while read -r t; do spoor flag "$t" --bad --reason wrong; done <$T/flag | wc -l
40
40
$ bash tests/cli/proposed.sh >$T/before 2>&1; [ $(wc -c <$T/before) -gt 100000 ] && echo many figures; grep -c eva $T/before | sed 's/^0$/none of them/; s/^[1-9][0-9]*$/with verdicts in them/'
many figures
with verdicts in them
$ export SPOOR_AUTHOR=eva; while read -r t; do o=$(spoor alikes "$t" --json | grep -o '"rows":\[{"kind":"case","target":"[^"]*"' | cut -d'"' -f10); [ -z "$o" ] || spoor alikes "$t" --propose --yes --opened "$o" -n 500 --json | grep -o '"proposed":[0-9]*,"skipped"'; done <$T/flag | tr -dc '0-9\n' | awk '{n += $1} END {print n}'
21
$ bash tests/cli/proposed.sh >$T/after 2>&1; cmp $T/before $T/after && echo no figure has moved
no figure has moved
# Asked for, they are told: apart.
$ spoor run C1 --where has:proposed --json | grep -o '"key"' | wc -l
19
$ spoor export flagged >$T/hand; spoor export flagged --with-proposed >$T/all; [ $(wc -l <$T/all) -gt $(wc -l <$T/hand) ] && echo more; grep -c '"proposed":true' $T/hand; grep -c '"proposed":true' $T/all
more
0
21
# One of them confirmed by hand moves them.
$ export SPOOR_AUTHOR=eva; spoor flag "C1/$(spoor run C1 --where has:proposed --json | grep -o '"key":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)" --bad | wc -l; bash tests/cli/proposed.sh >$T/after 2>&1; cmp -s $T/before $T/after || echo figures have moved
1
figures have moved
