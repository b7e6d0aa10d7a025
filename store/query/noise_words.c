/* The noise floor in words. */
#include <math.h>

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

static void add_changed(struct buf *out, const struct noise *n)
{
	int64_t beyond = n->changed - n->within - n->untold;
	if (!n->changed) {
		buf_add_cstr(out, "No case has changed: there is nothing to hold against the noise.");
		return;
	}
	buf_add_cstr(out, "Of ");
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
	for (size_t i = 0; i < n->n_metrics; i++)
		if (n->metrics[i].rough) {
			buf_add_cstr(out, " Rough: few repeats.");
			break;
		}
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
