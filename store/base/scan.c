/* The grammar: one loop over tokens, no recursion. While a container is open its token's `next` holds the index of the
 * container around it (tokens then are their own stack of indices); closing it writes the real one. */
#include "store/base/scan.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/scan_private.h"

enum expect {
	EXPECT_VALUE,
	EXPECT_ITEM_OR_END, /* after [ */
	EXPECT_KEY,
	EXPECT_KEY_OR_END, /* after { */
	EXPECT_MORE_OR_END /* after a value */
};

struct open {
	uint32_t i;     /* innermost open container */
	uint32_t depth; /* how many are open */
	uint32_t depth_max;
};

void scan_done(struct scan *s)
{
	free(s->tokens);
	free(s->stack);
	*s = SCAN_INIT;
}

static bool bad(struct scan_run *run, const char *why)
{
	run->bad = why;
	return false;
}

static uint32_t offset(const struct scan_run *run, const unsigned char *p)
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

/* From start up to p. There are never more tokens than bytes, so n cannot overflow. */
static inline void add_token(struct scan_run *run, enum scan_type type, const unsigned char *start)
{
	struct scan *s = run->scan;
	if (s->n == s->cap)
		grow(s);
	s->tokens[s->n] = (struct scan_token){
	    .at = offset(run, start), .len = (uint32_t)(run->p - start), .next = s->n + 1, .type = (uint8_t)type};
	s->n++;
}

static inline void skip_blanks(struct scan_run *run)
{
	const unsigned char *p = run->p;
	while (p < run->end && scan_is_blank(*p))
		p++;
	run->p = p;
}

/* p at the opening quote. */
static inline bool string(struct scan_run *run)
{
	const unsigned char *start = ++run->p;
	if (!scan_string(run))
		return false;
	add_token(run, SCAN_STRING, start);
	run->scan->tokens[run->scan->n - 1].escaped = run->escaped;
	run->p++;
	return true;
}

static bool word(struct scan_run *run, const char *name, enum scan_type type, const char *why)
{
	const unsigned char *start = run->p;
	for (const char *c = name; *c; c++, run->p++) {
		if (run->p == run->end)
			return false;
		if (*run->p != (unsigned char)*c)
			return bad(run, why);
	}
	add_token(run, type, start);
	return true;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool digits(struct scan_run *run)
{
	if (run->p == run->end)
		return false;
	if (!is_digit(*run->p))
		return bad(run, "malformed number");
	while (run->p < run->end && is_digit(*run->p))
		run->p++;
	return true;
}

/* p at its first byte; stops where the grammar ends. */
static bool number_grammar(struct scan_run *run)
{
	if (*run->p == '-')
		run->p++;
	if (run->p < run->end && *run->p == '0')
		run->p++;
	else if (!digits(run))
		return false;
	if (run->p < run->end && *run->p == '.') {
		run->p++;
		if (!digits(run))
			return false;
	}
	if (run->p < run->end && (*run->p | 0x20) == 'e') {
		run->p++;
		if (run->p < run->end && (*run->p == '+' || *run->p == '-'))
			run->p++;
		return digits(run);
	}
	return true;
}

/* 01, 1.2.3, 0x10, 1-2, 12abc: said at the byte where it stops being a number, not as "two values". */
static bool number_ends(unsigned char c)
{
	bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
	return !letter && !is_digit(c) && c != '.' && c != '+' && c != '-' && c != '_';
}

static bool number(struct scan_run *run, bool last)
{
	const unsigned char *start = run->p;
	if (run->lenient && *start == '-' && run->end - start >= 2 && start[1] == 'I')
		return word(run, "-Infinity", SCAN_NAN, "not a JSON value");
	if (!number_grammar(run))
		return false;
	if (run->p == run->end && !last)
		return false;
	if (run->p < run->end && !number_ends(*run->p))
		return bad(run, "malformed number");
	add_token(run, SCAN_NUMBER, start);
	return true;
}

static const char *too_deep(uint32_t depth_max)
{
	return depth_max == SCAN_DEPTH_MAX ? "nested deeper than 1000" : "nested deeper than the limit";
}

static bool open_container(struct scan_run *run, struct open *open, enum scan_type type)
{
	struct scan *s = run->scan;
	if (open->depth == open->depth_max)
		return bad(run, too_deep(open->depth_max));
	if (open->depth == s->stack_cap) {
		s->stack_cap = s->stack_cap ? size_mul(s->stack_cap, 2) : 64;
		s->stack = xrealloc(s->stack, s->stack_cap, sizeof *s->stack);
	}
	s->stack[open->depth++] = (uint8_t)type;
	uint32_t around = open->i;
	open->i = s->n;
	add_token(run, type, run->p++);
	s->tokens[open->i].next = around;
	return true;
}

/* p at the closing bracket. */
static void close_container(struct scan_run *run, struct open *open)
{
	struct scan_token *t = &run->scan->tokens[open->i];
	run->p++;
	t->len = offset(run, run->p) - t->at;
	open->i = t->next;
	t->next = run->scan->n;
	open->depth--;
}

/* A scalar whole, or the bracket that opens a container. */
static inline bool value(struct scan_run *run, struct open *open, bool last, enum expect *expect)
{
	*expect = EXPECT_MORE_OR_END;
	switch (*run->p) {
	case '"': return string(run);
	case '{': *expect = EXPECT_KEY_OR_END; return open_container(run, open, SCAN_OBJECT);
	case '[': *expect = EXPECT_ITEM_OR_END; return open_container(run, open, SCAN_ARRAY);
	case 't': return word(run, "true", SCAN_TRUE, "not a JSON value");
	case 'f': return word(run, "false", SCAN_FALSE, "not a JSON value");
	case 'n': return word(run, "null", SCAN_NULL, "not a JSON value");
	case '-': return number(run, last);
	default: break;
	}
	if (is_digit(*run->p))
		return number(run, last);
	if (run->lenient && *run->p == 'N')
		return word(run, "NaN", SCAN_NAN, "not a JSON value");
	if (run->lenient && *run->p == 'I')
		return word(run, "Infinity", SCAN_NAN, "not a JSON value");
	return bad(run, "not a JSON value");
}

static inline bool key(struct scan_run *run)
{
	if (*run->p != '"')
		return bad(run, "a key in quotes was expected");
	if (!string(run))
		return false;
	skip_blanks(run);
	if (run->p == run->end)
		return false;
	if (*run->p != ':')
		return bad(run, "a colon was expected after a key");
	run->p++;
	return true;
}

static inline bool more_or_end(struct scan_run *run, struct open *open, enum expect *expect)
{
	bool object = run->scan->stack[open->depth - 1] == SCAN_OBJECT;
	if (*run->p == ',') {
		run->p++;
		*expect = object ? EXPECT_KEY : EXPECT_VALUE;
		return true;
	}
	if (*run->p != (object ? '}' : ']'))
		return bad(run, object ? "a comma or } was expected" : "a comma or ] was expected");
	close_container(run, open);
	return true;
}

static bool empty_container(struct scan_run *run, struct open *open, enum expect *expect)
{
	if (*run->p != (*expect == EXPECT_KEY_OR_END ? '}' : ']'))
		return false;
	close_container(run, open);
	*expect = EXPECT_MORE_OR_END;
	return true;
}

/* p at the value's first byte. */
static bool whole_value(struct scan_run *run, bool last, uint32_t depth_max)
{
	struct open open = {.depth_max = depth_max};
	enum expect expect = EXPECT_VALUE;
	do {
		skip_blanks(run);
		if (run->p == run->end)
			return false;
		bool fine = true;
		switch (expect) {
		case EXPECT_KEY_OR_END:
			if (empty_container(run, &open, &expect))
				break;
			__attribute__((fallthrough));
		case EXPECT_KEY:
			fine = key(run);
			expect = EXPECT_VALUE;
			break;
		case EXPECT_ITEM_OR_END:
			if (empty_container(run, &open, &expect))
				break;
			__attribute__((fallthrough));
		case EXPECT_VALUE: fine = value(run, &open, last, &expect); break;
		case EXPECT_MORE_OR_END: fine = more_or_end(run, &open, &expect); break;
		}
		if (!fine)
			return false;
	} while (open.depth > 0);
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

enum scan_status scan_value(struct scan *s, struct str text, const struct scan_opts *opts, size_t *used)
{
	const bool clipped = text.len > UINT32_MAX;
	const bool last = opts->last && !clipped;
	s->text = text.ptr ? text.ptr : "";
	s->n = s->bad_utf8 = s->lone_surrogates = 0;
	s->bad = NULL;
	s->bad_at = 0;
	*used = 0;
	struct scan_run run = {.p = (const unsigned char *)s->text,
	                       .scan = s,
	                       .lenient = opts->lenient,
	                       .replace_utf8 = opts->replace_utf8};
	run.end = run.p + (clipped ? UINT32_MAX : text.len);
	skip_blanks(&run);
	if (run.p == run.end && last)
		run.bad = "empty";
	if (run.bad || !whole_value(&run, last, opts->depth_max > 0 ? (uint32_t)opts->depth_max : SCAN_DEPTH_MAX))
		return failed(s, &run, last, clipped);
	*used = (size_t)(run.p - (const unsigned char *)s->text);
	return SCAN_OK;
}

bool scan_text(struct scan *s, struct str text, const struct scan_opts *opts)
{
	struct scan_opts whole = *opts;
	whole.last = true;
	size_t used;
	if (scan_value(s, text, &whole, &used) != SCAN_OK)
		return false;
	while (used < text.len && scan_is_blank((unsigned char)text.ptr[used]))
		used++;
	if (used == text.len)
		return true;
	s->n = 0;
	s->bad = "more text after the value";
	s->bad_at = used;
	return false;
}

bool scan_is_number(struct str text)
{
	struct scan s = SCAN_INIT;
	struct scan_run run = {.p = (const unsigned char *)text.ptr, .scan = &s};
	if (text.len == 0)
		return false;
	run.end = run.p + text.len;
	return number_grammar(&run) && run.p == run.end;
}
