#include "store/query/sources.h"

#include <string.h>
#include <sys/stat.h>

#include "store/base/vec.h"
#include "store/search.h"

static bool source_ids(struct db *db, struct arena *arena, int64_t **ids, size_t *n, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT id FROM source ORDER BY id", err);
	if (!s)
		return false;
	VEC(int64_t) all = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&all) = col_int(s, 0);
	stmt_end(s);
	*n = all.n;
	*ids = arena_alloc(arena, all.n * sizeof **ids);
	if (all.n)
		memcpy(*ids, all.at, all.n * sizeof *all.at);
	vec_done(&all);
	return step == STEP_DONE;
}

bool sources_all(struct db *db, struct arena *arena, struct source **out, size_t *n, struct err *err)
{
	int64_t *ids;
	if (!source_ids(db, arena, &ids, n, err))
		return false;
	*out = arena_zalloc(arena, *n, sizeof **out);
	for (size_t i = 0; i < *n; i++)
		if (!source_get(db, ids[i], arena, &(*out)[i], err))
			return false;
	return true;
}

static void read_problem(struct stmt *s, struct arena *arena, struct problem *out)
{
	int64_t severity = col_int_or(s, 6, SEVERITY_WARNING);
	struct str file = arena_str(arena, col_blob(s, 0)), entry = arena_str(arena, col_str(s, 1)),
	           code = arena_str(arena, col_str(s, 7));
	*out = (struct problem){
	    .file = file.ptr ? file.ptr : "",
	    .entry = entry.ptr,
	    .record = (uint64_t)col_int_or(s, 2, 0),
	    .line = (uint64_t)col_int_or(s, 3, 0),
	    .path = arena_str(arena, col_str(s, 4)),
	    .offset = (uint64_t)col_int_or(s, 5, 0),
	    .severity = severity == SEVERITY_FILE      ? SEVERITY_FILE
	                : severity == SEVERITY_SKIPPED ? SEVERITY_SKIPPED
	                                               : SEVERITY_WARNING,
	    .code = code.ptr ? code.ptr : "",
	    .reason = arena_str(arena, col_str(s, 8)),
	    .kept = arena_str(arena, col_str(s, 9)),
	};
}

static bool count_problems(struct db *db, int64_t source, int64_t *total, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT count(*) FROM problem WHERE ?1 = 0 OR source = ?1", err);
	if (!s)
		return false;
	stmt_int(s, 1, source);
	enum step step = stmt_step(s, err);
	*total = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	return step == STEP_ROW;
}

bool sources_problems(struct db *db, int64_t source, int64_t limit, struct arena *arena, struct problem **out,
                      size_t *n, int64_t *total, struct err *err)
{
	*out = NULL;
	*n = 0;
	if (!count_problems(db, source, total, err))
		return false;
	struct stmt *s = db_query(db,
	                          "SELECT file, entry, record, line, path, offset, severity, code, reason, kept"
	                          " FROM problem WHERE ?1 = 0 OR source = ?1 ORDER BY id LIMIT ?2",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, source);
	stmt_int(s, 2, limit);
	VEC(struct problem) all = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		read_problem(s, arena, vec_add(&all));
	stmt_end(s);
	*n = all.n;
	*out = arena_alloc(arena, all.n * sizeof **out);
	if (all.n)
		memcpy(*out, all.at, all.n * sizeof *all.at);
	vec_done(&all);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- health */

static int64_t file_size(const char *path, const char *suffix)
{
	struct buf name = BUF_INIT;
	struct stat st;
	buf_printf(&name, "%s%s", path, suffix);
	int64_t size = stat(buf_cstr(&name), &st) == 0 ? (int64_t)st.st_size : 0;
	buf_done(&name);
	return size;
}

static bool quick_check(struct db *db, struct store_health *out, struct err *err)
{
	struct stmt *s = db_query(db, "PRAGMA quick_check(1)", err);
	if (!s)
		return false;
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		struct str says = col_str(s, 0);
		out->checked = true;
		out->sound = str_is(says, "ok");
		if (!out->sound)
			snprintf(out->trouble, sizeof out->trouble, STR_FMT, STR_ARG(says));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool sources_none(struct db *db, bool *none, struct err *err)
{
	int64_t any = 0;
	bool ok = db_int(db, "SELECT EXISTS (SELECT 1 FROM trace) OR EXISTS (SELECT 1 FROM run)", 0, &any, err);
	*none = ok && !any;
	return ok;
}

bool sources_only_runs(struct db *db, bool *only, struct err *err)
{
	int64_t so = 0;
	bool ok = db_int(db, "SELECT EXISTS (SELECT 1 FROM run) AND NOT EXISTS (SELECT 1 FROM trace WHERE seen > 0)", 0,
	                 &so, err);
	*only = ok && so;
	return ok;
}

bool sources_health(struct db *db, bool check, struct store_health *out, struct err *err)
{
	*out = (struct store_health){0};
	struct {
		const char *sql;
		int64_t *figure;
	} const figures[] = {
	    {"SELECT count(*) FROM trace",	                                           &out->traces      },
	    {"SELECT sum(spans) FROM trace",	                                         &out->spans       },
	    {"SELECT count(*) FROM score",	                                           &out->scores      },
	    {"SELECT count(*) FROM run",	                                             &out->runs        },
	    {"SELECT count(*) FROM case_result",                                             &out->cases       },
	    {"SELECT count(*) FROM annotation WHERE withdraws IS NULL AND event NOT IN"
	     " (SELECT withdraws FROM annotation WHERE withdraws IS NOT NULL)", &out->annotations },
	    {"SELECT count(*) FROM source",	                                          &out->sources     },
	    {"SELECT count(*) FROM problem",	                                         &out->problems    },
	    {"SELECT count(*) FROM block",	                                           &out->blocks      },
	    {"SELECT sum(raw_bytes) FROM block",                                             &out->raw_bytes   },
	    {"SELECT sum(length(data)) FROM block",                                          &out->packed_bytes},
	    {"PRAGMA user_version",	                                                  &out->version     },
	};
	bool ok = true;
	for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
		struct err why = ERR_INIT;
		bool had = db_int(db, figures[i].sql, 0, figures[i].figure, &why);
		if (!had)
			*figures[i].figure = UNKNOWN_INT;
		if (!had && ok && err)
			*err = why; /* the first is told, the others go on */
		ok = ok && had;
		if (why.code == ERR_INTERRUPTED)
			return false;
	}
	out->file_bytes = file_size(db_path(db), "");
	out->wal_bytes = file_size(db_path(db), "-wal");
	if (!search_percent(db, &out->searchable_percent, ok ? err : NULL)) {
		out->searchable_percent = -1;
		return false;
	}
	return ok && (!check || quick_check(db, out, err));
}
