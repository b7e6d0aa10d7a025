/* Laminar: rows of its table of spans, as the SQL editor, `lmnr-cli sql query --json` and POST /v1/sql/query give them. (What its SDKs
 * send is OTLP.) Ids are UUIDs made of OpenTelemetry's: a span's has sixteen zeros before the sixteen digits of its id.
 * Source: https://docs.lmnr.ai/sql-editor/reference */
#include "import/shape.h"

static const struct record_path laminar_paths[] = {
    {"",       0},
    {"data[]", 0},
    {NULL,     0},
};

/* Numbers in the older table, words in the newer. */
static const struct {
	const char *word, *number;
	enum span_kind kind;
} kinds[] = {
    {"LLM",             "1", KIND_LLM      },
    {"PIPELINE",        "2", KIND_CHAIN    },
    {"EXECUTOR",        "3", KIND_TASK     },
    {"EVALUATOR",       "4", KIND_EVALUATOR},
    {"EVALUATION",      "5", KIND_EVALUATOR},
    {"TOOL",            "6", KIND_TOOL     },
    {"HUMAN_EVALUATOR", "7", KIND_EVALUATOR},
};

static const char *const mapped[] = {"span_id",        "trace_id",   "parent_span_id", "name",         "span_type",
                                     "start_time",     "end_time",   "status",         "input",        "output",
                                     "attributes",     "model",      "provider",       "input_tokens", "output_tokens",
                                     "total_tokens",   "total_cost", "session_id",     "user_id",      "tags",
                                     "response_model", NULL};

/* 00000000-0000-0000-1234-426614174000 → 1234426614174000; all zeros: none. */
static struct str short_id(const struct fields *f, struct str id)
{
	static const char zeros[] = "00000000-0000-0000-";
	if (!str_starts(id, zeros) || id.len != 36)
		return id;
	struct str four = str_cut(id, 19, 4), twelve = str_cut(id, 24, 12);
	if (str_is(four, "0000") && str_is(twelve, "000000000000"))
		return STR_NONE;
	return arena_printf(f->arena, STR_FMT STR_FMT, STR_ARG(four), STR_ARG(twelve));
}

static enum span_kind kind_of(const struct fields *f, struct val type)
{
	struct str text = field_text(f, type);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_ieq(text, kinds[i].word) || str_is(text, kinds[i].number))
			return kinds[i].kind;
	return KIND_SPAN;
}

static void read_usage(const struct fields *f, struct span *span, struct val row)
{
	span->tokens_in = field_count(f, val_get(row, "input_tokens"), "input_tokens");
	span->tokens_out = field_count(f, val_get(row, "output_tokens"), "output_tokens");
	span->cost_usd = field_number(f, val_get(row, "total_cost"), "total_cost");
	if (span->kind == KIND_LLM || span->tokens_in > 0 || span->tokens_out > 0)
		return;
	span->tokens_in = span->tokens_out = UNKNOWN_INT; /* columns have no null: 0 is "none" */
	if (span->cost_usd <= 0)
		span->cost_usd = UNKNOWN_DOUBLE;
}

static const struct field_rule rules[] = {
    {"attributes", FIELD_OBJECT},
    {"tags",       FIELD_TAGS  },
    {NULL,         FIELD_OBJECT},
};

static void read_row(struct fields *f, struct val row)
{
	struct span span = span_start("laminar");
	fields_expect(f, row, rules, "");
	struct val attributes = field_open(f, val_get(row, "attributes"));
	span.trace_id = field_text(f, val_get(row, "trace_id"));
	span.id = short_id(f, field_text(f, val_get(row, "span_id")));
	if (!span.trace_id.len || !span.id.len) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(row, SCAN_OBJECT) ? "not a span: no span_id or trace_id" : "not an object");
		return;
	}
	span.parent_id = short_id(f, field_text(f, val_get(row, "parent_span_id")));
	span.name = field_text(f, val_get(row, "name"));
	span.kind = kind_of(f, val_get(row, "span_type"));
	if (span.kind == KIND_TOOL)
		span.tool_name = span.name;
	span.start_ns = field_time(f, val_get(row, "start_time"), "start_time");
	span.end_ns = field_time(f, val_get(row, "end_time"), "end_time");
	span.status = field_status(field_text(f, val_get(row, "status")));
	if (span.status == STATUS_UNSET && span.end_ns != TIME_UNKNOWN)
		span.status = STATUS_OK;
	span.model = field_text(f, FIELD_ANY(row, "model", "response_model", "request_model"));
	span.provider = field_text(f, FIELD_ANY(row, "provider"));
	read_usage(f, &span, row);
	span.session = field_text(f, FIELD_ANY(row, "session_id"));
	if (!span.session.ptr)
		span.session = field_text(f, val_get(attributes, "lmnr.association.properties.session_id"));
	span.user = field_text(f, FIELD_ANY(row, "user_id"));
	if (!span.user.ptr)
		span.user = field_text(f, val_get(attributes, "lmnr.association.properties.user_id"));
	span.tags = field_tags(f, field_open(f, val_get(row, "tags")), &span.n_tags);
	shape_in_and_out(f, &span, val_get(row, "input"), val_get(row, "output"));
	fields_attributes(f, &span, row, "", mapped);
	fields_attributes(f, &span, attributes, "", NULL);
	sink_span(f->im->sink, &span);
}

static bool laminar_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	read_row(&f, rec->root);
	fields_done(&f);
	return true;
}

/* The id of a row of the table, or of the first of the answer's. */
static bool has_uuid(const struct sample *sample)
{
	struct val row = sample->n_values ? sample->values[0] : VAL_NONE;
	struct val data = val_get(row, "data");
	if (val_is(data, SCAN_ARRAY))
		row = val_first(data).ok ? val_first(data).val : VAL_NONE;
	struct val id = val_get(row, "span_id");
	return val_is(id, SCAN_STRING) && str_starts(val_raw(id), "\"00000000-0000-0000-");
}

static bool has_columns(const struct sample *s)
{
	return (sample_has(s, "span_id") && sample_has(s, "trace_id") && sample_has(s, "span_type")) ||
	       (sample_has(s, "data[].span_id") && sample_has(s, "data[].trace_id") &&
	        sample_has(s, "data[].span_type"));
}

static int laminar_probe(const struct sample *sample, const char **why)
{
	bool costs = sample_has(sample, "total_cost") || sample_has(sample, "data[].total_cost");
	*why = "rows have span_id, trace_id and span_type, and ids or costs like Laminar's";
	if (has_columns(sample) && (has_uuid(sample) || costs))
		return has_uuid(sample) ? 88 : 60;
	*why = "no span_type with span_id and trace_id";
	return 0;
}

const struct format format_laminar = {
    .name = "laminar",
    .title = "Laminar rows of spans",
    .spec_url = "https://docs.lmnr.ai/sql-editor/reference",
    .how = "span_id, trace_id and span_type, ids that begin 00000000-0000-0000- or total_cost: rows, data[]",
    .fills = "spans with messages, model, tokens and cost; session, user and tags where they were asked for",
    .example = "{\"data\":[{\"span_id\":\"00000000-0000-0000-1234-…\",\"trace_id\":\"…\",\"span_type\":\"LLM\",…}]}",
    .seen = "documented shape, no real sample seen",
    .paths = laminar_paths,
    .probe = laminar_probe,
    .record = laminar_record,
};
