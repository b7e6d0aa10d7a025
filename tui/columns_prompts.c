/* Columns of prompts, a row for each version. */
#include "store/base/clean.h"
#include "tui/columns.h"
#include "tui/columns_prompts.h"

static struct value text(struct str s, enum role role)
{
	return (struct value){.type = s.len ? VALUE_TEXT : VALUE_NONE, .text = s, .role = role};
}

static struct value integer(enum value_type type, int64_t i)
{
	return (struct value){.type = i == UNKNOWN_INT ? VALUE_NONE : type, .i = i, .role = ROLE_TEXT};
}

static struct value number(enum value_type type, double d)
{
	return (struct value){.type = IS_UNKNOWN(d) ? VALUE_NONE : type, .d = d, .role = ROLE_TEXT};
}

static struct value counted(int64_t i)
{
	return (struct value){.type = VALUE_COUNT, .i = i, .role = i ? ROLE_TEXT : ROLE_DIM};
}

/* Names of scores come from files: put together by hand, keys quoted. */
static struct value means(const struct run_score *scores, size_t n, struct arena *arena)
{
	struct buf json = BUF_INIT;
	buf_add_char(&json, '{');
	for (size_t i = 0; i < n; i++) {
		buf_add_cstr(&json, i ? "," : "");
		clean_json(&json, scores[i].name);
		buf_printf(&json, ":{\"n\":%lld,\"mean\":", (long long)scores[i].n);
		units_double(&json, scores[i].mean);
		buf_add_char(&json, '}');
	}
	buf_add_char(&json, '}');
	struct value v = {.type = VALUE_JSON, .text = arena_str(arena, buf_str(&json)), .role = ROLE_DIM};
	buf_done(&json);
	return v;
}

static const struct prompt_score no_score = {
    .pass_rate = UNKNOWN_DOUBLE,
    .pass_low = UNKNOWN_DOUBLE,
    .pass_high = UNKNOWN_DOUBLE,
    .cost_usd = UNKNOWN_DOUBLE,
    .p50_ns = UNKNOWN_INT,
    .p95_ns = UNKNOWN_INT,
};

static const struct prompt_score *score_of(const struct prompt_row *row)
{
	return row->score ? row->score : &no_score;
}

/* Figures of spans: unknown before they were counted, and where there are none. */
static const struct stats_figures *figures_of(const struct prompt_row *row)
{
	static const struct stats_figures none = {.error_rate = UNKNOWN_DOUBLE,
	                                          .error_low = UNKNOWN_DOUBLE,
	                                          .error_high = UNKNOWN_DOUBLE,
	                                          .p50_ns = UNKNOWN_INT,
	                                          .p95_ns = UNKNOWN_INT,
	                                          .tokens_in = UNKNOWN_INT,
	                                          .tokens_out = UNKNOWN_INT,
	                                          .cost_usd = UNKNOWN_DOUBLE};
	return row->version->calls.has_figures ? &row->version->calls.figures : &none;
}

static struct value per_call(const struct prompt_row *row)
{
	const struct stats_figures *f = figures_of(row);
	struct value v = number(VALUE_USD, f->n ? f->cost_usd / (double)f->n : UNKNOWN_DOUBLE);
	v.about = f->cost_estimated;
	return v;
}

static struct value labels(const struct prompt_row *row, struct arena *arena)
{
	struct buf json = BUF_INIT;
	buf_add_char(&json, '[');
	for (size_t i = 0; i < row->version->n_labels; i++) {
		buf_add_cstr(&json, i ? "," : "");
		clean_json(&json, row->version->labels[i]);
	}
	buf_add_char(&json, ']');
	struct value v = {.type = VALUE_JSON, .text = arena_str(arena, buf_str(&json)), .role = ROLE_DIM};
	buf_done(&json);
	return v;
}

static struct value yes(bool is)
{
	return (struct value){.type = VALUE_BOOL, .i = is, .role = ROLE_DIM};
}

/* clang-format off: one row of a table, one line */
#define GET(name, expression)                                                \
	static struct value row_##name(const void *any, struct arena *arena) \
	{                                                                    \
		const struct prompt_row *row = any;                          \
		(void)arena;                                                 \
		return expression;                                           \
	}

GET(name, text(prompt_name(row->prompt), ROLE_TEXT))
GET(version, text(row->version->label, ROLE_TEXT))
GET(labels, labels(row, arena))
GET(hash, text(row->version->hash, ROLE_DIM))
GET(short_hash, text(str_cut(row->version->hash, 0, 8), ROLE_DIM))
GET(has_text, yes(row->version->hash.len > 0))
GET(first, integer(VALUE_TIME, row->version->first_ns))
GET(last, integer(VALUE_TIME, row->version->last_ns))
GET(runs, counted((int64_t)row->version->n_runs))
GET(dataset, text(score_of(row)->dataset, ROLE_DIM))
GET(cases, counted(score_of(row)->cases))
GET(rate, number(VALUE_SHARE, score_of(row)->pass_rate))
GET(low, number(VALUE_SHARE, score_of(row)->pass_low))
GET(high, number(VALUE_SHARE, score_of(row)->pass_high))
GET(p50, integer(VALUE_DURATION, score_of(row)->p50_ns))
GET(p95, integer(VALUE_DURATION, score_of(row)->p95_ns))
GET(cost, number(VALUE_USD, score_of(row)->cost_usd))
GET(scores, means(score_of(row)->scores, score_of(row)->n_scores, arena))
GET(traces, row->has_uses ? counted(row->version->calls.traces) : integer(VALUE_COUNT, UNKNOWN_INT))
GET(calls, row->has_uses ? counted(figures_of(row)->n) : integer(VALUE_COUNT, UNKNOWN_INT))
GET(call_errors, row->has_uses ? counted(figures_of(row)->errors) : integer(VALUE_COUNT, UNKNOWN_INT))
GET(call_rate, number(VALUE_SHARE, figures_of(row)->error_rate))
GET(call_p50, integer(VALUE_DURATION, figures_of(row)->p50_ns))
GET(call_p95, integer(VALUE_DURATION, figures_of(row)->p95_ns))
GET(call_in, integer(VALUE_TOKENS, figures_of(row)->tokens_in))
GET(call_out, integer(VALUE_TOKENS, figures_of(row)->tokens_out))
GET(call_cost, per_call(row))
GET(trace_scores, means(row->version->calls.scores, row->version->calls.n_scores, arena))

const struct column prompt_columns[] = {
    {"prompt",        "prompt", -1, 0, false, "prompt", row_name},
    {"version",             "version", 10, 0, false, "version", row_version},
    {"short_hash",          "hash", 8, 0, false, NULL, row_short_hash},
    {"hash",       "hash", 0, 0, false, NULL, row_hash},
    {"labels",       "labels", 0, 0, false, NULL, row_labels},
    {"has_text",             "text", 0, 0, false, NULL, row_has_text},
    {"first_seen",          "first seen", 12, 130, false, "first_seen", row_first},
    {"last_seen",    "last seen", 12, 0, false, "last_seen", row_last},
    {"runs",    "runs", 4, 0, true, "runs", row_runs},
    {"traces",              "traces", 6, 0, true, "traces", row_traces},
    {"dataset",          "dataset", 0, 0, false, NULL, row_dataset},
    {"cases", "cases", 5, 110, true, "cases", row_cases},
    {"pass_rate",          "pass", 6, 0, true, "pass_rate", row_rate},
    {"pass_low",              "low", 0, 0, true, NULL, row_low},
    {"pass_high",          "high", 0, 0, true, NULL, row_high},
    {"p50_ns",       "P50", 7, 126, true, "p50_ns", row_p50},
    {"p95_ns",        "P95", 7, 96, true, "p95_ns", row_p95},
    {"cost_usd_per_case",              "$/case", 8, 96, true, "cost_usd_per_case", row_cost},
    {"scores",          "scores", 0, 0, false, NULL, row_scores},
    {"calls",     "calls", 6, 150, true, "calls", row_calls},
    {"call_errors",      "errors", 0, 0, true, "call_errors", row_call_errors},
    {"call_error_rate",              "error", 0, 0, true, "call_error_rate", row_call_rate},
    {"call_p50_ns",          "call P50", 0, 0, true, "call_p50_ns", row_call_p50},
    {"call_p95_ns",   "call P95", 8, 160, true, "call_p95_ns", row_call_p95},
    {"call_tokens_in",    "tok in", 0, 0, true, "call_tokens_in", row_call_in},
    {"call_tokens_out",             "tok out", 0, 0, true, "call_tokens_out", row_call_out},
    {"cost_usd_per_call",          "$/call", 8, 150, true, "cost_usd_per_call", row_call_cost},
    {"trace_scores",      "scores", 0, 0, false, NULL, row_trace_scores},
    {.name = NULL    },
};
/* clang-format on */
