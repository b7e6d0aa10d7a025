#include "store/study/toolpairs.h"

#include <stdlib.h>

#include "store/base/scan.h"

enum { LOOKED_AT = 64 << 10, STEPS_MAX = 1000 /* calls tried for one result */ };

struct call {
	const struct message_part *part;
	uint32_t number, order; /* of the part; among calls */
};

struct pairing {
	uint32_t *mate;
	struct call *calls; /* so far, in order */
	uint32_t n, free;   /* all calls before `free` have a result */
	const struct call **by_id;
	uint32_t n_by_id;
};

static int compare_ids(const void *a, const void *b)
{
	const struct call *const *x = a, *const *y = b;
	int order = str_cmp((*x)->part->id, (*y)->part->id);
	return order ? order : (*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order;
}

/* The last call with that id before part `number` that has no result. */
static const struct call *call_of_id(const struct pairing *p, struct str id, uint32_t number)
{
	uint32_t low = 0, high = p->n_by_id;
	while (low < high) { /* the first beyond (id, number) */
		uint32_t mid = low + (high - low) / 2;
		int order = str_cmp(p->by_id[mid]->part->id, id);
		if (order < 0 || (order == 0 && p->by_id[mid]->number < number))
			low = mid + 1;
		else
			high = mid;
	}
	for (int steps = 0; steps < STEPS_MAX && low-- > 0 && str_eq(p->by_id[low]->part->id, id); steps++)
		if (p->mate[p->by_id[low]->number] == NO_MATE)
			return p->by_id[low];
	return NULL;
}

static const struct call *call_in_order(struct pairing *p, const struct message_part *result, uint32_t number,
                                        bool any_id)
{
	while (p->free < p->n && p->mate[p->calls[p->free].number] != NO_MATE)
		p->free++;
	for (uint32_t i = p->free; i < p->n && i - p->free < STEPS_MAX && p->calls[i].number < number; i++) {
		const struct call *c = &p->calls[i];
		bool names = result->name.len && c->part->name.len;
		bool ids = !any_id && result->id.len && c->part->id.len; /* both say which: it is another */
		if (p->mate[c->number] == NO_MATE && !ids && (!names || str_eq(result->name, c->part->name)))
			return c;
	}
	return NULL;
}

static void pair(struct pairing *p, const struct message_part *result, uint32_t number, bool any_id)
{
	const struct call *c = result->id.len ? call_of_id(p, result->id, number) : NULL;
	if (!c)
		c = call_in_order(p, result, number, any_id);
	if (!c)
		return;
	p->mate[c->number] = number;
	p->mate[number] = c->number;
}

void tool_pairs(struct arena *arena, const struct message *messages, size_t n, struct tool_pairs *out)
{
	size_t parts = 0;
	for (size_t i = 0; i < n; i++)
		parts += messages[i].n_parts;
	uint32_t *first = arena_zalloc(arena, n + 1, sizeof *first), number = 0;
	uint32_t *message = arena_zalloc(arena, parts + 1, sizeof *message);
	struct pairing p = {.mate = arena_alloc(arena, size_mul(parts + 1, sizeof *p.mate)),
	                    .calls = arena_alloc(arena, size_mul(parts + 1, sizeof *p.calls)),
	                    .by_id = arena_alloc(arena, size_mul(parts + 1, sizeof(struct call *)))};
	for (size_t i = 0; i < n; i++) {
		first[i] = number;
		for (size_t k = 0; k < messages[i].n_parts; k++, number++) {
			p.mate[number] = NO_MATE;
			message[number] = (uint32_t)i;
			if (messages[i].parts[k].type != PART_TOOL_CALL)
				continue;
			p.calls[p.n] = (struct call){.part = &messages[i].parts[k], .number = number, .order = p.n};
			p.by_id[p.n] = &p.calls[p.n];
			p.n++;
		}
	}
	p.n_by_id = p.n;
	if (p.n)
		qsort(p.by_id, p.n, sizeof *p.by_id, compare_ids);
	for (int any_id = 0; any_id < 2; any_id++, p.free = 0)
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < messages[i].n_parts; k++)
				if (messages[i].parts[k].type == PART_TOOL_RESULT && p.mate[first[i] + k] == NO_MATE)
					pair(&p, &messages[i].parts[k], first[i] + (uint32_t)k, any_id == 1);
	*out = (struct tool_pairs){.first = first, .mate = p.mate, .message = message};
}

static bool json_failed(struct str text)
{
	struct scan scan = SCAN_INIT;
	bool failed = false;
	if (text.len < LOOKED_AT && scan_text(&scan, text, &(struct scan_opts){.last = true, .lenient = true})) {
		struct val root = scan_root(&scan), error = val_get(root, "error");
		bool is_error = false;
		failed = val_is(error, SCAN_STRING) ? val_raw(error).len > 2
		         : val_is(error, SCAN_OBJECT)
		             ? val_count(error) > 0
		             : (val_bool(error, &is_error) && is_error) ||
		                   (val_bool(val_get(root, "isError"), &is_error) && is_error) ||
		                   (val_bool(val_get(root, "is_error"), &is_error) && is_error);
	}
	scan_done(&scan);
	return failed;
}

bool tool_result_failed(const struct message_part *result)
{
	static const char *const begins[] = {
	    "Error:",           "ERROR:",    "error:", "Error ", "Traceback (most recent call last)",
	    "<tool_use_error>", "Exception:"};
	struct str text = str_trim(result->text);
	if (result->failed)
		return true;
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (str_starts(text, begins[i]))
			return true;
	return str_starts(text, "{") && json_failed(text);
}
