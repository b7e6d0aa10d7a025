/* Ragas: the table of an evaluation (result.to_pandas(), written as CSV, JSON or JSON Lines) of versions 0.1 and 0.2 on, and the CSV or
 * JSON Lines of an experiment, whose columns are the user's own. A run is a file; nothing in it names it, its time or its models.
 * Metrics are columns. An empty one is NaN: the metric could not be computed, which is neither 0 nor an error of the case.
 * Sources: explodinggradients/ragas src/ragas/{dataset_schema,metrics,experiment}.py, real files (formats/evals.md section 6). */
#include "import/eval_row.h"

#define FAMILY "ragas"

enum { SLOT_ROW, SLOT_CELLS, LABEL_MAX = 40 };

struct ragas_state {
	bool told; /* the run */
	bool said; /* that cells have no names */
};

static const struct record_path ragas_paths[] = {
    {"",       SLOT_ROW  },
    {"data[]", SLOT_CELLS}, /* to_json(orient="split"), "table" */
    {NULL,     0         },
};

/* ---------------------------------------------------------------- columns */

static const struct row_name names[] = {
    {"user_input",        ROW_INPUT     },
    {"question",          ROW_INPUT     },
    {"query",             ROW_INPUT     },
    {"input",             ROW_INPUT     },
    {"prompt",            ROW_INPUT     },
    {"reference",         ROW_EXPECTED  },
    {"ground_truth",      ROW_EXPECTED  },
    {"ground_truths",     ROW_EXPECTED  },
    {"grading_notes",     ROW_EXPECTED  },
    {"expected_output",   ROW_EXPECTED  },
    {"expected_answer",   ROW_EXPECTED  },
    {"expected",          ROW_EXPECTED  },
    {"response",          ROW_OUTPUT    },
    {"answer",            ROW_OUTPUT    },
    {"output",            ROW_OUTPUT    },
    {"prediction",        ROW_OUTPUT    },
    {"error",             ROW_ERROR     },
    {"latency",           ROW_SECONDS   },
    {"latency_s",         ROW_SECONDS   },
    {"latency_seconds",   ROW_SECONDS   },
    {"latency_ms",        ROW_MS        },
    {"prompt_tokens",     ROW_TOKENS_IN },
    {"input_tokens",      ROW_TOKENS_IN },
    {"completion_tokens", ROW_TOKENS_OUT},
    {"output_tokens",     ROW_TOKENS_OUT},
    {"cost",              ROW_COST      },
    {"trace_id",          ROW_TRACE     },
    {"#1",                ROW_INDEX     }, /* pandas' index: a header without a name */
    {"Unnamed: 0",        ROW_INDEX     },
    {"index",             ROW_INDEX     },
    {NULL,                ROW_REST      },
};

/* Columns of numbers that are no scores. */
static const char *const no_metrics[] = {
    "id",       "row",         "row_id",       "case_id",    "sample_id", "epoch", "iteration",
    "seed",     "year",        "date",         "page",       "timestamp", "time",  "created_at",
    "duration", "model",       "tags",         "top_k",      "k",         "turn",  "n_contexts",
    "version",  "temperature", "total_tokens", "difficulty", "category",  "type",  NULL,
};

/* Metrics that a function computes. `part`: anywhere in the name, which is compared without case, underscores, blanks and hyphens. */
static const char *const code_metrics[] = {
    "exactmatch",
    "bleu",
    "rouge",
    "chrf",
    "stringpresence",
    "stringsimilarity",
    "nonllm",
    "idbased",
    "toolcallaccuracy",
    "toolcallf1",
    "semanticsimilarity",
    "answersimilarity",
    "datacompy",
    "levenshtein",
    "jaro",
    "hamming",
    "embeddingsimilarity",
};

/* Metrics by name, of all versions: their column is a score whatever is in it. */
static const char *const known_metrics[] = {
    "faithfulness",          "answerrelevancy",      "responserelevancy",   "contextprecision",
    "contextrecall",         "contextrelevancy",     "contextentityrecall", "contextutilization",
    "answercorrectness",     "semanticsimilarity",   "answersimilarity",    "factualcorrectness",
    "noisesensitivity",      "responsegroundedness", "contextrelevance",    "answeraccuracy",
    "agentgoalaccuracy",     "topicadherence",       "toolcallaccuracy",    "toolcallf1",
    "summaryscore",          "summarizationscore",   "aspectcritic",        "rubricsscore",
    "rubricscore",           "instancerubrics",      "multimodalfaith",     "multimodalrelevance",
    "sqlequivalence",        "llmcontext",           "simplecriteria",      "harmfulness",
    "maliciousness",         "nvaccuracy",           "nvcontextrelevance",  "nvresponsegroundedness",
    "domainspecificrubrics", "llmsqlequivalence",
};

/* "Answer Relevancy", "answer_relevancy", "AnswerRelevancy" → "answerrelevancy". */
static struct str plain_name(const struct fields *f, struct str name)
{
	char *out = arena_alloc(f->arena, name.len + 1);
	size_t n = 0;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (c != '_' && c != ' ' && c != '-')
			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	return (struct str){out, n};
}

static bool has_part(struct str plain, const char *const *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(plain, str_of(parts[i])) != SIZE_MAX)
			return true;
	return false;
}

static bool begins(struct str plain, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(plain, words[i]))
			return true;
	return false;
}
#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

static bool is_known_metric(struct str plain)
{
	return begins(plain, known_metrics, COUNT_OF(known_metrics)) ||
	       has_part(plain, code_metrics, COUNT_OF(code_metrics));
}

static bool is_no_metric(const struct fields *f, struct str plain)
{
	for (const char *const *name = no_metrics; *name; name++)
		if (str_eq(plain, plain_name(f, str_of(*name))))
			return true;
	return str_ends(plain, "contexts") || str_ends(plain, "ids") || str_ends(plain, "tokens") ||
	       str_ends(plain, "latency") || str_ends(plain, "latencyms") || str_ends(plain, "cost") ||
	       str_ends(plain, "seconds");
}

/* Experiments name their columns after the metric's class: "AnswerAccuracy". */
static bool is_camel(struct str name)
{
	bool lower = false, hump = false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool upper = c >= 'A' && c <= 'Z', letter = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!letter || (i == 0 && !upper))
			return false;
		hump = hump || (upper && lower);
		lower = lower || !upper;
	}
	return hump;
}

static bool is_score_name(struct str plain)
{
	return str_ends(plain, "score") || str_ends(plain, "scores");
}

static bool is_verdict_word(const struct fields *f, struct val cell)
{
	struct str word = val_is(cell, SCAN_STRING) ? str_trim(val_str(cell, f->arena)) : STR_NONE;
	return str_ieq(word, "pass") || str_ieq(word, "fail") || str_ieq(word, "passed") || str_ieq(word, "failed");
}

static bool is_short(const struct fields *f, struct val cell)
{
	return !val_is(cell, SCAN_STRING) || val_str(cell, f->arena).len <= LABEL_MAX;
}

/* A metric by its name; else by what is in it: a number (in a table of texts also as a text), a truth, pass or fail. */
static bool is_score(const struct fields *f, const struct row *row, struct str name, struct val cell)
{
	struct str plain = plain_name(f, name);
	double number;
	if (val_is(cell, SCAN_ARRAY) || val_is(cell, SCAN_OBJECT))
		return false;
	if (is_known_metric(plain))
		return is_short(f, cell);
	if (is_no_metric(f, plain))
		return false;
	if (is_camel(name) || is_score_name(plain))
		return is_short(f, cell);
	if (val_is(cell, SCAN_STRING) && !row->cells)
		return is_verdict_word(f, cell);
	return val_double(cell, &number) || val_is(cell, SCAN_TRUE) || val_is(cell, SCAN_FALSE) ||
	       is_verdict_word(f, cell);
}

/* ---------------------------------------------------------------- rows */

static const char *const reasons[] = {"_reason", "_reasoning", "_explanation", "_rationale", "_justification"};

static struct val reason_of(const struct fields *f, const struct row *row, struct str name)
{
	struct val reason = VAL_NONE;
	for (size_t i = 0; i < COUNT_OF(reasons) && !val_ok(reason); i++)
		reason = row_beside(f, row, name, reasons[i]);
	if (!val_ok(reason) && str_ieq(name, "score"))
		reason = FIELD_ANY(row->object, "reason", "reasoning", "explanation", "rationale");
	return reason;
}

/* One column may explain two metrics, but is explained by none. */
static bool is_reason(const struct fields *f, const struct row *row, struct str name)
{
	for (size_t i = 0; i < COUNT_OF(reasons); i++) {
		struct str what = str_cut(name, 0, name.len - (str_ends(name, reasons[i]) ? strlen(reasons[i]) : 0));
		if (what.len < name.len && val_ok(row_beside(f, row, what, "")))
			return true;
		if (str_ieq(name, reasons[i] + 1) && val_ok(row_beside(f, row, STR_LIT("score"), "")))
			return true;
	}
	return false;
}

static void read_score(struct fields *f, struct case_result *res, struct score_list *list, const struct row *row,
                       struct str name, struct val cell)
{
	struct score *score = score_add(list, f->arena, name);
	score->scope.family = STR_LIT(FAMILY);
	if (!row_score_value(f, score, cell)) {
		score_drop(list);
		return;
	}
	score->explanation = field_text(f, reason_of(f, row, name));
	score->source =
	    has_part(plain_name(f, name), code_metrics, COUNT_OF(code_metrics)) ? SOURCE_CODE : SOURCE_JUDGE;
	if (is_verdict_word(f, cell))
		score->pass = pass_of_value(f, cell);
	if (str_ieq(name, "score"))
		res->status = status_of_pass(score->pass);
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
		if (row_is_told(&row, m) || is_reason(f, &row, name))
			continue;
		if (is_score(f, &row, name, m.val))
			read_score(f, &res, &scores, &row, name, m.val);
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
	struct ragas_state *state = im->state;
	struct fields f = fields_of(im, rec);
	struct val row = row_open(&f, object, &state->said);
	if (val_ok(row)) {
		source_tell_run(im, FAMILY, &state->told);
		read_row(&f, row);
	}
	fields_done(&f);
}

static bool ragas_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	if (rec->slot == SLOT_ROW && row_is_by_column(rec->root))
		row_each_by_column(im, rec, SLOT_ROW, read_one);
	else
		read_one(im, rec, rec->root);
	return true;
}

/* ---------------------------------------------------------------- detection */

static const char *const sure[] = {
    "faithfulness",        "answerrelevancy",    "responserelevancy",   "contextprecision",     "contextrecall",
    "answercorrectness",   "semanticsimilarity", "factualcorrectness",  "answeraccuracy",       "noisesensitivity",
    "contextentityrecall", "contextrelevance",   "llmcontextprecision", "responsegroundedness", "agentgoalaccuracy",
    "toolcallaccuracy",    "topicadherence"};

static bool is_sure(struct str key)
{
	char plain[64];
	size_t n = 0;
	for (size_t i = 0; i < key.len && n < sizeof plain; i++) {
		char c = key.ptr[i];
		if (c != '_' && c != ' ' && c != '-')
			plain[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	for (size_t i = 0; i < COUNT_OF(sure); i++)
		if (str_starts((struct str){plain, n}, sure[i]))
			return true;
	return false;
}

/* `columns` of a table as split. */
static size_t sure_columns(struct val columns, bool *asked)
{
	size_t n = 0;
	for (struct member m = val_first(columns); m.ok && val_is(columns, SCAN_ARRAY); m = val_next(m)) {
		struct str raw = val_raw(m.val), name = raw.len > 2 ? str_cut(raw, 1, raw.len - 2) : STR_NONE;
		n += is_sure(name);
		*asked = *asked || str_is(name, "user_input") || str_is(name, "question");
	}
	return n;
}

/* Of the rows at a place: "" or "data[].". */
static int probe_rows(const struct sample *s, const char *place, const char **why)
{
	size_t n = 0, len = strlen(place);
	bool asked = sample_has_at(s, place, "user_input") || sample_has_at(s, place, "question");
	bool answered = sample_has_at(s, place, "response") || sample_has_at(s, place, "answer");
	bool contexts = sample_has_at(s, place, "retrieved_contexts") || sample_has_at(s, place, "contexts");
	for (size_t i = 0; i < s->n_keys; i++) {
		struct str key = str_starts(s->keys[i], place) ? str_from(s->keys[i], len) : STR_NONE;
		n += key.len && str_find_char(key, '.') == SIZE_MAX && is_sure(key);
	}
	if (n && asked) {
		*why = "has metrics of Ragas beside user_input or question";
		return contexts || answered ? 86 : 80;
	}
	if (sample_has_at(s, place, "user_input") && contexts && answered) {
		*why = "has user_input, retrieved_contexts and response";
		return 78;
	}
	if (sample_has_at(s, place, "grading_notes") && answered && (sample_has_at(s, place, "score") || asked)) {
		*why = "has grading_notes, response and score";
		return 70;
	}
	return 0;
}

static int ragas_probe(const struct sample *s, const char **why)
{
	bool asked = false;
	*why = "no metric of Ragas beside user_input or question";
	if (s->n_values && sure_columns(val_get(s->values[0], "columns"), &asked) && asked) {
		*why = "columns are metrics of Ragas beside user_input or question";
		return 84;
	}
	int score = probe_rows(s, "", why);
	return score ? score : probe_rows(s, "data[].", why);
}

const struct format format_ragas = {
    .name = "ragas",
    .title = "Ragas results and experiments",
    .spec_url = "https://docs.ragas.io/en/stable/concepts/datasets/",
    .how = "user_input or question beside a metric of Ragas (faithfulness, context_recall, …): CSV, JSON, JSON Lines",
    .fills = "one eval run per file, case results with their contexts, a score per metric column",
    .example = "user_input,retrieved_contexts,response,reference,faithfulness,answer_relevancy",
    .paths = ragas_paths,
    .lenient = true, /* NaN */
    .state_size = sizeof(struct ragas_state),
    .probe = ragas_probe,
    .record = ragas_record,
};
