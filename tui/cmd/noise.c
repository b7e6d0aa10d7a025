/* spoor compare A B --noise: what a run differs from itself, as text, Markdown and --json. */
#include "tui/cmd/noise.h"

#include <stdlib.h>

#include "store/base/clean.h"
#include "store/base/text.h"

enum { N_CELLS = 8, NAME_COLS = 40, TITLE_COLS = 60 };

static const char *const titles[N_CELLS] = {"metric", "wobble A", "wobble B",  "floor",
                                            "moved",  "beyond",   "by chance", "behind it"};
static const bool is_right[N_CELLS] = {[1] = true, [2] = true, [3] = true, [4] = true, [5] = true, [6] = true};

/* ---------------------------------------------------------------- cells */

struct cells {
	struct buf cell[N_CELLS];
};

static void fill(struct cells *c, const struct noise_metric *m, bool ascii)
{
	buf_add_str(&c->cell[0], m->name);
	noise_figure(&c->cell[1], m, m->a.wobble, false, ascii);
	noise_figure(&c->cell[2], m, m->b.wobble, false, ascii);
	noise_figure(&c->cell[3], m, m->floor, true, ascii);
	buf_printf(&c->cell[4], "%lld of %lld", (long long)m->moved, (long long)m->of);
	buf_printf(&c->cell[5], "%lld", (long long)m->beyond);
	if (!IS_UNKNOWN(m->by_chance))
		buf_printf(&c->cell[6], m->by_chance < 10 ? "%.1f" : "%.0f", m->by_chance);
	noise_behind(&c->cell[7], m);
}

static struct cells *cells_of(const struct noise *n, bool ascii)
{
	struct cells *rows = xcalloc(n->n_metrics + 1, sizeof *rows);
	for (size_t i = 0; i < n->n_metrics; i++)
		fill(&rows[i], &n->metrics[i], ascii);
	return rows;
}

static void cells_free(struct cells *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < N_CELLS; k++)
			buf_done(&rows[i].cell[k]);
	free(rows);
}

/* ---------------------------------------------------------------- text */

static void end_line(struct buf *text)
{
	while (text->len && text->ptr[text->len - 1] == ' ')
		text->ptr[--text->len] = '\0';
	buf_add_char(text, '\n');
}

static void text_table(const struct out *o, struct buf *to, const struct noise *n)
{
	struct cells *rows = cells_of(n, o->ascii);
	int cols[N_CELLS];
	for (int k = 0; k < N_CELLS; k++) {
		cols[k] = text_cols(str_of(titles[k]));
		for (size_t i = 0; i < n->n_metrics; i++) {
			int used = text_cols(buf_str(&rows[i].cell[k]));
			cols[k] = used > cols[k] ? used : cols[k];
		}
	}
	cols[0] = cols[0] > NAME_COLS ? NAME_COLS : cols[0];
	for (size_t i = 0; i <= n->n_metrics; i++) {
		for (int k = 0; k < N_CELLS; k++) {
			buf_add_fill(to, ' ', k ? 2 : 0);
			out_cell(o, to, i ? buf_str(&rows[i - 1].cell[k]) : str_of(titles[k]), cols[k], is_right[k],
			         k == 0);
		}
		end_line(to);
	}
	cells_free(rows, n->n_metrics);
}

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
		end_line(to);
	}
	buf_done(&raw);
}

void noise_text(const struct out *o, struct buf *to, const struct noise *n, const struct compare *c, int64_t limit)
{
	out_text(o, to, n->sentence, 0);
	end_line(to);
	out_text(o, to, n->stands_on, 0);
	end_line(to);
	if (!n->n_metrics)
		return;
	buf_add_char(to, '\n');
	text_table(o, to, n);
	text_cases(o, to, n, c, limit);
}

/* ---------------------------------------------------------------- Markdown */

void noise_markdown(struct buf *to, const struct noise *n)
{
	struct cells *rows = cells_of(n, false);
	buf_add_cstr(to, "\n**");
	clean_markdown(to, n->sentence);
	buf_add_cstr(to, "** ");
	clean_markdown(to, n->stands_on);
	buf_add_char(to, '\n');
	if (n->n_metrics)
		buf_add_cstr(to, "\n| metric | wobble A | wobble B | floor | moved | beyond | by chance | behind it |\n"
		                 "|---|---:|---:|---:|---:|---:|---:|---|\n");
	for (size_t i = 0; i < n->n_metrics; i++) {
		for (int k = 0; k < N_CELLS; k++) {
			buf_add_cstr(to, "| ");
			clean_markdown(to, buf_str(&rows[i].cell[k]));
			buf_add_char(to, ' ');
		}
		buf_add_cstr(to, "|\n");
	}
	cells_free(rows, n->n_metrics);
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
