#include "tui/cmd/machine.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/archive.h"
#include "import/prices.h"
#include "import/reader.h"
#include "store/base/file.h"
#include "store/base/pack.h"
#include "store/base/text.h"
#include "store/base/units.h"
#include "store/check/rules.h"
#include "store/db.h"

bool (*cmd_look_at_terminal)(struct terminal_found *out);

static bool look(struct terminal_found *t)
{
	*t = (struct terminal_found){.colors = 0};
	return cmd_look_at_terminal && cmd_look_at_terminal(t);
}

static const char *set(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

/* ---------------------------------------------------------------- versions */

struct library {
	const char *name;
	const char *(*version)(void);
};

static const char *ncurses(void)
{
	static char words[32]; /* "ncurses 6.4.20221231" */
	struct terminal_found t;
	look(&t);
	snprintf(words, sizeof words, "%s", strncmp(t.library, "ncurses ", 8) == 0 ? t.library + 8 : t.library);
	return words;
}

static const char *loaded_archive(void)
{
	const char *v = archive_library(); /* "libarchive 3.6.2" */
	return v ? strncmp(v, "libarchive ", 11) == 0 ? v + 11 : v : "not there: zip and tar are not opened";
}

/* Sorted by name. */
static const struct library libraries[] = {
    {"libarchive",   loaded_archive},
    {"liblzma",      reader_xz     },
    {"libunistring", text_library  },
    {"ncurses",      ncurses       },
    {"sqlite",       db_library    },
    {"zlib",         pack_zlib     },
    {"zstd",         pack_zstd     },
};
enum { N_LIBRARIES = sizeof libraries / sizeof *libraries };

void machine_versions_text(machine_row *row, void *context)
{
	struct buf v = BUF_INIT;
	buf_printf(&v, "%s (", cmd_version);
	for (size_t i = 0; i < N_LIBRARIES; i++)
		buf_printf(&v, "%s%s %s",
		           i == 0   ? ""
		           : i == 3 ? ",\n"
		                    : ", ",
		           libraries[i].name, libraries[i].version());
	buf_add_char(&v, ')');
	struct str rest = buf_str(&v), part;
	for (bool first = true; str_split(&rest, '\n', &part); first = false) {
		struct buf line = BUF_INIT;
		buf_add_str(&line, part);
		row(context, first ? "version" : "", &line);
		buf_done(&line);
	}
	buf_done(&v);
}

/* ---------------------------------------------------------------- paths */

struct place {
	const char *name;
	void (*path)(struct buf *out, const char *name);
	const char *file;
	bool always; /* said also where it is not there */
};

static void rules_file(struct buf *out, const char *name)
{
	(void)name;
	rules_place(out);
}

static void prices_file(struct buf *out, const char *name)
{
	(void)name;
	prices_path(out);
}

static const struct place places[] = {
    {"config",  file_config_path, "",             true },
    {"data",    file_data_path,   "",             true },
    {"state",   file_state_path,  "",             true },
    {"filters", file_config_path, "filters.json", false},
    {"prices",  prices_file,      "",             false},
    {"rules",   rules_file,       "",             false},
    {"themes",  file_config_path, "themes",       false},
};
enum { N_PLACES = sizeof places / sizeof *places };

static const char *store_from(const char *store)
{
	const char *named = set("SPOOR_STORE");
	return named && strcmp(named, store) == 0 ? "$SPOOR_STORE" : NULL;
}

void machine_paths_text(machine_row *row, void *context, const char *store)
{
	struct buf v = BUF_INIT;
	for (size_t i = 0; i < N_PLACES; i++) {
		buf_clear(&v);
		buf_printf(&v, "%-7s ", places[i].name);
		places[i].path(&v, places[i].file);
		char *alone = xstrndup(str_from(buf_str(&v), 8));
		struct stat st;
		bool there = stat(alone, &st) == 0;
		free(alone);
		if (!there && !places[i].always)
			continue;
		if (!there)
			buf_add_cstr(&v, " (not there)");
		else if (st.st_mode & 077)
			buf_printf(&v, " (mode %04o)", (unsigned)(st.st_mode & 07777));
		row(context, i ? "" : "paths", &v);
	}
	if (store_from(store)) {
		buf_clear(&v);
		buf_add_cstr(&v, "the store's is from $SPOOR_STORE");
		row(context, "", &v);
	}
	buf_done(&v);
}

/* ---------------------------------------------------------------- the terminal */

/* What is left after the user's wishes, as the explorer decides it. */
static int colors_used(const struct terminal_found *t)
{
	if (set("NO_COLOR"))
		return 0;
	return t->colors >= 256 ? 256 : t->colors >= 8 ? 8 : 0;
}

static const char *colors_words(const struct terminal_found *t)
{
	switch (colors_used(t)) {
	case 256: return "256 colours";
	case 8: return "8 colours";
	default: return set("NO_COLOR") ? "no colours (NO_COLOR)" : "no colours";
	}
}

static const char *yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

/* A copy goes through what the terminal runs in, which has a say. */
static const char *copies_through(void)
{
	return set("TMUX") ? " through tmux" : set("STY") ? " through screen" : "";
}

void machine_terminal_text(machine_row *row, void *context, int cols)
{
	struct terminal_found t;
	struct buf v = BUF_INIT;
	bool known = look(&t), utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	const char *term = set("TERM");
	buf_printf(&v, "%s, TERM=%s%s", isatty(STDOUT_FILENO) == 1 ? "yes" : "no", term ? term : "not set",
	           known  ? ""
	           : term ? " (not in terminfo)"
	                  : "");
	if (set("COLORTERM"))
		buf_printf(&v, ", COLORTERM=%s", set("COLORTERM"));
	if (t.rows > 0 && t.cols > 0)
		buf_printf(&v, ", %d x %d", t.cols, t.rows);
	else if (cols)
		buf_printf(&v, ", %d columns", cols);
	row(context, "terminal", &v);
	buf_clear(&v);
	buf_printf(&v, "%s, text %s%s", colors_words(&t), nl_langinfo(CODESET), utf8 ? "" : " (drawn as ASCII)");
	buf_add_cstr(&v, t.moves ? ", the explorer runs here" : ", the explorer needs one that can move its cursor");
	row(context, "", &v);
	buf_clear(&v);
	if (t.moves) {
		buf_printf(&v, "mouse %s, pasted text told %s, frames at once %s, copies by OSC 52%s", yes_no(t.mouse),
		           yes_no(t.pastes), yes_no(t.syncs), copies_through());
		row(context, "", &v);
	}
	buf_done(&v);
}

static bool begins(const char *text, const char *with)
{
	return text && strncmp(text, with, strlen(with)) == 0;
}

void machine_terminal_hints(struct buf *out)
{
	struct terminal_found t;
	const char *term = set("TERM");
	bool known = look(&t), utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0, tmux = set("TMUX") != NULL;
	if (isatty(STDOUT_FILENO) != 1)
		return;
	if (!term)
		buf_add_cstr(out, "TERM is not set: TERM=xterm-256color fits most terminals\n");
	else if (!known)
		buf_printf(out,
		           "TERM=%s is not in terminfo: install its description (Debian: ncurses-term), or use "
		           "TERM=xterm-256color\n",
		           term);
	else if (!t.moves)
		buf_printf(out, "TERM=%s has no cursor that can be moved: no explorer here, the commands work\n", term);
	else if (t.colors < 256 && (set("COLORTERM") || begins(term, "xterm")))
		buf_printf(out, "TERM=%s says %d colours: if the terminal has more, TERM=xterm-256color\n", term,
		           t.colors);
	else if (t.colors < 256 && tmux)
		buf_printf(out, "TERM=%s says %d colours: in ~/.tmux.conf: set -g default-terminal tmux-256color\n",
		           term, t.colors);
	if (tmux && !begins(term, "tmux") && !begins(term, "screen"))
		buf_printf(
		    out,
		    "in tmux TERM is tmux-256color or screen-256color, here it is %s: keys and colours may be wrong\n",
		    term ? term : "not set");
	if (!utf8)
		buf_printf(out,
		           "the locale says %s, so all is drawn as ASCII: LANG=C.UTF-8, if the terminal shows UTF-8\n",
		           nl_langinfo(CODESET));
	if (t.rows > 0 && (t.cols < 60 || t.rows < 12))
		buf_printf(out, "%d x %d is small: from 80 x 24 on all columns and details are there\n", t.cols,
		           t.rows);
}

/* ---------------------------------------------------------------- JSON */

static void paths_json(struct jout *j, const char *store)
{
	jout_object(j, "paths");
	jout_cstr(j, "store", store);
	for (size_t i = 0; i < N_PLACES; i++) {
		struct buf path = BUF_INIT;
		places[i].path(&path, places[i].file);
		jout_str(j, places[i].name, buf_str(&path));
		buf_done(&path);
	}
	jout_end(j);
}

void machine_json(struct jout *j, const char *store, int cols)
{
	struct terminal_found t;
	bool known = look(&t);
	jout_object(j, "versions");
	jout_cstr(j, "spoor", cmd_version);
	for (size_t i = 0; i < N_LIBRARIES; i++)
		jout_cstr(j, libraries[i].name, libraries[i].version());
	jout_end(j);
	paths_json(j, store);
	jout_object(j, "terminal");
	jout_bool(j, "is_terminal", isatty(STDOUT_FILENO) == 1);
	jout_cstr(j, "term", set("TERM"));
	jout_bool(j, "known", known);
	jout_cstr(j, "colorterm", set("COLORTERM"));
	jout_int(j, "colors", colors_used(&t));
	jout_cstr(j, "charset", nl_langinfo(CODESET));
	jout_int(j, "columns", t.cols > 0 ? t.cols : cols ? cols : UNKNOWN_INT);
	jout_int(j, "rows", t.rows > 0 ? t.rows : UNKNOWN_INT);
	jout_bool(j, "cursor", t.moves);
	jout_bool(j, "mouse", t.mouse);
	jout_bool(j, "bracketed_paste", t.pastes);
	jout_bool(j, "synchronized_output", t.syncs);
	jout_cstr(j, "clipboard", !t.moves ? NULL : set("TMUX") ? "osc52-tmux" : set("STY") ? "osc52-screen" : "osc52");
	jout_end(j);
}
