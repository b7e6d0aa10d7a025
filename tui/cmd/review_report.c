/* spoor review --report [QUEUE]: who judged how much, how far people agree with each other and with the judges, preferences, disagreements.
 *
 * --json: {"queue", "run", "answers", "verdicts", "good", "bad", "unsure", "proposed", "judged_by_two", "partial", "sentence", "people": [{"name", "judged",
 * "good", "bad", "unsure", "skipped", "notes", "corrections", "blind", "proposed", "timed", "spent_ns", "per_minute", "reasons": [{"reason", "count"}]}],
 * "pairs": [{"a", "b", "both", "n", "agree", "agreement", "agreement_low", "agreement_high", "kappa", "kappa_low", "kappa_high", "too_few", "rough",
 * "cells": {"good_good", "good_bad", "bad_good", "bad_bad", "unsure"}}], "alpha": {"answers", "alpha", "low", "high", "too_few"}, "reasons": [{"reason",
 * "count"}], "judges": [{"name", "model", "source", "n", "agree", "agreement", "agreement_low", "agreement_high", "kappa", "kappa_low", "kappa_high",
 * "cells": {"good_passed", "good_failed", "bad_passed", "bad_failed"}, "false_pass": {"rate", "low", "high"}, "false_fail": {…}}], "preferences": [{"a",
 * "b", "pairs", "votes", "a_better", "b_better", "tie", "both_bad", "split", "share_b", "low", "high", "p", "judged_by_two", "agreed", "sentence"}],
 * "preferences_unplaced", "disagreements_of", "disagreements": [{"title", "key", "run", "good", "bad", "unsure", "said": [{"person", "verdict", "reasons",
 * "note", "correction", "at", "blind"}]}]}. n, agree: answers that both were sure of; unsure: that either was not. Proposed verdicts are in no other figure.
 * Shares are 0 … 1; figures that the data do not give are null. */
#include "tui/cmd/review_report.h"

#include <string.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/base/units.h"
#include "store/db.h"
#include "store/query/agreement.h"
#include "store/queue.h"
#include "tui/cmd/cmds.h"

enum { SHOWN = 20, NAME_COLS = 30, TITLE_COLS = 50, WHY_COLS = 60 };

struct report {
	struct out o;
	struct agreement_opts ask;
	struct agreement a;
	struct arena arena;
	struct buf out;
	struct str run;
};

/* ---------------------------------------------------------------- figures */

static void add_percent(struct buf *to, double share)
{
	if (IS_UNKNOWN(share))
		buf_add_char(to, '-');
	else
		buf_printf(to, "%.0f%%", share * 100);
}

static void add_range(struct buf *to, struct interval i, bool percent, bool ascii)
{
	const char *dash = ascii ? ".." : "–";
	if (IS_UNKNOWN(i.low) || IS_UNKNOWN(i.high))
		buf_add_char(to, '-');
	else if (percent)
		buf_printf(to, "%.0f%s%.0f%%", i.low * 100, dash, i.high * 100);
	else
		buf_printf(to, "%.2f%s%.2f", agreement_round(i.low), agreement_round(i.low) < 0 ? " to " : dash,
		           agreement_round(i.high));
}

static void add_figure(struct buf *to, double v)
{
	if (IS_UNKNOWN(v))
		buf_add_char(to, '-');
	else
		buf_printf(to, "%.2f", agreement_round(v));
}

static void add_count(struct out_cells *t, int64_t n)
{
	units_thousands(out_cells_add(t), n);
}

static void add_reasons(struct buf *to, const struct agreement_word *words, size_t n)
{
	enum { MOST = 5 };
	for (size_t i = 0; i < n && i < MOST; i++) {
		buf_add_cstr(to, i ? ", " : "");
		buf_add_str(to, words[i].word);
		buf_printf(to, " %lld", (long long)words[i].n);
	}
	if (n > MOST)
		buf_add_cstr(to, ", …");
}

/* ---------------------------------------------------------------- tables for people */

static void title(struct report *r, const char *text)
{
	buf_printf(&r->out, r->o.form == OUT_MARKDOWN ? "\n### %s\n\n" : "\n%s\n", text);
}

static void print_table(struct report *r, struct out_cells *t)
{
	if (r->o.form == OUT_MARKDOWN)
		out_cells_markdown(&r->out, t);
	else
		out_cells_text(&r->o, &r->out, t);
	out_cells_done(t);
}

static void print_people(struct report *r)
{
	static const struct out_head head[] = {
	    {"who",       false, true},
            {"judged",    true,  true},
            {"good",      true,  true},
            {"bad",       true,  true},
	    {"unsure",    true,  true},
            {"skipped",   true,  true},
            {"notes",     true,  true},
            {"corrected", true,  true},
	    {"a minute",  true,  true},
            {"reasons",   false, true},
	};
	struct out_cells t = {.head = head, .n = sizeof head / sizeof *head, .first_cols = NAME_COLS};
	for (size_t i = 0; i < r->a.n_people; i++) {
		const struct agreement_person *p = &r->a.people[i];
		buf_add_str(out_cells_add(&t), p->name);
		const int64_t counts[] = {p->judged, p->good, p->bad, p->unsure, p->skipped, p->notes, p->corrections};
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
			add_count(&t, counts[c]);
		struct buf *pace = out_cells_add(&t);
		if (IS_UNKNOWN(p->per_minute))
			buf_add_char(pace, '-');
		else
			buf_printf(pace, "%.1f", p->per_minute);
		add_reasons(out_cells_add(&t), p->reasons, p->n_reasons);
	}
	title(r, "Who judged");
	print_table(r, &t);
}

static void print_pairs(struct report *r)
{
	static const struct out_head head[] = {
	    {"who",    false, true},
            {"both",   true,  true},
            {"sure",   true,  true},
            {"same",   true,  true},
	    {"95%",    false, true},
            {"kappa",  true,  true},
            {"95% ",   false, true},
            {"unsure", true,  true},
	};
	struct out_cells t = {.head = head, .n = sizeof head / sizeof *head, .first_cols = 2 * NAME_COLS};
	for (size_t i = 0; i < r->a.n_pairs; i++) {
		const struct agreement_pair *p = &r->a.pairs[i];
		struct buf *who = out_cells_add(&t);
		buf_add_str(who, r->a.people[p->a].name);
		buf_add_cstr(who, " and ");
		buf_add_str(who, r->a.people[p->b].name);
		add_count(&t, p->both);
		add_count(&t, p->n);
		add_percent(out_cells_add(&t), p->n ? (double)p->same / (double)p->n : UNKNOWN_DOUBLE);
		add_range(out_cells_add(&t), p->agreement, true, r->o.ascii);
		add_figure(out_cells_add(&t), p->n ? p->kappa.kappa : UNKNOWN_DOUBLE);
		add_range(out_cells_add(&t), p->kappa.interval, false, r->o.ascii);
		add_count(&t, p->both - p->n);
	}
	if (!r->a.n_pairs)
		return;
	title(r, "People among themselves");
	print_table(r, &t);
	if (r->a.alpha.n_units == 0 || IS_UNKNOWN(r->a.alpha.alpha))
		return;
	buf_printf(&r->out, "%sKrippendorff's alpha over all: %.2f", r->o.form == OUT_MARKDOWN ? "\n" : "",
	           r->a.alpha.alpha);
	if (!IS_UNKNOWN(r->a.alpha.interval.low)) {
		buf_add_cstr(&r->out, " (95%: ");
		add_range(&r->out, r->a.alpha.interval, false, r->o.ascii);
		buf_add_char(&r->out, ')');
	}
	buf_printf(&r->out, ", %zu answer%s%s\n", r->a.alpha.n_units, r->a.alpha.n_units == 1 ? "" : "s",
	           r->a.alpha.too_few ? ": too few to tell" : "");
}

static void print_judges(struct report *r)
{
	static const struct out_head head[] = {
	    {"judge",              false, true},
	    {"answers",            true,  true},
	    {"same",               true,  true},
	    {"95%",                false, true},
	    {"kappa",              true,  true},
	    {"95% ",               false, true},
	    {"passed though bad",  true,  true},
	    {"failed though good", true,  true},
	};
	struct out_cells t = {.head = head, .n = sizeof head / sizeof *head, .first_cols = 2 * NAME_COLS};
	for (size_t i = 0; i < r->a.n_judges; i++) {
		const struct agreement_judge *j = &r->a.judges[i];
		struct buf *name = out_cells_add(&t);
		buf_add_str(name, j->name);
		if (j->model.len) {
			buf_add_cstr(name, " by ");
			buf_add_str(name, j->model);
		}
		add_count(&t, j->kappa.n);
		add_percent(out_cells_add(&t), j->kappa.agreement);
		add_range(out_cells_add(&t), j->agreement, true, r->o.ascii);
		add_figure(out_cells_add(&t), j->kappa.kappa);
		add_range(out_cells_add(&t), j->kappa.interval, false, r->o.ascii);
		int64_t n_bad = j->cells[0][0] + j->cells[0][1], n_good = j->cells[1][0] + j->cells[1][1];
		buf_printf(out_cells_add(&t), "%lld of %lld", (long long)j->cells[0][1], (long long)n_bad);
		buf_printf(out_cells_add(&t), "%lld of %lld", (long long)j->cells[1][0], (long long)n_good);
	}
	if (!r->a.n_judges)
		return;
	title(r, "People against the judges");
	print_table(r, &t);
}

static void print_preferred(struct report *r)
{
	static const struct out_head head[] = {
	    {"A",        false, true},
            {"B",        false, true},
            {"pairs",    true,  true},
            {"A better", true,  true},
	    {"B better", true,  true},
            {"tie",      true,  true},
            {"both bad", true,  true},
            {"B won",    true,  true},
	    {"95%",      false, true},
            {"p",        true,  true},
	};
	struct out_cells t = {.head = head, .n = sizeof head / sizeof *head, .first_cols = NAME_COLS};
	for (size_t i = 0; i < r->a.n_preferred; i++) {
		const struct agreement_pairs *p = &r->a.preferred[i];
		buf_add_str(out_cells_add(&t), p->name_a);
		buf_add_str(out_cells_add(&t), p->name_b);
		const int64_t counts[] = {p->pairs, p->a, p->b, p->tie + p->split, p->both_bad};
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
			add_count(&t, counts[c]);
		add_percent(out_cells_add(&t), p->share);
		add_range(out_cells_add(&t), p->interval, true, r->o.ascii);
		struct buf *cell = out_cells_add(&t);
		if (IS_UNKNOWN(p->p))
			buf_add_char(cell, '-');
		else
			buf_printf(cell, "%.2g", p->p);
	}
	if (r->a.n_preferred) {
		title(r, "Which answers people prefer");
		print_table(r, &t);
	}
	if (r->a.preferences_unplaced)
		buf_printf(&r->out, "\n%lld preference%s of pairs that no queue here holds\n",
		           (long long)r->a.preferences_unplaced, r->a.preferences_unplaced == 1 ? " is" : "s are");
}

/* Who says what, and why. */
static void add_said(struct report *r, struct buf *to, const struct agreement_item *item, enum verdict verdict)
{
	bool first = true;
	for (size_t i = 0; i < item->n_said; i++) {
		const struct agreement_said *s = &item->said[i];
		struct str why = s->reasons.len ? s->reasons : s->note;
		if (s->verdict != verdict)
			continue;
		buf_add_cstr(to, first ? "" : ", ");
		buf_add_str(to, r->a.people[s->person].name);
		if (why.len) {
			buf_add_cstr(to, " (");
			buf_add_str(to, text_preview(&r->arena, why, WHY_COLS));
			buf_add_char(to, ')');
		}
		first = false;
	}
}

static void print_disagreements(struct report *r)
{
	static const struct out_head head[] = {
	    {"answer", false, false},
            {"run",    false, false},
            {"good",   false, false},
	    {"bad",    false, false},
            {"unsure", false, false},
	};
	struct out_cells t = {.head = head, .n = sizeof head / sizeof *head, .first_cols = TITLE_COLS};
	for (size_t i = 0; i < r->a.n_disagreements; i++) {
		const struct agreement_item *item = &r->a.disagreements[i];
		buf_add_str(out_cells_add(&t), item->title.len ? item->title : out_short(item->key));
		buf_add_str(out_cells_add(&t),
		            item->at.kind == SUBJECT_NONE ? STR_LIT("(not here any more)") : item->run);
		add_said(r, out_cells_add(&t), item, VERDICT_GOOD);
		add_said(r, out_cells_add(&t), item, VERDICT_BAD);
		add_said(r, out_cells_add(&t), item, VERDICT_UNSURE);
	}
	if (!r->a.n_disagreements)
		return;
	char text[80];
	snprintf(text, sizeof text, "Where they disagree (%zu of %lld)", r->a.n_disagreements,
	         (long long)r->a.disagreements_of);
	title(r, text);
	print_table(r, &t);
}

static void print_text(struct report *r)
{
	bool markdown = r->o.form == OUT_MARKDOWN;
	struct buf head = BUF_INIT;
	buf_add_cstr(&head, markdown ? "## " : "");
	if (r->ask.queue.len)
		buf_add_str(&head, r->ask.queue);
	else if (r->run.len)
		buf_add_str(&head, r->run);
	else
		buf_add_cstr(&head, "Review");
	if (markdown) {
		buf_add_cstr(&r->out, "## ");
		clean_markdown(&r->out, str_from(buf_str(&head), 3));
	} else {
		clean_print(&r->out, buf_str(&head), false, r->o.ascii);
	}
	buf_add_cstr(&r->out, markdown ? "\n\n" : "\n");
	clean_print(&r->out, r->a.sentence, false, r->o.ascii);
	buf_add_char(&r->out, '\n');
	if (r->a.proposed)
		buf_printf(&r->out, "%s%lld verdict%s only proposed, confirmed by nobody: in no figure here.\n",
		           markdown ? "\n" : "", (long long)r->a.proposed, r->a.proposed == 1 ? " is" : "s are");
	if (r->a.more)
		buf_printf(&r->out, "Only the first %d verdicts of %d people were read.\n", AGREEMENT_VERDICTS,
		           AGREEMENT_PEOPLE);
	if (r->a.n_people)
		print_people(r);
	print_pairs(r);
	print_judges(r);
	print_preferred(r);
	print_disagreements(r);
	buf_done(&head);
}

/* ---------------------------------------------------------------- JSON */

static void json_reasons(struct jout *j, const struct agreement_word *words, size_t n)
{
	jout_array(j, "reasons");
	for (size_t i = 0; i < n; i++) {
		jout_object(j, NULL);
		jout_str(j, "reason", words[i].word);
		jout_int(j, "count", words[i].n);
		jout_end(j);
	}
	jout_end(j);
}

static void json_people(struct report *r, struct jout *j)
{
	jout_array(j, "people");
	for (size_t i = 0; i < r->a.n_people; i++) {
		const struct agreement_person *p = &r->a.people[i];
		jout_object(j, NULL);
		jout_str(j, "name", p->name);
		jout_int(j, "judged", p->judged);
		jout_int(j, "good", p->good);
		jout_int(j, "bad", p->bad);
		jout_int(j, "unsure", p->unsure);
		jout_int(j, "skipped", p->skipped);
		jout_int(j, "notes", p->notes);
		jout_int(j, "corrections", p->corrections);
		jout_int(j, "blind", p->blind);
		jout_int(j, "proposed", p->proposed);
		jout_int(j, "timed", p->timed);
		jout_int(j, "spent_ns", p->spent_ns);
		jout_double(j, "per_minute", p->per_minute);
		json_reasons(j, p->reasons, p->n_reasons);
		jout_end(j);
	}
	jout_end(j);
}

static void json_agreement(struct jout *j, int64_t n, int64_t same, struct interval i, const struct kappa *k)
{
	jout_int(j, "n", n);
	jout_int(j, "agree", same);
	jout_double(j, "agreement", n ? (double)same / (double)n : UNKNOWN_DOUBLE);
	jout_double(j, "agreement_low", i.low);
	jout_double(j, "agreement_high", i.high);
	jout_double(j, "kappa", n ? k->kappa : UNKNOWN_DOUBLE);
	jout_double(j, "kappa_low", k->interval.low);
	jout_double(j, "kappa_high", k->interval.high);
}

static void json_pairs(struct report *r, struct jout *j)
{
	jout_array(j, "pairs");
	for (size_t i = 0; i < r->a.n_pairs; i++) {
		const struct agreement_pair *p = &r->a.pairs[i];
		jout_object(j, NULL);
		jout_str(j, "a", r->a.people[p->a].name);
		jout_str(j, "b", r->a.people[p->b].name);
		jout_int(j, "both", p->both);
		json_agreement(j, p->n, p->same, p->agreement, &p->kappa);
		jout_bool(j, "too_few", p->kappa.too_few);
		jout_bool(j, "rough", p->kappa.rough);
		jout_object(j, "cells");
		jout_int(j, "good_good", p->cells[1][1]);
		jout_int(j, "good_bad", p->cells[1][0]);
		jout_int(j, "bad_good", p->cells[0][1]);
		jout_int(j, "bad_bad", p->cells[0][0]);
		jout_int(j, "unsure", p->both - p->n);
		jout_end(j);
		jout_end(j);
	}
	jout_end(j);
	jout_object(j, "alpha");
	jout_int(j, "answers", (int64_t)r->a.alpha.n_units);
	jout_double(j, "alpha", r->a.alpha.alpha);
	jout_double(j, "low", r->a.alpha.interval.low);
	jout_double(j, "high", r->a.alpha.interval.high);
	jout_bool(j, "too_few", r->a.alpha.too_few);
	jout_end(j);
}

static void json_rate(struct jout *j, const char *key, int64_t k, int64_t n, struct interval i)
{
	jout_object(j, key);
	jout_double(j, "rate", n ? (double)k / (double)n : UNKNOWN_DOUBLE);
	jout_double(j, "low", i.low);
	jout_double(j, "high", i.high);
	jout_end(j);
}

static void json_judges(struct report *r, struct jout *j)
{
	jout_array(j, "judges");
	for (size_t i = 0; i < r->a.n_judges; i++) {
		const struct agreement_judge *row = &r->a.judges[i];
		jout_object(j, NULL);
		jout_str(j, "name", row->name);
		jout_str(j, "model", row->model);
		jout_cstr(j, "source", score_source_name(row->by));
		json_agreement(j, row->kappa.n, row->cells[0][0] + row->cells[1][1], row->agreement, &row->kappa);
		jout_object(j, "cells");
		jout_int(j, "good_passed", row->cells[1][1]);
		jout_int(j, "good_failed", row->cells[1][0]);
		jout_int(j, "bad_passed", row->cells[0][1]);
		jout_int(j, "bad_failed", row->cells[0][0]);
		jout_end(j);
		json_rate(j, "false_pass", row->cells[0][1], row->cells[0][0] + row->cells[0][1], row->false_pass);
		json_rate(j, "false_fail", row->cells[1][0], row->cells[1][0] + row->cells[1][1], row->false_fail);
		jout_end(j);
	}
	jout_end(j);
}

void review_json_preferred(struct jout *j, const char *key, const struct agreement_pairs *p)
{
	jout_object(j, key);
	jout_str(j, "a", p->name_a);
	jout_str(j, "b", p->name_b);
	jout_int(j, "pairs", p->pairs);
	jout_int(j, "votes", p->votes);
	jout_int(j, "a_better", p->a);
	jout_int(j, "b_better", p->b);
	jout_int(j, "tie", p->tie);
	jout_int(j, "both_bad", p->both_bad);
	jout_int(j, "split", p->split);
	jout_double(j, "share_b", p->share);
	jout_double(j, "low", p->interval.low);
	jout_double(j, "high", p->interval.high);
	jout_double(j, "p", p->p);
	jout_int(j, "judged_by_two", p->twice);
	jout_int(j, "agreed", p->agreed);
	jout_str(j, "sentence", p->sentence);
	jout_end(j);
}

static void json_disagreements(struct report *r, struct jout *j)
{
	jout_int(j, "disagreements_of", r->a.disagreements_of);
	jout_array(j, "disagreements");
	for (size_t i = 0; i < r->a.n_disagreements; i++) {
		const struct agreement_item *item = &r->a.disagreements[i];
		jout_object(j, NULL);
		jout_str(j, "title", item->title);
		jout_str(j, "key", item->key);
		jout_str(j, "run", item->run);
		jout_int(j, "good", item->good);
		jout_int(j, "bad", item->bad);
		jout_int(j, "unsure", item->unsure);
		jout_array(j, "said");
		for (size_t k = 0; k < item->n_said; k++) {
			const struct agreement_said *s = &item->said[k];
			jout_object(j, NULL);
			jout_str(j, "person", r->a.people[s->person].name);
			jout_cstr(j, "verdict", verdict_name(s->verdict));
			jout_str(j, "reasons", s->reasons);
			jout_str(j, "note", s->note);
			jout_str(j, "correction", s->correction);
			jout_time(j, "at", s->time_ns);
			jout_bool(j, "blind", s->blind);
			jout_end(j);
		}
		jout_end(j);
		jout_end(j);
	}
	jout_end(j);
}

static void print_json(struct report *r)
{
	const struct agreement *a = &r->a;
	struct jout j;
	jout_init(&j, &r->out, false);
	jout_object(&j, NULL);
	jout_str(&j, "queue", r->ask.queue.len ? r->ask.queue : STR_NONE);
	jout_str(&j, "run", r->run.len ? r->run : STR_NONE);
	jout_int(&j, "answers", a->answers);
	jout_int(&j, "verdicts", a->verdicts);
	jout_int(&j, "good", a->good);
	jout_int(&j, "bad", a->bad);
	jout_int(&j, "unsure", a->unsure);
	jout_int(&j, "proposed", a->proposed);
	jout_int(&j, "judged_by_two", a->twice);
	jout_bool(&j, "partial", a->more);
	jout_str(&j, "sentence", a->sentence);
	json_people(r, &j);
	json_pairs(r, &j);
	json_reasons(&j, a->reasons, a->n_reasons);
	json_judges(r, &j);
	jout_array(&j, "preferences");
	for (size_t i = 0; i < a->n_preferred; i++)
		review_json_preferred(&j, NULL, &a->preferred[i]);
	jout_end(&j);
	jout_int(&j, "preferences_unplaced", a->preferences_unplaced);
	json_disagreements(r, &j);
	jout_end(&j);
	buf_add_char(&r->out, '\n');
}

/* ---------------------------------------------------------------- the command line */

static bool run_named(struct db *db, struct report *r, struct str name, struct err *err)
{
	if (!name.ptr)
		return true;
	if (!runs_find(db, name, &r->ask.run, err))
		return false;
	struct stmt *s = db_query(db, "SELECT ifnull(name, text) FROM run WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, r->ask.run);
	enum step step = stmt_step(s, err);
	r->run = step == STEP_ROW ? arena_str(&r->arena, col_str(s, 0)) : name;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* Verdicts that came from another store name a queue that is not here. */
static bool queue_named(struct db *db, struct report *r, struct str name, struct err *err)
{
	struct queue queue;
	struct err why = ERR_INIT;
	if (queue_find(db, name, &r->arena, &queue, &why)) {
		r->ask.queue = queue.name;
		return true;
	}
	struct stmt *s = db_query(db, "SELECT 1 FROM annotation WHERE queue = ? LIMIT 1", err);
	if (!s)
		return false;
	stmt_str(s, 1, name);
	enum step step = stmt_step(s, err);
	stmt_end(s);
	r->ask.queue = name;
	if (step == STEP_DONE)
		*err = why;
	return step == STEP_ROW;
}

static bool read_line(const struct command_line *line, struct db *db, struct report *r, struct err *err)
{
	struct filter *cases;
	int64_t rows;
	out_init(&r->o, line);
	int64_t usual = r->o.form == OUT_JSON_ ? AGREEMENT_ROWS : SHOWN;
	if (!list_filter(line, FILTER_CASES, &r->arena, &cases, err) || !cmd_int(line, "first", usual, &rows, err))
		return false;
	if (rows < 0)
		return err_set(err, ERR_USAGE, NULL, "--first cannot be negative");
	bool blind = cmd_flag(line, "blind"); /* judges are tried by all verdicts: spoor judges has more of them */
	r->ask = (struct agreement_opts){.cases = cases, .blind = blind, .judges = !blind, .rows = rows ? rows : -1};
	if (line->n_args && !queue_named(db, r, str_of(line->args[0]), err))
		return false;
	return run_named(db, r, str_of(cmd_option(line, "run")), err);
}

int review_report(const struct command_line *line, struct err *err)
{
	struct report r = {.out = BUF_INIT, .arena = ARENA_INIT};
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && read_line(line, db, &r, err) && db_begin_read(db, err);
	if (ok) {
		ok = agreement_get(db, &r.ask, &r.a, err);
		db_end_read(db);
	}
	bool none = ok && r.a.verdicts == 0 && r.a.n_preferred == 0 && r.a.proposed == 0;
	if (ok && r.o.form == OUT_JSON_)
		print_json(&r);
	else if (ok)
		print_text(&r);
	ok = ok && out_flush(&r.out, err);
	db_close(db);
	agreement_done(&r.a);
	buf_done(&r.out);
	arena_done(&r.arena);
	return !ok ? err_exit_code(err->code) : none ? err_exit_code(ERR_NO_DATA) : 0;
}
