/* LlamaIndex's EvaluationResult as its users dump it: what a batch gives, a list for each evaluator ({"faithfulness":[…],"relevancy":[…]}: row i
 * of every list is one case); a list of one evaluator's results, also as CSV; and the results of a retriever (metric_dict).
 * A single evaluator's `passing` is the case's verdict; of several nobody says which one counts.
 * Sources: run-llama/llama_index core/evaluation/base.py, batch_runner.py, retrieval/base.py (formats/evals.md section 14). */
#include "import/eval_row.h"

#include "import/columns.h"

#define FAMILY "llamaindex"

enum { SLOT_ROW };

struct llamaindex_eval_state {
	bool told; /* the run */
};

static bool is_result(struct val v)
{
	return val_is(v, SCAN_OBJECT) && (val_get(v, "passing").scan || val_get(v, "score").scan) &&
	       (val_get(v, "feedback").scan || val_get(v, "query").scan);
}

static bool is_retrieval(struct val v)
{
	return val_is(v, SCAN_OBJECT) && val_get(v, "metric_dict").scan;
}

/* Whose members are all lists of results, or results, by evaluator. */
static bool is_by_evaluator(struct val v, bool lists)
{
	bool any = false;
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_OBJECT); m = val_next(m)) {
		struct val first = lists ? (val_is(m.val, SCAN_ARRAY) ? val_at(m.val, 0) : VAL_NONE) : m.val;
		if (lists && val_is(m.val, SCAN_ARRAY) && !val_first(m.val).ok)
			continue;
		if (!is_result(first) && !is_retrieval(first))
			return false;
		any = true;
	}
	return any;
}

/* ---------------------------------------------------------------- scores */

/* Embeddings and sets of ids are compared by functions. */
static enum score_source source_of(struct str name)
{
	static const char *const code[] = {"semantic_similarity", "similarity", "exact_match", "embedding"};
	for (size_t i = 0; i < sizeof code / sizeof *code; i++)
		if (str_find(name, str_of(code[i])) != SIZE_MAX)
			return SOURCE_CODE;
	return SOURCE_JUDGE;
}

/* What one evaluator says. Returns its verdict: an error if it could not tell. */
static enum case_status read_result(struct fields *f, struct score_list *list, struct str name, struct val v)
{
	struct score *score = score_add(list, f->arena, name);
	bool passing = false, invalid = false, stated = field_bool(f, val_get(v, "passing"), &passing);
	score->scope.family = STR_LIT(FAMILY);
	score->source = source_of(score->name);
	score->explanation = field_text(f, val_get(v, "feedback"));
	if (field_bool(f, val_get(v, "invalid_result"), &invalid) && invalid) {
		score->label = STR_LIT("error");
		score->explanation = field_text(f, FIELD_ANY(v, "invalid_reason", "feedback"));
		return CASE_ERROR;
	}
	score->pass = stated ? passing : -1;
	if (!row_score_value(f, score, val_get(v, "score")) && !stated)
		score_drop(list);
	else if (IS_UNKNOWN(score->value) && !score->label.len && stated) {
		score->value = passing;
		score->label = passing ? STR_LIT("true") : STR_LIT("false");
	}
	return status_of_pass(stated ? passing : -1);
}

static void read_metrics(struct fields *f, struct score_list *list, struct val metrics)
{
	metrics = field_open_cell(f, metrics);
	for (struct member m = val_first(metrics); m.ok && val_is(metrics, SCAN_OBJECT); m = val_next(m)) {
		struct val value = val_is(m.val, SCAN_OBJECT) ? val_get(m.val, "score") : m.val;
		struct score *score = score_add(list, f->arena, member_key(m, f->arena));
		score->scope.family = STR_LIT(FAMILY);
		score->source = SOURCE_CODE;
		if (!row_score_value(f, score, value))
			score_drop(list);
	}
}

/* ---------------------------------------------------------------- cases */

static const char *const told[] = {"query",          "response",       "score",          "passing",      "feedback",
                                   "invalid_result", "invalid_reason", "reference",      "metric_dict",  "expected_ids",
                                   "retrieved_ids",  "evaluator",      "evaluator_name", "ground_truth", NULL};

/* The texts of a case, of the first result that has them. */
static void read_texts(struct fields *f, struct case_result *res, struct val v, struct val *query, struct val *expected)
{
	if (!res->input.len && val_ok(FIELD_ANY(v, "query"))) {
		*query = FIELD_ANY(v, "query");
		res->input = field_text(f, *query);
	}
	if (!res->output.len)
		res->output = field_text(f, field_open_cell(f, FIELD_ANY(v, "response", "retrieved_ids")));
	if (!res->expected.len && val_ok(FIELD_ANY(v, "reference", "ground_truth", "expected_ids"))) {
		*expected = FIELD_ANY(v, "reference", "ground_truth", "expected_ids");
		res->expected = field_text(f, field_open_cell(f, *expected));
	}
	if (!res->metadata.len)
		res->metadata = rest_of(f, v, told);
}

static struct case_result start_case(struct fields *f)
{
	struct case_result res = case_start(FAMILY);
	res.run_id = source_run_id(f->im);
	res.order = (int64_t)f->rec->number;
	return res;
}

/* One result alone. With its evaluator's name beside it, others' may follow of the same query. */
static void read_alone(struct fields *f, struct val v)
{
	struct case_result res = start_case(f);
	struct score_list scores = {0};
	struct val query = VAL_NONE, expected = VAL_NONE;
	struct str name = field_text(f, FIELD_ANY(v, "evaluator_name", "evaluator"));
	read_texts(f, &res, v, &query, &expected);
	res.key = case_key_part(f, query);
	if (is_retrieval(v)) {
		read_metrics(f, &scores, val_get(v, "metric_dict"));
	} else {
		res.status = read_result(f, &scores, name, v);
		if (res.status == CASE_ERROR)
			res.error = field_text(f, FIELD_ANY(v, "invalid_reason", "feedback"));
	}
	if (name.len) {
		res.part = true;
		res.repeat = 0;
		res.order = UNKNOWN_INT;
		res.status = CASE_UNSCORED;
		res.error = STR_NONE;
	}
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* {"faithfulness":{…},"relevancy":{…}}: one case as several saw it. */
static void read_joined(struct fields *f, struct val row, int64_t order)
{
	struct case_result res = start_case(f);
	struct score_list scores = {0};
	struct val query = VAL_NONE, expected = VAL_NONE;
	size_t n = 0;
	res.order = order;
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		if (!is_result(m.val) && !is_retrieval(m.val))
			continue;
		read_texts(f, &res, m.val, &query, &expected);
		if (is_retrieval(m.val))
			read_metrics(f, &scores, val_get(m.val, "metric_dict"));
		else
			res.status = read_result(f, &scores, member_key(m, f->arena), m.val);
		if (res.status == CASE_ERROR && !res.error.len)
			res.error = field_text(f, FIELD_ANY(m.val, "invalid_reason", "feedback"));
		n++;
	}
	if (n > 1) {
		res.status = CASE_UNSCORED;
		res.error = STR_NONE;
	}
	res.key = case_key_part(f, query);
	case_take_scores(&res, &scores);
	if (n)
		sink_case(f->im->sink, &res);
}

static void read_lists(struct import *im, const struct record *rec)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct columns columns = columns_new(im->arena);
	struct scan scan = SCAN_INIT;
	struct buf json = BUF_INIT;
	struct str key;
	for (struct member m = val_first(rec->root); m.ok && columns_add(&columns, val_raw(m.key), m.val);)
		m = val_next(m);
	for (int64_t i = 0; columns_next(&columns, &json, &key, im->arena); i++) {
		struct str text = arena_str(im->arena, buf_str(&json));
		if (!scan_text(&scan, text, &opts))
			continue;
		import_detail(im, rec, SLOT_ROW, text);
		struct fields f = fields_of(im, rec);
		read_joined(&f, scan_root(&scan), i);
		fields_done(&f);
	}
	scan_done(&scan);
	buf_done(&json);
}

/* ---------------------------------------------------------------- the format */

static bool llamaindex_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct llamaindex_eval_state *state = im->state;
	struct fields f = fields_of(im, rec);
	(void)err;
	if (is_result(rec->root) || is_retrieval(rec->root)) {
		source_tell_run(im, FAMILY, &state->told);
		read_alone(&f, rec->root);
	} else if (is_by_evaluator(rec->root, false)) {
		source_tell_run(im, FAMILY, &state->told);
		read_joined(&f, rec->root, (int64_t)rec->number);
	} else if (is_by_evaluator(rec->root, true)) {
		source_tell_run(im, FAMILY, &state->told);
		read_lists(im, rec);
	} else {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "no result of an evaluator, and no lists of them");
	}
	fields_done(&f);
	return true;
}

static int llamaindex_eval_probe(const struct sample *s, const char **why)
{
	*why = "no passing with feedback, query and response";
	if (sample_has(s, "passing") && sample_has(s, "feedback") &&
	    (sample_has(s, "query") || sample_has(s, "response"))) {
		*why = "results have query, response, passing and feedback";
		return 87;
	}
	if (sample_has(s, "metric_dict") && sample_has(s, "query") && sample_has(s, "retrieved_ids")) {
		*why = "results of a retriever have metric_dict and retrieved_ids";
		return 87;
	}
	for (size_t i = 0; i < s->n_keys; i++) {
		struct str key = s->keys[i];
		size_t end = str_find(key, STR_LIT("[].passing")), dot = str_find_char(key, '.');
		if (end == SIZE_MAX || end + 2 != dot || end + 10 != key.len)
			continue;
		struct str place = str_cut(key, 0, dot + 1);
		char name[100];
		if (place.len >= sizeof name)
			continue;
		memcpy(name, place.ptr, place.len);
		name[place.len] = 0;
		if (sample_has_at(s, name, "feedback") && sample_has_at(s, name, "query")) {
			*why = "lists of results by evaluator, with query, passing and feedback";
			return 86;
		}
	}
	return 0;
}

const struct format format_llamaindex_eval = {
    .name = "llamaindex-eval",
    .title = "LlamaIndex evaluation results",
    .spec_url = "https://developers.llamaindex.ai/python/framework/module_guides/evaluating/",
    .how = "query, response, passing, feedback and score: lists by evaluator, a list, lines, CSV; metric_dict of "
           "retrievers",
    .fills = "one eval run per file, case results, a score per evaluator",
    .example =
        "{\"faithfulness\":[{\"query\":\"…\",\"response\":\"…\",\"passing\":true,\"feedback\":\"…\",\"score\":1.0}],…}",
    .seen = "documented shape (LlamaIndex's own classes), no real sample seen",
    .lenient = true,
    .state_size = sizeof(struct llamaindex_eval_state),
    .probe = llamaindex_eval_probe,
    .record = llamaindex_eval_record,
};
