#include "store/query/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/query/fields.h"
#include "store/trace_words.h"

void suggestions_done(struct suggestions *s)
{
	arena_done(&s->arena);
	*s = (struct suggestions){.arena = ARENA_INIT};
}

/* ---------------------------------------------------------------- what comes first */

struct offered {
	struct suggestion s;
	bool begins; /* with what was typed */
};
struct offers {
	struct db *db;
	struct arena *arena;
	struct str typed;
	VEC(struct offered) all;
};

static void offer(struct offers *o, struct str text, int64_t n)
{
	size_t at = text.len ? text_find(text, o->typed, 0, true) : SIZE_MAX;
	if (text.len && o->typed.len == 0)
		at = 0;
	if (at == SIZE_MAX)
		return;
	*vec_add(&o->all) = (struct offered){
	    .s = {arena_str(o->arena, text), n},
              .begins = at == 0
        };
}

static int by_use(const void *left, const void *right)
{
	const struct offered *a = left, *b = right;
	if (a->begins != b->begins)
		return a->begins ? -1 : 1;
	if (a->s.n != b->s.n)
		return a->s.n > b->s.n ? -1 : 1;
	return str_cmp(a->s.text, b->s.text);
}

/* Several sources may offer one value: once is enough. */
static void keep_first(struct offers *o, struct suggestions *out)
{
	if (o->all.n)
		qsort(o->all.at, o->all.n, sizeof *o->all.at, by_use);
	out->at = arena_zalloc(&out->arena, SUGGEST_MOST + 1, sizeof *out->at);
	for (size_t i = 0; i < o->all.n; i++) {
		bool known = false;
		for (size_t k = 0; k < out->n && !known; k++)
			known = str_eq(out->at[k].text, o->all.at[i].s.text);
		if (known)
			continue;
		if (out->n == SUGGEST_MOST) {
			out->more = true;
			return;
		}
		out->at[out->n++] = o->all.at[i].s;
	}
}

/* ---------------------------------------------------------------- rows of value and count */

static bool offer_rows(struct offers *o, const char *sql, struct err *err)
{
	struct stmt *s = db_query(o->db, sql, err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		offer(o, col_str(s, 0), col_int_or(s, 1, -1));
	stmt_end(s);
	return step == STEP_DONE;
}

/* Numbers of an enum as rows of value and count; those that do not occur have 0. */
static bool offer_enum(struct offers *o, const struct field *f, const char *sql, struct err *err)
{
	enum { MOST = 64 };
	int64_t counts[MOST] = {0};
	bool counted = sql != NULL;
	struct stmt *s = sql ? db_query(o->db, sql, err) : NULL;
	if (sql && !s)
		return false;
	enum step step = STEP_DONE;
	while (s && (step = stmt_step(s, err)) == STEP_ROW) {
		int64_t value = col_int_or(s, 0, -1);
		if (value >= 0 && value < MOST)
			counts[value] += col_int_or(s, 1, 0);
	}
	if (s)
		stmt_end(s);
	for (int v = f->words->first; v <= f->words->last; v++)
		offer(o, str_of(f->words->name(v)), counted && v < MOST ? counts[v] : -1);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- words that spans of a trace have */

#define NEWEST "FROM trace t WHERE t.seen > 0 ORDER BY t.start_ns DESC LIMIT 20000"

struct tally {
	uint32_t id;
	int64_t n;
};
typedef VEC(struct tally) tally_list;

static int by_id(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

/* Sorts and adds up. */
static void fold(tally_list *list)
{
	size_t n = 0;
	if (list->n)
		qsort(list->at, list->n, sizeof *list->at, by_id);
	for (size_t i = 0; i < list->n; i++) {
		if (n && list->at[n - 1].id == list->at[i].id)
			list->at[n - 1].n += list->at[i].n;
		else
			list->at[n++] = list->at[i];
	}
	list->n = n;
}

static bool tally_words(struct offers *o, enum words_of of, tally_list *out, struct err *err)
{
	enum { FOLD_AT = 1 << 16 };
	struct stmt *s = db_query(o->db, "SELECT t.words " NEWEST, err);
	if (!s)
		return false;
	size_t folded = 0;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		uint32_t ids[WORDS_MOST];
		size_t n = 0;
		if (!trace_words_of(col_blob(s, 0), of, ids, &n))
			continue; /* of a trace with more words than are noted only some are known: others will have them */
		for (size_t i = 0; i < n; i++)
			*vec_add(out) = (struct tally){ids[i], 1};
		if (out->n > folded + FOLD_AT) {
			fold(out);
			folded = out->n;
		}
	}
	stmt_end(s);
	fold(out);
	return step == STEP_DONE;
}

static bool offer_id(struct offers *o, const char *sql, const struct tally *t, struct err *err)
{
	struct stmt *s = db_query(o->db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, t->id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		offer(o, col_str(s, 0), t->n);
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool offer_words(struct offers *o, enum words_of of, const char *sql, struct err *err)
{
	tally_list list = {0};
	bool ok = tally_words(o, of, &list, err);
	for (size_t i = 0; ok && i < list.n; i++)
		ok = offer_id(o, sql, &list.at[i], err);
	vec_done(&list);
	return ok;
}

static bool offer_kinds(struct offers *o, const struct field *f, struct err *err)
{
	tally_list list = {0};
	bool ok = tally_words(o, WORDS_KIND, &list, err);
	for (int v = f->words->first; ok && v <= f->words->last; v++) {
		int64_t n = 0;
		for (size_t i = 0; i < list.n; i++)
			n = list.at[i].id == (uint32_t)v + 1 ? list.at[i].n : n; /* as trace_words has it */
		offer(o, str_of(f->words->name(v)), n);
	}
	vec_done(&list);
	return ok;
}

/* ---------------------------------------------------------------- which field is asked how */

#define OF_TRACES(column)                                                                                              \
	"SELECT w.text, x.n FROM (SELECT v, count(*) AS n FROM (SELECT " column " AS v " NEWEST ") GROUP BY v) x JOIN" \
	" word w ON w.id = x.v"
#define OF_RUNS(column)                                                                                                \
	"SELECT w.text, count(*) FROM (SELECT " column " AS v FROM run ORDER BY id DESC LIMIT 10000) x JOIN word w ON" \
	" w.id = x.v GROUP BY x.v"
#define SCORES(table)                                                                                                 \
	"SELECT w.text, x.n FROM (SELECT name, count(*) AS n FROM (SELECT name FROM " table " LIMIT 200000) GROUP BY" \
	" name) x JOIN word w ON w.id = x.name"
#define WORD_OF   "SELECT text FROM word WHERE id = ?"
#define PROMPT_OF "SELECT w.text FROM prompt p JOIN word w ON w.id = p.name WHERE p.id = ?"
#define RUN_NAMES                                                                                                    \
	"SELECT ifnull(name, text), cases FROM run UNION ALL SELECT p.version, r.cases FROM run r JOIN prompt p ON " \
	"p.id = r.prompt LIMIT 20000"

static const struct {
	enum filter_over over;
	const char *field, *sql;
} tables[] = {
    {FILTER_TRACES, "name",     OF_TRACES("t.name")                                                                      },
    {FILTER_TRACES, "session",  OF_TRACES("t.session")                                                                   },
    {FILTER_TRACES, "user",     OF_TRACES("t.user")                                                                      },
    {FILTER_TRACES, "service",  OF_TRACES("t.service")                                                                   },
    {FILTER_TRACES, "tag",
     "SELECT w.text, x.n FROM (SELECT tag, count(*) AS n FROM (SELECT tag FROM trace_tag LIMIT 200000) GROUP BY tag)"
     " x JOIN word w ON w.id = x.tag"                                                                                    },
    {FILTER_TRACES, "score",    SCORES("score")                                                                          },
    {FILTER_TRACES, "run",      RUN_NAMES                                                                                },
    {FILTER_TRACES, "source",   "SELECT CAST(path AS TEXT), traces FROM source ORDER BY id DESC LIMIT 10000"             },
    {FILTER_CASES,  "score",    SCORES("case_score")                                                                     },
    {FILTER_CASES,  "run",      RUN_NAMES                                                                                },
    {FILTER_RUNS,   "name",     "SELECT ifnull(name, text), cases FROM run ORDER BY id DESC LIMIT 10000"                 },
    {FILTER_RUNS,   "dataset",  OF_RUNS("dataset")                                                                       },
    {FILTER_RUNS,   "model",    OF_RUNS("model")                                                                         },
    {FILTER_RUNS,   "provider", OF_RUNS("provider")                                                                      },
    {FILTER_RUNS,   "prompt",
     "SELECT w.text, count(*) FROM run r JOIN prompt p ON p.id = r.prompt JOIN word w ON w.id = p.name GROUP BY "
     "p.name"                                                                                                            },
    {FILTER_RUNS,   "version",
     "SELECT p.version, count(*) FROM run r JOIN prompt p ON p.id = r.prompt GROUP BY p.version"                         },
    {FILTER_RUNS,   "score",    "SELECT w.text, count(*) FROM run_score s JOIN word w ON w.id = s.name GROUP BY s.name"  },
    {FILTER_RUNS,   "source",   "SELECT CAST(path AS TEXT), runs FROM source WHERE runs > 0 ORDER BY id DESC LIMIT 10000"},
};

static const struct {
	const char *field, *sql;
	enum words_of of;
} of_spans[] = {
    {"model",    WORD_OF,                                   WORDS_MODEL   },
    {"provider", WORD_OF,                                   WORDS_PROVIDER},
    {"tool",     WORD_OF,                                   WORDS_TOOL    },
    {"prompt",   PROMPT_OF,                                 WORDS_PROMPT  },
    {"version",  "SELECT version FROM prompt WHERE id = ?", WORDS_PROMPT  },
};

static const char *sql_of_enum(enum filter_over over, const struct field *f)
{
	if (over == FILTER_CASES && strcmp(f->name, "status") == 0)
		return "SELECT status, count(*) FROM (SELECT status FROM case_result LIMIT 200000) GROUP BY status";
	if (over == FILTER_TRACES && strcmp(f->name, "status") == 0)
		return "SELECT status, count(*) FROM (SELECT t.status " NEWEST ") GROUP BY status";
	if (over == FILTER_TRACES && strcmp(f->name, "verdict") == 0)
		return "SELECT verdict, count(*) FROM (SELECT t.verdict " NEWEST ") GROUP BY verdict";
	return NULL;
}

static bool ask(struct offers *o, enum filter_over over, const struct field *f, struct err *err)
{
	for (const struct field_has *has = f->has; has && has->word; has++)
		offer(o, str_of(has->word), -1);
	if (f->words && strcmp(f->name, "kind") == 0 && over == FILTER_TRACES)
		return offer_kinds(o, f, err);
	if (f->words)
		return offer_enum(o, f, sql_of_enum(over, f), err);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (tables[i].over == over && strcmp(tables[i].field, f->name) == 0)
			return offer_rows(o, tables[i].sql, err);
	for (size_t i = 0; i < sizeof of_spans / sizeof *of_spans && over != FILTER_RUNS && over != FILTER_CASES; i++)
		if (strcmp(of_spans[i].field, f->name) == 0)
			return offer_words(o, of_spans[i].of, of_spans[i].sql, err);
	return true;
}

bool suggest(struct db *db, enum filter_over over, struct str field, struct str typed, struct suggestions *out,
             struct err *err)
{
	*out = (struct suggestions){.arena = ARENA_INIT};
	struct offers o = {.db = db, .arena = &out->arena, .typed = typed};
	const struct field *f = field_named(over, field);
	if (over == FILTER_PAIRS) /* made of cases; what only pairs have is asked for without the store */
		over = FILTER_CASES;
	bool ok = !f || ask(&o, over, f, err);
	if (ok)
		keep_first(&o, out);
	vec_done(&o.all);
	return ok;
}
