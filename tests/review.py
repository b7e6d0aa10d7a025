#!/usr/bin/env python3
"""People at work in Review, in real tmux. kill: somebody judges, the program is killed (-9) at a random moment, judging goes on: every
verdict whose next item was shown is in the store, none twice, and the queue goes on where it stood. three: three people on one store at
once, each judges everything: all is kept, no lock reaches anybody.

    review.py [--seed N] [--kills N] [--verdicts N] SPOOR [kill|three]...
"""
import argparse, json, os, random, re, shlex, shutil, signal, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=int(os.environ.get("SPOOR_SEED", 1)))
parser.add_argument("--kills", type=int, default=25)
parser.add_argument("--verdicts", type=int, default=40)
parser.add_argument("spoor")
parser.add_argument("parts", nargs="*", default=["kill", "three"])
args = parser.parse_args()
spoor, R = os.path.abspath(args.spoor), random.Random(args.seed)
room = tempfile.mkdtemp()
store = os.path.join(room, "s.db")
passed = failed = servers = 0
DONE = r"(\d[\d,]*) of (\d[\d,]*) done"
BUSY = re.compile(r"database is locked|busy|another spoor|SQL|could not")


def check(ok, what):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAILED: " + what)
    return ok


def environment(author):
    env = {k: v for k, v in os.environ.items() if not k.startswith("SPOOR_") and k not in ("NO_COLOR", "TMUX")}
    return env | {"HOME": os.path.join(room, author), "SPOOR_STORE": store, "SPOOR_AUTHOR": author, "TZ": "UTC", "LC_ALL": "C.UTF-8"}


def run(*words, author="nobody", codes=(0,)):
    p = subprocess.run([spoor, *words], env=environment(author), capture_output=True, text=True)
    check(p.returncode in codes, "%s: exit %d: %s" % (" ".join(words), p.returncode, p.stderr[-300:]))
    return p.stdout


class Person:
    """Somebody with a terminal of their own; what it shows outlives the program."""
    def __init__(self, author, *words, rows=24, cols=80):
        global servers
        servers += 1
        self.author, self.log = author, None
        self.tmux = ["tmux", "-L", "spoor-review-%d-%d" % (os.getpid(), servers), "-f", "/dev/null"]
        os.makedirs(os.path.join(room, author), exist_ok=True)
        self.do("new-session", "-d", "-x", str(cols), "-y", str(rows), ";", "set", "-g", "remain-on-exit", "on", ";", "set", "-g", "remain-on-exit-format", "", ";", "set", "-g", "status", "off",
                ";", "respawn-pane", "-k", " ".join(map(shlex.quote, [spoor, *words])))
        self.do("resize-window", "-x", str(cols), "-y", str(rows))

    def do(self, *words):
        return subprocess.run([*self.tmux, *words], env=environment(self.author), capture_output=True, text=True).stdout

    def screen(self):
        return self.do("capture-pane", "-p")

    def keys(self, *words):
        self.do("send-keys", *words)

    def see(self, pattern, seconds=60):
        end = time.monotonic() + seconds
        while True:
            text = self.screen()
            found = re.search(pattern, text)
            if found or time.monotonic() > end:
                return found
            time.sleep(0.02)

    def done(self):
        """How many the screen says are done."""
        text = self.screen()
        found = re.search(DONE, text)
        return int(found.group(1).replace(",", "")) if found else None

    def kill(self):
        pid = int(self.do("display-message", "-p", "#{pane_pid}").strip() or 0)
        if pid:
            os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 60
        while self.do("display-message", "-p", "#{pane_dead}").strip() != "1" and time.monotonic() < end:
            time.sleep(0.01)

    def close(self):
        self.do("kill-server")


def verdicts(author):
    """Their verdicts as the audit trail has them, those taken back left out."""
    events = json.loads(run("log", "--author", author, "--limit", "100000", "--json", codes=(0, 1)) or "{}").get("events", [])
    back = {e["withdraws"] for e in events if e.get("withdraws")}
    return [e for e in events if e["field"] == "verdict" and not e.get("withdraws") and e["event"] not in back]


def begin(author, queue):
    p = Person(author, "review", queue)
    shown = p.see(r"Enter Begin|1 Good|nothing is left")
    if shown and "Begin" in shown.group(0):
        p.keys("Enter")
        shown = p.see(r"1 Good")
    shown = shown and p.see(DONE)
    check(shown, "%s: no Review on the screen:\n%s" % (author, p.screen()))
    return p


def killed():
    total = 0
    for i in range(args.kills):
        author = "killed%d" % (i // 20)
        have = verdicts(author)
        p = begin(author, "all of it")
        before = p.done()
        check(before == len(have), "%s: %s done on the screen, %d verdicts in the store" % (author, before, len(have)))
        n = R.randint(1, 12)
        keys = [R.choice("123") for _ in range(n)]
        if R.random() < 0.5:  # typed ahead: none of them may hit another item, or nothing
            p.keys(*[k for key in keys for k in ([key, "Enter"] if key == "2" else [key])])
            time.sleep(R.random() * 0.25)
        else:
            for key in keys:
                p.keys(key, *(["Enter"] if key == "2" else []))
                time.sleep(R.random() * 0.03)
        p.kill()
        shown = p.done()
        text = p.screen()
        now = verdicts(author)
        check(shown is not None and shown <= len(now), "%d shown as done, %d in the store (seed %d, kill %d)\n%s" % (shown or -1, len(now), args.seed, i, text))
        check(len(now) <= len(have) + n, "%d verdicts of %d keys after %d" % (len(now), n, len(have)))
        check(len({e["target_hash"] for e in now}) == len(now), "an answer has two verdicts of one person")
        total += len(now) - len(have)
        p.close()
    said = run("doctor", "--json", codes=(0, 1, 3))
    check('"ok":true' in said.replace(" ", "") or "quick_check" in said or said, "doctor says nothing")
    check(total > args.kills, "only %d verdicts in %d sessions: nothing was tried" % (total, args.kills))
    print("kill: %d kills, %d verdicts" % (args.kills, total))


def three():
    people = [begin(name, "all of it") for name in ("ann", "bob", "eve")]
    began, wrong, left = time.monotonic(), set(), {p: args.verdicts for p in people}
    while any(left.values()) and time.monotonic() < began + 600:
        for p in people:
            n = min(left[p], R.randint(1, 15))
            p.keys(*[R.choice("13") for _ in range(n)])
            left[p] -= n
            wrong |= set(BUSY.findall(p.screen()))
    for p in people:
        p.see(r"\b%d of \d+ done" % args.verdicts, 600)
        check(p.done() == args.verdicts, "%s: %s done on the screen, not %d:\n%s" % (p.author, p.done(), args.verdicts, p.screen()))
        have = verdicts(p.author)
        check(len(have) == args.verdicts, "%s: %d verdicts in the store, not %d" % (p.author, len(have), args.verdicts))
        check(len({e["target_hash"] for e in have}) == args.verdicts, "%s: answers judged twice" % p.author)
    check(not wrong, "a person is told of %s" % wrong)
    for p in people:
        p.keys("Q")
        p.close()
    print("three: %d verdicts of three people in %.1f s" % (3 * args.verdicts, time.monotonic() - began))


if not shutil.which("tmux"):
    print("skipped: no tmux\n0 passed, 0 failed")
    sys.exit(0)
try:
    print("seed %d" % args.seed)
    answers = os.path.join(room, "answers.jsonl")
    with open(answers, "w") as f:
        for i in range(1000):
            f.write(json.dumps({"id": "case-%d" % i, "question": "How much is %d and %d?" % (i, i), "output": "It is %d." % (2 * i + (i % 7 == 0)),
                                "expected": str(2 * i), "pass": i % 7 != 0}) + "\n")
    run("import", answers)
    print(run("review", "--make", "--name", "all of it", "--blind", "--where", "not status:unscored or status:unscored").strip())
    for part in args.parts:
        {"kill": killed, "three": three}[part]()
finally:
    shutil.rmtree(room, ignore_errors=True)
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
