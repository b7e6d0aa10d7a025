/* The keys of Review. Digits are verdicts, after a bad one reasons, and between two answers preferences. */
#include "tui/screen/pane_review_state.h"

#include <stdlib.h>

#include "tui/keyed.h"
#include "tui/widget/move.h"

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)in, (void)target

void review_touch(struct review_state *s, int64_t now_ns)
{
	int64_t pause = now_ns - s->touched_ns;
	s->touched_ns = now_ns;
	if (pause > 0 && pause <= QUEUE_BREAK_NS)
		s->spent_ns += pause;
}

static void say_keys(struct screen *screen)
{
	const struct review_state *s = review_of(screen);
	ui_say(screen->ui, "%s",
	       review_is_pair(&s->now->view) ? keyed("{1} the first, {2} the second, {3} both good, {4} both bad")
	                                     : keyed("{1} good, {2} bad, {3} unsure; {?} for all keys"));
}

/* The item that keys act on; NULL: there is none, and that is said. */
static struct review_state *judging(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	review_touch(s, screen->ui->now_ns);
	if (review_waits(screen))
		return NULL;
	if (s->page.kind == REVIEW_HELP ||
	    s->page.kind == REVIEW_LEAVE) { /* the item does not show: nothing is judged unseen */
		s->welcome = false;
		review_sheet_begin(&s->page, REVIEW_NO_PAGE);
		return NULL;
	}
	if (s->now && !s->now->gone)
		return s;
	ui_say(screen->ui, "%s",
	       s->now ? keyed("this one can't be judged: {n} goes on")
	              : keyed("nothing is left to judge here: {b} looks back"));
	return NULL;
}

/* ---------------------------------------------------------------- verdicts */

static enum outcome judge(struct screen *screen, enum verdict v)
{
	struct review_state *s = judging(screen);
	if (!s)
		return OUT_HANDLED;
	if (review_is_pair(&s->now->view))
		ui_say(screen->ui, "of two answers: 1 the first, 2 the second, 3 both good, 4 both bad");
	else
		review_verdict(screen, v);
	return OUT_REFRESH;
}

ACTION(good)
{
	UNUSED;
	return judge(screen, VERDICT_GOOD);
}

ACTION(bad)
{
	UNUSED;
	return judge(screen, VERDICT_BAD);
}

ACTION(unsure)
{
	UNUSED;
	return judge(screen, VERDICT_UNSURE);
}

static void end_several(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < s->queue.n_reasons; i++)
		if (s->picked >> i & 1)
			buf_printf(&all, "%s" STR_FMT, all.len ? ", " : "", STR_ARG(s->queue.reasons[i]));
	review_reasons(screen, all.len ? buf_str(&all) : STR_LIT(""));
	buf_done(&all);
}

static enum outcome digit(struct screen *screen, int n)
{
	static const enum verdict verdicts[] = {VERDICT_GOOD, VERDICT_BAD, VERDICT_UNSURE};
	struct review_state *s = judging(screen);
	if (!s)
		return OUT_HANDLED;
	if (s->mode != REVIEW_JUDGES) {
		if ((size_t)n > s->queue.n_reasons)
			ui_say(screen->ui, "there are %zu reasons; %s: none", s->queue.n_reasons, key_now("Enter"));
		else if (s->mode == REVIEW_SEVERAL)
			s->picked ^= 1U << (n - 1);
		else
			review_reasons(screen, s->queue.reasons[n - 1]);
	} else if (review_is_pair(&s->now->view) && n <= 4) {
		review_prefer(screen, n - 1);
	} else if (!review_is_pair(&s->now->view) && n <= 3) {
		review_verdict(screen, verdicts[n - 1]);
	} else {
		say_keys(screen);
	}
	return OUT_REFRESH;
}

#define DIGIT(n)                         \
	ACTION(digit_##n)                \
	{                                \
		UNUSED;                  \
		return digit(screen, n); \
	}
DIGIT(1)
DIGIT(2)
DIGIT(3)
DIGIT(4)
DIGIT(5)
DIGIT(6)
DIGIT(7)
DIGIT(8)
DIGIT(9)

ACTION(several)
{
	UNUSED;
	struct review_state *s = review_of(screen);
	if (s->mode == REVIEW_REASONS)
		s->mode = REVIEW_SEVERAL;
	else
		ui_say(screen->ui, "after 2: several reasons instead of one");
	return OUT_HANDLED;
}

ACTION(skip)
{
	UNUSED;
	struct review_state *s = review_of(screen);
	if (s->page.kind == REVIEW_END && !review_waits(screen)) {
		s->skipped_too = true;
		s->saved[0] = '\0';
		if (s->queue.progress.left > 0)
			review_next(screen);
		else
			ui_say(screen->ui, "nothing is left");
		return OUT_REFRESH;
	}
	if (s->now && s->now->gone && !review_waits(screen) && s->page.kind == REVIEW_NO_PAGE) {
		review_skip(screen);
		return OUT_REFRESH;
	}
	if (!(s = judging(screen)))
		return OUT_HANDLED;
	if (s->now->state == QUEUE_DONE)
		ui_say(screen->ui, "%s", keyed("this one is judged: {n} goes on, {u} takes the last verdict back"));
	else
		review_skip(screen);
	return OUT_REFRESH;
}

/* ---------------------------------------------------------------- texts */

static enum outcome written(struct screen *screen, enum annotation_field field, struct str text)
{
	struct review_state *s = review_of(screen);
	if (s->now && !s->now->gone)
		review_text(screen, field, text.ptr ? text : STR_LIT(""));
	return OUT_REFRESH;
}

ACTION(note_written)
{
	(void)target;
	return written(screen, FIELD_NOTE, in->argument);
}

ACTION(answer_written)
{
	(void)target;
	return written(screen, FIELD_CORRECTION, in->argument);
}

static const struct action note_answer = {.name = "note", .keys = "", .help = "", .run = note_written};
static const struct action correct_answer = {.name = "correct", .keys = "", .help = "", .run = answer_written};

static enum outcome write_text(struct review_state *s, struct target *target, const char *title, const char *what,
                               struct str begins, const struct action *answer)
{
	struct buf draft = BUF_INIT;
	buf_printf(&draft, "%s ", what);
	hash_hex(&draft, s->now->view.subject.hash.byte, sizeof s->now->view.subject.hash.byte);
	*target = (struct target){.prompt = title, .answer = answer, .whole = begins.len ? xstrndup(begins) : NULL};
	snprintf(target->draft, sizeof target->draft, "%s", buf_cstr(&draft));
	buf_done(&draft);
	return OUT_WRITE;
}

ACTION(note)
{
	(void)in;
	struct review_state *s = judging(screen);
	return s ? write_text(s, target, "Your note", "note", s->now->mine.note, &note_answer) : OUT_HANDLED;
}

ACTION(correct)
{
	(void)in;
	struct review_state *s = judging(screen);
	if (!s)
		return OUT_HANDLED;
	if (review_is_pair(&s->now->view)) {
		ui_say(screen->ui, "%s", keyed("of two answers none is corrected; {c} writes a note"));
		return OUT_HANDLED;
	}
	struct str begins = s->now->mine.correction.len ? s->now->mine.correction : s->now->view.subject.answer;
	return write_text(s, target, "The answer as it should be", "correction", begins, &correct_answer);
}

/* ---------------------------------------------------------------- to and fro */

ACTION(undo)
{
	UNUSED;
	struct review_state *s = review_of(screen);
	if (!review_waits(screen) && s->known) {
		s->welcome = false;
		review_sheet_begin(&s->page, s->ended ? s->page.kind : REVIEW_NO_PAGE);
		review_take_back(screen, false);
	}
	return OUT_REFRESH;
}

ACTION(redo)
{
	UNUSED;
	if (!review_waits(screen) && review_of(screen)->known)
		review_take_back(screen, true);
	return OUT_REFRESH;
}

static enum outcome beside(struct screen *screen, int by)
{
	struct review_state *s = review_of(screen);
	review_touch(s, screen->ui->now_ns);
	if (review_waits(screen) || !s->known)
		return OUT_HANDLED;
	if (by > 0 && s->now && s->now->gone) {
		review_skip(screen);
		return OUT_REFRESH;
	}
	if (by > 0 && !s->now) { /* somebody may have left something */
		s->want = REVIEW_NEXT;
		s->want_beside = 0;
		return OUT_REFRESH;
	}
	if (by > 0 && s->now->state == QUEUE_OPEN) {
		ui_say(screen->ui, "%s", keyed("this is where you are; {s} skips it"));
		return OUT_HANDLED;
	}
	s->want = s->now ? s->now->seq : s->queue.progress.items;
	s->want_beside = by;
	s->saved[0] = '\0';
	return OUT_REFRESH;
}

ACTION(back)
{
	UNUSED;
	return beside(screen, -1);
}

ACTION(forward)
{
	UNUSED;
	return beside(screen, 1);
}

/* ---------------------------------------------------------------- pages */

static enum outcome toggle(struct screen *screen, enum review_page_kind kind)
{
	struct review_state *s = review_of(screen);
	review_touch(s, screen->ui->now_ns);
	bool ascii = screen->ui->ascii, was = s->page.kind == kind;
	if (!s->known || (kind != REVIEW_HELP && kind != REVIEW_GUIDE && (!s->now || s->now->gone)))
		return OUT_HANDLED;
	if (kind == REVIEW_DOCUMENTS && !was && s->now->view.subject.n_documents == 0) {
		ui_say(screen->ui, "no documents were recorded for this answer");
		return OUT_HANDLED;
	}
	s->welcome = false;
	if (was && s->ended)
		review_sheet_end_of_queue(&s->page, s, screen->ui->bundle);
	else if (was)
		review_sheet_begin(&s->page, REVIEW_NO_PAGE);
	else if (kind == REVIEW_HELP)
		review_sheet_help(&s->page, false, s->queue.queue.mode & QUEUE_PAIRWISE, ascii);
	else if (kind == REVIEW_WHOLE)
		review_sheet_whole(&s->page, &s->now->view);
	else if (kind == REVIEW_DOCUMENTS)
		review_sheet_documents(&s->page, &s->now->view);
	else if (kind == REVIEW_GUIDE)
		review_sheet_guide(&s->page, s->queue.queue.rubric);
	else {
		s->blind = s->blind && !s->now->mine.judged; /* before one's own verdict nothing of others shows */
		review_sheet_evidence(&s->page, &s->now->view, s->now->now, s->now->n_now, review_author(),
		                      s->now->mine.judged || !(s->queue.queue.mode & QUEUE_BLIND), ascii);
	}
	return OUT_REFRESH;
}

ACTION(help)
{
	UNUSED;
	return toggle(screen, REVIEW_HELP);
}

ACTION(whole)
{
	UNUSED;
	return toggle(screen, REVIEW_WHOLE);
}

ACTION(documents)
{
	UNUSED;
	return toggle(screen, REVIEW_DOCUMENTS);
}

ACTION(guide)
{
	UNUSED;
	return toggle(screen, REVIEW_GUIDE);
}

ACTION(evidence)
{
	UNUSED;
	return toggle(screen, REVIEW_EVIDENCE);
}

ACTION(raw)
{
	UNUSED;
	struct review_state *s = review_of(screen);
	if (s->now && !s->now->gone && !review_waits(screen)) {
		review_item_set_raw(&s->now->view, !s->now->view.raw);
		ui_say(screen->ui, "%s",
		       s->now->view.raw ? keyed("as it was received; {r}: readable again") : "readable again");
	}
	return OUT_REFRESH;
}

ACTION(alikes)
{
	static const char *const kinds[N_SUBJECT_KINDS] = {
	    [SUBJECT_CASE] = "case", [SUBJECT_TRACE] = "trace", [SUBJECT_SPAN] = "span"};
	(void)in;
	const struct subject_at *at = &review_of(screen)->bad;
	if (at->kind >= N_SUBJECT_KINDS || !kinds[at->kind] || !screen_named("alikes")) {
		ui_say(screen->ui, "after a bad verdict: others that failed alike");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "alikes", .id = at->kind == SUBJECT_CASE ? at->at.run : at->trace};
	if (at->kind == SUBJECT_CASE) {
		target->id2 = at->at.case_id;
		target->span = at->at.repeat;
	} else if (at->kind == SUBJECT_SPAN) {
		target->span = at->span;
	}
	bool blind = review_of(screen)->queue.queue.mode & QUEUE_BLIND;
	snprintf(target->text, sizeof target->text, "%s%s", kinds[at->kind], blind ? " blind" : "");
	return OUT_OPEN;
}

/* Not before the end: it shows what others say. */
ACTION(agreement)
{
	(void)in;
	const struct review_state *s = review_of(screen);
	if (!s->ended) {
		ui_say(screen->ui, "when all is judged: where reviewers disagree");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "agreement"};
	snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(str_cut(s->queue.queue.name, 0, 250)));
	return OUT_OPEN;
}

/* ---------------------------------------------------------------- leaving */

static enum outcome leave(const struct review_state *s)
{
	return s->quits ? OUT_QUIT : OUT_BACK;
}

/* Enter and Esc: out of what is open, then on. */
static bool close_page(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	if (s->page.kind == REVIEW_NO_PAGE || s->page.kind == REVIEW_END)
		return false;
	s->welcome = false;
	if (s->ended)
		review_sheet_end_of_queue(&s->page, s, screen->ui->bundle);
	else
		review_sheet_begin(&s->page, REVIEW_NO_PAGE);
	return true;
}

ACTION(enter)
{
	UNUSED;
	struct review_state *s = review_of(screen);
	review_touch(s, screen->ui->now_ns);
	if (review_waits(screen) || close_page(screen))
		return OUT_REFRESH;
	if (s->mode == REVIEW_SEVERAL)
		end_several(screen);
	else if (s->mode == REVIEW_REASONS)
		review_reasons(screen, STR_LIT(""));
	else if (s->now && (s->now->state == QUEUE_DONE || s->now->gone))
		return beside(screen, 1);
	else if (s->now && s->now->mine.judged)
		review_keep(screen);
	else if (s->now)
		say_keys(screen);
	return OUT_REFRESH;
}

ACTION(quit)
{
	struct review_state *s = review_of(screen);
	if (in->key == KEY_ESCAPE && s->mode != REVIEW_JUDGES &&
	    s->page.kind == REVIEW_NO_PAGE) { /* bad it is, but stay */
		s->mode = REVIEW_JUDGES;
		return OUT_HANDLED;
	}
	(void)target;
	if (!s->known || s->page.kind == REVIEW_LEAVE || s->page.kind == REVIEW_END)
		return in->key == KEY_ESCAPE && close_page(screen) ? OUT_HANDLED : leave(s);
	if (close_page(screen))
		return OUT_HANDLED;
	s->give_back = s->queue.queue.copies > 0;
	review_sheet_leave(&s->page, s, screen->ui->bundle);
	return OUT_REFRESH;
}

/* ---------------------------------------------------------------- reading on */

static enum outcome review_move(struct screen *screen, enum move move)
{
	struct review_state *s = review_of(screen);
	review_touch(s, screen->ui->now_ns);
	bool moved = true;
	if (s->page.kind != REVIEW_NO_PAGE)
		moved = review_sheet_scroll(&s->page, move);
	else if (s->now && !s->now->gone)
		moved = review_item_scroll(&s->now->view, move);
	if (!moved && move == MOVE_PAGE_DOWN)
		ui_say(screen->ui, "that is all of it");
	return OUT_HANDLED;
}

MOVE_FUNCTIONS(review_move)

/* name, keys, help, hint, order, run */
const struct action review_actions[] = {
    {"judge-1",     "1",       "good; the first reason; the first of two answers",     "good",    1, digit_1       },
    {"judge-2",     "2",       "bad; the second reason; the second of two answers",    "bad",     2, digit_2       },
    {"judge-3",     "3",       "unsure; the third reason; both answers are good",      "unsure",  3, digit_3       },
    {"judge-4",     "4",       "the fourth reason; both answers are bad",              NULL,      0, digit_4       },
    {"judge-5",     "5",       "the fifth reason",                                     NULL,      0, digit_5       },
    {"judge-6",     "6",       "the sixth reason",                                     NULL,      0, digit_6       },
    {"judge-7",     "7",       "the seventh reason",                                   NULL,      0, digit_7       },
    {"judge-8",     "8",       "the eighth reason",                                    NULL,      0, digit_8       },
    {"judge-9",     "9",       "the ninth reason",                                     NULL,      0, digit_9       },
    {"good",        "+",       "good, also while a reason is asked for",               NULL,      0, good          },
    {"bad",         "-",       "bad",                                                  NULL,      0, bad           },
    {"unsure",      "~",       "unsure, also while a reason is asked for",             NULL,      0, unsure        },
    {"several",     "m",       "after a bad verdict: several reasons, until {Enter}",  NULL,      0, several       },
    {"skip",        "s",       "not now: it comes back at the end",                    "skip",    6, skip          },
    {"note",        "c",       "a note",                                               "note",    4, note          },
    {"correct",     "C",       "the answer as it should be",                           "correct", 5, correct       },
    {"undo",        "u",       "take back what was said last",                         NULL,      0, undo          },
    {"redo",        "^R",      "say it again",                                         NULL,      0, redo          },
    {"back",        "b Left",  "the one before",                                       NULL,      0, back          },
    {"forward",     "n Right", "the one after",                                        NULL,      0, forward       },
    {"more",        "Space",   "more of a long answer, or of the page",                NULL,      0, move_page_down},
    {"whole",       "w",       "all of the item on one page",                          NULL,      0, whole         },
    {"documents",   "d",       "the documents, and which sentence came from which",    NULL,      0, documents     },
    {"guide",       "g",       "what to look for",                                     NULL,      0, guide         },
    {"evidence",    "e",       "after the own verdict: scores, other people, the run", NULL,      0, evidence      },
    {"raw",         "r",       "the texts as they were received",                      NULL,      0, raw           },
    {"look-alikes", "a",       "after a bad verdict: others that failed alike",        NULL,      0, alikes        },
    {"agreement",   "A",       "at the end: where reviewers disagree",                 NULL,      0, agreement     },
    {"keys",        "? F1",    "help: the large one",                                  NULL,      0, help          },
    {"enter",       "Enter",   "no reason; close the page; go on",                     NULL,      0, enter         },
    {"leave",       "q Esc",   "stop: all is saved",                                   NULL,      0, quit          },
    MOVE_ACTIONS_BUT("Home"),
    ACTIONS_END,
};
