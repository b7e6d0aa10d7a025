#include "import/id_table.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 256 };

static size_t slot_of(const struct id_table *t, uint64_t hash)
{
	size_t i = hash % t->n_slots;
	while (t->slots[i] && t->rows.at[t->slots[i] - 1].hash != hash)
		i = (i + 1) % t->n_slots;
	return i;
}

static void grow(struct id_table *t)
{
	free(t->slots);
	t->n_slots = t->n_slots ? 2 * t->n_slots : SLOTS_FIRST;
	t->slots = xcalloc(t->n_slots, sizeof *t->slots);
	for (size_t i = 0; i < t->rows.n; i++)
		t->slots[slot_of(t, t->rows.at[i].hash)] = (uint32_t)i + 1;
}

void id_table_put(struct id_table *t, struct str id, struct id_place place)
{
	uint64_t hash = hash64(id);
	if (!id.len || place.trace.len > UINT32_MAX || place.span.len > UINT32_MAX)
		return;
	if (2 * (t->rows.n + 1) > t->n_slots)
		grow(t);
	uint32_t *slot = &t->slots[slot_of(t, hash)];
	if (!*slot) {
		if (t->rows.n == ID_TABLE_MAX)
			return;
		*vec_add(&t->rows) = (struct id_entry){.hash = hash};
		*slot = (uint32_t)t->rows.n;
	}
	struct id_entry *row = &t->rows.at[*slot - 1];
	row->at = t->text.len;
	row->n_trace = (uint32_t)place.trace.len;
	row->n_span = (uint32_t)place.span.len;
	buf_add_str(&t->text, place.trace);
	buf_add_str(&t->text, place.span);
}

bool id_table_get(const struct id_table *t, struct str id, struct id_place *place)
{
	uint32_t slot = id.len && t->n_slots ? t->slots[slot_of(t, hash64(id))] : 0;
	if (!slot)
		return false;
	const struct id_entry *row = &t->rows.at[slot - 1];
	place->trace = str_cut(buf_str(&t->text), row->at, row->n_trace);
	place->span = str_cut(buf_str(&t->text), row->at + row->n_trace, row->n_span);
	return true;
}

void id_table_done(struct id_table *t)
{
	vec_done(&t->rows);
	free(t->slots);
	buf_done(&t->text);
	*t = (struct id_table){.n_slots = 0};
}
