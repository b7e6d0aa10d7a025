# Opening: what is the matter and what to do, and the file as it was. (Each case with both modes: tests/unit/open.c.)
$ spoor import tests/data/eval-v12.json tests/data/traces-voice.json.gz >$T/log; python3 -c "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('PRAGMA application_id = 7'); c.execute('CREATE TABLE a(b)'); c.commit()" $T/foreign.db; md5sum $T/foreign.db >$T/sum; spoor --store $T/foreign.db traces 2>&1; spoor --store $T/foreign.db import tests/data/eval-v12.json 2>&1; md5sum -c --quiet $T/sum; ls $T/foreign.db*
spoor: $T/foreign.db is a database of another program (application id 0x00000007), not a spoor store: name another with --store or $SPOOR_STORE
spoor: $T/foreign.db is a database of another program (application id 0x00000007), not a spoor store: name another with --store or $SPOOR_STORE
$T/foreign.db
$ spoor backup $T/newer.db >$T/log; python3 -c "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version = 7')" $T/newer.db; spoor --store $T/newer.db runs 2>&1
spoor: store $T/newer.db was written by a newer spoor (schema 7, this one knows 4): update spoor; nothing was changed
? 4
$ spoor backup $T/cut.db >$T/log; truncate -s 20000 $T/cut.db; spoor --store $T/cut.db runs 2>&1 | sed 's/of [0-9]* bytes/of N bytes/'
spoor: store $T/cut.db is cut off: 20000 of N bytes are there; put a backup in its place, or move it away and import again
$ ln -s foreign.db $T/link.db; spoor --store $T/link.db runs 2>&1
spoor: store $T/link.db is a symbolic link, which is not followed: name the file itself (foreign.db) with --store or $SPOOR_STORE
? 4
$ mkdir $T/dir; spoor --store $T/dir import tests/data/eval-v12.json 2>&1
spoor: store $T/dir is a directory: name a file in it
? 4
$ spoor --store $T/foreign.db traces --json
? 4
# Where it can only be read: reading works, the rest says what to do
$ cp $SPOOR_STORE $T/dir/ro.db; chmod 500 $T/dir; chmod 755 "$T/.." "$T"; chown -R 65534 $T/dir 2>/dev/null; chmod 444 $T/dir/ro.db; cp "$(command -v spoor)" $T/spoor; if [ "$(id -u)" = 0 ]; then as='setpriv --reuid=65534 --regid=65534 --clear-groups'; else as=; fi; HOME=/tmp $as $T/spoor --store $T/dir/ro.db runs --columns id,cases; HOME=/tmp $as $T/spoor --store $T/dir/ro.db import tests/data/eval-v13.json 2>&1; HOME=/tmp $as $T/spoor --store $T/dir/ro.db doctor | grep -E 'mode|health' | sed 's/[0-9.]* [kM]B/SIZE/'; HOME=/tmp $as $T/spoor --store $T/dir/ro.db forget run:v12 --yes 2>&1; ls $T/dir
id                              cases
eval-D12-2026-11-14T09:12:04#0     82
spoor: store $T/dir/ro.db can only be read: its directory cannot be written; give it leave to be written, or name another with --store or $SPOOR_STORE
           SIZE, log 0 B, version 4, mode 0444, read-only
health     sound
spoor: store $T/dir/ro.db can only be read: its directory cannot be written; give it leave to be written, or name another with --store or $SPOOR_STORE
ro.db
# Copies
$ spoor backup $T/copy.db | sed 's/  .*,/,/'; stat -c %a $T/copy.db; spoor backup $T/copy.db 2>&1; spoor backup --force $T/copy.db --json | sed 's/[0-9]*}/N}/'
$T/copy.db, looked through and sound
600
spoor: $T/copy.db is there already: name another file, or replace it with --force
{"file":"$T/copy.db","bytes":N}
$ spoor backup $SPOOR_STORE --force 2>&1; spoor backup $T/none/copy.db 2>&1; ls -A $T | grep -c '^.spoor-'
spoor: $T/home/spoor.db is the store itself: name another file
spoor: cannot write $T/none/copy.db: No such file or directory
0
? 1
$ spoor traces --json >$T/a; spoor --store $T/copy.db traces --json | cmp - $T/a && spoor --store $T/copy.db doctor | grep health
health     sound
$ for i in 1 2 3 4 5 6 7 8 9; do spoor --store $T/busy.db import tests/data/traces-agent.jsonl >$T/log 2>&1; spoor --store $T/busy.db forget traces-agent.jsonl -y >$T/log 2>&1; done & for i in 1 2 3 4 5; do spoor --store $T/busy.db backup -f $T/b$i.db >/dev/null 2>$T/err || grep -v -e 'no store' -e 'is empty' $T/err; [ ! -f $T/b$i.db ] || spoor --store $T/b$i.db doctor >$T/doc 2>&1 || grep -v 'is empty' $T/doc; done; wait
# A store without shared memory: one spoor at a time
$ export SPOOR_NO_SHM=1; spoor import tests/data/eval-v13.json 2>&1 >$T/log; spoor runs --columns id,cases; ls $SPOOR_STORE-shm 2>&1 | sed 's/.*No such/No such/'; spoor doctor | grep -E 'health|memory'
spoor: store $T/home/spoor.db lies where processes share no memory (a network file system): one spoor at a time
id                              cases
eval-D13-2026-11-20T16:40:09#0     84
eval-D12-2026-11-14T09:12:04#0     82
No such file or directory
health     sound
