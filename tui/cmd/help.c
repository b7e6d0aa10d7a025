/* spoor help: made from the table of commands, so that it cannot be out of date; and a few topics. */
#include <string.h>

#include "store/base/text.h"
#include "store/check/rules.h"
#include "store/query/gate.h"
#include "tui/cmd/cmds.h"
#include "tui/link.h"

enum { NAME_COLS = 26 };

/* ---------------------------------------------------------------- one command */

static void option_help(struct buf *out, const struct option_row *row)
{
	struct buf name = BUF_INIT;
	if (row->letter)
		buf_printf(&name, "-%c, ", row->letter);
	buf_printf(&name, "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
	int used = text_cols(buf_str(&name));
	buf_printf(out, "  %s", buf_cstr(&name));
	buf_add_fill(out, ' ', used < NAME_COLS ? (size_t)(NAME_COLS - used) : 0);
	buf_printf(out, "  %s\n", row->help);
	buf_done(&name);
}

static void options_help(struct buf *out, const char *title, const struct option_row *rows)
{
	if (!rows)
		return;
	buf_printf(out, "\n%s\n", title);
	for (; rows->name; rows++)
		option_help(out, rows);
}

void help_command(struct buf *out, const struct command *c)
{
	buf_printf(out, "spoor %s%s%s%s\n\n  %s\n", c->name, c->options ? " [OPTION…]" : "", c->operands[0] ? " " : "",
	           c->operands, c->help);
	if (c->more)
		buf_printf(out, "\n%s\n", c->more);
	options_help(out, "Options", c->options);
	options_help(out, "Options of every command", common_options);
}

/* ---------------------------------------------------------------- all of them */

static void help_all(struct buf *out)
{
	buf_add_cstr(out, "spoor: traces and eval results of LLM applications, in a terminal\n\n"
	                  "  spoor [OPTION…]                the explorer on the whole store\n"
	                  "  spoor [OPTION…] FILE…          imports what is new in the files and opens the explorer\n"
	                  "  spoor COMMAND [OPTION…] …      the same without a screen\n\nCommands\n");
	for (size_t i = 0; commands[i]; i++) {
		const struct command *c = commands[i];
		struct buf name = BUF_INIT;
		buf_printf(&name, "%s %s", c->name, c->operands);
		int used = text_cols(buf_str(&name));
		buf_printf(out, "  %s", buf_cstr(&name));
		buf_add_fill(out, ' ', used < NAME_COLS ? (size_t)(NAME_COLS - used) : 0);
		buf_printf(out, "  %s\n", c->help);
		buf_done(&name);
	}
	buf_add_cstr(out, "\nOptions of the explorer: --store FILE, --ascii, --no-color, --theme NAME,\n"
	                  "--open LINK, --map FIELD=COLUMN,… with files; --version.\n"
	                  "A command wins over a file of its name: ./NAME is the file. More: spoor help COMMAND,\n"
	                  "spoor help keys, filter, links, rules, gate-file, files or exit-codes.\n");
}

static void command_json(struct jout *j, const struct command *c)
{
	jout_object(j, NULL);
	jout_cstr(j, "name", c->name);
	jout_cstr(j, "operands", c->operands);
	jout_cstr(j, "help", c->help);
	jout_array(j, "options");
	for (const struct option_row *row = c->options; row && row->name; row++) {
		jout_object(j, NULL);
		jout_cstr(j, "name", row->name);
		jout_cstr(j, "value", row->value);
		jout_cstr(j, "help", row->help);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

static void help_json(struct buf *out, const struct command *only)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "version", cmd_version);
	jout_array(&j, "commands");
	if (only)
		command_json(&j, only);
	for (size_t i = 0; !only && commands[i]; i++)
		command_json(&j, commands[i]);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- topics */

static void fields_help(struct buf *out, const char *title, enum filter_over over)
{
	buf_printf(out, "\n%s\n", title);
	for (const struct filter_field *f = filter_fields(over); f && f->name; f++)
		buf_printf(out, "  %-14s %-24s %s\n", f->name, f->example ? f->example : "", f->help);
}

static void help_filter(struct buf *out)
{
	buf_add_cstr(out,
	             "A filter is words side by side, all of which must match; or, not and ( ) as in\n\n"
	             "  spoor traces --where 'status:error dur>2s (kind:llm or kind:tool) not name=\"get_balance\"'\n\n"
	             "  FIELD:VALUE is   FIELD=VALUE is   FIELD~VALUE contains   FIELD>VALUE < >= <= compares\n"
	             "  @NAME is a saved filter, in brackets: $XDG_CONFIG_HOME/spoor/filters.json holds them as\n"
	             "  { \"slow\": \"dur>5s\", \"dear\": \"cost>0.05 or @slow\" }   (comments allowed; edit it, or ^S "
	             "at & saves one)\n");
	fields_help(out, "For traces", FILTER_TRACES);
	fields_help(out, "For eval runs", FILTER_RUNS);
	fields_help(out, "For the cases of a run", FILTER_CASES);
	fields_help(out, "For the cases of a comparison (spoor compare --where)", FILTER_PAIRS);
	fields_help(out, "For the spans of a trace (& in its tree)", FILTER_SPANS);
}

static void help_exit_codes(struct buf *out)
{
	buf_add_cstr(out, "  0        done\n"
	                  "  1        nothing of that name was found; of spoor gate: hold\n"
	                  "  2        the command line is wrong\n"
	                  "  3        bad input: what could be kept was kept, what could not is said\n"
	                  "  4        the store or the system failed\n"
	                  "  5        not enough data to answer\n"
	                  "  128+n    ended by signal n\n");
}

static void help_files(struct buf *out)
{
	buf_add_cstr(
	    out, "  $SPOOR_STORE                       the store; else\n"
	         "  $XDG_DATA_HOME/spoor/spoor.db      (~/.local/share/spoor/spoor.db), for the user's eyes only\n"
	         "  $SPOOR_NOW                         an ISO 8601 time that stands for the clock\n"
	         "  $XDG_CONFIG_HOME/spoor/filters.json  saved filters: spoor help filter\n"
	         "  $XDG_STATE_HOME/spoor/history      lines typed at prompts, for the user's eyes only\n"
	         "  $XDG_STATE_HOME/spoor/looked       how far each store was looked at: what came since is marked\n"
	         "  $SPOOR_GATE                        the gate file of spoor gate and the release sheet: spoor help "
	         "gate-file\n"
	         "  $NO_COLOR                          no colours\n"
	         "  $TZ, $LC_ALL, $LC_CTYPE, $LANG     time zone of what is shown; UTF-8 or ASCII\n");
}

static const struct {
	const char *name;
	void (*print)(struct buf *out);
} topics[] = {
    {"exit-codes", help_exit_codes},
    {"files",      help_files     },
    {"filter",     help_filter    },
    {"gate-file",  gate_file_help },
    {"links",      link_help      },
    {"rules",      rules_help     },
};
enum { N_TOPICS = sizeof topics / sizeof *topics };

static bool print_topic(struct buf *out, const char *name, bool json, struct err *err)
{
	const struct command *c = command_named(str_of(name));
	if (c) {
		if (json)
			help_json(out, c);
		else
			help_command(out, c);
		for (size_t i = 0; !json && i < N_TOPICS; i++)
			if (strcmp(name, topics[i].name) == 0) {
				buf_add_char(out, '\n');
				topics[i].print(out);
			}
		return true;
	}
	struct near near = {.word = str_of(name)};
	for (size_t i = 0; i < N_TOPICS; i++) {
		near_try(&near, topics[i].name);
		if (strcmp(name, topics[i].name) == 0) {
			topics[i].print(out);
			return true;
		}
	}
	for (size_t i = 0; commands[i]; i++)
		near_try(&near, commands[i]->name);
	struct buf after = BUF_INIT;
	near_say(&near, &after);
	err_set(err, ERR_USAGE, NULL, "no such command or topic: %.60s%s", name, buf_cstr(&after));
	buf_done(&after);
	return false;
}

static int help_main(const struct command_line *line, struct err *err)
{
	struct out o;
	struct buf out = BUF_INIT, shown = BUF_INIT;
	bool ok = true;
	out_init(&o, line);
	if (line->n_args)
		ok = print_topic(&out, line->args[0], o.form == OUT_JSON_, err);
	else if (o.form == OUT_JSON_)
		help_json(&out, NULL);
	else
		help_all(&out);
	struct str rest = buf_str(&out), part;
	while (ok && str_split(&rest, '\n', &part)) {
		if (part.len == 0 && rest.len == 0)
			break;
		out_text(&o, &shown, part, 0);
		buf_add_char(&shown, '\n');
	}
	ok = ok && out_flush(&shown, err);
	buf_done(&out);
	buf_done(&shown);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND|TOPIC]",
    .help = "this list, a command, or a topic: keys, filter, links, rules, gate-file, files, exit-codes",
    .min_args = 0,
    .max_args = 1,
    .run = help_main,
};
