#include "store/query/subject.h"

#include <string.h>

#include "store/base/units.h"
#include "store/query/subject_private.h"

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
		buf_add_str(out, col_plain(s, 0));
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
		buf_add_str(key, col_plain(s, 3));
		if (!whole)
			buf_add_cstr(key, "/span:");
		if (!whole && col_null(s, 2))
			buf_printf(key, "%016llx", (unsigned long long)*span);
		else if (!whole)
			buf_add_str(key, col_plain(s, 2));
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

static struct str answer_or_error(struct str answer, struct str error)
{
	return answer.ptr ? answer : error;
}

void subject_set_target(struct subject *out)
{
	const struct annotation_kept kept = annotation_kept(&out->target);
	out->hash = kept.hash;
	out->io = kept.io;
	out->input_hash = kept.input_hash;
	out->output_hash = kept.output_hash;
	if (out->at.kind != SUBJECT_PAIR)
		return;
	out->answers[0] = annotation_answer_hash(answer_or_error(out->raw_output, out->error));
	out->answers[1] = annotation_answer_hash(answer_or_error(out->raw_output_b, out->error_b));
}

struct annotation_kept subject_kept(const struct subject *s)
{
	return (struct annotation_kept){s->target.key, s->hash, s->io, s->input_hash, s->output_hash};
}

/* Texts that were made ready for people, besides the answer and what it is judged by. */
static void take(struct subject *out, const struct subject_source *s)
{
	const struct subject_draft *d = &s->draft;
	out->question = d->question;
	out->turns = d->turns.at;
	out->n_turns = d->turns.n;
	out->more_turns = d->turns.more;
	out->fields = d->fields.at;
	out->n_fields = d->fields.n;
	out->more_fields = d->fields.more;
	out->documents = d->documents.at;
	out->n_documents = d->documents.n;
	out->more_documents = d->documents.more;
	out->partial = s->partial;
}

/* ---------------------------------------------------------------- cases */

/* What the source says of a case, as it is. */
static bool read_case(struct db *db, struct block_cache *blocks, struct case_at at, struct arena *arena,
                      struct case_detail *detail, struct subject *out, struct err *err)
{
	if (!case_detail(db, blocks, at, arena, detail, err))
		return false;
	out->title = subject_is_id(detail->res.title) ? STR_NONE : detail->res.title;
	out->raw_expected = detail->res.expected;
	out->raw_input = detail->res.input;
	out->raw_output = detail->res.output;
	out->error = detail->res.error;
	out->scores = detail->res.scores;
	out->n_scores = detail->res.n_scores;
	out->run = run_name(db, at.run, arena);
	return true;
}

/* The trace that a case names; 0: none, or it is not here. */
static bool linked_trace(struct db *db, struct case_at at, int64_t *trace, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT t.id FROM case_result c JOIN trace t ON t.key = c.trace WHERE c.run = ? AND"
	                          " c.case_id = ? AND c.repeat = ? AND t.n > 0",
	                          err);
	*trace = 0;
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.case_id);
	stmt_int(s, 3, at.repeat);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*trace = col_int(s, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

/* The trace has what the result leaves out: the question, the conversation, the documents. */
static bool add_trace(struct subject_source *s, struct case_at at, bool answered, struct err *err)
{
	int64_t trace;
	if (!linked_trace(s->db, at, &trace, err))
		return false;
	if (trace == 0)
		return true;
	const struct subject_draft *d = &s->draft;
	if ((!d->question.len && !d->fields.n) || !answered) {
		struct subject_source of = {.db = s->db, .blocks = s->blocks, .draft = {.arena = d->arena}};
		if (!subject_take_root(&of, trace, err))
			return false;
		if (!d->question.len && !d->fields.n && of.draft.question.len) {
			s->draft.question = of.draft.question;
			s->draft.fields = of.draft.fields;
			s->draft.turns = of.draft.turns;
		}
		s->answer = answered ? s->answer : of.answer;
		s->partial = of.partial;
	}
	return s->draft.documents.n > 0 || subject_take_documents(s, trace, -1, err);
}

/* A case's answer in *answer. */
static bool load_case(struct subject_source *s, struct case_at at, const struct case_detail *detail, struct err *err)
{
	const struct case_result *res = &detail->res;
	subject_read_input(&s->draft, res->input);
	s->answer = subject_read_answer(&s->draft, res->output, s->draft.arena);
	subject_read_metadata(&s->draft, res->metadata);
	return add_trace(s, at, res->output.ptr || res->error.ptr, err);
}

static bool load_case_whole(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                            const struct case_detail *detail, struct subject *out, struct err *err)
{
	struct subject_source s = {.db = db, .blocks = blocks, .draft = {.arena = arena}};
	if (!load_case(&s, at->at, detail, err))
		return false;
	out->answer = s.answer;
	out->expected = subject_read_expected(detail->res.expected, str_starts(detail->format, "promptfoo"), arena);
	take(out, &s);
	return true;
}

/* ---------------------------------------------------------------- pairs */

static bool read_pair(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                      struct str key, struct case_detail details[2], struct subject *out, struct err *err)
{
	struct subject other = {.title = STR_NONE};
	const struct case_at b = {at->run_b, at->at.case_id, at->repeat_b};
	if (!read_case(db, blocks, at->at, arena, &details[0], out, err) ||
	    !read_case(db, blocks, b, arena, &details[1], &other, err))
		return false;
	out->raw_output_b = other.raw_output;
	out->error_b = other.error;
	out->run_b = other.run;
	out->scores_b = other.scores;
	out->n_scores_b = other.n_scores;
	struct buf key_text = BUF_INIT, both = BUF_INIT;
	out->target = annotation_pair(str_from(key, 5), out->raw_input, answer_or_error(out->raw_output, out->error),
	                              answer_or_error(other.raw_output, other.error), &key_text, &both);
	out->target.key = arena_str(arena, out->target.key);
	out->target.output = arena_str(arena, out->target.output);
	buf_done(&key_text);
	buf_done(&both);
	return true;
}

/* Documents of both, each once: what either went by is no sign of which it is. */
static bool load_pair(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                      const struct case_detail details[2], struct subject *out, struct err *err)
{
	const struct case_at b = {at->run_b, at->at.case_id, at->repeat_b};
	struct subject_source first = {.db = db, .blocks = blocks, .draft = {.arena = arena}}, second = first;
	if (!load_case(&first, at->at, &details[0], err) || !load_case(&second, b, &details[1], err))
		return false;
	out->answer = first.answer;
	out->answer_b = second.answer;
	out->expected =
	    subject_read_expected(details[0].res.expected, str_starts(details[0].format, "promptfoo"), arena);
	for (size_t i = 0; i < second.draft.documents.n; i++)
		subject_add(&first.draft, &first.draft.documents, second.draft.documents.at[i].name,
		            second.draft.documents.at[i].text);
	take(out, &first);
	return true;
}

/* ---------------------------------------------------------------- spans and traces */

static bool read_span(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                      struct span_detail *detail, struct subject *out, struct err *err)
{
	int64_t span = at->span, record = 0;
	struct buf key = BUF_INIT;
	*detail = (struct span_detail){.n_scores = 0};
	bool ok = find_row(db, at, &span, &record, &key, err);
	buf_done(&key);
	if (!ok || record <= 0)
		return ok;
	if (!span_detail(db, blocks, at->trace, span, record, arena, detail, err))
		return false;
	out->title = detail->span.name;
	out->raw_input = detail->span.input;
	out->raw_output = detail->span.output;
	out->error = detail->span.message;
	return true;
}

static bool place_of(struct db *db, const struct subject_at *at, int64_t *pos, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT s.pos - t.first FROM trace t JOIN span s ON s.pos >= t.first AND"
	                          " s.pos < t.first + t.n WHERE t.id = ? AND s.key = ?",
	                          err);
	*pos = -1;
	if (!s)
		return false;
	stmt_int(s, 1, at->trace);
	stmt_int(s, 2, at->span);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*pos = col_int(s, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool load_span(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                      const struct span *span, struct subject *out, struct err *err)
{
	struct subject_source s = {.db = db, .blocks = blocks, .draft = {.arena = arena}};
	int64_t pos = -1;
	bool ok = true;
	if (at->kind == SUBJECT_TRACE) {
		ok = subject_take_trace(&s, at->trace, span, err) && subject_take_documents(&s, at->trace, -1, err) &&
		     subject_take_session(&s, at->trace, err);
	} else {
		subject_take_span(&s, span);
		ok = s.draft.documents.n ||
		     (place_of(db, at, &pos, err) && (pos <= 0 || subject_take_documents(&s, at->trace, pos, err)));
	}
	out->answer = s.answer;
	take(out, &s);
	return ok;
}

/* ---------------------------------------------------------------- both */

/* texts: also what a person reads; else only the key and the hashes. */
static bool read_subject(struct db *db, struct block_cache *blocks, const struct subject_at *at, bool texts,
                         struct arena *arena, struct subject *out, struct err *err)
{
	*out = (struct subject){.at = *at};
	struct buf text = BUF_INIT;
	bool ok = subject_key(db, at, &text, err);
	struct str key = arena_str(arena, buf_str(&text));
	buf_done(&text);
	if (!ok)
		return false;
	if (at->kind == SUBJECT_PAIR) {
		struct case_detail details[2];
		ok = read_pair(db, blocks, at, arena, key, details, out, err) &&
		     (!texts || load_pair(db, blocks, at, arena, details, out, err));
	} else if (at->kind == SUBJECT_CASE) {
		struct case_detail detail;
		ok = read_case(db, blocks, at->at, arena, &detail, out, err) &&
		     (!texts || load_case_whole(db, blocks, at, arena, &detail, out, err));
	} else {
		struct span_detail detail;
		ok = read_span(db, blocks, at, arena, &detail, out, err) &&
		     (!texts || load_span(db, blocks, at, arena, &detail.span, out, err));
	}
	if (at->kind != SUBJECT_PAIR)
		out->target = (struct annotation_target){key, out->raw_input, out->raw_output};
	if (ok)
		subject_set_target(out);
	return ok;
}

/* What a verdict is kept under is made of the texts as they are, also where what shows is masked. */
static bool read_plain(struct db *db, struct block_cache *blocks, const struct subject_at *at, bool texts,
                       struct arena *arena, struct subject *out, struct err *err)
{
	db_mask *mask = db_masks(db);
	db_set_mask(db, NULL);
	bool ok = read_subject(db, blocks, at, texts, arena, out, err);
	db_set_mask(db, mask);
	return ok;
}

bool subject_target(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                    struct subject *out, struct err *err)
{
	return read_plain(db, blocks, at, false, arena, out, err);
}

static const struct subject_text *mask_texts(db_mask *mask, struct arena *arena, const struct subject_text *from,
                                             size_t n)
{
	struct subject_text *to = arena_zalloc(arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct subject_text){mask(arena, from[i].name), mask(arena, from[i].text)};
	return to;
}

static const struct score *mask_scores(db_mask *mask, struct arena *arena, const struct score *from, size_t n)
{
	struct score *to = arena_zalloc(arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		to[i].name = mask(arena, from[i].name);
		to[i].label = mask(arena, from[i].label);
		to[i].explanation = mask(arena, from[i].explanation);
		to[i].author = mask(arena, from[i].author);
	}
	return to;
}

void subject_mask(db_mask *mask, struct arena *arena, struct subject *s)
{
	struct str *const texts[] = {&s->title,      &s->question,     &s->answer,      &s->expected, &s->error,
	                             &s->run,        &s->answer_b,     &s->error_b,     &s->run_b,    &s->raw_input,
	                             &s->raw_output, &s->raw_output_b, &s->raw_expected};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = mask(arena, *texts[i]);
	s->turns = mask_texts(mask, arena, s->turns, s->n_turns);
	s->fields = mask_texts(mask, arena, s->fields, s->n_fields);
	s->documents = mask_texts(mask, arena, s->documents, s->n_documents);
	s->scores = mask_scores(mask, arena, s->scores, s->n_scores);
	s->scores_b = mask_scores(mask, arena, s->scores_b, s->n_scores_b);
}

bool subject_load(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                  struct subject *out, struct err *err)
{
	if (!read_plain(db, blocks, at, true, arena, out, err))
		return false;
	if (db_masks(db))
		subject_mask(db_masks(db), arena, out);
	return true;
}
