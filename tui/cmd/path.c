/* spoor path: the critical path of a trace and what would shorten it; without a trace whose it is over all, or over those of --where. */
#include "store/query/path.h"

#include "store/base/clean.h"
#include "tui/cmd/cmds.h"

enum { NAME_COLS = 34, BAR_COLS = 24, STEPS_SHOWN = 100, ROWS_SHOWN = 30 };

/* clang-format off */
static const struct option_row path_options[] = {
	{"where", 'w', OPTION_TEXT, "FILTER", "without TRACE: only traces that match (spoor help filter)"},
	{"limit", 'n', OPTION_INT, "N", "at most N stretches of the path, N rows of each table"},
	{.name = NULL},
};
/* clang-format on */

struct printing {
	struct out out;
	struct buf text;
	int64_t limit; /* -1: all */
};

static size_t shown(const struct printing *p, size_t n, size_t otherwise)
{
	size_t most = p->limit >= 0 ? (size_t)p->limit : p->out.terminal ? otherwise : n;
	return n < most ? n : most;
}

static void left_out(struct printing *p, size_t n, size_t shown)
{
	if (n <= shown)
		return;
	buf_add_cstr(&p->text, "  and ");
	units_thousands(&p->text, (int64_t)(n - shown));
	buf_add_cstr(&p->text, " more (--limit N)\n");
}

static void cell(struct printing *p, const struct buf *raw, int cols, bool right)
{
	out_cell(&p->out, &p->text, buf_str(raw), cols, right, false);
}

static void duration(struct printing *p, int64_t ns, int cols)
{
	struct buf raw = BUF_INIT;
	units_duration(&raw, ns, p->out.ascii);
	cell(p, &raw, cols, true);
	buf_done(&raw);
}

static void percent(struct printing *p, double share, int cols)
{
	struct buf raw = BUF_INIT;
	units_percent(&raw, share);
	cell(p, &raw, cols, true);
	buf_done(&raw);
}

static void bar(struct printing *p, double share)
{
	int cols = (int)(share * BAR_COLS + 0.5);
	buf_add_cstr(&p->text, "  ");
	for (int i = 0; i < cols && i < BAR_COLS; i++)
		buf_add_cstr(&p->text, p->out.ascii ? "=" : "━");
}

/* Blanks at the end of a line are nobody's. */
static void end_line(struct printing *p)
{
	while (p->text.len && p->text.ptr[p->text.len - 1] == ' ')
		p->text.ptr[--p->text.len] = '\0';
	buf_add_char(&p->text, '\n');
}

static void share_name(struct printing *p, const struct path_share *s, bool kind)
{
	struct buf raw = BUF_INIT;
	if (s->no_span)
		buf_add_cstr(&raw, "(no span)");
	else if (s->no_model)
		buf_add_cstr(&raw, "(no model)");
	else {
		if (kind)
			buf_printf(&raw, "%-5s ", kind_short(s->kind));
		buf_add_str(&raw, s->name.len ? s->name : STR_LIT("(no name)"));
	}
	out_cell(&p->out, &p->text, buf_str(&raw), NAME_COLS, false, p->out.terminal);
	buf_done(&raw);
}

static void print_shares(struct printing *p, const char *title, const struct path_shares *all, bool kind)
{
	size_t n = shown(p, all->n, ROWS_SHOWN);
	buf_printf(&p->text, "\n%-34s    time   share  spans\n", title);
	for (size_t i = 0; i < n; i++) {
		const struct path_share *s = &all->at[i];
		share_name(p, s, kind);
		duration(p, s->ns, 8);
		percent(p, s->share, 8);
		buf_printf(&p->text, "%7lld", (long long)s->spans);
		bar(p, s->share);
		end_line(p);
	}
	left_out(p, all->n, n);
}

static void print_hints(struct printing *p, const struct path_report *r)
{
	if (!r->played) {
		buf_add_cstr(&p->text, "\nwhat if: not played, the trace has more than ");
		units_thousands(&p->text, PATH_WHATIF_SPANS);
		buf_add_cstr(&p->text, " spans\n");
		return;
	}
	if (r->masked.len) {
		buf_add_char(&p->text, '\n');
		out_text(&p->out, &p->text, r->masked, 0);
		buf_add_char(&p->text, '\n');
	}
	buf_add_cstr(&p->text, r->n_hints ? "\n   saves  would take  what if\n"
	                                  : "\nno single change saves time worth telling\n");
	for (size_t i = 0; i < r->n_hints; i++) {
		const struct path_hint *h = &r->hints[i];
		duration(p, h->saves_ns, 8);
		duration(p, h->after_ns, 12);
		buf_add_cstr(&p->text, "  ");
		out_text(&p->out, &p->text, h->title, 0);
		buf_add_cstr(&p->text, "\n                      ");
		out_text(&p->out, &p->text, h->why, 0);
		buf_add_char(&p->text, '\n');
	}
	if (r->n_hints)
		buf_add_cstr(&p->text, "\nassumed\n");
	for (size_t i = 0; r->n_hints && path_assumptions[i]; i++)
		buf_printf(&p->text, "  - %s\n", path_assumptions[i]);
}

static void print_steps(struct printing *p, const struct path_report *r)
{
	size_t n = shown(p, r->n_steps, STEPS_SHOWN);
	buf_add_cstr(&p->text, "\n      at       for   share  span\n");
	for (size_t i = 0; i < n; i++) {
		const struct path_step *s = &r->steps[i];
		duration(p, s->from_ns, 8);
		duration(p, s->to_ns - s->from_ns, 10);
		percent(p, (double)(s->to_ns - s->from_ns) / (double)r->trace.duration_ns, 8);
		buf_add_cstr(&p->text, "  ");
		if (s->no_span) {
			buf_add_cstr(&p->text, "(no span)\n");
			continue;
		}
		buf_printf(&p->text, "%-5s ", kind_short(s->kind));
		out_text(&p->out, &p->text, s->name.len ? s->name : STR_LIT("(no name)"), 0);
		if (s->model.len) {
			buf_add_cstr(&p->text, "  ");
			out_text(&p->out, &p->text, s->model, 0);
		}
		buf_add_char(&p->text, '\n');
	}
	left_out(p, r->all_steps, n);
}

static void print_report(struct printing *p, const struct path_report *r)
{
	const struct trace_row *t = &r->trace;
	out_text(&p->out, &p->text, t->name.len ? t->name : STR_LIT("(no name)"), 60);
	buf_add_cstr(&p->text, "  critical path ");
	duration(p, t->duration_ns, 0);
	buf_add_cstr(&p->text, "  ");
	units_thousands(&p->text, r->spans);
	buf_add_cstr(&p->text, " of ");
	units_thousands(&p->text, t->spans);
	buf_add_cstr(&p->text, " spans on it\nid ");
	out_text(&p->out, &p->text, t->text, 0);
	buf_add_char(&p->text, '\n');
	if (!r->all_steps) {
		buf_add_cstr(&p->text, "no path: the times of its spans are not known, or it took none\n");
		return;
	}
	print_shares(p, "kind", &r->kinds, false);
	print_shares(p, "span", &r->names, true);
	if (r->models.n > 1 || (r->models.n && !r->models.at[0].no_model))
		print_shares(p, "model", &r->models, false);
	print_hints(p, r);
	print_steps(p, r);
}

/* ---------------------------------------------------------------- --json */

static void span_id(struct jout *j, const char *key, int64_t span)
{
	char hex[17];
	snprintf(hex, sizeof hex, "%016llx", (unsigned long long)span);
	jout_cstr(j, key, hex);
}

static void share_members(struct jout *j, const struct path_share *s, bool kind)
{
	jout_str(j, "name", s->no_span || s->no_model ? STR_NONE : s->name);
	if (kind)
		jout_str(j, "kind", s->no_span ? STR_NONE : str_of(kind_name(s->kind)));
	jout_int(j, "duration_ns", s->ns);
	jout_double(j, "share", s->share);
	jout_int(j, "spans", s->spans);
}

static void json_shares(struct jout *j, const char *key, const struct path_shares *all, bool kind)
{
	jout_array(j, key);
	for (size_t i = 0; i < all->n; i++) {
		jout_object(j, NULL);
		share_members(j, &all->at[i], kind);
		jout_end(j);
	}
	jout_end(j);
}

static const char *hint_name(enum whatif_kind kind)
{
	switch (kind) {
	case WHATIF_HALF: return "twice-as-fast";
	case WHATIF_HALF_ALL: return "all-twice-as-fast";
	case WHATIF_ONCE: return "once";
	case WHATIF_BESIDE: return "at-the-same-time";
	}
	return "";
}

static void json_hint(struct jout *j, const struct path_hint *h)
{
	jout_object(j, NULL);
	jout_cstr(j, "change", hint_name(h->kind));
	jout_str(j, "title", h->title);
	jout_str(j, "evidence", h->why);
	jout_bool(j, "unsure", h->unsure);
	jout_int(j, "saves_ns", h->saves_ns);
	jout_int(j, "duration_ns", h->after_ns);
	jout_int(j, "saves_tokens", h->tokens);
	jout_double(j, "saves_usd", h->cost_usd);
	jout_array(j, "spans");
	for (size_t i = 0; i < h->n; i++)
		span_id(j, NULL, h->keys[i]);
	jout_end(j);
	jout_end(j);
}

static void json_assumptions(struct jout *j)
{
	jout_array(j, "assumed");
	for (size_t i = 0; path_assumptions[i]; i++)
		jout_cstr(j, NULL, path_assumptions[i]);
	jout_end(j);
}

static bool json_report(struct printing *p, const struct path_report *r, struct err *err)
{
	struct jout j;
	jout_init(&j, &p->text, false);
	jout_object(&j, NULL);
	jout_str(&j, "trace", r->trace.text);
	jout_str(&j, "name", r->trace.name);
	jout_int(&j, "duration_ns", r->trace.duration_ns);
	jout_int(&j, "spans", r->trace.spans);
	jout_int(&j, "spans_on_path", r->spans);
	json_shares(&j, "kinds", &r->kinds, false);
	json_shares(&j, "names", &r->names, true);
	json_shares(&j, "models", &r->models, false);
	jout_bool(&j, "played", r->played);
	jout_array(&j, "what_if");
	for (size_t i = 0; i < r->n_hints; i++)
		json_hint(&j, &r->hints[i]);
	jout_end(&j);
	json_assumptions(&j);
	jout_str(&j, "masked", r->masked);
	jout_int(&j, "stretches", (int64_t)r->all_steps);
	jout_array(&j, "path");
	size_t n = shown(p, r->n_steps, r->n_steps);
	for (size_t i = 0; i < n; i++) {
		const struct path_step *s = &r->steps[i];
		jout_object(&j, NULL);
		jout_int(&j, "from_ns", s->from_ns);
		jout_int(&j, "to_ns", s->to_ns);
		if (s->no_span)
			jout_null(&j, "span");
		else
			span_id(&j, "span", s->key);
		jout_str(&j, "kind", s->no_span ? STR_NONE : str_of(kind_name(s->kind)));
		jout_str(&j, "name", s->no_span ? STR_NONE : s->name);
		jout_str(&j, "model", s->model.len ? s->model : STR_NONE);
		jout_end(&j);
		if (!out_stream(&p->text, err))
			return false;
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&p->text, '\n');
	return true;
}

/* ---------------------------------------------------------------- over many */

static void print_over_rows(struct printing *p, const char *title, const struct path_over_row *rows, size_t n_rows,
                            bool kind)
{
	size_t n = shown(p, n_rows, ROWS_SHOWN);
	buf_printf(&p->text, "\n%-34s    time   share     P50     P95  traces  most of it in\n", title);
	for (size_t i = 0; i < n; i++) {
		share_name(p, &rows[i].all, kind);
		duration(p, rows[i].all.ns, 8);
		percent(p, rows[i].all.share, 8);
		percent(p, rows[i].p50, 8);
		percent(p, rows[i].p95, 8);
		buf_printf(&p->text, "%8lld  ", (long long)rows[i].traces);
		out_text(&p->out, &p->text, rows[i].trace_text, 0);
		buf_add_char(&p->text, '\n');
	}
	left_out(p, n_rows, n);
}

static void print_over(struct printing *p, const struct path_over *o)
{
	buf_add_cstr(&p->text, "critical path of ");
	units_thousands(&p->text, o->traces);
	buf_add_cstr(&p->text, o->traces == 1 ? " trace, " : " traces, ");
	duration(p, o->duration_ns, 0);
	buf_add_cstr(&p->text, " together");
	if (o->traces) {
		buf_add_cstr(&p->text, ", P50 ");
		duration(p, o->p50_ns, 0);
		buf_add_cstr(&p->text, ", P95 ");
		duration(p, o->p95_ns, 0);
	}
	buf_add_char(&p->text, '\n');
	if (o->matching > PATH_OVER_TRACES) {
		buf_add_cstr(&p->text, "the newest of ");
		units_thousands(&p->text, o->matching);
		buf_add_cstr(&p->text, " traces\n");
	}
	print_over_rows(p, "kind", o->kinds, o->n_kinds, false);
	print_over_rows(p, "span", o->names, o->n_names, true);
	print_over_rows(p, "model", o->models, o->n_models, false);
}

static void json_over_rows(struct jout *j, const char *key, const struct path_over_row *rows, size_t n, bool kind)
{
	jout_array(j, key);
	for (size_t i = 0; i < n; i++) {
		jout_object(j, NULL);
		share_members(j, &rows[i].all, kind);
		jout_double(j, "p50_share", rows[i].p50);
		jout_double(j, "p95_share", rows[i].p95);
		jout_int(j, "traces", rows[i].traces);
		jout_str(j, "most_in", rows[i].trace_text);
		jout_end(j);
	}
	jout_end(j);
}

static void json_over(struct printing *p, const struct path_over *o)
{
	struct jout j;
	jout_init(&j, &p->text, false);
	jout_object(&j, NULL);
	jout_int(&j, "total", o->matching);
	jout_int(&j, "traces", o->traces);
	jout_int(&j, "duration_ns", o->duration_ns);
	jout_int(&j, "p50_ns", o->p50_ns);
	jout_int(&j, "p95_ns", o->p95_ns);
	json_over_rows(&j, "kinds", o->kinds, shown(p, o->n_kinds, o->n_kinds), false);
	json_over_rows(&j, "names", o->names, shown(p, o->n_names, o->n_names), true);
	json_over_rows(&j, "models", o->models, shown(p, o->n_models, o->n_models), false);
	jout_end(&j);
	buf_add_char(&p->text, '\n');
}

/* ---------------------------------------------------------------- the command */

static bool run_over(struct printing *p, struct db *db, const char *where, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct path_over o = {0};
	const struct filter *f =
	    filter_parse(&arena, arena_cstr(&arena, where), FILTER_TRACES, p->out.now_ns, &mistake);
	bool ok =
	    f ? path_over(db, f, &o, err)
	      : err_set(err, ERR_USAGE, NULL, "--where, column %zu: expected %s", mistake.column + 1, mistake.expected);
	if (ok && o.traces == 0 && p->out.form != OUT_JSON_)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "no trace with known times matches");
	else if (ok && p->out.form == OUT_JSON_)
		json_over(p, &o);
	else if (ok)
		print_over(p, &o);
	path_over_done(&o);
	arena_done(&arena);
	return ok;
}

static bool run_trace(struct printing *p, struct db *db, struct str id, struct err *err)
{
	struct path_report r = {0};
	int64_t trace;
	if (!traces_find(db, id, &trace, err))
		return false;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = path_load(db, blocks, trace, &r, err);
	if (ok && p->out.form == OUT_JSON_)
		ok = json_report(p, &r, err);
	else if (ok)
		print_report(p, &r);
	block_cache_free(blocks);
	path_report_done(&r);
	return ok;
}

static int path_main(const struct command_line *line, struct err *err)
{
	struct printing p = {.limit = -1};
	const char *where = cmd_option(line, "where");
	out_init(&p.out, line);
	if (!cmd_int(line, "limit", -1, &p.limit, err))
		return err_exit_code(err->code);
	bool one = line->n_args == 1;
	if (p.limit < -1 || (one && where)) {
		err_set(err, ERR_USAGE, NULL,
		        p.limit < -1 ? "--limit cannot be negative" : "one trace, or --where FILTER (spoor help path)");
		return err_exit_code(err->code);
	}
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && db_begin_read(db, err);
	if (ok) {
		ok =
		    (one ? run_trace(&p, db, str_of(line->args[0]), err) : run_over(&p, db, where ? where : "", err)) &&
		    out_flush(&p.text, err);
		db_end_read(db);
	}
	db_close(db);
	buf_done(&p.text);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_path = {
    .name = "path",
    .operands = "[TRACE]",
    .help = "where a trace's time went, and what would shorten it",
    .more =
        "TRACE is any unambiguous prefix of the trace's id. The critical path is what the end of the trace waited "
        "for: its\n"
        "stretches add up to the duration. What-ifs play the schedule again, they do not divide; what they assume "
        "is printed.\n"
        "Without TRACE: whose the path is over all traces, or those of --where, with the P50 and P95 of the share in a "
        "trace.",
    .min_args = 0,
    .max_args = 1,
    .options = path_options,
    .run = path_main,
};
