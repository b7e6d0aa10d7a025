/* One pass over a span's attributes picks, per field, the attribute whose word counts most (semconv_table.c); what is picked
 * is converted once. Texts are unescaped at most once and parsed as messages at most once: they are most of a file's bytes. */
#include "import/semconv.h"

#include "import/message.h"
#include "import/semconv_kind.h"
#include "import/semconv_list.h"

enum { SCORES_MAX = 256, KEYS_COMPARED_MAX = 600 };

struct picked {
	const struct attr_in *attr; /* NULL: none */
	enum conv conv;
	int rank;
};

struct mapping {
	struct import *im;
	struct arena *arena;
	const struct record *rec;
	const struct span_in *in;
	struct span span;
	struct picked best[N_FIELDS];
	enum span_kind said;
	int said_rank; /* INT_MAX: no attribute says the kind */
	struct flat_items flat;
	struct message_list inputs, outputs;
	bool mixed;      /* inputs holds both directions */
	bool dialect;    /* some attribute is of an LLM dialect */
	bool unknown_op; /* gen_ai.operation.name has a word nobody knows */
	struct str exception;
	int64_t first_event_ns;
};

struct str semconv_get(const struct attrs_in *attrs, const char *key, struct arena *arena)
{
	for (size_t i = attrs->n; i-- > 0;) {
		if (str_is(attrs->at[i].key, key))
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
	if (is_blank(attr))
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

static void take_attributes(struct mapping *m)
{
	const struct attrs_in *attrs = &m->in->attrs;

	m->flat.at = attrs->n ? arena_alloc(m->arena, size_mul(attrs->n, sizeof *m->flat.at)) : NULL;
	for (size_t i = 0; i < attrs->n; i++)
		take_attribute(m, &attrs->at[i], (uint32_t)i);
	flat_sort(m->flat);
}

/* ---- converting */

static struct str text_field(struct mapping *m, enum field field)
{
	return m->best[field].attr ? attr_text(m->best[field].attr, m->arena) : STR_NONE;
}

static struct str path_of(const struct mapping *m, const struct attr_in *attr)
{
	return arena_printf(m->arena, "attributes.%.*s", STR_ARG(attr->key));
}

static bool is_digits(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return text.len > 0;
}

static void bad_count(const struct mapping *m, const struct attr_in *attr, struct str text)
{
	double ignored;

	if (is_digits(text))
		return; /* beyond 64 bits: the container has said so */
	if (scan_double(text, &ignored))
		import_problem(m->im, m->rec, SEVERITY_WARNING, "out-of-range", path_of(m, attr), "kept, count unknown",
		               "token count out of range");
	else
		import_problem(m->im, m->rec, SEVERITY_WARNING, "bad-value", path_of(m, attr), "kept, count unknown",
		               "token count is not a number");
}

static int64_t count_field(struct mapping *m, enum field field)
{
	const struct attr_in *attr = m->best[field].attr;
	struct str text;
	int64_t n = 0;
	double d = 0;

	if (!attr)
		return UNKNOWN_INT;
	if (attr->type == ATTR_INT && attr->integer >= 0)
		return attr->integer;
	text = str_trim(attr_text(attr, m->arena));
	/* SMOLTRACE and others write "0" on agent spans for "not known" (as text: a real count is a number there). */
	if (m->span.kind == KIND_AGENT && attr->type == ATTR_STRING && str_is(text, "0"))
		return UNKNOWN_INT;
	if (scan_int64(text, &n) && n >= 0)
		return n;
	if (attr_double(attr, &d, m->arena) && d >= 0 && d < 9e15 && d == (double)(int64_t)d)
		return (int64_t)d;
	bad_count(m, attr, text);
	return UNKNOWN_INT;
}

static double usd_field(struct mapping *m, enum field field)
{
	const struct attr_in *attr = m->best[field].attr;
	double usd = UNKNOWN_DOUBLE;

	if (attr && !attr_double(attr, &usd, m->arena)) {
		import_problem(m->im, m->rec, SEVERITY_WARNING, "bad-value", path_of(m, attr), "kept, cost unknown",
		               "cost is not a number");
		return UNKNOWN_DOUBLE;
	}
	return usd;
}

static struct str first_word(struct str text)
{
	size_t dot = str_find_char(text, '.');

	return dot == SIZE_MAX ? text : str_cut(text, 0, dot);
}

/* An attribute that is a list, a list as JSON text, or one word, as texts. */
static size_t list_field(struct mapping *m, enum field field, const struct str **out)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct str text = str_trim(text_field(m, field)), *at;
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

static bool has(const struct mapping *m, enum field field)
{
	return m->best[field].attr != NULL;
}

static bool has_flat(const struct mapping *m, enum flat_list list)
{
	return flat_of(m->flat, list).n > 0;
}

static enum span_kind hinted_kind(struct mapping *m)
{
	const struct picked *hint = &m->best[F_HINT];

	if (hint->attr && hint->conv == C_HINT_GUARDRAIL)
		return KIND_GUARDRAIL;
	if (has(m, F_DOCUMENTS) || has_flat(m, FLAT_DOCUMENTS))
		return KIND_RETRIEVER;
	if (has_flat(m, FLAT_RERANKED))
		return KIND_RERANKER;
	if (has_flat(m, FLAT_EMBEDDINGS))
		return KIND_EMBEDDING;
	if (has(m, F_MODEL) && !has(m, F_AGENT)) {
		struct str key = m->best[F_MODEL].attr->key;

		return str_starts(key, "embedding.")  ? KIND_EMBEDDING
		       : str_starts(key, "reranker.") ? KIND_RERANKER
		                                      : KIND_LLM;
	}
	if (hint->attr && semconv_is_vector_store(text_field(m, F_HINT)))
		return KIND_RETRIEVER;
	/* entity.name alone says nothing: every Traceloop span has one */
	if (has(m, F_TOOL) && m->best[F_TOOL].rank < 5)
		return KIND_TOOL;
	return KIND_SPAN;
}

static void set_kind(struct mapping *m)
{
	enum span_kind kind = m->said;

	if (m->said_rank == INT32_MAX) {
		m->dialect = m->flat.n > 0 || m->unknown_op;
		for (int f = 0; f < N_FIELDS && !m->dialect; f++)
			m->dialect = m->best[f].attr && f != F_ERROR_TYPE && f != F_USER && f != F_SESSION &&
			             f != F_HINT && f != F_TAGS && f != F_NAME && f != F_SPAN_TYPE;
		kind = hinted_kind(m);
		if (kind == KIND_SPAN && !m->dialect)
			return;
	}
	m->span.kind = semconv_kind_of_name(m->in->name, kind);
}

/* ---- usage */

/* Some producers give Anthropic's figure, which leaves cached tokens out: then more was read from and written to the cache
 * than came in. */
static void set_tokens(struct mapping *m)
{
	struct span *span = &m->span;
	int64_t total, written;

	span->tokens_in = count_field(m, F_TOKENS_IN);
	span->tokens_out = count_field(m, F_TOKENS_OUT);
	span->tokens_cached = count_field(m, F_TOKENS_CACHED);
	span->tokens_reasoning = count_field(m, F_TOKENS_REASONING);
	written = count_field(m, F_TOKENS_CACHE_WRITE);
	if (span->tokens_in == UNKNOWN_INT && span->kind == KIND_EMBEDDING) {
		total = count_field(m, F_TOKENS_TOTAL); /* an embedding has no output tokens */
		span->tokens_in = total;
	}
	if (span->tokens_in != UNKNOWN_INT) {
		uint64_t read = span->tokens_cached == UNKNOWN_INT ? 0 : (uint64_t)span->tokens_cached;
		uint64_t cache = read + (written == UNKNOWN_INT ? 0 : (uint64_t)written);

		if (cache > (uint64_t)span->tokens_in && cache <= (uint64_t)(INT64_MAX - span->tokens_in))
			span->tokens_in += (int64_t)cache;
	}
}

static void set_cost(struct mapping *m)
{
	double in = usd_field(m, F_COST_IN), out = usd_field(m, F_COST_OUT);

	m->span.cost_usd = usd_field(m, F_COST);
	if (IS_UNKNOWN(m->span.cost_usd) && !(IS_UNKNOWN(in) && IS_UNKNOWN(out)))
		m->span.cost_usd = (IS_UNKNOWN(in) ? 0 : in) + (IS_UNKNOWN(out) ? 0 : out);
}

static int64_t scaled_ns(double amount, double ns_per_unit)
{
	double ns = amount * ns_per_unit;

	return ns >= 0 && ns < 9e18 ? (int64_t)(ns + 0.5) : TIME_UNKNOWN;
}

static void set_first_token(struct mapping *m)
{
	const struct picked *p = &m->best[F_FIRST_TOKEN];
	double amount;

	m->span.first_token_ns = TIME_UNKNOWN;
	if (p->attr && attr_double(p->attr, &amount, m->arena))
		m->span.first_token_ns = scaled_ns(amount, p->conv == C_MILLISECONDS ? 1e6 : 1e9);
	else if (m->first_event_ns != TIME_UNKNOWN)
		m->span.first_token_ns = units_between(m->in->start_ns, m->first_event_ns);
}

/* ---- messages */

static void read_chat(struct message_list *list, const struct attr_in *attr, bool output, struct arena *arena)
{
	message_read_text(list, attr_text(attr, arena), output, arena);
}

static bool same_text(const struct message *a, const struct message *b)
{
	return a->n_parts == 1 && b->n_parts == 1 && str_eq(a->parts[0].text, b->parts[0].text);
}

/* System instructions stand beside the messages; some producers give them in both places. They are shown once. */
static void put_system_first(struct mapping *m)
{
	struct message_list first = {0}, *list = &m->inputs;
	struct message *at, whole = {.role = STR_LIT("system")};
	struct message_part *parts;

	if (!has(m, F_SYSTEM))
		return;
	read_chat(&first, m->best[F_SYSTEM].attr, false, m->arena);
	if (!first.n)
		return;
	parts = arena_zalloc(m->arena, first.n, sizeof *parts);
	for (size_t i = 0; i < first.n; i++) {
		if (first.at[i].n_parts)
			parts[whole.n_parts++] = first.at[i].parts[0];
	}
	whole.parts = parts;
	if (list->n && str_is(list->at[0].role, "system") && same_text(&list->at[0], &whole))
		return;
	at = arena_alloc(m->arena, (list->n + 1) * sizeof *at);
	at[0] = whole;
	if (list->n)
		memcpy(at + 1, list->at, list->n * sizeof *at);
	*list = (struct message_list){at, list->n + 1, list->n + 1};
}

/* Vercel gives an answer's text and its tool calls apart: one message holds both. */
static void add_calls(struct mapping *m)
{
	struct message_list calls = {0};
	struct message *last;
	struct message_part *parts;

	if (!has(m, F_OUTPUT_CALLS))
		return;
	read_chat(&calls, m->best[F_OUTPUT_CALLS].attr, true, m->arena);
	if (!m->outputs.n) {
		m->outputs = calls;
		return;
	}
	last = &m->outputs.at[m->outputs.n - 1];
	parts = arena_zalloc(m->arena, last->n_parts + calls.n, sizeof *parts);
	if (last->n_parts)
		memcpy(parts, last->parts, last->n_parts * sizeof *parts);
	last->parts = parts;
	for (size_t i = 0; i < calls.n; i++) {
		if (calls.at[i].n_parts)
			parts[last->n_parts++] = calls.at[i].parts[0];
	}
}

struct side {
	enum field text, chat;
	enum flat_list flat[3];
	struct message_list *list;
	bool output;
};

static void read_flat(struct mapping *m, const struct side *side)
{
	for (size_t i = 0; i < 3 && !side->list->n; i++) {
		struct flat_items items = flat_of(m->flat, side->flat[i]);

		if (items.n)
			flat_messages(items, side->output, side->list, m->arena);
	}
}

static bool looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

static bool talks(enum span_kind kind)
{
	return kind == KIND_LLM || kind == KIND_AGENT || kind == KIND_CHAIN;
}

/* JSON that is no conversation comes back as one unknown part. */
static bool is_no_chat(const struct message_list *list)
{
	return list->n == 1 && list->at[0].n_parts == 1 && list->at[0].parts[0].type == PART_OTHER;
}

/* Fills one side's list, from the best place that has messages, and returns the side's own text. */
static struct str read_side(struct mapping *m, const struct side *side)
{
	const struct picked *chat = &m->best[side->chat], *best = &m->best[side->text];
	struct str text = best->attr ? attr_text(best->attr, m->arena) : STR_NONE;

	if (chat->attr && chat->conv == C_MIXED && side->output) {
		if (!m->mixed)
			read_chat(side->list, chat->attr, true, m->arena);
	} else if (chat->attr) {
		struct str talk = chat->attr == best->attr ? text : attr_text(chat->attr, m->arena);

		m->mixed = chat->conv == C_MIXED;
		if (m->mixed || sink_wants(m->im->sink, SINK_PAYLOAD) || !text.len)
			message_read_text(side->list, talk, side->output, m->arena);
		else
			message_read_last(side->list, talk, side->output, m->arena);
	}
	if (!side->list->n)
		read_flat(m, side);
	if (!side->list->n && text.len && talks(m->span.kind) &&
	    (looks_like_json(text) || (side->output && has(m, F_OUTPUT_CALLS)))) {
		message_read_text(side->list, text, side->output, m->arena);
		if (is_no_chat(side->list))
			side->list->n = 0;
	}
	return text;
}

/* ---- events */

static bool is_first_token(struct str name)
{
	return str_is(name, "gen_ai.first_token") || str_is(name, "ai.stream.firstChunk") ||
	       str_is(name, "First Token Stream Event") || str_is(name, "llm.content.completion.chunk") ||
	       str_is(name, "gen_ai.content.completion.chunk");
}

/* gen_ai.user.message and its siblings, gen_ai.choice */
static bool is_message_event(struct str name)
{
	return str_is(name, "gen_ai.choice") ||
	       (str_starts(name, "gen_ai.") && str_ends(name, ".message") && name.len >= 16);
}

static bool is_json(struct str text)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	bool good = looks_like_json(text) && scan_text(&scan, text, &opts);

	scan_done(&scan);
	return good;
}

/* message and tool_calls, and content that is a list, may be JSON text. */
static void event_member(struct buf *json, const struct attr_in *attr, struct arena *arena)
{
	struct str text = attr_text(attr, arena);
	bool may_be_json = str_is(attr->key, "message") || str_is(attr->key, "tool_calls") ||
	                   (str_is(attr->key, "content") && str_starts(str_trim(text), "["));

	buf_add_char(json, ',');
	scan_quote(json, attr->key);
	buf_add_char(json, ':');
	buf_add_str(json, may_be_json && is_json(text) ? text : semconv_json(attr, arena));
}

/* The members of a message are attributes of its event, or all in one attribute: written out as the JSON object they once
 * were, with the event's name to say what it is. */
static void read_event_message(struct mapping *m, const struct event_in *event)
{
	struct arena *a = m->arena;
	bool output = str_is(event->name, "gen_ai.choice");
	struct str whole = str_trim(semconv_get(&event->attrs, "gen_ai.event.content", a));
	struct buf json = BUF_INIT;

	buf_add_cstr(&json, "{\"event.name\":");
	scan_quote(&json, event->name);
	if (str_starts(whole, "{") && is_json(whole) && str_trim(str_cut(whole, 1, whole.len - 2)).len) {
		buf_add_char(&json, ',');
		buf_add(&json, whole.ptr + 1, whole.len - 1);
	} else {
		for (size_t i = 0; i < event->attrs.n; i++) {
			if (!str_starts(event->attrs.at[i].key, "gen_ai."))
				event_member(&json, &event->attrs.at[i], a);
		}
		buf_add_char(&json, '}');
	}
	message_read_text(output ? &m->outputs : &m->inputs, arena_str(a, buf_str(&json)), output, a);
	buf_done(&json);
}

static void read_event_content(struct mapping *m, const struct event_in *event)
{
	struct str prompt = semconv_get(&event->attrs, "gen_ai.prompt", m->arena);
	struct str answer = semconv_get(&event->attrs, "gen_ai.completion", m->arena);

	if (prompt.len && !m->inputs.n)
		message_read_text(&m->inputs, prompt, false, m->arena);
	if (answer.len && !m->outputs.n)
		message_read_text(&m->outputs, answer, true, m->arena);
}

/* Messages in events count only where no attribute has them. */
static void read_events(struct mapping *m, bool want_input, bool want_output)
{
	for (size_t i = 0; i < m->in->n_events; i++) {
		const struct event_in *event = &m->in->events[i];
		bool wanted = str_is(event->name, "gen_ai.choice") ? want_output : want_input;

		if (wanted && is_message_event(event->name))
			read_event_message(m, event);
		else if (str_starts(event->name, "gen_ai.content.") ||
		         str_is(event->name, "gen_ai.client.inference.operation.details"))
			read_event_content(m, event);
	}
}

static void set_exception(struct mapping *m, const struct event_in *event)
{
	struct str type = semconv_get(&event->attrs, "exception.type", m->arena);
	struct str text = semconv_get(&event->attrs, "exception.message", m->arena);

	if (type.len && text.len)
		m->exception = arena_printf(m->arena, "%.*s: %.*s", STR_ARG(type), STR_ARG(text));
	else
		m->exception = text.len ? text : type;
}

static void look_at_events(struct mapping *m)
{
	m->first_event_ns = TIME_UNKNOWN;
	for (size_t i = 0; i < m->in->n_events; i++) {
		const struct event_in *event = &m->in->events[i];

		if (str_is(event->name, "exception"))
			set_exception(m, event);
		else if (m->first_event_ns == TIME_UNKNOWN && is_first_token(event->name))
			m->first_event_ns = event->time_ns;
	}
}

/* ---- input and output */

static struct str preview_of(const struct message_list *list, bool output, struct arena *arena)
{
	return list->n ? message_preview(list, output, arena) : STR_NONE;
}

static void set_finish(struct mapping *m)
{
	const struct str *reasons;
	size_t n = m->outputs.n ? list_field(m, F_FINISH, &reasons) : 0;
	struct message *last = m->outputs.n ? &m->outputs.at[m->outputs.n - 1] : NULL;

	if (n && last && !last->finish_reason.len)
		last->finish_reason = reasons[0];
}

static void set_input_output(struct mapping *m)
{
	const struct side in = {
	    F_INPUT, F_INPUT_CHAT, {FLAT_INPUT, FLAT_PROMPT, FLAT_PROMPTS},
              &m->inputs, false
        };
	const struct side out = {
	    F_OUTPUT, F_OUTPUT_CHAT, {FLAT_OUTPUT, FLAT_COMPLETION, FLAT_CHOICES},
              &m->outputs, true
        };
	struct span *span = &m->span;
	bool no_input, no_output, payload = sink_wants(m->im->sink, SINK_PAYLOAD);

	span->input = read_side(m, &in);
	span->output = read_side(m, &out);
	no_input = !m->inputs.n && !span->input.len;
	no_output = !m->outputs.n && !span->output.len;
	if ((no_input || no_output) && m->in->n_events)
		read_events(m, no_input, no_output);
	add_calls(m);
	span->input_preview = preview_of(&m->inputs, false, m->arena);
	if (payload || !span->input_preview.len || !span->input.len)
		put_system_first(m);
	if (payload)
		set_finish(m);
	if (!span->input_preview.len)
		span->input_preview = preview_of(&m->inputs, false, m->arena);
	span->output_preview = preview_of(m->mixed && !m->outputs.n ? &m->inputs : &m->outputs, true, m->arena);
	if (!span->input.len && m->inputs.n)
		span->input = message_text(&m->inputs, m->arena);
	if (!span->output.len && has(m, F_OUTPUT_CALLS))
		span->output = text_field(m, F_OUTPUT_CALLS);
	if (!span->output.len && m->outputs.n)
		span->output = message_text(&m->outputs, m->arena);
	else if (!span->output.len && m->mixed)
		span->output = span->output_preview;
	span->input_hash = model_text_hash(span->input);
	span->output_hash = model_text_hash(span->output);
}

/* ---- payload */

static void put_attributes(const struct attrs_in *from, struct attribute *to, size_t *n, struct arena *arena)
{
	for (size_t i = 0; i < from->n; i++) {
		bool again = false;

		/* Of two with one name the last wins; a span with more attributes than this is shown with both. */
		for (size_t k = i + 1; k < from->n && from->n <= KEYS_COMPARED_MAX && !again; k++)
			again = str_eq(from->at[i].key, from->at[k].key);
		if (!again)
			to[(*n)++] = (struct attribute){from->at[i].key, semconv_json(&from->at[i], arena)};
	}
}

static struct str quoted(struct str text, struct arena *arena)
{
	struct buf out = BUF_INIT;

	scan_quote(&out, text);
	text = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

static struct str attributes_object(const struct attrs_in *attrs, struct arena *arena)
{
	struct buf out = BUF_INIT;
	struct str text;

	if (!attrs->n)
		return STR_NONE;
	for (size_t i = 0; i < attrs->n; i++) {
		buf_add_char(&out, i ? ',' : '{');
		scan_quote(&out, attrs->at[i].key);
		buf_add_char(&out, ':');
		buf_add_str(&out, semconv_json(&attrs->at[i], arena));
	}
	buf_add_char(&out, '}');
	text = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

static void payload_attributes(struct mapping *m)
{
	const struct span_in *in = m->in;
	struct attribute *own = arena_alloc(m->arena, (in->attrs.n + 2) * sizeof *own);
	struct attribute *around =
	    arena_alloc(m->arena, (size_add(in->resource.n, in->scope_attrs.n) + 1) * sizeof *around);

	put_attributes(&in->attrs, own, &m->span.n_attributes, m->arena);
	if (in->otel_kind.len)
		own[m->span.n_attributes++] = (struct attribute){STR_LIT("otel.kind"), quoted(in->otel_kind, m->arena)};
	if (in->dropped > 0)
		own[m->span.n_attributes++] =
		    (struct attribute){STR_LIT("otel.dropped"), arena_printf(m->arena, "%lld", (long long)in->dropped)};
	put_attributes(&in->resource, around, &m->span.n_resource, m->arena);
	if (in->scope_name.len)
		around[m->span.n_resource++] =
		    (struct attribute){STR_LIT("otel.scope.name"), quoted(in->scope_name, m->arena)};
	put_attributes(&in->scope_attrs, around, &m->span.n_resource, m->arena);
	m->span.attributes = own;
	m->span.resource = around;
}

static void payload_events(struct mapping *m)
{
	const struct span_in *in = m->in;
	struct span_event *events = arena_zalloc(m->arena, in->n_events + 1, sizeof *events);
	struct span_link *links = arena_zalloc(m->arena, in->n_links + 1, sizeof *links);

	for (size_t i = 0; i < in->n_events; i++)
		events[i] = (struct span_event){in->events[i].name, in->events[i].time_ns,
		                                attributes_object(&in->events[i].attrs, m->arena)};
	for (size_t i = 0; i < in->n_links; i++)
		links[i] = (struct span_link){in->links[i].trace_id, in->links[i].span_id,
		                              attributes_object(&in->links[i].attrs, m->arena)};
	m->span.events = events;
	m->span.n_events = in->n_events;
	m->span.links = links;
	m->span.n_links = in->n_links;
}

/* gen_ai.retrieval.documents promises id and score only; Phoenix rows keep "document.content" keys inside the list. */
static struct document document_of(struct val v, struct arena *arena)
{
	static const char *const names[3][4] = {
	    {"id",       "document.id",       "doc_id", NULL          },
	    {"content",  "document.content",  "text",   "page_content"},
	    {"metadata", "document.metadata", NULL,     NULL          }
        };
	struct document doc = {.score = UNKNOWN_DOUBLE};
	struct str *const fields[3] = {&doc.id, &doc.content, &doc.metadata};

	if (!val_is(v, SCAN_OBJECT)) {
		doc.content = val_text(v, arena);
		return doc;
	}
	for (int f = 0; f < 3; f++) {
		for (int k = 0; k < 4 && names[f][k] && !fields[f]->len; k++)
			*fields[f] = val_text(val_get(v, names[f][k]), arena);
	}
	if (!val_double(val_get(v, "score"), &doc.score) && !val_double(val_get(v, "document.score"), &doc.score))
		doc.score = UNKNOWN_DOUBLE;
	return doc;
}

static void json_documents(struct mapping *m, struct str text)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;

	if (scan_text(&scan, str_trim(text), &opts) && val_is(scan_root(&scan), SCAN_ARRAY)) {
		struct val root = scan_root(&scan);
		struct document *docs = arena_zalloc(m->arena, (size_t)val_count(root) + 1, sizeof *docs);

		for (struct member item = val_first(root); item.ok; item = val_next(item))
			docs[m->span.n_documents++] = document_of(item.val, m->arena);
		m->span.documents = docs;
	}
	scan_done(&scan);
}

static void payload_documents(struct mapping *m)
{
	static const enum flat_list lists[] = {FLAT_DOCUMENTS, FLAT_RERANKED, FLAT_RERANK_INPUT};

	if (has(m, F_DOCUMENTS))
		json_documents(m, text_field(m, F_DOCUMENTS));
	for (size_t i = 0; i < 3 && !m->span.n_documents; i++) {
		struct flat_items items = flat_of(m->flat, lists[i]);

		if (items.n)
			m->span.documents = flat_documents(items, &m->span.n_documents, m->arena);
	}
}

static void payload_messages(struct mapping *m)
{
	size_t n = m->inputs.n + m->outputs.n;
	struct message *at = arena_alloc(m->arena, (n + 1) * sizeof *at);

	if (m->inputs.n)
		memcpy(at, m->inputs.at, m->inputs.n * sizeof *at);
	if (m->outputs.n)
		memcpy(at + m->inputs.n, m->outputs.at, m->outputs.n * sizeof *at);
	m->span.messages = at;
	m->span.n_messages = n;
}

/* ---- scores */

static enum score_source source_of_scope(struct str scope)
{
	return str_find(scope, STR_LIT("eval")) != SIZE_MAX || str_find(scope, STR_LIT("judge")) != SIZE_MAX
	           ? SOURCE_JUDGE
	           : SOURCE_CODE;
}

bool semconv_evaluation(const struct attrs_in *attrs, struct str scope_name, struct score *score, struct arena *arena)
{
	struct str value;

	*score =
	    (struct score){.value = UNKNOWN_DOUBLE, .threshold = UNKNOWN_DOUBLE, .pass = -1, .time_ns = TIME_UNKNOWN};
	score->name = semconv_get(attrs, "gen_ai.evaluation.name", arena);
	if (!score->name.len)
		return false;
	value = semconv_get(attrs, "gen_ai.evaluation.score.value", arena);
	if (value.len && !scan_double(str_trim(value), &score->value))
		score->value = UNKNOWN_DOUBLE;
	score->label = semconv_get(attrs, "gen_ai.evaluation.score.label", arena);
	score->explanation = semconv_get(attrs, "gen_ai.evaluation.explanation", arena);
	/* The conventions name no attribute for it, but an evaluation that says which model gave it is a judge's. */
	static const char *const models[] = {"gen_ai.response.model", "gen_ai.request.model", "evaluator.model"};
	for (size_t i = 0; i < sizeof models / sizeof *models && !score->judge_model.len; i++)
		score->judge_model = semconv_get(attrs, models[i], arena);
	score->source = score->judge_model.len ? SOURCE_JUDGE : source_of_scope(scope_name);
	return true;
}

static void event_scores(struct mapping *m)
{
	for (size_t i = 0; i < m->in->n_events; i++) {
		const struct event_in *event = &m->in->events[i];
		struct score score;

		if (!str_is(event->name, "gen_ai.evaluation.result"))
			continue;
		if (!semconv_evaluation(&event->attrs, m->in->scope_name, &score, m->arena)) {
			import_problem(m->im, m->rec, SEVERITY_WARNING, "bad-value", STR_LIT("events"),
			               "evaluation not kept", "evaluation result without a name");
			continue;
		}
		score.scope = m->in->scope;
		score.trace_id = m->span.trace_id;
		score.span_id = m->span.id;
		score.time_ns = event->time_ns;
		sink_score(m->im->sink, &score);
	}
}

/* The same result may be there in both spellings, annotations.N and evaluations.N. */
static bool already_given(const struct score *scores, size_t n, const struct score *score)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(scores[i].name, score->name) && str_eq(scores[i].id, score->id) &&
		    str_eq(scores[i].label, score->label) && scores[i].source == score->source)
			return true;
	}
	return false;
}

/* Feedback given afterwards is a span of its own whose one link points at what is judged. */
static const struct link_in *judged_link(const struct mapping *m)
{
	return m->span.kind == KIND_EVALUATOR && m->in->n_links == 1 ? &m->in->links[0] : NULL;
}

static void inline_scores(struct mapping *m)
{
	const struct link_in *link = judged_link(m);
	struct score *scores;

	if (!m->flat.n || m->flat.at[m->flat.n - 1].list < FLAT_ANNOTATIONS)
		return;
	scores = arena_alloc(m->arena, SCORES_MAX * sizeof *scores);
	for (int list = FLAT_ANNOTATIONS; list < N_FLAT_LISTS; list += 2) {
		size_t n = flat_scores(flat_of(m->flat, (enum flat_list)list), scores, SCORES_MAX, m->arena);

		n += flat_scores(flat_of(m->flat, (enum flat_list)(list + 1)), scores + n, SCORES_MAX - n, m->arena);
		for (size_t i = 0; i < n; i++) {
			if (already_given(scores, i, &scores[i]))
				continue;
			scores[i].scope = m->in->scope;
			scores[i].trace_id = link ? link->trace_id : m->span.trace_id;
			if (list == FLAT_ANNOTATIONS)
				scores[i].span_id = link ? link->span_id : m->span.id;
			scores[i].time_ns = m->in->end_ns;
			sink_score(m->im->sink, &scores[i]);
		}
	}
}

/* ---- the span */

static void set_identity(struct mapping *m)
{
	const struct span_in *in = m->in;
	struct str type = text_field(m, F_SPAN_TYPE);

	m->span.scope = in->scope;
	m->span.trace_id = in->trace_id;
	m->span.id = in->id;
	m->span.parent_id = in->parent_id;
	m->span.name = has(m, F_NAME) ? text_field(m, F_NAME) : in->name;
	m->span.status = in->status;
	m->span.start_ns = in->start_ns;
	m->span.end_ns = in->end_ns;
	if (str_is(type, "pending_span")) {
		/* Logfire's provisional twin: its own parent field names its final self. */
		struct str parent = text_field(m, F_PENDING_PARENT);

		m->span.status = STATUS_RUNNING;
		m->span.end_ns = TIME_UNKNOWN;
		m->span.parent_id = str_is(parent, "0000000000000000") ? STR_NONE : parent;
	}
}

static void set_message(struct mapping *m)
{
	struct str type = text_field(m, F_ERROR_TYPE);

	if (m->span.status == STATUS_UNSET && type.len)
		m->span.status = STATUS_ERROR;
	m->span.message = m->in->message.len ? m->in->message : m->exception;
	if (!m->span.message.len && m->span.status == STATUS_ERROR)
		m->span.message = type;
}

static struct str tool_name(struct mapping *m)
{
	struct str name = m->in->name;

	if (has(m, F_TOOL))
		return text_field(m, F_TOOL);
	if (str_starts(name, "execute_tool "))
		return str_from(name, strlen("execute_tool "));
	if (str_starts(name, "running tool: "))
		return str_from(name, strlen("running tool: "));
	return name;
}

static void set_names(struct mapping *m)
{
	struct span *span = &m->span;
	struct str service = semconv_get(&m->in->resource, "service.name", m->arena);

	span->model = text_field(m, F_MODEL);
	span->provider = text_field(m, F_PROVIDER);
	if (m->best[F_PROVIDER].conv == C_FIRST_WORD)
		span->provider = first_word(span->provider);
	span->prompt_name = text_field(m, F_PROMPT_NAME);
	span->prompt_version = text_field(m, F_PROMPT_VERSION);
	span->prompt_text = text_field(m, F_PROMPT_TEXT);
	span->session = text_field(m, F_SESSION);
	span->user = text_field(m, F_USER);
	span->service = str_starts(service, "unknown_service") ? STR_NONE : service;
	if (!span->parent_id.len)
		span->trace_name = text_field(m, F_TRACE_NAME);
	if (span->kind == KIND_TOOL)
		span->tool_name = tool_name(m);
	span->n_tags = list_field(m, F_TAGS, &span->tags);
	flat_tags(m);
}

void semconv_span(struct import *im, const struct record *rec, const struct span_in *in)
{
	struct mapping m = {.im = im, .arena = im->arena, .rec = rec, .in = in, .said_rank = INT32_MAX};

	take_attributes(&m);
	look_at_events(&m);
	set_identity(&m);
	set_kind(&m);
	set_message(&m);
	set_names(&m);
	set_tokens(&m);
	set_cost(&m);
	set_first_token(&m);
	set_input_output(&m);
	if (sink_wants(im->sink, SINK_PAYLOAD)) {
		payload_attributes(&m);
		payload_events(&m);
		payload_documents(&m);
		payload_messages(&m);
	}
	sink_span(im->sink, &m.span);
	event_scores(&m);
	inline_scores(&m);
}
