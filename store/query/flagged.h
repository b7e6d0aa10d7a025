/* Answers that people judged, with what was judged: the golden set. One for each answer, however many results have it: with what every
 * reviewer says of it now, and what they come to together. Behind spoor export flagged and what screens export. */
#ifndef SPOOR_STORE_QUERY_FLAGGED_H
#define SPOOR_STORE_QUERY_FLAGGED_H

#include "store/block.h"
#include "store/query/filter.h"
#include "store/query/places.h"

/* What the reviewers of an answer come to: the verdict they all give; FLAGGED_DISAGREE: they differ; FLAGGED_NONE: nobody gave one (a note or a
 * correction alone). */
enum flagged_verdict { FLAGGED_NONE, FLAGGED_GOOD, FLAGGED_BAD, FLAGGED_UNSURE, FLAGGED_DISAGREE, N_FLAGGED };
const char *flagged_verdict_name(enum flagged_verdict v); /* "none" "good" "bad" "unsure" "disagree" */

struct flagged_opts {
	unsigned verdicts;        /* bits 1 << enum flagged_verdict; 0: all */
	bool corrected;           /* only with a corrected answer */
	bool with_proposed;       /* also what was proposed and not confirmed */
	bool masked;              /* personal data in every text is masked (store/study/mask.h) */
	struct str author, queue; /* only what this person says, or was said in this queue; absent: all */
	int64_t since_ns;         /* only what was said since; TIME_UNKNOWN: all */
	int64_t run;              /* only answers of this run; 0: all */
	const struct filter *cases,
	    *traces; /* only answers that match: over FILTER_CASES, FILTER_TRACES; both NULL: all; one: only those */
};

struct flagged_score {
	struct str name, value;
};

/* What one person says of it. Absent texts: nothing. */
struct flagged_said {
	struct str author, verdict, note, correction, preference;
	const struct str *reasons; /* of a bad verdict: "outdated", "tone" */
	const struct str *tags;
	const struct flagged_score *scores; /* set right */
	size_t n_reasons, n_tags, n_scores;
	struct str queue;
	int64_t time_ns;       /* of the newest of it */
	struct event_id event; /* of the verdict; else of the newest */
	unsigned how;          /* enum annotation_how, of the verdict */
};
struct flagged {
	struct sha256 target;
	struct place place;     /* where it is; SUBJECT_NONE: not in this store, then `subject` has no texts */
	struct subject subject; /* loaded; a pair: both answers where both are found */
	struct str answer,
	    answer_b; /* word for word: what the model said, where the subject has it as a person reads it */
	struct str case_key, run_id, run, trace_id, span_id; /* ids as the sources write them; absent: none */
	struct flagged_said *said;                           /* by author */
	size_t n_said;
	enum flagged_verdict verdict;
	struct str correction;     /* the newest */
	struct str note;           /* the newest */
	const struct str *reasons; /* of all, each once */
	size_t n_reasons;
	struct str authors; /* joined by ", " */
	int64_t time_ns;    /* the newest word */
	int prefers; /* of a pair whose answers are found: 0 answer, 1 answer_b, 2 both good, 3 both bad; -1: unknown, or they differ */
};

/* Called for each answer, in the order of runs and cases, then traces, then what is not here. It lives until the call returns. False ends
 * it, with err. */
typedef bool flagged_tell(void *context, const struct flagged *f, struct err *err);
/* One snapshot. Memory: about 200 bytes for each judged answer, and one answer. */
bool flagged_each(struct db *db, struct block_cache *blocks, const struct flagged_opts *opts, flagged_tell *tell,
                  void *context, struct err *err);

#endif
