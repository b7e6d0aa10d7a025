#include "import/otlp_log.h"

#include <stdlib.h>

#include "import/semconv.h"
#include "store/base/hash.h"

enum { L_TIME, L_OBSERVED, L_TRACE_ID, L_SPAN_ID, L_EVENT_NAME, L_BODY, L_ATTRIBUTES, L_SCOPE, N_LOG_KEYS };

static const struct str log_keys[N_LOG_KEYS] = {
    [L_TIME] = STR_INIT("timeUnixNano"),     [L_OBSERVED] = STR_INIT("observedTimeUnixNano"),
    [L_TRACE_ID] = STR_INIT("traceId"),      [L_SPAN_ID] = STR_INIT("spanId"),
    [L_EVENT_NAME] = STR_INIT("eventName"),  [L_BODY] = STR_INIT("body"),
    [L_ATTRIBUTES] = STR_INIT("attributes"), [L_SCOPE] = STR_INIT("scope"),
};

struct log {
	struct val got[N_LOG_KEYS];
	struct attrs_in attrs;
	struct str name;
	struct otlp_target of;
};

/* ---- targets */

static bool put_id(char *to, size_t *len, struct str id)
{
	*len = 0;
	if (!id.len || id.len > OTLP_LOG_ID)
		return false;
	memcpy(to, id.ptr, id.len);
	*len = id.len;
	return true;
}

static struct otlp_target target_of(struct str trace_id, struct str span_id)
{
	struct otlp_target of;

	put_id(of.trace, &of.trace_len, trace_id);
	put_id(of.span, &of.span_len, span_id);
	return of;
}

static struct str trace_of(const struct otlp_target *of)
{
	return of->trace_len ? (struct str){of->trace, of->trace_len} : STR_NONE;
}

static struct str span_of(const struct otlp_target *of)
{
	return of->span_len ? (struct str){of->span, of->span_len} : STR_NONE;
}

static bool same_target(const struct otlp_target *a, const struct otlp_target *b)
{
	return str_eq(trace_of(a), trace_of(b)) && str_eq(span_of(a), span_of(b));
}

static void put_target(struct buf *json, const struct otlp_target *of)
{
	buf_add_cstr(json, "\"traceId\":");
	scan_quote(json, trace_of(of));
	buf_add_cstr(json, ",\"spanId\":");
	scan_quote(json, span_of(of));
}

/* ---- what was said */

static bool is_details(struct str name)
{
	return str_is(name, "gen_ai.client.inference.operation.details");
}

static bool is_talk(struct str name)
{
	return str_is(name, "gen_ai.choice") || is_details(name) || str_starts(name, "gen_ai.content.") ||
	       (str_starts(name, "gen_ai.") && str_ends(name, ".message"));
}

/* A scanned text as the record of a detail, handed to whoever reads it. */
static void hand_on(struct import *im, const struct record *place, int slot, struct str json, otlp_talk_fn *read)
{
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	struct record rec = {
	    .bytes = json, .slot = slot, .number = place->number, .line = place->line, .offset = place->offset};

	if (scan_text(&scan, json, &opts)) {
		rec.root = scan_root(&scan);
		import_detail(im, place, slot, json);
		read(im, &rec);
	}
	scan_done(&scan);
}

static void flush(struct otlp_talk *talk, struct import *im, otlp_talk_fn *read)
{
	struct record place = {.number = talk->record, .line = talk->line, .offset = talk->offset};
	struct buf json = BUF_INIT;

	if (!talk->of.span_len)
		return;
	buf_add_char(&json, '{');
	put_target(&json, &talk->of);
	buf_printf(&json, ",\"attributes\":[");
	buf_add_str(&json, buf_str(&talk->attributes));
	buf_add_cstr(&json, "],\"events\":[");
	buf_add_str(&json, buf_str(&talk->events));
	buf_add_cstr(&json, "]}");
	hand_on(im, &place, SLOT_TALK, buf_str(&json), read);
	buf_done(&json);
	buf_done(&talk->attributes);
	buf_done(&talk->events);
	talk->of.span_len = 0;
}

/* The span's talk; a free one or the longest unused is made it. */
static struct otlp_talk *talk_for(struct otlp_logs *logs, const struct otlp_in *in, const struct log *log,
                                  otlp_talk_fn *read)
{
	struct otlp_talk *oldest = &logs->talks[0];

	for (size_t i = 0; i < OTLP_TALKS; i++) {
		struct otlp_talk *talk = &logs->talks[i];

		if (talk->of.span_len && same_target(&talk->of, &log->of))
			return talk;
		if (oldest->of.span_len && (!talk->of.span_len || talk->used < oldest->used))
			oldest = talk;
	}
	flush(oldest, in->im, read);
	*oldest = (struct otlp_talk){
	    .of = log->of, .record = in->rec->number, .line = in->rec->line, .offset = in->rec->offset};
	return oldest;
}

static void put_pairs(struct buf *out, struct val list)
{
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		if (out->len && out->ptr[out->len - 1] != '[')
			buf_add_char(out, ',');
		buf_add_str(out, val_raw(m.val));
	}
}

/* The body holds the message: a map of its members, or text, which may be JSON of them. */
static void put_body(struct buf *out, struct val body, struct arena *arena)
{
	struct val text = otlp_string(body);
	bool whole = str_starts(str_trim(val_str(text, arena)), "{");

	put_pairs(out, otlp_pairs(body));
	if (!text.scan)
		return;
	if (out->len && out->ptr[out->len - 1] != '[')
		buf_add_char(out, ',');
	buf_printf(out, "{\"key\":\"%s\",\"value\":{\"stringValue\":", whole ? "gen_ai.event.content" : "content");
	buf_add_str(out, val_raw(text));
	buf_add_cstr(out, "}}");
}

/* {"input":{"messages":[…]},"output":{"messages":[…]}}: what AWS's distribution logs of a span, under its scope's name. */
static bool is_exchange(struct val body)
{
	struct val inner = otlp_member(body, "input");

	if (!val_ok(inner))
		inner = otlp_member(body, "output");
	return val_ok(otlp_member(inner, "messages"));
}

static void put_event(struct buf *out, const struct log *log, struct arena *arena)
{
	struct val time = val_ok(log->got[L_TIME]) ? log->got[L_TIME] : log->got[L_OBSERVED];

	if (out->len)
		buf_add_char(out, ',');
	buf_add_cstr(out, "{\"name\":");
	scan_quote(out, log->name);
	if (val_ok(time)) {
		buf_add_cstr(out, ",\"timeUnixNano\":");
		buf_add_str(out, val_raw(time));
	}
	buf_add_cstr(out, ",\"attributes\":[");
	if (!is_exchange(log->got[L_BODY]))
		put_body(out, log->got[L_BODY], arena);
	put_pairs(out, log->got[L_ATTRIBUTES]);
	if (is_exchange(log->got[L_BODY])) {
		buf_add_cstr(out, out->ptr[out->len - 1] == '[' ? "" : ",");
		buf_add_cstr(out, "{\"key\":\"body\",\"value\":");
		buf_add_str(out, val_raw(log->got[L_BODY]));
		buf_add_char(out, '}');
	}
	buf_add_cstr(out, "]}");
}

static void take_talk(struct otlp_logs *logs, const struct otlp_in *in, const struct log *log, otlp_talk_fn *read)
{
	struct otlp_talk *talk;

	if (!log->of.trace_len || !log->of.span_len) {
		logs->others++;
		return;
	}
	talk = talk_for(logs, in, log, read);
	talk->used = ++logs->clock;
	if (is_details(log->name)) {
		put_pairs(&talk->attributes, log->got[L_ATTRIBUTES]);
		put_pairs(&talk->attributes, otlp_pairs(log->got[L_BODY]));
	} else {
		put_event(&talk->events, log, in->arena);
	}
	if (talk->attributes.len + talk->events.len > OTLP_TALK_BYTES)
		flush(talk, in->im, read);
}

/* ---- evaluations */

static void read_evaluation(const struct otlp_in *in, const struct log *log, struct otlp_target of)
{
	struct val scope = frame_get(in->rec->frame, "scope", true);
	struct score score;

	if (!val_ok(scope))
		scope = log->got[L_SCOPE];
	if (!semconv_evaluation(&log->attrs, val_str(val_get_loose(scope, "name"), in->arena), &score, in->arena)) {
		import_problem(in->im, in->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("attributes"), "record skipped",
		               "evaluation result without a name");
		return;
	}
	score.scope.family = STR_LIT("otlp");
	score.trace_id = trace_of(&of);
	score.span_id = span_of(&of);
	score.time_ns = otlp_time(in, log->got[L_TIME], "timeUnixNano");
	if (score.time_ns == TIME_UNKNOWN)
		score.time_ns = otlp_time(in, log->got[L_OBSERVED], "observedTimeUnixNano");
	if (score.trace_id.len || score.span_id.len)
		sink_score(in->im->sink, &score);
	else
		import_problem(in->im, in->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("traceId"), "record skipped",
		               "evaluation result without a trace, a span or a response that is here");
}

static struct log log_of(const struct otlp_in *in)
{
	struct log log = {.name = STR_NONE};

	otlp_members(in->rec->root, log_keys, N_LOG_KEYS, log.got);
	log.name = val_str(log.got[L_EVENT_NAME], in->arena);
	if (val_ok(log.got[L_ATTRIBUTES]))
		log.attrs = otlp_attributes(in, log.got[L_ATTRIBUTES], "attributes", NULL);
	if (!log.name.len)
		log.name = semconv_get(&log.attrs, "event.name", in->arena);
	return log;
}

static void read_ids(const struct otlp_in *in, struct log *log)
{
	log->of =
	    target_of(otlp_id(in, log->got[L_TRACE_ID], 16, "traceId"), otlp_id(in, log->got[L_SPAN_ID], 8, "spanId"));
}

static void evaluation_again(struct import *im, const struct record *rec)
{
	struct otlp_in in = {.im = im, .rec = rec, .arena = im->arena};
	struct log log = log_of(&in);

	read_ids(&in, &log);
	read_evaluation(&in, &log, log.of);
}

/* The record once more, with the ids that were found: the last of a name counts. */
static void hand_evaluation(struct import *im, const struct record *place, struct str record,
                            const struct otlp_target *of)
{
	struct buf json = BUF_INIT;

	buf_add_str(&json, str_cut(record, 0, record.len - 1));
	buf_add_char(&json, ',');
	put_target(&json, of);
	buf_add_char(&json, '}');
	hand_on(im, place, SLOT_EVALUATION, buf_str(&json), evaluation_again);
	buf_done(&json);
}

static const struct otlp_response *find_response(const struct otlp_logs *logs, uint64_t hash)
{
	size_t n = logs->n_responses < OTLP_RESPONSES ? logs->n_responses : OTLP_RESPONSES;

	for (size_t i = 0; i < n; i++) {
		if (logs->responses[i].hash == hash)
			return &logs->responses[i];
	}
	return NULL;
}

/* The record with its scope, to be read without its frames. */
static void self_contained(struct buf *json, const struct otlp_in *in)
{
	struct val scope = frame_get(in->rec->frame, "scope", true);

	buf_add_str(json, str_cut(in->rec->bytes, 0, in->rec->bytes.len - 1));
	buf_add_cstr(json, ",\"scope\":");
	buf_add_str(json, val_ok(scope) ? val_raw(scope) : STR_LIT("null"));
	buf_add_char(json, '}');
}

static bool wait_for(struct otlp_logs *logs, const struct otlp_in *in, uint64_t hash)
{
	struct buf json = BUF_INIT;
	struct otlp_waiting *w;

	if (logs->n_waiting == OTLP_WAITING || logs->waiting_bytes > OTLP_WAITING_BYTES)
		return false;
	if (!logs->waiting)
		logs->waiting = xcalloc(OTLP_WAITING, sizeof *logs->waiting);
	self_contained(&json, in);
	w = &logs->waiting[logs->n_waiting++];
	*w = (struct otlp_waiting){
	    .hash = hash, .record = in->rec->number, .line = in->rec->line, .offset = in->rec->offset, .len = json.len};
	logs->waiting_bytes += json.len;
	w->json = buf_detach(&json);
	return true;
}

static void take_evaluation(struct otlp_logs *logs, const struct otlp_in *in, const struct log *log)
{
	struct str response = semconv_get(&log->attrs, "gen_ai.response.id", in->arena);
	const struct otlp_response *found;
	struct buf json = BUF_INIT;

	/* being shown, or named well enough: the record alone says it */
	if (log->of.span_len || !response.len || in->im->decoding) {
		read_evaluation(in, log, log->of);
		return;
	}
	found = find_response(logs, hash64(response));
	if (!found) {
		if (!wait_for(logs, in, hash64(response)))
			read_evaluation(in, log, log->of);
		return;
	}
	self_contained(&json, in);
	hand_evaluation(in->im, in->rec, buf_str(&json), &found->of);
	buf_done(&json);
}

static void waiting_free(struct otlp_logs *logs, size_t i)
{
	logs->waiting_bytes -= logs->waiting[i].len;
	free(logs->waiting[i].json);
	logs->waiting[i] = logs->waiting[--logs->n_waiting];
}

/* of NULL: nothing was found, and the record must do. */
static void end_waiting(struct otlp_logs *logs, size_t i, struct import *im, const struct otlp_target *of)
{
	const struct otlp_waiting *w = &logs->waiting[i];
	struct record place = {.number = w->record, .line = w->line, .offset = w->offset};
	struct str json = {w->json, w->len};

	if (of)
		hand_evaluation(im, &place, json, of);
	else
		hand_on(im, &place, SLOT_EVALUATION, json, evaluation_again);
	waiting_free(logs, i);
}

/* ---- public */

void otlp_log(struct otlp_logs *logs, const struct otlp_in *in, otlp_talk_fn *talk)
{
	struct log log = log_of(in);
	bool is_evaluation = str_is(log.name, "gen_ai.evaluation.result");

	if (!is_evaluation && !is_talk(log.name) && !is_exchange(log.got[L_BODY])) {
		logs->others++;
		return;
	}
	read_ids(in, &log);
	if (is_evaluation)
		take_evaluation(logs, in, &log);
	else if (!in->im->decoding)
		take_talk(logs, in, &log, talk);
}

void otlp_log_span(struct otlp_logs *logs, const struct otlp_in *in, const struct span_in *span)
{
	struct str response = semconv_get(&span->attrs, "gen_ai.response.id", in->arena);
	struct otlp_target of;
	uint64_t hash;

	if (!response.len)
		return;
	of = target_of(span->trace_id, span->id);
	hash = hash64(response);
	if (!of.trace_len || !of.span_len)
		return;
	if (!logs->responses)
		logs->responses = xcalloc(OTLP_RESPONSES, sizeof *logs->responses);
	logs->responses[logs->n_responses++ % OTLP_RESPONSES] = (struct otlp_response){.hash = hash, .of = of};
	for (size_t i = logs->n_waiting; i-- > 0;) {
		if (logs->waiting[i].hash == hash)
			end_waiting(logs, i, in->im, &of);
	}
}

uint64_t otlp_log_finish(struct otlp_logs *logs, const struct otlp_in *in, otlp_talk_fn *talk)
{
	for (size_t i = 0; i < OTLP_TALKS; i++)
		flush(&logs->talks[i], in->im, talk);
	while (logs->n_waiting)
		end_waiting(logs, logs->n_waiting - 1, in->im, NULL);
	return logs->others;
}

void otlp_log_done(struct otlp_logs *logs)
{
	for (size_t i = 0; i < OTLP_TALKS; i++) {
		buf_done(&logs->talks[i].attributes);
		buf_done(&logs->talks[i].events);
	}
	while (logs->n_waiting)
		waiting_free(logs, logs->n_waiting - 1);
	free(logs->waiting);
	free(logs->responses);
	logs->waiting = NULL;
	logs->responses = NULL;
}
