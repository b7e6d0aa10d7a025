"""Every command that says in `spoor help --json` that it has lists: the same rows come as JSON, JSON Lines, CSV and Markdown, cut, in order and
by column. What words a command needs is told below; one that is not told of fails, so that no new one is forgotten."""
import csv, io, json, os, subprocess, sys

SPOOR = os.environ.get("SPOOR", "spoor")
PART, PARTS = int(sys.argv[1]), int(sys.argv[2])  # every which list, of how many parts: each within a time limit
bad = 0
done = 0


def run(*words):
    return subprocess.run([SPOOR, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def check(what, have, want):
    global bad, done
    done += 1
    if have != want:
        bad += 1
        print(f"{what}: {str(have)[:300]} instead of {str(want)[:300]}")


traces = json.loads(run("traces", "--json").stdout)["traces"]
TRACE = max(traces, key=lambda t: t["spans"])["id"]
OTHER = next(t["id"] for t in traces if t["id"] != TRACE and t["name"] == max(traces, key=lambda t: t["spans"])["name"])
SESSION = next(t["session"] for t in traces if t["session"])
SEARCH = "refund"

WORDS = {
    "alikes": [], "checks": [], "config": [], "compare": ["v12", "v13"], "diff": [TRACE, OTHER], "doctor": [], "formats": [], "gate": ["v13", "--baseline", "v12"],
    "help": [], "import": ["tests/data/eval-v12.json"], "judges": [], "ledger": [TRACE], "log": [], "merge": [os.environ["OTHER_STORE"], "--dry-run"],
    "origins": [TRACE], "path": [TRACE], "prompts": [], "review": [], "rules": [], "run": ["v13"], "runs": [], "samples": [], "search": [SEARCH], "session": [SESSION],
    "stats": [], "trace": [TRACE], "traces": [],
}
# Lists that come with an option of their own, or with other words.
MORE = {
    ("checks", "findings"): [TRACE], ("compare", "begins"): ["--begins"], ("compare", "steps"): ["--begins"], ("compare", "noise"): ["--noise"],
    ("compare", "floor"): ["--noise"], ("compare", "slices"): ["--slice", "customer_tier"], ("compare", "fields"): ["--fields"],
    ("compare", "facts"): ["--prompts"], ("compare", "histograms"): ["--histogram", "all"], ("doctor", "problems"): ["--problems"],
    ("review", "people"): ["--report"], ("review", "pairs"): ["--report"], ("review", "judges"): ["--report"],
    ("review", "disagreements"): ["--report"], ("review", "reasons"): ["--report"], ("review", "queues"): ["--list"], ("review", "offers"): ["--list"],
    ("rules", "proposed"): ["--propose"], ("rules", "tried"): ["--back-test", '{"name":"r","must_not_match":"refund"}'], ("runs", "trend"): ["--dataset", "dispute-cases"], ("runs", "metrics"): ["--dataset", "dispute-cases"],
}
INSTEAD = {("prompts", "datasets"): ["dispute", "v12"]}
# Members that not every row has.
SOMETIMES = {"synthetic", "payload_error"}
# Columns of a command's own table that say it shorter: a trace that is not in the store, a judge without its model's date.
OTHER_WORDS = {("run", "trace"), ("judges", "model")}
CODES = {"gate": (0, 1, 5), "merge": (0, 1, 2), "alikes": (0, 1), "rules": (0, 5)}


# Lists out of a store that holds nothing, and others that are empty.
EMPTY = {
    ("checks", "checks"): [], ("doctor", "files"): [], ("doctor", "problems"): ["--problems"], ("judges", "judges"): [], ("log", "events"): [],
    ("prompts", "versions"): [], ("review", "queues"): ["--list"], ("review", "people"): ["--report"], ("rules", "rules"): [],
    ("rules", "proposed"): ["--propose"], ("runs", "runs"): [], ("search", "hits"): ["nosuchword4711"], ("traces", "traces"): [], ("config", "mistakes"): [],
}
CODES_EMPTY = {"search": 1, "review --report": 5, "rules --propose": 5}


def at(value, path):
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def flat(row, depth=1, before=""):
    """As CSV has it: members of objects are columns, too."""
    out = {}
    for k, v in (row.items() if isinstance(row, dict) else [("value", row)]):
        if isinstance(v, dict) and depth < 3:
            out.update(flat(v, depth + 1, f"{before}{k}."))
        else:
            out[before + k] = v
    return out


def same_cell(cell, value):
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell == ("true" if value else "false")
    if isinstance(value, (int, float)):
        return cell != "" and float(cell) == value
    if isinstance(value, str):
        return cell == value.replace("\r\n", "\n") or cell.replace("\r\n", "\n") == value.replace("\r\n", "\n")
    return cell == "" or json.loads(cell) == value


def markdown_rows(text):
    lines = [line for line in text.split("\n") if line.startswith("|")]
    return max(0, len(lines) - 2)


def one_list(command, table, words, own):
    name = f"{command['name']} {' '.join(words)} ({table['name']})"
    options = {o["name"] for o in command["options"]}
    pick = ["--table", table["name"]]
    base = [command["name"], *words]
    whole = run(*base, "--json")
    codes = CODES.get(command["name"], (0,))
    check(f"{name}: exit ({whole.stderr.strip()[:100]})", whole.returncode in codes, True)
    if whole.returncode not in codes or not whole.stdout:
        return
    rows = at(json.loads(whole.stdout), table["path"])
    if rows is None:
        return check(f"{name}: {table['path']} in --json", None, "a list")
    lines = run(*base, *pick, "--jsonl")
    check(f"{name}: --jsonl exit {lines.stderr[:100]}", lines.returncode in codes, True)
    check(f"{name}: --jsonl", [json.loads(line) for line in lines.stdout.splitlines()], rows)
    if own:  # its own columns: fewer than in --json, and typed
        pick = []
    table_csv = run(*base, *pick, "--csv-raw")
    check(f"{name}: --csv-raw exit {table_csv.stderr[:100]}", table_csv.returncode in codes, True)
    have = list(csv.DictReader(io.StringIO(table_csv.stdout, newline="")))
    check(f"{name}: rows in CSV", len(have), len(rows))
    told(name, table, rows, None if own else head_of(table_csv.stdout))
    empty(name, command, table, base, own)
    for row, line in zip(rows, have):
        for k, v in flat(row).items():
            if k in line and not isinstance(v, (dict, list)) and (command["name"], k) not in OTHER_WORDS:
                check(f"{name}: CSV {k}", same_cell(line[k], v), True)
        check(f"{name}: a row of CSV has all its columns", None in line or None in line.values(), False)
    md = run(*base, *pick, "--markdown")
    check(f"{name}: --markdown exit {md.stderr[:100]}", md.returncode in codes, True)
    if not own or command["name"] not in ("compare",):
        check(f"{name}: rows in Markdown", markdown_rows(md.stdout), len(rows))
    slices(name, command, base, pick, options, rows, own)


def head_of(text):
    return next(csv.reader(io.StringIO(text, newline="")), None)


def table_of(table):
    return [c["name"] for c in table["columns"]]


def below(name, above):
    return name.startswith(above + ".")


def told(name, table, rows, head):
    """The table of columns against the rows there are, and the head of CSV against both."""
    columns = table["columns"]
    for row in rows:
        for k, v in flat(row).items():
            # a name of the table; what lies in one that holds more; or the object of names of the table where it is null or empty
            known = any(k == c["name"] or below(k, c["name"]) and c["holds"] != "value" for c in columns) or not v and any(below(c["name"], k) for c in columns)
            check(f"{name}: {k} is in the table of columns", known, True)
    have = {k for row in rows for k in flat(row)} | {".".join(k.split(".")[:i]) for row in rows for k in flat(row) for i in range(1, 4)}
    for c in columns if rows else []:
        there = c["name"] in have or c["holds"] == "members" or any(below(c["name"], k) and not v for row in rows for k, v in flat(row).items())
        check(f"{name}: a row has {c['name']}", there or c["name"] in SOMETIMES, True)
    if head is not None:
        usual = [c["name"] for c in columns if c["holds"] != "members"]
        check(f"{name}: head of CSV", [h for h in head if not any(c["holds"] == "members" and below(h, c["name"]) for c in columns)], usual)


def empty(name, command, table, base, own):
    """No rows: the same head, and the same mistakes."""
    words = EMPTY.get((command["name"], table["name"]))
    if words is None:
        return
    env = dict(os.environ, SPOOR_STORE=os.environ["EMPTY_STORE"])
    line = [SPOOR, command["name"], *words, *([] if own else ["--table", table["name"]])]
    def of(*more):
        r = subprocess.run([*line, *more], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env=env)
        return r.returncode, r.stdout
    code = CODES_EMPTY.get(" ".join([command["name"], *words[:1]]), CODES_EMPTY.get(command["name"], 0))
    usual = [c["name"] for c in table["columns"] if c["holds"] != "members"]
    got, text = of("--csv")
    check(f"{name}: empty, exit", got, code)
    if own:  # a table of columns of its own
        whole = run(*base, "--csv")
        check(f"{name}: empty, head of CSV", head_of(text), head_of(whole.stdout))
        check(f"{name}: empty, head of Markdown", of("--markdown")[1].split("\n")[0], run(*base, "--markdown").stdout.split("\n")[0])
    else:
        check(f"{name}: empty, head of CSV", head_of(text), usual)
        people = [c["name"] for c in table["columns"] if c["holds"] == "value"]
        check(f"{name}: empty, head of Markdown", of("--markdown")[1].split("\n")[0].replace("\\_", "_"), "| " + " | ".join(people) + " |")
    check(f"{name}: empty, rows of CSV", len(text.splitlines()), 1)
    check(f"{name}: empty, --jsonl", of("--jsonl"), (code, ""))
    check(f"{name}: empty, a column", head_of(of("--csv", "--columns", usual[0])[1]), [usual[0]])
    check(f"{name}: empty, a column there is not", of("--csv", "--columns", "nosuchcolumn"), (2, ""))
    check(f"{name}: empty, a column there is not, --jsonl", of("--jsonl", "--columns", "nosuchcolumn"), (2, ""))
    check(f"{name}: empty, an order there is not", of("--jsonl", "--sort", "nosuchcolumn"), (2, ""))


def slices(name, command, base, pick, options, rows, own):
    codes = CODES.get(command["name"], (0,))
    some = min(3, len(rows))
    limit = run(*base, *pick, "--jsonl", "--limit", "3")
    if command["name"] not in ("gate", "diff", "path", "alikes", "rules"):  # there --limit is older and of something else
        want = rows[-some:] if command["name"] == "log" and rows else rows[:some]  # the newest
        check(f"{name}: --limit 3", [json.loads(line) for line in limit.stdout.splitlines()], want)
        cut = run(*base, *pick, "--csv", "--limit", "3")
        check(f"{name}: --limit 3 in CSV", len(list(csv.DictReader(io.StringIO(cut.stdout, newline="")))), some)
    if rows and isinstance(rows[0], dict):
        first = next(iter(rows[0]))
        only = run(*base, *pick, "--jsonl", "--columns", first)
        check(f"{name}: --columns {first}", [json.loads(x) for x in only.stdout.splitlines()], [{first: r.get(first)} for r in rows])
        for few in ([first], list(rows[0])[-3:]):
            few = [k for k in few if not isinstance(rows[0][k], dict)]
            if few:
                columns(name, command, run(*base, *pick, "--csv-raw", "--columns", ",".join(few)), few, rows, own)
        wrong = run(*base, *pick, "--csv", "--columns", "nosuchcolumn")
        check(f"{name}: a column there is not", (wrong.returncode, wrong.stdout), (2, ""))
        unknown = next((k for k in rows[0] if any(r.get(k) is None for r in rows)), None)
        if unknown:  # an empty line would be no record for most readers
            alone = run(*base, *pick, "--csv", "--columns", unknown)
            check(f"{name}: --csv --columns {unknown}", len(list(csv.DictReader(io.StringIO(alone.stdout, newline="")))), len(rows))
        order(name, base, pick, rows)
    if "where" in options:
        check(f"{name}: --where with a wrong word", run(*base, *pick, "--jsonl", "--where", "nosuchfield:1").returncode, 2)
    check(f"{name}: two forms", run(*base, *pick, "--json", "--jsonl").returncode, 2)
    check(f"{name}: a table there is not", run(*base, "--jsonl", "--table", "nosuch").returncode, 2)


def columns(name, command, of, few, rows, own):
    """CSV of some columns: every row of it."""
    if own and of.returncode == 2:  # not one of its own
        return
    have = list(csv.reader(io.StringIO(of.stdout, newline="")))
    check(f"{name}: --csv --columns {few}, head", have[:1], [few])
    check(f"{name}: --csv --columns {few}, rows", len(have) - 1, len(rows))
    for line, row in zip(have[1:], rows):
        cells = [same_cell(cell, row.get(k)) for cell, k in zip(line, few) if (command["name"], k) not in OTHER_WORDS]
        check(f"{name}: --csv --columns {few}: {line}", len(line) == len(few) and all(cells), True)


def order(name, base, pick, rows):
    figures = [k for k in rows[0] if all(isinstance(r.get(k), (int, float)) and not isinstance(r.get(k), bool) for r in rows)]
    if not figures or base[0] == "compare":  # which orders its cases by what was lost
        return
    for way, down in (("--asc", False), ("--desc", True)):
        r = run(*base, *pick, "--jsonl", "--sort", figures[0], way)
        if r.returncode == 2 and "cannot sort by" in r.stderr:
            return
        values = [json.loads(x)[figures[0]] for x in r.stdout.splitlines()]
        check(f"{name}: --sort {figures[0]} {way}", values, sorted((row[figures[0]] for row in rows), reverse=down))


def orders_of_traces():
    """In the order of the column that is named, unknown figures last."""
    for k in [k for k in traces[0] if isinstance(traces[0][k], (int, float)) and not isinstance(traces[0][k], bool)]:
        r = run("traces", "--jsonl", "--sort", k, "--asc", "--columns", k)
        if r.returncode == 0:
            values = [json.loads(x)[k] for x in r.stdout.splitlines()]
            check(f"traces --sort {k}", values, sorted((t[k] for t in traces), key=lambda v: (v is None, v or 0)))


if PART == 0:
    orders_of_traces()
commands = json.loads(run("help", "--json").stdout)["commands"]
lists = 0
for c in commands:
    for i, t in enumerate(c["tables"]):
        if c["name"] not in WORDS:
            check(f"{c['name']}: words for it", None, "a row in tests/cli/lists.py")
            continue
        words = INSTEAD.get((c["name"], t["name"]), WORDS[c["name"]] + MORE.get((c["name"], t["name"]), []))
        if c["name"] == "stats":
            words = ["--by", t["name"]]
        own = any(o["name"] == "csv" and "its rows" not in o["help"] for o in c["options"]) and t["name"] in ("traces", "runs", "cases", "hits", "judges", "versions", "checks", "findings")
        lists += 1
        if lists % PARTS == PART:
            one_list(c, t, words, own)
print(f"{lists} lists, {len({c['name'] for c in commands if c['tables']})} commands", file=sys.stderr)
sys.exit(bad > 0)
