/* Helicone: one record is one call. What belongs together, and how, is in the caller's properties: a session is the trace, and its path
 * ("/plan/search") the tree; each beginning of a path becomes a chain span that all records below it name alike.
 * Sources: Helicone/helicone docs/swagger.json (HeliconeRequest) and docs on sessions and on logging of tools; no real export was found. */
#include "import/fields.h"

#include <string.h>

#define FAMILY "helicone"

enum { MS = 1000000, SEGMENTS_MAX = 32, TOLD = 1024 };

/* Chain spans handed out already: a session of many calls need not say each time that its path exists. Only a short cut. */
struct helicone_state {
	uint64_t told[TOLD];
};

static const struct record_path helicone_paths[] = {
    {"",       0},
    {"data[]", 0}, /* answers of the query interface */
    {NULL,     0},
};

static const char *const helicone_secrets[] = {"auth_hash", "request_headers", "response_headers", NULL};

enum {
	H_ID,
	H_CREATED,
	H_RESPONDED,
	H_STATUS,
	H_DELAY,
	H_TTFT,
	H_REQUEST_MODEL,
	H_RESPONSE_MODEL,
	H_MODEL_OVERRIDE,
	H_MODEL,
	H_PROVIDER,
	H_PATH,
	H_PROMPT_TOKENS,
	H_COMPLETION_TOKENS,
	H_TOTAL_TOKENS,
	H_CACHE_READ,
	H_CACHE_WRITE,
	H_REASONING,
	H_COST_USD,
	H_COST,
	H_USER,
	H_PROPERTIES,
	H_PROMPT_ID,
	H_PROMPT_VERSION,
	H_SCORES,
	H_FEEDBACK,
	H_FEEDBACK_ID,
	H_FEEDBACK_AT,
	H_REQUEST,
	H_RESPONSE,
	/* never shown */
	H_AUTH_HASH,
	H_REQUEST_HEADERS,
	H_RESPONSE_HEADERS,
	N_H
};

static const char *const members[N_H + 1] = {
    [H_ID] = "request_id",
    [H_CREATED] = "request_created_at",
    [H_RESPONDED] = "response_created_at",
    [H_STATUS] = "response_status",
    [H_DELAY] = "delay_ms",
    [H_TTFT] = "time_to_first_token",
    [H_REQUEST_MODEL] = "request_model",
    [H_RESPONSE_MODEL] = "response_model",
    [H_MODEL_OVERRIDE] = "model_override",
    [H_MODEL] = "model",
    [H_PROVIDER] = "provider",
    [H_PATH] = "request_path",
    [H_PROMPT_TOKENS] = "prompt_tokens",
    [H_COMPLETION_TOKENS] = "completion_tokens",
    [H_TOTAL_TOKENS] = "total_tokens",
    [H_CACHE_READ] = "prompt_cache_read_tokens",
    [H_CACHE_WRITE] = "prompt_cache_write_tokens",
    [H_REASONING] = "reasoning_tokens",
    [H_COST_USD] = "costUSD",
    [H_COST] = "cost",
    [H_USER] = "request_user_id",
    [H_PROPERTIES] = "request_properties",
    [H_PROMPT_ID] = "prompt_id",
    [H_PROMPT_VERSION] = "prompt_version",
    [H_SCORES] = "scores",
    [H_FEEDBACK] = "feedback_rating",
    [H_FEEDBACK_ID] = "feedback_id",
    [H_FEEDBACK_AT] = "feedback_created_at",
    [H_REQUEST] = "request_body",
    [H_RESPONSE] = "response_body",
    [H_AUTH_HASH] = "auth_hash",
    [H_REQUEST_HEADERS] = "request_headers",
    [H_RESPONSE_HEADERS] = "response_headers",
};

/* ---------------------------------------------------------------- the session's tree */

static struct str property(struct fields *f, struct val properties, const char *name)
{
	return field_text(f, val_get_loose(properties, name)); /* names keep the case the caller wrote */
}

static bool is_told(struct import *im, struct str trace_id, struct str id)
{
	struct helicone_state *state = im->state;
	uint64_t hash = hash64(trace_id) * 31 + hash64(id);
	uint64_t *slot = &state->told[hash % TOLD];
	bool told = *slot == hash && hash;
	*slot = hash;
	return told;
}

/* Hands out the chain spans of a path, outermost first; the last one's id, STR_NONE if there is none. */
static struct str chain_of(struct fields *f, const struct span *call, struct str path)
{
	struct str rest = path, part, parent = STR_NONE;
	for (int n = 0; n < SEGMENTS_MAX && str_split(&rest, '/', &part);) {
		if (!part.len)
			continue;
		struct span chain = span_start(FAMILY);
		chain.trace_id = call->trace_id;
		chain.id =
		    arena_printf(f->arena, "%.*s/%.*s", (int)parent.len, parent.ptr ? parent.ptr : "", STR_ARG(part));
		chain.parent_id = parent;
		chain.name = part;
		chain.kind = KIND_CHAIN;
		chain.session = call->session;
		chain.trace_name = call->trace_name;
		if (!is_told(f->im, chain.trace_id, chain.id))
			sink_span(f->im->sink, &chain);
		parent = chain.id;
		n++;
	}
	return parent;
}

static void read_session(struct fields *f, struct span *span, struct val properties)
{
	span->session = property(f, properties, "Helicone-Session-Id");
	span->trace_id = span->session.len ? span->session : span->id;
	span->trace_name = property(f, properties, "Helicone-Session-Name");
	if (span->session.len)
		span->parent_id = chain_of(f, span, str_cut(property(f, properties, "Helicone-Session-Path"), 0, 2000));
}

/* ---------------------------------------------------------------- the call */

static struct str lower(const struct fields *f, struct str s)
{
	char *copy = arena_alloc(f->arena, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		copy[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] - 'A' + 'a') : s.ptr[i];
	copy[s.len] = 0;
	return s.len ? (struct str){copy, s.len} : STR_NONE;
}

/* "https://api.openai.com/v1/chat/completions?x=1" is "/v1/chat/completions". */
static struct str path_only(struct str url)
{
	size_t scheme = str_find(url, STR_LIT("://"));
	if (scheme != SIZE_MAX)
		url = str_from(url, scheme + 3);
	if (scheme != SIZE_MAX && str_find_char(url, '/') != SIZE_MAX)
		url = str_from(url, str_find_char(url, '/'));
	return str_cut(url, 0, str_find_char(url, '?'));
}

/* Tools and vector stores are logged as calls whose body says so. */
static void read_kind(struct fields *f, struct span *span, struct val request, struct str path)
{
	struct str type = field_text(f, val_get(request, "_type"));
	span->kind = str_is(type, "tool")            ? KIND_TOOL
	             : str_is(type, "vector_db")     ? KIND_RETRIEVER
	             : str_is(type, "data")          ? KIND_SPAN
	             : str_ends(path, "/embeddings") ? KIND_EMBEDDING
	                                             : KIND_LLM;
	if (span->kind == KIND_TOOL)
		span->tool_name = field_text(f, val_get(request, "toolName"));
	span->name = span->tool_name.len                  ? span->tool_name
	             : span->kind == KIND_LLM || path.len ? path
	                                                  : field_text(f, FIELD_ANY(request, "operation", "name"));
	if (!span->name.len)
		span->name = span->model;
}

static void read_times(struct fields *f, struct span *span, const struct val *got)
{
	int64_t took = field_duration(f, got[H_DELAY], MS, "delay_ms");
	span->start_ns = field_time(f, got[H_CREATED], "request_created_at");
	span->end_ns = field_time(f, got[H_RESPONDED], "response_created_at");
	int64_t end;
	if (took != UNKNOWN_INT && span->start_ns != TIME_UNKNOWN &&
	    !__builtin_add_overflow(span->start_ns, took, &end))
		span->end_ns = end;
	span->first_token_ns = field_duration(f, got[H_TTFT], MS, "time_to_first_token");
}

/* HTTP's status, or below zero what went wrong before there was any (a stream cancelled, a time-out). */
static void read_status(struct fields *f, struct span *span, const struct val *got, struct val response)
{
	struct val error = field_open(f, val_get(response, "error"));
	double number = field_number(f, got[H_STATUS], "response_status");
	if (IS_UNKNOWN(number) || number == 0 || number < -1e6 || number > 1e6)
		return;
	int64_t status = (int64_t)number;
	span->status = status >= 400 || status < 0 ? STATUS_ERROR : STATUS_OK;
	if (span->status != STATUS_ERROR)
		return;
	span->message = field_text(f, val_is(error, SCAN_OBJECT) ? val_get(error, "message") : error);
	if (!span->message.len)
		span->message = arena_printf(f->arena, "status %lld", (long long)status);
}

/* Cached tokens lie inside the prompt's or beside them, as the provider counts: the total tells, else the provider. */
static void read_usage(struct fields *f, struct span *span, const struct val *got)
{
	int64_t in = field_count(f, got[H_PROMPT_TOKENS], "prompt_tokens");
	int64_t total = field_count(f, got[H_TOTAL_TOKENS], "total_tokens");
	int64_t cached = field_count(f, got[H_CACHE_READ], "prompt_cache_read_tokens");
	int64_t written = field_count(f, got[H_CACHE_WRITE], "prompt_cache_write_tokens");
	int64_t beside = (cached > 0 ? cached : 0) + (written > 0 ? written : 0);
	span->tokens_out = field_count(f, got[H_COMPLETION_TOKENS], "completion_tokens");
	span->tokens_cached = cached;
	span->tokens_reasoning = field_count(f, got[H_REASONING], "reasoning_tokens");
	bool outside = str_starts(span->provider, "anthropic") || cached > in;
	if (in != UNKNOWN_INT && span->tokens_out != UNKNOWN_INT && total > 0 && beside > 0) {
		if (total == in + span->tokens_out)
			outside = cached > in;
		else if (total == in + beside + span->tokens_out)
			outside = true;
	}
	span->tokens_in = in != UNKNOWN_INT && outside ? in + beside : in;
	span->cost_usd = field_number(f, got[H_COST_USD], "costUSD");
	if (IS_UNKNOWN(span->cost_usd))
		span->cost_usd = field_number(f, got[H_COST], "cost");
}

static struct str model_of(struct fields *f, const struct val *got)
{
	static const int names[] = {H_MODEL_OVERRIDE, H_RESPONSE_MODEL, H_REQUEST_MODEL, H_MODEL};
	struct str model = STR_NONE;
	for (size_t i = 0; i < sizeof names / sizeof *names && !model.len; i++)
		model = field_text(f, got[names[i]]);
	return model;
}

static void read_talk(struct fields *f, struct span *span, const struct val *got)
{
	fields_input(f, span, got[H_REQUEST]);
	fields_output(f, span, got[H_RESPONSE]);
	if (span->kind == KIND_LLM)
		fields_messages(f, span, got[H_REQUEST], got[H_RESPONSE]);
	if (span->kind == KIND_RETRIEVER)
		fields_documents(f, span, got[H_RESPONSE]);
}

/* ---------------------------------------------------------------- scores */

static void give_score(struct fields *f, const struct span *span, struct score *score, struct val v, bool truth)
{
	score->trace_id = span->trace_id;
	score->span_id = span->id;
	field_score_value(f, score, v);
	if (truth && !IS_UNKNOWN(score->value))
		score->label = score->value != 0 ? STR_LIT("true") : STR_LIT("false");
	if (!IS_UNKNOWN(score->value) || score->label.len)
		sink_score(f->im->sink, score);
}

static void read_scores(struct fields *f, const struct span *span, const struct val *got)
{
	struct val scores = field_open(f, got[H_SCORES]);
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m)) {
		struct score score = score_start(FAMILY);
		bool whole = val_is(m.val, SCAN_OBJECT);
		score.name = member_key(m, f->arena);
		score.source = SOURCE_CODE;
		give_score(f, span, &score, whole ? val_get(m.val, "value") : m.val,
		           val_str_is(val_get(m.val, "valueType"), "boolean"));
	}
	bool good;
	struct score score = score_start(FAMILY);
	if (!field_bool(f, got[H_FEEDBACK], &good))
		return;
	score.name = STR_LIT("feedback");
	score.source = SOURCE_HUMAN;
	score.id = field_text(f, got[H_FEEDBACK_ID]);
	score.time_ns = field_time(f, got[H_FEEDBACK_AT], "feedback_created_at");
	score.value = good;
	give_score(f, span, &score, VAL_NONE, true);
}

/* ---------------------------------------------------------------- records */

static const struct field_rule rules[] = {
    {"request_properties", FIELD_OBJECT},
    {"scores",             FIELD_OBJECT},
    {"feedback_rating",    FIELD_BOOL  },
    {NULL,                 FIELD_OBJECT},
};

static void read_row(struct fields *f, struct val row)
{
	struct val got[N_H];
	struct span span = span_start(FAMILY);
	fields_expect(f, row, rules, "");
	fields_members(f, row, members, N_H, got);
	struct val properties = field_open(f, got[H_PROPERTIES]);
	struct val request = field_open(f, got[H_REQUEST]), response = field_open(f, got[H_RESPONSE]);
	struct str path = path_only(field_text(f, got[H_PATH]));
	span.id = field_text(f, got[H_ID]);
	read_session(f, &span, properties);
	span.model = model_of(f, got);
	span.provider = lower(f, field_text(f, got[H_PROVIDER]));
	span.user = field_text(f, got[H_USER]);
	if (!span.user.len)
		span.user = property(f, properties, "Helicone-User-Id");
	span.prompt_name = field_text(f, got[H_PROMPT_ID]);
	if (!span.prompt_name.len)
		span.prompt_name = property(f, properties, "Helicone-Prompt-Id");
	span.prompt_version = field_text(f, got[H_PROMPT_VERSION]);
	read_kind(f, &span, request, path);
	read_times(f, &span, got);
	read_status(f, &span, got, response);
	read_usage(f, &span, got);
	read_talk(f, &span, got);
	fields_attributes(f, &span, row, "", members);
	fields_attributes(f, &span, properties, "property.", NULL);
	if (path.len)
		fields_attribute(f, &span, "request_path", got[H_PATH]);
	sink_span(f->im->sink, &span);
	read_scores(f, &span, got);
}

static bool helicone_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (val_ok(val_get(rec->root, "request_id")))
		read_row(&f, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "no call of Helicone: no request_id");
	fields_done(&f);
	return true;
}

static int helicone_probe(const struct sample *s, const char **why)
{
	bool rows =
	    sample_has(s, "request_id") && sample_has(s, "request_created_at") && sample_has(s, "response_status");
	bool list = sample_has(s, "data[].request_id") && sample_has(s, "data[].request_created_at") &&
	            sample_has(s, "data[].response_status");
	*why = rows || list ? "has request_id, request_created_at and response_status" : "no calls of Helicone";
	return rows || list ? 93 : 0;
}

const struct format format_helicone = {
    .name = "helicone",
    .title = "Helicone requests",
    .spec_url = "https://docs.helicone.ai/rest/request/post-v1requestquery",
    .how = "rows with request_id, request_created_at and response_status",
    .fills = "calls as llm spans, sessions as traces with their path as a tree, scores and feedback",
    .example = "{\"request_id\":…,\"request_created_at\":…,\"response_status\":200,\"request_properties\":{…}}",
    .seen = "documented shape, no real sample seen",
    .paths = helicone_paths,
    .secrets = helicone_secrets,
    .state_size = sizeof(struct helicone_state),
    .probe = helicone_probe,
    .record = helicone_record,
};
