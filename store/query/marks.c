#include "store/query/marks.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"

bool marks_any(const struct marks *m)
{
	return m->verdict != VERDICT_NONE || m->differ || m->note || m->correction || m->other;
}

static void add_verdict(struct marks *m, const struct opinion *o)
{
	enum verdict v = verdict_named(o->value);
	bool proposed = o->how & HOW_PROPOSED;
	if (v == VERDICT_NONE || (proposed && m->people > 0))
		return;
	if (!proposed && m->proposed) /* somebody looked: what was proposed does not count any more */
		*m = (struct marks){.note = m->note, .correction = m->correction, .other = m->other};
	m->differ |= m->verdict != VERDICT_NONE && m->verdict != v;
	m->proposed = proposed;
	m->people += !proposed;
	m->verdict = m->differ ? VERDICT_NONE : v;
}

struct marks marks_of(const struct opinion *opinions, size_t n)
{
	struct marks m = {.verdict = VERDICT_NONE};
	for (size_t i = 0; i < n; i++)
		switch (opinions[i].field) {
		case FIELD_VERDICT: add_verdict(&m, &opinions[i]); break;
		case FIELD_NOTE: m.note = true; break;
		case FIELD_CORRECTION: m.correction = true; break;
		case FIELD_REASON:
		case FIELD_TAG:
		case FIELD_SCORE: m.other = true; break;
		case FIELD_PREFERENCE:
		case N_ANNOTATION_FIELDS: break;
		}
	return m;
}

/* ---------------------------------------------------------------- reading */

typedef VEC(struct opinion) opinion_list;

static bool same_place(const struct opinion *a, const struct opinion *b)
{
	return a->field == b->field && str_eq(a->author, b->author) && str_eq(a->part, b->part);
}

/* A row of: author, field, part, value, time_ns, how; ordered so that the newest of one place comes last. */
static void add_row(opinion_list *list, struct stmt *s, struct arena *arena)
{
	int64_t field = col_int(s, 1);
	if (field < 0 || field >= N_ANNOTATION_FIELDS)
		return;
	struct opinion o = {.author = arena_str(arena, col_plain(s, 0)),
	                    .part = arena_str(arena, col_plain(s, 2)),
	                    .value = arena_str(arena, col_str(s, 3)),
	                    .field = (enum annotation_field)field,
	                    .time_ns = col_int(s, 4),
	                    .how = (unsigned)col_int_or(s, 5, 0)};
	if (list->n && same_place(&list->at[list->n - 1], &o))
		list->at[list->n - 1] = o;
	else
		*vec_add(list) = o;
}

static bool collect(struct stmt *s, struct arena *arena, opinion_list *list, struct err *err)
{
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		add_row(list, s, arena);
	stmt_end(s);
	return step == STEP_DONE;
}

#define SAID  "n.author, n.field, n.part, n.value, n.time_ns, n.how"
#define ORDER " ORDER BY n.author, n.field, n.part, n.time_ns LIMIT 1000"
_Static_assert(OPINIONS_MOST == 1000, "named in ORDER");

static bool of_case(struct db *db, struct case_at at, struct arena *arena, opinion_list *list, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT " SAID " FROM case_result c JOIN annotation_now n ON " MARKS_FITS
	                          " WHERE c.run = ?1 AND c.case_id = ?2 AND c.repeat = ?3" ORDER,
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.case_id);
	stmt_int(s, 3, at.repeat);
	return collect(s, arena, list, err);
}

/* span absent: of the trace itself. */
static bool of_ids(struct db *db, struct str trace, struct str span, struct arena *arena, opinion_list *list,
                   struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT " SAID " FROM annotation_now n WHERE n.trace = ?1 AND n.span IS ?2" ORDER, err);
	if (!s)
		return false;
	stmt_str(s, 1, trace);
	stmt_str(s, 2, span);
	return collect(s, arena, list, err);
}

/* "trace:ID" and "trace:ID/span:ID" apart. */
static bool of_key(struct db *db, const struct subject_at *at, struct arena *arena, opinion_list *list, struct err *err)
{
	struct buf key = BUF_INIT;
	bool ok = subject_key(db, at, &key, err);
	if (ok) {
		struct str trace = str_from(buf_str(&key), 6), span = STR_NONE;
		for (size_t i = 0; i + 6 <= trace.len; i++)
			if (memcmp(trace.ptr + i, "/span:", 6) == 0) {
				span = str_from(trace, i + 6);
				trace = str_cut(trace, 0, i);
				break;
			}
		ok = of_ids(db, trace, span, arena, list, err);
	}
	buf_done(&key);
	return ok;
}

static void give(opinion_list *list, struct arena *arena, struct opinion **out, size_t *n)
{
	*out = arena_alloc(arena, (list->n + 1) * sizeof **out);
	if (list->n)
		memcpy(*out, list->at, list->n * sizeof **out);
	*n = list->n;
	vec_done(list);
}

bool opinions_of(struct db *db, const struct subject_at *at, struct arena *arena, struct opinion **out, size_t *n,
                 struct err *err)
{
	opinion_list list = {0};
	bool ok = true;
	if (at->kind == SUBJECT_CASE)
		ok = of_case(db, at->at, arena, &list, err);
	else if (at->kind == SUBJECT_TRACE || at->kind == SUBJECT_SPAN)
		ok = of_key(db, at, arena, &list, err);
	give(&list, arena, out, n);
	return ok;
}

static bool trace_text(struct db *db, int64_t trace, struct arena *arena, struct str *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM trace WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	enum step step = stmt_step(s, err);
	*out = step == STEP_ROW ? arena_str(arena, col_plain(s, 0)) : STR_NONE;
	stmt_end(s);
	return step != STEP_FAIL;
}

bool opinions_of_span(struct db *db, int64_t trace, struct str span, struct arena *arena, struct opinion **out,
                      size_t *n, struct err *err)
{
	opinion_list list = {0};
	struct str text;
	bool ok = trace_text(db, trace, arena, &text, err) && of_ids(db, text, span, arena, &list, err);
	give(&list, arena, out, n);
	return ok;
}

/* Everything said of a trace, span after span, the trace itself first. */
static struct stmt *all_of_trace(struct db *db, struct str trace, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT " SAID ", n.span FROM annotation_now n WHERE n.trace = ?1"
	                          " ORDER BY n.span, n.author, n.field, n.part, n.time_ns",
	                          err);
	if (s)
		stmt_str(s, 1, trace);
	return s;
}

static void add_span(struct arena *arena, struct str span, opinion_list *list, struct span_mark **marks, size_t *n,
                     size_t *cap)
{
	if (!list->n)
		return;
	*marks = vec_grow(*marks, cap, *n, sizeof **marks);
	(*marks)[(*n)++] = (struct span_mark){arena_str(arena, span), marks_of(list->at, list->n)};
	vec_clear(list);
}

/* *marks: on the heap. */
static bool read_spans(struct db *db, struct str trace, struct arena *arena, struct span_mark **marks, size_t *n,
                       struct err *err)
{
	opinion_list list = {0};
	struct str span = STR_NONE;
	size_t cap = 0;
	enum step step;
	struct stmt *s = all_of_trace(db, trace, err);
	*marks = NULL;
	*n = 0;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str now = col_plain(s, 6);
		if (!str_eq(now, span) || !now.ptr != !span.ptr)
			add_span(arena, span, &list, marks, n, &cap);
		if (!list.n)
			span = arena_str(arena, now);
		add_row(&list, s, arena);
	}
	stmt_end(s);
	add_span(arena, span, &list, marks, n, &cap);
	vec_done(&list);
	return step == STEP_DONE;
}

bool marks_of_trace(struct db *db, struct str trace, struct marks *out, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct span_mark *spans;
	size_t n;
	bool ok = read_spans(db, trace, &arena, &spans, &n, err);
	*out = (struct marks){.verdict = VERDICT_NONE};
	if (ok && n && !spans[0].span.ptr) {
		*out = spans[0].marks;
	} else {
		for (size_t i = 0; ok && i < n; i++) {
			const struct marks *m = &spans[i].marks;
			out->differ |= m->differ || (out->verdict && m->verdict && out->verdict != m->verdict);
			out->verdict = m->verdict ? m->verdict : out->verdict;
			out->note |= m->note;
			out->correction |= m->correction;
			out->other |= m->other;
		}
		out->verdict = out->differ ? VERDICT_NONE : out->verdict;
		out->inside = n > 0;
	}
	free(spans);
	arena_done(&arena);
	return ok;
}

bool marks_of_spans(struct db *db, int64_t trace, struct arena *arena, struct span_mark **out, size_t *n,
                    struct err *err)
{
	struct str text;
	struct span_mark *marks = NULL;
	*n = 0;
	*out = NULL;
	bool ok = trace_text(db, trace, arena, &text, err) && read_spans(db, text, arena, &marks, n, err);
	if (ok && *n) {
		*out = arena_alloc(arena, *n * sizeof **out);
		memcpy(*out, marks, *n * sizeof **out);
	}
	free(marks);
	return ok;
}

/* Something is said of what the store does not have under that key: it may fit any case by its content. */
static bool has_strays(struct db *db, bool *out, struct err *err)
{
	int64_t any;
	if (!db_int(db,
	            "SELECT EXISTS(SELECT 1 FROM annotation_now n WHERE n.output_hash IS NOT NULL AND n.hint NOT LIKE"
	            " 'pair:%' AND NOT EXISTS(SELECT 1 FROM case_key k WHERE k.text = n.hint) AND (n.trace IS NULL OR"
	            " NOT EXISTS(SELECT 1 FROM trace x WHERE x.text = n.trace)))",
	            0, &any, err))
		return false;
	*out = any != 0;
	return true;
}

bool marks_of_run(struct db *db, int64_t run, struct arena *arena, struct case_mark **out, size_t *n, struct err *err)
{
	VEC(struct case_mark) marks = {0};
	opinion_list list = {0};
	int64_t last = INT64_MIN;
	bool strays;
	enum step step;
	*n = 0;
	*out = NULL;
	if (!has_strays(db, &strays, err))
		return false;
	struct stmt *s =
	    strays ? db_query(db,
	                      "SELECT " SAID ", c.case_id FROM case_result c JOIN annotation_now n ON " MARKS_FITS
	                      " WHERE c.run = ?1 AND c.repeat >= 0"
	                      " ORDER BY c.case_id, n.author, n.field, n.part, n.time_ns",
	                      err)
	           : db_query(db,
	                      "SELECT " SAID ", c.case_id FROM annotation_now n JOIN case_key k ON k.text = n.hint JOIN"
	                      " case_result c ON c.run = ?1 AND c.case_id = k.id AND c.repeat >= 0 AND c.output_hash IS"
	                      " n.output_hash AND c.input_hash IS n.input_hash"
	                      " ORDER BY c.case_id, n.author, n.field, n.part, n.time_ns",
	                      err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t case_id = col_int(s, 6);
		if (case_id != last && list.n) {
			*vec_add(&marks) = (struct case_mark){last, marks_of(list.at, list.n)};
			vec_clear(&list);
		}
		last = case_id;
		add_row(&list, s, arena);
	}
	stmt_end(s);
	if (list.n)
		*vec_add(&marks) = (struct case_mark){last, marks_of(list.at, list.n)};
	if (marks.n) {
		*out = arena_alloc(arena, marks.n * sizeof **out);
		memcpy(*out, marks.at, marks.n * sizeof **out);
	}
	*n = marks.n;
	vec_done(&marks);
	vec_done(&list);
	return step == STEP_DONE;
}

const struct marks *marks_of_case_in(const struct case_mark *marks, size_t n, int64_t case_id)
{
	size_t from = 0, to = n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (marks[middle].case_id < case_id)
			from = middle + 1;
		else
			to = middle;
	}
	return from < n && marks[from].case_id == case_id ? &marks[from].marks : NULL;
}
