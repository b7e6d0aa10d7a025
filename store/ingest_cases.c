/* Eval runs and case results.
 *
 * Rows of one key without a repeat are told apart by their position in the dataset: the first keeps the key, the others become KEY#1,
 * KEY#2, … . Which one is first is only known at the end, so all but the first to arrive wait under negative repeats until the
 * source has ended; then the group gets its places anew. The order of arrival leaves no trace. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/ingest_private.h"

/* Repeats of rows that wait: from -1 down, not yet counted; from MOVED down, counted, on the way to another place. */
#define MOVED (-((int64_t)1 << 40))

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

/* Of two texts that contradict, the one with the larger hash, so that the order of arrival cannot matter. */
static bool beats(struct str offered, struct str have)
{
	if (!offered.ptr || !have.ptr)
		return offered.ptr != NULL;
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
	bool wins = stmt_step(s, err) == STEP_ROW && beats(offered, col_str(s, 0));
	stmt_end(s);
	if (!wins)
		return true;
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
	bool wins = stmt_step(s, err) == STEP_ROW && col_int(s, 1) != id && beats(offered, col_str(s, 0));
	stmt_end(s);
	return !wins || WRITER_RUN(w, err, set, id, run);
}

static bool merge_words(struct writer *w, const struct batch *b, int64_t run, const struct batch_run_said *said,
                        struct err *err)
{
	const struct {
		const char *get, *set;
		uint32_t word;
	} fields[] = {
	    {"SELECT word.text, dataset FROM run LEFT JOIN word ON word.id = dataset WHERE run.id = ?",
	     "UPDATE run SET dataset = ? WHERE id = ?", said->dataset},
	    {"SELECT word.text, model FROM run LEFT JOIN word ON word.id = model WHERE run.id = ?",
	     "UPDATE run SET model = ? WHERE id = ?", said->model},
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

static bool key_id(struct writer *w, struct str text, int64_t *id, struct err *err)
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

struct place { /* of a case result */
	int64_t run, key, repeat;
};

static bool write_case_scores(struct writer *w, const struct batch *b, const struct batch_case *c, struct place at,
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

static bool write_case_row(struct writer *w, const struct batch *b, const struct batch_case *c, struct place at,
                           int64_t base, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "INSERT OR REPLACE INTO case_result(run, case_id, repeat, base, status, title, ord,"
	                          " input_hash, expected_hash, output_hash, latency_ns, cost_usd, tokens_in, tokens_out,"
	                          " trace, record, hash, source) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
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
	return stmt_run(s, err) && write_case_scores(w, b, c, at, err);
}

static void count_case(struct writer *w, int64_t scores, bool fresh)
{
	w->held.cases++;
	w->held.scores += scores;
	if (fresh) {
		w->fresh.cases++;
		w->fresh.scores += scores;
	}
}

static bool report_conflict(struct writer *w, struct str key, struct err *err)
{
	return writer_problem_fmt(w, SEVERITY_WARNING, "conflict", key, "one is shown, both raw records are kept", err,
	                          "two results of one case of this run say different things");
}

struct there { /* what a place holds already */
	bool taken;
	int64_t hash, source, order;
};

static bool look(struct writer *w, struct place at, struct there *there, struct err *err)
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

static bool waiting_place(struct writer *w, struct place *at, struct err *err)
{
	struct stmt *s = db_query(
	    w->db, "SELECT min(repeat) FROM case_result WHERE run = ? AND case_id = ? AND repeat > ?", err);
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

static bool count_scores(struct writer *w, struct place at, int64_t *n, struct err *err)
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

/* What is there is now held by the source at work, too. */
static bool claim_case(struct writer *w, struct place at, int64_t source, struct err *err)
{
	int64_t scores;
	if (source == w->source)
		return true;
	if (!count_scores(w, at, &scores, err))
		return false;
	count_case(w, scores, false);
	return WRITER_RUN(w, err, "UPDATE case_result SET source = ? WHERE run = ? AND case_id = ? AND repeat = ?",
	                  w->source, at.run, at.key, at.repeat);
}

/* Of two results for one place the one with the larger hash stays. */
static bool write_conflict(struct writer *w, const struct batch *b, const struct batch_case *c, struct place at,
                           const struct there *there, struct err *err)
{
	int64_t scores;
	if (!report_conflict(w, c->key, err) || !claim_case(w, at, there->source, err))
		return false;
	if (c->hash < (uint64_t)there->hash)
		return true;
	if (!count_scores(w, at, &scores, err))
		return false;
	w->held.scores += (int64_t)c->n_scores - scores;
	w->fresh.scores += (int64_t)c->n_scores - scores;
	return write_case_row(w, b, c, at, UNKNOWN_INT, err);
}

static bool write_case(struct writer *w, const struct batch *b, const struct batch_case *c, struct err *err)
{
	struct place at = {.run = b->runs.at[c->run].id, .repeat = c->repeat};
	struct there there;
	if (!key_id(w, c->key, &at.key, err) || !look(w, at, &there, err))
		return false;
	if (!there.taken) {
		count_case(w, c->n_scores, true);
		return write_case_row(w, b, c, at, UNKNOWN_INT, err);
	}
	bool same_order = there.order == c->order;
	if (there.hash == (int64_t)c->hash && same_order)
		return claim_case(w, at, there.source, err);
	if (!c->has_repeat && (!same_order || c->order == UNKNOWN_INT)) {
		struct place waiting = at;
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
		if (c->run != marked && !WRITER_RUN(w, err, "UPDATE run SET dirty = 1 WHERE id = ? AND dirty = 0",
		                                    b->runs.at[c->run].id))
			return false;
		marked = c->run;
		if (!write_case(w, b, c, err))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- places of rows of one key */

struct member {
	struct place at;
	int64_t order, source;
	uint64_t hash;
	bool counted, gone;
};

struct group {
	int64_t run, base;
	VEC(struct member) members;
};

static int by_order(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;
	bool a_unknown = a->order == UNKNOWN_INT, b_unknown = b->order == UNKNOWN_INT;
	if (a_unknown != b_unknown)
		return a_unknown ? 1 : -1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash > b->hash ? -1 : 1;
	return a->at.repeat > b->at.repeat ? -1 : a->at.repeat < b->at.repeat; /* settled ones before those that wait */
}

static bool is_waiting(int64_t repeat)
{
	return repeat < 0 && repeat > MOVED;
}

static bool load_members(struct writer *w, struct group *g, const char *sql, struct err *err)
{
	struct stmt *s = db_query(w->db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, g->run);
	stmt_int(s, 2, g->base);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&g->members) = (struct member){
		    .at = {g->run, col_int(s, 0), col_int_or(s, 1, 0)},
		    .order = col_int(s, 2),
		    .hash = (uint64_t)col_int_or(s, 3, 0),
		    .source = col_int_or(s, 4, 0),
		    .counted = !is_waiting(col_int_or(s, 1, 0)),
		};
	stmt_end(s);
	return step == STEP_DONE;
}

static bool drop_member(struct writer *w, struct member *m, struct err *err)
{
	m->gone = true;
	return WRITER_RUN(w, err, "DELETE FROM case_score WHERE run = ? AND case_id = ? AND repeat = ?", m->at.run,
	                  m->at.key, m->at.repeat) &&
	       WRITER_RUN(w, err, "DELETE FROM case_result WHERE run = ? AND case_id = ? AND repeat = ?", m->at.run,
	                  m->at.key, m->at.repeat);
}

/* One row of a position stays (the larger hash), the other goes. A place is counted once for each source that holds it. */
static bool merge_member(struct writer *w, struct member *stays, struct member *m, struct err *err)
{
	int64_t mine, other;
	if (!count_scores(w, stays->at, &mine, err) || !count_scores(w, m->at, &other, err))
		return false;
	if (stays->hash != m->hash && !report_conflict(w, STR_NONE, err))
		return false;
	if (m->counted && !stays->counted) {
		if (m->source == w->source) {
			w->held.scores += mine - other;
			w->fresh.scores += mine - other;
		} else {
			count_case(w, mine, false);
		}
		stays->counted = true;
	} else if (stays->counted && m->source == w->source) {
		if (!claim_case(w, stays->at, stays->source, err))
			return false;
		stays->source = w->source;
	}
	return drop_member(w, m, err);
}

static bool drop_repeats(struct writer *w, struct group *g, struct err *err)
{
	struct member *stays = NULL;
	for (size_t i = 0; i < g->members.n; i++) {
		struct member *m = &g->members.at[i];
		bool same = stays && stays->order == m->order && (m->order != UNKNOWN_INT || stays->hash == m->hash);
		if (!same) {
			stays = m;
			continue;
		}
		if (!merge_member(w, stays, m, err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

static bool move(struct writer *w, struct member *m, struct place to, int64_t base, struct err *err)
{
	if (!WRITER_RUN(w, err,
	                "UPDATE case_result SET case_id = ?, repeat = ?, base = ? WHERE run = ? AND case_id = ? AND repeat = ?",
	                to.key, to.repeat, base, m->at.run, m->at.key, m->at.repeat) ||
	    !WRITER_RUN(w, err, "UPDATE case_score SET case_id = ?, repeat = ? WHERE run = ? AND case_id = ? AND repeat = ?",
	                to.key, to.repeat, m->at.run, m->at.key, m->at.repeat))
		return false;
	m->at = to;
	return true;
}

/* The place of number i of the group: KEY, KEY#1, KEY#2, …; numbers whose key belongs to another case are passed over. */
static bool next_place(struct writer *w, const struct group *g, struct str key, int64_t *number, struct place *to,
                       struct err *err)
{
	for (;; ++*number) {
		*to = (struct place){g->run, g->base, 0};
		if (*number == 0)
			return true;
		struct buf text = BUF_INIT;
		buf_add_str(&text, key);
		buf_printf(&text, "#%lld", (long long)*number);
		bool ok = key_id(w, buf_str(&text), &to->key, err);
		buf_done(&text);
		if (!ok)
			return false;
		struct stmt *s = db_query(w->db,
		                          "SELECT 1 FROM case_result WHERE run = ? AND case_id = ? AND repeat >= 0"
		                          " AND base IS NOT ? LIMIT 1",
		                          err);
		if (!s)
			return false;
		stmt_int(s, 1, g->run);
		stmt_int(s, 2, to->key);
		stmt_int(s, 3, g->base);
		enum step step = stmt_step(s, err);
		stmt_end(s);
		if (step != STEP_ROW)
			return step == STEP_DONE;
	}
}

static bool same_place(struct place a, struct place b)
{
	return a.key == b.key && a.repeat == b.repeat;
}

static bool place_members(struct writer *w, struct group *g, struct str key, struct err *err)
{
	struct place *to = xmalloc(size_mul(g->members.n + 1, sizeof *to));
	int64_t number = 0, low = MOVED; /* below whatever a crash left on its way */
	bool ok = true;
	for (size_t i = 0; i < g->members.n; i++)
		low = g->members.at[i].at.repeat < low ? g->members.at[i].at.repeat : low;
	for (size_t i = 0; ok && i < g->members.n; i++) {
		struct member *m = &g->members.at[i];
		if (m->gone)
			continue;
		ok = next_place(w, g, key, &number, &to[i], err);
		number++;
		if (ok && !m->counted) {
			int64_t scores;
			ok = count_scores(w, m->at, &scores, err);
			count_case(w, scores, m->source == w->source);
		}
		/* From here on it counts as counted, wherever a crash leaves it. */
		if (ok && !same_place(m->at, to[i]))
			ok = move(w, m, (struct place){g->run, g->base, low - 1 - (int64_t)i}, g->base, err);
		ok = ok && (i % ROWS_PER_LOOK != 0 || writer_breathe(w, err));
	}
	for (size_t i = 0; ok && i < g->members.n; i++) {
		struct member *m = &g->members.at[i];
		if (!m->gone && !same_place(m->at, to[i]))
			ok = move(w, m, to[i], to[i].key == g->base ? UNKNOWN_INT : g->base, err);
		ok = ok && (i % ROWS_PER_LOOK != 0 || writer_breathe(w, err));
	}
	free(to);
	return ok;
}

static bool key_text(struct writer *w, int64_t id, struct buf *out, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT text FROM case_key WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	bool ok = stmt_step(s, err) == STEP_ROW;
	if (ok)
		buf_add_str(out, col_str(s, 0));
	stmt_end(s);
	return ok;
}

static bool settle_group(struct writer *w, struct group *g, struct err *err)
{
	static const char first[] = "SELECT case_id, repeat, ord, hash, source FROM case_result"
	                            " WHERE run = ? AND case_id = ? AND repeat = 0 AND base IS NULL";
	static const char others[] = "SELECT case_id, repeat, ord, hash, source FROM case_result INDEXED BY case_base"
	                             " WHERE run = ? AND base = ? AND base IS NOT NULL";
	struct buf key = BUF_INIT;
	vec_clear(&g->members);
	bool ok = key_text(w, g->base, &key, err) && load_members(w, g, first, err) && load_members(w, g, others, err);
	if (ok && g->members.n > 1)
		qsort(g->members.at, g->members.n, sizeof *g->members.at, by_order);
	ok = ok && drop_repeats(w, g, err) && place_members(w, g, buf_str(&key), err);
	buf_done(&key);
	return ok;
}

static bool settle_groups(struct writer *w, struct err *err)
{
	struct group g = {.run = -1, .base = -1};
	bool ok = true;
	for (enum step step = STEP_ROW; ok && step == STEP_ROW;) {
		struct stmt *s = NULL;
		ok = writer_breathe(w, err) && (s = db_query(w->db,
		                                             "SELECT run, base FROM case_result INDEXED BY case_loose"
		                                             " WHERE repeat < 0 AND (run, base) > (?, ?)"
		                                             " ORDER BY run, base LIMIT 1",
		                                             err)) != NULL;
		if (!ok)
			break;
		stmt_int(s, 1, g.run);
		stmt_int(s, 2, g.base);
		step = stmt_step(s, err);
		if (step == STEP_ROW) {
			g.run = col_int(s, 0);
			g.base = col_int(s, 1);
		}
		stmt_end(s);
		ok = step == STEP_ROW ? settle_group(w, &g, err) : step == STEP_DONE;
	}
	vec_done(&g.members);
	return ok;
}

/* ---------------------------------------------------------------- roll-ups of a run (statistics.md, section 0) */

struct name_value {
	int64_t name;
	double value;
};

struct roll {
	VEC(double) shares, costs;
	VEC(double) latencies; /* whole ns */
	VEC(struct name_value) scores, one; /* values of cases; those of the case at work */
	int64_t n[N_CASE_STATUSES], keys, repeats, tokens_in, tokens_out;
};

static int by_value(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;
	return a < b ? -1 : a > b;
}

static int by_name_value(const void *pa, const void *pb)
{
	const struct name_value *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

/* Always in ascending order, so that the order of rows cannot matter. */
static double sum_sorted(double *at, size_t n)
{
	double sum = 0;
	if (n > 1)
		qsort(at, n, sizeof *at, by_value);
	for (size_t i = 0; i < n; i++)
		sum += at[i];
	return sum;
}

/* Type 7 of sorted values (Hyndman and Fan 1996), rounded to the nearest ns. */
static int64_t quantile(const double *at, size_t n, double p)
{
	if (n == 0)
		return UNKNOWN_INT;
	double h = (double)(n - 1) * p;
	size_t j = (size_t)h;
	double low = at[j], high = at[j + 1 < n ? j + 1 : j];
	return (int64_t)llround(low + (h - (double)j) * (high - low));
}

static void add_known(int64_t *sum, int64_t n)
{
	if (n == UNKNOWN_INT)
		return;
	if (*sum == UNKNOWN_INT)
		*sum = 0;
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = INT64_MAX;
}

struct one_case {
	int64_t key, rows, n[N_CASE_STATUSES];
};

static void end_case(struct roll *r, const struct one_case *c)
{
	int64_t scored = c->n[CASE_PASSED] + c->n[CASE_FAILED] + c->n[CASE_ERROR];
	if (!c->rows)
		return;
	r->keys++;
	r->repeats = c->rows > r->repeats ? c->rows : r->repeats;
	if (scored)
		*vec_add(&r->shares) = (double)c->n[CASE_PASSED] / (double)scored;
}

static bool roll_cases(struct writer *w, int64_t run, struct roll *r, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT case_id, status, latency_ns, cost_usd, tokens_in, tokens_out FROM case_result"
	                          " WHERE run = ? AND repeat >= 0 ORDER BY run, case_id, repeat",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	struct one_case c = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t status = col_int_or(s, 1, 0);
		if (col_int(s, 0) != c.key) {
			end_case(r, &c);
			c = (struct one_case){.key = col_int(s, 0)};
		}
		status = status >= 0 && status < N_CASE_STATUSES ? status : CASE_UNSCORED;
		c.rows++;
		c.n[status]++;
		r->n[status]++;
		if (!col_null(s, 2))
			*vec_add(&r->latencies) = (double)col_int(s, 2);
		if (!col_null(s, 3))
			*vec_add(&r->costs) = col_double(s, 3);
		add_known(&r->tokens_in, col_int(s, 4));
		add_known(&r->tokens_out, col_int(s, 5));
	}
	end_case(r, &c);
	stmt_end(s);
	return step == STEP_DONE;
}

/* The mean of each name over what is in `one`, as values of one case. */
static void end_scores(struct roll *r)
{
	if (r->one.n > 1)
		qsort(r->one.at, r->one.n, sizeof *r->one.at, by_name_value);
	for (size_t i = 0, end; i < r->one.n; i = end) {
		double sum = 0;
		for (end = i; end < r->one.n && r->one.at[end].name == r->one.at[i].name; end++)
			sum += r->one.at[end].value;
		*vec_add(&r->scores) = (struct name_value){r->one.at[i].name, sum / (double)(end - i)};
	}
	vec_clear(&r->one);
}

static bool roll_scores(struct writer *w, int64_t run, struct roll *r, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT case_id, repeat, name, avg(value) FROM case_score WHERE run = ? AND repeat >= 0"
	                          " AND value IS NOT NULL GROUP BY run, case_id, repeat, name",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	int64_t key = UNKNOWN_INT;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		if (col_int(s, 0) != key)
			end_scores(r);
		key = col_int(s, 0);
		*vec_add(&r->one) = (struct name_value){col_int(s, 2), col_double(s, 3)};
	}
	end_scores(r);
	stmt_end(s);
	return step == STEP_DONE;
}

static bool write_roll(struct writer *w, int64_t run, struct roll *r, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "UPDATE run SET cases = ?, passed = ?, failed = ?, errored = ?, unscored = ?, keys = ?,"
	                          " repeats = ?, pass_shares = ?, scored_keys = ?, p50_ns = ?, p95_ns = ?, tokens_in = ?,"
	                          " tokens_out = ?, cost_usd = ?, costed = ?, dirty = 0 WHERE id = ?",
	                          err);
	if (!s)
		return false;
	double shares = sum_sorted(r->shares.at, r->shares.n), cost = sum_sorted(r->costs.at, r->costs.n);
	sum_sorted(r->latencies.at, r->latencies.n);
	stmt_int(s, 1, r->n[CASE_PASSED] + r->n[CASE_FAILED] + r->n[CASE_ERROR] + r->n[CASE_UNSCORED]);
	stmt_int(s, 2, r->n[CASE_PASSED]);
	stmt_int(s, 3, r->n[CASE_FAILED]);
	stmt_int(s, 4, r->n[CASE_ERROR]);
	stmt_int(s, 5, r->n[CASE_UNSCORED]);
	stmt_int(s, 6, r->keys);
	stmt_int(s, 7, r->repeats);
	stmt_double(s, 8, r->shares.n ? shares : UNKNOWN_DOUBLE);
	stmt_int(s, 9, (int64_t)r->shares.n);
	stmt_int(s, 10, quantile(r->latencies.at, r->latencies.n, 0.5));
	stmt_int(s, 11, quantile(r->latencies.at, r->latencies.n, 0.95));
	stmt_int(s, 12, r->tokens_in);
	stmt_int(s, 13, r->tokens_out);
	stmt_double(s, 14, r->costs.n ? cost : UNKNOWN_DOUBLE);
	stmt_int(s, 15, (int64_t)r->costs.n);
	stmt_int(s, 16, run);
	if (!stmt_run(s, err) || !WRITER_RUN(w, err, "DELETE FROM run_score WHERE run = ?", run))
		return false;
	if (r->scores.n > 1)
		qsort(r->scores.at, r->scores.n, sizeof *r->scores.at, by_name_value);
	for (size_t i = 0, end; i < r->scores.n; i = end) {
		double sum = 0;
		for (end = i; end < r->scores.n && r->scores.at[end].name == r->scores.at[i].name; end++)
			sum += r->scores.at[end].value;
		s = db_query(w->db, "INSERT INTO run_score(run, name, n, mean) VALUES(?,?,?,?)", err);
		if (!s)
			return false;
		stmt_int(s, 1, run);
		stmt_int(s, 2, r->scores.at[i].name);
		stmt_int(s, 3, (int64_t)(end - i));
		stmt_double(s, 4, sum / (double)(end - i));
		if (!stmt_run(s, err))
			return false;
	}
	return true;
}

static bool roll_run(struct writer *w, int64_t run, struct err *err)
{
	struct roll r = {.tokens_in = UNKNOWN_INT, .tokens_out = UNKNOWN_INT};
	/* Reading a large run takes a while: not under the write lock. */
	bool ok = writer_commit(w, err) && roll_cases(w, run, &r, err) && roll_scores(w, run, &r, err) &&
	          writer_begin(w, err) && write_roll(w, run, &r, err);
	vec_done(&r.shares);
	vec_done(&r.costs);
	vec_done(&r.latencies);
	vec_done(&r.scores);
	vec_done(&r.one);
	return ok;
}

bool cases_finish(struct writer *w, struct err *err)
{
	if (!writer_begin(w, err) || !settle_groups(w, err))
		return false;
	for (int64_t run = 1; run > 0;) {
		if (!writer_begin(w, err) || !db_int(w->db, "SELECT id FROM run INDEXED BY run_dirty WHERE dirty > 0 LIMIT 1",
		                                     0, &run, err))
			return false;
		if (run > 0 && !roll_run(w, run, err))
			return false;
	}
	return true;
}
