/* Opik (Comet): what `opik export` writes (trace_<uuid>.json, CSV), rows of traces and spans, pages of the REST API, batches as the SDKs
 * send them, feedback scores. A trace has a record of its own beside its spans.
 * Sources: formats/traces-platforms.md section 6; opik 2.0.40 (npm) as files; comet-ml/opik sdks/python/src/opik/cli/exports (the export). */
#include "import/fields.h"

enum { SLOT_ROW, SLOT_TRACE, SLOT_SPAN, SLOT_SCORE, SLOT_ITEM, KEY_MAX = 64 };

static const struct record_path opik_paths[] = {
    {"",          SLOT_ROW  },
    {"trace",     SLOT_TRACE},
    {"spans[]",   SLOT_SPAN },
    {"traces[]",  SLOT_TRACE},
    {"scores[]",  SLOT_SCORE},
    {"content[]", SLOT_ITEM },
    {NULL,        0         },
};

/* A row of the CSV is a trace and one of its spans: the members of both with a prefix. */
struct row {
	struct fields *f;
	struct val v;
	const char *prefix; /* "", "trace_", "span_" */
};

/* ---------------------------------------------------------------- members */

/* The Python client and the API write snake_case, objects of the JS client are camelCase. */
static struct val member_of(struct val v, const char *key)
{
	struct val exact = val_get(v, key);
	return exact.scan ? exact : val_get_loose(v, key);
}

/* Only rows of a list of both have a prefix; nearly no name has to be written out. */
static const char *prefixed(const struct row *r, const char *key, char name[KEY_MAX])
{
	if (!*r->prefix)
		return key;
	snprintf(name, KEY_MAX, "%s%s", r->prefix, key);
	return name;
}

static struct val get(const struct row *r, const char *key)
{
	char name[KEY_MAX];
	return member_of(r->v, prefixed(r, key, name));
}

/* What is an object elsewhere is several columns in the CSV: span_usage_prompt_tokens. */
static const char *const flattened[] = {"input", "output", "metadata", "usage", "error_info"};

static bool is_flattened(const char *key)
{
	for (size_t i = 0; i < sizeof flattened / sizeof *flattened; i++)
		if (strcmp(key, flattened[i]) == 0)
			return true;
	return false;
}

static bool is_mapped(const struct row *r, struct member m, const char *const *keys)
{
	char name[KEY_MAX];
	for (; *keys; keys++) {
		if (member_is_loose(m, prefixed(r, *keys, name)))
			return true;
		if (!*r->prefix || !is_flattened(*keys))
			continue;
		snprintf(name, sizeof name, "%s%s_", r->prefix, *keys);
		if (str_starts(member_key(m, r->f->arena), name))
			return true;
	}
	return false;
}

static struct str text(const struct row *r, const char *key)
{
	return field_text(r->f, get(r, key));
}

static struct val gathered(const struct row *r, const char *key)
{
	struct fields *f = r->f;
	struct str prefix = arena_printf(f->arena, "%s%s_", r->prefix, key);
	struct val out = VAL_NONE;
	struct buf json = BUF_INIT;
	for (struct member m = val_first(r->v); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		if (!str_starts(name, prefix.ptr) || name.len == prefix.len || !field_text(f, m.val).len)
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		scan_quote(&json, str_from(name, prefix.len));
		buf_add_char(&json, ':');
		buf_add_str(&json, val_raw(field_open_cell(f, m.val)));
	}
	if (json.len) {
		buf_add_char(&json, '}');
		out = fields_scan(f, arena_str(f->arena, buf_str(&json)));
	}
	buf_done(&json);
	return out;
}

/* In cells what is a list or an object elsewhere is Python's repr of it. */
static struct val opened(const struct row *r, const char *key)
{
	struct val v = get(r, key);
	if (!*r->prefix)
		return field_open(r->f, v);
	v = field_open_cell(r->f, v);
	return !val_ok(v) && is_flattened(key) ? gathered(r, key) : v;
}

static struct str project_of(const struct row *r)
{
	struct str name = text(r, "project_name");
	if (!name.len && r->f->rec->frame)
		name = field_text(r->f, frame_get(r->f->rec->frame, "project_name", false));
	return name.len ? name : text(r, "project_id");
}

/* Milliseconds, with decimals. */
static int64_t duration(const struct row *r, const char *key)
{
	return field_duration(r->f, get(r, key), 1000000, key);
}

static void read_times(const struct row *r, int64_t *start, int64_t *end)
{
	int64_t length = duration(r, "duration");
	*start = field_time(r->f, get(r, "start_time"), "start_time");
	*end = field_time(r->f, get(r, "end_time"), "end_time");
	if (*end == TIME_UNKNOWN && *start != TIME_UNKNOWN && length != UNKNOWN_INT &&
	    __builtin_add_overflow(*start, length, end))
		*end = TIME_UNKNOWN;
}

/* ---------------------------------------------------------------- scores */

static enum score_source source_of(struct val v)
{
	if (val_str_is(v, "ui"))
		return SOURCE_HUMAN;
	if (val_str_is(v, "online_scoring"))
		return SOURCE_JUDGE;
	return val_str_is(v, "sdk") ? SOURCE_CODE : SOURCE_UNKNOWN;
}

static struct score score_of(const struct fields *f, struct val v)
{
	struct score score = score_start("opik");
	struct val author = member_of(v, "author"), time = member_of(v, "created_at");
	score.name = field_text(f, val_get(v, "name"));
	score.value = field_number(f, val_get(v, "value"), "feedback_scores.value");
	score.label = field_text(f, member_of(v, "category_name"));
	score.explanation = field_text(f, val_get(v, "reason"));
	score.source = source_of(val_get(v, "source"));
	score.author = field_text(f, val_ok(author) ? author : member_of(v, "created_by"));
	score.time_ns =
	    field_time(f, val_ok(time) ? time : member_of(v, "last_updated_at"), "feedback_scores.created_at");
	return score;
}

static void read_scores(const struct row *r, struct str trace, struct str span)
{
	struct val list = opened(r, "feedback_scores");
	if (!val_is(list, SCAN_ARRAY))
		return;
	fields_expect_objects(r->f, list, false, "feedback_scores");
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		struct score score = score_of(r->f, m.val);
		score.trace_id = trace;
		score.span_id = span;
		if (score.name.len)
			sink_score(r->f->im->sink, &score);
		else
			import_problem(r->f->im, r->f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("feedback_scores"),
			               "score skipped", "a score without a name");
	}
}

/* As sent: the target is in id. Whether it is a trace or a span only the address told; a row may say it by other members. */
static void read_score_row(struct fields *f, struct val v)
{
	struct score score = score_of(f, v);
	struct str id = field_text(f, val_get(v, "id")), span = field_text(f, val_get(v, "span_id"));
	score.trace_id = field_text(f, val_get(v, "trace_id"));
	score.span_id = span.len ? span : id;
	if (str_eq(score.span_id, score.trace_id))
		score.span_id = STR_NONE;
	score.either = !score.trace_id.len && !span.len && id.len;
	if (!score.trace_id.len && !score.span_id.len)
		score.session = field_text(f, val_get(v, "thread_id"));
	if (score.name.len && (score.trace_id.len || score.span_id.len || score.session.len))
		sink_score(f->im->sink, &score);
	else
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("id"), "record skipped",
		               "a score without a name or of nothing");
}

/* ---------------------------------------------------------------- spans */

/* The totals, whose names are fixed; what the provider said beside them is copied flat, with dots in its keys. */
static void read_usage(const struct row *r, struct span *span)
{
	struct val usage = opened(r, "usage");
	if (!val_is(usage, SCAN_OBJECT))
		return;
	span->tokens_in = field_count(r->f, val_get(usage, "prompt_tokens"), "usage.prompt_tokens");
	span->tokens_out = field_count(r->f, val_get(usage, "completion_tokens"), "usage.completion_tokens");
	if (span->tokens_in == UNKNOWN_INT && span->tokens_out == UNKNOWN_INT)
		fields_usage(r->f, span, usage, "usage");
	struct val cached =
	    FIELD_ANY(usage, "original_usage.prompt_tokens_details.cached_tokens",
	              "original_usage.input_tokens_details.cached_tokens", "original_usage.cache_read_input_tokens",
	              "original_usage.cached_content_token_count");
	struct val reasoning =
	    FIELD_ANY(usage, "original_usage.completion_tokens_details.reasoning_tokens",
	              "original_usage.output_tokens_details.reasoning_tokens", "original_usage.thoughts_token_count");
	if (span->tokens_cached == UNKNOWN_INT)
		span->tokens_cached = field_count(r->f, cached, "usage");
	if (span->tokens_reasoning == UNKNOWN_INT)
		span->tokens_reasoning = field_count(r->f, reasoning, "usage");
}

static void read_error(const struct row *r, struct span *span)
{
	struct val error = opened(r, "error_info");
	struct str type = field_text(r->f, member_of(error, "exception_type"));
	struct str said = field_text(r->f, val_get(error, "message"));
	if (!val_ok(error))
		return;
	span->status = STATUS_ERROR;
	struct buf both = BUF_INIT;
	buf_add_str(&both, type);
	if (type.len && said.len)
		buf_add_cstr(&both, ": ");
	buf_add_str(&both, said);
	span->message = both.len ? arena_str(r->f->arena, buf_str(&both)) : field_text(r->f, error);
	buf_done(&both);
	if (!r->f->payload || !val_is(error, SCAN_OBJECT))
		return;
	struct span_event *event = arena_alloc(r->f->arena, sizeof *event);
	*event =
	    (struct span_event){.name = STR_LIT("exception"), .time_ns = TIME_UNKNOWN, .attributes = val_raw(error)};
	span->events = event;
	span->n_events = 1;
}

/* {"opik_prompts": [{"name": …, "version": {"commit": …, "template": …}}]} */
static void read_prompt(const struct row *r, struct span *span, struct val metadata)
{
	struct val prompt = val_at(val_get(metadata, "opik_prompts"), 0), version = val_get(prompt, "version");
	if (!val_is(prompt, SCAN_OBJECT))
		return;
	span->prompt_name = field_text(r->f, val_get(prompt, "name"));
	span->prompt_version = field_text(r->f, val_is(version, SCAN_OBJECT) ? FIELD_ANY(version, "commit", "id")
	                                                                     : val_get(prompt, "commit"));
	span->prompt_text = field_text(r->f, FIELD_ANY(version, "template"));
}

static bool has_documents(struct val out)
{
	struct val first = val_at(val_get(out, "documents"), 0);
	return val_ok(FIELD_ANY(first, "page_content", "pageContent", "content", "text"));
}

static const char *const span_mapped[] = {"id",         "trace_id",     "parent_span_id",  "name",
                                          "type",       "start_time",   "end_time",        "duration",
                                          "input",      "output",       "metadata",        "tags",
                                          "model",      "provider",     "usage",           "ttft",
                                          "error_info", "project_name", "feedback_scores", "total_estimated_cost",
                                          NULL};

static void read_content(const struct row *r, struct span *span)
{
	struct val in = opened(r, "input"), out = opened(r, "output");
	fields_input(r->f, span, in);
	fields_output(r->f, span, out);
	if (span->kind == KIND_LLM)
		fields_messages(r->f, span, in, out);
	if (has_documents(out))
		fields_documents(r->f, span, out);
}

/* Members with the row's prefix only, and not the mapped ones; empty cells are none. */
static void read_attributes(const struct row *r, struct span *span)
{
	size_t n = 0;
	if (!r->f->payload)
		return;
	const char **not = arena_zalloc(r->f->arena, (size_t)val_count(r->v) + 1, sizeof *not );
	for (struct member m = val_first(r->v); m.ok; m = val_next(m)) {
		struct str key = arena_str(r->f->arena, member_key(m, r->f->arena));
		if (!str_starts(key, r->prefix) || !field_text(r->f, m.val).len || is_mapped(r, m, span_mapped))
			not [n++] = key.ptr;
	}
	fields_attributes(r->f, span, r->v, "", not );
}

static const struct field_rule rules[] = {
    {"type",            FIELD_WORD  },
    {"metadata",        FIELD_OBJECT},
    {"usage",           FIELD_OBJECT},
    {"tags",            FIELD_TAGS  },
    {"feedback_scores", FIELD_LIST  },
    {"feedbackScores",  FIELD_LIST  },
    {NULL,              FIELD_OBJECT},
};

static void read_span(const struct row *r)
{
	struct span span = span_start("opik");
	fields_expect(r->f, r->v, rules, "");
	struct val metadata = opened(r, "metadata");
	span.id = text(r, "id");
	span.trace_id = text(r, "trace_id");
	span.parent_id = text(r, "parent_span_id");
	span.name = text(r, "name");
	span.kind = field_kind(text(r, "type"));
	read_times(r, &span.start_ns, &span.end_ns);
	if (span.end_ns == TIME_UNKNOWN)
		span.status = STATUS_RUNNING;
	read_error(r, &span);
	span.first_token_ns = duration(r, "ttft");
	span.model = text(r, "model");
	span.provider = text(r, "provider");
	span.cost_usd = field_number(r->f, get(r, "total_estimated_cost"), "total_estimated_cost");
	read_usage(r, &span);
	read_prompt(r, &span, metadata);
	read_content(r, &span);
	span.service = project_of(r);
	span.session = text(r, "thread_id");
	span.tags = field_tags(r->f, opened(r, "tags"), &span.n_tags);
	if (span.kind == KIND_TOOL)
		span.tool_name = span.name;
	read_attributes(r, &span);
	fields_attributes(r->f, &span, metadata, "metadata.", NULL);
	sink_span(r->f->im->sink, &span);
	read_scores(r, span.trace_id, span.id);
}

/* ---------------------------------------------------------------- traces */

static void add_member(struct buf *out, struct str key, struct str json)
{
	if (out->len > 1)
		buf_add_char(out, ',');
	scan_quote(out, key);
	buf_add_char(out, ':');
	buf_add_str(out, json);
}

/* A trace has no attributes: what has no field of its own stands with its metadata. */
static struct str trace_metadata(const struct row *r)
{
	static const char *const mapped[] = {"id",
	                                     "name",
	                                     "start_time",
	                                     "end_time",
	                                     "duration",
	                                     "input",
	                                     "output",
	                                     "metadata",
	                                     "tags",
	                                     "project_name",
	                                     "feedback_scores",
	                                     "thread_id",
	                                     "total_estimated_cost",
	                                     NULL};
	struct arena *a = r->f->arena;
	struct val metadata = opened(r, "metadata");
	struct buf out = BUF_INIT;
	size_t prefix = strlen(r->prefix);
	buf_add_char(&out, '{');
	for (struct member m = val_first(metadata); m.ok && val_is(metadata, SCAN_OBJECT); m = val_next(m))
		add_member(&out, member_key(m, a), val_raw(m.val));
	if (val_ok(metadata) && !val_is(metadata, SCAN_OBJECT))
		add_member(&out, STR_LIT("metadata"), val_raw(metadata));
	for (struct member m = val_first(r->v); m.ok; m = val_next(m)) {
		struct str key = member_key(m, a);
		if (!str_starts(key, r->prefix) || !field_text(r->f, m.val).len)
			continue;
		key = str_from(key, prefix);
		if (!is_mapped(r, m, mapped) && !(val_is(m.val, SCAN_ARRAY) && !val_count(m.val)))
			add_member(&out, key, val_raw(m.val));
	}
	buf_add_char(&out, '}');
	struct str json = out.len > 2 ? arena_str(a, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return json;
}

static struct str content(const struct row *r, const char *key)
{
	struct val v = opened(r, key);
	return val_ok(v) ? val_text(v, r->f->arena) : STR_NONE;
}

static void read_trace(const struct row *r)
{
	struct trace trace = trace_start("opik");
	fields_expect(r->f, r->v, rules, "");
	trace.id = text(r, "id");
	trace.name = text(r, "name");
	read_times(r, &trace.start_ns, &trace.end_ns);
	trace.session = text(r, "thread_id");
	trace.user = field_text(r->f, FIELD_ANY(opened(r, "metadata"), "user_id"));
	trace.service = project_of(r);
	trace.input = content(r, "input");
	trace.output = content(r, "output");
	trace.status = val_ok(opened(r, "error_info")) ? STATUS_ERROR
	               : trace.end_ns == TIME_UNKNOWN  ? STATUS_RUNNING
	                                               : STATUS_UNSET;
	trace.cost_usd = field_number(r->f, get(r, "total_estimated_cost"), "total_estimated_cost");
	trace.tags = field_tags(r->f, opened(r, "tags"), &trace.n_tags);
	trace.metadata = trace_metadata(r);
	if (!trace.id.len) {
		import_problem(r->f->im, r->f->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("id"), "record skipped",
		               "a trace without an id");
		return;
	}
	sink_trace(r->f->im->sink, &trace);
	read_scores(r, trace.id, STR_NONE);
}

/* ---------------------------------------------------------------- records */

static bool is_csv(struct val v)
{
	return val_get(v, "span_trace_id").scan || (val_get(v, "trace_start_time").scan && val_get(v, "span_id").scan);
}

static bool is_score(struct val v)
{
	return val_ok(val_get(v, "name")) && val_get(v, "value").scan && !member_of(v, "start_time").scan;
}

/* A trace and its scores stand before each of its spans: what is equal the store keeps once. */
static void read_csv(struct fields *f, struct val v)
{
	read_trace(&(struct row){f, v, "trace_"});
	struct row span = {f, v, "span_"};
	if (text(&span, "trace_id").len)
		read_span(&span);
}

static bool opik_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	struct row row = {&f, rec->root, ""};
	bool span = rec->slot == SLOT_SPAN || val_ok(member_of(rec->root, "trace_id"));
	if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not an object");
	else if (is_csv(rec->root))
		read_csv(&f, rec->root);
	else if (rec->slot == SLOT_SCORE || (rec->slot != SLOT_TRACE && is_score(rec->root)))
		read_score_row(&f, rec->root);
	else if (span && rec->slot != SLOT_TRACE)
		read_span(&row);
	else
		read_trace(&row);
	fields_done(&f);
	return true;
}

static bool opik_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	static const char *const lists[] = {"spans", "traces", "scores", "content"};
	const struct record none = {.frame = frame};
	(void)err;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (val_ok(val_get(frame->root, lists[i])))
			import_problem(im, &none, SEVERITY_SKIPPED, "wrong-type", str_of(lists[i]),
			               "nothing read from it", "%s is not a list", lists[i]);
	return true;
}

/* ---------------------------------------------------------------- detection */

static bool has(struct val v, const char *key)
{
	return member_of(v, key).scan != NULL;
}

static bool is_any(struct val v, const char *const *words)
{
	for (; *words; words++)
		if (val_str_is(v, *words))
			return true;
	return false;
}

static bool has_source(struct val v)
{
	static const char *const sources[] = {"sdk", "experiment", "playground", "optimization", NULL};
	return is_any(val_get(v, "source"), sources);
}

static int span_score(struct val v)
{
	static const char *const types[] = {"general", "tool", "llm", "guardrail", NULL};
	bool own = has(v, "project_name") || has(v, "project_id") || has(v, "total_estimated_cost") ||
	           has(v, "feedback_scores");
	if (!has(v, "trace_id") || !has(v, "start_time") || !has(v, "id") || has(v, "span_id") || has(v, "run_type"))
		return 0;
	if (has(v, "parent_span_id") && (own || has_source(v)))
		return 92;
	return is_any(val_get(v, "type"), types) && (own || has_source(v)) ? 90 : 0;
}

static int trace_score(struct val v)
{
	bool own = has(v, "span_count") || has(v, "feedback_scores") || has(v, "total_estimated_cost");
	if (!has(v, "id") || !has(v, "start_time") || has(v, "trace_id") || has(v, "run_type") ||
	    has(v, "experiment_items"))
		return 0;
	if (has_source(v) && (has(v, "name") || has(v, "input") || has(v, "output") || own))
		return 86;
	bool read = has(v, "thread_id") || has(v, "last_updated_by") || has(v, "visibility_mode") || has(v, "comments");
	return own && read && (has(v, "project_id") || has(v, "project_name")) ? 80 : 0;
}

static int item_score(struct val v, const char **why)
{
	int span = span_score(v), trace = trace_score(v);
	static const char *const sources[] = {"sdk", "ui", "online_scoring", NULL};
	if (span || trace)
		*why = span ? "rows with trace_id, parent_span_id and start_time" : "rows of traces with a source";
	if (span || trace)
		return span ? span : trace;
	if (is_score(v) && is_any(val_get(v, "source"), sources) && (has(v, "id") || has(v, "thread_id"))) {
		*why = "scores with a source";
		return 84;
	}
	return 0;
}

/* The first value is larger than the sample. */
static int large_score(const struct sample *sample, const char **why)
{
	static const struct sample_sign signs[] = {
	    {{"content[].trace_id", "content[].start_time", "content[].type", NULL}, 75, "a page of spans"  },
	    {{"content[].start_time", "content[].source", "content[].input", NULL},  75, "a page of traces" },
	    {{"spans[].trace_id", "spans[].start_time", "spans[].source", NULL},     75, "a batch of spans" },
	    {{"traces[].start_time", "traces[].source", "traces[].id", NULL},        75, "a batch of traces"},
	    {{"trace.start_time", "trace.id", "trace.feedback_scores", NULL},        75, "a trace of Opik"  },
	    {{"trace.start_time", "trace.id", "trace.thread_id", NULL},              75, "a trace of Opik"  },
	    {{"trace.start_time", "trace.id", "trace.project_id", NULL},             75, "a trace of Opik"  },
	    {{"trace_id", "parent_span_id", "start_time", "feedback_scores"},        75, "a span of Opik"   },
	};
	if (sample_has(sample, "content[].experiment_items"))
		return 0;
	return sample_signs(sample, signs, sizeof signs / sizeof *signs, why);
}

static int opik_probe(const struct sample *sample, const char **why)
{
	static const char *const lists[] = {"traces", "spans", "scores", "content"};
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE;
	int score = item_score(v, why);
	if (is_csv(v) && has(v, "trace_id") && has(v, "span_id")) {
		*why = "columns trace_… and span_… (opik export)";
		return 92;
	}
	if (sample_has(sample, "trace.id") && (sample_has(sample, "spans[].trace_id") || has(v, "spans")) &&
	    (sample_has(sample, "downloaded_at") || sample_has(sample, "spans[].total_estimated_cost") ||
	     sample_has(sample, "trace.feedback_scores"))) {
		*why = "trace with spans and downloaded_at (opik export)";
		return 94;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists && !score; i++)
		score = item_score(val_at(val_get(v, lists[i]), 0), why);
	if (!score && !sample->n_values)
		score = large_score(sample, why);
	if (!score)
		*why = "no trace_id with parent_span_id, no page of traces";
	return score;
}

const struct format format_opik = {
    .name = "opik",
    .title = "Opik traces, spans and scores",
    .spec_url = "https://www.comet.com/docs/opik/tracing/export_data",
    .how = "trace with spans and downloaded_at; rows with trace_id, parent_span_id and start_time, alone or in "
           "content, traces, "
           "spans, scores; columns trace_… and span_…",
    .fills = "traces, spans with messages, documents and errors, scores with their sources and authors",
    .example = "{\"trace\":{\"id\":…,\"feedback_scores\":[…]},\"spans\":[{\"id\":…,\"trace_id\":…,\"type\":\"llm\"}],"
               "\"downloaded_at\":…}",
    .paths = opik_paths,
    .probe = opik_probe,
    .record = opik_record,
    .frame_end = opik_frame_end,
};
