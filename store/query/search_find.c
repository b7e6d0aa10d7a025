/* Blocks that may hold the words, newest first: those of the index that have all keys, and between its segments those it lacks. */
#include <string.h>

#include "store/query/search_find.h"

/* The next segment down, and what lies above it first. */
static bool next_segment(struct block_finder *f, struct err *err)
{
	enum step step = stmt_step(f->segments, err);
	f->any_segment = step == STEP_ROW;
	f->in_segment = false;
	f->n_gap = f->at_gap = 0;
	f->above = -1;
	if (!f->any_segment)
		return step == STEP_DONE;
	if (!segment_read(f->segments, &f->segment, err))
		return false;
	f->above = f->segment.last;
	return true;
}

static bool enter_segment(struct block_finder *f, struct err *err)
{
	f->in_segment = true;
	f->at = (int)f->segment.n - 1;
	memset(&f->bits, 0xFF, sizeof f->bits);
	for (size_t i = 0; i < f->terms->n_keys; i++) {
		struct block_bits with;
		uint64_t any = 0;
		if (!segment_find(f->db, f->segment.id, f->terms->keys[i], &with, err))
			return false;
		for (size_t k = 0; k < sizeof with.word / sizeof *with.word; k++)
			any |= f->bits.word[k] &= with.word[k];
		if (!any)
			break;
	}
	return true;
}

static bool read_gap(struct block_finder *f, struct err *err)
{
	struct stmt *s =
	    db_query(f->db, "SELECT first FROM block WHERE first > ? AND first < ? ORDER BY first DESC LIMIT 64", err);
	if (!s)
		return false;
	stmt_int(s, 1, f->above);
	stmt_int(s, 2, f->below);
	enum step step = STEP_DONE;
	f->n_gap = f->at_gap = 0;
	while (f->n_gap < sizeof f->gap / sizeof *f->gap && (step = stmt_step(s, err)) == STEP_ROW)
		f->gap[f->n_gap++] = col_int(s, 0);
	stmt_end(s);
	if (f->n_gap)
		f->below = f->gap[f->n_gap - 1];
	return step != STEP_FAIL;
}

bool finder_open(struct block_finder *f, struct db *db, const struct terms *terms, int64_t before, struct err *err)
{
	*f = (struct block_finder){.db = db, .terms = terms, .before = before, .below = before};
	f->segments = db_query(db, "SELECT id, first, last, blocks FROM search ORDER BY first DESC", err);
	return f->segments && next_segment(f, err);
}

void finder_close(struct block_finder *f)
{
	stmt_end(f->segments);
	f->segments = NULL;
}

static bool next_of_any(struct block_finder *f, int64_t *first, struct err *err)
{
	*first = 0;
	for (;;) {
		if (!f->in_segment) {
			if (f->at_gap == f->n_gap && !read_gap(f, err))
				return false;
			if (f->at_gap < f->n_gap) {
				*first = f->gap[f->at_gap++];
				return true;
			}
			if (!f->any_segment)
				return true;
			if (!enter_segment(f, err))
				return false;
		}
		for (; f->at >= 0; f->at--) {
			int i = f->at;
			if (f->segment.blocks[i] >= f->before || !(f->bits.word[i / 64] >> (i % 64) & 1))
				continue;
			*first = f->segment.blocks[i];
			f->at--;
			return true;
		}
		if (f->segment.first < f->below)
			f->below = f->segment.first;
		if (!next_segment(f, err))
			return false;
	}
}

/* Whether a source says nothing of traces. While it is being read its counts are not there yet, and it may. */
static bool only_cases(struct block_finder *f, int64_t source, bool *yes, struct err *err)
{
	struct stmt *s = db_query(f->db,
	                          "SELECT cases > 0 AND traces = 0 AND spans = 0 AND state = 1 AND"
	                          " NOT EXISTS(SELECT 1 FROM score x WHERE x.source = o.id)"
	                          " FROM source o WHERE o.id = ?",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, source);
	enum step step = stmt_step(s, err);
	*yes = step == STEP_ROW && col_int_or(s, 0, 0) == 1;
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool is_skipped(struct block_finder *f, int64_t first, bool *skip, struct err *err)
{
	struct stmt *s = db_query(f->db, "SELECT source FROM block WHERE first = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, first);
	enum step step = stmt_step(s, err);
	int64_t source = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	*skip = false;
	if (step == STEP_FAIL)
		return false;
	if (source != f->source) { /* a file's blocks lie together */
		if (!only_cases(f, source, skip, err))
			return false;
		f->skipped = *skip ? source : 0;
		f->source = source;
	}
	*skip = source && source == f->skipped;
	return true;
}

bool finder_next(struct block_finder *f, int64_t *first, struct err *err)
{
	bool skip;
	do {
		skip = false;
		if (!next_of_any(f, first, err) || (*first && f->traces_only && !is_skipped(f, *first, &skip, err)))
			return false;
	} while (skip);
	return true;
}
