/* Around the settling of traces: findings to report, and what was in the store before. */
#include "store/ingest_private.h"
#include "store/span_row.h"

/* ---------------------------------------------------------------- findings, once the source has ended
 *
 * Not earlier: while a trace arrives, spans come before their parents. */

enum { CUTS_TOLD = 1000 };

struct odd_trace {
	int64_t id, orphans, cycles, first, n;
	struct buf text;
};

static bool next_odd(struct writer *w, struct odd_trace *t, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT id, orphans, cycles, first, n, text FROM trace INDEXED BY trace_odd"
	                          " WHERE seen = ? AND (orphans > 0 OR cycles > 0) AND id > ? ORDER BY id LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, w->source);
	stmt_int(s, 2, t->id);
	enum step step = stmt_step(s, err);
	t->id = 0;
	if (step == STEP_ROW) {
		t->id = col_int(s, 0);
		t->orphans = col_int_or(s, 1, 0);
		t->cycles = col_int_or(s, 2, 0);
		t->first = col_int_or(s, 3, 0);
		t->n = col_int_or(s, 4, 0);
		buf_clear(&t->text);
		buf_add_str(&t->text, col_str(s, 5));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

struct cut {
	int64_t key;
	struct str id;
};

static bool read_cuts(struct writer *w, const struct odd_trace *t, struct arena *arena, struct cut *cuts, size_t *n,
                      struct err *err)
{
	struct stmt *s =
	    db_query(w->db, "SELECT key, id FROM span WHERE pos >= ? AND pos < ? AND flags & ? LIMIT ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, t->first);
	stmt_int(s, 2, t->first + t->n);
	stmt_int(s, 3, SPAN_CYCLE);
	stmt_int(s, 4, CUTS_TOLD);
	enum step step;
	for (*n = 0; (step = stmt_step(s, err)) == STEP_ROW && *n < CUTS_TOLD; ++*n)
		cuts[*n] = (struct cut){col_int_or(s, 0, 0), arena_str(arena, col_str(s, 1))};
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool report_cut(struct writer *w, const struct odd_trace *t, const struct cut *cut, struct err *err)
{
	struct buf path = BUF_INIT;
	buf_printf(&path, "trace " STR_FMT ", span ", STR_ARG(buf_str(&t->text)));
	if (cut->id.ptr)
		buf_add_str(&path, cut->id);
	else
		buf_printf(&path, "%016llx", (unsigned long long)cut->key);
	bool ok = writer_problem_fmt(w, SEVERITY_WARNING, "cycle", buf_str(&path), "cut here, shown as a root", err,
	                             "the chain of its parents comes back to it");
	buf_done(&path);
	return ok;
}

/* All rows of the trace are looked through: not under the write lock. */
static bool report_cycles(struct writer *w, const struct odd_trace *t, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct cut *cuts = arena_zalloc(&arena, CUTS_TOLD, sizeof *cuts);
	size_t n = 0, told = 0;
	bool ok = writer_commit(w, err) && read_cuts(w, t, &arena, cuts, &n, err) && writer_begin(w, err);
	for (; ok && told < n && !(told && writer_problems_full(w)); told++)
		ok = report_cut(w, t, &cuts[told], err) && (told % ROWS_PER_LOOK != 0 || writer_breathe(w, err));
	if (t->cycles > (int64_t)told)
		writer_problem_count(w, t->cycles - (int64_t)told);
	arena_done(&arena);
	return ok;
}

static bool report_orphans(struct writer *w, const struct odd_trace *t, struct err *err)
{
	struct buf path = BUF_INIT;
	buf_printf(&path, "trace " STR_FMT, STR_ARG(buf_str(&t->text)));
	bool ok = writer_problem_fmt(w, SEVERITY_WARNING, "orphan", buf_str(&path), "shown below a row that says so",
	                             err, "%lld span%s a parent that is not there", (long long)t->orphans,
	                             t->orphans == 1 ? " names" : "s name");
	buf_done(&path);
	return ok;
}

#define MENDED                                                                                                      \
	"code = 'orphan' AND source <> ?1 AND EXISTS (SELECT 1 FROM trace t WHERE t.text = substr(problem.path, 7)" \
	" AND t.orphans = 0 AND t.seen = ?1)"

/* Parents that another source lacked have come with this one: it is not so any more. */
static bool withdraw_orphans(struct writer *w, struct err *err)
{
	return WRITER_RUN(
	           w, err,
	           "UPDATE source SET problems = problems - (SELECT count(*) FROM problem WHERE source = source.id"
	           " AND " MENDED ") WHERE id IN (SELECT source FROM problem WHERE " MENDED ")",
	           w->source) &&
	       WRITER_RUN(w, err, "DELETE FROM problem WHERE " MENDED, w->source);
}

bool settle_report(struct writer *w, struct err *err)
{
	struct odd_trace t = {.id = 0};
	bool ok = writer_begin(w, err) &&
	          WRITER_RUN(w, err, "DELETE FROM problem WHERE source = ? AND code IN ('cycle', 'orphan')", w->source);
	if (ok) { /* of an earlier, shorter state of this source */
		w->problems_new -= db_changes(w->db);
		w->problems_stored -= db_changes(w->db);
		ok = withdraw_orphans(w, err);
	}
	while ((ok = ok && writer_breathe(w, err) && next_odd(w, &t, err)) && t.id) {
		if (t.orphans)
			ok = report_orphans(w, &t, err);
		if (ok && t.cycles)
			ok = report_cycles(w, &t, err);
	}
	buf_done(&t.text);
	return ok;
}

/* ---------------------------------------------------------------- what was there before */

static uint64_t trace_mark(int64_t id)
{
	return (uint64_t)id * 0x9E3779B97F4A7C15u;
}

static bool add_known(struct writer *w, const char *sql, int64_t id, struct err *err)
{
	struct stmt *s = db_query(w->db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		hash_set_add(&w->known, (uint64_t)col_int_or(s, 0, 0) ^ trace_mark(id));
	stmt_end(s);
	return step == STEP_DONE;
}

static bool load_known(struct writer *w, const struct settle_job *job, struct err *err)
{
	uint64_t mark = ~trace_mark(job->id);
	if (hash_set_has(&w->known, mark))
		return true;
	if (w->known.n + (size_t)(job->n + job->loose) > KNOWN_MAX)
		hash_set_clear(&w->known);
	hash_set_add(&w->known, mark);
	/* A large trace is not read under the write lock. */
	if (job->n + job->loose > TRACE_ROWS_ONCE && !writer_commit(w, err))
		return false;
	return add_known(w,
	                 "SELECT hash FROM span WHERE pos >= (SELECT first FROM trace WHERE id = ?1)"
	                 " AND pos < (SELECT first + n FROM trace WHERE id = ?1)",
	                 job->id, err) &&
	       add_known(w, "SELECT hash FROM span_loose WHERE trace = ?", job->id, err) &&
	       add_known(w, "SELECT hash FROM span_other WHERE trace = ?", job->id, err) && writer_begin(w, err);
}

/* Marks the entries whose spans are all in the store, record for record: only traces that were there before this import can
 * have such, and a second import of the same data is what makes it worth looking. */
bool settle_mark_known(struct writer *w, struct batch *b, struct err *err)
{
	struct settle_job job = {.id = 0};
	for (size_t i = 0; w->old_trace_max && i < b->traces.n; i++) {
		const struct batch_trace *t = &b->traces.at[i];
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
		if (!t->n_spans)
			continue;
		if (!settle_find_trace(w, &job, &t->key, err))
			return false;
		if (!job.exists || job.id > w->old_trace_max || job.n + job.loose > KNOWN_MAX)
			continue;
		if (!load_known(w, &job, err))
			return false;
		for (uint32_t k = t->first_span; k != SETTLE_NONE; k = b->spans.at[k].next) {
			const struct batch_span *span = &b->spans.at[k];
			if (span->entry < b->entries.n && hash_set_has(&w->known, span->part.hash ^ trace_mark(job.id)))
				b->entries.at[span->entry].dups++;
		}
	}
	return true;
}
