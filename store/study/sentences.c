#include "store/study/sentences.h"

#include "store/base/text.h"
#include "store/base/text_words.h"

enum { WRAPPED_BYTES = 50, MARK_DIGITS = 4 }; /* shorter lines end; a longer number does not mark a list item */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Of the scripts that have them and are written with full stops. */
static bool is_lower(uint32_t code)
{
	return (code >= 'a' && code <= 'z') || (code >= 0xDF && code <= 0xFF && code != 0xF7) ||
	       (code >= 0x3B1 && code <= 0x3C9) || (code >= 0x430 && code <= 0x45F);
}

static size_t line_end(struct str text, size_t at)
{
	const char *nl = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
	return nl ? (size_t)(nl - text.ptr) : text.len;
}

static size_t skip_blanks(struct str text, size_t at)
{
	while (at < text.len && is_blank(text.ptr[at]))
		at++;
	return at;
}

static bool starts_at(struct str text, size_t at, const char *what)
{
	return str_starts(str_from(text, at), what);
}

/* ---------------------------------------------------------------- lines */

/* How many bytes at `at`, the first of a line that is not blank, mark a list item, heading or quotation. */
static size_t mark_of(struct str text, size_t at)
{
	size_t i = at;
	char c = at < text.len ? text.ptr[at] : '\0';
	if (c == '#' || c == '>') {
		while (i < text.len && text.ptr[i] == c)
			i++;
		return i == text.len || is_blank(text.ptr[i]) || c == '>' ? i - at : 0;
	}
	if (c == '-' || c == '*' || c == '+')
		return at + 1 < text.len && is_blank(text.ptr[at + 1]) ? 1 : 0;
	if (starts_at(text, at, "•"))
		return sizeof "•" - 1;
	while (i < text.len && is_digit(text.ptr[i]))
		i++;
	if (i == at || i - at > MARK_DIGITS || i + 1 >= text.len || (text.ptr[i] != '.' && text.ptr[i] != ')'))
		return 0;
	return is_blank(text.ptr[i + 1]) ? i + 1 - at : 0;
}

/* Marks may stand in each other: "> - 1. ". */
static size_t skip_marks(struct str text, size_t at)
{
	for (;;) {
		at = skip_blanks(text, at);
		size_t n = mark_of(text, at);
		if (!n)
			return at;
		at += n;
	}
}

static bool is_fence(struct str text, size_t at)
{
	return starts_at(text, at, "```") || starts_at(text, at, "~~~");
}

static bool begins_block(struct str text, size_t at)
{
	return mark_of(text, at) > 0 || is_fence(text, at) || starts_at(text, at, "|");
}

/* Where fenced code that begins at `at` ends: behind its closing fence, or with the text. */
static size_t fence_end(struct str text, size_t at)
{
	struct str fence = str_cut(text, at, 3);
	for (size_t line = line_end(text, at); line < text.len; line = line_end(text, line + 1)) {
		size_t from = skip_blanks(text, line + 1);
		if (str_eq(str_cut(text, from, 3), fence))
			return line_end(text, from);
	}
	return text.len;
}

/* Whether the sentence goes on behind the newline at `nl`; `line` is where its last line began. */
static bool goes_on(struct str text, size_t line, size_t nl)
{
	size_t next = skip_blanks(text, nl + 1);
	if (next >= text.len || text.ptr[next] == '\n' || starts_at(text, skip_blanks(text, line), "|") ||
	    begins_block(text, next))
		return false;
	struct str rest = str_from(text, next);
	return nl - line >= WRAPPED_BYTES || is_lower(text_decode(&rest));
}

/* ---------------------------------------------------------------- full stops */

/* What stands before `dot`, a full stop, without blanks. */
static struct str word_before(struct str text, size_t from, size_t dot)
{
	size_t i = dot;
	while (i > from && !is_blank(text.ptr[i - 1]) && text.ptr[i - 1] != '\n' && text.ptr[i - 1] != '(' &&
	       dot - i < 12)
		i--;
	return str_cut(text, i, dot - i);
}

static bool is_one_of(struct str word, const char *const *list)
{
	for (; *list; list++)
		if (str_ieq(word, *list))
			return true;
	return false;
}

/* A full stop behind these ends no sentence; nor does one behind a word for a number's kind, before a number. */
static bool is_title(struct str word, bool before_number)
{
	static const char *const titles[] = {
	    "mr",  "mrs", "ms",  "dr",  "prof", "vs",   "e.g", "i.e", "eg",  "ie",  "cf",  "ca",   "resp",   "z.b",
	    "d.h", "u.a", "bzw", "vgl", "inkl", "p.ex", "sra", "rev", "sgt", "ggf", "sog", "evtl", "approx", NULL};
	static const char *const kinds[] = {"no",  "nr",  "nos", "fig",  "figs", "eq",  "art", "sec", "ch",  "p",
	                                    "pp",  "vol", "abs", "par",  "st",   "jan", "feb", "mar", "apr", "jun",
	                                    "jul", "aug", "sep", "sept", "oct",  "nov", "dec", NULL};
	if (is_one_of(word, titles) || (before_number && is_one_of(word, kinds)))
		return true;
	/* an initial, or the last of "U.S." */
	size_t n = word.len;
	return (n == 1 || (n > 1 && word.ptr[n - 2] == '.')) && is_letter(word.ptr[n - 1]);
}

/* Bytes of the mark at `at` that may end a sentence; *wide: no blank need follow. */
static size_t stop_at(struct str text, size_t at, bool *wide)
{
	static const char *const stops[] = {"。", "！", "？", "｡", "．", "…", "।", "۔", "؟"};
	char c = text.ptr[at];
	*wide = false;
	if (c == '.' || c == '!' || c == '?')
		return 1;
	if ((unsigned char)c < 0x80)
		return 0;
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
		if (starts_at(text, at, stops[i])) {
			*wide = i < 5;
			return strlen(stops[i]);
		}
	return 0;
}

/* Further stops, closing quotation marks, brackets and emphasis behind a stop. */
static size_t skip_closing(struct str text, size_t at)
{
	static const char *const closing[] = {".", "!", "?", "。", "！", "？", "…",  "\"", "'",  ")",  "]",
	                                      "*", "_", "`", "”",  "’",  "»",  "」", "』", "）", "】", "”"};
	for (size_t i = 0; i < sizeof closing / sizeof *closing && at < text.len; i++)
		if (starts_at(text, at, closing[i])) {
			at += strlen(closing[i]);
			i = SIZE_MAX; /* from the first again */
		}
	return at;
}

/* "[1]" and "【4】" behind a sentence tell where it comes from: they are its own. */
static size_t skip_citations(struct str text, size_t at)
{
	for (;;) {
		size_t i = skip_blanks(text, at);
		if (!starts_at(text, i, "["))
			return at;
		size_t from = ++i;
		while (i < text.len && (is_digit(text.ptr[i]) || text.ptr[i] == ',' || text.ptr[i] == ' ') &&
		       i - from < 20)
			i++;
		if (i == from || !starts_at(text, i, "]"))
			return at;
		at = i + 1;
	}
}

/* Where the sentence ends whose last mark is at `at`, or 0 if it goes on. */
static size_t end_at(struct str text, size_t from, size_t at, size_t n, bool wide)
{
	size_t end = skip_closing(text, at + n);
	size_t cited = skip_citations(text, end);
	if (wide || cited == text.len)
		return cited;
	if (!is_blank(text.ptr[cited]) && text.ptr[cited] != '\n')
		return 0;
	bool dots = text.ptr[end - 1] == '.' || n > 1; /* full stops and no closing mark, or … */
	size_t next = skip_blanks(text, cited);
	if (text.ptr[at] == '.' && end == at + 1 &&
	    is_title(word_before(text, from, at), next < text.len && is_digit(text.ptr[next])))
		return 0;
	struct str rest = str_from(text, next < text.len && text.ptr[next] == '\n' ? next + 1 : next);
	if (dots && rest.len && is_lower(text_decode(&rest)))
		return 0;
	return cited;
}

/* ---------------------------------------------------------------- sentences */

/* The end of what begins at `from`; *line_begins: the rest of that line is used up. */
static size_t find_end(struct str text, size_t from, bool *line_begins)
{
	size_t line = from;
	*line_begins = false;
	for (size_t at = from; at < text.len; at++) {
		char c = text.ptr[at];
		bool wide;
		if (c == '\n') {
			if (!goes_on(text, line, at)) {
				*line_begins = true;
				return at;
			}
			line = at + 1;
		}
		if (at - from >= SENTENCE_BYTES && ((unsigned char)c & 0xC0) != 0x80 &&
		    (is_blank(c) || c == '\n' || at - from >= 2 * SENTENCE_BYTES))
			return at;
		size_t n = stop_at(text, at, &wide);
		size_t end = n ? end_at(text, from, at, n, wide) : 0;
		if (end)
			return end;
		if (n) /* the stops behind it end where it would have ended */
			at = skip_closing(text, at + n) - 1;
	}
	return text.len;
}

static bool has_word(struct str text)
{
	struct words words = words_of(text);
	struct word word;
	return words_next(&words, &word);
}

bool sentences_next(struct sentences *s, struct sentence *out)
{
	struct str text = s->text;
	while (s->at < text.len) {
		size_t from = skip_blanks(text, s->at), end;
		if (from < text.len && text.ptr[from] == '\n') {
			s->at = from + 1;
			s->line_begins = true;
			continue;
		}
		bool code = s->line_begins && is_fence(text, from);
		if (code) {
			end = fence_end(text, from);
			s->line_begins = true;
		} else {
			from = s->line_begins ? skip_marks(text, from) : from;
			end = find_end(text, from, &s->line_begins);
		}
		s->at = end > s->at ? end : s->at + 1;
		struct str slice = str_trim(str_cut(text, from, end - from));
		if (!has_word(slice))
			continue;
		*out = (struct sentence){(size_t)(slice.ptr - text.ptr), slice.len, code};
		return true;
	}
	return false;
}
