/* Lists that came flattened into attribute names, put together again by their numbers (10 after 9, gaps allowed): messages,
 * documents, tags, annotations. Private to semconv*.c. */
#ifndef SPOOR_IMPORT_SEMCONV_LIST_H
#define SPOOR_IMPORT_SEMCONV_LIST_H

#include "import/message.h"
#include "import/semconv_table.h"
#include "import/span_in.h"

struct flat_item {
	enum flat_list list;
	uint32_t index, order; /* order: place in the source */
	struct str rest;       /* key after the index */
	const struct attr_in *attr;
};

struct flat_items {
	struct flat_item *at;
	size_t n;
};

/* Sorts by list, index, place. */
void flat_sort(struct flat_items all);
/* The slice of one list, of sorted items. */
struct flat_items flat_of(struct flat_items all, enum flat_list list);
/* Takes the items of the next index off *rest; n 0 at the end. */
struct flat_items flat_next(struct flat_items *rest);

void flat_messages(struct flat_items items, bool output, struct message_list *list, struct arena *arena);
/* Documents in `arena`; *n how many. */
struct document *flat_documents(struct flat_items items, size_t *n, struct arena *arena);
/* Scores of one list of annotations into out[0..max); ids and target are the caller's. *bad: the key of one that has no name or whose
 * score is no number, else untouched. */
size_t flat_scores(struct flat_items items, struct score *out, size_t max, struct str *bad, struct arena *arena);

/* The text of an attribute: a string's text, numbers as written, JSON as it is. */
struct str attr_text(const struct attr_in *attr, struct arena *arena);
/* False: no number. */
bool attr_double(const struct attr_in *attr, double *out, struct arena *arena);

#endif
