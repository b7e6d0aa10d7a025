#include "store/query/disagree.h"

#include <string.h>

#include "store/base/vec.h"
#include "store/query/reviews.h"

/* The verdicts on one answer, as they come. */
struct answer {
	struct str io; /* or the target: what makes it one */
	enum annotation_field field;
	struct sha256 target;
	struct str hint;
	uint64_t input_hash, output_hash;
	bool wanted;
	VEC(struct disagree_said) said;
	VEC(struct sha256) targets; /* where each was said, for its note */
	struct arena arena;
};

struct work {
	struct db *db;
	const struct hash_set *targets;
	size_t most;
	struct arena *arena;
	VEC(struct disagreement) found;
	int64_t total;
	struct answer at;
};

static bool differ(const struct answer *a)
{
	for (size_t i = 1; i < a->said.n; i++)
		if (!str_eq(a->said.at[i].value, a->said.at[0].value))
			return true;
	return false;
}

static bool note_of(struct work *w, const struct sha256 *target, struct disagree_said *said, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT value FROM annotation_now WHERE target = ? AND author = ? AND field = ? AND"
	                          " part = ''",
	                          err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)target->byte, sizeof target->byte});
	stmt_str(s, 2, said->author);
	stmt_int(s, 3, FIELD_NOTE);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		said->note = arena_str(w->arena, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool keep(struct work *w, struct err *err)
{
	struct answer *a = &w->at;
	struct disagreement d = {.target = a->target,
	                         .hint = arena_str(w->arena, a->hint),
	                         .input_hash = a->input_hash,
	                         .output_hash = a->output_hash,
	                         .field = a->field,
	                         .said = arena_zalloc(w->arena, a->said.n, sizeof *d.said),
	                         .n = a->said.n};
	for (size_t i = 0; i < a->said.n; i++) {
		d.said[i] = a->said.at[i];
		d.said[i].author = arena_str(w->arena, a->said.at[i].author);
		d.said[i].value = arena_str(w->arena, a->said.at[i].value);
		if (!note_of(w, &a->targets.at[i], &d.said[i], err))
			return false;
	}
	*vec_add(&w->found) = d;
	return true;
}

static bool end_answer(struct work *w, struct err *err)
{
	struct answer *a = &w->at;
	bool ok = true;
	if (a->wanted && differ(a)) {
		w->total++;
		ok = w->found.n >= w->most || keep(w, err);
	}
	vec_clear(&a->said);
	vec_clear(&a->targets);
	arena_reset(&a->arena);
	a->io = STR_NONE;
	a->wanted = false;
	return ok;
}

/* Columns: io or target, field, author, value, time, target, hint; by the first three, then by time. */
static bool take_row(struct work *w, struct stmt *s, struct err *err)
{
	struct answer *a = &w->at;
	struct str io = col_blob(s, 0), target = col_blob(s, 5);
	enum annotation_field field = col_int(s, 1) == FIELD_VERDICT ? FIELD_VERDICT : FIELD_PREFERENCE;
	if (target.len != sizeof a->target)
		return true;
	if (a->io.ptr && (!str_eq(io, a->io) || field != a->field) && !end_answer(w, err))
		return false;
	struct sha256 hash;
	memcpy(hash.byte, target.ptr, sizeof hash.byte);
	if (!a->io.ptr) {
		a->io = arena_str(&a->arena, io);
		a->field = field;
		a->target = hash;
		a->hint = arena_str(&a->arena, col_plain(s, 6));
		a->input_hash = (uint64_t)col_int_or(s, 7, 0);
		a->output_hash = (uint64_t)col_int_or(s, 8, 0);
	}
	a->wanted |= !w->targets || hash_set_has(w->targets, reviews_target(&hash));
	struct disagree_said said = {.author = arena_str(&a->arena, col_plain(s, 2)),
	                             .value = arena_str(&a->arena, col_str(s, 3)),
	                             .time_ns = col_int(s, 4)};
	if (a->said.n && str_eq(a->said.at[a->said.n - 1].author, said.author)) {
		a->said.at[a->said.n - 1] = said; /* the newer word on the same answer */
		a->targets.at[a->said.n - 1] = hash;
		return true;
	}
	*vec_add(&a->said) = said;
	*vec_add(&a->targets) = hash;
	return true;
}

static bool read_all(struct work *w, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT ifnull(io, target), field, author, value, time_ns, target, hint, input_hash,"
	                          " output_hash"
	                          " FROM annotation_now WHERE field IN (?1, ?2) AND how & ?3 = 0"
	                          " ORDER BY 1, field, author, time_ns, event",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, FIELD_VERDICT);
	stmt_int(s, 2, FIELD_PREFERENCE);
	stmt_int(s, 3, HOW_PROPOSED);
	bool ok = true;
	enum step step = STEP_DONE;
	while (ok && (step = stmt_step(s, err)) == STEP_ROW)
		ok = take_row(w, s, err);
	stmt_end(s);
	return ok && step == STEP_DONE && end_answer(w, err);
}

bool disagreements(struct db *db, const struct hash_set *targets, size_t most, struct arena *arena,
                   struct disagreement **out, size_t *n, int64_t *total, struct err *err)
{
	struct work w = {.db = db, .targets = targets, .most = most, .arena = arena, .at = {.arena = ARENA_INIT}};
	bool ok = read_all(&w, err);
	*n = w.found.n;
	*total = w.total;
	*out = arena_zalloc(arena, w.found.n + 1, sizeof **out);
	if (w.found.n)
		memcpy(*out, w.found.at, w.found.n * sizeof **out);
	vec_done(&w.found);
	vec_done(&w.at.said);
	vec_done(&w.at.targets);
	arena_done(&w.at.arena);
	return ok;
}
