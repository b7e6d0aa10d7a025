#!/usr/bin/env python3
"""Import cost and memory of every format beside OTLP JSON's, in one run: formats.py SPOOR CORPUS [MB] [NAME...]

Of one real file of each format (the first below CORPUS that is given) as many copies are made as give MB megabytes, with other ids
in each, and one of three times as many. A span's CPU time (user and system, all threads) is compared with OTLP JSON's of spans of
the same size, as many to a trace: what a format costs beyond its bytes and its traces. Best of three. Standard library only."""
import hashlib, json, os, re, struct, subprocess, sys, tempfile, time

FILES = [
    ("otlp", "otlp/agent-prism-rag-earnings.json"), ("otlp protobuf", "@protobuf"), ("jaeger", "jaeger/agentevals-k8s.json"),
    ("zipkin", "zipkin/yelp.json"), ("sdk spans", "sdk-spans/strands-adk-live.json"),
    ("any-agent", "any-agent/langchain.json"), ("phoenix", "phoenix/thesis-llm-spans.jsonl"),
    ("langfuse", "langfuse/@largest"), ("langsmith", "langsmith/@largest"), ("mlflow", "mlflow/v2-trace-fixture.json"),
    ("braintrust", "braintrust-sdk/trip.events.json"), ("weave", "weave-sdk/trip.calls.jsonl"),
    ("opik", "opik-sdk/@largest"), ("galileo", "galileo-sdk/trip.ingest.json"),
    ("deepeval", "deepeval-trace/@largest"), ("openai-agents", "openai-agents-sdk/trip.items.jsonl"),
    ("claude-code", "claude-code/ce4f5cd2-88f5-4cd0-a68e-d7b732479832.jsonl"),
    ("codex", "codex/rollout-editing.jsonl"), ("atif", "atif/openhands_hello-world.trajectory.json"),
]
IDS = re.compile(r'("(?:[A-Za-z_.]*(?:[iI][dD]|ID)s?|uuid|parentUuid|leafUuid|dotted_order|parent|session)"\s*:\s*"(?:\\")?)([^"\\]{3,120})((?:\\")?")')
ROUNDS = 3


def path_of(corpus, name):
    folder, file = name.rsplit("/", 1)
    if file == "@largest":
        full = [os.path.join(corpus, folder, f) for f in os.listdir(os.path.join(corpus, folder)) if ".requests." not in f and not f.endswith(".csv")]
        return max(full, key=os.path.getsize)
    return os.path.join(corpus, name)


def copy_of(text, n):
    """Ids keep their length and alphabet: hex stays hex."""
    seen = {}

    def other(value):
        if value not in seen:
            digits = hashlib.sha256(("%d %s" % (n, value)).encode()).hexdigest()
            it = iter(digits * 3)
            seen[value] = re.sub(r"[0-9a-f]", lambda m: next(it), value)
        return seen[value]
    return IDS.sub(lambda m: m.group(1) + other(m.group(2)) + m.group(3), text)


def make(path, text, megabytes):
    with open(path, "w") as out:
        n = 0
        while out.tell() < megabytes * 1e6:
            out.write(copy_of(text, n).rstrip("\n") + "\n")
            n += 1
    return os.path.getsize(path)


# ---- OTLP of any size

def words(n, seed):
    """n characters of text that is not the same in two spans."""
    seed, text, long = seed * 7919 + 1, [], 0
    while long < n:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        text.append("the weather of %x in town %d is fine, " % (seed >> 44, seed >> 52))
        long += len(text[-1])
    return "".join(text)[:n]


def otlp_trace(number, spans, size):
    """One export request. Half of a span's text is its question, half its answer."""
    trace, out = hashlib.md5(b"%d" % number).hexdigest(), []
    for i in range(spans):
        pad, seed = max(8, (size - 640) // 2), number * 1000 + i
        value = lambda role, k: json.dumps([{"role": role, "content": words(pad, 2 * seed + k)}])
        attributes = [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "gpt-4o"), ("gen_ai.usage.input_tokens", 100 + i),
                      ("gen_ai.usage.output_tokens", 20), ("gen_ai.input.messages", value("user", 0)),
                      ("gen_ai.output.messages", value("assistant", 1))]
        span = {"traceId": trace, "spanId": "%016x" % (number * 1000 + i + 1), "name": "step %d" % (i % 7), "kind": 1,
                "startTimeUnixNano": str(1750000000000000000 + number * 10**9 + i * 10**6),
                "endTimeUnixNano": str(1750000000000000000 + number * 10**9 + i * 10**6 + 5 * 10**5)}
        if i:
            span["parentSpanId"] = "%016x" % (number * 1000 + 1)
        span["attributes"] = [{"key": k, "value": {"intValue" if isinstance(v, int) else "stringValue": v}} for k, v in attributes]
        span["status"] = {}
        out.append(span)
    return {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "bench"}}]},
                               "scopeSpans": [{"scope": {"name": "bench"}, "spans": out}]}]}


def make_otlp(path, spans, size, megabytes):
    with open(path, "w") as out:
        n = 0
        while out.tell() < megabytes * 1e6:
            out.write(json.dumps(otlp_trace(n, spans, size), separators=(",", ":")) + "\n")
            n += 1
    return os.path.getsize(path)


# ---- protobuf, as opentelemetry-proto numbers the fields

def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def pairs(number, attributes):
    any_value = lambda v: field(3, v["intValue"]) if "intValue" in v else field(1, v["stringValue"])
    return b"".join(field(number, field(1, a["key"]) + field(2, any_value(a["value"]))) for a in attributes)


def protobuf(request):
    """An ExportTraceServiceRequest; several one after the other are one."""
    out = b""
    for group in request["resourceSpans"]:
        body = field(1, pairs(1, group["resource"]["attributes"]))
        for scope in group["scopeSpans"]:
            spans = b""
            for s in scope["spans"]:
                span = field(1, bytes.fromhex(s["traceId"])) + field(2, bytes.fromhex(s["spanId"]))
                if "parentSpanId" in s:
                    span += field(4, bytes.fromhex(s["parentSpanId"]))
                span += field(5, s["name"]) + field(6, s["kind"])
                for number, key in ((7, "startTimeUnixNano"), (8, "endTimeUnixNano")):
                    span += varint(number << 3 | 1) + struct.pack("<Q", int(s[key]))
                spans += field(2, span + pairs(9, s["attributes"]) + field(15, b""))
            body += field(2, field(1, field(1, scope["scope"]["name"])) + spans)
        out += field(1, body)
    return out


def make_protobuf(path, megabytes):
    """As many spans as make_otlp(path, 20, 2000, megabytes)."""
    with open(path, "wb") as out:
        for n in range(int(megabytes * 1e6 / 40000)):
            out.write(protobuf(otlp_trace(n, 20, 2000)))
    return os.path.getsize(path)


# ---- measuring

def once(spoor, path):
    """In a process of its own, which is small: a child's peak memory is never less than its parent's."""
    began = time.monotonic()
    child = subprocess.Popen([spoor, "import", "--no-index", "--json", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    text = child.stdout.read().decode()
    _, _, usage = os.wait4(child.pid, 0)
    print(json.dumps([time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text]))


def run(spoor, path, store):
    for suffix in ("", "-wal", "-shm", "-lock", "-import"):
        if os.path.exists(store + suffix):
            os.unlink(store + suffix)
    said = subprocess.run([sys.executable, __file__, "--once", spoor, path], env=dict(os.environ, SPOOR_STORE=store),
                          stdout=subprocess.PIPE, check=True).stdout
    wall, cpu, rss, text = json.loads(said)
    number = lambda key: int((re.search(r'"%s"\s*:\s*(\d+)' % key, text) or [0, 0])[1])
    m = re.search(r'"format"\s*:\s*"([^"]*)"', text)
    return {"wall": wall, "cpu": cpu, "rss": rss, "spans": number("spans"), "traces": number("traces"),
            "format": m.group(1) if m else "refused"}


def best(spoor, path, store, rounds=ROUNDS):
    runs = [run(spoor, path, store) for _ in range(rounds)]
    return dict(runs[0], **{key: min(r[key] for r in runs) for key in ("wall", "cpu")})


def row(spoor, corpus, megabytes, folder, name, file):
    """None: not there."""
    path, store = os.path.join(folder, "x.pb" if file == "@protobuf" else "x.json"), os.path.join(folder, "s.db")
    if file == "@protobuf":
        fill = lambda mb: make_protobuf(path, mb)
    elif os.path.isdir(corpus) and os.path.exists(path_of(os.path.join(corpus, "traces"), file)):
        with open(path_of(os.path.join(corpus, "traces"), file), encoding="utf-8") as source:
            text = source.read()
        fill = lambda mb: make(path, text, mb)
    else:
        return None
    size = fill(megabytes)
    got = best(spoor, path, store)
    fill(3 * megabytes)
    rss3 = run(spoor, path, store)["rss"]
    spans, traces = max(1, got["spans"]), max(1, got["traces"])
    per_trace, bytes_each = max(1, round(spans / traces)), 2000 if file == "@protobuf" else size / spans
    like = os.path.join(folder, "like.json")
    make_otlp(like, min(per_trace, 200), int(bytes_each), megabytes)
    same = best(spoor, like, store)
    each, other = got["cpu"] / spans * 1e6, same["cpu"] / max(1, same["spans"]) * 1e6
    return "%-14s %7.1f %9d %8.1f %8.0f %9.1f %9.1f %6.2f %7.1f %7.1f   %s" % (
        name, size / 1e6 / got["wall"], spans / got["wall"], spans / traces, bytes_each, each, other, other / each, got["rss"], rss3,
        got["format"])


def main(spoor, corpus, megabytes="20", *only):
    print("formats, %s MB each, %s; ratio: CPU time of a span of OTLP JSON : this format's, spans alike in size and number a trace\n" % (
        megabytes, time.strftime("%Y-%m-%d")))
    print("%-14s %7s %9s %8s %8s %9s %9s %6s %7s %7s" % ("format", "MB/s", "spans/s", "a trace", "bytes", "CPU us", "OTLP us", "ratio",
                                                         "MiB", "MiB x3"))
    with tempfile.TemporaryDirectory() as folder:
        for name, file in FILES:
            if not only or name in only:
                line = row(spoor, corpus, float(megabytes), folder, name, file)
                print(line or "%-14s skipped: no corpus" % name, flush=True)


if __name__ == "__main__":
    sys.exit(once(*sys.argv[2:]) if sys.argv[1:2] == ["--once"] else main(*sys.argv[1:]))
