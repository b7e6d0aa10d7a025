/* spoor: settles the process (descriptors, locale, modes), then a command or the explorer. */
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/format.h"
#include "import/import.h"
#include "import/prices.h"
#include "store/base/clean.h"
#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/db.h"
#include "store/query/queue_bundle.h"
#include "tui/app.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/review.h"
#include "tui/cmd/samples.h"
#include "tui/config.h"
#include "tui/keys.h"
#include "tui/link.h"
#include "tui/samples.h"
#include "tui/settings.h"
#include "tui/start.h"
#include "tui/term.h"

#ifndef SPOOR_VERSION
#define SPOOR_VERSION "unknown" /* the Makefile gives it */
#endif

/* ---------------------------------------------------------------- the process */

/* A closed 0, 1 or 2 would be given to the next file opened, and messages would end in the store. What stands in fails on use as
 * the closed one would: it cannot be read or written. */
static void hold_descriptors(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY}; /* standard error: thrown away */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", modes[fd]) != fd)
			_exit(4);
}

static bool look_at_terminal(struct terminal_found *out)
{
	struct term_look t;
	bool known = term_look(&t);
	*out = (struct terminal_found){.colors = t.colors,
	                               .rows = t.rows,
	                               .cols = t.cols,
	                               .moves = t.moves,
	                               .mouse = t.mouse,
	                               .pastes = t.pastes,
	                               .syncs = t.syncs};
	snprintf(out->library, sizeof out->library, "%s", t.library);
	return known;
}

/* Traces hold prompts and keys: private files, no core. Figures are read and written with a point whatever the locale. */
static void settle_process(void)
{
	struct rlimit none = {0, 0};
	hold_descriptors();
	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGPIPE, SIG_DFL);
	setlocale(LC_CTYPE, "");
	sink_set_decoder(import_decode);
	sink_set_price_list(prices_cost);
	cmd_version = SPOOR_VERSION;
	cmd_look_at_terminal = look_at_terminal;
	cmd_each_key = keys_each;
	cmd_each_key_name = keys_each_name;
	while (formats[start_n_formats])
		start_n_formats++;
}

static int fail(const struct err *err)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "spoor: ");
	buf_add_cstr(&text, err->text);
	clean_fput(stderr, buf_str(&text));
	fputc('\n', stderr);
	buf_done(&text);
	return err_exit_code(err->code);
}

/* ---------------------------------------------------------------- the words before a command or a file */

struct front {
	VEC(char *) options; /* as given, for the command */
	struct app_opts app;
	int at; /* argv[at] is the first word that is no option */
	bool version, help;
};

/* --name value and --name=value. NULL: it is another option, or err is set. */
static const char *value_of(const char *name, int argc, char **argv, int *i, struct err *err)
{
	size_t len = strlen(name);
	if (!argv[*i] || strncmp(argv[*i], name, len) != 0)
		return NULL;
	if (argv[*i][len] == '=')
		return argv[*i] + len + 1;
	if (argv[*i][len])
		return NULL;
	if (*i + 1 >= argc) {
		err_set(err, ERR_USAGE, NULL, "a value is missing after %s", name);
		return NULL;
	}
	return argv[++*i];
}

static bool is_front_option(const char *word)
{
	for (const struct option_row *row = front_options; row->name; row++) {
		size_t len = strlen(row->name);
		if (row->letter && word[1] == row->letter && !word[2])
			return true;
		if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, row->name, len) == 0 &&
		    (word[2 + len] == '\0' || word[2 + len] == '='))
			return true;
	}
	return false;
}

static bool unknown_option(const char *word, struct err *err)
{
	struct near near = {.word = str_of(word + strspn(word, "-"))};
	struct buf after = BUF_INIT;
	for (const struct option_row *row = front_options; row->name; row++)
		near_try(&near, row->name);
	if (near.name)
		buf_printf(&after, " (did you mean --%s?)", near.name);
	err_set(err, ERR_USAGE, NULL, "no such option: %.100s%s; spoor help lists them", word, buf_cstr(&after));
	buf_done(&after);
	return false;
}

static bool front_option(struct front *f, int argc, char **argv, int *i, struct err *err)
{
	const char *word = argv[*i], *config; /* that was read first of all, as was what is set */
	bool json;                            /* the command's */
	const struct {
		const char *name;
		bool *on;
	} flags[] = {
	    {"--ascii",    &f->app.ascii   },
	    {"--fresh",    &f->app.fresh   },
	    {"--follow",   &f->app.follow  },
	    {"--help",     &f->help        },
	    {"-h",         &f->help        },
	    {"--json",     &json           },
	    {"-j",         &json           },
	    {"--mask",     &f->app.mask    },
	    {"--mouse",    &f->app.mouse   },
	    {"--no-color", &f->app.no_color},
	    {"--version",  &f->version     },
	};
	const struct {
		const char *name, **to;
	} values[] = {
	    {"--config", &config      },
            {"--map",    &f->app.map  },
            {"--open",   &f->app.open },
	    {"--set",    &config      },
            {"--store",  &f->app.store},
            {"--theme",  &f->app.theme},
	};
	if (!is_front_option(word))
		return unknown_option(word, err);
	for (size_t k = 0; k < sizeof flags / sizeof *flags; k++)
		if (strcmp(word, flags[k].name) == 0) {
			*flags[k].on = true;
			return true;
		}
	for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
		const char *value = value_of(values[k].name, argc, argv, i, err);
		if (value)
			*values[k].to = value;
		if (value || err->code != ERR_NONE)
			return value != NULL;
	}
	return unknown_option(word, err);
}

static bool read_front(struct front *f, int argc, char **argv, struct err *err)
{
	for (f->at = 1; f->at < argc && argv[f->at][0] == '-' && argv[f->at][1]; f->at++) {
		int first = f->at;
		if (strcmp(argv[f->at], "--") == 0) {
			f->at++;
			break;
		}
		if (!front_option(f, argc, argv, &f->at, err))
			return false;
		for (int i = first; i <= f->at; i++)
			*vec_add(&f->options) = argv[i];
	}
	return true;
}

/* ---------------------------------------------------------------- a command */

/* Once, and not from commands that print what is wrong themselves or are read by a shell. */
static void warn_of_settings(const char *command)
{
	static const char *const quiet[] = {"complete", "config", "help"};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
		if (strcmp(command, quiet[i]) == 0)
			return;
	settings_say(&text);
	if (text.len) {
		fputs("spoor: ", stderr);
		clean_fput(stderr, buf_str(&text));
		fputc('\n', stderr);
	}
	buf_done(&text);
}

/* spoor --store X traces: the options go behind the command's name. */
static int run_command(const struct front *f, int argc, char **argv)
{
	VEC(char *) words = {0};
	*vec_add(&words) = argv[f->at];
	for (size_t i = 0; i < f->options.n; i++)
		*vec_add(&words) = f->options.at[i];
	for (int i = f->at + 1; i < argc; i++)
		*vec_add(&words) = argv[i];
	int n = (int)words.n;
	*vec_add(&words) = NULL;
	warn_of_settings(words.at[0]);
	int code = cmd_main(n, words.at);
	vec_done(&words);
	return code;
}

static int run_help(void)
{
	char help[] = "help";
	char *words[] = {help, NULL};
	return cmd_main(1, words);
}

static int print_version(void)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	buf_add_cstr(&text, "spoor " SPOOR_VERSION "\n");
	bool ok = out_flush(&text, &err);
	buf_done(&text);
	return ok ? 0 : fail(&err);
}

/* ---------------------------------------------------------------- the explorer */

static bool is_file(const char *word)
{
	return strcmp(word, "-") == 0 || strchr(word, '/') || access(word, F_OK) == 0;
}

static bool check_files(char *const *paths, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (is_file(paths[i]))
			continue;
		struct near near = {.word = str_of(paths[i])};
		struct buf after = BUF_INIT;
		for (size_t k = 0; i == 0 && commands[k]; k++)
			near_try(&near, commands[k]->name);
		near_say(&near, &after);
		err_set(err, ERR_USAGE, NULL, "no such command or file: %.100s%s", paths[i], buf_cstr(&after));
		buf_done(&after);
		return false;
	}
	return true;
}

static bool needs_terminal(const struct app_opts *app, struct err *err)
{
	if (isatty(STDOUT_FILENO) == 1)
		return true;
	if (app->n_paths)
		return err_set(err, ERR_USAGE, NULL,
		               "standard output is no terminal: spoor import %s reads it without one",
		               app->n_paths > 1 ? "FILE…" : app->paths[0]);
	return err_set(err, ERR_USAGE, NULL,
	               "standard output is no terminal: spoor traces, spoor runs and spoor help need none");
}

/* A review bundle is no file to import: it is the store, and Review opens on it. */
static void take_bundle(struct app_opts *app, struct buf *open, struct err *err)
{
	if (app->n_paths != 1 || app->store || !is_file(app->paths[0]))
		return;
	struct buf queue = BUF_INIT;
	bool is = queue_bundle_is(app->paths[0], &queue, err);
	if (is)
		link_print(open, &(struct link){.kind = "review", .of = {buf_str(&queue)}, .n_of = 1});
	buf_done(&queue);
	if (!is)
		return;
	app->store = app->paths[0];
	app->open = buf_cstr(open);
	app->bundle = true;
	app->n_paths = 0;
}

/* So that the bundle is one file again, to be handed back: its log is copied into it. */
static void one_file(const char *bundle)
{
	struct err ignored = ERR_INIT;
	struct db *db = db_open(bundle, DB_WRITE, &ignored);
	if (db)
		db_checkpoint(db, 0);
	db_close(db);
}

static int explore(struct app_opts *app)
{
	struct err err = ERR_INIT;
	struct buf path = BUF_INIT, open = BUF_INIT;
	int number = 0;
	take_bundle(app, &open, &err);
	if (app->follow && !app->n_paths)
		err_set(&err, ERR_USAGE, NULL, "--follow needs files: spoor --follow FILE");
	else if (app->map && !app->n_paths)
		err_set(&err, ERR_USAGE, NULL, "--map needs files: spoor --map FIELD=COLUMN,… FILE");
	else if (app->map)
		import_map_check(app->map, &err);
	if (err.code != ERR_NONE || !settings_sets_ok(&err) || !check_files(app->paths, app->n_paths, &err) ||
	    !needs_terminal(app, &err)) {
		buf_done(&open);
		return fail(&err);
	}
	if (!app->store) {
		db_default_path(&path);
		app->store = buf_cstr(&path);
	}
	app->ascii = app->ascii || setting_on("ascii", strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
	app->mask = app->mask || setting_on("mask", false);
	app->mouse = app->mouse || setting_on("mouse", false);
	const char *frozen = getenv("SPOOR_NOW");
	if (!frozen || !units_iso(str_of(frozen), &app->now_ns, NULL))
		app->now_ns = UNKNOWN_INT;
	bool ok = app_run(app, &number, &err);
	if (app->bundle)
		one_file(app->store);
	buf_done(&path);
	buf_done(&open);
	if (!ok)
		return fail(&err);
	return number ? 128 + number : 0;
}

/* As `like`, on the samples. */
static int explore_samples(const struct app_opts *like)
{
	struct samples_session s;
	struct err err = ERR_INIT;
	int code;
	if (samples_begin(&s, &err)) {
		struct app_opts app = *like;
		app.store = buf_cstr(&s.store);
		app.paths = s.paths.at;
		app.n_paths = s.paths.n;
		app.samples = true;
		app.open = app.map = NULL;
		app.follow = app.bundle = false;
		app.to_samples = NULL;
		code = explore(&app);
	} else {
		code = fail(&err);
	}
	samples_end(&s);
	return code;
}

/* From its first screen, or with :samples, one can leave for the samples. */
static int explore_own(struct app_opts *app)
{
	const struct app_opts like = *app;
	bool to_samples = false;
	app->to_samples = &to_samples;
	int code = explore(app);
	app->to_samples = NULL;
	return to_samples && code == 0 ? explore_samples(&like) : code;
}

static int explore_samples_for(const struct command_line *line)
{
	const struct app_opts app = {
	    .ascii = cmd_flag(line, "ascii"), .no_color = cmd_flag(line, "no-color"), .mask = cmd_flag(line, "mask")};
	return explore_samples(&app);
}

/* For commands that end in the explorer. */
static int explore_for(const struct command_line *line, const char *store, const char *open)
{
	struct app_opts app = {.store = store ? store : cmd_option(line, "store"),
	                       .ascii = cmd_flag(line, "ascii"),
	                       .no_color = cmd_flag(line, "no-color"),
	                       .open = open,
	                       .bundle = store != NULL};
	return explore(&app);
}

int main(int argc, char **argv)
{
	struct front f = {.app = {.store = NULL}};
	struct err err = ERR_INIT;
	int code;
	settle_process();
	config_start(argc, argv);
	cmd_explore = explore_for;
	cmd_explore_samples = explore_samples_for;
	if (!read_front(&f, argc, argv, &err))
		code = fail(&err);
	else if (f.version)
		code = print_version();
	else if (f.help && f.at >= argc)
		code = run_help();
	else if (f.at < argc && command_named(str_of(argv[f.at])))
		code = run_command(&f, argc, argv);
	else {
		f.app.paths = argv + (f.at < argc ? f.at : argc);
		f.app.n_paths = f.at < argc ? (size_t)(argc - f.at) : 0;
		code = explore_own(&f.app);
	}
	vec_done(&f.options);
	return code;
}
