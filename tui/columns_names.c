/* Columns by the names people give them. */
#include <string.h>

#include "store/base/near.h"
#include "store/base/text.h"
#include "tui/columns.h"

/* "duration_ns" → "duration". */
static struct str without_unit(const char *name)
{
	static const char *const units[] = {"_ns", "_usd", "_bytes"};
	struct str s = str_of(name);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_ends(s, units[i]))
			return str_cut(s, 0, s.len - strlen(units[i]));
	return s;
}

const struct column *column_named(const struct column *columns, struct str name)
{
	for (const struct column *c = columns; c->name; c++)
		if (str_is(name, c->name))
			return c;
	for (const struct column *c = columns; name.len && c->name; c++)
		if (str_eq(name, without_unit(c->name)))
			return c;
	for (const struct column *c = columns; name.len && c->name; c++)
		if (str_ieq(name, c->title))
			return c;
	return NULL;
}

void column_suggest(struct buf *out, const struct column *columns, struct str name)
{
	struct near near = {.word = name};
	for (const struct column *c = columns; c->name; c++)
		near_try(&near, c->name);
	near_say(&near, out);
	for (const struct column *c = columns; !near.name && c->name; c++)
		buf_printf(out, "%s%s", c == columns ? "; there are " : " ", c->name);
}

int column_cols(const struct column *c)
{
	enum { FIGURE = 8, WORDS = 14 };
	int title = text_cols(str_of(c->title)), least = c->right ? FIGURE : WORDS;
	return c->width ? c->width : title > least ? title : least;
}
