/* What the keys of the screen of a trace do. */
#include "tui/screen/pane_save.h"
#include "tui/keyed.h"
#include "tui/screen/pane_trace_state.h"

#define JUMP_WAIT_NS INT64_C(1000000000) /* the longest that keys wait for where a jump leads */

static struct trace_state *state_of(const struct screen *s)
{
	return s->state;
}

/* ---------------------------------------------------------------- moving */

static int pane_page(const struct screen *screen)
{
	return screen->ui->rows > 3 ? screen->ui->rows - 2 : 1;
}

enum outcome trace_move(struct screen *screen, enum move move)
{
	struct trace_state *s = state_of(screen);
	if (s->full) {
		if (!span_pane_move(&s->span, move))
			span_pane_scroll(&s->span, move_rows(move, pane_page(screen)));
		return OUT_HANDLED;
	}
	if (move == MOVE_SCROLL_DOWN || move == MOVE_SCROLL_UP) {
		tree_pane_turn(&s->tree, move_rows(move, 1));
		return OUT_REFRESH;
	}
	if (move >= MOVE_LINE) {
		tree_pane_line(&s->tree, (int)(move - MOVE_LINE));
		return OUT_REFRESH;
	}
	int64_t by = move_rows(move, s->tree.rows > 1 ? s->tree.rows - 1 : 1);
	if (move == MOVE_PAGE_DOWN || move == MOVE_PAGE_UP || move == MOVE_HALF_DOWN || move == MOVE_HALF_UP)
		s->tree.top += by; /* the page turns: the cursor keeps its place on the screen */
	tree_pane_move(&s->tree, by);
	return OUT_REFRESH;
}

#define ACTION(name) enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

ACTION(trace_fold_or_parent)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full) {
		if (!span_pane_key(&s->span, PIECE_FOLD))
			span_pane_turn(&s->span, -1);
		return OUT_REFRESH;
	}
	if (!tree_pane_fold(&s->tree))
		tree_pane_up(&s->tree);
	return OUT_REFRESH;
}

ACTION(trace_unfold_or_child)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full) {
		if (!span_pane_key(&s->span, PIECE_OPEN))
			span_pane_turn(&s->span, 1);
		return OUT_REFRESH;
	}
	if (!tree_pane_unfold(&s->tree))
		tree_pane_down(&s->tree);
	return OUT_REFRESH;
}

ACTION(trace_toggle_fold)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full)
		return span_pane_key(&s->span, PIECE_TURN) ? OUT_HANDLED : trace_move(screen, MOVE_PAGE_DOWN);
	if (!tree_pane_unfold(&s->tree))
		tree_pane_fold(&s->tree);
	return OUT_REFRESH;
}

ACTION(trace_parent)
{
	UNUSED;
	tree_pane_up(&state_of(screen)->tree);
	return OUT_REFRESH;
}

static enum outcome fold_to(struct screen *screen, int depth)
{
	struct trace_state *s = state_of(screen);
	s->wish = (struct trace_want){.job = JOB_FOLDS, .depth = depth};
	if (!s->tree.shape.view) {
		s->tree.changes.depth = depth + s->tree.shape.root_depth;
		vec_clear(&s->tree.changes.at);
	}
	s->tree.no_groups = false;
	vec_clear(&s->tree.opened);
	return OUT_REFRESH;
}

ACTION(trace_fold_all)
{
	UNUSED;
	if (state_of(screen)->full)
		return span_pane_key(&state_of(screen)->span, PIECE_FOLD_ALL) ? OUT_HANDLED : OUT_IGNORED;
	return fold_to(screen, 2);
}

ACTION(trace_unfold_all)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	struct folds none = {0};
	if (s->full)
		return span_pane_key(&s->span, PIECE_OPEN_ALL) ? OUT_HANDLED : OUT_IGNORED;
	s->wish = (struct trace_want){0};
	s->tree.no_groups |= !s->tree.shape.view;
	if (!s->tree.shape.view) {
		s->tree.changes.depth = -1;
		vec_clear(&s->tree.changes.at);
	}
	tree_pane_set_folds(&s->tree, &none);
	return OUT_REFRESH;
}

ACTION(trace_fold_depth)
{
	(void)target;
	int depth = action_which(screen->ops->actions, in->key);
	if (in->argument.len == 1)
		depth = in->argument.ptr[0] - '0';
	struct trace_state *s = screen->state;
	if (depth < 1 || depth > 9 || (s->full && span_pane_levels(&s->span, depth)))
		return OUT_HANDLED;
	return fold_to(screen, depth);
}

/* ---------------------------------------------------------------- jumps */

/* What is typed behind a jump is meant for the span that it finds. */
bool trace_waits(const struct screen *screen)
{
	const struct trace_state *s = screen->state;
	const struct trace_want *w = s->wish.job || !s->serial ? &s->wish : &s->pending;
	return w->job == JOB_JUMP && s->row.n > 0 && s->failed.job == JOB_NONE &&
	       screen->ui->now_ns - w->asked_ns < JUMP_WAIT_NS;
}

static enum outcome jump(struct screen *screen, enum trace_jump what, bool forward)
{
	struct trace_state *s = state_of(screen);
	const struct fold *fold = folds_at(&s->tree.folds, tree_pane_index(&s->tree, s->tree.cursor));
	s->wish = (struct trace_want){.job = JOB_JUMP,
	                              .jump = what,
	                              .forward = forward,
	                              .pos = s->tree.cursor,
	                              .asked_ns = screen->ui->now_ns,
	                              .count = what == JUMP_SIBLING && fold && fold->group ? fold->hidden + 1 : 0};
	return OUT_REFRESH;
}

#define JUMP(name, what, forward)                   \
	ACTION(name)                                \
	{                                           \
		UNUSED;                             \
		return jump(screen, what, forward); \
	}
JUMP(trace_next_error, JUMP_ERROR, true)
JUMP(trace_prev_error, JUMP_ERROR, false)
JUMP(trace_next_critical, JUMP_CRITICAL, true)
JUMP(trace_prev_critical, JUMP_CRITICAL, false)
JUMP(trace_next_same, JUMP_SAME, true)
JUMP(trace_prev_same, JUMP_SAME, false)

ACTION(trace_next_sibling)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full && span_pane_key(&s->span, PIECE_NEXT))
		return OUT_HANDLED;
	return jump(screen, JUMP_SIBLING, true);
}

ACTION(trace_prev_sibling)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full && span_pane_key(&s->span, PIECE_PREV))
		return OUT_HANDLED;
	return jump(screen, JUMP_SIBLING, false);
}

ACTION(trace_follow_link)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	s->link_wanted = true;
	trace_wish_link(screen);
	return OUT_REFRESH;
}

/* ---------------------------------------------------------------- searching */

static enum outcome match(struct screen *screen, bool forward)
{
	struct trace_state *s = state_of(screen);
	if (s->find.len == 0) {
		ui_say(screen->ui, "%s", keyed("nothing to search for yet: {/} asks"));
		return OUT_HANDLED;
	}
	/* A hit of a search over everything: what else this text has, then the next hit of the list. */
	if (s->of_hits)
		return span_pane_seek_on(&s->span, forward) ? OUT_HANDLED : forward ? OUT_NEXT_HIT : OUT_PREV_HIT;
	if (!s->full)
		return jump(screen, JUMP_NAME, forward);
	if (!span_pane_seek(&s->span, forward))
		ui_say(screen->ui, "not in this text");
	return OUT_HANDLED;
}

static ACTION(search_answer)
{
	(void)target;
	struct trace_state *s = state_of(screen);
	s->of_hits = false;
	buf_clear(&s->find);
	buf_add_str(&s->find, str_cut(in->argument, 0, 255));
	bool hit = span_pane_find(&s->span, buf_str(&s->find));
	if (s->find.len == 0)
		return OUT_REFRESH;
	if (!s->full)
		return match(screen, true);
	if (!hit)
		ui_say(screen->ui, "not in this text");
	return OUT_REFRESH;
}

static const struct action search_line = {.name = "search-for", .keys = "", .help = "", .run = search_answer};

ACTION(trace_search)
{
	if (in->argument.len)
		return search_answer(screen, in, target);
	*target = (struct target){.prompt = "/", .answer = &search_line};
	return OUT_PROMPT;
}

ACTION(trace_next_match)
{
	UNUSED;
	return match(screen, true);
}

ACTION(trace_prev_match)
{
	UNUSED;
	return match(screen, false);
}

/* ---------------------------------------------------------------- details */

ACTION(trace_next_tab)
{
	UNUSED;
	span_pane_turn(&state_of(screen)->span, 1);
	return OUT_REFRESH;
}

ACTION(trace_prev_tab)
{
	UNUSED;
	span_pane_turn(&state_of(screen)->span, -1);
	return OUT_REFRESH;
}

ACTION(trace_full)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->shown.agents && !s->full) /* from the outline to the span in its tree */
		return trace_agents(screen, in, target);
	s->full = !s->full;
	return OUT_REFRESH;
}

static enum outcome scroll_details(struct screen *screen, int direction, int count)
{
	struct trace_state *s = state_of(screen);
	if (s->full) {
		tree_pane_move(&s->tree, direction);
		return OUT_REFRESH;
	}
	struct split v = trace_split(s, screen->ui->rows, screen->ui->cols);
	span_pane_scroll(&s->span, direction * (count ? count : v.pane_rows > 3 ? v.pane_rows / 2 : 1));
	return OUT_REFRESH;
}

ACTION(trace_details_down)
{
	(void)target;
	return scroll_details(screen, 1, in->count);
}

ACTION(trace_details_up)
{
	(void)target;
	return scroll_details(screen, -1, in->count);
}

static enum outcome save_line(struct screen *screen, const struct input *in, struct target *target);
static const struct action save_as = {.name = "save-as", .keys = "", .help = "", .run = save_line};

static ACTION(save_line)
{
	return save_run(screen->ui, &state_of(screen)->span, in, &save_as, target);
}

ACTION(trace_save)
{
	struct input with = *in;
	if (!in->argument.len)
		with.argument = STR_NONE;
	return save_run(screen->ui, &state_of(screen)->span, &with, &save_as, target);
}

ACTION(trace_print_record)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	ui_say(screen->ui, span_pane_print(&s->span) ? "raw: as a tree" : "raw: as it came");
	return OUT_REFRESH;
}

ACTION(trace_self_time)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	s->tree.self_time = !s->tree.self_time;
	ui_say(screen->ui, s->tree.self_time ? "self time: what the spans below leave" : "total time");
	return OUT_HANDLED;
}

/* Out of the full view, then out of a search, then out of what hides spans; then the program's own "back" has it. */
ACTION(trace_leave)
{
	(void)target;
	struct trace_state *s = state_of(screen);
	if (s->full) {
		s->full = false;
		return OUT_REFRESH;
	}
	if (in->key != KEY_ESCAPE)
		return OUT_IGNORED;
	if (s->find.len == 0)
		return trace_show_more(screen) ? OUT_REFRESH : OUT_IGNORED;
	s->of_hits = false;
	buf_clear(&s->find);
	span_pane_find(&s->span, STR_NONE);
	return OUT_REFRESH;
}
