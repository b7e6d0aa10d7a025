#!/usr/bin/env python3
"""The text pictures of the README, from the program's own screens: pictures.py [--check] SPOOR.

Each is what SPOOR shows at 80x24 in tmux, of the samples that are built in, with the clock stopped, after the keys of the table below. It goes
between the lines `<!-- NAME -->` and `<!-- /NAME -->`. --check changes nothing and fails when one is stale. Without tmux it is skipped."""
import glob, os, re, shutil, subprocess, sys, tempfile, time

args = [a for a in sys.argv[1:] if a != "--check"]
check = "--check" in sys.argv
spoor = os.path.abspath(args[0] if args else "build/release/spoor")
COLS, ROWS, PATIENCE_S = 80, 24, 60

# name: command line, then keys (tmux names) and, after "see", what must be on the screen before it goes on
PICTURES = {
    "tree": (["--open", "trace:d15b07e020261120000000000000b10c"], ["see row 1 of 23"]),
    "compare": (["--open", "compare:v12..v13"], ["see Lost 1 of 4"]),
    "release": (["--open", "gate:v12..v13"], ["see row 1 of 17"]),
    "review": (["review", "--run", "v13", "--where", "title~refund"], ["see WELCOME", "Enter", "see QUESTION"]),
    "judges": (["--open", "judges"], ["see kappa   0.85"]),
    "checks": (["--open", "checks"], ["see row 1 of", "j j j j", "see row 5 of"]),
}


class Tmux:
    def __init__(self, folder):
        self.socket = "spoor-pictures-%d" % os.getpid()
        self.env = {"PATH": os.environ["PATH"], "HOME": folder, "TMUX_TMPDIR": folder, "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
                    "SPOOR_STORE": folder + "/samples.db", "SPOOR_NOW": "2026-11-21T00:00:00Z", "SPOOR_AUTHOR": "ada", "SPOOR_CONFIG": "",
                    "SHELL": "/bin/sh", "NO_COLOR": "1"}

    def __call__(self, *words):
        return subprocess.run(["tmux", "-f", "/dev/null", "-L", self.socket, *words], capture_output=True, text=True, env=self.env).stdout

    def start(self, number, words):
        self("kill-server")
        self.socket = "spoor-pictures-%d-%d" % (os.getpid(), number)
        state = "%s/state-%d" % (self.env["HOME"], number)
        self("new-session", "-d", "-x", str(COLS), "-y", str(ROWS), "-e", "XDG_STATE_HOME=" + state, spoor, *words, ";",
             "set", "-g", "remain-on-exit", "on", ";", "set", "-g", "status", "off", ";", "resize-window", "-x", str(COLS), "-y", str(ROWS))

    def screen(self):
        return [line.rstrip() for line in self("capture-pane", "-p").split("\n")[:ROWS]]

    def asleep(self):
        """No thread of the program runs."""
        states = []
        for path in glob.glob("/proc/%s/task/*/stat" % self("display-message", "-p", "#{pane_pid}").strip()):
            try:
                with open(path, "rb") as f:
                    states.append(f.read().rsplit(b")", 1)[1].split()[0])
            except OSError:
                pass
        return not {b"R", b"D"} & set(states)

    def see(self, text):
        """Until it is there and nothing has changed for a while: what is worked out behind the screen has come, too."""
        end, still, before = time.monotonic() + PATIENCE_S, 0, None
        while time.monotonic() < end:
            now = self.screen()
            still = still + 1 if now == before and any(text in line for line in now) else 0
            if still >= 12 and self.asleep():
                return
            before = now
            time.sleep(0.05)
        sys.exit("pictures: not seen: %s\n%s" % (text, "\n".join(self.screen())))


def pictures():
    folder = tempfile.mkdtemp(prefix="spoor-pictures-")
    tmux = Tmux(folder)
    try:
        subprocess.run([spoor, "samples", "--keep"], env=tmux.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        for number, (name, (words, steps)) in enumerate(PICTURES.items()):
            tmux.start(number, words)
            for step in steps:
                if step.startswith("see "):
                    tmux.see(step[4:])
                else:
                    tmux("send-keys", *step.split())
            lines = tmux.screen()
            while lines and not lines[-1]:
                lines.pop()
            yield name, lines
    finally:
        tmux("kill-server")
        while os.path.exists(folder):  # the last program may still be saving how it was left
            shutil.rmtree(folder, ignore_errors=True)
            time.sleep(0.3)


if not shutil.which("tmux"):
    print("skipped: no tmux\n0 passed, 0 failed")
    sys.exit(0)
with open("README.md", encoding="utf-8") as f:
    old = new = f.read()
for name, lines in pictures():
    block = "<!-- %s -->\n```\n%s\n```\n<!-- /%s -->" % (name, "\n".join(lines), name)
    fresh, n = re.subn(r"<!-- %s -->.*?<!-- /%s -->" % (name, name), lambda m: block, new, flags=re.S)
    if n != 1:
        sys.exit("README.md: the picture %s is there %d times" % (name, n))
    if check and fresh != new:
        print("stale: %s\n%s" % (name, block))
    new = fresh
if check:
    print("%d passed, %d failed" % ((1, 0) if new == old else (0, 1)))
    sys.exit(0 if new == old else "README.md has stale pictures: make pictures")
with open("README.md", "w", encoding="utf-8") as f:
    f.write(new)
