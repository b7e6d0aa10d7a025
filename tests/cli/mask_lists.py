"""Every list that `spoor help --json` tells of, in every form, over a store full of made-up personal data: with --mask none of it is said.
mask_lists.py THINGS. What words a command needs stands below; one that is not told of fails."""
import csv, io, json, os, subprocess, sys

with open(sys.argv[1]) as f:
    THINGS = [line.rstrip("\n") for line in f if line.strip()]
TRACE, OTHER = "0" * 31 + "1", "0" * 31 + "2"
WORDS = {
    "alikes": ["trace:" + TRACE], "checks": [], "compare": ["before", "after"], "config": [], "diff": [TRACE, OTHER], "doctor": [], "formats": [],
    "gate": ["after", "--baseline", "before"], "help": [], "import": ["tests/data/eval-v12.json"], "judges": [], "ledger": [TRACE], "log": [],
    "merge": [os.environ["OTHER_STORE"], "--dry-run"], "origins": [TRACE], "path": [TRACE], "prompts": [], "review": [], "rules": [], "run": ["before"],
    "runs": [], "samples": [], "search": ["card"], "session": [TRACE], "stats": [], "trace": [TRACE], "traces": [],
}
MORE = {
    ("checks", "findings"): [TRACE], ("compare", "begins"): ["--begins"], ("compare", "steps"): ["--begins"], ("compare", "noise"): ["--noise"],
    ("compare", "floor"): ["--noise"], ("compare", "slices"): ["--slice", "who"], ("compare", "fields"): ["--fields"], ("compare", "facts"): ["--prompts"],
    ("compare", "histograms"): ["--histogram", "all"], ("doctor", "problems"): ["--problems"], ("review", "people"): ["--report"],
    ("review", "pairs"): ["--report"], ("review", "judges"): ["--report"], ("review", "disagreements"): ["--report"], ("review", "reasons"): ["--report"],
    ("review", "queues"): ["--list"], ("review", "offers"): ["--list"], ("rules", "proposed"): ["--propose"],
    ("rules", "tried"): ["--back-test", '{"name":"r","must_not_match":"card"}'],
}
NO_STORE = {"config", "formats", "help", "import", "samples"}  # nothing of the store is in them, or they write
bad = shown = 0


def run(*words):
    return subprocess.run(["spoor", *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def said(r, form):
    """What a reader of that form gets: escapes of JSON and quotes of CSV undone, so that nothing hides behind them."""
    text = r.stdout + "\n" + r.stderr
    if form in ("--json", "--jsonl"):
        try:
            values = [json.loads(line) for line in r.stdout.splitlines() if line]
        except ValueError:
            return text
        text += json.dumps(values, ensure_ascii=False)
    elif form == "--csv":
        text += "\n".join("\t".join(row) for row in csv.reader(io.StringIO(r.stdout)))
    elif form == "--markdown":
        text += text.replace("\\", "")
    return text.lower()


lists = 0
for command in json.loads(run("help", "--json").stdout)["commands"]:
    name = command["name"]
    for table in command["tables"]:
        if name not in WORDS:
            bad += 1
            print(f"{name}: a row in tests/cli/mask_lists.py")
        if name in NO_STORE or name not in WORDS:
            continue
        lists += 1
        words = WORDS[name] + MORE.get((name, table["name"]), [])
        if name == "stats":
            words = ["--by", table["name"]]
        for form in ("", "--json", "--jsonl", "--csv", "--markdown"):
            line = [name, *words, *(["--table", table["name"]] if form not in ("", "--json") else []), *([form] if form else [])]
            r = run(*line, "--mask")
            found = [t for t in THINGS if t.lower() in said(r, form)]
            if found or r.returncode not in (0, 1, 2, 5):
                bad += 1
                print(f"spoor {' '.join(line)} --mask: exit {r.returncode}: {found} {r.stderr[:200]}")
            shown += any(t.lower() in said(run(*line), form) for t in THINGS) if form == "--jsonl" else 0
print(f"{lists} lists, {'many' if shown > 20 else shown} of them show things without --mask", file=sys.stderr)
sys.exit(bad > 0)
