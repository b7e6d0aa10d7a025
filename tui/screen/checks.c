/* What checks found, by check: how many, in how many traces, and the newest of it. Enter: the traces that have it. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/query/findings.h"
#include "store/query/queue_make.h"
#include "store/query/subject.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"
#include "tui/screen/pane_chosen.h"
#include "tui/screen/pane_two.h"

enum { NAME_COLS = 17, NAME_MOST = 30, LEVEL_COLS = 8, FIGURE_COLS = 7, SPANS_COLS = 70, EXAMPLES = 50 };

struct checks_state {
	struct finding_page page;     /* its sums */
	struct finding_page examples; /* of the check under the cursor: its newest findings */
	struct str examples_of;       /* in its arena */
	struct list list;
	char start[128]; /* the check to begin on */
	bool loaded, failed;
	uint64_t serial; /* of the request that is awaited; 0: none */
	uint64_t generation;
};

struct request {
	void *owner;
	uint64_t serial, generation;
	struct arena arena;
	struct str check; /* absent: the sums are asked for */
	struct finding_page page;
	bool interrupted;
};

static struct checks_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct finding_sum *sum_of_cursor(const struct checks_state *s)
{
	int64_t row = s->list.cursor;
	return row >= 0 && (size_t)row < s->page.n_sums ? &s->page.sums[row] : NULL;
}

/* ---------------------------------------------------------------- data */

static struct two_panes panes(int rows, int cols)
{
	return two_panes(&(struct two_sizes){.below = 7, .list_least = 6, .percent = 60}, rows, cols);
}

static struct request *request_new(struct screen *screen, struct str check)
{
	static uint64_t serials;
	struct checks_state *s = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){
	    .owner = s, .serial = ++serials, .generation = screen->ui->generation, .interrupted = true};
	r->check = arena_str(&r->arena, check);
	s->serial = r->serial;
	return r;
}

static void *checks_ask(struct screen *screen)
{
	struct checks_state *s = state_of(screen);
	list_set_page(&s->list, panes(screen->ui->rows, screen->ui->cols).rows);
	if (s->serial || s->failed)
		return NULL;
	if (!s->loaded || s->generation != screen->ui->generation)
		return request_new(screen, STR_NONE);
	const struct finding_sum *sum = sum_of_cursor(s);
	if (sum && !str_eq(sum->check, s->examples_of))
		return request_new(screen, sum->check);
	return NULL;
}

static bool checks_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct finding_query q = {.check = r->check, .limit = EXAMPLES};
	bool ok = r->check.ptr ? findings_list(db, &q, &r->page, err) : findings_by_check(db, &q, &r->page, err);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

/* The cursor stays on its check. */
static void adopt_sums(struct checks_state *s, struct request *r)
{
	const struct finding_sum *at = sum_of_cursor(s);
	struct str check = at ? at->check : str_of(s->start);
	int64_t found = check.len ? -1 : 0;
	for (size_t i = 0; check.len && i < r->page.n_sums; i++)
		if (str_eq(r->page.sums[i].check, check))
			found = (int64_t)i;
	finding_page_done(&s->page);
	s->page = r->page;
	s->generation = r->generation;
	s->loaded = true;
	s->examples_of = STR_NONE;
	list_refit(&s->list, (int64_t)s->page.n_sums, found);
}

static void checks_take(struct screen *screen, void *request, bool ok)
{
	struct checks_state *s = state_of(screen);
	struct request *r = request;
	bool ours = r->owner == s && r->serial == s->serial;
	if (ours) {
		s->serial = 0;
		s->failed = !ok && !r->interrupted;
	}
	if (ours && ok && !r->check.ptr) {
		adopt_sums(s, r);
	} else if (ours && ok) {
		finding_page_done(&s->examples);
		s->examples = r->page;
		s->examples_of = arena_str(&s->examples.arena, r->check);
	} else {
		finding_page_done(&r->page);
	}
	arena_done(&r->arena);
	free(r);
}

static bool checks_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	snprintf(state_of(screen)->start, sizeof state_of(screen)->start, "%.127s", target->text);
	list_init(&state_of(screen)->list);
	return true;
}

static void checks_close(struct screen *screen)
{
	finding_page_done(&state_of(screen)->page);
	finding_page_done(&state_of(screen)->examples);
}

static void checks_place(const struct screen *screen, struct target *out)
{
	(void)screen;
	*out = (struct target){.screen = "checks"};
}

/* ---------------------------------------------------------------- drawing */

static enum role level_role(enum finding_level level)
{
	return level == FINDING_ERROR ? ROLE_ERROR : level == FINDING_WARNING ? ROLE_WARNING : ROLE_DIM;
}

static void put_figure(struct canvas c, int col, enum role role, int64_t n)
{
	struct buf text = BUF_INIT;
	units_count(&text, n);
	canvas_put_right(c, 0, col, FIGURE_COLS - 1, role, buf_str(&text));
	buf_done(&text);
}

struct drawing {
	const struct checks_state *s;
	struct chosen chosen; /* n 0: none are */
};

static void draw_sum(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	if (row < 0 || (size_t)row >= d->s->page.n_sums)
		return;
	const struct finding_sum *sum = &d->s->page.sums[row];
	if (d->chosen.n) {
		chosen_row(&d->chosen, line, sum, cursor, 0, NULL, NULL);
		return;
	}
	int col = 1, used = canvas_put(line, 0, col, NAME_COLS - 1, ROLE_TEXT, sum->check);
	if (cursor)
		canvas_reverse(line, 0, col, used);
	col += NAME_COLS;
	canvas_putc(line, 0, col, LEVEL_COLS - 1, level_role(sum->level), finding_level_name(sum->level));
	col += LEVEL_COLS;
	put_figure(line, col, ROLE_TEXT, sum->findings);
	col += FIGURE_COLS;
	put_figure(line, col, ROLE_TEXT, sum->traces);
	col += FIGURE_COLS;
	if (line.cols >= SPANS_COLS) {
		put_figure(line, col, sum->spans ? ROLE_TEXT : ROLE_DIM, sum->spans);
		col += FIGURE_COLS;
	}
	canvas_put(line, 0, col, line.cols - col, ROLE_DIM, sum->example.explanation);
}

static void draw_head(const struct drawing *d, struct canvas head)
{
	int col = 1;
	if (d->chosen.n) {
		chosen_titles(&d->chosen, head, false, -1);
		return;
	}
	canvas_putc(head, 0, col, NAME_COLS - 1, ROLE_HEADING, "check");
	canvas_putc(head, 0, col + NAME_COLS, LEVEL_COLS - 1, ROLE_HEADING, "level");
	col += NAME_COLS + LEVEL_COLS;
	canvas_put_right(head, 0, col, FIGURE_COLS - 1, ROLE_HEADING, STR_LIT("found"));
	canvas_put_right(head, 0, col + FIGURE_COLS, FIGURE_COLS - 1, ROLE_HEADING, STR_LIT("traces"));
	col += 2 * FIGURE_COLS;
	if (head.cols >= SPANS_COLS) {
		canvas_put_right(head, 0, col, FIGURE_COLS - 1, ROLE_HEADING, STR_LIT("spans"));
		col += FIGURE_COLS;
	}
	canvas_putc(head, 0, col, head.cols - col, ROLE_HEADING, "newest");
}

/* One finding: where it is, then what it says. */
static void add_finding(struct sheet *sheet, const struct finding_row *f, int64_t now_ns, int rows)
{
	struct buf when = BUF_INIT;
	units_time(&when, f->start_ns, now_ns);
	sheet_row(sheet);
	sheet_add(sheet, level_role(f->level), str_of(finding_level_name(f->level)));
	sheet_addc(sheet, ROLE_TEXT, " ");
	sheet_add(sheet, ROLE_TEXT, f->trace_name.len ? f->trace_name : f->trace_text);
	sheet_addc(sheet, ROLE_DIM, "  ");
	sheet_add(sheet, ROLE_DIM, arena_str(&sheet->arena, buf_str(&when)));
	if (f->has_span && f->span_name.len) {
		sheet_addc(sheet, ROLE_DIM, "  ");
		sheet_add(sheet, ROLE_TEXT, f->span_name);
	}
	buf_done(&when);
	sheet_row(sheet);
	sheet_wrap(sheet, ROLE_TEXT, 2, f->explanation, rows);
}

/* The newest findings of the check under the cursor, as many as there is room for. */
static void draw_details(const struct screen *screen, struct canvas c)
{
	const struct checks_state *s = state_of(screen);
	const struct finding_sum *sum = sum_of_cursor(s);
	struct sheet sheet = {0};
	if (!sum || c.rows < 1)
		return;
	sheet_begin(&sheet, c.cols);
	sheet_row(&sheet);
	sheet_add(&sheet, ROLE_TITLE, sum->check);
	for (int level = N_FINDING_LEVELS; level-- > 0;)
		if (sum->of_level[level])
			sheet_printf(&sheet, level_role((enum finding_level)level), "  %lld %s%s",
			             (long long)sum->of_level[level], finding_level_name((enum finding_level)level),
			             sum->of_level[level] == 1 ? "" : "s");
	if (str_eq(sum->check, s->examples_of)) {
		for (size_t i = 0; i < s->examples.n && sheet.rows < c.rows; i++)
			add_finding(&sheet, &s->examples.rows[i], screen->ui->now_ns, 4);
	} else {
		add_finding(&sheet, &sum->example, screen->ui->now_ns, 4);
	}
	sheet_draw(&sheet, c, 0, false, STR_NONE);
	sheet_done(&sheet);
}

/* A check's name tells the rows apart; what is missing of the line goes from it again. */
static void widen_name(const struct checks_state *s, struct chosen *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; c->at[i].column == c->keeps && k < s->page.n_sums; k++) {
			int cols = text_cols(s->page.sums[k].check);
			if (cols > c->at[i].cols && cols <= NAME_MOST)
				c->at[i].cols = cols;
		}
}

static void checks_draw(const struct screen *screen, struct canvas body)
{
	const struct checks_state *s = state_of(screen);
	struct two_panes p = panes(body.rows, body.cols);
	struct canvas list = two_list(&p, body);
	struct drawing d = {.s = s};
	if (chosen_begin(&d.chosen, finding_sum_columns, NULL)) {
		widen_name(s, &d.chosen);
		chosen_fit(&d.chosen, 1, p.cols);
	}
	draw_head(&d, two_titles(&p, body));
	if (!s->page.n_sums) {
		canvas_putc(list, 1, 1, p.cols - 2, ROLE_DIM,
		            s->failed                                  ? "could not be read"
		            : !s->loaded                               ? "looking"
		            : s->page.checked + s->page.unchecked == 0 ? "no traces yet"
		            : s->page.unchecked                        ? "nothing found so far"
		                                : "nothing found: every check passed in every trace");
		return;
	}
	list_draw(&s->list, list, draw_sum, &d);
	draw_details(screen, two_details(&p, body));
}

static bool checks_beside(const struct screen *screen, struct beside *out)
{
	const struct checks_state *s = state_of(screen);
	struct two_panes p = panes(screen->ui->rows, screen->ui->cols);
	return sum_of_cursor(s) && two_beside(&p, &s->list, out);
}

static void checks_headline(const struct screen *screen, struct canvas row)
{
	const struct checks_state *s = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Checks");
	struct buf looked = BUF_INIT;
	units_thousands(&looked, s->page.checked);
	buf_add_cstr(&looked, s->page.checked == 1 ? " trace looked at" : " traces looked at");
	if (s->loaded)
		canvas_put(row, 0, col + 2, row.cols - col - 3, ROLE_DIM, buf_str(&looked));
	buf_done(&looked);
}

static void checks_status(const struct screen *screen, struct buf *out)
{
	const struct checks_state *s = state_of(screen);
	if (!s->loaded)
		return;
	list_position(out, &s->list);
	if (s->page.unchecked)
		buf_printf(out, "%s%lld traces to come", screen->ui->ascii ? ", " : " · ",
		           (long long)s->page.unchecked);
}

/* What the cursor stands on: the check's newest finding. */
static bool checks_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct finding_sum *sum = sum_of_cursor(state_of(screen));
	if (!sum)
		return false;
	switch (what) {
	case COPY_VALUE: buf_add_str(out, sum->example.explanation); return true;
	case COPY_ID: buf_add_str(out, sum->check); return true;
	case COPY_COMMAND: copy_command(out, "checks", STR_NONE, "check", sum->check); return true;
	case COPY_PATH: return false;
	case COPY_LINK: return copy_link(out, "checks", sum->check, STR_NONE);
	case COPY_VIEW: return copy_link(out, "checks", STR_NONE, STR_NONE);
	}
	return false;
}

/* ---------------------------------------------------------------- actions */

static enum outcome checks_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->list, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(checks_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

ACTION(open_traces)
{
	(void)in;
	const struct finding_sum *sum = sum_of_cursor(state_of(screen));
	if (!sum)
		return OUT_HANDLED;
	*target = (struct target){.screen = "traces"};
	snprintf(target->text, sizeof target->text, "finding:" STR_FMT, STR_ARG(str_cut(sum->check, 0, 60)));
	return OUT_OPEN;
}

ACTION(open_newest)
{
	(void)in;
	const struct finding_sum *sum = sum_of_cursor(state_of(screen));
	if (!sum)
		return OUT_HANDLED;
	*target = (struct target){
	    .screen = "trace", .id = sum->example.trace, .span = sum->example.has_span ? sum->example.span : 0};
	return OUT_OPEN;
}

ACTION(open_propose)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "propose"};
	return OUT_OPEN;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"open",    "Enter", "the traces in which it was found",     "traces",  1, open_traces },
    MOVE_ACTIONS,
    {"newest",  "o",     "the newest of it: its trace and span", "newest",  2, open_newest },
    {"propose", "p",     "rules out of flagged answers",         "propose", 3, open_propose},
    ACTIONS_END,
};

static bool checks_subject(const struct screen *screen, struct subject_at *out)
{
	const struct finding_sum *sum = sum_of_cursor(state_of(screen));
	if (!sum || !sum->example.trace)
		return false;
	*out = (struct subject_at){.kind = sum->example.has_span ? SUBJECT_SPAN : SUBJECT_TRACE,
	                           .trace = sum->example.trace,
	                           .span = sum->example.has_span ? sum->example.span : 0};
	return true;
}

/* The traces in which the check under the cursor found something. */
static bool checks_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct finding_sum *sum = sum_of_cursor(state_of(screen));
	struct buf filter = BUF_INIT;
	if (!sum)
		return false;
	buf_add_cstr(&filter, "finding:");
	filter_quote(&filter, sum->check);
	*out = (struct queue_ask){.from = QUEUE_TRACES, .where = arena_str(arena, buf_str(&filter)), .sorted = true};
	buf_done(&filter);
	return true;
}

/* ---------------------------------------------------------------- how it was left */

static void checks_remember(const struct screen *screen, struct jout *out)
{
	const struct checks_state *s = state_of(screen);
	const struct finding_sum *at = sum_of_cursor(s);
	remember_row(out, &s->list, at ? at->check : STR_NONE);
}

static bool checks_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct checks_state *s = state_of(screen);
	int64_t at = -1;
	(void)lately;
	if (!s->loaded)
		return s->failed;
	for (size_t i = 0; i < s->page.n_sums; i++)
		if (recall_is_row(kept, s->page.sums[i].check))
			at = (int64_t)i;
	recall_row(kept, &s->list, at);
	return true;
}

const struct screen_ops screen_checks = {
    .name = "checks",
    .title = "Checks",
    .state_size = sizeof(struct checks_state),
    .actions = actions,
    .open = checks_open,
    .ask = checks_ask,
    .fetch = checks_fetch,
    .take = checks_take,
    .draw = checks_draw,
    .beside = checks_beside,
    .headline = checks_headline,
    .status = checks_status,
    .place = checks_place,
    .copy = checks_copy,
    .subject = checks_subject,
    .review = checks_review,
    .remember = checks_remember,
    .recall = checks_recall,
    .close = checks_close,
};
