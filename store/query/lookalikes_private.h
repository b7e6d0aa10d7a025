/* Inside lookalikes: the pool and what is read of each item. */
#ifndef SPOOR_STORE_QUERY_LOOKALIKES_PRIVATE_H
#define SPOOR_STORE_QUERY_LOOKALIKES_PRIVATE_H

#include "store/base/vec.h"
#include "store/block.h"
#include "store/query/lookalikes.h"

struct pool_item {
	struct subject_at at;
	int64_t record;
	uint64_t input_hash, output_hash;
	uint64_t key;            /* what verdicts are found by */
	int64_t trace, first, n; /* its trace's rows; n 0: none */
	uint32_t docs, n_docs;   /* in doc_ids: what it retrieved */
	uint32_t lacks, n_lacks; /* and what good results of its case had beside that */
	uint8_t source, person;  /* enum alike_standing */
	uint32_t said;           /* 1 + place in `said` of what this person says; 0: nothing */
	bool is_seed, unread;
	bool twin;      /* judged by hand, with a seed or another that is judged */
	bool retrieves; /* it has a retrieval: what never looks for documents lacks none */
	bool left_out;  /* good, and there are enough of them */
	struct alike_met met;
};

/* Somebody's verdict. */
struct said_verdict {
	uint64_t key;
	bool mine;
	unsigned how;
	enum verdict verdict;
	struct event_id event;
	struct sha256 target;
};
typedef VEC(struct said_verdict) said_verdicts;

struct alikes {
	struct db *db;
	struct block_cache *blocks;
	struct db_ticker ticker;
	const struct lookalikes_query *q;
	struct lookalikes *out;
	struct lookalike *study;
	VEC(struct pool_item) pool;
	said_verdicts said; /* by key */
	VEC(uint32_t) doc_ids;
	VEC(struct str) doc_names; /* in names */
	struct arena names;
	uint32_t *doc_slots; /* 1 + place in doc_names */
	size_t n_slots;
	int64_t *runs; /* in the arena */
	size_t n_runs;
};

/* Fills pool, out->runs, beyond. */
bool alikes_pool(struct alikes *a, struct err *err);
/* Verdicts of all people by their key, and of one key the first and behind the last. */
bool said_read(struct db *db, struct str author, bool cases, said_verdicts *out, struct err *err);
size_t said_of(const said_verdicts *said, uint64_t key, size_t *end);
/* What people said: said, and person of the pool. */
bool alikes_people(struct alikes *a, struct err *err);
/* What the traces of the pool retrieved: doc_ids. */
bool alikes_documents(struct alikes *a, struct err *err);

/* An item read; texts in the arena. */
struct alike_reading {
	struct arena arena;
	struct alike_facts facts;
	VEC(struct alike_step) steps;
	VEC(struct str) scores, checks;
};
void alike_reading_done(struct alike_reading *r);
/* A record that no longer reads makes i->unread. */
bool alikes_read(struct alikes *a, struct pool_item *i, struct alike_reading *out, struct err *err);

#endif
