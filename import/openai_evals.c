/* OpenAI evals: the log of a run, JSON Lines. First {"spec": …}, then an event for each thing that happened to a sample, in the order in
 * which they were flushed, and somewhere (line 2 was seen) {"final_report": …}. Each event tells a part of its sample's case: what was asked
 * for and answered (sampling), what was expected (match, raw_sample), how it did (match, metrics), what went wrong (error).
 * Sources: openai/evals evals/record.py, evals/elsuite/utils and basic/match.py, modelgraded/classify.py (formats/evals.md section 4). */
#include "import/eval.h"

#include <stdlib.h>

#define FAMILY "openai-evals"

/* Of events of one sample that say different things: what the eval itself looked at, the sample as it was read, then the model's calls. Of
 * those the first: in a model-graded eval the last one is the judge's. */
enum { WEIGHT_MATCH = 3, WEIGHT_RAW = 2, WEIGHT_OTHER = 1 };

enum { REPORT_MAX = 1 << 20 };

struct openai_evals_state {
	struct buf run_id; /* of the spec, or of the first event */
	struct buf report; /* a final report that came before the run was known */
};

static void state_done(void *any)
{
	struct openai_evals_state *state = any;
	buf_done(&state->run_id);
	buf_done(&state->report);
}

/* ---------------------------------------------------------------- the run */

static void note_run(struct openai_evals_state *state, struct str id)
{
	if (!state->run_id.len)
		buf_add_str(&state->run_id, id);
}

static void tell_report(struct fields *f, struct str run_id, struct val report)
{
	struct eval_run run = run_start(FAMILY);
	struct metric_list metrics = {0};
	run.id = run_id;
	metric_add_all(&metrics, f, report, "");
	run_take_metrics(&run, &metrics);
	for (struct member m = val_first(report); m.ok && val_is(report, SCAN_OBJECT); m = val_next(m))
		if (val_is(m.val, SCAN_STRING))
			import_problem(
			    f->im, f->rec, SEVERITY_WARNING, "not-imported",
			    arena_printf(f->arena, "final_report." STR_FMT, STR_ARG(member_key(m, f->arena))),
			    "the record is kept", "not a number");
	if (val_is(report, SCAN_OBJECT))
		sink_run(f->im->sink, &run);
}

static void read_report(struct fields *f, struct val report)
{
	struct openai_evals_state *state = f->im->state;
	if (f->im->decoding)
		return;
	if (state->run_id.len)
		tell_report(f, buf_str(&state->run_id), report);
	else if (val_raw(report).len < REPORT_MAX && !state->report.len)
		buf_add_str(&state->report, val_raw(report));
}

/* completion_fns; before 2023-06 model_name or model_names.completions. */
static struct str model_of(const struct fields *f, struct val spec)
{
	struct val fns = val_get(spec, "completion_fns"), names = val_path(spec, "model_names.completions");
	struct val model = val_is(fns, SCAN_ARRAY) ? val_at(fns, 0) : fns;
	if (!val_ok(model))
		model = val_is(names, SCAN_ARRAY) ? val_at(names, 0) : names;
	return field_text(f, val_ok(model) ? model : FIELD_ANY(spec, "model_name", "model"));
}

/* "test-match.s1.simple-v0" is of the eval test-match, its split s1. */
static struct str dataset_of(const struct fields *f, struct val spec)
{
	struct str base = field_text(f, val_get(spec, "base_eval")), split = field_text(f, val_get(spec, "split"));
	if (!base.len || !split.len)
		return base.len ? base : field_text(f, val_get(spec, "eval_name"));
	return arena_printf(f->arena, STR_FMT "." STR_FMT, STR_ARG(base), STR_ARG(split));
}

/* The seed that shuffled the samples is in its config: runs of another seed number them otherwise. */
static void read_spec(struct fields *f, struct val spec)
{
	static const char *const known[] = {"run_id", "eval_name", "created_at", NULL};
	struct eval_run run = run_start(FAMILY);
	struct rest config = {0};
	run.id = field_text(f, val_get(spec, "run_id"));
	run.name = field_text(f, FIELD_ANY(spec, "eval_name", "base_eval"));
	run.dataset = dataset_of(f, spec);
	run.model = model_of(f, spec);
	run.created_ns = field_time(f, val_get(spec, "created_at"), "spec.created_at");
	rest_add_all(&config, spec, known);
	run.config = rest_end(&config, f, NULL);
	if (!f->im->decoding)
		note_run(f->im->state, run.id);
	sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- events */

struct event {
	struct val row, data;
	struct str type, sample;
	int64_t number;
	struct case_result res;
	struct score_list scores;
	struct rest rest; /* of data */
};

/* A list of one text is that text ("sampled", "expected"). */
static struct str plain_text(struct fields *f, struct val v)
{
	v = val_is(v, SCAN_ARRAY) && val_count(v) == 1 ? val_at(v, 0) : v;
	return field_text(f, v);
}

static struct val one_of_list(struct val v)
{
	return val_is(v, SCAN_ARRAY) && val_count(v) == 1 ? val_at(v, 0) : v;
}

/* One score of each member that says anything: the others are metadata. What a judge chose and what that is worth are both its own. */
static void read_metrics(struct fields *f, struct event *e)
{
	bool judged = val_ok(val_get(e->data, "choice"));
	for (struct member m = val_first(e->data); m.ok && val_is(e->data, SCAN_OBJECT); m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		struct score *score = score_add(&e->scores, f->arena, name);
		score->scope.family = STR_LIT(FAMILY);
		score->source = judged || is_judge_name(name) ? SOURCE_JUDGE : SOURCE_CODE;
		bool is_choice =
		    str_is(name, "choice") && val_is(m.val, SCAN_STRING); /* "3": one of several, no figure */
		if (is_choice)
			score->label = field_text(f, m.val);
		if (is_choice || score_value(f, score, m.val))
			continue;
		score_drop(&e->scores);
		rest_add(&e->rest, name, m.val);
	}
}

static void read_match(struct fields *f, struct event *e)
{
	static const char *const known[] = {"correct", "expected", "sampled", "prompt", NULL};
	struct val correct = val_get(e->data, "correct");
	struct score *score = score_add(&e->scores, f->arena, STR_LIT("match"));
	score->scope.family = STR_LIT(FAMILY);
	score->source = SOURCE_CODE;
	if (score_value(f, score, correct)) {
		score->pass = pass_of_value(f, correct);
		e->res.status = status_of_pass(score->pass);
	} else {
		score_drop(&e->scores);
		import_problem(f->im, f->rec, SEVERITY_WARNING, "bad-value", STR_LIT("data.correct"), "no verdict",
		               "a match that does not say whether it is correct");
	}
	e->res.weight = WEIGHT_MATCH;
	e->res.input = field_text(f, val_get(e->data, "prompt"));
	e->res.expected = plain_text(f, val_get(e->data, "expected"));
	e->res.output = plain_text(f, val_get(e->data, "sampled"));
	rest_add_all(&e->rest, e->data, known);
}

static void read_sampling(struct fields *f, struct event *e)
{
	static const char *const known[] = {"prompt", "sampled", NULL};
	struct span usage = span_start(FAMILY);
	fields_usage(f, &usage, val_get(e->data, "usage"), "data.usage");
	e->res.weight = e->number > 0 ? -e->number : 0;
	e->res.input = field_text(f, val_get(e->data, "prompt"));
	e->res.output = plain_text(f, val_get(e->data, "sampled"));
	e->res.tokens_in = usage.tokens_in;
	e->res.tokens_out = usage.tokens_out;
	rest_add_all(&e->rest, e->data, known);
}

static void read_pick(struct fields *f, struct event *e)
{
	static const char *const known[] = {"prompt", "picked", NULL};
	e->res.weight = e->number > 0 ? -e->number : 0;
	e->res.input = field_text(f, val_get(e->data, "prompt"));
	e->res.output = plain_text(f, val_get(e->data, "picked"));
	rest_add_all(&e->rest, e->data, known);
}

/* The sample as the dataset has it: {"input": …, "ideal": …}. */
static void read_raw(struct fields *f, struct event *e)
{
	static const char *const known[] = {"input", "ideal", NULL};
	e->res.weight = WEIGHT_RAW;
	e->res.input = field_text(f, val_get(e->data, "input"));
	e->res.expected = plain_text(f, val_get(e->data, "ideal"));
	rest_add_all(&e->rest, e->data, known);
}

static void read_error(struct fields *f, struct event *e)
{
	static const char *const known[] = {"type", "message", NULL};
	struct str type = field_text(f, val_get(e->data, "type")), message = field_text(f, val_get(e->data, "message"));
	e->res.status = CASE_ERROR;
	e->res.weight = WEIGHT_OTHER;
	e->res.error = type.len && message.len
	                   ? arena_printf(f->arena, STR_FMT ": " STR_FMT, STR_ARG(type), STR_ARG(message))
	               : message.len ? message
	               : type.len    ? type
	                             : field_text(f, e->data);
	rest_add_all(&e->rest, e->data, known);
}

/* Nothing of these is a field of a case. */
static void read_other(struct fields *f, struct event *e)
{
	(void)f;
	e->res.weight = WEIGHT_OTHER;
	if (val_is(e->data, SCAN_OBJECT))
		rest_add_all(&e->rest, e->data, NULL);
	else
		rest_add(&e->rest, STR_LIT("data"), e->data);
}

static const struct {
	const char *type;
	void (*read)(struct fields *f, struct event *e);
} readers[] = {
    {"error",       read_error   },
    {"match",       read_match   },
    {"metrics",     read_metrics },
    {"pick_option", read_pick    },
    {"raw_sample",  read_raw     },
    {"sampling",    read_sampling},
};

/* "test-match.s1.12" is sample 12. */
static int64_t order_of(struct str sample)
{
	size_t at = sample.len;
	int64_t n;
	while (at > 0 && sample.ptr[at - 1] != '.')
		at--;
	return at > 0 && scan_int64(str_from(sample, at), &n) && n >= 0 ? n : UNKNOWN_INT;
}

/* Whatever events leave over stands under what they are, with their number: several may be alike. */
static void take_rest(struct fields *f, struct event *e)
{
	struct str left = rest_end(&e->rest, f, NULL), name = e->type;
	struct rest all = {0};
	if (!left.len)
		return;
	if (e->number != UNKNOWN_INT)
		name = arena_printf(f->arena, STR_FMT " %lld", STR_ARG(e->type), (long long)e->number);
	rest_add(&all, name, fields_scan(f, left));
	e->res.metadata = rest_end(&all, f, NULL);
}

/* Samples are named by all evals that ship with it; without a name what was asked for stands for it. */
static bool find_case(struct fields *f, struct event *e)
{
	struct val prompt = FIELD_ANY(e->data, "prompt", "input");
	e->res.key = e->sample.len ? e->sample : case_key_part(f, one_of_list(prompt));
	e->res.order = order_of(e->sample);
	return e->res.key.len > 0;
}

static void read_event(struct fields *f, struct val row)
{
	struct event e = {.row = row, .data = field_open(f, val_get(row, "data")), .res = case_start(FAMILY)};
	size_t i = 0, n = sizeof readers / sizeof *readers;
	e.type = field_text(f, val_get(row, "type"));
	e.sample = field_text(f, val_get(row, "sample_id"));
	e.number = field_count(f, val_get(row, "event_id"), "event_id");
	e.res.run_id = field_text(f, val_get(row, "run_id"));
	e.res.part = true;
	e.res.repeat = 0;
	if (!f->im->decoding)
		note_run(f->im->state, e.res.run_id);
	while (i < n && !str_is(e.type, readers[i].type))
		i++;
	if (i < n)
		readers[i].read(f, &e);
	else
		read_other(f, &e);
	take_rest(f, &e);
	if (!find_case(f, &e)) {
		import_problem(f->im, f->rec, SEVERITY_WARNING, "not-imported", STR_LIT("sample_id"),
		               "the record is kept", "an event (" STR_FMT ") of no sample",
		               STR_ARG(str_cut(e.type, 0, 40)));
		return;
	}
	case_take_scores(&e.res, &e.scores);
	sink_case(f->im->sink, &e.res);
}

/* ---------------------------------------------------------------- records */

static bool openai_evals_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct val spec = val_get(rec->root, "spec"), report = val_get(rec->root, "final_report");
	(void)err;
	if (val_is(spec, SCAN_OBJECT))
		read_spec(&f, spec);
	else if (val_ok(report))
		read_report(&f, report);
	else if (val_ok(val_get(rec->root, "type")) || val_ok(val_get(rec->root, "data")))
		read_event(&f, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a spec nor an event nor a final report");
	fields_done(&f);
	return true;
}

static bool openai_evals_finish(struct import *im, struct err *err)
{
	struct openai_evals_state *state = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	(void)err;
	if (state->report.len && state->run_id.len)
		tell_report(&f, buf_str(&state->run_id), fields_scan(&f, buf_str(&state->report)));
	else if (state->report.len)
		import_problem(im, &none, SEVERITY_WARNING, "not-imported", STR_LIT("final_report"),
		               "the record is kept", "a final report of no run: there is neither a spec nor an event");
	fields_done(&f);
	return true;
}

static bool is_event(struct val v)
{
	return val_ok(val_get(v, "run_id")) && val_ok(val_get(v, "event_id")) && val_ok(val_get(v, "type")) &&
	       val_get(v, "sample_id").scan && val_get(v, "data").scan;
}

static bool is_spec(struct val v)
{
	struct val spec = val_get(v, "spec");
	return val_ok(val_get(spec, "completion_fns")) || val_ok(val_get(spec, "eval_name")) ||
	       (val_ok(val_get(spec, "base_eval")) && val_ok(val_get(spec, "run_id")));
}

static int openai_evals_probe(const struct sample *s, const char **why)
{
	*why = "lines of run_id, event_id, sample_id, type and data, or a spec with its completion functions";
	for (size_t i = 0; i < s->n_values; i++)
		if (is_spec(s->values[i]) || is_event(s->values[i]))
			return 92;
	*why = "neither a spec with completion_fns nor events with run_id, event_id and sample_id";
	return 0;
}

const struct format format_openai_evals = {
    .name = "openai-evals",
    .title = "OpenAI evals log",
    .spec_url = "https://github.com/openai/evals/blob/main/evals/record.py",
    .how = "lines: spec with completion_fns or eval_name; run_id, event_id, sample_id, type, data; final_report",
    .fills = "a run with its aggregates, a case for each sample of all its events, scores of matches and metrics",
    .example = "{\"run_id\":\"…\",\"event_id\":0,\"sample_id\":\"test-match.s1.0\",\"type\":\"match\",\"data\":{"
               "\"correct\":true,…},…}",
    .seen = "documented shape, a log quoted in a public repository",
    .lenient = true,
    .stateful = true,
    .state_size = sizeof(struct openai_evals_state),
    .state_done = state_done,
    .probe = openai_evals_probe,
    .record = openai_evals_record,
    .finish = openai_evals_finish,
};
