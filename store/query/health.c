#include "store/query/health.h"

#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/block.h"

struct troubles {
	struct arena *arena;
	VEC(struct str) at;
};

static void add(struct troubles *t, struct str sentence)
{
	if (t->at.n < TROUBLES_MAX)
		*vec_add(&t->at) = arena_str(t->arena, sentence);
}

/* ---------------------------------------------------------------- pages, references */

/* SQLite says several in one text, under a heading of its own. */
static void add_pages(struct troubles *t, struct str said)
{
	for (struct str line; str_split(&said, '\n', &line);)
		if (line.len && !str_is(line, "ok") && !str_is(line, "*** in database main ***"))
			add(t, line);
}

static bool check_pages(struct db *db, struct troubles *t, struct err *err)
{
	struct stmt *s = db_query(db, "PRAGMA integrity_check(20)", err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		add_pages(t, col_str(s, 0));
	stmt_end(s);
	return step == STEP_DONE;
}

static bool check_references(struct db *db, struct troubles *t, struct err *err)
{
	struct stmt *s = db_query(db, "PRAGMA foreign_key_check", err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct buf words = BUF_INIT;
		buf_printf(&words, "a row of table " STR_FMT " names one of " STR_FMT " that is not there",
		           STR_ARG(col_str(s, 0)), STR_ARG(col_str(s, 2)));
		add(t, buf_str(&words));
		buf_done(&words);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- what only we can know */

static bool check_traces(struct db *db, struct troubles *t, struct err *err)
{
	struct stmt *s =
	    db_query(db,
	             "SELECT text, spans, have FROM (SELECT text, spans, loose, (SELECT count(*) FROM span WHERE"
	             " pos >= trace.first AND pos < trace.first + trace.n AND record > 0 AND"
	             " span.trace = trace.id) AS have FROM trace) WHERE loose = 0 AND have <> spans LIMIT 20",
	             err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct buf words = BUF_INIT;
		buf_printf(&words, "trace " STR_FMT " says it has %lld spans and has %lld",
		           STR_ARG(str_cut(col_str(s, 0), 0, 64)), (long long)col_int_or(s, 1, 0),
		           (long long)col_int_or(s, 2, 0));
		add(t, buf_str(&words));
		buf_done(&words);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static bool see(void *context, uint64_t number, const struct entry *e)
{
	(void)context, (void)number, (void)e;
	return true;
}

/* A block has a checksum of its own over what was compressed. */
static bool check_blocks(struct db *db, struct troubles *t, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT first FROM block ORDER BY first", err);
	if (!s)
		return false;
	struct block_cache *blocks = block_cache_new(db);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct err why = ERR_INIT;
		struct buf words = BUF_INIT;
		int64_t first = col_int_or(s, 0, 0);
		if (block_walk(blocks, (uint64_t)first, see, NULL, &why))
			continue;
		buf_printf(&words, "the records from number %lld on cannot be read: %.200s", (long long)first,
		           why.text);
		add(t, buf_str(&words));
		buf_done(&words);
	}
	block_cache_free(blocks);
	stmt_end(s);
	return step == STEP_DONE;
}

bool health_check(struct db *db, struct arena *arena, struct str **troubles, size_t *n, struct err *err)
{
	struct troubles t = {.arena = arena};
	bool ok = check_pages(db, &t, err);
	if (ok && t.at.n == 0) /* what lies on broken pages says nothing more */
		ok = check_references(db, &t, err) && check_traces(db, &t, err) && check_blocks(db, &t, err);
	*n = t.at.n;
	*troubles = arena_alloc(arena, (t.at.n + 1) * sizeof **troubles);
	if (t.at.n)
		memcpy(*troubles, t.at.at, t.at.n * sizeof **troubles);
	vec_done(&t.at);
	return ok;
}

/* ---------------------------------------------------------------- sizes */

static int64_t *place_of(struct health_sizes *out, struct str name)
{
	static const struct {
		const char *begins;
		size_t offset;
	} places[] = {
	    {"block",  offsetof(struct health_sizes, blocks)},
            {"span",   offsetof(struct health_sizes, spans) },
	    {"trace",  offsetof(struct health_sizes, traces)},
            {"score",  offsetof(struct health_sizes, traces)},
	    {"run",    offsetof(struct health_sizes, evals) },
            {"case",   offsetof(struct health_sizes, evals) },
	    {"search", offsetof(struct health_sizes, index) },
            {"word",   offsetof(struct health_sizes, words) },
	    {"prompt", offsetof(struct health_sizes, words) },
	};
	if (str_starts(name, "sqlite_autoindex_"))
		name = str_from(name, strlen("sqlite_autoindex_"));
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (str_starts(name, places[i].begins))
			return (int64_t *)((char *)out + places[i].offset);
	return &out->other;
}

bool health_sizes(struct db *db, struct health_sizes *out, struct err *err)
{
	*out = (struct health_sizes){.blocks = 0};
	int64_t spare = 0, page = 0;
	if (!db_int(db, "PRAGMA freelist_count", 0, &spare, err) || !db_int(db, "PRAGMA page_size", 0, &page, err))
		return false;
	struct err why = ERR_INIT;
	struct stmt *s = db_query(db, "SELECT name, pgsize FROM dbstat WHERE aggregate = 1", &why);
	if (!s && why.code == ERR_MEMORY) {
		if (err)
			*err = why;
		return false;
	}
	if (!s) { /* an SQLite built without this table */
		*out = (struct health_sizes){UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT,
		                             UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT, spare * page};
		return true;
	}
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*place_of(out, col_str(s, 0)) += col_int_or(s, 1, 0);
	stmt_end(s);
	out->spare = spare * page;
	return step == STEP_DONE;
}
