/* The tree of a filter: between filter.c (text) and filter_sql.c (SQL). */
#ifndef SPOOR_STORE_QUERY_FILTER_PRIVATE_H
#define SPOOR_STORE_QUERY_FILTER_PRIVATE_H

#include "store/query/fields.h"

/* Depth: SQLite takes expressions 200 deep (db.c), and one term takes up to 40 of it. Terms: its limits on program size. */
enum { FILTER_MAX_DEPTH = 100, FILTER_MAX_TERMS = 500 };

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
};

enum node_type { NODE_AND, NODE_OR, NODE_NOT, NODE_TERM };
struct filter_node {
	enum node_type type;
	struct filter_node *kids, *last, *next; /* AND, OR: two or more; NOT: one */
	size_t n_kids;
	int depth; /* in SQL, where n words side by side make a balanced tree */
	struct filter_term term;
};

struct filter {
	struct filter_node *root; /* NULL: keeps everything */
};

const char *filter_op_text(enum filter_op op);

/* filter_value.c: reads the value of a term as its field's type. False: *at (byte in text) and *expected say why. */
bool filter_value_read(const struct field *f, enum filter_op op, bool quoted, struct str text, int64_t now_ns,
                       struct filter_value *out, size_t *at, struct buf *expected);

#endif
