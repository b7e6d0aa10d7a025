/* A comparison, or one run, cut into slices by a field of its cases' metadata (case_fields.h): each slice with its own counts, rates and
 * tests, by the same code as the whole (compare_private.h).
 *
 * A paired case is in the slice of a value if the sides that state the field agree on it. If they (or the repeats of one side) have no value
 * in common, it is in none and counted as differing; so exchanging A and B mirrors everything. A case with a list of values (tags) is
 * in the slice of each of those that are agreed on.
 *
 * A field of numbers with more than SLICE_NUMBERS_MOST values is cut into four bins at the quartiles (type 7, statistics.md 6) of the
 * cases' values: a value equal to a quartile is in the lower bin; bins without cases fall away. A bin is called by the least and
 * greatest value in it, "3..17", both included.
 *
 * Each slice is a Holm family of its own (statistics.md 7), so of twenty slices in which nothing changed one looks changed: screens
 * and commands say so. */
#ifndef SPOOR_STORE_QUERY_SLICES_H
#define SPOOR_STORE_QUERY_SLICES_H

#include "store/query/compare.h"

enum {
	SLICE_NUMBERS_MOST = 12,
	SLICES_MOST = 200, /* values with figures, those of most cases; the others are counted */
	SLICE_LEAST = 6    /* fewer cases cannot show a difference (statistics.md 8) */
};

/* A rate over the cases with a verdict; of cases with repeats their share. n = 0: NaN. */
struct slice_rate {
	size_t n;
	double passed, rate, low, high; /* Wilson */
};

struct slice {
	struct str value; /* as stated, or "LEAST..GREATEST" */
	bool bin;
	double least, greatest;   /* of a bin, both included */
	int64_t cases;            /* paired; of one run alone: its cases */
	int64_t count[N_CLASSES]; /* with only_a and only_b; of one run alone: zeros */
	int64_t lost,
	    won; /* paired cases that A passed and B did not, and the other way round; by the majority of repeats */
	struct slice_rate a, b; /* over the paired cases; those of one run: a */
	/* How much worse B is by the leading metric (slices.lead); of one run how much worse than its whole. NaN: not known. */
	double loss;
	/* As compare's. Of one run alone only result.n, a, low and high tell something, and low and high are those of a: Wilson of pass,
	 * order statistics of latency, none else. */
	struct compare_metric *metrics;
	size_t n_metrics;
	int holm; /* size of its family */
};

struct slices {
	struct arena arena;
	struct run_row a, b; /* one run alone: b.id = 0 */
	bool alone;
	struct str field;
	bool numeric, bins;
	bool several;   /* a case may be in several slices */
	bool free_text; /* too many or too long texts to slice by: no slices */
	bool by_input;  /* as compare's */
	/* What slices are ordered by: "pass", or where fewer than half of the cases have a verdict the name of the score most have. */
	const char *lead;
	struct slice whole; /* all paired cases, whatever they state */
	/* The largest loss first; those of fewer than SLICE_LEAST cases last. */
	struct slice *at;
	size_t n;
	int64_t stated, not_stated, differ; /* of whole.cases */
	int64_t more_values, more_cases;    /* values beyond SLICES_MOST, and their cases */
	int64_t unread;                     /* results of which no record tells any more */
	bool cut;                           /* case_fields' bounds were reached */
	struct str refused;                 /* not empty: cannot be compared, and why */
};
void slices_done(struct slices *s);

struct slice_field {
	struct str name;
	size_t values, slices; /* slices: what slices_of gives, bins and SLICES_MOST counted in */
	int64_t cases;         /* paired cases (one run: cases) that state it, those that differ counted in */
	int64_t differ;
	bool numeric, several, free_text;
	/* Cuts nothing: one value for all, fewer than three cases a value, stated by fewer than 2 of 100 cases, free text, a numbering of the
	 * cases; or the same cut as another field, whose name is shorter. Of one so rare, values and cases are what the runs say of it by
	 * themselves. */
	bool useless;
	struct str same_as;  /* that other field's name, or absent */
	struct str examples; /* its values of most cases, "gold 40, silver 31, bronze 9" */
};
struct slice_fields {
	struct arena arena;
	/* Useless ones last; those that more cases state first, then those with fewer values, then by name. */
	struct slice_field *at;
	size_t n, useful;
	int64_t cases, unread;
	bool cut;
};
void slice_fields_done(struct slice_fields *f);

struct slices_opts {
	struct compare_opts compare; /* rows_only: counts and rates alone, without metrics */
};
#define SLICES_OPTS ((struct slices_opts){.compare = {.margin = UNKNOWN_DOUBLE}})

/* b = 0: a alone. ERR_NOT_FOUND: no case has such a field; the text names those there are. opts NULL: SLICES_OPTS. Done in any case.
 * Cost: both runs' records are decoded once, then as compare_runs, with 10,000 resamples a slice of at most 5,000 cases. */
bool slices_of(struct db *db, int64_t a, int64_t b, struct str field, const struct slices_opts *opts,
               struct slices *out, struct err *err);
bool slices_fields(struct db *db, int64_t a, int64_t b, struct slice_fields *out, struct err *err);

/* keep: one per c->rows; false where a row is not in the slice, else untouched. value: one of the field's, or "LEAST..GREATEST" of a
 * numeric one. Rows of one side go by what that side states. ERR_NOT_FOUND: no case has such a field. */
bool slices_mark(struct db *db, const struct compare *c, struct str field, struct str value, bool *keep,
                 struct err *err);

/* ---- for a screen: what both runs hold read once, then one field after another */
struct slicing;
struct slicing *slicing_new(void);
void slicing_free(struct slicing *s);
/* Once, one after the other: which case meets which (as quick as compare_runs with rows_only); what the cases state, by decoding the
 * records of both runs (only: as case_fields_read). */
bool slicing_pair(struct slicing *s, struct db *db, int64_t a, int64_t b, const struct slices_opts *opts,
                  struct err *err);
bool slicing_tell(struct slicing *s, struct db *db, struct str only, struct err *err);
void slicing_fields(const struct slicing *s, struct slice_fields *out);
bool slicing_of(const struct slicing *s, struct db *db, struct str field, const struct slices_opts *opts,
                struct slices *out, struct err *err);
/* The comparison, from slicing_pair on: borrowed. */
const struct compare *slicing_compare(const struct slicing *s);

#endif
