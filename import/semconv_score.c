/* Scores that spans carry: evaluation events, annotations flattened into attributes. */
#include "import/semconv_private.h"

enum { SCORES_MAX = 256 };

static enum score_source source_of_scope(struct str scope)
{
	return str_find(scope, STR_LIT("eval")) != SIZE_MAX || str_find(scope, STR_LIT("judge")) != SIZE_MAX
	           ? SOURCE_JUDGE
	           : SOURCE_CODE;
}

/* Infinity and what is no number leave the label to speak. */
static double value_of(struct str text)
{
	double value;

	return scan_double(str_trim(text), &value) ? value : UNKNOWN_DOUBLE;
}

bool semconv_evaluation(const struct attrs_in *attrs, struct str scope_name, struct score *score, struct arena *arena)
{
	struct str value;

	*score =
	    (struct score){.value = UNKNOWN_DOUBLE, .threshold = UNKNOWN_DOUBLE, .pass = -1, .time_ns = TIME_UNKNOWN};
	score->name = semconv_get(attrs, "gen_ai.evaluation.name", arena);
	if (!score->name.len)
		return false;
	value = semconv_get(attrs, "gen_ai.evaluation.score.value", arena);
	score->value = value_of(value);
	score->label = semconv_get(attrs, "gen_ai.evaluation.score.label", arena);
	if (IS_UNKNOWN(score->value) && !score->label.len)
		score->label = str_trim(value); /* a word where a number should be */
	score->explanation = semconv_get(attrs, "gen_ai.evaluation.explanation", arena);
	/* The conventions name no attribute for it, but an evaluation that says which model gave it is a judge's. */
	static const char *const models[] = {"gen_ai.response.model", "gen_ai.request.model", "evaluator.model"};
	for (size_t i = 0; i < sizeof models / sizeof *models && !score->judge_model.len; i++)
		score->judge_model = semconv_get(attrs, models[i], arena);
	score->source = score->judge_model.len ? SOURCE_JUDGE : source_of_scope(scope_name);
	return true;
}

void semconv_event_scores(struct mapping *m)
{
	for (size_t i = 0; i < m->in->n_events; i++) {
		const struct event_in *event = &m->in->events[i];
		struct score score;

		if (!str_is(event->name, "gen_ai.evaluation.result"))
			continue;
		if (!semconv_evaluation(&event->attrs, m->in->scope_name, &score, m->arena)) {
			import_problem(m->im, m->rec, SEVERITY_WARNING, "bad-value", STR_LIT("events"),
			               "evaluation not kept", "evaluation result without a name");
			continue;
		}
		score.scope = m->in->scope;
		score.trace_id = m->span.trace_id;
		score.span_id = m->span.id;
		score.time_ns = event->time_ns;
		sink_score(m->im->sink, &score);
	}
}

/* Braintrust: {"factuality":0.8,"checked":null} */
static void object_scores(struct mapping *m)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;

	if (!semconv_has(m, F_SCORES))
		return;
	if (scan_text(&scan, str_trim(semconv_text(m, F_SCORES)), &opts)) {
		for (struct member s = val_first(scan_root(&scan)); s.ok && s.key.scan; s = val_next(s)) {
			struct score score = {.scope = m->in->scope,
			                      .trace_id = m->span.trace_id,
			                      .span_id = m->span.id,
			                      .name = member_key(s, m->arena),
			                      .threshold = UNKNOWN_DOUBLE,
			                      .pass = -1,
			                      .source = SOURCE_CODE,
			                      .time_ns = m->in->end_ns};

			if (val_double(s.val, &score.value))
				sink_score(m->im->sink, &score);
		}
	}
	scan_done(&scan);
}

/* The same result may be there in both spellings, annotations.N and evaluations.N. */
static bool already_given(const struct score *scores, size_t n, const struct score *score)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(scores[i].name, score->name) && str_eq(scores[i].id, score->id) &&
		    str_eq(scores[i].label, score->label) && scores[i].source == score->source)
			return true;
	}
	return false;
}

/* Feedback given afterwards is a span of its own whose one link points at what is judged. */
static const struct link_in *judged_link(const struct mapping *m)
{
	return m->span.kind == KIND_EVALUATOR && m->in->n_links == 1 ? &m->in->links[0] : NULL;
}

void semconv_inline_scores(struct mapping *m)
{
	const struct link_in *link = judged_link(m);
	struct str bad = STR_NONE;
	struct score *scores;

	object_scores(m);
	if (!m->flat.n || m->flat.at[m->flat.n - 1].list < FLAT_ANNOTATIONS)
		return;
	scores = arena_alloc(m->arena, SCORES_MAX * sizeof *scores);
	for (int list = FLAT_ANNOTATIONS; list < N_FLAT_LISTS; list += 2) {
		size_t n = flat_scores(flat_of(m->flat, (enum flat_list)list), scores, SCORES_MAX, &bad, m->arena);

		n += flat_scores(flat_of(m->flat, (enum flat_list)(list + 1)), scores + n, SCORES_MAX - n, &bad,
		                 m->arena);
		for (size_t i = 0; i < n; i++) {
			if (already_given(scores, i, &scores[i]))
				continue;
			scores[i].scope = m->in->scope;
			scores[i].trace_id = link ? link->trace_id : m->span.trace_id;
			if (list == FLAT_SESSION_ANNOTATIONS && m->span.session.len) {
				scores[i].session = m->span.session;
				scores[i].trace_id = STR_NONE;
			}
			if (list == FLAT_ANNOTATIONS)
				scores[i].span_id = link ? link->span_id : m->span.id;
			scores[i].time_ns = m->in->end_ns;
			sink_score(m->im->sink, &scores[i]);
		}
	}
	if (bad.len)
		import_problem(m->im, m->rec, SEVERITY_WARNING, "bad-value",
		               arena_printf(m->arena, "attributes.%.*s", STR_ARG(bad)), "kept as far as it goes",
		               "annotation without a name or with a score that is not a number");
}
