/* Two texts of a case and what differs in them, laid out on a sheet: by words, by lines, by the structure of JSON, or each text whole. */
#ifndef SPOOR_TUI_SCREEN_PANE_CASEDIFF_H
#define SPOOR_TUI_SCREEN_PANE_CASEDIFF_H

#include "store/query/case_whole.h"
#include "tui/screen/pane_flow.h"

enum case_way { WAY_BEST, WAY_JSON, WAY_WORDS, WAY_LINES, WAY_TEXTS, N_CASE_WAYS };
/* BEST: beside each other from CASE_BESIDE_COLS on; else in one text if they are mostly the same, else one below the other. */
enum case_sides { SIDES_BEST, SIDES_BESIDE, SIDES_INLINE, SIDES_BELOW, N_CASE_SIDES };
enum { CASE_BESIDE_COLS = 98 };

struct case_show {
	enum case_way way;
	enum case_sides sides;
	bool ascii;
	bool brackets;      /* marks changes with [-…-] and {+…+}: where no colour does */
	bool unfold;        /* what is the same is shown whole */
	struct flow *heads; /* two, which are emptied: what stands above the texts instead of names; NULL: names do */
};

/* The way these texts are shown if `wanted` is: JSON needs JSON. */
enum case_way casediff_way(const struct case_texts *t, enum case_way wanted);
const char *case_way_name(enum case_way way); /* "by JSON" "by words" "by lines" "each whole" */
const char *case_sides_name(enum case_sides sides);

/* From the sheet's present row on. names: what stands before each text where they are apart ("A", "B"; "expected", "A"); NULL:
 * nothing. */
void casediff_lay(struct sheet *s, const struct case_texts *t, const char *const names[2],
                  const struct case_show *show);
/* By structure (pane_casetree.c). */
void casetree_lay(struct sheet *s, const struct json_diff *d, const struct case_show *show);
/* A text that was added, removed, or changed inside. */
void casediff_add(struct flow *f, enum diff_kind kind, struct str text, bool brackets);
/* Both in one flow, what differs always in brackets. */
void casediff_inline(struct flow *f, const struct diff *d, struct str a, struct str b, const struct case_show *show);
/* A text alone, at most max_rows rows (<= 0: all): pretty-printed if it is JSON. */
void casediff_text(struct sheet *s, int col, struct str text, int max_rows, bool ascii);

#endif
