/* spoor open LINK: the explorer on what a link names; without a terminal, or with --print, what that is and what prints it.
 *
 * --json: {"link", "kind", "what", "command", "screens": ["traces", "trace"]}: the link with whole ids, the command line that prints what
 * it shows, and the screens that open, the list it belongs to first. */
#include <unistd.h>

#include "store/base/text.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/review.h"
#include "tui/link_find.h"

/* clang-format off */
static const struct option_row open_options[] = {
	{"print", 'p', OPTION_FLAG, NULL, "say what it is and what prints it, instead of opening it (so it is without a terminal)"},
	{.name = NULL},
};
/* clang-format on */

/* A link is one word; words beside each other are one that was pasted with blanks. */
static void add_operands(struct buf *out, const struct command_line *line)
{
	for (size_t i = 0; i < line->n_args; i++)
		buf_printf(out, "%s%s", i ? " " : "", line->args[i]);
}

static bool tell(const struct out *o, const struct link_found *found, struct err *err)
{
	struct buf text = BUF_INIT, link = BUF_INIT, command = BUF_INIT;
	link_print(&link, &found->link);
	link_command(&command, &found->link);
	if (o->form == OUT_JSON_) {
		struct jout j;
		jout_init(&j, &text, false);
		jout_object(&j, NULL);
		jout_str(&j, "link", buf_str(&link));
		jout_cstr(&j, "kind", found->link.kind);
		jout_str(&j, "what", found->what);
		jout_str(&j, "command", buf_str(&command));
		jout_array(&j, "screens");
		for (size_t i = 0; i < found->n; i++)
			jout_cstr(&j, NULL, link_found_screen(found, i));
		jout_end(&j);
		jout_end(&j);
		buf_add_char(&text, '\n');
	} else {
		out_text(o, &text, found->what, 0);
		buf_printf(&text, "\n  spoor open %s\n  ", buf_cstr(&link));
		out_text(o, &text, buf_str(&command), 0);
		buf_add_char(&text, '\n');
	}
	bool ok = out_flush(&text, err);
	buf_done(&text);
	buf_done(&link);
	buf_done(&command);
	return ok;
}

static int open_main(const struct command_line *line, struct err *err)
{
	struct out o;
	struct buf text = BUF_INIT, link = BUF_INIT;
	struct link_found found;
	out_init(&o, line);
	add_operands(&text, line);
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && link_find(db, buf_str(&text), o.now_ns, &found, err);
	bool opens = ok && cmd_explore && isatty(STDOUT_FILENO) == 1 && o.form != OUT_JSON_ && !cmd_flag(line, "print");
	if (opens)
		link_print(&link, &found.link);
	else if (ok)
		ok = tell(&o, &found, err);
	if (db && (opens || ok))
		link_found_done(&found);
	db_close(db);
	int code = opens ? cmd_explore(line, NULL, buf_cstr(&link)) : ok ? 0 : err_exit_code(err->code);
	buf_done(&text);
	buf_done(&link);
	return code;
}

const struct command command_open = {
    .name = "open",
    .operands = "LINK",
    .help = "the explorer on what a link names",
    .more = "LINK is what y l copies in the explorer (trace:4bf92f35/span:00f067aa), or an id alone: of a trace, a "
            "span, a\n"
            "run, a session or a queue, cut to what only one has. spoor help links lists what there can be links to.\n"
            "Back goes to the list it belongs to.",
    .min_args = 1,
    .max_args = -1,
    .options = open_options,
    .run = open_main,
};
