/* Working through a review queue: whose turn which item is, claims, marks, figures. */
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/queue_private.h"

/* Who has, or had, item i.seq, besides ?2: judged it, or holds a claim on it that began or lived between ?3 and ?4 (both ends: clocks of
 * two machines may differ) and that no mark of that person has ended. */
#define OTHERS                                                                                                 \
	"(SELECT count(*) FROM (SELECT author FROM queue_mark k WHERE k.queue = i.queue AND k.seq = i.seq AND" \
	" k.state = 1 AND k.author <> ?2 UNION SELECT author FROM queue_claim c WHERE c.queue = i.queue AND"   \
	" c.seq = i.seq AND c.author <> ?2 AND c.time_ns BETWEEN ?3 AND ?4 AND NOT EXISTS (SELECT 1 FROM"      \
	" queue_mark k WHERE k.queue = c.queue AND k.seq = c.seq AND k.author = c.author AND"                  \
	" k.time_ns >= c.time_ns)))"

static void bind_who(struct stmt *s, int64_t id, struct str author, int64_t now_ns)
{
	stmt_int(s, 1, id);
	stmt_str(s, 2, author);
	stmt_int(s, 3, now_ns - QUEUE_CLAIM_NS);
	stmt_int(s, 4, now_ns + QUEUE_CLAIM_NS);
}

static bool copies_of(struct db *db, int64_t id, int64_t *copies, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT copies FROM queue WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	*copies = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	if (step == STEP_DONE)
		err_set(err, ERR_NOT_FOUND, NULL, "this queue is not in the store");
	return step == STEP_ROW;
}

/* ---------------------------------------------------------------- whose turn */

/* ?5 copies, ?6 the seq that is not meant. The first of them, then, in the order of skipping, those skipped. */
static bool find_turn(struct db *db, int64_t id, struct str author, int64_t now_ns, int64_t copies, int64_t except,
                      bool skipped, struct queue_turn *out, struct err *err)
{
	struct stmt *s = skipped
	                     ? db_query(db,
	                                "SELECT " ITEM_COLUMNS " FROM queue_mark m JOIN queue_item i ON"
	                                " i.queue = m.queue AND i.seq = m.seq WHERE m.queue = ?1 AND m.author = ?2 AND"
	                                " m.state = 2 AND m.seq <> ?6 AND (?5 = 0 OR " OTHERS " < ?5)"
	                                " ORDER BY m.time_ns, m.seq LIMIT 1",
	                                err)
	                     : db_query(db,
	                                "SELECT " ITEM_COLUMNS " FROM queue_item i WHERE i.queue = ?1 AND i.seq <> ?6"
	                                " AND NOT EXISTS (SELECT 1 FROM queue_mark m WHERE m.queue = i.queue AND"
	                                " m.seq = i.seq AND m.author = ?2) AND (?5 = 0 OR " OTHERS " < ?5)"
	                                " ORDER BY i.seq LIMIT 1",
	                                err);
	if (!s)
		return false;
	bind_who(s, id, author, now_ns);
	stmt_int(s, 5, copies);
	stmt_int(s, 6, except);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		queue_take_item(s, &out->item);
		out->end = QUEUE_GIVES;
		out->skipped = skipped;
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* Is anything unfinished, though not for this person? */
static bool find_waiting(struct db *db, int64_t id, struct str author, int64_t copies, struct queue_turn *out,
                         struct err *err)
{
	if (copies == 0)
		return true;
	struct stmt *s =
	    db_query(db,
	             "SELECT 1 FROM queue_item i WHERE i.queue = ?1 AND NOT EXISTS (SELECT 1 FROM queue_mark m WHERE"
	             " m.queue = i.queue AND m.seq = i.seq AND m.author = ?2 AND m.state = 1) AND (SELECT count(*)"
	             " FROM queue_mark m WHERE m.queue = i.queue AND m.seq = i.seq AND m.state = 1) < ?3 AND"
	             " i.seq <> ?4 LIMIT 1",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_str(s, 2, author);
	stmt_int(s, 3, copies);
	stmt_int(s, 4, out->item.seq);
	enum step step = stmt_step(s, err);
	stmt_end(s);
	if (step == STEP_ROW)
		out->end = QUEUE_OTHERS;
	return step != STEP_FAIL;
}

static bool claim(struct db *db, int64_t id, int64_t seq, struct str author, int64_t now_ns, struct err *err)
{
	struct stmt *s =
	    db_query(db, "INSERT OR REPLACE INTO queue_claim(queue, seq, author, time_ns) VALUES(?,?,?,?)", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_int(s, 2, seq);
	stmt_str(s, 3, author);
	stmt_int(s, 4, now_ns);
	return stmt_run(s, err);
}

static bool find_next(struct db *db, int64_t id, struct str author, int64_t now_ns, int64_t copies, int64_t except,
                      struct queue_turn *out, struct err *err)
{
	*out = (struct queue_turn){.end = QUEUE_ALL_DONE, .item = {.seq = except}};
	return find_turn(db, id, author, now_ns, copies, except, false, out, err) &&
	       (out->end == QUEUE_GIVES || find_turn(db, id, author, now_ns, copies, except, true, out, err)) &&
	       (out->end == QUEUE_GIVES || find_waiting(db, id, author, copies, out, err));
}

static bool claim_next(struct db *db, int64_t id, struct str author, int64_t now_ns, int64_t copies, int64_t except,
                       struct queue_turn *out, struct err *err)
{
	struct db *writer = queue_writer(db, err);
	bool ok = writer && db_begin(writer, err);
	if (ok) {
		ok = find_next(writer, id, author, now_ns, copies, except, out, err) &&
		     (out->end != QUEUE_GIVES || claim(writer, id, out->item.seq, author, now_ns, err)) &&
		     db_commit(writer, err);
		if (!ok)
			db_rollback(writer);
	}
	queue_writer_done(db, writer);
	return ok;
}

bool queue_next(struct db *db, int64_t id, struct str author, int64_t now_ns, int64_t except, struct arena *arena,
                struct queue_turn *out, struct err *err)
{
	int64_t copies;
	if (!copies_of(db, id, &copies, err))
		return false;
	bool ok = copies ? claim_next(db, id, author, now_ns, copies, except, out, err)
	                 : find_next(db, id, author, now_ns, 0, except, out, err);
	return ok && (out->end != QUEUE_GIVES || queue_item(db, id, out->item.seq, arena, &out->item, err));
}

static bool drop_claims(struct db *db, int64_t id, int64_t seq, struct str author, struct err *err)
{
	struct stmt *s =
	    db_query(db, "DELETE FROM queue_claim WHERE queue = ?1 AND author = ?2 AND (?3 < 0 OR seq = ?3)", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_str(s, 2, author);
	stmt_int(s, 3, seq);
	return stmt_run(s, err);
}

/* touch: seq's claim lives; else all claims end. */
static bool change_claims(struct db *db, int64_t id, int64_t seq, struct str author, bool touch, int64_t now_ns,
                          struct err *err)
{
	int64_t copies;
	if (!copies_of(db, id, &copies, err) || copies == 0)
		return err->code == ERR_NONE;
	struct db *writer = queue_writer(db, err);
	bool ok = writer && db_begin(writer, err);
	if (ok) {
		ok = (touch ? claim(writer, id, seq, author, now_ns, err) : drop_claims(writer, id, -1, author, err)) &&
		     db_commit(writer, err);
		if (!ok)
			db_rollback(writer);
	}
	queue_writer_done(db, writer);
	return ok;
}

bool queue_touch(struct db *db, int64_t id, int64_t seq, struct str author, int64_t now_ns, struct err *err)
{
	return change_claims(db, id, seq, author, true, now_ns, err);
}

bool queue_release(struct db *db, int64_t id, struct str author, struct err *err)
{
	return change_claims(db, id, -1, author, false, 0, err);
}

bool queue_beside(struct db *db, int64_t id, int64_t seq, struct str author, bool forward, int64_t *out,
                  struct err *err)
{
	struct queue_mark here;
	*out = -1;
	if (!queue_marked(db, id, seq, author, &here, err))
		return false;
	if (forward && here.state == QUEUE_OPEN)
		return true;
	struct stmt *s = forward ? db_query(db,
	                                    "SELECT seq FROM queue_mark WHERE queue = ?1 AND author = ?2 AND"
	                                    " (time_ns > ?3 OR (time_ns = ?3 AND seq > ?4))"
	                                    " ORDER BY time_ns, seq LIMIT 1",
	                                    err)
	                         : db_query(db,
	                                    "SELECT seq FROM queue_mark WHERE queue = ?1 AND author = ?2 AND"
	                                    " (time_ns < ?3 OR (time_ns = ?3 AND seq < ?4))"
	                                    " ORDER BY time_ns DESC, seq DESC LIMIT 1",
	                                    err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_str(s, 2, author);
	stmt_int(s, 3, here.state == QUEUE_OPEN ? INT64_MAX : here.time_ns);
	stmt_int(s, 4, here.state == QUEUE_OPEN ? INT64_MAX : seq);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*out = col_int(s, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- marks */

static void bind_place(struct stmt *s, int64_t id, int64_t seq, struct str author)
{
	stmt_int(s, 1, id);
	stmt_int(s, 2, seq);
	stmt_str(s, 3, author);
}

bool queue_marked(struct db *db, int64_t id, int64_t seq, struct str author, struct queue_mark *out, struct err *err)
{
	*out = (struct queue_mark){.state = QUEUE_OPEN, .time_ns = UNKNOWN_INT, .spent_ns = UNKNOWN_INT};
	struct stmt *s = db_query(
	    db, "SELECT state, time_ns, spent_ns, event FROM queue_mark WHERE queue = ? AND seq = ? AND author = ?",
	    err);
	if (!s)
		return false;
	bind_place(s, id, seq, author);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		struct str event = col_blob(s, 3);
		out->state = col_int(s, 0) == QUEUE_SKIPPED ? QUEUE_SKIPPED : QUEUE_DONE;
		out->time_ns = col_int(s, 1);
		out->spent_ns = col_int(s, 2);
		out->has_event = event.len == sizeof out->event;
		if (out->has_event)
			memcpy(out->event.byte, event.ptr, event.len);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool queue_mark(struct db *db, int64_t id, int64_t seq, struct str author, const struct queue_mark *mark,
                struct queue_mark *was, struct err *err)
{
	if (was && !queue_marked(db, id, seq, author, was, err))
		return false;
	struct stmt *s =
	    mark->state == QUEUE_OPEN
	        ? db_query(db, "DELETE FROM queue_mark WHERE queue = ? AND seq = ? AND author = ?", err)
	        : db_query(db,
	                   "INSERT OR REPLACE INTO queue_mark(queue, seq, author, state, time_ns, spent_ns, event)"
	                   " VALUES(?,?,?,?,?,?,?)",
	                   err);
	if (!s)
		return false;
	bind_place(s, id, seq, author);
	if (mark->state != QUEUE_OPEN) {
		stmt_int(s, 4, mark->state);
		stmt_int(s, 5, mark->time_ns);
		stmt_int(s, 6, mark->spent_ns);
		stmt_blob(s, 7,
		          mark->has_event ? (struct str){(const char *)mark->event.byte, sizeof mark->event}
		                          : STR_NONE);
	}
	return stmt_run(s, err) && (mark->state == QUEUE_OPEN || drop_claims(db, id, seq, author, err));
}

#define MERGED                                                                                               \
	"INSERT OR IGNORE INTO queue_mark(queue, seq, author, state, event, time_ns) SELECT i.queue, i.seq," \
	" n.author, 1, n.event, n.time_ns FROM annotation a JOIN queue q ON q.name = a.queue JOIN"           \
	" annotation_now n ON n.target = a.target AND n.author = a.author AND n.field = a.field AND"         \
	" n.part = a.part AND n.event = a.event JOIN queue_item i ON i.queue = q.id WHERE a.queue IS NOT NULL AND"

static bool mark_field(struct db *db, const char *sql, enum annotation_field field, int64_t *marked, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, field);
	if (!stmt_run(s, err))
		return false;
	*marked += db_changes(db);
	return true;
}

/* An item is found by the hashes of its texts; a pair (kind 4), whose hash in the queue is another one, by its case. */
static bool mark_merged_in(struct db *db, int64_t *marked, struct err *err)
{
	static const char verdicts[] = MERGED " a.field = ?1 AND i.output_hash = a.output_hash AND"
	                                      " i.input_hash IS a.input_hash AND i.kind <> 4",
	                  pairs[] = MERGED " a.field = ?1 AND i.kind = 4 AND a.hint LIKE 'pair:%' AND i.case_id ="
	                                   " (SELECT k.id FROM case_key k WHERE k.text = substr(a.hint, 6))";
	return mark_field(db, verdicts, FIELD_VERDICT, marked, err) &&
	       mark_field(db, pairs, FIELD_PREFERENCE, marked, err);
}

bool queue_mark_merged(struct db *db, int64_t *marked, struct err *err)
{
	*marked = 0;
	if (!db_begin(db, err))
		return false;
	if (mark_merged_in(db, marked, err) && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

/* ---------------------------------------------------------------- figures */

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static bool read_pace(struct db *db, int64_t id, struct str author, int64_t *pace_ns, struct err *err)
{
	int64_t spent[QUEUE_PACE_ITEMS];
	size_t n = 0;
	*pace_ns = UNKNOWN_INT;
	struct stmt *s = db_query(db,
	                          "SELECT spent_ns FROM queue_mark WHERE queue = ? AND author = ? AND state = 1 AND"
	                          " spent_ns >= 0 ORDER BY time_ns DESC, seq DESC LIMIT ?",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_str(s, 2, author);
	stmt_int(s, 3, QUEUE_PACE_ITEMS);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW && n < QUEUE_PACE_ITEMS)
		spent[n++] = col_int(s, 0);
	stmt_end(s);
	if (n < QUEUE_PACE_LEAST)
		return step != STEP_FAIL;
	qsort(spent, n, sizeof *spent, by_size);
	*pace_ns = n % 2 ? spent[n / 2] : spent[n / 2 - 1] / 2 + spent[n / 2] / 2;
	return step != STEP_FAIL;
}

static bool read_marks(struct db *db, const struct queue *q, struct str author, struct queue_progress *out,
                       struct err *err)
{
	struct stmt *s = db_query(
	    db,
	    "SELECT sum(mine = 1), sum(mine = 2), max(newest), sum(judged >= max(?3, 1)) FROM (SELECT"
	    " max(CASE WHEN author = ?2 THEN state END) mine, max(CASE WHEN author = ?2 THEN time_ns END) newest,"
	    " sum(state = 1) judged FROM queue_mark WHERE queue = ?1 GROUP BY seq)",
	    err);
	if (!s)
		return false;
	stmt_int(s, 1, q->id);
	stmt_str(s, 2, author);
	stmt_int(s, 3, q->copies);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->done = col_int_or(s, 0, 0);
		out->skipped = col_int_or(s, 1, 0);
		out->last_ns = col_int(s, 2);
		out->finished = col_int_or(s, 3, 0);
	}
	stmt_end(s);
	s = db_query(db, "SELECT count(DISTINCT author) FROM queue_mark WHERE queue = ? AND state = 1", err);
	if (step != STEP_ROW || !s)
		return false;
	stmt_int(s, 1, q->id);
	step = stmt_step(s, err);
	if (step == STEP_ROW)
		out->people = col_int_or(s, 0, 0);
	stmt_end(s);
	return step == STEP_ROW;
}

/* Of a queue that is shared out: what is left for this person, and what is not finished and not for him now. */
static bool read_shares(struct db *db, const struct queue *q, struct str author, int64_t now_ns,
                        struct queue_progress *out, struct err *err)
{
	struct stmt *s =
	    db_query(db,
	             "SELECT sum(others < ?5), sum(others >= ?5 AND judged < ?5) FROM (SELECT " OTHERS " others,"
	             " (SELECT count(*) FROM queue_mark k WHERE k.queue = i.queue AND k.seq = i.seq AND k.state = 1)"
	             " judged FROM queue_item i WHERE i.queue = ?1 AND NOT EXISTS (SELECT 1 FROM queue_mark m WHERE"
	             " m.queue = i.queue AND m.seq = i.seq AND m.author = ?2 AND m.state = 1))",
	             err);
	if (!s)
		return false;
	bind_who(s, q->id, author, now_ns);
	stmt_int(s, 5, q->copies);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->left = col_int_or(s, 0, 0);
		out->waiting = col_int_or(s, 1, 0);
	}
	stmt_end(s);
	return step == STEP_ROW;
}

bool queue_progress(struct db *db, const struct queue *queue, struct str author, int64_t now_ns,
                    struct queue_progress *out, struct err *err)
{
	*out = (struct queue_progress){.items = queue->n_items, .last_ns = UNKNOWN_INT, .pace_ns = UNKNOWN_INT};
	if (!read_marks(db, queue, author, out, err) || !read_pace(db, queue->id, author, &out->pace_ns, err))
		return false;
	out->left = out->items - out->done;
	return queue->copies == 0 || read_shares(db, queue, author, now_ns, out, err);
}

void queue_time_words(struct buf *out, int64_t left, int64_t pace_ns)
{
	enum { MINUTE = 60, HOUR = 3600 };
	if (pace_ns == UNKNOWN_INT || left <= 0)
		return;
	double s = (double)left * (double)pace_ns / 1e9;
	if (s < MINUTE / 2.0)
		buf_add_cstr(out, "less than a minute");
	else if (s < 1.5 * HOUR)
		buf_printf(out, "about %.0f min", s / MINUTE);
	else
		buf_printf(out, "about %.0f h", s / HOUR);
}

void queue_progress_words(struct buf *out, const struct queue_progress *p, bool ascii)
{
	const char *gap = ascii ? ", " : " · ";
	int64_t all = p->done + p->left;
	buf_printf(out, "%lld of %lld done", (long long)p->done, (long long)all);
	if (!p->left)
		return;
	buf_printf(out, "%s%lld left", gap, (long long)p->left);
	size_t at = out->len;
	buf_add_cstr(out, gap);
	size_t before = out->len;
	queue_time_words(out, p->left, p->pace_ns);
	if (out->len == before && out->ptr)
		out->ptr[out->len = at] = '\0';
}
