/* Eval runs and case results, as they come. */
#include "store/ingest_cases.h"

#include <stdlib.h>

static int64_t word_id(const struct batch *b, uint32_t i)
{
	return i ? (int64_t)b->words.at[i].id : UNKNOWN_INT;
}

/* ---------------------------------------------------------------- runs */

/* The row says who told of the run first and last; others are in run_source alone. */
static bool note_source(struct writer *w, int64_t run, struct err *err)
{
	if (!WRITER_RUN(w, err, "INSERT OR IGNORE INTO run_source(source, run) VALUES(?,?)", w->source, run))
		return false;
	w->held.runs += db_changes(w->db) > 0;
	return true;
}

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
	if (run->id)
		return (seen == w->source ||
		        WRITER_RUN(w, err, "UPDATE run SET seen = ? WHERE id = ?", w->source, run->id)) &&
		       note_source(w, run->id, err);
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
	return note_source(w, run->id, err);
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

static bool write_scores(struct writer *w, const struct case_part *row, const struct case_part_score *scores,
                         struct case_place at, struct err *err)
{
	if (!WRITER_RUN(w, err, "DELETE FROM case_score WHERE run = ? AND case_id = ? AND repeat = ?", at.run, at.key,
	                at.repeat))
		return false;
	for (size_t i = 0; i < row->n_scores; i++) {
		struct stmt *s = db_query(w->db,
		                          "INSERT INTO case_score(run, case_id, repeat, name, n, value, label, pass,"
		                          " threshold, from_, judge) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
		                          err);
		if (!s)
			return false;
		stmt_int(s, 1, at.run);
		stmt_int(s, 2, at.key);
		stmt_int(s, 3, at.repeat);
		cases_bind_score(s, 4, &scores[row->first_score + i]);
		if (!stmt_run(s, err))
			return false;
	}
	return true;
}

void cases_bind_score(struct stmt *s, int first, const struct case_part_score *score)
{
	stmt_int(s, first, score->name);
	stmt_int(s, first + 1, score->n);
	stmt_double(s, first + 2, score->value);
	stmt_str_static(s, first + 3, score->label);
	stmt_int(s, first + 4, score->pass < 0 ? UNKNOWN_INT : score->pass);
	stmt_double(s, first + 5, score->threshold);
	stmt_int(s, first + 6, score->from);
	stmt_int(s, first + 7, score->judge);
}

void cases_bind_row(struct stmt *s, int first, const struct case_part *row)
{
	const uint64_t hashes[] = {row->input_hash, row->expected_hash, row->output_hash, row->variant};
	stmt_int(s, first, row->status);
	stmt_str_static(s, first + 1, row->title);
	stmt_int(s, first + 2, row->order);
	for (int i = 0; i < 4; i++)
		stmt_int(s, first + 3 + i, hashes[i] ? (int64_t)hashes[i] : UNKNOWN_INT);
	stmt_int(s, first + 7, row->latency_ns);
	stmt_double(s, first + 8, row->cost_usd);
	stmt_int(s, first + 9, row->tokens_in);
	stmt_int(s, first + 10, row->tokens_out);
	stmt_blob_static(s, first + 11, row->trace);
	stmt_int(s, first + 12, row->record);
	stmt_int(s, first + 13, (int64_t)row->hash);
	stmt_int(s, first + 14, row->source);
	stmt_int(s, first + 15, row->weight ? row->weight : UNKNOWN_INT);
}

bool cases_write_row(struct writer *w, const struct case_part *row, const struct case_part_score *scores,
                     struct case_place at, int64_t base, int64_t parts, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "INSERT OR REPLACE INTO case_result(run, case_id, repeat, base, parts," CASE_COLUMNS
	                          ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.key);
	stmt_int(s, 3, at.repeat);
	stmt_int(s, 4, base);
	stmt_int(s, 5, parts ? parts : UNKNOWN_INT);
	cases_bind_row(s, 6, row);
	return stmt_run(s, err) && write_scores(w, row, scores, at, err);
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

bool cases_look(struct writer *w, struct case_place at, struct case_there *there, struct err *err)
{
	struct stmt *s = db_query(
	    w->db,
	    "SELECT hash, source, ord, parts, base FROM case_result WHERE run = ? AND case_id = ? AND repeat = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.key);
	stmt_int(s, 3, at.repeat);
	enum step step = stmt_step(s, err);
	*there = (struct case_there){.taken = step == STEP_ROW, .base = UNKNOWN_INT};
	if (there->taken) {
		there->hash = col_int_or(s, 0, 0);
		there->source = col_int_or(s, 1, 0);
		there->order = col_int(s, 2);
		there->parts = col_int_or(s, 3, 0);
		there->base = col_int(s, 4);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool cases_waiting_place(struct writer *w, struct case_place *at, struct err *err)
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
static bool write_conflict(struct writer *w, const struct batch_case *c, const struct case_parts *told,
                           struct case_place at, const struct case_there *there, struct err *err)
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
	return cases_write_row(w, told->at.at, told->scores.at, at, UNKNOWN_INT, 0, err);
}

static void tell(const struct writer *w, const struct batch *b, const struct batch_case *c, struct case_parts *out)
{
	struct case_part *row = vec_add(&out->at);
	*row = (struct case_part){
	    .hash = c->hash,
	    .source = w->source,
	    .record = (int64_t)c->record,
	    .part = c->part,
	    .weight = c->weight,
	    .status = c->status,
	    .title = c->title,
	    .order = c->order,
	    .variant = c->variant,
	    .input_hash = c->input_hash,
	    .expected_hash = c->expected_hash,
	    .output_hash = c->output_hash,
	    .latency_ns = c->latency_ns,
	    .tokens_in = c->tokens_in,
	    .tokens_out = c->tokens_out,
	    .cost_usd = c->cost_usd,
	    .trace = c->has_trace ? (struct str){(const char *)c->trace.byte, sizeof c->trace.byte}
                 : STR_NONE,
	    .first_score = out->scores.n,
	    .n_scores = c->n_scores,
	};
	for (uint32_t i = 0; i < c->n_scores; i++) {
		const struct batch_case_score *score = &b->case_scores.at[c->first_score + i];
		*vec_add(&out->scores) = (struct case_part_score){
		    .name = word_id(b, score->name),
		    .judge = word_id(b, score->judge),
		    .judge_text = score->judge ? b->words.at[score->judge].text : STR_NONE,
		    .value = score->value,
		    .threshold = score->threshold,
		    .label = score->label,
		    .pass = score->pass,
		    .from = score->from,
		    .n = score->n,
		};
	}
}

/* Told once and not as a part: by far the most. */
static bool write_case(struct writer *w, const struct batch *b, const struct batch_case *c, struct case_parts *told,
                       struct err *err)
{
	struct case_place at = {.run = b->runs.at[c->run].id, .repeat = c->repeat};
	struct case_there there;
	if (!cases_key_id(w, c->key, &at.key, err) || !cases_look(w, at, &there, err))
		return false;
	case_parts_clear(told);
	tell(w, b, c, told);
	if (!there.taken) {
		cases_count(w, c->n_scores, true);
		return cases_write_row(w, told->at.at, told->scores.at, at, UNKNOWN_INT, 0, err);
	}
	if (there.parts)
		return parts_add(w, at, c->key, c->has_repeat, told, err);
	bool same_order = there.order == c->order;
	if (there.hash == (int64_t)c->hash && same_order)
		return cases_claim(w, at, there.source, err);
	if (!c->has_repeat && (!same_order || c->order == UNKNOWN_INT)) {
		struct case_place waiting = at;
		return cases_waiting_place(w, &waiting, err) &&
		       cases_write_row(w, told->at.at, told->scores.at, waiting, at.key, 0, err);
	}
	return write_conflict(w, c, told, at, &there, err);
}

/* ---------------------------------------------------------------- parts of a batch, those of one place together */

struct told_part {
	const struct batch_case *c;
	size_t i;
};

static int place_order(const struct batch_case *a, const struct batch_case *b)
{
	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	int order = str_cmp(a->key, b->key);
	if (order)
		return order;
	if (a->repeat != b->repeat)
		return a->repeat < b->repeat ? -1 : 1;
	return (int)a->has_repeat - (int)b->has_repeat;
}

static int by_place(const void *pa, const void *pb)
{
	const struct told_part *a = pa, *b = pb;
	int order = place_order(a->c, b->c);
	return order ? order : (a->i > b->i) - (a->i < b->i);
}

static bool write_parts(struct writer *w, const struct batch *b, size_t n, struct case_parts *told, struct err *err)
{
	struct told_part *parts = xmalloc(size_mul(n, sizeof *parts));
	size_t n_parts = 0, looked = 0;
	for (size_t i = 0; i < b->cases.n; i++)
		if (b->cases.at[i].part)
			parts[n_parts++] = (struct told_part){&b->cases.at[i], i};
	if (n_parts > 1)
		qsort(parts, n_parts, sizeof *parts, by_place);
	bool ok = true;
	for (size_t i = 0, end; ok && i < n_parts; i = end) {
		const struct batch_case *c = parts[i].c;
		struct case_place at = {.run = b->runs.at[c->run].id, .repeat = c->repeat};
		case_parts_clear(told);
		for (end = i; end < n_parts && place_order(c, parts[end].c) == 0; end++)
			tell(w, b, parts[end].c, told);
		if (end - looked >= ROWS_PER_LOOK) {
			looked = end;
			ok = writer_breathe(w, err);
		}
		ok = ok && cases_key_id(w, c->key, &at.key, err) && parts_add(w, at, c->key, c->has_repeat, told, err);
	}
	free(parts);
	return ok;
}

static bool mark_dirty(struct writer *w, const struct batch *b, const struct batch_case *c, uint32_t *marked,
                       struct err *err)
{
	bool known = c->run == *marked;
	*marked = c->run;
	return known ||
	       WRITER_RUN(w, err, "UPDATE run SET dirty = 1 WHERE id = ? AND dirty = 0", b->runs.at[c->run].id);
}

static bool write_cases(struct writer *w, const struct batch *b, struct case_parts *told, struct err *err)
{
	uint32_t marked = SETTLE_NONE;
	size_t n_parts = 0;
	for (size_t i = 0; i < b->cases.n; i++) {
		const struct batch_case *c = &b->cases.at[i];
		if ((i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err)) || !mark_dirty(w, b, c, &marked, err) ||
		    (!c->part && !write_case(w, b, c, told, err)))
			return false;
		n_parts += c->part;
	}
	return n_parts == 0 || write_parts(w, b, n_parts, told, err);
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
	struct case_parts told = {.at = {0}};
	bool ok = write_cases(w, b, &told, err);
	case_parts_done(&told);
	return ok;
}

bool cases_finish(struct writer *w, struct err *err)
{
	return writer_begin(w, err) && cases_settle_places(w, err) && cases_roll_up(w, err);
}
