/* DeepEval and Confident AI: a trace with five arrays of spans. The array tells a span's kind, and `base` is any span that is none of
 * the others, not a root. Sources: schemas of deepeval's integration tests, deepeval/tracing/api.py
 * (formats/traces-platforms.md section 13). */
#include "import/deepeval_trace.h"

#include "import/shape.h"

/* Dumps of pydantic models write snake_case. */
static struct val get(struct val v, const char *name)
{
	return val_get_loose(v, name);
}

static struct val either(struct val v, const char *name, const char *other)
{
	struct val first = get(v, name);
	return val_ok(first) && !val_str_is(first, "") ? first : get(v, other);
}

static const struct {
	const char *name;
	enum span_kind kind;
} arrays[] = {
    {"baseSpans",      KIND_SPAN     },
    {"agentSpans",     KIND_AGENT    },
    {"llmSpans",       KIND_LLM      },
    {"retrieverSpans", KIND_RETRIEVER},
    {"toolSpans",      KIND_TOOL     },
};
enum { N_ARRAYS = sizeof arrays / sizeof *arrays };

static const struct record_path deepeval_paths[] = {
    {"baseSpans[]",      0},
    {"agentSpans[]",     1},
    {"llmSpans[]",       2},
    {"retrieverSpans[]", 3},
    {"toolSpans[]",      4},
    {NULL,               0},
};

/* ---------------------------------------------------------------- spans */

bool deepeval_metric(const struct fields *f, struct score *score, struct val metric)
{
	bool pass;
	score->name = field_text(f, either(metric, "name", "metric"));
	score->value = field_number(f, get(metric, "score"), "metricsData.score");
	score->threshold = field_number(f, get(metric, "threshold"), "metricsData.threshold");
	score->pass = field_bool(f, get(metric, "success"), &pass) ? pass : -1;
	score->explanation = field_text(f, either(metric, "reason", "error"));
	score->judge_model = field_text(f, get(metric, "evaluationModel"));
	score->source = SOURCE_JUDGE;
	return score->name.len > 0;
}

static const struct field_rule metric_rules[] = {
    {"success", FIELD_BOOL  },
    {NULL,      FIELD_OBJECT},
};

/* A trace, and whether it stands inside a result: its scores are that case's then, or lie beside them. */
struct told {
	struct str id;
	bool of_case;
};

static void tell_metrics(struct fields *f, struct val metrics, const struct told *trace, struct str span)
{
	for (struct member m = val_first(metrics); m.ok && val_is(metrics, SCAN_ARRAY); m = val_next(m)) {
		fields_expect(f, m.val, metric_rules, "metricsData[].");
		struct score score = score_start("deepeval");
		score.trace_id = trace->id;
		score.span_id = span;
		score.aside = trace->of_case;
		if (deepeval_metric(f, &score, m.val))
			sink_score(f->im->sink, &score);
		else
			import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("metricsData"),
			               "score skipped", "a metric without a name");
	}
}

static double times(int64_t tokens, double cost)
{
	return tokens == UNKNOWN_INT || IS_UNKNOWN(cost) ? UNKNOWN_DOUBLE : (double)tokens * cost;
}

/* The trace has the price of a token, not of the call. */
static void read_cost(const struct fields *f, struct span *span, struct val v)
{
	double in = times(span->tokens_in, field_number(f, get(v, "costPerInputToken"), "costPerInputToken"));
	double out = times(span->tokens_out, field_number(f, get(v, "costPerOutputToken"), "costPerOutputToken"));
	if (!IS_UNKNOWN(in) || !IS_UNKNOWN(out))
		span->cost_usd = (IS_UNKNOWN(in) ? 0 : in) + (IS_UNKNOWN(out) ? 0 : out);
}

static void read_prompt(const struct fields *f, struct span *span, struct val v)
{
	struct val prompt = get(v, "prompt");
	span->prompt_name = field_text(f, get(prompt, "alias"));
	if (!span->prompt_name.ptr)
		span->prompt_name = field_text(f, get(v, "promptAlias"));
	if (span->prompt_name.ptr)
		span->prompt_version = field_text(f, either(prompt, "version", "hash"));
	if (span->prompt_name.ptr && !span->prompt_version.ptr)
		span->prompt_version = field_text(f, either(v, "promptVersion", "promptCommitHash"));
}

static const char *const mapped[] = {
    "uuid",     "parentUuid",  "name",   "type",  "status",          "startTime",
    "endTime",  "input",       "output", "model", "inputTokenCount", "outputTokenCount",
    "provider", "metricsData", NULL};

static const struct field_rule span_rules[] = {
    {"status",      FIELD_WORD  },
    {"metricsData", FIELD_LIST  },
    {NULL,          FIELD_OBJECT},
};

static void read_span(struct fields *f, struct val v, const struct told *trace, enum span_kind kind)
{
	struct span span = span_start("deepeval");
	if (!val_is(v, SCAN_OBJECT)) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "span skipped", "not an object");
		return;
	}
	fields_expect(f, v, span_rules, "");
	span.trace_id = trace->id;
	span.id = field_text(f, get(v, "uuid"));
	span.parent_id = field_text(f, get(v, "parentUuid"));
	span.name = field_text(f, get(v, "name"));
	span.kind = kind;
	if (kind == KIND_TOOL)
		span.tool_name = span.name;
	span.status = field_status(field_text(f, get(v, "status")));
	span.message = field_text(f, get(v, "error"));
	span.start_ns = field_time(f, get(v, "startTime"), "startTime");
	span.end_ns = field_time(f, get(v, "endTime"), "endTime");
	span.model = field_text(f, get(v, "model"));
	span.provider = field_text(f, get(v, "provider"));
	span.tokens_in = field_count(f, get(v, "inputTokenCount"), "inputTokenCount");
	span.tokens_out = field_count(f, get(v, "outputTokenCount"), "outputTokenCount");
	read_cost(f, &span, v);
	read_prompt(f, &span, v);
	shape_in_and_out(f, &span, get(v, "input"), get(v, "output"));
	if (kind == KIND_RETRIEVER)
		fields_documents(f, &span, either(v, "retrievalContext", "output"));
	fields_attributes(f, &span, v, "", mapped);
	sink_span(f->im->sink, &span);
	tell_metrics(f, get(v, "metricsData"), trace, span.id);
}

/* ---------------------------------------------------------------- the trace */

static bool is_array_name(struct member m)
{
	for (int i = 0; i < N_ARRAYS; i++)
		if (member_is_loose(m, arrays[i].name))
			return true;
	return false;
}

static void add_members(struct buf *json, struct val v, const char *const *without)
{
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_OBJECT); m = val_next(m)) {
		bool skip = is_array_name(m) || !val_ok(m.val);
		for (size_t i = 0; without && without[i]; i++)
			skip = skip || member_is_loose(m, without[i]);
		if (skip)
			continue;
		buf_add_char(json, json->len ? ',' : '{');
		buf_add_str(json, val_raw(m.key));
		buf_add_char(json, ':');
		buf_add_str(json, val_raw(m.val));
	}
}

/* What the user put there, and every member that has no field. */
static struct str metadata_of(const struct fields *f, struct val trace)
{
	static const char *const told[] = {"uuid",   "startTime",   "endTime",  "name",  "tags",   "threadId", "userId",
	                                   "status", "metricsData", "metadata", "input", "output", NULL};
	struct buf json = BUF_INIT;
	add_members(&json, get(trace, "metadata"), NULL);
	add_members(&json, trace, told);
	if (json.len)
		buf_add_char(&json, '}');
	struct str text = json.len ? arena_str(f->arena, buf_str(&json)) : STR_NONE;
	buf_done(&json);
	return text;
}

static const struct field_rule trace_rules[] = {
    {"status",         FIELD_WORD  },
    {"metricsData",    FIELD_LIST  },
    {"tags",           FIELD_TAGS  },
    {"metadata",       FIELD_OBJECT},
    {"baseSpans",      FIELD_LIST  },
    {"agentSpans",     FIELD_LIST  },
    {"llmSpans",       FIELD_LIST  },
    {"retrieverSpans", FIELD_LIST  },
    {"toolSpans",      FIELD_LIST  },
    {NULL,             FIELD_OBJECT},
};

static void tell_trace(struct fields *f, struct val v, const struct told *told)
{
	struct trace trace = trace_start("deepeval");
	fields_expect(f, v, trace_rules, "");
	trace.id = told->id;
	trace.name = field_text(f, get(v, "name"));
	trace.session = field_text(f, get(v, "threadId"));
	trace.user = field_text(f, get(v, "userId"));
	trace.tags = field_tags(f, get(v, "tags"), &trace.n_tags);
	trace.input = field_text(f, get(v, "input"));
	trace.output = field_text(f, get(v, "output"));
	trace.start_ns = field_time(f, get(v, "startTime"), "startTime");
	trace.end_ns = field_time(f, get(v, "endTime"), "endTime");
	trace.status = field_status(field_text(f, get(v, "status")));
	trace.metadata = metadata_of(f, v);
	sink_trace(f->im->sink, &trace);
	tell_metrics(f, get(v, "metricsData"), told, STR_NONE);
}

bool deepeval_trace_read(struct fields *f, struct val trace, bool of_case)
{
	struct told told = {field_text(f, get(trace, "uuid")), of_case};
	if (!told.id.len)
		return false;
	tell_trace(f, trace, &told);
	for (int i = 0; i < N_ARRAYS; i++) {
		struct val spans = get(trace, arrays[i].name);
		for (struct member m = val_first(spans); m.ok && val_is(spans, SCAN_ARRAY); m = val_next(m))
			read_span(f, m.val, &told, arrays[i].kind);
	}
	return true;
}

static bool deepeval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct told trace = {field_text(&f, frame_get(rec->frame, "uuid", true)), false};
	(void)err;
	if (!trace.id.len)
		import_problem(im, rec, SEVERITY_WARNING, "bad-value", STR_NONE, "kept as a trace of its own",
		               "no uuid of the trace before its spans");
	read_span(&f, rec->root, &trace, arrays[rec->slot].kind);
	fields_done(&f);
	return true;
}

static bool deepeval_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct record none = {0};
	struct fields f = fields_of(im, &none);
	struct told told = {field_text(&f, get(frame->root, "uuid")), false};
	(void)err;
	if (told.id.len)
		tell_trace(&f, frame->root, &told);
	else
		import_problem(im, &none, SEVERITY_SKIPPED, "bad-value", STR_NONE, "object skipped",
		               "not a trace: no uuid");
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int deepeval_probe(const struct sample *sample, const char **why)
{
	int n = 0;
	for (int i = 0; i < N_ARRAYS; i++)
		n += sample_has(sample, arrays[i].name);
	*why = n >= 2 ? "has baseSpans, llmSpans and their like" : "no baseSpans with llmSpans";
	if (n == 1 && !sample->whole && sample_has(sample, "uuid")) {
		*why = "uuid and the first spans of a trace larger than the sample";
		return 80;
	}
	return n >= 2 && sample_has(sample, "uuid") ? 96 : n >= 3 ? 90 : 0;
}

const struct format format_deepeval_trace = {
    .name = "deepeval-trace",
    .title = "DeepEval and Confident AI traces",
    .spec_url = "https://www.confident-ai.com/docs/llm-tracing/introduction",
    .how = "uuid with baseSpans, agentSpans, llmSpans, retrieverSpans, toolSpans",
    .fills = "spans with messages, documents, tokens and cost; the trace's words; metricsData as scores",
    .example =
        "{\"uuid\":\"75f8…\",\"baseSpans\":[],\"agentSpans\":[{\"uuid\":…,\"type\":\"agent\",…}],\"llmSpans\":[…],…}",
    .paths = deepeval_paths,
    .loose_keys = true,
    .probe = deepeval_probe,
    .record = deepeval_record,
    .frame_end = deepeval_frame_end,
};
