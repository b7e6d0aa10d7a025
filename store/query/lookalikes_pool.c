/* Who is looked at: rows of the store, and what people said of them. */
#include <stdlib.h>
#include <string.h>

#include "store/query/lookalikes_private.h"

/* ---------------------------------------------------------------- cases */

static bool read_runs(struct alikes *a, int64_t run, struct err *err)
{
	/* Of runs of one content (the same evaluation in two formats) the flagged one's, else the newest. */
	struct stmt *s =
	    db_query(a->db,
	             "SELECT id, content FROM run WHERE id = ?1 OR (dataset IS NOT NULL AND dataset ="
	             " (SELECT dataset FROM run WHERE id = ?1)) ORDER BY id <> ?1, created_ns DESC, id DESC",
	             err);
	VEC(int64_t) contents = {0};
	enum step step;
	if (!s)
		return false;
	a->runs = arena_alloc(&a->out->arena, LOOKALIKES_RUNS * sizeof *a->runs);
	stmt_int(s, 1, run);
	while ((step = stmt_step(s, err)) == STEP_ROW && a->n_runs < LOOKALIKES_RUNS) {
		bool twice = false;
		for (size_t i = 0; !col_null(s, 1) && i < contents.n; i++)
			twice = twice || contents.at[i] == col_int(s, 1);
		if (twice)
			continue;
		if (!col_null(s, 1))
			*vec_add(&contents) = col_int(s, 1);
		a->runs[a->n_runs++] = col_int(s, 0);
	}
	stmt_end(s);
	vec_done(&contents);
	a->out->runs = (int64_t)a->n_runs;
	return step != STEP_FAIL;
}

static enum alike_standing standing_of(int64_t status)
{
	switch ((enum case_status)status) {
	case CASE_PASSED: return ALIKE_GOOD;
	case CASE_FAILED:
	case CASE_ERROR: return ALIKE_BAD;
	case CASE_UNSCORED:
	case N_CASE_STATUSES: break;
	}
	return ALIKE_UNKNOWN;
}

/* What verdicts are found by: of cases the answer, whatever its key is called by now; of traces and spans the key. */
static uint64_t texts_key(uint64_t input_hash, uint64_t output_hash)
{
	const uint64_t both[2] = {input_hash, output_hash};
	return hash64((struct str){(const char *)both, sizeof both});
}

/* The place of a new item; NULL: the pool is full. */
static struct pool_item *room(struct alikes *a, size_t most)
{
	if (a->pool.n >= most) {
		a->out->beyond++;
		return NULL;
	}
	struct pool_item *i = vec_add(&a->pool);
	*i = (struct pool_item){.record = 0};
	return i;
}

static bool read_results(struct alikes *a, int64_t run, struct err *err)
{
	struct stmt *s = db_query(
	    a->db,
	    "SELECT c.case_id, c.repeat, c.status, c.record, ifnull(c.input_hash, 0), ifnull(c.output_hash, 0),"
	    " t.id, t.first, t.n FROM case_result c LEFT JOIN trace t ON t.key = c.trace AND t.seen > 0"
	    " WHERE c.run = ? AND c.repeat >= 0 ORDER BY c.case_id, c.repeat",
	    err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, run);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct pool_item *i = room(a, LOOKALIKES_POOL);
		if (!i)
			continue;
		i->at = (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {run, col_int(s, 0), col_int(s, 1)}
                };
		i->source = (uint8_t)standing_of(col_int_or(s, 2, 0));
		i->record = col_int_or(s, 3, 0);
		i->input_hash = (uint64_t)col_int_or(s, 4, 0);
		i->output_hash = (uint64_t)col_int_or(s, 5, 0);
		i->trace = col_int_or(s, 6, 0);
		i->first = col_int_or(s, 7, 0);
		i->n = col_int_or(s, 8, 0);
		i->key = texts_key(i->input_hash, i->output_hash);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- traces and spans */

/* bad, good: by scores of the trace (or of the span ?), by results that link to it. What ended with an error is bad; what ended without one
 * is not known to be good. */
#define FAILED(of)                                                                                        \
	"EXISTS(SELECT 1 FROM score x WHERE x.trace = t.id AND " of " AND (x.pass = 0 OR (x.pass IS NULL" \
	" AND x.value < x.threshold) OR (x.pass IS NULL AND lower(x.label) IN ('fail', 'failed'))))"
#define PASSED(of)                                                                                        \
	"EXISTS(SELECT 1 FROM score x WHERE x.trace = t.id AND " of " AND (x.pass = 1 OR (x.pass IS NULL" \
	" AND x.value >= x.threshold) OR (x.pass IS NULL AND lower(x.label) IN ('pass', 'passed'))))"
#define RESULT(status) "EXISTS(SELECT 1 FROM case_result c WHERE c.trace = t.key AND c.status " status ")"

static enum alike_standing standing_by(bool bad, bool good)
{
	return bad ? ALIKE_BAD : good ? ALIKE_GOOD : ALIKE_UNKNOWN;
}

static bool read_traces(struct alikes *a, int64_t trace, struct err *err)
{
	struct stmt *s =
	    db_query(a->db,
	             "SELECT t.id, t.first, t.n, s.key, s.record, ifnull(s.input_hash, 0), ifnull(s.output_hash, 0),"
	             " t.status = 2 OR " FAILED("1") " OR " RESULT("IN (2, 3)") ", " PASSED("1") " OR " RESULT(
	                 "= 1") ", 'trace:' || t.text"
	                        " FROM trace t JOIN span s ON s.pos = t.first WHERE t.seen > 0 AND t.n > 0 AND"
	                        " t.name IS (SELECT name FROM trace WHERE id = ?) ORDER BY t.id <> ?1, t.start_ns "
	                        "DESC, t.id DESC",
	             err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct pool_item *i = room(a, LOOKALIKES_TRACES);
		if (!i)
			continue;
		i->at = (struct subject_at){.kind = SUBJECT_TRACE, .trace = col_int(s, 0), .span = col_int(s, 3)};
		i->trace = col_int(s, 0);
		i->first = col_int(s, 1);
		i->n = col_int(s, 2);
		i->record = col_int_or(s, 4, 0);
		i->input_hash = (uint64_t)col_int_or(s, 5, 0);
		i->output_hash = (uint64_t)col_int_or(s, 6, 0);
		i->source = (uint8_t)standing_by(col_int_or(s, 7, 0) > 0, col_int_or(s, 8, 0) > 0);
		i->key = hash64(col_plain(s, 9));
	}
	stmt_end(s);
	return step == STEP_DONE;
}
_Static_assert(STATUS_ERROR == 2 && CASE_PASSED == 1 && CASE_FAILED == 2 && CASE_ERROR == 3,
               "the SQL above names them by number");

static bool read_spans(struct alikes *a, int64_t trace, int64_t span, struct err *err)
{
	struct stmt *s = db_query(
	    a->db,
	    "WITH m AS (SELECT s.name, s.kind, t.name AS trace_name FROM trace t JOIN span s ON"
	    " s.pos >= t.first AND s.pos < t.first + t.n WHERE t.id = ?1 AND s.key = ?2 LIMIT 1)"
	    " SELECT t.id, t.first, t.n, s.key, s.record, ifnull(s.input_hash, 0), ifnull(s.output_hash, 0),"
	    " s.status = 2 OR " FAILED("x.span = s.key") ", " PASSED(
	        "x.span = s.key") ", 'trace:' || t.text || '/span:' || ifnull(s.id, printf('%016x', s.key))"
	                          " FROM m JOIN trace t ON t.name IS m.trace_name AND t.seen > 0 JOIN span s ON s.pos "
	                          ">= t.first AND"
	                          " s.pos < t.first + t.n WHERE s.name IS m.name AND s.kind = m.kind AND s.record > 0"
	                          " ORDER BY t.id <> ?1 OR s.key <> ?2, t.start_ns DESC, s.pos",
	    err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, span);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct pool_item *i = room(a, LOOKALIKES_TRACES);
		if (!i)
			continue;
		i->at = (struct subject_at){.kind = SUBJECT_SPAN, .trace = col_int(s, 0), .span = col_int(s, 3)};
		i->record = col_int_or(s, 4, 0);
		i->input_hash = (uint64_t)col_int_or(s, 5, 0);
		i->output_hash = (uint64_t)col_int_or(s, 6, 0);
		i->source = (uint8_t)standing_by(col_int_or(s, 7, 0) > 0, col_int_or(s, 8, 0) > 0);
		i->key = hash64(col_plain(s, 9));
	}
	stmt_end(s);
	return step == STEP_DONE;
}

bool alikes_pool(struct alikes *a, struct err *err)
{
	const struct subject_at *at = &a->q->at;
	bool ok = true;
	switch (at->kind) {
	case SUBJECT_CASE:
		ok = read_runs(a, at->at.run, err);
		for (size_t i = 0; ok && i < a->n_runs; i++)
			ok = read_results(a, a->runs[i], err);
		return ok;
	case SUBJECT_TRACE: return read_traces(a, at->trace, err);
	case SUBJECT_SPAN: return read_spans(a, at->trace, at->span, err);
	case SUBJECT_PAIR:
		return err_set(err, ERR_USAGE, NULL,
		               "which of two answers is better is no failure: nothing is like it");
	case SUBJECT_NONE:
	case N_SUBJECT_KINDS: break;
	}
	return err_set(err, ERR_NOT_FOUND, NULL, "nothing to look for here");
}

/* ---------------------------------------------------------------- people */

static int by_key(const void *pa, const void *pb)
{
	const struct said_verdict *a = pa, *b = pb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return memcmp(a->event.byte, b->event.byte, sizeof a->event.byte);
}

bool said_read(struct db *db, struct str author, bool cases, said_verdicts *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT ifnull(input_hash, 0), ifnull(output_hash, 0), hint, author = ?, how, value,"
	                          " event, target FROM annotation_now WHERE field = 0",
	                          err);
	enum step step;
	if (!s)
		return false;
	stmt_str(s, 1, author);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str event = col_blob(s, 6), target = col_blob(s, 7);
		struct said_verdict v = {.key = cases ? texts_key((uint64_t)col_int(s, 0), (uint64_t)col_int(s, 1))
		                                      : hash64(col_plain(s, 2)),
		                         .mine = col_int_or(s, 3, 0) != 0,
		                         .how = (unsigned)col_int_or(s, 4, 0),
		                         .verdict = verdict_named(col_str(s, 5))};
		if (event.len != sizeof v.event || target.len != sizeof v.target)
			continue;
		memcpy(v.event.byte, event.ptr, event.len);
		memcpy(v.target.byte, target.ptr, target.len);
		*vec_add(out) = v;
	}
	stmt_end(s);
	if (out->n > 1)
		qsort(out->at, out->n, sizeof *out->at, by_key);
	return step == STEP_DONE;
}
_Static_assert(FIELD_VERDICT == 0, "the SQL above names it by number");

size_t said_of(const said_verdicts *said, uint64_t key, size_t *end)
{
	size_t low = 0, high = said->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (said->at[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	for (*end = low; *end < said->n && said->at[*end].key == key;)
		(*end)++;
	return low;
}

/* A proposed one was not made by looking at it: it says nothing of how the item stands. */
static void weigh(struct pool_item *i, const struct said_verdict *v, uint32_t place)
{
	if (v->mine)
		i->said = place + 1;
	if (v->how & HOW_PROPOSED)
		return;
	if (v->verdict == VERDICT_BAD)
		i->person = ALIKE_BAD;
	else if (v->verdict == VERDICT_GOOD && i->person == ALIKE_UNKNOWN)
		i->person = ALIKE_GOOD;
}

bool alikes_people(struct alikes *a, struct err *err)
{
	if (!said_read(a->db, a->q->author, a->q->at.kind == SUBJECT_CASE, &a->said, err))
		return false;
	for (size_t k = 0; a->said.n && k < a->pool.n; k++) {
		size_t end, from = said_of(&a->said, a->pool.at[k].key, &end);
		for (; from < end; from++)
			weigh(&a->pool.at[k], &a->said.at[from], (uint32_t)from);
	}
	return true;
}
