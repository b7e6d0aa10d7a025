#include "tui/screen/pane_text.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/base/text_words.h"
#include "store/base/vec.h"
#include "tui/keyed.h"

void sheet_begin(struct sheet *s, int cols)
{
	arena_reset(&s->arena);
	s->n = 0;
	s->rows = s->left_out = 0;
	s->cols = cols > 1 ? cols : 1;
	s->rows_max = SHEET_ROWS;
}

void sheet_done(struct sheet *s)
{
	arena_done(&s->arena);
	free(s->parts);
	*s = (struct sheet){0};
}

bool sheet_is_full(const struct sheet *s)
{
	return s->rows >= s->rows_max;
}

/* ---------------------------------------------------------------- rows */

void sheet_row(struct sheet *s)
{
	if (sheet_is_full(s))
		s->left_out++;
	else
		s->rows++;
}

static struct sheet_part *add_part(struct sheet *s)
{
	if (s->rows == 0)
		sheet_row(s);
	if (s->n == s->cap) {
		s->cap = s->cap ? size_mul(s->cap, 2) : 64;
		s->parts = xrealloc(s->parts, s->cap, sizeof *s->parts);
	}
	struct sheet_part *part = &s->parts[s->n++];
	*part = (struct sheet_part){.role = ROLE_TEXT, .col = -1, .row = s->rows - 1};
	return part;
}

void sheet_label(struct sheet *s, const char *label)
{
	sheet_row(s);
	sheet_addc(s, ROLE_HEADING, label);
	sheet_column(s, SHEET_LABEL);
}

void sheet_gap(struct sheet *s)
{
	if (s->n && s->parts[s->n - 1].row == s->rows - 1)
		sheet_row(s);
}

void sheet_add(struct sheet *s, enum role role, struct str text)
{
	if (s->left_out || text.len == 0)
		return;
	struct sheet_part *part = add_part(s);
	part->role = role;
	part->text = text;
}

void sheet_addc(struct sheet *s, enum role role, const char *text)
{
	sheet_add(s, role, str_of(text));
}

void sheet_printf(struct sheet *s, enum role role, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	sheet_add(s, role, arena_str(&s->arena, buf_str(&text)));
	buf_done(&text);
}

void sheet_column(struct sheet *s, int col)
{
	if (!s->left_out)
		add_part(s)->col = col; /* an empty part: what follows goes right after it */
}

void sheet_wrap(struct sheet *s, enum role role, int indent, struct str text, int max_rows)
{
	int cols = s->cols - indent > 8 ? s->cols - indent : 8, rows = 0;
	size_t from = 0;
	while (from != SIZE_MAX && !s->left_out) {
		struct text_row row;
		from = text_wrap(text, from, cols, &row);
		if (rows++ > 0)
			sheet_row(s);
		sheet_column(s, indent);
		if (max_rows > 0 && rows == max_rows && from != SIZE_MAX) {
			/* All the rest in one part: drawing cuts it at the edge and says so with an ellipsis. */
			sheet_add(s, role, str_cut(text, row.at, row.len + (size_t)cols));
			return;
		}
		sheet_add(s, role, str_cut(text, row.at, row.len));
	}
}

static enum role json_role(struct str line)
{
	struct str trimmed = str_trim(line);
	return trimmed.len && trimmed.len <= 2 &&
	               (trimmed.ptr[0] == '{' || trimmed.ptr[0] == '}' || trimmed.ptr[0] == ']')
	           ? ROLE_DIM
	           : ROLE_TEXT;
}

/* "key": of a pretty-printed line, with the colon; 0 if it has none. */
static size_t json_key_len(struct str line)
{
	size_t i = 0;
	while (i < line.len && line.ptr[i] == ' ')
		i++;
	if (i == line.len || line.ptr[i] != '"')
		return 0;
	for (i++; i < line.len && line.ptr[i] != '"'; i++)
		i += line.ptr[i] == '\\';
	return i + 1 < line.len && line.ptr[i + 1] == ':' ? i + 2 : 0;
}

static int blanks(struct str line)
{
	int n = 0;
	while ((size_t)n < line.len && line.ptr[n] == ' ')
		n++;
	return n;
}

/* One line of pretty-printed JSON: its name in one role, its value in another, wrapped below if it is long. */
static void add_json_line(struct sheet *s, int indent, struct str line)
{
	int deep = blanks(line);
	line = str_from(line, (size_t)deep);
	deep += indent;
	size_t key = json_key_len(line);
	sheet_row(s);
	sheet_column(s, deep);
	if (key) {
		struct str name = str_cut(line, 0, key);
		sheet_add(s, ROLE_JSON_KEY, name);
		line = str_from(line, key);
		if (line.len < 1000 && deep + text_cols(name) + text_cols(line) <= s->cols) {
			sheet_add(s, json_role(line), line);
			return;
		}
		sheet_row(s);
		deep += 2;
	}
	sheet_wrap(s, json_role(line), deep, str_trim(line), 0);
}

void sheet_json(struct sheet *s, int indent, struct str json)
{
	struct scan scan = SCAN_INIT;
	struct buf text = BUF_INIT;
	if (!scan_text(&scan, json, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true})) {
		sheet_row(s);
		sheet_wrap(s, ROLE_TEXT, indent, json, 0);
		scan_done(&scan);
		return;
	}
	scan_compact(&text, scan_root(&scan));
	if (text.len > 1000 || indent + text_cols(buf_str(&text)) > s->cols) {
		buf_clear(&text);
		scan_pretty(&text, scan_root(&scan));
	}
	struct str rest = arena_str(&s->arena, buf_str(&text)), line;
	while (!s->left_out && str_split(&rest, '\n', &line))
		add_json_line(s, indent, line);
	buf_done(&text);
	scan_done(&scan);
}

/* ---------------------------------------------------------------- figures */

static void add_made(struct sheet *s, enum role role, struct buf *made)
{
	sheet_add(s, role, arena_str(&s->arena, buf_str(made)));
	buf_done(made);
}

void sheet_duration(struct sheet *s, enum role role, int64_t ns, bool ascii)
{
	struct buf made = BUF_INIT;
	units_duration(&made, ns, ascii);
	add_made(s, role, &made);
}

void sheet_count(struct sheet *s, enum role role, int64_t n)
{
	struct buf made = BUF_INIT;
	units_thousands(&made, n);
	add_made(s, role, &made);
}

void sheet_usd(struct sheet *s, enum role role, double usd)
{
	struct buf made = BUF_INIT;
	units_usd(&made, usd);
	add_made(s, role, &made);
}

void sheet_cost(struct sheet *s, enum role role, double usd, bool estimated)
{
	struct buf made = BUF_INIT;
	(estimated ? units_usd_about : units_usd)(&made, usd);
	add_made(s, role, &made);
}

/* ---------------------------------------------------------------- scores */

int score_outcome(int pass, struct str label)
{
	if (pass >= 0)
		return pass;
	if (str_ieq(label, "pass") || str_ieq(label, "passed"))
		return 1;
	return str_ieq(label, "fail") || str_ieq(label, "failed") ? 0 : -1;
}

const char *score_mark(int outcome, bool ascii)
{
	if (ascii)
		return outcome == 1 ? "+" : outcome == 0 ? "x" : ".";
	return outcome == 1 ? "✓" : outcome == 0 ? "✗" : "·";
}

enum role score_role(int outcome)
{
	return outcome == 1 ? ROLE_OK : outcome == 0 ? ROLE_ERROR : ROLE_DIM;
}

void sheet_score(struct sheet *s, int outcome, double value, struct str label)
{
	enum role role = outcome < 0 ? ROLE_TEXT : score_role(outcome);
	struct buf text = BUF_INIT;
	bool is_bool = label.len && (value == 0 || value == 1); /* the label says all of it */
	if (!IS_UNKNOWN(value) && !is_bool)
		units_score(&text, value);
	if (text.len && label.len)
		buf_add_char(&text, ' ');
	buf_add_str(&text, label);
	add_made(s, role, &text);
}

/* ---------------------------------------------------------------- drawing and searching */

bool find_ignores_case(struct str find)
{
	for (size_t i = 0; i < find.len; i++)
		if (find.ptr[i] >= 'A' && find.ptr[i] <= 'Z')
			return false;
	return true;
}

void find_light(struct canvas c, int row, int col, int max_cols, struct str text, struct str find)
{
	if (find.len == 0)
		return;
	bool ignore_case = find_ignores_case(find);
	size_t len = 0;
	for (size_t at = words_find(text, find, 0, ignore_case, &len); at != SIZE_MAX;
	     at = words_find(text, find, at + len, ignore_case, &len)) {
		int from = text_cols(str_cut(text, 0, at));
		if (max_cols >= 0 && from >= max_cols)
			return;
		int cols = text_cols(str_cut(text, at, len));
		canvas_tint(c, row, col + from, max_cols >= 0 && from + cols > max_cols ? max_cols - from : cols,
		            ROLE_MATCH);
	}
}

/* The first part of a row at or after `row`: parts are in the order of their rows. */
static size_t first_part(const struct sheet *s, int row)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s->parts[mid].row < row)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void sheet_draw(const struct sheet *s, struct canvas c, int first, bool dim, struct str find)
{
	int col = 0, row = -1;
	for (size_t i = first_part(s, first); i < s->n && s->parts[i].row < first + c.rows; i++) {
		const struct sheet_part *part = &s->parts[i];
		if (part->row != row)
			col = 0;
		row = part->row;
		if (part->col >= 0)
			col = col > 0 && col > part->col ? col + 1 : part->col;
		int used = canvas_put(c, row - first, col, -1, dim ? ROLE_DIM : part->role, part->text);
		find_light(c, row - first, col, -1, str_cut(part->text, 0, 4000), find);
		col += used;
	}
	if (s->left_out && first + c.rows > s->rows)
		canvas_putc(c, s->rows - first, 0, -1, ROLE_DIM, keyed("and more: {v} shows all of it"));
}

static bool row_holds(const struct sheet *s, int row, struct str find)
{
	size_t len;
	for (size_t i = first_part(s, row); i < s->n && s->parts[i].row == row; i++)
		if (words_find(s->parts[i].text, find, 0, find_ignores_case(find), &len) != SIZE_MAX)
			return true;
	return false;
}

enum { SAY_COLS = 100 }; /* lines that the eye can follow */

int sheet_say(struct canvas c, enum role role, const char *text)
{
	struct sheet sheet = {0};
	if (c.rows <= 0 || c.cols <= 0)
		return 0;
	sheet_begin(&sheet, c.cols < SAY_COLS ? c.cols : SAY_COLS);
	sheet_row(&sheet);
	sheet_wrap(&sheet, role, 0, str_of(text), c.rows);
	sheet_draw(&sheet, c, 0, false, STR_NONE);
	int rows = sheet.rows;
	sheet_done(&sheet);
	return rows;
}

int sheet_find(const struct sheet *s, struct str find, int from, bool forward)
{
	for (int i = 0; i < s->rows && find.len; i++) {
		int row = forward ? (from + i) % s->rows : ((from - i) % s->rows + s->rows) % s->rows;
		if (row_holds(s, row, find))
			return row;
	}
	return -1;
}
