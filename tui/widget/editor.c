#include "tui/widget/editor.h"

#include <stdlib.h>

#include "tui/widget/editor_private.h"

#define CTRL(letter) ((letter)&31)

/* TEXT_COLS_MOST: longer rows are hard to read. The caret may stand one column behind a full row. */
enum { TEXT_COLS_MOST = 96, FRAME_ROWS = 2, MARGIN_COLS = 1 };

/* ---------------------------------------------------------------- beginning and end */

/* What a text of people may hold: tabs and newlines, no other control. Returns how many were left out. */
static size_t clean(struct buf *out, struct str bytes)
{
	size_t left_out = 0;
	while (bytes.len) {
		uint32_t code = text_decode(&bytes);
		bool newline = code == '\n' || code == '\r' || code == 0x85 || code == 0x2028 || code == 0x2029;
		if (code == '\r' && bytes.len && bytes.ptr[0] == '\n')
			continue;
		if (newline)
			buf_add_char(out, '\n');
		else if (code != '\t' && (code < 0x20 || (code >= 0x7F && code < 0xA0)))
			left_out++;
		else
			text_encode(out, code);
	}
	return left_out;
}

void editor_init(struct editor *e, struct str text)
{
	*e = (struct editor){.rows = 1, .cols = TEXT_COLS_MOST, .goal = -1};
	clean(&e->text, text);
	buf_add_str(&e->first, buf_str(&e->text));
	e->caret = e->text.len;
	editor_wrap_all(e);
}

void editor_done(struct editor *e)
{
	editor_forget_changes(e);
	buf_done(&e->text);
	buf_done(&e->first);
	free(e->starts);
	*e = (struct editor){0};
}

struct str editor_text(const struct editor *e)
{
	return buf_str(&e->text);
}

bool editor_is_changed(const struct editor *e)
{
	return !str_eq(buf_str(&e->text), buf_str(&e->first));
}

/* ---------------------------------------------------------------- what shows */

static void show_caret(struct editor *e)
{
	size_t row = editor_caret_row(e), rows = (size_t)e->rows;
	if (row < e->top)
		e->top = row;
	if (row >= e->top + rows)
		e->top = row - rows + 1;
	if (e->top + rows > e->n_starts) /* what was deleted leaves no blank rows behind */
		e->top = e->n_starts > rows ? e->n_starts - rows : 0;
}

void editor_fit(struct editor *e, int rows, int cols)
{
	int text_rows = rows > FRAME_ROWS ? rows - FRAME_ROWS : 1, text_cols = cols - 2 * MARGIN_COLS;
	text_cols = text_cols > TEXT_COLS_MOST ? TEXT_COLS_MOST : text_cols < 1 ? 1 : text_cols;
	bool wraps = text_cols != e->cols;
	e->rows = text_rows;
	e->cols = text_cols;
	e->goal = -1;
	if (wraps)
		editor_wrap_all(e);
	show_caret(e);
}

/* ---------------------------------------------------------------- moving */

static void move_to(struct editor *e, size_t at)
{
	e->caret = editor_boundary(e, at);
	e->goal = -1;
	e->clings = false;
	e->sealed = true;
}

static void move_rows(struct editor *e, int by)
{
	size_t row = editor_caret_row(e);
	size_t n = (size_t)(by < 0 ? -by : by);
	int goal = e->goal >= 0 ? e->goal : editor_col_of(e, row, e->caret);
	if (by < 0 && row == 0) {
		move_to(e, 0);
		return;
	}
	if (by > 0 && row + 1 == e->n_starts) {
		move_to(e, e->text.len);
		return;
	}
	row = by < 0 ? (row > n ? row - n : 0) : (row + n < e->n_starts ? row + n : e->n_starts - 1);
	move_to(e, editor_at_col(e, row, goal));
	e->goal = goal;
	e->clings = row + 1 < e->n_starts && e->caret == e->starts[row + 1];
}

static void move_to_row_end(struct editor *e)
{
	size_t row = editor_caret_row(e);
	move_to(e, editor_row_end(e, row));
	e->clings = row + 1 < e->n_starts && e->caret == e->starts[row + 1];
}

void editor_click(struct editor *e, int row, int col)
{
	size_t at = e->top + (size_t)(row > 1 ? row - 1 : 0);
	if (e->asking || row < 1 || row > e->rows)
		return;
	if (at >= e->n_starts)
		move_to(e, e->text.len);
	else
		move_to(e, editor_at_col(e, at, col > MARGIN_COLS ? col - MARGIN_COLS : 0));
	e->clings = at + 1 < e->n_starts && e->caret == e->starts[at + 1];
	e->said[0] = '\0';
}

void editor_scroll(struct editor *e, int rows)
{
	size_t page = (size_t)e->rows, by = (size_t)(rows < 0 ? -rows : rows), row = editor_caret_row(e);
	size_t last = e->n_starts > page ? e->n_starts - page : 0;
	if (e->asking)
		return;
	e->top = rows < 0 ? (e->top > by ? e->top - by : 0) : e->top + by < last ? e->top + by : last;
	if (row < e->top)
		move_rows(e, (int)(e->top - row));
	else if (row >= e->top + page)
		move_rows(e, -(int)(row - e->top - page + 1));
}

static bool is_gap(const struct editor *e, size_t at)
{
	char c = e->text.ptr[at];
	return c == ' ' || c == '\n' || c == '\t';
}

static size_t word_before(const struct editor *e, size_t at)
{
	while (at > 0 && is_gap(e, at - 1))
		at--;
	while (at > 0 && !is_gap(e, at - 1))
		at--;
	return editor_boundary(e, at);
}

static size_t word_after(const struct editor *e, size_t at)
{
	while (at < e->text.len && is_gap(e, at))
		at++;
	while (at < e->text.len && !is_gap(e, at))
		at++;
	return at;
}

/* ---------------------------------------------------------------- changing */

static void cut(struct editor *e, size_t from, size_t to, bool typing)
{
	if (from < to)
		editor_change(e, from, to - from, STR_LIT(""), typing);
}

static void insert(struct editor *e, size_t removed, struct str text, bool typing)
{
	if (e->text.len - removed + text.len > EDITOR_MOST)
		snprintf(e->said, sizeof e->said, "not taken: the text would be longer than 1 MiB");
	else
		editor_change(e, e->caret, removed, text, typing);
}

static void type(struct editor *e, int key)
{
	struct buf bytes = BUF_INIT;
	bool control = key < 0x20 || (key >= 0x7F && key < 0xA0);
	if (key > 0x10FFFF || (control && key != '\n' && key != '\t'))
		return;
	text_encode(&bytes, (uint32_t)key);
	insert(e, 0, buf_str(&bytes), true);
	buf_done(&bytes);
}

static void cut_line_end(struct editor *e)
{
	size_t end = e->caret + str_find_char(str_from(buf_str(&e->text), e->caret), '\n');
	if (end < e->caret || end > e->text.len) /* none */
		end = e->text.len;
	cut(e, e->caret, end == e->caret ? editor_after(e, end) : end, false);
}

/* What stands before the caret in its row; at the row's start, what parts it from the row before. */
static void cut_row_start(struct editor *e)
{
	size_t start = e->starts[editor_caret_row(e)];
	cut(e, start < e->caret ? start : editor_before(e, e->caret), e->caret, false);
}

void editor_paste(struct editor *e, struct str bytes)
{
	struct buf text = BUF_INIT;
	e->said[0] = '\0';
	if (e->asking)
		return;
	size_t left_out = clean(&text, bytes);
	e->sealed = true;
	insert(e, 0, buf_str(&text), false);
	e->sealed = true;
	if (left_out && !e->said[0])
		snprintf(e->said, sizeof e->said, "pasted without %zu control character%s", left_out,
		         left_out == 1 ? "" : "s");
	buf_done(&text);
	show_caret(e);
}

static bool ends_line(struct str text)
{
	return text.len && text.ptr[text.len - 1] == '\n';
}

void editor_replace(struct editor *e, struct str bytes)
{
	struct buf cleaned = BUF_INIT;
	clean(&cleaned, bytes);
	struct str text = buf_str(&cleaned);
	if (ends_line(text) && !ends_line(buf_str(&e->text)))
		text.len--;
	e->said[0] = '\0';
	if (!str_eq(text, buf_str(&e->text))) {
		size_t old = e->caret;
		e->caret = 0;
		e->sealed = true;
		insert(e, e->text.len, text, false);
		e->sealed = true;
		if (e->said[0])
			e->caret = old;
	}
	buf_done(&cleaned);
	show_caret(e);
}

void editor_offer(struct editor *e, struct str text)
{
	editor_replace(e, text);
	editor_undo(e);
	show_caret(e);
}

static void undo(struct editor *e)
{
	if (!editor_undo(e))
		snprintf(e->said, sizeof e->said, "nothing to undo");
}

static void redo(struct editor *e)
{
	if (!editor_redo(e))
		snprintf(e->said, sizeof e->said, "nothing to redo");
}

/* ---------------------------------------------------------------- keys */

static enum editor_result leave(struct editor *e)
{
	if (!editor_is_changed(e))
		return EDITOR_LEAVE;
	e->asking = true;
	return EDITOR_GOES_ON;
}

/* false: the key says that the writing goes on, and acts. */
static bool answered(struct editor *e, int key, enum editor_result *result)
{
	e->asking = false;
	switch (key) {
	case 'y':
	case 'Y':
	case KEY_RETURN:
	case CTRL('S'): *result = EDITOR_SAVE; return true;
	case 'n':
	case 'N': *result = EDITOR_THROW; return true;
	case KEY_ESCAPE:
	case CTRL('C'):
	case CTRL('G'): *result = EDITOR_GOES_ON; return true;
	default: return false;
	}
}

static bool moves(struct editor *e, int key)
{
	switch (key) {
	case KEY_ARROW_LEFT:
	case CTRL('B'): move_to(e, editor_before(e, e->caret)); return true;
	case KEY_ARROW_RIGHT:
	case CTRL('F'): move_to(e, editor_after(e, e->caret)); return true;
	case KEY_ARROW_UP:
	case CTRL('P'): move_rows(e, -1); return true;
	case KEY_ARROW_DOWN:
	case CTRL('N'): move_rows(e, 1); return true;
	case KEY_PAGE_UP: move_rows(e, -e->rows); return true;
	case KEY_PAGE_DOWN: move_rows(e, e->rows); return true;
	case KEY_TO_HOME:
	case CTRL('A'): move_to(e, e->starts[editor_caret_row(e)]); return true;
	case KEY_TO_END: move_to_row_end(e); return true;
	case KEY_TO_TOP: move_to(e, 0); return true;
	case KEY_TO_BOTTOM: move_to(e, e->text.len); return true;
	case KEY_WORD_LEFT: move_to(e, word_before(e, e->caret)); return true;
	case KEY_WORD_RIGHT: move_to(e, word_after(e, e->caret)); return true;
	default: return false;
	}
}

static bool changes(struct editor *e, int key)
{
	switch (key) {
	case KEY_ERASE: cut(e, editor_before(e, e->caret), e->caret, true); return true;
	case KEY_DEL:
	case CTRL('D'): cut(e, e->caret, editor_after(e, e->caret), false); return true;
	case CTRL('W'): cut(e, word_before(e, e->caret), e->caret, false); return true;
	case CTRL('U'): cut_row_start(e); return true;
	case CTRL('K'): cut_line_end(e); return true;
	case CTRL('_'): undo(e); return true;
	case CTRL('R'): redo(e); return true;
	case KEY_RETURN: type(e, '\n'); return true;
	case KEY_TAB: type(e, '\t'); return true;
	default: return false;
	}
}

enum editor_result editor_key(struct editor *e, int key)
{
	enum editor_result result = EDITOR_GOES_ON;
	e->said[0] = '\0';
	if (e->asking && answered(e, key, &result))
		return result;
	switch (key) {
	case CTRL('S'): return EDITOR_SAVE;
	case CTRL('E'): return EDITOR_HAND_OVER;
	case KEY_ESCAPE:
	case CTRL('C'):
	case CTRL('G'): return leave(e);
	default: break;
	}
	if (!moves(e, key) && !changes(e, key))
		type(e, key);
	show_caret(e);
	return result;
}
