#!/usr/bin/env python3
"""Exports traces as OTLP JSON, imports that into a new store, and compares `spoor trace ID --json` of both: they must say the same but for
the source. roundtrip.py NAME MOST FILE…: at most MOST traces of these files. Prints "NAME: N traces came back the same", or what differs."""
import json, math, os, subprocess, sys, tempfile


def spoor(*args, store):
    return subprocess.run(["spoor", *args, "--store", store], capture_output=True, check=False)


def trace(store, name):
    got = spoor("trace", name, "--json", store=store)
    if got.returncode:
        return {"error": got.stderr.decode()}
    value = json.loads(got.stdout)
    value.pop("source")
    return value


def differences(a, b, path):
    numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(set(a) | set(b)):
            yield from differences(a.get(key), b.get(key), f"{path}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{path}[{i}]")
    elif not (numbers and math.isclose(a, b, rel_tol=1e-12)) and (a != b or type(a) != type(b)):
        yield f"{path}: {a!r:.200} became {b!r:.200}"


def main():
    name, most, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory() as work:
        before, after, out = f"{work}/a.db", f"{work}/b.db", f"{work}/out"
        os.mkdir(out)
        spoor("import", "--no-checks", *files, store=before)
        ids = [t["id"] for t in json.loads(spoor("traces", "--json", "--limit", most, store=before).stdout)["traces"]]
        for i, one in enumerate(ids):
            with open(f"{out}/{i}.json", "wb") as f:
                f.write(spoor("trace", one, "--otlp", store=before).stdout)
        spoor("import", "--no-checks", out, store=after)
        spans = wrong = 0
        for one in ids:
            a, b = trace(before, one), trace(after, one)
            spans += len(a["spans"])
            for text in list(differences(a, b, ""))[:3]:
                print(f"{name}: {one}{text}")
                wrong += 1
        if not wrong:
            print(f"{name}: {len(ids)} traces came back the same" if ids and spans else f"{name}: nothing to export")


main()
