#!/usr/bin/env python3
"""D1: a full disk of 12 sizes (a tmpfs of our own; where that is not allowed, every pwrite says ENOSPC from some call on); once there
is room the import comes to its end. D4: 256 MiB of address space for a file of any length, 16 descriptors, a stack of 256 KiB."""
import resource

from fault import *

SIZES_KB = (64, 128, 192, 256, 320, 400, 512, 768, 1024, 1536, 2048, 4096)
ADDRESS_MB, LONG_MB = 256, 1024


class Worker:
    def __init__(self):
        self.room = room = Room()
        self.file = room.file("a.jsonl", otlp_lines(1500, spans=4, text=120))
        self.want = room.undisturbed(self.file)
        room.keep("full")

    def close(self):
        self.room.close()


def may_mount():
    return subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0


def full_disk(w, kb):
    """The store on a small tmpfs inside a mount namespace: import until it is full, look, give it room, import again. What it looks
    like at both moments is copied out."""
    room = w.room
    room.clear()
    disk, seen = os.path.join(room.path, "disk"), os.path.join(room.path, "seen")
    shutil.rmtree(seen, ignore_errors=True)
    os.makedirs(disk, exist_ok=True)
    os.makedirs(seen)
    script = f"""
        mount -t tmpfs -o size={kb}k none '{disk}' || exit 90
        '{PROGRAM}' import --store '{disk}/s.db' '{w.file}'; first=$?
        mkdir '{seen}/1' && cp '{disk}'/* '{seen}/1' 2>/dev/null
        '{PROGRAM}' traces --store '{disk}/s.db' >/dev/null; look=$?
        mount -o remount,size=64m '{disk}' || exit 91
        '{PROGRAM}' import --store '{disk}/s.db' '{w.file}' >/dev/null; second=$?
        mkdir '{seen}/2' && cp '{disk}'/* '{seen}/2'
        echo "$first $look $second"
    """
    r = run(["unshare", "-Urm", "sh", "-c", script], room.env, timeout=120)
    try:
        first, look, second = map(int, r.out.decode().split("\n")[-2].split())
    except (ValueError, IndexError):
        return [f"the script: {r.words()}"]
    wrong = []
    if first not in (0, 4) or (first == 4 and b"spoor: " not in r.err):
        wrong.append(f"on a full disk: exit {first}: {r.err.decode()[-200:]}")
    if look not in (0, 4):
        wrong.append(f"looking at it while the disk is full: exit {look}")
    if second != 0:
        wrong.append(f"once there is room: exit {second}: {r.err.decode()[-200:]}")
    kept = room.store
    for step in ("1", "2"):
        room.store = os.path.join(seen, step, "s.db")
        wrong += [f"{'full' if step == '1' else 'with room'}: {x}" for x in room.wrong_with_store(w.file)]
    if not wrong and invariants.digest_of(room.exported()) != w.want:
        wrong.append("the import that was repeated gives another store than an undisturbed one")
    room.store = kept
    return wrong


def full_from(w, k):
    """The same without a file system of our own."""
    room = w.room
    room.clear()
    server = Server([PROGRAM, "import", w.file], room.env, room.path)
    r = server.order(CALL, what=CALLS["pwrite"], mode=FROM, action=28, k=k)
    server.close()
    wrong = [] if r.code in (0, 4) and not r.hung else [r.words()]
    return wrong + (room.wrong_with_store(w.file) or room.wrong_when_repeated(w.file, w.want))


def limited(what, soft):
    def set_it():
        resource.setrlimit(what, (soft, soft))
    return set_it


def memory_peak(w, mb):
    """Exit code and peak memory of an import of so many MB through a pipe, in ADDRESS_MB of address space."""
    room = w.room
    room.clear()
    piece = otlp_lines(4000, spans=6, traces_of=40, text=600)
    script = ["sh", "-c", f"ulimit -v {ADDRESS_MB * 1024} && exec '{PROGRAM}' import -"]
    p = subprocess.Popen(script, cwd=ROOT, env=room.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        for i in range(max(1, mb * 1_000_000 // len(piece))):
            # Another portion of spans: the ids count on.
            p.stdin.write(piece.replace(b'"traceId":"0000', b'"traceId":"%04x' % (i + 1)))
        p.stdin.close()
    except BrokenPipeError:
        pass
    err = p.stderr.read()
    p.stdout.read()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return p.returncode, usage.ru_maxrss // 1024, err


def little_memory(w, mb):
    code, peak, err = memory_peak(w, mb)
    if code:
        return [f"{mb} MB in {ADDRESS_MB} MiB: exit {code}: {err.decode()[-160:]}"]
    print(f"peak memory of {mb} MB: {peak} MiB")
    return w.room.wrong_with_store(None) if mb < 200 else []


def few_descriptors(w):
    w.room.clear()
    r = run([PROGRAM, "import", w.file], w.room.env, preexec_fn=limited(resource.RLIMIT_NOFILE, 16))
    wrong = [] if r.code in (0, 4) else [r.words()]
    for n in range(3, 16):
        w.room.clear()
        r = run([PROGRAM, "import", w.file], w.room.env, preexec_fn=limited(resource.RLIMIT_NOFILE, n))
        if r.code not in (0, 3, 4) and not (r.code == 127 and n < 5):  # (too few for the loader)
            wrong.append(f"{n} descriptors: {r.words()}")
        wrong += w.room.wrong_with_store(w.file)
    return wrong


def small_stack(w):
    wrong = []
    deep = w.room.file("deep.json", b'{"resourceSpans":' + b"[" * 900 + b"]" * 900 + b"}")
    for kb in (256, 512):
        for words, codes in ((["import", w.file], (0, 4)), (["import", deep], (3, 4)), (["traces"], (0, 4)), (["doctor"], (0, 4))):
            r = run([PROGRAM, *words], w.room.env, preexec_fn=limited(resource.RLIMIT_STACK, kb << 10))
            if r.hung or r.code not in codes:
                wrong.append(f"a stack of {kb} KiB, {words[0]}: {r.words()}")
    return wrong


def little_space(w, mb, words, codes):
    """A command with hardly any address space (the libraries alone take 43 MB): it says so, or works."""
    w.room.put("full")
    r = run(["sh", "-c", f"ulimit -v {mb * 1024} && exec \"$@\"", "sh", PROGRAM, *words], w.room.env)
    return [] if not r.hung and r.code in codes else [r.words()]


def main():
    opts = options(__doc__)
    if SANITIZED:
        print("skipped: a sanitizer needs more than the limits of this row")
        print("0 passed, 0 failed")
        return 0
    cases = []
    if may_mount():
        sizes = [16 * k for k in range(1, 301)] if opts.all else SIZES_KB
        cases += [Case(f"D1 {kb} KiB", full_disk, (kb,)) for kb in sizes]
    else:
        print("no file system of our own is allowed here: pwrite fails instead")
        cases += [Case(f"D1 pwrite {k}", full_from, (k,)) for k in (range(1, 301) if opts.all else range(1, 120, 10))]
    cases += [Case(f"D4 memory {mb} MB", little_memory, (mb,)) for mb in ((16, LONG_MB) if opts.all else (16, 96))]
    cases += [Case("D4 descriptors", few_descriptors), Case("D4 stack", small_stack)]
    cases += [Case(f"D4 space {mb} {words[0]}", little_space, (mb, words, (0, 1, 4))) for mb in (48, 56, 64, 80, 128) for words in (["traces"], ["doctor"], ["import", "tests/data/eval-v12.json"])]
    return do(opts, cases, Worker)


if __name__ == "__main__":
    sys.exit(main())
