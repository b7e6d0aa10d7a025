#!/bin/sh
# Holds the table of who may include whom (README, "How it is built"), and fails on any other arrow, on a cycle between
# files, and on a library used outside the file that owns it. Run from the root of the tree: make layers
set -u
files=$(find store import tui -name '*.[ch]' | sort)
awk '
function layer(f) {
	if (f ~ /^store\/base\//) return "base"
	if (f ~ /^store\/(model|sink|span_row|annotation)\.[ch]$/) return "model"
	if (f ~ /^store\/stat\//) return "stat"
	if (f ~ /^store\/(diff|diff_[a-z]+)\.[ch]$/ || f ~ /^store\/study\//) return "study"
	if (f ~ /^store\/query\//) return "query"
	if (f ~ /^store\/check\//) return "check"
	if (f ~ /^store\/[a-z_]+\.[ch]$/) return "store"
	if (f ~ /^import\/(decode|import|import_private|import_known|import_source|import_report|import_files|import_archive|import_explain|import_map|follow|follow_[a-z]+)\.[ch]$/) return "driver"
	if (f ~ /^import\//) return "import"
	if (f ~ /^tui\/role\.h$/) return "role"
	if (f ~ /^tui\/link\.[ch]$/) return "link"
	if (f ~ /^tui\/link_find\.[ch]$/) return "find"
	if (f ~ /^tui\/(canvas|theme|term|term_[a-z]+|osc52)\.[ch]$/ || f ~ /^tui\/widget\//) return "widget"
	if (f ~ /^tui\/(action|keyed|screen|pane)\.[ch]$/ || f ~ /^tui\/screens\.c$/) return "face"
	if (f ~ /^tui\/saying\.[ch]$/) return "saying"
	if (f ~ /^tui\/settings(_[a-z]+)?\.[ch]$/) return "settings"
	if (f ~ /^tui\/(columns(_[a-z]+)?|start)\.[ch]$/) return "columns"
	if (f ~ /^tui\/screen\//) return "screen"
	if (f ~ /^tui\/cmd\//) return "cmd"
	if (f ~ /^tui\/[a-z0-9_]+\.[ch]$/) return "app"
	return "?"
}
BEGIN {
	# who: whom. A layer always sees itself, unless it is named in "alone".
	may["base"] = ""
	may["model"] = "base"
	may["stat"] = "base"
	may["study"] = "base model stat"
	may["store"] = "base model"
	may["query"] = "base model stat study store"
	may["check"] = "base model query store study"
	may["import"] = "base model"
	may["driver"] = "base model store import check"
	may["role"] = ""
	may["link"] = "base"
	may["find"] = "base model query store link face"
	may["widget"] = "base role face"   # action.h: key codes
	may["face"] = "base role widget"
	may["saying"] = "base model store query"
	may["settings"] = "base"
	may["columns"] = "base model query role settings"
	may["screen"] = "base model query store study check columns saying widget role face link settings"
	may["cmd"] = "base model query store study check columns driver import role link settings find"
	may["app"] = "base model query store study check import driver columns saying role widget face screen cmd link settings find"
	# library header: the files that may include it
	owner["curses.h"] = owner["term.h"] = "tui/term.c tui/term_keys.c tui/term_modes.c"
	owner["sqlite3.h"] = "store/db.c store/db_open.c store/db_copy.c store/db_functions.c store/db_place.c store/db_ask.c"
	owner["cjson/cJSON.h"] = "store/base/json.c"
	owner["unigbrk.h"] = owner["unictype.h"] = owner["unicase.h"] = owner["uninorm.h"] = owner["unistr.h"] = owner["uniwidth.h"] = "store/base/text.c store/base/text_code.c store/base/text_words.c"
	owner["archive.h"] = owner["archive_entry.h"] = "import/archive.c"
	owner["lzma.h"] = "import/reader_private.h"
	owner["zlib.h"] = "import/reader_private.h store/base/pack.c"
	owner["zstd.h"] = "import/reader_private.h store/base/pack.c"
	owner["xxhash.h"] = owner["sha2.h"] = "store/base/hash.c"
	bad = 0
}
function complain(text) { print text; bad++ }
FNR == 1 { me = layer(FILENAME); seen[FILENAME] = me; if (me == "?") complain(FILENAME ": belongs to no layer") }
/^#include/ {
	split($2, part, /[<">]/)
	target = part[2]
	if ($2 ~ /^</) {
		if (target in owner && index(" " owner[target] " ", " " FILENAME " ") == 0)
			complain(FILENAME ":" FNR ": <" target "> belongs to " owner[target])
		next
	}
	if (target ~ /\.inc$/)
		next
	if (target !~ /\//) { complain(FILENAME ":" FNR ": \"" target "\": write includes from the root"); next }
	to = layer(target)
	if (to != me && index(" " may[me] " ", " " to " ") == 0)
		complain(FILENAME ":" FNR ": " me " may not include " to " (" target ")")
	if (me == "screen" && FILENAME !~ /pane_/ && target ~ /^tui\/screen\// && target !~ /pane_/)
		complain(FILENAME ":" FNR ": a screen may not include another screen (" target ")")
	if (me == "screen" && target ~ /^(tui\/term|store\/db)\.h$/ && FILENAME !~ /\.c$/)
		complain(FILENAME ":" FNR ": a screen'"'"'s header may not know " target)
	if (FILENAME ~ /\.h$/) { n[FILENAME]++; edge[FILENAME, n[FILENAME]] = target }
}
# Cycles among headers: depth-first with an explicit stack.
END {
	for (start in n) {
		top = 1; stack[1] = start; at[1] = 0; delete on; on[start] = 1
		while (top) {
			f = stack[top]; at[top]++
			if (at[top] > n[f] || done[f]) { delete on[f]; if (at[top] > n[f]) done[f] = 1; top--; continue }
			t = edge[f, at[top]]
			if (t in on) complain("a cycle of includes: " f " -> " t)
			else if (!done[t]) { top++; stack[top] = t; at[top] = 0; on[t] = 1 }
		}
	}
	printf "layers: %d files, %d wrong\n", length(seen), bad
	exit bad > 0
}' $files || exit 1
# What people said is only ever added to, and in one place: nothing else writes it, nothing at all changes or deletes an event.
wrong=$(grep -nE '(INSERT( OR [A-Z]+)? INTO|REPLACE INTO|UPDATE( OR [A-Z]+)?|DELETE FROM) annotation(_now)?[^a-z_]' $files |
	grep -v '^store/annotate.c:' ; grep -nE '(UPDATE( OR [A-Z]+)?|DELETE FROM|REPLACE INTO) annotation([^a-z_]|$)' store/annotate.c)
[ -z "$wrong" ] || { echo "annotations are written by store/annotate.c alone, and never changed:"; echo "$wrong"; exit 1; }
