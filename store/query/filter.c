#include "store/query/filter.h"

#include <string.h>

#include "store/base/near.h"
#include "store/base/text.h"
#include "store/query/filter_private.h"
#include "store/query/saved.h"

/* ---------------------------------------------------------------- tokens */

enum token_type { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_AND, TOKEN_OR, TOKEN_NOT, TOKEN_TERM };

struct parser {
	struct arena *arena;
	struct str text;
	size_t at;
	enum filter_over over;
	int64_t now_ns;
	struct filter_mistake *mistake;
	int n_terms;
	int saved; /* filters inside each other that are being read */
};

static char peek(const struct parser *p)
{
	return p->at < p->text.len ? p->text.ptr[p->at] : '\0';
}

static bool at_end(const struct parser *p)
{
	return p->at >= p->text.len;
}

static void skip_blanks(struct parser *p)
{
	while (!at_end(p) && filter_is_blank(peek(p)))
		p->at++;
}

static void *mistaken(struct parser *p, size_t column, const char *expected)
{
	p->mistake->column = column;
	p->mistake->instead[0] = '\0';
	snprintf(p->mistake->expected, sizeof p->mistake->expected, "%.159s", expected);
	return NULL;
}

static struct str take_run(struct parser *p, bool (*belongs)(char))
{
	size_t from = p->at;
	while (!at_end(p) && belongs(peek(p)))
		p->at++;
	return str_cut(p->text, from, p->at - from);
}

static bool is_keyword(struct str word)
{
	return str_ieq(word, "and") || str_ieq(word, "or") || str_ieq(word, "not");
}

/* What comes next, without taking it; *len is the length of a keyword or bracket. */
static enum token_type next_token(struct parser *p, size_t *len)
{
	skip_blanks(p);
	*len = 1;
	if (at_end(p))
		return TOKEN_END;
	if (peek(p) == '(')
		return TOKEN_OPEN;
	if (peek(p) == ')')
		return TOKEN_CLOSE;
	size_t from = p->at;
	struct str word = take_run(p, filter_is_word);
	p->at = from;
	*len = word.len;
	if (str_ieq(word, "and"))
		return TOKEN_AND;
	if (str_ieq(word, "or"))
		return TOKEN_OR;
	return str_ieq(word, "not") ? TOKEN_NOT : TOKEN_TERM;
}

/* A quoted text, the cursor on its first quote. \" and \\ stand for the second character; other backslashes are themselves. */
static bool take_quoted(struct parser *p, struct str *out)
{
	char *to = arena_alloc(p->arena, p->text.len - p->at + 1);
	size_t n = 0;
	for (p->at++; !at_end(p) && peek(p) != '"'; p->at++) {
		char after = p->at + 1 < p->text.len ? p->text.ptr[p->at + 1] : '\0';
		if (peek(p) == '\\' && (after == '"' || after == '\\'))
			p->at++;
		to[n++] = peek(p);
	}
	if (at_end(p)) {
		mistaken(p, p->at, "a closing \"");
		return false;
	}
	p->at++;
	*out = (struct str){to, n};
	return true;
}

static bool take_op(struct parser *p, enum filter_op *op)
{
	char first = peek(p);
	if (at_end(p) || !filter_is_op(first))
		return false;
	p->at++;
	bool equal = (first == '<' || first == '>') && peek(p) == '=';
	if (equal)
		p->at++;
	*op = first == ':'   ? OP_COLON
	      : first == '=' ? OP_IS
	      : first == '~' ? OP_CONTAINS
	      : first == '<' ? (equal ? OP_AT_MOST : OP_BELOW)
	                     : (equal ? OP_AT_LEAST : OP_ABOVE);
	return true;
}

/* ---------------------------------------------------------------- terms */

static struct filter_node *new_node(struct parser *p, enum node_type type)
{
	struct filter_node *node = arena_zalloc(p->arena, 1, sizeof *node);
	node->type = type;
	return node;
}

static struct str valid(struct parser *p, struct str text)
{
	return text_valid(p->arena, text.ptr ? text : STR_LIT(""));
}

static struct filter_node *bare_word(struct parser *p, struct str text, bool quoted)
{
	struct filter_node *node = new_node(p, NODE_TERM);
	node->term = (struct filter_term){
	    .field = field_of_bare_words(p->over),
	    .bare = true,
	    .quoted = quoted,
	    .op = OP_CONTAINS,
	    .value = {.type = VALUE_TEXT, .text = valid(p, text)}
        };
	return node;
}

/* ---- what was meant, perhaps */

static void meant(struct parser *p, const struct near *near)
{
	if (near->name)
		snprintf(p->mistake->instead, sizeof p->mistake->instead, "%s", near->name);
}

static struct str lowered(struct parser *p, struct str text)
{
	char *to = arena_alloc(p->arena, text.len + 1);
	for (size_t i = 0; i < text.len; i++)
		to[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32) : text.ptr[i];
	return (struct str){to, text.len};
}

/* What others call the same: names of --json, of other tools. */
static const struct {
	const char *said, *field;
} other_names[] = {
    {"duration",     "dur"    },
    {"duration_ns",  "dur"    },
    {"latency",      "dur"    },
    {"took",         "dur"    },
    {"cost_usd",     "cost"   },
    {"price",        "cost"   },
    {"usd",          "cost"   },
    {"llm_calls",    "llm"    },
    {"tool_calls",   "tools"  },
    {"input",        "text"   },
    {"output",       "text"   },
    {"content",      "text"   },
    {"error",        "errors" },
    {"type",         "kind"   },
    {"trace",        "id"     },
    {"time",         "start"  },
    {"after",        "since"  },
    {"before",       "until"  },
    {"file",         "source" },
    {"tags",         "tag"    },
    {"thread",       "session"},
    {"conversation", "session"},
    {"scores",       "score"  },
    {"pass_rate",    "pass"   },
};

static void near_field(struct parser *p, struct str name)
{
	struct near near = {.word = lowered(p, name)};
	for (size_t i = 0; i < sizeof other_names / sizeof *other_names; i++)
		if (str_is(near.word, other_names[i].said) && field_named(p->over, str_of(other_names[i].field)))
			near = (struct near){.word = near.word, .name = other_names[i].field};
	for (const struct filter_field *f = filter_fields(p->over); f->name; f++)
		if (!near.name || near.distance)
			near_try(&near, f->name);
	meant(p, &near);
}

static void near_value(struct parser *p, const struct field *field, struct str value)
{
	struct near near = {.word = lowered(p, value)};
	for (int v = field->words ? field->words->first : 0; field->words && v <= field->words->last; v++)
		near_try(&near, field->words->name(v));
	for (const struct field_has *has = field->has; has && has->word; has++)
		near_try(&near, has->word);
	meant(p, &near);
}

/* The field that a name with a dot in it begins with: "score" of "score.groundedness". NULL: it is none that takes a name. */
static const struct field *field_before_dot(enum filter_over over, struct str name, size_t dot)
{
	const struct field *f = dot == SIZE_MAX ? NULL : field_named(over, str_cut(name, 0, dot));
	return f && field_takes_name(f) ? f : NULL;
}

static bool no_field(struct parser *p, struct str name, size_t column)
{
	struct buf expected = BUF_INIT;
	buf_add_cstr(&expected, "a field: ");
	field_list(&expected, p->over);
	if (expected.len >= sizeof p->mistake->expected) { /* ends with a whole name */
		size_t cut = sizeof p->mistake->expected - 5;
		while (cut && expected.ptr[cut] != ',')
			cut--;
		expected.len = cut;
		buf_add_cstr(&expected, ", …");
	}
	mistaken(p, column, buf_cstr(&expected));
	near_field(p, name);
	buf_done(&expected);
	return false;
}

static bool no_name(struct parser *p, const struct field *f, size_t column)
{
	struct buf expected = BUF_INIT;
	buf_printf(&expected, "the name of the %s: %s.NAME", f->type == TYPE_FIELD ? "field" : "score", f->name);
	mistaken(p, column, buf_cstr(&expected));
	buf_done(&expected);
	return false;
}

/* Finds the field of a name; "score.NAME" leaves NAME in the term. */
static bool find_field(struct parser *p, struct str name, size_t column, struct filter_term *term)
{
	size_t dot = str_find_char(name, '.');
	const struct field *of_name = field_before_dot(p->over, name, dot);
	term->field = of_name ? of_name : field_named(p->over, name);
	if (!term->field)
		return no_field(p, name, column);
	if (!of_name && field_takes_name(term->field))
		return no_name(p, term->field, column + name.len);
	term->score = of_name ? valid(p, str_from(name, dot + 1)) : STR_NONE;
	return true;
}

static bool take_value(struct parser *p, struct filter_term *term)
{
	skip_blanks(p);
	size_t column = p->at, in_value = 0;
	struct str text;
	term->quoted = peek(p) == '"';
	if (term->quoted && !take_quoted(p, &text))
		return false;
	if (!term->quoted) {
		text = take_run(p, filter_is_value);
		if (!text.len) {
			mistaken(p, column, "a value");
			return false;
		}
	}
	struct buf expected = BUF_INIT;
	bool ok = filter_value_read(term, valid(p, text), p->now_ns, &in_value, &expected);
	if (!ok) {
		mistaken(p, term->quoted ? column : column + in_value, buf_cstr(&expected));
		near_value(p, term->field, text);
	}
	buf_done(&expected);
	if (ok && peek(p) == '"') {
		mistaken(p, p->at, "a blank; quote the whole value if it has quotes in it");
		return false;
	}
	return ok;
}

static struct filter_node *parse_or(struct parser *p, int level);

static struct filter_node *unknown_saved(struct parser *p, size_t column, struct str name)
{
	struct saved_filter *all;
	size_t n;
	struct err err = ERR_INIT;
	struct near near = {.word = name};
	struct buf expected = BUF_INIT;
	if (!saved_all(p->arena, &all, &n, &err)) {
		static const char file[] = "filters.json: ";
		bool named = str_starts(str_of(err.text), file);
		buf_printf(&expected, "filters.json to be right: %s", err.text + (named ? sizeof file - 1 : 0));
		mistaken(p, column, buf_cstr(&expected));
		buf_done(&expected);
		return NULL;
	}
	buf_add_cstr(&expected, n ? "a saved filter:" : "a saved filter; there is none yet (^S saves one)");
	for (size_t i = 0; i < n && expected.len < 120; i++) {
		buf_printf(&expected, " @" STR_FMT, STR_ARG(all[i].name));
		near_try(&near, all[i].name.ptr); /* arena_str terminates */
	}
	mistaken(p, column, buf_cstr(&expected));
	if (near.name)
		snprintf(p->mistake->instead, sizeof p->mistake->instead, "@%s", near.name);
	buf_done(&expected);
	return NULL;
}

/* @NAME: what was saved under it, as if it stood here in brackets. A mistake in it is shown at the @. */
static struct filter_node *parse_saved(struct parser *p, int level)
{
	size_t column = p->at;
	struct str word = take_run(p, filter_is_word), name = str_from(word, 1), text;
	if (!saved_get(p->arena, name, &text, NULL))
		return unknown_saved(p, column, name);
	if (p->saved >= FILTER_MAX_SAVED)
		return mistaken(p, column, "a saved filter that does not come back to itself");
	struct parser inner = *p;
	struct filter_mistake mistake = {0};
	size_t len;
	inner.text = text;
	inner.at = 0;
	inner.saved++;
	inner.mistake = &mistake;
	struct filter_node *node = parse_or(&inner, level + 1);
	if (node && next_token(&inner, &len) != TOKEN_END)
		node = mistaken(&inner, inner.at, "and, or, or the end: no ( is open here");
	p->n_terms = inner.n_terms;
	if (node)
		return node;
	struct buf expected = BUF_INIT;
	bool told = strstr(mistake.expected, "saved filter") || mistake.expected[0] == '@';
	if (told) /* by one inside this one */
		buf_add_cstr(&expected, mistake.expected);
	else
		buf_printf(&expected, "@" STR_FMT " to be right; column %zu of it: %s", STR_ARG(name),
		           mistake.column + 1, mistake.expected);
	mistaken(p, column, buf_cstr(&expected));
	buf_done(&expected);
	return NULL;
}

/* NAME OP VALUE, or a word alone. */
static struct filter_node *parse_term(struct parser *p, int level)
{
	size_t column = p->at;
	if (peek(p) == '@' && p->at + 1 < p->text.len && filter_is_word(p->text.ptr[p->at + 1]))
		return parse_saved(p, level);
	struct str word = take_run(p, filter_is_word), quoted = STR_NONE;
	bool names = word.len > 1 && word.ptr[word.len - 1] == '.' && field_before_dot(p->over, word, word.len - 1);
	bool is_quoted = peek(p) == '"' && (!word.len || names);
	if (is_quoted && !take_quoted(p, &quoted))
		return NULL;
	if (!word.len && !is_quoted)
		return mistaken(p, column, filter_is_op(peek(p)) ? "a field before it" : "a condition");
	if (++p->n_terms > FILTER_MAX_TERMS)
		return mistaken(p, column, "fewer conditions: 500 at most");
	size_t after_word = p->at;
	skip_blanks(p);
	size_t op_column = p->at;
	struct filter_term term = {0};
	bool can_be_field = word.len > 0;
	if (!can_be_field || !take_op(p, &term.op)) {
		p->at = after_word;
		if (word.len && is_quoted)
			return mistaken(p, op_column, "one of : = ~ < > <= >=");
		if (peek(p) == '"' || (is_quoted && !at_end(p) && filter_is_op(peek(p))))
			return mistaken(p, p->at, "a blank");
		return bare_word(p, is_quoted ? quoted : word, is_quoted);
	}
	if (!find_field(p, word, column, &term))
		return NULL;
	if (is_quoted)
		term.score = valid(p, quoted);
	if (term.score.ptr && !term.score.len && !is_quoted && !no_name(p, term.field, column + word.len))
		return NULL;
	struct buf expected = BUF_INIT;
	bool fits = filter_op_fits(term.field->type, term.op, &expected);
	if (!fits)
		mistaken(p, op_column, buf_cstr(&expected));
	buf_done(&expected);
	if (!fits || !take_value(p, &term))
		return NULL;
	if (term.field->type == TYPE_FOUND)
		term.found = arena_zalloc(p->arena, 1, sizeof *term.found);
	struct filter_node *node = new_node(p, NODE_TERM);
	node->term = term;
	return node;
}

/* ---------------------------------------------------------------- the tree */

/* Levels that n children take in SQL: chains of FILTER_CHAIN, joined as a balanced tree (filter_sql.c, add_kids). */
static int levels_of(size_t n)
{
	int levels = 1;
	for (; n > FILTER_CHAIN; n = n - n / 2)
		levels++;
	return levels;
}

/* Adds a child; one of the same type gives its own children, so that "a and (b and c)" is one list. */
static void add_kid(struct filter_node *node, struct filter_node *kid)
{
	bool same = kid->type == node->type && kid->type != NODE_NOT;
	struct filter_node *first = same ? kid->kids : kid, *last = same ? kid->last : kid;
	if (node->last)
		node->last->next = first;
	else
		node->kids = first;
	node->last = last;
	node->n_kids += same ? kid->n_kids : 1;
	int deepest = 0;
	for (const struct filter_node *k = first; k; k = k->next)
		if (k->depth > deepest)
			deepest = k->depth;
	/* `depth` holds the deepest child until finish() adds this node's own. */
	if (deepest > node->depth)
		node->depth = deepest;
}

static struct filter_node *finish(struct parser *p, struct filter_node *node, size_t column)
{
	if (node->n_kids == 1 && node->type != NODE_NOT)
		return node->kids;
	node->depth += node->type == NODE_NOT ? 0 : levels_of(node->n_kids);
	if (node->depth > FILTER_MAX_DEPTH)
		return mistaken(p, column, "simpler conditions: \"and\" and \"or\" are nested too deep here");
	return node;
}

/* Recursion is bounded: each level of brackets and "not" counts, and FILTER_MAX_LEVELS is the most. */
static struct filter_node *parse_unary(struct parser *p, int level)
{
	size_t len;
	enum token_type type = next_token(p, &len);
	size_t column = p->at;
	if ((type == TOKEN_NOT || type == TOKEN_OPEN) && level >= FILTER_MAX_LEVELS)
		return mistaken(p, column, "at most 100 levels of ( and not inside each other");
	switch (type) {
	case TOKEN_TERM: return parse_term(p, level);
	case TOKEN_NOT: {
		p->at += len;
		struct filter_node *kid = parse_unary(p, level + 1), *node = new_node(p, NODE_NOT);
		if (!kid)
			return NULL;
		add_kid(node, kid);
		return finish(p, node, column);
	}
	case TOKEN_OPEN: {
		p->at += len;
		struct filter_node *inside = parse_or(p, level + 1);
		if (!inside)
			return NULL;
		if (next_token(p, &len) != TOKEN_CLOSE)
			return mistaken(p, p->at, "a closing )");
		p->at += len;
		return inside;
	}
	case TOKEN_END:
	case TOKEN_CLOSE:
	case TOKEN_AND:
	case TOKEN_OR: break;
	}
	return mistaken(p, column, "a condition: field:value, a word, not, (");
}

static struct filter_node *parse_and(struct parser *p, int level)
{
	struct filter_node *all = new_node(p, NODE_AND);
	size_t column = p->at, len;
	for (;;) {
		struct filter_node *kid = parse_unary(p, level);
		if (!kid)
			return NULL;
		add_kid(all, kid);
		enum token_type type = next_token(p, &len);
		if (type == TOKEN_AND)
			p->at += len;
		else if (type != TOKEN_TERM && type != TOKEN_NOT && type != TOKEN_OPEN)
			return finish(p, all, column);
	}
}

static struct filter_node *parse_or(struct parser *p, int level)
{
	struct filter_node *any = new_node(p, NODE_OR);
	size_t column = p->at, len;
	for (;;) {
		struct filter_node *kid = parse_and(p, level);
		if (!kid)
			return NULL;
		add_kid(any, kid);
		if (next_token(p, &len) != TOKEN_OR)
			return finish(p, any, column);
		p->at += len;
	}
}

struct filter *filter_parse(struct arena *arena, struct str text, enum filter_over over, int64_t now_ns,
                            struct filter_mistake *mistake)
{
	struct filter_mistake unwanted = {0};
	struct parser p = {
	    .arena = arena, .text = text, .over = over, .now_ns = now_ns, .mistake = mistake ? mistake : &unwanted};
	struct filter *f = arena_zalloc(arena, 1, sizeof *f);
	f->arena = arena;
	size_t len;
	if (next_token(&p, &len) == TOKEN_END)
		return f;
	f->root = parse_or(&p, 0);
	if (!f->root)
		return NULL;
	if (next_token(&p, &len) != TOKEN_END) /* only a bracket ends parse_or early */
		return mistaken(&p, p.at, "and, or, or the end: no ( is open here");
	return f;
}

void filter_mistake_words(struct buf *out, const struct filter_mistake *mistake)
{
	buf_printf(out, "expected %s", mistake->expected);
	if (mistake->instead[0])
		buf_printf(out, " (did you mean %s?)", mistake->instead);
}

bool filter_is_empty(const struct filter *f)
{
	return !f || !f->root;
}

/* ---------------------------------------------------------------- printing */

static void print_quoted(struct buf *out, struct str text)
{
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, text.ptr[i]);
	}
	buf_add_char(out, '"');
}

static bool all_are(struct str text, bool (*belongs)(char))
{
	for (size_t i = 0; i < text.len; i++)
		if (!belongs(text.ptr[i]))
			return false;
	return text.len > 0;
}

static void print_term(struct buf *out, const struct filter_term *t)
{
	bool plain = !t->quoted && all_are(t->value.text, t->bare ? filter_is_word : filter_is_value);
	if (t->bare) {
		plain = plain && !is_keyword(t->value.text);
	} else {
		buf_add_cstr(out, t->field->name);
		if (t->score.ptr) {
			buf_add_char(out, '.');
			if (all_are(t->score, filter_is_word))
				buf_add_str(out, t->score);
			else
				print_quoted(out, t->score);
		}
		buf_add_cstr(out, filter_op_text(t->op));
		/* "<" before "=5" would read as "<=" */
		plain = plain && t->value.text.ptr[0] != '=';
	}
	if (plain)
		buf_add_str(out, t->value.text);
	else
		print_quoted(out, t->value.text);
}

static bool needs_brackets(const struct filter_node *node, const struct filter_node *parent)
{
	return parent && (node->type == NODE_OR || (node->type == NODE_AND && parent->type == NODE_NOT));
}

/* Depth is bounded by the parser. */
static void print_node(struct buf *out, const struct filter_node *node, const struct filter_node *parent)
{
	bool brackets = needs_brackets(node, parent);
	if (brackets)
		buf_add_char(out, '(');
	switch (node->type) {
	case NODE_TERM: print_term(out, &node->term); break;
	case NODE_NOT:
		buf_add_cstr(out, "not ");
		print_node(out, node->kids, node);
		break;
	case NODE_AND:
	case NODE_OR: {
		const struct filter_node *kid = node->kids;
		for (size_t i = 0; i < node->n_kids; i++, kid = kid->next) {
			if (i)
				buf_add_cstr(out, node->type == NODE_OR ? " or " : " ");
			print_node(out, kid, node);
		}
		break;
	}
	}
	if (brackets)
		buf_add_char(out, ')');
}

void filter_print(struct buf *out, const struct filter *f)
{
	if (!filter_is_empty(f))
		print_node(out, f->root, NULL);
}
