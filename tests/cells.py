#!/usr/bin/env python3
"""Columns as spoor counts them against where tmux's cursor stands after drawing the cells: cells.py [--deep] TEXT

TEXT is the unit test's program (build/release/tests/text). Every sequence of the corpus's emoji-test and GraphemeBreakTest;
--deep: every assigned code point besides. Runs itself in a tmux of its own, where it asks for the cursor's place after each.
Prints 'N passed, N failed'."""
import os, re, select, shutil, subprocess, sys, tempfile, termios, time, tty, unicodedata


def inner(path, out):
    """In the pane: draws each text at the left end, asks where the cursor is, writes the columns down."""
    fd = os.open("/dev/tty", os.O_RDWR)
    tty.setraw(fd)
    with open(path) as f:
        texts = [bytes.fromhex(line.strip()) for line in f]
    places, got, sent, data = [], 0, 0, b""
    while got < len(texts):
        if sent < len(texts) and sent - got < 64:
            os.write(fd, b"\r\x1b[K" + texts[sent] + b"\x1b[6n")
            sent += 1
            if not select.select([fd], [], [], 0)[0]:
                continue
        data += os.read(fd, 65536)
        while (m := re.match(rb"\x1b\[\d+;(\d+)R", data)):
            places.append(int(m.group(1)) - 1)
            got, data = got + 1, data[m.end():]
    with open(out + ".new", "w") as f:
        f.write("\n".join(map(str, places)))
    os.rename(out + ".new", out)


if sys.argv[1] == "--inner":
    inner(sys.argv[2], sys.argv[3])
    sys.exit(0)

deep = "--deep" in sys.argv
program = [a for a in sys.argv[1:] if a != "--deep"][0]
folder = os.environ.get("SPOOR_CORPUS", "../shared/corpus") + "/hostile/unicode/"
if not os.path.isdir(folder) or not shutil.which("tmux"):
    print("skipped: no corpus" if shutil.which("tmux") else "skipped: no tmux")
    print("0 passed, 0 failed")
    sys.exit(0)
texts = []
for line in open(folder + "emoji-test-14.0.txt", encoding="utf-8"):
    if line[0] != "#" and ";" in line:
        texts.append("".join(chr(int(c, 16)) for c in line.split(";")[0].split()))
n_emoji = len(texts)
for line in open(folder + "GraphemeBreakTest-14.0.0.txt", encoding="utf-8"):
    codes = [int(c, 16) for c in line.split("#")[0].split() if re.fullmatch(r"[0-9A-F]{4,6}", c)]
    if codes:
        texts.append("".join(map(chr, codes)))
n_breaks = len(texts) - n_emoji
if deep:
    texts += ["a" + chr(c) + "b" for c in range(0x20, 0x110000)
              if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) not in ("Cn", "Co")]
raw = [t.encode("utf-8", "surrogatepass").hex() for t in texts]
lines = subprocess.run([program, "--cells"], input="\n".join(raw) + "\n", capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
want = [int(line.split()[0]) for line in lines]
work = tempfile.mkdtemp(prefix="spoor-cells-")
tmux = ["tmux", "-L", "spoor-cells-%d" % os.getpid(), "-f", "/dev/null"]
try:
    with open(work + "/cells", "w") as f:
        f.write("\n".join((line.split() + [""])[1] for line in lines))
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    env.pop("TMUX", None)
    subprocess.run(tmux + ["-u", "new-session", "-d", "-x", "200", "-y", "5",
                           "%s %s --inner %s/cells %s/places 2>%s/err" % (sys.executable, os.path.abspath(__file__), work, work, work)], env=env, check=True)
    end = time.monotonic() + (300 if not deep else 900)
    while not os.path.exists(work + "/places") and time.monotonic() < end and not (os.path.exists(work + "/err") and os.path.getsize(work + "/err")):
        select.select([], [], [], 0.05)
    if not os.path.exists(work + "/places"):
        print("tmux did not answer: " + open(work + "/err").read()[-500:])
        print("0 passed, 1 failed")
        sys.exit(1)
    places = [int(p) for p in open(work + "/places").read().split()]
finally:
    subprocess.run(tmux + ["kill-server"], stderr=subprocess.DEVNULL, check=False)
    shutil.rmtree(work, ignore_errors=True)
wrong = [i for i in range(len(texts)) if places[i] != want[i]]
for i in wrong[:10]:
    print("%s: %d columns, tmux %d" % (" ".join("U+%04X" % ord(c) for c in texts[i]), want[i], places[i]))
print("%d emoji sequences, %d of GraphemeBreakTest, %d in all" % (n_emoji, n_breaks, len(texts)))
print("%d passed, %d failed" % (len(texts) - len(wrong), len(wrong)))
sys.exit(1 if wrong or n_emoji < 4000 or n_breaks < 600 else 0)
