/* What a search over all texts found, newest first: who, where, and the words around the match. Enter goes there. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/query/queue_make.h"
#include "store/query/search.h"
#include "store/query/search_terms.h"
#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_chosen.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_text.h"
#include "store/base/vec.h"
#include "tui/widget/list.h"

enum { PAGE_HITS = 100, NAME_COLS = 18, FIELD_COLS = 14, TIME_COLS = 13, WIDE_COLS = 120, TIMED_COLS = 76 };

struct found_page {
	struct found_page *next;
	struct search_page page;
};

struct search_state {
	struct buf text;
	struct arena arena;  /* of terms */
	struct terms *terms; /* of the text, for lighting; NULL: it has none */
	int64_t lit;         /* the row whose hit was opened last; -1: none */
	struct found_page *pages, *last;
	struct search_hit **hits; /* of all pages */
	size_t n, cap;
	struct list list;
	int percent;
	bool more, loaded, failed;
	uint64_t serial;     /* of the request that is awaited; 0: none */
	uint64_t generation; /* of the store that was searched */
	bool masked;         /* what is kept was read so (ui->masked) */
};

struct request {
	void *owner;
	uint64_t serial, generation;
	struct arena arena;
	struct search_query query;
	struct found_page *found;
	bool interrupted;
};

static struct search_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct search_hit *hit_of_cursor(const struct search_state *s)
{
	return s->list.cursor >= 0 && (size_t)s->list.cursor < s->n ? s->hits[s->list.cursor] : NULL;
}

static void forget_hits(struct search_state *s)
{
	while (s->pages) {
		struct found_page *next = s->pages->next;
		search_page_done(&s->pages->page);
		free(s->pages);
		s->pages = next;
	}
	free(s->hits);
	s->last = NULL;
	s->hits = NULL;
	s->n = s->cap = 0;
	s->more = s->loaded = s->failed = false;
}

/* ---------------------------------------------------------------- data */

static void *search_ask(struct screen *screen)
{
	static uint64_t serials;
	struct search_state *s = state_of(screen);
	list_set_page(&s->list, screen->ui->rows - 1);
	if (s->masked != screen->ui->masked) {
		forget_hits(s);
		s->serial = 0;
	}
	s->masked = screen->ui->masked;
	bool wanted = !s->loaded || (s->more && s->list.cursor + 2 * s->list.page >= (int64_t)s->n);
	if (!wanted || s->serial || s->failed || !s->text.len)
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){
	    .owner = s, .serial = ++serials, .generation = screen->ui->generation, .interrupted = true};
	r->found = xcalloc(1, sizeof *r->found);
	r->query = (struct search_query){.text = arena_str(&r->arena, buf_str(&s->text)),
	                                 .before = s->n ? s->hits[s->n - 1]->record : 0,
	                                 .limit = PAGE_HITS};
	s->serial = r->serial;
	return r;
}

static bool search_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = search_page(db, &r->query, &r->found->page, err);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

static void adopt(struct search_state *s, struct found_page *found)
{
	if (s->last)
		s->last->next = found;
	else
		s->pages = found;
	s->last = found;
	for (size_t i = 0; i < found->page.n; i++) {
		s->hits = vec_grow(s->hits, &s->cap, s->n, sizeof *s->hits);
		s->hits[s->n++] = &found->page.hits[i];
	}
	s->more = found->page.more;
	s->percent = found->page.percent;
	s->loaded = true;
	list_refit(&s->list, (int64_t)s->n, s->list.cursor);
}

static void search_take(struct screen *screen, void *request, bool ok)
{
	struct search_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		s->failed = !ok && !r->interrupted;
		if (ok) {
			s->generation = r->generation;
			adopt(s, r->found);
			r->found = NULL;
		}
	}
	if (r->found) {
		search_page_done(&r->found->page);
		free(r->found);
	}
	arena_done(&r->arena);
	free(r);
}

/* ---------------------------------------------------------------- opening and closing */

static void forget_terms(struct search_state *s)
{
	if (s->terms)
		terms_done(s->terms);
	s->terms = NULL;
	arena_reset(&s->arena);
}

static void set_text(struct search_state *s, struct str text)
{
	struct err err = ERR_INIT;
	forget_terms(s);
	buf_clear(&s->text);
	buf_add_str(&s->text, text);
	struct terms *terms = arena_zalloc(&s->arena, 1, sizeof *terms);
	if (terms_parse(terms, arena_str(&s->arena, text), &s->arena, &err))
		s->terms = terms;
	s->lit = -1;
}

static bool search_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct search_state *s = state_of(screen);
	(void)err;
	set_text(s, str_of(target->text));
	list_init(&s->list);
	return true;
}

static void search_close(struct screen *screen)
{
	struct search_state *s = state_of(screen);
	forget_hits(s);
	forget_terms(s);
	arena_done(&s->arena);
	buf_done(&s->text);
}

static void search_place(const struct screen *screen, struct target *out)
{
	const struct search_state *s = state_of(screen);
	*out = (struct target){.screen = "search"};
	snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(str_cut(buf_str(&s->text), 0, 255)));
}

static bool search_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct search_state *s = state_of(screen);
	const struct search_hit *hit = hit_of_cursor(s);
	if (what == COPY_VIEW)
		return s->text.len && copy_link(out, "search", buf_str(&s->text), STR_NONE);
	if (what == COPY_LINK && hit && hit->trace_text.len)
		return copy_link_in(out, "trace", hit->trace_text, LINK_SPAN,
		                    hit->has_span ? hit->span_text : STR_NONE);
	if (what == COPY_LINK)
		return hit && hit->run_text.len && copy_case_link(out, hit->run_text, hit->run_text, hit->case_key);
	if (what == COPY_COMMAND) {
		buf_add_cstr(out, "spoor search");
		copy_word(out, buf_str(&s->text));
		copy_columns(out, search_columns);
		return s->text.len > 0;
	}
	if (!hit)
		return false;
	if (what == COPY_PATH)
		return copy_str(out, hit->name);
	if (what == COPY_ID)
		return copy_str(out, hit->has_span         ? hit->span_text
		                     : hit->trace_text.len ? hit->trace_text
		                                           : hit->case_key);
	return copy_str(out, hit->snippet);
}

/* ---------------------------------------------------------------- drawing */

struct drawing {
	const struct search_state *s;
	const struct ui *ui;
	struct chosen chosen;         /* n 0: none are */
	const struct search_hit *hit; /* that is drawn */
};

/* Each of the words that shows, not only the one the snippet was cut around. */
static void light_terms(struct terms *terms, struct canvas line, int col, struct str shown)
{
	size_t from = 0, at, len;
	while (terms && terms_next(terms, shown, from, &at, &len)) {
		canvas_tint(line, 0, col + text_cols(str_cut(shown, 0, at)), text_cols(str_cut(shown, at, len)),
		            ROLE_MATCH);
		from = at + (len ? len : 1);
	}
}

/* The words before the match give way, so that the match shows. */
static void draw_snippet(struct terms *terms, struct canvas line, int col, const struct search_hit *h)
{
	struct str before = str_cut(h->snippet, 0, h->match_at), rest = str_from(h->snippet, h->match_at);
	int room = line.cols - col, need = text_cols(str_cut(rest, 0, h->match_len)) + 8;
	if (text_cols(before) + need > room && room > need) {
		int lead = room / 3;
		while (before.len && text_cols(before) > lead) {
			size_t blank = str_find_char(before, ' ');
			before = blank == SIZE_MAX ? STR_LIT("") : str_from(before, blank + 1);
		}
	}
	struct str shown = {before.len ? before.ptr : rest.ptr, before.len + rest.len};
	canvas_put(line, 0, col, room, ROLE_TEXT, shown);
	canvas_tint(line, 0, col + text_cols(before), text_cols(str_cut(rest, 0, h->match_len)), ROLE_MATCH);
	light_terms(terms, line, col, shown);
}

static struct str who(const struct search_hit *h)
{
	return h->name.len ? h->name : h->trace_text;
}

static int draw_cell(const void *context, struct canvas line, const struct chosen_place *p)
{
	const struct drawing *d = context;
	if (strcmp(p->column->name, "name") == 0)
		return canvas_put(line, 0, p->col, p->cols, ROLE_TEXT, who(d->hit));
	if (strcmp(p->column->name, "snippet") != 0)
		return -1;
	draw_snippet(d->s->terms, canvas_part(line, 0, p->col, 1, p->cols), 0, d->hit);
	return text_cols(d->hit->snippet) < p->cols ? text_cols(d->hit->snippet) : p->cols;
}

static void draw_hit(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	if (row < 0 || (size_t)row >= d->s->n)
		return;
	const struct search_hit *h = d->s->hits[row];
	if (d->chosen.n) {
		struct drawing one = *d;
		one.hit = h;
		chosen_row(&d->chosen, line, h, cursor, d->ui->now_ns, draw_cell, &one);
		return;
	}
	int col = 1, cols = line.cols < 60 ? NAME_COLS / 2 : line.cols >= WIDE_COLS ? 2 * NAME_COLS : NAME_COLS;
	int used = canvas_put(line, 0, col, cols, ROLE_TEXT, who(h));
	if (cursor)
		canvas_reverse(line, 0, col, used);
	col += cols + 1;
	if (line.cols >= 60) {
		canvas_putc(line, 0, col, FIELD_COLS - 1, ROLE_DIM, h->field);
		col += FIELD_COLS;
	}
	if (line.cols >= TIMED_COLS) {
		struct buf time = BUF_INIT;
		units_time(&time, h->start_ns, d->ui->now_ns);
		canvas_put(line, 0, col, TIME_COLS - 1, ROLE_DIM, buf_str(&time));
		buf_done(&time);
		col += TIME_COLS;
	}
	draw_snippet(d->s->terms, line, col, h);
}

static void draw_head(const struct drawing *d, struct canvas head)
{
	if (d->chosen.n) {
		chosen_titles(&d->chosen, head, false, -1);
		return;
	}
	int cols = head.cols < 60 ? NAME_COLS / 2 : head.cols >= WIDE_COLS ? 2 * NAME_COLS : NAME_COLS, col = 1;
	canvas_putc(head, 0, col, cols, ROLE_HEADING, "where");
	col += cols + 1;
	if (head.cols >= 60) {
		canvas_putc(head, 0, col, FIELD_COLS - 1, ROLE_HEADING, "field");
		col += FIELD_COLS;
	}
	if (head.cols >= TIMED_COLS) {
		canvas_putc(head, 0, col, TIME_COLS - 1, ROLE_HEADING, "time");
		col += TIME_COLS;
	}
	canvas_putc(head, 0, col, head.cols - col, ROLE_HEADING, "text");
}

static void search_draw(const struct screen *screen, struct canvas body)
{
	const struct search_state *s = state_of(screen);
	struct drawing d = {.s = s, .ui = screen->ui};
	if (chosen_begin(&d.chosen, search_columns, NULL))
		chosen_fit(&d.chosen, 1, body.cols);
	draw_head(&d, canvas_part(body, 0, 0, 1, body.cols));
	struct canvas rows = canvas_part(body, 1, 0, body.rows - 1, body.cols);
	if (s->n)
		list_draw(&s->list, rows, draw_hit, &d);
	else
		sheet_say(
		    canvas_part(rows, 1, 1, rows.rows - 1, rows.cols - 2), ROLE_DIM,
		    !s->text.len ? keyed("{/} asks for the words to search for")
		    : s->failed  ? "the search failed"
		    : !s->loaded
		        ? "searching"
		        : "found nowhere: all the words have to stand in one text; refund* takes their beginnings");
}

static void search_headline(const struct screen *screen, struct canvas row)
{
	const struct search_state *s = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Search");
	canvas_put(row, 0, col + 2, row.cols - col - 3, ROLE_MATCH, buf_str(&s->text));
}

static void search_status(const struct screen *screen, struct buf *out)
{
	const struct search_state *s = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!s->loaded)
		return;
	list_position(out, &s->list);
	buf_add_cstr(out, s->more ? "+" : "");
	if (s->percent < 100)
		buf_printf(out, "%s%d%% indexed, the rest read", dot, s->percent);
	if (s->generation != screen->ui->generation)
		buf_printf(out, "%snew data: %s searches again", dot, key_now("R"));
}

/* ---------------------------------------------------------------- actions */

static enum outcome search_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->list, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(search_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

/* The terms as the trace's texts are lit with them (words_find): one a line. */
static void find_of(const struct search_state *s, char *out, size_t size)
{
	struct buf find = BUF_INIT;
	for (size_t i = 0; s->terms && i < s->terms->n; i++) {
		const struct term *t = &s->terms->terms[i];
		struct buf one = BUF_INIT;
		for (size_t k = 0; k < t->n; k++) {
			buf_add_cstr(&one, k ? " " : "");
			buf_add_str(&one, str_cut(s->terms->text, t->words[k].at, t->words[k].len));
		}
		if (t->n == 0)
			buf_add_str(&one, t->literal);
		buf_add_cstr(&one, t->prefix ? "*" : "");
		if (find.len + one.len + 2 < size && str_find_char(buf_str(&one), '\n') == SIZE_MAX)
			buf_printf(&find, "\n" STR_FMT, STR_ARG(buf_str(&one)));
		buf_done(&one);
	}
	snprintf(out, size, "%s", buf_cstr(&find));
	buf_done(&find);
}

/* Its trace; of a case result, the one that answered it. 0: there is none to open. */
static int64_t trace_of(const struct search_hit *h)
{
	return h->trace ? h->trace : h->case_trace;
}

static void target_of(const struct search_state *s, const struct search_hit *h, struct target *out)
{
	*out = (struct target){.screen = "trace",
	                       .id = trace_of(h),
	                       .span = h->trace && h->has_span ? h->span : 0,
	                       .field = h->trace ? h->field : NULL};
	find_of(s, out->find, sizeof out->find);
}

ACTION(open_hit)
{
	(void)in;
	struct search_state *s = state_of(screen);
	const struct search_hit *h = hit_of_cursor(s);
	if (!h)
		return OUT_HANDLED;
	if (!trace_of(h)) {
		ui_say(screen->ui, "a case without a trace here: spoor run " STR_FMT,
		       STR_ARG(str_cut(h->run_text, 0, 60)));
		return OUT_HANDLED;
	}
	if (!h->trace)
		ui_say(screen->ui, "the trace that answered this case");
	s->lit = s->list.cursor;
	target_of(s, h, target);
	return OUT_OPEN;
}

/* n and N of a trace that was opened from here: the list goes along, so that q comes back to that hit. Cases
 * without a trace are passed over. */
static enum hit search_hit(struct screen *screen, bool forward, struct target *out)
{
	struct search_state *s = state_of(screen);
	int64_t at = s->lit >= 0 ? s->lit : s->list.cursor;
	const struct search_hit *from = at >= 0 && (size_t)at < s->n ? s->hits[at] : NULL;
	do
		at += forward ? 1 : -1;
	while (at >= 0 && (size_t)at < s->n && !trace_of(s->hits[at]));
	if (at < 0)
		return HIT_NONE;
	if ((size_t)at >= s->n) {
		list_go(&s->list, (int64_t)s->n - 1);
		return s->more || s->serial ? HIT_WAITS : HIT_NONE;
	}
	const struct search_hit *h = s->hits[at];
	s->lit = at;
	list_go(&s->list, at);
	target_of(s, h, out);
	bool same = from && trace_of(from) == trace_of(h);
	ui_say(screen->ui, "hit %lld of %zu%s, %s: %s%s" STR_FMT, (long long)at + 1, s->n, s->more ? "+" : "", h->field,
	       same      ? "the same trace"
	       : forward ? "next trace"
	                 : "previous trace",
	       h->trace_text.len ? " " : "", STR_ARG(str_cut(h->trace_text, 0, same ? 0 : 12)));
	return HIT_FOUND;
}

ACTION(search_answer)
{
	struct search_state *s = state_of(screen);
	(void)target;
	struct str text = str_trim(str_cut(in->argument, 0, 255));
	if (!text.len)
		return OUT_HANDLED;
	forget_hits(s);
	set_text(s, text);
	s->serial = 0;
	list_init(&s->list);
	return OUT_REFRESH;
}

static const struct action search_line = {.name = "search-for", .keys = "", .help = "", .run = search_answer};

ACTION(search)
{
	if (in->argument.len)
		return search_answer(screen, in, target);
	*target = (struct target){.prompt = "/", .answer = &search_line};
	snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(buf_str(&state_of(screen)->text)));
	return OUT_PROMPT;
}

ACTION(again)
{
	(void)in;
	(void)target;
	struct search_state *s = state_of(screen);
	forget_hits(s);
	s->serial = 0;
	return OUT_REFRESH;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"open",       "Enter", "go to the span or trace that has the text", "open",   1, open_hit },
    MOVE_ACTIONS,
    {"search",     "/",     "search for something else",                 "search", 2, search   },
    {"next-match", "n",     "next match, as {j}",                        NULL,     0, move_down},
    {"prev-match", "N",     "previous match, as {k}",                    NULL,     0, move_up  },
    {"again",      "R",     "search again",                              NULL,     0, again    },
    ACTIONS_END,
};

static bool subject_of_hit(const struct search_hit *h, struct subject_at *out)
{
	if (!h || (!h->trace && !h->case_id))
		return false;
	*out = (struct subject_at){
	    .kind = !h->trace     ? SUBJECT_CASE
	            : h->has_span ? SUBJECT_SPAN
	                          : SUBJECT_TRACE,
	    .at = {h->run, h->case_id, h->repeat},
	    .trace = h->trace,
	    .span = h->trace && h->has_span ? h->span : 0
        };
	return true;
}

static bool search_subject(const struct screen *screen, struct subject_at *out)
{
	return subject_of_hit(hit_of_cursor(state_of(screen)), out);
}

static const struct list *search_list(const struct screen *screen)
{
	return &state_of(screen)->list;
}

static bool search_row(const struct screen *screen, int64_t row, struct subject_at *out)
{
	const struct search_state *s = state_of(screen);
	return row >= 0 && row < (int64_t)s->n && subject_of_hit(s->hits[row], out);
}

static bool search_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct search_state *s = state_of(screen);
	struct subject_at *items = arena_alloc(arena, (s->n + 1) * sizeof *items);
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += subject_of_hit(s->hits[i], &items[n]);
	*out = (struct queue_ask){.from = QUEUE_LISTED, .items = items, .n_items = n};
	out->listed = arena_printf(arena, "search " STR_FMT, STR_ARG(str_cut(buf_str(&s->text), 0, 60)));
	return n > 0;
}

/* ---------------------------------------------------------------- how it was left */

static void search_remember(const struct screen *screen, struct jout *out)
{
	remember_row(out, &state_of(screen)->list, STR_NONE);
}

/* As far as hits are there: more are looked for as one goes down. */
static bool search_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct search_state *s = state_of(screen);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	recall_row(kept, &s->list, -1);
	return true;
}

const struct screen_ops screen_search = {
    .name = "search",
    .title = "Search",
    .state_size = sizeof(struct search_state),
    .actions = actions,
    .open = search_open,
    .ask = search_ask,
    .fetch = search_fetch,
    .take = search_take,
    .draw = search_draw,
    .headline = search_headline,
    .status = search_status,
    .place = search_place,
    .copy = search_copy,
    .subject = search_subject,
    .list = search_list,
    .row = search_row,
    .review = search_review,
    .hit = search_hit,
    .remember = search_remember,
    .recall = search_recall,
    .close = search_close,
};
