#include "tui/action.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/near.h"
#include "store/base/text.h"
#include "store/base/vec.h"

static const struct {
	int key;
	const char *name;
} names[] = {
    {KEY_ARROW_UP,    "Up"    },
    {KEY_ARROW_DOWN,  "Down"  },
    {KEY_ARROW_LEFT,  "Left"  },
    {KEY_ARROW_RIGHT, "Right" },
    {KEY_PAGE_UP,     "PgUp"  },
    {KEY_PAGE_DOWN,   "PgDn"  },
    {KEY_TO_HOME,     "Home"  },
    {KEY_TO_END,      "End"   },
    {KEY_TAB,         "Tab"   },
    {KEY_SHIFT_TAB,   "S-Tab" },
    {KEY_RETURN,      "Enter" },
    {KEY_ESCAPE,      "Esc"   },
    {KEY_ERASE,       "BS"    },
    {KEY_DEL,         "Del"   },
    {KEY_F1_,         "F1"    },
    {KEY_F1_ + 1,     "F2"    },
    {KEY_F1_ + 2,     "F3"    },
    {KEY_F1_ + 3,     "F4"    },
    {KEY_F1_ + 4,     "F5"    },
    {KEY_F1_ + 5,     "F6"    },
    {KEY_F1_ + 6,     "F7"    },
    {KEY_F1_ + 7,     "F8"    },
    {KEY_F1_ + 8,     "F9"    },
    {KEY_F1_ + 9,     "F10"   },
    {KEY_F1_ + 10,    "F11"   },
    {KEY_F1_ + 11,    "F12"   },
    {KEY_WORD_LEFT,   "^Left" },
    {KEY_WORD_RIGHT,  "^Right"},
    {KEY_TO_TOP,      "^Home" },
    {KEY_TO_BOTTOM,   "^End"  },
    {' ',             "Space" },
};
enum { N_NAMES = sizeof names / sizeof *names };

const char *key_name(int key, char out[16])
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (names[i].key == key)
			return names[i].name;
	if (key >= 1 && key < 32) {
		snprintf(out, 16, "^%c", key + '@');
		return out;
	}
	struct buf text = BUF_INIT;
	text_encode(&text, key > 0 && key < KEY_BASE ? (uint32_t)key : 0xFFFD);
	snprintf(out, 16, "%s", buf_cstr(&text));
	buf_done(&text);
	return out;
}

/* As the terminal sends them (term.c). */
static int control_key(int letter)
{
	int key = letter >= 'a' && letter <= 'z' ? letter - 'a' + 1 : letter - '@';
	switch (key) {
	case 8: return KEY_ERASE;
	case 9: return KEY_TAB;
	case 10:
	case 13: return KEY_RETURN;
	case 27: return KEY_ESCAPE;
	default: return key > 0 && key < 32 ? key : KEY_NONE;
	}
}

int key_named(struct str name)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (str_is(name, names[i].name))
			return names[i].key;
	if (name.len == 2 && name.ptr[0] == '^' && name.ptr[1] != '^')
		return control_key((unsigned char)name.ptr[1]);
	struct str rest = name;
	if (name.len == 0)
		return KEY_NONE;
	uint32_t code = text_decode(&rest);
	return rest.len == 0 && code > ' ' && code != 0x7F && code != 0xFFFD ? (int)code : KEY_NONE;
}

/* The name of a key that others write otherwise; NULL. */
static const char *name_of_alias(struct str name, char out[16])
{
	static const struct {
		const char *alias, *name;
	} aliases[] = {
	    {"backspace", "BS"   },
            {"pageup",    "PgUp" },
            {"pagedown",  "PgDn" },
            {"npage",     "PgDn" },
            {"ppage",     "PgUp" },
	    {"escape",    "Esc"  },
            {"return",    "Enter"},
            {"cr",        "Enter"},
            {"ret",       "Enter"},
            {"delete",    "Del"  },
	    {"backtab",   "S-Tab"},
            {"shift-tab", "S-Tab"},
            {"blank",     "Space"},
	};
	if (name.len > 2 && name.ptr[0] == '<' && name.ptr[name.len - 1] == '>')
		name = str_cut(name, 1, name.len - 2);
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (str_ieq(name, aliases[i].alias))
			return aliases[i].name;
	for (size_t i = 0; i < N_NAMES; i++)
		if (str_ieq(name, names[i].name))
			return names[i].name;
	size_t dash = str_find_char(name, '-');
	struct str before = dash == SIZE_MAX ? STR_NONE : str_cut(name, 0, dash);
	if (name.len == dash + 2 && (str_ieq(before, "c") || str_ieq(before, "ctrl") || str_ieq(before, "control"))) {
		int key = control_key((unsigned char)name.ptr[name.len - 1]);
		return key == KEY_NONE ? NULL : key_name(key, out);
	}
	return NULL;
}

void key_suggest(struct buf *out, struct str name)
{
	char memory[16];
	struct near near = {.word = name, .name = name_of_alias(name, memory)};
	for (size_t i = 0; i < N_NAMES && !name_of_alias(name, memory); i++)
		near_try(&near, names[i].name);
	near_say(&near, out);
}

/* ---------------------------------------------------------------- rebinding */

/* Few, and looked at for each row at each key: sorted by address. */
static VEC(struct rebound {
	const struct action *action;
	char *keys;
}) rebound;

static unsigned turn; /* before any thread */

static size_t rebound_at(const struct action *action)
{
	size_t low = 0, high = rebound.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if ((uintptr_t)rebound.at[middle].action < (uintptr_t)action)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void action_rebind(const struct action *action, const char *keys)
{
	turn++;
	size_t at = rebound_at(action);
	bool there = at < rebound.n && rebound.at[at].action == action;
	if (there)
		free(rebound.at[at].keys);
	if (!keys && there) {
		memmove(&rebound.at[at], &rebound.at[at + 1], (rebound.n - at - 1) * sizeof *rebound.at);
		rebound.n--;
	}
	if (!keys)
		return;
	if (!there) {
		vec_add(&rebound);
		memmove(&rebound.at[at + 1], &rebound.at[at], (rebound.n - 1 - at) * sizeof *rebound.at);
		rebound.at[at].action = action;
	}
	rebound.at[at].keys = xstrdup(keys);
}

void action_rebind_none(void)
{
	turn++;
	for (size_t i = 0; i < rebound.n; i++)
		free(rebound.at[i].keys);
	vec_done(&rebound);
}

unsigned action_turn(void)
{
	return turn;
}

const char *action_keys_now(const struct action *action)
{
	size_t at = rebound.n ? rebound_at(action) : 0;
	return at < rebound.n && rebound.at[at].action == action ? rebound.at[at].keys : action->keys;
}

const char *action_first_key(const struct action *action, char out[16])
{
	struct str keys = str_of(action_keys_now(action)), key = STR_NONE;
	str_split(&keys, ' ', &key);
	snprintf(out, 16, STR_FMT, STR_ARG(key));
	return out;
}

/* Keys are blank-separated names; '^I' and Tab, '^M' and Enter are one. */
static bool has_key(const char *keys, int key)
{
	struct str rest = str_of(keys), word;
	while (str_split(&rest, ' ', &word))
		if (word.len && key_named(word) == key)
			return true;
	return false;
}

int action_place(const char *keys, int key)
{
	struct str rest = str_of(keys), word;
	int n = 0;
	while (str_split(&rest, ' ', &word)) {
		n += word.len > 0;
		if (word.len && key_named(word) == key)
			return n;
	}
	return 0;
}

int action_which(const struct action *actions, int key)
{
	const struct action *a = action_for_key(actions, key);
	return a ? action_place(action_keys_now(a), key) : 0;
}

const char *action_key_shown(const struct action *actions, const char *key, char out[16])
{
	int code = key_named(str_of(key));
	for (const struct action *a = actions; code != KEY_NONE && a && a->name; a++)
		if (has_key(a->keys, code) && !has_key(action_keys_now(a), code))
			return action_first_key(a, out);
	return key;
}

const struct action *action_for_key(const struct action *actions, int key)
{
	for (const struct action *a = actions; a && a->name; a++)
		if (has_key(action_keys_now(a), key))
			return a;
	return NULL;
}

const struct action *action_named(const struct action *actions, struct str name)
{
	for (const struct action *a = actions; a && a->name; a++)
		if (str_is(name, a->name))
			return a;
	return NULL;
}

void action_keys(struct buf *out, const struct action *action)
{
	buf_add_cstr(out, action_keys_now(action));
}
