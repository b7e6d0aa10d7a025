#include "import/mistake.h"

#include <string.h>

#include "import/record.h"

/* What follows whole values in lines is one bad line more; in an array it is of the same value. */
static bool is_of_the_first(struct str bytes, const struct problem *p)
{
	bytes = str_trim(bytes);
	return p->record == 1 || (bytes.len && bytes.ptr[0] == '[');
}

bool mistake_find(const struct sample *sample, struct arena *arena, struct problem *out)
{
	struct record rec;
	struct frame *frame;
	struct problem p = {.code = NULL};
	if (sample->conversion.len || (!sample->n_values && !sample->n_keys))
		return false;
	struct reader *bytes = reader_memory(sample->bytes, 0);
	struct record_reader *r = record_open(bytes, &(struct record_opts){.lenient = true});
	enum record_event event;
	do
		event = record_next(r, &rec, &frame, &p, NULL);
	while (event != RECORD_NONE && (event != RECORD_PROBLEM || p.severity == SEVERITY_WARNING));
	bool cut = p.code && (strcmp(p.code, "truncated") == 0 || strcmp(p.code, "incomplete-tail") == 0);
	bool found = event == RECORD_PROBLEM && p.code && (cut || strcmp(p.code, "bad-json") == 0) &&
	             (!cut || sample->whole) && is_of_the_first(sample->bytes, &p);
	if (found) {
		*out = p;
		out->code = cut ? "truncated" : "bad-json";
		out->reason = arena_str(arena, p.reason);
		out->path = arena_str(arena, p.path);
	}
	record_close(r);
	reader_close(bytes);
	return found;
}
