#!/usr/bin/env python3
"""Branch coverage of the parts that must not have an untried branch: coverage.py BUILD [--missing]     (make coverage)

Runs the unit tests of these parts and their kept fuzz inputs with BUILD (made with COV=1), asks gcov, and
writes tests/coverage.txt, which the README quotes. --missing lists the branches nobody took.

Left out of the count, and said: lines of BUG_ON (the arm that is our bug), of failed memory (we end there, err_die), and of STR_ARG (which
shortens what would be printed at a length nobody gives it).
A branch of gcov is one way out of one condition of the compiler's, at -O0."""
import glob, gzip, json, os, re, subprocess, sys, tempfile

build = sys.argv[1]
missing = "--missing" in sys.argv
GROUPS = [
    ("scanner", ["store/base/scan.c", "store/base/scan_string.c", "store/base/scan_text.c", "store/base/scan_walk.c", "store/base/scan_write.c"]),
    ("text to cells", ["store/base/text.c", "store/base/text_code.c"]),
    ("escaping", ["store/base/clean.c", "store/base/jout.c"]),
    ("opening a store", ["store/db_open.c", "store/db_place.c", "store/db_lock.c", "store/schema.c"]),
    ("filter", ["store/query/filter.c", "store/query/filter_sql.c", "store/query/filter_value.c", "store/query/fields.c"]),
    ("statistics", sorted(glob.glob("store/stat/*.c"))),
]
OUT = re.compile(r"BUG_ON\(|err_die\(|SQLITE_NOMEM|STR_ARG\(")


def run(*words, **kw):
    print("  " + " ".join(words)[:100], flush=True)
    for path in glob.glob(build + "/**/*.gcda", recursive=True):
        os.chmod(path, 0o666)  # some tests go on as another user, whose branches count, too
    code = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, **kw).returncode
    if code:
        print("  exit code %d" % code)


def measure():
    for path in glob.glob(build + "/**/*.gcda", recursive=True):
        os.unlink(path)
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "SPOOR_BUILD": build}
    for name in ("scan", "text", "edges", "clean", "json", "units", "db", "lock", "lock_turns", "schema", "open", "filter", "stat", "stat_edges", "compare", "record", "ingest",
                 "import"):
        run("%s/tests/%s" % (build, name), env=env)
    run("sh", "tests/fuzz/run.sh", "replay", build, "scanner", "cells", "filter", "store", env={**env, "SPOOR_FUZZ_CHANGES": "4"})
    run("bash", "tests/cli.sh", *("tests/cli/%s.t" % t for t in ("exit", "doctor", "import", "traces", "runs", "hostile")), env=env)
    run(sys.executable, "tests/hostile.py", build + "/spoor", "files", env=env)
    run(sys.executable, "tests/fault/opening.py", env=env)


def branches(source):
    """{line: [times taken]} by gcov."""
    with tempfile.TemporaryDirectory() as work:
        note = os.path.abspath("%s/%s" % (build, source.replace(".c", ".gcda")))
        subprocess.run(["gcov", "--branch-probabilities", "--json-format", note], cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        found = {}
        for path in glob.glob(work + "/*.json.gz"):
            for file in json.load(gzip.open(path))["files"]:
                if os.path.normpath(file["file"]).endswith(source):
                    for line in file["lines"]:
                        if line["branches"]:
                            found.setdefault(line["line_number"], []).extend(b["count"] for b in line["branches"])
        return found


def count(source):
    text = open(source, encoding="utf-8").read().split("\n")
    taken = total = out = 0
    for number, counts in sorted(branches(source).items()):
        if OUT.search(text[number - 1]):
            out += len(counts)
            continue
        total += len(counts)
        taken += sum(c > 0 for c in counts)
        if missing and not all(counts):
            print("    %s:%d: %s  %s" % (source, number, ["-" if c == 0 else "+" for c in counts], text[number - 1].strip()))
    return taken, total, out


if "--again" not in sys.argv:
    measure()
lines, all_out = ["%-18s %9s %9s %7s" % ("", "branches", "taken", "")], 0
for name, sources in GROUPS:
    sums = [count(s) for s in sources if os.path.exists(s)]
    taken, total = sum(s[0] for s in sums), sum(s[1] for s in sums)
    all_out += sum(s[2] for s in sums)
    lines.append("%-18s %9d %9d %6.1f %%" % (name, total, taken, 100 * taken / max(total, 1)))
    for source, (t, n, o) in zip(sources, sums):
        lines.append("  %-32s %5d of %5d" % (os.path.basename(source), t, n))
print("\n".join(lines))
print("left out: %d branches of BUG_ON, STR_ARG and failed memory" % all_out)
with open("tests/coverage.txt", "w", encoding="utf-8") as f:
    f.write("\n".join(l for l in lines if not l.startswith("  ")) + "\n")
