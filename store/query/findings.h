/* What checks have found (store/check): counts by check, and lists of findings. */
#ifndef SPOOR_STORE_QUERY_FINDINGS_H
#define SPOOR_STORE_QUERY_FINDINGS_H

#include "store/model.h"
#include "store/query/filter.h"

enum finding_level { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR, N_FINDING_LEVELS };
const char *finding_level_name(enum finding_level level); /* "note" "warning" "error" */

struct finding_row {
	int64_t trace; /* row id */
	struct str trace_text, trace_name;
	int64_t start_ns; /* of the trace */
	struct str check;
	bool has_span;
	int64_t span; /* key */
	struct str span_text, span_name;
	enum span_kind kind;
	enum finding_level level;
	double value;
	struct str explanation;
};

/* All findings of one check. */
struct finding_sum {
	struct str check;
	enum finding_level level; /* the gravest */
	int64_t findings, traces, spans;
	int64_t of_level[N_FINDING_LEVELS];
	struct finding_row example; /* in the newest trace that has one, of the gravest there */
};

struct finding_query {
	const struct filter *filter; /* over traces; NULL: all */
	struct str check;            /* absent: all */
	int64_t trace;               /* row id; 0: all */
	int64_t offset, limit;       /* limit < 0: all */
};

struct finding_page {
	struct arena arena; /* owns all below */
	struct finding_row *rows;
	size_t n;
	struct finding_sum *sums;
	size_t n_sums;
	int64_t checked, unchecked; /* traces that were looked at, and that were not yet (by whatever rules) */
};
void finding_page_done(struct finding_page *p);
/* Sums by check: gravest first, then those in most traces. */
bool findings_by_check(struct db *db, const struct finding_query *q, struct finding_page *out, struct err *err);
/* The findings themselves: newest traces first, in each as the tree goes. */
bool findings_list(struct db *db, const struct finding_query *q, struct finding_page *out, struct err *err);

#endif
