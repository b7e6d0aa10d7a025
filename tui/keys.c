#include "tui/keys.h"

#include <string.h>

#include "store/base/text.h"
#include "tui/app.h"
#include "tui/screen.h"

enum { KEYS_COLS = 18, NAME_COLS = 16 };

static void add_cell(struct buf *out, const char *text, int cols)
{
	buf_add_cstr(out, text);
	int used = text_cols(str_of(text));
	buf_add_fill(out, ' ', used < cols ? (size_t)(cols - used) : 1);
}

static void add_table(struct buf *out, const char *title, const struct action *actions)
{
	buf_printf(out, "%s%s\n", out->len ? "\n" : "", title);
	for (const struct action *a = actions; a && a->name; a++) {
		struct buf keys = BUF_INIT;
		action_keys(&keys, a);
		buf_add_cstr(out, "  ");
		add_cell(out, buf_cstr(&keys), KEYS_COLS);
		add_cell(out, a->name, NAME_COLS);
		buf_printf(out, "%s\n", a->help);
		buf_done(&keys);
	}
}

void keys_print(struct buf *out)
{
	add_table(out, "Everywhere", app_actions);
	for (size_t i = 0; screens[i]; i++)
		if (strcmp(screens[i]->name, "help") != 0)
			add_table(out, screens[i]->title, screens[i]->actions);
}
