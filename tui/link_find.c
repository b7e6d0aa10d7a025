#include "tui/link_find.h"

#include <stdio.h>

#include "store/base/near.h"
#include "store/query/case_repeats.h"
#include "store/query/session.h"
#include "store/query/subject.h"
#include "store/query/tree.h"
#include "store/queue.h"
#include "tui/screen.h"

struct finder {
	struct db *db;
	int64_t now_ns;
	struct link_found *out;
	struct link *link;
	struct err *err;
};

/* ---------------------------------------------------------------- what is put together */

static struct target *open_screen(struct finder *f, const char *screen)
{
	struct target *t = &f->out->at[f->out->n++];
	BUG_ON(f->out->n > LINK_SCREENS);
	*t = (struct target){.screen = screen};
	return t;
}

static bool put(struct finder *f, char *out, size_t size, struct str text, const char *what)
{
	if (text.len >= size)
		return err_set(f->err, ERR_USAGE, NULL, "%s of a link has at most %zu bytes", what, size - 1);
	snprintf(out, size, "%.*s", (int)text.len, text.len ? text.ptr : "");
	return true;
}

/* The filter, checked: a screen would leave out one that is wrong, and show what the link does not say. */
static bool put_filter(struct finder *f, char *out, size_t size, enum filter_over over)
{
	struct filter_mistake mistake;
	struct str text = f->link->part[LINK_WHERE];
	struct buf words = BUF_INIT;
	if (!filter_parse(&f->out->arena, text, over, f->now_ns, &mistake)) {
		filter_mistake_words(&words, &mistake);
		err_set(f->err, ERR_USAGE, NULL, "where:, column %zu: %s", mistake.column + 1, buf_cstr(&words));
		buf_done(&words);
		return false;
	}
	return put(f, out, size, text, "the filter");
}

static struct str called(struct str name, struct str id)
{
	return str_cut(name.len ? name : id, 0, 80);
}

static void say(struct finder *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct finder *f, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	f->out->what = arena_str(&f->out->arena, buf_str(&text));
	buf_done(&text);
}

/* ---------------------------------------------------------------- finding */

/* The longest beginning of the id that some trace has names the nearest: index lookups, one a byte. */
static void say_nearest_trace(struct finder *f, struct str id)
{
	enum { LEAST = 3 };
	for (size_t len = id.len > 200 ? 200 : id.len; len-- > LEAST;) {
		struct err ignored = ERR_INIT;
		struct stmt *s =
		    db_query(f->db, "SELECT text FROM trace WHERE text >= ? ORDER BY text LIMIT 1", &ignored);
		if (!s)
			return;
		stmt_str(s, 1, str_cut(id, 0, len));
		bool row = stmt_step(s, &ignored) == STEP_ROW;
		struct str text = row ? col_str(s, 0) : STR_NONE;
		bool near = text.len >= len && str_eq(str_cut(text, 0, len), str_cut(id, 0, len));
		if (near)
			err_set(f->err, ERR_NOT_FOUND, NULL,
			        "no trace has an id that begins with \"" STR_FMT "\"; the nearest is " STR_FMT,
			        STR_ARG(str_cut(id, 0, 80)), STR_ARG(str_cut(text, 0, 80)));
		stmt_end(s);
		if (near)
			return;
	}
}

static bool find_trace(struct finder *f, size_t i, struct trace_row *row)
{
	struct arena *arena = &f->out->arena;
	int64_t id;
	if (!traces_find(f->db, f->link->of[i], &id, f->err)) {
		if (f->err->code == ERR_NOT_FOUND)
			say_nearest_trace(f, f->link->of[i]);
		return false;
	}
	if (!traces_get(f->db, id, arena, row, f->err))
		return false;
	f->link->of[i] = row->text;
	return true;
}

static void try_run_names(struct finder *f, struct near *near)
{
	struct err ignored = ERR_INIT;
	struct run_page page;
	if (!runs_page(f->db, NULL, 0, 0, 1000, &page, &ignored))
		return;
	for (size_t i = 0; i < page.n; i++) {
		const struct str names[] = {page.rows[i].name, page.rows[i].text};
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (names[k].len)
				near_try(near, arena_str(&f->out->arena, names[k]).ptr);
	}
	run_page_done(&page);
}

static bool get_run(struct finder *f, struct str name, struct run_row *row)
{
	int64_t id;
	if (runs_find(f->db, name, &id, f->err))
		return runs_get(f->db, id, &f->out->arena, row, f->err);
	struct near near = {.word = name};
	struct buf meant = BUF_INIT;
	if (f->err->code == ERR_NOT_FOUND)
		try_run_names(f, &near);
	near_say(&near, &meant);
	if (meant.len)
		err_set(f->err, ERR_NOT_FOUND, NULL, "no run is called \"" STR_FMT "\"%s",
		        STR_ARG(str_cut(name, 0, 80)), buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

static bool find_run(struct finder *f, size_t i, struct run_row *row)
{
	bool ok = get_run(f, f->link->of[i], row);
	if (ok)
		f->link->of[i] = row->text;
	return ok;
}

/* 0 where the link names none. */
static bool find_span(struct finder *f, const struct trace_row *trace, int64_t *key)
{
	struct str id = f->link->part[LINK_SPAN];
	struct tree_row row;
	int64_t pos;
	*key = 0;
	if (!id.len)
		return true;
	if (!tree_find_id(f->db, trace->first, trace->n, id, key, f->err)) {
		if (f->err->code == ERR_NOT_FOUND)
			err_set(f->err, ERR_NOT_FOUND, NULL, "trace " STR_FMT " has no span " STR_FMT,
			        STR_ARG(str_cut(trace->text, 0, 80)), STR_ARG(str_cut(id, 0, 80)));
		return false;
	}
	if (!tree_find(f->db, trace->first, trace->n, *key, &pos, f->err) || pos < 0 ||
	    !tree_get(f->db, trace->first, pos, &f->out->arena, &row, f->err))
		return false;
	f->link->part[LINK_SPAN] = row.id;
	say(f, "span " STR_FMT " of trace " STR_FMT, STR_ARG(called(row.name, row.id)),
	    STR_ARG(called(trace->name, trace->text)));
	return true;
}

static bool case_key(struct db *db, int64_t case_id, struct arena *arena, struct str *key, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM case_key WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, case_id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*key = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

/* 0 where the link names none. Its key as the store has it is put in. */
static bool find_case(struct finder *f, int64_t a, int64_t b, int64_t *case_id)
{
	struct str name = f->link->part[LINK_CASE];
	*case_id = 0;
	if (!name.len)
		return true;
	if (!case_find(f->db, a, b, name, case_id, f->err))
		return false;
	return case_key(f->db, *case_id, &f->out->arena, &f->link->part[LINK_CASE], f->err);
}

/* ---------------------------------------------------------------- links about traces */

static bool no_column(struct finder *f, struct str name)
{
	struct near near = {.word = name};
	struct buf meant = BUF_INIT;
	for (int i = 0; i < N_TRACE_SORTS; i++)
		near_try(&near, trace_sort_name((enum trace_sort)i));
	near_say(&near, &meant);
	err_set(f->err, ERR_USAGE, NULL, "traces have no column " STR_FMT "%s", STR_ARG(str_cut(name, 0, 60)),
	        buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

static bool to_traces(struct finder *f)
{
	struct target *t = open_screen(f, "traces");
	const struct str *part = f->link->part;
	say(f, part[LINK_WHERE].len ? "the traces that match" : "the traces");
	enum trace_sort sort;
	if (part[LINK_SORT].len && !trace_sort_named(part[LINK_SORT], &sort))
		return no_column(f, part[LINK_SORT]);
	if (part[LINK_SORT].len)
		snprintf(t->sort, sizeof t->sort, STR_FMT "%s", STR_ARG(str_cut(part[LINK_SORT], 0, 40)),
		         str_is(part[LINK_ORDER], "asc") ? " asc" : "");
	return put_filter(f, t->line, sizeof t->line, FILTER_TRACES);
}

/* The list, newest first, with the cursor on a trace. */
static void list_at(struct finder *f, int64_t trace)
{
	static const struct trace_query newest = {.sort = TRACE_BY_START};
	struct err ignored = ERR_INIT;
	struct target *t = open_screen(f, "traces");
	t->span = trace;
	if (!traces_rank(f->db, &newest, trace, &t->row, &ignored) || t->row < 0)
		t->row = 0;
}

/* The list with the cursor on it, and the trace at the span. */
static bool to_trace_at(struct finder *f, struct trace_row *row, int64_t *span)
{
	if (!find_trace(f, 0, row))
		return false;
	say(f, "trace " STR_FMT, STR_ARG(called(row->name, row->text)));
	if (!find_span(f, row, span))
		return false;
	list_at(f, row->id);
	struct target *t = open_screen(f, "trace");
	t->id = row->id;
	t->span = *span;
	return put(f, t->line, sizeof t->line, f->link->part[LINK_TAB], "the tab");
}

static bool to_trace(struct finder *f)
{
	struct trace_row row;
	int64_t span;
	return to_trace_at(f, &row, &span);
}

static bool about_trace(struct finder *f, const char *screen, const char *what)
{
	struct trace_row row;
	int64_t span;
	if (!to_trace_at(f, &row, &span))
		return false;
	struct target *t = open_screen(f, screen);
	t->id = row.id;
	t->span = span;
	say(f, "%s of trace " STR_FMT, what, STR_ARG(called(row.name, row.text)));
	return true;
}

static bool to_ledger(struct finder *f)
{
	return about_trace(f, "ledger", "the ledger of tokens");
}

static bool to_origins(struct finder *f)
{
	return about_trace(f, "origins", "where the answer came from,");
}

static bool to_path(struct finder *f)
{
	if (f->link->n_of)
		return about_trace(f, "path", "the critical path");
	say(f, "the critical paths of traces");
	open_screen(f, "traces");
	struct target *t = open_screen(f, "path");
	return put_filter(f, t->text, sizeof t->text, FILTER_TRACES);
}

static bool to_session(struct finder *f)
{
	struct trace_row row;
	int64_t trace;
	if (!session_find(f->db, f->link->of[0], &trace, f->err) ||
	    !traces_get(f->db, trace, &f->out->arena, &row, f->err))
		return false;
	f->link->of[0] = row.session.len ? row.session : row.text;
	say(f, "session " STR_FMT, STR_ARG(str_cut(f->link->of[0], 0, 80)));
	list_at(f, trace);
	open_screen(f, "session")->id = trace;
	return true;
}

static bool to_diff(struct finder *f)
{
	struct trace_row a, b;
	if (!find_trace(f, 0, &a) || !find_trace(f, 1, &b))
		return false;
	say(f, "traces " STR_FMT " and " STR_FMT " beside each other", STR_ARG(called(a.name, a.text)),
	    STR_ARG(called(b.name, b.text)));
	list_at(f, b.id);
	struct target *t = open_screen(f, "tracediff");
	t->id = a.id;
	t->id2 = b.id;
	return true;
}

/* ---------------------------------------------------------------- links about runs */

static bool to_case(struct finder *f, int64_t a, int64_t b)
{
	int64_t case_id;
	if (!find_case(f, a, b, &case_id))
		return false;
	if (!case_id)
		return true;
	struct target *t = open_screen(f, "case");
	t->id = a;
	t->id2 = b;
	t->span = case_id;
	return true;
}

static bool to_run(struct finder *f)
{
	struct run_row row;
	if (!find_run(f, 0, &row))
		return false;
	open_screen(f, "runs")->span = row.id;
	say(f, "%srun " STR_FMT, f->link->part[LINK_CASE].len ? "a case of " : "", STR_ARG(called(row.name, row.text)));
	return to_case(f, row.id, row.id);
}

static bool to_runs(struct finder *f)
{
	struct run_row row = {.id = 0};
	struct target *t;
	if (f->link->n_of == 1)
		return to_run(f);
	if (!f->link->n_of) {
		t = open_screen(f, "runs");
		say(f, f->link->part[LINK_WHERE].len ? "the eval runs that match" : "the eval runs");
		return put_filter(f, t->text, sizeof t->text, FILTER_RUNS);
	}
	struct buf ids = BUF_INIT;
	bool ok = true;
	for (size_t i = 0; ok && i < f->link->n_of; i++)
		if ((ok = find_run(f, i, &row)))
			buf_printf(&ids, "%s%lld", i ? " " : "", (long long)row.id);
	if (ok) {
		say(f, "%zu eval runs beside each other", f->link->n_of);
		open_screen(f, "runs")->span = row.id;
		t = open_screen(f, "beside");
		ok = put(f, t->line, sizeof t->line, buf_str(&ids), "the runs");
	}
	buf_done(&ids);
	return ok;
}

/* The list of runs, with the cursor on B, and the comparison. */
static struct target *compared(struct finder *f, struct run_row *a, struct run_row *b)
{
	if (!find_run(f, 0, a) || !find_run(f, 1, b))
		return NULL;
	open_screen(f, "runs")->span = b->id;
	struct target *t = open_screen(f, "compare");
	t->id = a->id;
	t->id2 = b->id;
	return t;
}

static bool to_compare(struct finder *f)
{
	struct run_row a, b;
	struct target *t = compared(f, &a, &b);
	if (!t || !put_filter(f, t->line, sizeof t->line, FILTER_PAIRS) || !to_case(f, a.id, b.id))
		return false;
	say(f, "%sruns " STR_FMT " and " STR_FMT " compared", f->link->part[LINK_CASE].len ? "a case of " : "",
	    STR_ARG(called(a.name, a.text)), STR_ARG(called(b.name, b.text)));
	return put(f, t->text, sizeof t->text, str_cut(f->link->part[LINK_CASE], 0, sizeof t->text - 1), "the case");
}

static struct target *about_pair(struct finder *f, const char *screen, const char *what)
{
	struct run_row a, b;
	if (!compared(f, &a, &b))
		return NULL;
	struct target *t = open_screen(f, screen);
	t->id = a.id;
	t->id2 = b.id;
	say(f, "%s runs " STR_FMT " and " STR_FMT, what, STR_ARG(called(a.name, a.text)),
	    STR_ARG(called(b.name, b.text)));
	return t;
}

static bool to_begins(struct finder *f)
{
	return about_pair(f, "begins", "where regressions begin between") != NULL;
}

static bool to_noise(struct finder *f)
{
	return about_pair(f, "noise", "the noise floor of") != NULL;
}

static bool to_rundiff(struct finder *f)
{
	return about_pair(f, "rundiff", "what differs beside the answers between") != NULL;
}

static bool to_scores(struct finder *f)
{
	struct target *t = about_pair(f, "scores", "the scores of");
	return t && put(f, t->text, sizeof t->text, f->link->part[LINK_NAME], "the score");
}

static bool to_slices(struct finder *f)
{
	struct run_row row;
	struct target *t;
	if (f->link->n_of == 2) {
		t = about_pair(f, "slices", "the slices of");
	} else {
		if (!find_run(f, 0, &row))
			return false;
		open_screen(f, "runs")->span = row.id;
		t = open_screen(f, "slices");
		t->id = row.id;
		say(f, "the slices of run " STR_FMT, STR_ARG(called(row.name, row.text)));
	}
	return t && put(f, t->text, sizeof t->text, f->link->part[LINK_BY], "the field");
}

static bool to_gate(struct finder *f)
{
	struct run_row row[2] = {{.id = 0}, {.id = 0}};
	const size_t n = f->link->n_of; /* one or two, as the table of kinds has it */
	BUG_ON(n < 1 || n > 2);
	for (size_t i = 0; i < n; i++)
		if (!find_run(f, i, &row[i]))
			return false;
	const struct run_row *b = &row[n - 1];
	open_screen(f, "runs")->span = b->id;
	struct target *t = open_screen(f, "release");
	t->id = row[0].id;
	t->id2 = n == 2 ? b->id : 0;
	say(f, "the release sheet of run " STR_FMT, STR_ARG(called(b->name, b->text)));
	return true;
}

/* ---------------------------------------------------------------- the rest */

/* A screen above the list of traces. */
static struct target *above(struct finder *f, const char *screen, const char *what)
{
	open_screen(f, "traces");
	say(f, "%s", what);
	return open_screen(f, screen);
}

static bool to_search(struct finder *f)
{
	struct target *t = above(f, "search", "");
	say(f, "texts with " STR_FMT, STR_ARG(str_cut(f->link->of[0], 0, 80)));
	return put(f, t->text, sizeof t->text, f->link->of[0], "the text");
}

static bool to_insights(struct finder *f)
{
	struct target *t = above(f, "insights", "insights");
	char filter[200];
	if (!put_filter(f, filter, sizeof filter, FILTER_TRACES))
		return false;
	struct str by = f->link->part[LINK_BY];
	struct str text = by.len
	                      ? arena_printf(&f->out->arena, "by:" STR_FMT " %s", STR_ARG(str_cut(by, 0, 40)), filter)
	                      : arena_cstr(&f->out->arena, filter);
	return put(f, t->text, sizeof t->text, text, "the filter");
}

static bool to_judges(struct finder *f)
{
	struct target *t = above(f, "judges", "judges on trial");
	return put(f, t->text, sizeof t->text, f->link->of[0], "the judge") &&
	       put(f, t->find, sizeof t->find, f->link->part[LINK_MODEL], "the model") &&
	       put_filter(f, t->line, sizeof t->line, FILTER_RUNS);
}

static bool to_prompts(struct finder *f)
{
	struct target *t = above(f, "prompts", "prompts");
	const struct str *part = f->link->part;
	struct str at = part[LINK_VERSION].len ? arena_printf(&f->out->arena, STR_FMT "@" STR_FMT,
	                                                      STR_ARG(f->link->of[0]), STR_ARG(part[LINK_VERSION]))
	                                       : f->link->of[0];
	if (f->link->n_of)
		say(f, "prompt " STR_FMT, STR_ARG(str_cut(f->link->of[0], 0, 80)));
	return put(f, t->text, sizeof t->text, at, "the prompt") &&
	       put(f, t->find, sizeof t->find, part[LINK_FROM], "the version");
}

static bool to_checks(struct finder *f)
{
	struct target *t = above(f, "checks", "what checks found");
	return put(f, t->text, sizeof t->text, f->link->of[0], "the check");
}

/* /run:NAME: of that run alone. */
static bool put_run(struct finder *f, struct target *t)
{
	struct run_row row;
	struct str *name = &f->link->part[LINK_RUN];
	if (!name->len)
		return true;
	if (!get_run(f, *name, &row))
		return false;
	*name = row.text;
	t->id = row.id;
	snprintf(t->find, sizeof t->find, STR_FMT, STR_ARG(str_cut(row.text, 0, sizeof t->find - 1)));
	return true;
}

static bool to_rules(struct finder *f)
{
	struct target *t = above(f, "propose", "rules out of what was flagged");
	return put_run(f, t) && put(f, t->text, sizeof t->text, f->link->part[LINK_WHERE], "the filter");
}

static bool alikes_of_case(struct finder *f)
{
	struct run_row run;
	struct case_at at = {0};
	struct str *part = f->link->part;
	if (!part[LINK_RUN].len || !part[LINK_CASE].len)
		return err_set(f->err, ERR_USAGE, NULL, "alikes: of which answer? alikes/run:RUN/case:CASE");
	if (!get_run(f, part[LINK_RUN], &run))
		return false;
	at.run = run.id;
	if (!case_find_repeat(f->db, part[LINK_CASE], &at, f->err))
		return false;
	part[LINK_RUN] = run.text;
	struct target *t = above(f, "alikes", "answers that failed as this one did");
	t->id = at.run;
	t->id2 = at.case_id;
	t->span = at.repeat;
	return put(f, t->text, sizeof t->text, STR_LIT("case"), "");
}

static bool to_alikes(struct finder *f)
{
	struct trace_row row;
	int64_t span;
	const struct str *part = f->link->part;
	if (part[LINK_RUN].ptr || part[LINK_CASE].ptr)
		return alikes_of_case(f);
	if (!f->link->n_of && part[LINK_SPAN].ptr)
		return err_set(f->err, ERR_USAGE, NULL, "alikes: of which trace? alikes:TRACE/span:SPAN");
	if (!f->link->n_of) {
		above(f, "alikes", "answers that failed as the one flagged last");
		return true;
	}
	if (!find_trace(f, 0, &row) || !find_span(f, &row, &span))
		return false;
	struct target *t = above(f, "alikes", "answers that failed as this one did");
	t->id = row.id;
	t->span = span;
	return put(f, t->text, sizeof t->text, span ? STR_LIT("span") : STR_LIT("trace"), "");
}

static bool to_queues(struct finder *f)
{
	above(f, "queues", "what there is to review");
	return true;
}

static bool find_queue(struct finder *f, struct queue *queue)
{
	if (!queue_find(f->db, f->link->of[0], &f->out->arena, queue, f->err))
		return false;
	f->link->of[0] = queue->name;
	return true;
}

static bool to_review(struct finder *f)
{
	struct queue queue;
	if (!find_queue(f, &queue))
		return false;
	above(f, "queues", "")->span = queue.id;
	say(f, "queue " STR_FMT, STR_ARG(queue.name));
	struct target *t = open_screen(f, "review");
	t->id = queue.id;
	return true;
}

static bool to_agreement(struct finder *f)
{
	struct queue queue;
	struct target *t = above(f, "agreement", "where reviewers disagree");
	if (!put_run(f, t))
		return false;
	if (!f->link->n_of)
		return true;
	return find_queue(f, &queue) && put(f, t->text, sizeof t->text, queue.name, "the queue");
}

/* clang-format off */
static const struct {
	const char *kind;
	bool (*to)(struct finder *f);
} rows[] = {
	{"agreement", to_agreement},
	{"alikes", to_alikes},
	{"begins", to_begins},
	{"checks", to_checks},
	{"compare", to_compare},
	{"diff", to_diff},
	{"gate", to_gate},
	{"insights", to_insights},
	{"judges", to_judges},
	{"ledger", to_ledger},
	{"noise", to_noise},
	{"origins", to_origins},
	{"path", to_path},
	{"prompts", to_prompts},
	{"queues", to_queues},
	{"review", to_review},
	{"rules", to_rules},
	{"run", to_run},
	{"rundiff", to_rundiff},
	{"runs", to_runs},
	{"scores", to_scores},
	{"search", to_search},
	{"session", to_session},
	{"slices", to_slices},
	{"trace", to_trace},
	{"traces", to_traces},
};
/* clang-format on */

static bool go(struct finder *f)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].kind, f->link->kind) == 0)
			return rows[i].to(f);
	BUG_ON(true); /* a kind of link without a row */
	return false;
}

/* ---------------------------------------------------------------- an id alone */

/* What the id is a link to, as far as nothing must be walked over. False with err->code ERR_NOT_FOUND: nothing of these. */
static bool id_alone(struct finder *f, struct str id)
{
	static const char *const kinds[] = {"trace", "run", "session", "review"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		*f->err = ERR_INIT;
		f->out->n = 0;
		*f->link = (struct link){.kind = kinds[i], .of = {id}, .n_of = 1};
		if (go(f))
			return true;
		if (f->err->code != ERR_NOT_FOUND)
			return false;
	}
	return false;
}

static bool span_alone(struct finder *f, struct str id)
{
	int64_t trace, key;
	struct trace_row row;
	*f->err = ERR_INIT;
	f->out->n = 0;
	if (!tree_find_anywhere(f->db, id, &trace, &key, f->err) ||
	    !traces_get(f->db, trace, &f->out->arena, &row, f->err))
		return false;
	*f->link = (struct link){.kind = "trace", .of = {row.text}, .n_of = 1, .part[LINK_SPAN] = id};
	return go(f);
}

static bool find_alone(struct finder *f, struct str id)
{
	struct err nearest = ERR_INIT;
	if (id_alone(f, id))
		return true;
	if (f->err->code != ERR_NOT_FOUND)
		return false;
	if (span_alone(f, id) || f->err->code != ERR_NOT_FOUND)
		return f->err->code == ERR_NONE;
	say_nearest_trace(&(struct finder){.db = f->db, .out = f->out, .err = &nearest}, id);
	struct near near = {.word = id};
	struct buf meant = BUF_INIT;
	try_run_names(f, &near);
	near_say(&near, &meant);
	const char *semicolon = nearest.code ? strstr(nearest.text, "; the nearest is ") : NULL;
	err_set(f->err, ERR_NOT_FOUND, NULL, "no trace, run, session, queue or span is called \"" STR_FMT "\"%.200s",
	        STR_ARG(str_cut(id, 0, 80)),
	        meant.len   ? buf_cstr(&meant)
	        : semicolon ? semicolon
	                    : "");
	buf_done(&meant);
	return false;
}

/* ---------------------------------------------------------------- the other way */

static bool case_of(struct db *db, const struct subject_at *at, struct arena *arena, struct link *link, struct err *err)
{
	struct run_row a, b;
	bool pair = at->kind == SUBJECT_PAIR;
	if (!runs_get(db, at->at.run, arena, &a, err) || (pair && !runs_get(db, at->run_b, arena, &b, err)))
		return false;
	*link = (struct link){
	    .kind = pair ? "compare" : "run", .of = {a.text, pair ? b.text : STR_NONE},
                     .n_of = pair ? 2 : 1
        };
	return case_key(db, at->at.case_id, arena, &link->part[LINK_CASE], err);
}

static bool span_of(struct db *db, const struct subject_at *at, struct arena *arena, struct link *link, struct err *err)
{
	struct trace_row trace;
	struct tree_row row;
	int64_t pos;
	if (!traces_get(db, at->trace, arena, &trace, err))
		return false;
	*link = (struct link){.kind = "trace", .of = {trace.text}, .n_of = 1};
	if (at->kind != SUBJECT_SPAN)
		return true;
	if (!tree_find(db, trace.first, trace.n, at->span, &pos, err))
		return false;
	if (pos < 0)
		return err_set(err, ERR_NOT_FOUND, NULL, "the span is not there any more");
	if (!tree_get(db, trace.first, pos, arena, &row, err))
		return false;
	link->part[LINK_SPAN] = row.id;
	return true;
}

bool link_of_subject(struct db *db, const struct subject_at *at, struct buf *out, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct link link = {.kind = NULL};
	bool ok =
	    (at->kind == SUBJECT_CASE || at->kind == SUBJECT_PAIR ? case_of : span_of)(db, at, &arena, &link, err);
	if (ok)
		link_print(out, &link);
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- all of it */

bool link_find(struct db *db, struct str text, int64_t now_ns, struct link_found *out, struct err *err)
{
	*out = (struct link_found){.arena = ARENA_INIT};
	out->at = arena_zalloc(&out->arena, LINK_SCREENS + 1, sizeof *out->at);
	struct finder f = {.db = db, .now_ns = now_ns, .out = out, .link = &out->link, .err = err};
	struct str word = arena_str(&out->arena, link_of_paste(text));
	struct err of_parse = ERR_INIT;
	bool ok;
	if (link_parse(&out->arena, word, &out->link, &of_parse)) {
		ok = go(&f);
	} else if (out->link.kind || !word.len ||
	           word.len > LINK_MAX) { /* it begins as a link: then what is wrong with that */
		*err = of_parse;
		ok = false;
	} else {
		ok = find_alone(&f, word);
		if (!ok && err->code == ERR_NOT_FOUND && strstr(of_parse.text, "did you mean"))
			*err = of_parse;
	}
	if (!ok)
		link_found_done(out);
	return ok;
}

const char *link_found_screen(const struct link_found *f, size_t i)
{
	return f->at[i].screen;
}

void link_found_done(struct link_found *f)
{
	arena_done(&f->arena);
	*f = (struct link_found){.arena = ARENA_INIT};
}
