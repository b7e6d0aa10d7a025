/* What the files of path.h share: parts of a path by an id, texts of calls, evidence in words. */
#ifndef SPOOR_STORE_QUERY_PATH_PRIVATE_H
#define SPOOR_STORE_QUERY_PATH_PRIVATE_H

#include "store/query/path.h"
#include "store/query/study_rows.h"
#include "store/query/words.h"

enum path_by { PATH_BY_KIND, PATH_BY_NAME, PATH_BY_MODEL };
#define PATH_NO_SPAN UINT64_MAX

struct path_part {
	uint64_t id;
	int64_t ns, most_ns, spans;
	uint32_t heaviest, first; /* spans */
};
typedef VEC(struct path_part) path_parts;

/* Time of the path that each span owns, into own (cleared, one a span); what nobody owns is returned. */
int64_t path_own(const path_segments *path, int64_t *own);
/* The largest first. */
void path_parts_of(const struct study_rows *rows, const int64_t *own, int64_t none_ns, enum path_by by,
                   path_parts *out);
/* Name, kind and what it is not. */
bool path_part_words(struct db *db, struct words *words, enum path_by by, uint64_t id, struct arena *arena,
                     struct path_share *out, struct err *err);

/* ---- texts of calls, decoded once each */
struct payload {
	uint32_t span;
	struct share_words input, output;
	struct str output_text;
};
struct payloads {
	struct db *db;
	struct block_cache *blocks;
	int64_t trace;
	const struct study_rows *rows;
	struct arena arena; /* output texts */
	VEC(struct payload) at;
	bool cut; /* PATH_PAYLOADS was met */
	struct err *err;
};
void payloads_done(struct payloads *p);
/* whatif_opts.share; context: struct payloads. */
bool payloads_share(void *context, uint32_t earlier, uint32_t later, enum share *out);
/* What was found out of a span; NULL: nothing was asked. */
const struct payload *payloads_get(const struct payloads *p, uint32_t span);

bool path_hint_of(struct db *db, struct words *words, const struct payloads *payloads, const struct whatif *w,
                  const struct trace_row *trace, struct arena *arena, struct path_hint *out, struct err *err);

#endif
