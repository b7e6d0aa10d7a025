#!/usr/bin/env python3
"""Links and copied command lines, on every screen: links.py SPOOR

Each kind of link is opened in the explorer on the samples, on a pseudo-terminal; the link and the command line of what shows are copied with
y (to a command, $SPOOR_CLIPBOARD). Then: the command runs, prints something, and is about what the link names; the copied link opens
(`spoor open --print`) and, opened in the explorer, copies itself again; back from it and the program ends as it should.
Closes with 'N passed, N failed'."""
import json, os, pty, select, shlex, shutil, subprocess, sys, tempfile, time

spoor = os.path.abspath(sys.argv[1])
work = tempfile.mkdtemp(prefix="spoor-links-")
clip, store = work + "/clip", work + "/s.db"
slow = 10 if "san" in sys.argv[1].split("/") else 1
passed, failed = 0, 0
env = {k: v for k, v in os.environ.items() if not k.startswith(("SPOOR_", "TMUX", "STY", "XDG_", "LESS"))}
env.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC", HOME=work, XDG_STATE_HOME=work + "/state", XDG_CONFIG_HOME=work + "/config",
           XDG_DATA_HOME=work + "/data", SPOOR_NOW="2026-11-21T00:00:00Z", SPOOR_AUTHOR="ana",
           SPOOR_CLIPBOARD="cat > %s.new && mv %s.new %s" % (clip, clip, clip), PATH=os.path.dirname(spoor) + ":" + env["PATH"])


def check(ok, what):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print("failed: " + what)
    return ok


def run(command):
    """The command line as a shell takes it; where it names no store: ours."""
    return subprocess.run(["sh", "-c", command], env=dict(env, SPOOR_STORE=store), capture_output=True, text=True, timeout=60 * slow)


class Explorer:
    def __init__(self, link, named):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            store_of = {} if named else {"SPOOR_STORE": store}
            argv = ["spoor", "open", link] + (["--store", store] if named else [])
            os.execve(spoor, argv, dict(env, **store_of))
        self.seen = b""
        self.read(lambda: b"\x1b[" in self.seen)

    def read(self, until, seconds=10):
        end = time.monotonic() + seconds * slow
        while not until() and time.monotonic() < end:
            if not select.select([self.fd], [], [], 0.02)[0]:
                continue
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:
                data = b""
            if not data:
                return until()
            self.seen += data
        return until()

    def copy(self, letter):
        if os.path.exists(clip):
            os.unlink(clip)
        for _ in range(40):  # what shows may still be read
            before = len(self.seen)
            os.write(self.fd, b"y" + letter.encode())
            self.read(lambda: os.path.exists(clip) or b" to copy here" in self.seen[before:], 1)
            if os.path.exists(clip):
                return open(clip, encoding="utf-8").read()
            time.sleep(0.05)
        return None

    def end(self):
        os.write(self.fd, b"Q")
        self.read(lambda: False, 0.05)
        end = time.monotonic() + 10 * slow
        while time.monotonic() < end:
            self.read(lambda: False, 0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
        return None


def words(command):
    """Without the options that say how it is printed: what it is about."""
    return shlex.split(command)


def walk(link, about=None, keys=""):
    """about: words that the copied command line has to have; else those of the twin of the link."""
    told = run(shlex.join(["spoor", "open", "--json", link]))
    if not check(told.returncode == 0, "%s: %s" % (link, told.stderr.strip())):
        return
    found = json.loads(told.stdout)
    e = Explorer(link, named=True)
    if keys:
        e.copy("l")
        os.write(e.fd, keys.encode())
    line, copied = e.copy("c"), e.copy("l")
    check(e.end() == 0, "%s: the program did not end well" % link)
    if not check(line, "%s: no command line to copy" % link) or not check(copied, "%s: no link to copy" % link):
        return
    check(shlex.split(line)[-2:] == ["--store", os.path.realpath(store)], "%s: the store is not named: %s" % (link, line))
    printed = run("env -u SPOOR_STORE " + line)
    check(printed.returncode == 0 or (line.startswith("spoor gate") and printed.returncode in (1, 5)), "%s: %s: exit %d %s" % (link, line, printed.returncode, printed.stderr.strip()))
    check(len(printed.stdout) > 20, "%s: %s prints nothing" % (link, line))
    twin = about or words(found["command"])
    check(all(w in words(line) for w in twin), "%s: copied %s, not about %s" % (link, line, twin))
    check(copied.startswith("spoor open ") and len(shlex.split(copied)) == 3, "%s: copied %r" % (link, copied))
    again = run(copied + " --json")
    if not check(again.returncode == 0, "%s: %s: %s" % (link, copied, again.stderr.strip())):
        return
    there = json.loads(again.stdout)
    twin_runs = run(there["command"])
    check(twin_runs.returncode == 0 or (there["kind"] == "gate" and twin_runs.returncode in (1, 5)), "%s: twin %s: exit %d %s" % (link, there["command"], twin_runs.returncode, twin_runs.stderr.strip()))
    word = shlex.split(copied)[2]
    check(there["link"] == word, "%s: %s is told as %s" % (link, word, there["link"]))
    e = Explorer(word, named=False)
    twice = e.copy("l")
    line = e.copy("c")
    check(e.end() == 0, "%s: the program did not end well" % word)
    # A trace's link, and from inside it that of the span under the cursor, at the tab that was left.
    check(twice == copied or (twice or "").startswith(copied + "/span:"), "%s: opened, it copies %r" % (word, twice))
    check(line and "--store" not in line, "%s: the store of the environment is named: %s" % (word, line))


data = "tests/data/"
files = [data + f for f in ("eval-v12.json", "eval-v13.json", "evals-claims.tar.gz", "traces-claims.jsonl.gz", "traces-agent.jsonl",
                            "review-support.json", "traces-eval.jsonl")]
subprocess.run([spoor, "import", "--store", store, *files], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
traces = json.loads(run("spoor traces --json --sort spans --limit 200").stdout)["traces"]
trace, other = traces[0]["id"], traces[1]["id"]
tree = json.loads(run("spoor trace --json --no-payload " + trace).stdout)["spans"]
llm = next(s["id"] for s in tree if s["kind"] == "llm")
session = next((t["session"] for t in traces if t.get("session")), trace)
case = json.loads(run("spoor run v13 --json --limit 1").stdout)["cases"][0]["key"]
prompt = json.loads(run("spoor prompts --json").stdout)["versions"][-1]["prompt"]
for command in ("spoor flag trace:%s --bad --reason wrong" % trace, "spoor review --run v13 --name 'two words' --make",
                "spoor checks"):
    run(command)
checks = json.loads(run("spoor checks --json").stdout)["checks"]

walk("traces", ["spoor", "traces"])
walk("traces/where:dur%3E5s/sort:cost_usd/order:asc")
walk("trace:" + trace)
walk("trace:%s/span:%s/tab:output" % (trace, llm))
walk("trace:%s/span:%s/tab:raw" % (trace, llm), ["spoor", "trace", trace, "--span", llm, "--raw"])
walk(llm)  # an id alone
walk("ledger:" + trace)
walk("origins:%s" % trace, ["spoor", "origins", trace])
walk("path:" + trace)
walk("path/where:dur%3E10s")
walk("session:" + session)
walk("diff:%s..%s" % (trace, other))
walk("runs", ["spoor", "runs"])
walk("runs/where:pass%3E10%25")
walk("run:v13", ["spoor", "runs"])
walk("runs:v12..v13")
walk("run:v13/case:" + case)
walk("compare:v12..v13")
walk("compare:v12..v13/case:" + case)
walk("compare:v12..v13/where:latency%3E1s")
for kind in ("begins", "noise", "rundiff"):
    walk("%s:v12..v13" % kind)
walk("scores:v12..v13", ["spoor", "compare", "--histogram"])
walk("slices:v12..v13", ["spoor", "compare", "--slice"])
walk("slices:v13", ["spoor", "run", "--slice"])
walk("gate:v13")
walk("gate:v12..v13")
walk("insights")
walk("insights/by:tool/where:dur%3E1s")
walk("judges")
walk("prompts", ["spoor", "prompts"])
walk("prompts:" + prompt)
walk("checks", ["spoor", "checks"])
if check(checks, "no findings in the samples"):
    walk("checks:" + checks[0]["check"])
walk("alikes")
walk("rules")
walk("search:policy")
walk("queues", ["spoor", "review"])
shutil.rmtree(work)
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
