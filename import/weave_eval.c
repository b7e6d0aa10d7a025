/* Weave's evaluations: the call Evaluation.evaluate is a run, the calls predict_and_score (Python, EvaluationLogger) and predictAndScore (JavaScript)
 * below it are its cases. What a case is asked is a reference to a row of a dataset, which is not in the calls, or the row itself
 * (EvaluationLogger). A model that failed has its message on its own call below the case: a part of the case, told as a detail.
 * Sources: formats/evals.md section 13; weave 0.11.1 (JavaScript) recorded; weave/flow/eval.py of wandb/weave. */
#include "import/weave.h"
#include "store/base/hash.h"

/* ---------------------------------------------------------------- names */

/* weave:///ENTITY/PROJECT/object/NAME:DIGEST… → NAME */
static struct str ref_name(struct str ref)
{
	static const char *const places[] = {"/object/", "/op/"};
	if (!str_starts(ref, "weave:///"))
		return STR_NONE;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		size_t at = str_find(ref, str_of(places[i]));
		if (at != SIZE_MAX) {
			ref = str_from(ref, at + strlen(places[i]));
			return str_cut(ref, 0, str_find_char(ref, ':'));
		}
	}
	return STR_NONE;
}

/* A reference's name, an object's own, or a plain name. */
static struct str name_of(const struct fields *f, struct val v)
{
	struct str text = val_is(v, SCAN_OBJECT)
	                      ? field_text(f, FIELD_ANY(v, "name", "model_name", "model", "_class_name"))
	                      : field_text(f, v);
	return str_starts(text, "weave:///") ? ref_name(text) : text;
}

/* …/object/DATASET:DIGEST/attr/rows/id/ROW → ROW */
static struct str ref_row(struct str ref)
{
	size_t at = str_find(ref, STR_LIT("/attr/rows/id/"));
	return at == SIZE_MAX || !str_starts(ref, "weave:///") ? STR_NONE
	                                                       : str_from(ref, at + strlen("/attr/rows/id/"));
}

static bool is_case_op(struct str op)
{
	return str_ends(op, "predict_and_score") || str_ends(op, "predictAndScore");
}

/* ---------------------------------------------------------------- which case a call is */

enum { KEY_PLAIN = 43 };

struct place {
	struct str run, key;
	int64_t order;
};

static struct str hashed(const struct fields *f, struct str text)
{
	struct buf hex = BUF_INIT;
	struct sha256 hash = sha256_of(text);
	hash_hex(&hex, hash.byte, sizeof hash.byte);
	struct str key = arena_str(f->arena, buf_str(&hex));
	buf_done(&hex);
	return key;
}

static struct str case_key(const struct fields *f, struct val example)
{
	struct str text = case_key_part(f, example), row = ref_row(text);
	if (row.len && row.len <= KEY_PLAIN)
		return row;
	return text.len ? hashed(f, row.len ? row : text) : STR_LIT("");
}

/* The run in `trace`; the order and the key in `span`: a SHA-256 as bytes, where the order is complemented, or a text. */
static void remember(const struct fields *f, struct str call, const struct case_result *res)
{
	struct weave_state *state = f->im->state;
	unsigned char hash[32];
	struct buf rest = BUF_INIT;
	bool is_hash = hash_unhex(res->key, hash, sizeof hash);
	int64_t order = is_hash ? ~res->order : res->order;
	buf_add(&rest, &order, sizeof order);
	if (is_hash)
		buf_add(&rest, hash, sizeof hash);
	else
		buf_add_str(&rest, res->key);
	id_map_put(&state->cases, call, (struct id_place){res->run_id, buf_str(&rest)});
	buf_done(&rest);
}

static bool find_case(const struct fields *f, struct str call, struct place *place)
{
	const struct weave_state *state = f->im->state;
	struct id_place at;
	if (!call.len || !id_map_get(&state->cases, call, f->arena, &at) || at.span.len < sizeof place->order)
		return false;
	memcpy(&place->order, at.span.ptr, sizeof place->order);
	place->run = at.trace;
	place->key = str_from(at.span, sizeof place->order);
	if (place->order < 0) {
		struct buf hex = BUF_INIT;
		place->order = ~place->order;
		hash_hex(&hex, place->key.ptr, place->key.len);
		place->key = arena_str(f->arena, buf_str(&hex));
		buf_done(&hex);
	}
	return true;
}

/* ---------------------------------------------------------------- runs */

static struct eval_run run_of(const struct span *span, struct str id)
{
	struct eval_run run = run_start("weave");
	run.scope.project = span->scope.project;
	run.id = id;
	return run;
}

static void tell_run(struct fields *f, struct val call, const struct span *span)
{
	static const char *const own[] = {"weave", "_weave_eval_meta", NULL};
	struct eval_run run = run_of(span, span->id);
	struct metric_list metrics = {.n = 0};
	struct val in = weave_gathered(f, call, "inputs");
	run.name = field_text(f, FIELD_ANY(call, "display_name"));
	if (!run.name.len)
		run.name = name_of(f, val_get(in, "self"));
	run.model = name_of(f, val_get(in, "model"));
	run.created_ns = span->start_ns;
	run.config =
	    json_joined(f->arena, fields_rest(f, in, NULL), fields_rest(f, weave_gathered(f, call, "attributes"), own));
	metric_add_all(&metrics, f, weave_gathered(f, call, "output"), "");
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
}

/* The summary the logger was given; elsewhere it is the run's output once more. */
static void tell_summary(struct fields *f, struct val call, const struct span *span)
{
	struct eval_run run = run_of(span, span->parent_id);
	struct metric_list metrics = {.n = 0};
	metric_add_all(&metrics, f, weave_gathered(f, call, "output"), "");
	run_take_metrics(&run, &metrics);
	if (metrics.n && run.id.len)
		sink_run(f->im->sink, &run);
}

/* What a case knows of its run. */
static void tell_run_of_case(struct fields *f, const struct span *span, struct str id, struct val in)
{
	struct weave_state *state = f->im->state;
	struct eval_run run = run_of(span, id);
	if (!run_must_be_told(&state->runs, id, TIME_UNKNOWN))
		return;
	run.model = name_of(f, val_get(in, "model"));
	if (val_is(val_get(in, "example"), SCAN_STRING))
		run.dataset = ref_name(field_text(f, val_get(in, "example")));
	sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- scores */

static const char *const reasons[] = {"reason", "reasoning", "explanation", "rationale", "comment", NULL};

static bool is_figure(struct val v)
{
	return val_is(v, SCAN_NUMBER) || val_is(v, SCAN_NAN) || val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE);
}

static void add_score(const struct fields *f, struct score_list *list, struct str name, struct val v, struct str why)
{
	struct score *score = score_add(list, f->arena, name);
	score_value(f, score, v);
	score->explanation = why;
	score->source = why.len || is_judge_name(name) ? SOURCE_JUDGE : SOURCE_CODE;
}

/* A scorer gives a value, or an object: of that each number and boolean is a score, what is text is not. */
static void add_scorer(const struct fields *f, struct score_list *list, struct str name, struct val v)
{
	struct str why = field_text(f, field_any(v, reasons));
	if (!val_is(v, SCAN_OBJECT) && val_ok(v) && !val_is(v, SCAN_ARRAY))
		add_score(f, list, name, v, STR_NONE);
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_OBJECT); m = val_next(m))
		if (is_figure(m.val))
			add_score(f, list,
			          arena_printf(f->arena, STR_FMT "." STR_FMT, STR_ARG(name),
			                       STR_ARG(member_key(m, f->arena))),
			          m.val, why);
}

/* {"scores": {SCORER: …}}; of a row of a CSV scores.SCORER.KEY, where all values are texts: those that are figures. */
static void read_scores(const struct fields *f, struct case_result *res, struct val out)
{
	struct score_list list = {.n = 0};
	struct val scores = val_get(out, "scores");
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m))
		add_scorer(f, &list, member_key(m, f->arena), m.val);
	for (struct member m = val_first(out); m.ok && !scores.scan && val_is(out, SCAN_OBJECT); m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		double number;
		if (str_starts(name, "scores.") && (val_double(m.val, &number) || pass_of_value(f, m.val) >= 0))
			add_score(f, &list, str_from(name, strlen("scores.")), m.val, STR_NONE);
	}
	case_take_scores(res, &list);
}

/* ---------------------------------------------------------------- cases */

static struct case_result case_of(const struct span *span, const struct place *place)
{
	struct case_result res = case_start("weave");
	res.scope.project = span->scope.project;
	res.run_id = place->run;
	res.key = place->key;
	case_trial(&res, TIME_UNKNOWN, span->id);
	res.order = place->order;
	res.trace_id = span->trace_id;
	res.part = true;
	return res;
}

/* JavaScript says that a model failed, not why. */
static void read_output(struct fields *f, struct case_result *res, struct val call)
{
	struct val out = weave_gathered(f, call, "output");
	bool good = true;
	struct str exception = field_text(f, val_get(call, "exception"));
	field_bool(f, val_get(out, "model_success"), &good);
	res->output = case_text(f, FIELD_ANY(out, "model_output", "output", "prediction"));
	res->latency_ns = field_duration(f, val_get(out, "model_latency"), 1000000000, "output.model_latency");
	if (exception.len || !good)
		res->status = CASE_ERROR;
	res->error = exception;
	read_scores(f, res, out);
}

/* The example; of an evaluation of the user's own making whatever the call was given but what is the run's. */
static struct val example_of(struct fields *f, struct val in)
{
	static const char *const of_run[] = {"self", "model", NULL};
	struct val example = field_open(f, val_get(in, "example"));
	return val_ok(example) ? example : fields_scan(f, fields_rest(f, in, of_run));
}

static struct case_result call_case(struct fields *f, struct val call, const struct span *span)
{
	static const char *const own[] = {"weave", "_weave_eval_meta", NULL};
	struct val in = weave_gathered(f, call, "inputs"), example = example_of(f, in);
	struct case_result res = case_start("weave");
	res.scope.project = span->scope.project;
	res.run_id = span->parent_id.len ? span->parent_id : span->trace_id;
	res.key = case_key(f, example);
	case_trial(&res, span->start_ns, span->id);
	res.trace_id = span->trace_id;
	res.part = true;
	res.title = ref_row(field_text(f, example));
	case_take_item(f, &res, example, VAL_NONE);
	res.tokens_in = span->tokens_in;
	res.tokens_out = span->tokens_out;
	res.cost_usd = span->cost_usd;
	res.metadata = fields_rest(f, weave_gathered(f, call, "attributes"), own);
	tell_run_of_case(f, span, res.run_id, in);
	read_output(f, &res, call);
	return res;
}

/* ---------------------------------------------------------------- parts of cases */

static void add_text(struct buf *json, const char *name, struct str text)
{
	if (!text.len)
		return;
	buf_printf(json, "%s\"%s\":", json->len > 1 ? "," : "", name);
	scan_quote(json, text);
}

/* What a part needs: the failure, or the output of a case whose start came alone. */
static void tell_detail(struct fields *f, const struct span *span, struct val call, const struct place *place,
                        bool output)
{
	struct buf json = BUF_INIT;
	buf_add_char(&json, '{');
	add_text(&json, "run", place->run);
	add_text(&json, "case_key", place->key);
	add_text(&json, "case_order", arena_printf(f->arena, "%lld", (long long)place->order));
	add_text(&json, "project_id", span->scope.project);
	add_text(&json, "trace_id", span->trace_id);
	add_text(&json, "id", span->id);
	add_text(&json, "exception", field_text(f, val_get(call, "exception")));
	if (output && val_ok(val_get(call, "output"))) {
		buf_add_cstr(&json, ",\"output\":");
		buf_add_str(&json, val_raw(val_get(call, "output")));
	}
	buf_add_char(&json, '}');
	struct str text = arena_str(f->arena, buf_str(&json));
	buf_done(&json);
	import_detail(f->im, f->rec, WEAVE_CASE, text);
	weave_case_detail(f, fields_scan(f, text));
}

void weave_case_detail(struct fields *f, struct val detail)
{
	struct span span = span_start("weave");
	struct place place = {.run = field_text(f, val_get(detail, "run")),
	                      .key = field_text(f, val_get(detail, "case_key")),
	                      .order = UNKNOWN_INT};
	span.scope.project = field_text(f, val_get(detail, "project_id"));
	span.trace_id = field_text(f, val_get(detail, "trace_id"));
	span.id = field_text(f, val_get(detail, "id"));
	val_int64(val_get(detail, "case_order"), &place.order);
	struct case_result res = case_of(&span, &place);
	read_output(f, &res, detail);
	sink_case(f->im->sink, &res);
}

static struct span short_span(const struct fields *f, struct val call)
{
	struct span span = span_start("weave");
	span.scope.project = field_text(f, val_get(call, "project_id"));
	span.trace_id = field_text(f, val_get(call, "trace_id"));
	span.id = field_text(f, val_get(call, "id"));
	return span;
}

/* A call that failed, whose parent has come now, or never will: only what failed right below a case is the case's. */
static bool waited(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct place place;
	(void)err;
	const struct span span = short_span(&f, rec->root);
	if (find_case(&f, field_text(&f, val_get(rec->root, "parent_id")), &place))
		tell_detail(&f, &span, rec->root, &place, false);
	fields_done(&f);
	return true;
}

/* If there is no room, the case goes without the words of its failure; its trace has them. */
static void keep_waiting(struct fields *f, const struct span *span, struct val call)
{
	struct weave_state *state = f->im->state;
	struct record rec = *f->rec;
	struct buf json = BUF_INIT;
	buf_add_char(&json, '{');
	add_text(&json, "project_id", span->scope.project);
	add_text(&json, "trace_id", span->trace_id);
	add_text(&json, "id", span->id);
	add_text(&json, "parent_id", span->parent_id);
	add_text(&json, "exception", field_text(f, val_get(call, "exception")));
	buf_add_char(&json, '}');
	rec.root = fields_scan(f, arena_str(f->arena, buf_str(&json)));
	rec.slot = WEAVE_CASE;
	buf_done(&json);
	waiting_put(&state->failed, span->parent_id, &rec);
}

/* ---------------------------------------------------------------- calls */

static bool tell_case(struct fields *f, struct val call, const struct span *span, struct err *err)
{
	struct weave_state *state = f->im->state;
	struct case_result res = call_case(f, call, span);
	sink_case(f->im->sink, &res);
	if (f->im->decoding)
		return true;
	remember(f, span->id, &res);
	return waiting_come(&state->failed, span->id, f->im, waited, err);
}

bool weave_eval_call(struct fields *f, struct val call, const struct span *span, struct err *err)
{
	struct str op = weave_op_name(field_text(f, val_get(call, "op_name")));
	struct place place;
	bool failed = val_ok(FIELD_ANY(call, "exception"));
	if (str_ends(op, "Evaluation.evaluate"))
		tell_run(f, call, span);
	else if (str_ends(op, "Evaluation.summarize"))
		tell_summary(f, call, span);
	else if (is_case_op(op))
		return tell_case(f, call, span, err);
	if (f->im->decoding)
		return true;
	if (!op.len && find_case(f, span->id, &place))
		tell_detail(f, span, call, &place, true);
	else if (failed && find_case(f, span->parent_id, &place))
		tell_detail(f, span, call, &place, false);
	else if (failed && span->parent_id.len)
		keep_waiting(f, span, call);
	return true;
}

bool weave_eval_finish(struct import *im, struct err *err)
{
	struct weave_state *state = im->state;
	return waiting_end(&state->failed, im, waited, err);
}
