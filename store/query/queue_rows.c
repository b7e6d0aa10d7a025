/* Reading what a review queue may hold: rows of the store with the hashes of their texts. */
#include <string.h>

#include "store/base/hash.h"
#include "store/base/units.h"
#include "store/query/judges.h"
#include "store/query/queue_make_private.h"
#include "store/query/queue_subject.h"

/* ---------------------------------------------------------------- what is asked */

/* head: columns a, b, c, input hash, output hash, key, of a pair the second output's hash, else whether there is an answer that has no
 * hash; then the stratum. ?1 and ?2 are the runs (0: any), ?3 the dataset. */
static const struct rows_of {
	enum filter_over over;
	int kind;
	const char *head, *tail;
} rows_of[] = {
    [QUEUE_CASES] = {FILTER_CASES,  SUBJECT_CASE,
                     "SELECT c.run, c.case_id, c.repeat, c.input_hash, c.output_hash, k.text, 0, @"
                     " FROM run r CROSS JOIN case_result c ON c.run = r.id JOIN case_key k ON k.id = c.case_id"
                     " WHERE c.repeat >= 0 AND (?1 = 0 OR r.id = ?1) AND ?2 = 0 AND (?3 IS NULL OR r.dataset IN"
                     " (SELECT id FROM word WHERE text = ?3))",                      " ORDER BY r.created_ns DESC, r.id DESC, c.ord NULLS LAST, c.case_id, c.repeat"},
    [QUEUE_TRACES] = {FILTER_TRACES, SUBJECT_TRACE,
                     "SELECT t.id, 0, 0, s.input_hash, s.output_hash, t.text, t.output IS NOT NULL, @"
                      " FROM trace t LEFT JOIN span s ON s.pos = t.first AND t.n > 0 WHERE t.seen > 0 AND"
                      " (?1 = 0 OR t.key IN (SELECT x.trace FROM case_result x WHERE x.run = ?1)) AND ?2 = 0 AND"
                      " (?3 IS NULL OR t.key IN (SELECT x.trace FROM case_result x JOIN run y ON y.id = x.run"
                      " WHERE y.dataset IN (SELECT id FROM word WHERE text = ?3)))", " ORDER BY t.start_ns DESC, t.id DESC"                                         },
    [QUEUE_SPANS] = {FILTER_SPANS,  SUBJECT_SPAN,
                     "SELECT s.trace, s.key, 0, s.input_hash, s.output_hash, t.text || '/' || coalesce(s.id, s.key),"
                     " 0, @ FROM trace t CROSS JOIN span s ON s.pos >= t.first AND s.pos < t.first + t.n WHERE"
                     " t.n > 0 AND (?1 = 0 OR t.key IN (SELECT x.trace FROM case_result x WHERE x.run = ?1)) AND"
                     " ?2 = 0 AND (?3 IS NULL OR t.key IN (SELECT x.trace FROM case_result x JOIN run y ON"
                     " y.id = x.run WHERE y.dataset IN (SELECT id FROM word WHERE text = ?3))) AND (s.kind = ?4 OR"
                     " s.name IN (SELECT id FROM word WHERE text = ?5))",            " ORDER BY t.start_ns DESC, t.id DESC, s.pos"                                  },
    [QUEUE_PAIRS] = {FILTER_CASES,  SUBJECT_PAIR,
                     "SELECT a.case_id, a.repeat, c.repeat, a.input_hash, a.output_hash, k.text, c.output_hash, @"
                     " FROM case_result a JOIN case_result c ON c.run = ?2 AND c.case_id = a.case_id AND c.repeat ="
                     " (SELECT min(x.repeat) FROM case_result x WHERE x.run = ?2 AND x.case_id = a.case_id AND"
                     " x.repeat >= 0) JOIN case_key k ON k.id = a.case_id JOIN run r ON r.id = ?2 WHERE a.run = ?1"
                     " AND a.repeat = (SELECT min(x.repeat) FROM case_result x WHERE x.run = ?1 AND"
                     " x.case_id = a.case_id AND x.repeat >= 0) AND ?3 IS NULL",     " ORDER BY a.ord NULLS LAST, a.case_id"                                        },
};

/* By what a sample can be shared out: SQL of each kind; NULL: not of that kind. */
static const struct {
	const char *name, *of_case, *of_trace, *of_span;
} strata[] = {
    {"status",  "c.status",  "t.status",  "s.status" },
    {"verdict", "c.status",  "t.status",  "s.status" },
    {"run",     "c.run",     NULL,        NULL       },
    {"dataset", "r.dataset", NULL,        NULL       },
    {"model",   "r.model",   NULL,        "s.model"  },
    {"name",    NULL,        "t.name",    "s.name"   },
    {"service", NULL,        "t.service", "s.service"},
    {"user",    NULL,        "t.user",    NULL       },
    {"kind",    NULL,        NULL,        "s.kind"   },
};

static const char *stratum_of(const struct queue_ask *ask, struct err *err)
{
	if (!ask->stratify.len)
		return "0";
	struct buf names = BUF_INIT;
	const char *found = NULL;
	for (size_t i = 0; i < sizeof strata / sizeof *strata; i++) {
		const char *sql = ask->from == QUEUE_TRACES  ? strata[i].of_trace
		                  : ask->from == QUEUE_SPANS ? strata[i].of_span
		                                             : strata[i].of_case;
		if (sql && str_is(ask->stratify, strata[i].name))
			found = sql;
		if (sql)
			buf_printf(&names, "%s%s", names.len ? ", " : "", strata[i].name);
	}
	if (!found)
		err_set(err, ERR_USAGE, NULL, "nothing here is shared out by \"" STR_FMT "\"; there are %s",
		        STR_ARG(str_cut(ask->stratify, 0, 40)), buf_cstr(&names));
	buf_done(&names);
	return found;
}

static struct filter *parse(const struct queue_ask *ask, enum filter_over over, struct arena *arena, struct err *err)
{
	struct filter_mistake mistake = {0};
	struct filter *f = filter_parse(arena, ask->where, over, ask->now_ns, &mistake);
	if (f)
		return f;
	struct buf words = BUF_INIT;
	filter_mistake_words(&words, &mistake);
	err_set(err, ERR_USAGE, NULL, "--where, column %zu: %s", mistake.column + 1, buf_cstr(&words));
	buf_done(&words);
	return NULL;
}

static bool has_cases(struct db *db, bool *cases, struct err *err)
{
	int64_t any;
	bool ok = db_int(db, "SELECT EXISTS(SELECT 1 FROM case_result)", 0, &any, err);
	*cases = any != 0;
	return ok;
}

bool queue_means_cases(struct db *db, const struct queue_ask *ask, bool *cases, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct err ignored = ERR_INIT, of_cases = ERR_INIT;
	bool fits = parse(ask, FILTER_CASES, &arena, &of_cases) != NULL,
	     as_trace = parse(ask, FILTER_TRACES, &arena, &ignored) != NULL;
	arena_done(&arena);
	if (!fits && !as_trace) {
		*err = of_cases;
		return false;
	}
	*cases = fits;
	return !fits || !as_trace || has_cases(db, cases, err);
}

/* ---------------------------------------------------------------- reading */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t both[2] = {a, b};
	return hash64((struct str){(const char *)both, sizeof both});
}

/* Of a case by its key and texts; of traces and spans by their texts alone, as equal answers are one; by their id where they have none. */
static uint64_t ident_of(int kind, struct str key, uint64_t input, uint64_t output)
{
	bool is_case = kind == SUBJECT_CASE || kind == SUBJECT_PAIR;
	return mix(is_case || !output ? hash64(key) : 1, mix(input, output));
}

static void take_row(struct stmt *s, const struct rows_of *of, const struct queue_ask *ask, struct candidates *out)
{
	struct candidate c = {.a = col_int(s, 0),
	                      .b = col_int_or(s, 1, 0),
	                      .c = col_int_or(s, 2, 0),
	                      .input = (uint64_t)col_int_or(s, 3, 0),
	                      .output = (uint64_t)col_int_or(s, 4, 0),
	                      .stratum = (uint64_t)col_int_or(s, 7, -1),
	                      .kind = (uint8_t)of->kind};
	uint64_t other = (uint64_t)col_int_or(s, 6, 0);
	c.silent = !c.output;
	if (of->kind == SUBJECT_TRACE)
		c.silent = !c.output && !other;
	if (of->kind == SUBJECT_PAIR) {
		c.run_a = ask->run;
		c.run_b = ask->run_b;
		c.silent = !c.output || !other;
		c.identical = c.output == other;
		c.output = queue_pair_hash(c.output, other);
	}
	c.ident = ident_of(of->kind, col_plain(s, 5), c.input, c.output);
	*vec_add(&out->rows) = c;
}

/* The head with the stratum in the place of @. */
static void add_head(struct buf *sql, const char *head, const char *stratum)
{
	const char *at = strchr(head, '@');
	buf_add(sql, head, (size_t)(at - head));
	buf_add_cstr(sql, stratum);
	buf_add_cstr(sql, at + 1);
}

static struct stmt *compose(struct db *db, const struct queue_ask *ask, const struct filter *filter,
                            const char *stratum, struct err *err)
{
	const struct rows_of *of = &rows_of[ask->from];
	struct buf sql = BUF_INIT;
	enum span_kind kind;
	int base = ask->from == QUEUE_SPANS ? 5 : 3, params = base;
	if (!filter_resolve(filter, db, err))
		return NULL;
	add_head(&sql, of->head, stratum);
	if (!filter_is_empty(filter)) {
		buf_add_cstr(&sql, " AND (");
		filter_sql(&sql, filter, &params);
		buf_add_char(&sql, ')');
	}
	buf_add_cstr(&sql, of->tail);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (!s)
		return NULL;
	stmt_int(s, 1, ask->run);
	stmt_int(s, 2, ask->run_b);
	stmt_str(s, 3, ask->dataset.len ? ask->dataset : STR_NONE);
	if (ask->from == QUEUE_SPANS) {
		stmt_int(s, 4, kind_named(ask->step, &kind) ? (int64_t)kind : -1);
		stmt_str(s, 5, ask->step);
	}
	filter_bind(s, filter, base + 1);
	return s;
}

bool queue_read_rows(struct db *db, const struct queue_ask *ask, struct arena *arena, struct candidates *out,
                     struct err *err)
{
	const struct rows_of *of = &rows_of[ask->from];
	const char *stratum = stratum_of(ask, err);
	const struct filter *filter = stratum ? parse(ask, of->over, arena, err) : NULL;
	struct stmt *s = filter ? compose(db, ask, filter, stratum, err) : NULL;
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW && !(out->cut = out->rows.n >= CANDIDATES_MOST))
		take_row(s, of, ask, out);
	stmt_free(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- listed ones */

static struct stmt *ask_one(struct db *db, const struct subject_at *at, struct err *err)
{
	struct stmt *s = NULL;
	switch (at->kind) {
	case SUBJECT_CASE:
	case SUBJECT_PAIR:
		s = db_query(
		    db,
		    "SELECT c.input_hash, c.output_hash, k.text, (SELECT x.output_hash FROM case_result x WHERE"
		    " x.run = ?4 AND x.case_id = ?2 AND x.repeat = ?5) FROM case_result c JOIN case_key k ON"
		    " k.id = c.case_id WHERE c.run = ?1 AND c.case_id = ?2 AND c.repeat = ?3",
		    err);
		break;
	case SUBJECT_TRACE:
	case SUBJECT_SPAN:
		s = db_query(
		    db,
		    "SELECT s.input_hash, s.output_hash, t.text || '/' || coalesce(s.id, s.key), t.output IS NOT"
		    " NULL FROM trace t JOIN span s ON s.pos >= t.first AND s.pos < t.first + t.n WHERE"
		    " t.id = ?1 AND (?2 IS NULL OR s.key = ?2) AND ?3 IS ?4 AND ?5 IS NULL ORDER BY s.pos LIMIT 1",
		    err);
		break;
	case SUBJECT_NONE:
	case N_SUBJECT_KINDS: err_set(err, ERR_NOT_FOUND, NULL, "nothing to judge is here"); break;
	}
	if (!s)
		return NULL;
	bool is_case = at->kind == SUBJECT_CASE || at->kind == SUBJECT_PAIR;
	stmt_int(s, 1, is_case ? at->at.run : at->trace);
	stmt_int(s, 2, is_case ? at->at.case_id : at->kind == SUBJECT_SPAN ? at->span : UNKNOWN_INT);
	stmt_int(s, 3, is_case ? at->at.repeat : UNKNOWN_INT);
	stmt_int(s, 4, at->kind == SUBJECT_PAIR ? at->run_b : UNKNOWN_INT);
	stmt_int(s, 5, at->kind == SUBJECT_PAIR ? at->repeat_b : UNKNOWN_INT);
	return s;
}

static void take_one(struct stmt *s, const struct subject_at *at, struct candidates *out)
{
	struct candidate c = {
	    .input = (uint64_t)col_int_or(s, 0, 0), .output = (uint64_t)col_int_or(s, 1, 0), .kind = (uint8_t)at->kind};
	uint64_t other = (uint64_t)col_int_or(s, 3, 0);
	bool pair = at->kind == SUBJECT_PAIR, is_case = pair || at->kind == SUBJECT_CASE;
	c.a = pair ? at->at.case_id : is_case ? at->at.run : at->trace;
	c.b = pair ? at->at.repeat : is_case ? at->at.case_id : at->kind == SUBJECT_SPAN ? at->span : 0;
	c.c = pair ? at->repeat_b : is_case ? at->at.repeat : 0;
	c.silent = !c.output && (at->kind != SUBJECT_TRACE || !other);
	if (pair) {
		c.run_a = at->at.run;
		c.run_b = at->run_b;
		c.silent = !c.output || !other;
		c.identical = c.output == other;
		c.output = queue_pair_hash(c.output, other);
	}
	c.ident = ident_of((int)at->kind, col_plain(s, 2), c.input, c.output);
	*vec_add(&out->rows) = c;
}

bool queue_read_listed(struct db *db, const struct subject_at *items, size_t n, struct candidates *out, struct err *err)
{
	for (size_t i = 0; i < n && out->rows.n < CANDIDATES_MOST; i++) {
		struct stmt *s = ask_one(db, &items[i], err);
		if (!s)
			return false;
		enum step step = stmt_step(s, err);
		if (step == STEP_ROW)
			take_one(s, &items[i], out);
		stmt_end(s);
		if (step == STEP_FAIL)
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- the judges' lists */

static struct subject_at at_of(const struct judge_item *item)
{
	if (item->at.run)
		return (struct subject_at){.kind = SUBJECT_CASE, .at = item->at};
	return (struct subject_at){.kind = item->has_span ? SUBJECT_SPAN : SUBJECT_TRACE,
	                           .trace = item->trace,
	                           .span = item->has_span ? item->span : 0};
}

bool queue_read_judges(struct db *db, const struct queue_ask *ask, struct arena *arena, struct subject_at **items,
                       size_t *n, struct err *err)
{
	struct judges judges = {.arena = ARENA_INIT};
	struct judges_opts opts = {
	    .runs = {ask->run, 0},
              .threshold = UNKNOWN_DOUBLE
        };
	struct filter_mistake mistake = {0};
	VEC(struct subject_at) found = {0};
	*items = NULL;
	*n = 0;
	if (ask->where.len && !judges_where(&opts, arena, ask->where, ask->now_ns, &mistake))
		return err_set(err, ERR_USAGE, NULL, "--where, column %zu: %s", mistake.column + 1, mistake.expected);
	bool ok = judges_get(db, &opts, &judges, err), more = ok;
	for (size_t round = 0; more && round < JUDGES_ROWS; round++) {
		more = false;
		for (size_t i = 0; i < judges.n; i++) {
			const struct judge *j = &judges.rows[i];
			bool next = ask->from == QUEUE_NEXT;
			if (j->by != SOURCE_JUDGE || (ask->judge.len && !str_eq(j->name, ask->judge)) ||
			    round >= (next ? j->n_next : j->n_disagreements))
				continue;
			*vec_add(&found) = at_of(next ? &j->next[round] : &j->disagreements[round]);
			more = true;
		}
	}
	*items = arena_alloc(arena, (found.n + 1) * sizeof **items);
	if (found.n)
		memcpy(*items, found.at, found.n * sizeof **items);
	*n = found.n;
	vec_done(&found);
	judges_done(&judges);
	return ok;
}
