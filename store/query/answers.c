#include "store/query/answers.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"

struct answers {
	struct answer {
		struct buf question;
		VEC(int64_t) numbers;
		int64_t version;
		uint64_t used;
	} at[ANSWERS_KEPT];
	uint64_t clock;
};

static void answers_free(void *any)
{
	struct answers *a = any;
	for (size_t i = 0; i < ANSWERS_KEPT; i++) {
		buf_done(&a->at[i].question);
		vec_done(&a->at[i].numbers);
	}
	free(a);
}

bool answer_get(struct db *db, struct str question, const int64_t **numbers, size_t *n)
{
	struct answers *a = db_kept(db);
	for (size_t i = 0; a && i < ANSWERS_KEPT; i++) {
		struct answer *one = &a->at[i];
		if (!one->used || !str_eq(buf_str(&one->question), question))
			continue;
		if (one->version != db_version_of_data(db))
			return false;
		one->used = ++a->clock;
		*numbers = one->numbers.at;
		*n = one->numbers.n;
		return true;
	}
	return false;
}

/* The place of the same question, else the one not asked for the longest time. */
static struct answer *place(struct answers *a, struct str question)
{
	struct answer *oldest = &a->at[0];
	for (size_t i = 0; i < ANSWERS_KEPT; i++) {
		if (a->at[i].used && str_eq(buf_str(&a->at[i].question), question))
			return &a->at[i];
		if (a->at[i].used < oldest->used)
			oldest = &a->at[i];
	}
	return oldest;
}

void answer_keep(struct db *db, struct str question, int64_t version, const int64_t *numbers, size_t n)
{
	struct answers *a = db_kept(db);
	if (n > ANSWER_MOST || !question.len || (!a && !db_keep(db, a = xcalloc(1, sizeof *a), answers_free)))
		return;
	struct answer *one = place(a, question);
	buf_clear(&one->question);
	buf_add_str(&one->question, question);
	vec_clear(&one->numbers);
	vec_reserve(&one->numbers, n);
	if (n)
		memcpy(one->numbers.at, numbers, n * sizeof *numbers);
	one->numbers.n = n;
	one->version = version;
	one->used = ++a->clock;
}
