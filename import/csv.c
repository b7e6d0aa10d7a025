/* Delimited text → JSON Lines: one object per row, {"column":"text",…}, every value a string, exactly the cell's text. A column without a
 * name, and a cell beyond the header, is "#7" by its number; a second column of a name is "name#2". A cell that a row lacks is absent.
 *
 * A quote that is never closed swallows rows. It is met at the end of the bytes, or where a cell over several lines closes and text
 * follows the quote; then the row's first line is given up, and reading goes on at the next line that is a row as wide as the header. */
#include "import/csv.h"

#include <stdlib.h>

#include "import/convert_private.h"
#include "store/base/hash.h"
#include "store/base/scan.h"

enum {
	EXTRA_TOLD = 20,         /* rows with cells beyond the header that are told one by one */
	WANT_DOUBLE = 64 << 10,  /* a row longer than this is looked at again only when twice as much is there */
	RESYNC_LOOK = 256 << 10, /* so far behind a bad row the next is looked for */
	RESYNC_BUDGET = 4 << 20  /* bytes looked at for it */
};

struct csv {
	bool begun;    /* the header is read */
	bool skipping; /* in a row that is too large */
	bool in_quotes;
	unsigned char delimiter;
	uint64_t extra; /* rows with cells beyond the header */
	struct buf keys;
	VEC(struct str) columns; /* what stands before each cell: {"name":" or ","name":" */
};

static void csv_done(void *state)
{
	struct csv *v = state;
	buf_done(&v->keys);
	vec_done(&v->columns);
}

/* The bytes ran out in what begins at in[at]. */
static enum convert_step want_more(struct convert *c)
{
	size_t had = c->len - c->at;
	c->want = had > WANT_DOUBLE ? had * 2 : had + 1;
	return CONVERT_WANT;
}

static void take_lines(struct convert *c, size_t n)
{
	const unsigned char *p = c->in + c->at, *end = p + n;
	for (; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		c->line++;
	convert_take(c, n);
}

/* ---- header */

static void add_text(struct buf *out, const struct cell *cell)
{
	for (size_t i = 0; i < cell->len; i++) {
		buf_add_char(out, (char)cell->text[i]);
		i += cell->doubled && cell->text[i] == '"';
	}
	buf_add(out, cell->stray, cell->stray_len);
}

/* Names by their hash, and how often a number was tried for the same name again. */
struct name_slot {
	uint64_t hash; /* 0: free */
	unsigned repeats;
};
struct name_table {
	struct name_slot *slots;
	size_t size; /* a power of two, more than twice the names */
};

/* The name's slot; *taken: it was there already. */
static struct name_slot *name_slot(struct name_table *t, struct str name, bool *taken)
{
	uint64_t hash = hash64(name) | 1;
	size_t i = (size_t)(hash >> 1) & (t->size - 1);
	while (t->slots[i].hash && t->slots[i].hash != hash)
		i = (i + 1) & (t->size - 1);
	*taken = t->slots[i].hash == hash;
	t->slots[i].hash = hash;
	return &t->slots[i];
}

/* The name of column i, from 0, in *text. */
static void make_name(struct buf *text, const struct cell *cell, struct name_table *names, size_t i)
{
	bool taken;
	buf_clear(text);
	add_text(text, cell);
	struct str trimmed = str_trim(buf_str(text));
	if (trimmed.len == 0) {
		buf_clear(text);
		buf_printf(text, "#%zu", i + 1);
	} else if (!cell->quoted) {
		memmove(text->ptr, trimmed.ptr, trimmed.len);
		text->len = trimmed.len;
	}
	struct name_slot *slot = name_slot(names, buf_str(text), &taken);
	for (size_t whole = text->len; taken; name_slot(names, buf_str(text), &taken)) {
		text->len = whole;
		buf_printf(text, "#%u", 2 + slot->repeats++);
	}
}

static void add_column(struct csv *v, struct str name)
{
	size_t from = v->keys.len;
	buf_add_cstr(&v->keys, v->columns.n ? "\"," : "{");
	scan_quote(&v->keys, name);
	buf_add_cstr(&v->keys, ":\"");
	*vec_add(&v->columns) = (struct str){NULL, v->keys.len - from};
}

/* The header of `cells` stands at in[at] whole. */
static size_t read_header(const struct convert *c, struct csv *v, size_t cells)
{
	struct cell cell;
	struct buf text = BUF_INIT;
	struct name_table names = {.size = 16};
	const unsigned char *p = c->in + c->at, *end = c->in + c->len;
	while (names.size < cells * 4) /* each may take a second name */
		names.size *= 2;
	names.slots = xcalloc(names.size, sizeof *names.slots);
	do {
		cell_read(&cell, p, end, v->delimiter);
		make_name(&text, &cell, &names, v->columns.n);
		add_column(v, buf_str(&text));
		p = cell.next;
	} while (cell.stop == CELL_NEXT);
	for (size_t i = 0, at = 0; i < v->columns.n; at += v->columns.at[i++].len)
		v->columns.at[i].ptr = v->keys.ptr + at;
	buf_done(&text);
	free(names.slots);
	return (size_t)(p - (c->in + c->at));
}

static enum convert_step header_step(struct convert *c, struct csv *v)
{
	unsigned delimiter = c->dialect;
	struct str head = {(const char *)c->in + c->at, c->len - c->at};
	struct cell cell;
	size_t before = csv_before_header(head, &delimiter);
	v->delimiter = (unsigned char)delimiter;
	const unsigned char *p = c->in + c->at + before, *end = c->in + c->len;
	size_t cells = 0;
	do {
		cell_read(&cell, p, end, v->delimiter);
		p = cell.next;
		cells++;
	} while (cell.stop == CELL_NEXT);
	if (cell.stop != CELL_ROW) {
		if (!c->ended)
			return want_more(c);
		convert_tell(c, c->at, c->line, SEVERITY_FILE, "truncated", 0, "nothing imported",
		             "the header is cut off");
		return CONVERT_END;
	}
	take_lines(c, before);
	take_lines(c, read_header(c, v, cells));
	v->begun = true;
	return CONVERT_GO;
}

/* ---- rows */

static void write_quoted(struct convert *c, const struct cell *cell)
{
	const unsigned char *p = cell->text, *end = p + cell->len;
	while (cell->doubled) {
		const unsigned char *quote = memchr(p, '"', (size_t)(end - p));
		if (!quote)
			break;
		convert_body(c, p, (size_t)(quote + 1 - p));
		p = quote + 2;
	}
	convert_body(c, p, (size_t)(end - p));
	convert_body(c, cell->stray, cell->stray_len);
}

static void write_cell(struct convert *c, const struct csv *v, const struct cell *cell, size_t i)
{
	if (i < v->columns.n)
		convert_add(c, v->columns.at[i].ptr, v->columns.at[i].len);
	else
		c->text.len += (size_t)snprintf(convert_room(c, 40), 40, "\",\"#%zu\":\"", i + 1);
	if (cell->quoted)
		write_quoted(c, cell);
	else
		convert_body(c, cell->text, cell->len);
}

struct row {
	size_t cells, size; /* bytes with the line end */
	size_t stray;       /* offset in the row of what follows a closing quote, 0: none */
	bool unclosed;      /* a quote swallows what follows */
	bool large;
	enum cell_stop stop;
};

/* Writes the row at in[at] as far as it is there. */
static void write_row(struct convert *c, const struct csv *v, struct row *row)
{
	const unsigned char *start = c->in + c->at, *p = start, *end = c->in + c->len;
	size_t mark = c->text.len;
	struct cell cell;
	*row = (struct row){0};
	do {
		cell_read(&cell, p, end, v->delimiter);
		row->unclosed |= cell.stop == CELL_UNCLOSED || (cell.stray_len > 0 && cell.lines > 0);
		if (cell.stray_len > 0 && !row->stray)
			row->stray = (size_t)(cell.stray - start);
		write_cell(c, v, &cell, row->cells++);
		p = cell.next;
		row->large = c->text.len - mark > c->max;
	} while (cell.stop == CELL_NEXT && !row->unclosed && !row->large);
	row->stop = cell.stop;
	row->size = (size_t)(p - start);
	convert_lit(c, "\"}\n");
}

/* How many cells the line at p begins a row of, looked at as far as `end`; 0: it is no whole row. *used: bytes looked at. */
static size_t row_width(const struct csv *v, const unsigned char *p, const unsigned char *end, bool last, size_t *used)
{
	const unsigned char *start = p;
	struct cell cell;
	size_t cells = 0;
	do {
		cell_read(&cell, p, end, v->delimiter);
		*used = (size_t)(cell.next - start);
		if (cell.stop == CELL_UNCLOSED || cell.stray_len > 0)
			return 0;
		cells++;
		p = cell.next;
	} while (cell.stop == CELL_NEXT);
	return cell.stop == CELL_ROW || last ? cells : 0;
}

/* The first line behind in[at]'s, in the next `range` bytes, that looks like a row; 0: none. */
static size_t next_row(const struct convert *c, const struct csv *v, size_t range)
{
	const unsigned char *start = c->in + c->at, *end = start + range, *p = start;
	bool last = c->ended && end == c->in + c->len;
	size_t budget = RESYNC_BUDGET, used;
	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL && ++p < end) {
		size_t look = (size_t)(end - p) < WANT_DOUBLE ? (size_t)(end - p) : WANT_DOUBLE;
		size_t width = row_width(v, p, p + look, last && p + look == end, &used);
		if (width == v->columns.n || used > budget)
			return (size_t)(p - start);
		budget -= used;
	}
	return 0;
}

/* `size`: of what was taken for the row. */
static enum convert_step give_up_row(struct convert *c, const struct csv *v, size_t size, bool at_end)
{
	size_t there = c->len - c->at, range = size + RESYNC_LOOK < there ? size + RESYNC_LOOK : there;
	if (range == there && !c->ended) { /* the same is found however the bytes come in pieces */
		c->want = size + RESYNC_LOOK + 1;
		return CONVERT_WANT;
	}
	size_t next = next_row(c, v, range);
	if (next == 0 && at_end) {
		convert_tell(c, c->at, c->line, SEVERITY_SKIPPED, "incomplete-tail", 0,
		             "read again when the file has grown",
		             "the text ends inside quotes that begin in this row");
		take_lines(c, there);
		return CONVERT_END;
	}
	convert_tell(c, c->at, c->line, SEVERITY_SKIPPED, "bad-csv", 1, "row skipped",
	             "a quote in this row is not closed, or one inside its text is not doubled");
	take_lines(c, next ? next : range);
	return CONVERT_GO;
}

static void warn_row(struct convert *c, struct csv *v, size_t at, const struct row *row)
{
	if (row->stray)
		convert_tell(c, at + row->stray, c->line, SEVERITY_WARNING, "bad-csv", 0, "kept as text of the cell",
		             "text behind a closing quote");
	if (row->cells <= v->columns.n || ++v->extra > EXTRA_TOLD)
		return;
	convert_tell(c, at, c->line, SEVERITY_WARNING, "extra-cells", 0, "kept as #N, by their number",
	             "%zu cells in a table of %zu columns", row->cells, v->columns.n);
}

static enum convert_step too_large(struct convert *c, struct csv *v)
{
	convert_tell(c, c->at, c->line, SEVERITY_SKIPPED, "limit-record", 1, "row skipped",
	             "a row larger than %zu bytes", c->max);
	v->skipping = true;
	v->in_quotes = false;
	return CONVERT_GO;
}

/* Passes over the rest of a row that is too large: a line end outside quotes ends it. */
static enum convert_step skip_step(struct convert *c, struct csv *v)
{
	const unsigned char *p = c->in + c->at, *end = c->in + c->len;
	while (p < end && (v->in_quotes || *p != '\n'))
		v->in_quotes ^= *p++ == '"';
	bool ends = p < end;
	take_lines(c, (size_t)(p - (c->in + c->at)) + ends);
	if (ends)
		v->skipping = false;
	else if (!c->ended)
		return want_more(c);
	return CONVERT_GO;
}

static enum convert_step row_step(struct convert *c, struct csv *v)
{
	struct row row;
	size_t mark = c->text.len, at = c->at;
	write_row(c, v, &row);
	bool open = row.stop == CELL_CUT || row.stop == CELL_UNCLOSED;
	if (row.large || (open && !c->ended) || row.unclosed || (open && row.cells < v->columns.n)) {
		c->text.len = mark;
		if (row.large || (open && c->len - c->at > c->max))
			return too_large(c, v);
		if (open && !c->ended)
			return want_more(c);
		if (row.unclosed)
			return give_up_row(c, v, row.size, row.stop == CELL_UNCLOSED);
		convert_tell(c, at, c->line, SEVERITY_SKIPPED, "incomplete-tail", 0,
		             "read again when the file has grown",
		             "the last row is cut off: %zu cells of %zu and no line end", row.cells, v->columns.n);
		take_lines(c, row.size);
		return CONVERT_END;
	}
	size_t end = c->text.len;
	c->text.len = mark;
	convert_mark(c, at, c->line);
	c->text.len = end;
	warn_row(c, v, at, &row);
	take_lines(c, row.size);
	return CONVERT_GO;
}

static enum convert_step csv_step(struct convert *c)
{
	struct csv *v = c->state;
	if (!v->begun)
		return header_step(c, v);
	if (c->at == c->len) {
		if (!c->ended)
			return want_more(c);
		if (v->extra > EXTRA_TOLD)
			convert_tell(c, c->at, c->line, SEVERITY_WARNING, "extra-cells", 0,
			             "kept as #N, by their number", "%llu more rows with more cells than columns",
			             (unsigned long long)(v->extra - EXTRA_TOLD));
		return CONVERT_END;
	}
	if (v->skipping)
		return skip_step(c, v);
	const unsigned char *p = c->in + c->at;
	bool blank = *p == '\n' || (*p == '\r' && c->at + 1 < c->len && p[1] == '\n');
	if (!blank)
		return row_step(c, v);
	take_lines(c, *p == '\n' ? 1 : 2);
	return CONVERT_GO;
}

const struct conversion convert_csv = {
    .name = "csv", .state_size = sizeof(struct csv), .sniff = csv_sniff, .step = csv_step, .done = csv_done};
