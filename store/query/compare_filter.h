/* A subset of a comparison's rows, by the filter language over FILTER_PAIRS: what their columns say is asked of the rows in memory,
 * what only the store knows (labels of scores, tokens, has:) of the case results of both runs, fields of metadata of their records
 * (slices.h), begins: of their traces (begins.h). A condition on a case result holds
 * for a row if A's or B's result fulfils it; figures of a case with repeats are those on the screen: the mean of its repeats. */
#ifndef SPOOR_STORE_QUERY_COMPARE_FILTER_H
#define SPOOR_STORE_QUERY_COMPARE_FILTER_H

#include "store/query/compare.h"

/* keep[i]: row i of c matches; c->n_rows of them. An empty filter or NULL keeps all. ERR_USAGE: a score that is not compared, with
 * those that are. Conditions on the rows alone: 10 ms at 100,000 rows and below; each on the store reads both runs' results, field. decodes
 * their records, begins: aligns their traces: seconds at 100,000 cases. db may be interrupted. */
bool compare_filter(struct db *db, const struct compare *c, const struct filter *f, bool *keep, struct err *err);

#endif
