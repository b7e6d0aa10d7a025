/* The last pages of Review: nothing is left to judge now; what is saved and how to go on. */
#include "tui/screen/pane_review_state.h"

#include <string.h>

#include "store/base/clean.h"
#include "store/base/units.h"
#include "tui/keyed.h"

enum { MOST_JUDGES = 4 };

static void text(struct review_sheet *s, enum role role, const char *words)
{
	review_words_addc(&s->words, role, words);
}

static void add_done(struct review_sheet *s, const struct review_queue *q)
{
	const struct queue_progress *p = &q->progress;
	struct buf words = BUF_INIT;
	if (q->queue.copies > 0)
		buf_printf(&words, "%lld judged by you; of all %lld, %lld are finished", (long long)p->done,
		           (long long)p->items, (long long)p->finished);
	else
		buf_printf(&words, "%lld of %lld judged", (long long)p->done, (long long)p->items);
	if (p->skipped)
		buf_printf(&words, ", %lld skipped", (long long)p->skipped);
	review_words_add(&s->words, ROLE_TEXT, buf_str(&words));
	text(s, ROLE_TEXT, ". All of it is saved.\n");
	buf_done(&words);
}

/* As it is typed at a shell. */
static void add_command(struct review_sheet *s, const char *command, struct str name)
{
	struct buf words = BUF_INIT;
	buf_add_cstr(&words, command);
	if (name.len) {
		if (command[0])
			buf_add_char(&words, ' ');
		clean_shell_word(&words, name);
	}
	text(s, ROLE_TEXT, "  ");
	review_words_add(&s->words, ROLE_LINK, buf_str(&words));
	text(s, ROLE_TEXT, "\n");
	buf_done(&words);
}

static const struct agreement_person *me(const struct agreement *a, size_t *at)
{
	for (size_t i = 0; i < a->n_people; i++)
		if (str_eq(a->people[i].name, review_author())) {
			*at = i;
			return &a->people[i];
		}
	return NULL;
}

static void add_row(struct review_sheet *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add_row(struct review_sheet *s, const char *fmt, ...)
{
	struct buf words = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&words, fmt, args);
	va_end(args);
	review_words_add(&s->words, ROLE_TEXT, buf_str(&words));
	text(s, ROLE_TEXT, "\n");
	buf_done(&words);
}

/* ", 3 notes"; nothing for 0. */
static void add_n(struct buf *out, int64_t n, const char *one, const char *many)
{
	if (n)
		buf_printf(out, "%s%lld %s", out->len ? ", " : "", (long long)n, n == 1 ? one : many);
}

static void add_own(struct review_sheet *s, const struct agreement_person *p, int64_t done)
{
	struct buf words = BUF_INIT;
	review_sheet_heading(s, "YOUR VERDICTS");
	add_n(&words, p->good, "good", "good");
	add_n(&words, p->bad, "bad", "bad");
	add_n(&words, p->unsure, "unsure", "unsure");
	add_n(&words, p->notes, "note", "notes");
	add_n(&words, p->corrections, "corrected answer", "corrected answers");
	add_row(s, "%s", buf_cstr(&words));
	if (p->judged < done)
		review_words_addc(&s->words, ROLE_DIM, "(equal answers count once)\n");
	buf_clear(&words);
	for (size_t i = 0; i < p->n_reasons; i++)
		buf_printf(&words, "%s" STR_FMT " %lld", i ? ", " : "Bad, since: ", STR_ARG(p->reasons[i].word),
		           (long long)p->reasons[i].n);
	if (words.len)
		add_row(s, "%s", buf_cstr(&words));
	buf_done(&words);
}

/* Of people that judged the same answers, the figures a layman reads: how many alike. */
static void add_agreement(struct review_sheet *s, const struct agreement *a, size_t own)
{
	bool head = false;
	for (size_t i = 0; i < a->n_pairs; i++) {
		const struct agreement_pair *p = &a->pairs[i];
		if ((p->a != own && p->b != own) || p->n == 0)
			continue;
		if (!head)
			review_sheet_heading(s, "AGREEMENT");
		head = true;
		struct str other = a->people[p->a == own ? p->b : p->a].name;
		add_row(s, "With " STR_FMT ": %lld of %lld the same", STR_ARG(other), (long long)p->same,
		        (long long)p->n);
	}
	for (size_t i = 0; i < a->n_judges && i < MOST_JUDGES; i++) {
		const struct agreement_judge *j = &a->judges[i];
		int64_t same = j->cells[0][0] + j->cells[1][1], n = same + j->cells[0][1] + j->cells[1][0];
		if (n == 0)
			continue;
		if (!head)
			review_sheet_heading(s, "AGREEMENT");
		head = true;
		add_row(s, "%s " STR_FMT ": %lld of %lld the same", j->by == SOURCE_CODE ? "The check" : "The judge",
		        STR_ARG(j->name), (long long)same, (long long)n);
	}
	for (size_t i = 0; i < a->n_preferred; i++)
		if (a->preferred[i].sentence.len) {
			review_sheet_heading(s, "WHICH WAS BETTER");
			add_row(s, STR_FMT, STR_ARG(a->preferred[i].sentence));
		}
}

static void add_figures(struct review_sheet *s, const struct agreement *a, int64_t done)
{
	size_t own = 0;
	const struct agreement_person *p = me(a, &own);
	if (p && p->judged)
		add_own(s, p, done);
	add_agreement(s, a, p ? own : SIZE_MAX);
	if (a->disagreements_of) {
		text(s, ROLE_HINT_KEY, keyed("  {A}  "));
		text(s, ROLE_TEXT, "shows the answers that two of you judged differently.\n");
	}
}

/* Who asked has another store: the file goes back to it. */
static void add_next(struct review_sheet *s, const struct review_state *state, const char *bundle)
{
	review_sheet_heading(s, "WHAT HAPPENS NEXT");
	if (bundle) {
		text(s, ROLE_TEXT, "All that you said is in this one file. Give it back to whoever sent it:\n");
		add_command(s, "", str_of(bundle));
		text(s, ROLE_DIM, "(there, spoor merge and the name of the file take your verdicts over)\n");
		return;
	}
	text(s, ROLE_TEXT, "Whoever asked for this review finds your verdicts in the same store:\n");
	add_command(s, "spoor review --report", state->queue.queue.name);
	add_command(s, "spoor export flagged", STR_NONE);
	add_command(s, "spoor rules --propose", STR_NONE);
}

void review_sheet_end_of_queue(struct review_sheet *s, const struct review_state *state, const char *bundle)
{
	const struct queue_progress *p = &state->queue.progress;
	review_sheet_begin(s, REVIEW_END);
	if (state->end == QUEUE_OTHERS)
		text(s, ROLE_HEADING, "THE REST IS WITH YOUR COLLEAGUES\n");
	else if (state->end == QUEUE_GIVES || p->skipped)
		text(s, ROLE_HEADING, "THAT WAS THE LAST ONE, BUT FOR THOSE YOU SKIPPED\n");
	else
		text(s, ROLE_HEADING, "THAT WAS THE LAST ONE. THANK YOU\n");
	add_done(s, &state->queue);
	if (state->end == QUEUE_OTHERS)
		text(
		    s, ROLE_TEXT,
		    keyed("What is left is before other people's eyes just now. If they leave some of it, it is yours: "
		          "press {n} to ask again.\n"));
	if (state->end == QUEUE_GIVES || (p->skipped && state->end != QUEUE_OTHERS)) {
		review_sheet_heading(s, "WHAT IS LEFT");
		text(s, ROLE_HINT_KEY, keyed("  {s}  "));
		text(s, ROLE_TEXT, "goes through those you skipped; or leave them, nobody minds.\n");
	}
	if (state->has_figures)
		add_figures(s, &state->figures, p->done);
	add_next(s, state, bundle);
	review_sheet_end(s);
}

void review_sheet_leave(struct review_sheet *s, const struct review_state *state, const char *bundle)
{
	const struct queue_progress *p = &state->queue.progress;
	review_sheet_begin(s, REVIEW_LEAVE);
	text(s, ROLE_HEADING, p->left ? "STOP HERE FOR NOW?\n" : "STOP HERE?\n");
	add_done(s, &state->queue);
	if (p->left) {
		text(s, ROLE_TEXT, "\nTo go on later, at the same place, type\n");
		add_command(s, bundle ? "spoor" : "spoor review", bundle ? str_of(bundle) : state->queue.queue.name);
	}
	text(s, ROLE_TEXT, "\nPress ");
	text(s, ROLE_HINT_KEY, key_now("q"));
	text(s, ROLE_TEXT, " again to leave, or ");
	text(s, ROLE_HINT_KEY, key_now("Enter"));
	text(s, ROLE_TEXT, " to go on now.\n");
	review_sheet_end(s);
}
