#!/usr/bin/env python3
"""Completion as hands have it: complete.py BUILD_DIR [SHELL…] types into bash, zsh and fish on a pty.

The store holds a trace whose id and name are made to run something where they are not quoted, and one with a control character. Each shell
completes it bare, in single and in double quotes; then the line is run: it must find the trace, and nothing else may have run.
A shell that is not there is skipped, and that is said."""
import glob, os, pty, select, shutil, subprocess, sys, tempfile, time

ID = "a $(touch ran) `touch ran` 'q' \"d\" ;&|<>*?[x]#~!{} é"
NAME = "n $(touch ran) \\ 'q' \"d\" `touch ran`"
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "PS1='READY '; source %s/spoor.bash\n"),
    "zsh": (["zsh", "-f", "-i"], "PS1='READY '; autoload -Uz compinit; compinit -u -d $HOME/dump; source %s/_spoor\n"),
    "fish": (["fish", "--no-config", "-i"], "function fish_prompt; echo 'READY '; end; source %s/spoor.fish\n"),
}
# What is typed (\t completes), and what only its output has once it ran, and the line itself has not.
LINES = [
    ("spoor trace a\t", "format agentops"),
    ("spoor trace 'a \t", "format agentops"),
    ("spoor trace \"a \t", "format agentops"),
    ("spoor traces --csv --columns id --where name:\t", '""d""'),
    ("spoor traces --csv --columns id --where 'name:\t", '""d""'),
    ("spoor traces --csv --columns id --where=kind:sp\t", '""d""'),
    ("spoor exp\tfla\t--form\tcs\t", "nothing that this would export"),
]
# bash cannot write a ! into double quotes: nothing is offered there, and the quote is ended by hand.
UNABLE = {("bash", "spoor trace \"a \t")}


def store(build, folder):
    import json
    records = [{"trace_id": ID, "spans": [{"span_id": "s1", "span_name": NAME}]},
               {"trace_id": "b\n\x1b[31mx", "spans": [{"span_id": "s2", "span_name": "\x1b]0;x\x07"}]}]
    path = os.path.join(folder, "h.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for r in records:
            f.write(json.dumps(r) + "\n")
    env = dict(os.environ, SPOOR_STORE=os.path.join(folder, "s.db"), SPOOR_CONFIG="", HOME=folder)
    subprocess.run([build + "/spoor", "import", path], env=env, capture_output=True, check=True)
    return env


class Shell:
    def __init__(self, name, build, env, folder):
        argv, setup = START[name]
        env = dict(env, TERM="xterm", PATH=os.path.abspath(build) + ":" + env["PATH"], LC_ALL="C.UTF-8", COLUMNS="300")
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execvpe(argv[0], argv, env)
        import fcntl, struct, termios
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 300, 0, 0))
        self.pid, self.out = pid, b""
        self.quiet(0.5)
        self.type(setup % os.path.abspath(build + "/completion"))
        self.quiet(0.5)

    def works(self):
        """Whether the shell runs, or has something running."""
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, "rb") as f:
                    pid, rest = f.read().split(b" ", 1)
            except OSError:
                continue
            state, _, _, session = rest.rsplit(b")", 1)[1].split()[:4]
            if int(session) == self.pid and (int(pid) != self.pid or state in (b"R", b"D")):
                return True
        return False

    def quiet(self, still, most=60):
        """Reads until nothing has come for `still` seconds, and all that was started has ended."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            if not select.select([self.fd], [], [], still)[0]:
                if not self.works():
                    return
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            self.out += data
            if b"\x1b[6n" in data:  # where is the cursor? fish asks
                os.write(self.fd, b"\x1b[1;1R")
            if b"\x1b[0c" in data or b"\x1b[c" in data:
                os.write(self.fd, b"\x1b[?1;2c")

    def type(self, text):
        for part in text.replace("\t", "\t\0").split("\0"):
            os.write(self.fd, part.encode())
            if part.endswith("\t"):
                self.quiet(0.2)

    def run(self, line):
        self.out = b""
        self.type(line)
        self.out = b""
        self.type("\r")
        self.quiet(0.2)
        return self.out.decode("utf-8", "replace")

    def close(self):
        os.close(self.fd)
        try:
            os.kill(self.pid, 9)
        except OSError:
            pass
        os.waitpid(self.pid, 0)


def try_shell(name, build):
    failed = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        env = store(build, folder)
        shell = Shell(name, build, env, folder)
        for line, shows in LINES:
            if (name, line) in UNABLE:
                continue
            tried += 1
            got = shell.run(line)
            if shows not in got:
                failed += 1
                print("%s: %r: %r" % (name, line, got[-400:]))
            if any(n.startswith("ran") for n in os.listdir(folder)):
                print("%s: %r ran what a name says" % (name, line))
                failed += 1
                break
        shell.close()
    return tried - failed, failed


def main():
    build, shells = sys.argv[1], sys.argv[2:] or list(START)
    passed = failed = 0
    for name in shells:
        if not shutil.which(name):
            print("skipped: no %s" % name)
            continue
        p, f = try_shell(name, build)
        passed, failed = passed + p, failed + f
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


sys.exit(main())
