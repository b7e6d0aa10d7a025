#include "tui/saying.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"

struct saying *saying_new(enum saying_kind kind, const struct subject_at *at)
{
	struct saying *s = xcalloc(1, sizeof *s);
	s->kind = kind;
	s->spent_ns = UNKNOWN_INT;
	if (at)
		s->at = *at;
	return s;
}

void saying_add(struct saying *s, enum annotation_field field, struct str part, struct str value)
{
	struct say say = {field, arena_str(&s->arena, text_valid(&s->arena, part)),
	                  arena_str(&s->arena, text_valid(&s->arena, value))};
	for (size_t i = 0; i < s->n_says; i++)
		if (s->says[i].field == field && str_eq(s->says[i].part, part)) {
			s->says[i] = say;
			return;
		}
	BUG_ON(s->n_says == SAYS_MOST);
	s->says[s->n_says++] = say;
}

void saying_verdict(struct saying *s, enum verdict v)
{
	saying_add(s, FIELD_VERDICT, STR_NONE, str_of(verdict_name(v)));
}

void saying_target(struct saying *s, const struct annotation_kept *t)
{
	s->has_target = true;
	s->target = *t;
	s->target.key = arena_str(&s->arena, t->key);
}

void saying_queue(struct saying *s, int64_t queue, int64_t seq, struct str name, int64_t spent_ns)
{
	s->queue = queue;
	s->seq = seq;
	s->queue_name = arena_str(&s->arena, name);
	s->spent_ns = spent_ns;
}

void saying_free(struct saying *s)
{
	if (!s)
		return;
	arena_done(&s->arena);
	free(s);
}

static void *copied(struct arena *arena, const void *from, size_t n, size_t size)
{
	void *to = arena_zalloc(arena, n, size);
	if (n)
		memcpy(to, from, n * size);
	return to;
}

void saying_many(struct saying *s, const struct subject_at *many, size_t n)
{
	s->many = copied(&s->arena, many, n, sizeof *many);
	s->n_many = n;
}

void saying_drop(struct saying *s, const struct event_id *events, size_t n)
{
	s->drop = copied(&s->arena, events, n, sizeof *events);
	s->n_drop = n;
}
