/* All traces, newest first: how long, how large, how dear, what failed, what repeated. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/query/queue_make.h"
#include "store/query/subject.h"
#include "tui/columns.h"
#include "tui/keyed.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_text.h"
#include "tui/screen/pane_traces.h"

enum {
	SEEK_STEP = 1000,      /* rows read at a time when looking for the next match */
	SEEK_BACK_MOST = 5000, /* rows looked through for the trace the cursor was on the last time */
	FILTER_MAX = 1000
};

#define SEEK_WAIT_NS INT64_C(1000000000) /* the longest that keys wait for a row that is looked for */
enum seek { SEEK_NOTHING, SEEK_MATCH, SEEK_FAILED, SEEK_BACK };

/* What a request is asked for: rows; the buckets, once the rows are there; or where the next match is. */
struct want {
	uint64_t generation, verdicts, stamp; /* stamp: of filter and order */
	int64_t from, n;
	bool buckets;
	enum seek seek;
	bool forward;
};

struct request {
	const void *owner;
	uint64_t serial;
	struct want want;
	bool interrupted; /* or never run */
	struct arena arena;
	struct filter *filter;
	struct trace_query query;
	struct str find;
	int64_t cursor, id; /* id: SEEK_BACK */
	/* answers */
	struct trace_page page;
	int64_t counts[TRACES_BUCKETS], errors[TRACES_BUCKETS], from_ns, to_ns;
	int64_t found; /* row; -1 none */
};

struct traces_state {
	struct traces_pane pane;
	uint64_t generation, verdicts, stamp, stamp_now; /* of the page; of the filter and order wanted now */
	bool buckets;                                    /* they are of this generation and filter */
	enum seek seek;                                  /* wished for */
	bool seek_forward;
	int64_t seek_ns;                 /* when */
	int64_t beside, beside_start_ns; /* the trace that d took first; 0 none */
	bool filter_is_old;              /* it was brought back */
	struct {
		int64_t scale_ns;
		int64_t id, row, above; /* the trace the cursor was on the last time; 0: none, or it is there */
		char hash[ROW_HASH];    /* of its id as written; empty: not known */
	} back;
	struct want pending, failed;
	uint64_t serial;
};

static struct traces_state *state_of(const struct screen *s)
{
	return s->state;
}

/* NULL also while rows of another filter or order show: a key typed ahead must not act on what is about to go. */
static const struct trace_row *row_of_cursor(const struct traces_state *s)
{
	return s->stamp != s->stamp_now ? NULL : traces_pane_row(&s->pane, s->pane.list.cursor);
}

/* ---------------------------------------------------------------- requests */

static bool matches(const struct request *r, const struct trace_row *row)
{
	if (r->want.seek == SEEK_BACK)
		return row->id == r->id;
	if (r->want.seek == SEEK_FAILED)
		return row->errors > 0 || row->status == STATUS_ERROR;
	bool ignore_case = find_ignores_case(r->find);
	return text_find(row->name, r->find, 0, ignore_case) != SIZE_MAX ||
	       text_find(row->input, r->find, 0, ignore_case) != SIZE_MAX ||
	       text_find(row->text, r->find, 0, ignore_case) != SIZE_MAX;
}

/* Looks through rows [from, to), from the end if backwards. */
static bool seek_range(struct db *db, struct request *r, int64_t from, int64_t to, struct err *err)
{
	bool ok = true;
	while (ok && r->found < 0 && from < to) {
		int64_t n = to - from < SEEK_STEP ? to - from : SEEK_STEP;
		struct trace_query q = r->query;
		struct trace_page page;
		q.offset = r->want.forward ? from : to - n;
		q.limit = n;
		ok = traces_page(db, &q, &page, err);
		for (size_t i = 0; ok && i < page.n && r->found < 0; i++) {
			size_t k = r->want.forward ? i : page.n - 1 - i;
			if (matches(r, &page.rows[k]))
				r->found = q.offset + (int64_t)k;
		}
		trace_page_done(&page);
		from += r->want.forward ? n : 0;
		to -= r->want.forward ? 0 : n;
	}
	return ok;
}

static bool fetch_seek(struct db *db, struct request *r, struct err *err)
{
	int64_t total = r->want.n;
	r->found = -1;
	if (r->want.seek == SEEK_BACK) { /* traces that came since stand above it */
		int64_t most = r->cursor + SEEK_BACK_MOST;
		return seek_range(db, r, r->cursor, most < total ? most : total, err) &&
		       (r->found >= 0 ||
		        seek_range(db, r, r->cursor > SEEK_STEP ? r->cursor - SEEK_STEP : 0, r->cursor, err));
	}
	if (r->want.forward)
		return seek_range(db, r, r->cursor + 1, total, err) &&
		       (r->found >= 0 || seek_range(db, r, 0, r->cursor + 1, err));
	return seek_range(db, r, 0, r->cursor, err) && (r->found >= 0 || seek_range(db, r, r->cursor, total, err));
}

static bool traces_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok;
	if (r->want.seek) {
		ok = fetch_seek(db, r, err);
	} else if (r->want.buckets) {
		ok = traces_over_time(db, &r->query, TRACES_BUCKETS, r->counts, r->errors, &r->from_ns, &r->to_ns, err);
	} else {
		ok = traces_page(db, &r->query, &r->page, err);
	}
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

static bool same_want(const struct want *a, const struct want *b)
{
	return a->generation == b->generation && a->verdicts == b->verdicts && a->stamp == b->stamp &&
	       a->from == b->from && a->n == b->n && a->buckets == b->buckets && a->seek == b->seek &&
	       a->forward == b->forward;
}

static void fit(struct screen *screen)
{
	struct traces_state *s = state_of(screen);
	list_set_page(&s->pane.list, screen->ui->rows - TRACES_HEAD_ROWS);
	const struct trace_row *row = row_of_cursor(s);
	s->pane.list.id = row ? row->id : s->pane.list.id;
}

/* False: nothing is missing. */
static bool decide(struct screen *screen, struct want *w)
{
	struct traces_state *s = state_of(screen);
	*w = (struct want){
	    .generation = screen->ui->generation, .verdicts = screen->ui->verdicts, .stamp = s->stamp_now};
	bool fresh = s->pane.loaded && s->generation == screen->ui->generation && s->verdicts == screen->ui->verdicts &&
	             s->stamp == s->stamp_now;
	if (fresh && s->seek) {
		w->seek = s->seek;
		w->forward = s->seek_forward;
		w->n = s->pane.list.total;
		return true;
	}
	list_wanted(&s->pane.list, &w->from, &w->n);
	if (!s->pane.loaded || w->n < 3 * (int64_t)s->pane.list.page)
		w->n = 3 * (int64_t)s->pane.list.page; /* more may have come */
	if (!s->pane.loaded && s->back.row > s->pane.list.page)
		w->from = s->back.row - s->pane.list.page;
	bool rows = !fresh || !list_covered(&s->pane.list, s->pane.offset, (int64_t)s->pane.page.n);
	w->buckets = !rows && !s->buckets;
	return rows || w->buckets;
}

static void *traces_ask(struct screen *screen)
{
	static uint64_t serials;
	struct traces_state *s = state_of(screen);
	struct want w;
	fit(screen);
	if (!decide(screen, &w) || (s->serial && (same_want(&w, &s->pending) || (s->pending.seek && !s->seek))) ||
	    same_want(&w, &s->failed))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	struct filter_mistake mistake;
	*r = (struct request){
	    .owner = s, .want = w, .interrupted = true, .cursor = s->pane.list.cursor, .id = s->back.id};
	r->find = arena_str(&r->arena, buf_str(&s->pane.find));
	r->filter = filter_parse(&r->arena, arena_str(&r->arena, buf_str(&s->pane.filter)), FILTER_TRACES,
	                         screen->ui->now_ns, &mistake);
	r->query = (struct trace_query){.filter = r->filter,
	                                .sort = s->pane.sort,
	                                .ascending = s->pane.ascending,
	                                .offset = w.from,
	                                .limit = w.n,
	                                .source = s->pane.source,
	                                .looked = screen->ui->looked};
	s->seek = SEEK_NOTHING;
	s->pending = w;
	r->serial = s->serial = ++serials;
	return r;
}

static void request_free(struct request *r)
{
	trace_page_done(&r->page);
	arena_done(&r->arena);
	free(r);
}

/* The first rows are there: to the trace the cursor was on the last time, wherever that is now. */
static void go_back(struct traces_state *s)
{
	struct list *l = &s->pane.list;
	int64_t at = -1;
	for (size_t i = 0; i < s->pane.page.n; i++) {
		char hash[ROW_HASH];
		remember_hash(s->pane.page.rows[i].text, hash);
		if (s->pane.page.rows[i].id == s->back.id && (!s->back.hash[0] || strcmp(hash, s->back.hash) == 0))
			at = s->pane.offset + (int64_t)i;
	}
	if (at < 0 && s->back.id)
		s->seek = SEEK_BACK;
	l->top = (at < 0 ? s->back.row : at) - s->back.above;
	list_go(l, at < 0 ? s->back.row : at);
	s->back.row = 0;
	if (s->back.scale_ns) /* what the bars stood on: that of other rows, perhaps */
		s->pane.scale_ns = s->back.scale_ns;
}

static void take_page(struct screen *screen, struct request *r)
{
	struct traces_state *s = state_of(screen);
	bool same_rows = s->pane.loaded && s->generation == r->want.generation && s->stamp == r->want.stamp;
	int64_t found = -1;
	for (size_t i = 0; i < r->page.n && s->pane.list.id; i++)
		if (r->page.rows[i].id == s->pane.list.id)
			found = r->query.offset + (int64_t)i;
	trace_page_done(&s->pane.page);
	s->pane.page = r->page;
	r->page = (struct trace_page){0};
	s->pane.offset = r->query.offset;
	s->pane.looked = screen->ui->looked;
	if (s->pane.page.newest > screen->ui->newest)
		screen->ui->newest = s->pane.page.newest;
	if (!same_rows) /* while one scrolls the scale stays */
		s->pane.scale_ns = traces_pane_scale(&s->pane.page);
	/* At the very top one wants to see what comes in; elsewhere the cursor stays on its trace. */
	bool at_top = s->pane.list.cursor == 0 && s->pane.list.top == 0;
	if (same_rows || at_top)
		found = s->pane.list.cursor;
	list_refit(&s->pane.list, s->pane.page.total, found);
	s->buckets &= s->generation == r->want.generation;
	s->generation = r->want.generation;
	s->verdicts = r->want.verdicts;
	s->stamp = r->want.stamp;
	s->pane.loaded = true;
	if (s->back.row)
		go_back(s);
}

static void take_buckets(struct traces_state *s, const struct request *r)
{
	memcpy(s->pane.counts, r->counts, sizeof s->pane.counts);
	memcpy(s->pane.errors, r->errors, sizeof s->pane.errors);
	s->pane.from_ns = r->from_ns;
	s->pane.to_ns = r->to_ns;
	s->buckets = true;
	s->pane.all_errors = 0;
	for (int i = 0; i < TRACES_BUCKETS; i++)
		s->pane.all_errors += s->pane.errors[i];
}

/* After a jump the surroundings show, too. */
static void jump_to(struct list *l, int64_t row)
{
	if (row < l->top || row >= l->top + l->page)
		l->top = row - l->page / 2;
	list_go(l, row);
}

static void traces_take(struct screen *screen, void *request, bool ok)
{
	struct traces_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		s->failed = (struct want){0};
		if (!ok && !r->interrupted)
			s->failed = r->want;
		else if (ok && r->want.buckets)
			take_buckets(s, r);
		else if (ok && !r->want.seek)
			take_page(screen, r);
		else if (ok && r->found >= 0)
			jump_to(&s->pane.list, r->found);
		else if (ok && r->want.seek != SEEK_BACK)
			ui_say(screen->ui, "%s",
			       r->want.seek == SEEK_FAILED ? "no trace here has an error"
			                                   : keyed("nothing matches here ({*} searches all texts)"));
		fit(screen);
	}
	request_free(r);
}

/* ---------------------------------------------------------------- opening and closing */

static bool traces_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct traces_state *s = state_of(screen);
	(void)err;
	s->pane.source = target->id2;
	screen->visit = target->id2 || target->text[0] || target->span || target->line[0] || target->sort[0];
	s->pane.from_ns = s->pane.to_ns = TIME_UNKNOWN;
	buf_add_cstr(&s->pane.filter, target->line[0] ? target->line : target->text);
	struct str order = str_of(target->sort), column;
	if (str_split(&order, ' ', &column) && trace_sort_named(column, &s->pane.sort))
		s->pane.ascending = str_is(order, "asc");
	s->back.id = target->span;
	s->back.row = target->row;
	s->back.above = screen->ui->rows / 3;
	list_init(&s->pane.list);
	s->stamp_now = 1;
	return true;
}

static void traces_close(struct screen *screen)
{
	struct traces_state *s = state_of(screen);
	trace_page_done(&s->pane.page);
	buf_done(&s->pane.filter);
	buf_done(&s->pane.find);
}

static struct str traces_file(const struct screen *screen)
{
	const struct trace_row *row = row_of_cursor(state_of(screen));
	return row ? row->file : STR_NONE;
}

static void traces_place(const struct screen *screen, struct target *out)
{
	const struct traces_state *s = state_of(screen);
	*out = (struct target){.screen = "traces", .id2 = s->pane.source};
	snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(str_cut(buf_str(&s->pane.filter), 0, 255)));
}

/* The filter that keeps what shows: the list's, and its file. */
static void add_where(const struct traces_pane *p, struct buf *out)
{
	struct str filter = buf_str(&p->filter);
	bool alternatives = p->source && str_find(filter, STR_LIT(" or ")) != SIZE_MAX;
	buf_printf(out, alternatives ? "(" STR_FMT ")" : STR_FMT, STR_ARG(filter));
	if (!p->source)
		return;
	buf_add_cstr(out, out->len ? " source=" : "source=");
	filter_quote(out, p->page.source);
}

static bool traces_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct traces_state *s = state_of(screen);
	const struct trace_row *row = row_of_cursor(s);
	if (what == COPY_COMMAND) {
		buf_add_cstr(out, "spoor traces");
		struct buf where = BUF_INIT;
		add_where(&s->pane, &where);
		if (where.len) {
			buf_add_cstr(out, " --where");
			copy_word(out, buf_str(&where));
		}
		buf_done(&where);
		if (s->pane.sort != TRACE_BY_START || s->pane.ascending)
			copy_sort(out, trace_sort_name(s->pane.sort), s->pane.ascending);
		copy_columns(out, trace_columns);
		return true;
	}
	if (what == COPY_VIEW) {
		buf_add_cstr(out, "traces");
		return true;
	}
	if (!row || what == COPY_VALUE)
		return false;
	if (what == COPY_LINK)
		return copy_link(out, "trace", row->text, STR_NONE);
	return copy_str(out, what == COPY_ID ? row->text : row->name);
}

/* ---------------------------------------------------------------- drawing */

static void traces_draw(const struct screen *screen, struct canvas body)
{
	traces_pane_draw(&state_of(screen)->pane, body, screen->ui->now_ns);
}

static bool traces_beside(const struct screen *screen, struct beside *out)
{
	return traces_pane_beside(&state_of(screen)->pane, screen->ui->rows, screen->ui->cols, out);
}

static void traces_headline(const struct screen *screen, struct canvas row)
{
	const struct traces_state *s = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Traces");
	if (s->pane.source && s->pane.page.source.len)
		col += canvas_printf(row, 0, col + 2, row.cols - col - 4, ROLE_TITLE, "of " STR_FMT,
		                     STR_ARG(traces_pane_file(s->pane.page.source))) +
		       2;
	if (s->pane.filter.len)
		canvas_printf(row, 0, col + 2, row.cols - col - 3, ROLE_MARK, "& " STR_FMT "%s",
		              STR_ARG(buf_str(&s->pane.filter)), s->filter_is_old ? RECALLED_FILTER : "");
}

/* ---------------------------------------------------------------- how it was left */

static void traces_remember(const struct screen *screen, struct jout *out)
{
	const struct traces_state *s = state_of(screen);
	const struct trace_row *row = row_of_cursor(s);
	if (s->pane.filter.len || screen->usual)
		jout_str(out, "filter", buf_str(&s->pane.filter));
	if (s->pane.sort != TRACE_BY_START)
		jout_cstr(out, "sort", trace_sort_name(s->pane.sort));
	remember_flag(out, "ascending", s->pane.ascending);
	remember_row(out, &s->pane.list, row ? row->text : STR_NONE);
	if (s->pane.list.cursor == 0 && s->pane.list.top == 0)
		return;
	remember_int(out, "id", row ? row->id : 0);
	remember_int(out, "scale", s->pane.scale_ns);
}

static bool traces_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct traces_state *s = state_of(screen);
	if (s->pane.loaded || s->back.id) /* it was opened at a trace */
		return true;
	struct str filter = recall_filter(kept, "filter", FILTER_TRACES, screen->ui->now_ns, FILTER_MAX);
	if (lately && (filter.len || (recall_text(kept, "filter").ptr && screen->usual))) {
		s->filter_is_old = filter.len && !str_eq(filter, buf_str(&s->pane.filter));
		buf_clear(&s->pane.filter);
		buf_add_str(&s->pane.filter, filter);
	}
	if (recall_text(kept, "filter").len && !str_eq(recall_text(kept, "filter"), buf_str(&s->pane.filter)))
		return true; /* places are those under that filter */
	trace_sort_named(recall_text(kept, "sort"), &s->pane.sort);
	s->pane.ascending = recall_flag(kept, "ascending");
	if (!lately) /* by then it is the newest that one wants to see */
		return true;
	s->back.row = recall_int(kept, "row", 0, INT64_MAX / 2);
	s->back.above = recall_int(kept, "above", 0, INT32_MAX);
	s->back.scale_ns = recall_int(kept, "scale", 1, INT64_MAX);
	s->back.id = recall_int(kept, "id", 1, INT64_MAX);
	snprintf(s->back.hash, sizeof s->back.hash, STR_FMT,
	         STR_ARG(str_cut(recall_text(kept, "on"), 0, ROW_HASH - 1)));
	return true;
}

static void traces_status(const struct screen *screen, struct buf *out)
{
	const struct traces_state *s = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!s->pane.loaded ||
	    (screen->ui->message_is_error && screen->ui->message[0])) /* what went wrong needs the row */
		return;
	list_position(out, &s->pane.list);
	if (s->pane.filter.len == 0)
		buf_printf(out, "%sno filter", dot);
	if (s->pane.find.len)
		buf_printf(out, "%s/" STR_FMT, dot, STR_ARG(buf_str(&s->pane.find)));
}

/* ---------------------------------------------------------------- actions */

static enum outcome traces_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->pane.list, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(traces_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

ACTION(open_trace)
{
	UNUSED;
	const struct trace_row *row = row_of_cursor(state_of(screen));
	if (!row)
		return OUT_HANDLED;
	*target = (struct target){.screen = "trace", .id = row->id};
	return OUT_OPEN;
}

ACTION(go_runs)
{
	UNUSED;
	*target = (struct target){.screen = "runs"};
	return OUT_OPEN;
}

/* Another screen over what this list shows: under its filter, of its file. */
static enum outcome open_over(struct screen *screen, const char *name, struct target *target)
{
	struct buf where = BUF_INIT;
	add_where(&state_of(screen)->pane, &where);
	*target = (struct target){.screen = name};
	bool fits = where.len < sizeof target->text;
	if (fits)
		snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(buf_str(&where)));
	else
		ui_say(screen->ui, "this filter is too long to be taken along");
	buf_done(&where);
	return fits ? OUT_OPEN : OUT_HANDLED;
}

ACTION(go_insights)
{
	(void)in;
	return open_over(screen, "insights", target);
}

/* Another filter or order: from the top. */
static enum outcome changed(struct traces_state *s)
{
	s->stamp_now++;
	s->back.row = s->back.id = 0;
	s->pane.list.id = 0;
	s->pane.list.cursor = s->pane.list.top = 0;
	s->buckets = false;
	return OUT_REFRESH;
}

ACTION(filter_answer)
{
	struct traces_state *s = state_of(screen);
	struct str text = str_trim(in->argument);
	(void)target;
	if (!filter_typed(screen->ui, text, FILTER_TRACES, FILTER_MAX))
		return OUT_HANDLED;
	buf_clear(&s->pane.filter);
	buf_add_str(&s->pane.filter, text);
	s->filter_is_old = false;
	return changed(s);
}

static const struct action filter_line = {.name = "filter-for", .keys = "", .help = "", .run = filter_answer};

ACTION(filter)
{
	struct traces_state *s = state_of(screen);
	if (in->argument.len)
		return filter_answer(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_line, .filter = 1 + FILTER_TRACES};
	snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(str_cut(buf_str(&s->pane.filter), 0, 255)));
	snprintf(target->line, sizeof target->line, STR_FMT, STR_ARG(str_cut(buf_str(&s->pane.filter), 0, FILTER_MAX)));
	return OUT_PROMPT;
}

static enum outcome seek(struct screen *screen, enum seek what, bool forward)
{
	struct traces_state *s = state_of(screen);
	if (what == SEEK_MATCH && s->pane.find.len == 0) {
		ui_say(screen->ui, "%s", keyed("nothing to search for yet: {/} asks"));
		return OUT_HANDLED;
	}
	s->seek = what;
	s->seek_forward = forward;
	s->seek_ns = screen->ui->now_ns;
	return OUT_REFRESH;
}

/* What is typed behind a search is meant for the row that it finds. */
static bool traces_waits(const struct screen *screen)
{
	const struct traces_state *s = screen->state;
	enum seek what = s->seek ? s->seek : s->serial ? s->pending.seek : SEEK_NOTHING;
	return (what == SEEK_MATCH || what == SEEK_FAILED) && s->failed.n == 0 &&
	       screen->ui->now_ns - s->seek_ns < SEEK_WAIT_NS;
}

ACTION(search_answer)
{
	(void)target;
	struct traces_state *s = state_of(screen);
	buf_clear(&s->pane.find);
	buf_add_str(&s->pane.find, str_cut(in->argument, 0, 255));
	return s->pane.find.len ? seek(screen, SEEK_MATCH, true) : OUT_REFRESH;
}

static const struct action search_line = {.name = "search-for", .keys = "", .help = "", .run = search_answer};

ACTION(search)
{
	if (in->argument.len)
		return search_answer(screen, in, target);
	*target = (struct target){.prompt = "/", .answer = &search_line};
	return OUT_PROMPT;
}

#define SEEK(name, what, forward)                   \
	ACTION(name)                                \
	{                                           \
		UNUSED;                             \
		return seek(screen, what, forward); \
	}
SEEK(next_match, SEEK_MATCH, true)
SEEK(prev_match, SEEK_MATCH, false)
SEEK(next_error, SEEK_FAILED, true)
SEEK(prev_error, SEEK_FAILED, false)

/* What is asked for most first; a column that the screen has no room for shows while the list is ordered by it. */
static const struct {
	enum trace_sort sort;
	const char *title;
} orders[N_TRACE_SORTS] = {
    {TRACE_BY_START,      "time"            },
    {TRACE_BY_DURATION,   "total"           },
    {TRACE_BY_SPANS,      "spans"           },
    {TRACE_BY_ERRORS,     "errors"          },
    {TRACE_BY_TOKENS_IN,  "tokens in"       },
    {TRACE_BY_COST,       "cost"            },
    {TRACE_BY_LLM,        "LLM calls"       },
    {TRACE_BY_TOOLS,      "tool calls"      },
    {TRACE_BY_REPEATS,    "repeated calls"  },
    {TRACE_BY_SCORES,     "number of scores"},
    {TRACE_BY_TOKENS_OUT, "tokens out"      },
    {TRACE_BY_STATUS,     "status"          },
    {TRACE_BY_VERDICT,    "verdict"         },
    {TRACE_BY_SESSION,    "session"         },
    {TRACE_BY_USER,       "user"            },
    {TRACE_BY_SERVICE,    "service"         },
    {TRACE_BY_SOURCE,     "file"            },
    {TRACE_BY_NAME,       "name"            },
};

/* What comes first: largest, smallest. */
static const char *first_of(enum trace_sort sort, bool ascending)
{
	if (sort == TRACE_BY_START)
		return ascending ? "oldest" : "newest";
	if (sort == TRACE_BY_STATUS)
		return ascending ? "unset" : "failed";
	if (sort == TRACE_BY_VERDICT)
		return ascending ? "good" : "bad";
	if (trace_sort_is_text(sort))
		return ascending ? "A" : "Z";
	return ascending ? "smallest" : "largest";
}

static enum outcome sorted(struct screen *screen)
{
	struct traces_state *s = state_of(screen);
	size_t i = 0;
	while (i < N_TRACE_SORTS - 1 && orders[i].sort != s->pane.sort)
		i++;
	ui_say(screen->ui, "by %s, %s first", orders[i].title, first_of(s->pane.sort, s->pane.ascending));
	return changed(s);
}

static enum outcome sort_by(struct screen *screen, int step)
{
	struct traces_state *s = state_of(screen);
	int i = 0;
	while (i < N_TRACE_SORTS - 1 && orders[i].sort != s->pane.sort)
		i++;
	i = (i + step + N_TRACE_SORTS) % N_TRACE_SORTS;
	s->pane.sort = orders[i].sort;
	s->pane.ascending = trace_sort_is_text(s->pane.sort);
	return sorted(screen);
}

/* ":sort cost": by the names that --sort and :columns take. */
ACTION(sort_named)
{
	struct traces_state *s = state_of(screen);
	(void)target;
	struct str name = str_trim(in->argument);
	const struct column *column = column_named(trace_columns, name);
	if (column && column->sort)
		name = str_of(column->sort);
	if (!trace_sort_named(name, &s->pane.sort)) {
		struct buf all = BUF_INIT;
		for (int i = 0; i < N_TRACE_SORTS; i++)
			buf_printf(&all, " %s", trace_sort_name(orders[i].sort));
		ui_say(screen->ui, ":sort takes%s", buf_cstr(&all));
		buf_done(&all);
		return OUT_HANDLED;
	}
	s->pane.ascending = trace_sort_is_text(s->pane.sort);
	return sorted(screen);
}

ACTION(sort_next)
{
	UNUSED;
	return sort_by(screen, 1);
}

ACTION(sort_prev)
{
	UNUSED;
	return sort_by(screen, -1);
}

ACTION(invert)
{
	UNUSED;
	struct traces_state *s = state_of(screen);
	s->pane.ascending = !s->pane.ascending;
	return sorted(screen);
}

static enum outcome largest(struct screen *screen, enum trace_sort sort)
{
	struct traces_state *s = state_of(screen);
	s->pane.sort = sort;
	s->pane.ascending = false;
	return sorted(screen);
}

/* As in a trace: ! to what took longest, $ to what cost most. */
ACTION(slowest)
{
	UNUSED;
	return largest(screen, TRACE_BY_DURATION);
}

ACTION(dearest)
{
	UNUSED;
	return largest(screen, TRACE_BY_COST);
}

/* Esc drops the search, then the filter; then the program's own "back" has it. */
ACTION(clear)
{
	UNUSED;
	struct traces_state *s = state_of(screen);
	if (s->pane.find.len) {
		buf_clear(&s->pane.find);
		return OUT_HANDLED;
	}
	if (s->pane.filter.len == 0)
		return OUT_IGNORED;
	buf_clear(&s->pane.filter);
	s->filter_is_old = false;
	return changed(s);
}

/* The traces of its session, as one conversation. */
ACTION(session)
{
	UNUSED;
	const struct trace_row *row = row_of_cursor(state_of(screen));
	if (!row)
		return OUT_HANDLED;
	*target = (struct target){.screen = "session", .id = row->id};
	return OUT_OPEN;
}

/* The first of two, then the other: beside each other, the older one on the left. */
ACTION(beside)
{
	UNUSED;
	struct traces_state *s = state_of(screen);
	const struct trace_row *row = row_of_cursor(s);
	if (!row)
		return OUT_HANDLED;
	if (!s->beside || s->beside == row->id) {
		s->beside = s->beside ? 0 : row->id;
		s->beside_start_ns = row->start_ns;
		ui_say(screen->ui, "%s",
		       s->beside ? keyed("{d} on another trace shows both beside each other") : "forgotten");
		return OUT_HANDLED;
	}
	bool newer = row->start_ns >= s->beside_start_ns;
	*target = (struct target){
	    .screen = "tracediff", .id = newer ? s->beside : row->id, .id2 = newer ? row->id : s->beside};
	s->beside = 0;
	return OUT_OPEN;
}

ACTION(go_path)
{
	(void)in;
	return open_over(screen, "path", target);
}

ACTION(go_checks)
{
	UNUSED;
	(void)screen;
	*target = (struct target){.screen = "checks"};
	return OUT_OPEN;
}

/* name, keys, help, hint, order, run */
/* clang-format off */
static const struct action actions[] = {
	{"open", "Enter", "open the trace", "open", 1, open_trace},
	{"runs", "Tab", "eval runs", "runs", 2, go_runs},
	MOVE_ACTIONS,
	{"filter", "&", "keep only traces that match, as in: status:error dur>2s", "filter", 3, filter},
	{"search", "/", "search names, input previews and ids; {*} searches all texts", "search", 4, search},
	{"next-match", "n", "next match", NULL, 0, next_match},
	{"prev-match", "N", "previous match", NULL, 0, prev_match},
	{"next-error", "e", "next trace with an error", "error", 5, next_error},
	{"prev-error", "E", "previous trace with an error", NULL, 0, prev_error},
	{"sort-next", ">", "order by the next column", "sort", 6, sort_next},
	{"sort-prev", "<", "order by the previous column", NULL, 0, sort_prev},
	{"sort", "", "order by a column, as :sort cost_usd", NULL, 0, sort_named},
	{"slowest", "!", "the slowest first", NULL, 0, slowest},
	{"dearest", "$", "the dearest first", NULL, 0, dearest},
	{"invert", "I", "turn the order round", NULL, 0, invert},
	{"insights", "i", "figures over these traces: time, errors, cost, by what", "insights", 7, go_insights},
	{"critical-path", "w", "whose the critical path is, over these traces", NULL, 0, go_path},
	{"tracediff", "d", "this trace and the next that {d} is pressed on, side by side", NULL, 0, beside},
	{"session", "W", "all traces of its session as one conversation", "talk", 35, session},
	{"checks", "K", "what checks found: answers, privacy, behaviour, your rules", NULL, 0, go_checks},
	{"clear", "Esc", "drop the search, then the filter, else one level up", NULL, 0, clear},
	ACTIONS_END,
};
/* clang-format on */

static bool traces_subject(const struct screen *screen, struct subject_at *out)
{
	const struct trace_row *row = row_of_cursor(state_of(screen));
	if (row)
		*out = (struct subject_at){.kind = SUBJECT_TRACE, .trace = row->id};
	return row != NULL;
}

static const struct list *traces_list(const struct screen *screen)
{
	const struct traces_state *s = state_of(screen);
	return s->pane.loaded && s->stamp == s->stamp_now ? &s->pane.list : NULL;
}

static bool traces_row(const struct screen *screen, int64_t at, struct subject_at *out)
{
	const struct trace_row *row = traces_pane_row(&state_of(screen)->pane, at);
	if (row)
		*out = (struct subject_at){.kind = SUBJECT_TRACE, .trace = row->id};
	return row != NULL;
}

static bool traces_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct traces_pane *p = &state_of(screen)->pane;
	(void)arena;
	*out = (struct queue_ask){.from = QUEUE_TRACES,
	                          .where = buf_str(&p->filter),
	                          .source = p->source,
	                          .sort = p->sort,
	                          .ascending = p->ascending,
	                          .sorted = true};
	return p->page.total > 0;
}

const struct screen_ops screen_traces = {
    .name = "traces",
    .title = "Traces",
    .state_size = sizeof(struct traces_state),
    .actions = actions,
    .open = traces_open,
    .ask = traces_ask,
    .fetch = traces_fetch,
    .take = traces_take,
    .waits = traces_waits,
    .draw = traces_draw,
    .beside = traces_beside,
    .headline = traces_headline,
    .status = traces_status,
    .place = traces_place,
    .copy = traces_copy,
    .subject = traces_subject,
    .list = traces_list,
    .row = traces_row,
    .review = traces_review,
    .file = traces_file,
    .remember = traces_remember,
    .recall = traces_recall,
    .close = traces_close,
};
