#include "store/base/text.h"

#include <limits.h>
#include <unicase.h>
#include <unigbrk.h>

#include "store/base/text_private.h"

enum {
	CLUSTER_BYTES = 256, /* a longer cluster is cut: real ones are short, and work per cell must have a bound */
	CLUSTER_CELLS = 5,   /* twice this and a '+' fit text_iter.pending */
	TAB_COLS = 8
};

static bool is_flag_half(uint32_t code)
{
	return code >= 0x1F1E6 && code <= 0x1F1FF;
}

static bool is_skin_tone(uint32_t code)
{
	return code >= 0x1F3FB && code <= 0x1F3FF;
}

static bool is_printable(unsigned char c)
{
	return c >= 0x20 && c < 0x7F;
}

/* ---- clusters */

/* UAX 29. libunistring's pair rule, and the two rules that look further back: u8_grapheme_breaks knows them too, but needs
 * the whole text at once and a byte of memory for each byte. */
struct joining {
	uint32_t before;
	bool pict;      /* GB11: a pictograph, then only Extend, then at most one ZWJ */
	bool half_flag; /* GB12, GB13: an odd number of regional indicators */
};

static bool joins(struct joining *j, uint32_t code)
{
	unsigned flags = text_flags(code);
	bool half = is_flag_half(code);
	if (j->before) {
		bool pair = (j->before == CODE_ZWJ && j->pict && (flags & CODE_PICT)) || (half && j->half_flag);
		if (!pair && uc_is_grapheme_break(j->before, code))
			return false;
	}
	j->pict = (flags & CODE_PICT) || (j->pict && (flags & CODE_EXTEND) && j->before != CODE_ZWJ);
	j->before = code;
	j->half_flag = half && !j->half_flag;
	return true;
}

/* Bytes of the cluster that text (not empty) begins with. It ends early before what must be shown on its own. */
static size_t cluster_bytes(struct str text)
{
	struct joining joining = {0};
	struct text_guard guard = {0};
	struct str rest = text;
	while (rest.len) {
		struct str ahead = rest;
		bool bad;
		uint32_t code = text_decode_checked(&ahead, &bad);
		bool first = rest.len == text.len;
		bool alone = bad || text_guard_next(&guard, code) != RISK_NONE;
		if (!first && (alone || !joins(&joining, code) || text.len - ahead.len > CLUSTER_BYTES))
			break;
		if (first)
			joins(&joining, code);
		rest = ahead;
		if (alone)
			break;
	}
	return text.len - rest.len;
}

static struct cell_text cell_of(uint32_t code, bool marked)
{
	unsigned cols = text_flags(code) & CODE_COLS;
	if (cols == 3 || cols == 0) /* terminals disagree on what is not assigned */
		return (struct cell_text){.codes = {CODE_BAD}, .cols = 1, .marked = true};
	return (struct cell_text){.codes = {code}, .cols = (uint8_t)cols, .marked = marked};
}

/* The cells being made of one piece of text. */
struct cells {
	struct cell_text *cell;
	int n;
	bool crowded; /* something had no room: '+' */
};

static void add_mark(struct cells *cells, uint32_t code)
{
	struct cell_text *cell = &cells->cell[cells->n - 1];
	for (int i = 1; i < CELL_CODES; i++) {
		if (cell->codes[i] == 0) {
			cell->codes[i] = code;
			return;
		}
	}
	cells->crowded = true;
}

static void add_code(struct cells *cells, uint32_t code)
{
	if ((text_flags(code) & CODE_COLS) == 0)
		add_mark(cells, code);
	else if (cells->n == CLUSTER_CELLS)
		cells->crowded = true;
	else
		cells->cell[cells->n++] = cell_of(code, false);
}

static void add_plus(struct cells *cells)
{
	if (cells->crowded)
		cells->cell[cells->n++] = (struct cell_text){.codes = {'+'}, .cols = 1, .marked = true};
}

/* What terminals agree on: no variation selectors and other ignorables, nothing after a ZWJ, no skin tones. */
static void reduce(struct str cluster, struct cells *cells)
{
	bool pict = false;
	while (cluster.len) {
		uint32_t code = text_decode(&cluster);
		unsigned flags = text_flags(code);
		if (code == CODE_ZWJ)
			break;
		if ((flags & CODE_RISK) || (pict && is_skin_tone(code)))
			continue;
		if (cells->n == 0)
			pict = flags & CODE_PICT;
		add_code(cells, code);
	}
	add_plus(cells);
}

static void add_shown(struct cells *cells, uint32_t code, bool ascii)
{
	char shown[16];
	struct str rest = {shown, text_show(shown, code, ascii)};
	while (rest.len)
		cells->cell[cells->n++] = cell_of(text_decode(&rest), true);
}

/* Marks without a base: the first one by name, a '+' for those after it. Returns their bytes. */
static size_t take_marks(struct str text, struct cells *cells, bool ascii)
{
	size_t bytes = cluster_bytes(text);
	struct str rest = text, end = str_from(text, bytes);
	add_shown(cells, text_decode(&rest), ascii);
	while (rest.len > end.len) {
		struct str ahead = rest;
		if ((text_flags(text_decode(&ahead)) & CODE_COLS) != 0)
			break;
		cells->crowded = true;
		rest = ahead;
	}
	add_plus(cells);
	return text.len - rest.len;
}

static size_t newline_bytes(struct str text)
{
	if (text.len && text.ptr[0] == '\n')
		return 1;
	return text.len > 1 && text.ptr[0] == '\r' && text.ptr[1] == '\n' ? 2 : 0;
}

static void add_blanks(struct cells *cells, int n)
{
	while (n-- > 0)
		cells->cell[cells->n++] = (struct cell_text){.codes = {' '}, .cols = 1};
}

/* The next piece of text (not empty) as cells: a control, an ill-formed subpart or a cluster. Returns its bytes. */
static size_t take_piece(struct str text, int col, bool ascii, struct cells *cells)
{
	size_t newline = newline_bytes(text);
	if (newline || text.ptr[0] == '\t') {
		add_blanks(cells, newline ? 1 : TAB_COLS - col % TAB_COLS);
		return newline ? newline : 1;
	}
	struct str rest = text;
	bool bad;
	uint32_t code = text_decode_checked(&rest, &bad);
	size_t bytes = text.len - rest.len;
	unsigned flags = text_flags(code);
	if (bad) {
		cells->cell[cells->n++] = cell_of(CODE_BAD, true);
		return bytes;
	}
	if (flags & CODE_RISK) {
		add_shown(cells, code, ascii);
		return bytes;
	}
	if ((flags & CODE_COLS) == 0)
		return take_marks(text, cells, ascii);
	if ((flags & CODE_PLAIN) && (rest.len == 0 || (text_flags(text_decode(&rest)) & CODE_PLAIN))) {
		cells->cell[cells->n++] = cell_of(code, false);
		return bytes;
	}
	bytes = cluster_bytes(text);
	reduce(str_cut(text, 0, bytes), cells);
	return bytes;
}

/* As many columns as before, so that what was measured still fits. */
static void cells_to_ascii(struct cells *cells)
{
	struct cell_text wide[CLUSTER_CELLS * 2 + 8] = {0};
	int n = 0;
	for (int i = 0; i < cells->n; i++) {
		struct cell_text *cell = &cells->cell[i];
		wide[n++] = (struct cell_text){{(uint32_t)text_ascii(cell->codes[0])}, 1, cell->marked};
		if (cell->cols == 2)
			wide[n++] = (struct cell_text){{' '}, 1, cell->marked};
	}
	memcpy(cells->cell, wide, sizeof *wide * (size_t)n);
	cells->n = n;
}

/* A printable ASCII byte that nothing can join: all there is to most text. */
static bool is_simple(struct str text, size_t i)
{
	return is_printable((unsigned char)text.ptr[i]) && (i + 1 == text.len || (unsigned char)text.ptr[i + 1] < 0x80);
}

void text_iter_init(struct text_iter *it, struct str text, bool ascii)
{
	*it = (struct text_iter){.rest = text, .ascii = ascii};
}

/* Makes the cells of the next piece. */
static void fill_pending(struct text_iter *it)
{
	struct cells cells = {.cell = it->pending};
	size_t bytes = take_piece(it->rest, it->col, it->ascii, &cells);
	if (it->ascii)
		cells_to_ascii(&cells);
	it->at = it->next_at;
	it->next_at += bytes;
	it->rest = str_from(it->rest, bytes);
	it->n_pending = cells.n;
	it->i_pending = 0;
}

bool text_next(struct text_iter *it, struct cell_text *cell)
{
	if (it->i_pending == it->n_pending) {
		if (it->rest.len == 0)
			return false;
		if (is_simple(it->rest, 0)) {
			*cell = (struct cell_text){.codes = {(unsigned char)it->rest.ptr[0]}, .cols = 1};
			it->at = it->next_at++;
			it->rest.ptr++;
			it->rest.len--;
			it->col += it->col < INT_MAX - 2;
			return true;
		}
		fill_pending(it);
	}
	*cell = it->pending[it->i_pending++];
	it->col += it->col < INT_MAX - 2 ? cell->cols : 0;
	return true;
}

/* ---- measuring */

/* Columns of the piece at text[0], its bytes in *bytes, the base of its first cell in *base (may be NULL). */
static int piece_cols(struct str text, int col, size_t *bytes, uint32_t *base)
{
	if (is_simple(text, 0)) {
		*bytes = 1;
		if (base)
			*base = (unsigned char)text.ptr[0];
		return 1;
	}
	struct cell_text made[12] = {0};
	struct cells cells = {.cell = made};
	*bytes = take_piece(text, col, false, &cells);
	int cols = 0;
	for (int i = 0; i < cells.n; i++)
		cols += made[i].cols;
	if (base)
		*base = cells.n ? made[0].codes[0] : 0;
	return cols;
}

size_t text_fit(struct str text, int cols, int *used_cols)
{
	int used = 0;
	size_t at = 0;
	while (at < text.len) {
		while (at < text.len && used < cols && is_simple(text, at)) {
			at++;
			used++;
		}
		size_t bytes;
		if (at == text.len || used >= cols)
			break;
		int more = piece_cols(str_from(text, at), used, &bytes, NULL);
		if (more > cols - used)
			break;
		used += more;
		at += bytes;
	}
	if (used_cols)
		*used_cols = used;
	return at;
}

int text_cols(struct str text)
{
	int cols;
	return text_fit(text, INT_MAX, &cols) == text.len ? cols : INT_MAX;
}

/* ---- wrapping */

/* A blank to break at: not one that carries a mark. */
static bool is_blank(struct str text)
{
	if (text.len == 0 || (text.ptr[0] != ' ' && text.ptr[0] != '\t'))
		return false;
	return is_simple(text, 0) || text.ptr[0] == '\t' || cluster_bytes(text) == 1;
}

/* Closing signs that do not begin a row (the usual few of JIS X 4051). */
static bool is_closing(uint32_t code)
{
	static const uint16_t signs[] = {0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x30FC,
	                                 0xFF01, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (code == signs[i])
			return true;
	return false;
}

/* The row so far. */
struct wrapping {
	size_t at;           /* the piece looked at */
	int col;             /* where it begins */
	size_t end;          /* end of the last word, */
	int end_cols;        /* and the columns up to there */
	bool blank, wide;    /* the piece before was one */
	size_t cut_end, cut; /* the last place the row may be broken: its end, and where the next begins (0: none) */
	int cut_cols;
};

static void note_break(struct wrapping *w, size_t from, bool wide, uint32_t base)
{
	bool after_word = w->blank && w->end > from;
	bool between = !w->blank && w->at > from && (wide || w->wide) && !is_closing(base);
	if (!after_word && !between)
		return;
	w->cut = w->at;
	w->cut_end = after_word ? w->end : w->at;
	w->cut_cols = after_word ? w->end_cols : w->col;
}

static size_t next_row(struct str text, size_t at)
{
	return at < text.len ? at : SIZE_MAX;
}

/* The piece at w->at did not fit. */
static size_t break_row(struct str text, const struct wrapping *w, size_t from, struct text_row *row)
{
	size_t next = w->at;
	if (is_blank(str_from(text, next))) {
		bool words = w->blank && w->end > from;
		*row = (struct text_row){from, (words ? w->end : next) - from, words ? w->end_cols : w->col};
		while (is_blank(str_from(text, next)))
			next++;
		next += newline_bytes(str_from(text, next));
	} else if (w->cut) {
		*row = (struct text_row){from, w->cut_end - from, w->cut_cols};
		next = w->cut;
	} else {
		*row = (struct text_row){from, next - from, w->col};
	}
	return next_row(text, next);
}

size_t text_wrap(struct str text, size_t from, int cols, struct text_row *row)
{
	if (from > text.len)
		from = text.len;
	struct wrapping w = {.at = from, .end = from};
	while (w.at < text.len) {
		struct str rest = str_from(text, w.at);
		size_t newline = newline_bytes(rest), bytes;
		if (newline) {
			*row = (struct text_row){from, w.at - from, w.col};
			return next_row(text, w.at + newline);
		}
		uint32_t base;
		int piece = piece_cols(rest, w.col, &bytes, &base);
		bool blank = is_blank(rest), wide = piece == 2 && text_code_cols(base) == 2;
		if (!blank)
			note_break(&w, from, wide, base);
		if (piece > cols - w.col && w.at > from)
			return break_row(text, &w, from, row);
		w.at += bytes;
		w.col += piece;
		w.blank = blank;
		w.wide = wide;
		if (!blank) {
			w.end = w.at;
			w.end_cols = w.col;
		}
	}
	*row = (struct text_row){from, w.at - from, w.col};
	return SIZE_MAX;
}

/* ---- searching and previews */

static uint32_t fold(uint32_t code)
{
	if (code < 0x80)
		return code >= 'A' && code <= 'Z' ? code + 32 : code;
	return uc_tolower(code);
}

static bool starts_folded(struct str text, struct str what)
{
	while (what.len) {
		if (text.len == 0 || fold(text_decode(&text)) != fold(text_decode(&what)))
			return false;
	}
	return true;
}

/* A match begins with this letter, large or small, and with nothing else: all of Unicode that folds into ASCII from beyond are
 * the Kelvin sign and the dotted I. */
static bool begins_in_ascii(uint32_t first)
{
	return first < 0x80 && first != 'k' && first != 'i';
}

static const char *next_of(const char *from, const char *end, int c)
{
	return from && from < end ? memchr(from, c, (size_t)(end - from)) : NULL;
}

/* after: what follows the first letter. An ASCII byte is always the beginning of a code. */
static size_t find_by_letter(struct str text, int first, struct str after)
{
	const char *end = text.ptr + text.len;
	const int other = first >= 'a' && first <= 'z' ? first - 32 : first;
	const char *small = next_of(text.ptr, end, first);
	const char *large = other == first ? NULL : next_of(text.ptr, end, other);
	while (small || large) {
		const char *at = !large || (small && small < large) ? small : large;
		size_t i = (size_t)(at - text.ptr);
		if (starts_folded(str_from(text, i + 1), after))
			return i;
		if (at == small)
			small = next_of(at + 1, end, first);
		else
			large = next_of(at + 1, end, other);
	}
	return SIZE_MAX;
}

/* ASCII that cannot begin a match: most of most texts. */
static size_t skip_ascii(struct str text, uint32_t first)
{
	const unsigned char *s = (const unsigned char *)text.ptr;
	size_t i = 0;
	while (i < text.len && s[i] < 0x80 && (first >= 0x80 || (s[i] | 0x20U) != first))
		i++;
	return i;
}

/* first: folded; beyond ASCII, or a letter that something beyond it folds into. */
static size_t find_by_code(struct str text, uint32_t first, struct str after)
{
	struct str rest = text;
	for (;;) {
		rest = str_from(rest, skip_ascii(rest, first));
		if (!rest.len)
			return SIZE_MAX;
		struct str here = rest;
		if (fold(text_decode(&rest)) == first && starts_folded(rest, after))
			return text.len - here.len;
	}
}

size_t text_find(struct str text, struct str what, size_t from, bool ignore_case)
{
	if (from > text.len)
		return SIZE_MAX;
	struct str rest = str_from(text, from), after = what;
	size_t hit;
	if (!ignore_case || what.len == 0) {
		hit = str_find(rest, what);
	} else {
		uint32_t first = fold(text_decode(&after));
		hit =
		    begins_in_ascii(first) ? find_by_letter(rest, (int)first, after) : find_by_code(rest, first, after);
	}
	return hit == SIZE_MAX ? SIZE_MAX : from + hit;
}

static size_t white_bytes(struct str text)
{
	struct str rest = text;
	while (rest.len) {
		struct str ahead = rest;
		uint32_t code = text_decode(&ahead);
		if (code != ' ' && (code < '\t' || code > '\r') && code != 0x85 && code != 0x2028 && code != 0x2029)
			break;
		rest = ahead;
	}
	return text.len - rest.len;
}

/* The bytes in front that a preview takes as they are, words with single blanks between them: at most `room`. */
static size_t plain_bytes(struct str text, size_t room)
{
	size_t n = 0;
	while (n < text.len && n < room && is_simple(text, n) && (text.ptr[n] != ' ' || (n && text.ptr[n - 1] != ' ')))
		n++;
	return n && text.ptr[n - 1] == ' ' ? n - 1 : n;
}

struct str text_preview(struct arena *arena, struct str text, size_t bytes)
{
	struct buf out = BUF_INIT;
	text = str_from(text, white_bytes(text));
	while (text.len) {
		size_t plain = plain_bytes(text, bytes - out.len);
		buf_add(&out, text.ptr, plain);
		text = str_from(text, plain);
		if (text.len == 0)
			break;
		size_t white = white_bytes(text);
		text = str_from(text, white);
		if (text.len == 0)
			break;
		size_t n = is_simple(text, 0) ? 1 : cluster_bytes(text);
		struct str cluster = str_cut(text, 0, n);
		bool bad = !text_is_valid(cluster); /* then it is one ill-formed subpart */
		if (out.len + (white > 0) + (bad ? 3 : n) > bytes)
			break;
		if (white)
			buf_add_char(&out, ' ');
		if (bad)
			text_encode(&out, CODE_BAD);
		else
			buf_add_str(&out, cluster);
		text = str_from(text, n);
	}
	struct str preview = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return preview;
}
