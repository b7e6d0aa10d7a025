/* How long spans of one name and kind take: how many there are of each bucket, all in one blob of table hist. (As a row for each bucket the
 * histogram took more of an import's time than the spans: a batch touches a thousand buckets, but few names.)
 *
 * bucket = floor(64 ln(duration_ns + 1)): 1.6 % wide. Blob, for each bucket that has any, ascending: varint of the
 * distance from the bucket before (of the first: from -1), varint of the count. */
#ifndef SPOOR_STORE_HIST_H
#define SPOOR_STORE_HIST_H

#include "store/base/str.h"

struct hist_count {
	int32_t bucket;
	int64_t n;
};
#define HIST_BEGIN ((struct hist_count){-1, 0})

int32_t hist_bucket(int64_t duration_ns); /* of a duration >= 0 */
int64_t hist_ns(int32_t bucket);          /* the middle of it */
/* The bucket after *c (HIST_BEGIN: the first), taken off *rest. False at the end, and at what is not such a blob. */
bool hist_next(struct str *rest, struct hist_count *c);
/* Replaces *out by `old` with n changes, ascending and each bucket once; what falls to 0 is left out. Gives the sum of all counts. */
int64_t hist_merge(struct str old, const struct hist_count *changes, size_t n, struct buf *out);

#endif
