/* Between the files of search only: blocks that may hold the words, newest first; and the texts of a record. */
#ifndef SPOOR_STORE_QUERY_SEARCH_FIND_H
#define SPOOR_STORE_QUERY_SEARCH_FIND_H

#include "store/block.h"
#include "store/query/search_terms.h"
#include "store/search_segment.h"

/* ---- blocks */
struct block_finder {
	struct db *db;
	const struct terms *terms;
	struct stmt *segments; /* stays open: so an interrupt reaches the next statement, whenever it comes */
	bool any_segment, in_segment;
	struct segment segment;
	struct block_bits bits;
	int at;                       /* in_segment: next block of it, downwards */
	int64_t before, above, below; /* not in_segment: entries between which blocks without an index lie */
	int64_t gap[64];
	size_t n_gap, at_gap;
	bool traces_only; /* set by the caller: blocks of files that hold nothing but eval results are passed over */
	int64_t source, skipped; /* looked at last; of those whose blocks are passed over */
};
/* Blocks that begin before entry `before`. */
bool finder_open(struct block_finder *f, struct db *db, const struct terms *terms, int64_t before, struct err *err);
/* *first 0: none is left. */
bool finder_next(struct block_finder *f, int64_t *first, struct err *err);
void finder_close(struct block_finder *f);

/* ---- texts */
struct text_place {
	struct hash128 trace; /* key, if has_trace */
	bool has_trace, has_span;
	int64_t span;
	struct str span_text;
	struct hash128 run;
	bool is_case;
	struct str case_key;
	struct str name;
	enum span_kind kind;
	int64_t start_ns;
};
/* Every text of one record in which all the words stand. Texts people read come first; if there are none, attributes and the like.
 * Borrowed for the call. at, len: the match in `text`. False stops. */
typedef bool match_fn(void *to, const struct text_place *place, const char *field, struct str text, size_t at,
                      size_t len);
struct record_texts {
	struct db *db;
	struct block_cache *blocks;
	struct terms *terms;
	struct arena arena;
	uint64_t frame, in_frame; /* words in the frames around the record looked at last */
};
void record_texts_init(struct record_texts *r, struct db *db, struct terms *terms);
void record_texts_done(struct record_texts *r);
/* A quick look at the i-th entry of the block that begins with entry `first`. False with *ok false: err. */
bool record_may_match(struct record_texts *r, uint64_t first, uint32_t i, bool *ok, struct err *err);
/* A record that no longer reads has no texts. */
bool record_matches(struct record_texts *r, uint64_t number, int64_t source, match_fn *match, void *to,
                    struct err *err);

#endif
