/* spoor checks: what the checks found, by check; of one trace or one check, each finding.
 *
 * --json without a trace and --check: {"checked", "unchecked", "rules", "checks": [{"check", "level", "findings", "traces", "spans", "notes",
 * "warnings", "errors", "example_trace", "example_span", "example", "group", "help"}]}; else {"checked", "unchecked", "rules",
 * "findings": [{"level", "check", "trace", "trace_name", "start", "span", "kind", "name", "value", "explanation"}]}. level: note, warning,
 * error; of a check the gravest. span: absent where the finding is of the whole trace. value: how many, how long (s), how much (USD).
 * rules: the file they came from. */
#include "store/check/check.h"

#include <stdlib.h>

#include "store/check/rules.h"
#include "store/query/findings.h"
#include "store/query/traces.h"
#include "tui/cmd/cmds.h"

enum { PAGE = 1000 };

/* clang-format off */
static const struct option_row checks_options[] = {
	{"where", 'w', OPTION_TEXT, "FILTER", "only in traces that match (spoor help filter)"},
	{"check", 0, OPTION_TEXT, "CHECK", "the findings of this check"},
	{"rules", 0, OPTION_TEXT, "FILE", "by these rules (spoor help rules)"},
	{"exit-code", 0, OPTION_FLAG, NULL, "exit code 1 if there is a warning or an error"},
	{"limit", 'n', OPTION_INT, "N", "at most N rows"},
	{"offset", 0, OPTION_INT, "N", "leave out the first N rows"},
	{"columns", 'c', OPTION_TEXT, "COLUMN,…", "these columns, by their names in --json"},
	{"csv", 0, OPTION_FLAG, NULL, "as CSV; text a spreadsheet would take for a formula gets '"},
	{"csv-raw", 0, OPTION_FLAG, NULL, "as CSV, text as it is"},
	{"markdown", 0, OPTION_FLAG, NULL, "as a Markdown table"},
	{.name = NULL},
};
/* clang-format on */

struct checking {
	struct db *db;
	struct list_opts opts;
	struct rules *rules;
	struct finding_query query;
	struct buf out;
	struct jout j;
	bool any; /* a warning or an error */
};

/* ---------------------------------------------------------------- looking */

/* A store that cannot be written to shows what was found before. */
static bool run_checks(const struct command_line *line, struct checking *c, struct err *err)
{
	int64_t pending = 0;
	if (!check_pending(c->db, c->rules, &pending, err))
		return false;
	if (db_read_only(c->db)) {
		if (pending)
			fprintf(stderr, "spoor: the store is read-only: %lld traces are not checked\n",
			        (long long)pending);
		return true;
	}
	struct db *db = cmd_store(line, DB_WRITE, err);
	if (pending > 2 * PAGE && c->opts.out.terminal)
		fprintf(stderr, "spoor: checking %lld traces\n", (long long)pending);
	bool ok = db && check_run(db, c->rules, NULL, err);
	if (ok)
		db_checkpoint(db, 0);
	db_close(db);
	return ok;
}

/* ---------------------------------------------------------------- printing */

static void json_head(struct checking *c, const struct finding_page *page, const char *list)
{
	jout_object(&c->j, NULL);
	jout_int(&c->j, "checked", page->checked);
	jout_int(&c->j, "unchecked", page->unchecked);
	jout_cstr(&c->j, "rules", rules_path(c->rules));
	jout_array(&c->j, list);
}

static void json_end(struct checking *c)
{
	jout_end(&c->j);
	jout_end(&c->j);
	buf_add_char(&c->out, '\n');
}

static const char *help_of(const struct checking *c, struct str name, const char **group)
{
	for (int i = 0; i < N_CHECKS; i++)
		if (str_is(name, checks[i].name)) {
			*group = checks[i].group;
			return checks[i].help;
		}
	*group = "rules";
	for (size_t i = 0; i < rules_n(c->rules); i++)
		if (str_is(name, rules_name(c->rules, i)))
			return rules_help_of(c->rules, i);
	return "";
}

static void json_sums(struct checking *c, const struct finding_page *page)
{
	json_head(c, page, "checks");
	for (size_t i = 0; i < page->n_sums; i++) {
		const char *group, *help = help_of(c, page->sums[i].check, &group);
		jout_object(&c->j, NULL);
		out_members(&c->j, finding_sum_columns, &page->sums[i]);
		jout_cstr(&c->j, "group", group);
		jout_cstr(&c->j, "help", help);
		jout_end(&c->j);
	}
	json_end(c);
}

static void say_nothing(struct checking *c, int64_t checked)
{
	if (c->opts.filter)
		buf_add_cstr(&c->out, "Nothing found in the traces that match.\n");
	else
		buf_printf(&c->out, "Nothing found in any of %lld traces.\n", (long long)checked);
}

/* Case results are answers, too, but findings are of traces. */
static void say_cases(struct checking *c)
{
	struct rule_trial trial;
	struct err ignored = ERR_INIT;
	int64_t cases = 0;
	size_t n = 0;
	for (size_t i = 0; i < rules_n(c->rules); i++)
		n += rules_trial(c->rules, i, &trial) && !trial.no_cases;
	if (n && db_int(c->db, "SELECT 1 FROM case_result LIMIT 1", 0, &cases, &ignored) && cases)
		fprintf(stderr,
		        "spoor: findings are of traces; on case results %zu of your rules can be tried: spoor rules "
		        "--back-test all --everything\n",
		        n);
}

static bool print_sums(struct checking *c, struct err *err)
{
	struct finding_page page = {0};
	const struct out *o = &c->opts.out;
	bool ok = findings_by_check(c->db, &c->query, &page, err);
	size_t from = (size_t)c->opts.offset < page.n_sums ? (size_t)c->opts.offset : page.n_sums,
	       n = page.n_sums - from;
	if (c->opts.limit >= 0 && (size_t)c->opts.limit < n)
		n = (size_t)c->opts.limit;
	for (size_t i = 0; i < page.n_sums; i++)
		c->any = c->any || page.sums[i].level > FINDING_NOTE;
	page.sums += ok ? from : 0;
	page.n_sums = n;
	if (ok && o->form == OUT_JSON_)
		json_sums(c, &page);
	else if (ok)
		ok = out_table(o, &c->out, finding_sum_columns, page.sums, n, sizeof *page.sums, err);
	if (ok && o->form == OUT_TEXT && !n)
		say_nothing(c, page.checked);
	if (ok && o->form == OUT_TEXT && page.unchecked)
		fprintf(stderr, "spoor: %lld traces were not looked at yet\n", (long long)page.unchecked);
	if (ok && o->form == OUT_TEXT)
		say_cases(c);
	finding_page_done(&page);
	return ok && out_flush(&c->out, err);
}

static bool print_page(struct checking *c, const struct finding_page *page, bool first, struct err *err)
{
	struct out *o = &c->opts.out;
	for (size_t i = 0; i < page->n; i++)
		c->any = c->any || page->rows[i].level > FINDING_NOTE;
	if (o->form != OUT_JSON_) {
		bool ok = out_table(o, &c->out, finding_columns, page->rows, page->n, sizeof *page->rows, err);
		o->no_head = true;
		if (first && !page->n && o->form == OUT_TEXT)
			buf_add_cstr(&c->out, "Nothing found.\n");
		return ok && out_stream(&c->out, err);
	}
	if (first)
		json_head(c, page, "findings");
	for (size_t i = 0; i < page->n; i++) {
		jout_object(&c->j, NULL);
		out_members(&c->j, finding_columns, &page->rows[i]);
		jout_end(&c->j);
	}
	return out_stream(&c->out, err);
}

static bool print_list(struct checking *c, struct err *err)
{
	bool ok = true, more = true;
	int64_t shown = 0;
	while (ok && more) {
		struct finding_page page = {0};
		int64_t left = c->opts.limit < 0 ? PAGE : c->opts.limit - shown;
		c->query.limit = left < PAGE ? left : PAGE;
		c->query.offset = c->opts.offset + shown;
		ok = findings_list(c->db, &c->query, &page, err) && print_page(c, &page, shown == 0, err);
		shown += (int64_t)page.n;
		more = (int64_t)page.n == PAGE && (c->opts.limit < 0 || shown < c->opts.limit);
		finding_page_done(&page);
	}
	if (ok && c->opts.out.form == OUT_JSON_)
		json_end(c);
	return ok && out_flush(&c->out, err);
}

/* ---------------------------------------------------------------- the command */

/* Of ours, of the rules', or one that the store has findings of. */
static bool is_check(struct checking *c, struct str name, struct err *err)
{
	struct near near = {.word = name};
	bool known = false;
	for (int i = 0; i < N_CHECKS; i++) {
		near_try(&near, checks[i].name);
		known = known || str_is(name, checks[i].name);
	}
	for (size_t i = 0; i < rules_n(c->rules); i++) {
		near_try(&near, rules_name(c->rules, i));
		known = known || str_is(name, rules_name(c->rules, i));
	}
	if (known)
		return true;
	struct buf after = BUF_INIT;
	near_say(&near, &after);
	err_set(err, ERR_USAGE, NULL, "no such check: " STR_FMT "%s; spoor help rules names them all",
	        STR_ARG(str_cut(name, 0, 60)), buf_cstr(&after));
	buf_done(&after);
	return false;
}

static bool read_query(const struct command_line *line, struct checking *c, struct err *err)
{
	const char *check = cmd_option(line, "check");
	c->query = (struct finding_query){.filter = c->opts.filter, .check = str_of(check)};
	if (check && !is_check(c, str_of(check), err))
		return false;
	return line->n_args == 0 || traces_find(c->db, str_of(line->args[0]), &c->query.trace, err);
}

static bool checks_of(const struct command_line *line, struct checking *c, struct err *err)
{
	bool one = line->n_args > 0 || cmd_option(line, "check");
	if (!rules_load(cmd_option(line, "rules"), cmd_now_ns(), &c->rules, err) ||
	    (c->db = cmd_store(line, DB_READ, err)) == NULL || !read_query(line, c, err) || !run_checks(line, c, err) ||
	    !db_begin_read(c->db, err))
		return false;
	jout_init(&c->j, &c->out, false);
	bool ok = one ? print_list(c, err) : print_sums(c, err);
	db_end_read(c->db);
	return ok;
}

static int checks_main(const struct command_line *line, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct checking c = {.any = false};
	bool one = line->n_args > 0 || cmd_option(line, "check");
	bool ok = list_opts(line, FILTER_TRACES, one ? finding_columns : finding_sum_columns, &arena, &c.opts, err) &&
	          checks_of(line, &c, err);
	buf_done(&c.out);
	rules_free(c.rules);
	db_close(c.db);
	arena_done(&arena);
	return !ok ? err_exit_code(err->code) : c.any && cmd_flag(line, "exit-code") ? 1 : 0;
}

const struct command command_checks = {
    .name = "checks",
    .operands = "[TRACE]",
    .help = "what checks found: answers, privacy, behaviour",
    .more =
        "Every trace is looked at once, without a model: what was not yet is looked at first. Findings are scores of "
        "source code:\n"
        "spoor traces --where has:finding, or finding:NAME. Of a TRACE (an id or an unambiguous beginning of it), or "
        "with\n"
        "--check, each finding is listed. What the checks are and how to add your own: spoor help rules; rules out of "
        "answers\n"
        "that people flagged, and rules tried on case results: spoor rules.",
    .columns = finding_sum_columns,
    .min_args = 0,
    .max_args = 1,
    .options = checks_options,
    .run = checks_main,
};
