#include "tui/action.h"

#include <string.h>

#include "store/base/text.h"

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

int key_named(struct str name)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (str_is(name, names[i].name))
			return names[i].key;
	if (name.len == 2 && name.ptr[0] == '^' && name.ptr[1] >= '@' && name.ptr[1] <= '_')
		return name.ptr[1] - '@';
	struct str rest = name;
	if (name.len == 0)
		return KEY_NONE;
	uint32_t code = text_decode(&rest);
	return rest.len == 0 ? (int)code : KEY_NONE;
}

/* Keys are blank-separated names; '^I' and Tab, '^M' and Enter are one. */
static bool has_key(const struct action *a, int key)
{
	struct str rest = str_of(a->keys), word;
	while (str_split(&rest, ' ', &word))
		if (word.len && key_named(word) == key)
			return true;
	return false;
}

const struct action *action_for_key(const struct action *actions, int key)
{
	for (const struct action *a = actions; a && a->name; a++)
		if (has_key(a, key))
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
	buf_add_cstr(out, action->keys);
}
