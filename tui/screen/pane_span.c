#include "tui/screen/pane_span.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/media.h"
#include "store/base/text.h"
#include "tui/keyed.h"
#include "tui/screen/pane_span_tabs.h"
#include "tui/widget/tabs.h"

enum { MORE_COUNTED = 999 }; /* rows below a long text are counted up to this */

/* ---------------------------------------------------------------- data, on the query thread */

void span_data_done(struct span_data *d)
{
	arena_done(&d->arena);
	*d = (struct span_data){0};
}

/* The root stands for the trace: its pane shows the scores of the whole trace, too. */
static bool add_trace_scores(struct db *db, const struct trace_row *trace, struct span_data *d, struct err *err)
{
	struct score_row *all;
	size_t n;
	if (!span_scores(db, trace->id, d->row.key, true, &d->arena, &all, &n, err))
		return false;
	struct score_row *joined = arena_alloc(&d->arena, size_mul(d->detail.n_scores + n, sizeof *joined));
	size_t kept = 0;
	for (size_t i = 0; i < d->detail.n_scores; i++)
		if (!d->detail.scores[i].of_trace)
			joined[kept++] = d->detail.scores[i];
	for (size_t i = 0; i < n; i++)
		if (all[i].of_trace)
			joined[kept++] = all[i];
	d->detail.scores = joined;
	d->detail.n_scores = kept;
	return true;
}

enum { PATH_LEVELS = 64 }; /* deeper: the innermost ones */

static bool add_path(struct db *db, const struct trace_row *trace, struct span_data *d, struct err *err)
{
	struct str names[PATH_LEVELS] = {d->row.name};
	struct tree_row row = d->row;
	struct buf path = BUF_INIT;
	size_t n = 1;
	while (row.up > 0 && n < PATH_LEVELS) {
		if (!tree_get(db, trace->first, row.pos - row.up, &d->arena, &row, err))
			return false;
		names[n++] = row.name;
	}
	buf_add_cstr(&path, row.up > 0 ? ".../" : "");
	for (size_t i = n; i > 0; i--) {
		buf_add_str(&path, names[i - 1].len ? names[i - 1] : STR_LIT("(no name)"));
		buf_add_cstr(&path, i > 1 ? "/" : "");
	}
	d->path = arena_str(&d->arena, buf_str(&path));
	buf_done(&path);
	return true;
}

/* ---- what is fetched for one tab alone */

static bool shows_talk(enum span_tab tab, const struct tree_row *row, const struct span_detail *d)
{
	return tab == TAB_MESSAGES && row->kind == KIND_LLM && d->span.n_messages > 0;
}

static bool shows_docuse(enum span_tab tab, const struct span_detail *d)
{
	return tab == TAB_DOCS && d->span.n_documents > 0;
}

static bool fetch_for_tab(struct db *db, struct block_cache *blocks, const struct trace_row *trace, enum span_tab tab,
                          struct span_data *d, struct err *err)
{
	const struct span *span = &d->detail.span;
	if (shows_talk(tab, &d->row, &d->detail))
		return talk_about(db, blocks, trace->id, trace->first, trace->n, &d->row, span, &d->arena, &d->talk,
		                  err);
	return !shows_docuse(tab, &d->detail) ||
	       docuse_find(db, blocks, trace->id, trace->first, trace->n, &d->row, span, &d->arena, &d->docuse, err);
}

static bool add_opinions(struct db *db, const struct trace_row *trace, struct span_data *d, struct err *err)
{
	struct str span = d->row.pos ? d->row.id : STR_NONE; /* the first one's answer is the trace's */
	return opinions_of_span(db, trace->id, span, &d->arena, &d->opinions, &d->n_opinions, err);
}

bool span_fetch(struct db *db, struct block_cache *blocks, const struct trace_row *trace, int64_t pos,
                enum span_tab tab, struct span_data *out, struct err *err)
{
	*out = (struct span_data){.loaded = true};
	return tree_get(db, trace->first, pos, &out->arena, &out->row, err) &&
	       span_detail(db, blocks, trace->id, out->row.key, out->row.record, &out->arena, &out->detail, err) &&
	       (out->row.up != 0 || add_trace_scores(db, trace, out, err)) &&
	       tree_rank(db, &out->row, &out->rank, err) && add_path(db, trace, out, err) &&
	       span_about(db, blocks, trace->id, trace->first, trace->n, &out->row, &out->detail, &out->arena,
	                  &out->about, err) &&
	       add_opinions(db, trace, out, err) && fetch_for_tab(db, blocks, trace, tab, out, err);
}

/* ---------------------------------------------------------------- the tabs a span has */

static size_t count_of(const struct span_pane *p, enum span_tab tab)
{
	const struct span *s = &p->data.detail.span;
	switch (tab) {
	case TAB_OVERVIEW:
	case TAB_INPUT:
	case TAB_OUTPUT:
	case TAB_RAW: return 1;
	case TAB_MESSAGES: return s->n_messages;
	case TAB_DOCS: return s->n_documents;
	case TAB_EVENTS: return s->n_events;
	case TAB_ATTRS: return s->n_attributes + s->n_resource;
	case TAB_SCORES: return p->data.detail.n_scores + p->data.n_opinions;
	case N_SPAN_TABS: break;
	}
	return 0;
}

static bool has_tab(const struct span_pane *p, enum span_tab tab)
{
	return tab == TAB_ATTRS || tab == TAB_SCORES || count_of(p, tab) > 0;
}

static enum span_tab shown_tab(const struct span_pane *p)
{
	return has_tab(p, p->tab) ? p->tab : TAB_OVERVIEW;
}

enum span_tab span_pane_shown(const struct span_pane *p)
{
	return shown_tab(p);
}

static const char *const tab_names[N_SPAN_TABS] = {
    [TAB_OVERVIEW] = "Overview", [TAB_INPUT] = "Input",   [TAB_OUTPUT] = "Output",
    [TAB_MESSAGES] = "Messages", [TAB_DOCS] = "Docs",     [TAB_EVENTS] = "Events",
    [TAB_ATTRS] = "Attrs",       [TAB_SCORES] = "Scores", [TAB_RAW] = "Raw",
};

const char *span_tab_name(enum span_tab tab)
{
	static const char *const names[N_SPAN_TABS] = {
	    [TAB_OVERVIEW] = "overview", [TAB_INPUT] = "input",   [TAB_OUTPUT] = "output",
	    [TAB_MESSAGES] = "messages", [TAB_DOCS] = "docs",     [TAB_EVENTS] = "events",
	    [TAB_ATTRS] = "attrs",       [TAB_SCORES] = "scores", [TAB_RAW] = "raw",
	};
	return tab < N_SPAN_TABS ? names[tab] : NULL;
}

bool span_tab_named(struct str name, enum span_tab *tab)
{
	for (enum span_tab t = 0; t < N_SPAN_TABS; t++)
		if (str_is(name, span_tab_name(t))) {
			*tab = t;
			return true;
		}
	return false;
}

static void draw_tabs(const struct span_pane *p, struct canvas c, int more)
{
	struct tab tabs[N_SPAN_TABS];
	size_t n = 0, active = 0;
	for (enum span_tab tab = 0; tab < N_SPAN_TABS; tab++) {
		if (!has_tab(p, tab))
			continue;
		if (tab == shown_tab(p))
			active = n;
		bool counted = tab == TAB_MESSAGES || tab == TAB_DOCS || tab == TAB_EVENTS || tab == TAB_ATTRS ||
		               tab == TAB_SCORES;
		tabs[n++] = (struct tab){.name = tab_names[tab], .count = counted ? (int64_t)count_of(p, tab) : -1};
	}
	struct buf text = BUF_INIT;
	if (more > 0)
		buf_printf(&text, " %s %d%s more ", c.grid->ascii ? "v" : "▼", more, more == MORE_COUNTED ? "+" : "");
	int cols = text_cols(buf_str(&text));
	tabs_draw(canvas_part(c, 0, 0, 1, c.cols - cols), 0, tabs, n, active);
	canvas_put(c, 0, c.cols - cols, cols, ROLE_HINT_KEY, buf_str(&text));
	buf_done(&text);
}

/* In the tab of scores the one under the cursor decides, else the first that names a span. */
static struct str named_by_score(const struct span_pane *p)
{
	const struct span_detail *d = &p->data.detail;
	const struct piece *at = pieces_cursor(&p->pieces[TAB_SCORES], p->top, p->rows - 1);
	size_t i = at ? (size_t)(at - p->pieces[TAB_SCORES].at) : 0;
	if (shown_tab(p) == TAB_SCORES && i < d->n_scores && p->data.about.by_score[i].id.len)
		return p->data.about.by_score[i].id;
	for (i = 0; i < d->n_scores; i++)
		if (p->data.about.by_score[i].id.len)
			return p->data.about.by_score[i].id;
	return STR_NONE;
}

struct str span_pane_link(const struct span_pane *p)
{
	const struct span_about *about = &p->data.about;
	if (!p->data.loaded)
		return STR_NONE;
	struct str scored = named_by_score(p);
	if (scored.len && (shown_tab(p) == TAB_SCORES || !(about->link.id.len || about->failed.id.len)))
		return scored;
	return about->link.id.len ? about->link.id : about->failed.id;
}

/* ---------------------------------------------------------------- long texts */

/* The span's records, the one that counts most first, and what each stands in: as they came. */
static void raw_text(struct buf *out, const struct span_pane *p)
{
	const struct span_detail *d = &p->data.detail;
	for (size_t i = 0; i < d->n_origins; i++) {
		const struct span_origin *o = &d->origins[i];
		if (i > 0) {
			buf_add_cstr(out, "\n\nanother record of it: ");
			span_tabs_place(out, o);
			buf_add_char(out, '\n');
		}
		buf_add_str(out, o->raw);
		for (size_t k = 0; k < o->n_frames; k++) {
			if (str_is(str_trim(o->frames[k]), "{}"))
				continue;
			buf_add_cstr(out, "\n\nwhat the record stands in:\n");
			buf_add_str(out, o->frames[k]);
		}
	}
}

static bool is_value(enum span_tab tab)
{
	return tab == TAB_INPUT || tab == TAB_OUTPUT;
}

static struct str value_of(const struct span_pane *p, enum span_tab tab)
{
	return tab == TAB_INPUT ? p->data.detail.span.input : p->data.detail.span.output;
}

/* The tree that the tab is; NULL: it is none. */
static struct span_tree *tree_of(const struct span_pane *p)
{
	enum span_tab tab = shown_tab(p);
	bool tree = tab == TAB_EVENTS || tab == TAB_ATTRS || (tab == TAB_RAW && !p->as_it_came) ||
	            (is_value(tab) && looks_like_json(value_of(p, tab)));
	return tree && p->trees ? &p->trees[tab] : NULL;
}

static bool is_long_text(const struct span_pane *p)
{
	enum span_tab tab = shown_tab(p);
	return (is_value(tab) && !tree_of(p)) || (tab == TAB_RAW && p->as_it_came);
}

static void lay_tree(struct span_pane *p, struct span_tree *tree)
{
	const struct span_detail *d = &p->data.detail;
	jsonview_set_size(&tree->view, tree->view.rows, p->cols - 2);
	if (shown_tab(p) == TAB_EVENTS)
		span_tree_events(tree, &d->span, p->ascii);
	else if (shown_tab(p) == TAB_ATTRS)
		span_tree_attributes(tree, &d->span);
	else if (is_value(shown_tab(p)))
		span_tree_value(tree, value_of(p, shown_tab(p)));
	else
		span_tree_records(tree, d);
	jsonview_search(&tree->view, buf_str(&p->find));
}

static void lay_long_text(struct span_pane *p, enum span_tab tab)
{
	buf_clear(&p->text);
	if (tab == TAB_RAW)
		raw_text(&p->text, p);
	else if (!media_shown(&p->text, value_of(p, tab)))
		buf_add_str(&p->text, value_of(p, tab));
	if (p->text.len == 0)
		buf_add_cstr(&p->text, tab == TAB_RAW     ? "There is no record of this span."
		                       : tab == TAB_INPUT ? "The file holds no input of this span."
		                                          : "The file holds no output of this span.");
	pager_set(&p->pager, buf_str(&p->text));
	pager_search(&p->pager, buf_str(&p->find));
}

/* ---------------------------------------------------------------- the pane */

void span_pane_init(struct span_pane *p)
{
	*p = (struct span_pane){.trees = xcalloc(N_SPAN_TABS, sizeof *p->trees)};
	for (int tab = 0; tab < N_SPAN_TABS; tab++)
		span_tree_init(&p->trees[tab]);
	pager_init(&p->pager);
}

void span_pane_done(struct span_pane *p)
{
	span_data_done(&p->data);
	sheet_done(&p->sheet);
	for (int tab = 0; tab < N_SPAN_TABS; tab++) {
		pieces_done(&p->pieces[tab]);
		if (p->trees)
			span_tree_done(&p->trees[tab]);
	}
	free(p->trees);
	pager_done(&p->pager);
	buf_done(&p->text);
	buf_done(&p->find);
}

void span_pane_take(struct span_pane *p, struct span_data *data)
{
	bool same = p->data.loaded && p->data.row.key == data->row.key;
	span_data_done(&p->data);
	p->data = *data;
	*data = (struct span_data){0};
	p->laid_out = false;
	if (!same) {
		p->top = 0;
		for (int tab = 0; tab < N_SPAN_TABS; tab++)
			pieces_forget(&p->pieces[tab]);
	}
}

static void lay_out(struct span_pane *p, const struct trace_row *trace, int rows, int cols, bool ascii)
{
	enum span_tab tab = shown_tab(p);
	struct laying l = {
	    .s = &p->sheet, .pieces = &p->pieces[tab], .d = &p->data, .trace = trace, .rows = rows - 1, .ascii = ascii};
	p->laid_out = true;
	p->ascii = ascii;
	p->trace = trace;
	pieces_begin(&p->pieces[tab]);
	p->rows = rows;
	p->cols = cols;
	if (tree_of(p)) {
		lay_tree(p, tree_of(p));
		return;
	}
	if (is_long_text(p)) {
		lay_long_text(p, tab);
		return;
	}
	sheet_begin(&p->sheet, cols - 2);
	span_tabs_lay(&l, tab);
}

void span_pane_fit(struct span_pane *p, const struct trace_row *trace, int rows, int cols, bool ascii)
{
	if (!p->data.loaded)
		return;
	if (!p->laid_out || p->cols != cols || p->rows != rows)
		lay_out(p, trace, rows, cols, ascii);
	int page = rows - (shown_tab(p) == TAB_RAW ? 2 : 1);
	if (tree_of(p))
		jsonview_set_size(&tree_of(p)->view, page, cols - 2);
	if (is_long_text(p))
		pager_set_size(&p->pager, page, cols - 2);
}

size_t span_pane_item(const struct span_pane *p)
{
	enum span_tab tab = shown_tab(p);
	const struct piece *at =
	    tab == TAB_MESSAGES || tab == TAB_DOCS ? pieces_cursor(&p->pieces[tab], p->top, p->rows - 1) : NULL;
	return at ? (size_t)(at->id >> PIECE_ITEM_SHIFT) - 1 : SIZE_MAX;
}

bool span_pane_wants(const struct span_pane *p)
{
	const struct span_data *d = &p->data;
	return d->loaded && ((shows_talk(p->tab, &d->row, &d->detail) && !d->talk.known) ||
	                     (shows_docuse(p->tab, &d->detail) && !d->docuse.known));
}

void span_pane_turn(struct span_pane *p, int by)
{
	int tab = (int)shown_tab(p);
	do
		tab = (tab + by + N_SPAN_TABS) % N_SPAN_TABS;
	while (!has_tab(p, (enum span_tab)tab));
	p->tab = (enum span_tab)tab;
	p->top = 0;
	p->laid_out = false;
}

/* To the next (previous) row of the same level, out of what ends. */
static void next_beside(struct jsonview *v, bool forward)
{
	uint16_t depth = v->list.at[v->cursor].depth;
	while (jsonview_move(v, forward ? MOVE_DOWN : MOVE_UP) && v->list.at[v->cursor].depth > depth)
		continue;
}

static bool tree_key(struct jsonview *v, enum piece_key key)
{
	if (!v->list.n)
		return false;
	switch (key) {
	case PIECE_NEXT: next_beside(v, true); break;
	case PIECE_PREV: next_beside(v, false); break;
	case PIECE_TURN: return jsonview_toggle(v);
	case PIECE_OPEN: jsonview_unfold(v); break;
	case PIECE_FOLD: jsonview_fold(v); break;
	case PIECE_OPEN_ALL: jsonview_unfold_all(v); break;
	case PIECE_FOLD_ALL: jsonview_levels(v, 1); break;
	}
	return true;
}

bool span_pane_is_tree(const struct span_pane *p)
{
	return tree_of(p) != NULL;
}

bool span_pane_levels(struct span_pane *p, int levels)
{
	if (p->data.loaded && tree_of(p))
		jsonview_levels(&tree_of(p)->view, levels);
	return p->data.loaded && tree_of(p);
}

bool span_pane_move(struct span_pane *p, enum move move)
{
	if (p->data.loaded && tree_of(p))
		jsonview_move(&tree_of(p)->view, move);
	return p->data.loaded && tree_of(p);
}

bool span_pane_position(struct buf *out, const struct span_pane *p)
{
	const struct span_tree *tree = p->data.loaded ? tree_of(p) : NULL;
	if (!tree || !tree->view.list.n)
		return false;
	struct buf path = BUF_INIT;
	jsonview_path(&path, &tree->view);
	buf_printf(out, "row %lld of %zu", (long long)tree->view.cursor + 1, tree->view.list.n);
	buf_add_cstr(out, !path.len ? "" : p->ascii ? ", " : " · ");
	buf_add_str(out, buf_str(&path));
	buf_done(&path);
	return true;
}

bool span_pane_key(struct span_pane *p, enum piece_key key)
{
	struct pieces *pieces = &p->pieces[shown_tab(p)];
	bool anew = false;
	if (!p->data.loaded || !p->laid_out || is_long_text(p))
		return false;
	if (tree_of(p))
		return tree_key(&tree_of(p)->view, key);
	const struct piece *at = pieces_cursor(pieces, p->top, p->rows - 1);
	int before = at ? at->row : 0;
	if (!pieces_key(pieces, key, &p->top, p->rows - 1, &anew))
		return false;
	if (anew) {
		lay_out(p, p->trace, p->rows, p->cols, p->ascii);
		pieces_keep(pieces, before, &p->top);
	}
	span_pane_scroll(p, 0);
	return true;
}

bool span_pane_print(struct span_pane *p)
{
	p->as_it_came = !p->as_it_came;
	p->laid_out = false;
	return !p->as_it_came;
}

void span_pane_scroll(struct span_pane *p, int64_t rows)
{
	int page = p->rows - 1;
	if (tree_of(p)) {
		jsonview_scroll(&tree_of(p)->view, rows);
		return;
	}
	if (is_long_text(p)) {
		pager_scroll(&p->pager, rows > INT32_MAX ? INT32_MAX : rows < INT32_MIN ? INT32_MIN : (int)rows);
		return;
	}
	int64_t last = p->sheet.rows > page ? p->sheet.rows - page : 0,
	        top = rows > INT32_MAX - p->top ? last : p->top + rows;
	p->top = (int)(top < 0 ? 0 : top > last ? last : top);
}

/* ---- searching a sheet: in what is folded, too */

enum { PIECE_LEVELS = 8 };

/* Opens what the piece lies in, from outside in, and the piece. */
static void open_piece(struct span_pane *p, const struct pieces *all, const struct piece *in)
{
	struct pieces *pieces = &p->pieces[shown_tab(p)];
	const struct piece *chain[PIECE_LEVELS];
	int n = 0;
	for (chain[n++] = in; n < PIECE_LEVELS && pieces_around(all, chain[n - 1]) != chain[n - 1]; n++)
		chain[n] = pieces_around(all, chain[n - 1]);
	while (n-- > 0) {
		const struct piece *mine = pieces_named(pieces, chain[n]->id);
		if (!mine || !mine->folded)
			continue;
		pieces_turn(pieces, mine->id);
		lay_out(p, p->trace, p->rows, p->cols, p->ascii);
	}
}

static void show_row(struct span_pane *p, const struct pieces *all, int row)
{
	struct pieces *pieces = &p->pieces[shown_tab(p)];
	const struct piece *in = pieces_in(all, row), *mine;
	p->top = row;
	if (!in)
		return;
	open_piece(p, all, in);
	mine = pieces_named(pieces, in->id);
	p->top = mine ? mine->row + row - in->row : row;
	pieces->cursor = in->id;
}

/* With all open: where a match is there; then what hides it is opened. */
static bool seek_in_pieces(struct span_pane *p, bool forward)
{
	const struct pieces *pieces = &p->pieces[shown_tab(p)];
	struct sheet sheet = {0};
	struct pieces all = {.all = PIECES_OPEN};
	struct laying l = {
	    .s = &sheet, .pieces = &all, .d = &p->data, .trace = p->trace, .rows = p->rows - 1, .ascii = p->ascii};
	if (!p->laid_out)
		return false;
	sheet_begin(&sheet, p->cols - 2);
	span_tabs_lay(&l, shown_tab(p));
	const struct piece *at = pieces_in(pieces, p->top), *same = at ? pieces_named(&all, at->id) : NULL;
	int from = same ? same->row + p->top - at->row : p->top;
	int row = sheet_find(&sheet, buf_str(&p->find), from + (forward ? 1 : -1), forward);
	if (row >= 0)
		show_row(p, &all, row);
	sheet_done(&sheet);
	pieces_done(&all);
	return row >= 0;
}

bool span_pane_find(struct span_pane *p, struct str what)
{
	buf_clear(&p->find);
	buf_add_str(&p->find, what);
	pager_search(&p->pager, buf_str(&p->find));
	if (tree_of(p))
		jsonview_search(&tree_of(p)->view, buf_str(&p->find));
	return span_pane_seek(p, true);
}

bool span_pane_seek(struct span_pane *p, bool forward)
{
	if (p->find.len == 0)
		return false;
	if (tree_of(p))
		return jsonview_next_hit(&tree_of(p)->view, forward);
	if (is_long_text(p))
		return pager_next_hit(&p->pager, forward);
	return seek_in_pieces(p, forward);
}

/* How far down the tab the match is that was gone to. */
static int64_t place_of_hit(const struct span_pane *p)
{
	if (tree_of(p))
		return tree_of(p)->view.cursor;
	return is_long_text(p) ? (p->pager.hit == SIZE_MAX ? -1 : (int64_t)p->pager.hit) : p->top;
}

bool span_pane_seek_on(struct span_pane *p, bool forward)
{
	struct span_tree *tree = tree_of(p);
	int64_t before = place_of_hit(p), cursor = tree ? tree->view.cursor : 0, tree_top = tree ? tree->view.top : 0;
	size_t hit = p->pager.hit, at = p->pager.top;
	int top = p->top;
	if (!span_pane_seek(p, forward))
		return false;
	if (before < 0 || (forward ? place_of_hit(p) > before : place_of_hit(p) < before))
		return true;
	p->pager.hit = hit;
	p->pager.top = at;
	p->top = top;
	if (tree) {
		tree->view.cursor = cursor;
		tree->view.top = tree_top;
	}
	return false;
}

enum span_tab span_tab_of_field(const char *field)
{
	static const struct {
		const char *field;
		enum span_tab tab;
	} tabs[] = {
	    {"input",          TAB_INPUT   },
            {"output",         TAB_OUTPUT  },
            {"answer",         TAB_MESSAGES},
	    {"user message",   TAB_MESSAGES},
            {"system message", TAB_MESSAGES},
            {"message",        TAB_MESSAGES},
	    {"tool call",      TAB_MESSAGES},
            {"tool result",    TAB_MESSAGES},
            {"tool name",      TAB_MESSAGES},
	    {"reasoning",      TAB_MESSAGES},
            {"document",       TAB_DOCS    },
            {"event",          TAB_EVENTS  },
	    {"attributes",     TAB_ATTRS   },
            {"resource",       TAB_ATTRS   },
            {"explanation",    TAB_SCORES  },
	    {"score",          TAB_SCORES  },
	};
	for (size_t i = 0; field && i < sizeof tabs / sizeof *tabs; i++)
		if (strcmp(tabs[i].field, field) == 0)
			return tabs[i].tab;
	return TAB_OVERVIEW;
}

static void draw_source_line(const struct span_pane *p, struct canvas row, bool old)
{
	struct sheet sheet = {0};
	struct str hint = str_of(p->as_it_came ? keyed("{=} folds it") : keyed("{=} as it came"));
	int cols = p->data.detail.file.len ? text_cols(hint) + 1 : 0;
	sheet_begin(&sheet, row.cols - cols);
	span_tabs_source(&(struct laying){.s = &sheet, .d = &p->data}, true);
	sheet_draw(&sheet, canvas_part(row, 0, 0, 1, row.cols - cols), 0, old, STR_NONE);
	if (cols)
		canvas_put_right(row, 0, row.cols - cols, cols, ROLE_DIM, hint);
	sheet_done(&sheet);
}

/* Rows that do not show, up to MORE_COUNTED. */
static int rows_below(const struct span_pane *p, int rows)
{
	if (!p->data.loaded)
		return 0;
	int64_t more = tree_of(p)        ? jsonview_rows_below(&tree_of(p)->view)
	               : is_long_text(p) ? pager_rows_below(&p->pager, MORE_COUNTED)
	                                 : p->sheet.rows - p->top - rows;
	return more > MORE_COUNTED ? MORE_COUNTED : (int)more;
}

void span_pane_draw(const struct span_pane *p, struct canvas c, bool old)
{
	draw_tabs(p, canvas_part(c, 0, 0, 1, c.cols), rows_below(p, c.rows - 1));
	struct canvas body = canvas_part(c, 1, 1, c.rows - 1, c.cols - 2);
	if (!p->data.loaded)
		return;
	if (!is_long_text(p) && !tree_of(p)) {
		sheet_draw(&p->sheet, body, p->top, old, buf_str(&p->find));
		if (p->keys)
			pieces_draw(&p->pieces[shown_tab(p)], canvas_part(c, 1, 0, c.rows - 1, c.cols), p->top);
		return;
	}
	if (shown_tab(p) == TAB_RAW) {
		draw_source_line(p, canvas_part(body, 0, 0, 1, body.cols), old);
		body = canvas_part(body, 1, 0, body.rows - 1, body.cols);
	}
	if (tree_of(p))
		jsonview_draw(&tree_of(p)->view, body, p->keys, old);
	else
		pager_draw(&p->pager, body, old ? ROLE_DIM : ROLE_TEXT);
}
