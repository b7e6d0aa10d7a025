"""What spoor sql says against what the other commands say, and statements that want more than to read."""
import hashlib, json, os, shutil, subprocess, sys, tempfile

SPOOR = os.environ.get("SPOOR", "spoor")
bad = 0


def run(*words, text=None):
    return subprocess.run([SPOOR, *words], input=text, capture_output=True, text=True, timeout=60)


def rows(sql):
    return json.loads(run("sql", sql, "--json").stdout)["rows"]


def check(what, have, want):
    global bad
    if have != want:
        bad += 1
        print(f"{what}: {str(have)[:300]} instead of {str(want)[:300]}")


def same_members(what, key, sql, want):
    """Each row of sql, by the members both have, is the row of --json."""
    have = {tuple(r[k] for k in key): r for r in rows(sql)}
    check(f"{what}: rows", len(have), len(want))
    shared = 0
    for w in want:
        h = have.get(tuple(w[k] for k in key))
        if h is None:
            check(f"{what}: {w[key[0]]}", None, "a row")
            continue
        for k in set(h) & set(w):
            if isinstance(w[k], (list, dict)):
                continue
            shared += 1
            v = bool(h[k]) if isinstance(w[k], bool) else h[k]
            check(f"{what}: {w[key[0]]}: {k}", v, w[k])
    check(f"{what}: members in common", shared > 5 * len(want), True)


def figures():
    traces = json.loads(run("traces", "--json").stdout)["traces"]
    for t in traces:
        t.pop("scores")  # there a list, here how many
    same_members("traces", ["id"], "select * from traces", traces)
    runs = json.loads(run("runs", "--json").stdout)["runs"]
    same_members("runs", ["id"], "select * from runs", runs)
    for r in runs:
        cases = json.loads(run("run", r["id"], "--json", "--no-payload").stdout)["cases"]
        same_members("cases", ["key", "repeat"], f"select * from cases where run = '{r['id']}'", cases)
    longest = max(traces, key=lambda t: t["spans"])["id"]
    spans = json.loads(run("trace", longest, "--json").stdout)["spans"]
    for s in spans:
        s.pop("documents", None)
    same_members("spans", ["id"], f"select * from spans where trace = '{longest}'", [s for s in spans if not s.get("synthetic")])
    for s in spans[:10]:
        for part in ("input", "output"):
            have = rows(f"select payload('{longest}', '{s['id']}', '{part}') as p")[0]["p"]
            check(f"payload {s['id']} {part}", have, s[part])
        have = rows(f"select payload('{longest}', '{s['id']}', 'attributes') as p")[0]["p"]
        check(f"payload {s['id']} attributes", json.loads(have or "{}"), s["attributes"])
    by = json.loads(run("stats", "--by", "model", "--json").stdout)["by"]["model"]
    sql = {r["model"]: r for r in rows("select model, count(*) as n, percentile(duration_ns, 50) as p50 from spans where kind in ('llm', 'embedding', 'reranker') and model is not null group by model")}
    for m in by:
        h = sql.get(m["name"])
        check(f"stats: {m['name']}", h is not None and h["n"], m["n"])
        if h and m["p50_ns"] is not None and m["n"] >= 50:  # stats reads its histogram: to 1 %, and to one of the values
            check(f"stats: {m['name']}: p50", abs(h["p50"] - m["p50_ns"]) <= 0.02 * m["p50_ns"], True)


HOSTILE = """
delete from spans
update traces set name = 'x'
insert into tags values('a', 'b')
replace into tags values('a', 'b')
drop view spans
drop table span
drop table main.trace
create table x(a)
create temp table x(a)
create temp view x as select 1
create index x on trace(name)
create trigger x after insert on trace begin delete from span; end
create virtual table x using fts5(a)
alter table trace add column x
reindex
analyze
vacuum
vacuum into '/tmp/spoor-hostile'
/* */ vacuum
begin; delete from span
begin immediate
commit
savepoint x
pragma writable_schema = 1
pragma table_info(trace)
pragma query_only = 0
pragma journal_mode = delete
select * from pragma_table_info('trace')
select * from pragma_database_list
attach '/tmp/x' as y
attach ':memory:' as y
detach main
select load_extension('x')
select readfile('/etc/passwd')
select writefile('/tmp/x', 'y')
select * from sqlite_schema
select * from main.sqlite_master
select * from temp.sqlite_temp_schema
select * from trace
select text from main.trace
select data from main.block
with traces as (select * from main.trace) select * from traces
with "spans" as (select text from main.word) select * from spans
select (select text from main.word limit 1)
select * from spans where name in (select text from main.word)
select * from temp."\x01traces"
select spoor_shown('x')
select spoor_span(1, 1)
select sqlite_version()
select zeroblob(1000000000)
select randomblob(1000000000)
select fts3_tokenizer('x')
explain select 1
explain query plan select 1
select 1; delete from span
select * from json_each((select text from main.word limit 1))
select trace_has(words, 0, 'a') from main.trace
select * from dbstat
select * from sqlite_dbpage
""".strip().split("\n")

HEAVY = """
select printf('%2000000000d', 1)
select printf('%.*c', 2000000000, 'x')
select replace(printf('%.*c', 60000000, 'x'), 'x', 'yyyyyyyyyyyyyyyy')
select group_concat(printf('%.*c', 1000000, 'x')) from spans
select json_group_array(printf('%.*c', 1000000, 'x')) from spans
select length(payload(trace, id, 'raw')) from spans a order by random_name
with recursive n(i) as (select 1 union all select i + 1 from n) select i from n order by i
with recursive n(s) as (select 'x' union all select s || s from n) select count(*) from n
select count(*) from spans a, spans b, spans c, spans d where a.name > d.name
""".strip().split("\n")
HEAVY.append("select " + "(" * 5000 + "1" + ")" * 5000)
HEAVY.append("select " + " + ".join(["1"] * 100000))
HEAVY.append(" union all ".join(["select 1"] * 1000))
HEAVY.append("select " + ", ".join(["1"] * 3000))
HEAVY.append("select " + "x" * 999000)
HEAVY.append("select '" + "x" * 2000000 + "'")


def store_sum():
    with open(os.environ["SPOOR_STORE"], "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def sorted_in_a_file():
    """150 MB are put in order in little memory (a sanitizer takes its own), and nothing of it is left in the temporary folder."""
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n limit 1500) select length(x) as n from (select printf('%100000d', i) as x from n) order by x"
    with tempfile.TemporaryDirectory() as folder:
        p = subprocess.Popen([SPOOR, "sql", sql, "--csv"], stdout=subprocess.PIPE, env=dict(os.environ, TMPDIR=folder))
        said = p.stdout.read().split()
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = status
        check("a large sort", (status, said), (0, [b"n"] + [b"100000"] * 1500))
        check("a large sort: what is left", os.listdir(folder), [])
        if b"__asan_init" not in open(shutil.which(SPOOR), "rb").read():
            check(f"a large sort: {used.ru_maxrss} kB", used.ru_maxrss < 100_000, True)


def hostile():
    sorted_in_a_file()
    before = store_sum()
    for sql in HOSTILE:
        r = run("sql", sql.replace("\\x01", "\x01"), "--json")
        check(f"hostile: {sql}", (r.returncode, r.stdout), (2, ""))
        check(f"hostile: {sql}: said as JSON", "message" in json.loads(r.stderr)["error"], True)
    for sql in HEAVY:
        r = run("sql", "-", "--json", "--timeout", "2", text=sql)
        check(f"heavy: {sql[:70]}: exit {r.returncode}: {r.stderr[:200]}", r.returncode in (0, 2, 4), True)
        check(f"heavy: {sql[:70]}: no sanitizer", "Sanitizer" in r.stderr, False)
    check("the store's bytes", store_sum(), before)
    check("nothing beside it", os.path.exists("/tmp/spoor-hostile"), False)


def masked(things):
    """What --mask hides in a column stays hidden in every expression over it."""
    with open(things) as f:
        words = [line.rstrip("\n") for line in f if line.strip()]
    views = [v["name"] for v in json.loads(run("sql", "--views", "--json").stdout)["views"]]
    shown = 0
    asked = [f"select * from {v}" for v in views] + [
        "select hex(output_start || input_start) as x from traces",
        "select hex(upper(explanation)) as x from scores",
        "select group_concat(payload(trace, id, 'output') || payload(trace, id, 'raw')) as x from spans",
        "select group_concat(payload(run, key, repeat, 'output') || payload(run, key, repeat, 'metadata')) as x from cases",
        "with mine as (select input_start || output_start as o from traces) select replace(hex(o), 'x', '') as x from mine",
    ]
    for sql in asked:
        for mask in ([], ["--mask"]):
            r = run("sql", sql, "--json", *mask)
            check(f"masked: {sql}", r.returncode, 0)
            said = r.stdout
            if "hex(" in sql:
                said = "".join(bytes.fromhex(row["x"] or "").decode(errors="replace") for row in json.loads(said)["rows"])
            found = [w for w in words if w.lower() in said.lower()]
            if mask:
                check(f"masked: {sql}", found, [])
            shown += len(found)
    for w in words:
        quoted = w.replace("'", "''")
        said = run("sql", f"select count(*) as n from traces where instr(input_start, '{quoted}')", "--mask", "--csv").stdout
        check(f"masked: found by {w}", said.split(), ["n", "0"])
    check("masked: what is hidden is there", shown > 20, True)


if len(sys.argv) > 1:
    masked(sys.argv[1])
else:
    figures()
    hostile()
sys.exit(bad > 0)
