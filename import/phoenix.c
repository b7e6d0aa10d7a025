/* Arize Phoenix: spans as its REST API and CLI give them, rows of its data frames (columns "context.span_id", "attributes.llm.model_name"),
 * and its annotations, which name spans of another file. Sources: Arize-ai/phoenix src/phoenix/server/api/routers/v1 (spans.py,
 * annotations.py), phoenix-client 6.14.2. */
#include "import/columns.h"
#include "import/fields.h"
#include "import/semconv.h"
#include "import/span_json.h"

enum { SLOT_ROW, SLOT_JOINED };

static const struct record_path phoenix_paths[] = {
    {"",        SLOT_ROW},
    {"data[]",  SLOT_ROW},
    {"spans[]", SLOT_ROW},
    {NULL,      0       },
};

/* ---- scores */

static struct val either(struct val v, const char *name, const char *other)
{
	struct val found = val_get(v, name);

	return val_ok(found) ? found : val_get(v, other);
}

static enum score_source source_of(struct val annotator, struct arena *arena)
{
	struct str word = val_str(annotator, arena);

	return str_ieq(word, "LLM")     ? SOURCE_JUDGE
	       : str_ieq(word, "HUMAN") ? SOURCE_HUMAN
	       : str_ieq(word, "CODE")  ? SOURCE_CODE
	                                : SOURCE_UNKNOWN;
}

/* What keeps apart scores of one name: the identifier, the document's place, else the row's own id. */
static struct str score_id(struct val v, struct arena *arena)
{
	struct str identifier = val_str(val_get(v, "identifier"), arena);
	struct val place = val_get(v, "document_position");

	if (!val_ok(place))
		return identifier.len ? identifier : val_text(val_get(v, "id"), arena);
	return arena_printf(arena, "%.*s%sdocument %.*s", STR_ARG(identifier), identifier.len ? " " : "",
	                    STR_ARG(val_text(place, arena)));
}

/* "evals/hallucination.jsonl" → hallucination: rows of an evaluation's data frame do not say its name. */
static struct str name_of_file(const struct import *im)
{
	struct str name = str_of(im->entry ? im->entry : im->file);
	size_t at;

	while ((at = str_find_char(name, '/')) != SIZE_MAX)
		name = str_from(name, at + 1);
	at = str_find_char(name, '.');
	return at == SIZE_MAX || at == 0 ? name : str_cut(name, 0, at);
}

static void fill_value(const struct otlp_in *in, struct val v, struct score *score)
{
	struct val result = val_is(val_get(v, "result"), SCAN_OBJECT) ? val_get(v, "result") : v;
	struct val number = val_get(result, "score");

	score->label = val_text(val_get(result, "label"), in->arena);
	score->explanation = val_text(either(result, "explanation", "note"), in->arena);
	if (val_ok(number) && !val_double(number, &score->value)) {
		score->value = UNKNOWN_DOUBLE;
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-value", STR_LIT("result.score"),
		               "kept without a value", "score is not a number");
	}
}

static const struct field_rule rules[] = {
    {"result",         FIELD_OBJECT},
    {"annotator_kind", FIELD_WORD  },
    {"metadata",       FIELD_OBJECT},
    {NULL,             FIELD_OBJECT},
};

static void expect(const struct otlp_in *in, struct val v, const char *prefix)
{
	struct fields f = fields_of(in->im, in->rec);

	fields_expect(&f, v, rules, prefix);
	fields_done(&f);
}

static void read_score(const struct otlp_in *in, struct val v, const struct span_in *span)
{
	struct arena *a = in->arena;
	struct val metadata = span_json_opened(in, val_get(v, "metadata"));
	struct score score = {
	    .scope = {.family = STR_LIT("phoenix")}, .value = UNKNOWN_DOUBLE, .threshold = UNKNOWN_DOUBLE, .pass = -1};

	expect(in, v, span ? "annotations[]." : "");
	score.span_id = otlp_id(in, either(v, "span_id", "context.span_id"), 8, "span_id");
	score.trace_id = otlp_id(in, either(v, "trace_id", "context.trace_id"), 16, "trace_id");
	if (span) {
		score.span_id = span->id;
		score.trace_id = span->trace_id;
	}
	score.name = val_str(either(v, "name", "annotation_name"), a);
	if (!score.name.len)
		score.name = val_ok(val_get(v, "note")) ? STR_LIT("note") : name_of_file(in->im);
	fill_value(in, v, &score);
	score.source = source_of(val_get(v, "annotator_kind"), a);
	if (score.source == SOURCE_UNKNOWN && val_ok(val_get(v, "note")))
		score.source = SOURCE_HUMAN;
	if (score.source == SOURCE_JUDGE)
		score.judge_model = val_str(val_get(metadata, "model"), a);
	score.author = val_text(val_get(v, "user_id"), a);
	score.time_ns = span_json_time(in, either(v, "updated_at", "created_at"), false, "created_at");
	score.id = score_id(v, a);
	score.session = val_text(val_get(v, "session_id"), a);
	if (!score.span_id.len && !score.trace_id.len && !score.session.len)
		import_problem(in->im, in->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("span_id"), "record skipped",
		               "annotation of no span, trace or session");
	else
		sink_score(in->im->sink, &score);
}

/* ---- spans */

static const char *const span_members[] = {
    "name",       "context",     "context.span_id",  "context.trace_id", "span_kind",  "parent_id",
    "start_time", "end_time",    "status_code",      "status_message",   "attributes", "events",
    "links",      "annotations", "span_annotations", "resource",         "scope"};

static bool is_mapped(struct str key)
{
	for (size_t i = 0; i < sizeof span_members / sizeof *span_members; i++) {
		if (str_is(key, span_members[i]))
			return true;
	}
	return false;
}

/* Columns are flattened as far as the exporter knew its names; what is below them is opened here. */
static void read_attributes(const struct otlp_in *in, struct val v, struct span_in *span)
{
	struct attr_list attrs = {.arena = in->arena}, extras = {.arena = in->arena};

	if (val_ok(val_get(v, "attributes")))
		attr_list_members(&attrs, in, val_get(v, "attributes"), "attributes");
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct str key = member_key(m, in->arena);

		if (str_starts(key, "attributes."))
			attr_list_open(&attrs, str_from(key, strlen("attributes.")), m.val);
		else if (!is_mapped(key))
			attr_list_open(&extras, key, m.val);
	}
	span->attrs = attr_list_done(&attrs);
	span->extras = attr_list_done(&extras);
}

static void read_lists(const struct otlp_in *in, struct val v, struct span_in *span)
{
	if (val_ok(val_get(v, "events")))
		span_json_events(in, val_get(v, "events"), span);
	if (val_ok(val_get(v, "links")))
		span_json_links(in, val_get(v, "links"), span);
}

static void read_annotations(const struct otlp_in *in, struct val v, const struct span_in *span)
{
	struct val list = span_json_opened(in, either(v, "annotations", "span_annotations"));

	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT))
			read_score(in, m.val, span);
		else
			import_problem(in->im, in->rec, SEVERITY_SKIPPED, "wrong-type", STR_LIT("annotations"),
			               "score skipped", "an annotation that is not an object");
	}
}

static void read_span(struct import *im, const struct record *rec, struct val v)
{
	struct otlp_in in = span_json_in(im, rec);
	struct span_in span = {.scope = {.family = STR_LIT("phoenix")}};
	struct val context = val_get(v, "context");
	struct val trace = val_get(v, "context.trace_id"), id = val_get(v, "context.span_id");

	span.trace_id = otlp_id(&in, val_ok(trace) ? trace : val_get(context, "trace_id"), 16, "context.trace_id");
	span.id = otlp_id(&in, val_ok(id) ? id : val_get(context, "span_id"), 8, "context.span_id");
	span.parent_id = otlp_id(&in, val_get(v, "parent_id"), 8, "parent_id");
	if (!span.trace_id.len)
		otlp_no_id(&in, VAL_NONE, "context.trace_id", "trace");
	if (!span.id.len)
		otlp_no_id(&in, VAL_NONE, "context.span_id", "span");
	span.name = val_str(val_get(v, "name"), im->arena);
	span.kind_word = val_str(val_get(v, "span_kind"), im->arena);
	span_json_status(&in, val_get(v, "status_code"), &span);
	span.message = val_str(val_get(v, "status_message"), im->arena);
	span.start_ns = span_json_time(&in, val_get(v, "start_time"), false, "start_time");
	span.end_ns = span_json_time(&in, val_get(v, "end_time"), false, "end_time");
	span_json_settle(&in, &span);
	read_attributes(&in, v, &span);
	read_lists(&in, v, &span);
	semconv_span(im, rec, &span);
	read_annotations(&in, v, &span);
}

/* ---- records */

static bool is_span(struct val v)
{
	return val_ok(val_get(v, "span_kind")) || val_ok(val_get(v, "start_time"));
}

static bool is_score(struct val v)
{
	return val_ok(val_get(v, "annotator_kind")) || val_ok(val_get(v, "result")) || val_ok(val_get(v, "note")) ||
	       val_ok(val_get(v, "label")) || val_ok(val_get(v, "score")) || val_ok(val_get(v, "explanation"));
}

static void read_one(struct import *im, const struct record *rec, struct val v)
{
	struct otlp_in in = span_json_in(im, rec);

	if (val_is(v, SCAN_OBJECT) && is_span(v))
		read_span(im, rec, v);
	else if (val_is(v, SCAN_OBJECT) && is_score(v))
		read_score(&in, v, NULL);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a span nor an annotation");
}

/* DataFrame.to_json() without orient: {"name":{"<span id>":"chat",…},"span_kind":{…},…}; the key is the frame's index. */
static bool is_by_column(struct val v)
{
	struct val kinds = val_get(v, "span_kind");

	return val_is(kinds, SCAN_OBJECT) && val_is(val_get(v, "name"), SCAN_OBJECT);
}

static bool is_row_number(struct str key)
{
	int64_t n;

	return key.len < 10 && scan_int64(key, &n);
}

static void read_columns(struct import *im, const struct record *rec, struct val table)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct columns columns = columns_new(im->arena);
	bool has_id = val_ok(val_get(table, "context.span_id"));
	struct scan scan = SCAN_INIT;
	struct buf row = BUF_INIT;
	struct str key;

	for (struct member m = val_first(table); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT))
			columns_add(&columns, val_raw(m.key), m.val);
	}
	while (columns_next(&columns, &row, &key, im->arena)) {
		struct str text;

		if (!has_id && !is_row_number(key)) {
			row.len--; /* the brace */
			buf_add_cstr(&row, ",\"context.span_id\":");
			scan_quote(&row, key);
			buf_add_char(&row, '}');
		}
		text = arena_str(im->arena, buf_str(&row));
		if (!scan_text(&scan, text, &opts))
			continue;
		import_detail(im, rec, SLOT_JOINED, text);
		read_one(im, rec, scan_root(&scan));
	}
	scan_done(&scan);
	buf_done(&row);
}

static bool phoenix_record(struct import *im, const struct record *rec, struct err *err)
{
	struct val v = val_get(rec->root, "data");

	(void)err;
	if (rec->slot != SLOT_JOINED && is_by_column(rec->root)) {
		read_columns(im, rec, rec->root);
		return true;
	}
	if (!val_is(v, SCAN_OBJECT)) /* a note comes alone as {"data":{…}} */
		v = rec->root;
	read_one(im, rec, v);
	return true;
}

/* ---- detection */

static bool has(const struct sample *s, const char *prefix, const char *key)
{
	char path[64];

	snprintf(path, sizeof path, "%s%s", prefix, key);
	return sample_has(s, path);
}

static int look_at(const struct sample *s, const char *prefix, const char **why)
{
	if (has(s, prefix, "annotator_kind") && has(s, prefix, "result")) {
		*why = "has annotator_kind and result";
		return 89;
	}
	if (has(s, prefix, "context.span_id") && has(s, prefix, "span_kind") && has(s, prefix, "status_code")) {
		*why = has(s, prefix, "context") ? "has context, span_kind and status_code"
		                                 : "has the column context.span_id";
		return 91;
	}
	/* a data frame's columns: no object "context" */
	if (has(s, prefix, "context.span_id") && !has(s, prefix, "context")) {
		*why = "has the column context.span_id";
		return 88;
	}
	/* the span ids were the frame's index and are lost */
	if (has(s, prefix, "context.trace_id") && has(s, prefix, "span_kind") && has(s, prefix, "status_code")) {
		*why = "has the columns context.trace_id, span_kind and status_code";
		return 86;
	}
	if (has(s, prefix, "span_id") && has(s, prefix, "label") && has(s, prefix, "score") &&
	    has(s, prefix, "explanation") && !has(s, prefix, "start_time")) {
		*why = "has span_id, label, score and explanation";
		return 60;
	}
	return 0;
}

/* "name", "name.00f067aa0ba902b7", …: so many rows that no other column is in the sample */
static bool is_keyed_by_span(const struct sample *s)
{
	unsigned char bytes[8];

	return s->n_keys > 2 && str_is(s->keys[0], "name") && s->keys[1].len == 21 && str_starts(s->keys[1], "name.") &&
	       hash_unhex(str_from(s->keys[1], 5), bytes, sizeof bytes);
}

static int phoenix_probe(const struct sample *sample, const char **why)
{
	static const char *const prefixes[] = {"", "data[].", "spans[]."};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		int score = look_at(sample, prefixes[i], why);

		if (score)
			return score;
	}
	if (sample_has(sample, "data.span_id") && sample_has(sample, "data.note")) {
		*why = "has data.span_id and data.note";
		return 87;
	}
	if (is_keyed_by_span(sample)) {
		*why = "columns keyed by span ids";
		return 50;
	}
	*why = "no context.span_id with span_kind, no annotator_kind";
	return 0;
}

const struct format format_phoenix = {
    .name = "phoenix",
    .title = "Arize Phoenix spans and annotations",
    .spec_url =
        "https://arize.com/docs/phoenix/tracing/how-to-tracing/importing-and-exporting-traces/extract-data-from-spans",
    .example = "{\"name\":…,\"context\":{\"trace_id\":…,\"span_id\":…},\"span_kind\":\"LLM\",\"status_code\":\"OK\",…}",
    .how = "context.span_id with span_kind and status_code, nested or as columns; annotator_kind with result",
    .fills = "traces, spans with messages, documents and events, scores of spans, traces and sessions",
    .paths = phoenix_paths,
    .lenient = true, /* pandas writes NaN */
    .probe = phoenix_probe,
    .record = phoenix_record,
};
