#include "store/study/lookalike.h"

#include <math.h>
#include <stdlib.h>

#include "store/stat/rates.h"
#include "store/study/lookalike_private.h"

enum { SLOTS = 2048 }; /* of the table of features: a power of 2, well above LOOKALIKE_FEATURES */

struct feature {
	struct alike_trait trait; /* its text is in the arena */
	uint64_t seeds;           /* bit s: seed s has it */
	int64_t n, good, bad;     /* of the pool */
	double against, rare;     /* how telling: against good ones; by how rare it is */
};

/* Runs of words of all seeds: which seeds have each. */
struct runs {
	struct run_slot {
		uint64_t run, seeds; /* seeds 0: empty */
	} * at;
	size_t n, cap;
};

struct seed {
	uint32_t answer, question; /* their features, or LOOKALIKE_FEATURES */
	size_t runs, asked;
	enum alike_standing source;
};

struct lookalike {
	struct arena arena;
	struct alike_work work;
	struct feature features[LOOKALIKE_FEATURES];
	uint32_t n_features;
	uint16_t slots[SLOTS]; /* 1 + place */
	struct runs runs, asked;
	struct seed seeds[LOOKALIKE_SEEDS];
	size_t n_seeds;
	int64_t all, good, bad;
};

struct lookalike *lookalike_new(void)
{
	return xcalloc(1, sizeof(struct lookalike));
}

void lookalike_free(struct lookalike *l)
{
	if (!l)
		return;
	arena_done(&l->arena);
	alike_work_done(&l->work);
	free(l->runs.at);
	free(l->asked.at);
	free(l);
}

/* ---------------------------------------------------------------- tables */

static uint16_t *slot_of(struct lookalike *l, const struct alike_trait *t)
{
	uint64_t hash = alike_mix(t->hash, (uint64_t)t->aspect);
	size_t i = (size_t)hash & (SLOTS - 1);
	for (; l->slots[i]; i = (i + 1) & (SLOTS - 1)) {
		const struct alike_trait *have = &l->features[l->slots[i] - 1].trait;
		if (have->aspect == t->aspect && have->hash == t->hash)
			break;
	}
	return &l->slots[i];
}

static struct run_slot *run_at(struct runs *r, uint64_t run)
{
	size_t i = (size_t)(run ^ (run >> 29)) & (r->cap - 1);
	while (r->at[i].seeds && r->at[i].run != run)
		i = (i + 1) & (r->cap - 1);
	return &r->at[i];
}

static void runs_grow(struct runs *r)
{
	struct runs old = *r;
	r->cap = old.cap ? old.cap * 2 : 1024;
	r->at = xcalloc(r->cap, sizeof *r->at);
	for (size_t i = 0; i < old.cap; i++)
		if (old.at[i].seeds)
			*run_at(r, old.at[i].run) = old.at[i];
	free(old.at);
}

static void runs_add(struct runs *r, uint64_t run, size_t seed)
{
	if ((r->n + 1) * 2 > r->cap)
		runs_grow(r);
	struct run_slot *s = run_at(r, run);
	r->n += !s->seeds;
	s->run = run;
	s->seeds |= UINT64_C(1) << seed;
}

/* ---------------------------------------------------------------- seeds */

static uint32_t add_feature(struct lookalike *l, const struct alike_trait *t)
{
	struct feature *f = &l->features[l->n_features];
	*f = (struct feature){.trait = *t, .seeds = UINT64_C(1) << l->n_seeds};
	f->trait.text = arena_str(&l->arena, t->text);
	return l->n_features++;
}

static void take_of_seed(void *context, const struct alike_trait *t)
{
	struct lookalike *l = context;
	uint16_t *slot = slot_of(l, t);
	if (*slot)
		l->features[*slot - 1].seeds |= UINT64_C(1) << l->n_seeds;
	else if (l->n_features < LOOKALIKE_FEATURES)
		*slot = (uint16_t)(1 + add_feature(l, t));
}

bool lookalike_seed(struct lookalike *l, const struct alike_facts *facts)
{
	if (l->n_seeds == LOOKALIKE_SEEDS)
		return false;
	alike_traits(&l->work, facts, take_of_seed, l);
	const struct alike_work *w = &l->work;
	struct seed *s = &l->seeds[l->n_seeds];
	*s = (struct seed){LOOKALIKE_FEATURES, LOOKALIKE_FEATURES, w->runs.n, w->asked.n, facts->source};
	for (size_t i = 0; i < w->runs.n; i++)
		runs_add(&l->runs, w->runs.at[i], l->n_seeds);
	for (size_t i = 0; i < w->asked.n; i++)
		runs_add(&l->asked, w->asked.at[i], l->n_seeds);
	if (w->spoken && l->n_features < LOOKALIKE_FEATURES)
		s->answer = add_feature(l, &(struct alike_trait){.aspect = ALIKE_ANSWER});
	if (s->runs && s->asked && l->n_features < LOOKALIKE_FEATURES)
		s->question = add_feature(l, &(struct alike_trait){.aspect = ALIKE_QUESTION});
	l->n_seeds++;
	return true;
}

/* ---------------------------------------------------------------- the pool */

struct meeting {
	struct lookalike *l;
	struct alike_met *met;
};

static void have(struct alike_met *met, uint32_t feature)
{
	met->features[feature / 64] |= UINT64_C(1) << (feature % 64);
}

static bool has(const struct alike_met *met, uint32_t feature)
{
	return met->features[feature / 64] >> (feature % 64) & 1;
}

static void take_of_item(void *context, const struct alike_trait *t)
{
	struct meeting *m = context;
	uint16_t slot = *slot_of(m->l, t);
	if (slot)
		have(m->met, slot - 1u);
}

/* The nearest stay, of equals the first seed. */
static void keep_wording(struct alike_met *met, size_t seed, int percent)
{
	size_t i = met->n_wording;
	if (i == ALIKE_WORDINGS && met->wording[i - 1].percent >= percent)
		return;
	i -= i == ALIKE_WORDINGS;
	for (; i > 0 && met->wording[i - 1].percent < percent; i--)
		met->wording[i] = met->wording[i - 1];
	met->wording[i].seed = (uint8_t)seed;
	met->wording[i].percent = (uint8_t)percent;
	if (met->n_wording < ALIKE_WORDINGS)
		met->n_wording++;
}

/* How much of an item's runs each seed has, too (Jaccard); of: each seed's number of runs. */
static void share_runs(const struct lookalike *l, struct runs *r, const alike_runs *runs, bool asked,
                       double out[LOOKALIKE_SEEDS])
{
	size_t hits[LOOKALIKE_SEEDS] = {0};
	for (size_t i = 0; r->cap && i < runs->n; i++)
		for (uint64_t seeds = run_at(r, runs->at[i])->seeds; seeds; seeds &= seeds - 1)
			hits[__builtin_ctzll(seeds)]++;
	for (size_t s = 0; s < l->n_seeds; s++) {
		size_t of = asked ? l->seeds[s].asked : l->seeds[s].runs;
		out[s] = hits[s] ? (double)hits[s] / (double)(runs->n + of - hits[s]) : 0;
	}
}

static void meet_wording(struct lookalike *l, struct alike_met *met)
{
	double answer[LOOKALIKE_SEEDS] = {0}, question[LOOKALIKE_SEEDS] = {0};
	share_runs(l, &l->runs, &l->work.runs, false, answer);
	share_runs(l, &l->asked, &l->work.asked, true, question);
	for (size_t s = 0; s < l->n_seeds; s++) {
		if (answer[s] < LOOKALIKE_WORDING)
			continue;
		if (l->seeds[s].answer != LOOKALIKE_FEATURES)
			have(met, l->seeds[s].answer);
		if (l->seeds[s].question != LOOKALIKE_FEATURES && question[s] >= LOOKALIKE_WORDING)
			have(met, l->seeds[s].question);
		keep_wording(met, s, (int)(answer[s] * 100));
	}
}

void lookalike_meet(struct lookalike *l, const struct alike_facts *facts, struct alike_met *out)
{
	*out = (struct alike_met){.source = (uint8_t)facts->source, .person = (uint8_t)facts->person};
	struct meeting m = {l, out};
	alike_traits(&l->work, facts, take_of_item, &m);
	meet_wording(l, out);
	enum alike_standing standing = facts->person != ALIKE_UNKNOWN ? facts->person : facts->source;
	l->all++;
	l->good += standing == ALIKE_GOOD;
	l->bad += standing == ALIKE_BAD;
	for (uint32_t i = 0; i < l->n_features; i++) {
		if (!has(out, i))
			continue;
		l->features[i].n++;
		l->features[i].good += standing == ALIKE_GOOD;
		l->features[i].bad += standing == ALIKE_BAD;
	}
}

/* ---------------------------------------------------------------- weighing */

static bool has_good(const struct lookalike *l)
{
	return l->good >= LOOKALIKE_GOOD && l->bad > 0;
}

static bool needs_proof(const struct alike_trait *t)
{
	switch (t->aspect) {
	case ALIKE_VALUE: return !t->wrong;
	case ALIKE_USED:
	case ALIKE_MISSING:
	case ALIKE_CHECK:
	case ALIKE_FAILED_STEP:
	case ALIKE_STEPS: return true;
	case ALIKE_ERROR:
	case ALIKE_ANSWER:
	case ALIKE_QUESTION:
	case ALIKE_FORM:
	case ALIKE_SCORE:
	case N_ALIKE_ASPECTS: break;
	}
	return false;
}

static double weigh_against(const struct lookalike *l, const struct feature *f)
{
	if (!f->bad || !has_good(l))
		return 0;
	const struct rate bad = {f->bad, l->bad}, good = {f->good, l->good};
	double telling = 1 - ((double)good.k / (double)good.n) / ((double)bad.k / (double)bad.n);
	if (telling <= 0 || (needs_proof(&f->trait) && !(rates_fisher(bad, good) < LOOKALIKE_P)))
		return 0;
	return telling;
}

void lookalike_weigh(struct lookalike *l)
{
	for (uint32_t i = 0; i < l->n_features; i++) {
		struct feature *f = &l->features[i];
		double others = f->n > 2 ? (double)(f->n - 2) / (double)l->all : 0;
		f->against = weigh_against(l, f);
		f->rare = f->trait.aspect == ALIKE_ERROR ? 1 : 1 - others;
	}
}

/* ---------------------------------------------------------------- judging */

static double wording_weight(int percent)
{
	enum { FULL = 70 };
	double from = LOOKALIKE_WORDING * 100, at = percent < FULL ? percent : FULL;
	return 0.4 + (0.95 - 0.4) * (at - from) / (FULL - from);
}

static double evidence(const struct lookalike *l, const struct feature *f, const struct seed *seed, int percent)
{
	bool against = has_good(l) && seed->source != ALIKE_GOOD;
	double t = against ? f->against : f->rare;
	double common = l->bad ? (double)f->bad / (double)l->bad : 0;
	switch (f->trait.aspect) {
	case ALIKE_ERROR: return 0.95 * t;
	case ALIKE_ANSWER:
	case ALIKE_QUESTION: return wording_weight(percent) * t;
	case ALIKE_FORM: return 0.85 * t;
	case ALIKE_VALUE: return (f->trait.wrong ? 0.9 : against ? 0.8 : 0.4) * t * (1 - common);
	case ALIKE_USED:
	case ALIKE_MISSING: return (against ? 0.95 : 0.4) * t;
	case ALIKE_CHECK: return (against ? 0.8 : 0.4) * t;
	case ALIKE_FAILED_STEP: return 0.6 * t;
	case ALIKE_STEPS: return 0.4 * t;
	case ALIKE_SCORE: return 0.4 * t * (1 - common);
	case N_ALIKE_ASPECTS: break;
	}
	return 0;
}

/* Strongest first; of equals the order of aspects, then of texts: not that in which they were met. */
static bool goes_before(const struct lookalike *l, const struct alike_reason *a, const struct alike_reason *b)
{
	if (a->evidence > b->evidence || a->evidence < b->evidence)
		return a->evidence > b->evidence;
	if (a->aspect != b->aspect)
		return a->aspect < b->aspect;
	return str_cmp(l->features[a->feature].trait.text, l->features[b->feature].trait.text) < 0;
}

struct weighing {
	struct alike_reason at[LOOKALIKE_FEATURES];
	size_t n;
};

static void sort_reasons(const struct lookalike *l, struct weighing *w)
{
	for (size_t i = 1; i < w->n; i++) /* few: what one item and one seed share */
		for (size_t k = i; k > 0 && goes_before(l, &w->at[k], &w->at[k - 1]); k--) {
			struct alike_reason swap = w->at[k];
			w->at[k] = w->at[k - 1];
			w->at[k - 1] = swap;
		}
}

/* Sorted. Of each aspect the best two count, of a field its best. */
static void combine(const struct lookalike *l, struct weighing *w, struct alike_found *out)
{
	int of_aspect[N_ALIKE_ASPECTS] = {0};
	double left = 1;
	for (size_t i = 0; i < w->n && out->n_reasons < ALIKE_REASONS; i++) {
		const struct alike_trait *t = &l->features[w->at[i].feature].trait;
		bool again = false;
		for (size_t k = 0; k < out->n_reasons && t->aspect == ALIKE_VALUE; k++) {
			const struct alike_trait *o = &l->features[out->reasons[k].feature].trait;
			again = again || (o->aspect == ALIKE_VALUE && o->field == t->field);
		}
		if (again || of_aspect[t->aspect] == 2)
			continue;
		of_aspect[t->aspect]++;
		out->reasons[out->n_reasons++] = w->at[i];
		left *= 1 - w->at[i].evidence;
	}
	out->alike = 1 - left;
}

static int percent_of(const struct alike_met *met, size_t seed)
{
	for (size_t i = 0; i < met->n_wording; i++)
		if (met->wording[i].seed == seed)
			return met->wording[i].percent;
	return -1;
}

static void judge_by(const struct lookalike *l, const struct alike_met *met, size_t seed, struct alike_found *out)
{
	struct weighing w; /* large: only what is used of it is written */
	w.n = 0;
	*out = (struct alike_found){.seed = seed};
	for (size_t word = 0; word * 64 < l->n_features; word++)
		for (uint64_t bits = met->features[word]; bits; bits &= bits - 1) {
			uint32_t i = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
			const struct feature *f = &l->features[i];
			bool worded = f->trait.aspect == ALIKE_ANSWER || f->trait.aspect == ALIKE_QUESTION;
			int percent = worded ? percent_of(met, seed) : 0;
			if (!(f->seeds >> seed & 1) || percent < 0)
				continue;
			double e = evidence(l, f, &l->seeds[seed], percent);
			if (e > 0.01)
				w.at[w.n++] = (struct alike_reason){f->trait.aspect, i, e, percent, f->bad, f->good};
		}
	sort_reasons(l, &w);
	combine(l, &w, out);
}

/* Source and people may not say the opposite: what passed is not the failure of what failed. */
static bool contradicts(const struct alike_met *met, const struct seed *seed)
{
	if (met->person == ALIKE_GOOD)
		return true;
	return met->person == ALIKE_UNKNOWN && seed->source != ALIKE_UNKNOWN && met->source != ALIKE_UNKNOWN &&
	       met->source != seed->source;
}

bool lookalike_judge(const struct lookalike *l, const struct alike_met *met, struct alike_found *out)
{
	struct alike_found now;
	*out = (struct alike_found){.alike = 0};
	for (size_t s = 0; s < l->n_seeds; s++) {
		if (contradicts(met, &l->seeds[s]))
			continue;
		judge_by(l, met, s, &now);
		if (now.alike > out->alike)
			*out = now;
	}
	return out->alike >= LOOKALIKE_LEAST && out->reasons[0].evidence >= LOOKALIKE_STRONG;
}

/* ---------------------------------------------------------------- words */

static const char *const names[N_ALIKE_ASPECTS] = {"error",         "answer",           "question",    "form",  "value",
                                                   "document_used", "document_missing", "failed_step", "check", "score",
                                                   "steps"};

const char *alike_aspect_name(enum alike_aspect aspect)
{
	return names[aspect];
}

void lookalike_group(struct buf *out, const struct lookalike *l, const struct alike_reason *r)
{
	const struct alike_trait *t = &l->features[r->feature].trait;
	const char *before = "", *after = "";
	switch (r->aspect) {
	case ALIKE_ERROR: before = "same error: "; break;
	case ALIKE_ANSWER: before = "answer in nearly the same words"; break;
	case ALIKE_QUESTION: before = "a like question answered in nearly the same words"; break;
	case ALIKE_FORM:
		before = "answer is ";
		after = ", too";
		break;
	case ALIKE_VALUE: before = t->wrong ? "same wrong value: " : "same value: "; break;
	case ALIKE_USED: before = "both retrieved "; break;
	case ALIKE_MISSING:
		before = "both lack ";
		after = ", which good answers had";
		break;
	case ALIKE_FAILED_STEP: before = "fails at the same step: "; break;
	case ALIKE_CHECK: before = "same finding: "; break;
	case ALIKE_SCORE: before = "fails the same score: "; break;
	case ALIKE_STEPS: before = "same steps: "; break;
	case N_ALIKE_ASPECTS: break;
	}
	buf_add_cstr(out, before);
	buf_add_str(out, t->text);
	buf_add_cstr(out, after);
}

void lookalike_reason(struct buf *out, const struct lookalike *l, const struct alike_reason *r)
{
	if (r->aspect == ALIKE_ANSWER)
		buf_printf(out, "answer %d %% the same wording", r->percent);
	else
		lookalike_group(out, l, r);
}
