/* One pass over a span's attributes picks, per field, the attribute whose word counts most (semconv_table.c); what is picked
 * is converted once. Texts are unescaped at most once and parsed as messages at most once: they are most of a file's bytes. */
#include "import/semconv_private.h"

#include "import/langfuse_experiment.h"
#include "import/semconv_kind.h"
#include "import/semconv_own.h"

struct str semconv_get(const struct attrs_in *attrs, const char *key, struct arena *arena)
{
	struct str wanted = str_of(key);

	for (size_t i = attrs->n; i-- > 0;) {
		if (str_eq(attrs->at[i].key, wanted))
			return attr_text(&attrs->at[i], arena);
	}
	return STR_NONE;
}

struct str semconv_json(const struct attr_in *attr, struct arena *arena)
{
	struct buf out = BUF_INIT;
	struct str text;

	if (attr->type == ATTR_STRING && !attr->text.ptr)
		return val_raw(attr->string);
	if (attr->type != ATTR_STRING && !(attr->type == ATTR_DOUBLE && IS_UNKNOWN(attr->number)))
		return attr_text(attr, arena);
	scan_quote(&out, attr_text(attr, arena));
	text = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

/* ---- picking */

static bool is_blank(const struct attr_in *attr)
{
	if (attr->type == ATTR_STRING)
		return attr->text.ptr ? attr->text.len == 0 : val_raw(attr->string).len <= 2;
	if (attr->type == ATTR_JSON)
		return attr->text.len == 0 || str_is(attr->text, "[]") || str_is(attr->text, "{}") ||
		       str_is(attr->text, "null");
	return false;
}

static void pick(struct mapping *m, enum field field, const struct semconv_row *row, const struct attr_in *attr)
{
	struct picked *p = &m->best[field];

	/* <=: of two attributes with one name the last wins. */
	if (!p->attr || row->rank <= p->rank)
		*p = (struct picked){attr, row->conv, row->rank};
}

static void pick_kind(struct mapping *m, const struct semconv_row *row, const struct attr_in *attr)
{
	enum span_kind kind = KIND_SPAN;

	if (row->rank > m->said_rank)
		return;
	if (semconv_kind_said(row->conv, attr_text(attr, m->arena), &kind)) {
		m->said = kind;
		m->said_rank = row->rank;
	} else if (row->conv == C_KIND_GENAI) {
		m->unknown_op = true;
	}
}

/* ADK gives a tool's span an empty request. */
static bool is_empty_chat(const struct semconv_row *row, const struct attr_in *attr)
{
	return row->conv == C_CHAT && attr->type == ATTR_STRING && !attr->text.ptr &&
	       (str_is(val_raw(attr->string), "\"{}\"") || str_is(val_raw(attr->string), "\"[]\""));
}

static void take_row(struct mapping *m, const struct semconv_row *row, const struct attr_in *attr)
{
	if (is_empty_chat(row, attr))
		return;
	if (row->field == F_KIND) {
		pick_kind(m, row, attr);
		return;
	}
	pick(m, row->field, row, attr);
	if (row->conv != C_CHAT && row->conv != C_MIXED)
		return;
	pick(m, row->field == F_INPUT ? F_INPUT_CHAT : F_OUTPUT_CHAT, row, attr);
	if (row->conv == C_MIXED)
		pick(m, F_OUTPUT_CHAT, row, attr);
}

static void take_attribute(struct mapping *m, const struct attr_in *attr, uint32_t order)
{
	const struct semconv_row *row = semconv_row(attr->key);
	struct flat_item item = {.attr = attr, .order = order};

	if (!row) {
		item.list = semconv_flat(attr->key, &item.index, &item.rest);
		if (item.list != FLAT_NONE)
			m->flat.at[m->flat.n++] = item;
		return;
	}
	if (!is_blank(attr))
		take_row(m, row, attr);
}

/* Names of no convention count only where a container has them as members of the span itself. "span" and "event" in such a place say
 * nothing. */
static void take_extras(struct mapping *m)
{
	const struct attrs_in *extras = &m->in->extras;
	enum span_kind kind = KIND_SPAN;

	for (size_t i = 0; i < extras->n; i++) {
		const struct semconv_row *row = semconv_bare_row(extras->at[i].key);

		if (!row)
			take_attribute(m, &extras->at[i], (uint32_t)i);
		else if (!is_blank(&extras->at[i]))
			take_row(m, row, &extras->at[i]);
	}
	if (m->said == KIND_SPAN && m->said_rank >= BARE_RANK)
		m->said_rank = INT32_MAX;
	if (m->in->kind_word.len && m->said_rank > 1 && semconv_kind_said(C_KIND_PLATFORM, m->in->kind_word, &kind) &&
	    kind != KIND_SPAN) {
		m->said = kind;
		m->said_rank = 1;
	}
}

static void take_attributes(struct mapping *m)
{
	const struct attrs_in *attrs = &m->in->attrs;

	size_t most = size_add(attrs->n, m->in->extras.n);

	m->flat.at = arena_alloc(m->arena, size_mul(most + 1, sizeof *m->flat.at));
	for (size_t i = 0; i < attrs->n; i++)
		take_attribute(m, &attrs->at[i], (uint32_t)i);
	take_extras(m);
	flat_sort(m->flat);
}

/* ---- converting */

/* "\"mlflow-model\"" → mlflow-model; anything else as it is. */
static struct str unquoted(struct str text, struct arena *arena)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;

	if (str_starts(text, "\"") && scan_text(&scan, text, &opts))
		text = arena_str(arena, val_str(scan_root(&scan), arena));
	scan_done(&scan);
	return text;
}

struct str semconv_picked_text(struct mapping *m, enum field field)
{
	const struct picked *p = &m->best[field];
	struct str text = attr_text(p->attr, m->arena);

	if (p->conv == C_CHAT && (str_starts(text, "\"[") || str_starts(text, "\"{")))
		return unquoted(text, m->arena); /* made JSON twice */
	return p->conv == C_JSON_WORD || p->conv == C_TIME ? unquoted(text, m->arena) : text;
}

static struct str first_word(struct str text)
{
	size_t dot = str_find_char(text, '.');

	return dot == SIZE_MAX ? text : str_cut(text, 0, dot);
}

/* An attribute that is a list, a list as JSON text, or one word, as texts. */
size_t semconv_texts(struct mapping *m, enum field field, const struct str **out)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct str text = str_trim(semconv_text(m, field)), *at;
	struct scan scan = SCAN_INIT;
	size_t n = 0;

	*out = NULL;
	if (!text.len)
		return 0;
	if (text.ptr[0] == '[' && scan_text(&scan, text, &opts)) {
		at = arena_zalloc(m->arena, (size_t)val_count(scan_root(&scan)) + 1, sizeof *at);
		for (struct member item = val_first(scan_root(&scan)); item.ok; item = val_next(item)) {
			if (val_ok(item.val))
				at[n++] = val_text(item.val, m->arena);
		}
	} else {
		at = arena_zalloc(m->arena, 1, sizeof *at);
		at[n++] = text;
	}
	scan_done(&scan);
	*out = at;
	return n;
}

static void flat_tags(struct mapping *m)
{
	struct flat_items items = flat_of(m->flat, FLAT_TAGS);
	struct str *at;

	if (m->span.n_tags || !items.n)
		return;
	at = arena_zalloc(m->arena, items.n, sizeof *at);
	for (size_t i = 0; i < items.n; i++)
		at[i] = attr_text(items.at[i].attr, m->arena);
	m->span.tags = at;
	m->span.n_tags = items.n;
}

/* ---- kind */

static bool has_flat(const struct mapping *m, enum flat_list list)
{
	return flat_of(m->flat, list).n > 0;
}

static enum span_kind hinted_kind(struct mapping *m)
{
	const struct picked *hint = &m->best[F_HINT], *chat = &m->best[F_INPUT_CHAT];

	if (hint->attr && hint->conv == C_HINT_GUARDRAIL)
		return KIND_GUARDRAIL;
	if (chat->attr && str_is(chat->attr->key, "gcp.vertex.agent.llm_request"))
		return KIND_LLM;
	if (chat->attr && chat->conv == C_MIXED) /* one call's messages, or those of a whole run */
		return str_is(chat->attr->key, "events") ? KIND_LLM : KIND_AGENT;
	if (semconv_has(m, F_DOCUMENTS) || has_flat(m, FLAT_DOCUMENTS))
		return KIND_RETRIEVER;
	if (has_flat(m, FLAT_RERANKED))
		return KIND_RERANKER;
	if (has_flat(m, FLAT_EMBEDDINGS))
		return KIND_EMBEDDING;
	if (semconv_has(m, F_MODEL) && !semconv_has(m, F_AGENT)) {
		struct str key = m->best[F_MODEL].attr->key;

		return str_starts(key, "embedding.")  ? KIND_EMBEDDING
		       : str_starts(key, "reranker.") ? KIND_RERANKER
		                                      : KIND_LLM;
	}
	if (hint->attr && semconv_is_vector_store(semconv_text(m, F_HINT)))
		return KIND_RETRIEVER;
	/* entity.name alone says nothing: every Traceloop span has one */
	if (semconv_has(m, F_TOOL) && m->best[F_TOOL].rank < 5)
		return KIND_TOOL;
	/* nothing but what somebody thought of another span afterwards */
	if (m->in->n_links == 1 && m->flat.n && m->flat.at[m->flat.n - 1].list >= FLAT_ANNOTATIONS)
		return KIND_EVALUATOR;
	return KIND_SPAN;
}

/* Instrumentations that make nothing but LLM spans. */
static bool is_llm_scope(struct str scope)
{
	static const char *const starts[] = {"openinference.", "gcp.vertex.agent", "pydantic-ai", "langfuse-sdk",
	                                     "lmnr.",          "agentops",         "strands",     "autogen"};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (str_starts(scope, starts[i]))
			return true;
	}
	return false;
}

static void set_kind(struct mapping *m)
{
	enum span_kind kind = m->said;

	if (m->said_rank != INT32_MAX && kind == KIND_SPAN)
		return; /* it says that it is nothing special */
	if (m->said_rank == INT32_MAX) {
		m->dialect = m->flat.n > 0 || m->unknown_op || is_llm_scope(m->in->scope_name);
		for (int f = 0; f < N_FIELDS && !m->dialect; f++)
			m->dialect = m->best[f].attr && f != F_ERROR_TYPE && f != F_USER && f != F_SESSION &&
			             f != F_HINT && f != F_TAGS && f != F_NAME && f != F_SPAN_TYPE && f != F_MESSAGE;
		kind = hinted_kind(m);
		if (kind == KIND_SPAN && !m->dialect)
			return;
	}
	m->span.kind = semconv_kind_of_name(m->in->name, kind);
}

/* ---- the span */

static void set_identity(struct mapping *m)
{
	const struct span_in *in = m->in;
	struct str type = semconv_text(m, F_SPAN_TYPE);

	m->span.scope = in->scope;
	m->span.trace_id = in->trace_id;
	m->span.id = in->id;
	m->span.parent_id = in->parent_id;
	m->span.name = semconv_has(m, F_NAME) ? semconv_text(m, F_NAME) : in->name;
	m->span.status = in->status;
	m->span.start_ns = in->start_ns;
	m->span.end_ns = in->end_ns;
	if (in->pending || str_is(type, "pending_span")) {
		/* Logfire's provisional twin: its own parent field names its final self. */
		struct str parent = semconv_text(m, F_PENDING_PARENT);

		if (in->parent_id.len && parent.len && !str_eq(in->parent_id, parent))
			m->span.id = in->parent_id;
		m->span.status = STATUS_RUNNING;
		m->span.end_ns = TIME_UNKNOWN;
		if (parent.len)
			m->span.parent_id = str_is(parent, "0000000000000000") ? STR_NONE : parent;
	}
}

static void set_message(struct mapping *m)
{
	struct str type = semconv_text(m, F_ERROR_TYPE);

	if (m->span.status == STATUS_UNSET && (type.len || str_ieq(semconv_text(m, F_LEVEL), "error") ||
	                                       (m->exception.len && semconv_has(m, F_ERROR_EVENTS))))
		m->span.status = STATUS_ERROR;
	m->span.message = m->in->message.len ? m->in->message : m->exception;
	if (!m->span.message.len)
		m->span.message = semconv_text(m, F_MESSAGE);
	if (!m->span.message.len && m->span.status == STATUS_ERROR)
		m->span.message = type;
}

static struct str tool_name(struct mapping *m)
{
	struct str name = m->in->name;

	if (semconv_has(m, F_TOOL))
		return semconv_text(m, F_TOOL);
	if (m->in->tool_name.len)
		return m->in->tool_name;
	if (str_starts(name, "execute_tool "))
		return str_from(name, strlen("execute_tool "));
	if (str_starts(name, "running tool: "))
		return str_from(name, strlen("running tool: "));
	return name;
}

/* A root whose name says no more than that an agent ran: the trace is called after the agent. */
static struct str agent_for_name(struct mapping *m)
{
	static const char *const generic[] = {"invoke_agent", "agent run",  "agent_run",
	                                      "create_agent", "invocation", "agent"};

	for (size_t i = 0; i < sizeof generic / sizeof *generic; i++) {
		if (str_ieq(m->span.name, generic[i]))
			return semconv_text(m, F_AGENT);
	}
	return STR_NONE;
}

static void set_names(struct mapping *m)
{
	struct span *span = &m->span;
	struct str service = semconv_get(&m->in->resource, "service.name", m->arena);

	span->model = semconv_text(m, F_MODEL);
	span->provider = semconv_text(m, F_PROVIDER);
	if (m->best[F_PROVIDER].conv == C_FIRST_WORD)
		span->provider = first_word(span->provider);
	span->prompt_name = semconv_text(m, F_PROMPT_NAME);
	span->prompt_version = semconv_text(m, F_PROMPT_VERSION);
	span->prompt_text = semconv_text(m, F_PROMPT_TEXT);
	span->session = semconv_text(m, F_SESSION);
	span->user = semconv_text(m, F_USER);
	span->service = str_starts(service, "unknown_service") ? STR_NONE : service;
	if (!span->parent_id.len)
		span->trace_name = semconv_has(m, F_TRACE_NAME) ? semconv_text(m, F_TRACE_NAME) : agent_for_name(m);
	if (span->kind == KIND_TOOL)
		span->tool_name = tool_name(m);
	span->n_tags = semconv_texts(m, F_TAGS, &span->tags);
	flat_tags(m);
}

void semconv_span(struct import *im, const struct record *rec, const struct span_in *in)
{
	struct mapping m = {.im = im, .arena = im->arena, .rec = rec, .in = in, .said_rank = INT32_MAX};

	if (semconv_own(im, rec, in))
		return;
	take_attributes(&m);
	semconv_look_at_events(&m);
	set_identity(&m);
	set_kind(&m);
	set_message(&m);
	set_names(&m);
	semconv_usage(&m);
	semconv_input_output(&m);
	if (sink_wants(im->sink, SINK_PAYLOAD))
		semconv_payload(&m);
	sink_span(im->sink, &m.span);
	semconv_event_scores(&m);
	semconv_inline_scores(&m);
	if (semconv_has(&m, F_EXPERIMENT))
		langfuse_experiment_span(im, rec, in, &m.span);
}
