/* What an application sees of LangChain and LangGraph while they run, line by line: astream_events, and stream() with its modes.
 * An event is half a span: start and end are joined by run_id. Nothing in an event is a time, but a run_id of version 7 holds when the run
 * began. Python names all parents; the JS stream names none: there a run lies in the innermost chain that is open, of its own checkpoint
 * namespace if it has one. That chain is the only thing that `state` knows and a record does not.
 * Sources: formats/traces-platforms.md section 14, docs.langchain.com/oss/langgraph/streaming, @langchain/langgraph 1.2.0 (files). */
#include "import/fields.h"

#include "store/base/hash.h"

enum { OPEN_MAX = 512, ID_MAX = 64 };

struct open_run {
	char id[ID_MAX], root[ID_MAX], parent[ID_MAX];
	uint64_t ns; /* of its checkpoint namespace; 0: none */
	bool is_chain, has_input;
};

struct stream_state {
	struct open_run open[OPEN_MAX]; /* in the order of their starts */
	size_t n_open;
	bool parents;              /* some event has named its parents: those that name none have none */
	char mode[16], ns[ID_MAX]; /* stream(): what stood before the value on its line */
	char trace[ID_MAX];        /* stream(): its lines have no id in common: the first task's */
	bool any_tasks;            /* so updates say nothing new */
	uint64_t n_chunks, n_states;
};

struct event {
	struct fields *f;
	struct stream_state *state;
	struct val v, data, metadata, input, output;
	struct str id, ns;
	bool start, end;
};

static void keep(char to[ID_MAX], struct str id)
{
	size_t n = id.len < ID_MAX ? id.len : 0; /* one that does not fit is not kept at all */
	if (n)
		memcpy(to, id.ptr, n);
	to[n] = 0;
}

/* ---------------------------------------------------------------- runs that are open */

static struct open_run *open_find(struct stream_state *s, struct str id)
{
	for (size_t i = s->n_open; i-- > 0;)
		if (str_is(id, s->open[i].id))
			return &s->open[i];
	return NULL;
}

static void open_drop(struct stream_state *s, struct open_run *run)
{
	size_t i = (size_t)(run - s->open);
	memmove(run, run + 1, (s->n_open - i - 1) * sizeof *run);
	s->n_open--;
}

static struct open_run *innermost(struct stream_state *s, uint64_t ns, bool any_ns)
{
	for (size_t i = s->n_open; i-- > 0;)
		if (s->open[i].is_chain && (any_ns || s->open[i].ns == ns))
			return &s->open[i];
	return NULL;
}

static uint64_t ns_hash(struct str ns)
{
	return ns.len ? hash64(ns) : 0;
}

/* "agent:1|tools:2" → "agent:1" → "" */
static struct str outer_ns(struct str ns)
{
	while (ns.len && ns.ptr[ns.len - 1] != '|')
		ns.len--;
	return str_cut(ns, 0, ns.len ? ns.len - 1 : 0);
}

static struct open_run *open_parent(struct stream_state *s, struct str ns)
{
	for (;; ns = outer_ns(ns)) {
		struct open_run *run = innermost(s, ns_hash(ns), false);
		if (run)
			return run;
		if (!ns.len)
			break;
	}
	struct open_run *run = innermost(s, 0, true);
	return run ? run : s->n_open ? &s->open[s->n_open - 1] : NULL;
}

static struct open_run *open_begin(struct event *e, bool is_chain)
{
	struct stream_state *s = e->state;
	const struct open_run *parent = open_parent(s, e->ns);
	struct open_run run = {.ns = ns_hash(e->ns), .is_chain = is_chain, .has_input = val_ok(e->input)};
	if (e->id.len >= ID_MAX)
		return NULL;
	keep(run.id, e->id);
	keep(run.parent, parent ? str_of(parent->id) : STR_NONE);
	keep(run.root, parent ? str_of(parent->root) : e->id);
	if (s->n_open == OPEN_MAX)
		open_drop(s, s->open);
	s->open[s->n_open] = run;
	return &s->open[s->n_open++];
}

/* ---------------------------------------------------------------- events: what a run is */

/* on_chat_model_start → kind and phase. false: no such event. */
static bool read_name(struct str event, enum span_kind *kind, struct str *phase)
{
	size_t at = event.len;
	if (!str_starts(event, "on_"))
		return false;
	while (at > 3 && event.ptr[at - 1] != '_')
		at--;
	if (at <= 3)
		return false;
	*phase = str_from(event, at);
	*kind = field_kind(str_cut(event, 3, at - 4));
	return true;
}

/* Milliseconds since the epoch are the first 48 bits of a UUID of version 7 (RFC 9562 section 5.7). */
static int64_t uuid7_time(struct str id)
{
	int64_t ms = 0;
	if (id.len != 36 || id.ptr[14] != '7' || id.ptr[8] != '-')
		return TIME_UNKNOWN;
	for (size_t i = 0; i < 13; i++) {
		char c = id.ptr[i];
		if (i == 8)
			continue;
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (digit < 0)
			return TIME_UNKNOWN;
		ms = ms * 16 + digit;
	}
	return ms < INT64_MAX / 1000000 ? ms * 1000000 : TIME_UNKNOWN;
}

static struct str text_of(const struct event *e, struct val object, const char *key)
{
	return field_text(e->f, val_get(object, key));
}

/* A message as constructor, dict, or inside the generations of older versions. */
static struct val message_of(struct val output)
{
	struct val v = val_at(val_get(output, "generations"), 0);
	if (val_is(v, SCAN_ARRAY))
		v = val_at(v, 0);
	v = val_is(v, SCAN_OBJECT) ? val_get(v, "message") : output;
	return val_is(val_get(v, "kwargs"), SCAN_OBJECT) ? val_get(v, "kwargs") : v;
}

/* Where the metadata names the model, both halves say the same: the answer's own name is for those that do not. */
static void read_model(const struct event *e, struct span *span)
{
	struct val message = message_of(e->output), response = val_get(message, "response_metadata");
	span->provider = text_of(e, e->metadata, "ls_provider");
	span->model = text_of(e, e->metadata, "ls_model_name");
	if (!span->model.len)
		span->model = field_text(e->f, FIELD_ANY(response, "model_name", "model"));
	if (!span->model.len)
		span->model = field_text(e->f, val_path(e->output, "llm_output.model_name"));
	fields_usage(e->f, span, val_get(message, "usage_metadata"), "data.output.usage_metadata");
	fields_usage(e->f, span, FIELD_ANY(response, "token_usage", "tokenUsage", "usage"),
	             "data.output.response_metadata");
	fields_usage(e->f, span, val_path(e->output, "llm_output.token_usage"), "data.output.llm_output");
}

static struct val tool_answer(struct val output)
{
	struct val message = message_of(output), content = val_get(message, "content");
	return val_ok(content) && val_ok(val_get(message, "tool_call_id")) ? content : output;
}

static void read_content(const struct event *e, struct span *span)
{
	struct val prompts = val_get(e->input, "prompts");
	fields_input(e->f, span, e->input);
	fields_output(e->f, span, span->kind == KIND_TOOL ? tool_answer(e->output) : e->output);
	if (span->kind == KIND_RETRIEVER)
		fields_documents(e->f, span, e->output);
	else if (span->kind != KIND_TOOL)
		fields_messages(e->f, span, val_is(prompts, SCAN_ARRAY) ? prompts : e->input, e->output);
}

static void read_rest(const struct event *e, struct span *span)
{
	static const char *const of_event[] = {"event",    "run_id", "name",       "tags",
	                                       "metadata", "data",   "parent_ids", NULL};
	static const char *const of_data[] = {"input", "output", "chunk", "error", NULL};
	static const char *const of_metadata[] = {"ls_provider", "ls_model_name", NULL};
	span->session = field_text(e->f, FIELD_ANY(e->metadata, "session_id", "thread_id", "conversation_id"));
	span->user = text_of(e, e->metadata, "user_id");
	span->tags = field_tags(e->f, val_get(e->v, "tags"), &span->n_tags);
	fields_attributes(e->f, span, e->metadata, "metadata.", of_metadata);
	fields_attributes(e->f, span, e->data, "data.", of_data);
	fields_attributes(e->f, span, e->v, "", of_event);
}

/* ---------------------------------------------------------------- events: where a run lies */

static void place_python(const struct event *e, struct span *span, struct val parents)
{
	uint32_t n = val_count(parents);
	span->trace_id = n ? field_text(e->f, val_at(parents, 0)) : e->id;
	if (n)
		span->parent_id = field_text(e->f, val_at(parents, n - 1));
}

/* Of a run whose start was not seen nothing is known but the root that is open. */
static void place_open(const struct event *e, struct span *span, const struct open_run *run)
{
	const struct stream_state *s = e->state;
	if (run) {
		span->trace_id = arena_cstr(e->f->arena, run->root);
		if (*run->parent)
			span->parent_id = arena_cstr(e->f->arena, run->parent);
	} else {
		span->trace_id = s->n_open ? arena_cstr(e->f->arena, s->open[0].root) : e->id;
	}
}

static void place(struct event *e, struct span *span)
{
	struct val parents = val_get(e->v, "parent_ids");
	struct open_run *run =
	    e->start ? open_begin(e, span->kind == KIND_CHAIN || span->kind == KIND_AGENT) : open_find(e->state, e->id);
	/* An end repeats the input, sometimes more of it than was known at the start: the first that had one is believed. */
	if (!e->start && run && run->has_input)
		e->input = VAL_NONE;
	e->state->parents |= val_is(parents, SCAN_ARRAY) && val_count(parents);
	/* Version 1 of the events has parent_ids, but nothing in them. */
	if (val_is(parents, SCAN_ARRAY) && (e->state->parents || !run || !*run->parent))
		place_python(e, span, parents);
	else
		place_open(e, span, run);
	if (e->end && run)
		open_drop(e->state, run);
}

static void read_half(struct event *e, enum span_kind kind, bool failed)
{
	struct span span = span_start("langchain");
	span.id = e->id;
	span.name = text_of(e, e->v, "name");
	span.kind =
	    kind == KIND_CHAIN && (str_is(span.name, "LangGraph") || str_ends(span.name, "Agent")) ? KIND_AGENT : kind;
	place(e, &span);
	span.start_ns = uuid7_time(e->id);
	span.status = failed ? STATUS_ERROR : e->end ? STATUS_OK : STATUS_RUNNING;
	if (failed)
		span.message = text_of(e, e->data, "error");
	if (kind == KIND_LLM || kind == KIND_EMBEDDING)
		read_model(e, &span);
	if (kind == KIND_TOOL)
		span.tool_name = span.name;
	read_content(e, &span);
	read_rest(e, &span);
	sink_span(e->f->im->sink, &span);
}

/* on_custom_event: something the application says of the run it is in. */
static void read_custom(struct event *e)
{
	struct span span = span_start("langchain");
	struct span_event event = {
	    .name = text_of(e, e->v, "name"), .time_ns = TIME_UNKNOWN, .attributes = field_text(e->f, e->data)};
	span.id = e->id;
	place(e, &span);
	span.start_ns = uuid7_time(e->id);
	if (e->f->payload) {
		span.events = &event;
		span.n_events = 1;
	}
	sink_span(e->f->im->sink, &span);
}

static bool read_event(struct fields *f, struct val v)
{
	enum span_kind kind;
	struct str phase;
	static const struct field_rule rules[] = {
	    {"data",       FIELD_OBJECT},
            {"metadata",   FIELD_OBJECT},
            {"parent_ids", FIELD_LIST  },
	    {"tags",       FIELD_TAGS  },
            {NULL,         FIELD_OBJECT},
	};
	struct event e = {.f = f, .state = f->im->state, .v = v};
	bool custom = val_str_is(val_get(v, "event"), "on_custom_event"); /* its data is what the application likes */
	fields_expect(f, v, custom ? rules + 1 : rules, "");
	if (!read_name(val_str(val_get(v, "event"), f->arena), &kind, &phase))
		return false;
	e.id = field_text(f, val_get(v, "run_id"));
	e.data = val_get(v, "data");
	e.metadata = val_get(v, "metadata");
	e.input = field_open(f, FIELD_ANY(e.data, "input"));
	e.output = field_open(f, val_get(e.data, "output"));
	e.ns = field_text(f, FIELD_ANY(e.metadata, "langgraph_checkpoint_ns", "checkpoint_ns"));
	e.start = str_is(phase, "start");
	e.end = str_is(phase, "end") || str_is(phase, "error");
	if (!e.id.len)
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("run_id"), "event skipped",
		               "an event without a run_id");
	else if (e.start || e.end)
		read_half(&e, kind, str_is(phase, "error"));
	else if (str_is(phase, "stream"))
		e.state->n_chunks++;
	else
		read_custom(&e);
	return true;
}

/* ---------------------------------------------------------------- stream(): tasks */

static bool is_task(struct val v)
{
	return val_ok(val_get(v, "name")) && val_ok(val_get(v, "id")) &&
	       (val_get(v, "input").scan || val_get(v, "result").scan || val_get(v, "error").scan);
}

static void say_trace(struct stream_state *s, struct str id)
{
	if (!*s->trace)
		keep(s->trace, id);
}

/* What the model said in this node: the usage of the messages it added. */
static void add_usage(const struct fields *f, struct span *span, struct val result)
{
	struct val list = val_get(result, "messages");
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m)) {
		struct val message = message_of(m.val);
		struct span one = span_start("langchain");
		fields_usage(f, &one, val_get(message, "usage_metadata"), "payload.result.messages.usage_metadata");
		if (one.tokens_in == UNKNOWN_INT && one.tokens_out == UNKNOWN_INT)
			continue;
		int64_t *const into[] = {&span->tokens_in, &span->tokens_out, &span->tokens_cached,
		                         &span->tokens_reasoning};
		const int64_t from[] = {one.tokens_in, one.tokens_out, one.tokens_cached, one.tokens_reasoning};
		for (size_t i = 0; i < sizeof from / sizeof *from; i++)
			if (from[i] != UNKNOWN_INT && (*into[i] == UNKNOWN_INT || *into[i] < INT64_MAX / 2 - from[i]))
				*into[i] = (*into[i] == UNKNOWN_INT ? 0 : *into[i]) + from[i];
		if (!span->model.len)
			span->model =
			    field_text(f, FIELD_ANY(val_get(message, "response_metadata"), "model_name", "model"));
	}
}

/* The namespace of a subgraph ends in the id of the task it runs in: "agent:<id>". */
static struct str task_of_ns(struct str ns)
{
	size_t at = ns.len;
	while (at && ns.ptr[at - 1] != ':' && ns.ptr[at - 1] != '|')
		at--;
	return at ? str_from(ns, at) : STR_NONE;
}

/* {id, name, input, triggers} begins a node's work, {id, name, result | error} ends it; the time stands around it, if anywhere. */
static void read_task(struct fields *f, struct val task, struct val around, struct str ns)
{
	static const char *const mapped[] = {"id", "name", "input", "result", "error", NULL};
	static const char *const of_around[] = {"type", "timestamp", "payload", "data", "ns", NULL};
	struct stream_state *s = f->im->state;
	struct val input = field_open(f, val_get(task, "input")), result = field_open(f, val_get(task, "result"));
	bool ends = val_get(task, "result").scan || val_get(task, "error").scan;
	int64_t time = field_time(f, val_get(around, "timestamp"), "timestamp");
	struct span span = span_start("langchain");
	span.id = field_text(f, val_get(task, "id"));
	say_trace(s, span.id);
	span.trace_id = str_of(s->trace);
	span.parent_id = task_of_ns(ns);
	span.name = field_text(f, val_get(task, "name"));
	span.kind = KIND_CHAIN;
	span.message = field_text(f, val_get(task, "error"));
	span.status = span.message.len ? STATUS_ERROR : ends ? STATUS_OK : STATUS_RUNNING;
	*(ends ? &span.end_ns : &span.start_ns) = time;
	fields_input(f, &span, input);
	fields_output(f, &span, result);
	fields_messages(f, &span, input, result);
	add_usage(f, &span, result);
	fields_attributes(f, &span, task, "", mapped);
	fields_attributes(f, &span, around, "", of_around);
	sink_span(f->im->sink, &span);
	s->any_tasks = true;
}

/* {node: what it changed}, where no tasks tell of the nodes: they follow one another, that is all. */
static void read_updates(struct fields *f, struct val updates)
{
	struct stream_state *s = f->im->state;
	uint64_t n = 0;
	if (!*s->trace)
		keep(s->trace, arena_printf(f->arena, "updates-%016llx", (unsigned long long)hash64(f->rec->bytes)));
	for (struct member m = val_first(updates); m.ok; m = val_next(m), n++) {
		struct span span = span_start("langchain");
		span.id = arena_printf(f->arena, "%012llx%04llx", (unsigned long long)(f->rec->number & 0xffffffffffff),
		                       (unsigned long long)(n & 0xffff));
		span.trace_id = str_of(s->trace);
		span.name = member_key(m, f->arena);
		span.kind = KIND_CHAIN;
		span.status = STATUS_OK;
		fields_output(f, &span, m.val);
		fields_messages(f, &span, VAL_NONE, m.val);
		add_usage(f, &span, m.val);
		sink_span(f->im->sink, &span);
	}
}

/* A checkpoint names the thread. */
static void read_checkpoint(struct fields *f, struct val checkpoint)
{
	const struct stream_state *s = f->im->state;
	struct trace trace = trace_start("langchain");
	trace.id = str_of(s->trace);
	trace.session = field_text(f, val_path(checkpoint, "config.configurable.thread_id"));
	if (trace.id.len && trace.session.len)
		sink_trace(f->im->sink, &trace);
}

static bool is_mode(struct str word)
{
	static const char *const modes[] = {"values", "updates", "debug",       "messages",
	                                    "custom", "tasks",   "checkpoints", "messages-tuple"};
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (str_is(word, modes[i]))
			return true;
	return false;
}

/* The value of a mode: what has no node to go to is a copy of the state, or parts of messages. */
static void read_mode(struct fields *f, struct str mode, struct str ns, struct val v)
{
	struct stream_state *s = f->im->state;
	struct val payload = val_get(v, "payload");
	struct str type = val_str(val_get(v, "type"), f->arena);
	if (is_task(payload) && str_starts(type, "task"))
		read_task(f, payload, v, ns);
	else if (val_is(payload, SCAN_OBJECT) && str_is(type, "checkpoint"))
		read_checkpoint(f, payload);
	else if (str_is(mode, "tasks") && is_task(v))
		read_task(f, v, VAL_NONE, ns);
	else if (str_is(mode, "checkpoints"))
		read_checkpoint(f, v);
	else if (str_is(mode, "updates") && val_is(v, SCAN_OBJECT) && !s->any_tasks)
		read_updates(f, v);
	else if (!str_is(mode, "updates"))
		s->n_states++;
}

/* [mode, value] and [namespace, mode, value] are opened as arrays: the words come as records before the value. */
static void read_word(struct stream_state *s, struct str word)
{
	if (is_mode(word))
		memcpy(s->mode, word.ptr, word.len), s->mode[word.len] = 0;
	else
		keep(s->ns, word);
}

static struct str last_of(struct fields *f, struct val list)
{
	uint32_t n = val_is(list, SCAN_ARRAY) ? val_count(list) : 0;
	return n ? val_str(val_at(list, n - 1), f->arena) : STR_NONE;
}

static bool read_part(struct fields *f, struct val v)
{
	struct stream_state *s = f->im->state;
	struct str type = val_str(val_get(v, "type"), f->arena);
	if (is_mode(type) && val_is(val_get(v, "ns"), SCAN_ARRAY)) { /* version 2: {type, ns, data} */
		read_mode(f, type, last_of(f, val_get(v, "ns")), val_get(v, "data"));
		return true;
	}
	if (!*s->mode && !val_is(val_get(v, "payload"), SCAN_OBJECT))
		return false;
	read_mode(f, str_of(s->mode), str_of(s->ns), v);
	s->ns[0] = 0; /* the mode stays: messages are two values after one word */
	return true;
}

/* ---------------------------------------------------------------- the format */

static bool stream_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	if (val_is(rec->root, SCAN_STRING))
		read_word(im->state, val_str(rec->root, im->arena));
	else if (!val_is(rec->root, SCAN_OBJECT) || (!read_event(&f, rec->root) && !read_part(&f, rec->root)))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither an event nor a part of a stream");
	fields_done(&f);
	return true;
}

static bool stream_finish(struct import *im, struct err *err)
{
	const struct stream_state *s = im->state;
	const struct record none = {.number = 0};
	(void)err;
	if (s->n_chunks)
		import_problem(im, &none, SEVERITY_WARNING, "not-imported", STR_NONE, "kept as records",
		               "%llu chunks not imported (the ends of their runs hold the whole)",
		               (unsigned long long)s->n_chunks);
	if (s->n_states)
		import_problem(im, &none, SEVERITY_WARNING, "not-imported", STR_NONE, "kept as records",
		               "%llu states and parts of messages not imported (they belong to no node)",
		               (unsigned long long)s->n_states);
	return true;
}

static int stream_probe(const struct sample *sample, const char **why)
{
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE;
	struct val next = sample->n_values > 1 ? sample->values[1] : VAL_NONE;
	struct val event = val_get(v, "event"), type = val_get(v, "type");
	if (val_is(v, SCAN_STRING) && is_mode((struct str){val_raw(v).ptr + 1, val_raw(v).len - 2}) &&
	    (val_is(next, SCAN_OBJECT) || val_is(next, SCAN_ARRAY))) {
		*why = "pairs of a stream mode and a value (LangGraph)";
		return 85;
	}
	if (val_is(event, SCAN_STRING) && str_starts(str_from(val_raw(event), 1), "on_") && val_get(v, "run_id").scan) {
		*why = "events on_… with run_id (astream_events)";
		return 95;
	}
	if (val_is(val_get(v, "payload"), SCAN_OBJECT) && val_ok(val_get(v, "step")) && val_ok(type) &&
	    val_ok(val_get(v, "timestamp"))) {
		*why = "debug events with step, type and payload (LangGraph)";
		return 88;
	}
	if (val_is(type, SCAN_STRING) && is_mode((struct str){val_raw(type).ptr + 1, val_raw(type).len - 2}) &&
	    val_is(val_get(v, "ns"), SCAN_ARRAY) && val_get(v, "data").scan) {
		*why = "parts with type, ns and data (LangGraph)";
		return 90;
	}
	/* The first event is larger than the sample. */
	if (!sample->n_values && sample_has(sample, "event") &&
	    str_find(str_cut(sample->bytes, 0, 200), STR_LIT("\"on_")) != SIZE_MAX) {
		*why = "an event on_…";
		return 85;
	}
	*why = "no event on_… and no stream mode";
	return 0;
}

const struct format format_langchain_stream = {
    .name = "langchain-stream",
    .title = "LangChain and LangGraph event streams",
    .spec_url = "https://docs.langchain.com/oss/langgraph/streaming",
    .how = "event on_… with run_id; [mode, value] lines of LangGraph; debug events with step, type and payload",
    .fills = "traces, spans with messages, documents and tokens; times only where debug or run ids have them",
    .example = "{\"event\":\"on_chat_model_end\",\"run_id\":…,\"name\":…,\"data\":{\"output\":{…}},\"metadata\":{…}}",
    .stateful = true,
    .state_size = sizeof(struct stream_state),
    .probe = stream_probe,
    .record = stream_record,
    .finish = stream_finish,
};
