/* Weave's feedback: reactions, notes, annotations of people; what scorers gave. */
#include "import/weave.h"

/* weave:///ENTITY/PROJECT/call/ID */
static struct str ref_call(struct str ref)
{
	size_t at = str_find(ref, STR_LIT("/call/"));
	struct str id = at == SIZE_MAX ? STR_NONE : str_from(ref, at + strlen("/call/"));
	return str_cut(id, 0, str_find_char(id, '/'));
}

static struct str ref_project(struct str ref)
{
	size_t at = str_find(ref, STR_LIT("/call/"));
	return str_starts(ref, "weave:///") && at != SIZE_MAX ? str_cut(ref, 9, at - 9) : STR_NONE;
}

static const char *const reasons[] = {"reason", "reasoning", "explanation", "rationale", "comment", NULL};

static bool is_reason(struct member m)
{
	for (size_t i = 0; reasons[i]; i++)
		if (member_is(m, reasons[i]))
			return true;
	return false;
}

static bool is_figure(struct val v)
{
	return val_is(v, SCAN_NUMBER) || val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE);
}

/* A scorer's output: a value; or an object with one value and a reason; or with several values, each a score of its own. */
static void tell_output(struct fields *f, struct score *score, struct val output)
{
	struct str name = score->name;
	size_t n = 0;
	score->source = SOURCE_CODE;
	output = field_open(f, output);
	if (!val_is(output, SCAN_OBJECT)) {
		field_score_value(f, score, output);
		sink_score(f->im->sink, score);
		return;
	}
	score->explanation = field_text(f, field_any(output, reasons));
	if (score->explanation.ptr)
		score->source = SOURCE_JUDGE;
	for (struct member m = val_first(output); m.ok; m = val_next(m))
		n += is_figure(m.val) && !is_reason(m);
	for (struct member m = val_first(output); m.ok; m = val_next(m)) {
		struct score one = *score;
		if (!is_figure(m.val) || is_reason(m))
			continue;
		if (n > 1)
			one.name = arena_printf(f->arena, STR_FMT "." STR_FMT, STR_ARG(name),
			                        STR_ARG(member_key(m, f->arena)));
		field_score_value(f, &one, m.val);
		sink_score(f->im->sink, &one);
	}
	if (n == 0) {
		score->label = field_text(f, output);
		sink_score(f->im->sink, score);
	}
}

static void tell_feedback(struct fields *f, struct score *score, struct str type, struct val payload)
{
	score->source = SOURCE_HUMAN;
	score->name = type;
	if (str_starts(type, "wandb.runnable.")) {
		score->name = str_from(type, strlen("wandb.runnable."));
		tell_output(f, score, val_get(payload, "output"));
		return;
	}
	if (str_starts(type, "wandb.reaction")) {
		score->name = STR_LIT("reaction");
		score->label = field_text(f, FIELD_ANY(payload, "emoji", "alias", "detoned"));
	} else if (str_starts(type, "wandb.note")) {
		score->name = STR_LIT("note");
		score->explanation = field_text(f, val_get(payload, "note"));
	} else if (str_starts(type, "wandb.annotation.")) {
		score->name = str_from(type, strlen("wandb.annotation."));
		field_score_value(f, score, val_get(payload, "value"));
	} else { /* a type of the user's own */
		struct val value = FIELD_ANY(payload, "value", "score", "rating");
		if (val_ok(value))
			field_score_value(f, score, value);
		else
			score->label = field_text(f, payload);
		score->explanation = field_text(f, field_any(payload, reasons));
	}
	sink_score(f->im->sink, score);
}

static const struct field_rule rules[] = {
    {"payload", FIELD_OBJECT},
    {NULL,      FIELD_OBJECT},
};

void weave_feedback(struct fields *f, struct val row, const struct span *of)
{
	struct score score = score_start("weave");
	fields_expect(f, row, rules, of ? "summary.weave.feedback[]." : "");
	struct str ref = field_text(f, val_get(row, "weave_ref"));
	struct str type = field_text(f, val_get(row, "feedback_type"));
	score.span_id = of ? of->id : ref_call(ref);
	score.trace_id = of ? of->trace_id : STR_NONE;
	score.scope.project = of ? of->scope.project : field_text(f, val_get(row, "project_id"));
	if (!score.scope.project.ptr)
		score.scope.project = ref_project(ref);
	score.id = field_text(f, val_get(row, "id"));
	score.own_id = true;
	score.author = field_text(f, FIELD_ANY(row, "creator", "wb_user_id"));
	score.time_ns = field_time(f, val_get(row, "created_at"), "created_at");
	if (!score.span_id.len || !type.len) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("weave_ref"), "feedback skipped",
		               "%s", type.len ? "the feedback names no call" : "not feedback: no feedback_type");
		return;
	}
	tell_feedback(f, &score, type, field_open(f, val_get(row, "payload")));
}
