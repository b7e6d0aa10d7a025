/* Cells, and whether a text is a table at all. */
#include "import/csv.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <emmintrin.h>
#define VECTORS 1
#else
#define VECTORS 0
#endif

/* ---- cells */

/* The delimiter or line end; `end` if there is none. */
static const unsigned char *cell_end(const unsigned char *p, const unsigned char *end, unsigned char delimiter)
{
#if VECTORS
	const __m128i part = _mm_set1_epi8((char)delimiter), line = _mm_set1_epi8('\n');
	for (; end - p >= 16; p += 16) {
		__m128i v;
		memcpy(&v, p, sizeof v);
		unsigned stops =
		    (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, part), _mm_cmpeq_epi8(v, line)));
		if (stops)
			return p + __builtin_ctz(stops);
	}
#endif
	while (p < end && *p != delimiter && *p != '\n')
		p++;
	return p;
}

static size_t count_lines(const unsigned char *p, size_t n)
{
	size_t lines = 0;
	for (const unsigned char *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		lines++;
	return lines;
}

/* From p, behind the quotes if there were any, to the end of the cell; *body, *len: what lies between, without the CR of a line end. */
static void read_rest(struct cell *cell, const unsigned char *p, const unsigned char *end, unsigned char delimiter,
                      const unsigned char **body, size_t *len)
{
	const unsigned char *stop = cell_end(p, end, delimiter);
	*body = p;
	*len = (size_t)(stop - p);
	cell->stop = stop == end ? CELL_CUT : *stop == '\n' ? CELL_ROW : CELL_NEXT;
	cell->next = stop == end ? end : stop + 1;
	if (cell->stop != CELL_NEXT && *len > 0 && p[*len - 1] == '\r')
		--*len;
}

void cell_read(struct cell *cell, const unsigned char *p, const unsigned char *end, unsigned char delimiter)
{
	*cell = (struct cell){.quoted = p < end && *p == '"'};
	if (!cell->quoted) {
		read_rest(cell, p, end, delimiter, &cell->text, &cell->len);
		return;
	}
	cell->text = ++p;
	for (;;) {
		const unsigned char *quote = memchr(p, '"', (size_t)(end - p));
		bool two = quote && quote + 1 < end && quote[1] == '"';
		if (!two) {
			p = quote;
			break;
		}
		cell->doubled = true;
		p = quote + 2;
	}
	cell->len = (size_t)((p ? p : end) - cell->text);
	cell->lines = count_lines(cell->text, cell->len);
	cell->next = end;
	cell->stop = CELL_UNCLOSED;
	if (p)
		read_rest(cell, p + 1, end, delimiter, &cell->stray, &cell->stray_len);
}

/* ---- names */

enum { NAME_MAX_BYTES = 64, NAME_MAX_WORDS = 6, NAME_SHORT_WORDS = 3 };

static struct str cell_text(const struct cell *cell)
{
	return (struct str){(const char *)cell->text, cell->len};
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7F;
}

/* Digits and what stands between them in numbers, dates and times. */
static bool is_figure(struct str s)
{
	size_t digits = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
			digits++;
		else if (!strchr("+-.:/eETZ% ,", s.ptr[i]))
			return false;
	}
	return digits > 0;
}

enum name { NAME_BAD, NAME_PERHAPS, NAME_GOOD };

static size_t count_words(struct str s)
{
	size_t words = 1;
	for (size_t i = 0; i < s.len; i++)
		words += s.ptr[i] == ' ';
	return words;
}

/* Prompts are names of columns, too: what is quoted may be any text, and so may what begins with a bracket (promptfoo). */
static enum name judge_name(const struct cell *cell)
{
	struct str s = str_trim(cell_text(cell));
	if (s.len == 0)
		return NAME_PERHAPS;
	if (is_figure(s) || cell->stray_len)
		return NAME_BAD;
	if (cell->quoted)
		return NAME_GOOD;
	for (size_t i = 0; i < s.len; i++)
		if (is_control((unsigned char)s.ptr[i]))
			return NAME_BAD;
	if (s.ptr[0] == '[')
		return NAME_GOOD;
	if (strchr("{}<>=*|\\", s.ptr[0]) || strchr("{};,.!", s.ptr[s.len - 1]) ||
	    str_find(s, STR_LIT("\":")) != SIZE_MAX || str_find(s, STR_LIT("://")) != SIZE_MAX)
		return NAME_BAD;
	return s.len <= NAME_MAX_BYTES && count_words(s) <= NAME_MAX_WORDS ? NAME_GOOD : NAME_PERHAPS;
}

/* ---- rows */

enum { ROWS_LOOKED_AT = 20, RICH_HEADER = 4 };

struct look {
	const unsigned char *p, *end;
	unsigned char delimiter;
	bool last;
};

struct row {
	size_t cells, good, bad;
	size_t filled;         /* cells with text behind the first */
	size_t parted, blanks; /* delimiters, and those before a blank: as in a sentence */
	size_t words;          /* of the longest cell without quotes */
	bool whole;
};

static bool is_blank_line(const struct look *l)
{
	return l->p < l->end && (*l->p == '\n' || (*l->p == '\r' && l->p + 1 < l->end && l->p[1] == '\n'));
}

static void look_at_row(struct look *l, struct row *row)
{
	struct cell cell;
	*row = (struct row){.whole = true};
	while (is_blank_line(l))
		l->p += *l->p == '\r' ? 2 : 1;
	if (l->p == l->end)
		return;
	do {
		cell_read(&cell, l->p, l->end, l->delimiter);
		enum name name = judge_name(&cell);
		size_t words = cell.quoted ? 0 : count_words(str_trim(cell_text(&cell)));
		row->filled += row->cells > 0 && (cell.len > 0 || cell.quoted);
		row->cells++;
		row->good += name == NAME_GOOD;
		row->bad += name == NAME_BAD;
		row->words = words > row->words ? words : row->words;
		row->parted += cell.stop == CELL_NEXT;
		row->blanks += cell.stop == CELL_NEXT && cell.next < l->end && *cell.next == ' ';
		l->p = cell.next;
	} while (cell.stop == CELL_NEXT);
	row->whole = cell.stop == CELL_ROW || (cell.stop == CELL_CUT && l->last);
}

/* JSON, a list of it, or markup; a name of promptfoo begins "[provider]". */
static bool is_json(const struct look *l)
{
	struct str s = {(const char *)l->p, (size_t)(l->end - l->p)};
	while (s.len > 0 && (*s.ptr == ' ' || *s.ptr == '\t'))
		s = str_from(s, 1);
	if (s.len == 0 || (*s.ptr != '[' && *s.ptr != '{' && *s.ptr != '<'))
		return false;
	return *s.ptr != '[' || str_find_char(s, ']') > str_find_char(s, ',') || str_starts(s, "[\"");
}

/* Half of what is in the row at `row` stands in the same columns of the one at `header`: lines of one pattern, no header. */
static bool repeats(const struct look *l, const unsigned char *header, const unsigned char *row)
{
	struct cell name = {.stop = CELL_NEXT}, cell = {.stop = CELL_NEXT};
	size_t filled = 0, same = 0;
	while (name.stop == CELL_NEXT && cell.stop == CELL_NEXT) {
		cell_read(&name, header, l->end, l->delimiter);
		cell_read(&cell, row, l->end, l->delimiter);
		filled += cell.len > 0;
		same += cell.len > 0 && str_eq(cell_text(&cell), cell_text(&name));
		header = name.next;
		row = cell.next;
	}
	return same > 0 && same * 2 >= filled;
}

/* As wide as the header; or, where that is many good names, lacking cells at its end. */
static bool fits(const struct row *row, const struct row *header)
{
	bool rich = header->cells >= RICH_HEADER && header->good == header->cells;
	return row->cells == header->cells || (rich && row->cells < header->cells && row->cells * 2 >= header->cells);
}

/* What the rows say of one delimiter; *width: how many columns. */
static enum convert_sniff try_delimiter(struct look l, size_t *width)
{
	struct row header, row;
	size_t same = 0, others = 0, filled = 0, parted, blanks;
	const enum convert_sniff open = l.last ? CONVERT_NO : CONVERT_MORE;
	const unsigned char *names = l.p;
	look_at_row(&l, &header);
	*width = header.cells;
	if (header.bad > 0)
		return CONVERT_NO;
	if (!header.whole)
		return open;
	if (header.cells < 2 || header.good < 2 || header.good * 2 < header.cells)
		return CONVERT_NO;
	parted = header.parted;
	blanks = header.blanks;
	/* A blank behind each comma is how prose is written, and some code: only short names can be a header then. */
	if (blanks == parted && l.delimiter != '\t' && header.words > NAME_SHORT_WORDS)
		return CONVERT_NO;
	for (size_t i = 0; i < ROWS_LOOKED_AT && l.p < l.end; i++) {
		while (is_blank_line(&l))
			l.p += *l.p == '\r' ? 2 : 1;
		if (is_json(&l) || repeats(&l, names, l.p))
			return CONVERT_NO;
		look_at_row(&l, &row);
		if (!row.cells)
			break;
		if (!row.whole) {
			if (same + others == 0 && row.cells <= header.cells)
				return l.last ? CONVERT_YES : CONVERT_MORE; /* one cell fills all that is looked at */
			break;
		}
		bool fit = fits(&row, &header);
		if (same + others == 0 && !fit)
			return CONVERT_NO;
		same += fit;
		others += !fit;
		filled += row.filled;
		parted += row.parted;
		blanks += row.blanks;
	}
	if (same == 0)
		return open;
	if (filled == 0) /* statements that end with the delimiter */
		return CONVERT_NO;
	/* Several rows say more. */
	if (blanks == parted && l.delimiter != '\t' && header.cells < 3 && same < 3)
		return l.last || same + others >= 3 ? CONVERT_NO : CONVERT_MORE;
	return same * (header.cells > 2 ? 2 : 1) >= others ? CONVERT_YES : CONVERT_NO;
}

size_t csv_before_header(struct str head, unsigned *delimiter)
{
	size_t at = str_starts(head, "\xEF\xBB\xBF") ? 3 : 0;
	while (at < head.len && (head.ptr[at] == '\n' || head.ptr[at] == '\r'))
		at++;
	struct str rest = str_from(head, at);
	if (rest.len < 6 || !str_starts(rest, "sep=") || !strchr(",;\t|", rest.ptr[4]))
		return at;
	size_t line = rest.ptr[5] == '\r' ? 6 : 5;
	if (line >= rest.len || rest.ptr[line] != '\n')
		return at;
	*delimiter = (unsigned char)rest.ptr[4];
	return at + line + 1;
}

enum convert_sniff csv_sniff(struct str head, bool last, unsigned *delimiter)
{
	static const char candidates[] = {',', ';', '\t'};
	enum convert_sniff best = CONVERT_NO;
	size_t best_width = 0, width;
	unsigned said = 0;
	struct str table = str_from(head, csv_before_header(head, &said));
	struct look l = {.p = (const unsigned char *)table.ptr, .last = last};
	if (table.len == 0)
		return last ? CONVERT_NO : CONVERT_MORE;
	l.end = l.p + table.len;
	if (is_json(&l))
		return CONVERT_NO;
	for (size_t i = 0; i < sizeof candidates; i++) {
		l.delimiter = said ? (unsigned char)said : (unsigned char)candidates[i];
		enum convert_sniff one = try_delimiter(l, &width);
		if (one == CONVERT_YES && (best != CONVERT_YES || width > best_width)) {
			*delimiter = l.delimiter;
			best_width = width;
		}
		best = one > best ? one : best;
	}
	return best;
}
