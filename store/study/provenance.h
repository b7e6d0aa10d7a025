/* Where the sentences of an answer came from: for each the source whose wording it shares most, with the stretch that stands in both.
 * Deterministic, no model. It tells where words stand, not what is true: a sentence without a match has "no wording match", no more.
 *
 * Wording. Words as search knows them (store/base/text_words.h: case and diacritics do not matter, a CJK character is a word): the pairs of
 * neighbours in a sentence, and its words of more than 3 letters or with a digit. Each weighs log2(1 + N / n) if n of N sources have it; a pair of
 * two short words half of that ("of the"), what has a digit one and a half. The score of a sentence in a source is the share of its
 * weight that the source has: 1 says that all of it stands there. The best score wins; a source of a higher rank number has to be better by
 * PROVENANCE_MARGIN, so that a retrieved document goes before the prompt it was pasted into; of equals the first wins.
 * Match: a score of PROVENANCE_SCORE and a common stretch of PROVENANCE_STRETCH words, two of them longer than 3 letters or with a digit; or
 * PROVENANCE_CLEAR without such a stretch. A sentence of fewer words matches only whole, else it is too short to tell. Two CJK characters
 * count as a word here.
 *
 * Numbers (numbers.h). One that stands in none of the sources is said; so is one that stands in another than the one that matched.
 * "[2]" alone is a citation, not a number; neighbours are told as one ("3704 0044").
 *
 * Cost: linear in the texts (each source is read three times), but for words that are everywhere: after PROVENANCE_WORK steps on common
 * stretches the rest goes without. Memory: about 100 bytes a word of the answer. Limits, beyond which `partial` is set: answer
 * PROVENANCE_ANSWER bytes, PROVENANCE_SOURCES sources, PROVENANCE_BYTES of them together. */
#ifndef SPOOR_STORE_STUDY_PROVENANCE_H
#define SPOOR_STORE_STUDY_PROVENANCE_H

#include "store/base/arena.h"

enum {
	PROVENANCE_ANSWER = 1 << 20,
	PROVENANCE_SOURCES = 4096,
	PROVENANCE_BYTES = 32 << 20,
	PROVENANCE_WORK = 100000000,
	PROVENANCE_STRETCH = 3,
	PROVENANCE_PASSAGE = 4 /* words of a common stretch that tells of use */
};
#define PROVENANCE_SCORE  0.25
#define PROVENANCE_CLEAR  0.55
#define PROVENANCE_MARGIN 0.1

enum provenance_kind {
	PROVENANCE_MATCH, /* source, score and stretch are set */
	PROVENANCE_NONE,  /* no wording match */
	PROVENANCE_SHORT  /* too short to tell */
};

struct origin_number {
	size_t at, len;    /* in the answer, as written */
	int32_t elsewhere; /* a source that has it, though the matched one has not; -1: it stands in no source */
};

struct origin {
	size_t at, len; /* the sentence, in the answer */
	bool code;      /* fenced code */
	enum provenance_kind kind;
	int32_t source;               /* index, or -1; of a sentence without a match the source that comes nearest */
	double score;                 /* 0..1 */
	size_t answer_at, answer_len; /* the longest stretch in both: in the answer */
	size_t source_at, source_len; /* and in the source; len 0: none of two words */
	uint32_t words;               /* of it */
	const struct origin_number *numbers; /* that do not stand in the matched source (no match: in none), in order */
	size_t n_numbers;
};

struct provenance_source {
	struct str text; /* borrowed */
	int rank;        /* sources of a lower one are preferred; given in order of it */
};

struct provenance {
	struct arena arena; /* owns all below */
	struct origin *at;
	size_t n;
	size_t matched, unmatched, too_short; /* sentences */
	size_t numbers;                       /* that stand in no source */
	bool partial;                         /* a limit was met */
};
/* out: empty or done before. */
void provenance_find(struct str answer, const struct provenance_source *sources, size_t n, struct provenance *out);
void provenance_done(struct provenance *p);

/* ---- the other way round: which passages of a document an answer uses */

struct provenance_passage {
	size_t at, len;               /* in the document */
	size_t answer_at, answer_len; /* where the answer has it */
	uint32_t words;
};
struct provenance_use {
	const struct provenance_passage *passages; /* in order, apart from each other; in the arena */
	size_t n;
	double share; /* of the document's words, 0..1 */
};

/* An answer prepared for many documents. The text is borrowed until it is freed. */
struct provenance_answer;
struct provenance_answer *provenance_answer_new(struct str answer);
void provenance_answer_free(struct provenance_answer *a);
/* The stretches of at least PROVENANCE_PASSAGE words that both have, at least two of them longer than 3 letters or with a digit
 * (CJK: 2 PROVENANCE_PASSAGE characters). n == 0: no wording of it is used. Thread-safe for one answer as long as nobody frees it. */
void provenance_used(const struct provenance_answer *a, struct str document, struct arena *arena,
                     struct provenance_use *out);

#endif
