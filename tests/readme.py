#!/usr/bin/env python3
"""The generated parts of the README, from the program: readme.py [--check] SPOOR. Its pictures: pictures.py.

Between the lines `<!-- NAME -->` and `<!-- /NAME -->` stands what SPOOR prints (keys, commands, formats), what make coverage wrote, or the last
table of make bench. --check changes nothing and fails
when a part is stale."""
import re, subprocess, sys

args = [a for a in sys.argv[1:] if a != "--check"]
spoor = args[0] if args else "build/release/spoor"


def printed(*words):
    return subprocess.run([spoor, *words], capture_output=True, text=True, check=True).stdout.rstrip("\n").split("\n")


def written(path):
    """What make coverage and make bench wrote."""
    with open(path, encoding="utf-8") as f:
        return f.read().rstrip("\n").split("\n")


def commands():
    lines = printed("help")
    at = lines.index("Commands")
    return [line[2:] if line.startswith("  ") else line for line in lines[at + 1:lines.index("", at)]]


parts = {"keys": printed("help", "keys"),
         "commands": commands(), "formats": printed("formats"), "coverage": written("tests/coverage.txt"),
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
