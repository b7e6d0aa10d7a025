/* Which arrays of a command's --json are lists of rows. */
#include <string.h>

#include "store/base/str.h"
#include "tui/cmd/rows.h"

/* clang-format off */
#define PROBLEM "entry record line path offset severity code reason kept"
#define TIMES "n errors error_rate error_low error_high timed p50_ns p95_ns p99_ns "
#define SPANS_BY "name kind " TIMES "self_ns share tokens_in tokens_out tokens_cached tokens_reasoning cost_usd cost_estimated filter"
#define TRACES_BY "name " TIMES "total_ns share tokens_in tokens_out cost_usd cost_estimated filter"
#define ARM(x) x ".status " x ".passes " x ".scored " x ".flaky " x ".scores.* " x ".latency_ns " x ".cost_usd "
#define SPREAD(x) x ".mean " x ".least " x ".q1 " x ".median " x ".q3 " x ".greatest " x ".at_threshold "
#define SIDE(x) x ".span " x ".name " x ".kind " x ".status " x ".model " x ".at_ns " x ".duration_ns " x ".tokens " x ".cost_usd"
#define SHARE(x) x ".n " x ".passed " x ".rate " x ".low " x ".high "
#define FIT "precision precision_low precision_high recall recall_low recall_high "

const struct rows_of rows_table[] = {
	/* command, --table, path in --json, when, columns */
	{"alikes", "answers", "rows", NULL, "kind target key run repeat title alike seed group proposed why[]"},
	{"alikes", "seeds", "seeds", "", "key title"},
	{"alikes", "groups", "groups", "", "why n failed passed"},
	{"checks", "checks", "checks", NULL, "check level findings traces spans notes warnings errors example_trace example_span example group help"},
	{"checks", "findings", "findings", NULL, "level check trace trace_name start span kind name value explanation"},
	{"compare", "cases", "rows", NULL, "key title class " ARM("a") ARM("b") "delta.*"},
	{"compare", "metrics", "metrics", "", "name kind n a b delta low high p p_holm test verdict lower_is_better smallest_detectable cases_needed cases_more"},
	{"compare", "stated", "stated", "", "name a b delta"},
	{"compare", "begins", "begins.cases", "begins", "key title class traces repeat_a repeat_b first.step first.kind first.what beside.step beside.kind beside.what cut"},
	{"compare", "steps", "begins.steps", "", "step kind lost others low high p p_holm verdict filter differs[]"},
	{"compare", "noise", "noise.cases", "noise", "key title class is beyond[]"},
	{"compare", "floor", "noise.metrics", "", "name kind yes_no logarithm a.cases a.results a.wobble b.cases b.results b.wobble wobble df floor rough of moved beyond by_chance"},
	{"compare", "slices", "slices", "slice", "value least greatest cases counts.regressed counts.improved counts.new_errors counts.changed counts.same "
	 "counts.only_a counts.only_b lost won " SHARE("a") SHARE("b") "holm loss metrics[]"},
	{"compare", "fields", "fields", "fields", "name values slices cases differ numeric several free_text useful same_as examples"},
	{"compare", "facts", "differs.facts", "prompts", "kind name state a b"},
	{"compare", "histograms", "histograms", "histogram", "name kind lower_is_better cases only_a only_b rose fell threshold values " SPREAD("a") SPREAD("b") "bins[]"},
	{"config", "settings", "settings", NULL, "name value default origin from line variable flag type help"},
	{"config", "mistakes", "mistakes", "", "line message"},
	{"diff", "rows", "rows", NULL, "row parent depth first differs[] " SIDE("a") " " SIDE("b")},
	{"doctor", "files", "files", NULL, "file entry format map whole bytes records traces spans scores runs cases problems"},
	{"doctor", "problems", "problems", "problems", "file " PROBLEM},
	{"formats", "formats", "formats", NULL, "name title how fills example real_files_seen built_from spec_url"},
	{"gate", "checks", "checks", NULL, "name title status value limit limit_is unit reason low high a b p_holm n cases_more smallest_detectable cases[] cases_total"},
	{"help", "commands", "commands", NULL, "name group operands help options[] tables[]"},
	{"help", "topics", "topics", "", "name line"},
	{"help", "words", "words", "", "word help"},
	{"help", "fields", "fields", "", "over name example help"},
	{"help", "keys", "keys", "", "screen where keys action help"},
	{"import", "files", "files", NULL, "file entry format status why map traces spans scores runs cases reviews new.traces new.spans new.scores new.runs new.cases "
	 "new.reviews eval_runs[] problems_total problems[]"},
	{"judges", "judges", "judges", NULL, "name model source all_models scores answers passed failed unscored low high threshold threshold_assumed n agree agreement "
	 "agreement_low agreement_high by_chance kappa kappa_low kappa_high too_few rough flips flipped flip_groups unlabelled disagreements_of sentence "
	 "lower_is_better humans dropped.unsure dropped.tied dropped.unscored cells.good_passed cells.good_failed cells.bad_passed cells.bad_failed "
	 "false_pass.rate false_pass.low false_pass.high false_fail.rate false_fail.low false_fail.high ordinal.n ordinal.categories ordinal.kappa "
	 "ordinal.kappa_low ordinal.kappa_high best.threshold best.agreement among_people.people among_people.answers among_people.alpha "
	 "among_people.alpha_low among_people.alpha_high among_people.too_few identical.groups identical.flipped identical.share identical.low "
	 "identical.high identical.pairs identical.pairs_flipped identical.numbers identical.spread identical.spread_most length.rho length.low "
	 "length.high length.p length.n length.of length.too_few plan[] disagreements[] flipped_answers[] next[] others[]"},
	{"ledger", "calls", "calls", NULL, "span name start duration_ns model tokens_in guessed tokens_new tokens_resent tokens_cached tokens_out cost_usd cost_estimated "
	 "input_usd output_usd tokens_in_so_far usd_so_far pieces[]"},
	{"ledger", "pieces", "pieces", "", "kind name preview bytes tokens sent cost_usd first_call first_span said"},
	{"log", "events", "events", NULL, "event time author field part value withdrawn withdraws target target_hash io_hash input_hash output_hash proposed blind because "
	 "shown queue"},
	{"merge", "items", "disagreements.items", NULL, "target item title field said[]"},
	{"origins", "sentences", "sentences", NULL, "text at bytes code match source score stretch.text stretch.words stretch.at stretch.bytes stretch.source_at "
	 "stretch.source_bytes numbers[]"},
	{"origins", "sources", "sources", "", "kind rank name span span_name score bytes used"},
	{"path", "names", "names", NULL, "name kind duration_ns share spans"},
	{"path", "kinds", "kinds", "", "name duration_ns share spans"},
	{"path", "models", "models", "", "name duration_ns share spans"},
	{"path", "stretches", "path", "", "from_ns to_ns span kind name model"},
	{"path", "what-if", "what_if", "", "change title evidence unsure saves_ns duration_ns saves_tokens saves_usd spans[]"},
	{"prompts", "versions", "versions", NULL, "prompt version short_hash hash labels[] has_text first_seen last_seen runs traces dataset cases pass_rate pass_low "
	 "pass_high p50_ns p95_ns cost_usd_per_case scores.* calls call_errors call_error_rate call_p50_ns call_p95_ns call_tokens_in call_tokens_out "
	 "cost_usd_per_call trace_scores.*"},
	{"prompts", "datasets", "datasets", "", "dataset runs runs_counted models cases pass_rate pass_low pass_high p50_ns p95_ns cost_usd_per_case scores.*"},
	{"review", "queues", "queues", NULL, "id name author made_from made_at closed_at blind pairwise copies seed reasons rubric items done skipped left waiting finished "
	 "people pace_ns last_at"},
	{"review", "offers", "offers", "", "title about count command"},
	{"review", "people", "people", "report", "name judged good bad unsure skipped notes corrections blind proposed timed spent_ns per_minute reasons[]"},
	{"review", "pairs", "pairs", "", "a b both n agree agreement agreement_low agreement_high kappa kappa_low kappa_high too_few rough cells.good_good cells.good_bad "
	 "cells.bad_good cells.bad_bad cells.unsure"},
	{"review", "judges", "judges", "", "name model source n agree agreement agreement_low agreement_high kappa kappa_low kappa_high cells.good_passed "
	 "cells.good_failed cells.bad_passed cells.bad_failed false_pass.rate false_pass.low false_pass.high false_fail.rate false_fail.low false_fail.high"},
	{"review", "disagreements", "disagreements", "", "title key run good bad unsure said[]"},
	{"review", "reasons", "reasons", "", "reason count"},
	{"rules", "rules", "rules", NULL, "name level flags of_answers rule[]"},
	{"rules", "proposed", "rules", "propose", "name kind flags chosen adds hits misses false_alarms passed " FIT "p p_corrected rule[]"},
	{"rules", "tried", "rules", "back-test", "name flags of_answers hits misses false_alarms passed " FIT "unjudged would_flag unsure unreadable left_out examples[]"},
	{"run", "cases", "cases", NULL, "key repeat status title latency_ns cost_usd tokens_in tokens_out trace input expected output error metadata.* scores[] payload_error"},
	{"run", "pass-at-k", "pass_at_k", "", "k pass_at_k at_low at_high pass_hat_k hat_low hat_high cases left_out"},
	{"runs", "runs", "runs", NULL, "id created name dataset model provider prompt prompt_version cases passed failed errored unscored pass_rate pass_low pass_high "
	 "p50_ns p95_ns cost_usd cost_per_case_usd distinct_cases repeats tokens_in tokens_out scores.*"},
	{"runs", "trend", "trend.runs", "", "run created counted same_as changed[]"},
	{"runs", "metrics", "trend.metrics", "", "name kind answer drifting direction since since_run least_shared_cases points[]"},
	{"samples", "samples", "samples", NULL, "name bytes about"},
	{"search", "hits", "hits", NULL, "trace span run case start kind name field snippet match_at match_bytes"},
	{"session", "turns", "conversation", NULL, "turn trace name start duration_ns gap_ns status errors user answer user_span answer_span steps[] spans "
	 "spans_looked_at llm_calls tool_calls tokens_in tokens_out cost_usd cost_estimated sum_tokens sum_cost_usd scores[] findings[]"},
	{"stats", "kind", "by.kind", NULL, SPANS_BY},
	{"stats", "model", "by.model", NULL, SPANS_BY},
	{"stats", "tool", "by.tool", NULL, "name " TIMES "self_ns share retries repeats message_n message tokens_in tokens_out cost_usd filter"},
	{"stats", "step", "by.step", NULL, SPANS_BY},
	{"stats", "prompt", "by.prompt", NULL, SPANS_BY},
	{"stats", "provider", "by.provider", NULL, SPANS_BY},
	{"stats", "name", "by.name", NULL, TRACES_BY},
	{"stats", "service", "by.service", NULL, TRACES_BY},
	{"stats", "session", "by.session", NULL, TRACES_BY},
	{"stats", "user", "by.user", NULL, TRACES_BY},
	{"stats", "hour", "by.hour", NULL, TRACES_BY},
	{"stats", "day", "by.day", NULL, TRACES_BY},
	{"stats", "document", "by.document", NULL, "document name verdict with with_bad rate_with without without_bad rate_without delta delta_low delta_high p p_holm text "
	 "filter"},
	{"trace", "spans", "spans", NULL, "id parent depth name kind start duration_ns self_ns status message model provider tokens_in tokens_out tokens_cached "
	 "tokens_reasoning tokens_cache_write cost_usd cost_estimated critical first_token_ns prompt prompt_version usage_repeated input output messages[] "
	 "documents[] attributes[] resource[] events[] links[] scores[] "
	 "synthetic payload_error"},
	{"trace", "scores", "trace_scores", "", "name value label pass threshold explanation source judge_model author time"},
	{"traces", "traces", "traces", NULL, "id start status name session user service duration_ns spans errors llm_calls tool_calls repeats tokens_in tokens_out tokens "
	 "tokens_cached tokens_reasoning cost_usd cost_estimated usage_repeats usage_note scores[] verdict source.file source.format"},
	{.command = NULL},
};

const struct option_row rows_options[] = {
	{"jsonl", 0, OPTION_FLAG, NULL, "its rows as JSON Lines: one object a line, as they stand in --json"},
	{"csv", 0, OPTION_FLAG, NULL, "its rows as CSV; text a spreadsheet would take for a formula gets '"},
	{"csv-raw", 0, OPTION_FLAG, NULL, "its rows as CSV, text as it is"},
	{"markdown", 0, OPTION_FLAG, NULL, "its rows as a Markdown table"},
	{"table", 0, OPTION_TEXT, "NAME", "which rows, of a command that has several lists"},
	{"sort", 's', OPTION_TEXT, "COLUMN", "its rows in order of a column"},
	{"asc", 0, OPTION_FLAG, NULL, "smallest first (text: the default)"},
	{"desc", 0, OPTION_FLAG, NULL, "largest first (figures and times: the default)"},
	{"limit", 'n', OPTION_INT, "N", "at most N rows"},
	{"offset", 0, OPTION_INT, "N", "leave out the first N rows"},
	{"columns", 'c', OPTION_TEXT, "COLUMN,…", "these columns, by their names in --json"},
	{.name = NULL},
};
/* clang-format on */

bool rows_option_of(const struct command *c, const struct option_row *row)
{
	return rows_has(c) && row >= rows_options && row < rows_options + sizeof rows_options / sizeof *rows_options;
}

void rows_tables(struct buf *out, const struct command *c)
{
	size_t n = 0;
	for (const struct rows_of *r = rows_table; r->command; r++)
		n += strcmp(r->command, c->name) == 0;
	if (n < 2)
		return;
	buf_add_cstr(out, "Its lists, for --table:");
	for (const struct rows_of *r = rows_table; r->command; r++)
		if (strcmp(r->command, c->name) == 0)
			buf_printf(out, " %s", r->name);
}

bool rows_has(const struct command *c)
{
	for (const struct rows_of *r = rows_table; r->command; r++)
		if (strcmp(r->command, c->name) == 0)
			return true;
	return false;
}
