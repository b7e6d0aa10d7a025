/* A comparison cut by a field of the cases' metadata: a row for each value, with its own figures; below all metrics of the slice under
 * the cursor. First the runs are paired, then the records of both read, once; after that each field takes one or, of many cases, two: counts, figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/filter.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_slices.h"
#include "tui/widget/find.h"

enum { MANY_CASES = 5000 };

struct request {
	enum slices_ask what;
	bool failed; /* and asking again would not help */
	uint64_t serial, generation;
	int64_t a, b;
	struct slices_held *held; /* SLICES_READ: fresh, else the state's */
	struct slice_fields fields;
	char *field; /* SLICES_READ: the one wanted; "" the first */
	size_t at;   /* of it in fields */
	struct slices data;
};

static struct slices_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- data */

static void let_go(struct slices_held *held)
{
	if (!held || --held->uses > 0)
		return;
	slicing_free(held->slicing);
	free(held);
}

static struct request *new_request(struct screen *screen, enum slices_ask what)
{
	struct slices_state *st = state_of(screen);
	const struct slice_field *f = slices_field(st);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what,
	                      .serial = ++st->serial,
	                      .generation = screen->ui->generation,
	                      .a = st->a,
	                      .b = st->b,
	                      .at = st->field,
	                      .field = f ? xstrndup(f->name) : xstrdup(st->want)};
	r->held = what == SLICES_PAIR ? xcalloc(1, sizeof *r->held) : what == SLICES_READ ? st->paired : st->held;
	r->held->uses++;
	st->asked = what;
	return r;
}

static void *slices_ask(struct screen *screen)
{
	struct slices_state *st = state_of(screen);
	slices_lay_out(screen);
	if (st->asked == SLICES_PAIR || st->asked == SLICES_READ)
		return NULL;
	if (!st->failed && (!st->loaded || st->generation != screen->ui->generation))
		return new_request(
		    screen, st->paired && st->paired->generation == screen->ui->generation ? SLICES_READ : SLICES_PAIR);
	if (!st->loaded || st->data_failed || !slices_field(st))
		return NULL;
	bool has = st->has && st->data_field == st->field;
	if ((has && st->figures) || st->asked == SLICES_FIGURES || st->asked == SLICES_COUNTS)
		return NULL;
	return new_request(screen, has || st->fields.cases < MANY_CASES ? SLICES_FIGURES : SLICES_COUNTS);
}

static bool read_both(struct db *db, struct request *r, struct err *err)
{
	struct slices_opts opts = SLICES_OPTS;
	opts.compare.rows_only = true;
	if (!slicing_tell(r->held->slicing, db, STR_NONE, err))
		return false;
	slicing_fields(r->held->slicing, &r->fields);
	for (size_t i = 0; i < r->fields.n; i++)
		if (str_eq(r->fields.at[i].name, str_of(r->field)))
			r->at = i;
	r->at = r->at < r->fields.n ? r->at : 0;
	struct str field = r->fields.n ? r->fields.at[r->at].name : STR_NONE;
	/* Without any field: for what is refused. */
	if (!r->fields.n && !slicing_compare(r->held->slicing)->refused.len)
		return true;
	return slicing_of(r->held->slicing, db, field, &opts, &r->data, err);
}

static bool slices_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct slices_opts opts = SLICES_OPTS;
	opts.compare.rows_only = r->what == SLICES_COUNTS;
	if (r->what == SLICES_PAIR)
		r->held->slicing = slicing_new();
	bool ok = r->what == SLICES_PAIR   ? slicing_pair(r->held->slicing, db, r->a, r->b, NULL, err)
	          : r->what == SLICES_READ ? read_both(db, r, err)
	                                   : slicing_of(r->held->slicing, db, str_of(r->field), &opts, &r->data, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

/* ---------------------------------------------------------------- order */

/* qsort has no context: what the rows are sorted by now. */
static const struct slices_state *sorting;

static double p_of(const struct slice *s)
{
	const struct compare_metric *m = slices_metric(sorting, s);
	return m ? m->result.p_holm : UNKNOWN_DOUBLE;
}

static int by_order(const void *left, const void *right)
{
	const struct slice *a = *(const struct slice *const *)left, *b = *(const struct slice *const *)right;
	double x = p_of(a), y = p_of(b);
	bool none_x = IS_UNKNOWN(x), none_y = IS_UNKNOWN(y);
	int order = 0;
	switch (sorting->order) {
	case BY_LOSS_FIRST:
	case N_SLICES_ORDERS: break;
	case BY_CASES: order = (a->cases < b->cases) - (a->cases > b->cases); break;
	case BY_P: order = none_x || none_y ? (int)none_x - (int)none_y : (x > y) - (x < y); break;
	case BY_VALUE:
		order = a->bin && b->bin ? (a->least > b->least) - (a->least < b->least) : str_cmp(a->value, b->value);
		break;
	}
	order = order ? order : (a > b) - (a < b); /* as the query has them */
	return sorting->inverted ? -order : order;
}

static void sort_rows(struct slices_state *st)
{
	const struct slice *at = slices_cursor(st);
	int64_t found = -1;
	sorting = st;
	if (st->data.n > 1)
		qsort(st->rows, st->data.n, sizeof *st->rows, by_order);
	for (size_t i = 0; at && i < st->data.n; i++)
		found = st->rows[i] == at ? (int64_t)i : found;
	if (found >= 0)
		list_go(&st->list, found);
}

/* ---------------------------------------------------------------- adopting */

/* The cursor stays on its value, if that is still there. */
static void adopt_slices(struct slices_state *st, struct request *r)
{
	const struct slice *before = st->has && st->data_field == r->at ? slices_cursor(st) : NULL;
	struct slices old = st->data;
	int64_t found = before ? -1 : 0;
	st->data = r->data;
	r->data = old;
	st->rows = xrealloc(st->rows, st->data.n + 1, sizeof *st->rows);
	for (size_t i = 0; i < st->data.n; i++)
		st->rows[i] = &st->data.at[i];
	st->has = true;
	st->figures = st->data.whole.n_metrics > 0;
	st->data_field = r->at;
	sorting = st;
	if (st->data.n > 1)
		qsort(st->rows, st->data.n, sizeof *st->rows, by_order);
	for (size_t i = 0; before && i < st->data.n; i++)
		found = str_eq(st->rows[i]->value, before->value) ? (int64_t)i : found;
	list_refit(&st->list, (int64_t)st->data.n, found);
	if (!before)
		list_go(&st->list, 0);
}

static void adopt_read(struct slices_state *st, struct request *r)
{
	struct slices_held *held = st->held;
	struct slice_fields fields = st->fields;
	st->held = r->held;
	st->fields = r->fields;
	r->held = held;
	r->fields = fields;
	st->loaded = true;
	st->generation = r->generation;
	st->field = r->at;
	adopt_slices(st, r);
}

static void slices_take(struct screen *screen, void *request, bool ok)
{
	struct slices_state *st = state_of(screen);
	struct request *r = request;
	bool mine = st->serial == r->serial && r->a == st->a && r->b == st->b;
	if (st->serial == r->serial)
		st->asked = SLICES_NOTHING;
	if (mine && r->what == SLICES_PAIR) {
		st->failed = r->failed;
		if (ok) {
			let_go(st->paired);
			st->paired = r->held;
			st->paired->generation = r->generation;
			r->held = NULL;
		}
	} else if (mine && r->what == SLICES_READ) {
		st->failed = r->failed;
		/* Read once: an interrupted reading begins with both runs again. */
		let_go(st->paired);
		st->paired = NULL;
		if (ok)
			adopt_read(st, r);
	} else if (mine) {
		st->data_failed = r->failed;
		if (ok)
			adopt_slices(st, r);
	}
	slices_done(&r->data);
	slice_fields_done(&r->fields);
	let_go(r->held);
	free(r->field);
	free(r);
	slices_lay_out(screen);
}

/* ---------------------------------------------------------------- keys */

static enum outcome slices_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->list, move);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(slices_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

static enum outcome go_to_field(struct screen *screen, size_t at)
{
	struct slices_state *st = state_of(screen);
	if (at >= st->fields.n || at == st->field)
		return OUT_HANDLED;
	st->field = at;
	st->data_failed = false;
	st->asked = SLICES_NOTHING;
	return OUT_REFRESH;
}

/* Round those that cut; the others are reached by name. */
static enum outcome by_field(struct screen *screen, bool forward)
{
	struct slices_state *st = state_of(screen);
	size_t n = st->fields.useful;
	if (n == 0 || !st->loaded)
		return OUT_HANDLED;
	size_t at = st->field >= n ? 0 : forward ? (st->field + 1) % n : (st->field + n - 1) % n;
	return go_to_field(screen, at);
}

ACTION(next_field)
{
	(void)in, (void)target;
	return by_field(screen, true);
}

ACTION(prev_field)
{
	(void)in, (void)target;
	return by_field(screen, false);
}

ACTION(field_line)
{
	(void)target;
	struct slices_state *st = state_of(screen);
	struct str name = str_trim(in->argument);
	if (!name.len)
		return OUT_HANDLED;
	for (int exact = 1; exact >= 0; exact--)
		for (size_t i = 0; i < st->fields.n; i++) {
			struct str field = st->fields.at[i].name;
			if (exact ? str_eq(field, name) : str_find(field, name) != SIZE_MAX)
				return go_to_field(screen, i);
		}
	ui_say(screen->ui, "no case has a field %.*s", STR_ARG(str_cut(name, 0, 100)));
	return OUT_HANDLED;
}

static const struct action field_answer = {.name = "field-for", .keys = "", .help = "", .run = field_line};

/* Names to complete, as far as a prompt has room for them. */
ACTION(ask_field)
{
	static char words[4096];
	const struct slices_state *st = state_of(screen);
	if (in->argument.len)
		return field_line(screen, in, target);
	size_t used = 0;
	for (size_t i = 0; i < st->fields.n; i++) {
		struct str name = st->fields.at[i].name;
		if (str_find_char(name, ' ') != SIZE_MAX || used + name.len + 2 > sizeof words)
			continue;
		memcpy(words + used, name.ptr, name.len);
		used += name.len;
		words[used++] = ' ';
	}
	words[used] = '\0';
	*target = (struct target){.prompt = "field: ", .answer = &field_answer, .words = words};
	return OUT_PROMPT;
}

static enum outcome by_metric(struct screen *screen, bool forward)
{
	struct slices_state *st = state_of(screen);
	const struct slice *whole = &st->data.whole;
	size_t n = whole->n_metrics, at = 0;
	if (!st->has || !n)
		return OUT_HANDLED;
	while (at < n && strcmp(whole->metrics[at].name, slices_metric_name(st)) != 0)
		at++;
	for (size_t i = 0; i < n; i++) {
		at = forward ? (at + 1) % n : (at + n - 1) % n;
		if (whole->metrics[at].result.n > 0)
			break;
	}
	snprintf(st->metric, sizeof st->metric, "%s", whole->metrics[at].name);
	if (st->order == BY_P)
		sort_rows(st);
	return OUT_HANDLED;
}

ACTION(next_metric)
{
	(void)in, (void)target;
	return by_metric(screen, true);
}

ACTION(prev_metric)
{
	(void)in, (void)target;
	return by_metric(screen, false);
}

ACTION(next_order)
{
	(void)in, (void)target;
	struct slices_state *st = state_of(screen);
	st->order = (enum slices_order)((st->order + 1) % N_SLICES_ORDERS);
	st->inverted = false;
	sort_rows(st);
	return OUT_HANDLED;
}

ACTION(invert)
{
	(void)in, (void)target;
	struct slices_state *st = state_of(screen);
	st->inverted = !st->inverted;
	sort_rows(st);
	return OUT_HANDLED;
}

ACTION(open_slice)
{
	(void)in;
	const struct slices_state *st = state_of(screen);
	const struct slice *s = slices_cursor(st);
	struct buf filter = BUF_INIT;
	if (!s || st->data_field != st->field)
		return OUT_HANDLED;
	buf_add_cstr(&filter, "field.");
	filter_quote(&filter, st->data.field);
	buf_add_char(&filter, ':');
	filter_quote(&filter, s->value);
	*target = (struct target){.screen = "compare", .id = st->a, .id2 = st->b};
	snprintf(target->line, sizeof target->line, "%s", buf_cstr(&filter));
	buf_done(&filter);
	return OUT_OPEN;
}

ACTION(swap)
{
	(void)in, (void)target;
	struct slices_state *st = state_of(screen);
	int64_t a = st->a;
	st->a = st->b;
	st->b = a;
	st->generation = screen->ui->generation - 1;
	st->failed = st->data_failed = false;
	st->asked = SLICES_NOTHING;
	let_go(st->paired);
	st->paired = NULL;
	return OUT_REFRESH;
}

/* ---------------------------------------------------------------- searching */

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct slices_state *st = state_of(screen);
	struct str what = buf_str(&st->find);
	if (!what.len || !st->has || !st->data.n) {
		if (!stay && !what.len)
			ui_say(screen->ui, "%s", keyed("nothing is being searched for: {/} asks"));
		return OUT_HANDLED;
	}
	int64_t n = (int64_t)st->data.n;
	for (int64_t i = stay ? 0 : 1; i <= n; i++) {
		int64_t row = ((st->list.cursor + by * i) % n + n) % n;
		if (text_find(st->rows[row]->value, what, 0, find_ignores_case(what)) == SIZE_MAX)
			continue;
		list_go(&st->list, row);
		return OUT_HANDLED;
	}
	ui_say(screen->ui, "no value holds: %s", buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *searched_for(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(searched_for, search_again)

/* clang-format off */
static const struct action slices_actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "the comparison of this slice alone", .hint = "cases", .hint_order = 1, .run = open_slice},
	{.name = "next-field", .keys = "Tab l Right", .help = "the next field that cuts", .hint = "field", .hint_order = 2, .run = next_field},
	{.name = "prev-field", .keys = "S-Tab h Left", .help = "the field before", .run = prev_field},
	{.name = "field", .keys = "f", .help = "a field by its name, also one that hardly cuts", .hint = "by name", .hint_order = 5, .run = ask_field},
	{.name = "next-metric", .keys = ">", .help = "the next metric in the table", .hint = "metric", .hint_order = 3, .run = next_metric},
	{.name = "prev-metric", .keys = "<", .help = "the metric before", .run = prev_metric},
	{.name = "order", .keys = "o", .help = "in another order: loss, cases, p, value", .hint = "order", .hint_order = 4, .run = next_order},
	{.name = "invert", .keys = "I", .help = "the other way round", .run = invert},
	{.name = "swap", .keys = "s", .help = "A becomes B and B becomes A", .hint = "swap", .hint_order = 6, .run = swap},
	{.name = "search", .keys = "/", .help = "search the values", .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- the screen */

static bool slices_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct slices_state *st = state_of(screen);
	(void)err;
	st->a = target->id;
	st->b = target->id2;
	snprintf(st->want, sizeof st->want, "%s", target->text);
	st->field = SIZE_MAX;
	list_init(&st->list);
	return true;
}

static void slices_place(const struct screen *screen, struct target *out)
{
	const struct slices_state *st = state_of(screen);
	const struct slice_field *f = slices_field(st);
	*out = (struct target){.screen = "slices", .id = st->a, .id2 = st->b};
	if (f)
		snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(f->name));
}

static bool slices_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct slices_state *st = state_of(screen);
	const struct slice *s = slices_cursor(st);
	if (!st->has)
		return false;
	switch (what) {
	case COPY_COMMAND:
		copy_command(out, st->b ? "compare" : "run", st->data.a.text, NULL, STR_NONE);
		if (st->b)
			copy_word(out, st->data.b.text);
		buf_add_cstr(out, " --slice");
		copy_word(out, st->data.field);
		return true;
	case COPY_ID:
	case COPY_VALUE: return s && copy_str(out, s->value);
	case COPY_PATH:
		if (!s)
			return false;
		buf_add_str(out, st->data.field);
		buf_add_char(out, ':');
		buf_add_str(out, s->value);
		return true;
	case COPY_LINK:
	case COPY_VIEW: {
		struct link link = {
		    .kind = "slices", .of = {st->data.a.text, st->data.b.text},
                         .n_of = st->b ? 2 : 1
                };
		if (what == COPY_LINK)
			link.part[LINK_BY] = st->data.field;
		link_print(out, &link);
		return true;
	}
	}
	return false;
}

static void slices_close(struct screen *screen)
{
	struct slices_state *st = state_of(screen);
	let_go(st->held);
	let_go(st->paired);
	slice_fields_done(&st->fields);
	slices_done(&st->data);
	free(st->rows);
	buf_done(&st->find);
}

/* ---------------------------------------------------------------- how it was left */

static void slices_remember(const struct screen *screen, struct jout *out)
{
	const struct slices_state *st = state_of(screen);
	const struct slice *at = st->has ? slices_cursor(st) : NULL;
	if (!st->loaded)
		return;
	remember_text(out, "field", st->field < st->fields.n ? st->fields.at[st->field].name : STR_NONE);
	remember_int(out, "order", (int64_t)st->order);
	remember_flag(out, "inverted", st->inverted);
	remember_text(out, "metric", str_of(st->metric));
	remember_row(out, &st->list, at ? at->value : STR_NONE);
}

static bool slices_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct slices_state *st = state_of(screen);
	int64_t at = -1;
	(void)lately;
	if (!st->recalls && !st->loaded) {
		st->sent = st->want[0] != '\0';
		if (!st->sent)
			snprintf(st->want, sizeof st->want, STR_FMT,
			         STR_ARG(str_cut(recall_text(kept, "field"), 0, 255)));
		st->order = (enum slices_order)recall_int(kept, "order", 0, N_SLICES_ORDERS - 1);
		st->inverted = recall_flag(kept, "inverted");
		snprintf(st->metric, sizeof st->metric, STR_FMT, STR_ARG(str_cut(recall_text(kept, "metric"), 0, 255)));
	}
	st->recalls = true;
	if (!st->loaded || !st->has)
		return st->failed;
	for (size_t i = 0; !st->sent && i < st->data.n; i++)
		if (recall_is_row(kept, st->rows[i]->value))
			at = (int64_t)i;
	if (at >= 0)
		recall_row(kept, &st->list, at);
	return true;
}

const struct screen_ops screen_slices = {
    .name = "slices",
    .title = "Slices",
    .state_size = sizeof(struct slices_state),
    .actions = slices_actions,
    .open = slices_open,
    .ask = slices_ask,
    .fetch = slices_fetch,
    .take = slices_take,
    .draw = slices_draw,
    .beside = slices_beside,
    .headline = slices_headline,
    .status = slices_status,
    .place = slices_place,
    .copy = slices_copy,
    .remember = slices_remember,
    .recall = slices_recall,
    .close = slices_close,
};
