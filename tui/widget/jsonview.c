#include "tui/widget/jsonview.h"

#include <stdlib.h>
#include <string.h>

#include "tui/widget/jsonview_private.h"

enum {
	TEXT_STEP = 2000,       /* rows of a long string that are laid out at a time */
	FIRST_ROWS = 200,       /* as many rows as the levels that are open at first may have */
	SHORT_ROWS = 5,         /* strings of up to so many rows are open by themselves */
	LEVELS_MAX = 64,        /* of those counted for that */
	HASH_SIZE = 4096,       /* buckets of strings that were opened */
	UNFOLD_BYTES = 1 << 20, /* of strings that "all" opens */
};

/* ---------------------------------------------------------------- texts */

/* What can follow a bracket: "[image/png, 70 bytes]" and "[1] see below [2]" are words, the second only to the scanner. */
static bool begins_element(struct str text)
{
	text = str_trim(text);
	return str_starts(text, "true") || str_starts(text, "false") || str_starts(text, "null") ||
	       str_starts(text, "NaN") || str_starts(text, "Infinity") ||
	       (text.len && strchr("\"\\{[]-0123456789", text.ptr[0]) && text.ptr[0]);
}

/* With something in it: an empty one has nothing to open. */
static bool looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len > 2 &&
	       ((text.ptr[0] == '{' && text.ptr[text.len - 1] == '}') ||
	        (text.ptr[0] == '[' && text.ptr[text.len - 1] == ']' && begins_element(str_from(text, 1))));
}

static const struct scan_opts lenient = {.last = true, .lenient = true, .replace_utf8 = true};

static uint32_t add_doc(struct jsonview *v, struct str text)
{
	struct json_doc doc = {.text = str_cut(text, 0, UINT32_MAX - 1), .up = JSON_NONE, .rows = TEXT_STEP};
	doc.json = looks_like_json(doc.text) && scan_text(&doc.scan, doc.text, &lenient);
	if (doc.json)
		doc.open = xcalloc(doc.scan.n / 64 + 1, sizeof *doc.open);
	*vec_add(&v->docs) = doc;
	return (uint32_t)v->docs.n - 1;
}

static void done_doc(struct json_doc *doc)
{
	scan_done(&doc->scan);
	free(doc->open);
}

static uint32_t *bucket(struct jsonview *v, uint32_t doc, uint32_t token)
{
	if (!v->children) {
		v->children = xmalloc(HASH_SIZE * sizeof *v->children);
		memset(v->children, 0xFF, HASH_SIZE * sizeof *v->children);
	}
	return &v->children[(doc * 2654435761U ^ token * 2246822519U) >> 7 & (HASH_SIZE - 1)];
}

uint32_t jsonview_child(struct jsonview *v, uint32_t doc, uint32_t token)
{
	uint32_t *first = bucket(v, doc, token);
	for (uint32_t i = *first; i != JSON_NONE; i = v->docs.at[i].next_child)
		if (v->docs.at[i].up == doc && v->docs.at[i].token == token)
			return i;
	uint32_t made = add_doc(v, val_text(jsonview_val(v, doc, token), &v->arena));
	v->docs.at[made].up = doc;
	v->docs.at[made].token = token;
	v->docs.at[made].next_child = *first;
	return *first = made;
}

/* ---------------------------------------------------------------- what is open */

static bool bit(const struct json_doc *doc, uint32_t token)
{
	return doc->open[token / 64] >> token % 64 & 1;
}

static void set_bit(struct json_doc *doc, uint32_t token, bool on)
{
	uint64_t mask = (uint64_t)1 << token % 64;
	doc->open[token / 64] = on ? doc->open[token / 64] | mask : doc->open[token / 64] & ~mask;
}

static bool is_container(const struct json_doc *doc, uint32_t token)
{
	uint8_t type = doc->scan.tokens[token].type;
	return type == SCAN_OBJECT || type == SCAN_ARRAY;
}

static bool opens_itself(const struct jsonview *v, const struct json_doc *doc, uint32_t token)
{
	return doc->scan.tokens[token].len <= (uint32_t)(SHORT_ROWS * v->cols);
}

static bool is_open(const struct jsonview *v, uint32_t d, uint32_t token)
{
	const struct json_doc *doc = &v->docs.at[d];
	return bit(doc, token) != (!is_container(doc, token) && opens_itself(v, doc, token));
}

static void set_open(struct jsonview *v, uint32_t d, uint32_t token, bool open)
{
	struct json_doc *doc = &v->docs.at[d];
	set_bit(doc, token, open != (!is_container(doc, token) && opens_itself(v, doc, token)));
}

/* ---------------------------------------------------------------- rows */

int jsonview_indent(const struct jsonview *v, const struct json_row *row)
{
	int indent = 2 + 2 * row->depth;
	return indent < v->cols / 2 ? indent : v->cols / 2;
}

/* Columns for a value: what cursor, levels, sign, key, colon and quotes leave. */
static int value_cols(const struct jsonview *v, const struct json_row *row)
{
	int key = 6;
	if (row->keyed) {
		uint32_t len = v->docs.at[row->doc].scan.tokens[row->token - 1].len;
		key = len < (uint32_t)v->cols / 2 ? (int)len : v->cols / 2;
	}
	int left = v->cols - jsonview_indent(v, row) - 2 - key - 4;
	return left > 1 ? left : 1;
}

/* On the row of its key. Text that holds JSON or line breaks never does: it is to be opened. */
static bool fits(const struct jsonview *v, const struct json_row *row)
{
	const struct json_doc *doc = &v->docs.at[row->doc];
	const struct scan_token *token = &doc->scan.tokens[row->token];
	uint32_t room = (uint32_t)value_cols(v, row);
	if (token->type != SCAN_STRING || token->len > 6 * room)
		return token->len <= room;
	if (!token->escaped && token->len <= room)
		return !looks_like_json(str_cut(doc->text, token->at, token->len));
	struct arena arena = ARENA_INIT;
	struct str text = val_str(jsonview_val(v, row->doc, row->token), &arena);
	bool ok = text_cols(text) <= (int)room && str_find_char(text, '\n') == SIZE_MAX && !looks_like_json(text);
	arena_done(&arena);
	return ok;
}

struct level {
	uint32_t doc, token, end, index; /* token: of the next member, its key if it has one */
	uint16_t depth;
	bool keyed;
};
struct laying_rows {
	VEC(struct json_row) rows;
	VEC(struct level) levels;
};

static void lay_text(const struct jsonview *v, struct laying_rows *to, uint32_t d, uint16_t depth, size_t from,
                     uint32_t rows)
{
	const struct json_doc *doc = &v->docs.at[d];
	struct json_row row = {.doc = d, .depth = depth, .kind = JSON_TEXT};
	int cols = v->cols - jsonview_indent(v, &row);
	for (uint32_t i = 0; i < rows && from != SIZE_MAX; i++) {
		struct text_row cut;
		from = text_wrap(doc->text, from, cols > 1 ? cols : 1, &cut);
		row.at = (uint32_t)cut.at;
		row.n = (uint32_t)cut.len;
		*vec_add(&to->rows) = row;
	}
	if (from == SIZE_MAX)
		return;
	row.kind = JSON_MORE;
	row.at = (uint32_t)from;
	row.n = (uint32_t)(doc->text.len - from);
	*vec_add(&to->rows) = row;
}

static void open_container(const struct jsonview *v, struct laying_rows *to, uint32_t d, uint32_t token, uint16_t depth)
{
	const struct scan_token *t = &v->docs.at[d].scan.tokens[token];
	*vec_add(&to->levels) = (struct level){
	    .doc = d, .token = token + 1, .end = t->next, .depth = depth, .keyed = t->type == SCAN_OBJECT};
}

/* All that a text has to show, at `depth`. */
static void open_doc(const struct jsonview *v, struct laying_rows *to, uint32_t d, uint16_t depth)
{
	if (v->docs.at[d].json)
		open_container(v, to, d, 0, depth);
	else
		lay_text(v, to, d, depth, 0, v->docs.at[d].rows);
}

static void lay_value(struct jsonview *v, struct laying_rows *to, struct json_row row)
{
	const struct json_doc *doc = &v->docs.at[row.doc];
	const struct scan_token *token = &doc->scan.tokens[row.token];
	uint16_t below = row.depth < UINT16_MAX ? (uint16_t)(row.depth + 1) : row.depth;
	row.kind = JSON_LEAF;
	if (is_container(doc, row.token)) {
		row.n = val_count(jsonview_val(v, row.doc, row.token));
		row.kind = token->next > row.token + 1 ? JSON_FOLD : JSON_LEAF;
	} else if (!fits(v, &row)) {
		row.kind = JSON_LONG;
	}
	row.open = row.kind != JSON_LEAF && is_open(v, row.doc, row.token);
	*vec_add(&to->rows) = row;
	if (row.open && row.kind == JSON_FOLD)
		open_container(v, to, row.doc, row.token, below);
	else if (row.open)
		open_doc(v, to, jsonview_child(v, row.doc, row.token), below);
}

/* Until all levels begun are done. */
static void lay_levels(struct jsonview *v, struct laying_rows *to)
{
	while (to->levels.n) {
		struct level *level = &to->levels.at[to->levels.n - 1];
		if (level->token >= level->end) {
			to->levels.n--;
			continue;
		}
		struct json_row row = {.doc = level->doc,
		                       .token = level->token + level->keyed,
		                       .index = level->index++,
		                       .depth = level->depth,
		                       .keyed = level->keyed};
		level->token = v->docs.at[row.doc].scan.tokens[row.token].next;
		lay_value(v, to, row);
	}
}

static void laying_done(struct laying_rows *l)
{
	vec_done(&l->rows);
	vec_done(&l->levels);
}

static int64_t clamp(int64_t n, int64_t from, int64_t to)
{
	return n > to && to >= from ? to : n < from || to < from ? from : n;
}

static void settle(struct jsonview *v)
{
	int64_t n = (int64_t)v->list.n;
	v->cursor = clamp(v->cursor, 0, n - 1);
	v->top = clamp(v->top, v->cursor - v->rows + 1, v->cursor);
	v->top = clamp(v->top, 0, n - v->rows);
}

static void lay_section(struct jsonview *v, struct laying_rows *to, uint32_t d)
{
	const struct json_doc *doc = &v->docs.at[d];
	bool headed = doc->heading.len > 0, open = !doc->closed;
	if (headed)
		*vec_add(&to->rows) = (struct json_row){.doc = d, .kind = JSON_HEAD, .open = open};
	if (open && (doc->text.len || !headed)) {
		open_doc(v, to, d, headed);
		lay_levels(v, to);
	}
}

static void lay_all(struct jsonview *v)
{
	struct laying_rows to = {.rows = {0}};
	for (uint32_t d = 0; d < v->n_sections; d++)
		lay_section(v, &to, d);
	vec_done(&v->list);
	v->list.at = to.rows.at;
	v->list.n = to.rows.n;
	v->list.cap = to.rows.cap;
	vec_done(&to.levels);
	settle(v);
}

/* Puts the rows of `to` in the place of n rows at `at`. */
static void replace(struct jsonview *v, size_t at, size_t n, struct laying_rows *to)
{
	size_t after = v->list.n - at - n, total = size_add(at + to->rows.n, after);
	vec_reserve(&v->list, total);
	if (after)
		memmove(&v->list.at[at + to->rows.n], &v->list.at[at + n], after * sizeof *v->list.at);
	if (to->rows.n)
		memcpy(&v->list.at[at], to->rows.at, to->rows.n * sizeof *v->list.at);
	v->list.n = total;
}

static size_t rows_in(const struct jsonview *v, size_t at)
{
	size_t end = at + 1;
	while (end < v->list.n && v->list.at[end].depth > v->list.at[at].depth)
		end++;
	return end - at;
}

/* Lays a row and what it holds anew. */
static void lay_again(struct jsonview *v, size_t at)
{
	struct laying_rows to = {.rows = {0}};
	struct json_row row = v->list.at[at];
	if (row.kind == JSON_HEAD)
		lay_section(v, &to, row.doc);
	else
		lay_value(v, &to, row);
	lay_levels(v, &to);
	replace(v, at, rows_in(v, at), &to);
	laying_done(&to);
	settle(v);
}

/* The next rows of a long string, where its JSON_MORE is. */
static void lay_more(struct jsonview *v, size_t at)
{
	struct laying_rows to = {.rows = {0}};
	struct json_row row = v->list.at[at];
	v->docs.at[row.doc].rows += TEXT_STEP;
	lay_text(v, &to, row.doc, row.depth, row.at, TEXT_STEP);
	replace(v, at, 1, &to);
	laying_done(&to);
}

/* No page shows that a string goes on: it does. */
static void lay_window(struct jsonview *v)
{
	for (int64_t i = v->top; i < v->top + v->rows && i < (int64_t)v->list.n; i++)
		if (v->list.at[i].kind == JSON_MORE)
			lay_more(v, (size_t)i);
}

/* ---------------------------------------------------------------- setting up */

void jsonview_init(struct jsonview *v)
{
	*v = (struct jsonview){.rows = 1, .cols = 80, .hit = {.row = -1}};
}

void jsonview_clear(struct jsonview *v)
{
	for (size_t i = 0; i < v->docs.n; i++)
		done_doc(&v->docs.at[i]);
	vec_clear(&v->docs);
	vec_clear(&v->list);
	arena_reset(&v->arena);
	free(v->children);
	v->children = NULL;
	v->n_sections = 0;
	v->top = v->cursor = 0;
	v->hit.row = -1;
	v->fresh = true;
}

void jsonview_done(struct jsonview *v)
{
	jsonview_clear(v);
	vec_done(&v->docs);
	vec_done(&v->list);
	arena_done(&v->arena);
	buf_done(&v->what);
	jsonview_init(v);
}

void jsonview_add(struct jsonview *v, enum role role, struct str heading, struct str text)
{
	uint32_t d = add_doc(v, text);
	v->docs.at[d].heading = arena_str(&v->arena, heading);
	v->docs.at[d].role = role;
	v->n_sections = d + 1;
}

struct counting {
	uint32_t rows[LEVELS_MAX];
	VEC(uint32_t) ends;
};

/* Rows on each level if all containers were open; the containers of the first `levels` levels are opened. */
static void walk_levels(struct json_doc *doc, int levels, struct counting *c)
{
	if (!doc->json)
		return;
	vec_clear(&c->ends);
	for (uint32_t i = 0; i < doc->scan.n; i++) {
		while (c->ends.n && c->ends.at[c->ends.n - 1] <= i)
			c->ends.n--;
		size_t level = c->ends.n;
		if (level < LEVELS_MAX)
			c->rows[level]++;
		if (!is_container(doc, i))
			continue;
		set_bit(doc, i, (int)level <= levels);
		*vec_add(&c->ends) = doc->scan.tokens[i].next;
	}
}

static void open_levels(struct jsonview *v, int levels, struct counting *c)
{
	memset(c->rows, 0, sizeof c->rows);
	for (uint32_t d = 0; d < v->n_sections; d++)
		walk_levels(&v->docs.at[d], levels, c);
}

void jsonview_lay(struct jsonview *v)
{
	struct counting c = {.rows = {0}};
	int levels = 0;
	open_levels(v, 0, &c);
	uint64_t rows = (uint64_t)c.rows[0] + c.rows[1];
	while (levels + 2 < LEVELS_MAX && c.rows[levels + 2] && (rows += c.rows[levels + 2]) <= FIRST_ROWS)
		levels++;
	if (levels)
		open_levels(v, levels, &c);
	vec_done(&c.ends);
	lay_all(v);
}

void jsonview_set_size(struct jsonview *v, int rows, int cols)
{
	cols = cols > 8 ? cols : 8;
	bool wide = cols != v->cols;
	v->rows = rows > 1 ? rows : 1;
	v->cols = cols;
	if (wide) /* strings wrap elsewhere */
		lay_all(v);
	settle(v);
	lay_window(v);
}

/* ---------------------------------------------------------------- folding */

int64_t jsonview_parent(const struct jsonview *v, int64_t row)
{
	uint16_t depth = v->list.at[row].depth;
	while (depth > 0 && --row >= 0)
		if (v->list.at[row].depth < depth)
			return row;
	return -1;
}

static void open_row(struct jsonview *v, size_t at, bool open)
{
	struct json_row *row = &v->list.at[at];
	if (row->kind == JSON_HEAD)
		v->docs.at[row->doc].closed = !open;
	else
		set_open(v, row->doc, row->token, open);
	lay_again(v, at);
	lay_window(v);
}

static struct json_row *cursor_row(const struct jsonview *v)
{
	return v->list.n ? &v->list.at[v->cursor] : NULL;
}

static bool folds(const struct json_row *row)
{
	return row->kind == JSON_HEAD || row->kind == JSON_FOLD || row->kind == JSON_LONG;
}

bool jsonview_toggle(struct jsonview *v)
{
	if (!v->list.n)
		return false;
	const struct json_row *row = &v->list.at[v->cursor];
	if (!folds(row)) {
		int64_t parent = jsonview_parent(v, v->cursor);
		if ((row->kind != JSON_TEXT && row->kind != JSON_MORE) || parent < 0)
			return false;
		jsonview_go(v, parent);
		row = &v->list.at[v->cursor];
	}
	open_row(v, (size_t)v->cursor, !row->open);
	return true;
}

bool jsonview_fold(struct jsonview *v)
{
	const struct json_row *row = cursor_row(v);
	if (!row)
		return false;
	if (folds(row) && row->open) {
		open_row(v, (size_t)v->cursor, false);
		return true;
	}
	int64_t parent = jsonview_parent(v, v->cursor);
	if (parent >= 0)
		jsonview_go(v, parent);
	return parent >= 0;
}

bool jsonview_unfold(struct jsonview *v)
{
	const struct json_row *row = cursor_row(v);
	if (!row || !folds(row))
		return false;
	if (row->open)
		return rows_in(v, (size_t)v->cursor) > 1 && jsonview_move(v, MOVE_DOWN);
	open_row(v, (size_t)v->cursor, true);
	return true;
}

/* The row of a token, if it shows. */
static int64_t find_row(const struct jsonview *v, uint32_t doc, uint32_t token)
{
	for (size_t i = 0; i < v->list.n; i++) {
		const struct json_row *row = &v->list.at[i];
		if (row->doc == doc && row->token == token && row->kind != JSON_HEAD)
			return (int64_t)i;
	}
	return -1;
}

/* After all of it was laid anew: on the row that the cursor was on, or the nearest it lies in. */
static void keep_cursor(struct jsonview *v, void (*change)(struct jsonview *v, int levels), int levels)
{
	VEC(struct json_row) above = {0};
	for (int64_t at = v->list.n ? v->cursor : -1; at >= 0; at = jsonview_parent(v, at))
		*vec_add(&above) = v->list.at[at];
	int64_t height = v->cursor - v->top, row = -1;
	change(v, levels);
	for (size_t i = 0; i < above.n && row < 0; i++)
		if (above.at[i].kind != JSON_HEAD && above.at[i].kind != JSON_TEXT && above.at[i].kind != JSON_MORE)
			row = find_row(v, above.at[i].doc, above.at[i].token);
	vec_done(&above);
	if (row >= 0) {
		v->cursor = row;
		v->top = row - height;
	}
	settle(v);
	lay_window(v);
}

static void close_strings(struct jsonview *v)
{
	for (size_t d = 0; d < v->docs.n; d++)
		for (uint32_t i = 0; v->docs.at[d].json && i < v->docs.at[d].scan.n; i++)
			if (!is_container(&v->docs.at[d], i))
				set_open(v, (uint32_t)d, i, false);
}

static void change_levels(struct jsonview *v, int levels)
{
	struct counting c = {.rows = {0}};
	close_strings(v);
	open_levels(v, levels - 1, &c);
	vec_done(&c.ends);
	lay_all(v);
}

void jsonview_levels(struct jsonview *v, int levels)
{
	keep_cursor(v, change_levels, levels);
}

static void change_all(struct jsonview *v, int levels)
{
	struct counting c = {.rows = {0}};
	size_t budget = UNFOLD_BYTES;
	(void)levels;
	open_levels(v, INT32_MAX - 1, &c);
	vec_done(&c.ends);
	for (uint32_t d = 0; d < v->n_sections; d++) {
		struct json_doc *doc = &v->docs.at[d];
		doc->closed = false;
		for (uint32_t i = 0; doc->json && i < doc->scan.n; i++) {
			size_t len = doc->scan.tokens[i].len;
			if (is_container(doc, i) || len > budget || opens_itself(v, doc, i)) {
				if (!is_container(doc, i))
					set_open(v, d, i, len <= budget);
				continue;
			}
			budget -= len;
			set_open(v, d, i, true);
		}
	}
	lay_all(v);
}

void jsonview_unfold_all(struct jsonview *v)
{
	keep_cursor(v, change_all, 0);
}

/* ---------------------------------------------------------------- showing what is hidden */

/* Opens the containers a token lies in; gives the value it is, or is the key of. True: something was closed. */
static bool open_to(struct jsonview *v, uint32_t doc, uint32_t *token)
{
	uint32_t at = 0, want = *token;
	bool changed = false;
	while (at != want && is_container(&v->docs.at[doc], at)) {
		changed |= at > 0 && !is_open(v, doc, at);
		if (at > 0)
			set_open(v, doc, at, true);
		struct member m = val_first(jsonview_val(v, doc, at));
		while (m.ok && want >= val_token(m.val)->next)
			m = val_next(m);
		if (!m.ok)
			break;
		at = m.val.i;
		if (m.key.scan && m.key.i == want)
			want = at;
	}
	*token = at;
	return changed;
}

static bool open_up(struct jsonview *v, uint32_t doc)
{
	bool changed = false;
	while (v->docs.at[doc].up != JSON_NONE) {
		uint32_t token = v->docs.at[doc].token, up = v->docs.at[doc].up;
		changed |= !is_open(v, up, token);
		set_open(v, up, token, true);
		changed |= open_to(v, up, &token);
		doc = up;
	}
	changed |= v->docs.at[doc].closed;
	v->docs.at[doc].closed = false;
	return changed;
}

int64_t jsonview_reveal(struct jsonview *v, uint32_t doc, uint32_t token)
{
	bool changed = open_to(v, doc, &token);
	changed |= open_up(v, doc);
	if (changed)
		lay_all(v);
	return find_row(v, doc, token);
}

int64_t jsonview_reveal_text(struct jsonview *v, uint32_t doc, size_t at)
{
	if (open_up(v, doc))
		lay_all(v);
	for (size_t i = 0; i < v->list.n; i++) {
		const struct json_row *row = &v->list.at[i];
		if (row->doc != doc || (row->kind != JSON_TEXT && row->kind != JSON_MORE))
			continue;
		bool last = i + 1 == v->list.n || v->list.at[i + 1].doc != doc;
		if (row->kind == JSON_MORE)
			lay_more(v, i--);
		else if (last || at < v->list.at[i + 1].at)
			return (int64_t)i;
	}
	return -1;
}

/* ---------------------------------------------------------------- moving */

void jsonview_go(struct jsonview *v, int64_t row)
{
	v->cursor = row;
	settle(v);
	lay_window(v);
}

bool jsonview_scroll(struct jsonview *v, int64_t rows)
{
	int64_t top = v->top, cursor = v->cursor;
	v->top = clamp(v->top + rows, 0, (int64_t)v->list.n - v->rows);
	v->cursor = clamp(v->cursor, v->top, v->top + v->rows - 1);
	lay_window(v);
	settle(v);
	return v->top != top || v->cursor != cursor;
}

bool jsonview_move(struct jsonview *v, enum move move)
{
	int64_t page = v->rows > 1 ? v->rows - 1 : 1, before = v->cursor, n = (int64_t)v->list.n, by = 0;
	if (move >= MOVE_LINE) {
		int64_t row = v->top + (move - MOVE_LINE);
		by = row < v->top + v->rows && row < n ? row - v->cursor : 0;
		move = MOVE_LINE;
	}
	switch (move) {
	case MOVE_LINE: break;
	case MOVE_DOWN: by = 1; break;
	case MOVE_UP: by = -1; break;
	case MOVE_PAGE_DOWN: by = page; break;
	case MOVE_PAGE_UP: by = -page; break;
	case MOVE_HALF_DOWN: by = (page + 1) / 2; break;
	case MOVE_HALF_UP: by = -(page + 1) / 2; break;
	case MOVE_FIRST: by = -v->cursor; break;
	case MOVE_LAST: by = n - 1 - v->cursor; break;
	case MOVE_SCROLL_DOWN: return jsonview_scroll(v, 1);
	case MOVE_SCROLL_UP: return jsonview_scroll(v, -1);
	case MOVE_LEFT:
	case MOVE_RIGHT: return false;
	}
	if (move == MOVE_PAGE_DOWN || move == MOVE_PAGE_UP || move == MOVE_HALF_DOWN || move == MOVE_HALF_UP)
		v->top += by; /* the page turns: the cursor keeps its place on the screen */
	jsonview_go(v, clamp(v->cursor + by, 0, n - 1));
	return v->cursor != before;
}

int64_t jsonview_rows_below(const struct jsonview *v)
{
	int64_t below = (int64_t)v->list.n - v->top - v->rows;
	return below > 0 ? below : 0;
}
