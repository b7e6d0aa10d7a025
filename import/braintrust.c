/* Braintrust: rows of logs and experiments as the API and the downloads give them, and the bodies its SDKs send.
 * A row is a span or a part of one: the second of a span holds only what is new. A row's id is not the span's id, and late rows
 * (feedback, comments) name nothing else: which span it is, is known from the rows before them.
 * Sources: braintrust 3.35.0 (JavaScript) recorded; snapshots and generated_types.json of braintrust-sdk
 * (formats/traces-platforms.md section 5). */
#include "import/braintrust_private.h"
#include "import/shape.h"

static const struct record_path braintrust_paths[] = {
    {"",         BRAINTRUST_ROW}, /* downloads */
    {"events[]", BRAINTRUST_ROW}, /* the fetch API */
    {"rows[]",   BRAINTRUST_ROW}, /* logs3 bodies */
    {"data[]",   BRAINTRUST_ROW}, /* the query API */
    {NULL,       0             },
};

static const struct {
	const char *type;
	enum span_kind kind;
} kinds[] = {
    {"llm",          KIND_LLM      },
    {"tool",         KIND_TOOL     },
    {"score",        KIND_EVALUATOR},
    {"classifier",   KIND_EVALUATOR},
    {"facet",        KIND_EVALUATOR},
    {"review",       KIND_EVALUATOR},
    {"eval",         KIND_TASK     },
    {"task",         KIND_TASK     },
    {"function",     KIND_CHAIN    },
    {"automation",   KIND_CHAIN    },
    {"preprocessor", KIND_CHAIN    },
};

struct val braintrust_get(struct fields *f, struct val v, const char *name)
{
	return field_open(f, val_get(v, name));
}

struct braintrust_row braintrust_row(struct fields *f, struct val v)
{
	struct braintrust_row r = {.f = f, .v = v};
	r.metrics = braintrust_get(f, v, "metrics");
	r.metadata = braintrust_get(f, v, "metadata");
	r.parents = braintrust_get(f, v, "span_parents");
	r.project = field_text(f, FIELD_ANY(v, "project_id", "experiment_id"));
	r.trace = field_text(f, val_get(v, "root_span_id"));
	r.span = field_text(f, val_get(v, "span_id"));
	r.id = field_text(f, val_get(v, "id"));
	return r;
}

/* ---------------------------------------------------------------- spans */

static void read_kind(const struct braintrust_row *r, struct span *span)
{
	struct val about = braintrust_get(r->f, r->v, "span_attributes");
	struct str type = field_text(r->f, val_get(about, "type"));
	span->name = field_text(r->f, val_get(about, "name"));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_ieq(type, kinds[i].type))
			span->kind = kinds[i].kind;
	if (val_str_is(val_get(about, "purpose"), "scorer"))
		span->kind = KIND_EVALUATOR;
	if (span->kind == KIND_TOOL)
		span->tool_name = span->name;
}

/* Seconds as floats: beyond the microseconds they hold nothing but noise. */
int64_t braintrust_moment(const struct braintrust_row *r, const char *name, const char *path)
{
	int64_t ns = field_time_in(r->f, val_get(r->metrics, name), 1000000000, path);
	if (ns == TIME_UNKNOWN || ns < 0 || ns > INT64_MAX - 1000)
		return ns;
	return (ns + 500) / 1000 * 1000;
}

static void read_times(const struct braintrust_row *r, struct span *span)
{
	bool first = !val_is(val_get(r->v, "_is_merge"), SCAN_TRUE);
	span->start_ns = braintrust_moment(r, "start", "metrics.start");
	span->end_ns = braintrust_moment(r, "end", "metrics.end");
	if (first && !val_ok(val_get(r->metrics, "start")))
		span->start_ns = field_time(r->f, val_get(r->v, "created"), "created");
	span->first_token_ns =
	    field_duration(r->f, val_get(r->metrics, "time_to_first_token"), 1000000000, "metrics.time_to_first_token");
	if (val_ok(val_get(r->metrics, "end")))
		span->status = STATUS_OK;
	else if (first && val_ok(val_get(r->metrics, "start")))
		span->status = STATUS_RUNNING;
}

/* "message", a blank line, "Error: message" and the stack: the whole text stays in the attributes. */
struct str braintrust_error(const struct braintrust_row *r)
{
	struct str error = field_text(r->f, val_get(r->v, "error"));
	return str_trim(str_cut(error, 0, str_find(error, STR_LIT("\n\n"))));
}

static void read_error(const struct braintrust_row *r, struct span *span)
{
	struct str error = braintrust_error(r);
	if (!error.ptr)
		return;
	span->status = STATUS_ERROR;
	span->message = error;
}

static void read_prompt(const struct braintrust_row *r, struct span *span)
{
	struct val prompt = val_get(r->metadata, "prompt"), origin = braintrust_get(r->f, r->v, "origin");
	if (!val_is(prompt, SCAN_OBJECT) && val_str_is(val_get(origin, "object_type"), "prompt"))
		prompt = origin;
	if (!val_is(prompt, SCAN_OBJECT))
		return;
	span->prompt_name = field_text(r->f, FIELD_ANY(prompt, "key", "slug", "name", "id"));
	span->prompt_version = field_text(r->f, FIELD_ANY(prompt, "version", "_xact_id"));
}

static const char *const mapped[] = {"id",     "span_id", "root_span_id", "span_parents",    "is_root", "input",
                                     "output", "scores",  "metrics",      "span_attributes", "tags",    NULL};
static const char *const mapped_metrics[] = {"start",
                                             "end",
                                             "prompt_tokens",
                                             "completion_tokens",
                                             "tokens",
                                             "total_tokens",
                                             "prompt_cached_tokens",
                                             "completion_reasoning_tokens",
                                             "time_to_first_token",
                                             NULL};
static const char *const mapped_about[] = {"name", "type", NULL};

static void read_attributes(const struct braintrust_row *r, struct span *span)
{
	fields_attributes(r->f, span, r->v, "", mapped);
	fields_attributes(r->f, span, r->metrics, "metrics.", mapped_metrics);
	fields_attributes(r->f, span, braintrust_get(r->f, r->v, "span_attributes"), "span_attributes.", mapped_about);
}

/* Parents beyond the first. */
static void read_parents(const struct braintrust_row *r, struct span *span)
{
	size_t n = val_is(r->parents, SCAN_ARRAY) ? val_count(r->parents) : 0;
	if (val_is(r->parents, SCAN_STRING))
		span->parent_id = field_text(r->f, r->parents);
	if (n > 0)
		span->parent_id = field_text(r->f, val_first(r->parents).val);
	if (n < 2 || !r->f->payload)
		return;
	struct span_link *links = arena_zalloc(r->f->arena, n, sizeof *links);
	for (struct member m = val_next(val_first(r->parents)); m.ok; m = val_next(m)) {
		links[span->n_links].trace_id = r->trace;
		links[span->n_links++].span_id = field_text(r->f, m.val);
	}
	span->links = links;
}

static const struct field_rule rules[] = {
    {"metadata",        FIELD_OBJECT},
    {"span_attributes", FIELD_OBJECT},
    {"scores",          FIELD_OBJECT},
    {"span_parents",    FIELD_TAGS  },
    {"tags",            FIELD_TAGS  },
    {NULL,              FIELD_OBJECT},
};

static struct span span_of(const struct braintrust_row *r)
{
	struct span span = span_start("braintrust");
	fields_expect(r->f, r->v, rules, "");
	span.scope.project = r->project;
	span.trace_id = r->trace;
	span.id = r->span;
	read_kind(r, &span);
	read_parents(r, &span);
	read_times(r, &span);
	read_error(r, &span);
	span.model = field_text(r->f, FIELD_ANY(r->metadata, "model"));
	span.provider = field_text(r->f, FIELD_ANY(r->metadata, "provider"));
	span.session =
	    field_text(r->f, FIELD_ANY(r->metadata, "session_id", "thread_id", "conversation_id", "sessionId"));
	span.user = field_text(r->f, FIELD_ANY(r->metadata, "user_id", "userId"));
	fields_usage(r->f, &span, r->metrics, "metrics");
	read_prompt(r, &span);
	span.tags = field_tags(r->f, braintrust_get(r->f, r->v, "tags"), &span.n_tags);
	shape_in_and_out(r->f, &span, braintrust_get(r->f, r->v, "input"), braintrust_get(r->f, r->v, "output"));
	read_attributes(r, &span);
	return span;
}

/* ---------------------------------------------------------------- traces and scores */

bool braintrust_is_root(const struct braintrust_row *r)
{
	struct val said = braintrust_get(r->f, r->v, "is_root");
	bool root;
	if (field_bool(r->f, said, &root))
		return root;
	return !val_ok(r->parents) || (val_is(r->parents, SCAN_ARRAY) && val_count(r->parents) == 0);
}

static void tell_trace(const struct braintrust_row *r, const struct span *span)
{
	struct trace trace = trace_start("braintrust");
	trace.scope = span->scope;
	trace.id = span->trace_id;
	trace.session = span->session;
	trace.user = span->user;
	trace.tags = span->tags;
	trace.n_tags = span->n_tags;
	if (val_is(r->metadata, SCAN_OBJECT) && val_count(r->metadata))
		trace.metadata = val_raw(r->metadata);
	if (trace.metadata.ptr || trace.n_tags)
		sink_trace(r->f->im->sink, &trace);
}

/* What a scorer says of its score: in its span's metadata, or in those of its output. */
static struct str said_of_score(const struct braintrust_row *r, const char *name)
{
	struct val said = FIELD_ANY(r->metadata, name);
	if (!val_ok(said))
		said = FIELD_ANY(field_path(r->f, r->v, "output.metadata"), name);
	return val_is(said, SCAN_STRING) ? field_text(r->f, said) : STR_NONE;
}

struct score braintrust_score(const struct braintrust_row *r, struct member m)
{
	struct str rationale = said_of_score(r, "rationale"); /* of one that asked a model */
	struct val audit = braintrust_get(r->f, r->v, "_audit_metadata");
	bool feedback = val_ok(val_get(r->v, "_audit_source"));
	struct score score = score_start("braintrust");
	score.name = member_key(m, r->f->arena);
	field_score_value(r->f, &score, m.val);
	if (!score.label.len && val_is(m.val, SCAN_NUMBER) && !feedback)
		score.label = said_of_score(r, "choice");
	score.source = feedback ? SOURCE_HUMAN : rationale.ptr ? SOURCE_JUDGE : SOURCE_CODE;
	score.explanation = rationale;
	score.author = field_text(r->f, FIELD_ANY(audit, "user", "user_id", "email"));
	if (feedback)
		score.time_ns = field_time(r->f, val_get(r->v, "created"), "created");
	return score;
}

void braintrust_span_scores(const struct braintrust_row *r)
{
	struct val scores = braintrust_get(r->f, r->v, "scores");
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m)) {
		struct score score = braintrust_score(r, m);
		score.scope.project = r->project;
		score.trace_id = r->trace;
		score.span_id = r->span;
		sink_score(r->f->im->sink, &score);
	}
}

/* ---------------------------------------------------------------- rows */

static bool read_part(const struct braintrust_row *r, struct err *err)
{
	struct span span = span_of(r);
	bool ok = true;
	sink_span(r->f->im->sink, &span);
	if (braintrust_is_root(r))
		tell_trace(r, &span);
	if (!braintrust_case_row(r, &ok, err))
		braintrust_span_scores(r);
	return ok;
}

static const char *const about_span[] = {"input",   "output",          "expected", "error", "metadata",
                                         "metrics", "span_attributes", "tags",     NULL};

/* A row that only adds to a span whose ids are known now. */
static void read_addition(const struct braintrust_row *r)
{
	struct span span = span_of(r);
	if (!val_ok(val_get(r->metrics, "start")))
		span.start_ns = TIME_UNKNOWN; /* `created` is the addition's */
	if (val_ok(field_any(r->v, about_span)) || val_ok(val_get(r->v, "comment")))
		sink_span(r->f->im->sink, &span);
	if (!braintrust_case_feedback(r))
		braintrust_span_scores(r);
}

/* A comment is a row of its own that names the other one. */
static struct str row_meant(const struct braintrust_row *r)
{
	if (!val_ok(val_get(r->v, "comment")))
		return r->id;
	return field_text(r->f, val_get(braintrust_get(r->f, r->v, "origin"), "id"));
}

/* What adds to a row that is not there: its scores are told all the same, of a span of that id. */
static void tell_lost(struct braintrust_row *r)
{
	struct str meant = row_meant(r);
	import_problem(r->f->im, r->f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("id"),
	               "kept as a record; its scores wait for a span of that id",
	               "row " STR_FMT " is not in the file, so its span is not known", STR_ARG(meant));
	r->span = meant;
	if (meant.len)
		braintrust_span_scores(r);
}

static void read_late(struct braintrust_row *r)
{
	struct braintrust_state *state = r->f->im->state;
	struct str meant = row_meant(r);
	struct id_place place;
	if (r->f->im->decoding)
		return; /* its joined record tells it */
	if (id_map_get(&state->rows, meant, r->f->arena, &place)) {
		const struct id_member ids[] = {
		    {"root_span_id", place.trace},
                    {"span_id",      place.span }
                };
		record_joined(r->f->im, r->f->rec, ids, 2);
		r->trace = place.trace;
		r->span = place.span;
		read_addition(r);
	} else if (!meant.len || !waiting_put(&state->early, meant, r->f->rec)) {
		tell_lost(r);
	}
}

static bool is_late(const struct braintrust_row *r)
{
	return r->id.len && (val_ok(val_get(r->v, "comment")) || val_ok(val_get(r->v, "scores")) ||
	                     val_ok(val_get(r->v, "_is_merge")) || val_ok(val_get(r->v, "_audit_source")));
}

static bool is_addition(const struct braintrust_row *r)
{
	return val_ok(val_get(r->v, "comment")) || val_ok(val_get(r->v, "_audit_source"));
}

static bool braintrust_record(struct import *im, const struct record *rec, struct err *err);

static bool read_row(struct fields *f, struct val v, struct err *err)
{
	struct braintrust_state *state = f->im->state;
	struct braintrust_row r = braintrust_row(f, v);
	if (r.trace.len && r.span.len && is_addition(&r)) {
		read_addition(&r);
	} else if (r.trace.len && r.span.len) {
		if (!read_part(&r, err))
			return false;
		id_map_put(&state->rows, r.id, (struct id_place){r.trace, r.span});
		return waiting_come(&state->early, r.id, f->im, braintrust_record, err);
	} else if (is_late(&r)) {
		read_late(&r);
	} else {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(v, SCAN_OBJECT) ? "neither a span (span_id, root_span_id) nor feedback on one"
		                                      : "not an object");
	}
	return true;
}

static bool braintrust_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	bool ok = true;
	if (rec->slot == BRAINTRUST_ROW)
		ok = read_row(&f, rec->root, err);
	else
		braintrust_case_detail(&f, rec->slot, rec->root);
	fields_done(&f);
	return ok;
}

static bool tell_lost_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct braintrust_row r = braintrust_row(&f, rec->root);
	(void)err;
	import_detail(im, rec, rec->slot, rec->bytes);
	tell_lost(&r);
	fields_done(&f);
	return true;
}

static bool braintrust_finish(struct import *im, struct err *err)
{
	struct braintrust_state *state = im->state;
	return waiting_end(&state->early, im, tell_lost_record, err) && braintrust_cases_finish(im, err);
}

static void braintrust_state_done(void *state)
{
	struct braintrust_state *s = state;
	waiting_done(&s->early);
	waiting_done(&s->early_parts);
}

/* ---------------------------------------------------------------- detection */

static int score_of(const struct sample *s, const char *prefix)
{
	static const char *const more[] = {"span_attributes", "span_parents", "is_root", "log_id",
	                                   "experiment_id",   "_is_merge",    "metrics"};
	if (sample_has_at(s, prefix, "span_id") && sample_has_at(s, prefix, "root_span_id"))
		for (size_t i = 0; i < sizeof more / sizeof *more; i++)
			if (sample_has_at(s, prefix, more[i]))
				return 95;
	if (sample_has_at(s, prefix, "_audit_source") &&
	    (sample_has_at(s, prefix, "scores") || sample_has_at(s, prefix, "comment")))
		return 90;
	return 0;
}

static int braintrust_probe(const struct sample *sample, const char **why)
{
	static const char *const places[] = {"", "events[].", "rows[].", "data[]."};
	int best = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		int score = score_of(sample, places[i]);
		best = score > best ? score : best;
	}
	*why = best ? "rows have span_id and root_span_id, or are feedback" : "no span_id with root_span_id";
	return best;
}

const struct format format_braintrust = {
    .name = "braintrust",
    .title = "Braintrust logs and experiments",
    .spec_url = "https://www.braintrust.dev/docs/reference/api/Logs",
    .how = "span_id with root_span_id and span_attributes, span_parents or metrics: rows, events[], rows[], data[]",
    .fills = "spans with messages, tokens and cost, joined from their rows; scores, feedback, comments, tags and "
             "metadata; of an experiment "
             "an eval run, a case result for each root span, with its scorers' scores",
    .example =
        "{\"events\":[{\"id\":\"7dfe…\",\"span_id\":\"9175…\",\"root_span_id\":\"3748…\",\"span_attributes\":{…},…}]}",
    .paths = braintrust_paths,
    .stateful = true,
    .state_size = sizeof(struct braintrust_state),
    .state_done = braintrust_state_done,
    .probe = braintrust_probe,
    .record = braintrust_record,
    .finish = braintrust_finish,
};
