/* What the parts of the importer of Inspect AI's logs share: inspect.c (samples and detection), inspect_run.c (a log's head), inspect_score.c,
 * inspect_text.c (attachments, what was asked and answered). For nobody else. Schema and quirks: formats/evals.md section 2. */
#ifndef SPOOR_IMPORT_INSPECT_PRIVATE_H
#define SPOOR_IMPORT_INSPECT_PRIVATE_H

#include "import/eval.h"

#define INSPECT "inspect"

/* What a log says of all its samples, wherever it stands: in the frames of a JSON log, or in an object of its own (header.json of an
 * archive, and the journal's start.json, which is all that a run that was killed has). */
struct inspect_head {
	const struct frame *frame;
	struct val own[4]; /* looked at first, in this order */
};
struct val head_get(const struct inspect_head *head, const char *key);

/* One sample, or a head alone, at work. */
struct inspect {
	struct fields *f;
	struct inspect_head head;
	struct val eval, sample, events, attachments;
	bool headless; /* a run of which the samples did not know the id */
	/* Bytes put in the place of names so far: a text may be named any number of times. NULL: there is nothing to put. */
	size_t *expanded;
};
enum { INSPECT_EXPANDED_MAX = 512 << 20 }; /* of one sample; then names stay names, and that is said */
/* There is room for n more bytes; they are counted. */
bool inspect_expand(const struct inspect *in, size_t n);

/* ---- inspect_run.c */
struct str inspect_run_id(const struct inspect *in);
/* "inspect_evals/arc_easy" → "arc_easy": the namespace is the package's, and changes with where the task was run from. */
struct str inspect_task(const struct inspect *in);
struct str inspect_status(const struct inspect *in); /* started, success, cancelled, error */
void inspect_tell_run(const struct inspect *in);

/* ---- inspect_text.c */
/* The value with the texts that "attachment://…" stands for, at any depth; as it is if it holds none. Good until fields_done. */
struct val inspect_resolved(const struct inspect *in, struct val v);
/* A text, an attachment's if it only names one. */
struct str inspect_text(const struct inspect *in, struct val v);
struct str inspect_input(const struct inspect *in);    /* a text or a conversation, with the choices below it */
struct str inspect_expected(const struct inspect *in); /* several: one a line */
struct str inspect_output(const struct inspect *in);
struct val inspect_choices(const struct inspect *in); /* output.choices, resolved; VAL_NONE: there is none */

/* Tokens and cost as Inspect counts them: cached ones are in `in` whichever provider it was. */
struct inspect_usage {
	int64_t in, out, cached, cache_write, reasoning;
	double cost;
};
void inspect_usage(const struct fields *f, struct val usage, struct inspect_usage *out);

/* ---- inspect_score.c */
struct inspect_scores {
	struct score_list list;
	int pass;           /* the verdict of the first scorer; -1: it gives none */
	struct buf answers; /* JSON object: what each scorer took for the answer */
	struct buf
	    metadata; /* the same: what scorers left beside their scores, the history of edits, scores without a value */
};
/* The name of a scorer as its registry has it: "pkg/match", "match"; two of one name are told apart by a number: "match1". */
bool inspect_is_scorer(struct str full, struct str name);
/* ->answers and ->metadata are the caller's to free. */
void inspect_read_scores(const struct inspect *in, struct inspect_scores *out);

/* Adds a member to an object that is being written: "{" if it is empty; the caller closes it. Nothing for null and absent values. */
void inspect_member(struct buf *out, struct str name, struct val v);
void inspect_member_text(struct buf *out, struct str name, struct str text);

/* Secrets that may stand anywhere in a head (redact.h). */
extern const char *const inspect_head_secrets[];

#endif
