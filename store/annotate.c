#include "store/annotate.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/model.h"

/* One spelling of what formats spell differently: JSON without its blanks and order of members, as far as model_text_hash reads it. A text that
 * is no JSON is itself. */
static struct str one_spelling(struct str text, struct buf *canonical)
{
	struct str trimmed = str_trim(text);
	struct scan scan = SCAN_INIT;
	bool may =
	    trimmed.len && trimmed.len <= MODEL_HASH_JSON_MAX && strchr("{[\"", trimmed.ptr[0]) && trimmed.ptr[0];
	bool json =
	    may && scan_text(&scan, trimmed, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
	if (json)
		scan_canonical(canonical, scan_root(&scan));
	scan_done(&scan);
	return json ? buf_str(canonical) : trimmed;
}

/* Fields are joined with their lengths, so that no two targets can run into each other. */
static struct sha256 hash_parts(const struct str *parts, size_t n)
{
	struct buf joined = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		struct buf canonical = BUF_INIT;
		struct str part = one_spelling(parts[i], &canonical);
		buf_printf(&joined, "%zu:", part.len);
		buf_add_str(&joined, part);
		buf_done(&canonical);
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

struct annotation_kept annotation_kept(const struct annotation_target *t)
{
	return (struct annotation_kept){.key = t->key,
	                                .hash = annotation_target_hash(t),
	                                .io = annotation_io_hash(t->input, t->output),
	                                .input_hash = model_text_hash(t->input),
	                                .output_hash = model_text_hash(t->output)};
}

/* ---------------------------------------------------------------- pairs */

/* Order of two answers that does not depend on which run each is of. */
static bool in_order(struct str first, struct str second)
{
	struct sha256 a = sha256_of(str_trim(first)), b = sha256_of(str_trim(second));
	return memcmp(a.byte, b.byte, sizeof a.byte) <= 0;
}

struct annotation_target annotation_pair(struct str key, struct str input, struct str first, struct str second,
                                         struct buf *key_text, struct buf *output)
{
	bool ordered = in_order(first, second);
	buf_add_cstr(key_text, "pair:");
	buf_add_str(key_text, key);
	struct sha256 one = sha256_of(str_trim(ordered ? first : second)),
	              two = sha256_of(str_trim(ordered ? second : first));
	hash_hex(output, one.byte, sizeof one.byte);
	buf_add_cstr(output, " ");
	hash_hex(output, two.byte, sizeof two.byte);
	return (struct annotation_target){buf_str(key_text), input, buf_str(output)};
}

enum { BETTER_BYTES = 8 };

struct sha256 annotation_answer_hash(struct str answer)
{
	return sha256_of(str_trim(answer));
}

void annotation_preference_of(struct buf *value, const struct sha256 answers[2], int prefers)
{
	if (prefers >= 2) {
		buf_add_cstr(value, prefers == 2 ? "tie" : "both-bad");
		return;
	}
	buf_add_cstr(value, "better:");
	hash_hex(value, answers[prefers == 0 ? 0 : 1].byte, BETTER_BYTES);
}

int annotation_prefers_of(struct str value, const struct sha256 answers[2])
{
	for (int i = 0; i < 4; i++) {
		struct buf other = BUF_INIT;
		annotation_preference_of(&other, answers, i);
		bool same = str_eq(value, buf_str(&other));
		buf_done(&other);
		if (same)
			return i;
	}
	return -1;
}

void annotation_preference(struct buf *value, struct str first, struct str second, int prefers)
{
	const struct sha256 answers[2] = {annotation_answer_hash(first), annotation_answer_hash(second)};
	annotation_preference_of(value, answers, prefers);
}

int annotation_prefers(struct str value, struct str first, struct str second)
{
	const struct sha256 answers[2] = {annotation_answer_hash(first), annotation_answer_hash(second)};
	return annotation_prefers_of(value, answers);
}

/* ---------------------------------------------------------------- writing */

#define COLUMNS                                                                                                   \
	"event, target, io, hint, author, field, part, value, time_ns, withdraws, input_hash, output_hash, how, " \
	"because, "                                                                                               \
	"shown, queue"

static struct str bytes_of(const void *p, size_t n)
{
	return (struct str){p, n};
}

static void bind_hash(struct stmt *s, int i, uint64_t hash)
{
	stmt_int(s, i, hash ? (int64_t)hash : UNKNOWN_INT);
}

/* The statement with the place of an event in the state: target, author, field, part. */
static struct stmt *at_place(struct db *db, const char *sql, const struct annotation *a, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return NULL;
	stmt_blob(s, 1, bytes_of(&a->target, sizeof a->target));
	stmt_str(s, 2, a->author);
	stmt_int(s, 3, a->field);
	stmt_str(s, 4, a->part.ptr ? a->part : STR_LIT(""));
	return s;
}

/* By a withdrawal at its own place: one that names another place is no withdrawal of it, so that the state does not depend on which came first. */
#define TAKEN_BACK                                                                                                    \
	"EXISTS(SELECT 1 FROM annotation w INDEXED BY annotation_withdraws WHERE w.withdraws = a.event AND w.author " \
	"= a.author"                                                                                                  \
	" AND w.target = a.target AND w.field = a.field AND w.part = a.part)"

/* The newest that its author has not taken back; a withdrawal may have come before what it withdraws. One that says nothing leaves no row. */
static bool renew_state(struct db *db, const struct annotation *a, struct err *err)
{
	struct stmt *s = at_place(
	    db, "DELETE FROM annotation_now WHERE target = ? AND author = ? AND field = ? AND part = ?", a, err);
	if (!s || !stmt_run(s, err))
		return false;
	s = at_place(
	    db,
	    "INSERT INTO annotation_now(target, author, field, part, value, time_ns, event, how, io, input_hash,"
	    " output_hash, hint, trace, span) SELECT target, author, field, part, value, time_ns, event, how, io,"
	    " input_hash, output_hash, hint, CASE WHEN hint LIKE 'trace:%' THEN"
	    " substr(hint, 7, ifnull(nullif(instr(hint, '/span:'), 0) - 7, length(hint))) END,"
	    " CASE WHEN hint LIKE 'trace:%' AND instr(hint, '/span:') > 0 THEN"
	    " substr(hint, instr(hint, '/span:') + 6) END"
	    " FROM (SELECT * FROM annotation a INDEXED BY annotation_place WHERE target = ? AND author = ? AND field = "
	    "? AND part = ?"
	    " AND withdraws IS NULL AND NOT " TAKEN_BACK " ORDER BY time_ns DESC, event DESC LIMIT 1)"
	    " WHERE ifnull(value, '') <> ''",
	    a, err);
	return s && stmt_run(s, err);
}

bool annotate_put(struct db *db, const struct annotation *a, bool *is_new, struct err *err)
{
	struct stmt *s =
	    db_query(db, "INSERT OR IGNORE INTO annotation(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", err);
	*is_new = false;
	if (!s)
		return false;
	stmt_blob(s, 1, bytes_of(&a->event, sizeof a->event));
	stmt_blob(s, 2, bytes_of(&a->target, sizeof a->target));
	stmt_blob(s, 3, a->has_io ? bytes_of(&a->io, sizeof a->io) : STR_NONE);
	stmt_str(s, 4, a->hint);
	stmt_str(s, 5, a->author);
	stmt_int(s, 6, a->field);
	stmt_str(s, 7, a->part.ptr ? a->part : STR_LIT(""));
	stmt_str(s, 8, a->value);
	stmt_int(s, 9, a->time_ns);
	stmt_blob(s, 10, a->is_withdrawal ? bytes_of(&a->withdraws, sizeof a->withdraws) : STR_NONE);
	bind_hash(s, 11, a->input_hash);
	bind_hash(s, 12, a->output_hash);
	stmt_int(s, 13, a->how);
	stmt_blob(s, 14, a->has_because ? bytes_of(&a->because, sizeof a->because) : STR_NONE);
	stmt_blob(s, 15, a->has_shown ? bytes_of(&a->shown, sizeof a->shown) : STR_NONE);
	stmt_str(s, 16, a->queue);
	if (!stmt_run(s, err))
		return false;
	*is_new = db_changes(db) > 0;
	return !*is_new || renew_state(db, a, err);
}

/* Not older than what this person said of this target before, nor of the same moment: the newest counts, whatever the clock did. */
static bool later_than_all(struct db *db, const struct annotation *a, int64_t *time_ns, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT max(time_ns) FROM annotation WHERE target = ? AND author = ?", err);
	if (!s)
		return false;
	stmt_blob(s, 1, bytes_of(&a->target, sizeof a->target));
	stmt_str(s, 2, a->author);
	enum step step = stmt_step(s, err);
	int64_t last = step == STEP_ROW ? col_int_or(s, 0, INT64_MIN) : INT64_MIN;
	stmt_end(s);
	if (last != INT64_MIN && last != INT64_MAX && *time_ns <= last)
		*time_ns = last + 1;
	return step == STEP_ROW;
}

static bool new_id(struct event_id *out, struct err *err)
{
	return getrandom(out->byte, sizeof out->byte, 0) == sizeof out->byte ||
	       err_set(err, ERR_SYSTEM, NULL, "the system gave no random bytes");
}

/* Appends them, each with an id and a time of its own. */
static bool append(struct db *db, struct annotation *rows, size_t n, struct err *err)
{
	bool is_new;
	for (size_t i = 0; i < n; i++)
		if (!new_id(&rows[i].event, err) || !later_than_all(db, &rows[i], &rows[i].time_ns, err) ||
		    !annotate_put(db, &rows[i], &is_new, err))
			return false;
	return true;
}

static bool commit(struct db *db, bool ok, struct err *err)
{
	if (ok && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

bool annotate_kept_in(struct db *db, const struct annotation_kept *target, const struct annotate_opts *opts,
                      const struct say *says, size_t n, struct event_id *events, struct err *err)
{
	struct annotation rows[SAYS_MOST];
	BUG_ON(n > SAYS_MOST);
	for (size_t i = 0; i < n; i++) {
		rows[i] = (struct annotation){.target = target->hash,
		                              .io = target->io,
		                              .has_io = true,
		                              .input_hash = target->input_hash,
		                              .output_hash = target->output_hash,
		                              .hint = target->key,
		                              .author = opts->author,
		                              .field = says[i].field,
		                              .part = says[i].part,
		                              .value = says[i].value,
		                              .time_ns = opts->now_ns,
		                              .how = opts->how,
		                              .queue = opts->queue};
		if (opts->because)
			rows[i].has_because = true, rows[i].because = *opts->because;
		if (opts->shown)
			rows[i].has_shown = true, rows[i].shown = *opts->shown;
	}
	if (!append(db, rows, n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		events[i] = rows[i].event;
	return true;
}

bool annotate_in(struct db *db, const struct annotation_target *target, const struct annotate_opts *opts,
                 const struct say *says, size_t n, struct event_id *events, struct err *err)
{
	const struct annotation_kept kept = annotation_kept(target);
	return annotate_kept_in(db, &kept, opts, says, n, events, err);
}

bool annotate(struct db *db, const struct annotation_target *target, const struct annotate_opts *opts,
              const struct say *says, size_t n, struct event_id *events, struct err *err)
{
	return db_begin(db, err) && commit(db, annotate_in(db, target, opts, says, n, events, err), err);
}

bool annotate_add(struct db *db, const struct annotation_target *target, struct str author, enum annotation_field field,
                  struct str value, int64_t now_ns, unsigned char event[16], struct err *err)
{
	struct event_id id;
	const struct annotate_opts opts = {.author = author, .now_ns = now_ns};
	const struct say say = {field, STR_NONE, value};
	if (!annotate(db, target, &opts, &say, 1, &id, err))
		return false;
	memcpy(event, id.byte, sizeof id.byte);
	return true;
}

/* ---------------------------------------------------------------- reading */

static bool take_bytes(struct str blob, void *out, size_t n)
{
	if (blob.len != n)
		return false;
	memcpy(out, blob.ptr, n);
	return true;
}

/* A row of COLUMNS. False: damaged (a length that is none, a field that is none). */
static bool take_row(struct stmt *s, struct arena *arena, struct annotation *a)
{
	int64_t field = col_int(s, 5);
	*a = (struct annotation){.hint = arena_str(arena, col_str(s, 3)),
	                         .author = arena_str(arena, col_plain(s, 4)),
	                         .field = (enum annotation_field)field,
	                         .part = arena_str(arena, col_plain(s, 6)),
	                         .value = arena_str(arena, col_str(s, 7)),
	                         .time_ns = col_int(s, 8),
	                         .is_withdrawal = !col_null(s, 9),
	                         .input_hash = (uint64_t)col_int_or(s, 10, 0),
	                         .output_hash = (uint64_t)col_int_or(s, 11, 0),
	                         .how = (unsigned)col_int_or(s, 12, 0),
	                         .queue = arena_str(arena, col_plain(s, 15))};
	a->has_io = take_bytes(col_blob(s, 2), &a->io, sizeof a->io);
	a->has_because = take_bytes(col_blob(s, 13), &a->because, sizeof a->because);
	a->has_shown = take_bytes(col_blob(s, 14), &a->shown, sizeof a->shown);
	if (a->is_withdrawal && !take_bytes(col_blob(s, 9), &a->withdraws, sizeof a->withdraws))
		return false;
	return field >= 0 && field < N_ANNOTATION_FIELDS && take_bytes(col_blob(s, 0), &a->event, sizeof a->event) &&
	       take_bytes(col_blob(s, 1), &a->target, sizeof a->target);
}

static bool take_rows(struct stmt *s, bool with_taken_back, struct arena *arena, struct annotation **out, size_t *n,
                      struct err *err)
{
	VEC(struct annotation) found = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct annotation a;
		if (!take_row(s, arena, &a))
			continue;
		a.withdrawn = with_taken_back && col_int_or(s, 16, 0);
		*vec_add(&found) = a;
	}
	stmt_end(s);
	*n = found.n;
	*out = arena_alloc(arena, found.n * sizeof **out);
	if (found.n)
		memcpy(*out, found.at, found.n * sizeof **out);
	vec_done(&found);
	return step == STEP_DONE;
}

bool annotate_state(struct db *db, const struct sha256 *target, struct arena *arena, struct annotation **out, size_t *n,
                    struct err *err)
{
	*n = 0;
	struct stmt *s =
	    db_query(db,
	             "SELECT a.event, a.target, a.io, a.hint, a.author, a.field, a.part, a.value, a.time_ns,"
	             " a.withdraws, a.input_hash, a.output_hash, a.how, a.because, a.shown, a.queue"
	             " FROM annotation_now n JOIN annotation a ON a.event = n.event"
	             " WHERE n.target = ? ORDER BY n.author, n.field, n.part",
	             err);
	if (!s)
		return false;
	stmt_blob(s, 1, bytes_of(target->byte, sizeof target->byte));
	return take_rows(s, false, arena, out, n, err);
}

bool annotate_history(struct db *db, const struct sha256 *target, size_t most, struct arena *arena,
                      struct annotation **out, size_t *n, struct err *err)
{
	*n = 0;
	struct stmt *s = target ? db_query(db,
	                                   "SELECT " COLUMNS ", " TAKEN_BACK " FROM annotation a WHERE target = ?"
	                                   " ORDER BY time_ns, event",
	                                   err)
	                        : db_query(db,
	                                   "SELECT * FROM (SELECT " COLUMNS ", " TAKEN_BACK " FROM annotation a"
	                                   " ORDER BY time_ns DESC, event DESC LIMIT ?) ORDER BY time_ns, event",
	                                   err);
	if (!s)
		return false;
	if (target)
		stmt_blob(s, 1, bytes_of(target->byte, sizeof target->byte));
	else
		stmt_int(s, 1, most > INT64_MAX ? INT64_MAX : (int64_t)most);
	return take_rows(s, true, arena, out, n, err);
}

bool annotate_each(struct db *db, annotate_tell *tell, void *context, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " FROM annotation ORDER BY time_ns, event", err);
	if (!s)
		return false;
	struct arena arena = ARENA_INIT;
	enum step step = STEP_DONE;
	bool ok = true;
	while (ok && (step = stmt_step(s, err)) == STEP_ROW) {
		struct annotation a;
		if (take_row(s, &arena, &a))
			ok = tell(context, &a, err);
		arena_reset(&arena);
	}
	stmt_end(s);
	arena_done(&arena);
	return ok && step == STEP_DONE;
}

bool annotate_is_same(struct db *db, const struct annotation *a, bool *same, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct annotation kept;
	struct stmt *s = db_query(db, "SELECT " COLUMNS " FROM annotation WHERE event = ?", err);
	*same = false;
	if (!s)
		return false;
	stmt_blob(s, 1, bytes_of(&a->event, sizeof a->event));
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW && take_row(s, &arena, &kept))
		*same = memcmp(&kept.target, &a->target, sizeof kept.target) == 0 && str_eq(kept.author, a->author) &&
		        kept.field == a->field && kept.is_withdrawal == a->is_withdrawal &&
		        str_eq(kept.part, a->part) && str_eq(kept.value, a->value) && kept.time_ns == a->time_ns;
	stmt_end(s);
	arena_done(&arena);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- taking back */

static bool find_event(struct db *db, const struct event_id *id, struct str author, struct arena *arena,
                       struct annotation *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " FROM annotation WHERE event = ? AND withdraws IS NULL", err);
	if (!s)
		return false;
	stmt_blob(s, 1, bytes_of(id->byte, sizeof id->byte));
	enum step step = stmt_step(s, err);
	bool found = step == STEP_ROW && take_row(s, arena, out);
	stmt_end(s);
	if (step == STEP_FAIL)
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, NULL, "there is no such verdict to take back");
	if (!str_eq(out->author, author))
		return err_set(err, ERR_NOT_FOUND, NULL, "only its author can take a verdict back");
	return true;
}

bool annotate_take_back_in(struct db *db, const struct event_id *events, size_t n, struct str author, int64_t now_ns,
                           struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct annotation *rows = arena_zalloc(&arena, n + 1, sizeof *rows);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct annotation of;
		ok = find_event(db, &events[i], author, &arena, &of, err);
		if (!ok)
			break;
		rows[i] = (struct annotation){.target = of.target,
		                              .hint = of.hint,
		                              .author = author,
		                              .field = of.field,
		                              .part = of.part,
		                              .time_ns = now_ns,
		                              .is_withdrawal = true,
		                              .withdraws = of.event,
		                              .queue = of.queue};
	}
	ok = ok && append(db, rows, n, err);
	arena_done(&arena);
	return ok;
}

bool annotate_take_back(struct db *db, const struct event_id *events, size_t n, struct str author, int64_t now_ns,
                        struct err *err)
{
	return db_begin(db, err) && commit(db, annotate_take_back_in(db, events, n, author, now_ns, err), err);
}

bool annotate_withdraw(struct db *db, const unsigned char event[16], struct str author, int64_t now_ns, struct err *err)
{
	struct event_id id;
	memcpy(id.byte, event, sizeof id.byte);
	return annotate_take_back(db, &id, 1, author, now_ns, err);
}

/* ---------------------------------------------------------------- words */

enum { AUTHOR_BYTES = 100 };

struct str annotation_author(char out[128])
{
	const char *name = getenv("SPOOR_AUTHOR");
	const struct passwd *user = name && *name ? NULL : getpwuid(getuid());
	if (user)
		name = user->pw_name;
	struct buf clean = BUF_INIT;
	clean_print(&clean, str_trim(str_of(name ? name : "")), false, false);
	struct str text = buf_str(&clean);
	if (text.len > AUTHOR_BYTES)
		for (text.len = AUTHOR_BYTES; text.len && ((unsigned char)text.ptr[text.len] & 0xC0) == 0x80;)
			text.len--;
	memcpy(out, text.len ? text.ptr : "unknown", text.len ? text.len : 7);
	struct str author = {out, text.len ? text.len : 7};
	out[author.len] = 0;
	buf_done(&clean);
	return author;
}
