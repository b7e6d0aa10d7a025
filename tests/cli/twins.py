"""Every screen has a twin: the command that prints it. The screens are those of `spoor help --json`; one without a row here fails."""
import json, os, shlex, subprocess, sys

bad = 0


def run(line):
    return subprocess.run(["spoor", *shlex.split(line)], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


TRACE, OTHER, SPAN = "d15b07e020261120000000000000b10c", "d15b07e0202611200000000000000048", "fa5ca01001d91c4f"
CASE = json.loads(run("run v13 --where status:failed --json").stdout)["cases"][0]["key"]
# The twin, members of its --json that the screen is about, and what its text holds.
TWINS = {
    "agreement": ("review --report", ["people", "pairs", "disagreements"], "people"),
    "alikes": (f"alikes v13/{CASE}", ["rows", "groups", "seeds"], ""),
    "begins": ("compare v12 v13 --begins", ["begins"], "begin"),
    "beside": ("runs v12 v13", ["runs"], "v13"),
    "case": (f"compare v12 v13 --case {CASE}", ["case"], "expected"),
    "checks": ("checks", ["checks"], "unused-documents"),
    "compare": ("compare v12 v13", ["rows", "metrics", "cases"], "regressed"),
    "help": ("help keys", None, "Everywhere"),
    "insights": ("stats", ["by"], "llm"),
    "judges": ("judges", ["judges"], "groundedness"),
    "ledger": (f"ledger {TRACE}", ["calls", "pieces"], "draft-answer"),
    "noise": ("compare v12 v13 --noise", ["noise"], "noise"),
    "origins": (f"origins {TRACE} --span {SPAN}", ["sentences", "sources"], ""),
    "path": (f"path {TRACE}", ["path", "what_if"], "draft-answer"),
    "prompts": ("prompts", ["versions"], "dispute"),
    "propose": ("rules --propose", ["rules"], ""),
    "queues": ("review --list", ["queues", "offers"], ""),
    "release": ("gate v13 --baseline v12", ["answer", "checks"], "baseline"),
    "review": ("sql \"select * from queue_items where queue = 'mine' order by position\"", ["rows"], "mine"),
    "rundiff": ("compare v12 v13 --prompts", ["differs"], "prompt"),
    "runs": ("runs", ["runs"], "v13"),
    "scores": ("compare v12 v13 --histogram groundedness", ["histograms"], "groundedness"),
    "search": ("search refund", ["hits"], "refund"),
    "session": ("session conv-2006414", ["conversation"], "dispute-agent"),
    "slices": ("compare v12 v13 --slice customer_tier", ["slices"], "gold"),
    "sql": ("sql 'select kind, count(*) as n from spans group by kind'", ["columns", "rows"], "llm"),
    "tour": ("help start", None, "spoor samples"),
    "trace": (f"trace {TRACE} --span {SPAN}", None, "draft-answer"),
    "tracediff": (f"diff {TRACE} {OTHER}", ["rows"], "draft-answer"),
    "traces": ("traces", ["traces"], "dispute-agent"),
    "welcome": ("samples", None, ""),
}
# Answers that say no, or too little.
CODES = {"release": (0, 1, 5), "propose": (0, 1, 5), "alikes": (0, 1)}

# What `y c` of a screen that was opened without anything named copies: the same, over all.
for line in ("alikes", "checks", "judges", "path", "prompts", "runs", "stats", "traces"):
    if run(line).returncode not in (0, 1) or not run(f"{line} --json").stdout.startswith("{"):
        bad += 1
        print(f"spoor {line}: exit {run(line).returncode}")

screens = sorted({key["screen"] for key in json.loads(run("help --json").stdout)["keys"]} - {"everywhere"})
for s in screens:
    if s not in TWINS:
        bad += 1
        print(f"screen {s}: no twin (tests/cli/twins.py)")
        continue
    line, members, word = TWINS[s]
    codes = CODES.get(s, (0,))
    text = run(line)
    if text.returncode not in codes or word not in text.stdout or "\x1b" in text.stdout:
        bad += 1
        print(f"screen {s}: spoor {line}: exit {text.returncode}, {text.stderr[:200]} {text.stdout[:200]}")
    if members is None:
        continue
    answer = run(f"{line} --json")
    have = json.loads(answer.stdout or "{}")
    missing = [m for m in members if m not in have]
    if answer.returncode not in codes or missing:
        bad += 1
        print(f"screen {s}: spoor {line} --json: exit {answer.returncode}, lacks {missing}: {answer.stderr[:200]} {list(have)}")
print(f"{len(screens)} screens")
sys.exit(bad > 0)
