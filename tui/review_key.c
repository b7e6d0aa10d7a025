#include "tui/review_key.h"

#include <stdio.h>

#include "store/query/queue_make.h"
#include "tui/marked.h"

static struct queue_wish *pending; /* while its name is asked for */
static struct str proposed;        /* in its arena */

void review_key_done(void)
{
	queue_wish_free(pending);
	pending = NULL;
}

/* What the list shows; else what the cursor stands on, alone. */
static struct queue_wish *wish_of(const struct screen *s)
{
	struct arena arena = ARENA_INIT;
	struct queue_ask ask = {.from = QUEUE_LISTED};
	struct subject_at one;
	bool fits = marked_review(s, &arena, &ask) || (s->ops->review && s->ops->review(s, &arena, &ask));
	if (!fits && s->ops->subject && s->ops->subject(s, &one)) {
		ask = (struct queue_ask){.from = QUEUE_LISTED, .items = &one, .n_items = 1, .again = true};
		ask.listed = one.kind == SUBJECT_PAIR ? STR_LIT("two answers") : STR_LIT("one answer");
		fits = true;
	}
	struct queue_wish *wish = NULL;
	if (fits && (ask.from != QUEUE_LISTED || ask.n_items)) {
		ask.now_ns = s->ui->now_ns;
		wish = queue_wish_new(&ask);
		wish->how.mode = QUEUE_BLIND;
	}
	arena_done(&arena);
	return wish;
}

static enum outcome named(struct screen *s, const struct input *in, struct target *t)
{
	struct str name = str_trim(in->argument);
	if (!pending)
		return OUT_HANDLED;
	if (name.len && !queue_name_is_good(name)) {
		ui_say(s->ui, "a name is one line of at most %d bytes", QUEUE_NAME_MAX);
		s->ui->message_is_error = true;
		return OUT_HANDLED;
	}
	/* Its own name is given when it is made: another queue may have it by then. */
	if (name.len && !str_eq(name, proposed))
		pending->how.name = arena_str(&pending->arena, name);
	queue_wish_free(s->ui->wish);
	s->ui->wish = pending;
	pending = NULL;
	*t = (struct target){.screen = "queues", .text = "make"};
	return OUT_OPEN;
}

static const struct action name_answer = {.name = "review-name", .keys = "", .help = "", .run = named};

enum outcome review_list(struct screen *s, const struct input *in, struct target *t)
{
	review_key_done();
	pending = wish_of(s);
	if (!pending) {
		ui_say(s->ui, "there is no answer to review here");
		return OUT_HANDLED;
	}
	proposed = queue_name_of(NULL, &pending->ask, &pending->arena);
	if (in->argument.len)
		return named(s, in, t);
	*t = (struct target){.prompt = "review as: ", .answer = &name_answer};
	snprintf(t->line, sizeof t->line, STR_FMT, STR_ARG(proposed));
	return OUT_PROMPT;
}
