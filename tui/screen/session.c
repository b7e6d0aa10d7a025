/* One conversation: all traces of a session, told in order of time: what the user said, what was done, the answer. Enter goes to the
 * trace, at the call under the cursor. Turns are read as they come near, so a session of thousands opens as a short one. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/query/queue_make.h"
#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_session.h"
#include "tui/widget/move.h"

enum { AT_ONCE = 64 }; /* turns of one request */

enum seek { SEEK_NOTHING, SEEK_TEXT };

struct wanted_turn {
	size_t turn;
	int64_t trace;
	bool whole;
	struct session_turn answer;
};

struct request {
	const void *owner;
	uint64_t serial, generation, verdicts;
	int64_t trace;
	bool open, interrupted;
	struct session session; /* open */
	struct wanted_turn *turns;
	size_t n;
	/* seeking */
	enum seek seek;
	bool forward, here; /* here: the turn under the cursor counts, too */
	int64_t *traces;
	size_t n_traces, cursor;
	struct str find;
	struct arena arena;
	int64_t found; /* turn; -1 */
};

struct session_state {
	struct session_pane pane;
	int64_t trace; /* it was opened from; then of the turn under the cursor */
	char name[256];
	bool of_trace; /* it was opened from one of its traces */
	uint64_t generation, serial;
	bool failed, seek_forward, seek_here;
	enum seek seek;
	enum session_level level; /* of turns not told otherwise */
};

static struct session_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct session_mark *mark_of_cursor(const struct session_state *s)
{
	return s->pane.loaded && s->pane.cursor < s->pane.session.n ? &s->pane.session.turns[s->pane.cursor] : NULL;
}

static const struct session_turn *turn_of_cursor(const struct session_state *s)
{
	const struct session_view *v = mark_of_cursor(s) ? s->pane.views[s->pane.cursor] : NULL;
	return v && v->loaded ? &v->turn : NULL;
}

/* ---------------------------------------------------------------- asking */

static bool is_missing(const struct session_pane *p, size_t turn)
{
	const struct session_view *v = p->views[turn];
	return !v || !v->loaded || v->verdicts != p->verdicts || (p->levels[turn] == LEVEL_WHOLE && !v->turn.whole);
}

static void add_wanted(const struct session_pane *p, struct request *r)
{
	size_t from, to;
	session_pane_near(p, &from, &to);
	r->turns = xcalloc(AT_ONCE, sizeof *r->turns);
	for (size_t i = from; i < to && r->n < AT_ONCE; i++)
		if (is_missing(p, i))
			r->turns[r->n++] = (struct wanted_turn){
			    .turn = i, .trace = p->session.turns[i].trace, .whole = p->levels[i] == LEVEL_WHOLE};
}

static void add_seek(const struct session_state *s, struct request *r)
{
	const struct session *session = &s->pane.session;
	r->seek = s->seek;
	r->forward = s->seek_forward;
	r->here = s->seek_here;
	r->cursor = s->pane.cursor;
	r->n_traces = session->n;
	r->traces = xmalloc(size_mul(session->n + 1, sizeof *r->traces));
	for (size_t i = 0; i < session->n; i++)
		r->traces[i] = session->turns[i].trace;
	r->find = arena_str(&r->arena, buf_str(&s->pane.find));
}

static void *session_ask(struct screen *screen)
{
	static uint64_t serials;
	struct session_state *s = state_of(screen);
	bool fresh = s->pane.loaded && s->generation == screen->ui->generation;
	s->pane.verdicts = screen->ui->verdicts;
	session_pane_fit(&s->pane, screen->ui->rows, screen->ui->cols, screen->ui->ascii);
	if (s->serial && !(fresh && s->seek))
		return NULL;
	if (s->failed && s->generation == screen->ui->generation)
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .generation = screen->ui->generation,
	                      .verdicts = screen->ui->verdicts,
	                      .trace = s->trace,
	                      .open = !fresh,
	                      .interrupted = true,
	                      .found = -1};
	if (r->open && !s->trace)
		r->find = arena_cstr(&r->arena, s->name);
	else if (fresh && s->seek)
		add_seek(s, r);
	else if (fresh)
		add_wanted(&s->pane, r);
	if (!r->open && !r->seek && r->n == 0) {
		free(r->turns);
		free(r);
		return NULL;
	}
	s->seek = SEEK_NOTHING;
	r->serial = s->serial = ++serials;
	return r;
}

/* ---------------------------------------------------------------- on the query thread */

static bool holds(const struct session_turn *t, struct str find)
{
	bool ignore_case = find_ignores_case(find);
	const struct str texts[] = {t->user, t->answer, t->row.name, t->row.text};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (text_find(texts[i], find, 0, ignore_case) != SIZE_MAX)
			return true;
	for (size_t i = 0; i < t->n_steps; i++)
		if (text_find(t->steps[i].name, find, 0, ignore_case) != SIZE_MAX)
			return true;
	for (size_t i = 0; i < t->n_calls; i++)
		if (text_find(t->calls[i].message, find, 0, ignore_case) != SIZE_MAX)
			return true;
	return false;
}

/* Turn after turn, whole, round the end and back to where it began. */
static bool seek(struct db *db, struct block_cache *blocks, struct request *r, struct err *err)
{
	for (size_t step = r->here ? 0 : 1; r->n_traces && step <= r->n_traces && r->found < 0; step++) {
		size_t by = step % r->n_traces;
		size_t i = (r->cursor + (r->forward ? by : r->n_traces - by)) % r->n_traces;
		struct session_turn t;
		bool ok = session_turn(db, blocks, r->traces[i], true, &t, err);
		if (ok && holds(&t, r->find))
			r->found = (int64_t)i;
		session_turn_done(&t);
		if (!ok)
			return false;
	}
	return true;
}

static bool session_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = true;
	if (r->open) {
		ok = (r->trace || session_find(db, r->find, &r->trace, err)) &&
		     session_open(db, r->trace, &r->session, err);
	} else if (r->seek) {
		ok = seek(db, blocks, r, err);
	} else {
		for (size_t i = 0; ok && i < r->n; i++)
			ok = session_turn(db, blocks, r->turns[i].trace, r->turns[i].whole, &r->turns[i].answer, err);
	}
	block_cache_free(blocks);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

/* ---------------------------------------------------------------- taking */

static void request_free(struct request *r)
{
	session_done(&r->session);
	for (size_t i = 0; i < r->n; i++)
		session_turn_done(&r->turns[i].answer);
	free(r->turns);
	free(r->traces);
	arena_done(&r->arena);
	free(r);
}

/* The store has grown, perhaps: each turn keeps its level, and the cursor its turn. */
static void take_session(struct session_state *s, struct request *r)
{
	struct session_pane *p = &s->pane;
	struct session old = p->session;
	unsigned char *levels = p->levels;
	bool first = !p->loaded;
	int64_t trace = mark_of_cursor(s) ? mark_of_cursor(s)->trace : r->trace;
	size_t item = p->item, above = p->cursor - (p->top < p->cursor ? p->top : p->cursor);
	struct session_pane fresh = {.session = r->session,
	                             .loaded = true,
	                             .rows = p->rows,
	                             .cols = p->cols,
	                             .ascii = p->ascii,
	                             .find = p->find};
	r->session = (struct session){.arena = ARENA_INIT};
	fresh.views = xcalloc(fresh.session.n + 1, sizeof *fresh.views);
	fresh.levels = xmalloc(fresh.session.n + 1);
	memset(fresh.levels, (int)s->level, fresh.session.n + 1);
	for (size_t i = 0; i < fresh.session.n; i++) {
		if (!first && levels && old.turns && i < old.n && old.turns[i].trace == fresh.session.turns[i].trace)
			fresh.levels[i] = levels[i];
		if (fresh.session.turns[i].trace == trace)
			fresh.cursor = i;
	}
	fresh.item = item;
	fresh.top = fresh.cursor > above ? fresh.cursor - above : 0;
	p->find = BUF_INIT;
	session_pane_done(p);
	*p = fresh;
	s->trace = r->trace;
	if (first)
		p->top = p->cursor;
}

static void take_turns(struct session_state *s, struct request *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct wanted_turn *w = &r->turns[i];
		if (w->turn >= s->pane.session.n || s->pane.session.turns[w->turn].trace != w->trace)
			continue;
		struct session_view **v = &s->pane.views[w->turn];
		if (!*v)
			*v = xcalloc(1, sizeof **v);
		else
			session_turn_done(&(*v)->turn);
		(*v)->turn = w->answer;
		(*v)->loaded = true;
		(*v)->verdicts = r->verdicts;
		(*v)->laid_out = false;
		w->answer = (struct session_turn){.arena = ARENA_INIT};
	}
}

static void session_take(struct screen *screen, void *request, bool ok)
{
	struct session_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		s->failed = !ok && !r->interrupted;
		if (ok || s->failed)
			s->generation = r->generation;
		if (ok && r->open)
			take_session(s, r);
		else if (ok && r->seek && r->found >= 0) {
			s->pane.levels[r->found] = LEVEL_WHOLE;
			session_pane_go(&s->pane, (size_t)r->found);
		} else if (ok && r->seek)
			ui_say(screen->ui, "no turn of this session has that");
		else if (ok)
			take_turns(s, r);
		session_pane_fit(&s->pane, screen->ui->rows, screen->ui->cols, screen->ui->ascii);
		if (s->pane.loaded)
			session_pane_show(&s->pane);
	}
	request_free(r);
}

/* ---------------------------------------------------------------- opening and closing */

static bool session_open_screen(struct screen *screen, const struct target *target, struct err *err)
{
	struct session_state *s = state_of(screen);
	(void)err;
	s->trace = target->id;
	s->of_trace = target->id != 0;
	s->level = LEVEL_SHORT;
	snprintf(s->name, sizeof s->name, "%s", target->text);
	return true;
}

static void session_close(struct screen *screen)
{
	struct session_state *s = state_of(screen);
	session_pane_done(&s->pane);
	buf_done(&s->pane.find);
}

static void session_place(const struct screen *screen, struct target *out)
{
	const struct session_state *s = state_of(screen);
	const struct session_mark *m = mark_of_cursor(s);
	*out = (struct target){.screen = "session", .id = m ? m->trace : s->trace};
}

static void copy_texts(const struct session_turn *t, struct buf *out)
{
	buf_add_str(out, t->user);
	if (t->user.len && t->answer.len)
		buf_add_cstr(out, "\n\n");
	buf_add_str(out, t->answer);
}

static bool session_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct session_state *s = state_of(screen);
	const struct session_turn *t = turn_of_cursor(s);
	if (!t)
		return false;
	struct str id = s->pane.session.text.len ? s->pane.session.text : t->row.text;
	switch (what) {
	case COPY_VALUE: copy_texts(t, out); break;
	case COPY_ID: buf_add_str(out, id); break;
	case COPY_PATH: buf_printf(out, STR_FMT "/" STR_FMT, STR_ARG(id), STR_ARG(t->row.text)); break;
	case COPY_COMMAND: copy_command(out, "session", id, NULL, STR_NONE); break;
	case COPY_LINK: return copy_link(out, "trace", t->row.text, STR_NONE);
	case COPY_VIEW: return copy_link(out, "session", id, STR_NONE);
	}
	return true;
}

static struct str session_file(const struct screen *screen)
{
	const struct session_turn *t = turn_of_cursor(state_of(screen));
	return t ? t->row.file : STR_NONE;
}

/* ---------------------------------------------------------------- drawing */

static void session_draw(const struct screen *screen, struct canvas body)
{
	const struct session_state *s = state_of(screen);
	if (s->failed && !s->pane.loaded)
		canvas_putc(body, 1, 2, -1, ROLE_TEXT, keyed("There is no such session in this store. {q} goes back."));
	session_pane_draw(&s->pane, body);
}

static void add_figures(const struct session *s, struct buf *out, bool ascii)
{
	units_thousands(out, s->total);
	buf_add_cstr(out, s->total == 1 ? " turn" : " turns");
	if (s->busy_ns != UNKNOWN_INT) {
		buf_add_char(out, ' ');
		units_duration(out, s->busy_ns, ascii);
	}
	int64_t in = s->tokens_in, both = s->tokens_out;
	if (in != UNKNOWN_INT)
		both = both == UNKNOWN_INT ? in : in + both;
	if (both != UNKNOWN_INT) {
		buf_add_char(out, ' ');
		units_count(out, both);
		buf_add_cstr(out, " tok");
	}
	if (!IS_UNKNOWN(s->cost_usd)) {
		buf_add_char(out, ' ');
		(s->about ? units_usd_about : units_usd)(out, s->cost_usd);
	}
}

static void session_headline(const struct screen *screen, struct canvas row)
{
	const struct session_state *s = state_of(screen);
	const struct session *session = &s->pane.session;
	struct buf figures = BUF_INIT;
	if (!s->pane.loaded)
		return;
	add_figures(session, &figures, row.grid->ascii);
	int cols = text_cols(buf_str(&figures)), left = row.cols - cols - 3;
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, session->text.len ? "Session" : "One trace, no session");
	if (session->text.len)
		col += 1 + canvas_put(row, 0, col + 1, left - col - 1, ROLE_TITLE, session->text);
	if (session->failed)
		col += canvas_printf(row, 0, col + 2, left - col - 2, ROLE_ERROR, "%s %lld with errors",
		                     score_mark(0, row.grid->ascii), (long long)session->failed) +
		       2;
	for (size_t i = 0; i < session->n_scores && col + 16 < left; i++) {
		const struct score_row *score = &session->scores[i];
		int outcome = score_outcome(score->pass, score->label);
		struct buf value = BUF_INIT;
		if (!IS_UNKNOWN(score->value))
			units_score(&value, score->value);
		else
			buf_add_str(&value, score->label);
		col += 2 + canvas_printf(row, 0, col + 2, left - col - 2, score_role(outcome), "%s " STR_FMT " %s",
		                         score_mark(outcome, row.grid->ascii), STR_ARG(score->name), buf_cstr(&value));
		buf_done(&value);
	}
	canvas_put_right(row, 0, row.cols - cols - 1, cols, ROLE_TITLE, buf_str(&figures));
	buf_done(&figures);
}

static void session_status(const struct screen *screen, struct buf *out)
{
	const struct session_state *s = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	const struct session_mark *m = mark_of_cursor(s);
	if (!m || (screen->ui->message_is_error && screen->ui->message[0]))
		return;
	buf_printf(out, "turn %zu of %lld", s->pane.cursor + 1, (long long)s->pane.session.total);
	if (m->start_ns != TIME_UNKNOWN) {
		buf_add_cstr(out, dot);
		units_time_full(out, m->start_ns);
	}
	if (s->pane.item)
		buf_printf(out, "%scall %zu of %zu", dot, s->pane.item,
		           session_pane_items(&s->pane, s->pane.cursor) - 1);
	if (s->pane.session.n < (size_t)s->pane.session.total)
		buf_printf(out, "%sthe first %zu can be read here", dot, s->pane.session.n);
	if (s->pane.find.len)
		buf_printf(out, "%s/" STR_FMT, dot, STR_ARG(buf_str(&s->pane.find)));
}

/* ---------------------------------------------------------------- moving and folding */

static enum outcome session_move(struct screen *screen, enum move move)
{
	struct session_pane *p = &state_of(screen)->pane;
	int page = p->rows > 2 ? p->rows - 1 : 1;
	if (!p->loaded || p->session.n == 0)
		return OUT_HANDLED;
	if (move >= MOVE_LINE) {
		session_pane_line(p, (int)(move - MOVE_LINE));
		return OUT_REFRESH;
	}
	switch (move) {
	case MOVE_DOWN: session_pane_step(p, 1); break;
	case MOVE_UP: session_pane_step(p, -1); break;
	case MOVE_PAGE_DOWN: session_pane_scroll(p, page); break;
	case MOVE_PAGE_UP: session_pane_scroll(p, -page); break;
	case MOVE_HALF_DOWN: session_pane_scroll(p, (page + 1) / 2); break;
	case MOVE_HALF_UP: session_pane_scroll(p, -(page + 1) / 2); break;
	case MOVE_SCROLL_DOWN: session_pane_scroll(p, 1); break;
	case MOVE_SCROLL_UP: session_pane_scroll(p, -1); break;
	case MOVE_FIRST: session_pane_go(p, 0); break;
	case MOVE_LAST: session_pane_go(p, p->session.n - 1); break;
	case MOVE_LEFT:
	case MOVE_RIGHT:
	case MOVE_LINE: break;
	}
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(session_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome set_level(struct session_state *s, int level)
{
	struct session_pane *p = &s->pane;
	if (!mark_of_cursor(s) || level < LEVEL_LINE || level > LEVEL_WHOLE)
		return OUT_HANDLED;
	p->levels[p->cursor] = (unsigned char)level;
	p->item = 0;
	session_pane_fit(p, p->rows + SESSION_HEAD_ROWS, p->cols, p->ascii);
	session_pane_show(p);
	return OUT_REFRESH;
}

ACTION(less)
{
	UNUSED;
	struct session_state *s = state_of(screen);
	return set_level(s, mark_of_cursor(s) ? s->pane.levels[s->pane.cursor] - 1 : 0);
}

ACTION(more)
{
	UNUSED;
	struct session_state *s = state_of(screen);
	return set_level(s, mark_of_cursor(s) ? s->pane.levels[s->pane.cursor] + 1 : 0);
}

ACTION(toggle)
{
	UNUSED;
	struct session_state *s = state_of(screen);
	if (!mark_of_cursor(s))
		return OUT_HANDLED;
	return set_level(s, s->pane.levels[s->pane.cursor] == LEVEL_WHOLE ? LEVEL_SHORT : LEVEL_WHOLE);
}

static enum outcome all_to(struct screen *screen, enum session_level level)
{
	struct session_state *s = state_of(screen);
	struct session_pane *p = &s->pane;
	if (!p->loaded)
		return OUT_HANDLED;
	s->level = level;
	memset(p->levels, (int)level, p->session.n + 1);
	p->item = 0;
	p->top_row = 0;
	session_pane_fit(p, p->rows + SESSION_HEAD_ROWS, p->cols, p->ascii);
	session_pane_show(p);
	return OUT_REFRESH;
}

ACTION(all_lines)
{
	UNUSED;
	return all_to(screen, LEVEL_LINE);
}

ACTION(all_short)
{
	UNUSED;
	return all_to(screen, LEVEL_SHORT);
}

ACTION(all_depth)
{
	(void)target;
	int depth = in->argument.len == 1 ? in->argument.ptr[0] - '0' : action_which(screen->ops->actions, in->key);
	return depth >= 1 && depth <= N_SESSION_LEVELS ? all_to(screen, (enum session_level)(depth - 1)) : OUT_HANDLED;
}

/* ---------------------------------------------------------------- jumps */

static enum outcome next_failed(struct screen *screen, int by)
{
	struct session_pane *p = &state_of(screen)->pane;
	for (size_t step = 1; p->loaded && step <= p->session.n; step++) {
		size_t i = (p->cursor + (by > 0 ? step : p->session.n - step)) % p->session.n;
		if (p->session.turns[i].failed) {
			session_pane_go(p, i);
			return OUT_REFRESH;
		}
	}
	ui_say(screen->ui, "no turn of this session failed");
	return OUT_HANDLED;
}

/* Turns in falling order of a figure, one after the other, round the end; equal ones in order of time. */
static double figure_of(const struct session_mark *m, bool cost)
{
	double figure = cost ? m->cost : m->duration_ns == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)m->duration_ns;
	return IS_UNKNOWN(figure) ? -1 : figure;
}

static bool comes_after(const struct session_pane *p, size_t a, size_t b, bool cost)
{
	double x = figure_of(&p->session.turns[a], cost), y = figure_of(&p->session.turns[b], cost);
	return x < y || (!(x > y) && a > b);
}

static enum outcome next_largest(struct screen *screen, bool cost)
{
	struct session_pane *p = &state_of(screen)->pane;
	size_t largest = 0, next = SIZE_MAX;
	if (!p->loaded || p->session.n == 0)
		return OUT_HANDLED;
	for (size_t i = 0; i < p->session.n; i++) {
		if (comes_after(p, largest, i, cost))
			largest = i;
		if (i != p->cursor && comes_after(p, i, p->cursor, cost) &&
		    (next == SIZE_MAX || comes_after(p, next, i, cost)))
			next = i;
	}
	session_pane_go(p, next == SIZE_MAX ? largest : next);
	return OUT_REFRESH;
}

ACTION(next_error)
{
	UNUSED;
	return next_failed(screen, 1);
}

ACTION(prev_error)
{
	UNUSED;
	return next_failed(screen, -1);
}

ACTION(next_slowest)
{
	UNUSED;
	return next_largest(screen, false);
}

ACTION(next_dearest)
{
	UNUSED;
	return next_largest(screen, true);
}

ACTION(open_turn)
{
	UNUSED;
	struct session_state *s = state_of(screen);
	const struct session_mark *m = mark_of_cursor(s);
	const struct session_call *call = session_pane_call(&s->pane);
	if (!m)
		return OUT_HANDLED;
	*target = (struct target){.screen = "trace", .id = m->trace, .span = call ? call->span : 0};
	return OUT_OPEN;
}

/* ---------------------------------------------------------------- searching */

static enum outcome seek_text(struct screen *screen, bool forward, bool here)
{
	struct session_state *s = state_of(screen);
	if (s->pane.find.len == 0) {
		ui_say(screen->ui, "%s", keyed("nothing to search for yet: {/} asks"));
		return OUT_HANDLED;
	}
	s->seek = s->pane.loaded && s->pane.session.n ? SEEK_TEXT : SEEK_NOTHING;
	s->seek_forward = forward;
	s->seek_here = here;
	return OUT_REFRESH;
}

ACTION(search_answer)
{
	(void)target;
	struct session_state *s = state_of(screen);
	buf_clear(&s->pane.find);
	buf_add_str(&s->pane.find, str_cut(in->argument, 0, 255));
	return s->pane.find.len ? seek_text(screen, true, true) : OUT_REFRESH;
}

static const struct action search_line = {.name = "search-for", .keys = "", .help = "", .run = search_answer};

ACTION(search)
{
	if (in->argument.len)
		return search_answer(screen, in, target);
	*target = (struct target){.prompt = "/", .answer = &search_line};
	return OUT_PROMPT;
}

ACTION(next_match)
{
	UNUSED;
	return seek_text(screen, true, false);
}

ACTION(prev_match)
{
	UNUSED;
	return seek_text(screen, false, false);
}

ACTION(clear)
{
	UNUSED;
	struct session_state *s = state_of(screen);
	if (s->pane.find.len == 0)
		return OUT_IGNORED;
	buf_clear(&s->pane.find);
	return OUT_HANDLED;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"open",         "Enter",   "open the trace of this turn, at the call under the cursor", "open",   1, open_turn   },
    MOVE_ACTIONS,
    {"toggle",       "Space",   "the turn whole, with each call, or in short",               "whole",  2, toggle      },
    {"less",         "h Left",  "show less of the turn",                                     NULL,     0, less        },
    {"more",         "l Right", "show more of the turn",                                     NULL,     0, more        },
    {"fold-all",     "z",       "each turn on one line",                                     "fold",   3, all_lines   },
    {"unfold-all",   "Z",       "each turn in short",                                        NULL,     0, all_short   },
    {"fold-depth",   "1 2 3",   "all turns: one line, in short, whole",                      NULL,     0, all_depth   },
    {"search",       "/",       "search what was said and done in all turns",                "search", 4, search      },
    {"next-match",   "n",       "next turn that has it",                                     NULL,     0, next_match  },
    {"prev-match",   "N",       "previous turn that has it",                                 NULL,     0, prev_match  },
    {"next-error",   "e",       "next turn with an error",                                   "error",  5, next_error  },
    {"prev-error",   "E",       "previous turn with an error",                               NULL,     0, prev_error  },
    {"next-slowest", "!",       "the next slowest turn",                                     "slow",   6, next_slowest},
    {"next-dearest", "$",       "the next dearest turn",                                     "dear",   7, next_dearest},
    {"clear",        "Esc",     "drop the search, else one level up",                        NULL,     0, clear       },
    ACTIONS_END,
};

static bool session_subject(const struct screen *screen, struct subject_at *out)
{
	const struct session_state *s = state_of(screen);
	const struct session_mark *m = mark_of_cursor(s);
	const struct session_call *call = session_pane_call(&s->pane);
	if (!m)
		return false;
	*out = (struct subject_at){
	    .kind = call ? SUBJECT_SPAN : SUBJECT_TRACE, .trace = m->trace, .span = call ? call->span : 0};
	return true;
}

static bool session_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct session_pane *p = &state_of(screen)->pane;
	if (!p->loaded || !p->session.n)
		return false;
	struct subject_at *items = arena_alloc(arena, p->session.n * sizeof *items);
	for (size_t i = 0; i < p->session.n; i++)
		items[i] = (struct subject_at){.kind = SUBJECT_TRACE, .trace = p->session.turns[i].trace};
	*out = (struct queue_ask){
	    .from = QUEUE_LISTED, .items = items, .n_items = p->session.n, .listed = STR_LIT("one conversation")};
	return true;
}

/* ---------------------------------------------------------------- how it was left */

static void session_remember(const struct screen *screen, struct jout *out)
{
	const struct session_state *s = state_of(screen);
	const struct session_pane *p = &s->pane;
	if (!p->loaded)
		return;
	if (s->level != LEVEL_SHORT)
		jout_int(out, "level", (int64_t)s->level);
	remember_int(out, "turn", (int64_t)p->cursor);
	if (p->cursor < p->session.n && p->levels[p->cursor] != s->level)
		jout_int(out, "its-level", p->levels[p->cursor]);
}

/* A session that is opened from one of its traces begins at that one. */
static bool session_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct session_state *s = state_of(screen);
	struct session_pane *p = &s->pane;
	(void)lately;
	if (!p->loaded || p->session.n == 0)
		return s->failed;
	enum session_level level = (enum session_level)recall_int(kept, "level", 0, N_SESSION_LEVELS - 1);
	for (size_t i = 0; json_get(kept, "level") && i < p->session.n; i++)
		p->levels[i] = (unsigned char)level;
	if (json_get(kept, "level"))
		s->level = level;
	if (!s->of_trace)
		p->cursor = (size_t)recall_int(kept, "turn", 0, (int64_t)p->session.n - 1);
	if (!s->of_trace && json_get(kept, "its-level"))
		p->levels[p->cursor] = (unsigned char)recall_int(kept, "its-level", 0, N_SESSION_LEVELS - 1);
	return true;
}

const struct screen_ops screen_session = {
    .name = "session",
    .title = "Session",
    .state_size = sizeof(struct session_state),
    .actions = actions,
    .open = session_open_screen,
    .ask = session_ask,
    .fetch = session_fetch,
    .take = session_take,
    .draw = session_draw,
    .headline = session_headline,
    .status = session_status,
    .place = session_place,
    .copy = session_copy,
    .subject = session_subject,
    .review = session_review,
    .file = session_file,
    .remember = session_remember,
    .recall = session_recall,
    .close = session_close,
};
