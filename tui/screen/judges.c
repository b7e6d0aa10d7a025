/* Judges on trial: how far each agrees with people, with itself, and with the length of answers; what to label next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/queue_make.h"
#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/columns.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_judges.h"

enum { FILTER_MOST = 240 };

enum ask { ASK_NOTHING, ASK_JUDGES, ASK_READING };

struct request {
	enum ask what;
	uint64_t serial, generation;
	bool failed; /* and asking again would not help */
	struct judges_opts opts;
	char filter[FILTER_MOST + 1];
	int64_t now_ns;
	uint64_t stamp;
	struct judges judges;
	struct judge_item item;
	struct arena arena;
	struct judge_reading reading;
};

struct state {
	struct judges_view view;
	int64_t runs[2];
	bool whole; /* lengths are known, too */
	uint64_t generation;
	uint64_t serial; /* of the request that is awaited; 0: none */
	enum ask asked;
	char filter[FILTER_MOST + 1];
	uint64_t stamp, loaded_stamp; /* of the filter, and of that of what shows */
	bool recalls;                 /* the filter was brought back, the rest is to be */
	bool filter_is_old;           /* it was brought back */
	char name[256], model[256];   /* of the judge to begin with; no name: once there; no model: any */
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

static void lay_out(struct screen *screen)
{
	judges_lay_out(&state_of(screen)->view, screen->ui, screen->ui->rows, screen->ui->cols);
}

/* ---------------------------------------------------------------- data */

static struct request *request_new(struct screen *screen, enum ask what)
{
	static uint64_t serials;
	struct state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what, .serial = ++serials, .generation = screen->ui->generation};
	st->serial = r->serial;
	st->asked = what;
	return r;
}

static bool wants_reading(const struct state *st, const struct ui *ui)
{
	const struct judge_item *item = judges_item(&st->view);
	if (!item || st->view.reading_failed)
		return false;
	if (st->view.level == JUDGES_ONE && judges_places(&st->view, ui->rows, ui->cols).pane_rows == 0)
		return false;
	return !st->view.read.key.ptr || !judges_same_item(&st->view.read, item);
}

/* First without lengths, which take the reading of records; then with them, unless an answer is wanted before. */
static void *judges_ask(struct screen *screen)
{
	struct state *st = state_of(screen);
	struct judges_view *v = &st->view;
	lay_out(screen);
	bool stale = !v->loaded || st->generation != screen->ui->generation || st->loaded_stamp != st->stamp;
	bool reading = !stale && wants_reading(st, screen->ui);
	if (v->failed || (st->serial && !(reading && st->asked == ASK_JUDGES)))
		return NULL;
	if (reading) {
		struct request *r = request_new(screen, ASK_READING);
		r->item = *judges_item(v);
		r->item.key = arena_str(&r->arena, r->item.key);
		r->item.title = r->item.run = STR_NONE;
		return r;
	}
	if (!stale && st->whole)
		return NULL;
	struct request *r = request_new(screen, ASK_JUDGES);
	r->opts = (struct judges_opts){
	    .runs = {st->runs[0], st->runs[1]},
              .threshold = UNKNOWN_DOUBLE, .lengths = stale ? 0 : JUDGES_LENGTHS
        };
	memcpy(r->filter, st->filter, sizeof r->filter);
	r->now_ns = screen->ui->now_ns;
	r->stamp = st->stamp;
	return r;
}

static bool judges_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct filter_mistake mistake;
	/* The text was parsed before it became the filter: it cannot be wrong here. */
	if (r->what == ASK_JUDGES && r->filter[0])
		judges_where(&r->opts, &r->arena, str_of(r->filter), r->now_ns, &mistake);
	bool ok = r->what == ASK_JUDGES ? judges_get(db, &r->opts, &r->judges, err)
	                                : judges_read(db, &r->item, &r->arena, &r->reading, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static int64_t place_of(const struct judges *judges, struct str name, struct str model, bool all, bool any_model)
{
	for (size_t i = 0; i < judges->n; i++)
		if (str_eq(judges->rows[i].name, name) &&
		    (any_model || (str_eq(judges->rows[i].model, model) && judges->rows[i].all_models == all)))
			return (int64_t)i;
	return -1;
}

static void refit_items(struct judges_view *v, int64_t found)
{
	list_refit(&v->items, (int64_t)judges_rows(v, v->tab), found);
	v->page_fresh = false;
}

/* The cursors stay on their judge and answer. */
static void adopt_judges(struct state *st, struct request *r)
{
	struct judges_view *v = &st->view;
	const struct judge *at = judges_cursor(v);
	const struct judge_item *item = judges_item(v);
	int64_t found = at            ? place_of(&r->judges, at->name, at->model, at->all_models, false)
	                : st->name[0] ? place_of(&r->judges, str_of(st->name), str_of(st->model), false, !st->model[0])
	                              : 0;
	struct judges old = v->judges;
	v->judges = r->judges;
	r->judges = old;
	v->loaded = true;
	st->whole = r->opts.lengths > 0;
	st->generation = r->generation;
	st->loaded_stamp = r->stamp;
	list_refit(&v->list, (int64_t)v->judges.n, found);
	st->name[0] = '\0';
	v->sheet_of = NULL;
	if (v->level == JUDGES_ALL)
		return;
	if (found < 0) {
		v->level = JUDGES_ALL;
		return;
	}
	int64_t same = -1;
	for (int64_t i = 0; item && i < (int64_t)judges_rows(v, v->tab) && same < 0; i++) {
		v->items.cursor = i;
		const struct judge_item *now = judges_item(v);
		same = now && judges_same_item(now, item) ? i : -1;
	}
	refit_items(v, same);
	if (v->level == JUDGES_ITEM && same < 0)
		v->level = JUDGES_ONE;
}

static void adopt_reading(struct judges_view *v, struct request *r, bool ok)
{
	struct arena old = v->reading_arena;
	v->reading_arena = r->arena;
	r->arena = old;
	v->reading = ok ? r->reading : (struct judge_reading){.n_scores = 0};
	v->read = ok ? r->item : (struct judge_item){.why = NULL};
	v->reading_failed = r->failed;
	v->page_fresh = false;
}

static void judges_take(struct screen *screen, void *request, bool ok)
{
	struct state *st = state_of(screen);
	struct request *r = request;
	if (st->serial == r->serial) {
		st->serial = 0;
		if (r->what == ASK_JUDGES) {
			st->view.failed = r->failed;
			if (ok && r->stamp == st->stamp)
				adopt_judges(st, r);
		} else if (ok || r->failed) {
			adopt_reading(&st->view, r, ok);
		}
	}
	judges_done(&r->judges);
	arena_done(&r->arena);
	free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- frame */

static void judges_draw_screen(const struct screen *screen, struct canvas body)
{
	judges_draw(&state_of(screen)->view, screen->ui, body);
}

static void judges_headline(const struct screen *screen, struct canvas row)
{
	const struct state *st = state_of(screen);
	const struct judges_view *v = &st->view;
	const struct judge *j = judges_cursor(v);
	struct buf text = BUF_INIT;
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Judges");
	if (v->loaded && v->level != JUDGES_ALL && j) {
		buf_add_cstr(&text, screen->ui->ascii ? " > " : " › ");
		judge_print_name(&text, j);
	} else if (v->loaded) {
		const struct judges *all = &v->judges;
		buf_printf(&text, "  %zu judge%s, ", all->n_judges, all->n_judges == 1 ? "" : "s");
		units_thousands(&text, all->results);
		buf_add_cstr(&text, all->results == 1 ? " result" : " results");
		if (all->traces) {
			buf_add_cstr(&text, ", ");
			units_thousands(&text, all->traces);
			buf_add_cstr(&text, all->traces == 1 ? " trace" : " traces");
		}
		int64_t people = all->human_scores + all->annotations;
		if (people) {
			buf_add_cstr(&text, "; ");
			units_thousands(&text, people);
			buf_add_cstr(&text, people == 1 ? " human verdict" : " human verdicts");
		} else {
			buf_add_cstr(&text, "; no human verdict");
		}
		if (st->runs[0])
			buf_add_cstr(&text, st->runs[1] ? " (of two runs)" : " (of one run)");
		if (all->more)
			buf_add_cstr(&text, " (the first of them)");
	}
	canvas_put(row, 0, col, row.cols - col - 1, ROLE_TITLE, buf_str(&text));
	buf_done(&text);
}

static void judges_status(const struct screen *screen, struct buf *out)
{
	const struct judges_view *v = &state_of(screen)->view;
	if (!v->loaded)
		return;
	if (v->level == JUDGES_ALL || v->tab == TAB_ABOUT)
		list_position(out, &v->list);
	else
		list_position(out, &v->items);
	if (state_of(screen)->filter[0])
		buf_printf(out, "%s& %s%s", screen->ui->ascii ? ", " : " · ", state_of(screen)->filter,
		           state_of(screen)->filter_is_old ? RECALLED_FILTER : "");
	if (!state_of(screen)->whole)
		buf_add_cstr(out, screen->ui->ascii ? ", measuring answers" : " · measuring answers");
	if (v->judges.twice && v->level == JUDGES_ALL)
		buf_printf(out, "%s%lld runs exported twice left out", screen->ui->ascii ? ", " : " · ",
		           (long long)v->judges.twice);
}

static bool judges_beside(const struct screen *screen, struct beside *out)
{
	const struct judges_view *v = &state_of(screen)->view;
	struct judges_places at = judges_places(v, screen->ui->rows, screen->ui->cols);
	const struct list *list = v->level == JUDGES_ALL ? &v->list : &v->items;
	*out = (struct beside){.row = at.pane_row,
	                       .col = at.pane_col,
	                       .rows = at.pane_rows,
	                       .cols = at.pane_cols,
	                       .scroll_row = at.beside ? at.list_row : -1,
	                       .top = list->top,
	                       .id = ((int64_t)v->level << 40) + ((int64_t)v->tab << 32) + list->cursor + 1};
	return at.pane_rows > 0 && list->total > 0;
}

/* ---------------------------------------------------------------- actions */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)in, (void)target

static void scroll(int *top, int rows, int page, enum move move)
{
	int most = rows > page ? rows - page : 0;
	*top += move_rows(move, page > 2 ? page - 1 : 1);
	*top = *top > most ? most : *top < 0 ? 0 : *top;
}

static enum outcome judges_move(struct screen *screen, enum move move)
{
	struct judges_view *v = &state_of(screen)->view;
	if (v->level == JUDGES_ITEM) {
		scroll(&v->page_top, v->page.rows, screen->ui->rows, move);
	} else if (v->level == JUDGES_ONE && v->tab == TAB_ABOUT) {
		scroll(&v->sheet_top, v->sheet.rows, screen->ui->rows - 1, move);
	} else if (v->level == JUDGES_ONE) {
		list_move(&v->items, move);
		v->page_fresh = v->reading_failed = false;
	} else {
		list_move(&v->list, move);
	}
	lay_out(screen);
	return OUT_REFRESH;
}
MOVE_FUNCTIONS(judges_move)

static enum outcome go_tab(struct screen *screen, enum judges_tab tab)
{
	struct judges_view *v = &state_of(screen)->view;
	v->level = JUDGES_ONE;
	v->tab = tab;
	v->sheet_top = 0;
	v->items.cursor = v->items.top = 0;
	v->reading_failed = false;
	refit_items(v, 0);
	lay_out(screen);
	return OUT_REFRESH;
}

ACTION(open_row)
{
	UNUSED;
	struct judges_view *v = &state_of(screen)->view;
	const struct judge *j = judges_cursor(v);
	if (!j)
		return OUT_HANDLED;
	if (v->level == JUDGES_ALL)
		return go_tab(screen, TAB_ABOUT);
	if (v->level == JUDGES_ONE && v->tab == TAB_OTHERS && v->items.cursor < (int64_t)j->n_others) {
		const struct judge_other *o = &j->others[v->items.cursor];
		list_go(&v->list, place_of(&v->judges, o->name, o->model, false, false));
		return go_tab(screen, TAB_ABOUT);
	}
	if (v->level == JUDGES_ONE && judges_item(v)) {
		v->level = JUDGES_ITEM;
		v->page_top = 0;
		v->page_fresh = false;
	}
	lay_out(screen);
	return OUT_REFRESH;
}

ACTION(next_tab)
{
	UNUSED;
	const struct judges_view *v = &state_of(screen)->view;
	if (!judges_cursor(v) || v->level == JUDGES_ITEM)
		return OUT_HANDLED;
	return go_tab(screen,
	              v->level == JUDGES_ALL ? TAB_DISAGREEMENTS : (enum judges_tab)((v->tab + 1) % N_JUDGES_TABS));
}

ACTION(prev_tab)
{
	UNUSED;
	const struct judges_view *v = &state_of(screen)->view;
	if (!judges_cursor(v) || v->level == JUDGES_ITEM)
		return OUT_HANDLED;
	return go_tab(screen, v->level == JUDGES_ALL ? TAB_OTHERS
	                                             : (enum judges_tab)((v->tab + N_JUDGES_TABS - 1) % N_JUDGES_TABS));
}

static enum outcome step_item(struct screen *screen, enum move move)
{
	struct judges_view *v = &state_of(screen)->view;
	if (v->level == JUDGES_ALL || !judges_item(v)) {
		list_move(&v->list, move);
		if (v->level == JUDGES_ONE)
			return go_tab(screen, v->tab);
		lay_out(screen);
		return OUT_REFRESH;
	}
	list_move(&v->items, move);
	v->page_top = 0;
	v->page_fresh = v->reading_failed = false;
	lay_out(screen);
	return OUT_REFRESH;
}

ACTION(next_item)
{
	UNUSED;
	return step_item(screen, MOVE_DOWN);
}

ACTION(prev_item)
{
	UNUSED;
	return step_item(screen, MOVE_UP);
}

ACTION(open_trace)
{
	(void)in;
	const struct judge_item *item = judges_item(&state_of(screen)->view);
	if (!item || !item->trace) {
		ui_say(screen->ui, item ? "no trace is linked to it" : "go to an answer first");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "trace", .id = item->trace, .span = item->has_span ? item->span : 0};
	return OUT_OPEN;
}

/* In a comparison's judges the case has both runs' answers. */
ACTION(open_case)
{
	(void)in;
	const struct state *st = state_of(screen);
	const struct judge_item *item = judges_item(&st->view);
	if (!item || !item->at.run || !st->runs[1]) {
		ui_say(screen->ui, !st->runs[1] ? "both runs' answers side by side: from a comparison (%%)"
		                                : "go to the answer of a case first");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "case", .id = st->runs[0], .id2 = st->runs[1], .span = item->at.case_id};
	return OUT_OPEN;
}

ACTION(open_people)
{
	(void)in;
	const struct state *st = state_of(screen);
	*target = (struct target){.screen = "agreement", .id = st->runs[1] ? 0 : st->runs[0]};
	return OUT_OPEN;
}

static void set_filter(struct state *st, struct str text)
{
	snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(str_cut(text, 0, sizeof st->filter - 1)));
	st->filter_is_old = false;
	st->stamp++;
	st->view.failed = false;
	st->serial = 0; /* what is under way is of the old one */
}

ACTION(filter_line)
{
	(void)target;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {0};
	struct judges_opts opts = {.threshold = UNKNOWN_DOUBLE};
	struct str text = str_trim(in->argument);
	if (!filter_fits(screen->ui, text, FILTER_MOST))
		return OUT_HANDLED;
	if (judges_where(&opts, &arena, text, screen->ui->now_ns, &mistake))
		set_filter(state_of(screen), text);
	else
		filter_say_mistake(screen->ui, &mistake);
	arena_done(&arena);
	return OUT_REFRESH;
}

static const struct action filter_answer = {.name = "filter-for", .keys = "", .help = "", .run = filter_line};

ACTION(ask_filter)
{
	if (in->argument.len)
		return filter_line(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_answer, .filter = 1 + FILTER_CASES};
	snprintf(target->text, sizeof target->text, "%s", state_of(screen)->filter);
	return OUT_PROMPT;
}

static enum outcome go_up(struct screen *screen)
{
	struct judges_view *v = &state_of(screen)->view;
	v->level = v->level == JUDGES_ITEM ? JUDGES_ONE : JUDGES_ALL;
	v->page_fresh = false;
	lay_out(screen);
	return OUT_REFRESH;
}

ACTION(up)
{
	UNUSED;
	return state_of(screen)->view.level == JUDGES_ALL ? OUT_IGNORED : go_up(screen);
}

ACTION(clear)
{
	UNUSED;
	struct state *st = state_of(screen);
	if (st->view.level != JUDGES_ALL)
		return go_up(screen);
	if (!st->filter[0])
		return OUT_IGNORED;
	set_filter(st, STR_NONE);
	return OUT_REFRESH;
}

/* clang-format off */
static const struct action judges_actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "all of this judge; this answer whole", .hint = "open", .hint_order = 1, .run = open_row},
	{.name = "next-tab", .keys = "Tab", .help = "next tab: disagreements, flips, what to label, other judges", .hint = "lists", .hint_order = 2, .run = next_tab},
	{.name = "prev-tab", .keys = "S-Tab", .help = "previous tab", .run = prev_tab},
	{.name = "filter", .keys = "&", .help = "only scores of cases, or of traces, that match, e.g. status:failed or since:7d", .hint = "filter", .hint_order = 4, .run = ask_filter},
	{.name = "next", .keys = "J", .help = "next answer (or judge)", .run = next_item},
	{.name = "prev", .keys = "K", .help = "previous answer (or judge)", .run = prev_item},
	{.name = "trace", .keys = "t", .help = "the trace of this answer", .hint = "trace", .hint_order = 3, .run = open_trace},
	{.name = "case", .keys = "o", .help = "the case with both runs' answers (in the judges of a comparison)", .run = open_case},
	{.name = "people", .keys = "A", .help = "people among themselves: agreement, and the answers that two judged differently", .run = open_people},
	{.name = "leave", .keys = "q", .help = "one level up", .run = up},
	{.name = "clear", .keys = "Esc", .help = "one level up; then no filter", .run = clear},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool judges_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct state *st = state_of(screen);
	screen->visit = target->id || target->text[0];
	st->runs[0] = target->id;
	st->runs[1] = target->id2;
	snprintf(st->name, sizeof st->name, "%s", target->text);
	snprintf(st->model, sizeof st->model, "%s", target->find);
	snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(str_cut(str_of(target->line), 0, FILTER_MOST)));
	list_init(&st->view.list);
	list_init(&st->view.items);
	return true;
}

static void judges_place(const struct screen *screen, struct target *out)
{
	const struct state *st = state_of(screen);
	const struct judge *j = judges_cursor(&st->view);
	*out = (struct target){.screen = "judges", .id = st->runs[0], .id2 = st->runs[1]};
	if (!j)
		return;
	snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(str_cut(j->name, 0, sizeof out->text - 1)));
	snprintf(out->find, sizeof out->find, STR_FMT, STR_ARG(str_cut(j->model, 0, sizeof out->find - 1)));
}

static bool judges_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct judges_view *v = &state_of(screen)->view;
	const struct judge *j = judges_cursor(v);
	const struct judge_item *item = judges_item(v);
	switch (what) {
	case COPY_VALUE:
		if (!item)
			return j && copy_str(out, j->sentence);
		return v->read.key.ptr && judges_same_item(&v->read, item) && copy_str(out, v->reading.output);
	case COPY_ID: return item ? copy_str(out, item->key) : j && copy_str(out, j->name);
	case COPY_PATH: return false;
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor judges");
		if (j)
			copy_word(out, j->name);
		if (state_of(screen)->filter[0]) {
			buf_add_cstr(out, " --where");
			copy_word(out, str_of(state_of(screen)->filter));
		}
		if (j && j->model.len) {
			buf_add_cstr(out, " --model");
			copy_word(out, j->model);
		}
		return true;
	case COPY_LINK: return !item && j && copy_link_in(out, "judges", j->name, LINK_MODEL, j->model);
	case COPY_VIEW: return copy_link(out, "judges", STR_NONE, STR_NONE);
	}
	return false;
}

static void judges_close(struct screen *screen)
{
	struct judges_view *v = &state_of(screen)->view;
	judges_done(&v->judges);
	sheet_done(&v->sheet);
	sheet_done(&v->page);
	arena_done(&v->reading_arena);
}

static bool subject_of_item(const struct judge_item *item, struct subject_at *out)
{
	if (!item || (!item->at.run && !item->trace))
		return false;
	*out = (struct subject_at){.kind = item->at.run     ? SUBJECT_CASE
	                                   : item->has_span ? SUBJECT_SPAN
	                                                    : SUBJECT_TRACE,
	                           .at = item->at,
	                           .trace = item->trace,
	                           .span = item->has_span ? item->span : 0};
	return true;
}

static bool judges_subject(const struct screen *screen, struct subject_at *out)
{
	return subject_of_item(judges_item(&state_of(screen)->view), out);
}

static const struct list *judges_list(const struct screen *screen)
{
	const struct judges_view *v = &state_of(screen)->view;
	return v->level == JUDGES_ONE && v->tab != TAB_ABOUT && v->tab != TAB_OTHERS ? &v->items : NULL;
}

static bool judges_row(const struct screen *screen, int64_t row, struct subject_at *out)
{
	size_t n = 0;
	const struct judge_item *rows = judges_items(&state_of(screen)->view, &n);
	return row >= 0 && row < (int64_t)n && subject_of_item(&rows[row], out);
}

/* The answers of the tab; of a judge in the list, what is to be labelled next. */
static bool judges_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct judges_view *v = &state_of(screen)->view;
	const struct judge *j = judges_cursor(v);
	size_t n = 0, kept = 0;
	if (!j)
		return false;
	const struct judge_item *rows = v->level == JUDGES_ONE ? judges_items(v, &n) : NULL;
	if (!n) {
		*out = (struct queue_ask){.from = QUEUE_NEXT, .judge = j->name};
		return v->level == JUDGES_ALL;
	}
	struct subject_at *items = arena_alloc(arena, n * sizeof *items);
	for (size_t i = 0; i < n; i++)
		kept += subject_of_item(&rows[i], &items[kept]);
	/* Judged ones too: of disagreements, they all are. */
	*out = (struct queue_ask){.from = QUEUE_LISTED, .items = items, .n_items = kept, .again = true};
	out->listed = STR_LIT("a second look");
	return kept > 0;
}

/* ---------------------------------------------------------------- how it was left */

/* One name may stand for several models, and for all of them together. */
enum { JUDGE_NAME = 600 };
static struct str judge_name(const struct judge *j, char out[JUDGE_NAME])
{
	snprintf(out, JUDGE_NAME, "%d " STR_FMT "\n" STR_FMT, j->all_models, STR_ARG(str_cut(j->name, 0, 250)),
	         STR_ARG(str_cut(j->model, 0, 250)));
	return str_of(out);
}

static void judges_remember(const struct screen *screen, struct jout *out)
{
	const struct state *st = state_of(screen);
	const struct judges_view *v = &st->view;
	const struct judge *at = judges_cursor(v);
	remember_text(out, "filter", str_of(st->filter));
	remember_int(out, "tab", (int64_t)v->tab);
	char name[JUDGE_NAME];
	remember_row(out, &v->list, at ? judge_name(at, name) : STR_NONE);
	if (v->level == JUDGES_ALL)
		return;
	jout_int(out, "item", v->items.cursor);
	remember_int(out, "items-above", v->items.cursor - v->items.top);
}

/* All of one judge, at the row of its tab; an answer whole is not gone into. */
static void recall_items(struct screen *screen, const struct cJSON *kept)
{
	struct judges_view *v = &state_of(screen)->view;
	int64_t item = recall_int(kept, "item", 0, INT32_MAX);
	v->level = JUDGES_ONE;
	lay_out(screen);
	refit_items(v, -1);
	v->items.top = item - recall_int(kept, "items-above", 0, INT32_MAX);
	list_go(&v->items, item);
}

static bool judges_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct state *st = state_of(screen);
	struct judges_view *v = &st->view;
	struct str filter = recall_filter(kept, "filter", FILTER_CASES, screen->ui->now_ns, sizeof st->filter);
	if (!st->recalls && lately && filter.len) {
		set_filter(st, filter);
		st->filter_is_old = true;
	}
	st->recalls = true;
	if (!v->loaded || st->loaded_stamp != st->stamp)
		return v->failed;
	v->tab = (enum judges_tab)recall_int(kept, "tab", 0, N_JUDGES_TABS - 1);
	int64_t at = -1;
	char name[JUDGE_NAME];
	for (size_t i = 0; at < 0 && i < v->judges.n; i++)
		at = recall_is_row(kept, judge_name(&v->judges.rows[i], name)) ? (int64_t)i : -1;
	recall_row(kept, &v->list, at);
	v->sheet_of = NULL;
	if (json_get(kept, "item") && (at >= 0 || !recall_text(kept, "on").len))
		recall_items(screen, kept);
	lay_out(screen);
	return true;
}

static const struct column *judges_columns(const struct screen *screen)
{
	return state_of(screen)->view.level == JUDGES_ALL ? judge_columns : NULL;
}

const struct screen_ops screen_judges = {
    .name = "judges",
    .title = "Judges",
    .state_size = sizeof(struct state),
    .actions = judges_actions,
    .open = judges_open,
    .ask = judges_ask,
    .fetch = judges_fetch,
    .take = judges_take,
    .draw = judges_draw_screen,
    .beside = judges_beside,
    .headline = judges_headline,
    .status = judges_status,
    .place = judges_place,
    .copy = judges_copy,
    .subject = judges_subject,
    .list = judges_list,
    .row = judges_row,
    .review = judges_review,
    .remember = judges_remember,
    .recall = judges_recall,
    .columns = judges_columns,
    .close = judges_close,
};
