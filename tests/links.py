#!/usr/bin/env python3
"""Links and copied command lines, on every screen: links.py SPOOR

Each kind of link is opened in the explorer on the samples, on a pseudo-terminal; the link and the command line of what shows are copied with
y (to a command, $SPOOR_CLIPBOARD). Then: the command runs, prints something, and is about what the link names; the copied link opens
(`spoor open --print`) and, opened in the explorer, copies itself again; back from it and the program ends as it should.
Closes with 'N passed, N failed'."""
import base64, json, os, pty, re, select, shlex, shutil, subprocess, sys, time

import kit
from kit import check

spoor = os.path.abspath(sys.argv[1])
work = kit.folder("links")
clip, store = work + "/clip", work + "/s.db"
env = kit.environment(work, TERM="xterm-256color", TZ="UTC", SPOOR_NOW="2026-11-21T00:00:00Z", SPOOR_AUTHOR="ana",
                      SPOOR_CLIPBOARD="cat > %s.new && mv %s.new %s" % (clip, clip, clip),
                      PATH=os.path.dirname(spoor) + ":" + os.environ["PATH"])


# What a command may answer on these samples: nothing like it, hold, not enough data.
ANSWERS = {"alikes": (0, 1), "gate": (0, 1, 5), "rules": (0, 5)}


def run(command):
    """The command line as a shell takes it; where it names no store: ours."""
    return subprocess.run(["sh", "-c", command], env=dict(env, SPOOR_STORE=store), capture_output=True, text=True, timeout=600)


def copied(letter):
    """What was copied, if it is of that kind: what was asked for twice on a busy machine may come twice, the other late."""
    text = open(clip, encoding="utf-8").read() if os.path.exists(clip) else ""
    return text if text.startswith("spoor open ") == (letter == "l") else None


class Explorer:
    def __init__(self, link, named):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            store_of = {} if named else {"SPOOR_STORE": store}
            argv = ["spoor", "open", link] + (["--store", store] if named else [])
            os.execve(spoor, argv, dict(env, **store_of))
        self.seen = b""
        self.read(lambda: b"\x1b[" in self.seen)

    def read(self, until, seconds=60):
        end = time.monotonic() + seconds
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
        end = time.monotonic() + 60
        while time.monotonic() < end:  # what shows may still be read
            before = len(self.seen)
            os.write(self.fd, b"y" + letter.encode())
            self.read(lambda: copied(letter) or b" to copy here" in self.seen[before:], 3)
            if copied(letter):
                return copied(letter)
        return None

    def end(self):
        os.write(self.fd, b"Q")
        self.read(lambda: False, 0.05)
        end = time.monotonic() + 60
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
    answers = ANSWERS.get(found["kind"], (0,))
    check(printed.returncode in answers, "%s: %s: exit %d %s" % (link, line, printed.returncode, printed.stderr.strip()))
    check(len(printed.stdout) > 20, "%s: %s prints nothing" % (link, line))
    twin = about or words(found["command"])
    check(all(w in words(line) for w in twin), "%s: copied %s, not about %s" % (link, line, twin))
    check(copied.startswith("spoor open ") and len(shlex.split(copied)) == 3, "%s: copied %r" % (link, copied))
    again = run(copied + " --json")
    if not check(again.returncode == 0, "%s: %s: %s" % (link, copied, again.stderr.strip())):
        return
    there = json.loads(again.stdout)
    twin_runs = run(there["command"])
    check(twin_runs.returncode in ANSWERS.get(there["kind"], (0,)), "%s: twin %s: exit %d %s" % (link, there["command"], twin_runs.returncode, twin_runs.stderr.strip()))
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
walk("runs/sort:pass_rate/order:asc", ["spoor", "runs", "--sort", "pass_rate", "--asc"])
walk("runs/sort:name/order:desc", ["--sort", "name", "--desc"])
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
for link, columns in (("traces", "name,tokens,cost_usd"), ("runs", "model,pass_rate"), ("search:policy", "name,snippet"), ("insights/by:tool", "name,errors,p95_ns")):
    walk(link, ["--columns", columns], ":columns %s\r" % columns)
walk("queues", ["spoor", "review"])


# ---------------------------------------------------------------- what stands before the terminal

def in_tmux(conf, path, what):
    """y l inside tmux: its buffer has the link."""
    socket = work + "/" + what.split()[0]  # its own: the one before may still be ending
    open(work + "/tmux.conf", "w").write("set -g default-terminal tmux-256color\n" + conf)
    def tmux(*args):
        return subprocess.run(["tmux", "-S", socket, *args], env=env, capture_output=True, text=True).stdout
    inside = {"PATH": path, "SPOOR_STORE": store, "SPOOR_CLIPBOARD": ""}
    tmux("-f", work + "/tmux.conf", "new-session", "-d", "-x", "80", "-y", "24",
         *[w for k, v in inside.items() for w in ("-e", k + "=" + v)], spoor, "open", "trace:" + trace)
    end, got = time.monotonic() + 60, ""
    while time.monotonic() < end and "spoor open trace:" not in got:
        tmux("send-keys", "-l", "yl")
        time.sleep(0.2)
        got = tmux("show-buffer")
    check(got.startswith("spoor open trace:%s" % trace), "%s: tmux has %r" % (what, got))
    tmux("kill-server")


def squeezed(text):
    return "".join(text.split())


def in_screen():
    """GNU screen hands the pieces on: its terminal gets one whole sequence, of a text of many pieces, too."""
    inner = dict(env, SPOOR_STORE=store, SPOOR_CLIPBOARD="", SCREENDIR=work + "/screens")
    os.mkdir(work + "/screens", 0o700)
    told = [t for t in json.loads(run("spoor trace --json " + trace).stdout)["spans"] if isinstance(t.get("input"), str)]
    span = max(told, key=lambda t: len(t["input"]))
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe("screen", ["screen", "-c", "/dev/null", spoor, "open", "trace:%s/span:%s/tab:input" % (trace, span["id"])], inner)
    seen, end, found = b"", time.monotonic() + 60, None
    while time.monotonic() < end and not found:
        if select.select([fd], [], [], 0.3)[0]:
            try:
                seen += os.read(fd, 1 << 16)
            except OSError:
                break
        else:
            os.write(fd, b"yv")
        found = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", seen)
    text = base64.b64decode(found.group(1)).decode() if found else ""
    check(len(text) > 500 and squeezed(text) == squeezed(span["input"]), "screen hands on %d characters of %d" % (len(text), len(span["input"])))
    os.write(fd, b"Q")
    os.kill(pid, 15)
    os.waitpid(pid, 0)
    subprocess.run(["screen", "-wipe"], env=inner, stdout=subprocess.DEVNULL)


if shutil.which("tmux"):
    only = work + "/bin"
    os.mkdir(only)
    for name in ("sh", "cat"):
        os.symlink(shutil.which(name), only + "/" + name)
    in_tmux("", env["PATH"], "load-buffer")
    in_tmux("set -g set-clipboard on\n", only, "OSC 52")
else:
    print("skipped: no tmux")
if shutil.which("screen"):
    in_screen()
else:
    print("skipped: no screen")
kit.finish()
