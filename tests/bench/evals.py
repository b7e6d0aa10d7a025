#!/usr/bin/env python3
"""Import of large eval results beside the least that any reader of them must do: evals.py SPOOR [CASES]

Results of two kilobytes and two scores a case are made (plain JSON Lines, a CSV, promptfoo's JSON Lines) and imported, best of three; the
ratio is to Python's own reader of the file (json.loads of every line, csv.reader), whose parsers are C, in the same run. Standard library only."""
import csv, json, os, subprocess, sys, tempfile, time

ROUNDS = 3


def words(n, seed):
    seed, out, long = seed * 7919 + 1, [], 0
    while long < n:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append("%x" % (seed >> 44))
        long += len(out[-1]) + 1
    return " ".join(out)


def plain(i):
    return {"id": "case-%06d" % i, "input": words(600, i), "expected": words(200, i + 1), "output": words(1000, i + 2),
            "scores": {"correct": i % 4 / 3, "faithful": i % 97 / 96}, "latency_ms": 300 + i % 900, "error": None if i % 100 else "timeout"}


def promptfoo(i):
    row = plain(i)
    grading = {"pass": i % 4 > 1, "score": i % 4 / 3, "reason": "", "componentResults": [
        {"pass": i % 4 > 1, "score": i % 4 / 3, "reason": "Assertion passed", "assertion": {"type": t, "value": "x"}} for t in ("icontains", "llm-rubric")]}
    return {"promptIdx": 0, "testIdx": i, "promptId": "p", "prompt": {"raw": "Answer: {{q}}", "label": "p"}, "provider": {"id": "openai:x"},
            "vars": {"q": row["input"]}, "testCase": {"vars": {"q": row["input"]}}, "response": {"output": row["output"]}, "success": i % 4 > 1,
            "failureReason": 0, "latencyMs": row["latency_ms"], "cost": 0.001, "gradingResult": grading}


def make(folder, cases):
    lines, table, runs = (os.path.join(folder, name) for name in ("plain.jsonl", "plain.csv", "promptfoo.jsonl"))
    with open(lines, "w") as a, open(table, "w", newline="") as b, open(runs, "w") as c:
        rows = csv.writer(b)
        rows.writerow(["id", "input", "expected", "output", "correct", "faithful", "latency_ms", "error"])
        for i in range(cases):
            row = plain(i)
            a.write(json.dumps(row) + "\n")
            rows.writerow([row["id"], row["input"], row["expected"], row["output"], *row["scores"].values(), row["latency_ms"], row["error"] or ""])
            c.write(json.dumps(promptfoo(i)) + "\n")
    return lines, table, runs


def read(path):
    """Python's reader alone: seconds of CPU."""
    began = time.process_time()
    with open(path, newline="") as file:
        for row in csv.reader(file) if path.endswith(".csv") else file:
            if not path.endswith(".csv"):
                json.loads(row)
    return time.process_time() - began


def load(spoor, path, store):
    for suffix in ("", "-wal", "-shm", "-lock", "-import"):
        if os.path.exists(store + suffix):
            os.unlink(store + suffix)
    began = time.monotonic()
    child = subprocess.Popen([spoor, "import", "--no-index", "--json", path], env=dict(os.environ, SPOOR_STORE=store), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    report = json.loads(child.stdout.read())
    _, _, usage = os.wait4(child.pid, 0)
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, report["total"]["cases"]


def main(spoor, cases="100000"):
    print("eval results, %s cases; ratio: CPU time of Python's reader of the file : the import's\n" % cases)
    print("%-16s %8s %8s %9s %8s %6s %7s" % ("file", "MB", "MB/s", "cases/s", "CPU s", "ratio", "MiB"))
    with tempfile.TemporaryDirectory() as folder:
        for path in make(folder, int(cases)):
            runs = [load(spoor, path, os.path.join(folder, "s.db")) for _ in range(ROUNDS)]
            wall, cpu, size = min(r[0] for r in runs), min(r[1] for r in runs), os.path.getsize(path) / 1e6
            assert all(r[3] == int(cases) for r in runs), "cases are missing"
            print("%-16s %8.1f %8.1f %9d %8.2f %6.2f %7.1f" % (os.path.basename(path), size, size / wall, int(cases) / wall, cpu,
                                                            min(read(path) for _ in range(ROUNDS)) / cpu, max(r[2] for r in runs)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
