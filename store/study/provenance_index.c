#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/base/text_words.h"
#include "store/study/provenance_private.h"

static bool has_digit(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] >= '0' && word.ptr[i] <= '9')
			return true;
	return false;
}

void tokens_add(struct tokens *t, struct str text, size_t base)
{
	struct words words = words_of(text);
	struct word word;
	for (bool first = true; words_next(&words, &word); first = false)
		*vec_add(t) = (struct token){.hash = word.hash,
		                             .at = (uint32_t)(base + word.at),
		                             .end = (uint32_t)(base + word.at + word.len),
		                             .begins = first,
		                             .digit = has_digit(str_cut(text, word.at, word.len)),
		                             .brief = word.n_codes <= SHORT_WORD && !word.single,
		                             .single = word.single};
}

uint32_t tokens_halves(const struct token *from, size_t n)
{
	uint32_t halves = 0;
	for (size_t i = 0; i < n; i++)
		halves += from[i].single ? 1 : 2;
	return halves;
}

bool tokens_tell(const struct token *from, size_t n)
{
	size_t telling = 0;
	for (size_t i = 0; i < n; i++)
		telling += !from[i].brief || from[i].digit;
	return telling >= 2;
}

/* ---------------------------------------------------------------- pairs by hash: the texts may be an attacker's, so the table has a seed */

static uint64_t seed = UINT64_C(0x9E3779B97F4A7C15);
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	uint64_t random;
	if (getentropy(&random, sizeof random) == 0)
		seed ^= random;
	seed |= 1;
}

static size_t slot_of(const struct word_index *ix, uint64_t hash)
{
	hash *= seed;
	return (size_t)(hash ^ (hash >> 32)) & ix->mask;
}

static uint64_t pair_hash(uint64_t a, uint64_t b)
{
	uint64_t hash = (a ^ UINT64_C(0x2545F4914F6CDD1D)) * UINT64_C(0xD6E8FEB86659FD93);
	hash = (hash ^ (hash >> 29)) + b;
	return (hash ^ (hash >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
}

static uint32_t *find_slot(const struct word_index *ix, uint64_t hash)
{
	size_t i = slot_of(ix, hash);
	while (ix->slot[i] && ix->pairs[ix->slot[i] - 1].hash != hash)
		i = (i + 1) & ix->mask;
	return &ix->slot[i];
}

static int32_t look_up(const struct word_index *ix, uint64_t hash)
{
	return (int32_t)*find_slot(ix, hash) - 1;
}

int32_t word_index_pair(const struct word_index *ix, const struct tokens *other, size_t i)
{
	if (i + 1 >= other->n)
		return NO_PAIR;
	return look_up(ix, pair_hash(other->at[i].hash, other->at[i + 1].hash));
}

int32_t word_index_word(const struct word_index *ix, const struct tokens *other, size_t i)
{
	return look_up(ix, pair_hash(other->at[i].hash, 0));
}

/* ---------------------------------------------------------------- building */

static bool ends_sentence(const struct tokens *t, size_t i)
{
	return i + 1 == t->n || t->at[i + 1].begins;
}

/* One half in most pairs of one digit. */
static float weight_of(const struct token *a, const struct token *b)
{
	if (a->digit || (b && b->digit))
		return 1.5F;
	return b && a->brief && b->brief ? 0.5F : 1.0F;
}

static int32_t add(struct word_index *ix, uint64_t hash, float weight)
{
	uint32_t *slot = find_slot(ix, hash);
	if (!*slot) {
		ix->pairs[ix->n_pairs++] = (struct pair){.hash = hash, .weight = weight};
		*slot = (uint32_t)ix->n_pairs;
	}
	ix->pairs[*slot - 1].n++;
	return (int32_t)*slot - 1;
}

static void add_word(struct word_index *ix, size_t i)
{
	const struct token *word = &ix->words.at[i];
	bool last = ends_sentence(&ix->words, i), tells = word->digit || !(word->brief || word->single);
	ix->pair_of[i] = ix->word_of[i] = NO_PAIR;
	if (!last)
		ix->pair_of[i] = add(ix, pair_hash(word->hash, word[1].hash), weight_of(word, &word[1]));
	if (tells || (last && word->begins))
		ix->word_of[i] = add(ix, pair_hash(word->hash, 0), weight_of(word, NULL));
}

static void add_place(struct word_index *ix, int32_t p, size_t i)
{
	if (p != NO_PAIR) {
		struct pair *pair = &ix->pairs[p];
		ix->places[pair->first + pair->n++] = (uint32_t)i;
	}
}

void word_index_build(struct word_index *ix)
{
	size_t n = ix->words.n, cap = 16;
	pthread_once(&seed_once, make_seed);
	while (cap < 3 * n)
		cap *= 2;
	ix->slot = xcalloc(cap, sizeof *ix->slot);
	ix->mask = cap - 1;
	ix->pairs = xcalloc(2 * n + 1, sizeof *ix->pairs);
	ix->places = xcalloc(2 * n + 1, sizeof *ix->places);
	ix->pair_of = xcalloc(n + 1, sizeof *ix->pair_of);
	ix->word_of = xcalloc(n + 1, sizeof *ix->word_of);
	for (size_t i = 0; i < n; i++)
		add_word(ix, i);
	uint32_t first = 0;
	for (size_t p = 0; p < ix->n_pairs; p++) {
		ix->pairs[p].first = first;
		first += ix->pairs[p].n;
		ix->pairs[p].n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		add_place(ix, ix->pair_of[i], i);
		add_place(ix, ix->word_of[i], i);
	}
}

void word_index_done(struct word_index *ix)
{
	vec_done(&ix->words);
	free(ix->pairs);
	free(ix->places);
	free(ix->pair_of);
	free(ix->word_of);
	free(ix->slot);
	*ix = (struct word_index){.n_pairs = 0};
}
