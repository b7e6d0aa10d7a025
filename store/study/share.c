#include "store/study/share.h"

#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/vec.h"

enum { TEXT_MOST = 1 << 20 }; /* bytes looked at */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Words that stand for no data. */
static bool says_nothing(struct str word)
{
	static const char *const words[] = {"true", "false", "null", "none", "None", "True", "False", "http", "https"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

static size_t word_end(struct str text, size_t at)
{
	while (at < text.len && (is_letter(text.ptr[at]) || is_digit(text.ptr[at])))
		at++;
	return at;
}

static bool is_evidence(struct str word)
{
	bool figures = true;
	for (size_t i = 0; i < word.len; i++)
		figures = figures && is_digit(word.ptr[i]);
	return word.len >= (figures ? SHARE_FIGURE : SHARE_WORD) && !says_nothing(word);
}

/* Behind a string that begins at `at`, if it is the name of a member; else `at`. */
static size_t behind_name(struct str text, size_t at)
{
	size_t end = at + 1;
	while (end < text.len && text.ptr[end] != '"')
		end += text.ptr[end] == '\\' ? 2 : 1;
	end++;
	while (end < text.len && (text.ptr[end] == ' ' || text.ptr[end] == '\n' || text.ptr[end] == '\t'))
		end++;
	return end < text.len && text.ptr[end] == ':' ? end : at;
}

static size_t behind_escape(struct str text, size_t at)
{
	return at + (at + 1 < text.len && text.ptr[at + 1] == 'u' ? 6 : 2);
}

static int by_hash(const void *pa, const void *pb)
{
	const struct share_word *a = pa, *b = pb;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static size_t each_once(struct share_word *at, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || at[i].hash != at[kept - 1].hash)
			at[kept++] = at[i];
	return kept;
}

void share_words(struct str text, struct share_words *out)
{
	VEC(struct share_word) words = {0};
	struct str trimmed = str_trim(text);
	bool json = trimmed.len && (trimmed.ptr[0] == '{' || trimmed.ptr[0] == '[');
	*out = (struct share_words){.known = text.ptr != NULL};
	out->cut = text.len > TEXT_MOST;
	text = str_cut(text, 0, TEXT_MOST);
	for (size_t at = 0; at < text.len && !out->cut;) {
		char c = text.ptr[at];
		if (is_letter(c) || is_digit(c)) {
			size_t end = word_end(text, at);
			struct str word = str_cut(text, at, end - at);
			if (is_evidence(word))
				*vec_add(&words) = (struct share_word){hash64(word), (uint32_t)at, (uint32_t)word.len};
			out->cut = words.n >= SHARE_WORDS;
			at = end;
		} else if (json && c == '"') {
			size_t end = behind_name(text, at);
			at = end > at ? end : at + 1;
		} else {
			at = json && c == '\\' ? behind_escape(text, at) : at + 1;
		}
	}
	if (words.n > 1)
		qsort(words.at, words.n, sizeof *words.at, by_hash);
	out->at = words.at;
	out->n = each_once(words.at, words.n);
	out->bare = trimmed.len && out->n == 0;
}

void share_words_done(struct share_words *w)
{
	free(w->at);
	*w = (struct share_words){0};
}

static bool has(const struct share_words *w, uint64_t hash)
{
	size_t low = 0, high = w ? w->n : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (w->at[middle].hash == hash)
			return true;
		if (w->at[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

enum share share_of(const struct share_words *output, const struct share_words *input, const struct share_words *own,
                    const struct share_words *around, struct share_word *word)
{
	*word = (struct share_word){0};
	if (!output->known || !input->known)
		return SHARE_UNKNOWN;
	for (size_t i = 0; i < output->n; i++) {
		const struct share_word *w = &output->at[i];
		if (w->len > word->len && has(input, w->hash) && !has(own, w->hash) && !has(around, w->hash))
			*word = *w; /* the longest tells most */
	}
	if (word->len)
		return SHARE_SOME;
	return output->bare || output->cut || input->cut ? SHARE_UNKNOWN : SHARE_NOTHING;
}
