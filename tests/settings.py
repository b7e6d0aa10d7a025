#!/usr/bin/env python3
"""Every setting by file, variable, flag and --set: settings.py SPOOR

Walks the rows of `spoor config --json`: what each says of itself holds. By the file, then over it by its variable, then over both by its
own flag and by --set, before and behind the command's name; each time its value and where it comes from are those. No list of settings
here: values are made of what a row says it takes. Closes with 'N passed, N failed'."""
import json, os, subprocess, sys

import kit
from kit import check

spoor = os.path.abspath(sys.argv[1])
work = kit.folder("settings")
base = kit.environment(work)


def run(args, **env):
    return subprocess.run([spoor, *args], env=dict(base, **env), cwd=work, capture_output=True, text=True, timeout=60)


def rows(args=(), before=(), **env):
    done = run([*before, "config", "--json", *args], **env)
    if not check(done.returncode == 0, "config %s: exit %d %s" % ([*before, *args], done.returncode, done.stderr.strip())):
        return {}
    return {r["name"]: r for r in json.loads(done.stdout)["settings"]}


def themes():
    return [t for t in run(["complete", "--shell", "fish", "--", "spoor", "--theme", ""]).stdout.split() if t != "default"]


def values(row):
    """Three of them as text, none the default: of the file, of the variable, of the flag."""
    kind = row["type"]
    if kind == "true or false":
        other = "false" if row["default"] == "true" else "true"
        return [other, other, other]
    if kind == "a file":
        return [work + "/" + n for n in ("file", "variable", "flag")]
    if kind == "a time zone":
        return ["FIL1", "VAR2", "FLG3"]
    if kind == "a theme's name or file":
        return themes()[:3]
    if kind in ("a text", "a command line"):
        return ["cat of file", "cat of variable", "cat of flag"]
    words = kind.replace(" or ", ", ").split(", ")
    return [words[-1], words[0], words[-1]]


def write(name, value):
    """config.json that says this alone; returns the line it stands in."""
    group, _, member = name.partition(".")
    with open(work + "/c.json", "w", encoding="utf-8") as f:
        f.write("{\n  // one\n  %s\n}\n" % (json.dumps(group) + ": " + json.dumps({member: value} if member else value)))
    return 3


def holds(got, name, value, origin, where):
    row = got.get(name, {})
    said = (row.get("value"), row.get("origin"), row.get("from"))
    check(said == (value, origin, where), "%s: is %s, not %s" % (name, said, (value, origin, where)))


def walk(row):
    name, switch = row["name"], row["type"] == "true or false"
    of_file, of_variable, of_flag = values(row)
    where = "c.json:%d" % write(name, of_file == "true" if switch else of_file)
    env = {"SPOOR_CONFIG": work + "/c.json"}
    holds(rows(**env), name, of_file, "file", where)
    if row["variable"]:
        env[row["variable"]] = "1" if of_variable == "true" else of_variable
        holds(rows(**env), name, of_variable, "variable", "$" + row["variable"])
        if of_variable == "false":  # (NO_COLOR has no such word)
            env[row["variable"]] = "0"
            holds(rows(**env), name, "false", "variable", "$" + row["variable"])
    # A flag says "on": what is below it says "off" then, where that can be said.
    if switch:
        write(name, False)
        env.pop(row["variable"], None)
        if row["variable"] != "NO_COLOR":
            env[row["variable"]] = "0"
    if row["flag"]:
        given = ["--" + row["flag"]] + ([] if switch else [of_flag])
        want = "true" if switch else of_flag
        holds(rows(given, **env), name, want, "flag", "--" + row["flag"])
        holds(rows((), given, **env), name, want, "flag", "--" + row["flag"])
    for given in (["--set", name + "=" + of_flag], ["--set=" + name + "=" + of_flag]):
        holds(rows(given, **env), name, of_flag, "flag", "--set")
        holds(rows((), given, **env), name, of_flag, "flag", "--set")
    # Nothing behind the =: as if file and variable were silent.
    check(rows(["--set", name + "="], **env).get(name, {}).get("origin") == "default", name + ": --set with nothing is not the default")
    if switch:
        holds(rows(["--set", name], **env), name, "true", "flag", "--set")
        check(run(["config", "--set", name + "=maybe"]).returncode == 2, name + ": --set takes maybe")
    else:
        check(run(["config", "--set", name]).returncode == 2, name + ": --set without a value is taken")


def walk_table(row):
    """What the completion offers behind "columns.": each of it is taken, counts over the file, and leaves the rest of the file."""
    name = row["name"]
    names = run(["complete", "--shell", "fish", "--", "spoor", "--set", name + "."]).stdout.splitlines()
    names = [n.split("\t")[0] for n in names]
    if not check(names, name + ": nothing to --set in it"):
        return
    for way in list(names):
        if way.endswith("."):
            names.remove(way)
            names += [n.split("\t")[0] for n in run(["complete", "--shell", "fish", "--", "spoor", "--set", way]).stdout.splitlines()[:1]]
    for one in names:
        check(one.endswith("=") and one.count("=") == 1, "%s is no setting's name" % one)
        offered = run(["complete", "--shell", "fish", "--", "spoor", "--set", one]).stdout.splitlines()
        value = offered[-1].split("\t")[0][len(one):] if offered and name == "columns" else "" if name == "filters" else None
        way = one[:-1].split(".")[1:]
        if value is None:  # a key that means nothing else
            value = "ß"
        got = rows(["--set", one + value]).get(name, {})
        found = json.loads(json.dumps(got.get("value"))) if got.get("value") else {}
        for part in way:
            found = found.get(part, {}) if isinstance(found, dict) else {}
        check(found == value and got.get("origin") == "flag" and got.get("from") == "--set", "%s%s: %s" % (one, value, got.get("value")))
    check(run(["traces", "--set", names[0].replace("=", "x=1")]).returncode == 2, name + ": a name that is not there is taken")


table = rows()
check(len(table) > 15, "spoor config lists too little")
for row in table.values():
    walk_table(row) if row["type"] == "an object" else walk(row)

# The file keeps what --set does not name, and a mistake in one is told as such, whatever the other says.
write("columns", {"traces": ["name", "spans"], "runs": ["name", "cost"]})
both = rows(["--set", "columns.traces=cost,start"], SPOOR_CONFIG=work + "/c.json").get("columns", {})
check(both.get("value") == {"runs": ["name", "cost"], "traces": "cost,start"} and both.get("from") == "--set, c.json:3", "file and --set together: %s" % both)
for words, said in (("colums.traces=x", "did you mean columns?"), ("columns.traces=nam", "did you mean name?"), ("columns.trace=name", "did you mean traces?"),
                    ("keys.trace.next-eror=e", "did you mean next-error?"), ("keys.trace.next-error=j", "is the key of down"), ("theme=ligt", "did you mean light?"),
                    ("filters.traces=stats:error", "did you mean status?"), ("units.count=exact", "did you mean units.counts?")):
    done = run(["runs", "--set", words], SPOOR_CONFIG="")
    check(done.returncode == 2 and "--set: " in done.stderr and said in done.stderr, "%s: %d %s" % (words, done.returncode, done.stderr.strip()))
    done = run(["--set", words], SPOOR_CONFIG="")
    check(done.returncode == 2 and said in done.stderr, "the explorer with %s: %d %s" % (words, done.returncode, done.stderr.strip()))
kit.finish()
