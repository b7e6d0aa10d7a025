/* The last pages of Review: nothing is left to judge now; what is saved and how to go on. */
#include "tui/screen/pane_review_state.h"

#include <ctype.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/units.h"

void review_add_name(struct buf *out, struct str name)
{
	bool plain = name.len > 0 && name.ptr[0] != '-';
	for (size_t i = 0; i < name.len; i++)
		plain = plain && (isalnum((unsigned char)name.ptr[i]) || strchr("-_.", name.ptr[i]));
	if (plain)
		buf_add_str(out, name);
	else
		clean_shell(out, name);
}

static void text(struct review_sheet *s, enum role role, const char *words)
{
	review_words_addc(&s->words, role, words);
}

static void add_done(struct review_sheet *s, const struct queue_progress *p)
{
	struct buf words = BUF_INIT;
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
		buf_add_char(&words, ' ');
		review_add_name(&words, name);
	}
	text(s, ROLE_TEXT, "  ");
	review_words_add(&s->words, ROLE_LINK, buf_str(&words));
	text(s, ROLE_TEXT, "\n");
	buf_done(&words);
}

void review_sheet_end_of_queue(struct review_sheet *s, const struct review_state *state, bool ascii)
{
	const struct queue_progress *p = &state->queue.progress;
	(void)ascii;
	review_sheet_begin(s, REVIEW_END);
	if (state->end == QUEUE_OTHERS)
		text(s, ROLE_HEADING, "THE REST IS WITH YOUR COLLEAGUES\n");
	else if (state->end == QUEUE_GIVES || p->skipped)
		text(s, ROLE_HEADING, "THAT WAS THE LAST ONE, BUT FOR THOSE YOU SKIPPED\n");
	else
		text(s, ROLE_HEADING, "THAT WAS THE LAST ONE. THANK YOU\n");
	add_done(s, p);
	if (state->end == QUEUE_OTHERS)
		text(s, ROLE_TEXT,
		     "What is left is before other people's eyes just now. If they leave some of it, it is yours:\n"
		     "press n to ask again.\n");
	if (state->end == QUEUE_GIVES || (p->skipped && state->end != QUEUE_OTHERS)) {
		review_sheet_heading(s, "WHAT IS LEFT");
		text(s, ROLE_HINT_KEY, "  s  ");
		text(s, ROLE_TEXT, "goes through those you skipped; or leave them, nobody minds.\n");
	}
	review_sheet_heading(s, "WHAT HAPPENS NEXT");
	text(s, ROLE_TEXT, "Whoever asked for this review finds your verdicts in the same store:\n");
	add_command(s, "spoor review --report", state->queue.queue.name);
	add_command(s, "spoor export flagged", STR_NONE);
	review_sheet_end(s);
}

void review_sheet_leave(struct review_sheet *s, const struct review_state *state, bool ascii)
{
	const struct queue_progress *p = &state->queue.progress;
	(void)ascii;
	review_sheet_begin(s, REVIEW_LEAVE);
	text(s, ROLE_HEADING, p->left ? "STOP HERE FOR NOW?\n" : "STOP HERE?\n");
	add_done(s, p);
	if (p->left) {
		text(s, ROLE_TEXT, "\nTo go on later, at the same place, type\n");
		add_command(s, "spoor review", state->queue.queue.name);
	}
	text(s, ROLE_TEXT, "\nPress ");
	text(s, ROLE_HINT_KEY, "q");
	text(s, ROLE_TEXT, " again to leave, or ");
	text(s, ROLE_HINT_KEY, "Enter");
	text(s, ROLE_TEXT, " to go on now.\n");
	review_sheet_end(s);
}
