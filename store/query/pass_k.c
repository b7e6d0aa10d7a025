#include "store/query/pass_k.h"

#include <stdlib.h>

#include "store/base/vec.h"
#include "store/model.h"
#include "store/stat/bootstrap.h"
#include "store/stat/rng.h"

struct tally {
	int64_t scored, passed;
};

typedef VEC(struct tally) tallies;

static bool read_tallies(struct db *db, int64_t run, tallies *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT count(*), sum(status = ?2) FROM case_result WHERE run = ?1 AND repeat >= 0"
	                          " AND status <> ?3 GROUP BY case_id",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	stmt_int(s, 2, CASE_PASSED);
	stmt_int(s, 3, CASE_UNSCORED);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(out) = (struct tally){col_int(s, 0), col_int(s, 1)};
	stmt_end(s);
	return step == STEP_DONE;
}

static bool mean_of(const double *values, size_t n, const struct boot_opts *opts, double *mean,
                    struct interval *interval)
{
	*mean = interval_moments(values, n).mean;
	*interval = INTERVAL_NONE;
	return !opts || n < PASS_K_MIN_CASES || boot_mean(values, n, opts, interval);
}

static bool for_k(const tallies *all, int64_t k, const struct boot_opts *opts, double *values, struct pass_k *out)
{
	size_t n = 0;
	*out = (struct pass_k){.k = k};
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].scored >= k)
			values[n++] = interval_pass_at_k(all->at[i].scored, all->at[i].passed, k);
	out->cases = (int64_t)n;
	out->left_out = (int64_t)(all->n - n);
	if (!mean_of(values, n, opts, &out->at, &out->at_interval))
		return false;
	for (size_t i = n = 0; i < all->n; i++)
		if (all->at[i].scored >= k)
			values[n++] = interval_pass_hat_k(all->at[i].scored, all->at[i].passed, k);
	return mean_of(values, n, opts, &out->hat, &out->hat_interval);
}

/* 1 2 … 10 20 50 100 200 …, and the last one. */
static int64_t after(int64_t k, int64_t most)
{
	int64_t next = k + 1, ten = 10;
	if (k >= 10) {
		while (ten <= k / 10)
			ten *= 10;
		next = ten * (k < 2 * ten ? 2 : k < 5 * ten ? 5 : 10);
	}
	return k < most && next > most ? most : next;
}

static bool rows_of(struct db *db, const tallies *all, int64_t most, bool intervals, struct arena *arena,
                    struct pass_ks *out, struct err *err)
{
	struct db_ticker ticker;
	if (!db_ticker_begin(db, &ticker, err))
		return false;
	struct boot_opts opts = {.seed = RNG_DEFAULT_SEED, .cancelled = db_ticker_stopped, .arg = &ticker};
	double *values = xcalloc(all->n, sizeof *values);
	size_t rows = 0;
	bool ok = true;
	for (int64_t k = 1; k <= most; k = after(k, most))
		rows++;
	out->rows = arena_alloc(arena, size_mul(rows, sizeof *out->rows));
	for (int64_t k = 1; ok && k <= most; k = after(k, most))
		ok = for_k(all, k, intervals ? &opts : NULL, values, &out->rows[out->n++]);
	free(values);
	db_ticker_end(&ticker);
	return ok;
}

bool pass_k_read(struct db *db, int64_t run, bool intervals, struct arena *arena, struct pass_ks *out, struct err *err)
{
	tallies all = {0};
	int64_t most = 0;
	*out = (struct pass_ks){.n = 0};
	bool ok = read_tallies(db, run, &all, err);
	for (size_t i = 0; i < all.n; i++)
		most = all.at[i].scored > most ? all.at[i].scored : most;
	ok = ok && (most < 2 || rows_of(db, &all, most, intervals, arena, out, err));
	vec_done(&all);
	return ok;
}
