/* Private to store/study/ruleprop*.c. */
#ifndef SPOOR_STORE_STUDY_RULEPROP_PRIVATE_H
#define SPOOR_STORE_STUDY_RULEPROP_PRIVATE_H

#include "store/base/vec.h"
#include "store/study/ruleprop.h"

/* A hypothesis: "these answers are the bad ones". Two that are broken by the same answers are one, of which the more readable is kept. */
struct rp_cand {
	const char *kind;
	uint64_t sig; /* of the set of answers that break it, or of the others: the same hypothesis */
	uint32_t bad, good;
	double cost; /* of reading it: smaller is better */
	/* a phrase: words first … first + n - 1 of answer doc; shape: its numbers stand for any */
	uint32_t doc, first, n;
	bool shape, lacks;
	const struct demand *demand; /* not a phrase */
	struct str pattern;          /* the text of its regular expression, if it has one */
	double p, corrected, least;
};

struct rp_word {
	uint32_t at, len;                 /* bytes in the answer's output */
	uint64_t hash, shape;             /* with what parts it from the word before */
	uint64_t first_hash, first_shape; /* alone */
	bool joined;                      /* a phrase may go on from the word before to this one */
	bool has_digit;
};

struct rp_doc {
	const struct answer *answer;
	struct rp_word *words;
	uint32_t n;
};

struct rp {
	struct rp_doc *docs; /* flagged first */
	uint32_t n_bad, n_good, n;
	uint64_t all; /* signature of all answers */
	VEC(struct rp_cand) cands;
	uint32_t *slots; /* signature → candidate + 1 */
	size_t slots_cap;
	double *least_of; /* by support: the smallest p it could have; -1: not yet known */
	struct arena *arena;
	const struct ruleprop_opts *opts;
	size_t doc_bytes;
};

uint64_t rp_mix(uint64_t x);
uint64_t rp_sign(uint32_t doc); /* its part of a signature */
bool rp_cancelled(const struct rp *r);
/* Could a hypothesis that so many answers break ever be told from chance? */
bool rp_can_tell(struct rp *r, uint32_t support);
/* Takes a copy of what could be told, unless one of its signature is easier to read. `broken by` counts are its bad and good. */
void rp_add(struct rp *r, const struct rp_cand *c);

bool rp_phrases(struct rp *r); /* false: cancelled */
bool rp_facts(struct rp *r);

/* What a candidate demands, its regular expression's text, and both in words; in the arena. */
void rp_spell(struct rp *r, const struct rp_cand *c, struct ruleprop_rule *out);
void rp_name_apart(struct ruleprop_rule *rules, size_t n, struct arena *arena);

void rp_escape(struct buf *out, struct str text); /* as a regular expression, ours and JavaScript's */
/* The same with its numbers left open; false: it has none, or is nothing but one. */
bool rp_generalise(struct buf *out, struct str text);

extern const char rp_refusal[]; /* what refusals say */

#endif
