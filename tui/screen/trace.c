/* One trace: the tree of its spans with latency bars, and the details of the span under the cursor. */
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/query/subject.h"
#include "store/span_row.h"
#include "tui/keyed.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_trace_state.h"
#include "tui/widget/pane_size.h"

enum {
	BESIDE_COLS = 120, /* from here on the details stand beside the tree */
	ROWS_FOR_BOTH = 9  /* fewer rows: the tree alone */
};

static struct trace_state *state_of(const struct screen *s)
{
	return s->state;
}

/* ---------------------------------------------------------------- where things stand on the screen */

struct split trace_split(const struct trace_state *s, int rows, int cols)
{
	struct split v = {.tree = true, .tree_rows = rows, .tree_cols = cols};
	if (s->full)
		return (struct split){.pane = true, .pane_rows = rows, .pane_cols = cols};
	if (cols >= BESIDE_COLS) {
		int pane = cols * 44 / 100;
		v.beside = v.pane = true;
		v.pane_cols = pane_size(pane > 110 ? 110 : pane, cols, 30, 40);
		v.tree_cols = cols - v.pane_cols - 1;
		v.pane_col = v.tree_cols + 1;
		v.pane_rows = rows;
	} else if (rows >= ROWS_FOR_BOTH) {
		int tree = rows - pane_size(rows - (rows + 1) / 2, rows, 3, 4);
		v.pane = true;
		struct tree_scope shows = tree_shape_scope(&s->tree.shape, s->row.n);
		v.tree_rows = shows.to - shows.from + 1 < tree ? (int)(shows.to - shows.from) + 1 : tree;
		v.pane_row = v.tree_rows;
		v.pane_rows = rows - v.tree_rows;
		v.pane_cols = cols;
	}
	return v;
}

/* ---------------------------------------------------------------- opening and closing */

static bool trace_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct trace_state *s = state_of(screen);
	(void)err;
	s->id = target->id;
	s->source = target->id2;
	s->key = target->span;
	s->sent = target->span != 0;
	s->asked = target->span;
	screen->visit = target->find[0] != '\0';
	snprintf(s->prefix, sizeof s->prefix, "%s", target->text);
	buf_add_cstr(&s->find, target->find);
	s->shows_find = target->find[0] != '\0';
	s->tree = (struct tree_pane){.trace = &s->row, .rows = 1, .moment_ns = TIME_UNKNOWN};
	s->rank.pos = -1;
	s->moment.at_ns = TIME_UNKNOWN;
	s->find_field = target->field;
	s->of_hits = target->find[0] == '\n';
	span_pane_init(&s->span);
	s->tab_sent = span_tab_named(str_of(target->line), &s->span.tab);
	return true;
}

static struct str trace_file(const struct screen *screen)
{
	return state_of(screen)->row.file;
}

static void trace_close(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	if (s->opened)
		trace_keep(screen);
	tree_pane_done(&s->tree);
	folds_done(&s->base);
	span_pane_done(&s->span);
	block_cache_free(s->blocks);
	arena_done(&s->arena);
	buf_done(&s->find);
}

static void trace_place(const struct screen *screen, struct target *out)
{
	const struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	*out = (struct target){.screen = "trace", .id = s->id, .span = row ? row->key : s->key};
}

static bool trace_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct trace_state *s = state_of(screen);
	if (what == COPY_VIEW)
		return s->opened && copy_link(out, "trace", s->row.text, STR_NONE);
	return s->opened && s->span.data.row.pos == s->tree.cursor && span_pane_copy(&s->span, &s->row, what, out);
}

/* ---------------------------------------------------------------- drawing */

static void trace_draw(const struct screen *screen, struct canvas body)
{
	const struct trace_state *s = state_of(screen);
	if (!s->opened) {
		if (s->lost)
			canvas_putc(body, 1, 2, -1, ROLE_TEXT,
			            keyed("There is no such trace in this store. {q} goes back."));
		return;
	}
	if (s->row.n == 0) {
		canvas_putc(body, 1, 2, -1, ROLE_TEXT,
		            s->row.loose ? "The spans of this trace are being read."
		                         : "No spans of this trace are in the store, only scores.");
		return;
	}
	struct split v = trace_split(s, body.rows, body.cols);
	if (v.tree)
		tree_pane_draw(&s->tree, canvas_part(body, 0, 0, v.tree_rows, v.tree_cols));
	if (v.beside)
		for (int row = 0; row < body.rows; row++)
			canvas_putc(body, row, v.tree_cols, 1, ROLE_BORDER, body.grid->ascii ? "|" : "│");
	bool old = s->span.data.row.pos != s->tree.cursor;
	if (v.pane && v.tree)
		canvas_zone(canvas_part(body, v.pane_row, v.pane_col, v.pane_rows, v.pane_cols),
		            (struct zone){.kind = ZONE_PANE, .name = "details"});
	if (v.pane)
		span_pane_draw(&s->span, canvas_part(body, v.pane_row, v.pane_col, v.pane_rows, v.pane_cols), old);
}

static bool trace_beside(const struct screen *screen, struct beside *out)
{
	const struct trace_state *s = state_of(screen);
	struct split v = trace_split(s, screen->ui->rows, screen->ui->cols);
	*out = (struct beside){.row = v.pane_row,
	                       .col = v.pane_col,
	                       .rows = v.pane_rows,
	                       .cols = v.pane_cols,
	                       .scroll_row = v.beside ? 1 : -1,
	                       .top = s->tree.top,
	                       .id = s->tree.cursor};
	return v.pane && v.tree && s->opened && s->row.n > 0;
}

static void add_figures(struct buf *out, const struct trace_row *row, bool running, bool ascii)
{
	units_thousands(out, row->spans);
	buf_add_cstr(out, row->spans == 1 ? " span " : " spans ");
	if (running)
		buf_add_cstr(out, ascii ? "running >" : "running ≥");
	units_duration(out, row->duration_ns, ascii);
	int64_t in = row->tokens_in, both = row->tokens_out;
	if (in != UNKNOWN_INT)
		both = both == UNKNOWN_INT ? in : in + both;
	if (both != UNKNOWN_INT) {
		buf_add_char(out, ' ');
		units_count(out, both);
		buf_add_cstr(out, " tok");
	}
	if (!IS_UNKNOWN(row->cost_usd)) {
		buf_add_char(out, ' ');
		(row->usage & TRACE_COST_ESTIMATED ? units_usd_about : units_usd)(out, row->cost_usd);
	}
}

/* Name, how it went, figures; the figures stay whole, the reason is cut first. */
static void trace_headline(const struct screen *screen, struct canvas row)
{
	const struct trace_state *s = state_of(screen);
	if (!s->opened)
		return;
	struct buf figures = BUF_INIT;
	bool ascii = row.grid->ascii;
	add_figures(&figures, &s->row, s->tree.running, ascii);
	int cols = text_cols(buf_str(&figures)), left = row.cols - cols - 3;
	struct str name = s->row.name.len ? s->row.name : s->row.text;
	if (s->shown.root_key || s->shown.agents) {
		const char *step = ascii ? ">" : "›";
		int used = 1 + canvas_put(row, 0, 1, left / 2, ROLE_TITLE, name);
		canvas_printf(row, 0, used + 1, left - used - 1, ROLE_MARK, "%s %s", step,
		              s->shown.root_key ? s->root_name : "agents");
		canvas_put_right(row, 0, row.cols - cols - 1, cols, ROLE_TITLE, buf_str(&figures));
		buf_done(&figures);
		return;
	}
	bool failed = s->row.status == STATUS_ERROR || s->row.errors > 0;
	int col = 1 + canvas_put(row, 0, 1, failed && left > 40 ? left / 2 : left - 1, ROLE_TITLE, name);
	if (failed)
		col += canvas_printf(row, 0, col + 2, left - col - 2, ROLE_ERROR, "%s " STR_FMT, glyph_error(ascii),
		                     STR_ARG(s->reason.len ? s->reason : STR_LIT("error"))) +
		       2;
	if (s->row.session.len && col + 12 < left && !failed)
		canvas_printf(row, 0, col + 2, left - col - 2, ROLE_DIM, "session " STR_FMT, STR_ARG(s->row.session));
	canvas_put_right(row, 0, row.cols - cols - 1, cols, ROLE_TITLE, buf_str(&figures));
	buf_done(&figures);
}

/* When the span under the cursor ran. */
static void add_times(const struct screen *screen, struct buf *out, const char *dot)
{
	const struct trace_state *s = state_of(screen);
	const struct tree_extent *e = tree_pane_extent(&s->tree);
	if (!e || e->start_ns == TIME_UNKNOWN || s->row.start_ns == TIME_UNKNOWN)
		return;
	buf_printf(out, "%sat ", dot);
	units_duration(out, e->start_ns - s->row.start_ns, screen->ui->ascii);
	if (e->end_ns != TIME_UNKNOWN && !e->running) {
		buf_add_cstr(out, screen->ui->ascii ? "-" : "–");
		units_duration(out, e->end_ns - s->row.start_ns, screen->ui->ascii);
	}
}

/* What ran at the time cursor. */
static void add_moment(const struct screen *screen, struct buf *out, const char *dot)
{
	const struct trace_state *s = state_of(screen);
	buf_printf(out, "%s%s ", dot, screen->ui->ascii ? "time" : "▼");
	units_duration(out, s->tree.moment_ns - s->row.start_ns, screen->ui->ascii);
	if (s->moment.at_ns != s->tree.moment_ns)
		return;
	buf_printf(out, ": %lld ran", (long long)s->moment.n);
	if (s->moment.n && s->moment.newest[0])
		buf_printf(out, ", last begun %s", s->moment.newest);
}

/* What of the trace shows, if it is not all. */
static void add_view(const struct trace_state *s, struct buf *out, const char *dot)
{
	const struct tree_view *v = s->tree.shape.view;
	if (v && s->shown.filter[0])
		buf_printf(out, "%s%lld match & %s", dot, (long long)v->matches, s->shown.filter);
	if (v && v->order != ORDER_START)
		buf_printf(out, "%sby %s", dot, v->by_tokens ? "tokens" : tree_order_name(v->order));
	if (s->shown.zoom_key)
		buf_printf(out, "%szoom", dot);
	if (s->view_is_old)
		buf_add_cstr(out, RECALLED_FILTER);
}

static void trace_status(const struct screen *screen, struct buf *out)
{
	const struct trace_state *s = state_of(screen);
	if (!s->opened || s->row.n == 0 ||
	    (screen->ui->message_is_error && screen->ui->message[0])) /* what went wrong needs the row */
		return;
	if (s->full && span_pane_position(out, &s->span))
		return;
	const char *dot = screen->ui->ascii ? ", " : " · ";
	int64_t visible = tree_pane_visible(&s->tree);
	buf_printf(out, "row %lld of %lld", (long long)tree_pane_place(&s->tree, s->tree.cursor) + 1,
	           (long long)visible);
	if (visible != s->row.n)
		buf_printf(out, "%sspan %lld of %lld", dot, (long long)s->tree.cursor + 1, (long long)s->row.n);
	if (s->tree.moment_ns != TIME_UNKNOWN)
		add_moment(screen, out, dot);
	else
		add_times(screen, out, dot);
	add_view(s, out, dot);
	if (s->find.len)
		buf_printf(out, "%s/" STR_FMT, dot, STR_ARG(str_trim(buf_str(&s->find))));
}

/* ---------------------------------------------------------------- keys */

MOVE_FUNCTIONS(trace_move)

/* Another screen about the same trace, at the span under the cursor: a row here and one below. */
static enum outcome open_about(struct screen *screen, struct target *target, const char *name)
{
	const struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (!s->opened)
		return OUT_HANDLED;
	*target = (struct target){.screen = name, .id = s->row.id, .span = row ? row->key : 0};
	return OUT_OPEN;
}

#define OPENS(name)                                                                                           \
	static enum outcome open_##name(struct screen *screen, const struct input *in, struct target *target) \
	{                                                                                                     \
		(void)in;                                                                                     \
		return open_about(screen, target, #name);                                                     \
	}
OPENS(ledger)
OPENS(origins)
OPENS(path)
OPENS(session)

/* The versions of the prompt that the span under the cursor used. */
static enum outcome open_prompts(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	const struct tree_row *row = tree_pane_row(&state_of(screen)->tree);
	if (!row || !row->prompt.len) {
		ui_say(screen->ui, "this span names no prompt");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "prompts"};
	snprintf(target->text, sizeof target->text, STR_FMT "@" STR_FMT, STR_ARG(str_cut(row->prompt, 0, 180)),
	         STR_ARG(str_cut(row->prompt_version, 0, 70)));
	return OUT_OPEN;
}

/* Beside the trace that is named by its id, or the last one of this name. */
static enum outcome beside_answer(struct screen *screen, const struct input *in, struct target *target)
{
	const struct trace_state *s = state_of(screen);
	*target = (struct target){.screen = "tracediff", .id2 = s->row.id};
	snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(str_cut(str_trim(in->argument), 0, 127)));
	return s->opened ? OUT_OPEN : OUT_HANDLED;
}

static const struct action beside_line = {.name = "beside", .keys = "", .help = "", .run = beside_answer};

static enum outcome open_tracediff(struct screen *screen, const struct input *in, struct target *target)
{
	if (in->argument.len)
		return beside_answer(screen, in, target);
	*target = (struct target){.prompt = "beside trace (empty: the last of this name) ", .answer = &beside_line};
	return OUT_PROMPT;
}

/* name, keys, help, hint, order, run */
/* clang-format off */
static const struct action actions[] = {
	{"next-tab", "Tab", "next tab of the details", "details", 1, trace_next_tab},
	{"prev-tab", "S-Tab", "previous tab of the details", NULL, 0, trace_prev_tab},
	{"full", "Enter", "details on the whole screen, and back", "full", 2, trace_full},
	{"details-down", "J", "scroll the details down; in the full view: next span", NULL, 0, trace_details_down},
	{"details-up", "K", "scroll the details up; in the full view: previous span", NULL, 0, trace_details_up},
	MOVE_ACTIONS,
	{"fold-or-parent", "h Left", "fold; folded already: to the parent", "fold", 3, trace_fold_or_parent},
	{"unfold-or-child", "l Right", "unfold; open already: to the first child", NULL, 0, trace_unfold_or_child},
	{"toggle-fold", "Space", "fold or unfold; in a text: a page down", NULL, 0, trace_toggle_fold},
	{"fold-all", "z", "fold all below the first level", NULL, 0, trace_fold_all},
	{"unfold-all", "Z", "unfold all, groups of repeated calls too", NULL, 0, trace_unfold_all},
	{"fold-depth", "1 2 3 4 5 6 7 8 9", "show this many levels", NULL, 0, trace_fold_depth},
	{"parent", "p", "to the parent", NULL, 0, trace_parent},
	{"next-sibling", "]", "next sibling; in the full view: next message", NULL, 0, trace_next_sibling},
	{"prev-sibling", "[", "previous sibling; in the full view: previous message", NULL, 0, trace_prev_sibling},
	{"next-error", "e", "next span that failed", "error", 4, trace_next_error},
	{"prev-error", "E", "previous span that failed", NULL, 0, trace_prev_error},
	{"next-critical", "x", "next span on the critical path", "critical", 5, trace_next_critical},
	{"prev-critical", "X", "previous span on the critical path", NULL, 0, trace_prev_critical},
	{"follow-link", "o", "to the span that this one's link names", NULL, 0, trace_follow_link},
	{"search", "/", "search the names of spans; in the full view: the text", "search", 6, trace_search},
	{"next-match", "n", "next match", NULL, 0, trace_next_match},
	{"prev-match", "N", "previous match", NULL, 0, trace_prev_match},
	{"self-time", "t", "show self time or total time", "self", 31, trace_self_time},
	{"record", "=", "the raw record as a tree, or as it came", NULL, 0, trace_print_record},
	{"save", "s", "save an image or other bytes of the details, or the text, as a file", NULL, 0, trace_save},
	{"critical-path", "w", "the critical path, and what would shorten it", "path", 35, open_path},
	{"ledger", "L", "what each model call carried, and what that cost", "ledger", 34, open_ledger},
	{"origins", "O", "where each sentence of the answer came from", "sources", 36, open_origins},
	{"tracediff", "d", "beside another trace: its id, or the last of this name", NULL, 0, open_tracediff},
	{"session", "W", "all traces of its session as one conversation", "talk", 32, open_session},
	{"prompt", "B", "the prompt that this span used: its versions", NULL, 0, open_prompts},
	{"next-same", "}", "next span of the same name", NULL, 0, trace_next_same},
	{"prev-same", "{", "previous span of the same name", NULL, 0, trace_prev_same},
	{"slowest", "!", "the slowest span by its own time; again: the next slowest", "slowest", 32, trace_slowest},
	{"dearest", "$", "the dearest span by its own cost, else tokens; again: the next", NULL, 0, trace_dearest},
	{"fold-kind", "b", "fold all spans of a kind; again: unfold them", NULL, 0, trace_fold_kind},
	{"filter", "&", "only spans that match, with what they hang on: kind:llm dur>2s", "filter", 31, trace_filter},
	{"root", ".", "this span as the root of all that shows; again: back", NULL, 0, trace_root},
	{"order", "S", "siblings by start, duration, self time, cost", NULL, 0, trace_order},
	{"agents", "A", "the outline of agents: calls, time, tokens, cost; again: the tree", NULL, 0, trace_agents},
	{"zoom", "|", "bars on what this span took; again: on the whole", NULL, 0, trace_zoom},
	{"time-left", "(", "time cursor: to the left; what ran then", NULL, 0, trace_time_left},
	{"time-right", ")", "time cursor: to the right", NULL, 0, trace_time_right},
	{"leave", "q Esc", "leave the full view, the search, the filter, the root; else one level up", NULL, 0, trace_leave},
	ACTIONS_END,
};
/* clang-format on */

static bool trace_subject(const struct screen *screen, struct subject_at *out)
{
	const struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (!s->opened || !row)
		return false;
	*out = (struct subject_at){
	    .kind = row->pos ? SUBJECT_SPAN : SUBJECT_TRACE, .trace = s->row.id, .span = row->pos ? row->key : 0};
	return true;
}

const struct screen_ops screen_trace = {
    .name = "trace",
    .title = "Trace",
    .state_size = sizeof(struct trace_state),
    .actions = actions,
    .open = trace_open,
    .ask = trace_ask,
    .fetch = trace_request_fetch,
    .take = trace_take,
    .waits = trace_waits,
    .draw = trace_draw,
    .beside = trace_beside,
    .headline = trace_headline,
    .status = trace_status,
    .place = trace_place,
    .copy = trace_copy,
    .subject = trace_subject,
    .file = trace_file,
    .remember = trace_remember,
    .recall = trace_recall,
    .close = trace_close,
};
