/* Histograms of a comparison: text with bars, Markdown, --json. */
#include "tui/cmd/histogram.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/query/score_hist.h"
#include "tui/cmd/compare.h"

enum { BAR_COLS = 24, COUNT_COLS = 7 };

/* ---------------------------------------------------------------- --json */

static void side_json(struct jout *j, const char *key, const struct hist_side *s, bool threshold)
{
	jout_object(j, key);
	jout_double(j, "mean", s->mean);
	jout_double(j, "least", s->least);
	jout_double(j, "q1", s->q1);
	jout_double(j, "median", s->median);
	jout_double(j, "q3", s->q3);
	jout_double(j, "greatest", s->greatest);
	jout_int(j, "at_threshold", threshold ? s->at_threshold : UNKNOWN_INT);
	jout_end(j);
}

static const char *kind_of(enum hist_kind kind)
{
	switch (kind) {
	case HIST_SCORE: return "score";
	case HIST_LATENCY: return "latency";
	case HIST_COST: return "cost";
	case HIST_PASS: return "rate";
	}
	return "";
}

static void hist_json(struct jout *j, const struct score_hist *h)
{
	bool threshold = !IS_UNKNOWN(h->threshold);
	jout_object(j, NULL);
	jout_str(j, "name", h->name.name);
	jout_cstr(j, "kind", kind_of(h->name.kind));
	jout_bool(j, "lower_is_better", h->name.lower_is_better);
	jout_int(j, "cases", h->cases);
	jout_int(j, "only_a", h->only_a);
	jout_int(j, "only_b", h->only_b);
	jout_int(j, "rose", h->rose);
	jout_int(j, "fell", h->fell);
	jout_double(j, "threshold", h->threshold);
	jout_bool(j, "values", h->values);
	side_json(j, "a", &h->a, threshold);
	side_json(j, "b", &h->b, threshold);
	jout_array(j, "bins");
	for (size_t i = 0; i < h->n_bins; i++) {
		const struct hist_bin *bin = &h->bins[i];
		jout_object(j, NULL);
		jout_double(j, "low", bin->low);
		jout_double(j, "high", bin->high);
		jout_bool(j, "closed", bin->closed);
		jout_int(j, "a", bin->a);
		jout_int(j, "b", bin->b);
		jout_int(j, "fell", bin->fell);
		jout_int(j, "stayed", bin->stayed);
		jout_int(j, "rose", bin->rose);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

static void side_run_json(struct jout *j, const char *key, const struct run_row *run)
{
	jout_object(j, key);
	out_members(j, run_columns, run);
	jout_end(j);
}

/* ---------------------------------------------------------------- for people */

/* In halves of a column: a bar that is there at all shows. */
static void add_bar(struct buf *to, int64_t n, int64_t most, bool to_left, bool ascii)
{
	int halves = most ? (int)((double)n / (double)most * 2 * BAR_COLS + 0.5) : 0;
	halves = n && halves < 1 ? 1 : halves;
	int full = ascii ? (halves + 1) / 2 : halves / 2, half = ascii ? 0 : halves % 2;
	if (to_left) {
		buf_add_fill(to, ' ', (size_t)(BAR_COLS - full - half));
		buf_add_cstr(to, half ? "▐" : "");
	}
	for (int i = 0; i < full; i++)
		buf_add_cstr(to, ascii ? "#" : "█");
	if (!to_left) {
		buf_add_cstr(to, half ? "▌" : "");
		buf_add_fill(to, ' ', (size_t)(BAR_COLS - full - half));
	}
}

static void add_count(struct buf *to, const struct out *out, int64_t n, bool right)
{
	struct buf text = BUF_INIT;
	units_thousands(&text, n);
	out_cell(out, to, buf_str(&text), COUNT_COLS, right, false);
	buf_done(&text);
}

static int name_cols(const struct score_hist *h, bool ascii)
{
	int cols = 0;
	struct buf name = BUF_INIT;
	for (size_t i = 0; i < h->n_bins; i++) {
		hist_bin_name(&name, h->name.kind, &h->bins[i], ascii);
		int used = text_cols(buf_str(&name));
		cols = used > cols ? used : cols;
		buf_clear(&name);
	}
	buf_done(&name);
	return cols;
}

static void bins_text(const struct score_hist *h, const struct out *out, struct buf *to)
{
	int cols = name_cols(h, out->ascii);
	int64_t most = 0;
	struct buf name = BUF_INIT;
	for (size_t i = 0; i < h->n_bins; i++) {
		most = h->bins[i].a > most ? h->bins[i].a : most;
		most = h->bins[i].b > most ? h->bins[i].b : most;
	}
	for (size_t i = 0; i < h->n_bins; i++) {
		const struct hist_bin *bin = &h->bins[i];
		add_count(to, out, bin->a, true);
		buf_add_char(to, ' ');
		add_bar(to, bin->a, most, true, out->ascii);
		buf_add_cstr(to, "  ");
		hist_bin_name(&name, h->name.kind, bin, out->ascii);
		out_cell(out, to, buf_str(&name), cols, false, false);
		buf_clear(&name);
		buf_add_cstr(to, "  ");
		add_bar(to, bin->b, most, false, out->ascii);
		buf_add_char(to, ' ');
		add_count(to, out, bin->b, false);
		while (to->ptr[to->len - 1] == ' ')
			to->ptr[--to->len] = '\0';
		buf_add_char(to, '\n');
	}
	buf_done(&name);
}

static void bins_markdown(const struct score_hist *h, struct buf *to)
{
	buf_add_cstr(to, "\n| value | A | B |\n|---|---:|---:|\n");
	for (size_t i = 0; i < h->n_bins; i++) {
		buf_add_cstr(to, "| ");
		hist_bin_name(to, h->name.kind, &h->bins[i], false);
		buf_printf(to, " | %lld | %lld |\n", (long long)h->bins[i].a, (long long)h->bins[i].b);
	}
	buf_add_char(to, '\n');
}

static void side_text(const struct score_hist *h, const char *which, const struct hist_side *s, bool ascii,
                      struct buf *to)
{
	const struct compare_metric m = {.name = "", .kind = kind_of(h->name.kind)};
	const struct {
		const char *name;
		double value;
	} figures[] = {
	    {"mean", s->mean    },
            {"min",  s->least   },
            {"P25",  s->q1      },
	    {"P50",  s->median  },
            {"P75",  s->q3      },
            {"max",  s->greatest}
        };
	buf_add_cstr(to, which);
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		buf_printf(to, "%s %s ", i ? "," : "", figures[i].name);
		compare_figure(to, &m, figures[i].value, false, ascii);
	}
	buf_add_char(to, '\n');
}

static void moved_text(const struct score_hist *h, struct buf *to)
{
	int64_t moved = h->rose + h->fell, better = h->name.lower_is_better ? h->fell : h->rose;
	int64_t worse = h->name.lower_is_better ? h->rose : h->fell;
	buf_printf(to, "%lld of %lld paired cases moved: %lld better, %lld worse", (long long)moved,
	           (long long)h->cases, (long long)better, (long long)worse);
	if (h->only_a || h->only_b)
		buf_printf(to, "; %lld have it in A alone, %lld in B alone", (long long)h->only_a,
		           (long long)h->only_b);
	if (!IS_UNKNOWN(h->threshold))
		buf_printf(to, "; at the threshold of %g or over: %lld in A, %lld in B", h->threshold,
		           (long long)h->a.at_threshold, (long long)h->b.at_threshold);
	buf_add_cstr(to, ".\n");
}

static void hist_text(const struct score_hist *h, const struct out *out, struct buf *to)
{
	bool markdown = out->form == OUT_MARKDOWN;
	buf_add_cstr(to, markdown ? "\n**" : "\n");
	if (markdown)
		clean_markdown(to, h->name.name);
	else
		out_text(out, to, h->name.name, 0);
	buf_add_cstr(to, markdown                  ? "**\n"
	                 : h->name.lower_is_better ? ": A left, B right; lower is better\n"
	                                           : ": A left, B right\n");
	if (markdown)
		bins_markdown(h, to);
	else
		bins_text(h, out, to);
	side_text(h, "A", &h->a, out->ascii && !markdown, to);
	buf_add_cstr(to, markdown ? "\n" : "");
	side_text(h, "B", &h->b, out->ascii && !markdown, to);
	buf_add_cstr(to, markdown ? "\n" : "");
	moved_text(h, to);
}

/* ---------------------------------------------------------------- all of it */

static bool no_such_score(const struct hist_name *names, size_t n, const char *name, struct err *err)
{
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < n && i < 20; i++)
		buf_printf(&all, "%s" STR_FMT, i ? ", " : "", STR_ARG(names[i].name));
	err_set(err, ERR_NOT_FOUND, NULL, "no case has a score %.200s in both runs%s%s", name, n ? "; there are: " : "",
	        buf_cstr(&all));
	buf_done(&all);
	return false;
}

static bool each(struct db *db, const struct compare *c, const char *wanted, const struct out *out, struct buf *text,
                 struct jout *j, struct err *err)
{
	struct arena arena = ARENA_INIT;
	size_t n, printed = 0;
	struct hist_name *names = score_hist_names(c, &arena, &n);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct score_hist h;
		if (strcmp(wanted, "all") != 0 && !str_is(names[i].name, wanted))
			continue;
		ok = score_hist_make(db, c, &names[i], &h, err);
		if (ok && out->form == OUT_JSON_)
			hist_json(j, &h);
		else if (ok)
			hist_text(&h, out, text);
		score_hist_done(&h);
		printed++;
	}
	if (ok && !printed)
		ok = no_such_score(names, n, wanted, err);
	arena_done(&arena);
	return ok;
}

static void run_line(const struct out *out, const char *which, const struct run_row *r, struct buf *to)
{
	struct buf raw = BUF_INIT;
	buf_printf(&raw, "%s ", which);
	compare_run_name(&raw, r, out->now_ns);
	if (out->form == OUT_MARKDOWN)
		clean_markdown(to, buf_str(&raw));
	else
		out_text(out, to, buf_str(&raw), 0);
	buf_add_cstr(to, out->form == OUT_MARKDOWN ? "  \n" : "\n");
	buf_done(&raw);
}

bool histogram_print(struct db *db, int64_t a, int64_t b, const char *name, const struct out *out, struct err *err)
{
	static const struct compare_opts rows = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	struct compare c;
	struct buf text = BUF_INIT;
	struct jout j;
	jout_init(&j, &text, false);
	bool ok = compare_runs(db, a, b, &rows, &c, err);
	if (ok && c.refused.len)
		ok = err_set(err, ERR_NO_DATA, NULL, STR_FMT, STR_ARG(c.refused));
	if (ok && out->form == OUT_JSON_) {
		jout_object(&j, NULL);
		side_run_json(&j, "a", &c.a);
		side_run_json(&j, "b", &c.b);
		jout_array(&j, "histograms");
	} else if (ok) {
		run_line(out, "A", &c.a, &text);
		run_line(out, "B", &c.b, &text);
	}
	ok = ok && each(db, &c, name, out, &text, &j, err);
	if (ok && out->form == OUT_JSON_) {
		jout_end(&j);
		jout_end(&j);
		buf_add_char(&text, '\n');
	}
	ok = ok && out_flush(&text, err);
	buf_done(&text);
	compare_done(&c);
	return ok;
}
