/* Laminar evaluations as its SDKs send them: POST /v1/evals {name, groupName}, then POST /v1/evals/ID/datapoints {points[], groupName}. Each
 * point comes twice, before its task and with what came of it; both are parts of one case. One request a line, with its path or, then the
 * run has no id, the body alone. Source: @lmnr-ai/lmnr 0.8.44, recorded (formats/evals.md section 13). */
#include "import/eval.h"

#include <string.h>

#define FAMILY "laminar"

enum { SLOT_POINT, SLOT_OTHER };

static const struct record_path laminar_eval_paths[] = {
    {"body.points[]", SLOT_POINT},
    {"points[]",      SLOT_POINT},
    {"",              SLOT_OTHER},
    {NULL,            0         },
};

struct laminar_eval_state {
	struct buf name; /* of the evaluation begun last: its id is in the answer, which is not here */
	struct buf id;   /* told last */
	bool told;
};

static void state_done(void *any)
{
	struct laminar_eval_state *state = any;
	buf_done(&state->name);
	buf_done(&state->id);
}

/* "/v1/evals/bdc17680-…/datapoints" → "bdc17680-…"; absent: no path. */
static struct str run_id_of(const struct fields *f)
{
	struct str path = field_text(f, frame_get(f->rec->frame, "path", false)), part;
	while (str_split(&path, '/', &part))
		if (str_is(part, "evals"))
			return str_split(&path, '/', &part) ? part : STR_NONE;
	return STR_NONE;
}

static void tell_run(const struct fields *f, struct str id)
{
	struct laminar_eval_state *state = f->im->state;
	struct eval_run run = run_start(FAMILY);
	if (f->im->decoding || (state->told && str_eq(buf_str(&state->id), id)))
		return;
	run.id = id;
	run.name = state->name.len ? buf_str(&state->name) : STR_NONE;
	run.dataset = field_text(f, frame_get(f->rec->frame, "groupName", false));
	sink_run(f->im->sink, &run);
	buf_clear(&state->id);
	buf_add_str(&state->id, id);
	buf_clear(&state->name);
	state->told = true;
}

static void read_scores(const struct fields *f, struct case_result *res, struct val scores)
{
	struct score_list list = {0};
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m)) {
		struct score *score = score_add(&list, f->arena, member_key(m, f->arena));
		score->scope.family = STR_LIT(FAMILY);
		score->source = is_judge_name(score->name) ? SOURCE_JUDGE : SOURCE_CODE;
		if (!score_value(f, score, m.val))
			score_drop(&list);
	}
	case_take_scores(res, &list);
}

static void read_point(struct fields *f, struct val point)
{
	static const char *const known[] = {
	    "id", "data", "target", "executorOutput", "scores", "traceId", "executorSpanId", "index", NULL};
	static const struct field_rule rules[] = {
	    {"scores", FIELD_OBJECT},
            {NULL,     FIELD_OBJECT}
        };
	struct case_result res = case_start(FAMILY);
	struct rest rest = {0};
	struct val data = val_get(point, "data");
	if (!val_is(point, SCAN_OBJECT) || !data.scan) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "not a data point: no data");
		return;
	}
	fields_expect(f, point, rules, "");
	res.part = true;
	res.run_id = run_id_of(f);
	res.key = case_key_part(f, data);
	res.order = field_count(f, val_get(point, "index"), "index");
	res.input = case_text(f, data);
	res.expected = case_text(f, val_get(point, "target"));
	res.output = case_text(f, val_get(point, "executorOutput"));
	res.trace_id = field_text(f, val_get(point, "traceId"));
	read_scores(f, &res, val_get(point, "scores"));
	rest_add_all(&rest, point, known);
	res.metadata = rest_end(&rest, f, NULL);
	tell_run(f, res.run_id);
	sink_case(f->im->sink, &res);
}

/* What has no points: the request that begins an evaluation. */
static void begin(struct import *im, struct str name)
{
	struct laminar_eval_state *state = im->state;
	buf_clear(&state->name);
	buf_add_str(&state->name, name);
	state->told = false;
}

/* {"name": …, "groupName": …} alone. */
static void read_begin(struct fields *f, struct val body)
{
	struct str name = field_text(f, val_get(body, "name"));
	if (name.len)
		begin(f->im, name);
	else
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "not-imported", STR_NONE, "record skipped",
		               "a request that neither begins an evaluation nor brings data points");
}

/* The same as the body of a request. */
static bool laminar_eval_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct str name = val_str(val_get(frame->root, "name"), im->arena);
	(void)err;
	if (name.len && strcmp(frame->path, "body") == 0)
		begin(im, name);
	return true;
}

static bool laminar_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (rec->slot == SLOT_POINT)
		read_point(&f, rec->root);
	else if (!im->decoding)
		read_begin(&f, rec->root);
	fields_done(&f);
	return true;
}

static bool is_point(struct val points)
{
	struct val first = val_first(points).val;
	return val_is(points, SCAN_ARRAY) && val_first(points).ok && val_get(first, "data").scan &&
	       (val_ok(val_get(first, "executorSpanId")) || val_ok(val_get(first, "executorOutput"))) &&
	       val_ok(val_get(first, "index"));
}

static bool is_begin(struct val v)
{
	return val_ok(val_path(v, "body.name")) && val_get(val_get(v, "body"), "groupName").scan &&
	       val_str_is(val_get(v, "path"), "/v1/evals");
}

static int laminar_eval_probe(const struct sample *s, const char **why)
{
	*why = "requests to /v1/evals: points with data, target, executorSpanId and index";
	for (size_t i = 0; i < s->n_values; i++) {
		struct val v = s->values[i];
		if (is_point(val_path(v, "body.points")) || is_point(val_get(v, "points")) || is_begin(v))
			return 90;
	}
	*why = "no points with data, index and executorSpanId";
	return 0;
}

const struct format format_laminar_eval = {
    .name = "laminar-eval",
    .title = "Laminar evaluations",
    .spec_url = "https://docs.lmnr.ai/evaluations/introduction",
    .how = "requests to /v1/evals/ID/datapoints: points[] with data, target, executorOutput, scores, index",
    .fills = "a run for each evaluation, a case for each data point, scores; traces are linked",
    .example = "{\"path\":\"/v1/evals/…/"
               "datapoints\",\"body\":{\"points\":[{\"id\":\"…\",\"data\":{…},\"target\":{…},\"scores\":{…},…}]}}",
    .paths = laminar_eval_paths,
    .stateful = true,
    .state_size = sizeof(struct laminar_eval_state),
    .state_done = state_done,
    .probe = laminar_eval_probe,
    .record = laminar_eval_record,
    .frame_end = laminar_eval_frame_end,
};
