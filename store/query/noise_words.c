/* The noise floor in words. */
#include <math.h>

#include "store/query/filter.h"
#include "store/query/noise_private.h"

void noise_figure(struct buf *out, const struct noise_metric *m, double figure, bool is_floor, bool ascii)
{
	if (IS_UNKNOWN(figure)) {
		buf_add_cstr(out, ascii ? "-" : "–");
		return;
	}
	if (m->yes_no) {
		units_percent(out, figure);
		return;
	}
	switch (m->kind) {
	case NOISE_LATENCY:
	case NOISE_COST: /* both as factors: the geometric standard deviation, and the floor */
		buf_printf(out, "%s%.2f", ascii ? "x" : "×", is_floor ? figure : exp(figure));
		return;
	case NOISE_PASS:
	case NOISE_SCORE:
	case NOISE_OUTPUT: break;
	}
	buf_printf(out, fabs(figure) < 1000 ? "%.3f" : "%.1f", figure);
}

void noise_behind(struct buf *out, const struct noise_metric *m)
{
	units_thousands(out, m->a.results + m->b.results);
	buf_add_cstr(out, " results of ");
	int64_t cases = m->a.cases > m->b.cases ? m->a.cases : m->b.cases;
	units_thousands(out, cases);
	buf_add_cstr(out, cases == 1 ? " case, " : " cases, ");
	units_thousands(out, m->df);
	buf_add_cstr(out, m->yes_no || m->kind == NOISE_OUTPUT ? " pairs" : " df");
	buf_add_cstr(out, m->rough ? ", rough" : "");
}

void noise_filter(struct buf *out, struct str what)
{
	buf_add_cstr(out, "noise:");
	filter_quote(out, what);
}

static void explain_flips(struct buf *out, const struct noise_metric *m)
{
	buf_add_cstr(out, "Two results of one case in one run disagree in ");
	units_percent(out, m->wobble);
	buf_printf(out, " of pairs: of %lld cases %.1f would flip between single results if nothing had changed; ",
	           (long long)m->of, m->by_chance);
	units_thousands(out, m->moved);
	buf_add_cstr(out, " did. Beyond noise is a flip where all repeats of each side agree");
	buf_add_cstr(out, m->wobble < 0.05
	                      ? ", or a single one, as fewer than 5 of 100 flip by themselves."
	                      : "; a single result is not enough, as 5 or more of 100 flip by themselves.");
}

static void explain_output(struct buf *out, const struct noise_metric *m, bool ascii)
{
	buf_add_cstr(out, "Answers of one case in one run are ");
	noise_figure(out, m, m->wobble, false, ascii);
	buf_add_cstr(
	    out, " apart in the mean (0: the same runs of three words, 1: none in common). A case's floor is its own "
	         "mean and what single pairs lie above it in 95 of 100; without repeats of its own it is ");
	noise_figure(out, m, m->floor, true, ascii);
	buf_add_char(out, '.');
}

static void explain_numbers(struct buf *out, const struct noise_metric *m, bool ascii)
{
	buf_add_cstr(out, m->kind == NOISE_SCORE ? "Repeats of one case scatter by "
	                                         : "Repeats of one case scatter by a factor of ");
	noise_figure(out, m, m->wobble, false, ascii);
	buf_add_cstr(
	    out,
	    " (standard deviation within a case and run). If nothing has changed, two single results differ by more "
	    "than ");
	noise_figure(out, m, m->floor, true, ascii);
	buf_printf(out, " in 5 of 100 cases (%lld degrees of freedom); means of repeats have to differ by less.",
	           (long long)m->df);
}

void noise_explain(struct buf *out, const struct noise_metric *m, bool ascii)
{
	if (m->yes_no)
		explain_flips(out, m);
	else if (m->kind == NOISE_OUTPUT)
		explain_output(out, m, ascii);
	else
		explain_numbers(out, m, ascii);
	if (m->rough)
		buf_add_cstr(out, " Rough: few repeats stand behind it.");
}

static bool is_rough(const struct noise *n)
{
	bool rough = false;
	for (size_t i = 0; i < n->n_metrics; i++)
		rough |= n->metrics[i].rough;
	return rough;
}

static void add_changed(struct buf *out, const struct noise *n)
{
	int64_t beyond = n->changed - n->within - n->untold;
	if (!n->changed) {
		buf_add_cstr(out, "No case has changed: there is nothing to hold against the noise.");
		return;
	}
	buf_add_cstr(out, is_rough(n) ? "Roughly, of " : "Of ");
	units_thousands(out, n->changed);
	buf_add_cstr(out, n->changed == 1 ? " changed case " : " changed cases ");
	units_thousands(out, n->within);
	buf_add_cstr(out, n->within == 1 ? " stays" : " stay");
	buf_add_cstr(out, " within what a run differs from itself, ");
	units_thousands(out, beyond);
	buf_add_cstr(out, beyond == 1 ? " exceeds it" : " exceed it");
	if (n->untold) {
		buf_add_cstr(out, ", of ");
		units_thousands(out, n->untold);
		buf_add_cstr(out, " it cannot be told");
	}
	buf_add_char(out, '.');
}

static void add_side(struct buf *out, const char *name, int64_t results, int64_t cases)
{
	buf_printf(out, "%s ", name);
	if (!cases) {
		buf_add_cstr(out, "none");
		return;
	}
	units_thousands(out, results);
	buf_add_cstr(out, " results of ");
	units_thousands(out, cases);
	buf_add_cstr(out, cases == 1 ? " case" : " cases");
}

static void add_stands_on(struct buf *out, const struct noise *n)
{
	buf_add_cstr(out, "Repeats behind it: ");
	add_side(out, "A", n->results_a, n->cases_a);
	add_side(out, ", B", n->results_b, n->cases_b);
	buf_add_char(out, '.');
	if (!n->cases_a || !n->cases_b)
		buf_printf(out, " %s is taken to wobble as %s does.", n->cases_a ? "B" : "A", n->cases_a ? "A" : "B");
	int64_t most = n->cases_a > n->cases_b ? n->cases_a : n->cases_b;
	if (most < n->paired)
		buf_add_cstr(out, " What these cases show is taken for all.");
	if (is_rough(n))
		buf_add_cstr(out, " Few repeats: rough.");
	if (n->texts_left) {
		buf_add_cstr(out, " The answers of ");
		units_thousands(out, n->texts_left);
		buf_add_cstr(out, " more cases were not read.");
	}
}

void noise_tell(struct noise *n)
{
	struct buf sentence = BUF_INIT, stands_on = BUF_INIT;
	if (n->cases_a || n->cases_b) {
		add_changed(&sentence, n);
		add_stands_on(&stands_on, n);
	} else {
		buf_add_cstr(&sentence, "No repeats: no noise floor can be told.");
		buf_add_cstr(&stands_on,
		             "No case has two results in one run. Repeat the cases of one run, three times or "
		             "more, and import it again.");
	}
	n->sentence = arena_str(&n->arena, buf_str(&sentence));
	n->stands_on = arena_str(&n->arena, buf_str(&stands_on));
	buf_done(&sentence);
	buf_done(&stands_on);
}
