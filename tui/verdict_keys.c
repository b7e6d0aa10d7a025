#include "tui/verdict_keys.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/block.h"
#include "tui/keyed.h"
#include "tui/marked.h"

static const struct verdict_keys *the_keys;

void verdict_keys_set(const struct verdict_keys *k)
{
	the_keys = k;
}

/* ---------------------------------------------------------------- words */

static void add_value(struct buf *out, const struct say *say, bool is_taken)
{
	enum { SHORT = 40 };
	bool has_words = say->field == FIELD_REASON || say->field == FIELD_TAG || say->field == FIELD_SCORE;
	if (out->len)
		buf_add_cstr(out, ", ");
	if (say->field == FIELD_VERDICT && say->value.len) {
		buf_add_str(out, say->value);
		return;
	}
	if (!say->value.len && !is_taken)
		buf_add_cstr(out, "no ");
	buf_add_cstr(out, annotation_field_name(say->field));
	if (has_words && say->value.len)
		buf_printf(out, " " STR_FMT "%s", STR_ARG(str_cut(say->value, 0, SHORT)),
		           say->value.len > SHORT ? "…" : "");
}

static void add_said(struct buf *out, const struct saying *s)
{
	bool taken = s->kind == SAYING_TAKE_BACK;
	for (size_t i = 0; i < s->n_says; i++)
		add_value(out, &s->says[i], taken);
	if (!out->len)
		buf_add_cstr(out, "skipped");
}

/* What takes it back, in as many words as there is room for: it is not to be cut. */
static void say_undo(struct ui *ui, const char *said, const char *undo, const char *short_undo)
{
	bool fits = text_cols(str_of(said)) + 3 + text_cols(str_of(undo)) <= ui->cols - 2;
	ui_say(ui, "%s%s%s", said, fits ? "   " : "  ", fits ? undo : short_undo);
}

static void say_many(struct ui *ui, const struct saying *s, const char *what)
{
	struct buf text = BUF_INIT;
	if (!s->n_written) {
		ui_say(ui, "already %s, all %zu", what, s->n_many);
		return;
	}
	buf_printf(&text, "saved: %s, of %s%zu", what, s->n_left ? "" : "all ", s->n_written);
	if (s->n_left)
		buf_printf(&text, " (%zu were so or are gone)", s->n_left);
	say_undo(ui, buf_cstr(&text), keyed("{u} takes all back"), keyed("{u} undoes"));
	buf_done(&text);
}

/* Of what is on the disk. */
static void say_done(struct ui *ui, const struct saying *s, const char *what)
{
	struct buf text = BUF_INIT;
	if (s->kind == SAYING_TAKE_BACK || s->kind == SAYING_DROP) {
		buf_printf(&text, "taken back: %s%s", what, s->n_many > 1 ? ", of all of them" : "");
		say_undo(ui, buf_cstr(&text), keyed("{^R} says it again"), keyed("{^R} again"));
	} else if (s->was_so && !s->n_events) {
		ui_say(ui, "there was %s before", what);
	} else {
		if (s->kind == SAYING_PROPOSE)
			buf_printf(&text, "proposed to %zu: %s", s->n_written, what);
		else
			buf_printf(&text, "%s%s", s->was_so ? "already " : "saved: ", what);
		say_undo(ui, buf_cstr(&text), keyed("{u} takes it back"), keyed("{u} undoes"));
	}
	buf_done(&text);
}

void verdict_say(struct ui *ui, const struct verdict_answer *a)
{
	const struct saying *s = a->saying;
	struct buf text = BUF_INIT;
	add_said(&text, s);
	if (!a->ok && (s->kind == SAYING_ADD || s->kind == SAYING_MANY))
		ui_say(ui, "not saved: %.400s", a->err.text);
	else if (!a->ok)
		ui_say(ui, "%.400s", a->err.text);
	else if (s->kind == SAYING_MANY)
		say_many(ui, s, buf_cstr(&text));
	else
		say_done(ui, s, buf_cstr(&text));
	ui->message_is_error = !a->ok;
	buf_done(&text);
}

void verdict_waits(struct verdicts *v, struct buf *out)
{
	char why[200] = "";
	size_t n = verdicts_waiting(v, why, sizeof why);
	if (n && why[0])
		buf_printf(out, "%zu not saved yet, waiting: %s", n, why);
}

/* ---------------------------------------------------------------- verdicts */

static bool find_subject(struct screen *s, struct subject_at *at)
{
	if (s->ops->subject && s->ops->subject(s, at) && at->kind != SUBJECT_NONE)
		return true;
	ui_say(s->ui, "no answer is under the cursor here");
	return false;
}

/* What waits for a yes. */
static struct {
	enum annotation_field field;
	struct buf part, value;
} sure;

static struct str part_of(const struct buf *b)
{
	return b->len ? buf_str(b) : STR_NONE;
}

static enum outcome post_many(struct screen *screen, enum annotation_field field, struct str part, struct str value)
{
	struct saying *s = saying_new(SAYING_MANY, NULL);
	saying_many(s, marked_rows(screen), marked_n(screen));
	saying_add(s, field, part, value);
	verdicts_post(the_keys->verdicts, s, 0, NULL);
	return OUT_HANDLED;
}

static enum outcome sure_answer(struct screen *screen, const struct input *in, struct target *t)
{
	(void)t;
	struct str answer = str_trim(in->argument);
	if (!marked_n(screen) || !(str_is(answer, "y") || str_is(answer, "yes"))) {
		ui_say(screen->ui, "nothing was said");
		return OUT_HANDLED;
	}
	return post_many(screen, sure.field, part_of(&sure.part), buf_str(&sure.value));
}

static const struct action sure_action = {.name = "sure-line", .keys = "", .help = "", .run = sure_answer};

static enum outcome ask_sure(struct screen *screen, enum annotation_field field, struct str part, struct str value,
                             struct target *t)
{
	static char question[120];
	struct buf text = BUF_INIT;
	struct say say = {field, part, value};
	sure.field = field;
	buf_clear(&sure.part);
	buf_clear(&sure.value);
	buf_add_str(&sure.part, part);
	buf_add_str(&sure.value, value);
	add_value(&text, &say, false);
	/* Half a row of 80 columns is a prompt's. */
	snprintf(question, sizeof question, "all %zu %.24s? %s undoes all %zu: y/n ", marked_n(screen), buf_cstr(&text),
	         key_now("u"), marked_n(screen));
	buf_done(&text);
	*t = (struct target){.prompt = question, .answer = &sure_action, .words = "yes no"};
	return OUT_PROMPT;
}

/* Of the marked rows, of many only when sure; else of what is under the cursor. */
static enum outcome post(struct screen *screen, enum annotation_field field, struct str part, struct str value,
                         struct target *t)
{
	struct subject_at at = {.kind = SUBJECT_NONE};
	if (marked_n(screen) > MARKED_ASK)
		return ask_sure(screen, field, part, value, t);
	if (marked_n(screen))
		return post_many(screen, field, part, value);
	if (!find_subject(screen, &at))
		return OUT_HANDLED;
	struct saying *s = saying_new(SAYING_ADD, &at);
	saying_add(s, field, part, value);
	verdicts_post(the_keys->verdicts, s, 0, NULL);
	return OUT_HANDLED;
}

enum outcome verdict_alikes(struct screen *screen, const struct input *in, struct target *t)
{
	static const char *const kinds[N_SUBJECT_KINDS] = {
	    [SUBJECT_CASE] = "case", [SUBJECT_TRACE] = "trace", [SUBJECT_SPAN] = "span"};
	(void)in;
	struct subject_at at = {.kind = SUBJECT_NONE};
	if (!find_subject(screen, &at))
		return OUT_HANDLED;
	if (!kinds[at.kind]) {
		ui_say(screen->ui, "which of two answers is better is no failure: nothing is like it");
		return OUT_HANDLED;
	}
	bool is_case = at.kind == SUBJECT_CASE;
	*t = (struct target){.screen = "alikes",
	                     .id = is_case ? at.at.run : at.trace,
	                     .id2 = is_case ? at.at.case_id : 0,
	                     .span = is_case ? at.at.repeat : at.span};
	snprintf(t->text, sizeof t->text, "%s", kinds[at.kind]);
	return OUT_OPEN;
}

#define VERDICT(name, value)                                                               \
	enum outcome name(struct screen *screen, const struct input *in, struct target *t) \
	{                                                                                  \
		(void)in;                                                                  \
		return post(screen, FIELD_VERDICT, STR_NONE, value, t);                    \
	}
VERDICT(verdict_good, str_of(verdict_name(VERDICT_GOOD)))
VERDICT(verdict_bad, str_of(verdict_name(VERDICT_BAD)))
VERDICT(verdict_unsure, str_of(verdict_name(VERDICT_UNSURE)))
VERDICT(verdict_none, STR_LIT(""))

static enum outcome back_or_again(enum saying_kind kind)
{
	verdicts_post(the_keys->verdicts, saying_new(kind, NULL), 0, NULL);
	return OUT_HANDLED;
}

enum outcome verdict_undo(struct screen *screen, const struct input *in, struct target *t)
{
	(void)screen, (void)in, (void)t;
	return back_or_again(SAYING_TAKE_BACK);
}

enum outcome verdict_redo(struct screen *screen, const struct input *in, struct target *t)
{
	(void)screen, (void)in, (void)t;
	return back_or_again(SAYING_AGAIN);
}

/* ---------------------------------------------------------------- texts */

/* What an editor begins with: the note so far, the correction so far or else the answer. */
struct draft {
	struct subject_at at;
	enum annotation_field field;
	struct str author;
	struct arena arena;
	struct str text;
	struct sha256 target;
};

static bool fetch_draft(struct db *db, void *request, struct err *err)
{
	struct draft *d = request;
	struct subject subject;
	struct annotation *now;
	size_t n;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = subject_load(db, blocks, &d->at, &d->arena, &subject, err) &&
	          annotate_state(db, &subject.hash, &d->arena, &now, &n, err);
	block_cache_free(blocks);
	if (!ok)
		return false;
	d->target = subject.hash;
	if (d->field == FIELD_CORRECTION)
		d->text = subject.answer;
	for (size_t i = 0; i < n; i++)
		if (now[i].field == d->field && str_eq(now[i].author, d->author))
			d->text = now[i].value;
	return true;
}

static void take_draft(struct screen *screen, void *request, bool ok)
{
	(void)screen, (void)ok;
	struct draft *d = request;
	arena_done(&d->arena);
	free(d);
}

static const struct screen_ops draft_ops = {.name = "draft", .fetch = fetch_draft, .take = take_draft};

/* What is being asked for; its subject is that of the key, wherever the cursor is when the answer comes. */
static struct {
	struct subject_at at;
	enum annotation_field field;
} asked;

static enum outcome text_answer(struct screen *screen, const struct input *in, struct target *t)
{
	if (asked.at.kind == SUBJECT_NONE)
		return marked_n(screen) ? post(screen, asked.field, STR_NONE, in->argument, t) : OUT_HANDLED;
	struct saying *s = saying_new(SAYING_ADD, &asked.at);
	saying_add(s, asked.field, STR_NONE, in->argument);
	verdicts_post(the_keys->verdicts, s, 0, NULL);
	return OUT_HANDLED;
}

static const struct action text_action = {.name = "text", .keys = "", .help = "", .run = text_answer};

/* What was written and not saved is found again by what it is about. */
static enum outcome ask_text(const struct draft *d, const char *title, struct target *t)
{
	struct buf name = BUF_INIT;
	asked.field = d->field;
	*t = (struct target){.prompt = title, .answer = &text_action, .whole = xstrndup(d->text)};
	buf_add_cstr(&name, d->field == FIELD_NOTE ? "note " : "correction ");
	hash_hex(&name, &d->target, sizeof d->target);
	snprintf(t->draft, sizeof t->draft, "%s", buf_cstr(&name));
	buf_done(&name);
	return OUT_WRITE;
}

static enum outcome edit_text(struct screen *screen, enum annotation_field field, const char *title,
                              const struct input *in, struct target *t)
{
	char name[128];
	struct err err = ERR_INIT;
	if (marked_n(screen) && field == FIELD_CORRECTION) {
		ui_say(screen->ui, "a corrected answer is one answer's: :mark-none takes the marks off");
		return OUT_HANDLED;
	}
	if (in->argument.len)
		return post(screen, field, STR_NONE, in->argument, t);
	asked.at = (struct subject_at){.kind = SUBJECT_NONE};
	asked.field = field;
	if (marked_n(screen)) { /* one note on all of them */
		*t = (struct target){.prompt = "Note on each of the marked answers", .answer = &text_action};
		return OUT_WRITE;
	}
	if (!find_subject(screen, &asked.at))
		return OUT_HANDLED;
	struct draft *d = xcalloc(1, sizeof *d);
	d->at = asked.at;
	d->field = field;
	d->author = annotation_author(name);
	if (!the_keys->fetch(the_keys->ui, &draft_ops, d, &err)) {
		ui_fail(screen->ui, &err);
		return OUT_HANDLED;
	}
	enum outcome outcome = ask_text(d, title, t);
	take_draft(NULL, d, true);
	return outcome;
}

enum outcome verdict_note(struct screen *screen, const struct input *in, struct target *t)
{
	return edit_text(screen, FIELD_NOTE, "Note on this answer", in, t);
}

enum outcome verdict_correct(struct screen *screen, const struct input *in, struct target *t)
{
	return edit_text(screen, FIELD_CORRECTION, "The answer as it should be", in, t);
}

/* ---------------------------------------------------------------- reasons and tags */

static enum outcome reason_answer(struct screen *screen, const struct input *in, struct target *t)
{
	return post(screen, FIELD_REASON, STR_NONE, str_trim(in->argument), t);
}

static const struct action reason_action = {.name = "reason-line", .keys = "", .help = "", .run = reason_answer};

enum outcome verdict_reason(struct screen *screen, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return reason_answer(screen, in, t);
	*t = (struct target){.prompt = "why (wrong, outdated, unsafe, tone, incomplete, personal data …): ",
	                     .answer = &reason_action,
	                     .words = "wrong outdated unsafe tone incomplete"};
	return OUT_PROMPT;
}

static enum outcome tag_answer(struct screen *screen, const struct input *in, struct target *t)
{
	struct str tag = str_trim(in->argument);
	return tag.len ? post(screen, FIELD_TAG, tag, tag, t) : OUT_HANDLED;
}

static const struct action tag_action = {.name = "tag-line", .keys = "", .help = "", .run = tag_answer};

enum outcome verdict_tag(struct screen *screen, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return tag_answer(screen, in, t);
	*t = (struct target){.prompt = "tag: ", .answer = &tag_action};
	return OUT_PROMPT;
}
