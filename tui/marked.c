#include "tui/marked.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/block.h"
#include "store/query/filter.h"
#include "store/query/queue_make.h"
#include "store/query/traces.h"
#include "tui/keyed.h"
#include "tui/link.h"
#include "tui/widget/list.h"

enum { PAGE = 1000 }; /* rows read at a time for mark-all */

struct marked {
	VEC(struct subject_at) rows; /* as they were marked */
	size_t *order;               /* the same by what they are, to be found: rows.n */
	size_t cap;
};

static marked_fetch *fetch;

void marked_init(marked_fetch *f)
{
	fetch = f;
}

/* ---------------------------------------------------------------- the set */

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Equal exactly where subject_is says so: a kind's own ids, all others are 0. */
static int by_subject(const struct subject_at *a, const struct subject_at *b)
{
	const int64_t pairs[][2] = {
	    {(int64_t)a->kind, (int64_t)b->kind},
	    {a->trace,         b->trace        },
	    {a->span,          b->span         },
	    {a->at.run,        b->at.run       },
	    {a->at.case_id,    b->at.case_id   },
	    {a->at.repeat,     b->at.repeat    },
	    {a->run_b,         b->run_b        },
	    {a->repeat_b,      b->repeat_b     }
        };
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (pairs[i][0] != pairs[i][1])
			return compare(pairs[i][0], pairs[i][1]);
	return 0;
}

/* Where it stands in the order, or would. */
static size_t place_of(const struct marked *m, const struct subject_at *at, bool *found)
{
	size_t low = 0, high = m ? m->rows.n : 0;
	*found = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = by_subject(&m->rows.at[m->order[mid]], at);
		*found |= order == 0;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool has(const struct marked *m, const struct subject_at *at)
{
	bool found;
	place_of(m, at, &found);
	return found;
}

static struct marked *set_of(struct screen *s)
{
	if (!s->marked)
		s->marked = xcalloc(1, sizeof *s->marked);
	return s->marked;
}

/* False: there are as many as there can be. */
static bool add(struct marked *m, const struct subject_at *at)
{
	bool found;
	size_t place = place_of(m, at, &found);
	if (found)
		return true;
	if (m->rows.n >= MARKED_MOST)
		return false;
	if (m->rows.n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 64;
		m->order = xrealloc(m->order, m->cap, sizeof *m->order);
	}
	memmove(m->order + place + 1, m->order + place, (m->rows.n - place) * sizeof *m->order);
	m->order[place] = m->rows.n;
	*vec_add(&m->rows) = *at;
	return true;
}

static void take_off(struct marked *m, const struct subject_at *at)
{
	bool found;
	size_t place = place_of(m, at, &found);
	if (!found)
		return;
	size_t gone = m->order[place];
	memmove(m->order + place, m->order + place + 1, (m->rows.n - place - 1) * sizeof *m->order);
	memmove(m->rows.at + gone, m->rows.at + gone + 1, (m->rows.n - gone - 1) * sizeof *m->rows.at);
	m->rows.n--;
	for (size_t i = 0; i < m->rows.n; i++)
		m->order[i] -= m->order[i] > gone;
}

void marked_free(struct screen *s)
{
	if (!s->marked)
		return;
	vec_done(&s->marked->rows);
	free(s->marked->order);
	free(s->marked);
	s->marked = NULL;
}

size_t marked_n(const struct screen *s)
{
	return s->marked ? s->marked->rows.n : 0;
}

const struct subject_at *marked_rows(const struct screen *s)
{
	return s->marked ? s->marked->rows.at : NULL;
}

/* Whose rows can be marked now; NULL: none. */
static const struct list *list_of(const struct screen *s)
{
	return s->ops->row && s->ops->list ? s->ops->list(s) : NULL;
}

/* ---------------------------------------------------------------- what shows */

void marked_draw(const struct screen *s, struct grid *g)
{
	struct subject_at at;
	if (!marked_n(s) || !list_of(s))
		return;
	for (size_t i = 0; i < g->n_zones; i++) {
		const struct zone *z = &g->zones[i];
		if (z->kind != ZONE_LIST || z->now < 0)
			continue;
		struct canvas rows = canvas_part(grid_canvas(g), z->row, z->col, z->rows, 1);
		for (int y = 0; y < rows.rows; y++)
			if (s->ops->row(s, z->at + y, &at) && has(s->marked, &at))
				canvas_putc(rows, y, 0, 1, ROLE_MARK, z->at + y != z->now ? "*" : g->ascii ? "#" : "»");
	}
}

void marked_status(const struct screen *s, struct buf *out)
{
	if (marked_n(s))
		buf_printf(out, "%s%zu marked", !out->len ? "" : s->ui->ascii ? ", " : " · ", marked_n(s));
}

/* ---------------------------------------------------------------- marking */

static void say(struct screen *s)
{
	size_t n = marked_n(s);
	if (n)
		ui_say(s->ui, "%zu marked: %s", n, keyed("{+} {-} {~} judge, {r} reviews, {y} copies them all"));
	else
		ui_say(s->ui, "nothing is marked");
}

/* The row under the cursor, by what it would be judged as; with a number so many from it on, each as the first. */
enum outcome marked_toggle(struct screen *s, const struct input *in, struct target *t)
{
	struct subject_at at;
	const struct action *down = action_named(s->ops->actions, STR_LIT("down"));
	const struct list *list = list_of(s);
	if (!list || !s->ops->row(s, list->cursor, &at)) {
		ui_say(s->ui, list ? "there is nothing to mark here" : "rows are not marked here");
		return OUT_HANDLED;
	}
	bool off = has(s->marked, &at);
	int64_t n = in->count > 1 ? in->count : 1, first = list->cursor, passed = 0;
	if (n > list->total - first)
		n = list->total - first;
	for (int64_t i = first; i < first + n; i++) {
		if (!s->ops->row(s, i, &at)) { /* a heading, or not read so far down */
			passed++;
			continue;
		}
		if (off)
			take_off(s->marked, &at);
		else if (!add(set_of(s), &at)) {
			ui_say(s->ui, "%d are marked: that is as many as can be", MARKED_MOST);
			return OUT_HANDLED;
		}
	}
	enum outcome outcome = down ? down->run(s, in, t) : OUT_HANDLED;
	if (passed)
		ui_say(s->ui, "%lld of these %lld rows %s", (long long)(n - passed), (long long)n,
		       off ? "are not marked any more" : "are marked (:mark-all: all the list has)");
	return outcome;
}

/* All traces under a filter. */
struct all {
	struct arena arena;
	struct queue_ask ask;
	int64_t now_ns;
	VEC(int64_t) ids;
	int64_t total;
};

static bool fetch_all(struct db *db, void *request, struct err *err)
{
	struct all *r = request;
	struct filter_mistake mistake;
	struct trace_query q = {
	    .sort = r->ask.sort, .ascending = r->ask.ascending, .source = r->ask.source, .limit = PAGE};
	if (r->ask.where.len && !(q.filter = filter_parse(&r->arena, r->ask.where, FILTER_TRACES, r->now_ns, &mistake)))
		return err_set(err, ERR_USAGE, NULL, "the filter is wrong");
	for (bool more = true; more && r->ids.n < MARKED_MOST; q.offset += PAGE) {
		struct trace_page page;
		bool ok = traces_page(db, &q, &page, err);
		more = ok && page.n == PAGE;
		r->total = ok ? page.total : 0;
		for (size_t i = 0; ok && i < page.n && r->ids.n < MARKED_MOST; i++)
			*vec_add(&r->ids) = page.rows[i].id;
		trace_page_done(&page);
		if (!ok)
			return false;
	}
	return true;
}

static void free_all(struct screen *s, void *request, bool ok)
{
	(void)s, (void)ok;
	struct all *r = request;
	vec_done(&r->ids);
	arena_done(&r->arena);
	free(r);
}

static const struct screen_ops all_ops = {.name = "mark-all", .fetch = fetch_all, .take = free_all};

/* What a list holds that is read a page at a time. */
static bool mark_query(struct screen *s, const struct queue_ask *ask)
{
	struct err err = ERR_INIT;
	struct all *r = xcalloc(1, sizeof *r);
	r->ask = *ask;
	r->ask.where = arena_str(&r->arena, ask->where);
	r->now_ns = s->ui->now_ns;
	if (!fetch(s->ui, &all_ops, r, &err)) {
		ui_fail(s->ui, &err);
		return false;
	}
	for (size_t i = 0; i < r->ids.n; i++)
		add(set_of(s), &(struct subject_at){.kind = SUBJECT_TRACE, .trace = r->ids.at[i]});
	if (r->total > (int64_t)r->ids.n)
		ui_say(s->ui, "the first %zu of %lld are marked", r->ids.n, (long long)r->total);
	else
		say(s);
	free_all(s, r, true);
	return true;
}

enum outcome marked_all(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	struct arena arena = ARENA_INIT;
	struct queue_ask ask = {.from = QUEUE_LISTED};
	struct subject_at at;
	const struct list *list = list_of(s);
	if (!list) {
		ui_say(s->ui, "rows are not marked here");
		return OUT_HANDLED;
	}
	if (s->ops->review && s->ops->review(s, &arena, &ask) && ask.from == QUEUE_TRACES) {
		mark_query(s, &ask);
		arena_done(&arena);
		return OUT_HANDLED;
	}
	bool room = true;
	for (int64_t i = 0; i < list->total && room; i++)
		room = !s->ops->row(s, i, &at) || add(set_of(s), &at);
	say(s);
	if (!room)
		ui_say(s->ui, "%d are marked: that is as many as can be", MARKED_MOST);
	arena_done(&arena);
	return OUT_HANDLED;
}

enum outcome marked_none(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	bool any = marked_n(s) > 0;
	marked_free(s);
	ui_say(s->ui, any ? "nothing is marked any more" : "nothing is marked");
	return OUT_HANDLED;
}

/* ---------------------------------------------------------------- acting on them */

/* When two traces began: their rows may be on no page that was read. */
struct two {
	int64_t ids[2], start_ns[2];
};

static bool fetch_two(struct db *db, void *request, struct err *err)
{
	struct two *r = request;
	struct arena arena = ARENA_INIT;
	struct trace_row row;
	bool ok = true;
	for (int i = 0; ok && i < 2; i++) {
		ok = traces_get(db, r->ids[i], &arena, &row, err);
		r->start_ns[i] = ok ? row.start_ns : TIME_UNKNOWN;
	}
	arena_done(&arena);
	return ok;
}

static void free_two(struct screen *s, void *request, bool ok)
{
	(void)s, (void)ok;
	free(request);
}

static const struct screen_ops two_ops = {.name = "marked-two", .fetch = fetch_two, .take = free_two};

/* The older one is A, as of two runs and as with d; where that is not known, the one that was marked first. */
bool marked_opens(struct screen *s, struct target *out)
{
	const struct subject_at *at = marked_rows(s);
	if (marked_n(s) != 2 || at[0].kind != SUBJECT_TRACE || at[1].kind != SUBJECT_TRACE)
		return false;
	struct err ignored = ERR_INIT;
	struct two *r = xcalloc(1, sizeof *r);
	bool turned = false, known = false;
	r->ids[0] = at[0].trace;
	r->ids[1] = at[1].trace;
	if (fetch(s->ui, &two_ops, r, &ignored)) {
		known = r->start_ns[0] != TIME_UNKNOWN && r->start_ns[1] != TIME_UNKNOWN &&
		        r->start_ns[0] != r->start_ns[1];
		turned = known && r->start_ns[0] > r->start_ns[1];
		free(r);
	}
	*out = (struct target){.screen = "tracediff", .id = at[turned].trace, .id2 = at[!turned].trace};
	ui_say(s->ui, known ? "A is the older one, B the newer" : "A was marked first, B second");
	return true;
}

/* A pair is of the case that is marked. */
static bool is_marked(const struct marked *m, const struct subject_at *at)
{
	if (has(m, at) || at->kind != SUBJECT_PAIR)
		return has(m, at);
	for (size_t i = 0; i < m->rows.n; i++)
		if (m->rows.at[i].kind == SUBJECT_CASE && m->rows.at[i].at.case_id == at->at.case_id)
			return true;
	return false;
}

bool marked_review(const struct screen *s, struct arena *arena, struct queue_ask *ask)
{
	size_t n = marked_n(s), kept = 0;
	if (!n)
		return false;
	struct queue_ask listed = {.from = QUEUE_LISTED};
	bool has_list = s->ops->review && s->ops->review(s, arena, &listed) && listed.from == QUEUE_LISTED;
	struct subject_at *items = arena_alloc(arena, (n + (has_list ? listed.n_items : 0)) * sizeof *items);
	for (size_t i = 0; has_list && i < listed.n_items; i++)
		if (is_marked(s->marked, &listed.items[i]))
			items[kept++] = listed.items[i];
	if (kept < n) { /* marked under another filter, too: all as they were marked */
		memcpy(items, marked_rows(s), n * sizeof *items);
		kept = n;
	}
	*ask = (struct queue_ask){.from = QUEUE_LISTED, .items = items, .n_items = kept, .again = true};
	ask->listed = arena_printf(arena, "%zu marked", n);
	return true;
}

/* What stands in a line for each of them. */
struct lines {
	struct arena arena;
	const struct subject_at *rows;
	size_t n;
	int letter;
	struct buf out;
};

static bool run_text(struct db *db, int64_t run, struct arena *arena, struct str *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM run WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*out = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	return step == STEP_ROW || (err->code == ERR_NONE && err_set(err, ERR_NOT_FOUND, NULL, "that run is gone"));
}

/* key: as subject_key has it. */
static bool link_of(struct db *db, const struct subject_at *at, struct str key, struct arena *arena, struct link *out,
                    struct err *err)
{
	struct str trace = str_starts(key, "trace:") ? str_from(key, 6) : key, span = STR_NONE;
	size_t slash = str_find(trace, STR_LIT("/span:"));
	*out = (struct link){.kind = "trace", .n_of = 1};
	if (at->kind == SUBJECT_CASE || at->kind == SUBJECT_PAIR) {
		out->kind = "run";
		out->part[LINK_CASE] = str_starts(key, "pair:") ? str_from(key, 5) : key;
		return run_text(db, at->kind == SUBJECT_PAIR ? at->run_b : at->at.run, arena, &out->of[0], err);
	}
	if (slash != SIZE_MAX) {
		span = str_from(trace, slash + 6);
		trace = str_cut(trace, 0, slash);
	}
	out->of[0] = trace;
	out->part[LINK_SPAN] = span;
	return true;
}

/* One line: a newline of a text is a blank. */
static void add_line(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		buf_add_char(out, text.ptr[i] == '\n' || text.ptr[i] == '\r' ? ' ' : text.ptr[i]);
	buf_add_char(out, '\n');
}

static bool add_of(struct db *db, struct block_cache *blocks, struct lines *r, const struct subject_at *at,
                   struct err *err)
{
	struct buf text = BUF_INIT;
	struct subject subject;
	struct link link;
	bool whole = r->letter == 'v' || r->letter == 'p', ok;
	if (whole) {
		ok = subject_load(db, blocks, at, &r->arena, &subject, err);
		if (ok)
			add_line(&r->out, r->letter == 'v' ? subject.answer : subject.title);
		return ok;
	}
	ok = subject_key(db, at, &text, err);
	struct str key = arena_str(&r->arena, buf_str(&text)); /* as it is in the store */
	if (db_masks(db))
		key = db_masks(db)(&r->arena, key);
	buf_clear(&text);
	if (ok && r->letter == 'i') {
		buf_add_str(&text, at->kind == SUBJECT_TRACE && str_starts(key, "trace:") ? str_from(key, 6) : key);
	} else if (ok && (ok = link_of(db, at, key, &r->arena, &link, err))) {
		if (r->letter == 'l')
			link_print(&text, &link);
		else
			link_command(&text, &link);
	}
	if (ok)
		add_line(&r->out, buf_str(&text));
	buf_done(&text);
	return ok;
}

static bool fetch_lines(struct db *db, void *request, struct err *err)
{
	struct lines *r = request;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = true;
	for (size_t i = 0; ok && i < r->n; i++) {
		ok = add_of(db, blocks, r, &r->rows[i], err);
		arena_reset(&r->arena);
	}
	block_cache_free(blocks);
	return ok;
}

static void free_lines(struct screen *s, void *request, bool ok)
{
	(void)s, (void)ok;
	struct lines *r = request;
	buf_done(&r->out);
	arena_done(&r->arena);
	free((void *)(uintptr_t)r->rows);
	free(r);
}

static const struct screen_ops lines_ops = {.name = "marked", .fetch = fetch_lines, .take = free_lines};

bool marked_copy(const struct screen *s, int letter, struct buf *out, struct err *err)
{
	if (!strchr("vpilc", letter))
		return err_set(err, ERR_USAGE, NULL,
		               "nothing copied: v answers  p titles  i ids  l links  c command lines");
	struct lines *r = xcalloc(1, sizeof *r);
	struct subject_at *rows = xcalloc(marked_n(s), sizeof *rows);
	memcpy(rows, marked_rows(s), marked_n(s) * sizeof *rows);
	*r = (struct lines){.rows = rows, .n = marked_n(s), .letter = letter};
	if (!fetch(s->ui, &lines_ops, r, err))
		return false;
	buf_add_str(out, buf_str(&r->out));
	free_lines(NULL, r, true);
	return true;
}
