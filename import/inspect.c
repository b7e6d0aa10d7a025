/* Inspect AI's eval logs: a JSON log (one document, any key order), a list of such, and the archive ".eval", which comes as one document
 * made of its members (bundle.h). A sample is a case, its epoch the repeat. Sources: inspect_ai 0.3.50 to 0.3.208 (formats/evals.md
 * section 2; inspect_ai/log/_log.py, _recorders/eval.py). */
#include "import/inspect_events.h"

#include "store/base/hash.h"

#define SAMPLES "samples/"

static const int64_t COUNT_MAX = (int64_t)1 << 53;

enum { SLOT_SAMPLE, SLOT_REDUCTION, SLOT_OTHER, SLOT_MEMBER, IDS_LOOKED_AT = 200 };

struct inspect_state {
	bool told;     /* the run of the document at hand */
	bool headless; /* its samples came before what it says of itself: they could not know their run */
};

static const struct record_path inspect_paths[] = {
    {"samples[]",              SLOT_SAMPLE   },
    {"reductions[].samples[]", SLOT_REDUCTION}, /* the scores once more, reduced over epochs */
    {"members[].member",       SLOT_MEMBER   }, /* of an archive */
    {"",                       SLOT_OTHER    }, /* a log without samples, an index of logs */
    {NULL,                     0             },
};

/* ---------------------------------------------------------------- the case */

/* Ids that nobody gave are the place in the dataset: 1, 2, 3 in the order of eval.dataset.sample_ids. */
static bool numbered_ids(const struct inspect *in)
{
	struct val ids = val_path(in->eval, "dataset.sample_ids");
	int64_t before = 0, id;
	int n = 0;
	if (!val_is(val_get(in->sample, "id"), SCAN_NUMBER))
		return false;
	for (struct member m = val_first(ids); m.ok && n < IDS_LOOKED_AT && val_is(ids, SCAN_ARRAY);
	     m = val_next(m), n++) {
		if (!val_is(m.val, SCAN_NUMBER) || !val_int64(m.val, &id) || (n && id != before + 1))
			return false;
		before = id;
	}
	return true;
}

/* Shuffled, such an id names another sample each time. */
static bool has_own_id(const struct inspect *in)
{
	bool shuffled = false;
	if (!val_text(val_get(in->sample, "id"), in->f->arena).len)
		return false;
	return !(field_bool(in->f, val_path(in->eval, "dataset.shuffled"), &shuffled) && shuffled && numbered_ids(in));
}

static void name_case(const struct inspect *in, struct case_result *res)
{
	struct val sample = in->sample, epoch = val_get(sample, "epoch");
	struct str id = case_key_part(in->f, val_get(sample, "id"));
	int64_t number, n_epoch;
	bool has_epoch = val_int64(epoch, &n_epoch) && n_epoch > 0;
	res->order = val_is(val_get(sample, "id"), SCAN_NUMBER) && val_int64(val_get(sample, "id"), &number)
	                 ? number
	                 : UNKNOWN_INT;
	if (has_own_id(in)) {
		res->key = CASE_KEY(in->f->arena, inspect_task(in), id);
		res->repeat = has_epoch ? n_epoch - 1 : 0;
		return;
	}
	/* The same content twice in a dataset: the id tells the one from the other's epochs. */
	if (has_epoch && res->order >= 0 && res->order < INT32_MAX && n_epoch < INT32_MAX)
		res->order = (res->order << 32) + n_epoch;
	res->key =
	    CASE_KEY(in->f->arena, inspect_task(in), case_key_part(in->f, val_get(sample, "input")),
	             case_key_part(in->f, val_get(sample, "choices")), case_key_part(in->f, val_get(sample, "target")));
	res->variant = id.len ? hash64(id) : 0;
	if (!id.len && has_epoch)
		res->repeat = n_epoch - 1;
}

/* ---------------------------------------------------------------- what it took */

static void add_count(int64_t *sum, int64_t n)
{
	if (n != UNKNOWN_INT && n < INT64_MAX / 4)
		*sum = (*sum == UNKNOWN_INT ? 0 : *sum) + n;
}

void inspect_usage(const struct fields *f, struct val usage, struct inspect_usage *out)
{
	*out = (struct inspect_usage){
	    .in = field_count(f, val_get(usage, "input_tokens"), "usage.input_tokens"),
	    .out = field_count(f, val_get(usage, "output_tokens"), "usage.output_tokens"),
	    .cached = field_count(f, val_get(usage, "input_tokens_cache_read"), "usage.input_tokens_cache_read"),
	    .cache_write = field_count(f, val_get(usage, "input_tokens_cache_write"), "usage.input_tokens_cache_write"),
	    .reasoning = field_count(f, val_get(usage, "reasoning_tokens"), "usage.reasoning_tokens"),
	    .cost = field_number(f, val_get(usage, "total_cost"), "usage.total_cost"),
	};
	int64_t total = field_count(f, val_get(usage, "total_tokens"), "usage.total_tokens"), beside = 0;
	add_count(&beside, out->cached);
	add_count(&beside, out->cache_write);
	if (out->in < 0 || out->out < 0 || out->in > COUNT_MAX || out->out > COUNT_MAX || !beside)
		return;
	/* Anthropic's cached tokens stand beside the others, OpenAI's among them: the total tells. */
	if (total < 0 ? out->cached > out->in : total - out->in - out->out == beside)
		out->in += beside;
}

static void take_usage(const struct inspect *in, struct case_result *res)
{
	struct val models = val_get(in->sample, "model_usage");
	for (struct member m = val_first(models); m.ok && val_is(models, SCAN_OBJECT); m = val_next(m)) {
		struct inspect_usage usage;
		inspect_usage(in->f, m.val, &usage);
		add_count(&res->tokens_in, usage.in);
		add_count(&res->tokens_out, usage.out);
		if (!IS_UNKNOWN(usage.cost))
			res->cost_usd = (IS_UNKNOWN(res->cost_usd) ? 0 : res->cost_usd) + usage.cost;
	}
	res->latency_ns = field_duration(in->f, val_get(in->sample, "working_time"), 1000000000, "working_time");
}

/* ---------------------------------------------------------------- what else is said of it */

static const char *const sample_told[] = {"id",       "epoch",        "input",       "choices",     "target",
                                          "messages", "output",       "scores",      "score",       "events",
                                          "metadata", "working_time", "model_usage", "attachments", "error",
                                          "uuid",     "message_pool", "events_data", "transcript",  NULL};

static bool is_told(struct member m)
{
	for (size_t i = 0; sample_told[i]; i++)
		if (member_is(m, sample_told[i]))
			return true;
	return false;
}

static bool is_empty(struct val v)
{
	return !val_ok(v) || ((val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY)) && !val_first(v).ok);
}

/* The dataset's own metadata first, under its own names; a name of ours that is among them gives way. */
static void add_other(struct buf *out, const struct inspect *in, struct str name, struct val v)
{
	if (is_empty(v))
		return;
	if (val_find(val_get(in->sample, "metadata"), name).scan)
		name = arena_printf(in->f->arena, "sample." STR_FMT, STR_ARG(name));
	inspect_member(out, name, inspect_resolved(in, v));
}

static void add_object(struct buf *out, const char *name, const struct buf *object)
{
	if (!object->len)
		return;
	buf_add_char(out, out->len ? ',' : '{');
	buf_printf(out, "\"%s\":", name);
	buf_add_str(out, buf_str(object));
}

static struct str metadata_of(const struct inspect *in, const struct inspect_scores *scores)
{
	struct val own = inspect_resolved(in, val_get(in->sample, "metadata"));
	struct buf out = BUF_INIT;
	for (struct member m = val_first(own); m.ok && val_is(own, SCAN_OBJECT); m = val_next(m))
		inspect_member(&out, member_key(m, in->f->arena), m.val);
	for (struct member m = val_first(in->sample); m.ok; m = val_next(m))
		if (!is_told(m))
			add_other(&out, in, member_key(m, in->f->arena), m.val);
	add_other(&out, in, STR_LIT("stop_reason"),
	          val_get(val_at(val_path(in->sample, "output.choices"), 0), "stop_reason"));
	add_other(&out, in, STR_LIT("output_error"), val_path(in->sample, "output.error"));
	add_other(&out, in, STR_LIT("error_traceback"), val_path(in->sample, "error.traceback"));
	add_object(&out, "answers", &scores->answers);
	add_object(&out, "score_metadata", &scores->metadata);
	if (out.len)
		buf_add_char(&out, '}');
	struct str json = out.len ? arena_str(in->f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return json;
}

/* ---------------------------------------------------------------- the sample */

/* A model that refused (output.error) and was scored has been judged all the same. */
static void take_status(const struct inspect *in, struct case_result *res, int pass)
{
	struct val error = val_get(in->sample, "error");
	struct str text = inspect_text(in, val_is(error, SCAN_OBJECT) ? val_get(error, "message") : error);
	if (val_ok(error)) {
		res->status = CASE_ERROR;
		res->error = text.len ? text : STR_LIT("error");
		return;
	}
	text = inspect_text(in, val_path(in->sample, "output.error"));
	res->status = status_of_pass(pass);
	if (text.len && !res->n_scores) {
		res->status = CASE_ERROR;
		res->error = text;
	}
}

static void tell_sample(struct inspect *in)
{
	struct case_result res = case_start(INSPECT);
	struct inspect_scores scores;
	inspect_read_scores(in, &scores);
	res.run_id = inspect_run_id(in);
	name_case(in, &res);
	res.input = inspect_input(in);
	res.expected = inspect_expected(in);
	res.output = inspect_output(in);
	case_take_scores(&res, &scores.list);
	take_status(in, &res, scores.pass);
	take_usage(in, &res);
	res.metadata = metadata_of(in, &scores);
	res.trace_id = inspect_trace_id(in);
	sink_case(in->f->im->sink, &res);
	inspect_tell_trace(in, &res);
	buf_done(&scores.answers);
	buf_done(&scores.metadata);
}

/* ---------------------------------------------------------------- records */

/* header.json is written last; until then, and of a run that was killed, there is what the journal began with. */
static struct inspect inspect_of(struct fields *f, const struct frame *frame)
{
	struct val bundle = frame_get(frame, "bundle", false), late = frame_get(frame, "late", false);
	struct inspect in = {
	    .f = f,
	    .head = {.frame = frame,
	             .own = {val_get(bundle, "header.json"), val_get(late, "header.json"),
	                     val_get(bundle, "_journal/start.json"), val_get(late, "_journal/start.json")}}
        };
	in.eval = head_get(&in.head, "eval");
	return in;
}

/* In logs of 2024 the events, and what they name, stand in a transcript. */
static void take_sample(struct inspect *in, struct val sample)
{
	struct val transcript = val_get(sample, "transcript");
	in->sample = sample;
	in->events = val_get(sample, "events");
	in->attachments = val_get(sample, "attachments");
	if (!val_ok(in->events))
		in->events = val_get(transcript, "events");
	if (!val_ok(in->attachments))
		in->attachments = val_get(transcript, "content");
}

static void read_sample(struct import *im, const struct record *rec)
{
	struct inspect_state *state = im->state;
	struct fields f = fields_of(im, rec);
	struct inspect in = inspect_of(&f, rec->frame);
	size_t expanded = 0;
	in.expanded = &expanded;
	if (!state->told)
		inspect_tell_run(&in);
	if (!state->told && !val_is(in.eval, SCAN_OBJECT)) {
		state->headless = true;
		import_problem(
		    im, rec, SEVERITY_WARNING, "bad-value", STR_LIT("eval"),
		    "the samples are kept under a run of this file's own",
		    "what the log says of itself comes after samples of more than a megabyte, or not at all");
	}
	state->told = true;
	take_sample(&in, rec->root);
	if (val_is(rec->root, SCAN_OBJECT))
		tell_sample(&in);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "wrong-type", STR_NONE, "record skipped", "not an object");
	if (expanded > INSPECT_EXPANDED_MAX)
		import_problem(im, rec, SEVERITY_WARNING, "limit-expanded", STR_NONE, "further texts are not filled in",
		               "attachments and pooled messages are more than %d MiB where they are named",
		               INSPECT_EXPANDED_MAX >> 20);
	fields_done(&f);
}

/* Members of an archive that are no sample: the reductions, which say again what the samples say. */
static void read_member(struct import *im, const struct record *rec)
{
	struct str name = val_str(frame_get(rec->frame, "entry", false), im->arena);
	if (str_starts(name, SAMPLES))
		read_sample(im, rec);
}

static bool is_log(struct val v)
{
	return val_is(val_get(v, "eval"), SCAN_OBJECT);
}

static void say_of_log(struct import *im, const struct record *rec, const struct inspect *in, struct str name);

static void read_head(struct import *im, const struct record *rec, struct val head, struct str name)
{
	struct fields f = fields_of(im, rec);
	struct inspect in = {.f = &f, .head = {.own = {head}}};
	in.eval = val_get(head, "eval");
	inspect_tell_run(&in);
	say_of_log(im, rec, &in, name);
	fields_done(&f);
}

/* logs.json beside a folder's logs: {"<file>":{head},…}. */
static bool read_index(struct import *im, const struct record *rec)
{
	bool any = false;
	for (struct member m = val_first(rec->root); m.ok && val_is(rec->root, SCAN_OBJECT); m = val_next(m)) {
		if (!is_log(m.val))
			continue;
		read_head(im, rec, m.val, member_key(m, im->arena));
		any = true;
	}
	return any;
}

/* A sample, or a summary of one, of an archive that was unpacked. */
static bool is_part(struct val v)
{
	return val_ok(val_get(v, "id")) && val_ok(val_get(v, "epoch")) && val_get(v, "input").scan &&
	       val_get(v, "target").scan;
}

static void say_of_part(struct import *im, const struct record *rec)
{
	struct inspect_state *state = im->state;
	if (!state->told)
		import_problem(
		    im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "nothing of it is read",
		    "part of an unpacked .eval archive, which does not say of which eval: give the archive itself");
	state->told = true;
}

static void read_other(struct import *im, const struct record *rec)
{
	if (is_log(rec->root))
		read_head(im, rec, rec->root, STR_NONE);
	else if (is_part(rec->root))
		say_of_part(im, rec);
	else if (!read_index(im, rec))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a log nor an index of logs");
}

static bool inspect_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	if (rec->slot == SLOT_SAMPLE)
		read_sample(im, rec);
	else if (rec->slot == SLOT_MEMBER)
		read_member(im, rec);
	else if (rec->slot == SLOT_OTHER)
		read_other(im, rec);
	return true;
}

/* An eval that failed or was stopped has what it got to; its figures are of that part alone. */
static void say_of_log(struct import *im, const struct record *rec, const struct inspect *in, struct str name)
{
	struct str status = inspect_status(in);
	struct str why = field_text(in->f, val_path(head_get(&in->head, "error"), "message"));
	if (!str_is(status, "error") && !str_is(status, "cancelled"))
		return;
	import_problem(im, rec, SEVERITY_WARNING, "incomplete-run", STR_NONE, "what it holds is kept",
	               STR_FMT "%sthe eval has not ended well: status " STR_FMT "%s" STR_FMT, STR_ARG(name),
	               name.len ? ": " : "", STR_ARG(status), why.len ? ": " : "", STR_ARG(why));
}

static bool inspect_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct inspect_state *state = im->state;
	const struct record nowhere = {.number = 0};
	struct fields f = fields_of(im, &nowhere);
	struct inspect in = inspect_of(&f, frame);
	(void)err;
	if (frame->level > 0 || !val_is(in.eval, SCAN_OBJECT)) {
		fields_done(&f);
		return true;
	}
	in.headless = state->headless;
	if (!state->told || frame->late)
		inspect_tell_run(&in);
	say_of_log(im, &nowhere, &in, STR_NONE);
	*state = (struct inspect_state){.told = false};
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

/* A long list of ids may push the model out of the sample: it comes behind eval.dataset. */
static int log_probe(const struct sample *s, const char **why)
{
	bool task = sample_has(s, "eval.task"), model = sample_has(s, "eval.model");
	if (task && model && sample_has(s, "status")) {
		*why = "has eval.task, eval.model and status";
		return 96;
	}
	if (task && (sample_has(s, "eval.run_id") || sample_has(s, "eval.task_id")) &&
	    (model || sample_has(s, "eval.dataset.sample_ids"))) {
		*why = "has eval.task and eval.run_id or eval.task_id";
		return 90;
	}
	return 0;
}

static int index_probe(const struct sample *s, const char **why)
{
	struct member m = val_first(s->n_values ? s->values[0] : VAL_NONE);
	struct val eval = val_get(m.val, "eval");
	if (!m.ok || !val_is(s->values[0], SCAN_OBJECT) || !val_is(m.val, SCAN_OBJECT))
		return 0;
	if (!val_ok(val_get(eval, "task")) || !val_ok(val_get(eval, "model")))
		return 0;
	*why = "an object of logs, each with eval.task and eval.model";
	return 92;
}

static bool heads_hold_eval(const struct sample *s)
{
	struct val bundle = val_get(s->n_values ? s->values[0] : VAL_NONE, "bundle");
	for (struct member m = val_first(bundle); m.ok && val_is(bundle, SCAN_OBJECT); m = val_next(m))
		if (val_ok(val_path(m.val, "eval.task")))
			return true;
	return false;
}

/* The names in an archive; once it is read as a bundle, what its heads hold. */
static int archive_probe(const struct sample *s, const char **why)
{
	bool start = false, header = false, samples = false;
	for (size_t i = 0; i < s->n_entries; i++) {
		start |= str_is(s->entries[i], "_journal/start.json");
		header |= str_is(s->entries[i], "header.json");
		samples |= str_starts(s->entries[i], SAMPLES) || str_is(s->entries[i], "summaries.json");
	}
	if (heads_hold_eval(s)) {
		*why = "an archive with header.json or _journal/start.json of an eval";
		return 98;
	}
	if (s->n_values || (!start && !(header && samples)))
		return 0;
	*why = start ? "an archive with _journal/start.json" : "an archive with header.json and samples/";
	return 97;
}

static enum bundle_part inspect_bundle(struct str name)
{
	if (str_is(name, "header.json") || str_is(name, "_journal/start.json"))
		return BUNDLE_HEAD;
	if (str_is(name, "summaries.json") || str_starts(name, "_journal/"))
		return BUNDLE_SKIP;
	return str_starts(name, SAMPLES) || str_is(name, "reductions.json") ? BUNDLE_ROW : BUNDLE_STRANGER;
}

/* Claimed so that nobody takes it for a table of results. */
static int part_probe(const struct sample *s, const char **why)
{
	if (!sample_has(s, "id") || !sample_has(s, "epoch") || !sample_has(s, "input") || !sample_has(s, "target") ||
	    sample_has(s, "eval_id"))
		return 0;
	if (!sample_has(s, "scores") && !sample_has(s, "messages") && !sample_has(s, "events"))
		return 0;
	*why = "has id, epoch, input and target: a part of an unpacked .eval archive";
	return 55;
}

static int inspect_probe(const struct sample *sample, const char **why)
{
	int score = archive_probe(sample, why);
	if (!score && !sample->n_entries)
		score = log_probe(sample, why);
	if (!score && !sample->n_entries)
		score = index_probe(sample, why);
	if (!score && !sample->n_entries)
		score = part_probe(sample, why);
	if (!score)
		*why = "no eval.task with eval.model";
	return score;
}

const struct format format_inspect = {
    .name = INSPECT,
    .title = "Inspect AI eval logs (.json, .eval)",
    .spec_url = "https://inspect.aisi.org.uk/eval-logs.html",
    .how = "eval.task and eval.model with a status; an object of such",
    .fills =
        "an eval run with its aggregates, a case result and a trace for each sample and epoch, a score for each scorer",
    .example = "{\"version\":2,\"status\":\"success\",\"eval\":{\"task\":…,\"model\":…,…},\"results\":{…},\"samples\":["
               "{\"id\":…,"
               "\"epoch\":1,\"scores\":{…}}]}",
    .paths = inspect_paths,
    .secrets = inspect_head_secrets,
    .lenient = true, /* Python's NaN and Infinity */
    .state_size = sizeof(struct inspect_state),
    .bundle = inspect_bundle,
    .probe = inspect_probe,
    .record = inspect_record,
    .frame_end = inspect_frame_end,
};
