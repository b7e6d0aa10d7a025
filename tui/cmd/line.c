/* A command line: words → options and operands by the command's table, what every command asks of it, and cmd_main. */
#include "tui/cmd/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "store/base/units.h"
#include "store/db.h"
#include "store/study/mask.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/rows.h"
#include "tui/settings.h"

const char *cmd_version = "unknown";
void (*cmd_each_key)(cmd_key_row *row, void *to);
void (*cmd_each_key_name)(void (*each)(void *to, const char *name), void *to);

/* ---------------------------------------------------------------- options */

static bool has_own(const struct command *c, const struct option_row *row)
{
	for (const struct option_row *own = c->options; own && own->name; own++)
		if (strcmp(own->name, row->name) == 0)
			return true;
	return false;
}

const struct option_row *command_option(const struct command *c, size_t i)
{
	for (const struct option_row *row = c->options; row && row->name; row++)
		if (i-- == 0)
			return row;
	for (const struct option_row *row = rows_options; rows_has(c) && row->name; row++)
		if (!has_own(c, row) && i-- == 0)
			return row;
	for (const struct option_row *row = common_options; row->name; row++)
		if (i-- == 0)
			return row;
	return NULL;
}

/* Its row, with its place among the values; NULL if the command has no such option. */
static const struct option_row *option_named(const struct command *c, struct str name, size_t *index)
{
	const struct option_row *row;
	for (*index = 0; (row = command_option(c, *index)) != NULL; ++*index)
		if (str_is(name, row->name))
			return row;
	return NULL;
}

struct parse {
	struct command_line *line;
	char **argv;
	int argc, i; /* argv[i] is the word being read */
	struct err *err;
};

static bool usage(struct parse *p, const char *what, struct str word, const char *after)
{
	return err_set(p->err, ERR_USAGE, NULL, "%s " STR_FMT "%s (spoor help %s)", what,
	               STR_ARG(str_cut(word, 0, 100)), after, p->line->command->name);
}

static bool unknown_option(struct parse *p, struct str name)
{
	struct near near = {.word = name};
	struct buf after = BUF_INIT;
	for (size_t i = 0; command_option(p->line->command, i); i++)
		near_try(&near, command_option(p->line->command, i)->name);
	if (near.name)
		buf_printf(&after, ", did you mean --%s?", near.name);
	err_set(p->err, ERR_USAGE, NULL, "no such option: --" STR_FMT "%s (spoor help %s)",
	        STR_ARG(str_cut(name, 0, 100)), buf_cstr(&after), p->line->command->name);
	buf_done(&after);
	return false;
}

/* value NULL: takes the next word. */
static bool take_value(struct parse *p, const struct option_row *row, size_t index, const char *value)
{
	if (!value) {
		if (p->i + 1 >= p->argc)
			return usage(p, "a value is missing after", str_of(p->argv[p->i]), "");
		value = p->argv[++p->i];
	}
	int64_t whole;
	double number;
	if (row->type == OPTION_INT && !scan_int64(str_of(value), &whole))
		return usage(p, "not a whole number:", str_of(value), "");
	if (row->type == OPTION_NUMBER && !scan_double(str_of(value), &number))
		return usage(p, "not a number:", str_of(value), "");
	p->line->values[index] = value;
	return true;
}

static bool parse_long(struct parse *p, const char *word)
{
	const char *equals = strchr(word, '=');
	struct str name = equals ? str_cut(str_of(word), 0, (size_t)(equals - word)) : str_of(word);
	size_t index;
	const struct option_row *row = option_named(p->line->command, name, &index);
	if (!row)
		return unknown_option(p, name);
	if (row->type != OPTION_FLAG)
		return take_value(p, row, index, equals ? equals + 1 : NULL);
	if (equals)
		return usage(p, "this option takes no value:", str_of(word), "");
	p->line->values[index] = "";
	return true;
}

/* "-jn5": flags, then at most one option with a value, which may be the next word. */
static bool parse_letters(struct parse *p, const char *letters)
{
	for (; *letters; letters++) {
		size_t index = 0;
		while (command_option(p->line->command, index) &&
		       command_option(p->line->command, index)->letter != *letters)
			index++;
		const struct option_row *row = command_option(p->line->command, index);
		if (!row)
			return usage(p, "no such option:", str_of(p->argv[p->i]), "");
		if (row->type != OPTION_FLAG)
			return take_value(p, row, index, letters[1] ? letters + 1 : NULL);
		p->line->values[index] = "";
	}
	return true;
}

static bool parse_words(struct parse *p)
{
	bool operands_only = false;
	for (p->i = 1; p->i < p->argc; p->i++) {
		char *word = p->argv[p->i];
		bool ok = true;
		if (!operands_only && strcmp(word, "--") == 0)
			operands_only = true;
		else if (!operands_only && word[0] == '-' && word[1] == '-')
			ok = parse_long(p, word + 2);
		else if (!operands_only && word[0] == '-' && word[1])
			ok = parse_letters(p, word + 1);
		else
			p->line->args[p->line->n_args++] = word;
		if (!ok)
			return false;
	}
	return true;
}

static bool check_operands(struct parse *p)
{
	const struct command *c = p->line->command;
	if (p->line->n_args < (size_t)c->min_args)
		return err_set(p->err, ERR_USAGE, NULL, "usage: spoor %s %s (spoor help %s)", c->name, c->operands,
		               c->name);
	if (c->max_args >= 0 && p->line->n_args > (size_t)c->max_args)
		return usage(p, "one word too many:", str_of(p->line->args[c->max_args]), "");
	return true;
}

/* ---------------------------------------------------------------- what commands ask */

const struct command *command_named(struct str name)
{
	for (size_t i = 0; commands[i]; i++)
		if (str_is(name, commands[i]->name))
			return commands[i];
	return NULL;
}

const char *cmd_option(const struct command_line *line, const char *name)
{
	size_t index;
	return option_named(line->command, str_of(name), &index) ? line->values[index] : NULL;
}

bool cmd_flag(const struct command_line *line, const char *name)
{
	return cmd_option(line, name) != NULL;
}

bool cmd_int(const struct command_line *line, const char *name, int64_t otherwise, int64_t *out, struct err *err)
{
	const char *value = cmd_option(line, name);
	*out = otherwise;
	if (!value || scan_int64(str_of(value), out))
		return true;
	return err_set(err, ERR_USAGE, NULL, "--%s: not a whole number: %.100s", name, value);
}

int64_t cmd_now_ns(void)
{
	const char *frozen = getenv("SPOOR_NOW");
	int64_t ns;
	if (frozen && units_iso(str_of(frozen), &ns, NULL))
		return ns;
	struct timespec now = {0};
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Whoever writes into it hears of it; whoever reads asks spoor doctor. */
static void print_remark(const struct db *db)
{
	struct buf text = BUF_INIT;
	db_remark(db, &text);
	if (text.len) {
		fputs("spoor: ", stderr);
		clean_fput(stderr, buf_str(&text));
		fputc('\n', stderr);
	}
	buf_done(&text);
}

bool cmd_masks(const struct command_line *line)
{
	return cmd_flag(line, "mask") || setting_on("mask", false);
}

void cmd_store_path(const struct command_line *line, struct buf *out)
{
	const char *given = cmd_option(line, "store");
	if (given)
		buf_add_cstr(out, given);
	else
		db_default_path(out);
}

struct db *cmd_store(const struct command_line *line, int mode, struct err *err)
{
	struct buf path = BUF_INIT;
	cmd_store_path(line, &path);
	/* A name typed wrong is no new store: reading says that it is not there. */
	if (!line->command->makes_store && access(buf_cstr(&path), F_OK) != 0 && errno == ENOENT)
		mode = DB_READ;
	struct db *db = db_open(buf_cstr(&path), (enum db_mode)mode, err);
	buf_done(&path);
	if (db && mode != DB_READ)
		print_remark(db);
	else if (db && cmd_masks(line))
		db_set_mask(db, mask_str);
	return db;
}

/* ---------------------------------------------------------------- running one */

static const char *code_name(enum err_code code)
{
	switch (code) {
	case ERR_NONE: break;
	case ERR_NOT_FOUND: return "not-found";
	case ERR_USAGE: return "usage";
	case ERR_INPUT: return "input";
	case ERR_STORE: return "store";
	case ERR_SYSTEM: return "system";
	case ERR_MEMORY: return "memory";
	case ERR_NO_DATA: return "no-data";
	case ERR_INTERRUPTED: return "interrupted";
	}
	return "error";
}

static int64_t or_unknown(uint64_t n)
{
	return n ? (int64_t)n : UNKNOWN_INT;
}

static void print_error_json(struct buf *out, const struct err *err)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_object(&j, "error");
	jout_cstr(&j, "code", code_name(err->code));
	jout_cstr(&j, "message", err->text);
	jout_str(&j, "file", str_of(err->at.file));
	jout_int(&j, "record", or_unknown(err->at.record));
	jout_int(&j, "line", or_unknown(err->at.line));
	jout_int(&j, "offset", err->at.file ? (int64_t)err->at.offset : UNKNOWN_INT);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
}

static void print_error_text(struct buf *out, const struct err *err)
{
	const struct where *at = &err->at;
	buf_add_cstr(out, "spoor: ");
	if (at->file)
		buf_printf(out, "%s: ", at->file);
	if (at->entry)
		buf_printf(out, "%s: ", at->entry);
	if (at->record)
		buf_printf(out, "record %llu, ", (unsigned long long)at->record);
	if (at->line)
		buf_printf(out, "line %llu, ", (unsigned long long)at->line);
	if (at->record || at->line || at->offset)
		buf_printf(out, "byte %llu: ", (unsigned long long)at->offset);
	buf_add_cstr(out, err->text);
}

static void print_error(const struct err *err, bool json)
{
	struct buf out = BUF_INIT;
	if (json) {
		print_error_json(&out, err);
		fputs(buf_cstr(&out), stderr);
	} else {
		print_error_text(&out, err);
		clean_fput(stderr, buf_str(&out));
		fputc('\n', stderr);
	}
	buf_done(&out);
}

/* Also for a line that did not parse. */
static bool asks_for_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0 || strcmp(argv[i], "-j") == 0 || strcmp(argv[i], "--jsonl") == 0)
			return true;
	return false;
}

static bool show_help(const struct command *c, struct err *err)
{
	struct buf out = BUF_INIT;
	help_command(&out, c);
	bool ok = out_page(&out, err);
	buf_done(&out);
	return ok;
}

static int run_line(struct parse *p)
{
	if (!parse_words(p))
		return err_exit_code(p->err->code);
	if (cmd_flag(p->line, "help"))
		return show_help(p->line->command, p->err) ? 0 : err_exit_code(p->err->code);
	if (!check_operands(p) || !settings_sets_ok(p->err))
		return err_exit_code(p->err->code);
	if (!rows_begin(p->line, p->err))
		return err_exit_code(p->err->code);
	int code = p->line->command->run(p->line, p->err);
	return rows_end(p->err->code != ERR_NONE, p->err) ? code : err_exit_code(p->err->code);
}

int cmd_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct command_line line = {.command = command_named(str_of(argv[0]))};
	int code = 2;
	if (!line.command) {
		struct near near = {.word = str_of(argv[0])};
		struct buf after = BUF_INIT;
		for (size_t i = 0; commands[i]; i++)
			if (!commands[i]->hidden)
				near_try(&near, commands[i]->name);
		near_say(&near, &after);
		err_set(&err, ERR_USAGE, NULL, "no such command: %.100s%s", argv[0], buf_cstr(&after));
		buf_done(&after);
	} else {
		BUG_ON(command_option(line.command, OPTIONS_MAX) != NULL);
		line.args = xcalloc((size_t)argc + 1, sizeof *line.args);
		struct parse p = {.line = &line, .argv = argv, .argc = argc, .err = &err};
		code = run_line(&p);
	}
	if (err.code != ERR_NONE)
		print_error(&err, asks_for_json(argc, argv));
	free(line.args);
	return code;
}
