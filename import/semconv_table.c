#include "import/semconv_table.h"

#include <pthread.h>

#include "store/base/hash.h"

/* Ranks below 10 are the present conventions of OpenTelemetry GenAI, then OpenInference, OpenLLMetry, Vercel; within a field
 * only their order counts. */
static const struct semconv_row rows[] = {
  /* OpenTelemetry GenAI semantic conventions (semconv 1.41 and before), three generations of content */
    {"gen_ai.operation.name",                               F_KIND,               C_KIND_GENAI,         2 },
    {"gen_ai.response.model",                               F_MODEL,              C_TEXT,               1 },
    {"gen_ai.request.model",                                F_MODEL,              C_TEXT,               2 },
    {"gen_ai.provider.name",                                F_PROVIDER,           C_TEXT,               1 },
    {"gen_ai.system",                                       F_PROVIDER,           C_TEXT,               3 },
    {"gen_ai.conversation.id",                              F_SESSION,            C_TEXT,               2 },
    {"gen_ai.agent.name",                                   F_AGENT,              C_TEXT,               1 },
    {"gen_ai.tool.name",                                    F_TOOL,               C_TEXT,               1 },
    {"gen_ai.prompt.name",                                  F_PROMPT_NAME,        C_TEXT,               1 },
    {"gen_ai.prompt.version",                               F_PROMPT_VERSION,     C_TEXT,               1 },
    {"gen_ai.input.messages",                               F_INPUT,              C_CHAT,               10},
    {"gen_ai.tool.call.arguments",                          F_INPUT,              C_TEXT,               11},
    {"gen_ai.retrieval.query.text",                         F_INPUT,              C_TEXT,               12},
    {"gen_ai.prompt",                                       F_INPUT,              C_CHAT,               14},
    {"gen_ai.output.messages",                              F_OUTPUT,             C_CHAT,               10},
    {"gen_ai.tool.call.result",                             F_OUTPUT,             C_TEXT,               11},
    {"gen_ai.completion",                                   F_OUTPUT,             C_CHAT,               14},
    {"gen_ai.system_instructions",                          F_SYSTEM,             C_TEXT,               1 },
    {"gen_ai.retrieval.documents",                          F_DOCUMENTS,          C_TEXT,               1 },
    {"gen_ai.response.finish_reasons",                      F_FINISH,             C_LIST,               1 },
    {"gen_ai.usage.input_tokens",                           F_TOKENS_IN,          C_COUNT,              1 },
    {"gen_ai.usage.prompt_tokens",                          F_TOKENS_IN,          C_COUNT,              2 },
    {"gen_ai.usage.output_tokens",                          F_TOKENS_OUT,         C_COUNT,              1 },
    {"gen_ai.usage.completion_tokens",                      F_TOKENS_OUT,         C_COUNT,              2 },
    {"gen_ai.usage.total_tokens",                           F_TOKENS_TOTAL,       C_COUNT,              1 },
    {"gen_ai.usage.cache_read.input_tokens",                F_TOKENS_CACHED,      C_COUNT,              1 },
    {"gen_ai.usage.cache_read_input_tokens",                F_TOKENS_CACHED,      C_COUNT,              2 },
    {"gen_ai.usage.input_tokens.cached",                    F_TOKENS_CACHED,      C_COUNT,              3 },
    {"gen_ai.usage.details.cache_read_tokens",              F_TOKENS_CACHED,      C_COUNT,              4 },
    {"gen_ai.usage.cache_creation.input_tokens",            F_TOKENS_CACHE_WRITE, C_COUNT,              1 },
    {"gen_ai.usage.cache_creation_input_tokens",            F_TOKENS_CACHE_WRITE, C_COUNT,              2 },
    {"gen_ai.usage.input_tokens.cache_write",               F_TOKENS_CACHE_WRITE, C_COUNT,              3 },
    {"gen_ai.usage.details.cache_write_tokens",             F_TOKENS_CACHE_WRITE, C_COUNT,              4 },
    {"gen_ai.usage.reasoning.output_tokens",                F_TOKENS_REASONING,   C_COUNT,              1 },
    {"gen_ai.usage.reasoning_tokens",                       F_TOKENS_REASONING,   C_COUNT,              2 },
    {"gen_ai.usage.output_tokens.reasoning",                F_TOKENS_REASONING,   C_COUNT,              3 },
    {"gen_ai.usage.details.reasoning_tokens",               F_TOKENS_REASONING,   C_COUNT,              4 },
    {"gen_ai.server.time_to_first_token",                   F_FIRST_TOKEN,        C_SECONDS,            1 },
    {"gen_ai.usage.input_cost",                             F_COST_IN,            C_USD,                1 },
    {"gen_ai.usage.output_cost",                            F_COST_OUT,           C_USD,                1 },
    {"gen_ai.usage.cost",                                   F_COST,               C_USD,                4 },
    {"gen_ai.workflow.name",                                F_TRACE_NAME,         C_TEXT,               4 },
    {"gen_ai.aggregated_usage.input_tokens",                F_TOKENS_IN,          C_COUNT,              80},
    {"gen_ai.aggregated_usage.output_tokens",               F_TOKENS_OUT,         C_COUNT,              80},
    {"gen_ai.aggregated_usage.cache_read.input_tokens",     F_TOKENS_CACHED,      C_COUNT,              80},
    {"gen_ai.aggregated_usage.cache_creation.input_tokens", F_TOKENS_CACHE_WRITE, C_COUNT,              80},
    {"gen_ai.aggregated_usage.details.reasoning_tokens",    F_TOKENS_REASONING,   C_COUNT,              80},
    {"gen_ai.output",                                       F_OUTPUT,             C_TEXT,               61},
    {"gen_ai.tool.args",                                    F_INPUT,              C_TEXT,               61},
    {"gen_ai.request.messages",                             F_INPUT,              C_CHAT,               15},
    {"gen_ai.response.text",                                F_OUTPUT,             C_TEXT,               15},
    {"gen_ai.response.tool_calls",                          F_OUTPUT_CALLS,       C_TEXT,               3 },
    {"gen_ai.tool.input",                                   F_INPUT,              C_TEXT,               62},
    {"gen_ai.tool.output",                                  F_OUTPUT,             C_TEXT,               62},
    {"error.type",                                          F_ERROR_TYPE,         C_TEXT,               1 },
    {"error.message",                                       F_MESSAGE,            C_TEXT,               3 },

 /* OpenInference */
    {"openinference.span.kind",                             F_KIND,               C_KIND_OPENINFERENCE, 1 },
    {"aws.genai.span_kind",                                 F_KIND,               C_KIND_OPENINFERENCE, 6 },
    {"llm.response.model_name",                             F_MODEL,              C_TEXT,               4 },
    {"llm.model_name",                                      F_MODEL,              C_TEXT,               5 },
    {"llm.request.model_name",                              F_MODEL,              C_TEXT,               6 },
    {"embedding.model_name",                                F_MODEL,              C_TEXT,               7 },
    {"reranker.model_name",                                 F_MODEL,              C_TEXT,               8 },
    {"llm.provider",                                        F_PROVIDER,           C_TEXT,               4 },
    {"llm.system",                                          F_PROVIDER,           C_TEXT,               5 },
    {"input.value",                                         F_INPUT,              C_TEXT,               20},
    {"output.value",                                        F_OUTPUT,             C_TEXT,               20},
    {"reranker.query",                                      F_INPUT,              C_TEXT,               24},
    {"llm.input_messages",                                  F_INPUT,              C_CHAT,               22},
    {"llm.output_messages",                                 F_OUTPUT,             C_CHAT,               22},
    {"llm.prompts",                                         F_INPUT,              C_TEXT,               26},
    {"tool.parameters",                                     F_INPUT,              C_TEXT,               63},
    {"embedding.text",                                      F_INPUT,              C_TEXT,               64},
    {"retrieval.documents",                                 F_DOCUMENTS,          C_TEXT,               2 },
    {"llm.token_count.prompt",                              F_TOKENS_IN,          C_COUNT,              3 },
    {"llm.token_count.completion",                          F_TOKENS_OUT,         C_COUNT,              3 },
    {"llm.token_count.total",                               F_TOKENS_TOTAL,       C_COUNT,              3 },
    {"llm.token_count.prompt_details.cache_read",           F_TOKENS_CACHED,      C_COUNT,              5 },
    {"llm.token_count.prompt_details.cached",               F_TOKENS_CACHED,      C_COUNT,              6 },
    {"llm.token_count.prompt_details.cache_write",          F_TOKENS_CACHE_WRITE, C_COUNT,              5 },
    {"llm.token_count.completion_details.reasoning",        F_TOKENS_REASONING,   C_COUNT,              5 },
    {"llm.cost.total",                                      F_COST,               C_USD,                2 },
    {"llm.cost.prompt",                                     F_COST_IN,            C_USD,                2 },
    {"llm.cost.completion",                                 F_COST_OUT,           C_USD,                2 },
    {"llm.finish_reason",                                   F_FINISH,             C_LIST,               2 },
    {"llm.prompt_template.name",                            F_PROMPT_NAME,        C_TEXT,               2 },
    {"llm.prompt_template.version",                         F_PROMPT_VERSION,     C_TEXT,               2 },
    {"prompt.id",                                           F_PROMPT_NAME,        C_TEXT,               6 },
    {"llm.prompt_template.template",                        F_PROMPT_TEXT,        C_TEXT,               2 },
    {"session.id",                                          F_SESSION,            C_TEXT,               1 },
    {"user.id",                                             F_USER,               C_TEXT,               1 },
    {"enduser.id",                                          F_USER,               C_TEXT,               2 },
    {"tag.tags",                                            F_TAGS,               C_LIST,               1 },
    {"tool.name",                                           F_TOOL,               C_TEXT,               2 },
    {"agent.name",                                          F_AGENT,              C_TEXT,               2 },

 /* OpenLLMetry / Traceloop; forks with another first word are found by the rest of the name */
    {"traceloop.span.kind",                                 F_KIND,               C_KIND_TRACELOOP,     3 },
    {"traceloop.entity.input",                              F_INPUT,              C_JSON_WORD,          30},
    {"traceloop.entity.output",                             F_OUTPUT,             C_JSON_WORD,          30},
    {"traceloop.entity.name",                               F_TOOL,               C_TEXT,               5 },
    {"traceloop.workflow.name",                             F_TRACE_NAME,         C_TEXT,               1 },
    {"traceloop.association.properties.session_id",         F_SESSION,            C_TEXT,               3 },
    {"traceloop.association.properties.thread_id",          F_SESSION,            C_TEXT,               4 },
    {"traceloop.association.properties.chat_id",            F_SESSION,            C_TEXT,               5 },
    {"traceloop.association.properties.user_id",            F_USER,               C_TEXT,               3 },
    {"traceloop.association.properties.tags",               F_TAGS,               C_LIST,               4 },
    {"traceloop.prompt.key",                                F_PROMPT_NAME,        C_TEXT,               3 },
    {"traceloop.prompt.version",                            F_PROMPT_VERSION,     C_TEXT,               3 },
    {"traceloop.prompt.template",                           F_PROMPT_TEXT,        C_TEXT,               3 },
    {"llm.request.type",                                    F_KIND,               C_KIND_REQUEST,       5 },
    {"llm.usage.total_tokens",                              F_TOKENS_TOTAL,       C_COUNT,              4 },
    {"llm.usage.prompt_tokens",                             F_TOKENS_IN,          C_COUNT,              8 },
    {"llm.usage.completion_tokens",                         F_TOKENS_OUT,         C_COUNT,              8 },
    {"llm.usage.reasoning_tokens",                          F_TOKENS_REASONING,   C_COUNT,              6 },
    {"llm.request.model",                                   F_MODEL,              C_TEXT,               9 },
    {"llm.response.model",                                  F_MODEL,              C_TEXT,               8 },
    {"llm.vendor",                                          F_PROVIDER,           C_TEXT,               6 },
    {"langsmith.span.kind",                                 F_KIND,               C_KIND_PLATFORM,      7 },
    {"langsmith.trace.session_id",                          F_SESSION,            C_TEXT,               12},
    {"langsmith.trace.name",                                F_TRACE_NAME,         C_TEXT,               5 },
    {"langsmith.span.tags",                                 F_TAGS,               C_LIST,               6 },
    {"wandb.thread_id",                                     F_SESSION,            C_TEXT,               13},
    {"db.system",                                           F_HINT,               C_HINT_VECTOR_STORE,  8 },

 /* Vercel AI SDK */
    {"ai.operationId",                                      F_KIND,               C_KIND_VERCEL,        4 },
    {"ai.response.model",                                   F_MODEL,              C_TEXT,               10},
    {"ai.model.id",                                         F_MODEL,              C_TEXT,               11},
    {"ai.model.provider",                                   F_PROVIDER,           C_FIRST_WORD,         2 },
    {"ai.prompt.messages",                                  F_INPUT,              C_CHAT,               50},
    {"ai.prompt",                                           F_INPUT,              C_CHAT,               51},
    {"ai.toolCall.args",                                    F_INPUT,              C_TEXT,               52},
    {"ai.value",                                            F_INPUT,              C_JSON_WORD,          53},
    {"ai.values",                                           F_INPUT,              C_TEXT,               54},
    {"ai.response.text",                                    F_OUTPUT,             C_TEXT,               50},
    {"ai.response.object",                                  F_OUTPUT,             C_TEXT,               51},
    {"ai.response.toolCalls",                               F_OUTPUT_CALLS,       C_TEXT,               1 },
    {"ai.toolCall.result",                                  F_OUTPUT,             C_JSON_WORD,          53},
    {"ai.result.text",                                      F_OUTPUT,             C_TEXT,               54},
    {"ai.result.object",                                    F_OUTPUT,             C_TEXT,               55},
    {"ai.result.toolCalls",                                 F_OUTPUT_CALLS,       C_TEXT,               2 },
    {"ai.response.reasoning",                               F_REASONING,          C_TEXT,               1 },
    {"ai.response.reasoningText",                           F_REASONING,          C_TEXT,               2 },
    {"ai.response.finishReason",                            F_FINISH,             C_LIST,               3 },
    {"ai.finishReason",                                     F_FINISH,             C_LIST,               4 },
    {"ai.toolCall.name",                                    F_TOOL,               C_TEXT,               3 },
    {"ai.usage.inputTokens",                                F_TOKENS_IN,          C_COUNT,              4 },
    {"ai.usage.promptTokens",                               F_TOKENS_IN,          C_COUNT,              5 },
    {"ai.usage.tokens",                                     F_TOKENS_IN,          C_COUNT,              6 },
    {"ai.usage.outputTokens",                               F_TOKENS_OUT,         C_COUNT,              4 },
    {"ai.usage.completionTokens",                           F_TOKENS_OUT,         C_COUNT,              5 },
    {"ai.usage.totalTokens",                                F_TOKENS_TOTAL,       C_COUNT,              5 },
    {"ai.usage.cachedInputTokens",                          F_TOKENS_CACHED,      C_COUNT,              7 },
    {"ai.usage.inputTokenDetails.cacheReadTokens",          F_TOKENS_CACHED,      C_COUNT,              8 },
    {"ai.usage.inputTokenDetails.cacheWriteTokens",         F_TOKENS_CACHE_WRITE, C_COUNT,              8 },
    {"ai.usage.reasoningTokens",                            F_TOKENS_REASONING,   C_COUNT,              7 },
    {"ai.usage.outputTokenDetails.reasoningTokens",         F_TOKENS_REASONING,   C_COUNT,              8 },
    {"ai.response.msToFirstChunk",                          F_FIRST_TOKEN,        C_MILLISECONDS,       2 },
    {"ai.stream.msToFirstChunk",                            F_FIRST_TOKEN,        C_MILLISECONDS,       3 },
    {"ai.telemetry.metadata.sessionId",                     F_SESSION,            C_TEXT,               6 },
    {"ai.telemetry.metadata.session_id",                    F_SESSION,            C_TEXT,               10},
    {"ai.telemetry.metadata.threadId",                      F_SESSION,            C_TEXT,               11},
    {"ai.telemetry.metadata.user_id",                       F_USER,               C_TEXT,               7 },
    {"ai.telemetry.metadata.userId",                        F_USER,               C_TEXT,               4 },
    {"ai.telemetry.metadata.tags",                          F_TAGS,               C_LIST,               5 },

 /* Pydantic AI, Logfire */
    {"logfire.msg",                                         F_NAME,               C_TEXT,               1 },
    {"logfire.span_type",                                   F_SPAN_TYPE,          C_TEXT,               1 },
    {"logfire.pending_parent_id",                           F_PENDING_PARENT,     C_TEXT,               1 },
    {"logfire.tags",                                        F_TAGS,               C_LIST,               2 },
    {"operation.cost",                                      F_COST,               C_USD,                1 },
    {"pydantic_ai.all_messages",                            F_INPUT,              C_MIXED,              15},
    {"all_messages_events",                                 F_INPUT,              C_MIXED,              16},
    {"events",                                              F_INPUT,              C_MIXED,              17},
    {"final_result",                                        F_OUTPUT,             C_TEXT,               13},
    {"agent_name",                                          F_AGENT,              C_TEXT,               3 },
    {"tool_arguments",                                      F_INPUT,              C_TEXT,               60},
    {"tool_response",                                       F_OUTPUT,             C_TEXT,               60},
    {"model_name",                                          F_MODEL,              C_TEXT,               12},
    {"request_data",                                        F_INPUT,              C_CHAT,               65},
    {"response_data",                                       F_OUTPUT,             C_CHAT,               65},

 /* Google ADK (a tool's span has "{}" as request and answer), Langfuse's trace */
    {"gcp.vertex.agent.llm_request",                        F_INPUT,              C_CHAT,               42},
    {"gcp.vertex.agent.llm_response",                       F_OUTPUT,             C_CHAT,               42},
    {"gcp.vertex.agent.tool_call_args",                     F_INPUT,              C_TEXT,               41},
    {"gcp.vertex.agent.tool_response",                      F_OUTPUT,             C_TEXT,               41},
    {"gcp.vertex.agent.session_id",                         F_SESSION,            C_TEXT,               7 },
    {"langfuse.session.id",                                 F_SESSION,            C_TEXT,               8 },
    {"langfuse.user.id",                                    F_USER,               C_TEXT,               5 },
    {"langfuse.trace.name",                                 F_TRACE_NAME,         C_TEXT,               2 },
    {"langfuse.trace.tags",                                 F_TAGS,               C_LIST,               3 },
 /* Langfuse SDK 5 over OTLP: every span repeats its trace's fields */
    {"langfuse.experiment.item.id",                         F_EXPERIMENT,         C_TEXT,               1 },
    {"langfuse.observation.type",                           F_KIND,               C_KIND_PLATFORM,      3 },
    {"langfuse.observation.model.name",                     F_MODEL,              C_TEXT,               3 },
    {"langfuse.observation.input",                          F_INPUT,              C_TEXT,               19},
    {"langfuse.observation.output",                         F_OUTPUT,             C_TEXT,               19},
    {"langfuse.observation.usage_details",                  F_USAGE,              C_USAGE,              1 },
    {"langfuse.observation.cost_details",                   F_COST_OBJECT,        C_USAGE,              1 },
    {"langfuse.observation.completion_start_time",          F_FIRST_TIME,         C_TIME,               1 },
    {"langfuse.observation.prompt.name",                    F_PROMPT_NAME,        C_TEXT,               4 },
    {"langfuse.observation.prompt.version",                 F_PROMPT_VERSION,     C_TEXT,               4 },
    {"langfuse.observation.level",                          F_LEVEL,              C_TEXT,               1 },
    {"langfuse.observation.status_message",                 F_MESSAGE,            C_TEXT,               1 },

 /* MLflow: each value is JSON text, so a word comes in quotation marks */
    {"mlflow.spanType",                                     F_KIND,               C_KIND_PLATFORM,      3 },
    {"mlflow.spanInputs",                                   F_INPUT,              C_JSON_WORD,          33},
    {"mlflow.spanOutputs",                                  F_OUTPUT,             C_JSON_WORD,          33},
    {"mlflow.chat.tokenUsage",                              F_USAGE,              C_USAGE,              2 },
    {"mlflow.llm.cost",                                     F_COST_OBJECT,        C_USAGE,              2 },
    {"mlflow.llm.model",                                    F_MODEL,              C_JSON_WORD,          13},
    {"mlflow.llm.provider",                                 F_PROVIDER,           C_JSON_WORD,          7 },
    {"mlflow.trace.session",                                F_SESSION,            C_JSON_WORD,          9 },
    {"mlflow.trace.user",                                   F_USER,               C_JSON_WORD,          6 },

 /* Laminar, AgentOps (its other names are Traceloop's with another first word), Braintrust, Genkit, Haystack */
    {"lmnr.span.type",                                      F_KIND,               C_KIND_PLATFORM,      4 },
    {"lmnr.span.input",                                     F_INPUT,              C_TEXT,               35},
    {"lmnr.span.output",                                    F_OUTPUT,             C_TEXT,               35},
    {"lmnr.span.path",                                      F_ERROR_EVENTS,       C_TEXT,               1 },
    {"agentops.span.kind",                                  F_KIND,               C_KIND_PLATFORM,      4 },
    {"agentops.entity.input",                               F_INPUT,              C_JSON_WORD,          36},
    {"agentops.entity.output",                              F_OUTPUT,             C_JSON_WORD,          36},
    {"agentops.tags",                                       F_TAGS,               C_LIST,               7 },
    {"braintrust.span_attributes",                          F_KIND,               C_KIND_PLATFORM,      8 },
    {"braintrust.span_attributes.type",                     F_KIND,               C_KIND_PLATFORM,      7 },
    {"braintrust.input_json",                               F_INPUT,              C_TEXT,               37},
    {"braintrust.input",                                    F_INPUT,              C_TEXT,               38},
    {"braintrust.output_json",                              F_OUTPUT,             C_TEXT,               37},
    {"braintrust.output",                                   F_OUTPUT,             C_TEXT,               38},
    {"braintrust.metrics",                                  F_USAGE,              C_USAGE,              3 },
    {"braintrust.metrics.prompt_tokens",                    F_TOKENS_IN,          C_COUNT,              12},
    {"braintrust.metrics.completion_tokens",                F_TOKENS_OUT,         C_COUNT,              12},
    {"braintrust.metrics.prompt_cached_tokens",             F_TOKENS_CACHED,      C_COUNT,              12},
    {"braintrust.scores",                                   F_SCORES,             C_TEXT,               1 },
    {"braintrust.tags",                                     F_TAGS,               C_LIST,               8 },
    {"genkit:metadata:subtype",                             F_KIND,               C_KIND_PLATFORM,      8 },
    {"genkit:input",                                        F_INPUT,              C_TEXT,               39},
    {"genkit:output",                                       F_OUTPUT,             C_TEXT,               39},
    {"haystack.component.input",                            F_INPUT,              C_TEXT,               66},
    {"haystack.component.output",                           F_OUTPUT,             C_TEXT,               66},

 /* Copilot */
    {"permission.kind",                                     F_HINT,               C_HINT_GUARDRAIL,     1 },
};

enum { N_ROWS = sizeof rows / sizeof *rows, SLOTS = 1024 };

static uint16_t slots[SLOTS]; /* row + 1; open addressing */
static uint8_t lengths[N_ROWS];
static pthread_once_t slots_once = PTHREAD_ONCE_INIT;

static void fill_slots(void)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		struct str name = str_of(rows[i].name);
		size_t at = hash64(name) % SLOTS;

		BUG_ON(name.len > UINT8_MAX);
		lengths[i] = (uint8_t)name.len;
		while (slots[at])
			at = (at + 1) % SLOTS;
		slots[at] = (uint16_t)(i + 1);
	}
}

static const struct semconv_row *find(struct str key)
{
	size_t at = hash64(key) % SLOTS;

	for (; slots[at]; at = (at + 1) % SLOTS) {
		size_t i = (size_t)slots[at] - 1;

		if (lengths[i] == key.len && memcmp(rows[i].name, key.ptr, key.len) == 0)
			return &rows[i];
	}
	return NULL;
}

/* "ioa_observe.entity.input" is "traceloop.entity.input" under another company's name. */
static const struct semconv_row *find_fork(struct str key)
{
	static const char *const rests[] = {".span.kind", ".entity.", ".workflow.name", ".association.properties."};
	size_t dot = str_find_char(key, '.');
	struct str rest = str_from(key, dot);
	char name[96] = "traceloop";

	if (dot == SIZE_MAX || rest.len > sizeof name - 10)
		return NULL;
	for (size_t i = 0; i < sizeof rests / sizeof *rests; i++) {
		if (str_starts(rest, rests[i])) {
			memcpy(name + 9, rest.ptr, rest.len);
			return find((struct str){name, 9 + rest.len});
		}
	}
	return NULL;
}

const struct semconv_row *semconv_row(struct str key)
{
	const struct semconv_row *row;

	pthread_once(&slots_once, fill_slots);
	row = find(key);
	return row ? row : find_fork(key);
}

/* Home-made exporters' names, folded: lower case, no underscores. Anything else has a better word for the same. */
static const struct semconv_row bare_rows[] = {
    {"agentname",              F_AGENT,         C_TEXT,          92},
    {"cachedtokens",           F_TOKENS_CACHED, C_COUNT,         90},
    {"completion",             F_OUTPUT,        C_CHAT,          92},
    {"completiontokens",       F_TOKENS_OUT,    C_COUNT,         91},
    {"conversationid",         F_SESSION,       C_TEXT,          91},
    {"cost",                   F_COST,          C_USD,           92},
    {"costusd",                F_COST,          C_USD,           90},
    {"error",                  F_ERROR_TYPE,    C_TEXT,          91},
    {"errormessage",           F_ERROR_TYPE,    C_TEXT,          90},
    {"input",                  F_INPUT,         C_CHAT,          90},
    {"inputs",                 F_INPUT,         C_CHAT,          91},
    {"inputtokens",            F_TOKENS_IN,     C_COUNT,         90},
    {"messages",               F_INPUT,         C_CHAT,          93},
    {"model",                  F_MODEL,         C_TEXT,          90},
    {"modelname",              F_MODEL,         C_TEXT,          91},
    {"output",                 F_OUTPUT,        C_CHAT,          90},
    {"outputs",                F_OUTPUT,        C_CHAT,          91},
    {"outputtokens",           F_TOKENS_OUT,    C_COUNT,         90},
    {"prompt",                 F_INPUT,         C_CHAT,          92},
    {"prompttokens",           F_TOKENS_IN,     C_COUNT,         91},
    {"provider",               F_PROVIDER,      C_TEXT,          90},
    {"query",                  F_INPUT,         C_TEXT,          94},
    {"response",               F_OUTPUT,        C_CHAT,          93},
    {"result",                 F_OUTPUT,        C_TEXT,          94},
    {"runtype",                F_KIND,          C_KIND_PLATFORM, 92},
    {"sessionid",              F_SESSION,       C_TEXT,          90},
    {"spantype",               F_KIND,          C_KIND_PLATFORM, 90},
    {"tags",                   F_TAGS,          C_LIST,          90},
    {"threadid",               F_SESSION,       C_TEXT,          92},
    {"tokensin",               F_TOKENS_IN,     C_COUNT,         92},
    {"tokensout",              F_TOKENS_OUT,    C_COUNT,         92},
    {"toolname",               F_TOOL,          C_TEXT,          90},
    {"totalcost",              F_COST,          C_USD,           93},
    {"totalcostusd",           F_COST,          C_USD,           91},
    {"totaltokens",            F_TOKENS_TOTAL,  C_COUNT,         90},
    {"type",                   F_KIND,          C_KIND_PLATFORM, 91},
    {"usage.completiontokens", F_TOKENS_OUT,    C_COUNT,         94},
    {"usage.inputtokens",      F_TOKENS_IN,     C_COUNT,         93},
    {"usage.outputtokens",     F_TOKENS_OUT,    C_COUNT,         93},
    {"usage.prompttokens",     F_TOKENS_IN,     C_COUNT,         94},
    {"usage.totaltokens",      F_TOKENS_TOTAL,  C_COUNT,         93},
    {"userid",                 F_USER,          C_TEXT,          90},
};

enum { BARE_MAX = 32 };

const struct semconv_row *semconv_bare_row(struct str key)
{
	char folded[BARE_MAX];
	size_t n = 0;

	for (size_t i = 0; i < key.len; i++) {
		char c = key.ptr[i];

		if (c == '_')
			continue;
		if (n == sizeof folded)
			return NULL;
		folded[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	for (size_t i = 0; i < sizeof bare_rows / sizeof *bare_rows; i++) {
		if (str_is((struct str){folded, n}, bare_rows[i].name))
			return &bare_rows[i];
	}
	return NULL;
}

static const struct {
	const char *prefix;
	enum flat_list list;
} flats[] = {
    {"llm.input_messages.",        FLAT_INPUT              },
    {"llm.output_messages.",       FLAT_OUTPUT             },
    {"gen_ai.prompt.",             FLAT_PROMPT             },
    {"gen_ai.completion.",         FLAT_COMPLETION         },
    {"llm.prompts.",               FLAT_PROMPTS            },
    {"llm.choices.",               FLAT_CHOICES            },
    {"llm.completions.",           FLAT_CHOICES            },
    {"retrieval.documents.",       FLAT_DOCUMENTS          },
    {"reranker.output_documents.", FLAT_RERANKED           },
    {"reranker.input_documents.",  FLAT_RERANK_INPUT       },
    {"embedding.embeddings.",      FLAT_EMBEDDINGS         },
    {"tag.tags.",                  FLAT_TAGS               },
    {"annotations.",               FLAT_ANNOTATIONS        },
    {"evaluations.",               FLAT_EVALUATIONS        },
    {"trace.annotations.",         FLAT_TRACE_ANNOTATIONS  },
    {"trace.evaluations.",         FLAT_TRACE_EVALUATIONS  },
    {"session.annotations.",       FLAT_SESSION_ANNOTATIONS},
    {"session.evaluations.",       FLAT_SESSION_EVALUATIONS},
};

/* Takes "10." or a last "10" off *rest; at most 9 digits. */
static bool take_index(struct str *rest, uint32_t *index)
{
	size_t n = 0;

	*index = 0;
	while (n < rest->len && n < 9 && rest->ptr[n] >= '0' && rest->ptr[n] <= '9')
		*index = *index * 10 + (uint32_t)(rest->ptr[n++] - '0');
	if (!n || (n < rest->len && rest->ptr[n] != '.'))
		return false;
	*rest = str_from(*rest, n + 1);
	return true;
}

enum flat_list semconv_flat(struct str key, uint32_t *index, struct str *rest)
{
	for (size_t i = 0; i < sizeof flats / sizeof *flats; i++) {
		if (key.len && key.ptr[0] == flats[i].prefix[0] && str_starts(key, flats[i].prefix)) {
			*rest = str_from(key, strlen(flats[i].prefix));
			return take_index(rest, index) ? flats[i].list : FLAT_NONE;
		}
	}
	return FLAT_NONE;
}
