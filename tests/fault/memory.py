#!/usr/bin/env python3
"""M1: the k-th allocation fails, or all from the k-th on. A command ends with 4 (or as ever, if it could do without), the explorer with
4 or goes on; nothing crashes or hangs, the terminal is as it was, the store sound, and importing again completes it."""
from fault import *

COMMANDS = {
    "traces": ["traces"],
    "traces-csv": ["traces", "--csv", "--where", "status:ok name~step"],
    "trace": ["trace", "00000000000000000000000000000002"],
    "trace-json": ["trace", "00000000000000000000000000000001", "--json"],
    "runs": ["runs"],
    "run": ["run", "eval-v12.json"],
    "compare": ["compare", "eval-v12.json", "eval-v13.json", "--json"],
    "doctor": ["doctor"],
    "problems": ["doctor", "--problems"],
    "formats": ["formats"],
    "help": ["help", "filter"],
}
TRACE = "trace:00000000000000000000000000000001"
SCREENS = {  # what is opened, then (text to see, keys)…
    "traces": (None, [(b"traces", b"jj&status:ok\r"), (b"filter", b"")]),
    "trace": (TRACE, [(b"spans", b"jjh"), (b"step", b"l")]),
    "span": (TRACE, [(b"spans", b"\r"), (b"step", b"\t\t\t")]),
    "raw": (TRACE, [(b"spans", b"\t\t\t\t\t\t"), (b"byte", b"j")]),
    "flow": (TRACE, [(b"spans", b"f"), (b"step", b"f")]),
    "runs": (None, [(b"traces", b"\t"), (b"dispute", b"j")]),
    "compare": (None, [(b"traces", b"\t"), (b"dispute", b"\r"), (b"metric", b"j")]),
    "case": (None, [(b"traces", b"\t"), (b"dispute", b"\r"), (b"metric", b"\r")]),
    "help": (None, [(b"traces", b"?"), (b"open", b"j")]),
    "theme": (None, [(b"traces", b":theme mono\r"), (b"mono", b"T")]),
}


class Worker:
    """A room with a store of one small file of each kind, and a server for each command."""

    def __init__(self):
        self.room = room = Room()
        self.files = {name: room.file(name, data) for name, data in small_files().items()}
        self.servers = {}
        self.want = {}
        for path in [*self.files.values(), "tests/data/eval-v12.json", "tests/data/eval-v13.json"]:
            room.spoor("import", path)
        room.keep("full")
        self.whole = invariants.digest_of(room.exported())
        self.fresh = False
        self.normal = {}

    def words(self, name):
        kind, what = name.split(":", 1)
        if kind == "import":
            return [PROGRAM, "import", self.files[what]]
        if kind == "screen":
            return [PROGRAM, "--open", SCREENS[what][0]] if SCREENS[what][0] else [PROGRAM]
        return [PROGRAM, *COMMANDS[what]]

    def server(self, name):
        if name not in self.servers:
            self.servers[name] = Server(self.words(name), self.room.env, self.room.path, Terminal() if name.startswith("screen:") else None)
        return self.servers[name]

    def prepare(self, name):
        kind, what = name.split(":", 1)
        if kind == "import":
            if name not in self.want:
                self.want[name] = self.room.undisturbed(self.files[what])
            self.room.clear()
            self.fresh = False
        elif not self.fresh:
            self.room.put("full")
            self.fresh = kind == "command"  # a screen works on the store behind what it shows
        return SCREENS[what][1] if kind == "screen" else None

    def undisturbed(self, name):
        """How many allocations there are."""
        keys = self.prepare(name)
        r = self.server(name).order(ALLOC, k=0, keys=keys)
        if r.hung or r.code not in (0, 1, 3):
            raise RuntimeError(f"{name} fails undisturbed: {r.words()}")
        self.normal[name] = [(r.code, r.out)]
        if not name.startswith("screen:"):  # the locale's tables did not come: as in the C locale
            s = Server(self.words(name), dict(self.room.env, LC_ALL="C"), self.room.path)
            self.prepare(name)
            plain = s.order(ALLOC)
            self.normal[name].append((plain.code, plain.out))
            s.close()
        return r.n

    def close(self):
        for s in self.servers.values():
            s.close()
        self.room.close()


def try_one(w, name, mode, k):
    if name not in w.normal:
        w.undisturbed(name)
    keys = w.prepare(name)
    r = w.server(name).order(ALLOC, mode=mode, k=k, keys=keys)
    wrong = []
    code, out = w.normal[name][0]
    if r.code == -signal.SIGSEGV and r.in_curses:
        pass  # ncurses 6.4 does not look at all it is given (newterm, the scrolling of wrefresh); the terminal is as before all the same
    elif r.code in (-signal.SIGSEGV, 127) and r.in_loader:
        pass  # glibc 2.36 opens libarchive: out of memory ends the process with 127, or is not looked at
    elif r.hung or r.code not in (code, 4) or (r.fired == 0 and r.code != code):
        wrong.append(r.words())
    elif r.code == code and (r.code, r.out) not in w.normal[name]:
        wrong.append(f"ended as if nothing were the matter (exit {code}) and printed something else: {len(r.out)} bytes where there should be {len(out)}")
    if name.startswith("import:"):
        path = w.files[name.split(":", 1)[1]]
        wrong += w.room.wrong_with_store(path)
        wrong += wrong or w.room.wrong_when_repeated(path, w.want[name])
    elif name.startswith("screen:"):
        wrong += w.server(name).terminal.wrong()
    return wrong


def main():
    opts = options(__doc__)
    dice = random.Random(opts.seed)
    if SANITIZED:
        print("skipped: the sanitizer has an allocator of its own")
        print("0 passed, 0 failed")
        return 0
    names = [f"import:{f}" for f in small_files()] + [f"command:{c}" for c in COMMANDS] + [f"screen:{s}" for s in SCREENS]
    probe = Worker()
    counts = {name: probe.undisturbed(name) for name in names}
    probe.close()
    cases = []
    for name in names:
        n = counts[name] + (counts[name] // 50 if name.startswith("screen:") else 0)  # (threads: the number varies)
        share = 1 if name.startswith(("import:otlp.jsonl", "import:promptfoo")) else 0.15 if not name.startswith("screen:") else 0.04
        for mode in (ONCE, FROM):
            ks = range(1, n + 1) if opts.all else sample(dice, n, int(300 * share) // 2, int(300 * share) // 2)
            cases += [Case(f"{name} {'once' if mode == ONCE else 'from'} {k}", try_one, (name, mode, k)) for k in ks]
    if opts.v:
        print(counts)
    dice.shuffle(cases)
    return do(opts, cases, Worker)


if __name__ == "__main__":
    sys.exit(main())
