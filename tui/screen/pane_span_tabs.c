#include "tui/screen/pane_span_tabs.h"

#include <math.h>

#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/span_row.h"
#include "tui/screen/pane_documents.h"
#include "tui/screen/pane_messages.h"
#include "tui/screen/pane_tree.h"

enum { WIDE_COLS = 70 }; /* narrower: facts that are one row stand on two */

static bool is_wide(const struct laying *l)
{
	return l->s->cols >= WIDE_COLS;
}

bool looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

/* ---------------------------------------------------------------- overview */

static void add_word(struct sheet *s, const char *before, struct str word, const char *between, bool *first)
{
	if (!word.len)
		return;
	sheet_addc(s, ROLE_DIM, *first ? "   " : between);
	sheet_addc(s, ROLE_DIM, before);
	sheet_add(s, ROLE_TEXT, word);
	*first = false;
}

static void overview_head(const struct laying *l)
{
	const struct tree_row *row = &l->d->row;
	const char *dot = l->ascii ? ", " : " · ";
	bool first = true;
	sheet_row(l->s);
	sheet_addc(l->s, kind_role(row->kind), kind_short(row->kind));
	sheet_column(l->s, SHEET_LABEL);
	sheet_add(l->s, ROLE_TITLE, row->name.len ? row->name : STR_LIT("(no name)"));
	add_word(l->s, "", row->model, dot, &first);
	add_word(l->s, "", row->provider, dot, &first);
	add_word(l->s, "prompt ", row->prompt, dot, &first);
	if (row->prompt.len && row->prompt_version.len) {
		sheet_addc(l->s, ROLE_DIM, " ");
		sheet_add(l->s, ROLE_TEXT, row->prompt_version);
	}
}

static void overview_status(const struct laying *l)
{
	const struct tree_row *row = &l->d->row;
	if (row->status != STATUS_ERROR)
		return;
	sheet_row(l->s);
	sheet_printf(l->s, ROLE_ERROR, "%s error", glyph_error(l->ascii));
	struct str message = l->d->detail.span.message.len ? l->d->detail.span.message : row->message;
	sheet_wrap(l->s, ROLE_ERROR, SHEET_LABEL, message.len ? message : STR_LIT("the source gives no reason"), 3);
}

/* Rounded down: 100% is all of it, never nearly all. */
static void add_percent(struct sheet *s, enum role role, double share)
{
	sheet_printf(s, role, share > 0 && share < 0.01 ? "<1%%" : "%.0f%%", floor(share * 100));
}

/* Goes on in the next row where rows are short. */
static void add_break(const struct laying *l, const char *between)
{
	if (is_wide(l)) {
		sheet_addc(l->s, ROLE_DIM, between);
	} else {
		sheet_row(l->s);
		sheet_column(l->s, SHEET_LABEL);
	}
}

static void overview_time(const struct laying *l)
{
	const struct tree_row *row = &l->d->row;
	const struct trace_row *trace = l->trace;
	sheet_label(l->s, "time");
	if (row->flags & SPAN_RUNNING) {
		sheet_addc(l->s, ROLE_RUNNING, "no end in the file: still running, or lost");
		return;
	}
	sheet_duration(l->s, ROLE_TEXT, row->duration_ns, l->ascii);
	if (row->self_ns != UNKNOWN_INT && row->size > 1) {
		sheet_addc(l->s, ROLE_DIM, ", of it self ");
		sheet_duration(l->s, ROLE_TEXT, row->self_ns, l->ascii);
	}
	if (row->first_token_ns != UNKNOWN_INT) {
		sheet_addc(l->s, ROLE_DIM, "; first token ");
		sheet_duration(l->s, ROLE_TEXT, row->first_token_ns, l->ascii);
	}
	if (row->up != 0 && row->duration_ns != UNKNOWN_INT && trace->duration_ns > 0) {
		add_break(l, "; ");
		add_percent(l->s, ROLE_TEXT, (double)row->duration_ns / (double)trace->duration_ns);
		sheet_addc(l->s, ROLE_DIM,
		           row->flags & SPAN_CRITICAL ? " of the trace, on the critical path"
		                                      : " of the trace, beside the critical path");
	}
	if (row->flags & SPAN_BAD_TIME)
		sheet_addc(l->s, ROLE_WARNING, "  these times cannot be");
}

static void overview_rank(const struct laying *l)
{
	const struct tree_rank *rank = &l->d->rank;
	if (IS_UNKNOWN(rank->slower_than) || l->d->row.flags & SPAN_SYNTHETIC)
		return;
	sheet_row(l->s);
	sheet_column(l->s, SHEET_LABEL);
	sheet_addc(l->s, ROLE_DIM, "slower than ");
	add_percent(l->s, rank->slower_than >= 0.95 ? ROLE_WARNING : ROLE_TEXT, rank->slower_than);
	sheet_addc(l->s, ROLE_DIM, " of ");
	sheet_count(l->s, ROLE_TEXT, rank->n);
	sheet_addc(l->s, ROLE_DIM, " ");
	sheet_add(l->s, ROLE_DIM, str_cut(l->d->row.name, 0, 40));
	sheet_addc(l->s, ROLE_DIM, " spans");
	add_break(l, " ");
	sheet_addc(l->s, ROLE_DIM, "(P50 ");
	sheet_duration(l->s, ROLE_TEXT, rank->p50_ns, l->ascii);
	sheet_addc(l->s, ROLE_DIM, ", P95 ");
	sheet_duration(l->s, ROLE_TEXT, rank->p95_ns, l->ascii);
	sheet_addc(l->s, ROLE_DIM, ")");
}

static void add_tokens(struct sheet *s, const char *name, int64_t n)
{
	if (n == UNKNOWN_INT)
		return;
	sheet_addc(s, ROLE_DIM, name);
	sheet_count(s, ROLE_TEXT, n);
	sheet_addc(s, ROLE_DIM, "   ");
}

static void overview_tokens(const struct laying *l)
{
	const struct tree_row *row = &l->d->row;
	bool own = row->tokens_in != UNKNOWN_INT || row->tokens_out != UNKNOWN_INT || !IS_UNKNOWN(row->cost_usd);
	int64_t tokens = (row->tokens_in > 0 ? row->tokens_in : 0) + (row->tokens_out > 0 ? row->tokens_out : 0);
	bool below = row->size > 1 && (row->sub_tokens != UNKNOWN_INT || !IS_UNKNOWN(row->sub_cost)) &&
	             !(own && row->sub_tokens == tokens); /* the same again would say nothing */
	if (!own && !below)
		return;
	sheet_label(l->s, "tokens");
	if (own) {
		add_tokens(l->s, "in ", row->tokens_in);
		add_tokens(l->s, "out ", row->tokens_out);
		add_tokens(l->s, "cached ", row->tokens_cached);
		add_tokens(l->s, "written ", row->tokens_cache_write);
		add_tokens(l->s, "reasoning ", row->tokens_reasoning);
		if (!IS_UNKNOWN(row->cost_usd))
			sheet_cost(l->s, ROLE_TEXT, row->cost_usd, row->flags & SPAN_ESTIMATED);
		if (row->flags & SPAN_ESTIMATED)
			sheet_addc(l->s, ROLE_DIM, "  estimated");
		if (row->flags & SPAN_DUP_USAGE)
			sheet_addc(l->s, ROLE_WARNING, "  counted elsewhere in the tree");
	}
	if (!below)
		return;
	if (own) {
		sheet_row(l->s);
		sheet_column(l->s, SHEET_LABEL);
	}
	if (row->sub_tokens != UNKNOWN_INT) {
		sheet_count(l->s, ROLE_TEXT, row->sub_tokens);
		sheet_addc(l->s, ROLE_DIM, "   ");
	}
	if (!IS_UNKNOWN(row->sub_cost)) {
		sheet_cost(l->s, ROLE_TEXT, row->sub_cost, row->flags & SPAN_SUB_ESTIMATED);
		sheet_addc(l->s, ROLE_DIM, "   ");
	}
	sheet_addc(l->s, ROLE_DIM, "with all spans below");
	if (row->up == 0)
		sheet_usage_words(l->s, l->trace);
}

static void overview_repeats(const struct laying *l)
{
	const struct tree_row *row = &l->d->row;
	if (row->rep_n < 2)
		return;
	sheet_label(l->s, "repeat");
	sheet_printf(l->s, ROLE_TEXT, "first of %lld calls in a row", (long long)row->rep_n);
	if (row->flags & SPAN_SAME)
		sheet_addc(l->s, ROLE_WARNING, ", all with the same arguments");
}

static void add_score_head(const struct laying *l, const struct score_row *score)
{
	int outcome = score_outcome(score->pass, score->label);
	sheet_addc(l->s, score_role(outcome), score_mark(outcome, l->ascii));
	sheet_addc(l->s, ROLE_DIM, " ");
	sheet_printf(l->s, ROLE_DIM, "%-5s ", score->source == SOURCE_UNKNOWN ? "" : score_source_name(score->source));
	sheet_add(l->s, ROLE_TEXT, score->name);
	sheet_addc(l->s, ROLE_TEXT, "  ");
	sheet_score(l->s, outcome, score->value, score->label);
	if (score->of_trace && l->d->row.size > 1)
		sheet_addc(l->s, ROLE_DIM, "  whole trace");
}

/* A score counts in the overview by its outcome: what failed first. */
static void overview_scores(const struct laying *l)
{
	const struct span_detail *d = &l->d->detail;
	bool first = true;
	for (int failed = 1; failed >= 0; failed--)
		for (size_t i = 0; i < d->n_scores; i++) {
			if ((score_outcome(d->scores[i].pass, d->scores[i].label) == 0) != failed)
				continue;
			sheet_label(l->s, first ? "scores" : "");
			first = false;
			add_score_head(l, &d->scores[i]);
			if (d->scores[i].explanation.len) {
				sheet_addc(l->s, ROLE_DIM, "  ");
				sheet_add(l->s, ROLE_DIM, text_preview(&l->s->arena, d->scores[i].explanation, 200));
			}
		}
}

/* The first rows of a text; where there is room for more than a glance, with its own line breaks. */
static void overview_text(const struct laying *l, const char *label, struct str preview, struct str whole)
{
	int rows = (l->rows - 12) / 2;
	struct str text = preview.len ? preview : whole;
	sheet_label(l->s, label);
	if (rows < 4)
		text = text_preview(&l->s->arena, text, 1200);
	if (text.len)
		sheet_wrap(l->s, ROLE_TEXT, SHEET_LABEL, str_trim(text), rows < 1 ? 1 : rows > 30 ? 30 : rows);
	else
		sheet_addc(l->s, ROLE_DIM, whole.ptr ? "empty" : "none in the file");
}

/* Exceptions, with what they say. Other events have their tab. */
static void overview_events(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	for (size_t i = 0; i < span->n_events && i < 20; i++) {
		struct scan scan = SCAN_INIT;
		struct str said = STR_NONE;
		if (!str_is(span->events[i].name, "exception"))
			continue;
		if (scan_text(&scan, span->events[i].attributes, &(struct scan_opts){.last = true}))
			said = val_text(val_get(scan_root(&scan), "exception.message"), &l->s->arena);
		sheet_label(l->s, "event");
		sheet_addc(l->s, ROLE_ERROR, "exception");
		sheet_addc(l->s, ROLE_DIM, "  ");
		sheet_add(l->s, ROLE_TEXT, text_preview(&l->s->arena, said, 200));
		scan_done(&scan);
	}
}

static void overview_links(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	for (size_t i = 0; i < span->n_links && i < 3; i++) {
		sheet_label(l->s, i == 0 ? "link" : "");
		sheet_addc(l->s, ROLE_DIM, "span ");
		sheet_add(l->s, ROLE_LINK, span->links[i].span_id);
		if (i == 0)
			sheet_addc(l->s, ROLE_DIM, "  (o goes there)");
	}
}

static void overview_odd(const struct laying *l)
{
	static const struct {
		unsigned flag;
		const char *text;
	} odd[] = {
	    {SPAN_SYNTHETIC,  "no span of this id is in the file; spans that name it as their parent hang here"},
	    {SPAN_CYCLE,      "its parents lead back to it: the circle is cut here"                            },
	    {SPAN_CONFLICT,   "two records of this span say different things; both are kept"                   },
	    {SPAN_MADE_UP_ID, "the source gave it no id"                                                       },
	    {SPAN_ANSWER,     "the answering half of a call; the caller's half has the same id"                },
	};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		if (l->d->row.flags & odd[i].flag) {
			sheet_label(l->s, "note");
			sheet_wrap(l->s, ROLE_WARNING, SHEET_LABEL, str_of(odd[i].text), 0);
		}
}

static struct str last_part(struct str path)
{
	size_t slash = path.len;
	while (slash > 0 && path.ptr[slash - 1] != '/')
		slash--;
	return str_from(path, slash);
}

static void add_place(struct buf *out, uint64_t record, uint64_t line, uint64_t offset)
{
	buf_printf(out, "record %llu, line %llu, byte ", (unsigned long long)record, (unsigned long long)line);
	units_thousands(out, (int64_t)offset);
}

void span_tabs_place(struct buf *out, const struct span_origin *o)
{
	buf_add_str(out, last_part(o->file));
	if (o->member.len)
		buf_printf(out, ": " STR_FMT, STR_ARG(o->member));
	buf_add_cstr(out, ", ");
	add_place(out, o->record, o->line, o->offset);
}

void span_tabs_source(const struct laying *l, bool wide)
{
	const struct span_detail *d = &l->d->detail;
	struct buf place = BUF_INIT;
	if (!d->file.len)
		return;
	sheet_add(l->s, ROLE_TEXT, last_part(d->file));
	if (d->n_origins && d->origins[0].member.len) {
		sheet_addc(l->s, ROLE_DIM, ": ");
		sheet_add(l->s, ROLE_TEXT, d->origins[0].member);
	}
	sheet_addc(l->s, ROLE_DIM, ",");
	if (wide) {
		sheet_addc(l->s, ROLE_DIM, " ");
	} else {
		sheet_row(l->s);
		sheet_column(l->s, SHEET_LABEL);
	}
	add_place(&place, d->record, d->line, d->offset);
	sheet_add(l->s, ROLE_DIM, arena_str(&l->s->arena, buf_str(&place)));
	buf_done(&place);
	sheet_addc(l->s, ROLE_DIM, "  ");
	sheet_add(l->s, ROLE_DIM, d->format);
	if (d->n_origins > 1)
		sheet_printf(l->s, ROLE_DIM, "  and %zu more", d->n_origins - 1);
}

static void overview_source(const struct laying *l)
{
	sheet_label(l->s, "id");
	sheet_add(l->s, ROLE_DIM, l->d->row.id);
	if (l->d->row.start_ns != TIME_UNKNOWN) {
		struct buf text = BUF_INIT;
		add_break(l, "  ");
		buf_add_cstr(&text, "began ");
		units_time_full(&text, l->d->row.start_ns);
		sheet_add(l->s, ROLE_DIM, arena_str(&l->s->arena, buf_str(&text)));
		buf_done(&text);
	}
	if (!l->d->detail.file.len)
		return;
	sheet_label(l->s, "file");
	span_tabs_source(l, is_wide(l));
}

/* Which documents came back, best first as the source lists them: ids and scores in as many rows as a text gets. */
static void overview_documents(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	struct buf text = BUF_INIT;
	if (span->n_documents == 0)
		return;
	for (size_t i = 0; i < span->n_documents && i < 50; i++) {
		const struct document *doc = &span->documents[i];
		buf_add_cstr(&text, i ? ", " : "");
		buf_add_str(&text, doc->id.len ? doc->id : text_preview(&l->s->arena, doc->content, 30));
		if (!IS_UNKNOWN(doc->score)) {
			buf_add_char(&text, ' ');
			units_score(&text, doc->score);
		}
	}
	sheet_label(l->s, "docs");
	sheet_wrap(l->s, ROLE_TEXT, SHEET_LABEL, arena_str(&l->s->arena, buf_str(&text)), 2);
	buf_done(&text);
}

static void lay_overview(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	overview_head(l);
	overview_status(l);
	overview_time(l);
	overview_rank(l);
	overview_tokens(l);
	overview_repeats(l);
	overview_scores(l);
	if (!(l->d->row.flags & SPAN_SYNTHETIC)) {
		overview_text(l, "in", span->input_preview, span->input);
		if (span->output.ptr || span->n_documents == 0)
			overview_text(l, "out", span->output_preview, span->output);
		overview_documents(l);
	}
	overview_events(l);
	overview_links(l);
	overview_odd(l);
	overview_source(l);
}

/* ---------------------------------------------------------------- the other sheets */

void sheet_text(struct sheet *s, int indent, enum role role, struct str text)
{
	if (looks_like_json(text)) {
		sheet_json(s, indent, text);
		return;
	}
	sheet_row(s);
	sheet_wrap(s, role, indent, text, 0);
}

static void lay_scores(const struct laying *l)
{
	const struct span_detail *d = &l->d->detail;
	for (size_t i = 0; i < d->n_scores; i++) {
		const struct score_row *score = &d->scores[i];
		sheet_gap(l->s);
		sheet_row(l->s);
		add_score_head(l, score);
		if (!IS_UNKNOWN(score->threshold)) {
			struct buf text = BUF_INIT;
			buf_add_cstr(&text, "  passes at ");
			units_score(&text, score->threshold);
			sheet_add(l->s, ROLE_DIM, arena_str(&l->s->arena, buf_str(&text)));
			buf_done(&text);
		}
		struct str who = score->judge_model.len ? score->judge_model : score->author;
		if (who.len) {
			sheet_addc(l->s, ROLE_DIM, "  by ");
			sheet_add(l->s, ROLE_DIM, who);
		}
		if (score->explanation.len) {
			sheet_row(l->s);
			sheet_wrap(l->s, ROLE_TEXT, SHEET_LABEL, score->explanation, 0);
		}
	}
	if (d->n_scores == 0) {
		sheet_row(l->s);
		sheet_addc(l->s, ROLE_DIM, "Nobody and nothing has scored this span.");
	}
}

void span_tabs_lay(const struct laying *l, enum span_tab tab)
{
	switch (tab) {
	case TAB_OVERVIEW: lay_overview(l); break;
	case TAB_MESSAGES: messages_lay(l); break;
	case TAB_DOCS: documents_lay(l); break;
	case TAB_SCORES: lay_scores(l); break;
	case TAB_INPUT:
	case TAB_OUTPUT:
	case TAB_EVENTS:
	case TAB_ATTRS:
	case TAB_RAW:
	case N_SPAN_TABS: break;
	}
}
