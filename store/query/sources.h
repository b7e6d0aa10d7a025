/* Files imported and their problems; the store's health in figures (spoor doctor). */
#ifndef SPOOR_STORE_QUERY_SOURCES_H
#define SPOOR_STORE_QUERY_SOURCES_H

#include "store/base/arena.h"
#include "store/model.h"
#include "store/source.h"

bool sources_all(struct db *db, struct arena *arena, struct source **out, size_t *n, struct err *err);
/* Problems of a source (0: of all), oldest first. File names in problem.file. */
bool sources_problems(struct db *db, int64_t source, int64_t limit, struct arena *arena, struct problem **out,
                      size_t *n, int64_t *total, struct err *err);

/* Neither a trace nor an eval run is in it. Two looks, however large it is. */
bool sources_none(struct db *db, bool *none, struct err *err);
/* There are eval runs, and no trace. The same. */
bool sources_only_runs(struct db *db, bool *only, struct err *err);

struct store_health {
	int64_t traces, spans, scores, runs, cases, annotations, sources, problems, blocks;
	int64_t raw_bytes, packed_bytes, file_bytes, wal_bytes;
	int searchable_percent; /* of the blocks: in the full-text index; -1: unknown */
	int64_t version;
	bool checked, sound; /* quick_check ran; and found nothing */
	char trouble[200];
};
/* False: what could be read all the same is in *out, the rest UNKNOWN_INT. */
bool sources_health(struct db *db, bool check, struct store_health *out, struct err *err);

#endif
