/* Trends in words, and datasets by what a person calls them. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "store/base/text.h"
#include "store/query/trend.h"

static void add_date(struct buf *out, int64_t ns, bool year)
{
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm t;
	if (!units_local(ns, &t))
		return;
	buf_printf(out, "%d %s", t.tm_mday, months[t.tm_mon]);
	if (year)
		buf_printf(out, " %d", t.tm_year + 1900);
}

static bool same_year(int64_t a, int64_t b)
{
	struct tm x, y;
	return units_local(a, &x) && units_local(b, &y) && x.tm_year == y.tm_year;
}

void trend_short(struct buf *out, const struct trend_series *s, const struct trend_metric *m, int64_t now_ns,
                 bool brief)
{
	size_t since = m->last == TREND_NOWHERE ? TREND_NOWHERE : m->at[m->last].since;
	if (since == TREND_NOWHERE)
		return;
	if (!m->is_rate)
		buf_printf(out, STR_FMT " ", STR_ARG(m->name));
	bool fell = m->at[since].side < 0;
	if (brief)
		buf_add_cstr(out, fell ? "fell since " : "rose since ");
	else
		buf_add_cstr(out, fell ? "fell below its band since " : "rose above its band since ");
	add_date(out, s->runs[since].created_ns, !same_year(s->runs[since].created_ns, now_ns));
	if (s->runs[since].changed) {
		buf_add_cstr(out, " (");
		trend_changed_print(out, s->runs[since].changed);
		buf_add_cstr(out, " changed)");
	}
}

void trend_figure_print(struct buf *out, const struct trend_metric *m, double value)
{
	if (m->is_rate)
		units_percent(out, value);
	else
		units_score(out, value);
}

const char *trend_place(const struct trend_metric *m, size_t i)
{
	const struct trend_figure *f = i == TREND_NOWHERE ? NULL : &m->at[i];
	if (!f || IS_UNKNOWN(f->value) || IS_UNKNOWN(f->drift.band.low))
		return NULL;
	if (f->side)
		return f->side < 0 ? "below" : "above";
	int side = trend_side(m, i);
	return side == 0 ? "inside" : side < 0 ? "still below" : "still above";
}

/* The scale of a picture of the runs from `first` on. */
static void span_of(const struct trend_series *s, const struct trend_metric *m, size_t first, double *low, double *high)
{
	*low = *high = UNKNOWN_DOUBLE;
	for (size_t i = first; i < s->n; i++) {
		*low = fmin(*low, m->at[i].value);
		*high = fmax(*high, m->at[i].value);
	}
	double least = m->is_rate ? 0.2 : 0.2 * fmax(fabs(*low), fabs(*high)), lacks = least - (*high - *low);
	if (lacks <= 0)
		return;
	*low -= lacks / 2;
	*high += lacks / 2;
}

size_t trend_spark(struct buf *out, const struct trend_series *s, const struct trend_metric *m, size_t most, bool ascii,
                   size_t *mark)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const letters[] = {".", ".", ":", ":", "+", "+", "#", "#"};
	size_t first = s->n, values = 0, cols = 0, begin = m->last == TREND_NOWHERE ? m->last : m->at[m->last].since;
	while (first > 0 && values < most)
		values += IS_UNKNOWN(m->at[--first].value) ? 0 : 1;
	double low, high;
	span_of(s, m, first, &low, &high);
	if (mark)
		*mark = begin != TREND_NOWHERE && begin < first ? 0 : TREND_NOWHERE;
	for (size_t i = first; i < s->n; i++) {
		const struct trend_figure *f = &m->at[i];
		if (IS_UNKNOWN(f->value))
			continue;
		if (mark && i == begin)
			*mark = cols;
		if (f->since == i) {
			buf_add_cstr(out, f->side < 0 ? (ascii ? "v" : "▼") : ascii ? "^" : "▲");
			cols++;
		}
		int level = high > low ? (int)(8 * (f->value - low) / (high - low)) : 4;
		buf_add_cstr(out, (ascii ? letters : blocks)[level > 7 ? 7 : level < 0 ? 0 : level]);
		cols++;
	}
	return cols;
}

void trend_changed_print(struct buf *out, unsigned changed)
{
	if (changed & TREND_MODEL)
		buf_add_cstr(out, "model");
	if (changed & TREND_PROMPT)
		buf_add_cstr(out, changed & TREND_MODEL ? ", prompt" : "prompt");
}

static void add_band(struct buf *out, const struct trend_metric *m, const struct drift *d)
{
	buf_add_cstr(out, " (");
	trend_figure_print(out, m, d->band.low);
	buf_add_cstr(out, " to ");
	trend_figure_print(out, m, d->band.high);
	buf_printf(out, ", from the %zu %s before)", d->k, d->k == 1 ? "run" : "runs");
}

/* The newest run has left its band, or is inside the one that the runs which left have made wider, or was never outside. */
void trend_answer(struct buf *out, const struct trend_series *s, const struct trend_metric *m)
{
	if (m->last == TREND_NOWHERE) {
		buf_printf(out, STR_FMT ": no run has a figure", STR_ARG(m->name));
		return;
	}
	const struct trend_figure *f = &m->at[m->last];
	buf_printf(out, STR_FMT ": the newest run (", STR_ARG(m->name));
	trend_figure_print(out, m, f->value);
	if (f->since == TREND_NOWHERE) {
		if (IS_UNKNOWN(f->drift.band.low)) {
			buf_printf(out, ") has no band yet: %zu earlier %s, %s", f->drift.k,
			           f->drift.k == 1 ? "run" : "runs",
			           f->drift.k < 3 ? "3 are needed" : "all with the same mean");
			return;
		}
		buf_add_cstr(out, ") is inside its band");
		add_band(out, m, &f->drift);
		return;
	}
	const struct trend_figure *first = &m->at[f->since];
	bool fell = first->side < 0;
	if (f->since == m->last) {
		buf_printf(out, ") %s its band", fell ? "fell below" : "rose above");
		add_band(out, m, &f->drift);
	} else if (f->side) {
		buf_printf(out, ") is %s its band", fell ? "below" : "above");
		add_band(out, m, &f->drift);
	} else {
		buf_printf(out, ") is still %s the band it left", fell ? "below" : "above");
		add_band(out, m, &first->drift);
	}
	buf_add_cstr(out, ", drifting since ");
	add_date(out, s->runs[f->since].created_ns, true);
	if (s->runs[f->since].changed) {
		buf_add_cstr(out, ", where the ");
		unsigned changed = s->runs[f->since].changed;
		buf_add_cstr(out, changed == TREND_MODEL    ? "model"
		                  : changed == TREND_PROMPT ? "prompt"
		                                            : "model and the prompt");
		buf_add_cstr(out, " changed");
	}
}

static void ambiguous(const struct str *found, size_t n, size_t total, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s" STR_FMT, i ? ", " : "", STR_ARG(str_cut(found[i], 0, 60)));
	buf_add_cstr(out, total > n ? ", …" : "");
}

bool trend_find_dataset(struct db *db, struct str name, struct arena *arena, struct str *dataset, struct err *err)
{
	enum { NAMED = 5 };
	struct str found[NAMED], exact = STR_NONE;
	size_t total = 0;
	struct stmt *s = db_query(db,
	                          "SELECT text FROM word WHERE text <> '' AND id IN (SELECT DISTINCT dataset FROM run)"
	                          " ORDER BY text",
	                          err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str text = col_str(s, 0);
		if (str_eq(text, name))
			exact = arena_str(arena, text);
		else if (name.len && text_find(text, name, 0, true) != SIZE_MAX && total++ < NAMED)
			found[total - 1] = arena_str(arena, text);
	}
	stmt_end(s);
	if (step != STEP_DONE)
		return false;
	if (exact.ptr || total == 1) {
		*dataset = exact.ptr ? exact : found[0];
		return true;
	}
	if (!total)
		return err_set(err, ERR_NOT_FOUND, NULL, "no run is of a dataset called \"" STR_FMT "\"",
		               STR_ARG(str_cut(name, 0, 80)));
	struct buf names = BUF_INIT;
	ambiguous(found, total < NAMED ? total : NAMED, total, &names);
	err_set(err, ERR_USAGE, NULL, "\"" STR_FMT "\" could be %zu datasets: %s", STR_ARG(str_cut(name, 0, 80)), total,
	        buf_cstr(&names));
	buf_done(&names);
	return false;
}
