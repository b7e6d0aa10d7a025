/* Eval runs and case results, as they come. */
#include "store/ingest_cases.h"

static int64_t word_id(const struct batch *b, uint32_t i)
{
	return i ? (int64_t)b->words.at[i].id : UNKNOWN_INT;
}

/* ---------------------------------------------------------------- runs */

static bool ensure_run(struct writer *w, struct batch_run *run, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT id, seen FROM run WHERE key = ?", err);
	if (!s)
		return false;
	struct str key = {(const char *)run->key.byte, sizeof run->key.byte};
	stmt_blob_static(s, 1, key);
	enum step step = stmt_step(s, err);
	run->id = step == STEP_ROW ? col_int(s, 0) : 0;
	int64_t seen = step == STEP_ROW ? col_int_or(s, 1, 0) : 0;
	stmt_end(s);
	if (step == STEP_FAIL)
		return false;
	w->held.runs += seen != w->source;
	if (run->id)
		return seen == w->source ||
		       WRITER_RUN(w, err, "UPDATE run SET seen = ? WHERE id = ?", w->source, run->id);
	w->fresh.runs++;
	s = db_query(w->db, "INSERT INTO run(key, text, source, seen, dirty) VALUES(?,?,?,?,1)", err);
	if (!s)
		return false;
	stmt_blob_static(s, 1, key);
	stmt_str_static(s, 2, run->text);
	stmt_int(s, 3, w->source);
	stmt_int(s, 4, w->source);
	if (!stmt_run(s, err))
		return false;
	run->id = db_last_rowid(w->db);
	return true;
}

/* Of two texts that contradict, the longer, which says more (a run's configuration while it goes on, and at its end), of equal ones that with
 * the larger hash: so the order of arrival cannot matter. */
static bool beats(struct str offered, struct str have)
{
	if (!offered.ptr || !have.ptr)
		return offered.ptr != NULL;
	if (offered.len != have.len)
		return offered.len > have.len;
	uint64_t a = hash64(offered), b = hash64(have);
	return a != b ? a > b : str_cmp(offered, have) > 0;
}

static bool merge_text(struct writer *w, int64_t run, const char *get, const char *set, struct str offered,
                       struct err *err)
{
	if (!offered.ptr)
		return true;
	struct stmt *s = db_query(w->db, get, err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step = stmt_step(s, err);
	bool wins = step == STEP_ROW && beats(offered, col_str(s, 0));
	stmt_end(s);
	if (!wins)
		return step != STEP_FAIL;
	s = db_query(w->db, set, err);
	if (!s)
		return false;
	stmt_str_static(s, 1, offered);
	stmt_int(s, 2, run);
	return stmt_run(s, err);
}

/* The same for an id: what it stands for is compared as text. */
static bool merge_id(struct writer *w, int64_t run, const char *get, const char *set, int64_t id, struct str offered,
                     struct err *err)
{
	if (id == UNKNOWN_INT)
		return true;
	struct stmt *s = db_query(w->db, get, err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step = stmt_step(s, err);
	bool wins = step == STEP_ROW && col_int(s, 1) != id && beats(offered, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL && (!wins || WRITER_RUN(w, err, set, id, run));
}

static bool merge_words(struct writer *w, const struct batch *b, int64_t run, const struct batch_run_said *said,
                        struct err *err)
{
	const struct {
		const char *get, *set;
		uint32_t word;
	} fields[] = {
	    {"SELECT word.text, dataset FROM run LEFT JOIN word ON word.id = dataset WHERE run.id = ?",
	     "UPDATE run SET dataset = ? WHERE id = ?",  said->dataset },
	    {"SELECT word.text, model FROM run LEFT JOIN word ON word.id = model WHERE run.id = ?",
	     "UPDATE run SET model = ? WHERE id = ?",    said->model   },
	    {"SELECT word.text, provider FROM run LEFT JOIN word ON word.id = provider WHERE run.id = ?",
	     "UPDATE run SET provider = ? WHERE id = ?", said->provider},
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct batch_word *word = &b->words.at[fields[i].word];
		if (!merge_id(w, run, fields[i].get, fields[i].set, word_id(b, fields[i].word), word->text, err))
			return false;
	}
	return true;
}

static bool merge_prompt(struct writer *w, const struct batch *b, int64_t run, uint32_t prompt, struct err *err)
{
	if (!prompt)
		return true;
	const struct batch_prompt *p = &b->prompts.at[prompt];
	struct buf text = BUF_INIT;
	buf_add_str(&text, b->words.at[p->name].text);
	buf_add_char(&text, '\n');
	buf_add_str(&text, p->version);
	buf_add_char(&text, '\n');
	if (p->has_text)
		hash_hex(&text, p->hash, sizeof p->hash);
	bool ok = merge_id(w, run,
	                   "SELECT w.text || char(10) || p.version || char(10) || lower(hex(p.hash)), run.prompt"
	                   " FROM run LEFT JOIN prompt p ON p.id = run.prompt LEFT JOIN word w ON w.id = p.name"
	                   " WHERE run.id = ?",
	                   "UPDATE run SET prompt = ? WHERE id = ?", p->id, buf_str(&text), err);
	buf_done(&text);
	return ok;
}

static bool merge_run(struct writer *w, const struct batch *b, const struct batch_run_said *said, struct err *err)
{
	int64_t run = b->runs.at[said->run].id;
	if (!merge_text(w, run, "SELECT name FROM run WHERE id = ?", "UPDATE run SET name = ? WHERE id = ?", said->name,
	                err) ||
	    !merge_text(w, run, "SELECT config FROM run WHERE id = ?", "UPDATE run SET config = ? WHERE id = ?",
	                said->config, err) ||
	    !merge_words(w, b, run, said, err) || !merge_prompt(w, b, run, said->prompt, err))
		return false;
	if (said->created_ns != TIME_UNKNOWN &&
	    !WRITER_RUN(w, err, "UPDATE run SET created_ns = min(ifnull(created_ns, ?1), ?1) WHERE id = ?2",
	                said->created_ns, run))
		return false;
	for (uint32_t i = 0; i < said->n_metrics; i++) {
		const struct batch_metric *m = &b->metrics.at[said->first_metric + i];
		struct stmt *s = db_query(w->db,
		                          "INSERT INTO run_metric(run, name, value) VALUES(?,?,?)"
		                          " ON CONFLICT(run, name) DO UPDATE SET value = max(value, excluded.value)",
		                          err);
		if (!s)
			return false;
		stmt_int(s, 1, run);
		stmt_int(s, 2, word_id(b, m->name));
		stmt_double(s, 3, m->value);
		if (!stmt_run(s, err))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- case results */

bool cases_key_id(struct writer *w, struct str text, int64_t *id, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT id FROM case_key WHERE text = ?", err);
	if (!s)
		return false;
	stmt_str_static(s, 1, text);
	enum step step = stmt_step(s, err);
	*id = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	if (*id || step == STEP_FAIL)
		return step != STEP_FAIL;
	s = db_query(w->db, "INSERT INTO case_key(text) VALUES(?)", err);
	if (!s)
		return false;
	stmt_str_static(s, 1, text);
	if (!stmt_run(s, err))
		return false;
	*id = db_last_rowid(w->db);
	return true;
}

static bool write_case_scores(struct writer *w, const struct batch *b, const struct batch_case *c, struct case_place at,
                              struct err *err)
{
	if (!WRITER_RUN(w, err, "DELETE FROM case_score WHERE run = ? AND case_id = ? AND repeat = ?", at.run, at.key,
	                at.repeat))
		return false;
	for (uint32_t i = 0; i < c->n_scores; i++) {
		const struct batch_case_score *score = &b->case_scores.at[c->first_score + i];
		struct stmt *s = db_query(w->db,
		                          "INSERT INTO case_score(run, case_id, repeat, name, n, value, label, pass,"
		                          " threshold, from_, judge) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
		                          err);
		if (!s)
			return false;
		stmt_int(s, 1, at.run);
		stmt_int(s, 2, at.key);
		stmt_int(s, 3, at.repeat);
		stmt_int(s, 4, word_id(b, score->name));
		stmt_int(s, 5, score->n);
		stmt_double(s, 6, score->value);
		stmt_str_static(s, 7, score->label);
		stmt_int(s, 8, score->pass < 0 ? UNKNOWN_INT : score->pass);
		stmt_double(s, 9, score->threshold);
		stmt_int(s, 10, score->from);
		stmt_int(s, 11, word_id(b, score->judge));
		if (!stmt_run(s, err))
			return false;
	}
	return true;
}

static bool write_case_row(struct writer *w, const struct batch *b, const struct batch_case *c, struct case_place at,
                           int64_t base, struct err *err)
{
	struct stmt *s =
	    db_query(w->db,
	             "INSERT OR REPLACE INTO case_result(run, case_id, repeat, base, status, title, ord,"
	             " input_hash, expected_hash, output_hash, latency_ns, cost_usd, tokens_in, tokens_out,"
	             " trace, record, hash, source, variant) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.key);
	stmt_int(s, 3, at.repeat);
	stmt_int(s, 4, base);
	stmt_int(s, 5, c->status);
	stmt_str_static(s, 6, c->title);
	stmt_int(s, 7, c->order);
	const uint64_t hashes[] = {c->input_hash, c->expected_hash, c->output_hash};
	for (int i = 0; i < 3; i++)
		stmt_int(s, 8 + i, hashes[i] ? (int64_t)hashes[i] : UNKNOWN_INT);
	stmt_int(s, 11, c->latency_ns);
	stmt_double(s, 12, c->cost_usd);
	stmt_int(s, 13, c->tokens_in);
	stmt_int(s, 14, c->tokens_out);
	stmt_blob_static(s, 15,
	                 c->has_trace ? (struct str){(const char *)c->trace.byte, sizeof c->trace.byte} : STR_NONE);
	stmt_int(s, 16, (int64_t)c->record);
	stmt_int(s, 17, (int64_t)c->hash);
	stmt_int(s, 18, w->source);
	stmt_int(s, 19, c->variant ? (int64_t)c->variant : UNKNOWN_INT);
	return stmt_run(s, err) && write_case_scores(w, b, c, at, err);
}

void cases_count(struct writer *w, int64_t scores, bool fresh)
{
	w->held.cases++;
	w->held.scores += scores;
	if (fresh) {
		w->fresh.cases++;
		w->fresh.scores += scores;
	}
}

bool cases_conflict(struct writer *w, struct str key, struct err *err)
{
	return writer_problem_fmt(w, SEVERITY_WARNING, "conflict", key, "one is shown, both raw records are kept", err,
	                          "two results of one case of this run say different things");
}

struct there { /* what a place holds already */
	bool taken;
	int64_t hash, source, order;
};

static bool look(struct writer *w, struct case_place at, struct there *there, struct err *err)
{
	struct stmt *s = db_query(
	    w->db, "SELECT hash, source, ord FROM case_result WHERE run = ? AND case_id = ? AND repeat = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.key);
	stmt_int(s, 3, at.repeat);
	enum step step = stmt_step(s, err);
	*there = (struct there){.taken = step == STEP_ROW};
	if (there->taken) {
		there->hash = col_int_or(s, 0, 0);
		there->source = col_int_or(s, 1, 0);
		there->order = col_int(s, 2);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool waiting_place(struct writer *w, struct case_place *at, struct err *err)
{
	struct stmt *s =
	    db_query(w->db, "SELECT min(repeat) FROM case_result WHERE run = ? AND case_id = ? AND repeat > ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, at->run);
	stmt_int(s, 2, at->key);
	stmt_int(s, 3, MOVED);
	enum step step = stmt_step(s, err);
	int64_t lowest = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	at->repeat = (lowest < 0 ? lowest : 0) - 1;
	return step != STEP_FAIL;
}

bool cases_count_scores(struct writer *w, struct case_place at, int64_t *n, struct err *err)
{
	struct stmt *s =
	    db_query(w->db, "SELECT count(*) FROM case_score WHERE run = ? AND case_id = ? AND repeat = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.key);
	stmt_int(s, 3, at.repeat);
	bool ok = stmt_step(s, err) == STEP_ROW;
	*n = ok ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	return ok;
}

bool cases_claim(struct writer *w, struct case_place at, int64_t source, struct err *err)
{
	int64_t scores;
	if (source == w->source)
		return true;
	if (!cases_count_scores(w, at, &scores, err))
		return false;
	cases_count(w, scores, false);
	return WRITER_RUN(w, err, "UPDATE case_result SET source = ? WHERE run = ? AND case_id = ? AND repeat = ?",
	                  w->source, at.run, at.key, at.repeat);
}

/* Of two results for one place the one with the larger hash stays. */
static bool write_conflict(struct writer *w, const struct batch *b, const struct batch_case *c, struct case_place at,
                           const struct there *there, struct err *err)
{
	int64_t scores;
	if (!cases_conflict(w, c->key, err) || !cases_claim(w, at, there->source, err))
		return false;
	if (c->hash < (uint64_t)there->hash)
		return true;
	if (!cases_count_scores(w, at, &scores, err))
		return false;
	w->held.scores += (int64_t)c->n_scores - scores;
	w->fresh.scores += (int64_t)c->n_scores - scores;
	return write_case_row(w, b, c, at, UNKNOWN_INT, err);
}

static bool write_case(struct writer *w, const struct batch *b, const struct batch_case *c, struct err *err)
{
	struct case_place at = {.run = b->runs.at[c->run].id, .repeat = c->repeat};
	struct there there;
	if (!cases_key_id(w, c->key, &at.key, err) || !look(w, at, &there, err))
		return false;
	if (!there.taken) {
		cases_count(w, c->n_scores, true);
		return write_case_row(w, b, c, at, UNKNOWN_INT, err);
	}
	bool same_order = there.order == c->order;
	if (there.hash == (int64_t)c->hash && same_order)
		return cases_claim(w, at, there.source, err);
	if (!c->has_repeat && (!same_order || c->order == UNKNOWN_INT)) {
		struct case_place waiting = at;
		return waiting_place(w, &waiting, err) && write_case_row(w, b, c, waiting, at.key, err);
	}
	return write_conflict(w, b, c, at, &there, err);
}

bool cases_write(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->runs.n; i++)
		if (!ensure_run(w, &b->runs.at[i], err))
			return false;
	for (size_t i = 0; i < b->run_said.n; i++) {
		if (!merge_run(w, b, &b->run_said.at[i], err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	uint32_t marked = SETTLE_NONE;
	for (size_t i = 0; i < b->cases.n; i++) {
		const struct batch_case *c = &b->cases.at[i];
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
		if (c->run != marked &&
		    !WRITER_RUN(w, err, "UPDATE run SET dirty = 1 WHERE id = ? AND dirty = 0", b->runs.at[c->run].id))
			return false;
		marked = c->run;
		if (!write_case(w, b, c, err))
			return false;
	}
	return true;
}

bool cases_finish(struct writer *w, struct err *err)
{
	return writer_begin(w, err) && cases_settle_places(w, err) && cases_roll_up(w, err);
}
