/* Columns by the names people give them. */
#include <stdio.h>
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

/* How near one of the names of a column is; SIZE_MAX: none is. */
static size_t distance(const struct column *c, struct str name)
{
	char bare[64];
	struct near near = {.word = name};
	struct str without = without_unit(c->name);
	snprintf(bare, sizeof bare, STR_FMT, STR_ARG(without));
	near_try(&near, c->name);
	near_try(&near, bare);
	near_try(&near, c->title);
	return near.name ? near.distance : SIZE_MAX;
}

void column_suggest(struct buf *out, const struct column *columns, struct str name)
{
	const struct column *nearest = NULL;
	size_t best = SIZE_MAX;
	for (const struct column *c = columns; c->name; c++)
		if (distance(c, name) < best) {
			best = distance(c, name);
			nearest = c;
		}
	if (nearest)
		buf_printf(out, " (did you mean %s?)", nearest->name);
	for (const struct column *c = columns; !nearest && c->name; c++)
		buf_printf(out, "%s%s", c == columns ? "; there are " : " ", c->name);
}

int column_cols(const struct column *c)
{
	enum { FIGURE = 8, WORDS = 14 };
	int title = text_cols(str_of(c->title)), least = c->right ? FIGURE : WORDS;
	return c->width ? c->width : title > least ? title : least;
}
