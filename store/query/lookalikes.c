#include "store/query/lookalikes.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/query/lookalikes_private.h"

void lookalikes_done(struct lookalikes *l)
{
	arena_done(&l->arena);
	*l = (struct lookalikes){.arena = ARENA_INIT};
}

/* ---------------------------------------------------------------- the flag */

/* What the author said last by hand that is bad, where it is still in the store. */
static bool find_newest(struct db *db, struct str author, struct subject_at *out, struct err *err)
{
	struct stmt *s = db_query(
	    db,
	    "SELECT c.run, c.case_id, c.repeat, t.id, (SELECT p.key FROM span p WHERE n.span IS NOT NULL AND"
	    " p.pos >= t.first AND p.pos < t.first + t.n AND ifnull(p.id, printf('%016x', p.key)) = n.span LIMIT 1),"
	    " n.span IS NOT NULL FROM annotation_now n"
	    " LEFT JOIN case_key k ON n.trace IS NULL AND k.text = n.hint"
	    " LEFT JOIN case_result c ON c.case_id = k.id AND c.repeat >= 0 AND c.input_hash IS n.input_hash AND"
	    " c.output_hash IS n.output_hash LEFT JOIN trace t ON t.text = n.trace AND t.seen > 0"
	    " WHERE n.field = 0 AND n.author = ? AND n.value = 'bad' AND (n.how & 1) = 0 AND"
	    " (c.run IS NOT NULL OR t.id IS NOT NULL) ORDER BY n.time_ns DESC, c.run DESC LIMIT 1",
	    err);
	if (!s)
		return false;
	stmt_str(s, 1, author);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW && !col_null(s, 0))
		*out = (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)}
                };
	else if (step == STEP_ROW)
		*out = (struct subject_at){.kind = col_int(s, 5) ? SUBJECT_SPAN : SUBJECT_TRACE,
		                           .trace = col_int(s, 3),
		                           .span = col_int_or(s, 4, 0)};
	stmt_end(s);
	return step == STEP_ROW || (step == STEP_DONE && err_set(err, ERR_NOT_FOUND, NULL,
	                                                         "nothing that is in the store was flagged bad yet"));
}
_Static_assert(FIELD_VERDICT == 0 && HOW_PROPOSED == 1, "the SQL above names them by number");

static bool read_flag(struct alikes *a, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct subject subject;
	struct annotation *now;
	size_t n = 0;
	bool ok = subject_target(a->db, a->blocks, &a->q->at, &arena, &subject, err) &&
	          annotate_state(a->db, &subject.hash, &arena, &now, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		if (!str_eq(now[i].author, a->q->author) || (now[i].how & HOW_PROPOSED))
			continue;
		if (now[i].field == FIELD_VERDICT) {
			a->out->verdict = verdict_named(now[i].value);
			a->out->flag = now[i].event;
		} else if (now[i].field == FIELD_REASON) {
			a->out->reasons = arena_str(&a->out->arena, now[i].value);
		}
	}
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- seeds */

static bool has_reasons(struct alikes *a, const struct sha256 *target, bool *out, struct err *err)
{
	struct stmt *s =
	    db_query(a->db, "SELECT value FROM annotation_now WHERE target = ? AND author = ? AND field = 3", err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)target->byte, sizeof target->byte});
	stmt_str(s, 2, a->q->author);
	enum step step = stmt_step(s, err);
	*out = str_eq(step == STEP_ROW ? col_plain(s, 0) : STR_NONE, a->out->reasons);
	stmt_end(s);
	return step != STEP_FAIL;
}
_Static_assert(FIELD_REASON == 3, "the SQL above names it by number");

/* What this person says of it by hand; NULL: nothing. */
static const struct said_verdict *by_hand(const struct alikes *a, const struct pool_item *i)
{
	const struct said_verdict *said = i->said ? &a->said.at[i->said - 1] : NULL;
	return said && !(said->how & HOW_PROPOSED) ? said : NULL;
}

/* Of equal answers to one case, which share a verdict, one is enough. */
static bool is_twin(const struct alikes *a, const size_t *seeds, size_t n, const struct pool_item *i)
{
	for (size_t k = 0; k < n; k++)
		if (a->pool.at[seeds[k]].key == i->key)
			return true;
	return false;
}

/* The flagged one first. ERR_NOT_FOUND: it is not in the pool any more. */
static bool find_seeds(struct alikes *a, size_t *seeds, size_t *n, struct err *err)
{
	*n = 0;
	for (size_t i = 0; i < a->pool.n && !*n; i++)
		if (subject_is(&a->pool.at[i].at, &a->q->at))
			seeds[(*n)++] = i;
	if (!*n)
		return err_set(err, ERR_NOT_FOUND, NULL, "what was flagged is not in the store any more");
	a->pool.at[seeds[0]].is_seed = true;
	for (size_t i = 0; a->q->wide && a->out->verdict != VERDICT_NONE && i < a->pool.n && *n < LOOKALIKE_SEEDS;
	     i++) {
		struct pool_item *item = &a->pool.at[i];
		const struct said_verdict *said = by_hand(a, item);
		bool same = said && said->verdict == a->out->verdict && !item->is_seed && !is_twin(a, seeds, *n, item);
		if (same && !has_reasons(a, &said->target, &same, err))
			return false;
		if (!same)
			continue;
		item->is_seed = true;
		seeds[(*n)++] = i;
	}
	return true;
}

static bool is_good(const struct pool_item *i)
{
	return (i->person ? i->person : i->source) == ALIKE_GOOD;
}

/* Good ones can be like no seed that failed: a sample of them says how common a feature is. */
static void sample_good(struct alikes *a, const size_t *seeds, size_t n_seeds)
{
	uint64_t good = 0;
	for (size_t i = 0; i < n_seeds; i++)
		if (a->pool.at[seeds[i]].source != ALIKE_BAD)
			return;
	for (size_t i = 0; i < a->pool.n; i++)
		good += is_good(&a->pool.at[i]);
	for (size_t i = 0; good > LOOKALIKES_GOOD && i < a->pool.n; i++) {
		struct pool_item *item = &a->pool.at[i];
		item->left_out = is_good(item) && !item->is_seed && item->key % good >= LOOKALIKES_GOOD;
	}
}

/* ---------------------------------------------------------------- what good results of a case had */

struct by_case {
	int64_t case_id;
	uint32_t item;
};

static int in_cases(const void *pa, const void *pb)
{
	const struct by_case *a = pa, *b = pb;
	if (a->case_id != b->case_id)
		return a->case_id < b->case_id ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

static bool retrieved(const struct alikes *a, const struct pool_item *i, uint32_t doc)
{
	for (uint32_t k = 0; k < i->n_docs; k++)
		if (a->doc_ids.at[i->docs + k] == doc)
			return true;
	return false;
}

static void find_lacks(struct alikes *a, const struct by_case *group, size_t n)
{
	const struct pool_item *good = NULL;
	uint32_t wanted[LOOKALIKES_DOCUMENTS];
	size_t n_wanted = 0;
	for (size_t i = 0; i < n && !good; i++)
		if (is_good(&a->pool.at[group[i].item]) && a->pool.at[group[i].item].n_docs)
			good = &a->pool.at[group[i].item];
	for (uint32_t d = 0; good && d < good->n_docs; d++) {
		uint32_t doc = a->doc_ids.at[good->docs + d];
		bool all = true;
		for (size_t i = 0; i < n && all; i++) {
			const struct pool_item *item = &a->pool.at[group[i].item];
			all = !is_good(item) || !item->n_docs || retrieved(a, item, doc);
		}
		if (all)
			wanted[n_wanted++] = doc;
	}
	for (size_t i = 0; i < n && n_wanted; i++) {
		struct pool_item *item = &a->pool.at[group[i].item];
		item->lacks = (uint32_t)a->doc_ids.n;
		for (size_t d = 0; item->retrieves && d < n_wanted; d++)
			if (!retrieved(a, item, wanted[d])) {
				*vec_add(&a->doc_ids) = wanted[d];
				item->n_lacks++;
			}
	}
}

static void find_all_lacks(struct alikes *a)
{
	if (a->q->at.kind != SUBJECT_CASE || !a->doc_ids.n)
		return;
	struct by_case *order = xcalloc(a->pool.n + 1, sizeof *order);
	for (size_t i = 0; i < a->pool.n; i++)
		order[i] = (struct by_case){a->pool.at[i].at.at.case_id, (uint32_t)i};
	qsort(order, a->pool.n, sizeof *order, in_cases);
	for (size_t from = 0, n; from < a->pool.n; from += n) {
		for (n = 1; from + n < a->pool.n && order[from + n].case_id == order[from].case_id; n++)
			continue;
		find_lacks(a, order + from, n);
	}
	free(order);
}

/* ---------------------------------------------------------------- reading */

struct to_read {
	int64_t record;
	uint32_t item;
};

static int by_record(const void *pa, const void *pb)
{
	const struct to_read *a = pa, *b = pb;
	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

static bool meet_all(struct alikes *a, struct alike_reading *r, struct err *err)
{
	struct to_read *order = xcalloc(a->pool.n + 1, sizeof *order);
	bool ok = true;
	for (size_t i = 0; i < a->pool.n; i++)
		order[i] = (struct to_read){a->pool.at[i].record, (uint32_t)i};
	qsort(order, a->pool.n, sizeof *order, by_record);
	for (size_t i = 0; ok && i < a->pool.n; i++) {
		struct pool_item *item = &a->pool.at[order[i].item];
		if (item->left_out)
			continue;
		ok = !db_ticker_stopped(&a->ticker) && alikes_read(a, item, r, err);
		if (ok)
			lookalike_meet(a->study, &r->facts, &item->met);
		if (ok)
			a->out->unread += item->unread, a->out->read++;
	}
	free(order);
	return ok;
}

static bool read_seeds(struct alikes *a, const size_t *seeds, size_t n, struct alike_reading *r, struct err *err)
{
	struct lookalikes *out = a->out;
	out->seeds = arena_zalloc(&out->arena, n, sizeof *out->seeds);
	for (size_t i = 0; i < n; i++) {
		struct pool_item *item = &a->pool.at[seeds[i]];
		if (!alikes_read(a, item, r, err))
			return false;
		/* Whatever its source says, this person found it bad: that is what is looked for. */
		item->person = out->verdict == VERDICT_GOOD ? ALIKE_GOOD : ALIKE_BAD;
		r->facts.person = (enum alike_standing)item->person;
		lookalike_seed(a->study, &r->facts);
		out->seeds[i].at = item->at;
	}
	out->n_seeds = n;
	return true;
}

/* ---------------------------------------------------------------- rows */

struct offer {
	uint32_t item, feature; /* feature: its strongest reason, which makes its group */
	double alike, group_alike;
	uint32_t group_n;
};
struct best { /* of a group */
	uint32_t n;
	double alike;
};

struct choosing {
	struct alikes *a;
	VEC(struct offer) offers;
	struct best groups[LOOKALIKE_FEATURES];
	uint64_t *answers; /* that are flagged, or offered already */
	size_t n_slots;
};

/* One of several equal answers to one case stands for them. True: it is new. */
static bool is_first(struct choosing *c, const struct pool_item *i)
{
	if (i->at.kind != SUBJECT_CASE || !i->output_hash)
		return true;
	const int64_t parts[2] = {i->at.at.case_id, (int64_t)i->key};
	uint64_t hash = hash64((struct str){(const char *)parts, sizeof parts}) | 1;
	size_t at = (size_t)(hash >> 1) & (c->n_slots - 1);
	for (; c->answers[at]; at = (at + 1) & (c->n_slots - 1))
		if (c->answers[at] == hash)
			return false;
	c->answers[at] = hash;
	return true;
}

static void choose(struct choosing *c, uint32_t place)
{
	struct alikes *a = c->a;
	struct pool_item *i = &a->pool.at[place];
	struct alike_found found;
	if (i->is_seed || i->left_out || !lookalike_judge(a->study, &i->met, &found))
		return;
	if (by_hand(a, i)) {
		a->out->judged += !i->twin;
		a->out->equal += i->twin;
		return;
	}
	if (!is_first(c, i)) {
		a->out->equal++;
		return;
	}
	*vec_add(&c->offers) = (struct offer){.item = place, .feature = found.reasons[0].feature, .alike = found.alike};
	struct best *g = &c->groups[found.reasons[0].feature];
	g->n++;
	g->alike = found.alike > g->alike ? found.alike : g->alike;
}

/* By group: the surest first, then the largest; in it the surest, then the pool's order. */
static int in_order(const void *pa, const void *pb)
{
	const struct offer *a = pa, *b = pb;
	if (a->feature != b->feature) {
		if (a->group_alike > b->group_alike || a->group_alike < b->group_alike)
			return a->group_alike > b->group_alike ? -1 : 1;
		if (a->group_n != b->group_n)
			return a->group_n > b->group_n ? -1 : 1;
		return a->feature < b->feature ? -1 : 1;
	}
	if (a->alike > b->alike || a->alike < b->alike)
		return a->alike > b->alike ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

/* Title, key and name of the run. */
static bool name_item(struct alikes *a, const struct subject_at *at, struct str *title, struct str *key,
                      struct str *run, struct err *err)
{
	bool is_case = at->kind == SUBJECT_CASE;
	struct stmt *s =
	    is_case
	        ? db_query(a->db,
	                   "SELECT c.title, k.text, ifnull(r.name, r.text) FROM case_result c JOIN case_key k ON"
	                   " k.id = c.case_id JOIN run r ON r.id = c.run WHERE c.run = ? AND c.case_id = ? AND"
	                   " c.repeat = ?",
	                   err)
	        : db_query(a->db,
	                   "SELECT coalesce(t.input, w.text), 'trace:' || t.text || CASE WHEN ?2 THEN '/span:' || "
	                   "(SELECT ifnull(p.id,"
	                   " printf('%016x', p.key)) FROM span p WHERE p.pos >= t.first AND p.pos < t.first + t.n AND"
	                   " p.key = ?3 LIMIT 1) ELSE '' END, NULL FROM trace t LEFT JOIN word w ON w.id = t.name"
	                   " WHERE t.id = ?1",
	                   err);
	if (!s)
		return false;
	stmt_int(s, 1, is_case ? at->at.run : at->trace);
	stmt_int(s, 2, is_case ? at->at.case_id : at->kind == SUBJECT_SPAN);
	stmt_int(s, 3, is_case ? at->at.repeat : at->span);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		*title = arena_str(&a->out->arena, col_str(s, 0));
		*key = arena_str(&a->out->arena, col_str(s, 1));
		*run = arena_str(&a->out->arena, col_str(s, 2));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static struct str words_of_reason(struct alikes *a, const struct alike_reason *r, bool group)
{
	struct buf text = BUF_INIT;
	if (group)
		lookalike_group(&text, a->study, r);
	else
		lookalike_reason(&text, a->study, r);
	struct str out = arena_str(&a->out->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static bool make_row(struct alikes *a, const struct offer *o, struct alike_row *row, struct err *err)
{
	const struct pool_item *i = &a->pool.at[o->item];
	struct alike_found found;
	lookalike_judge(a->study, &i->met, &found);
	*row = (struct alike_row){
	    .at = i->at, .alike = found.alike, .seed = found.seed, .n_why = found.n_reasons, .found_by = i->key};
	for (size_t k = 0; k < found.n_reasons; k++)
		row->why[k] =
		    (struct alike_why){found.reasons[k].aspect, words_of_reason(a, &found.reasons[k], false),
		                       found.reasons[k].evidence, found.reasons[k].failed, found.reasons[k].passed};
	struct alike_group *groups = a->out->groups;
	if (!a->out->n || o[-1].feature != o->feature)
		groups[a->out->n_groups++] = (struct alike_group){.words = words_of_reason(a, &found.reasons[0], true),
		                                                  .first = a->out->n,
		                                                  .failed = found.reasons[0].failed,
		                                                  .passed = found.reasons[0].passed};
	row->group = a->out->n_groups - 1;
	groups[row->group].n++;
	return name_item(a, &i->at, &row->title, &row->key, &row->run, err);
}

static bool make_rows(struct alikes *a, struct err *err)
{
	struct lookalikes *out = a->out;
	struct choosing *c = xcalloc(1, sizeof *c);
	int64_t most = a->q->limit > 0 ? a->q->limit : LOOKALIKES_ROWS;
	bool ok = true;
	c->a = a;
	for (c->n_slots = 64; c->n_slots < a->pool.n * 2; c->n_slots *= 2)
		continue;
	c->answers = xcalloc(c->n_slots, sizeof *c->answers);
	for (size_t i = 0; i < a->pool.n; i++)
		if (a->pool.at[i].is_seed)
			is_first(c, &a->pool.at[i]);
	for (size_t i = 0; i < a->pool.n; i++)
		if (!a->pool.at[i].is_seed && by_hand(a, &a->pool.at[i]))
			a->pool.at[i].twin = !is_first(c, &a->pool.at[i]);
	for (size_t i = 0; i < a->pool.n; i++)
		choose(c, (uint32_t)i);
	for (size_t i = 0; i < c->offers.n; i++) {
		c->offers.at[i].group_alike = c->groups[c->offers.at[i].feature].alike;
		c->offers.at[i].group_n = c->groups[c->offers.at[i].feature].n;
	}
	if (c->offers.n > 1)
		qsort(c->offers.at, c->offers.n, sizeof *c->offers.at, in_order);
	out->total = (int64_t)c->offers.n;
	size_t n = out->total < most ? c->offers.n : (size_t)most;
	out->rows = arena_zalloc(&out->arena, n, sizeof *out->rows);
	out->groups = arena_zalloc(&out->arena, n, sizeof *out->groups);
	for (size_t i = 0; ok && i < n; i++) {
		ok = make_row(a, &c->offers.at[i], &out->rows[i], err);
		out->n += ok;
	}
	vec_done(&c->offers);
	free(c->answers);
	free(c);
	return ok;
}

static void say_scope(struct alikes *a, struct str run)
{
	struct buf text = BUF_INIT, n = BUF_INIT;
	struct lookalikes *out = a->out;
	units_thousands(&n, out->pool);
	if (a->q->at.kind == SUBJECT_CASE) {
		buf_printf(&text, "%s results of " STR_FMT, buf_cstr(&n), STR_ARG(run));
		if (out->runs > 1)
			buf_printf(&text, " and %lld more run%s of its dataset", (long long)out->runs - 1,
			           out->runs > 2 ? "s" : "");
	} else {
		buf_printf(&text, "%s %ss of one name", buf_cstr(&n),
		           a->q->at.kind == SUBJECT_TRACE ? "trace" : "span");
	}
	out->scope = arena_str(&out->arena, buf_str(&text));
	buf_done(&text);
	buf_done(&n);
}

static bool run_text(struct alikes *a, int64_t run, struct str *out, struct err *err)
{
	struct stmt *s = run ? db_query(a->db, "SELECT text FROM run WHERE id = ?", err) : NULL;
	if (!s)
		return !run;
	stmt_int(s, 1, run);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*out = arena_str(&a->out->arena, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool name_seeds(struct alikes *a, struct err *err)
{
	struct str run = STR_NONE, first = STR_NONE;
	bool ok = true;
	for (size_t i = 0; ok && i < a->out->n_seeds; i++) {
		struct alike_seed *s = &a->out->seeds[i];
		ok = name_item(a, &s->at, &s->title, &s->key, &run, err) && run_text(a, s->at.at.run, &s->run, err);
		first = i ? first : run;
	}
	say_scope(a, first);
	return ok;
}

/* ---------------------------------------------------------------- marks */

/* The reasons that were proposed together with a verdict. */
static bool find_reasons(struct db *db, struct str author, const struct sha256 *target, struct alike_row *row,
                         struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT event FROM annotation_now WHERE target = ? AND author = ? AND field = 3 AND"
	                          " (how & 1) = 1 LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)target->byte, sizeof target->byte});
	stmt_str(s, 2, author);
	enum step step = stmt_step(s, err);
	struct str event = step == STEP_ROW ? col_blob(s, 0) : STR_NONE;
	if (event.len == sizeof row->events[1])
		memcpy(row->events[row->n_events++].byte, event.ptr, event.len);
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool set_marks(struct db *db, struct str author, const said_verdicts *said, struct alike_row *rows, size_t n,
                      struct err *err)
{
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct alike_row *row = &rows[i];
		size_t end, from = said_of(said, row->found_by, &end);
		row->by_hand = VERDICT_NONE;
		row->proposed = false;
		row->n_events = 0;
		for (; ok && from < end; from++) {
			const struct said_verdict *v = &said->at[from];
			if (v->mine && !(v->how & HOW_PROPOSED))
				row->by_hand = v->verdict;
			if (!v->mine || !(v->how & HOW_PROPOSED) || row->n_events)
				continue;
			row->proposed = true;
			row->events[row->n_events++] = v->event;
			ok = find_reasons(db, author, &v->target, row, err);
		}
	}
	return ok;
}

bool lookalikes_marks(struct db *db, struct str author, struct alike_row *rows, size_t n, struct err *err)
{
	said_verdicts said = {0};
	bool ok = said_read(db, author, n && rows[0].at.kind == SUBJECT_CASE, &said, err) &&
	          set_marks(db, author, &said, rows, n, err);
	vec_done(&said);
	return ok;
}

/* ---------------------------------------------------------------- all */

static void count_pool(struct alikes *a)
{
	a->out->pool = (int64_t)a->pool.n;
	for (size_t i = 0; i < a->pool.n; i++) {
		enum alike_standing standing = a->pool.at[i].person ? a->pool.at[i].person : a->pool.at[i].source;
		a->out->good += standing == ALIKE_GOOD;
		a->out->bad += standing == ALIKE_BAD;
	}
}

static bool find(struct alikes *a, struct err *err)
{
	size_t seeds[LOOKALIKE_SEEDS], n = 0;
	struct alike_reading r = {.arena = ARENA_INIT};
	bool ok = alikes_pool(a, err) && alikes_people(a, err) && read_flag(a, err) && find_seeds(a, seeds, &n, err);
	if (ok)
		sample_good(a, seeds, n);
	ok = ok && alikes_documents(a, err);
	if (ok)
		find_all_lacks(a);
	ok = ok && read_seeds(a, seeds, n, &r, err) && meet_all(a, &r, err);
	alike_reading_done(&r);
	if (!ok)
		return false;
	count_pool(a);
	lookalike_weigh(a->study);
	return make_rows(a, err) && name_seeds(a, err) &&
	       set_marks(a->db, a->q->author, &a->said, a->out->rows, a->out->n, err);
}

bool lookalikes_find(struct db *db, const struct lookalikes_query *q, struct lookalikes *out, struct err *err)
{
	struct lookalikes_query query = *q;
	*out = (struct lookalikes){.arena = ARENA_INIT};
	if (q->at.kind == SUBJECT_NONE && !find_newest(db, q->author, &query.at, err))
		return false;
	struct alikes a = {.db = db, .q = &query, .out = out, .study = lookalike_new(), .names = ARENA_INIT};
	a.blocks = block_cache_new(db);
	bool ok = db_ticker_begin(db, &a.ticker, err) && find(&a, err);
	db_ticker_end(&a.ticker);
	block_cache_free(a.blocks);
	lookalike_free(a.study);
	vec_done(&a.pool);
	vec_done(&a.said);
	vec_done(&a.doc_ids);
	vec_done(&a.doc_names);
	free(a.doc_slots);
	arena_done(&a.names);
	return ok;
}
