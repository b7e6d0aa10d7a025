/* Links: one word that names a view, or what stands in it, by the ids that sources write. It outlives a re-import and holds in any other
 * store. `spoor open LINK` goes there. Pure; tui/link_find.h looks things up.
 *
 *   link  = kind [":" value [".." value]…] ["/" part ":" value]…     trace:4bf92f35/span:00f067aa/tab:output
 *   value = letters, digits and - _ . : , + =                         every other byte as %XX
 *
 * A sign that is no letter or digit is %XX at either end of a value, too; so is a "." beside another one (".." only ever divides) and a
 * "=" behind a ":" or another "=". So no byte of a link means anything to a shell (sh, bash, zsh, fish) or a terminal, and one that is
 * pasted out of a sentence does not take the full stop with it. The parts a link has come in the order of enum link_part. */
#ifndef SPOOR_TUI_LINK_H
#define SPOOR_TUI_LINK_H

#include "store/base/arena.h"

enum link_part {
	LINK_RUN,
	LINK_CASE,    /* key of a case */
	LINK_SPAN,    /* id of a span */
	LINK_TAB,     /* of details: "output" */
	LINK_VERSION, /* of a prompt */
	LINK_FROM,    /* and the one it is held against */
	LINK_MODEL,   /* of a judge */
	LINK_NAME,    /* of a score */
	LINK_BY,      /* what is summed or cut by: "model" */
	LINK_WHERE,   /* filter */
	LINK_SORT,    /* column */
	LINK_ORDER,   /* "asc" or "desc" */
	N_LINK_PARTS
};

enum { LINK_OF_MOST = 50, LINK_MAX = 16384 }; /* bytes of a link that is read */

struct link {
	const char *kind;            /* a name of link_kinds */
	struct str of[LINK_OF_MOST]; /* what it is about: a trace, a run, two runs … */
	size_t n_of;
	struct str part[N_LINK_PARTS]; /* ptr NULL: absent */
};

struct link_kind {
	const char *name;
	unsigned least, most;     /* values after ":" */
	const char *values;       /* what they are, for help: "TRACE", "A..B" */
	unsigned parts;           /* bits: 1 << LINK_SPAN */
	const char *command;      /* the twin's words before the values: "trace", "compare" */
	const char *flag, *after; /* an option each value goes with; words at the end */
	const char *help;
};
extern const struct link_kind link_kinds[]; /* by name; ends with name NULL */
const struct link_kind *link_kind_named(struct str name);
const char *link_part_name(enum link_part part);

void link_print(struct buf *out, const struct link *link);
/* A link (or a command) that was made while personal data is masked, and has some of it in its masked form: it leads nowhere. */
bool link_is_masked(struct str text);
/* The command line without a screen that prints what the link shows: "spoor trace 4bf92f35 --span 00f067aa". */
void link_command(struct buf *out, const struct link *link);
/* Reads exactly what link_print prints, and what people type: raw bytes in a value as long as they do not divide. Values are in the
 * arena. ERR_USAGE: what is wrong with it, with the nearest name. */
bool link_parse(struct arena *arena, struct str text, struct link *out, struct err *err);
/* The link in what was pasted: without "spoor open" and options in front, blanks, quotes, brackets and stops around it. Part of text. */
struct str link_of_paste(struct str text);

#endif
