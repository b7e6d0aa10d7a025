/* What differs between two eval runs beside their answers: the prompt's template, the model, the settings, the code; told so that it is
 * clear what can have made the difference, and what no file says. */
#ifndef SPOOR_STORE_QUERY_RUN_DIFF_H
#define SPOOR_STORE_QUERY_RUN_DIFF_H

#include "store/diff_hunk.h"
#include "store/query/runs.h"

enum run_fact_kind {
	RUN_FACT_PROMPT,       /* name and version of the prompt */
	RUN_FACT_SUBJECT,      /* model, provider, dataset */
	RUN_FACT_SETTING,      /* of the configuration, by path */
	RUN_FACT_CODE,         /* of the configuration: revisions, hashes, versions of packages */
	RUN_FACT_CIRCUMSTANCE, /* when, how long, which file, ids: always another one, and no cause */
	N_RUN_FACT_KINDS
};
const char *run_fact_kind_name(enum run_fact_kind kind); /* "prompt" "subject" "setting" "code" "circumstance" */

enum run_fact_state { RUN_FACT_SAME, RUN_FACT_DIFFERS, RUN_FACT_ONLY_A, RUN_FACT_ONLY_B, RUN_FACT_UNKNOWN };
const char *run_fact_state_name(enum run_fact_state state); /* "same" "differs" "only_a" "only_b" "unknown" */

struct run_fact {
	struct str name; /* "model"; of a configuration its path, "config.limit" */
	struct str a, b; /* as text; absent: not said */
	enum run_fact_kind kind;
	enum run_fact_state state;
};

enum {
	RUN_DIFF_FACTS = 20000, /* differing values of a configuration that are told */
	RUN_DIFF_SAID = 4       /* names of settings in the sentence */
};

struct run_diff {
	struct arena arena; /* owns all below */
	struct run_row a, b;
	struct run_fact *facts; /* by kind; of the configuration only what differs */
	size_t n;
	int64_t
	    same_settings; /* members of the configuration that are equal; a branch that is equal as a whole is one */
	bool has_config_a, has_config_b;
	bool cut;                   /* more differ than are told */
	struct str text_a, text_b;  /* templates; absent: no file holds them */
	struct hunks hunks;         /* if both are there */
	enum run_fact_state prompt; /* of the templates; without both: of name and version, or unknown */
	struct str
	    prompt_words; /* "the prompt changed in 3 places (+12 −4 words)", "no file says which prompt A had" */
	struct str sentence;
};
void run_diff_done(struct run_diff *d);
/* Linear in the templates' and configurations' sizes, but for the word diff (diff.h). */
bool run_diff_get(struct db *db, int64_t a, int64_t b, bool ascii, struct run_diff *out, struct err *err);

#endif
