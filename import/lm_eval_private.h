/* What the parts of the importer of lm-evaluation-harness share: lm_eval.c (results, detection), lm_eval_name.c (names of
 * files), lm_eval_sample.c (samples). */
#ifndef SPOOR_IMPORT_LM_EVAL_PRIVATE_H
#define SPOOR_IMPORT_LM_EVAL_PRIVATE_H

#include "import/eval.h"

#define LM_EVAL_FAMILY "lm-eval"

/* A task's name without what names the wording of its prompt: "masakhaner_luo_prompt_3" is masakhaner_luo in its wording prompt_3. The same
 * documents asked in other words are the same cases, and each wording makes a run of its own. */
struct lm_task {
	struct str base, wording; /* wording: absent if the name has none */
};

struct lm_task lm_task_of(struct str name);

/* What the name of a file tells: absent parts are not told. */
struct lm_name {
	struct str run;   /* id of the run, without the task's wording; absent: nothing joins this file to others */
	struct str task;  /* of samples */
	struct str model; /* of samples: the file's, or its folder's, name */
};
struct lm_name lm_name_of(const struct import *im);
struct str lm_run_id(struct arena *arena, struct str run, struct str wording);
/* text with each `what` replaced; the arena's. */
struct str lm_replaced(struct arena *arena, struct str text, const char *what, const char *with);

enum { LM_DOCS = 1 << 20 };

struct lm_samples {
	bool any_filter, told;
	uint64_t filter;                 /* hash64 of the first filter's name */
	unsigned char seen[LM_DOCS / 8]; /* documents met, of files that do not name the filter */
};

bool lm_is_sample(struct val row);
/* One row of samples. The verdict is the first filter's: `samples` remembers which that is. */
void lm_sample(struct fields *f, struct val row, struct str run_id, struct lm_task task, struct lm_samples *samples);

#endif
