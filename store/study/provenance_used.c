#include <stdlib.h>

#include "store/study/provenance.h"
#include "store/study/provenance_private.h"

enum { USED_WORK = 20000000 }; /* steps for one document */

struct provenance_answer {
	struct word_index ix;
};

struct provenance_answer *provenance_answer_new(struct str answer)
{
	struct provenance_answer *a = xcalloc(1, sizeof *a);
	tokens_add(&a->ix.words, str_cut(answer, 0, PROVENANCE_ANSWER), 0);
	word_index_build(&a->ix);
	return a;
}

void provenance_answer_free(struct provenance_answer *a)
{
	if (a)
		word_index_done(&a->ix);
	free(a);
}

/* The words that both have from here on. */
static uint32_t run_of(const struct tokens *document, size_t i, const struct tokens *answer, size_t place)
{
	uint32_t n = 1;
	while (i + n < document->n && place + n < answer->n && document->at[i + n].hash == answer->at[place + n].hash)
		n++;
	return n;
}

/* The longest run from word i of the document on; its length, and where the answer has it. */
static uint32_t longest_run(const struct word_index *ix, const struct tokens *document, size_t i, uint32_t *where,
                            int64_t *work)
{
	int32_t p = word_index_pair(ix, document, i);
	uint32_t longest = 0;
	if (p == NO_PAIR)
		return 0;
	const struct pair *pair = &ix->pairs[p];
	for (uint32_t k = 0; k<pair->n && * work> 0; k++) {
		uint32_t place = ix->places[pair->first + k], n = run_of(document, i, &ix->words, place);
		*work -= n;
		if (n > longest) {
			longest = n;
			*where = place;
		}
	}
	return longest;
}

void provenance_used(const struct provenance_answer *a, struct str document, struct arena *arena,
                     struct provenance_use *out)
{
	struct tokens words = {0};
	VEC(struct provenance_passage) passages = {0};
	int64_t work = USED_WORK;
	size_t used = 0;
	tokens_add(&words, str_cut(document, 0, TEXT_BYTES), 0);
	for (size_t i = 0; i < words.n;) {
		uint32_t where = 0, n = longest_run(&a->ix, &words, i, &where, &work);
		if (!n || !tokens_tell(words.at + i, n) || tokens_halves(words.at + i, n) < 2 * PROVENANCE_PASSAGE) {
			i++;
			continue;
		}
		const struct token *from = words.at + i, *answer = a->ix.words.at + where;
		*vec_add(&passages) = (struct provenance_passage){.at = from->at,
		                                                  .len = from[n - 1].end - from->at,
		                                                  .answer_at = answer->at,
		                                                  .answer_len = answer[n - 1].end - answer->at,
		                                                  .words = n};
		used += n;
		i += n;
	}
	struct provenance_passage *kept = arena_alloc(arena, size_mul(passages.n + 1, sizeof *kept));
	if (passages.n)
		memcpy(kept, passages.at, passages.n * sizeof *kept);
	*out = (struct provenance_use){kept, passages.n, words.n ? (double)used / (double)words.n : 0};
	vec_done(&passages);
	vec_done(&words);
}
