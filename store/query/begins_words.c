/* Where regressions begin, in words: labels, the filters of Compare that keep their cases, the answer in a sentence or two. */
#include <stdlib.h>

#include "store/base/vec.h"
#include "store/query/begins_private.h"
#include "store/query/filter.h"

enum { NAME_LEN = 120 };

static const struct {
	const char *name, *words;
} whats[N_BEGINS_WHATS] = {
    [BEGINS_NEW] = {"new",       "new step"       },
      [BEGINS_MISSING] = {"missing",   "missing step"   },
    [BEGINS_RENAMED] = {"renamed",   "renamed"        },
      [BEGINS_MOVED] = {"moved",     "moved"          },
    [BEGINS_MODEL] = {"model",     "other model"    },
      [BEGINS_INPUT] = {"input",     "other input"    },
    [BEGINS_FAILS] = {"fails",     "fails in B"     },
      [BEGINS_RECOVERS] = {"recovers",  "fails in A"     },
    [BEGINS_STATUS] = {"status",    "other status"   },
      [BEGINS_DOCUMENTS_DIFFER] = {"documents", "other documents"},
    [BEGINS_OUTPUT] = {"output",    "other output"   },
};

static const struct {
	const char *name, *words;
} verdicts[] = {
    [BEGINS_MORE] = {"more",       "more than in the others"},
      [BEGINS_LESS] = {"less",       "less than in the others"},
    [BEGINS_ALIKE] = {"alike",      "no more than elsewhere" },
      [BEGINS_EVERYWHERE] = {"everywhere", "differs everywhere"     },
    [BEGINS_TOO_FEW] = {"too_few",    "too few to tell"        },
      [BEGINS_ALONE] = {"no_control", "no others to compare"   },
};

const char *begins_what_name(enum begins_what what)
{
	return whats[what].name;
}

const char *begins_what_words(enum begins_what what, enum span_kind kind)
{
	return what == BEGINS_INPUT && kind == KIND_TOOL ? "other arguments" : whats[what].words;
}

const char *begins_verdict_name(enum begins_verdict v)
{
	return verdicts[v].name;
}

const char *begins_verdict_words(enum begins_verdict v)
{
	return verdicts[v].words;
}

/* ---------------------------------------------------------------- labels and filters */

static void add_name(struct buf *out, struct str name)
{
	buf_add_str(out, name.len ? str_cut(name, 0, NAME_LEN) : STR_LIT("(no name)"));
}

static void label_text(struct buf *out, struct str name, enum span_kind kind, enum begins_what what)
{
	add_name(out, name);
	buf_add_cstr(out, ": ");
	buf_add_cstr(out, begins_what_words(what, kind));
}

/* What begins_mark takes: of a label, or of its step whole. */
static void add_value(struct buf *out, const struct begins_step *s, const struct begins_label *label)
{
	buf_add_cstr(out, s->then ? "then " : "");
	if (label)
		label_text(out, s->name, s->kind, label->what);
	else
		add_name(out, s->name);
}

static struct str filter_of(struct begins *b, const struct begins_step *s, const struct begins_label *label)
{
	struct buf value = BUF_INIT, filter = BUF_INIT;
	add_value(&value, s, label);
	buf_add_cstr(&filter, "begins:");
	filter_quote(&filter, buf_str(&value));
	struct str out = arena_str(&b->arena, buf_str(&filter));
	buf_done(&value);
	buf_done(&filter);
	return out;
}

/* ---------------------------------------------------------------- the answer */

static void add_count(struct buf *out, int64_t n, const char *one, const char *many)
{
	units_thousands(out, n);
	buf_printf(out, " %s", n == 1 ? one : many);
}

static void add_of(struct buf *out, int64_t k, int64_t n)
{
	if (k == n && n == 2) {
		buf_add_cstr(out, "both");
		return;
	}
	if (k == n && n > 2) {
		buf_add_cstr(out, "all ");
	} else {
		units_thousands(out, k);
		buf_add_cstr(out, " of ");
	}
	units_thousands(out, n);
}

static void add_p(struct buf *out, double p)
{
	if (p < 0.0001)
		buf_add_cstr(out, "p < 0.0001");
	else
		buf_printf(out, p < 0.01 ? "p %.4f" : p < 0.1 ? "p %.3f" : "p %.2f", p);
}

/* "retrieve-policy: other documents", or with the numbers of each where it is more than one thing. */
static void add_where(struct buf *out, const struct begins *b, const struct begins_step *s)
{
	if (s->n == 1 || b->labels[s->first].lost == s->lost) {
		label_text(out, s->name, s->kind, b->labels[s->first].what);
		return;
	}
	add_name(out, s->name);
	const char *before = " (";
	for (uint32_t i = s->first; i < s->first + s->n && b->labels[i].lost; i++) {
		buf_add_cstr(out, before);
		units_thousands(out, b->labels[i].lost);
		buf_printf(out, " %s", begins_what_words(b->labels[i].what, s->kind));
		before = ", ";
	}
	buf_add_char(out, ')');
}

static void add_others(struct buf *out, const struct begins *b, const struct begins_step *s)
{
	if (!b->others.looked)
		return;
	buf_add_cstr(out, "; of the cases that did not get worse ");
	add_of(out, s->others, b->others.looked);
	switch (s->verdict) {
	case BEGINS_MORE:
	case BEGINS_LESS:
		buf_add_cstr(out, " (");
		add_p(out, s->p_holm);
		buf_add_char(out, ')');
		break;
	case BEGINS_ALIKE: buf_add_cstr(out, ": no evidence that it is more"); break;
	case BEGINS_TOO_FEW: buf_add_cstr(out, ": too few to tell"); break;
	case BEGINS_EVERYWHERE:
	case BEGINS_ALONE: break;
	}
}

static const char *everywhere_words(enum begins_what what)
{
	switch (what) {
	case BEGINS_NEW: return "a step that B has everywhere";
	case BEGINS_MISSING: return "a step that B lacks everywhere";
	case BEGINS_MODEL: return "another model everywhere";
	case BEGINS_RENAMED:
	case BEGINS_MOVED:
	case BEGINS_INPUT:
	case BEGINS_FAILS:
	case BEGINS_RECOVERS:
	case BEGINS_STATUS:
	case BEGINS_DOCUMENTS_DIFFER:
	case BEGINS_OUTPUT:
	case N_BEGINS_WHATS: break;
	}
	return "which differs everywhere and tells nothing by itself";
}

static const char *losses_of(const struct begins *b, int64_t n)
{
	if (b->by_scores)
		return n == 1 ? "case whose scores fell" : "cases whose scores fell";
	if (b->errors) /* counted with them, though Compare lists them apart */
		return n == 1 ? "loss or error" : "losses and errors";
	return n == 1 ? "loss" : "losses";
}

/* Where more of the lost differ than at the step named, but no more than others do. */
static void add_most(struct buf *out, const struct begins *b, size_t from, size_t end)
{
	const struct begins_step *most = &b->steps[from];
	for (size_t i = from; i < end; i++)
		if (b->steps[i].lost > most->lost)
			most = &b->steps[i];
	if (most == &b->steps[from])
		return;
	buf_add_cstr(out, ". Most, ");
	add_of(out, most->lost, b->lost.looked);
	buf_add_cstr(out, ", differ first at ");
	add_where(out, b, most);
	buf_add_cstr(out, ", but no more than others do");
}

static struct str said(struct begins *b, struct buf *text)
{
	if (text->len && text->ptr[0] >= 'a' && text->ptr[0] <= 'z')
		text->ptr[0] = (char)(text->ptr[0] - 'a' + 'A');
	struct str out = arena_str(&b->arena, buf_str(text));
	buf_done(text);
	return out;
}

static void add_losses(struct buf *out, const struct begins *b, const struct begins_step *s)
{
	if (b->lost.looked == 1)
		buf_add_cstr(out, "the one");
	else
		add_of(out, s->lost, b->lost.looked);
	buf_printf(out, " %s first %s at ", losses_of(b, b->lost.looked), s->lost == 1 ? "differs" : "differ");
}

static void add_first(struct buf *out, const struct begins *b, const struct begins_step *s)
{
	const struct begins_label *label = &b->labels[s->first];
	add_losses(out, b, s);
	add_where(out, b, s);
	if (s->verdict != BEGINS_EVERYWHERE) {
		add_others(out, b, s);
		add_most(out, b, 0, b->n_first);
		return;
	}
	buf_add_cstr(out, ", as do ");
	add_of(out, s->others, b->others.looked);
	buf_printf(out, " others: %s", everywhere_words(label->what));
}

static void add_then(struct buf *out, const struct begins *b)
{
	if (b->n_steps == b->n_first)
		return;
	const struct begins_step *s = &b->steps[b->n_first];
	buf_add_cstr(out, ". Beside what differs everywhere ");
	if (!s->lost) {
		buf_add_cstr(out, "no loss differs in a step");
		return;
	}
	if (b->lost.looked == 1)
		buf_add_cstr(out, "it");
	else
		add_of(out, s->lost, b->lost.looked);
	buf_add_cstr(out, s->lost == 1 ? " first differs at " : " first differ at ");
	add_where(out, b, s);
	add_others(out, b, s);
	add_most(out, b, b->n_first, b->n_steps);
}

/* The step that tells most: beside one that differs everywhere, if there is such. The sentence, where nothing can be told. */
static struct str brief_of(struct begins *b)
{
	struct buf out = BUF_INIT;
	if (!b->n_first || !b->steps[0].lost)
		return b->sentence;
	bool then = b->steps[0].verdict == BEGINS_EVERYWHERE && b->n_steps > b->n_first && b->steps[b->n_first].lost;
	const struct begins_step *s = &b->steps[then ? b->n_first : 0];
	add_losses(&out, b, s);
	add_where(&out, b, s);
	if (then) {
		buf_add_cstr(&out, ", beside ");
		add_where(&out, b, &b->steps[0]);
		buf_add_cstr(&out, " everywhere");
	} else if (s->verdict == BEGINS_EVERYWHERE) {
		buf_add_cstr(&out, ", as do all others");
	}
	return said(b, &out);
}

static struct str sentence_of(struct begins *b)
{
	struct buf out = BUF_INIT;
	if (!b->lost.all && !b->others.all) {
		buf_add_cstr(&out, "no case is in both runs: there is no beginning to look for");
	} else if (!b->lost.all) {
		buf_add_cstr(&out, "no case got worse: there is no beginning to look for");
	} else if (!b->lost.looked) {
		buf_add_cstr(&out, "where they begin cannot be told: ");
		if (b->lost.all == 1)
			buf_add_cstr(&out, "the one loss does not have");
		else
			buf_printf(&out, "none of %lld %s has", (long long)b->lost.all, losses_of(b, b->lost.all));
		buf_add_cstr(&out, " a trace on both sides");
	} else if (!b->n_first || !b->steps[0].lost) {
		add_of(&out, b->lost.nowhere, b->lost.looked);
		buf_printf(&out,
		           " %s: the traces do not differ in any step, so the steps do not explain what got worse",
		           losses_of(b, b->lost.looked));
	} else {
		add_first(&out, b, &b->steps[0]);
		add_then(&out, b);
	}
	buf_add_char(&out, '.');
	return said(b, &out);
}

/* ---------------------------------------------------------------- what could not be looked at */

static void add_traceless(struct buf *out, const struct begins_count *n, const char *of)
{
	const int64_t counts[3] = {n->neither, n->no_a, n->no_b};
	static const char *const words[3] = {"neither in A nor in B", "none in A", "none in B"};
	int64_t without = n->neither + n->no_a + n->no_b;
	if (!without)
		return;
	units_thousands(out, without);
	buf_add_cstr(out, " of ");
	units_thousands(out, n->all);
	buf_printf(out, " %s have no trace on both sides (", of);
	const char *before = "";
	for (int i = 0; i < 3; i++)
		if (counts[i]) {
			buf_add_cstr(out, before);
			buf_printf(out, "%lld %s", (long long)counts[i], words[i]);
			before = ", ";
		}
	buf_add_cstr(out, "). ");
}

static void add_sampled(struct buf *out, const struct begins_count *n, const char *of)
{
	if (n->looked >= n->traced || !n->looked)
		return;
	buf_add_cstr(out, "Looked at ");
	units_thousands(out, n->looked);
	buf_add_cstr(out, " of ");
	add_count(out, n->traced, of, of);
	buf_add_cstr(out, " with traces, picked by a hash of their keys. ");
}

static struct str missing_of(struct begins *b)
{
	struct buf out = BUF_INIT;
	const char *lost = losses_of(b, 2);
	add_traceless(&out, &b->lost, lost);
	if (b->lost.all && !b->lost.looked)
		buf_printf(&out, "%s; prompt and configuration of the two runs can be compared without them. ",
		           b->shared         ? "Many cases have one trace in common: nothing says what of it is whose"
		           : b->names_traces ? "Results name traces that are not in the store: import them"
		                             : "The results name no traces");
	else if (b->lost.looked && !b->others.looked && b->others.all)
		buf_add_cstr(&out,
		             "No case that did not get worse has both traces: nothing to hold the losses against. ");
	else if (b->lost.looked)
		add_traceless(&out, &b->others, "others");
	add_sampled(&out, &b->lost, lost);
	add_sampled(&out, &b->others, "others");
	if (b->cut)
		buf_printf(&out, "Of long traces the first %d spans and %d retrievals were looked at. ", BEGINS_SPANS,
		           BEGINS_DOCUMENTS);
	struct str text = arena_str(&b->arena, str_trim(buf_str(&out)));
	buf_done(&out);
	return text;
}

/* ---------------------------------------------------------------- lines */

static struct begins_line *add_line(struct begins *b, enum begins_line_kind kind)
{
	struct begins_line *line = &b->lines[b->n_lines++];
	*line = (struct begins_line){.kind = kind,
	                             .step = BEGINS_NONE,
	                             .label = BEGINS_NONE,
	                             .what = "",
	                             .words = "",
	                             .lost = UNKNOWN_INT,
	                             .others = UNKNOWN_INT,
	                             .low = UNKNOWN_DOUBLE,
	                             .high = UNKNOWN_DOUBLE,
	                             .p_holm = UNKNOWN_DOUBLE};
	return line;
}

static void line_of_label(struct begins *b, struct begins_line *line, uint32_t label)
{
	const struct begins_label *l = &b->labels[label];
	line->step = l->step;
	line->label = label;
	line->then = b->steps[l->step].then;
	line->name = b->steps[l->step].name;
	line->what = begins_what_words(l->what, b->steps[l->step].kind);
	line->lost = l->lost;
	line->others = b->others.looked ? l->others : UNKNOWN_INT;
	line->filter = l->filter;
}

static void add_step(struct begins *b, uint32_t at)
{
	const struct begins_step *s = &b->steps[at];
	bool one = s->n == 1;
	struct begins_line *line = add_line(b, one ? BEGINS_LINE_LABEL : BEGINS_LINE_STEP);
	if (one)
		line_of_label(b, line, s->first);
	line->step = at;
	line->then = s->then;
	line->name = s->name;
	line->lost = s->lost;
	line->others = b->others.looked ? s->others : UNKNOWN_INT;
	line->low = s->low;
	line->high = s->high;
	line->p_holm = s->p_holm;
	line->verdict = s->verdict;
	line->words = begins_verdict_words(s->verdict);
	line->filter = one ? line->filter : s->filter;
	for (uint32_t i = s->first; !one && i < s->first + s->n; i++) {
		if (!b->labels[i].lost)
			continue;
		line = add_line(b, BEGINS_LINE_LABEL);
		line_of_label(b, line, i);
		line->inside = true;
	}
}

static void add_rest(struct begins *b, enum begins_line_kind kind, const char *name, int64_t lost, int64_t others)
{
	if (!lost)
		return;
	struct begins_line *line = add_line(b, kind);
	line->name = str_of(name);
	line->lost = lost;
	line->others = others;
	line->filter = kind == BEGINS_LINE_NOWHERE ? STR_LIT("begins:nowhere") : STR_LIT("begins:\"no trace\"");
}

/* "beside rerank: new step, which differs everywhere" */
static void add_beside(struct begins *b)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "beside what differs everywhere");
	for (size_t i = 0; i < b->n_everywhere; i++) {
		const struct begins_label *l = &b->labels[b->everywhere[i]];
		buf_add_cstr(&text, i ? ", " : ": ");
		label_text(&text, b->steps[l->step].name, b->steps[l->step].kind, l->what);
	}
	add_line(b, BEGINS_LINE_BESIDE)->name = arena_str(&b->arena, buf_str(&text));
	buf_done(&text);
}

static void make_lines(struct begins *b)
{
	b->lines = arena_zalloc(&b->arena, b->n_steps + b->n_labels + 4, sizeof *b->lines);
	for (uint32_t i = 0; i < b->n_steps; i++) {
		if (i == b->n_first)
			add_beside(b);
		if (b->steps[i].lost)
			add_step(b, i);
		else
			b->others_only += !b->steps[i].then;
	}
	bool then = b->n_steps > b->n_first;
	int64_t others = b->others.looked ? (then ? b->others.nowhere_then : b->others.nowhere) : UNKNOWN_INT;
	add_rest(b, BEGINS_LINE_NOWHERE, then ? "nowhere beside it" : "nowhere: the traces do not differ",
	         then ? b->lost.nowhere_then : b->lost.nowhere, others);
	add_rest(b, BEGINS_LINE_NO_TRACE, "no trace on both sides", b->lost.all - b->lost.traced,
	         b->others.all ? b->others.all - b->others.traced : UNKNOWN_INT);
}

static bool is_at(const struct begins *b, const struct begins_line *line, uint32_t label)
{
	return label != BEGINS_NONE &&
	       (line->label != BEGINS_NONE ? label == line->label : b->labels[label].step == line->step);
}

uint32_t begins_telling(const struct begins *b, const struct begins_case *c)
{
	bool everywhere = c->first != BEGINS_NONE && b->labels[c->first].everywhere;
	return everywhere && c->then != BEGINS_NONE ? c->then : c->first;
}

bool begins_is_behind(const struct begins *b, const struct begins_line *line, const struct begins_case *c)
{
	if (!c->lost)
		return false;
	switch (line->kind) {
	case BEGINS_LINE_STEP:
	case BEGINS_LINE_LABEL: return is_at(b, line, c->first) || is_at(b, line, c->then);
	case BEGINS_LINE_NOWHERE:
		return c->has == BEGINS_BOTH && (b->n_steps > b->n_first ? c->then : c->first) == BEGINS_NONE;
	case BEGINS_LINE_NO_TRACE: return c->has != BEGINS_BOTH && c->has != BEGINS_NOT_LOOKED;
	case BEGINS_LINE_BESIDE: break;
	}
	return false;
}

void begins_tell(struct begins *b)
{
	for (size_t i = 0; i < b->n_steps; i++) {
		struct begins_step *s = &b->steps[i];
		s->filter = filter_of(b, s, NULL);
		for (uint32_t k = s->first; k < s->first + s->n; k++)
			b->labels[k].filter = filter_of(b, s, &b->labels[k]);
	}
	make_lines(b);
	b->sentence = sentence_of(b);
	b->brief = brief_of(b);
	b->missing = missing_of(b);
}

/* ---------------------------------------------------------------- cases behind a label */

/* What `begins:` was given: a line of the table, by its filter's value. NULL: none has that. */
static const struct begins_line *line_of_value(const struct begins *b, struct str value)
{
	struct buf text = BUF_INIT;
	const struct begins_line *found = NULL;
	buf_add_cstr(&text, "begins:");
	filter_quote(&text, value);
	for (size_t i = 0; i < b->n_lines && !found; i++)
		if (b->lines[i].filter.len && str_eq(b->lines[i].filter, buf_str(&text)))
			found = &b->lines[i];
	/* A step in which one thing alone differs has one line for both. */
	for (size_t i = 0; i < b->n_lines && !found; i++)
		if (b->lines[i].step != BEGINS_NONE && !b->lines[i].inside &&
		    str_eq(b->steps[b->lines[i].step].filter, buf_str(&text)))
			found = &b->lines[i];
	buf_done(&text);
	return found;
}

bool begins_mark(struct db *db, const struct compare *c, struct str step, bool *keep, struct err *err)
{
	struct begins b;
	bool ok = begins_of(db, c, (struct begins_most){0}, &b, err);
	const struct begins_line *line = ok ? line_of_value(&b, step) : NULL;
	bool *behind = xcalloc(c->n_rows + 1, sizeof *behind);
	for (size_t i = 0; line && i < b.n_cases; i++)
		behind[b.cases[i].row] = begins_is_behind(&b, line, &b.cases[i]);
	for (size_t i = 0; ok && i < c->n_rows; i++)
		keep[i] = keep[i] && behind[i];
	free(behind);
	begins_done(&b);
	return ok;
}
