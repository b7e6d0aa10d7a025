/* Scores that name a span but not its trace: feedback and annotation files. Each waits at a trace row of its own that stands for the
 * span (seen = 0, so no list shows it; its text begins with WAITING_SPAN) until a trace with that span is settled; scores that come
 * after their span are brought there at the end of their source, by one pass over all spans: there is no index of spans by key, and
 * such files are few. Where a source does not say whether an id is a span's or a trace's (WAITING_EITHER), a trace of that id will
 * do, too. */
#include <stdlib.h>

#include "store/ingest_private.h"
#include "store/ingest_rows.h"

enum { WAITING_MAX = 1 << 20 };

#define IS_WAITING "t.text >= '" WAITING_SPAN "' AND t.text < 'span;' AND t.seen = 0"

static int by_key(const void *pa, const void *pb)
{
	const struct waiting *a = pa, *b = pb;
	return a->key < b->key ? -1 : a->key > b->key;
}

bool waiting_load(struct writer *w, struct err *err)
{
	struct stmt *s =
	    db_query(w->db,
	             "SELECT c.span, t.id, t.text >= '" WAITING_EITHER "' AND t.text < '" WAITING_SPAN
	             "@' FROM trace t JOIN score c ON c.trace = t.id WHERE " IS_WAITING " GROUP BY t.id LIMIT ?",
	             err);
	enum step step;
	vec_clear(&w->waiting);
	if (!s)
		return false;
	stmt_int(s, 1, WAITING_MAX);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&w->waiting) =
		    (struct waiting){.key = col_int(s, 0), .place = col_int(s, 1), .either = col_int(s, 2) != 0};
	stmt_end(s);
	if (w->waiting.n > 1)
		qsort(w->waiting.at, w->waiting.n, sizeof *w->waiting.at, by_key);
	return step == STEP_DONE;
}

/* The first that waits for the span; *n of them, in different places (formats, projects). */
static const struct waiting *waiting_for(const struct writer *w, int64_t key, size_t *n)
{
	size_t low = 0, high = w->waiting.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (w->waiting.at[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	for (*n = 0; low + *n < w->waiting.n && w->waiting.at[low + *n].key == key;)
		++*n;
	return *n ? &w->waiting.at[low] : NULL;
}

void waiting_meet(const struct writer *w, struct settle_job *job, int64_t key)
{
	size_t n;
	const struct waiting *first = w->waiting.n ? waiting_for(w, key, &n) : NULL;
	for (size_t i = 0; first && i < n; i++)
		*vec_add(&job->adopted) = first[i];
}

static void meet_trace(const struct writer *w, struct settle_job *job, struct str text)
{
	size_t n;
	bool is_hex;
	const struct waiting *first = waiting_for(w, model_span_key(text, &is_hex), &n);
	for (size_t i = 0; first && i < n; i++) {
		if (!first[i].either)
			continue;
		*vec_add(&job->adopted) = first[i];
		job->adopted.at[job->adopted.n - 1].of_trace = true;
	}
}

bool waiting_meet_trace(struct writer *w, struct settle_job *job, struct err *err)
{
	enum step step;
	if (!w->waiting.n)
		return true;
	if (job->trace) {
		meet_trace(w, job, job->trace->text);
		return true;
	}
	struct stmt *s = db_query(w->db, "SELECT text FROM trace WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, job->id);
	if ((step = stmt_step(s, err)) == STEP_ROW)
		meet_trace(w, job, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

/* The place stays as long as its scores' source may be read again: only scores are moved. Twice is nothing. */
static bool bring(struct writer *w, int64_t place, int64_t trace, bool of_trace, struct err *err)
{
	return WRITER_RUN(w, err,
	                  "UPDATE trace SET scores = scores + (SELECT count(*) FROM score WHERE trace = ?1)"
	                  " WHERE id = ?2",
	                  place, trace) &&
	       (!of_trace || WRITER_RUN(w, err, "UPDATE score SET span = NULL WHERE trace = ?1", place)) &&
	       WRITER_RUN(w, err, "UPDATE score SET trace = ?2 WHERE trace = ?1", place, trace) &&
	       WRITER_RUN(w, err, "UPDATE trace SET scores = 0 WHERE id = ?1", place);
}

bool waiting_adopt(struct writer *w, struct settle_job *job, struct err *err)
{
	for (size_t i = 0; i < job->adopted.n; i++)
		if (!bring(w, job->adopted.at[i].place, job->id, job->adopted.at[i].of_trace, err))
			return false;
	vec_clear(&job->adopted);
	return true;
}

struct found {
	int64_t place, trace;
	bool of_trace;
};
struct found_list {
	struct found *at;
	size_t n, cap;
};

static bool find_spans(struct writer *w, struct found_list *out, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT s.key, s.trace FROM span s", err);
	enum step step;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		size_t n;
		const struct waiting *first = waiting_for(w, col_int(s, 0), &n);
		for (size_t i = 0; first && i < n; i++)
			*vec_add(out) = (struct found){.place = first[i].place, .trace = col_int(s, 1)};
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool find_traces(struct writer *w, struct found_list *out, struct err *err)
{
	bool any = false;
	enum step step;
	for (size_t i = 0; i < w->waiting.n && !any; i++)
		any = w->waiting.at[i].either;
	if (!any)
		return true;
	struct stmt *s = db_query(w->db,
	                          "SELECT p.id, t.id FROM trace p JOIN trace t ON t.text = substr(p.text, ?)"
	                          " WHERE p.text >= '" WAITING_EITHER "' AND p.text < '" WAITING_SPAN
	                          "@' AND p.seen = 0 AND t.seen > 0",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, sizeof WAITING_EITHER);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(out) = (struct found){.place = col_int(s, 0), .trace = col_int(s, 1), .of_trace = true};
	stmt_end(s);
	return step == STEP_DONE;
}

static bool bring_found(struct writer *w, const struct found *found, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!writer_begin(w, err) || !bring(w, found[i].place, found[i].trace, found[i].of_trace, err))
			return false;
		if (i % ROWS_PER_LOOK == ROWS_PER_LOOK - 1 && !writer_breathe(w, err))
			return false;
	}
	return !n || w->strict_open || writer_commit(w, err);
}

bool waiting_finish(struct writer *w, struct err *err)
{
	struct found_list found = {.n = 0};
	if (!w->has_waiting)
		return true;
	w->has_waiting = false;
	bool ok = waiting_load(w, err) &&
	          (!w->waiting.n || (find_spans(w, &found, err) && find_traces(w, &found, err))) &&
	          bring_found(w, found.at, found.n, err);
	vec_done(&found);
	return ok;
}
