/* What is said of an item on its way to the disk and back: one thing at a time, in the order of the keys. The next item shows once the last of
 * it has been written. */
#include "tui/screen/pane_review_state.h"

#include <stdlib.h>

#include "store/base/units.h"
#include "tui/keyed.h"

/* Keys wait: what they are meant for does not show yet. */
bool review_waits(const struct screen *screen)
{
	const struct review_state *s = review_of(screen);
	return s->leaving || s->want != REVIEW_NONE || (!s->known && !s->why[0]);
}

/* ---------------------------------------------------------------- saying */

static struct saying *begin(struct screen *screen, enum saying_kind kind)
{
	struct review_state *s = review_of(screen);
	const struct review_item *item = &s->now->view;
	struct saying *say = saying_new(kind, &item->subject.at);
	const struct annotation_kept target = subject_kept(&item->subject);
	saying_target(say, &target);
	say->has_shown = true;
	say->shown = item->shown;
	say->queue_name = arena_str(&say->arena, s->queue.queue.name); /* also of a note, which does not end the item */
	if (s->blind)
		say->how |= HOW_BLIND;
	return say;
}

static void mark_item(const struct review_state *s, struct saying *say)
{
	saying_queue(say, s->queue.queue.id, s->now->seq, s->queue.queue.name, s->spent_ns);
}

static void send(struct review_state *s, struct saying *say)
{
	*vec_add(&s->to_say) = say;
	s->saved[0] = '\0';
	s->can_take_back = false;
}

void review_verdict(struct screen *screen, enum verdict v)
{
	struct review_state *s = review_of(screen);
	struct saying *say = begin(screen, SAYING_ADD);
	saying_verdict(say, v);
	if (s->now->mine.reason.len && v != VERDICT_BAD) /* why it was bad holds no more */
		saying_add(say, FIELD_REASON, STR_NONE, STR_LIT(""));
	mark_item(s, say);
	send(s, say);
	s->mode = v == VERDICT_BAD && s->queue.n_reasons ? REVIEW_REASONS : REVIEW_JUDGES;
	s->picked = 0;
	s->leaving = s->mode == REVIEW_JUDGES;
	review_sheet_begin(&s->page, REVIEW_NO_PAGE);
}

void review_prefer(struct screen *screen, int choice)
{
	struct review_state *s = review_of(screen);
	const struct review_item *item = &s->now->view;
	struct buf value = BUF_INIT;
	int prefers = choice < 2 ? choice ^ (int)item->swapped : choice;
	annotation_preference_of(&value, item->subject.answers, prefers);
	struct saying *say = begin(screen, SAYING_ADD);
	saying_add(say, FIELD_PREFERENCE, STR_NONE, buf_str(&value));
	mark_item(s, say);
	send(s, say);
	buf_done(&value);
	s->leaving = true;
	review_sheet_begin(&s->page, REVIEW_NO_PAGE);
}

/* Once all that was said of the item is on the disk. */
static void go_on(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	if (!s->leaving || s->writing || s->to_say.n)
		return;
	s->leaving = false;
	review_next(screen);
}

/* What was said of the same answer elsewhere holds here, too. */
void review_keep(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	struct saying *say = begin(screen, SAYING_ADD);
	if (s->now->mine.preference.len)
		saying_add(say, FIELD_PREFERENCE, STR_NONE, s->now->mine.preference);
	else
		saying_verdict(say, s->now->mine.verdict);
	mark_item(s, say);
	send(s, say);
	s->leaving = true;
}

/* Empty: none. It belongs to the verdict, and is taken back with it. */
void review_reasons(struct screen *screen, struct str reasons)
{
	struct review_state *s = review_of(screen);
	if (reasons.len || s->now->mine.reason.len) {
		struct saying *say = begin(screen, SAYING_ADD);
		saying_add(say, FIELD_REASON, STR_NONE, reasons);
		mark_item(s, say);
		send(s, say);
	}
	s->mode = REVIEW_JUDGES;
	s->leaving = true;
	go_on(screen);
}

/* A note or a correction: of the item, which goes on showing. */
void review_text(struct screen *screen, enum annotation_field field, struct str text)
{
	struct review_state *s = review_of(screen);
	struct saying *say = begin(screen, SAYING_ADD);
	saying_add(say, field, STR_NONE, text);
	send(s, say);
}

void review_skip(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	struct saying *say = saying_new(SAYING_SKIP, &s->now->view.subject.at);
	mark_item(s, say);
	send(s, say);
	s->mode = REVIEW_JUDGES;
	s->leaving = true;
}

void review_take_back(struct screen *screen, bool again)
{
	struct review_state *s = review_of(screen);
	send(s, saying_new(again ? SAYING_AGAIN : SAYING_TAKE_BACK, NULL));
	s->mode = REVIEW_JUDGES;
}

struct saying *review_say(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	if (s->writing || s->to_say.n == 0)
		return NULL;
	struct saying *say = s->to_say.at[0];
	memmove(s->to_say.at, s->to_say.at + 1, --s->to_say.n * sizeof *s->to_say.at);
	/* A reason joins its verdict, whose group is known by now. */
	if (say->kind == SAYING_ADD && say->n_says == 1 && say->says[0].field == FIELD_REASON)
		say->group = s->group;
	s->writing = 1;
	s->writing_since_ns = screen->ui->now_ns;
	return say;
}

/* ---------------------------------------------------------------- the receipt */

static const struct say *said_of(const struct saying *said, enum annotation_field field)
{
	for (size_t i = 0; i < said->n_says; i++)
		if (said->says[i].field == field)
			return &said->says[i];
	return NULL;
}

static void set_saved(struct review_state *s, const struct buf *words)
{
	snprintf(s->saved, sizeof s->saved, "%.190s", buf_cstr(words));
	s->saved[text_fit(str_of(s->saved), (int)sizeof s->saved, NULL)] = '\0';
}

static void receipt(struct review_state *s, const struct saying *said)
{
	const struct say *verdict = said_of(said, FIELD_VERDICT), *reason = said_of(said, FIELD_REASON),
	                 *note = said_of(said, FIELD_NOTE), *prefer = said_of(said, FIELD_PREFERENCE);
	struct buf words = BUF_INIT;
	long long number = (long long)s->now->seq + 1;
	if (said->kind == SAYING_SKIP) {
		buf_printf(&words, "Skipped: question %lld comes back at the end", number);
	} else if (verdict || (reason && reason->value.len)) {
		buf_printf(&words, "Saved: question %lld is %s", number,
		           verdict ? verdict_name(verdict_named(verdict->value)) : verdict_name(s->now->mine.verdict));
		if (reason && reason->value.len)
			buf_printf(&words, ", " STR_FMT, STR_ARG(reason->value));
	} else if (reason) {
		buf_printf(&words, "Saved: question %lld is %s, without a reason", number,
		           verdict_name(s->now->mine.verdict));
	} else if (prefer) {
		buf_printf(&words, "Saved: question %lld: ", number);
		review_preference_words(&words, &s->now->view, prefer->value);
	} else {
		bool gone = said->n_says && !said->says[0].value.len;
		buf_printf(&words, "%s: %s question %lld", gone ? "Taken away" : "Saved",
		           note ? "the note to" : "your answer to", number);
		if (!s->now->mine.judged)
			buf_add_cstr(&words, ". Now your verdict?");
	}
	set_saved(s, &words);
	s->saved_bad = (verdict || reason) && s->now->mine.verdict == VERDICT_BAD;
	s->can_take_back = said->done_group != 0;
	buf_done(&words);
}

/* ---------------------------------------------------------------- written */

static struct str keep(struct review_loaded *l, struct str text)
{
	return text.len ? arena_str(&l->view.arena, text) : STR_NONE;
}

static void set_mine(struct review_state *s, const struct saying *said)
{
	struct review_mine *m = &s->now->mine;
	const struct say *say;
	if ((say = said_of(said, FIELD_VERDICT)))
		m->verdict = verdict_named(say->value);
	if ((say = said_of(said, FIELD_PREFERENCE)))
		m->preference = keep(s->now, say->value);
	if ((say = said_of(said, FIELD_REASON)))
		m->reason = keep(s->now, say->value);
	if ((say = said_of(said, FIELD_NOTE)))
		m->note = keep(s->now, say->value);
	if ((say = said_of(said, FIELD_CORRECTION)))
		m->correction = keep(s->now, say->value);
	m->judged = m->verdict != VERDICT_NONE || m->preference.len;
	struct queue_progress *p = &s->queue.progress;
	enum queue_state state = said->kind == SAYING_SKIP ? QUEUE_SKIPPED : QUEUE_DONE;
	if (said->queue && state == QUEUE_DONE && s->now->state != QUEUE_DONE) {
		p->done += p->done < p->items;
		p->left -= p->left > 0;
		p->skipped -= s->now->state == QUEUE_SKIPPED && p->skipped > 0;
	}
	if (said->queue) {
		p->skipped += state == QUEUE_SKIPPED && s->now->state == QUEUE_OPEN;
		s->now->state = state;
	}
	if (m->verdict == VERDICT_BAD)
		s->bad = s->now->view.subject.at;
}

/* To the item of what was taken back, if it is one of this queue: it is open again. The one that showed waits for its turn. */
static void go_to_taken_back(struct screen *screen, const struct saying *said)
{
	struct review_state *s = review_of(screen);
	struct buf words = BUF_INIT;
	bool here = said->queue == s->queue.queue.id;
	if (here)
		buf_printf(&words, "Taken back: question %lld is open again", (long long)said->seq + 1);
	else
		buf_add_cstr(&words, s->now && subject_is(&said->at, &s->now->view.subject.at)
		                         ? "Taken back"
		                         : "Taken back: what was said last, elsewhere");
	buf_add_cstr(&words, keyed("   ({Ctrl+R} says it again)"));
	set_saved(s, &words);
	buf_done(&words);
	if (here && s->now && s->now->seq != said->seq && s->now->state != QUEUE_DONE) {
		review_loaded_free(s->ahead);
		s->ahead = s->now;
		s->ahead_ns = s->claimed_ns;
		s->now = NULL;
		s->ahead_known = true;
		s->ahead_skipped = false;
	}
	if (here || s->now) {
		s->want = here ? said->seq : s->now->seq;
		s->want_beside = 0;
	}
}

static void take_answer(struct screen *screen, const struct saying *said)
{
	struct review_state *s = review_of(screen);
	s->marks++;
	if (said->kind == SAYING_TAKE_BACK) {
		go_to_taken_back(screen, said);
		return;
	}
	bool mine = s->now && (said->queue ? said->queue == s->queue.queue.id && said->seq == s->now->seq
	                                   : subject_is(&said->at, &s->now->view.subject.at));
	if (!mine) { /* said again, elsewhere */
		snprintf(s->saved, sizeof s->saved, "Said again");
		s->saved_bad = false;
		s->can_take_back = true;
		return;
	}
	s->group = said->done_group;
	set_mine(s, said);
	receipt(s, said);
	if (said->kind == SAYING_AGAIN && said->queue)
		s->leaving = true;
}

static void drop_unsaid(struct review_state *s)
{
	while (s->to_say.n)
		saying_free(s->to_say.at[--s->to_say.n]);
}

void review_said(struct screen *screen, struct saying *said, bool ok, const struct err *err)
{
	struct review_state *s = review_of(screen);
	s->writing = 0;
	if (ok) {
		take_answer(screen, said);
	} else { /* the item stays, as it was */
		ui_fail(screen->ui, err);
		drop_unsaid(s);
		s->leaving = false;
		s->mode = REVIEW_JUDGES;
	}
	go_on(screen);
}

/* ---------------------------------------------------------------- the next one */

static void show(struct screen *screen, struct review_loaded *item)
{
	struct review_state *s = review_of(screen);
	bool same = s->now && item && s->now->seq == item->seq; /* read anew */
	review_loaded_free(s->now);
	s->now = item;
	s->ended = item == NULL;
	if (!same) {
		s->blind = (s->queue.queue.mode & QUEUE_BLIND) && item && !item->mine.judged;
		s->mode = REVIEW_JUDGES;
		s->group = 0;
		s->spent_ns = 0;
		s->touched_ns = screen->ui->now_ns;
	}
	s->want = REVIEW_NONE;
	s->ahead_failed = false;
	if (item && s->page.kind != REVIEW_HELP)
		review_sheet_begin(&s->page, REVIEW_NO_PAGE);
}

void review_show(struct screen *screen, struct review_loaded *item)
{
	show(screen, item);
}

void review_end(struct screen *screen, enum queue_end end)
{
	struct review_state *s = review_of(screen);
	show(screen, NULL);
	s->end = end;
	review_sheet_end_of_queue(&s->page, s, screen->ui->bundle);
}

void review_next(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	/* What was with others a while ago may be finished by now, or left; what was ours may be with others. */
	bool old = s->queue.queue.copies > 0 && screen->ui->now_ns - s->ahead_ns > QUEUE_CLAIM_NS / 2;
	if (!s->ahead_known || old || (!s->ahead && s->ahead_end == QUEUE_OTHERS)) {
		review_loaded_free(s->ahead);
		s->ahead = NULL;
		s->ahead_known = false;
		s->want = REVIEW_NEXT;
		s->want_beside = 0;
		return;
	}
	if (s->ahead && s->ahead_skipped && !s->skipped_too) { /* the first round is over */
		review_end(screen, QUEUE_GIVES);
		return;
	}
	struct review_loaded *next = s->ahead;
	s->ahead = NULL;
	s->ahead_known = false;
	if (next)
		show(screen, next);
	else
		review_end(screen, s->ahead_end);
}
