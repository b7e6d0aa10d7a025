#include "store/trace_words.h"

#include <stdlib.h>
#include <string.h>

/* Where `word` is or belongs. */
static size_t place(const uint32_t *words, size_t n, uint32_t word)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (words[middle] < word)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void trace_words_add(struct trace_words *w, enum words_of of, uint32_t word)
{
	uint32_t *words = w->of[of];
	size_t n = w->n[of], at = place(words, n, word);
	if (word == 0 || (at < n && words[at] == word))
		return;
	if (n == WORDS_MOST || (of != WORDS_KIND && w->total == WORDS_MOST)) {
		w->more = true;
		return;
	}
	memmove(words + at + 1, words + at, (n - at) * sizeof *words);
	words[at] = word;
	w->n[of]++;
	w->total += of != WORDS_KIND;
}

static void add_number(struct buf *out, uint32_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_add_char(out, (char)(v | 0x80));
	buf_add_char(out, (char)v);
}

void trace_words_pack(const struct trace_words *w, struct buf *out)
{
	buf_add_char(out, w->more ? 0 : 1);
	for (size_t of = 0; of < N_WORDS_OF; of++) {
		uint32_t before = 0;
		add_number(out, (uint32_t)w->n[of]);
		for (size_t i = 0; i < w->n[of]; i++) {
			add_number(out, w->of[of][i] - before);
			before = w->of[of][i];
		}
	}
}

static bool take_number(struct str *rest, uint32_t *v)
{
	uint64_t sum = 0;
	for (unsigned shift = 0; rest->len && shift < 35; shift += 7) {
		unsigned char c = (unsigned char)rest->ptr[0];
		*rest = str_from(*rest, 1);
		sum |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*v = (uint32_t)sum;
			return true;
		}
	}
	return false;
}

int trace_words_has(struct str packed, enum words_of of, const uint32_t *words, size_t n)
{
	if (!packed.len)
		return -1;
	bool complete = packed.ptr[0] == 1 || of == WORDS_KIND;
	struct str rest = str_from(packed, 1);
	for (size_t sort = 0; sort <= (size_t)of; sort++) {
		uint32_t count, step, word = 0;
		if (!take_number(&rest, &count))
			return -1;
		for (uint32_t i = 0; i < count; i++) {
			if (!take_number(&rest, &step))
				return -1;
			word += step;
			size_t at = sort == (size_t)of ? place(words, n, word) : n;
			if (at < n && words[at] == word)
				return 1;
		}
	}
	return complete ? 0 : -1;
}

bool trace_words_of(struct str packed, enum words_of of, uint32_t words[WORDS_MOST], size_t *n)
{
	*n = 0;
	if (!packed.len || packed.ptr[0] != 1)
		return false;
	struct str rest = str_from(packed, 1);
	for (size_t sort = 0; sort <= (size_t)of; sort++) {
		uint32_t count, step, word = 0;
		if (!take_number(&rest, &count) || count > WORDS_MOST)
			return false;
		for (uint32_t i = 0; i < count; i++) {
			if (!take_number(&rest, &step))
				return false;
			word += step;
			if (sort == (size_t)of)
				words[(*n)++] = word;
		}
	}
	return true;
}

/* ---------------------------------------------------------------- lists */

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

static void read_list(struct word_list *list, struct str text)
{
	buf_clear(&list->text);
	buf_add_str(&list->text, text);
	vec_clear(&list->words);
	for (struct str part; str_split(&text, ',', &part);) {
		uint32_t word = 0;
		for (size_t i = 0; i < part.len && part.ptr[i] >= '0' && part.ptr[i] <= '9'; i++)
			word = word * 10 + (uint32_t)(part.ptr[i] - '0');
		*vec_add(&list->words) = word;
	}
	if (list->words.n)
		qsort(list->words.at, list->words.n, sizeof *list->words.at, by_number);
}

const struct word_list *word_list_of(struct word_lists *lists, struct str text)
{
	for (size_t i = 0; i < WORD_LISTS; i++)
		if (str_eq(buf_str(&lists->at[i].text), text))
			return &lists->at[i];
	struct word_list *list = &lists->at[lists->next++ % WORD_LISTS];
	read_list(list, text);
	return list;
}

void word_lists_done(struct word_lists *lists)
{
	for (size_t i = 0; i < WORD_LISTS; i++) {
		buf_done(&lists->at[i].text);
		vec_done(&lists->at[i].words);
	}
}
