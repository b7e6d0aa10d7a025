#include "tui/cmd/rows.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/near.h"
#include "tui/cmd/rows_private.h"

static struct rows now; /* a process runs one command at a time */

/* ---------------------------------------------------------------- what is asked for */

static bool has_own(const struct command *c, const char *name)
{
	for (const struct option_row *o = c->options; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

/* Given, and the command would not know what to do with it: it has none of that name, or that is about its main list. */
static bool is_ours(const struct command_line *line, const char *name)
{
	return cmd_flag(line, name) && (now.beside || !has_own(line->command, name));
}

static bool one_form(const struct command_line *line, struct err *err)
{
	static const char *const forms[] = {"json", "jsonl", "csv", "csv-raw", "markdown"};
	const char *first = NULL;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (!cmd_flag(line, forms[i]) ||
		    (first && strcmp(first, "csv") == 0 && strcmp(forms[i], "csv-raw") == 0))
			continue;
		if (first)
			return err_set(err, ERR_USAGE, NULL, "only one of --%s and --%s", first, forms[i]);
		first = forms[i];
	}
	return !cmd_flag(line, "asc") || !cmd_flag(line, "desc") ||
	       err_set(err, ERR_USAGE, NULL, "only one of --asc and --desc");
}

static bool is_of(const struct rows_of *r, const struct command *c)
{
	return strcmp(r->command, c->name) == 0;
}

static bool named_table(const struct command *c, const char *name, struct err *err)
{
	struct near near = {.word = str_of(name)};
	struct buf after = BUF_INIT;
	for (const struct rows_of *r = rows_table; r->command; r++) {
		if (!is_of(r, c))
			continue;
		near_try(&near, r->name);
		buf_printf(&after, " %s", r->name);
		if (strcmp(r->name, name) == 0)
			now.wanted[now.n_wanted++] = r;
	}
	if (!now.n_wanted)
		err_set(err, ERR_USAGE, NULL, "no such table: %.60s%s%s; there are%s", name,
		        near.name ? ", did you mean " : "", near.name ? near.name : "", buf_cstr(&after));
	buf_done(&after);
	return now.n_wanted > 0;
}

/* By --table; else by an option that has rows of its own; else the main one, or what takes its place. */
static bool choose(const struct command_line *line, struct err *err)
{
	const char *name = cmd_option(line, "table");
	if (name && !named_table(line->command, name, err))
		return false;
	for (int pass = 0; pass < 2 && !now.n_wanted; pass++)
		for (const struct rows_of *r = rows_table; r->command; r++) {
			if (!is_of(r, line->command) || now.n_wanted == ROWS_WANTED)
				continue;
			bool asked = r->when && *r->when && cmd_flag(line, r->when);
			if (pass == 0 ? asked : !r->when)
				now.wanted[now.n_wanted++] = r;
		}
	now.beside = now.n_wanted && now.wanted[0]->when != NULL;
	return true;
}

static enum rows_form form_of(const struct command_line *line)
{
	if (cmd_flag(line, "json"))
		return ROWS_JSON;
	if (cmd_flag(line, "jsonl"))
		return ROWS_JSONL;
	if (cmd_flag(line, "csv") || cmd_flag(line, "csv-raw"))
		return ROWS_CSV;
	return cmd_flag(line, "markdown") ? ROWS_MARKDOWN : ROWS_TEXT;
}

/* --limit is obeyed here also where the command has one: it may be of something else there (examples, problems), and cutting rows twice
 * is cutting them once. */
static bool read_slice(const struct command_line *line, struct err *err)
{
	now.limit = -1;
	if (!cmd_int(line, "limit", -1, &now.limit, err) ||
	    (is_ours(line, "offset") && !cmd_int(line, "offset", 0, &now.offset, err)))
		return false;
	if (now.offset < 0 || (cmd_flag(line, "limit") && now.limit < 0))
		return err_set(err, ERR_USAGE, NULL, "--limit and --offset cannot be negative");
	return true;
}

static void set_value(struct command_line *line, const char *name, const char *value)
{
	const struct option_row *row;
	for (size_t i = 0; (row = command_option(line->command, i)) != NULL; i++)
		if (strcmp(row->name, name) == 0)
			line->values[i] = value;
}

/* What is done here is not asked of the command any more: of several lists the one that is named is cut. */
static void run_as_json(struct command_line *line)
{
	static const char *const forms[] = {"jsonl", "csv", "csv-raw", "markdown"};
	static const char *const others[] = {"sort", "asc", "desc", "limit", "offset", "columns"};
	now.ascending = cmd_flag(line, "asc");
	now.descending = cmd_flag(line, "desc");
	set_value(line, "json", "");
	if (now.offset > 0 && now.limit > 0 && now.limit <= INT64_MAX - now.offset) { /* of what is left out, too */
		int64_t reach = now.limit + now.offset;
		snprintf(now.reach, sizeof now.reach, "%lld", (long long)reach);
		set_value(line, "limit", now.reach);
	}
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		set_value(line, forms[i], NULL);
	for (size_t i = 0; now.beside && i < sizeof others / sizeof *others; i++)
		set_value(line, others[i], NULL);
}

bool rows_begin(struct command_line *line, struct err *err)
{
	static const char *const asks[] = {"csv", "csv-raw", "markdown", "sort", "limit", "offset", "columns"};
	now = (struct rows){.line = line};
	if (!one_form(line, err))
		return false;
	if (!rows_has(line->command))
		return true;
	if (!choose(line, err))
		return false;
	bool wanted =
	    cmd_flag(line, "jsonl") || cmd_flag(line, "table") || (cmd_flag(line, "json") && cmd_flag(line, "columns"));
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		wanted = wanted || (cmd_flag(line, asks[i]) && !has_own(line->command, asks[i]));
	if (!wanted)
		return true;
	if (!read_slice(line, err))
		return false;
	now.active = true;
	now.form = form_of(line);
	now.sort = is_ours(line, "sort") ? cmd_option(line, "sort") : NULL;
	now.only = cmd_option(line, "columns");
	now.collects = now.sort || now.form == ROWS_TEXT || now.form == ROWS_MARKDOWN ||
	               (now.form == ROWS_CSV && !rows_are_told(&now));
	now.table = now.wanted[0];
	rows_spread_names(&now);
	if (!rows_check_names(&now, err))
		return false;
	out_init(&now.o, line);
	run_as_json(line);
	return true;
}

bool rows_wanted(void)
{
	return now.active;
}

/* ---------------------------------------------------------------- rows, as they come */

bool rows_write(struct rows *r, struct err *err)
{
	bool ok = out_write(&r->out, err);
	buf_clear(&r->out);
	return ok;
}

static bool row_ends(struct rows *r, struct err *err)
{
	if (!r->row.len)
		return true;
	int64_t nth = r->seen++;
	bool ok = true;
	if (r->collects) {
		*vec_add(&r->rows) = arena_str(&r->arena, buf_str(&r->row));
	} else if (nth >= r->offset && (r->limit < 0 || nth - r->offset < r->limit)) {
		ok = rows_print(r, buf_str(&r->row), err);
	}
	buf_clear(&r->row);
	return ok;
}

/* ---------------------------------------------------------------- the array, found in what is written */

static bool path_is(const struct rows *r, const char *path)
{
	struct str rest = str_of(path), part;
	int depth = 0;
	while (str_split(&rest, '.', &part)) {
		if (++depth > r->depth || depth > ROWS_PATH || !str_eq(part, str_of(r->keys[depth])))
			return false;
	}
	return depth == r->depth;
}

static bool is_wanted_here(struct rows *r)
{
	if (r->found || r->depth > ROWS_PATH)
		return false;
	for (size_t i = 0; i < r->n_wanted; i++)
		if (path_is(r, r->wanted[i]->path)) {
			r->table = r->wanted[i];
			return true;
		}
	return false;
}

static void note_key(struct rows *r)
{
	snprintf(r->keys[r->depth], sizeof r->keys[0], "%s", buf_cstr(&r->word));
}

static void open_one(struct rows *r, bool array)
{
	bool here = array && is_wanted_here(r);
	r->depth++;
	r->key_due = !array && r->depth <= ROWS_PATH;
	if (r->depth <= ROWS_PATH) {
		r->is_object[r->depth] = !array;
		r->keys[r->depth][0] = '\0'; /* in an array nothing has a name */
	}
	if (here) {
		r->found = true;
		r->in_rows = r->depth;
	}
}

/* Sorted rows of --json stand where they stood. */
static bool array_ends(struct rows *r, struct err *err)
{
	r->in_rows = 0;
	return r->form != ROWS_JSON || !r->collects || rows_finish(r, err);
}

static bool close_one(struct rows *r, struct err *err)
{
	bool ok = true;
	if (r->in_rows == r->depth)
		ok = row_ends(r, err) && array_ends(r, err);
	r->depth--;
	r->key_due = false;
	return ok;
}

/* One byte of JSON of ours, which is well-formed; blanks outside of strings go. */
static bool take_byte(struct rows *r, char c, struct err *err)
{
	bool ok = true, was_inside = r->in_rows != 0;
	if (r->in_string) {
		r->in_string = r->escaped || c != '"';
		if (r->in_string && r->key_due && r->word.len < ROWS_KEY)
			buf_add_char(&r->word, c);
		r->escaped = !r->escaped && c == '\\';
		if (!r->in_string && r->key_due)
			note_key(r);
	} else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
		return true;
	} else if (c == '"') {
		r->in_string = true;
		buf_clear(&r->word);
	} else if (c == '{' || c == '[') {
		open_one(r, c == '[');
	} else if (c == '}' || c == ']') {
		ok = close_one(r, err);
	} else if (c == ':') {
		r->key_due = false;
	} else if (c == ',') {
		if (r->in_rows == r->depth)
			return row_ends(r, err);
		r->key_due = r->depth <= ROWS_PATH && r->is_object[r->depth];
	}
	if (was_inside && r->in_rows)
		buf_add_char(&r->row, c);
	else if (r->form == ROWS_JSON)
		buf_add_char(&r->out, c);
	return ok;
}

bool rows_take(struct str written, struct err *err)
{
	for (size_t i = 0; i < written.len; i++)
		if (!take_byte(&now, written.ptr[i], err))
			return false;
	return now.out.len < ROWS_STREAM || rows_write(&now, err);
}

/* Of rows that were printed as they came. */
static bool names_found(struct err *err)
{
	struct str rest = str_of(now.only), name;
	bool ok = true;
	for (size_t i = 0; ok && now.only && str_split(&rest, ',', &name); i++)
		ok = rows_check_found(&now, str_trim(name), now.has[i] || !now.printed, err);
	return ok;
}

bool rows_end(bool failed, struct err *err)
{
	bool ok = true;
	if (!now.active)
		return true;
	if (!failed && !now.found && now.form != ROWS_JSON)
		ok = err_set(err, ERR_USAGE, NULL,
		             "there are no such rows here: --json has all there is (spoor help %s)",
		             now.line->command->name);
	if (ok && !failed && now.collects && now.form != ROWS_JSON)
		ok = rows_finish(&now, err);
	if (ok && !failed && now.found && !now.collects) {
		rows_head(&now);
		ok = names_found(err);
	}
	if (ok && now.form == ROWS_JSON && now.out.len)
		buf_add_char(&now.out, '\n');
	if (ok)
		ok = out_write(&now.out, err);
	buf_done(&now.out);
	buf_done(&now.row);
	buf_done(&now.word);
	buf_done(&now.names);
	vec_done(&now.rows);
	arena_done(&now.arena);
	now = (struct rows){.active = false};
	return ok;
}
