#include "import/langfuse_experiment.h"

#include "import/semconv.h"

#define FAMILY "langfuse"

static struct str text(const struct fields *f, struct val object, const char *name)
{
	return field_text(f, val_get_loose(object, name));
}

/* ---------------------------------------------------------------- runs */

struct str langfuse_run_id(const struct langfuse_run *run)
{
	return run->id.len ? run->id : run->name;
}

static void add_aggregates(struct fields *f, struct metric_list *metrics, struct val list)
{
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m)) {
		struct score score = score_start(FAMILY);
		if (score_value(f, &score, val_get(m.val, "value")))
			metric_add(metrics, f->arena, text(f, m.val, "name"), score.value);
	}
}

void langfuse_run_tell(struct fields *f, const struct langfuse_run *in, struct run_memory *told)
{
	struct eval_run run = run_start(FAMILY);
	struct val metadata = field_open_cell(f, in->metadata);
	struct metric_list metrics = {0};
	struct rest rest = {BUF_INIT};
	if (told && !run_must_be_told(told, langfuse_run_id(in), in->created_ns))
		return;
	run.id = langfuse_run_id(in);
	run.name = in->name;
	run.dataset = in->dataset;
	run.created_ns = in->created_ns;
	run_take_metadata(f, &run, metadata);
	rest_add_all(&rest, metadata, NULL);
	if (val_is(in->description, SCAN_STRING))
		rest_add(&rest, STR_LIT("description"), in->description);
	run.config = rest_end(&rest, f, langfuse_metadata_secrets);
	add_aggregates(f, &metrics, field_open_cell(f, in->evaluations));
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
}

bool langfuse_run_score(struct fields *f, struct str run_id, struct str name, double value)
{
	struct eval_run run = run_start(FAMILY);
	struct metric_list metrics = {0};
	metric_add(&metrics, f->arena, name, value);
	run.id = run_id;
	run_take_metrics(&run, &metrics);
	if (metrics.n)
		sink_run(f->im->sink, &run);
	return metrics.n > 0;
}

/* ---------------------------------------------------------------- cases */

/* A local list may hold an item several times, and nobody else tells of it. */
static void read_alone(const struct fields *f, struct case_result *res, int64_t start_ns)
{
	res->part = false;
	res->repeat = UNKNOWN_INT;
	res->order = (int64_t)f->rec->number;
	case_trial(res, start_ns, start_ns == TIME_UNKNOWN ? STR_NONE : res->trace_id);
}

/* Items of a local list have no id: what is asked and expected names the case. */
struct case_result langfuse_case(struct fields *f, struct str run_id, struct str item_id, struct val item,
                                 struct str trace_id)
{
	struct case_result res = case_start(FAMILY);
	struct val input = field_open_cell(f, val_get_loose(item, "input"));
	struct val expected = field_open_cell(f, val_get_loose(item, "expected_output"));
	struct rest rest = {BUF_INIT};
	res.part = true;
	res.repeat = 0;
	res.run_id = run_id;
	res.trace_id = trace_id;
	res.key = item_id.len ? item_id : text(f, item, "id");
	if (!res.key.len) {
		res.key = CASE_KEY(f->arena, case_key_part(f, input), case_key_part(f, expected));
		read_alone(f, &res, TIME_UNKNOWN);
	}
	res.input = case_text(f, input);
	res.expected = case_text(f, expected);
	rest_add_all(&rest, field_open_cell(f, val_get_loose(item, "metadata")), NULL);
	res.metadata = rest_end(&rest, f, langfuse_metadata_secrets);
	return res;
}

static enum score_source source_of(struct str word)
{
	return str_ieq(word, "EVAL") ? SOURCE_JUDGE : str_ieq(word, "ANNOTATION") ? SOURCE_HUMAN : SOURCE_CODE;
}

/* Categories and texts of the API have a number in `value`, too, that means nothing. */
static void read_value(struct fields *f, struct score *score, struct val row)
{
	struct str type = text(f, row, "data_type"), word = text(f, row, "string_value");
	struct val value = val_get(row, "value");
	if (!word.len && val_is(value, SCAN_STRING))
		word = field_text(f, value);
	if (str_ieq(type, "CATEGORICAL") || str_ieq(type, "TEXT") || str_ieq(type, "CORRECTION")) {
		score->label = word.len ? word : field_text(f, value);
		return;
	}
	if (!score_value(f, score, value))
		score->label = field_text(f, value);
	else if (str_ieq(type, "BOOLEAN") && !IS_UNKNOWN(score->value))
		score->label = score->value == 0 ? STR_LIT("false") : STR_LIT("true");
}

void langfuse_evaluations(struct fields *f, struct score_list *scores, struct val list)
{
	list = field_open_cell(f, list);
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m)) {
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		struct score *score = score_add(scores, f->arena, text(f, m.val, "name"));
		read_value(f, score, m.val);
		score->explanation = text(f, m.val, "comment");
		score->source = source_of(text(f, m.val, "source"));
		score->author = text(f, m.val, "author_user_id");
	}
}

void langfuse_run_item(struct fields *f, struct val item, struct val around, struct run_memory *told)
{
	struct langfuse_run run = {
	    .id = text(f, item, "dataset_run_id"),
	    .name = text(f, item, "dataset_run_name"),
	    .created_ns = field_time(f, val_get_loose(item, "created_at"), "createdAt"),
	};
	if (!run.name.len)
		run.name = text(f, item, "run_name");
	if (!run.id.len)
		run.id = text(f, around, "id");
	if (!run.name.len)
		run.name = text(f, around, "name");
	struct str item_id = text(f, item, "dataset_item_id");
	if (!item_id.len || !langfuse_run_id(&run).len) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("datasetItemId"), "record skipped",
		               "an item of no dataset or of no run");
		return;
	}
	if (!val_ok(around)) {
		run.metadata = val_get(item, "metadata");
		run.description = val_get_loose(item, "run_description");
		langfuse_run_tell(f, &run, told);
	}
	struct case_result res = langfuse_case(f, langfuse_run_id(&run), item_id, VAL_NONE, text(f, item, "trace_id"));
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- rows */

static struct val either(struct val object, const char *name, const char *other)
{
	struct val v = val_get_loose(object, name);
	return val_ok(v) ? v : val_get_loose(object, other);
}

void langfuse_experiment_row(struct fields *f, struct val row, struct run_memory *told)
{
	int64_t start = field_time(f, val_get_loose(row, "start_time"), "startTime");
	struct langfuse_run run = {
	    .id = text(f, row, "experiment_id"),
	    .name = text(f, row, "experiment_name"),
	    .dataset = text(f, row, "dataset_name"),
	    .metadata = val_get_loose(row, "experiment_metadata"),
	    .description = val_get_loose(row, "experiment_description"),
	    .created_ns = start,
	};
	struct score_list scores = {0};
	struct rest rest = {BUF_INIT};
	langfuse_run_tell(f, &run, told);
	struct case_result res =
	    langfuse_case(f, langfuse_run_id(&run), text(f, row, "experiment_item_id"), row, text(f, row, "trace_id"));
	res.expected =
	    case_text(f, field_open_cell(f, either(row, "expected_output", "experiment_item_expected_output")));
	res.output = case_text(f, field_open_cell(f, val_get(row, "output")));
	if (str_ieq(text(f, row, "level"), "ERROR")) {
		res.status = CASE_ERROR;
		res.error = text(f, row, "status_message");
	}
	res.latency_ns = units_between(start, field_time(f, val_get_loose(row, "end_time"), "endTime"));
	rest_add_all(&rest, field_open_cell(f, either(row, "experiment_item_metadata", "metadata")), NULL);
	res.metadata = rest_end(&rest, f, langfuse_metadata_secrets);
	langfuse_evaluations(f, &scores, val_get(row, "scores"));
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* Those below it name the item, too. */
void langfuse_experiment_observation(struct fields *f, struct val row, struct run_memory *told)
{
	struct str root = text(f, row, "experiment_item_root_span_id");
	if (!text(f, row, "experiment_item_id").len)
		return;
	if (root.len ? str_eq(root, text(f, row, "id")) : !text(f, row, "parent_observation_id").len)
		langfuse_experiment_row(f, row, told);
}

/* ---------------------------------------------------------------- spans */

static struct str attr(const struct span_in *in, struct fields *f, const char *name)
{
	struct buf key = BUF_INIT;
	buf_printf(&key, "langfuse.experiment.%s", name);
	struct str found = semconv_get(&in->attrs, buf_cstr(&key), f->arena);
	buf_done(&key);
	return found;
}

/* JSON text, or a text that is its own value. */
static struct val opened(struct fields *f, struct str json)
{
	struct buf quoted = BUF_INIT;
	struct val v = json.len ? fields_scan(f, json) : VAL_NONE;
	if (!v.scan && json.len) {
		scan_quote(&quoted, json);
		v = fields_scan(f, arena_str(f->arena, buf_str(&quoted)));
	}
	buf_done(&quoted);
	return v;
}

static struct val observed(const struct span_in *in, struct fields *f, const char *name)
{
	return opened(f, semconv_get(&in->attrs, name, f->arena));
}

/* All spans below the item's own repeat its attributes. */
static bool is_item_run(const struct span_in *in, struct fields *f)
{
	struct str root = attr(in, f, "item.root_observation_id");
	return root.len ? str_eq(root, in->id) : !in->parent_id.len;
}

static void read_case(struct fields *f, const struct span_in *in, const struct span *span, struct str run_id)
{
	struct case_result res = langfuse_case(f, run_id, attr(in, f, "item.id"), VAL_NONE, span->trace_id);
	struct rest rest = {BUF_INIT};
	res.input = case_text(f, observed(in, f, "langfuse.observation.input"));
	if (!res.input.len)
		res.input = span->input;
	res.expected = case_text(f, opened(f, attr(in, f, "item.expected_output")));
	res.output = case_text(f, observed(in, f, "langfuse.observation.output"));
	if (!res.output.len)
		res.output = span->output;
	if (span->status == STATUS_ERROR) {
		res.status = CASE_ERROR;
		res.error = span->message;
	}
	if (!attr(in, f, "dataset.id").len)
		read_alone(f, &res, span->start_ns);
	res.latency_ns = units_between(span->start_ns, span->end_ns);
	rest_add_all(&rest, opened(f, attr(in, f, "item.metadata")), NULL);
	res.metadata = rest_end(&rest, f, langfuse_metadata_secrets);
	sink_case(f->im->sink, &res);
}

void langfuse_experiment_span(struct import *im, const struct record *rec, const struct span_in *in,
                              const struct span *span)
{
	struct fields f = fields_of(im, rec);
	struct langfuse_run run = {
	    .id = attr(in, &f, "id"), .name = attr(in, &f, "name"), .created_ns = span->start_ns};
	if (is_item_run(in, &f) && langfuse_run_id(&run).len) {
		run.metadata = opened(&f, attr(in, &f, "metadata"));
		run.description = opened(&f, attr(in, &f, "description"));
		langfuse_run_tell(&f, &run, NULL);
		read_case(&f, in, span, langfuse_run_id(&run));
	}
	fields_done(&f);
}
