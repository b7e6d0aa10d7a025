/* How each score lies in both runs: the same bins for both, A's bars to the left of a bin's name and B's to the right; below what moved.
 * The comparison is read once; its rows make every histogram. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/query/score_hist.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_metrics.h"
#include "tui/widget/list.h"
#include "tui/widget/tabs.h"

enum scores_ask { SCORES_NOTHING, SCORES_READ, SCORES_HIST };
enum { TABS_MOST = 103, NAME_BYTES = 48, FOOT_ROWS = 5, COUNT_COLS = 8 };

/* The comparison: the state's, and a request's while one is under way. */
struct held {
	struct compare c;
	int uses;
};

struct scores_state {
	int64_t a, b;
	struct held *held;
	struct arena arena; /* of names */
	struct hist_name *names;
	size_t n_names, at; /* at: which one shows */
	char want[256];     /* name of the one to begin with */
	bool loaded, failed, hist_failed;
	uint64_t generation, serial;
	enum scores_ask asked;
	struct score_hist hist; /* of hist_at */
	size_t hist_at;
	bool has;
	struct list list;
	bool recalls; /* the score was brought back, the cursor is to be */
};

struct request {
	enum scores_ask what;
	bool failed;
	uint64_t serial, generation;
	int64_t a, b;
	struct held *held;
	struct hist_name name; /* SCORES_HIST: its text is held's */
	size_t at;
	struct score_hist hist;
};

static struct scores_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- where things stand */

static int foot_rows(int rows)
{
	return rows >= 12 ? FOOT_ROWS : 0;
}

static void lay(struct screen *screen)
{
	struct scores_state *st = state_of(screen);
	int rows = screen->ui->rows - 2 - foot_rows(screen->ui->rows);
	list_set_page(&st->list, rows > 1 ? rows : 1);
}

static const struct hist_bin *cursor_of(const struct scores_state *st)
{
	return st->has && st->hist_at == st->at && st->list.cursor < (int64_t)st->hist.n_bins
	           ? &st->hist.bins[st->list.cursor]
	           : NULL;
}

/* ---------------------------------------------------------------- data */

static void let_go(struct held *held)
{
	if (!held || --held->uses > 0)
		return;
	compare_done(&held->c);
	free(held);
}

static void *scores_ask(struct screen *screen)
{
	struct scores_state *st = state_of(screen);
	lay(screen);
	bool read = !st->loaded || st->generation != screen->ui->generation;
	enum scores_ask what = read ? SCORES_READ : SCORES_HIST;
	bool wanted = read ? !st->failed : st->n_names > 0 && !st->hist_failed && !(st->has && st->hist_at == st->at);
	if (!wanted || st->asked != SCORES_NOTHING)
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what,
	                      .serial = ++st->serial,
	                      .generation = screen->ui->generation,
	                      .a = st->a,
	                      .b = st->b,
	                      .at = st->at};
	r->held = read ? xcalloc(1, sizeof *r->held) : st->held;
	r->held->uses++;
	if (!read)
		r->name = st->names[st->at];
	st->asked = what;
	return r;
}

static bool scores_fetch(struct db *db, void *request, struct err *err)
{
	static const struct compare_opts rows = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	struct request *r = request;
	bool ok = r->what == SCORES_READ ? compare_runs(db, r->a, r->b, &rows, &r->held->c, err)
	                                 : score_hist_make(db, &r->held->c, &r->name, &r->hist, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void adopt_read(struct scores_state *st, struct request *r)
{
	char now[sizeof st->want];
	struct held *held = st->held;
	snprintf(now, sizeof now, "%s", st->want);
	if (st->loaded && st->at < st->n_names)
		snprintf(now, sizeof now, STR_FMT, STR_ARG(str_cut(st->names[st->at].name, 0, sizeof now - 1)));
	st->held = r->held;
	r->held = held;
	arena_reset(&st->arena);
	st->names = score_hist_names(&st->held->c, &st->arena, &st->n_names);
	st->at = 0;
	for (size_t i = 0; i < st->n_names; i++)
		if (str_eq(st->names[i].name, str_of(now)))
			st->at = i;
	st->loaded = true;
	st->has = false;
	st->generation = r->generation;
}

static void adopt_hist(struct scores_state *st, struct request *r)
{
	struct score_hist old = st->hist;
	bool same = st->has && st->hist_at == r->at;
	st->hist = r->hist;
	r->hist = old;
	st->hist_at = r->at;
	st->has = true;
	list_refit(&st->list, (int64_t)st->hist.n_bins, same ? st->list.cursor : 0);
	if (!same)
		list_go(&st->list, 0);
}

static void scores_take(struct screen *screen, void *request, bool ok)
{
	struct scores_state *st = state_of(screen);
	struct request *r = request;
	bool mine = st->serial == r->serial && r->a == st->a && r->b == st->b;
	if (st->serial == r->serial)
		st->asked = SCORES_NOTHING;
	if (mine && r->what == SCORES_READ) {
		st->failed = r->failed;
		if (ok)
			adopt_read(st, r);
	} else if (mine) {
		st->hist_failed = r->failed;
		if (ok)
			adopt_hist(st, r);
	}
	score_hist_done(&r->hist);
	let_go(r->held);
	free(r);
	lay(screen);
}

/* ---------------------------------------------------------------- drawing */

static bool is_score(const struct scores_state *st, const char *name)
{
	for (size_t i = 0; i < st->n_names; i++)
		if (st->names[i].kind == HIST_SCORE && str_is(st->names[i].name, name))
			return true;
	return false;
}

/* Some sources have assertions called "latency" and "cost" beside what the answer took. */
static const char *title_of(const struct scores_state *st, const struct hist_name *name)
{
	switch (name->kind) {
	case HIST_LATENCY: return is_score(st, "latency") ? "measured latency" : "latency";
	case HIST_COST: return is_score(st, "cost") ? "measured cost" : "cost";
	case HIST_PASS: return "share passed";
	case HIST_SCORE: break;
	}
	return name->name.ptr;
}

/* As pane_metrics writes figures. */
static struct compare_metric metric_of(const struct hist_name *name)
{
	static const char *const kinds[] = {
	    [HIST_SCORE] = "score", [HIST_LATENCY] = "latency", [HIST_COST] = "cost", [HIST_PASS] = "rate"};
	return (struct compare_metric){.name = "", .kind = kinds[name->kind], .lower_is_better = name->lower_is_better};
}

static void draw_tabs(const struct scores_state *st, struct canvas body)
{
	struct tab tabs[TABS_MOST];
	char names[TABS_MOST][NAME_BYTES];
	size_t n = st->n_names < TABS_MOST ? st->n_names : TABS_MOST;
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "%s", title_of(st, &st->names[i]));
		tabs[i] = (struct tab){.name = names[i], .count = -1};
	}
	tabs_draw(body, 0, tabs, n, st->at);
}

/* The name in the middle, bars on both sides of it, a count at the far end of each bar's place. */
struct places {
	int name, name_cols, a, b, bar_cols, count_a, count_b;
};

static struct places places_of(const struct scores_state *st, int cols, bool ascii)
{
	struct places at = {.name_cols = 9};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < st->hist.n_bins; i++) {
		hist_bin_name(&text, st->hist.name.kind, &st->hist.bins[i], ascii);
		int used = text_cols(buf_str(&text));
		at.name_cols = used > at.name_cols ? used : at.name_cols;
		buf_clear(&text);
	}
	buf_done(&text);
	at.name_cols = at.name_cols > cols / 3 ? cols / 3 : at.name_cols;
	at.bar_cols = (cols - 1 - at.name_cols - 4 - 2 * COUNT_COLS) / 2;
	at.bar_cols = at.bar_cols < 4 ? 4 : at.bar_cols > 60 ? 60 : at.bar_cols;
	at.count_a = 1;
	at.a = at.count_a + COUNT_COLS;
	at.name = at.a + at.bar_cols + 2;
	at.b = at.name + at.name_cols + 2;
	at.count_b = at.b + at.bar_cols;
	return at;
}

struct drawing {
	const struct scores_state *st;
	struct places at;
	int64_t most; /* of any bin of either side */
	bool ascii;
};

static void put_count(struct canvas line, int col, bool right, int64_t n)
{
	struct buf text = BUF_INIT;
	units_thousands(&text, n);
	enum role role = n ? ROLE_TEXT : ROLE_DIM;
	if (right)
		canvas_put_right(line, 0, col, COUNT_COLS - 1, role, buf_str(&text));
	else
		canvas_put(line, 0, col, COUNT_COLS, role, buf_str(&text));
	buf_done(&text);
}

static void draw_bin(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct places *at = &d->at;
	if (row >= (int64_t)d->st->hist.n_bins)
		return;
	const struct hist_bin *bin = &d->st->hist.bins[row];
	struct buf name = BUF_INIT;
	hist_bin_name(&name, d->st->hist.name.kind, bin, d->ascii);
	int used = text_cols(buf_str(&name)), pad = (at->name_cols - used) / 2;
	used = canvas_put(line, 0, at->name + (pad > 0 ? pad : 0), at->name_cols, ROLE_TEXT, buf_str(&name));
	if (cursor)
		canvas_reverse(line, 0, at->name + (pad > 0 ? pad : 0), used);
	buf_done(&name);
	double most = d->most > 0 ? (double)d->most : 1;
	if (bin->a)
		canvas_bar(line, 0, at->a, at->bar_cols, 1 - (double)bin->a / most, 1, ROLE_BAR);
	if (bin->b)
		canvas_bar(line, 0, at->b, at->bar_cols, 0, (double)bin->b / most, ROLE_BAR_CRITICAL);
	put_count(line, at->count_a, true, bin->a);
	put_count(line, at->count_b + 1, false, bin->b);
	double threshold = d->st->hist.threshold;
	bool over = bin->closed ? threshold <= bin->high : threshold < bin->high;
	if (threshold >= bin->low && over)
		canvas_putc(line, 0, at->name - 1, 1, ROLE_WARNING, "t");
}

static void draw_head(const struct drawing *d, struct canvas row)
{
	const struct places *at = &d->at;
	const struct scores_state *st = d->st;
	canvas_put_right(row, 0, at->a, at->bar_cols, ROLE_HEADING, STR_LIT("A"));
	canvas_putc(row, 0, at->b, at->bar_cols, ROLE_HEADING, "B");
	canvas_putc(row, 0, at->count_a, COUNT_COLS, ROLE_HEADING, "  cases");
	canvas_putc(row, 0, at->count_b + 1, COUNT_COLS, ROLE_HEADING, "cases");
	const char *what = st->hist.values ? "value" : "from - to";
	int pad = (at->name_cols - (int)strlen(what)) / 2;
	canvas_putc(row, 0, at->name + (pad > 0 ? pad : 0), at->name_cols, ROLE_HEADING, what);
}

static void side_line(const struct scores_state *st, struct canvas pane, int row, const char *which,
                      const struct hist_side *s)
{
	const struct compare_metric m = metric_of(&st->hist.name);
	struct buf text = BUF_INIT;
	const struct {
		const char *name;
		double value;
	} figures[] = {
	    {"mean ",  s->mean    },
            {"  min ", s->least   },
            {"  P25 ", s->q1      },
	    {"  P50 ", s->median  },
            {"  P75 ", s->q3      },
            {"  max ", s->greatest},
	};
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		buf_add_cstr(&text, figures[i].name);
		metric_figure(&text, &m, figures[i].value, pane.grid->ascii);
	}
	canvas_putc(pane, row, 1, 2, ROLE_HEADING, which);
	canvas_put(pane, row, 3, pane.cols - 4, ROLE_TEXT, buf_str(&text));
	buf_done(&text);
}

static void add_counted(struct buf *out, const char *before, int64_t n, const char *after)
{
	buf_add_cstr(out, before);
	units_thousands(out, n);
	buf_add_cstr(out, after);
}

static void moved_line(const struct scores_state *st, struct canvas pane, int row)
{
	const struct score_hist *h = &st->hist;
	const struct compare_metric m = metric_of(&h->name);
	struct buf text = BUF_INIT;
	bool ascii = pane.grid->ascii;
	int64_t moved = h->rose + h->fell, better = h->name.lower_is_better ? h->fell : h->rose;
	int64_t worse = h->name.lower_is_better ? h->rose : h->fell;
	buf_add_cstr(&text, "mean ");
	metric_difference(&text, &m, h->b.mean - h->a.mean, ascii);
	add_counted(&text, "; ", moved, " of ");
	add_counted(&text, "", h->cases, " moved (");
	units_percent(&text, (double)moved / (double)h->cases);
	add_counted(&text, "): ", better, " better, ");
	add_counted(&text, "", worse, " worse");
	if (!IS_UNKNOWN(h->threshold)) {
		buf_printf(&text, "; %s %g (t): ", ascii ? ">=" : "≥", h->threshold);
		add_counted(&text, "", h->a.at_threshold, ascii ? " -> " : " → ");
		units_thousands(&text, h->b.at_threshold);
	}
	canvas_put(pane, row, 1, pane.cols - 2, ROLE_TEXT, buf_str(&text));
	buf_done(&text);
}

/* Where those went that A has in the bin. */
static void bin_line(const struct scores_state *st, struct canvas pane, int row)
{
	const struct hist_bin *bin = cursor_of(st);
	struct buf text = BUF_INIT;
	if (!bin)
		return;
	hist_bin_name(&text, st->hist.name.kind, bin, pane.grid->ascii);
	add_counted(&text, ": of A's ", bin->a, " here B has ");
	add_counted(&text, "", bin->fell, " lower, ");
	add_counted(&text, "", bin->stayed, " here, ");
	add_counted(&text, "", bin->rose, " higher");
	canvas_put(pane, row, 1, pane.cols - 2, ROLE_TEXT, buf_str(&text));
	buf_done(&text);
}

static const char *nothing_words(const struct scores_state *st)
{
	if (st->failed || st->hist_failed)
		return "it could not be read";
	if (!st->loaded)
		return "reading both runs";
	if (!st->n_names)
		return "no case has a score, latency or cost in both runs";
	return "counting";
}

static void scores_draw(const struct screen *screen, struct canvas body)
{
	const struct scores_state *st = state_of(screen);
	if (!st->loaded || !st->n_names) {
		struct str refused = st->loaded ? st->held->c.refused : STR_NONE;
		canvas_put(body, 1, 1, body.cols - 2, ROLE_DIM, refused.len ? refused : str_of(nothing_words(st)));
		return;
	}
	draw_tabs(st, body);
	if (!st->has) {
		canvas_putc(body, 2, 1, -1, ROLE_DIM, nothing_words(st));
		return;
	}
	struct drawing d = {.st = st, .at = places_of(st, body.cols, screen->ui->ascii), .ascii = screen->ui->ascii};
	for (size_t i = 0; i < st->hist.n_bins; i++) {
		int64_t most = st->hist.bins[i].a > st->hist.bins[i].b ? st->hist.bins[i].a : st->hist.bins[i].b;
		d.most = most > d.most ? most : d.most;
	}
	int foot = foot_rows(body.rows);
	struct canvas rows = canvas_part(body, 2, 0, body.rows - 2 - foot, body.cols);
	draw_head(&d, canvas_part(body, 1, 0, 1, body.cols));
	list_draw(&st->list, rows, draw_bin, &d);
	if (!foot)
		return;
	struct canvas pane = canvas_part(body, body.rows - foot, 0, foot, body.cols);
	canvas_rule(pane, 0, ROLE_BORDER);
	bin_line(st, pane, 1);
	side_line(st, pane, 2, "A", &st->hist.a);
	side_line(st, pane, 3, "B", &st->hist.b);
	moved_line(st, pane, 4);
}

static bool scores_beside(const struct screen *screen, struct beside *out)
{
	const struct scores_state *st = state_of(screen);
	int foot = foot_rows(screen->ui->rows);
	*out = (struct beside){.row = screen->ui->rows - foot + 1,
	                       .rows = 1,
	                       .cols = screen->ui->cols,
	                       .scroll_row = -1,
	                       .top = st->list.top,
	                       .id = st->list.cursor};
	return foot > 0 && cursor_of(st);
}

static void scores_headline(const struct screen *screen, struct canvas row)
{
	const struct scores_state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Scores  ");
	if (st->loaded)
		compare_put_sides(row, col, screen->ui, &st->held->c.a, &st->held->c.b);
}

static void scores_status(const struct screen *screen, struct buf *out)
{
	const struct scores_state *st = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!cursor_of(st))
		return;
	list_position(out, &st->list);
	add_counted(out, dot, st->hist.cases, " paired cases");
	if (st->hist.only_a)
		add_counted(out, dot, st->hist.only_a, " have it in A alone");
	if (st->hist.only_b)
		add_counted(out, dot, st->hist.only_b, " in B alone");
	if (st->hist.name.lower_is_better)
		buf_printf(out, "%slower is better", dot);
}

/* ---------------------------------------------------------------- keys */

static enum outcome scores_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->list, move);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(scores_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

static enum outcome by_score(struct screen *screen, bool forward)
{
	struct scores_state *st = state_of(screen);
	if (st->n_names < 2)
		return OUT_HANDLED;
	st->at = (st->at + (forward ? 1 : st->n_names - 1)) % st->n_names;
	st->asked = SCORES_NOTHING;
	st->hist_failed = false;
	return OUT_REFRESH;
}

ACTION(next_score)
{
	(void)in, (void)target;
	return by_score(screen, true);
}

ACTION(prev_score)
{
	(void)in, (void)target;
	return by_score(screen, false);
}

static enum outcome open_bin(struct screen *screen, bool of_b, struct target *target)
{
	const struct scores_state *st = state_of(screen);
	const struct hist_bin *bin = cursor_of(st);
	struct buf filter = BUF_INIT;
	if (!bin)
		return OUT_HANDLED;
	if (!(of_b ? bin->b : bin->a)) {
		ui_say(screen->ui, "%s has no case here", of_b ? "B" : "A");
		buf_done(&filter);
		return OUT_HANDLED;
	}
	bool said = hist_bin_filter(&filter, &st->hist.name, bin, of_b);
	if (said) {
		*target = (struct target){.screen = "compare", .id = st->a, .id2 = st->b};
		snprintf(target->line, sizeof target->line, "%s", buf_cstr(&filter));
	} else {
		ui_say(screen->ui, "the filter has no words for %s of one side alone", title_of(st, &st->hist.name));
	}
	buf_done(&filter);
	return said ? OUT_OPEN : OUT_HANDLED;
}

ACTION(open_b)
{
	(void)in;
	return open_bin(screen, true, target);
}

ACTION(open_a)
{
	(void)in;
	return open_bin(screen, false, target);
}

ACTION(swap)
{
	(void)in, (void)target;
	struct scores_state *st = state_of(screen);
	int64_t a = st->a;
	st->a = st->b;
	st->b = a;
	st->generation = screen->ui->generation - 1;
	st->failed = st->hist_failed = false;
	st->asked = SCORES_NOTHING;
	return OUT_REFRESH;
}

/* clang-format off */
static const struct action scores_actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "the cases that B has in this bin", .hint = "B's cases", .hint_order = 1, .run = open_b},
	{.name = "open-a", .keys = "a", .help = "the cases that A has in this bin", .hint = "A's cases", .hint_order = 2, .run = open_a},
	{.name = "next-score", .keys = "Tab > l Right", .help = "the next score; then latency and cost", .hint = "score", .hint_order = 3, .run = next_score},
	{.name = "prev-score", .keys = "S-Tab < h Left", .help = "the score before", .run = prev_score},
	{.name = "swap", .keys = "s", .help = "A becomes B and B becomes A", .hint = "swap", .hint_order = 4, .run = swap},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- the screen */

static bool scores_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct scores_state *st = state_of(screen);
	if (!target->id || !target->id2)
		return err_set(err, ERR_USAGE, NULL, "two runs are needed: compare them, and :scores there");
	st->a = target->id;
	st->b = target->id2;
	snprintf(st->want, sizeof st->want, "%s", target->text);
	list_init(&st->list);
	return true;
}

static void scores_place(const struct screen *screen, struct target *out)
{
	const struct scores_state *st = state_of(screen);
	*out = (struct target){.screen = "scores", .id = st->a, .id2 = st->b};
	if (st->at < st->n_names)
		snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(str_cut(st->names[st->at].name, 0, 255)));
}

static bool scores_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct scores_state *st = state_of(screen);
	const struct hist_bin *bin = cursor_of(st);
	if (!bin)
		return false;
	switch (what) {
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor compare");
		copy_word(out, st->held->c.a.text);
		copy_word(out, st->held->c.b.text);
		buf_add_cstr(out, " --histogram");
		copy_word(out, st->hist.name.name);
		return true;
	case COPY_VALUE: hist_bin_name(out, st->hist.name.kind, bin, screen->ui->ascii); return true;
	case COPY_PATH: return hist_bin_filter(out, &st->hist.name, bin, true);
	case COPY_ID: return copy_str(out, st->hist.name.name);
	case COPY_LINK:
	case COPY_VIEW: {
		struct link link = {
		    .kind = "scores", .of = {st->held->c.a.text, st->held->c.b.text},
                         .n_of = 2
                };
		if (what == COPY_LINK)
			link.part[LINK_NAME] = st->hist.name.name;
		link_print(out, &link);
		return true;
	}
	}
	return false;
}

static void scores_close(struct screen *screen)
{
	struct scores_state *st = state_of(screen);
	let_go(st->held);
	arena_done(&st->arena);
	score_hist_done(&st->hist);
}

/* ---------------------------------------------------------------- how it was left */

static void scores_remember(const struct screen *screen, struct jout *out)
{
	const struct scores_state *st = state_of(screen);
	if (!st->loaded)
		return;
	remember_text(out, "score", st->at && st->at < st->n_names ? st->names[st->at].name : STR_NONE);
	remember_row(out, &st->list, STR_NONE);
}

static bool scores_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct scores_state *st = state_of(screen);
	(void)lately;
	if (st->want[0] && !st->loaded)
		return true; /* it was opened for one */
	if (!st->loaded)
		return st->failed;
	if (!st->recalls)
		for (size_t i = 0; i < st->n_names; i++)
			if (str_eq(st->names[i].name, recall_text(kept, "score")))
				st->at = i;
	st->recalls = true;
	if (!st->has || st->hist_at != st->at)
		return st->hist_failed;
	recall_row(kept, &st->list, -1);
	return true;
}

const struct screen_ops screen_scores = {
    .name = "scores",
    .title = "Scores",
    .state_size = sizeof(struct scores_state),
    .actions = scores_actions,
    .open = scores_open,
    .ask = scores_ask,
    .fetch = scores_fetch,
    .take = scores_take,
    .draw = scores_draw,
    .beside = scores_beside,
    .headline = scores_headline,
    .status = scores_status,
    .place = scores_place,
    .copy = scores_copy,
    .remember = scores_remember,
    .recall = scores_recall,
    .close = scores_close,
};
