#include "tui/widget/edit.h"

enum { MAX_LINE = 16 * 1024, MAX_HISTORY = 500 };

#define CTRL(letter) ((letter)&31)

/* ---- history */

static void drop_line(struct edit_history *history, size_t i)
{
	free(history->lines[i]);
	history->n--;
	memmove(&history->lines[i], &history->lines[i + 1], (history->n - i) * sizeof *history->lines);
}

void edit_history_add(struct edit_history *history, struct str line)
{
	if (str_trim(line).len == 0)
		return;
	for (size_t i = 0; i < history->n; i++) {
		if (str_is(line, history->lines[i])) {
			drop_line(history, i);
			break;
		}
	}
	if (history->n == MAX_HISTORY)
		drop_line(history, 0);
	if (history->n == history->cap) {
		history->cap = history->cap ? history->cap * 2 : 16;
		history->lines = xrealloc(history->lines, history->cap, sizeof *history->lines);
	}
	history->lines[history->n++] = xstrndup(line);
}

void edit_history_done(struct edit_history *history)
{
	for (size_t i = 0; i < history->n; i++)
		free(history->lines[i]);
	free(history->lines);
	*history = (struct edit_history){0};
}

/* ---- the line */

void edit_init(struct edit *e, struct edit_history *history, struct str text)
{
	*e = (struct edit){.history = history, .place = history ? history->n : 0};
	edit_insert(e, text);
}

void edit_done(struct edit *e)
{
	buf_done(&e->line);
	buf_done(&e->typed);
	buf_done(&e->hint);
	*e = (struct edit){0};
}

/* The start of the cluster before byte `at`. A cluster may give several cells, all with its own offset. */
static size_t before(const struct edit *e, size_t at)
{
	struct text_iter it;
	struct cell_text cell;
	size_t start = 0;
	for (text_iter_init(&it, str_cut(buf_str(&e->line), 0, at), false); text_next(&it, &cell);)
		start = it.at;
	return start;
}

static size_t after(const struct edit *e, size_t at)
{
	struct text_iter it;
	struct cell_text cell;
	text_iter_init(&it, str_from(buf_str(&e->line), at), false);
	return text_next(&it, &cell) ? at + it.next_at : at;
}

static enum edit_result move_to(struct edit *e, size_t at)
{
	e->caret = at;
	return EDIT_MOVED;
}

/* Deletes [from, to); the caret stands at `from`. */
static enum edit_result cut(struct edit *e, size_t from, size_t to)
{
	e->caret = from;
	if (from >= to)
		return EDIT_MOVED;
	memmove(e->line.ptr + from, e->line.ptr + to, e->line.len - to + 1);
	e->line.len -= to - from;
	return EDIT_CHANGED;
}

static void insert(struct edit *e, const char *bytes, size_t n)
{
	if (n == 0 || e->line.len + n > MAX_LINE)
		return;
	buf_add(&e->line, bytes, n); /* makes room */
	memmove(e->line.ptr + e->caret + n, e->line.ptr + e->caret, e->line.len - n - e->caret);
	memcpy(e->line.ptr + e->caret, bytes, n);
	e->caret += n;
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

void edit_insert(struct edit *e, struct str text)
{
	struct buf clean = BUF_INIT;
	while (text.len) {
		uint32_t code = text_decode(&text);
		text_encode(&clean, is_control(code) ? ' ' : code);
	}
	insert(e, buf_cstr(&clean), clean.len);
	buf_done(&clean);
}

static size_t word_start(const struct edit *e)
{
	size_t at = e->caret;
	while (at > 0 && e->line.ptr[at - 1] == ' ')
		at--;
	while (at > 0 && e->line.ptr[at - 1] != ' ')
		at--;
	return at;
}

static void set_line(struct edit *e, struct str text)
{
	buf_clear(&e->line);
	buf_add_str(&e->line, text);
	e->caret = e->line.len;
}

void edit_set(struct edit *e, struct str line, size_t caret)
{
	set_line(e, line);
	e->caret = caret < e->line.len ? caret : e->line.len;
}

static enum edit_result recall(struct edit *e, bool older)
{
	if (!e->history || (older ? e->place == 0 : e->place >= e->history->n))
		return EDIT_MOVED;
	if (e->place == e->history->n) {
		buf_clear(&e->typed);
		buf_add_str(&e->typed, buf_str(&e->line));
	}
	e->place += older ? (size_t)-1 : 1;
	bool typed = e->place == e->history->n;
	set_line(e, typed ? buf_str(&e->typed) : str_of(e->history->lines[e->place]));
	return EDIT_CHANGED;
}

static enum edit_result complete(struct edit *e)
{
	buf_clear(&e->hint);
	if (!e->complete || !e->complete(e->context, &e->line, &e->caret, &e->hint))
		return EDIT_MOVED;
	if (e->caret > e->line.len)
		e->caret = e->line.len;
	return EDIT_CHANGED;
}

static enum edit_result finish(struct edit *e)
{
	if (e->history)
		edit_history_add(e->history, buf_str(&e->line));
	return EDIT_DONE;
}

static enum edit_result type(struct edit *e, int key)
{
	if (key < 0x20 || key > 0x10FFFF || is_control((uint32_t)key))
		return EDIT_IGNORED;
	struct buf bytes = BUF_INIT;
	text_encode(&bytes, (uint32_t)key);
	insert(e, buf_cstr(&bytes), bytes.len);
	buf_done(&bytes);
	return EDIT_CHANGED;
}

enum edit_result edit_key(struct edit *e, int key)
{
	if (key != KEY_TAB)
		buf_clear(&e->hint);
	switch (key) {
	case KEY_ARROW_LEFT:
	case CTRL('B'): return move_to(e, before(e, e->caret));
	case KEY_ARROW_RIGHT:
	case CTRL('F'): return move_to(e, after(e, e->caret));
	case KEY_TO_HOME:
	case CTRL('A'): return move_to(e, 0);
	case KEY_TO_END:
	case CTRL('E'): return move_to(e, e->line.len);
	case KEY_ARROW_UP:
	case CTRL('P'): return recall(e, true);
	case KEY_ARROW_DOWN:
	case CTRL('N'): return recall(e, false);
	case KEY_ERASE: return e->line.len ? cut(e, before(e, e->caret), e->caret) : EDIT_CANCELLED;
	case KEY_DEL:
	case CTRL('D'): return cut(e, e->caret, after(e, e->caret));
	case CTRL('W'): return cut(e, word_start(e), e->caret);
	case CTRL('U'): return cut(e, 0, e->caret);
	case CTRL('K'): return cut(e, e->caret, e->line.len);
	case KEY_TAB: return complete(e);
	case KEY_RETURN: return finish(e);
	case KEY_ESCAPE:
	case CTRL('C'):
	case CTRL('G'): return EDIT_CANCELLED;
	default: return type(e, key);
	}
}

/* ---- drawing */

static int cols_of(struct str text, bool ascii)
{
	struct text_iter it;
	struct cell_text cell;
	int cols = 0;
	for (text_iter_init(&it, text, ascii); text_next(&it, &cell);)
		cols += cell.cols;
	return cols;
}

void edit_draw(const struct edit *e, struct canvas c, int row, const char *prompt)
{
	bool ascii = c.grid->ascii;
	int at = canvas_putc(c, row, 0, c.cols / 2, ROLE_HINT_KEY, prompt);
	struct canvas field = canvas_part(c, row, at, 1, c.cols - at);
	if (field.rows == 0 || field.cols == 0)
		return;
	int caret = cols_of(str_cut(buf_str(&e->line), 0, e->caret), ascii);
	int left = caret >= field.cols ? caret - field.cols + 1 : 0;
	canvas_clear(field);
	canvas_put(field, 0, -left, -1, ROLE_INPUT, buf_str(&e->line));
	if (e->hint.len)
		canvas_put(field, 0, cols_of(buf_str(&e->line), ascii) - left + 2, -1, ROLE_DIM, buf_str(&e->hint));
	c.grid->caret_row = field.row;
	c.grid->caret_col = field.col + caret - left;
}

void edit_click(struct edit *e, int cols, const char *prompt, int col)
{
	int sign = text_cols(str_of(prompt)), field = cols - sign;
	int caret = cols_of(str_cut(buf_str(&e->line), 0, e->caret), false);
	int left = caret >= field ? caret - field + 1 : 0, at = sign - left;
	struct text_iter it;
	struct cell_text cell;
	if (field <= 0)
		return;
	buf_clear(&e->hint);
	e->caret = e->line.len;
	for (text_iter_init(&it, buf_str(&e->line), false); text_next(&it, &cell); at += cell.cols)
		if (col < at + cell.cols) {
			e->caret = it.at;
			return;
		}
}

int edit_col(const struct edit *e, int cols, const char *prompt, size_t at)
{
	int sign = text_cols(str_of(prompt)), field = cols - sign;
	int caret = cols_of(str_cut(buf_str(&e->line), 0, e->caret), false);
	int left = caret >= field ? caret - field + 1 : 0;
	int col = sign + cols_of(str_cut(buf_str(&e->line), 0, at), false) - left;
	return col < sign ? sign : col < cols ? col : cols - 1;
}
