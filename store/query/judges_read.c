/* What scores there are and what they stand on. */
#include <stdlib.h>
#include <string.h>

#include "store/query/judges_private.h"
#include "store/span_row.h"

enum { SPANS_MOST = 20000 /* of a trace whose spans are looked up by key */ };

/* ---------------------------------------------------------------- composing */

struct source {
	const char *head, *tail;
	const struct filter *filter;
};

/* ?1 and ?2: the runs. */
static struct stmt *compose(struct jd *d, const struct source *of, struct err *err)
{
	struct buf sql = BUF_INIT;
	int params = 2;
	if (!filter_resolve(of->filter, d->db, err))
		return NULL;
	buf_add_cstr(&sql, of->head);
	if (!filter_is_empty(of->filter)) {
		buf_add_cstr(&sql, " AND (");
		filter_sql(&sql, of->filter, &params);
		buf_add_char(&sql, ')');
	}
	buf_add_cstr(&sql, of->tail);
	struct stmt *s = db_query_composed(d->db, buf_str(&sql), err);
	buf_done(&sql);
	if (!s)
		return NULL;
	stmt_int(s, 1, d->opts->runs[0]);
	stmt_int(s, 2, d->opts->runs[1]);
	filter_bind(s, of->filter, 3);
	return s;
}

/* Who did not say who they are: of a case, whose scores never say, the first, second … of a name are taken for different people; of a
 * trace all of one name for the same. */
static int64_t somebody(int64_t name, int32_t n)
{
	return -1 - (int64_t)(jd_mix((uint64_t)name, (uint64_t)n) >> 2);
}

static bool is_full(struct jd *d)
{
	d->out->more = d->out->more || d->scores.n >= JUDGES_SCORES;
	return d->out->more;
}

/* value, label, pass, threshold, from_, judge from column `c` on. */
static struct jd_score read_score(struct stmt *s, int c, size_t target)
{
	int64_t pass = col_int_or(s, c + 2, -1), by = col_int_or(s, c + 4, 0);
	return (struct jd_score){.target = target,
	                         .value = col_double(s, c),
	                         .label = (int8_t)judges_label(col_str(s, c + 1)),
	                         .pass = (int8_t)(pass > 0   ? 1
	                                          : pass < 0 ? -1
	                                                     : 0),
	                         .threshold = col_double(s, c + 3),
	                         .by = (int8_t)(by >= 0 && by < N_SCORE_SOURCES ? by : SOURCE_UNKNOWN),
	                         .judge = col_int_or(s, c + 5, 0)};
}

/* ---------------------------------------------------------------- case results */

/* The same evaluation exported twice is one: equal content (verdicts, outputs) and equal scores. */
struct run_sum {
	int64_t content;
	uint64_t scores;
};

struct reading {
	struct jd *d;
	VEC(struct run_sum) sums;
	int64_t run, content;
	bool has_content;
	uint64_t sum;
	size_t first_target, first_score;
};

static uint64_t bits_of(double v)
{
	uint64_t bits = 0;
	if (!IS_UNKNOWN(v))
		memcpy(&bits, &v, sizeof bits);
	return bits;
}

static void end_run(struct reading *r)
{
	struct jd *d = r->d;
	bool twice = false;
	if (!r->run)
		return;
	for (size_t i = 0; r->has_content && i < r->sums.n && !twice; i++)
		twice = r->sums.at[i].content == r->content && r->sums.at[i].scores == r->sum;
	if (twice) {
		d->targets.n = r->first_target;
		d->scores.n = r->first_score;
		d->out->twice++;
		return;
	}
	if (r->has_content)
		*vec_add(&r->sums) = (struct run_sum){r->content, r->sum};
	d->out->runs++;
}

static void begin_run(struct reading *r, int64_t run, int64_t content)
{
	end_run(r);
	r->run = run;
	r->content = content;
	r->has_content = content != UNKNOWN_INT;
	r->sum = 0;
	r->first_target = r->d->targets.n;
	r->first_score = r->d->scores.n;
}

static void read_case(struct reading *r, struct stmt *s)
{
	struct jd *d = r->d;
	int64_t run = col_int(s, 0), case_id = col_int(s, 1), repeat = col_int_or(s, 2, 0);
	if (run != r->run)
		begin_run(r, run, col_int(s, 6));
	const struct jd_target *last = d->targets.n > r->first_target ? &d->targets.at[d->targets.n - 1] : NULL;
	if (!last || last->case_id != case_id || last->repeat != repeat)
		*vec_add(&d->targets) = (struct jd_target){.run = run,
		                                           .case_id = case_id,
		                                           .repeat = repeat,
		                                           .input_hash = (uint64_t)col_int_or(s, 3, 0),
		                                           .output_hash = (uint64_t)col_int_or(s, 4, 0),
		                                           .trace = col_int_or(s, 5, 0),
		                                           .record = col_int_or(s, 15, 0),
		                                           .expected_hash = (uint64_t)col_int_or(s, 16, 0)};
	struct jd_score score = read_score(s, 9, d->targets.n - 1);
	score.name = col_int_or(s, 7, 0);
	score.n = (int32_t)col_int_or(s, 8, 0);
	score.author = somebody(score.name, score.n);
	*vec_add(&d->scores) = score;
	uint64_t place = jd_mix(jd_mix((uint64_t)case_id, (uint64_t)repeat), (uint64_t)score.n + 1);
	r->sum += jd_mix(jd_mix(place, (uint64_t)score.name), bits_of(score.value) ^ (uint64_t)(score.pass + 2));
}

static bool read_cases(struct jd *d, struct err *err)
{
	struct source of = {
	    .head = "SELECT c.run, c.case_id, c.repeat, c.input_hash, c.output_hash,"
	            " (SELECT t.id FROM trace t WHERE t.key = c.trace AND t.seen > 0),"
	            " (SELECT r.content FROM run r WHERE r.id = c.run), x.name, x.n, x.value, x.label, x.pass,"
	            " x.threshold, x.from_, x.judge, c.record, c.expected_hash FROM case_result c CROSS JOIN "
	            "case_score x ON x.run = "
	            "c.run AND"
	            " x.case_id = c.case_id AND x.repeat = c.repeat WHERE (?1 + ?2 = 0 OR c.run IN (?1, ?2))",
	    .tail = " ORDER BY c.run, c.case_id, c.repeat, x.name, x.n",
	    .filter = d->opts->cases};
	struct reading r = {.d = d};
	struct stmt *s = compose(d, &of, err);
	enum step step = s ? STEP_DONE : STEP_FAIL;
	while (s && !is_full(d) && (step = stmt_step(s, err)) == STEP_ROW)
		read_case(&r, s);
	stmt_free(s);
	end_run(&r);
	vec_done(&r.sums);
	d->out->results = (int64_t)d->targets.n;
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- traces and spans */

struct trace_at {
	int64_t id, first, n, root_key;
	uint64_t input_hash, output_hash; /* of its root */
	bool has_root;
};

/* The row at its beginning, unless it only stands for several roots. */
static bool read_root(struct jd *d, struct trace_at *t, struct err *err)
{
	struct stmt *s =
	    db_query(d->db, "SELECT key, flags, size, input_hash, output_hash FROM span WHERE pos = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, t->first);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW && !(col_int_or(s, 1, 0) & SPAN_SYNTHETIC) && col_int_or(s, 2, 0) == t->n) {
		t->has_root = true;
		t->root_key = col_int(s, 0);
		t->input_hash = (uint64_t)col_int_or(s, 3, 0);
		t->output_hash = (uint64_t)col_int_or(s, 4, 0);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static int by_span(const void *pa, const void *pb)
{
	const struct jd_target *a = pa, *b = pb;
	return a->span < b->span ? -1 : a->span > b->span;
}

/* The hashes of the trace's spans that are judged, in one walk over it; of a huge one they stay unknown. */
static bool read_spans(struct jd *d, const struct trace_at *t, size_t from, struct err *err)
{
	size_t n = d->targets.n - from;
	bool any = false;
	for (size_t i = from; i < d->targets.n; i++)
		any = any || d->targets.at[i].has_span;
	if (!any || t->n > SPANS_MOST)
		return true;
	struct stmt *s =
	    db_query(d->db, "SELECT key, input_hash, output_hash FROM span WHERE pos >= ? AND pos < ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, t->first);
	stmt_int(s, 2, t->first + t->n);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const struct jd_target key = {.span = col_int(s, 0)};
		struct jd_target *at = bsearch(&key, d->targets.at + from, n, sizeof key, by_span);
		if (!at || !at->has_span)
			continue;
		at->input_hash = (uint64_t)col_int_or(s, 1, 0);
		at->output_hash = (uint64_t)col_int_or(s, 2, 0);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* Rows come by trace and span: a target for each; the root span's is the trace's. */
static size_t target_of(struct jd *d, const struct trace_at *t, size_t from, bool has_span, int64_t span)
{
	bool whole = !has_span || (t->has_root && span == t->root_key);
	for (size_t i = d->targets.n; i-- > from;) {
		const struct jd_target *at = &d->targets.at[i];
		if (whole ? !at->has_span : at->has_span && at->span == span)
			return i;
		if (!whole)
			break; /* they are sorted */
	}
	*vec_add(&d->targets) = (struct jd_target){.trace = t->id,
	                                           .has_span = !whole,
	                                           .span = whole ? 0 : span,
	                                           .input_hash = whole ? t->input_hash : 0,
	                                           .output_hash = whole ? t->output_hash : 0};
	return d->targets.n - 1;
}

static bool read_traces(struct jd *d, struct err *err)
{
	struct source of = {
	    .head =
	        "SELECT t.id, t.first, t.n, x.span, x.name, x.time_ns, x.value, x.label, x.pass, x.threshold, x.from_,"
	        " x.judge, (SELECT w.text FROM word w WHERE w.id = x.author) FROM trace t CROSS JOIN score x ON"
	        " x.trace = t.id WHERE t.seen > 0 AND t.scores > 0 AND (?1 + ?2 = 0 OR"
	        " t.key IN (SELECT c.trace FROM case_result c WHERE c.run IN (?1, ?2)))",
	    .tail = " ORDER BY t.id, x.span IS NULL DESC, x.span, x.time_ns, x.id",
	    .filter = d->opts->traces};
	struct trace_at t = {.id = 0};
	size_t from = d->targets.n;
	struct stmt *s = compose(d, &of, err);
	enum step step = s ? STEP_DONE : STEP_FAIL;
	bool ok = s != NULL;
	while (ok && !is_full(d) && (step = stmt_step(s, err)) == STEP_ROW) {
		if (col_int(s, 0) != t.id) {
			ok = !t.id || read_spans(d, &t, from, err);
			t = (struct trace_at){
			    .id = col_int(s, 0), .first = col_int_or(s, 1, 0), .n = col_int_or(s, 2, 0)};
			from = d->targets.n;
			ok = ok && read_root(d, &t, err);
			d->out->traces++;
		}
		size_t target = target_of(d, &t, from, !col_null(s, 3), col_int_or(s, 3, 0));
		struct jd_score score = read_score(s, 6, target);
		struct str author = col_plain(s, 12);
		score.name = col_int_or(s, 4, 0);
		score.time_ns = col_int(s, 5);
		score.author = author.len ? (int64_t)(hash64(author) >> 1) : somebody(score.name, 0);
		*vec_add(&d->scores) = score;
	}
	ok = ok && step != STEP_FAIL && (!t.id || read_spans(d, &t, from, err));
	stmt_free(s);
	return ok;
}

/* ---------------------------------------------------------------- answers */

/* Order of targets so that those of one answer lie together. */
struct place {
	uint64_t key[4];
	size_t target;
};

static int by_key(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;
	for (int i = 0; i < 4; i++)
		if (a->key[i] != b->key[i])
			return a->key[i] < b->key[i] ? -1 : 1;
	return a->target < b->target ? -1 : a->target > b->target;
}

static void place_case(const struct jd_target *t, uint64_t key[4])
{
	if (t->output_hash) {
		key[0] = 1, key[1] = (uint64_t)t->case_id, key[2] = t->input_hash, key[3] = t->output_hash;
		return;
	}
	key[0] = 2, key[1] = (uint64_t)t->run, key[2] = (uint64_t)t->case_id, key[3] = (uint64_t)t->repeat;
}

static int by_trace(const void *pa, const void *pb)
{
	const struct jd_target *const *a = pa, *const *b = pb;
	if ((*a)->trace != (*b)->trace)
		return (*a)->trace < (*b)->trace ? -1 : 1;
	return *a < *b ? -1 : *a > *b; /* the first that names it */
}

/* The case result that names the trace; NULL: none. */
static const struct jd_target *case_of(const struct jd_target **cases, size_t n, int64_t trace)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (cases[middle]->trace < trace)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && cases[low]->trace == trace ? cases[low] : NULL;
}

/* Whoever judges against an expected answer may judge the same words otherwise where another one is expected. */
static uint64_t group_of(const struct jd_target *t)
{
	if (!t->input_hash || !t->output_hash)
		return 0;
	return jd_mix(jd_mix(t->input_hash, t->output_hash), t->expected_hash) | 1;
}

static void make_answers(struct jd *d)
{
	size_t n = d->targets.n, n_cases = 0;
	struct place *places = xcalloc(n + 1, sizeof *places);
	const struct jd_target **cases = xcalloc(n + 1, sizeof *cases);
	for (size_t i = 0; i < n; i++)
		if (d->targets.at[i].run && d->targets.at[i].trace)
			cases[n_cases++] = &d->targets.at[i];
	if (n_cases > 1)
		qsort(cases, n_cases, sizeof *cases, by_trace);
	for (size_t i = 0; i < n; i++) {
		const struct jd_target *t = &d->targets.at[i];
		const struct jd_target *of = t->run || t->has_span ? NULL : case_of(cases, n_cases, t->trace);
		places[i].target = i;
		if (t->run || of)
			place_case(of ? of : t, places[i].key);
		else
			memcpy(places[i].key,
			       ((uint64_t[]){t->has_span ? 4 : 3, (uint64_t)t->trace, (uint64_t)t->span, 0}),
			       sizeof places[i].key);
	}
	if (n > 1)
		qsort(places, n, sizeof *places, by_key);
	for (size_t i = 0; i < n; i++) {
		struct jd_target *t = &d->targets.at[places[i].target];
		bool first = i == 0 || memcmp(places[i].key, places[i - 1].key, sizeof places[i].key) != 0;
		const uint64_t *key = places[i].key;
		if (first)
			*vec_add(&d->answers) = (struct jd_answer){
			    .target = places[i].target,
			    /* By what was asked and answered, so that it is the same in every store. */
			    .draw = t->input_hash && t->output_hash
			                ? jd_mix(t->input_hash, t->output_hash)
			                : jd_mix(jd_mix(key[0], key[1]), jd_mix(key[2], key[3])),
			    .whole = SIZE_MAX,
			    .length = UNKNOWN_INT};
		t->group = group_of(t);
		t->answer = d->answers.n - 1;
	}
	for (size_t i = 0; i < d->scores.n; i++)
		d->scores.at[i].answer = d->targets.at[d->scores.at[i].target].answer;
	free(places);
	free(cases);
}

/* The targets of a trace lie together, the whole first. */
static void find_wholes(struct jd *d)
{
	const struct jd_target *whole = NULL;
	for (size_t i = 0; i < d->targets.n; i++) {
		const struct jd_target *t = &d->targets.at[i];
		if (!t->run && !t->has_span)
			whole = t;
		else if (!t->run && whole && whole->trace == t->trace)
			d->answers.at[t->answer].whole = whole->answer;
	}
}

bool jd_read(struct jd *d, struct err *err)
{
	if (!d->opts->no_cases && !read_cases(d, err))
		return false;
	if (!d->opts->no_traces && !read_traces(d, err))
		return false;
	make_answers(d);
	find_wholes(d);
	return true;
}

/* ---------------------------------------------------------------- words and names */

bool jd_word(struct jd *d, int64_t id, struct str *out, struct err *err)
{
	*out = STR_NONE;
	if (!id)
		return true;
	struct stmt *s = db_query(d->db, "SELECT text FROM word WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*out = arena_str(&d->out->arena, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool case_item(struct jd *d, const struct jd_target *t, struct judge_item *out, struct err *err)
{
	struct stmt *s =
	    db_query(d->db,
	             "SELECT k.text, c.title, r.name, r.text FROM case_result c JOIN run r ON r.id = c.run"
	             " JOIN case_key k ON k.id = c.case_id WHERE c.run = ? AND c.case_id = ? AND c.repeat = ?",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, t->run);
	stmt_int(s, 2, t->case_id);
	stmt_int(s, 3, t->repeat);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->key = arena_str(&d->out->arena, col_str(s, 0));
		out->title = arena_str(&d->out->arena, col_str(s, 1));
		out->run = arena_str(&d->out->arena, col_str(s, col_str(s, 2).len ? 2 : 3));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool trace_item(struct jd *d, const struct jd_target *t, struct judge_item *out, struct err *err)
{
	struct stmt *s =
	    db_query(d->db,
	             "SELECT t.text, ifnull(nullif(t.input, ''), (SELECT w.text FROM word w WHERE w.id = t.name))"
	             " FROM trace t WHERE t.id = ?",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, t->trace);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->key = arena_str(&d->out->arena, col_str(s, 0));
		out->title = arena_str(&d->out->arena, col_str(s, 1));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool jd_item(struct jd *d, const struct jd_target *t, struct judge_item *out, struct err *err)
{
	out->at = (struct case_at){t->run, t->case_id, t->repeat};
	out->trace = t->trace;
	out->span = t->span;
	out->has_span = t->has_span;
	return t->run ? case_item(d, t, out, err) : trace_item(d, t, out, err);
}
