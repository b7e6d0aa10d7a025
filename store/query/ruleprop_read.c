/* Which answers there are, what people said of them, and their texts. */
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/hash_set.h"
#include "store/query/ruleprop_private.h"
#include "store/query/span.h"

enum { TOOLS_MOST = 1000, RETRIEVALS_MOST = 20, DOCUMENTS_MOST = 256 };

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
	return x ^ x >> 29;
}

/* Input and output; where either is not known, the target's own key says which answer it is. */
static uint64_t key_of(uint64_t input, uint64_t output, struct str hint)
{
	uint64_t key = mix(mix(input, 1), mix(output, 2));
	return (input && output ? key : mix(key, hash64(hint))) | 1;
}

/* ---------------------------------------------------------------- what was said */

struct votes {
	uint64_t key; /* 0: free */
	int good, bad, unsure;
	bool reason; /* one of those given is the one asked for */
};
struct rp_said {
	struct votes *at;
	size_t cap, n;
};

static struct votes *votes_of(struct rp_said *s, uint64_t key, bool add)
{
	if (add && s->n * 4 >= s->cap * 3) {
		struct rp_said larger = {.cap = s->cap ? s->cap * 2 : 1024};
		larger.at = xcalloc(larger.cap, sizeof *larger.at);
		for (size_t i = 0; i < s->cap; i++)
			if (s->at[i].key)
				*votes_of(&larger, s->at[i].key, true) = s->at[i];
		free(s->at);
		*s = larger;
	}
	for (size_t i = key & (s->cap - 1); s->cap; i = (i + 1) & (s->cap - 1)) {
		if (s->at[i].key == key)
			return &s->at[i];
		if (s->at[i].key)
			continue;
		if (!add)
			return NULL;
		s->at[i].key = key;
		s->n++;
		return &s->at[i];
	}
	return NULL;
}

static bool names_reason(struct str reasons, struct str reason)
{
	struct str part;
	while (str_split(&reasons, ',', &part))
		if (str_eq(str_trim(part), reason))
			return true;
	return false;
}

static bool read_said(struct rp_reading *r, struct err *err)
{
	const struct rule_scope *scope = r->scope;
	struct stmt *s = db_query(r->db,
	                          "SELECT field, value, hint, input_hash, output_hash FROM annotation_now"
	                          " WHERE field IN (?1, ?2) AND how & ?3 = 0 AND (?4 IS NULL OR author = ?4)",
	                          err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, FIELD_VERDICT);
	stmt_int(s, 2, FIELD_REASON);
	stmt_int(s, 3, HOW_PROPOSED);
	stmt_str(s, 4, scope->author);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str hint = col_plain(s, 2), value = col_plain(s, 1);
		if (str_starts(hint, "pair:"))
			continue;
		uint64_t key = key_of((uint64_t)col_int_or(s, 3, 0), (uint64_t)col_int_or(s, 4, 0), hint);
		struct votes *v = votes_of(r->said, key, true);
		enum verdict verdict = col_int(s, 0) == FIELD_VERDICT ? verdict_named(value) : VERDICT_NONE;
		v->good += verdict == VERDICT_GOOD;
		v->bad += verdict == VERDICT_BAD;
		v->unsure += verdict == VERDICT_UNSURE;
		if (col_int(s, 0) == FIELD_REASON && scope->reason.len)
			v->reason = v->reason || names_reason(value, scope->reason);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static enum judged judged_of(const struct rp_reading *r, uint64_t key)
{
	const struct votes *v = votes_of(r->said, key, false);
	if (!v || v->good + v->bad + v->unsure == 0)
		return JUDGED_NOT;
	if (v->good == v->bad)
		return JUDGED_UNSURE;
	if (v->good > v->bad)
		return JUDGED_GOOD;
	return r->scope->reason.len && !v->reason ? JUDGED_UNSURE : JUDGED_BAD;
}

/* ---------------------------------------------------------------- which answers there are */

static void add_item(struct rp_reading *r, const struct rp_item *item, bool everything, struct hash_set *seen)
{
	struct rp_item it = *item;
	it.judged = judged_of(r, it.key);
	if ((!everything && it.judged == JUDGED_NOT) || hash_set_has(seen, it.key))
		return;
	hash_set_add(seen, it.key);
	if (r->items.n >= RULE_ITEMS)
		r->left_out++;
	else
		*vec_add(&r->items) = it;
}

static struct stmt *compose(struct rp_reading *r, const char *head, const struct filter *f, const char *tail,
                            struct err *err)
{
	struct buf sql = BUF_INIT;
	int params = 1;
	if (!filter_resolve(f, r->db, err))
		return NULL;
	buf_add_cstr(&sql, head);
	if (!filter_is_empty(f)) {
		buf_add_cstr(&sql, " AND (");
		filter_sql(&sql, f, &params);
		buf_add_char(&sql, ')');
	}
	buf_add_cstr(&sql, tail);
	struct stmt *s = db_query_composed(r->db, buf_str(&sql), err);
	buf_done(&sql);
	if (s) {
		stmt_int(s, 1, r->scope->run);
		filter_bind(s, f, 2);
	}
	return s;
}

static bool read_cases(struct rp_reading *r, bool everything, struct hash_set *seen, struct err *err)
{
	struct stmt *s =
	    compose(r,
	            "SELECT c.run, c.case_id, c.repeat, c.input_hash, c.output_hash, c.record, c.latency_ns,"
	            " coalesce(c.tokens_in + c.tokens_out, c.tokens_in, c.tokens_out), c.cost_usd,"
	            " (SELECT t.id FROM trace t WHERE t.key = c.trace), k.text"
	            " FROM case_result c JOIN case_key k ON k.id = c.case_id"
	            " WHERE c.repeat >= 0 AND (?1 = 0 OR c.run = ?1)",
	            r->scope->cases, "", err);
	enum step step;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct rp_item it = {.record = col_int_or(s, 5, 0),
		                     .duration_ns = col_int(s, 6),
		                     .tokens = col_int(s, 7),
		                     .cost_usd = col_double(s, 8),
		                     .trace = col_int_or(s, 9, 0)};
		it.at.kind = SUBJECT_CASE;
		it.at.at = (struct case_at){.run = col_int(s, 0), .case_id = col_int(s, 1), .repeat = col_int(s, 2)};
		it.key = key_of((uint64_t)col_int_or(s, 3, 0), (uint64_t)col_int_or(s, 4, 0), col_plain(s, 10));
		add_item(r, &it, everything, seen);
	}
	stmt_free(s);
	return step == STEP_DONE;
}

static bool take_spans(struct rp_reading *r, struct stmt *s, enum subject_kind kind, bool everything,
                       struct hash_set *seen, struct err *err)
{
	enum step step;
	struct buf hint = BUF_INIT;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct rp_item it = {.record = col_int_or(s, 5, 0),
		                     .duration_ns = col_int(s, 6),
		                     .tokens = col_int(s, 7),
		                     .cost_usd = col_double(s, 8),
		                     .trace = kind == SUBJECT_TRACE ? col_int(s, 0) : 0};
		it.at = (struct subject_at){.kind = kind, .trace = col_int(s, 0), .span = col_int(s, 1)};
		buf_clear(&hint);
		buf_printf(&hint, "%s", kind == SUBJECT_TRACE ? "trace:" : "");
		buf_add_str(&hint, col_plain(s, 2));
		it.key = key_of((uint64_t)col_int_or(s, 3, 0), (uint64_t)col_int_or(s, 4, 0), buf_str(&hint));
		add_item(r, &it, everything, seen);
	}
	buf_done(&hint);
	stmt_free(s);
	return step == STEP_DONE;
}

/* The trace's answer is that of its first row. */
static bool read_traces(struct rp_reading *r, bool everything, struct hash_set *seen, struct err *err)
{
	return take_spans(r,
	                  compose(r,
	                          "SELECT t.id, s.key, t.text, s.input_hash, s.output_hash, s.record, t.duration_ns,"
	                          " coalesce(t.tokens_in + t.tokens_out, t.tokens_in, t.tokens_out), t.cost_usd"
	                          " FROM trace t JOIN span s ON s.pos = t.first"
	                          " WHERE ?1 = 0 AND t.seen > 0 AND t.n > 0 AND s.record > 0",
	                          r->scope->traces, "", err),
	                  SUBJECT_TRACE, everything, seen, err);
}

/* Spans that somebody judged on their own; found in their traces by the ids that the hint names. */
static bool read_spans(struct rp_reading *r, struct hash_set *seen, struct err *err)
{
	return take_spans(r,
	                  compose(r,
	                          "SELECT t.id, s.key, a.hint, s.input_hash, s.output_hash, s.record, s.duration_ns,"
	                          " coalesce(s.tokens_in + s.tokens_out, s.tokens_in, s.tokens_out), s.cost_usd"
	                          " FROM annotation_now a JOIN trace t ON t.text = a.trace"
	                          " JOIN span s ON s.pos >= t.first AND s.pos < t.first + min(t.n, 100000)"
	                          " WHERE ?1 = 0 AND a.field = 0 AND a.span IS NOT NULL AND s.record > 0"
	                          " AND (s.id = a.span OR (s.id IS NULL AND printf('%016x', s.key) = a.span))",
	                          r->scope->traces, "", err),
	                  SUBJECT_SPAN, false, seen, err);
}

static int by_record(const void *pa, const void *pb)
{
	const struct rp_item *a = pa, *b = pb;
	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return (a->key > b->key) - (a->key < b->key);
}

bool rp_open(struct rp_reading *r, struct db *db, const struct rule_scope *scope, bool everything, struct err *err)
{
	struct hash_set seen = {0};
	*r = (struct rp_reading){.db = db, .scope = scope, .said = xcalloc(1, sizeof *r->said)};
	r->blocks = block_cache_new(db);
	bool ok = read_said(r, err);
	if (ok && (everything || r->said->n)) {
		ok = (scope->no_cases || read_cases(r, everything, &seen, err)) &&
		     (scope->no_traces || scope->run ||
		      (read_traces(r, everything, &seen, err) && read_spans(r, &seen, err)));
	}
	if (ok && r->items.n)
		qsort(r->items.at, r->items.n, sizeof *r->items.at, by_record);
	for (size_t i = 0; i < r->items.n; i++)
		r->unsure += r->items.at[i].judged == JUDGED_UNSURE;
	hash_set_clear(&seen);
	return ok;
}

void rp_close(struct rp_reading *r)
{
	free(r->said->at);
	free(r->said);
	vec_done(&r->items);
	words_done(&r->words);
	block_cache_free(r->blocks);
}

/* ---------------------------------------------------------------- texts */

struct found_span {
	int64_t key, record, name;
};

/* Spans of a kind of the item's trace, by their beginnings. */
static bool spans_of(struct rp_reading *r, int64_t trace, enum span_kind kind, int64_t most, struct found_span *out,
                     size_t *n, struct err *err)
{
	struct stmt *s = db_query(r->db,
	                          "SELECT s.key, s.record, s.name FROM trace t JOIN span s ON s.pos >= t.first"
	                          " AND s.pos < t.first + min(t.n, 100000) WHERE t.id = ?1 AND s.kind = ?2"
	                          " ORDER BY s.start_ns, s.pos LIMIT ?3",
	                          err);
	enum step step;
	*n = 0;
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, kind);
	stmt_int(s, 3, most);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		out[(*n)++] = (struct found_span){col_int(s, 0), col_int_or(s, 1, 0), col_int(s, 2)};
	stmt_end(s);
	return step == STEP_DONE;
}

static bool read_tools(struct rp_reading *r, int64_t trace, struct arena *arena, struct answer *out, struct err *err)
{
	struct found_span *spans = arena_alloc(arena, TOOLS_MOST * sizeof *spans);
	size_t n;
	if (!spans_of(r, trace, KIND_TOOL, TOOLS_MOST, spans, &n, err))
		return false;
	struct str *names = arena_zalloc(arena, n, sizeof *names);
	for (size_t i = 0; i < n; i++) {
		struct word *w = words_get(&r->words, r->db, spans[i].name, err);
		if (!w)
			return false;
		names[i] = arena_str(arena, w->text);
	}
	out->tools = names;
	out->n_tools = n;
	out->has_tools = true;
	return true;
}

/* What a record no longer tells breaks nothing; a store that fails does. */
static bool is_fatal(const struct err *err)
{
	return err->code == ERR_INTERRUPTED || err->code == ERR_STORE || err->code == ERR_SYSTEM ||
	       err->code == ERR_MEMORY;
}

static bool read_documents(struct rp_reading *r, int64_t trace, struct arena *arena, struct answer *out,
                           struct err *err)
{
	struct found_span spans[RETRIEVALS_MOST];
	size_t n, n_names = 0;
	struct str *names = arena_zalloc(arena, DOCUMENTS_MOST, sizeof *names);
	if (!spans_of(r, trace, KIND_RETRIEVER, RETRIEVALS_MOST, spans, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct span_detail d;
		struct err why = ERR_INIT;
		if (spans[i].record <= 0)
			continue;
		if (!span_detail(r->db, r->blocks, trace, spans[i].key, spans[i].record, arena, &d, &why)) {
			if (is_fatal(&why)) {
				*err = why;
				return false;
			}
			continue;
		}
		for (size_t k = 0; k < d.span.n_documents && n_names < DOCUMENTS_MOST; k++)
			names[n_names++] = str_cut(d.span.documents[k].id, 0, 200);
	}
	out->documents = names;
	out->n_documents = n_names;
	out->has_documents = n > 0;
	return true;
}

static bool read_texts(struct rp_reading *r, const struct rp_item *item, struct arena *arena, struct answer *out,
                       struct str *title, struct err *err)
{
	if (item->at.kind == SUBJECT_CASE) {
		struct case_detail d;
		if (!case_detail(r->db, r->blocks, item->at.at, arena, &d, err))
			return false;
		out->input = d.res.input;
		out->output = d.res.output.ptr ? d.res.output : STR_LIT(""); /* an answer that is not there is empty */
		out->error = d.res.error;
		*title = d.res.title.len ? d.res.title : d.res.input;
		return true;
	}
	struct span_detail d;
	if (!span_detail(r->db, r->blocks, item->at.trace, item->at.span, item->record, arena, &d, err))
		return false;
	out->input = d.span.input;
	out->output = demand_answer(&d.span);
	out->error = d.span.message;
	*title = d.span.input.len ? d.span.input : d.span.name;
	return true;
}

bool rp_answer(struct rp_reading *r, const struct rp_item *item, unsigned wants, struct arena *arena,
               struct answer *out, struct str *title, bool *there, struct err *err)
{
	struct err why = ERR_INIT;
	*out = (struct answer){.duration_ns = item->duration_ns, .tokens = item->tokens, .cost_usd = item->cost_usd};
	*title = STR_NONE;
	*there = read_texts(r, item, arena, out, title, &why);
	if (!*there && is_fatal(&why)) {
		*err = why;
		return false;
	}
	if (!*there || !item->trace)
		return true;
	return (!(wants & RP_TOOLS) || read_tools(r, item->trace, arena, out, err)) &&
	       (!(wants & RP_DOCUMENTS) || read_documents(r, item->trace, arena, out, err));
}
