#!/usr/bin/env python3
"""C1: two importers and four readers on one store: no reader is told that it is busy, in every snapshot a trace holds the rows it says,
and what is there in the end is what importing one after the other gives. C2: one file by four processes at once is stored once.
C3: an importer, two who judge and checkpoints every 50 ms: the store is sound, every verdict there."""
from fault import *


class Worker:
    def __init__(self):
        self.room = Room()
        self.files = []
        size = 600 if SANITIZED else 2500
        for i in range(4):
            data = otlp_lines(size, spans=6, traces_of=20, text=200, seed=i)
            # Traces of their own, but for the first: all files have spans of those.
            data = data.replace(b'"spanId":"00', b'"spanId":"%02x' % (i + 1)).replace(b'"parentSpanId":"00', b'"parentSpanId":"%02x' % (i + 1))
            self.files.append(self.room.file(f"{i}.jsonl", data.replace(b'"traceId":"0000', b'"traceId":"%04x' % i, size * 4)))
        self.small = self.room.file("small.jsonl", otlp_lines(800, spans=5, text=200))

    def close(self):
        self.room.close()


def begin(w, words, **more):
    return subprocess.Popen(words, cwd=ROOT, env=w.room.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def end(p, codes=(0,)):
    try:
        out, err = p.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        p.kill()
        p.communicate()
        return b"", [f"{p.args[1]} hangs"]
    return out, [] if p.returncode in codes else [f"{' '.join(p.args[1:3])}: exit {p.returncode}: {err.decode()[-200:]}"]


def importers_and_readers(w, importers, readers):
    room, wrong = w.room, []
    room.clear()
    for f in w.files:
        room.spoor("import", f)
    serial = invariants.digest_of(told(room))
    room.clear()
    run([CLIENT, "checkpoint", room.store, "1"], room.env)  # the store is there
    looking = [begin(w, [CLIENT, "read", room.store, "20"], stdin=subprocess.PIPE) for _ in range(readers)]
    for first in range(0, len(w.files), importers):
        working = [begin(w, [PROGRAM, "import", f], stdin=subprocess.DEVNULL) for f in w.files[first:first + importers]]
        for p in working:
            wrong += end(p)[1]
    for p in looking:
        wrong += end(p)[1]
    wrong += room.wrong_with_store(None)
    if not wrong and invariants.digest_of(told(room)) != serial:
        lines = told(room)
        wrong.append(f"another store than one after the other gives ({len(lines)} rows)")
    return wrong


def told(room):
    """Which source held a thing first or last is a matter of who was faster."""
    db = invariants.look(room.store, room.look)
    try:
        return invariants.export(db, invariants.OF_READING, {"source", "seen"})
    finally:
        db.close()


def one_file_many_times(w, n):
    room = w.room
    room.undisturbed(w.small)
    want = room.exported()
    room.clear()
    wrong = []
    for p in [begin(w, [PROGRAM, "import", w.small], stdin=subprocess.DEVNULL) for _ in range(n)]:
        wrong += end(p)[1]
    wrong += room.wrong_with_store(w.small)
    if wrong:
        return wrong
    again = room.spoor("import", w.small)
    got = room.exported()
    other = sorted(set(want) ^ set(got))
    return [f"stored otherwise than once: {len(other)} rows differ: {other[0][:400]} … {other[-1][:400]}; again: {again.words()}"] if other else []


def judging_behind_an_import(w):
    room, wrong = w.room, []
    room.clear()
    room.spoor("import", w.small)
    copying = begin(w, [CLIENT, "checkpoint", room.store, "3"], stdin=subprocess.PIPE)
    judging = [begin(w, [CLIENT, "annotate", room.store, "150", name], stdin=subprocess.DEVNULL) for name in ("ann", "bob")]
    for f in w.files[:2]:
        wrong += end(begin(w, [PROGRAM, "import", f], stdin=subprocess.DEVNULL))[1]
    said = []
    for p in judging:
        out, bad = end(p)
        said += out.decode().split()
        wrong += bad
    wrong += end(copying)[1]
    if len(said) != 300:
        wrong.append(f"{len(said)} verdicts of 300")
    return wrong + room.wrong_with_store(None, said)


def main():
    opts = options(__doc__)
    if opts.all:
        cases = [Case(f"C1 {i}", importers_and_readers, (4, 8)) for i in range(200)]
        cases += [Case(f"C2 {i}", one_file_many_times, (4,)) for i in range(200)] + [Case(f"C3 {i}", judging_behind_an_import) for i in range(300)]
        random.Random(opts.seed).shuffle(cases)
    else:
        cases = [Case("C1", importers_and_readers, (2, 4)), *(Case(f"C2 {i}", one_file_many_times, (4,)) for i in range(5)), Case("C3", judging_behind_an_import)]
    return do(opts, cases, Worker, workers=1)


if __name__ == "__main__":
    sys.exit(main())
