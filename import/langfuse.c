/* Langfuse in all its ways out and in: the download of one trace, answers of the public API, blob storage rows (JSON, JSON Lines, and
 * tables, whose cells are all text), ingestion bodies. Camel and snake case are one (loose keys).
 * Sources: exports in langfuse/langfuse and evilmartians/agent-prism, @langfuse/client 5.11.1, langfuse.com/docs (blob storage). */
#include "import/langfuse_experiment.h"
#include "import/langfuse_private.h"

#include <string.h>

enum { SLOT_ROW, SLOT_TRACE, SLOT_OBSERVATION, SLOT_SCORE, SLOT_EVENT };

static const struct record_path langfuse_paths[] = {
    {"",               SLOT_ROW        },
    {"trace",          SLOT_TRACE      }, /* {trace, observations}: the download of one trace */
    {"observations[]", SLOT_OBSERVATION}, /* there, and in the API's trace, which itself is the frame */
    {"scores[]",       SLOT_SCORE      },
    {"data[]",         SLOT_ROW        }, /* answers with pages */
    {"traces[]",       SLOT_ROW        }, /* of a session */
    {"batch[]",        SLOT_EVENT      }, /* ingestion */
    {NULL,             0               },
};

/* The OpenTelemetry scope that lands in the metadata holds the project's key (seen in public repositories). */
static const char *const langfuse_secrets[] = {
    "metadata.**.public_key",
    "metadata.**.publicKey",
    "metadata.**.secret_key",
    "metadata.**.secretKey",
    "body.metadata.**.public_key",
    "body.metadata.**.publicKey",
    "body.metadata.**.secret_key",
    "body.metadata.**.secretKey",
    "observations[].metadata.**.public_key",
    "observations[].metadata.**.publicKey",
    "observations[].metadata.**.secret_key",
    "observations[].metadata.**.secretKey",
    NULL,
};

/* ---------------------------------------------------------------- events */

static void skip(struct import *im, const struct record *rec, const char *what)
{
	import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s", what);
}

/* "generation-update": what it is about, and whether it begins it. */
static bool split_type(struct fields *f, struct str type, struct langfuse_event *event)
{
	event->create = str_ends(type, "-create");
	if (!event->create && !str_ends(type, "-update"))
		return false;
	event->type = str_cut(type, 0, type.len - strlen("-create"));
	if (str_is(event->type, "observation"))
		event->type = field_text(f, val_get_loose(val_get(f->rec->root, "body"), "type"));
	return true;
}

static void read_event(struct fields *f, struct val row)
{
	struct langfuse_state *state = f->im->state;
	struct langfuse_event event = {.stamp = val_get(row, "timestamp")};
	struct str type = field_text(f, val_get(row, "type"));
	struct val body = field_open(f, val_get(row, "body"));
	if (str_is(type, "sdk-log")) {
		state->n_logs++;
	} else if (str_starts(type, "dataset-run-item") && val_is(body, SCAN_OBJECT)) {
		langfuse_run_item(f, body, VAL_NONE, &state->runs);
	} else if (!val_is(body, SCAN_OBJECT) || !split_type(f, type, &event)) {
		skip(f->im, f->rec, "an event of no known type");
	} else if (str_is(event.type, "trace")) {
		langfuse_trace(f, body, &event);
	} else if (str_is(event.type, "score")) {
		langfuse_score(f, body, &event);
	} else {
		langfuse_observation(f, body, &event);
	}
}

/* ---------------------------------------------------------------- records */

static void each(struct fields *f, struct val object, const char *name,
                 void (*read)(struct fields *, struct val, const struct langfuse_event *))
{
	const struct langfuse_event none = {.create = false};
	struct val list = field_open(f, val_get(object, name));
	fields_expect_objects(f, list, true, name);
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m))
		if (val_is(m.val, SCAN_OBJECT)) /* else an id */
			read(f, m.val, &none);
}

/* A trace with what lies in it. In downloads observations[] of the trace is a thin copy of the list beside it. */
static void read_trace(struct fields *f, struct val row, bool with_observations)
{
	const struct langfuse_event none = {.create = false};
	langfuse_trace(f, row, &none);
	each(f, row, "scores", langfuse_score);
	each(f, row, "corrections", langfuse_score);
	if (with_observations)
		each(f, row, "observations", langfuse_observation);
}

static void read_row(struct fields *f, struct val row)
{
	const struct langfuse_event none = {.create = false};
	switch (langfuse_thing(f, row)) {
	case LANGFUSE_TRACE: read_trace(f, row, true); return;
	case LANGFUSE_OBSERVATION: langfuse_observation(f, row, &none); return;
	case LANGFUSE_SCORE: langfuse_score(f, row, &none); return;
	case LANGFUSE_EVENT: read_event(f, row); return;
	case LANGFUSE_NONE: skip(f->im, f->rec, "no Langfuse trace, observation, score or event"); return;
	}
}

static bool langfuse_record(struct import *im, const struct record *rec, struct err *err)
{
	const struct langfuse_event none = {.create = false};
	struct fields f = fields_of(im, rec);
	(void)err;
	if (!val_is(rec->root, SCAN_OBJECT)) {
		/* Lists of the API hold ids where others hold the things themselves. */
		if (!val_is(rec->root, SCAN_STRING) || (rec->slot != SLOT_OBSERVATION && rec->slot != SLOT_SCORE))
			skip(im, rec, "not an object");
	} else if (rec->slot == SLOT_TRACE) {
		read_trace(&f, rec->root, false);
	} else if (rec->slot == SLOT_OBSERVATION) {
		langfuse_observation(&f, rec->root, &none);
	} else if (rec->slot == SLOT_SCORE) {
		langfuse_score(&f, rec->root, &none);
	} else if (rec->slot == SLOT_EVENT) {
		read_event(&f, rec->root);
	} else {
		read_row(&f, rec->root);
	}
	fields_done(&f);
	return true;
}

/* The API's trace is the frame around its observations and scores. */
static bool langfuse_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct record none = {.frame = frame};
	struct fields f = fields_of(im, &none);
	(void)err;
	if (langfuse_thing(&f, frame->root) == LANGFUSE_TRACE)
		read_trace(&f, frame->root, false);
	fields_done(&f);
	return true;
}

static void tell_left_out(struct import *im, uint64_t n, const char *what)
{
	struct record none = {.number = 0};
	if (n)
		import_problem(im, &none, SEVERITY_WARNING, "not-imported", STR_NONE, "kept as records",
		               "%llu %s not imported (no trace data)", (unsigned long long)n, what);
}

static bool langfuse_finish(struct import *im, struct err *err)
{
	const struct langfuse_state *state = im->state;
	(void)err;
	tell_left_out(im, state->n_logs, "log events");
	tell_left_out(im, state->n_run_scores, "texts that judge dataset runs");
	return true;
}

/* ---------------------------------------------------------------- detection */

static bool is_event(struct val event)
{
	struct val type = val_get(event, "type");
	struct str raw = val_raw(type);
	return val_is(val_get(event, "body"), SCAN_OBJECT) && val_is(type, SCAN_STRING) &&
	       (str_ends(raw, "-create\"") || str_ends(raw, "-update\"") || str_is(raw, "\"sdk-log\""));
}

static bool is_score_source(struct val row)
{
	struct val source = val_get(row, "source");
	struct val type = val_get(row, "dataType"); /* what is sent to the interface names no source */
	return val_is(val_get(row, "subject"), SCAN_OBJECT) || val_str_is(type, "CATEGORICAL") ||
	       val_str_is(type, "NUMERIC") || val_str_is(type, "CORRECTION") || val_str_is(source, "API") ||
	       val_str_is(source, "EVAL") || val_str_is(source, "ANNOTATION");
}

static struct val first_of(const struct sample *s, const char *list)
{
	struct val v = s->n_values ? val_get(s->values[0], list) : VAL_NONE;
	return val_is(v, SCAN_ARRAY) ? val_at(v, 0) : VAL_NONE;
}

struct sign {
	int score;
	const char *why;
	const char *keys[5]; /* all of them */
};

static const struct sign signs[] = {
    {96, "has trace and observations of a Langfuse project", {"trace.id", "trace.projectId", "observations"}                              },
    {95,
     "has observations of a Langfuse trace",                 {"observations[].traceId", "observations[].startTime", "observations[].type"}},
    {90, "has a trace of a Langfuse project",                {"trace.id", "trace.projectId", "trace.timestamp"}                           },
    {92, "rows are Langfuse observations",                   {"traceId", "startTime", "parentObservationId"}                              },
    {80, "rows are Langfuse observations",                   {"traceId", "startTime", "type", "level"}                                    },
    {80, "has a list of Langfuse observations",              {"data[].traceId", "data[].startTime", "data[].type", "data[].level"}        },
    {80, "is a Langfuse session",                            {"id", "projectId", "traces[].id", "traces[].timestamp"}                     },
    {92, "has a list of Langfuse observations",              {"data[].traceId", "data[].startTime", "data[].parentObservationId"}         },
    {88, "is a Langfuse trace",                              {"id", "timestamp", "htmlPath", "observations"}                              },
    {84, "rows are Langfuse traces",                         {"id", "timestamp", "bookmarked", "public"}                                  },
    {70, "rows are Langfuse traces",                         {"id", "timestamp", "userId", "sessionId", "release"}                        },
    {84, "has a list of Langfuse traces",                    {"data[].id", "data[].timestamp", "data[].bookmarked"}                       },
    {84, "has a list of Langfuse traces",                    {"data[].id", "data[].timestamp", "data[].htmlPath"}                         },
};

static const struct sign score_signs[] = {
    {75, "rows are Langfuse scores",      {"id", "name", "value", "source", "traceId"}                          },
    {89, "rows are scores for Langfuse",  {"id", "name", "dataType", "traceId", "value"}                        },
    {90, "rows are Langfuse scores",      {"id", "name", "dataType", "source"}                                  },
    {90, "has a list of Langfuse scores", {"data[].id", "data[].name", "data[].dataType", "data[].source"}      },
    {90, "rows are Langfuse scores",      {"id", "name", "dataType", "subject.kind"}                            },
    {90, "has a list of Langfuse scores", {"data[].id", "data[].name", "data[].dataType", "data[].subject.kind"}},
};

static bool has_all(const struct sample *s, const struct sign *sign)
{
	for (size_t i = 0; i < sizeof sign->keys / sizeof *sign->keys && sign->keys[i]; i++)
		if (!sample_has(s, sign->keys[i]))
			return false;
	return true;
}

static int best_sign(const struct sample *s, const struct sign *list, size_t n, const char **why)
{
	int best = 0;
	for (size_t i = 0; i < n; i++) {
		if (list[i].score <= best || !has_all(s, &list[i]))
			continue;
		*why = list[i].why;
		best = list[i].score;
	}
	return best;
}

static int langfuse_probe(const struct sample *s, const char **why)
{
	struct val row = s->n_values ? s->values[0] : VAL_NONE;
	*why = "no Langfuse trace, observation or score";
	if (is_event(row) || is_event(first_of(s, "batch"))) {
		*why = "has events of Langfuse's ingestion";
		return 94;
	}
	int score = best_sign(s, signs, sizeof signs / sizeof *signs, why);
	if (score)
		return score;
	score = best_sign(s, score_signs, sizeof score_signs / sizeof *score_signs, why);
	return score && (is_score_source(row) || is_score_source(first_of(s, "data")) || !s->n_values) ? score : 0;
}

const struct format format_langfuse = {
    .name = "langfuse",
    .title = "Langfuse",
    .spec_url = "https://langfuse.com/docs/api-and-data-platform/overview",
    .how = "trace and observations of a project, observation, trace or score rows in camelCase or snake_case, or "
           "events of a batch",
    .fills =
        "traces, observations as spans with messages, documents, tokens and cost, scores, prompt names; dataset runs' "
        "aggregates and items",
    .example =
        "{\"trace\":{\"id\":…,\"projectId\":…,\"scores\":[…]},\"observations\":[{\"traceId\":…,\"startTime\":…}]}",
    .paths = langfuse_paths,
    .secrets = langfuse_secrets,
    .loose_keys = true,
    .state_size = sizeof(struct langfuse_state),
    .probe = langfuse_probe,
    .record = langfuse_record,
    .frame_end = langfuse_frame_end,
    .finish = langfuse_finish,
};
