/* spoor runs, spoor run ID: eval runs and their case results. */
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/vec.h"
#include "store/query/case.h"
#include "tui/cmd/runs.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/slices.h"

enum { PAGE = 5000 };

/* clang-format off */
static const struct option_row runs_options[] = {
	LIST_OPTIONS,
	{"dataset", 'd', OPTION_TEXT, "DATASET", "the trend of one dataset (its name, or a part only it has): each run in time against the band of those before it"},
	{"score", 0, OPTION_TEXT, "SCORE", "with --dataset: the trend of this score, not of the pass rate"},
	{.name = NULL},
};
/* clang-format on */

/* clang-format off */
static const struct option_row run_options[] = {
	LIST_OPTIONS,
	{"no-payload", 0, OPTION_FLAG, NULL, "--json without input, expected, output, error, metadata and scores"},
	SLICE_OPTIONS,
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- the list of runs */

void runs_json_rows(struct jout *j, const struct run_row *rows, size_t n)
{
	jout_array(j, "runs");
	for (size_t i = 0; i < n; i++) {
		jout_object(j, NULL);
		out_members(j, run_columns, &rows[i]);
		jout_end(j);
	}
	jout_end(j);
}

static const struct run_row **pointers_to(const struct run_row *rows, size_t n)
{
	const struct run_row **all = xcalloc(n + 1, sizeof *all);
	for (size_t i = 0; i < n; i++)
		all[i] = &rows[i];
	return all;
}

/* Runs that were named stand beside each other: what the list has no column for, too. */
static bool named_json(struct db *db, struct buf *out, const struct run_row *rows, size_t n, struct err *err)
{
	struct jout j;
	bool ok = true;
	const struct run_row **all = pointers_to(rows, n);
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_int(&j, "total", (int64_t)n);
	jout_array(&j, "runs");
	for (size_t i = 0; ok && i < n; i++) {
		struct arena arena = ARENA_INIT;
		struct pass_ks pass_k;
		ok = pass_k_read(db, rows[i].id, true, &arena, &pass_k, err);
		jout_object(&j, NULL);
		out_members(&j, run_columns, &rows[i]);
		if (ok)
			pass_k_json(&j, &pass_k);
		if (IS_UNKNOWN(rows[i].pass_rate))
			jout_null(&j, "unbeaten");
		else
			jout_bool(&j, "unbeaten", !run_is_beaten(all, n, i));
		jout_end(&j);
		arena_done(&arena);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
	free(all);
	return ok;
}

static void unbeaten_text(const struct out *o, struct buf *out, const struct run_row *rows, size_t n)
{
	const struct run_row **all = pointers_to(rows, n);
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		if (IS_UNKNOWN(rows[i].pass_rate) || run_is_beaten(all, n, i))
			continue;
		buf_add_cstr(out, found++ ? ", " : "unbeaten in pass rate, cost a case and P95 together: ");
		out_text(o, out, rows[i].name.len ? rows[i].name : rows[i].text, 60);
	}
	if (found)
		buf_add_char(out, '\n');
	free(all);
}

static void runs_json(struct buf *out, const struct run_row *rows, size_t n, int64_t total)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_int(&j, "total", total);
	runs_json_rows(&j, rows, n);
	jout_end(&j);
	buf_add_char(out, '\n');
}

/* Of those that --where leaves, the ones named, in the order in which they are. */
static bool keep_named(struct db *db, const struct command_line *line, struct run_page *page, struct err *err)
{
	struct run_row *kept = arena_alloc(&page->arena, size_mul(line->n_args, sizeof *kept));
	size_t n = 0;
	for (size_t i = 0; i < line->n_args; i++) {
		int64_t id;
		if (!runs_find(db, str_of(line->args[i]), &id, err))
			return false;
		for (size_t k = 0; k < page->n; k++)
			if (page->rows[k].id == id)
				kept[n++] = page->rows[k];
	}
	page->rows = kept;
	page->n = n;
	page->total = (int64_t)n;
	return true;
}

static bool print_runs(struct db *db, const struct command_line *line, struct list_opts *opts, struct err *err)
{
	struct run_page page = {0};
	struct buf out = BUF_INIT;
	size_t first, n;
	bool ok =
	    runs_page(db, opts->filter, 0, 0, -1, &page, err) && (!line->n_args || keep_named(db, line, &page, err));
	if (ok) {
		list_sort(opts, page.rows, page.n, sizeof *page.rows, &first, &n);
		if (opts->out.form == OUT_JSON_ && line->n_args)
			ok = named_json(db, &out, page.rows + first, n, err);
		else if (opts->out.form == OUT_JSON_)
			runs_json(&out, page.rows + first, n, page.total);
		else
			ok = out_table(&opts->out, &out, run_columns, page.rows + first, n, sizeof *page.rows, err);
		if (ok && line->n_args > 1 && opts->out.form == OUT_TEXT)
			unbeaten_text(&opts->out, &out, page.rows + first, n);
		ok = ok && out_flush(&out, err);
		if (ok)
			list_more(opts, (int64_t)n, page.total, "runs");
	}
	buf_done(&out);
	run_page_done(&page);
	return ok;
}

static int runs_main(const struct command_line *line, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct list_opts opts;
	struct db *db = NULL;
	const char *dataset = cmd_option(line, "dataset"), *score = cmd_option(line, "score");
	const struct column *columns = dataset && !cmd_flag(line, "json") ? trend_columns : run_columns;
	bool ok = true;
	if (score && !dataset)
		ok = err_set(err, ERR_USAGE, NULL, "--score is of a trend: name a --dataset, too");
	else if (dataset && line->n_args)
		ok = err_set(err, ERR_USAGE, NULL, "either --dataset or runs by name");
	ok = ok && list_opts(line, FILTER_RUNS, columns, &arena, &opts, err) &&
	     (db = cmd_store(line, DB_READ, err)) != NULL;
	if (ok)
		ok = dataset ? runs_trend(db, &opts, str_of(dataset), score, err) : print_runs(db, line, &opts, err);
	db_close(db);
	arena_done(&arena);
	return ok ? 0 : err_exit_code(err->code);
}

/* ---------------------------------------------------------------- one run */

struct one_run {
	struct db *db;
	struct list_opts opts;
	struct arena arena;
	struct run_row row;
	struct run_detail detail;
	struct pass_ks pass_k;
	bool payload;
	struct buf out;
	int64_t shown, total;
	struct case_page page;
};

/* "name value" and two blanks, if the value is known. */
static void fact(struct one_run *r, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_printf(&r->out, "%s ", name);
	out_text(&r->opts.out, &r->out, value, 60);
	buf_add_cstr(&r->out, "  ");
}

static void end_line(struct one_run *r)
{
	while (r->out.len && r->out.ptr[r->out.len - 1] == ' ')
		r->out.ptr[--r->out.len] = '\0';
	if (r->out.len && r->out.ptr[r->out.len - 1] != '\n')
		buf_add_char(&r->out, '\n');
}

static void print_rate(struct one_run *r)
{
	const struct run_row *row = &r->row;
	struct buf raw = BUF_INIT;
	buf_printf(&raw, "%lld case results: %lld passed, %lld failed, %lld error, %lld unscored",
	           (long long)row->cases, (long long)row->passed, (long long)row->failed, (long long)row->errored,
	           (long long)row->unscored);
	if (row->repeats > 1)
		buf_printf(&raw, " (%lld cases, up to %lld repeats)", (long long)row->keys, (long long)row->repeats);
	if (!IS_UNKNOWN(row->pass_rate)) {
		buf_add_cstr(&raw, "\npass ");
		units_percent(&raw, row->pass_rate);
		buf_add_cstr(&raw, " (95% interval ");
		units_percent(&raw, row->pass_low);
		buf_add_cstr(&raw, " to ");
		units_percent(&raw, row->pass_high);
		buf_add_cstr(&raw, ")");
	}
	buf_add_cstr(&raw, "\nlatency P50 ");
	units_duration(&raw, row->p50_ns, r->opts.out.ascii);
	buf_add_cstr(&raw, ", P95 ");
	units_duration(&raw, row->p95_ns, r->opts.out.ascii);
	buf_add_cstr(&raw, "; cost ");
	units_usd(&raw, row->cost_usd);
	buf_add_cstr(&raw, "; tokens ");
	out_tokens(&raw, row->tokens_in, row->tokens_out);
	buf_add_char(&raw, '\n');
	clean_print(&r->out, buf_str(&raw), true, r->opts.out.ascii);
	buf_done(&raw);
}

static void print_run_scores(struct one_run *r)
{
	for (size_t i = 0; i < r->row.n_scores; i++) {
		const struct run_score *s = &r->row.scores[i];
		struct buf mean = BUF_INIT;
		buf_add_cstr(&r->out, "score ");
		out_cell(&r->opts.out, &r->out, s->name, 20, false, false);
		units_score(&mean, s->mean);
		buf_add_cstr(&r->out, " mean ");
		clean_print(&r->out, buf_str(&mean), false, r->opts.out.ascii);
		buf_printf(&r->out, "  n %lld\n", (long long)s->n);
		buf_done(&mean);
	}
}

static void print_stated(struct one_run *r)
{
	for (size_t i = 0; i < r->detail.n_stated; i++) {
		struct buf value = BUF_INIT;
		buf_add_cstr(&r->out, "stated ");
		out_cell(&r->opts.out, &r->out, r->detail.stated[i].name, 40, false, false);
		buf_printf(&value, " %.10g", r->detail.stated[i].value);
		clean_print(&r->out, buf_str(&value), false, r->opts.out.ascii);
		buf_add_char(&r->out, '\n');
		buf_done(&value);
	}
}

static void print_people(struct one_run *r)
{
	const struct run_verdicts *v = &r->detail.people;
	if (v->judged)
		buf_printf(&r->out, "people judged %lld answers: %lld good, %lld bad, %lld unsure\n",
		           (long long)v->judged, (long long)v->good, (long long)v->bad, (long long)v->unsure);
}

static void print_same(struct one_run *r)
{
	for (size_t i = 0; i < r->detail.n_same; i++) {
		fact(r, "same content as", r->detail.same[i]);
		end_line(r);
	}
}

static void detail_json(struct jout *j, const struct run_detail *d)
{
	jout_object(j, "people");
	jout_int(j, "judged", d->people.judged);
	jout_int(j, "good", d->people.good);
	jout_int(j, "bad", d->people.bad);
	jout_int(j, "unsure", d->people.unsure);
	jout_end(j);
	jout_object(j, "stated");
	for (size_t i = 0; i < d->n_stated; i++) {
		struct buf name = BUF_INIT;
		buf_add_str(&name, d->stated[i].name);
		jout_double(j, buf_cstr(&name), d->stated[i].value);
		buf_done(&name);
	}
	jout_end(j);
	jout_array(j, "same_content");
	for (size_t i = 0; i < d->n_same; i++)
		jout_str(j, NULL, d->same[i]);
	jout_end(j);
	jout_str(j, "prompt_text", d->prompt_text);
	struct buf config = BUF_INIT;
	out_json_text(&config, d->config);
	jout_raw(j, "config", buf_str(&config));
	buf_done(&config);
}

static void print_head(struct one_run *r)
{
	struct buf time = BUF_INIT;
	units_time_full(&time, r->row.created_ns);
	fact(r, "run", r->row.name.len ? r->row.name : r->row.text);
	fact(r, "id", r->row.text);
	end_line(r);
	fact(r, "dataset", r->row.dataset);
	fact(r, "created", buf_str(&time));
	fact(r, "file", r->row.file);
	end_line(r);
	fact(r, "model", r->row.model);
	fact(r, "provider", r->row.provider);
	fact(r, "prompt", r->row.prompt);
	fact(r, "version", out_short(r->row.prompt_version));
	end_line(r);
	print_same(r);
	print_rate(r);
	pass_k_text(&r->out, &r->pass_k, r->opts.out.ascii);
	print_run_scores(r);
	print_people(r);
	if (!r->row.cases)
		print_stated(r);
	buf_add_char(&r->out, '\n');
	buf_done(&time);
}

static bool case_json(struct one_run *r, struct block_cache *blocks, struct jout *j, const struct case_row *row,
                      struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct case_detail d = {0};
	struct err trouble = ERR_INIT;
	const struct case_at at = {r->row.id, row->case_id, row->repeat};
	bool decoded = !r->payload || case_detail(r->db, blocks, at, &arena, &d, &trouble);
	bool ok = decoded || (trouble.code != ERR_STORE && trouble.code != ERR_SYSTEM);
	if (!ok)
		*err = trouble;
	struct case_row shown = *row;
	if (!shown.trace_text.len) /* the source names one, though it is not in the store */
		shown.trace_text = d.res.trace_id;
	if (ok) {
		jout_object(j, NULL);
		out_members(j, case_columns, &shown);
		if (r->payload) {
			jout_str(j, "input", d.res.input);
			jout_str(j, "expected", d.res.expected);
			jout_str(j, "output", d.res.output);
			jout_str(j, "error", d.res.error);
			struct buf metadata = BUF_INIT;
			out_json_text(&metadata, d.res.metadata);
			jout_raw(j, "metadata", buf_str(&metadata));
			buf_done(&metadata);
			jout_array(j, "scores");
			for (size_t i = 0; i < d.res.n_scores; i++)
				out_score(j, &d.res.scores[i]);
			jout_end(j);
		}
		if (!decoded)
			jout_cstr(j, "payload_error", trouble.text);
		jout_end(j);
		ok = out_stream(&r->out, err);
	}
	arena_done(&arena);
	return ok;
}

static bool print_cases_json(struct one_run *r, const struct case_row *rows, size_t n, struct jout *j, struct err *err)
{
	struct block_cache *blocks = block_cache_new(r->db);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = case_json(r, blocks, j, &rows[i], err);
	block_cache_free(blocks);
	return ok;
}

static bool print_cases(struct one_run *r, size_t first, size_t n, struct jout *j, struct err *err)
{
	struct case_row *rows = r->page.rows + first;
	r->shown += (int64_t)n;
	if (r->opts.out.form == OUT_JSON_)
		return print_cases_json(r, rows, n, j, err);
	bool ok = out_table(&r->opts.out, &r->out, case_columns, rows, n, sizeof *rows, err);
	r->opts.out.no_head = true;
	return ok && out_stream(&r->out, err);
}

/* In the run's own order: page after page. In another: all of them, sorted. */
static bool each_page(struct one_run *r, struct jout *j, struct err *err)
{
	bool ok = true, more = true;
	while (ok && more) {
		int64_t left = r->opts.limit < 0 ? PAGE : r->opts.limit - r->shown;
		int64_t ask = r->opts.sort ? -1 : left < PAGE ? left : PAGE;
		int64_t offset = r->opts.sort ? 0 : r->opts.offset + r->shown;
		size_t first = 0, n;
		ok = cases_page(r->db, r->row.id, r->opts.filter, offset, ask, &r->page, err);
		n = r->page.n;
		if (ok && r->opts.sort)
			list_sort(&r->opts, r->page.rows, r->page.n, sizeof *r->page.rows, &first, &n);
		ok = ok && print_cases(r, first, n, j, err);
		r->total = r->page.total;
		more = !r->opts.sort && n == PAGE && (r->opts.limit < 0 || r->shown < r->opts.limit);
		case_page_done(&r->page);
	}
	return ok;
}

static bool print_run(struct one_run *r, struct str name, struct err *err)
{
	int64_t id;
	if (!runs_find(r->db, name, &id, err) || !runs_get(r->db, id, &r->arena, &r->row, err) ||
	    !runs_detail(r->db, id, &r->arena, &r->detail, err))
		return false;
	if ((r->opts.out.form == OUT_JSON_ || r->opts.out.form == OUT_TEXT) &&
	    !pass_k_read(r->db, id, true, &r->arena, &r->pass_k, err))
		return false;
	struct jout j;
	jout_init(&j, &r->out, false);
	bool json = r->opts.out.form == OUT_JSON_;
	if (json) {
		jout_object(&j, NULL);
		out_members_but(&j, run_columns, &r->row, "cases", "case_count"); /* here "cases" are the results */
		detail_json(&j, &r->detail);
		pass_k_json(&j, &r->pass_k);
		jout_array(&j, "cases");
	} else if (r->opts.out.form == OUT_TEXT) {
		print_head(r);
	}
	if (!each_page(r, &j, err))
		return false;
	if (json) {
		jout_end(&j);
		jout_int(&j, "total", r->total);
		jout_end(&j);
		buf_add_char(&r->out, '\n');
	}
	if (!out_flush(&r->out, err))
		return false;
	list_more(&r->opts, r->shown, r->total, "case results");
	return true;
}

static bool print_run_slices(struct one_run *r, const struct command_line *line, struct err *err)
{
	const struct compare_opts opts = {.margin = UNKNOWN_DOUBLE};
	int64_t id;
	return runs_find(r->db, str_of(line->args[0]), &id, err) &&
	       slices_print(r->db, id, 0, line, &opts, &r->opts.out, err);
}

static int run_main(const struct command_line *line, struct err *err)
{
	struct one_run r = {.arena = ARENA_INIT, .payload = !cmd_flag(line, "no-payload")};
	bool ok = list_opts(line, FILTER_CASES, case_columns, &r.arena, &r.opts, err) &&
	          (r.db = cmd_store(line, DB_READ, err)) != NULL && db_begin_read(r.db, err);
	if (ok) {
		ok = slices_asked(line) ? print_run_slices(&r, line, err) : print_run(&r, str_of(line->args[0]), err);
		db_end_read(r.db);
	}
	db_close(r.db);
	buf_done(&r.out);
	arena_done(&r.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_run = {
    .name = "run",
    .operands = "RUN",
    .help = "one eval run with its cases",
    .more = "RUN is " RUN_NAMES ".",
    .over = FILTER_CASES,
    .columns = case_columns,
    .min_args = 1,
    .max_args = 1,
    .options = run_options,
    .run = run_main,
};

const struct command command_runs = {
    .name = "runs",
    .operands = "[RUN…]",
    .help = "the eval runs: pass rate, latency, cost, drift",
    .more = "RUN is " RUN_NAMES "; without any, all runs are listed.",
    .over = FILTER_RUNS,
    .columns = run_columns,
    .min_args = 0,
    .max_args = -1,
    .options = runs_options,
    .run = runs_main,
};
