/* Traces that are far slower or dearer than those of their name.
 *
 * Beyond Tukey's outer fence (J. Tukey, Exploratory Data Analysis, 1977, 2D): the third quartile and 3 interquartile ranges; and beyond
 * twice the median, so that a name whose traces are all nearly alike has none; of a name that 20 traces or more have. Quartiles by nearest rank.
 * It depends on all traces there are, so it is worked out for all of them at once, whenever there are others than the last time. */
#include <stdlib.h>

#include "store/check/check_private.h"

enum { LIKE_LEAST = 20, LIKE_N = 1 << 20, PER_LOOK = 256 };

struct like {
	int64_t trace;
	double value, median; /* median: of a name's */
	enum check_id check;
};
typedef VEC(struct like) like_list;

static int by_value(const void *a, const void *b)
{
	const struct like *x = a, *y = b;
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->trace < y->trace ? -1 : x->trace > y->trace;
}

static int by_trace(const void *a, const void *b)
{
	const struct like *x = a, *y = b;
	if (x->trace != y->trace)
		return x->trace < y->trace ? -1 : 1;
	return (int)x->check - (int)y->check;
}

static double at_share(const like_list *all, double share)
{
	size_t i = (size_t)(share * (double)all->n);
	return all->at[i < all->n ? i : all->n - 1].value;
}

static void far_out(like_list *all, enum check_id check, double fences, like_list *out)
{
	if (all->n >= LIKE_LEAST) {
		qsort(all->at, all->n, sizeof *all->at, by_value);
		double q1 = at_share(all, 0.25), median = at_share(all, 0.5), q3 = at_share(all, 0.75);
		double fence = q3 + fences * (q3 - q1);
		for (size_t i = all->n; i-- > 0 && all->at[i].value > fence && all->at[i].value > 2 * median;)
			*vec_add(out) = (struct like){all->at[i].trace, all->at[i].value, median, check};
	}
	vec_clear(all);
}

static bool find_all(struct db *db, const struct rules *rules, like_list *out, struct err *err)
{
	struct stmt *s =
	    db_query(db,
	             "SELECT name, id, duration_ns, cost_usd FROM trace WHERE seen > 0 AND name IS NOT NULL AND "
	             "status <> 3 ORDER BY name",
	             err);
	like_list slow = {0}, dear = {0};
	int64_t name = UNKNOWN_INT;
	enum step step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW) {
		if (col_int(s, 0) != name) {
			far_out(&slow, CHECK_SLOW_TRACE, rules_limit(rules, CHECK_SLOW_TRACE), out);
			far_out(&dear, CHECK_DEAR_TRACE, rules_limit(rules, CHECK_DEAR_TRACE), out);
			name = col_int(s, 0);
		}
		if (!col_null(s, 2) && rules_level(rules, CHECK_SLOW_TRACE) != CHECK_OFF)
			*vec_add(&slow) = (struct like){.trace = col_int(s, 1), .value = col_double(s, 2)};
		if (!col_null(s, 3) && rules_level(rules, CHECK_DEAR_TRACE) != CHECK_OFF)
			*vec_add(&dear) = (struct like){.trace = col_int(s, 1), .value = col_double(s, 3)};
	}
	far_out(&slow, CHECK_SLOW_TRACE, rules_limit(rules, CHECK_SLOW_TRACE), out);
	far_out(&dear, CHECK_DEAR_TRACE, rules_limit(rules, CHECK_DEAR_TRACE), out);
	if (s)
		stmt_end(s);
	vec_done(&slow);
	vec_done(&dear);
	if (out->n)
		qsort(out->at, out->n, sizeof *out->at, by_trace);
	return step == STEP_DONE;
}

static void words_of(struct buf *out, const struct like *l)
{
	struct buf value = BUF_INIT, median = BUF_INIT;
	bool slow = l->check == CHECK_SLOW_TRACE;
	if (slow) {
		units_duration_usual(&value, (int64_t)l->value, false);
		units_duration_usual(&median, (int64_t)l->median, false);
	} else {
		units_usd(&value, l->value);
		units_usd(&median, l->median);
	}
	buf_printf(out, "%s %s; of the traces of its name half %s %s or less", slow ? "took" : "cost", buf_cstr(&value),
	           slow ? "take" : "cost", buf_cstr(&median));
	buf_done(&value);
	buf_done(&median);
}

static bool insert(struct db *db, const struct rules *rules, const struct like *l, struct err *err)
{
	struct buf text = BUF_INIT;
	struct stmt *s = db_query(db,
	                          "INSERT OR REPLACE INTO finding(trace, n, name, level, value, explanation)"
	                          " VALUES(?, ?, ?, ?, ?, ?)",
	                          err);
	if (!s)
		return false;
	words_of(&text, l);
	stmt_int(s, 1, l->trace);
	stmt_int(s, 2, LIKE_N + (int)l->check);
	stmt_str(s, 3, str_of(checks[l->check].name));
	stmt_int(s, 4, rules_level(rules, l->check));
	stmt_double(s, 5, l->check == CHECK_SLOW_TRACE ? l->value / 1e9 : l->value);
	stmt_str(s, 6, buf_str(&text));
	buf_done(&text);
	return stmt_run(s, err);
}

/* What they were worked out from, as one text: compared with that of the last time. */
static bool state_of(struct db *db, const struct rules *rules, struct buf *out, struct err *err)
{
	int64_t n, last;
	if (!db_int(db, "SELECT count(*) FROM trace WHERE seen > 0", 0, &n, err) ||
	    !db_int(db, "SELECT max(first) FROM trace", 0, &last, err))
		return false;
	buf_printf(out, "%lld %lld %lld", (long long)n, (long long)last, (long long)check_version(rules));
	return true;
}

static bool is_same(struct db *db, struct str state, bool *same, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT value FROM meta WHERE key = 'check/like'", err);
	if (!s)
		return false;
	enum step step = stmt_step(s, err);
	*same = step == STEP_ROW && str_eq(col_str(s, 0), state);
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool set_state(struct db *db, struct str state, struct err *err)
{
	struct stmt *s = db_query(db, "INSERT OR REPLACE INTO meta(key, value) VALUES('check/like', ?)", err);
	if (!s)
		return false;
	stmt_str(s, 1, state);
	return stmt_run(s, err);
}

/* Outliers are few; still, a piece at a time. */
static bool write_all(struct db *db, const struct rules *rules, const like_list *all, struct str state, struct err *err)
{
	bool ok = db_begin(db, err) &&
	          db_exec(db, "DELETE FROM finding WHERE name IN ('slow-trace', 'dear-trace') AND n >= 1048576", err);
	for (size_t i = 0; ok && i < all->n; i++) {
		ok = insert(db, rules, &all->at[i], err);
		if (ok && i % PER_LOOK == PER_LOOK - 1)
			ok = db_commit(db, err) && db_begin(db, err);
	}
	ok = ok && set_state(db, state, err) && db_commit(db, err);
	if (!ok)
		db_rollback(db);
	return ok;
}

bool check_like(struct db *db, const struct rules *rules, struct err *err)
{
	struct buf state = BUF_INIT;
	like_list all = {0};
	bool same = false, ok = state_of(db, rules, &state, err) && is_same(db, buf_str(&state), &same, err);
	if (ok && !same)
		ok = find_all(db, rules, &all, err) && write_all(db, rules, &all, buf_str(&state), err);
	vec_done(&all);
	buf_done(&state);
	return ok;
}
