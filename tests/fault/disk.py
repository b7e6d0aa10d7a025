#!/usr/bin/env python3
"""P1: the k-th call of SQLite's file layer fails (error, disk full, short). P2: the power goes at the k-th sync or write, and of what
was not synced anything may be lost or torn. K2: the process is killed at the k-th call of the system. D2: such a call fails. Of an
import into an empty store, of one into a store that holds another file, and of verdicts."""
from fault import *

SQLITE = {"IOERR": 10, "FULL": 13, "short": SHORT}  # IOERR stands for its extended codes: the layer gives those of the method
IOERR = {"open": 14, "read": 10 | 1 << 8, "write": 10 | 3 << 8, "sync": 10 | 4 << 8, "truncate": 10 | 6 << 8, "delete": 10 | 10 << 8, "lock": 10 | 15 << 8, "shm_map": 10 | 21 << 8}
ERRNO = {"EIO": 5, "ENOSPC": 28, "EROFS": 30, "EACCES": 13, "EDQUOT": 122, "EINTR": 4, "short": SHORT}
JOBS = ("empty", "second", "eval", "verdicts")


class Worker:
    def __init__(self):
        self.room = room = Room()
        self.first = room.file("first.jsonl", otlp_lines(5, spans=3, seed=7).replace(b'"000000', b'"00a000').replace(b"svc", b"other"))
        self.files = {"empty": room.file("a.jsonl", otlp_lines(4, spans=3)), "eval": room.file("e.json", promptfoo_document(4))}
        self.files["second"] = self.files["empty"]
        room.spoor("import", self.first)
        room.keep("base")
        self.servers, self.want, self.counts = {}, {}, {}
        for job in ("empty", "second", "eval"):
            self.want[job] = room.undisturbed(self.files[job], "base" if job == "second" else None)

    def server(self, job):
        if job not in self.servers:
            words = [CLIENT, "annotate", self.room.store, "4"] if job == "verdicts" else [PROGRAM, "import", self.files[job]]
            self.servers[job] = Server(words, self.room.env, self.room.path)
        return self.servers[job]

    def prepare(self, job):
        self.room.put("base") if job in ("second", "verdicts") else self.room.clear()

    def count(self, job, kind, what):
        if (job, kind, what) not in self.counts:
            self.prepare(job)
            r = self.server(job).order(kind, what=what, k=0)
            if r.code:
                raise RuntimeError(f"{job} fails undisturbed: {r.words()}")
            self.counts[job, kind, what] = r.n
        return self.counts[job, kind, what]

    def close(self):
        for s in self.servers.values():
            s.close()
        self.room.close()


def after(w, job, r):
    """I1 to I4."""
    room = w.room
    if job == "verdicts":
        wrong = room.wrong_with_store(w.first, r.out.decode().split())
        if not wrong:
            again = run([CLIENT, "annotate", room.store, "1"], room.env)
            wrong += [] if again.code == 0 else [f"a verdict afterwards: {again.words()}"]
        return wrong
    if job == "second":
        wrong = room.wrong_with_store(None)
        lost = [f for f in w.of_base if f not in w.now(room)] if not wrong else []
        wrong += [f"{len(lost)} facts of the file that was there are gone: {lost[0][:120]}"] if lost else []
    else:
        wrong = room.wrong_with_store(w.files[job])
    return wrong or room.wrong_when_repeated(w.files[job], w.want[job])


def facts_now(room):
    db = invariants.look(room.store, room.look)
    try:
        return set(invariants.facts(db)) if invariants.is_made(db) else set()
    finally:
        db.close()


Worker.now = staticmethod(facts_now)


def try_one(w, job, kind, what, mode, action, k, seed, codes):
    if job == "second" and not hasattr(w, "of_base"):
        w.room.put("base")
        w.of_base = facts_now(w.room)
    w.prepare(job)
    r = w.server(job).order(kind, what=what, mode=mode, action=action, k=k, seed=seed)
    wrong = []
    if r.hung or r.code not in codes or (not r.fired and r.code != 0):
        wrong.append(r.words())
    elif r.code == 4 and not r.err:
        wrong.append("exit 4 without a word")
    return wrong + after(w, job, r)


def cases_p1(probe, dice, all_of_it):
    cases = []
    for job in JOBS:
        for method, bit in METHODS.items():
            n = probe.count(job, VFS, bit)
            for action in ("IOERR", "FULL", "short"):
                if (action == "FULL" and method not in ("write", "truncate", "shm_map", "open")) or (action == "short" and method != "write"):
                    continue  # (a read that comes back short means the end of the file to SQLite: the layer below never says so in its middle; D2 has it)
                code = IOERR[method] if action == "IOERR" else SQLITE[action]
                for mode in (ONCE, FROM):
                    # Every k of one file; of the others, and of the second action, a sample.
                    ks = range(1, n + 1) if all_of_it or (job == "empty" and action == "IOERR" and mode == ONCE) else sample(dice, n, 2, 4)
                    cases += [Case(f"P1 {job} {method} {action} {'once' if mode == ONCE else 'from'} {k}", try_one, (job, VFS, bit, mode, code, k, 1, (0, 4))) for k in ks]
    return cases


def cases_p2(probe, dice, n):
    cases = []
    counts = {(job, what): probe.count(job, POWER, what) for job in JOBS for what in (METHODS["sync"], METHODS["sync"] | METHODS["write"])}
    for i in range(n):
        job = JOBS[i % len(JOBS)]
        what = METHODS["sync"] | (METHODS["write"] if dice.random() < 0.5 else 0)
        k, seed = dice.randrange(1, counts[job, what] + 1), dice.randrange(1, 1 << 60)
        cases.append(Case(f"P2 {job} {what} {k} {seed}", try_one, (job, POWER, what, ONCE, 0, k, seed, (0, STATUS_CUT))))
    return cases


def cases_k2(probe, dice, n):
    what = CALLS["pwrite"] | CALLS["sync"] | CALLS["truncate"] | CALLS["unlink"] | CALLS["lock"] | CALLS["open"]
    cases = []
    for job in JOBS:
        total = probe.count(job, CALL, what)
        ks = range(1, total + 1) if n is None else sorted(dice.sample(range(1, total + 1), min(n // len(JOBS), total)))
        cases += [Case(f"K2 {job} {k}", try_one, (job, CALL, what, ONCE, KILL, k, 1, (0, -9))) for k in ks]
    return cases


def cases_d2(probe, dice, n):
    """One of each kind of failure, at n places each; and storms: every second call is interrupted, or comes short."""
    kinds = [("sync", "EIO"), ("pwrite", "EIO"), ("pwrite", "EDQUOT"), ("pwrite", "ENOSPC"), ("pwrite", "EROFS"), ("pread", "EIO"), ("open", "EROFS"), ("open", "EACCES"),
             ("open", "EINTR"), ("read", "EIO"), ("read", "EINTR"), ("read", "short"), ("pread", "EINTR"), ("pread", "short"), ("pwrite", "EINTR"), ("pwrite", "short"),
             ("lock", "EINTR"), ("lock", "EIO"), ("truncate", "EIO"), ("truncate", "EINTR"), ("mmap", "EACCES"), ("sync", "EINTR")]
    cases = []
    for call, name in kinds:
        for job in JOBS:
            total = probe.count(job, CALL, CALLS[call])
            # A file that cannot be read is the file's problem: 3.
            codes = (0, 3, 4) if call in ("read", "pread", "open") else (0, 4)
            share = None if n is None else max(1, n // len(JOBS))
            for k in range(1, total + 1) if share is None else sorted(dice.sample(range(1, total + 1), min(share, total))):
                cases.append(Case(f"D2 {job} {call} {name} {k}", try_one, (job, CALL, CALLS[call], ONCE, ERRNO[name], k, 1, codes)))
            if total and name in ("EINTR", "short") and call not in ("sync", "lock"):  # (which do not end so)
                cases.append(Case(f"D2 {job} {call} {name} storm", try_one, (job, CALL, CALLS[call], EVERY, ERRNO[name], 2, 1, (0,))))
    return cases


def main():
    opts = options(__doc__)
    dice = random.Random(opts.seed)
    if SANITIZED:
        print("skipped: the sanitizer's runtime has to be first, before what makes calls fail")
        print("0 passed, 0 failed")
        return 0
    probe = Worker()
    cases = cases_p1(probe, dice, opts.all)
    cases += cases_p2(probe, dice, 20000 if opts.all else 200)
    cases += cases_k2(probe, dice, None if opts.all else 60)
    cases += cases_d2(probe, dice, None if opts.all else 8)
    probe.close()
    dice.shuffle(cases)
    return do(opts, cases, Worker)


if __name__ == "__main__":
    sys.exit(main())
