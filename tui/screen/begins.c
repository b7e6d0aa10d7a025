/* Where regressions begin: the steps at which the traces of the lost cases first differ from the baseline's, against the other cases;
 * Enter opens the cases behind a line in Compare, and on a case its two traces. The first figures come from a part of the cases. */
#include <stdlib.h>

#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_begins.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen.h"
#include "tui/widget/find.h"

/* What a first look puts in line of each group; it goes on from there, times GROWTH each. */
enum { FIRST_LOOK = 64, GROWTH = 8 };

struct request {
	const void *owner;
	uint64_t serial, generation;
	int64_t a, b, most;
	bool failed; /* and asking again would not help */
	struct compare compare;
	struct begins begins;
};

struct begins_state {
	int64_t a, b;
	struct compare compare;
	struct begins begins;
	struct begins_view view;
	bool loaded, failed;
	int64_t most; /* what was looked at of each group, at most */
	uint64_t generation, serial;
	struct buf find;
};

static struct begins_state *state_of(const struct screen *s)
{
	return s->state;
}

/* ---------------------------------------------------------------- data */

static bool is_whole(const struct begins_state *s)
{
	const struct begins *b = &s->begins;
	int64_t lost = b->lost.traced < BEGINS_LOST ? b->lost.traced : BEGINS_LOST;
	int64_t others = b->others.traced < BEGINS_OTHERS ? b->others.traced : BEGINS_OTHERS;
	return s->most >= BEGINS_LOST || (b->lost.looked >= lost && (b->others.looked >= others || !b->lost.looked));
}

static void lay_out(struct screen *screen)
{
	struct begins_state *s = state_of(screen);
	begins_lay_out(&s->view, screen->ui->rows, screen->ui->cols);
}

static void *begins_ask(struct screen *screen)
{
	static uint64_t serials;
	struct begins_state *s = state_of(screen);
	lay_out(screen);
	bool fresh = s->generation == screen->ui->generation;
	if (s->serial || (fresh && (s->failed || (s->loaded && is_whole(s)))))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	int64_t most = !s->loaded ? FIRST_LOOK : fresh ? s->most * GROWTH : s->most;
	*r = (struct request){
	    .owner = s, .serial = ++serials, .generation = screen->ui->generation, .a = s->a, .b = s->b, .most = most};
	s->serial = r->serial;
	return r;
}

static bool begins_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	struct begins_most most = {.lost = r->most < BEGINS_LOST ? r->most : BEGINS_LOST,
	                           .others = r->most < BEGINS_OTHERS ? r->most : BEGINS_OTHERS};
	bool ok =
	    compare_runs(db, r->a, r->b, &opts, &r->compare, err) && begins_of(db, &r->compare, most, &r->begins, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

/* The line the cursor was on, among the new ones. */
static int64_t find_line(const struct begins *b, struct str filter)
{
	for (size_t i = 0; filter.len && i < b->n_lines; i++)
		if (str_eq(b->lines[i].filter, filter))
			return (int64_t)i;
	return -1;
}

static void adopt(struct begins_state *s, struct request *r)
{
	const struct begins_line *before = begins_line_at(&s->view, s->view.table.cursor);
	int64_t found = before && s->loaded ? find_line(&r->begins, before->filter) : -1;
	struct compare compare = s->compare;
	struct begins begins = s->begins;
	s->compare = r->compare;
	s->begins = r->begins;
	r->compare = compare;
	r->begins = begins;
	s->loaded = true;
	s->most = r->most;
	s->view.compare = &s->compare;
	s->view.begins = &s->begins;
	s->view.head.cols = 0; /* to be laid out */
	list_refit(&s->view.table, (int64_t)s->begins.n_lines, found);
	begins_settle(&s->view, false);
	int64_t at = s->view.cases.cursor;
	begins_gather(&s->view);
	if (found >= 0)
		list_go(&s->view.cases, at);
	s->view.in_cases = s->view.in_cases && s->view.n_behind;
}

static void begins_take(struct screen *screen, void *request, bool ok)
{
	struct begins_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && s->serial == r->serial) {
		s->serial = 0;
		s->failed = r->failed;
		if (ok || r->failed)
			s->generation = r->generation;
		if (ok && r->a == s->a && r->b == s->b)
			adopt(s, r);
	}
	compare_done(&r->compare);
	begins_done(&r->begins);
	free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- drawing */

static void begins_screen_draw(const struct screen *screen, struct canvas body)
{
	const struct begins_state *s = state_of(screen);
	if (s->loaded)
		begins_draw(&s->view, body);
	else
		canvas_putc(body, 1, 2, -1, ROLE_DIM,
		            s->failed ? keyed("The comparison could not be read. {q} goes back.")
		                      : "putting the traces of the lost cases in line with their baseline's");
}

static bool begins_beside(const struct screen *screen, struct beside *out)
{
	const struct begins_state *s = state_of(screen);
	struct begins_places at = begins_places(&s->view, screen->ui->rows);
	*out = (struct beside){.row = at.cases_row - 1,
	                       .col = 0,
	                       .rows = at.cases_rows + 1,
	                       .cols = screen->ui->cols,
	                       .scroll_row = -1,
	                       .id = s->view.table.cursor + 1};
	return s->loaded && at.cases_rows > 0 && !s->view.in_cases;
}

static void begins_headline(const struct screen *screen, struct canvas row)
{
	const struct begins_state *s = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Where regressions begin") + 2;
	if (!s->loaded)
		return;
	compare_put_sides(row, col, screen->ui, &s->compare.a, &s->compare.b);
}

static void begins_status(const struct screen *screen, struct buf *out)
{
	const struct begins_state *s = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!s->loaded)
		return;
	list_position(out, s->view.in_cases ? &s->view.cases : &s->view.table);
	if (s->serial && !is_whole(s))
		buf_printf(out, "%slooked at %lld of %lld losses so far", dot, (long long)s->begins.lost.looked,
		           (long long)s->begins.lost.traced);
	if (s->find.len)
		buf_printf(out, "%s/" STR_FMT, dot, STR_ARG(buf_str(&s->find)));
}

/* ---------------------------------------------------------------- keys */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome begins_move(struct screen *screen, enum move move)
{
	struct begins_state *s = state_of(screen);
	bool up = move == MOVE_UP || move == MOVE_PAGE_UP || move == MOVE_HALF_UP;
	if (s->view.in_cases) {
		list_move(&s->view.cases, move);
	} else if (list_move(&s->view.table, move)) {
		begins_settle(&s->view, up);
		begins_gather(&s->view);
	}
	lay_out(screen);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(begins_move)

ACTION(other_pane)
{
	UNUSED;
	struct begins_state *s = state_of(screen);
	struct begins_places at = begins_places(&s->view, screen->ui->rows);
	if (s->view.in_cases)
		s->view.in_cases = false;
	else if (s->loaded && s->view.n_behind && at.cases_rows > 0)
		s->view.in_cases = true;
	else
		ui_say(screen->ui, "%s",
		       at.cases_rows > 0 ? "no case stands behind this line"
		                         : keyed("no room for the cases: {Enter} opens them"));
	return OUT_HANDLED;
}

static enum outcome open_case(struct screen *screen, struct target *target)
{
	struct begins_state *s = state_of(screen);
	const struct begins_case *c = begins_case_at(&s->view, s->view.cases.cursor);
	if (!c)
		return OUT_HANDLED;
	if (c->trace_a && c->trace_b) {
		*target = (struct target){.screen = "tracediff", .id = c->trace_a, .id2 = c->trace_b};
		return OUT_OPEN;
	}
	struct str key = s->compare.rows[c->row].key;
	*target = (struct target){.screen = "compare", .id = s->a, .id2 = s->b};
	snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(str_cut(key, 0, sizeof target->text - 1)));
	return OUT_OPEN;
}

ACTION(open_row)
{
	(void)in;
	struct begins_state *s = state_of(screen);
	const struct begins_line *line = begins_line_at(&s->view, s->view.table.cursor);
	if (s->view.in_cases)
		return open_case(screen, target);
	if (!s->loaded || !line || !line->filter.len)
		return OUT_HANDLED;
	*target = (struct target){.screen = "compare", .id = s->a, .id2 = s->b};
	if (line->filter.len >= sizeof target->line) {
		ui_say(screen->ui, "the name of this step is too long for a filter");
		return OUT_HANDLED;
	}
	snprintf(target->line, sizeof target->line, STR_FMT, STR_ARG(line->filter));
	return OUT_OPEN;
}

ACTION(open_traces)
{
	UNUSED;
	struct begins_state *s = state_of(screen);
	const struct begins_case *c = begins_case_at(&s->view, s->view.in_cases ? s->view.cases.cursor : 0);
	if (c && c->trace_a && c->trace_b)
		return open_case(screen, target);
	ui_say(screen->ui, "no two traces stand behind this line");
	return OUT_HANDLED;
}

ACTION(prompts)
{
	(void)in;
	const struct begins_state *s = state_of(screen);
	*target = (struct target){.screen = "rundiff", .id = s->a, .id2 = s->b};
	return OUT_OPEN;
}

ACTION(leave)
{
	(void)target;
	struct begins_state *s = state_of(screen);
	if (in->key == KEY_ESCAPE && s->find.len) {
		buf_clear(&s->find);
		s->view.find = STR_NONE;
		return OUT_HANDLED;
	}
	if (!s->view.in_cases)
		return OUT_IGNORED;
	s->view.in_cases = false;
	return OUT_HANDLED;
}

/* ---------------------------------------------------------------- searching */

static struct buf *find_text_of(struct screen *screen)
{
	return &state_of(screen)->find;
}

static struct str text_at(const struct begins_view *v, int64_t i)
{
	return v->in_cases ? v->compare->rows[begins_case_at(v, i)->row].title : begins_line_at(v, i)->name;
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct begins_state *s = state_of(screen);
	struct begins_view *v = &s->view;
	struct list *list = v->in_cases ? &v->cases : &v->table;
	v->find = buf_str(&s->find);
	if (!v->find.len || !s->loaded || !list->total)
		return OUT_HANDLED;
	for (int64_t k = stay ? 0 : 1; k <= list->total; k++) {
		int64_t i = ((list->cursor + by * k) % list->total + list->total) % list->total;
		if (text_find(text_at(v, i), v->find, 0, find_ignores_case(v->find)) == SIZE_MAX)
			continue;
		list_go(list, i);
		if (!v->in_cases) {
			begins_settle(v, by < 0);
			begins_gather(v);
		}
		return OUT_HANDLED;
	}
	ui_say(screen->ui, v->in_cases ? "no case here is called that" : "no step here is called that");
	return OUT_HANDLED;
}
FIND_FUNCTIONS(find_text_of, search_again)

/* clang-format off */
static const struct action actions[] = {
	{.name = "open", .keys = "Enter", .help = "these cases in Compare; on a case: its two traces", .hint = "open", .hint_order = 1, .run = open_row},
	{.name = "other-pane", .keys = "Tab S-Tab", .help = "to the cases behind the line, and back", .hint = "cases", .hint_order = 2, .run = other_pane},
	{.name = "traces", .keys = "t", .help = "both traces of the case, or of the line's first case", .hint = "traces", .hint_order = 3, .run = open_traces},
	MOVE_ACTIONS,
	{.name = "prompts", .keys = "p", .help = "prompt and configuration of the two runs beside each other", .hint = "prompts", .hint_order = 4, .run = prompts},
	{.name = "search", .keys = "/", .help = "search the steps; among the cases their titles", .hint = "search", .hint_order = 5, .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "leave", .keys = "q Esc", .help = "out of the search, out of the cases, else one level up", .run = leave},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool begins_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct begins_state *s = state_of(screen);
	if (!target->id || !target->id2)
		return err_set(err, ERR_USAGE, NULL, "%s", keyed("two runs are needed: {compare.w} in Compare"));
	s->a = target->id;
	s->b = target->id2;
	list_init(&s->view.table);
	list_init(&s->view.cases);
	return true;
}

static void begins_place(const struct screen *screen, struct target *out)
{
	const struct begins_state *s = state_of(screen);
	*out = (struct target){.screen = "begins", .id = s->a, .id2 = s->b};
}

static bool begins_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct begins_state *s = state_of(screen);
	const struct begins_line *line = begins_line_at(&s->view, s->view.table.cursor);
	const struct begins_case *c = s->view.in_cases ? begins_case_at(&s->view, s->view.cases.cursor) : NULL;
	if (!s->loaded)
		return false;
	switch (what) {
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor compare");
		copy_word(out, s->compare.a.text);
		copy_word(out, s->compare.b.text);
		buf_add_cstr(out, " --begins");
		return true;
	case COPY_VALUE: return copy_str(out, s->begins.sentence);
	case COPY_ID: return c ? copy_str(out, s->compare.rows[c->row].key) : line && copy_str(out, line->filter);
	case COPY_PATH: return c ? copy_str(out, s->compare.rows[c->row].title) : line && copy_str(out, line->name);
	case COPY_LINK:
		if (c)
			return copy_case_link(out, s->compare.a.text, s->compare.b.text, s->compare.rows[c->row].key);
		return copy_link(out, "begins", s->compare.a.text, s->compare.b.text);
	case COPY_VIEW: return copy_link(out, "begins", s->compare.a.text, s->compare.b.text);
	}
	return false;
}

static void begins_close(struct screen *screen)
{
	struct begins_state *s = state_of(screen);
	compare_done(&s->compare);
	begins_done(&s->begins);
	begins_view_done(&s->view);
	buf_done(&s->find);
}

static bool begins_subject(const struct screen *screen, struct subject_at *out)
{
	const struct begins_state *s = state_of(screen);
	const struct begins_case *c =
	    s->loaded && s->view.in_cases ? begins_case_at(&s->view, s->view.cases.cursor) : NULL;
	if (!c)
		return false;
	const struct compare_row *row = &s->compare.rows[c->row];
	*out = (struct subject_at){.kind = SUBJECT_CASE, .at = row->b.present ? row->b.at : row->a.at};
	return true;
}

/* ---------------------------------------------------------------- how it was left */

static void begins_remember(const struct screen *screen, struct jout *out)
{
	const struct begins_state *s = state_of(screen);
	const struct begins_line *at = begins_line_at(&s->view, s->view.table.cursor);
	if (!s->loaded || !at)
		return;
	remember_row(out, &s->view.table, at->filter);
	remember_flag(out, "in-cases", s->view.in_cases);
	remember_int(out, "case", s->view.cases.cursor);
}

static bool begins_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct begins_state *s = state_of(screen);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	int64_t at = -1;
	for (size_t i = 0; at < 0 && i < s->begins.n_lines; i++)
		at = recall_is_row(kept, begins_line_at(&s->view, (int64_t)i)->filter) ? (int64_t)i : -1;
	if (at < 0 && recall_text(kept, "on").len)
		return true; /* there is no such step any more */
	recall_row(kept, &s->view.table, at);
	begins_settle(&s->view, false);
	begins_gather(&s->view);
	list_go(&s->view.cases, recall_int(kept, "case", 0, INT32_MAX));
	s->view.in_cases = s->view.n_behind && recall_flag(kept, "in-cases");
	return true;
}

const struct screen_ops screen_begins = {
    .name = "begins",
    .title = "Where regressions begin",
    .state_size = sizeof(struct begins_state),
    .actions = actions,
    .open = begins_open,
    .ask = begins_ask,
    .fetch = begins_fetch,
    .take = begins_take,
    .draw = begins_screen_draw,
    .beside = begins_beside,
    .headline = begins_headline,
    .status = begins_status,
    .place = begins_place,
    .copy = begins_copy,
    .subject = begins_subject,
    .remember = begins_remember,
    .recall = begins_recall,
    .close = begins_close,
};
