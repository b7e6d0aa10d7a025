/* Which columns a list has, before a row of it is known: an empty list has the head of a full one, and a name that is none is refused
 * either way. */
#include <string.h>

#include "store/base/near.h"
#include "tui/cmd/rows_private.h"

bool rows_column_next(struct str *rest, struct rows_column *out)
{
	struct str word;
	do {
		if (!str_split(rest, ' ', &word))
			return false;
	} while (!word.len);
	*out = (struct rows_column){.name = word};
	if (str_ends(word, "[]"))
		*out = (struct rows_column){str_cut(word, 0, word.len - 2), .whole = true};
	else if (str_ends(word, ".*"))
		*out = (struct rows_column){str_cut(word, 0, word.len - 2), .open = true};
	return true;
}

/* The next list of r's command with the same columns. */
static const struct rows_of *next_alike(const struct rows_of *r)
{
	const char *command = r->command, *columns = r->columns;
	while ((++r)->command && strcmp(r->command, command) == 0)
		if (strcmp(r->columns, columns) == 0)
			return r;
	return NULL;
}

static bool is_told(const struct rows_of *r)
{
	for (const struct rows_of *before = rows_table; before < r; before++)
		if (strcmp(before->command, r->command) == 0 && strcmp(before->columns, r->columns) == 0)
			return true;
	return false;
}

void rows_columns(struct buf *out, const struct command *c)
{
	for (const struct rows_of *r = rows_table; r->command; r++) {
		struct str rest = str_of(r->columns);
		struct rows_column column;
		if (strcmp(r->command, c->name) != 0 || is_told(r))
			continue;
		buf_printf(out, "%sColumns of %s", out->len ? "\n\n" : "", r->name);
		for (const struct rows_of *also = r; (also = next_alike(also)) != NULL;)
			buf_printf(out, ", %s", also->name);
		buf_add_char(out, ':');
		while (rows_column_next(&rest, &column))
			buf_printf(out, " " STR_FMT "%s", STR_ARG(column.name), column.open ? ".NAME" : "");
	}
}

bool rows_is_below(struct str name, struct str above)
{
	return name.len > above.len && name.ptr[above.len] == '.' && str_eq(str_cut(name, 0, above.len), above);
}

/* Is there such a column, or what holds it, or what it holds? `sure`: by the table alone, whatever the rows are. */
static bool has_column(const struct rows_of *of, struct str name, bool *sure)
{
	struct str rest = str_of(of->columns);
	struct rows_column c;
	bool has = false;
	*sure = false;
	while (rows_column_next(&rest, &c)) {
		bool is = str_eq(name, c.name) || rows_is_below(c.name, name);
		*sure = *sure || is;
		has = has || is || ((c.whole || c.open) && rows_is_below(name, c.name));
	}
	return has;
}

/* Names in the order of the table, for words of a mistake. */
static void all_names(const struct rows_of *of, struct near *near, struct arena *arena, struct buf *out)
{
	struct str rest = str_of(of->columns);
	struct rows_column c;
	while (rows_column_next(&rest, &c)) {
		near_try(near, arena_str(arena, c.name).ptr);
		buf_printf(out, " " STR_FMT "%s", STR_ARG(c.name), c.open ? ".NAME" : "");
	}
}

static bool refuse(const struct rows *r, struct str name, bool sort, struct err *err)
{
	struct near near = {.word = name};
	struct arena arena = ARENA_INIT;
	struct buf all = BUF_INIT, after = BUF_INIT;
	for (size_t i = 0; i < r->n_wanted; i++) /* of several lists that could be meant the first tells them all */
		all_names(r->wanted[i], &near, &arena, i ? &after : &all);
	buf_clear(&after);
	near_say(&near, &after);
	if (sort)
		err_set(err, ERR_USAGE, NULL, "cannot sort by " STR_FMT "%s%s; there are%s",
		        STR_ARG(str_cut(name, 0, 60)), near.name ? ", did you mean " : "", near.name ? near.name : "",
		        buf_cstr(&all));
	else
		err_set(err, ERR_USAGE, NULL, "no such column: " STR_FMT "%s%s", STR_ARG(str_cut(name, 0, 60)),
		        near.name ? buf_cstr(&after) : "; there are", near.name ? "" : buf_cstr(&all));
	buf_done(&all);
	buf_done(&after);
	arena_done(&arena);
	return false;
}

static bool is_column(const struct rows *r, struct str name)
{
	bool has = false, sure;
	for (size_t i = 0; i < r->n_wanted && !has; i++)
		has = has_column(r->wanted[i], name, &sure);
	return has;
}

void rows_spread_names(struct rows *r)
{
	struct str rest = str_of(r->only), name;
	struct arena arena = ARENA_INIT;
	while (r->only && str_split(&rest, ',', &name)) {
		name = str_trim(name);
		struct str a = arena_printf(&arena, "a." STR_FMT, STR_ARG(name)),
		           b = arena_printf(&arena, "b." STR_FMT, STR_ARG(name));
		bool both = !is_column(r, name) && is_column(r, a) && is_column(r, b);
		if (both)
			buf_printf(&r->names, STR_FMT ",", STR_ARG(a));
		buf_add_str(&r->names, both ? b : name);
		buf_add_cstr(&r->names, rest.len ? "," : "");
	}
	if (r->only)
		r->only = buf_cstr(&r->names);
	arena_done(&arena);
}

bool rows_are_told(const struct rows *r)
{
	for (size_t i = 0; i < r->n_wanted && !r->only; i++) {
		struct str rest = str_of(r->wanted[i]->columns);
		struct rows_column c;
		while (rows_column_next(&rest, &c))
			if (c.open)
				return false;
	}
	return true;
}

bool rows_check_names(const struct rows *r, struct err *err)
{
	struct str rest = str_of(r->only), name;
	size_t n = 0;
	while (r->only && str_split(&rest, ',', &name)) {
		if (!is_column(r, str_trim(name)))
			return refuse(r, str_trim(name), false, err);
		if (++n == ROWS_COLUMNS)
			return err_set(err, ERR_USAGE, NULL, "--columns: at most %d names", ROWS_COLUMNS - 1);
	}
	return !r->sort || is_column(r, str_of(r->sort)) || refuse(r, str_of(r->sort), true, err);
}

bool rows_check_found(const struct rows *r, struct str name, bool found, struct err *err)
{
	bool sure = true;
	if (!found && r->seen)
		has_column(r->table, name, &sure);
	return sure || err_set(err, ERR_USAGE, NULL, "no row has a column " STR_FMT, STR_ARG(str_cut(name, 0, 60)));
}
