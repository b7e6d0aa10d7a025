/* Where the sentences of a trace's answer came from: gathers what the trace had to go by (documents, tool results, user turns, system
 * prompts, earlier turns) and compares wordings (store/study/provenance.h). The screen "origins" and `spoor origins` share it. */
#ifndef SPOOR_STORE_QUERY_ORIGINS_H
#define SPOOR_STORE_QUERY_ORIGINS_H

#include "store/query/traces.h"
#include "store/study/provenance.h"

/* What is read at most; beyond it `partial` says so. */
enum { ORIGINS_SPANS = 2000, ORIGINS_BYTES = 64 << 20, ORIGINS_KINDS = 5 };

enum origin_kind { ORIGIN_DOCUMENT, ORIGIN_TOOL, ORIGIN_USER, ORIGIN_SYSTEM, ORIGIN_ASSISTANT };
const char *origin_kind_name(enum origin_kind kind); /* "document" "tool" "user" "system" "assistant" */

struct origin_source {
	enum origin_kind kind;
	int64_t span, pos;    /* key and place of the span that holds it */
	struct str span_name; /* its name */
	struct str id;        /* the span's, as written */
	struct str name;      /* the document's title, the tool's name; else absent */
	int rank;             /* of a document in its span, from 1; else the number of the turn; 0: none */
	double score;         /* the retriever's, NaN if none */
	struct str text;      /* of JSON the texts in it (said.h) */
	size_t used;          /* sentences that it matches */
};

struct origins {
	struct arena arena;
	struct str answer; /* absent: the trace has none */
	bool whole;        /* the answer of the whole trace; else that of one span, as asked */
	int64_t span, pos; /* that gave it */
	struct str span_name, span_id;
	enum span_kind kind;
	struct origin_source *sources; /* documents and tool results first, then user, system, earlier turns */
	size_t n_sources;
	struct provenance found; /* origins' indices are those of `sources` */
	size_t n_looked;         /* spans read */
	bool partial;            /* of the spans, or of their texts, only a part was looked at */
};

/* span: key of the answering span; NULL: the trace's answer, which is what its root answered (the model call that said the same, where there is
 * one), else the last model call that answered in words, unless a later one failed. Sources: spans that began before it ended. ERR_NOT_FOUND: no such span. */
bool origins_find(struct db *db, const struct trace_row *trace, const int64_t *span, struct origins *out,
                  struct err *err);
void origins_done(struct origins *o);

/* "document 2 · Refund policy 2021", "tool get_balance", "user turn 1": where a text stood. */
void origin_source_words(struct buf *out, const struct origin_source *source, bool ascii);

#endif
