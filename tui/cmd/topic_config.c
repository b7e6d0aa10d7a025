/* Settings as a page: each out of the one table of them, keys and actions out of those of the screens. */
#include <string.h>

#include "tui/cmd/cmds.h"
#include "tui/cmd/topics.h"
#include "tui/columns_lists.h"
#include "tui/settings.h"

static void setting_row(struct page *p, const struct setting *s)
{
	struct buf text = BUF_INIT;
	buf_printf(&text, "%s\n\n", s->help);
	settings_kind(&text, s);
	buf_printf(&text, "; default %s", s->otherwise);
	if (s->variable)
		buf_printf(&text, "; variable $%s", s->variable);
	struct str rest = str_of(s->general), one;
	while (rest.len && str_split(&rest, ' ', &one))
		buf_printf(&text, ", else $" STR_FMT, STR_ARG(one));
	if (s->flag)
		buf_printf(&text, "; option --%s", s->flag);
	else
		buf_printf(&text, "; option --set %s=…", s->member ? s->member : s->name);
	page_row(p, s->name, buf_cstr(&text));
	buf_done(&text);
}

/* {"units.durations", "ms"} as a member of an object: the example has them all. */
static void example(struct page *p)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "  {\n");
	for (const struct setting *s = setting_rows; s->name; s++)
		if (!strchr(s->name, '.'))
			buf_printf(&text, "      // %s\n      \"%s\": %s,\n", s->help, s->name, s->example);
	buf_add_cstr(&text, "      \"units\": {");
	bool first = true;
	for (const struct setting *s = setting_rows; s->name; s++)
		if (strncmp(s->name, "units.", 6) == 0) {
			buf_printf(&text, "%s\"%s\": %s", first ? "" : ", ", s->name + 6, s->example);
			first = false;
		}
	buf_add_cstr(&text, "}\n  }");
	page_verbatim(p, buf_cstr(&text));
	buf_done(&text);
}

struct action_names {
	struct page *page;
	const char *where;
	struct buf names;
};

static void flush_actions(struct action_names *a)
{
	if (a->where)
		page_row(a->page, a->where, buf_cstr(&a->names));
	buf_clear(&a->names);
}

static void action_name(void *to, const struct cmd_key *key)
{
	struct action_names *a = to;
	if (!a->where || strcmp(a->where, key->screen) != 0)
		flush_actions(a);
	a->where = key->screen;
	buf_printf(&a->names, "%s%s", a->names.len ? ", " : "", key->action);
}

static void key_names(void *to, const char *name)
{
	struct buf *text = to;
	buf_printf(text, "%s%s", text->len ? ", " : "", name);
}

static void keys(struct page *p)
{
	struct action_names a = {.page = p};
	struct buf names = BUF_INIT;
	page_part(p, "Keys");
	page_text(
	    p,
	    "\"keys\" binds actions to keys: by a screen's name or \"everywhere\", an action's name, and its keys with "
	    "blanks between them, in the place of those it has. An empty text takes them away; :NAME still works. A "
	    "key "
	    "that two actions would share, of a screen or of a screen and everywhere, is refused with its line; keys "
	    "may "
	    "be swapped, and one is free once its action has others. Under \"everywhere\" the name of an action that "
	    "only screens have (\"down\") means each of them. Quit keeps a key. What prompts, the editor of notes and "
	    "the "
	    "letter after y understand cannot be rebound, nor can ^C, ^\\ and ^Z, which the terminal makes signals "
	    "of.\n\n"
	    "  { \"keys\": { \"everywhere\": { \"quit\": \"Q ^X\" },\n"
	    "              \"trace\":      { \"next-error\": \"e ^O\" } } }");
	if (cmd_each_key_name)
		cmd_each_key_name(key_names, &names);
	page_text(p, "A key is the character it writes, ^ and a letter, or one of:");
	page_text(p, buf_cstr(&names));
	page_part(p, "Names of actions");
	page_text(p, "What each does, and its keys: spoor help keys.");
	if (cmd_each_key)
		cmd_each_key(action_name, &a);
	flush_actions(&a);
	buf_done(&a.names);
	buf_done(&names);
}

static void lists(struct page *p)
{
	struct buf text = BUF_INIT;
	page_part(p, "Columns and filters of lists");
	page_text(
	    p,
	    "\"columns\" chooses the columns of a list and their order: of its screen, and of the text its command "
	    "prints without --columns (JSON, CSV and Markdown stay as they are). A column may be named without its "
	    "unit, or by its title. On a screen what tells the rows apart always shows, and so does the column it is "
	    "ordered by; those for which there is no room are left out from the right. :columns NAME,… chooses on "
	    "the screen, and comes back with the view (\"memory\"); :columns alone begins that line with those there "
	    "are, :columns default takes the choice back.\n\n"
	    "\"filters\" is what a list begins with on its screen, when it is opened by itself and spoor was not "
	    "given files; Esc clears it as any filter. Commands take it with --where @default, never silently.\n\n"
	    "  { \"columns\": { \"traces\": [\"start\", \"name\", \"duration\", \"cost\"] },\n"
	    "    \"filters\": { \"traces\": \"since:7d\" } }");
	for (const struct list_kind *l = list_kinds; l->name; l++) {
		buf_clear(&text);
		buf_printf(&text, "%s\n\n", l->help);
		for (const struct column *c = l->columns; c->name; c++)
			buf_printf(&text, "%s%s", c == l->columns ? "" : ", ", c->name);
		page_row(p, l->name, buf_cstr(&text));
	}
	buf_done(&text);
}

void topic_config(struct page *p)
{
	int before = p->name_cols;
	page_text(
	    p,
	    "Settings stand in $XDG_CONFIG_HOME/spoor/config.json (~/.config/spoor/config.json), or the file that "
	    "$SPOOR_CONFIG or --config names: JSON, in which comments (//, /* */) and a comma behind the last element "
	    "are "
	    "allowed. Every one may be left out. What counts, best first: an option of the command line, the setting's "
	    "variable, the file, the variable of all programs, the default.\n\n"
	    "A mistake is told with its line and the nearest name there is; what it is about keeps its default, the "
	    "rest counts. spoor config prints all settings, what they are now and where from.\n\n"
	    "--set SETTING=VALUE says any of them for one time, before or behind a command's name, as often as there "
	    "is "
	    "something to say; of a table it names what stands in it. A switch may stand alone; with nothing behind "
	    "the = "
	    "the default counts. A mistake in it ends the program with exit code 2.\n\n"
	    "  spoor --set columns.traces=name,cost --set filters.traces=since:7d\n"
	    "  spoor --set keys.trace.next-error='e ^O' --set time-zone=Europe/Berlin\n"
	    "  spoor traces --set units.durations=ms --set mask");
	page_part(p, "Settings");
	p->name_cols = p->form == PAGE_MAN ? 0 : 16;
	for (const struct setting *s = setting_rows; s->name; s++)
		setting_row(p, s);
	p->name_cols = before;
	page_part(p, "A file with all of them");
	example(p);
	lists(p);
	keys(p);
}
