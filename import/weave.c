/* Weights & Biases Weave: calls as the API gives them, the bodies its SDKs send (a start and an end of each call), feedback.
 * An end names its call only: the trace is known from the start, which comes before it in a file.
 * Sources: weave 0.11.1 (JavaScript) recorded; wandb/weave trace_server_interface (formats/traces-platforms.md section 4). */
#include "import/shape.h"
#include "import/weave.h"

static const struct record_path weave_paths[] = {
    {"",                      WEAVE_ROW}, /* calls/stream_query, the export of the table */
    {"calls[]",               WEAVE_ROW}, /* calls/query */
    {"result[]",              WEAVE_ROW}, /* feedback/query */
    {"raw_logging_results[]", WEAVE_ROW}, /* results of the HAL harness */
    {NULL,                    0        },
};

static const struct record_path weave_batch_paths[] = {
    {"batch[]", WEAVE_HALF},
    {NULL,      0         },
};

/* ---------------------------------------------------------------- names and kinds */

struct str weave_op_name(struct str op)
{
	if (!str_starts(op, "weave:///"))
		return op;
	for (size_t i = op.len; i-- > 0;)
		if (op.ptr[i] == '/') {
			op = str_from(op, i + 1);
			break;
		}
	for (size_t i = op.len; i-- > 0;)
		if (op.ptr[i] == ':')
			return str_cut(op, 0, i);
	return op;
}

enum place { STARTS, ENDS };

/* The first that fits counts. */
static const struct {
	enum place place;
	const char *text;
	enum span_kind kind;
} op_kinds[] = {
    {ENDS,   ".embeddings.create",   KIND_EMBEDDING},
    {STARTS, "langchain.Llm.",       KIND_LLM      },
    {STARTS, "langchain.Tool.",      KIND_TOOL     },
    {STARTS, "langchain.Retriever.", KIND_RETRIEVER},
    {STARTS, "langchain.Prompt.",    KIND_PROMPT   },
    {STARTS, "langchain.Parser.",    KIND_PARSER   },
    {STARTS, "langchain.Chain.",     KIND_CHAIN    },
    {STARTS, "openai_agents",        KIND_SPAN     },
    {STARTS, "openai.",              KIND_LLM      },
    {STARTS, "anthropic.",           KIND_LLM      },
    {STARTS, "mistralai.",           KIND_LLM      },
    {STARTS, "cohere.",              KIND_LLM      },
    {STARTS, "groq.",                KIND_LLM      },
    {STARTS, "litellm.",             KIND_LLM      },
    {STARTS, "cerebras.",            KIND_LLM      },
    {STARTS, "google.generativeai.", KIND_LLM      },
    {STARTS, "google.genai.",        KIND_LLM      },
    {STARTS, "vertexai.",            KIND_LLM      },
    {STARTS, "BedrockRuntime.",      KIND_LLM      },
    {ENDS,   ".completions.create",  KIND_LLM      },
    {ENDS,   ".completions.parse",   KIND_LLM      },
    {ENDS,   ".messages.create",     KIND_LLM      },
    {ENDS,   ".messages.stream",     KIND_LLM      },
    {ENDS,   ".responses.create",    KIND_LLM      },
    {ENDS,   ".generate_content",    KIND_LLM      },
    {STARTS, "Evaluation.",          KIND_EVALUATOR},
    {ENDS,   "predict_and_score",    KIND_EVALUATOR},
    {ENDS,   ".score",               KIND_EVALUATOR},
    {ENDS,   "_scorer",              KIND_EVALUATOR},
    {ENDS,   "Scorer",               KIND_EVALUATOR},
};

static const struct {
	const char *prefix, *provider;
} providers[] = {
    {"openai.",              "openai"     },
    {"anthropic.",           "anthropic"  },
    {"mistralai.",           "mistral"    },
    {"cohere.",              "cohere"     },
    {"groq.",                "groq"       },
    {"cerebras.",            "cerebras"   },
    {"google.generativeai.", "google"     },
    {"google.genai.",        "google"     },
    {"vertexai.",            "google"     },
    {"BedrockRuntime.",      "aws.bedrock"},
};

static enum span_kind kind_of(struct str name)
{
	for (size_t i = 0; i < sizeof op_kinds / sizeof *op_kinds; i++) {
		bool fits =
		    op_kinds[i].place == STARTS ? str_starts(name, op_kinds[i].text) : str_ends(name, op_kinds[i].text);
		if (fits)
			return op_kinds[i].kind;
	}
	return KIND_SPAN;
}

static struct str provider_of(struct str name)
{
	for (size_t i = 0; i < sizeof providers / sizeof *providers; i++)
		if (str_starts(name, providers[i].prefix))
			return str_of(providers[i].provider);
	return STR_NONE;
}

/* ---------------------------------------------------------------- a call */

struct val weave_gathered(struct fields *f, struct val row, const char *name)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct val own = field_open(f, FIELD_ANY(row, name));
	struct str prefix = arena_printf(f->arena, "%s.", name);
	struct buf json = BUF_INIT;
	for (struct member m = val_first(row); m.ok && !val_ok(own) && val_is(row, SCAN_OBJECT); m = val_next(m)) {
		struct str key = member_key(m, f->arena);
		if (!str_starts(key, prefix.ptr) || !val_ok(m.val) || val_str_is(m.val, ""))
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		scan_quote(&json, str_from(key, prefix.len));
		buf_add_char(&json, ':');
		buf_add_str(&json, val_raw(field_open(f, m.val)));
	}
	if (json.len) {
		struct scan *scan = xcalloc(1, sizeof *scan);
		*vec_add(&f->scans) = scan;
		buf_add_char(&json, '}');
		if (scan_text(scan, arena_str(f->arena, buf_str(&json)), &opts))
			own = scan_root(scan);
	}
	buf_done(&json);
	return own;
}

/* In JavaScript a positional argument is called arg0: what it holds is the input. */
static struct val input_of(struct fields *f, struct val inputs)
{
	struct str first = member_key(val_first(inputs), f->arena);
	struct val arg = VAL_NONE;
	if (str_is(first, "arg0") && val_count(inputs) == 1)
		arg = val_get(inputs, "arg0");
	else if (str_starts(first, "arg0."))
		arg = weave_gathered(f, inputs, "arg0");
	return val_ok(arg) ? arg : inputs;
}

/* A dotted path in what may have been gathered: the names may still have dots in them. */
static struct val at(struct fields *f, struct val v, const char *path)
{
	struct val flat = val_get(v, path);
	return val_ok(flat) ? flat : field_path(f, v, path);
}

static void add_count(int64_t *sum, int64_t n)
{
	if (n != UNKNOWN_INT && n <= INT64_MAX / 2)
		*sum = *sum == UNKNOWN_INT ? n : *sum > INT64_MAX / 2 ? *sum : *sum + n;
}

/* Each model has its own object, in the words of its provider. A call sums what is below it: the store counts it once. */
static void read_usage(struct fields *f, struct span *span, struct val usage)
{
	for (struct member m = val_first(usage); m.ok && val_is(usage, SCAN_OBJECT); m = val_next(m)) {
		struct span one = span_start("weave");
		fields_usage(f, &one, m.val, "summary.usage");
		add_count(&span->tokens_in, one.tokens_in);
		add_count(&span->tokens_out, one.tokens_out);
		add_count(&span->tokens_cached, one.tokens_cached);
		add_count(&span->tokens_reasoning, one.tokens_reasoning);
		if (!span->model.ptr && val_count(usage) == 1 && span->kind == KIND_LLM)
			span->model = member_key(m, f->arena);
	}
}

static void add_cost(double *sum, double cost)
{
	if (!IS_UNKNOWN(cost))
		*sum = IS_UNKNOWN(*sum) ? cost : *sum + cost;
}

static const char *const cost_names[] = {"prompt_tokens_total_cost", "completion_tokens_total_cost",
                                         "cache_read_input_tokens_total_cost", "cache_creation_input_tokens_total_cost",
                                         NULL};

static void read_costs(const struct fields *f, struct span *span, struct val costs)
{
	for (struct member m = val_first(costs); m.ok && val_is(costs, SCAN_OBJECT); m = val_next(m))
		for (size_t i = 0; cost_names[i]; i++)
			add_cost(&span->cost_usd,
			         field_number(f, val_get(m.val, cost_names[i]), "summary.weave.costs"));
}

/* Columns of a CSV: usage.MODEL.prompt_tokens, weave.costs.MODEL.prompt_tokens_total_cost; there are dots in models' names, too. */
static void read_columns(const struct fields *f, struct span *span, struct val summary)
{
	for (struct member m = val_first(summary); m.ok && val_is(summary, SCAN_OBJECT); m = val_next(m)) {
		struct str key = member_key(m, f->arena);
		bool usage = str_starts(key, "usage."), costs = str_starts(key, "weave.costs.");
		if (usage && (str_ends(key, ".prompt_tokens") || str_ends(key, ".input_tokens")))
			add_count(&span->tokens_in, field_count(f, m.val, "summary.usage"));
		if (usage && (str_ends(key, ".completion_tokens") || str_ends(key, ".output_tokens")))
			add_count(&span->tokens_out, field_count(f, m.val, "summary.usage"));
		for (size_t i = 0; costs && cost_names[i]; i++)
			if (str_ends(key, cost_names[i]))
				add_cost(&span->cost_usd, field_number(f, m.val, "summary.weave.costs"));
	}
}

static void read_status(struct fields *f, struct span *span, struct val call, struct val summary, bool is_end)
{
	struct str word = field_text(f, at(f, summary, "weave.status"));
	span->message = field_text(f, val_get(call, "exception"));
	span->status = field_status(word);
	if (str_is(word, "descendant_error"))
		span->status = STATUS_OK; /* this call went well */
	if (span->message.ptr)
		span->status = STATUS_ERROR;
	else if (span->status == STATUS_UNSET)
		span->status = is_end || span->end_ns != TIME_UNKNOWN ? STATUS_OK : STATUS_RUNNING;
}

static void read_who(const struct fields *f, struct span *span, struct val call, struct val attributes)
{
	struct val session = FIELD_ANY(call, "thread_id");
	if (!val_ok(session))
		session = FIELD_ANY(attributes, "thread_id", "session_id", "session", "conversation_id");
	span->session = val_is(session, SCAN_OBJECT) ? STR_NONE : field_text(f, session);
	span->user = field_text(f, FIELD_ANY(call, "wb_user_id"));
	if (!span->user.ptr)
		span->user = field_text(f, FIELD_ANY(attributes, "user_id"));
}

static const char *const mapped[] = {"id",         "project_id", "op_name",  "display_name", "trace_id", "parent_id",
                                     "thread_id",  "started_at", "ended_at", "exception",    "inputs",   "output",
                                     "attributes", NULL};

static void read_model(const struct fields *f, struct span *span, struct val in, struct val out)
{
	struct val model = val_get(out, "model");
	if (!val_is(model, SCAN_STRING) || span->kind == KIND_SPAN)
		model = span->kind == KIND_LLM || span->kind == KIND_EMBEDDING ? val_get(in, "model") : VAL_NONE;
	if (!val_ok(model) && shape_is_chat(out))
		model = val_get(out, "model"); /* an end does not say the kind */
	if (val_is(model, SCAN_STRING) && !str_starts(val_str(model, f->arena), "weave://"))
		span->model = field_text(f, model);
}

/* Cells of a table that were gathered, or are empty, are not attributes, too. */
static void drop_columns(struct fields *f, struct span *span)
{
	static const char *const prefixes[] = {"inputs.", "output.", "attributes."};
	struct attribute *at = arena_alloc(f->arena, (span->n_attributes + 1) * sizeof *at);
	size_t n = 0;
	for (size_t i = 0; i < span->n_attributes; i++) {
		bool drop = str_is(span->attributes[i].json, "\"\"");
		for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++)
			drop = drop || str_starts(span->attributes[i].key, prefixes[k]);
		if (!drop)
			at[n++] = span->attributes[i];
	}
	span->attributes = at;
	span->n_attributes = n;
}

static struct span call_span(struct fields *f, struct val call, struct str trace)
{
	struct span span = span_start("weave");
	struct str op = weave_op_name(val_str(val_get(call, "op_name"), f->arena));
	struct val in = field_open(f, input_of(f, weave_gathered(f, call, "inputs")));
	struct val out = weave_gathered(f, call, "output");
	struct val attributes = weave_gathered(f, call, "attributes");
	struct str kind = field_text(f, at(f, attributes, "kind"));
	if (!kind.ptr)
		kind = field_text(f, at(f, attributes, "weave.kind"));
	span.scope.project = field_text(f, val_get(call, "project_id"));
	span.trace_id = trace;
	span.id = field_text(f, val_get(call, "id"));
	span.parent_id = field_text(f, val_get(call, "parent_id"));
	span.name = field_text(f, FIELD_ANY(call, "display_name"));
	if (!span.name.ptr)
		span.name = op;
	span.kind = kind.ptr ? field_kind(kind) : KIND_SPAN;
	if (span.kind == KIND_SPAN)
		span.kind = kind_of(op);
	if (span.kind == KIND_TOOL)
		span.tool_name = span.name;
	span.provider = provider_of(op);
	read_model(f, &span, in, out);
	shape_in_and_out(f, &span, in, out);
	read_who(f, &span, call, attributes);
	fields_attributes(f, &span, call, "", mapped);
	drop_columns(f, &span);
	fields_attributes(f, &span, attributes, "", NULL);
	return span;
}

static const struct field_rule call_rules[] = {
    {"op_name",    FIELD_WORD  },
    {"attributes", FIELD_OBJECT},
    {"summary",    FIELD_OBJECT},
    {NULL,         FIELD_OBJECT},
};

static const struct field_rule summary_rules[] = {
    {"usage", FIELD_OBJECT},
    {"weave", FIELD_OBJECT},
    {NULL,    FIELD_OBJECT},
};

static const struct field_rule own_rules[] = {
    {"status",   FIELD_WORD  },
    {"costs",    FIELD_OBJECT},
    {"feedback", FIELD_LIST  },
    {NULL,       FIELD_OBJECT},
};

static bool tell_call(struct fields *f, struct val call, struct str trace, bool is_end, struct err *err)
{
	struct span span = call_span(f, call, trace);
	struct val summary = weave_gathered(f, call, "summary");
	fields_expect(f, call, call_rules, "");
	fields_expect(f, summary, summary_rules, "summary.");
	fields_expect(f, val_get(summary, "weave"), own_rules, "summary.weave.");
	span.start_ns = field_time(f, val_get(call, "started_at"), "started_at");
	span.end_ns = field_time(f, val_get(call, "ended_at"), "ended_at");
	read_status(f, &span, call, summary, is_end);
	read_usage(f, &span, val_get(summary, "usage"));
	read_costs(f, &span, at(f, summary, "weave.costs"));
	read_columns(f, &span, summary);
	span.trace_name = field_text(f, at(f, summary, "weave.trace_name"));
	sink_span(f->im->sink, &span);
	struct val feedback = at(f, summary, "weave.feedback");
	for (struct member m = val_first(feedback); m.ok && val_is(feedback, SCAN_ARRAY); m = val_next(m))
		weave_feedback(f, m.val, &span);
	return weave_eval_call(f, call, &span, err);
}

/* ---------------------------------------------------------------- records */

static void skipped(const struct fields *f, const char *why)
{
	import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s", why);
}

static bool read_row(struct fields *f, struct val row, struct err *err)
{
	struct str trace = field_text(f, val_get(row, "trace_id"));
	if (val_is(val_get(row, "weave_ref"), SCAN_STRING))
		weave_feedback(f, row, NULL);
	else if (trace.len && val_ok(val_get(row, "id")))
		return tell_call(f, row, trace, false, err);
	else
		skipped(f, val_is(row, SCAN_OBJECT) ? "neither a call (id, trace_id) nor feedback (weave_ref)"
		                                    : "not an object");
	return true;
}

static bool weave_record(struct import *im, const struct record *rec, struct err *err);

static bool read_start(struct fields *f, struct val start, struct err *err)
{
	struct weave_state *state = f->im->state;
	struct str trace = field_text(f, val_get(start, "trace_id")), id = field_text(f, val_get(start, "id"));
	if (!trace.len || !id.len) {
		skipped(f, "a start without id or trace_id");
		return true;
	}
	if (!tell_call(f, start, trace, false, err))
		return false;
	id_map_put(&state->open, id, (struct id_place){.trace = trace});
	return waiting_come(&state->early, id, f->im, weave_record, err);
}

static void no_start(const struct fields *f)
{
	import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("req.end.id"),
	               "kept as a record, its call has no end", "the end of a call whose start is not in this file");
}

static bool read_end(struct fields *f, struct val end, struct err *err)
{
	struct weave_state *state = f->im->state;
	struct str id = field_text(f, val_get(end, "id"));
	struct str trace = field_text(f, FIELD_ANY(end, "trace_id"));
	struct id_place place;
	if (!trace.len) /* joined before */
		trace = field_text(f, val_get(f->rec->root, "trace_id"));
	if (trace.len && id.len) {
		return tell_call(f, end, trace, true, err);
	} else if (f->im->decoding) {
		return true; /* its joined record tells it */
	} else if (id_map_get(&state->open, id, f->arena, &place)) {
		record_joined(f->im, f->rec, &(struct id_member){"trace_id", place.trace}, 1);
		id_map_drop(&state->open, id);
		return tell_call(f, end, place.trace, true, err);
	} else if (!id.len || !waiting_put(&state->early, id, f->rec)) {
		no_start(f);
	}
	return true;
}

static bool read_half(struct fields *f, struct val row, struct err *err)
{
	bool ok = true;
	struct val req = val_get(row, "req"), start = val_get(req, "start"), end = val_get(req, "end");
	struct val whole = val_ok(val_get(row, "op_name")) ? row : val_get(req, "complete");
	if (val_is(start, SCAN_OBJECT))
		ok = read_start(f, start, err);
	if (val_is(end, SCAN_OBJECT))
		ok = read_end(f, end, err) && ok;
	if (val_is(whole, SCAN_OBJECT))
		ok = read_row(f, whole, err) && ok;
	else if (!val_ok(start) && !val_ok(end))
		skipped(f, "neither the start nor the end of a call");
	return ok;
}

static bool weave_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	bool ok = true;
	if (rec->slot == WEAVE_HALF)
		ok = read_half(&f, rec->root, err);
	else if (rec->slot == WEAVE_CASE)
		weave_case_detail(&f, rec->root);
	else
		ok = read_row(&f, rec->root, err);
	fields_done(&f);
	return ok;
}

static bool tell_no_start(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	no_start(&f);
	fields_done(&f);
	return true;
}

static bool weave_finish(struct import *im, struct err *err)
{
	struct weave_state *state = im->state;
	return waiting_end(&state->early, im, tell_no_start, err) && weave_eval_finish(im, err);
}

static void weave_state_done(void *state)
{
	struct weave_state *s = state;
	waiting_done(&s->early);
	waiting_done(&s->failed);
}

/* ---------------------------------------------------------------- detection */

static int weave_probe(const struct sample *sample, const char **why)
{
	static const char *const lists[] = {"calls[].op_name", "raw_logging_results[].op_name", "result[].weave_ref"};
	if (sample_has(sample, "op_name") && sample_has(sample, "trace_id") && sample_has(sample, "started_at")) {
		*why = "rows have op_name, trace_id and started_at";
		return 95;
	}
	if (sample_has(sample, "weave_ref") && sample_has(sample, "feedback_type")) {
		*why = "rows have weave_ref and feedback_type";
		return 95;
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (sample_has(sample, lists[i])) {
			*why = "a list of calls with op_name, or of feedback with weave_ref";
			return 93;
		}
	*why = "no op_name with started_at";
	return 0;
}

static int batch_probe(const struct sample *sample, const char **why)
{
	bool halves = sample_has(sample, "batch[].mode") && sample_has(sample, "batch[].req");
	bool found = halves || (sample_has(sample, "batch[].op_name") && sample_has(sample, "batch[].started_at"));
	*why = found ? "batch[] has mode and req, or calls" : "no batch[] of mode and req";
	return found ? 95 : 0;
}

#define SPEC "https://docs.wandb.ai/weave/guides/tracking/call-schema-reference"

const struct format format_weave = {
    .name = "weave",
    .title = "W&B Weave calls and feedback",
    .spec_url = SPEC,
    .how = "op_name, trace_id and started_at: rows, calls[], raw_logging_results[]; weave_ref and feedback_type: rows, "
           "result[]",
    .fills = "calls as spans with messages, tokens and cost; reactions, notes, annotations and scorers' results as "
             "scores; of evaluations "
             "a run and its case results",
    .example = "{\"id\":\"01a1…\",\"op_name\":\"weave:///e/p/op/"
               "NAME:…\",\"trace_id\":\"…\",\"started_at\":\"…\",\"inputs\":{…}}",
    .paths = weave_paths,
    .stateful = true,
    .state_size = sizeof(struct weave_state),
    .state_done = weave_state_done,
    .probe = weave_probe,
    .record = weave_record,
    .finish = weave_finish,
};

const struct format format_weave_batch = {
    .name = "weave-batch",
    .title = "W&B Weave batches as sent",
    .spec_url = SPEC,
    .how = "batch[] of mode and req, or of whole calls with op_name and started_at",
    .fills = "as weave; the start and the end of a call are joined",
    .example = "{\"batch\":[{\"mode\":\"start\",\"req\":{\"start\":{\"id\":\"01a1…\",\"op_name\":\"…\",…}}},…]}",
    .paths = weave_batch_paths,
    .stateful = true,
    .state_size = sizeof(struct weave_state),
    .state_done = weave_state_done,
    .probe = batch_probe,
    .record = weave_record,
    .finish = weave_finish,
};
