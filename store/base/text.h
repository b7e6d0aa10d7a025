/* Text for people: UTF-8, grapheme clusters, columns, wrapping. Segments with libunistring, measures with wcwidth, and
 * draws the reduced cluster: what two terminals would measure differently is not sent (robustness.md section 1:
 * 4,733 of 4,733 emoji sequences agree with tmux that way). Every screen and report draws text through here. */
#ifndef SPOOR_STORE_BASE_TEXT_H
#define SPOOR_STORE_BASE_TEXT_H

#include "store/base/arena.h"
#include "store/base/str.h"

enum { CELL_CODES = 4 }; /* base and at most 3 marks (ncurses: CCHARW_MAX 5) */

/* One column group of the screen: a reduced grapheme cluster. */
struct cell_text {
	uint32_t codes[CELL_CODES]; /* code points, 0-filled */
	uint8_t cols;               /* 1 or 2 */
	uint8_t marked; /* stands for something not shown as itself: control, bidi, ill-formed (theme: warn) */
};

/* A cursor over text that gives cells. Decodes any bytes; ill-formed ones give U+FFFD per maximal subpart.
 * Controls: ESC ␛ and other C0 as ␀..␟ pictures (ascii: ^[), C1, bidi, zero-width at cluster start, tags as the letters
 * of "<U+202E>", one cell each, all marked. A tab: blanks up to the next multiple of 8 columns from where the iterator
 * began; a newline: one blank (wrapping handles newlines before it gets here). */
struct text_iter {
	struct str rest; /* bytes not yet given */
	bool ascii;      /* every cell in ASCII: other text as '?' or its nearest ASCII form, wide ones with a blank */
	struct cell_text pending[12];
	int n_pending, i_pending;
	size_t at;      /* byte offset of the cluster just given */
	size_t next_at; /* byte offset of rest */
	int col;        /* columns given */
};

void text_iter_init(struct text_iter *it, struct str text, bool ascii);
bool text_next(struct text_iter *it, struct cell_text *cell); /* false at the end */

/* Columns all of it takes on one row. As text_fit and text_wrap: not for ascii, where a control takes 2 columns, not 1. */
int text_cols(struct str text);
/* The longest prefix (bytes, whole clusters) that fits in `cols`; *used_cols may be NULL. */
size_t text_fit(struct str text, int cols, int *used_cols);
/* A valid UTF-8 copy with U+FFFD per maximal ill-formed subpart; the same slice if it was valid. */
struct str text_valid(struct arena *arena, struct str bytes);
bool text_is_valid(struct str bytes);
size_t text_n_codes(struct str text);   /* code points, ill-formed subparts count one */
uint32_t text_decode(struct str *rest); /* takes one code point off *rest (not empty); U+FFFD for ill-formed */
void text_encode(struct buf *out, uint32_t code); /* U+FFFD for surrogates and beyond U+10FFFF */
size_t text_hidden(struct str text);              /* bidi controls, zero-width and tag characters in it: a finding */
/* At most `bytes` bytes of valid text, cut at a cluster boundary, white space runs folded to one blank, ends trimmed:
 * previews. */
struct str text_preview(struct arena *arena, struct str text, size_t bytes);

/* One row of wrapped text: a slice of it, without the newline or the blanks it was broken at. */
struct text_row {
	size_t at, len;
	int cols;
};
/* Wraps by words at `cols` (>= 1), by clusters where a word is longer; tabs count to the next multiple of 8.
 * Wide characters may be parted anywhere, but none of 、。」 begins a row. A single cluster wider than `cols` has a row of its
 * own (row->cols > cols). Empty text is one empty row; a newline at the very end begins no further one. "\r\n" is a newline.
 * Takes the row that starts at byte `from`; returns where the next one starts, or SIZE_MAX after the last. */
size_t text_wrap(struct str text, size_t from, int cols, struct text_row *row);

/* Case-insensitive search, for "smart case": finds `what` in text from byte `from`; SIZE_MAX if not there. */
size_t text_find(struct str text, struct str what, size_t from, bool ignore_case);

/* ---- for the other ways out (clean.h): what may not be sent as itself, decided in one place */
enum text_risk {
	RISK_NONE,
	RISK_CONTROL, /* C0, DEL, C1, line and paragraph separator */
	RISK_HIDDEN   /* bidi controls, zero-width, tags: unless they do honest work in an emoji, a flag or a script */
};
struct text_guard {
	uint32_t before, base; /* the code point before; the last one that shows. 0 at the start */
	int n_tags;
};
enum text_risk text_guard_next(struct text_guard *g, uint32_t code); /* {0} first, then every code point in order */
size_t text_show(char out[16], uint32_t code, bool ascii); /* "␛", "^[", "<U+202E>": terminated; returns its bytes */
char text_ascii(uint32_t code);                            /* the nearest ASCII character, or '?' */
int text_code_cols(uint32_t code); /* wcwidth in UTF-8 whatever the locale: 0..2, -1 for controls and unassigned */

const char *text_library(void); /* version of libunistring */

#endif
