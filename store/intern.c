#include "store/intern.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/base/hash.h"

enum { SLOTS = 2 * INTERN_WORDS, PROBES = 64 };

void intern_forget(struct intern *in)
{
	if (in->slots && in->n)
		memset(in->slots, 0, SLOTS * sizeof *in->slots);
	in->n = 0;
	arena_reset(&in->arena);
}

void intern_done(struct intern *in)
{
	free(in->slots);
	arena_done(&in->arena);
	*in = (struct intern){0};
}

/* The slot of this text, a free one, or NULL where too many texts of one hash are in the way. */
static struct intern_slot *find(struct intern *in, struct str text, uint64_t hash)
{
	size_t at = (size_t)hash_spread(hash);
	for (int probes = 0; probes < PROBES; probes++, at++) {
		struct intern_slot *slot = &in->slots[at & (SLOTS - 1)];
		if (!slot->id || (slot->hash == hash && str_eq(slot->text, text)))
			return slot;
	}
	return NULL;
}

static bool look_up(struct db *db, struct str text, uint32_t *id, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT id FROM word WHERE text = ?", err);
	if (!s)
		return false;
	stmt_str_static(s, 1, text);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*id = (uint32_t)col_int_or(s, 0, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool new_id(struct db *db, uint32_t *id, struct err *err)
{
	int64_t row = db_last_rowid(db);
	if (row <= 0 || row > UINT32_MAX)
		return err_set(err, ERR_STORE, NULL, "the store holds more than 4,294,967,295 different names");
	*id = (uint32_t)row;
	return true;
}

bool intern_word(struct intern *in, struct db *db, struct str text, uint64_t hash, uint32_t *id, struct err *err)
{
	if (!in->slots)
		in->slots = xcalloc(SLOTS, sizeof *in->slots);
	struct intern_slot *slot = find(in, text, hash);
	if (slot && slot->id) {
		*id = slot->id;
		return true;
	}
	*id = 0;
	if (!look_up(db, text, id, err))
		return false;
	if (!*id) {
		struct stmt *s = db_query(db, "INSERT INTO word(text) VALUES(?)", err);
		if (!s)
			return false;
		stmt_str_static(s, 1, text);
		if (!stmt_run(s, err) || !new_id(db, id, err))
			return false;
	}
	if (in->n >= INTERN_WORDS || in->arena.total > INTERN_BYTES) {
		intern_forget(in);
		slot = find(in, text, hash);
	}
	if (slot) {
		*slot = (struct intern_slot){hash, arena_str(&in->arena, text), *id};
		in->n++;
	}
	return true;
}

/* ---------------------------------------------------------------- prompts */

static bool lower_first(struct db *db, int64_t id, int64_t first_ns, struct err *err)
{
	struct stmt *s = db_query(db, "UPDATE prompt SET first_ns = ? WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, first_ns);
	stmt_int(s, 2, id);
	return stmt_run(s, err);
}

bool intern_prompt(struct db *db, const struct intern_prompt *p, uint32_t *id, struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT id, first_ns FROM prompt WHERE name = ? AND version = ? AND hash = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, p->name);
	stmt_str_static(s, 2, p->version);
	stmt_blob_static(s, 3, p->hash);
	enum step step = stmt_step(s, err);
	int64_t found = step == STEP_ROW ? col_int(s, 0) : 0, first = step == STEP_ROW ? col_int(s, 1) : TIME_UNKNOWN;
	stmt_end(s);
	if (step == STEP_FAIL)
		return false;
	if (found) {
		*id = (uint32_t)found;
		bool earlier = p->first_ns != TIME_UNKNOWN && (first == TIME_UNKNOWN || p->first_ns < first);
		return !earlier || lower_first(db, found, p->first_ns, err);
	}
	s = db_query(db, "INSERT INTO prompt(name, version, hash, text, first_ns) VALUES(?,?,?,?,?)", err);
	if (!s)
		return false;
	stmt_int(s, 1, p->name);
	stmt_str_static(s, 2, p->version);
	stmt_blob_static(s, 3, p->hash);
	stmt_str_static(s, 4, p->text);
	stmt_int(s, 5, p->first_ns);
	return stmt_run(s, err) && new_id(db, id, err);
}
