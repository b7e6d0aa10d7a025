/* Prompts and their versions: which there are, when they were used, how each scored, what each costs in production.
 *
 * A version is a name and the SHA-256 of its template; what a source calls it (v13, a commit, a number) is an alias. Sources write one
 * name in several ways, so before that names are read: "dispute v13", whose label is only a hash, is version v13 of "dispute";
 * "p12.txt: You are …", a file's name and the text itself, is "p12.txt". A version of which no source holds the text is known
 * by name and label; it is one with the version of that name and label if there is just one with a text.
 *
 * Scores are by dataset. Several runs of a version on one dataset are repeats of its cases: a case's share passed and its cost are over all of
 * them, the interval is Wilson with n = cases (statistics.md 1), P50 and P95 are over all results (6). Means of scores: of the runs' means,
 * each weighted with the cases that have the score. */
#ifndef SPOOR_STORE_QUERY_PROMPTS_H
#define SPOOR_STORE_QUERY_PROMPTS_H

#include "store/query/runs.h"
#include "store/query/stats.h"

struct prompt_run {
	int64_t id, dataset, model; /* row ids; of dataset and model words, 0 none */
	int64_t created_ns, cases, keys, repeats;
	double shares, scored, cost_usd; /* as the run's row has them */
	int64_t costed, p50_ns, p95_ns;
	uint32_t version; /* index into prompts.versions */
};

/* A version on a dataset. */
struct prompt_score {
	int64_t dataset_id;
	struct str dataset; /* absent: its runs name none */
	int64_t runs,
	    runs_read;         /* fewer read: the newest one alone, as reading all would have gone beyond cases_most */
	int64_t models;        /* different ones among its runs */
	int64_t newest;        /* row id of the newest run */
	int64_t cases;         /* distinct ones */
	double passed, scored; /* sum of the cases' shares; cases with a verdict */
	double pass_rate, pass_low, pass_high; /* NaN: nothing is scored */
	int64_t p50_ns, p95_ns;
	double cost_usd; /* mean of the cases' costs; NaN: nobody says */
	const struct run_score *scores;
	size_t n_scores;
};

/* What spans with this prompt did, in all traces; see stats.h for what is counted and how exactly. */
struct prompt_calls {
	int64_t traces;            /* that used it */
	int64_t first_ns, last_ns; /* earliest and latest start of these; TIME_UNKNOWN */
	bool has_figures;
	struct stats_figures figures; /* of its spans */
	const struct run_score
	    *scores; /* on the traces that used it, or their spans: n and mean of values that are numbers */
	size_t n_scores;
};

struct prompt_version {
	size_t prompt; /* index into prompts.all */
	int64_t id;    /* a row of table prompt; the one that holds the text if one does */
	const int64_t *ids;
	size_t n_ids;
	struct str label;         /* the alias to call it by; absent: only its hash tells it */
	const struct str *labels; /* all aliases, hashes of the text among them */
	size_t n_labels;
	const struct str *called; /* its name as sources write it */
	size_t n_called;
	struct str hash;               /* SHA-256 of the template in hex; absent: no file holds the text */
	int64_t first_ns, last_ns;     /* seen: when a source made or used it, in runs and traces; TIME_UNKNOWN */
	const struct prompt_run *runs; /* newest first */
	size_t n_runs;
	const struct prompt_score *scores; /* by dataset, that of the newest run first */
	size_t n_scores;
	struct prompt_calls calls;
	size_t before; /* the version before it in time; SIZE_MAX: it is the first */
	/* The newest run and the newest one of the version before on the same dataset (and with the same model, if there is such a
	 * pair); 0: there is none. */
	int64_t pair_a, pair_b;
	bool pair_same_model;
};

struct prompt {
	struct str name;
	size_t first, n; /* of prompts.versions, in order of time: the oldest first, those without a time before them */
	int64_t first_ns, last_ns, runs, traces, calls;
	int64_t dataset_id; /* the one most versions were run on: what a list shows them by; 0: none */
	struct str dataset;
};

struct prompts {
	struct arena arena;
	struct prompt *all; /* by name */
	size_t n;
	struct prompt_version *versions;
	size_t n_versions;
	struct prompt_id {
		int64_t id;
		uint32_t version;
	} * ids; /* of table prompt, ascending */
	size_t n_ids;
	bool filtered;                /* only runs that match count, and only versions that have some are there */
	bool has_uses;                /* the figures of traces are in */
	int64_t traces;               /* there are */
	int64_t calls_read, calls_of; /* traces whose spans were counted, of those that had to be; the newest */
	bool calls_mixed;             /* so many different spans that some were counted for no version */
	int64_t scores_read, scores;  /* scores on traces, likewise */
	int64_t unsure;               /* traces too large to say which prompts they used */
};
void prompts_done(struct prompts *p);

/* Prompts, versions and how they scored; filter (over runs; NULL: all): only by these runs, and only versions that have some. Reads at most about cases_most case results (< 0: any number) where several runs have to be
 * counted as one; figures of single runs are at hand. n log n in prompts and runs, no template is read. */
bool prompts_list(struct db *db, const struct filter *filter, int64_t cases_most, struct prompts *out, struct err *err);
/* Adds what traces tell: a walk over the index of traces (0.5 µs each), and of spans those whose sums are not kept yet, the newest first, at most
 * spans_most (< 0: all). Prompts that neither a run nor a trace uses are taken out. */
bool prompts_uses(struct db *db, int64_t spans_most, struct prompts *p, struct err *err);

/* The version of a row of table prompt; NULL. */
const struct prompt_version *prompts_by_id(const struct prompts *p, int64_t id);
const struct prompt_score *prompt_score_on(const struct prompt_version *v, int64_t dataset_id); /* NULL */
/* What a list shows of a version: on the prompt's own dataset, else its own first one; NULL. */
const struct prompt_score *prompt_score_shown(const struct prompts *p, const struct prompt_version *v);
/* "v13", else the first digits of the hash, else "(no label)". */
struct str prompt_version_name(const struct prompt_version *v, struct arena *arena);
/* The name's first line; hostile or endless ones are cut where they are drawn. */
struct str prompt_name(const struct prompt *prompt);

/* A prompt by its name (exact, else the only one that begins with or contains it). ERR_NOT_FOUND; ERR_USAGE: ambiguous, with names. */
bool prompts_find(const struct prompts *p, struct str name, size_t *prompt, struct err *err);
/* A version of it: by an alias, else by the beginning of its hash (at least 4 digits). */
bool prompts_find_version(const struct prompts *p, size_t prompt, struct str label, size_t *version, struct err *err);

/* The template: in the arena; absent: no file holds it. */
bool prompt_text(struct db *db, int64_t id, struct arena *arena, struct str *out, struct err *err);
/* Row ids of the prompts whose template holds `what` (smart case: a capital makes it exact for ASCII). Reads all texts. In the arena, ascending. */
bool prompts_search(struct db *db, struct str what, struct arena *arena, int64_t **ids, size_t *n, struct err *err);

/* The filters that keep the runs, or the traces, that used a version (or, SIZE_MAX, a prompt). False: it would not fit. */
bool prompts_filter(const struct prompts *p, size_t prompt, size_t version, char *out, size_t size);

/* Private, for tests: how a source's name and label are read. text: how the template begins, absent if unknown. */
void prompt_read_name(struct str name, struct str label, struct str text, struct str *prompt, struct str *version);

#endif
