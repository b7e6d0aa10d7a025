/* After rows were forgotten: the records, words and prompts that no row names any more. */
#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/forget_private.h"
#include "store/search.h"

/* ---------------------------------------------------------------- marks */

struct marks { /* a bit for each id up to the largest */
	unsigned char *bits;
	size_t n;
};

static void marks_init(struct marks *m, int64_t largest)
{
	m->n = largest > 0 ? (size_t)largest + 1 : 1;
	m->bits = xcalloc(m->n / 8 + 1, 1);
}

static void mark(struct marks *m, int64_t id)
{
	if (id > 0 && (uint64_t)id < m->n)
		m->bits[id / 8] |= (unsigned char)(1u << id % 8);
}

static bool is_marked(const struct marks *m, int64_t id)
{
	return id > 0 && (uint64_t)id < m->n && (m->bits[id / 8] >> id % 8 & 1);
}

struct sweep {
	struct forget *f;
	struct marks words, prompts, records, keys;
	int64_t source; /* at work */
};

/* What the columns of a statement are ids of: w a word, p a prompt, r a record, k a case's key. */
struct named {
	const char *columns, *sql;
};

static struct marks *marks_of(struct sweep *w, char sort)
{
	switch (sort) {
	case 'w': return &w->words;
	case 'p': return &w->prompts;
	case 'k': return &w->keys;
	default: return &w->records;
	}
}

static bool mark_all(struct sweep *w, const struct named *named, struct err *err)
{
	struct stmt *s = db_query(w->f->db, named->sql, err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		for (int c = 0; named->columns[c]; c++)
			mark(marks_of(w, named->columns[c]), col_int_or(s, c, 0));
	stmt_end(s);
	return step == STEP_DONE;
}

#define SPAN_WORDS "name, model, provider, session, user, service, trace_name, prompt, record"
static const struct named all_names[] = {
    {"wwwwwwwpr", "SELECT " SPAN_WORDS " FROM span"                            },
    {"wwwwwwwpr", "SELECT " SPAN_WORDS " FROM span_loose"                      },
    {"wwwwwwwpr", "SELECT " SPAN_WORDS " FROM span_other"                      },
    {"wwwwr",     "SELECT name, session, user, service, said FROM trace"       },
    {"wwwwr",     "SELECT name, session, user, service, record FROM trace_said"},
    {"w",         "SELECT DISTINCT tag FROM trace_tag"                         },
    {"w",         "SELECT DISTINCT name FROM hist"                             },
    {"wwwr",      "SELECT name, judge, author, record FROM score"              },
    {"wwwp",      "SELECT dataset, model, provider, prompt FROM run"           },
    {"w",         "SELECT name FROM run_metric"                                },
    {"w",         "SELECT name FROM run_score"                                 },
    {"rkk",       "SELECT record, case_id, base FROM case_result"              },
    {"ww",        "SELECT name, judge FROM case_score"                         },
    {"r",         "SELECT record FROM case_part"                               },
    {"ww",        "SELECT name, judge FROM case_part_score"                    },
};

static bool mark_everything(struct sweep *w, struct err *err)
{
	int64_t word = 0, prompt = 0, record = 0, key = 0;
	struct db *db = w->f->db;
	if (!db_int(db, "SELECT max(id) FROM word", 0, &word, err) ||
	    !db_int(db, "SELECT max(id) FROM prompt", 0, &prompt, err) ||
	    !db_int(db, "SELECT max(first + n) FROM block", 0, &record, err) ||
	    !db_int(db, "SELECT max(id) FROM case_key", 0, &key, err))
		return false;
	marks_init(&w->words, word);
	marks_init(&w->prompts, prompt);
	marks_init(&w->records, record);
	marks_init(&w->keys, key);
	for (size_t i = 0; i < sizeof all_names / sizeof *all_names; i++)
		if (!mark_all(w, &all_names[i], err))
			return false;
	return true;
}

/* ---------------------------------------------------------------- records */

/* Frames lie before the records in them: walked backwards, each is marked before it is met. */
static bool mark_frame(void *any, uint64_t number, const struct entry *e)
{
	struct sweep *w = any;
	bool named = is_marked(&w->records, (int64_t)number);
	if (named && e->type != ENTRY_TAIL)
		mark(&w->records, (int64_t)e->frame);
	return named;
}

static bool is_named(void *any, uint64_t number, const struct entry *e)
{
	struct sweep *w = any;
	return is_marked(&w->records, e->type == ENTRY_TAIL ? (int64_t)e->frame : (int64_t)number);
}

struct ids {
	VEC(int64_t) at;
};

static bool list(struct forget *f, const char *sql, int64_t a, struct ids *out, struct err *err)
{
	struct stmt *s = db_query(f->db, sql, err);
	if (!s)
		return false;
	if (a != UNKNOWN_INT)
		stmt_int(s, 1, a);
	vec_clear(&out->at);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&out->at) = col_int_or(s, 0, 0);
	stmt_end(s);
	return step == STEP_DONE;
}

static bool sweep_blocks(struct sweep *w, int64_t source, struct err *err)
{
	struct ids blocks = {.at = {0}};
	/* Reading them all takes its time: not in a transaction. */
	bool ok = forget_commit(w->f, err) &&
	          list(w->f, "SELECT first FROM block WHERE source = ? ORDER BY first DESC", source, &blocks, err);
	for (size_t i = 0; ok && i < blocks.at.n; i++)
		ok = block_walk(w->f->blocks, (uint64_t)blocks.at.at[i], mark_frame, w, err);
	for (size_t i = 0; ok && i < blocks.at.n; i++) {
		int64_t taken;
		ok = forget_breathe(w->f, err) &&
		     block_blank(w->f->blocks, (uint64_t)blocks.at.at[i], is_named, w, &taken, err);
	}
	vec_done(&blocks.at);
	return ok;
}

/* What the source holds, counted anew; and rows that it repeated but another file brought name that one. */
static bool recount(struct sweep *w, int64_t source, struct err *err)
{
	return forget_breathe(w->f, err) &&
	       forget_do(w->f,
	                 "UPDATE source SET traces = (SELECT count(*) FROM trace WHERE source = ?1 OR seen = ?1),"
	                 " spans = (SELECT count(*) FROM span WHERE source = ?1 AND record > 0),"
	                 " scores = (SELECT count(*) FROM score WHERE source = ?1),"
	                 " runs = (SELECT count(*) FROM run_source WHERE source = ?1),"
	                 " cases = (SELECT count(*) FROM case_result WHERE source = ?1 AND ifnull(parts, 0) < 2) +"
	                 " (SELECT count(*) FROM (SELECT DISTINCT run, case_id, repeat FROM case_part WHERE source = "
	                 "?1)),"
	                 " problems = (SELECT count(*) FROM problem WHERE source = ?1) WHERE id = ?1",
	                 source, UNKNOWN_INT, err);
}

#define OWNER_OF(record) "ifnull((SELECT source FROM block WHERE first <= " record " ORDER BY first DESC LIMIT 1), 0)"

static bool repoint(struct sweep *w, int64_t gone, struct err *err)
{
	static const char *const rows[] = {
	    "UPDATE span SET source = " OWNER_OF(
	        "span.record") " WHERE pos IN"
	                       " (SELECT pos FROM span WHERE source = ? AND record > 0 LIMIT 1024)",
	    "UPDATE span_loose SET source = " OWNER_OF("span_loose.record") " WHERE source = ?",
	    "UPDATE span_other SET source = " OWNER_OF("span_other.record") " WHERE source = ?",
	    "UPDATE score SET source = " OWNER_OF("score.record") " WHERE source = ?",
	    "UPDATE case_result SET source = " OWNER_OF("case_result.record") " WHERE source = ?",
	    "UPDATE trace SET source = ifnull((SELECT source FROM span WHERE pos = trace.first + (trace.n > 1)), 0)"
	    " WHERE source = ?",
	    "UPDATE trace SET seen = source WHERE seen = ?",
	    "UPDATE run SET source = ifnull((SELECT source FROM case_result WHERE run = run.id LIMIT 1), 0) WHERE "
	    "source = ?",
	    "UPDATE run SET seen = source WHERE seen = ?",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!forget_all(w->f, rows[i], gone, err))
			return false;
	return true;
}

static bool sweep_source(struct sweep *w, int64_t source, struct err *err)
{
	struct ids there = {.at = {0}};
	bool ok = list(w->f, "SELECT id FROM source WHERE id = ?", source, &there, err);
	bool gone = there.at.n == 0;
	vec_done(&there.at);
	if (!ok)
		return false;
	return gone ? repoint(w, source, err) : sweep_blocks(w, source, err) && recount(w, source, err);
}

/* ---------------------------------------------------------------- words, prompts, problems */

static bool drop_unmarked(struct sweep *w, const struct marks *m, const char *all, const char *drop, struct err *err)
{
	struct ids ids = {.at = {0}};
	bool ok = list(w->f, all, UNKNOWN_INT, &ids, err);
	for (size_t i = 0; ok && i < ids.at.n; i++)
		if (!is_marked(m, ids.at.at[i]))
			ok = forget_breathe(w->f, err) && forget_do(w->f, drop, ids.at.at[i], UNKNOWN_INT, err);
	vec_done(&ids.at);
	return ok;
}

/* Prompts first: their names are words. */
static bool drop_words(struct sweep *w, struct err *err)
{
	static const struct named names = {"w", "SELECT name FROM prompt"};
	return drop_unmarked(w, &w->prompts, "SELECT id FROM prompt", "DELETE FROM prompt WHERE id = ?", err) &&
	       mark_all(w, &names, err) &&
	       drop_unmarked(w, &w->words, "SELECT id FROM word", "DELETE FROM word WHERE id = ?", err) &&
	       drop_unmarked(w, &w->keys, "SELECT id FROM case_key", "DELETE FROM case_key WHERE id = ?", err);
}

/* Problems of a trace name it by "trace ID" or "trace ID, span …". */
static bool drop_problems(struct sweep *w, struct err *err)
{
	return forget_all(
	    w->f,
	    "DELETE FROM problem WHERE id IN (SELECT id FROM problem WHERE ?1 = 0 AND path >= 'trace ' AND"
	    " path < 'trace!' AND NOT EXISTS (SELECT 1 FROM trace WHERE text ="
	    " substr(problem.path, 7, CASE instr(problem.path, ', span') WHEN 0 THEN length(problem.path)"
	    " ELSE instr(problem.path, ', span') - 7 END)) LIMIT 256)",
	    0, err);
}

/* The index is of words, and may hold some that are nowhere any more: it is made anew. */
static bool drop_index(struct sweep *w, struct err *err)
{
	return forget_commit(w->f, err) && search_drop(w->f->db, err) && forget_begin(w->f, err);
}

/* ---------------------------------------------------------------- all of it */

static bool sweep_sources(struct sweep *w, struct err *err)
{
	struct ids sources = {.at = {0}};
	bool ok = list(
	    w->f, "SELECT CAST(substr(key, 10) AS INTEGER) FROM meta WHERE key > 'forget/a/' AND key < 'forget/a0'",
	    UNKNOWN_INT, &sources, err);
	for (size_t i = 0; ok && i < sources.at.n; i++)
		ok = sweep_source(w, sources.at.at[i], err);
	vec_done(&sources.at);
	return ok;
}

static bool recount_traces(struct sweep *w, struct err *err)
{
	return forget_breathe(w->f, err) &&
	       forget_all(
	           w->f,
	           "UPDATE trace SET scores = (SELECT count(*) FROM score s WHERE s.trace = trace.id) WHERE id IN"
	           " (SELECT t.id FROM trace t WHERE t.scores > ? AND"
	           " t.scores <> (SELECT count(*) FROM score s WHERE s.trace = t.id) LIMIT 256)",
	           0, err);
}

bool forget_sweep(struct forget *f, struct err *err)
{
	struct sweep w = {.f = f};
	bool ok = recount_traces(&w, err) && forget_commit(f, err) && mark_everything(&w, err) &&
	          forget_begin(f, err) && drop_problems(&w, err) && sweep_sources(&w, err) && drop_words(&w, err) &&
	          drop_index(&w, err) && forget_breathe(f, err) &&
	          db_exec(f->db, "DELETE FROM meta WHERE key >= 'forget/' AND key < 'forget0'", err) &&
	          forget_commit(f, err);
	free(w.words.bits);
	free(w.prompts.bits);
	free(w.records.bits);
	free(w.keys.bits);
	return ok;
}
