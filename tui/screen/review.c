/* A queue of answers to judge, one at a time, for somebody who has never seen a terminal program: the item fills the screen, the last row is
 * the manual, and nothing has to be saved.
 *
 * target: id: the queue; 0: text is its name. id2 1: it was opened by a command, so that leaving it ends the program.
 *
 * Two requests keep it quick: the item that shows, and the one after it, which is there before it is wanted. A verdict goes to the writer
 * (screen op say) and the next item shows when it is on the disk (said); keys typed meanwhile wait in the app (op waits), in their order, so
 * that none reaches an item it was not meant for. */
#include <stdlib.h>
#include <string.h>

#include "store/base/file.h"
#include "store/base/units.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_review_state.h"

#define TOUCH_NS (60 * INT64_C(1000000000))

/* ---------------------------------------------------------------- the help at the very first start */

/* A file in the state folder says that this person has seen it. */
static bool is_first_time(void)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT;
	struct err err = ERR_INIT;
	file_state_path(&path, "review");
	bool there = file_read(&bytes, buf_cstr(&path), 4096, &err) && bytes.len > 0;
	buf_done(&path);
	buf_done(&bytes);
	return !there;
}

static void remember_help(void)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	file_state_path(&path, "review");
	if (file_make_dir_of(buf_cstr(&path), &err)) /* what cannot be written is not remembered */
		file_replace(buf_cstr(&path), STR_LIT("help was shown\n"), &err);
	buf_done(&path);
}

/* ---------------------------------------------------------------- data */

static bool open_review(struct screen *screen, const struct target *target, struct err *err)
{
	struct review_state *s = review_of(screen);
	if (target->id <= 0 && !target->text[0])
		return err_set(err, ERR_USAGE, NULL, "review: which queue?");
	s->from = *target;
	s->quits = target->id2 == 1;
	s->want = REVIEW_NEXT;
	s->masked = screen->ui->masked;
	pager_init(&s->page.pager);
	review_author();
	s->welcome = is_first_time();
	return true;
}

static struct review_request *request_for(struct screen *screen, enum review_purpose purpose)
{
	static uint64_t serials;
	struct review_state *s = review_of(screen);
	struct review_request *r = review_request_new();
	r->owner = s;
	r->serial = s->serial = ++serials;
	r->marks = s->marks;
	r->purpose = purpose;
	r->queue_id = s->known ? s->queue.queue.id : s->from.id;
	r->queue_name = r->queue_id ? STR_NONE : arena_str(&r->arena, str_of(s->from.text));
	r->now_ns = screen->ui->now_ns;
	r->except = s->now ? s->now->seq : -1;
	return r;
}

/* So that nobody else gets what is being read here. */
static bool claim_grows_old(const struct review_state *s, int64_t now_ns)
{
	return s->now && s->queue.queue.copies > 0 && s->now->state != QUEUE_DONE && now_ns - s->claimed_ns > TOUCH_NS;
}

/* Masking was switched on or off: what shows is read again, what is ahead forgotten. */
static void mask_anew(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	if (s->masked == screen->ui->masked)
		return;
	s->masked = screen->ui->masked;
	s->serial = 0; /* what is under way is not taken */
	s->has_figures = false;
	review_loaded_free(s->ahead);
	s->ahead = NULL;
	s->ahead_known = s->ahead_failed = false;
	if (s->now && s->want == REVIEW_NONE) {
		s->want = s->now->seq;
		s->want_beside = 0;
	}
}

static void *ask_review(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	mask_anew(screen);
	review_lay(screen);
	if (s->serial || s->why[0])
		return NULL;
	struct review_request *r;
	if (s->known && s->give_back) {
		s->give_back = false;
		return request_for(screen, REVIEW_FOR_LEAVE);
	}
	if (s->want != REVIEW_NONE) {
		r = request_for(screen, REVIEW_FOR_NOW);
		r->seq = s->want;
		r->beside = s->want_beside;
		return r;
	}
	if (s->now && !s->ahead_known && !s->ahead_failed) {
		r = request_for(screen, REVIEW_FOR_AHEAD);
		r->seq = REVIEW_NEXT;
		return r;
	}
	if (s->progress_marks != s->marks && !s->leaving)
		return request_for(screen, REVIEW_FOR_AHEAD);
	if (s->ended && (!s->has_figures || s->figures_marks != s->marks)) {
		s->has_figures = true; /* or asked for: if they cannot be had, the page stays as it is */
		s->figures_marks = s->marks;
		return request_for(screen, REVIEW_FOR_END);
	}
	if (claim_grows_old(s, screen->ui->now_ns)) {
		s->claimed_ns = screen->ui->now_ns;
		r = request_for(screen, REVIEW_FOR_CLAIM);
		r->seq = s->now->seq;
		return r;
	}
	return NULL;
}

static void adopt_queue(struct review_state *s, struct review_request *r)
{
	if (s->known && r->marks != s->marks)
		return; /* counted before what was said since */
	struct review_queue old = s->queue;
	s->queue = r->queue;
	r->queue = old;
	s->known = true;
	s->progress_marks = r->marks;
}

static struct review_loaded *item_of(struct review_request *r)
{
	struct review_loaded *l = r->item;
	r->item = NULL;
	return l;
}

static void set_ahead(struct review_state *s, struct review_loaded *item, int64_t claimed_ns, bool skipped)
{
	review_loaded_free(s->ahead);
	s->ahead = item;
	s->ahead_known = item != NULL;
	s->ahead_ns = claimed_ns;
	s->ahead_skipped = skipped;
}

/* Whose turn it is. That the first round is over is told before those that were skipped show. */
static void adopt_turn(struct screen *screen, struct review_request *r)
{
	struct review_state *s = review_of(screen);
	if (!r->item) {
		review_end(screen, r->end);
	} else if (r->skipped && !s->skipped_too && (s->now || s->ended)) {
		set_ahead(s, item_of(r), r->now_ns, true);
		review_end(screen, QUEUE_GIVES);
	} else {
		set_ahead(s, NULL, 0, false);
		s->skipped_too = s->skipped_too || r->skipped;
		review_show(screen, item_of(r));
	}
}

/* Back, or on again: the one that was not judged is where one goes on. */
static void adopt_beside(struct screen *screen, struct review_request *r)
{
	struct review_state *s = review_of(screen);
	if (s->now && s->now->seq != r->item->seq && s->now->state != QUEUE_DONE && !s->now->gone) {
		struct review_loaded *left = s->now;
		s->now = NULL;
		set_ahead(s, left, r->now_ns, false);
	}
	if (s->ahead && s->ahead->seq == r->item->seq)
		set_ahead(s, NULL, 0, false);
	review_show(screen, item_of(r));
}

static void adopt_now(struct screen *screen, struct review_request *r)
{
	struct review_state *s = review_of(screen);
	s->want = REVIEW_NONE;
	if (r->seq == REVIEW_NEXT)
		adopt_turn(screen, r);
	else if (r->item)
		adopt_beside(screen, r);
	else if (r->beside > 0)
		review_next(screen);
	else
		ui_say(screen->ui, "there is none before it");
	s->claimed_ns = r->now_ns;
}

static void adopt_ahead(struct review_state *s, struct review_request *r)
{
	if (r->seq != REVIEW_NEXT || s->ahead_known || !s->now || r->except != s->now->seq)
		return;
	set_ahead(s, item_of(r), r->now_ns, r->skipped);
	s->ahead_known = true; /* or that nothing comes */
	s->ahead_end = r->end;
}

static void adopt_figures(struct review_state *s, struct review_request *r)
{
	struct agreement old = s->figures;
	s->figures = r->figures;
	r->figures = old;
}

static void fail(struct screen *screen, const struct review_request *r)
{
	struct review_state *s = review_of(screen);
	if (r->interrupted && r->purpose == REVIEW_FOR_END)
		s->has_figures = false;
	if (r->interrupted)
		return; /* it is asked again */
	if (r->purpose == REVIEW_FOR_AHEAD)
		s->ahead_failed = true;
	if (r->purpose != REVIEW_FOR_NOW)
		return;
	if (!s->now)
		snprintf(s->why, sizeof s->why, "%s", r->why);
	s->want = REVIEW_NONE;
}

static void take_review(struct screen *screen, void *request, bool ok)
{
	struct review_request *r = request;
	struct review_state *s = review_of(screen);
	if (r->owner == s && r->serial == s->serial) {
		bool first = !s->known;
		s->serial = 0;
		if (!ok) {
			fail(screen, r);
		} else {
			enum review_purpose purpose = r->purpose;
			adopt_queue(s, r);
			if (purpose == REVIEW_FOR_NOW)
				adopt_now(screen, r);
			else if (purpose == REVIEW_FOR_AHEAD)
				adopt_ahead(s, r);
			else if (purpose == REVIEW_FOR_END)
				adopt_figures(s, r);
			if (s->page.kind == REVIEW_END)
				review_sheet_end_of_queue(&s->page, s, screen->ui->bundle);
		}
		if (first && s->known && s->welcome && s->now) {
			review_sheet_help(&s->page, true, s->queue.queue.mode & QUEUE_PAIRWISE, screen->ui->ascii);
			remember_help();
		}
	}
	review_request_free(r);
}

/* ---------------------------------------------------------------- the rest */

static void place_review(const struct screen *screen, struct target *out)
{
	const struct review_state *s = review_of(screen);
	*out = s->from;
	if (s->known)
		out->id = s->queue.queue.id;
}

static bool subject_of_review(const struct screen *screen, struct subject_at *out)
{
	const struct review_state *s = review_of(screen);
	if (!s->now || s->now->gone)
		return false;
	*out = s->now->view.subject.at;
	return true;
}

static bool copy_of_review(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct review_state *s = review_of(screen);
	if (!s->known)
		return false;
	switch (what) {
	case COPY_VALUE:
		if (s->page.kind != REVIEW_NO_PAGE)
			buf_add_str(out, buf_str(&s->page.words.text));
		else if (s->now)
			buf_add_str(out, buf_str(&s->now->view.part[REVIEW_ANSWER].words.text));
		return out->len > 0;
	case COPY_ID:
		if (s->now)
			buf_add_str(out, s->now->view.subject.target.key);
		return out->len > 0;
	case COPY_PATH:
		buf_add_str(out, s->queue.queue.name);
		if (s->now)
			buf_printf(out, "/%lld", (long long)s->now->seq + 1);
		return true;
	case COPY_COMMAND: copy_command(out, "review", s->queue.queue.name, NULL, STR_NONE); return true;
	case COPY_LINK:
	case COPY_VIEW: return copy_link(out, "review", s->queue.queue.name, STR_NONE);
	}
	return false;
}

static void close_review(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	while (s->to_say.n)
		saying_free(s->to_say.at[--s->to_say.n]);
	vec_done(&s->to_say);
	review_loaded_free(s->now);
	review_loaded_free(s->ahead);
	review_queue_done(&s->queue);
	agreement_done(&s->figures);
	review_sheet_done(&s->page);
}

const struct screen_ops screen_review = {
    .name = "review",
    .title = "Review",
    .state_size = sizeof(struct review_state),
    .actions = review_actions,
    .open = open_review,
    .ask = ask_review,
    .fetch = review_fetch,
    .take = take_review,
    .draw = review_draw,
    .headline = review_headline,
    .status = review_status,
    .hints = review_hints,
    .waits = review_waits,
    .place = place_review,
    .subject = subject_of_review,
    .say = review_say,
    .said = review_said,
    .copy = copy_of_review,
    .close = close_review,
};
