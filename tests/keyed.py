#!/usr/bin/env python3
"""Sentences name keys through tui/keyed.h ("{u} takes it back"), so that they hold after keys were rebound. This reads the sources of the
explorer and fails on a text of it that names a key as it stands. Run from the root of the tree."""
import pathlib
import re
import sys

# Keys that cannot be rebound: of the line at the bottom, of the editor; the letter after `copy` and after marks. Or names of keys as such.
FIXED = {"action.c", "editor.c", "editor_draw.c", "editor_keys.c", "handoff.c", "handoff.h", "mouse.c", "prompt.c", "rebind.c", "role.h",
         "settings.c", "settings_help.c", "term_keys.c", "write.c"}
NAMED = r"(?:Enter|Esc|S-Tab|Tab|Space|PgUp|PgDn|Home|End|F1|Ctrl[-+]\w|\^[A-Z_])"
LETTER = r"[A-Za-z?/&*!@;,.<>=+~'\]\[}{#-]"
DOES = (r"(?:adds|again|answers|asks|begins|changes|chooses|clears|comes|compares|copies|does|drops|ends|folds|follows|goes|judges?|keeps|"
        r"leaves|lists|makes|marks|opens|reads|reviews|says|searches|sets|shows|skips|stops|takes|tells|undoes|unfolds|writes|is pressed|"
        r"good|bad|unsure|to (?:ask|go|see|show))")
RULES = [re.compile(rule) for rule in (
    r"(?<![\w{.])" + NAMED + r"(?![\w}-])",
    r"(?<![\w%{.'\"\\-])(?!(?:a (?:bad|good|judge)|[AB] (?:judge|shows))\b)" + LETTER + " " + DOES + r"\b",     # u takes it back
    r"\([b-zC-Z?/&!;.<>=]\)",                                # too large: (t)
    r"(?<![\w'])[a-zC-Z/&]:(?= [a-z])",                      # t: its trace
    r"\b(?:[Pp]ress|key) " + LETTER + r"(?![\w{])",
    r"\b(?:as|what|with) [b-zC-Z](?=$|[ ,.;:)])",
)]
# What looks like it and is none: of the whole text, with the reason.
MEANT = {
    r"copy of %zu marked: v answers  p titles  i ids  l links  c command lines": "the letter after y is no action's",
    r"nothing copied: v answers  p titles  i ids  l links  c command lines": "the same",
    r"copy, then v: the value, p: its path, i: its id, c: the command line, l: a link": "the same",
    r"; %s %g (t): ": "t marks the threshold in the picture",
    r"off this list? (y) ": "an answer to be typed",
}
CONVERSION = re.compile(r"%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j)?[a-zA-Z]")
KEY = re.compile(r"\{(?:[^{} ]+|\}|\{)\}")
TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|'(?:[^'\\\n]|\\.)+'|"((?:[^"\\\n]|\\.)*)\"""", re.S)


def literals(source):
    """Line and text of each literal of a C file; those that the compiler joins are one."""
    end, text, line = 0, None, 0
    for m in TOKEN.finditer(re.sub(r"^#include.*$", "", source, flags=re.M)):
        if m.group(1) is None:
            continue
        if text is not None and not source[end:m.start()].strip():
            text += m.group(1)
        else:
            if text is not None:
                yield line, text
            text, line = m.group(1), source.count("\n", 0, m.start()) + 1
        end = m.end()
    if text is not None:
        yield line, text


def names_a_key(text):
    if text in MEANT or is_keys(text):
        return None
    plain = CONVERSION.sub("\0", KEY.sub("\0", text))
    return next((m.group() for m in (rule.search(plain) for rule in RULES) if m), None)


def is_keys(text):
    return all(len(word) == 1 or re.fullmatch(NAMED + "|Up|Down|Left|Right", word) for word in text.split())


def main():
    bad = n = 0
    texts, bound = [], set()
    for path in sorted(pathlib.Path("tui").rglob("*.[ch]")):
        if "cmd" in path.parts or path.name in FIXED:
            continue
        for line, text in literals(re.sub(r"^#include[^\n]*$", "", path.read_text(), flags=re.M)):
            texts.append((path, line, text))
            if is_keys(text):
                bound.update(text.split())
    for path, line, text in texts:
        n += 1
        for name in KEY.findall(text):
            key = re.sub(r"^[a-z]+\.(?=.)", "", name[1:-1]).replace("Ctrl+", "^")
            if " " in text and key not in bound:
                print(f"{path}:{line}: no action has {name} by default: {text!r}")
                bad += 1
        key = names_a_key(text)
        if key:
            print(f"{path}:{line}: {key!r} is a key as it stands (tui/keyed.h): {text!r}")
            bad += 1
    print(f"keyed: {n} texts, {bad} wrong")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
