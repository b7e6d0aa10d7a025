/* The tree of a filter: between filter.c (text) and filter_sql.c (SQL). */
#ifndef SPOOR_STORE_QUERY_FILTER_PRIVATE_H
#define SPOOR_STORE_QUERY_FILTER_PRIVATE_H

#include "store/query/fields.h"

/* LEVELS: brackets and "not" inside each other, which the parser recurses over. DEPTH: "and" inside "or" inside "and" …, of
 * which each takes 3 of the 100 places on the stack of SQLite's parser (YYSTACKDEPTH; one field's own SQL takes up to 30) and
 * up to FILTER_CHAIN of the 200 levels of an expression (db.c). TERMS: SQLite's limits on program size. */
enum { FILTER_MAX_LEVELS = 100, FILTER_MAX_DEPTH = 16, FILTER_MAX_TERMS = 500, FILTER_CHAIN = 8, FILTER_MAX_SAVED = 8 };

enum filter_op { OP_COLON, OP_IS, OP_CONTAINS, OP_BELOW, OP_ABOVE, OP_AT_MOST, OP_AT_LEAST };

enum value_type { VALUE_TEXT, VALUE_INT, VALUE_DOUBLE, VALUE_DAY, VALUE_HAS };
struct filter_value {
	enum value_type type;
	struct str text; /* as written, without quotes and escapes: printed back, and bound if VALUE_TEXT */
	int64_t i, end;  /* VALUE_INT; VALUE_DAY: from i to before end */
	double d;
	const char *has; /* VALUE_HAS: SQL of ours */
};

struct filter_term {
	const struct field *field;
	struct str score; /* NAME of score.NAME */
	bool bare, quoted;
	enum filter_op op;
	struct filter_value value;
	struct filter_found *found; /* TYPE_FOUND */
};

/* What a search found, once it is known: row ids as a JSON array. */
struct filter_found {
	struct str ids;
	int64_t version; /* of the data it was found in */
};

enum node_type { NODE_AND, NODE_OR, NODE_NOT, NODE_TERM };
struct filter_node {
	enum node_type type;
	struct filter_node *kids, *last, *next; /* AND, OR: two or more; NOT: one */
	size_t n_kids;
	int depth; /* in SQL: see filter_sql.c, add_kids */
	struct filter_term term;
};

struct filter {
	struct arena *arena;
	struct filter_node *root; /* NULL: keeps everything */
};

/* What its text is made of. */
static inline bool filter_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static inline bool filter_is_op(char c)
{
	return c == ':' || c == '=' || c == '~' || c == '<' || c == '>';
}

static inline bool filter_is_word(char c)
{
	return !filter_is_blank(c) && !filter_is_op(c) && c != '(' && c != ')' && c != '"';
}

static inline bool filter_is_value(char c)
{
	return !filter_is_blank(c) && c != '(' && c != ')' && c != '"';
}

const char *filter_op_text(enum filter_op op);
/* Whether a field of this type can be asked with `op`; if not, *expected says what it takes. */
bool filter_op_fits(enum field_type type, enum filter_op op, struct buf *expected);

/* Reads the value of a term as its field's type. False: *at (byte of text) and *expected say what cannot be. */
bool filter_value_read(struct filter_term *term, struct str text, int64_t now_ns, size_t *at, struct buf *expected);

#endif
