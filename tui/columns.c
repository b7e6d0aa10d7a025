#include "tui/columns.h"

#include "store/base/clean.h"
#include "store/query/findings.h"
#include "store/query/runs.h"
#include "store/query/search.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "store/span_row.h"

/* ---------------------------------------------------------------- values */

static struct value text(struct str s, enum role role)
{
	return (struct value){.type = s.ptr ? VALUE_TEXT : VALUE_NONE, .text = s, .role = role};
}

static struct value word(const char *s, enum role role)
{
	return (struct value){.type = VALUE_TEXT, .text = str_of(s), .role = role};
}

static struct value integer(enum value_type type, int64_t i)
{
	return (struct value){.type = i == UNKNOWN_INT ? VALUE_NONE : type, .i = i, .role = ROLE_TEXT};
}

static struct value number(enum value_type type, double d)
{
	return (struct value){.type = IS_UNKNOWN(d) ? VALUE_NONE : type, .d = d, .role = ROLE_TEXT};
}

static struct value money(double usd, bool about)
{
	struct value v = number(VALUE_USD, usd);
	v.about = about;
	return v;
}

/* Of a cost: unknown where that is. */
static struct value estimated(double usd, bool about)
{
	return (struct value){.type = IS_UNKNOWN(usd) ? VALUE_NONE : VALUE_BOOL, .i = about, .role = ROLE_DIM};
}

static struct value counted(int64_t i, enum role role)
{
	return (struct value){.type = VALUE_COUNT, .i = i, .role = i ? role : ROLE_DIM};
}

void value_print(struct buf *out, const struct value *v, int64_t now_ns, bool ascii)
{
	switch (v->type) {
	case VALUE_NONE: buf_add_cstr(out, ascii ? "-" : "–"); break;
	case VALUE_TEXT:
	case VALUE_JSON: buf_add_str(out, v->text); break;
	case VALUE_COUNT:
	case VALUE_TOKENS: units_count(out, v->i); break;
	case VALUE_TIME: units_time(out, v->i, now_ns); break;
	case VALUE_DURATION: units_duration(out, v->i, ascii); break;
	case VALUE_USD: (v->about ? units_usd_about : units_usd)(out, v->d); break;
	case VALUE_SHARE: units_percent(out, v->d); break;
	case VALUE_SCORE: units_score(out, v->d); break;
	case VALUE_BOOL: buf_add_cstr(out, v->i ? "yes" : "no"); break;
	}
}

void value_json(struct jout *j, const char *key, const struct value *v)
{
	switch (v->type) {
	case VALUE_NONE: jout_null(j, key); break;
	case VALUE_TEXT: jout_str(j, key, v->text); break;
	case VALUE_JSON: jout_raw(j, key, v->text); break;
	case VALUE_COUNT:
	case VALUE_TOKENS:
	case VALUE_DURATION: jout_int(j, key, v->i); break;
	case VALUE_TIME: jout_time(j, key, v->i); break;
	case VALUE_USD:
	case VALUE_SHARE:
	case VALUE_SCORE: jout_double(j, key, v->d); break;
	case VALUE_BOOL: jout_bool(j, key, v->i != 0); break;
	}
}

void value_csv(struct buf *out, const struct value *v, bool raw)
{
	switch (v->type) {
	case VALUE_NONE: break;
	case VALUE_TEXT:
	case VALUE_JSON: clean_csv(out, v->text, raw); break;
	case VALUE_COUNT:
	case VALUE_TOKENS:
	case VALUE_DURATION: buf_printf(out, "%lld", (long long)v->i); break;
	case VALUE_TIME: units_iso_print(out, v->i); break;
	case VALUE_USD:
	case VALUE_SHARE:
	case VALUE_SCORE: units_double(out, v->d); break;
	case VALUE_BOOL: buf_add_cstr(out, v->i ? "true" : "false"); break;
	}
}

/* As filter tokens> has them: what is known of the two. */
static int64_t both_tokens(int64_t in, int64_t out)
{
	return in == UNKNOWN_INT ? out : out == UNKNOWN_INT ? in : in + out;
}

static enum role status_role(enum span_status status)
{
	switch (status) {
	case STATUS_UNSET: return ROLE_DIM;
	case STATUS_OK: return ROLE_OK;
	case STATUS_ERROR: return ROLE_ERROR;
	case STATUS_RUNNING: return ROLE_RUNNING;
	case N_STATUSES: break;
	}
	return ROLE_TEXT;
}

/* ---------------------------------------------------------------- traces */

/* clang-format off: one row of a table, one line */
#define GET(table, name, expression)                                             \
	static struct value table##_##name(const void *any, struct arena *arena) \
	{                                                                        \
		const struct table##_row *row = any;                             \
		(void)arena;                                                     \
		return expression;                                               \
	}

GET(trace, id, text(row->text, ROLE_DIM))
GET(trace, start, integer(VALUE_TIME, row->start_ns))
GET(trace, name, text(row->name, ROLE_TEXT))
GET(trace, session, text(row->session, ROLE_DIM))
GET(trace, user, text(row->user, ROLE_DIM))
GET(trace, service, text(row->service, ROLE_DIM))
GET(trace, duration, integer(VALUE_DURATION, row->duration_ns))
GET(trace, status, word(status_name(row->status), status_role(row->status)))
GET(trace, spans, counted(row->spans, ROLE_TEXT))
GET(trace, errors, counted(row->errors, ROLE_ERROR))
GET(trace, llm, counted(row->llm_calls, ROLE_TEXT))
GET(trace, tools, counted(row->tool_calls, ROLE_TEXT))
GET(trace, repeats, counted(row->repeats, ROLE_WARNING))
GET(trace, in, integer(VALUE_TOKENS, row->tokens_in))
GET(trace, out, integer(VALUE_TOKENS, row->tokens_out))
GET(trace, tokens, integer(VALUE_TOKENS, both_tokens(row->tokens_in, row->tokens_out)))
GET(trace, cached, integer(VALUE_TOKENS, row->tokens_cached))
GET(trace, reasoning, integer(VALUE_TOKENS, row->tokens_reasoning))
GET(trace, cost, money(row->cost_usd, row->usage &TRACE_COST_ESTIMATED))
GET(trace, estimated, estimated(row->cost_usd, row->usage &TRACE_COST_ESTIMATED))
GET(trace, usage_repeats, integer(VALUE_COUNT, row->usage_repeats))

static struct value trace_usage_note(const void *any, struct arena *arena)
{
	struct buf out = BUF_INIT;
	trace_usage_words(&out, any);
	struct value v = text(out.len ? arena_str(arena, buf_str(&out)) : STR_NONE, ROLE_DIM);
	buf_done(&out);
	return v;
}

static struct value trace_verdict(const void *any, struct arena *arena)
{
	const struct marks *m = &((const struct trace_row *)any)->marks;
	(void)arena;
	if (m->inside || m->proposed || (m->verdict == VERDICT_NONE && !m->differ))
		return (struct value){.type = VALUE_NONE};
	return word(m->differ ? "differ" : verdict_name(m->verdict), ROLE_TEXT);
}

static struct value trace_scores(const void *any, struct arena *arena)
{
	const struct trace_row *row = any;
	struct buf out = BUF_INIT;
	struct jout j;
	jout_init(&j, &out, false);
	jout_array(&j, NULL);
	for (size_t i = 0; i < row->n_scores; i++) {
		jout_object(&j, NULL);
		jout_str(&j, "name", row->scores[i].name);
		jout_double(&j, "value", row->scores[i].value);
		jout_str(&j, "label", row->scores[i].label);
		jout_end(&j);
	}
	jout_end(&j);
	struct value v = {.type = VALUE_JSON, .text = arena_str(arena, buf_str(&out)), .role = ROLE_DIM};
	buf_done(&out);
	return v;
}

static struct value trace_source(const void *any, struct arena *arena)
{
	const struct trace_row *row = any;
	struct buf out = BUF_INIT;
	struct jout j;
	jout_init(&j, &out, false);
	jout_object(&j, NULL);
	jout_str(&j, "file", row->file);
	jout_str(&j, "format", row->format);
	jout_end(&j);
	struct value v = {.type = VALUE_JSON, .text = arena_str(arena, buf_str(&out)), .role = ROLE_DIM};
	buf_done(&out);
	return v;
}

/* name (--json), title, width, min_cols, right, sort, get. Order: as --json and the screen show them. */
const struct column trace_columns[] = {
    {"id",           "", 0, 0, false, NULL, trace_id},
    {"start",             "time", 12, 0, false, "start", trace_start},
    {"status",         "", 7, 100, false, "status", trace_status},
    {"name",      "name", -1, 0, false, "name", trace_name},
    {"session",        "session", 12, 150, false, "session", trace_session},
    {"user",            "user", 10, 150, false, "user", trace_user},
    {"service",         "service", 14, 130, false, "service", trace_service},
    {"duration_ns",   "total", 7, 0, true, "duration_ns", trace_duration},
    {"spans",       "spans", 5, 70, true, "spans", trace_spans},
    {"errors",             "err", 3, 60, true, "errors", trace_errors},
    {"llm_calls",         "llm", 4, 90, true, "llm_calls", trace_llm},
    {"tool_calls",  "tool", 4, 90, true, "tool_calls", trace_tools},
    {"repeats",         "same", 0, 0, true, "repeats", trace_repeats},
    {"tokens_in",            "tok in", 6, 100, true, "tokens_in", trace_in},
    {"tokens_out",         "out", 5, 110, true, "tokens_out", trace_out},
    {"tokens",    "tokens", 0, 0, true, "tokens", trace_tokens},
    {"tokens_cached",      "cached", 0, 0, true, NULL, trace_cached},
    {"tokens_reasoning",            "think", 0, 0, true, NULL, trace_reasoning},
    {"cost_usd",         "cost", 8, 76, true, "cost_usd", trace_cost},
    {"cost_estimated", "estimated", 0, 0, false, NULL, trace_estimated},
    {"usage_repeats",         "repeated", 0, 0, true, NULL, trace_usage_repeats},
    {"usage_note",            "usage", 0, 0, false, NULL, trace_usage_note},
    {"scores",         "scores", 0, 0, false, "scores", trace_scores},
    {"verdict",    "verdict", 0, 0, false, "verdict", trace_verdict},
    {"source",      "source", 0, 0, false, "source", trace_source},
    {.name = NULL           },
};

/* ---------------------------------------------------------------- spans of a tree */

#define SPAN(name, expression)                                                \
	static struct value span_##name(const void *any, struct arena *arena) \
	{                                                                     \
		const struct tree_row *row = any;                             \
		(void)arena;                                                  \
		return expression;                                            \
	}

SPAN(id, text(row->id, ROLE_DIM))
SPAN(depth, integer(VALUE_COUNT, row->depth))
SPAN(name, text(row->name, ROLE_TEXT))
SPAN(kind, word(kind_name(row->kind), (enum role)((int)ROLE_KIND_SPAN + (int)row->kind)))
SPAN(start, integer(VALUE_TIME, row->start_ns))
SPAN(duration, integer(VALUE_DURATION, row->duration_ns))
SPAN(self, integer(VALUE_DURATION, row->self_ns))
SPAN(status, word(status_name(row->status), status_role(row->status)))
SPAN(message, text(row->message, ROLE_TEXT))
SPAN(model, text(row->model, ROLE_DIM))
SPAN(provider, text(row->provider, ROLE_DIM))
SPAN(in, integer(VALUE_TOKENS, row->tokens_in))
SPAN(out, integer(VALUE_TOKENS, row->tokens_out))
SPAN(cached, integer(VALUE_TOKENS, row->tokens_cached))
SPAN(reasoning, integer(VALUE_TOKENS, row->tokens_reasoning))
SPAN(cache_write, integer(VALUE_TOKENS, row->tokens_cache_write))
SPAN(cost, money(row->cost_usd, row->flags &SPAN_ESTIMATED))
SPAN(estimated, estimated(row->cost_usd, row->flags &SPAN_ESTIMATED))

const struct column span_columns[] = {
    {"id",        "id", 0, 0, false, NULL, span_id},
    {"depth",          "", 0, 0, true, NULL, span_depth},
    {"name",      "span", -1, 0, false, NULL, span_name},
    {"kind",    "kind", 9, 0, false, NULL, span_kind},
    {"start",     "start", 12, 100, false, NULL, span_start},
    {"duration_ns",          "total", 7, 0, true, NULL, span_duration},
    {"self_ns",       "self", 7, 100, true, NULL, span_self},
    {"status", "status", 7, 0, false, NULL, span_status},
    {"message",      "message", 0, 0, false, NULL, span_message},
    {"model",         "model", 20, 120, false, NULL, span_model},
    {"provider",      "provider", 0, 0, false, NULL, span_provider},
    {"tokens_in",  "tok in", 6, 90, true, NULL, span_in},
    {"tokens_out",      "out", 5, 90, true, NULL, span_out},
    {"tokens_cached",          "cached", 0, 0, true, NULL, span_cached},
    {"tokens_reasoning",      "think", 0, 0, true, NULL, span_reasoning},
    {"tokens_cache_write",  "written", 0, 0, true, NULL, span_cache_write},
    {"cost_usd",     "cost", 8, 90, true, NULL, span_cost},
    {"cost_estimated",         "estimated", 0, 0, false, NULL, span_estimated},
    {.name = NULL     },
};

/* ---------------------------------------------------------------- runs */

GET(run, id, text(row->text, ROLE_DIM))
GET(run, name, text(row->name, ROLE_TEXT))
GET(run, dataset, text(row->dataset, ROLE_DIM))
GET(run, model, text(row->model, ROLE_DIM))
GET(run, provider, text(row->provider, ROLE_DIM))
GET(run, prompt, text(row->prompt, ROLE_TEXT))
GET(run, version, text(row->prompt_version, ROLE_TEXT))
GET(run, created, integer(VALUE_TIME, row->created_ns))
GET(run, cases, counted(row->cases, ROLE_TEXT))
GET(run, passed, counted(row->passed, ROLE_TEXT))
GET(run, failed, counted(row->failed, ROLE_TEXT))
GET(run, errored, counted(row->errored, ROLE_ERROR))
GET(run, unscored, counted(row->unscored, ROLE_DIM))
GET(run, rate, number(VALUE_SHARE, row->pass_rate))
GET(run, low, number(VALUE_SHARE, row->pass_low))
GET(run, high, number(VALUE_SHARE, row->pass_high))
GET(run, p50, integer(VALUE_DURATION, row->p50_ns))
GET(run, p95, integer(VALUE_DURATION, row->p95_ns))
GET(run, cost, number(VALUE_USD, row->cost_usd))
GET(run, each, number(VALUE_USD, run_cost_per_case(row)))
GET(run, keys, counted(row->keys, ROLE_TEXT))
GET(run, repeats, integer(VALUE_COUNT, row->repeats))
GET(run, in, integer(VALUE_TOKENS, row->tokens_in))
GET(run, out, integer(VALUE_TOKENS, row->tokens_out))

static struct value run_scores(const void *any, struct arena *arena)
{
	const struct run_row *row = any;
	struct buf out = BUF_INIT;
	struct jout j;
	jout_init(&j, &out, false);
	jout_object(&j, NULL);
	for (size_t i = 0; i < row->n_scores; i++) {
		jout_object(&j, arena_str(arena, row->scores[i].name).ptr);
		jout_int(&j, "n", row->scores[i].n);
		jout_double(&j, "mean", row->scores[i].mean);
		jout_end(&j);
	}
	jout_end(&j);
	struct value v = {.type = VALUE_JSON, .text = arena_str(arena, buf_str(&out)), .role = ROLE_DIM};
	buf_done(&out);
	return v;
}

const struct column run_columns[] = {
    {"id",          "", 0, 0, false, NULL, run_id},
    {"created",            "time", 12, 0, false, "created", run_created},
    {"name",        "name", -1, 0, false, "name", run_name},
    {"dataset",       "dataset", 16, 140, false, NULL, run_dataset},
    {"model",     "model", 18, 100, false, NULL, run_model},
    {"provider",           "provider", 0, 0, false, NULL, run_provider},
    {"prompt",        "prompt", 12, 120, false, NULL, run_prompt},
    {"prompt_version",  "version", 8, 70, false, NULL, run_version},
    {"cases",        "cases", 5, 0, true, "cases", run_cases},
    {"passed",           "passed", 0, 0, true, NULL, run_passed},
    {"failed",        "failed", 0, 0, true, NULL, run_failed},
    {"errored",     "err", 3, 60, true, NULL, run_errored},
    {"unscored",     "unsc", 0, 0, true, NULL, run_unscored},
    {"pass_rate",           "pass", 6, 0, true, "pass_rate", run_rate},
    {"pass_low",        "low", 0, 0, true, NULL, run_low},
    {"pass_high",  "high", 0, 0, true, NULL, run_high},
    {"p50_ns",       "P50", 7, 90, true, "p50_ns", run_p50},
    {"p95_ns",           "P95", 7, 90, true, "p95_ns", run_p95},
    {"cost_usd",        "cost", 8, 76, true, "cost_usd", run_cost},
    {"cost_per_case_usd",    "$/case", 0, 0, true, NULL, run_each},
    {"distinct_cases",    "distinct", 0, 0, true, NULL, run_keys},
    {"repeats",            "rep", 0, 0, true, NULL, run_repeats},
    {"tokens_in",        "tok in", 6, 130, true, NULL, run_in},
    {"tokens_out", "out", 5, 130, true, NULL, run_out},
    {"scores",      "scores", 0, 0, false, NULL, run_scores},
    {.name = NULL          },
};

/* ---------------------------------------------------------------- cases of a run */

static enum role verdict_role(enum case_status status)
{
	switch (status) {
	case CASE_PASSED: return ROLE_OK;
	case CASE_UNSCORED: return ROLE_DIM;
	case CASE_FAILED:
	case CASE_ERROR:
	case N_CASE_STATUSES: break;
	}
	return ROLE_ERROR;
}

GET(case, key, text(row->key, ROLE_DIM))
GET(case, repeat, integer(VALUE_COUNT, row->repeat))
GET(case, status, word(case_status_name(row->status), verdict_role(row->status)))
GET(case, title, text(row->title, ROLE_TEXT))
GET(case, latency, integer(VALUE_DURATION, row->latency_ns))
GET(case, cost, number(VALUE_USD, row->cost_usd))
GET(case, in, integer(VALUE_TOKENS, row->tokens_in))
GET(case, out, integer(VALUE_TOKENS, row->tokens_out))
GET(case, trace, text(row->trace_text, ROLE_LINK))

const struct column case_columns[] = {
    {"key",        "key", 12, 120, false, NULL, case_key},
    {"repeat",          "rep", 3, 100, true, NULL, case_repeat},
    {"status",       "status", 8, 0, false, NULL, case_status},
    {"title",    "case", -1, 0, false, NULL, case_title},
    {"latency_ns",     "latency", 7, 60, true, NULL, case_latency},
    {"cost_usd",           "cost", 8, 76, true, NULL, case_cost},
    {"tokens_in",        "tok in", 6, 100, true, NULL, case_in},
    {"tokens_out", "out", 5, 100, true, NULL, case_out},
    {"trace",     "trace", 16, 140, false, NULL, case_trace},
    {.name = NULL          },
};

/* ---------------------------------------------------------------- hits of a search */

#define HIT(name, expression)                                                \
	static struct value hit_##name(const void *any, struct arena *arena) \
	{                                                                    \
		const struct search_hit *row = any;                          \
		(void)arena;                                                 \
		return expression;                                           \
	}

HIT(trace, text(row->trace_text, ROLE_DIM))
HIT(span, text(row->span_text, ROLE_DIM))
HIT(run, text(row->run_text, ROLE_DIM))
HIT(case, text(row->case_key, ROLE_DIM))
HIT(kind, row->has_span ? word(kind_name(row->kind), (enum role)((int)ROLE_KIND_SPAN + (int)row->kind))
                        : text(STR_NONE, ROLE_DIM))
HIT(name, text(row->name, ROLE_TEXT))
HIT(start, integer(VALUE_TIME, row->start_ns))
HIT(field, word(row->field, ROLE_DIM))
HIT(snippet, text(row->snippet, ROLE_TEXT))
HIT(match_at, integer(VALUE_COUNT, (int64_t)row->match_at))
HIT(match_len, integer(VALUE_COUNT, (int64_t)row->match_len))

const struct column search_columns[] = {
    {"trace",    "trace", 32, 140, false, NULL, hit_trace},
    {"span",        "span", 16, 160, false, NULL, hit_span},
    {"run",     "run", 0, 0, false, NULL, hit_run},
    {"case", "case", 0, 0, false, NULL, hit_case},
    {"start",     "time", 12, 0, false, NULL, hit_start},
    {"kind",        "kind", 9, 90, false, NULL, hit_kind},
    {"name",     "name", 20, 0, false, NULL, hit_name},
    {"field",  "field", 14, 70, false, NULL, hit_field},
    {"snippet",      "text", -1, 0, false, NULL, hit_snippet},
    {"match_at",         "", 0, 0, true, NULL, hit_match_at},
    {"match_bytes",     "", 0, 0, true, NULL, hit_match_len},
    {.name = NULL  },
};

/* ---------------------------------------------------------------- what checks found */

static struct value level_word(enum finding_level level)
{
	return word(finding_level_name(level), level == FINDING_ERROR     ? ROLE_ERROR
	                                       : level == FINDING_WARNING ? ROLE_WARNING
	                                                                  : ROLE_DIM);
}

#define FINDING(name, expression)                                                \
	static struct value finding_##name(const void *any, struct arena *arena) \
	{                                                                        \
		const struct finding_row *row = any;                             \
		(void)arena;                                                     \
		return expression;                                               \
	}

FINDING(level, level_word(row->level))
FINDING(check, text(row->check, ROLE_TEXT))
FINDING(trace, text(row->trace_text, ROLE_DIM))
FINDING(trace_name, text(row->trace_name, ROLE_TEXT))
FINDING(start, integer(VALUE_TIME, row->start_ns))
FINDING(span, text(row->span_text, ROLE_DIM))
FINDING(kind, row->has_span ? word(kind_name(row->kind), (enum role)((int)ROLE_KIND_SPAN + (int)row->kind))
                            : text(STR_NONE, ROLE_DIM))
FINDING(name, text(row->span_name, ROLE_TEXT))
FINDING(value, number(VALUE_SCORE, row->value))
FINDING(explanation, text(row->explanation, ROLE_TEXT))

const struct column finding_columns[] = {
    {"level",        "level", 7, 0, false, NULL, finding_level},
    {"check",             "check", 15, 0, false, NULL, finding_check},
    {"trace",         "trace", 32, 160, false, NULL, finding_trace},
    {"trace_name", "trace name", 18, 120, false, NULL, finding_trace_name},
    {"start",        "time", 12, 140, false, NULL, finding_start},
    {"span",            "span", 16, 100, false, NULL, finding_span},
    {"kind",         "kind", 0, 0, false, NULL, finding_kind},
    {"name", "name", 18, 0, false, NULL, finding_name},
    {"value",        "value", 0, 0, true, NULL, finding_value},
    {"explanation",            "explanation", -1, 0, false, NULL, finding_explanation},
    {.name = NULL        },
};

#define FINDING_SUM(name, expression)                                                \
	static struct value finding_sum_##name(const void *any, struct arena *arena) \
	{                                                                            \
		const struct finding_sum *row = any;                                 \
		(void)arena;                                                         \
		return expression;                                                   \
	}

FINDING_SUM(level, level_word(row->level))
FINDING_SUM(check, text(row->check, ROLE_TEXT))
FINDING_SUM(findings, integer(VALUE_COUNT, row->findings))
FINDING_SUM(traces, integer(VALUE_COUNT, row->traces))
FINDING_SUM(spans, integer(VALUE_COUNT, row->spans))
FINDING_SUM(notes, integer(VALUE_COUNT, row->of_level[FINDING_NOTE]))
FINDING_SUM(warnings, integer(VALUE_COUNT, row->of_level[FINDING_WARNING]))
FINDING_SUM(errors, integer(VALUE_COUNT, row->of_level[FINDING_ERROR]))
FINDING_SUM(trace, text(row->example.trace_text, ROLE_DIM))
FINDING_SUM(span, text(row->example.span_text, ROLE_DIM))
FINDING_SUM(example, text(row->example.explanation, ROLE_TEXT))

const struct column finding_sum_columns[] = {
    {"check",               "check", 15, 0, false, NULL, finding_sum_check},
    {"level",                   "level", 7, 0, false, NULL, finding_sum_level},
    {"findings",                "found", 5, 0, true, NULL, finding_sum_findings},
    {"traces",    "traces", 6, 0, true, NULL, finding_sum_traces},
    {"spans",               "spans", 5, 70, true, NULL, finding_sum_spans},
    {"notes",                    "notes", 0, 0, true, NULL, finding_sum_notes},
    {"warnings",                "warnings", 0, 0, true, NULL, finding_sum_warnings},
    {"errors",    "errors", 0, 0, true, NULL, finding_sum_errors},
    {"example_trace",            "trace", 32, 160, false, NULL, finding_sum_trace},
    {"example_span",                    "span", 0, 0, false, NULL, finding_sum_span},
    {"example",                 "newest", -1, 0, false, NULL, finding_sum_example},
    {.name = NULL},
};
