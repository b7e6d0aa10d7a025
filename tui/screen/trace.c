/* One trace: the tree of its spans with latency bars, and the details of the span under the cursor. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/span_row.h"
#include "tui/screen.h"
#include "tui/screen/pane_span.h"
#include "tui/screen/pane_trace.h"
#include "tui/screen/pane_tree.h"
#include "tui/widget/move.h"

enum {
	BESIDE_COLS = 120, /* from here on the details stand beside the tree */
	ROWS_FOR_BOTH = 9, /* fewer rows: the tree alone */
	KEPT = 16          /* traces whose folds and cursor are remembered */
};

struct trace_state {
	/* which trace */
	int64_t id, source, key; /* key: span to put the cursor on when it opens */
	char prefix[256];
	/* the trace */
	struct arena arena; /* of row and reason */
	struct trace_row row;
	struct str reason; /* why it failed */
	bool opened, lost;
	uint64_t generation; /* the row, the spans and the details were read at */
	bool span_is_stale;
	struct tree_pane tree;
	struct span_pane span;
	struct block_cache *blocks; /* travels with requests for details: NULL while one is under way */
	bool full;                  /* the details have the screen */
	struct buf find;
	bool link_wanted; /* follow the link of the details under way */
	bool shows_find;  /* the first span shown is to open at the tab that has it */
	/* requests */
	struct trace_want wish;            /* a jump or new folds that a key asked for */
	struct trace_want pending, failed; /* under way; the last one that failed, not asked again */
	uint64_t serial;                   /* of the one under way, 0 none */
};

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

static void keep(const struct screen *screen)
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
	folds_copy(&k->folds, &s->tree.folds);
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

/* ---------------------------------------------------------------- where things stand on the screen */

struct split {
	bool beside, pane, tree;
	int tree_rows, tree_cols; /* ruler and rows */
	int pane_row, pane_col, pane_rows, pane_cols;
};

static struct split split_for(const struct trace_state *s, int rows, int cols)
{
	struct split v = {.tree = true, .tree_rows = rows, .tree_cols = cols};
	if (s->full)
		return (struct split){.pane = true, .pane_rows = rows, .pane_cols = cols};
	if (cols >= BESIDE_COLS) {
		int pane = cols * 44 / 100;
		v.beside = v.pane = true;
		v.pane_cols = pane > 110 ? 110 : pane;
		v.tree_cols = cols - v.pane_cols - 1;
		v.pane_col = v.tree_cols + 1;
		v.pane_rows = rows;
	} else if (rows >= ROWS_FOR_BOTH) {
		int tree = (rows + 1) / 2;
		v.pane = true;
		v.tree_rows = s->row.n + 1 < tree ? (int)s->row.n + 1 : tree;
		v.pane_row = v.tree_rows;
		v.pane_rows = rows - v.tree_rows;
		v.pane_cols = cols;
	}
	return v;
}

static void fit(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	s->tree.rows = v.tree ? v.tree_rows - 1 : screen->ui->rows;
	s->tree.find = buf_str(&s->find);
	s->tree.running = trace_is_running(&s->row, screen->ui->now_ns);
	tree_pane_scroll(&s->tree);
	if (v.pane)
		span_pane_fit(&s->span, &s->row, v.pane_rows, v.pane_cols, screen->ui->ascii);
}

/* ---------------------------------------------------------------- asking and taking */

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
	if (s->wish.job) {
		w = s->wish;
		w.generation = screen->ui->generation;
		return w;
	}
	if (tree_pane_wants(&s->tree, &w.from, &w.count)) {
		w.job = JOB_ROWS;
		w.stamp = s->tree.stamp;
	} else if (screen->ui->moves && !s->full && s->span.data.loaded) {
		return w; /* the details come when the cursor rests */
	} else if (!s->span.data.loaded || s->span.data.row.pos != s->tree.cursor || s->span_is_stale) {
		w.job = JOB_SPAN;
		w.pos = s->tree.cursor;
	}
	return w;
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
	} else if (w->job == JOB_JUMP && w->jump == JUMP_LINK)
		snprintf(r->text, sizeof r->text, STR_FMT, STR_ARG(str_cut(span_pane_link(&s->span), 0, 255)));
	else if (w->job == JOB_JUMP)
		snprintf(r->text, sizeof r->text, STR_FMT, STR_ARG(str_cut(buf_str(&s->find), 0, 255)));
	if (w->job == JOB_ROWS)
		folds_copy(&r->folds, &s->tree.folds);
	if (w->job == JOB_SPAN) {
		r->blocks = s->blocks;
		s->blocks = NULL;
	}
	return r;
}

static void *trace_ask(struct screen *screen)
{
	static uint64_t serials;
	struct trace_state *s = state_of(screen);
	if (s->opened)
		fit(screen);
	struct trace_want w = decide(screen);
	bool busy =
	    s->serial && (s->pending.job == JOB_OPEN || s->pending.job == JOB_FOLDS || s->pending.job == JOB_JUMP);
	if (w.job == JOB_NONE || (busy && !s->wish.job) || (s->serial && trace_want_same(&w, &s->pending)) ||
	    trace_want_same(&w, &s->failed))
		return NULL;
	struct trace_request *r = request_new(screen, &w);
	s->wish = (struct trace_want){0};
	s->pending = w;
	r->serial = s->serial = ++serials;
	return r;
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
	s->row = r->trace;
	s->reason = r->reason;
	s->id = s->row.id;
	s->opened = true;
	s->lost = false;
	s->generation = r->want.generation;
	s->span_is_stale = true;
	s->tree.stamp++;
	bool back = first && come_back(screen);
	int64_t above = folds_row(&s->tree.folds, s->tree.cursor) - s->tree.top;
	if (r->new_folds && !back)
		tree_pane_set_folds(&s->tree, &r->folds);
	if (r->found >= 0 && (s->key || !first)) {
		tree_pane_go(&s->tree, r->found);
		if (first)
			tree_pane_center(&s->tree);
		else /* the trace has grown: what one looks at stays where it is */
			s->tree.top = folds_row(&s->tree.folds, r->found) - above;
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
	}
	return "";
}

static void take_jump(struct screen *screen, const struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	if (r->found < 0)
		ui_say(screen->ui, "%s", nothing_found(&r->want));
	else if (r->want.jump == JUMP_SIBLING)
		tree_pane_show(&s->tree, r->found);
	else
		tree_pane_go(&s->tree, r->found);
	tree_pane_center(&s->tree);
}

/* To the first tab that has what was searched for before we came here. */
static void show_find(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	if (!s->shows_find || !s->span.data.loaded)
		return;
	s->shows_find = false;
	for (int i = 0; i < N_SPAN_TABS; i++) {
		span_pane_turn(&s->span, 1);
		fit(screen);
		if (span_pane_find(&s->span, buf_str(&s->find)))
			break;
	}
}

/* To the span that the link of the details names, once they are there: `o` may come before them. */
static void wish_link(struct screen *screen)
{
	struct trace_state *s = state_of(screen);
	if (!s->link_wanted || s->span.data.row.pos != s->tree.cursor)
		return;
	s->link_wanted = false;
	if (span_pane_link(&s->span).len)
		s->wish =
		    (struct trace_want){.job = JOB_JUMP, .jump = JUMP_LINK, .forward = true, .pos = s->tree.cursor};
	else
		ui_say(screen->ui, "this span names no other span");
}

static void take_answer(struct screen *screen, struct trace_request *r)
{
	struct trace_state *s = state_of(screen);
	switch (r->want.job) {
	case JOB_NONE: break;
	case JOB_OPEN: take_open(screen, r); break;
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
		wish_link(screen);
		break;
	}
	fit(screen);
	if (r->want.job == JOB_SPAN)
		show_find(screen);
}

static void trace_take(struct screen *screen, void *request, bool ok)
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
		s->lost |= !ok && !r->interrupted && r->want.job == JOB_OPEN && !s->opened;
	}
	trace_request_free(r);
}

/* ---------------------------------------------------------------- opening and closing */

static bool trace_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct trace_state *s = state_of(screen);
	(void)err;
	s->id = target->id;
	s->source = target->id2;
	s->key = target->span;
	snprintf(s->prefix, sizeof s->prefix, "%s", target->text);
	buf_add_cstr(&s->find, target->find);
	s->shows_find = target->find[0] != '\0';
	s->tree = (struct tree_pane){.trace = &s->row, .rows = 1};
	span_pane_init(&s->span);
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
		keep(screen);
	tree_pane_done(&s->tree);
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

/* ---------------------------------------------------------------- drawing */

static void trace_draw(const struct screen *screen, struct canvas body)
{
	const struct trace_state *s = state_of(screen);
	if (!s->opened) {
		if (s->lost)
			canvas_putc(body, 1, 2, -1, ROLE_TEXT, "There is no such trace in this store. q goes back.");
		return;
	}
	if (s->row.n == 0) {
		canvas_putc(body, 1, 2, -1, ROLE_TEXT,
		            s->row.loose ? "The spans of this trace are being read."
		                         : "No spans of this trace are in the store, only scores.");
		return;
	}
	struct split v = split_for(s, body.rows, body.cols);
	if (v.tree)
		tree_pane_draw(&s->tree, canvas_part(body, 0, 0, v.tree_rows, v.tree_cols));
	if (v.beside)
		for (int row = 0; row < body.rows; row++)
			canvas_putc(body, row, v.tree_cols, 1, ROLE_BORDER, body.grid->ascii ? "|" : "│");
	bool old = s->span.data.row.pos != s->tree.cursor;
	if (v.pane)
		span_pane_draw(&s->span, canvas_part(body, v.pane_row, v.pane_col, v.pane_rows, v.pane_cols), old);
}

static bool trace_beside(const struct screen *screen, struct beside *out)
{
	const struct trace_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
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

static void trace_status(const struct screen *screen, struct buf *out)
{
	const struct trace_state *s = state_of(screen);
	if (!s->opened || s->row.n == 0 ||
	    (screen->ui->message_is_error && screen->ui->message[0])) /* what went wrong needs the row */
		return;
	const char *dot = screen->ui->ascii ? ", " : " · ";
	int64_t visible = folds_visible(&s->tree.folds, s->row.n);
	buf_printf(out, "row %lld of %lld", (long long)folds_row(&s->tree.folds, s->tree.cursor) + 1,
	           (long long)visible);
	if (visible != s->row.n)
		buf_printf(out, "%sspan %lld of %lld", dot, (long long)s->tree.cursor + 1, (long long)s->row.n);
	const struct tree_extent *e = tree_pane_extent(&s->tree);
	if (e && e->start_ns != TIME_UNKNOWN && s->row.start_ns != TIME_UNKNOWN) {
		buf_printf(out, "%sat ", dot);
		units_duration(out, e->start_ns - s->row.start_ns, screen->ui->ascii);
		if (e->end_ns != TIME_UNKNOWN && !e->running) {
			buf_add_cstr(out, screen->ui->ascii ? "-" : "–");
			units_duration(out, e->end_ns - s->row.start_ns, screen->ui->ascii);
		}
	}
	if (s->find.len)
		buf_printf(out, "%s/" STR_FMT, dot, STR_ARG(buf_str(&s->find)));
}

/* ---------------------------------------------------------------- moving */

static int64_t pane_page(const struct screen *screen)
{
	return screen->ui->rows > 3 ? screen->ui->rows - 2 : 1;
}

static int64_t by_of(enum move move, int64_t page)
{
	switch (move) {
	case MOVE_DOWN: return 1;
	case MOVE_UP: return -1;
	case MOVE_PAGE_DOWN: return page;
	case MOVE_PAGE_UP: return -page;
	case MOVE_HALF_DOWN: return (page + 1) / 2;
	case MOVE_HALF_UP: return -(page + 1) / 2;
	case MOVE_FIRST: return INT64_MIN / 4;
	case MOVE_LAST: return INT64_MAX / 4;
	case MOVE_LEFT:
	case MOVE_RIGHT: break;
	}
	return 0;
}

static enum outcome trace_move(struct screen *screen, enum move move)
{
	struct trace_state *s = state_of(screen);
	if (s->full) {
		span_pane_scroll(&s->span, by_of(move, pane_page(screen)));
		return OUT_HANDLED;
	}
	int64_t by = by_of(move, s->tree.rows > 1 ? s->tree.rows - 1 : 1);
	if (move == MOVE_PAGE_DOWN || move == MOVE_PAGE_UP || move == MOVE_HALF_DOWN || move == MOVE_HALF_UP)
		s->tree.top += by; /* the page turns: the cursor keeps its place on the screen */
	tree_pane_move(&s->tree, by);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(trace_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

ACTION(fold_or_parent)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full) {
		span_pane_turn(&s->span, -1);
		return OUT_REFRESH;
	}
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (!tree_pane_fold(&s->tree) && row && row->up > 0)
		s->tree.cursor -= row->up;
	return OUT_REFRESH;
}

ACTION(unfold_or_child)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full) {
		span_pane_turn(&s->span, 1);
		return OUT_REFRESH;
	}
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (!tree_pane_unfold(&s->tree) && row && row->size > 1)
		s->tree.cursor++;
	return OUT_REFRESH;
}

ACTION(toggle_fold)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	if (s->full)
		return trace_move(screen, MOVE_PAGE_DOWN);
	if (!tree_pane_unfold(&s->tree))
		tree_pane_fold(&s->tree);
	return OUT_REFRESH;
}

ACTION(parent)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (row && row->up > 0)
		s->tree.cursor -= row->up;
	return OUT_REFRESH;
}

static enum outcome fold_to(struct screen *screen, int depth)
{
	struct trace_state *s = state_of(screen);
	s->wish = (struct trace_want){.job = JOB_FOLDS, .depth = depth};
	return OUT_REFRESH;
}

ACTION(fold_all)
{
	UNUSED;
	return fold_to(screen, 2);
}

ACTION(unfold_all)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	struct folds none = {0};
	s->wish = (struct trace_want){0};
	tree_pane_set_folds(&s->tree, &none);
	return OUT_REFRESH;
}

ACTION(fold_depth)
{
	(void)target;
	int depth = in->key - '0';
	if (in->argument.len == 1)
		depth = in->argument.ptr[0] - '0';
	return depth >= 1 && depth <= 9 ? fold_to(screen, depth) : OUT_HANDLED;
}

/* ---------------------------------------------------------------- jumps */

static enum outcome jump(struct screen *screen, enum trace_jump what, bool forward)
{
	struct trace_state *s = state_of(screen);
	const struct fold *fold = folds_at(&s->tree.folds, s->tree.cursor);
	s->wish = (struct trace_want){.job = JOB_JUMP,
	                              .jump = what,
	                              .forward = forward,
	                              .pos = s->tree.cursor,
	                              .count = what == JUMP_SIBLING && fold && fold->group ? fold->hidden + 1 : 0};
	return OUT_REFRESH;
}

#define JUMP(name, what, forward)                   \
	ACTION(name)                                \
	{                                           \
		UNUSED;                             \
		return jump(screen, what, forward); \
	}
JUMP(next_error, JUMP_ERROR, true)
JUMP(prev_error, JUMP_ERROR, false)
JUMP(next_critical, JUMP_CRITICAL, true)
JUMP(prev_critical, JUMP_CRITICAL, false)
JUMP(next_sibling, JUMP_SIBLING, true)
JUMP(prev_sibling, JUMP_SIBLING, false)

ACTION(follow_link)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	s->link_wanted = true;
	wish_link(screen);
	return OUT_REFRESH;
}

/* ---------------------------------------------------------------- searching */

static enum outcome match(struct screen *screen, bool forward)
{
	struct trace_state *s = state_of(screen);
	if (s->find.len == 0) {
		ui_say(screen->ui, "nothing to search for yet: / asks");
		return OUT_HANDLED;
	}
	if (!s->full)
		return jump(screen, JUMP_NAME, forward);
	if (!span_pane_seek(&s->span, forward))
		ui_say(screen->ui, "not in this text");
	return OUT_HANDLED;
}

ACTION(search_answer)
{
	(void)target;
	struct trace_state *s = state_of(screen);
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

ACTION(search)
{
	if (in->argument.len)
		return search_answer(screen, in, target);
	*target = (struct target){.prompt = "/", .answer = &search_line};
	return OUT_PROMPT;
}

ACTION(next_match)
{
	UNUSED;
	return match(screen, true);
}

ACTION(prev_match)
{
	UNUSED;
	return match(screen, false);
}

/* ---------------------------------------------------------------- details */

ACTION(next_tab)
{
	UNUSED;
	span_pane_turn(&state_of(screen)->span, 1);
	return OUT_REFRESH;
}

ACTION(prev_tab)
{
	UNUSED;
	span_pane_turn(&state_of(screen)->span, -1);
	return OUT_REFRESH;
}

ACTION(full)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	s->full = !s->full;
	return OUT_REFRESH;
}

static enum outcome scroll_details(struct screen *screen, int direction)
{
	struct trace_state *s = state_of(screen);
	if (s->full) {
		tree_pane_move(&s->tree, direction);
		return OUT_REFRESH;
	}
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	span_pane_scroll(&s->span, direction * (v.pane_rows > 3 ? v.pane_rows / 2 : 1));
	return OUT_REFRESH;
}

ACTION(details_down)
{
	UNUSED;
	return scroll_details(screen, 1);
}

ACTION(details_up)
{
	UNUSED;
	return scroll_details(screen, -1);
}

ACTION(print_record)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	ui_say(screen->ui, span_pane_print(&s->span) ? "raw: printed with line breaks" : "raw: as it came");
	return OUT_REFRESH;
}

ACTION(self_time)
{
	UNUSED;
	struct trace_state *s = state_of(screen);
	s->tree.self_time = !s->tree.self_time;
	ui_say(screen->ui, s->tree.self_time ? "self time: what the spans below leave" : "total time");
	return OUT_HANDLED;
}

ACTION(critical_path)
{
	(void)in;
	*target = (struct target){.screen = "path", .id = state_of(screen)->row.id};
	return target->id ? OUT_OPEN : OUT_HANDLED;
}

/* Out of the full view, then out of a search; then the program's own "back" has it. */
ACTION(leave)
{
	(void)target;
	struct trace_state *s = state_of(screen);
	if (s->full) {
		s->full = false;
		return OUT_REFRESH;
	}
	if (s->find.len == 0 || in->key != KEY_ESCAPE)
		return OUT_IGNORED;
	buf_clear(&s->find);
	span_pane_find(&s->span, STR_NONE);
	return OUT_REFRESH;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"next-tab",        "Tab",               "next tab of the details",                                 "details",  1,  next_tab       },
    {"prev-tab",        "S-Tab",             "previous tab of the details",                             NULL,       0,  prev_tab       },
    {"full",            "Enter",             "details on the whole screen, and back",                   "full",     2,  full           },
    {"details-down",    "J",                 "scroll the details down; in the full view: next span",    NULL,       0,  details_down   },
    {"details-up",      "K",                 "scroll the details up; in the full view: previous span",  NULL,       0,  details_up     },
    MOVE_ACTIONS,
    {"fold-or-parent",  "h Left",            "fold; folded already: to the parent",                     "fold",     3,  fold_or_parent },
    {"unfold-or-child", "l Right",           "unfold; open already: to the first child",                NULL,       0,  unfold_or_child},
    {"toggle-fold",     "Space",             "fold or unfold; in a text: a page down",                  NULL,       0,  toggle_fold    },
    {"fold-all",        "z",                 "fold all below the first level",                          NULL,       0,  fold_all       },
    {"unfold-all",      "Z",                 "unfold all, groups of repeated calls too",                NULL,       0,  unfold_all     },
    {"fold-depth",      "1 2 3 4 5 6 7 8 9", "show this many levels",                                   NULL,       0,  fold_depth     },
    {"parent",          "p",                 "to the parent",                                           NULL,       0,  parent         },
    {"next-sibling",    "]",                 "next sibling",                                            NULL,       0,  next_sibling   },
    {"prev-sibling",    "[",                 "previous sibling",                                        NULL,       0,  prev_sibling   },
    {"next-error",      "e",                 "next span that failed",                                   "error",    4,  next_error     },
    {"prev-error",      "E",                 "previous span that failed",                               NULL,       0,  prev_error     },
    {"next-critical",   "x",                 "next span on the critical path",                          "critical", 5,  next_critical  },
    {"prev-critical",   "X",                 "previous span on the critical path",                      NULL,       0,  prev_critical  },
    {"critical-path",   "w",                 "the critical path, and what would shorten it",            "path",     7,  critical_path  },
    {"follow-link",     "o",                 "to the span that this one's link names",                  NULL,       0,  follow_link    },
    {"search",          "/",                 "search the names of spans; in the full view: the text",   "search",   6,  search         },
    {"next-match",      "n",                 "next match",                                              NULL,       0,  next_match     },
    {"prev-match",      "N",                 "previous match",                                          NULL,       0,  prev_match     },
    {"self-time",       "t",                 "show self time or total time",                            "self",     31, self_time      },
    {"print",           "P",                 "the raw record printed, or as it came",                   NULL,       0,  print_record   },
    {"leave",           "q Esc",             "leave the full view, drop the search, else one level up", NULL,       0,  leave          },
    ACTIONS_END,
};

const struct screen_ops screen_trace = {
    .name = "trace",
    .title = "Trace",
    .state_size = sizeof(struct trace_state),
    .actions = actions,
    .open = trace_open,
    .ask = trace_ask,
    .fetch = trace_request_fetch,
    .take = trace_take,
    .draw = trace_draw,
    .beside = trace_beside,
    .headline = trace_headline,
    .status = trace_status,
    .place = trace_place,
    .file = trace_file,
    .close = trace_close,
};
