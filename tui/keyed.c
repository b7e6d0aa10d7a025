#include "tui/keyed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "tui/screen.h"

#define CTRL "Ctrl+"

enum { KEY_LONGEST = 40 };

/* What was said before, with the keys of that time. */
struct sentence {
	const struct action *actions;
	unsigned turn;
	char *text, *shown;
};

static struct {
	pthread_mutex_t lock;
	VEC(struct sentence) sentences;
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};
static _Atomic(const struct action *) showing;

void keyed_for(const struct action *actions)
{
	atomic_store(&showing, actions);
}

/* The action that has the key by default. */
static const struct action *owner_of(const struct action *actions, int key)
{
	const struct action *a = actions;
	while (a && a->name && !action_place(a->keys, key))
		a++;
	return a && a->name ? a : NULL;
}

/* The key that stands in the place it had, else the first; empty: there is none. */
static struct str key_instead(const struct action *a, int key)
{
	struct str rest = str_of(action_keys_now(a)), word, first = STR_NONE;
	int place = action_place(a->keys, key), n = 0;
	while (str_split(&rest, ' ', &word)) {
		n += word.len > 0;
		if (word.len && n == 1)
			first = word;
		if (word.len && n == place)
			return word;
	}
	return first;
}

static void add_key(struct buf *out, const struct action *actions, struct str name, int key)
{
	const struct action *a = owner_of(actions, key);
	if (!a)
		a = owner_of(screen_common_actions, key);
	if (!a) {
		buf_add_str(out, name);
		return;
	}
	struct str now = action_place(action_keys_now(a), key) ? name : key_instead(a, key);
	if (!now.len)
		buf_printf(out, ":%s", a->name);
	else if (str_starts(name, CTRL) && now.ptr[0] == '^')
		buf_printf(out, CTRL STR_FMT, STR_ARG(str_from(now, 1)));
	else
		buf_add_str(out, now);
}

/* "compare.w": the part after the dot, and whose it is. */
static struct str of_screen(struct str name, const struct action **actions)
{
	char screen[KEY_LONGEST];
	size_t dot = str_find_char(name, '.');
	if (dot == SIZE_MAX || dot == 0 || dot + 1 >= name.len)
		return name;
	snprintf(screen, sizeof screen, STR_FMT, STR_ARG(str_cut(name, 0, dot)));
	const struct screen_ops *ops = screen_named(screen);
	if (!ops)
		return name;
	*actions = ops->actions;
	return str_from(name, dot + 1);
}

/* Ctrl+R is ^R for those who would not know that. */
static int key_of(struct str name)
{
	char control[3] = {'^'};
	if (!str_starts(name, CTRL) || name.len != sizeof CTRL)
		return key_named(name);
	control[1] = name.ptr[name.len - 1];
	return key_named(str_of(control));
}

/* {name} at the front of `text`: what it stands for is appended, and its length given; 0: it is no key. */
static size_t take_key(struct buf *out, const struct action *actions, struct str text)
{
	size_t end = text.len > 2 ? str_find_char(str_from(text, 2), '}') : SIZE_MAX; /* {}} is a key, too */
	if (end == SIZE_MAX || end + 1 > KEY_LONGEST)
		return 0;
	struct str name = of_screen(str_cut(text, 1, end + 1), &actions);
	int key = key_of(name);
	if (key == KEY_NONE)
		return 0;
	add_key(out, actions, name, key);
	return end + 3;
}

static void add_sentence(struct buf *out, const struct action *actions, struct str text)
{
	while (text.len) {
		size_t open = str_find_char(text, '{');
		buf_add_str(out, str_cut(text, 0, open == SIZE_MAX ? text.len : open));
		text = str_from(text, open == SIZE_MAX ? text.len : open);
		size_t n = text.len ? take_key(out, actions, text) : 0;
		if (text.len && !n)
			buf_add_char(out, '{');
		text = str_from(text, text.len ? n ? n : 1 : 0);
	}
}

/* A few hundred at most, looked for a dozen times a frame. */
static const char *find(const struct action *actions, const char *text)
{
	for (size_t i = 0; i < known.sentences.n; i++) {
		const struct sentence *s = &known.sentences.at[i];
		if (s->actions == actions && s->turn == action_turn() && strcmp(s->text, text) == 0)
			return s->shown;
	}
	return NULL;
}

/* Kept until keyed_forget. */
static const char *shown_of(const struct action *actions, const char *text)
{
	pthread_mutex_lock(&known.lock);
	const char *shown = find(actions, text);
	if (!shown) {
		struct buf out = BUF_INIT;
		add_sentence(&out, actions, str_of(text));
		shown = buf_detach(&out);
		*vec_add(&known.sentences) =
		    (struct sentence){actions, action_turn(), xstrdup(text), (char *)(uintptr_t)shown};
	}
	pthread_mutex_unlock(&known.lock);
	return shown;
}

const char *keyed_in(const struct action *actions, const char *text)
{
	return strchr(text, '{') ? shown_of(actions, text) : text;
}

const char *keyed(const char *text)
{
	return keyed_in(atomic_load(&showing), text);
}

const char *key_now(const char *key)
{
	char text[KEY_LONGEST + 3];
	snprintf(text, sizeof text, "{%.40s}", key);
	return shown_of(atomic_load(&showing), text);
}

void keyed_forget(void)
{
	pthread_mutex_lock(&known.lock);
	for (size_t i = 0; i < known.sentences.n; i++) {
		free(known.sentences.at[i].text);
		free(known.sentences.at[i].shown);
	}
	vec_done(&known.sentences);
	pthread_mutex_unlock(&known.lock);
}
