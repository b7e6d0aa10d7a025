#include "store/query/payload.h"

#include "store/study/mask.h"

/* ---------------------------------------------------------------- a sink before another, which gets all texts masked */

struct masking {
	struct sink sink; /* first: ops find the rest through it */
	struct sink *to;
	db_mask *mask;
	struct arena arena; /* of one call */
};

static struct masking *masking_of(struct sink *s)
{
	return (struct masking *)s;
}

static struct str text_of(struct masking *m, struct str text)
{
	return m->mask(&m->arena, text);
}

static void mask_all(struct masking *m, struct str *const texts[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		*texts[i] = text_of(m, *texts[i]);
}

#define MASK(m, ...)                                                \
	do {                                                        \
		struct str *const texts[] = {__VA_ARGS__};          \
		mask_all((m), texts, sizeof texts / sizeof *texts); \
	} while (0)

static const struct attribute *attributes_of(struct masking *m, const struct attribute *from, size_t n)
{
	struct attribute *to = arena_zalloc(&m->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct attribute){text_of(m, from[i].key), mask_json(&m->arena, from[i].json)};
	return to;
}

static const struct message *messages_of(struct masking *m, const struct message *from, size_t n)
{
	struct message *to = arena_zalloc(&m->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		struct message_part *parts = arena_zalloc(&m->arena, from[i].n_parts, sizeof *parts);
		to[i] = from[i];
		to[i].name = text_of(m, from[i].name);
		for (size_t p = 0; p < from[i].n_parts; p++) {
			parts[p] = from[i].parts[p];
			MASK(m, &parts[p].text, &parts[p].name);
		}
		to[i].parts = parts;
	}
	return to;
}

static const struct document *documents_of(struct masking *m, const struct document *from, size_t n)
{
	struct document *to = arena_zalloc(&m->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		MASK(m, &to[i].id, &to[i].content);
		to[i].metadata = mask_json(&m->arena, from[i].metadata);
	}
	return to;
}

static const struct span_event *events_of(struct masking *m, const struct span_event *from, size_t n)
{
	struct span_event *to = arena_zalloc(&m->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		to[i].name = text_of(m, from[i].name);
		to[i].attributes = mask_json(&m->arena, from[i].attributes);
	}
	return to;
}

static const struct span_link *links_of(struct masking *m, const struct span_link *from, size_t n)
{
	struct span_link *to = arena_zalloc(&m->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		to[i].attributes = mask_json(&m->arena, from[i].attributes);
	}
	return to;
}

static const struct str *tags_of(struct masking *m, const struct str *from, size_t n)
{
	struct str *to = arena_zalloc(&m->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = text_of(m, from[i]);
	return to;
}

static struct score score_of(struct masking *m, const struct score *from)
{
	struct score to = *from;
	MASK(m, &to.name, &to.label, &to.explanation, &to.judge_model, &to.author);
	return to;
}

static void on_span(struct sink *s, const struct span *from)
{
	struct masking *m = masking_of(s);
	struct span to = *from;
	MASK(m, &to.name, &to.message, &to.model, &to.provider, &to.prompt_name, &to.prompt_version, &to.prompt_text,
	     &to.session, &to.user, &to.service, &to.trace_name, &to.tool_name, &to.input, &to.output,
	     &to.input_preview, &to.output_preview);
	to.tags = tags_of(m, from->tags, from->n_tags);
	to.attributes = attributes_of(m, from->attributes, from->n_attributes);
	to.resource = attributes_of(m, from->resource, from->n_resource);
	to.messages = messages_of(m, from->messages, from->n_messages);
	to.documents = documents_of(m, from->documents, from->n_documents);
	to.events = events_of(m, from->events, from->n_events);
	to.links = links_of(m, from->links, from->n_links);
	sink_span(m->to, &to);
	arena_reset(&m->arena);
}

static void on_trace(struct sink *s, const struct trace *from)
{
	struct masking *m = masking_of(s);
	struct trace to = *from;
	MASK(m, &to.name, &to.session, &to.user, &to.service, &to.input, &to.output);
	to.metadata = mask_json(&m->arena, from->metadata);
	to.tags = tags_of(m, from->tags, from->n_tags);
	sink_trace(m->to, &to);
	arena_reset(&m->arena);
}

static void on_score(struct sink *s, const struct score *from)
{
	struct masking *m = masking_of(s);
	struct score to = score_of(m, from);
	sink_score(m->to, &to);
	arena_reset(&m->arena);
}

static void on_run(struct sink *s, const struct eval_run *from)
{
	struct masking *m = masking_of(s);
	struct eval_run to = *from;
	MASK(m, &to.name, &to.dataset, &to.model, &to.provider, &to.prompt_name, &to.prompt_version, &to.prompt_text);
	to.config = mask_json(&m->arena, from->config);
	sink_run(m->to, &to);
	arena_reset(&m->arena);
}

/* Its key says which case it is. */
static void on_case(struct sink *s, const struct case_result *from)
{
	struct masking *m = masking_of(s);
	struct case_result to = *from;
	struct score *scores = arena_zalloc(&m->arena, from->n_scores, sizeof *scores);
	MASK(m, &to.title, &to.input, &to.expected, &to.output, &to.error);
	to.metadata = mask_json(&m->arena, from->metadata);
	for (size_t i = 0; i < from->n_scores; i++)
		scores[i] = score_of(m, &from->scores[i]);
	to.scores = scores;
	sink_case(m->to, &to);
	arena_reset(&m->arena);
}

static const struct sink_ops masking_ops = {
    .span = on_span, .trace = on_trace, .score = on_score, .run = on_run, .case_result = on_case};

/* ---------------------------------------------------------------- records */

void payload_mask(struct db *db, struct stored_record *rec, struct arena *arena)
{
	db_mask *mask = db_masks(db);
	if (!mask)
		return;
	struct str *frames = arena_zalloc(arena, rec->n_frames, sizeof *frames);
	rec->entry.bytes = mask(arena, rec->entry.bytes);
	for (size_t i = 0; i < rec->n_frames; i++)
		frames[i] = mask(arena, rec->frames[i]);
	rec->frames = frames;
}

bool payload_decode(struct db *db, struct stored_record *rec, struct arena *arena, struct sink *to, struct err *err)
{
	decode_fn *run = sink_decoder();
	BUG_ON(!run);
	if (!db_masks(db))
		return run(rec, to, err);
	struct masking m = {
	    .sink = {.ops = &masking_ops, .wants = to->wants},
              .to = to, .mask = db_masks(db), .arena = ARENA_INIT
        };
	bool ok = run(rec, &m.sink, err);
	arena_done(&m.arena);
	payload_mask(db, rec, arena);
	return ok;
}
