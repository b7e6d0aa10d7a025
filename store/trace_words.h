/* Which kinds, names, tools, models, providers and prompts the spans of a trace have, packed into one value of the trace's row
 * (trace.words), so that a filter over all traces reads no span. Complete up to WORDS_MOST entries; of a trace with more, what is not
 * among them has to be looked for in its spans. */
#ifndef SPOOR_STORE_TRACE_WORDS_H
#define SPOOR_STORE_TRACE_WORDS_H

#include "store/base/str.h"
#include "store/base/vec.h"

enum words_of { WORDS_KIND, WORDS_NAME, WORDS_TOOL, WORDS_MODEL, WORDS_PROVIDER, WORDS_PROMPT, N_WORDS_OF };
enum { WORDS_MOST = 64 };

/* Zero-initialised is empty. */
struct trace_words {
	uint32_t of[N_WORDS_OF][WORDS_MOST]; /* each sorted */
	size_t n[N_WORDS_OF], total;
	bool more; /* some did not fit */
};
/* 0 is none and not added. Kinds are few: they always fit. */
void trace_words_add(struct trace_words *w, enum words_of of, uint32_t word);
/* Appends the packed form: a byte, 1 if complete, and for each sort the number of its words and their differences (LEB128). */
void trace_words_pack(const struct trace_words *w, struct buf *out);

/* Whether the packed form has one of `words` (sorted): 1 yes, 0 no, -1 it cannot tell (not complete, absent or no such form). */
int trace_words_has(struct str packed, enum words_of of, const uint32_t *words, size_t n);
/* Those of one sort, sorted. False: the packed form is not complete, absent or none. */
bool trace_words_of(struct str packed, enum words_of of, uint32_t words[WORDS_MOST], size_t *n);

/* Words as a list of numbers with commas between, kept for as long as the same text is asked for again: of a million rows the list is
 * read once. */
enum {
	WORD_LISTS = 4,       /* fields of one filter that may take turns */
	WORD_LIST_MOST = 1000 /* of a longer list trace_has of db.c says that it cannot tell */
};
struct word_lists {
	struct word_list {
		struct buf text;
		VEC(uint32_t) words; /* sorted */
	} at[WORD_LISTS];
	size_t next;
};
const struct word_list *word_list_of(struct word_lists *lists, struct str text);
void word_lists_done(struct word_lists *lists);

#endif
