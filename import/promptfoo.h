/* What promptfoo's exports share: the JSON and JSON Lines of its results (promptfoo.c) and the CSV of its table (promptfoo_csv.c). The
 * same evaluation gives the same cases whichever way it was written. */
#ifndef SPOOR_IMPORT_PROMPTFOO_H
#define SPOOR_IMPORT_PROMPTFOO_H

#include "import/eval.h"

enum { PROMPTFOO_RUNS_MAX = 4096 };

/* A variable of a test. */
struct promptfoo_var {
	struct str name;
	struct val value;
};

/* The key of a case: its description and its variables by name. What a table's cell cannot say does not count: scalars are their texts, JSON
 * inside a text is that JSON, an empty variable is none. Neither does what a conversation adds while it runs. Sorts vars. */
struct str promptfoo_key(struct fields *f, struct promptfoo_var *vars, size_t n, struct str description);

/* The template in a prompt's label, "p12.txt: Answer: {{question}}": promptfoo labels a prompt by its text. Absent: the label is a name. */
struct str promptfoo_template(struct str label);
/* The suite's description, and what tells its runs apart: the prompt's label, shortened, and the provider. Any may be absent. */
struct str promptfoo_run_name(struct arena *a, struct str description, struct str label, struct str provider);
/* "openai:chat:gpt-4o" → "openai"; absent where there is no ':', or what is before it is no provider ("file://a.js", "https://…"). */
struct str promptfoo_provider(struct str model);

/* Runs told to the sink: a run is told by its first row. */
struct promptfoo_told {
	unsigned char bits[PROMPTFOO_RUNS_MAX / 8];
};
/* Not told yet; from now on it is. Beyond RUNS_MAX: always. */
bool promptfoo_must_tell(struct promptfoo_told *told, int64_t prompt);

#endif
