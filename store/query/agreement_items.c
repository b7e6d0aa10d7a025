/* The answers that two people judged differently, and where each of them is now. */
#include <stdlib.h>
#include <string.h>

#include "store/query/agreement_private.h"

static int by_weight(const void *pa, const void *pb)
{
	const struct ag_place *const *a = pa, *const *b = pb;
	if ((*a)->n != (*b)->n)
		return (*a)->n > (*b)->n ? -1 : 1;
	if ((*a)->newest_ns != (*b)->newest_ns)
		return (*a)->newest_ns > (*b)->newest_ns ? -1 : 1;
	return (*a)->first < (*b)->first ? -1 : (*a)->first > (*b)->first;
}

/* ---------------------------------------------------------------- where */

static bool find_case(struct ag *a, const struct ag_verdict *v, struct agreement_item *item, struct err *err)
{
	struct arena *arena = &a->out->arena;
	struct stmt *s = db_query(a->db,
	                          "SELECT c.run, c.case_id, c.repeat, c.title, ifnull(r.name, r.text) FROM case_key k"
	                          " CROSS JOIN run r CROSS JOIN case_result c ON c.run = r.id AND c.case_id = k.id"
	                          " WHERE k.text = ?1 AND r.seen > 0 AND c.output_hash IS ?2 AND c.input_hash IS ?3"
	                          " ORDER BY r.id = ?4 DESC, r.id DESC LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_str(s, 1, v->hint);
	stmt_int(s, 2, v->output_hash ? (int64_t)v->output_hash : UNKNOWN_INT);
	stmt_int(s, 3, v->input_hash ? (int64_t)v->input_hash : UNKNOWN_INT);
	stmt_int(s, 4, a->opts->run);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		item->at = (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {col_int(s, 0), col_int(s, 1), col_int_or(s, 2, 0)}
                };
		item->title = arena_str(arena, col_str(s, 3));
		item->run = arena_str(arena, col_str(s, 4));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool find_trace(struct ag *a, const struct ag_verdict *v, struct agreement_item *item, struct err *err)
{
	struct str id = str_from(v->hint, 6);
	size_t slash = str_find(id, STR_LIT("/span:"));
	struct stmt *s =
	    db_query(a->db,
	             "SELECT t.id, ifnull(nullif(t.input, ''), (SELECT w.text FROM word w WHERE w.id = t.name))"
	             " FROM trace t WHERE t.text = ? AND t.seen > 0",
	             err);
	if (!s)
		return false;
	stmt_str(s, 1, str_cut(id, 0, slash));
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		bool is_hex;
		item->at = (struct subject_at){.kind = slash == SIZE_MAX ? SUBJECT_TRACE : SUBJECT_SPAN,
		                               .trace = col_int(s, 0)};
		if (slash != SIZE_MAX)
			item->at.span = model_span_key(str_from(id, slash + 6), &is_hex);
		item->title = arena_str(&a->out->arena, col_str(s, 1));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- who said what */

static bool read_said(struct ag *a, const struct ag_verdict *v, struct agreement_said *out, struct err *err)
{
	struct arena *arena = &a->out->arena;
	*out = (struct agreement_said){
	    .person = (size_t)v->person, .verdict = (enum verdict)v->verdict, .time_ns = v->time_ns, .blind = v->blind};
	struct stmt *s = db_query(a->db,
	                          "SELECT field, value FROM annotation_now WHERE target = ? AND author = ? AND"
	                          " field IN (1, 2, 3) AND how & ? = 0",
	                          err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)v->target.byte, sizeof v->target.byte});
	stmt_str(s, 2, a->people.at[v->person].name);
	stmt_int(s, 3, HOW_PROPOSED);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str value = arena_str(arena, col_str(s, 1));
		switch (col_int_or(s, 0, 0)) {
		case FIELD_NOTE: out->note = value; break;
		case FIELD_CORRECTION: out->correction = value; break;
		case FIELD_REASON: out->reasons = value; break;
		default: break;
		}
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool fill(struct ag *a, const struct ag_place *p, struct agreement_item *item, struct err *err)
{
	bool ok = true;
	*item = (struct agreement_item){.target = a->verdicts.at[p->first].target,
	                                .good = p->good,
	                                .bad = p->bad,
	                                .unsure = p->unsure,
	                                .n_said = p->n};
	item->said = arena_zalloc(&a->out->arena, p->n, sizeof *item->said);
	for (size_t i = 0; ok && i < p->n; i++) {
		const struct ag_verdict *v = &a->verdicts.at[p->first + i];
		bool of_trace = str_starts(v->hint, "trace:");
		ok = read_said(a, v, &item->said[i], err);
		if (ok && item->at.kind == SUBJECT_NONE) {
			item->key = of_trace ? str_from(v->hint, 6) : v->hint;
			ok = of_trace ? find_trace(a, v, item, err) : find_case(a, v, item, err);
		}
	}
	return ok;
}

bool ag_disagreements(struct ag *a, struct err *err)
{
	int64_t most = a->opts->rows ? a->opts->rows : AGREEMENT_ROWS;
	const struct ag_place **order = xcalloc(a->places.n + 1, sizeof *order);
	size_t n = 0;
	bool ok = true;
	for (size_t i = 0; i < a->places.n; i++)
		if (a->places.at[i].good && a->places.at[i].bad)
			order[n++] = &a->places.at[i];
	if (n > 1)
		qsort(order, n, sizeof *order, by_weight);
	a->out->disagreements_of = (int64_t)n;
	n = most < 0 ? 0 : n < (size_t)most ? n : (size_t)most;
	a->out->disagreements = arena_zalloc(&a->out->arena, n + 1, sizeof *a->out->disagreements);
	for (size_t i = 0; ok && i < n; i++)
		ok = !db_ticker_stopped(&a->ticker) && fill(a, order[i], &a->out->disagreements[i], err);
	a->out->n_disagreements = ok ? n : 0;
	free(order);
	return ok;
}
