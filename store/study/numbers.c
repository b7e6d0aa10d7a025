#include "store/study/numbers.h"

#include "store/base/hash.h"
#include "store/base/text.h"

enum { FORM_BYTES = 64, WORD_BYTES = 8 }; /* longer numbers are compared by their beginnings */

struct form {
	char text[FORM_BYTES];
	size_t n;
};

static void form_add(struct form *f, char c)
{
	if (f->n < sizeof f->text)
		f->text[f->n++] = c;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* The digit at `at`, -1 if there is none; *next: behind it. Those of other scripts: Arabic, Persian, Devanagari, full-width. */
static int digit_at(struct str text, size_t at, size_t *next)
{
	static const uint32_t zeros[] = {0x660, 0x6F0, 0x966, 0xFF10};
	if (at >= text.len)
		return -1;
	unsigned char c = (unsigned char)text.ptr[at];
	*next = at + 1;
	if (c < 0x80)
		return c >= '0' && c <= '9' ? c - '0' : -1;
	struct str rest = str_from(text, at);
	uint32_t code = text_decode(&rest);
	*next = text.len - rest.len;
	for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
		if (code >= zeros[i] && code < zeros[i] + 10)
			return (int)(code - zeros[i]);
	return -1;
}

/* Digits from `at` on, counted up to 4. */
static int digits_from(struct str text, size_t at)
{
	int n = 0;
	while (n < 4 && digit_at(text, at, &at) >= 0)
		n++;
	return n;
}

/* The value of digits with what parts them; returns where it ends. */
static size_t read_digits(struct str text, size_t at, struct form *f)
{
	int group = 0; /* digits since the last point */
	size_t next;
	for (int digit;;) {
		while ((digit = digit_at(text, at, &next)) >= 0) {
			form_add(f, (char)('0' + digit));
			group++;
			at = next;
		}
		char c = at < text.len ? text.ptr[at] : '\0';
		int after = c == '.' || c == ',' || c == '\'' ? digits_from(text, at + 1) : 0;
		bool zero = f->n == 1 && f->text[0] == '0';
		if (after == 3 && group <= 3 && !zero) {
			group = 0;
		} else if (after > 0 && c != '\'') {
			form_add(f, '.');
			group = 4; /* no thousands behind a decimal point */
		} else {
			return at;
		}
		at++;
	}
}

/* Zeros that change no value. */
static struct str trimmed(const struct form *f)
{
	struct str s = {f->text, f->n};
	while (s.len > 1 && s.ptr[0] == '0' && s.ptr[1] != '.')
		s = str_from(s, 1);
	size_t point = str_find_char(s, '.');
	if (point == SIZE_MAX || str_find_char(str_from(s, point + 1), '.') != SIZE_MAX)
		return s;
	while (s.ptr[s.len - 1] == '0')
		s.len--;
	if (s.len == point + 1)
		s.len--;
	return s;
}

/* "sixty": what it is in digits, or NULL. */
static const char *value_of(struct str word)
{
	static const struct {
		const char *word, *value;
	} words[] = {
	    {"one",    "1" },
            {"two",    "2" },
            {"three",  "3" },
            {"four",   "4" },
            {"five",   "5" },
	    {"six",    "6" },
            {"seven",  "7" },
            {"eight",  "8" },
            {"nine",   "9" },
            {"ten",    "10"},
	    {"eleven", "11"},
            {"twelve", "12"},
            {"twenty", "20"},
            {"thirty", "30"},
            {"forty",  "40"},
	    {"fifty",  "50"},
            {"sixty",  "60"},
            {"ninety", "90"},
            {"zero",   "0" },
	};
	for (size_t i = 0; word.len <= WORD_BYTES && i < sizeof words / sizeof *words; i++)
		if (str_ieq(word, words[i].word))
			return words[i].value;
	return NULL;
}

/* A word of ASCII letters and digits from `at` on: an id if it has a digit, or a number's name. Returns where it ends. */
static size_t read_word(struct str text, size_t at, struct number *out, bool *found)
{
	struct form f = {.n = 0};
	size_t from = at, next;
	bool digits = false;
	int digit = 0;
	while (at < text.len && (is_letter(text.ptr[at]) || (digit = digit_at(text, at, &next)) >= 0)) {
		if (is_letter(text.ptr[at])) {
			form_add(&f, lower(text.ptr[at++]));
			continue;
		}
		form_add(&f, (char)('0' + digit));
		digits = true;
		at = next;
	}
	const char *value = digits ? NULL : value_of(str_cut(text, from, at - from));
	*found = digits || value;
	uint64_t hash = hash64(value ? str_of(value) : (struct str){f.text, f.n});
	*out = (struct number){.at = from, .len = at - from, .hash = hash, .whole = hash, .word = value != NULL};
	return at;
}

/* A letter of a script we do not know stands in the same word: "café2". */
static size_t skip_one(struct str text, size_t at)
{
	struct str rest = str_from(text, at);
	text_decode(&rest);
	return text.len - rest.len;
}

bool numbers_next(struct numbers *n, struct number *out)
{
	struct str text = n->text;
	size_t at = n->at, next;
	while (at < text.len) {
		bool found;
		if (is_letter(text.ptr[at])) {
			at = read_word(text, at, out, &found);
			n->at = at;
			if (found)
				return true;
			continue;
		}
		if (digit_at(text, at, &next) < 0) {
			at = skip_one(text, at);
			continue;
		}
		struct form f = {.n = 0};
		size_t end = read_digits(text, at, &f), letters = end;
		while (letters < text.len && is_letter(text.ptr[letters]))
			letters++;
		if (letters > end && digit_at(text, letters, &next) >= 0) { /* "4b7f" */
			n->at = read_word(text, at, out, &found);
			if (found)
				return true;
			at = n->at;
			continue;
		}
		struct str form = trimmed(&f);
		bool seconds = at > 0 && text.ptr[at - 1] == ':';
		size_t point = seconds ? str_find_char(form, '.') : SIZE_MAX;
		*out = (struct number){
		    .at = at, .len = end - at, .hash = hash64(form), .whole = hash64(str_cut(form, 0, point))};
		n->at = letters;
		return true;
	}
	n->at = at;
	return false;
}
