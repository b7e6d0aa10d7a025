#include "store/forget_private.h"
#include "store/hist.h"
#include "store/hist_table.h"
#include "store/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/span_row.h"

/* ---------------------------------------------------------------- opening */

struct forget *forget_open(struct db *db, struct err *err)
{
	struct buf path = BUF_INIT;
	buf_printf(&path, "%s-import", db_path(db));
	int fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok = fd >= 0 || err_set(err, ERR_STORE, NULL, "cannot open %s: %s", buf_cstr(&path), strerror(errno));
	if (ok && flock(fd, LOCK_EX | LOCK_NB) != 0)
		ok = err_set(err, ERR_STORE, NULL, "another spoor imports into store %s: forget when it is done",
		             db_path(db));
	buf_done(&path);
	if (!ok || !db_exec(db, "PRAGMA secure_delete=1", err)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct forget *f = xcalloc(1, sizeof *f);
	f->db = db;
	f->lock_fd = fd;
	f->blocks = block_cache_new(db);
	return f;
}

void forget_close(struct forget *f)
{
	if (!f)
		return;
	if (f->in_txn)
		db_rollback(f->db);
	block_cache_free(f->blocks);
	close(f->lock_fd);
	free(f);
}

/* ---------------------------------------------------------------- transactions */

static int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool forget_begin(struct forget *f, struct err *err)
{
	if (f->in_txn)
		return true;
	f->in_txn = db_begin(f->db, err);
	f->began_ns = clock_ns();
	return f->in_txn;
}

bool forget_commit(struct forget *f, struct err *err)
{
	if (!f->in_txn)
		return true;
	f->in_txn = false;
	if (!db_commit(f->db, err))
		return false;
	db_checkpoint(f->db, DB_LOG_BYTES);
	return true;
}

bool forget_breathe(struct forget *f, struct err *err)
{
	bool cancelled = f->cancel && atomic_load(f->cancel);
	if (!cancelled && f->in_txn && clock_ns() - f->began_ns < FORGET_TXN_NS)
		return true;
	if (!forget_commit(f, err))
		return false;
	if (cancelled)
		return err_set(err, ERR_INTERRUPTED, NULL, "stopped half-way: spoor forget goes on");
	return forget_begin(f, err);
}

bool forget_do(struct forget *f, const char *sql, int64_t a, int64_t b, struct err *err)
{
	struct stmt *s = db_query(f->db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, a);
	if (b != UNKNOWN_INT)
		stmt_int(s, 2, b);
	return stmt_run(s, err);
}

bool forget_all(struct forget *f, const char *sql, int64_t a, struct err *err)
{
	do {
		if (!forget_breathe(f, err) || !forget_do(f, sql, a, UNKNOWN_INT, err))
			return false;
	} while (db_changes(f->db) > 0);
	return true;
}

/* ---------------------------------------------------------------- notes
 *
 * forget/KIND/ID: traces t, runs r, sources s, sources whose records are swept a, sources to be read again i; ranges of span rows whose
 * trace is gone g (its value: how many). "forget" itself: 1 all is written down, 2 only the writing anew is left. Before it is there, the
 * others are of somebody who was killed while writing them. */

static bool note(struct forget *f, char kind, int64_t id, int64_t value, struct err *err)
{
	char key[40];
	int n = snprintf(key, sizeof key, "forget/%c/%lld", kind, (long long)id);
	struct stmt *s = db_query(f->db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?,?)", err);
	if (!s)
		return false;
	stmt_str(s, 1, (struct str){key, (size_t)n});
	stmt_int(s, 2, value);
	return stmt_run(s, err);
}

static bool strike(struct forget *f, char kind, int64_t id, struct err *err)
{
	char key[40];
	int n = snprintf(key, sizeof key, "forget/%c/%lld", kind, (long long)id);
	struct stmt *s = db_query(f->db, "DELETE FROM meta WHERE key = ?", err);
	if (!s)
		return false;
	stmt_str(s, 1, (struct str){key, (size_t)n});
	return stmt_run(s, err);
}

static bool state_of(struct db *db, int64_t *state, struct err *err)
{
	return db_int(db, "SELECT value FROM meta WHERE key = 'forget'", 0, state, err);
}

bool forget_pending(struct db *db, bool *pending, struct err *err)
{
	int64_t state = 0;
	bool ok = state_of(db, &state, err);
	*pending = state > 0;
	return ok;
}

static bool note_list(struct forget *f, char kind, const struct forget_list *list, struct err *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (!forget_breathe(f, err) || !note(f, kind, list->at[i], 1, err))
			return false;
	return true;
}

bool forget_note(struct forget *f, const struct forget_what *what, struct err *err)
{
	int64_t state = 0;
	if (!state_of(f->db, &state, err) || !forget_begin(f, err))
		return false;
	if (state == 0 && !db_exec(f->db, "DELETE FROM meta WHERE key >= 'forget/' AND key < 'forget0'", err))
		return false;
	return note_list(f, 't', &what->traces, err) && note_list(f, 'r', &what->runs, err) &&
	       note_list(f, 's', &what->sources, err) && note_list(f, 'i', &what->again, err) &&
	       forget_breathe(f, err) &&
	       db_exec(f->db, "INSERT OR REPLACE INTO meta(key, value) VALUES('forget', 1)", err) &&
	       forget_commit(f, err);
}

/* The first note of a kind; *id 0: there is none. */
static bool next(struct forget *f, char kind, int64_t *id, int64_t *value, struct err *err)
{
	char from[16], to[16];
	snprintf(from, sizeof from, "forget/%c/", kind);
	snprintf(to, sizeof to, "forget/%c0", kind);
	struct stmt *s = db_query(f->db,
	                          "SELECT CAST(substr(key, 10) AS INTEGER), value FROM meta WHERE key > ? AND key < ?"
	                          " ORDER BY key LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_str(s, 1, str_of(from));
	stmt_str(s, 2, str_of(to));
	enum step step = stmt_step(s, err);
	*id = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	*value = step == STEP_ROW ? col_int_or(s, 1, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- traces */

/* The sources whose blocks hold records of these rows are to be swept. */
static bool note_owners(struct forget *f, const char *sql, int64_t a, int64_t b, struct err *err)
{
	struct stmt *s = db_query(f->db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, a);
	if (b != UNKNOWN_INT)
		stmt_int(s, 2, b);
	VEC(int64_t) owners = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		if (!col_null(s, 0))
			*vec_add(&owners) = col_int(s, 0);
	stmt_end(s);
	bool ok = step == STEP_DONE;
	for (size_t i = 0; ok && i < owners.n; i++)
		ok = note(f, 'a', owners.at[i], 1, err);
	vec_done(&owners);
	return ok;
}

#define OWNER_OF(record) "(SELECT source FROM block WHERE first <= " record " ORDER BY first DESC LIMIT 1)"

/* The trace is gone at once; its settled rows follow, a range at a time. */
static bool drop_trace(struct forget *f, int64_t id, struct err *err)
{
	static const char *const parts[] = {
	    "DELETE FROM span_loose WHERE trace = ?", "DELETE FROM span_other WHERE trace = ?",
	    "DELETE FROM trace_said WHERE trace = ?", "DELETE FROM trace_tag WHERE trace = ?",
	    "DELETE FROM score WHERE trace = ?",      "DELETE FROM trace WHERE id = ?",
	    "DELETE FROM finding WHERE trace = ?",    "DELETE FROM checked WHERE trace = ?",
	};
	static const char *const records[] = {
	    "SELECT DISTINCT " OWNER_OF("record") " FROM span_loose WHERE trace = ?",
	    "SELECT DISTINCT " OWNER_OF("record") " FROM span_other WHERE trace = ?",
	    "SELECT DISTINCT " OWNER_OF("record") " FROM trace_said WHERE trace = ?",
	    "SELECT DISTINCT " OWNER_OF("record") " FROM score WHERE trace = ?",
	};
	struct stmt *s = db_query(f->db, "SELECT first, n FROM trace WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	int64_t first = step == STEP_ROW ? col_int_or(s, 0, 0) : 0, n = step == STEP_ROW ? col_int_or(s, 1, 0) : 0;
	stmt_end(s);
	if (step == STEP_FAIL || (n > 0 && !note(f, 'g', first, n, err)))
		return false;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		if (!note_owners(f, records[i], id, UNKNOWN_INT, err))
			return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!forget_do(f, parts[i], id, UNKNOWN_INT, err))
			return false;
	return strike(f, 't', id, err);
}

/* The rows out of the histograms (as rows_hist puts them in). */
static bool drop_figures(struct forget *f, int64_t first, int64_t end, struct err *err)
{
	struct stmt *s = db_query(f->db,
	                          "SELECT name, kind, duration_ns, tokens_in, tokens_out, cost_usd FROM span"
	                          " WHERE pos >= ? AND pos < ? AND record > 0",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, first);
	stmt_int(s, 2, end);
	VEC(struct hist_delta) all = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const int64_t figures[N_HIST] = {[HIST_TIME] = col_int(s, 2),
		                                 [HIST_TOKENS] = settle_tokens(col_int(s, 3), col_int(s, 4)),
		                                 [HIST_COST] = hist_cost(col_double(s, 5))};
		for (int what = 0; what < N_HIST; what++)
			if (figures[what] >= 0)
				*vec_add(&all) =
				    (struct hist_delta){(uint32_t)col_int_or(s, 0, 0), (int16_t)col_int_or(s, 1, 0),
				                        (uint8_t)what, hist_bucket(figures[what]), -1};
	}
	stmt_end(s);
	bool ok = step == STEP_DONE && hist_write(f->db, all.at, all.n, err);
	vec_done(&all);
	return ok;
}

static bool drop_range(struct forget *f, int64_t first, int64_t n, struct err *err)
{
	int64_t some = n < FORGET_ROWS ? n : FORGET_ROWS;
	if (!note_owners(f,
	                 "SELECT DISTINCT " OWNER_OF("record") " FROM span WHERE pos >= ? AND pos < ? AND record > 0",
	                 first, first + some, err) ||
	    !drop_figures(f, first, first + some, err) ||
	    !forget_do(f, "DELETE FROM span WHERE pos >= ? AND pos < ?", first, first + some, err) ||
	    !strike(f, 'g', first, err))
		return false;
	return n == some || note(f, 'g', first + some, n - some, err);
}

/* ---------------------------------------------------------------- runs, sources */

static bool drop_run(struct forget *f, int64_t id, struct err *err)
{
	static const char *const parts[] = {
	    "DELETE FROM case_part_score WHERE (run, case_id, repeat, hash, source, name, n) IN"
	    " (SELECT run, case_id, repeat, hash, source, name, n FROM case_part_score WHERE run = ? LIMIT 1024)",
	    "DELETE FROM case_part WHERE (run, case_id, repeat, hash, source) IN"
	    " (SELECT run, case_id, repeat, hash, source FROM case_part WHERE run = ? LIMIT 1024)",
	    "DELETE FROM case_score WHERE (run, case_id, repeat, name, n) IN"
	    " (SELECT run, case_id, repeat, name, n FROM case_score WHERE run = ? LIMIT 1024)",
	    "DELETE FROM case_result WHERE (run, case_id, repeat) IN"
	    " (SELECT run, case_id, repeat FROM case_result WHERE run = ? LIMIT 1024)",
	};
	if (!note_owners(f, "SELECT DISTINCT " OWNER_OF("record") " FROM case_result WHERE run = ?", id, UNKNOWN_INT,
	                 err) ||
	    !note_owners(f, "SELECT DISTINCT " OWNER_OF("record") " FROM case_part WHERE run = ?", id, UNKNOWN_INT,
	                 err) ||
	    !note_owners(f, "SELECT source FROM run_source WHERE run = ?1", id, UNKNOWN_INT, err))
		return false;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!forget_all(f, parts[i], id, err))
			return false;
	return forget_breathe(f, err) && forget_do(f, "DELETE FROM run_metric WHERE run = ?", id, UNKNOWN_INT, err) &&
	       forget_do(f, "DELETE FROM run_score WHERE run = ?", id, UNKNOWN_INT, err) &&
	       forget_do(f, "DELETE FROM run_source WHERE run = ?", id, UNKNOWN_INT, err) &&
	       forget_do(f, "DELETE FROM run WHERE id = ?", id, UNKNOWN_INT, err) && strike(f, 'r', id, err);
}

/* Its blocks go whole: what is left of it are scores on traces that stay, and what was wrong with it. */
static bool drop_source(struct forget *f, int64_t id, struct err *err)
{
	return forget_all(f,
	                  "DELETE FROM score WHERE id IN (SELECT id FROM score WHERE record > 0 AND " OWNER_OF(
	                      "record") " = ? LIMIT 256)",
	                  id, err) &&
	       forget_all(f,
	                  "DELETE FROM frame_tail WHERE frame IN (SELECT frame FROM frame_tail WHERE " OWNER_OF(
	                      "frame") " = ? LIMIT 1024)",
	                  id, err) &&
	       forget_all(f, "DELETE FROM block WHERE first IN (SELECT first FROM block WHERE source = ? LIMIT 16)", id,
	                  err) &&
	       forget_all(f, "DELETE FROM problem WHERE id IN (SELECT id FROM problem WHERE source = ? LIMIT 1024)", id,
	                  err) &&
	       forget_breathe(f, err) &&
	       forget_do(f, "DELETE FROM run_source WHERE source = ?", id, UNKNOWN_INT, err) &&
	       forget_do(f, "DELETE FROM source WHERE id = ?", id, UNKNOWN_INT, err) && note(f, 'a', id, 1, err) &&
	       strike(f, 's', id, err);
}

static bool read_again(struct forget *f, int64_t id, struct err *err)
{
	struct hash128 nothing = hash128_of(STR_LIT(""));
	struct stmt *s =
	    db_query(f->db, "UPDATE source SET bytes = 0, records = 0, state = 2, prefix_hash = ?2 WHERE id = ?1", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_blob(s, 2, (struct str){(const char *)nothing.byte, sizeof nothing.byte});
	return stmt_run(s, err) && note(f, 'a', id, 1, err) && strike(f, 'i', id, err);
}

/* ---------------------------------------------------------------- all of it */

static bool do_one(struct forget *f, char kind, int64_t id, int64_t value, struct err *err)
{
	switch (kind) {
	case 't': return drop_trace(f, id, err);
	case 'g': return drop_range(f, id, value, err);
	case 'r': return drop_run(f, id, err);
	case 's': return drop_source(f, id, err);
	default: return read_again(f, id, err);
	}
}

static bool do_notes(struct forget *f, struct err *err)
{
	static const char kinds[] = "tgrsi";
	for (const char *kind = kinds; *kind; kind++)
		for (;;) {
			int64_t id, value;
			if (!forget_breathe(f, err) || !next(f, *kind, &id, &value, err))
				return false;
			if (!id)
				break;
			if (!do_one(f, *kind, id, value, err))
				return false;
		}
	return true;
}

static bool set_state(struct forget *f, int state, struct err *err)
{
	return forget_begin(f, err) &&
	       (state ? forget_do(f, "UPDATE meta SET value = ? WHERE key = 'forget'", state, UNKNOWN_INT, err)
	              : db_exec(f->db, "DELETE FROM meta WHERE key = 'forget'", err)) &&
	       forget_commit(f, err);
}

bool forget_run(struct forget *f, bool compact, const _Atomic bool *cancel, bool *cut, struct err *err)
{
	int64_t state = 0;
	f->cancel = cancel;
	*cut = true;
	if (!state_of(f->db, &state, err))
		return false;
	if (state == 1 && !(forget_begin(f, err) && do_notes(f, err) && forget_sweep(f, err) && set_state(f, 2, err)))
		return false;
	if (state && compact && !(db_compact(f->db, err) && set_state(f, 0, err)))
		return false;
	db_checkpoint(f->db, 0);
	*cut = db_log_is_empty(f->db);
	return true;
}
