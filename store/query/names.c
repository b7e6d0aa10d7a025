#include "store/query/names.h"

#include "store/query/runs.h"
#include "store/query/traces.h"

struct asked {
	struct db *db;
	struct str typed;
	struct buf after; /* sorts behind all that begins with it */
	struct arena *arena;
	struct named_list *out;
	struct err *err;
};

static void add(struct asked *a, struct str name, struct str about)
{
	if (name.len == 0 || name.len < a->typed.len)
		return;
	if (a->typed.ptr && memcmp(name.ptr, a->typed.ptr, a->typed.len) != 0)
		return;
	for (size_t i = 0; i < a->out->n; i++)
		if (str_eq(a->out->at[i].name, name))
			return;
	if (a->out->n < NAMES_MOST)
		a->out->at[a->out->n++] = (struct named){arena_str(a->arena, name), arena_str(a->arena, about)};
}

/* Of "runs/eval-v13.json" the file, of "dispute v13" the version. */
static struct str after_last(struct str text, char sep)
{
	size_t at = text.len;
	while (at && text.ptr[at - 1] != sep)
		at--;
	return str_from(text, at);
}

/* Rows of name and what it is; ?1 ?2: from typed up to after; ?3: of. sep: only what stands behind the last one. */
static bool add_rows(struct asked *a, const char *sql, int64_t of, char sep)
{
	struct stmt *s = db_query(a->db, sql, a->err);
	if (!s)
		return false;
	stmt_str(s, 1, a->typed.ptr ? a->typed : STR_LIT(""));
	stmt_str(s, 2, buf_str(&a->after));
	stmt_int(s, 3, of);
	enum step step;
	while ((step = stmt_step(s, a->err)) == STEP_ROW)
		add(a, sep ? after_last(col_str(s, 0), sep) : col_str(s, 0), col_str(s, 1));
	stmt_end(s);
	return step == STEP_DONE;
}

#define RUN_ABOUT "ifnull(r.name, ifnull((SELECT w.text FROM word w WHERE w.id = r.dataset), ''))"

static bool traces(struct asked *a)
{
	if (a->typed.len)
		return add_rows(
		    a,
		    "SELECT t.text, w.text FROM trace t LEFT JOIN word w ON w.id = t.name WHERE t.seen > 0 AND t.text "
		    ">= ?1 AND t.text <= ?2 AND ?3 = 0 ORDER BY t.text LIMIT 200",
		    0, '\0');
	return add_rows(
	    a,
	    "SELECT t.text, w.text FROM trace t LEFT JOIN word w ON w.id = t.name WHERE t.seen > 0 AND ?1 < ?2 AND ?3 "
	    "= 0 ORDER BY t.start_ns DESC, t.id DESC LIMIT 200",
	    0, '\0');
}

#define SPAN_ID "ifnull(s.id, printf('%016x', s.key))"

static bool spans(struct asked *a, struct str of)
{
	int64_t trace;
	return traces_find(a->db, of, &trace, a->err) &&
	       add_rows(a,
	                "SELECT " SPAN_ID
	                ", w.text FROM trace t JOIN span s ON s.pos BETWEEN t.first AND t.first + min(t.n, 5000)"
	                " - 1 LEFT JOIN word w ON w.id = s.name WHERE t.id = ?3 AND (s.flags & 16) = 0 AND " SPAN_ID
	                " >= ?1 AND " SPAN_ID " <= ?2 LIMIT 200",
	                trace, '\0');
}

static bool runs(struct asked *a)
{
	return add_rows(a,
	                "SELECT r.text, " RUN_ABOUT
	                " FROM run r WHERE r.text >= ?1 AND r.text <= ?2 AND ?3 = 0 ORDER BY "
	                "r.created_ns DESC, r.id DESC LIMIT 100",
	                0, '\0') &&
	       add_rows(a,
	                "SELECT p.version, " RUN_ABOUT
	                " FROM run r JOIN prompt p ON p.id = r.prompt WHERE p.version >= ?1 AND "
	                "p.version <= ?2 AND length(p.version) < 60 AND ?3 = 0 ORDER BY r.created_ns DESC LIMIT 100",
	                0, '\0') &&
	       add_rows(a,
	                "SELECT r.name, r.text FROM run r WHERE length(r.name) < 60 AND ?1 < ?2 AND ?3 = 0 ORDER BY "
	                "r.created_ns "
	                "DESC LIMIT 500",
	                0, ' ') &&
	       add_rows(a,
	                "SELECT CAST(o.path AS TEXT), " RUN_ABOUT
	                " FROM run r JOIN source o ON o.id = r.source WHERE ?1 < ?2 "
	                "AND ?3 = 0 ORDER BY r.created_ns DESC LIMIT 500",
	                0, '/');
}

static bool cases(struct asked *a, struct str of)
{
	int64_t run;
	return runs_find(a->db, of, &run, a->err) &&
	       add_rows(
	           a,
	           "SELECT k.text, c.title FROM case_result c JOIN case_key k ON k.id = c.case_id WHERE c.run = ?3 AND "
	           "c.repeat = 0 AND k.text >= ?1 AND k.text <= ?2 LIMIT 200",
	           run, '\0');
}

static bool versions(struct asked *a, struct str of)
{
	struct stmt *s =
	    db_query(a->db,
	             "SELECT p.version FROM prompt p JOIN word w ON w.id = p.name WHERE w.text = ? ORDER BY "
	             "p.first_ns DESC, p.id DESC LIMIT 1000",
	             a->err);
	if (!s)
		return false;
	stmt_str(s, 1, of);
	enum step step;
	while ((step = stmt_step(s, a->err)) == STEP_ROW)
		add(a, col_str(s, 0), STR_NONE);
	stmt_end(s);
	return step == STEP_DONE;
}

static bool ask(struct asked *a, enum names_of what, struct str of)
{
	switch (what) {
	case NAMES_TRACES: return traces(a);
	case NAMES_SPANS: return spans(a, of);
	case NAMES_RUNS: return runs(a);
	case NAMES_CASES: return cases(a, of);
	case NAMES_QUEUES:
		return add_rows(
		    a,
		    "SELECT q.name, '' FROM queue q WHERE q.name >= ?1 AND q.name <= ?2 AND ?3 = 0 ORDER BY "
		    "q.closed_ns IS NOT NULL, q.made_ns DESC LIMIT 200",
		    0, '\0');
	case NAMES_PROMPTS:
		return add_rows(
		    a,
		    "SELECT DISTINCT w.text, '' FROM prompt p JOIN word w ON w.id = p.name WHERE w.text >= ?1 AND "
		    "w.text <= ?2 AND ?3 = 0 ORDER BY w.text LIMIT 200",
		    0, '\0');
	case NAMES_VERSIONS: return versions(a, of);
	}
	return true;
}

bool names_of(struct db *db, enum names_of what, struct str typed, struct str of, struct arena *arena,
              struct named_list *out, struct err *err)
{
	struct asked a = {.db = db, .typed = typed, .arena = arena, .out = out, .err = err};
	buf_add_str(&a.after, typed);
	buf_add_cstr(&a.after, "\xf4\x8f\xbf\xbf"); /* U+10FFFF */
	bool ok = ask(&a, what, of);
	buf_done(&a.after);
	return ok;
}
