#!/usr/bin/env python3
"""O1: everything the system and SQLite are asked for while a store is opened (to read, to import, for a verdict) fails once, and from
some call on. It opens all the same, or ends with 4 and a sentence; what was there stays to the byte where only reading was asked for,
and to the row otherwise; and the next opening, undisturbed, is as if nothing had been. Of no store, an empty file, one closed well,
one with its log still beside it, one on a disk without shared memory, and one somebody put a table into."""
import sqlite3

from fault import *

STATES = ("none", "empty", "closed", "hot", "unshared", "changed")
JOBS = {"read": ["read", "1"], "import": ["checkpoint", "0"], "verdict": ["annotate", "1"]}
ERRNO = {"EIO": 5, "EEXIST": 17, "EACCES": 13, "EINTR": 4, "EMFILE": 24, "ENOSPC": 28, "ENOMEM": 12, "EROFS": 30, "short": SHORT}
OF_CALL = {"open": ("EACCES", "EMFILE", "EINTR", "EROFS", "EEXIST"), "read": ("EIO",), "pread": ("EIO", "EINTR", "short"), "pwrite": ("EIO", "ENOSPC", "EINTR"), "sync": ("EIO",),
           "truncate": ("EIO",), "unlink": ("EIO",), "lock": ("EIO", "EINTR", "EACCES"), "mmap": ("ENOMEM",), "stat": ("EIO", "EACCES")}
BUSY = 5
OF_METHOD = {"open": (14,), "read": (10 | 1 << 8,), "write": (10 | 3 << 8, 13), "sync": (10 | 4 << 8,), "truncate": (10 | 6 << 8,), "delete": (10 | 10 << 8,),
             "lock": (10 | 15 << 8, BUSY), "shm_map": (10 | 21 << 8,)}


class Worker:
    def __init__(self):
        self.room = room = Room()
        room.spoor("import", room.file("a.jsonl", otlp_lines(3, spans=2)))
        room.keep("closed")
        run([CLIENT, "annotate", room.store, "1", "before"], room.env)
        room.keep("hot")
        room.put("closed")
        with sqlite3.connect(room.store) as db:
            db.execute("CREATE TABLE other(x)")
        db.close()
        room.keep("changed")
        room.clear()
        open(room.store, "wb").close()
        room.keep("empty")
        self.servers, self.counts, self.want = {}, {}, {}
        for state in STATES:
            self.prepare(state)
            self.want[state] = self.rows()

    def prepare(self, state):
        if state == "none":
            self.room.clear()
        else:
            self.room.put("closed" if state == "unshared" else state)

    def rows(self):
        """What the store holds, without the verdict a try may have added."""
        return [line for line in self.room.exported() if "opening" not in line] if os.path.exists(self.room.store) and os.path.getsize(self.room.store) else []

    def bytes(self):
        """Of the store and its log. (The others may be made by who only reads.)"""
        return [open(self.room.store + end, "rb").read() if os.path.exists(self.room.store + end) else b"" for end in ("", "-wal")]

    def server(self, job, state):
        shared = state != "unshared"
        if (job, shared) not in self.servers:
            what, n = JOBS[job]
            env = self.room.env if shared else dict(self.room.env, SPOOR_NO_SHM="1")
            self.servers[job, shared] = Server([CLIENT, what, self.room.store, n, "opening"], env, self.room.path)
        return self.servers[job, shared]

    def count(self, job, state, kind, what):
        key = (job, state, kind, what)
        if key not in self.counts:
            self.prepare(state)
            r = self.server(job, state).order(kind, what=what, k=0)
            if r.code != self.usual(job, state):
                raise RuntimeError(f"{job}, {state}: undisturbed: {r.words()}")
            self.counts[key] = r.n
        return self.counts[key]

    @staticmethod
    def usual(job, state):
        return 4 if state == "changed" or (job == "read" and state in ("none", "empty")) else 0

    def close(self):
        for s in self.servers.values():
            s.close()
        self.room.close()


def try_one(w, job, state, kind, what, mode, action, k):
    w.prepare(state)
    before = w.bytes() if job == "read" else None
    r = w.server(job, state).order(kind, what=what, mode=mode, action=action, k=k)
    wrong = []
    if r.hung or r.code not in (0, 4) or (r.code == 0 and w.usual(job, state)):
        wrong.append(r.words())
    elif r.code == 4 and not r.err.strip():
        wrong.append("exit 4 without a word")
    if before is not None and state != "unshared" and w.bytes() != before:
        wrong.append("was only read, and changed")
    again = w.server(job, state).order()
    made = w.usual(job, state) == 4
    if again.hung or again.code != w.usual(job, state):
        wrong.append(f"opened again: {again.words()}")
    return wrong or ([] if w.want[state] == w.rows() or (not w.want[state] and not made) else ["holds other rows than before"])


def main():
    opts = options(__doc__)
    dice = random.Random(opts.seed)
    if SANITIZED:
        print("skipped: the sanitizer's runtime has to be first, before what makes calls fail")
        print("0 passed, 0 failed")
        return 0
    probe = Worker()
    cases = []
    for job in JOBS:
        for state in STATES:
            kinds = [(f"call {c}", CALL, CALLS[c], [ERRNO[e] for e in names], (ONCE, FROM)) for c, names in OF_CALL.items()]
            kinds += [(f"sqlite {m}", VFS, METHODS[m], codes, (ONCE, FROM)) for m, codes in OF_METHOD.items()]
            kinds.append(("memory", ALLOC, 1, (0,), (ONCE, FROM)))
            for name, kind, what, actions, modes in kinds:
                n = probe.count(job, state, kind, what)
                for action in actions:
                    for mode in modes:
                        # (what is interrupted for ever never ends; a lock that is refused for ever is waited for, five seconds each time)
                        if mode == FROM and (action in (ERRNO["EINTR"], SHORT, BUSY) or name == "call lock"):
                            continue
                        for k in range(1, n + 1) if opts.all else sample(dice, n, *((2, 2) if not name.endswith(" lock") else (16, 8)) if kind != ALLOC else (2, 16)):
                            cases.append(Case(f"O1 {job} {state} {name} {action} {'once' if mode == ONCE else 'from'} {k}", try_one, (job, state, kind, what, mode, action, k)))
    probe.close()
    dice.shuffle(cases)
    return do(opts, cases, Worker)


if __name__ == "__main__":
    sys.exit(main())
