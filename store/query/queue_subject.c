#include "store/query/queue_subject.h"

#include "store/base/units.h"
#include "store/query/queue_bundle.h"

uint64_t queue_pair_hash(uint64_t a, uint64_t b)
{
	return a && b ? a * UINT64_C(31) + b : 0;
}

bool queue_item_at(const struct queue_item *item, struct subject_at *out)
{
	*out = (struct subject_at){
	    .kind = (enum subject_kind)item->kind,
	    .at = {item->run, item->case_id, item->repeat},
	    .run_b = item->run_b,
	    .repeat_b = item->repeat_b,
	    .trace = item->trace,
	    .span = item->span
        };
	return item->kind > SUBJECT_NONE && item->kind < N_SUBJECT_KINDS;
}

struct queue_item queue_item_of(const struct subject_at *at, uint64_t input_hash, uint64_t output_hash)
{
	bool pair = at->kind == SUBJECT_PAIR, is_case = pair || at->kind == SUBJECT_CASE;
	return (struct queue_item){.kind = (int)at->kind,
	                           .run = is_case ? at->at.run : UNKNOWN_INT,
	                           .case_id = is_case ? at->at.case_id : UNKNOWN_INT,
	                           .repeat = is_case ? at->at.repeat : UNKNOWN_INT,
	                           .run_b = pair ? at->run_b : UNKNOWN_INT,
	                           .repeat_b = pair ? at->repeat_b : UNKNOWN_INT,
	                           .trace = is_case ? UNKNOWN_INT : at->trace,
	                           .span = at->kind == SUBJECT_SPAN ? at->span : UNKNOWN_INT,
	                           .input_hash = input_hash,
	                           .output_hash = output_hash};
}

/* Is it the answer that the queue was made of? What was not known then cannot differ. */
static bool is_same(const struct queue_item *item, const struct subject *s)
{
	uint64_t output = s->output_hash;
	if (item->kind == SUBJECT_PAIR)
		output = queue_pair_hash(model_text_hash(s->raw_output), model_text_hash(s->raw_output_b));
	return (!item->input_hash || !s->input_hash || item->input_hash == s->input_hash) &&
	       (!item->output_hash || !output || item->output_hash == output);
}

static struct stmt *ask_again(struct db *db, const struct queue_item *item, struct err *err)
{
	struct stmt *s = NULL;
	if (item->kind == SUBJECT_CASE)
		s = db_query(db,
		             "SELECT run, case_id, repeat FROM case_result WHERE output_hash = ?1 AND input_hash IS ?2"
		             " ORDER BY case_id = ?3 DESC, run DESC LIMIT 1",
		             err);
	else if (item->kind == SUBJECT_SPAN || item->kind == SUBJECT_TRACE)
		s = db_query(
		    db,
		    "SELECT trace, key FROM span WHERE output_hash = ?1 AND input_hash IS ?2 AND (?3 IS NULL OR"
		    " up = 0) ORDER BY pos LIMIT 1",
		    err);
	if (!s)
		return NULL;
	stmt_int(s, 1, (int64_t)item->output_hash);
	stmt_int(s, 2, item->input_hash ? (int64_t)item->input_hash : UNKNOWN_INT);
	stmt_int(s, 3, item->kind == SUBJECT_CASE ? item->case_id : item->kind == SUBJECT_TRACE ? 1 : UNKNOWN_INT);
	return s;
}

/* The same answer elsewhere: its file was imported again, or another run gave it, too. */
static bool find_again(struct db *db, const struct queue_item *item, struct subject_at *at, bool *found,
                       struct err *err)
{
	*found = false;
	struct stmt *s = item->output_hash ? ask_again(db, item, err) : NULL;
	if (!s)
		return err->code == ERR_NONE;
	enum step step = stmt_step(s, err);
	*found = step == STEP_ROW;
	if (*found && item->kind == SUBJECT_CASE)
		at->at = (struct case_at){col_int(s, 0), col_int(s, 1), col_int(s, 2)};
	else if (*found)
		at->trace = col_int(s, 0), at->span = col_int(s, 1);
	stmt_end(s);
	return step != STEP_FAIL;
}

bool queue_subject(struct db *db, struct block_cache *blocks, const struct queue_item *item, struct arena *arena,
                   struct subject *out, struct err *err)
{
	struct subject_at at;
	bool found;
	if (!queue_item_at(item, &at))
		return err_set(err, ERR_STORE, NULL, "this item of the queue is damaged");
	if (item->content.ptr) {
		if (!queue_content_read(item->content, arena, out, err))
			return false;
		if (db_masks(db))
			subject_mask(db_masks(db), arena, out);
		return true;
	}
	bool ok = subject_load(db, blocks, &at, arena, out, err);
	if (ok && is_same(item, out))
		return true;
	if (!ok && err->code != ERR_NOT_FOUND)
		return false;
	*err = ERR_INIT;
	if (!find_again(db, item, &at, &found, err))
		return false;
	if (found && subject_load(db, blocks, &at, arena, out, err) && is_same(item, out))
		return true;
	if (err->code != ERR_NONE && err->code != ERR_NOT_FOUND)
		return false;
	return err_set(err, ERR_NOT_FOUND, NULL, "this answer is not in the store any more: s skips it");
}
