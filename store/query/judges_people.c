/* Which people's verdicts are set against a judge, and how far people agree among themselves. */
#include <stdlib.h>
#include <string.h>

#include "store/base/hash_set.h"
#include "store/query/judges_private.h"

enum { PEOPLE_MOST = 64 /* of one answer */ };

uint64_t jd_fold(struct str name)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		bool counts = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
		if (counts)
			sum = jd_mix(sum, (unsigned char)c);
	}
	return sum;
}

static int by_name_id(const void *pa, const void *pb)
{
	const struct jd_name *a = pa, *b = pb;
	return a->id < b->id ? -1 : a->id > b->id;
}

const struct jd_name *jd_name_of(const struct jd_work *w, int64_t id)
{
	const struct jd_name key = {.id = id};
	return w->names.n ? bsearch(&key, w->names.at, w->names.n, sizeof key, by_name_id) : NULL;
}

/* ---------------------------------------------------------------- votes */

struct votes {
	const struct jd_score *at[PEOPLE_MOST]; /* one of each person: the newest */
	size_t n;
};

static void vote(struct votes *v, const struct jd_score *s)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->at[i]->author == s->author) {
			v->at[i] = s; /* they come by time */
			return;
		}
	if (v->n < PEOPLE_MOST)
		v->at[v->n++] = s;
}

static bool is_same_name(const struct jd_work *w, const struct jd_score *s, const struct jd_name *name)
{
	const struct jd_name *of = s->annotation ? NULL : jd_name_of(w, s->name);
	return of && of->fold == name->fold;
}

static bool is_wanted(const struct jd_work *w, const struct jd_score *s)
{
	struct str human = w->d->opts->human;
	const struct jd_name *of = s->annotation ? NULL : jd_name_of(w, s->name);
	if (w->d->opts->queue.len)
		return s->annotation;
	if (human.len)
		return of && of->fold == jd_fold(human);
	return s->annotation || (of && of->general);
}

static size_t first_of(const struct jd_work *w, size_t answer)
{
	size_t low = 0, high = w->human.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (w->human.at[middle].answer < answer)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Scores of the judge's own name; without any, verdicts on the whole. */
static bool votes_on(const struct jd_work *w, size_t answer, const struct jd_name *name, struct votes *v)
{
	size_t first = first_of(w, answer);
	bool own = false;
	v->n = 0;
	bool by_name = !w->d->opts->human.len && !w->d->opts->queue.len;
	for (size_t i = first; by_name && i < w->human.n && w->human.at[i].answer == answer; i++)
		if (is_same_name(w, &w->human.at[i], name)) {
			vote(v, &w->human.at[i]);
			own = true;
		}
	for (size_t i = first; !own && i < w->human.n && w->human.at[i].answer == answer; i++)
		if (is_wanted(w, &w->human.at[i]))
			vote(v, &w->human.at[i]);
	return own;
}

static int by_value(const void *pa, const void *pb)
{
	const double *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

static double median(const struct votes *v)
{
	double values[PEOPLE_MOST];
	size_t n = 0;
	for (size_t i = 0; i < v->n; i++)
		if (!IS_UNKNOWN(v->at[i]->value))
			values[n++] = v->at[i]->value;
	if (!n)
		return UNKNOWN_DOUBLE;
	qsort(values, n, sizeof *values, by_value);
	return values[(n - 1) / 2];
}

/* ---------------------------------------------------------------- whose, in words */

struct source_count {
	int64_t name; /* 0: annotation */
	int64_t n;
};

struct source_counts {
	VEC(struct source_count) at;
	VEC(int64_t) people;
};

static void count_source(struct source_counts *c, const struct jd_score *s)
{
	int64_t name = s->annotation ? 0 : s->name;
	size_t i = 0;
	while (i < c->at.n && c->at.at[i].name != name)
		i++;
	if (i == c->at.n)
		*vec_add(&c->at) = (struct source_count){name, 0};
	c->at.at[i].n++;
	for (i = 0; i < c->people.n; i++)
		if (c->people.at[i] == s->author)
			return;
	if (c->people.n < PEOPLE_MOST)
		*vec_add(&c->people) = s->author;
}

static int by_count(const void *pa, const void *pb)
{
	const struct source_count *a = pa, *b = pb;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

static struct str print_sources(const struct jd_work *w, struct source_counts *c)
{
	struct buf text = BUF_INIT;
	if (c->at.n > 1)
		qsort(c->at.at, c->at.n, sizeof *c->at.at, by_count);
	for (size_t i = 0; i < c->at.n; i++) {
		const struct jd_name *of = jd_name_of(w, c->at.at[i].name);
		struct str name = c->at.at[i].name == 0 ? STR_LIT("verdicts in spoor") : of ? of->text : STR_NONE;
		buf_printf(&text, "%s" STR_FMT " %lld", i ? ", " : "", STR_ARG(name), (long long)c->at.at[i].n);
	}
	struct str out = arena_str(&w->d->out->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

/* The answer whose verdicts count for a view: its own; else, of the only span of its trace that the judge scored, that of the trace. */
static size_t answer_of(const struct jd_work *w, const struct jd_judge *j, size_t i)
{
	size_t answer = j->views[i].answer, whole = w->d->answers.at[answer].whole, first = first_of(w, answer);
	if (whole == SIZE_MAX || (first < w->human.n && w->human.at[first].answer == answer))
		return answer;
	bool before = i > 0 && w->d->answers.at[j->views[i - 1].answer].whole == whole;
	bool after = i + 1 < j->n_views && w->d->answers.at[j->views[i + 1].answer].whole == whole;
	return before || after ? answer : whole;
}

void jd_people(struct jd_work *w, struct jd_judge *j, const struct jd_name *name)
{
	struct source_counts counts = {.at = {0}};
	for (size_t i = 0; w->human.n && i < j->n_views; i++) {
		struct jd_view *view = &j->views[i];
		struct votes v;
		/* The row of all models has the same views. */
		view->n_good = view->n_bad = view->n_unsure = 0;
		view->human = OUTCOME_NONE;
		bool own = votes_on(w, answer_of(w, j, i), name, &v);
		for (size_t k = 0; k < v.n; k++) {
			view->n_good += v.at[k]->outcome == OUTCOME_GOOD;
			view->n_bad += v.at[k]->outcome == OUTCOME_BAD;
			view->n_unsure += v.at[k]->outcome == OUTCOME_UNSURE;
			count_source(&counts, v.at[k]);
		}
		if (view->n_good != view->n_bad)
			view->human = view->n_good > view->n_bad ? OUTCOME_GOOD : OUTCOME_BAD;
		else if (view->n_unsure)
			view->human = OUTCOME_UNSURE;
		view->human_value = own ? median(&v) : UNKNOWN_DOUBLE;
	}
	j->row->people = (int64_t)counts.people.n;
	j->row->humans = print_sources(w, &counts);
	vec_done(&counts.at);
	vec_done(&counts.people);
}

/* ---------------------------------------------------------------- among themselves */

static bool is_stopped(void *arg)
{
	return jd_stopped(arg);
}

/* Of all models' row an answer that several models judged counts once. */
static bool is_seen(const struct jd_judge *j, size_t i, struct hash_set *seen)
{
	uint64_t key = j->views[i].answer + 1;
	bool had = hash_set_has(seen, key);
	hash_set_add(seen, key);
	return had;
}

bool jd_alpha(struct jd_work *w, struct jd_judge *j, const struct jd_name *name, struct err *err)
{
	VEC(double) values = {0};
	VEC(size_t) offsets = {0};
	struct hash_set seen = {0};
	(void)err;
	*vec_add(&offsets) = 0;
	j->row->alpha = (struct alpha){.alpha = UNKNOWN_DOUBLE, .interval = INTERVAL_NONE, .too_few = true};
	for (size_t i = 0; w->human.n && i < j->n_views; i++) {
		struct votes v;
		if (j->views[i].n_good + j->views[i].n_bad < 2 || is_seen(j, i, &seen))
			continue;
		votes_on(w, answer_of(w, j, i), name, &v);
		size_t before = values.n;
		for (size_t k = 0; k < v.n; k++) {
			/* Two questions are no disagreement. */
			bool same = v.at[k]->annotation == v.at[0]->annotation && v.at[k]->name == v.at[0]->name;
			if (same && (v.at[k]->outcome == OUTCOME_GOOD || v.at[k]->outcome == OUTCOME_BAD))
				*vec_add(&values) = v.at[k]->outcome == OUTCOME_GOOD;
		}
		if (values.n - before < 2)
			values.n = before;
		else
			*vec_add(&offsets) = values.n;
	}
	bool ok = true;
	if (offsets.n > 1) {
		struct tuples units = {.values = values.at, .offsets = offsets.at, .n = offsets.n - 1};
		struct boot_opts boot = {.seed = UINT64_C(0x73706F6F72), .cancelled = is_stopped, .arg = w->d};
		ok = agree_alpha(&units, ALPHA_NOMINAL, &boot, &j->row->alpha);
	}
	vec_done(&values);
	vec_done(&offsets);
	hash_set_clear(&seen);
	return ok;
}
