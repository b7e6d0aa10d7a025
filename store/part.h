/* A part: what one record says of one span. Usually a span has one part and the span row is it; if several different records
 * speak of one (trace, key), the row is merged from all of them, and they stay in span_other.
 *
 * Merging is commutative, associative and idempotent, since it always starts from the whole set: parts are ranked (ended beats
 * running, then the later end, then the larger hash) and each field is taken from the first part that knows it. At most
 * PARTS_MAX parts of a span, the first in rank, are kept; one with more is a conflict for good. Two parts in the same state (both
 * ended or both not) that know different things of one field are a conflict. A stated cost beats an estimated one, whatever the
 * rank; estimates never contradict anything. */
#ifndef SPOOR_STORE_PART_H
#define SPOOR_STORE_PART_H

#include "store/model.h"

enum { PARTS_MAX = 16, PREVIEW_BYTES = 200 };

struct span_part {
	int64_t key, parent;
	uint64_t hash; /* of its facts and the raw record: equal hash, same part */
	bool has_parent;
	uint8_t kind, status;
	uint32_t flags; /* SPAN_RUNNING, SPAN_BAD_TIME, SPAN_MADE_UP_ID, SPAN_ANSWER, SPAN_ESTIMATED */
	struct str id;  /* absent: the key's 16 hex digits */
	struct str message;
	/* Ids of words and of a prompt, 0 none. In a batch: its indices, until the writer puts ids in their place. */
	uint32_t name, model, provider, prompt, session, user, service, trace_name;
	int64_t start_ns, end_ns, first_token_ns;
	int64_t tokens_in, tokens_out, tokens_cached, tokens_reasoning, tokens_cache_write;
	double cost_usd;
	uint64_t input_hash, output_hash;
	uint64_t record;
	int64_t source;
};

/* Merges n >= 1 parts of different hash; sorts them by rank. The result has the first's hash and record. */
void part_merge(struct span_part *parts, size_t n, struct span_part *out, bool *conflict);
/* <0: a ranks before b. */
int part_rank(const struct span_part *a, const struct span_part *b);
int64_t part_duration(const struct span_part *part); /* UNKNOWN_INT if unknown */
/* False: the span row alone cannot give the part back (an end without a start), so it belongs into span_other at once. */
bool part_is_plain(const struct span_part *part);

/* ---- which record gives a trace its preview: the smallest rank. A pure function of that record alone, so that the choice needs
 * no memory of the others: a span without a parent, then an agent, chain or llm span, then any; the earliest; key; hash. */
enum { PREVIEW_RANK = 25 };
struct preview_rank {
	unsigned char byte[PREVIEW_RANK]; /* compared as bytes; first one: the class */
};
enum preview_class { PREVIEW_ROOT, PREVIEW_SAID, PREVIEW_CALL, PREVIEW_ANY };
struct preview_rank part_preview_rank(const struct span_part *part);
struct preview_rank preview_said_rank(int64_t start_ns, uint64_t hash);

#endif
