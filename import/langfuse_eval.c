/* Langfuse's experiments as files: what runExperiment gives (JavaScript and Python), a dataset run with its items, lists of run items, and
 * rows of the API's experiments. Camel and snake case are one (loose keys). Sources: @langfuse/client 5.11.1,
 * langfuse.com/docs/evaluation/experiments, langfuse.com/docs/api. Rules: formats/evals.md section 13. */
#include "import/langfuse_experiment.h"

enum { SLOT_ROW, SLOT_RESULT, SLOT_ITEM };

static const struct record_path langfuse_eval_paths[] = {
    {"",                  SLOT_ROW   },
    {"data[]",            SLOT_ROW   }, /* a page of the API */
    {"itemResults[]",     SLOT_RESULT},
    {"datasetRunItems[]", SLOT_ITEM  },
    {NULL,                0          },
};

const char *const langfuse_metadata_secrets[] = {
    "**.public_key", "**.publicKey",     "**.secret_key",    "**.secretKey",     "**.api_key",
    "**.apiKey",     "**.authorization", "**.Authorization", "**.extra_headers", NULL,
};

struct state {
	struct run_memory runs;
	bool told; /* what stands around the items */
};

static struct str text(const struct fields *f, struct val object, const char *name)
{
	return field_text(f, val_get_loose(object, name));
}

static struct val around(const struct record *rec)
{
	return rec->frame ? rec->frame->root : VAL_NONE;
}

/* ---------------------------------------------------------------- runExperiment's result */

/* The dataset's run is known by an id, an experiment on a local list by its own or, in older versions, by its name alone. */
static struct langfuse_run result_run(const struct fields *f, struct val frame, struct val row)
{
	struct langfuse_run run = {.created_ns = TIME_UNKNOWN};
	run.id = text(f, row, "dataset_run_id");
	if (!run.id.len)
		run.id = text(f, frame, "dataset_run_id");
	if (!run.id.len)
		run.id = text(f, frame, "experiment_id");
	run.name = text(f, frame, "run_name");
	if (!run.name.len)
		run.name = text(f, frame, "experiment_name");
	if (!run.name.len)
		run.name = text(f, frame, "name");
	run.dataset = text(f, val_get_loose(row, "item"), "dataset_name");
	run.metadata = val_get_loose(frame, "metadata");
	run.description = val_get_loose(frame, "description");
	run.evaluations = val_get_loose(frame, "run_evaluations");
	return run;
}

static void read_result(struct fields *f, struct val row)
{
	struct state *state = f->im->state;
	struct langfuse_run run = result_run(f, around(f->rec), row);
	struct score_list scores = {0};
	if (!state->told)
		langfuse_run_tell(f, &run, NULL);
	state->told = true;
	struct case_result res =
	    langfuse_case(f, langfuse_run_id(&run), STR_NONE, val_get_loose(row, "item"), text(f, row, "trace_id"));
	res.output = case_text(f, val_get(row, "output"));
	res.error = text(f, row, "error");
	res.status = res.error.len ? CASE_ERROR : CASE_UNSCORED;
	langfuse_evaluations(f, &scores, val_get_loose(row, "evaluations"));
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- dataset runs */

static void tell_dataset_run(struct fields *f, struct val frame)
{
	langfuse_run_tell(f,
	                  &(struct langfuse_run){
	                      .id = text(f, frame, "id"),
	                      .name = text(f, frame, "name"),
	                      .dataset = text(f, frame, "dataset_name"),
	                      .metadata = val_get_loose(frame, "metadata"),
	                      .description = val_get_loose(frame, "description"),
	                      .created_ns = field_time(f, val_get_loose(frame, "created_at"), "createdAt"),
	                  },
	                  NULL);
}

static void read_item(struct fields *f, struct val item)
{
	struct state *state = f->im->state;
	if (!state->told)
		tell_dataset_run(f, around(f->rec));
	state->told = true;
	langfuse_run_item(f, item, around(f->rec), NULL);
}

/* ---------------------------------------------------------------- records */

static bool langfuse_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct state *state = im->state;
	(void)err;
	if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not an object");
	else if (rec->slot == SLOT_RESULT)
		read_result(&f, rec->root);
	else if (rec->slot == SLOT_ITEM)
		read_item(&f, rec->root);
	else if (text(&f, rec->root, "experiment_item_id").len)
		langfuse_experiment_row(&f, rec->root, &state->runs);
	else if (text(&f, rec->root, "dataset_item_id").len)
		langfuse_run_item(&f, rec->root, VAL_NONE, &state->runs);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "no item of an experiment");
	fields_done(&f);
	return true;
}

/* What stands behind the items (runEvaluations do), or a run without any. */
static bool langfuse_eval_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	const struct record none = {.frame = frame, .root = frame->root};
	struct state *state = im->state;
	struct fields f = fields_of(im, &none);
	bool wanted = !frame->outer && (frame->late || !state->told);
	(void)err;
	if (wanted && text(&f, frame->root, "run_name").len) {
		struct langfuse_run run = result_run(&f, frame->root, VAL_NONE);
		langfuse_run_tell(&f, &run, NULL);
	} else if (wanted && text(&f, frame->root, "dataset_name").len) {
		tell_dataset_run(&f, frame->root);
	}
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int langfuse_eval_probe(const struct sample *s, const char **why)
{
	static const struct sample_sign signs[] = {
	    {{"itemResults", "runName", NULL},                          95, "itemResults of a run"                 },
	    {{"itemResults[].evaluations", "itemResults[].item", NULL}, 95, "itemResults with evaluations"         },
	    {{"datasetRunItems", "datasetName", NULL},                  95, "datasetRunItems of a dataset"         },
	    {{"experimentItemId", "experimentId", NULL},                94, "rows with experimentItemId"           },
	    {{"data[].experimentItemId", "data[].experimentId", NULL},  94, "rows with experimentItemId"           },
	    {{"datasetItemId", "datasetRunId", NULL},                   93, "rows with datasetItemId, datasetRunId"},
	    {{"data[].datasetItemId", "data[].datasetRunId", NULL},     93, "rows with datasetItemId, datasetRunId"},
	};
	/* An observation that says which experiment it belongs to is an observation. */
	if (sample_has(s, "parentObservationId") || sample_has(s, "data[].parentObservationId")) {
		*why = "rows are observations";
		return 0;
	}
	*why = "no itemResults, no datasetRunItems, no experimentItemId";
	return sample_signs(s, signs, sizeof signs / sizeof *signs, why);
}

const struct format format_langfuse_eval = {
    .name = "langfuse-eval",
    .title = "Langfuse experiments and dataset runs",
    .spec_url = "https://langfuse.com/docs/evaluation/experiments/overview",
    .how =
        "itemResults with runName; datasetRunItems with datasetName; rows with experimentItemId or with datasetItemId "
        "and datasetRunId",
    .fills = "one eval run per dataset run, case results by dataset item with a score per evaluation, linked to their "
             "traces; aggregates of runEvaluations",
    .example = "{\"runName\":…,\"datasetRunId\":…,\"itemResults\":[{\"item\":{\"id\":…,\"input\":…},\"output\":…,"
               "\"evaluations\":[{\"name\":…,\"value\":1}]}],\"runEvaluations\":[…]}",
    .seen = "runExperiment's result, dataset runs: real files; rows of the API: documented shape",
    .paths = langfuse_eval_paths,
    .secrets = langfuse_metadata_secrets,
    .loose_keys = true,
    .lenient = true, /* Python writes NaN */
    .state_size = sizeof(struct state),
    .probe = langfuse_eval_probe,
    .record = langfuse_eval_record,
    .frame_end = langfuse_eval_frame_end,
};
