#include "store/query/compare_filter.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/query/begins.h"
#include "store/query/noise.h"
#include "store/query/filter_private.h"
#include "store/query/slices.h"

struct work {
	struct db *db;
	const struct compare *c;
	struct err *err;
};

/* ---------------------------------------------------------------- one value against the term's */

static bool number_fits(const struct filter_term *t, double d)
{
	double v = t->value.type == VALUE_DOUBLE ? t->value.d : (double)t->value.i;
	if (IS_UNKNOWN(d))
		return false;
	switch (t->op) {
	case OP_COLON:
	case OP_IS: return d >= v && d <= v;
	case OP_BELOW: return d < v;
	case OP_ABOVE: return d > v;
	case OP_AT_MOST: return d <= v;
	case OP_AT_LEAST: return d >= v;
	case OP_CONTAINS: break;
	}
	return false;
}

static bool int_fits(const struct filter_term *t, int64_t i)
{
	return i != UNKNOWN_INT && number_fits(t, (double)i);
}

/* ASCII case ignored, as SQL does it elsewhere. */
static bool alike(struct str a, struct str b)
{
	size_t i = 0;
	while (i < a.len && i < b.len && ((a.ptr[i] ^ b.ptr[i]) == 0 || str_ieq(str_cut(a, i, 1), (char[2]){b.ptr[i]})))
		i++;
	return a.len == b.len && i == a.len;
}

/* Letters alike with ":" and "~"; an id begins with it. */
static bool text_fits(const struct filter_term *t, struct str text)
{
	struct str value = t->value.text;
	if (t->op == OP_CONTAINS)
		return text_find(text, value, 0, true) != SIZE_MAX;
	if (t->field->type == TYPE_ID && t->op == OP_COLON)
		return alike(str_cut(text, 0, value.len), value);
	return t->op == OP_IS ? str_eq(text, value) : alike(text, value);
}

/* ---------------------------------------------------------------- what the rows say */

static double score_of(const struct compare_side *side, size_t score)
{
	return side->present ? side->scores[score] : UNKNOWN_DOUBLE;
}

static bool case_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return text_fits(t, row->title) || text_fits(t, row->key);
}

static bool title_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return text_fits(t, row->title);
}

static bool key_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return text_fits(t, row->key);
}

static bool class_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return (int64_t)row->class_ == t->value.i;
}

static bool status_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return (row->a.present && (int64_t)row->a.status == t->value.i) ||
	       (row->b.present && (int64_t)row->b.status == t->value.i);
}

static bool flaky_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return (row->a.flaky || row->b.flaky) == (t->value.i != 0);
}

static bool loss_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return row->a.present && row->b.present && number_fits(t, row->loss);
}

static bool delta_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	return number_fits(t, score_of(&row->b, score) - score_of(&row->a, score));
}

static bool a_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	return number_fits(t, score_of(&row->a, score));
}

static bool b_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	return number_fits(t, score_of(&row->b, score));
}

static bool score_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	return a_fits(t, row, score) || b_fits(t, row, score);
}

static bool latency_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return (row->a.present && int_fits(t, row->a.latency_ns)) || (row->b.present && int_fits(t, row->b.latency_ns));
}

static bool slower_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return number_fits(t, compare_slower(row));
}

static bool cost_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return (row->a.present && number_fits(t, row->a.cost_usd)) ||
	       (row->b.present && number_fits(t, row->b.cost_usd));
}

static bool dearer_fits(const struct filter_term *t, const struct compare_row *row, size_t score)
{
	(void)score;
	return number_fits(t, compare_dearer(row));
}

struct by_row {
	const char *field;
	bool (*fits)(const struct filter_term *t, const struct compare_row *row, size_t score);
};
static const struct by_row by_rows[] = {
    {"a",       a_fits      },
    {"b",       b_fits      },
    {"case",    case_fits   },
    {"class",   class_fits  },
    {"cost",    cost_fits   },
    {"dearer",  dearer_fits },
    {"delta",   delta_fits  },
    {"dur",     latency_fits},
    {"flaky",   flaky_fits  },
    {"key",     key_fits    },
    {"latency", latency_fits},
    {"loss",    loss_fits   },
    {"score",   score_fits  },
    {"slower",  slower_fits },
    {"status",  status_fits },
    {"title",   title_fits  },
};

static const struct by_row *by_row(const struct filter_term *t)
{
	if (t->field->type == TYPE_SCORE && t->value.type == VALUE_TEXT)
		return NULL; /* a label: the rows have figures only */
	for (size_t i = 0; i < sizeof by_rows / sizeof *by_rows; i++)
		if (strcmp(by_rows[i].field, t->field->name) == 0)
			return &by_rows[i];
	return NULL;
}

static bool find_score(struct work *w, const struct filter_term *t, size_t *score)
{
	for (*score = 0; *score < w->c->n_scores; ++*score)
		if (alike(w->c->scores[*score], t->score))
			return true;
	struct buf known = BUF_INIT;
	for (size_t i = 0; i < w->c->n_scores && known.len < 200; i++)
		buf_printf(&known, "%s" STR_FMT, known.len ? ", " : "", STR_ARG(w->c->scores[i]));
	err_set(w->err, ERR_USAGE, NULL, "no score of these runs is called " STR_FMT "; there is %s",
	        STR_ARG(str_cut(t->score, 0, 80)), known.len ? buf_cstr(&known) : "none");
	buf_done(&known);
	return false;
}

/* ---------------------------------------------------------------- what the store says */

struct place {
	int64_t case_id;
	size_t row;
};

static int by_case(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	return (a->case_id > b->case_id) - (a->case_id < b->case_id);
}

/* The rows that have a result on this side, by the case it is of: paired by input, A's and B's cases are not the same. */
static struct place *places_of(const struct compare *c, bool of_b, size_t *n)
{
	struct place *places = xmalloc(size_mul(size_add(c->n_rows, 1), sizeof *places));
	*n = 0;
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_side *side = of_b ? &c->rows[i].b : &c->rows[i].a;
		if (side->present)
			places[(*n)++] = (struct place){side->at.case_id, i};
	}
	if (*n)
		qsort(places, *n, sizeof *places, by_case);
	return places;
}

static bool mark_side(struct work *w, const struct filter *f, bool of_b, bool *out)
{
	struct buf sql = BUF_INIT;
	int n_params = 1;
	buf_add_cstr(&sql, "SELECT c.case_id FROM case_result c WHERE c.run = ?1 AND c.repeat >= 0 AND ");
	filter_sql(&sql, f, &n_params);
	struct stmt *s = db_query_composed(w->db, buf_str(&sql), w->err);
	buf_done(&sql);
	if (!s)
		return false;
	stmt_int(s, 1, of_b ? w->c->b.id : w->c->a.id);
	filter_bind(s, f, 2);
	size_t n;
	struct place *places = places_of(w->c, of_b, &n);
	enum step step;
	while ((step = stmt_step(s, w->err)) == STEP_ROW) {
		struct place wanted = {.case_id = col_int(s, 0)}, *found = NULL;
		if (n)
			found = bsearch(&wanted, places, n, sizeof *places, by_case);
		if (found)
			out[found->row] = true;
	}
	free(places);
	stmt_free(s);
	return step == STEP_DONE;
}

/* By the field of the same name that case results have. */
static bool mark_by_store(struct work *w, const struct filter_term *t, bool *out)
{
	struct filter_node node = {.type = NODE_TERM, .term = *t};
	struct filter one = {.root = &node};
	node.term.field = field_named(FILTER_CASES, str_of(t->field->name));
	BUG_ON(!node.term.field);
	memset(out, 0, w->c->n_rows * sizeof *out);
	return mark_side(w, &one, false, out) && mark_side(w, &one, true, out);
}

/* ---------------------------------------------------------------- the tree */

static bool mark_term(struct work *w, const struct filter_term *t, bool *out)
{
	const struct by_row *row = by_row(t);
	size_t score = 0;
	if (t->field->type == TYPE_FIELD || t->field->type == TYPE_STEP) {
		for (size_t i = 0; i < w->c->n_rows; i++)
			out[i] = true;
		if (strcmp(t->field->name, "noise") == 0)
			return noise_mark(w->db, w->c, t->value.text, out, w->err);
		return t->field->type == TYPE_STEP ? begins_mark(w->db, w->c, t->value.text, out, w->err)
		                                   : slices_mark(w->db, w->c, t->score, t->value.text, out, w->err);
	}
	if (!row)
		return mark_by_store(w, t, out);
	if (field_takes_name(t->field) && !find_score(w, t, &score))
		return false;
	for (size_t i = 0; i < w->c->n_rows; i++)
		out[i] = row->fits(t, &w->c->rows[i], score);
	return true;
}

static bool mark_node(struct work *w, const struct filter_node *node, bool *out);

static bool mark_list(struct work *w, const struct filter_node *node, bool *out)
{
	size_t n = w->c->n_rows;
	bool is_and = node->type == NODE_AND, *more = xmalloc(size_mul(size_add(n, 1), sizeof *more));
	bool ok = mark_node(w, node->kids, out);
	for (const struct filter_node *kid = node->kids->next; ok && kid; kid = kid->next) {
		ok = mark_node(w, kid, more);
		for (size_t i = 0; ok && i < n; i++)
			out[i] = is_and ? out[i] && more[i] : out[i] || more[i];
	}
	free(more);
	return ok;
}

/* Levels are bounded by the parser. */
static bool mark_node(struct work *w, const struct filter_node *node, bool *out)
{
	switch (node->type) {
	case NODE_TERM: return mark_term(w, &node->term, out);
	case NODE_AND:
	case NODE_OR: return mark_list(w, node, out);
	case NODE_NOT: break;
	}
	bool ok = mark_node(w, node->kids, out);
	for (size_t i = 0; ok && i < w->c->n_rows; i++)
		out[i] = !out[i];
	return ok;
}

bool compare_filter(struct db *db, const struct compare *c, const struct filter *f, bool *keep, struct err *err)
{
	struct work w = {.db = db, .c = c, .err = err};
	for (size_t i = 0; filter_is_empty(f) && i < c->n_rows; i++)
		keep[i] = true;
	return filter_is_empty(f) || mark_node(&w, f->root, keep);
}
