#include "store/study/ruleprop.h"

#include <math.h>
#include <stdlib.h>

#include "store/base/text.h"
#include "store/stat/paired.h"
#include "store/stat/rates.h"
#include "store/study/ruleprop_private.h"

#define ALPHA     0.05
#define ALARMS    0.2 /* of the approved answers, that a rule may flag and still be offered */
#define PRECISION 0.6 /* of what it flags among the judged */

enum { SURVIVORS = 80, CHOSEN_MOST = 8, TEXT_MOST = 64 << 10, TEXT_LEAST = 256 };

uint64_t rp_mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

uint64_t rp_sign(uint32_t doc)
{
	return rp_mix(UINT64_C(0x9e3779b97f4a7c15) * (doc + UINT64_C(1)));
}

bool rp_cancelled(const struct rp *r)
{
	return r->opts && r->opts->cancelled && r->opts->cancelled(r->opts->arg);
}

/* ---------------------------------------------------------------- hypotheses */

static double least_of(struct rp *r, uint32_t support)
{
	if (support == 0 || support >= r->n)
		return 1;
	double *known = &r->least_of[support];
	if (*known < 0) {
		/* Margins alone decide: any table of them will do. */
		struct rate a = {support < r->n_bad ? support : r->n_bad, r->n_bad}, b = {support - a.k, r->n_good};
		*known = rates_fisher_least(a, b);
	}
	return *known;
}

bool rp_can_tell(struct rp *r, uint32_t support)
{
	return least_of(r, support) <= ALPHA;
}

static void grow_slots(struct rp *r)
{
	size_t cap = r->slots_cap ? r->slots_cap * 2 : 1024;
	free(r->slots);
	r->slots = xcalloc(cap, sizeof *r->slots);
	r->slots_cap = cap;
	for (size_t i = 0; i < r->cands.n; i++) {
		size_t at = rp_mix(r->cands.at[i].sig) & (cap - 1);
		while (r->slots[at])
			at = (at + 1) & (cap - 1);
		r->slots[at] = (uint32_t)i + 1;
	}
}

static void turn(const struct rp *r, struct rp_cand *c)
{
	/* A phrase that good answers have more often is one that the bad ones lack. */
	if (c->demand || (uint64_t)c->bad * r->n_good >= (uint64_t)c->good * r->n_bad)
		return;
	c->lacks = true;
	c->bad = r->n_bad - c->bad;
	c->good = r->n_good - c->good;
	c->cost += 0.3;
}

void rp_add(struct rp *r, const struct rp_cand *given)
{
	struct rp_cand c = *given;
	if (!rp_can_tell(r, c.bad + c.good))
		return;
	c.sig = c.sig < (c.sig ^ r->all) ? c.sig : c.sig ^ r->all;
	turn(r, &c);
	if (r->cands.n * 4 >= r->slots_cap * 3)
		grow_slots(r);
	size_t at = rp_mix(c.sig) & (r->slots_cap - 1);
	while (r->slots[at] && r->cands.at[r->slots[at] - 1].sig != c.sig)
		at = (at + 1) & (r->slots_cap - 1);
	if (!r->slots[at]) {
		*vec_add(&r->cands) = c;
		r->slots[at] = (uint32_t)r->cands.n;
	} else if (c.cost < r->cands.at[r->slots[at] - 1].cost) {
		r->cands.at[r->slots[at] - 1] = c;
	}
}

/* ---------------------------------------------------------------- what is more than chance */

static bool is_useful(const struct rp *r, int64_t bad, int64_t good)
{
	return bad >= 2 && (double)good <= ALARMS * r->n_good && (double)bad >= PRECISION * (double)(bad + good);
}

static int by_number(const void *pa, const void *pb)
{
	const double *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

/* The smallest k for which at most k hypotheses could reach 0.05 / k (Tarone 1990): those alone are tested. */
static int64_t tarone(struct rp *r)
{
	size_t n = r->cands.n, below;
	double *least = xcalloc(n + 1, sizeof *least);
	int64_t k = 1;
	for (size_t i = 0; i < n; i++)
		least[i] = r->cands.at[i].least = least_of(r, r->cands.at[i].bad + r->cands.at[i].good);
	if (n)
		qsort(least, n, sizeof *least, by_number);
	for (below = n; k < (int64_t)n; k++) {
		while (below && least[below - 1] > ALPHA / (double)k)
			below--;
		if ((int64_t)below <= k)
			break;
	}
	free(least);
	return k;
}

static void test(struct rp *r, int64_t k, int64_t *tried)
{
	double *p = xcalloc(r->cands.n + 1, sizeof *p);
	*tried = 0;
	for (size_t i = 0; i < r->cands.n; i++) {
		struct rp_cand *c = &r->cands.at[i];
		c->p = 1;
		if (c->least > ALPHA / (double)k) {
			p[i] = UNKNOWN_DOUBLE;
			continue;
		}
		++*tried;
		/* What nobody would offer need not be computed: it only makes the correction stricter. */
		if (is_useful(r, c->bad, c->good))
			c->p = rates_fisher((struct rate){c->bad, r->n_bad}, (struct rate){c->good, r->n_good});
		p[i] = c->p;
	}
	paired_holm(p, r->cands.n, p);
	for (size_t i = 0; i < r->cands.n; i++)
		r->cands.at[i].corrected = IS_UNKNOWN(p[i]) ? 1 : p[i];
	free(p);
}

/* Of equal p the one that is easier to read; at last their places, so that nothing is left to chance. */
static int by_strength(const void *pa, const void *pb)
{
	const struct rp_cand *a = pa, *b = pb;
	if (a->p < b->p || a->p > b->p)
		return a->p < b->p ? -1 : 1;
	if (a->cost < b->cost || a->cost > b->cost)
		return a->cost < b->cost ? -1 : 1;
	return (a->sig > b->sig) - (a->sig < b->sig);
}

static int compare_drop(const void *pa, const void *pb)
{
	const struct rp_cand *a = pa, *b = pb;
	bool drop_a = a->corrected > ALPHA, drop_b = b->corrected > ALPHA;
	return drop_a != drop_b ? drop_a - drop_b : by_strength(pa, pb);
}

/* ---------------------------------------------------------------- as the rule itself counts */

struct offer {
	struct ruleprop_rule rule;
	bool *broken; /* by each answer */
	double cost;
};

static void count(const struct rp *r, struct offer *o)
{
	struct ruleprop_rule *rule = &o->rule;
	for (uint32_t d = 0; d < r->n; d++) {
		o->broken[d] = demand_broken(&rule->demand, r->docs[d].answer, NULL, NULL);
		*(d < r->n_bad ? &rule->hits : &rule->alarms) += o->broken[d];
	}
	rule->misses = r->n_bad - rule->hits;
	rule->passed = r->n_good - rule->alarms;
	rule->precision = interval_wilson((double)rule->hits, (double)(rule->hits + rule->alarms));
	rule->recall = interval_wilson((double)rule->hits, r->n_bad);
}

/* A phrase counted by words may flag more as a text ("art" in "part"): what is offered has to stand as it will be run. */
static bool stands(const struct rp *r, const struct rp_cand *c, struct offer *o, int64_t tried)
{
	count(r, o);
	if (!is_useful(r, o->rule.hits, o->rule.alarms))
		return false;
	double p = rates_fisher((struct rate){o->rule.hits, r->n_bad}, (struct rate){o->rule.alarms, r->n_good});
	bool same = o->rule.hits == c->bad && o->rule.alarms == c->good;
	o->rule.p = fmax(p, c->p);
	o->rule.p_corrected = fmin(1, same ? c->corrected : fmax(c->corrected, p * (double)tried));
	return o->rule.p_corrected <= ALPHA;
}

static bool is_double(const struct rp *r, const struct offer *all, size_t n, const struct offer *o)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(all[i].broken, o->broken, r->n * sizeof *o->broken) == 0)
			return true;
	return false;
}

static bool holds(struct str a, struct str b)
{
	return a.len && b.len && (text_find(a, b, 0, true) != SIZE_MAX || text_find(b, a, 0, true) != SIZE_MAX);
}

static bool both_known(int64_t a, int64_t b)
{
	return a != UNKNOWN_INT && b != UNKNOWN_INT;
}

/* The same thought with another bound, or a piece of the same phrase: the stronger one speaks for both. */
static bool is_variant(const struct demand *a, const struct demand *b)
{
	if (a->json_field.len || b->json_field.len)
		return str_eq(a->json_field, b->json_field) &&
		       ((!IS_UNKNOWN(a->max_value) && !IS_UNKNOWN(b->max_value)) ||
		        (!IS_UNKNOWN(a->min_value) && !IS_UNKNOWN(b->min_value)));
	return holds(a->contain, b->contain) || holds(a->not_contain, b->not_contain) ||
	       both_known(a->min_length, b->min_length) || both_known(a->max_length, b->max_length) ||
	       both_known(a->max_duration, b->max_duration) || both_known(a->max_tokens, b->max_tokens) ||
	       (both_known(a->max_calls, b->max_calls) && str_eq(a->tool, b->tool)) ||
	       (!IS_UNKNOWN(a->max_cost) && !IS_UNKNOWN(b->max_cost));
}

static bool has_variant(const struct offer *all, size_t n, const struct offer *o)
{
	for (size_t i = 0; i < n; i++)
		if (is_variant(&all[i].rule.demand, &o->rule.demand))
			return true;
	return false;
}

/* ---------------------------------------------------------------- the small set */

static int64_t gain(const struct rp *r, const struct offer *o, const bool *covered, int64_t *adds)
{
	int64_t alarms = 0;
	*adds = 0;
	for (uint32_t d = 0; d < r->n; d++)
		if (o->broken[d] && !covered[d])
			*(d < r->n_bad ? adds : &alarms) += 1;
	return *adds - 2 * alarms;
}

/* Greedy: each next one adds most flagged answers, a false alarm weighing two of them (within 1 - 1/e of the best set: Nemhauser 1978). */
static void choose(const struct rp *r, struct offer *all, size_t n, struct ruleprop *out)
{
	bool *covered = arena_zalloc(r->arena, r->n, sizeof *covered);
	for (size_t k = 0; k < n && k < CHOSEN_MOST; k++) {
		int64_t best = 0, best_adds = 0, adds;
		size_t at = n;
		for (size_t i = k; i < n; i++) {
			int64_t g = gain(r, &all[i], covered, &adds);
			if (adds >= 1 && g > best) {
				best = g;
				best_adds = adds;
				at = i;
			}
		}
		if (at == n)
			break;
		struct offer o = all[at];
		memmove(all + k + 1, all + k, (at - k) * sizeof *all);
		o.rule.chosen = true;
		o.rule.adds = best_adds;
		all[k] = o;
		for (uint32_t d = 0; d < r->n; d++)
			covered[d] = covered[d] || o.broken[d];
	}
	for (uint32_t d = 0; d < r->n; d++)
		*(d < r->n_bad ? &out->covered : &out->alarmed) += covered[d];
}

static bool offers(struct rp *r, int64_t tried, struct ruleprop *out)
{
	struct offer *all = arena_zalloc(r->arena, SURVIVORS, sizeof *all);
	size_t n = 0;
	if (r->cands.n)
		qsort(r->cands.at, r->cands.n, sizeof *r->cands.at, compare_drop);
	for (size_t i = 0; i < r->cands.n && i < SURVIVORS && r->cands.at[i].corrected <= ALPHA; i++) {
		if (rp_cancelled(r))
			return false;
		struct offer *o = &all[n];
		*o = (struct offer){.broken = arena_zalloc(r->arena, r->n, sizeof *o->broken),
		                    .cost = r->cands.at[i].cost};
		rp_spell(r, &r->cands.at[i], &o->rule);
		n += stands(r, &r->cands.at[i], o, tried) && !is_double(r, all, n, o) && !has_variant(all, n, o);
	}
	choose(r, all, n, out);
	out->n = n < RULEPROP_OFFERS ? n : RULEPROP_OFFERS;
	out->rules = arena_zalloc(r->arena, out->n, sizeof *out->rules);
	for (size_t i = 0; i < out->n; i++)
		out->rules[i] = all[i].rule;
	rp_name_apart(out->rules, out->n, r->arena);
	return true;
}

/* ---------------------------------------------------------------- all of it */

static double best_p(int64_t bad, int64_t good)
{
	return bad && good ? rates_fisher((struct rate){bad, bad}, (struct rate){0, good}) : 1;
}

/* The fewest flagged answers (with as many approved, at least those there are) of which a rule without mistakes could be told among so many. */
static int64_t needed(int64_t bad, int64_t good, int64_t tried)
{
	double least = ALPHA / (double)(tried > 100 ? tried : 100);
	if (best_p(bad, good) <= least)
		return UNKNOWN_INT;
	for (int64_t n = bad > 2 ? bad : 2; n < 100; n++)
		if (best_p(n, good > n ? good : n) <= least)
			return n;
	return 100;
}

static void begin(struct rp *r, const struct answer *flagged, const struct answer *approved)
{
	size_t share = RULEPROP_BYTES / (r->n ? r->n : 1);
	r->doc_bytes = share > TEXT_MOST ? TEXT_MOST : share < TEXT_LEAST ? TEXT_LEAST : share;
	r->docs = xcalloc(r->n + 1, sizeof *r->docs);
	r->least_of = xcalloc((size_t)r->n + 1, sizeof *r->least_of);
	for (uint32_t d = 0; d < r->n; d++) {
		r->docs[d].answer = d < r->n_bad ? &flagged[d] : &approved[d - r->n_bad];
		r->least_of[d] = -1;
		r->all ^= rp_sign(d);
	}
	r->least_of[r->n] = -1;
	grow_slots(r);
}

static void done(struct rp *r)
{
	for (uint32_t d = 0; d < r->n; d++)
		free(r->docs[d].words);
	free(r->docs);
	free(r->slots);
	free(r->least_of);
	vec_done(&r->cands);
}

bool ruleprop_find(const struct answer *flagged, size_t n_flagged, const struct answer *approved, size_t n_approved,
                   const struct ruleprop_opts *opts, struct arena *arena, struct ruleprop *out)
{
	BUG_ON(n_flagged > RULEPROP_ANSWERS || n_approved > RULEPROP_ANSWERS);
	struct rp r = {.n_bad = (uint32_t)n_flagged, .n_good = (uint32_t)n_approved, .arena = arena, .opts = opts};
	*out = (struct ruleprop){.n_flagged = n_flagged, .n_approved = n_approved, .needed = UNKNOWN_INT};
	r.n = r.n_bad + r.n_good;
	out->too_few = best_p(r.n_bad, r.n_good) > ALPHA;
	bool going = true;
	begin(&r, flagged, approved);
	for (uint32_t d = 0; d < r.n; d++)
		if (r.docs[d].answer->output.len > r.doc_bytes)
			out->cut_bytes = r.doc_bytes;
	if (!out->too_few) {
		going = rp_phrases(&r) && rp_facts(&r);
		if (going)
			test(&r, tarone(&r), &out->tried);
		going = going && offers(&r, out->tried, out);
	}
	if (!out->n)
		out->needed = needed((int64_t)n_flagged, (int64_t)n_approved, out->tried);
	done(&r);
	return going;
}
