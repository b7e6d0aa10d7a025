#include "tui/cmd/topics.h"

#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/check/rules.h"
#include "store/query/gate.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/help.h"
#include "tui/cmd/sql.h"
#include "tui/cmd/words.h"
#include "tui/link.h"
#include "tui/settings.h"
#include "tui/start.h"

enum { NAMES = 24 };

struct two {
	const char *name, *help;
};

static void rows(struct page *p, const struct two *at, size_t n, int name_cols)
{
	int before = p->name_cols;
	p->name_cols = name_cols;
	for (size_t i = 0; i < n; i++)
		page_row(p, at[i].name, at[i].help);
	p->name_cols = before;
}
#define ROWS(p, table, cols) rows(p, table, sizeof(table) / sizeof *(table), cols)

/* ---------------------------------------------------------------- the first minutes */

/* clang-format off */
static void start_tables(struct page *p)
{
	const int before = p->name_cols;
	p->name_cols = 14;
	page_part(p, "Where files come from");
	for (const struct start_source *s = start_sources; s->from; s++)
		page_row(p, s->from, s->how);
	page_part(p, "What is read");
	for (const struct start_family *f = start_families; f->what; f++)
		page_row(p, f->what, f->names);
	p->name_cols = before;
}

void topic_start(struct page *p)
{
	page_text(p, start_what);
	page_text(p,
	    "\n"
	    "  spoor samples           sample data that goes away again, and things to try\n"
	    "  spoor run.json logs/    import what is new in them, open the explorer\n"
	    "  spoor                   the explorer on all that was imported\n"
	    "  spoor compare v12 v13   the same answers without a screen\n"
	    "\n"
	    "Files are known by their content, never by their name; the same file again adds nothing. In the explorer j and k (or the "
	    "arrows) move, Enter opens what the cursor is on, q goes back, Tab walks the tabs, e goes to the next error, & keeps only "
	    "what matches a filter, / searches, and ? lists all keys of the screen you are on. The line at the bottom says which "
	    "matter there.\n"
	    "\n"
	    "Every screen has a command that prints the same: as text, and with --json for programs.");
	start_tables(p);
}
/* clang-format on */

/* ---------------------------------------------------------------- keys */

enum { KEY_COLS = 18 };

struct key_page {
	struct page *page;
	VEC(struct cmd_key) all; /* texts in the arena */
	struct arena arena;
};

static void keep_key(void *to, const struct cmd_key *key)
{
	struct key_page *k = to;
	*vec_add(&k->all) = (struct cmd_key){.screen = arena_cstr(&k->arena, key->screen).ptr,
	                                     .where = arena_cstr(&k->arena, key->where).ptr,
	                                     .keys = arena_cstr(&k->arena, key->keys).ptr,
	                                     .action = arena_cstr(&k->arena, key->action).ptr,
	                                     .help = arena_cstr(&k->arena, key->help).ptr};
}

static bool same_key(const struct cmd_key *a, const struct cmd_key *b)
{
	return strcmp(a->action, b->action) == 0 && strcmp(a->keys, b->keys) == 0 && strcmp(a->help, b->help) == 0;
}

/* Does it stand in the tables of so many screens that it is told once for all? *first: this is the first of them. */
static bool is_shared(const struct key_page *k, size_t at, bool *first)
{
	enum { MANY = 8 };
	size_t n = 0;
	*first = true;
	for (size_t i = 0; i < k->all.n; i++)
		if (same_key(&k->all.at[i], &k->all.at[at])) {
			n++;
			*first &= i >= at;
		}
	return n >= MANY;
}

static void key_row(struct page *p, const struct cmd_key *key)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	buf_printf(&name, ":%s", key->action);
	buf_printf(&text, "%s (%s)", key->help, key->action);
	page_row(p, key->keys[0] ? key->keys : buf_cstr(&name), key->keys[0] ? buf_cstr(&text) : key->help);
	buf_done(&name);
	buf_done(&text);
}

static void own_keys(struct key_page *k)
{
	const char *where = NULL;
	bool first;
	for (size_t i = 0; i < k->all.n; i++) {
		if (is_shared(k, i, &first))
			continue;
		if (!where || strcmp(where, k->all.at[i].where) != 0)
			page_part(k->page, k->all.at[i].where);
		where = k->all.at[i].where;
		key_row(k->page, &k->all.at[i]);
	}
}

void topic_keys(struct page *p)
{
	struct key_page k = {.page = p, .arena = ARENA_INIT};
	int before = p->name_cols;
	bool first;
	page_text(p, "In brackets the name of what a key does: what : takes, and what \"keys\" in config.json binds.");
	page_text(p, "A number before a key that moves: so many times (10j), before g or G: to that row (200G; also "
	             ":200), where digits "
	             "are no keys of the screen. As elsewhere: F3, F4, F6, F10 are / & > Q, \\ is &, :q is q, :q! and "
	             ":wq are Q.");
	p->name_cols = KEY_COLS;
	if (cmd_each_key)
		cmd_each_key(keep_key, &k);
	page_part(p, "In lists and texts");
	for (size_t i = 0; i < k.all.n; i++)
		if (is_shared(&k, i, &first) && first)
			key_row(p, &k.all.at[i]);
	own_keys(&k);
	p->name_cols = before;
	vec_done(&k.all);
	arena_done(&k.arena);
}

/* ---------------------------------------------------------------- around the program */

static const struct two codes[] = {
    {"0",     "done"                                                          },
    {"1",     "nothing of that name was found; of spoor gate: hold"           },
    {"2",     "the command line is wrong"                                     },
    {"3",     "bad input: what could be kept was kept, what could not is said"},
    {"4",     "the store or the system failed"                                },
    {"5",     "not enough data to answer"                                     },
    {"128+n", "ended by signal n"                                             },
};

void topic_exit_codes(struct page *p)
{
	ROWS(p, codes, 7);
}

static const struct two files[] = {
    {"$XDG_DATA_HOME/spoor/spoor.db",       "the store, for the user's eyes only (~/.local/share/spoor/spoor.db)"},
    {"$XDG_CONFIG_HOME/spoor/config.json",  "settings: spoor help config (~/.config/spoor/config.json)"          },
    {"$XDG_CONFIG_HOME/spoor/filters.json", "filters with a name: spoor help filter"                             },
    {"$XDG_CONFIG_HOME/spoor/rules.json",   "a team's own checks: spoor help rules"                              },
    {"$XDG_CONFIG_HOME/spoor/prices.json",  "prices of models, before the built-in ones"                         },
    {"$XDG_CONFIG_HOME/spoor/themes/",      "themes of one's own: spoor help themes"                             },
    {"$XDG_STATE_HOME/spoor/",              "what the explorer remembers: lines typed at prompts, how far each store was "
                               "looked at (~/.local/state/spoor); nothing of it is needed, all of it may be "
                               "deleted"                                           },
};

void topic_files(struct page *p)
{
	ROWS(p, files, 36);
	page_text(p,
	          "Text of traces is nowhere but in the store. Files of settings are JSON in which comments (//) and a "
	          "comma behind the last element are allowed.");
}

/* Those that no setting has. */
static const struct two variables[] = {
    {"SPOOR_CONFIG",                       "the file of settings; empty: none is read"                         },
    {"SPOOR_NOW",                          "an ISO 8601 time that stands for the clock, for tests and pictures"},
    {"SPOOR_NO_SHM",                       "set: processes share no memory (for the file systems of networks)" },
    {"XDG_DATA_HOME",                      "where the store is: spoor help files"                              },
    {"XDG_CONFIG_HOME",                    "where settings, themes, rules, prices and filters are"             },
    {"XDG_STATE_HOME",                     "where is kept what the explorer remembers"                         },
    {"HOME",                               "for these, where they are not set; ~ in paths"                     },
    {"LESS",                               "options of less"                                                   },
    {"TERM",                               "the terminal, as terminfo calls it"                                },
    {"TERM_PROGRAM, TERM_PROGRAM_VERSION", "the terminal by its own name, for what that one is known to do"    },
    {"TZDIR",                              "where the rules of time zones are"                                 },
    {"SOURCE_DATE_EPOCH",                  "the date in man pages that spoor help --man prints"                },
    {"TMUX",                               "set by tmux: what is copied is wrapped for it"                     },
    {"ESCDELAY",                           "milliseconds that Esc waits for the rest of a key"                 },
    {"LC_ALL, LC_CTYPE, LANG",             "UTF-8, or ASCII"                                                   },
    {"TMPDIR",                             "where files stand that are handed to an editor or unpacked"        },
};

static void setting_variable(struct page *p, const struct setting *s)
{
	struct buf names = BUF_INIT;
	if (s->variable)
		page_row(p, s->variable, s->help);
	for (const char *c = s->general; c && *c; c++)
		buf_printf(&names, "%s%c", *c == ' ' ? "," : "", *c);
	if (names.len)
		page_row(p, buf_cstr(&names), "the same for all programs; counts after the settings file");
	buf_done(&names);
}

void topic_environment(struct page *p)
{
	int before = p->name_cols;
	page_text(p, "Settings have a variable each, which counts before the settings file (spoor help config):");
	p->name_cols = NAMES;
	for (const struct setting *s = setting_rows; s->name; s++)
		setting_variable(p, s);
	p->name_cols = before;
	page_text(p, "Beside these:");
	ROWS(p, variables, NAMES);
}

static void topic_masking(struct page *p)
{
	page_text(
	    p,
	    "--mask, or SPOOR_MASK=1, replaces personal data and secrets in all that is shown, printed and "
	    "copied: e-mail addresses, telephone numbers, bank accounts (IBAN) and cards whose check digits are right, "
	    "API keys, tokens, passwords in URLs. What they are is said in their place; the store keeps the "
	    "texts as they are. Screens say on their status line that they mask.\n\n"
	    "Nothing guesses names or addresses of people: what the checks of spoor checks find is what is "
	    "masked. Headers, cookies and keys that harnesses dump into their results are not stored at all.");
}

static void topic_themes(struct page *p)
{
	struct arena arena = ARENA_INIT;
	const char *const *names = NULL;
	struct buf list = BUF_INIT;
	size_t n = settings_theme_names ? settings_theme_names(&arena, &names) : 0;
	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s%s", i ? ", " : "There are: ", names[i]);
	page_text(p, "--theme NAME, or key T in the explorer, chooses the colours; with a / in it NAME is a file.");
	page_text(p, buf_cstr(&list));
	page_text(
	    p,
	    "A theme of your own is $XDG_CONFIG_HOME/spoor/themes/NAME.json:\n\n"
	    "  { \"about\": \"one line\", \"roles\": {\n"
	    "      \"error\": { \"256\": \"203 bold\", \"8\": \"red bold\", \"mono\": \"bold\" } } }\n\n"
	    "A style is FG, FG/BG or empty, then any of bold underline dim reverse. A colour is default, a name "
	    "(black red green yellow blue magenta cyan white, bright- before it) or a number. \"8\" is for terminals "
	    "of 8 colours, \"mono\" for those without. A role that is missing looks like text.");
	buf_done(&list);
	arena_done(&arena);
}

void topic_output(struct page *p)
{
	page_text(
	    p,
	    "Commands print text for people: on a terminal fitted to its width, to a pipe whole. Messages and "
	    "progress go to standard error, progress only to a terminal.\n\n"
	    "--json prints one JSON value; its members keep their names and meaning. Times are UTC, "
	    "durations nanoseconds (…_ns), costs US dollars (…_usd), shares numbers from 0 to 1; what is unknown "
	    "is null. With --json a failure is JSON, too, on standard error: {\"error\": {\"code\", \"message\", "
	    "…}}.\n\n"
	    "--jsonl prints the rows of a list, each as one JSON object on a line of its own, as they come. A command "
	    "with several lists prints its main one; --table NAME another (--help names them).\n\n"
	    "--csv writes a list for spreadsheets: a text that would be taken for a formula gets a ' before it "
	    "(--csv-raw: not). --markdown writes a table for an issue or a pull request. --columns chooses and orders "
	    "the columns of each of them, by their names in --json. --sort COLUMN (--asc, --desc), --offset N and "
	    "--limit N "
	    "choose rows; what is unknown comes last.");
}

static void topic_completion(struct page *p)
{
	page_text(
	    p,
	    "Tab completes commands, options, the ids of traces and runs, names of datasets, prompts, judges and "
	    "queues, and filters word by word, all out of the store at hand. make install puts the scripts where "
	    "shells look for them; without it:\n\n"
	    "  bash    source <(spoor complete --script bash)    ~/.bashrc\n"
	    "  zsh     source <(spoor complete --script zsh)     ~/.zshrc, after compinit\n"
	    "  fish    spoor complete --script fish | source     ~/.config/fish/config.fish\n\n"
	    "A filter is best typed in quotes: --where 'status:error du<Tab>. It is never slower than the store can be "
	    "asked, and where a store is missing, locked or damaged there are just no names.");
}

static void topic_options(struct page *p)
{
	page_text(
	    p, "Of the explorer: spoor [OPTION…] [FILE…]. --store, --ascii, --mask and --json may also stand before a "
	       "command's name.");
	help_options(p, front_options);
	page_part(p, "Of every command");
	help_options(p, common_options);
}

void topic_words(struct page *p)
{
	int before = p->name_cols;
	page_text(
	    p,
	    "What the words in capitals stand for. […] may be left out, … may be repeated, with a comma before it in "
	    "one word; of words with | between them one is meant.");
	p->name_cols = 10;
	for (const struct word_row *row = word_rows; row->word; row++)
		if (row->help)
			page_row(p, row->word, row->help);
	p->name_cols = before;
}

/* ---------------------------------------------------------------- told by others */

/* Where what a line says begins, behind the last gap of its first half; a line without one: its own beginning. */
static size_t hang_of(struct str line)
{
	size_t hang = 0;
	while (hang < line.len && line.ptr[hang] == ' ')
		hang++;
	for (size_t i = hang; i + 2 < line.len && i < PAGE_COLS * 2 / 3; i++)
		if (line.ptr[i] == ' ' && line.ptr[i + 1] == ' ' && line.ptr[i + 2] != ' ')
			hang = i + 2;
	return hang;
}

/* A line that is too wide goes on below what it says. */
static void told_line(struct buf *out, struct str line)
{
	size_t hang = hang_of(line);
	struct str head = str_cut(line, 0, hang), text = str_from(line, hang);
	int at = text_cols(head);
	struct text_row row;
	if (hang == 0 || text.len == 0 || strchr("{}[]\"/", text.ptr[0])) { /* prose, which is filled anyhow; JSON */
		buf_add_str(out, line);
		buf_add_char(out, '\n');
		return;
	}
	buf_add_str(out, head);
	for (size_t from = 0; from < text.len;) {
		size_t next = text_wrap(text, from, PAGE_COLS - at, &row);
		buf_add_fill(out, ' ', from ? (size_t)at : 0);
		buf_add_str(out, str_cut(text, row.at, row.len));
		buf_add_char(out, '\n');
		if (next <= from)
			return;
		from = next;
	}
}

static void told(struct page *p, void (*print)(struct buf *out))
{
	struct buf text = BUF_INIT, fitted = BUF_INIT;
	print(&text);
	struct str rest = buf_str(&text), line;
	while (rest.len && str_split(&rest, '\n', &line))
		told_line(&fitted, line);
	page_text(p, buf_cstr(&fitted));
	buf_done(&text);
	buf_done(&fitted);
}

static void topic_gate_file(struct page *p)
{
	told(p, gate_file_help);
}

/* "trace:TRACE", "[:A..B]" where it may be left out; and the parts it may have. */
static void link_row(struct page *p, const struct link_kind *k)
{
	struct buf form = BUF_INIT, text = BUF_INIT;
	buf_add_cstr(&form, k->name);
	if (k->values)
		buf_printf(&form, k->least ? ":%s" : "[:%s]", k->values);
	buf_add_cstr(&text, k->help);
	const char *sep = "  (";
	for (int i = 0; i < N_LINK_PARTS; i++)
		if (k->parts & (1U << i)) {
			buf_printf(&text, "%s/%s:", sep, link_part_name((enum link_part)i));
			sep = " ";
		}
	if (k->parts)
		buf_add_char(&text, ')');
	page_row(p, buf_cstr(&form), buf_cstr(&text));
	buf_done(&form);
	buf_done(&text);
}

/* clang-format off */
void topic_links(struct page *p)
{
	int before = p->name_cols;
	page_text(p,
	    "A link names what the explorer shows, by the ids of its source: it holds after a re-import and in any other store. y l "
	    "copies the one of what the cursor stands on, with spoor open in front: one word that every shell takes as it is.\n"
	    "\n"
	    "  spoor open trace:4bf92f35/span:00f067aa   the explorer there; q: the list\n"
	    "  spoor open --print trace:4bf92f35         what it is, and its command\n"
	    "  spoor open 4bf92f35                       an id alone, of whatever it is\n"
	    "  :open trace:4bf92f35                      in the explorer\n"
	    "\n"
	    "It is KIND:VALUE or KIND:A..B, and parts behind it: /PART:VALUE. In a value all but letters, digits and - _ . : , + = is "
	    "%XX. Ids may be cut to what only one has.");
	page_part(p, "Kinds");
	p->name_cols = 22;
	for (const struct link_kind *k = link_kinds; k->name; k++)
		link_row(p, k);
	p->name_cols = before;
}
/* clang-format on */

static void topic_sql(struct page *p)
{
	told(p, sql_help);
}

static void topic_rules(struct page *p)
{
	told(p, rules_help);
}

/* clang-format off */
const struct topic topics[] = {
	{"completion",  "completion by Tab in bash, zsh and fish",                       topic_completion},
	{"config",      "settings: the file, its keys, a file with all of them",         topic_config},
	{"environment", "the variables that are asked",                                  topic_environment},
	{"exit-codes",  "what a command's exit code says",                               topic_exit_codes},
	{"files",       "where the store, settings and state are",                       topic_files},
	{"filter",      "the language of --where, of & in the explorer, and its fields", topic_filter},
	{"formats",     "each format that is read, how it is known, what it fills",      topic_formats},
	{"gate-file",   "limits of a release in a file",                                 topic_gate_file},
	{"keys",        "the keys of every screen",                                      topic_keys},
	{"links",       "how a place is named, to be opened again",                      topic_links},
	{"masking",     "showing traces without personal data and secrets",              topic_masking},
	{"options",     "options of the explorer, and of every command",                 topic_options},
	{"output",      "text, JSON, CSV and Markdown",                                  topic_output},
	{"prices",      "what calls cost, and prices of your own",                       topic_prices},
	{"rules",       "checks, and a team's own",                                      topic_rules},
	{"sql",         "the views and functions of spoor sql",                          topic_sql},
	{"start",       "the first minutes",                                             topic_start},
	{"tables",      "results in CSV or JSON Lines, and --map",                       topic_tables},
	{"themes",      "colours, and how to make one's own",                            topic_themes},
	{"words",       "what TRACE, RUN, FILTER, TIME … stand for",                     topic_words},
	{.name = NULL},
};
/* clang-format on */

const struct topic *topic_named(const char *name)
{
	for (const struct topic *t = topics; t->name; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}
