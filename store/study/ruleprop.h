/* Rules out of flagged against approved answers: what do the bad ones have that the good ones have not?
 *
 * Looked for: phrases of 1 to 6 words that are said, or missing; the same with numbers, dates and amounts generalised to a regular
 * expression; length; JSON, its fields and their values; refusals; empty answers; tools called or not, documents retrieved or not; time,
 * tokens, cost. Each is a hypothesis, and there are thousands, so chance finds some: every one that could tell at all (Tarone 1990) is
 * counted, equal sets of answers once, and each p (Fisher, exact, two-sided) is corrected for their number (Holm 1979). What remains
 * under 0.05 is offered, nothing else. Deterministic: nothing depends on an order or a seed. Pure. */
#ifndef SPOOR_STORE_STUDY_RULEPROP_H
#define SPOOR_STORE_STUDY_RULEPROP_H

#include "store/stat/interval.h"
#include "store/study/demand.h"

enum {
	RULEPROP_ANSWERS = 20000, /* flagged and approved together; more are left out by the caller, who says so */
	RULEPROP_BYTES =
	    16 << 20, /* of all texts that are looked through for phrases: each its share, 64 KiB at most */
	RULEPROP_OFFERS = 24
};

#define RULEPROP_P_SHOWN 1e-15 /* smaller p's are shown as less than this */

struct ruleprop_rule {
	const char *
	    kind; /* "phrase" "missing phrase" "pattern" "length" "json" "field" "value" "refusal" "empty" "error" "tool"
	                         "document" "time" "tokens" "cost" */
	struct str name;                   /* for the rules file: small letters, digits, dashes */
	struct str words;                  /* what it flags, for people: says "within 60 days" */
	struct str json;                   /* the rule as the rules file takes it, on one line */
	struct demand demand;              /* the same, read */
	int64_t hits, misses;              /* of the flagged */
	int64_t alarms, passed;            /* of the approved: false alarms, and the rest */
	struct interval precision, recall; /* Wilson, 95 % */
	double p, p_corrected;
	bool chosen;  /* of the small set that hits most flagged answers; these come first */
	int64_t adds; /* chosen: flagged answers that no chosen one before it hits */
};

struct ruleprop {
	struct ruleprop_rule *rules;
	size_t n;
	size_t n_flagged, n_approved;
	int64_t tried; /* hypotheses the p's are corrected for */
	bool too_few;  /* not even a rule without a mistake could be told from chance */
	int64_t
	    needed; /* with as many approved again, so many flagged (a guess from `tried`) would do; UNKNOWN_INT: enough there are */
	int64_t covered, alarmed; /* by the chosen ones together: flagged, approved */
	size_t cut_bytes;         /* > 0: of longer answers only so many bytes were looked through for phrases */
};

struct ruleprop_opts {
	bool (*cancelled)(void *arg); /* may be NULL */
	void *arg;
};
/* All in the arena; answers are borrowed. False: cancelled. 30 answers of 1 MB: 0.7 s; 20,000 of 350 bytes: 3.8 s. */
bool ruleprop_find(const struct answer *flagged, size_t n_flagged, const struct answer *approved, size_t n_approved,
                   const struct ruleprop_opts *opts, struct arena *arena, struct ruleprop *out);

/* What was found, or why nothing was, in one or two sentences. Appends. */
void ruleprop_verdict(const struct ruleprop *f, struct buf *out);
/* What breaks a demand, in words, its parts joined by "; ": says "as an AI". Appends. */
void ruleprop_words(const struct demand *d, struct buf *out);

#endif
