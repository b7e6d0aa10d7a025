/* Eval results → model: what the importers of eval results share (fields.h: what they share with those of traces). Rules: formats/evals.md,
 * section 0 (0.5 numbers that are none, 0.6 verdicts, 0.7 case keys). */
#ifndef SPOOR_IMPORT_EVAL_H
#define SPOOR_IMPORT_EVAL_H

#include "import/fields.h"

/* A run, a case result of which nothing is known yet. family: a literal. */
struct eval_run run_start(const char *family);
struct case_result case_start(const char *family);

/* ---- identity */

/* A value as a part of a case key: a string's text, of anything else the canonical JSON (the order of members does not count); absent or
 * null: "". A string that holds JSON stays a string. */
struct str case_key_part(const struct fields *f, struct val v);
/* The key of several parts; one part alone is the key itself. The store hashes what is long. The arena's. */
struct str case_key_join(struct arena *arena, const struct str *parts, size_t n);
#define CASE_KEY(arena, ...)                                      \
	case_key_join((arena), (const struct str[]){__VA_ARGS__}, \
	              sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))

/* Where results come from is told by names alone for some formats. The name of the folder that holds the source (up 0), the folder around
 * that (1), …; in an archive the member's folders first, then the archive's own name without its extension, then its folders. Absent: stdin, or
 * no such folder. Never a path: a folder that was moved is the same run. */
struct str source_folder(const struct import *im, int up);
/* "results_2024.json" → "results_2024"; absent at stdin. Extensions of compression (".gz", ".zst", …) go as well. */
struct str source_stem(const struct import *im);

/* When a UUID of version 7 was made, to the millisecond; TIME_UNKNOWN: it is none. */
int64_t uuid_time_ns(struct str id);

/* Trials of one case that no number tells apart: they are repeats (variant) in the order in which they began (order: their time, then the
 * hash of an id of theirs). start_ns unknown: the time in the id, if it is a UUID of version 7. Call when the key is known. */
void case_trial(struct case_result *res, int64_t start_ns, struct str id);

/* A dataset's item of free fields → input and expected value. Fields of `not` (what came out of the task), the item's own id and
 * what is expected do not belong to the input; if one field is left, it is the input itself. Whatever is no object is the input. */
void case_take_item(const struct fields *f, struct case_result *res, struct val item, struct val not );

/* What a person reads of an input, an expected value, an output: SDKs put what is no object into one of a single member
 * ({"question": "capital of Peru?"}), which is it then. {}: STR_NONE. */
struct str case_text(const struct fields *f, struct val v);

/* The members not in `mapped` (NULL: all; ends with NULL; names loose as the format's keys are) that are neither null nor empty, as one JSON
 * object: metadata of a case, configuration of a run. STR_NONE: there are none. The arena's. */
struct str fields_rest(const struct fields *f, struct val object, const char *const *mapped);

/* A JSON object of members from several places: all zero at first, rest_end at last. */
struct rest {
	struct buf json;
};
void rest_add(struct rest *rest, struct str name, struct val v); /* absent and null: nothing */
/* Every member of `object` not among `known` (ends with NULL, names loose; NULL: all). What is no object: nothing. */
void rest_add_all(struct rest *rest, struct val object, const char *const *known);
/* The object, the arena's, with the values at `secrets` (redact.h; NULL: the format's) replaced, for the store keeps it beside the record;
 * STR_NONE: it is empty. */
struct str rest_end(struct rest *rest, const struct fields *f, const char *const *secrets);

/* Two objects as one; either may be absent. The arena's. */
struct str json_joined(struct arena *arena, struct str a, struct str b);

/* For a file that holds several runs: whether this one must be told, because it is new, or began (or may be unknown) before what was told
 * of it. It remembers the last 64, a short cut: a run may be told again. */
struct run_memory {
	uint64_t at[64];
	int64_t began_ns[64];
};
bool run_must_be_told(struct run_memory *memory, struct str id, int64_t began_ns);

/* ---- values */

/* Any value a scorer may give: a number (also in a text) → value; true and false → 1 and 0 with their label; any other text → label; NaN and
 * infinities, as tokens and as words → label "nan", "inf", "-inf" and no value; an object or a list is none. false: there is no value at all
 * (absent, null, "", structures); then nothing is changed. */
bool score_value(const struct fields *f, struct score *score, struct val v);
/* true/false, 1/0, pass/fail, passed/failed, correct/incorrect, yes/no, in any case, as words, numbers or booleans: 1 or 0; else -1. */
int pass_of_value(const struct fields *f, struct val v);
/* CASE_PASSED, CASE_FAILED; -1: CASE_UNSCORED. */
enum case_status status_of_pass(int pass);
/* A name that says its scorer is a model: "model_graded_qa", "llm-rubric", "llm_judge", "g-eval", "… [GEval]", "answer-relevance", … */
bool is_judge_name(struct str name);

/* What people write into an experiment's metadata: model, provider, prompt's name, version and text, by their usual names. Fills what
 * is absent yet. */
void run_take_metadata(const struct fields *f, struct eval_run *run, struct val metadata);

/* Scores of one case as they are found: `at` and `n` into struct case_result. The arena's, like all they point to. */
struct score_list {
	struct score *at;
	size_t n, cap;
};
/* A new one, of which nothing is known but its name (absent: "score"). Good until the next is added. */
struct score *score_add(struct score_list *list, struct arena *arena, struct str name);
void score_drop(struct score_list *list); /* the last one */
void case_take_scores(struct case_result *res, const struct score_list *list);

/* Aggregates that the source states, gathered the same way: a number; each number of an object, called prefix and its name (of objects
 * inside: "outer/inner"). What is no finite number is left out. */
struct metric_list {
	struct metric *at;
	size_t n, cap;
};
void metric_add(struct metric_list *list, struct arena *arena, struct str name, double value);
void metric_add_all(struct metric_list *list, const struct fields *f, struct val object, const char *prefix);
void run_take_metrics(struct eval_run *run, const struct metric_list *list);

#endif
