#include "store/query/places.h"

#include <stdlib.h>

#include "store/model.h"

static int64_t or_null(uint64_t hash)
{
	return hash ? (int64_t)hash : UNKNOWN_INT;
}

/* ---------------------------------------------------------------- by key */

/* "trace:ID" and "trace:ID/span:ID": the ids. */
static bool trace_hint(struct str hint, struct str *trace, struct str *span)
{
	if (!str_starts(hint, "trace:"))
		return false;
	size_t at = str_find(hint, STR_LIT("/span:"));
	*trace = str_cut(hint, 6, at == SIZE_MAX ? SIZE_MAX : at - 6);
	*span = at == SIZE_MAX ? STR_NONE : str_from(hint, at + 6);
	return true;
}

static bool may_be(const struct places_opts *o, const struct subject_at *at)
{
	if (at->kind == SUBJECT_CASE)
		return !o->no_cases && (!o->run || at->at.run == o->run) &&
		       (!o->cases || hash_set_has(o->cases, places_case(&at->at)));
	return !o->no_traces && !o->run && (!o->traces || hash_set_has(o->traces, (uint64_t)at->trace));
}

/* Where several traces have one id (of different projects), the one with the texts. */
static bool find_trace(struct db *db, const struct places_opts *o, struct place *p, struct str trace, struct str span,
                       bool *known, struct err *err)
{
	bool is_hex = false;
	int64_t key = span.len ? model_span_key(span, &is_hex) : 0;
	struct stmt *s =
	    db_query(db,
	             "SELECT t.id, s.key, t.first, (s.input_hash IS ?4 AND s.output_hash IS ?5) AS same"
	             " FROM trace t JOIN span s ON s.pos >= t.first AND s.pos < t.first + CASE WHEN ?2 THEN"
	             " t.n ELSE min(t.n, 1) END WHERE t.text = ?1 AND (?2 = 0 OR s.key = ?3)"
	             " ORDER BY same DESC, t.id DESC",
	             err);
	if (!s)
		return false;
	stmt_str(s, 1, trace);
	stmt_int(s, 2, span.len > 0);
	stmt_int(s, 3, key);
	stmt_int(s, 4, or_null(p->input_hash));
	stmt_int(s, 5, or_null(p->output_hash));
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW && p->at.kind == SUBJECT_NONE) {
		const struct subject_at at = {.kind = span.len ? SUBJECT_SPAN : SUBJECT_TRACE,
		                              .trace = col_int(s, 0),
		                              .span = span.len ? col_int(s, 1) : 0};
		*known = true;
		if (!may_be(o, &at))
			continue;
		p->at = at;
		p->order = col_int_or(s, 2, 0);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* The results of a case with these texts: the newest run's, and how many. *known: the key is in the store, with whatever texts. */
static bool find_case(struct db *db, const struct places_opts *o, struct place *p, bool *known, struct err *err)
{
	struct stmt *s =
	    db_query(db,
	             "SELECT c.run, c.case_id, c.repeat, c.ord, c.input_hash IS ?2 AND c.output_hash IS ?3"
	             " FROM case_key k JOIN run r JOIN case_result c ON c.run = r.id AND c.case_id = k.id"
	             " WHERE k.text = ?1 AND c.repeat >= 0 ORDER BY r.created_ns DESC, r.id DESC, c.repeat",
	             err);
	if (!s)
		return false;
	stmt_str(s, 1, p->hint);
	stmt_int(s, 2, or_null(p->input_hash));
	stmt_int(s, 3, or_null(p->output_hash));
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const struct subject_at at = {
		    .kind = SUBJECT_CASE, .at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)}
                };
		*known = true;
		if (!col_int_or(s, 4, 0))
			continue;
		p->results++;
		if (p->at.kind != SUBJECT_NONE || !may_be(o, &at))
			continue;
		p->at = at;
		p->order = col_int_or(s, 3, 0);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- by texts */

/* What is looked for, by its texts. The first of those with the same texts stands for all of them. */
struct wanted {
	struct place **at; /* by their texts */
	size_t n;
};

static int by_texts(const struct place *a, uint64_t in, uint64_t out)
{
	if (a->output_hash != out)
		return a->output_hash < out ? -1 : 1;
	return a->input_hash == in ? 0 : a->input_hash < in ? -1 : 1;
}

static int compare(const void *pa, const void *pb)
{
	const struct place *const *a = pa, *const *b = pb;
	int order = by_texts(*a, (*b)->input_hash, (*b)->output_hash);
	return order ? order : *a < *b ? -1 : *a > *b;
}

static void meet(struct wanted *w, const struct places_opts *o, uint64_t in, uint64_t out, const struct subject_at *at,
                 int64_t order)
{
	size_t low = 0, high = w->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_texts(w->at[middle], in, out) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == w->n || by_texts(w->at[low], in, out) != 0)
		return;
	struct place *p = w->at[low];
	p->results++;
	if (p->at.kind != SUBJECT_NONE || !may_be(o, at))
		return;
	p->at = *at;
	p->order = order;
	p->by_text = true;
}

/* The newest run comes first. */
static bool meet_cases(struct db *db, struct wanted *w, const struct places_opts *o, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT c.run, c.case_id, c.repeat, c.ord, c.input_hash, c.output_hash FROM run r"
	                          " JOIN case_result c ON c.run = r.id WHERE (?1 = 0 OR r.id = ?1) AND c.output_hash"
	                          " IS NOT NULL AND c.repeat >= 0 ORDER BY r.created_ns DESC, r.id DESC",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, o->run);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const struct subject_at at = {
		    .kind = SUBJECT_CASE, .at = {col_int(s, 0), col_int(s, 1), col_int_or(s, 2, 0)}
                };
		meet(w, o, (uint64_t)col_int_or(s, 4, 0), (uint64_t)col_int_or(s, 5, 0), &at, col_int_or(s, 3, 0));
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool meet_traces(struct db *db, struct wanted *w, const struct places_opts *o, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT t.id, t.first, s.input_hash, s.output_hash FROM trace t JOIN span s"
	                          " ON s.pos = t.first WHERE t.n > 0 AND s.output_hash IS NOT NULL ORDER BY t.id DESC",
	                          err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const struct subject_at at = {.kind = SUBJECT_TRACE, .trace = col_int(s, 0)};
		meet(w, o, (uint64_t)col_int_or(s, 2, 0), (uint64_t)col_int_or(s, 3, 0), &at, col_int_or(s, 1, 0));
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool find_by_text(struct db *db, struct wanted *w, const struct places_opts *o, struct err *err)
{
	if (!w->n)
		return true;
	qsort(w->at, w->n, sizeof *w->at, compare);
	if (!o->no_cases && !meet_cases(db, w, o, err))
		return false;
	if (!o->no_traces && !o->run && !meet_traces(db, w, o, err))
		return false;
	for (size_t i = 1; i < w->n; i++) {
		struct place *p = w->at[i], *before = w->at[i - 1];
		if (by_texts(p, before->input_hash, before->output_hash) != 0)
			continue;
		p->at = before->at;
		p->order = before->order;
		p->results = before->results;
		p->by_text = before->by_text;
	}
	return true;
}

uint64_t places_case(const struct case_at *at)
{
	const int64_t parts[] = {at->run, at->case_id, at->repeat};
	return hash64((struct str){(const char *)parts, sizeof parts});
}

bool places_find(struct db *db, const struct places_opts *opts, struct place *places, size_t n, struct err *err)
{
	static const struct places_opts everywhere = {.run = 0};
	const struct places_opts *o = opts ? opts : &everywhere;
	struct wanted left = {.at = xcalloc(n + 1, sizeof *left.at)};
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct place *p = &places[i];
		struct str trace, span;
		bool known = false;
		p->at = (struct subject_at){.kind = SUBJECT_NONE};
		p->results = p->order = 0;
		p->by_text = false;
		if (str_starts(p->hint, "pair:"))
			continue;
		if (trace_hint(p->hint, &trace, &span))
			ok = find_trace(db, o, p, trace, span, &known, err);
		else if (p->hint.len)
			ok = find_case(db, o, p, &known, err);
		if (p->at.kind == SUBJECT_NONE && !known && p->output_hash)
			left.at[left.n++] = p;
	}
	ok = ok && find_by_text(db, &left, o, err);
	free(left.at);
	return ok;
}
