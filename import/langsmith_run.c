/* One run → one span. A run may be whole or half: what a half does not say stays unknown, the store joins them by id. */
#include "import/langsmith.h"

#include <stdlib.h>

#include "import/redact.h"

struct
    dotted { /* "20241013T070538291001Z<uuid>.20241013T070538402002Z<uuid>": one part per ancestor, the run itself last */
	struct str trace, parent, run;
	int64_t start_ns;
};

struct run {
	struct fields *f;
	struct val v, extra, metadata, inputs, outputs;
	struct dotted dotted;
	bool patch;
};

/* ---------------------------------------------------------------- dotted_order */

enum { DOTTED_TIME = 22, MS = 1000000 }; /* YYYYMMDDTHHMMSSffffffZ */

static struct str dotted_id(struct str part)
{
	size_t end = str_find_char(part, 'Z');
	return end == SIZE_MAX ? STR_NONE : str_from(part, end + 1);
}

static int64_t dotted_time(struct str part, struct arena *a)
{
	int64_t ns;
	bool zoneless;
	const char *p = part.ptr;
	if (part.len < DOTTED_TIME || p[DOTTED_TIME - 1] != 'Z' || p[8] != 'T')
		return TIME_UNKNOWN;
	struct str iso =
	    arena_printf(a, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.%.6sZ", p, p + 4, p + 6, p + 9, p + 11, p + 13, p + 15);
	return units_iso(iso, &ns, &zoneless) ? ns : TIME_UNKNOWN;
}

static struct dotted dotted_of(struct str text, struct arena *a)
{
	struct dotted d = {.start_ns = TIME_UNKNOWN};
	struct str part;
	while (text.len && str_split(&text, '.', &part)) {
		d.parent = d.run;
		d.run = dotted_id(part);
		d.start_ns = dotted_time(part, a);
		if (!d.trace.len)
			d.trace = d.run;
	}
	return d;
}

/* ---------------------------------------------------------------- the parts of a run */

bool langsmith_is_run(struct val v)
{
	if (!val_is(v, SCAN_OBJECT))
		return false;
	if (val_ok(val_get(v, "dotted_order")) || val_ok(val_get(v, "run_type")))
		return true;
	return val_ok(val_get(v, "start_time")) && val_ok(val_get(v, "inputs"));
}

static struct run run_of(struct fields *f, struct val v, bool patch)
{
	struct run r = {.f = f, .v = v};
	r.extra = field_open_cell(f, val_get(v, "extra"));
	r.metadata = field_open(f, val_get(r.extra, "metadata"));
	if (!val_is(r.metadata, SCAN_OBJECT)) /* rows of a table have it beside */
		r.metadata = field_open_cell(f, FIELD_ANY(v, "metadata", "custom_metadata"));
	r.inputs = field_open_cell(f, val_get(v, "inputs"));
	r.outputs = field_open_cell(f, val_get(v, "outputs"));
	r.dotted = dotted_of(val_str(val_get(v, "dotted_order"), f->arena), f->arena);
	r.patch = patch || val_str_is(val_get(v, "operation"), "patch") ||
	          (!val_ok(val_get(v, "start_time")) && !val_ok(val_get(v, "run_type")));
	return r;
}

static struct str text_any(const struct run *r, struct val object, const char *const *names)
{
	return field_text(r->f, field_any(object, names));
}
#define TEXT_ANY(r, object, ...) text_any(r, object, (const char *const[]){__VA_ARGS__, NULL})

/* The single PATCH call of the JS SDK had its id in the URL only; the langsmith command calls it run_id. */
static struct str id_of(const struct run *r)
{
	struct str id = TEXT_ANY(r, r->v, "id", "run_id");
	return id.len ? id : r->dotted.run;
}

static struct str trace_of(const struct run *r, struct str id, struct str tree)
{
	struct str trace = TEXT_ANY(r, r->v, "trace_id");
	if (!trace.len)
		trace = tree.len ? tree : r->dotted.trace;
	if (!trace.len)
		trace = field_text(r->f, val_at(field_open_cell(r->f, val_get(r->v, "parent_run_ids")), 0));
	if (!trace.len && r->f->rec->frame)
		trace = field_text(r->f, frame_get(r->f->rec->frame, "trace_id", false));
	if (!trace.len && !r->patch && !val_ok(val_get(r->v, "parent_run_id")))
		trace = id;
	return trace;
}

static struct str parent_of(const struct run *r, struct str above)
{
	struct str parent = TEXT_ANY(r, r->v, "parent_run_id");
	if (!parent.len)
		parent = above.len ? above : r->dotted.parent;
	return parent;
}

static enum span_kind kind_of(const struct run *r, struct str name)
{
	enum span_kind kind = field_kind(val_str(val_get(r->v, "run_type"), r->f->arena));
	if (kind == KIND_CHAIN && (str_is(name, "LangGraph") || str_ends(name, "Agent")))
		return KIND_AGENT;
	return kind;
}

/* JS: a start has microseconds, which only count, and its end has milliseconds: it may seem to lie before its start. */
static void read_times(const struct run *r, struct span *span)
{
	span->start_ns = field_time(r->f, val_get(r->v, "start_time"), "start_time");
	span->end_ns = field_time(r->f, val_get(r->v, "end_time"), "end_time");
	/* A tracer writes milliseconds where its batches have the microseconds of dotted_order: the same start. */
	if (span->start_ns == TIME_UNKNOWN || (r->dotted.start_ns != TIME_UNKNOWN && span->start_ns % MS == 0 &&
	                                       r->dotted.start_ns - r->dotted.start_ns % MS == span->start_ns))
		span->start_ns = r->dotted.start_ns;
	int64_t length = field_duration(r->f, val_get(r->v, "duration_ms"), MS, "duration_ms");
	if (span->end_ns == TIME_UNKNOWN && span->start_ns != TIME_UNKNOWN && length != UNKNOWN_INT &&
	    __builtin_add_overflow(span->start_ns, length, &span->end_ns))
		span->end_ns = TIME_UNKNOWN;
	if (span->start_ns != TIME_UNKNOWN && span->end_ns != TIME_UNKNOWN && span->end_ns < span->start_ns &&
	    span->start_ns - span->end_ns < MS)
		span->end_ns = span->start_ns;
}

static void read_status(const struct run *r, struct span *span)
{
	bool ended = span->end_ns != TIME_UNKNOWN;
	span->message = TEXT_ANY(r, r->v, "error");
	span->status = field_status(val_str(val_get(r->v, "status"), r->f->arena));
	if (span->message.len)
		span->status = STATUS_ERROR;
	else if (ended && (span->status == STATUS_RUNNING || span->status == STATUS_UNSET))
		span->status = STATUS_OK;
	else if (!ended && !r->patch && span->status == STATUS_UNSET && val_ok(val_get(r->v, "start_time")))
		span->status = STATUS_RUNNING;
}

/* ---------------------------------------------------------------- model and usage */

/* outputs.generations[0][0].message, its kwargs if it is a constructor. */
static struct val first_message(const struct run *r)
{
	struct val v = val_at(val_get(r->outputs, "generations"), 0);
	if (val_is(v, SCAN_ARRAY))
		v = val_at(v, 0);
	v = val_get(v, "message");
	return val_is(val_get(v, "kwargs"), SCAN_OBJECT) ? val_get(v, "kwargs") : v;
}

/* The outputs of a chain repeat what its model said: only the model's own run is asked for its usage. */
static bool is_model_run(const struct run *r, enum span_kind kind)
{
	if (kind == KIND_LLM || kind == KIND_EMBEDDING)
		return true;
	return kind == KIND_SPAN && (val_is(val_get(r->outputs, "generations"), SCAN_ARRAY) ||
	                             val_ok(FIELD_ANY(r->metadata, "ls_model_name", "ls_model_type")));
}

static void read_model(const struct run *r, struct span *span)
{
	struct val params = field_open(r->f, val_get(r->extra, "invocation_params"));
	struct val response = val_get(first_message(r), "response_metadata");
	span->provider = TEXT_ANY(r, r->metadata, "ls_provider");
	span->model = TEXT_ANY(r, r->metadata, "ls_model_name");
	if (!span->model.len)
		span->model = TEXT_ANY(r, params, "model", "model_name", "modelName", "model_id", "deployment_name");
	if (span->model.len || span->kind == KIND_SPAN) /* a half without its metadata: the other half knows better */
		return;
	span->model = TEXT_ANY(r, val_get(r->outputs, "llm_output"), "model_name", "model");
	if (!span->model.len)
		span->model = TEXT_ANY(r, response, "model_name", "model");
	if (!span->model.len)
		span->model = TEXT_ANY(r, r->outputs, "model", "model_name");
	if (!span->model.len)
		span->model = TEXT_ANY(r, r->inputs, "model");
}

static void read_usage(const struct run *r, struct span *span)
{
	const struct fields *f = r->f;
	struct val out = r->outputs, llm = val_get(out, "llm_output");
	span->tokens_in = field_count(f, val_get(r->v, "prompt_tokens"), "prompt_tokens");
	span->tokens_out = field_count(f, val_get(r->v, "completion_tokens"), "completion_tokens");
	span->tokens_cached =
	    field_count(f, val_path(r->v, "prompt_token_details.cache_read"), "prompt_token_details.cache_read");
	span->tokens_reasoning =
	    field_count(f, val_path(r->v, "completion_token_details.reasoning"), "completion_token_details.reasoning");
	span->cost_usd = field_number(f, val_get(r->v, "total_cost"), "total_cost");
	fields_usage(f, span, val_get(r->v, "token_usage"), "token_usage");
	fields_usage(f, span, val_get(r->v, "costs"), "costs");
	if (!is_model_run(r, span->kind))
		return;
	fields_usage(f, span, val_get(out, "usage_metadata"), "outputs.usage_metadata");
	fields_usage(f, span, val_get(r->metadata, "usage_metadata"), "extra.metadata.usage_metadata");
	fields_usage(f, span, val_get(first_message(r), "usage_metadata"), "outputs.generations");
	fields_usage(f, span, FIELD_ANY(llm, "token_usage", "tokenUsage", "estimatedTokenUsage", "usage"),
	             "outputs.llm_output");
	fields_usage(f, span, val_get(out, "usage"), "outputs.usage");
}

static void read_prompt(const struct run *r, struct span *span)
{
	struct str owner = TEXT_ANY(r, r->metadata, "lc_hub_owner"), repo = TEXT_ANY(r, r->metadata, "lc_hub_repo");
	span->prompt_version = TEXT_ANY(r, r->metadata, "lc_hub_commit_hash");
	span->prompt_name = owner.len && repo.len && !str_is(owner, "-")
	                        ? arena_printf(r->f->arena, STR_FMT "/" STR_FMT, STR_ARG(owner), STR_ARG(repo))
	                        : repo;
}

/* ---------------------------------------------------------------- what went in and came out */

/* The SDKs wrap what is no object: {"input": …}, {"output": …}, {"outputs": […]}. */
static struct val unwrapped(struct val v)
{
	static const char *const wrappers[] = {"input", "output", "outputs"};
	struct member first = val_first(v);
	if (!val_is(v, SCAN_OBJECT) || !first.ok || val_next(first).ok)
		return v;
	for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
		if (member_is(first, wrappers[i]))
			return first.val;
	return v;
}

/* A tool's answer is the content of the message it came in. */
static struct val tool_answer(struct val v)
{
	struct val inner = val_is(val_get(v, "kwargs"), SCAN_OBJECT) ? val_get(v, "kwargs") : v;
	struct val content = val_get(inner, "content");
	return val_ok(content) && val_ok(val_get(inner, "tool_call_id")) ? content : v;
}

static bool has_documents(struct val v)
{
	struct val first = val_at(val_is(v, SCAN_OBJECT) ? val_get(v, "documents") : v, 0);
	if (val_is(val_get(first, "kwargs"), SCAN_OBJECT))
		first = val_get(first, "kwargs");
	return val_ok(FIELD_ANY(first, "page_content", "pageContent"));
}

static bool is_spoken(enum span_kind kind)
{
	return kind == KIND_LLM || kind == KIND_CHAIN || kind == KIND_AGENT || kind == KIND_PROMPT || kind == KIND_SPAN;
}

static void read_content(const struct run *r, struct span *span)
{
	struct val in = unwrapped(r->inputs), out = unwrapped(r->outputs);
	struct val prompts = val_get(r->inputs, "prompts");
	fields_input(r->f, span, in);
	fields_output(r->f, span, tool_answer(out));
	if (is_spoken(span->kind))
		fields_messages(r->f, span, val_is(prompts, SCAN_ARRAY) ? prompts : r->inputs, r->outputs);
	if (span->kind == KIND_RETRIEVER || span->kind == KIND_RERANKER || has_documents(out))
		fields_documents(r->f, span, out);
}

/* Events with their times; the first token is the earliest, if the run itself does not say. */
static void read_events(const struct run *r, struct span *span)
{
	struct val list = field_open_cell(r->f, val_get(r->v, "events"));
	int64_t first = field_time(r->f, val_get(r->v, "first_token_time"), "first_token_time");
	size_t n = 0;
	if (!val_is(list, SCAN_ARRAY))
		list = VAL_NONE;
	fields_expect_objects(r->f, list, false, "events");
	struct span_event *events = arena_zalloc(r->f->arena, (size_t)val_count(list) + 1, sizeof *events);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct span_event e = {.name = TEXT_ANY(r, m.val, "name"),
		                       .time_ns = field_time(r->f, val_get(m.val, "time"), "events.time")};
		if (first == TIME_UNKNOWN && str_is(e.name, "new_token"))
			first = e.time_ns;
		if (!e.name.len && e.time_ns == TIME_UNKNOWN)
			continue;
		if (val_is(val_get(m.val, "kwargs"), SCAN_OBJECT))
			e.attributes = val_raw(val_get(m.val, "kwargs"));
		events[n++] = e;
	}
	if (first != TIME_UNKNOWN && span->start_ns != TIME_UNKNOWN && first >= span->start_ns)
		span->first_token_ns = first - span->start_ns;
	span->events = r->f->payload ? events : NULL;
	span->n_events = r->f->payload ? n : 0;
}

/* ---------------------------------------------------------------- the rest */

static bool is_environment(struct str key)
{
	return str_starts(key, "metadata.LANGSMITH_") || str_starts(key, "metadata.LANGCHAIN_");
}

/* The process's settings, copied into the metadata of every run: they stay in the raw record. */
static void drop_environment(struct fields *f, struct span *span)
{
	struct attribute *kept = arena_alloc(f->arena, (span->n_attributes + 1) * sizeof *kept);
	size_t n = 0;
	for (size_t i = 0; i < span->n_attributes; i++)
		if (!is_environment(span->attributes[i].key))
			kept[n++] = span->attributes[i];
	span->attributes = kept;
	span->n_attributes = n;
}

/* What is stored has its secrets replaced already; what is shown of a record that is not yet stored, here. */
static struct val masked(struct fields *f, struct val v)
{
	struct buf out = BUF_INIT;
	uint64_t hidden = 0;
	if (val_is(v, SCAN_OBJECT) && redact(v, langsmith_secrets, false, &out, &hidden))
		v = fields_scan(f, arena_str(f->arena, buf_str(&out)));
	buf_done(&out);
	return v;
}

static void read_attributes(const struct run *r, struct span *span)
{
	static const char *const of_run[] = {"operation",
	                                     "id",
	                                     "trace_id",
	                                     "parent_run_id",
	                                     "name",
	                                     "run_type",
	                                     "start_time",
	                                     "end_time",
	                                     "status",
	                                     "error",
	                                     "inputs",
	                                     "outputs",
	                                     "events",
	                                     "tags",
	                                     "dotted_order",
	                                     "session_name",
	                                     "extra",
	                                     "child_runs",
	                                     "prompt_tokens",
	                                     "total_cost",
	                                     "completion_tokens",
	                                     "first_token_time",
	                                     "feedback_stats",
	                                     "run_id",
	                                     "duration_ms",
	                                     "token_usage",
	                                     "costs",
	                                     "custom_metadata",
	                                     NULL};
	static const char *const of_extra[] = {"metadata", "runtime", "invocation_params", NULL};
	static const char *const of_metadata[] = {"ls_model_name", "ls_provider",        "lc_hub_owner",
	                                          "lc_hub_repo",   "lc_hub_commit_hash", NULL};
	if (!r->f->payload)
		return;
	fields_attributes(r->f, span, r->v, "", of_run);
	fields_attributes(r->f, span, masked(r->f, r->metadata), "metadata.", of_metadata);
	struct val extra = masked(r->f, r->extra);
	fields_attributes(r->f, span, val_get(extra, "invocation_params"), "invocation_params.", NULL);
	fields_attributes(r->f, span, val_get(extra, "runtime"), "runtime.", NULL);
	fields_attributes(r->f, span, extra, "extra.", of_extra);
	drop_environment(r->f, span);
}

/* {"correctness": {"n": 3, "avg": 0.67, "values": {"CORRECT": 2}}}: what was said of this run, added up by the server. */
struct score langsmith_stat(const struct fields *f, struct member m)
{
	struct score score = score_start("langsmith");
	int64_t n = field_count(f, val_get(m.val, "n"), "feedback_stats.n"), most = -1, count;
	struct val values = val_get(m.val, "values");
	score.name = member_key(m, f->arena);
	score.source = SOURCE_CODE;
	score.value = field_number(f, val_get(m.val, "avg"), "feedback_stats.avg");
	for (struct member l = val_first(values); l.ok && val_is(values, SCAN_OBJECT); l = val_next(l)) {
		if (val_int64(l.val, &count) && count > most) {
			most = count;
			score.label = member_key(l, f->arena);
		}
	}
	if (n > 1)
		score.explanation = arena_printf(f->arena, "of %lld", (long long)n);
	return score;
}

static void read_scores(const struct run *r, const struct span *span)
{
	struct val stats = field_open_cell(r->f, val_get(r->v, "feedback_stats"));
	if (!val_is(stats, SCAN_OBJECT))
		return;
	for (struct member m = val_first(stats); m.ok; m = val_next(m)) {
		if (!val_is(m.val, SCAN_OBJECT)) {
			if (val_ok(m.val))
				import_problem(r->f->im, r->f->rec, SEVERITY_SKIPPED, "wrong-type",
				               arena_printf(r->f->arena, "feedback_stats." STR_FMT,
				                            STR_ARG(member_key(m, r->f->arena))),
				               "score skipped", "not an object");
			continue;
		}
		struct score score = langsmith_stat(r->f, m);
		score.trace_id = span->trace_id;
		score.span_id = span->id;
		sink_score(r->f->im->sink, &score);
	}
}

static const struct field_rule run_rules[] = {
    {"run_type",       FIELD_WORD  },
    {"status",         FIELD_WORD  },
    {"dotted_order",   FIELD_WORD  },
    {"extra",          FIELD_OBJECT},
    {"events",         FIELD_LIST  },
    {"tags",           FIELD_TAGS  },
    {"feedback_stats", FIELD_OBJECT},
    {"child_runs",     FIELD_LIST  },
    {NULL,             FIELD_OBJECT},
};

static const struct field_rule extra_rules[] = {
    {"metadata",          FIELD_OBJECT},
    {"invocation_params", FIELD_OBJECT},
    {"runtime",           FIELD_OBJECT},
    {NULL,                FIELD_OBJECT},
};

/* ---------------------------------------------------------------- a run, and those below it */

static void read_run(const struct run *r, struct span *span)
{
	fields_expect(r->f, r->v, run_rules, "");
	fields_expect(r->f, r->extra, extra_rules, "extra.");
	span->name = TEXT_ANY(r, r->v, "name");
	span->kind = kind_of(r, span->name);
	read_times(r, span);
	read_status(r, span);
	if (is_model_run(r, span->kind))
		read_model(r, span);
	read_usage(r, span);
	read_prompt(r, span);
	read_content(r, span);
	read_events(r, span);
	span->session = TEXT_ANY(r, r->metadata, "session_id", "thread_id", "conversation_id");
	span->user = TEXT_ANY(r, r->metadata, "user_id");
	span->service = TEXT_ANY(r, r->v, "session_name", "session_id");
	span->tags = field_tags(r->f, field_open_cell(r->f, val_get(r->v, "tags")), &span->n_tags);
	if (span->kind == KIND_TOOL)
		span->tool_name = span->name;
	read_attributes(r, span);
}

struct node {
	struct val run;
	struct str parent;
};

typedef VEC(struct node) node_stack;

static void push_children(struct fields *f, node_stack *stack, struct val run, struct str parent)
{
	struct val children = field_open(f, val_get(run, "child_runs"));
	size_t from = stack->n;
	if (!val_is(children, SCAN_ARRAY))
		return;
	for (struct member m = val_first(children); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT))
			*vec_add(stack) = (struct node){m.val, parent};
		else
			import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("child_runs"),
			               "run skipped", "not an object");
	}
	for (size_t i = from, k = stack->n; i + 1 < k; i++, k--) { /* the first child is taken first */
		struct node swap = stack->at[i];
		stack->at[i] = stack->at[k - 1];
		stack->at[k - 1] = swap;
	}
}

void langsmith_run(struct fields *f, struct val root, bool patch, bool scored, struct span *top)
{
	node_stack stack = {0};
	struct str trace = STR_NONE;
	bool below = false;
	*vec_add(&stack) = (struct node){root, STR_NONE};
	while (stack.n) {
		struct node node = stack.at[--stack.n];
		struct run r = run_of(f, node.run, patch);
		struct span span = span_start("langsmith");
		span.id = id_of(&r);
		span.trace_id = trace = trace_of(&r, span.id, trace);
		span.parent_id = parent_of(&r, node.parent);
		read_run(&r, &span);
		sink_span(f->im->sink, &span);
		if (scored || below)
			read_scores(&r, &span);
		push_children(f, &stack, node.run, span.id);
		if (!below && top)
			*top = span;
		below = true;
	}
	vec_done(&stack);
}
