#include "store/query/session.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/span_row.h"

enum { RETRIEVALS_READ = 3 };

void session_done(struct session *s)
{
	arena_done(&s->arena);
	*s = (struct session){.arena = ARENA_INIT};
}

void session_turn_done(struct session_turn *t)
{
	arena_done(&t->arena);
	*t = (struct session_turn){.arena = ARENA_INIT};
}

/* ---------------------------------------------------------------- the session */

static int64_t add_known(int64_t sum, int64_t n)
{
	int64_t both;
	if (n == UNKNOWN_INT || sum == UNKNOWN_INT)
		return n == UNKNOWN_INT ? sum : n;
	return __builtin_add_overflow(sum, n, &both) ? INT64_MAX : both;
}

static double add_cost(double sum, double usd)
{
	if (IS_UNKNOWN(usd) || IS_UNKNOWN(sum))
		return IS_UNKNOWN(usd) ? sum : usd;
	return sum + usd;
}

/* Columns: id, start, duration, tokens in, out, cost, usage, spans, errors, llm, tools, status. */
static void add_turn(struct session *s, struct stmt *q, struct session_mark *m)
{
	const struct session_mark *before = s->n ? m - 1 : NULL;
	int64_t duration = col_int(q, 2), in = col_int(q, 3), out = col_int(q, 4);
	double cost = col_double(q, 5);
	*m = (struct session_mark){.trace = col_int(q, 0),
	                           .start_ns = col_int(q, 1),
	                           .end_ns = TIME_UNKNOWN,
	                           .gap_ns = TIME_UNKNOWN,
	                           .duration_ns = duration,
	                           .tokens = add_known(in, out),
	                           .cost = cost,
	                           .failed = col_int_or(q, 8, 0) > 0 || col_int_or(q, 11, 0) == STATUS_ERROR,
	                           .sum_tokens =
	                               add_known(before ? before->sum_tokens : UNKNOWN_INT, add_known(in, out)),
	                           .sum_cost = add_cost(before ? before->sum_cost : UNKNOWN_DOUBLE, cost)};
	s->about |= !IS_UNKNOWN(cost) && (col_int_or(q, 6, 0) & TRACE_COST_ESTIMATED);
	m->about = s->about;
	if (m->start_ns != TIME_UNKNOWN && s->last_ns != TIME_UNKNOWN &&
	    __builtin_sub_overflow(m->start_ns, s->last_ns, &m->gap_ns))
		m->gap_ns = TIME_UNKNOWN;
	if (m->start_ns != TIME_UNKNOWN) {
		if (__builtin_add_overflow(m->start_ns, duration > 0 ? duration : 0, &m->end_ns))
			m->end_ns = INT64_MAX;
		s->first_ns = s->first_ns == TIME_UNKNOWN ? m->start_ns : s->first_ns;
		s->last_ns = s->last_ns == TIME_UNKNOWN || m->end_ns > s->last_ns ? m->end_ns : s->last_ns;
	}
	s->busy_ns = add_known(s->busy_ns, duration);
	s->tokens_in = add_known(s->tokens_in, in);
	s->tokens_out = add_known(s->tokens_out, out);
	s->cost_usd = add_cost(s->cost_usd, cost);
	s->spans += col_int_or(q, 7, 0);
	s->errors += col_int_or(q, 8, 0);
	s->llm_calls += col_int_or(q, 9, 0);
	s->tool_calls += col_int_or(q, 10, 0);
	s->failed += m->failed;
}

#define TURN_COLUMNS                                                                                           \
	"SELECT id, start_ns, duration_ns, tokens_in, tokens_out, cost_usd, usage, spans, errors, llm_calls, " \
	"tool_calls,"                                                                                          \
	" status FROM trace "

static bool read_turns(struct db *db, struct session *s, struct stmt *q, struct err *err)
{
	VEC(struct session_mark) all = {0};
	enum step step;
	(void)db;
	while ((step = stmt_step(q, err)) == STEP_ROW) {
		s->total++;
		if (all.n == SESSION_TURNS)
			continue;
		struct session_mark *m = vec_add(&all);
		add_turn(s, q, m);
		s->n = all.n;
	}
	stmt_end(q);
	s->turns = arena_alloc(&s->arena, size_mul(all.n + 1, sizeof *s->turns));
	if (all.n)
		memcpy(s->turns, all.at, all.n * sizeof *s->turns);
	vec_done(&all);
	return step == STEP_DONE;
}

/* The word its traces name it by; 0: none. */
static bool session_word(struct db *db, int64_t trace, struct session *s, int64_t *word, struct err *err)
{
	struct stmt *q = db_query(
	    db, "SELECT t.session, w.text FROM trace t LEFT JOIN word w ON w.id = t.session WHERE t.id = ?", err);
	if (!q)
		return false;
	stmt_int(q, 1, trace);
	enum step step = stmt_step(q, err);
	*word = step == STEP_ROW ? col_int_or(q, 0, 0) : 0;
	if (step == STEP_ROW)
		s->text = arena_str(&s->arena, col_str(q, 1));
	stmt_end(q);
	if (step == STEP_DONE)
		return err_set(err, ERR_NOT_FOUND, NULL, "there is no such trace any more");
	return step == STEP_ROW;
}

static bool session_scores(struct db *db, struct session *s, struct err *err)
{
	struct score_row *all;
	size_t n, kept = 0;
	if (s->text.len == 0 || s->n == 0)
		return true;
	if (!span_scores(db, s->turns[0].trace, 0, true, &s->arena, &all, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (all[i].of_session)
			all[kept++] = all[i];
	s->scores = all;
	s->n_scores = kept;
	return true;
}

bool session_open(struct db *db, int64_t trace, struct session *out, struct err *err)
{
	int64_t word;
	*out = (struct session){.arena = ARENA_INIT,
	                        .first_ns = TIME_UNKNOWN,
	                        .last_ns = TIME_UNKNOWN,
	                        .busy_ns = UNKNOWN_INT,
	                        .tokens_in = UNKNOWN_INT,
	                        .tokens_out = UNKNOWN_INT,
	                        .cost_usd = UNKNOWN_DOUBLE};
	if (!session_word(db, trace, out, &word, err))
		return false;
	struct stmt *q =
	    word ? db_query(db, TURN_COLUMNS "WHERE session = ? AND seen > 0 ORDER BY start_ns IS NULL, start_ns, id",
	                    err)
	         : db_query(db, TURN_COLUMNS "WHERE id = ?", err);
	if (!q)
		return false;
	stmt_int(q, 1, word ? word : trace);
	return read_turns(db, out, q, err) && session_scores(db, out, err);
}

/* ---------------------------------------------------------------- by name */

/* Words that begin with `name` and that traces name as their session: the first of them, and how many (at most 6 are looked for). */
static bool find_word(struct db *db, struct str name, int64_t *trace, int *n, struct buf *names, struct err *err)
{
	struct buf after = BUF_INIT;
	buf_add_str(&after, name);
	buf_add_cstr(&after, "\xf4\x8f\xbf\xbf");
	struct stmt *q =
	    db_query(db,
	             "SELECT w.text, (SELECT t.id FROM trace t WHERE t.session = w.id AND t.seen > 0"
	             " ORDER BY t.start_ns LIMIT 1) AS first FROM word w WHERE w.text >= ?1 AND w.text <= ?2"
	             " AND first IS NOT NULL ORDER BY w.text = ?1 DESC, w.text LIMIT 6",
	             err);
	if (!q) {
		buf_done(&after);
		return false;
	}
	stmt_str(q, 1, name);
	stmt_str(q, 2, buf_str(&after));
	enum step step = STEP_DONE;
	bool exact = false;
	*n = 0;
	while (!exact && (step = stmt_step(q, err)) == STEP_ROW) {
		struct str text = col_str(q, 0);
		if ((*n)++ == 0)
			*trace = col_int(q, 1);
		exact = str_eq(col_plain(q, 0), name);
		buf_printf(names, "%s" STR_FMT, *n > 1 ? ", " : "", STR_ARG(str_cut(text, 0, 40)));
	}
	stmt_end(q);
	buf_done(&after);
	return step != STEP_FAIL;
}

bool session_find(struct db *db, struct str name, int64_t *trace, struct err *err)
{
	struct buf names = BUF_INIT;
	int n = 0;
	bool ok = name.len > 0;
	if (!ok)
		err_set(err, ERR_USAGE, NULL, "the session's id is missing");
	ok = ok && find_word(db, name, trace, &n, &names, err);
	if (ok && n > 1)
		ok = err_set(err, ERR_USAGE, NULL, "several sessions begin with \"" STR_FMT "\": %s%s",
		             STR_ARG(str_cut(name, 0, 80)), buf_cstr(&names), n > 5 ? ", …" : "");
	if (ok && n == 0) {
		struct err of_trace = ERR_INIT;
		ok = traces_find(db, name, trace, &of_trace);
		if (!ok && of_trace.code == ERR_NOT_FOUND)
			err_set(err, ERR_NOT_FOUND, NULL,
			        "no session and no trace has an id that begins with \"" STR_FMT "\"",
			        STR_ARG(str_cut(name, 0, 80)));
		else if (!ok)
			*err = of_trace;
	}
	buf_done(&names);
	return ok;
}

/* ---------------------------------------------------------------- what was done in a turn */

/* The calls of the model are counted in the trace's row, and what only holds others together says nothing of itself. */
static bool is_step(enum span_kind kind, int depth)
{
	switch (kind) {
	case KIND_TOOL:
	case KIND_RETRIEVER:
	case KIND_RERANKER:
	case KIND_GUARDRAIL:
	case KIND_EVALUATOR: return true;
	case KIND_AGENT: return depth > 0; /* one that was handed something */
	case KIND_SPAN:
	case KIND_CHAIN:
	case KIND_LLM:
	case KIND_EMBEDDING:
	case KIND_PROMPT:
	case KIND_PARSER:
	case KIND_TASK:
	case N_KINDS: break;
	}
	return false;
}

struct looking {
	struct session_turn *turn;
	VEC(struct session_step) steps;
	VEC(struct session_call) calls;
	VEC(int64_t) arguments[SESSION_STEPS]; /* hashes of each step's arguments, a few */
	int64_t retrievals[RETRIEVALS_READ], retrieval_records[RETRIEVALS_READ];
	size_t retrieval_steps[RETRIEVALS_READ], n_retrievals;
	int64_t root, root_record, first_llm, first_llm_record, last_llm, last_llm_record;
	bool has_root, has_llm;
};

static void note_arguments(struct looking *l, size_t step, int64_t hash)
{
	if (hash == 0 || hash == UNKNOWN_INT)
		return;
	for (size_t i = 0; i < l->arguments[step].n; i++)
		if (l->arguments[step].at[i] == hash)
			l->steps.at[step].same = true;
	if (l->arguments[step].n < SESSION_STEPS)
		*vec_add(&l->arguments[step]) = hash;
}

/* Columns: key, depth, kind, status, start, duration, name, input hash, record, message, flags. */
static void look_at(struct looking *l, struct stmt *q)
{
	int64_t number = col_int_or(q, 2, 0), key = col_int(q, 0), record = col_int_or(q, 8, 0);
	enum span_kind kind = number >= 0 && number < N_KINDS ? (enum span_kind)number : KIND_SPAN;
	bool failed = col_int_or(q, 3, 0) == STATUS_ERROR;
	struct arena *arena = &l->turn->arena;
	if (!l->has_root && !(col_int_or(q, 10, 0) & SPAN_SYNTHETIC)) {
		l->root = key;
		l->root_record = record;
		l->has_root = true;
	}
	if (kind == KIND_LLM) {
		l->first_llm = l->has_llm ? l->first_llm : key;
		l->first_llm_record = l->has_llm ? l->first_llm_record : record;
		l->last_llm = key;
		l->last_llm_record = record;
		l->has_llm = true;
	}
	if (!is_step(kind, (int)col_int_or(q, 1, 0)))
		return;
	struct str name = col_str(q, 6);
	size_t i = 0;
	while (i < l->steps.n && (l->steps.at[i].kind != kind || !str_eq(l->steps.at[i].name, name)))
		i++;
	if (i == l->steps.n && i < SESSION_STEPS)
		*vec_add(&l->steps) = (struct session_step){.kind = kind,
		                                            .name = arena_str(arena, name),
		                                            .duration_ns = UNKNOWN_INT,
		                                            .span = key,
		                                            .documents = -1};
	if (i < l->steps.n) {
		struct session_step *step = &l->steps.at[i];
		step->n++;
		step->errors += failed;
		step->duration_ns = add_known(step->duration_ns, col_int(q, 5));
		note_arguments(l, i, col_int_or(q, 7, 0));
		if (kind == KIND_RETRIEVER && l->n_retrievals < RETRIEVALS_READ) {
			l->retrievals[l->n_retrievals] = key;
			l->retrieval_records[l->n_retrievals] = record;
			l->retrieval_steps[l->n_retrievals++] = i;
		}
	}
	if (!l->turn->whole)
		return;
	if (l->calls.n == SESSION_CALLS) {
		l->turn->more_calls++;
		return;
	}
	*vec_add(&l->calls) = (struct session_call){
	    .kind = kind,
	    .name = i < l->steps.n ? l->steps.at[i].name : arena_str(arena, name),
	    .message = arena_str(arena, failed ? col_str(q, 9) : STR_NONE),
	    .status = failed ? STATUS_ERROR : (enum span_status)col_int_or(q, 3, 0),
	    .span = key,
	    .start_ns = col_int(q, 4),
	    .duration_ns = col_int(q, 5),
	};
}

static bool look_at_spans(struct db *db, struct looking *l, struct err *err)
{
	const struct trace_row *row = &l->turn->row;
	struct stmt *q =
	    db_query(db,
	             "SELECT s.key, s.depth, s.kind, s.status, s.start_ns, s.duration_ns,"
	             " (SELECT text FROM word WHERE id = s.name), s.input_hash, s.record, s.message, s.flags"
	             " FROM span s WHERE s.pos >= ?1 AND s.pos < ?2 ORDER BY s.pos",
	             err);
	if (!q)
		return false;
	int64_t n = row->n < SESSION_SPANS ? row->n : SESSION_SPANS;
	stmt_int(q, 1, row->first);
	stmt_int(q, 2, row->first + n);
	enum step step;
	while ((step = stmt_step(q, err)) == STEP_ROW) {
		l->turn->looked_at++;
		look_at(l, q);
	}
	stmt_end(q);
	return step == STEP_DONE;
}

/* How many documents came: the records of the first few retrievals say it. */
static bool count_documents(struct db *db, struct block_cache *blocks, struct looking *l, struct err *err)
{
	for (size_t i = 0; i < l->n_retrievals; i++) {
		struct session_step *step = &l->steps.at[l->retrieval_steps[i]];
		struct arena arena = ARENA_INIT;
		struct span_detail detail;
		bool ok = span_detail(db, blocks, l->turn->row.id, l->retrievals[i], l->retrieval_records[i], &arena,
		                      &detail, err);
		if (ok && step->n <= RETRIEVALS_READ && detail.span.n_documents)
			step->documents =
			    (step->documents < 0 ? 0 : step->documents) + (int64_t)detail.span.n_documents;
		arena_done(&arena);
		if (!ok)
			return false;
	}
	return true;
}

void session_step_words(struct buf *out, const struct session_step *step, bool ascii)
{
	if (step->name.len)
		buf_add_str(out, step->name);
	else
		buf_add_cstr(out, kind_name(step->kind));
	if (step->n > 1)
		buf_printf(out, " %s%lld", ascii ? "x" : "×", (long long)step->n);
	if (step->same)
		buf_add_cstr(out, " !same");
	if (step->documents >= 0)
		buf_printf(out, " %lld document%s", (long long)step->documents, step->documents == 1 ? "" : "s");
	if (step->errors)
		buf_printf(out, "%s %lld failed", step->n > 1 || step->documents >= 0 ? "," : "",
		           (long long)step->errors);
}

void session_gap_words(struct buf *out, int64_t gap_ns, bool ascii)
{
	if (gap_ns == TIME_UNKNOWN)
		return;
	if (gap_ns < 0) {
		buf_add_cstr(out, "while the one before ran");
	} else if (gap_ns < 1000000000) {
		buf_add_cstr(out, "at once");
	} else {
		units_duration(out, gap_ns, ascii);
		buf_add_cstr(out, " later");
	}
}

/* ---------------------------------------------------------------- what was said */

static struct str without_role(struct str text, const char *role)
{
	return str_starts(text, role) ? str_from(text, strlen(role)) : text;
}

/* The texts of a message, one below the other. */
static void add_message(struct buf *out, const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++)
		if (m->parts[i].type == PART_TEXT && m->parts[i].text.len) {
			buf_add_cstr(out, out->len ? "\n" : "");
			buf_add_str(out, m->parts[i].text);
		}
}

/* The last message of the user that went in, or of the assistant that came out; else the whole input or output. */
static void said_in(const struct span *span, bool answer, struct buf *out)
{
	for (size_t i = span->n_messages; i-- > 0 && out->len == 0;) {
		const struct message *m = &span->messages[i];
		if (answer ? m->output : (!m->output && str_is(m->role, "user")))
			add_message(out, m);
	}
	if (out->len == 0)
		buf_add_str(out,
		            answer ? without_role(span->output, "assistant: ") : without_role(span->input, "user: "));
}

/* From the first of these spans that has it. The preview stays where none does. */
static bool read_said(struct db *db, struct block_cache *blocks, struct session_turn *t, bool answer,
                      const int64_t keys[2], const int64_t records[2], struct err *err)
{
	for (int i = 0; i < 2; i++) {
		struct arena arena = ARENA_INIT;
		struct span_detail detail;
		struct buf text = BUF_INIT;
		if (keys[i] == 0 && records[i] == 0)
			continue;
		bool ok = span_detail(db, blocks, t->row.id, keys[i], records[i], &arena, &detail, err);
		if (ok)
			said_in(&detail.span, answer, &text);
		struct str said = str_cut(str_trim(buf_str(&text)), 0, SESSION_TEXT);
		bool found = ok && said.len > 0;
		if (found) {
			*(answer ? &t->answer : &t->user) = arena_str(&t->arena, said);
			*(answer ? &t->answer_span : &t->user_span) = keys[i];
			*(answer ? &t->answer_id : &t->user_id) = arena_str(&t->arena, detail.span.id);
		}
		buf_done(&text);
		arena_done(&arena);
		if (!ok || found)
			return ok;
	}
	return true;
}

static bool read_texts(struct db *db, struct block_cache *blocks, struct looking *l, struct err *err)
{
	int64_t asks[2] = {l->root, l->first_llm}, asks_at[2] = {l->root_record, l->first_llm_record};
	int64_t answers[2] = {l->root, l->last_llm}, answers_at[2] = {l->root_record, l->last_llm_record};
	return read_said(db, blocks, l->turn, false, asks, asks_at, err) &&
	       read_said(db, blocks, l->turn, true, answers, answers_at, err);
}

static void keep(struct looking *l)
{
	struct session_turn *t = l->turn;
	t->n_steps = l->steps.n;
	t->steps = arena_zalloc(&t->arena, t->n_steps + 1, sizeof *t->steps);
	if (t->n_steps)
		memcpy(t->steps, l->steps.at, t->n_steps * sizeof *t->steps);
	t->n_calls = l->calls.n;
	t->calls = arena_zalloc(&t->arena, t->n_calls + 1, sizeof *t->calls);
	if (t->n_calls)
		memcpy(t->calls, l->calls.at, t->n_calls * sizeof *t->calls);
	vec_done(&l->steps);
	vec_done(&l->calls);
	for (size_t i = 0; i < SESSION_STEPS; i++)
		vec_done(&l->arguments[i]);
}

bool session_turn(struct db *db, struct block_cache *blocks, int64_t trace, bool whole, struct session_turn *out,
                  struct err *err)
{
	struct looking *l = xcalloc(1, sizeof *l);
	*out = (struct session_turn){.arena = ARENA_INIT, .whole = whole};
	l->turn = out;
	bool ok = traces_get(db, trace, &out->arena, &out->row, err);
	if (ok) {
		out->user = without_role(out->row.input, "user: ");
		out->answer = without_role(out->row.output, "assistant: ");
	}
	ok = ok && look_at_spans(db, l, err) && count_documents(db, blocks, l, err);
	ok = ok && (!whole || read_texts(db, blocks, l, err));
	keep(l);
	free(l);
	return ok;
}
