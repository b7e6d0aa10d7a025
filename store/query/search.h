/* Full-text search over everything people read: inputs, outputs, messages, tool arguments and results, documents, errors, names; case
 * inputs, expected answers, outputs, explanations. The index (store/search.h) says which blocks may hold the words; their records are
 * read and checked here. Blocks that are not indexed are read all, so an answer never lacks anything. */
#ifndef SPOOR_STORE_QUERY_SEARCH_H
#define SPOOR_STORE_QUERY_SEARCH_H

#include "store/model.h"
#include "store/query/filter.h"
#include "store/query/search_terms.h"

enum { SNIPPET_BYTES = 200 };

/* One text in which all the words stand: of a span, a trace, or a case result. In a chat that is sent again and again it is the span
 * (of those next to each other in the store) that had it first. */
struct search_hit {
	int64_t record;
	int64_t trace; /* row id; 0: none */
	bool has_span;
	int64_t span;                     /* its key */
	struct str trace_text, span_text; /* ids as written */
	int64_t run;                      /* row id; 0: not a case */
	struct str run_text, case_key;
	int64_t case_id, repeat; /* of a case: its row, the one of this record; case_id 0: none */
	int64_t case_trace;      /* row id of the trace that answered the case; 0: none in the store */
	struct str name;         /* of the span, trace or case */
	enum span_kind kind;
	int64_t start_ns;
	const char *field;          /* "input" "output" "user message" … */
	struct str snippet;         /* one line of at most SNIPPET_BYTES around the match */
	size_t match_at, match_len; /* in the snippet */
};

struct search_query {
	struct str text;
	const struct filter *filter; /* over traces: only hits in those it keeps; NULL: all, cases, too */
	int64_t before; /* only records before this one: hits[n - 1].record of the page before; 0: from the newest */
	int64_t limit;
};

struct search_page {
	struct arena arena;      /* owns all below */
	struct search_hit *hits; /* newest record first; a few more than the limit if one record has several */
	size_t n;
	bool more;
	int percent; /* of the store that is indexed: the rest was read */
	int64_t blocks_read;
};
void search_page_done(struct search_page *p);
/* ERR_USAGE: nothing to search for. Stops when the statement is interrupted. */
bool search_page(struct db *db, const struct search_query *q, struct search_page *out, struct err *err);

/* Row ids of traces in which the text stands (phrase: all of it as one, quotes like any other sign), of the newest records first, at
 * most `limit`; caller frees *ids. */
bool search_traces(struct db *db, struct str text, bool phrase, size_t limit, int64_t **ids, size_t *n,
                   struct err *err);

#endif
