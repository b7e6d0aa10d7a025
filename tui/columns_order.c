/* The order of rows by any column of their table. */
#include <stdlib.h>

#include "tui/columns.h"

struct sort_key {
	struct value value;
	size_t row;
	bool ascending;
};

static double figure(const struct value *v)
{
	switch (v->type) {
	case VALUE_USD:
	case VALUE_SHARE:
	case VALUE_SCORE: return v->d;
	case VALUE_NONE:
	case VALUE_TEXT:
	case VALUE_JSON:
	case VALUE_COUNT:
	case VALUE_TOKENS:
	case VALUE_TIME:
	case VALUE_DURATION:
	case VALUE_BOOL: break;
	}
	return 0;
}

/* Unknown values last either way; equal ones as they were. */
static int by_value(const void *left, const void *right)
{
	const struct sort_key *a = left, *b = right;
	bool none_a = a->value.type == VALUE_NONE, none_b = b->value.type == VALUE_NONE;
	int order = 0;
	if (none_a != none_b)
		return none_a ? 1 : -1;
	if (!none_a && a->value.type == VALUE_TEXT)
		order = str_cmp(a->value.text, b->value.text);
	else if (!none_a) {
		double x = figure(&a->value), y = figure(&b->value);
		order = (a->value.i > b->value.i) - (a->value.i < b->value.i);
		order = order ? order : (x > y) - (x < y);
	}
	if (order)
		return a->ascending ? order : -order;
	return (a->row > b->row) - (a->row < b->row);
}

void column_order(const struct column *by, bool ascending, const void *rows, size_t n, size_t size_bytes, size_t *order)
{
	struct arena arena = ARENA_INIT;
	struct sort_key *keys = arena_zalloc(&arena, n, sizeof *keys);
	for (size_t i = 0; i < n; i++)
		keys[i] = (struct sort_key){
		    .value = by->get((const char *)rows + i * size_bytes, &arena), .row = i, .ascending = ascending};
	if (n > 1)
		qsort(keys, n, sizeof *keys, by_value);
	for (size_t i = 0; i < n; i++)
		order[i] = keys[i].row;
	arena_done(&arena);
}
