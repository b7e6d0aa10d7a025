/* Wrapping restarts at every newline, and inside of long lines at every PIECE bytes: so the rows before a place are found by
 * wrapping one piece, not the text. The price is one short row every 16 KB of a line. */
#include "tui/widget/pager.h"

#include "store/base/text_words.h"
#include "store/base/vec.h"

enum {
	PIECE = 16 * 1024,      /* bytes */
	NEAR_BLANK = 256,       /* a piece ends behind a blank, if one is this near */
	JSON_REACH = 64 * 1024, /* how far from its line's start a row may be to have its names coloured */
	BACK_STEP = 64 * 1024,  /* searching backwards */
	SIDE_STEP = 8
};

/* text[from, to) is laid out on its own; the next one begins at `next`. */
struct piece {
	size_t line, line_end; /* of the line it is part of, without the newline */
	size_t number;         /* in its line */
	size_t from, to, next;
};

static size_t line_start(struct str text, size_t at)
{
	const char *newline = at ? memrchr(text.ptr, '\n', at) : NULL;
	return newline ? (size_t)(newline - text.ptr) + 1 : 0;
}

static size_t line_end(struct str text, size_t at)
{
	const char *newline = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
	return newline ? (size_t)(newline - text.ptr) : text.len;
}

/* Where piece `number` of a line begins: depends on the line alone, so that it is the same from both sides. */
static size_t piece_start(const struct pager *p, const struct piece *in, size_t number)
{
	size_t at = in->line + number * PIECE;
	if (number == 0 || at >= in->line_end)
		return number == 0 ? in->line : in->line_end;
	for (size_t i = at; i < in->line_end && i < at + NEAR_BLANK; i++)
		if (p->text.ptr[i] == ' ')
			return i + 1;
	for (int i = 0; i < 3 && at < in->line_end && ((unsigned char)p->text.ptr[at] & 0xC0) == 0x80; i++)
		at++;
	return at;
}

static void fill_piece(const struct pager *p, struct piece *piece)
{
	bool long_line = p->wrap && piece->line_end - piece->line > PIECE;
	piece->from = piece_start(p, piece, piece->number);
	piece->to = long_line ? piece_start(p, piece, piece->number + 1) : piece->line_end;
	piece->next = piece->to;
	if (piece->to == piece->line_end) {
		piece->next = piece->line_end + (piece->line_end < p->text.len);
		if (piece->to > piece->from && piece->next > piece->to && p->text.ptr[piece->to - 1] == '\r')
			piece->to--;
	}
}

/* The piece that `at` (< text.len, or the end) lies in. */
static struct piece piece_at(const struct pager *p, size_t at)
{
	struct piece piece = {.line = line_start(p->text, at)};
	piece.line_end = line_end(p->text, at);
	if (p->wrap)
		piece.number = (at - piece.line) / PIECE;
	fill_piece(p, &piece);
	if (piece.from > at && piece.number > 0) { /* it begins behind its blank */
		piece.number--;
		fill_piece(p, &piece);
	}
	return piece;
}

static void next_piece(const struct pager *p, struct piece *piece)
{
	if (piece->next <= piece->line_end && piece->next < p->text.len) {
		piece->number++;
	} else {
		piece->line = piece->next;
		piece->line_end = line_end(p->text, piece->next);
		piece->number = 0;
	}
	fill_piece(p, piece);
}

/* ---- rows */

struct walk {
	struct piece piece;
	size_t at; /* the next row's start; text.len: no more */
};

static struct walk walk_from(const struct pager *p, size_t at)
{
	return (struct walk){.piece = piece_at(p, at), .at = at};
}

/* In the piece: the row at `at`, and where the next one begins (piece->next after the last). */
static size_t take_row(const struct pager *p, const struct piece *piece, size_t at, struct text_row *row)
{
	if (!p->wrap) {
		*row = (struct text_row){.at = at, .len = piece->to - at};
		return piece->next;
	}
	size_t next = text_wrap(str_cut(p->text, 0, piece->to), at, p->cols, row);
	return next == SIZE_MAX || next >= piece->to ? piece->next : next;
}

static bool walk_row(const struct pager *p, struct walk *walk, struct text_row *row)
{
	if (walk->at >= p->text.len)
		return false;
	size_t next = take_row(p, &walk->piece, walk->at, row);
	if (next >= walk->piece.next && next < p->text.len)
		next_piece(p, &walk->piece);
	walk->at = next;
	return true;
}

/* The start of the row n rows before `at`, which is a row's start or the text's end. */
static size_t rows_before(const struct pager *p, size_t at, size_t n)
{
	VEC(size_t) starts = {0};
	size_t found = at;
	while (n > 0 && found > 0) {
		struct piece piece = piece_at(p, found - 1);
		struct text_row row;
		vec_clear(&starts);
		for (size_t start = piece.from; start < found && start < piece.next;) {
			*vec_add(&starts) = start;
			start = take_row(p, &piece, start, &row);
		}
		BUG_ON(starts.n == 0 || !starts.at); /* a piece begins before `found` */
		size_t step = n < starts.n ? n : starts.n;
		found = starts.at[starts.n - step];
		n -= step;
	}
	vec_done(&starts);
	return found;
}

/* The start of the row that holds the byte at `offset`. */
static size_t row_of(const struct pager *p, size_t offset)
{
	if (p->text.len == 0)
		return 0;
	if (offset >= p->text.len)
		offset = p->text.len - 1;
	struct piece piece = piece_at(p, offset);
	struct text_row row;
	size_t start = piece.from;
	for (size_t next; start < piece.next; start = next) {
		next = take_row(p, &piece, start, &row);
		if (next > offset)
			break;
	}
	return start;
}

static size_t last_top(const struct pager *p)
{
	return rows_before(p, p->text.len, (size_t)p->rows);
}

static size_t page_end(const struct pager *p)
{
	struct walk walk = walk_from(p, p->top);
	struct text_row row;
	for (int i = 0; i < p->rows && walk_row(p, &walk, &row); i++)
		continue;
	return walk.at;
}

/* ---- setting up */

void pager_init(struct pager *p)
{
	*p = (struct pager){.wrap = true, .rows = 1, .cols = 80, .hit = SIZE_MAX};
}

void pager_done(struct pager *p)
{
	buf_done(&p->what);
	pager_init(p);
}

void pager_set(struct pager *p, struct str text)
{
	p->text = text;
	p->tints = NULL;
	p->n_tints = 0;
	p->top = 0;
	p->left = 0;
	p->hit = SIZE_MAX;
}

/* Text, width or wrapping changed: the top row is the one that holds the byte it began with. */
static void realign(struct pager *p)
{
	size_t limit = last_top(p);
	p->top = row_of(p, p->top);
	if (p->top > limit)
		p->top = limit;
}

void pager_update(struct pager *p, struct str text)
{
	p->text = text;
	realign(p);
}

void pager_set_size(struct pager *p, int rows, int cols)
{
	rows = rows > 1 ? rows : 1;
	cols = cols > 1 ? cols : 1;
	if (rows == p->rows && cols == p->cols)
		return;
	p->rows = rows;
	p->cols = cols;
	realign(p);
}

void pager_set_wrap(struct pager *p, bool wrap)
{
	p->wrap = wrap;
	p->left = 0;
	realign(p);
}

/* ---- moving */

bool pager_scroll(struct pager *p, int rows)
{
	size_t top = p->top;
	if (rows < 0) {
		p->top = rows_before(p, p->top, (size_t)-rows);
	} else {
		size_t limit = last_top(p);
		struct walk walk = walk_from(p, p->top);
		struct text_row row;
		for (int i = 0; i < rows && walk.at < limit && walk_row(p, &walk, &row); i++)
			continue;
		if (walk.at <= limit)
			p->top = walk.at;
	}
	return p->top != top;
}

static bool set_top(struct pager *p, size_t top)
{
	bool moved = p->top != top;
	p->top = top;
	return moved;
}

static bool sideways(struct pager *p, int cols)
{
	int left = p->left;
	if (!p->wrap && p->left + cols < 1 << 24)
		p->left = p->left + cols > 0 ? p->left + cols : 0;
	return p->left != left;
}

bool pager_move(struct pager *p, enum move move)
{
	int page = p->rows > 1 ? p->rows - 1 : 1, half = (p->rows + 1) / 2; /* one row stays, to read on by */
	switch (move) {
	case MOVE_DOWN:
	case MOVE_SCROLL_DOWN: return pager_scroll(p, 1);
	case MOVE_UP:
	case MOVE_SCROLL_UP: return pager_scroll(p, -1);
	case MOVE_PAGE_DOWN: return pager_scroll(p, page);
	case MOVE_PAGE_UP: return pager_scroll(p, -page);
	case MOVE_HALF_DOWN: return pager_scroll(p, half);
	case MOVE_HALF_UP: return pager_scroll(p, -half);
	case MOVE_FIRST: return set_top(p, 0);
	case MOVE_LAST: return set_top(p, last_top(p));
	case MOVE_LEFT: return sideways(p, -SIDE_STEP);
	case MOVE_RIGHT: return sideways(p, SIDE_STEP);
	case MOVE_LINE: break;
	}
	return false;
}

/* ---- searching */

void pager_search(struct pager *p, struct str what)
{
	bool has_upper = false;
	for (size_t i = 0; i < what.len; i++)
		has_upper = has_upper || (what.ptr[i] >= 'A' && what.ptr[i] <= 'Z');
	struct buf copy = BUF_INIT; /* `what` may be the old one */
	buf_add_str(&copy, what);
	buf_done(&p->what);
	p->what = copy;
	p->ignore_case = !has_upper;
	p->hit = SIZE_MAX;
}

static size_t find_before(const struct pager *p, size_t limit)
{
	struct str what = buf_str(&p->what);
	for (size_t end = limit; end > 0;) {
		size_t from = end > BACK_STEP ? end - BACK_STEP : 0, last = SIZE_MAX;
		struct str text = str_cut(p->text, 0, size_add(end, what.len));
		size_t len;
		for (size_t at = from; (at = words_find(text, what, at, p->ignore_case, &len)) < end; at++)
			last = at;
		if (last != SIZE_MAX)
			return last;
		end = from;
	}
	return SIZE_MAX;
}

static size_t find_next(const struct pager *p, bool forward)
{
	struct str what = buf_str(&p->what);
	size_t hit, len;
	if (forward) {
		size_t from = p->hit == SIZE_MAX ? p->top : p->hit + 1;
		hit = words_find(p->text, what, from, p->ignore_case, &len);
		return hit != SIZE_MAX ? hit : words_find(p->text, what, 0, p->ignore_case, &len);
	}
	hit = find_before(p, p->hit == SIZE_MAX ? p->top : p->hit);
	return hit != SIZE_MAX ? hit : find_before(p, p->text.len);
}

/* Without wrapping the byte may lie left or right of the pane. */
static void show_sideways(struct pager *p, size_t offset)
{
	size_t from = line_start(p->text, offset);
	int col = text_cols(str_cut(p->text, from, offset - from));
	if (col < p->left || col >= p->left + p->cols - SIDE_STEP)
		p->left = col > p->cols / 2 && col < 1 << 24 ? col - p->cols / 2 : 0;
}

void pager_show(struct pager *p, size_t offset)
{
	if (offset >= p->text.len)
		return;
	if (offset < p->top || offset >= page_end(p)) {
		size_t limit = last_top(p);
		p->top = rows_before(p, row_of(p, offset), (size_t)p->rows / 3);
		if (p->top > limit)
			p->top = limit;
	}
	if (!p->wrap)
		show_sideways(p, offset);
}

bool pager_next_hit(struct pager *p, bool forward)
{
	if (p->what.len == 0)
		return false;
	size_t hit = find_next(p, forward);
	if (hit == SIZE_MAX)
		return false;
	p->hit = hit;
	pager_show(p, hit);
	return true;
}

/* ---- drawing */

static void light_hits(const struct pager *p, struct canvas pane, int at, const struct text_row *row)
{
	struct str what = buf_str(&p->what);
	size_t end = row->at + row->len;
	size_t from = row->at >= what.len ? row->at - what.len + 1 : 0; /* one may have begun on the row before */
	struct str text = str_cut(p->text, 0, size_add(end, what.len));
	size_t len;
	while ((from = words_find(text, what, from, p->ignore_case, &len)) < end) {
		struct tint hit = {.from = from, .len = len, .role = ROLE_MATCH};
		rowtext_tint(pane, at, -p->left, p->text, row, &hit);
		from += len;
	}
}

/* The end of the JSON string whose opening quote is at `at`, behind its closing one. */
static size_t string_end(struct str text, size_t at, size_t limit)
{
	size_t i = at + 1;
	while (i < limit && text.ptr[i] != '"')
		i += text.ptr[i] == '\\' ? 2 : 1;
	return i < limit ? i + 1 : limit;
}

static bool is_before_colon(struct str text, size_t at)
{
	while (at < text.len && text.ptr[at] == ' ')
		at++;
	return at < text.len && text.ptr[at] == ':';
}

static void color_json(const struct pager *p, struct canvas pane, int at, size_t line, const struct text_row *row)
{
	size_t end = row->at + row->len, limit = size_add(end, JSON_REACH);
	if (row->at - line > JSON_REACH)
		return;
	if (limit > p->text.len)
		limit = p->text.len;
	for (size_t i = line; i < end;) {
		if (p->text.ptr[i] != '"') {
			i++;
			continue;
		}
		size_t after = string_end(p->text, i, limit);
		struct tint key = {.from = i, .len = after - i, .role = ROLE_JSON_KEY};
		if (is_before_colon(p->text, after))
			rowtext_tint(pane, at, -p->left, p->text, row, &key);
		i = after;
	}
}

void pager_draw(const struct pager *p, struct canvas pane, enum role role)
{
	struct walk walk = walk_from(p, p->top);
	struct text_row row;
	for (int i = 0; i < pane.rows; i++) {
		size_t line = walk.piece.line;
		if (!walk_row(p, &walk, &row))
			break;
		if (!p->wrap) /* no more of an endless line than can be seen, and a bit to be cut off */
			row.len = text_fit(str_cut(p->text, row.at, row.len), p->left + pane.cols + SIDE_STEP, NULL);
		canvas_put(pane, i, -p->left, -1, role, str_cut(p->text, row.at, row.len));
		if (role != ROLE_TEXT)
			continue;
		if (p->json)
			color_json(p, pane, i, line, &row);
		rowtext_tints(pane, i, -p->left, p->text, &row, p->tints, p->n_tints);
		if (p->what.len)
			light_hits(p, pane, i, &row);
	}
}

/* ---- questions */

static int count_rows(const struct pager *p, size_t from, int limit)
{
	struct walk walk = walk_from(p, from);
	struct text_row row;
	int n = 0;
	while (n < limit && walk_row(p, &walk, &row))
		n++;
	return n;
}

int pager_rows_below(const struct pager *p, int limit)
{
	return count_rows(p, page_end(p), limit);
}

int pager_rows_of(struct str text, int cols, int limit)
{
	struct pager p;
	pager_init(&p);
	p.text = text;
	p.cols = cols > 1 ? cols : 1;
	return count_rows(&p, 0, limit);
}

void pager_position(struct buf *out, const struct pager *p)
{
	size_t end = page_end(p);
	if (end >= p->text.len)
		buf_add_cstr(out, p->top == 0 ? "all" : "end");
	else if (p->top == 0)
		buf_add_cstr(out, "top");
	else
		buf_printf(out, "%d%%", (int)((double)end * 100 / (double)p->text.len));
}
