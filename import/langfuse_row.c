/* One Langfuse object → model: observations, scores and traces have the same members in every way out of Langfuse (download, API,
 * blob storage, ingestion), only camel or snake case and, in tables, as text. */
#include "import/langfuse_private.h"

#include <string.h>

#include "import/langfuse_experiment.h"
#include "import/redact.h"

/* The project id is not made part of the ids' scope: scores and ingestion bodies do not say it, and would never meet their trace. */
#define FAMILY "langfuse"

enum { SECOND = 1000000000 };

static const char *const metadata_secrets[] = {"**.public_key", "**.publicKey", "**.secret_key", "**.secretKey", NULL};

/* ---------------------------------------------------------------- small readers */

static struct str plain_text(struct fields *f, struct val v)
{
	v = field_open(f, v);
	return val_ok(v) ? field_text(f, v) : STR_NONE;
}

/* Metadata of OpenTelemetry spans holds the project's keys; what is stored has them replaced already, what is shown here, too. */
static struct val masked(struct fields *f, struct val v)
{
	struct buf out = BUF_INIT;
	uint64_t hidden = 0;
	v = field_open(f, v);
	if ((val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY)) && redact(v, metadata_secrets, false, &out, &hidden))
		v = fields_scan(f, arena_str(f->arena, buf_str(&out)));
	buf_done(&out);
	return v;
}

/* ---------------------------------------------------------------- observations */

enum {
	O_ID,
	O_TRACE_ID,
	O_PARENT,
	O_TYPE,
	O_NAME,
	O_START,
	O_END,
	O_FIRST_TOKEN,
	O_TTFT,
	O_LEVEL,
	O_MESSAGE,
	O_INPUT,
	O_OUTPUT,
	O_METADATA,
	O_MODEL,
	O_PROVIDED_MODEL,
	O_INTERNAL_MODEL,
	O_USAGE_DETAILS,
	O_USAGE,
	O_TOKENS_IN,
	O_TOKENS_OUT,
	O_COST_DETAILS,
	O_COST,
	O_COST_OLD,
	O_PROMPT_NAME,
	O_PROMPT_VERSION,
	O_ENVIRONMENT,
	O_SESSION,
	O_USER,
	O_TRACE_NAME,
	O_TAGS,
	N_O
};

/* The same names, in this order, are what needs no place among the attributes. */
static const char *const observation_names[N_O + 1] = {
    [O_ID] = "id",
    [O_TRACE_ID] = "traceId",
    [O_PARENT] = "parentObservationId",
    [O_TYPE] = "type",
    [O_NAME] = "name",
    [O_START] = "startTime",
    [O_END] = "endTime",
    [O_FIRST_TOKEN] = "completionStartTime",
    [O_TTFT] = "timeToFirstToken",
    [O_LEVEL] = "level",
    [O_MESSAGE] = "statusMessage",
    [O_INPUT] = "input",
    [O_OUTPUT] = "output",
    [O_METADATA] = "metadata",
    [O_MODEL] = "model",
    [O_PROVIDED_MODEL] = "providedModelName",
    [O_INTERNAL_MODEL] = "internalModel",
    [O_USAGE_DETAILS] = "usageDetails",
    [O_USAGE] = "usage",
    [O_TOKENS_IN] = "promptTokens",
    [O_TOKENS_OUT] = "completionTokens",
    [O_COST_DETAILS] = "costDetails",
    [O_COST] = "totalCost",
    [O_COST_OLD] = "calculatedTotalCost",
    [O_PROMPT_NAME] = "promptName",
    [O_PROMPT_VERSION] = "promptVersion",
    [O_ENVIRONMENT] = "environment",
    [O_SESSION] = "sessionId",
    [O_USER] = "userId",
    [O_TRACE_NAME] = "traceName",
    [O_TAGS] = "tags",
};

/* Parts exclude each other only if they and nothing less make the total: Langfuse's own integrations take cached and reasoning tokens
 * out of input and output, those of other instrumentations lie inside. */
static void add_parts(struct fields *f, struct span *span, struct val usage)
{
	int64_t in = 0, out = 0, total = field_count(f, val_get(usage, "total"), "usageDetails.total");
	for (struct member m = val_first(usage); m.ok && val_is(usage, SCAN_OBJECT); m = val_next(m)) {
		struct str key = member_key(m, f->arena);
		int64_t n = 0;
		if (!val_int64(m.val, &n) || n < 0 || n > INT32_MAX)
			continue;
		in += str_starts(key, "input") || str_starts(key, "cache_") ? n : 0; /* cache_read_input_tokens */
		out += str_starts(key, "output") ? n : 0;
	}
	if (total <= 0 || in + out != total)
		return;
	span->tokens_in = in;
	span->tokens_out = out;
}

/* Zeros that servers fill in: a cost without tokens; in older ones tokens, too, of what never had any. */
static bool is_filled_in(const struct span *span)
{
	bool calls = span->kind == KIND_LLM || span->kind == KIND_EMBEDDING;
	int64_t none = calls ? UNKNOWN_INT : 0;
	return span->tokens_in <= none && span->tokens_out <= none && !(span->cost_usd > 0);
}

static double sum_of(struct fields *f, struct val costs)
{
	double sum = UNKNOWN_DOUBLE, d;
	for (struct member m = val_first(costs); m.ok && val_is(costs, SCAN_OBJECT); m = val_next(m)) {
		if (str_is(member_key(m, f->arena), "total") || !val_double(m.val, &d))
			continue;
		sum = IS_UNKNOWN(sum) ? d : sum + d;
	}
	return sum;
}

static void read_cost(struct fields *f, struct span *span, const struct val *got)
{
	struct val details = field_open(f, got[O_COST_DETAILS]);
	span->cost_usd = field_number(f, got[O_COST], "totalCost");
	if (IS_UNKNOWN(span->cost_usd))
		span->cost_usd = field_number(f, val_get(details, "total"), "costDetails.total");
	if (IS_UNKNOWN(span->cost_usd))
		span->cost_usd = field_number(f, got[O_COST_OLD], "calculatedTotalCost");
	if (IS_UNKNOWN(span->cost_usd))
		span->cost_usd = sum_of(f, details);
}

static void read_usage(struct fields *f, struct span *span, const struct val *got)
{
	struct val usage = field_open(f, got[O_USAGE_DETAILS]), old = field_open(f, got[O_USAGE]);
	read_cost(f, span, got);
	fields_usage(f, span, usage, "usageDetails");
	add_parts(f, span, usage);
	fields_usage(f, span, old, "usage");
	if (span->tokens_in == UNKNOWN_INT)
		span->tokens_in = field_count(f, got[O_TOKENS_IN], "promptTokens");
	if (span->tokens_out == UNKNOWN_INT)
		span->tokens_out = field_count(f, got[O_TOKENS_OUT], "completionTokens");
	if (is_filled_in(span)) {
		span->tokens_in = span->tokens_out = UNKNOWN_INT;
		span->cost_usd = UNKNOWN_DOUBLE;
	}
}

/* The attributes of OpenTelemetry spans are kept in the metadata. */
static struct str provider_of(struct fields *f, struct val metadata)
{
	struct val attributes = field_open(f, val_get(metadata, "attributes"));
	struct val v =
	    FIELD_ANY(attributes, "gen_ai.provider.name", "gen_ai.system", "llm.provider", "ai.model.provider");
	if (!val_ok(v))
		v = FIELD_ANY(metadata, "gen_ai.provider.name", "gen_ai.system", "ls_provider", "provider");
	return val_is(v, SCAN_STRING) ? field_text(f, v) : STR_NONE;
}

static enum span_kind kind_of(struct str type)
{
	return str_ieq(type, "event") ? KIND_SPAN : field_kind(type);
}

static void read_times(struct fields *f, struct span *span, const struct val *got, struct str type,
                       const struct langfuse_event *event)
{
	span->start_ns = field_time(f, got[O_START], "startTime");
	span->end_ns = field_time(f, got[O_END], "endTime");
	if (span->start_ns == TIME_UNKNOWN && event->create)
		span->start_ns = field_time(f, event->stamp, "timestamp");
	if (str_ieq(type, "event") && span->end_ns == TIME_UNKNOWN)
		span->end_ns = span->start_ns;
	int64_t first = field_time(f, got[O_FIRST_TOKEN], "completionStartTime");
	span->first_token_ns = units_between(span->start_ns, first);
	if (span->first_token_ns == UNKNOWN_INT)
		span->first_token_ns = field_duration(f, got[O_TTFT], SECOND, "timeToFirstToken");
	if (span->start_ns != TIME_UNKNOWN && span->end_ns != TIME_UNKNOWN && span->end_ns < span->start_ns)
		import_problem(f->im, f->rec, SEVERITY_WARNING, "bad-time", STR_LIT("endTime"),
		               "kept, duration unknown", "end time before start time");
}

static void read_status(struct fields *f, struct span *span, const struct val *got)
{
	struct str level = field_text(f, got[O_LEVEL]);
	span->message = field_text(f, got[O_MESSAGE]);
	if (str_ieq(level, "error"))
		span->status = STATUS_ERROR;
	else if (span->start_ns != TIME_UNKNOWN && span->end_ns == TIME_UNKNOWN)
		span->status = STATUS_RUNNING;
}

static void read_payload(struct fields *f, struct span *span, struct val row, const struct val *got,
                         struct val metadata)
{
	struct str level = field_text(f, got[O_LEVEL]);
	fields_attributes(f, span, row, "", observation_names);
	if (level.len && !str_ieq(level, "default"))
		fields_attribute(f, span, "level", got[O_LEVEL]);
	if (val_is(metadata, SCAN_OBJECT))
		fields_attributes(f, span, metadata, "metadata.", NULL);
	else
		fields_attribute(f, span, "metadata", metadata);
	if (span->kind == KIND_RETRIEVER)
		fields_documents(f, span, got[O_OUTPUT]);
}

static void read_talk(struct fields *f, struct span *span, struct val in, struct val out)
{
	fields_input(f, span, in);
	fields_output(f, span, out);
	if (span->kind == KIND_LLM || field_is_chat(f, in))
		fields_messages(f, span, in, span->kind == KIND_LLM || field_is_chat(f, out) ? out : VAL_NONE);
	else if (field_is_chat(f, out))
		fields_messages(f, span, VAL_NONE, out);
}

static const struct field_rule observation_rules[] = {
    {"type",        FIELD_WORD  },
    {"level",       FIELD_WORD  },
    {"costDetails", FIELD_OBJECT},
    {"tags",        FIELD_TAGS  },
    {NULL,          FIELD_OBJECT},
};

void langfuse_observation(struct fields *f, struct val row, const struct langfuse_event *event)
{
	struct val got[N_O];
	struct span span = span_start(FAMILY);
	fields_expect(f, row, observation_rules, "");
	fields_members(f, row, observation_names, N_O, got);
	struct str type = event->type.len ? event->type : field_text(f, got[O_TYPE]);
	struct val metadata = masked(f, got[O_METADATA]);
	span.trace_id = field_text(f, got[O_TRACE_ID]);
	span.id = field_text(f, got[O_ID]);
	span.parent_id = field_text(f, got[O_PARENT]);
	span.name = field_text(f, got[O_NAME]);
	span.kind = kind_of(type);
	if (span.kind == KIND_TOOL)
		span.tool_name = span.name;
	read_times(f, &span, got, type, event);
	read_status(f, &span, got);
	span.model = field_text(f, got[O_MODEL]);
	if (!span.model.len)
		span.model = field_text(f, got[O_PROVIDED_MODEL]);
	if (!span.model.len)
		span.model = field_text(f, got[O_INTERNAL_MODEL]);
	span.provider = provider_of(f, metadata);
	span.prompt_name = field_text(f, got[O_PROMPT_NAME]);
	span.prompt_version = field_text(f, got[O_PROMPT_VERSION]);
	span.service = field_text(f, got[O_ENVIRONMENT]);
	span.session = field_text(f, got[O_SESSION]);
	span.user = field_text(f, got[O_USER]);
	span.trace_name = field_text(f, got[O_TRACE_NAME]);
	span.tags = field_tags(f, field_open(f, got[O_TAGS]), &span.n_tags);
	read_usage(f, &span, got);
	read_talk(f, &span, got[O_INPUT], got[O_OUTPUT]);
	if (f->payload)
		read_payload(f, &span, row, got, metadata);
	sink_span(f->im->sink, &span);
	langfuse_experiment_observation(f, row, &((struct langfuse_state *)f->im->state)->runs);
}

/* ---------------------------------------------------------------- scores */

enum {
	S_ID,
	S_TRACE_ID,
	S_OBSERVATION_ID,
	S_SESSION_ID,
	S_RUN_ID,
	S_SUBJECT,
	S_NAME,
	S_VALUE,
	S_STRING_VALUE,
	S_LONG_VALUE,
	S_DATA_TYPE,
	S_SOURCE,
	S_COMMENT,
	S_AUTHOR,
	S_TIMESTAMP,
	N_S
};

static const char *const score_names[N_S] = {
    [S_ID] = "id",
    [S_TRACE_ID] = "traceId",
    [S_OBSERVATION_ID] = "observationId",
    [S_SESSION_ID] = "sessionId",
    [S_RUN_ID] = "datasetRunId",
    [S_SUBJECT] = "subject",
    [S_NAME] = "name",
    [S_VALUE] = "value",
    [S_STRING_VALUE] = "stringValue",
    [S_LONG_VALUE] = "longStringValue",
    [S_DATA_TYPE] = "dataType",
    [S_SOURCE] = "source",
    [S_COMMENT] = "comment",
    [S_AUTHOR] = "authorUserId",
    [S_TIMESTAMP] = "timestamp",
};

struct score_target {
	struct str trace_id, span_id, session, run;
};

static struct score_target target_of(const struct fields *f, const struct val *got)
{
	struct val subject = got[S_SUBJECT];
	struct str kind = field_text(f, val_get(subject, "kind")), id = field_text(f, val_get(subject, "id"));
	struct score_target t = {.trace_id = field_text(f, got[S_TRACE_ID]),
	                         .span_id = field_text(f, got[S_OBSERVATION_ID]),
	                         .session = field_text(f, got[S_SESSION_ID]),
	                         .run = field_text(f, got[S_RUN_ID])};
	if (str_is(kind, "trace"))
		t.trace_id = id;
	else if (str_is(kind, "session"))
		t.session = id;
	else if (str_is(kind, "experiment"))
		t.run = id;
	if (!str_is(kind, "observation"))
		return t;
	t.span_id = id;
	t.trace_id = field_text(f, val_get_loose(subject, "traceId"));
	return t;
}

/* Categories and texts have a number in `value`, too, that means nothing. */
static void read_value(struct fields *f, struct score *score, const struct val *got)
{
	struct str type = field_text(f, got[S_DATA_TYPE]), text = field_text(f, got[S_STRING_VALUE]);
	bool number = str_ieq(type, "NUMERIC") || str_ieq(type, "BOOLEAN") || (!type.len && !text.len);
	if (!text.len)
		text = field_text(f, got[S_LONG_VALUE]);
	if (number)
		field_score_value(f, score, got[S_VALUE]);
	if (str_ieq(type, "BOOLEAN") && (text.len || !IS_UNKNOWN(score->value)))
		score->label = text.len ? text : score->value == 0 ? STR_LIT("False") : STR_LIT("True");
	else if (!number)
		score->label = text.len ? text : field_text(f, got[S_VALUE]);
}

static enum score_source source_of(struct str word)
{
	return str_ieq(word, "EVAL")         ? SOURCE_JUDGE
	       : str_ieq(word, "ANNOTATION") ? SOURCE_HUMAN
	       : str_ieq(word, "API")        ? SOURCE_CODE
	                                     : SOURCE_UNKNOWN;
}

static const struct field_rule score_rules[] = {
    {"dataType", FIELD_WORD  },
    {"source",   FIELD_WORD  },
    {"subject",  FIELD_OBJECT},
    {NULL,       FIELD_OBJECT},
};

void langfuse_score(struct fields *f, struct val row, const struct langfuse_event *event)
{
	struct val got[N_S];
	struct langfuse_state *state = f->im->state;
	struct score score = score_start(FAMILY);
	fields_expect(f, row, score_rules, "");
	fields_members(f, row, score_names, N_S, got);
	struct score_target target = target_of(f, got);
	struct str source = field_text(f, got[S_SOURCE]);
	score.id = field_text(f, got[S_ID]);
	score.own_id = true;
	score.name = field_text(f, got[S_NAME]);
	score.trace_id = target.trace_id;
	score.span_id = target.span_id;
	score.session = target.session;
	score.explanation = field_text(f, got[S_COMMENT]);
	score.author = field_text(f, got[S_AUTHOR]);
	/* What comes in by the API and does not say so. */
	score.source = event->create && !source.len ? SOURCE_CODE : source_of(source);
	score.time_ns = field_time(f, val_ok(got[S_TIMESTAMP]) ? got[S_TIMESTAMP] : event->stamp, "timestamp");
	read_value(f, &score, got);
	if (!score.name.len)
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("name"), "score skipped",
		               "a score without a name");
	else if (score.trace_id.len || score.span_id.len || score.session.len)
		sink_score(f->im->sink, &score);
	else if (target.run.len)
		state->n_run_scores += !langfuse_run_score(f, target.run, score.name, score.value);
	else
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("traceId"), "score skipped",
		               "a score without trace, observation or session");
}

/* ---------------------------------------------------------------- traces */

enum {
	T_ID,
	T_NAME,
	T_TIMESTAMP,
	T_SESSION,
	T_USER,
	T_ENVIRONMENT,
	T_INPUT,
	T_OUTPUT,
	T_METADATA,
	T_TAGS,
	T_COST,
	T_LATENCY,
	N_T
};

static const char *const trace_names[N_T] = {
    [T_ID] = "id",
    [T_NAME] = "name",
    [T_TIMESTAMP] = "timestamp",
    [T_SESSION] = "sessionId",
    [T_USER] = "userId",
    [T_ENVIRONMENT] = "environment",
    [T_INPUT] = "input",
    [T_OUTPUT] = "output",
    [T_METADATA] = "metadata",
    [T_TAGS] = "tags",
    [T_COST] = "totalCost",
    [T_LATENCY] = "latency",
};

static const struct field_rule trace_rules[] = {
    {"tags",         FIELD_TAGS  },
    {"scores",       FIELD_LIST  },
    {"corrections",  FIELD_LIST  },
    {"observations", FIELD_LIST  },
    {NULL,           FIELD_OBJECT},
};

void langfuse_trace(struct fields *f, struct val row, const struct langfuse_event *event)
{
	struct val got[N_T];
	struct trace trace = trace_start(FAMILY);
	fields_expect(f, row, trace_rules, "");
	fields_members(f, row, trace_names, N_T, got);
	struct val metadata = masked(f, got[T_METADATA]);
	trace.id = field_text(f, got[T_ID]);
	if (!trace.id.len)
		return;
	trace.name = field_text(f, got[T_NAME]);
	trace.session = field_text(f, got[T_SESSION]);
	trace.user = field_text(f, got[T_USER]);
	trace.service = field_text(f, got[T_ENVIRONMENT]);
	trace.input = plain_text(f, got[T_INPUT]);
	trace.output = plain_text(f, got[T_OUTPUT]);
	trace.metadata = val_is(metadata, SCAN_OBJECT) ? val_raw(metadata) : STR_NONE;
	trace.tags = field_tags(f, field_open(f, got[T_TAGS]), &trace.n_tags);
	trace.cost_usd = field_number(f, got[T_COST], "totalCost");
	trace.start_ns = field_time(f, val_ok(got[T_TIMESTAMP]) ? got[T_TIMESTAMP] : event->stamp, "timestamp");
	/* Of a trace, unlike of an observation, always in seconds. Only counts where there are no observations. */
	int64_t latency = field_duration(f, got[T_LATENCY], SECOND, "latency");
	if (latency > 0 && trace.start_ns != TIME_UNKNOWN &&
	    __builtin_add_overflow(trace.start_ns, latency, &trace.end_ns))
		trace.end_ns = TIME_UNKNOWN;
	sink_trace(f->im->sink, &trace);
}

/* ---------------------------------------------------------------- which is which */

enum langfuse_thing langfuse_thing(const struct fields *f, struct val row)
{
	enum {
		W_BODY,
		W_TYPE,
		W_DATA_TYPE,
		W_NAME,
		W_SOURCE,
		W_SUBJECT,
		W_VALUE,
		W_TRACE_ID,
		W_START,
		W_PARENT,
		W_ID,
		W_TIMESTAMP,
		N_W
	};
	static const char *const names[N_W] = {"body",    "type",     "dataType", "name",      "source",
	                                       "subject", "value",    "traceId",  "startTime", "parentObservationId",
	                                       "id",      "timestamp"};
	struct val got[N_W];
	fields_members(f, row, names, N_W, got);
	if (val_is(got[W_BODY], SCAN_OBJECT) && val_is(got[W_TYPE], SCAN_STRING))
		return LANGFUSE_EVENT;
	if (val_is(got[W_START], SCAN_NONE) && val_ok(got[W_NAME]) &&
	    (val_ok(got[W_DATA_TYPE]) || (val_ok(got[W_VALUE]) && val_ok(got[W_SOURCE])) ||
	     val_is(got[W_SUBJECT], SCAN_OBJECT)))
		return LANGFUSE_SCORE;
	if (val_ok(got[W_START]) && (val_ok(got[W_TRACE_ID]) || val_ok(got[W_PARENT])))
		return LANGFUSE_OBSERVATION;
	return val_ok(got[W_ID]) && val_ok(got[W_TIMESTAMP]) ? LANGFUSE_TRACE : LANGFUSE_NONE;
}
