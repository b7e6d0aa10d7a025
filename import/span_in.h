/* The neutral span: what a container (OTLP, Jaeger, Zipkin, Phoenix rows, …) knows of a span before any convention has
 * given its attributes a meaning. semconv.h maps it once. All text borrowed or in the import's arena. */
#ifndef SPOOR_IMPORT_SPAN_IN_H
#define SPOOR_IMPORT_SPAN_IN_H

#include "store/base/scan.h"
#include "store/model.h"

enum attr_type { ATTR_STRING, ATTR_INT, ATTR_DOUBLE, ATTR_BOOL, ATTR_JSON };
struct attr_in {
	struct str key; /* unescaped */
	enum attr_type type;
	struct val string; /* ATTR_STRING: the JSON string, unescaped only when wanted */
	struct str text;   /* ATTR_STRING given as text instead of a val; ATTR_JSON: JSON text of an array or object */
	int64_t integer;   /* ATTR_INT, ATTR_BOOL */
	double number;     /* ATTR_DOUBLE */
};
struct attrs_in {
	const struct attr_in *at;
	size_t n;
};

struct event_in {
	struct str name;
	int64_t time_ns;
	struct attrs_in attrs;
};
struct link_in {
	struct str trace_id, span_id;
	struct attrs_in attrs;
};

struct span_in {
	struct id_scope scope;
	struct str trace_id, id, parent_id; /* normalised by the container (lower-case hex) */
	struct str name, scope_name, message;
	enum span_status status;
	int64_t start_ns, end_ns;
	struct str otel_kind; /* "client", "server", … or absent */
	struct attrs_in attrs, resource, scope_attrs;
	const struct event_in *events;
	size_t n_events;
	const struct link_in *links;
	size_t n_links;
	/* What containers of their own making say beside the attributes: a kind in OpenInference's words, members such as "model" and
	 * "tokens" by names nobody agreed on (semconv_bare_row). */
	struct str kind_word, tool_name;
	struct attrs_in extras;
	bool pending;    /* Logfire's provisional twin of a span that has not ended */
	int64_t dropped; /* attributes, events and links the producer dropped */
};

#endif
