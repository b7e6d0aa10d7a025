/* Attributes of a neutral span gathered one by one, for containers that hold them as plain JSON. All memory is the arena's; values
 * stay handles into the record where they can. */
#ifndef SPOOR_IMPORT_ATTR_LIST_H
#define SPOOR_IMPORT_ATTR_LIST_H

#include "import/span_in.h"
#include "store/base/arena.h"

struct attr_list {
	struct arena *arena;
	struct attr_in *at;
	size_t n, cap;
};

void attr_put(struct attr_list *list, struct attr_in attr);
void attr_put_text(struct attr_list *list, struct str key, struct str text); /* nothing if the text is absent */
/* Any JSON value as it is: text, integer, number, boolean, or JSON text for the rest. */
void attr_put_val(struct attr_list *list, struct str key, struct val v);
/* The members of an object; objects in it become dotted names ({"a":{"b":1}} is a.b), down to 32 levels. */
void attr_put_flat(struct attr_list *list, struct val object);
/* The members whose keys are not among `known` (compared loosely: case and underscores ignored; ends with NULL) and not null. */
void attr_put_others(struct attr_list *list, struct val object, const char *const *known);

static inline struct attrs_in attr_all(const struct attr_list *list)
{
	return (struct attrs_in){list->at, list->n};
}

#endif
