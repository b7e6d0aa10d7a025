/* spoor sql 'select …': an answer over documented views (store/query/sql_views.h), of any size in constant memory.
 *
 *     spoor sql --json: {"columns":["name", …],"rows":[{"name":value, …}, …],"more":false}
 *     spoor sql --views --json: {"views":[{"name","help","columns":[{"name","type","help"}]}],"functions":[{"call","help"}]}
 *
 * A value is a string, an exact integer, a real (the shortest decimal that reads back as the same double), null, or of a blob its hex
 * digits. Columns of one name are told apart as NAME, NAME:2, …; "more": --limit left rows out. */
#include "tui/cmd/sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/file.h"
#include "store/base/text.h"
#include "store/query/sql_views.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/stop.h"

enum { TIMEOUT_SECONDS = 300, TERMINAL_ROWS = 100, MEASURED_ROWS = 1000, CELL_COLS = 60, GAP = 2, SQL_BYTES = 1000000 };

static const struct option_row sql_options[] = {
    {"file",                                                                                'f', OPTION_TEXT, "FILE", "the statement is in this file"},
    {"views",                                                                          0, OPTION_FLAG, NULL,
     "the views there are, their columns, the functions; of one view: its name as operand"},
    {"limit",                                                      'n', OPTION_INT, "N", "at most N rows"},
    {"timeout",                                                                               't', OPTION_INT, "N", "give up after N seconds (300; 0: never)"},
    {"jsonl",                                                                          0, OPTION_FLAG, NULL, "as JSON Lines: one object a line, as in the rows of --json"},
    {"csv", 0, OPTION_FLAG, NULL, "as CSV; text a spreadsheet would take for a formula gets '"},
    {"csv-raw",                                                                               0, OPTION_FLAG, NULL, "as CSV, text as it is"},
    {"markdown",                                                                           0, OPTION_FLAG, NULL, "as a Markdown table"},
    {.name = NULL                                                                    },
};

struct answer {
	struct stmt *s;
	struct out o;
	bool lines; /* --jsonl */
	int n;      /* columns */
	struct str *names;
	int *cols;
	bool *right;
	int64_t limit, printed;
	bool more;
	struct buf out;
	struct jout j;
	struct arena arena;
	VEC(struct str) held; /* cells of the first rows, until they are measured */
	int64_t held_rows;
	bool measured;
};

/* ---------------------------------------------------------------- one value */

static void add_hex(struct buf *out, struct str blob)
{
	for (size_t i = 0; i < blob.len; i++)
		buf_printf(out, "%02x", (unsigned)(unsigned char)blob.ptr[i]);
}

static void member(struct jout *j, const char *key, const struct ask_value *v)
{
	struct buf hex = BUF_INIT;
	switch (v->type) {
	case ASK_FAIL:
	case ASK_NULL: jout_null(j, key); break;
	case ASK_INT:
		if (v->i == UNKNOWN_INT) /* the one that means "unknown" elsewhere is a number here */
			jout_raw(j, key, STR_LIT("-9223372036854775808"));
		else
			jout_int(j, key, v->i);
		break;
	case ASK_REAL: jout_double(j, key, v->d); break;
	case ASK_TEXT: jout_str(j, key, v->text.ptr ? v->text : STR_LIT("")); break;
	case ASK_BLOB:
		add_hex(&hex, v->text);
		jout_cstr(j, key, buf_cstr(&hex));
		break;
	}
	buf_done(&hex);
}

/* As it is, for all forms but JSON. */
static void plain(struct buf *out, const struct ask_value *v)
{
	switch (v->type) {
	case ASK_FAIL:
	case ASK_NULL: break;
	case ASK_INT: buf_printf(out, "%lld", (long long)v->i); break;
	case ASK_REAL: units_double(out, v->d); break;
	case ASK_TEXT: buf_add_str(out, v->text); break;
	case ASK_BLOB: add_hex(out, v->text); break;
	}
}

static bool is_number(const struct ask_value *v)
{
	return v->type == ASK_INT || v->type == ASK_REAL;
}

/* ---------------------------------------------------------------- columns */

static bool is_taken(const struct answer *a, int before, struct str name)
{
	for (int i = 0; i < before; i++)
		if (str_eq(a->names[i], name))
			return true;
	return false;
}

static void read_columns(struct answer *a)
{
	a->n = ask_columns(a->s);
	a->names = arena_zalloc(&a->arena, (size_t)a->n, sizeof *a->names);
	a->cols = arena_zalloc(&a->arena, (size_t)a->n, sizeof *a->cols);
	a->right = arena_zalloc(&a->arena, (size_t)a->n, sizeof *a->right);
	for (int i = 0; i < a->n; i++) {
		struct str name = arena_cstr(&a->arena, ask_name(a->s, i));
		a->names[i] = name;
		for (int k = 2; is_taken(a, i, a->names[i]); k++)
			a->names[i] = arena_printf(&a->arena, STR_FMT ":%d", STR_ARG(name), k);
	}
}

/* ---------------------------------------------------------------- JSON, CSV, Markdown: row by row */

static void head(struct answer *a)
{
	if (a->o.form == OUT_JSON_ && !a->lines) {
		jout_object(&a->j, NULL);
		jout_array(&a->j, "columns");
		for (int i = 0; i < a->n; i++)
			jout_str(&a->j, NULL, a->names[i]);
		jout_end(&a->j);
		jout_array(&a->j, "rows");
	} else if (a->o.form == OUT_CSV) {
		for (int i = 0; i < a->n; i++) {
			buf_add_cstr(&a->out, i ? "," : "");
			clean_csv(&a->out, a->names[i], a->o.csv_raw);
		}
		buf_add_cstr(&a->out, "\r\n");
	} else if (a->o.form == OUT_MARKDOWN) {
		for (int i = 0; i < a->n; i++) {
			buf_add_cstr(&a->out, "| ");
			clean_markdown(&a->out, a->names[i]);
			buf_add_char(&a->out, ' ');
		}
		buf_add_cstr(&a->out, "|\n");
		for (int i = 0; i < a->n; i++)
			buf_add_cstr(&a->out, "|---");
		buf_add_cstr(&a->out, "|\n");
	}
}

static void json_row(struct answer *a)
{
	if (a->lines)
		jout_init(&a->j, &a->out, false);
	jout_object(&a->j, NULL);
	for (int i = 0; i < a->n; i++) {
		struct ask_value v = ask_cell(a->s, i);
		member(&a->j, a->names[i].ptr, &v);
	}
	jout_end(&a->j);
	if (a->lines)
		buf_add_char(&a->out, '\n');
}

static void csv_row(struct answer *a)
{
	size_t from = a->out.len;
	for (int i = 0; i < a->n; i++) {
		struct ask_value v = ask_cell(a->s, i);
		buf_add_cstr(&a->out, i ? "," : "");
		if (v.type == ASK_TEXT)
			clean_csv(&a->out, v.text, a->o.csv_raw);
		else
			plain(&a->out, &v);
	}
	clean_csv_end(&a->out, from);
}

static void markdown_row(struct answer *a)
{
	for (int i = 0; i < a->n; i++) {
		struct ask_value v = ask_cell(a->s, i);
		buf_add_cstr(&a->out, "| ");
		if (v.type == ASK_TEXT)
			clean_markdown(&a->out, v.text);
		else
			plain(&a->out, &v);
		buf_add_char(&a->out, ' ');
	}
	buf_add_cstr(&a->out, "|\n");
}

/* ---------------------------------------------------------------- text: columns as wide as the first rows want them */

static void add_line(struct answer *a, const struct str *cells)
{
	struct buf line = BUF_INIT;
	for (int i = 0; i < a->n; i++) {
		buf_add_fill(&line, ' ', i ? GAP : 0);
		out_cell(&a->o, &line, cells[i], a->cols[i], a->right[i], a->o.terminal);
	}
	struct str s = buf_str(&line);
	if (a->o.cols)
		s = str_cut(s, 0, text_fit(s, a->o.cols, NULL));
	buf_add_str(&a->out, s);
	out_end_line(&a->out);
	buf_done(&line);
}

static void print_held(struct answer *a)
{
	if (a->measured || !a->held_rows)
		return;
	a->measured = true;
	for (int i = 0; i < a->n; i++)
		a->cols[i] = text_cols(a->names[i]);
	for (size_t k = 0; k < a->held.n; k++) {
		int *cols = &a->cols[k % (size_t)a->n], used = text_cols(a->held.at[k]);
		*cols = used > *cols && used <= CELL_COLS ? used : *cols;
	}
	add_line(a, a->names);
	for (int64_t row = 0; row < a->held_rows; row++)
		add_line(a, a->held.at + row * a->n);
	a->held.n = 0;
}

static struct str text_cell(struct answer *a, struct arena *arena, const struct ask_value *v)
{
	struct buf raw = BUF_INIT, clean = BUF_INIT;
	plain(&raw, v);
	out_text(&a->o, &clean, v->type == ASK_NULL ? STR_LIT("–") : buf_str(&raw), a->o.terminal ? CELL_COLS : 0);
	struct str s = arena_str(arena, clean.len ? buf_str(&clean) : STR_LIT(""));
	buf_done(&raw);
	buf_done(&clean);
	return s;
}

static void text_row(struct answer *a)
{
	struct arena own = ARENA_INIT, *arena = a->measured ? &own : &a->arena;
	struct str *cells = arena_zalloc(&own, (size_t)a->n, sizeof *cells);
	for (int i = 0; i < a->n; i++) {
		struct ask_value v = ask_cell(a->s, i);
		cells[i] = text_cell(a, arena, &v);
		a->right[i] = a->measured ? a->right[i] : is_number(&v) || (a->right[i] && v.type == ASK_NULL);
	}
	if (a->measured) {
		add_line(a, cells);
	} else {
		for (int i = 0; i < a->n; i++)
			*vec_add(&a->held) = cells[i];
		if (++a->held_rows == MEASURED_ROWS)
			print_held(a);
	}
	arena_done(&own);
}

/* ---------------------------------------------------------------- all rows */

static void row(struct answer *a)
{
	switch (a->o.form) {
	case OUT_JSON_: json_row(a); break;
	case OUT_CSV: csv_row(a); break;
	case OUT_MARKDOWN: markdown_row(a); break;
	case OUT_TEXT: text_row(a); break;
	}
}

static bool tail(struct answer *a, struct err *err)
{
	print_held(a);
	if (a->o.form == OUT_JSON_ && !a->lines) {
		jout_end(&a->j);
		jout_bool(&a->j, "more", a->more);
		jout_end(&a->j);
		buf_add_char(&a->out, '\n');
	}
	return out_flush(&a->out, err);
}

static bool print_rows(struct answer *a, struct err *err)
{
	enum step step = STEP_DONE;
	read_columns(a);
	jout_init(&a->j, &a->out, false);
	head(a);
	while ((step = ask_step(a->s, err)) == STEP_ROW) {
		if (a->printed == a->limit) {
			a->more = true;
			break;
		}
		row(a);
		a->printed++;
		if (!out_stream(&a->out, err))
			return false;
	}
	return step != STEP_FAIL && tail(a, err);
}

/* ---------------------------------------------------------------- the statement */

static bool read_all(int fd, const char *name, struct buf *out, struct err *err)
{
	char part[4096];
	ssize_t n;
	while ((n = read(fd, part, sizeof part)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_INPUT, NULL, "cannot read %s: %s", name, strerror(errno));
		buf_add(out, part, (size_t)n);
		if (out->len > SQL_BYTES)
			return err_set(err, ERR_USAGE, NULL, "%s: a statement has at most %d bytes", name, SQL_BYTES);
	}
	return true;
}

static bool read_statement(const struct command_line *line, struct buf *out, struct err *err)
{
	const char *file = cmd_option(line, "file");
	if ((file != NULL) + line->n_args != 1)
		return err_set(err, ERR_USAGE, NULL,
		               "one statement: spoor sql 'select …', or - for standard input, or --file FILE"
		               " (spoor sql --views)");
	if (file)
		return file_read(out, file, SQL_BYTES, err);
	if (strcmp(line->args[0], "-") == 0)
		return read_all(STDIN_FILENO, "standard input", out, err);
	buf_add_cstr(out, line->args[0]);
	return true;
}

static bool answer_it(struct answer *a, struct db *db, struct str sql, int64_t seconds, struct err *err)
{
	bool ok = db_begin_read(db, err) && (a->s = db_ask(db, sql, seconds, err)) != NULL && print_rows(a, err);
	if (ok && a->more && a->o.terminal && a->o.form == OUT_TEXT)
		fprintf(stderr, "the first %lld rows (--limit N)\n", (long long)a->printed);
	stmt_free(a->s);
	return ok;
}

static bool ask(const struct command_line *line, struct answer *a, struct err *err)
{
	static _Atomic bool cancelled;
	struct buf sql = BUF_INIT;
	struct db *db = NULL, *payloads = NULL;
	struct sql_context *context = NULL;
	int64_t seconds;
	bool ok = cmd_int(line, "limit", a->o.terminal && a->o.form == OUT_TEXT ? TERMINAL_ROWS : -1, &a->limit, err) &&
	          cmd_int(line, "timeout", TIMEOUT_SECONDS, &seconds, err);
	if (ok && ((cmd_flag(line, "limit") && a->limit < 0) || seconds < 0 || seconds > INT32_MAX))
		ok = err_set(err, ERR_USAGE, NULL, "--limit and --timeout cannot be negative");
	ok = ok && read_statement(line, &sql, err) && (db = cmd_store(line, DB_READ, err)) != NULL &&
	     (payloads = cmd_store(line, DB_READ, err)) != NULL;
	if (ok) {
		context = sql_context_new(payloads, db_masks(payloads));
		db_set_mask(db, NULL); /* its views do it, so that no expression over them can undo it */
		stop_on_signals(&cancelled, db);
		ok = db_ask_begin(db, sql_context_rules(context), err) && answer_it(a, db, buf_str(&sql), seconds, err);
		stop_without_db();
	}
	db_close(db);
	sql_context_free(context);
	db_close(payloads);
	buf_done(&sql);
	return ok;
}

/* ---------------------------------------------------------------- the views */

static void view_text(struct buf *out, const struct sql_view *v)
{
	buf_printf(out, "%s: %s\n", v->name, v->help);
	for (const struct sql_column *c = v->columns; c->name; c++) {
		size_t from = out->len;
		buf_printf(out, "  %-19s %-8s %s", c->name, sql_type_name(c->type), c->help);
		while (out->len > from && out->ptr[out->len - 1] == ' ')
			out->ptr[--out->len] = '\0';
		buf_add_char(out, '\n');
	}
}

static void functions_text(struct buf *out)
{
	buf_add_cstr(
	    out,
	    "Functions, beside those of SQLite that neither write nor load (count, sum, json_extract, strftime, …)\n");
	for (const struct sql_function *f = sql_functions; f->call; f++)
		buf_printf(out, "  %-31s %s\n", f->call, f->help);
}

void sql_help(struct buf *out)
{
	buf_add_cstr(
	    out,
	    "Views; time: ISO 8601 text in UTC; ns: nanoseconds (since the epoch, or a duration); boolean: 1 or 0;\n"
	    "unknown is NULL; text is masked with --mask, an id never is\n\n");
	for (const struct sql_view *v = sql_views; v->name; v++) {
		view_text(out, v);
		buf_add_char(out, '\n');
	}
	functions_text(out);
}

static void views_json(struct buf *out, const struct sql_view *only)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_array(&j, "views");
	for (const struct sql_view *v = sql_views; v->name; v++) {
		if (only && v != only)
			continue;
		jout_object(&j, NULL);
		jout_cstr(&j, "name", v->name);
		jout_cstr(&j, "help", v->help);
		jout_array(&j, "columns");
		for (const struct sql_column *c = v->columns; c->name; c++) {
			jout_object(&j, NULL);
			jout_cstr(&j, "name", c->name);
			jout_cstr(&j, "type", sql_type_name(c->type));
			jout_cstr(&j, "help", c->help);
			jout_end(&j);
		}
		jout_end(&j);
		jout_end(&j);
	}
	jout_end(&j);
	jout_array(&j, "functions");
	for (const struct sql_function *f = sql_functions; f->call; f++) {
		jout_object(&j, NULL);
		jout_cstr(&j, "call", f->call);
		jout_cstr(&j, "help", f->help);
		jout_end(&j);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
}

static const struct sql_view *view_named(const char *name, struct err *err)
{
	struct near near = {.word = str_of(name)};
	struct buf after = BUF_INIT;
	for (const struct sql_view *v = sql_views; v->name; v++) {
		near_try(&near, v->name);
		if (strcmp(v->name, name) == 0)
			return v;
	}
	near_say(&near, &after);
	err_set(err, ERR_USAGE, NULL, "there is no view %.60s%s", name, buf_cstr(&after));
	buf_done(&after);
	return NULL;
}

static bool print_views(const struct command_line *line, const struct out *o, struct err *err)
{
	const struct sql_view *only = NULL;
	struct buf text = BUF_INIT, shown = BUF_INIT;
	if (line->n_args && !(only = view_named(line->args[0], err)))
		return false;
	if (o->form == OUT_JSON_)
		views_json(&text, only);
	else if (only)
		view_text(&text, only);
	else
		sql_help(&text);
	clean_print(&shown, buf_str(&text), true, o->ascii);
	bool ok = o->form == OUT_JSON_ ? out_flush(&shown, err) : out_page(&shown, err);
	buf_done(&text);
	buf_done(&shown);
	return ok;
}

static int sql_main(const struct command_line *line, struct err *err)
{
	struct answer a = {.arena = ARENA_INIT};
	out_init(&a.o, line);
	a.lines = cmd_flag(line, "jsonl");
	if (a.lines)
		a.o.form = OUT_JSON_;
	bool ok = cmd_flag(line, "views") ? print_views(line, &a.o, err) : ask(line, &a, err);
	buf_done(&a.out);
	vec_done(&a.held);
	arena_done(&a.arena);
	if (stop_signal())
		return 128 + stop_signal();
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_sql = {
    .name = "sql",
    .operands = "SELECT|-",
    .help = "any question of your own, in SQL over documented views",
    .more =
        "  spoor sql \"select model, count(*), sum(cost_usd) from spans where kind = 'llm' group by model\"\n"
        "  spoor sql \"select name, percentile(duration_ns, 95) as p95_ns from spans group by name\"\n"
        "  spoor sql \"select key, payload(run, key, repeat, 'output') from cases\" --jsonl\n\n"
        "One SELECT (WITH, VALUES), over the views alone: nothing can be written, loaded or opened. - reads it from\n"
        "standard input. ^C ends it.\n\n"
        "A value has at most 64 MB, a statement 1,000,000 bytes, an expression 200 levels, a LIKE pattern 1,000 bytes; "
        "an\n"
        "answer takes at most 1 GB of memory. What is sorted goes to a temporary file in $TMPDIR (or /var/tmp) that "
        "has no\n"
        "name: nothing of it stays. --mask masks every text of the views and of payload() before any expression sees "
        "it; what\n"
        "the statement itself spells out is not masked.",
    .min_args = 0,
    .max_args = 1,
    .options = sql_options,
    .run = sql_main,
};
