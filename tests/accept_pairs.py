#!/usr/bin/env python3
"""Real pairs of eval runs (formats/evals.md, section 16): accept_pairs.py SPOOR DATA_DIR. Each pair is imported into a fresh store and
compared by `compare --json`; the cases must align as counted there, and the flips be those stated."""
import json, os, subprocess, sys, tempfile

spoor, data = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
passed = failed = 0

SDK = {"exact_match": ({"Peru"}, {"Japan"}, {"Norway"})}  # score: improves, regresses, has none in A (the task failed)
# name, sources (files or folders), (which run of the import is A, which B), what `cases` must say, scores that flip by case
PAIRS = [
    *[(f"{kit}: prompt v1, v2", [f"{kit}/capitals-v1.{kind}", f"{kit}/capitals-v2.{kind}"], (0, 1), {"paired": 6, "only_a": 0, "only_b": 0},
       {"exact_match": (1, 1, 1)} if kind == "ran-experiment.json" else SDK)  # (that one holds no questions)
      for kit, kind in (("langsmith-sdk", "evaluate.json"), ("opik-sdk", "evaluate-result.json"), ("braintrust-sdk", "experiment.jsonl"),
                        ("braintrust-sdk", "eval-result.json"), ("phoenix-sdk", "json"), ("phoenix-sdk", "ran-experiment.json"))],
    ("langfuse-sdk: v1 lacks its failed case", ["langfuse-sdk/capitals-v1.experiment-result.json", "langfuse-sdk/capitals-v2.experiment-result.json"],
     (0, 1), {"paired": 5, "only_a": 0, "only_b": 1}, {"exact_match": ({"Peru"}, {"Japan"}, set())}),
    ("opik-sdk: two runs of one file", ["opik-sdk/capitals.compare.json"], (0, 1), {"paired": 6, "only_a": 0, "only_b": 0}, SDK),
    ("weave-sdk: two runs of one file", ["weave-sdk/capitals.calls.jsonl"], (0, 1), {"paired": 6, "only_a": 0, "only_b": 0},
     {"exact_match.correct": (1, 1, 1)}),
    *[(f"inspect: {a} → {b}", [f"inspect/popularity-5epochs-{a}.eval", f"inspect/popularity-5epochs-{b}.eval"], (0, 1),
       {"paired": 10, "only_a": 0, "only_b": 0, "repeats": {"paired": 50, "improved": won, "regressed": lost, "new_errors": 0}}, {})
      for a, b, lost, won in (("gpt-5", "claude-sonnet-4", 0, 3), ("gpt-5", "gemini-2.5-pro", 0, 5), ("claude-sonnet-4", "gemini-2.5-pro", 0, 2))],
    ("inspect: 3 of 5 in common", ["inspect/arc-easy-qwen2.5-0.5b.json", "inspect/arc-easy-claude-sonnet-4.json"], (0, 1),
     {"paired": 3, "only_a": 0, "only_b": 2}, {}),
    ("promptfoo: another day", ["promptfoo/pew-run1.json", "promptfoo/pew-run2.json"], (0, 1), {"paired": 3, "regressed": 0, "improved": 0}, {}),
    ("promptfoo: two endpoints of one file", ["promptfoo/voyage-2providers.json"], (0, 1), {"paired": 39, "only_a": 0, "only_b": 0, "regressed": 0, "improved": 0}, {}),
    ("promptfoo: all errors", ["promptfoo/drift-openai-all-errors.json"], (0, 1), {"paired": 8, "only_a": 0, "only_b": 0, "regressed": 0, "improved": 0}, {}),
    *[(f"promptfoo: run {i} as JSON and as {kind}", [f"promptfoo/bank-4runs/bank-4runs.{k}" for k in ("json", kind)], (i, 4 + i),
       {"paired": 36, "only_a": 0, "only_b": 0, "same": 36}, {}) for kind in ("jsonl", "csv") for i in range(4)],
    ("lm-eval: another machine", ["lm-eval/negotiationtom-runA", "lm-eval/negotiationtom-runB"], (0, 1),
     {"paired": 60, "only_a": 0, "only_b": 0, "regressed": 0, "improved": 0}, {}),
    ("lm-eval: rerun", ["lm-eval/asdiv_cot-llama3-8b", "lm-eval/asdiv-llama3-8b"], (0, 1),
     {"paired": 50, "only_a": 0, "only_b": 0, "regressed": 0, "improved": 0, "same": 34}, {}),
    ("lm-eval: prompts 3 and 4", ["lm-eval/samples_masakhaner_luo_prompt_3_2026-01-16T17-17-53.199351.jsonl",
                                  "lm-eval/samples_masakhaner_luo_prompt_4_2026-01-16T20-57-28.313639.jsonl"], (0, 1),
     {"paired": 185, "only_a": 0, "only_b": 0, "regressed": 0, "improved": 0, "same": 42}, {}),
    ("generic: two backends", ["generic/piqa-qwen3-0.6b-hf_fp16_notf32.jsonl", "generic/piqa-qwen3-0.6b-vllm_fp16_notf32.jsonl"], (0, 1),
     {"paired": 100, "only_a": 0, "only_b": 0, "regressed": 6, "improved": 3}, {}),
    ("ragas: two indexes", ["ragas/brightleaf-run1.csv", "ragas/brightleaf-run2.csv"], (0, 1), {"paired": 7, "only_a": 0, "only_b": 0}, {}),
    ("agent skills: two versions", ["agentskills/0adea80", "agentskills/14692f2"], (0, 1), {"paired": 6, "only_a": 0, "only_b": 0, "regressed": 0, "improved": 0}, {}),
]


def ask(env, *words):
    done = subprocess.run([spoor, *words], env=env, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise RuntimeError("%s: exit %d: %s" % (words[0], done.returncode, done.stderr.strip()))
    return json.loads(done.stdout)


def pick(runs, which):
    return runs[which] if isinstance(which, int) else next(r for r in runs if which in json.dumps(r))


def country(row):
    return next((c for c in ("Peru", "Japan", "Norway") if c in json.dumps(row)), row["key"])


def flips(rows, name):
    """The cases where this score rises from 0 to 1, falls from 1 to 0, and where A has none and B has 1."""
    up, down, new = set(), set(), set()
    for row in rows:
        a, b = ((row[side] or {}).get("scores", {}) if row[side] else {} for side in "ab")
        a, b = a.get(name), b.get(name)
        where = up if (a, b) == (0, 1) else down if (a, b) == (1, 0) else None
        if row["a"] and b == 1 and (a is None or row["a"]["status"] == "error"):
            where = new
        if where is not None:
            where.add(country(row))
    return up, down, new


def wrong_with(pair):
    name, sources, (a, b), want, scores = pair
    with tempfile.TemporaryDirectory() as home:
        env = dict(os.environ, HOME=home, SPOOR_STORE=os.path.join(home, "s.db"))
        runs = []
        for source in sources:
            report = ask(env, "import", "--json", os.path.join(data, source))
            for run in (run for f in report["files"] for run in f.get("eval_runs") or []):
                if run["id"] not in [r["id"] for r in runs] or run["id"].startswith("#"):
                    runs.append(run)
        answer = ask(env, "compare", pick(runs, a)["id"], pick(runs, b)["id"], "--json")
        got = dict(answer["cases"], repeats=answer["repeats"])
        wrong = ["%s %s, want %s" % (k, got.get(k), v) for k, v in want.items() if got.get(k) != v]
        for score, expected in scores.items():
            for word, got, wanted in zip(("improves", "regresses", "error → 1"), flips(answer["rows"], score), expected):
                if (len(got) if isinstance(wanted, int) else got) != wanted:
                    wrong.append("%s %s: %s, want %s" % (score, word, sorted(got), wanted))
        return wrong


for pair in PAIRS:
    try:
        wrong = wrong_with(pair)
    except (RuntimeError, StopIteration, IndexError, ValueError, KeyError) as why:
        wrong = ["%s: %s" % (type(why).__name__, why)]
    passed += not wrong
    failed += bool(wrong)
    if wrong:
        print("%s: %s" % (pair[0], "; ".join(wrong)))
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
