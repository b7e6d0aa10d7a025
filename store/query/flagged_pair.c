/* The two answers of a judged pair. Its target knows only their hashes: the results of its case are tried against it. */
#include <string.h>

#include "store/base/vec.h"
#include "store/query/case.h"
#include "store/query/flagged_private.h"

enum { RESULTS_MOST = 32 };

struct answer {
	struct case_at at;
	struct str input, text; /* of an error the error: what was judged then */
};

struct pair_work {
	struct db *db;
	struct block_cache *blocks;
	struct arena *arena;
	VEC(struct answer) answers;
};

/* One result of each answer, the newest runs' first. */
static bool read_answers(struct pair_work *w, struct str key, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT c.run, c.case_id, c.repeat FROM case_key k JOIN run r JOIN case_result c"
	                          " ON c.run = r.id AND c.case_id = k.id WHERE k.text = ?1 AND c.repeat >= 0"
	                          " GROUP BY c.output_hash, CASE WHEN c.output_hash IS NULL THEN c.run END"
	                          " ORDER BY r.created_ns DESC, r.id DESC LIMIT ?2",
	                          err);
	if (!s)
		return false;
	stmt_str(s, 1, key);
	stmt_int(s, 2, RESULTS_MOST);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&w->answers) = (struct answer){
		    .at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)}
                };
	stmt_end(s);
	size_t kept = 0;
	for (size_t i = 0; step == STEP_DONE && i < w->answers.n; i++) {
		struct answer a = w->answers.at[i];
		struct case_detail detail;
		struct err gone = ERR_INIT;
		if (!case_detail(w->db, w->blocks, a.at, w->arena, &detail, &gone))
			continue;
		a.input = detail.res.input;
		a.text = detail.res.output.ptr ? detail.res.output : detail.res.error;
		w->answers.at[kept++] = a;
	}
	w->answers.n = kept;
	return step == STEP_DONE;
}

static bool is_pair(const struct sha256 *target, struct str key, const struct answer *a, const struct answer *b)
{
	struct buf key_text = BUF_INIT, both = BUF_INIT;
	const struct annotation_target t = annotation_pair(key, a->input, a->text, b->text, &key_text, &both);
	const struct sha256 hash = annotation_target_hash(&t);
	buf_done(&key_text);
	buf_done(&both);
	return memcmp(&hash, target, sizeof hash) == 0;
}

static void try_all(const struct pair_work *w, const struct sha256 *target, struct str key, struct subject_at *at)
{
	for (size_t i = 0; i < w->answers.n; i++)
		for (size_t k = i + 1; k < w->answers.n; k++) {
			const struct answer *a = &w->answers.at[i], *b = &w->answers.at[k];
			if (!is_pair(target, key, a, b))
				continue;
			*at = (struct subject_at){
			    .kind = SUBJECT_PAIR, .at = a->at, .run_b = b->at.run, .repeat_b = b->at.repeat};
			return;
		}
}

bool flagged_find_pair(struct db *db, struct block_cache *blocks, const struct sha256 *target, struct str hint,
                       struct arena *arena, struct subject_at *at, struct err *err)
{
	struct pair_work w = {.db = db, .blocks = blocks, .arena = arena};
	struct str key = str_from(hint, 5);
	bool ok = read_answers(&w, key, err);
	if (ok)
		try_all(&w, target, key, at);
	vec_done(&w.answers);
	return ok;
}
