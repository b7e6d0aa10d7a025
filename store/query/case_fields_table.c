/* Fields and values as they are met: each text kept once, found again by hashing; all of it bounded, as files may name a field per
 * case and a value per field. */
#include <stdio.h>
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/query/case_fields_private.h"

enum { JSON_BYTES_MOST = 64 << 20, FIELD_SLOTS = 4096 };
_Static_assert(2 * FIELDS_MOST < FIELD_SLOTS, "the slots of fields never grow");

void field_table_done(struct field_table *t)
{
	vec_done(&t->fields);
	vec_done(&t->values);
	vec_done(&t->cells);
	free(t->field_slots.at);
	free(t->value_slots.at);
	scan_done(&t->scan);
	arena_done(&t->scratch);
	arena_done(&t->arena);
}

/* ---------------------------------------------------------------- interning */

static uint64_t mixed(uint64_t hash, uint32_t with)
{
	return hash ^ ((uint64_t)with + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Where a field stands among the slots: a free one if it is new. */
static uint32_t *field_slot(const struct field_table *t, struct str name, uint32_t origin, uint64_t hash)
{
	const struct field_slots *s = &t->field_slots;
	size_t i = hash & (s->cap - 1);
	for (; s->at[i]; i = (i + 1) & (s->cap - 1)) {
		const struct field_met *f = &t->fields.at[s->at[i] - 1];
		if (f->hash == hash && f->origin == origin && str_eq(f->name, name))
			break;
	}
	return &s->at[i];
}

static uint32_t *value_slot(const struct field_table *t, uint32_t field, struct str text, uint64_t hash)
{
	const struct field_slots *s = &t->value_slots;
	size_t i = hash & (s->cap - 1);
	for (; s->at[i]; i = (i + 1) & (s->cap - 1)) {
		const struct field_value *v = &t->values.at[s->at[i] - 1];
		if (v->hash == hash && v->field == field && str_eq(v->text, text))
			break;
	}
	return &s->at[i];
}

static struct field_met *field_of(struct field_table *t, struct str name, uint32_t origin)
{
	uint64_t hash = mixed(hash64(name), origin);
	if (!t->field_slots.cap) {
		t->field_slots.cap = FIELD_SLOTS;
		t->field_slots.at = xcalloc(t->field_slots.cap, sizeof *t->field_slots.at);
	}
	uint32_t *slot = field_slot(t, name, origin, hash);
	if (*slot)
		return &t->fields.at[*slot - 1];
	if (t->fields.n >= FIELDS_MOST) {
		t->cut = true;
		return NULL;
	}
	*vec_add(&t->fields) = (struct field_met){.name = arena_str(&t->arena, name), .origin = origin, .hash = hash};
	*slot = (uint32_t)t->fields.n;
	return &t->fields.at[t->fields.n - 1];
}

static void grow_value_slots(struct field_table *t)
{
	struct field_slots *s = &t->value_slots;
	free(s->at);
	s->cap = s->cap ? 2 * s->cap : 4096;
	s->at = xcalloc(s->cap, sizeof *s->at);
	for (size_t i = 0; i < t->values.n; i++) {
		size_t k = t->values.at[i].hash & (s->cap - 1);
		while (s->at[k])
			k = (k + 1) & (s->cap - 1);
		s->at[k] = (uint32_t)i + 1;
	}
}

/* Its number + 1; 0: there are too many. */
static uint32_t value_of(struct field_table *t, struct field_met *field, struct str text, double number)
{
	uint32_t at = (uint32_t)(field - t->fields.at);
	uint64_t hash = mixed(hash64(text), at);
	if (2 * (t->values.n + 1) > t->value_slots.cap)
		grow_value_slots(t);
	uint32_t *slot = value_slot(t, at, text, hash), known = *slot;
	if (known)
		return known;
	field->texts = field->texts || IS_UNKNOWN(number);
	if (field->texts && field->n_values >= FIELD_TEXTS_MOST)
		field->free_text = true;
	else if (t->values.n >= FIELD_VALUES_MOST)
		field->free_text = t->cut = true;
	if (field->free_text)
		return 0;
	field->n_values++;
	*vec_add(&t->values) = (struct field_value){at, hash, arena_str(&t->arena, text), number};
	return *slot = (uint32_t)t->values.n;
}

/* Cells of fields that turned out to be free text make room. */
static bool make_room(struct field_table *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->cells.n; i++)
		if (!t->fields.at[t->values.at[t->cells.at[i].value].field].free_text)
			t->cells.at[kept++] = t->cells.at[i];
	t->cells.n = kept;
	return kept < FIELD_CELLS_MOST - FIELD_CELLS_MOST / 8;
}

static void add_cell(struct field_table *t, uint32_t told, struct field_met *field, struct str text, double number)
{
	if (field->free_text)
		return;
	if (text.len > FIELD_VALUE_BYTES) {
		field->free_text = true;
		return;
	}
	uint32_t value = value_of(t, field, text, number);
	if (!value)
		return;
	if (t->cells.n >= FIELD_CELLS_MOST && !make_room(t)) {
		field->free_text = t->cut = true;
		return;
	}
	*vec_add(&t->cells) = (struct field_cell){told, value - 1};
}

/* ---------------------------------------------------------------- scalars */

static bool is_scalar(struct val v)
{
	switch (val_type(v)) {
	case SCAN_FALSE:
	case SCAN_TRUE:
	case SCAN_NUMBER:
	case SCAN_STRING: return true;
	case SCAN_NONE:
	case SCAN_NULL:
	case SCAN_NAN:
	case SCAN_ARRAY:
	case SCAN_OBJECT: break;
	}
	return false;
}

/* 2, 2.0 and 2e0 are one value: sources of two runs need not spell alike. */
static struct str number_text(double number, struct str literal, char out[32])
{
	if (number >= -9e15 && number <= 9e15 && !(number - (double)(int64_t)number > 0) &&
	    !(number - (double)(int64_t)number < 0)) {
		int n = snprintf(out, 32, "%lld", (long long)number);
		return (struct str){out, (size_t)n};
	}
	return literal;
}

static void take_scalar(struct field_table *t, uint32_t told, struct field_met *field, struct val v)
{
	char digits[32];
	double number = UNKNOWN_DOUBLE;
	struct str text = val_text(v, &t->scratch);
	if ((val_is(v, SCAN_NUMBER) || val_is(v, SCAN_STRING)) && text.len <= FIELD_VALUE_BYTES &&
	    !scan_double(str_trim(text), &number))
		number = UNKNOWN_DOUBLE;
	if (val_is(v, SCAN_NUMBER) && !IS_UNKNOWN(number))
		text = number_text(number, text, digits);
	add_cell(t, told, field, text, number);
}

static bool is_tags(struct val list)
{
	size_t n = 0;
	for (struct member m = val_first(list); m.ok; m = val_next(m))
		if (++n > FIELD_TAGS_MOST || !is_scalar(m.val))
			return false;
	return n > 0;
}

/* Without a name of its own in front, a field that is asked for alone may be one of the input. */
static bool is_wanted(const struct field_table *t, struct str name)
{
	if (!t->only.ptr || str_eq(name, t->only))
		return true;
	return str_starts(name, "input.") && str_eq(str_from(name, 6), t->only);
}

static void take_value(struct field_table *t, uint32_t told, struct str name, uint32_t origin, struct val v)
{
	bool tags = val_is(v, SCAN_ARRAY) && is_tags(v);
	if ((!tags && !is_scalar(v)) || !is_wanted(t, name))
		return;
	struct field_met *field = name.len <= FIELD_NAME_BYTES ? field_of(t, name, origin) : NULL;
	if (!field)
		return;
	field->told++;
	if (!tags) {
		take_scalar(t, told, field, v);
		return;
	}
	field->several = true;
	for (struct member m = val_first(v); m.ok; m = val_next(m))
		take_scalar(t, told, field, m.val);
}

/* ---------------------------------------------------------------- objects */

/* Members at every depth, by an explicit stack: each level's iterator and how long the path was there. */
static void take_object(struct field_table *t, uint32_t told, const char *prefix, uint32_t origin, struct val object)
{
	struct {
		struct member m;
		size_t path;
	} stack[FIELD_DEPTH];
	struct buf path = BUF_INIT;
	int depth = 0;
	buf_add_cstr(&path, prefix);
	stack[0].m = val_first(object);
	stack[0].path = path.len;
	while (depth >= 0) {
		struct member m = stack[depth].m;
		if (!m.ok) {
			depth--;
			continue;
		}
		stack[depth].m = val_next(m);
		path.len = stack[depth].path;
		buf_add_str(&path, str_cut(member_key(m, &t->scratch), 0, FIELD_NAME_BYTES + 1));
		if (!val_is(m.val, SCAN_OBJECT)) {
			take_value(t, told, buf_str(&path), origin, m.val);
		} else if (depth + 1 < FIELD_DEPTH && path.len <= FIELD_NAME_BYTES) {
			buf_add_char(&path, '.');
			stack[++depth].m = val_first(m.val);
			stack[depth].path = path.len;
		} else {
			t->cut = true;
		}
	}
	buf_done(&path);
}

static void take_text(struct field_table *t, uint32_t told, const char *prefix, uint32_t origin, struct str text)
{
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct str trimmed = str_trim(text);
	if (!str_starts(trimmed, "{") || trimmed.len > JSON_BYTES_MOST)
		return;
	arena_reset(&t->scratch);
	if (scan_text(&t->scan, trimmed, &opts))
		take_object(t, told, prefix, origin, scan_root(&t->scan));
}

void field_table_take(struct field_table *t, uint32_t told, struct str metadata, struct str input, struct str expected)
{
	struct str answer = str_trim(expected);
	double number;
	take_text(t, told, "", FROM_METADATA, metadata);
	take_text(t, told, "input.", FROM_INPUT, input);
	if (!answer.len || !is_wanted(t, STR_LIT("expected")))
		return;
	struct field_met *field = field_of(t, STR_LIT("expected"), FROM_EXPECTED);
	if (!field)
		return;
	field->told++;
	if (answer.len > FIELD_VALUE_BYTES || !scan_double(answer, &number))
		number = UNKNOWN_DOUBLE;
	add_cell(t, told, field, answer, number);
}

void field_table_tag(struct field_table *t, uint32_t told, struct str tag)
{
	struct field_met *field =
	    is_wanted(t, STR_LIT("trace.tag")) ? field_of(t, STR_LIT("trace.tag"), FROM_TRACE) : NULL;
	if (!field)
		return;
	field->told++;
	field->several = true;
	add_cell(t, told, field, tag, UNKNOWN_DOUBLE);
}
