/* LangSmith: rows of runs (exports, JSON Lines logs with post and patch halves, tracer trees), feedback rows, and the batches its SDKs
 * send. Sources: formats/traces-platforms.md section 3; langsmith 0.10.5 (npm) and langchain-ai/skills-benchmarks as files. */
#include "import/langsmith.h"

enum { SLOT_ROW, SLOT_RUN, SLOT_POST, SLOT_PATCH, SLOT_FEEDBACK };

static const struct record_path langsmith_paths[] = {
    {"",           SLOT_ROW     },
    {"runs[]",     SLOT_RUN     },
    {"post[]",     SLOT_POST    },
    {"patch[]",    SLOT_PATCH   },
    {"feedback[]", SLOT_FEEDBACK},
    {NULL,         0            },
};

/* Settings of the process and of clients get into metadata and inputs. */
const char *const langsmith_secrets[] = {
    "**.LANGSMITH_API_KEY",
    "**.LANGCHAIN_API_KEY",
    "**.extra_headers",
    "**.api_key",
    "**.apiKey",
    "**.x-api-key",
    "**.authorization",
    "**.Authorization",
    "**.openai_api_key",
    "**.anthropic_api_key",
    "**.default_headers",
    "**.defaultHeaders",
    "**.OPENAI_API_KEY",
    "**.ANTHROPIC_API_KEY",
    "**.LANGSMITH_RUNS_ENDPOINTS",
    "**.LANGCHAIN_RUNS_ENDPOINTS",
    NULL,
};

/* ---------------------------------------------------------------- feedback */

static bool is_feedback(struct val v)
{
	return val_is(v, SCAN_OBJECT) && val_ok(val_get(v, "key")) && val_get(v, "run_id").scan &&
	       (val_get(v, "score").scan || val_get(v, "value").scan || val_ok(val_get(v, "feedback_source")));
}

static enum score_source source_of(struct val source)
{
	struct val type = val_get(source, "type");
	if (val_str_is(type, "app"))
		return SOURCE_HUMAN;
	if (val_str_is(type, "model"))
		return SOURCE_JUDGE;
	return val_str_is(type, "api") ? SOURCE_CODE : SOURCE_UNKNOWN;
}

/* score and value may both be there (1 and "CORRECT"): value is the label then. */
static void read_verdict(const struct fields *f, struct score *score, struct val row)
{
	struct val value = val_get(row, "value");
	field_score_value(f, score, val_get(row, "score"));
	if (!val_ok(value))
		return;
	if (IS_UNKNOWN(score->value) && !score->label.len)
		field_score_value(f, score, value);
	else
		score->label = field_text(f, value);
}

static struct str explained(const struct fields *f, struct val row)
{
	struct str comment = field_text(f, val_get(row, "comment"));
	struct str correction = field_text(f, val_get(row, "correction"));
	if (!correction.len)
		return comment;
	struct buf both = BUF_INIT;
	buf_add_str(&both, comment);
	buf_add_cstr(&both, comment.len ? "\ncorrection: " : "correction: ");
	buf_add_str(&both, correction);
	struct str text = arena_str(f->arena, buf_str(&both));
	buf_done(&both);
	return text;
}

static const struct field_rule feedback_rules[] = {
    {"feedback_source", FIELD_OBJECT},
    {NULL,              FIELD_OBJECT},
};

static void read_feedback(struct fields *f, struct val row)
{
	fields_expect(f, row, feedback_rules, "");
	struct val source = field_open_cell(f, val_get(row, "feedback_source"));
	struct score score = score_start("langsmith");
	score.trace_id = field_text(f, val_get(row, "trace_id"));
	score.span_id = field_text(f, val_get(row, "run_id"));
	score.id = field_text(f, val_get(row, "id"));
	score.own_id = true;
	score.name = field_text(f, val_get(row, "key"));
	score.source = source_of(source);
	score.author = field_text(f, FIELD_ANY(source, "user_name", "user_id"));
	if (!score.author.len)
		score.author = field_text(f, val_path(source, "metadata.author"));
	if (score.source == SOURCE_JUDGE)
		score.judge_model = field_text(f, val_path(source, "metadata.model"));
	score.time_ns = field_time(f, FIELD_ANY(row, "created_at", "modified_at"), "created_at");
	score.explanation = explained(f, row);
	read_verdict(f, &score, row);
	if (score.span_id.len)
		sink_score(f->im->sink, &score);
	else
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("run_id"), "record skipped",
		               "feedback of no run");
}

/* ---------------------------------------------------------------- records */

static void read_run(struct fields *f, struct val run)
{
	struct val operation = val_get(run, "operation");
	bool is_case = langsmith_is_case(f, run), patch = f->rec->slot == SLOT_PATCH;
	struct span span;
	langsmith_run(f, run, patch, !is_case, &span);
	if (is_case)
		langsmith_case(f,
		               &(struct langsmith_result){
		                   .run = run,
		                   .span = &span,
		                   .half = patch || f->rec->slot == SLOT_POST || val_ok(operation),
		               },
		               f->im->state);
}

static bool langsmith_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	if (is_feedback(rec->root))
		read_feedback(&f, rec->root);
	else if (langsmith_is_run(rec->root) || (rec->slot == SLOT_PATCH && val_is(rec->root, SCAN_OBJECT)))
		read_run(&f, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a run nor feedback");
	fields_done(&f);
	return true;
}

/* A wrapper's list that is none. */
static void report_unopened(struct import *im, const struct record *rec)
{
	static const char *const lists[] = {"runs", "post", "patch", "feedback"};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (val_ok(val_get(rec->root, lists[i])))
			import_problem(im, rec, SEVERITY_SKIPPED, "wrong-type", str_of(lists[i]),
			               "nothing read from it", "%s is not a list", lists[i]);
}

static bool langsmith_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	(void)err;
	const struct record none = {.frame = frame, .root = frame->root};
	report_unopened(im, &none);
	if (langsmith_is_run(frame->root))
		import_problem(im, &none, SEVERITY_SKIPPED, "bad-value", STR_NONE, "only the runs in it were read",
		               "a run with a list of runs in it");
	return true;
}

/* ---------------------------------------------------------------- detection */

static bool has(struct val v, const char *key)
{
	return val_get(v, key).scan != NULL;
}

static int row_score(struct val v, const char **why)
{
	bool type = val_is(val_get(v, "run_type"), SCAN_STRING), order = has(v, "dotted_order");
	struct val operation = val_get(v, "operation");
	if ((val_str_is(operation, "post") || val_str_is(operation, "patch")) && (order || has(v, "run_type"))) {
		*why = "operations with dotted_order (LangSmith log)";
		return 96;
	}
	if (order && (type || has(v, "trace_id"))) {
		*why = "runs with dotted_order";
		return 95;
	}
	if (type && has(v, "child_runs") && has(v, "start_time")) {
		*why = "runs with child_runs (LangChain tracer)";
		return 93;
	}
	if (type && has(v, "run_id") && has(v, "trace_id")) {
		*why = "runs with run_id and run_type (langsmith command)";
		return 92;
	}
	if (type && has(v, "id") && (has(v, "trace_id") || has(v, "session_id") || has(v, "start_time"))) {
		*why = "runs with run_type";
		return 80;
	}
	if (is_feedback(v) && has(v, "feedback_source")) {
		*why = "feedback with run_id, key and feedback_source";
		return 94;
	}
	return 0;
}

/* A batch or page: its first value may be larger than the sample, so its keys are asked. */
static int batch_score(const struct sample *sample, const char **why)
{
	static const struct {
		const char *key, *also;
		int score;
		const char *why;
	} signs[] = {
	    {"post[].dotted_order",        "post[].run_type",     95, "post and patch of runs (LangSmith SDK)"},
	    {"patch[].dotted_order",       "patch[].trace_id",    95, "post and patch of runs (LangSmith SDK)"},
	    {"runs[].run_type",            "runs[].run_id",       92, "a trace of the langsmith command"      },
	    {"runs[].run_type",            "runs[].dotted_order", 95, "a page of runs"                        },
	    {"runs[].run_type",            "runs[].trace_id",     90, "a page of runs"                        },
	    {"post[].run_type",            "post[].trace_id",     88, "post of runs"                          },
	    {"feedback[].feedback_source", "feedback[].run_id",   94, "a list of feedback"                    },
	};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (sample_has(sample, signs[i].key) && sample_has(sample, signs[i].also)) {
			*why = signs[i].why;
			return signs[i].score;
		}
	}
	return 0;
}

/* The first value is larger than the sample: of its members only the first are known. */
static int large_score(const struct sample *sample, const char **why)
{
	bool type = sample_has(sample, "run_type"), order = sample_has(sample, "dotted_order");
	if (type && (order || (sample_has(sample, "child_runs") && sample_has(sample, "start_time")))) {
		*why = "a run with dotted_order or child_runs";
		return 90;
	}
	if ((type || sample_has(sample, "operation")) && sample_has(sample, "start_time") &&
	    (sample_has(sample, "inputs") || sample_has(sample, "serialized"))) {
		*why = "a run with start_time and inputs";
		return 70;
	}
	return 0;
}

enum { SCORE_LATER = 60 }; /* a run that is not the first value: perhaps a line of another format's file */

static int langsmith_probe(const struct sample *sample, const char **why)
{
	int score;
	*why = "no run_type and no dotted_order";
	score = batch_score(sample, why);
	for (size_t i = 0; i < sample->n_values && !score; i++) {
		score = row_score(sample->values[i], why);
		if (score && i)
			score = SCORE_LATER;
	}
	return score || sample->n_values ? score : large_score(sample, why);
}

const struct format format_langsmith = {
    .name = "langsmith",
    .title = "LangSmith runs, batches and feedback",
    .spec_url = "https://docs.langchain.com/langsmith/run-data-format",
    .how = "rows with run_type and dotted_order, alone, in runs, post or patch; child_runs; run_id, key and "
           "feedback_source",
    .fills = "traces, spans with messages, documents, events and prompts, scores of feedback and feedback_stats; eval "
             "runs and case results of root runs with reference_example_id",
    .example = "{\"id\":…,\"trace_id\":…,\"parent_run_id\":…,\"run_type\":\"llm\",\"dotted_order\":…,\"inputs\":{…},"
               "\"outputs\":{…}}",
    .paths = langsmith_paths,
    .secrets = langsmith_secrets,
    .state_size = sizeof(struct run_memory),
    .probe = langsmith_probe,
    .record = langsmith_record,
    .frame_end = langsmith_frame_end,
};
