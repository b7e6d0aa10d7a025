/* The part of a span that only its own screen shows: all attributes, events, links, documents, messages. */
#include "import/semconv_private.h"

enum { KEYS_COMPARED_MAX = 600 };

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
	struct attribute *own = arena_alloc(m->arena, (size_add(in->attrs.n, in->extras.n) + 2) * sizeof *own);
	struct attribute *around =
	    arena_alloc(m->arena, (size_add(in->resource.n, in->scope_attrs.n) + 1) * sizeof *around);

	put_attributes(&in->attrs, own, &m->span.n_attributes, m->arena);
	put_attributes(&in->extras, own, &m->span.n_attributes, m->arena);
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
	static const char *const names[3][5] = {
	    {"id",       "document.id",       "doc_id", "node_id",      NULL         },
	    {"content",  "document.content",  "text",   "page_content", "pageContent"},
	    {"metadata", "document.metadata", NULL,     NULL,           NULL         }
        };
	struct document doc = {.score = UNKNOWN_DOUBLE};
	struct str *const fields[3] = {&doc.id, &doc.content, &doc.metadata};

	if (val_is(val_get(v, "document"), SCAN_OBJECT))
		v = val_get(v, "document");

	if (!val_is(v, SCAN_OBJECT)) {
		doc.content = val_text(v, arena);
		return doc;
	}
	for (int f = 0; f < 3; f++) {
		for (int k = 0; k < 5 && names[f][k] && !fields[f]->len; k++)
			*fields[f] = val_text(val_get(v, names[f][k]), arena);
	}
	if (!val_double(val_get(v, "score"), &doc.score) && !val_double(val_get(v, "document.score"), &doc.score) &&
	    !val_double(val_path(v, "metadata.score"), &doc.score))
		doc.score = UNKNOWN_DOUBLE;
	return doc;
}

/* The answer of a retriever whose dialect has no documents: a list of objects with text in them. */
static bool looks_like_documents(struct val list)
{
	struct val first = val_at(list, 0);

	if (val_is(val_get(first, "document"), SCAN_OBJECT))
		first = val_get(first, "document");
	return val_is(list, SCAN_ARRAY) && val_is(first, SCAN_OBJECT) &&
	       (val_ok(val_get(first, "page_content")) || val_ok(val_get(first, "pageContent")) ||
	        val_ok(val_get(first, "content")) || val_ok(val_get(first, "text")));
}

static void json_documents(struct mapping *m, struct str text, bool sure)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;

	if (scan_text(&scan, str_trim(text), &opts) && val_is(scan_root(&scan), SCAN_ARRAY) &&
	    (sure || looks_like_documents(scan_root(&scan)))) {
		struct val root = scan_root(&scan);
		struct document *docs = arena_zalloc(m->arena, (size_t)val_count(root) + 1, sizeof *docs);

		for (struct member item = val_first(root); item.ok; item = val_next(item))
			docs[m->span.n_documents++] = document_of(item.val, m->arena);
		m->span.documents = docs;
	}
	scan_done(&scan);
}

/* OpenLLMetry's vector stores: an event for each result. */
static void event_documents(struct mapping *m)
{
	static const char *const names[3] = {"db.query.result.id", "db.query.result.document",
	                                     "db.query.result.metadata"};
	struct document *docs = NULL;

	for (size_t i = 0; i < m->in->n_events; i++) {
		const struct attrs_in *attrs = &m->in->events[i].attrs;
		struct document doc = {.score = UNKNOWN_DOUBLE};
		struct str score = semconv_get(attrs, "db.query.result.score", m->arena);

		if (!str_is(m->in->events[i].name, "db.query.result"))
			continue;
		if (!docs)
			docs = arena_zalloc(m->arena, m->in->n_events, sizeof *docs);
		doc.id = semconv_get(attrs, names[0], m->arena);
		doc.content = semconv_get(attrs, names[1], m->arena);
		doc.metadata = semconv_get(attrs, names[2], m->arena);
		if (score.len && !scan_double(score, &doc.score))
			doc.score = UNKNOWN_DOUBLE;
		docs[m->span.n_documents++] = doc;
	}
	if (docs)
		m->span.documents = docs;
}

static void payload_documents(struct mapping *m)
{
	static const enum flat_list lists[] = {FLAT_DOCUMENTS, FLAT_RERANKED, FLAT_RERANK_INPUT};

	if (semconv_has(m, F_DOCUMENTS))
		json_documents(m, semconv_text(m, F_DOCUMENTS), true);
	for (size_t i = 0; i < 3 && !m->span.n_documents; i++) {
		struct flat_items items = flat_of(m->flat, lists[i]);

		if (items.n)
			m->span.documents = flat_documents(items, &m->span.n_documents, m->arena);
	}
	if (!m->span.n_documents)
		event_documents(m);
	if (!m->span.n_documents && m->span.kind == KIND_RETRIEVER)
		json_documents(m, m->span.output, false);
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

void semconv_payload_plain(struct mapping *m)
{
	payload_attributes(m);
	payload_events(m);
}

void semconv_payload(struct mapping *m)
{
	semconv_payload_plain(m);
	payload_documents(m);
	payload_messages(m);
}
