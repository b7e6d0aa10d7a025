/* What is read of each item: its answer and error, its trace's steps, documents, findings. */
#include <stdlib.h>
#include <string.h>

#include "store/query/case.h"
#include "store/query/lookalikes_private.h"
#include "store/query/said.h"
#include "store/span_row.h"

void alike_reading_done(struct alike_reading *r)
{
	arena_done(&r->arena);
	vec_done(&r->steps);
	vec_done(&r->scores);
	vec_done(&r->checks);
}

/* A record that no longer reads says nothing; a store that fails is a failure. */
static bool passes_over(const struct err *trouble, struct err *err)
{
	if (trouble->code == ERR_INTERRUPTED || trouble->code == ERR_STORE || trouble->code == ERR_SYSTEM ||
	    trouble->code == ERR_MEMORY) {
		*err = *trouble;
		return false;
	}
	return true;
}

/* ---------------------------------------------------------------- documents */

static uint32_t doc_id(struct alikes *a, struct str name)
{
	if ((a->doc_names.n + 1) * 2 > a->n_slots) {
		a->n_slots = a->n_slots ? a->n_slots * 2 : 1024;
		free(a->doc_slots);
		a->doc_slots = xcalloc(a->n_slots, sizeof *a->doc_slots);
		for (size_t i = 0; i < a->doc_names.n; i++) {
			size_t at = (size_t)hash64(a->doc_names.at[i]) & (a->n_slots - 1);
			while (a->doc_slots[at])
				at = (at + 1) & (a->n_slots - 1);
			a->doc_slots[at] = (uint32_t)i + 1;
		}
	}
	size_t at = (size_t)hash64(name) & (a->n_slots - 1);
	for (; a->doc_slots[at]; at = (at + 1) & (a->n_slots - 1))
		if (str_eq(a->doc_names.at[a->doc_slots[at] - 1], name))
			return a->doc_slots[at] - 1;
	*vec_add(&a->doc_names) = arena_str(&a->names, name);
	a->doc_slots[at] = (uint32_t)a->doc_names.n;
	return a->doc_slots[at] - 1;
}

static void add_document(struct alikes *a, struct pool_item *i, struct str name)
{
	name = str_cut(str_trim(name), 0, 200);
	if (!name.len || i->n_docs == LOOKALIKES_DOCUMENTS)
		return;
	uint32_t id = doc_id(a, name);
	for (uint32_t k = 0; k < i->n_docs; k++)
		if (a->doc_ids.at[i->docs + k] == id)
			return;
	*vec_add(&a->doc_ids) = id;
	i->n_docs++;
}

struct span_place {
	int64_t key, record;
};

/* The first retrievals of a trace, or of the item's own span. */
static bool retrievals(struct alikes *a, const struct pool_item *i, struct span_place *out, size_t *n, struct err *err)
{
	struct stmt *s = db_query(a->db,
	                          "SELECT key, record FROM span WHERE pos >= ? AND pos < ? AND kind IN (5, 7) AND"
	                          " (flags & 16) = 0 AND record > 0 ORDER BY pos LIMIT ?",
	                          err);
	enum step step;
	*n = 0;
	if (!s)
		return false;
	stmt_int(s, 1, i->first);
	stmt_int(s, 2, i->first + i->n);
	stmt_int(s, 3, LOOKALIKES_RETRIEVALS);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		out[(*n)++] = (struct span_place){col_int(s, 0), col_int(s, 1)};
	stmt_end(s);
	return step == STEP_DONE;
}
_Static_assert(KIND_RETRIEVER == 5 && KIND_RERANKER == 7 && SPAN_SYNTHETIC == 16, "the SQL above names them by number");

static bool read_documents(struct alikes *a, struct pool_item *i, struct arena *arena, struct err *err)
{
	struct span_place places[LOOKALIKES_RETRIEVALS];
	size_t n;
	if (!retrievals(a, i, places, &n, err))
		return false;
	i->docs = (uint32_t)a->doc_ids.n;
	i->retrieves = n > 0;
	for (size_t k = 0; k < n; k++) {
		struct span_detail d;
		struct err trouble = ERR_INIT;
		if (!span_detail(a->db, a->blocks, i->trace, places[k].key, places[k].record, arena, &d, &trouble)) {
			if (!passes_over(&trouble, err))
				return false;
			continue;
		}
		for (size_t m = 0; m < d.span.n_documents; m++)
			add_document(a, i, said_document(&d.span.documents[m], arena));
	}
	return true;
}

bool alikes_documents(struct alikes *a, struct err *err)
{
	struct arena arena = ARENA_INIT;
	bool ok = true;
	for (size_t i = 0; ok && i < a->pool.n; i++) {
		if (!a->pool.at[i].n || a->pool.at[i].left_out)
			continue;
		arena_reset(&arena);
		ok = !db_ticker_stopped(&a->ticker) && read_documents(a, &a->pool.at[i], &arena, err);
	}
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- steps, scores, findings */

static bool read_steps(struct alikes *a, const struct pool_item *i, struct alike_reading *out, struct str *error,
                       struct err *err)
{
	struct stmt *s = db_query(a->db,
	                          "SELECT w.text, s.kind, s.status, s.depth, s.message FROM span s LEFT JOIN word w ON"
	                          " w.id = s.name WHERE s.pos >= ? AND s.pos < ? AND (s.flags & 16) = 0"
	                          " ORDER BY s.pos LIMIT ?",
	                          err);
	enum step step;
	int failed = -1; /* depth of the deepest failed one of the first chain */
	if (!s)
		return false;
	stmt_int(s, 1, i->first);
	stmt_int(s, 2, i->first + i->n);
	stmt_int(s, 3, LOOKALIKE_STEPS + 1);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct alike_step one = {arena_str(&out->arena, col_str(s, 0)), (enum span_kind)col_int_or(s, 1, 0),
		                         (int)col_int_or(s, 3, 0), col_int_or(s, 2, 0) == STATUS_ERROR};
		*vec_add(&out->steps) = one;
		if (one.failed && one.depth > failed && col_str(s, 4).len)
			*error = arena_str(&out->arena, col_str(s, 4));
		if (one.failed && one.depth > failed)
			failed = one.depth;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool read_names(struct stmt *s, struct alike_reading *out, bool checks, struct err *err)
{
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str name = arena_str(&out->arena, col_str(s, 0));
		if (checks)
			*vec_add(&out->checks) = name;
		else
			*vec_add(&out->scores) = name;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool read_findings(struct alikes *a, const struct pool_item *i, struct alike_reading *out, struct err *err)
{
	struct stmt *s = db_query(a->db,
	                          "SELECT DISTINCT name FROM finding WHERE trace = ?1 AND level > 0 AND"
	                          " (?2 = 0 OR span = ?3) ORDER BY name",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, i->at.kind == SUBJECT_SPAN ? i->at.trace : i->trace);
	stmt_int(s, 2, i->at.kind == SUBJECT_SPAN);
	stmt_int(s, 3, i->at.span);
	return read_names(s, out, true, err);
}

static bool read_failed_scores(struct alikes *a, const struct pool_item *i, struct alike_reading *out, struct err *err)
{
	struct stmt *s =
	    db_query(a->db,
	             "SELECT DISTINCT w.text FROM score x JOIN word w ON w.id = x.name WHERE x.trace = ?1 AND"
	             " (?2 = 0 OR x.span = ?3) AND (x.pass = 0 OR (x.pass IS NULL AND x.value <"
	             " x.threshold) OR (x.pass IS NULL AND lower(x.label) IN ('fail', 'failed')))"
	             " ORDER BY w.text",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, i->at.trace);
	stmt_int(s, 2, i->at.kind == SUBJECT_SPAN);
	stmt_int(s, 3, i->at.span);
	return read_names(s, out, false, err);
}

/* As the SQL above has it. */
static bool failed(const struct score *s)
{
	if (s->pass >= 0)
		return s->pass == 0;
	if (!IS_UNKNOWN(s->value) && !IS_UNKNOWN(s->threshold))
		return s->value < s->threshold;
	return str_ieq(s->label, "fail") || str_ieq(s->label, "failed");
}

/* ---------------------------------------------------------------- texts */

static bool read_case(struct alikes *a, struct pool_item *i, struct alike_reading *out, struct err *err)
{
	struct case_detail d;
	struct err trouble = ERR_INIT;
	if (!case_detail(a->db, a->blocks, i->at.at, &out->arena, &d, &trouble)) {
		i->unread = true;
		return passes_over(&trouble, err);
	}
	out->facts.question = d.res.input;
	out->facts.error = d.res.error;
	out->facts.answer = d.res.output;
	out->facts.expected = d.res.expected;
	out->facts.read = true;
	for (size_t k = 0; k < d.res.n_scores; k++)
		if (failed(&d.res.scores[k]))
			*vec_add(&out->scores) = d.res.scores[k].name;
	return true;
}

static bool stopped_early(const struct span *span)
{
	for (size_t i = 0; i < span->n_messages; i++) {
		struct str reason = span->messages[i].finish_reason;
		if (str_ieq(reason, "length") || str_ieq(reason, "max_tokens") || str_ieq(reason, "max_output_tokens"))
			return true;
	}
	return false;
}

static bool read_span(struct alikes *a, struct pool_item *i, struct alike_reading *out, struct err *err)
{
	struct span_detail d;
	struct err trouble = ERR_INIT;
	int64_t trace = i->at.trace;
	if (i->record <= 0 || !span_detail(a->db, a->blocks, trace, i->at.span, i->record, &out->arena, &d, &trouble)) {
		i->unread = true;
		return i->record <= 0 || passes_over(&trouble, err);
	}
	out->facts.question = d.span.input;
	out->facts.answer = said_answer(&d.span, &out->arena);
	out->facts.cut = stopped_early(&d.span);
	out->facts.error = d.span.message;
	/* A step that only calls others, and a trace that is still going on, need not answer. */
	out->facts.read = out->facts.answer.len || d.span.output.ptr || d.span.kind == KIND_LLM;
	return true;
}

static struct str *names_of(struct alikes *a, const uint32_t *ids, size_t n, struct arena *arena)
{
	struct str *out = arena_alloc(arena, n * sizeof *out);
	for (size_t i = 0; i < n; i++)
		out[i] = a->doc_names.at[ids[i]];
	return out;
}

bool alikes_read(struct alikes *a, struct pool_item *i, struct alike_reading *out, struct err *err)
{
	struct str error = STR_NONE;
	arena_reset(&out->arena);
	vec_clear(&out->steps);
	vec_clear(&out->scores);
	vec_clear(&out->checks);
	out->facts =
	    (struct alike_facts){.source = (enum alike_standing)i->source, .person = (enum alike_standing)i->person};
	bool is_case = i->at.kind == SUBJECT_CASE;
	bool ok = is_case ? read_case(a, i, out, err) : read_span(a, i, out, err) && read_failed_scores(a, i, out, err);
	if (ok && i->n)
		ok = read_steps(a, i, out, &error, err);
	if (ok && (i->n || i->at.kind == SUBJECT_SPAN))
		ok = read_findings(a, i, out, err);
	if (!ok)
		return false;
	struct alike_facts *f = &out->facts;
	if (!f->error.len || (!is_case && error.len)) /* the deepest says more than what came of it above */
		f->error = error.len ? error : f->error;
	f->steps = out->steps.at, f->n_steps = out->steps.n;
	f->scores = out->scores.at, f->n_scores = out->scores.n;
	f->checks = out->checks.at, f->n_checks = out->checks.n;
	f->used = names_of(a, a->doc_ids.at + i->docs, i->n_docs, &out->arena), f->n_used = i->n_docs;
	f->missing = names_of(a, a->doc_ids.at + i->lacks, i->n_lacks, &out->arena), f->n_missing = i->n_lacks;
	return true;
}
