/* The grammar: one loop over tokens, no recursion. While a container is open its token's `next` holds the index of the
 * container around it (tokens are their own stack); closing it writes the real one. */
#include "store/base/scan.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/scan_private.h"

struct open {
	uint32_t i;     /* innermost open container */
	bool object;    /* it is one */
	uint32_t depth; /* how many are open */
	uint32_t depth_max;
};

void scan_done(struct scan *s)
{
	free(s->tokens);
	*s = SCAN_INIT;
}

static inline uint32_t offset(const struct scan_run *run, const unsigned char *p)
{
	return (uint32_t)(p - (const unsigned char *)run->scan->text);
}

static void grow(struct scan *s)
{
	size_t cap = s->cap ? (size_t)s->cap + s->cap / 2 : 256;
	if (cap > UINT32_MAX)
		cap = UINT32_MAX;
	s->tokens = xrealloc(s->tokens, cap, sizeof *s->tokens);
	s->cap = (uint32_t)cap;
}

/* The functions that read move p over what they read and return where it stands then. NULL: it is bad or the bytes ran out,
 * and run->p tells where. p is handed on as a value so that it stays in a register. */

static const unsigned char *stop(struct scan_run *run, const unsigned char *p)
{
	run->p = p;
	return NULL;
}

static const unsigned char *bad(struct scan_run *run, const unsigned char *p, const char *why)
{
	run->bad = why;
	return stop(run, p);
}

/* There are never more tokens than bytes, so n cannot overflow; room is made by whole_value. */
static inline struct scan_token *add_token(struct scan_run *run, enum scan_type type, const unsigned char *start,
                                           const unsigned char *end)
{
	struct scan *s = run->scan;
	struct scan_token *t = &s->tokens[s->n++];
	*t = (struct scan_token){
	    .at = offset(run, start), .len = (uint32_t)(end - start), .next = s->n, .type = (uint8_t)type};
	return t;
}

static inline const unsigned char *skip_blanks(const struct scan_run *run, const unsigned char *p)
{
	while (p < run->end && scan_is_blank(*p))
		p++;
	return p;
}

/* p at the opening quote. */
static inline const unsigned char *string(struct scan_run *run, const unsigned char *p)
{
	const unsigned char *start = ++p;
	if (run->vectors && scan_short_string(&p, run->end)) {
		add_token(run, SCAN_STRING, start, p);
		return p + 1;
	}
	run->p = p;
	if (!scan_string(run))
		return NULL;
	struct scan_token *t = add_token(run, SCAN_STRING, start, run->p);
	t->escaped = run->escaped;
	t->respelt = run->respelt;
	return run->p + 1;
}

static const unsigned char *word(struct scan_run *run, const unsigned char *p, const char *name, enum scan_type type,
                                 const char *why)
{
	const unsigned char *start = p;
	for (const char *c = name; *c; c++, p++) {
		if (p == run->end)
			return stop(run, p);
		if (*p != (unsigned char)*c)
			return bad(run, p, why);
	}
	add_token(run, type, start, p);
	return p;
}

static inline bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static const unsigned char *digits(struct scan_run *run, const unsigned char *p)
{
	if (p == run->end)
		return stop(run, p);
	if (!is_digit(*p))
		return bad(run, p, "malformed number");
	while (p < run->end && is_digit(*p))
		p++;
	return p;
}

/* p at its first byte; stops where the grammar ends. */
static const unsigned char *number_grammar(struct scan_run *run, const unsigned char *p)
{
	if (*p == '-')
		p++;
	if (p < run->end && *p == '0')
		p++;
	else if (!(p = digits(run, p)))
		return NULL;
	if (p < run->end && *p == '.' && !(p = digits(run, p + 1)))
		return NULL;
	if (p < run->end && (*p | 0x20) == 'e') {
		p++;
		if (p < run->end && (*p == '+' || *p == '-'))
			p++;
		return digits(run, p);
	}
	return p;
}

/* 01, 1.2.3, 0x10, 1-2, 12abc: said at the byte where it stops being a number, not as "two values". */
static bool number_ends(unsigned char c)
{
	bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	return !letter && !is_digit(c) && c != '.' && c != '+' && c != '-' && c != '_';
}

static const unsigned char *number(struct scan_run *run, const unsigned char *p, bool last)
{
	const unsigned char *start = p;
	if (run->lenient && *start == '-' && run->end - start >= 2 && start[1] == 'I')
		return word(run, p, "-Infinity", SCAN_NAN, "not a JSON value");
	if (!(p = number_grammar(run, p)))
		return NULL;
	if (p == run->end && !last)
		return stop(run, p);
	if (p < run->end && !number_ends(*p))
		return bad(run, p, "malformed number");
	add_token(run, SCAN_NUMBER, start, p);
	return p;
}

static const char *too_deep(uint32_t depth_max)
{
	return depth_max == SCAN_DEPTH_MAX ? "nested deeper than 1000" : "nested deeper than the limit";
}

/* p at the closing bracket. */
static inline const unsigned char *close_container(struct scan_run *run, struct open *open, const unsigned char *p)
{
	struct scan_token *tokens = run->scan->tokens, *t = &tokens[open->i];
	p++;
	t->len = offset(run, p) - t->at;
	open->i = t->next;
	t->next = run->scan->n;
	open->depth--;
	open->object = open->depth > 0 && tokens[open->i].type == SCAN_OBJECT;
	return p;
}

/* p at the opening bracket. *more: it is not empty, p is at its first key or element. */
static inline const unsigned char *open_container(struct scan_run *run, struct open *open, const unsigned char *p,
                                                  enum scan_type type, bool *more)
{
	if (open->depth == open->depth_max)
		return bad(run, p, too_deep(open->depth_max));
	uint32_t around = open->i;
	open->depth++;
	open->i = run->scan->n;
	open->object = type == SCAN_OBJECT;
	add_token(run, type, p, p)->next = around;
	p = skip_blanks(run, p + 1);
	if (p == run->end)
		return stop(run, p);
	*more = *p != (open->object ? '}' : ']');
	return *more ? p : close_container(run, open, p);
}

static const unsigned char *rare_value(struct scan_run *run, const unsigned char *p, bool last)
{
	switch (*p) {
	case 't': return word(run, p, "true", SCAN_TRUE, "not a JSON value");
	case 'f': return word(run, p, "false", SCAN_FALSE, "not a JSON value");
	case 'n': return word(run, p, "null", SCAN_NULL, "not a JSON value");
	case '-': return number(run, p, last);
	default: break;
	}
	if (is_digit(*p))
		return number(run, p, last);
	if (run->lenient && *p == 'N')
		return word(run, p, "NaN", SCAN_NAN, "not a JSON value");
	if (run->lenient && *p == 'I')
		return word(run, p, "Infinity", SCAN_NAN, "not a JSON value");
	return bad(run, p, "not a JSON value");
}

/* A scalar whole, an empty container, or (*more) the bracket that opens one. */
static inline const unsigned char *value(struct scan_run *run, struct open *open, const unsigned char *p, bool last,
                                         bool *more)
{
	p = skip_blanks(run, p);
	if (p == run->end)
		return stop(run, p);
	switch (*p) {
	case '"': return string(run, p);
	case '{': return open_container(run, open, p, SCAN_OBJECT, more);
	case '[': return open_container(run, open, p, SCAN_ARRAY, more);
	default: return rare_value(run, p, last);
	}
}

static inline const unsigned char *key(struct scan_run *run, const unsigned char *p)
{
	p = skip_blanks(run, p);
	if (p == run->end)
		return stop(run, p);
	if (*p != '"')
		return bad(run, p, "a key in quotes was expected");
	if (!(p = string(run, p)))
		return NULL;
	p = skip_blanks(run, p);
	if (p == run->end)
		return stop(run, p);
	if (*p != ':')
		return bad(run, p, "a colon was expected after a key");
	return p + 1;
}

/* Behind a value: closes what ends there, up to a comma or the end of all. */
static inline const unsigned char *after_value(struct scan_run *run, struct open *open, const unsigned char *p)
{
	while (open->depth > 0) {
		p = skip_blanks(run, p);
		if (p == run->end)
			return stop(run, p);
		if (*p == ',')
			return p + 1;
		if (*p != (open->object ? '}' : ']'))
			return bad(run, p, open->object ? "a comma or } was expected" : "a comma or ] was expected");
		p = close_container(run, open, p);
	}
	return p;
}

/* run->p at the first byte of a value or key. One turn: a member or an element, and the ends behind it. */
static bool whole_value(struct scan_run *run, struct open *open, bool last)
{
	const unsigned char *p = run->p;
	do {
		bool more = false;
		if (run->scan->cap - run->scan->n < 2)
			grow(run->scan);
		if (open->object && !(p = key(run, p)))
			return false;
		p = value(run, open, p, last, &more);
		if (p && !more)
			p = after_value(run, open, p);
		if (!p)
			return false;
	} while (open->depth > 0);
	run->p = p;
	return true;
}

static enum scan_status failed(struct scan *s, struct scan_run *run, bool last, bool clipped)
{
	s->n = 0;
	if (!run->bad && !last && !clipped)
		return SCAN_MORE;
	if (!run->bad)
		run->bad = clipped ? "a value longer than 4 GiB" : "the text ends inside a value";
	s->bad = run->bad;
	s->bad_at = (size_t)(run->p - (const unsigned char *)s->text);
	return SCAN_BAD;
}

static struct scan_run begin(struct scan *s, struct str text, const struct scan_opts *opts)
{
	s->text = text.ptr ? text.ptr : "";
	s->bad_utf8 = s->lone_surrogates = 0;
	s->bad = NULL;
	s->bad_at = 0;
	const unsigned char *p = (const unsigned char *)s->text;
	return (struct scan_run){.p = p,
	                         .end = p + (text.len > UINT32_MAX ? UINT32_MAX : text.len),
	                         .scan = s,
	                         .vectors = scan_vectors() != SCAN_PLAIN,
	                         .lenient = opts->lenient,
	                         .replace_utf8 = opts->replace_utf8};
}

static uint32_t depth_max(const struct scan_opts *opts)
{
	return opts->depth_max > 0 ? (uint32_t)opts->depth_max : SCAN_DEPTH_MAX;
}

enum scan_status scan_value(struct scan *s, struct str text, const struct scan_opts *opts, size_t *used)
{
	const bool clipped = text.len > UINT32_MAX;
	const bool last = opts->last && !clipped;
	struct scan_run run = begin(s, text, opts);
	struct open open = {.depth_max = depth_max(opts)};
	*used = 0;
	s->n = 0;
	run.p = skip_blanks(&run, run.p);
	if (run.p == run.end && last)
		run.bad = "empty";
	if (run.bad || !whole_value(&run, &open, last))
		return failed(s, &run, last, clipped);
	*used = (size_t)(run.p - (const unsigned char *)s->text);
	return SCAN_OK;
}

static bool nothing_follows(struct scan *s, struct str text, size_t used)
{
	while (used < text.len && scan_is_blank((unsigned char)text.ptr[used]))
		used++;
	if (used == text.len)
		return true;
	s->n = 0;
	s->bad = "more text after the value";
	s->bad_at = used;
	return false;
}

bool scan_text(struct scan *s, struct str text, const struct scan_opts *opts)
{
	struct scan_opts whole = *opts;
	whole.last = true;
	size_t used;
	return scan_value(s, text, &whole, &used) == SCAN_OK && nothing_follows(s, text, used);
}

bool scan_text_again(struct scan *s, struct str text, size_t same, const struct scan_opts *opts, uint32_t *kept)
{
	uint32_t element = 0;
	size_t end = 0;
	*kept = 0;
	if (s->n == 0 || s->tokens[0].type != SCAN_ARRAY || s->bad_utf8 || text.len > UINT32_MAX)
		return scan_text(s, text, opts);
	for (uint32_t i = 1; i < s->n; i = s->tokens[i].next) {
		size_t behind = (size_t)s->tokens[i].at + s->tokens[i].len + (s->tokens[i].type == SCAN_STRING);
		if (behind >= same)
			break;
		element = i;
		end = behind;
	}
	if (element == 0)
		return scan_text(s, text, opts);
	struct scan_run run = begin(s, text, opts);
	struct open open = {.depth = 1, .depth_max = depth_max(opts)};
	s->tokens[0].next = 0;
	s->n = *kept = s->tokens[element].next;
	const unsigned char *p = after_value(&run, &open, run.p + end);
	run.p = p ? p : run.p;
	if (!p || (open.depth > 0 && !whole_value(&run, &open, true))) {
		*kept = 0;
		return failed(s, &run, true, false) == SCAN_OK;
	}
	return nothing_follows(s, text, (size_t)(run.p - (const unsigned char *)s->text));
}

bool scan_is_number(struct str text)
{
	struct scan s = SCAN_INIT;
	struct scan_run run = {.p = (const unsigned char *)text.ptr, .scan = &s};
	if (text.len == 0)
		return false;
	run.end = run.p + text.len;
	return number_grammar(&run, run.p) == run.end;
}
