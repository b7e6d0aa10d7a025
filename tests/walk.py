"""The way to every screen of the explorer, for tests that look at all of them.

    store(spoor, path)                                    the bundled samples that have something for each screen
    t = at(spoor, path, "compare", rows=24, cols=80)      a Terminal (strict_term.py) on that screen, or None: it did not show
The table is complete: the names are those of tui/screens.c, or the import of this module fails."""
import os, re, shutil, subprocess, sys, time

from strict_term import Terminal

TRACE = "trace:d15b07e020261120000000000000b10c"
_RUNS = [(b":runs\r", b"eval runs of")]
_COMPARE = _RUNS + [(b"  \r", b"cases paired")]
_TRACE = [(b"", b"31 spans")]

# For each screen: what it opens with, then keys and what shows once they were obeyed; the last of it is on that screen alone.
WAYS = {
    "agreement": (None, [(b":agreement\r", b"Where reviewers disagree")]),
    "alikes": (None, [(b":alikes\r", b"Look-alikes")]),
    "begins": (None, _COMPARE + [(b"w", b"Where regressions begin")]),
    "beside": (None, _RUNS + [(b"   \r", b"Runs beside each other")]),
    "case": (None, _COMPARE + [(b"\r", b"Metadata")]),
    "checks": (None, [(b"K", b"traces looked at")]),
    "compare": (None, _COMPARE),
    "help": (None, [(b"?", b"Keys")]),
    "insights": (None, [(b"i", b"Insights")]),
    "judges": (None, [(b":judges\r", b"human verdict")]),
    "ledger": (TRACE, _TRACE + [(b"L", b"Ledger")]),
    "noise": (None, _COMPARE + [(b"W", b"Noise floor")]),
    "origins": (TRACE, _TRACE + [(b"O", b"Origins")]),
    "path": (None, [(b":path\r", b"Critical path")]),
    "prompts": (None, [(b":prompts\r", b"versions")]),
    "propose": (None, [(b":propose\r", b"Rules out of")]),
    "queues": (None, [(b":queues\r", b"what do you want to look at?")]),
    "release": (None, _COMPARE + [(b"d", b"Release")]),
    "review": (None, [(b"r", b"review as"), (b"\r", b" done")]),
    "rundiff": (None, _COMPARE + [(b"p", b"What differs between the runs")]),
    "runs": (None, _RUNS),
    "scores": (None, _COMPARE + [(b"%", b"of two runs")]),
    "search": (None, [(b"*refund\r", b"Search")]),
    "session": (TRACE, _TRACE + [(b"W", b"Session")]),
    "slices": (None, _COMPARE + [(b"S", b"Holm inside each")]),
    "sql": (None, [(b":sql select name, count(*) from spans group by name\r", b"SQL")]),
    "tour": (None, [(b":tour\r", b"Five things to try")]),
    "trace": (TRACE, _TRACE),
    "tracediff": (None, [(b"djd", b"Two traces")]),
    "traces": (None, [(b"", b"Traces")]),
    "welcome": (None, [(b":welcome\r", b"how to begin")]),
}

_table = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tui", "screens.c"), encoding="utf-8").read()
SCREENS = re.findall(r"^\tX\((\w+)\)", _table, re.M)
if sorted(SCREENS) != sorted(WAYS):
    sys.exit("tests/walk.py: no way to, or no screen: %s" % ", ".join(sorted(set(SCREENS) ^ set(WAYS))))


def store(spoor, path):
    """The samples with verdicts of two people who do not always agree."""
    names = ["traces-agent.jsonl", "traces-voice.json.gz", "traces-eval.jsonl", "eval-v12.json", "eval-v13.json", "review-support.json"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    subprocess.run([spoor, "import", "--store", path, *("tests/data/" + n for n in names)], **quiet)
    for author, verdict, where in [("ana", "--bad", "status:error"), ("ben", "--bad", "status:error dur>5s"), ("ben", "--good", "status:error dur<5s")]:
        subprocess.run([spoor, "flag", "--store", path, "--author", author, verdict, "--where", where], **quiet)
    return path


def plain(data):
    """What a whole screen's bytes say, about: no attributes, blanks where the cursor goes right, lines where it goes elsewhere."""
    data = re.sub(rb"\x1b\[[0-9;]*m|\x1b\(B", b"", data)
    data = re.sub(rb"\x1b\[[0-9]*[GC]", b"  ", data)
    return re.sub(rb"\x1b\[[?0-9;]*[A-Za-z]|\x1b[78=>]", b"\n", data)


def shows(t, text, seconds=60):
    """Whether the text is on the screen, all of which is asked for again (^L) until it is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and t.process.poll() is None:
        t.out = b""
        t.keys(b"\x0c")
        t.idle(0.04)
        if text in plain(t.out):
            return True
    return False


def at(spoor, path, name, rows=24, cols=80, **more):
    target, steps = WAYS[name]
    if name == "review":  # makes a queue: not in the store of the others
        for end in ("", "-wal"):
            if os.path.exists(path + end):
                shutil.copy(path + end, path + "-review" + end)
        path += "-review"
    t = Terminal([spoor, "--store", path] + (["--open", target] if target else []), rows, cols, **more)
    if t.until(b"\x1b[?1049h") and t.idle(0.04) is None and all(_step(t, keys, text) for keys, text in steps):
        return t
    t.close()
    return None


def _step(t, keys, text):
    t.out = b""
    t.keys(keys)
    t.idle(0.04)
    return keys and text in plain(t.out) or shows(t, text)
