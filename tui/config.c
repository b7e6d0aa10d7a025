#include "tui/config.h"

#include <string.h>
#include <time.h>

#include "store/base/units.h"
#include "tui/app.h"
#include "tui/cmd/cmds.h"
#include "tui/columns_lists.h"
#include "tui/screen.h"
#include "tui/settings.h"
#include "tui/theme.h"

/* The value of the option at argv[*i], in that word or the next; NULL: it is another word. */
static const char *value_at(const char *option, int argc, char *const *argv, int *i)
{
	size_t len = strlen(option);
	if (strncmp(argv[*i], option, len) != 0)
		return NULL;
	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	return !argv[*i][len] && *i + 1 < argc ? argv[++*i] : NULL;
}

/* --config: the last one given, as with other options. --set: all of them. */
static const char *read_options(int argc, char *const *argv)
{
	static const char **words; /* for as long as the program runs */
	const char *file = NULL, *value;
	size_t n = 0;
	words = xcalloc((size_t)argc + 1, sizeof *words);
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if ((value = value_at("--config", argc, argv, &i)) != NULL)
			file = value;
		else if (argv[i] && (value = value_at("--set", argc, argv, &i)) != NULL)
			words[n++] = value;
	settings_sets(words, n);
	return file;
}

/* A file of the user's own that cannot be read as one is known now, and not when the screen opens. */
static void check_theme(void)
{
	const struct setting *s = setting_named(STR_LIT("theme"));
	struct theme theme;
	struct err err = ERR_INIT;
	if (setting_value(s) && !theme_load(&theme, setting_value(s), &err))
		settings_refuse(s, "%s", err.text);
}

const char *config_theme(const char *flag)
{
	const char *set = setting_value(setting_named(STR_LIT("theme")));
	return flag ? flag : set ? set : "default";
}

void config_filter(struct target *t)
{
	const struct list_kind *list = list_kind_named(t->screen);
	const char *text = list && list->begins ? list_filter_text(list) : NULL;
	if (text && !t->text[0] && !t->line[0] && !t->id && !t->id2 && !t->span)
		snprintf(t->text, sizeof t->text, "%s", text);
}

void config_say(struct ui *ui)
{
	struct buf text = BUF_INIT;
	settings_say(&text);
	if (text.len) {
		ui_say(ui, "%s", buf_cstr(&text));
		ui->message_is_error = true;
	}
	buf_done(&text);
}

const struct rebind_table *config_keys(size_t *n)
{
	static struct rebind_table tables[64] = {
	    {"everywhere", "Everywhere", NULL}
        };
	tables[0].actions = app_actions;
	for (*n = 1; screens[*n - 1] && *n < sizeof tables / sizeof *tables; ++*n)
		tables[*n] =
		    (struct rebind_table){screens[*n - 1]->name, screens[*n - 1]->title, screens[*n - 1]->actions};
	return tables;
}

static void bind_keys(void)
{
	size_t n;
	const struct rebind_table *tables = config_keys(&n);
	action_rebind_none();
	rebind_apply(tables, n, settings_table("keys"), settings_set_table("keys"));
}

static void example_keys(struct buf *out)
{
	size_t n;
	const struct rebind_table *tables = config_keys(&n);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "    \"%s\": {\n", tables[i].name);
		for (const struct action *a = tables[i].actions; a && a->name; a++) {
			buf_printf(out, "      //\"%s\": ", a->name);
			scan_quote(out, str_of(a->keys));
			buf_printf(out, ", // %s\n", a->help);
		}
		buf_add_cstr(out, "    },\n");
	}
}

static void example(struct buf *out, const char *table)
{
	if (strcmp(table, "keys") == 0)
		example_keys(out);
	else
		lists_example(out, strcmp(table, "filters") == 0);
}

static bool is_set_to(const char *name, const char *value)
{
	const char *set = setting_value(setting_named(str_of(name)));
	return set && strcmp(set, value) == 0;
}

static void choose_units(void)
{
	units_choose((struct units_forms){.durations = is_set_to("units.durations", "ms")  ? UNITS_MS
	                                               : is_set_to("units.durations", "s") ? UNITS_S
	                                                                                   : UNITS_AUTO,
	                                  .exact_counts = is_set_to("units.counts", "exact")});
}

static void read_all(const char *path)
{
	settings_read(path);
	check_theme();
	tzset();
	choose_units();
	bind_keys();
	lists_read(settings_table("columns"), settings_table("filters"), 0);
	lists_read_set(settings_set_table("columns"), settings_set_table("filters"), 0);
}

void config_start(int argc, char *const *argv)
{
	settings_theme_names = theme_names;
	cmd_config_read = read_all;
	cmd_config_example = example;
	read_all(read_options(argc, argv));
}
