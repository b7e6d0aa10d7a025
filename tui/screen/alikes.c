/* One verdict, many look-alikes: answers that failed in the same way as one that was flagged, by shape, with the reasons in words; offered for the
 * same verdict.
 *
 * target: text says what was flagged: "case" (id: run, id2: case, span: repeat), "trace" (id), "span" (id: trace, span: key), as struct
 * subject_at has them; "" : what this person flagged bad last. With " blind"
 * behind: from a blind review, and the run does not show. The flag itself is this person's newest verdict on it by hand.
 *
 * A proposal reaches only groups of which one item was opened here; it never takes the place of a verdict by hand, is in no figure, and the
 * line of the list that shows it is where it is confirmed, replaced or taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/block.h"
#include "tui/keyed.h"
#include "tui/saying.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_alikes.h"
#include "tui/screen/pane_copy.h"

enum ask { ASK_NOTHING, ASK_FIND, ASK_MARKS, ASK_TEXT };

struct request {
	enum ask what;
	uint64_t serial, generation, verdicts;
	char author[128];
	struct lookalikes_query query;
	struct lookalikes found; /* ASK_FIND */
	struct alike_row *rows;  /* ASK_MARKS: copies */
	size_t n_rows;
	struct subject_at item, flagged; /* ASK_TEXT */
	struct alike_row row;
	struct arena arena; /* of the row's words */
	struct review_words text;
	size_t answer_at;
	bool failed; /* and asking again would not help */
};

struct state {
	struct alikes_view view;
	struct target from;
	uint64_t generation, verdicts;
	uint64_t serial; /* of the request that is awaited; 0: none */
	bool failed, text_failed;
	struct saying *saying; /* to be handed over */
	bool stale;            /* other seeds are wanted */
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

static struct subject_at subject_of(const struct target *t)
{
	if (str_starts(str_of(t->text), "case"))
		return (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {t->id, t->id2, t->span}
                };
	if (str_starts(str_of(t->text), "trace"))
		return (struct subject_at){.kind = SUBJECT_TRACE, .trace = t->id};
	if (str_starts(str_of(t->text), "span"))
		return (struct subject_at){.kind = SUBJECT_SPAN, .trace = t->id, .span = t->span};
	return (struct subject_at){.kind = SUBJECT_NONE};
}

/* ---------------------------------------------------------------- laying out */

static bool is_read(const struct alikes_view *v, const struct alike_row *row)
{
	return row && v->has_text && subject_is(&v->read, &row->at);
}

static void lay_out(struct screen *screen)
{
	struct alikes_view *v = &state_of(screen)->view;
	struct alikes_places p = alikes_places(v, screen->ui->rows, screen->ui->cols);
	if (p.list_rows > 0)
		list_set_page(&v->list, p.list_rows);
	if (p.pane_rows > 0)
		pager_set_size(&v->pager, p.pane_rows, p.pane_cols);
}

/* Whole it begins at the question, in the small pane at the answer. */
static void show_text(struct screen *screen)
{
	struct alikes_view *v = &state_of(screen)->view;
	pager_set(&v->pager, buf_str(&v->text.text));
	v->pager.tints = v->text.tints.at;
	v->pager.n_tints = v->text.tints.n;
	lay_out(screen);
	struct alikes_places p = alikes_places(v, screen->ui->rows, screen->ui->cols);
	bool fits = pager_rows_of(buf_str(&v->text.text), p.pane_cols, p.pane_rows + 1) <= p.pane_rows;
	v->pager.top = v->whole || fits ? 0 : v->answer_at;
}

/* ---------------------------------------------------------------- data */

static struct request *request_new(struct screen *screen, enum ask what)
{
	static uint64_t serials;
	struct state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	r->what = what;
	r->serial = st->serial = ++serials;
	r->generation = screen->ui->generation;
	r->verdicts = screen->ui->verdicts;
	annotation_author(r->author);
	return r;
}

static void *alikes_ask(struct screen *screen)
{
	struct state *st = state_of(screen);
	struct alikes_view *v = &st->view;
	const struct alike_row *row = alikes_row(v);
	lay_out(screen);
	if (st->serial || st->failed)
		return NULL;
	if (!v->loaded || st->stale || st->generation != screen->ui->generation) {
		struct request *r = request_new(screen, ASK_FIND);
		r->query = (struct lookalikes_query){.at = subject_of(&st->from), .wide = v->wide};
		st->stale = false;
		return r;
	}
	if (st->verdicts != screen->ui->verdicts && v->found.n) {
		struct request *r = request_new(screen, ASK_MARKS);
		r->n_rows = v->found.n;
		r->rows = xcalloc(r->n_rows, sizeof *r->rows);
		memcpy(r->rows, v->found.rows, r->n_rows * sizeof *r->rows);
		return r;
	}
	if (row && !is_read(v, row) && !st->text_failed &&
	    alikes_places(v, screen->ui->rows, screen->ui->cols).pane_rows > 0) {
		struct request *r = request_new(screen, ASK_TEXT);
		r->item = row->at;
		r->flagged = v->found.seeds[row->seed].at;
		r->row = *row;
		for (size_t i = 0; i < row->n_why; i++)
			r->row.why[i].words = arena_str(&r->arena, row->why[i].words);
		return r;
	}
	return NULL;
}

static bool fetch_text(struct db *db, struct request *r, struct err *err)
{
	struct block_cache *blocks = block_cache_new(db);
	struct arena arena = ARENA_INIT;
	struct subject item, flagged;
	bool ok = subject_load(db, blocks, &r->item, &arena, &item, err) &&
	          subject_load(db, blocks, &r->flagged, &arena, &flagged, err);
	if (ok)
		alikes_text(&r->text, &r->answer_at, &item, &flagged, &r->row);
	arena_done(&arena);
	block_cache_free(blocks);
	return ok;
}

static bool alikes_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = false;
	r->query.author = str_of(r->author);
	switch (r->what) {
	case ASK_FIND: ok = lookalikes_find(db, &r->query, &r->found, err); break;
	case ASK_MARKS: ok = lookalikes_marks(db, r->query.author, r->rows, r->n_rows, err); break;
	case ASK_TEXT: ok = fetch_text(db, r, err); break;
	case ASK_NOTHING: break;
	}
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static size_t place_of(const struct lookalikes *l, const struct subject_at *at)
{
	for (size_t i = 0; i < l->n; i++)
		if (subject_is(&l->rows[i].at, at))
			return i;
	return SIZE_MAX;
}

/* Marks and what was opened stay with their items, the cursor with its one. */
static void adopt_found(struct screen *screen, struct request *r)
{
	struct state *st = state_of(screen);
	struct alikes_view *v = &st->view;
	bool *marked = xcalloc(r->found.n + 1, sizeof *marked), *opened = xcalloc(r->found.n + 1, sizeof *opened);
	struct subject_at at = {.kind = SUBJECT_NONE};
	if (alikes_row(v))
		at = alikes_row(v)->at;
	for (size_t i = 0; i < v->found.n; i++) {
		size_t now = place_of(&r->found, &v->found.rows[i].at);
		if (now != SIZE_MAX) {
			marked[now] = v->marked[i];
			opened[now] = v->opened[i];
		}
	}
	free(v->marked);
	free(v->opened);
	lookalikes_done(&v->found);
	v->found = r->found;
	r->found = (struct lookalikes){.arena = ARENA_INIT};
	v->marked = marked;
	v->opened = opened;
	alikes_lines(v);
	int64_t found = -1;
	for (size_t i = 0; i < v->lines.n; i++)
		if (v->lines.at[i].row != SIZE_MAX && subject_is(&v->found.rows[v->lines.at[i].row].at, &at))
			found = (int64_t)i;
	bool first = !v->loaded || at.kind == SUBJECT_NONE;
	list_refit(&v->list, (int64_t)v->lines.n, found);
	if (first && v->lines.n > 1)
		list_go(&v->list, 1);
	v->whole = v->whole && alikes_row(v);
	v->loaded = true;
	v->has_text = false;
	st->generation = r->generation;
	st->verdicts = r->verdicts;
}

static void adopt_marks(struct state *st, struct request *r)
{
	for (size_t i = 0; i < r->n_rows && i < st->view.found.n; i++)
		if (subject_is(&st->view.found.rows[i].at, &r->rows[i].at))
			st->view.found.rows[i] = r->rows[i];
	st->verdicts = r->verdicts;
}

static void adopt_text(struct screen *screen, struct request *r)
{
	struct alikes_view *v = &state_of(screen)->view;
	struct review_words old = v->text;
	v->text = r->text;
	r->text = old;
	v->answer_at = r->answer_at;
	v->read = r->item;
	v->has_text = true;
	show_text(screen);
}

static void alikes_take(struct screen *screen, void *request, bool ok)
{
	struct state *st = state_of(screen);
	struct request *r = request;
	if (st->serial == r->serial) {
		st->serial = 0;
		if (ok && r->what == ASK_FIND)
			adopt_found(screen, r);
		else if (ok && r->what == ASK_MARKS)
			adopt_marks(st, r);
		else if (ok && r->what == ASK_TEXT)
			adopt_text(screen, r);
		else if (r->failed && r->what == ASK_TEXT)
			st->text_failed = true;
		else
			st->failed = r->failed;
	}
	lookalikes_done(&r->found);
	review_words_done(&r->text);
	arena_done(&r->arena);
	free(r->rows);
	free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- frame */

static void alikes_draw_screen(const struct screen *screen, struct canvas body)
{
	alikes_draw(&state_of(screen)->view, screen->ui, body);
}

static void add_flag(struct buf *out, const struct lookalikes *l)
{
	if (l->verdict == VERDICT_NONE) {
		buf_add_cstr(out, "not judged yet");
		return;
	}
	buf_add_cstr(out, verdict_name(l->verdict));
	if (l->reasons.len) {
		buf_add_cstr(out, ", ");
		buf_add_str(out, l->reasons);
	}
}

static void alikes_headline(const struct screen *screen, struct canvas row)
{
	const struct alikes_view *v = &state_of(screen)->view;
	struct buf text = BUF_INIT, right = BUF_INIT;
	buf_add_cstr(&text, "look-alikes");
	if (v->loaded) {
		const struct alike_seed *seed = &v->found.seeds[0];
		const struct alike_row *item = v->whole ? alikes_row(v) : NULL;
		buf_add_cstr(&text, screen->ui->ascii ? " > " : " › ");
		buf_add_str(&text, item              ? item->title.len ? item->title : item->key
		                   : seed->title.len ? seed->title
		                                     : seed->key);
		if (v->found.n_seeds > 1 && !item)
			buf_printf(&text, " and %zu more", v->found.n_seeds - 1);
		add_flag(&right, &v->found);
		buf_printf(&right, "  %lld alike", (long long)v->found.total);
	}
	int cols = text_cols(buf_str(&right));
	canvas_put(row, 0, 1, row.cols - cols - 4, ROLE_TITLE, buf_str(&text));
	canvas_put_right(row, 0, row.cols - cols - 1, cols, ROLE_TITLE, buf_str(&right));
	buf_done(&text);
	buf_done(&right);
}

static size_t n_proposed(const struct lookalikes *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		n += l->rows[i].proposed;
	return n;
}

static void alikes_status(const struct screen *screen, struct buf *out)
{
	const struct alikes_view *v = &state_of(screen)->view;
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!v->loaded)
		return;
	if (v->whole)
		pager_position(out, &v->pager);
	else
		list_position(out, &v->list);
	if (v->wide)
		buf_printf(out, "%slike all you flagged so", dot);
	size_t proposed = n_proposed(&v->found);
	if (proposed)
		buf_printf(out, "%s%zu proposed", dot, proposed);
	if ((int64_t)v->found.n < v->found.total)
		buf_printf(out, "%s%lld more", dot, (long long)v->found.total - (long long)v->found.n);
	if (v->found.beyond)
		buf_printf(out, "%s%lld older not looked at", dot, (long long)v->found.beyond);
	if (!v->blind)
		buf_printf(out, "%sof " STR_FMT, dot, STR_ARG(v->found.scope));
}

/* ---------------------------------------------------------------- moving */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)in, (void)target

static enum outcome alikes_move(struct screen *screen, enum move move)
{
	struct state *st = state_of(screen);
	struct alikes_view *v = &st->view;
	if (v->whole) {
		pager_move(&v->pager, move);
		return OUT_HANDLED;
	}
	if (!list_move(&v->list, move))
		return OUT_HANDLED;
	st->text_failed = false;
	return OUT_REFRESH;
}
MOVE_FUNCTIONS(alikes_move)

ACTION(open_item)
{
	UNUSED;
	struct alikes_view *v = &state_of(screen)->view;
	const struct alike_row *row = alikes_row(v);
	if (!row && v->lines.n) {
		list_move(&v->list, MOVE_DOWN); /* a heading: its first item */
		return OUT_REFRESH;
	}
	if (!row || v->whole)
		return OUT_HANDLED;
	v->whole = true;
	v->opened[row - v->found.rows] = true;
	if (is_read(v, row))
		show_text(screen);
	lay_out(screen);
	return OUT_REFRESH;
}

/* To the next or previous item, also from inside one; what shows whole was opened. */
static enum outcome step(struct screen *screen, int by)
{
	struct state *st = state_of(screen);
	struct alikes_view *v = &st->view;
	int64_t at = v->list.cursor + by;
	while (at >= 0 && (size_t)at < v->lines.n && v->lines.at[at].row == SIZE_MAX)
		at += by;
	if (at < 0 || (size_t)at >= v->lines.n)
		return OUT_HANDLED;
	list_go(&v->list, at);
	st->text_failed = false;
	if (v->whole)
		v->opened[v->lines.at[at].row] = true;
	return OUT_REFRESH;
}

ACTION(next_item)
{
	UNUSED;
	return step(screen, 1);
}

ACTION(prev_item)
{
	UNUSED;
	return step(screen, -1);
}

ACTION(open_trace)
{
	(void)in;
	const struct alike_row *row = alikes_row(&state_of(screen)->view);
	if (!row || row->at.kind == SUBJECT_CASE) {
		ui_say(screen->ui, "%s", row ? keyed("{t}: of traces and spans") : "go to an item first");
		return OUT_HANDLED;
	}
	if (state_of(screen)->view.blind) {
		ui_say(screen->ui, "the trace says what others think of it: not from a blind review");
		return OUT_HANDLED;
	}
	state_of(screen)->view.opened[row - state_of(screen)->view.found.rows] = true;
	*target = (struct target){.screen = "trace", .id = row->at.trace, .span = row->at.span};
	return OUT_OPEN;
}

ACTION(up)
{
	UNUSED;
	struct alikes_view *v = &state_of(screen)->view;
	if (!v->whole)
		return OUT_IGNORED;
	v->whole = false;
	if (v->has_text)
		show_text(screen);
	lay_out(screen);
	return OUT_REFRESH;
}

ACTION(toggle_wide)
{
	UNUSED;
	struct state *st = state_of(screen);
	st->view.wide = !st->view.wide;
	st->stale = true;
	st->failed = false;
	st->serial = 0;
	ui_say(screen->ui, st->view.wide ? "like all that you flagged with the same words" : "like this one alone");
	return OUT_REFRESH;
}

/* ---------------------------------------------------------------- proposing */

ACTION(mark)
{
	UNUSED;
	struct alikes_view *v = &state_of(screen)->view;
	const struct alikes_line *line = alikes_line(v);
	if (v->whole)
		return alikes_move(screen, MOVE_PAGE_DOWN);
	if (!line)
		return OUT_HANDLED;
	const struct alike_group *g = &v->found.groups[line->group];
	if (line->row != SIZE_MAX) {
		v->marked[line->row] = !v->marked[line->row];
	} else {
		bool all = true;
		for (size_t i = 0; i < g->n; i++)
			all = all && v->marked[g->first + i];
		for (size_t i = 0; i < g->n; i++)
			v->marked[g->first + i] = !all;
	}
	list_move(&v->list, MOVE_DOWN);
	return OUT_REFRESH;
}

static bool group_opened(const struct alikes_view *v, size_t group)
{
	const struct alike_group *g = &v->found.groups[group];
	for (size_t i = 0; i < g->n; i++)
		if (v->opened[g->first + i])
			return true;
	return false;
}

struct wanted {
	VEC(struct subject_at) at;
	size_t closed; /* of groups of which none was opened */
};

/* The marked ones, or all. */
static void want(const struct alikes_view *v, struct wanted *w)
{
	bool any = false;
	for (size_t i = 0; i < v->found.n; i++)
		any = any || v->marked[i];
	for (size_t i = 0; i < v->found.n; i++) {
		const struct alike_row *row = &v->found.rows[i];
		if ((any && !v->marked[i]) || row->by_hand || row->proposed)
			continue;
		if (group_opened(v, row->group))
			*vec_add(&w->at) = row->at;
		else
			w->closed++;
	}
}

static void say_closed(struct ui *ui, const struct wanted *w)
{
	ui_say(ui, "%s",
	       w->closed ? keyed("open one of a group first ({Enter}): nobody should judge what nobody has read")
	                 : "all of these are judged or proposed already");
	ui->message_is_error = w->closed > 0;
}

ACTION(propose)
{
	UNUSED;
	struct state *st = state_of(screen);
	const struct lookalikes *l = &st->view.found;
	struct wanted w = {.closed = 0};
	if (!st->view.loaded || !l->n)
		return OUT_HANDLED;
	if (l->verdict == VERDICT_NONE) {
		ui_say(screen->ui, "there is no verdict of yours to propose: flag that one first (q, then -)");
		screen->ui->message_is_error = true;
		return OUT_HANDLED;
	}
	want(&st->view, &w);
	if (!w.at.n) {
		say_closed(screen->ui, &w);
	} else if (!st->saying) {
		st->saying = saying_new(SAYING_PROPOSE, &w.at.at[0]);
		saying_verdict(st->saying, l->verdict);
		if (l->reasons.len)
			saying_add(st->saying, FIELD_REASON, STR_NONE, l->reasons);
		st->saying->how = HOW_PROPOSED;
		st->saying->has_because = true;
		st->saying->because = l->flag;
		saying_many(st->saying, w.at.at, w.at.n);
	}
	vec_done(&w.at);
	return OUT_HANDLED;
}

/* Takes back what is proposed to the rows [first, first + n). False: nothing is. */
static bool drop(struct state *st, size_t first, size_t n)
{
	VEC(struct event_id) events = {0};
	for (size_t i = first; i < first + n; i++)
		for (size_t e = 0; st->view.found.rows[i].proposed && e < st->view.found.rows[i].n_events; e++)
			*vec_add(&events) = st->view.found.rows[i].events[e];
	if (events.n && !st->saying) {
		st->saying = saying_new(SAYING_DROP, &st->view.found.rows[first].at);
		saying_drop(st->saying, events.at, events.n);
	}
	bool any = events.n > 0;
	vec_done(&events);
	return any;
}

/* Where nothing is proposed it is the program's own undo. */
ACTION(take_back)
{
	UNUSED;
	struct state *st = state_of(screen);
	const struct alikes_line *line = alikes_line(&st->view);
	return line && line->row != SIZE_MAX && drop(st, line->row, 1) ? OUT_HANDLED : OUT_IGNORED;
}

ACTION(take_back_group)
{
	UNUSED;
	struct state *st = state_of(screen);
	const struct alikes_line *line = alikes_line(&st->view);
	if (!line)
		return OUT_HANDLED;
	const struct alike_group *g = &st->view.found.groups[line->group];
	if (!drop(st, g->first, g->n))
		ui_say(screen->ui, "nothing is proposed in this group");
	return OUT_HANDLED;
}

static struct saying *alikes_say(struct screen *screen)
{
	struct state *st = state_of(screen);
	struct saying *s = st->saying;
	st->saying = NULL;
	return s;
}

static void alikes_said(struct screen *screen, struct saying *s, bool ok, const struct err *err)
{
	struct state *st = state_of(screen);
	struct wanted w = {.closed = 0};
	if (!ok) {
		ui_fail(screen->ui, err);
		return;
	}
	if (s->kind == SAYING_DROP) {
		ui_say(screen->ui, "taken back: %zu proposed",
		       s->n_drop - (s->n_drop > 1 && st->view.found.reasons.len ? s->n_drop / 2 : 0));
		return;
	}
	for (size_t i = 0; i < s->n_many; i++) { /* the marks are asked for anew, what is left is known now */
		size_t row = place_of(&st->view.found, &s->many[i]);
		if (row != SIZE_MAX) {
			st->view.found.rows[row].proposed = true;
			st->view.marked[row] = false;
		}
	}
	want(&st->view, &w);
	ui_say(screen->ui, "proposed to %zu: %s%s", s->n_written, keyed("{u} takes back one, {U} its group"),
	       w.closed ? "; the other groups: open one of each first" : "");
	vec_done(&w.at);
}

static enum outcome to_rules(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "propose"};
	return OUT_OPEN;
}

/* clang-format off */
static const struct action alikes_actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "read this one whole; a group can be proposed once one of it was opened", .hint = "open", .hint_order = 1, .run = open_item},
	{.name = "propose", .keys = "p", .help = "propose the same verdict to all (or those marked) in groups of which one was opened", .hint = "propose", .hint_order = 2, .run = propose},
	{.name = "mark", .keys = "Space", .help = "mark this one, on a heading its group, to propose to these alone", .hint = "mark", .hint_order = 3, .run = mark},
	{.name = "take-back", .keys = "u", .help = "take back what is proposed to this one (where nothing is: what you said last)", .run = take_back},
	{.name = "take-back-group", .keys = "U", .help = "take back what is proposed to its whole group", .run = take_back_group},
	{.name = "next", .keys = "J", .help = "next item, also from inside one", .run = next_item},
	{.name = "prev", .keys = "K", .help = "previous item", .run = prev_item},
	{.name = "wide", .keys = "Tab", .help = "like this one alone, or like all that you flagged with the same words", .hint = "like all", .hint_order = 4, .run = toggle_wide},
	{.name = "trace", .keys = "t", .help = "the trace of this one", .run = open_trace},
	{.name = "rules", .keys = "w", .help = "rules out of all that was flagged", .run = to_rules},
	{.name = "leave", .keys = "q Esc", .help = "back to the list; then one level up", .run = up},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool alikes_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct state *st = state_of(screen);
	st->from = *target;
	screen->visit = target->text[0] != '\0'; /* of one answer, that no link names */
	st->view.blind = str_ends(str_of(target->text), " blind");
	list_init(&st->view.list);
	pager_init(&st->view.pager);
	return true;
}

static void alikes_close(struct screen *screen)
{
	struct state *st = state_of(screen);
	lookalikes_done(&st->view.found);
	review_words_done(&st->view.text);
	pager_done(&st->view.pager);
	vec_done(&st->view.lines);
	free(st->view.marked);
	free(st->view.opened);
	saying_free(st->saying);
}

static void alikes_place(const struct screen *screen, struct target *out)
{
	*out = state_of(screen)->from;
	out->screen = "alikes";
}

static bool alikes_subject(const struct screen *screen, struct subject_at *out)
{
	const struct alike_row *row = alikes_row(&state_of(screen)->view);
	if (row)
		*out = row->at;
	return row != NULL;
}

static bool alikes_beside(const struct screen *screen, struct beside *out)
{
	const struct alikes_view *v = &state_of(screen)->view;
	struct alikes_places p = alikes_places(v, screen->ui->rows, screen->ui->cols);
	int rule = p.pane_row > 0; /* names what the row is alike in */
	*out = (struct beside){.row = p.pane_row - rule,
	                       .col = p.pane_col,
	                       .rows = p.pane_rows + rule,
	                       .cols = p.pane_cols,
	                       .scroll_row = p.pane_row ? -1 : 0,
	                       .top = v->list.top,
	                       .id = v->list.cursor + 1};
	return !v->whole && p.pane_rows > 0 && v->lines.n > 0;
}

static bool alikes_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct alikes_view *v = &state_of(screen)->view;
	const struct alike_row *row = alikes_row(v);
	switch (what) {
	case COPY_VALUE: return is_read(v, row) && copy_str(out, buf_str(&v->text.text));
	case COPY_ID: return row && copy_str(out, row->key);
	case COPY_PATH: return false;
	case COPY_COMMAND: buf_add_cstr(out, "spoor alikes"); return true;
	case COPY_LINK: return false;
	case COPY_VIEW: return copy_link(out, "alikes", STR_NONE, STR_NONE);
	}
	return false;
}

/* ---------------------------------------------------------------- how it was left */

/* Marks are a verdict that is being thought about: they are not kept. */
static void alikes_remember(const struct screen *screen, struct jout *out)
{
	const struct alikes_view *v = &state_of(screen)->view;
	if (v->list.cursor != 1)
		remember_row(out, &v->list, STR_NONE);
}

static bool alikes_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct state *st = state_of(screen);
	(void)lately;
	if (!st->view.loaded)
		return st->failed;
	recall_row(kept, &st->view.list, -1);
	return true;
}

const struct screen_ops screen_alikes = {.name = "alikes",
                                         .title = "Look-alikes",
                                         .state_size = sizeof(struct state),
                                         .actions = alikes_actions,
                                         .open = alikes_open,
                                         .ask = alikes_ask,
                                         .fetch = alikes_fetch,
                                         .take = alikes_take,
                                         .draw = alikes_draw_screen,
                                         .beside = alikes_beside,
                                         .headline = alikes_headline,
                                         .status = alikes_status,
                                         .place = alikes_place,
                                         .copy = alikes_copy,
                                         .subject = alikes_subject,
                                         .say = alikes_say,
                                         .said = alikes_said,
                                         .remember = alikes_remember,
                                         .recall = alikes_recall,
                                         .close = alikes_close};
