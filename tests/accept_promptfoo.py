#!/usr/bin/env python3
"""promptfoo's files of the corpus against their counted contents, each alone; then one evaluation in its three exports, whose runs must
pair completely: accept_promptfoo.py SPOOR DATA_DIR."""
import csv, json, os, subprocess, sys, tempfile

spoor, data = os.path.abspath(sys.argv[1]), sys.argv[2]
passed = failed = 0
with open(os.path.join(data, "SOURCES.tsv"), newline="") as table:
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        if not row["file"].startswith("promptfoo/"):
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

folder = os.path.join(data, "promptfoo/bank-4runs")
with tempfile.TemporaryDirectory() as home:
    env = dict(os.environ, HOME=home, SPOOR_STORE=os.path.join(home, "s.db"))

    def answer(*words):
        return json.loads(subprocess.run([spoor, *words, "--json"], capture_output=True, env=env, check=True).stdout)

    ids = {}
    for ext in ("json", "jsonl", "csv"):
        runs = answer("import", os.path.join(folder, "bank-4runs." + ext))["files"][0]["eval_runs"]
        ids[ext] = sorted(run["id"] for run in runs)
    for i in range(4):
        for ext in ("jsonl", "csv"):
            counts = answer("compare", ids["json"][i], ids[ext][i])["cases"]
            if counts["paired"] == counts["same"] == 36 and not counts["only_a"] + counts["only_b"]:
                passed += 1
            else:
                failed += 1
                print("run %d, json against %s: %s" % (i, ext, counts))
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
