#include "store/query/tree.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/hist.h"
#include "store/hist_table.h"
#include "store/settle.h"
#include "store/query/words.h"
#include "store/span_row.h"

#define COLUMNS                                                                                                    \
	"s.pos, s.key, s.id, s.up, s.depth, s.size, s.flags, s.name, s.kind, s.status, s.start_ns, s.duration_ns," \
	" s.self_ns, s.first_token_ns, s.model, s.provider, s.prompt, s.message, s.tokens_in, s.tokens_out,"       \
	" s.tokens_cached, s.tokens_reasoning, s.cost_usd, s.sub_tokens, s.sub_cost, s.sub_errors, s.rep_n, "      \
	"s.rep_len,"                                                                                               \
	" s.record, s.input_hash, s.tokens_cache_write,"

/* What checks found in it, for the rows of a screen; a walk over all rows has no use for it, and would ask a million times. */
#define FINDINGS                                                                                                \
	" (SELECT group_concat(DISTINCT f.name) FROM finding f WHERE f.trace = s.trace AND f.span = s.key AND " \
	"f.level > 0)"
#define SHOWN "SELECT " COLUMNS FINDINGS " FROM span s"
#define TOLD  "SELECT " COLUMNS " NULL FROM span s"

enum { LINE_BITS = 64, DEPTH_MAX = 1 << 30, KEY_DIGITS = 16 };

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
	    .below = col_int_or(s, 5, 1),
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
	    .findings = arena_str(arena, col_str(s, 31)),
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
	struct stmt *s = db_query(db, SHOWN " WHERE s.pos BETWEEN ? AND ? ORDER BY s.pos", err);
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

/* The same in a view: what hangs where, and which siblings come later, is what the view shows. */
static void give_view(const struct tree_view *v, int64_t index, struct tree_row *row)
{
	const struct tree_view_row *at = &v->rows[index];
	row->up = at->up;
	row->size = at->size;
	row->depth = at->depth;
	row->dim = !at->match;
	row->agent = v->agents ? &v->agents[index] : NULL;
	row->flags &= ~(unsigned)SPAN_LAST;
	row->flags |= tree_view_is_last(v, index) ? SPAN_LAST : 0;
	row->lines_from = row->depth > LINE_BITS ? row->depth - LINE_BITS : 0;
	int64_t above = index;
	for (int d = row->depth - 1; d >= row->lines_from && v->rows[above].up; d--) {
		above -= v->rows[above].up;
		if (!tree_view_is_last(v, above))
			row->lines |= UINT64_C(1) << (d - row->lines_from);
	}
}

/* Rows from `index` on up to the next fold, at most `most`: a range read for each stretch that lies together in the store. */
static bool read_stretch(struct db *db, int64_t first, const struct tree_view *view, int64_t index, int64_t to,
                         struct arena *arena, struct rows *rows, struct err *err)
{
	if (!view) {
		size_t n = rows->n;
		bool ok = read_range(db, first, index, to, arena, rows, err);
		for (; n < rows->n; n++)
			rows->at[n].index = rows->at[n].pos;
		return ok;
	}
	bool ok = true;
	while (ok && index <= to) {
		int64_t end = index;
		while (end < to && view->rows[end + 1].pos == view->rows[end].pos + 1)
			end++;
		size_t n = rows->n;
		ok = read_range(db, first, view->rows[index].pos, view->rows[end].pos, arena, rows, err);
		for (; n < rows->n; n++) {
			rows->at[n].index = index + (rows->at[n].pos - view->rows[index].pos);
			give_view(view, rows->at[n].index, &rows->at[n]);
		}
		index = end + 1;
	}
	return ok;
}

bool tree_window(struct db *db, int64_t first, int64_t n, const struct folds *folds, int64_t from, int64_t count,
                 struct tree_window *out, struct err *err)
{
	return tree_window_of(db, first, &(struct tree_scope){.to = n}, folds, from, count, out, err);
}

bool tree_window_of(struct db *db, int64_t first, const struct tree_scope *scope, const struct folds *folds,
                    int64_t from, int64_t count, struct tree_window *out, struct err *err)
{
	*out = (struct tree_window){.arena = ARENA_INIT, .from = from};
	int64_t n = scope->to, visible = folds_visible(folds, n);
	if (from < 0 || from >= visible || count < 1)
		return true;
	if (count > visible - from)
		count = visible - from;
	struct rows rows = {0};
	struct lines lines = {0};
	bool ok = true;
	int64_t index = folds_pos(folds, n, from);
	/* A stretch of rows without a fold is read at once; a fold ends the stretch and jumps over what it hides. */
	while (ok && (int64_t)rows.n < count && index < n) {
		int64_t to = index;
		while (to < n - 1 && to - index + 1 < count - (int64_t)rows.n && !folds_at(folds, to))
			to++;
		ok = read_stretch(db, first, scope->view, index, to, &out->arena, &rows, err);
		const struct fold *fold = folds_at(folds, to);
		index = to + 1 + (fold ? fold->hidden : 0);
	}
	if (!scope->view) {
		if (ok && rows.n)
			ok = lines_above(db, first, &rows.at[0], &lines, err);
		for (size_t i = 0; i < rows.n; i++)
			give_lines(&lines, &rows.at[i]);
		vec_done(&lines.later);
	}
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
	struct stmt *s = db_query(db, TOLD " WHERE s.pos = ?", err);
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
	struct stmt *s = db_query(db, TOLD " WHERE s.pos BETWEEN ? AND ? ORDER BY s.pos", err);
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

static bool rank_in(struct db *db, const char *sql, int64_t name, enum span_kind kind, enum hist_what what,
                    int64_t value, struct figure_rank *out, struct err *err)
{
	*out = (struct figure_rank){.more_than = UNKNOWN_DOUBLE, .p50 = UNKNOWN_INT, .p95 = UNKNOWN_INT};
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, name);
	stmt_int(s, 2, kind);
	if (what != HIST_TIME)
		stmt_int(s, 3, what);
	enum step step = stmt_step(s, err);
	struct str counts = step == STEP_ROW ? col_blob(s, 1) : STR_NONE;
	out->n = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	int32_t own = value < 0 ? -1 : hist_bucket(value);
	int64_t below = 0, seen = 0;
	for (struct hist_count c = HIST_BEGIN; hist_next(&counts, &c);) {
		seen += c.n;
		below += c.bucket < own ? c.n : 0;
		if (out->p50 == UNKNOWN_INT && seen * 2 >= out->n)
			out->p50 = hist_ns(c.bucket);
		if (out->p95 == UNKNOWN_INT && seen * 20 >= out->n * 19)
			out->p95 = hist_ns(c.bucket);
	}
	stmt_end(s);
	if (own >= 0 && out->n >= 5)
		out->more_than = (double)below / (double)out->n;
	return step != STEP_FAIL;
}

bool tree_rank(struct db *db, const struct tree_row *row, struct tree_rank *out, struct err *err)
{
	static const char times[] = "SELECT n, counts FROM hist WHERE name = ? AND kind = ?",
	                  usage[] = "SELECT n, counts FROM hist_usage WHERE name = ? AND kind = ? AND what = ?";
	int64_t name = 0;
	struct stmt *s = db_query(db, "SELECT id FROM word WHERE text = ?", err);
	if (!s)
		return false;
	stmt_str(s, 1, row->name);
	enum step step = stmt_step(s, err);
	name = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	int64_t tokens = settle_tokens(row->tokens_in, row->tokens_out);
	return step != STEP_FAIL && rank_in(db, times, name, row->kind, HIST_TIME, row->duration_ns, &out->time, err) &&
	       rank_in(db, usage, name, row->kind, HIST_TOKENS, tokens, &out->tokens, err) &&
	       rank_in(db, usage, name, row->kind, HIST_COST, hist_cost(row->cost_usd), &out->cost, err);
}

/* ---------------------------------------------------------------- times */

bool tree_times(struct db *db, int64_t first, int64_t from, int64_t n, struct tree_times *out, struct err *err)
{
	*out = (struct tree_times){.start_ns = TIME_UNKNOWN, .end_ns = TIME_UNKNOWN};
	struct stmt *s = db_query(db,
	                          "SELECT min(start_ns), max(start_ns + ifnull(duration_ns, 0)) FROM span"
	                          " WHERE pos BETWEEN ? AND ? AND (flags & 2) = 0", /* SPAN_BAD_TIME */
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, first + from);
	stmt_int(s, 2, first + from + n - 1);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW && col_int(s, 0) != UNKNOWN_INT) {
		out->start_ns = col_int(s, 0);
		out->end_ns = col_int(s, 1);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool tree_stretch(struct db *db, int64_t first, int64_t pos, int64_t *from_ns, int64_t *to_ns, int64_t *size,
                  struct err *err)
{
	struct stmt *s = db_query(db, "SELECT start_ns, duration_ns, size, flags FROM span WHERE pos = ?", err);
	*from_ns = *to_ns = TIME_UNKNOWN;
	*size = 1;
	if (!s)
		return false;
	stmt_int(s, 1, first + pos);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		int64_t from = col_int(s, 0);
		*size = col_int_or(s, 2, 1);
		if (from != UNKNOWN_INT && !(col_int_or(s, 3, 0) & SPAN_BAD_TIME)) {
			*from_ns = *to_ns = from;
			if (__builtin_add_overflow(from, col_int_or(s, 1, 0), to_ns))
				*to_ns = from;
		}
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool tree_sum(struct db *db, int64_t first, int64_t from, int64_t to, int depth, struct tree_sum *out, struct err *err)
{
	*out = (struct tree_sum){
	    .times = {TIME_UNKNOWN, TIME_UNKNOWN},
              .self_ns = UNKNOWN_INT
        };
	struct stmt *s = db_query(
	    db,
	    "SELECT min(start_ns), max(start_ns + ifnull(duration_ns, 0)), CASE WHEN count(self_ns) THEN"
	    " CAST(total(self_ns) AS INTEGER) END, CAST(total(sub_errors) AS INTEGER), max(flags & 1), max(flags & 128)"
	    " FROM span WHERE pos BETWEEN ? AND ? AND depth = ?",
	    err);
	if (!s)
		return false;
	stmt_int(s, 1, first + from);
	stmt_int(s, 2, first + to - 1);
	stmt_int(s, 3, depth);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		if (col_int(s, 0) != UNKNOWN_INT)
			out->times = (struct tree_times){col_int(s, 0), col_int_or(s, 1, 0)};
		out->self_ns = col_int(s, 2);
		out->errors = col_int_or(s, 3, 0);
		out->running = col_int_or(s, 4, 0) != 0;
		out->last = col_int_or(s, 5, 0) != 0;
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool tree_moment(struct db *db, int64_t first, int64_t from, int64_t n, int64_t at_ns, struct arena *arena,
                 struct tree_moment *out, struct err *err)
{
	*out = (struct tree_moment){0};
	struct stmt *s = db_query(
	    db,
	    "SELECT count(*), max(s.start_ns), w.text FROM span s LEFT JOIN word w ON w.id = s.name"
	    " WHERE s.pos BETWEEN ?1 AND ?2 AND s.start_ns <= ?3 AND (s.flags & 18) = 0" /* SYNTHETIC, BAD_TIME */
	    " AND (s.flags & 1 OR s.start_ns + s.duration_ns > ?3)",
	    err);
	if (!s)
		return false;
	stmt_int(s, 1, first + from);
	stmt_int(s, 2, first + from + n - 1);
	stmt_int(s, 3, at_ns);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->n = col_int_or(s, 0, 0);
		out->newest = arena_str(arena, col_str(s, 2));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

_Static_assert(SPAN_BAD_TIME == 2 && SPAN_SYNTHETIC == 16 && SPAN_RUNNING == 1 && SPAN_LAST == 128,
               "the SQL above names them by number");
