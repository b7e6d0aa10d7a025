#include "store/query/about.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/study_rows.h"
#include "store/span_row.h"

enum { SIBLING_STEPS = 64, ID_DIGITS = 16 };

/* ---------------------------------------------------------------- a span by pos or id */

static bool by_pos(struct db *db, int64_t first, int64_t pos, struct arena *arena, struct span_named *out,
                   struct err *err)
{
	struct tree_row row;
	if (!tree_get(db, first, pos, arena, &row, err))
		return false;
	*out = (struct span_named){.id = row.id, .name = row.name, .pos = pos, .status = row.status};
	return true;
}

static bool by_id(struct db *db, int64_t first, int64_t n, struct str id, struct arena *arena, struct span_named *out,
                  struct err *err)
{
	bool hex;
	int64_t pos;
	if (!tree_find(db, first, n, model_span_key(id, &hex), &pos, err))
		return false;
	if (pos >= 0)
		return by_pos(db, first, pos, arena, out, err);
	*out = (struct span_named){.id = id, .pos = -1, .elsewhere = true};
	return true;
}

/* ---------------------------------------------------------------- names in a reason */

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
	       (c & 0x80);
}

/* A sign no plain word has inside. */
static bool is_telling(struct str name)
{
	for (size_t i = 1; i + 1 < name.len; i++) {
		char c = name.ptr[i];
		if (c == '_' || c == '-' || c == '.' || c == ':' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))
			return true;
	}
	return false;
}

bool about_names(struct str text, struct str name)
{
	if (name.len < 3 || name.len > text.len)
		return false;
	for (size_t at = 0, next; (next = str_find(str_from(text, at), name)) != SIZE_MAX; at++) {
		at += next;
		char before = at > 0 ? text.ptr[at - 1] : ' ',
		     after = at + name.len < text.len ? text.ptr[at + name.len] : ' ';
		bool quoted = strchr("\"'`", before) && before && after == before;
		if (!in_word(before) && !in_word(after) && (quoted || is_telling(name)))
			return true;
	}
	return false;
}

struct name_at {
	struct str text;
	int64_t pos; /* the first span of that name */
};
typedef VEC(struct name_at) names;

static bool read_names(struct db *db, int64_t first, int64_t n, struct arena *arena, names *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT w.text, min(s.pos) FROM span s JOIN word w ON w.id = s.name"
	                          " WHERE s.pos >= ? AND s.pos < ? GROUP BY s.name",
	                          err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, first);
	stmt_int(s, 2, first + n);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(out) = (struct name_at){arena_str(arena, col_str(s, 0)), col_int(s, 1) - first};
	stmt_end(s);
	return step == STEP_DONE;
}

/* A span id in the text: 16 hex digits on their own. */
static struct str id_in(struct str text)
{
	size_t run = 0;
	for (size_t i = 0; i <= text.len; i++) {
		char c = i < text.len ? text.ptr[i] : ' ';
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
			run++;
			continue;
		}
		if (run == ID_DIGITS && !in_word(c) && (i == run || !in_word(text.ptr[i - run - 1])))
			return str_cut(text, i - run, run);
		run = 0;
	}
	return STR_NONE;
}

struct looking {
	struct db *db;
	int64_t first, n;
	const struct tree_row *row;
	struct arena *arena;
	names names;
};

static bool named_in(struct looking *l, struct str text, struct span_named *out, struct err *err)
{
	struct str id = id_in(text);
	if (id.len && !str_eq(id, l->row->id)) {
		if (!by_id(l->db, l->first, l->n, id, l->arena, out, err))
			return false;
		if (!out->elsewhere)
			return true;
	}
	*out = (struct span_named){.pos = -1};
	const struct name_at *best = NULL;
	for (size_t i = 0; i < l->names.n; i++) {
		const struct name_at *name = &l->names.at[i];
		if (!str_eq(name->text, l->row->name) && about_names(text, name->text) &&
		    (!best || name->text.len > best->text.len))
			best = name;
	}
	return !best || by_pos(l->db, l->first, best->pos, l->arena, out, err);
}

static bool read_scores(struct looking *l, const struct span_detail *d, struct span_about *out, struct err *err)
{
	bool ok = true, any = false;
	out->by_score = arena_zalloc(l->arena, d->n_scores + 1, sizeof *out->by_score);
	for (size_t i = 0; i < d->n_scores; i++)
		any |= d->scores[i].explanation.len > 0;
	if (!any || l->n > ABOUT_SPANS)
		return true;
	ok = read_names(l->db, l->first, l->n, l->arena, &l->names, err);
	for (size_t i = 0; ok && i < d->n_scores; i++)
		ok = named_in(l, d->scores[i].explanation, &out->by_score[i], err);
	vec_done(&l->names);
	return ok;
}

/* ---------------------------------------------------------------- links */

static bool read_link(struct looking *l, const struct span *span, struct span_about *out, struct err *err)
{
	for (size_t i = 0; i < span->n_links; i++) {
		const struct span_link *link = &span->links[i];
		if (!link->span_id.len)
			continue;
		if (link->trace_id.len && span->trace_id.len && !str_eq(link->trace_id, span->trace_id)) {
			out->link = (struct span_named){.id = link->span_id, .pos = -1, .elsewhere = true};
			return true;
		}
		return by_id(l->db, l->first, l->n, link->span_id, l->arena, &out->link, err);
	}
	return true;
}

static bool failed_spans(struct looking *l, int64_t pos[ABOUT_FAILED], size_t *n, struct err *err)
{
	struct stmt *s = db_query(l->db, "SELECT pos FROM span WHERE pos >= ? AND pos < ? AND status = ? LIMIT ?", err);
	enum step step;
	*n = 0;
	if (!s)
		return false;
	stmt_int(s, 1, l->first);
	stmt_int(s, 2, l->first + l->n);
	stmt_int(s, 3, STATUS_ERROR);
	stmt_int(s, 4, ABOUT_FAILED);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		pos[(*n)++] = col_int(s, 0) - l->first;
	stmt_end(s);
	return step == STEP_DONE;
}

static bool links_to(const struct span *span, struct str id)
{
	for (size_t i = 0; i < span->n_links; i++)
		if (str_eq(span->links[i].span_id, id))
			return true;
	return false;
}

static bool read_failed(struct looking *l, struct block_cache *blocks, int64_t trace, struct span_about *out,
                        struct err *err)
{
	int64_t pos[ABOUT_FAILED];
	size_t n;
	bool ok = l->n <= ABOUT_SPANS && l->row->id.len;
	if (!ok)
		return true;
	ok = failed_spans(l, pos, &n, err);
	for (size_t i = 0; ok && i < n && !out->failed.id.len; i++) {
		struct arena arena = ARENA_INIT;
		struct span_detail detail;
		struct tree_row row;
		ok = tree_get(l->db, l->first, pos[i], &arena, &row, err) &&
		     span_detail(l->db, blocks, trace, row.key, row.record, &arena, &detail, err);
		if (ok && row.pos != l->row->pos && links_to(&detail.span, l->row->id))
			ok = by_pos(l->db, l->first, pos[i], l->arena, &out->failed, err);
		arena_done(&arena);
	}
	return ok;
}

/* ---------------------------------------------------------------- retries */

static bool is_like(const struct tree_row *a, const struct tree_row *b)
{
	return a->depth == b->depth && a->kind == b->kind && a->name.len && str_eq(a->name, b->name);
}

/* The sibling right before: up from the row above it, a few steps at most. */
static bool read_before(struct looking *l, struct span_about *out, struct err *err)
{
	struct tree_row *row = &out->before;
	int64_t pos = l->row->pos - 1;
	for (int i = 0; i < SIBLING_STEPS && pos >= 0 && pos > l->row->pos - l->row->up; i++) {
		if (!tree_get(l->db, l->first, pos, l->arena, row, err))
			return false;
		if (row->depth <= l->row->depth) {
			out->is_retry = is_like(row, l->row) && row->status == STATUS_ERROR;
			return true;
		}
		pos -= row->up;
	}
	return true;
}

static bool read_after(struct looking *l, struct span_about *out, struct err *err)
{
	int64_t pos = l->row->pos + l->row->size;
	if (l->row->status != STATUS_ERROR || pos >= l->n)
		return true;
	if (!tree_get(l->db, l->first, pos, l->arena, &out->after, err))
		return false;
	out->was_retried = is_like(&out->after, l->row);
	return true;
}

/* ---------------------------------------------------------------- the critical path */

static bool read_trace_times(struct db *db, int64_t trace, struct trace_row *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT start_ns, duration_ns FROM trace WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	enum step step = stmt_step(s, err);
	out->start_ns = step == STEP_ROW ? col_int(s, 0) : TIME_UNKNOWN;
	out->duration_ns = step == STEP_ROW ? col_int(s, 1) : UNKNOWN_INT;
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool read_path(struct looking *l, int64_t trace, struct span_about *out, struct err *err)
{
	struct trace_row t = {.id = trace, .first = l->first, .n = l->n};
	struct study_rows rows = {.spans = {0}};
	path_segments path = {0};
	int64_t ns = 0;
	if (!(l->row->flags & SPAN_CRITICAL) || l->n > ABOUT_SPANS)
		return true;
	bool ok = read_trace_times(l->db, trace, &t, err) && study_rows_read(l->db, &t, true, l->n, &rows, err);
	if (ok && t.duration_ns > 0) {
		path_walk(rows.spans.at, (uint32_t)rows.spans.n, t.start_ns, t.duration_ns, &path);
		for (size_t i = 0; i < path.n; i++) {
			int64_t pos = path.at[i].span == PATH_NONE ? -1 : rows.rows.at[path.at[i].span].pos;
			if (pos >= l->row->pos && pos < l->row->pos + l->row->size)
				ns += path.at[i].to_ns - path.at[i].from_ns;
		}
		out->path_share = (double)ns / (double)t.duration_ns;
	}
	vec_done(&path);
	study_rows_done(&rows);
	return ok;
}

bool span_about(struct db *db, struct block_cache *blocks, int64_t trace, int64_t first, int64_t n,
                const struct tree_row *row, const struct span_detail *detail, struct arena *arena,
                struct span_about *out, struct err *err)
{
	struct looking l = {.db = db, .first = first, .n = n, .row = row, .arena = arena};
	*out = (struct span_about){.link = {.pos = -1}, .failed = {.pos = -1}, .path_share = UNKNOWN_DOUBLE};
	return read_path(&l, trace, out, err) && read_link(&l, &detail->span, out, err) &&
	       read_scores(&l, detail, out, err) && read_failed(&l, blocks, trace, out, err) &&
	       (row->up == 0 || read_before(&l, out, err)) && (row->up == 0 || read_after(&l, out, err));
}
