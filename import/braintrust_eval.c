/* What Braintrust's Eval() gives back: {"summary": {"experimentName": …}, "results": […]}, of JavaScript in camelCase, of Python in snake_case;
 * several such objects under names of the user's own (a format of its own: a path leads through any name); and the summaries alone that `braintrust eval --jsonl` prints, a run without cases each.
 * It is the experiment's rows (braintrust.c) in other words, without ids and times: a run of its own, whose cases have the same keys if the dataset's
 * rows have no ids.
 * Sources: braintrust 3.35.0 (npm) recorded; py/src/braintrust/framework.py of braintrustdata/braintrust-sdk (Python's result). */
#include "import/braintrust_private.h"
#include "store/base/hash.h"

enum { SLOT_RESULT, SLOT_SUMMARY };

struct result_state {
	bool told;    /* the run of the object at work */
	bool unnamed; /* its summary was not known when its first result was */
};

static const struct record_path result_paths[] = {
    {"results[]", SLOT_RESULT },
    {"",          SLOT_SUMMARY},
    {NULL,        0           },
};

static const struct record_path named_paths[] = {
    {"*.results[]", SLOT_RESULT},
    {NULL,          0          },
};

/* ---------------------------------------------------------------- runs */

/* {NAME: 0.5} and {NAME: {"name": …, "score"|"metric": 0.5, "diff": …}}. */
static void read_metrics(const struct fields *f, struct metric_list *list, struct val metrics)
{
	for (struct member m = val_first(metrics); m.ok && val_is(metrics, SCAN_OBJECT); m = val_next(m)) {
		struct val v = val_is(m.val, SCAN_OBJECT) ? FIELD_ANY(m.val, "score", "metric") : m.val;
		double value = val_ok(v) ? field_number(f, v, "summary.scores") : UNKNOWN_DOUBLE;
		if (!IS_UNKNOWN(value))
			metric_add(list, f->arena, member_key(m, f->arena), value);
	}
}

/* Not the run of the experiment's rows: their cases are told apart by times that are not here. */
static struct str run_id(const struct fields *f, struct val summary)
{
	struct str experiment = field_text(f, val_get_loose(summary, "experiment_id"));
	struct str name = field_text(f, val_get_loose(summary, "experiment_name"));
	if (experiment.len)
		return arena_printf(f->arena, STR_FMT "#result", STR_ARG(experiment));
	return name.len ? arena_printf(f->arena, "#" STR_FMT, STR_ARG(name)) : STR_NONE;
}

static void tell_run(const struct fields *f, struct val summary, struct str id)
{
	static const char *const mapped[] = {"experiment_name", "experiment_id", "scores", "metrics", NULL};
	struct eval_run run = run_start("braintrust");
	struct metric_list metrics = {.n = 0};
	run.id = id;
	run.name = field_text(f, val_get_loose(summary, "experiment_name"));
	run.config = fields_rest(f, summary, mapped);
	read_metrics(f, &metrics, val_get_loose(summary, "scores"));
	read_metrics(f, &metrics, val_get_loose(summary, "metrics"));
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- cases */

static void read_scores(const struct fields *f, struct case_result *res, struct val scores)
{
	struct score_list list = {.n = 0};
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m)) {
		struct score *score = score_add(&list, f->arena, member_key(m, f->arena));
		score_value(f, score, m.val); /* null: the scorer was skipped */
		score->source = is_judge_name(score->name) ? SOURCE_JUDGE : SOURCE_CODE;
	}
	case_take_scores(res, &list);
}

/* A text; or an error object, which JSON makes {} of. */
static void read_error(const struct fields *f, struct case_result *res, struct val row)
{
	struct val error = val_get(row, "error"), message = val_get(error, "message");
	if (!val_ok(error) || val_is(error, SCAN_FALSE) || val_str_is(error, ""))
		return;
	res->status = CASE_ERROR;
	res->error = field_text(f, val_ok(message) ? message : error);
	res->error = str_trim(str_cut(res->error, 0, str_find(res->error, STR_LIT("\n\n"))));
}

static void tell_case(struct fields *f, struct val row, struct str run, int64_t order)
{
	static const char *const mapped[] = {"input", "output",   "expected", "scores",
	                                     "error", "metadata", "origin",   NULL};
	struct case_result res = case_start("braintrust");
	struct val origin = FIELD_ANY(val_get(row, "origin"), "id"), metadata = val_get(row, "metadata");
	struct val input = braintrust_get(f, row, "input"), expected = braintrust_get(f, row, "expected");
	if (!val_is(row, SCAN_OBJECT) || !val_ok(FIELD_ANY(row, "input", "output", "expected", "scores", "error"))) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(row, SCAN_OBJECT) ? "not a result: no input, output, scores or error"
		                                        : "not an object");
		return;
	}
	res.run_id = run;
	res.key = braintrust_key(f, field_text(f, val_ok(origin) ? origin : FIELD_ANY(row, "id")), input, expected);
	res.variant = hash64(res.key) | 1;
	res.order = order;
	res.input = field_text(f, input);
	res.expected = field_text(f, expected);
	res.output = field_text(f, braintrust_get(f, row, "output"));
	res.metadata = json_joined(f->arena, fields_rest(f, row, mapped), fields_rest(f, metadata, NULL));
	read_error(f, &res, row);
	read_scores(f, &res, val_get(row, "scores"));
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- records */

static void read_result(struct fields *f)
{
	struct result_state *state = f->im->state;
	struct val summary = frame_get(f->rec->frame, "summary", true);
	struct str run = run_id(f, summary);
	if (!state->told || f->im->decoding)
		tell_run(f, summary, run);
	state->told = true;
	state->unnamed = !val_is(summary, SCAN_OBJECT);
	tell_case(f, f->rec->root, run, (int64_t)f->rec->number);
}

/* A line of its own. */
static void read_summary(struct fields *f, struct val v)
{
	if (val_ok(val_get_loose(v, "experiment_name")))
		tell_run(f, v, run_id(f, v));
	else
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither results with their summary nor a summary");
}

static bool result_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (rec->slot == SLOT_RESULT)
		read_result(&f);
	else
		read_summary(&f, rec->root);
	fields_done(&f);
	return true;
}

/* Of each object of a file its own run; the summary may stand behind the results, or over none. */
static bool result_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct result_state *state = im->state;
	const struct record none = {.frame = frame};
	struct fields f = fields_of(im, &none);
	struct val summary = frame_get(frame, "summary", true);
	(void)err;
	if (val_is(summary, SCAN_OBJECT) && (frame->late || !state->told))
		tell_run(&f, summary, state->told && state->unnamed ? STR_NONE : run_id(&f, summary));
	*state = (struct result_state){.told = false};
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static bool is_summary(struct val v)
{
	return val_is(val_get_loose(v, "experiment_name"), SCAN_STRING) && val_get_loose(v, "scores").scan &&
	       (val_get_loose(v, "project_name").scan || val_get_loose(v, "experiment_url").scan);
}

static int result_probe(const struct sample *sample, const char **why)
{
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE;
	if (sample_has(sample, "summary.experimentName") &&
	    (sample_has(sample, "results") || sample_has(sample, "results[].scores"))) {
		*why = "results with a summary of an experimentName";
		return 96;
	}
	*why = is_summary(v) ? "experimentName with projectName and scores" : "no summary of an experimentName";
	return is_summary(v) ? 88 : 0;
}

static int named_probe(const struct sample *sample, const char **why)
{
	struct member first = val_first(sample->n_values ? sample->values[0] : VAL_NONE);
	bool found = first.ok && first.key.scan && is_summary(val_get_loose(first.val, "summary"));
	*why = found ? "objects of results with a summary of an experimentName"
	             : "no objects with a summary of an experimentName";
	return found ? 94 : 0;
}

const struct format format_braintrust_eval = {
    .name = "braintrust-eval",
    .title = "Braintrust Eval() results",
    .spec_url = "https://www.braintrust.dev/docs/evaluate/run-evaluations",
    .how =
        "results with summary.experimentName, alone or under names; lines with experimentName, projectName and scores",
    .fills = "an eval run with the summary's figures, case results with scores and errors",
    .example = "{\"summary\":{\"experimentName\":\"…\",\"scores\":{…}},\"results\":[{\"input\":…,\"output\":…,"
               "\"scores\":{…}}]}",
    .seen = "Eval() of JavaScript is real; Python's result and the printed summaries: from the source",
    .paths = result_paths,
    .loose_keys = true,
    .lenient = true,
    .state_size = sizeof(struct result_state),
    .probe = result_probe,
    .record = result_record,
    .frame_end = result_frame_end,
};

const struct format format_braintrust_evals = {
    .name = "braintrust-evals",
    .title = "Braintrust Eval() results under names",
    .spec_url = "https://www.braintrust.dev/docs/evaluate/run-evaluations",
    .how = "objects of results with summary.experimentName, under any names",
    .fills = "as braintrust-eval, an eval run for each",
    .example = "{\"NAME\":{\"summary\":{\"experimentName\":\"…\",…},\"results\":[…]},…}",
    .seen = "documented shape, no real sample seen",
    .paths = named_paths,
    .loose_keys = true,
    .lenient = true,
    .state_size = sizeof(struct result_state),
    .probe = named_probe,
    .record = result_record,
    .frame_end = result_frame_end,
};
