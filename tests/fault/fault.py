"""What the rows of faults share: the fork server's other end, files to import, the try itself with its invariants, and how cases are
shared out, counted and told. A row is a program of its own:

    ROW.py [--all] [--seed N] [--only CASE] [--minutes M]

--all is the deep run's share (every k where the plain run samples), within M minutes or $SECONDS_GIVEN. A failure prints its case; --only CASE does just that again."""
import argparse, ctypes, multiprocessing, os, pty, random, select, shutil, signal, struct, subprocess, sys, tempfile, termios, time, traceback
from dataclasses import dataclass, field

sys.path.insert(0, os.path.dirname(__file__))
import invariants

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("SPOOR_BUILD", "build/release"))
PROGRAM, CLIENT, SHIM = (os.path.join(BUILD, p) for p in ("spoor", "fault/client", "fault/fault.so"))
SANITIZED = "/san" in BUILD or "/tsan" in BUILD
ALLOC, CALL, VFS, POWER = 1, 2, 3, 4
ONCE, FROM, EVERY = 0, 1, 2
KILL, SHORT = -1, -2
CALLS = {n: 1 << i for i, n in enumerate("open read pread pwrite sync truncate unlink lock mmap stat".split())}
METHODS = {n: 1 << i for i, n in enumerate("open read write sync truncate delete lock shm_map".split())}
STATUS_CUT = 99
HANG_S = 300


def environment(room, **more):
    """Nothing of the user's is read or written."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SPOOR_", "XDG_", "FAULT_")) and k not in ("NO_COLOR", "COLORTERM")}
    env.update(HOME=room, LC_ALL="C.UTF-8", TZ="UTC", TERM="xterm-256color", SPOOR_NOW="2026-11-21T00:00:00Z", SPOOR_STORE=os.path.join(room, "s.db"), FAULT_UNDER=room)
    if SANITIZED:
        env["ASAN_OPTIONS"] = "verify_asan_link_order=0:detect_leaks=0:abort_on_error=0:exitcode=86"
        env["UBSAN_OPTIONS"] = "exitcode=86"
    env.update(more)
    return env


@dataclass
class Result:
    code: int  # negative: the signal
    n: int = 0
    fired: int = 0
    out: bytes = b""
    err: bytes = b""
    hung: bool = False
    in_curses: bool = False  # what failed was asked for by curses
    in_loader: bool = False  # … by the dynamic loader
    seconds: float = 0

    def words(self):
        what = "hung" if self.hung else f"signal {-self.code}" if self.code < 0 else f"exit {self.code}"
        said = self.err.decode("utf-8", "replace").strip().splitlines()
        return f"{what}{': ' + said[-1][:160] if said else ''}"


def run(argv, env, timeout=HANG_S, stdin=subprocess.DEVNULL, **more):
    began = time.monotonic()
    p = subprocess.Popen(argv, cwd=ROOT, env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    try:
        out, err = p.communicate(timeout=timeout)
        hung = False
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        hung = True
    return Result(p.returncode, out=out, err=err, hung=hung, seconds=time.monotonic() - began)


class Terminal:
    """A pseudo-terminal: reads what is drawn, sends keys, and knows whether it was left as it was found."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        termios.tcsetwinsize(self.slave, (24, 80))
        self.modes = termios.tcgetattr(self.slave)
        self.drawn = b""

    def start(self):
        self.read(0)
        self.drawn = b""
        termios.tcflush(self.slave, termios.TCIOFLUSH)

    def read(self, seconds):
        while select.select([self.master], [], [], seconds)[0]:
            self.drawn += os.read(self.master, 65536)
            seconds = 0

    def send(self, keys):
        os.write(self.master, keys)

    def wrong(self):
        found = []
        if termios.tcgetattr(self.slave) != self.modes:
            found.append("terminal modes are not as before")
            termios.tcsetattr(self.slave, termios.TCSANOW, self.modes)
        if self.drawn.rfind(b"\x1b[?1049h") > self.drawn.rfind(b"\x1b[?1049l"):
            found.append("the main screen is not back")
        if self.drawn.rfind(b"\x1b[?25l") > max(self.drawn.rfind(b"\x1b[?25h"), self.drawn.rfind(b"\x1b[?12l\x1b[?25h")):
            found.append("the cursor is not back")
        if self.drawn.rfind(b"\x1b[?1000h") > self.drawn.rfind(b"\x1b[?1000l") or self.drawn.rfind(b"\x1b[?2004h") > self.drawn.rfind(b"\x1b[?2004l"):
            found.append("the mouse or pasting is not back")
        return found

    def close(self):
        os.close(self.master)
        os.close(self.slave)


class Server:
    """argv under the fault library, stopped before main; order() runs it once."""

    def __init__(self, argv, env, room, terminal=None):
        self.terminal = terminal
        orders, self.orders = os.pipe()
        self.answers, answers = os.pipe()
        self.out, self.err = (tempfile.TemporaryFile(dir=room) for _ in range(2))
        env = dict(env, LD_PRELOAD=SHIM, FAULT_FDS=f"{orders},{answers}")
        standard = dict(stdin=terminal.slave, stdout=terminal.slave, stderr=terminal.slave) if terminal else dict(stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err)
        self.process = subprocess.Popen(argv, cwd=ROOT, env=env, pass_fds=(orders, answers), start_new_session=True, **standard)
        os.close(orders)
        os.close(answers)

    def answer(self, size):
        data = b""
        while len(data) < size:
            more = os.read(self.answers, size - len(data))
            if not more:
                raise RuntimeError("the fork server is gone")
            data += more
        return data

    def order(self, kind=0, what=1, mode=ONCE, action=0, k=0, seed=1, timeout=HANG_S, keys=None):
        for f in (self.out, self.err):
            f.seek(0)
            f.truncate()
        if self.terminal:
            self.terminal.start()
        began = time.monotonic()
        os.write(self.orders, struct.pack("iiiiqQ", kind, what, mode, action, k, seed | 1))
        (pid,) = struct.unpack("q", self.answer(8))
        hung = not self.attend(timeout, keys)
        if hung:
            os.kill(pid, signal.SIGKILL)
        status, n, fired, in_curses, in_loader = struct.unpack("qqqqq", self.answer(40))
        result = Result(os.waitstatus_to_exitcode(status), n, fired, in_curses=bool(in_curses), in_loader=bool(in_loader), hung=hung, seconds=time.monotonic() - began)
        for name in ("out", "err"):
            f = getattr(self, name)
            f.seek(0)
            setattr(result, name, f.read())
        if self.terminal:
            self.terminal.read(0)
            result.err = self.terminal.drawn
        return result

    def attend(self, timeout, keys):
        """Waits for the end; keys: (text to wait for, keys to send then)…, then Q until the program goes."""
        end, keys, asked = time.monotonic() + timeout, list(keys or ()), 0.0
        while time.monotonic() < end:
            watched = [self.answers] + ([self.terminal.master] if self.terminal else [])
            ready = select.select(watched, [], [], 0.05 if self.terminal else max(0, end - time.monotonic()))[0]
            if self.answers in ready:
                return True
            if not self.terminal:
                continue
            if ready:
                self.terminal.read(0)
            if keys and keys[0][0] in self.terminal.drawn:
                self.terminal.send(keys.pop(0)[1])
            elif (not keys or not ready) and time.monotonic() - asked > 0.15 and self.terminal.drawn:
                keys = []  # what it waited for does not come: the fault may have eaten it
                asked = time.monotonic()
                self.terminal.send(b"\x1bQ" if asked - began_of(end, timeout) > 1 else b"Q")
        return False

    def close(self):
        os.close(self.orders)
        os.close(self.answers)
        self.process.wait()
        self.out.close()
        self.err.close()


def began_of(end, timeout):
    return end - timeout


# ---- files to import

def otlp_lines(n, spans=4, traces_of=3, text=40, seed=1):
    """n export requests, a line each; a trace's spans are spread over several lines."""
    dice = random.Random(seed)
    words = "".join(dice.choices("abcdefgh ", k=1 << 16))
    out = []
    for i in range(n):
        rows = []
        for k in range(spans):
            number = i * spans + k + 1
            start = 1_700_000_000_000_000_000 + number * 1000
            rows.append('{"traceId":"%032x","spanId":"%016x",%s"name":"step %d","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":'
                        '[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.usage.input_tokens","value":{"intValue":"%d"}},'
                        '{"key":"input.value","value":{"stringValue":"%s"}}]}'
                        % (i // traces_of + 1, number, '"parentSpanId":"%016x",' % (number - k) if k else "", k, start, start + dice.randrange(1000), number,
                           words[(at := dice.randrange(len(words) - text)):at + text]))
        out.append('{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"svc"}}]},"scopeSpans":[{"scope":{"name":"t"},"spans":[%s]}]}]}\n' % ",".join(rows))
    return "".join(out).encode()


def promptfoo_document(n=6):
    import json
    with open(os.path.join(ROOT, "tests/data/eval-v12.json")) as f:
        whole = json.load(f)
    whole["results"]["results"] = whole["results"]["results"][:n]
    return json.dumps(whole).encode()


def otlp_document():
    lines = otlp_lines(3, spans=3).decode().splitlines()
    return ('{"resourceSpans":[' + ",".join(line[len('{"resourceSpans":['):-2] for line in lines) + "]}").encode()


def small_files():
    """One of each format and framing: name -> bytes."""
    import gzip
    return {
        "otlp.jsonl": otlp_lines(4, spans=3),
        "otlp.json": otlp_document(),
        "bad.jsonl": otlp_lines(2, spans=2) + b'{"resourceSpans":[{"x":\n' + otlp_lines(1, spans=2, seed=2) + b"nonsense",
        "otlp.jsonl.gz": gzip.compress(otlp_lines(3, spans=2), mtime=0),
        "promptfoo.json": promptfoo_document(),
    }


# ---- a room: a folder of one worker, with a store and a file

STORE_ENDS = ("", "-wal", "-shm", "-lock", "-import", "-journal")


class Room:
    def __init__(self):
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) and not os.environ.get("FAULT_DIR") else os.environ.get("FAULT_DIR")
        self.path = tempfile.mkdtemp(prefix="spoor-fault-", dir=shared)
        self.look = os.path.join(self.path, "look")
        os.mkdir(self.look)
        os.makedirs(os.path.join(self.path, ".local/state/spoor"))  # screens make it, doctor tells of it: the same before as after
        self.env = environment(self.path)
        self.store = self.env["SPOOR_STORE"]
        self.prefixes, self.whole = {}, {}

    def file(self, name, data):
        path = os.path.join(self.path, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def clear(self):
        for end in STORE_ENDS:
            if os.path.exists(self.store + end):
                os.unlink(self.store + end)

    def spoor(self, *words, **more):
        return run([PROGRAM, *words], self.env, **more)

    def keep(self, name):
        """The store as it is, to be had again by put()."""
        for end in STORE_ENDS:
            if os.path.exists(self.store + end):
                shutil.copyfile(self.store + end, os.path.join(self.path, name + end))

    def put(self, name):
        self.clear()
        for end in STORE_ENDS:
            if os.path.exists(os.path.join(self.path, name + end)):
                shutil.copyfile(os.path.join(self.path, name + end), self.store + end)

    def exported(self, without=()):
        db = invariants.look(self.store, self.look)
        try:
            return invariants.export(db, without) if invariants.is_made(db) else []
        finally:
            db.close()

    def undisturbed(self, file, before=None):
        """The export after importing the file where nothing fails (upon the store kept as `before`)."""
        self.put(before) if before else self.clear()
        self.spoor("import", file)
        return invariants.digest_of(self.exported())

    def prefix_facts(self, path, n):
        """What the first n records of a file say, as a store has it that was given all of it, undisturbed. None: all."""
        if (path, n) not in self.prefixes:
            if path not in self.whole:
                self.whole[path] = os.path.join(self.path, f"whole-{len(self.whole)}.db")
                run([PROGRAM, "import", "--store", self.whole[path], path], self.env)
            db = invariants.look(self.whole[path], self.look)
            self.prefixes[path, n] = invariants.facts(db, n)
            db.close()
        return self.prefixes[path, n]

    def wrong_with_store(self, path, events=()):
        """I1, I2 of a store that holds (some of) one file (None: files nobody knows), I4."""
        if not os.path.exists(self.store):
            return ["verdicts are gone with the store"] if events else []
        db = invariants.look(self.store, self.look)
        try:
            wrong = invariants.check(db, references=path is None) + invariants.check_events(db, events)
            if wrong or path is None:
                return wrong
            read = [s for s in invariants.sources(db) if s[0] == os.fsencode(path)]
            if len(read) > 1:
                return ["the source is there twice"]
            lines = invariants.facts(db) if invariants.is_made(db) else []
            return self.wrong_prefix(path, read[0] if read else None, lines)
        except invariants.Broken as e:
            return [str(e)]
        finally:
            db.close()

    def wrong_prefix(self, path, source, lines):
        size = os.path.getsize(path)
        if source and source[1] == 1 and not path.endswith(".gz") and source[2] != size:
            return [f"the source is called whole at byte {source[2]} of {size}"]
        n = 0 if not source else None if source[1] == 1 else source[3]
        want, all_of_it = (self.prefix_facts(path, n) if n != 0 else []), self.prefix_facts(path, None)
        # A batch that takes longer than a transaction may is committed in several; the last of them says how far it came. What is
        # beyond that is of the file all the same, and met again.
        missing, more = sorted(set(want) - set(lines)), sorted(set(lines) - set(want if n is None or not source else all_of_it))
        if missing or more or (n is None and len(want) != len(lines)):
            return [f"read up to record {n if n is not None else 'the last'}: of {len(want)} facts {len(missing)} missing, {len(more)} more, {len(lines)} in all; {(missing + more + ['twice'])[0][:160]}"]
        return []

    def wrong_when_repeated(self, path, want):
        """I3: the same import once more, undisturbed, ends where one that was never disturbed does."""
        again = self.spoor("import", path)
        if again.hung or again.code not in (0, 3):
            return [f"importing again: {again.words()}"]
        try:
            got = invariants.digest_of([line for line in self.exported() if not line.startswith("annotation ")])
        except invariants.Broken as e:
            return [f"after importing again: {e}"]
        return [] if got == want else ["importing again gives another store than an undisturbed import"]

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


# ---- cases: a worker takes each in its own room

@dataclass
class Case:
    name: str  # words, for --only
    run: object  # run(worker, *args) -> list of what is wrong
    args: tuple = ()


def options(about):
    p = argparse.ArgumentParser(description=about)
    p.add_argument("--all", action="store_true")
    p.add_argument("--seed", type=int, default=None)
    p.add_argument("--only", default=None, help="the case whose name begins so")
    p.add_argument("--minutes", type=float, default=None)
    p.add_argument("-v", action="store_true")
    o = p.parse_args()
    if o.seed is None:
        o.seed = random.SystemRandom().randrange(1 << 31) if o.all else 1
    if o.all and o.minutes is None and os.environ.get("SECONDS_GIVEN"):
        o.minutes = float(os.environ["SECONDS_GIVEN"]) / 60
    o.until = time.monotonic() + 60 * o.minutes if o.minutes else None
    return o


def _work(make_worker, cases, until, results):
    worker = make_worker()
    try:
        for i, case in cases:
            if until and time.monotonic() > until:
                results.put((i, None))
                continue
            try:
                results.put((i, case.run(worker, *case.args)))
            except Exception:
                results.put((i, ["the test itself: " + traceback.format_exc(limit=-3)]))
    finally:
        worker.close()


def do(opts, cases, make_worker, workers=2):
    """Runs the cases over the workers; prints failures and 'N passed, M failed'. The exit code."""
    if opts.only:
        cases = [c for c in cases if c.name.startswith(opts.only)]
        workers = 1
    began = time.monotonic()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    numbered = list(enumerate(cases))
    processes = [context.Process(target=_work, args=(make_worker, numbered[w::workers], opts.until, results)) for w in range(workers)]
    for p in processes:
        p.start()
    passed, failed, left = 0, {}, 0
    for _ in cases:
        while True:
            try:
                i, wrong = results.get(timeout=5)
                break
            except Exception:
                if not any(p.is_alive() for p in processes) and results.empty():
                    i, wrong = -1, ["a worker died"]
                    break
        if wrong is None:
            left += 1
        elif wrong:
            failed[cases[i].name if i >= 0 else "?"] = wrong
        else:
            passed += 1
        if opts.v and wrong is not None:
            print(f"{cases[i].name}: {wrong or 'well'}", flush=True)
        if i < 0:
            break
    for p in processes:
        p.join()
    for name, wrong in list(failed.items())[:20]:
        print(f"{name}: {'; '.join(wrong[:3])}")
        print(f"    again: {sys.argv[0]} {'--all ' if opts.all else ''}--seed {opts.seed} --only '{name}'")
    if len(failed) > 20:
        print(f"… and {len(failed) - 20} more")
    if left:
        print(f"{left} cases left for want of time")
    print(f"seed {opts.seed}, {time.monotonic() - began:.1f} s")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


def sample(dice, n, first, more):
    """1 … n, or the first of them and some of the others."""
    if n <= first + more:
        return list(range(1, n + 1))
    return list(range(1, first + 1)) + sorted(dice.sample(range(first + 1, n + 1), more))
