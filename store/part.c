#include "store/part.h"

#include <stdlib.h>
#include <string.h>

#include "store/span_row.h"

static bool has_ended(const struct span_part *p)
{
	return p->end_ns != TIME_UNKNOWN;
}

int part_rank(const struct span_part *a, const struct span_part *b)
{
	if (has_ended(a) != has_ended(b))
		return has_ended(a) ? -1 : 1;
	if (a->end_ns != b->end_ns)
		return a->end_ns > b->end_ns ? -1 : 1;
	return a->hash > b->hash ? -1 : a->hash < b->hash;
}

static int by_rank(const void *a, const void *b)
{
	return part_rank(a, b);
}

int64_t part_duration(const struct span_part *part)
{
	return units_between(part->start_ns, part->end_ns);
}

bool part_is_plain(const struct span_part *part)
{
	return part->end_ns == TIME_UNKNOWN || part_duration(part) != UNKNOWN_INT;
}

/* Fields are merged by one list, so that what is filled and what can contradict never differ. */
struct merge {
	struct span_part *into;
	const struct span_part *from;
	bool differ;
};

static void word(struct merge *m, uint32_t *into, uint32_t from, bool fact)
{
	m->differ |= fact && *into && from && *into != from;
	if (!*into)
		*into = from;
}

static void number(struct merge *m, int64_t *into, int64_t from)
{
	m->differ |= *into != UNKNOWN_INT && from != UNKNOWN_INT && *into != from;
	if (*into == UNKNOWN_INT)
		*into = from;
}

static void digest(struct merge *m, uint64_t *into, uint64_t from)
{
	m->differ |= *into && from && *into != from;
	if (!*into)
		*into = from;
}

static bool is_stated(const struct span_part *p)
{
	return !IS_UNKNOWN(p->cost_usd) && !(p->flags & SPAN_ESTIMATED);
}

static void cost(struct merge *m)
{
	struct span_part *a = m->into;
	const struct span_part *b = m->from;
	bool mine = is_stated(a), theirs = is_stated(b);
	m->differ |= mine && theirs && (a->cost_usd < b->cost_usd || a->cost_usd > b->cost_usd);
	if (mine || IS_UNKNOWN(b->cost_usd) || (!theirs && !IS_UNKNOWN(a->cost_usd)))
		return;
	a->cost_usd = b->cost_usd;
	a->flags = (a->flags & ~(uint32_t)SPAN_ESTIMATED) | (b->flags & SPAN_ESTIMATED);
}

static bool is_verdict(uint8_t status)
{
	return status == STATUS_OK || status == STATUS_ERROR;
}

static void status(struct merge *m, bool ended)
{
	uint8_t from = m->from->status;
	m->differ |= is_verdict(m->into->status) && is_verdict(from) && m->into->status != from;
	if (is_verdict(from) ? !is_verdict(m->into->status)
	                     : from == STATUS_RUNNING && !ended && m->into->status == STATUS_UNSET)
		m->into->status = from;
}

static void merge_fields(struct merge *m, bool ended)
{
	struct span_part *a = m->into;
	const struct span_part *b = m->from;
	m->differ |= a->has_parent && b->has_parent && a->parent != b->parent;
	if (!a->has_parent && b->has_parent) {
		a->has_parent = true;
		a->parent = b->parent;
	}
	m->differ |= a->kind != KIND_SPAN && b->kind != KIND_SPAN && a->kind != b->kind;
	if (a->kind == KIND_SPAN)
		a->kind = b->kind;
	status(m, ended);
	number(m, &a->start_ns, b->start_ns);
	number(m, &a->end_ns, b->end_ns);
	number(m, &a->first_token_ns, b->first_token_ns);
	word(m, &a->name, b->name, true);
	word(m, &a->model, b->model, true);
	word(m, &a->provider, b->provider, false);
	word(m, &a->prompt, b->prompt, true);
	word(m, &a->session, b->session, false);
	word(m, &a->user, b->user, false);
	word(m, &a->service, b->service, false);
	word(m, &a->trace_name, b->trace_name, false);
	number(m, &a->tokens_in, b->tokens_in);
	number(m, &a->tokens_out, b->tokens_out);
	number(m, &a->tokens_cached, b->tokens_cached);
	number(m, &a->tokens_reasoning, b->tokens_reasoning);
	number(m, &a->tokens_cache_write, b->tokens_cache_write);
	cost(m);
	digest(m, &a->input_hash, b->input_hash);
	digest(m, &a->output_hash, b->output_hash);
	if (!a->message.ptr)
		a->message = b->message;
}

void part_merge(struct span_part *parts, size_t n, struct span_part *out, bool *conflict)
{
	struct span_part state[2]; /* what those not ended and those ended say, each among themselves */
	bool any[2] = {false, false};
	if (n > 1)
		qsort(parts, n, sizeof *parts, by_rank);
	*out = parts[0];
	*conflict = n > PARTS_MAX;
	bool ended = has_ended(&parts[0]);
	for (size_t i = 0; i < n && i < PARTS_MAX; i++) {
		bool e = has_ended(&parts[i]);
		if (i > 0)
			merge_fields(&(struct merge){.into = out, .from = &parts[i]}, ended);
		if (any[e]) {
			struct merge m = {.into = &state[e], .from = &parts[i]};
			merge_fields(&m, e);
			*conflict |= m.differ;
		} else {
			state[e] = parts[i];
			any[e] = true;
		}
	}
	bool backwards = out->start_ns != TIME_UNKNOWN && out->end_ns != TIME_UNKNOWN && out->end_ns < out->start_ns;
	out->flags &= ~(uint32_t)(SPAN_RUNNING | SPAN_BAD_TIME);
	out->flags |= (backwards ? SPAN_BAD_TIME : 0) | (out->status == STATUS_RUNNING ? SPAN_RUNNING : 0);
}

/* ---------------------------------------------------------------- previews */

static void put_big_endian(unsigned char *to, uint64_t n)
{
	for (int i = 7; i >= 0; i--, n >>= 8)
		to[i] = (unsigned char)n;
}

static struct preview_rank rank_of(enum preview_class class, int64_t start_ns, int64_t key, uint64_t hash)
{
	struct preview_rank r;
	const uint64_t sign = (uint64_t)1 << 63;
	r.byte[0] = (unsigned char)class;
	put_big_endian(r.byte + 1, start_ns == TIME_UNKNOWN ? UINT64_MAX : (uint64_t)start_ns ^ sign);
	put_big_endian(r.byte + 9, (uint64_t)key ^ sign);
	put_big_endian(r.byte + 17, hash);
	return r;
}

struct preview_rank part_preview_rank(const struct span_part *part)
{
	bool call = part->kind == KIND_AGENT || part->kind == KIND_CHAIN || part->kind == KIND_LLM;
	enum preview_class class = !part->has_parent ? PREVIEW_ROOT : call ? PREVIEW_CALL : PREVIEW_ANY;
	return rank_of(class, part->start_ns, part->key, part->hash);
}

struct preview_rank preview_said_rank(int64_t start_ns, uint64_t hash)
{
	return rank_of(PREVIEW_SAID, start_ns, 0, hash);
}
