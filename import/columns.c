#include "import/columns.h"

struct column {
	struct str name;
	struct member next;
};

struct columns columns_new(struct arena *arena)
{
	return (struct columns){.at = arena_alloc(arena, COLUMNS_MAX * sizeof(struct column))};
}

bool columns_add(struct columns *c, struct str name, struct val values)
{
	if (c->n == COLUMNS_MAX)
		return false;
	c->at[c->n++] = (struct column){name, val_first(values)};
	return true;
}

bool columns_next(struct columns *c, struct buf *row, struct str *key, struct arena *arena)
{
	bool any = false;

	*key = STR_NONE;
	buf_clear(row);
	for (size_t i = 0; i < c->n; i++) {
		struct column *column = &c->at[i];

		if (!column->next.ok)
			continue;
		if (!any && column->next.key.scan)
			*key = member_key(column->next, arena);
		buf_add_char(row, any ? ',' : '{');
		buf_add_str(row, column->name);
		buf_add_char(row, ':');
		buf_add_str(row, val_raw(column->next.val));
		column->next = val_next(column->next);
		any = true;
	}
	buf_add_char(row, '}');
	return any;
}
