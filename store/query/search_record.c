/* The texts of one record: run through its format again, each text a person reads is looked at. */
#include <string.h>

#include "store/query/search_find.h"
#include "store/search_leaf.h"

struct reader {
	struct sink sink;
	struct record_texts *texts;
	match_fn *match;
	void *to;
	const struct entry *entry;
	int64_t source;
	uint64_t made_up;
	bool any, stopped;
};

static struct reader *reader_of(struct sink *s)
{
	return (struct reader *)(void *)s;
}

static void try_text(struct reader *r, const struct text_place *place, const char *field, struct str text)
{
	size_t at, len;
	if (!text.len || r->stopped)
		return;
	struct str flat = leaves_text(text, &r->texts->arena);
	if (!terms_match(r->texts->terms, flat, text, &at, &len))
		return;
	r->any = true;
	r->stopped = !r->match(r->to, place, field, flat, at, len);
}

/* ---------------------------------------------------------------- who it is */

static struct hash128 head_of(struct reader *r)
{
	struct hash128 head = {0};
	struct stmt *s = db_query(r->texts->db, "SELECT head_hash FROM source WHERE id = ?", NULL);
	if (!s)
		return head;
	stmt_int(s, 1, r->source);
	if (stmt_step(s, NULL) == STEP_ROW && col_blob(s, 0).len == sizeof head.byte)
		memcpy(head.byte, col_blob(s, 0).ptr, sizeof head.byte);
	stmt_end(s);
	return head;
}

static struct hash128 made_up(struct reader *r, uint64_t n)
{
	return model_made_up(head_of(r), r->entry->record, hash64(r->entry->bytes), n);
}

static struct hash128 trace_key(struct reader *r, struct id_scope scope, struct str id)
{
	return id.len ? model_trace_key(scope, id) : made_up(r, UINT64_MAX);
}

static int64_t span_key(struct reader *r, struct str id)
{
	bool is_hex;
	if (id.len)
		return model_span_key(id, &is_hex);
	struct hash128 made = made_up(r, r->made_up++);
	int64_t key;
	memcpy(&key, made.byte, sizeof key);
	return key;
}

static struct hash128 run_key(struct reader *r, struct id_scope scope, struct str id)
{
	if (!id.len)
		return head_of(r);
	return id.ptr[0] == '#' ? model_local_run_key(head_of(r), id) : model_trace_key(scope, id);
}

/* ---------------------------------------------------------------- spans */

static const char *part_field(const struct message *m, const struct message_part *p)
{
	switch (p->type) {
	case PART_TOOL_CALL: return "tool call";
	case PART_TOOL_RESULT: return "tool result";
	case PART_REASONING: return "reasoning";
	case PART_TEXT:
	case PART_MEDIA:
	case PART_OTHER: break;
	}
	return m->output                   ? "answer"
	       : str_is(m->role, "user")   ? "user message"
	       : str_is(m->role, "system") ? "system message"
	       : str_is(m->role, "tool")   ? "tool result"
	                                   : "message";
}

static void span_messages(struct reader *r, const struct text_place *place, const struct span *span)
{
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; k < span->messages[i].n_parts; k++) {
			const struct message_part *p = &span->messages[i].parts[k];
			try_text(r, place, part_field(&span->messages[i], p), p->text);
			if (p->type == PART_TOOL_CALL)
				try_text(r, place, "tool name", p->name);
		}
}

static void span_rest(struct reader *r, const struct text_place *place, const struct span *span)
{
	const struct {
		const char *field;
		struct str text;
	} more[] = {
	    {"trace name", span->trace_name },
            {"prompt",     span->prompt_text},
            {"model",      span->model      },
	    {"session",    span->session    },
            {"user",       span->user       },
            {"service",    span->service    },
	    {"trace id",   span->trace_id   },
            {"span id",    span->id         },
	};
	for (size_t i = 0; i < span->n_tags; i++)
		try_text(r, place, "tag", span->tags[i]);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		try_text(r, place, more[i].field, more[i].text);
	for (size_t i = 0; i < span->n_attributes; i++)
		try_text(r, place, "attributes", span->attributes[i].json);
	for (size_t i = 0; i < span->n_resource; i++)
		try_text(r, place, "resource", span->resource[i].json);
}

static void on_span(struct sink *s, const struct span *span)
{
	struct reader *r = reader_of(s);
	struct text_place place = {
	    .trace = trace_key(r, span->scope, span->trace_id),
	    .has_trace = true,
	    .has_span = true,
	    .span = span_key(r, span->id),
	    .span_text = span->id,
	    .name = span->name,
	    .kind = span->kind,
	    .start_ns = span->start_ns,
	};
	r->any = false;
	try_text(r, &place, "name", span->name);
	try_text(r, &place, "error", span->message);
	try_text(r, &place, "tool name", span->tool_name);
	span_messages(r, &place, span);
	for (size_t i = 0; i < span->n_documents; i++) {
		try_text(r, &place, "document", span->documents[i].content);
		try_text(r, &place, "document", span->documents[i].id);
		try_text(r, &place, "document", span->documents[i].metadata);
	}
	if (!r->any) { /* else these say the same once more */
		try_text(r, &place, "input", span->input);
		try_text(r, &place, "output", span->output);
	}
	for (size_t i = 0; i < span->n_events; i++) {
		try_text(r, &place, "event", span->events[i].name);
		try_text(r, &place, "event", span->events[i].attributes);
	}
	if (!r->any)
		span_rest(r, &place, span);
}

static void on_trace(struct sink *s, const struct trace *trace)
{
	struct reader *r = reader_of(s);
	struct text_place place = {
	    .trace = trace_key(r, trace->scope, trace->id),
	    .has_trace = true,
	    .name = trace->name,
	    .start_ns = trace->start_ns,
	};
	const struct {
		const char *field;
		struct str text;
	} texts[] = {
	    {"name",     trace->name    },
            {"input",    trace->input   },
            {"output",   trace->output  },
	    {"session",  trace->session },
            {"user",     trace->user    },
            {"service",  trace->service },
	    {"metadata", trace->metadata},
            {"trace id", trace->id      },
	};
	for (size_t i = 0; i < trace->n_tags; i++)
		try_text(r, &place, "tag", trace->tags[i]);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		try_text(r, &place, texts[i].field, texts[i].text);
}

static void score_texts(struct reader *r, const struct text_place *place, const struct score *score)
{
	try_text(r, place, "explanation", score->explanation);
	try_text(r, place, "score", score->label);
	try_text(r, place, "score", score->name);
}

static void on_score(struct sink *s, const struct score *score)
{
	struct reader *r = reader_of(s);
	bool is_hex;
	struct text_place place = {
	    .trace = trace_key(r, score->scope, score->trace_id),
	    .has_trace = true,
	    .has_span = score->span_id.len > 0,
	    .span = score->span_id.len ? model_span_key(score->span_id, &is_hex) : 0,
	    .span_text = score->span_id,
	    .name = score->name,
	    .start_ns = score->time_ns,
	};
	score_texts(r, &place, score);
}

/* ---------------------------------------------------------------- eval runs */

static void on_case(struct sink *s, const struct case_result *res)
{
	struct reader *r = reader_of(s);
	struct text_place place = {
	    .run = run_key(r, res->scope, res->run_id),
	    .is_case = true,
	    .case_key = res->key,
	    .name = res->title.len ? res->title : res->key,
	    .start_ns = TIME_UNKNOWN,
	};
	const struct {
		const char *field;
		struct str text;
	} texts[] = {
	    {"title",    res->title   },
            {"input",    res->input   },
            {"expected", res->expected},
            {"output",   res->output  },
	    {"error",    res->error   },
            {"key",      res->key     },
            {"metadata", res->metadata},
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		try_text(r, &place, texts[i].field, texts[i].text);
	for (size_t i = 0; i < res->n_scores; i++)
		score_texts(r, &place, &res->scores[i]);
}

static const struct sink_ops reader_ops = {
    .span = on_span,
    .trace = on_trace,
    .score = on_score,
    .case_result = on_case,
};

/* ---------------------------------------------------------------- records */

void record_texts_init(struct record_texts *r, struct db *db, struct terms *terms)
{
	*r = (struct record_texts){.db = db, .blocks = block_cache_new(db), .terms = terms, .arena = ARENA_INIT};
}

void record_texts_done(struct record_texts *r)
{
	block_cache_free(r->blocks);
	arena_done(&r->arena);
}

/* What surrounds a record may hold a word, too. */
static bool read_frames(struct record_texts *r, uint64_t number, struct err *err)
{
	struct stored_record rec;
	bool ok = block_fetch(r->blocks, number, &r->arena, &rec, err);
	r->in_frame = 0;
	for (size_t i = 0; ok && i < rec.n_frames; i++)
		r->in_frame |= terms_words_in(r->terms, rec.frames[i]);
	arena_reset(&r->arena);
	return ok;
}

bool record_may_match(struct record_texts *r, uint64_t first, uint32_t i, bool *ok, struct err *err)
{
	struct block_view b;
	*ok = block_view(r->blocks, first, &b, err);
	if (!*ok || i >= b.n)
		return false;
	struct entry e = b.entries[i];
	if ((e.type != ENTRY_RECORD && e.type != ENTRY_DETAIL) || !e.bytes.len)
		return false;
	if (!e.frame)
		r->in_frame = 0;
	else if (e.frame != r->frame)
		/* Reading the frames may have taken the block's place in the cache. */
		*ok = read_frames(r, first + i, err) && block_view(r->blocks, first, &b, err);
	r->frame = e.frame;
	return *ok && terms_may_match(r->terms, b.entries[i].bytes, r->in_frame);
}

bool record_matches(struct record_texts *r, uint64_t number, int64_t source, match_fn *match, void *to, struct err *err)
{
	struct stored_record rec;
	decode_fn *decode = sink_decoder();
	BUG_ON(!decode);
	bool ok = block_fetch(r->blocks, number, &r->arena, &rec, err);
	if (ok) {
		struct reader reader = {
		    .sink = {.ops = &reader_ops, .wants = SINK_PAYLOAD},
		    .texts = r,
		    .match = match,
		    .to = to,
		    .entry = &rec.entry,
		    .source = source,
		};
		struct err unreadable = ERR_INIT;
		decode(&rec, &reader.sink, &unreadable);
	}
	arena_reset(&r->arena);
	return ok;
}
