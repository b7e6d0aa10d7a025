/* What speaks for a change: the texts of calls compared, and the evidence in sentences. */
#include <stdlib.h>

#include "store/query/path_private.h"
#include "store/query/span.h"
#include "store/query/span_text.h"

enum { LEVELS_UP = 32, TITLE_NAMES = 3, NAME_BYTES = 80 };

/* ---------------------------------------------------------------- texts */

void payloads_done(struct payloads *p)
{
	for (size_t i = 0; i < p->at.n; i++) {
		share_words_done(&p->at.at[i].input);
		share_words_done(&p->at.at[i].output);
	}
	vec_done(&p->at);
	arena_done(&p->arena);
}

const struct payload *payloads_get(const struct payloads *p, uint32_t span)
{
	for (size_t i = 0; i < p->at.n; i++)
		if (p->at.at[i].span == span)
			return &p->at.at[i];
	return NULL;
}

static bool decode(struct payloads *p, uint32_t span, struct payload *out)
{
	struct arena arena = ARENA_INIT;
	struct span_detail d;
	const struct study_row *row = &p->rows->rows.at[span];
	bool ok = span_detail(p->db, p->blocks, p->trace, row->key, row->record, &arena, &d, p->err);
	if (ok) {
		struct str input = span_input_text(&d.span, &arena), output = span_output_text(&d.span, &arena);
		out->output_text = arena_str(&p->arena, output); /* where the telling words stand */
		share_words(input, &out->input);
		share_words(out->output_text, &out->output);
	}
	arena_done(&arena);
	return ok;
}

/* NULL: cut, or err. */
static const struct payload *payload_of(struct payloads *p, uint32_t span)
{
	const struct payload *known = payloads_get(p, span);
	if (known)
		return known;
	if (p->at.n >= PATH_PAYLOADS) {
		p->cut = true;
		return NULL;
	}
	struct payload made = {.span = span};
	if (!decode(p, span, &made))
		return NULL;
	*vec_add(&p->at) = made;
	return &p->at.at[p->at.n - 1];
}

/* What came in around a call: of the nearest span above that has an input. Its place among the payloads; SIZE_MAX: none. */
static bool around(struct payloads *p, uint32_t span, size_t *at)
{
	*at = SIZE_MAX;
	for (int level = 0; level < LEVELS_UP && p->rows->spans.at[span].up; level++) {
		span -= p->rows->spans.at[span].up;
		const struct payload *above = payload_of(p, span);
		if (!above)
			return p->cut;
		if (above->input.n) {
			*at = (size_t)(above - p->at.at);
			return true;
		}
	}
	return true;
}

bool payloads_share(void *context, uint32_t earlier, uint32_t later, enum share *out)
{
	struct payloads *p = context;
	struct share_word word;
	size_t above;
	*out = SHARE_UNKNOWN;
	if (!payload_of(p, earlier) || !payload_of(p, later))
		return p->err->code == ERR_NONE;
	if (!around(p, later, &above))
		return p->err->code == ERR_NONE;
	const struct payload *a = payloads_get(p, earlier), *b = payloads_get(p, later);
	*out = share_of(&a->output, &b->input, &a->input, above == SIZE_MAX ? NULL : &p->at.at[above].input, &word);
	return true;
}

/* ---------------------------------------------------------------- in words */

struct wording {
	struct db *db;
	struct words *words;
	const struct payloads *payloads;
	const struct whatif *w;
	const struct trace_row *trace;
	struct buf title, why;
	struct err *err;
};

/* For buf_printf; the words' until WORDS_KEPT others were got. */
static struct str name_of(struct wording *g, uint32_t span)
{
	uint32_t id = g->payloads->rows->spans.at[span].name;
	const struct word *w = words_get(g->words, g->db, id ? (int64_t)id : UNKNOWN_INT, g->err);
	struct str name = w ? w->text : STR_NONE;
	return name.len ? str_cut(name, 0, NAME_BYTES) : STR_LIT("(no name)");
}

static void say_ns(struct buf *out, int64_t ns)
{
	units_duration(out, ns, false);
}

static void say_own(struct wording *g)
{
	const struct whatif *w = g->w;
	say_ns(&g->why, w->own_ns);
	buf_add_cstr(&g->why, " of the critical path (");
	units_percent(&g->why, (double)w->own_ns / (double)g->trace->duration_ns);
	if (w->n == 1) {
		buf_add_cstr(&g->why, ") is its own time");
	} else {
		buf_add_cstr(&g->why, ") is the own time of these ");
		units_thousands(&g->why, (int64_t)w->n);
		buf_add_cstr(&g->why, " spans");
	}
	if (w->saves_ns < w->own_ns / 2 - w->own_ns / 100)
		buf_add_cstr(&g->why, "; not all of its half is saved, as steps beside it would then be waited for");
	else if (w->saves_ns > w->own_ns / 2 + w->own_ns / 100)
		buf_add_cstr(&g->why, "; more than half of it is saved, as what waits beside it begins earlier, too");
	buf_add_cstr(&g->why, ".");
}

/* Which one, where several have its name. */
static void say_when(struct wording *g, uint32_t span)
{
	const struct study_rows *rows = g->payloads->rows;
	size_t alike = 0;
	for (size_t i = 0; i < rows->spans.n && alike < 2; i++)
		alike += rows->spans.at[i].name == rows->spans.at[span].name;
	if (alike < 2)
		return;
	buf_add_cstr(&g->title, " at ");
	say_ns(&g->title, rows->spans.at[span].start_ns - g->trace->start_ns);
}

static void say_half(struct wording *g)
{
	if (g->w->kind == WHATIF_HALF_ALL) {
		buf_add_cstr(&g->title, "all ");
		units_thousands(&g->title, (int64_t)g->w->n);
		buf_add_char(&g->title, ' ');
	}
	buf_add_str(&g->title, name_of(g, g->w->spans[0]));
	if (g->w->kind == WHATIF_HALF)
		say_when(g, g->w->spans[0]);
	buf_add_cstr(&g->title, " twice as fast");
	say_own(g);
}

static void say_once(struct wording *g)
{
	const struct whatif *w = g->w;
	buf_add_str(&g->title, name_of(g, w->spans[0]));
	buf_printf(&g->title, " once, not %zu times", w->n);
	buf_printf(&g->why, "The same arguments %zu times; ", w->n);
	buf_add_cstr(&g->why, w->same_output == 1   ? "the answers are the same, too."
	                      : w->same_output == 0 ? "but the answers differ: look before you leave one out."
	                                            : "whether the answers are the same is not known.");
	buf_printf(&g->why, " Without the last %zu: ", w->n - 1);
	if (w->saves_ns > 0)
		say_ns(&g->why, w->saves_ns);
	else
		buf_add_cstr(&g->why, "no time (nothing waited for them)");
	if (w->tokens != UNKNOWN_INT && w->tokens > 0) {
		buf_add_cstr(&g->why, ", ");
		units_count(&g->why, w->tokens);
		buf_add_cstr(&g->why, " tokens");
	}
	if (!IS_UNKNOWN(w->cost_usd) && w->cost_usd > 0) {
		buf_add_cstr(&g->why, ", ");
		units_usd(&g->why, w->cost_usd);
	}
	buf_add_cstr(&g->why, " less.");
}

/* Why it cannot be told: the first text that is missing. */
static void say_unknown(struct wording *g)
{
	const struct whatif *w = g->w;
	buf_add_cstr(&g->why, "Cannot tell whether they share data: ");
	for (size_t i = 0; i < w->n; i++) {
		const struct payload *p = payloads_get(g->payloads, w->spans[i]);
		const char *what = !p                                 ? " was not looked at, too many records"
		                   : i + 1 < w->n && !p->output.known ? " has no output in the file"
		                   : i && !p->input.known             ? " has no input in the file"
		                   : i + 1 < w->n && p->output.bare   ? "'s output is too short to be looked for"
		                   : p->output.cut || p->input.cut    ? "'s text is too long to be compared whole"
		                                                      : NULL;
		if (!what)
			continue;
		buf_add_str(&g->why, name_of(g, w->spans[i]));
		buf_printf(&g->why, "%s.", what);
		return;
	}
	buf_add_cstr(&g->why, "texts are missing.");
}

static void say_beside(struct wording *g)
{
	const struct whatif *w = g->w;
	for (size_t i = 0; i < w->n && i < TITLE_NAMES; i++) {
		buf_add_cstr(&g->title, i == 0 ? "" : i + 1 == w->n ? " and " : ", ");
		buf_add_str(&g->title, name_of(g, w->spans[i]));
	}
	if (w->n > TITLE_NAMES)
		buf_printf(&g->title, " and %zu more", w->n - TITLE_NAMES);
	buf_add_cstr(&g->title, w->share == SHARE_NOTHING ? " at the same time" : " at the same time, if they can");
	if (w->share != SHARE_NOTHING) {
		say_unknown(g);
	} else if (w->n == 2) {
		buf_add_cstr(&g->why, "They share no data: no text of ");
		buf_add_str(&g->why, name_of(g, w->spans[0]));
		buf_add_cstr(&g->why, "'s output stands in ");
		buf_add_str(&g->why, name_of(g, w->spans[1]));
		buf_add_cstr(&g->why, "'s input");
	} else {
		buf_printf(
		    &g->why,
		    "These %zu calls share no data: no text of an earlier one's output stands in a later one's input",
		    w->n);
	}
	if (w->share == SHARE_NOTHING)
		buf_printf(&g->why,
		           " that was not in what was given to both (words from %d letters, figures from %d digits).",
		           SHARE_WORD, SHARE_FIGURE);
	buf_add_cstr(&g->why, " They ran one after the other.");
}

bool path_hint_of(struct db *db, struct words *words, const struct payloads *payloads, const struct whatif *w,
                  const struct trace_row *trace, struct arena *arena, struct path_hint *out, struct err *err)
{
	struct wording g = {.db = db, .words = words, .payloads = payloads, .w = w, .trace = trace, .err = err};
	size_t at = w->kind == WHATIF_ONCE ? 1 : 0;
	switch (w->kind) {
	case WHATIF_HALF:
	case WHATIF_HALF_ALL: say_half(&g); break;
	case WHATIF_ONCE: say_once(&g); break;
	case WHATIF_BESIDE: say_beside(&g); break;
	}
	*out = (struct path_hint){.kind = w->kind,
	                          .title = arena_str(arena, buf_str(&g.title)),
	                          .why = arena_str(arena, buf_str(&g.why)),
	                          .saves_ns = w->saves_ns,
	                          .after_ns = w->after_ns,
	                          .tokens = w->tokens,
	                          .cost_usd = w->cost_usd,
	                          .unsure = w->kind == WHATIF_BESIDE && w->share != SHARE_NOTHING,
	                          .pos = payloads->rows->rows.at[w->spans[at]].pos,
	                          .key = payloads->rows->rows.at[w->spans[at]].key,
	                          .n = w->n};
	out->keys = arena_alloc(arena, size_mul(w->n, sizeof *out->keys));
	for (size_t i = 0; i < w->n; i++)
		out->keys[i] = payloads->rows->rows.at[w->spans[i]].key;
	buf_done(&g.title);
	buf_done(&g.why);
	return err->code == ERR_NONE;
}
