#!/usr/bin/env python3
"""The generated parts of the README, from the program: readme.py [--check] SPOOR. Its pictures: pictures.py.

Between the lines `<!-- NAME -->` and `<!-- /NAME -->` stands what SPOOR prints (keys, commands, topics, settings, links, formats), what
make coverage wrote, or the last table of make bench. --check changes nothing and fails when a part is stale."""
import json, os, re, subprocess, sys

args = [a for a in sys.argv[1:] if a != "--check"]
spoor = args[0] if args else "build/release/spoor"


def printed(*words):
    """As it is for somebody who has no settings yet."""
    env = dict(os.environ, SPOOR_CONFIG="", LC_ALL="C.UTF-8")
    return subprocess.run([spoor, *words], capture_output=True, text=True, check=True, env=env).stdout.rstrip("\n").split("\n")


def written(path):
    """What make coverage and make bench wrote."""
    with open(path, encoding="utf-8") as f:
        return f.read().rstrip("\n").split("\n")


def between(lines, first, last):
    """From behind the line `first` to before the line `last` (None: the end)."""
    at = lines.index(first) + 1
    return lines[at:lines.index(last, at) if last else None]


def commands():
    lines = printed("help")
    return lines[next(i for i, line in enumerate(lines) if line and line[0] != " " and i > 0):lines.index("More")]


def topics():
    return ["%-13s %s" % (t["name"], t["line"]) for t in json.loads("\n".join(printed("help", "--json")))["topics"]]


def settings():
    lines = printed("help", "config")
    return [line[2:] for line in between(lines, "Settings", "A file with all of them")]


parts = {"keys": printed("help", "keys"),
         "commands": commands(), "topics": topics(), "settings": settings(),
         "links": [line[2:] for line in between(printed("help", "links"), "Kinds", None)], "formats": printed("formats"), "coverage": written("tests/coverage.txt"),
         "bench": written("tests/bench/RESULTS.txt")}
with open("README.md", encoding="utf-8") as f:
    old = f.read()
new = old
for name, lines in parts.items():
    block = "<!-- %s -->\n```\n%s\n```\n<!-- /%s -->" % (name, "\n".join(lines).rstrip("\n"), name)
    new, n = re.subn(r"<!-- %s -->.*?<!-- /%s -->" % (name, name), lambda m: block, new, flags=re.S)
    if n != 1:
        sys.exit("README.md: the part %s is there %d times" % (name, n))
if "--check" in sys.argv:
    print("%d passed, %d failed" % ((1, 0) if new == old else (0, 1)))
    sys.exit(0 if new == old else "README.md is stale: make readme")
with open("README.md", "w", encoding="utf-8") as f:
    f.write(new)
