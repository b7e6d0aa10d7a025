/* A column "model": several models that answered the same questions are several runs of a file; a model that goes with the question (each case
 * has been sent to one of them) is a property of the case. The rows at the beginning of the file tell which. */
#include "import/generic.h"
#include "import/generic_doc.h"

#include "store/base/hash.h"

enum { LOOKED_MAX = 1000 };

struct looked {
	struct {
		uint64_t key, model;
	} at[LOOKED_MAX];
	size_t n;
	bool several;  /* models */
	bool compared; /* two of them had the same question */
};

static void look_at(struct fields *f, struct val v, const struct generic_map *map, struct looked *seen)
{
	struct generic_row row;
	struct str input = STR_NONE;
	if (!val_is(v, SCAN_OBJECT) || seen->n == LOOKED_MAX)
		return;
	generic_row_read(f, v, map, &row);
	struct str model = generic_word(&row, GENERIC_MODEL, f->arena), id = generic_word(&row, GENERIC_ID, f->arena);
	if (generic_row_has(&row, GENERIC_INPUT))
		input = case_key_part(f, row.by[GENERIC_INPUT]->val);
	if (!model.len || (!id.len && !input.len))
		return;
	struct str dataset = generic_word(&row, GENERIC_DATASET, f->arena);
	uint64_t key = hash64(CASE_KEY(f->arena, dataset, id.len ? id : input)), name = hash64(model);
	for (size_t i = 0; i < seen->n; i++) {
		seen->several = seen->several || seen->at[i].model != name;
		seen->compared = seen->compared || (seen->at[i].key == key && seen->at[i].model != name);
	}
	seen->at[seen->n].key = key;
	seen->at[seen->n++].model = name;
}

static void look_at_lines(struct fields *f, struct str bytes, const struct generic_map *map, struct looked *seen)
{
	struct str line;
	while (!seen->compared && str_find_char(bytes, '\n') != SIZE_MAX && str_split(&bytes, '\n', &line))
		look_at(f, fields_scan(f, line), map, seen);
}

static void look_at_list(struct fields *f, struct val v, const struct generic_map *map, struct looked *seen, int depth)
{
	for (struct member m = val_first(v); m.ok && !seen->compared; m = val_next(m)) {
		if (val_is(v, SCAN_ARRAY))
			look_at(f, generic_doc_unwrap(m.val), map, seen);
		else if (depth < 2 && (val_is(m.val, SCAN_ARRAY) || val_is(m.val, SCAN_OBJECT)))
			look_at_list(f, m.val, map, seen, depth + 1);
	}
}

bool generic_model_of_case(struct fields *f, const struct sample *sample, const struct generic_map *map)
{
	struct looked *seen = arena_zalloc(f->arena, 1, sizeof *seen);
	if (!sample)
		return false;
	look_at_lines(f, sample->bytes, map, seen);
	bool lines = seen->n > 0;
	for (size_t i = 0; i < sample->n_values && sample->n_values > 1 && !lines; i++)
		look_at(f, sample->values[i], map, seen);
	if (seen->n == 0 && sample->n_values)
		look_at_list(f, sample->values[0], map, seen, 0);
	return seen->several && !seen->compared;
}
