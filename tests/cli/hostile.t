# Escape sequences, bidi overrides and formulas in names, messages and file names: shown, never sent.
$ printf '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"svc\\u009b31m"}}]},"scopeSpans":[{"spans":[{"traceId":"00000000000000000000000000000a01","spanId":"00000000000000a1","name":"=1+1\\u001b]52;c;aGk=\\u0007|<b>\\u202e","startTimeUnixNano":"1795132800000000000","endTimeUnixNano":"1795132801000000000","status":{"code":2,"message":"\\u001b[2Jgone\\r\\nnext"},"attributes":[{"key":"k\\u001b[31m","value":{"stringValue":"\\u0000 \\u009b"}}]}]}]}]}\n' >"$T/$(printf 'a\033[31m\nb.json')"; cd $T; spoor import "$(printf 'a\033[31m\nb.json')" 2>&1
a␛[31m␤ b.json  otlp       1 trace, 1 span  all new
$ spoor traces
id                                time          status  name                          service         total  spans  err  llm  tool
00000000000000000000000000000a01  20 Nov 00:00  error   =1+1␛]52;c;aGk=␇|<b><U+202E>  svc<U+009B>31m  1.00s      1    1    0     0
$ spoor traces --ascii
id                                time          status  name                            service         total  spans  err  llm  tool
00000000000000000000000000000a01  20 Nov 00:00  error   =1+1^[]52;c;aGk=^G|<b><U+202E>  svc<U+009B>31m  1.00s      1    1    0     0
$ spoor traces --csv --columns name,service
name,service
"'=1+1␛]52;c;aGk=␇|<b>‮",svc<U+009B>31m
$ spoor traces --csv-raw --columns service | od -c | tail -n 3
0000000   s   e   r   v   i   c   e  \r  \n   s   v   c 302 233   3   1
0000020   m  \r  \n
0000023
$ spoor traces --markdown --columns name,service
| name | service |
|---|---|
| \=1+1␛]52;c;aGk=␇\|\<b>\<U+202E> | svc\<U+009B>31m |
$ spoor trace 0000
=1+1␛]52;c;aGk=␇|<b><U+202E>  error  1.00s  1 span  1 error
id 00000000000000000000000000000a01  started 2026-11-20 00:00:00.000 +00:00
service svc<U+009B>31m  file a␛[31m␤ b.json  format otlp

span =1+1␛]52;c;aGk=␇|<b><U+202E>          1.00s ━━━━━━━━━━━━━━━━  error: ␛[2Jgone next
$ spoor trace 0000 --ascii
=1+1^[]52;c;aGk=^G|<b><U+202E>  error  1.00s  1 span  1 error
id 00000000000000000000000000000a01  started 2026-11-20 00:00:00.000 +00:00
service svc<U+009B>31m  file a^[[31m^J b.json  format otlp

span =1+1^[]52;c;aGk=^G|<b><U+202E>        1.00s ================  error: ^[[2Jgone next
$ spoor trace 0000 --json | python3 -m json.tool | grep -E '"(name|message|k.*)":|service.name'
    "name": "=1+1\u001b]52;c;aGk=\u0007|<b>\u202e",
            "name": "=1+1\u001b]52;c;aGk=\u0007|<b>\u202e",
            "kind": "span",
            "message": "\u001b[2Jgone next",
                "k\u001b[31m": "\u0000 \u009b"
                "service.name": "svc\u009b31m"
$ for c in traces 'trace 0000' 'trace 0000 --json' 'trace 0000 --raw' 'traces --json' 'traces --csv' 'traces --markdown' doctor 'doctor --json'; do spoor $c | LC_ALL=C tr -d '\n\r\040-\176\200-\377' | wc -c; done | sort -u
0
$ for c in traces 'trace 0000' 'trace 0000 --json' 'trace 0000 --raw' 'traces --json' 'traces --csv' 'traces --markdown' doctor 'doctor --json'; do spoor $c | python3 -c "import sys; t=sys.stdin.buffer.read().decode(); print(sum(0x80 <= ord(c) < 0xa0 for c in t))"; done | sort -u
0
$ spoor trace 0000 --raw | python3 -c "import json,sys; s=json.loads(sys.stdin.readline()); print(s['name'].encode('unicode_escape').decode())"
=1+1\x1b]52;c;aGk=\x07|<b>\u202e
# The command line is no better
$ spoor trace "$(printf '\033]0;x\007')" 2>&1
spoor: no trace has an id that begins with "␛]0;x␇"
? 1
$ spoor "$(printf '\033]0;x\007')" 2>&1
spoor: no such command or file: ␛]0;x␇
? 2
$ spoor import "$(printf '\033[31m')" 2>&1
spoor: ␛[31m: No such file or directory (nothing imported)
␛[31m  -          refused
? 3
$ spoor traces --where "$(printf 'name:\033[31m" or')" 2>&1
spoor: --where, column 11: expected a blank; quote the whole value if it has quotes in it, found "" or"
? 2
$ spoor traces --where "name:\"'; DROP TABLE trace; --\""
$ spoor traces --columns id
id
00000000000000000000000000000a01
