/* Private to store/query/ruleprop*.c: the answers of the store, each once, with what people said of them. */
#ifndef SPOOR_STORE_QUERY_RULEPROP_PRIVATE_H
#define SPOOR_STORE_QUERY_RULEPROP_PRIVATE_H

#include "store/base/vec.h"
#include "store/block.h"
#include "store/query/ruleprop.h"
#include "store/query/words.h"

enum judged { JUDGED_NOT, JUDGED_GOOD, JUDGED_BAD, JUDGED_UNSURE };

struct rp_item {
	struct subject_at at;
	uint64_t key;   /* of the answer */
	int64_t record; /* where its text lies */
	int64_t trace;  /* row id of the trace with its tools; 0: none */
	int64_t duration_ns, tokens;
	double cost_usd;
	enum judged judged;
};

struct rp_said; /* verdicts by answer */
struct rp_reading {
	struct db *db;
	const struct rule_scope *scope;
	struct block_cache *blocks;
	struct words words;
	struct rp_said *said;
	VEC(struct rp_item) items;
	int64_t unsure, left_out;
};
/* Reads what was said and which answers there are: judged ones alone, or all; in the order of the store's records. */
bool rp_open(struct rp_reading *r, struct db *db, const struct rule_scope *scope, bool everything, struct err *err);
void rp_close(struct rp_reading *r);

enum { RP_TOOLS = 1, RP_DOCUMENTS = 2 };
/* The answer of an item as rules see it; *there false: its records tell none. In the arena. */
bool rp_answer(struct rp_reading *r, const struct rp_item *item, unsigned wants, struct arena *arena,
               struct answer *out, struct str *title, bool *there, struct err *err);

#endif
