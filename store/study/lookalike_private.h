/* Inside lookalike: the features of one item. */
#ifndef SPOOR_STORE_STUDY_LOOKALIKE_PRIVATE_H
#define SPOOR_STORE_STUDY_LOOKALIKE_PRIVATE_H

#include "store/base/scan.h"
#include "store/base/vec.h"
#include "store/study/lookalike.h"

/* A feature as it is met; its text is good for the call. */
struct alike_trait {
	enum alike_aspect aspect;
	uint64_t hash, field; /* field: of a value, which one; values of one field are one piece of evidence */
	struct str text;
	bool wrong; /* a value: another was expected */
};
typedef void alike_take(void *context, const struct alike_trait *trait);

typedef VEC(uint64_t) alike_runs; /* runs of 3 words, sorted, each once */

/* Memory that is used again for the next item. All zero at first. */
struct alike_work {
	struct arena arena;
	struct scan scan;
	struct buf text, plain;
	alike_runs runs, asked; /* of the answer and the question */
	VEC(uint64_t) steps;
	bool spoken; /* the answer has enough words that are no numbers to have a wording */
	bool label;  /* the answer is a word or two: one run, which is all of it */
};
void alike_work_done(struct alike_work *w);
/* Calls take for each feature but the wording, which goes to w->runs. */
void alike_traits(struct alike_work *w, const struct alike_facts *facts, alike_take *take, void *context);

static inline uint64_t alike_mix(uint64_t a, uint64_t b)
{
	a ^= b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2);
	a ^= a >> 32;
	a *= 0xd6e8feb86659fd93u;
	return a ^ (a >> 32);
}

#endif
