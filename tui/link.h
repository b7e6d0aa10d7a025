/* Links: one word that names a view or what stands in it, by the ids that sources write; it outlives a re-import and holds in any other
 * store. Text to paste behind `spoor open`, pure: tui/link_find.h looks things up.
 *
 *   link  = kind [":" value [".." value]…] ["/" part ":" value]…       trace:4bf92f35/span:00f067aa/tab:output
 *   value = letters and digits and - _ . : , + =                        everything else as %XX, byte by byte
 *
 * A "." at either end of a value or beside another one is %2E, so that ".." only ever divides. With this no byte of a link means
 * something to a shell (sh, bash, zsh, fish), to Markdown's or a chat's finding of addresses, or to a terminal. */
#ifndef SPOOR_TUI_LINK_H
#define SPOOR_TUI_LINK_H

#include "store/base/str.h"

enum link_part {
	LINK_CASE,  /* key of a case */
	LINK_SPAN,  /* id of a span */
	LINK_TAB,   /* of details: "output" */
	LINK_WHERE, /* filter */
	LINK_SORT,
	N_LINK_PARTS
};

enum { LINK_OF_MOST = 8 };

struct link {
	const char *kind;            /* "trace" */
	struct str of[LINK_OF_MOST]; /* what it is a link to: a trace, a run, two runs … */
	size_t n_of;
	struct str part[N_LINK_PARTS]; /* ptr NULL: absent */
};

void link_print(struct buf *out, const struct link *link);

#endif
