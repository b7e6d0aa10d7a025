/* spoor stats: figures over many traces, by what they and their spans are. */
#include "store/query/stats.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/units.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"

enum { TOP_ROWS = 10, ROLL_WAIT_MS = 200 };
#define DEFAULT_SECTIONS (STATS_BIT(STATS_KIND) | STATS_BIT(STATS_MODEL) | STATS_BIT(STATS_TOOL))

static const struct option_row stats_options[] = {
    {"by",           'b', OPTION_TEXT, "GROUP,…",
     "kind, model, tool, step, prompt, provider; of whole traces: name, service, session, user, hour, day; document; "
     "all"},
    {"times",   't', OPTION_NUMBER, "N", "what it would cost at N times the volume"},
    {"spans",          0, OPTION_INT, "N", "read the newest traces until N spans were read (all of them)"},
    {"documents",        0, OPTION_INT, "N", "read the documents of the newest N traces with an outcome (5000; 0: of all)"},
    LIST_OPTIONS,
    {.name = NULL},
};

struct report {
	struct list_opts opts;
	struct stats stats;
	unsigned sections;
	bool chosen; /* --by: all rows of these */
	double times;
	struct buf out;
};

static const struct column *columns_of(enum stats_by by)
{
	if (by == STATS_DOCUMENT)
		return stats_document_columns;
	if (by == STATS_CHECK)
		return stats_check_columns;
	if (by == STATS_TOOL)
		return stats_tool_columns;
	return stats_by_is_of_spans(by) ? stats_span_columns : stats_trace_columns;
}

struct rows {
	void *at;
	size_t n, size_bytes;
};

static struct rows rows_of(struct report *r, enum stats_by by)
{
	struct stats_section *s = &r->stats.sections[by];
	if (by == STATS_DOCUMENT)
		return (struct rows){r->stats.documents, r->stats.n_documents, sizeof *r->stats.documents};
	return (struct rows){s->rows, s->n, sizeof *s->rows};
}

/* ---------------------------------------------------------------- the command line */

static bool read_sections(const struct command_line *line, struct report *r, struct err *err)
{
	struct str rest = str_of(cmd_option(line, "by")), word;
	r->chosen = rest.ptr != NULL;
	r->sections = r->chosen                                                       ? 0
	              : r->opts.out.form == OUT_TEXT || r->opts.out.form == OUT_JSON_ ? DEFAULT_SECTIONS
	                                                                              : STATS_BIT(STATS_KIND);
	while (rest.len) {
		size_t comma = str_find_char(rest, ',');
		enum stats_by by;
		word = str_trim(str_cut(rest, 0, comma));
		rest = comma == SIZE_MAX ? STR_NONE : str_from(rest, comma + 1);
		if (str_is(word, "all")) {
			r->sections = STATS_BIT(N_STATS_BY) - 1;
			continue;
		}
		if (!stats_by_named(word, &by)) {
			struct near near = {.word = word};
			struct buf all = BUF_INIT, said = BUF_INIT;
			for (int i = 0; i < N_STATS_BY; i++) {
				near_try(&near, stats_by_name((enum stats_by)i));
				buf_printf(&all, " %s", stats_by_name((enum stats_by)i));
			}
			near_say(&near, &said);
			err_set(err, ERR_USAGE, NULL, "--by: there is no \"" STR_FMT "\"%s; there are%s, all",
			        STR_ARG(str_cut(word, 0, 40)), buf_cstr(&said), buf_cstr(&all));
			buf_done(&all);
			buf_done(&said);
			return false;
		}
		r->sections |= STATS_BIT(by);
	}
	bool table = r->opts.out.form == OUT_CSV || r->opts.out.form == OUT_MARKDOWN;
	if (table && (r->sections & (r->sections - 1)))
		return err_set(err, ERR_USAGE, NULL, "a table is of one kind of row: --by one thing");
	return true;
}

static bool read_times(const struct command_line *line, double *times, struct err *err)
{
	const char *text = cmd_option(line, "times");
	char *end;
	*times = 1;
	if (!text)
		return true;
	*times = strtod(text, &end);
	if (end == text || *end || !(*times > 0) || *times > 1e9)
		return err_set(err, ERR_USAGE, NULL, "--times takes a number above 0, not %.40s", text);
	return true;
}

/* ---------------------------------------------------------------- text */

static void add_duration(struct report *r, const char *name, int64_t ns)
{
	buf_printf(&r->out, "  %s ", name);
	if (ns == UNKNOWN_INT)
		buf_add_cstr(&r->out, "(too few)");
	else
		units_duration(&r->out, ns, r->opts.out.ascii);
}

static void add_cost(struct buf *out, double usd, bool estimated)
{
	(estimated ? units_usd_about : units_usd)(out, usd);
}

static void print_projection(struct report *r)
{
	struct stats_projection p = stats_project(&r->stats.head, r->times);
	struct buf *out = &r->out;
	bool about = r->stats.head.figures.cost_estimated;
	if (IS_UNKNOWN(p.per_day)) {
		if (r->times != 1)
			buf_add_cstr(out, "no projection: it takes a cost, and traces over an hour or more\n");
		return;
	}
	if (r->times == 1)
		buf_add_cstr(out, "at this volume: ");
	else
		buf_printf(out, "at %g times the volume: ", p.times);
	add_cost(out, p.per_day, about);
	buf_add_cstr(out, " a day, ");
	add_cost(out, p.per_month, about);
	buf_add_cstr(out, " in 30 days");
	if (!IS_UNKNOWN(p.month_low)) {
		buf_add_cstr(out, " (95% ");
		add_cost(out, p.month_low, false);
		buf_add_cstr(out, " to ");
		add_cost(out, p.month_high, false);
		buf_add_char(out, ')');
	}
	buf_add_cstr(out,
	             p.short_period ? ", a rough guess: if it goes on as in these " : ", if it goes on as in these ");
	units_duration(out, p.period_ns, r->opts.out.ascii);
	buf_printf(out, " (%.4g traces a day)\n", p.traces_per_day);
	if (r->times != 1)
		buf_add_cstr(out, "(linear: tiers, caching and price changes are not known)\n");
}

static void print_head(struct report *r)
{
	const struct stats *s = &r->stats;
	const struct stats_figures *f = &s->head.figures;
	struct buf *out = &r->out;
	units_time_full(out, s->head.from_ns);
	buf_add_cstr(out, " to ");
	units_time_full(out, s->head.to_ns);
	buf_add_cstr(out, "\ntraces ");
	units_thousands(out, f->n);
	buf_add_cstr(out, ", with errors ");
	units_thousands(out, f->errors);
	if (f->n) {
		buf_add_cstr(out, " = ");
		units_percent(out, f->error_rate);
		buf_add_cstr(out, " (95% ");
		units_percent(out, f->error_low);
		buf_add_cstr(out, " to ");
		units_percent(out, f->error_high);
		buf_add_char(out, ')');
	}
	buf_add_cstr(out, "\nspans ");
	units_thousands(out, s->spans);
	buf_add_cstr(out, "\nduration");
	add_duration(r, "P50", f->p50_ns);
	add_duration(r, "P95", f->p95_ns);
	add_duration(r, "P99", f->p99_ns);
	buf_add_cstr(out, "  n ");
	units_thousands(out, f->timed);
	buf_add_cstr(out, "\ntokens ");
	out_tokens(out, f->tokens_in, f->tokens_out);
	if (f->tokens_cached != UNKNOWN_INT) {
		buf_add_cstr(out, ", cached ");
		units_count(out, f->tokens_cached);
	}
	if (f->tokens_reasoning != UNKNOWN_INT) {
		buf_add_cstr(out, ", reasoning ");
		units_count(out, f->tokens_reasoning);
	}
	buf_add_cstr(out, "\ncost ");
	add_cost(out, f->cost_usd, f->cost_estimated);
	buf_add_cstr(out, " in ");
	units_thousands(out, s->head.costed);
	buf_add_cstr(out, s->head.costed == 1 ? " trace" : " traces");
	if (s->head.costed && s->head.costed < f->n) {
		buf_add_cstr(out, "; ");
		units_thousands(out, f->n - s->head.costed);
		buf_add_cstr(out, " without one, below taken at the mean");
	}
	buf_add_char(out, '\n');
	print_projection(r);
}

static void print_note(struct report *r, enum stats_by by)
{
	const struct stats *s = &r->stats;
	struct buf *out = &r->out;
	if (by == STATS_DOCUMENT) {
		buf_add_cstr(out, "of ");
		units_thousands(out, s->documents_read);
		buf_add_cstr(out, s->documents_read < s->outcomes ? " (the newest of " : " traces with an outcome, ");
		if (s->documents_read < s->outcomes) {
			units_thousands(out, s->outcomes);
			buf_add_cstr(out, ") traces with an outcome, ");
		}
		units_thousands(out, s->bad);
		buf_add_cstr(out, " bad; presence is no cause, it says where to look first\n");
	} else if (by == STATS_CHECK && s->checked < s->traces) {
		buf_add_cstr(out, "of ");
		units_thousands(out, s->checked);
		buf_add_cstr(out, " of ");
		units_thousands(out, s->traces);
		buf_add_cstr(out, " traces (spoor checks looks at the others)\n");
	} else if (stats_by_is_of_spans(by) && s->traces_read < s->traces) {
		buf_add_cstr(out, s->rolled_up ? "of " : "of the newest ");
		units_thousands(out, s->traces_read);
		buf_add_cstr(out, " of ");
		units_thousands(out, s->traces);
		buf_add_cstr(out, " traces (--spans)\n");
	}
}

static bool sort_known(struct report *r, enum stats_by by, struct err *err)
{
	if (!r->opts.sort)
		return true;
	for (const struct column *c = columns_of(by); c->name; c++)
		if (strcmp(c->name, r->opts.sort->name) == 0) {
			r->opts.sort = c;
			return true;
		}
	return err_set(err, ERR_USAGE, NULL, "by %s there is no column %s to sort by", stats_by_name(by),
	               r->opts.sort->name);
}

static bool print_section(struct report *r, enum stats_by by, struct err *err)
{
	struct rows rows = rows_of(r, by);
	size_t first = 0, n = rows.n;
	struct list_opts opts = r->opts;
	if (!sort_known(r, by, err))
		return false;
	opts.sort = r->opts.sort;
	if (!r->chosen && opts.limit < 0 && opts.out.form == OUT_TEXT) /* an overview */
		opts.limit = TOP_ROWS;
	list_sort(&opts, rows.at, rows.n, rows.size_bytes, &first, &n);
	if (opts.out.form == OUT_TEXT) {
		buf_printf(&r->out, "\nby %s", stats_by_name(by));
		if (n < rows.n)
			buf_printf(&r->out, ", %zu of %zu", n, rows.n);
		buf_add_cstr(&r->out, n ? "\n" : ": nothing\n");
		print_note(r, by);
	}
	if (n == 0 && opts.out.form == OUT_TEXT)
		return true;
	return out_table(&opts.out, &r->out, columns_of(by), (char *)rows.at + first * rows.size_bytes, n,
	                 rows.size_bytes, err);
}

static bool print_text(struct report *r, struct err *err)
{
	bool ok = true;
	if (r->opts.out.form == OUT_TEXT) {
		struct buf raw = BUF_INIT;
		print_head(r);
		raw = r->out;
		r->out = (struct buf){.ptr = NULL};
		clean_print(&r->out, buf_str(&raw), true, r->opts.out.ascii);
		buf_done(&raw);
	}
	for (int by = 0; ok && by < N_STATS_BY; by++)
		if (r->sections & STATS_BIT(by))
			ok = print_section(r, (enum stats_by)by, err);
	return ok && out_flush(&r->out, err);
}

/* ---------------------------------------------------------------- JSON */

static void head_json(struct report *r, struct jout *j)
{
	const struct stats *s = &r->stats;
	const struct stats_figures *f = &s->head.figures;
	struct stats_projection p = stats_project(&s->head, r->times);
	jout_time(j, "from", s->head.from_ns);
	jout_time(j, "to", s->head.to_ns);
	jout_int(j, "traces", f->n);
	jout_int(j, "errors", f->errors);
	jout_double(j, "error_rate", f->error_rate);
	jout_double(j, "error_low", f->error_low);
	jout_double(j, "error_high", f->error_high);
	jout_int(j, "spans", s->spans);
	jout_int(j, "timed", f->timed);
	jout_int(j, "p50_ns", f->p50_ns);
	jout_int(j, "p95_ns", f->p95_ns);
	jout_int(j, "p99_ns", f->p99_ns);
	jout_int(j, "tokens_in", f->tokens_in);
	jout_int(j, "tokens_out", f->tokens_out);
	jout_int(j, "tokens_cached", f->tokens_cached);
	jout_int(j, "tokens_reasoning", f->tokens_reasoning);
	jout_double(j, "cost_usd", f->cost_usd);
	jout_bool(j, "cost_estimated", f->cost_estimated);
	jout_int(j, "costed", s->head.costed);
	jout_object(j, "projection");
	jout_double(j, "times", p.times);
	jout_double(j, "days", p.days);
	jout_double(j, "traces_per_day", p.traces_per_day);
	jout_double(j, "usd_per_day", p.per_day);
	jout_double(j, "usd_per_30_days", p.per_month);
	jout_double(j, "low", p.month_low);
	jout_double(j, "high", p.month_high);
	jout_end(j);
	jout_int(j, "traces_read", s->traces_read);
	jout_int(j, "spans_read", s->spans_read);
	if (r->sections & STATS_BIT(STATS_DOCUMENT)) {
		jout_int(j, "outcomes", s->outcomes);
		jout_int(j, "bad_outcomes", s->bad);
		jout_int(j, "documents_read", s->documents_read);
	}
}

static bool print_json(struct report *r, struct err *err)
{
	struct jout j;
	bool ok = true;
	jout_init(&j, &r->out, false);
	jout_object(&j, NULL);
	head_json(r, &j);
	jout_object(&j, "by");
	for (int by = 0; ok && by < N_STATS_BY; by++) {
		if (!(r->sections & STATS_BIT(by)))
			continue;
		struct rows rows = rows_of(r, (enum stats_by)by);
		size_t first, n;
		ok = sort_known(r, (enum stats_by)by, err);
		list_sort(&r->opts, rows.at, rows.n, rows.size_bytes, &first, &n);
		jout_array(&j, stats_by_name((enum stats_by)by));
		for (size_t i = first; ok && i < first + n; i++) {
			jout_object(&j, NULL);
			out_members(&j, columns_of((enum stats_by)by), (char *)rows.at + i * rows.size_bytes);
			jout_end(&j);
			ok = out_stream(&r->out, err);
		}
		jout_end(&j);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&r->out, '\n');
	return ok && out_flush(&r->out, err);
}

/* ---------------------------------------------------------------- */

/* Sums that are not kept yet are made first, for this answer and those after it. A store that cannot be written, or is being written by
 * others, is read as it is. */
static void roll(const struct report *r, const char *path)
{
	struct err ignored = ERR_INIT;
	if (!(r->sections & STATS_OF_SPANS) || !filter_is_empty(r->opts.filter))
		return;
	struct db *db = db_open(path, DB_WRITE, &ignored);
	if (db && !db_read_only(db)) {
		db_set_wait(db, ROLL_WAIT_MS);
		stats_roll(db, NULL, &ignored);
	}
	db_close(db);
}

static bool run(const struct command_line *line, struct report *r, struct db *db, struct err *err)
{
	struct stats_query q = {.filter = r->opts.filter, .sections = r->sections};
	if (!cmd_int(line, "spans", -1, &q.spans_most, err) ||
	    !cmd_int(line, "documents", 5000, &q.documents_most, err))
		return false;
	if (q.spans_most < 0)
		roll(r, db_path(db));
	if (!db_begin_read(db, err))
		return false;
	if (q.documents_most <= 0)
		q.documents_most = -1;
	bool ok = stats_get(db, &q, &r->stats, err);
	db_end_read(db);
	return ok && (r->opts.out.form == OUT_JSON_ ? print_json(r, err) : print_text(r, err));
}

/* Which table of columns --sort is looked up in: of the first section; the others look theirs up by the same name. */
static const struct column *first_columns(const struct command_line *line)
{
	struct str by = str_of(cmd_option(line, "by"));
	enum stats_by first = STATS_KIND;
	stats_by_named(str_trim(str_cut(by, 0, str_find_char(by, ','))), &first);
	return columns_of(first);
}

static int stats_main(const struct command_line *line, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct report r = {.out = BUF_INIT, .stats.arena = ARENA_INIT};
	struct db *db = NULL;
	bool ok = list_opts(line, FILTER_TRACES, first_columns(line), &arena, &r.opts, err) &&
	          read_sections(line, &r, err) && read_times(line, &r.times, err) &&
	          (db = cmd_store(line, DB_READ, err)) != NULL && run(line, &r, db, err);
	db_close(db);
	stats_done(&r.stats);
	buf_done(&r.out);
	arena_done(&arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_stats = {
    .name = "stats",
    .operands = "",
    .help = "latency, errors, tokens, cost: over all traces",
    .more = "Percentiles that so few durations cannot tell from their maximum are left out. \"time\" of spans is what "
            "they took\n"
            "alone (self time); \"same\" counts tool calls with the arguments of an earlier one in their trace, "
            "\"retry\" calls\n"
            "after a failed one. --by document: which documents go with bad outcomes (failed scores, failed cases, "
            "verdicts).",
    .columns = stats_span_columns,
    .min_args = 0,
    .max_args = 0,
    .options = stats_options,
    .run = stats_main,
};
