/* Judged answers for the platforms whose traces they are of: a line a score, as their interfaces take it.
 *
 * mlflow: an assessment as mlflow.entities.Assessment.from_dictionary takes it, and as {"assessment": LINE} for POST
 * /api/3.0/mlflow/traces/TRACE/assessments: feedback "human_verdict" with reasons and note as its rationale, feedback of scores that were set
 * right, expectation "expected_response" of a corrected answer. Source HUMAN with the reviewer's name.
 *
 * langfuse: the body of POST /api/public/scores: "human-verdict" (CATEGORICAL), scores that were set right, a correction (CORRECTION, "output"). id is
 * made from the answer, the person and the name: sent again, the score is renewed, not doubled. */
#include "store/query/flagged_private.h"

#include "store/base/scan.h"

/* What is told of one answer by one person. */
struct told {
	const struct flagged *f;
	const struct flagged_said *said;
	const char *name; /* of the score */
	struct str value, comment;
	bool correction;
};

/* ---------------------------------------------------------------- one by one */

typedef void tell_told(struct jout *j, const struct told *t);

static int64_t tell(struct flagged_writing *w, const struct told *t, tell_told *how)
{
	struct jout j;
	jout_init(&j, w->out, false);
	jout_object(&j, NULL);
	how(&j, t);
	jout_end(&j);
	buf_add_char(w->out, '\n');
	return 1;
}

struct names { /* of scores */
	const char *verdict, *note, *correction;
};

/* Everything that everybody said of an answer with a trace. */
static int64_t tell_all(struct flagged_writing *w, const struct flagged *f, const struct names *names, tell_told *how)
{
	int64_t n = 0;
	for (size_t i = 0; f->trace_id.len && i < f->n_said; i++) {
		const struct flagged_said *s = &f->said[i];
		struct buf comment = BUF_INIT;
		flagged_comment(&comment, s);
		if (s->verdict.len)
			n += tell(w, &(struct told){f, s, names->verdict, s->verdict, buf_str(&comment), false}, how);
		else if (comment.len)
			n += tell(w, &(struct told){f, s, names->note, buf_str(&comment), STR_NONE, false}, how);
		for (size_t k = 0; k < s->n_scores; k++) {
			struct buf name = BUF_INIT;
			buf_add_str(&name, s->scores[k].name);
			n += tell(w, &(struct told){f, s, buf_cstr(&name), s->scores[k].value, STR_NONE, false}, how);
			buf_done(&name);
		}
		if (s->correction.len)
			n += tell(w, &(struct told){f, s, names->correction, s->correction, STR_NONE, true}, how);
		buf_done(&comment);
	}
	return n;
}

/* A number as one, anything else as text. */
static void put_value(struct jout *j, struct str value)
{
	double d;
	if (scan_double(value, &d))
		jout_double(j, "value", d);
	else
		jout_str(j, "value", value);
}

static void put_metadata(struct jout *j, const struct told *t)
{
	jout_object(j, "metadata");
	jout_str(j, "spoor", t->f->place.hint);
	jout_str(j, "author", t->said->author);
	if (t->said->queue.len)
		jout_str(j, "queue", t->said->queue);
	if (t->said->how & HOW_PROPOSED)
		jout_cstr(j, "proposed", "true");
	if (t->said->how & HOW_BLIND)
		jout_cstr(j, "blind", "true");
	jout_end(j);
}

/* ---------------------------------------------------------------- MLflow */

static void tell_mlflow(struct jout *j, const struct told *t)
{
	jout_cstr(j, "assessment_name", t->name);
	jout_str(j, "trace_id", t->f->trace_id);
	if (t->f->span_id.len)
		jout_str(j, "span_id", t->f->span_id);
	jout_object(j, "source");
	jout_cstr(j, "source_type", "HUMAN");
	jout_str(j, "source_id", t->said->author);
	jout_end(j);
	jout_time(j, "create_time", t->said->time_ns);
	jout_time(j, "last_update_time", t->said->time_ns);
	jout_object(j, t->correction ? "expectation" : "feedback");
	if (t->correction)
		jout_str(j, "value", t->value);
	else
		put_value(j, t->value);
	jout_end(j);
	if (t->comment.len)
		jout_str(j, "rationale", t->comment);
	put_metadata(j, t);
	jout_bool(j, "valid", true);
}

static int64_t write_mlflow(struct flagged_writing *w, const struct flagged *f)
{
	return tell_all(w, f, &(struct names){"human_verdict", "human_note", "expected_response"}, tell_mlflow);
}

const struct flagged_format flagged_mlflow = {
    .name = "mlflow",
    .ending = ".jsonl",
    .help = "assessments for MLflow: feedback and expectations, by trace id",
    .one = "assessment",
    .many = "assessments",
    .lacks = "it names no trace",
    .answer = write_mlflow,
};

/* ---------------------------------------------------------------- Langfuse */

static void put_score_id(struct jout *j, const struct told *t)
{
	struct buf all = BUF_INIT, id = BUF_INIT;
	hash_hex(&all, t->f->target.byte, sizeof t->f->target.byte);
	buf_printf(&all, "/%s/%d/", t->name, t->correction);
	buf_add_str(&all, t->said->author);
	struct sha256 sum = sha256_of(buf_str(&all));
	buf_add_cstr(&id, "spoor-");
	hash_hex(&id, sum.byte, 16);
	jout_str(j, "id", buf_str(&id));
	buf_done(&all);
	buf_done(&id);
}

static void tell_langfuse(struct jout *j, const struct told *t)
{
	double number;
	bool numeric = !t->correction && scan_double(t->value, &number);
	put_score_id(j, t);
	jout_str(j, "traceId", t->f->trace_id);
	if (t->f->span_id.len)
		jout_str(j, "observationId", t->f->span_id);
	jout_cstr(j, "name", t->name);
	if (numeric)
		jout_double(j, "value", number);
	else
		jout_str(j, "value", t->value);
	jout_cstr(j, "dataType", t->correction ? "CORRECTION" : numeric ? "NUMERIC" : "CATEGORICAL");
	if (t->comment.len)
		jout_str(j, "comment", t->comment);
	put_metadata(j, t);
}

static int64_t write_langfuse(struct flagged_writing *w, const struct flagged *f)
{
	return tell_all(w, f, &(struct names){"human-verdict", "human-note", "output"}, tell_langfuse);
}

const struct flagged_format flagged_langfuse = {
    .name = "langfuse",
    .ending = ".jsonl",
    .help = "scores for Langfuse: a line for each POST /api/public/scores, by trace id",
    .one = "score",
    .many = "scores",
    .lacks = "it names no trace",
    .answer = write_langfuse,
};
