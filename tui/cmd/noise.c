/* spoor compare A B --noise: what a run differs from itself, as text, Markdown and --json. */
#include "tui/cmd/noise.h"

#include "store/base/clean.h"

enum { NAME_COLS = 40, TITLE_COLS = 60 };

static const struct out_head head[] = {
    {"metric",    false, false},
    {"wobble A",  true,  false},
    {"wobble B",  true,  false},
    {"floor",     true,  false},
    {"moved",     true,  false},
    {"beyond",    true,  false},
    {"by chance", true,  false},
    {"behind it", false, false},
};

/* ---------------------------------------------------------------- cells */

static void add_row(struct out_cells *t, const struct noise_metric *m, bool ascii)
{
	buf_add_str(out_cells_add(t), m->name);
	noise_figure(out_cells_add(t), m, m->a.wobble, false, ascii);
	noise_figure(out_cells_add(t), m, m->b.wobble, false, ascii);
	noise_figure(out_cells_add(t), m, m->floor, true, ascii);
	buf_printf(out_cells_add(t), "%lld of %lld", (long long)m->moved, (long long)m->of);
	buf_printf(out_cells_add(t), "%lld", (long long)m->beyond);
	struct buf *by_chance = out_cells_add(t);
	if (!IS_UNKNOWN(m->by_chance))
		buf_printf(by_chance, m->by_chance < 10 ? "%.1f" : "%.0f", m->by_chance);
	noise_behind(out_cells_add(t), m);
}

static struct out_cells cells_of(const struct noise *n, bool ascii)
{
	struct out_cells t = {.head = head, .n = sizeof head / sizeof *head, .first_cols = NAME_COLS};
	for (size_t i = 0; i < n->n_metrics; i++)
		add_row(&t, &n->metrics[i], ascii);
	return t;
}

/* ---------------------------------------------------------------- text */

static void add_metrics(struct buf *to, const struct noise *n, size_t row)
{
	const char *before = "";
	for (size_t i = 0; i < n->n_metrics; i++) {
		if (!n->metrics[i].is_beyond[row])
			continue;
		buf_add_cstr(to, before);
		buf_add_str(to, n->metrics[i].name);
		before = ", ";
	}
}

static void text_cases(const struct out *o, struct buf *to, const struct noise *n, const struct compare *c,
                       int64_t limit)
{
	int64_t shown = 0, all = n->changed - n->within - n->untold;
	struct buf raw = BUF_INIT;
	if (!all)
		return;
	buf_printf(to, "\nBeyond noise %lld\n", (long long)all);
	for (size_t i = 0; i < c->n_rows; i++) {
		if (!n->is_beyond[i])
			continue;
		if (limit >= 0 && shown++ == limit) {
			buf_printf(to, "  and %lld more (--limit N)\n", (long long)(all - limit));
			break;
		}
		buf_add_cstr(to, "  ");
		out_cell(o, to, c->rows[i].title.len ? c->rows[i].title : c->rows[i].key, TITLE_COLS, false, true);
		buf_add_cstr(to, "  ");
		add_metrics(&raw, n, i);
		out_text(o, to, buf_str(&raw), 0);
		buf_clear(&raw);
		out_end_line(to);
	}
	buf_done(&raw);
}

void noise_text(const struct out *o, struct buf *to, const struct noise *n, const struct compare *c, int64_t limit)
{
	out_text(o, to, n->sentence, 0);
	out_end_line(to);
	out_text(o, to, n->stands_on, 0);
	out_end_line(to);
	if (!n->n_metrics)
		return;
	buf_add_char(to, '\n');
	struct out_cells table = cells_of(n, o->ascii);
	out_cells_text(o, to, &table);
	out_cells_done(&table);
	text_cases(o, to, n, c, limit);
}

/* ---------------------------------------------------------------- Markdown */

void noise_markdown(struct buf *to, const struct noise *n)
{
	buf_add_cstr(to, "\n**");
	clean_markdown(to, n->sentence);
	buf_add_cstr(to, "** ");
	clean_markdown(to, n->stands_on);
	buf_add_char(to, '\n');
	if (!n->n_metrics)
		return;
	struct out_cells table = cells_of(n, false);
	buf_add_char(to, '\n');
	out_cells_markdown(to, &table);
	out_cells_done(&table);
}

/* ---------------------------------------------------------------- --json */

static void side_json(struct jout *j, const char *key, const struct noise_side *s)
{
	jout_object(j, key);
	jout_int(j, "cases", s->cases);
	jout_int(j, "results", s->results);
	jout_double(j, "wobble", s->wobble);
	jout_end(j);
}

static void metric_json(struct jout *j, const struct noise_metric *m)
{
	jout_object(j, NULL);
	jout_str(j, "name", m->name);
	jout_cstr(j, "kind", noise_kind_name(m->kind));
	jout_bool(j, "yes_no", m->yes_no);
	jout_bool(j, "logarithm", m->kind == NOISE_LATENCY || m->kind == NOISE_COST);
	side_json(j, "a", &m->a);
	side_json(j, "b", &m->b);
	jout_double(j, "wobble", m->wobble);
	jout_int(j, "df", m->df);
	jout_double(j, "floor", m->floor);
	jout_bool(j, "rough", m->rough);
	jout_int(j, "of", m->of);
	jout_int(j, "moved", m->moved);
	jout_int(j, "beyond", m->beyond);
	jout_double(j, "by_chance", m->by_chance);
	jout_end(j);
}

static void case_json(struct jout *j, const struct noise *n, const struct compare *c, size_t row)
{
	jout_object(j, NULL);
	jout_str(j, "key", c->rows[row].key);
	jout_str(j, "title", c->rows[row].title);
	jout_cstr(j, "class", case_class_name(c->rows[row].class_));
	jout_cstr(j, "is", n->is_beyond[row] ? "beyond" : n->is_within[row] ? "within" : "untold");
	jout_array(j, "beyond");
	for (size_t i = 0; i < n->n_metrics; i++)
		if (n->metrics[i].is_beyond[row])
			jout_str(j, NULL, n->metrics[i].name);
	jout_end(j);
	jout_end(j);
}

void noise_json(struct jout *j, const struct noise *n, const struct compare *c)
{
	jout_object(j, "noise");
	jout_str(j, "sentence", n->sentence);
	jout_str(j, "stands_on", n->stands_on);
	jout_int(j, "paired", n->paired);
	jout_int(j, "cases_a", n->cases_a);
	jout_int(j, "cases_b", n->cases_b);
	jout_int(j, "results_a", n->results_a);
	jout_int(j, "results_b", n->results_b);
	jout_int(j, "changed", n->changed);
	jout_int(j, "within", n->within);
	jout_int(j, "beyond", n->changed - n->within - n->untold);
	jout_int(j, "untold", n->untold);
	jout_int(j, "texts_left", n->texts_left);
	jout_array(j, "metrics");
	for (size_t i = 0; i < n->n_metrics; i++)
		metric_json(j, &n->metrics[i]);
	jout_end(j);
	jout_array(j, "cases");
	for (size_t i = 0; i < c->n_rows && n->n_metrics; i++)
		if (c->rows[i].class_ < CLASS_SAME)
			case_json(j, n, c, i);
	jout_end(j);
	jout_end(j);
}
