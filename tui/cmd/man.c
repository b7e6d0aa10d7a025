#include "tui/cmd/man.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/base/scan.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/help.h"
#include "tui/cmd/rows.h"
#include "tui/cmd/topics.h"

/* ---------------------------------------------------------------- spoor(1) */

enum { OPTION_COLS = 22 };

/* The options of rows are told once, for all. */
static void own_tables(struct page *p, const struct command *c)
{
	struct buf text = BUF_INIT;
	rows_tables(&text, c);
	if (text.len)
		page_text(p, buf_cstr(&text));
	else if (rows_has(c))
		page_text(p, "It prints rows: see Options of rows.");
	buf_done(&text);
}

static void command(struct page *p, const struct command *c)
{
	struct buf usage = BUF_INIT, text = BUF_INIT;
	help_usage(&usage, c);
	help_sentence(&text, c->help);
	buf_add_char(&text, '.');
	page_row(p, buf_cstr(&usage), buf_cstr(&text));
	if (c->more || c->options || rows_has(c)) {
		page_in(p, 1);
		if (c->more)
			page_text(p, c->more);
		p->name_cols = OPTION_COLS;
		help_options(p, c->options);
		p->name_cols = 0;
		own_tables(p, c);
		page_in(p, -1);
	}
	buf_done(&usage);
	buf_done(&text);
}

static void all_commands(struct page *p)
{
	page_section(p, "Commands");
	page_text(p, "Every command takes also the options of every command, and one that prints rows those of rows: "
	             "both are below. What the words in capitals stand for is "
	             "said under WORDS.");
	for (const struct command_group *g = command_groups; g->name; g++) {
		page_part(p, g->title);
		help_each_command(g, command, p);
	}
	if (help_has_others()) {
		page_part(p, "Others");
		help_each_command(NULL, command, p);
	}
	page_part(p, "Options of rows");
	page_text(p, "Of every command that prints rows, where it has none of that name itself. The rows are the "
	             "elements of a list in "
	             "its --json.");
	help_options(p, rows_options);
	page_part(p, "Options of every command");
	help_options(p, common_options);
}

static void topic_list(struct page *p)
{
	page_section(p, "Topics");
	page_text(p, "There is more to read than stands here: spoor help TOPIC.");
	p->name_cols = 12;
	for (const struct topic *t = topics; t->name; t++)
		page_row(p, t->name, t->line);
	p->name_cols = 0;
}

static void examples(struct page *p)
{
	page_section(p, "Examples");
	page_row(p, "spoor trace.jsonl", "imports the file and opens the explorer on it");
	page_row(p, "spoor --follow logs/", "the same, and goes on reading as the files grow");
	page_row(p, "spoor traces --where 'status:error since:1d' --limit 20", "what failed today, for people");
	page_row(p, "spoor traces --json --where 'cost>0.05' | jq -r '.traces[].id'",
	         "ids of the dear ones, for a script");
	page_row(p, "spoor trace 4bf92f35 --markdown", "a trace for an issue, by the first digits of its id");
	page_row(p, "spoor compare v12 v13", "what the new prompt version made better and worse, and what is noise");
	page_row(p, "spoor gate v13 --baseline v12 --pass-rate 85% --p95 8s",
	         "in CI: exit code 0 ships, 1 holds, 5 cannot tell");
	page_row(p, "clickhouse-client --query \"SELECT * FROM otel_traces FORMAT JSONEachRow\" | spoor import -",
	         "from a pipe");
}

static void man_spoor(struct page *p)
{
	page_section(p, "Synopsis");
	page_row(p, "spoor [OPTION…]", "the explorer on the whole store");
	page_row(p, "spoor [OPTION…] FILE…", "imports what is new in the files, and opens the explorer");
	page_row(p, "spoor COMMAND [OPTION…] …", "the same without a screen");
	page_section(p, "Description");
	topic_start(p);
	page_section(p, "Options");
	page_text(
	    p,
	    "Of the explorer; --store, --ascii, --mask and --json may also stand before a command. A command wins over "
	    "a file of its name: ./NAME is the file.");
	help_options(p, front_options);
	all_commands(p);
	page_section(p, "Words");
	topic_words(p);
	page_section(p, "Output");
	topic_output(p);
	page_section(p, "Keys");
	topic_keys(p);
	page_section(p, "Links");
	topic_links(p);
	topic_list(p);
	page_section(p, "Files");
	topic_files(p);
	page_section(p, "Environment");
	topic_environment(p);
	page_section(p, "Exit status");
	topic_exit_codes(p);
	examples(p);
}

/* ---------------------------------------------------------------- the others */

static void man_filter(struct page *p)
{
	page_section(p, "Description");
	topic_filter(p);
}

static void man_config(struct page *p)
{
	page_section(p, "Description");
	topic_config(p);
	page_section(p, "Environment");
	topic_environment(p);
	page_section(p, "Files");
	topic_files(p);
}

static void man_formats(struct page *p)
{
	page_section(p, "Description");
	topic_formats(p);
}

/* clang-format off */
static const struct {
	const char *name, *section, *line, *others;
	void (*print)(struct page *p);
} pages[] = {
    {"spoor", "1", "traces and eval results of LLM applications, in a terminal",
     "spoor-config(5), spoor-filter(7), spoor-formats(5), less(1), jq(1)", man_spoor},
    {"spoor-config", "5", "the settings of spoor", "spoor(1), spoor-filter(7)", man_config},
    {"spoor-filter", "7", "the filter language of spoor", "spoor(1), spoor-config(5), spoor-formats(5)", man_filter},
    {"spoor-formats", "5", "the formats that spoor reads", "spoor(1), spoor-filter(7)", man_formats},
};
/* clang-format on */
enum { N_PAGES = sizeof pages / sizeof *pages };

/* "2026-11-21" in UTC, "" where none is given. */
static void date_of(char out[16])
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t seconds;
	struct tm tm;
	out[0] = '\0';
	if (!epoch || !scan_int64(str_of(epoch), &seconds))
		return;
	time_t t = (time_t)seconds;
	if (gmtime_r(&t, &tm))
		strftime(out, 16, "%Y-%m-%d", &tm);
}

bool man_page(struct buf *out, const char *name, struct err *err)
{
	struct page p = {.out = out, .form = PAGE_MAN};
	char date[16];
	date_of(date);
	for (size_t i = 0; i < N_PAGES; i++) {
		if (strcmp(pages[i].name, name) != 0)
			continue;
		page_begin(&p, pages[i].name, pages[i].section, date, cmd_version, pages[i].line);
		pages[i].print(&p);
		page_section(&p, "See also");
		page_text(&p, pages[i].others);
		return true;
	}
	return err_set(err, ERR_USAGE, NULL, "no such man page: %.60s", name);
}
