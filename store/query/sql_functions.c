/* Functions in the SQL of `spoor sql`: what the views need, what reads payloads, and a few figures that eval people ask for. */
#include <stdlib.h>
#include <string.h>

#include "store/annotation.h"
#include "store/base/clean.h"
#include "store/base/json.h"
#include "store/base/scan.h"
#include "store/base/vec.h"
#include "store/block.h"
#include "store/query/case.h"
#include "store/query/sql_private.h"
#include "store/stat/interval.h"
#include "store/study/pattern.h"

struct place {
	int64_t key, pos, record;
};

struct sql_context {
	struct db *db; /* of payloads */
	struct block_cache *blocks;
	db_mask *mask;
	struct arena arena;
	struct ask_rules rules;

	/* the trace whose spans are asked for: spans are found by key, which has no index */
	int64_t trace, first;
	VEC(struct place) places;

	struct buf pattern_text;
	struct arena pattern_arena;
	const struct pattern *pattern;
};

static void fail(struct ask_value *out, const char *why)
{
	*out = (struct ask_value){.type = ASK_FAIL, .text = str_of(why)};
}

static void give_text(struct ask_value *out, struct str text)
{
	if (text.ptr)
		*out = (struct ask_value){.type = ASK_TEXT, .text = text};
}

/* ---------------------------------------------------------------- words for numbers */

static const char *name_of(struct str sort, int64_t n)
{
	if (str_is(sort, "status"))
		return n >= 0 && n < N_STATUSES ? status_name((enum span_status)n) : "unset";
	if (str_is(sort, "kind"))
		return n >= 0 && n < N_KINDS ? kind_name((enum span_kind)n) : "span";
	if (str_is(sort, "case"))
		return n >= 0 && n < N_CASE_STATUSES ? case_status_name((enum case_status)n) : "unscored";
	if (str_is(sort, "score"))
		return n >= 0 && n < N_SCORE_SOURCES ? score_source_name((enum score_source)n) : "unknown";
	if (str_is(sort, "severity"))
		return n >= 0 && n <= SEVERITY_FILE ? severity_name((enum severity)n) : "warning";
	return n >= 0 && n < N_ANNOTATION_FIELDS ? annotation_field_name((enum annotation_field)n) : NULL;
}

static void named(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	(void)of, (void)n, (void)arena;
	give_text(out, str_of(name_of(args[0].text, args[1].i)));
}

static void shown(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	const struct sql_context *c = of;
	(void)n;
	*out = args[0];
	if (args[0].type == ASK_TEXT && c->mask)
		out->text = c->mask(arena, args[0].text);
}

/* ---------------------------------------------------------------- where a span lies */

static int by_key(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	return a->key != b->key ? (a->key > b->key) - (a->key < b->key) : (a->pos > b->pos) - (a->pos < b->pos);
}

static bool read_places(struct sql_context *c, int64_t trace)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(c->db,
	             "SELECT s.key, s.pos, s.record FROM trace t JOIN span s ON s.pos >= t.first AND s.pos < "
	             "t.first + t.n WHERE t.id = ?",
	             &err);
	enum step step = STEP_FAIL;
	c->trace = 0;
	vec_clear(&c->places);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	while ((step = stmt_step(s, &err)) == STEP_ROW)
		*vec_add(&c->places) =
		    (struct place){.key = col_int(s, 0), .pos = col_int(s, 1), .record = col_int_or(s, 2, 0)};
	stmt_end(s);
	if (c->places.n)
		qsort(c->places.at, c->places.n, sizeof *c->places.at, by_key);
	c->trace = step == STEP_DONE ? trace : 0;
	return step == STEP_DONE;
}

static const struct place *find_place(struct sql_context *c, int64_t trace, int64_t key)
{
	if (c->trace != trace && !read_places(c, trace))
		return NULL;
	size_t low = 0, high = c->places.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c->places.at[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->places.n && c->places.at[low].key == key ? &c->places.at[low] : NULL;
}

/* spoor_span(trace row, key): the span's id as its source writes it. */
static void span_id(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	struct sql_context *c = of;
	struct err err = ERR_INIT;
	(void)n;
	const struct place *at = args[1].type == ASK_INT ? find_place(c, args[0].i, args[1].i) : NULL;
	if (!at)
		return;
	struct stmt *s = db_query(c->db, "SELECT coalesce(id, format('%016x', key)) FROM span WHERE pos = ?", &err);
	if (!s)
		return;
	stmt_int(s, 1, at->pos);
	if (stmt_step(s, &err) == STEP_ROW)
		give_text(out, arena_str(arena, col_plain(s, 0)));
	stmt_end(s);
}

/* ---------------------------------------------------------------- payloads */

/* One row id out of the store; 0: there is none. */
static int64_t id_of(struct sql_context *c, const char *sql, struct str name)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(c->db, sql, &err);
	int64_t id = 0;
	if (!s)
		return 0;
	stmt_str(s, 1, name);
	if (stmt_step(s, &err) == STEP_ROW)
		id = col_int_or(s, 0, 0);
	stmt_end(s);
	return id;
}

/* JSON of a file, which may be anything: as it is if it is JSON, else as a string. */
static void json_of(struct jout *j, const char *key, struct str json)
{
	struct scan scan = SCAN_INIT;
	struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct buf text = BUF_INIT;
	if (json.ptr && scan_text(&scan, json, &opts))
		scan_compact(&text, scan_root(&scan));
	else if (json.ptr)
		clean_json(&text, json);
	jout_raw(j, key, text.len ? buf_str(&text) : STR_NONE);
	buf_done(&text);
	scan_done(&scan);
}

/* The same key may come twice, and hold anything: the object is put together here. */
static void attributes_json(struct buf *out, const struct attribute *at, size_t n)
{
	buf_add_char(out, '{');
	for (size_t i = 0; i < n; i++) {
		struct jout j;
		struct buf value = BUF_INIT;
		jout_init(&j, &value, false);
		json_of(&j, NULL, at[i].json);
		buf_add_cstr(out, i ? "," : "");
		clean_json(out, at[i].key.ptr ? at[i].key : STR_LIT(""));
		buf_add_char(out, ':');
		buf_add_str(out, buf_str(&value));
		buf_done(&value);
	}
	buf_add_char(out, '}');
}

static const char *part_name(enum part_type type)
{
	static const char *const names[] = {[PART_TEXT] = "text",           [PART_REASONING] = "reasoning",
	                                    [PART_TOOL_CALL] = "tool_call", [PART_TOOL_RESULT] = "tool_result",
	                                    [PART_MEDIA] = "media",         [PART_OTHER] = "other"};
	return names[type];
}

static void messages_json(struct jout *j, const struct span *span)
{
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		jout_object(j, NULL);
		jout_str(j, "role", m->role);
		jout_bool(j, "output", m->output);
		jout_array(j, "parts");
		for (size_t k = 0; k < m->n_parts; k++) {
			jout_object(j, NULL);
			jout_cstr(j, "type", part_name(m->parts[k].type));
			jout_str(j, "text", m->parts[k].text);
			jout_str(j, "id", m->parts[k].id);
			jout_str(j, "name", m->parts[k].name);
			jout_end(j);
		}
		jout_end(j);
		jout_end(j);
	}
}

static void documents_json(struct jout *j, const struct span *span)
{
	for (size_t i = 0; i < span->n_documents; i++) {
		jout_object(j, NULL);
		jout_str(j, "id", span->documents[i].id);
		jout_str(j, "content", span->documents[i].content);
		jout_double(j, "score", span->documents[i].score);
		json_of(j, "metadata", span->documents[i].metadata);
		jout_end(j);
	}
}

static void events_json(struct jout *j, const struct span *span)
{
	for (size_t i = 0; i < span->n_events; i++) {
		jout_object(j, NULL);
		jout_str(j, "name", span->events[i].name);
		jout_time(j, "time", span->events[i].time_ns);
		json_of(j, "attributes", span->events[i].attributes);
		jout_end(j);
	}
}

static void give_list(struct ask_value *out, struct arena *arena, const struct span *span,
                      void (*list)(struct jout *j, const struct span *span))
{
	struct buf text = BUF_INIT;
	struct jout j;
	jout_init(&j, &text, false);
	jout_array(&j, NULL);
	list(&j, span);
	jout_end(&j);
	give_text(out, arena_str(arena, buf_str(&text)));
	buf_done(&text);
}

static void give_attributes(struct ask_value *out, struct arena *arena, const struct attribute *at, size_t n)
{
	struct buf text = BUF_INIT;
	attributes_json(&text, at, n);
	give_text(out, arena_str(arena, buf_str(&text)));
	buf_done(&text);
}

static void span_part(const struct span_detail *d, struct str what, struct arena *arena, struct ask_value *out)
{
	const struct span *span = &d->span;
	if (str_is(what, "input"))
		give_text(out, span->input);
	else if (str_is(what, "output"))
		give_text(out, span->output);
	else if (str_is(what, "messages"))
		give_list(out, arena, span, messages_json);
	else if (str_is(what, "documents"))
		give_list(out, arena, span, documents_json);
	else if (str_is(what, "events"))
		give_list(out, arena, span, events_json);
	else if (str_is(what, "attributes"))
		give_attributes(out, arena, span->attributes, span->n_attributes);
	else if (str_is(what, "resource"))
		give_attributes(out, arena, span->resource, span->n_resource);
	else if (str_is(what, "raw"))
		give_text(out, d->raw);
	else
		fail(out, "payload of a span: input, output, messages, documents, events, attributes, resource or raw");
}

static void case_part(const struct case_detail *d, struct str what, struct ask_value *out)
{
	if (str_is(what, "input"))
		give_text(out, d->res.input);
	else if (str_is(what, "expected"))
		give_text(out, d->res.expected);
	else if (str_is(what, "output"))
		give_text(out, d->res.output);
	else if (str_is(what, "error"))
		give_text(out, d->res.error);
	else if (str_is(what, "metadata"))
		give_text(out, d->res.metadata);
	else if (str_is(what, "raw"))
		give_text(out, d->raw);
	else
		fail(out, "payload of a case: input, expected, output, error, metadata or raw");
}

/* A record that no longer reads has no payload, and the row stays. */
static void span_payload(struct sql_context *c, const struct ask_value *args, struct arena *arena,
                         struct ask_value *out)
{
	struct span_detail d = {.n_origins = 0};
	struct err err = ERR_INIT;
	int64_t trace = id_of(c, "SELECT id FROM trace WHERE text = ?", args[0].text);
	bool is_hex;
	const struct place *at = trace ? find_place(c, trace, model_span_key(args[1].text, &is_hex)) : NULL;
	if (at && !span_detail(c->db, c->blocks, trace, at->key, at->record, arena, &d, &err))
		d = (struct span_detail){.n_origins = 0};
	span_part(&d, args[2].text, arena, out);
	if (!at && out->type != ASK_FAIL)
		*out = (struct ask_value){.type = ASK_NULL};
}

static void case_payload(struct sql_context *c, const struct ask_value *args, struct arena *arena,
                         struct ask_value *out)
{
	struct case_detail d = {.n_origins = 0};
	struct err err = ERR_INIT;
	struct case_at at = {.run = id_of(c, "SELECT id FROM run WHERE text = ?", args[0].text),
	                     .case_id = id_of(c, "SELECT id FROM case_key WHERE text = ?", args[1].text),
	                     .repeat = args[2].i};
	if (at.run && at.case_id && !case_detail(c->db, c->blocks, at, arena, &d, &err))
		d = (struct case_detail){.n_origins = 0};
	case_part(&d, args[3].text, out);
}

static void payload(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	bool words = n > 1 && args[n - 1].type == ASK_TEXT;
	for (int i = 0; i < n; i++)
		if (args[i].type == ASK_NULL)
			return;
	if (n == 3 && words && args[0].type == ASK_TEXT && args[1].type == ASK_TEXT)
		span_payload(of, args, arena, out);
	else if (n == 4 && words && args[0].type == ASK_TEXT && args[1].type == ASK_TEXT && args[2].type == ASK_INT)
		case_payload(of, args, arena, out);
	else
		fail(out, "payload(TRACE, SPAN, 'input') or payload(RUN, KEY, REPEAT, 'input')");
}

/* ---------------------------------------------------------------- times, patterns, figures */

static void iso(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	struct buf text = BUF_INIT;
	(void)of, (void)n;
	if (args[0].type != ASK_INT)
		return;
	units_iso_print(&text, args[0].i);
	if (text.len)
		give_text(out, arena_str(arena, buf_str(&text)));
	buf_done(&text);
}

static void ns(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	int64_t at;
	(void)of, (void)n, (void)arena;
	if (args[0].type == ASK_TEXT && units_iso(args[0].text, &at, NULL))
		*out = (struct ask_value){.type = ASK_INT, .i = at};
	else if (args[0].type != ASK_NULL)
		fail(out, "ns() takes a time such as '2026-11-20' or '2026-11-20T09:12:00Z'");
}

/* The pattern of a statement is nearly always one literal. */
static const struct pattern *pattern_of(struct sql_context *c, struct str text)
{
	struct pattern_mistake mistake;
	if (c->pattern && str_eq(buf_str(&c->pattern_text), text))
		return c->pattern;
	buf_clear(&c->pattern_text);
	buf_add_str(&c->pattern_text, text);
	arena_reset(&c->pattern_arena);
	c->pattern = pattern_parse(&c->pattern_arena, buf_str(&c->pattern_text), &mistake);
	return c->pattern;
}

static void regexp(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	(void)n, (void)arena;
	if (args[0].type != ASK_TEXT || args[1].type != ASK_TEXT)
		return;
	const struct pattern *p = pattern_of(of, args[0].text);
	if (!p)
		fail(out, "regexp: this pattern cannot be read (extended regular expressions of POSIX)");
	else
		*out = (struct ask_value){.type = ASK_INT, .i = pattern_find(p, args[1].text) != SIZE_MAX};
}

static void wilson(const struct ask_value *args, bool high, struct ask_value *out)
{
	double k = args[0].type == ASK_INT ? (double)args[0].i : args[0].d;
	double n = args[1].type == ASK_INT ? (double)args[1].i : args[1].d;
	if (args[0].type == ASK_NULL || args[1].type == ASK_NULL || !(n > 0) || !(k >= 0) || !(k <= n))
		return;
	struct interval i = interval_wilson(k, n);
	*out = (struct ask_value){.type = ASK_REAL, .d = high ? i.high : i.low};
}

static void wilson_low(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	(void)of, (void)n, (void)arena;
	wilson(args, false, out);
}

static void wilson_high(void *of, const struct ask_value *args, int n, struct arena *arena, struct ask_value *out)
{
	(void)of, (void)n, (void)arena;
	wilson(args, true, out);
}

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static double percentile(double *values, size_t n, double p)
{
	qsort(values, n, sizeof *values, by_size);
	return p >= 0 && p <= 100 ? interval_quantile_of(values, n, p / 100) : UNKNOWN_DOUBLE;
}

static double median(double *values, size_t n, double p)
{
	(void)p;
	return percentile(values, n, 50);
}

/* ---------------------------------------------------------------- all of it */

static const struct ask_function functions[] = {
    {.name = "iso",          .n_args = 1, .value = iso},
    {.name = "median",          .n_args = 1, .numbers = median},
    {.name = "ns",       .n_args = 1, .value = ns},
    {.name = "payload",     .n_args = -1, .value = payload},
    {.name = "percentile",           .n_args = 2, .numbers = percentile},
    {.name = "regexp",           .n_args = 2, .value = regexp},
    {.name = "spoor_name",      .n_args = 2, .value = named, .hidden = true},
    {.name = "spoor_shown",      .n_args = 1, .value = shown, .hidden = true},
    {.name = "spoor_span",   .n_args = 2, .value = span_id, .hidden = true},
    {.name = "wilson_high", .n_args = 2, .value = wilson_high},
    {.name = "wilson_low",       .n_args = 2, .value = wilson_low},
    {.name = NULL      },
};

struct sql_context *sql_context_new(struct db *payloads, db_mask *mask)
{
	struct sql_context *c = xcalloc(1, sizeof *c);
	size_t n = 0;
	while (sql_views[n].name)
		n++;
	c->db = payloads;
	c->blocks = block_cache_new(payloads);
	c->mask = mask;
	struct ask_view *views = arena_zalloc(&c->arena, n + 1, sizeof *views);
	for (size_t i = 0; i < n; i++)
		views[i] = (struct ask_view){.name = sql_views[i].name,
		                             .sql = sql_view_text(&c->arena, &sql_views[i], mask != NULL)};
	c->rules = (struct ask_rules){.views = views, .functions = functions, .of = c};
	return c;
}

const struct ask_rules *sql_context_rules(const struct sql_context *c)
{
	return &c->rules;
}

void sql_context_free(struct sql_context *c)
{
	if (!c)
		return;
	block_cache_free(c->blocks);
	vec_done(&c->places);
	buf_done(&c->pattern_text);
	arena_done(&c->pattern_arena);
	arena_done(&c->arena);
	free(c);
}
