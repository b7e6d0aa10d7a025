/* Finding a span of a trace: by key, the next that failed, is on the critical path, is called so; the slowest and dearest. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/query/tree.h"
#include "store/query/words.h"
#include "store/span_row.h"
#include "store/trace_words.h"

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

/* The keys of ids of 16 hex digits that begin with a prefix are a range of numbers. False: it is none of these. */
static bool key_range(struct str prefix, int64_t *from, int64_t *to)
{
	uint64_t bits = 0;
	if (!prefix.len || prefix.len > 16)
		return false;
	for (size_t i = 0; i < prefix.len; i++) {
		char c = prefix.ptr[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		bits = bits << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	unsigned left = 4 * (16 - (unsigned)prefix.len);
	*from = (int64_t)(bits << left);
	*to = (int64_t)(bits << left | (left ? UINT64_MAX >> (64 - left) : 0));
	return true;
}

/* Spans [first, first + n) by pos whose ids begin so, 1,000 at most; n < 0: all there are. */
static struct stmt *with_prefix(struct db *db, int64_t first, int64_t n, struct str id, struct err *err)
{
	int64_t from = 1, to = 0;
	struct buf after = BUF_INIT;
	struct stmt *s =
	    db_query(db,
	             n < 0 ? "SELECT s.key, s.trace FROM span s JOIN trace t ON t.id = s.trace"
	                     " WHERE s.pos >= t.first AND s.pos < t.first + t.n AND"
	                     " ((s.id IS NULL AND s.key BETWEEN ?1 AND ?2) OR (s.id >= ?3 AND s.id <= ?4)) LIMIT 1000"
	                   : "SELECT key, trace FROM span WHERE pos BETWEEN ?5 AND ?6 AND"
	                     " ((id IS NULL AND key BETWEEN ?1 AND ?2) OR (id >= ?3 AND id <= ?4)) LIMIT 1000",
	             err);
	if (!s)
		return NULL;
	key_range(id, &from, &to);
	buf_add_str(&after, id);
	buf_add_cstr(&after, "\xf4\x8f\xbf\xbf"); /* U+10FFFF: after every text with this prefix */
	stmt_int(s, 1, from);
	stmt_int(s, 2, to);
	stmt_str(s, 3, id);
	stmt_str(s, 4, buf_str(&after));
	if (n >= 0) {
		stmt_int(s, 5, first);
		stmt_int(s, 6, first + n - 1);
	}
	buf_done(&after);
	return s;
}

static bool take_only(struct stmt *s, struct str id, int64_t *key, int64_t *trace, struct err *err)
{
	int n = 0;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		if (n++ == 0) {
			*key = col_int(s, 0);
			*trace = col_int(s, 1);
		}
	stmt_end(s);
	if (step == STEP_FAIL || n == 1)
		return step != STEP_FAIL;
	return n ? err_set(err, ERR_USAGE, NULL, "%d spans have an id that begins with " STR_FMT, n,
	                   STR_ARG(str_cut(id, 0, 80)))
	         : err_set(err, ERR_NOT_FOUND, NULL, "no span has an id that begins with \"" STR_FMT "\"",
	                   STR_ARG(str_cut(id, 0, 80)));
}

bool tree_find_id(struct db *db, int64_t first, int64_t n, struct str id, int64_t *key, struct err *err)
{
	bool hex;
	int64_t pos, trace;
	*key = model_span_key(id, &hex);
	if (!tree_find(db, first, n, *key, &pos, err))
		return false;
	if (pos >= 0)
		return true;
	struct stmt *s = with_prefix(db, first, n, id, err);
	return s && take_only(s, id, key, &trace, err);
}

bool tree_find_anywhere(struct db *db, struct str id, int64_t *trace, int64_t *key, struct err *err)
{
	if (id.len < TREE_ID_LEAST)
		return err_set(err, ERR_NOT_FOUND, NULL, "too little of an id: \"" STR_FMT "\"", STR_ARG(id));
	struct stmt *s = with_prefix(db, 0, -1, id, err);
	return s && take_only(s, id, key, trace, err);
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
	BUG_ON(what > SEEK_NAME); /* SEEK_SAME: the name is known */
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

/* The names to look for, as a JSON array: nothing if each row must be looked at; *none: no span can be called so. */
static bool seek_list(struct db *db, int64_t first, int64_t pos, enum tree_seek what, struct str text, struct buf *list,
                      bool *none, struct err *err)
{
	size_t n = 0;
	*none = false;
	if (what == SEEK_NAME) {
		if (!names_with(db, first, text, !has_capital(text), list, &n, err))
			return false;
		*none = list->len && !n;
	}
	if (what != SEEK_SAME)
		return true;
	struct stmt *s = db_query(db, "SELECT name FROM span WHERE pos = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, first + pos);
	enum step step = stmt_step(s, err);
	*none = step != STEP_ROW || col_int(s, 0) == UNKNOWN_INT;
	if (!*none)
		buf_printf(list, "[%" PRId64 "]", col_int(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool seek_rows(struct db *db, int64_t first, int64_t from, int64_t to, int64_t pos, bool forward,
                      enum tree_seek what, struct str text, struct str names, int64_t *found, struct err *err)
{
	int64_t at = first + pos, low = first + from, high = first + to - 1;
	bool ok = forward ? seek_range(db, at + 1, high, true, what, text, names, found, err)
	                  : seek_range(db, low, at - 1, false, what, text, names, found, err);
	if (ok && *found < 0) /* round the end */
		ok = forward ? seek_range(db, low, at, true, what, text, names, found, err)
		             : seek_range(db, at, high, false, what, text, names, found, err);
	return ok;
}

/* Which of two rows of a view comes sooner after `here`, round the end. */
static int64_t steps(int64_t here, int64_t there, int64_t n, bool forward)
{
	int64_t by = forward ? there - here : here - there;
	return by > 0 ? by : by + n;
}

/* All that it could be, one after the other; where the view keeps the order of pos, the first after `pos` is the nearest. */
static bool seek_view(struct db *db, int64_t first, const struct tree_view *v, int64_t pos, bool forward,
                      enum tree_seek what, struct str text, struct str names, int64_t *found, struct err *err)
{
	int64_t here = tree_view_near(v, pos), best = INT64_MAX, low = v->from, high = v->to, at;
	for (int half = 0; half < 2; half++) {
		bool after = (half == 0) == forward; /* behind pos; pos itself is the last of all */
		int64_t from = after ? pos + forward : low, to = after ? high - 1 : pos - !forward;
		while (from <= to) {
			if (!seek_range(db, first + from, first + to, forward, what, text, names, &at, err))
				return false;
			if (at < 0)
				break;
			at -= first;
			int64_t index = tree_view_index(v, at);
			if (index >= 0 && steps(here, index, v->n, forward) < best) {
				best = steps(here, index, v->n, forward);
				*found = first + at;
				if (!v->index)
					return true;
			}
			from = forward ? at + 1 : from;
			to = forward ? to : at - 1;
		}
	}
	return true;
}

bool tree_seek_in(struct db *db, int64_t first, const struct tree_scope *scope, int64_t pos, bool forward,
                  enum tree_seek what, struct str text, int64_t *found, struct err *err)
{
	struct buf list = BUF_INIT;
	bool none;
	*found = -1;
	bool ok = seek_list(db, first, pos, what, text, &list, &none, err);
	if (ok && !none)
		ok = scope->view
		         ? seek_view(db, first, scope->view, pos, forward, what, text, buf_str(&list), found, err)
		         : seek_rows(db, first, scope->from, scope->to, pos, forward, what, text, buf_str(&list), found,
		                     err);
	if (*found >= 0)
		*found -= first;
	buf_done(&list);
	return ok;
}

bool tree_seek(struct db *db, int64_t first, int64_t n, int64_t pos, bool forward, enum tree_seek what, struct str text,
               int64_t *found, struct err *err)
{
	return tree_seek_in(db, first, &(struct tree_scope){.to = n}, pos, forward, what, text, found, err);
}

/* ---------------------------------------------------------------- the slowest, the dearest */

static const char *const rank_counts[] = {
    [RANK_SELF_TIME] = "SELECT count(self_ns) FROM span WHERE pos BETWEEN ? AND ?",
    [RANK_COST] = "SELECT count(cost_usd) FROM span WHERE pos BETWEEN ? AND ?",
    [RANK_TOKENS] = "SELECT count(coalesce(tokens_in, tokens_out)) FROM span WHERE pos BETWEEN ? AND ?",
};

#define TOKENS "ifnull(tokens_in, 0) + ifnull(tokens_out, 0)"
static const char *const rank_rows[] = {
    [RANK_SELF_TIME] = "SELECT pos, self_ns FROM span WHERE pos BETWEEN ? AND ? AND self_ns IS NOT NULL"
                       " ORDER BY self_ns DESC, pos LIMIT ? OFFSET ?",
    [RANK_COST] = "SELECT pos, cost_usd FROM span WHERE pos BETWEEN ? AND ? AND cost_usd IS NOT NULL"
                  " ORDER BY cost_usd DESC, pos LIMIT ? OFFSET ?",
    [RANK_TOKENS] =
        "SELECT pos, " TOKENS " FROM span WHERE pos BETWEEN ? AND ? AND coalesce(tokens_in, tokens_out) IS NOT NULL"
        " ORDER BY " TOKENS " DESC, pos LIMIT ? OFFSET ?",
};

static bool count_ranked(struct db *db, int64_t first, int64_t from, int64_t to, enum tree_rank_by by, int64_t *n,
                         struct err *err)
{
	struct stmt *s = db_query(db, rank_counts[by], err);
	if (!s)
		return false;
	stmt_int(s, 1, first + from);
	stmt_int(s, 2, first + to - 1);
	enum step step = stmt_step(s, err);
	*n = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* Whether a row is counted: not of those that show only for what hangs on them. */
static bool counts(const struct tree_view *v, int64_t pos)
{
	int64_t index = v ? tree_view_index(v, pos) : 0;
	return !v || (index >= 0 && v->rows[index].match);
}

enum { STEP_LEVELS = 64 };

/* A call of a model, a tool, … is one step; a request of no kind below it is a part of that. */
static bool is_call(int64_t kind)
{
	return kind > KIND_CHAIN && kind != KIND_TASK;
}

/* From a span of no kind to the call that it is a part of; none: it stays. */
static bool to_call(struct db *db, int64_t first, const struct tree_scope *scope, int64_t *pos, struct err *err)
{
	int64_t at = *pos, up = 0, kind = KIND_SPAN, from = scope->view ? scope->view->from : scope->from;
	for (int i = 0; i < STEP_LEVELS && kind == KIND_SPAN && at - up >= from; i++) {
		at -= up;
		struct stmt *s = db_query(db, "SELECT kind, up FROM span WHERE pos = ?", err);
		if (!s)
			return false;
		stmt_int(s, 1, first + at);
		enum step step = stmt_step(s, err);
		kind = step == STEP_ROW ? col_int_or(s, 0, KIND_SPAN) : KIND_TASK;
		up = step == STEP_ROW ? col_int_or(s, 1, 0) : 0;
		stmt_end(s);
		if (step == STEP_FAIL)
			return false;
		if (kind == KIND_SPAN && up <= 0)
			return true;
	}
	if (is_call(kind) && counts(scope->view, at))
		*pos = at;
	return true;
}

bool tree_ranked(struct db *db, int64_t first, const struct tree_scope *scope, enum tree_rank_by by, int64_t place,
                 struct tree_ranked *out, struct err *err)
{
	const struct tree_view *v = scope->view;
	int64_t from = v ? v->from : scope->from, to = v ? v->to : scope->to;
	*out = (struct tree_ranked){.pos = -1, .call = -1, .by = by};
	if (!count_ranked(db, first, from, to, by, &out->n, err))
		return false;
	if (by == RANK_COST && out->n == 0)
		return tree_ranked(db, first, scope, RANK_TOKENS, place, out, err);
	struct stmt *s = db_query(db, rank_rows[by], err);
	if (!s)
		return false;
	stmt_int(s, 1, first + from);
	stmt_int(s, 2, first + to - 1);
	stmt_int(s, 3, v ? -1 : 1);
	stmt_int(s, 4, v ? 0 : place);
	int64_t seen = v ? 0 : place, n = 0;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t pos = col_int(s, 0) - first;
		if (!counts(v, pos))
			continue;
		n++;
		if (seen++ != place)
			continue;
		out->pos = pos;
		out->value = col_double(s, 1);
	}
	stmt_end(s);
	out->n = v ? n : out->n;
	out->call = out->pos;
	return step != STEP_FAIL &&
	       (by != RANK_SELF_TIME || out->pos < 0 || to_call(db, first, scope, &out->call, err));
}
