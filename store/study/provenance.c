#include "store/study/provenance.h"

#include <math.h>
#include <stdlib.h>

#include "store/study/numbers.h"
#include "store/study/provenance_private.h"
#include "store/study/sentences.h"

enum { NUMBERS_MAX = 8192, CITATION_BYTES = 20 };

/* A sentence while it is being looked for. */
struct searched {
	struct sentence sentence;
	uint32_t first, n; /* its words */
	float total;       /* weight of its pairs */
	float sum;         /* of those that the source at hand has */
	int32_t source;    /* the best so far, -1 */
	float score;
	/* The longest stretch it has in common with it. */
	uint32_t stretch, words; /* first word in the answer; how many */
	size_t source_at, source_len;
};

struct seen_number {
	uint64_t hash;
	uint32_t sentence, at, len;
};

struct finder {
	struct str answer;
	const struct provenance_source *sources;
	size_t n_sources;
	struct word_index ix;
	VEC(struct searched) sentences;
	VEC(uint32_t) touched; /* sentences with a sum > 0 */
	uint32_t *sentence_of; /* by word */
	struct tokens tokens;  /* of the source at hand */
	uint32_t stamp;
	VEC(struct seen_number) numbers; /* of the answer */
	uint64_t *number;                /* distinct ones, sorted */
	size_t n_number;
	uint64_t *has;    /* by number and source, bits */
	size_t has_words; /* of one number */
	int64_t work;
	bool partial, has_single; /* a sentence of one word */
};

/* ---------------------------------------------------------------- the answer */

static bool is_inner(char c)
{
	return (c >= '0' && c <= '9') || c == ',' || c == ' ';
}

/* "[2]", "[1, 3]" */
static bool is_citation(struct str text, size_t at, size_t end)
{
	size_t from = at;
	while (from > 0 && at - from < CITATION_BYTES && is_inner(text.ptr[from - 1]))
		from--;
	while (end < text.len && end - at < CITATION_BYTES && is_inner(text.ptr[end]))
		end++;
	return from > 0 && text.ptr[from - 1] == '[' && end < text.len && text.ptr[end] == ']';
}

static void add_numbers(struct finder *f, const struct sentence *s, uint32_t sentence)
{
	struct numbers numbers = numbers_of(str_cut(f->answer, s->at, s->len));
	struct number n;
	while (!s->code && numbers_next(&numbers, &n)) {
		size_t at = s->at + n.at;
		if (n.word || is_citation(f->answer, at, at + n.len))
			continue;
		if (f->numbers.n == NUMBERS_MAX) {
			f->partial = true;
			return;
		}
		*vec_add(&f->numbers) = (struct seen_number){n.hash, sentence, (uint32_t)at, (uint32_t)n.len};
	}
}

static void read_answer(struct finder *f)
{
	struct sentences sentences = sentences_of(f->answer);
	struct sentence s;
	while (sentences_next(&sentences, &s)) {
		struct searched *to = vec_add(&f->sentences);
		*to = (struct searched){.sentence = s, .first = (uint32_t)f->ix.words.n, .source = -1};
		tokens_add(&f->ix.words, str_cut(f->answer, s.at, s.len), s.at);
		to->n = (uint32_t)f->ix.words.n - to->first;
		f->has_single = f->has_single || to->n == 1;
		add_numbers(f, &s, (uint32_t)f->sentences.n - 1);
	}
	word_index_build(&f->ix);
	f->sentence_of = xcalloc(f->ix.words.n + 1, sizeof *f->sentence_of);
	for (size_t i = 0; i < f->sentences.n; i++)
		for (uint32_t w = 0; w < f->sentences.at[i].n; w++)
			f->sentence_of[f->sentences.at[i].first + w] = (uint32_t)i;
}

static void read_source(struct finder *f, size_t source)
{
	vec_clear(&f->tokens);
	tokens_add(&f->tokens, str_cut(f->sources[source].text, 0, TEXT_BYTES), 0);
}

/* ---------------------------------------------------------------- first time: which pairs are everywhere; numbers */

static void stamp_pair(struct finder *f, int32_t pair)
{
	if (pair == NO_PAIR || f->ix.pairs[pair].stamp == f->stamp)
		return;
	f->ix.pairs[pair].stamp = f->stamp;
	f->ix.pairs[pair].df++;
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void gather_numbers(struct finder *f)
{
	f->number = xcalloc(f->numbers.n + 1, sizeof *f->number);
	for (size_t i = 0; i < f->numbers.n; i++)
		f->number[i] = f->numbers.at[i].hash;
	qsort(f->number, f->numbers.n, sizeof *f->number, by_hash);
	for (size_t i = 0; i < f->numbers.n; i++)
		if (!f->n_number || f->number[f->n_number - 1] != f->number[i])
			f->number[f->n_number++] = f->number[i];
	f->has_words = f->n_sources / 64 + 1;
	f->has = xcalloc(size_mul(f->n_number + 1, f->has_words), sizeof *f->has);
}

static uint64_t *bits_of(const struct finder *f, uint64_t hash)
{
	const uint64_t *at = f->n_number ? bsearch(&hash, f->number, f->n_number, sizeof *f->number, by_hash) : NULL;
	return at ? f->has + (size_t)(at - f->number) * f->has_words : NULL;
}

static void note_numbers(struct finder *f, size_t source)
{
	struct numbers numbers = numbers_of(str_cut(f->sources[source].text, 0, TEXT_BYTES));
	struct number n;
	while (f->n_number && numbers_next(&numbers, &n)) {
		uint64_t *bits[] = {bits_of(f, n.hash), bits_of(f, n.whole)};
		for (size_t i = 0; i < 2; i++)
			if (bits[i])
				bits[i][source / 64] |= UINT64_C(1) << (source % 64);
	}
}

static void count_pairs(struct finder *f)
{
	for (size_t s = 0; s < f->n_sources; s++) {
		f->stamp++;
		read_source(f, s);
		for (size_t i = 0; i < f->tokens.n; i++) {
			stamp_pair(f, word_index_pair(&f->ix, &f->tokens, i));
			stamp_pair(f, word_index_word(&f->ix, &f->tokens, i));
		}
		note_numbers(f, s);
	}
}

static void weigh(struct finder *f)
{
	for (size_t p = 0; p < f->ix.n_pairs; p++) {
		struct pair *pair = &f->ix.pairs[p];
		double df = pair->df ? pair->df : 1;
		pair->weight *= (float)log2(1 + (double)f->n_sources / df);
	}
	for (size_t w = 0; w < f->ix.words.n; w++) {
		struct searched *s = &f->sentences.at[f->sentence_of[w]];
		s->total += f->ix.pair_of[w] == NO_PAIR ? 0 : f->ix.pairs[f->ix.pair_of[w]].weight;
		s->total += f->ix.word_of[w] == NO_PAIR ? 0 : f->ix.pairs[f->ix.word_of[w]].weight;
	}
}

/* ---------------------------------------------------------------- second time: how much of each sentence the source has */

static void sum_pair(struct finder *f, int32_t p)
{
	if (p == NO_PAIR || f->ix.pairs[p].stamp == f->stamp)
		return;
	struct pair *pair = &f->ix.pairs[p];
	pair->stamp = f->stamp;
	for (uint32_t i = 0; i < pair->n; i++) {
		uint32_t sentence = f->sentence_of[f->ix.places[pair->first + i]];
		struct searched *s = &f->sentences.at[sentence];
		if (s->sum <= 0)
			*vec_add(&f->touched) = sentence;
		s->sum += pair->weight;
	}
}

static bool is_better(const struct finder *f, float score, size_t source, const struct searched *s)
{
	if (s->source < 0)
		return true;
	bool preferred = f->sources[s->source].rank < f->sources[source].rank;
	return score > s->score + (preferred ? (float)PROVENANCE_MARGIN : 0.0001F);
}

static void take_best(struct finder *f, size_t source)
{
	for (size_t i = 0; i < f->touched.n; i++) {
		struct searched *s = &f->sentences.at[f->touched.at[i]];
		float score = s->total > 0 ? s->sum / s->total : 0;
		s->sum = 0;
		score = score > 1 ? 1 : score;
		if (is_better(f, score, source, s)) {
			s->source = (int32_t)source;
			s->score = score;
		}
	}
	vec_clear(&f->touched);
}

static void score_sources(struct finder *f)
{
	for (size_t s = 0; s < f->n_sources; s++) {
		f->stamp++;
		read_source(f, s);
		for (size_t i = 0; i < f->tokens.n; i++) {
			sum_pair(f, word_index_pair(&f->ix, &f->tokens, i));
			sum_pair(f, word_index_word(&f->ix, &f->tokens, i));
		}
		take_best(f, s);
	}
}

/* ---------------------------------------------------------------- third time: the stretch in both */

static bool same_word(const struct finder *f, size_t source_word, size_t answer_word)
{
	return f->tokens.at[source_word].hash == f->ix.words.at[answer_word].hash;
}

/* Word i of the source is word `place` of the answer: how long do both go on alike? alone: of sentences of one word. */
static void follow_stretch(struct finder *f, size_t i, uint32_t place, size_t source, bool alone)
{
	struct searched *s = &f->sentences.at[f->sentence_of[place]];
	f->work--;
	if (s->source != (int32_t)source || (alone && s->n > 1) ||
	    (i > 0 && place > s->first && same_word(f, i - 1, place - 1)))
		return;
	uint32_t n = 1;
	while (place + n < s->first + s->n && i + n < f->tokens.n && same_word(f, i + n, place + n))
		n++;
	f->work -= n;
	if (n <= s->words)
		return;
	s->stretch = place;
	s->words = n;
	s->source_at = f->tokens.at[i].at;
	s->source_len = f->tokens.at[i + n - 1].end - s->source_at;
}

static void follow_pair(struct finder *f, size_t i, int32_t p, size_t source, bool alone)
{
	if (p == NO_PAIR)
		return;
	const struct pair *pair = &f->ix.pairs[p];
	for (uint32_t k = 0; k < pair->n && f->work > 0; k++)
		follow_stretch(f, i, f->ix.places[pair->first + k], source, alone);
}

static void find_stretches(struct finder *f)
{
	bool *wanted = xcalloc(f->n_sources + 1, sizeof *wanted);
	for (size_t i = 0; i < f->sentences.n; i++)
		if (f->sentences.at[i].source >= 0)
			wanted[f->sentences.at[i].source] = true;
	f->work = PROVENANCE_WORK;
	for (size_t s = 0; s < f->n_sources; s++) {
		if (!wanted[s])
			continue;
		read_source(f, s);
		for (size_t i = 0; i < f->tokens.n && f->work > 0; i++) {
			follow_pair(f, i, word_index_pair(&f->ix, &f->tokens, i), s, false);
			if (f->has_single)
				follow_pair(f, i, word_index_word(&f->ix, &f->tokens, i), s, true);
		}
	}
	f->partial = f->partial || f->work <= 0;
	free(wanted);
}

/* ---------------------------------------------------------------- the verdicts */

static enum provenance_kind kind_of(const struct finder *f, const struct searched *s)
{
	const struct token *words = f->ix.words.at;
	uint32_t stretch = tokens_halves(words + s->stretch, s->words), all = tokens_halves(words + s->first, s->n);
	if (all < 2 * PROVENANCE_STRETCH)
		return s->words == s->n ? PROVENANCE_MATCH : PROVENANCE_SHORT;
	if (stretch >= 2 * PROVENANCE_STRETCH && tokens_tell(words + s->stretch, s->words) &&
	    (double)s->score >= PROVENANCE_SCORE)
		return PROVENANCE_MATCH;
	return (double)s->score >= PROVENANCE_CLEAR ? PROVENANCE_MATCH : PROVENANCE_NONE;
}

/* A source that has the number; -1. */
static int32_t source_with(const struct finder *f, const uint64_t *bits)
{
	for (size_t w = 0; w < f->has_words; w++)
		if (bits[w])
			return (int32_t)(w * 64 + (size_t)__builtin_ctzll(bits[w]));
	return -1;
}

/* The numbers of a sentence that its source lacks; *next: the first number not yet told of. */
static void tell_numbers(struct finder *f, size_t sentence, size_t *next, struct provenance *out, struct origin *o)
{
	size_t from = *next;
	while (*next < f->numbers.n && f->numbers.at[*next].sentence == sentence)
		++*next;
	struct origin_number *numbers = arena_zalloc(&out->arena, *next - from, sizeof *numbers);
	for (size_t i = from; i < *next; i++) {
		const struct seen_number *n = &f->numbers.at[i];
		const uint64_t *bits = bits_of(f, n->hash);
		bool there = o->kind == PROVENANCE_MATCH && (bits[o->source / 64] >> (o->source % 64) & 1);
		int32_t elsewhere = source_with(f, bits);
		if (there || (o->kind != PROVENANCE_MATCH && elsewhere >= 0))
			continue;
		struct origin_number *last = o->n_numbers ? &numbers[o->n_numbers - 1] : NULL;
		if (last && elsewhere < 0 && last->elsewhere < 0 && n->at - (last->at + last->len) == 1) {
			last->len = n->at + n->len - last->at; /* "2026-11-20", "3704 0044" */
			continue;
		}
		numbers[o->n_numbers++] = (struct origin_number){n->at, n->len, elsewhere};
		out->numbers += elsewhere < 0;
	}
	o->numbers = numbers;
}

static void tell(struct finder *f, struct provenance *out)
{
	size_t next = 0;
	out->n = f->sentences.n;
	out->at = arena_zalloc(&out->arena, out->n, sizeof *out->at);
	for (size_t i = 0; i < out->n; i++) {
		const struct searched *s = &f->sentences.at[i];
		struct origin *o = &out->at[i];
		*o = (struct origin){.at = s->sentence.at,
		                     .len = s->sentence.len,
		                     .code = s->sentence.code,
		                     .kind = kind_of(f, s),
		                     .source = s->source,
		                     .score = round((double)s->score * 1e4) / 1e4,
		                     .source_at = s->source_at,
		                     .source_len = s->source_len,
		                     .words = s->words};
		if (s->words) {
			const struct token *words = f->ix.words.at + s->stretch;
			o->answer_at = words->at;
			o->answer_len = words[s->words - 1].end - words->at;
		}
		out->matched += o->kind == PROVENANCE_MATCH;
		out->unmatched += o->kind == PROVENANCE_NONE;
		out->too_short += o->kind == PROVENANCE_SHORT;
		tell_numbers(f, i, &next, out, o);
	}
}

/* As many of the sources as the limits allow. */
static void limit(struct finder *f)
{
	size_t bytes = 0, n = 0;
	for (; n < f->n_sources && n < PROVENANCE_SOURCES; n++) {
		bytes += f->sources[n].text.len < TEXT_BYTES ? f->sources[n].text.len : TEXT_BYTES;
		f->partial = f->partial || f->sources[n].text.len > TEXT_BYTES;
		if (bytes > PROVENANCE_BYTES)
			break;
	}
	f->partial = f->partial || n < f->n_sources || f->answer.len > PROVENANCE_ANSWER;
	f->n_sources = n;
	f->answer = str_cut(f->answer, 0, PROVENANCE_ANSWER);
}

void provenance_find(struct str answer, const struct provenance_source *sources, size_t n, struct provenance *out)
{
	struct finder f = {.answer = answer, .sources = sources, .n_sources = n};
	*out = (struct provenance){.n = 0};
	limit(&f);
	read_answer(&f);
	gather_numbers(&f);
	count_pairs(&f);
	weigh(&f);
	score_sources(&f);
	find_stretches(&f);
	tell(&f, out);
	out->partial = f.partial;
	word_index_done(&f.ix);
	vec_done(&f.sentences);
	vec_done(&f.touched);
	vec_done(&f.tokens);
	vec_done(&f.numbers);
	free(f.sentence_of);
	free(f.number);
	free(f.has);
}

void provenance_done(struct provenance *p)
{
	arena_done(&p->arena);
	*p = (struct provenance){.n = 0};
}
