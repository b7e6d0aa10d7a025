/* Where changed words of an answer may come from: words that only one side's answer has, and that stand in a document which only that
 * side retrieved. By wording alone, letter case aside; nothing is said of words that stand nowhere. */
#ifndef SPOOR_STORE_QUERY_CASE_WORDING_H
#define SPOOR_STORE_QUERY_CASE_WORDING_H

#include "store/diff.h"
#include "store/query/trace_diff.h"

enum {
	CASE_WORDINGS = 4,             /* at most so many are told */
	CASE_RETRIEVALS = 16,          /* of each trace, the first of them, are looked at */
	CASE_DOCUMENTS = 256,          /* of each side … */
	CASE_DOCUMENT_BYTES = 2 << 20, /* … and so much of their text */
	CASE_PHRASE_WORDS =
	    6, /* of a longer change its first words are looked for; of a shorter one than two also the word after it */
	CASE_PHRASES = 64 /* changes that are looked at */
};

struct case_wording {
	bool of_b;
	struct str words;    /* as in the answer: "60 days" */
	struct str document; /* its id or title */
};

/* words: of the answers, by words. traces: of the same two results. Writes up to CASE_WORDINGS, their texts in the arena. A retrieval that
 * cannot be read counts as none. */
bool case_wordings(struct db *db, struct block_cache *blocks, const struct trace_diff *traces, const struct diff *words,
                   struct str answer_a, struct str answer_b, struct arena *arena, struct case_wording *out, size_t *n,
                   struct err *err);

#endif
