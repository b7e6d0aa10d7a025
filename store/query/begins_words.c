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

void begins_label_text(struct buf *out, struct str name, enum span_kind kind, enum begins_what what)
{
	add_name(out, name);
	buf_add_cstr(out, ": ");
	buf_add_cstr(out, begins_what_words(what, kind));
}

/* What begins_mark takes: of a label, or of its step whole. */
static void add_value(struct buf *out, const struct begins *b, const struct begins_step *s,
                      const struct begins_label *label)
{
	(void)b;
	buf_add_cstr(out, s->then ? "then " : "");
	if (label)
		begins_label_text(out, s->name, s->kind, label->what);
	else
		add_name(out, s->name);
}

static struct str filter_of(struct begins *b, const struct begins_step *s, const struct begins_label *label)
{
	struct buf value = BUF_INIT, filter = BUF_INIT;
	add_value(&value, b, s, label);
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
	if (k == n && n > 1)
		buf_add_cstr(out, "all ");
	else {
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
		begins_label_text(out, s->name, s->kind, b->labels[s->first].what);
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
	return n == 1 ? "loss" : "losses";
}

static void add_first(struct buf *out, const struct begins *b, const struct begins_step *s)
{
	const struct begins_label *label = &b->labels[s->first];
	add_of(out, s->lost, b->lost.looked);
	buf_printf(out, " %s first %s at ", losses_of(b, b->lost.looked), s->lost == 1 ? "differs" : "differ");
	add_where(out, b, s);
	if (s->verdict != BEGINS_EVERYWHERE) {
		add_others(out, b, s);
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
	add_of(out, s->lost, b->lost.looked);
	buf_add_cstr(out, s->lost == 1 ? " first differs at " : " first differ at ");
	add_where(out, b, s);
	add_others(out, b, s);
}

static struct str sentence_of(struct begins *b)
{
	struct buf out = BUF_INIT;
	if (!b->lost.all) {
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
	struct str text = arena_str(&b->arena, buf_str(&out));
	buf_done(&out);
	return text;
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
		buf_add_cstr(&out, "Import the traces that the results name; prompt and configuration of the two runs "
		                   "can be compared without them. ");
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

void begins_tell(struct begins *b)
{
	for (size_t i = 0; i < b->n_steps; i++) {
		struct begins_step *s = &b->steps[i];
		s->filter = filter_of(b, s, NULL);
		for (uint32_t k = s->first; k < s->first + s->n; k++)
			b->labels[k].filter = filter_of(b, s, &b->labels[k]);
	}
	b->sentence = sentence_of(b);
	b->missing = missing_of(b);
}

/* ---------------------------------------------------------------- cases behind a label */

static bool is_value(struct buf *text, const struct begins *b, uint32_t label, struct str want)
{
	if (label == BEGINS_NONE)
		return false;
	const struct begins_label *l = &b->labels[label];
	buf_clear(text);
	add_value(text, b, &b->steps[l->step], l);
	if (str_eq(buf_str(text), want))
		return true;
	buf_clear(text);
	add_value(text, b, &b->steps[l->step], NULL);
	return str_eq(buf_str(text), want);
}

static bool is_behind(struct buf *text, const struct begins *b, const struct begins_case *c, struct str want)
{
	if (!c->lost)
		return false;
	if (str_eq(want, STR_LIT("no trace")))
		return c->has != BEGINS_BOTH && c->has != BEGINS_NOT_LOOKED;
	if (str_eq(want, STR_LIT("nowhere")))
		return c->has == BEGINS_BOTH && c->first == BEGINS_NONE;
	return is_value(text, b, c->first, want) || is_value(text, b, c->then, want);
}

bool begins_mark(struct db *db, const struct compare *c, struct str step, bool *keep, struct err *err)
{
	struct begins b;
	struct buf text = BUF_INIT;
	bool ok = begins_of(db, c, (struct begins_most){0}, &b, err);
	bool *behind = xcalloc(c->n_rows + 1, sizeof *behind);
	for (size_t i = 0; ok && i < b.n_cases; i++)
		behind[b.cases[i].row] = is_behind(&text, &b, &b.cases[i], step);
	for (size_t i = 0; ok && i < c->n_rows; i++)
		keep[i] = keep[i] && behind[i];
	free(behind);
	buf_done(&text);
	begins_done(&b);
	return ok;
}
