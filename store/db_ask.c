#include "store/db_ask.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "store/base/near.h"
#include "store/db_private.h"

/* Views have an inner half, which reads the tables: what the authorizer is told of a read is the innermost view's name, and that can be
 * feigned (WITH traces AS …), but for a name that no statement of a person may hold. */
#define INNER           "\001"
#define NOTHING_WRITTEN "nothing can be written here: only SELECT is answered"

enum {
	LENGTH_MOST = 64 << 20,
	OPS_PER_LOOK = 200 /* each may cost as much as LENGTH_MOST bytes do */,
	NUMBERS_MOST = 1 << 26,
	HEAP_BYTES = 1 << 30 /* of all connections together; what is sorted is not in memory (db_ask_begin) */
};

struct ask {
	const struct ask_rules *rules;
	struct buf tables; /* names of the store's own tables, each in blanks */
	char refused[200]; /* by the authorizer: why */
	int64_t until_ns;  /* 0: no deadline */
	bool late;
	bool (*stopped)(void *of); /* NULL: nobody asks it to */
	void *stopped_of;
	size_t numbers; /* that aggregates hold, all together */
};

const char *const ask_safe_functions[] = {
    "->",
    "->>",
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "cos",
    "count",
    "cume_dist",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sqrt",
    "strftime",
    "substr",
    "substring",
    "sum",
    "tan",
    "time",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unicode",
    "unixepoch",
    "upper",
    NULL,
};

/* ---------------------------------------------------------------- what a statement may do */

static const struct ask_view *view_named(const struct ask *a, const char *name)
{
	for (const struct ask_view *v = a->rules->views; name && v->name; v++)
		if (strcasecmp(v->name, name) == 0)
			return v;
	return NULL;
}

static const struct ask_function *function_named(const struct ask *a, const char *name)
{
	for (const struct ask_function *f = a->rules->functions; f->name; f++)
		if (strcasecmp(f->name, name) == 0)
			return f;
	return NULL;
}

static bool is_safe_function(const struct ask *a, const char *name)
{
	const struct ask_function *ours = function_named(a, name);
	if (ours)
		return !ours->hidden;
	for (size_t i = 0; ask_safe_functions[i]; i++)
		if (strcasecmp(ask_safe_functions[i], name) == 0)
			return true;
	return false;
}

static bool is_inner(const char *name)
{
	return name && name[0] == INNER[0];
}

static int refuse(struct ask *a, const char *what, const char *name)
{
	if (!a->refused[0])
		snprintf(a->refused, sizeof a->refused, "%s%.60s", what, name ? name : "");
	return SQLITE_DENY;
}

static bool is_table(const struct ask *a, const char *name)
{
	struct buf word = BUF_INIT;
	buf_printf(&word, " %s ", name);
	bool found = strncasecmp(name, "sqlite_", 7) == 0 || strcasestr(buf_cstr(&a->tables), buf_cstr(&word)) != NULL;
	buf_done(&word);
	return found;
}

/* Without a column: the rows of `table` are only counted, and `schema` is what stands before its name: "main" in the views (whoever writes
 * that counts rows of a table, no more), nothing before what a statement itself calls so (WITH …). */
static int may_read(struct ask *a, const char *table, const char *column, const char *schema)
{
	if (view_named(a, table) || is_inner(table) || strcasecmp(table, "json_each") == 0 ||
	    strcasecmp(table, "json_tree") == 0)
		return SQLITE_OK;
	if (!column[0] && (schema ? strcmp(schema, "main") == 0 : !is_table(a, table)))
		return SQLITE_OK;
	struct near near = {.word = str_of(table)};
	for (const struct ask_view *v = a->rules->views; v->name; v++)
		near_try(&near, v->name);
	struct buf name = BUF_INIT;
	buf_add_cstr(&name, table);
	near_say(&near, &name);
	refuse(a, "there is no view ", buf_cstr(&name));
	buf_done(&name);
	return SQLITE_DENY;
}

/* sqlite.org/c3ref/c_alter_table.html: what the codes and their words are. */
static int authorize(void *any, int code, const char *first, const char *second, const char *schema, const char *within)
{
	struct ask *a = any;
	if (is_inner(within))
		return SQLITE_OK;
	switch (code) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE: return SQLITE_OK;
	case SQLITE_READ: return may_read(a, first ? first : "", second ? second : "", schema);
	case SQLITE_FUNCTION:
		return is_safe_function(a, second ? second : "") ? SQLITE_OK
		                                                 : refuse(a, "there is no function ", second);
	case SQLITE_PRAGMA: return refuse(a, "no PRAGMA is answered here: ", first);
	case SQLITE_ATTACH:
	case SQLITE_DETACH: return refuse(a, "no other file can be opened here", NULL);
	default: return refuse(a, NOTHING_WRITTEN, NULL);
	}
}

/* ---------------------------------------------------------------- time */

static int64_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int is_over(void *any)
{
	struct ask *a = any;
	a->late = a->until_ns && monotonic_ns() > a->until_ns;
	return a->late || (a->stopped && a->stopped(a->stopped_of));
}

void db_ask_stop_with(struct db *db, bool (*stopped)(void *of), void *of)
{
	db->ask->stopped = stopped;
	db->ask->stopped_of = of;
}

/* ---------------------------------------------------------------- functions */

struct called { /* what a function of ours is registered with */
	const struct ask_function *function;
	void *of;
	struct ask *ask;
};

static struct ask_value value_of(sqlite3_value *v)
{
	struct ask_value out = {.type = ASK_NULL};
	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER: out = (struct ask_value){.type = ASK_INT, .i = sqlite3_value_int64(v)}; break;
	case SQLITE_FLOAT: out = (struct ask_value){.type = ASK_REAL, .d = sqlite3_value_double(v)}; break;
	case SQLITE_TEXT:
		out.type = ASK_TEXT;
		out.text.ptr = (const char *)sqlite3_value_text(v);
		out.text.len = out.text.ptr ? (size_t)sqlite3_value_bytes(v) : 0;
		break;
	case SQLITE_BLOB:
		out.type = ASK_BLOB;
		out.text.ptr = sqlite3_value_blob(v);
		out.text.len = out.text.ptr ? (size_t)sqlite3_value_bytes(v) : 0;
		break;
	default: break;
	}
	return out;
}

static void give(sqlite3_context *context, const struct ask_value *v)
{
	switch (v->type) {
	case ASK_NULL: sqlite3_result_null(context); break;
	case ASK_INT: sqlite3_result_int64(context, v->i); break;
	case ASK_REAL: sqlite3_result_double(context, v->d); break;
	case ASK_TEXT: sqlite3_result_text64(context, v->text.ptr, v->text.len, SQLITE_TRANSIENT, SQLITE_UTF8); break;
	case ASK_BLOB: sqlite3_result_blob64(context, v->text.ptr, v->text.len, SQLITE_TRANSIENT); break;
	case ASK_FAIL: sqlite3_result_error(context, v->text.ptr, (int)v->text.len); break;
	}
}

static void call(sqlite3_context *context, int n, sqlite3_value **values)
{
	enum { ARGS_MOST = 8 };
	const struct called *c = sqlite3_user_data(context);
	struct ask_value args[ARGS_MOST], out = {.type = ASK_NULL};
	struct arena arena = ARENA_INIT;
	for (int i = 0; i < n && i < ARGS_MOST; i++)
		args[i] = value_of(values[i]);
	c->function->value(c->of, args, n < ARGS_MOST ? n : ARGS_MOST, &arena, &out);
	give(context, &out);
	arena_done(&arena);
}

struct numbers {
	double *at;
	size_t n, cap;
	double p;
	bool too_many;
};

static void add_number(sqlite3_context *context, int n, sqlite3_value **values)
{
	const struct called *c = sqlite3_user_data(context);
	struct numbers *all = sqlite3_aggregate_context(context, sizeof *all);
	if (!all || sqlite3_value_numeric_type(values[0]) == SQLITE_NULL)
		return;
	if (n > 1)
		all->p = sqlite3_value_double(values[1]);
	if (all->too_many || c->ask->numbers == NUMBERS_MOST) {
		all->too_many = true;
		return;
	}
	c->ask->numbers++;
	all->at = vec_grow(all->at, &all->cap, all->n, sizeof *all->at);
	all->at[all->n++] = sqlite3_value_double(values[0]);
}

static void end_numbers(sqlite3_context *context)
{
	const struct called *c = sqlite3_user_data(context);
	struct numbers *all = sqlite3_aggregate_context(context, 0);
	if (!all)
		return;
	if (all->too_many)
		sqlite3_result_error(context, "more numbers than median() and percentile() hold at a time", -1);
	else if (all->n)
		sqlite3_result_double(context, c->function->numbers(all->at, all->n, all->p));
	c->ask->numbers -= all->n;
	free(all->at);
	*all = (struct numbers){.at = NULL};
}

static bool add_function(struct db *db, const struct ask_function *f, void *of, struct err *err)
{
	enum { PLAIN = SQLITE_UTF8 | SQLITE_DETERMINISTIC };
	struct called *c = xmalloc(sizeof *c);
	*c = (struct called){.function = f, .of = of, .ask = db->ask};
	int rc = sqlite3_create_function_v2(db->handle, f->name, f->n_args, PLAIN, c, f->value ? call : NULL,
	                                    f->value ? NULL : add_number, f->value ? NULL : end_numbers, free);
	return rc == SQLITE_OK || db_fail(db, err, "opening"); /* SQLite frees c either way */
}

/* ---------------------------------------------------------------- the connection */

static bool make_view(struct db *db, const struct ask_view *v, struct err *err)
{
	struct buf sql = BUF_INIT;
	buf_printf(&sql,
	           "CREATE TEMP VIEW \"" INNER "%s\" AS %s; CREATE TEMP VIEW %s AS SELECT * FROM temp.\"" INNER "%s\"",
	           v->name, v->sql, v->name, v->name);
	bool ok = sqlite3_exec(db->handle, buf_cstr(&sql), NULL, NULL, NULL) == SQLITE_OK || db_fail(db, err, v->name);
	buf_done(&sql);
	return ok;
}

static bool read_tables(struct db *db, struct buf *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT name FROM sqlite_schema", err);
	enum step step;
	if (!s)
		return false;
	buf_add_char(out, ' ');
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		buf_add_str(out, col_plain(s, 0));
		buf_add_char(out, ' ');
	}
	stmt_end(s);
	return step == STEP_DONE;
}

bool db_ask_begin(struct db *db, const struct ask_rules *rules, struct err *err)
{
	BUG_ON(db->mode != DB_READ || db->ask);
	db->ask = xmalloc(sizeof *db->ask);
	*db->ask = (struct ask){.rules = rules};
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LENGTH_MOST);
	sqlite3_limit(db->handle, SQLITE_LIMIT_COLUMN, 500);
	sqlite3_hard_heap_limit64(HEAP_BYTES);
	/* Sorting, DISTINCT and recursion beyond some MB go to a file in $TMPDIR (or /var/tmp) that has no name, so nothing of it is left
	 * whatever ends us. */
	bool ok = db_exec(db, "PRAGMA temp_store=1", err) && read_tables(db, &db->ask->tables, err);
	for (const struct ask_function *f = rules->functions; ok && f->name; f++)
		ok = add_function(db, f, rules->of, err);
	ok = ok && db_exec(db, "PRAGMA query_only=0", err); /* it is of temporary views, too */
	for (const struct ask_view *v = rules->views; ok && v->name; v++)
		ok = make_view(db, v, err);
	ok = ok && db_exec(db, "PRAGMA query_only=1", err);
	/* These come into being when they are named first, which the authorizer would take for writing. */
	ok = ok && db_exec(db, "SELECT 1 FROM json_each('1'), json_tree('1')", err);
	sqlite3_progress_handler(db->handle, OPS_PER_LOOK, is_over, db->ask);
	return ok;
}

void db_ask_end(struct db *db)
{
	if (db->ask)
		buf_done(&db->ask->tables);
	free(db->ask);
	db->ask = NULL;
	arena_done(&db->ask_words);
}

/* ---------------------------------------------------------------- one statement */

/* "no such column: t.nmae" → nmae; absent if the words are others. */
static struct str missing(const char *words, const char *kind)
{
	size_t n = strlen(kind);
	if (strncmp(words, kind, n) != 0)
		return STR_NONE;
	const char *dot = strrchr(words + n, '.');
	return str_of(dot ? dot + 1 : words + n);
}

static void try_columns(struct db *db, struct near *near)
{
	for (const struct ask_view *v = db->ask->rules->views; v->name; v++) {
		struct buf sql = BUF_INIT;
		sqlite3_stmt *s = NULL;
		buf_printf(&sql, "SELECT * FROM %s", v->name);
		if (sqlite3_prepare_v2(db->handle, buf_cstr(&sql), -1, &s, NULL) == SQLITE_OK)
			for (int c = 0; c < sqlite3_column_count(s); c++) {
				const char *before = near->name;
				near_try(near, sqlite3_column_name(s, c));
				if (near->name != before) /* the statement will not outlive this */
					near->name = arena_cstr(&db->ask_words, near->name).ptr;
			}
		sqlite3_finalize(s);
		buf_done(&sql);
	}
}

static void say_near(struct db *db, const char *words, struct buf *out)
{
	struct str column = missing(words, "no such column: "), table = missing(words, "no such table: "),
	           function = missing(words, "no such function: ");
	struct near near = {.word = column.ptr ? column : table.ptr ? table : function};
	if (!near.word.ptr)
		return;
	if (column.ptr)
		try_columns(db, &near);
	for (const struct ask_view *v = db->ask->rules->views; table.ptr && v->name; v++)
		near_try(&near, v->name);
	for (size_t i = 0; function.ptr && ask_safe_functions[i]; i++)
		near_try(&near, ask_safe_functions[i]);
	for (const struct ask_function *f = db->ask->rules->functions; function.ptr && f->name; f++)
		if (!f->hidden)
			near_try(&near, f->name);
	near_say(&near, out);
}

/* Characters, as the person counts them, not bytes. */
static size_t column_of(struct str sql, int offset)
{
	size_t column = 1;
	for (size_t i = 0; i < sql.len && i < (size_t)offset; i++)
		column += ((unsigned char)sql.ptr[i] & 0xC0) != 0x80;
	return column;
}

static bool mistake(struct db *db, struct str sql, struct err *err)
{
	int code = sqlite3_errcode(db->handle), offset = sqlite3_error_offset(db->handle);
	if (db->ask->refused[0])
		return err_set(err, ERR_USAGE, NULL, "%s (spoor sql --views)", db->ask->refused);
	if ((code & 0xff) != SQLITE_ERROR && (code & 0xff) != SQLITE_TOOBIG && (code & 0xff) != SQLITE_AUTH)
		return db_fail(db, err, "reading the statement");
	if (strncmp(sqlite3_errmsg(db->handle), "cannot modify", 13) == 0) /* "… traces because it is a view" */
		return err_set(err, ERR_USAGE, NULL, NOTHING_WRITTEN);
	char *words = xstrndup(str_of(sqlite3_errmsg(db->handle)));
	struct buf after = BUF_INIT;
	say_near(db, words, &after);
	if (offset >= 0)
		err_set(err, ERR_USAGE, NULL, "SQL, column %zu: %s%s", column_of(sql, offset), words, buf_cstr(&after));
	else
		err_set(err, ERR_USAGE, NULL, "SQL: %s%s", words, buf_cstr(&after));
	buf_done(&after);
	arena_reset(&db->ask_words);
	free(words);
	return false;
}

/* Behind the statement: blanks, semicolons and comments alone. */
static bool is_nothing(struct db *db, const char *rest)
{
	sqlite3_stmt *s = NULL;
	bool ok = sqlite3_prepare_v2(db->handle, rest, -1, &s, &rest) == SQLITE_OK && !s;
	sqlite3_finalize(s);
	return ok;
}

static bool is_answerable(struct db *db, sqlite3_stmt *s, const char *rest, struct err *err)
{
	if (!s)
		return err_set(err, ERR_USAGE, NULL, "there is no SELECT in this");
	if (sqlite3_stmt_isexplain(s))
		return err_set(err, ERR_USAGE, NULL, "EXPLAIN is not answered here: only SELECT");
	/* VACUUM, of which the authorizer hears nothing before it runs, has no columns */
	if (!sqlite3_stmt_readonly(s) || sqlite3_column_count(s) == 0)
		return err_set(err, ERR_USAGE, NULL, NOTHING_WRITTEN);
	if (sqlite3_bind_parameter_count(s))
		return err_set(err, ERR_USAGE, NULL, "a ? or :name has no value here: write the value itself");
	return is_nothing(db, rest) || err_set(err, ERR_USAGE, NULL, "one statement at a time");
}

struct stmt *db_ask(struct db *db, struct str sql, int64_t seconds, struct err *err)
{
	struct ask *a = db->ask;
	sqlite3_stmt *handle = NULL;
	const char *rest = NULL;
	sql = str_trim(sql);
	a->refused[0] = '\0';
	a->late = false;
	a->until_ns = seconds > 0 ? monotonic_ns() + seconds * 1000000000 : 0;
	if (memchr(sql.ptr, INNER[0], sql.len) || memchr(sql.ptr, '\0', sql.len)) {
		err_set(err, ERR_USAGE, NULL, "control characters cannot stand in SQL");
		return NULL;
	}
	char *text = xstrndup(sql);
	sqlite3_set_authorizer(db->handle, authorize, a); /* stays: a statement may be prepared again as it runs */
	bool ok = (sqlite3_prepare_v3(db->handle, text, -1, 0, &handle, &rest) == SQLITE_OK || mistake(db, sql, err)) &&
	          is_answerable(db, handle, rest, err);
	free(text);
	if (!ok) {
		sqlite3_finalize(handle);
		return NULL;
	}
	struct stmt *s = xmalloc(sizeof *s);
	*s = (struct stmt){.handle = handle, .db = db, .in_use = true};
	return s;
}

/* What is wrong with the values, and not with the store. */
enum step ask_step(struct stmt *s, struct err *err)
{
	struct db *db = s->db;
	int rc = sqlite3_step(s->handle), kind = rc & 0xff;
	if (rc == SQLITE_ROW)
		return STEP_ROW;
	if (rc == SQLITE_DONE)
		return STEP_DONE;
	if (kind == SQLITE_INTERRUPT && db->ask->late)
		err_set(err, ERR_SYSTEM, NULL, "stopped: its time was over (--timeout N)");
	else if (kind == SQLITE_ERROR || kind == SQLITE_TOOBIG || kind == SQLITE_MISMATCH || kind == SQLITE_AUTH)
		mistake(db, STR_LIT(""), err);
	else if (kind == SQLITE_FULL) /* nothing else is written here */
		err_set(err, ERR_SYSTEM, NULL,
		        "there is no room for what is sorted: name a folder that has some as $TMPDIR");
	else if (kind == SQLITE_NOMEM)
		err_set(err, ERR_MEMORY, NULL, "stopped: it would need more than 1 GB of memory");
	else
		db_fail(db, err, "answering");
	return STEP_FAIL;
}

int ask_columns(struct stmt *s)
{
	return sqlite3_column_count(s->handle);
}

const char *ask_name(struct stmt *s, int c)
{
	const char *name = sqlite3_column_name(s->handle, c);
	return name ? name : "";
}

struct ask_value ask_cell(struct stmt *s, int c)
{
	return value_of(sqlite3_column_value(s->handle, c));
}
