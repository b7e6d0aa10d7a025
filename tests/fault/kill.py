#!/usr/bin/env python3
"""K1: kill -9 at random times of an import of many lines, and of verdicts being given. K3: INT, TERM and HUP at random times of an
import, and of the explorer: it ends with 128 + n and leaves the terminal as it was. (K2, at the k-th call of the
system, is in disk.py.)"""
from fault import *


class Worker:
    def __init__(self):
        self.room = room = Room()
        self.file = room.file("big.jsonl", otlp_lines(1500 if not SANITIZED else 300, spans=7, traces_of=40, text=300))
        began = time.monotonic()
        self.want = room.undisturbed(self.file)
        self.takes_s = time.monotonic() - began
        room.keep("full")
        self.terminal = None

    def close(self):
        self.room.close()


def start(w, words, **more):
    return subprocess.Popen(words, cwd=ROOT, env=w.room.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **more)


def stopped_import(w, number, share, again):
    """Killed, perhaps when it goes on as well; then what is there, and whether it comes to its end. The moment is a share of an
    import's time, so that a slow machine is stopped in its middle, too."""
    room = w.room
    room.clear()
    wrong = []
    for _ in range(again):
        p = start(w, [PROGRAM, "import", w.file])
        time.sleep(share * w.takes_s)
        p.send_signal(number)
        try:
            _, err = p.communicate(timeout=HANG_S)
        except subprocess.TimeoutExpired:
            p.kill()
            p.communicate()
            return [f"goes on after signal {number}"]
        if number == signal.SIGKILL:
            ok = p.returncode in (0, -9)
        else:  # (before it listens, the signal itself ends it)
            ok = p.returncode in (0, 128 + number, -number)
        if not ok:
            wrong.append(f"signal {number}: exit {p.returncode}: {err.decode()[-160:]}")
        wrong += room.wrong_with_store(w.file)
    return wrong or room.wrong_when_repeated(w.file, w.want)


def stopped_verdicts(w, number, seconds):
    w.room.put("full")
    p = start(w, [CLIENT, "annotate", w.room.store, "100000"])
    time.sleep(seconds)
    p.send_signal(number)
    out, _ = p.communicate()
    said = [line for line in out.decode().split("\n") if len(line) == 32]
    return w.room.wrong_with_store(None, said) if p.returncode == -number else [f"exit {p.returncode}"]


def stopped_explorer(w, number, seconds, busy):
    """Behind it nothing, or an import."""
    w.room.put("full")
    if busy:
        w.room.clear()
    t = w.terminal = w.terminal or Terminal()
    t.start()
    p = subprocess.Popen([PROGRAM] + ([w.file] if busy else []), cwd=ROOT, env=w.room.env, stdin=t.slave, stdout=t.slave, stderr=t.slave, start_new_session=True)
    end = time.monotonic() + HANG_S
    while b"\x1b[?1049h" not in t.drawn and p.poll() is None and time.monotonic() < end:
        t.read(0.02)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        t.read(0.02)
        t.send(b"j")
    sent = time.monotonic()
    p.send_signal(number)
    while p.poll() is None and time.monotonic() - sent < HANG_S:
        t.read(0.01)
    if p.poll() is None:
        p.kill()
        p.wait()
        return [f"goes on after signal {number}"] + t.wrong()
    t.read(0)
    wrong = t.wrong()
    if number != signal.SIGKILL and p.returncode != 128 + number:
        wrong.append(f"signal {number}: exit {p.returncode}")
    return wrong + (w.room.wrong_with_store(w.file) or w.room.wrong_when_repeated(w.file, w.want))


def main():
    opts = options(__doc__)
    dice = random.Random(opts.seed)
    n, m = (1000, 200) if opts.all else (25, 10)
    cases = []
    for i in range(n):
        share = dice.random() * 1.1
        if i % 5 == 4:
            cases.append(Case(f"K1 verdicts {i}", stopped_verdicts, (signal.SIGKILL, share * 0.2)))
        else:
            cases.append(Case(f"K1 import {i} {share:.4f}", stopped_import, (signal.SIGKILL, share, 1 + i % 2)))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for i in range(m):
            share = dice.random() * 1.1
            if i % 2:
                cases.append(Case(f"K3 import {number.name} {i} {share:.4f}", stopped_import, (number, share, 1)))
            else:
                cases.append(Case(f"K3 explorer {number.name} {i} {share:.4f}", stopped_explorer, (number, share * 0.4, i % 4 == 0)))
    return do(opts, cases, Worker)


if __name__ == "__main__":
    sys.exit(main())
