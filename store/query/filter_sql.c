/* Trees of the filter language as SQL. Every piece of SQL is a literal of fields.c or of this file; what the user wrote is bound. */
#include <string.h>

#include "store/query/filter_private.h"

/* What is compared: the text between { } of the field's SQL; of a score its value or its label. */
static struct str subject_of(const struct filter_term *t, struct str inside)
{
	if (t->field->type != TYPE_SCORE)
		return inside;
	return t->value.type == VALUE_TEXT ? STR_LIT("x.label") : STR_LIT("x.value");
}

static const char *sql_op(const struct filter_term *t)
{
	if (t->field->type == TYPE_SINCE)
		return ">=";
	if (t->field->type == TYPE_UNTIL)
		return "<";
	return t->op == OP_COLON ? "=" : filter_op_text(t->op);
}

/* subject OP ?n, as the field's type means it. */
static void add_match(struct buf *sql, const struct filter_term *t, struct str subject, int n)
{
	enum field_type type = t->field->type;
	bool contains = t->op == OP_CONTAINS || (type == TYPE_TEXT && t->op == OP_COLON);
	if (contains)
		buf_printf(sql, "instr(lower(" STR_FMT "), lower(?%d)) > 0", STR_ARG(subject), n);
	else if (type == TYPE_ID && t->op == OP_COLON)
		buf_printf(sql, "substr(" STR_FMT ", 1, length(?%d)) = ?%d COLLATE NOCASE", STR_ARG(subject), n, n);
	else if (t->value.type == VALUE_DAY)
		buf_printf(sql, "(" STR_FMT " >= ?%d AND " STR_FMT " < ?%d)", STR_ARG(subject), n, STR_ARG(subject),
		           n + 1);
	else if (t->value.type == VALUE_TEXT && t->op == OP_COLON)
		buf_printf(sql, STR_FMT " = ?%d COLLATE NOCASE", STR_ARG(subject), n);
	else
		buf_printf(sql, STR_FMT " %s ?%d", STR_ARG(subject), sql_op(t), n);
}

static void add_term(struct buf *sql, const struct filter_term *t, int *n_params)
{
	if (t->value.type == VALUE_HAS) {
		buf_add_cstr(sql, t->value.has);
		return;
	}
	int name = t->score.ptr ? ++*n_params : 0, value = *n_params + 1;
	*n_params += t->value.type == VALUE_DAY ? 2 : 1;
	struct str rest = str_of(t->field->sql);
	while (rest.len) {
		size_t n = strcspn(rest.ptr, "{@#$");
		buf_add_str(sql, str_cut(rest, 0, n));
		rest = str_from(rest, n);
		if (!rest.len)
			break;
		size_t close = str_find_char(rest, '}');
		if (rest.ptr[0] == '#') {
			buf_printf(sql, "?%d", value);
			close = 0;
		} else if (rest.ptr[0] == '$') {
			buf_add_char(sql, t->op == OP_COLON ? '1' : '0');
			close = 0;
		} else if (rest.ptr[0] == '@') {
			buf_printf(sql, "?%d", name);
			close = 0;
		} else {
			BUG_ON(close == SIZE_MAX);
			add_match(sql, t, subject_of(t, str_cut(rest, 1, close - 1)), value);
		}
		rest = str_from(rest, close + 1);
	}
}

static void add_node(struct buf *sql, const struct filter_node *node, bool negated, int *n_params);

/* A short list is a chain, "a AND b AND c"; a long one a balanced tree of chains, since SQLite makes a chain as deep as it is
 * long. */
static void add_kids(struct buf *sql, const struct filter_node **kid, size_t n, bool is_and, bool negated,
                     int *n_params)
{
	const char *op = is_and ? " AND " : " OR ";
	buf_add_char(sql, '(');
	if (n > FILTER_CHAIN) {
		add_kids(sql, kid, n - n / 2, is_and, negated, n_params);
		buf_add_cstr(sql, op);
		add_kids(sql, kid, n / 2, is_and, negated, n_params);
	} else {
		for (size_t i = 0; i < n; i++, *kid = (*kid)->next) {
			buf_add_cstr(sql, i ? op : "");
			add_node(sql, *kid, negated, n_params);
		}
	}
	buf_add_char(sql, ')');
}

/* "not" goes down to the terms by De Morgan's laws: brackets around brackets are what SQLite's parser has least room for.
 * What is not known does not fulfil a condition, so it fulfils its negation, unlike NULL in SQL. Depth is bounded by the parser. */
static void add_node(struct buf *sql, const struct filter_node *node, bool negated, int *n_params)
{
	const struct filter_node *kid = node->kids;
	switch (node->type) {
	case NODE_TERM:
		buf_add_cstr(sql, negated ? "NOT ifnull(" : "");
		add_term(sql, &node->term, n_params);
		buf_add_cstr(sql, negated ? ", 0)" : "");
		break;
	case NODE_NOT: add_node(sql, kid, !negated, n_params); break;
	case NODE_AND: add_kids(sql, &kid, node->n_kids, !negated, negated, n_params); break;
	case NODE_OR: add_kids(sql, &kid, node->n_kids, negated, negated, n_params); break;
	}
}

void filter_sql(struct buf *sql, const struct filter *f, int *n_params)
{
	if (filter_is_empty(f))
		buf_add_char(sql, '1');
	else
		add_node(sql, f->root, false, n_params);
}

static void bind_term(struct stmt *s, const struct filter_term *t, int *param)
{
	const struct filter_value *v = &t->value;
	if (t->field->type == TYPE_FOUND) {
		stmt_str(s, (*param)++, t->found->ids);
		return;
	}
	if (v->type != VALUE_HAS && t->score.ptr)
		stmt_str(s, (*param)++, t->score);
	switch (v->type) {
	case VALUE_TEXT: stmt_str(s, (*param)++, v->text); break;
	case VALUE_INT: stmt_int(s, (*param)++, v->i); break;
	case VALUE_DOUBLE: stmt_double(s, (*param)++, v->d); break;
	case VALUE_DAY:
		stmt_int(s, (*param)++, v->i);
		stmt_int(s, (*param)++, v->end);
		break;
	case VALUE_HAS: break;
	}
}

static void bind_node(struct stmt *s, const struct filter_node *node, int *param)
{
	if (node->type == NODE_TERM) {
		bind_term(s, &node->term, param);
		return;
	}
	const struct filter_node *kid = node->kids;
	for (size_t i = 0; i < node->n_kids; i++, kid = kid->next)
		bind_node(s, kid, param);
}

void filter_bind(struct stmt *s, const struct filter *f, int first_param)
{
	if (!filter_is_empty(f))
		bind_node(s, f->root, &first_param);
}
