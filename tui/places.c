#include "tui/places.h"

#include <string.h>

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/resume.h"
#include "tui/views.h"

static struct places lent;
static int awaits; /* 'm' or '\'': the key after it; 0: none */

void places_set(const struct places *places)
{
	lent = places ? *places : (struct places){.memory = NULL};
	awaits = 0;
}

static enum outcome off(void)
{
	ui_say(lent.ui, "nothing is remembered: the setting memory is off");
	return OUT_HANDLED;
}

/* ---------------------------------------------------------------- setting one */

static void set_mark(const struct screen *screen, int letter)
{
	struct buf link = BUF_INIT;
	if (!views_mark_is(letter) || letter == '\'')
		ui_say(lent.ui, "a mark is a letter");
	else if (!views_put_mark(lent.memory, letter, screen))
		ui_say(lent.ui, "this place has no link to come back by");
	else if (views_get_mark(lent.memory, letter, &link))
		ui_say(lent.ui, "mark %c: %s", letter, buf_cstr(&link));
	memory_save(lent.memory);
	buf_done(&link);
}

enum outcome places_mark(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	if (!lent.memory)
		return off();
	if (in->argument.len) {
		set_mark(screen, in->argument.len == 1 ? in->argument.ptr[0] : 0);
		return OUT_HANDLED;
	}
	struct buf used = BUF_INIT;
	views_list_marks(lent.memory, &used);
	ui_say(lent.ui, "mark this place by a letter%s%s", used.len ? "; in use: " : "", buf_cstr(&used));
	buf_done(&used);
	awaits = 'm';
	return OUT_HANDLED;
}

/* ---------------------------------------------------------------- going to one */

static void go_to(const struct screen *screen, struct str link)
{
	struct view_names name = {0};
	struct err err = ERR_INIT;
	const struct target *at;
	*vec_add(&name.at) = xstrndup(link);
	void *request = resume_new(&name, 0, lent.ui->now_ns);
	if (!lent.fetch(lent.ui, &resume_ops, request, &err)) {
		ui_fail(lent.ui, &err);
		return;
	}
	if (resume_targets(request, &at) == 0) {
		ui_say(lent.ui, "not in this store any more: " STR_FMT, STR_ARG(str_cut(link, 0, 200)));
	} else {
		views_put_mark(lent.memory, '\'', screen);
		lent.open(lent.ui, &at[0], link);
	}
	resume_ops.take(NULL, request, true);
}

static void go_to_mark(const struct screen *screen, int letter)
{
	struct buf link = BUF_INIT, used = BUF_INIT;
	if (views_mark_is(letter) && views_get_mark(lent.memory, letter, &link)) {
		go_to(screen, buf_str(&link));
	} else {
		views_list_marks(lent.memory, &used);
		if (letter == '\'')
			ui_say(lent.ui, "no mark was gone to yet");
		else if (used.len)
			ui_say(lent.ui, "no such mark; there are %s", buf_cstr(&used));
		else
			ui_say(lent.ui, "%s", keyed("no marks yet: {m} and a letter sets one"));
	}
	buf_done(&link);
	buf_done(&used);
}

enum outcome places_go(struct screen *screen, const struct input *in, struct target *target)
{
	(void)target;
	if (!lent.memory)
		return off();
	if (in->argument.len) {
		go_to_mark(screen, in->argument.len == 1 ? in->argument.ptr[0] : 0);
		return OUT_HANDLED;
	}
	struct buf used = BUF_INIT;
	views_list_marks(lent.memory, &used);
	if (used.len)
		ui_say(lent.ui, "to which mark? %s, or ' back to where you were", buf_cstr(&used));
	else
		ui_say(lent.ui, "%s", keyed("no marks yet: {m} and a letter sets one"));
	awaits = used.len ? '\'' : 0;
	buf_done(&used);
	return OUT_HANDLED;
}

bool places_key(struct screen *screen, int key)
{
	int what = awaits;
	awaits = 0;
	if (what == 0)
		return false;
	if (key == KEY_ESCAPE || key == KEY_NONE)
		return true;
	if (what == 'm')
		set_mark(screen, key);
	else
		go_to_mark(screen, key);
	return true;
}

/* ---------------------------------------------------------------- the last session */

void places_resume(void)
{
	struct view_names names;
	struct err err = ERR_INIT;
	const struct target *at;
	views_get_stack(lent.memory, &names);
	if (names.at.n == 0 ||
	    (names.at.n == 1 && strcmp(names.at.at[0], "traces") == 0)) { /* where one begins anyway */
		view_names_done(&names);
		return;
	}
	void *request = resume_new(&names, lent.ui->looked, lent.ui->now_ns);
	if (!lent.fetch(lent.ui, &resume_ops, request, &err))
		return;
	size_t n = resume_targets(request, &at), opened = 0;
	for (size_t i = 0; i < n && lent.open_again(lent.ui, &at[i], resume_view(request, i)); i++)
		opened += strcmp(at[i].screen, "traces") != 0;
	int64_t fresh = resume_fresh(request);
	if (opened && !lent.ui->message[0] && fresh)
		ui_say(lent.ui, "where you were; %s goes up; %lld new trace%s", key_now("q"), (long long)fresh,
		       fresh == 1 ? "" : "s");
	else if (opened && !lent.ui->message[0])
		ui_say(lent.ui, "where you were; %s goes up", key_now("q"));
	resume_ops.take(NULL, request, true);
}
