#include "tui/screen/pane_span.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/scan.h"
#include "store/base/text.h"
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
	size_t kept = d->detail.n_scores;
	if (kept)
		memcpy(joined, d->detail.scores, kept * sizeof *joined);
	for (size_t i = 0; i < n; i++)
		if (all[i].of_trace)
			joined[kept++] = all[i];
	d->detail.scores = joined;
	d->detail.n_scores = kept;
	return true;
}

bool span_fetch(struct db *db, struct block_cache *blocks, const struct trace_row *trace, int64_t pos,
                struct span_data *out, struct err *err)
{
	*out = (struct span_data){.loaded = true};
	return tree_get(db, trace->first, pos, &out->arena, &out->row, err) &&
	       span_detail(db, blocks, trace->id, out->row.key, out->row.record, &out->arena, &out->detail, err) &&
	       (out->row.up != 0 || add_trace_scores(db, trace, out, err)) &&
	       tree_rank(db, out->row.name, out->row.kind, out->row.duration_ns, &out->rank, err);
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
	case TAB_SCORES: return p->data.detail.n_scores;
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

static const char *const tab_names[N_SPAN_TABS] = {
    [TAB_OVERVIEW] = "Overview", [TAB_INPUT] = "Input",   [TAB_OUTPUT] = "Output",
    [TAB_MESSAGES] = "Messages", [TAB_DOCS] = "Docs",     [TAB_EVENTS] = "Events",
    [TAB_ATTRS] = "Attrs",       [TAB_SCORES] = "Scores", [TAB_RAW] = "Raw",
};

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

struct str span_pane_link(const struct span_pane *p)
{
	const struct span *span = &p->data.detail.span;
	for (size_t i = 0; i < span->n_links; i++)
		if (span->links[i].span_id.len)
			return span->links[i].span_id;
	return STR_NONE;
}

/* ---------------------------------------------------------------- long texts */

/* JSON with indents, anything else as it is. True: it is JSON. */
static bool pretty(struct buf *out, struct str text)
{
	struct scan scan = SCAN_INIT;
	bool json = looks_like_json(text) &&
	            scan_text(&scan, text, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
	if (json)
		scan_pretty(out, scan_root(&scan));
	else
		buf_add_str(out, text);
	scan_done(&scan);
	return json;
}

static bool add_record(struct buf *out, struct str text, bool printed)
{
	if (printed)
		return pretty(out, text);
	buf_add_str(out, text);
	return false;
}

/* The span's records, the one that counts most first, and what each stands in: as they came, or printed. */
static bool raw_text(struct buf *out, const struct span_pane *p)
{
	const struct span_detail *d = &p->data.detail;
	bool json = false;
	for (size_t i = 0; i < d->n_origins; i++) {
		const struct span_origin *o = &d->origins[i];
		if (i > 0) {
			buf_add_cstr(out, "\n\nanother record of it: ");
			span_tabs_place(out, o);
			buf_add_char(out, '\n');
		}
		json |= add_record(out, o->raw, p->printed);
		for (size_t k = 0; k < o->n_frames; k++) {
			if (str_is(str_trim(o->frames[k]), "{}"))
				continue;
			buf_add_cstr(out, "\n\nwhat the record stands in:\n");
			json |= add_record(out, o->frames[k], p->printed);
		}
	}
	return json;
}

static bool is_long_text(enum span_tab tab)
{
	return tab == TAB_INPUT || tab == TAB_OUTPUT || tab == TAB_RAW;
}

static void lay_long_text(struct span_pane *p, enum span_tab tab)
{
	const struct span_detail *d = &p->data.detail;
	buf_clear(&p->text);
	bool json;
	if (tab == TAB_RAW)
		json = raw_text(&p->text, p);
	else
		json = pretty(&p->text, tab == TAB_INPUT ? d->span.input : d->span.output);
	if (p->text.len == 0)
		buf_add_cstr(&p->text, tab == TAB_RAW     ? "There is no record of this span."
		                       : tab == TAB_INPUT ? "The file holds no input of this span."
		                                          : "The file holds no output of this span.");
	pager_set(&p->pager, buf_str(&p->text));
	p->pager.json = json;
	pager_search(&p->pager, buf_str(&p->find));
}

/* ---------------------------------------------------------------- the pane */

void span_pane_init(struct span_pane *p)
{
	*p = (struct span_pane){0};
	pager_init(&p->pager);
}

void span_pane_done(struct span_pane *p)
{
	span_data_done(&p->data);
	sheet_done(&p->sheet);
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
	if (!same)
		p->top = 0;
}

static void lay_out(struct span_pane *p, const struct trace_row *trace, int rows, int cols, bool ascii)
{
	enum span_tab tab = shown_tab(p);
	struct laying l = {.s = &p->sheet, .d = &p->data, .trace = trace, .rows = rows - 1, .ascii = ascii};
	p->laid_out = true;
	p->rows = rows;
	p->cols = cols;
	if (is_long_text(tab)) {
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
	if (is_long_text(shown_tab(p)))
		pager_set_size(&p->pager, rows - (shown_tab(p) == TAB_RAW ? 2 : 1), cols - 2);
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

bool span_pane_print(struct span_pane *p)
{
	p->printed = !p->printed;
	p->laid_out = false;
	return p->printed;
}

void span_pane_scroll(struct span_pane *p, int64_t rows)
{
	int page = p->rows - 1;
	if (is_long_text(shown_tab(p))) {
		pager_scroll(&p->pager, rows > INT32_MAX ? INT32_MAX : rows < INT32_MIN ? INT32_MIN : (int)rows);
		return;
	}
	int64_t last = p->sheet.rows > page ? p->sheet.rows - page : 0,
	        top = rows > INT32_MAX - p->top ? last : p->top + rows;
	p->top = (int)(top < 0 ? 0 : top > last ? last : top);
}

bool span_pane_find(struct span_pane *p, struct str what)
{
	buf_clear(&p->find);
	buf_add_str(&p->find, what);
	pager_search(&p->pager, buf_str(&p->find));
	return span_pane_seek(p, true);
}

bool span_pane_seek(struct span_pane *p, bool forward)
{
	if (p->find.len == 0)
		return false;
	if (is_long_text(shown_tab(p)))
		return pager_next_hit(&p->pager, forward);
	int row = sheet_find(&p->sheet, buf_str(&p->find), p->top + (forward ? 1 : -1), forward);
	if (row >= 0)
		p->top = row;
	return row >= 0;
}

bool span_pane_seek_on(struct span_pane *p, bool forward)
{
	struct pager *pager = &p->pager;
	bool text = is_long_text(shown_tab(p));
	size_t hit = pager->hit, at = pager->top;
	int top = p->top;
	if (!span_pane_seek(p, forward))
		return false;
	if (text ? hit == SIZE_MAX || (forward ? pager->hit > hit : pager->hit < hit)
	         : forward ? p->top > top
	                   : p->top < top)
		return true;
	pager->hit = hit;
	pager->top = at;
	p->top = top;
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
	sheet_begin(&sheet, row.cols);
	span_tabs_source(&(struct laying){.s = &sheet, .d = &p->data}, true);
	if (p->data.detail.file.len)
		sheet_addc(&sheet, ROLE_DIM, p->printed ? "  (P: as it came)" : "  (P prints it)");
	sheet_draw(&sheet, row, 0, old, STR_NONE);
	sheet_done(&sheet);
}

/* Rows that do not show, up to MORE_COUNTED. */
static int rows_below(const struct span_pane *p, int rows)
{
	if (!p->data.loaded)
		return 0;
	int more =
	    is_long_text(shown_tab(p)) ? pager_rows_below(&p->pager, MORE_COUNTED) : p->sheet.rows - p->top - rows;
	return more > MORE_COUNTED ? MORE_COUNTED : more;
}

void span_pane_draw(const struct span_pane *p, struct canvas c, bool old)
{
	draw_tabs(p, canvas_part(c, 0, 0, 1, c.cols), rows_below(p, c.rows - 1));
	struct canvas body = canvas_part(c, 1, 1, c.rows - 1, c.cols - 2);
	if (!p->data.loaded)
		return;
	if (!is_long_text(shown_tab(p))) {
		sheet_draw(&p->sheet, body, p->top, old, buf_str(&p->find));
		return;
	}
	if (shown_tab(p) == TAB_RAW) {
		draw_source_line(p, canvas_part(body, 0, 0, 1, body.cols), old);
		body = canvas_part(body, 1, 0, body.rows - 1, body.cols);
	}
	pager_draw(&p->pager, body, old ? ROLE_DIM : ROLE_TEXT);
}
