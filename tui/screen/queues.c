/* What to review: queues to go on with, offers worked out from the store, queues that are finished. For somebody who has never seen a terminal
 * program: one list, Enter begins.
 *
 * target: id2 1: it was opened by a command, so that leaving it ends the program. With ui->wish it makes that queue, gives its place to Review, and is
 * gone; what cannot be made is said on the screen below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/query/queue_offers.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_copy.h"
#include "tui/widget/list.h"

enum row_kind { ROW_BLANK, ROW_GO_ON, ROW_BEGIN, ROW_FINISHED, ROW_QUEUE, ROW_OFFER }; /* up to FINISHED: headings */
enum {
	ROWS_MOST = 600,
	FOOT_ROWS = 4,
	NAME_COLS = 34,
	BAR_COLS = 24,
	BAR_FROM_COLS = 100,
	NARROW_COLS = 78,
	COUNT_COLS = 6
};
#define PACE_NS INT64_C(1000000000)

struct row {
	enum row_kind kind;
	size_t at; /* of the queue or the offer */
};

struct known_queue {
	struct queue queue;
	struct queue_progress progress;
};

/* What was read: the queues, the offers as far as they are known. */
struct queues_read {
	struct arena arena;
	struct known_queue *queues;
	size_t n_queues;
};

struct queues_state {
	struct queues_read read;
	struct arena offer_arenas[N_OFFERS];
	struct queue_offer offers[N_OFFERS];
	int n_offers, next_offer; /* known so far; to be read next */
	bool loaded, stale;
	uint64_t generation, verdicts, serial;
	struct row rows[ROWS_MOST];
	struct list list;
	bool quits, passing;              /* passing: only to make what was wished */
	struct queue_wish *wish;          /* to be made */
	char making[QUEUE_NAME_MAX + 40]; /* what is being made; "": nothing */
	/* where to go on, once made */
	bool goes;
	int64_t goes_to, cursor_to; /* the queue; where the cursor is put when it comes into the list */
	int64_t closing;            /* closing: a queue to be closed; 0: none */
	char author[128];
};

enum what { READ_QUEUES, READ_OFFER, MAKE, CLOSE };
struct request {
	enum what what;
	uint64_t serial, generation, verdicts;
	bool failed; /* and asking again would not help */
	int64_t now_ns, id;
	char author[128];
	struct queues_read read;
	int at; /* of the offer */
	struct arena arena;
	struct queue_offer offer;
	struct queue_wish *wish;
	struct queue_begun begun;
};

static struct queues_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- rows */

static bool is_heading(enum row_kind kind)
{
	return kind < ROW_QUEUE;
}

static void add_row(struct queues_state *st, enum row_kind kind, size_t at)
{
	if (st->list.total < ROWS_MOST)
		st->rows[st->list.total++] = (struct row){kind, at};
}

static void add_heading(struct queues_state *st, enum row_kind kind)
{
	if (st->list.total)
		add_row(st, ROW_BLANK, 0);
	add_row(st, kind, 0);
}

static void add_queues(struct queues_state *st, bool finished)
{
	bool any = false;
	for (size_t i = 0; i < st->read.n_queues; i++) {
		if ((st->read.queues[i].progress.left == 0) != finished)
			continue;
		if (!any)
			add_heading(st, finished ? ROW_FINISHED : ROW_GO_ON);
		any = true;
		add_row(st, ROW_QUEUE, i);
	}
}

static void add_offers(struct queues_state *st)
{
	bool any = false;
	for (int i = 0; i < st->n_offers; i++) {
		if (!st->offers[i].count)
			continue;
		if (!any)
			add_heading(st, ROW_BEGIN);
		any = true;
		add_row(st, ROW_OFFER, (size_t)i);
	}
}

static int64_t id_of(const struct queues_state *st, const struct row *row)
{
	if (row->kind == ROW_OFFER)
		return -1 - (int64_t)row->at;
	return row->kind == ROW_QUEUE ? st->read.queues[row->at].queue.id : 0;
}

/* The cursor never stands on a heading. */
static void off_headings(struct queues_state *st, bool down)
{
	for (int turn = 0; turn < 2; turn++, down = !down)
		for (int64_t i = st->list.cursor; i >= 0 && i < st->list.total; i += down ? 1 : -1)
			if (!is_heading(st->rows[i].kind)) {
				list_go(&st->list, i);
				return;
			}
}

static const struct row *cursor_of(const struct queues_state *st)
{
	const struct row *row = st->list.cursor < st->list.total ? &st->rows[st->list.cursor] : NULL;
	return row && !is_heading(row->kind) ? row : NULL;
}

static void make_rows(struct queues_state *st)
{
	const struct row *row = cursor_of(st);
	int64_t id = st->cursor_to ? st->cursor_to : row ? id_of(st, row) : 0, found = -1;
	bool first = !st->list.total, at_top = st->list.cursor <= 1;
	st->list.total = 0;
	add_queues(st, false);
	add_offers(st);
	add_queues(st, true);
	int64_t total = st->list.total;
	for (int64_t i = 0; i < total; i++)
		if (id && !is_heading(st->rows[i].kind) && id_of(st, &st->rows[i]) == id)
			found = i;
	list_refit(&st->list, total, !st->cursor_to && (first || at_top) ? -1 : found);
	st->cursor_to = found >= 0 ? 0 : st->cursor_to;
	if (first)
		list_go(&st->list, 0);
	off_headings(st, true);
}

/* ---------------------------------------------------------------- data */

static struct request *request_for(struct screen *screen, enum what what)
{
	static uint64_t serials;
	struct queues_state *st = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.what = what,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .now_ns = screen->ui->now_ns,
	                      .verdicts = screen->ui->verdicts,
	                      .at = st->next_offer};
	memcpy(r->author, st->author, sizeof r->author);
	st->serial = r->serial;
	return r;
}

static void request_free(struct request *r)
{
	arena_done(&r->read.arena);
	arena_done(&r->arena);
	queue_begun_done(&r->begun);
	queue_wish_free(r->wish);
	free(r);
}

static void lay(struct screen *screen)
{
	int rows = screen->ui->rows, foot = rows >= 12 ? FOOT_ROWS : 0;
	list_set_page(&state_of(screen)->list, rows > foot + 1 ? rows - foot - 1 : 1);
}

static void *queues_ask(struct screen *screen)
{
	struct queues_state *st = state_of(screen);
	struct request *r;
	lay(screen);
	if (st->serial)
		return NULL;
	if (st->wish) {
		r = request_for(screen, MAKE);
		r->wish = st->wish;
		st->wish = NULL;
		return r;
	}
	if (st->passing)
		return NULL;
	if (st->closing) {
		r = request_for(screen, CLOSE);
		r->id = st->closing;
		st->closing = 0;
		return r;
	}
	if (!st->loaded || st->stale || st->generation != screen->ui->generation ||
	    st->verdicts != screen->ui->verdicts)
		return request_for(screen, READ_QUEUES);
	if (st->next_offer < N_OFFERS)
		return request_for(screen, READ_OFFER);
	return NULL;
}

static bool read_queues(struct db *db, struct request *r, struct err *err)
{
	struct queue *all;
	struct queues_read *out = &r->read;
	if (!queue_list(db, false, &out->arena, &all, &out->n_queues, err))
		return false;
	out->queues = arena_zalloc(&out->arena, out->n_queues + 1, sizeof *out->queues);
	for (size_t i = 0; i < out->n_queues; i++) {
		out->queues[i].queue = all[i];
		if (!queue_progress(db, &all[i], str_of(r->author), r->now_ns, &out->queues[i].progress, err))
			return false;
	}
	return true;
}

static bool fetch(struct db *db, struct request *r, struct err *err)
{
	switch (r->what) {
	case READ_QUEUES: return read_queues(db, r, err);
	case READ_OFFER:
		return queue_offer(db, (enum queue_offer_kind)r->at, str_of(r->author), r->now_ns, &r->arena, &r->offer,
		                   err);
	case MAKE:
		r->wish->ask.author = str_of(r->author);
		r->wish->ask.now_ns = r->now_ns;
		return queue_begin(db, &r->wish->ask, &r->wish->how, &r->begun, err);
	case CLOSE: return queue_close(db, r->id, r->now_ns, err);
	}
	return false;
}

static bool queues_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = fetch(db, r, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void take_queues(struct screen *screen, struct request *r)
{
	struct queues_state *st = state_of(screen);
	struct queues_read old = st->read;
	st->read = r->read;
	r->read = old;
	if (st->generation != r->generation || st->verdicts != r->verdicts || st->stale)
		st->next_offer = 0; /* what is offered may have changed, too */
	st->loaded = true;
	st->verdicts = r->verdicts;
	st->stale = false;
	st->generation = r->generation;
	make_rows(st);
}

static void take_offer(struct queues_state *st, struct request *r, bool ok)
{
	struct arena old = st->offer_arenas[r->at];
	st->offer_arenas[r->at] = r->arena;
	st->offers[r->at] = ok ? r->offer : (struct queue_offer){.count = 0};
	r->arena = old;
	st->next_offer = r->at + 1;
	st->n_offers = st->next_offer > st->n_offers ? st->next_offer : st->n_offers;
	make_rows(st);
}

static void take_made(struct screen *screen, struct request *r)
{
	struct queues_state *st = state_of(screen);
	st->making[0] = '\0';
	st->goes = r->begun.id != 0 || st->passing;
	st->goes_to = st->cursor_to = r->begun.id;
	st->stale = true;
	if (!r->begun.id) {
		ui_say(screen->ui, "nothing to review: " STR_FMT, STR_ARG(r->begun.found.why));
		screen->ui->message_is_error = true;
	} else if (r->begun.resumed) {
		ui_say(screen->ui, "going on with \"" STR_FMT "\"", STR_ARG(r->begun.name));
	} else if (r->begun.found.left_out.len) {
		ui_say(screen->ui, "%lld to judge; left out: " STR_FMT, (long long)r->begun.items,
		       STR_ARG(r->begun.found.left_out));
	}
}

/* It was interrupted, or cannot be done. */
static void take_failure(struct queues_state *st, struct request *r)
{
	if (r->what == MAKE && !r->failed && !st->wish) {
		st->wish = r->wish;
		r->wish = NULL;
		return;
	}
	if (r->what == MAKE) {
		st->making[0] = '\0';
		st->goes = st->passing;
		st->goes_to = 0;
	}
	if (r->failed && r->what == READ_QUEUES)
		st->loaded = true, st->stale = false, st->generation = r->generation, st->verdicts = r->verdicts;
	if (r->failed && r->what == READ_OFFER)
		take_offer(st, r, false);
}

static void queues_take(struct screen *screen, void *request, bool ok)
{
	struct queues_state *st = state_of(screen);
	struct request *r = request;
	bool wanted = st->serial == r->serial;
	if (wanted)
		st->serial = 0;
	if (wanted && !ok)
		take_failure(st, r);
	else if (wanted && r->what == READ_QUEUES)
		take_queues(screen, r);
	else if (wanted && r->what == READ_OFFER && r->at == st->next_offer)
		take_offer(st, r, true);
	else if (wanted && r->what == MAKE)
		take_made(screen, r);
	else if (wanted && r->what == CLOSE)
		st->stale = true;
	request_free(r);
}

/* ---------------------------------------------------------------- drawing */

/* Of what there is for this person. */
static double share_done(const struct queue_progress *p)
{
	int64_t all = p->done + p->left + p->waiting;
	return all ? (double)p->done / (double)all : 0;
}

static void draw_queue(const struct known_queue *k, struct canvas line, bool cursor)
{
	bool ascii = line.grid->ascii, narrow = line.cols < NARROW_COLS;
	const struct queue_progress *p = &k->progress;
	struct buf words = BUF_INIT;
	int64_t all = p->done + p->left;
	if (narrow)
		buf_printf(&words, "%lld/%lld", (long long)p->done, (long long)all);
	else
		queue_progress_words(&words, p, ascii);
	int col = 3, room = narrow ? line.cols - text_cols(buf_str(&words)) - 6 : NAME_COLS;
	int used = canvas_put(line, 0, col, room, ROLE_TEXT, k->queue.name);
	if (cursor)
		canvas_reverse(line, 0, col, used);
	col += room + 2;
	if (line.cols >= BAR_FROM_COLS) {
		canvas_fill(line, 0, col, BAR_COLS, ROLE_BAR_OTHER, ascii ? "-" : "─");
		canvas_fill(line, 0, col, (int)(share_done(p) * BAR_COLS + 0.5), ROLE_OK, ascii ? "=" : "━");
		col += BAR_COLS + 2;
	}
	canvas_put(line, 0, col, line.cols - col - 1, p->left ? ROLE_TEXT : ROLE_DIM, buf_str(&words));
	buf_done(&words);
}

static void draw_offer(const struct queue_offer *o, struct canvas line, bool cursor)
{
	struct buf count = BUF_INIT;
	units_thousands(&count, o->count);
	canvas_put_right(line, 0, 1, COUNT_COLS, ROLE_DIM, buf_str(&count));
	int used = canvas_put(line, 0, COUNT_COLS + 3, line.cols - COUNT_COLS - 4, ROLE_TEXT, o->title);
	if (cursor)
		canvas_reverse(line, 0, COUNT_COLS + 3, used);
	buf_done(&count);
}

static void draw_row(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct queues_state *st = context;
	const struct row *row = &st->rows[at];
	switch (row->kind) {
	case ROW_BLANK: break;
	case ROW_GO_ON: canvas_putc(line, 0, 1, -1, ROLE_HEADING, "GO ON WITH"); break;
	case ROW_BEGIN: canvas_putc(line, 0, 1, -1, ROLE_HEADING, "BEGIN"); break;
	case ROW_FINISHED: canvas_putc(line, 0, 1, -1, ROLE_HEADING, "FINISHED"); break;
	case ROW_QUEUE: draw_queue(&st->read.queues[row->at], line, cursor); break;
	case ROW_OFFER: draw_offer(&st->offers[row->at], line, cursor); break;
	}
}

static void queue_words(const struct queues_state *st, const struct known_queue *k, int64_t now_ns, struct buf *out)
{
	const struct queue *q = &k->queue;
	buf_printf(out, "%lld answer%s", (long long)q->n_items, q->n_items == 1 ? "" : "s");
	if (q->mode & QUEUE_PAIRWISE)
		buf_add_cstr(out, " in pairs");
	buf_add_cstr(out, ", made by ");
	buf_add_str(out, str_eq(q->author, str_of(st->author)) ? STR_LIT("you") : q->author);
	buf_add_char(out, ' ');
	units_time(out, q->made_ns, now_ns);
	if (q->copies == 1)
		buf_add_cstr(out, "; shared out among people");
	else if (q->copies > 1)
		buf_printf(out, "; judged by %lld each", (long long)q->copies);
	if (k->progress.people > 1)
		buf_printf(out, "; %lld people so far", (long long)k->progress.people);
}

static void second_words(const struct known_queue *k, struct buf *out)
{
	const struct queue_progress *p = &k->progress;
	if (p->waiting)
		buf_printf(out, "%lld more %s before others' eyes now. ", (long long)p->waiting,
		           p->waiting == 1 ? "is" : "are");
	if (p->skipped)
		buf_printf(out, "%lld skipped: %s again at the end. ", (long long)p->skipped,
		           p->skipped == 1 ? "it comes" : "they come");
	if (p->pace_ns != UNKNOWN_INT && p->pace_ns > 0)
		buf_printf(out, "Your pace: %.0f s an answer. ", (double)p->pace_ns / (double)PACE_NS);
	if (!out->len)
		buf_add_cstr(out, p->left && !p->done ? "Not begun." : p->left ? "It goes on where you stopped." : "");
}

static void draw_foot(const struct screen *screen, struct canvas foot)
{
	const struct queues_state *st = state_of(screen);
	const struct row *row = cursor_of(st);
	struct buf one = BUF_INIT, two = BUF_INIT;
	canvas_rule(foot, 0, ROLE_BORDER);
	if (row && row->kind == ROW_QUEUE) {
		queue_words(st, &st->read.queues[row->at], screen->ui->now_ns, &one);
		second_words(&st->read.queues[row->at], &two);
	} else if (row) {
		const struct queue_offer *o = &st->offers[row->at];
		buf_add_cstr(&one, key_now("Enter"));
		buf_printf(&one, o->count == 1 ? " shows it." : " makes a list of these %lld and shows the first.",
		           (long long)o->count);
		buf_add_cstr(&two, "What the judge and others say shows once you have judged.");
	}
	canvas_put(foot, 1, 1, foot.cols - 2, ROLE_TEXT, buf_str(&one));
	canvas_put(foot, 2, 1, foot.cols - 2, ROLE_DIM, buf_str(&two));
	buf_done(&one);
	buf_done(&two);
}

static void draw_nothing(const struct queues_state *st, struct canvas body)
{
	if (st->making[0])
		canvas_printf(body, 1, 1, body.cols - 2, ROLE_DIM, "making: %s", st->making);
	else if (!st->loaded || st->n_offers < N_OFFERS)
		canvas_putc(body, 1, 1, body.cols - 2, ROLE_DIM, "looking for what there is to review");
	else {
		canvas_putc(body, 1, 1, body.cols - 2, ROLE_TEXT, "There is nothing to review yet.");
		canvas_putc(body, 2, 1, body.cols - 2, ROLE_DIM,
		            "spoor FILE brings in traces or the results of an evaluation.");
	}
}

static void queues_draw(const struct screen *screen, struct canvas body)
{
	const struct queues_state *st = state_of(screen);
	int foot = body.rows >= 12 ? FOOT_ROWS : 0;
	if (!st->list.total || st->passing) {
		draw_nothing(st, body);
		return;
	}
	list_draw(&st->list, canvas_part(body, 1, 0, body.rows - foot - 1, body.cols), draw_row, st);
	if (foot)
		draw_foot(screen, canvas_part(body, body.rows - foot, 0, foot, body.cols));
}

static bool queues_beside(const struct screen *screen, struct beside *out)
{
	const struct queues_state *st = state_of(screen);
	*out = (struct beside){.row = screen->ui->rows - FOOT_ROWS + 1,
	                       .rows = FOOT_ROWS - 1,
	                       .cols = screen->ui->cols,
	                       .scroll_row = -1,
	                       .top = st->list.top,
	                       .id = st->list.cursor + 1};
	return screen->ui->rows >= 12 && cursor_of(st) && !st->passing;
}

static void queues_headline(const struct screen *screen, struct canvas row)
{
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Review  ");
	col += canvas_putc(row, 0, col, -1, ROLE_TITLE, "what do you want to look at?");
	struct str keys = str_of(screen->ui->ascii ? keyed("arrow keys choose, {Enter} begins")
	                                           : keyed("↑ ↓ choose, {Enter} begins"));
	if (row.cols - col > text_cols(keys) + 3)
		canvas_put_right(row, 0, col, row.cols - col - 1, ROLE_TITLE, keys);
}

static void queues_status(const struct screen *screen, struct buf *out)
{
	const struct queues_state *st = state_of(screen);
	if (st->making[0] && st->list.total)
		buf_printf(out, "making: %s", st->making);
	else if (st->loaded && st->n_offers < N_OFFERS)
		buf_add_cstr(out, "looking for what there is to review");
	else
		buf_printf(out, "you are %s", st->author);
}

/* ---------------------------------------------------------------- keys */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

static enum outcome queues_move(struct screen *screen, enum move move)
{
	struct queues_state *st = state_of(screen);
	int64_t from = st->list.cursor;
	list_move(&st->list, move);
	off_headings(st, st->list.cursor >= from && move != MOVE_LAST);
	if (st->list.cursor <= 1) /* its heading shows, too */
		st->list.top = 0;
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(queues_move)

static enum outcome wish_for(struct screen *screen, const struct queue_ask *ask, bool open, struct str what)
{
	struct queues_state *st = state_of(screen);
	if (st->making[0])
		return OUT_HANDLED;
	queue_wish_free(st->wish);
	st->wish = queue_wish_new(ask);
	st->wish->how.mode = open ? 0 : QUEUE_BLIND;
	snprintf(st->making, sizeof st->making, STR_FMT, STR_ARG(str_cut(what, 0, QUEUE_NAME_MAX)));
	st->serial = 0; /* what is under way can wait */
	return OUT_REFRESH;
}

static enum outcome begin(struct screen *screen, bool open, struct target *target)
{
	struct queues_state *st = state_of(screen);
	const struct row *row = cursor_of(st);
	if (!row)
		return OUT_HANDLED;
	if (row->kind == ROW_OFFER)
		return wish_for(screen, &st->offers[row->at].ask, open, st->offers[row->at].title);
	*target = (struct target){.screen = "review", .id = st->read.queues[row->at].queue.id};
	st->stale = true;
	return OUT_OPEN;
}

ACTION(open_row)
{
	(void)in;
	return begin(screen, false, target);
}

ACTION(open_seeing)
{
	(void)in;
	const struct row *row = cursor_of(state_of(screen));
	if (row && row->kind == ROW_QUEUE) {
		ui_say(screen->ui, "a queue stays as it was made: this is for those to begin");
		return OUT_HANDLED;
	}
	return begin(screen, true, target);
}

ACTION(filter_line)
{
	(void)target;
	struct str text = str_trim(in->argument);
	const struct queue_ask ask = {.from = QUEUE_ANSWERS, .where = text};
	return text.len ? wish_for(screen, &ask, false, text) : OUT_HANDLED;
}

static const struct action filter_answer = {.name = "filter-for", .keys = "", .help = "", .run = filter_line};

ACTION(ask_filter)
{
	if (in->argument.len)
		return filter_line(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_answer, .filter = 1 + FILTER_CASES};
	return OUT_PROMPT;
}

ACTION(close_line)
{
	(void)target;
	struct queues_state *st = state_of(screen);
	const struct row *row = cursor_of(st);
	struct str yes = str_trim(in->argument);
	if (!row || row->kind != ROW_QUEUE || !(str_ieq(yes, "y") || str_ieq(yes, "yes")))
		return OUT_HANDLED;
	const struct queue *q = &st->read.queues[row->at].queue;
	st->closing = q->id;
	st->serial = 0;
	ui_say(screen->ui, "closed; its verdicts stay (spoor review --list --all, --reopen)");
	return OUT_REFRESH;
}

static const struct action close_answer = {.name = "close-yes", .keys = "", .help = "", .run = close_line};

ACTION(close_queue)
{
	(void)in;
	const struct row *row = cursor_of(state_of(screen));
	if (!row || row->kind != ROW_QUEUE) {
		ui_say(screen->ui, "go to a queue first");
		return OUT_HANDLED;
	}
	*target = (struct target){.prompt = "off this list? (y) ", .answer = &close_answer};
	return OUT_PROMPT;
}

ACTION(leave)
{
	(void)in, (void)target;
	return state_of(screen)->quits ? OUT_QUIT : OUT_IGNORED;
}

/* clang-format off */
static const struct action queues_actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "begin, or go on where you stopped", .hint = "begin", .hint_order = 1, .run = open_row},
	{.name = "open-seeing", .keys = "o", .help = "begin with what the judge and others say in sight", .run = open_seeing},
	{.name = "filter", .keys = "&", .help = "begin with answers that match a filter", .hint = "filter", .hint_order = 3, .run = ask_filter},
	{.name = "close-queue", .keys = "x", .help = "take a queue off this list; its verdicts stay", .run = close_queue},
	{.name = "leave", .keys = "q Esc", .help = "one level up", .hint = "leave", .hint_order = 4, .run = leave},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- the screen */

static bool queues_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct queues_state *st = state_of(screen);
	list_init(&st->list);
	st->quits = target->id2 == 1;
	st->cursor_to = target->span;
	annotation_author(st->author);
	if (screen->ui->wish) {
		st->wish = screen->ui->wish;
		screen->ui->wish = NULL;
		st->passing = true;
		snprintf(st->making, sizeof st->making, STR_FMT, STR_ARG(str_cut(st->wish->title, 0, QUEUE_NAME_MAX)));
	}
	return true;
}

static bool queues_goes(struct screen *screen, struct target *out, bool *instead)
{
	struct queues_state *st = state_of(screen);
	if (!st->goes)
		return false;
	st->goes = false;
	*instead = st->passing;
	*out = (struct target){.screen = st->goes_to ? "review" : NULL, .id = st->goes_to};
	return true;
}

static void queues_place(const struct screen *screen, struct target *out)
{
	*out = (struct target){.screen = "queues", .id2 = state_of(screen)->quits};
}

static bool queues_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct queues_state *st = state_of(screen);
	const struct row *row = cursor_of(st);
	if (what == COPY_VIEW)
		return copy_link(out, "queues", STR_NONE, STR_NONE);
	if (what == COPY_LINK)
		return row && row->kind != ROW_OFFER &&
		       copy_link(out, "review", st->read.queues[row->at].queue.name, STR_NONE);
	if (!row)
		return false;
	if (row->kind == ROW_OFFER)
		return copy_str(out, what == COPY_COMMAND ? st->offers[row->at].command : st->offers[row->at].title);
	const struct queue *q = &st->read.queues[row->at].queue;
	if (what != COPY_COMMAND)
		return copy_str(out, what == COPY_VALUE ? q->made_from : q->name);
	buf_add_cstr(out, "spoor review");
	copy_word(out, q->name);
	return true;
}

static void queues_close(struct screen *screen)
{
	struct queues_state *st = state_of(screen);
	arena_done(&st->read.arena);
	for (int i = 0; i < N_OFFERS; i++)
		arena_done(&st->offer_arenas[i]);
	queue_wish_free(st->wish);
}

/* ---------------------------------------------------------------- how it was left */

static void queues_remember(const struct screen *screen, struct jout *out)
{
	remember_row(out, &state_of(screen)->list, STR_NONE);
}

static bool queues_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct queues_state *st = state_of(screen);
	(void)lately;
	if (st->passing)
		return true;
	if (!st->loaded)
		return false;
	recall_row(kept, &st->list, -1);
	return st->next_offer >= N_OFFERS; /* what there is to review comes bit by bit */
}

const struct screen_ops screen_queues = {
    .name = "queues",
    .title = "Review",
    .state_size = sizeof(struct queues_state),
    .actions = queues_actions,
    .open = queues_open,
    .ask = queues_ask,
    .fetch = queues_fetch,
    .take = queues_take,
    .goes = queues_goes,
    .draw = queues_draw,
    .beside = queues_beside,
    .headline = queues_headline,
    .status = queues_status,
    .place = queues_place,
    .copy = queues_copy,
    .remember = queues_remember,
    .recall = queues_recall,
    .close = queues_close,
};
