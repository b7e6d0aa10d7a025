#include "store/query/span.h"

#include <string.h>
#include "store/query/payload.h"

#include "store/base/vec.h"

/* ---------------------------------------------------------------- a sink that keeps what one record gives
 *
 * All text given to a sink is borrowed for the call; here it is copied into the caller's arena. */
struct keeper {
	struct sink sink;
	struct arena *arena;
	int64_t want_key; /* the span wanted, if a record gives several */
	bool any_span;
	struct span *span;
	VEC(struct score_row) scores;
};

static struct keeper *keeper_of(struct sink *s)
{
	return (struct keeper *)(void *)s;
}

static struct str keep(struct keeper *k, struct str s)
{
	return arena_str(k->arena, s);
}

static const struct attribute *keep_attributes(struct keeper *k, const struct attribute *from, size_t n)
{
	struct attribute *to = arena_zalloc(k->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct attribute){.key = keep(k, from[i].key), .json = keep(k, from[i].json)};
	return to;
}

static const struct message *keep_messages(struct keeper *k, const struct message *from, size_t n)
{
	struct message *to = arena_zalloc(k->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		struct message_part *parts = arena_zalloc(k->arena, from[i].n_parts, sizeof *parts);
		for (size_t p = 0; p < from[i].n_parts; p++) {
			parts[p] = from[i].parts[p];
			parts[p].text = keep(k, parts[p].text);
			parts[p].id = keep(k, parts[p].id);
			parts[p].name = keep(k, parts[p].name);
			parts[p].data = keep(k, parts[p].data);
		}
		to[i] = from[i];
		to[i].role = keep(k, from[i].role);
		to[i].name = keep(k, from[i].name);
		to[i].finish_reason = keep(k, from[i].finish_reason);
		to[i].parts = parts;
	}
	return to;
}

static const struct document *keep_documents(struct keeper *k, const struct document *from, size_t n)
{
	struct document *to = arena_zalloc(k->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct document){.id = keep(k, from[i].id),
		                          .content = keep(k, from[i].content),
		                          .metadata = keep(k, from[i].metadata),
		                          .score = from[i].score};
	return to;
}

static const struct span_event *keep_events(struct keeper *k, const struct span_event *from, size_t n)
{
	struct span_event *to = arena_zalloc(k->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct span_event){.name = keep(k, from[i].name),
		                            .time_ns = from[i].time_ns,
		                            .attributes = keep(k, from[i].attributes)};
	return to;
}

static const struct span_link *keep_links(struct keeper *k, const struct span_link *from, size_t n)
{
	struct span_link *to = arena_zalloc(k->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++)
		to[i] = (struct span_link){.trace_id = keep(k, from[i].trace_id),
		                           .span_id = keep(k, from[i].span_id),
		                           .attributes = keep(k, from[i].attributes)};
	return to;
}

static void keep_span_text(struct keeper *k, struct span *to)
{
	struct str *const texts[] = {
	    &to->trace_id, &to->id,       &to->parent_id,     &to->name,           &to->message,
	    &to->model,    &to->provider, &to->prompt_name,   &to->prompt_version, &to->prompt_text,
	    &to->session,  &to->user,     &to->service,       &to->trace_name,     &to->tool_name,
	    &to->input,    &to->output,   &to->input_preview, &to->output_preview};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = keep(k, *texts[i]);
}

static void on_span(struct sink *s, const struct span *span)
{
	struct keeper *k = keeper_of(s);
	bool hex = false;
	bool wanted = span->id.ptr && model_span_key(span->id, &hex) == k->want_key;
	if (!k->any_span || (k->span && !wanted))
		return;
	struct span *to = arena_alloc(k->arena, sizeof *to);
	*to = *span;
	keep_span_text(k, to);
	struct str *tags = arena_zalloc(k->arena, span->n_tags, sizeof *tags);
	for (size_t i = 0; i < span->n_tags; i++)
		tags[i] = keep(k, span->tags[i]);
	to->tags = tags;
	to->attributes = keep_attributes(k, span->attributes, span->n_attributes);
	to->resource = keep_attributes(k, span->resource, span->n_resource);
	to->messages = keep_messages(k, span->messages, span->n_messages);
	to->documents = keep_documents(k, span->documents, span->n_documents);
	to->events = keep_events(k, span->events, span->n_events);
	to->links = keep_links(k, span->links, span->n_links);
	k->span = to;
}

static struct score *keep_scores(struct keeper *k, const struct score *from, size_t n)
{
	struct score *to = arena_zalloc(k->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		struct str *const texts[] = {&to[i].trace_id,    &to[i].span_id,     &to[i].name,   &to[i].label,
		                             &to[i].explanation, &to[i].judge_model, &to[i].author, &to[i].id};
		for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
			*texts[t] = keep(k, *texts[t]);
	}
	return to;
}

static void on_score(struct sink *s, const struct score *score)
{
	struct keeper *k = keeper_of(s);
	struct score *kept = keep_scores(k, score, 1);
	*vec_add(&k->scores) = (struct score_row){.name = kept->name,
	                                          .label = kept->label,
	                                          .explanation = kept->explanation,
	                                          .judge_model = kept->judge_model,
	                                          .author = kept->author,
	                                          .value = kept->value,
	                                          .threshold = kept->threshold,
	                                          .pass = kept->pass,
	                                          .source = kept->source,
	                                          .time_ns = kept->time_ns,
	                                          .of_trace = !kept->span_id.ptr};
}

static const struct sink_ops keeper_ops = {
    .span = on_span,
    .score = on_score,
};

static bool decode(struct block_cache *blocks, int64_t record, struct keeper *k, struct stored_record *rec,
                   struct err *err)
{
	k->sink = (struct sink){.ops = &keeper_ops, .wants = SINK_PAYLOAD};
	return block_fetch(blocks, (uint64_t)record, k->arena, rec, err) &&
	       payload_decode(block_cache_db(blocks), rec, k->arena, &k->sink, err);
}

/* ---------------------------------------------------------------- spans */

_Static_assert(SOURCE_CODE == 3, "the SQL below names it by number");

bool span_scores(struct db *db, int64_t trace, int64_t key, bool whole, struct arena *arena, struct score_row **out,
                 size_t *n, struct err *err)
{
	struct stmt *s = db_query(
	    db,
	    "SELECT w.text, c.label, c.explanation, (SELECT text FROM word WHERE id = c.judge),"
	    " (SELECT text FROM word WHERE id = c.author), c.value, c.threshold, c.pass, c.from_, c.time_ns, c.span,"
	    " c.trace <> ?1, c.span IS NULL AS whole, c.ident, 0 FROM score c JOIN word w ON w.id = c.name"
	    " WHERE c.trace IN (SELECT ?1 UNION ALL"
	    " SELECT p.id FROM trace t JOIN word s ON s.id = t.session JOIN trace p ON p.text = '" WAITING_SESSION
	    "' || s.text WHERE t.id = ?1 AND p.seen = 0) AND (c.span IS NULL OR c.span = ?2 OR ?3)"
	    /* What checks found, as scores; a note has not failed. */
	    " UNION ALL SELECT f.name, NULL, f.explanation, NULL, NULL, f.value, NULL, CASE WHEN f.level > 0 THEN 0 "
	    "END,"
	    " 3, NULL, f.span, 0, f.span IS NULL, f.n, 1 FROM finding f"
	    " WHERE f.trace = ?1 AND (f.span = ?2 OR ?3)"
	    " ORDER BY whole, 1, 10, 14 LIMIT 10000",
	    err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, key);
	stmt_int(s, 3, whole);
	VEC(struct score_row) rows = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t from = col_int_or(s, 8, SOURCE_UNKNOWN);
		*vec_add(&rows) = (struct score_row){
		    .name = arena_str(arena, col_str(s, 0)),
		    .label = arena_str(arena, col_str(s, 1)),
		    .explanation = arena_str(arena, col_str(s, 2)),
		    .judge_model = arena_str(arena, col_str(s, 3)),
		    .author = arena_str(arena, col_str(s, 4)),
		    .value = col_double(s, 5),
		    .threshold = col_double(s, 6),
		    .pass = (int)col_int_or(s, 7, -1),
		    .source = from >= 0 && from < N_SCORE_SOURCES ? (enum score_source)from : SOURCE_UNKNOWN,
		    .time_ns = col_int(s, 9),
		    .of_trace = col_null(s, 10),
		    .of_session = col_int(s, 11) != 0,
		    .finding = col_int(s, 14) != 0,
		};
	}
	stmt_end(s);
	*n = rows.n;
	*out = arena_alloc(arena, rows.n * sizeof **out);
	if (rows.n)
		memcpy(*out, rows.at, rows.n * sizeof *rows.at);
	vec_done(&rows);
	return step == STEP_DONE;
}

/* The rows keep previews of explanations; what the span's own record says of the same score is whole. */
static void fill_explanations(struct span_detail *out, const struct score_row *whole, size_t n)
{
	for (size_t i = 0; i < out->n_scores; i++)
		for (size_t k = 0; k < n; k++)
			if (str_eq(out->scores[i].name, whole[k].name) &&
			    whole[k].explanation.len > out->scores[i].explanation.len &&
			    out->scores[i].time_ns == whole[k].time_ns)
				out->scores[i].explanation = whole[k].explanation;
}

/* One of a span's records: what it gives of the span (span NULL: nothing), and the record itself. */
struct origin_read {
	const struct span *span;
	struct span_origin origin;
};

static bool read_origin(struct block_cache *blocks, int64_t key, int64_t record, struct keeper *k,
                        struct origin_read *out, struct err *err)
{
	struct stored_record rec;
	k->any_span = true;
	k->want_key = key;
	k->span = NULL;
	*out = (struct origin_read){.span = NULL};
	if (!decode(blocks, record, k, &rec, err))
		return false;
	out->span = k->span;
	out->origin = (struct span_origin){.raw = rec.entry.bytes,
	                                   .frames = rec.frames,
	                                   .n_frames = rec.n_frames,
	                                   .format = str_of(rec.format),
	                                   .record = rec.entry.record,
	                                   .line = rec.entry.line,
	                                   .offset = rec.entry.offset};
	return block_source(blocks, (uint64_t)record, k->arena, &out->origin.file, &out->origin.member, err);
}

/* The records of the span beside `record`, in the order in which they count. */
static bool other_records(struct db *db, int64_t trace, int64_t key, int64_t record, int64_t *records, size_t *n,
                          struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT record FROM span_other WHERE trace = ? AND key = ? AND record <> ?"
	                          " ORDER BY end_ns IS NULL, end_ns DESC, hash LIMIT ?",
	                          err);
	enum step step;
	*n = 0;
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, key);
	stmt_int(s, 3, record);
	stmt_int(s, 4, SPAN_ORIGINS - 1);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		records[(*n)++] = col_int(s, 0);
	stmt_end(s);
	return step == STEP_DONE;
}

static void join_text(struct str *into, struct str from)
{
	if (!into->ptr)
		*into = from;
}

static void join_number(int64_t *into, int64_t from)
{
	if (*into == UNKNOWN_INT)
		*into = from;
}

static void join_attributes(struct arena *arena, const struct attribute **into, size_t *n, const struct attribute *from,
                            size_t n_from)
{
	struct attribute *to = arena_zalloc(arena, *n + n_from + 1, sizeof *to);
	size_t had = *n;
	if (had)
		memcpy(to, *into, had * sizeof *to);
	for (size_t i = 0; i < n_from; i++) {
		bool there = false;
		for (size_t k = 0; k < had && !there; k++)
			there = str_eq(to[k].key, from[i].key);
		if (!there)
			to[(*n)++] = from[i];
	}
	*into = to;
}

static bool has_side(const struct span *span, bool output)
{
	for (size_t i = 0; i < span->n_messages; i++)
		if (span->messages[i].output == output)
			return true;
	return false;
}

/* What was said before the call from one record, what was answered from another. */
static void join_messages(struct arena *arena, struct span *into, const struct span *from)
{
	bool take[2] = {!has_side(into, false), !has_side(into, true)};
	struct message *to = arena_zalloc(arena, into->n_messages + from->n_messages + 1, sizeof *to);
	size_t n = 0;
	for (int output = 0; output < 2; output++) {
		const struct span *side = take[output] ? from : into;
		for (size_t i = 0; i < side->n_messages; i++)
			if (side->messages[i].output == (output == 1))
				to[n++] = side->messages[i];
	}
	into->messages = to;
	into->n_messages = n;
}

static void join_spans(struct arena *arena, struct span *a, const struct span *b)
{
	struct str *const texts[] = {
	    &a->trace_id,       &a->id,       &a->parent_id,     &a->name,          &a->message,
	    &a->model,          &a->provider, &a->prompt_name,   &a->prompt_text,   &a->session,
	    &a->prompt_version, &a->user,     &a->service,       &a->trace_name,    &a->tool_name,
	    &a->input,          &a->output,   &a->input_preview, &a->output_preview};
	const struct str from[] = {b->trace_id,       b->id,       b->parent_id,     b->name,          b->message,
	                           b->model,          b->provider, b->prompt_name,   b->prompt_text,   b->session,
	                           b->prompt_version, b->user,     b->service,       b->trace_name,    b->tool_name,
	                           b->input,          b->output,   b->input_preview, b->output_preview};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		join_text(texts[i], from[i]);
	if (a->kind == KIND_SPAN)
		a->kind = b->kind;
	join_number(&a->start_ns, b->start_ns);
	join_number(&a->end_ns, b->end_ns);
	join_number(&a->first_token_ns, b->first_token_ns);
	join_number(&a->tokens_in, b->tokens_in);
	join_number(&a->tokens_out, b->tokens_out);
	join_number(&a->tokens_cached, b->tokens_cached);
	join_number(&a->tokens_reasoning, b->tokens_reasoning);
	if (a->tokens_cache_write <= 0)
		a->tokens_cache_write = b->tokens_cache_write;
	join_attributes(arena, &a->attributes, &a->n_attributes, b->attributes, b->n_attributes);
	join_attributes(arena, &a->resource, &a->n_resource, b->resource, b->n_resource);
	join_messages(arena, a, b);
	if (!a->n_documents) {
		a->documents = b->documents;
		a->n_documents = b->n_documents;
	}
	if (!a->n_events) {
		a->events = b->events;
		a->n_events = b->n_events;
	}
	if (!a->n_links) {
		a->links = b->links;
		a->n_links = b->n_links;
	}
	if (!a->n_tags) {
		a->tags = b->tags;
		a->n_tags = b->n_tags;
	}
}

static bool read_origins(struct db *db, struct block_cache *blocks, int64_t trace, int64_t key, int64_t record,
                         struct keeper *k, struct span_detail *out, struct err *err)
{
	int64_t records[SPAN_ORIGINS] = {record};
	struct span_origin *origins = arena_zalloc(k->arena, SPAN_ORIGINS, sizeof *origins);
	size_t n;
	bool any = false;
	if (!other_records(db, trace, key, record, records + 1, &n, err))
		return false;
	for (size_t i = 0; i < n + 1; i++) {
		struct origin_read read;
		if (!read_origin(blocks, key, records[i], k, &read, err))
			return false;
		origins[out->n_origins++] = read.origin;
		if (read.span && any)
			join_spans(k->arena, &out->span, read.span);
		else if (read.span)
			out->span = *read.span;
		any = any || read.span;
	}
	out->origins = origins;
	return true;
}

bool span_detail(struct db *db, struct block_cache *blocks, int64_t trace, int64_t key, int64_t record,
                 struct arena *arena, struct span_detail *out, struct err *err)
{
	*out = (struct span_detail){0};
	if (!span_scores(db, trace, key, false, arena, &out->scores, &out->n_scores, err))
		return false;
	if (record <= 0)
		return true;
	struct keeper k = {.arena = arena};
	bool ok = read_origins(db, blocks, trace, key, record, &k, out, err);
	if (ok) {
		const struct span_origin *first = &out->origins[0];
		out->raw = first->raw;
		out->frames = first->frames;
		out->n_frames = first->n_frames;
		out->record = first->record;
		out->line = first->line;
		out->offset = first->offset;
		out->format = first->format;
		out->file = first->file;
		fill_explanations(out, k.scores.at, k.scores.n);
	}
	vec_done(&k.scores);
	return ok;
}

bool span_records(struct db *db, int64_t trace, const int64_t *key, struct arena *arena, int64_t **out, size_t *n,
                  struct err *err)
{
	struct stmt *s =
	    db_query(db,
	             "SELECT s.record FROM trace t JOIN span s ON s.pos >= t.first AND s.pos < t.first + t.n"
	             " WHERE t.id = ?1 AND (?2 IS NULL OR s.key = ?2) AND s.record > 0"
	             " UNION SELECT record FROM span_other WHERE trace = ?1 AND (?2 IS NULL OR key = ?2)"
	             " UNION SELECT record FROM trace_said WHERE trace = ?1 AND ?2 IS NULL ORDER BY 1",
	             err);
	VEC(int64_t) records = {0};
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	if (key)
		stmt_int(s, 2, *key);
	else
		stmt_null(s, 2);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&records) = col_int(s, 0);
	stmt_end(s);
	*n = records.n;
	*out = arena_alloc(arena, size_mul(records.n + 1, sizeof **out));
	if (records.n)
		memcpy(*out, records.at, records.n * sizeof **out);
	vec_done(&records);
	return step == STEP_DONE;
}
