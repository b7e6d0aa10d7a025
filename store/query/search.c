#include "store/query/search.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/query/search_find.h"
#include "store/search.h"
#include "store/study/mask.h"

enum { BEFORE_MATCH = 60, SLICE = 64 };

/* ---------------------------------------------------------------- texts that were there before */

/* Hashes of (trace, text), so that a text sent again is not a hit again. */
struct text_set {
	uint64_t *slots;
	size_t n, n_slots;
};

static bool set_add(struct text_set *set, uint64_t hash)
{
	if ((set->n + 1) * 2 > set->n_slots) {
		struct text_set larger = {.n_slots = set->n_slots ? 2 * set->n_slots : 256};
		larger.slots = xcalloc(larger.n_slots, sizeof *larger.slots);
		for (size_t i = 0; i < set->n_slots; i++)
			if (set->slots[i])
				set_add(&larger, set->slots[i]);
		free(set->slots);
		*set = larger;
	}
	hash += !hash;
	size_t at = (size_t)hash & (set->n_slots - 1);
	while (set->slots[at] && set->slots[at] != hash)
		at = (at + 1) & (set->n_slots - 1);
	if (set->slots[at])
		return false;
	set->slots[at] = hash;
	set->n++;
	return true;
}

static bool set_has(const struct text_set *set, uint64_t hash)
{
	hash += !hash;
	size_t at = (size_t)hash & (set->n_slots - 1);
	while (set->n_slots && set->slots[at] && set->slots[at] != hash)
		at = (at + 1) & (set->n_slots - 1);
	return set->n_slots && set->slots[at] != 0;
}

/* ---------------------------------------------------------------- the matches of one slice: up to SLICE records of a block */

struct match {
	struct search_hit hit; /* but for row ids */
	struct text_place place;
	uint64_t said; /* hash of who says it and the text */
};

struct matches {
	uint64_t first; /* entry; 0: none */
	uint32_t n_entries;
	struct arena arena;
	VEC(struct match) list; /* rising records */
	struct text_set said;
};

static void matches_done(struct matches *m)
{
	arena_done(&m->arena);
	vec_done(&m->list);
	free(m->said.slots);
	*m = (struct matches){.arena = ARENA_INIT};
}

struct search {
	struct db *db;
	const struct search_query *query;
	struct terms terms;
	struct block_finder finder;
	struct record_texts texts;
	struct matches now, below;
	struct stmt *keeps; /* does the filter keep this trace */
	struct search_page *out;
	VEC(struct search_hit) hits;
	uint64_t block, record;     /* at work */
	uint32_t n_entries, slices; /* of the block; slices of it still to be read */
	int64_t source;
};

/* White space runs as one blank, up to `max` bytes; returns the bytes of text used. */
static size_t add_folded(struct buf *out, struct str text, size_t max)
{
	size_t at = 0, end = out->len + max;
	while (at < text.len) {
		struct str rest = str_from(text, at);
		uint32_t code = text_decode(&rest);
		size_t len = rest.ptr ? (size_t)(rest.ptr - text.ptr) - at : text.len - at;
		bool blank = code <= ' ';
		if (blank && out->len && out->ptr[out->len - 1] == ' ') {
			at += len;
			continue;
		}
		if (out->len + 4 > end)
			break;
		if (blank)
			buf_add_char(out, ' ');
		else
			text_encode(out, code);
		at += len;
	}
	return at;
}

static size_t start_of_snippet(struct str text, size_t at)
{
	size_t from = at > BEFORE_MATCH ? at - BEFORE_MATCH : 0;
	if (from == 0)
		return 0;
	for (size_t i = from; i < at; i++) /* a whole word, if there is one */
		if (text.ptr[i] == ' ' || text.ptr[i] == '\n')
			return i + 1;
	while (from < at && ((unsigned char)text.ptr[from] & 0xC0) == 0x80)
		from++;
	return from;
}

static struct str shown(struct db *db, struct arena *arena, struct str text)
{
	db_mask *mask = db_masks(db);
	return arena_str(arena, mask ? mask(arena, text) : text);
}

static void make_snippet(struct db *db, struct search_hit *hit, struct str text, size_t at, size_t len,
                         struct arena *arena)
{
	struct buf out = BUF_INIT, masked = BUF_INIT;
	bool before = false, behind = false; /* something was left out there already */
	if (db_masks(db)) {                  /* whole things: of what is cut in two neither half would be known */
		before = at > SNIPPET_BYTES;
		behind = text.len - at - len > SNIPPET_BYTES;
		mask_around(&masked, text, &at, &len, SNIPPET_BYTES, SNIPPET_BYTES);
		text = buf_str(&masked);
	}
	size_t from = start_of_snippet(text, at);
	if (from || before)
		buf_add_cstr(&out, "…");
	add_folded(&out, str_cut(text, from, at - from), BEFORE_MATCH + 8);
	hit->match_at = out.len;
	size_t room = SNIPPET_BYTES - 3 - out.len, used = add_folded(&out, str_cut(text, at, len), room);
	hit->match_len = out.len - hit->match_at;
	used += used == len ? add_folded(&out, str_from(text, at + len), SNIPPET_BYTES - 3 - out.len) : 0;
	while (out.len > hit->match_at + hit->match_len && out.ptr[out.len - 1] == ' ')
		out.ptr[--out.len] = '\0';
	if (at + used < text.len || behind)
		buf_add_cstr(&out, "…");
	hit->snippet = shown(db, arena, buf_str(&out));
	if (hit->snippet.len != out.len) /* what only an escape hid */
		hit->match_at = hit->match_len = 0;
	buf_done(&out);
	buf_done(&masked);
}

static bool on_match(void *to, const struct text_place *place, const char *field, struct str text, size_t at,
                     size_t len)
{
	struct search *s = to;
	struct matches *m = &s->below;
	const struct hash128 *who = place->is_case ? &place->run : &place->trace;
	uint64_t said = hash64((struct str){(const char *)who->byte, sizeof who->byte}) * 31 + hash64(text);
	if (place->is_case)
		said += s->record * UINT64_C(0x9E3779B97F4A7C15); /* each case says it for itself */
	if (!set_add(&m->said, said))
		return true;
	for (size_t i = m->list.n; i-- > 0 && m->list.at[i].hit.record == (int64_t)s->record;)
		if (m->list.at[i].place.has_span == place->has_span && m->list.at[i].place.span == place->span)
			return true; /* one hit a span is enough: the first field that has it */
	struct match *found = vec_add(&m->list);
	*found = (struct match){
	    .place = *place,
	    .said = said,
	    .hit =
	        {
	              .record = (int64_t)s->record,
	              .has_span = place->has_span,
	              .span = place->span,
	              .span_text = arena_str(&m->arena, place->span_text),
	              .case_key = arena_str(&m->arena, place->case_key),
	              .name = arena_str(&m->arena, place->name),
	              .kind = place->kind,
	              .start_ns = place->start_ns,
	              .field = field,
	              },
	};
	make_snippet(s->db, &found->hit, text, at, len, &m->arena);
	return true;
}

/* A block that is damaged, or was forgotten since it was indexed, has nothing to find; the rest has. */
static bool is_gone(struct err *err)
{
	if (err->code != ERR_STORE)
		return false;
	*err = ERR_INIT;
	return true;
}

/* All matches of a slice, in s->below: entries i … end of the block at work. */
static bool read_slice(struct search *s, uint32_t i, uint32_t end, struct err *err)
{
	bool ok = true;
	matches_done(&s->below);
	s->below.first = s->block + i;
	s->below.n_entries = end - i;
	for (; ok && i < end; i++) {
		s->record = s->block + i;
		if (s->query->before && (int64_t)s->record >= s->query->before)
			break;
		if (record_may_match(&s->texts, s->block, i, &ok, err))
			ok = record_matches(&s->texts, s->record, s->source, on_match, s, err);
	}
	return ok;
}

/* The next block that may have something; s->block 0: none. */
static bool next_block(struct search *s, struct err *err)
{
	struct block_view b;
	int64_t first;
	do {
		if (!finder_next(&s->finder, &first, err))
			return false;
		s->block = (uint64_t)first;
		if (!first)
			return true;
		if (block_view(s->texts.blocks, s->block, &b, err)) {
			s->n_entries = b.n;
			s->source = b.source;
			s->slices = (b.n + SLICE - 1) / SLICE;
			s->out->blocks_read++;
		} else if (!is_gone(err)) {
			return false;
		}
	} while (s->slices == 0);
	return true;
}

/* Downwards, slice by slice, so that the first page of a common word costs little. *any: false at the end. */
static bool next_slice(struct search *s, bool *any, struct err *err)
{
	if (s->slices == 0 && !next_block(s, err))
		return false;
	*any = s->block != 0;
	if (!*any) {
		matches_done(&s->below);
		return true;
	}
	uint32_t from = --s->slices * SLICE;
	return read_slice(s, from, from + SLICE < s->n_entries ? from + SLICE : s->n_entries, err);
}

/* ---------------------------------------------------------------- row ids */

static bool keeps(struct search *s, int64_t trace, bool *kept, struct err *err)
{
	*kept = true;
	if (filter_is_empty(s->query->filter))
		return true;
	if (!filter_resolve(s->query->filter, s->db, err))
		return false;
	if (!s->keeps) {
		struct buf sql = BUF_INIT;
		int n_params = 1;
		buf_add_cstr(&sql, "SELECT 1 FROM trace t WHERE t.id = ?1 AND ");
		filter_sql(&sql, s->query->filter, &n_params);
		s->keeps = db_query_composed(s->db, buf_str(&sql), err);
		buf_done(&sql);
		if (!s->keeps)
			return false;
	}
	stmt_int(s->keeps, 1, trace);
	filter_bind(s->keeps, s->query->filter, 2);
	enum step step = stmt_step(s->keeps, err);
	*kept = step == STEP_ROW;
	stmt_end(s->keeps);
	return step != STEP_FAIL;
}

static bool find_row(struct search *s, const char *sql, const struct hash128 *key, int64_t *id, struct str *text,
                     struct str *name, struct err *err)
{
	struct stmt *q = db_query(s->db, sql, err);
	if (!q)
		return false;
	stmt_blob(q, 1, (struct str){(const char *)key->byte, sizeof key->byte});
	enum step step = stmt_step(q, err);
	*id = step == STEP_ROW ? col_int(q, 0) : 0;
	if (step == STEP_ROW) {
		*text = arena_str(&s->out->arena, col_str(q, 1));
		*name = arena_str(&s->out->arena, col_str(q, 2));
	}
	stmt_end(q);
	return step != STEP_FAIL;
}

/* The trace that a case result names, of its first repeat that has one here. */
static bool find_case_trace(struct search *s, struct search_hit *hit, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct stmt *q = db_query(s->db,
	                          "SELECT t.id FROM case_key k JOIN case_result c ON c.run = ?1 AND c.case_id = k.id"
	                          " JOIN trace t ON t.key = c.trace WHERE k.text = ?2 ORDER BY c.repeat LIMIT 1",
	                          err);
	if (!q)
		return false;
	stmt_int(q, 1, hit->run);
	stmt_str(q, 2, model_case_key(&arena, hit->case_key));
	enum step step = stmt_step(q, err);
	hit->case_trace = step == STEP_ROW ? col_int(q, 0) : 0;
	stmt_end(q);
	arena_done(&arena);
	return step != STEP_FAIL;
}

/* Which result of the run the record is. */
static bool find_case(struct search *s, struct search_hit *hit, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct stmt *q = db_query(s->db,
	                          "SELECT k.id, c.repeat FROM case_key k JOIN case_result c ON c.run = ?1 AND"
	                          " c.case_id = k.id WHERE k.text = ?2 ORDER BY c.record = ?3 DESC, c.repeat LIMIT 1",
	                          err);
	if (!q)
		return false;
	stmt_int(q, 1, hit->run);
	stmt_str(q, 2, model_case_key(&arena, hit->case_key));
	stmt_int(q, 3, hit->record);
	enum step step = stmt_step(q, err);
	hit->case_id = step == STEP_ROW ? col_int(q, 0) : 0;
	hit->repeat = step == STEP_ROW ? col_int(q, 1) : 0;
	stmt_end(q);
	arena_done(&arena);
	return step != STEP_FAIL;
}

/* A trace that the store does not have (any more) is no hit. */
static bool emit(struct search *s, const struct match *m, struct err *err)
{
	struct search_hit hit = m->hit;
	struct arena *arena = &s->out->arena;
	struct str name = STR_NONE;
	bool kept = true, ok;
	if (m->place.is_case) {
		ok = find_row(s, "SELECT id, text, name FROM run WHERE key = ?", &m->place.run, &hit.run, &hit.run_text,
		              &name, err);
		kept = hit.run && filter_is_empty(s->query->filter);
		ok = ok && (!kept || !hit.case_key.len || (find_case(s, &hit, err) && find_case_trace(s, &hit, err)));
	} else {
		ok = find_row(
		    s, "SELECT id, text, (SELECT w.text FROM word w WHERE w.id = trace.name) FROM trace WHERE key = ?",
		    &m->place.trace, &hit.trace, &hit.trace_text, &name, err);
		kept = hit.trace != 0;
		ok = ok && (!kept || keeps(s, hit.trace, &kept, err));
	}
	if (!ok || !kept)
		return ok;
	hit.span_text = arena_str(arena, hit.span_text);
	hit.case_key = shown(s->db, arena, hit.case_key);
	hit.name = hit.name.len ? shown(s->db, arena, hit.name) : name;
	hit.snippet = arena_str(arena, hit.snippet);
	*vec_add(&s->hits) = hit;
	return true;
}

/* ---------------------------------------------------------------- pages */

/* The hits of s->now, newest first; what the block below it said before is that one's. */
static bool emit_slice(struct search *s, bool *full, struct err *err)
{
	bool joined = s->below.first && s->below.first + s->below.n_entries == s->now.first;
	int64_t record = 0;
	for (size_t i = s->now.list.n; i-- > 0;) {
		const struct match *m = &s->now.list.at[i];
		if ((int64_t)s->hits.n >= s->query->limit && m->hit.record != record) {
			*full = true;
			return true;
		}
		if (joined && set_has(&s->below.said, m->said))
			continue;
		record = m->hit.record;
		if (!emit(s, m, err))
			return false;
	}
	return true;
}

static bool read_page(struct search *s, bool *full, struct err *err)
{
	bool any = true;
	*full = false;
	while (!*full && any) {
		if (!next_slice(s, &any, err) || !emit_slice(s, full, err))
			return false;
		struct matches swap = s->now;
		s->now = s->below;
		s->below = swap;
	}
	return true;
}

static bool search_open(struct search *s, struct db *db, const struct search_query *q, struct search_page *out,
                        struct err *err)
{
	if (!search_percent(db, &out->percent, err) || !terms_parse(&s->terms, q->text, &out->arena, err))
		return false;
	record_texts_init(&s->texts, db, &s->terms);
	bool ok = finder_open(&s->finder, db, &s->terms, q->before ? q->before : INT64_MAX, err);
	s->finder.traces_only = !filter_is_empty(q->filter);
	return ok;
}

static void search_close(struct search *s)
{
	finder_close(&s->finder);
	record_texts_done(&s->texts);
	terms_done(&s->terms);
	matches_done(&s->now);
	matches_done(&s->below);
	stmt_free(s->keeps);
	vec_done(&s->hits);
}

void search_page_done(struct search_page *p)
{
	arena_done(&p->arena);
	*p = (struct search_page){.arena = ARENA_INIT};
}

bool search_page(struct db *db, const struct search_query *q, struct search_page *out, struct err *err)
{
	struct search s = {.db = db, .query = q, .out = out};
	struct err unseen = ERR_INIT;
	*out = (struct search_page){.arena = ARENA_INIT};
	err = err ? err : &unseen;
	bool ok = search_open(&s, db, q, out, err);
	if (ok && (ok = read_page(&s, &out->more, err))) {
		out->n = s.hits.n;
		out->hits = arena_zalloc(&out->arena, s.hits.n + 1, sizeof *out->hits);
		if (out->n)
			memcpy(out->hits, s.hits.at, out->n * sizeof *out->hits);
	}
	search_close(&s);
	return ok;
}

/* ---------------------------------------------------------------- traces */

struct trace_search {
	struct db *db;
	struct text_set keys;
	VEC(int64_t) ids;
	struct err err;
};

static bool on_trace_match(void *to, const struct text_place *place, const char *field, struct str text, size_t at,
                           size_t len)
{
	struct trace_search *t = to;
	(void)field, (void)text, (void)at, (void)len;
	if (!place->has_trace)
		return true;
	if (!set_add(&t->keys, hash64((struct str){(const char *)place->trace.byte, sizeof place->trace.byte})))
		return false;
	struct stmt *s = db_query(t->db, "SELECT id FROM trace WHERE key = ?", &t->err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)place->trace.byte, sizeof place->trace.byte});
	if (stmt_step(s, &t->err) == STEP_ROW)
		*vec_add(&t->ids) = col_int(s, 0);
	stmt_end(s);
	return false;
}

static bool traces_of_block(struct trace_search *t, struct record_texts *texts, uint64_t first, size_t limit,
                            struct err *err)
{
	struct block_view b;
	if (!block_view(texts->blocks, first, &b, err))
		return is_gone(err);
	uint32_t n = b.n;
	int64_t source = b.source;
	bool ok = true;
	for (uint32_t i = n; ok && i-- > 0 && t->ids.n < limit;) {
		if (!record_may_match(texts, first, i, &ok, err))
			continue;
		ok = record_matches(texts, first + i, source, on_trace_match, t, err);
		if (t->err.code != ERR_NONE) {
			*err = t->err;
			ok = false;
		}
	}
	return ok;
}

bool search_traces(struct db *db, struct str text, bool phrase, size_t limit, int64_t **ids, size_t *n, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct terms terms;
	struct trace_search t = {.db = db};
	struct block_finder finder = {0};
	struct record_texts texts;
	struct err unseen = ERR_INIT;
	err = err ? err : &unseen;
	bool ok = phrase ? terms_phrase(&terms, text, &arena, err) : terms_parse(&terms, text, &arena, err);
	if (ok) {
		int64_t first = 1;
		record_texts_init(&texts, db, &terms);
		ok = finder_open(&finder, db, &terms, INT64_MAX, err);
		finder.traces_only = true;
		while (ok && first && t.ids.n < limit)
			ok = finder_next(&finder, &first, err) &&
			     (!first || traces_of_block(&t, &texts, (uint64_t)first, limit, err));
		finder_close(&finder);
		record_texts_done(&texts);
		terms_done(&terms);
	}
	*ids = ok ? t.ids.at : NULL;
	*n = ok ? t.ids.n : 0;
	if (!ok)
		vec_done(&t.ids);
	free(t.keys.slots);
	arena_done(&arena);
	return ok;
}
