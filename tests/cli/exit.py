"""Exit codes, and what is not said in a pipe, of every command that `spoor help --json` lists. A command whose words are not told of here fails."""
import json, os, sqlite3, subprocess, sys

SPOOR = os.environ.get("SPOOR", "spoor")
T = os.environ["T"]
bad = 0


def run(*words, store=None, shell=None, close=None):
    env = dict(os.environ)
    if store:
        env["SPOOR_STORE"] = store
    if shell:  # "$@" is the command
        return subprocess.run(["bash", "-c", shell, "sh", SPOOR, *words], capture_output=True, env=env, timeout=60, stdin=subprocess.DEVNULL)
    return subprocess.run([SPOOR, *words], capture_output=True, env=env, timeout=60, stdin=subprocess.DEVNULL)


def check(what, have, want):
    global bad
    if have not in (want if isinstance(want, tuple) else (want,)):
        bad += 1
        print(f"{what}: {have} instead of {want}")


TRACE = "d15b07e020261120000000000000b10c"
# Words with which it does its work, its exit code then, words that name nothing, and whether it needs a store.
COMMANDS = {
    "alikes": ([], 1, ["trace:ffffffffffff"], True), "backup": ([f"{T}/backup.db", "--force"], 0, None, True), "checks": ([], 0, ["ffffffffffff"], True),
    "compare": (["v12", "v13"], 0, ["v12", "nosuchrun"], True), "config": ([], 0, None, False), "diff": ([TRACE, TRACE], 0, [TRACE, "ffffffffffff"], True),
    "doctor": ([], 0, None, None), "export": (["reviews"], (0, 1), None, True), "flag": ([f"trace:{TRACE}", "--good", "--dry-run"], 0, ["trace:ffffffffffff", "--good"], True),
    "forget": (["--before", "2001-01-01", "--dry-run"], (0, 1), ["nosuchfile.json"], True), "formats": ([], 0, ["nosuchformat"], False),
    "gate": (["v13", "--baseline", "v12"], (0, 1, 5), ["nosuchrun"], True), "help": ([], 0, None, False), "import": (["tests/data/eval-v12.json"], 0, None, None),
    "judges": ([], 0, None, True), "ledger": ([TRACE], 0, ["ffffffffffff"], True), "log": ([], 0, None, True), "merge": ([f"{T}/other.db", "--dry-run"], (0, 1), None, True),
    "open": (None, 0, None, True), "origins": ([TRACE], 0, ["ffffffffffff"], True), "path": ([TRACE], 0, ["ffffffffffff"], True), "prompts": ([], 0, ["nosuchprompt"], True),
    "review": (["--list"], 0, None, True), "rules": ([], 0, None, False), "run": (["v13"], 0, ["nosuchrun"], True), "runs": ([], 0, ["nosuchrun"], True),
    "samples": (["--json"], 0, None, False), "search": (["refund"], 0, ["nosuchword4711"], True), "session": (["conv-2006414"], 0, ["nosuchsession"], True),
    "sql": (["select 1 as one"], 0, None, True), "stats": ([], 0, None, True), "trace": ([TRACE], 0, ["ffffffffffff"], True), "traces": ([], 0, None, True),
}
# Words with which a command writes into the store it is given, which has to be there.
WRITES = {
    "doctor": [["--index"], ["--compact"]], "flag": [[f"trace:{TRACE}", "--good"]], "forget": [["nosuchfile.json", "--yes"]],
    "review": [[], ["nosuchqueue"], ["--run", "v12"]],
}
# A word that finds nothing is an answer, not a mistake.
FOUND_NOTHING = {"search": (0, 1)}
# Silent on success, so it has nothing that could not be written.
SILENT = set()
with sqlite3.connect(f"{T}/foreign.db") as foreign:
    foreign.executescript("PRAGMA application_id = 7; CREATE TABLE trace (id)")
commands = json.loads(run("help", "--json").stdout)["commands"]
for c in commands:
    name = c["name"]
    if name not in COMMANDS:
        check(f"{name}: a row in tests/cli/exit.py", False, True)
        continue
    words, code, wrong, store = COMMANDS[name]
    check(f"{name} --nosuchoption", run(name, "--nosuchoption").returncode, 2)
    check(f"{name} --help", run(name, "--help").returncode, 0)
    if c["operands"] and not c["operands"].startswith("["):
        check(f"{name} without its operands", run(name).returncode, 2)
    if wrong:
        r = run(name, *wrong)
        check(f"{name} {wrong}", r.returncode, FOUND_NOTHING.get(name, (1, 2) if name in ("formats", "forget") else 1))
    if words is None:
        continue
    r = run(name, *words)
    check(f"{name} {words}: {r.stderr[:200]}", r.returncode, code)
    usual = r.returncode
    check(f"{name} in a pipe: an escape sequence", b"\x1b" in r.stdout + r.stderr, False)
    check(f"{name} in a pipe: a carriage return of a progress line", b"\r" in r.stderr, False)
    if usual == 0 and name not in ("import", "doctor", "backup", "forget", "merge", "flag", "export"):
        check(f"{name} in a pipe: said beside the answer", r.stderr, b"")
    if r.stdout:
        check(f"{name} to a full disk", run(name, *words, shell='"$@" >/dev/full').returncode, 4)
        check(f"{name} to a closed output", run(name, *words, shell='"$@" >&-').returncode, 4)
        r = run(name, *words, shell='"$@" | head -c 1; exit ${PIPESTATUS[0]}')
        check(f"{name} to a reader that goes away", r.returncode, (usual, 141))
        check(f"{name} to a reader that goes away: {r.stderr[:200]}", r.stderr == b"" or name in ("import", "doctor"), True)
    check(f"{name} without standard error", run(name, *words, shell='"$@" 2>&- >/dev/null').returncode, usual)
    if store is True:
        r = run(name, *words, store=f"{T}/nowhere-{name}.db")
        check(f"{name} without a store: {r.stderr[:200]}", r.returncode, 4)
        check(f"{name} without a store: made one", os.path.exists(f"{T}/nowhere-{name}.db"), False)
        r = run(name, *words, store=f"{T}/foreign.db")
        check(f"{name} with a database of another program: {r.stderr[:200]}", r.returncode, 4)
    elif store is False:
        check(f"{name} needs no store", run(name, *words, store=f"{T}/nowhere-{name}.db").returncode, usual)
    if c["name"] in WRITES:
        for words in WRITES[name]:
            r = run(name, *words, store=f"{T}/mistyped-{name}.db")
            check(f"{name} {words} in a store that is not there: {r.stderr[:200]}", (r.returncode, os.path.exists(f"{T}/mistyped-{name}.db")), ((4, False),))
    r = run(name, *words, "--json", "--nosuchoption")
    check(f"{name}: a mistake as JSON", "message" in json.loads(r.stderr)["error"], True)
print(f"{len(commands)} commands", file=sys.stderr)
sys.exit(bad > 0)
