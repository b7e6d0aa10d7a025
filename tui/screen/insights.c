/* Insights: figures over all traces that match, by what they and their spans are; each row opens the traces it is of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_insights.h"
#include "tui/widget/find.h"

/* Sections that are read together: all of spans, in one scan; each of traces by itself, since groups without number (sessions, users)
 * take longer than the walk; documents decode records. */
enum slot { SLOT_SPANS, SLOT_TRACES, SLOT_DOCUMENTS = SLOT_TRACES + STATS_DOCUMENT - STATS_NAME, SLOT_CHECKS, N_SLOTS };

/* What a first look reads; it goes on from there, times GROWTH each, and shows what it has by the way. */
enum { SPANS_FIRST = 200000, DOCUMENTS_FIRST = 500, GROWTH = 8, FILTER_MAX = 240 };

struct request {
	enum slot slot;
	uint64_t serial, generation, stamp;
	bool failed; /* and asking again would not help */
	int64_t now_ns;
	char filter[FILTER_MAX + 1];
	struct stats_query query;
	struct stats stats;
};

struct loaded {
	struct stats stats;
	bool has, failed;
	uint64_t generation, stamp;
	int64_t most; /* it was read up to */
};

struct state {
	struct insights_view view;
	struct loaded slots[N_SLOTS];
	enum slot latest;
	char filter[FILTER_MAX + 1];
	uint64_t stamp, serial; /* stamp: of the filter; serial: of the request under way, 0 none */
	enum slot asked;
	uint64_t asked_generation, asked_stamp;
	struct buf find;
	int sort[N_STATS_BY]; /* place of the column in its table; INSIGHTS_OWN_ORDER */
	bool ascending[N_STATS_BY];
	bool recalls;       /* the section was brought back, the cursor is to be */
	bool filter_is_old; /* it was brought back */
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

static enum slot slot_of(enum stats_by by)
{
	if (by == STATS_DOCUMENT)
		return SLOT_DOCUMENTS;
	if (by == STATS_CHECK)
		return SLOT_CHECKS;
	return stats_by_is_of_spans(by) ? SLOT_SPANS : (enum slot)(SLOT_TRACES + (int)by - STATS_NAME);
}

/* Read whole at once. */
static bool is_whole_at_once(enum slot slot)
{
	return slot != SLOT_SPANS && slot != SLOT_DOCUMENTS;
}

/* ---------------------------------------------------------------- what shows */

static void lay_out(struct screen *screen)
{
	struct state *st = state_of(screen);
	struct insights_places at = insights_places(screen->ui->rows, screen->ui->cols);
	list_set_page(&st->view.list, at.list_rows);
	insights_lay_out(&st->view, at.pane_cols > 1 ? at.pane_cols : 1, screen->ui->ascii);
}

/* The rows of the section: other ones, or the same anew; the cursor stays on the name it was on. */
static void show(struct screen *screen, struct str name)
{
	struct state *st = state_of(screen);
	struct insights_view *v = &st->view;
	struct loaded *slot = &st->slots[slot_of(v->by)];
	v->stats = slot->has ? &slot->stats : NULL;
	v->failed = slot->failed;
	v->head = st->slots[st->latest].has ? &st->slots[st->latest].stats : NULL;
	v->sort = st->sort[v->by] == INSIGHTS_OWN_ORDER ? NULL : &insights_columns(v->by)[st->sort[v->by]];
	v->ascending = st->ascending[v->by];
	insights_order(v);
	int64_t found = -1, n = (int64_t)insights_rows(v);
	for (int64_t i = 0; name.ptr && i < n && found < 0; i++)
		if (str_eq(insights_name(v, i), name))
			found = i;
	list_refit(&v->list, n, found);
	lay_out(screen);
}

/* ---------------------------------------------------------------- data */

static bool is_whole(const struct loaded *l, enum slot slot)
{
	const struct stats *s = &l->stats;
	return is_whole_at_once(slot) ||
	       (slot == SLOT_SPANS ? s->traces_read >= s->traces : s->documents_read >= s->outcomes);
}

static void *insights_ask(struct screen *screen)
{
	struct state *st = state_of(screen);
	enum slot slot = slot_of(st->view.by);
	struct loaded *l = &st->slots[slot];
	static uint64_t serials;
	lay_out(screen);
	bool fresh = l->has && l->generation == screen->ui->generation && l->stamp == st->stamp;
	if (fresh && is_whole(l, slot))
		return NULL;
	if (l->failed && l->generation == screen->ui->generation && l->stamp == st->stamp)
		return NULL;
	if (st->serial && st->asked == slot && st->asked_generation == screen->ui->generation &&
	    st->asked_stamp == st->stamp)
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	int64_t first = slot == SLOT_DOCUMENTS ? DOCUMENTS_FIRST : SPANS_FIRST;
	int64_t most = fresh ? l->most * GROWTH : l->has && l->stamp == st->stamp ? l->most : first;
	*r = (struct request){
	    .slot = slot,
	    .serial = ++serials,
	    .generation = screen->ui->generation,
	    .stamp = st->stamp,
	    .now_ns = screen->ui->now_ns,
	    .query = {.sections = slot == SLOT_SPANS ? STATS_OF_SPANS : STATS_BIT(st->view.by),
	              .spans_most = most,
	              .documents_most = most}
        };
	memcpy(r->filter, st->filter, sizeof r->filter);
	st->serial = r->serial;
	st->asked = slot;
	st->asked_generation = r->generation;
	st->asked_stamp = r->stamp;
	return r;
}

static bool insights_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	/* The text was parsed before it became the filter: it cannot be wrong here. */
	r->query.filter = filter_parse(&arena, str_of(r->filter), FILTER_TRACES, r->now_ns, &mistake);
	bool ok = stats_get(db, &r->query, &r->stats, err);
	r->query.filter = NULL;
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	arena_done(&arena);
	return ok;
}

static void adopt(struct screen *screen, struct request *r, bool ok)
{
	struct state *st = state_of(screen);
	struct loaded *l = &st->slots[r->slot];
	struct buf name = BUF_INIT;
	buf_add_str(&name, insights_name(&st->view, st->view.list.cursor));
	bool at_top = st->view.list.cursor == 0;
	l->failed = !ok;
	l->generation = r->generation;
	l->stamp = r->stamp;
	if (ok) {
		struct stats old = l->stats;
		l->stats = r->stats;
		r->stats = old;
		l->has = true;
		l->most = r->slot == SLOT_DOCUMENTS ? r->query.documents_most : r->query.spans_most;
		st->latest = r->slot;
	}
	show(screen, at_top || !name.len ? STR_NONE : buf_str(&name));
	buf_done(&name);
}

static void insights_take(struct screen *screen, void *request, bool ok)
{
	struct state *st = state_of(screen);
	struct request *r = request;
	bool newest = st->serial == r->serial;
	if (newest)
		st->serial = 0;
	if ((ok || r->failed) && r->stamp == st->stamp)
		adopt(screen, r, ok);
	stats_done(&r->stats);
	free(r);
}

/* ---------------------------------------------------------------- drawing */

static void insights_draw_screen(const struct screen *screen, struct canvas body)
{
	insights_draw(&state_of(screen)->view, screen->ui, body);
}

static bool insights_beside(const struct screen *screen, struct beside *out)
{
	const struct state *st = state_of(screen);
	struct insights_places at = insights_places(screen->ui->rows, screen->ui->cols);
	*out = (struct beside){.row = at.pane_row,
	                       .col = at.pane_col,
	                       .rows = at.pane_rows,
	                       .cols = at.pane_cols,
	                       .scroll_row = at.beside ? at.list_row : -1,
	                       .top = st->view.list.top,
	                       .id = ((int64_t)st->view.by << 32) + st->view.list.cursor + 1};
	return at.pane_rows > 0 && st->view.list.total > 0;
}

static void insights_headline(const struct screen *screen, struct canvas row)
{
	const struct state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Insights");
	if (st->filter[0])
		canvas_printf(row, 0, col + 2, row.cols - col - 3, ROLE_MARK, "& %s%s", st->filter,
		              st->filter_is_old ? RECALLED_FILTER : "");
}

static void insights_status(const struct screen *screen, struct buf *out)
{
	const struct state *st = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!st->view.stats)
		return;
	if (st->view.list.total)
		list_position(out, &st->view.list);
	size_t before = out->len;
	buf_add_cstr(out, st->view.list.total ? dot : "");
	size_t after = out->len;
	insights_part(out, st->view.stats, st->view.by);
	if (out->len == after)
		out->len = before;
	if (st->find.len)
		buf_printf(out, "%s/" STR_FMT, dot, STR_ARG(buf_str(&st->find)));
}

/* ---------------------------------------------------------------- actions */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome insights_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->view.list, move);
	lay_out(screen);
	return OUT_REFRESH;
}
MOVE_FUNCTIONS(insights_move)

static enum outcome go_tab(struct screen *screen, int step)
{
	struct state *st = state_of(screen);
	st->view.by = (enum stats_by)(((int)st->view.by + step + N_STATS_BY) % N_STATS_BY);
	st->view.list.cursor = st->view.list.top = 0;
	show(screen, STR_NONE);
	return OUT_REFRESH;
}

ACTION(next_tab)
{
	UNUSED;
	return go_tab(screen, 1);
}

ACTION(prev_tab)
{
	UNUSED;
	return go_tab(screen, -1);
}

/* The rows' traces: what they say, and what all of them were filtered by. */
static bool join_filters(const struct state *st, struct str row, char *out, size_t size)
{
	int n;
	if (!st->filter[0])
		n = snprintf(out, size, STR_FMT, STR_ARG(row));
	else if (strstr(st->filter, "or"))
		n = snprintf(out, size, "(%s) " STR_FMT, st->filter, STR_ARG(row));
	else
		n = snprintf(out, size, "%s " STR_FMT, st->filter, STR_ARG(row));
	return n >= 0 && (size_t)n < size;
}

ACTION(open_row)
{
	(void)in;
	const struct state *st = state_of(screen);
	struct str filter = insights_filter(&st->view, st->view.list.cursor);
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	*target = (struct target){.screen = "traces"};
	if (!st->view.list.total)
		return OUT_HANDLED;
	bool ok = filter.len && join_filters(st, filter, target->text, sizeof target->text) &&
	          filter_parse(&arena, str_of(target->text), FILTER_TRACES, screen->ui->now_ns, &mistake);
	arena_done(&arena);
	if (ok)
		return OUT_OPEN;
	ui_say(screen->ui, filter.len ? "that filter would be too long: give a shorter one with &"
	                              : "what has none of it cannot be filtered for");
	return OUT_HANDLED;
}

static enum outcome order_changed(struct screen *screen)
{
	struct state *st = state_of(screen);
	struct buf name = BUF_INIT;
	bool top = st->view.list.cursor == 0;
	buf_add_str(&name, insights_name(&st->view, st->view.list.cursor));
	show(screen, top || !name.len ? STR_NONE : buf_str(&name));
	buf_done(&name);
	return OUT_HANDLED;
}

/* Along the columns that show, with the section's own order between the last and the first. */
static enum outcome sort_by(struct screen *screen, int step)
{
	struct state *st = state_of(screen);
	struct insights_view *v = &st->view;
	const struct column *shown[INSIGHTS_COLUMNS], *table = insights_columns(v->by);
	int n = (int)insights_shown(v, screen->ui->cols, shown), at = -1;
	for (int i = 0; i < n; i++)
		if (shown[i] == v->sort)
			at = i;
	at = (at + 1 + step + n + 1) % (n + 1) - 1;
	st->sort[v->by] = at < 0 ? INSIGHTS_OWN_ORDER : (int)(shown[at] - table);
	bool name = at >= 0 && shown[at] == table; /* what is counted by */
	st->ascending[v->by] = name;
	ui_say(screen->ui, at < 0 ? "in its own order" : "by %s, %s first",
	       at < 0                         ? ""
	       : shown[at]->title[0] && !name ? shown[at]->title
	                                      : "name",
	       name ? "A" : "largest");
	return order_changed(screen);
}

ACTION(sort_next)
{
	UNUSED;
	return sort_by(screen, 1);
}

ACTION(sort_prev)
{
	UNUSED;
	return sort_by(screen, -1);
}

ACTION(invert)
{
	UNUSED;
	struct state *st = state_of(screen);
	st->ascending[st->view.by] = !st->ascending[st->view.by];
	return order_changed(screen);
}

static enum outcome set_filter(struct screen *screen, struct str text)
{
	struct state *st = state_of(screen);
	snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(str_cut(text, 0, sizeof st->filter - 1)));
	st->filter_is_old = false;
	st->stamp++;
	return OUT_REFRESH;
}

ACTION(filter_line)
{
	(void)target;
	struct str text = str_trim(in->argument);
	bool good = filter_typed(screen->ui, text, FILTER_TRACES, FILTER_MAX);
	return good ? set_filter(screen, text) : OUT_HANDLED;
}

static const struct action filter_answer = {.name = "filter-for", .keys = "", .help = "", .run = filter_line};

ACTION(filter)
{
	if (in->argument.len)
		return filter_line(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_answer, .filter = 1 + FILTER_TRACES};
	snprintf(target->text, sizeof target->text, "%s", state_of(screen)->filter);
	return OUT_PROMPT;
}

ACTION(times_line)
{
	(void)target;
	struct buf text = BUF_INIT;
	char *end;
	buf_add_str(&text, str_trim(in->argument));
	double times = strtod(buf_cstr(&text), &end);
	bool good = text.len && *end == '\0' && times > 0 && times <= 1e9;
	buf_done(&text);
	if (good) {
		state_of(screen)->view.times = times;
	} else {
		ui_say(screen->ui, "times the volume: a number above 0");
		screen->ui->message_is_error = true;
	}
	return OUT_HANDLED;
}

static const struct action times_answer = {.name = "times-for", .keys = "", .help = "", .run = times_line};

ACTION(times)
{
	if (in->argument.len)
		return times_line(screen, in, target);
	*target = (struct target){.prompt = "times the volume: ", .answer = &times_answer};
	return OUT_PROMPT;
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct state *st = state_of(screen);
	struct str what = buf_str(&st->find);
	int64_t n = st->view.list.total, from = st->view.list.cursor + (stay ? 0 : by);
	st->view.find = what;
	for (int64_t i = 0; what.len && i < n; i++) {
		int64_t row = ((from + by * i) % n + n) % n;
		if (text_find(insights_name(&st->view, row), what, 0, find_ignores_case(what)) == SIZE_MAX)
			continue;
		list_go(&st->view.list, row);
		lay_out(screen);
		return OUT_HANDLED;
	}
	if (what.len || !stay)
		ui_say(screen->ui, "%s%s",
		       what.len ? "no row is called: " : keyed("nothing is being searched for: {/} asks"),
		       buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *find_text(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(find_text, search_again)

ACTION(clear)
{
	UNUSED;
	struct state *st = state_of(screen);
	if (st->find.len) {
		buf_clear(&st->find);
		st->view.find = STR_NONE;
		return OUT_HANDLED;
	}
	return st->filter[0] ? set_filter(screen, STR_NONE) : OUT_IGNORED;
}

static enum outcome to_judges(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "judges"};
	return OUT_OPEN;
}

/* clang-format off */
static const struct action actions[] = {
    MOVE_ACTIONS,
    {"open",       "Enter",       "the traces this row is of",                                  "traces",  1, open_row },
    {"next-tab",   "Tab l Right", "next section",                                               "section", 2, next_tab },
    {"prev-tab",   "S-Tab h Left", "the section before",                                        NULL,      0, prev_tab },
    {"filter",     "&",           "only traces that match, as in: since:7d service:api",         "filter",  3, filter   },
    {"times",      "x",           "what it would cost at so many times the volume",             "times",   4, times    },
    {"sort-next",  ">",           "order by the next column",                                   "sort",    5, sort_next},
    {"sort-prev",  "<",           "order by the previous column",                               NULL,      0, sort_prev},
    {"invert",     "I",           "turn the order round",                                       NULL,      0, invert   },
    {"search",     "/",           "search the names",                                           "search",  6, search   },
    {"next-match", "n",           "next match",                                                 NULL,      0, search_next},
    {"prev-match", "N",           "previous match",                                             NULL,      0, search_previous},
    {"clear",      "Esc",         "drop the search, then the filter, else one level up",        NULL,      0, clear    },
    {"judges",     "%",           "judges on trial: how far each agrees with people, with itself", NULL,     0, to_judges},
    ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

/* text: "by:SECTION" and a blank before the filter say which section shows. */
static bool insights_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct state *st = state_of(screen);
	struct str text = str_of(target->text);
	screen->visit = text.len > 0;
	if (str_starts(text, "by:")) {
		size_t blank = str_find_char(text, ' ');
		stats_by_named(str_cut(text, 3, blank == SIZE_MAX ? SIZE_MAX : blank - 3), &st->view.by);
		text = blank == SIZE_MAX ? STR_NONE : str_from(text, blank + 1);
	}
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	if (text.len && filter_parse(&arena, text, FILTER_TRACES, screen->ui->now_ns, &mistake))
		snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(text));
	arena_done(&arena);
	for (int i = 0; i < N_STATS_BY; i++)
		st->sort[i] = INSIGHTS_OWN_ORDER;
	st->view.times = 1;
	st->stamp = 1;
	list_init(&st->view.list);
	show(screen, STR_NONE);
	return true;
}

static void insights_place(const struct screen *screen, struct target *out)
{
	const struct state *st = state_of(screen);
	*out = (struct target){.screen = "insights"};
	snprintf(out->text, sizeof out->text, "by:%s %s", stats_by_name(st->view.by), st->filter);
}

static bool insights_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct state *st = state_of(screen);
	struct str name = insights_name(&st->view, st->view.list.cursor);
	if (what == COPY_VIEW)
		return copy_link(out, "insights", STR_NONE, STR_NONE);
	if (what == COPY_LINK) {
		struct link link = {.kind = "insights", .part[LINK_BY] = str_of(stats_by_name(st->view.by))};
		link.part[LINK_WHERE] = st->filter[0] ? str_of(st->filter) : STR_NONE;
		link_print(out, &link);
		return true;
	}
	if (what == COPY_COMMAND) {
		buf_printf(out, "spoor stats --by %s", stats_by_name(st->view.by));
		if (st->filter[0]) {
			buf_add_cstr(out, " --where");
			copy_word(out, str_of(st->filter));
		}
		if (st->view.sort)
			copy_sort(out, st->view.sort->name, st->view.ascending);
		copy_columns(out, insights_columns(st->view.by));
		return true;
	}
	if (what == COPY_PATH || !name.len)
		return false;
	buf_add_str(out, name);
	return true;
}

static void insights_close(struct screen *screen)
{
	struct state *st = state_of(screen);
	for (int i = 0; i < N_SLOTS; i++)
		stats_done(&st->slots[i].stats);
	free(st->view.order);
	sheet_done(&st->view.sheet);
	buf_done(&st->find);
}

/* ---------------------------------------------------------------- how it was left */

static void insights_remember(const struct screen *screen, struct jout *out)
{
	const struct state *st = state_of(screen);
	const struct insights_view *v = &st->view;
	remember_text(out, "filter", str_of(st->filter));
	remember_int(out, "by", (int64_t)v->by);
	remember_text(out, "sort", v->sort ? str_of(v->sort->name) : STR_NONE);
	remember_flag(out, "ascending", v->ascending);
	remember_row(out, &v->list, insights_name(v, v->list.cursor));
}

static void recall_section(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct state *st = state_of(screen);
	struct insights_view *v = &st->view;
	struct str filter = recall_filter(kept, "filter", FILTER_TRACES, screen->ui->now_ns, sizeof st->filter);
	if (lately && filter.len) {
		snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(filter));
		st->filter_is_old = true;
		st->stamp++;
	}
	v->by = (enum stats_by)recall_int(kept, "by", 0, N_STATS_BY - 1);
	const struct column *columns = insights_columns(v->by);
	for (int i = 0; columns[i].name; i++)
		if (str_is(recall_text(kept, "sort"), columns[i].name))
			st->sort[v->by] = i;
	st->ascending[v->by] = recall_flag(kept, "ascending");
	show(screen, STR_NONE);
}

static bool insights_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct state *st = state_of(screen);
	if (!st->recalls)
		recall_section(screen, kept, lately);
	st->recalls = true;
	if (!st->view.stats)
		return st->view.failed;
	for (int64_t i = 0; i < (int64_t)insights_rows(&st->view); i++)
		if (recall_is_row(kept, insights_name(&st->view, i))) {
			show(screen, insights_name(&st->view, i));
			break;
		}
	return true;
}

static const struct column *insights_table(const struct screen *screen)
{
	return insights_columns(state_of(screen)->view.by);
}

const struct screen_ops screen_insights = {
    .name = "insights",
    .title = "Insights",
    .state_size = sizeof(struct state),
    .actions = actions,
    .open = insights_open,
    .ask = insights_ask,
    .fetch = insights_fetch,
    .take = insights_take,
    .draw = insights_draw_screen,
    .beside = insights_beside,
    .headline = insights_headline,
    .status = insights_status,
    .place = insights_place,
    .copy = insights_copy,
    .remember = insights_remember,
    .recall = insights_recall,
    .columns = insights_table,
    .close = insights_close,
};
