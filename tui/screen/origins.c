/* Where the sentences of an answer came from: a row each, in the answer's order; below (beside, from 120 columns on) the sentence whole,
 * the source whose wording it shares, and that source with the common stretch lit. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/query/origins.h"
#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_flow.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/find.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"
#include "tui/widget/pane_size.h"

enum { BESIDE_COLS = 120, ROWS_FOR_BOTH = 9, FROM_COLS = 26, FROM_MIN_COLS = 60, SENTENCE_ROWS = 6 };

struct origins_state {
	int64_t trace, span; /* span: 0: the trace's answer */
	struct trace_row row;
	struct arena arena; /* of row */
	struct origins o;
	bool loaded, failed;
	uint64_t generation, serial;
	struct list list;
	/* the pane: of the sentence at `shown` */
	int64_t shown;
	struct sheet sheet;
	struct pager pager;
	struct tint tint; /* the stretch in the source */
	struct buf find;
};

struct request {
	const void *owner;
	uint64_t serial, generation;
	int64_t trace, span;
	struct arena arena;
	struct trace_row row;
	struct origins o;
	bool interrupted;
};

static struct origins_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct origin *sentence_at(const struct origins_state *s, int64_t i)
{
	return s->loaded && i >= 0 && (size_t)i < s->o.found.n ? &s->o.found.at[i] : NULL;
}

static struct str text_of(const struct origins_state *s, const struct origin *o)
{
	return str_cut(s->o.answer, o->at, o->len);
}

static bool stands_out(const struct origin *o)
{
	bool number = false;
	for (size_t i = 0; i < o->n_numbers; i++)
		number = number || o->numbers[i].elsewhere < 0;
	return number || o->kind == PROVENANCE_NONE;
}

/* ---------------------------------------------------------------- where things stand */

struct split {
	int list_rows, list_cols; /* its head included */
	bool pane, beside;
	int row, col, rows, cols;
};

static struct split split_for(const struct origins_state *s, int rows, int cols)
{
	struct split v = {.list_rows = rows, .list_cols = cols};
	if (cols >= BESIDE_COLS) {
		v.pane = v.beside = true;
		v.list_cols = cols - pane_size(cols - cols * 55 / 100, cols, 30, 40);
		v.col = v.list_cols + 1;
		v.cols = cols - v.col;
		v.rows = rows;
	} else if (rows >= ROWS_FOR_BOTH) {
		int64_t wanted = s->list.total + 1;
		v.pane = true;
		int most = rows - pane_size(rows - rows * 2 / 5, rows, 4, 3);
		v.list_rows = wanted < most ? (int)wanted : most;
		v.list_rows = v.list_rows < 2 ? 2 : v.list_rows;
		v.row = v.list_rows;
		v.rows = rows - v.row;
		v.cols = cols;
	}
	return v;
}

/* ---------------------------------------------------------------- the pane */

/* The sentence, with what stands in its source lit and what stands in none marked. */
static void lay_sentence(struct origins_state *s, const struct origin *o, bool ascii)
{
	struct flow flow = {.col = 1, .cols = s->sheet.cols - 2, .ascii = ascii};
	size_t at = o->at, end = o->at + o->len, number = 0;
	while (at < end) {
		while (number < o->n_numbers && o->numbers[number].at < at)
			number++;
		enum role role = ROLE_TEXT;
		size_t stop = end;
		if (number < o->n_numbers && o->numbers[number].at == at) {
			stop = at + o->numbers[number].len;
			role = o->numbers[number].elsewhere < 0 ? ROLE_WARNING : ROLE_HEADING;
		} else {
			bool lit = o->answer_len && at >= o->answer_at && at < o->answer_at + o->answer_len;
			role = lit ? ROLE_MATCH : ROLE_TEXT;
			if (lit)
				stop = o->answer_at + o->answer_len;
			else if (o->answer_len && at < o->answer_at)
				stop = o->answer_at;
			if (number < o->n_numbers && o->numbers[number].at < stop)
				stop = o->numbers[number].at;
		}
		stop = stop > end ? end : stop;
		flow_add(&flow, role, str_cut(s->o.answer, at, stop - at));
		at = stop;
	}
	flow_lay_one(&s->sheet, &flow, o->code ? SENTENCE_ROWS : 2 * SENTENCE_ROWS);
	flow_done(&flow);
}

static void add_source(struct origins_state *s, int32_t source, bool ascii)
{
	struct buf words = BUF_INIT;
	origin_source_words(&words, &s->o.sources[source], ascii);
	sheet_add(&s->sheet, ROLE_LINK, arena_str(&s->sheet.arena, buf_str(&words)));
	buf_done(&words);
}

static void lay_verdict(struct origins_state *s, const struct origin *o, bool ascii)
{
	const char *dot = ascii ? ", " : " · ";
	sheet_row(&s->sheet);
	sheet_column(&s->sheet, 1);
	if (o->kind == PROVENANCE_SHORT) {
		sheet_addc(&s->sheet, ROLE_DIM, "too short to tell");
	} else if (o->kind == PROVENANCE_NONE) {
		sheet_addc(&s->sheet, ROLE_WARNING, "no wording match");
		sheet_addc(&s->sheet, ROLE_DIM, o->source >= 0 ? "; nearest " : "");
	}
	if (o->source >= 0 && o->kind != PROVENANCE_SHORT) {
		add_source(s, o->source, ascii);
		sheet_printf(&s->sheet, ROLE_DIM, "%s%.0f%% of its wording", dot, o->score * 100);
		if (o->words > 1)
			sheet_printf(&s->sheet, ROLE_DIM, ", %u words in a row", o->words);
	}
	for (size_t i = 0; i < o->n_numbers; i++) {
		const struct origin_number *n = &o->numbers[i];
		sheet_row(&s->sheet);
		sheet_column(&s->sheet, 1);
		sheet_addc(&s->sheet, n->elsewhere < 0 ? ROLE_WARNING : ROLE_TEXT,
		           n->elsewhere < 0 ? "! number " : "number ");
		sheet_add(&s->sheet, n->elsewhere < 0 ? ROLE_WARNING : ROLE_TEXT, str_cut(s->o.answer, n->at, n->len));
		if (n->elsewhere < 0) {
			sheet_addc(&s->sheet, ROLE_WARNING, " stands in no source");
		} else {
			sheet_addc(&s->sheet, ROLE_TEXT, " does not stand there, but in ");
			add_source(s, n->elsewhere, ascii);
		}
	}
}

/* The source with its stretch in the middle of what shows. */
static void show_source(struct origins_state *s, const struct origin *o, int rows, int cols)
{
	bool has = o->source >= 0 && o->kind != PROVENANCE_SHORT;
	pager_set_size(&s->pager, rows > 1 ? rows : 1, cols > 3 ? cols - 2 : 1);
	pager_set(&s->pager, has ? s->o.sources[o->source].text : STR_NONE);
	if (!has || !o->source_len)
		return;
	s->tint = (struct tint){o->source_at, o->source_len, ROLE_MATCH};
	s->pager.tints = &s->tint;
	s->pager.n_tints = 1;
	pager_show(&s->pager, o->source_at + o->source_len);
	pager_show(&s->pager, o->source_at);
}

static void lay(struct screen *screen)
{
	struct origins_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	list_set_page(&s->list, v.list_rows - 1);
	const struct origin *o = sentence_at(s, s->list.cursor);
	bool same = s->shown == s->list.cursor && s->sheet.cols == v.cols - v.beside;
	if (!v.pane || !o ||
	    (same && s->pager.rows == (v.rows - s->sheet.rows - 2 > 1 ? v.rows - s->sheet.rows - 2 : 1)))
		return;
	s->shown = s->list.cursor;
	sheet_begin(&s->sheet, v.cols - v.beside);
	lay_sentence(s, o, screen->ui->ascii);
	lay_verdict(s, o, screen->ui->ascii);
	show_source(s, o, v.rows - s->sheet.rows - 2, v.cols - v.beside);
}

/* ---------------------------------------------------------------- data */

static void *origins_ask(struct screen *screen)
{
	static uint64_t serials;
	struct origins_state *s = state_of(screen);
	lay(screen);
	if (s->serial || (s->generation == screen->ui->generation && (s->loaded || s->failed)))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .trace = s->trace,
	                      .span = s->span,
	                      .interrupted = true};
	s->serial = r->serial;
	return r;
}

/* Of a span that says nothing itself (the cursor stood on a tool) the answer of the trace. */
static bool answers(const struct origins *o)
{
	return o->answer.len && o->pos > 0 && o->kind != KIND_TOOL && o->kind != KIND_RETRIEVER &&
	       o->kind != KIND_RERANKER && o->kind != KIND_GUARDRAIL && o->kind != KIND_EVALUATOR;
}

static bool origins_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = traces_get(db, r->trace, &r->arena, &r->row, err);
	if (ok && r->span)
		ok = origins_find(db, &r->row, &r->span, &r->o, err);
	if (ok && !answers(&r->o)) {
		origins_done(&r->o);
		ok = origins_find(db, &r->row, NULL, &r->o, err);
	}
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

static void origins_take(struct screen *screen, void *request, bool ok)
{
	struct origins_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		s->failed = !ok && !r->interrupted;
		s->generation = r->interrupted ? s->generation : r->generation;
		if (ok) {
			struct origins o = s->o;
			struct arena arena = s->arena;
			s->o = r->o;
			s->row = r->row;
			s->arena = r->arena;
			r->o = o;
			r->arena = arena;
			s->loaded = true;
			s->shown = -1;
			list_refit(&s->list, (int64_t)s->o.found.n, s->list.cursor);
			lay(screen);
		}
	}
	origins_done(&r->o);
	arena_done(&r->arena);
	free(r);
}

static bool origins_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct origins_state *s = state_of(screen);
	(void)err;
	s->trace = target->id;
	s->span = target->span;
	s->shown = -1;
	s->generation = UINT64_MAX;
	list_init(&s->list);
	pager_init(&s->pager);
	return true;
}

static void origins_close(struct screen *screen)
{
	struct origins_state *s = state_of(screen);
	origins_done(&s->o);
	arena_done(&s->arena);
	sheet_done(&s->sheet);
	pager_done(&s->pager);
	buf_done(&s->find);
}

static void origins_place(const struct screen *screen, struct target *out)
{
	const struct origins_state *s = state_of(screen);
	*out = (struct target){.screen = "origins", .id = s->trace, .span = s->span};
}

static struct str origins_file(const struct screen *screen)
{
	return state_of(screen)->row.file;
}

/* ---------------------------------------------------------------- drawing */

struct drawing {
	const struct origins_state *s;
	const struct ui *ui;
	int from_cols; /* of the column that says where from */
};

static const char *mark_of(const struct origin *o, bool ascii)
{
	switch (o->kind) {
	case PROVENANCE_MATCH: return "=";
	case PROVENANCE_NONE: return "?";
	case PROVENANCE_SHORT: return ascii ? "." : "·";
	}
	return "";
}

static enum role role_of(const struct origin *o)
{
	return o->kind == PROVENANCE_NONE ? ROLE_WARNING : o->kind == PROVENANCE_SHORT ? ROLE_DIM : ROLE_TEXT;
}

/* A number that stands nowhere is the news of its row; else the source. */
static void from_words(const struct drawing *d, const struct origin *o, struct buf *out)
{
	for (size_t i = 0; i < o->n_numbers; i++)
		if (o->numbers[i].elsewhere < 0) {
			buf_add_cstr(out, "! ");
			buf_add_str(out, str_cut(d->s->o.answer, o->numbers[i].at, o->numbers[i].len));
			buf_add_cstr(out, " in no source");
			return;
		}
	if (o->kind == PROVENANCE_MATCH)
		origin_source_words(out, &d->s->o.sources[o->source], d->ui->ascii);
	else
		buf_add_cstr(out, o->kind == PROVENANCE_NONE ? "no wording match" : "too short to tell");
}

static void draw_sentence(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct origin *o = sentence_at(d->s, row);
	if (!o)
		return;
	int room = line.cols - 4 - (d->from_cols ? d->from_cols + 1 : 0);
	canvas_putc(line, 0, 2, 1, o->kind == PROVENANCE_MATCH ? ROLE_OK : role_of(o), mark_of(o, d->ui->ascii));
	struct str text = text_of(d->s, o);
	int used = canvas_put(line, 0, 4, room, role_of(o), text);
	find_light(line, 0, 4, room, str_cut(text, 0, 4000), buf_str(&d->s->find));
	if (cursor)
		canvas_reverse(line, 0, 4, used);
	if (!d->from_cols)
		return;
	struct buf from = BUF_INIT;
	from_words(d, o, &from);
	canvas_put(line, 0, line.cols - d->from_cols, d->from_cols, stands_out(o) ? ROLE_WARNING : ROLE_DIM,
	           buf_str(&from));
	buf_done(&from);
}

static void draw_pane(const struct screen *screen, struct canvas pane, bool beside)
{
	const struct origins_state *s = state_of(screen);
	if (beside) {
		for (int r = 0; r < pane.rows; r++)
			canvas_putc(pane, r, 0, 1, ROLE_BORDER, screen->ui->ascii ? "|" : "│");
		pane = canvas_part(pane, 0, 1, pane.rows, pane.cols - 1);
	}
	canvas_zone(pane, (struct zone){.kind = ZONE_PANE, .name = "source"});
	canvas_rule(pane, 0, ROLE_BORDER);
	canvas_printf(pane, 0, 2, -1, ROLE_TAB_ACTIVE, " sentence %lld ", (long long)s->shown + 1);
	sheet_draw(&s->sheet, canvas_part(pane, 1, 0, pane.rows - 1, pane.cols), 0, false, STR_NONE);
	int top = 1 + s->sheet.rows;
	const struct origin *o = sentence_at(s, s->shown);
	if (!o || o->source < 0 || o->kind == PROVENANCE_SHORT || top + 1 >= pane.rows)
		return;
	const struct origin_source *source = &s->o.sources[o->source];
	canvas_rule(pane, top, ROLE_BORDER);
	canvas_printf(pane, top, 2, pane.cols - 4, ROLE_TAB, " " STR_FMT " ", STR_ARG(source->span_name));
	pager_draw(&s->pager, canvas_part(pane, top + 1, 1, pane.rows - top - 1, pane.cols - 2),
	           o->kind == PROVENANCE_MATCH ? ROLE_TEXT : ROLE_DIM);
}

static const char *nothing_words(const struct origins_state *s)
{
	if (s->failed)
		return "it could not be read";
	if (!s->loaded)
		return "comparing the answer with what the trace had to go by";
	return "this trace has no answer in words";
}

static void origins_draw(const struct screen *screen, struct canvas body)
{
	const struct origins_state *s = state_of(screen);
	struct split v = split_for(s, body.rows, body.cols);
	struct drawing d = {s, screen->ui,
	                    v.list_cols < FROM_MIN_COLS ? 0
	                    : v.list_cols < 100         ? FROM_COLS
	                                                : FROM_COLS + 14};
	struct canvas list = canvas_part(body, 0, 0, v.list_rows, v.list_cols);
	canvas_putc(list, 0, 4, list.cols - 5 - d.from_cols, ROLE_HEADING, "the answer, sentence by sentence");
	if (d.from_cols)
		canvas_putc(list, 0, list.cols - d.from_cols, d.from_cols, ROLE_HEADING, "wording from");
	struct canvas rows = canvas_part(list, 1, 0, list.rows - 1, list.cols);
	if (!s->list.total) {
		canvas_putc(rows, 0, 4, -1, ROLE_DIM, nothing_words(s));
		return;
	}
	list_draw(&s->list, rows, draw_sentence, &d);
	if (v.pane && s->shown >= 0)
		draw_pane(screen, canvas_part(body, v.row, v.col, v.rows, v.cols), v.beside);
}

static bool origins_beside(const struct screen *screen, struct beside *out)
{
	const struct origins_state *s = state_of(screen);
	struct split v = split_for(s, screen->ui->rows, screen->ui->cols);
	*out = (struct beside){.row = v.row,
	                       .col = v.col,
	                       .rows = v.rows,
	                       .cols = v.cols,
	                       .scroll_row = v.beside ? 1 : -1,
	                       .top = s->list.top,
	                       .id = s->list.cursor};
	return v.pane && s->list.total > 0;
}

static void origins_headline(const struct screen *screen, struct canvas row)
{
	const struct origins_state *s = state_of(screen);
	const struct provenance *p = &s->o.found;
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Origins");
	if (!s->loaded)
		return;
	col += 2 + canvas_put(row, 0, col + 2, row.cols / 3, ROLE_TITLE, s->o.span_name);
	struct buf words = BUF_INIT;
	buf_printf(&words, "%zu of %zu sentences matched", p->matched, p->n);
	col += 2 + canvas_put(row, 0, col + 2, -1, ROLE_TEXT, buf_str(&words));
	buf_clear(&words);
	if (p->unmatched)
		buf_printf(&words, ", %zu not", p->unmatched);
	if (p->numbers)
		buf_printf(&words, ", %zu number%s in no source", p->numbers, p->numbers == 1 ? "" : "s");
	canvas_put(row, 0, col, -1, ROLE_WARNING, buf_str(&words));
	buf_done(&words);
}

static void origins_status(const struct screen *screen, struct buf *out)
{
	const struct origins_state *s = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	size_t documents = 0, used = 0;
	if (!s->loaded || !s->list.total)
		return;
	buf_printf(out, "sentence %lld of %lld", (long long)s->list.cursor + 1, (long long)s->list.total);
	for (size_t i = 0; i < s->o.n_sources; i++)
		if (s->o.sources[i].kind == ORIGIN_DOCUMENT) {
			documents++;
			used += s->o.sources[i].used > 0;
		}
	if (documents)
		buf_printf(out, "%s%zu of %zu documents used", dot, used, documents);
	else
		buf_printf(out, "%s%zu sources", dot, s->o.n_sources);
	if (s->o.partial)
		buf_printf(out, "%sa part of the texts only", dot);
}

static bool origins_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct origins_state *s = state_of(screen);
	const struct origin *o = sentence_at(s, s->list.cursor);
	if (!o)
		return false;
	switch (what) {
	case COPY_VALUE: buf_add_str(out, text_of(s, o)); return true;
	case COPY_ID: buf_add_str(out, o->source >= 0 ? s->o.sources[o->source].id : s->o.span_id); return true;
	case COPY_PATH:
		if (o->source < 0)
			return false;
		origin_source_words(out, &s->o.sources[o->source], screen->ui->ascii);
		return true;
	case COPY_COMMAND: copy_command(out, "origins", s->row.text, "span", s->o.span_id); return true;
	case COPY_LINK:
	case COPY_VIEW: return copy_link_in(out, "origins", s->row.text, LINK_SPAN, s->span ? s->o.span_id : STR_NONE);
	}
	return false;
}

/* ---------------------------------------------------------------- actions */

static enum outcome origins_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->list, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(origins_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

ACTION(open_source)
{
	(void)in;
	struct origins_state *s = state_of(screen);
	const struct origin *o = sentence_at(s, s->list.cursor);
	if (!o)
		return OUT_HANDLED;
	if (o->source < 0 || o->kind == PROVENANCE_SHORT) {
		ui_say(screen->ui, "no source shares wording with it");
		return OUT_HANDLED;
	}
	const struct origin_source *source = &s->o.sources[o->source];
	*target = (struct target){.screen = "trace", .id = s->trace, .span = source->span};
	struct str stretch = str_cut(source->text, o->source_at, o->source_len);
	size_t nl = str_find_char(stretch, '\n');
	stretch = str_cut(stretch, 0, nl < sizeof target->find - 1 ? nl : sizeof target->find - 1);
	snprintf(target->find, sizeof target->find, STR_FMT, STR_ARG(stretch));
	return OUT_OPEN;
}

ACTION(open_answer)
{
	(void)in;
	const struct origins_state *s = state_of(screen);
	if (!s->loaded)
		return OUT_HANDLED;
	*target = (struct target){.screen = "trace", .id = s->trace, .span = s->o.span};
	return OUT_OPEN;
}

static enum outcome next_odd(struct screen *screen, int by)
{
	struct origins_state *s = state_of(screen);
	for (int64_t i = 1; i <= s->list.total; i++) {
		int64_t at = ((s->list.cursor + by * i) % s->list.total + s->list.total) % s->list.total;
		const struct origin *o = sentence_at(s, at);
		if (o && stands_out(o)) {
			list_go(&s->list, at);
			return OUT_REFRESH;
		}
	}
	ui_say(screen->ui, "every sentence shares wording with a source, and so do its numbers");
	return OUT_HANDLED;
}

ACTION(next_unmatched)
{
	(void)in;
	(void)target;
	return next_odd(screen, 1);
}

ACTION(prev_unmatched)
{
	(void)in;
	(void)target;
	return next_odd(screen, -1);
}

static enum outcome scroll(struct screen *screen, int by, int count)
{
	struct origins_state *s = state_of(screen);
	pager_scroll(&s->pager, by * (count ? count : s->pager.rows > 2 ? s->pager.rows / 2 : 1));
	return OUT_HANDLED;
}

ACTION(source_down)
{
	(void)target;
	return scroll(screen, 1, in->count);
}

ACTION(source_up)
{
	(void)target;
	return scroll(screen, -1, in->count);
}

static struct buf *find_text(struct screen *screen)
{
	return &state_of(screen)->find;
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct origins_state *s = state_of(screen);
	struct str find = buf_str(&s->find);
	for (int64_t i = stay ? 0 : 1; find.len && i <= s->list.total && s->list.total; i++) {
		int64_t at = ((s->list.cursor + by * i) % s->list.total + s->list.total) % s->list.total;
		const struct origin *o = sentence_at(s, at);
		if (o && text_find(text_of(s, o), find, 0, find_ignores_case(find)) != SIZE_MAX) {
			list_go(&s->list, at);
			return OUT_REFRESH;
		}
	}
	ui_say(screen->ui, "%s", find.len ? "in no sentence" : keyed("nothing to search for yet: {/} asks"));
	return OUT_HANDLED;
}

FIND_FUNCTIONS(find_text, search_again)

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"open",           "Enter", "to the span that holds the source, its stretch lit",       "source",   1, open_source    },
    {"next-unmatched", "Tab",   "next sentence without a match, or with an unknown number", "no match", 2,
     next_unmatched                                                                                                       },
    {"prev-unmatched", "S-Tab", "the one before",                                           NULL,       0, prev_unmatched },
    {"answer",         "a",     "to the span that gave the answer",                         "answer",   3, open_answer    },
    {"source-down",    "J",     "scroll the source down",                                   "scroll",   4, source_down    },
    {"source-up",      "K",     "scroll the source up",                                     NULL,       0, source_up      },
    MOVE_ACTIONS,
    {"search",         "/",     "search the sentences",                                     "search",   5, search         },
    {"next-match",     "n",     "next match",                                               NULL,       0, search_next    },
    {"prev-match",     "N",     "previous match",                                           NULL,       0, search_previous},
    ACTIONS_END,
};

static bool origins_subject(const struct screen *screen, struct subject_at *out)
{
	const struct origins_state *s = state_of(screen);
	if (s->loaded)
		*out = (struct subject_at){.kind = SUBJECT_SPAN, .trace = s->trace, .span = s->o.span};
	return s->loaded;
}

/* ---------------------------------------------------------------- how it was left */

static void origins_remember(const struct screen *screen, struct jout *out)
{
	remember_row(out, &state_of(screen)->list, STR_NONE);
}

static bool origins_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct origins_state *s = state_of(screen);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	recall_row(kept, &s->list, -1);
	return true;
}

const struct screen_ops screen_origins = {
    .name = "origins",
    .title = "Origins",
    .state_size = sizeof(struct origins_state),
    .actions = actions,
    .open = origins_open,
    .ask = origins_ask,
    .fetch = origins_fetch,
    .take = origins_take,
    .draw = origins_draw,
    .beside = origins_beside,
    .headline = origins_headline,
    .status = origins_status,
    .place = origins_place,
    .copy = origins_copy,
    .subject = origins_subject,
    .file = origins_file,
    .remember = origins_remember,
    .recall = origins_recall,
    .close = origins_close,
};
