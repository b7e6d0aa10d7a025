/* MLflow's table of an evaluation: the artifact eval_results_table.json of mlflow.evaluate() (pandas' split orient), and the same table
 * written as CSV or JSON; also a table of mlflow.genai.evaluate() without its column of traces. (With it, and traces as such: mlflow.c.)
 * A metric is a column NAME/score (genai: NAME/value, Databricks: NAME/rating), its judge's words the column NAME/justification
 * (/rationale). Scores have any scale: no verdict. A metric that failed has no score and says why in its justification.
 * Sources: mlflow/mlflow mlflow/models/evaluation, mlflow/genai/evaluation; a real artifact (formats/evals.md section 7). */
#include "import/eval_row.h"
#include "import/mlflow_private.h"

enum { SLOT_ROW, SLOT_CELLS };

struct mlflow_eval_state {
	bool told; /* the run */
	bool said; /* that cells have no names */
};

static const struct record_path mlflow_eval_paths[] = {
    {"",       SLOT_ROW  },
    {"data[]", SLOT_CELLS},
    {NULL,     0         },
};

static const struct row_name names[] = {
    {"inputs",                   ROW_INPUT     },
    {"input",                    ROW_INPUT     },
    {"request",                  ROW_INPUT     },
    {"question",                 ROW_INPUT     },
    {"messages",                 ROW_INPUT     },
    {"prompt",                   ROW_INPUT     },
    {"ground_truth",             ROW_EXPECTED  },
    {"targets",                  ROW_EXPECTED  },
    {"target",                   ROW_EXPECTED  },
    {"expectations",             ROW_EXPECTED  },
    {"expected_response",        ROW_EXPECTED  },
    {"expected_output",          ROW_EXPECTED  },
    {"outputs",                  ROW_OUTPUT    },
    {"predictions",              ROW_OUTPUT    },
    {"prediction",               ROW_OUTPUT    },
    {"output",                   ROW_OUTPUT    },
    {"response",                 ROW_OUTPUT    },
    {"error",                    ROW_ERROR     },
    {"model_error_message",      ROW_ERROR     },
    {"latency",                  ROW_SECONDS   },
    {"agent/latency_seconds",    ROW_SECONDS   },
    {"execution_duration",       ROW_MS        },
    {"token_count",              ROW_TOKENS_OUT}, /* of the prediction */
    {"agent/input_token_count",  ROW_TOKENS_IN },
    {"agent/output_token_count", ROW_TOKENS_OUT},
    {"trace_id",                 ROW_TRACE     },
    {"#1",                       ROW_INDEX     },
    {"Unnamed: 0",               ROW_INDEX     },
    {"index",                    ROW_INDEX     },
    {NULL,                       ROW_REST      },
};

static const char *const ends[] = {"/score", "/value", "/rating"};
static const char *const words[] = {"/justification", "/rationale", "/error_message"};
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

/* "answer_correctness/v1/score" → "answer_correctness/v1"; else as long as it was. */
static struct str without(struct str name, const char *const *suffixes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ends(name, suffixes[i]))
			return str_cut(name, 0, name.len - strlen(suffixes[i]));
	return name;
}

/* ---------------------------------------------------------------- the run */

/* mlruns/EXPERIMENT/RUN/artifacts/eval_results_table.json: the run's own id. */
static bool is_run_folder(struct str name)
{
	bool hex = name.len == 32;
	for (size_t i = 0; i < name.len && hex; i++)
		hex = (name.ptr[i] >= '0' && name.ptr[i] <= '9') || (name.ptr[i] >= 'a' && name.ptr[i] <= 'f');
	return hex;
}

static struct str run_id(const struct import *im)
{
	struct str folder = source_folder(im, 0);
	if (str_is(folder, "artifacts"))
		folder = source_folder(im, 1);
	return is_run_folder(folder) ? folder : source_run_id(im);
}

/* The artifact is called the same in every run. */
static struct str run_name(const struct import *im, struct str id)
{
	struct str stem = source_stem(im);
	return str_is(stem, "eval_results_table") && id.len && id.ptr[0] == '#' ? str_from(id, 1) : stem;
}

static void tell_run(struct import *im)
{
	struct mlflow_eval_state *state = im->state;
	struct eval_run run = run_start(MLFLOW_FAMILY);
	if (state->told)
		return;
	state->told = true;
	run.id = run_id(im);
	run.name = run_name(im, run.id);
	sink_run(im->sink, &run);
}

/* ---------------------------------------------------------------- cases */

/* The judge's words about a metric; *judged: there is a column for them. */
static struct val words_of(const struct fields *f, struct val row, struct str metric, bool *judged)
{
	struct val text = VAL_NONE;
	*judged = false;
	for (size_t i = 0; i < COUNT_OF(words) && !val_ok(text); i++) {
		text = val_find(row, arena_printf(f->arena, STR_FMT "%s", STR_ARG(metric), words[i]));
		*judged = *judged || text.scan;
		if (val_str_is(text, ""))
			text = VAL_NONE;
	}
	return text;
}

static bool has_value(struct val cell)
{
	return val_ok(cell) && !val_is(cell, SCAN_NAN) && !val_str_is(cell, "");
}

/* Its words are told with the score; without one they are an error's, and stay beside the case. */
static bool is_told_with_score(const struct fields *f, struct val row, struct str name)
{
	struct str metric = without(name, words, COUNT_OF(words));
	for (size_t i = 0; i < COUNT_OF(ends) && metric.len < name.len; i++)
		if (has_value(val_find(row, arena_printf(f->arena, STR_FMT "%s", STR_ARG(metric), ends[i]))))
			return true;
	return false;
}

static void read_score(struct fields *f, struct score_list *list, const struct row *row, struct str metric,
                       struct val cell)
{
	struct score *score = score_add(list, f->arena, metric);
	bool judged;
	score->scope.family = STR_LIT(MLFLOW_FAMILY);
	score->explanation = field_text(f, words_of(f, row->object, metric, &judged));
	/* Scorers of genai give reasons whether they are judges or functions. */
	bool genai = val_ok(val_find(row->object, arena_printf(f->arena, STR_FMT "/value", STR_ARG(metric))));
	score->source = genai ? SOURCE_UNKNOWN : judged ? SOURCE_JUDGE : SOURCE_CODE;
	if (!row_score_value(f, score, cell))
		score_drop(list);
}

static void read_row(struct fields *f, struct val object)
{
	struct row row = row_start(f, object, names);
	struct case_result res = case_start(MLFLOW_FAMILY);
	struct score_list scores = {0};
	struct rest rest = {BUF_INIT};
	res.run_id = run_id(f->im);
	row_tell(f, &row, &res);
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena), metric = without(name, ends, COUNT_OF(ends));
		bool plain = !val_is(m.val, SCAN_OBJECT) && !val_is(m.val, SCAN_ARRAY);
		if (row_is_told(&row, m) || is_told_with_score(f, object, name))
			continue;
		if (metric.len < name.len && plain)
			read_score(f, &scores, &row, metric, m.val);
		else
			rest_add_cell(f, &rest, m);
	}
	if (res.error.len)
		res.status = CASE_ERROR;
	res.metadata = rest_end(&rest, f, NULL);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

static void read_one(struct import *im, const struct record *rec, struct val object)
{
	struct mlflow_eval_state *state = im->state;
	struct fields f = fields_of(im, rec);
	struct val row = row_open(&f, object, &state->said);
	if (val_ok(row)) {
		tell_run(im);
		read_row(&f, row);
	}
	fields_done(&f);
}

static bool mlflow_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	if (rec->slot == SLOT_ROW && row_is_by_column(rec->root))
		row_each_by_column(im, rec, SLOT_ROW, read_one);
	else
		read_one(im, rec, rec->root);
	return true;
}

/* ---------------------------------------------------------------- detection */

struct signs {
	size_t scores, words, texts; /* columns NAME/vN/score; /justification; inputs, outputs, predictions */
};

static void look_at(struct signs *signs, struct str name)
{
	static const char *const texts[] = {"inputs",  "outputs", "predictions", "ground_truth",
	                                    "targets", "request", "response"};
	bool scores = str_ends(name, "/score") || str_ends(name, "\\/score") || str_ends(name, "/value") ||
	              str_ends(name, "/rating");
	signs->scores += scores;
	signs->words += str_ends(name, "/justification") || str_ends(name, "/rationale");
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		signs->texts += str_is(name, texts[i]);
}

static int mlflow_eval_probe(const struct sample *s, const char **why)
{
	struct signs signs = {0};
	struct val columns = s->n_values ? val_get(s->values[0], "columns") : VAL_NONE;
	*why = "no column NAME/score";
	for (struct member m = val_first(columns); m.ok && val_is(columns, SCAN_ARRAY); m = val_next(m))
		if (val_raw(m.val).len > 2)
			look_at(&signs, str_cut(val_raw(m.val), 1, val_raw(m.val).len - 2));
	if (signs.scores || signs.texts) {
		*why = "columns and data, with NAME/score, inputs, outputs or predictions";
		return signs.scores ? 92 : signs.texts > 1 ? 60 : 40;
	}
	for (size_t i = 0; i < s->n_keys; i++)
		look_at(&signs, str_starts(s->keys[i], "data[].") ? str_from(s->keys[i], 7) : s->keys[i]);
	if (signs.scores && (signs.words || signs.texts)) {
		*why = "rows have columns NAME/score beside their justification or inputs and outputs";
		return signs.words && signs.texts ? 84 : 72;
	}
	return 0;
}

const struct format format_mlflow_eval = {
    .name = "mlflow-eval",
    .title = "MLflow evaluation tables",
    .spec_url = "https://mlflow.org/docs/latest/ml/evaluation/",
    .how = "columns and data, or rows, with columns NAME/v1/score, NAME/v1/justification, inputs, outputs",
    .fills = "one eval run per file, case results with latency and tokens, a score per metric column",
    .example = "{\"columns\":[\"inputs\",\"outputs\",\"ground_truth\",\"answer_correctness/v1/score\"],\"data\":[[…]]}",
    .paths = mlflow_eval_paths,
    .lenient = true,
    .state_size = sizeof(struct mlflow_eval_state),
    .probe = mlflow_eval_probe,
    .record = mlflow_eval_record,
};
