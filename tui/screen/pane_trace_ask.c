/* What the screen of a trace asks of the store, what it does with the answers, and what it keeps of a trace that was left. */
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_trace_state.h"

enum { KEPT = 16 }; /* traces whose folds and cursor are remembered */

static struct trace_state *state_of(const struct screen *s)
{
	return s->state;
}

/* ---------------------------------------------------------------- folds and cursor come back */

static struct kept {
	const struct ui *session;
	int64_t trace, first, n, cursor, top;
	struct folds folds;
} kept[KEPT];
static size_t kept_next;

static struct kept *kept_for(const struct ui *session, int64_t trace)
{
	for (size_t i = 0; i < KEPT; i++)
		if (kept[i].session == session && kept[i].trace == trace)
			return &kept[i];
	return NULL;
}

void trace_keep(const struct screen *screen)
{
	const struct trace_state *s = state_of(screen);
	struct kept *k = kept_for(screen->ui, s->row.id);
	if (!k)
		k = &kept[kept_next++ % KEPT];
	folds_done(&k->folds);
	*k = (struct kept){.session = screen->ui,
	                   .trace = s->row.id,
	                   .first = s->row.first,
	                   .n = s->row.n,
	                   .cursor = s->tree.cursor,
	                   .top = s->tree.top};
	folds_copy(&k->folds, s->tree.shape.view ? &s->base : &s->tree.folds);
}

static bool come_back(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	const struct kept *k = kept_for(screen->ui, s->row.id);
	if (!k || k->n != s->row.n || k->first != s->row.first)
		return false;
	struct folds folds;
	folds_copy(&folds, &k->folds);
	s->tree.cursor = k->cursor;
	s->tree.top = k->top;
	tree_pane_set_folds(&s->tree, &folds);
	return true;
}

/* ---------------------------------------------------------------- asking and taking */

void trace_fit(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	struct split v = trace_split(s, screen->ui->rows, screen->ui->cols);
	s->tree.rows = v.tree ? v.tree_rows - 1 : screen->ui->rows;
	s->tree.find = buf_str(&s->find);
	s->tree.running = trace_is_running(&s->row, screen->ui->now_ns);
	if (v.tree)
		s->tree.shift = tree_pane_shift(&s->tree, v.tree_cols);
	tree_pane_scroll(&s->tree);
	s->span.keys = s->full;
	if (v.pane)
		span_pane_fit(&s->span, &s->row, v.pane_rows, v.pane_cols, screen->ui->ascii);
}

static struct trace_want decide(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	struct trace_want w = {.generation = screen->ui->generation};
	if (!s->opened || s->generation != screen->ui->generation) {
		w.job = JOB_OPEN;
		return w;
	}
	if (s->row.n == 0)
		return w;
	if (s->verdicts != screen->ui->verdicts) { /* the signs, and who says what */
		s->verdicts = screen->ui->verdicts;
		s->tree.stamp++;
		s->span_is_stale = true;
	}
	if (s->wish.job) {
		w = s->wish;
		w.generation = screen->ui->generation;
		return w;
	}
	if (tree_pane_wants(&s->tree, &w.from, &w.count)) {
		w.job = JOB_ROWS;
		w.stamp = s->tree.stamp;
	} else if (s->tree.moment_ns != TIME_UNKNOWN && s->moment.at_ns != s->tree.moment_ns) {
		w.job = JOB_MOMENT;
		w.at_ns = s->tree.moment_ns;
	} else if (screen->ui->moves && !s->full && s->span.data.loaded) {
		return w; /* the details come when the cursor rests */
	} else if (!s->span.data.loaded || s->span.data.row.pos != s->tree.cursor || s->span_is_stale ||
	           span_pane_wants(&s->span)) {
		w.job = JOB_SPAN;
		w.pos = s->tree.cursor;
		w.tab = s->span.tab;
	}
	return w;
}

/* What shows and how it is folded, where the answer goes by it. */
static void give_shape(const struct trace_state *s, struct trace_request *r)
{
	enum trace_job job = r->want.job;
	if (job == JOB_SPAN)
		return;
	r->shape = s->tree.shape;
	tree_view_hold(r->shape.view);
	r->shown = s->shown;
	r->view = job == JOB_OPEN ? s->shown : s->view;
	r->no_groups = s->tree.no_groups;
	if (job == JOB_ROWS || job == JOB_KIND || job == JOB_OPEN || job == JOB_VIEW)
		folds_copy(&r->folds, &s->tree.folds);
	if (job != JOB_OPEN && job != JOB_VIEW)
		return;
	folds_copy(&r->base, &s->base);
	for (size_t i = 0; i < s->tree.opened.n; i++)
		*vec_add(&r->opened) = s->tree.opened.at[i];
}

static bool must_come(enum trace_job job)
{
	return job == JOB_OPEN || job == JOB_RECALL || job == JOB_VIEW || job == JOB_FOLDS || job == JOB_KIND ||
	       job == JOB_JUMP;
}

static struct trace_request *request_new(const struct screen *screen, const struct trace_want *w)
{
	struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	struct trace_request *r = xcalloc(1, sizeof *r);
	*r = (struct trace_request){
	    .owner = s,
	    .want = *w,
	    .interrupted = true,
	    .id = s->id,
	    .source = s->source,
	    .key = row ? row->key : s->key,
	    .trace = {.id = s->row.id, .first = s->row.first, .n = s->row.n},
	};
	if (w->job == JOB_OPEN) {
		memcpy(r->text, s->prefix, sizeof r->text);
		const struct kept *k = s->opened ? NULL : kept_for(screen->ui, s->id);
		if (k) { /* its folds are at hand: they need not be read, if it is as it was */
			r->trace.first = k->first;
			r->trace.n = k->n;
		}
	} else if (w->job == JOB_RECALL) {
		r->key = s->back;
		r->changes.depth = s->tree.changes.depth;
		for (size_t i = 0; i < s->tree.changes.at.n; i++)
			*vec_add(&r->changes.at) = s->tree.changes.at.at[i];
	} else if (w->job == JOB_JUMP && w->jump == JUMP_LINK)
		snprintf(r->text, sizeof r->text, STR_FMT, STR_ARG(str_cut(span_pane_link(&s->span), 0, 255)));
	else if (w->job == JOB_JUMP)
		snprintf(r->text, sizeof r->text, STR_FMT, STR_ARG(str_cut(buf_str(&s->find), 0, 255)));
	if (w->job == JOB_OPEN && !s->opened)
		r->fresh = true;
	else
		give_shape(s, r);
	r->now_ns = screen->ui->now_ns;
	if (w->job == JOB_SPAN) {
		r->blocks = s->blocks;
		s->blocks = NULL;
	}
	return r;
}

void *trace_ask(struct screen *screen)
{
	static uint64_t serials;
	struct trace_state *s = state_of(screen);
	if (s->opened)
		trace_fit(screen);
	struct trace_want w = decide(screen);
	bool busy = s->serial && must_come(s->pending.job);
	if (w.job == JOB_NONE || (busy && !s->wish.job) || (s->serial && trace_want_same(&w, &s->pending)) ||
	    trace_want_same(&w, &s->failed))
		return NULL;
	struct trace_request *r = request_new(screen, &w);
	s->wish = (struct trace_want){0};
	s->pending = w;
	r->serial = s->serial = ++serials;
	return r;
}

static void take_shape(struct screen *screen, struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	if (r->trouble)
		ui_say(screen->ui, "%s", keyed(r->trouble));
	s->shown = s->view = r->view;
	folds_done(&s->base);
	s->base = r->base;
	r->base = (struct folds){0};
	memcpy(s->root_name, r->root_name, sizeof s->root_name);
	s->rank.pos = -1;
	tree_pane_set_shape(&s->tree, &r->shape, &r->folds);
}

/* Where the cursor goes when what shows has changed: it stays, unless its span does not show; then to the next that matches. */
static void settle_cursor(struct trace_state *s)
{
	const struct tree_view *v = s->tree.shape.view;
	int64_t i = tree_pane_index(&s->tree, s->tree.cursor);
	if (v && !v->agents && v->n && !tree_pane_has(&s->tree, s->tree.cursor)) {
		int64_t at = i;
		while (at < v->n && (!v->rows[at].match || v->rows[at].pos < s->tree.cursor))
			at++;
		i = at < v->n ? at : i;
	}
	tree_pane_go(&s->tree, tree_pane_pos(&s->tree, i));
}

static void take_view(struct screen *screen, struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	if (r->nothing) {
		ui_say(screen->ui, "%s", r->view.agents ? "no agents in this trace" : "no span matches");
		s->view = s->shown;
		return;
	}
	int64_t cursor = s->tree.cursor;
	int64_t above = tree_pane_place(&s->tree, cursor) - s->tree.top;
	if (s->says_so) /* that it takes a while */
		ui_say(screen->ui, "%s", "");
	s->says_so = false;
	take_shape(screen, r);
	s->tree.cursor = cursor;
	settle_cursor(s);
	s->tree.top = tree_pane_place(&s->tree, s->tree.cursor) - above;
	s->moment.at_ns = TIME_UNKNOWN;
}

static void take_recall(struct screen *screen, struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	take_shape(screen, r);
	s->view_is_old &= s->shown.filter[0] || s->shown.agents || s->shown.root_key;
	if (r->found < 0)
		return;
	if (s->sent) {
		tree_pane_go(&s->tree, r->found);
		tree_pane_center(&s->tree);
		return;
	}
	tree_pane_show(&s->tree, r->found);
	s->tree.top = tree_pane_place(&s->tree, s->tree.cursor) - s->back_above;
}

static void take_kind(struct screen *screen, struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	if (r->n_found == 0) {
		ui_say(screen->ui, "no %s span has others below it", kind_name(r->want.kind));
		return;
	}
	ui_say(screen->ui, "%lld %s span%s %s", (long long)r->n_found, kind_name(r->want.kind),
	       r->n_found == 1 ? "" : "s", r->unfolded ? "unfolded" : "folded");
	if (!s->tree.shape.view)
		tree_changes_add(&s->tree.changes, (int64_t)r->want.kind, CHANGE_KIND, !r->unfolded);
	tree_pane_set_folds(&s->tree, &r->folds);
}

static void take_open(struct screen *screen, struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	bool first = !s->opened;
	const struct kept *k = first && !r->new_folds && r->trace.n ? kept_for(screen->ui, r->trace.id) : NULL;
	if (first && !r->new_folds && r->trace.n && !k)
		return; /* what was kept is gone meanwhile: asked again */
	arena_done(&s->arena);
	s->arena = r->arena;
	r->arena = ARENA_INIT;
	int64_t above =
	    s->opened ? tree_pane_place(&s->tree, s->tree.cursor) - s->tree.top : 0; /* under the old rows */
	s->row = r->trace;
	s->reason = r->reason;
	s->id = s->row.id;
	s->opened = true;
	s->lost = false;
	s->generation = r->want.generation;
	s->verdicts = screen->ui->verdicts;
	s->span_is_stale = true;
	s->tree.stamp++;
	s->moment.at_ns = TIME_UNKNOWN;
	bool back = first && come_back(screen);
	s->came_back |= back;
	if (r->new_folds && first && !back)
		tree_pane_set_folds(&s->tree, &r->folds);
	else if (r->new_folds && !back) {
		if (r->found >= 0)
			s->tree.cursor = r->found;
		take_shape(screen, r);
	}
	if (r->found >= 0 && (s->key || !first)) {
		tree_pane_go(&s->tree, r->found);
		if (first)
			tree_pane_center(&s->tree);
		else /* the trace has grown: what one looks at stays where it is */
			s->tree.top = tree_pane_place(&s->tree, s->tree.cursor) - above;
	} else if (s->tree.cursor >= s->row.n) {
		s->tree.cursor = s->row.n > 0 ? s->row.n - 1 : 0;
	}
	s->key = 0;
}

static const char *nothing_found(const struct trace_want *w)
{
	switch (w->jump) {
	case JUMP_ERROR: return "no span of this trace failed";
	case JUMP_CRITICAL: return "no span is on the critical path: the times are not known";
	case JUMP_NAME: return "no span has a name with that in it";
	case JUMP_SIBLING: return w->forward ? "no sibling after this one" : "no sibling before this one";
	case JUMP_LINK: return "the span it names is not in this trace";
	case JUMP_SAME: return "it has no name";
	case JUMP_RANK: return w->by == RANK_SELF_TIME ? "no span has a self time" : "no span has a cost or tokens";
	}
	return "";
}

/* "2nd slowest of 31: 8.61s self" */
static void say_rank(struct screen *screen, const struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	int64_t place = r->want.place + 1, last = place % 10;
	bool teen = place % 100 >= 11 && place % 100 <= 13;
	const char *th = teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
	struct buf text = BUF_INIT;
	if (place > 1) {
		units_thousands(&text, place);
		buf_printf(&text, "%s ", th);
	}
	buf_printf(&text, "%s of ", r->ranked.by == RANK_SELF_TIME ? "slowest" : "dearest");
	units_thousands(&text, r->ranked.n);
	buf_add_cstr(&text, ": ");
	switch (r->ranked.by) {
	case RANK_SELF_TIME: units_duration(&text, (int64_t)r->ranked.value, screen->ui->ascii); break;
	case RANK_COST: units_usd(&text, r->ranked.value); break;
	case RANK_TOKENS: units_count(&text, (int64_t)r->ranked.value); break;
	}
	buf_add_cstr(&text, r->ranked.by == RANK_SELF_TIME ? " self"
	                    : r->ranked.by == RANK_COST    ? " its own"
	                                                   : " tokens (no cost is known)");
	ui_say(screen->ui, "%s", buf_cstr(&text));
	s->rank.by = r->want.by;
	s->rank.place = r->want.place;
	s->rank.pos = r->found;
	buf_done(&text);
}

static void take_jump(struct screen *screen, const struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	if (r->found < 0)
		ui_say(screen->ui, "%s", nothing_found(&r->want));
	else if (!tree_pane_has(&s->tree, r->found))
		ui_say(screen->ui, "%s", keyed("the span is not among those that show: {Esc} shows all"));
	else if (r->want.jump == JUMP_SIBLING)
		tree_pane_show(&s->tree, r->found);
	else
		tree_pane_go(&s->tree, r->found);
	if (r->found >= 0 && r->want.jump == JUMP_RANK)
		say_rank(screen, r);
	tree_pane_center(&s->tree);
}

static void take_moment(struct trace_state *s, const struct trace_request *r)
{
	s->moment.at_ns = r->want.at_ns;
	s->moment.n = r->moment.n;
	snprintf(s->moment.newest, sizeof s->moment.newest, STR_FMT,
	         STR_ARG(str_cut(r->moment.newest, 0, sizeof s->moment.newest - 1)));
}

/* To the first tab that has what was searched for before we came here. */
static void show_find(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	if (!s->shows_find || !s->span.data.loaded)
		return;
	s->shows_find = false;
	enum span_tab tab = span_tab_of_field(s->find_field);
	if (tab != TAB_OVERVIEW) {
		s->span.tab = tab;
		s->span.laid_out = false;
		trace_fit(screen);
		if (span_pane_find(&s->span, buf_str(&s->find)))
			return;
	}
	for (int i = 0; i < N_SPAN_TABS; i++) {
		span_pane_turn(&s->span, 1);
		trace_fit(screen);
		if (span_pane_find(&s->span, buf_str(&s->find)))
			break;
	}
}

/* To the span that the link of the details names, once they are there: `o` may come before them. */
void trace_wish_link(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	if (!s->link_wanted || s->span.data.row.pos != s->tree.cursor)
		return;
	s->link_wanted = false;
	if (span_pane_link(&s->span).len)
		s->wish = (struct trace_want){.job = JOB_JUMP,
		                              .jump = JUMP_LINK,
		                              .forward = true,
		                              .pos = s->tree.cursor,
		                              .asked_ns = screen->ui->now_ns};
	else
		ui_say(screen->ui, "this span names no other span");
}

static void take_answer(struct screen *screen, struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	switch (r->want.job) {
	case JOB_NONE: break;
	case JOB_OPEN: take_open(screen, r); break;
	case JOB_RECALL: take_recall(screen, r); break;
	case JOB_VIEW: take_view(screen, r); break;
	case JOB_KIND: take_kind(screen, r); break;
	case JOB_MOMENT: take_moment(s, r); break;
	case JOB_FOLDS: tree_pane_set_folds(&s->tree, &r->folds); break;
	case JOB_JUMP: take_jump(screen, r); break;
	case JOB_ROWS:
		tree_page_done(&s->tree.page);
		s->tree.page = r->page;
		s->tree.page.folds_stamp = r->want.stamp;
		r->page = (struct tree_page){0};
		break;
	case JOB_SPAN:
		span_pane_take(&s->span, &r->span);
		s->span_is_stale = false;
		trace_wish_link(screen);
		break;
	}
	trace_fit(screen);
	if (r->want.job == JOB_SPAN)
		show_find(screen);
}

void trace_take(struct screen *screen, void *request, bool ok)
{
	struct trace_state *s = state_of(screen);
	struct trace_request *r = request;
	if (r->owner == s && r->blocks) {
		block_cache_free(s->blocks);
		s->blocks = r->blocks;
		r->blocks = NULL;
	}
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		if (ok)
			take_answer(screen, r);
		else if (r->interrupted)
			s->failed = (struct trace_want){0};
		else
			s->failed = r->want;
		if (s->recall == RECALL_ASKED && !s->wish.job)
			s->recall = RECALL_DONE; /* or it could not be had: as it opens, then */
		s->lost |= !ok && !r->interrupted && r->want.job == JOB_OPEN && !s->opened;
	}
	trace_request_free(r);
}
