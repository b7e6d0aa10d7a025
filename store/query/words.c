#include "store/query/words.h"

#include <stdlib.h>

#include "store/base/units.h"

void words_done(struct words *w)
{
	arena_done(&w->arena);
	free(w->at);
	w->at = NULL;
	w->n = w->cap = 0;
}

/* Where the id is or belongs; there is always a free place. Ids are given by us, one after the other: no spreading is needed. */
static struct word *place(struct word *at, size_t cap, int64_t id)
{
	size_t i = (uint64_t)id & (cap - 1);
	while (at[i].id && at[i].id != id)
		i = (i + 1) & (cap - 1);
	return &at[i];
}

static void grow(struct words *w)
{
	size_t cap = w->cap ? 2 * w->cap : 64;
	struct word *old = w->at, *at = xcalloc(cap, sizeof *at);
	for (size_t i = 0; i < w->cap; i++)
		if (old[i].id)
			*place(at, cap, old[i].id) = old[i];
	w->at = at;
	w->cap = cap;
	free(old);
}

static bool read_word(struct words *w, struct db *db, struct word *word, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM word WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, word->id);
	enum step step = stmt_step(s, err);
	word->text = step == STEP_ROW ? arena_str(&w->arena, col_str(s, 0)) : STR_NONE;
	stmt_end(s);
	return step != STEP_FAIL;
}

struct word *words_get(struct words *w, struct db *db, int64_t id, struct err *err)
{
	if (id == UNKNOWN_INT || id <= 0) {
		w->none = (struct word){.id = 0};
		return &w->none;
	}
	struct word *word = w->cap ? place(w->at, w->cap, id) : NULL;
	if (word && word->id)
		return word;
	if (w->n == WORDS_KEPT)
		words_done(w);
	if (2 * w->n >= w->cap)
		grow(w);
	word = place(w->at, w->cap, id);
	*word = (struct word){.id = id};
	w->n++;
	return read_word(w, db, word, err) ? word : NULL;
}
