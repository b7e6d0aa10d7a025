#include "store/annotate.h"

#include <string.h>
#include <sys/random.h>

#include "store/base/units.h"
#include "store/base/vec.h"

/* Fields are joined with their lengths, so that no two targets can run into each other. */
static struct sha256 hash_parts(const struct str *parts, size_t n)
{
	struct buf joined = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		struct str part = str_trim(parts[i]);
		buf_printf(&joined, "%zu:", part.len);
		buf_add_str(&joined, part);
	}
	struct sha256 hash = sha256_of(buf_str(&joined));
	buf_done(&joined);
	return hash;
}

struct sha256 annotation_target_hash(const struct annotation_target *t)
{
	return hash_parts((struct str[]){t->key, t->input, t->output}, 3);
}

struct sha256 annotation_io_hash(struct str input, struct str output)
{
	return hash_parts((struct str[]){input, output}, 2);
}

static bool append(struct db *db, const struct sha256 *target, const struct sha256 *io, struct str hint,
                   struct str author, enum annotation_field field, struct str value, int64_t now_ns,
                   const unsigned char *withdraws, unsigned char event[16], struct err *err)
{
	if (getrandom(event, 16, 0) != 16)
		return err_set(err, ERR_SYSTEM, NULL, "the system gave no random bytes");
	if (!db_begin(db, err))
		return false;
	struct stmt *s =
	    db_query(db,
	             "INSERT INTO annotation(event, target, io, hint, author, field, value, time_ns, withdraws)"
	             " VALUES(?,?,?,?,?,?,?,?,?)",
	             err);
	if (!s) {
		db_rollback(db);
		return false;
	}
	stmt_blob(s, 1, (struct str){(const char *)event, 16});
	stmt_blob(s, 2, (struct str){(const char *)target->byte, sizeof target->byte});
	stmt_blob(s, 3, io ? (struct str){(const char *)io->byte, sizeof io->byte} : STR_NONE);
	stmt_str(s, 4, hint);
	stmt_str(s, 5, author);
	stmt_int(s, 6, field);
	stmt_str(s, 7, value);
	stmt_int(s, 8, now_ns);
	stmt_blob(s, 9, withdraws ? (struct str){(const char *)withdraws, 16} : STR_NONE);
	if (stmt_run(s, err) && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

bool annotate_add(struct db *db, const struct annotation_target *target, struct str author, enum annotation_field field,
                  struct str value, int64_t now_ns, unsigned char event[16], struct err *err)
{
	struct sha256 hash = annotation_target_hash(target);
	struct sha256 io = annotation_io_hash(target->input, target->output);
	return append(db, &hash, &io, target->key, author, field, value, now_ns, NULL, event, err);
}

bool annotate_withdraw(struct db *db, const unsigned char event[16], struct str author, int64_t now_ns, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT target, hint, field FROM annotation WHERE event = ?", err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)event, 16});
	struct sha256 target = {{0}};
	char hint[256] = "";
	int64_t field = 0;
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		struct str blob = col_blob(s, 0), text = str_cut(col_str(s, 1), 0, sizeof hint - 1);
		if (blob.len == sizeof target.byte)
			memcpy(target.byte, blob.ptr, blob.len);
		if (text.len)
			memcpy(hint, text.ptr, text.len);
		field = col_int(s, 2);
	}
	stmt_end(s);
	if (step == STEP_FAIL)
		return false;
	if (step != STEP_ROW || field < 0 || field >= N_ANNOTATION_FIELDS)
		return err_set(err, ERR_NOT_FOUND, NULL, "there is no such verdict to take back");
	unsigned char withdrawal[16];
	return append(db, &target, NULL, str_of(hint), author, (enum annotation_field)field, STR_NONE, now_ns, event,
	              withdrawal, err);
}

/* Newest first by time, then by event id, so that two stores that hold the same events agree. */
bool annotate_state(struct db *db, const struct sha256 *target, struct arena *arena, struct annotation **out, size_t *n,
                    struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT a.event, a.author, a.field, a.value, a.time_ns, a.hint FROM annotation a"
	                          " WHERE a.target = ?1 AND a.withdraws IS NULL AND NOT EXISTS"
	                          " (SELECT 1 FROM annotation w WHERE w.target = ?1 AND w.withdraws = a.event)"
	                          " ORDER BY a.author, a.field, a.time_ns DESC, a.event DESC",
	                          err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)target->byte, sizeof target->byte});
	VEC(struct annotation) found = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str event = col_blob(s, 0), author = col_str(s, 1);
		int64_t field = col_int(s, 2);
		const struct annotation *last = found.n ? &found.at[found.n - 1] : NULL;
		if (event.len != 16 || field < 0 || field >= N_ANNOTATION_FIELDS ||
		    (last && (int64_t)last->field == field && str_eq(last->author, author)))
			continue;
		struct annotation *a = vec_add(&found);
		*a = (struct annotation){.target = *target,
		                         .author = arena_str(arena, author),
		                         .value = arena_str(arena, col_str(s, 3)),
		                         .hint = arena_str(arena, col_str(s, 5)),
		                         .field = (enum annotation_field)field,
		                         .time_ns = col_int(s, 4)};
		memcpy(a->event, event.ptr, 16);
	}
	stmt_end(s);
	*n = found.n;
	*out = arena_alloc(arena, found.n * sizeof **out);
	if (found.n)
		memcpy(*out, found.at, found.n * sizeof **out);
	vec_done(&found);
	return step == STEP_DONE;
}

const char *verdict_name(enum verdict v)
{
	switch (v) {
	case VERDICT_NONE: return "none";
	case VERDICT_GOOD: return "good";
	case VERDICT_BAD: return "bad";
	case VERDICT_UNSURE: return "unsure";
	}
	return "none";
}
