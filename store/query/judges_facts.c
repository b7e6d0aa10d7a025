/* All of one judge in labelled sentences: the screen and the command show the same. */
#include <math.h>

#include "store/base/units.h"
#include "store/query/judges_private.h"
#include "store/stat/dist.h"

struct saying {
	struct judge_fact *out;
	size_t n;
	struct arena *arena;
	struct buf text;
};

static void say(struct saying *s, const char *label)
{
	if (s->text.len && s->n < JUDGE_FACTS)
		s->out[s->n++] = (struct judge_fact){label, arena_str(s->arena, buf_str(&s->text))};
	buf_clear(&s->text);
}

static void add_share(struct buf *out, double share)
{
	units_percent(out, share);
}

/* "3 of 12 = 25% (95% 9% to 53%)" */
static void add_rate(struct buf *out, int64_t k, int64_t n, struct interval i)
{
	buf_printf(out, "%lld of %lld", (long long)k, (long long)n);
	if (!n)
		return;
	buf_add_cstr(out, " = ");
	add_share(out, (double)k / (double)n);
	buf_add_cstr(out, " (95% ");
	add_share(out, i.low);
	buf_add_cstr(out, " to ");
	add_share(out, i.high);
	buf_add_char(out, ')');
}

static void add_kappa(struct buf *out, const struct kappa *k, bool one_sided)
{
	if (IS_UNKNOWN(k->kappa) || one_sided) {
		buf_add_cstr(out, "tells nothing: one side only ever says the same");
		return;
	}
	buf_printf(out, "%.2f", k->kappa);
	if (!k->too_few)
		buf_printf(out, " (95%% %.2f to %.2f)%s", k->interval.low, k->interval.high, k->rough ? ", rough" : "");
	else
		buf_add_cstr(out, k->n < 10 ? ", too few for an interval" : ", no interval without any disagreement");
}

static void say_agreement(struct saying *s, const struct judge *j)
{
	int64_t agree = j->cells[0][0] + j->cells[1][1];
	if (!j->kappa.n)
		return;
	add_rate(&s->text, agree, j->kappa.n, j->agreement);
	buf_printf(&s->text, "; chance alone would give %.0f", j->by_chance * (double)j->kappa.n);
	say(s, "agree");
	add_kappa(&s->text, &j->kappa, j->one_sided);
	say(s, "kappa");
	buf_add_cstr(&s->text, "passed ");
	add_rate(&s->text, j->cells[0][1], j->cells[0][0] + j->cells[0][1], j->false_pass);
	buf_add_cstr(&s->text, " that people call bad");
	say(s, "lets by");
	buf_add_cstr(&s->text, "failed ");
	add_rate(&s->text, j->cells[1][0], j->cells[1][0] + j->cells[1][1], j->false_fail);
	buf_add_cstr(&s->text, " that people call good");
	say(s, "strict");
}

static void say_scale(struct saying *s, const struct judge *j)
{
	if (j->ordinal_n) {
		buf_printf(&s->text, "on one scale of %lld steps, %lld answers: weighted kappa ",
		           (long long)j->ordinal_c, (long long)j->ordinal_n);
		add_kappa(&s->text, &j->ordinal, false);
		say(s, "scale");
	}
	if (IS_UNKNOWN(j->best_threshold))
		return;
	buf_printf(&s->text, "passing %s ", j->lower ? "up to" : "from");
	units_score(&s->text, j->best_threshold);
	buf_add_cstr(&s->text, " would agree in ");
	add_share(&s->text, j->best_agreement);
	buf_add_cstr(&s->text, " (found on these same answers, so rather too good)");
	say(s, "cut");
}

static void add_part(struct buf *out, int64_t n, const char *what)
{
	if (n)
		buf_printf(out, "%s%lld %s", out->len ? ", " : "", (long long)n, what);
}

static void say_people(struct saying *s, const struct judge *j)
{
	buf_add_str(&s->text, j->humans);
	struct buf dropped = BUF_INIT;
	add_part(&dropped, j->dropped.unsure, "unsure");
	add_part(&dropped, j->dropped.tied, "as many good as bad");
	add_part(&dropped, j->dropped.unscored, "without a verdict of the judge");
	if (dropped.len)
		buf_printf(&s->text, "; left out: %s", buf_cstr(&dropped));
	buf_done(&dropped);
	say(s, "people");
	if (!j->alpha.n_units)
		return;
	buf_printf(&s->text, "%lld people, %zu answers judged by several: ", (long long)j->people, j->alpha.n_units);
	if (IS_UNKNOWN(j->alpha.alpha))
		buf_add_cstr(&s->text, "all of them say the same");
	else if (j->alpha.too_few)
		buf_printf(&s->text, "alpha %.2f, too few", j->alpha.alpha);
	else
		buf_printf(&s->text, "alpha %.2f (95%% %.2f to %.2f): more no judge can reach", j->alpha.alpha,
		           j->alpha.interval.low, j->alpha.interval.high);
	say(s, "ceiling");
}

static void say_flips(struct saying *s, const struct judge *j)
{
	const struct judge_flips *f = &j->flips;
	if (!f->groups && !f->numbers) {
		buf_add_cstr(&s->text,
		             "no answer was given and judged twice: repeats would show whether it stands by its word");
		say(s, "flips");
		return;
	}
	if (f->groups) {
		add_rate(&s->text, f->flipped, f->groups, f->share);
		buf_printf(&s->text, " identical answers judged both ways; of %lld pairs %lld", (long long)f->pairs,
		           (long long)f->pairs_flipped);
		say(s, "flips");
	}
	if (!f->numbers)
		return;
	buf_printf(&s->text, "values on identical answers (%lld) differ by ", (long long)f->numbers);
	units_score(&s->text, f->spread);
	buf_add_cstr(&s->text, " on average, ");
	units_score(&s->text, f->most);
	buf_add_cstr(&s->text, " at most");
	say(s, "wobble");
}

static void say_length(struct saying *s, const struct judge *j)
{
	const struct spearman *l = &j->length;
	if (!j->length_known)
		return;
	if (l->too_few) {
		buf_printf(&s->text, "too few answers with a text and a value (%lld, 10 needed)",
		           (long long)j->lengths);
	} else if (IS_UNKNOWN(l->rho)) {
		buf_add_cstr(&s->text, "all values or all lengths are equal");
	} else {
		buf_printf(&s->text, "rho %.2f", l->rho);
		if (!IS_UNKNOWN(l->interval.low))
			buf_printf(&s->text, " (95%% %.2f to %.2f), p %.2g", l->interval.low, l->interval.high, l->p);
		buf_add_cstr(&s->text, !(l->p < 0.05) ? ": no evidence that length matters"
		                       : l->rho > 0   ? ": longer answers score higher"
		                                      : ": longer answers score lower");
		if (j->lengths < j->lengths_of)
			buf_printf(&s->text, "; of %lld of %lld answers, a fixed sample", (long long)j->lengths,
			           (long long)j->lengths_of);
	}
	say(s, "length");
}

static void say_scores(struct saying *s, const struct judge *j)
{
	units_thousands(&s->text, j->scores);
	buf_add_cstr(&s->text, " scores on ");
	units_thousands(&s->text, j->answers);
	buf_printf(&s->text, " answers: %lld passed, %lld failed", (long long)j->passed, (long long)j->failed);
	if (j->unscored)
		buf_printf(&s->text, ", %lld without a verdict", (long long)j->unscored);
	if (!IS_UNKNOWN(j->low) && j->low < j->high) {
		buf_add_cstr(&s->text, "; ");
		units_score(&s->text, j->low);
		buf_add_cstr(&s->text, " to ");
		units_score(&s->text, j->high);
	}
	if (!IS_UNKNOWN(j->threshold)) {
		buf_printf(&s->text, ", passes %s ", j->lower ? "up to" : "from");
		units_score(&s->text, j->threshold);
		buf_add_cstr(&s->text, j->assumed ? " (assumed)" : "");
	}
	say(s, "scores");
}

static void say_plan(struct saying *s, const struct judge *j)
{
	if (!j->unlabelled)
		return;
	double now = STAT_Z * j->kappa.se;
	buf_printf(&s->text, "%lld answers nobody judged; kappa would be known to within ", (long long)j->unlabelled);
	for (size_t i = 0; i < JUDGE_PLANS; i++)
		buf_printf(&s->text, "%s%.2f after %lld%s", i ? ", " : "", j->plan[i].half, (long long)j->plan[i].more,
		           i ? "" : " more");
	if (IS_UNKNOWN(now))
		buf_add_cstr(&s->text, " (of a judge that is right in 8 of 10)");
	else
		buf_printf(&s->text, "; it is to %.2f now", now);
	say(s, "next");
}

size_t judge_facts(const struct judge *j, struct arena *arena, struct judge_fact out[JUDGE_FACTS])
{
	struct saying s = {.out = out, .arena = arena, .text = BUF_INIT};
	say_agreement(&s, j);
	if (!j->kappa.n) {
		buf_add_str(&s.text, j->sentence);
		say(&s, "agree");
	}
	say_people(&s, j);
	say_scale(&s, j);
	say_flips(&s, j);
	say_length(&s, j);
	say_scores(&s, j);
	say_plan(&s, j);
	buf_done(&s.text);
	return s.n;
}
