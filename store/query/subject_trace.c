/* What a trace was asked, what it answered, and what it had to go by; read from the store, a few records only. */
#include "store/query/subject_private.h"

#include "store/query/said.h"
#include "store/query/span.h"

enum {
	CALLS_READ = 8,       /* of models, for a question or an answer */
	RETRIEVALS_READ = 64, /* and of tools */
	TURNS_READ = 20       /* of the session, before this one */
};

/* ---------------------------------------------------------------- one span */

static void add_span_documents(struct subject_draft *d, const struct span *span)
{
	for (size_t i = 0; i < span->n_documents; i++) {
		struct str name = said_document(&span->documents[i], d->arena);
		subject_add(d, &d->documents, subject_is_id(name) ? STR_NONE : name,
		            subject_plain(span->documents[i].content, d->arena));
	}
}

/* A retrieval answers with its documents. */
static struct str documents_answer(const struct span *span, struct arena *arena)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < span->n_documents && out.len <= SUBJECT_BYTES; i++) {
		struct str name = said_document(&span->documents[i], arena);
		buf_add_cstr(&out, out.len ? "\n\n" : "");
		if (name.len && !subject_is_id(name)) {
			buf_add_str(&out, name);
			buf_add_char(&out, '\n');
		}
		buf_add_str(&out, subject_plain(span->documents[i].content, arena));
	}
	struct str answer = out.len ? arena_str(arena, subject_cut(buf_str(&out), arena)) : STR_NONE;
	buf_done(&out);
	return answer;
}

static bool has_asked(const struct subject_draft *d)
{
	return d->question.len || d->fields.n || d->turns.n;
}

void subject_take_span(struct subject_source *s, const struct span *span)
{
	struct subject_draft *d = &s->draft;
	if (!has_asked(d) && !subject_read_messages(d, span->messages, span->n_messages))
		subject_read_input(d, span->input);
	if (!s->answer.len)
		s->answer = subject_read_made(span->messages, span->n_messages, d->arena);
	if (!s->answer.len && span->n_documents && (span->kind == KIND_RETRIEVER || span->kind == KIND_RERANKER))
		s->answer = documents_answer(span, d->arena);
	else if (!s->answer.len)
		s->answer = subject_read_answer(d, span->output, d->arena);
	add_span_documents(d, span);
}

/* ---------------------------------------------------------------- some spans of a trace */

struct found {
	int64_t key, record;
};

/* Spans of two kinds in the first rows of a trace (last: in its last rows, from the end), before the row `before`. */
static bool find_spans(struct subject_source *s, int64_t trace, const enum span_kind kinds[2], bool last,
                       int64_t before, size_t most, struct found *out, size_t *n, struct err *err)
{
	struct stmt *q =
	    db_query(s->db,
	             "SELECT s.key, s.record, t.n > ?6 FROM trace t JOIN span s ON s.pos >= t.first +"
	             " CASE WHEN ?5 AND t.n > ?6 THEN t.n - ?6 ELSE 0 END AND s.pos < t.first + CASE WHEN ?5 THEN t.n "
	             "ELSE min(t.n, ?6) END"
	             " WHERE t.id = ?1 AND s.kind IN (?2, ?3) AND s.record > 0 AND (?4 < 0 OR s.pos < t.first + ?4)"
	             " ORDER BY CASE WHEN ?5 THEN -s.pos ELSE s.pos END LIMIT ?7",
	             err);
	enum step step;
	*n = 0;
	if (!q)
		return false;
	stmt_int(q, 1, trace);
	stmt_int(q, 2, kinds[0]);
	stmt_int(q, 3, kinds[1]);
	stmt_int(q, 4, before);
	stmt_int(q, 5, last);
	stmt_int(q, 6, SUBJECT_SPANS);
	stmt_int(q, 7, (int64_t)most);
	while ((step = stmt_step(q, err)) == STEP_ROW) {
		s->partial = s->partial || col_int_or(q, 2, 0);
		out[(*n)++] = (struct found){col_int(q, 0), col_int(q, 1)};
	}
	stmt_end(q);
	return step == STEP_DONE;
}

/* A record that no longer reads has said nothing; a store that fails is a failure. */
static bool read_span(struct subject_source *s, int64_t trace, struct found at, struct arena *arena,
                      struct span_detail *out, struct err *err)
{
	struct err trouble = ERR_INIT;
	if (span_detail(s->db, s->blocks, trace, at.key, at.record, arena, out, &trouble))
		return true;
	*out = (struct span_detail){.n_scores = 0};
	if (trouble.code != ERR_INTERRUPTED && trouble.code != ERR_STORE && trouble.code != ERR_SYSTEM &&
	    trouble.code != ERR_MEMORY)
		return true;
	*err = trouble;
	return false;
}

/* ---------------------------------------------------------------- question and answer */

static bool take_calls(struct subject_source *s, int64_t trace, bool answer, struct err *err)
{
	struct found calls[CALLS_READ];
	size_t n;
	bool ok = find_spans(s, trace, (const enum span_kind[]){KIND_LLM, KIND_AGENT}, answer, -1, CALLS_READ, calls,
	                     &n, err);
	for (size_t i = 0; ok && i < n && !(answer ? s->answer.len > 0 : has_asked(&s->draft)); i++) {
		struct span_detail detail;
		ok = read_span(s, trace, calls[i], s->draft.arena, &detail, err);
		if (!ok)
			break;
		struct subject_source one = {.draft = {.arena = s->draft.arena}};
		subject_take_span(&one, &detail.span);
		if (answer && !one.answer.len && detail.span.status == STATUS_ERROR)
			break; /* it was to answer, and did not */
		if (answer)
			s->answer = one.answer;
		else
			s->draft = one.draft;
	}
	return ok;
}

bool subject_take_trace(struct subject_source *s, int64_t trace, const struct span *root, struct err *err)
{
	if (root)
		subject_take_span(s, root);
	/* Calls of models without anything around them: the last has the answer. */
	if (root && root->kind == KIND_LLM) {
		struct str first = s->answer;
		s->answer = STR_NONE;
		if (!take_calls(s, trace, true, err))
			return false;
		s->answer = s->answer.len ? s->answer : first;
	}
	return (has_asked(&s->draft) || take_calls(s, trace, false, err)) &&
	       (s->answer.len || take_calls(s, trace, true, err));
}

static bool root_of(struct subject_source *s, int64_t trace, struct arena *arena, struct span_detail *out,
                    struct err *err)
{
	struct stmt *q = db_query(
	    s->db, "SELECT s.key, s.record FROM trace t JOIN span s ON s.pos = t.first WHERE t.id = ? AND t.n > 0",
	    err);
	struct found root = {0};
	*out = (struct span_detail){.n_scores = 0};
	if (!q)
		return false;
	stmt_int(q, 1, trace);
	enum step step = stmt_step(q, err);
	if (step == STEP_ROW)
		root = (struct found){col_int(q, 0), col_int_or(q, 1, 0)};
	stmt_end(q);
	return step != STEP_FAIL && (root.record <= 0 || read_span(s, trace, root, arena, out, err));
}

bool subject_take_root(struct subject_source *s, int64_t trace, struct err *err)
{
	struct span_detail root;
	return root_of(s, trace, s->draft.arena, &root, err) && subject_take_trace(s, trace, &root.span, err);
}

/* ---------------------------------------------------------------- documents */

static void add_output(struct subject_source *s, const struct span *span)
{
	struct subject_draft *d = &s->draft;
	size_t before = d->documents.n;
	if (!span->output.len || span->output.len > SUBJECT_JSON)
		return;
	struct str text = subject_read_answer(d, span->output, d->arena);
	if (d->documents.n == before)
		subject_add(d, &d->documents, span->tool_name.len ? span->tool_name : span->name, text);
}

bool subject_take_documents(struct subject_source *s, int64_t trace, int64_t before, struct err *err)
{
	static const enum span_kind kinds[2][2] = {
	    {KIND_RETRIEVER, KIND_RERANKER},
            {KIND_TOOL,      KIND_TOOL    }
        };
	struct found spans[RETRIEVALS_READ];
	size_t n;
	bool ok = true;
	for (int k = 0; ok && k < 2 && s->draft.documents.n == 0; k++) {
		ok = find_spans(s, trace, kinds[k], false, before, RETRIEVALS_READ, spans, &n, err);
		for (size_t i = 0; ok && i < n && s->draft.documents.n < SUBJECT_LIST; i++) {
			struct arena arena = ARENA_INIT;
			struct span_detail detail;
			ok = read_span(s, trace, spans[i], &arena, &detail, err);
			if (ok && detail.span.n_documents)
				add_span_documents(&s->draft, &detail.span);
			else if (ok)
				add_output(s, &detail.span);
			arena_done(&arena);
		}
	}
	return ok;
}

/* ---------------------------------------------------------------- the session */

static bool earlier(struct subject_source *s, int64_t trace, int64_t ids[TURNS_READ], size_t *n, int64_t *all,
                    struct err *err)
{
	struct stmt *q = db_query(s->db,
	                          "SELECT e.id, count(*) OVER () FROM trace t JOIN trace e ON e.session = t.session"
	                          " WHERE t.id = ?1 AND e.seen > 0 AND e.id <> t.id AND (e.start_ns < t.start_ns OR"
	                          " (e.start_ns = t.start_ns AND e.id < t.id))"
	                          " ORDER BY e.start_ns DESC, e.id DESC LIMIT ?2",
	                          err);
	enum step step;
	*n = 0;
	*all = 0;
	if (!q)
		return false;
	stmt_int(q, 1, trace);
	stmt_int(q, 2, TURNS_READ);
	while ((step = stmt_step(q, err)) == STEP_ROW) {
		ids[(*n)++] = col_int(q, 0);
		*all = col_int(q, 1);
	}
	stmt_end(q);
	return step == STEP_DONE;
}

bool subject_take_session(struct subject_source *s, int64_t trace, struct err *err)
{
	int64_t ids[TURNS_READ], all;
	size_t n;
	if (s->draft.turns.n > 0)
		return true; /* it tells the conversation itself */
	bool ok = earlier(s, trace, ids, &n, &all, err);
	if (ok && all > (int64_t)n)
		s->draft.turns.more += (size_t)(all - (int64_t)n) * 2;
	for (size_t i = n; ok && i-- > 0;) {
		struct arena arena = ARENA_INIT;
		struct subject_source one = {.db = s->db, .blocks = s->blocks, .draft = {.arena = &arena}};
		ok = subject_take_root(&one, ids[i], err);
		if (ok) {
			subject_add(&s->draft, &s->draft.turns, subject_role_name(ROLE_USER), one.draft.question);
			subject_add(&s->draft, &s->draft.turns, subject_role_name(ROLE_ASSISTANT), one.answer);
		}
		arena_done(&arena);
	}
	return ok;
}
