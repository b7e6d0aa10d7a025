/* Making and finding review queues. Working through one: queue_turn.c. */
#include "store/queue.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/queue_private.h"

struct db *queue_writer(struct db *db, struct err *err)
{
	return db_is_reader(db) ? db_open(db_path(db), DB_WRITE, err) : db;
}

void queue_writer_done(struct db *db, struct db *writer)
{
	if (writer != db)
		db_close(writer);
}

/* ---------------------------------------------------------------- names */

bool queue_name_is_good(struct str name)
{
	if (!name.len || name.len > QUEUE_NAME_MAX || !text_is_valid(name) || str_trim(name).len != name.len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == 0x7f)
			return false;
	return true;
}

static bool check_name(struct str name, struct err *err)
{
	return queue_name_is_good(name) ||
	       err_set(err, ERR_USAGE, NULL,
	               "a queue's name is one line of at most %d bytes, without blanks at its ends", QUEUE_NAME_MAX);
}

static bool id_of_name(struct db *db, struct str name, int64_t *id, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT id FROM queue WHERE name = ?", err);
	if (!s)
		return false;
	stmt_str(s, 1, name);
	enum step step = stmt_step(s, err);
	*id = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

bool queue_free_name(struct db *db, struct str name, struct buf *out, struct err *err)
{
	size_t from = out->len;
	enum { TRIES = 1000, TAIL = 5 };
	for (int n = 1; n <= TRIES; n++) {
		int64_t id;
		struct str begin = name;
		while (begin.len > QUEUE_NAME_MAX - TAIL || (begin.len && !text_is_valid(begin)))
			begin.len--;
		out->len = from;
		buf_add_str(out, n == 1 && name.len <= QUEUE_NAME_MAX ? name : str_trim(begin));
		if (n > 1)
			buf_printf(out, " %d", n);
		if (!id_of_name(db, str_from(buf_str(out), from), &id, err))
			return false;
		if (!id)
			return true;
	}
	return err_set(err, ERR_USAGE, NULL, "too many queues have this name already");
}

/* ---------------------------------------------------------------- making */

static void bind_hash(struct stmt *s, int i, uint64_t hash)
{
	stmt_int(s, i, hash ? (int64_t)hash : UNKNOWN_INT);
}

static bool put_item(struct db *db, int64_t queue, int64_t seq, const struct queue_item *item, struct err *err)
{
	struct stmt *s =
	    db_query(db,
	             "INSERT INTO queue_item(queue, seq, kind, run, case_id, repeat, run_b, repeat_b, trace,"
	             " span, input_hash, output_hash, content) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
	             err);
	if (!s)
		return false;
	const int64_t ids[] = {item->run,      item->case_id, item->repeat, item->run_b,
	                       item->repeat_b, item->trace,   item->span};
	stmt_int(s, 1, queue);
	stmt_int(s, 2, seq);
	stmt_int(s, 3, item->kind);
	for (int i = 0; i < (int)(sizeof ids / sizeof *ids); i++)
		stmt_int(s, 4 + i, ids[i]);
	bind_hash(s, 11, item->input_hash);
	bind_hash(s, 12, item->output_hash);
	stmt_blob(s, 13, item->content);
	return stmt_run(s, err);
}

static bool put_queue(struct db *db, const struct queue_make *m, int64_t *id, struct err *err)
{
	if (!id_of_name(db, m->name, id, err))
		return false;
	if (*id)
		return err_set(err, ERR_USAGE, NULL, "there is a queue of this name already: " STR_FMT,
		               STR_ARG(m->name));
	struct stmt *s = db_query(db,
	                          "INSERT INTO queue(name, made_ns, author, made_from, mode, copies, seed, reasons,"
	                          " rubric) VALUES(?,?,?,?,?,?,?,?,?)",
	                          err);
	if (!s)
		return false;
	stmt_str(s, 1, m->name);
	stmt_int(s, 2, m->now_ns);
	stmt_str(s, 3, m->author);
	stmt_str(s, 4, m->made_from.ptr ? m->made_from : STR_LIT(""));
	stmt_int(s, 5, (int64_t)m->mode);
	stmt_int(s, 6, m->copies);
	stmt_int(s, 7, (int64_t)(m->seed & INT64_MAX));
	stmt_str(s, 8, m->reasons.len ? m->reasons : STR_NONE);
	stmt_str(s, 9, m->rubric.len ? m->rubric : STR_NONE);
	if (!stmt_run(s, err))
		return false;
	*id = db_last_rowid(db);
	return true;
}

static bool make_in(struct db *db, const struct queue_make *m, int64_t *id, struct err *err)
{
	if (!db_begin(db, err))
		return false;
	size_t n = m->n > QUEUE_ITEMS ? QUEUE_ITEMS : m->n;
	bool ok = put_queue(db, m, id, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = put_item(db, *id, (int64_t)i, &m->items[i], err);
	if (ok && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

bool queue_make(struct db *db, const struct queue_make *make, int64_t *id, struct err *err)
{
	*id = 0;
	if (!check_name(make->name, err))
		return false;
	if (!make->n)
		return err_set(err, ERR_NO_DATA, NULL, "there is nothing to review");
	struct db *writer = queue_writer(db, err);
	bool ok = writer && make_in(writer, make, id, err);
	queue_writer_done(db, writer);
	return ok;
}

static bool close_in(struct db *db, int64_t id, int64_t now_ns, struct err *err)
{
	struct stmt *s = db_query(db, "UPDATE queue SET closed_ns = ? WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, now_ns);
	stmt_int(s, 2, id);
	return stmt_run(s, err);
}

static bool rename_in(struct db *db, int64_t id, struct str name, struct err *err)
{
	int64_t other;
	if (!id_of_name(db, name, &other, err))
		return false;
	if (other && other != id)
		return err_set(err, ERR_USAGE, NULL, "there is a queue of this name already: " STR_FMT, STR_ARG(name));
	struct stmt *s = db_query(db, "UPDATE queue SET name = ? WHERE id = ?", err);
	if (!s)
		return false;
	stmt_str(s, 1, name);
	stmt_int(s, 2, id);
	return stmt_run(s, err);
}

static bool change(struct db *db, int64_t id, int64_t now_ns, struct str name, struct err *err)
{
	struct db *writer = queue_writer(db, err);
	bool ok = writer && db_begin(writer, err);
	if (ok) {
		ok = name.ptr ? rename_in(writer, id, name, err) : close_in(writer, id, now_ns, err);
		ok = ok && db_commit(writer, err);
		if (!ok)
			db_rollback(writer);
	}
	queue_writer_done(db, writer);
	return ok;
}

bool queue_close(struct db *db, int64_t id, int64_t now_ns, struct err *err)
{
	return change(db, id, now_ns, STR_NONE, err);
}

bool queue_rename(struct db *db, int64_t id, struct str name, struct err *err)
{
	return check_name(name, err) && change(db, id, 0, name, err);
}

/* ---------------------------------------------------------------- finding */

#define COLUMNS                                                                                                      \
	"SELECT q.id, q.name, q.author, q.made_from, q.reasons, q.rubric, q.made_ns, q.closed_ns, q.mode, q.copies," \
	" q.seed, (SELECT count(*) FROM queue_item i WHERE i.queue = q.id) FROM queue q"

static struct queue take_queue(struct stmt *s, struct arena *arena)
{
	int64_t copies = col_int_or(s, 9, 0);
	return (struct queue){.id = col_int(s, 0),
	                      .name = arena_str(arena, col_str(s, 1)),
	                      .author = arena_str(arena, col_str(s, 2)),
	                      .made_from = arena_str(arena, col_str(s, 3)),
	                      .reasons = arena_str(arena, col_str(s, 4)),
	                      .rubric = arena_str(arena, col_str(s, 5)),
	                      .made_ns = col_int(s, 6),
	                      .closed_ns = col_int(s, 7),
	                      .mode = (unsigned)(col_int_or(s, 8, 0) & (QUEUE_BLIND | QUEUE_PAIRWISE)),
	                      .copies = copies > 0 ? copies : 0,
	                      .seed = (uint64_t)col_int_or(s, 10, 0),
	                      .n_items = col_int(s, 11)};
}

bool queue_get(struct db *db, int64_t id, struct arena *arena, struct queue *out, struct err *err)
{
	struct stmt *s = db_query(db, COLUMNS " WHERE q.id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*out = take_queue(s, arena);
	stmt_end(s);
	if (step == STEP_DONE)
		err_set(err, ERR_NOT_FOUND, NULL, "this queue is not in the store");
	return step == STEP_ROW;
}

bool queue_list(struct db *db, bool closed_too, struct arena *arena, struct queue **out, size_t *n, struct err *err)
{
	*out = NULL;
	*n = 0;
	struct stmt *s =
	    db_query(db, COLUMNS " WHERE ?1 OR q.closed_ns IS NULL ORDER BY q.made_ns DESC, q.id DESC", err);
	if (!s)
		return false;
	stmt_int(s, 1, closed_too);
	VEC(struct queue) found = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&found) = take_queue(s, arena);
	stmt_end(s);
	*out = arena_alloc(arena, (found.n + 1) * sizeof **out);
	if (found.n)
		memcpy(*out, found.at, found.n * sizeof **out);
	*n = found.n;
	vec_done(&found);
	return step == STEP_DONE;
}

static bool begins_alike(struct str name, struct str word)
{
	return name.len >= word.len && strncasecmp(name.ptr, word.ptr, word.len) == 0;
}

bool queue_find(struct db *db, struct str name, struct arena *arena, struct queue *out, struct err *err)
{
	int64_t id;
	struct queue *all;
	size_t n, hits = 0;
	if (!id_of_name(db, name, &id, err))
		return false;
	if (id)
		return queue_get(db, id, arena, out, err);
	if (!queue_list(db, true, arena, &all, &n, err))
		return false;
	for (size_t i = 0; name.len && i < n; i++)
		if (begins_alike(all[i].name, name))
			*out = all[i], hits++;
	if (hits > 1)
		return err_set(err, ERR_USAGE, NULL,
		               "several queues begin with " STR_FMT ": spoor review --list shows them", STR_ARG(name));
	return hits == 1 ||
	       err_set(err, ERR_NOT_FOUND, NULL,
	               "there is no queue " STR_FMT ": spoor review --list shows those there are", STR_ARG(name));
}

/* Columns from 0 on: ITEM_COLUMNS. */
void queue_take_item(struct stmt *s, struct queue_item *out)
{
	*out = (struct queue_item){.seq = col_int(s, 0),
	                           .kind = (int)(col_int_or(s, 1, 0) & 0xff),
	                           .run = col_int(s, 2),
	                           .case_id = col_int(s, 3),
	                           .repeat = col_int(s, 4),
	                           .run_b = col_int(s, 5),
	                           .repeat_b = col_int(s, 6),
	                           .trace = col_int(s, 7),
	                           .span = col_int(s, 8),
	                           .input_hash = (uint64_t)col_int_or(s, 9, 0),
	                           .output_hash = (uint64_t)col_int_or(s, 10, 0),
	                           .has_content = col_int_or(s, 11, 0) != 0};
}

bool queue_item(struct db *db, int64_t id, int64_t seq, struct arena *arena, struct queue_item *out, struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT " ITEM_COLUMNS ", i.content FROM queue_item i WHERE i.queue = ? AND i.seq = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_int(s, 2, seq);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		queue_take_item(s, out);
		out->content = arena_str(arena, col_blob(s, 12));
	}
	stmt_end(s);
	if (step == STEP_DONE)
		err_set(err, ERR_NOT_FOUND, NULL, "this item is not in the queue");
	return step == STEP_ROW;
}

bool queue_items(struct db *db, int64_t id, struct arena *arena, struct queue_item **out, size_t *n, struct err *err)
{
	*out = NULL;
	*n = 0;
	struct stmt *s =
	    db_query(db, "SELECT " ITEM_COLUMNS " FROM queue_item i WHERE i.queue = ? ORDER BY i.seq LIMIT ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_int(s, 2, QUEUE_ITEMS);
	VEC(struct queue_item) found = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		queue_take_item(s, vec_add(&found));
	stmt_end(s);
	*out = arena_alloc(arena, (found.n + 1) * sizeof **out);
	if (found.n)
		memcpy(*out, found.at, found.n * sizeof **out);
	*n = found.n;
	vec_done(&found);
	return step == STEP_DONE;
}
