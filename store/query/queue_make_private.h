/* What queue_make.c (choosing) and queue_rows.c (reading candidates) share. */
#ifndef SPOOR_STORE_QUERY_QUEUE_MAKE_PRIVATE_H
#define SPOOR_STORE_QUERY_QUEUE_MAKE_PRIVATE_H

#include "store/base/vec.h"
#include "store/query/queue_make.h"

enum { CANDIDATES_MOST = 4000000 };

struct candidate {
	int64_t a, b, c;      /* a case: run, case, repeat; a pair: case, repeats; a trace; a span: trace, key */
	int64_t run_a, run_b; /* of a pair */
	uint64_t input, output;
	uint64_t ident; /* of the answer, on every machine */
	uint64_t stratum;
	uint8_t kind; /* enum subject_kind */
	bool silent, identical;
};

struct candidates {
	VEC(struct candidate) rows;
	bool cut;
};

/* All that match, in their order; `from` is no longer QUEUE_ANSWERS. */
bool queue_read_rows(struct db *db, const struct queue_ask *ask, struct arena *arena, struct candidates *out,
                     struct err *err);
/* Of what is listed or what the judges name. */
bool queue_read_listed(struct db *db, const struct subject_at *items, size_t n, struct candidates *out,
                       struct err *err);
/* What the judges' lists hold, in turn; in the arena. */
bool queue_read_judges(struct db *db, const struct queue_ask *ask, struct arena *arena, struct subject_at **items,
                       size_t *n, struct err *err);
/* Can the filter mean cases (else traces), and are there any? */
bool queue_means_cases(struct db *db, const struct queue_ask *ask, bool *cases, struct err *err);

#endif
