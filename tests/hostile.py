#!/usr/bin/env python3
"""What commands make of hostile files, numbers, names and forests.

    hostile.py [--deep] [--seed N] SPOOR [PART…]         parts: files cuts numbers strings print forests evals

files     every file of hostile/ imported; what the table below says of it; listing, trace, run, compare of what it gave
cuts      each small file of hostile/made cut at every byte (beyond 1 KB, 4 KB with --deep, at 200 of them): the right code, and the offset is where it was cut
numbers   int64 and doubles, edges and random ones, through import to --json: bit for bit
strings   every BLNS, SQL and FTS string as id, name, attribute, case, label; found literally by filters; the schema is as before;
          --json and --csv say the same to Python's readers
print     all commands (of spoor help --json) and error lines over hostile data and 40 odd file names: no byte that acts; modes 0600 and 0700 of all
          that is written; what $EDITOR and $PAGER are given
forests   random forests with cycles, orphans, duplicates, long chains: each span once, sizes as a tree's; time per span
evals     every command of eval runs, with every option, over the corpus and over made runs with odd names, numbers, shapes and sizes:
          the documented codes, no byte that acts, JSON, CSV, XML and Markdown that others can read; gate files of all kinds
Prints the seed and 'N passed, N failed'."""
import collections, concurrent.futures, csv, glob, hashlib, io, json, os, pty, random, re, resource, shutil, sqlite3, stat, struct, subprocess, sys, tempfile, time, xml.dom.minidom, zlib

args = sys.argv[1:]
deep = "--deep" in args
began, seconds = time.monotonic(), float(os.environ.get("SECONDS_GIVEN", "1e9"))
seed = 20261121
if "--seed" in args:
    at = args.index("--seed")
    seed = int(args[at + 1])
    del args[at:at + 2]
words = [a for a in args if not a.startswith("--")]
spoor, parts = os.path.abspath(words[0]), words[1:] or ["files", "cuts", "numbers", "strings", "print", "forests", "evals"]
san = "san" in words[0].split("/")
corpus = os.path.abspath(os.environ.get("SPOOR_CORPUS", "../shared/corpus"))
made = corpus + "/hostile/made"
passed, failed = 0, 0
work = tempfile.mkdtemp(prefix="spoor-hostile-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
env = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "SPOOR_NOW": "2026-11-21T00:00:00Z", "TERM": "dumb", "HOME": work}
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
    env[name] = env.get(name, "") + ":exitcode=99"


def check(ok, what):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok and failed < 40:
        print("failed: " + what)
    return ok


def run(*words, cwd=None, data=None):
    """(exit code, stdout, stderr). A crash, a sanitizer's report and half an hour are codes no command has."""
    try:
        r = subprocess.run([spoor, *words], capture_output=True, env=env, cwd=cwd, input=data, timeout=1800)
    except subprocess.TimeoutExpired:
        return 98, b"", b"half an hour"
    return r.returncode, r.stdout, r.stderr


def well(code, *allowed):
    return code in allowed


def late():
    """Whether a deep run has had its time."""
    return deep and time.monotonic() - began > seconds


def many(function, items):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


def have_corpus():
    if os.path.isdir(made):
        return True
    print("skipped: no corpus")
    return False


def span(trace, number, parent="", start=1795132800000000000, end=None, **more):
    return {"traceId": trace if isinstance(trace, str) else "%032x" % trace, "spanId": "%016x" % number,
            "parentSpanId": "%016x" % parent if isinstance(parent, int) else parent, "name": "s%d" % number,
            "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 1000 if end is None else end), **more}


def otlp(spans):
    return {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}


def text_value(key, text):
    return {"key": key, "value": {"stringValue": text}}


def write(name, value):
    path = os.path.join(work, name)
    with open(path, "w") as f:
        json.dump(value, f)
    return path


# ---------------------------------------------------------------- H1

# What SOURCES.tsv says of each, in figures: exit code, spans, codes that must be among the problems. A file whose format spoor does not
# read yet is refused as unknown-format with exit 3; the row counts from the day it is read.
MADE = {
    "concatenated-documents.json": (0, 3, ()),
    "csv-formula.jsonl": (0, None, ()),
    "duplicate-keys.jsonl": (0, None, ("duplicate-key",)),
    "empty.json": (3, 0, ("empty",)),
    "eval-bad-scores.jsonl": (0, None, ()),
    "gz-bad-crc.json.gz": (3, None, ("damaged",)),
    "gz-bomb-64mib.json.gz": (3, 0, ()),
    "inspect-zip-bomb.eval": (3, 0, ("limit-ratio",)),
    "inspect-zip-no-directory.eval": (3, None, ("damaged",)),
    "inspect-zip-paths.eval": (0, None, ("duplicate-entry", "unknown-format")),
    "gz-two-members.jsonl.gz": (0, None, ()),
    "invalid-utf8.jsonl": (0, None, ("bad-utf8",)),
    "jsonl-bad-lines.jsonl": (3, None, ("bad-json",)),
    "lone-surrogates.jsonl": (0, None, ("lone-surrogate",)),
    "long-line-1mib.jsonl": (0, None, ()),
    "nan-infinity.jsonl": (0, None, ()),
    "nesting-200000-open-braces.jsonl": (3, None, ("limit-depth",)),
    "nul-in-strings.jsonl": (3, None, ("bad-json",)),
    "number-syntax.jsonl": (3, None, ("bad-json",)),
    "object-50000-keys.json.gz": (0, None, ()),
    "otlp-bidi-zero-width-tags.json": (0, 7, ()),
    "otlp-c1-controls.json": (0, 2, ()),
    "otlp-duplicate-span-ids.json": (3, 9, ("conflict", "bad-id")),
    "otlp-escape-sequences.json": (0, 23, ()),
    "otlp-extreme-times.json": (0, 13, ("bad-time",)),
    "otlp-int-precision.json": (0, 1, ("out-of-range",)),
    "otlp-nesting-5000.json": (3, 0, ("limit-depth",)),
    "otlp-orphans-no-root.json": (0, 6, ("orphan",)),
    "otlp-parent-chain-20000.json.gz": (0, 20000, ()),
    "otlp-parent-cycles.json": (0, 9, ("cycle",)),
    "otlp-raw-control-bytes.json": (3, 0, ("bad-json",)),
    "otlp-wide-20000-siblings.json.gz": (0, 20001, ()),
    "otlp-width.json": (0, 9, ()),
    "otlp-wrong-types.json": (3, 2, ("wrong-type",)),
    "path-traversal-names.jsonl": (0, None, ()),
    "secrets-pii.jsonl": (0, None, ()),
    "sql-fts-injection.jsonl": (0, None, ()),
    "truncated-mid-escape.json": (3, 0, ()),
    "truncated-mid-string.json": (3, 1, ("truncated",)),
    "truncated-mid-utf8.jsonl": (3, None, ()),
    "truncated.json.gz": (3, 2, ("damaged",)),
    "utf8-bom.jsonl": (0, None, ()),
    "whitespace-only.json": (3, 0, ("empty",)),
}
NEVER = ("binary-named-json.json", "top-level-null.json", "top-level-string.json", "utf16be-no-bom.json", "utf16le-bom.json",
         "utf32le-bom.json")  # refused whatever spoor reads


def one_file(path):
    name = os.path.basename(path)
    key = hashlib.md5(path.encode()).hexdigest()
    store = os.path.join(work, "h-%s.db" % key)
    code, out, err = run("import", "--store", store, "--json", path)
    wrong = []
    if code not in (0, 3):
        return path, ["exit code %d: %s" % (code, err[-600:])]
    f = together(json.loads(out)["files"])
    codes = [p["code"] for p in f["problems"]]
    if any(not p["reason"] for p in f["problems"]):
        wrong.append("a problem without a reason")
    if (code == 3) != (f["status"] in ("refused", "partial") or any(p["severity"] != "warning" or p["code"] == "conflict" for p in f["problems"])):
        wrong.append("exit code %d, yet %s with %s" % (code, f["status"], codes))
    unknown = codes == ["unknown-format"]
    want = MADE.get(name) if "/made/" in path else None
    if want and not unknown:
        if code != want[0]:
            wrong.append("exit code %d, not %d" % (code, want[0]))
        if want[1] is not None and f["spans"] != want[1]:
            wrong.append("%d spans, not %d" % (f["spans"], want[1]))
        wrong += ["no problem %s" % c for c in want[2] if c not in codes]
    elif unknown and code != 3:
        wrong.append("unknown-format with exit code %d" % code)
    elif "/jsontestsuite/" in path and name[0] == "n" and code != 3:
        wrong.append("not JSON, but taken")
    elif name in NEVER and not unknown:
        wrong.append("taken for something: %s" % codes)
    if name.startswith("utf") and name in NEVER and "UTF-" not in f["problems"][0]["reason"]:
        wrong.append("not named as UTF-16 or UTF-32: " + f["problems"][0]["reason"])
    if f["traces"] or f["runs"]:
        wrong += commands_over(store)
    for end in ("", "-wal", "-shm", "-lock", "-import"):
        if os.path.exists(store + end):
            os.unlink(store + end)
    return path, wrong


def together(files):
    """An archive is told member by member, and once more as a whole."""
    f = dict(files[-1])
    f["problems"] = [p for one in files for p in one["problems"]]
    for key in ("traces", "spans", "runs"):
        f[key] = sum(one[key] for one in files)
    for status in ("partial", "refused"):
        if any(one["status"] == status for one in files):
            f["status"] = status
    return f


def commands_over(store):
    wrong = []
    at = ["--store", store]

    def ok(*words, codes=(0,)):
        code, out, err = run(*words, *at)
        if code not in codes:
            wrong.append("%s: exit code %d: %s" % (" ".join(words), code, err[-300:]))
        return out
    traces = json.loads(ok("traces", "--json") or b'{"traces":[]}')["traces"]
    for t in traces[:2]:
        ok("trace", t["id"])
        spans = json.loads(ok("trace", t["id"], "--json", *(["--no-payload"] if t["spans"] > 1000 else [])))
        ok("trace", t["id"], "--ascii")
        ok("trace", t["id"], "--raw")
        del spans
    for form in ("--csv", "--markdown", "--json"):
        ok("traces", form)
        ok("runs", form)
    runs = json.loads(ok("runs", "--json") or b'{"runs":[]}')["runs"]
    for r in runs[:2]:
        ok("run", r["id"])
        ok("run", r["id"], "--json")
        ok("compare", runs[0]["id"], r["id"], codes=(0, 5))
    ok("doctor")
    ok("doctor", "--problems", "--json")
    return wrong


def files():
    if not have_corpus():
        return
    paths = [p for p in sorted(glob.glob(corpus + "/hostile/**/*", recursive=True)) if os.path.isfile(p)]
    paths = [p for p in paths if not p.endswith("SOURCES.tsv")]
    for path, wrong in many(one_file, paths):
        check(not wrong, "%s: %s" % (os.path.relpath(path, corpus), "; ".join(wrong)))
    print("files: %d" % len(paths))
    for path in sorted(glob.glob(made + "/store-*.db")):
        copy = os.path.join(work, os.path.basename(path))
        shutil.copy(path, copy)
        before = open(copy, "rb").read()
        for words in (["traces"], ["runs"], ["doctor"], ["import", "tests/data/eval-v12.json"], ["trace", "00"], ["compare", "a", "b"]):
            code, _, err = run(*words, "--store", copy)
            check(code == 4 and err, "%s: %s: exit code %d" % (os.path.basename(path), words[0], code))
        check(open(copy, "rb").read() == before, "%s was changed" % path)


# ---------------------------------------------------------------- J4

def cut_one(path):
    whole = open(path, "rb").read()
    name = os.path.basename(path)
    folder = tempfile.mkdtemp(dir=work)
    if not whole:
        return name, 0, []
    places = range(len(whole)) if len(whole) <= (4096 if deep else 1024) else sorted(random.Random(seed).sample(range(len(whole)), 200))
    if san and len(whole) > 400:
        places = random.Random(seed).sample(list(places), 100)
    for n in places:
        with open("%s/%07d" % (folder, len(whole) - n), "wb") as f:  # the longest first: a shorter one is never "the same, grown"
            f.write(whole[:n])
    store = folder + ".db"
    code, out, err = run("import", "--store", store, "--json", folder)
    wrong, n = [], 0
    if code not in (0, 3):
        wrong.append("exit code %d: %s" % (code, err[-600:]))
        out = b'{"files":[]}'
    told = collections.defaultdict(list)
    for f in json.loads(out)["files"]:
        if f["file"] != folder:  # itself: nothing in it is known
            told[f["file"]].append(f)
    for file, parts in told.items():
        f = together(parts)
        at = len(whole) - int(os.path.basename(file))
        n += 1
        wrong += ["cut at %d: %s" % (at, w) for w in cut_is_right(whole, at, f)]
    if run("doctor", "--store", store)[0] not in (0, 3):
        wrong.append("doctor: not sound")
    shutil.rmtree(folder)
    for end in ("", "-wal", "-shm", "-lock", "-import"):
        if os.path.exists(store + end):
            os.unlink(store + end)
    return name, n, wrong


def is_whole_gzip(data):
    """Cut exactly behind a member, a file of several is one of fewer."""
    while data:
        member = zlib.decompressobj(31)
        try:
            member.decompress(data)
        except zlib.error:
            return False
        if not member.eof:
            return False
        data = member.unused_data
    return True


def cut_is_right(whole, at, f):
    packed = whole[:2] in (b"\x1f\x8b", b"PK")  # offsets are those of what was unpacked
    codes = [p["code"] for p in f["problems"]]
    for p in f["problems"]:
        if p["code"] in ("truncated", "incomplete-tail") and p["offset"] is not None:
            left = whole[:at]
            if p["offset"] not in (at, len(left.rstrip())) and not (p["offset"] <= at and whole[:2] == b"\x1f\x8b"):
                yield "%s at %s" % (p["code"], p["offset"])
        if p["offset"] is not None and p["offset"] > at and not packed:
            yield "%s beyond the end: %d" % (p["code"], p["offset"])
    if not whole[:at].strip() and codes != ["empty"] and "nothing" not in (f.get("why") or ""):
        yield "nothing in it, but %s" % codes
    if whole[:1] == b"{" and b"\n" not in whole.strip() and f["format"] and at < len(whole.rstrip()) and \
            not {"truncated", "bad-json", "limit-depth"} & set(codes) and f["problems_total"] < 20:
        yield "a document cut short without a word: %s" % codes
    if whole[:2] == b"\x1f\x8b" and at > 2 and "damaged" not in codes and f["format"] and not is_whole_gzip(whole[:at]):
        yield "gzip cut short without a word: %s" % codes


def cuts():
    if not have_corpus():
        return
    paths = [p for p in sorted(glob.glob(made + "/*")) if not p.endswith(".db")]
    if deep:
        paths += [p for p in sorted(glob.glob(corpus + "/*/**/*", recursive=True)) if os.path.isfile(p) and "/hostile/" not in p and os.path.getsize(p) < 1 << 20]
    random.Random(seed).shuffle(paths)
    total = 0
    for name, n, wrong in many(lambda p: cut_one(p) if not late() else ("", 0, []), [p for p in paths if os.path.getsize(p) <= (1 << 17 if not deep else 1 << 30)]):
        total += n
        check(not wrong, "%s: %s" % (name, "; ".join(wrong[:5])))
    print("cuts: %d files" % total)


# ---------------------------------------------------------------- J3

def numbers():
    R, n = random.Random(seed), (100000 if not san else 10000) if not deep else 10000000
    ints = [0, 1, -1, 2 ** 53 - 2, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 1, 2 ** 53 + 2, -2 ** 53 - 1, 2 ** 63 - 1, 2 ** 63 - 2, -2 ** 63, -2 ** 63 + 1]
    doubles = ["0.0", "-0.0", "5e-324", "-5e-324", "2.2250738585072014e-308", "1.7976931348623157e308", "0.1", "1e22", "1e23",
               "9007199254740993.0", "0.30000000000000004", "123456789.123456789", "1E5", "1e+5", "100e-2"]
    for start in range(0, n, 100000):
        if start and late():
            break
        values = []
        for i in range(min(n, 100000) // 2):
            values.append(("i", ints[i] if i < len(ints) and start == 0 else R.choice([R.getrandbits(63), -R.getrandbits(63), R.getrandbits(R.randint(1, 62))])))
            if i < len(doubles) and start == 0:
                values.append(("d", doubles[i]))
            else:
                d = struct.unpack("d", R.getrandbits(64).to_bytes(8, "little"))[0] if R.random() < 0.5 else R.uniform(-1, 1) * 10 ** R.randint(-20, 20)
                values.append(("d", repr(d) if d == d and abs(d) != float("inf") else "0.5"))
        numbers_once(values, R)
    print("numbers: %d" % n)


def numbers_once(values, R):
    spans, per = [], 500
    for k in range(0, len(values), per):
        attributes = []
        for i, (kind, v) in enumerate(values[k:k + per]):
            literal = str(v)
            quoted = kind == "i" and R.random() < 0.5
            attributes.append('{"key":"n%d","value":{"%s":%s}}' % (i, "intValue" if kind == "i" else "doubleValue", '"%s"' % literal if quoted else literal))
        spans.append('{"traceId":"%032x","spanId":"%016x","name":"n","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[%s]}' %
                     (7, k // per + 1, 1795132800000000000 + k, 1795132800000000001 + k, ",".join(attributes)))
    path = os.path.join(work, "numbers.json")
    with open(path, "w") as f:
        f.write('{"resourceSpans":[{"scopeSpans":[{"spans":[%s]}]}]}' % ",".join(spans))
    store = os.path.join(work, "numbers.db")
    code, _, err = run("import", "--store", store, path)
    check(code == 0, "numbers: import: exit code %d %s" % (code, err[-300:]))
    code, out, err = run("trace", "%032x" % 7, "--json", "--store", store)
    check(code == 0, "numbers: trace: exit code %d" % code)
    got = json.loads(out, parse_int=str, parse_float=str)
    seen, wrong = 0, []
    for s in got["spans"]:
        base = (int(s["id"], 16) - 1) * per
        for key, value in s["attributes"].items():
            if not re.fullmatch(r"n\d+", key):
                continue
            kind, want = values[base + int(key[1:])]
            seen += 1
            same = int(value) == want if kind == "i" else struct.pack("d", float(value)) == struct.pack("d", float(want))
            if not same:
                wrong.append((want, value))
    check(seen == len(values), "numbers: %d of %d came back" % (seen, len(values)))
    check(not wrong, "numbers: %d changed, first %s" % (len(wrong), wrong[:5]))
    for end in ("", "-wal", "-shm", "-lock", "-import"):
        if os.path.exists(store + end):
            os.unlink(store + end)


# ---------------------------------------------------------------- S1, X1

SQL = ["'; DROP TABLE span; --", "\" OR \"\"=\"", "' OR '1'='1", "a AND", "a OR", "NOT", "NEAR(a b)", "col:x", "-x", "\"", "\"\"", "a*", "*", "^a", "(", ")", "{a b}:c",
       "%", "_", "100%_\\", "\\%", "[a-z]*?", "name:x", "?1", ":name", "@v", "$v", "x' UNION SELECT sql FROM sqlite_schema --", "a\x00b", "a\nb", "a;b", "NULL", "rowid", "{}"]


def strings_store():
    texts = [t.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for t in json.load(open(corpus + "/hostile/naughty/blns.json", encoding="utf-8"))]
    texts = list(dict.fromkeys(texts + SQL))
    spans = [span(i + 1, i + 1, name=t, status={"code": 2, "message": t},
                  attributes=[text_value("input.value", t), text_value("k" + t, t), text_value("session.id", t)]) for i, t in enumerate(texts)]
    spans += [dict(span(0, 5000 + i), traceId=t) for i, t in enumerate(texts)]  # the text as a trace's id
    cases = [{"promptIdx": 0, "testIdx": i, "success": False, "score": 0, "latencyMs": 1, "vars": {"q": t}, "description": t,
              "response": {"output": t}, "namedScores": {t or "empty": 0.5},
              "gradingResult": {"pass": False, "score": 0, "reason": t, "componentResults": []}} for i, t in enumerate(texts)]
    run_file = {"evalId": "eval-s1", "results": {"version": 3, "timestamp": "2026-11-20T00:00:00Z", "prompts": [], "stats": {}, "results": cases}, "config": {}}
    store = os.path.join(work, "strings.db")
    code, _, err = run("import", "--store", store, write("strings.json", otlp(spans)), write("strings-run.json", run_file))
    check(code in (0, 3), "strings: import: exit code %d %s" % (code, err[-300:]))
    return store, texts


def schema(store):
    with sqlite3.connect("file:%s?mode=ro" % store, uri=True) as db:
        return hashlib.sha256(repr(db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()).encode()).hexdigest()


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def strings():
    if not have_corpus():
        return
    store, texts = strings_store()
    at = ["--store", store]
    before = schema(store)
    traces = {t["id"]: t for t in json.loads(run("traces", "--json", *at)[1])["traces"]}
    wrong = [t for i, t in enumerate(texts) if traces.get("%032x" % (i + 1), {}).get("name", "") not in (t, t or None)]
    check(not wrong, "names came back changed: %r" % wrong[:3])
    some = texts if not san else random.Random(seed).sample(texts, 60)

    def ask(text):
        number, bad = texts.index(text), []
        if late() or "\0" in text or not text:  # no argument can hold a NUL; an empty name is asked for by has:
            return bad
        for words, key, want in ((["traces", "--where", "name=" + quoted(text)], "traces", "%032x" % (number + 1)),
                                 (["traces", "--where", "session=" + quoted(text)], "traces", "%032x" % (number + 1)),
                                 (["traces", "--where", "text:" + quoted(text)], "traces", "%032x" % (number + 1))):
            code, out, err = run(*words, "--json", *at)
            found = [t["id"] for t in json.loads(out).get(key, [])] if code == 0 else []
            if code != 0 or want not in found:
                bad.append("%s: exit code %d, %d rows, %s" % (words[2], code, len(found), err[-200:]))
            if words[2].startswith("name="):
                others = [i for i in found if i in traces and traces[i]["name"] != text]
                if others:
                    bad.append("%s: finds others: %s" % (words[2], others[:3]))
        code, out, err = run("trace", text, "--json", "--no-payload", *at)
        if code not in (0, 1, 2) or b"SQL" in err:
            bad.append("trace %r: exit code %d %s" % (text, code, err[-200:]))
        return bad
    wrong = [w for bad in many(ask, some) for w in bad]
    check(not wrong, "%d questions, first %s" % (len(wrong), wrong[:4]))
    whole = json.loads(run("run", "eval-s1", "--json", *at)[1])
    titles = json.dumps(whole, ensure_ascii=False)
    wrong = [t for t in texts if t.strip() and json.dumps(t, ensure_ascii=False)[1:-1] not in titles]
    check(not wrong, "%d cases without their text, first %r" % (len(wrong), wrong[:3]))
    check(schema(store) == before, "the schema is another one")
    same_to_readers(store)


def same_to_readers(store):
    """X1: what --csv-raw says to Python's csv is what --json says to its json."""
    rows = json.loads(run("traces", "--json", "--store", store)[1])["traces"]
    out = run("traces", "--csv-raw", "--columns", "id,name,service,spans", "--store", store)[1].decode()
    table = list(csv.reader(io.StringIO(out, newline="")))
    check(len(table) == len(rows) + 1, "csv: %d rows, json: %d" % (len(table) - 1, len(rows)))
    wrong = [(a[1], b["name"]) for a, b in zip(table[1:], rows) if a[0] != b["id"] or a[1] != (b["name"] or "") or a[3] != str(b["spans"])]
    check(not wrong, "csv and json differ %d times, first %r" % (len(wrong), wrong[:2]))
    guarded = list(csv.reader(io.StringIO(run("traces", "--csv", "--columns", "name", "--store", store)[1].decode(), newline="")))
    wrong = [r[0] for r in guarded[1:] if r and r[0][:1] in tuple("=+-@\t\r＝＋－＠")]
    check(not wrong, "a formula: %r" % wrong[:3])


# ---------------------------------------------------------------- T2

ODD = ["\x1b[31mred", "a\x1b]52;c;aGk=\x07b", "a\x07b", "a\nb", "a\tb", "a\rb", "\x7f", "\u009b31m", "a\u202eb", "a\u2066b", "a\u200bb", "\ufeffa", "\U000e0041", "a b",
       " a", "-n", "--json", "'a'", '"a"', "a;b", "$(id)", "`id`", "a|b", "a&b", "*", "?", "[a]", "%n%s", "=1+1", "@x", "~", "#a", "é", "e\u0301", "日本", "👩‍👩‍👧", "\udcff\udcfe",
       "\udc9b", "a\\b", "\u2028x"]


def acts(data, where):
    text = data.decode("utf-8", "surrogateescape")
    bad = [c for c in text if (ord(c) < 0x20 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069
           or 0xDC80 <= ord(c) <= 0xDCFF or 0xE0000 <= ord(c) <= 0xE007F or ord(c) in (0x2028, 0x2029)]
    return check(not bad, "%s: %r" % (where, bad[:5]))


def print_():
    if not have_corpus():
        return
    home = os.path.join(work, "odd")
    os.mkdir(home)
    store = os.path.join(home, "dir", "s.db")
    old = os.umask(0)
    for i, name in enumerate(ODD):
        with open(os.fsencode(os.path.join(home, name + (".json" if i % 2 else ""))), "w") as f:
            f.write(json.dumps(otlp([span(i + 1, 1, name=name.encode("utf-8", "replace").decode())])) if i % 3 else "{bad")
    for name in sorted(os.listdir(os.fsencode(home))):
        if name != b"dir":
            for words in (["import", "--store", store, "./" + os.fsdecode(name)], ["doctor", "--store", store, "--problems", "./" + os.fsdecode(name)]):
                code, out, err = run(*words, cwd=home)
                check(code in (0, 1, 3), "%s %r: exit code %d" % (words[0], name, code))
                acts(out, "%s %r" % (words[0], name))
                acts(err, "%s %r, standard error" % (words[0], name))
    for name in ODD:
        for words in (["trace", name], ["traces", "--where", name], ["traces", "--sort", name], ["compare", name, name], ["run", name], ["help", name], ["formats", name],
                      [name], ["--theme", name, "x"]):
            if "\0" in name:
                continue
            code, out, err = run(*words, "--store", store, cwd=home)
            check(code in (0, 1, 2, 3, 5), "%r: exit code %d %s" % (words, code, err[-200:]))
            acts(out + err, repr(words))
    code, _, _ = run("import", "--store", store, *[p for p in glob.glob(made + "/otlp-*.json")], *glob.glob("tests/data/eval*.json"))
    check(code == 3, "import: exit code %d" % code)
    outputs(store)
    every_command(store)
    handed_on(store)
    for path in [store, store + "-wal", store + "-shm", store + "-lock"]:
        if os.path.exists(path):
            check(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "%s: mode %o" % (os.path.basename(path), os.stat(path).st_mode & 0o777))
    check(stat.S_IMODE(os.stat(os.path.dirname(store)).st_mode) == 0o700, "the store's folder: mode %o" % (os.stat(os.path.dirname(store)).st_mode & 0o777))
    os.umask(old)


def on_terminal(*words):
    """What a command says to a terminal: records as they came are cleaned there, and nowhere else."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([spoor, *words], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    said = b""
    while True:
        try:
            chunk = os.read(ours, 1 << 16)
        except OSError:
            break
        if not chunk:
            break
        said += chunk
    os.close(ours)
    return child.wait(), said


# What every command is asked for, with what a name of the store's own content stands for: TRACE, RUN, CASE, SESSION, a file FILE, another store STORE.
# A command that is not here fails the test: say how it is called on data of somebody else.
CALLS = {
    "alikes": [[], ["trace:TRACE"], ["CASE"]], "backup": [["FILE"]], "checks": [[], ["TRACE"]], "compare": [["RUN", "RUN2"]],
    "config": [[], ["theme"]], "diff": [["TRACE", "TRACE2"]], "doctor": [[], ["--problems"]],
    "export": [["flagged"], ["queue"], ["reviews"]], "flag": [["trace:TRACE", "--bad", "--note", "NAME"], ["--where", "name~x", "--good", "--dry-run"]],
    "forget": [["trace:TRACE", "--dry-run"], ["FILE", "--dry-run"]], "formats": [[], ["otlp"]], "gate": [["RUN"], ["RUN", "--baseline", "RUN2"]], "help": [[], ["keys"]],
    "import": [["FILE"]], "judges": [[]], "ledger": [["TRACE"]], "log": [[], ["trace:TRACE"]], "merge": [["STORE"]], "open": [["trace:TRACE"]],
    "origins": [["TRACE"]], "path": [[], ["TRACE"]], "prompts": [[]], "review": [["--list"], ["--report"]], "rules": [[]], "run": [["RUN"]],
    "runs": [[]], "samples": [["--list"]], "search": [["NAME"], ["a"]], "session": [["SESSION"], ["NAME"]], "sql": [["select * from traces"], ["select * from spans limit 50"]],
    "stats": [[]], "trace": [["TRACE"], ["TRACE", "--raw"]], "traces": [[], ["--where", "name~a"]],
}


def every_command(store):
    """Over hostile data: no byte that acts, on either stream, in any form the command has; JSON that is one value."""
    known = json.loads(run("help", "--json")[1])
    names = sorted(c["name"] for c in known["commands"])
    check(names == sorted(CALLS), "commands without a call here, or the other way round: %s" % sorted(set(names) ^ set(CALLS)))
    traces = [t["id"] for t in json.loads(run("traces", "--json", "--store", store)[1])["traces"]]
    runs = [r["id"] for r in json.loads(run("runs", "--json", "--store", store)[1])["runs"]]
    other = store + "-other"
    run("import", "--store", other, *glob.glob(made + "/otlp-escape*.json"))
    words, R = [], random.Random(seed)
    for c in known["commands"]:
        own = {o["name"] for o in c["options"]} | {o["name"] for o in known["options"]}
        forms = [[]] + [["--" + f] for f in ("json", "jsonl", "csv", "markdown", "ascii") if f in own]
        for i, call in enumerate(CALLS.get(c["name"], [])):
            for form in forms:
                stands = {"TRACE": R.choice(traces), "TRACE2": R.choice(traces), "RUN": runs[0], "RUN2": runs[1], "CASE": runs[0] + "/1", "SESSION": R.choice(traces),
                          "FILE": os.path.join(work, "file%d-%s" % (i, c["name"])), "STORE": other, "NAME": "x\x1b[31m\u202e\x07"}
                words.append([c["name"]] + [re.sub("TRACE2?|RUN2?|CASE|SESSION|FILE|STORE|NAME", lambda m: stands[m.group(0)], w) for w in call] + form)
    writes = ("flag", "merge", "import", "backup", "review")  # one after the other
    for w, (code, out, err) in list(zip(words, many(lambda w: run(*w, "--store", store) if w[0] not in writes else (0, b"", b""), words))) + [
            (w, run(*w, "--store", store)) for w in words if w[0] in writes]:
        what = " ".join(w)
        check(code in (0, 1, 2, 3, 4, 5), "%s: exit code %d %s" % (what, code, err[-200:]))
        if "--json" in w or "--jsonl" in w:  # failures are JSON, too: data
            check(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", err), "%s, standard error: a control byte" % what)
        else:
            acts(err, what + ", standard error")
        if "--json" in w and out and code in (0, 1):
            try:
                json.loads(out)
            except ValueError as e:
                check(False, "%s: %s" % (what, e))
        if "--raw" not in w:  # records as they came, for other programs
            data = [f for f in ("--json", "--jsonl", "--csv") if f in w] or w[0] in ("export", "sql")
            if data:
                check(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", out.replace(b"\r\n", b"\n")), "%s: a control byte" % what)
            else:
                acts(out, what)
        if "--ascii" in w and "--raw" not in w and w[0] != "export":
            check(not re.search(rb"[^\n\t\x20-\x7e]", out), "%s: not ASCII" % what)


def handed_on(store):
    """What $EDITOR and $PAGER are given: a file of ours that nobody else can read, no word of the data; and what is left at home is private."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from strict_term import Terminal
    home, log, tool = os.path.join(work, "home"), os.path.join(work, "argv"), os.path.join(work, "tool")
    os.mkdir(home)
    with open(tool, "w") as f:
        f.write('#!/bin/sh\nfor w in "$@"; do printf "%%s\\n" "$w" >>%s; stat -c "mode %%a" -- "$w" >>%s 2>&1; done\ntest $# -gt 0 || cat >/dev/null\n' % (log, log))
    os.chmod(tool, 0o700)
    for i in range(6):
        t = Terminal([spoor, "--store", store], env={"HOME": home, "EDITOR": tool, "VISUAL": tool, "PAGER": tool}, cwd=home)
        t.until(b"\x1b[?1049h")
        t.idle(0.1)
        for key in (b"j" * i, b"\r", b"V", b"v", b"/a\x1b[31m\r", b"q", b"&name~a\r", b"cnote \xe2\x80\xae\x13", b"q"):
            t.keys(key)
            t.idle(0.08)
        t.keys(b"Q")
        code = t.wait(10)
        check(code == 0 and not t.strict.foreign, "handed on: exit code %s, foreign %r" % (code, t.strict.foreign[:3]))
        t.close()
    said = open(log, "rb").read().split(b"\n") if os.path.exists(log) else []
    paths = [w for w in said if w and not w.startswith(b"mode ")]
    check(len(paths) >= 4, "handed on: the editor was started %d times" % len(paths))
    check(all(re.fullmatch(rb"/[A-Za-z0-9._/-]+", p) for p in paths), "handed on: arguments %r" % paths[:3])
    modes = {w for w in said if w.startswith(b"mode ")}
    check(modes and modes <= {b"mode 400", b"mode 600"}, "handed on: modes %r" % modes)
    check(not any(os.path.exists(p) for p in paths), "handed on: files are left: %r" % [p for p in paths if os.path.exists(p)][:3])
    n = 0
    for folder, names, files in os.walk(home):
        for name in names + files:
            path, n = os.path.join(folder, name), n + 1
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            check(mode == (0o700 if name in names else 0o600), "%s: mode %o" % (path, mode))
    check(n > 0, "nothing was kept at home")


def outputs(store):
    ids = [t["id"] for t in json.loads(run("traces", "--json", "--store", store)[1])["traces"]]
    runs = [r["id"] for r in json.loads(run("runs", "--json", "--store", store)[1])["runs"]]
    words = [["traces", *form] for form in ([], ["--json"], ["--csv"], ["--markdown"], ["--ascii"])] + [["doctor"], ["doctor", "--json"], ["doctor", "--problems"],
             ["doctor", "--problems", "--json"], ["runs"], ["runs", "--json"], ["compare", runs[0], runs[1]], ["compare", runs[0], runs[1], "--markdown"], ["run", runs[0]]]
    for t in ids[:60]:
        words += [["trace", t], ["trace", t, "--ascii"], ["trace", t, "--json"]]
    for t in ids[:60]:
        code, said = on_terminal("trace", t, "--raw", "--store", store)
        check(code == 0, "%s --raw: exit code %d" % (t, code))
        acts(said.replace(b"\r\n", b"\n"), t + " --raw on a terminal")
    for w, (code, out, err) in zip(words, many(lambda w: run(*w, "--store", store), words)):
        check(code == 0, "%s: exit code %d %s" % (w, code, err[-200:]))
        plain = out.replace(b"\r\n", b"\n") if "--csv" in w else out
        if "--json" in w or "--csv" in w:  # data keeps its hidden characters; nothing that acts on a terminal
            check(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", plain), "%s: a control byte" % w)
        else:
            acts(plain, " ".join(w))
        if "--ascii" in w:
            check(not re.search(rb"[^\n\t\x20-\x7e]", out), "%s: not ASCII" % w)
        if "--json" in w:
            json.loads(out)


# ---------------------------------------------------------------- G1

def forest(R, trace, number):
    """Spans of one trace: parents anywhere, at times nowhere, at themselves, in circles; some repeated."""
    n = R.choice([1, 2, 3, 5, 10, 40, 150])
    spans = []
    for i in range(1, n + 1):
        kind = R.random()
        parent = "" if kind < 0.1 or i == 1 and kind < 0.5 else R.randint(1, i) if kind < 0.7 else R.randint(1, n) if kind < 0.9 else 9000 + R.randint(1, 3) \
            if kind < 0.95 else i
        start = 1795132800000000000 + R.randint(0, 50)
        spans.append(span(trace, i, parent, start, start + R.choice([0, 5, 100, -3])))
    spans += [dict(R.choice(spans)) for _ in range(R.randint(0, 3))]
    R.shuffle(spans)
    return n, spans


def check_rows(rows, n, trace):
    """rows of one trace in order of pos: (key, up, depth, size, flags)"""
    open_ends, keys, wrong = [], set(), []
    for at, (key, up, depth, size, flags) in enumerate(rows):
        while open_ends and open_ends[-1][1] <= at:
            open_ends.pop()
        parent = open_ends[-1][0] if open_ends else None
        if (up == 0) != (parent is None) or (up and at - up != parent) or depth != len(open_ends):
            wrong.append("row %d hangs wrong" % at)
        if size < 1 or at + size > (open_ends[-1][1] if open_ends else len(rows)):
            wrong.append("row %d: size %d" % (at, size))
        open_ends.append((at, at + size))
        if key in keys and key <= 8999:
            wrong.append("span %d twice" % key)
        keys.add(key)
    missing = set(range(1, n + 1)) - keys
    if missing:
        wrong.append("missing %s" % sorted(missing)[:5])
    return wrong


def forests():
    R, count = random.Random(seed), (1000 if not san else 100) if not deep else int(min(100000, 500 * seconds))
    sizes = {}
    path = os.path.join(work, "forests.jsonl")
    with open(path, "w") as f:
        waiting = []
        for trace in range(1, count + 1):
            sizes[trace], spans = forest(R, trace, count)
            waiting += spans
            if len(waiting) > 3000:  # the spans of many traces in between each other, over many lines
                R.shuffle(waiting)
                f.write(json.dumps(otlp(waiting[1000:])) + "\n")
                waiting = waiting[:1000]
        f.write(json.dumps(otlp(waiting)) + "\n")
    store = os.path.join(work, "forests.db")
    code, out, err = run("import", "--store", store, "--json", path)
    check(code in (0, 3), "forests: exit code %d %s" % (code, err[-300:]))
    with sqlite3.connect("file:%s?mode=ro" % store, uri=True) as db:
        traces = db.execute("SELECT id, text, first, n, loose FROM trace").fetchall()
        check(len(traces) == count, "%d traces of %d" % (len(traces), count))
        for trace, text, first, n, loose in traces:
            rows = db.execute("SELECT key, up, depth, size, flags FROM span WHERE pos >= ? AND pos < ? ORDER BY pos", (first, first + n)).fetchall()
            wrong = check_rows(rows, sizes[int(text, 16)], text)
            check(not wrong and len(rows) == n and not loose, "trace %s (seed %d): %s" % (text, seed, wrong[:3]))
        check(db.execute("SELECT count(*) FROM span").fetchone()[0] == sum(t[3] for t in traces), "rows of no trace")
    per = [chain(n) for n in ([20000, 200000] if not san and not deep else [1000, 10000] if not deep else [100000, 1000000] if seconds > 60 else [20000, 200000])]
    # Not judged by time here (the machine may be busy): said, for a person; the work is bounded by the query planner's own counts elsewhere.
    print("forests: %d; a chain ten times as long costs %.1f times as much CPU" % (count, per[1] / max(per[0], 1e-3)))
    os.unlink(store)


def chain(n):
    path, store = os.path.join(work, "chain.jsonl"), os.path.join(work, "chain.db")
    with open(path, "w") as f:
        for i in range(0, n, 1000):
            f.write(json.dumps(otlp([span(1, k + 1, k or "", 1795132800000000000 + k) for k in range(i, min(i + 1000, n))])) + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code, out, err = run("import", "--store", store, "--json", path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    check(code == 0 and json.loads(out)["files"][0]["spans"] == n, "chain of %d: exit code %d %s" % (n, code, err[-300:]))
    with sqlite3.connect("file:%s?mode=ro" % store, uri=True) as db:
        check(db.execute("SELECT count(*), max(depth), max(size) FROM span").fetchone() == (n, n - 1, n), "chain of %d: not one chain" % n)
    code, out, _ = run("trace", "%032x" % 1, "--store", store, "--json", "--no-payload")
    check(code == 0 and out.count(b'"depth"') in (n, 0), "chain of %d: trace --json" % n)
    for end in ("", "-wal", "-shm", "-lock", "-import"):
        if os.path.exists(store + end):
            os.unlink(store + end)
    os.unlink(path)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# ---------------------------------------------------------------- eval runs: what commands say of odd ones

def lines(name, rows):
    path = os.path.join(work, name)
    with open(path, "w", encoding="utf-8", errors="surrogatepass") as f:
        for row in rows:
            f.write((row if isinstance(row, str) else json.dumps(row)) + "\n")
    return path


def row(i, passed=True, **more):
    return {"id": "case-%d" % i, "input": "q%d" % i, "output": "o%d" % i, "expected": "e%d" % i, "scores": {"ok": passed}, "latency_ms": 10 + i, **more}


ACTS = "\x1b[31m\x1b]52;c;aGk=\x07\u009b31m\u202e\u2066\U000e0041\n\r\t|,\"'`<&>]]>=1+1"


def odd_names(R, b):
    for i in range(40):
        odd = ODD[i % len(ODD)].encode("utf-8", "replace").decode() + ACTS
        yield {"id": "%s%d" % (odd, i if not b or i % 5 else i - 1), "input": odd, "output": odd + "b" * (b and i % 3), "expected": odd, "scores": {odd: R.random(), "pass" + odd: i % 3 > b},
               "model": ACTS, "dataset": "d" + ACTS, "prompt": "p%d" % b + ACTS, "prompt_version": "v%d" % b + ACTS, "error": odd if i % 9 == b else None, "latency_ms": i,
               "metadata": {odd: odd, "k": odd, odd + "2": {odd: [odd]}}, "tags": [odd], "trace_id": odd}


def odd_numbers(R, b):
    odd = ["NaN", "Infinity", "-Infinity", "1e308", "-1e308", "-0.0", "-0", "5e-324", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e400", "0", "1",
           "true", "null", '"1"', '""', "[]", "{}", "0.1"]
    for i in range(200):
        v = [R.choice(odd) for _ in range(7)]
        yield ('{"id":"c%d","input":"q","output":"o","scores":{"s":%s,"t":%s,"ok":%s},"latency_ms":%s,"cost_usd":%s,"tokens":{"input":%s,"output":%s},"metadata":{"n":%s,"i":%d}}'
               % (i, v[0], R.choice(["0.5", "1e308", "-1e308"]), R.choice(["true", "false"]), v[1], v[2], v[3], v[4], v[5], i % 7))


def deep_json(n):
    return "[" * n + "]" * n


def odd_shapes(R, b):
    yield row(0, False, output=json.loads("[" * 900 + "]" * 900))
    yield '{"id":"d1","input":%s,"output":%s,"scores":{"ok":%s},"metadata":{"m":%s}}' % (deep_json(1000), json.dumps(deep_json(10000 + b)), ["true", "false"][b], deep_json(900))
    yield '{"id":"d2","input":"x","output":%s,"scores":{"ok":true}}' % json.dumps('{"a":' * 10000 + str(b) + "}" * 10000)
    yield '{"id":"d3","id":"d3","input":"x","input":"y","output":"a","output":"b","scores":{"ok":true,"ok":false},"scores":{"ok":false},"metadata":{"a":1,"a":2,"":3}}'
    yield {"id": "", "input": "", "output": "", "expected": "", "scores": {"": 1.0}, "metadata": {"": ""}, "model": "", "prompt": "", "error": ""}
    yield {"id": "only-" + "ab"[b], "input": "only here", "output": "x", "scores": {"ok": True}}
    yield {"id": "name", "input": "x", "output": "y", "scores": {"n" * (1 << 20): 1}, "model": "m" * (1 << 20), "metadata": {"k" * (1 << 20): "v" * (1 << 20)}}
    yield row(7, b == 0, input="i" * (1 << 20), metadata={"f": "v" * (1 << 20), "g": b})
    yield {"id": "t" * (1 << 20), "input": "x", "output": "y", "scores": {"ok": b == 0}}
    for i in range(30):
        yield row(100 + i, (i + b) % 3 > 0, metadata={"field": i % 3, "trace": "x"}, trace_id="%032x" % (i + 1 if i < 6 else 0 if i < 9 else 1 << 90), prompt="p %d" % (i % 2 + b),
                  prompt_version="v%d" % b)


def many_scores(R, b):
    n = 100000 if deep else 5000 if san else 20000
    yield row(0, b == 0, scores={"ok": b == 0, **{"s%d" % i: i % 2 for i in range(n)}})
    yield row(1, True, metadata={"k%d" % i: i for i in range(n)})
    for i in range(2, 1000):
        yield row(i, i % 5 > b, scores={"only%d" % i: i % 2, "ok": i % 5 > b}, metadata={"own%d" % i: i, "id": str(i)}, tags=["t%d" % i])


def many_repeats(R, b):
    for i in range(10000 if deep else 2000):
        yield row(0, R.random() < 0.5 + 0.2 * b, repeat=i, output="answer %d" % (i % 50))
    for i in range(1, 60):
        yield row(i, i % 4 > b, repeat=0)
        yield row(i, i % 3 > b, repeat=1)


def big_outputs(R, b):
    yield row(0, b == 0, output="word " * ((4 << 20) + b))
    yield row(1, b == 0, output=json.dumps([{"k": i, "v": i * (1 + b)} for i in range(200000)]))
    yield row(2, b == 0, output="line %d\n" % b * (2 << 20))
    yield row(3, True, output="é" * (5 << 20))


def other_cases(R, b):  # nothing in common
    for i in range(60):
        yield row(i + 1000 * b, i % 2 == 0)


MADE_RUNS = {"names": odd_names, "values": odd_numbers, "shapes": odd_shapes, "scores": many_scores, "repeats": many_repeats, "big": big_outputs, "apart": other_cases}


def eval_words(a, b, R):
    """Every command of eval runs with every option, over runs a and b. Field and score names are taken from what the store says of itself."""
    forms = ([], ["--json"], ["--markdown"])
    yield from (["runs", *form] for form in (*forms, ["--csv"], ["--ascii"]))
    for one in (["judges"], ["prompts"]):
        yield from (one + form for form in (*forms, ["--csv"], ["--ascii"]))
    yield from (["judges", "--lengths", "0"], ["judges", "--run", a, "--lower", "--threshold", "0.5", "--human", "ok", "--json"], ["judges", "--sort", "name", "--asc", "--limit", "1"])
    yield from (["run", a], ["run", a, "--csv"], ["run", a, "--markdown"], ["run", a, "--json", "--no-payload"], ["run", a, "--fields"], ["run", a, "--fields", "--json"])
    yield from (["runs", a, b, a, *form] for form in forms)
    for x, y in ((a, b), (b, a), (a, a)):
        yield from (["compare", x, y, *form] for form in forms)
    c = ["compare", a, b]
    for more in (["--repeats", "majority"], ["--margin", "0.05", "--seed", "1"], ["--margin", "1e308"], ["--class", "lost,won,new_errors,changed,same,only_a,only_b", "--limit", "3"],
                 ["--sort", "latency"], ["--sort", "cost", "--limit", "0"], ["--sort", "title", "--json", "--offset", "2", "--limit", "2"], ["--sort", "ok"],
                 ["--where", "status:fail"], ["--where", "title~a", "--json", "--limit", "5"], ["--begins"], ["--begins", "--json"], ["--begins", "--markdown"], ["--noise"],
                 ["--noise", "--json"], ["--noise", "--markdown"], ["--prompts"], ["--prompts", "--json"], ["--prompts", "--markdown"], ["--fields"], ["--fields", "--json"],
                 ["--histogram", "all"], ["--histogram", "all", "--json"], ["--histogram", "latency_ns"], ["--histogram", "cost_usd", "--json"], ["--ascii"]):
        yield c + more
    every = ["gate", b, "--baseline", a, "--pass-rate", "85%", "--strict", "--margin", "0.05", "--min-cases", "1", "--tolerate", "cost_usd_per_case", "--max-lost", "0", "--max-new-errors",
             "0", "--p50", "1s", "--p95", "9s", "--cost", "0.1", "--volume", "1e300", "--tasks", "9223372036854775807", "--traces", "--max-age", "7d", "--must-pass", "title~a",
             "--min-repeats", "2", "--pass-of", "1", "--drift"]
    for form in (*forms, ["--junit"], ["--ascii"]):
        yield ["gate", b, "--baseline", a, *form]
        yield every + form
    yield ["gate", b]
    yield ["gate", b, "--baseline", "previous", "--repeats", "majority", "--limit", "0"]


def eval_more(store, a, b, R):
    """What needs names out of the store: cases, fields, scores, judges, prompts, datasets."""
    at = ["--store", store]

    def ask(*words):
        code, out, _ = run(*words, "--json", *at)
        return json.loads(out) if code == 0 else {}

    def some(names, n=4):
        names = [x for x in names if x and "\0" not in x and len(x) < 60000]
        return R.sample(names, min(n, len(names)))
    for key in some([c["key"] for c in ask("compare", a, b).get("rows", [])]):
        yield from (["compare", a, b, "--case", key, *form] for form in ([], ["--json"], ["--markdown"], ["--pick", "1,1"], ["--pick", "99999,1"]))
    fields = ask("compare", a, b, "--fields").get("fields", [])
    for f in some([f["name"] for f in fields]):
        yield from (["compare", a, b, "--slice", f, *form] for form in ([], ["--json"], ["--markdown"], ["--metric", "latency_p50_ns"]))
        yield from (["run", b, "--slice", f, *form] for form in ([], ["--json"], ["--markdown"]))
        yield ["compare", a, b, "--where", "field.%s:%s" % (quoted(f), quoted("x"))]
    for s in some([m["name"] for m in ask("compare", a, b).get("metrics", [])]):
        yield from (["compare", a, b, "--histogram", s], ["compare", a, b, "--sort", s], ["runs", "--dataset", "", "--score", s])
    for j in some([j["name"] for j in ask("judges").get("judges", [])]):
        yield from (["judges", j, *form] for form in ([], ["--json"], ["--markdown"], ["--csv"], ["--list", "flips"], ["--list", "disagreements"], ["--list", "others", "--limit", "1"]))
    for p in ask("prompts").get("versions", [])[:3]:
        yield from (["prompts", *words] for words in ([p["prompt"] or ""], [p["prompt"] or "", "--json"], [p["prompt"] or "", p["version"] or "", "--text"]) if "\0" not in "".join(words))
    for d in some([r.get("dataset") for r in ask("runs").get("runs", [])], 2):
        yield from (["runs", "--dataset", d, *form] for form in ([], ["--json"], ["--markdown"]))


def no_constant(name):
    raise ValueError("%s is no JSON" % name)


def readable(words, out):
    """What is wrong with output as those read it whom it is for."""
    if "--json" in words:
        json.loads(out, parse_constant=no_constant)
    elif "--junit" in words:
        xml.dom.minidom.parseString(out)
    elif "--csv" in words:
        csv.field_size_limit(1 << 30)
        widths = {len(r) for r in csv.reader(io.StringIO(out.decode(), newline=""))}
        if len(widths) > 1:
            raise ValueError("CSV rows of %s columns" % sorted(widths))
    elif "--markdown" in words:
        width = 0
        for line in out.decode().split("\n"):
            cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) if line.startswith("|") else 0
            if cells and width and cells != width:
                raise ValueError("a Markdown row of %d bars under one of %d: %.200s" % (cells, width, line))
            width = cells


def eval_one(words, store, codes=(0, 1, 2, 3, 5)):
    # 1 and 2: not found, and what these runs have none of (--case, --slice, --histogram); 4 would be the store, 98 a hang, 99 the sanitizers
    code, out, err = run(*words, "--store", store)
    what = " ".join(w if len(w) < 80 else w[:77] + "…" for w in words)
    if not check(code in codes, "%s: exit code %d %s" % (what, code, err[-1500:].decode("utf-8", "replace"))):
        return
    check(out or err or words[0] in ("runs", "prompts"), "%s: says nothing" % what)  # a list without rows is none
    check(words[0] == "gate" or code != 5 or words[0] == "compare", "%s: exit code 5" % what)
    for said, data in ((out, {"--json", "--csv", "--junit"}), (err, {"--json"})):  # data keeps its hidden characters; nothing that acts on a terminal
        if data & set(words):
            check(not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]", said), "%s: a control byte" % what)
        else:
            acts(said, what)
    if "--ascii" in words:
        check(not re.search(rb"[^\n\t\x20-\x7e]", out), "%s: not ASCII" % what)
    try:
        if out:
            readable(words, out)
    except Exception as e:  # whatever a reader makes of it
        check(False, "%s: %s: %s" % (what, type(e).__name__, str(e)[:300]))


def eval_pair(store, a, b, R, part=1.0):
    words = list(eval_words(a, b, R)) + list(eval_more(store, a, b, R))
    part = part if deep else 0.3 * part
    if part < 1:
        words = [w for w in words if R.random() < part]
    many(lambda w: eval_one(w, store), words)
    return len(words)


GATE_FILES = [b"", b"\0", b"\0" * 100000, b"null", b"[]", b"{}", b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"{\r\n// comment\r\n\"pass_rate\": \"85%\"\r\n}\r\n", b"{\"pass_rate\": \"85%\"\0}",
              b'{"pass_rate": "\\u001b[31m"}', b'{"\\u001b[31m\\u202e": 1}', b'{"pass_rate": NaN}', b'{"pass_rate": 1e999}', b'{"pass_rate": -0}', b'{"min_cases": 1e300}', b'{"min_cases": -1}',
              b'{"min_cases": 9223372036854775808}', b'{"volume": 0, "tasks": 0}', b'{"pass_rate": "85%", "pass_rate": "1%"}', b'{"max_age": "99999999999999999999d"}', b"[" * 200000, b'{"a":' * 200000,
              b'{"scores": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001, b"//" * 1000000, b"// " + b"x" * 3000000, b"{" + b" " * 3000000 + b"}", b'{"baseline": "' + b"x" * 3000000 + b'"}',
              b'{"tolerate": [' + b'"x",' * 200000 + b'"y"]}', b'{"allow": [' + b'{"case":"12345678","reason":"r","until":"2030-12-31"},' * 20000 + b'{"case":"","reason":""}]}',
              b'{"allow": [{"case":"case-1","reason":"\\u001b[31m\\n|","until":"2030-02-31"}]}', b'{"slices": [{"field":"\\u001b]0;x\\u0007","value":"\\u202e","pass_rate":1}]}',
              b'{"slices": [{"field":"field"}], "must_pass": [{"where":"((((", "name":"\\u0000"}]}', b'{"must_pass": [{"where":"' + b"(" * 100000 + b'"}]}',
              b'{"must_pass": [{"where":"title~' + b"x" * 100000 + b'"}]}', b'{"scores": {"\\u001b[31m": {"min": 1e308, "max": -1e308, "max_drop": -1, "better": "up"}}}', b"{\xff\xfe}", b"{\"a\": \"\xed\xa0\x80\"}"]


def gate_files(store, a, b, R):
    example = run("gate", "--print-file")[1]
    kinds = GATE_FILES + [example, example[:len(example) // 2], example * 2, R.randbytes(5000)]
    for _ in range(1000 if deep else 20 if san else 60):  # the example with some bytes changed, taken out or doubled
        data = bytearray(example)
        for _ in range(R.randint(1, 8)):
            k, n = R.randrange(len(data)), R.randint(1, 20)
            data[k:k + R.choice([0, 1, n])] = R.choice([b"", R.randbytes(n), data[k:k + n] * 2, b"1e999", b"{", b"]", b'"', b"\0", b"-"])
        kinds.append(bytes(data))

    def one(k):
        path = os.path.join(work, "gate-%d" % k)
        with open(path, "wb") as f:
            f.write(kinds[k])
        for form in ([], ["--json"], ["--markdown"], ["--junit"])[:4 if k < len(GATE_FILES) and not san else 1] if k % 4 else (["--junit"],):
            eval_one(["gate", b, "--baseline", a, "--file", path, *form], store)
    many(one, range(len(kinds)))
    for path in (work, "/dev/null", os.path.join(work, "none")):
        eval_one(["gate", b, "--file", path], store, (1, 2, 3, 4, 5))
    return len(kinds)


def evals():
    R, asked = random.Random(seed), 0
    for name, make in MADE_RUNS.items():
        if late():
            break
        store = os.path.join(work, "evals-%s.db" % name)
        paths = [lines("%s-%s.jsonl" % (name, "ab"[b]), make(R, b)) for b in (0, 1)]
        code, out, err = run("import", "--store", store, "--json", *paths)
        check(code in (0, 3), "%s: import: exit code %d %s" % (name, code, err[-600:]))
        acts(run("import", "--store", store, *paths)[1], name + ": import")
        runs = [r["id"] for r in json.loads(run("runs", "--json", "--store", store)[1])["runs"]]
        if check(len(runs) >= 2, "%s: %d runs" % (name, len(runs))):
            asked += eval_pair(store, runs[-1], runs[0], R, 1 if deep else 0.3 if name in ("scores", "big", "shapes") else 0.6)
    store = os.path.join(work, "evals-none.db")  # no runs, runs without cases, one run
    run("import", "--store", store, write("none.json", {"evalId": "eval-0", "results": {"version": 3, "timestamp": "2026-11-20T00:00:00Z", "prompts": [], "stats": {}, "results": []}, "config": {}}))
    asked += eval_pair(store, "eval-0", "eval-0", R)
    store = os.path.join(work, "evals-nothing.db")  # traces, and not one run
    run("import", "--store", store, "tests/data/traces-voice.json.gz")
    asked += eval_pair(store, "a", "b", R)
    store = os.path.join(work, "evals-gate.db")
    run("import", "--store", store, "tests/data/eval-v12.json", "tests/data/eval-v13.json", "tests/data/traces-eval.jsonl")
    runs = [r["id"] for r in json.loads(run("runs", "--json", "--store", store)[1])["runs"]]
    asked += eval_pair(store, runs[1], runs[0], R, 0.3)
    asked += gate_files(store, runs[1], runs[0], R)
    if have_corpus():
        asked += evals_of_corpus(R)
    print("evals: %d commands" % asked)


def evals_of_corpus(R):
    store, asked = os.path.join(work, "evals-corpus.db"), 0
    run("import", "--store", store, corpus + "/evals", *(glob.glob(made + "/*.jsonl") + glob.glob(made + "/*.eval")))
    by = collections.defaultdict(list)
    for r in json.loads(run("runs", "--json", "--store", store)[1])["runs"]:
        by[r.get("dataset")].append(r["id"])
    for ids in by.values():
        for a, b in list(zip(ids, ids[1:]))[:2 if san and not deep else 5] or [(ids[0], ids[0])]:
            if not late():
                asked += eval_pair(store, a, b, R, 1 if deep else 0.02 if san else 0.05)
    return asked


try:
    print("seed %d" % seed)
    for part in parts:
        {"files": files, "cuts": cuts, "numbers": numbers, "strings": strings, "print": print_, "forests": forests, "evals": evals}[part]()
finally:
    shutil.rmtree(work, ignore_errors=True)
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
