/* Personal data and secrets in what went in and came out (study/personal.h).
 *
 * A chat is sent again with each call, and an answer passes through the spans around it: each piece is told once in a trace. Of the
 * outputs it is told where a model first said it, else at the innermost span; of the inputs only if no output had it. */
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/text.h"
#include "store/check/check_private.h"

enum { HITS_OF_SPAN = 64, HITS_OF_TRACE = 4096, AGAIN_BYTES = 64 };

static const enum check_id check_of[N_PERSONALS] = {
    [PERSONAL_EMAIL] = CHECK_EMAIL, [PERSONAL_PHONE] = CHECK_PHONE,   [PERSONAL_IBAN] = CHECK_IBAN,
    [PERSONAL_CARD] = CHECK_CARD,   [PERSONAL_SECRET] = CHECK_SECRET,
};

static struct str masked(struct check_trace *t, struct str found, enum personal kind)
{
	struct buf text = BUF_INIT;
	personal_mask(&text, found, kind);
	struct str kept = arena_str(&t->arena, buf_str(&text));
	buf_done(&text);
	return kept;
}

/* ---------------------------------------------------------------- texts seen before */

static struct looked *place(struct looked *at, size_t cap, uint64_t hash)
{
	size_t i = hash & (cap - 1);
	while (at[i].hash && at[i].hash != hash)
		i = (i + 1) & (cap - 1);
	return &at[i];
}

static void grow(struct check_trace *t)
{
	size_t cap = t->looked_cap ? 2 * t->looked_cap : 256;
	struct looked *at = xcalloc(cap, sizeof *at);
	for (size_t i = 0; i < t->looked_cap; i++)
		if (t->looked[i].hash)
			*place(at, cap, t->looked[i].hash) = t->looked[i];
	free(t->looked);
	t->looked = at;
	t->looked_cap = cap;
}

/* A message that is sent again, or an answer that goes in again: what is in it is told where it was first, whatever comes in which order.
 * What goes into a root is looked at in any case: it says what was given. */
static bool is_again(struct check_trace *t, int64_t row, bool output, struct str text)
{
	if (text.len < AGAIN_BYTES)
		return false;
	uint64_t hash = hash64(text) | 1;
	if (2 * t->n_looked >= t->looked_cap)
		grow(t);
	struct looked *l = place(t->looked, t->looked_cap, hash);
	bool again = l->hash && l->row <= row && !output && t->rows.at[row].parent != NO_ROW;
	if (!l->hash) {
		*l = (struct looked){hash, row};
		t->n_looked++;
	} else if (row < l->row) {
		l->row = row;
	}
	return again;
}

/* message: from 1, 0: the text is no message. */
static void look_at(struct check_trace *t, int64_t row, bool output, size_t message, struct str text)
{
	size_t at = 0, len = 0, n = 0, chars = 1, counted = 0;
	enum personal kind;
	if (is_again(t, row, output, text))
		return;
	for (; n < HITS_OF_SPAN && t->hits.n < HITS_OF_TRACE && personal_next(text, &at, &len, &kind); at += len) {
		if (check_level_of(t, check_of[kind]) == CHECK_OFF)
			continue;
		chars += text_n_codes(str_cut(text, counted, at - counted));
		counted = at;
		struct str found = str_cut(text, at, len);
		*vec_add(&t->hits) = (struct hit){.hash = hash64(found),
		                                  .row = row,
		                                  .kind = kind,
		                                  .output = output,
		                                  .message = message,
		                                  .masked = masked(t, found, kind),
		                                  .at = chars};
		n++;
	}
}

/* Message by message where there are any, so that places are those of the text a person reads. */
static bool look_at_messages(struct check_trace *t, int64_t row, bool output, const struct span *span)
{
	size_t n = 0;
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		n += m->output == output;
		for (size_t k = 0; m->output == output && k < m->n_parts; k++)
			look_at(t, row, output, n, m->parts[k].text);
	}
	return n > 0;
}

void check_privacy(struct check_trace *t, int64_t row, const struct span *span)
{
	if (!look_at_messages(t, row, false, span))
		look_at(t, row, false, 0, span->input);
	if (!look_at_messages(t, row, true, span))
		look_at(t, row, true, 0, span->output);
}

/* ---------------------------------------------------------------- each once */

static bool is_source(enum span_kind kind)
{
	return kind == KIND_TOOL || kind == KIND_RETRIEVER || kind == KIND_EMBEDDING || kind == KIND_RERANKER;
}

static int rank(const struct check_trace *t, const struct hit *h)
{
	return !h->output ? 2 : t->rows.at[h->row].kind == KIND_LLM ? 0 : 1;
}

/* Equal pieces side by side, the one that is told first. */
static int by_piece(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank - y->rank;
	if (x->row != y->row)
		return (x->row < y->row) == (x->rank != 1) ? -1 : 1;
	if (x->message != y->message)
		return x->message < y->message ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static int by_row(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->output != y->output)
		return x->output ? -1 : 1;
	if (x->message != y->message)
		return x->message < y->message ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Did the one who asked give it himself? */
static bool was_given(const struct check_trace *t, const struct hit *from, const struct hit *end)
{
	for (const struct hit *h = from; h < end && h->hash == from->hash; h++)
		if (!h->output && t->rows.at[h->row].parent == NO_ROW)
			return true;
	return false;
}

static enum check_level level_of(const struct check_trace *t, const struct hit *h, bool given)
{
	int level = h->kind == PERSONAL_SECRET ? CHECK_ERROR : CHECK_WARNING;
	bool light = !h->output || given || is_source(t->rows.at[h->row].kind);
	return (enum check_level)(light ? level - 1 : level);
}

static void tell(struct check_trace *t, const struct hit *h, size_t n, bool given)
{
	struct buf what = BUF_INIT;
	if (n > 1)
		buf_printf(&what, "%zu %s in the %s, the first", n, personal_plural(h->kind),
		           h->output ? "output" : "input");
	else
		buf_printf(&what, "%s %s in the %s", h->kind == PERSONAL_EMAIL ? "an" : "a", personal_name(h->kind),
		           h->output ? "output" : "input");
	if (h->message > 1 || (h->message && !h->output))
		buf_printf(&what, ", message %zu,", h->message);
	check_found(t, check_of[h->kind], level_of(t, h, given), h->row, NO_ROW, (double)n,
	            "%s at character %zu: " STR_FMT "%s", buf_cstr(&what), h->at, STR_ARG(h->masked),
	            given ? " (the trace's input has it, too)" : "");
	buf_done(&what);
}

void check_privacy_end(struct check_trace *t)
{
	struct hit *hits = t->hits.at;
	size_t n = 0;
	if (!t->hits.n)
		return;
	for (size_t i = 0; i < t->hits.n; i++)
		hits[i].rank = rank(t, &hits[i]);
	qsort(hits, t->hits.n, sizeof *hits, by_piece);
	for (size_t i = 0, next; i < t->hits.n; i = next) {
		for (next = i + 1; next < t->hits.n && hits[next].hash == hits[i].hash;)
			next++;
		bool given = hits[i].output && was_given(t, &hits[i], hits + t->hits.n);
		hits[n] = hits[i];
		hits[n++].given = given;
	}
	qsort(hits, n, sizeof *hits, by_row);
	for (size_t i = 0, next; i < n; i = next) {
		bool given = true;
		for (next = i; next < n && hits[next].row == hits[i].row && hits[next].kind == hits[i].kind &&
		               hits[next].output == hits[i].output;
		     next++)
			given = given && hits[next].given;
		tell(t, &hits[i], next - i, given);
	}
}
