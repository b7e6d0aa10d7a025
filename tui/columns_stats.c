/* Columns of figures over many traces: by what their spans are, by tool, by what the traces are, by document. */
#include "store/query/stats.h"
#include "tui/columns.h"

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

static struct value counted(int64_t i, enum role role)
{
	return (struct value){.type = VALUE_COUNT, .i = i, .role = i ? role : ROLE_DIM};
}

static struct value rate(double share)
{
	struct value v = number(VALUE_SHARE, share);
	v.role = share > 0 ? ROLE_ERROR : ROLE_DIM;
	return v;
}

static struct value money(double usd, bool about)
{
	struct value v = number(VALUE_USD, usd);
	v.about = about;
	return v;
}

static struct value estimated(double usd, bool about)
{
	return (struct value){.type = IS_UNKNOWN(usd) ? VALUE_NONE : VALUE_BOOL, .i = about, .role = ROLE_DIM};
}

static struct value name_of(const struct stats_row *row)
{
	return row->name.len ? text(row->name, ROLE_TEXT) : text(STR_LIT("(none)"), ROLE_DIM);
}

/* clang-format off: one row of a table, one line */
#define GET(type, table, name, expression)                                       \
	static struct value table##_##name(const void *any, struct arena *arena) \
	{                                                                        \
		const struct type *row = any;                                    \
		(void)arena;                                                     \
		return expression;                                               \
	}
#define ROW(name, expression)  GET(stats_row, row, name, expression)
#define FILE(name, expression) GET(stats_document, document, name, expression)

ROW(name, name_of(row))
ROW(kind, row->has_kind ? text(str_of(kind_name(row->kind)), (enum role)((int)ROLE_KIND_SPAN + (int)row->kind))
                        : (struct value){.type = VALUE_NONE})
ROW(n, counted(row->figures.n, ROLE_TEXT))
ROW(errors, counted(row->figures.errors, ROLE_ERROR))
ROW(rate, rate(row->figures.error_rate))
ROW(low, number(VALUE_SHARE, row->figures.error_low))
ROW(high, number(VALUE_SHARE, row->figures.error_high))
ROW(timed, integer(VALUE_COUNT, row->figures.timed))
ROW(p50, integer(VALUE_DURATION, row->figures.p50_ns))
ROW(p95, integer(VALUE_DURATION, row->figures.p95_ns))
ROW(p99, integer(VALUE_DURATION, row->figures.p99_ns))
ROW(total, integer(VALUE_DURATION, row->figures.total_ns))
ROW(share, number(VALUE_SHARE, row->share))
ROW(in, integer(VALUE_TOKENS, row->figures.tokens_in))
ROW(out, integer(VALUE_TOKENS, row->figures.tokens_out))
ROW(cached, integer(VALUE_TOKENS, row->figures.tokens_cached))
ROW(reasoning, integer(VALUE_TOKENS, row->figures.tokens_reasoning))
ROW(cost, money(row->figures.cost_usd, row->figures.cost_estimated))
ROW(estimated, estimated(row->figures.cost_usd, row->figures.cost_estimated))
ROW(retries, counted(row->retries, ROLE_WARNING))
ROW(repeats, counted(row->repeats, ROLE_WARNING))
ROW(message, text(row->message, ROLE_ERROR))
ROW(message_n, row->message.len ? counted(row->message_n, ROLE_DIM) : (struct value){.type = VALUE_NONE})
ROW(filter, text(row->filter, ROLE_DIM))

#define FIGURES                                                                                                      \
	{"error_low", "", 0, 0, true, "error_low", row_low}, {"error_high", "", 0, 0, true, "error_high", row_high}, \
	    {"timed", "timed", 0, 0, true, "timed", row_timed}, {"p50_ns", "P50", 7, 0, true, "p50_ns", row_p50},    \
	    {"p95_ns", "P95", 7, 0, true, "p95_ns", row_p95},                                                        \
	{                                                                                                            \
		"p99_ns", "P99", 7, 100, true, "p99_ns", row_p99                                                     \
	}
#define USAGE                                                           \
	{"tokens_in", "tok in", 6, 90, true, "tokens_in", row_in},      \
	{                                                               \
		"tokens_out", "out", 5, 90, true, "tokens_out", row_out \
	}
#define COST                                                                               \
	{"cost_usd", "cost", 8, 0, true, "cost_usd", row_cost},                            \
	    {"cost_estimated", "estimated", 0, 0, false, "cost_estimated", row_estimated}, \
	    {"filter", "filter", 0, 0, false, "filter", row_filter},                       \
	{                                                                                  \
		.name = NULL                                                               \
	}

/* name (--json), title, width, min_cols, right, sort, get */
const struct column stats_span_columns[] = {
    {"name",             "name",   -1, 0,   false, "name",             row_name     },
    {"kind",             "kind",   9,  100, false, "kind",             row_kind     },
    {"n",                "spans",  6,  0,   true,  "n",                row_n        },
    {"errors",           "err",    5,  0,   true,  "errors",           row_errors   },
    {"error_rate",       "err %",  6,  90,  true,  "error_rate",       row_rate     },
    FIGURES,
    {"self_ns",          "time",   7,  100, true,  "self_ns",          row_total    },
    {"share",            "share",  6,  110, true,  "share",            row_share    },
    USAGE,
    {"tokens_cached",    "cached", 6,  130, true,  "tokens_cached",    row_cached   },
    {"tokens_reasoning", "think",  5,  140, true,  "tokens_reasoning", row_reasoning},
    COST,
};

const struct column stats_tool_columns[] = {
    {"name",       "name", -1, 0, false, "name", row_name},
    {"n",          "calls", 6, 0, true, "n", row_n},
    {"errors",       "fail", 5, 0, true, "errors", row_errors},
    {"error_rate",    "fail %", 6, 90, true, "error_rate", row_rate},
    FIGURES,
    {"self_ns",          "time", 7, 100, true, "self_ns", row_total},
    {"share",           "share", 6, 110, true, "share", row_share},
    {"retries",        "retry", 5, 0, true, "retries", row_retries},
    {"repeats",       "same", 5, 0, true, "repeats", row_repeats},
    {"message_n",     "×", 4, 120, true, "message_n", row_message_n},
    {"message",           "most usual error", 44, 110, false, "message", row_message},
    {"tokens_in",        "tok in", 0, 0, true, "tokens_in", row_in},
    {"tokens_out",  "out", 0, 0, true, "tokens_out", row_out},
    {"cost_usd", "cost", 0, 0, true, "cost_usd", row_cost},
    {"filter",           "filter", 0, 0, false, "filter", row_filter},
    {.name = NULL       },
};

const struct column stats_trace_columns[] = {
    {"name",       "name",   -1, 0,   false, "name",       row_name  },
    {"n",          "traces", 6,  0,   true,  "n",          row_n     },
    {"errors",     "err",    5,  0,   true,  "errors",     row_errors},
    {"error_rate", "err %",  6,  90,  true,  "error_rate", row_rate  },
    FIGURES,
    {"total_ns",   "time",   7,  100, true,  "total_ns",   row_total },
    {"share",      "share",  6,  110, true,  "share",      row_share },
    USAGE,
    COST,
};

ROW(level, text(row->level > 1   ? STR_LIT("error")
                : row->level > 0 ? STR_LIT("warning")
                                 : STR_LIT("note"),
                row->level > 1   ? ROLE_ERROR
                : row->level > 0 ? ROLE_WARNING
                                 : ROLE_DIM))
ROW(traces, counted(row->traces, ROLE_TEXT))
ROW(of_traces, number(VALUE_SHARE, row->figures.error_rate))

const struct column stats_check_columns[] = {
    {"name",     "name", -1, 0, false, "name", row_name},
    {"level",        "level", 7, 0, false, "level", row_level},
    {"n",     "findings", 8, 0, true, "n", row_n},
    {"traces",  "traces", 6, 0, true, "traces", row_traces},
    {"rate",    "of all", 6, 0, true, "rate", row_of_traces},
    {"rate_low",         "from", 6, 70, true, "rate_low", row_low},
    {"rate_high",     "to", 6, 70, true, "rate_high", row_high},
    {"filter", "filter", 0, 0, false, "filter", row_filter},
    {.name = NULL       },
};

FILE(name, text(row->name, ROLE_TEXT))
FILE(text, text(row->text, ROLE_DIM))
FILE(label, text(row->name.len ? row->name : row->text, ROLE_TEXT))
FILE(with, counted(row->with, ROLE_TEXT))
FILE(with_bad, counted(row->with_bad, ROLE_ERROR))
FILE(without, counted(row->without, ROLE_TEXT))
FILE(without_bad, counted(row->without_bad, ROLE_TEXT))
FILE(rate_with, rate(row->rate_with))
FILE(rate_without, number(VALUE_SHARE, row->rate_without))
FILE(delta, number(VALUE_SHARE, row->delta))
FILE(low, number(VALUE_SHARE, row->low))
FILE(high, number(VALUE_SHARE, row->high))
FILE(p, number(VALUE_SCORE, row->p))
FILE(holm, number(VALUE_SCORE, row->p_holm))
FILE(verdict, text(str_of(stats_verdict(row)), row->suspect ? ROLE_WORSE : ROLE_DIM))
FILE(filter, text(row->filter, ROLE_DIM))

const struct column stats_document_columns[] = {
    {"document",        "document", -1, 0, false, "document", document_label},
    {"name",               "id", 0, 0, false, "name", document_name},
    {"verdict",            "in words", 11, 0, false, "verdict", document_verdict},
    {"with",   "with", 5, 0, true, "with", document_with},
    {"with_bad",            "bad", 5, 90, true, "with_bad", document_with_bad},
    {"rate_with",                "bad %", 6, 0, true, "rate_with", document_rate_with},
    {"without",            "without", 7, 0, true, "without", document_without},
    {"without_bad",    "bad", 5, 90, true, "without_bad", document_without_bad},
    {"rate_without",         "bad %", 6, 0, true, "rate_without", document_rate_without},
    {"delta",               "diff", 6, 70, true, "delta", document_delta},
    {"delta_low",            "from", 6, 100, true, "delta_low", document_low},
    {"delta_high", "to", 6, 100, true, "delta_high", document_high},
    {"p",            "p", 0, 0, true, "p", document_p},
    {"p_holm",                "p Holm", 7, 76, true, "p_holm", document_holm},
    {"text",             "begins", 40, 160, false, "text", document_text},
    {"filter",    "filter", 0, 0, false, "filter", document_filter},
    {.name = NULL       },
};
/* clang-format on */
