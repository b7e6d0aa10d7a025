/* A comparison or a run by the values of a field: text, Markdown, --json. */
#include "tui/cmd/slices.h"

#include <math.h>
#include <string.h>

#include "store/base/clean.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/compare.h"

bool slices_asked(const struct command_line *line)
{
	return cmd_option(line, "slice") || cmd_flag(line, "fields");
}

/* ---------------------------------------------------------------- --json */

static void rate_json(struct jout *j, const char *key, const struct slice_rate *r)
{
	jout_object(j, key);
	jout_int(j, "n", (int64_t)r->n);
	jout_double(j, "passed", r->passed);
	jout_double(j, "rate", r->rate);
	jout_double(j, "low", r->low);
	jout_double(j, "high", r->high);
	jout_end(j);
}

static void counts_json(struct jout *j, const struct slice *s)
{
	jout_object(j, "counts");
	for (int i = 0; i < N_CLASSES; i++)
		jout_int(j, case_class_name((enum case_class)i), s->count[i]);
	jout_end(j);
}

static void own_metric_json(struct jout *j, const struct compare_metric *m)
{
	jout_object(j, NULL);
	jout_cstr(j, "name", m->name);
	jout_cstr(j, "kind", m->kind);
	jout_int(j, "n", (int64_t)m->result.n);
	jout_double(j, "value", m->result.a);
	jout_double(j, "low", m->result.low);
	jout_double(j, "high", m->result.high);
	jout_bool(j, "lower_is_better", m->lower_is_better);
	jout_end(j);
}

static void slice_members(struct jout *j, const struct slices *s, const struct slice *slice)
{
	jout_int(j, "cases", slice->cases);
	if (s->alone) {
		rate_json(j, "pass", &slice->a);
	} else {
		counts_json(j, slice);
		jout_int(j, "lost", slice->lost);
		jout_int(j, "won", slice->won);
		rate_json(j, "a", &slice->a);
		rate_json(j, "b", &slice->b);
		jout_int(j, "holm", slice->holm);
	}
	jout_double(j, "loss", slice->loss);
	jout_array(j, "metrics");
	for (size_t i = 0; i < slice->n_metrics; i++)
		if (s->alone)
			own_metric_json(j, &slice->metrics[i]);
		else
			compare_metric_json(j, &slice->metrics[i]);
	jout_end(j);
}

static void runs_json(struct jout *j, const struct run_row *a, const struct run_row *b, bool alone)
{
	jout_object(j, alone ? "run" : "a");
	out_members(j, run_columns, a);
	jout_end(j);
	if (alone)
		return;
	jout_object(j, "b");
	out_members(j, run_columns, b);
	jout_end(j);
}

static bool slices_json(const struct slices *s, struct buf *to, struct err *err)
{
	struct jout j;
	jout_init(&j, to, false);
	jout_object(&j, NULL);
	runs_json(&j, &s->a, &s->b, s->alone);
	if (!s->alone)
		jout_cstr(&j, "paired_by", s->by_input ? "input" : "key");
	jout_str(&j, "field", s->field);
	jout_cstr(&j, "lead", s->lead);
	jout_bool(&j, "numeric", s->numeric);
	jout_bool(&j, "bins", s->bins);
	jout_bool(&j, "several", s->several);
	jout_bool(&j, "free_text", s->free_text);
	jout_int(&j, "stated", s->stated);
	jout_int(&j, "not_stated", s->not_stated);
	jout_int(&j, "differ", s->differ);
	jout_int(&j, "more_values", s->more_values);
	jout_int(&j, "more_cases", s->more_cases);
	jout_int(&j, "unread", s->unread);
	jout_bool(&j, "cut", s->cut);
	jout_object(&j, "whole");
	slice_members(&j, s, &s->whole);
	jout_end(&j);
	jout_array(&j, "slices");
	for (size_t i = 0; i < s->n; i++) {
		jout_object(&j, NULL);
		jout_str(&j, "value", s->at[i].value);
		jout_double(&j, "least", s->at[i].bin ? s->at[i].least : UNKNOWN_DOUBLE);
		jout_double(&j, "greatest", s->at[i].bin ? s->at[i].greatest : UNKNOWN_DOUBLE);
		slice_members(&j, s, &s->at[i]);
		jout_end(&j);
		if (!out_stream(to, err))
			return false;
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(to, '\n');
	return true;
}

static void fields_json(const struct slice_fields *f, struct buf *to)
{
	struct jout j;
	jout_init(&j, to, false);
	jout_object(&j, NULL);
	jout_int(&j, "cases", f->cases);
	jout_int(&j, "unread", f->unread);
	jout_bool(&j, "cut", f->cut);
	jout_array(&j, "fields");
	for (size_t i = 0; i < f->n; i++) {
		const struct slice_field *field = &f->at[i];
		jout_object(&j, NULL);
		jout_str(&j, "name", field->name);
		jout_int(&j, "values", field->free_text ? UNKNOWN_INT : (int64_t)field->values);
		jout_int(&j, "slices", field->free_text ? 0 : (int64_t)field->slices);
		jout_int(&j, "cases", field->cases);
		jout_int(&j, "differ", field->differ);
		jout_bool(&j, "numeric", field->numeric);
		jout_bool(&j, "several", field->several);
		jout_bool(&j, "free_text", field->free_text);
		jout_bool(&j, "useful", !field->useless);
		jout_str(&j, "same_as", field->same_as);
		jout_str(&j, "examples", field->examples);
		jout_end(&j);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(to, '\n');
}

/* ---------------------------------------------------------------- a table, as text or Markdown */

enum { VALUE_COLS = 40 };

static void table_print(const struct out *out, struct out_cells *t, struct buf *to)
{
	if (out->form == OUT_MARKDOWN)
		out_cells_markdown(to, t);
	else
		out_cells_text(out, to, t);
	out_cells_done(t);
}

/* ---------------------------------------------------------------- slices for people */

static const struct out_head slice_head[] = {
    {"cases",        true,  true},
    {"A",            true,  true},
    {"B",            true,  true},
    {"B-A",          true,  true},
    {"95% interval", false, true},
    {"lost",         true,  true},
    {"won",          true,  true},
    {"p Holm",       true,  true},
    {"in words",     false, true},
};
static const struct out_head alone_head[] = {
    {"cases",        true,  true},
    {"value",        true,  true},
    {"n",            true,  true},
    {"95% interval", false, true},
};

/* Which of the metrics has this name; n_metrics: none. All slices have the same. */
static size_t metric_at(const struct slice *s, const char *name)
{
	size_t i = 0;
	while (i < s->n_metrics && strcmp(s->metrics[i].name, name) != 0)
		i++;
	return i;
}

static void value_cell(struct buf *to, struct str value)
{
	if (value.len)
		buf_add_str(to, value);
	else
		buf_add_cstr(to, "(empty)");
}

static void add_interval(struct buf *to, const struct compare_metric *m, bool difference, bool ascii)
{
	if (IS_UNKNOWN(m->result.low) && IS_UNKNOWN(m->result.high))
		return;
	compare_figure(to, m, m->result.low, difference, ascii);
	buf_add_cstr(to, " to ");
	compare_figure(to, m, m->result.high, difference, ascii);
}

static void add_slice(struct out_cells *t, const struct slice *s, struct str name, size_t metric, bool ascii)
{
	const struct compare_metric *m = &s->metrics[metric];
	value_cell(out_cells_add(t), name);
	units_thousands(out_cells_add(t), s->cases);
	compare_figure(out_cells_add(t), m, m->result.a, false, ascii);
	compare_figure(out_cells_add(t), m, m->result.b, false, ascii);
	compare_figure(out_cells_add(t), m, m->result.delta, true, ascii);
	add_interval(out_cells_add(t), m, true, ascii);
	units_thousands(out_cells_add(t), s->lost);
	units_thousands(out_cells_add(t), s->won);
	compare_p(out_cells_add(t), m->result.p_holm, ascii);
	buf_add_cstr(out_cells_add(t), compare_words(m));
}

static void add_alone(struct out_cells *t, const struct slice *s, struct str name, size_t metric, bool ascii)
{
	const struct compare_metric *m = &s->metrics[metric];
	value_cell(out_cells_add(t), name);
	units_thousands(out_cells_add(t), s->cases);
	compare_figure(out_cells_add(t), m, m->result.a, false, ascii);
	units_thousands(out_cells_add(t), (int64_t)m->result.n);
	add_interval(out_cells_add(t), m, false, ascii);
}

/* What is not in the table, and what to think of it. */
static void add_notes(const struct slices *s, struct buf *to)
{
	if (s->free_text)
		buf_add_cstr(to, "Its values are too many or too long to slice by.\n");
	if (s->bins)
		buf_add_cstr(to, "Numbers with more than 12 values: cut at the quartiles of the cases.\n");
	if (s->several)
		buf_add_cstr(to, "A case with several values is in the slice of each.\n");
	if (s->not_stated)
		buf_printf(to, "%lld %s not state it.\n", (long long)s->not_stated,
		           s->not_stated == 1 ? "case does" : "cases do");
	if (s->differ)
		buf_printf(to, "%lld %s stated differently, by the sides or by repeats: in no slice.\n",
		           (long long)s->differ, s->differ == 1 ? "case is" : "cases are");
	if (s->more_values)
		buf_printf(to, "and %lld more values, of %lld cases: the %d of most cases are shown.\n",
		           (long long)s->more_values, (long long)s->more_cases, SLICES_MOST);
	if (s->unread)
		buf_printf(to, "%lld results could not be read again: what they state is not known.\n",
		           (long long)s->unread);
	if (s->cut)
		buf_add_cstr(to, "There were more fields or values than are told apart.\n");
	if (!s->alone && s->n > 1)
		buf_printf(to,
		           "Each slice is corrected for itself (Holm): of %zu slices without a change about %.1f"
		           " would look changed.\n",
		           s->n, 0.05 * (double)s->n);
}

static void run_line(const struct out *out, const char *which, const struct run_row *r, struct buf *to)
{
	struct buf raw = BUF_INIT;
	buf_printf(&raw, "%s ", which);
	compare_run_name(&raw, r, out->now_ns);
	if (out->form == OUT_MARKDOWN) {
		clean_markdown(to, buf_str(&raw));
		buf_add_cstr(to, "  ");
	} else {
		out_text(out, to, buf_str(&raw), 0);
	}
	buf_add_char(to, '\n');
	buf_done(&raw);
}

static void title_text(const struct out *out, struct buf *to, struct str name, int cols)
{
	if (out->form == OUT_MARKDOWN)
		clean_markdown(to, name);
	else
		out_text(out, to, name, cols);
}

static bool slices_text(const struct slices *s, const char *metric, const struct out *out, struct buf *to,
                        struct err *err)
{
	const char *name = metric ? metric : s->lead;
	size_t at = metric_at(&s->whole, name);
	if (at == s->whole.n_metrics)
		return err_set(err, ERR_USAGE, NULL, "no metric is called %.200s: see the names in --json", name);
	struct out_head head[OUT_CELLS_MOST];
	struct buf field = BUF_INIT, shown = BUF_INIT; /* fields and scores are called what the file calls them */
	title_text(out, &field, s->field, VALUE_COLS);
	title_text(out, &shown, str_of(name), s->alone ? VALUE_COLS : 0);
	head[0] = (struct out_head){buf_cstr(&field), false, false};
	int n =
	    s->alone ? (int)(sizeof alone_head / sizeof *alone_head) : (int)(sizeof slice_head / sizeof *slice_head);
	memcpy(head + 1, s->alone ? alone_head : slice_head, (size_t)n * sizeof *head);
	if (s->alone)
		head[2].title = buf_cstr(&shown);
	struct out_cells t = {.head = head, .n = n + 1, .first_cols = VALUE_COLS};
	void (*add)(struct out_cells *, const struct slice *, struct str, size_t, bool) =
	    s->alone ? add_alone : add_slice;
	run_line(out, s->alone ? "run" : "A", &s->a, to);
	if (!s->alone)
		run_line(out, "B", &s->b, to);
	if (!s->alone)
		buf_printf(to, "\n%s:\n\n", buf_cstr(&shown));
	else
		buf_add_char(to, '\n');
	for (size_t i = 0; i < s->n; i++)
		add(&t, &s->at[i], s->at[i].value, at, out->ascii);
	add(&t, &s->whole, STR_LIT("all cases"), at, out->ascii);
	table_print(out, &t, to);
	if (out->form == OUT_MARKDOWN)
		buf_add_char(to, '\n');
	add_notes(s, to);
	buf_done(&shown);
	buf_done(&field);
	return true;
}

/* ---------------------------------------------------------------- the fields for people */

static const struct out_head field_head[] = {
    {"field",  false, false},
    {"slices", true,  true },
    {"cases",  true,  true },
    {"values", false, false},
};

static void fields_text(const struct slice_fields *f, const struct out *out, struct buf *to)
{
	struct out_cells t = {.head = field_head, .n = 4, .first_cols = VALUE_COLS};
	for (size_t i = 0; i < f->useful; i++) {
		const struct slice_field *field = &f->at[i];
		buf_add_str(out_cells_add(&t), field->name);
		units_thousands(out_cells_add(&t), (int64_t)field->slices);
		units_thousands(out_cells_add(&t), field->cases);
		buf_add_str(out_cells_add(&t), field->examples);
	}
	table_print(out, &t, to);
	if (out->form == OUT_MARKDOWN)
		buf_add_char(to, '\n');
	if (f->n > f->useful)
		buf_printf(to,
		           "%zu more cut nothing: one value for all, too few cases a value, free text, or the same"
		           " cut under a longer name (--json has them).\n",
		           f->n - f->useful);
	if (!f->n)
		buf_add_cstr(to, "No case has metadata.\n");
	if (f->unread)
		buf_printf(to, "%lld results could not be read again.\n", (long long)f->unread);
}

/* ---------------------------------------------------------------- both */

static bool print_slices(struct db *db, int64_t a, int64_t b, const struct command_line *line,
                         const struct compare_opts *opts, const struct out *out, struct buf *text, struct err *err)
{
	struct slices_opts how = {.compare = *opts};
	struct slices s;
	how.compare.rows_only = false;
	bool ok = slices_of(db, a, b, str_of(cmd_option(line, "slice")), &how, &s, err);
	if (ok && s.refused.len)
		ok = err_set(err, ERR_NO_DATA, NULL, STR_FMT, STR_ARG(s.refused));
	else if (ok && out->form == OUT_JSON_)
		ok = slices_json(&s, text, err);
	else if (ok)
		ok = slices_text(&s, cmd_option(line, "metric"), out, text, err);
	slices_done(&s);
	return ok;
}

static bool print_fields(struct db *db, int64_t a, int64_t b, const struct out *out, struct buf *text, struct err *err)
{
	struct slice_fields f;
	bool ok = slices_fields(db, a, b, &f, err);
	if (ok && out->form == OUT_JSON_)
		fields_json(&f, text);
	else if (ok)
		fields_text(&f, out, text);
	slice_fields_done(&f);
	return ok;
}

bool slices_print(struct db *db, int64_t a, int64_t b, const struct command_line *line, const struct compare_opts *opts,
                  const struct out *out, struct err *err)
{
	struct buf text = BUF_INIT;
	bool ok = cmd_option(line, "slice") ? print_slices(db, a, b, line, opts, out, &text, err)
	                                    : print_fields(db, a, b, out, &text, err);
	ok = ok && out_flush(&text, err);
	buf_done(&text);
	return ok;
}
