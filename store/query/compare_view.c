#include "store/query/compare_view.h"

#include <stdlib.h>

#include "store/query/compare_filter.h"

void compare_view_done(struct compare_view *v)
{
	free(v->rows);
	*v = (struct compare_view){0};
}

/* ---------------------------------------------------------------- order */

struct figure {
	double figure; /* smaller first; NaN last */
	uint32_t row;
};

static int by_figure(const void *left, const void *right)
{
	const struct figure *a = left, *b = right;
	bool no_a = IS_UNKNOWN(a->figure), no_b = IS_UNKNOWN(b->figure);
	if (no_a != no_b)
		return no_a ? 1 : -1;
	if (a->figure < b->figure || a->figure > b->figure)
		return a->figure < b->figure ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static double figure_of(const struct compare *c, const struct compare_row *row, const struct compare_order *order)
{
	double sign = order->invert ? -1 : 1;
	switch (order->by) {
	case BY_LATENCY: return -sign * compare_slower(row);
	case BY_COST: return -sign * compare_dearer(row);
	case BY_SCORE:
		if (!row->a.present || !row->b.present)
			return UNKNOWN_DOUBLE;
		sign *= c->lower[order->score] ? -1 : 1;
		sign *= row->class_ == CLASS_IMPROVED ? -1 : 1;
		return sign * (row->b.scores[order->score] - row->a.scores[order->score]);
	case BY_LOSS:
	case BY_TITLE: break;
	}
	return UNKNOWN_DOUBLE;
}

static void put_by_figure(const struct compare *c, const struct compare_order *order, uint32_t *rows, size_t n)
{
	struct figure *figures = xmalloc(size_mul(n + 1, sizeof *figures));
	for (size_t i = 0; i < n; i++)
		figures[i] = (struct figure){figure_of(c, &c->rows[rows[i]], order), rows[i]};
	if (n)
		qsort(figures, n, sizeof *figures, by_figure);
	for (size_t i = 0; i < n; i++)
		rows[i] = figures[i].row;
	free(figures);
}

struct titled {
	struct str title;
	uint32_t row;
};

static int by_title(const void *left, const void *right)
{
	const struct titled *a = left, *b = right;
	int titles = str_cmp(a->title, b->title);
	return titles ? titles : (a->row > b->row) - (a->row < b->row);
}

static void put_by_title(const struct compare *c, uint32_t *rows, size_t n)
{
	struct titled *titles = xmalloc(size_mul(n + 1, sizeof *titles));
	for (size_t i = 0; i < n; i++)
		titles[i] = (struct titled){c->rows[rows[i]].title, rows[i]};
	if (n)
		qsort(titles, n, sizeof *titles, by_title);
	for (size_t i = 0; i < n; i++)
		rows[i] = titles[i].row;
	free(titles);
}

static void turn_round(uint32_t *rows, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint32_t kept = rows[i];
		rows[i] = rows[n - 1 - i];
		rows[n - 1 - i] = kept;
	}
}

static void put_class(const struct compare *c, const struct compare_order *order, uint32_t *rows, size_t n)
{
	bool figures = order->by == BY_SCORE || order->by == BY_LATENCY || order->by == BY_COST;
	if (figures)
		put_by_figure(c, order, rows, n);
	else if (order->by == BY_TITLE)
		put_by_title(c, rows, n);
	if (order->invert && !figures)
		turn_round(rows, n);
}

bool compare_order_named(const struct compare *c, struct str name, struct compare_order *out, struct err *err)
{
	static const char *const names[] = {
	    [BY_LOSS] = "loss", [BY_LATENCY] = "latency", [BY_COST] = "cost", [BY_TITLE] = "title"};
	struct buf known = BUF_INIT;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i] && str_is(name, names[i])) {
			*out = (struct compare_order){.by = (enum compare_by)i};
			buf_done(&known);
			return true;
		}
		if (names[i])
			buf_printf(&known, "%s%s", known.len ? ", " : "", names[i]);
	}
	for (size_t i = 0; i < c->n_scores; i++) {
		if (str_eq(c->scores[i], name)) {
			*out = (struct compare_order){.by = BY_SCORE, .score = i};
			buf_done(&known);
			return true;
		}
		if (known.len < 300)
			buf_printf(&known, ", " STR_FMT, STR_ARG(str_cut(c->scores[i], 0, 60)));
	}
	err_set(err, ERR_USAGE, NULL, "cannot sort by " STR_FMT "; there are %s", STR_ARG(str_cut(name, 0, 60)),
	        buf_cstr(&known));
	buf_done(&known);
	return false;
}

/* ---------------------------------------------------------------- the view */

bool compare_view(struct db *db, const struct compare *c, const struct filter *where, const struct compare_order *order,
                  struct compare_view *out, struct err *err)
{
	size_t n = c->n_rows;
	bool *keep = xmalloc(size_add(n, 1) * sizeof *keep), ok;
	*out = (struct compare_view){0};
	ok = compare_filter(db, c, where, keep, err);
	if (ok) {
		out->rows = xmalloc(size_mul(size_add(n, 1), sizeof *out->rows));
		for (size_t i = 0; i < n; i++)
			if (keep[i]) {
				out->count[c->rows[i].class_]++;
				out->rows[out->n++] = (uint32_t)i;
			}
		for (size_t k = 0, first = 0; k < N_CLASSES; first += (size_t)out->count[k], k++)
			put_class(c, order, out->rows + first, (size_t)out->count[k]);
	}
	free(keep);
	return ok;
}
