"""A terminal's ear that knows only what terminfo gave: which bytes of a program are text, which are a sequence of this TERM,
and which are neither ("foreign"). And a program on a pseudo-terminal whose output goes through it.

    term = Strict("xterm-256color")
    term.feed(bytes)          term.foreign: [(offset, bytes)]
"""
import ast, atexit, fcntl, functools, glob, os, pty, re, select, shutil, signal, struct, subprocess, sys, tempfile, termios, time

# Every string capability that a program sends (keys, k…, are received). From term(5); infocmp names them.
# Left out: what the program never has a reason to send unasked (bell, title, clipboard), tables and resets.
_IGNORED = {"acsc", "rs1", "rs2", "rs3", "is1", "is2", "is3", "rf", "if", "iprog", "bel", "flash", "tsl", "fsl", "dsl", "TS", "Ms",
            "mc0", "mc4", "mc5", "mc5p", "pfkey", "pfloc", "pfx", "pfxl", "initc", "initp", "u6", "u7", "u8", "u9"}


_ASK = """import curses, os, sys
curses.setupterm(sys.argv[1], os.open(os.devnull, os.O_WRONLY))
print([(name, curses.tigetstr(name)) for name in sys.argv[2:]])"""


@functools.cache
def _capabilities(term):
    """A process of its own is asked: Python takes a second setupterm for the first."""
    text = subprocess.run(["infocmp", "-1", "-x", term], capture_output=True, text=True, check=True).stdout
    names = [line.strip().rstrip(",").split("=")[0] for line in text.split("\n")[2:] if "=" in line]
    names = [n for n in names if n not in _IGNORED and not re.match(r"k[A-Za-z0-9]|kmous", n)]
    said = subprocess.run([sys.executable, "-c", _ASK, term, *names], capture_output=True, text=True, check=True).stdout
    return [(name, value) for name, value in ast.literal_eval(said) if value]


def _padding(value):
    return re.sub(rb"\$<[0-9.]+[*/]*>", b"", value)


_ANY = rb"(?:[0-9;]*)"


def _pattern(value):
    """A capability with its parameters as numbers: %i%p1%d;%p2%d → \\d*;\\d*. Conditions may give anything numeric."""
    out, i, value = b"", 0, _padding(value)
    while i < len(value):
        c = value[i:i + 1]
        if c != b"%":
            out, i = out + re.escape(c), i + 1
            continue
        if value[i + 1:i + 2] == b"?":  # a condition: whatever it can say, its digits and separators
            depth, end = 0, i
            while True:
                if value[end:end + 2] == b"%?":
                    depth += 1
                elif value[end:end + 2] == b"%;":
                    depth -= 1
                    if depth == 0:
                        break
                end += 1
            body = value[i + 2:end]
            literal = re.sub(rb"%(p[1-9]|'.'|\{[0-9]+\}|[-+*/m&|^=><AO!~tei]|[PgS][A-Za-z]|:?[-+# 0-9.]*[doxXs])", b"", body)
            parts = b"".join(re.escape(literal[k:k + 1]) for k in range(len(literal)))
            extra = b"|".join(re.escape(w) for w in {b"\x0e", b"\x0f"} if w in literal)
            out += rb"(?:[0-9:;]*" + (b"|" + extra if extra else b"") + rb")" if parts else _ANY
            i = end + 2
            continue
        m = re.match(rb"%(i|p[1-9]|'.'|\{[0-9]+\}|[-+*/m&|^=><AO!~]|[PgS][A-Za-z]|%|:?[-+# 0-9.]*[doxX]|c|s|l)", value[i:])
        if not m:
            raise ValueError("terminfo: %r at %d" % (value, i))
        token = m.group(1)
        if token == b"%":
            out += rb"%"
        elif token[-1:] in b"doxX" and not token.startswith((b"p", b"g", b"P", b"{", b"'")):
            out += rb"[0-9]+"
        elif token == b"c":
            out += rb"[\x20-\x7e]"
        elif token == b"s":
            out += rb"[\x20-\x7e]*"
        i += m.end()
    return out


# What the interface of the program may send beyond terminfo, and why.
_OURS = [
    rb"\x1b\[\?(?:1000|1006)[hl]",  # the mouse, where the description has kmous
    rb"\x1b\[\?2004[hl]",  # bracketed paste
    rb"\x1b\[\?2026[hl]",  # synchronized output
    rb"\x1b\]52;c;[A-Za-z0-9+/]*={0,2}\x07",  # the clipboard, when a key asks for it: base64 of at most 75 KB
]


class Strict:
    def __init__(self, term, utf8=True):
        values = [v for _, v in _capabilities(term)]
        values += [v.replace(b"\x0e", b"").replace(b"\x0f", b"") for v in values]  # tui/term.c leaves the alternate character set alone
        plain = {_pattern(v) for v in values if b"%" not in v}  # first: one with parameters may match their beginning
        others = ({_pattern(v) for v in values} | set(_OURS)) - plain
        ordered = sorted(plain - {b""}, key=len, reverse=True) + sorted(others - {b""}, key=len, reverse=True)
        self.sequence = re.compile(b"|".join(ordered), re.S)
        self.utf8, self.rest, self.at, self.n_sequences = utf8, b"", 0, 0
        self.foreign = []
        self.recent = b""

    def feed(self, data, end=False):
        data = self.rest + data
        self.recent = (self.recent + data)[-4000:]
        i, n = 0, len(data)
        while i < n:
            c = data[i]
            if 0x20 <= c < 0x7F or c in b"\r\n\b\t\x0e\x0f":
                i += 1
                continue
            if not end and n - i < 64 and (c == 0x1B or c >= 0x80):
                break  # may go on with the next bytes
            if not end and data.startswith(b"\x1b]52;", i) and b"\x07" not in data[i:] and n - i < 110000:
                break
            size = self._control(data, i) if c < 0x80 else self._character(data, i)
            if size == 0:
                self.foreign.append((self.at + i, data[i:i + 24]))
                size = 1
            i += size
        self.rest, self.at = data[i:], self.at + i

    def _control(self, data, i):
        m = self.sequence.match(data, i)
        self.n_sequences += bool(m)
        return m.end() - i if m else 0

    def _character(self, data, i):
        """A whole UTF-8 character that acts on nothing: no C1, no bidi control, no separator, no tag."""
        for size in (2, 3, 4):
            try:
                char = data[i:i + size].decode("utf-8")
            except UnicodeDecodeError:
                continue
            code = ord(char) if len(char) == 1 else 0
            bad = code < 0xA0 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or code in (0x2028, 0x2029, 0xFEFF) \
                or 0x200B <= code <= 0x200F or 0xE0000 <= code <= 0xE0FFF
            return 0 if bad or not self.utf8 else size
        return 0


# What it keeps between sessions, and what it is told to save, goes where nothing else is.
ROOM = tempfile.mkdtemp(prefix="spoor-home-")
atexit.register(shutil.rmtree, ROOM, ignore_errors=True)


class Terminal:
    """A program on a pseudo-terminal. Its environment is clean but for what is given."""

    def __init__(self, argv, rows=24, cols=80, term="xterm-256color", lang="C.UTF-8", env=None, strict=True, stdio=None, cwd=None):
        self.strict = Strict(term, utf8=lang is not None and "UTF-8" in lang) if strict else None
        self.master, self.slave = pty.openpty()
        self.size(rows, cols)
        if strict:  # what is typed before the program listens is not to come back as if it had been sent
            modes = termios.tcgetattr(self.slave)
            modes[3] &= ~termios.ECHO
            termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        self.before = termios.tcgetattr(self.slave)
        keep = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k in ("PATH", "SPOOR_CORPUS")}
        # Programs that are started ask for no key and leave nothing on the screen.
        clean = {"TERM": term, "TZ": "UTC", "SPOOR_NOW": "2026-11-21T00:00:00Z", "HOME": ROOM, "SPOOR_MEMORY": "0", "PAGER": "cat >/dev/null", "VISUAL": "true",
                 **keep, **(env or {})}
        if lang is not None:
            clean["LC_ALL"] = lang
        ends = stdio or {}

        def child():
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                if ends.get(fd) == "closed":
                    os.close(fd)

        pick = lambda fd: ends[fd] if isinstance(ends.get(fd), int) else self.slave
        self.process = subprocess.Popen(argv, stdin=pick(0), stdout=pick(1), stderr=pick(2), env=clean, cwd=cwd, preexec_fn=child,
                                        pass_fds=())
        self.out = b""

    def size(self, rows, cols):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def pump(self, seconds):
        """Takes what is there, waiting at most so long for the first of it. How many bytes came."""
        came = 0
        while select.select([self.master], [], [], seconds if came == 0 else 0)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            came += len(data)
            self.out = (self.out + data)[-200000:]
            if self.strict:
                self.strict.feed(data)
        return came

    def asleep(self):
        """Whether no thread of the program runs, or waits for a disk: it has obeyed what came, and waits for more."""
        for path in glob.glob("/proc/%d/task/*/stat" % self.process.pid):
            try:
                with open(path, "rb") as f:
                    if f.read().rsplit(b")", 1)[1].split()[0] in (b"R", b"D"):
                        return False
            except OSError:  # a thread that has ended
                pass
        return True

    def until(self, what, seconds=60):
        """Pumps until condition() or the bytes were sent by the program."""
        end = time.monotonic() + seconds
        there = what if callable(what) else lambda: what in self.out
        while time.monotonic() < end:
            if there():
                return True
            self.pump(0.05)
        return there()

    def idle(self, quiet=0.15, seconds=60):
        """Pumps until nothing has come for a while, and the program sleeps: however long it takes for that on a busy machine."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (self.pump(quiet) or not self.asleep()):
            pass

    def keys(self, data):
        while data:  # never more than the program reads, or both would wait
            _, ready, _ = select.select([], [self.master], [], 60)
            if not ready:
                return False
            try:
                data = data[os.write(self.master, data[:512]):]
            except OSError:
                return False
            self.pump(0)
        return True

    def wait(self, seconds=60):
        """Its exit code (-n: by signal n); None: it still runs."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump(0.02)
            if self.process.poll() is not None:
                self.pump(0)
                if self.strict:
                    self.strict.feed(b"", end=True)
                return self.process.returncode
        return None

    def restored(self):
        """The terminal as it was: modes equal, the other screen left, the cursor shown, pastes no longer marked. What is wrong, or ''."""
        now = termios.tcgetattr(self.slave)
        wrong = []
        if now != self.before:
            wrong.append("modes differ")
        enter, leave = self.out.rfind(b"\x1b[?1049h"), self.out.rfind(b"\x1b[?1049l")
        if enter > leave:
            wrong.append("still on the other screen")
        hidden = self.out.rfind(b"\x1b[?25l")
        shown = max(self.out.rfind(b"\x1b[?25h"), self.out.rfind(b"\x1b[?12;25h"), self.out.rfind(b"\x1b[?12l\x1b[?25h"))
        if hidden > shown:
            wrong.append("cursor hidden")
        if self.out.rfind(b"\x1b[?2004h") > self.out.rfind(b"\x1b[?2004l"):
            wrong.append("pastes still marked")
        for mode in (b"1000", b"1006", b"2026"):  # the mouse, a frame held together
            if self.out.rfind(b"\x1b[?" + mode + b"h") > self.out.rfind(b"\x1b[?" + mode + b"l"):
                wrong.append("mode %s still on" % mode.decode())
        return ", ".join(wrong)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)
