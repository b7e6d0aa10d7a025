#include "store/query/agreement_private.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"

static const uint64_t seed = UINT64_C(0x73706F6F72);

/* ---------------------------------------------------------------- people */

static void count_people(struct ag *a)
{
	struct agreement *out = a->out;
	for (size_t i = 0; i < a->verdicts.n; i++) {
		const struct ag_verdict *v = &a->verdicts.at[i];
		struct agreement_person *p = &a->people.at[v->person];
		p->judged++;
		p->good += v->verdict == VERDICT_GOOD;
		p->bad += v->verdict == VERDICT_BAD;
		p->unsure += v->verdict == VERDICT_UNSURE;
		p->blind += v->blind;
	}
	for (size_t i = 0; i < a->places.n; i++) {
		const struct ag_place *p = &a->places.at[i];
		out->answers++;
		out->verdicts += (int64_t)p->n;
		out->twice += p->n > 1;
		out->good += p->good;
		out->bad += p->bad;
		out->unsure += p->unsure;
	}
}

/* bad, good, unsure */
static int column(int8_t verdict)
{
	return verdict == VERDICT_BAD ? 0 : verdict == VERDICT_GOOD ? 1 : 2;
}

static void finish_pair(struct agreement_pair *p)
{
	int64_t cells[4] = {p->cells[0][0], p->cells[0][1], p->cells[1][0], p->cells[1][1]};
	for (int i = 0; i < 9; i++)
		p->both += p->cells[i / 3][i % 3];
	p->n = cells[0] + cells[1] + cells[2] + cells[3];
	p->same = cells[0] + cells[3];
	p->agreement = interval_wilson((double)p->same, (double)p->n);
	p->kappa = agree_kappa(cells, 2, WEIGHTS_NONE);
}

static int by_both(const void *pa, const void *pb)
{
	const struct agreement_pair *a = pa, *b = pb;
	if (a->both != b->both)
		return a->both > b->both ? -1 : 1;
	return a->a != b->a ? (a->a < b->a ? -1 : 1) : a->b < b->b ? -1 : a->b > b->b;
}

/* Everyone against everyone: at most AGREEMENT_PEOPLE squared. The verdicts of an answer come by person. */
static void make_pairs(struct ag *a)
{
	size_t n = a->people.n;
	struct agreement_pair *all = xcalloc(n * n + 1, sizeof *all);
	VEC(struct agreement_pair) used = {0};
	for (size_t k = 0; k < a->places.n; k++) {
		const struct ag_verdict *v = &a->verdicts.at[a->places.at[k].first];
		for (size_t i = 0; i < a->places.at[k].n; i++)
			for (size_t j = i + 1; j < a->places.at[k].n; j++) {
				size_t x = (size_t)v[i].person, y = (size_t)v[j].person;
				all[x * n + y].cells[column(v[i].verdict)][column(v[j].verdict)]++;
			}
	}
	for (size_t x = 0; x < n; x++)
		for (size_t y = x + 1; y < n; y++) {
			struct agreement_pair *p = &all[x * n + y];
			p->a = x;
			p->b = y;
			finish_pair(p);
			if (p->both)
				*vec_add(&used) = *p;
		}
	if (used.n > 1)
		qsort(used.at, used.n, sizeof *used.at, by_both);
	a->out->n_pairs = used.n;
	a->out->pairs = arena_zalloc(&a->out->arena, used.n + 1, sizeof *a->out->pairs);
	if (used.n)
		memcpy(a->out->pairs, used.at, used.n * sizeof *used.at);
	vec_done(&used);
	free(all);
}

static bool make_alpha(struct ag *a)
{
	VEC(double) values = {0};
	VEC(size_t) offsets = {0};
	bool ok = true;
	*vec_add(&offsets) = 0;
	a->out->alpha = (struct alpha){.alpha = UNKNOWN_DOUBLE, .interval = INTERVAL_NONE, .too_few = true};
	for (size_t k = 0; k < a->places.n; k++) {
		const struct ag_place *p = &a->places.at[k];
		if (p->good + p->bad < 2)
			continue;
		for (size_t i = 0; i < p->n; i++) {
			int8_t verdict = a->verdicts.at[p->first + i].verdict;
			if (verdict != VERDICT_UNSURE)
				*vec_add(&values) = verdict == VERDICT_GOOD;
		}
		*vec_add(&offsets) = values.n;
	}
	if (offsets.n > 1) {
		struct tuples units = {.values = values.at, .offsets = offsets.at, .n = offsets.n - 1};
		struct boot_opts boot = {.seed = seed, .cancelled = db_ticker_stopped, .arg = &a->ticker};
		ok = agree_alpha(&units, ALPHA_NOMINAL, &boot, &a->out->alpha);
	}
	vec_done(&values);
	vec_done(&offsets);
	return ok;
}

/* ---------------------------------------------------------------- order of people */

static int by_judged(const void *pa, const void *pb)
{
	const struct agreement_person *const *a = pa, *const *b = pb;
	if ((*a)->judged != (*b)->judged)
		return (*a)->judged > (*b)->judged ? -1 : 1;
	return str_cmp((*a)->name, (*b)->name);
}

/* Who judged most first, whoever was met first. Before anything but the verdicts names people by number. */
static void order_people(struct ag *a)
{
	size_t n = a->people.n;
	struct agreement_person **order = xcalloc(n + 1, sizeof *order);
	int32_t *place = xcalloc(n + 1, sizeof *place);
	for (size_t i = 0; i < n; i++)
		order[i] = &a->people.at[i];
	if (n > 1)
		qsort(order, n, sizeof *order, by_judged);
	a->out->people = arena_zalloc(&a->out->arena, n + 1, sizeof *a->out->people);
	a->out->n_people = n;
	for (size_t i = 0; i < n; i++) {
		a->out->people[i] = *order[i];
		place[order[i] - a->people.at] = (int32_t)i;
	}
	if (n)
		memcpy(a->people.at, a->out->people, n * sizeof *a->people.at);
	for (size_t i = 0; i < a->verdicts.n; i++)
		a->verdicts.at[i].person = place[a->verdicts.at[i].person];
	free(order);
	free(place);
}

static int by_person(const void *pa, const void *pb)
{
	const struct ag_verdict *a = pa, *b = pb;
	return a->person < b->person ? -1 : a->person > b->person;
}

static void order_verdicts(struct ag *a)
{
	for (size_t k = 0; k < a->places.n; k++)
		if (a->places.at[k].n > 1)
			qsort(a->verdicts.at + a->places.at[k].first, a->places.at[k].n, sizeof *a->verdicts.at,
			      by_person);
}

/* ---------------------------------------------------------------- judges */

static bool make_judges(struct ag *a, struct err *err)
{
	const struct judges_opts opts = {.runs = {a->opts->run},
	                                 .cases = a->opts->cases,
	                                 .queue = a->opts->queue,
	                                 .no_traces = !filter_is_empty(a->opts->cases),
	                                 .threshold = UNKNOWN_DOUBLE,
	                                 .rows = 1,
	                                 .next = 1};
	struct judges judges;
	if (!a->opts->judges)
		return true;
	if (!judges_get(a->db, &opts, &judges, err))
		return false;
	struct arena *arena = &a->out->arena;
	a->out->judges = arena_zalloc(arena, judges.n + 1, sizeof *a->out->judges);
	for (size_t i = 0; i < judges.n; i++) {
		const struct judge *j = &judges.rows[i];
		if (!j->kappa.n || (j->all_models && j->models > 0))
			continue;
		struct agreement_judge *to = &a->out->judges[a->out->n_judges++];
		*to = (struct agreement_judge){.name = arena_str(arena, j->name),
		                               .model = arena_str(arena, j->model),
		                               .by = j->by,
		                               .kappa = j->kappa,
		                               .agreement = j->agreement,
		                               .false_pass = j->false_pass,
		                               .false_fail = j->false_fail};
		memcpy(to->cells, j->cells, sizeof to->cells);
	}
	judges_done(&judges);
	return true;
}

/* ---------------------------------------------------------------- in words */

static void add_figure(struct buf *out, const char *name, double v, struct interval i)
{
	if (IS_UNKNOWN(v))
		return;
	buf_printf(out, "%s %.2f", name, agreement_round(v));
	if (!IS_UNKNOWN(i.low))
		buf_printf(out, " (95 %%: %.2f to %.2f)", agreement_round(i.low), agreement_round(i.high));
}

/* Of two people kappa, of more alpha. */
static void add_agreement(struct buf *out, const struct agreement *o)
{
	if (o->n_pairs != 1) {
		add_figure(out, ": alpha", o->alpha.alpha, o->alpha.interval);
		return;
	}
	buf_printf(out, ": agreement %.0f %%", o->pairs->kappa.agreement * 100);
	add_figure(out, ", kappa", o->pairs->kappa.kappa, o->pairs->kappa.interval);
}

static void make_sentence(struct ag *a)
{
	struct agreement *o = a->out;
	struct buf text = BUF_INIT;
	size_t judging = 0;
	for (size_t i = 0; i < o->n_people; i++)
		judging += o->people[i].judged > 0;
	if (!o->verdicts) {
		buf_add_cstr(&text, "Nobody has judged an answer here yet.");
	} else {
		if (judging == 1)
			buf_printf(&text, "1 person judged %lld answer%s", (long long)o->answers,
			           o->answers == 1 ? "" : "s");
		else
			buf_printf(&text, "%zu people gave %lld verdicts on %lld answer%s", judging,
			           (long long)o->verdicts, (long long)o->answers, o->answers == 1 ? "" : "s");
		buf_printf(&text, ": %lld good, %lld bad, %lld unsure.", (long long)o->good, (long long)o->bad,
		           (long long)o->unsure);
		if (!o->twice)
			buf_add_cstr(&text,
			             " No answer was judged by two people, so there is no agreement to tell of.");
	}
	if (o->alpha.n_units > 0) {
		buf_printf(&text, " They differ on %lld of %zu judged twice", (long long)o->disagreements_of,
		           o->alpha.n_units);
		add_agreement(&text, o);
		buf_add_char(&text, '.');
	}
	o->sentence = arena_str(&o->arena, buf_str(&text));
	buf_done(&text);
}

/* ---------------------------------------------------------------- all of it */

bool agreement_get(struct db *db, const struct agreement_opts *opts, struct agreement *out, struct err *err)
{
	*out = (struct agreement){.arena = ARENA_INIT};
	struct ag a = {.db = db, .opts = opts, .out = out};
	bool ok = db_ticker_begin(db, &a.ticker, err) && ag_read(&a, err);
	if (ok) {
		count_people(&a);
		order_people(&a);
		order_verdicts(&a);
		make_pairs(&a);
		ok = make_alpha(&a) && ag_disagreements(&a, err) && make_judges(&a, err) && ag_preferences(&a, err);
		make_sentence(&a);
	}
	db_ticker_end(&a.ticker);
	vec_done(&a.people);
	vec_done(&a.verdicts);
	vec_done(&a.places);
	if (!ok)
		agreement_done(out);
	return ok;
}

void agreement_done(struct agreement *a)
{
	arena_done(&a->arena);
	*a = (struct agreement){.arena = ARENA_INIT};
}
