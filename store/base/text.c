#include "store/base/text.h"

#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <uniwidth.h>
#include <wchar.h>

enum {
	CODE_BAD = 0xFFFD,
	CODE_ZWJ = 0x200D,
	CODE_MAX = 0x10FFFF,
	CLUSTER_BYTES = 256, /* a longer cluster is cut: real ones are short, and work per cell must have a bound */
	CLUSTER_CELLS = 5,   /* twice this and a '+' fit text_iter.pending */
	TAB_COLS = 8
};

/* ---- code points: what one byte per code point says, made by pages of 256 when first asked for */

enum {
	CODE_COLS = 3,   /* mask: 0..2 columns; 3: not assigned */
	CODE_PLAIN = 4,  /* shows as itself and joins no other plain one to a cluster */
	CODE_PICT = 8,   /* Extended_Pictographic */
	CODE_RISK = 16,  /* control, format or default ignorable: text_guard_next decides */
	CODE_EXTEND = 32 /* Grapheme_Cluster_Break Extend or ZWJ */
};

static _Atomic(uint8_t *) pages[(CODE_MAX >> 8) + 1];
static locale_t utf8_locale;

static void make_locale(void)
{
	utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static int measure(uint32_t code)
{
	return utf8_locale ? wcwidth((wchar_t)code) : uc_width(code, "UTF-8");
}

/* Signs that stand before others (Arabic number sign and the like): format characters by category, but visible. */
static bool is_risk(uint32_t code, int gcb)
{
	if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029)
		return true;
	if (uc_is_property_default_ignorable_code_point(code))
		return true;
	return gcb != GBP_PREPEND && uc_is_general_category(code, UC_FORMAT);
}

static uint8_t classify(uint32_t code)
{
	int cols = measure(code), gcb = uc_graphemeclusterbreak_property(code);
	unsigned flags = cols < 0 || cols > 2 ? 3 : (unsigned)cols;
	if (is_risk(code, gcb))
		flags |= CODE_RISK;
	else if (gcb == GBP_OTHER && cols > 0)
		flags |= CODE_PLAIN;
	if (uc_is_property_extended_pictographic(code))
		flags |= CODE_PICT;
	if (gcb == GBP_EXTEND || gcb == GBP_ZWJ)
		flags |= CODE_EXTEND;
	return (uint8_t)flags;
}

/* The user's locale has no say: wcwidth runs under C.UTF-8, for this thread and only while a page is made. */
static uint8_t *make_page(uint32_t number)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_locale);
	uint8_t *page = xmalloc(256);
	locale_t old = utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
	for (uint32_t i = 0; i < 256; i++)
		page[i] = classify(number << 8 | i);
	if (utf8_locale)
		uselocale(old);
	uint8_t *there = NULL;
	if (atomic_compare_exchange_strong(&pages[number], &there, page))
		return page;
	free(page); /* another thread was faster */
	return there;
}

static unsigned flags_of(uint32_t code)
{
	if (code > CODE_MAX)
		code = CODE_BAD;
	uint8_t *page = atomic_load_explicit(&pages[code >> 8], memory_order_acquire);
	if (!page)
		page = make_page(code >> 8);
	return page[code & 0xFF];
}

int text_code_cols(uint32_t code)
{
	unsigned cols = flags_of(code) & CODE_COLS;
	return cols == 3 ? -1 : (int)cols;
}

static bool is_printable(unsigned char c)
{
	return c >= 0x20 && c < 0x7F;
}

static bool is_flag_half(uint32_t code)
{
	return code >= 0x1F1E6 && code <= 0x1F1FF;
}

static bool is_skin_tone(uint32_t code)
{
	return code >= 0x1F3FB && code <= 0x1F3FF;
}

static bool is_tag(uint32_t code)
{
	return code >= 0xE0000 && code <= 0xE007F;
}

static bool is_variation(uint32_t code)
{
	return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0100 && code <= 0xE01EF) ||
	       (code >= 0x180B && code <= 0x180D) || code == 0x180F;
}

/* Format characters that scripts and emoji need after another character. */
static bool is_joiner(uint32_t code)
{
	return code == CODE_ZWJ || code == 0x200C || code == 0x034F || code == 0x1160 || code == 0x17B4 || code == 0x17B5;
}

static bool is_honest(const struct text_guard *g, uint32_t code)
{
	uint32_t before = g->before;
	if (is_tag(code))
		return g->base == 0x1F3F4 && (before == g->base || is_tag(before)) && g->n_tags < 7;
	if (before == 0 || (!is_variation(code) && !is_joiner(code)))
		return false;
	if (code == CODE_ZWJ && (before == 0xFE0E || before == 0xFE0F))
		return true;
	if (before < 0x80)
		return (code == 0xFE0E || code == 0xFE0F) && strchr("#*0123456789", (int)before);
	return !(flags_of(before) & CODE_RISK);
}

enum text_risk text_guard_next(struct text_guard *g, uint32_t code)
{
	enum text_risk risk = RISK_NONE;
	unsigned flags = flags_of(code);
	if (flags & CODE_RISK) {
		bool control = code < 0xA0 || code == 0x2028 || code == 0x2029;
		if (control || !is_honest(g, code))
			risk = control ? RISK_CONTROL : RISK_HIDDEN;
		g->n_tags = is_tag(code) ? g->n_tags + 1 : 0;
	} else {
		g->n_tags = 0;
	}
	g->before = code;
	if (risk != RISK_NONE || !(flags & CODE_RISK))
		g->base = code;
	return risk;
}

size_t text_show(char out[16], uint32_t code, bool ascii)
{
	int n;
	if (code >= 0x20 && code != 0x7F)
		n = snprintf(out, 16, "<U+%04X>", code > CODE_MAX ? (unsigned)CODE_BAD : (unsigned)code);
	else if (ascii)
		n = snprintf(out, 16, "^%c", (int)(code ^ 0x40));
	else /* U+2400 + code, U+2421 for DEL */
		n = snprintf(out, 16, "\xE2\x90%c", code == 0x7F ? 0xA1 : (int)(0x80 + code));
	return (size_t)n;
}

static const struct {
	uint32_t first, last;
	char ascii;
} nearest[] = {
    {0x00A0, 0x00A0, ' ' }, {0x00B7, 0x00B7, '.' }, {0x00D7, 0x00D7, 'x'}, {0x2000, 0x200A, ' '}, {0x2010, 0x2015, '-'},
    {0x2018, 0x201B, '\''}, {0x201C, 0x201F, '"' }, {0x2022, 0x2022, '*'}, {0x2026, 0x2026, '.'}, {0x202F, 0x202F, ' '},
    {0x2190, 0x2190, '<' }, {0x2192, 0x2192, '>' }, {0x2212, 0x2212, '-'}, {0x2248, 0x2248, '~'}, {0x2264, 0x2264, '<'},
    {0x2265, 0x2265, '>' }, {0x2500, 0x2501, '-' }, {0x2502, 0x2503, '|'}, {0x250C, 0x254B, '+'}, {0x25CF, 0x25CF, '*'},
    {0x2713, 0x2714, 'v' }, {0x2717, 0x2718, 'x' }, {0x3000, 0x3000, ' '}, {0x3001, 0x3001, ','}, {0x3002, 0x3002, '.'},
};

char text_ascii(uint32_t code)
{
	if (code < 0x80)
		return is_printable((unsigned char)code) ? (char)code : '?';
	if (code >= 0xFF01 && code <= 0xFF5E)
		return (char)(code - 0xFEE0);
	for (size_t i = 0; i < sizeof nearest / sizeof *nearest; i++)
		if (code >= nearest[i].first && code <= nearest[i].last)
			return nearest[i].ascii;
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	for (int step = 0; step < 4 && code >= 0x80; step++) { /* ǖ is ü and a macron, ü is u and a diaeresis */
		if (uc_canonical_decomposition(code, parts) <= 0)
			return '?';
		code = parts[0];
	}
	return code < 0x80 && is_printable((unsigned char)code) ? (char)code : '?';
}

/* ---- UTF-8 */

/* How many bytes the sequence beginning with `first` has, and the range of its second byte (Unicode 15, table 3-7). */
static int lead(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	*high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static uint32_t decode(struct str *rest, bool *bad)
{
	const unsigned char *s = (const unsigned char *)rest->ptr;
	unsigned char low, high;
	int n = lead(s[0], &low, &high);
	size_t i = 1;
	uint32_t code = n < 2 ? s[0] : s[0] & (0xFFU >> (n + 1));
	for (; n > 0 && i < (size_t)n && i < rest->len && s[i] >= low && s[i] <= high; i++) {
		code = code << 6 | (s[i] & 0x3FU);
		low = 0x80;
		high = 0xBF;
	}
	*bad = n == 0 || i < (size_t)n; /* then i bytes are the maximal subpart */
	rest->ptr += i;
	rest->len -= i;
	return *bad ? (uint32_t)CODE_BAD : code;
}

uint32_t text_decode(struct str *rest)
{
	bool bad;
	return decode(rest, &bad);
}

void text_encode(struct buf *out, uint32_t code)
{
	if (code > CODE_MAX || (code >= 0xD800 && code <= 0xDFFF))
		code = CODE_BAD;
	unsigned char b[4];
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; code >>= 6)
		b[i] = (unsigned char)(0x80 | (code & 0x3F));
	b[0] = (unsigned char)(n == 1 ? code : (0xF00U >> n & 0xFF) | code);
	buf_add(out, b, n);
}

/* Leading bytes below 0x80, eight at a time. */
static size_t ascii_bytes(struct str s)
{
	size_t i = 0;
	for (uint64_t word; i + 8 <= s.len; i += 8) {
		memcpy(&word, s.ptr + i, 8);
		if (word & 0x8080808080808080U)
			break;
	}
	while (i < s.len && (unsigned char)s.ptr[i] < 0x80)
		i++;
	return i;
}

/* Bytes before the first ill-formed one. */
static size_t valid_bytes(struct str bytes)
{
	struct str rest = bytes;
	for (;;) {
		rest = str_from(rest, ascii_bytes(rest));
		if (rest.len == 0)
			return bytes.len;
		struct str here = rest;
		bool bad;
		decode(&rest, &bad);
		if (bad)
			return (size_t)(here.ptr - bytes.ptr);
	}
}

bool text_is_valid(struct str bytes)
{
	return valid_bytes(bytes) == bytes.len;
}

struct str text_valid(struct arena *arena, struct str bytes)
{
	size_t good = valid_bytes(bytes);
	if (good == bytes.len)
		return bytes;
	struct buf out = BUF_INIT;
	for (struct str rest = bytes;; good = valid_bytes(rest)) {
		buf_add(&out, rest.ptr, good);
		rest = str_from(rest, good);
		if (rest.len == 0)
			break;
		text_encode(&out, text_decode(&rest));
	}
	struct str text = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

size_t text_n_codes(struct str text)
{
	size_t n = 0;
	while (text.len) {
		size_t ascii = ascii_bytes(text);
		n += ascii;
		text = str_from(text, ascii);
		if (text.len == 0)
			break;
		text_decode(&text);
		n++;
	}
	return n;
}

size_t text_hidden(struct str text)
{
	struct text_guard guard = {0};
	size_t n = 0;
	while (text.len) {
		size_t ascii = ascii_bytes(text);
		if (ascii) {
			guard = (struct text_guard){.before = (unsigned char)text.ptr[ascii - 1]};
			guard.base = guard.before;
			text = str_from(text, ascii);
			continue;
		}
		if (text_guard_next(&guard, text_decode(&text)) == RISK_HIDDEN)
			n++;
	}
	return n;
}

/* ---- clusters */

/* UAX 29. libunistring's pair rule, and the two rules that look further back: u8_grapheme_breaks knows them too, but needs
 * the whole text at once and a byte of memory for each byte. */
struct joining {
	uint32_t before;
	bool pict;      /* GB11: a pictograph, then only Extend and ZWJ */
	bool half_flag; /* GB12, GB13: an odd number of regional indicators */
};

static bool joins(struct joining *j, uint32_t code)
{
	unsigned flags = flags_of(code);
	bool half = is_flag_half(code);
	if (j->before) {
		bool pair = (j->before == CODE_ZWJ && j->pict && (flags & CODE_PICT)) || (half && j->half_flag);
		if (!pair && uc_is_grapheme_break(j->before, code))
			return false;
	}
	j->before = code;
	j->pict = (flags & CODE_PICT) || (j->pict && (flags & CODE_EXTEND));
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
		uint32_t code = decode(&ahead, &bad);
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
	unsigned cols = flags_of(code) & CODE_COLS;
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
	if ((flags_of(code) & CODE_COLS) == 0)
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
		unsigned flags = flags_of(code);
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
	struct text_guard guard = {0};
	struct str rest = text;
	uint32_t first = text_decode(&rest);
	text_guard_next(&guard, first);
	add_shown(cells, first, ascii);
	while (rest.len) {
		struct str ahead = rest;
		uint32_t code = text_decode(&ahead);
		if ((flags_of(code) & CODE_COLS) != 0 || text_guard_next(&guard, code) != RISK_NONE ||
		    text.len - ahead.len > CLUSTER_BYTES)
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
	uint32_t code = decode(&rest, &bad);
	size_t bytes = text.len - rest.len;
	unsigned flags = flags_of(code);
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
	if ((flags & CODE_PLAIN) && (rest.len == 0 || (flags_of(text_decode(&rest)) & CODE_PLAIN))) {
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
	struct cell_text wide[CLUSTER_CELLS * 2 + 8];
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

bool text_next(struct text_iter *it, struct cell_text *cell)
{
	if (it->i_pending == it->n_pending) {
		if (it->rest.len == 0)
			return false;
		struct cells cells = {.cell = it->pending};
		size_t bytes = 1;
		if (is_simple(it->rest, 0))
			cells.cell[cells.n++] = (struct cell_text){{(unsigned char)it->rest.ptr[0]}, 1, 0};
		else
			bytes = take_piece(it->rest, it->col, it->ascii, &cells);
		if (it->ascii && (cells.n > 1 || cells.cell[0].codes[0] >= 0x80 || cells.cell[0].codes[1]))
			cells_to_ascii(&cells);
		it->at = it->next_at;
		it->next_at += bytes;
		it->rest = str_from(it->rest, bytes);
		it->n_pending = cells.n;
		it->i_pending = 0;
	}
	*cell = it->pending[it->i_pending++];
	it->col = it->col < INT_MAX - 2 ? it->col + cell->cols : it->col;
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
	struct cell_text made[12];
	struct cells cells = {.cell = made};
	*bytes = take_piece(text, col, false, &cells);
	int cols = 0;
	for (int i = 0; i < cells.n; i++)
		cols += made[i].cols;
	if (base)
		*base = made[0].codes[0];
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

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
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
	if (is_blank(text.ptr[next])) {
		bool words = w->blank && w->end > from;
		*row = (struct text_row){from, (words ? w->end : next) - from, words ? w->end_cols : w->col};
		while (next < text.len && is_blank(text.ptr[next]))
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
		bool blank = is_blank(rest.ptr[0]), wide = piece == 2 && text_code_cols(base) == 2;
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

size_t text_find(struct str text, struct str what, size_t from, bool ignore_case)
{
	if (from > text.len)
		return SIZE_MAX;
	struct str rest = str_from(text, from);
	if (!ignore_case || what.len == 0) {
		size_t hit = str_find(rest, what);
		return hit == SIZE_MAX ? SIZE_MAX : from + hit;
	}
	struct str after = what;
	uint32_t first = fold(text_decode(&after));
	while (rest.len) {
		struct str here = rest;
		if (fold(text_decode(&rest)) == first && starts_folded(rest, after))
			return text.len - here.len;
	}
	return SIZE_MAX;
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

struct str text_preview(struct arena *arena, struct str text, size_t bytes)
{
	struct buf out = BUF_INIT;
	text = str_from(text, white_bytes(text));
	while (text.len) {
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
