/* What people read of the table of settings. */
#include <string.h>

#include "tui/settings.h"

void settings_kind(struct buf *out, const struct setting *s)
{
	switch (s->type) {
	case SETTING_TEXT: buf_add_cstr(out, "a text"); break;
	case SETTING_BOOL: buf_add_cstr(out, "true or false"); break;
	case SETTING_PATH: buf_add_cstr(out, "a file"); break;
	case SETTING_ZONE: buf_add_cstr(out, "a time zone"); break;
	case SETTING_COMMAND: buf_add_cstr(out, "a command line"); break;
	case SETTING_THEME: buf_add_cstr(out, "a theme's name or file"); break;
	case SETTING_TABLE: buf_add_cstr(out, "an object"); break;
	case SETTING_CHOICE: {
		struct str rest = str_of(s->choices), word;
		for (bool first = true; str_split(&rest, ' ', &word); first = false)
			buf_printf(out, "%s" STR_FMT, first ? "" : rest.len ? ", " : " or ", STR_ARG(word));
		break;
	}
	}
}

static void add_origins(struct buf *out, const struct setting *s)
{
	if (s->flag)
		buf_printf(out, "--%s, ", s->flag);
	if (s->variable)
		buf_printf(out, "$%s, ", s->variable);
	buf_add_cstr(out, "the file");
	struct str rest = str_of(s->general ? s->general : ""), word;
	while (rest.len && str_split(&rest, ' ', &word))
		buf_printf(out, ", $" STR_FMT, STR_ARG(word));
}

/* ---------------------------------------------------------------- an example file */

/* The default as the file would say it; in words where it depends: then an example. */
static void add_value(struct buf *out, const struct setting *s)
{
	if (s->otherwise[0] == '(')
		buf_add_cstr(out, s->example);
	else if (s->type == SETTING_BOOL)
		buf_add_cstr(out, s->otherwise);
	else
		scan_quote(out, str_of(s->otherwise));
}

static void add_help(struct buf *out, const struct setting *s, const char *indent)
{
	buf_printf(out, "%s// %s\n%s// ", indent, s->help, indent);
	settings_kind(out, s);
	buf_printf(out, "; default: %s; ", s->otherwise);
	add_origins(out, s);
	buf_add_char(out, '\n');
}

static void add_group(struct buf *out, const struct setting **s)
{
	const char *dot = strchr((*s)->name, '.');
	size_t len = (size_t)(dot - (*s)->name) + 1;
	const char *group = (*s)->name;
	buf_printf(out, "\n  \"%.*s\": {\n", (int)len - 1, group);
	for (; (*s)->name && strncmp((*s)->name, group, len) == 0; ++*s) {
		add_help(out, *s, "    ");
		buf_printf(out, "    //\"%s\": ", (*s)->name + len);
		add_value(out, *s);
		buf_add_cstr(out, ",\n");
	}
	--*s; /* the caller goes on to the one behind */
	buf_add_cstr(out, "  },\n");
}

void settings_example(struct buf *out, void (*tables)(struct buf *out, const char *name))
{
	buf_add_cstr(
	    out,
	    "// Settings of spoor: all there are, each with its default or an example. What is commented out does\n"
	    "// not count; take the // away from what you want otherwise.\n"
	    "// Any of them for one time: spoor --set SETTING=VALUE\n{\n");
	for (const struct setting *s = setting_rows; s->name; s++) {
		if (strchr(s->name, '.')) {
			add_group(out, &s);
			continue;
		}
		buf_add_cstr(out, s == setting_rows ? "" : "\n");
		add_help(out, s, "  ");
		if (s->type == SETTING_TABLE) {
			buf_printf(out, "  \"%s\": {\n", s->name);
			if (tables)
				tables(out, s->name);
			buf_add_cstr(out, "  },\n");
			continue;
		}
		buf_printf(out, "  //\"%s\": ", s->name);
		add_value(out, s);
		buf_add_cstr(out, ",\n");
	}
	buf_add_cstr(out, "}\n");
}
