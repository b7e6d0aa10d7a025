/* The tab Overview: what happened in this span, how it stands among its like, what it cost, who judged it, what it says of others. */
#include <math.h>

#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/span_row.h"
#include "tui/keyed.h"
#include "tui/screen/pane_marks.h"
#include "tui/screen/pane_span_tabs.h"
#include "tui/screen/pane_tree.h"

#define HIGH_RANK 0.95 /* from here on it is worth a look */

enum {
	WIDE_COLS = 70,  /* narrower: facts that are one row stand on two */
	BOTH_COLS = 90,  /* from here on a row holds all of two ranks */
	ROOMY_ROWS = 12, /* from here on they have one of their own */
	ROWS_AFTER = 2   /* those of id and file */
};

static bool is_wide(const struct laying *l)
{
	return l->s->cols >= WIDE_COLS;
}

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
	sheet_wrap(l->s, ROLE_ERROR, SHEET_LABEL, message.len ? message : STR_LIT("the source gives no reason"),
	           l->rows < ROOMY_ROWS ? 3 : l->rows / 2);
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
	double path = l->d->about.path_share;
	if (row->up != 0 && !IS_UNKNOWN(path)) {
		add_break(l, "; ");
		add_percent(l->s, ROLE_TEXT, path);
		sheet_addc(l->s, ROLE_DIM, " of the critical path");
	} else if (row->up != 0 && row->duration_ns != UNKNOWN_INT && trace->duration_ns > 0) {
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
	const struct figure_rank *rank = &l->d->rank.time;
	if (IS_UNKNOWN(rank->more_than) || l->d->row.flags & SPAN_SYNTHETIC)
		return;
	sheet_row(l->s);
	sheet_column(l->s, SHEET_LABEL);
	sheet_addc(l->s, ROLE_DIM, "slower than ");
	add_percent(l->s, rank->more_than >= HIGH_RANK ? ROLE_WARNING : ROLE_TEXT, rank->more_than);
	sheet_addc(l->s, ROLE_DIM, " of ");
	sheet_count(l->s, ROLE_TEXT, rank->n);
	sheet_addc(l->s, ROLE_DIM, " ");
	sheet_add(l->s, ROLE_DIM, str_cut(l->d->row.name, 0, 40));
	sheet_addc(l->s, ROLE_DIM, " spans");
	add_break(l, " ");
	sheet_addc(l->s, ROLE_DIM, "(P50 ");
	sheet_duration(l->s, ROLE_TEXT, rank->p50, l->ascii);
	sheet_addc(l->s, ROLE_DIM, ", P95 ");
	sheet_duration(l->s, ROLE_TEXT, rank->p95, l->ascii);
	sheet_addc(l->s, ROLE_DIM, ")");
}

static void add_tokens_short(struct sheet *s, int64_t n)
{
	struct buf text = BUF_INIT;
	units_count(&text, n);
	sheet_add(s, ROLE_TEXT, arena_str(&s->arena, buf_str(&text)));
	buf_done(&text);
}

static void add_billionths(struct sheet *s, int64_t n)
{
	sheet_usd(s, ROLE_TEXT, (double)n / 1e9);
}

/* "more than 97% (P50 3.1k, P95 9.1k)" */
static void add_rank(struct sheet *s, const char *more, const struct figure_rank *rank,
                     void (*figure)(struct sheet *, int64_t), bool median)
{
	sheet_addc(s, ROLE_DIM, more);
	add_percent(s, rank->more_than >= HIGH_RANK ? ROLE_WARNING : ROLE_TEXT, rank->more_than);
	sheet_addc(s, ROLE_DIM, " (");
	if (median) {
		sheet_addc(s, ROLE_DIM, "P50 ");
		figure(s, rank->p50);
		sheet_addc(s, ROLE_DIM, ", ");
	}
	sheet_addc(s, ROLE_DIM, "P95 ");
	figure(s, rank->p95);
	sheet_addc(s, ROLE_DIM, ")");
}

/* In few words, and only what is worth a look: for a pane in which every row counts. */
static void add_high_ranks(struct sheet *s, const struct tree_rank *rank)
{
	const struct {
		const char *words;
		double share;
	} ranks[] = {
	    {"more than ",   rank->tokens.more_than},
	    {"dearer than ", rank->cost.more_than  },
	};
	const char *before = "  ";
	for (size_t i = 0; i < 2; i++) {
		if (!(ranks[i].share >= HIGH_RANK))
			continue;
		sheet_addc(s, ROLE_DIM, before);
		sheet_addc(s, ROLE_DIM, ranks[i].words);
		add_percent(s, ROLE_WARNING, ranks[i].share);
		before = ", ";
	}
	sheet_addc(s, ROLE_DIM, before[0] == ',' ? " of its like" : "");
}

static void overview_usage_rank(const struct laying *l)
{
	const struct tree_rank *rank = &l->d->rank;
	bool tokens = !IS_UNKNOWN(rank->tokens.more_than), cost = !IS_UNKNOWN(rank->cost.more_than);
	if (!tokens && !cost)
		return;
	if (l->rows < ROOMY_ROWS) {
		add_high_ranks(l->s, rank);
		return;
	}
	sheet_row(l->s);
	sheet_column(l->s, SHEET_LABEL);
	if (tokens)
		add_rank(l->s, "more than ", &rank->tokens, add_tokens_short, true);
	if (tokens && cost)
		add_break(l, ", ");
	if (cost)
		add_rank(l->s, "dearer than ", &rank->cost, add_billionths, l->s->cols >= BOTH_COLS || !is_wide(l));
}

static void add_tokens(struct sheet *s, const char *name, int64_t n)
{
	if (n == UNKNOWN_INT)
		return;
	sheet_addc(s, ROLE_DIM, name);
	sheet_count(s, ROLE_TEXT, n);
	sheet_addc(s, ROLE_DIM, "   ");
}

/* How much of what came in was read from a cache. */
static void add_cached(struct sheet *s, const struct tree_row *row)
{
	if (row->tokens_cached == UNKNOWN_INT)
		return;
	sheet_addc(s, ROLE_DIM, "cached ");
	sheet_count(s, ROLE_TEXT, row->tokens_cached);
	if (row->tokens_cached > 0 && row->tokens_in >= row->tokens_cached) {
		sheet_addc(s, ROLE_DIM, " (");
		add_percent(s, ROLE_TEXT, (double)row->tokens_cached / (double)row->tokens_in);
		sheet_addc(s, ROLE_DIM, ")");
	}
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
		add_cached(l->s, row);
		add_tokens(l->s, "written ", row->tokens_cache_write);
		add_tokens(l->s, "reasoning ", row->tokens_reasoning);
		if (!IS_UNKNOWN(row->cost_usd))
			sheet_cost(l->s, ROLE_TEXT, row->cost_usd, row->flags & SPAN_ESTIMATED);
		if (row->flags & SPAN_ESTIMATED)
			sheet_addc(l->s, ROLE_DIM, "  estimated");
		if (row->flags & SPAN_DUP_USAGE)
			sheet_addc(l->s, ROLE_WARNING, "  counted elsewhere in the tree");
		overview_usage_rank(l);
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

/* Failures below; those of the span itself have their row. */
static void overview_errors(const struct laying *l)
{
	const struct tree_row *row = &l->d->row;
	int64_t below = row->sub_errors - (row->status == STATUS_ERROR);
	if (row->size < 2 || below <= 0)
		return;
	sheet_label(l->s, "below");
	sheet_count(l->s, ROLE_ERROR, below);
	sheet_addc(l->s, ROLE_ERROR, below == 1 ? " span failed" : " spans failed");
	sheet_addc(l->s, ROLE_DIM, " of ");
	sheet_count(l->s, ROLE_TEXT, row->size - 1);
	sheet_addc(l->s, ROLE_DIM, keyed("  ({e} goes there)"));
}

static void add_wait(const struct laying *l, int64_t ns, const char *words)
{
	if (ns == UNKNOWN_INT)
		return;
	sheet_addc(l->s, ROLE_DIM, "; ");
	sheet_duration(l->s, ROLE_TEXT, ns, l->ascii);
	sheet_addc(l->s, ROLE_DIM, words);
}

static int64_t end_of(const struct tree_row *row)
{
	return row->start_ns == TIME_UNKNOWN || row->duration_ns == UNKNOWN_INT ? TIME_UNKNOWN
	                                                                        : row->start_ns + row->duration_ns;
}

/* Which call this one repeats since it failed, and how the next one went. */
static void overview_retry(const struct laying *l)
{
	const struct span_about *about = &l->d->about;
	const struct tree_row *row = &l->d->row;
	if (about->is_retry) {
		sheet_label(l->s, "retry");
		sheet_addc(l->s, ROLE_DIM, "of the call before it, which failed after ");
		sheet_duration(l->s, ROLE_TEXT, about->before.duration_ns, l->ascii);
		add_wait(l, units_between(end_of(&about->before), row->start_ns), " later");
		if (about->before.message.len) {
			sheet_addc(l->s, ROLE_DIM, ": ");
			sheet_add(l->s, ROLE_TEXT, text_preview(&l->s->arena, about->before.message, 200));
		}
	}
	if (about->was_retried) {
		sheet_label(l->s, about->is_retry ? "" : "retry");
		sheet_addc(l->s, ROLE_DIM, "was called again");
		add_wait(l, units_between(end_of(row), about->after.start_ns), " later");
		bool failed = about->after.status == STATUS_ERROR;
		sheet_addc(l->s, ROLE_DIM, ": ");
		sheet_addc(l->s, failed ? ROLE_ERROR : ROLE_OK, failed ? "that failed, too" : "that went well");
		sheet_addc(l->s, ROLE_DIM, keyed("  ({]} goes there)"));
	}
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

/* A score counts in the overview by its outcome: what failed first. In a small pane the texts need the rows more. */
static void overview_scores(const struct laying *l)
{
	const struct span_detail *d = &l->d->detail;
	size_t shown = 0, most = l->rows < ROOMY_ROWS ? 2 : (size_t)l->rows / 3;
	for (int failed = 1; failed >= 0; failed--)
		for (size_t i = 0; i < d->n_scores; i++) {
			const struct score_row *score = &d->scores[i];
			if ((score_outcome(score->pass, score->label) == 0) != failed || shown++ >= most)
				continue;
			sheet_label(l->s, shown == 1 ? "scores" : "");
			span_tabs_score(l, score);
			if (shown == most && d->n_scores > most)
				sheet_printf(l->s, ROLE_DIM, "  and %zu more in tab Scores", d->n_scores - most);
			else if (score->explanation.len) {
				sheet_addc(l->s, ROLE_DIM, "  ");
				sheet_add(l->s, ROLE_DIM, text_preview(&l->s->arena, score->explanation, 200));
			}
		}
}

/* The first rows of a text; where there is room for more than a glance, with its own line breaks. */
static void overview_text(const struct laying *l, const char *label, int rows, struct str preview, struct str whole)
{
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

static void add_named(const struct laying *l, const struct span_named *named)
{
	sheet_add(l->s, ROLE_LINK, named->name.len ? named->name : named->id);
	if (named->status == STATUS_ERROR)
		sheet_printf(l->s, ROLE_ERROR, " %s", glyph_error(l->ascii));
	if (named->elsewhere)
		sheet_addc(l->s, ROLE_DIM, ", which is not in this trace");
}

static struct str reason_of(const struct span_link *link, struct arena *arena)
{
	struct scan scan = SCAN_INIT;
	struct str reason = STR_NONE;
	if (scan_text(&scan, link->attributes, &(struct scan_opts){.last = true}))
		reason = arena_str(arena, val_text(val_get(scan_root(&scan), "link.reason"), arena));
	scan_done(&scan);
	return reason;
}

static const char go_there[] = "  ({o} goes there)";

/* Who has to do with it: the span that it names, one that failed and names it, the one that a score of it names. */
static void overview_cause(const struct laying *l)
{
	const struct span_about *about = &l->d->about;
	const struct span *span = &l->d->detail.span;
	const char *go = keyed(go_there);
	if (about->link.id.len) {
		struct str reason = span->n_links ? reason_of(&span->links[0], &l->s->arena) : STR_NONE;
		sheet_label(l->s, l->d->row.status == STATUS_ERROR ? "cause" : "link");
		sheet_addc(l->s, ROLE_DIM, "it names ");
		add_named(l, &about->link);
		if (reason.len) {
			sheet_addc(l->s, ROLE_DIM, ": ");
			sheet_add(l->s, ROLE_TEXT, reason);
		}
		sheet_addc(l->s, ROLE_DIM, about->link.elsewhere ? "" : go);
		go = "";
	}
	if (span->n_links > 1)
		sheet_printf(l->s, ROLE_DIM, "  and %zu more (tab Raw)", span->n_links - 1);
	if (about->failed.id.len) {
		sheet_label(l->s, "cause");
		sheet_add(l->s, ROLE_LINK, about->failed.name.len ? about->failed.name : about->failed.id);
		sheet_addc(l->s, ROLE_ERROR, " failed");
		sheet_addc(l->s, ROLE_DIM, " and names this span");
		sheet_addc(l->s, ROLE_DIM, go);
		go = "";
	}
	for (size_t i = 0; i < l->d->detail.n_scores; i++) {
		if (!about->by_score[i].id.len)
			continue;
		sheet_label(l->s, "cause");
		sheet_add(l->s, ROLE_TEXT, l->d->detail.scores[i].name);
		sheet_addc(l->s, ROLE_DIM, " names ");
		add_named(l, &about->by_score[i]);
		sheet_addc(l->s, ROLE_DIM, go);
		break;
	}
	if (l->trace && l->trace->n > ABOUT_SPANS && (l->d->row.status == STATUS_ERROR || l->d->detail.n_scores)) {
		sheet_label(l->s, "cause");
		sheet_printf(l->s, ROLE_DIM, "who names it, retries: not looked for in more than %d spans",
		             ABOUT_SPANS);
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

/* Input and output share the rows that are left: as much as shows at once, and a row each in any case. */
static void overview_texts(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	int end = l->rows - ROWS_AFTER - (span->n_documents ? 2 : 0);
	if (l->d->row.flags & SPAN_SYNTHETIC)
		return;
	overview_text(l, "in", (end - l->s->rows) / 2, span->input_preview, span->input);
	if (span->output.ptr || span->n_documents == 0)
		overview_text(l, "out", end - l->s->rows, span->output_preview, span->output);
	overview_documents(l);
}

void span_overview_lay(const struct laying *l)
{
	overview_head(l);
	overview_status(l);
	overview_time(l);
	overview_rank(l);
	overview_tokens(l);
	overview_errors(l);
	overview_retry(l);
	overview_repeats(l);
	marks_lay(l->s, "people", l->d->opinions, l->d->n_opinions, l->d->now_ns);
	overview_scores(l);
	overview_cause(l);
	overview_texts(l);
	overview_events(l);
	overview_odd(l);
	overview_source(l);
}
