#include "store/hist_table.h"

#include <math.h>
#include <stdlib.h>

#include "store/base/vec.h"
#include "store/hist.h"
#include "store/settle.h"

int64_t hist_cost(double usd)
{
	double billionths = usd * 1e9;
	if (!(billionths >= 0)) /* NaN, too */
		return UNKNOWN_INT;
	return billionths < 9e18 ? llround(billionths) : INT64_MAX;
}

static int by_name(const void *pa, const void *pb)
{
	const struct hist_delta *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

/* Table hist counts times, and has no column for what it counts. */
static const struct {
	const char *read, *write, *remove;
} sql[] = {
    {"SELECT counts FROM hist WHERE name = ? AND kind = ?",
     "INSERT OR REPLACE INTO hist(name, kind, n, counts) VALUES(?1,?2,?4,?5)",           "DELETE FROM hist WHERE name = ? AND kind = ?"                   },
    {"SELECT counts FROM hist_usage WHERE name = ? AND kind = ? AND what = ?",
     "INSERT OR REPLACE INTO hist_usage(name, kind, what, n, counts) VALUES(?,?,?,?,?)", "DELETE FROM hist_usage WHERE name = ? AND kind = ? AND what = ?"},
};

static struct stmt *of_row(struct db *db, const char *text, const struct hist_delta *of, struct err *err)
{
	struct stmt *s = db_query(db, text, err);
	if (!s)
		return NULL;
	stmt_int(s, 1, of->name);
	stmt_int(s, 2, of->kind);
	if (of->what != HIST_TIME)
		stmt_int(s, 3, of->what);
	return s;
}

static bool write_row(struct db *db, const struct hist_delta *of, struct str counts, int64_t total, struct err *err)
{
	bool usage = of->what != HIST_TIME;
	struct stmt *s = of_row(db, total ? sql[usage].write : sql[usage].remove, of, err);
	if (!s)
		return false;
	if (total) {
		stmt_int(s, 4, total);
		stmt_blob_static(s, 5, counts);
	}
	return stmt_run(s, err);
}

struct scratch {
	VEC(struct hist_count) changes;
	struct buf counts;
};

/* Deltas of one name, kind and thing. */
static bool change_row(struct db *db, const struct hist_delta *deltas, size_t n, struct scratch *to, struct err *err)
{
	struct stmt *s = of_row(db, sql[deltas->what != HIST_TIME].read, deltas, err);
	if (!s)
		return false;
	to->changes.n = 0;
	for (size_t i = 0; i < n; i++) {
		if (i && deltas[i].bucket == deltas[i - 1].bucket)
			to->changes.at[to->changes.n - 1].n += deltas[i].n;
		else
			*vec_add(&to->changes) = (struct hist_count){deltas[i].bucket, deltas[i].n};
	}
	enum step step = stmt_step(s, err);
	int64_t total =
	    hist_merge(step == STEP_ROW ? col_blob(s, 0) : STR_NONE, to->changes.at, to->changes.n, &to->counts);
	stmt_end(s);
	return step != STEP_FAIL && write_row(db, deltas, buf_str(&to->counts), total, err);
}

bool hist_write(struct db *db, struct hist_delta *deltas, size_t n, struct err *err)
{
	struct scratch scratch = {.counts = BUF_INIT};
	bool ok = true;
	if (n > 1)
		qsort(deltas, n, sizeof *deltas, by_name);
	for (size_t i = 0, end; ok && i < n; i = end) {
		for (end = i + 1; end < n && deltas[end].name == deltas[i].name && deltas[end].kind == deltas[i].kind &&
		                  deltas[end].what == deltas[i].what;)
			end++;
		ok = change_row(db, &deltas[i], end - i, &scratch, err);
	}
	vec_done(&scratch.changes);
	buf_done(&scratch.counts);
	return ok;
}

/* ---------------------------------------------------------------- a store from before */

enum { FILL_DELTAS = 1 << 20 };

static void add_delta(struct hist_delta *out, size_t *n, const struct hist_delta *of, enum hist_what what,
                      int64_t value)
{
	if (value < 0)
		return;
	out[*n] = *of;
	out[*n].what = (uint8_t)what;
	out[(*n)++].bucket = hist_bucket(value);
}

bool hist_fill(struct db *db, struct err *err)
{
	/* The rows of traces, and those of forgotten ones that are still to be swept: sweeping takes them out. */
	struct stmt *s = db_query(
	    db,
	    "SELECT s.name, s.kind, s.tokens_in, s.tokens_out, s.cost_usd FROM (SELECT first, n FROM trace UNION ALL"
	    " SELECT CAST(substr(key, 10) AS INTEGER), value FROM meta WHERE key LIKE 'forget/g/%') t"
	    " JOIN span s ON s.pos >= t.first AND s.pos < t.first + t.n"
	    " WHERE s.record > 0 AND coalesce(s.tokens_in, s.tokens_out, s.cost_usd) IS NOT NULL",
	    err);
	if (!s)
		return false;
	struct hist_delta *all = xmalloc(size_mul(FILL_DELTAS + 2, sizeof *all));
	size_t n = 0;
	enum step step = STEP_DONE;
	bool ok = true;
	while (ok && (step = stmt_step(s, err)) == STEP_ROW) {
		struct hist_delta of = {(uint32_t)col_int_or(s, 0, 0), (int16_t)col_int_or(s, 1, 0), 0, 0, 1};
		add_delta(all, &n, &of, HIST_TOKENS, settle_tokens(col_int(s, 2), col_int(s, 3)));
		add_delta(all, &n, &of, HIST_COST, hist_cost(col_double(s, 4)));
		if (n >= FILL_DELTAS) {
			ok = hist_write(db, all, n, err);
			n = 0;
		}
	}
	stmt_end(s);
	ok = ok && step == STEP_DONE && hist_write(db, all, n, err);
	free(all);
	return ok;
}
