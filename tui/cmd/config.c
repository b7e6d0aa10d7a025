/* spoor config: every setting with its value and where it comes from; what is wrong with the file; a file to begin with.
 *
 * --json: {"path": TEXT|null, "there": BOOL, "settings": [{"name", "value": TEXT|null, "default", "origin": "flag"|"variable"|"file"|
 * "general"|"default", "from": TEXT, "line": INT|null, "variable", "flag", "type", "help"}], "mistakes": [{"line": INT|null, "message"}]} */
#include <langinfo.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "import/prices.h"
#include "store/annotate.h"
#include "store/base/clean.h"
#include "store/check/rules.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"
#include "tui/settings.h"

void (*cmd_config_read)(const char *path);
void (*cmd_config_example)(struct buf *out, const char *table);

/* ---------------------------------------------------------------- defaults that depend */

static void author_now(struct buf *out)
{
	char name[128];
	buf_add_str(out, annotation_author(name));
}

static void ascii_now(struct buf *out)
{
	buf_add_cstr(out, strcmp(nl_langinfo(CODESET), "UTF-8") != 0 ? "true" : "false");
}

/* "CET" */
static void zone_now(struct buf *out)
{
	time_t now = (time_t)(cmd_now_ns() / 1000000000);
	struct tm local;
	if (localtime_r(&now, &local) && local.tm_zone)
		buf_add_cstr(out, local.tm_zone);
}

static const struct {
	const char *name;
	void (*add)(struct buf *out);
} depends[] = {
    {"ascii",     ascii_now      },
    {"author",    author_now     },
    {"prices",    prices_path    },
    {"rules",     rules_place    },
    {"store",     db_default_path},
    {"time-zone", zone_now       },
};

/* What counts, in full; nothing where there is nothing. */
static void add_value(struct buf *out, const struct setting *s)
{
	if (setting_value(s)) {
		buf_add_cstr(out, setting_value(s));
		return;
	}
	if (s->otherwise[0] != '(')
		buf_add_cstr(out, s->otherwise);
	for (size_t i = 0; i < sizeof depends / sizeof *depends; i++)
		if (strcmp(s->name, depends[i].name) == 0)
			depends[i].add(out);
}

/* ---------------------------------------------------------------- text */

static bool is_there(void)
{
	return settings_path()[0] && access(settings_path(), F_OK) == 0;
}

/* An object by the names of its members. */
static void add_table(struct buf *out, const struct setting *s)
{
	struct arena arena = ARENA_INIT;
	struct val file = settings_table(s->name);
	for (struct member m = val_first(file); m.ok; m = val_next(m))
		buf_printf(out, "%s" STR_FMT, out->len ? " " : "", STR_ARG(member_key(m, &arena)));
	for (struct member m = val_first(settings_set_table(s->name)); m.ok; m = val_next(m))
		if (!val_find(file, member_key(m, &arena)).scan)
			buf_printf(out, "%s" STR_FMT, out->len ? " " : "", STR_ARG(member_key(m, &arena)));
	arena_done(&arena);
}

static void print_text(const struct out *o, struct buf *text)
{
	static const struct out_head head[] = {
	    {"setting", false, true },
            {"value",   false, false},
            {"from",    false, false}
        };
	struct out_cells cells = {.head = head, .n = 3, .first_cols = 20};
	if (!settings_path()[0])
		buf_add_cstr(text, "no settings file is read");
	else
		out_text(o, text, str_of(settings_path()), 0);
	buf_add_cstr(text, settings_path()[0] && !is_there() ? " (not there: spoor config --example prints one)\n\n"
	                                                     : "\n\n");
	for (const struct setting *s = setting_rows; s->name; s++) {
		buf_add_cstr(out_cells_add(&cells), s->name);
		struct buf *value = out_cells_add(&cells);
		if (s->type == SETTING_TABLE)
			add_table(value, s);
		else
			add_value(value, s);
		setting_origin(s, out_cells_add(&cells));
	}
	out_cells_text(o, text, &cells);
	out_cells_done(&cells);
}

static void print_value(const struct out *o, struct buf *text, const struct setting *s)
{
	struct buf value = BUF_INIT;
	add_value(&value, s);
	out_text(o, text, buf_str(&value), 0);
	buf_add_char(text, '\n');
	buf_done(&value);
}

static void print_mistakes(void)
{
	size_t n, total;
	const struct settings_mistake *m = settings_mistakes(&n, &total);
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		buf_clear(&text);
		if (m[i].line)
			buf_printf(&text, "%s:%zu: ", settings_path(), m[i].line);
		buf_add_cstr(&text, m[i].text);
		clean_fput(stderr, buf_str(&text));
		fputc('\n', stderr);
	}
	if (total > n)
		fprintf(stderr, "and %zu more\n", total - n);
	buf_done(&text);
}

/* ---------------------------------------------------------------- JSON */

static const char *origin_name(enum setting_origin origin)
{
	switch (origin) {
	case SETTING_DEFAULT: break;
	case SETTING_GENERAL: return "general";
	case SETTING_FILE: return "file";
	case SETTING_VARIABLE: return "variable";
	case SETTING_FLAG: return "flag";
	}
	return "default";
}

static void one_json(struct jout *j, const struct setting *s)
{
	struct buf value = BUF_INIT, from = BUF_INIT, kind = BUF_INIT;
	enum setting_origin origin = setting_origin(s, &from);
	size_t line = origin == SETTING_FILE ? setting_line(s) : 0;
	settings_kind(&kind, s);
	jout_object(j, NULL);
	jout_cstr(j, "name", s->name);
	add_value(&value, s);
	if (s->type == SETTING_TABLE && value.len)
		jout_raw(j, "value", buf_str(&value));
	else
		jout_str(j, "value", value.len ? buf_str(&value) : STR_NONE);
	jout_cstr(j, "default", s->otherwise);
	jout_cstr(j, "origin", origin_name(origin));
	jout_str(j, "from", buf_str(&from));
	jout_int(j, "line", line ? (int64_t)line : UNKNOWN_INT);
	jout_cstr(j, "variable", s->variable);
	jout_cstr(j, "flag", s->flag);
	jout_str(j, "type", buf_str(&kind));
	jout_cstr(j, "help", s->help);
	jout_end(j);
	buf_done(&value);
	buf_done(&from);
	buf_done(&kind);
}

static void print_json(struct buf *out, const struct setting *only)
{
	struct jout j;
	size_t n;
	const struct settings_mistake *m = settings_mistakes(&n, NULL);
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_str(&j, "path", settings_path()[0] ? str_of(settings_path()) : STR_NONE);
	jout_bool(&j, "there", is_there());
	jout_array(&j, "settings");
	for (const struct setting *s = setting_rows; s->name; s++)
		if (!only || s == only)
			one_json(&j, s);
	jout_end(&j);
	jout_array(&j, "mistakes");
	for (size_t i = 0; i < n; i++) {
		jout_object(&j, NULL);
		jout_int(&j, "line", m[i].line ? (int64_t)m[i].line : UNKNOWN_INT);
		jout_str(&j, "message", str_of(m[i].text));
		jout_end(&j);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- the command */

static const struct setting *find(const char *name, struct err *err)
{
	const struct setting *s = setting_named(str_of(name));
	struct near near = {.word = str_of(name)};
	struct buf after = BUF_INIT;
	if (s)
		return s;
	for (s = setting_rows; s->name; s++)
		near_try(&near, s->name);
	near_say(&near, &after);
	err_set(err, ERR_NOT_FOUND, NULL, "there is no setting %.60s%s; spoor config lists them", name,
	        buf_cstr(&after));
	buf_done(&after);
	return NULL;
}

/* Flags of this line count as they would count at the explorer. */
static void take_flags(const struct command_line *line)
{
	for (const struct setting *s = setting_rows; s->name; s++)
		if (s->flag && cmd_option(line, s->flag))
			settings_flag(s->name, s->type == SETTING_BOOL ? "true" : cmd_option(line, s->flag));
}

static int check(const struct command_line *line, const struct out *o, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t n;
	if (line->n_args && cmd_config_read)
		cmd_config_read(line->args[0]);
	settings_mistakes(&n, NULL);
	if (o->form == OUT_JSON_) {
		print_json(&text, NULL);
	} else if (n) {
		print_mistakes();
	} else {
		out_text(o, &text, str_of(settings_path()[0] ? settings_path() : "no settings file is read"), 0);
		buf_add_cstr(&text, !settings_path()[0] ? "\n" : is_there() ? ": no mistake\n" : ": not there\n");
	}
	bool ok = out_flush(&text, err);
	buf_done(&text);
	return !ok ? err_exit_code(err->code) : n ? 3 : 0;
}

static int config_main(const struct command_line *line, struct err *err)
{
	struct out o;
	struct buf text = BUF_INIT;
	out_init(&o, line);
	if (cmd_flag(line, "check"))
		return check(line, &o, err);
	take_flags(line);
	const struct setting *only = line->n_args ? find(line->args[0], err) : NULL;
	if (line->n_args && !only)
		return err_exit_code(err->code);
	if (cmd_flag(line, "example"))
		settings_example(&text, cmd_config_example);
	else if (cmd_flag(line, "path"))
		buf_printf(&text, "%s\n", settings_path());
	else if (o.form == OUT_JSON_)
		print_json(&text, only);
	else if (only)
		print_value(&o, &text, only);
	else
		print_text(&o, &text);
	bool ok = out_flush(&text, err);
	if (ok && o.form == OUT_TEXT && !only && !cmd_flag(line, "example") && !cmd_flag(line, "path"))
		print_mistakes();
	buf_done(&text);
	return ok ? 0 : err_exit_code(err->code);
}

static const struct option_row options[] = {
    {"check",                                                                                      0, OPTION_FLAG, NULL,
     "what is wrong with the file (or with FILE): each mistake with its line; exit code 3 if any"},
    {"example",                                                                                 0, OPTION_FLAG, NULL, "a settings file to begin with: all settings, keys, lists, commented out"},
    {"path", 0, OPTION_FLAG, NULL, "where the file is, or would be"},
    {"theme",                                                                                    0, OPTION_TEXT, "THEME", "as the explorer's"},
    {.name = NULL                                                                                },
};

const struct command command_config = {
    .name = "config",
    .operands = "[SETTING|FILE]",
    .help = "the settings: what counts, and where it comes from",
    .more = "With SETTING only that setting's value. The file is JSON with comments.",
    .min_args = 0,
    .max_args = 1,
    .options = options,
    .run = config_main,
};
