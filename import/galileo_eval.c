/* Galileo's tables of an experiment or a dataset that was run: CSV or JSON rows with input, output, what was expected (ground_truth, dataset_output)
 * and a column for each of its metrics, bare, under metrics (also "metrics.NAME", "metrics/NAME") or as "Context Adherence". Records of traces, with type and
 * duration, are galileo.c's. No public sample was found: columns by the names of Galileo's own metrics and datasets.
 * Source: https://v2docs.galileo.ai/concepts/metrics, rungalileo/galileo-python (formats/evals.md section 14). */
#include "import/galileo_eval.h"

#include "import/eval_row.h"

#define FAMILY "galileo"

struct galileo_eval_state {
	bool told; /* the run */
};

static const struct row_name names[] = {
    {"input",             ROW_INPUT     },
    {"dataset_input",     ROW_INPUT     },
    {"question",          ROW_INPUT     },
    {"query",             ROW_INPUT     },
    {"prompt",            ROW_INPUT     },
    {"ground_truth",      ROW_EXPECTED  },
    {"gold_answer",       ROW_EXPECTED  },
    {"dataset_output",    ROW_EXPECTED  },
    {"target",            ROW_EXPECTED  },
    {"expected_output",   ROW_EXPECTED  },
    {"reference_output",  ROW_EXPECTED  },
    {"output",            ROW_OUTPUT    },
    {"generated_output",  ROW_OUTPUT    },
    {"response",          ROW_OUTPUT    },
    {"answer",            ROW_OUTPUT    },
    {"error",             ROW_ERROR     },
    {"error_message",     ROW_ERROR     },
    {"num_input_tokens",  ROW_TOKENS_IN },
    {"num_output_tokens", ROW_TOKENS_OUT},
    {"cost",              ROW_COST      },
    {"trace_id",          ROW_TRACE     },
    {"#1",                ROW_INDEX     },
    {"index",             ROW_INDEX     },
    {"row_id",            ROW_INDEX     },
    {NULL,                ROW_REST      },
};

/* Names without case, blanks, hyphens and underscores. code: a function computes it. sure: nobody else calls a metric so. */
static const struct metric_name {
	const char *name;
	bool code, sure;
} metrics[] = {
    {"contextadherence",       false, true },
    {"completeness",           false, false},
    {"correctness",            false, false},
    {"factuality",             false, false},
    {"groundedness",           false, false},
    {"groundtruthadherence",   false, true },
    {"instructionadherence",   false, true },
    {"chunkattribution",       false, true },
    {"chunkutilization",       false, true },
    {"chunkrelevance",         false, false},
    {"contextrelevance",       false, false},
    {"toolselectionquality",   false, true },
    {"toolerrorrate",          false, true },
    {"actioncompletion",       false, true },
    {"actionadvancement",      false, true },
    {"agentefficiency",        false, false},
    {"agenticworkflowsuccess", false, true },
    {"agenticsessionsuccess",  false, true },
    {"agentflow",              false, false},
    {"conversationquality",    false, false},
    {"userintentchange",       false, true },
    {"promptinjection",        false, false},
    {"inputtoxicity",          false, true },
    {"outputtoxicity",         false, true },
    {"inputsexism",            false, true },
    {"outputsexism",           false, true },
    {"inputtone",              false, true },
    {"outputtone",             false, true },
    {"inputpii",               false, true },
    {"outputpii",              false, true },
    {"uncertainty",            false, false},
    {"promptperplexity",       true,  false},
    {"bleu",                   true,  false},
    {"rouge",                  true,  false},
};
enum { N_METRICS = sizeof metrics / sizeof *metrics };

/* "metrics/Context Adherence" → "contextadherence", in out; longer names are none of ours. */
static struct str plain_name(struct str name, char out[64])
{
	static const char *const before[] = {"metrics.", "metrics/", "metrics_", "metric_", "_"};
	size_t n = 0;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (str_starts(name, before[i]))
			name = str_from(name, strlen(before[i]));
	for (size_t i = 0; i < name.len && n < 64; i++) {
		char c = name.ptr[i];
		if (c != ' ' && c != '_' && c != '-')
			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	return (struct str){out, n < 64 ? n : 0};
}

/* Its variants have a model or a scale behind them: completeness_gpt, context_adherence_luna. */
static const struct metric_name *metric_of(struct str name)
{
	static const char *const behind[] = {"", "gpt", "luna", "score", "plus", "nli"};
	char out[64];
	struct str plain = plain_name(name, out);
	for (size_t i = 0; i < N_METRICS; i++)
		for (size_t k = 0; k < sizeof behind / sizeof *behind && str_starts(plain, metrics[i].name); k++)
			if (str_is(str_from(plain, strlen(metrics[i].name)), behind[k]))
				return &metrics[i];
	return NULL;
}

/* ---------------------------------------------------------------- rows */

static const char *const reasons[] = {"_explanation", "_rationale", "_reason"};

static bool is_reason(const struct fields *f, const struct row *row, struct str name)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (str_ends(name, reasons[i]) &&
		    val_ok(row_beside(f, row, str_cut(name, 0, name.len - strlen(reasons[i])), "")))
			return true;
	return false;
}

static bool read_score(struct fields *f, struct score_list *list, const struct row *row, struct str name, struct val v)
{
	const struct metric_name *known = metric_of(name);
	struct str shown = str_starts(name, "metrics.") || str_starts(name, "metrics/") ? str_from(name, 8) : name;
	struct score *score = score_add(list, f->arena, shown);
	score->scope.family = STR_LIT(FAMILY);
	score->source = !known ? SOURCE_UNKNOWN : known->code ? SOURCE_CODE : SOURCE_JUDGE;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons && !score->explanation.len; i++)
		score->explanation = field_text(f, row_beside(f, row, name, reasons[i]));
	if (row_score_value(f, score, v))
		return true;
	score_drop(list);
	return false;
}

static bool is_plain(struct val v)
{
	return val_ok(v) && !val_is(v, SCAN_OBJECT) && !val_is(v, SCAN_ARRAY);
}

/* Numbers of the system that lie among the metrics; the first four have fields. */
static bool is_mapped(struct str name)
{
	return str_is(name, "duration_ns") || str_is(name, "num_input_tokens") || str_is(name, "num_output_tokens") ||
	       str_is(name, "cost");
}

static bool is_system(struct str name)
{
	return str_starts(name, "num_") || str_ends(name, "_ns") || str_is(name, "cost") || str_is(name, "latency");
}

static bool is_prefixed(struct str name)
{
	return (str_starts(name, "metrics.") || str_starts(name, "metrics/")) && !is_system(str_from(name, 8));
}

static void read_system(struct fields *f, struct case_result *res, struct val numbers)
{
	int64_t ns = field_duration(f, val_get(numbers, "duration_ns"), 1, "metrics.duration_ns");
	if (ns > 0)
		res->latency_ns = ns;
	if (res->tokens_in == UNKNOWN_INT)
		res->tokens_in = field_count(f, val_get(numbers, "num_input_tokens"), "metrics.num_input_tokens");
	if (res->tokens_out == UNKNOWN_INT)
		res->tokens_out = field_count(f, val_get(numbers, "num_output_tokens"), "metrics.num_output_tokens");
	if (IS_UNKNOWN(res->cost_usd))
		res->cost_usd = field_number(f, val_get(numbers, "cost"), "metrics.cost");
}

/* {"metrics":{"correctness":0.8,"correctness_explanation":"…"}} */
static void read_metrics(struct fields *f, struct case_result *res, struct score_list *list, struct rest *rest,
                         struct val v)
{
	struct row inner = {.object = v};
	read_system(f, res, v);
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		if (is_reason(f, &inner, name) || is_mapped(name))
			continue;
		if (is_system(name) || !is_plain(m.val) ||
		    (!val_is(m.val, SCAN_NUMBER) && !metric_of(name) && val_is(m.val, SCAN_STRING)) ||
		    !read_score(f, list, &inner, name, m.val))
			rest_add_cell(f, rest, m);
	}
}

static void read_row(struct fields *f, struct val object)
{
	struct row row = row_start(f, object, names);
	struct case_result res = case_start(FAMILY);
	struct score_list scores = {0};
	struct rest rest = {BUF_INIT};
	res.run_id = source_run_id(f->im);
	row_tell(f, &row, &res);
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		struct val opened = member_is(m, "metrics") ? field_open_cell(f, m.val) : VAL_NONE;
		if (row_is_told(&row, m) || is_reason(f, &row, name))
			continue;
		if (val_is(opened, SCAN_OBJECT))
			read_metrics(f, &res, &scores, &rest, opened);
		else if (!(metric_of(name) || is_prefixed(name)) || !is_plain(m.val) ||
		         !read_score(f, &scores, &row, name, m.val))
			rest_add_cell(f, &rest, m);
	}
	if (res.error.len)
		res.status = CASE_ERROR;
	res.metadata = rest_end(&rest, f, NULL);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- traces of an experiment */

static struct val around(const struct fields *f, struct val record, const char *name)
{
	struct val own = FIELD_ANY(record, name);
	return val_ok(own) ? own : frame_get(f->rec->frame, name, false);
}

struct str galileo_run(const struct fields *f, struct val record)
{
	struct val id = around(f, record, "experiment_id");
	if (!val_ok(FIELD_ANY(record, "dataset_input", "dataset_output")))
		return STR_NONE;
	return field_text(f, val_ok(id) ? id : around(f, record, "run_id"));
}

void galileo_case(struct fields *f, struct val record, struct str run_id, const struct trace *trace,
                  const struct score_list *scores)
{
	struct case_result res = case_start(FAMILY);
	struct eval_run run = run_start(FAMILY);
	struct val input = FIELD_ANY(record, "dataset_input", "input"), expected = FIELD_ANY(record, "dataset_output");
	run.scope = res.scope = trace->scope;
	run.id = res.run_id = run_id;
	run.name = field_text(f, around(f, record, "experiment_name"));
	run.created_ns = trace->start_ns;
	sink_run(f->im->sink, &run);
	res.key = CASE_KEY(f->arena, case_key_part(f, field_open(f, input)), case_key_part(f, field_open(f, expected)));
	res.input = field_text(f, input);
	res.expected = field_text(f, expected);
	res.output = trace->output;
	res.trace_id = trace->id;
	if (trace->status == STATUS_ERROR)
		res.status = CASE_ERROR;
	read_system(f, &res, val_get(record, "metrics"));
	struct val metadata = field_open(f, FIELD_ANY(record, "dataset_metadata"));
	res.metadata = val_is(metadata, SCAN_OBJECT) ? val_raw(metadata) : STR_NONE;
	case_trial(&res, trace->start_ns, trace->id);
	case_take_scores(&res, scores);
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- the format */

static void tell_run(struct import *im, struct val row)
{
	struct galileo_eval_state *state = im->state;
	struct eval_run run = run_start(FAMILY);
	if (state->told)
		return;
	state->told = true;
	run.id = source_run_id(im);
	run.name = val_text(FIELD_ANY(row, "experiment_name", "run_name"), im->arena);
	if (!run.name.len)
		run.name = source_stem(im);
	run.dataset = val_text(FIELD_ANY(row, "dataset_name"), im->arena);
	run.model = val_text(FIELD_ANY(row, "model", "model_alias"), im->arena);
	sink_run(im->sink, &run);
}

static bool galileo_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (val_is(rec->root, SCAN_OBJECT) && val_first(rec->root).ok) {
		tell_run(im, rec->root);
		read_row(&f, rec->root);
	} else {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not a row");
	}
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int galileo_eval_probe(const struct sample *s, const char **why)
{
	size_t known = 0, sure = 0;
	bool input = sample_has(s, "input") || sample_has(s, "dataset_input") || sample_has(s, "question");
	bool output = sample_has(s, "output") || sample_has(s, "generated_output") || sample_has(s, "response");
	for (size_t i = 0; i < s->n_keys; i++) {
		struct str key = s->keys[i];
		size_t dot = str_find_char(key, '.');
		const struct metric_name *metric =
		    dot == SIZE_MAX || str_starts(key, "metrics.") ? metric_of(key) : NULL;
		known += metric != NULL;
		sure += metric && metric->sure;
	}
	*why = "no metric of Galileo's beside input and output";
	/* traces of Galileo have these too, and more: galileo.c */
	if (!input || !output || sample_has(s, "spans") || sample_has(s, "metric_info") || sample_has(s, "type"))
		return 0;
	if (sure) {
		*why = "has metrics of Galileo's beside input and output";
		return 77;
	}
	if (known && (sample_has(s, "dataset_output") || sample_has(s, "dataset_input"))) {
		*why = "has dataset_input or dataset_output and metrics of Galileo's";
		return 72;
	}
	return 0;
}

const struct format format_galileo_eval = {
    .name = "galileo-eval",
    .title = "Galileo experiments and datasets",
    .spec_url = "https://v2docs.galileo.ai/concepts/experiments/overview",
    .how = "input and output beside metrics of Galileo's (context_adherence, instruction_adherence, …): CSV, JSON rows",
    .fills = "one eval run per file, case results, a score per metric",
    .example = "input,output,ground_truth,context_adherence,context_adherence_explanation,chunk_attribution",
    .seen = "documented metrics, no real sample seen",
    .lenient = true,
    .state_size = sizeof(struct galileo_eval_state),
    .probe = galileo_eval_probe,
    .record = galileo_eval_record,
};
