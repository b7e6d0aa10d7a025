#include "store/query/subject.h"

#include <string.h>

#include "store/base/units.h"
#include "store/query/span.h"

bool subject_is(const struct subject_at *a, const struct subject_at *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == SUBJECT_CASE || a->kind == SUBJECT_PAIR)
		return a->at.run == b->at.run && a->at.case_id == b->at.case_id && a->at.repeat == b->at.repeat &&
		       (a->kind == SUBJECT_CASE || (a->run_b == b->run_b && a->repeat_b == b->repeat_b));
	return a->trace == b->trace && (a->kind == SUBJECT_TRACE || a->span == b->span);
}

/* ---------------------------------------------------------------- keys */

static bool case_key(struct db *db, int64_t case_id, struct buf *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM case_key WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, case_id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		buf_add_str(out, col_str(s, 0));
	stmt_end(s);
	if (step == STEP_FAIL)
		return false;
	return step == STEP_ROW || err_set(err, ERR_NOT_FOUND, NULL, "this case is not in the store any more");
}

/* The row of a span, or the trace's first one: its key and record; the ids as the source writes them go to `key`. */
static bool find_row(struct db *db, const struct subject_at *at, int64_t *span, int64_t *record, struct buf *key,
                     struct err *err)
{
	bool whole = at->kind == SUBJECT_TRACE;
	struct stmt *s = db_query(
	    db,
	    "SELECT s.key, s.record, s.id, t.text, s.pos = t.first FROM trace t JOIN span s ON s.pos >= t.first AND"
	    " s.pos < t.first + t.n WHERE t.id = ?1 AND (?2 = 1 OR s.key = ?3)"
	    " ORDER BY s.pos LIMIT 1",
	    err);
	if (!s)
		return false;
	stmt_int(s, 1, at->trace);
	stmt_int(s, 2, whole);
	stmt_int(s, 3, at->span);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		*span = col_int(s, 0);
		*record = col_int_or(s, 1, 0);
		whole |= col_int(s, 4) == 1; /* its first span's answer is the trace's */
		buf_add_cstr(key, "trace:");
		buf_add_str(key, col_str(s, 3));
		if (!whole)
			buf_add_cstr(key, "/span:");
		if (!whole && col_null(s, 2))
			buf_printf(key, "%016llx", (unsigned long long)*span);
		else if (!whole)
			buf_add_str(key, col_str(s, 2));
	}
	stmt_end(s);
	if (step == STEP_FAIL)
		return false;
	return step == STEP_ROW ||
	       err_set(err, ERR_NOT_FOUND, NULL, "this %s is not in the store any more", whole ? "trace" : "span");
}

bool subject_key(struct db *db, const struct subject_at *at, struct buf *out, struct err *err)
{
	int64_t span, record;
	switch (at->kind) {
	case SUBJECT_PAIR: buf_add_cstr(out, "pair:"); return case_key(db, at->at.case_id, out, err);
	case SUBJECT_CASE: return case_key(db, at->at.case_id, out, err);
	case SUBJECT_TRACE:
	case SUBJECT_SPAN: return find_row(db, at, &span, &record, out, err);
	case SUBJECT_NONE:
	case N_SUBJECT_KINDS: break;
	}
	return err_set(err, ERR_NOT_FOUND, NULL, "nothing to judge is here");
}

/* ---------------------------------------------------------------- texts */

static struct str run_name(struct db *db, int64_t run, struct arena *arena)
{
	struct err ignored = ERR_INIT;
	struct stmt *s = db_query(db, "SELECT ifnull(name, text) FROM run WHERE id = ?", &ignored);
	struct str name = STR_NONE;
	if (!s)
		return name;
	stmt_int(s, 1, run);
	if (stmt_step(s, &ignored) == STEP_ROW)
		name = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	return name;
}

static void set_target(struct subject *out)
{
	out->hash = annotation_target_hash(&out->target);
	out->io = annotation_io_hash(out->target.input, out->target.output);
	out->input_hash = model_text_hash(out->target.input);
	out->output_hash = model_text_hash(out->target.output);
}

static bool load_case(struct db *db, struct block_cache *blocks, struct case_at at, struct arena *arena,
                      struct subject *out, struct err *err)
{
	struct case_detail detail;
	if (!case_detail(db, blocks, at, arena, &detail, err))
		return false;
	out->title = detail.res.title;
	out->raw_input = out->question = detail.res.input;
	out->raw_output = out->answer = detail.res.output;
	out->expected = detail.res.expected;
	out->error = detail.res.error;
	out->scores = detail.res.scores;
	out->n_scores = detail.res.n_scores;
	out->run = run_name(db, at.run, arena);
	return true;
}

static bool load_pair(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                      struct str key, struct subject *out, struct err *err)
{
	struct subject other = {.title = STR_NONE};
	const struct case_at b = {at->run_b, at->at.case_id, at->repeat_b};
	if (!load_case(db, blocks, at->at, arena, out, err) || !load_case(db, blocks, b, arena, &other, err))
		return false;
	out->raw_output_b = out->answer_b = other.answer;
	out->error_b = other.error;
	out->run_b = other.run;
	out->scores_b = other.scores;
	out->n_scores_b = other.n_scores;
	struct buf key_text = BUF_INIT, both = BUF_INIT;
	out->target = annotation_pair(str_from(key, 5), out->raw_input, out->answer.ptr ? out->answer : out->error,
	                              other.answer.ptr ? other.answer : other.error, &key_text, &both);
	out->target.key = arena_str(arena, out->target.key);
	out->target.output = arena_str(arena, out->target.output);
	buf_done(&key_text);
	buf_done(&both);
	return true;
}

static bool load_span(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                      struct subject *out, struct err *err)
{
	int64_t span = at->span, record = 0;
	struct buf key = BUF_INIT;
	struct span_detail detail;
	bool ok = find_row(db, at, &span, &record, &key, err);
	buf_done(&key);
	if (!ok || record <= 0)
		return ok;
	if (!span_detail(db, blocks, at->trace, span, record, arena, &detail, err))
		return false;
	out->title = detail.span.name;
	out->raw_input = out->question = detail.span.input;
	out->raw_output = out->answer = detail.span.output;
	out->error = detail.span.message;
	return true;
}

bool subject_target(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                    struct subject *out, struct err *err)
{
	*out = (struct subject){.at = *at};
	struct buf text = BUF_INIT;
	bool ok = subject_key(db, at, &text, err);
	struct str key = arena_str(arena, buf_str(&text));
	buf_done(&text);
	if (!ok)
		return false;
	if (at->kind == SUBJECT_PAIR)
		ok = load_pair(db, blocks, at, arena, key, out, err);
	else if (at->kind == SUBJECT_CASE)
		ok = load_case(db, blocks, at->at, arena, out, err);
	else
		ok = load_span(db, blocks, at, arena, out, err);
	if (at->kind != SUBJECT_PAIR)
		out->target = (struct annotation_target){key, out->raw_input, out->raw_output};
	if (ok)
		set_target(out);
	return ok;
}

bool subject_load(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                  struct subject *out, struct err *err)
{
	return subject_target(db, blocks, at, arena, out, err);
}
