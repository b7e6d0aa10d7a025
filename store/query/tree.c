#include "store/query/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/hist.h"
#include "store/query/words.h"
#include "store/span_row.h"
#include "store/trace_words.h"

#define COLUMNS                                                                                                    \
	"s.pos, s.key, s.id, s.up, s.depth, s.size, s.flags, s.name, s.kind, s.status, s.start_ns, s.duration_ns," \
	" s.self_ns, s.first_token_ns, s.model, s.provider, s.prompt, s.message, s.tokens_in, s.tokens_out,"       \
	" s.tokens_cached, s.tokens_reasoning, s.cost_usd, s.sub_tokens, s.sub_cost, s.sub_errors, s.rep_n, "      \
	"s.rep_len,"                                                                                               \
	" s.record, s.input_hash, s.tokens_cache_write,"                                                           \
	" (SELECT count(*) FROM finding f WHERE f.trace = s.trace AND f.span = s.key AND f.level > 0) FROM span s"

enum { LINE_BITS = 64, FOLDS_MAX = 100000, DEPTH_MAX = 1 << 30, KEY_DIGITS = 16 };

void tree_window_done(struct tree_window *w)
{
	arena_done(&w->arena);
	*w = (struct tree_window){0};
}

static struct str id_text(struct stmt *s, struct arena *arena, int64_t key)
{
	struct str id = col_str(s, 2);
	if (id.ptr)
		return arena_str(arena, id);
	char *hex = arena_alloc(arena, KEY_DIGITS);
	for (size_t i = KEY_DIGITS; i-- > 0; key = (int64_t)((uint64_t)key >> 4))
		hex[i] = "0123456789abcdef"[key & 15];
	return (struct str){hex, KEY_DIGITS};
}

/* Names, models and providers are few: of a trace of a million spans each is read once. The texts are the words', not the arena's. */
static bool read_words(struct db *db, struct stmt *s, struct words *words, struct tree_row *row, struct err *err)
{
	const struct word *name = words_get(words, db, col_int(s, 7), err);
	row->name = name ? name->text : STR_NONE;
	const struct word *model = name ? words_get(words, db, col_int(s, 14), err) : NULL;
	row->model = model ? model->text : STR_NONE;
	const struct word *provider = model ? words_get(words, db, col_int(s, 15), err) : NULL;
	row->provider = provider ? provider->text : STR_NONE;
	return provider != NULL;
}

static void read_row(struct stmt *s, struct arena *arena, int64_t first, struct tree_row *row)
{
	int64_t kind = col_int_or(s, 8, 0), status = col_int_or(s, 9, 0), key = col_int(s, 1);
	int64_t depth = col_int_or(s, 4, 0);
	*row = (struct tree_row){
	    .pos = col_int(s, 0) - first,
	    .key = key,
	    .id = id_text(s, arena, key),
	    .up = col_int_or(s, 3, 0),
	    .depth = depth >= 0 && depth < DEPTH_MAX ? (int)depth : 0,
	    .size = col_int_or(s, 5, 1),
	    .flags = (unsigned)col_int_or(s, 6, 0),
	    .kind = kind >= 0 && kind < N_KINDS ? (enum span_kind)kind : KIND_SPAN,
	    .status = status >= 0 && status < N_STATUSES ? (enum span_status)status : STATUS_UNSET,
	    .start_ns = col_int(s, 10),
	    .duration_ns = col_int(s, 11),
	    .self_ns = col_int(s, 12),
	    .first_token_ns = col_int(s, 13),
	    .message = arena_str(arena, col_str(s, 17)),
	    .tokens_in = col_int(s, 18),
	    .tokens_out = col_int(s, 19),
	    .tokens_cached = col_int(s, 20),
	    .tokens_reasoning = col_int(s, 21),
	    .cost_usd = col_double(s, 22),
	    .sub_tokens = col_int(s, 23),
	    .sub_cost = col_double(s, 24),
	    .sub_errors = col_int_or(s, 25, 0),
	    .rep_n = col_int_or(s, 26, 1),
	    .rep_len = col_int_or(s, 27, 0),
	    .n_documents = -1,
	    .record = col_int_or(s, 28, 0),
	    .input_hash = col_int_or(s, 29, 0),
	    .tokens_cache_write = col_int(s, 30),
	    .findings = col_int_or(s, 31, 0),
	};
}

static bool read_prompt(struct db *db, int64_t id, struct arena *arena, struct tree_row *row, struct err *err)
{
	if (id == UNKNOWN_INT)
		return true;
	struct stmt *s =
	    db_query(db, "SELECT w.text, p.version FROM prompt p JOIN word w ON w.id = p.name WHERE p.id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		row->prompt = arena_str(arena, col_str(s, 0));
		row->prompt_version = arena_str(arena, col_str(s, 1));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- windows */

struct rows {
	struct tree_row *at;
	size_t n, cap;
};

static bool read_range(struct db *db, int64_t first, int64_t from, int64_t to, struct arena *arena, struct rows *rows,
                       struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " WHERE s.pos BETWEEN ? AND ? ORDER BY s.pos", err);
	if (!s)
		return false;
	stmt_int(s, 1, first + from);
	stmt_int(s, 2, first + to);
	struct words words = {0};
	enum step step;
	bool ok = true;
	while (ok && (step = stmt_step(s, err)) == STEP_ROW) {
		struct tree_row *row = vec_add(rows);
		read_row(s, arena, first, row);
		ok = read_words(db, s, &words, row, err) && read_prompt(db, col_int(s, 16), arena, row, err);
		row->name = arena_str(arena, row->name);
		row->model = arena_str(arena, row->model);
		row->provider = arena_str(arena, row->provider);
	}
	stmt_end(s);
	words_done(&words);
	return ok && step == STEP_DONE;
}

/* The chain of "has a later sibling" marks above a row, kept while walking down the window. Deep trees keep the last LINE_BITS. */
struct lines {
	VEC(bool) later; /* by depth */
};

static void lines_set(struct lines *l, int depth, bool later)
{
	while (l->later.n <= (size_t)depth)
		*vec_add(&l->later) = false;
	BUG_ON(!l->later.at);
	l->later.at[depth] = later;
}

static bool lines_above(struct db *db, int64_t first, const struct tree_row *row, struct lines *l, struct err *err)
{
	int64_t pos = row->pos, up = row->up;
	for (int steps = 0; up > 0 && steps <= LINE_BITS; steps++) {
		struct stmt *s = db_query(db, "SELECT up, depth, flags FROM span WHERE pos = ?", err);
		if (!s)
			return false;
		pos -= up;
		stmt_int(s, 1, first + pos);
		enum step step = stmt_step(s, err);
		up = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
		if (step == STEP_ROW)
			lines_set(l, (int)col_int_or(s, 1, 0), !(col_int_or(s, 2, 0) & SPAN_LAST));
		stmt_end(s);
		if (step == STEP_FAIL)
			return false;
	}
	return true;
}

static void give_lines(struct lines *l, struct tree_row *row)
{
	lines_set(l, row->depth, !(row->flags & SPAN_LAST));
	BUG_ON(!l->later.at);
	row->lines_from = row->depth > LINE_BITS ? row->depth - LINE_BITS : 0;
	for (int d = row->lines_from; d < row->depth; d++)
		if (l->later.at[d])
			row->lines |= UINT64_C(1) << (d - row->lines_from);
}

bool tree_window(struct db *db, int64_t first, int64_t n, const struct folds *folds, int64_t from, int64_t count,
                 struct tree_window *out, struct err *err)
{
	*out = (struct tree_window){.arena = ARENA_INIT, .from = from};
	int64_t visible = folds_visible(folds, n);
	if (from < 0 || from >= visible || count < 1)
		return true;
	if (count > visible - from)
		count = visible - from;
	struct rows rows = {0};
	struct lines lines = {0};
	bool ok = true;
	int64_t pos = folds_pos(folds, n, from);
	/* A stretch of rows without a fold is one range read; a fold ends the stretch and jumps over what it hides. */
	while (ok && (int64_t)rows.n < count && pos < n) {
		int64_t to = pos;
		while (to < n - 1 && to - pos + 1 < count - (int64_t)rows.n && !folds_at(folds, to))
			to++;
		ok = read_range(db, first, pos, to, &out->arena, &rows, err);
		const struct fold *fold = folds_at(folds, to);
		pos = to + 1 + (fold ? fold->hidden : 0);
	}
	if (ok && rows.n)
		ok = lines_above(db, first, &rows.at[0], &lines, err);
	for (size_t i = 0; i < rows.n; i++)
		give_lines(&lines, &rows.at[i]);
	vec_done(&lines.later);
	out->n = rows.n;
	out->rows = arena_alloc(&out->arena, rows.n * sizeof *out->rows);
	if (rows.n)
		memcpy(out->rows, rows.at, rows.n * sizeof *rows.at);
	vec_done(&rows);
	return ok;
}

bool tree_get(struct db *db, int64_t first, int64_t pos, struct arena *arena, struct tree_row *out, struct err *err)
{
	struct rows rows = {0};
	bool ok = read_range(db, first, pos, pos, arena, &rows, err);
	if (ok && rows.n == 0)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "that span is not there any more");
	if (ok && rows.at)
		*out = rows.at[0];
	vec_done(&rows);
	return ok;
}

bool tree_get_figures(struct db *db, int64_t first, int64_t pos, struct arena *arena, struct tree_row *out,
                      struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " WHERE s.pos = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, first + pos);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		read_row(s, arena, first, out);
	stmt_end(s);
	return step == STEP_ROW ||
	       (step == STEP_DONE && err_set(err, ERR_NOT_FOUND, NULL, "that span is not there any more"));
}

/* ---------------------------------------------------------------- finding */

bool tree_find(struct db *db, int64_t first, int64_t n, int64_t key, int64_t *pos, struct err *err)
{
	*pos = -1;
	struct stmt *s = db_query(db, "SELECT pos FROM span WHERE pos BETWEEN ? AND ? AND key = ? LIMIT 1", err);
	if (!s)
		return false;
	stmt_int(s, 1, first);
	stmt_int(s, 2, first + n - 1);
	stmt_int(s, 3, key);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*pos = col_int(s, 0) - first;
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool add_folds(struct stmt *s, int64_t first, struct folds *out, struct err *err)
{
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW && out->n < FOLDS_MAX) {
		int64_t pos = col_int(s, 0) - first, hidden = col_int_or(s, 1, 1) - 1;
		if (pos >= 0 && hidden > 0)
			folds_set(out, pos, hidden, false);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool read_groups(struct db *db, const char *sql, int64_t trace, int64_t first, int at_least, struct folds *out,
                        struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, first);
	stmt_int(s, 3, at_least);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW && out->n < FOLDS_MAX) {
		int64_t pos = col_int(s, 0) - first, hidden = col_int_or(s, 1, 1) - 1;
		if (hidden > 0)
			folds_set(out, pos, hidden, true);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

_Static_assert(SPAN_SAME == 256, "it stands in the query below");

/* Sorted out by SQLite: of 100,000 groups three quarters are pairs, and a row that is not given costs a third of one that is. */
bool tree_groups(struct db *db, int64_t trace, int64_t first, int at_least, struct folds *out, struct folds *smaller,
                 struct err *err)
{
	return read_groups(db,
	                   "SELECT pos, rep_len FROM span WHERE trace = ? AND rep_n > 1 AND pos >= ? AND rep_n >= ?"
	                   " AND ((depth > 0 AND rep_len = rep_n) OR flags & 256) ORDER BY pos", /* SPAN_SAME */
	                   trace, first, at_least, out, err) &&
	       (!smaller ||
	        read_groups(db,
	                    "SELECT pos, rep_len FROM span WHERE trace = ? AND rep_n > 1 AND pos >= ? AND rep_n < ?"
	                    " ORDER BY pos LIMIT 1000",
	                    trace, first, at_least, smaller, err));
}

bool tree_fold_depth(struct db *db, int64_t first, int64_t n, int depth, struct folds *out, struct err *err)
{
	struct stmt *s = db_query(
	    db, "SELECT pos, size FROM span WHERE pos BETWEEN ? AND ? AND depth >= ? AND size > 1 ORDER BY pos", err);
	if (!s)
		return false;
	stmt_int(s, 1, first);
	stmt_int(s, 2, first + n - 1);
	stmt_int(s, 3, depth - 1);
	return add_folds(s, first, out, err);
}

enum { MATCHES = 1, MATCHES_NOT = 2 };

/* Each name is looked at once, however many spans have it. */
static bool is_called(struct db *db, struct words *words, int64_t name, struct str text, bool ignore_case, bool *yes,
                      struct err *err)
{
	struct word *word = words_get(words, db, name, err);
	if (!word)
		return false;
	if (!word->mark)
		word->mark = text_find(word->text, text, 0, ignore_case) != SIZE_MAX ? MATCHES : MATCHES_NOT;
	*yes = word->mark == MATCHES;
	return true;
}

static bool has_capital(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
			return true;
	return false;
}

/* The names and tools of a trace, packed in its row. */
static bool read_packed(struct db *db, int64_t first, struct buf *packed, struct err *err)
{
	struct stmt *s = db_query(
	    db, "SELECT t.words FROM span s JOIN trace t ON t.id = s.trace WHERE s.pos = ? AND t.first = s.pos", err);
	if (!s)
		return false;
	stmt_int(s, 1, first);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		buf_add_str(packed, col_blob(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

/* Which of its names have the text in them, as a JSON array of word ids: so that the rows are compared by number, and none is read if
 * no name has it. Nothing is added for a trace with so many names that its row does not hold them all. */
static bool names_with(struct db *db, int64_t first, struct str text, bool ignore_case, struct buf *out, size_t *n,
                       struct err *err)
{
	static const enum words_of sorts[] = {WORDS_NAME, WORDS_TOOL};
	struct buf packed = BUF_INIT;
	struct words words = {0};
	uint32_t names[WORDS_MOST];
	size_t n_names;
	bool ok = read_packed(db, first, &packed, err), whole = ok;
	*n = 0;
	for (size_t k = 0; ok && whole && k < sizeof sorts / sizeof *sorts; k++) {
		whole = trace_words_of(buf_str(&packed), sorts[k], names, &n_names);
		for (size_t i = 0; ok && whole && i < n_names; i++) {
			bool yes = false;
			ok = is_called(db, &words, names[i], text, ignore_case, &yes, err);
			if (yes)
				buf_printf(out, "%c%" PRIu32, (*n)++ ? ',' : '[', names[i]);
		}
	}
	buf_add_cstr(out, *n ? "]" : "[]");
	if (!whole)
		buf_clear(out);
	words_done(&words);
	buf_done(&packed);
	return ok;
}

static bool seek_names(struct db *db, int64_t from, int64_t to, bool forward, struct str names, int64_t *pos,
                       struct err *err)
{
	static const char *const sql[2] = {"SELECT pos FROM span WHERE pos BETWEEN ? AND ? AND name IN"
	                                   " (SELECT value FROM json_each(?)) ORDER BY pos DESC LIMIT 1",
	                                   "SELECT pos FROM span WHERE pos BETWEEN ? AND ? AND name IN"
	                                   " (SELECT value FROM json_each(?)) ORDER BY pos LIMIT 1"};
	struct stmt *s = db_query(db, sql[forward], err);
	if (!s)
		return false;
	stmt_int(s, 1, from);
	stmt_int(s, 2, to);
	stmt_str(s, 3, names);
	enum step step = stmt_step(s, err);
	*pos = step == STEP_ROW ? col_int(s, 0) : -1;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* names: those with the text in them, if known; else each is looked at. */
static bool seek_range(struct db *db, int64_t from, int64_t to, bool forward, enum tree_seek what, struct str text,
                       struct str names, int64_t *pos, struct err *err)
{
	static const char *const sql[3][2] = {
	    [SEEK_ERROR] = {"SELECT pos FROM span WHERE pos BETWEEN ? AND ? AND status = 2 ORDER BY pos DESC",
	                    "SELECT pos FROM span WHERE pos BETWEEN ? AND ? AND status = 2 ORDER BY pos"},
	    [SEEK_CRITICAL] = {"SELECT pos FROM span WHERE pos BETWEEN ? AND ? AND flags & 8 ORDER BY pos DESC",
                            "SELECT pos FROM span WHERE pos BETWEEN ? AND ? AND flags & 8 ORDER BY pos" },
	    [SEEK_NAME] = {"SELECT pos, name FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos DESC",
	                    "SELECT pos, name FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos"         },
	};
	*pos = -1;
	if (from > to)
		return true;
	if (names.len)
		return seek_names(db, from, to, forward, names, pos, err);
	struct stmt *s = db_query(db, sql[what][forward], err);
	if (!s)
		return false;
	stmt_int(s, 1, from);
	stmt_int(s, 2, to);
	struct words words = {0};
	bool ignore_case = !has_capital(text); /* smart case: a capital in the text makes the search exact */
	bool ok = true, found = false;
	enum step step = STEP_DONE;
	while (ok && !found && (step = stmt_step(s, err)) == STEP_ROW) {
		found = what != SEEK_NAME;
		if (what == SEEK_NAME)
			ok = is_called(db, &words, col_int(s, 1), text, ignore_case, &found, err);
		if (found)
			*pos = col_int(s, 0);
	}
	stmt_end(s);
	words_done(&words);
	return ok && step != STEP_FAIL;
}

_Static_assert(SPAN_CRITICAL == 8 && STATUS_ERROR == 2, "the SQL of seek_range names them by number");

bool tree_seek(struct db *db, int64_t first, int64_t n, int64_t pos, bool forward, enum tree_seek what, struct str text,
               int64_t *found, struct err *err)
{
	int64_t at = first + pos, last = first + n - 1;
	struct buf list = BUF_INIT;
	size_t n_names = 0;
	bool ok = what != SEEK_NAME || names_with(db, first, text, !has_capital(text), &list, &n_names, err);
	struct str names = buf_str(&list);
	*found = -1;
	if (ok && (!names.len || n_names)) {
		ok = forward ? seek_range(db, at + 1, last, true, what, text, names, found, err)
		             : seek_range(db, first, at - 1, false, what, text, names, found, err);
		if (ok && *found < 0) /* round the end */
			ok = forward ? seek_range(db, first, at, true, what, text, names, found, err)
			             : seek_range(db, at, last, false, what, text, names, found, err);
	}
	if (*found >= 0)
		*found -= first;
	buf_done(&list);
	return ok;
}

/* ---------------------------------------------------------------- walking all of it */

struct tree_walk {
	struct db *db;
	struct stmt *rows;
	struct arena arena;
	struct words words;
	int64_t first;
};

struct tree_walk *tree_walk_open(struct db *db, int64_t first, int64_t n, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " WHERE s.pos BETWEEN ? AND ? ORDER BY s.pos", err);
	if (!s)
		return NULL;
	stmt_int(s, 1, first);
	stmt_int(s, 2, first + n - 1);
	struct tree_walk *w = xmalloc(sizeof *w);
	*w = (struct tree_walk){.db = db, .rows = s, .arena = ARENA_INIT, .first = first};
	return w;
}

bool tree_walk_next(struct tree_walk *w, struct tree_row *row, struct err *err)
{
	arena_reset(&w->arena);
	if (stmt_step(w->rows, err) != STEP_ROW)
		return false;
	read_row(w->rows, &w->arena, w->first, row);
	return read_words(w->db, w->rows, &w->words, row, err) &&
	       read_prompt(w->db, col_int(w->rows, 16), &w->arena, row, err);
}

void tree_walk_close(struct tree_walk *w)
{
	if (!w)
		return;
	stmt_end(w->rows);
	words_done(&w->words);
	arena_done(&w->arena);
	free(w);
}

/* ---------------------------------------------------------------- against its like */

bool tree_rank(struct db *db, struct str name, enum span_kind kind, int64_t duration_ns, struct tree_rank *out,
               struct err *err)
{
	*out = (struct tree_rank){.slower_than = UNKNOWN_DOUBLE, .p50_ns = UNKNOWN_INT, .p95_ns = UNKNOWN_INT};
	struct stmt *s = db_query(
	    db, "SELECT n, counts FROM hist WHERE name = (SELECT id FROM word WHERE text = ?) AND kind = ?", err);
	if (!s)
		return false;
	stmt_str(s, 1, name);
	stmt_int(s, 2, kind);
	enum step step = stmt_step(s, err);
	struct str counts = step == STEP_ROW ? col_blob(s, 1) : STR_NONE;
	out->n = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	int32_t own = duration_ns < 0 ? -1 : hist_bucket(duration_ns);
	int64_t below = 0, seen = 0;
	for (struct hist_count c = HIST_BEGIN; hist_next(&counts, &c);) {
		seen += c.n;
		below += c.bucket < own ? c.n : 0;
		if (out->p50_ns == UNKNOWN_INT && seen * 2 >= out->n)
			out->p50_ns = hist_ns(c.bucket);
		if (out->p95_ns == UNKNOWN_INT && seen * 20 >= out->n * 19)
			out->p95_ns = hist_ns(c.bucket);
	}
	stmt_end(s);
	if (own >= 0 && out->n >= 5)
		out->slower_than = (double)below / (double)out->n;
	return step != STEP_FAIL;
}
