/* LlamaIndex's instrumentation, dumped by handlers of the application's own: spans (SimpleSpan) and events (BaseEvent), as lines or a list.
 * An event says what went into or came out of the span it names; spans come when they have ended, so children before parents. Neither
 * names a trace: spans hang together by their parents, and a span without a parent ends its trace.
 * Sources: run-llama/llama_index llama-index-instrumentation base/event.py, span/simple.py; core/instrumentation/events. */
#include "import/fields.h"

#include "store/base/hash.h"

enum { KNOWN_MAX = 1024, START_SAID = 1, END_SAID = 2 };

struct known { /* a span that was named */
	uint64_t id, trace;
	unsigned said; /* START_SAID, END_SAID: by a record before */
};

struct llamaindex_state {
	struct known known[KNOWN_MAX]; /* a ring: the oldest are forgotten */
	size_t n_known;
	uint64_t pending; /* trace of spans whose root is still to come; 0: none */
};

/* Requests to models hold their clients' settings. */
static const char *const llamaindex_secrets[] = {"model_dict.**.api_key", "model_dict.**.default_headers", NULL};

/* ---------------------------------------------------------------- which trace */

static struct known *find(struct llamaindex_state *s, uint64_t id)
{
	size_t n = s->n_known < KNOWN_MAX ? s->n_known : KNOWN_MAX;
	for (size_t i = 0; i < n; i++) { /* the newest are asked for most */
		struct known *k = &s->known[(s->n_known - 1 - i) % KNOWN_MAX];
		if (k->id == id)
			return k;
	}
	return NULL;
}

static struct known *add(struct llamaindex_state *s, uint64_t id, uint64_t trace)
{
	struct known *k = &s->known[s->n_known++ % KNOWN_MAX];
	*k = (struct known){.id = id, .trace = trace};
	return k;
}

/* is_root: a span that is known to have no parent. */
static struct known *place(struct llamaindex_state *s, struct str id, struct str parent, bool is_root)
{
	uint64_t own = hash64(id), above = parent.len ? hash64(parent) : 0;
	struct known *k = find(s, own), *up = above ? find(s, above) : NULL;
	uint64_t trace = k ? k->trace : up ? up->trace : s->pending ? s->pending : own;
	if (above && !up)
		add(s, above, trace);
	k = find(s, own); /* adding may have moved it out */
	if (!k)
		k = add(s, own, trace);
	if (is_root && s->pending == trace)
		s->pending = 0;
	else if (!is_root && !up && !s->pending)
		s->pending = trace;
	return k;
}

/* ---------------------------------------------------------------- spans */

/* "RetrieverQueryEngine.query-<uuid>" */
static struct str name_of(struct str id)
{
	return id.len > 37 && id.ptr[id.len - 37] == '-' ? str_cut(id, 0, id.len - 37) : id;
}

/* Only what a name says for certain: an event of the span knows better. */
static enum span_kind kind_of(struct str name)
{
	static const struct {
		const char *ends;
		enum span_kind kind;
	} rows[] = {
	    {"retrieve",                 KIND_RETRIEVER},
	    {"get_query_embedding",      KIND_EMBEDDING},
	    {"get_text_embedding_batch", KIND_EMBEDDING},
	    {"get_text_embedding",       KIND_EMBEDDING},
	    {"postprocess_nodes",        KIND_RERANKER },
	    {"FunctionTool.call",        KIND_TOOL     },
	    {"FunctionTool.acall",       KIND_TOOL     },
	    {"Agent.chat",               KIND_AGENT    },
	    {"Agent.run",                KIND_AGENT    },
	    {"AgentWorkflow.run",        KIND_AGENT    },
	    {"Engine.query",             KIND_CHAIN    },
	    {"Engine.chat",              KIND_CHAIN    },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_ends(name, rows[i].ends))
			return rows[i].kind;
	return KIND_SPAN;
}

static const struct field_rule rules[] = {
    {"tags",       FIELD_OBJECT},
    {"model_dict", FIELD_OBJECT},
    {"nodes",      FIELD_LIST  },
    {NULL,         FIELD_OBJECT},
};

static void read_tags(struct fields *f, struct span *span, struct val v)
{
	struct val tags = val_get(v, "tags");
	fields_expect(f, v, rules, "");
	span->user = field_text(f, val_get(tags, "user_id"));
	span->session = field_text(f, val_get(tags, "session_id"));
	fields_attributes(f, span, tags, "tags.", NULL);
}

static struct str trace_text(const struct fields *f, const struct known *k)
{
	return arena_printf(f->arena, "llamaindex-%016llx", (unsigned long long)k->trace);
}

static void read_span(struct fields *f, struct val v)
{
	static const char *const mapped[] = {"id_", "parent_id", "start_time", "end_time", "duration", "tags", NULL};
	struct span span = span_start("llamaindex");
	span.id = field_text(f, val_get(v, "id_"));
	span.parent_id = field_text(f, val_get(v, "parent_id"));
	struct known *k = place(f->im->state, span.id, span.parent_id, !span.parent_id.len);
	int64_t start = field_time(f, val_get(v, "start_time"), "start_time");
	int64_t end = field_time(f, val_get(v, "end_time"), "end_time");
	int64_t length = field_duration(f, val_get(v, "duration"), 1000000000, "duration");
	if (end == TIME_UNKNOWN && start != TIME_UNKNOWN && length > 0 && __builtin_add_overflow(start, length, &end))
		end = TIME_UNKNOWN;
	span.trace_id = trace_text(f, k);
	span.name = name_of(span.id);
	span.kind = kind_of(span.name);
	span.status = end == TIME_UNKNOWN ? STATUS_RUNNING : STATUS_OK;
	/* An event of this span may have said when it began or ended, by some microseconds otherwise: one of the two is enough. */
	if (!(k->said & START_SAID))
		span.start_ns = start;
	if (!(k->said & END_SAID))
		span.end_ns = end;
	k->said |= (start != TIME_UNKNOWN ? START_SAID : 0U) | (end != TIME_UNKNOWN ? END_SAID : 0U);
	if (span.kind == KIND_TOOL)
		span.tool_name = span.name;
	read_tags(f, &span, v);
	fields_attributes(f, &span, v, "", mapped);
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- events */

/* What the events of a class with this beginning are about. */
static const struct subject {
	const char *begins;
	enum span_kind kind;
	const char *input[3], *output[3];
} subjects[] = {
    {"LLMChat",              KIND_LLM,       {"messages", NULL},                         {"response", NULL}   },
    {"LLMCompletion",        KIND_LLM,       {"prompt", NULL},                           {"response", NULL}   },
    {"LLMStructuredPredict", KIND_CHAIN,     {"template_args", NULL},                    {"output", NULL}     },
    {"LLMPredict",           KIND_CHAIN,     {"template_args", NULL},                    {"output", NULL}     },
    {"Embedding",            KIND_EMBEDDING, {"chunks", NULL},                           {NULL}               },
    {"SparseEmbedding",      KIND_EMBEDDING, {"chunks", NULL},                           {NULL}               },
    {"Retrieval",            KIND_RETRIEVER, {"str_or_query_bundle", "query_str", NULL}, {"nodes", NULL}      },
    {"ReRank",               KIND_RERANKER,  {"query", NULL},                            {"nodes", NULL}      },
    {"Query",                KIND_CHAIN,     {"query", NULL},                            {"response", NULL}   },
    {"Synthesize",           KIND_CHAIN,     {"query", NULL},                            {"response", NULL}   },
    {"GetResponse",          KIND_CHAIN,     {"query_str", NULL},                        {"response", NULL}   },
    {"AgentToolCall",        KIND_TOOL,      {"arguments", NULL},                        {NULL}               },
    {"AgentChatWithStep",    KIND_AGENT,     {"user_msg", NULL},                         {"response", NULL}   },
    {"AgentRunStep",         KIND_AGENT,     {"input", NULL},                            {"step_output", NULL}},
    {"StreamChat",           KIND_SPAN,      {NULL},                                     {NULL}               },
};

static const struct subject *subject_of(struct str class_name)
{
	for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
		if (str_starts(class_name, subjects[i].begins))
			return &subjects[i];
	return NULL;
}

/* A response is {"message": …, "raw": …} of a chat, {"text": …} of a completion, {"response": "…"} of an engine. */
static struct val answer_of(struct val response)
{
	struct val v = val_is(response, SCAN_OBJECT) ? FIELD_ANY(response, "message", "text", "response") : VAL_NONE;
	return val_ok(v) ? v : response;
}

static void read_model_call(struct fields *f, struct span *span, struct val v, struct val in, struct val out)
{
	struct val raw = field_open(f, val_path(v, "response.raw")), model = field_open(f, val_get(v, "model_dict"));
	span->model = field_text(f, FIELD_ANY(model, "model", "model_name"));
	if (!span->model.len)
		span->model = field_text(f, FIELD_ANY(v, "model", "model_name"));
	if (!span->model.len && !val_is(model, SCAN_OBJECT))
		span->model = field_text(f, FIELD_ANY(raw, "model"));
	fields_usage(f, span, FIELD_ANY(raw, "usage", "usage_metadata"), "response.raw.usage");
	if (span->kind == KIND_LLM)
		fields_messages(f, span, in, out);
}

static void read_content(struct fields *f, struct span *span, const struct subject *subject, struct val v, bool ends)
{
	/* A start has the input; where an end repeats it, it is the same. Embeddings have their chunks at the end only. */
	bool with_input = !ends || span->kind == KIND_EMBEDDING;
	struct val in = with_input ? field_any(v, subject->input) : VAL_NONE, out = field_any(v, subject->output);
	if (val_is(in, SCAN_OBJECT) && val_ok(val_get(in, "query_str")))
		in = val_get(in, "query_str");
	out = answer_of(out);
	fields_input(f, span, in);
	fields_output(f, span, out);
	if (span->kind == KIND_LLM || span->kind == KIND_EMBEDDING)
		read_model_call(f, span, v, in, out);
	if (span->kind == KIND_RETRIEVER || span->kind == KIND_RERANKER)
		fields_documents(f, span, val_get(v, "nodes"));
	if (span->kind == KIND_TOOL)
		span->tool_name = field_text(f, val_path(v, "tool.name"));
}

/* What else an event holds; embeddings are long and tell nobody anything. */
static void add_event(struct fields *f, struct span *span, struct val v, struct str class_name, int64_t time)
{
	if (!f->payload)
		return;
	struct span_event *event = arena_alloc(f->arena, sizeof *event);
	*event = (struct span_event){.name = class_name, .time_ns = time};
	if (!subject_of(class_name))
		event->attributes = val_raw(v);
	span->events = event;
	span->n_events = 1;
}

static void read_event(struct fields *f, struct val v)
{
	struct span span = span_start("llamaindex");
	struct str class_name = val_str(val_get(v, "class_name"), f->arena);
	const struct subject *subject = subject_of(class_name);
	bool starts = str_ends(class_name, "StartEvent"), ends = str_ends(class_name, "EndEvent");
	int64_t time = field_time(f, val_get(v, "timestamp"), "timestamp");
	span.id = field_text(f, FIELD_ANY(v, "span_id", "id_"));
	span.parent_id = field_text(f, val_get(v, "parent_id"));
	struct known *k = place(f->im->state, span.id, span.parent_id, false);
	span.trace_id = trace_text(f, k);
	span.name = name_of(span.id);
	if (starts && !(k->said & START_SAID))
		span.start_ns = time;
	if (ends && !(k->said & END_SAID))
		span.end_ns = time;
	k->said |= starts ? START_SAID : ends ? END_SAID : 0U;
	span.status = ends ? STATUS_OK : starts ? STATUS_RUNNING : STATUS_UNSET;
	if (str_is(class_name, "SpanDropEvent") || str_is(class_name, "ExceptionEvent")) {
		span.status = STATUS_ERROR;
		span.message = field_text(f, FIELD_ANY(v, "err_str", "exception"));
	}
	if (subject) {
		span.kind = subject->kind;
		read_content(f, &span, subject, v, ends);
	}
	add_event(f, &span, v, class_name, time);
	read_tags(f, &span, v);
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- the format */

static bool is_event(struct val v)
{
	return val_is(val_get(v, "class_name"), SCAN_STRING) && val_ok(val_get(v, "id_")) &&
	       val_get(v, "timestamp").scan;
}

static bool is_span(struct val v)
{
	return val_ok(val_get(v, "id_")) && val_get(v, "parent_id").scan && val_ok(val_get(v, "start_time"));
}

static bool llamaindex_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	if (is_event(rec->root))
		read_event(&f, rec->root);
	else if (is_span(rec->root))
		read_span(&f, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a span nor an event");
	fields_done(&f);
	return true;
}

static int llamaindex_probe(const struct sample *sample, const char **why)
{
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE;
	if (is_event(v)) {
		*why = "events with id_, timestamp and class_name";
		return str_ends(
		           str_cut(val_raw(val_get(v, "class_name")), 0, val_raw(val_get(v, "class_name")).len - 1),
		           "Event")
		           ? 88
		           : 60;
	}
	if (is_span(v) && (val_get(v, "duration").scan || val_get(v, "tags").scan)) {
		*why = "spans with id_, parent_id and duration";
		return 85;
	}
	*why = "no id_ with class_name or parent_id";
	return 0;
}

const struct format format_llamaindex = {
    .name = "llamaindex",
    .title = "LlamaIndex spans and events",
    .spec_url = "https://developers.llamaindex.ai/python/framework/module_guides/observability/instrumentation",
    .how = "rows with id_ and parent_id, start_time, duration; or id_, timestamp and class_name",
    .fills = "traces, spans with messages, documents and tokens of the events that name them",
    .example =
        "{\"id_\":\"LLM.predict-…\",\"parent_id\":…,\"start_time\":…,\"end_time\":…,\"duration\":1.5,\"tags\":{}}",
    .seen = "documented shape (LlamaIndex's own classes), no real sample seen",
    .secrets = llamaindex_secrets,
    .stateful = true,
    .state_size = sizeof(struct llamaindex_state),
    .probe = llamaindex_probe,
    .record = llamaindex_record,
};
