#include "store/study/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"

enum op { OP_CHAR, OP_ANY, OP_SET, OP_SPLIT, OP_JUMP, OP_LINE_BEGIN, OP_LINE_END, OP_WORD_EDGE, OP_MATCH };
enum { DEPTH_MOST = 50, REPEAT_MOST = 1000 };
#define NONE UINT32_MAX

/* x, y: OP_CHAR a code point; OP_SET ranges [x, x + y), negated if it says so; OP_SPLIT, OP_JUMP steps from here. */
struct step_code {
	enum op op;
	int32_t x, y;
	bool negated;
};
struct range {
	uint32_t low, high;
};

struct pattern {
	struct step_code *code;
	uint32_t n;
	struct range *ranges;
	bool fold; /* letters of both cases */
	struct str text;
};

/* ---------------------------------------------------------------- parsing */

struct parser {
	struct str text;
	size_t at;
	int depth;
	int agains; /* parts read once more: also what adds no step costs time */
	bool fold;
	VEC(struct step_code) code;
	VEC(struct range) ranges;
	struct pattern_mistake *mistake;
	bool failed;
};

static void fail(struct parser *p, const char *why)
{
	if (!p->failed)
		*p->mistake = (struct pattern_mistake){p->at, why};
	p->failed = true;
}

static char peek(const struct parser *p)
{
	return p->at < p->text.len ? p->text.ptr[p->at] : '\0';
}

static void emit(struct parser *p, enum op op, int32_t x, int32_t y)
{
	if (p->code.n >= PATTERN_STEPS) {
		fail(p, "it is too large");
		return;
	}
	*vec_add(&p->code) = (struct step_code){.op = op, .x = x, .y = y};
}

/* Steps are relative: what is moved as a whole stays right. */
static void insert_split(struct parser *p, size_t at, int32_t x, int32_t y)
{
	emit(p, OP_SPLIT, x, y);
	if (p->failed)
		return;
	struct step_code split = p->code.at[p->code.n - 1];
	memmove(p->code.at + at + 1, p->code.at + at, (p->code.n - 1 - at) * sizeof split);
	p->code.at[at] = split;
}

static uint32_t folded(uint32_t code)
{
	return code >= 'A' && code <= 'Z' ? code + 32 : code;
}

static uint32_t take_code(struct parser *p)
{
	struct str rest = str_from(p->text, p->at);
	size_t before = rest.len;
	uint32_t code = text_decode(&rest);
	p->at += before - rest.len;
	return code;
}

static void add_range(struct parser *p, uint32_t low, uint32_t high)
{
	*vec_add(&p->ranges) = (struct range){low, high};
}

static bool add_class(struct parser *p, char letter)
{
	switch (letter) {
	case 'd': add_range(p, '0', '9'); return true;
	case 'w':
		add_range(p, '0', '9');
		add_range(p, 'A', 'Z');
		add_range(p, 'a', 'z');
		add_range(p, '_', '_');
		return true;
	case 's':
		add_range(p, '\t', '\r');
		add_range(p, ' ', ' ');
		return true;
	default: return false;
	}
}

static uint32_t plain_escape(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : (uint32_t)(unsigned char)c;
}

static bool add_named_class(struct parser *p)
{
	static const struct {
		const char *name;
		struct range at[4];
	} named[] = {
	    {"[:digit:]",  {{'0', '9'}}                                    },
	    {"[:alpha:]",  {{'A', 'Z'}, {'a', 'z'}}                        },
	    {"[:alnum:]",  {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}            },
	    {"[:upper:]",  {{'A', 'Z'}}                                    },
	    {"[:lower:]",  {{'a', 'z'}}                                    },
	    {"[:space:]",  {{'\t', '\r'}, {' ', ' '}}                      },
	    {"[:blank:]",  {{'\t', '\t'}, {' ', ' '}}                      },
	    {"[:punct:]",  {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
	    {"[:xdigit:]", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}            },
	};
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (str_starts(str_from(p->text, p->at), named[i].name)) {
			for (int k = 0; k < 4 && named[i].at[k].high; k++)
				add_range(p, named[i].at[k].low, named[i].at[k].high);
			p->at += strlen(named[i].name);
			return true;
		}
	return false;
}

/* After "[". A ] that comes first is itself. */
static void parse_set(struct parser *p)
{
	size_t first = p->ranges.n;
	bool negated = peek(p) == '^';
	p->at += negated;
	for (bool begin = true; !p->failed; begin = false) {
		if (p->at >= p->text.len) {
			fail(p, "[ without ]");
			return;
		}
		if (peek(p) == ']' && !begin)
			break;
		if (peek(p) == '[' && add_named_class(p))
			continue;
		uint32_t low = take_code(p);
		if (low == '\\' && p->at < p->text.len) {
			char c = p->text.ptr[p->at++];
			if (add_class(p, c))
				continue;
			low = plain_escape(c);
		}
		uint32_t high = low;
		if (peek(p) == '-' && p->at + 1 < p->text.len && p->text.ptr[p->at + 1] != ']') {
			p->at++;
			high = take_code(p);
			if (high == '\\' && p->at < p->text.len)
				high = plain_escape(p->text.ptr[p->at++]);
		}
		if (high < low)
			fail(p, "a range that goes backwards");
		add_range(p, low, high);
	}
	p->at++;
	emit(p, OP_SET, (int32_t)first, (int32_t)(p->ranges.n - first));
	if (!p->failed)
		p->code.at[p->code.n - 1].negated = negated;
}

static void parse_escape(struct parser *p)
{
	size_t first = p->ranges.n;
	char c = peek(p);
	if (p->at++ >= p->text.len) {
		p->at--;
		fail(p, "\\ at the end");
		return;
	}
	if (c == 'b') {
		emit(p, OP_WORD_EDGE, 0, 0);
		return;
	}
	if (c >= '0' && c <= '9') {
		fail(p, "references to groups are not supported");
		return;
	}
	char lower = (char)folded((unsigned char)c);
	if (strchr("dws", lower) && add_class(p, lower)) {
		emit(p, OP_SET, (int32_t)first, (int32_t)(p->ranges.n - first));
		if (!p->failed)
			p->code.at[p->code.n - 1].negated = c != lower;
		return;
	}
	emit(p, OP_CHAR, (int32_t)plain_escape(c), 0);
}

static void parse_alternatives(struct parser *p);

static void parse_atom(struct parser *p)
{
	char c = peek(p);
	switch (c) {
	case '(':
		p->at++;
		if (str_starts(str_from(p->text, p->at), "?:"))
			p->at += 2;
		if (++p->depth > DEPTH_MOST)
			fail(p, "nested too deep");
		else
			parse_alternatives(p);
		p->depth--;
		if (!p->failed && peek(p) != ')')
			fail(p, "( without )");
		p->at++;
		return;
	case '[':
		p->at++;
		parse_set(p);
		return;
	case '.':
		p->at++;
		emit(p, OP_ANY, 0, 0);
		return;
	case '^':
		p->at++;
		emit(p, OP_LINE_BEGIN, 0, 0);
		return;
	case '$':
		p->at++;
		emit(p, OP_LINE_END, 0, 0);
		return;
	case '\\':
		p->at++;
		parse_escape(p);
		return;
	case '*':
	case '+':
	case '?':
	case '{': fail(p, "there is nothing to repeat"); return;
	default: emit(p, OP_CHAR, (int32_t)take_code(p), 0);
	}
}

static bool take_number(struct parser *p, int *n)
{
	size_t from = p->at;
	*n = 0;
	while (peek(p) >= '0' && peek(p) <= '9' && *n <= REPEAT_MOST)
		*n = *n * 10 + (p->text.ptr[p->at++] - '0');
	return p->at > from;
}

/* {m}, {m,}, {m,n}; most < 0: no limit. */
static bool take_bounds(struct parser *p, int *least, int *most)
{
	p->at++;
	bool ok = take_number(p, least);
	*most = *least;
	if (ok && peek(p) == ',') {
		p->at++;
		if (!take_number(p, most))
			*most = -1;
	}
	if (!ok || peek(p) != '}')
		fail(p, "{ is followed by a number, or two, and }: \\{ for itself");
	else if (*least > REPEAT_MOST || *most > REPEAT_MOST || (*most >= 0 && *most < *least))
		fail(p, "repeated 1,000 times at most, and the larger number last");
	p->at++;
	return !p->failed;
}

/* What stands at `from` in the text once more. */
static void again(struct parser *p, size_t from)
{
	size_t at = p->at;
	if (++p->agains > PATTERN_STEPS) {
		fail(p, "it is too large");
		return;
	}
	p->at = from;
	parse_atom(p);
	p->at = at;
}

static void star(struct parser *p, size_t code)
{
	int32_t n = (int32_t)(p->code.n - code);
	insert_split(p, code, 1, n + 2);
	emit(p, OP_JUMP, -n - 1, 0);
}

static void optional(struct parser *p, size_t code)
{
	insert_split(p, code, 1, (int32_t)(p->code.n - code) + 1);
}

static void repeat(struct parser *p, size_t from, size_t code, int least, int most)
{
	if (least == 0 && most == 0) {
		p->code.n = code;
		return;
	}
	for (int i = 1; i < least && !p->failed; i++) {
		code = p->code.n;
		again(p, from);
	}
	if (most < 0) {
		if (least > 0) {
			code = p->code.n;
			again(p, from);
		}
		star(p, code);
		return;
	}
	if (least == 0)
		optional(p, code);
	for (int i = least ? least : 1; i < most && !p->failed; i++) {
		code = p->code.n;
		again(p, from);
		optional(p, code);
	}
}

static void parse_piece(struct parser *p)
{
	size_t from = p->at, code = p->code.n;
	parse_atom(p);
	for (bool repeated = false; !p->failed; repeated = true) {
		int least = 0, most = -1;
		char c = peek(p);
		if (!c || !strchr("*+?{", c))
			return;
		if (repeated) {
			fail(p, "repeated twice: put it in ( )");
			return;
		}
		if (c == '{' ? !take_bounds(p, &least, &most) : (p->at++, false))
			return;
		if (c == '+')
			least = 1;
		if (c == '?')
			most = 1;
		repeat(p, from, code, least, most);
	}
}

static void parse_alternatives(struct parser *p)
{
	size_t begin = p->code.n;
	while (!p->failed && p->at < p->text.len && peek(p) != '|' && peek(p) != ')')
		parse_piece(p);
	if (p->failed || peek(p) != '|' || p->at >= p->text.len)
		return;
	p->at++;
	insert_split(p, begin, 1, (int32_t)(p->code.n - begin) + 2);
	size_t jump = p->code.n;
	emit(p, OP_JUMP, 0, 0);
	if (++p->depth > DEPTH_MOST)
		fail(p, "too many alternatives one after the other");
	else
		parse_alternatives(p);
	p->depth--;
	if (!p->failed)
		p->code.at[jump].x = (int32_t)(p->code.n - jump);
}

const struct pattern *pattern_parse(struct arena *arena, struct str text, struct pattern_mistake *mistake)
{
	struct parser p = {.text = text, .mistake = mistake};
	struct pattern *out = NULL;
	if (str_starts(text, "(?i)")) {
		p.fold = true;
		p.at = 4;
	}
	if (text.len > PATTERN_BYTES)
		fail(&p, "longer than 1,000 bytes");
	else
		parse_alternatives(&p);
	if (!p.failed && p.at < p.text.len)
		fail(&p, ") without (");
	emit(&p, OP_MATCH, 0, 0);
	if (!p.failed) {
		out = arena_alloc(arena, sizeof *out);
		*out = (struct pattern){.n = (uint32_t)p.code.n, .fold = p.fold, .text = arena_str(arena, text)};
		out->code = arena_alloc(arena, p.code.n * sizeof *out->code);
		memcpy(out->code, p.code.at, p.code.n * sizeof *out->code);
		out->ranges = arena_alloc(arena, (p.ranges.n + 1) * sizeof *out->ranges);
		if (p.ranges.n)
			memcpy(out->ranges, p.ranges.at, p.ranges.n * sizeof *out->ranges);
	}
	vec_done(&p.code);
	vec_done(&p.ranges);
	return out;
}

/* ---------------------------------------------------------------- matching */

struct thread {
	uint32_t step;
	size_t from; /* where its match began */
};
struct list {
	struct thread *at;
	uint32_t n;
};
struct machine {
	const struct pattern *p;
	struct list now, next;
	uint64_t *seen; /* of each step: in which round it was added */
	uint64_t round;
	uint32_t *stack;
	uint32_t before, after; /* code points around the place; NONE at the ends */
};

static bool is_word(uint32_t c)
{
	return c != NONE &&
	       ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c > 127);
}

/* Adds what can be reached without a character. Each step once a round: never more than there are. */
static void add(struct machine *m, struct list *to, uint32_t step, size_t from)
{
	uint32_t n = 0;
	m->stack[n++] = step;
	while (n) {
		uint32_t s = m->stack[--n];
		const struct step_code *c = &m->p->code[s];
		if (m->seen[s] == m->round)
			continue;
		m->seen[s] = m->round;
		switch (c->op) {
		case OP_SPLIT:
			m->stack[n++] = s + (uint32_t)c->y;
			m->stack[n++] = s + (uint32_t)c->x;
			break;
		case OP_JUMP: m->stack[n++] = s + (uint32_t)c->x; break;
		case OP_LINE_BEGIN:
			if (m->before == NONE || m->before == '\n')
				m->stack[n++] = s + 1;
			break;
		case OP_LINE_END:
			if (m->after == NONE || m->after == '\n')
				m->stack[n++] = s + 1;
			break;
		case OP_WORD_EDGE:
			if (is_word(m->before) != is_word(m->after))
				m->stack[n++] = s + 1;
			break;
		case OP_CHAR:
		case OP_ANY:
		case OP_SET:
		case OP_MATCH: to->at[to->n++] = (struct thread){s, from}; break;
		}
	}
}

static bool in_set(const struct pattern *p, const struct step_code *c, uint32_t code)
{
	uint32_t other = p->fold && code >= 'a' && code <= 'z' ? code - 32 : folded(code);
	bool in = false;
	for (int32_t i = 0; i < c->y && !in; i++) {
		const struct range *r = &p->ranges[c->x + i];
		in = (code >= r->low && code <= r->high) || (p->fold && other >= r->low && other <= r->high);
	}
	return in != c->negated;
}

static bool takes(const struct pattern *p, const struct step_code *c, uint32_t code)
{
	switch (c->op) {
	case OP_CHAR: return (uint32_t)c->x == code || (p->fold && folded((uint32_t)c->x) == folded(code));
	case OP_ANY: return code != '\n';
	case OP_SET: return in_set(p, c, code);
	case OP_SPLIT:
	case OP_JUMP:
	case OP_LINE_BEGIN:
	case OP_LINE_END:
	case OP_WORD_EDGE:
	case OP_MATCH: return false;
	}
	return false;
}

/* The earliest of the matches that end here; SIZE_MAX: none. */
static size_t matched(const struct machine *m)
{
	size_t first = SIZE_MAX;
	for (uint32_t i = 0; i < m->now.n; i++)
		if (m->p->code[m->now.at[i].step].op == OP_MATCH && m->now.at[i].from < first)
			first = m->now.at[i].from;
	return first;
}

static uint32_t code_at(struct str text, size_t at, size_t *len)
{
	struct str rest = str_from(text, at);
	*len = 0;
	if (!rest.len)
		return NONE;
	if (!((unsigned char)*rest.ptr & 0x80)) {
		*len = 1;
		return (unsigned char)*rest.ptr;
	}
	size_t before = rest.len;
	uint32_t code = text_decode(&rest);
	*len = before - rest.len;
	return code;
}

static size_t run(struct machine *m, struct str text, size_t *end)
{
	const struct pattern *p = m->p;
	bool literal = p->code[0].op == OP_CHAR && !p->fold && p->code[0].x < 128;
	size_t len, found;
	m->before = NONE;
	for (size_t at = 0;; at += len) {
		if (!m->now.n && literal) {
			const char *next =
			    at < text.len ? memchr(text.ptr + at, (char)p->code[0].x, text.len - at) : NULL;
			if (!next)
				return SIZE_MAX;
			at = (size_t)(next - text.ptr);
		}
		/* What began before and stands at a step keeps it: the earlier beginning wins. */
		m->after = code_at(text, at, &len);
		add(m, &m->now, 0, at);
		*end = at;
		if ((found = matched(m)) != SIZE_MAX)
			return found;
		if (!len)
			return SIZE_MAX;
		m->before = m->after;
		size_t behind;
		uint32_t code = m->after;
		m->after = code_at(text, at + len, &behind);
		m->round++;
		m->next.n = 0;
		for (uint32_t i = 0; i < m->now.n; i++)
			if (takes(p, &p->code[m->now.at[i].step], code))
				add(m, &m->next, m->now.at[i].step + 1, m->now.at[i].from);
		struct list swap = m->now;
		m->now = m->next;
		m->next = swap;
	}
}

size_t pattern_find_len(const struct pattern *p, struct str text, size_t *len)
{
	size_t end = 0;
	struct machine m = {.p = p, .round = 1};
	m.now.at = xcalloc(p->n, sizeof *m.now.at);
	m.next.at = xcalloc(p->n, sizeof *m.next.at);
	m.seen = xcalloc(p->n, sizeof *m.seen);
	m.stack = xcalloc(2 * (size_t)p->n + 2, sizeof *m.stack);
	size_t at = run(&m, text, &end);
	*len = at == SIZE_MAX ? 0 : end - at;
	free(m.now.at);
	free(m.next.at);
	free(m.seen);
	free(m.stack);
	return at;
}

size_t pattern_find(const struct pattern *p, struct str text)
{
	size_t len;
	return pattern_find_len(p, text, &len);
}

struct str pattern_text(const struct pattern *p)
{
	return p->text;
}
