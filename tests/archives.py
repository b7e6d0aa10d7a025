"""Archives for tests/cli/archive.t, good and bad: archives.py FOLDER."""
import io
import os
import sys
import tarfile
import zipfile

data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
os.chdir(sys.argv[1])


def read(name):
    with open(os.path.join(data, name), "rb") as f:
        return f.read()


def write(name, content):
    with open(name, "wb") as f:
        f.write(content)
    return content


def zipped(name, members, how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(name, "w", how) as z:
        for member, content in members:
            z.writestr(zipfile.ZipInfo(member), content, how)
    with open(name, "rb") as f:
        return f.read()


def tarred(name, mode, members):
    with tarfile.open(name, mode) as t:
        for member, content in members:
            info = tarfile.TarInfo(member)
            if isinstance(content, str):
                info.type, info.linkname, content = tarfile.SYMTYPE, content, b""
            info.size = len(content)
            t.addfile(info, io.BytesIO(content))
    with open(name, "rb") as f:
        return f.read()


lines = read("traces-agent.jsonl").splitlines(keepends=True)
few, more, voice = b"".join(lines[:4]), b"".join(lines[:7]), read("traces-voice.json.gz")

good = [("a/few.jsonl", few), ("voice.json.gz", voice), ("README.md", b"# read me"), (".hidden.jsonl", few)]
whole = zipped("good.zip", good)
zipped("grown.zip", [("a/few.jsonl", more), ("voice.json.gz", voice)])
tarred("good.tar", "w", good + [("latest", "a/few.jsonl")])
packed = tarred("good.tar.gz", "w:gz", good)
tarred("good.tar.xz", "w:xz", good)

write("no-directory.zip", whole[:-30])
write("cut.tar.gz", packed[:-2000])
write("bad-crc.tar.gz", packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:])
at = whole.index(b"few.jsonl") + 200
write("bad-member.zip", whole[:at] + bytes(20) + whole[at + 20:])
zipped("nested.zip", [("few.jsonl", few), ("inner.zip", whole)])
zipped("bomb.zip", [("few.jsonl", few), ("bomb.json", b'{"resourceSpans":[' + b" " * (32 << 20) + b"]}"), ("more.jsonl", more)])
zipped("odd.zip", [("../../up.jsonl", few), ("/etc/abs.jsonl", more), ("\x1b[2J\u202e.txt", b"no")])
zipped("none.zip", [("a.txt", b"a"), ("b.txt", b"b")])
zipped("empty.zip", [])
locked = bytearray(zipped("locked.zip", [("secret.jsonl", few), ("voice.json.gz", voice)], zipfile.ZIP_STORED))
locked[6] |= 1
locked[locked.index(b"PK\x01\x02") + 8] |= 1
write("locked.zip", bytes(locked))

os.mkdir("mixed")
write("mixed/few.jsonl", few)
write("mixed/README.md", b"# read me")
write("mixed/pixel.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
write("mixed/empty.json", b"")
write("mixed/old.bz2", b"BZh91AY&SY")
zipped("mixed/good.zip", good)
zipped("mixed/none.zip", [("a.txt", b"a")])
os.mkdir("strangers")
write("strangers/package.json", b'{"name":"x","version":"1.0.0"}')
write("strangers/notes.txt", b"nothing")
