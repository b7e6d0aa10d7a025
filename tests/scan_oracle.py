#!/usr/bin/env python3
"""The scanner against Python's json, value for value, numbers by literal.

    make build/release/tests/scan
    python3 tests/scan_oracle.py [N] [BINARY] [SEED]   N documents (2000), BINARY build/release/tests/scan

Random documents from SEED (20261120; printed), a third of them damaged by a few changed bytes, go to `BINARY --dump PATH`, one a line,
for each code path this machine has (avx2, sse2, plain). Both sides print each document as its types, its strings as hex of
UTF-8 and its numbers as written, or "bad". Prints "N passed, N failed"; exit code 1 on a failure.
Differences by design, not generated or mapped here: NaN and Infinity (Python takes them: bad), a lone surrogate (its text
is U+FFFD), a byte order mark, nesting beyond 1000.
"""
import json, random, subprocess, sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
BINARY = sys.argv[2] if len(sys.argv) > 2 else "build/release/tests/scan"
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20261120
R = random.Random(SEED)


class Number(str):
    pass


def blank():
    return "".join(R.choices(" \t\r", k=R.randint(0, 3))) if R.random() < 0.15 else ""


def escape(char):
    form = R.random()
    if char in '"\\' or ord(char) < 0x20:
        short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        if char in short and form < 0.9:
            return short[char]
    elif char == "/" and form < 0.3:
        return "\\/"
    elif form < 0.8:
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    text = "".join("\\u%02x%02x" % (units[i], units[i + 1]) for i in range(0, len(units), 2))
    return text if form < 0.95 else text[:2] + text[2:].upper().replace("\\U", "\\u")


def string():
    out = []
    for _ in range(R.choice([0, 1, 1, 2, 3, 8])):
        kind = R.random()
        if kind < 0.4:
            out += R.choices("abcdefghijklmnop {}[]:,", k=R.randint(0, 60))
        elif kind < 0.6:
            out += [escape(c) for c in R.choices('"\\/\b\f\n\r\t\0\x1b\x7f', k=R.randint(1, 6))]
        elif kind < 0.8:
            out += [escape(chr(R.choice([R.randint(0x80, 0x7FF), R.randint(0x4E00, 0x9FFF), R.randint(0xE000, 0xFFFF),
                                         R.randint(0x10000, 0x10FFFF)]))) for _ in range(R.randint(1, 20))]
        elif kind < 0.95:
            out.append(json.dumps(json.dumps({"role": "user", "content": "".join(R.choices('a"\\\n', k=9))}))[1:-1])
        else:
            out.append(R.choice(["\\ud800", "\\uDFFF", "\\udc00\\ud800", "\\ud83d\\ud83d\\ude00"]))
    return '"' + "".join(out) + '"'


def number():
    text = R.choice(["", "-"]) + (str(R.randint(1, 10 ** R.randint(1, 30))) if R.random() < 0.8 else "0")
    if R.random() < 0.4:
        text += "." + "".join(R.choices("0123456789", k=R.randint(1, 20)))
    if R.random() < 0.3:
        text += R.choice("eE") + R.choice(["", "+", "-"]) + str(R.randint(0, 400))
    return text


def value(depth):
    kind = R.random()
    if depth and kind < 0.25:
        text = "[" + ",".join(value(depth - 1) for _ in range(R.randint(0, 6))) + blank() + "]"
    elif depth and kind < 0.5:
        items = (blank() + string() + blank() + ":" + value(depth - 1) for _ in range(R.randint(0, 6)))
        text = "{" + ",".join(items) + blank() + "}"
    elif kind < 0.75:
        text = string()
    elif kind < 0.9:
        text = number()
    else:
        text = R.choice(["true", "false", "null"])
    return blank() + text + blank()


def damaged(text):
    data = bytearray(text)
    for _ in range(R.randint(1, 3)):
        at = R.randrange(len(data) + 1)
        change = R.random()
        if change < 0.4:
            data[at:at + 1] = bytes([R.choice(b'"\\,:[]{}0.-eE \x01\xc3\xa9\xed\xa0\xff')])
        elif change < 0.7:
            data[at:at + R.randint(1, 3)] = b""
        else:
            data[at:at] = bytes([R.choice(b'"\\,:[]{}0123.-eEtfnu \x7f\x80')])
    return bytes(data).replace(b"\n", b"\t") or b" "


def refuse(constant):
    raise ValueError(constant)


def dump(v):
    if isinstance(v, Number):
        return " #" + v
    if isinstance(v, str):
        text = "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in v)
        return ' "' + text.encode().hex()
    if isinstance(v, tuple):
        return " {" + "".join(dump(k) + dump(m) for k, m in v) + " }"
    if isinstance(v, list):
        return " [" + "".join(map(dump, v)) + " ]"
    return {None: " null", True: " true", False: " false"}[v]


def expected(document):
    try:
        return dump(json.loads(document.decode("utf-8"), parse_int=Number, parse_float=Number, parse_constant=refuse,
                               object_pairs_hook=tuple))
    except ValueError:
        return " bad"


documents = []
for i in range(N):
    text = value(R.randint(0, 6)).encode()
    documents.append(damaged(text) if i % 3 == 2 else text)
want = [expected(d) for d in documents]
failed, ran = set(), []
for path in ["avx2", "sse2", "plain"]:
    run = subprocess.run([BINARY, "--dump", path], input=b"".join(d + b"\n" for d in documents), stdout=subprocess.PIPE)
    if run.returncode == 3:
        continue
    ran.append(path)
    have = run.stdout.decode().split("\n")[:-1]
    if run.returncode or len(have) != N:
        sys.exit("%s --dump %s: exit code %d, %d lines" % (BINARY, path, run.returncode, len(have)))
    for i in range(N):
        if have[i] != want[i]:
            if len(failed) < 5:
                print("document %d (%s): %r\n  want%s\n  have%s" % (i, path, documents[i], want[i], have[i]))
            failed.add(i)
print("seed %d; paths %s; %d of the documents are bad" % (SEED, " ".join(ran), want.count(" bad")))
print("%d passed, %d failed" % (N - len(failed), len(failed)))
sys.exit(1 if failed or not ran else 0)
