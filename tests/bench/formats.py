#!/usr/bin/env python3
"""Import speed and memory of every format beside OTLP JSON's, in one run: formats.py SPOOR CORPUS [MB] [NAME...]

Of one real file of each format (the first below CORPUS that is given) as many copies are made as give MB megabytes, with other ids
in each, and one of three times as many: MB/s, ratio to OTLP JSON, peak memory of both. Standard library only."""
import hashlib, os, re, resource, subprocess, sys, tempfile, time

# name: file, how copies follow each other ("lines" as they are, "array" inside a list)
FILES = [
    ("otlp", "otlp/agent-prism-rag-earnings.json"), ("jaeger", "jaeger/agentevals-k8s.json"),
    ("zipkin", "zipkin/yelp.json"), ("sdk spans", "sdk-spans/strands-adk-live.json"),
    ("any-agent", "any-agent/langchain.json"), ("phoenix", "phoenix/thesis-llm-spans.jsonl"),
    ("langfuse", "langfuse/@largest"), ("langsmith", "langsmith/@largest"), ("mlflow", "mlflow/v2-trace-fixture.json"),
    ("braintrust", "braintrust-sdk/trip.events.json"), ("weave", "weave-sdk/trip.calls.jsonl"),
    ("opik", "opik-sdk/@largest"), ("galileo", "galileo-sdk/trip.ingest.json"),
    ("deepeval", "deepeval-trace/@largest"), ("openai-agents", "openai-agents-sdk/trip.items.jsonl"),
    ("claude-code", "claude-code/ce4f5cd2-88f5-4cd0-a68e-d7b732479832.jsonl"),
    ("codex", "codex/rollout-editing.jsonl"), ("atif", "atif/openhands_hello-world.trajectory.json"),
]
IDS = re.compile(r'("(?:[A-Za-z_.]*(?:[iI][dD]|ID)s?|uuid|parentUuid|leafUuid|dotted_order|parent|session)"\s*:\s*")([^"\\]{3,120})"')


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
    return IDS.sub(lambda m: m.group(1) + other(m.group(2)) + '"', text)


def make(path, text, megabytes):
    with open(path, "w") as out:
        n = 0
        while out.tell() < megabytes * 1e6:
            out.write(copy_of(text, n).rstrip("\n") + "\n")
            n += 1
    return os.path.getsize(path)


def run(spoor, path, store):
    for suffix in ("", "-wal", "-shm", "-lock", "-import"):
        if os.path.exists(store + suffix):
            os.unlink(store + suffix)
    began = time.monotonic()
    child = subprocess.Popen([spoor, "import", "--no-index", "--json", path], env=dict(os.environ, SPOOR_STORE=store),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    text = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    return time.monotonic() - began, usage.ru_maxrss / 1024, text


def main(spoor, corpus, megabytes="20", *only):
    base = None
    print("%-14s %8s %8s %6s %9s %9s %8s %8s" % ("format", "MB", "MB/s", "ratio", "spans/s", "traces/s", "RSS MiB", "RSS x3"))
    with tempfile.TemporaryDirectory() as folder:
        path, store = os.path.join(folder, "x.json"), os.path.join(folder, "s.db")
        for name, file in FILES:
            if only and name not in only and name != "otlp":
                continue
            source = path_of(os.path.join(corpus, "traces"), file)
            text = open(source, encoding="utf-8").read()
            size = make(path, text, float(megabytes))
            took, rss, said = run(spoor, path, store)
            m = re.search(r'"format"\s*:\s*"([^"]*)"', said)
            speed = size / 1e6 / took
            base = base or speed
            make(path, text, 3 * float(megabytes))
            _, rss3, _ = run(spoor, path, store)
            spans, traces = (int((re.search(r'"%s"\s*:\s*(\d+)' % key, said) or [0, 0])[1]) for key in ("spans", "traces"))
            print("%-14s %8.1f %8.1f %6.2f %9.0f %9.0f %8.1f %8.1f   %s" % (name, size / 1e6, speed, speed / base, spans / took, traces / took, rss, rss3, m.group(1) if m else "refused"), flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
