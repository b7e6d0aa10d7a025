#include "store/study/ledger.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/base/text.h"

enum { FIRST_SLOTS = 256 };
#define NO_PIECE UINT32_MAX

const char *ledger_kind_name(enum ledger_kind kind)
{
	static const char *const names[N_LEDGER_KINDS] = {"system",   "tools", "user",  "assistant", "result",
	                                                  "document", "media", "input", "unrecorded"};
	return names[kind];
}

/* ---------------------------------------------------------------- pieces by hash */

static uint64_t seed;
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	if (getentropy(&seed, sizeof seed) != 0)
		seed = (uint64_t)getpid();
	seed |= 1;
}

static uint32_t *find_slot(const struct ledger *l, uint64_t hash)
{
	uint64_t spread = hash * seed;
	size_t i = (size_t)(spread ^ (spread >> 32)) & l->mask;
	while (l->slot[i] && l->hashes[l->slot[i] - 1] != hash)
		i = (i + 1) & l->mask;
	return &l->slot[i];
}

static void grow(struct ledger *l)
{
	size_t slots = l->slot ? l->mask + 1 : 0;
	if (l->pieces.n * 2 < slots)
		return;
	free(l->slot);
	slots = slots ? slots * 2 : FIRST_SLOTS;
	l->slot = xcalloc(slots, sizeof *l->slot);
	l->mask = slots - 1;
	for (size_t i = 0; i < l->pieces.n; i++)
		*find_slot(l, l->hashes[i]) = (uint32_t)i + 1;
}

/* The piece of this part; made if it is new. */
static uint32_t piece_of(struct ledger *l, const struct ledger_part *part)
{
	uint64_t hash = hash64(part->text) * 31 + hash64(part->name) + (part->kind == LEDGER_UNRECORDED);
	grow(l);
	uint32_t *slot = find_slot(l, hash);
	if (*slot)
		return *slot - 1;
	l->hashes = vec_grow(l->hashes, &l->cap_hashes, l->pieces.n, sizeof *l->hashes);
	l->hashes[l->pieces.n] = hash;
	*vec_add(&l->pieces) = (struct ledger_piece){.kind = part->kind,
	                                             .name = arena_str(&l->arena, part->name),
	                                             .preview = text_preview(&l->arena, part->text, LEDGER_PREVIEW),
	                                             .span = part->span,
	                                             .span_id = arena_str(&l->arena, part->span_id),
	                                             .first = NO_PIECE,
	                                             .bytes = part->bytes,
	                                             .cost_usd = UNKNOWN_DOUBLE};
	*slot = (uint32_t)l->pieces.n;
	return *slot - 1;
}

/* ---------------------------------------------------------------- tokens */

static size_t bytes_of(const struct ledger_part *parts, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += parts[i].output ? 0 : parts[i].bytes;
	return bytes;
}

static int64_t by_length(size_t bytes)
{
	return (int64_t)((bytes + LEDGER_TOKEN_BYTES - 1) / LEDGER_TOKEN_BYTES);
}

/* Shares of a whole that add up to it: what each has is the difference of two rounded sums. */
struct apportion {
	double rate, sum;
	int64_t given, whole;
	bool exact; /* the shares are to add up to the whole */
};

static int64_t share(struct apportion *a, size_t bytes)
{
	if (!a->exact)
		return by_length(bytes);
	a->sum += (double)bytes * a->rate;
	int64_t upto = (int64_t)(a->sum + 0.5), tokens;
	upto = upto > a->whole ? a->whole : upto;
	tokens = upto - a->given;
	a->given = upto;
	return tokens;
}

static void add_item(struct ledger *l, struct ledger_call *call, uint32_t piece, int64_t tokens)
{
	struct ledger_piece *p = &l->pieces.at[piece];
	bool is_new = p->sent == 0;
	if (is_new) {
		p->first = (uint32_t)l->calls.n - 1;
		if (!p->span) {
			p->span = call->said.span;
			p->span_id = call->said.id;
		}
	}
	p->sent++;
	p->tokens += tokens;
	p->most = tokens > p->most ? tokens : p->most;
	call->fresh += is_new ? tokens : 0;
	*vec_add(&l->items) = (struct ledger_item){piece, tokens, is_new ? tokens : 0};
}

/* What is stated beyond what the trace holds. */
static void add_unrecorded(struct ledger *l, struct ledger_call *call, int64_t tokens)
{
	const struct ledger_part rest = {.kind = LEDGER_UNRECORDED, .name = call->said.name, .text = call->said.model};
	uint32_t piece = piece_of(l, &rest);
	int64_t most = l->pieces.at[piece].most, fresh = tokens > most ? tokens - most : 0;
	add_item(l, call, piece, tokens);
	struct ledger_item *item = &l->items.at[l->items.n - 1];
	call->fresh += fresh - item->fresh;
	item->fresh = fresh;
}

static void apportion_tokens(struct ledger *l, struct ledger_call *call, const struct ledger_part *parts, size_t n)
{
	size_t bytes = bytes_of(parts, n);
	int64_t stated = call->said.tokens_in, held = 0;
	bool known = stated != UNKNOWN_INT && stated >= 0;
	struct apportion a = {.whole = known ? stated : 0,
	                      .rate = known && bytes ? (double)stated / (double)bytes : 0,
	                      .exact = known && bytes && (double)stated <= LEDGER_DENSEST * (double)bytes};
	for (size_t i = 0; i < n && known && !a.exact; i++)
		held += parts[i].output ? 0 : by_length(parts[i].bytes);
	if (known && !a.exact && stated > held)
		add_unrecorded(l, call, stated - held); /* tools and prompts that are left out stand first */
	for (size_t i = 0; i < n; i++)
		if (!parts[i].output)
			add_item(l, call, piece_of(l, &parts[i]), share(&a, parts[i].bytes));
	call->guessed = !known;
	for (size_t i = 0; i < l->items.n; i++)
		call->tokens_in += l->items.at[i].tokens;
}

/* ---------------------------------------------------------------- cost */

static void part_cost(struct ledger_call *call)
{
	const struct ledger_call_in *c = &call->said;
	struct usage usage = {.model = c->model,
	                      .provider = c->provider,
	                      .start_ns = c->start_ns,
	                      .tokens_in = call->tokens_in,
	                      .tokens_out = c->tokens_out,
	                      .tokens_cached = c->tokens_cached,
	                      .tokens_cache_write = c->tokens_cache_write};
	double all = sink_price(&usage), in, out = c->tokens_out > 0 ? (double)c->tokens_out : 0;
	usage.tokens_out = 0;
	in = sink_price(&usage);
	double part = all > 0 && in >= 0 ? in / all
	              : (double)call->tokens_in + out > 0
	                  ? (double)call->tokens_in / ((double)call->tokens_in + LEDGER_OUTPUT_WEIGHT * out)
	                  : 0;
	call->input_usd = c->cost_usd * part;
	call->output_usd = c->cost_usd - call->input_usd;
}

/* USD for a token of the input that was read from the cache, and for one that was not. */
static void rates_of(const struct ledger_call *call, double *cached, double *fresh)
{
	const struct ledger_call_in *c = &call->said;
	struct usage usage = {.model = c->model,
	                      .provider = c->provider,
	                      .start_ns = c->start_ns,
	                      .tokens_in = call->tokens_in,
	                      .tokens_cache_write = c->tokens_cache_write};
	double n = call->tokens_in > 0 ? (double)call->tokens_in : 1, in_cache = (double)call->cached;
	double without = sink_price(&usage);
	usage.tokens_cached = call->cached;
	double with = sink_price(&usage);
	*cached = *fresh = call->input_usd / n;
	if (in_cache <= 0 || in_cache >= n || !(without > 0) || !(with > 0))
		return;
	*fresh = call->input_usd / n * (without / with);
	*cached = (call->input_usd - *fresh * (n - in_cache)) / in_cache;
	if (*cached < 0) {
		*cached = 0;
		*fresh = call->input_usd / (n - in_cache);
	}
}

static void charge(struct ledger *l, const struct ledger_call *call)
{
	double cached_rate, fresh_rate;
	int64_t at = 0;
	if (IS_UNKNOWN(call->input_usd))
		return;
	rates_of(call, &cached_rate, &fresh_rate);
	for (size_t i = 0; i < l->items.n; i++) {
		const struct ledger_item *item = &l->items.at[i];
		struct ledger_piece *p = &l->pieces.at[item->piece];
		int64_t left = call->cached > at ? call->cached - at : 0,
		        cached = left < item->tokens ? left : item->tokens;
		double usd = (double)cached * cached_rate + (double)(item->tokens - cached) * fresh_rate;
		p->cost_usd = IS_UNKNOWN(p->cost_usd) ? usd : p->cost_usd + usd;
		at += item->tokens;
	}
}

/* ---------------------------------------------------------------- calls */

static double plus(double sum, double usd)
{
	return IS_UNKNOWN(usd) ? sum : IS_UNKNOWN(sum) ? usd : sum + usd;
}

static void sum_up(struct ledger *l, struct ledger_call *call)
{
	bool first = l->calls.n == 1;
	l->tokens_in += call->tokens_in;
	l->stated += call->guessed ? 0 : call->tokens_in;
	l->tokens_out += call->said.tokens_out > 0 ? call->said.tokens_out : 0;
	l->fresh += call->fresh;
	l->cached += call->cached;
	l->input_usd = plus(first ? UNKNOWN_DOUBLE : l->input_usd, call->input_usd);
	l->output_usd = plus(first ? UNKNOWN_DOUBLE : l->output_usd, call->output_usd);
	l->guessed = l->guessed || call->guessed;
	l->estimated = l->estimated || (call->said.estimated && !IS_UNKNOWN(call->said.cost_usd));
	call->tokens_so_far = l->tokens_in;
	call->usd_so_far = plus(l->input_usd, l->output_usd);
}

static void keep_items(struct ledger *l, struct ledger_call *call)
{
	if (l->n_items + l->items.n > LEDGER_PARTS) {
		l->partial = true;
		return;
	}
	struct ledger_item *items = arena_alloc(&l->arena, size_mul(l->items.n + 1, sizeof *items));
	if (l->items.n)
		memcpy(items, l->items.at, l->items.n * sizeof *items);
	call->items = items;
	call->n_items = l->items.n;
	l->n_items += l->items.n;
}

void ledger_add(struct ledger *l, const struct ledger_call_in *in, const struct ledger_part *parts, size_t n)
{
	pthread_once(&seed_once, make_seed);
	struct ledger_call *call = vec_add(&l->calls);
	*call = (struct ledger_call){.said = *in};
	call->said.id = arena_str(&l->arena, in->id);
	call->said.name = arena_str(&l->arena, in->name);
	call->said.model = arena_str(&l->arena, in->model);
	call->said.provider = arena_str(&l->arena, in->provider);
	vec_clear(&l->items);
	apportion_tokens(l, call, parts, n);
	int64_t cached = in->tokens_cached > 0 ? in->tokens_cached : 0;
	call->cached = cached < call->tokens_in ? cached : call->tokens_in;
	part_cost(call);
	charge(l, call);
	sum_up(l, call);
	keep_items(l, call);
	for (size_t i = 0; i < n; i++) {
		if (!parts[i].output)
			continue;
		uint32_t piece = piece_of(l, &parts[i]); /* may move the pieces */
		struct ledger_piece *p = &l->pieces.at[piece];
		if (!p->span) {
			p->span = in->span;
			p->span_id = call->said.id;
			p->said = true;
		}
	}
}

/* ---------------------------------------------------------------- the end */

struct ordered {
	struct ledger_piece piece;
	uint32_t was;
};

static int dearest_first(const void *a, const void *b)
{
	const struct ledger_piece *x = &((const struct ordered *)a)->piece, *y = &((const struct ordered *)b)->piece;
	double dx = IS_UNKNOWN(x->cost_usd) ? -1 : x->cost_usd, dy = IS_UNKNOWN(y->cost_usd) ? -1 : y->cost_usd;
	if ((x->sent > 0) != (y->sent > 0))
		return x->sent > 0 ? -1 : 1;
	if (dx > dy || dx < dy)
		return dx > dy ? -1 : 1;
	if (x->tokens != y->tokens)
		return x->tokens > y->tokens ? -1 : 1;
	uint32_t was_x = ((const struct ordered *)a)->was, was_y = ((const struct ordered *)b)->was;
	return (was_x > was_y) - (was_x < was_y);
}

void ledger_end(struct ledger *l)
{
	struct ordered *order = xcalloc(l->pieces.n + 1, sizeof *order);
	uint32_t *now = xcalloc(l->pieces.n + 1, sizeof *now);
	for (size_t i = 0; i < l->pieces.n; i++)
		order[i] = (struct ordered){l->pieces.at[i], (uint32_t)i};
	qsort(order, l->pieces.n, sizeof *order, dearest_first);
	size_t sent = 0;
	for (size_t i = 0; i < l->pieces.n; i++) {
		l->pieces.at[i] = order[i].piece;
		now[order[i].was] = (uint32_t)i;
		sent += order[i].piece.sent > 0;
	}
	for (size_t c = 0; c < l->calls.n; c++)
		for (size_t i = 0; i < l->calls.at[c].n_items; i++)
			l->calls.at[c].items[i].piece = now[l->calls.at[c].items[i].piece];
	l->pieces.n = sent; /* what was said and never sent is none of its business */
	free(order);
	free(now);
	free(l->slot);
	free(l->hashes);
	l->slot = NULL;
	l->hashes = NULL;
	vec_done(&l->items);
}

void ledger_done(struct ledger *l)
{
	vec_done(&l->calls);
	vec_done(&l->pieces);
	vec_done(&l->items);
	free(l->slot);
	free(l->hashes);
	arena_done(&l->arena);
	*l = (struct ledger){.mask = 0};
}

double ledger_cost_on(const struct ledger *l, struct str model, struct str provider)
{
	double sum = UNKNOWN_DOUBLE, others = 0;
	for (size_t i = 0; i < l->calls.n; i++) {
		const struct ledger_call *c = &l->calls.at[i];
		struct usage usage = {.model = model,
		                      .provider = provider,
		                      .start_ns = TIME_UNKNOWN,
		                      .tokens_in = c->tokens_in,
		                      .tokens_out = c->said.tokens_out,
		                      .tokens_cached = c->said.tokens_cached,
		                      .tokens_cache_write = c->said.tokens_cache_write};
		if (c->said.other)
			others = plus(others, c->said.cost_usd);
		else
			sum = plus(sum, sink_price(&usage));
	}
	return sum + others;
}
