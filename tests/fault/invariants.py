#!/usr/bin/env python3
"""What must hold of a store after any fault, and the ordered export that two equal stores share.

    invariants.py STORE...    prints what is wrong with each, and the SHA-256 of its export
    invariants.py --test      breaks a sound store in every way the checks are for, and sees each found

I1: SQLite's own checks, FTS5's, and that every trace has the rows it says. I2, I3: export() of two stores compared, without row
numbers, so without the order things came in. I4: check_events(). The store is looked at in a copy: a look recovers the log, and
that is the next program's to do."""
import ctypes, ctypes.util, hashlib, os, shutil, sqlite3, sys, tempfile

zstd = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
zstd.ZSTD_decompress.restype = ctypes.c_size_t
zstd.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]

# Columns that are row numbers of the store itself, or when and where a thing was read; and tables that are told in another way.
NUMBERS = {"id", "pos", "first", "loose", "mtime_ns", "searched"}
NOT_TOLD = {"meta", "word", "block", "frame_tail", "garbage", "sqlite_sequence"}
WORDS = {"name", "session", "user", "service", "model", "provider", "trace_name", "dataset", "judge", "author", "tag"}
# What a source's reading leaves besides its content.
OF_READING = {"source", "problem"}


class Broken(Exception):
    pass


def expand(data, size):
    out = ctypes.create_string_buffer(size)
    if zstd.ZSTD_decompress(out, size, data, len(data)) != size:
        raise Broken("a block is not what it says")
    return out.raw


def varints(data, at, n):
    found = []
    for _ in range(n):
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        found.append(value)
    return found, at


def signed(value):
    return ~(value >> 1) if value & 1 else value >> 1


def blocks(db):
    """(number, (type and slot, record, line, offset), frame, bytes) of each raw record: store/block.h."""
    for first, n, size, data in db.execute("SELECT first, n, raw_bytes, data FROM block ORDER BY first"):
        block = expand(data, size)
        at = heads = size - 4 - int.from_bytes(block[-4:], "little")
        body = record = line = offset = 0
        for i in range(n):
            (kind, frame, *changes, length), at = varints(block, at, 6)
            record, line, offset = (was + signed(change) for was, change in zip((record, line, offset), changes))
            yield first + i, (kind, record, line, offset), first + i - frame if frame else 0, block[body:body + length]
            body += length
            offset += length
        if body != heads or at != size - 4:
            raise Broken(f"block {first} is not as long as its records")


def digest_text(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def entries(db):
    """A function: number -> digest of that raw record, with the frames around it."""
    raw = {}
    for number, head, frame, data in blocks(db):
        if number in raw:
            raise Broken(f"record {number} is there twice")
        raw[number] = (head, frame, data)
    tails = dict(db.execute("SELECT frame, tail FROM frame_tail"))
    known = {0: ""}

    def digest(number):
        if number in known:
            return known[number]
        if number not in raw:
            raise Broken(f"record {number} is not in any block")
        head, frame, data = raw[number]
        if not data:
            raise Broken(f"record {number} has lost its bytes")
        known[number] = digest_text(head, data, digest(frame), digest(tails.get(number, 0)))
        return known[number]

    return digest


def bare(db):
    """number -> (the record's number in its source, digest) of each raw record, without what is around it."""
    return {number: (head[1], digest_text(head, data)) for number, head, _, data in blocks(db) if data}


def words_of(packed, words, prompts):
    """trace.words in words: store/trace_words.h."""
    at, found = 1, [packed[0]]
    for kind in range(6):
        (n,), at = varints(packed, at, 1)
        changes, at = varints(packed, at, n)
        numbers = [sum(changes[:i + 1]) for i in range(n)]
        found.append(sorted(numbers) if kind == 0 else sorted(str((prompts if kind == 5 else words).get(i)) for i in numbers))
    if at != len(packed):
        raise Broken("a trace's words are not as long as they say")
    return found


FACTS = {
    "span": "SELECT hex(t.key), s.key, s.record FROM (SELECT trace, key, record FROM span WHERE NOT flags & 16 UNION SELECT trace, key, record FROM span_loose"
            " UNION SELECT trace, key, record FROM span_other) s JOIN trace t ON t.id = s.trace",
    "said": "SELECT hex(t.key), s.hash, s.record FROM trace_said s JOIN trace t ON t.id = s.trace",
    "score": "SELECT hex(t.key) || ifnull(s.span, ''), (SELECT text FROM word WHERE id = s.name) || quote(s.value) || quote(s.label), s.record FROM score s JOIN trace t ON t.id = s.trace",
    "case": "SELECT hex(r.key), c.status || quote(c.title), c.record FROM (SELECT run, status, title, record FROM case_result WHERE ifnull(parts, 0) < 2"
            " UNION ALL SELECT run, status, title, record FROM case_part) c JOIN run r ON r.id = c.run",
    "case score": "SELECT hex(r.key), (SELECT text FROM word WHERE id = s.name) || s.n || quote(s.value), s.record FROM"
                  " (SELECT s.*, c.record FROM case_score s JOIN case_result c ON c.run = s.run AND c.case_id = s.case_id AND c.repeat = s.repeat"
                  " AND ifnull(c.parts, 0) < 2 UNION ALL SELECT s.run, s.case_id, s.repeat, s.name, s.n, s.value, s.label, s.pass, s.threshold, s.from_,"
                  " s.judge, c.record FROM case_part_score s JOIN case_part c ON c.run = s.run AND c.case_id = s.case_id AND c.repeat = s.repeat"
                  " AND c.hash = s.hash AND c.source = s.source) s JOIN run r ON r.id = s.run",
}


def facts(db, up_to=None):
    """What the first up_to records of a source said, without what is made of it when the source has ended (trees, sums, places of
    repeats)."""
    records = bare(db)
    lines = []
    for what, sql in FACTS.items():
        for of, said, record in db.execute(sql):
            if record not in records:
                raise Broken(f"record {record} of a {what} is not in any block")
            in_source, digest = records[record]
            if up_to is None or in_source <= up_to:
                lines.append(f"{what} {of} {said} {digest}")
    lines.sort()
    return lines


def tables(db):
    rows = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    return sorted(n for (n,) in rows if not n.startswith("search") and n not in NOT_TOLD)


def export(db, without=(), without_columns=()):
    """Every row of what the store means, sorted: names for numbers, records by their bytes."""
    names = {
        "word": dict(db.execute("SELECT id, text FROM word")),
        "trace": dict(db.execute("SELECT id, hex(key) FROM trace")),
        "run": dict(db.execute("SELECT id, hex(key) FROM run")),
        "case": dict(db.execute("SELECT id, text FROM case_key")),
        "source": {i: repr(path) for i, path in db.execute("SELECT id, path FROM source")},
    }
    names["prompt"] = {i: f"{names['word'].get(n)} {v} {h}" for i, n, v, h in db.execute("SELECT id, name, version, hex(hash) FROM prompt")}
    of_column = {"trace": "trace", "run": "run", "case_id": "case", "base": "case", "source": "source", "seen": "source", "prompt": "prompt"}
    of_column.update(dict.fromkeys(WORDS, "word"))
    record = entries(db)
    lines = []
    for table in tables(db):
        if table in without:
            continue
        columns = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
        for row in db.execute(f'SELECT * FROM "{table}"'):
            told = []
            for column, value in zip(columns, row):
                if column in without_columns or (column in NUMBERS and not (table == "span" and column == "id")):
                    continue
                if isinstance(value, int) and value and column in ("record", "said") and table != "problem":
                    value = record(value)
                elif isinstance(value, int) and value and column in of_column:
                    kind = of_column[column]
                    if value not in names[kind]:
                        raise Broken(f"{table}.{column} {value}: there is no such {kind}")
                    value = names[kind][value]
                elif column == "words" and value:
                    value = words_of(value, names["word"], names["prompt"])
                told.append(value)
            lines.append(f"{table} {told!r}")
    lines.sort()
    return lines


def digest_of(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def copy_of(store, to):
    """The store and its log, without the index of the log: as a process would find them after a restart."""
    place = os.path.join(to, "look.db")
    for end in ("", "-wal", "-shm", "-journal"):
        if os.path.exists(place + end):
            os.unlink(place + end)
        if end != "-shm" and os.path.exists(store + end):
            shutil.copyfile(store + end, place + end)
    return place


def look(store, to):
    db = sqlite3.connect(copy_of(store, to), isolation_level=None)
    db.execute("PRAGMA synchronous=OFF")
    return db


def is_made(db):
    return db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] > 0


SHAPE = {
    "a trace has other rows than it says":
        "SELECT count(*) FROM trace t WHERE t.n <> (SELECT count(*) FROM span WHERE pos >= t.first AND pos < t.first + t.n AND trace = t.id)",
    "a trace has other loose rows than it says":
        "SELECT count(*) FROM trace t WHERE t.loose < (SELECT count(*) FROM span_loose l WHERE l.trace = t.id)",
    "span rows belong to nobody":
        "SELECT count(*) FROM span s WHERE NOT EXISTS (SELECT 1 FROM trace t WHERE t.id = s.trace AND s.pos >= t.first AND s.pos < t.first + t.n)"
        " AND NOT EXISTS (SELECT 1 FROM garbage g WHERE s.pos >= g.first AND s.pos < g.first + g.n)",
    "a trace counts its spans wrongly":
        "SELECT count(*) FROM trace t WHERE t.spans <> (SELECT count(*) FROM span s WHERE s.pos >= t.first AND s.pos < t.first + t.n AND NOT s.flags & 16)",
    "the histogram counts other spans than there are":
        "SELECT (SELECT total(n) FROM hist) <> (SELECT count(*) FROM span s JOIN trace t ON t.id = s.trace AND s.pos >= t.first AND s.pos < t.first + t.n"
        " WHERE s.duration_ns IS NOT NULL AND NOT s.flags & 16)",
    "the histogram of tokens counts other spans than there are":
        "SELECT (SELECT total(n) FROM hist_usage WHERE what = 1) <> (SELECT count(*) FROM span s JOIN trace t ON t.id = s.trace AND s.pos >= t.first"
        " AND s.pos < t.first + t.n WHERE ifnull(s.tokens_in, s.tokens_out) IS NOT NULL AND NOT s.flags & 16)",
    "the histogram of costs counts other spans than there are":
        "SELECT (SELECT total(n) FROM hist_usage WHERE what = 2) <> (SELECT count(*) FROM span s JOIN trace t ON t.id = s.trace AND s.pos >= t.first"
        " AND s.pos < t.first + t.n WHERE s.cost_usd >= 0 AND NOT s.flags & 16)",
    "a score hangs on nothing": "SELECT count(*) FROM score WHERE trace NOT IN (SELECT id FROM trace)",
    "a case belongs to no run": "SELECT count(*) FROM case_result WHERE run NOT IN (SELECT id FROM run)",
    "a score belongs to no case":
        "SELECT count(*) FROM case_score s WHERE NOT EXISTS (SELECT 1 FROM case_result c WHERE c.run = s.run AND c.case_id = s.case_id AND c.repeat = s.repeat)",
    "a case has other parts than it says":
        "SELECT count(*) FROM case_result c WHERE (SELECT count(*) FROM case_part p WHERE p.run = c.run AND p.case_id = c.case_id AND p.repeat = c.repeat)"
        " <> CASE WHEN c.parts > 1 THEN c.parts ELSE 0 END",
    "a part belongs to no case":
        "SELECT count(*) FROM case_part p WHERE NOT EXISTS (SELECT 1 FROM case_result c WHERE p.run = c.run AND p.case_id = c.case_id AND p.repeat = c.repeat)",
    "a part's score belongs to no part":
        "SELECT count(*) FROM case_part_score s WHERE NOT EXISTS (SELECT 1 FROM case_part p WHERE p.run = s.run AND p.case_id = s.case_id"
        " AND p.repeat = s.repeat AND p.hash = s.hash AND p.source = s.source)",
    "a source tells of no run": "SELECT count(*) FROM run_source WHERE run NOT IN (SELECT id FROM run) OR source NOT IN (SELECT id FROM source)",
    "a run counts its cases wrongly":
        "SELECT count(*) FROM run r WHERE NOT r.dirty AND r.cases <> (SELECT count(*) FROM case_result c WHERE c.run = r.id)",
}


def check(db, references=True):
    """I1. A list of what is wrong. references: every number names something (a whole export's work)."""
    wrong = []
    try:
        wrong += [f"integrity_check: {line}" for (line,) in db.execute("PRAGMA integrity_check") if line != "ok"]
        wrong += [f"foreign_key_check: {row}" for row in db.execute("PRAGMA foreign_key_check")]
        if not is_made(db):
            return wrong
        for what, sql in SHAPE.items():
            if db.execute(sql).fetchone()[0]:
                wrong.append(what)
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'").fetchall():
            db.execute(f'INSERT INTO "{name}"("{name}") VALUES(\'integrity-check\')')
        if references:
            export(db)
    except (sqlite3.Error, Broken, IndexError) as e:
        wrong.append(str(e))
    return wrong


def sources(db):
    """(path, state, bytes, records) of each: state 0 being read, 1 whole, 2 stopped."""
    return db.execute("SELECT path, state, bytes, records FROM source ORDER BY id").fetchall() if is_made(db) else []


def check_events(db, said):
    """I4: the verdicts a program said it had stored that are not there."""
    have = {e for (e,) in db.execute("SELECT lower(hex(event)) FROM annotation")} if is_made(db) else set()
    return [f"verdict {e} was acknowledged and is gone" for e in said if e not in have]


# ---- the checks themselves

BREAKS = {
    "a page spoilt": None,
    "a span gone": "DELETE FROM span WHERE pos = (SELECT max(pos) FROM span)",
    "a span too many": "INSERT INTO span SELECT (SELECT max(pos) + 7 FROM span), trace, key + 1, id, parent, up, depth, size, flags, name, kind, status, start_ns,"
                       " duration_ns, self_ns, first_token_ns, model, provider, prompt, session, user, service, trace_name, tokens_in, tokens_out, tokens_cached,"
                       " tokens_reasoning, cost_usd, sub_tokens, sub_cost, sub_errors, rep_n, rep_len, input_hash, output_hash, message, record, hash, source, tokens_cache_write"
                       " FROM span LIMIT 1",
    "a loose span nobody counts": "INSERT INTO span_loose(trace, key, hash, flags, kind, status, record, source) SELECT id, 1, 1, 0, 0, 0, 0, source FROM trace LIMIT 1",
    "a count": "UPDATE trace SET spans = spans + 1 WHERE id = 1",
    "the histogram": "UPDATE hist SET n = n + 1 WHERE name = (SELECT min(name) FROM hist)",
    "the histogram of tokens": "UPDATE hist_usage SET n = n + 1 WHERE what = 1 AND name = (SELECT min(name) FROM hist_usage WHERE what = 1)",
    "a block gone": "DELETE FROM block WHERE first = (SELECT min(first) FROM block)",
    "a word gone": "DELETE FROM word WHERE id = (SELECT name FROM span LIMIT 1)",
    "a run's cases": "DELETE FROM case_result WHERE case_id = (SELECT min(case_id) FROM case_result)",
    "a score of nothing": "UPDATE score SET trace = 99999 WHERE id = 1",
}
CHANGES = {
    "a name": "UPDATE span SET name = (SELECT max(id) FROM word) WHERE pos = (SELECT min(pos) FROM span)",
    "a duration": "UPDATE span SET duration_ns = duration_ns + 1 WHERE pos = (SELECT min(pos) FROM span)",
    "a score": "UPDATE score SET value = value + 0.5 WHERE id = 1",
    "a case's verdict": "UPDATE case_result SET status = 1 - status WHERE case_id = (SELECT min(case_id) FROM case_result)",
    "how far a source was read": "UPDATE source SET bytes = bytes - 1 WHERE id = 1",
    "the record of a span": "UPDATE span SET record = record + 1 WHERE pos = (SELECT min(pos) FROM span)",
    "a problem": "DELETE FROM problem",
}


def test(program):
    import subprocess
    passed, wrong = 0, []
    with tempfile.TemporaryDirectory() as room:
        good = os.path.join(room, "good.db")
        subprocess.run([program, "import", "--store", good, "tests/data/traces-agent.jsonl", "tests/data/eval-v12.json"], capture_output=True, check=True)
        with sqlite3.connect(good) as db:
            db.execute("PRAGMA journal_mode=DELETE")
        db.close()
        db = look(good, room)
        found, sound = check(db), digest_of(export(db))
        if found:
            wrong.append(f"a sound store: {found}")
        for name, sql in {**BREAKS, **CHANGES}.items():
            db.close()
            bad = shutil.copyfile(good, os.path.join(room, "bad.db"))
            if sql is None:
                with open(bad, "r+b") as f:
                    f.seek(-40000, 2)
                    f.write(b"Z" * 20000)
            else:
                with sqlite3.connect(bad) as spoil:
                    spoil.execute(sql)
                spoil.close()
            db = look(bad, room)
            found = check(db)
            seen = bool(found) if name in BREAKS else digest_of(export(db)) != sound
            passed += seen
            if not seen:
                wrong.append(f"not seen: {name}")
        if not check_events(db, ["00" * 16]):
            wrong.append("a verdict that is gone was not missed")
        db.close()
    print("\n".join(wrong))
    print(f"{passed} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--test"]:
        sys.exit(test(os.environ.get("SPOOR_BUILD", "build/release") + "/spoor"))
    with tempfile.TemporaryDirectory() as room:
        for store in sys.argv[1:]:
            db = look(store, room)
            print(store, check(db) or "sound", sources(db), digest_of(export(db)) if is_made(db) else "empty")
