/* The traces that were not yet looked at, a batch at a time: their rows, then their records in the order in which they lie in the store,
 * each decoded once, then what was found, written with the mark that they are done. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/block.h"
#include "store/check/check_private.h"
#include "store/check/rules_private.h"
#include "store/sink.h"

enum { BATCH_TRACES = 128, BATCH_ROWS = 8192, TXN_NS = 50 * 1000 * 1000, LIKE_N = 1 << 20 };

/* A record that tells of a row. */
struct told {
	int64_t record, key, row;
	uint32_t trace; /* in the batch */
};
struct told_list {
	struct told *at;
	size_t n, cap;
};

struct run {
	struct db *db;
	const struct rules *rules;
	struct rule_state *rule_state;
	struct check_progress *progress;
	struct block_cache *blocks;
	struct words words;
	struct arena arena; /* of one record */
	struct check_trace at[BATCH_TRACES];
	size_t n;
	struct told_list told;
	VEC(int64_t) pending;
};

/* ---------------------------------------------------------------- what there is to do */

#define PENDING                                                                                  \
	" FROM trace t LEFT JOIN checked c ON c.trace = t.id WHERE t.seen > 0 AND t.n > 0 AND (" \
	"c.trace IS NULL OR c.first <> t.first OR c.rules <> ?1)"

bool check_pending(struct db *db, const struct rules *rules, int64_t *n, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT count(*)" PENDING, err);
	if (!s)
		return false;
	stmt_int(s, 1, check_version(rules));
	enum step step = stmt_step(s, err);
	*n = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	return step == STEP_ROW;
}

static bool read_pending(struct run *r, struct err *err)
{
	struct stmt *s = db_query(r->db, "SELECT t.id" PENDING " ORDER BY t.start_ns DESC, t.id DESC", err);
	if (!s)
		return false;
	enum step step;
	stmt_int(s, 1, check_version(r->rules));
	vec_clear(&r->pending);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&r->pending) = col_int(s, 0);
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- rows */

static void clear_trace(struct check_trace *t)
{
	vec_clear(&t->rows);
	vec_clear(&t->found);
	vec_clear(&t->hits);
	if (t->n_looked)
		memset(t->looked, 0, t->looked_cap * sizeof *t->looked);
	t->n_looked = 0;
	vec_clear(&t->asked);
	vec_clear(&t->answered);
	vec_clear(&t->documents);
	buf_clear(&t->answers);
	arena_reset(&t->arena);
	memset(t->n_of, 0, sizeof t->n_of);
	t->rules_kept = 0;
}

static void done_trace(struct check_trace *t)
{
	vec_done(&t->rows);
	vec_done(&t->found);
	vec_done(&t->hits);
	free(t->looked);
	vec_done(&t->asked);
	vec_done(&t->answered);
	vec_done(&t->documents);
	buf_done(&t->answers);
	arena_done(&t->arena);
}

static bool load_trace(struct run *r, int64_t id, struct check_trace *t, bool *there, struct err *err)
{
	struct stmt *s = db_query(r->db,
	                          "SELECT first, n, name, duration_ns, orphans, cycles, cost_usd,"
	                          " coalesce(tokens_in + tokens_out, tokens_in, tokens_out) FROM trace WHERE id = ?",
	                          err);
	if (!s)
		return false;
	clear_trace(t);
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	*there = step == STEP_ROW;
	t->id = id;
	t->db = r->db;
	t->words = &r->words;
	t->rules = r->rules;
	if (*there) {
		t->first = col_int_or(s, 0, 0);
		t->n = col_int_or(s, 1, 0);
		t->name = col_int(s, 2);
		t->duration_ns = col_int(s, 3);
		t->orphans = col_int_or(s, 4, 0);
		t->cycles = col_int_or(s, 5, 0);
		t->cost_usd = col_double(s, 6);
		t->tokens = col_int(s, 7);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static void read_row(struct stmt *s, struct check_trace *t)
{
	int64_t kind = col_int_or(s, 3, 0), status = col_int_or(s, 4, 0), up = col_int_or(s, 1, 0),
	        here = (int64_t)t->rows.n;
	*vec_add(&t->rows) = (struct check_row){
	    .key = col_int(s, 0),
	    .parent = up > 0 && up <= here ? here - up : NO_ROW,
	    .size = col_int_or(s, 2, 1),
	    .kind = kind >= 0 && kind < N_KINDS ? (enum span_kind)kind : KIND_SPAN,
	    .status = status >= 0 && status < N_STATUSES ? (enum span_status)status : STATUS_UNSET,
	    .flags = (unsigned)col_int_or(s, 5, 0),
	    .name = col_int(s, 6),
	    .model = col_int(s, 7),
	    .start_ns = col_int(s, 8),
	    .duration_ns = col_int(s, 9),
	    .input_hash = (uint64_t)col_int_or(s, 10, 0),
	    .output_hash = (uint64_t)col_int_or(s, 11, 0),
	    .tokens = col_int(s, 12),
	    .cost_usd = col_double(s, 13),
	    .record = col_int_or(s, 14, 0),
	};
}

static bool load_rows(struct run *r, struct check_trace *t, struct err *err)
{
	struct stmt *s = db_query(
	    r->db,
	    "SELECT key, up, size, kind, status, flags, name, model, start_ns, duration_ns, input_hash, output_hash,"
	    " coalesce(tokens_in + tokens_out, tokens_in, tokens_out), cost_usd, record FROM span"
	    " WHERE pos >= ? AND pos < ? ORDER BY pos",
	    err);
	if (!s)
		return false;
	enum step step;
	stmt_int(s, 1, t->first);
	stmt_int(s, 2, t->first + (t->n < CHECK_ROWS ? t->n : CHECK_ROWS));
	while ((step = stmt_step(s, err)) == STEP_ROW)
		read_row(s, t);
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- records */

static int by_key(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	return x->key < y->key ? -1 : x->key > y->key;
}

static int by_record(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	int key = by_key(a, b);
	return key ? key : (int)(x->trace > y->trace) - (int)(x->trace < y->trace);
}

/* Rows by their keys, made when the first merged span asks. */
static const struct told *row_of(const struct check_trace *t, uint32_t index, struct told_list *keys, int64_t key)
{
	if (!keys->n) {
		for (size_t i = 0; i < t->rows.n; i++)
			*vec_add(keys) = (struct told){t->rows.at[i].record, t->rows.at[i].key, (int64_t)i, index};
		if (keys->n)
			qsort(keys->at, keys->n, sizeof *keys->at, by_key);
	}
	struct told want = {.key = key};
	return keys->n ? bsearch(&want, keys->at, keys->n, sizeof want, by_key) : NULL;
}

/* Of merged spans all records. */
static bool add_others(struct run *r, uint32_t index, struct err *err)
{
	struct stmt *s = db_query(r->db, "SELECT key, record FROM span_other WHERE trace = ? LIMIT 100000", err);
	struct told_list keys = {.n = 0};
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, r->at[index].id);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const struct told *row = row_of(&r->at[index], index, &keys, col_int(s, 0));
		if (row && row->record != col_int(s, 1))
			*vec_add(&r->told) = (struct told){col_int(s, 1), row->key, row->row, index};
	}
	stmt_end(s);
	vec_done(&keys);
	return step == STEP_DONE;
}

static bool collect_records(struct run *r, struct err *err)
{
	vec_clear(&r->told);
	for (uint32_t i = 0; i < r->n; i++) {
		struct check_trace *t = &r->at[i];
		for (size_t k = 0; k < t->rows.n; k++)
			if (t->rows.at[k].record > 0)
				*vec_add(&r->told) =
				    (struct told){t->rows.at[k].record, t->rows.at[k].key, (int64_t)k, i};
		if (!add_others(r, i, err))
			return false;
	}
	if (r->told.n)
		qsort(r->told.at, r->told.n, sizeof *r->told.at, by_record);
	return true;
}

/* ---- a sink that hands each span to the checks */
struct reader {
	struct sink sink;
	struct run *run;
	const struct told *told;
	size_t n;
	const struct stored_record *rec;
	uint64_t made_up;
};

static int64_t key_of(struct reader *rd, const struct span *span)
{
	bool is_hex;
	if (span->id.len)
		return model_span_key(span->id, &is_hex);
	struct hash128 made =
	    model_made_up(rd->rec->head, rd->rec->entry.record, hash64(rd->rec->entry.bytes), rd->made_up++);
	int64_t key;
	memcpy(&key, made.byte, sizeof key);
	return key;
}

static void on_span(struct sink *s, const struct span *span)
{
	struct reader *rd = (struct reader *)(void *)s;
	struct told want = {.key = key_of(rd, span)};
	const struct told *found = rd->n == 1 && (!span->id.len || rd->told->key == want.key)
	                               ? rd->told
	                               : bsearch(&want, rd->told, rd->n, sizeof want, by_key);
	if (!found)
		return;
	struct check_trace *t = &rd->run->at[found->trace];
	check_output(t, found->row, span);
	check_privacy(t, found->row, span);
	check_calls(t, found->row, span);
	check_documents(t, found->row, span);
	rules_span(t, found->row, span);
}

static const struct sink_ops reader_ops = {
    .span = on_span,
};

/* Is there anything in the record that only its texts tell? Most have neither a model's answer, nor documents, nor anything personal. */
static bool is_worth(struct run *r, const struct told *told, size_t n, bool *worth, struct err *err)
{
	struct block_view view;
	size_t at = 0, len;
	enum personal kind;
	*worth = false;
	for (size_t i = 0; i < n && !*worth; i++) {
		struct check_trace *t = &r->at[told[i].trace];
		enum span_kind kind_of = t->rows.at[told[i].row].kind;
		*worth = kind_of == KIND_LLM || kind_of == KIND_RETRIEVER || rules_want_text(t, told[i].row);
	}
	if (*worth)
		return true;
	if (!block_view(r->blocks, (uint64_t)told->record, &view, err))
		return false;
	uint64_t index = (uint64_t)told->record - view.first;
	*worth = index < view.n && personal_next(view.entries[index].bytes, &at, &len, &kind);
	return true;
}

/* A record that no longer reads tells nothing; a damaged store ends it. */
static bool read_record(struct run *r, const struct told *told, size_t n, struct err *err)
{
	struct stored_record rec;
	bool worth;
	if (!is_worth(r, told, n, &worth, err))
		return false;
	if (!worth)
		return true;
	if (!block_fetch(r->blocks, (uint64_t)told->record, &r->arena, &rec, err))
		return false;
	struct reader rd = {
	    .sink = {.ops = &reader_ops, .wants = SINK_PAYLOAD},
              .run = r, .told = told, .n = n, .rec = &rec
        };
	struct err unreadable = ERR_INIT;
	sink_decoder()(&rec, &rd.sink, &unreadable);
	arena_reset(&r->arena);
	return true;
}

static bool read_records(struct run *r, struct err *err)
{
	for (size_t i = 0, next; i < r->told.n && !atomic_load(&r->progress->cancel); i = next) {
		for (next = i + 1; next < r->told.n && r->told.at[next].record == r->told.at[i].record;)
			next++;
		struct err why = ERR_INIT;
		/* What is in a damaged block cannot be looked at; the rest can. */
		if (!read_record(r, &r->told.at[i], next - i, &why) && why.code != ERR_STORE) {
			if (err)
				*err = why;
			return false;
		}
	}
	return true;
}

/* ---------------------------------------------------------------- writing */

static int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int by_place(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	int name = strcmp(x->name, y->name);
	return name ? name : (int)(x->order > y->order) - (int)(x->order < y->order);
}

/* Only if the trace is still as it was when it was read. */
static bool mark(struct run *r, const struct check_trace *t, bool *same, struct err *err)
{
	struct stmt *s =
	    db_query(r->db,
	             "INSERT OR REPLACE INTO checked(trace, first, rules) SELECT id, first, ? FROM trace WHERE id = ?"
	             " AND first = ?",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, check_version(r->rules));
	stmt_int(s, 2, t->id);
	stmt_int(s, 3, t->first);
	if (!stmt_run(s, err))
		return false;
	*same = db_changes(r->db) > 0;
	return true;
}

static bool drop_old(struct run *r, int64_t trace, struct err *err)
{
	struct stmt *s = db_query(r->db, "DELETE FROM finding WHERE trace = ? AND n < ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, LIKE_N);
	return stmt_run(s, err);
}

static bool insert(struct run *r, const struct check_trace *t, int64_t n, const struct finding *f, struct err *err)
{
	struct stmt *s = db_query(r->db,
	                          "INSERT INTO finding(trace, n, name, span, level, value, explanation, other)"
	                          " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, t->id);
	stmt_int(s, 2, n);
	stmt_str(s, 3, str_of(f->name));
	if (f->row == NO_ROW)
		stmt_null(s, 4);
	else
		stmt_int(s, 4, t->rows.at[f->row].key);
	stmt_int(s, 5, f->level);
	stmt_double(s, 6, f->value);
	stmt_str(s, 7, f->explanation);
	if (f->other == NO_ROW)
		stmt_null(s, 8);
	else
		stmt_int(s, 8, t->rows.at[f->other].key);
	return stmt_run(s, err);
}

static bool write_trace(struct run *r, struct check_trace *t, struct err *err)
{
	bool same;
	if (!mark(r, t, &same, err))
		return false;
	if (!same)
		return true;
	if (!drop_old(r, t->id, err))
		return false;
	if (t->found.n)
		qsort(t->found.at, t->found.n, sizeof *t->found.at, by_place);
	for (size_t i = 0; i < t->found.n; i++)
		if (!insert(r, t, (int64_t)i, &t->found.at[i], err))
			return false;
	return true;
}

static bool write_batch(struct run *r, struct err *err)
{
	bool ok = db_begin(r->db, err);
	int64_t began = clock_ns();
	for (size_t i = 0; ok && i < r->n; i++) {
		ok = write_trace(r, &r->at[i], err);
		if (ok && clock_ns() - began > TXN_NS) {
			ok = db_commit(r->db, err) && db_begin(r->db, err);
			began = clock_ns();
		}
	}
	ok = ok && db_commit(r->db, err);
	if (!ok)
		db_rollback(r->db);
	db_checkpoint(r->db, DB_LOG_BYTES);
	return ok;
}

/* ---------------------------------------------------------------- batch by batch */

/* One snapshot: rows and records belong together. */
static bool read_batch(struct run *r, const int64_t *ids, size_t n, size_t *taken, struct err *err)
{
	size_t rows = 0;
	bool ok = db_begin_read(r->db, err);
	r->n = 0;
	*taken = 0;
	while (ok && *taken < n && r->n < BATCH_TRACES && rows < BATCH_ROWS) {
		struct check_trace *t = &r->at[r->n];
		bool there;
		ok = load_trace(r, ids[(*taken)++], t, &there, err);
		if (!ok || !there)
			continue;
		ok = load_rows(r, t, err) && rules_begin(r->rule_state, t, err);
		rows += t->rows.n;
		r->n++;
	}
	ok = ok && collect_records(r, err) && read_records(r, err);
	for (size_t i = 0; ok && i < r->n; i++) {
		check_privacy_end(&r->at[i]);
		check_behaviour(&r->at[i]);
		check_documents_end(&r->at[i]);
		if (r->at[i].n > CHECK_ROWS)
			check_found(&r->at[i], CHECK_PARTLY_CHECKED, CHECK_NOTE, NO_ROW, NO_ROW, CHECK_ROWS,
			            "the first %d of %lld spans were looked at", CHECK_ROWS, (long long)r->at[i].n);
		rules_end(&r->at[i]);
	}
	db_end_read(r->db);
	return ok;
}

static bool run_pending(struct run *r, struct err *err)
{
	struct check_progress *p = r->progress;
	for (size_t done = 0, taken; done < r->pending.n && !atomic_load(&p->cancel); done += taken) {
		atomic_store(&p->percent, (int)(done * 100 / r->pending.n));
		if (!read_batch(r, r->pending.at + done, r->pending.n - done, &taken, err))
			return false;
		if (atomic_load(&p->cancel))
			return true;
		if (!write_batch(r, err))
			return false;
		atomic_fetch_add(&p->traces, (int64_t)r->n);
	}
	return true;
}

bool check_run(struct db *db, const struct rules *rules, struct check_progress *progress, struct err *err)
{
	struct check_progress own = {0};
	struct run *r = xcalloc(1, sizeof *r);
	*r = (struct run){.db = db, .rules = rules, .progress = progress ? progress : &own, .arena = ARENA_INIT};
	BUG_ON(!sink_decoder());
	bool ok = rules_open(db, rules, &r->rule_state, err) && read_pending(r, err);
	if (ok && r->pending.n) {
		r->blocks = block_cache_new(db);
		ok = run_pending(r, err);
		block_cache_free(r->blocks);
	}
	atomic_store(&r->progress->percent, 100);
	ok = ok && (atomic_load(&r->progress->cancel) || check_like(db, rules, err));
	for (size_t i = 0; i < BATCH_TRACES; i++)
		done_trace(&r->at[i]);
	rules_close(r->rule_state);
	words_done(&r->words);
	arena_done(&r->arena);
	vec_done(&r->told);
	vec_done(&r->pending);
	free(r);
	return ok;
}
