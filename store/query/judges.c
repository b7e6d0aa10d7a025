#include "store/query/judges.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/judges_private.h"

enum {
	OTHERS_MOST = 200, /* judges that are set against each other */
	NAMES_BYTES = 200
};

void judges_done(struct judges *j)
{
	arena_done(&j->arena);
	*j = (struct judges){.arena = ARENA_INIT};
}

bool judges_where(struct judges_opts *opts, struct arena *arena, struct str text, int64_t now_ns,
                  struct filter_mistake *mistake)
{
	struct filter_mistake traces;
	opts->cases = filter_parse(arena, text, FILTER_CASES, now_ns, mistake);
	opts->traces = filter_parse(arena, text, FILTER_TRACES, now_ns, &traces);
	opts->no_cases = !opts->cases;
	opts->no_traces = !opts->traces;
	if (opts->cases || opts->traces)
		return true;
	if (traces.column > mistake->column)
		*mistake = traces;
	return false;
}

/* ---------------------------------------------------------------- scores by judge */

static int64_t rank_of(int by)
{
	return by == SOURCE_JUDGE ? 0 : by == SOURCE_UNKNOWN ? 1 : by == SOURCE_CODE ? 2 : 3; /* people last */
}

static int by_judge(const void *pa, const void *pb)
{
	const struct jd_score *a = pa, *b = pb;
	const int64_t x[] = {rank_of(a->by), a->name, a->judge, (int64_t)a->answer, (int64_t)a->target, a->n};
	const int64_t y[] = {rank_of(b->by), b->name, b->judge, (int64_t)b->answer, (int64_t)b->target, b->n};
	for (size_t i = 0; i < sizeof x / sizeof *x; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return a->time_ns < b->time_ns ? -1 : a->time_ns > b->time_ns;
}

static int by_answer_time(const void *pa, const void *pb)
{
	const struct jd_score *a = pa, *b = pb;
	const int64_t x[] = {(int64_t)a->answer, a->annotation, a->name, a->time_ns, a->author, (int64_t)a->target};
	const int64_t y[] = {(int64_t)b->answer, b->annotation, b->name, b->time_ns, b->author, (int64_t)b->target};
	for (size_t i = 0; i < sizeof x / sizeof *x; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static void decide(struct jd *d)
{
	for (size_t i = 0; i < d->scores.n; i++) {
		struct jd_score *s = &d->scores.at[i];
		s->outcome = (int8_t)jd_outcome(d, s, &s->cut, &s->assumed);
	}
}

/* Of one judge's scores, which lie by answer: a view for each answer. */
static size_t make_views(const struct jd_score *scores, size_t n, struct jd_view *views)
{
	size_t n_views = 0;
	for (size_t first = 0, next; first < n; first = next) {
		struct jd_view v = {.answer = scores[first].answer,
		                    .target = scores[first].target,
		                    .other = scores[first].target,
		                    .threshold = UNKNOWN_DOUBLE,
		                    .human_value = UNKNOWN_DOUBLE};
		double sum = 0, low = 0, high = 0;
		int numbers = 0, failed = 0, unsure = 0;
		for (next = first; next < n && scores[next].answer == scores[first].answer; next++) {
			const struct jd_score *s = &scores[next];
			if (v.other == v.target && s->outcome != scores[first].outcome)
				v.other = s->target;
			v.n_passed += s->outcome == OUTCOME_GOOD;
			failed += s->outcome == OUTCOME_BAD;
			unsure += s->outcome == OUTCOME_UNSURE;
			if (!IS_UNKNOWN(s->cut))
				v.threshold = s->cut;
			if (!__builtin_isfinite(s->value))
				continue;
			low = !numbers || s->value < low ? s->value : low;
			high = !numbers || s->value > high ? s->value : high;
			sum += s->value;
			numbers++;
		}
		v.n = v.n_passed + failed;
		v.value = numbers ? sum / numbers : UNKNOWN_DOUBLE;
		v.spread = numbers > 1 ? high - low : UNKNOWN_DOUBLE;
		v.outcome = v.n_passed > failed ? OUTCOME_GOOD
		            : v.n               ? OUTCOME_BAD
		            : unsure            ? OUTCOME_UNSURE
		                                : OUTCOME_NONE;
		views[n_views++] = v;
	}
	return n_views;
}

/* ---------------------------------------------------------------- names */

static int by_id(const void *pa, const void *pb)
{
	const struct jd_name *a = pa, *b = pb;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* From the scales: each name is there for each of its sources. */
static bool read_names(struct jd_work *w, struct err *err)
{
	struct jd *d = w->d;
	bool ok = true;
	for (size_t i = 0; ok && i < d->scales.n; i++) {
		struct jd_name name = {.id = d->scales.at[i].name};
		if (!name.id || (i && d->scales.at[i - 1].name == name.id))
			continue;
		ok = jd_word(d, name.id, &name.text, err);
		name.fold = jd_fold(name.text);
		name.general = judges_is_general(name.text);
		*vec_add(&w->names) = name;
	}
	if (w->names.n > 1)
		qsort(w->names.at, w->names.n, sizeof *w->names.at, by_id);
	return ok;
}

/* Names of which some run's configuration says that lower is better, as compare reads it. */
static bool read_directions(struct jd_work *w, struct err *err)
{
	struct jd *d = w->d;
	struct stmt *s =
	    db_query(d->db,
	             "SELECT w.id FROM run r, json_tree(CASE WHEN json_valid(r.config) THEN r.config ELSE '{}' END,"
	             " '$.higher_is_better') t JOIN word w ON w.text = t.key WHERE (?1 + ?2 = 0 OR r.id IN (?1, ?2))"
	             " AND t.type IN ('true', 'false') GROUP BY t.key HAVING max(t.type = 'true') = 0",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, d->opts->runs[0]);
	stmt_int(s, 2, d->opts->runs[1]);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		for (size_t i = 0; i < d->scales.n; i++)
			if (d->scales.at[i].name == col_int(s, 0))
				d->scales.at[i].lower = true;
	stmt_end(s);
	return step == STEP_DONE;
}

static void take_people(struct jd_work *w)
{
	struct jd *d = w->d;
	struct buf text = BUF_INIT;
	size_t kept = 0;
	for (size_t i = 0; i < d->scores.n; i++) {
		const struct jd_score s = d->scores.at[i];
		if (s.by != SOURCE_HUMAN) {
			d->scores.at[kept++] = s;
			continue;
		}
		*vec_add(&w->human) = s;
		d->out->human_scores += !s.annotation;
		struct jd_name *name = (struct jd_name *)(uintptr_t)jd_name_of(w, s.annotation ? 0 : s.name);
		if (name)
			name->n_human++;
	}
	d->scores.n = kept;
	if (w->human.n > 1)
		qsort(w->human.at, w->human.n, sizeof *w->human.at, by_answer_time);
	size_t more = 0;
	for (size_t i = 0; i < w->names.n; i++) {
		if (!w->names.at[i].n_human)
			continue;
		if (text.len < NAMES_BYTES)
			buf_printf(&text, "%s" STR_FMT " %lld", text.len ? ", " : "",
			           STR_ARG(str_cut(w->names.at[i].text, 0, NAMES_BYTES)),
			           (long long)w->names.at[i].n_human);
		else
			more++;
	}
	if (more)
		buf_printf(&text, ", and %zu names more", more);
	d->out->human_names = arena_str(&d->out->arena, buf_str(&text));
	buf_done(&text);
}

/* ---------------------------------------------------------------- the judges */

struct making {
	struct jd_work *work;
	struct jd_view *views; /* of all */
	VEC(struct jd_judge) judges;
	VEC(struct judge) rows;
};

static bool same_judge(const struct jd_score *a, const struct jd_score *b)
{
	return a->by == b->by && a->name == b->name && a->judge == b->judge;
}

/* judge.row is a place in rows until all are there. */
static bool add_judge(struct making *m, size_t first, size_t n, struct jd_view *views, size_t n_views, int64_t models,
                      struct err *err)
{
	struct jd *d = m->work->d;
	struct jd_score *scores = d->scores.at + first;
	struct judge row = {.by = (enum score_source)scores->by, .all_models = models > 1, .models = models};
	const struct jd_scale *scale = jd_scale_of(d, scores->name, scores->by);
	const struct jd_name *name = jd_name_of(m->work, scores->name);
	row.name = name ? name->text : STR_NONE;
	row.lower = (scale && scale->lower) || d->opts->lower;
	if (models == 1 && !jd_word(d, scores->judge, &row.model, err))
		return false;
	*vec_add(&m->rows) = row;
	*vec_add(&m->judges) = (struct jd_judge){.scores = scores, .n_scores = n, .views = views, .n_views = n_views};
	return true;
}

static bool make_judges(struct making *m, struct err *err)
{
	struct jd *d = m->work->d;
	struct jd_score *at = d->scores.at;
	size_t n = d->scores.n, used = 0;
	bool ok = true;
	m->views = xcalloc(n + 1, sizeof *m->views);
	for (size_t first = 0, next; ok && first < n; first = next) {
		if (m->judges.n >= JUDGES_MOST) {
			d->out->more = true;
			break;
		}
		size_t views = used;
		int64_t models = 0;
		for (next = first; next < n && at[next].by == at[first].by && at[next].name == at[first].name;) {
			size_t begin = next, from = used;
			while (next < n && same_judge(&at[begin], &at[next]))
				next++;
			used += make_views(at + begin, next - begin, m->views + used);
			models++;
			ok = ok && add_judge(m, begin, next - begin, m->views + from, used - from, 1, err);
		}
		if (ok && models > 1)
			ok = add_judge(m, first, next - first, m->views + views, used - views, models, err);
	}
	for (size_t i = 0; i < m->judges.n; i++)
		m->judges.at[i].row = &m->rows.at[i];
	return ok;
}

/* ---------------------------------------------------------------- lengths */

struct drawn {
	uint64_t draw;
	size_t answer;
};

static int by_draw(const void *pa, const void *pb)
{
	const struct drawn *a = pa, *b = pb;
	if (a->draw != b->draw)
		return a->draw < b->draw ? -1 : 1;
	return a->answer < b->answer ? -1 : a->answer > b->answer;
}

/* Of each judge the answers whose lots are lowest: the same ones of all judges, wherever they judged the same. */
static bool read_lengths(struct making *m, struct err *err)
{
	struct jd *d = m->work->d;
	size_t *answers = xcalloc(d->answers.n + 1, sizeof *answers), n = 0;
	bool *wanted = xcalloc(d->answers.n + 1, sizeof *wanted);
	struct drawn *drawn = NULL;
	for (size_t i = 0; d->opts->lengths > 0 && i < m->judges.n; i++) {
		const struct jd_judge *j = &m->judges.at[i];
		size_t most = j->n_views < (size_t)d->opts->lengths ? j->n_views : (size_t)d->opts->lengths;
		drawn = xrealloc(drawn, j->n_views + 1, sizeof *drawn);
		for (size_t k = 0; k < j->n_views; k++)
			drawn[k] = (struct drawn){d->answers.at[j->views[k].answer].draw, j->views[k].answer};
		if (most < j->n_views)
			qsort(drawn, j->n_views, sizeof *drawn, by_draw);
		for (size_t k = 0; !j->row->all_models && k < most; k++)
			wanted[drawn[k].answer] = true;
	}
	for (size_t i = 0; i < d->answers.n; i++)
		if (wanted[i])
			answers[n++] = i;
	bool ok = n == 0 || jd_lengths(d, answers, n, err);
	free(drawn);
	free(wanted);
	free(answers);
	return ok;
}

/* ---------------------------------------------------------------- against each other */

static int nearest_other(const void *pa, const void *pb)
{
	const struct judge_other *a = pa, *b = pb;
	if (a->kappa.n != b->kappa.n)
		return a->kappa.n > b->kappa.n ? -1 : 1;
	int order = str_cmp(a->name, b->name);
	return order ? order : str_cmp(a->model, b->model);
}

static void set_others(struct making *m, struct jd_judge *j)
{
	struct judge *row = j->row;
	size_t n = m->judges.n < OTHERS_MOST ? m->judges.n : OTHERS_MOST, same = 0;
	row->others = arena_zalloc(&m->work->d->out->arena, n + 1, sizeof *row->others);
	for (int pass = 0; pass < 2; pass++) { /* the same name first */
		for (size_t i = 0; i < n; i++) {
			struct jd_judge *other = &m->judges.at[i];
			struct judge_other o;
			if (other == j || other->row->all_models || str_eq(other->row->name, row->name) != (pass == 0))
				continue;
			jd_other(j, other, &o);
			if (o.kappa.n)
				row->others[row->n_others++] = o;
		}
		size_t first = pass ? same : 0;
		if (row->n_others - first > 1)
			qsort(row->others + first, row->n_others - first, sizeof *row->others, nearest_other);
		same = row->n_others;
	}
}

/* ---------------------------------------------------------------- all of it */

static int by_weight(const void *pa, const void *pb)
{
	const struct judge *a = pa, *b = pb;
	int64_t x[] = {rank_of((int)a->by), -(int64_t)(a->kappa.n > 0), -a->kappa.n, -a->answers};
	int64_t y[] = {rank_of((int)b->by), -(int64_t)(b->kappa.n > 0), -b->kappa.n, -b->answers};
	for (size_t i = 0; i < sizeof x / sizeof *x; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	int order = str_cmp(a->name, b->name);
	return order ? order : str_cmp(a->model, b->model);
}

static bool work_out(struct making *m, struct err *err)
{
	struct jd_work *w = m->work;
	bool ok = true;
	for (size_t i = 0; ok && i < m->judges.n; i++) {
		struct jd_judge *j = &m->judges.at[i];
		const struct jd_name *name = jd_name_of(w, j->scores->name);
		if (!name)
			continue;
		jd_people(w, j, name);
		ok = !jd_stopped(w->d) && jd_count(w, j, err) && jd_alpha(w, j, name, err) && jd_flips(w, j, err) &&
		     jd_disagreements(w, j, err) && jd_next(w, j, err);
		jd_length(w, j);
		jd_sentence(w, j->row);
	}
	for (size_t i = 0; ok && i < m->judges.n && i < OTHERS_MOST; i++) {
		if (!m->judges.at[i].row->all_models)
			set_others(m, &m->judges.at[i]);
		ok = !jd_stopped(w->d);
	}
	return ok;
}

static void give_out(struct making *m)
{
	struct judges *out = m->work->d->out;
	out->n = m->rows.n;
	out->rows = arena_zalloc(&out->arena, out->n + 1, sizeof *out->rows);
	if (m->rows.at)
		memcpy(out->rows, m->rows.at, out->n * sizeof *out->rows);
	if (out->n > 1)
		qsort(out->rows, out->n, sizeof *out->rows, by_weight);
	for (size_t i = 0; i < out->n; i++)
		out->n_judges += out->rows[i].by == SOURCE_JUDGE && !out->rows[i].all_models;
}

static bool make(struct jd *d, struct err *err)
{
	struct jd_work work = {.d = d};
	struct making m = {.work = &work};
	jd_scales(d);
	bool ok = read_names(&work, err) && read_directions(&work, err);
	if (ok) {
		decide(d);
		take_people(&work);
		if (d->scores.n > 1)
			qsort(d->scores.at, d->scores.n, sizeof *d->scores.at, by_judge);
		ok = make_judges(&m, err) && read_lengths(&m, err) && work_out(&m, err);
	}
	if (ok)
		give_out(&m);
	free(m.views);
	vec_done(&m.judges);
	vec_done(&m.rows);
	vec_done(&work.names);
	vec_done(&work.human);
	return ok;
}

bool judges_get(struct db *db, const struct judges_opts *opts, struct judges *out, struct err *err)
{
	*out = (struct judges){.arena = ARENA_INIT};
	struct jd d = {.db = db, .opts = opts, .out = out};
	bool ok = db_ticker_begin(db, &d.ticker, err) && jd_read(&d, err) && jd_annotations(&d, err) && make(&d, err);
	db_ticker_end(&d.ticker);
	vec_done(&d.targets);
	vec_done(&d.answers);
	vec_done(&d.scores);
	vec_done(&d.scales);
	if (!ok)
		judges_done(out);
	return ok;
}
