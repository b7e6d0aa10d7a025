#include "store/hist.h"

#include <math.h>

#include "store/base/pack.h"

enum { PER_E = 64, BUCKET_MAX = 1 << 16 };
#define COUNT_MAX ((uint64_t)1 << 46) /* so that the sum over all buckets is a number, whatever a store says */

int32_t hist_bucket(int64_t duration_ns)
{
	return (int32_t)floor(PER_E * log((double)duration_ns + 1));
}

int64_t hist_ns(int32_t bucket)
{
	return (int64_t)(exp(((double)bucket + 0.5) / PER_E) - 1);
}

bool hist_next(struct str *rest, struct hist_count *c)
{
	uint64_t distance, n;
	if (rest->len == 0 || !pack_unvarint(rest, &distance) || !pack_unvarint(rest, &n) || distance == 0 ||
	    distance > BUCKET_MAX || n > COUNT_MAX)
		return false;
	*c = (struct hist_count){c->bucket + (int32_t)distance, (int64_t)n};
	return c->bucket <= BUCKET_MAX;
}

static void put(struct buf *out, struct hist_count *last, int32_t bucket, int64_t n, int64_t *total)
{
	if (n <= 0)
		return;
	pack_varint(out, (uint64_t)(bucket - last->bucket));
	pack_varint(out, (uint64_t)n);
	last->bucket = bucket;
	*total += n;
}

int64_t hist_merge(struct str old, const struct hist_count *changes, size_t n, struct buf *out)
{
	struct hist_count have = HIST_BEGIN, last = HIST_BEGIN;
	int64_t total = 0;
	bool more = hist_next(&old, &have);
	buf_clear(out);
	for (size_t i = 0; more || i < n;) {
		if (i == n || (more && have.bucket < changes[i].bucket)) {
			put(out, &last, have.bucket, have.n, &total);
			more = hist_next(&old, &have);
		} else if (!more || changes[i].bucket < have.bucket) {
			put(out, &last, changes[i].bucket, changes[i].n, &total);
			i++;
		} else {
			put(out, &last, have.bucket, have.n + changes[i].n, &total);
			more = hist_next(&old, &have);
			i++;
		}
	}
	return total;
}
