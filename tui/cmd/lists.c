/* What every list asks of its command line: filter, order, slice, form. */
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/query/saved.h"
#include "tui/cmd/cmds.h"
#include "tui/columns_lists.h"

enum { TERMINAL_ROWS = 100 };

/* "@default" where a word stands: the filter that the settings give this command's list. False: they give none. */
static bool with_default(const struct command_line *line, struct arena *arena, struct str text, struct buf *out,
                         struct err *err)
{
	static const char name[] = "@default";
	struct str saved;
	const struct list_kind *list = list_kind_of_command(line->command->name);
	const char *filter = list_filter_text(list);
	size_t at;
	while ((at = str_find(text, str_of(name))) != SIZE_MAX) {
		size_t end = at + sizeof name - 1;
		bool word =
		    (at == 0 || strchr(" (", text.ptr[at - 1])) && (end == text.len || strchr(" )", text.ptr[end]));
		if (word && !filter && saved_get(arena, str_of(name + 1), &saved, err))
			word = false; /* theirs */
		if (word && !filter)
			return err_set(err, ERR_USAGE, NULL,
			               "--where @default: the settings have no filters.%s (spoor config)",
			               list ? list->name : line->command->name);
		buf_add_str(out, str_cut(text, 0, word ? at : end));
		if (word)
			buf_printf(out, "(%s)", filter);
		text = str_from(text, end);
	}
	buf_add_str(out, text);
	return true;
}

static bool filter_text(struct str text, enum filter_over over, struct arena *arena, struct filter **filter,
                        struct err *err)
{
	struct filter_mistake mistake = {0};
	*filter = filter_parse(arena, text, over, cmd_now_ns(), &mistake);
	if (*filter)
		return true;
	struct str found = str_from(text, mistake.column);
	struct buf meant = BUF_INIT;
	if (mistake.instead[0])
		buf_printf(&meant, " (did you mean %s?)", mistake.instead);
	err_set(err, ERR_USAGE, NULL, "--where, column %zu: expected %s, found %s" STR_FMT "%s%s", mistake.column + 1,
	        mistake.expected, found.len ? "\"" : "the end", STR_ARG(str_cut(found, 0, 40)), found.len ? "\"" : "",
	        buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

bool list_filter(const struct command_line *line, enum filter_over over, struct arena *arena, struct filter **filter,
                 struct err *err)
{
	const char *text = cmd_option(line, "where");
	struct buf whole = BUF_INIT;
	*filter = NULL;
	if (!text || !*text)
		return true;
	bool ok = with_default(line, arena, str_of(text), &whole, err) &&
	          filter_text(arena_str(arena, buf_str(&whole)), over, arena, filter, err);
	buf_done(&whole);
	return ok;
}

/* Runs and cases are sorted here, by any column; traces by the store, by those it has an order for. */
static bool read_sort(const struct command_line *line, const struct column *columns, bool any,
                      const struct column **sort, struct err *err)
{
	const char *name = cmd_option(line, "sort");
	*sort = NULL;
	if (!name)
		return true;
	struct near near = {.word = str_of(name)};
	struct buf all = BUF_INIT;
	for (const struct column *c = columns; c->name && !*sort; c++) {
		if (!c->sort && !any)
			continue;
		near_try(&near, c->name);
		buf_printf(&all, " %s", c->name);
		if (strcmp(c->name, name) == 0)
			*sort = c;
	}
	if (!*sort)
		err_set(err, ERR_USAGE, NULL, "cannot sort by %.60s%s%s; there are%s", name,
		        near.name ? ", did you mean " : "", near.name ? near.name : "", buf_cstr(&all));
	buf_done(&all);
	return *sort != NULL;
}

/* Names are read from A on, figures from the largest down. */
static bool sorts_ascending(const struct list_opts *opts)
{
	static const char *const names[] = {"name", "title", "key", "session", "user", "service", "source"};
	for (size_t i = 0; opts->sort && i < sizeof names / sizeof *names; i++)
		if (strcmp(opts->sort->name, names[i]) == 0)
			return true;
	return false;
}

bool list_opts(const struct command_line *line, enum filter_over over, const struct column *columns,
               struct arena *arena, struct list_opts *out, struct err *err)
{
	*out = (struct list_opts){0};
	out_init(&out->out, line);
	int64_t all = out->out.terminal && out->out.form == OUT_TEXT ? TERMINAL_ROWS : -1;
	if (!list_filter(line, over, arena, &out->filter, err) ||
	    !read_sort(line, columns, over != FILTER_TRACES, &out->sort, err) ||
	    !cmd_int(line, "limit", all, &out->limit, err) || !cmd_int(line, "offset", 0, &out->offset, err))
		return false;
	if (out->limit < -1 || out->offset < 0)
		return err_set(err, ERR_USAGE, NULL, "--limit and --offset cannot be negative");
	out->ascending = cmd_flag(line, "asc") || (sorts_ascending(out) && !cmd_flag(line, "desc"));
	return true;
}

/* ---------------------------------------------------------------- order */

static void reorder(const struct list_opts *opts, char *rows, size_t n, size_t size_bytes)
{
	struct arena arena = ARENA_INIT;
	size_t *order = arena_alloc(&arena, size_mul(n, sizeof *order));
	char *sorted = arena_alloc(&arena, size_mul(n, size_bytes));
	column_order(opts->sort, opts->ascending, rows, n, size_bytes, order);
	for (size_t i = 0; i < n; i++)
		memcpy(sorted + i * size_bytes, rows + order[i] * size_bytes, size_bytes);
	memcpy(rows, sorted, n * size_bytes);
	arena_done(&arena);
}

void list_sort(const struct list_opts *opts, void *rows, size_t n, size_t size_bytes, size_t *first, size_t *shown)
{
	if (opts->sort && n)
		reorder(opts, rows, n, size_bytes);
	*first = opts->offset > (int64_t)n ? n : (size_t)opts->offset;
	*shown = n - *first;
	if (opts->limit >= 0 && (int64_t)*shown > opts->limit)
		*shown = (size_t)opts->limit;
}

void list_more(const struct list_opts *opts, int64_t shown, int64_t total, const char *what)
{
	if (!opts->out.terminal || opts->out.form != OUT_TEXT || shown >= total)
		return;
	struct buf said = BUF_INIT;
	units_thousands(&said, shown);
	buf_add_cstr(&said, " of ");
	units_thousands(&said, total);
	buf_printf(&said, " %s (--limit N, --offset N)\n", what);
	fputs(buf_cstr(&said), stderr);
	buf_done(&said);
}
