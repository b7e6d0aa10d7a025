#!/usr/bin/env python3
"""promptfoo/*.json of the corpus against its counted contents: accept_promptfoo.py SPOOR DATA_DIR. The corpus's own acceptance script
takes a substring of names; JSON Lines and CSV of the same folder are formats of a later day."""
import csv, json, os, subprocess, sys, tempfile

spoor, data = os.path.abspath(sys.argv[1]), sys.argv[2]
passed = failed = 0
with open(os.path.join(data, "SOURCES.tsv"), newline="") as table:
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        if not (row["file"].startswith("promptfoo/") and row["file"].endswith(".json")):
            continue
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run([spoor, "import", "--json", os.path.join(data, row["file"])], capture_output=True,
                                  env=dict(os.environ, HOME=home, SPOOR_STORE=os.path.join(home, "s.db")))
        try:
            files = json.loads(done.stdout)["files"]
        except ValueError:
            files = []
        runs = [run for f in files for run in f.get("eval_runs") or []]
        got = {k: sum(f.get(k) or 0 for f in files) for k in ("runs", "cases", "scores")}
        got.update({k: sum(run.get(k) or 0 for run in runs) for k in ("passed", "failed", "errored")})
        wrong = [k for k in got if (row.get(k) or "").strip() and int(row[k]) != got[k]]
        if wrong or not files:
            failed += 1
            print("%s: %s" % (row["file"], ", ".join("%s %s, want %s" % (k, got[k], row[k]) for k in wrong) or done.stderr.decode()))
        else:
            passed += 1
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
