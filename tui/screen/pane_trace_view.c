/* What of a trace shows and from where: the keys for filter, temporary root, order, outline of agents, ruler and time cursor, and for the
 * walks by rank and the folds by kind. */
#include <string.h>

#include "store/query/filter.h"
#include "tui/keyed.h"
#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_trace_state.h"

static struct trace_state *state_of(const struct screen *s)
{
	return s->state;
}

#define KIND_WORDS "agent chain llm tool retriever embedding reranker guardrail evaluator prompt parser task span"

#define ACTION(name) enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

enum { MANY = 100000 }; /* spans that take so long to look through that it is said */

static enum outcome ask_view(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	s->wish = (struct trace_want){.job = JOB_VIEW};
	s->view_is_old = false;
	s->full = false;
	s->says_so = s->row.n > MANY && !screen->ui->message[0];
	if (s->says_so)
		ui_say(screen->ui, "%s", keyed("looking through all spans; {Esc} stops it"));
	return OUT_REFRESH;
}

static bool is_asking(const struct trace_state *s)
{
	return s->wish.job == JOB_VIEW || (s->serial && s->pending.job == JOB_VIEW);
}

/* What was asked for and is not there yet is not waited for any more. */
static void stop_asking(struct trace_state *s)
{
	s->view = s->shown;
	if (s->wish.job == JOB_VIEW)
		s->wish = (struct trace_want){0};
	if (s->serial && s->pending.job == JOB_VIEW)
		s->serial = 0;
}

/* ---------------------------------------------------------------- filter */

static ACTION(filter_answer)
{
	(void)target;
	struct trace_state *s = state_of(screen);
	struct str text = str_trim(in->argument);
	if (!filter_typed(screen->ui, text, FILTER_SPANS, sizeof s->view.filter - 1))
		return OUT_HANDLED;
	snprintf(s->view.filter, sizeof s->view.filter, STR_FMT, STR_ARG(text));
	if (text.len)
		s->view.agents = false;
	return ask_view(screen);
}

static const struct action filter_line = {.name = "filter-for", .keys = "", .help = "", .run = filter_answer};

ACTION(trace_filter)
{
	struct trace_state *s = state_of(screen);
	if (in->argument.len)
		return filter_answer(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_line, .filter = 1 + FILTER_SPANS};
	snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(str_cut(str_of(s->shown.filter), 0, 255)));
	return OUT_PROMPT;
}

/* ---------------------------------------------------------------- root, order, agents, ruler */

static bool at_root(const struct trace_state *s)
{
	return s->tree.shape.root_n && s->tree.cursor == s->tree.shape.root;
}

/* Again on the same span: back. On another one below it: down to that. */
ACTION(trace_root)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (!row)
		return OUT_HANDLED;
	bool back = at_root(s) || (s->shown.root_key && row->below < 2);
	if (!back && row->below < 2) {
		ui_say(screen->ui, "nothing hangs on this span");
		return OUT_HANDLED;
	}
	if (!back && row->below == s->row.n) {
		ui_say(screen->ui, "it is the root of all that shows");
		return OUT_HANDLED;
	}
	s->view.root_key = back ? 0 : row->key;
	s->view.zoom_key = 0;
	return ask_view(screen);
}

ACTION(trace_order)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->shown.agents) {
		ui_say(screen->ui, "agents stay in the order they began");
		return OUT_HANDLED;
	}
	s->view.order = (s->shown.order + 1) % N_TREE_ORDERS;
	s->tree.self_time = s->view.order == ORDER_SELF; /* what they are ordered by is what shows */
	if (s->view.order == ORDER_START)
		ui_say(screen->ui, "siblings as they began");
	else
		ui_say(screen->ui, "siblings by %s, largest first", tree_order_name(s->view.order));
	return ask_view(screen);
}

ACTION(trace_agents)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	s->view.agents = !s->shown.agents;
	s->view.filter[0] = '\0';
	s->view.order = ORDER_START;
	return ask_view(screen);
}

ACTION(trace_zoom)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (!row)
		return OUT_HANDLED;
	s->view.zoom_key = s->shown.zoom_key ? 0 : row->key;
	ui_say(screen->ui, s->view.zoom_key ? "bars: what this span took" : "bars: all of it");
	return ask_view(screen);
}

bool trace_show_more(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	if (is_asking(s)) {
		stop_asking(s);
		return true;
	}
	if (s->tree.moment_ns != TIME_UNKNOWN) {
		s->tree.moment_ns = TIME_UNKNOWN;
		return true;
	}
	if (s->shown.filter[0] || s->shown.agents) {
		s->view.filter[0] = '\0';
		s->view.agents = false;
	} else if (s->shown.zoom_key) {
		s->view.zoom_key = 0;
	} else if (s->shown.root_key) {
		s->view.root_key = 0;
	} else {
		return false;
	}
	ask_view(screen);
	return true;
}

/* ---------------------------------------------------------------- the time cursor */

static enum outcome move_moment(struct screen *screen, int by)
{
	struct trace_state *s = state_of(screen);
	struct split v = trace_split(s, screen->ui->rows, screen->ui->cols);
	struct tree_times ruler;
	int cols = v.tree ? tree_pane_bar_cols(&s->tree, v.tree_cols) : 0;
	int64_t ns;
	if (cols < 2 || s->shown.agents || !tree_pane_ruler(&s->tree, &ruler) ||
	    __builtin_sub_overflow(ruler.end_ns, ruler.start_ns, &ns) || ns <= 0) {
		ui_say(screen->ui, cols < 2 || s->shown.agents ? "no bars here" : "no times are known");
		return OUT_HANDLED;
	}
	const struct tree_extent *e = tree_pane_extent(&s->tree);
	double at = e && e->start_ns != TIME_UNKNOWN ? (double)(e->start_ns - ruler.start_ns) : 0;
	bool had = s->tree.moment_ns != TIME_UNKNOWN;
	if (had)
		at = (double)(s->tree.moment_ns - ruler.start_ns);
	/* To the middle of a column, so that what shows there is what ran then; first of all to where the span began. */
	int64_t col = (int64_t)(at / (double)ns * cols) + (had ? by : 0);
	col = col < 0 ? 0 : col >= cols ? cols - 1 : col;
	s->tree.moment_ns = ruler.start_ns + (int64_t)(((double)col + 0.5) / cols * (double)ns);
	return OUT_REFRESH;
}

ACTION(trace_time_left)
{
	UNUSED;
	return move_moment(screen, -1);
}

ACTION(trace_time_right)
{
	UNUSED;
	return move_moment(screen, 1);
}

/* ---------------------------------------------------------------- by rank, by kind */

/* From the first on; where the last such jump ended and the cursor still is, one further. */
static enum outcome ranked(struct screen *screen, enum tree_rank_by by)
{
	struct trace_state *s = state_of(screen);
	bool again = s->rank.pos == s->tree.cursor && s->rank.by == by;
	s->wish = (struct trace_want){.job = JOB_JUMP,
	                              .jump = JUMP_RANK,
	                              .by = by,
	                              .forward = true,
	                              .pos = s->tree.cursor,
	                              .asked_ns = screen->ui->now_ns,
	                              .place = again ? s->rank.place + 1 : 0};
	return OUT_REFRESH;
}

ACTION(trace_slowest)
{
	UNUSED;
	return ranked(screen, RANK_SELF_TIME);
}

ACTION(trace_dearest)
{
	UNUSED;
	return ranked(screen, RANK_COST);
}

static ACTION(kind_answer)
{
	(void)target;
	struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	struct str word = str_trim(in->argument);
	enum span_kind kind = row ? row->kind : KIND_SPAN; /* an empty line: the kind of the span under the cursor */
	if (word.len == 0 && !row)
		return OUT_HANDLED;
	if (word.len && !kind_named(word, &kind)) {
		ui_say(screen->ui, "no kind is called \"" STR_FMT "\": %s", STR_ARG(str_cut(word, 0, 40)), KIND_WORDS);
		return OUT_HANDLED;
	}
	s->wish = (struct trace_want){.job = JOB_KIND, .kind = kind};
	return OUT_REFRESH;
}

static const struct action kind_line = {.name = "kind-for", .keys = "", .help = "", .run = kind_answer};

ACTION(trace_fold_kind)
{
	if (in->argument.len)
		return kind_answer(screen, in, target);
	*target = (struct target){.prompt = "kind:", .answer = &kind_line, .words = KIND_WORDS};
	return OUT_PROMPT;
}
