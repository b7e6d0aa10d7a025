/* Verdicts as annotation_now has them: each person's newest on each answer. */
#include <stdlib.h>
#include <string.h>

#include "store/query/agreement_private.h"

/* ---------------------------------------------------------------- which */

/* ?1: HOW_PROPOSED. The answers of a queue are those that somebody judged in it: its marks
 * say so, also after it got another name, and the events, also where they came from another store. */
struct stmt *ag_compose(struct ag *a, const char *head, const char *tail, struct err *err)
{
	const struct agreement_opts *o = a->opts;
	struct buf sql = BUF_INIT;
	int params = 3;
	bool cases = o->run || !filter_is_empty(o->cases);
	if (!filter_resolve(o->cases, a->db, err))
		return NULL;
	buf_add_cstr(&sql, head);
	if (o->queue.len)
		buf_add_cstr(&sql, " AND n.target IN (SELECT target FROM annotation WHERE queue = ?2 UNION"
		                   " SELECT x.target FROM queue q JOIN queue_mark m ON m.queue = q.id"
		                   " JOIN annotation x ON x.event = m.event WHERE q.name = ?2)");
	if (cases) {
		buf_add_cstr(
		    &sql,
		    " AND (ifnull(n.input_hash, 0), n.output_hash) IN (SELECT ifnull(c.input_hash, 0), c.output_hash"
		    " FROM case_result c WHERE (?3 = 0 OR c.run = ?3)");
		if (!filter_is_empty(o->cases)) {
			buf_add_cstr(&sql, " AND (");
			filter_sql(&sql, o->cases, &params);
			buf_add_char(&sql, ')');
		}
		buf_add_char(&sql, ')');
	}
	buf_add_cstr(&sql, tail);
	struct stmt *s = db_query_composed(a->db, buf_str(&sql), err);
	buf_done(&sql);
	if (!s)
		return NULL;
	stmt_int(s, 1, HOW_PROPOSED);
	if (o->queue.len)
		stmt_str(s, 2, o->queue);
	if (cases)
		stmt_int(s, 3, o->run);
	if (!filter_is_empty(o->cases))
		filter_bind(s, o->cases, 4);
	return s;
}

int32_t ag_person(struct ag *a, struct str name)
{
	for (size_t i = 0; i < a->people.n; i++)
		if (str_eq(a->people.at[i].name, name))
			return (int32_t)i;
	if (a->people.n == AGREEMENT_PEOPLE) {
		a->out->more = true;
		return -1;
	}
	*vec_add(&a->people) =
	    (struct agreement_person){.name = arena_str(&a->out->arena, name), .per_minute = UNKNOWN_DOUBLE};
	return (int32_t)a->people.n - 1;
}

/* ---------------------------------------------------------------- verdicts */

static void take(struct ag *a, struct stmt *s)
{
	struct str target = col_blob(s, 0), io = col_blob(s, 1);
	enum verdict verdict = verdict_named(col_str(s, 3));
	unsigned how = (unsigned)col_int_or(s, 5, 0);
	struct ag_verdict v = {.input_hash = (uint64_t)col_int_or(s, 6, 0),
	                       .output_hash = (uint64_t)col_int_or(s, 7, 0),
	                       .verdict = (int8_t)verdict,
	                       .blind = (how & HOW_BLIND) != 0,
	                       .time_ns = col_int(s, 4)};
	if (target.len != sizeof v.target.byte || verdict == VERDICT_NONE)
		return;
	if (a->opts->blind && !v.blind && !(how & HOW_PROPOSED))
		return;
	v.person = ag_person(a, col_plain(s, 2));
	if (v.person < 0)
		return;
	if (how & HOW_PROPOSED) {
		a->people.at[v.person].proposed++;
		a->out->proposed++;
		return;
	}
	memcpy(v.target.byte, target.ptr, target.len);
	/* Without texts of its own an answer is only itself. */
	bool texts = v.input_hash && v.output_hash && io.len >= sizeof v.group;
	memcpy(v.group, texts ? io.ptr : target.ptr, sizeof v.group);
	v.hint = arena_str(&a->out->arena, col_plain(s, 8));
	*vec_add(&a->verdicts) = v;
}

static int by_group(const void *pa, const void *pb)
{
	const struct ag_verdict *a = pa, *b = pb;
	int order = memcmp(a->group, b->group, sizeof a->group);
	if (order)
		return order;
	if (a->person != b->person)
		return a->person < b->person ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns > b->time_ns ? -1 : 1; /* the newest first */
	return memcmp(a->target.byte, b->target.byte, sizeof a->target.byte);
}

static void group(struct ag *a)
{
	size_t kept = 0;
	if (a->verdicts.n > 1)
		qsort(a->verdicts.at, a->verdicts.n, sizeof *a->verdicts.at, by_group);
	for (size_t i = 0; i < a->verdicts.n; i++) {
		const struct ag_verdict v = a->verdicts.at[i], *last = kept ? &a->verdicts.at[kept - 1] : NULL;
		bool same = last && memcmp(last->group, v.group, sizeof v.group) == 0;
		if (same && last->person == v.person)
			continue;
		if (!same)
			*vec_add(&a->places) = (struct ag_place){.first = kept, .newest_ns = INT64_MIN};
		struct ag_place *p = &a->places.at[a->places.n - 1];
		p->n++;
		p->good += v.verdict == VERDICT_GOOD;
		p->bad += v.verdict == VERDICT_BAD;
		p->unsure += v.verdict == VERDICT_UNSURE;
		p->newest_ns = v.time_ns > p->newest_ns ? v.time_ns : p->newest_ns;
		a->verdicts.at[kept++] = v;
	}
	a->verdicts.n = kept;
}

static bool read_verdicts(struct ag *a, struct err *err)
{
	struct stmt *s = ag_compose(a,
	                            "SELECT n.target, n.io, n.author, n.value, n.time_ns, n.how, n.input_hash,"
	                            " n.output_hash, n.hint FROM annotation_now n WHERE n.field = 0 AND ?1 = ?1",
	                            "", err);
	enum step step = s ? STEP_DONE : STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW) {
		if (a->verdicts.n == AGREEMENT_VERDICTS) {
			a->out->more = true;
			step = STEP_DONE;
			break;
		}
		take(a, s);
	}
	stmt_free(s);
	group(a);
	return step == STEP_DONE;
}
_Static_assert(FIELD_VERDICT == 0 && FIELD_NOTE == 1 && FIELD_CORRECTION == 2 && FIELD_REASON == 3 && HOW_BLIND == 2,
               "the SQL here names them by number");

/* ---------------------------------------------------------------- reasons, notes, corrections */

void ag_count_reasons(struct ag_words *w, struct str reasons, struct arena *arena)
{
	struct str word;
	while (str_split(&reasons, ',', &word)) {
		size_t i = 0;
		word = str_trim(word);
		while (i < w->at.n && !str_eq(w->at.at[i].word, word))
			i++;
		if (!word.len || (i == w->at.n && i == AGREEMENT_PEOPLE))
			continue;
		if (i == w->at.n)
			*vec_add(&w->at) = (struct agreement_word){.word = arena_str(arena, word)};
		w->at.at[i].n++;
	}
}

static int by_count(const void *pa, const void *pb)
{
	const struct agreement_word *a = pa, *b = pb;
	return a->n != b->n ? (a->n > b->n ? -1 : 1) : str_cmp(a->word, b->word);
}

void ag_give_reasons(struct ag_words *w, struct arena *arena, struct agreement_word **out, size_t *n)
{
	*n = w->at.n;
	*out = arena_zalloc(arena, w->at.n + 1, sizeof **out);
	if (w->at.n)
		memcpy(*out, w->at.at, w->at.n * sizeof **out);
	if (w->at.n > 1)
		qsort(*out, w->at.n, sizeof **out, by_count);
	vec_done(&w->at);
}

/* By author, so that each person's reasons come together. */
static bool read_others(struct ag *a, struct err *err)
{
	struct stmt *s = ag_compose(a,
	                            "SELECT n.author, n.field, CASE WHEN n.field = 3 THEN substr(n.value, 1, 2000) END"
	                            " FROM annotation_now n WHERE n.field IN (1, 2, 3) AND n.how & ?1 = 0",
	                            a->opts->blind ? " AND n.how & 2 ORDER BY n.author" : " ORDER BY n.author", err);
	struct ag_words all = {0}, own = {0};
	int32_t person = -1;
	enum step step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW) {
		int32_t who = ag_person(a, col_plain(s, 0));
		if (who < 0)
			continue;
		if (who != person && person >= 0)
			ag_give_reasons(&own, &a->out->arena, &a->people.at[person].reasons,
			                &a->people.at[person].n_reasons);
		person = who;
		int64_t field = col_int_or(s, 1, 0);
		a->people.at[who].notes += field == FIELD_NOTE;
		a->people.at[who].corrections += field == FIELD_CORRECTION;
		if (field == FIELD_REASON) {
			ag_count_reasons(&own, col_str(s, 2), &a->out->arena);
			ag_count_reasons(&all, col_str(s, 2), &a->out->arena);
		}
	}
	if (person >= 0)
		ag_give_reasons(&own, &a->out->arena, &a->people.at[person].reasons, &a->people.at[person].n_reasons);
	ag_give_reasons(&all, &a->out->arena, &a->out->reasons, &a->out->n_reasons);
	stmt_free(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- pace */

/* Half of the items took longer than that: one that was left open overnight does not count for more than another. */
static void set_pace(struct agreement_person *p, const int64_t *spent, size_t n)
{
	if (!n)
		return;
	int64_t low = spent[(n - 1) / 2], high = spent[n / 2];
	p->timed = (int64_t)n;
	p->per_minute = 6e10 / ((double)low + (double)(high - low) / 2);
}

/* Marks come by person, then by time spent. */
static bool read_marks(struct ag *a, struct err *err)
{
	if (!a->opts->queue.len)
		return true;
	struct stmt *s =
	    db_query(a->db,
	             "SELECT m.author, m.state, m.spent_ns FROM queue q JOIN queue_mark m ON m.queue = q.id"
	             " WHERE q.name = ? ORDER BY m.author, m.spent_ns",
	             err);
	VEC(int64_t) spent = {0};
	int32_t who = -1;
	enum step step;
	if (!s)
		return false;
	stmt_str(s, 1, a->opts->queue);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int32_t next = ag_person(a, col_plain(s, 0));
		if (next < 0)
			continue;
		if (next != who && who >= 0)
			set_pace(&a->people.at[who], spent.at, spent.n);
		if (next != who)
			vec_clear(&spent);
		who = next;
		bool done = col_int_or(s, 1, 0) == 1;
		int64_t ns = col_int_or(s, 2, 0);
		a->people.at[who].skipped += col_int_or(s, 1, 0) == 2;
		if (!done || ns <= 0)
			continue;
		*vec_add(&spent) = ns;
		if (__builtin_add_overflow(a->people.at[who].spent_ns, ns, &a->people.at[who].spent_ns))
			a->people.at[who].spent_ns = INT64_MAX;
	}
	if (who >= 0)
		set_pace(&a->people.at[who], spent.at, spent.n);
	stmt_end(s);
	vec_done(&spent);
	return step == STEP_DONE;
}

bool ag_read(struct ag *a, struct err *err)
{
	return read_verdicts(a, err) && read_others(a, err) && read_marks(a, err);
}
