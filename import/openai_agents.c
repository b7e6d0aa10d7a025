/* OpenAI Agents SDK: the items its tracing processors export, "trace" and "trace.span", alone, as lines, in the exporter's batch
 * {"data":[…]}, or wrapped by a processor's log ({"event":"span_end","span":{…}}).
 * Sources: openai/openai-agents-python src/agents/tracing; bodies of @openai/agents 0.20.0 (formats/traces-platforms.md section 8). */
#include "import/fields.h"

static const struct record_path agents_paths[] = {
    {"data[]", 0},
    {"",       1},
    {NULL,     0}
};

/* The item inside what a processor's log puts around it. */
static struct val item_of(struct val v)
{
	static const char *const around[] = {"span", "trace", "item", "data"};
	for (size_t i = 0; i < 4 && !val_is(val_get(v, "object"), SCAN_STRING); i++)
		if (val_is(val_get(val_get(v, around[i]), "object"), SCAN_STRING))
			return val_get(v, around[i]);
	return v;
}

static bool is_trace(struct val item)
{
	return val_str_is(val_get(item, "object"), "trace");
}

static bool is_span(struct val item)
{
	return val_str_is(val_get(item, "object"), "trace.span");
}

static int agents_probe(const struct sample *s, const char **why)
{
	struct val first = s->n_values ? s->values[0] : VAL_NONE, list = val_get(first, "data");
	if (val_is(list, SCAN_ARRAY))
		first = val_at(list, 0);
	struct val item = item_of(first);
	*why = "no object \"trace\" or \"trace.span\"";
	if (is_span(item) && val_ok(val_get(item, "span_data"))) {
		*why = "object \"trace.span\" with span_data";
		return 95;
	}
	if (is_trace(item) && val_ok(val_get(item, "id"))) {
		*why = "object \"trace\" with id";
		return 90;
	}
	return 0;
}

/* ---------------------------------------------------------------- traces */

static void take_trace(struct fields *f, struct val item)
{
	struct trace t = trace_start("openai-agents");
	struct val meta = val_get(item, "metadata");
	t.id = field_text(f, val_get(item, "id"));
	t.name = field_text(f, val_get(item, "workflow_name"));
	t.session = field_text(f, val_get(item, "group_id"));
	t.user = field_text(f, FIELD_ANY(meta, "user_id", "user"));
	if (val_is(meta, SCAN_OBJECT))
		t.metadata = val_raw(meta);
	sink_trace(f->im->sink, &t);
}

/* ---------------------------------------------------------------- spans */

static enum span_kind kind_of(struct val data, struct str type)
{
	static const struct {
		const char *type;
		enum span_kind kind;
	} kinds[] = {
	    {"agent",         KIND_AGENT    },
            {"function",      KIND_TOOL     },
            {"generation",    KIND_LLM      },
	    {"response",      KIND_LLM      },
            {"handoff",       KIND_CHAIN    },
            {"guardrail",     KIND_GUARDRAIL},
	    {"mcp_tools",     KIND_TOOL     },
            {"transcription", KIND_LLM      },
            {"speech",        KIND_LLM      },
	    {"speech_group",  KIND_CHAIN    },
	};
	struct val said = val_path(data, "data.sdk_span_type");
	if (val_str_is(said, "task"))
		return KIND_TASK;
	if (val_str_is(said, "turn"))
		return KIND_CHAIN;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_is(type, kinds[i].type))
			return kinds[i].kind;
	return KIND_SPAN;
}

static struct str name_of(const struct fields *f, struct val data, struct str type)
{
	struct str name = field_text(f, val_get(data, "name")), from, to;
	if (name.len)
		return name;
	if (str_is(type, "handoff")) {
		from = field_text(f, val_get(data, "from_agent"));
		to = field_text(f, val_get(data, "to_agent"));
		return arena_printf(f->arena, "handoff " STR_FMT " to " STR_FMT, STR_ARG(from), STR_ARG(to));
	}
	name = field_text(f, FIELD_ANY(data, "server", "data.sdk_span_type"));
	if (!name.len)
		name = field_text(f, val_path(data, "data.sdk_span_type"));
	return name.len && !str_is(type, "custom")
	           ? arena_printf(f->arena, STR_FMT " " STR_FMT, STR_ARG(type), STR_ARG(name))
	       : name.len ? name
	                  : type;
}

static void take_io(struct fields *f, struct span *span, struct val data, struct str type)
{
	struct val in = val_get(data, "input"), out = val_get(data, "output");
	if (str_is(type, "mcp_tools"))
		out = val_get(data, "result");
	if (str_is(type, "custom"))
		in = val_get(data, "data");
	if (str_is(type, "guardrail"))
		out = val_get(data, "triggered");
	fields_input(f, span, in);
	fields_output(f, span, out);
	if (str_is(type, "generation"))
		fields_messages(f, span, in, out);
	if (str_is(type, "custom"))
		fields_documents(f, span, val_path(data, "data.documents"));
}

static void take_error(const struct fields *f, struct span *span, struct val error)
{
	if (!val_ok(error))
		return;
	span->status = STATUS_ERROR;
	span->message = field_text(f, val_path(error, "data.error"));
	struct str words = field_text(f, val_get(error, "message"));
	if (words.len && span->message.len)
		span->message = arena_printf(f->arena, STR_FMT ": " STR_FMT, STR_ARG(words), STR_ARG(span->message));
	else if (words.len)
		span->message = words;
	if (!span->message.len)
		span->message = field_text(f, error);
}

static void take_span(struct fields *f, struct val item)
{
	static const char *const mapped[] = {"object",   "id",        "trace_id", "parent_id", "started_at",
	                                     "ended_at", "span_data", "metadata", NULL};
	static const char *const mapped_data[] = {"input", "output", "usage", "result", NULL};
	struct val data = val_get(item, "span_data");
	struct str type = field_text(f, val_get(data, "type"));
	struct span span = span_start("openai-agents");
	span.trace_id = field_text(f, val_get(item, "trace_id"));
	span.id = field_text(f, val_get(item, "id"));
	span.parent_id = field_text(f, val_get(item, "parent_id"));
	span.start_ns = field_time(f, val_get(item, "started_at"), "started_at");
	span.end_ns = field_time(f, val_get(item, "ended_at"), "ended_at");
	span.kind = kind_of(data, type);
	span.name = name_of(f, data, type);
	span.model = field_text(f, val_get(data, "model"));
	if (span.kind == KIND_TOOL)
		span.tool_name = span.name;
	if (span.end_ns == TIME_UNKNOWN && span.start_ns != TIME_UNKNOWN)
		span.status = STATUS_RUNNING;
	take_error(f, &span, val_get(item, "error"));
	fields_usage(f, &span, val_get(data, "usage"), "span_data.usage");
	fields_usage(f, &span, val_path(data, "data.usage"), "span_data.data.usage"); /* of a task or turn: a sum */
	take_io(f, &span, data, type);
	fields_attributes(f, &span, data, "", mapped_data);
	fields_attributes(f, &span, val_get(item, "metadata"), "metadata.", NULL);
	fields_attributes(f, &span, item, "item.", mapped);
	sink_span(f->im->sink, &span);
}

static bool agents_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	struct val item = item_of(rec->root);
	if (is_trace(item))
		take_trace(&f, item);
	else if (is_span(item))
		take_span(&f, item);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "not-imported", STR_NONE, "left out",
		               "neither a trace nor a span of the OpenAI Agents SDK");
	fields_done(&f);
	return true;
}

const struct format format_openai_agents = {
    .name = "openai-agents",
    .title = "OpenAI Agents SDK traces",
    .spec_url = "https://openai.github.io/openai-agents-python/tracing/",
    .how = "objects whose \"object\" is \"trace\" or \"trace.span\"; lines, an array, a batch {\"data\":[…]}, a "
           "processor's log",
    .fills = "traces, spans (agents, generations, functions, handoffs, guardrails), messages, tokens, sessions, errors",
    .example = "{\"object\":\"trace.span\",\"id\":\"span_…\",\"trace_id\":\"trace_…\",\"span_data\":{\"type\":"
               "\"generation\",…}}",
    .paths = agents_paths,
    .probe = agents_probe,
    .record = agents_record,
};
