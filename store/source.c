#include "store/source.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"

#define COLUMNS                                                                                             \
	"id, path, entry, format, head_len, head_hash, bytes, prefix_hash, records, size, mtime_ns, state," \
	" traces, spans, scores, runs, cases, problems, map"

static struct hash128 hash_column(struct stmt *s, int c)
{
	struct hash128 h = {{0}};
	struct str blob = col_blob(s, c);
	if (blob.len == sizeof h.byte)
		memcpy(h.byte, blob.ptr, sizeof h.byte);
	return h;
}

static void read_row(struct stmt *s, struct arena *arena, struct source *out)
{
	int64_t state = col_int_or(s, 11, SOURCE_STOPPED);
	*out = (struct source){
	    .id = col_int(s, 0),
	    .path = arena_str(arena, col_blob(s, 1)),
	    .entry = arena_str(arena, col_str(s, 2)),
	    .format = arena_str(arena, col_str(s, 3)),
	    .head_len = (uint64_t)col_int_or(s, 4, 0),
	    .head_hash = hash_column(s, 5),
	    .bytes = (uint64_t)col_int_or(s, 6, 0),
	    .prefix_hash = hash_column(s, 7),
	    .records = (uint64_t)col_int_or(s, 8, 0),
	    .size = col_int(s, 9),
	    .mtime_ns = col_int(s, 10),
	    .state = state == SOURCE_WHOLE     ? SOURCE_WHOLE
	             : state == SOURCE_READING ? SOURCE_READING
	                                       : SOURCE_STOPPED,
	    .traces = col_int_or(s, 12, 0),
	    .spans = col_int_or(s, 13, 0),
	    .scores = col_int_or(s, 14, 0),
	    .runs = col_int_or(s, 15, 0),
	    .cases = col_int_or(s, 16, 0),
	    .problems = col_int_or(s, 17, 0),
	    .map = arena_str(arena, col_str(s, 18)),
	};
}

/* A head of n bytes may be known under any shorter length (the file was smaller then), so each length on record is tried. */
bool source_candidates(struct db *db, struct str head, struct arena *arena, struct source **out, size_t *n,
                       int64_t *next, struct err *err)
{
	*out = NULL;
	*n = 0;
	if (!db_int(db, "SELECT ifnull(max(id), 0) + 1 FROM source", 1, next, err))
		return false;
	struct stmt *lengths =
	    db_query(db, "SELECT DISTINCT head_len FROM source WHERE head_len <= ? ORDER BY 1 DESC", err);
	if (!lengths)
		return false;
	stmt_int(lengths, 1, (int64_t)head.len);
	VEC(struct source) found = {0};
	enum step step;
	bool ok = true;
	while (ok && (step = stmt_step(lengths, err)) != STEP_DONE) {
		struct stmt *s =
		    step == STEP_ROW
		        ? db_query(db, "SELECT " COLUMNS " FROM source WHERE head_hash = ? ORDER BY bytes DESC", err)
		        : NULL;
		if (!s) {
			ok = false;
			break;
		}
		struct hash128 h = hash128_of(str_cut(head, 0, (size_t)col_int(lengths, 0)));
		stmt_blob_static(s, 1, (struct str){(const char *)h.byte, sizeof h.byte});
		while ((step = stmt_step(s, err)) == STEP_ROW)
			read_row(s, arena, vec_add(&found));
		ok = step == STEP_DONE;
		stmt_end(s);
	}
	stmt_end(lengths);
	if (found.n) {
		*out = arena_alloc(arena, found.n * sizeof **out);
		memcpy(*out, found.at, found.n * sizeof **out);
		*n = found.n;
	}
	vec_done(&found);
	return ok;
}

bool source_get(struct db *db, int64_t id, struct arena *arena, struct source *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " COLUMNS " FROM source WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		read_row(s, arena, out);
	stmt_end(s);
	return step == STEP_ROW ||
	       (step == STEP_DONE && err_set(err, ERR_STORE, NULL, "no source %lld", (long long)id));
}

/* ---------------------------------------------------------------- maps of columns: rows "map:…" of meta */

static struct str map_key(struct buf *key, uint64_t shape)
{
	buf_printf(key, "map:%016llx", (unsigned long long)shape);
	return buf_str(key);
}

/* "ns map", as it is kept. */
static struct source_map read_map(struct str value, struct arena *arena)
{
	struct source_map map = {.since_ns = TIME_UNKNOWN};
	size_t blank = str_find_char(value, ' ');
	if (blank == SIZE_MAX)
		return map;
	char *end;
	struct str since = arena_str(arena, str_cut(value, 0, blank));
	map.since_ns = strtoll(since.ptr, &end, 10);
	map.map = arena_str(arena, str_from(value, blank + 1));
	return map;
}

bool source_map_get(struct db *db, uint64_t shape, struct arena *arena, struct source_map *out, struct err *err)
{
	struct buf key = BUF_INIT;
	struct stmt *s = db_query(db, "SELECT value FROM meta WHERE key = ?", err);
	*out = (struct source_map){.since_ns = TIME_UNKNOWN};
	if (!s)
		return false;
	stmt_str(s, 1, map_key(&key, shape));
	buf_done(&key);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*out = read_map(col_str(s, 0), arena);
	out->shape = shape;
	stmt_end(s);
	return step != STEP_FAIL;
}

bool source_map_set(struct db *db, const struct source_map *map, struct err *err)
{
	struct buf key = BUF_INIT, value = BUF_INIT;
	map_key(&key, map->shape);
	buf_printf(&value, "%lld ", (long long)map->since_ns);
	buf_add_str(&value, map->map);
	if (!db_begin(db, err)) {
		buf_done(&key);
		buf_done(&value);
		return false;
	}
	struct stmt *s = map->map.ptr ? db_query(db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)", err)
	                              : db_query(db, "DELETE FROM meta WHERE key = ?1", err);
	bool ok = s != NULL;
	if (ok) {
		stmt_str(s, 1, buf_str(&key));
		if (map->map.ptr)
			stmt_str(s, 2, buf_str(&value));
		ok = stmt_run(s, err);
	}
	ok = ok && db_commit(db, err);
	if (!ok)
		db_rollback(db);
	buf_done(&key);
	buf_done(&value);
	return ok;
}

bool source_map_all(struct db *db, struct arena *arena, struct source_map **out, size_t *n, struct err *err)
{
	VEC(struct source_map) found = {0};
	struct stmt *s =
	    db_query(db, "SELECT key, value FROM meta WHERE key >= 'map:' AND key < 'map;' ORDER BY key", err);
	*out = NULL;
	*n = 0;
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct str key = arena_str(arena, str_from(col_str(s, 0), strlen("map:")));
		struct source_map map = read_map(col_str(s, 1), arena);
		map.shape = strtoull(key.ptr, NULL, 16);
		if (map.map.ptr)
			*vec_add(&found) = map;
	}
	stmt_end(s);
	if (found.n) {
		*out = arena_alloc(arena, found.n * sizeof **out);
		memcpy(*out, found.at, found.n * sizeof **out);
		*n = found.n;
	}
	vec_done(&found);
	return step == STEP_DONE;
}

bool source_map_any(struct db *db, bool *any, struct err *err)
{
	int64_t n;
	*any = false;
	if (!db_int(db,
	            "SELECT EXISTS (SELECT 1 FROM meta WHERE key >= 'map:' AND key < 'map;')"
	            " OR EXISTS (SELECT 1 FROM source WHERE map IS NOT NULL)",
	            0, &n, err))
		return false;
	*any = n != 0;
	return true;
}
