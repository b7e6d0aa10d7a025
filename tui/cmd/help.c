/* spoor help: made from the table of commands, so that it cannot be out of date; and the topics.
 *
 * --json: {"version", "explorer": {"options": [option]}, "commands": [{"name", "group", "operands", "help", "options": [option]}], "options":
 * [option] (of every command), "topics": [{"name", "line"}], "words": [{"word", "help"}], "fields":
 * [{"over", "name", "example", "help"}], "keys": [{"screen", "where", "keys", "action", "help"}]};
 * option: {"name", "letter", "value", "help"}. With a COMMAND: "version" and "commands" alone, of that one. */
#include "tui/cmd/help.h"

#include <string.h>

#include "store/base/text.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/man.h"
#include "tui/cmd/rows.h"
#include "tui/cmd/topics.h"
#include "tui/cmd/words.h"

/* ---------------------------------------------------------------- one command */

enum { LIST_COLS = 21 };

void help_sentence(struct buf *out, const char *line)
{
	size_t at = out->len;
	buf_add_cstr(out, line);
	if (out->len > at && out->ptr[at] >= 'a' && out->ptr[at] <= 'z')
		out->ptr[at] = (char)(out->ptr[at] - 'a' + 'A');
}

void help_usage(struct buf *out, const struct command *c)
{
	buf_printf(out, "spoor %s%s%s%s", c->name, c->options ? " [OPTION…]" : "", c->operands[0] ? " " : "",
	           c->operands);
}

void help_options(struct page *p, const struct option_row *rows)
{
	for (; rows && rows->name; rows++) {
		struct buf name = BUF_INIT;
		if (rows->letter)
			buf_printf(&name, "-%c, ", rows->letter);
		buf_printf(&name, "--%s%s%s", rows->name, rows->value ? " " : "", rows->value ? rows->value : "");
		page_row(p, buf_cstr(&name), rows->help);
		buf_done(&name);
	}
}

void help_rows(struct page *p, const struct command *c)
{
	struct buf tables = BUF_INIT;
	for (size_t i = 0; command_option(c, i); i++) {
		struct option_row rows[2] = {*command_option(c, i), {.name = NULL}};
		if (!rows_option_of(c, command_option(c, i)))
			continue;
		for (size_t k = 0; k < i; k++)
			if (command_option(c, k)->letter == rows->letter)
				rows->letter = 0;
		help_options(p, rows);
	}
	rows_tables(&tables, c);
	if (tables.len)
		page_text(p, buf_cstr(&tables));
	buf_clear(&tables);
	rows_columns(&tables, c);
	page_text(p, buf_cstr(&tables));
	buf_done(&tables);
}

static void page_command(struct page *p, const struct command *c)
{
	struct buf usage = BUF_INIT;
	help_usage(&usage, c);
	page_verbatim(p, buf_cstr(&usage));
	buf_clear(&usage);
	buf_printf(&usage, "  %s", c->help);
	page_text(p, buf_cstr(&usage));
	if (c->more)
		page_text(p, c->more);
	if (c->options) {
		page_section(p, "Options");
		help_options(p, c->options);
	}
	if (rows_has(c)) {
		page_section(p, "Options of its rows");
		help_rows(p, c);
	}
	page_section(p, "Options of every command");
	help_options(p, common_options);
	buf_done(&usage);
}

void help_command(struct buf *out, const struct command *c)
{
	struct page p = {.out = out};
	page_command(&p, c);
}

/* ---------------------------------------------------------------- all of them */

const char *help_group_of(const struct command *c)
{
	for (const struct command_group *g = command_groups; g->name; g++)
		for (size_t i = 0; i < sizeof g->commands / sizeof *g->commands && g->commands[i]; i++)
			if (strcmp(g->commands[i], c->name) == 0)
				return g->name;
	return NULL;
}

void help_each_command(const struct command_group *g, void (*each)(struct page *p, const struct command *c),
                       struct page *p)
{
	for (size_t i = 0; g && i < sizeof g->commands / sizeof *g->commands && g->commands[i]; i++) {
		const struct command *c = command_named(str_of(g->commands[i]));
		if (c)
			each(p, c);
	}
	for (size_t i = 0; !g && commands[i]; i++)
		if (!commands[i]->hidden && !help_group_of(commands[i]))
			each(p, commands[i]);
}

bool help_has_others(void)
{
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden && !help_group_of(commands[i]))
			return true;
	return false;
}

static void list_row(struct page *p, const struct command *c)
{
	struct buf name = BUF_INIT;
	buf_printf(&name, "%s%s%s", c->name, c->operands[0] ? " " : "", c->operands);
	if (text_cols(buf_str(&name)) > p->name_cols) {
		buf_clear(&name);
		buf_printf(&name, "%s …", c->name);
	}
	page_row(p, buf_cstr(&name), c->help);
	buf_done(&name);
}

static void topic_names(struct buf *out)
{
	for (const struct topic *t = topics; t->name; t++)
		buf_printf(out, "%s%s", t == topics ? "" : t[1].name ? ", " : " or ", t->name);
}

static void help_all(struct page *p)
{
	struct buf names = BUF_INIT;
	p->name_cols = LIST_COLS;
	page_text(p, "spoor: traces and eval results of LLM applications, in a terminal\n\n"
	             "  spoor [OPTION…]             the explorer on the whole store\n"
	             "  spoor [OPTION…] FILE…       imports what is new in the files, and opens it\n"
	             "  spoor COMMAND [OPTION…] …   the same without a screen");
	for (const struct command_group *g = command_groups; g->name; g++) {
		page_section(p, g->title);
		help_each_command(g, list_row, p);
	}
	if (help_has_others()) {
		page_section(p, "Others");
		help_each_command(NULL, list_row, p);
	}
	page_section(p, "More");
	page_row(p, "spoor help options", "options of the explorer: --open LINK, --follow, --store FILE, --theme …");
	page_row(p, "spoor help COMMAND", "how a command is used");
	topic_names(&names);
	page_row(p, "spoor help TOPIC", buf_cstr(&names));
	page_row(p, "man spoor", "all of it; also spoor-config(5), spoor-filter(7), spoor-formats(5)");
	page_text(p, "A command wins over a file of its name: ./NAME is the file.");
	buf_done(&names);
}

/* ---------------------------------------------------------------- JSON */

static void option_json(struct jout *j, const struct option_row *row)
{
	char letter[2] = {row->letter, '\0'};
	jout_object(j, NULL);
	jout_cstr(j, "name", row->name);
	jout_cstr(j, "letter", row->letter ? letter : NULL);
	jout_cstr(j, "value", row->value);
	jout_cstr(j, "help", row->help);
	jout_end(j);
}

static void options_json(struct jout *j, const struct option_row *row)
{
	jout_array(j, "options");
	for (; row && row->name; row++)
		option_json(j, row);
	jout_end(j);
}

static bool is_common(const struct option_row *row)
{
	for (const struct option_row *c = common_options; c->name; c++)
		if (c == row)
			return true;
	return false;
}

static void columns_json(struct jout *j, const struct rows_of *r)
{
	struct str rest = str_of(r->columns);
	struct rows_column c;
	jout_array(j, "columns");
	while (rows_column_next(&rest, &c)) {
		jout_object(j, NULL);
		jout_str(j, "name", c.name);
		jout_cstr(j, "holds", c.open ? "members" : c.whole ? "json" : "value");
		jout_end(j);
	}
	jout_end(j);
}

/* Its lists of rows: --table NAME, where they stand in its --json, and their columns: a value, a list or an object ("json"), or members
 * that the data name ("members"). */
static void tables_json(struct jout *j, const struct command *c)
{
	jout_array(j, "tables");
	for (const struct rows_of *r = rows_table; r->command; r++) {
		if (strcmp(r->command, c->name) != 0)
			continue;
		jout_object(j, NULL);
		jout_cstr(j, "name", r->name);
		jout_cstr(j, "path", r->path);
		columns_json(j, r);
		jout_end(j);
	}
	jout_end(j);
}

static void command_json(struct jout *j, const struct command *c)
{
	jout_object(j, NULL);
	jout_cstr(j, "name", c->name);
	jout_cstr(j, "group", help_group_of(c));
	jout_cstr(j, "operands", c->operands);
	jout_cstr(j, "help", c->help);
	jout_array(j, "options");
	for (size_t i = 0; command_option(c, i) && !is_common(command_option(c, i)); i++)
		option_json(j, command_option(c, i));
	jout_end(j);
	tables_json(j, c);
	jout_end(j);
}

static void key_json(void *to, const struct cmd_key *key)
{
	struct jout *j = to;
	jout_object(j, NULL);
	jout_cstr(j, "screen", key->screen);
	jout_cstr(j, "where", key->where);
	jout_cstr(j, "keys", key->keys);
	jout_cstr(j, "action", key->action);
	jout_cstr(j, "help", key->help);
	jout_end(j);
}

static void fields_json(struct jout *j)
{
	static const char *const names[] = {"traces", "cases", "runs", "spans", "pairs"}; /* enum filter_over */
	jout_array(j, "fields");
	for (int over = FILTER_TRACES; over <= FILTER_PAIRS; over++)
		for (const struct filter_field *f = filter_fields((enum filter_over)over); f && f->name; f++) {
			jout_object(j, NULL);
			jout_cstr(j, "over", names[over]);
			jout_cstr(j, "name", f->name);
			jout_cstr(j, "example", f->example);
			jout_cstr(j, "help", f->help);
			jout_end(j);
		}
	jout_end(j);
}

static void rest_json(struct jout *j)
{
	options_json(j, common_options);
	jout_array(j, "topics");
	for (const struct topic *t = topics; t->name; t++) {
		jout_object(j, NULL);
		jout_cstr(j, "name", t->name);
		jout_cstr(j, "line", t->line);
		jout_end(j);
	}
	jout_end(j);
	jout_array(j, "words");
	for (const struct word_row *w = word_rows; w->word; w++) {
		jout_object(j, NULL);
		jout_cstr(j, "word", w->word);
		jout_cstr(j, "help", w->help);
		jout_end(j);
	}
	jout_end(j);
	fields_json(j);
	jout_array(j, "keys");
	if (cmd_each_key)
		cmd_each_key(key_json, j);
	jout_end(j);
}

static void help_json(struct buf *out, const struct command *only)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "version", cmd_version);
	if (!only) {
		jout_object(&j, "explorer");
		options_json(&j, front_options);
		jout_end(&j);
	}
	jout_array(&j, "commands");
	if (only)
		command_json(&j, only);
	for (size_t i = 0; !only && commands[i]; i++)
		if (!commands[i]->hidden)
			command_json(&j, commands[i]);
	jout_end(&j);
	if (!only)
		rest_json(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- what was asked for */

static bool unknown(const char *name, struct err *err)
{
	struct near near = {.word = str_of(name)};
	struct buf after = BUF_INIT;
	for (const struct topic *t = topics; t->name; t++)
		near_try(&near, t->name);
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden)
			near_try(&near, commands[i]->name);
	near_say(&near, &after);
	err_set(err, ERR_USAGE, NULL, "no such command or topic: %.60s%s", name, buf_cstr(&after));
	buf_done(&after);
	return false;
}

static bool print_named(struct buf *out, const char *name, bool json, struct err *err)
{
	const struct command *c = command_named(str_of(name));
	const struct topic *t = topic_named(name);
	struct page p = {.out = out};
	if (!c && !t)
		return unknown(name, err);
	if (json && c)
		help_json(out, c);
	if (json)
		return c || err_set(err, ERR_USAGE, NULL, "topics are for people: without --json");
	if (c)
		page_command(&p, c);
	if (c && t) { /* one of both names: rules, formats */
		struct buf title = BUF_INIT;
		help_sentence(&title, t->line);
		page_section(&p, buf_cstr(&title));
		buf_done(&title);
	}
	if (t)
		t->print(&p);
	return true;
}

static int help_main(const struct command_line *line, struct err *err)
{
	struct out o;
	struct buf out = BUF_INIT, shown = BUF_INIT;
	struct page p = {.out = &out};
	const char *man = cmd_option(line, "man");
	bool ok = true;
	out_init(&o, line);
	if (man)
		ok = man_page(&out, man, err);
	else if (line->n_args)
		ok = print_named(&out, line->args[0], o.form == OUT_JSON_, err);
	else if (o.form == OUT_JSON_)
		help_json(&out, NULL);
	else
		help_all(&p);
	struct str rest = buf_str(&out), part;
	while (ok && !man && str_split(&rest, '\n', &part)) { /* (roff is no text of a terminal) */
		if (part.len == 0 && rest.len == 0)
			break;
		out_text(&o, &shown, part, 0);
		buf_add_char(&shown, '\n');
	}
	ok = ok && (man || o.form == OUT_JSON_ ? out_flush(man ? &out : &shown, err) : out_page(&shown, err));
	buf_done(&out);
	buf_done(&shown);
	return ok ? 0 : err_exit_code(err->code);
}

/* clang-format off */
static const struct option_row help_options_[] = {
	{"man", 0, OPTION_TEXT, "PAGE", "a man page as roff: spoor, spoor-config, spoor-filter or spoor-formats"},
	{.name = NULL},
};
/* clang-format on */

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND|TOPIC]",
    .help = "this list, a command, or a topic",
    .min_args = 0,
    .max_args = 1,
    .options = help_options_,
    .run = help_main,
};
