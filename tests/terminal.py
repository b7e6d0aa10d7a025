#!/usr/bin/env python3
"""The explorer on pseudo-terminals, as hostile data, hasty users and broken surroundings meet it.

    terminal.py [--deep] [--seed N] SPOOR [PART…]        parts: foreign sizes bytes slow signals surroundings monkey

foreign       hostile data on every screen: no byte reaches the terminal but text and sequences of its own description
sizes         every screen at 1x1 … 500x200 and at random sizes while keys come; the terminal is as before at the end
bytes         what a move, a scrolled line and a page cost on every screen; nothing but ^L sends all; at rest it writes nothing and sleeps
slow          over a serial line of 9,600 baud: keys held down, and many at once
signals       HUP, TERM, INT, QUIT, SEGV, ABRT, STOP and CONT, and the terminal closed, in lists, prompts, texts, $EDITOR, $PAGER, an
              import: the terminal is as before
surroundings  TERM x LANG x closed or odd standard files: an answer, never a hang
monkey        random keys of the key tables on a store of all corpora: no crash, no SQL error, and no work when idle
Prints the seed and 'N passed, N failed'; the same seed presses the same keys."""
import glob, json, os, random, re, select, shutil, signal, struct, subprocess, sys, time

import kit
import walk
from kit import check
from strict_term import ROOM, Strict, Terminal

args = sys.argv[1:]
deep = "--deep" in args
began = time.monotonic()
seed = 20261121
if "--seed" in args:
    seed = int(args.pop(args.index("--seed") + 1))
words = [a for a in args if not a.startswith("--")]
spoor, parts = os.path.abspath(words[0]), words[1:] or ["foreign", "sizes", "bytes", "slow", "signals", "surroundings", "monkey"]
corpus = os.environ.get("SPOOR_CORPUS", "../shared/corpus")
work = kit.folder("terminal")
sanitized = "san" in words[0].split("/")


def store(name, files):
    path = os.path.join(work, name)
    for i in range(0, len(files), 200):
        subprocess.run([spoor, "import", "--store", path, *files[i:i + 200]], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)
    return path


def hostile_store():
    made = sorted(glob.glob(corpus + "/hostile/made/otlp-*"))
    made = [f for f in made if "20000" not in f]
    blns = json.load(open(corpus + "/hostile/naughty/blns.json", encoding="utf-8"))
    spans, results = [], []
    for i, text in enumerate(blns):
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        spans.append({"traceId": "%032x" % (i + 1), "spanId": "%016x" % (i + 1), "name": text,
                      "startTimeUnixNano": str(1795132800000000000 - i * 10 ** 9), "endTimeUnixNano": str(1795132801000000000 - i * 10 ** 9),
                      "status": {"code": 2, "message": text},
                      "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                                     {"key": "gen_ai.request.model", "value": {"stringValue": text}},
                                     {"key": "input.value", "value": {"stringValue": text}}, {"key": text, "value": {"stringValue": text}}]})
        results.append({"promptIdx": 0, "testIdx": i, "success": i % 2 == 0, "score": i % 2, "latencyMs": i, "vars": {"q": text},
                        "response": {"output": text}, "description": text,
                        "gradingResult": {"pass": i % 2 == 0, "score": i % 2, "reason": text, "componentResults": []}})
    path = work + "/blns.json"
    json.dump({"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": blns[200]}}]},
                                  "scopeSpans": [{"spans": spans}]}]}, open(path, "w"))
    runs = []
    for k in "ab":
        run = work + "/run-%s\x1b[31m.json" % k
        json.dump({"evalId": "eval-\x1b]0;%s\x07" % k, "results": {"version": 3, "timestamp": "2026-11-20T00:00:00Z", "prompts": [], "stats": {},
                   "results": [dict(r, success=r["success"] if k == "a" else r["testIdx"] % 3 == 0) for r in results]},
                   "config": {"description": "\x9b31m\x1b]52;c;eA==\x07"}}, open(run, "w"))
        runs.append(run)
    return store("hostile.db", made + [path] + runs)


def late():
    """Whether a deep run has had its time ($SECONDS_GIVEN)."""
    return deep and time.monotonic() - began > float(os.environ.get("SECONDS_GIVEN", "1e9"))


def hostile_ids(path):
    out = subprocess.run([spoor, "traces", "--store", path, "--json", "--columns", "id,spans"], capture_output=True, check=True).stdout
    return [t["id"] for t in sorted(json.loads(out)["traces"], key=lambda t: -t["spans"])]


def foreign():
    if not os.path.isdir(corpus + "/hostile"):
        print("skipped: no corpus")
        return
    path = hostile_store()
    ids = hostile_ids(path)
    terms = ["xterm-256color"] if not deep else ["xterm-256color", "xterm", "linux", "vt220", "screen-256color", "tmux-256color"]
    sizes = [(24, 80)] if not deep else [(24, 80), (10, 30), (50, 200), (60, 100)]
    walks = [(term, rows, cols) for term in terms for rows, cols in sizes]
    random.Random(seed).shuffle(walks)
    for i, (term, rows, cols) in enumerate(walks):
        if i == 0 or not late():
            foreign_walk(path, term, rows, cols, ids)
    # The same data with a name of the file and a store that act, and a search that finds nothing of that name.
    odd = os.path.join(work, "x\x1b]0;t\x07.db")
    shutil.copy(path, odd)
    t = Terminal([spoor, "--store", odd, work + "/blns.json", work + "/run-a\x1b[31m.json"])
    t.idle(0.3)
    t.keys(b"/\xc2\x9b31m\x1b[31m\r")
    t.idle()
    t.keys(b"\x1b\x1bQ")
    t.wait()
    check(not t.strict.foreign, "names of files: %r" % t.strict.foreign[:3])
    t.close()


def foreign_walk(path, term, rows, cols, ids):
    t = Terminal([spoor, "--store", path], rows, cols, term)
    seen = 0
    if not check(t.until(b"traces"), "%s %dx%d: nothing drawn" % (term, rows, cols)):
        t.close()
        return
    for _ in range(560 // max(rows - 8, 1) + 2):  # all names in the list
        t.keys(b"\x06")
        t.idle(0.02)
    t.keys(b"g")
    t.idle()
    for page in range(40 if not deep else 120):  # into traces: overview, tabs, raw
        if late():
            break
        t.keys(b"\r")
        t.idle(0.03)
        t.keys(b"\t\tjjJ\t\t\t\rj\rq")
        t.idle(0.03)
        t.keys(b"j" * 13)
        seen += 1
    t.keys(b"g\t")  # runs, compare, cases
    t.idle(0.2)
    t.keys(b" j \r")
    t.idle(0.3)
    for _ in range(25 if not late() else 1):
        t.keys(b"\x06\r")
        t.idle(0.03)
        t.keys(b"jj}J}q")
        t.idle(0.02)
    t.keys(b"qqQ")
    t.idle()
    t.keys(b"Q")
    code = t.wait()
    check(code == 0, "%s %dx%d: exit code %s" % (term, rows, cols, code))
    check(t.strict.n_sequences > 500, "%s: the parser saw only %d sequences" % (term, t.strict.n_sequences))
    check(not t.strict.foreign, "%s %dx%d: %d foreign bytes, first %r" % (term, rows, cols, len(t.strict.foreign), t.strict.foreign[:5]))
    check(t.restored() == "", "%s: %s" % (term, t.restored()))
    t.close()
    for trace in ids[:6]:  # the made ones: all spans, all tabs
        t = Terminal([spoor, "--store", path, "--open", "trace:" + trace], rows, cols, term)
        t.idle(0.15)
        for _ in range(24):
            t.keys(b"\t\t\t\t\tj")
            t.idle(0.02)
        t.keys(b"Q")
        code = t.wait()
        check(code == 0 and not t.strict.foreign, "%s trace %s: exit code %s, foreign %r" % (term, trace, code, t.strict.foreign[:3]))
        t.close()


# The keys of these scroll a text; of the others they move a cursor.
SCROLLED = {"case", "help", "review", "rundiff", "session"}
LARGE = ["checks", "compare", "insights", "queues", "runs", "search", "tour", "trace", "traces"]  # looked at on a large screen, too
MOVE, SCROLL = 130, 260  # goal 11 of what over a slow line is quick, in the median
WIDE_SCROLL = 300        # a new row of 200 columns: 130 to 150 of it are what stands in its ten columns, 40 its colours
CLEARED, MARK = b"\x1b[2J", b"\x1b[38;5;229m>"


def frame(t, key):
    """What it writes for a key, not what follows once the cursor rests (hold.h: 80 ms)."""
    t.out = b""
    os.write(t.master, key)
    n = t.pump(0.03)
    while n or (not t.out and not t.asleep()):
        n = t.pump(0.006)
    return t.out


def median(counts):
    return sorted(counts)[len(counts) // 2] if counts else 0


def is_scroll(out):
    return re.search(rb"\x1b\[\d+;\d+r", out) is not None


def costs(t, rows, scrolls_only):
    """Frames of moves, of scrolled lines and of a page, from the first row on."""
    for key in (b"j", b"g"):  # curses finds the first scroll after ^L only if nothing changed with it
        t.keys(key)
        t.idle(0.15)
    frames = [frame(t, b"j") for _ in range(rows + 6 if rows < 60 else 8)]
    if rows >= 60 and frames[-1]:  # on to the last row, with one frame
        t.keys(b"j" * (rows - 8))
        t.idle(0.15)
        frames += [frame(t, b"j") for _ in range(7)]
    # Where the cursor cannot move any more, the details come instead: without its mark.
    frames = [f for f in frames if f and (scrolls_only or MARK in f)]
    scrolls = [len(f) for f in frames if is_scroll(f)]
    page = len(frame(t, b"\x06")) if len(frames) > 14 else 0
    return median([len(f) for f in frames if not is_scroll(f)]), median(scrolls[-7:]), page


def at_rest(t, what):
    """Keys that change nothing write nothing, and so does time; without a key it does not even wake up."""
    t.keys(b"g")
    t.idle(0.15)
    check(frame(t, b"g") == b"" and frame(t, b"k") == b"", "%s: at its first row, g and k write %r" % (what, t.out[:80]))
    t.idle(0.12)
    before = switches(t.process.pid)
    t.out = b""
    t.pump(0.5)
    woke = switches(t.process.pid) - before
    check(t.out == b"" and woke <= 1, "%s: at rest it wakes %d times in half a second and writes %r" % (what, woke, t.out[:80]))


def switches(pid):
    """How often its threads began to wait."""
    text = "".join(open(f).read() for f in glob.glob("/proc/%d/task/*/status" % pid))
    return sum(map(int, re.findall(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.M)))


def bytes_per_key():
    """What a key costs on every screen: a move of the cursor, a line scrolled in, a page. All of it is sent for ^L alone."""
    path, told = walk.store(spoor, work + "/bytes.db"), []
    for rows, cols in [(24, 80), (60, 200)]:
        for name in walk.SCREENS if rows < 60 or deep else LARGE:
            t = walk.at(spoor, path, name, rows, cols, strict=False)
            if late() or not check(t, "%s does not show" % name):
                continue
            what = "%s %dx%d" % (name, cols, rows)
            t.idle(0.15)
            t.out = b""
            t.keys(b"\x0c")
            t.until(lambda: CLEARED in t.out)
            t.idle(0.1)
            whole = len(t.out)
            check(t.out.count(CLEARED) == 1, "%s: ^L sends all %d times" % (what, t.out.count(CLEARED)))
            if name != "review":  # its keys judge
                at_rest(t, what)
            move, scroll, page = costs(t, rows, name in SCROLLED)
            check(move <= MOVE, "%s: a move costs %d bytes" % (what, move))
            check(scroll <= (SCROLL if cols < 200 else WIDE_SCROLL), "%s: a scrolled line costs %d bytes" % (what, scroll))
            check(page <= whole, "%s: a page costs %d bytes, all of it %d" % (what, page, whole))
            told.append("%s %d/%d/%d/%d" % (what, move, scroll, page, whole))
            t.out = b""
            for key in (b"\x02", b"\t", b"z", b"?", b"q", b"\r", b"q", b":", b"\x1b\x1b", b"i", b"q"):
                t.keys(key)
                t.idle(0.03)
            check(CLEARED not in t.out, "%s: a key repaints it all" % what)
            t.close()
    print("bytes of move/scroll/page/whole: " + ", ".join(told))


def slow_line():
    """A serial line of 9,600 baud takes 960 bytes a second. A key held down: when it is let go, the frame on its way and the last one are to come, a
    page each at most, and no stale ones. Many keys at once: one frame."""
    if "san" in words[0].split("/"):
        print("slow: skipped, the sanitizers are preloaded first")
        return
    path, library, taken = walk.store(spoor, work + "/slow.db"), work + "/slow_line.so", work + "/taken"
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", library, "tests/slow_line.c", "-ldl"], check=True)
    count = open(taken, "wb", buffering=0)
    tell = lambda n: os.pwrite(count.fileno(), struct.pack("q", n), 0)
    tell(0)
    t = Terminal([spoor, "--store", path], strict=False, env={"LD_PRELOAD": library, "SLOW_LINE": taken})
    came = [0]

    def take(most):
        """At most so many of the bytes that are there."""
        if most > 0 and select.select([t.master], [], [], 0)[0]:
            data = os.read(t.master, most)
            t.out = (t.out + data)[-200000:]
            came[0] += len(data)
            tell(came[0])

    def rest():
        while not t.asleep() or select.select([t.master], [], [], 0.2)[0]:
            take(65536)

    while b"231 traces" not in walk.plain(t.out) and t.process.poll() is None:
        take(65536)
    rest()
    began, at = time.monotonic(), came[0]
    for i in range(120):
        os.write(t.master, b"j")
        while time.monotonic() < began + (i + 1) / 30:
            take(int((time.monotonic() - began) * 960) - (came[0] - at))
            time.sleep(0.005)
    held = came[0] - at
    rest()
    late = came[0] - at - held
    check(late <= 4500, "a key held down for four seconds leaves %d bytes to come after it" % late)
    t.out = b""
    os.write(t.master, b"\x0c")
    rest()
    check(b"row 121 of 231" in walk.plain(t.out), "the last of the keys held down does not show")
    at = came[0]
    os.write(t.master, b"g" + b"j" * 100 + b"k" * 99)
    rest()
    many = came[0] - at
    check(many <= 4000, "200 keys at once cost %d bytes" % many)
    print("slow line: %d bytes while a key was held, %d after it; %d for 200 keys at once" % (held, late, many))
    t.keys(b"Q")
    t.wait()
    t.close()


def samples():
    return store("samples.db", sorted(glob.glob("tests/data/*.jsonl") + glob.glob("tests/data/*.gz") + glob.glob("tests/data/eval-v1?.json")))


SIZES = [(1, 1), (2, 2), (4, 19), (5, 20), (24, 80), (50, 200), (200, 500), (9999, 9999), (24, 80)]


def sizes():
    """Every screen at every size, with keys that are harmless on it; then random sizes while random keys walk about."""
    path, R = walk.store(spoor, work + "/walk.db"), random.Random(seed)
    for name in walk.SCREENS:
        t = walk.at(spoor, path, name, strict=False)
        if late() or not check(t, "%s does not show" % name):
            continue
        for rows, cols in SIZES + [(R.randint(1, 70), R.randint(1, 220)) for _ in range(6 if not deep else 300)]:
            t.size(rows, cols)
            t.keys(b"jk\x06\x02\tGg")
            t.idle(0.01)
            if not check(t.process.poll() is None, "%s: died of %s at %dx%d" % (name, t.process.poll(), cols, rows)):
                break
        t.process.terminate()
        code = t.wait()
        check(code == 128 + signal.SIGTERM, "%s: exit code %s after TERM" % (name, code))
        check(t.restored() == "", "%s: %s" % (name, t.restored()))
        t.close()
    t = Terminal([spoor, "--store", path], 9999, 9999, strict=False)
    check(t.until(b"Traces"), "nothing drawn at 9999x9999")
    t.keys(b"Q")
    check(t.wait() == 0, "9999x9999: exit code %s" % t.process.poll())
    t.close()
    hasty_sizes(path, R)


def hasty_sizes(path, R):
    t = Terminal([spoor, "--store", path, "--open", walk.TRACE], strict=False)
    check(t.until(b"\x1b[?1049h"), "nothing drawn")
    for i in range(200 if not deep else 10000):
        if late():
            break
        t.size(R.randint(1, 70), R.randint(1, 220))
        t.keys(R.choice([b"j", b"k", b"\t", b"q", b"\r", b"?", b"g", b"G", b"\x06", b"/x\r", b"&"]))
        t.pump(0.001 * R.randint(0, 3))
        if t.process.poll() is not None and t.process.returncode == 0:  # q on the first screen
            check(t.restored() == "", "after %d sizes: %s" % (i, t.restored()))
            t.close()
            t = Terminal([spoor, "--store", path], strict=False)
            t.idle(0.05)
        if not check(t.process.poll() is None, "died of %s after %d sizes" % (t.process.poll(), i)):
            break
    t.size(24, 80)
    t.idle()
    t.process.terminate()
    code = t.wait()
    check(code in (128 + signal.SIGTERM, 0), "exit code %s after TERM" % code)  # 0: the last key was q
    check(t.restored() == "", t.restored())
    t.close()


# What the program is at when a signal comes: words, keys (each is obeyed before the next), what then comes or None.
BIG = "tests/data/traces-eval.jsonl"
MOMENTS = {
    "list": ([], [], None),
    "details": ([], [b"\r", b"\t"], None),
    "prompt": ([], [b":", b"runs"], None),
    "filter": ([], [b"&", b"status:err"], None),
    "note": ([], [b"c", b"not good"], None),
    "help": ([], [b"?"], b"Keys"),
    "compare": ([], [b":runs\r", b"  \r"], None),
    "import": ([BIG], [], None),
    "editor": ([], [b"\r", b"V"], b"\x1b[?1049l"),
    "pager": ([], [b"\r", b"v"], b"\x1b[?1049l"),
}
# All that a terminal may be asked to do, so that it has to be taken back: the mouse, frames held together.
# A program that is started goes on once the file of GO is there, or is ended with us.
GO, RUN, PID = (os.path.join(work, name) for name in ("go", "run", "pid"))
os.makedirs(RUN)
UNTIL_GO = "echo $$ >%s; until [ -e %s ]; do sleep 0.05; done; " % (PID, GO)
ALL_MODES = {"SPOOR_MOUSE": "1", "TERM_PROGRAM": "WezTerm", "XDG_RUNTIME_DIR": RUN, "VISUAL": UNTIL_GO + "true",
             "PAGER": UNTIL_GO + "cat >/dev/null"}


def go(on=True):
    if on:
        open(GO, "w").close()
    elif os.path.exists(GO):
        os.unlink(GO)


def at_moment(path, name, env={}):
    words, keys, shows = MOMENTS[name]
    go(False)
    if os.path.exists(PID):
        os.unlink(PID)
    fresh = path if not words else os.path.join(work, "moment%d.db" % time.monotonic_ns())
    t = Terminal([spoor, "--store", fresh, *words], strict=False, env={**ALL_MODES, **env})
    t.until(b"\x1b[?1049h")  # from its first sequence on; before, there is nothing to give back
    for key in keys:
        t.idle(0.03)
        t.keys(key)
    if shows:
        check(t.until(shows), "%s: %r does not come" % (name, shows))
    if name in AWAY:
        check(t.until(lambda: os.path.exists(PID) and os.path.getsize(PID)), name + ": is not run")
    return t


AWAY = ("editor", "pager")


def alone(name, what):
    """The program that was run has ended with us, and left no file."""
    if name not in AWAY:
        return
    end, pid = time.monotonic() + 30, int(open(PID).read())
    while time.monotonic() < end and os.path.exists("/proc/%d" % pid):
        time.sleep(0.01)
    check(not os.path.exists("/proc/%d" % pid), what + ": the %s still runs" % name)
    check(not os.listdir(RUN), what + ": it left %s" % os.listdir(RUN))


def ended(t, number, name, what):
    """By the signal, the terminal as it was."""
    code = t.wait()
    crash = number in CRASHES
    want = [-number] if crash and not sanitized else [128 + number, -number, 1, -6] if crash else [128 + number]
    check(code in want, "%s: exit code %s" % (what, code))
    if not crash or not sanitized:
        t.idle(0.05)
        check(t.restored() == "", "%s: %s" % (what, t.restored()))
    if crash:  # nobody was left to do it
        if name in AWAY:
            os.killpg(int(open(PID).read()), signal.SIGKILL)
        for folder in os.listdir(RUN):
            shutil.rmtree(os.path.join(RUN, folder))
    else:
        alone(name, what)


CRASHES = (signal.SIGSEGV, signal.SIGABRT)


def signals():
    flow()
    path, R = samples(), random.Random(seed)
    numbers = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGSEGV, signal.SIGABRT, signal.SIGTSTP, signal.SIGSTOP]
    cases = [(name, number) for name in MOMENTS for number in numbers] * (1 if not deep else 7)
    R.shuffle(cases)
    for name, number in cases:
        if not late():
            signalled(path, R, name, number)
    for name in MOMENTS:
        if not late():
            hung_up(path, R, name)
    stubborn(path)
    killed(path)


def signalled(path, R, name, number):
    what = "%s in %s" % (signal.Signals(number).name, name)
    t = at_moment(path, name)
    t.pump(0.001 * R.randint(0, 40))
    away = name in AWAY  # as with system(3), these are the other program's
    t.process.send_signal(number)
    if number in (signal.SIGTSTP, signal.SIGSTOP):
        t.pump(0.05)
        t.process.send_signal(signal.SIGCONT)
        t.keys(b"j")
    elif number in (signal.SIGINT, signal.SIGQUIT) and away or number == signal.SIGINT and name in ("note", "prompt", "filter"):
        t.pump(0.1)  # ^C while a line or a text is written is a key
    else:
        ended(t, number, name, what)
        t.close()
        return
    go()
    t.idle(0.1)
    if check(t.process.poll() is None, "%s: died of %s" % (what, t.process.poll())):
        t.process.terminate()
        ended(t, signal.SIGTERM, name, what + ", then TERM")
    t.close()


def hung_up(path, R, name):
    """The terminal is closed while it writes: it ends, whatever still was to be written."""
    t = at_moment(path, name)
    try:
        os.write(t.master, b"\x06" * R.randint(0, 40))
    except OSError:
        pass
    os.close(t.master)
    os.close(t.slave)
    t.master, t.slave = os.openpty()
    try:
        code = t.process.wait(60)
    except subprocess.TimeoutExpired:
        code = None
    check(code == 128 + signal.SIGHUP, "%s: exit code %s after the terminal was closed" % (name, code))
    alone(name, "the terminal closed")
    t.close()


def stubborn(path):
    """An editor that takes no notice is waited for, but not for ever."""
    t = at_moment(path, "editor", {"VISUAL": "trap '' TERM; " + UNTIL_GO + "true"})
    began = time.monotonic()
    t.process.terminate()
    ended(t, signal.SIGTERM, "editor", "TERM and an editor that ignores it")
    check(time.monotonic() - began > 1.5, "an editor that ignores TERM was not waited for")
    t.close()


def killed(path):
    """An editor that asked for the mouse, hid the cursor and was killed: what it could not take back is taken back."""
    t = at_moment(path, "editor", {"SPOOR_MOUSE": "0", "VISUAL": UNTIL_GO + r"printf '\033[?1000h\033[?1006h\033[?25l'; kill -9 $$ #"})
    go()
    t.until(lambda: t.out.rfind(b"\x1b[?1049h") > t.out.rfind(b"\x1b[?1049l"))
    t.idle(0.1)
    check(t.out.rfind(b"\x1b[?1000l") > t.out.rfind(b"\x1b[?1000h") >= 0, "the mouse is left to an editor that was killed")
    t.process.terminate()
    ended(t, signal.SIGTERM, "editor", "an editor that was killed, then TERM")
    t.close()


def flow():
    """A ^S typed while another program has the terminal stops its output; back from there it is a key, and all goes on."""
    t = Terminal([spoor, "--store", samples()], strict=False, env={"VISUAL": UNTIL_GO + "true"})
    t.until(b"\x1b[?1049h")
    t.idle(0.1)
    t.keys(b"\r")
    t.idle(0.1)
    go(False)
    t.keys(b"V")
    t.until(b"\x1b[?1049l")
    t.pump(0.15)
    t.keys(b"\x13jj")
    t.pump(0.15)
    go()
    t.idle(0.3)
    t.keys(b"Q")
    code = t.wait()
    check(code == 0, "after ^S in the editor: exit code %s" % code)
    if code is None:
        t.process.kill()
    t.close()


def surroundings():
    path = samples()
    terms = ["dumb", "unknown", "vt100", "vt220", "linux", "xterm", "xterm-256color", "screen", "tmux-256color"]
    for term in ["ansi", "xterm-mono", "xterm-16color", "xterm-direct", "rxvt-unicode-256color", "alacritty", "foot", "kitty", "", "../../etc/passwd", "x" * 5000]:
        described(path, term)
    for name, value in [("TERMINFO", "/no/such"), ("TERMINFO", os.path.join(work, "rubbish")), ("TERMINFO", "hex:1a01"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1"),
                        ("LINES", "99999"), ("COLUMNS", "-1"), ("ESCDELAY", "x")]:
        described(path, "xterm-256color", {name: value})
    langs = ["C", "C.UTF-8", None]
    ends = ["terminal", "stdin closed", "stdout closed", "stderr closed", "pipe", "/dev/full"]
    cases = [(t, l, e) for t in terms for l in langs for e in ends]
    if not deep:  # every TERM, LANG and end with each other at least once
        cases = [c for i, c in enumerate(cases) if (terms.index(c[0]) + langs.index(c[1]) * 2 + ends.index(c[2])) % 4 == 0]
    random.Random(seed).shuffle(cases)
    for term, lang, end in cases:
        if not late():
            surrounded(path, term, lang, end)
    for end, want in [("pipe", (0,)), ("/dev/full", (4,)), ("stdout closed", (4,))]:
        code = command([spoor, "traces", "--store", path], end)
        check(code in want, "spoor traces, %s: exit code %s" % (end, code))


def described(path, term, env=None):
    """A screen where terminfo knows the terminal, else a sentence that names it, what to do, and the commands that need none."""
    os.makedirs(work + "/rubbish/x", exist_ok=True)
    with open(work + "/rubbish/x/xterm-256color", "wb") as f:
        f.write(b"\x1a\x01" + b"\xff" * 4000)
    t = Terminal([spoor, "--store", path], term=term, strict=False, env=env)
    t.until(lambda: t.process.poll() is not None or len(t.out) > 1000)
    screen = t.process.poll() is None
    t.keys(b"j\rQ")
    code = t.wait()
    what = "TERM=%.30s %s" % (term, env or "")
    check(code == (0 if screen else 2), "%s: exit code %s" % (what, code))
    check(t.restored() == "", "%s: %s" % (what, t.restored()))
    if not screen:
        said = t.out.replace(b"\r\n", b" ")
        check(b"TERM" in said and term[:20].encode() in said and b"spoor import" in said, "%s: says %r" % (what, said[-300:]))
        check(b"xterm-256color" in said and len(said) < 600, "%s: says %r" % (what, said[-300:]))
    elif env == {"NO_COLOR": "1"} or term == "xterm-mono":
        check(not re.search(rb"\x1b\[(?:[0-9;]*;)?[34]8;|\x1b\[3[0-7]m", t.out), "%s: colours" % what)
    t.close()


def odd_ends(end):
    null, full = os.open(os.devnull, os.O_RDWR), os.open("/dev/full", os.O_RDWR)
    read, write = os.pipe()
    return {"terminal": {}, "stdin closed": {0: "closed"}, "stdout closed": {1: "closed"}, "stderr closed": {2: "closed"},
            "pipe": {0: read, 1: write}, "/dev/full": {0: null, 1: full, 2: full}}[end], (null, full, read, write)


def surrounded(path, term, lang, end):
    stdio, fds = odd_ends(end)
    t = Terminal([spoor, "--store", path], term=term, lang=lang, strict=False, stdio=stdio)
    for fd in fds[1:2] + fds[3:]:
        os.close(fd)
    t.until(lambda: t.process.poll() is not None or len(t.out) > 200)
    t.keys(b"j\rQ")
    code = t.wait()
    what = "TERM=%s LANG=%s %s" % (term, lang, end)
    no_screen = term in ("dumb", "unknown") or end in ("stdout closed", "pipe", "/dev/full")
    check(code is not None, what + ": hangs")
    check(code in ((2,) if no_screen else (0, 2)), what + ": exit code %s" % code)
    check(t.restored() == "", what + ": " + t.restored())
    if lang == "C" and not no_screen:
        check(all(c < 0x80 for c in t.out), what + ": not ASCII")
    for fd in fds[0:1] + fds[2:3]:
        os.close(fd)
    t.close()


def command(argv, end):
    out = {"pipe": subprocess.PIPE, "/dev/full": open("/dev/full", "wb"), "stdout closed": None}[end]
    close = (lambda: os.close(1)) if end == "stdout closed" else None
    try:
        return subprocess.run(argv, stdout=out, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, preexec_fn=close, timeout=60).returncode
    except subprocess.TimeoutExpired:
        return None


NAMES = {"Enter": b"\r", "Space": b" ", "Tab": b"\t", "S-Tab": b"\x1b[Z", "Esc": b"\x1b", "Up": b"\x1b[A", "Down": b"\x1b[B", "Left": b"\x1b[D",
         "Right": b"\x1b[C", "PgUp": b"\x1b[5~", "PgDn": b"\x1b[6~", "Home": b"\x1b[H", "End": b"\x1b[F", "F1": b"\x1bOP", "Backspace": b"\x7f",
         "Del": b"\x1b[3~", "Insert": b"\x1b[2~"}
LINES = [b"error", b"status:error dur>1s", b"(", b"name~\"", b"text:'; DROP TABLE span; --", b"\xe6\x97\xa5", b"x" * 300, b"", b"\xff\xfe", b"NOT * \"a", b"100%_"]


# What is judged and how: words for `spoor review`, then keys. Reasons, notes, corrections, pastes with what ends a paste in them, the alikes, rules, figures, log.
REVIEWS = [["--where", "status:failed"], ["--traces", "--double"], ["--run", "eval-D12", "--again", "--name", "monkey"], ["--pairwise", "eval-D13", "eval-D12", "--split"], []]
JUDGING = [b"1", b"21\r", b"2x\r", b"-wrong\r", b"s", b"cnot\xc3\xa9\x13", b"Canswer\r\n2\x13", b"c\x1b[200~1\n2\x1b[201~\x13", b"\x1b[200~1;2;Q\x1b[201~", b"\x1b[200~\x1b[200~q\x00\xff\x1b[201~\x1b[201~",
           b"u", b"u\x12", b"b", b"2a", b"2\x1b\x1ba\rj \r", b"~", b"+", b"?q", b":queues\r", b":propose\r", b":alikes\r", b":agreement\r", b":log\r", b"M", b"c" + b"long " * 200 + b"\x1b\x1b"]
BEHIND = [b"", b"S", b"H", b"w", b"W", b"p", b"d", b"%", b"\r", b"&x\rS", b"=", b">I", b"s<", b"S\r\t", b"w\t\r", b"d\r", b"\r\t\t}z"]


def table_keys():
    """Every key of the tables: what `spoor help keys` prints before the names."""
    text = subprocess.run([spoor, "help", "keys"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout
    keys = set()
    for line in text.split("\n"):
        m = re.match(r"  (.{1,18}?) +[a-z][a-z0-9-]+ +\S", line)
        for word in (m.group(1).split() if m else []):
            if word in NAMES:
                keys.add(NAMES[word])
            elif re.fullmatch(r"\^[A-Z]", word):
                keys.add(bytes([ord(word[1]) - 64]))
            elif len(word) == 1:
                keys.add(word.encode())
    return sorted(keys - {b"\x1a", b"Q", b"\x03"})


def everything():
    files = sorted(glob.glob("tests/data/*.jsonl") + glob.glob("tests/data/*.gz") + glob.glob("tests/data/eval-v1?.json"))
    if os.path.isdir(corpus):
        for pattern in ("traces/**/*", "evals/*/**/*", "hostile/made/otlp*"):
            files += [f for f in sorted(glob.glob(corpus + "/" + pattern, recursive=True)) if os.path.isfile(f) and os.path.getsize(f) < 4 << 20]
    return store("all.db", files)


def cpu(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rests(t):
    """Nothing to do, no work done: CPU over half a second. What is worked out behind the screen (offers of Review) comes to its end first."""
    end, used = time.monotonic() + 60, 1
    while used > 0.02 and time.monotonic() < end:
        t.idle(0.3)
        before = cpu(t.process.pid)
        t.pump(0.5)
        used = cpu(t.process.pid) - before
    check(used <= 0.02, "idle, yet %.2f s of CPU in half a second" % used)


def click(R, rows, cols):
    """A click, the wheel or another button, as SGR reports; one in ten where no terminal has a cell."""
    row, col = R.randint(1, rows), R.randint(1, cols)
    if R.random() < 0.1:
        row, col = R.choice([0, rows + 1, 999, 2**31]), R.choice([0, cols + 1, 9999])
    button = R.choice([0, 0, 0, 0, 1, 2, 64, 65, 65, 32, 4])
    return b"\x1b[<%d;%d;%dM" % (button, col, row) + (b"\x1b[<%d;%d;%dm" % (button, col, row) if button < 4 else b"")


def monkey():
    path, keys, R = everything(), table_keys(), random.Random(seed)
    weights = [0.1 if k in (b"q", b"\x1b") else 1 for k in keys]  # else it is mostly on the way out
    check(len(keys) > 40, "only %d keys in the tables" % len(keys))
    left, starts, pressed = (20000 if not sanitized else 3000) if not deep else 5000000, 0, 0
    end = time.monotonic() + (float(os.environ.get("SPOOR_MONKEY_SECONDS", "1e9")))
    sizes = [(24, 80), (50, 200), (10, 40), (5, 20)]
    bad = re.compile(rb"SQL logic|SQLITE|syntax error|no such (?:column|table)|malformed|misuse|UNIQUE constraint")
    while left > 0 and time.monotonic() < end:
        rows, cols = sizes[starts % len(sizes)]
        judged = starts % 4 == 3  # one of four begins in Review, or at what could be reviewed
        words = ["review", *R.choice(REVIEWS)] if judged else []
        mouse = starts % 2 == 1
        t = Terminal(["env", "SPOOR_MOUSE=%d" % mouse, spoor, *words, "--store", path], rows, cols, strict=True, cwd=ROOM)
        t.until(lambda: b"\x1b[?1049h" in t.out or t.process.poll() is not None)
        t.idle(0.1)
        if starts % 8 == 0:
            rests(t)
        history, starts = [], starts + 1
        if judged:
            walk = b"".join(R.choices(JUDGING, k=30))
            history.append(walk)
            t.keys(walk)
            t.idle(0.1)
        elif starts % 3:  # two of three begin in the eval runs: Compare of two, several beside each other, and the screens behind them
            walk = b"\t" + b"j" * R.randint(0, 12) + b" " + b"j" * R.randint(1, 4) + R.choice([b"\r", b" j \r", b"p", b"%"]) + R.choice(BEHIND)
            history.append(walk)
            t.keys(walk)
            t.idle(0.1)
        for _ in range(60):
            burst = b""
            for _ in range(R.randint(1, 40)):
                key = R.choices(keys, weights)[0]
                if key == b"\x1b":
                    key = b"\x1b\x1b"
                if judged and R.random() < 0.3:
                    key = R.choice(JUDGING)
                if mouse and R.random() < 0.3:
                    key = click(R, rows, cols)
                if R.random() < 0.02:
                    key += R.choice(LINES) + R.choice([b"\r", b"\x1b\x1b"])
                burst += key
                left, pressed = left - 1, pressed + 1
            history.append(burst)
            t.keys(burst)
            t.pump(0.002)
            if t.process.poll() is not None:
                break
        t.idle(0.05)
        code = t.process.poll()
        ok = check(code in (None, 0), "died of %s; seed %d, start %d, the last keys %r" % (code, seed, starts, b"".join(history)[-300:]))
        check(not mouse or b"\x1b[?1006h" in t.out, "the mouse is wanted, and the terminal was not told so")
        found = bad.search(t.out)
        check(not found, "an SQL error is shown: %r" % (found and t.out[found.start() - 100:found.end() + 100]))
        check(not t.strict.foreign, "foreign bytes %r" % t.strict.foreign[:3])
        if code is None and starts % 4 == 1:
            rests(t)
        if code is None:
            t.process.terminate()
            code = t.wait()
            check(code == 128 + signal.SIGTERM or code == 0, "exit code %s after TERM" % code)
        check(t.restored() == "", t.restored())
        t.close()
        if not ok:
            break
    print("monkey: %d keys in %d sessions" % (pressed, starts))


print("seed %d" % seed)
for part in parts:
    {"foreign": foreign, "sizes": sizes, "signals": signals, "bytes": bytes_per_key, "slow": slow_line, "surroundings": surroundings, "monkey": monkey}[part]()
kit.finish()
