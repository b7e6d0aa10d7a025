#include "import/semconv_own.h"

#include "import/semconv_private.h"

enum { OWN_VERSION = 1 };

struct own {
	struct import *im;
	const struct record *rec;
	const struct span_in *in;
	struct arena *arena;
	struct val root;
	struct span span;
};

/* ---------------------------------------------------------------- values */

static struct str text_of(const struct own *o, struct val object, const char *key)
{
	return val_str(val_get(object, key), o->arena);
}

static int64_t int_of(struct val object, const char *key)
{
	int64_t n;

	return val_int64(val_get(object, key), &n) ? n : UNKNOWN_INT;
}

static double double_of(struct val object, const char *key)
{
	double d;

	return val_double(val_get(object, key), &d) ? d : UNKNOWN_DOUBLE;
}

static int small_of(struct val object, const char *key, int least, int most, int otherwise)
{
	int64_t n = int_of(object, key);

	return n >= least && n <= most ? (int)n : otherwise;
}

static bool truth_of(struct val object, const char *key)
{
	bool truth = false;

	return val_bool(val_get(object, key), &truth) && truth;
}

static enum span_status status_of(const struct own *o, struct val object)
{
	enum span_status status = STATUS_UNSET;

	status_named(text_of(o, object, "status"), &status);
	return status;
}

/* The text itself, or where it stands. */
static struct str value_of(const struct own *o, const char *key, const char *attribute)
{
	struct val v = val_get(o->root, key);

	return truth_of(o->root, key) ? semconv_get(&o->in->attrs, attribute, o->arena) : val_str(v, o->arena);
}

/* ---------------------------------------------------------------- the span */

static void read_ids(struct own *o)
{
	struct span *span = &o->span;
	struct str id = text_of(o, o->root, "id"), family = text_of(o, o->root, "family"),
	           trace = text_of(o, o->root, "trace_id");

	span->scope = (struct id_scope){family.len ? family : o->in->scope.family, text_of(o, o->root, "project")};
	span->trace_id = trace.len ? trace : o->in->trace_id;
	span->id = id.len ? id : o->in->id;
	span->parent_id = text_of(o, o->root, "parent");
}

static void read_facts(struct own *o)
{
	const struct span_in *in = o->in;
	struct span *span = &o->span;
	struct val root = o->root;

	kind_named(text_of(o, root, "kind"), &span->kind);
	span->name = in->name;
	span->status = status_of(o, root);
	span->message = in->message;
	span->start_ns = in->start_ns;
	span->end_ns = in->end_ns;
	span->model = text_of(o, root, "model");
	span->provider = text_of(o, root, "provider");
	span->tokens_in = int_of(root, "tokens_in");
	span->tokens_out = int_of(root, "tokens_out");
	span->tokens_cached = int_of(root, "tokens_cached");
	span->tokens_reasoning = int_of(root, "tokens_reasoning");
	span->tokens_cache_write = int_of(root, "tokens_cache_write");
	span->cost_usd = double_of(root, "cost_usd");
	span->first_token_ns = int_of(root, "first_token_ns");
	span->prompt_name = text_of(o, root, "prompt_name");
	span->prompt_version = text_of(o, root, "prompt_version");
	span->prompt_text = text_of(o, root, "prompt_text");
	span->session = text_of(o, root, "session");
	span->user = text_of(o, root, "user");
	span->service = text_of(o, root, "service");
	span->trace_name = text_of(o, root, "trace_name");
	span->tool_name = text_of(o, root, "tool_name");
	span->input = value_of(o, "input", "input.value");
	span->output = value_of(o, "output", "output.value");
	span->input_preview = text_of(o, root, "input_preview");
	span->output_preview = text_of(o, root, "output_preview");
	int64_t input = int_of(root, "input_hash"), output = int_of(root, "output_hash");
	span->input_hash = input == UNKNOWN_INT ? 0 : (uint64_t)input;
	span->output_hash = output == UNKNOWN_INT ? 0 : (uint64_t)output;
}

static void read_tags(struct own *o)
{
	struct val list = val_get(o->root, "tags");
	struct str *at;

	if (!val_is(list, SCAN_ARRAY))
		return;
	at = arena_zalloc(o->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m))
		at[o->span.n_tags++] = val_str(m.val, o->arena);
	o->span.tags = at;
}

/* ---------------------------------------------------------------- payload */

static void read_parts(const struct own *o, struct val list, struct message *message)
{
	struct message_part *at =
	    arena_zalloc(o->arena, val_is(list, SCAN_ARRAY) ? (size_t)val_count(list) + 1 : 1, sizeof *at);

	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		int64_t size = int_of(m.val, "size");

		at[message->n_parts++] = (struct message_part){
		    .type = (enum part_type)small_of(m.val, "type", PART_TEXT, PART_OTHER, PART_OTHER),
		    .text = text_of(o, m.val, "text"),
		    .id = text_of(o, m.val, "id"),
		    .name = text_of(o, m.val, "name"),
		    .size_bytes = size > 0 ? (size_t)size : 0};
	}
	message->parts = at;
}

static void read_messages(struct own *o)
{
	struct val list = val_get(o->root, "messages");
	struct message *at;

	if (!val_is(list, SCAN_ARRAY))
		return;
	at = arena_zalloc(o->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct message *message = &at[o->span.n_messages++];

		*message = (struct message){.role = text_of(o, m.val, "role"),
		                            .name = text_of(o, m.val, "name"),
		                            .finish_reason = text_of(o, m.val, "finish_reason"),
		                            .output = truth_of(m.val, "output")};
		read_parts(o, val_get(m.val, "parts"), message);
	}
	o->span.messages = at;
}

static void read_documents(struct own *o)
{
	struct val list = val_get(o->root, "documents");
	struct document *at;

	if (!val_is(list, SCAN_ARRAY))
		return;
	at = arena_zalloc(o->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m))
		at[o->span.n_documents++] = (struct document){.id = text_of(o, m.val, "id"),
		                                              .content = text_of(o, m.val, "content"),
		                                              .metadata = text_of(o, m.val, "metadata"),
		                                              .score = double_of(m.val, "score")};
	o->span.documents = at;
}

static bool is_added(const struct own *o, struct str key, struct val added)
{
	if (str_is(key, "spoor.span"))
		return true;
	for (struct member m = val_first(added); m.ok; m = val_next(m))
		if (str_eq(val_str(m.val, o->arena), key))
			return true;
	return false;
}

static struct attrs_in without_added(const struct own *o, const struct attrs_in *attrs)
{
	struct val added = val_get(o->root, "added");
	struct attr_in *at = arena_alloc(o->arena, size_mul(attrs->n + 1, sizeof *at));
	size_t n = 0;

	for (size_t i = 0; i < attrs->n; i++)
		if (!is_added(o, attrs->at[i].key, added))
			at[n++] = attrs->at[i];
	return (struct attrs_in){at, n};
}

static struct attrs_in without_service(const struct own *o, const struct attrs_in *resource)
{
	struct attr_in *at = arena_alloc(o->arena, size_mul(resource->n + 1, sizeof *at));
	size_t n = 0;

	for (size_t i = 0; i < resource->n; i++)
		if (!str_is(resource->at[i].key, "service.name"))
			at[n++] = resource->at[i];
	return (struct attrs_in){at, n};
}

/* Attributes, events, links: those of the source, with the ids it gave. */
static void read_payload(struct own *o)
{
	struct span_in in = *o->in;
	struct link_in *links = arena_alloc(o->arena, size_mul(in.n_links + 1, sizeof *links));
	struct member m = val_first(val_get(o->root, "links"));
	int64_t events = int_of(o->root, "events");

	read_messages(o);
	read_documents(o);
	in.attrs = without_added(o, &in.attrs);
	if (truth_of(o->root, "service_added"))
		in.resource = without_service(o, &in.resource);
	in.extras = in.scope_attrs = (struct attrs_in){NULL, 0};
	in.otel_kind = in.scope_name = STR_NONE;
	if (events >= 0 && (uint64_t)events < in.n_events)
		in.n_events = (size_t)events;
	for (size_t i = 0; i < in.n_links; i++, m = val_next(m)) {
		links[i] = in.links[i];
		if (!m.ok)
			continue;
		links[i].trace_id = text_of(o, m.val, "trace");
		links[i].span_id = text_of(o, m.val, "span");
	}
	in.links = links;
	struct mapping mapping = {.im = o->im, .arena = o->arena, .rec = o->rec, .in = &in, .span = o->span};
	semconv_payload_plain(&mapping);
	o->span = mapping.span;
}

/* ---------------------------------------------------------------- scores, the trace */

static void give_scores(const struct own *o, struct val list, bool of_trace)
{
	int64_t number = 0;

	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct val v = m.val;
		struct score score = {
		    .scope = o->span.scope,
		    .trace_id = o->span.trace_id,
		    .span_id = of_trace ? STR_NONE : o->span.id,
		    .name = text_of(o, v, "name"),
		    .value = double_of(v, "value"),
		    .label = text_of(o, v, "label"),
		    .pass = small_of(v, "pass", 0, 1, -1),
		    .threshold = double_of(v, "threshold"),
		    .explanation = text_of(o, v, "explanation"),
		    .source = (enum score_source)small_of(v, "source", SOURCE_UNKNOWN, SOURCE_CODE, SOURCE_UNKNOWN),
		    .judge_model = text_of(o, v, "judge_model"),
		    .author = text_of(o, v, "author"),
		    .time_ns = int_of(v, "time_ns"),
		    .id = arena_printf(o->arena, "%lld", (long long)number++), /* equal ones stay apart */
		};

		if (truth_of(v, "of_session")) {
			score.session = text_of(o, val_get(o->root, "trace"), "session");
			score.trace_id = STR_NONE;
		}
		if (score.name.len)
			sink_score(o->im->sink, &score);
	}
}

static void give_trace(const struct own *o)
{
	struct val v = val_get(o->root, "trace");
	struct trace trace = {.scope = o->span.scope, .id = o->span.trace_id};

	if (!val_is(v, SCAN_OBJECT))
		return;
	trace.name = text_of(o, v, "name");
	trace.session = text_of(o, v, "session");
	trace.user = text_of(o, v, "user");
	trace.service = text_of(o, v, "service");
	trace.input = text_of(o, v, "input");
	trace.output = text_of(o, v, "output");
	trace.start_ns = int_of(v, "start_ns");
	trace.end_ns = int_of(v, "end_ns");
	trace.status = status_of(o, v);
	trace.cost_usd = double_of(v, "cost_usd");
	sink_trace(o->im->sink, &trace);
	give_scores(o, val_get(v, "scores"), true);
}

bool semconv_own(struct import *im, const struct record *rec, const struct span_in *in)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	const struct attrs_in *attrs = &in->attrs;
	size_t at = attrs->n;
	struct scan scan = SCAN_INIT;
	struct own o = {.im = im, .rec = rec, .in = in, .arena = im->arena};

	while (at > 0 && !str_is(attrs->at[at - 1].key, "spoor.span"))
		at--;
	if (at == 0)
		return false;
	bool ours = scan_text(&scan, attr_text(&attrs->at[at - 1], im->arena), &opts);
	o.root = ours ? scan_root(&scan) : VAL_NONE;
	ours = ours && val_is(o.root, SCAN_OBJECT) && int_of(o.root, "version") == OWN_VERSION;
	if (ours) {
		read_ids(&o);
		read_facts(&o);
		read_tags(&o);
		if (sink_wants(im->sink, SINK_PAYLOAD))
			read_payload(&o);
		sink_span(im->sink, &o.span);
		give_trace(&o);
		give_scores(&o, val_get(o.root, "scores"), false);
	} else {
		import_problem(im, rec, SEVERITY_WARNING, "bad-value", STR_LIT("attributes"),
		               "read by the names of the other attributes", "spoor.span is not what this spoor writes");
	}
	scan_done(&scan);
	return ours;
}
