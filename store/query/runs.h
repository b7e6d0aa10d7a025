/* Eval runs and their case results. */
#ifndef SPOOR_STORE_QUERY_RUNS_H
#define SPOOR_STORE_QUERY_RUNS_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/model.h"
#include "store/query/filter.h"

struct run_score {
	struct str name;
	int64_t n;
	double mean;
};

struct run_row {
	int64_t id;
	struct str text; /* id as written */
	struct str name, dataset, model, provider, prompt, prompt_version;
	int64_t prompt_id;
	int64_t created_ns;
	int64_t cases, passed, failed, errored, unscored; /* case results, repeats counted */
	int64_t keys, repeats;
	double pass_rate, pass_low, pass_high; /* statistics.md 0 and 1; NaN if nothing is scored */
	int64_t p50_ns, p95_ns;
	double cost_usd;
	int64_t costed; /* case results whose cost is known */
	int64_t tokens_in, tokens_out;
	const struct run_score *scores; /* by name */
	size_t n_scores;
	const struct metric *stated; /* of a run without case results: aggregates as its source states them, by name */
	size_t n_stated;
	struct str file;
};
/* The mean of a score; of a run without case results what its source states under that name. NaN: neither. */
double run_mean(const struct run_row *row, struct str name);
/* USD a case result, over those with a known cost; NaN: none has one. */
double run_cost_per_case(const struct run_row *row);
/* Is one of these as good as rows[at] in pass rate, cost of a case and P95, and better in one of them? Only runs of one
 * dataset that know the same of the three are held against each other. */
bool run_is_beaten(const struct run_row *const *rows, size_t n, size_t at);

struct run_page {
	struct arena arena;
	struct run_row *rows; /* by dataset, newest first within it */
	size_t n;
	int64_t total;
};
void run_page_done(struct run_page *p);
bool runs_page(struct db *db, const struct filter *filter, int64_t source, int64_t offset, int64_t limit,
               struct run_page *out, struct err *err);
bool runs_get(struct db *db, int64_t id, struct arena *arena, struct run_row *out, struct err *err);
/* What is shown of one run beside its row; all in the arena. */
/* People's verdicts on the answers of a run, of the results and of the traces they name: by the majority of those that are sure. Proposed ones are
 * none. One query over its results; none where nobody has judged anything. */
struct run_verdicts {
	int64_t judged, good, bad, unsure; /* answers of the run (equal ones once); unsure: nobody sure, or a tie */
};
bool runs_verdicts(struct db *db, int64_t run, struct run_verdicts *out, struct err *err);

struct run_detail {
	struct run_verdicts people;
	const struct metric *stated; /* aggregates as the source states them, by name */
	size_t n_stated;
	struct str config; /* JSON object text, or absent */
	struct str
	    prompt_text; /* the template; known by name and version, from another run or a trace, if this one's source has none */
	const struct str *
	    same; /* ids of other runs of the same content (each case with the same verdict and output, as exports in several formats have) whose prompt is not another */
	size_t n_same;
};
bool runs_detail(struct db *db, int64_t id, struct arena *arena, struct run_detail *out, struct err *err);
/* A run by its id, an unambiguous prefix of it, its number, its prompt version, or its file's name ("eval-v13.json", "v13"). ERR_NOT_FOUND; ERR_USAGE:
 * ambiguous, with the candidates named. */
bool runs_find(struct db *db, struct str name, int64_t *id, struct err *err);

struct case_at { /* a case result: ids of the store */
	int64_t run, case_id, repeat;
};

struct case_row {
	int64_t case_id, repeat;
	struct str key, title;
	enum case_status status;
	int64_t latency_ns, tokens_in, tokens_out, record;
	double cost_usd;
	struct str trace_text; /* id of the linked trace if it is in the store */
	int64_t trace;         /* its row id, 0 none */
};
struct case_page {
	struct arena arena;
	struct case_row *rows;
	size_t n;
	int64_t total;
};
void case_page_done(struct case_page *p);
bool cases_page(struct db *db, int64_t run, const struct filter *filter, int64_t offset, int64_t limit,
                struct case_page *out, struct err *err);

#endif
