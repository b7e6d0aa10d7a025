#include "tui/fingers.h"

#include "tui/app.h"

static bool is_digit(int key)
{
	return key >= '0' && key <= '9';
}

static bool has_digits(const struct action *own)
{
	for (int key = '1'; key <= '9'; key++)
		if (action_for_key(own, key) || action_for_key(app_actions, key))
			return true;
	return false;
}

bool fingers_count(struct ui *ui, const struct action *own, int key, int *count)
{
	if (key == KEY_ESCAPE && *count) {
		*count = 0;
		return true;
	}
	if (!is_digit(key) || (key == '0' && !*count) || (!*count && has_digits(own)))
		return false;
	*count = *count > COUNT_MOST / 10 ? COUNT_MOST : 10 * *count + key - '0';
	char down[16], last[16];
	ui_say(ui, "%d  then %s: so many rows, %s: to that row", *count, action_key_shown(own, "j", down),
	       action_key_shown(own, "G", last));
	return true;
}

/* Of htop; what they stand for means the same on all screens. */
static const struct {
	int key, means;
} keys[] = {
    {KEY_F1_ + 2, '/'},
    {KEY_F1_ + 3, '&'},
    {'\\',        '&'},
    {KEY_F1_ + 5, '>'},
    {KEY_F1_ + 9, 'Q'},
};

int fingers_key(const struct action *own, int key)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].key == key && !action_for_key(own, key) && !action_for_key(app_actions, key))
			return keys[i].means;
	return key;
}

/* Of vim, less, tig and lnav. */
static const struct {
	const char *word, *action;
} words[] = {
    {"$",    "last"},
    {"exit", "quit"},
    {"h",    "help"},
    {"q",    "back"},
    {"q!",   "quit"},
    {"qa",   "quit"},
    {"qa!",  "quit"},
    {"wq",   "quit"},
    {"x",    "quit"},
};

const char *fingers_line(struct str word, int *count)
{
	*count = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(word, words[i].word))
			return words[i].action;
	for (size_t i = 0; i < word.len; i++) {
		if (!is_digit((unsigned char)word.ptr[i]))
			return NULL;
		*count = *count > COUNT_MOST / 10 ? COUNT_MOST : 10 * *count + word.ptr[i] - '0';
	}
	return word.len ? "first" : NULL;
}

void fingers_lost(struct ui *ui, int key)
{
	char name[16], help[16];
	ui_say(ui, "%s does nothing here (%s lists the keys)", key_name(key, name),
	       action_key_shown(app_actions, "?", help));
}
