/* What two people judged differently, to talk about; and the figures: who judged how much, how far people agree with each other and with the
 * judges, which answers they prefer. Its twin is `spoor review --report`.
 *
 * target: text: the queue's name, empty: all verdicts of the store; id: a run, 0: all. */
#include <stdlib.h>
#include <string.h>

#include "store/block.h"
#include "store/query/agreement.h"
#include "tui/screen/pane_two.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_agreement.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/list.h"

enum { SENTENCE_ROWS = 2, VOTE_COLS = 6 };

/* The answer under the cursor, for reading. */
struct shown {
	struct arena arena;
	struct subject subject;
	bool loaded, failed;
	struct sha256 target; /* of which disagreement */
};

struct state {
	char queue[256];
	int64_t run;
	char run_text[256]; /* its id */
	struct agreement all;
	struct shown shown;
	struct list list;
	int figures_top;
	bool loaded, failed, tell_figures;
	uint64_t serial, generation, verdicts; /* serial: of the request that is awaited; 0: none */
};

struct request {
	void *owner;
	uint64_t serial, generation, verdicts;
	struct agreement_opts opts;
	char queue[256];
	bool one; /* an answer is asked for, not all of it */
	struct subject_at at;
	struct agreement all;
	struct shown shown;
	bool interrupted;
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct agreement_item *item_of_cursor(const struct state *s)
{
	int64_t row = s->list.cursor;
	return row >= 0 && (size_t)row < s->all.n_disagreements ? &s->all.disagreements[row] : NULL;
}

static bool is_shown(const struct state *s, const struct agreement_item *item)
{
	return (s->shown.loaded || s->shown.failed) &&
	       memcmp(s->shown.target.byte, item->target.byte, sizeof item->target.byte) == 0;
}

/* ---------------------------------------------------------------- where things are */

static struct two_panes panes(int rows, int cols)
{
	return two_panes(&(struct two_sizes){.top = SENTENCE_ROWS, .below = 12, .list_least = 3, .percent = 50}, rows,
	                 cols);
}

/* ---------------------------------------------------------------- data */

static void *agreement_ask(struct screen *screen)
{
	static uint64_t serials;
	struct state *s = state_of(screen);
	const struct agreement_item *item = item_of_cursor(s);
	list_set_page(&s->list, panes(screen->ui->rows, screen->ui->cols).rows);
	bool stale = !s->loaded || s->generation != screen->ui->generation || s->verdicts != screen->ui->verdicts;
	bool one = !stale && item && item->at.kind != SUBJECT_NONE && !is_shown(s, item);
	if (s->serial || s->failed || (!stale && !one))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .verdicts = screen->ui->verdicts,
	                      .one = one,
	                      .interrupted = true};
	memcpy(r->queue, s->queue, sizeof r->queue);
	r->opts = (struct agreement_opts){.run = s->run, .judges = true};
	if (one) {
		r->at = item->at;
		r->shown.target = item->target;
	}
	s->serial = r->serial;
	return r;
}

static bool agreement_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok;
	r->opts.queue = r->queue[0] ? str_of(r->queue) : STR_NONE;
	if (r->one) {
		struct block_cache *blocks = block_cache_new(db);
		ok = subject_load(db, blocks, &r->at, &r->shown.arena, &r->shown.subject, err);
		block_cache_free(blocks);
		r->shown.loaded = ok;
		r->shown.failed = !ok && err->code != ERR_INTERRUPTED;
	} else {
		ok = agreement_get(db, &r->opts, &r->all, err);
	}
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

/* The cursor stays on its answer. */
static void adopt(struct state *s, struct request *r)
{
	const struct agreement_item *at = item_of_cursor(s);
	int64_t found = at ? -1 : 0;
	for (size_t i = 0; at && i < r->all.n_disagreements; i++)
		if (memcmp(r->all.disagreements[i].target.byte, at->target.byte, sizeof at->target.byte) == 0)
			found = (int64_t)i;
	agreement_done(&s->all);
	s->all = r->all;
	s->generation = r->generation;
	s->verdicts = r->verdicts;
	s->loaded = true;
	list_refit(&s->list, (int64_t)s->all.n_disagreements, found);
}

static void agreement_take(struct screen *screen, void *request, bool ok)
{
	struct state *s = state_of(screen);
	struct request *r = request;
	bool ours = r->owner == s && r->serial == s->serial;
	if (ours)
		s->serial = 0;
	if (ours && r->one && (ok || r->shown.failed)) {
		arena_done(&s->shown.arena);
		s->shown = r->shown;
	} else if (ours && ok) {
		adopt(s, r);
	} else {
		if (ours)
			s->failed = !r->one && !r->interrupted;
		agreement_done(&r->all);
		arena_done(&r->shown.arena);
	}
	free(r);
}

static bool agreement_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct state *s = state_of(screen);
	(void)err;
	list_init(&s->list);
	s->run = target->id;
	snprintf(s->run_text, sizeof s->run_text, "%s", target->find);
	snprintf(s->queue, sizeof s->queue, "%s", target->text);
	return true;
}

static void agreement_close(struct screen *screen)
{
	struct state *s = state_of(screen);
	agreement_done(&s->all);
	arena_done(&s->shown.arena);
}

static void agreement_place(const struct screen *screen, struct target *out)
{
	const struct state *s = state_of(screen);
	*out = (struct target){.screen = "agreement", .id = s->run};
	snprintf(out->text, sizeof out->text, "%s", s->queue);
}

/* ---------------------------------------------------------------- drawing */

/* How many said so: "2 good", "1 bad". */
static int put_votes(struct canvas line, int col, enum role role, int64_t n)
{
	if (n)
		canvas_printf(line, 0, col, VOTE_COLS - 1, role, "%lld", (long long)n);
	return VOTE_COLS;
}

static void draw_item(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct state *s = context;
	int col = 1;
	if (row < 0 || (size_t)row >= s->all.n_disagreements)
		return;
	const struct agreement_item *item = &s->all.disagreements[row];
	col += put_votes(line, col, ROLE_OK, item->good);
	col += put_votes(line, col, ROLE_ERROR, item->bad);
	if (line.cols >= 60)
		col += put_votes(line, col, ROLE_WARNING, item->unsure);
	struct str title = item->title.len ? item->title : item->key;
	int used = canvas_put(line, 0, col, line.cols - col, ROLE_TEXT, title);
	if (cursor)
		canvas_reverse(line, 0, col, used);
	col += used + 2;
	if (col < line.cols)
		canvas_put(line, 0, col, line.cols - col, ROLE_DIM,
		           item->at.kind == SUBJECT_NONE ? STR_LIT("not in the store any more") : item->run);
}

static void draw_head(struct canvas head)
{
	int col = 1;
	canvas_putc(head, 0, col, VOTE_COLS - 1, ROLE_HEADING, "good");
	canvas_putc(head, 0, col += VOTE_COLS, VOTE_COLS - 1, ROLE_HEADING, "bad");
	col += VOTE_COLS;
	if (head.cols >= 60) {
		canvas_putc(head, 0, col, VOTE_COLS, ROLE_HEADING, "unsure");
		col += VOTE_COLS;
	}
	canvas_putc(head, 0, col + (head.cols >= 60), head.cols - col - 1, ROLE_HEADING, "answer");
}

static void draw_details(const struct screen *screen, struct canvas c)
{
	const struct state *s = state_of(screen);
	const struct agreement_item *item = item_of_cursor(s);
	if (!item || c.rows < 1)
		return;
	struct sheet sheet = {0};
	sheet_begin(&sheet, c.cols);
	agreement_item_sheet(&sheet, &s->all, item, is_shown(s, item) && s->shown.loaded ? &s->shown.subject : NULL,
	                     screen->ui, c.rows);
	sheet_draw(&sheet, c, 0, false, STR_NONE);
	sheet_done(&sheet);
}

static void draw_sentence(const struct screen *screen, struct canvas c)
{
	const struct state *s = state_of(screen);
	struct sheet sheet = {0};
	sheet_begin(&sheet, c.cols);
	sheet_row(&sheet);
	sheet_wrap(&sheet, ROLE_TEXT, 0, s->all.sentence, SENTENCE_ROWS);
	sheet_draw(&sheet, c, 0, false, STR_NONE);
	sheet_done(&sheet);
}

static void draw_figures(const struct screen *screen, struct canvas c)
{
	const struct state *s = state_of(screen);
	struct sheet sheet = {0};
	sheet_begin(&sheet, c.cols);
	agreement_figures_sheet(&sheet, &s->all, screen->ui);
	int top = sheet.rows - c.rows;
	top = s->figures_top < top ? s->figures_top : top > 0 ? top : 0;
	sheet_draw(&sheet, c, top, false, STR_NONE);
	sheet_done(&sheet);
}

static const char *why_empty(const struct state *s)
{
	if (s->failed)
		return "could not be read";
	if (!s->loaded)
		return "looking";
	if (!s->all.twice)
		return "no answer was judged by two people yet: spoor review --double, or two people over one queue";
	return "nobody called an answer good that another called bad";
}

static void agreement_draw(const struct screen *screen, struct canvas body)
{
	const struct state *s = state_of(screen);
	struct two_panes p = panes(body.rows, body.cols);
	draw_sentence(screen, canvas_part(body, 0, 1, SENTENCE_ROWS, body.cols - 2));
	if (s->tell_figures) {
		draw_figures(screen, canvas_part(body, SENTENCE_ROWS, 1, body.rows - SENTENCE_ROWS, body.cols - 2));
		return;
	}
	draw_head(two_titles(&p, body));
	struct canvas list = two_list(&p, body);
	if (!s->all.n_disagreements) {
		sheet_say(canvas_part(list, 1, 1, list.rows - 1, p.cols - 2), ROLE_DIM, why_empty(s));
		return;
	}
	list_draw(&s->list, list, draw_item, s);
	draw_details(screen, two_details(&p, body));
}

static bool agreement_beside(const struct screen *screen, struct beside *out)
{
	const struct state *s = state_of(screen);
	struct two_panes p = panes(screen->ui->rows, screen->ui->cols);
	return !s->tell_figures && item_of_cursor(s) && two_beside(&p, &s->list, out);
}

static void agreement_headline(const struct screen *screen, struct canvas row)
{
	const struct state *s = state_of(screen);
	int col =
	    1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, s->tell_figures ? "Reviewers" : "Where reviewers disagree");
	if (s->queue[0])
		col += 2 + canvas_putc(row, 0, col + 2, -1, ROLE_DIM, s->queue);
	if (s->loaded && !s->tell_figures)
		canvas_printf(row, 0, col + 2, row.cols - col - 3, ROLE_DIM, "%lld of %lld judged by two",
		              (long long)s->all.disagreements_of, (long long)s->all.twice);
}

static void agreement_status(const struct screen *screen, struct buf *out)
{
	const struct state *s = state_of(screen);
	if (!s->loaded || s->tell_figures)
		return;
	list_position(out, &s->list);
	if ((int64_t)s->all.n_disagreements < s->all.disagreements_of)
		buf_printf(out, "%sthe first %zu of %lld", screen->ui->ascii ? ", " : " · ", s->all.n_disagreements,
		           (long long)s->all.disagreements_of);
}

static bool agreement_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct state *s = state_of(screen);
	const struct agreement_item *item = item_of_cursor(s);
	switch (what) {
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor review --report");
		if (s->queue[0])
			copy_word(out, str_of(s->queue));
		if (s->run) {
			buf_add_cstr(out, " --run");
			copy_word(out, str_of(s->run_text));
		}
		return true;
	case COPY_ID:
		if (item)
			buf_add_str(out, item->key);
		return item != NULL;
	case COPY_VALUE:
		if (!item || !is_shown(s, item) || !s->shown.loaded)
			return false;
		buf_add_str(out, s->shown.subject.raw_output);
		return true;
	case COPY_PATH:
	case COPY_LINK: return false; /* the app knows what is judged (subject) */
	case COPY_VIEW:
		if (s->run)
			return copy_link_in(out, "agreement", STR_NONE, LINK_RUN, str_of(s->run_text));
		return copy_link(out, "agreement", str_of(s->queue), STR_NONE);
	}
	return false;
}

static const struct list *agreement_list(const struct screen *screen)
{
	const struct state *s = state_of(screen);
	return s->tell_figures ? NULL : &s->list;
}

static bool agreement_row(const struct screen *screen, int64_t row, struct subject_at *out)
{
	const struct state *s = state_of(screen);
	if (row < 0 || (size_t)row >= s->all.n_disagreements || s->all.disagreements[row].at.kind == SUBJECT_NONE)
		return false;
	*out = s->all.disagreements[row].at;
	return true;
}

static bool agreement_subject(const struct screen *screen, struct subject_at *out)
{
	const struct agreement_item *item = item_of_cursor(state_of(screen));
	if (!item || item->at.kind == SUBJECT_NONE)
		return false;
	*out = item->at;
	return true;
}

/* ---------------------------------------------------------------- actions */

static enum outcome agreement_move(struct screen *screen, enum move move)
{
	struct state *s = state_of(screen);
	if (!s->tell_figures) {
		list_move(&s->list, move);
		return OUT_REFRESH;
	}
	int page = screen->ui->rows - SENTENCE_ROWS;
	struct sheet sheet = {0};
	sheet_begin(&sheet, screen->ui->cols - 2);
	agreement_figures_sheet(&sheet, &s->all, screen->ui);
	int most = sheet.rows - page;
	sheet_done(&sheet);
	int top = s->figures_top + move_rows(move, page > 2 ? page - 1 : 1);
	s->figures_top = top > most ? (most > 0 ? most : 0) : top < 0 ? 0 : top;
	return OUT_HANDLED;
}

MOVE_FUNCTIONS(agreement_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

ACTION(open_item)
{
	(void)in;
	const struct state *s = state_of(screen);
	const struct agreement_item *item = item_of_cursor(s);
	if (!item || s->tell_figures)
		return OUT_HANDLED;
	switch (item->at.kind) {
	case SUBJECT_CASE:
		*target = (struct target){
		    .screen = "case", .id = item->at.at.run, .id2 = item->at.at.run, .span = item->at.at.case_id};
		return OUT_OPEN;
	case SUBJECT_TRACE:
	case SUBJECT_SPAN:
		*target = (struct target){.screen = "trace", .id = item->at.trace, .span = item->at.span};
		return OUT_OPEN;
	case SUBJECT_NONE:
	case SUBJECT_PAIR:
	case N_SUBJECT_KINDS: break;
	}
	ui_say(screen->ui, "this answer is not in the store any more");
	return OUT_HANDLED;
}

ACTION(open_judges)
{
	(void)in;
	*target = (struct target){.screen = "judges", .id = state_of(screen)->run};
	return OUT_OPEN;
}

ACTION(toggle_figures)
{
	(void)in;
	(void)target;
	struct state *s = state_of(screen);
	s->tell_figures = !s->tell_figures;
	s->figures_top = 0;
	return OUT_HANDLED;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"open",    "Enter", "the answer whole: its case or its trace",             "answer",  1, open_item     },
    MOVE_ACTIONS,
    {"figures", "Tab",   "who judged how much, agreement, judges, preferences", "figures", 2, toggle_figures},
    {"judges",  "o",     "the judges against people",                           "judges",  3, open_judges   },
    ACTIONS_END,
};

/* ---------------------------------------------------------------- how it was left */

static void agreement_remember(const struct screen *screen, struct jout *out)
{
	const struct state *s = state_of(screen);
	remember_row(out, &s->list, STR_NONE);
	remember_flag(out, "figures", s->tell_figures);
	remember_int(out, "top", s->figures_top);
}

static bool agreement_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct state *s = state_of(screen);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	recall_row(kept, &s->list, -1);
	s->tell_figures = recall_flag(kept, "figures");
	s->figures_top = (int)recall_int(kept, "top", 0, 10000);
	return true;
}

const struct screen_ops screen_agreement = {
    .name = "agreement",
    .title = "Reviewers' agreement",
    .state_size = sizeof(struct state),
    .actions = actions,
    .open = agreement_open,
    .ask = agreement_ask,
    .fetch = agreement_fetch,
    .take = agreement_take,
    .draw = agreement_draw,
    .beside = agreement_beside,
    .headline = agreement_headline,
    .status = agreement_status,
    .place = agreement_place,
    .copy = agreement_copy,
    .subject = agreement_subject,
    .list = agreement_list,
    .row = agreement_row,
    .remember = agreement_remember,
    .recall = agreement_recall,
    .close = agreement_close,
};
