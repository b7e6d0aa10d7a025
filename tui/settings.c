#include "tui/settings.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/file.h"
#include "store/base/jsonc.h"
#include "store/base/near.h"
#include "store/base/vec.h"
#include "tui/settings_zone.h"

enum { FILE_BYTES = 256 * 1024, MISTAKES_MOST = 100, VALUE_BYTES = 4096, NAMED = 60 };

/* clang-format off: one row a line */
const struct setting setting_rows[] = {
    {.name = "ascii",
     .type = SETTING_BOOL,
     .variable = "SPOOR_ASCII",
     .flag = "ascii",
     .otherwise = "(by the locale)",
     .example = "true",
     .help = "draw with ASCII alone; false: with UTF-8 even if the locale says otherwise"},
    {.name = "author",
     .type = SETTING_TEXT,
     .variable = "SPOOR_AUTHOR",
     .otherwise = "(the login name)",
     .example = "\"ana\"",
     .help = "whose name verdicts, notes and corrections carry"},
    {.name = "clipboard",
     .type = SETTING_COMMAND,
     .variable = "SPOOR_CLIPBOARD",
     .otherwise = "(tmux, else OSC 52)",
     .example = "\"wl-copy\"",
     .help = "what y hands the text to, on its standard input"},
    {.name = "columns",
     .type = SETTING_TABLE,
     .otherwise = "(those of the screens)",
     .example = "{\"traces\": [\"time\", \"name\", \"duration\"]}",
     .help = "columns per list, in order: of the screen, and of the command's text without --columns"},
    {.name = "editor",
     .type = SETTING_COMMAND,
     .variable = "SPOOR_EDITOR",
     .general = "VISUAL EDITOR",
     .otherwise = "vi",
     .example = "\"vim -n\"",
     .help = "what V and ^E open"},
    {.name = "filters",
     .type = SETTING_TABLE,
     .otherwise = "(none)",
     .example = "{\"traces\": \"since:7d\"}",
     .help = "filter per list, as it is opened; a command takes it with --where @default"},
    {.name = "gate",
     .type = SETTING_PATH,
     .variable = "SPOOR_GATE",
     .otherwise = "(none)",
     .example = "\"gate.json\"",
     .help = "the gate file of spoor gate and the release sheet: spoor help gate-file"},
    {.name = "keys",
     .type = SETTING_TABLE,
     .otherwise = "(spoor help keys)",
     .example = "{\"everywhere\": {\"quit\": \"Q ^X\"}, \"trace\": {\"next-error\": \"e\"}}",
     .help = "keys of actions, by screen or \"everywhere\"; \"\" takes them all away"},
    {.name = "mask",
     .type = SETTING_BOOL,
     .variable = "SPOOR_MASK",
     .flag = "mask",
     .otherwise = "false",
     .example = "true",
     .help = "mask personal data in all that is shown and printed"},
    {.name = "memory",
     .type = SETTING_BOOL,
     .variable = "SPOOR_MEMORY",
     .otherwise = "true",
     .example = "false",
     .help = "views come back as they were left: cursor, folds, filter, order, tab"},
    {.name = "mouse",
     .type = SETTING_BOOL,
     .variable = "SPOOR_MOUSE",
     .otherwise = "false",
     .example = "true",
     .flag = "mouse",
     .help = "the mouse works from the start; it can be switched at any time"},
    {.name = "no-color",
     .type = SETTING_BOOL,
     .variable = "NO_COLOR",
     .flag = "no-color",
     .otherwise = "false",
     .example = "true",
     .help = "no colours"},
    {.name = "pager",
     .type = SETTING_COMMAND,
     .variable = "SPOOR_PAGER",
     .general = "PAGER",
     .otherwise = "less",
     .example = "\"less -S\"",
     .help = "what v opens"},
    {.name = "prices",
     .type = SETTING_PATH,
     .variable = "SPOOR_PRICES",
     .otherwise = "(prices.json beside the config)",
     .example = "\"prices.json\"",
     .help = "prices of models, before those built in"},
    {.name = "resume",
     .type = SETTING_BOOL,
     .variable = "SPOOR_RESUME",
     .otherwise = "true",
     .example = "false",
     .help = "plain spoor comes back to the screen it was left on"},
    {.name = "rules",
     .type = SETTING_PATH,
     .variable = "SPOOR_RULES",
     .otherwise = "(rules.json beside the config)",
     .example = "\"rules.json\"",
     .help = "checks of your own: spoor help rules"},
    {.name = "store",
     .type = SETTING_PATH,
     .variable = "SPOOR_STORE",
     .flag = "store",
     .otherwise = "(spoor.db in $XDG_DATA_HOME/spoor)",
     .example = "\"~/traces.db\"",
     .help = "the store"},
    {.name = "theme",
     .type = SETTING_THEME,
     .variable = "SPOOR_THEME",
     .flag = "theme",
     .otherwise = "default",
     .example = "\"light\"",
     .help = "colours: a theme's name, or a file (with a / in it)"},
    {.name = "time-zone",
     .type = SETTING_ZONE,
     .variable = "TZ",
     .otherwise = "(the system's)",
     .example = "\"Europe/Berlin\"",
     .help = "zone of the times shown, and of days in filters"},
    {.name = "units.counts",
     .type = SETTING_CHOICE,
     .variable = "SPOOR_COUNTS",
     .choices = "short exact",
     .otherwise = "short",
     .example = "\"exact\"",
     .help = "tokens and other counts for people: short (11k), exact (11204; beyond 99999 short)"},
    {.name = "units.durations",
     .type = SETTING_CHOICE,
     .variable = "SPOOR_DURATIONS",
     .choices = "auto ms s",
     .otherwise = "auto",
     .example = "\"ms\"",
     .help = "durations for people: auto (0.81s, 1m40s), ms (810ms; beyond 99999ms auto), s (0.81s, 100.0s)"},
    {.name = NULL                                                                                  },
};
/* clang-format on */
enum { N_ROWS = sizeof setting_rows / sizeof *setting_rows - 1 };

size_t (*settings_theme_names)(struct arena *arena, const char *const **names);

/* What is known of a row. */
struct known {
	enum setting_origin origin;
	const char *general; /* the variable of SETTING_GENERAL */
	char *value;         /* what counts; NULL: default */
	size_t line;         /* in the file; 0: not there */
	bool put;            /* the variable is in the environment because of us */
};

static struct {
	struct known rows[N_ROWS];
	struct buf path;
	struct buf text; /* comments blanked; the scan lies in it */
	struct scan scan;
	VEC(struct settings_mistake) mistakes;
	size_t total;
} now;

const struct setting *setting_named(struct str name)
{
	for (const struct setting *s = setting_rows; s->name; s++)
		if (str_is(name, s->name))
			return s;
	return NULL;
}

static struct known *known_of(const struct setting *s)
{
	return &now.rows[s - setting_rows];
}

/* ---------------------------------------------------------------- mistakes */

static void __attribute__((format(printf, 2, 0))) add_mistake(size_t line, const char *fmt, va_list args)
{
	struct buf text = BUF_INIT;
	now.total++;
	if (now.mistakes.n >= MISTAKES_MOST)
		return;
	buf_vprintf(&text, fmt, args);
	size_t at = now.mistakes.n;
	vec_add(&now.mistakes);
	while (at && now.mistakes.at[at - 1].line > line) {
		now.mistakes.at[at] = now.mistakes.at[at - 1];
		at--;
	}
	now.mistakes.at[at] = (struct settings_mistake){.line = line, .text = buf_detach(&text)};
}

static void mistake(size_t line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void mistake(size_t line, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	add_mistake(line, fmt, args);
	va_end(args);
}

size_t settings_line(struct val at)
{
	size_t line, column;
	if (!at.scan)
		return 0;
	jsonc_place(buf_str(&now.text), val_offset(at), &line, &column);
	return line;
}

void settings_mistake(struct val at, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	add_mistake(settings_line(at), fmt, args);
	va_end(args);
}

void settings_refuse(const struct setting *s, const char *fmt, ...)
{
	struct known *k = known_of(s);
	struct buf text = BUF_INIT;
	va_list args;
	if (k->origin != SETTING_FILE)
		buf_printf(&text, "$%s: ", s->variable);
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	mistake(k->origin == SETTING_FILE ? k->line : 0, "%s", buf_cstr(&text));
	buf_done(&text);
	unsetenv(s->variable);
	free(k->value);
	*k = (struct known){.line = k->line};
}

const struct settings_mistake *settings_mistakes(size_t *n, size_t *total)
{
	*n = now.mistakes.n;
	if (total)
		*total = now.total;
	return now.mistakes.at;
}

static const char *base_name(void)
{
	const char *slash = strrchr(buf_cstr(&now.path), '/');
	return slash && slash[1] ? slash + 1 : buf_cstr(&now.path);
}

void settings_say(struct buf *out)
{
	if (!now.mistakes.n)
		return;
	const struct settings_mistake *first = &now.mistakes.at[0];
	if (first->line)
		buf_printf(out, "%s:%zu: ", base_name(), first->line);
	buf_add_cstr(out, first->text);
	if (now.total > 1)
		buf_printf(out, "; %zu more: spoor config --check", now.total - 1);
}

/* ---------------------------------------------------------------- values as text */

static bool is_one_of(const char *words, struct str word)
{
	struct str rest = str_of(words), one;
	while (str_split(&rest, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

/* Appends what near_say does, of blank-separated words; else all of them. */
static void suggest_words(struct buf *out, const char *words, struct str word)
{
	struct near near = {.word = word};
	struct buf copy = BUF_INIT;
	buf_add_cstr(&copy, words);
	for (char *at = copy.ptr, *end; at; at = end) {
		end = strchr(at, ' ');
		if (end)
			*end++ = 0;
		near_try(&near, at);
	}
	if (near.name)
		near_say(&near, out);
	else
		buf_printf(out, "; there are: %s", words);
	buf_done(&copy);
}

static bool theme_is_known(const char *value, struct buf *after)
{
	const char *const *names;
	struct arena arena = ARENA_INIT;
	struct near near = {.word = str_of(value)};
	bool known = strchr(value, '/') || !settings_theme_names;
	size_t n = known ? 0 : settings_theme_names(&arena, &names);
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < n && !known; i++) {
		known = strcmp(names[i], value) == 0;
		near_try(&near, names[i]);
		buf_printf(&all, "%s%s", i ? " " : "; there are: ", names[i]);
	}
	if (near.name)
		near_say(&near, after);
	else
		buf_add_str(after, buf_str(&all));
	buf_done(&all);
	arena_done(&arena);
	return known;
}

/* Whether a text is a value of this setting; else what is wrong with it goes to `wrong`, a sentence behind the setting's name. */
static bool is_value(const struct setting *s, const char *value, struct buf *wrong)
{
	struct buf after = BUF_INIT;
	struct str word = str_of(value), shown = str_cut(word, 0, NAMED);
	bool ok = true;
	for (size_t i = 0; ok && i < word.len; i++)
		ok = (unsigned char)word.ptr[i] >= ' ' && word.ptr[i] != 0x7F;
	if (!ok) {
		buf_add_cstr(wrong, "holds a control character");
	} else if (word.len > VALUE_BYTES) {
		ok = false;
		buf_printf(wrong, "is longer than %d bytes", VALUE_BYTES);
	} else if (s->type == SETTING_CHOICE && !is_one_of(s->choices, word)) {
		ok = false;
		suggest_words(&after, s->choices, word);
		buf_printf(wrong, "cannot be " STR_FMT "%s", STR_ARG(shown), buf_cstr(&after));
	} else if (s->type == SETTING_THEME && !theme_is_known(value, &after)) {
		ok = false;
		buf_printf(wrong, "there is no theme " STR_FMT "%s", STR_ARG(shown), buf_cstr(&after));
	} else if (s->type == SETTING_ZONE && !zone_known(value)) {
		ok = false;
		zone_suggest(value, &after);
		buf_printf(wrong, "there is no time zone " STR_FMT "%s", STR_ARG(shown), buf_cstr(&after));
	}
	buf_done(&after);
	return ok;
}

/* Off only in these words, so that a slip in a variable never shows what was to be masked. */
static bool is_off(const char *value)
{
	static const char *const words[] = {"0", "no", "false", "off"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(str_of(value), words[i]))
			return true;
	return false;
}

/* ---------------------------------------------------------------- what counts */

static void set_value(const struct setting *s, enum setting_origin origin, const char *value)
{
	struct known *k = known_of(s);
	/* $NO_COLOR is on with any text: no-color.org. */
	bool any = origin == SETTING_VARIABLE && strcmp(s->variable, "NO_COLOR") == 0;
	char *copy = xstrdup(s->type != SETTING_BOOL ? value : is_off(value) && !any ? "false" : "true");
	free(k->value);
	k->value = copy;
	k->origin = origin;
}

/* A switch that is off where it would be off anyway is left alone: NO_COLOR=0 would mean the contrary. */
static void put_value(const struct setting *s)
{
	struct known *k = known_of(s);
	const char *value = k->value;
	if (!s->variable || !value)
		return;
	if (s->type == SETTING_BOOL) {
		bool on = strcmp(value, "true") == 0;
		if (!on && strcmp(s->otherwise, "false") == 0) {
			unsetenv(s->variable);
			return;
		}
		value = on ? "1" : "0";
	}
	k->put = setenv(s->variable, value, 1) == 0;
}

static void read_variable(const struct setting *s)
{
	const char *value = s->variable ? getenv(s->variable) : NULL;
	struct buf wrong = BUF_INIT;
	if (!value || !value[0])
		return;
	if (is_value(s, value, &wrong))
		set_value(s, SETTING_VARIABLE, value);
	else
		mistake(0, "$%s: %s", s->variable, buf_cstr(&wrong));
	buf_done(&wrong);
}

static void read_general(const struct setting *s)
{
	static char name[64];
	struct str rest = str_of(s->general), word;
	while (!known_of(s)->value && s->general && str_split(&rest, ' ', &word)) {
		snprintf(name, sizeof name, STR_FMT, STR_ARG(word));
		const char *value = getenv(name);
		if (!value || !value[0])
			continue;
		set_value(s, SETTING_GENERAL, value);
		known_of(s)->general = s->general + (word.ptr - s->general);
	}
}

/* ---------------------------------------------------------------- the file */

/* "~/x" and names beside the file. */
static void add_path(struct buf *out, struct str value)
{
	const char *home = getenv("HOME"), *path = buf_cstr(&now.path), *slash = strrchr(path, '/');
	if (str_starts(value, "~/") && home && home[0] == '/') {
		buf_add_cstr(out, home);
		value = str_from(value, 1);
	} else if (!str_starts(value, "/") && slash) {
		buf_add(out, path, (size_t)(slash - path) + 1);
		if (str_starts(value, "./"))
			value = str_from(value, 2);
	}
	buf_add_str(out, value);
}

static const char *wants(const struct setting *s)
{
	switch (s->type) {
	case SETTING_BOOL: return "true or false";
	case SETTING_TABLE: return "an object, { … }";
	case SETTING_PATH: return "a text, the name of a file";
	case SETTING_COMMAND: return "a text, a command line";
	case SETTING_TEXT:
	case SETTING_CHOICE:
	case SETTING_THEME:
	case SETTING_ZONE: break;
	}
	return "a text";
}

static bool has_type(const struct setting *s, struct val v)
{
	if (s->type == SETTING_BOOL)
		return val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE);
	return val_is(v, s->type == SETTING_TABLE ? SCAN_OBJECT : SCAN_STRING);
}

/* The text of a value of the right type; with `wrong` filled it is none. */
static void value_text(const struct setting *s, struct val v, struct buf *out, struct buf *wrong)
{
	struct arena arena = ARENA_INIT;
	struct str text = s->type == SETTING_TABLE ? val_raw(v) : val_text(v, &arena);
	bool path = s->type == SETTING_PATH || (s->type == SETTING_THEME && str_find_char(text, '/') != SIZE_MAX);
	if (memchr(text.ptr ? text.ptr : "", 0, text.len))
		buf_add_cstr(wrong, "holds a control character");
	else if (path && text.len)
		add_path(out, text);
	else if (s->type == SETTING_TABLE)
		scan_compact(out, v);
	else
		buf_add_str(out, text);
	if (!wrong->len && s->type != SETTING_TABLE && out->len)
		is_value(s, buf_cstr(out), wrong);
	arena_done(&arena);
}

static void take(const struct setting *s, struct member m)
{
	struct known *k = known_of(s);
	size_t line = settings_line(m.key);
	struct buf text = BUF_INIT, wrong = BUF_INIT;
	if (val_is(m.val, SCAN_NULL))
		return;
	if (k->line)
		mistake(line, "%s is set in line %zu, too: this one counts", s->name, k->line);
	if (!has_type(s, m.val)) {
		mistake(line, "%s needs %s", s->name, wants(s));
		return;
	}
	value_text(s, m.val, &text, &wrong);
	if (wrong.len) {
		mistake(line, "%s: %s", s->name, buf_cstr(&wrong));
	} else {
		k->line = line;
		if (text.len && (k->origin == SETTING_DEFAULT || k->origin == SETTING_FILE))
			set_value(s, SETTING_FILE, buf_cstr(&text));
	}
	buf_done(&text);
	buf_done(&wrong);
}

/* The row's name behind "GROUP.", or its first part where `group` is empty; NULL: it is not of the group. */
static const char *name_in(const struct setting *s, struct str group, char out[64])
{
	const char *name = s->name, *dot = strchr(name, '.');
	if (!group.len) {
		snprintf(out, 64, "%.*s", dot ? (int)(dot - name) : 63, name);
		return out;
	}
	if (!dot || !str_eq((struct str){name, (size_t)(dot - name)}, group))
		return NULL;
	snprintf(out, 64, "%s", dot + 1);
	return out;
}

static void unknown_name(struct member m, struct str group, struct str name)
{
	struct near near = {.word = name};
	char part[64], nearest[64] = "";
	struct buf after = BUF_INIT, all = BUF_INIT;
	for (const struct setting *s = setting_rows; s->name; s++) {
		const char *before = near.name;
		if (!name_in(s, group, part))
			continue;
		near_try(&near, part);
		if (near.name != before) {
			memcpy(nearest, part, sizeof nearest);
			near.name = nearest;
		}
		buf_printf(&all, "%s%s", all.len ? ", " : "; there are ", part);
	}
	if (near.name)
		near_say(&near, &after);
	else if (group.len)
		buf_add_str(&after, buf_str(&all));
	else
		buf_add_cstr(&after, "; spoor config lists them");
	settings_mistake(m.key, "there is no setting " STR_FMT "%s" STR_FMT "%s", STR_ARG(group), group.len ? "." : "",
	                 STR_ARG(str_cut(name, 0, NAMED)), buf_cstr(&after));
	buf_done(&after);
	buf_done(&all);
}

static bool is_group(struct str name)
{
	char part[64];
	for (const struct setting *s = setting_rows; s->name; s++)
		if (name_in(s, name, part))
			return name.len > 0;
	return false;
}

static void read_group(struct val object, struct str group, struct arena *arena)
{
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		char name[NAMED + 20];
		struct str key = member_key(m, arena);
		int n = snprintf(name, sizeof name, STR_FMT "." STR_FMT, STR_ARG(group), STR_ARG(key));
		const struct setting *s = n < (int)sizeof name ? setting_named(str_of(name)) : NULL;
		if (s)
			take(s, m);
		else
			unknown_name(m, group, key);
	}
}

static void read_root(struct val root)
{
	struct arena arena = ARENA_INIT;
	if (!val_is(root, SCAN_OBJECT)) {
		mistake(1, "the file needs an object, { … }");
		return;
	}
	for (struct member m = val_first(root); m.ok; m = val_next(m)) {
		struct str key = member_key(m, &arena);
		const struct setting *s = setting_named(key);
		if (s)
			take(s, m);
		else if (!is_group(key))
			unknown_name(m, STR_NONE, key);
		else if (val_is(m.val, SCAN_OBJECT))
			read_group(m.val, key, &arena);
		else
			settings_mistake(m.key, STR_FMT " needs an object, { … }", STR_ARG(key));
	}
	arena_done(&arena);
}

static void read_file(bool named)
{
	struct err err = ERR_INIT;
	const char *path = buf_cstr(&now.path);
	if (!path[0] || strcmp(path, "/dev/null") == 0)
		return;
	if (!file_read(&now.text, path, FILE_BYTES, &err)) {
		if (named || err.code != ERR_NOT_FOUND)
			mistake(0, "%s", err.text);
		return;
	}
	if (!now.text.len)
		return;
	jsonc_blank(now.text.ptr, now.text.len);
	if (!str_trim(buf_str(&now.text)).len)
		return; /* comments alone */
	struct scan_opts opts = {.last = true};
	if (scan_text(&now.scan, buf_str(&now.text), &opts)) {
		read_root(scan_root(&now.scan));
		return;
	}
	size_t line, column;
	jsonc_place(buf_str(&now.text), now.scan.bad_at, &line, &column);
	mistake(line, "%s at column %zu; nothing in the file counts", now.scan.bad, column);
	now.scan.n = 0;
}

/* ---------------------------------------------------------------- all of it */

void settings_forget(void)
{
	for (const struct setting *s = setting_rows; s->name; s++) {
		struct known *k = known_of(s);
		if (k->put)
			unsetenv(s->variable);
		free(k->value);
		*k = (struct known){0};
	}
	for (size_t i = 0; i < now.mistakes.n; i++)
		free((void *)(uintptr_t)now.mistakes.at[i].text);
	vec_done(&now.mistakes);
	now.total = 0;
	scan_done(&now.scan);
	now.scan = SCAN_INIT;
	buf_done(&now.text);
	buf_done(&now.path);
}

void settings_read(const char *path)
{
	const char *set = getenv("SPOOR_CONFIG");
	bool named = path || (set && set[0]);
	struct buf copy = BUF_INIT; /* it may be settings_path() */
	buf_add_cstr(&copy, path ? path : set ? set : "");
	settings_forget();
	if (path || set)
		buf_add_str(&now.path, buf_str(&copy));
	else
		file_config_path(&now.path, "config.json");
	buf_done(&copy);
	for (const struct setting *s = setting_rows; s->name; s++)
		read_variable(s);
	read_file(named);
	for (const struct setting *s = setting_rows; s->name; s++) {
		if (known_of(s)->origin == SETTING_FILE)
			put_value(s);
		read_general(s);
	}
}

void settings_flag(const char *name, const char *value)
{
	const struct setting *s = setting_named(str_of(name));
	if (!s || s->type == SETTING_TABLE)
		return;
	set_value(s, SETTING_FLAG, value);
	put_value(s);
}

const char *setting_value(const struct setting *s)
{
	return known_of(s)->value;
}

enum setting_origin setting_origin(const struct setting *s, struct buf *where)
{
	const struct known *k = known_of(s);
	if (!where)
		return k->origin;
	switch (k->origin) {
	case SETTING_DEFAULT: buf_add_cstr(where, "default"); break;
	case SETTING_GENERAL: buf_printf(where, "$%.*s", (int)strcspn(k->general, " "), k->general); break;
	case SETTING_FILE: buf_printf(where, "%s:%zu", base_name(), k->line); break;
	case SETTING_VARIABLE: buf_printf(where, "$%s", s->variable); break;
	case SETTING_FLAG: buf_printf(where, "--%s", s->flag ? s->flag : s->name); break;
	}
	return k->origin;
}

size_t setting_line(const struct setting *s)
{
	return known_of(s)->line;
}

bool setting_on(const char *name, bool otherwise)
{
	const struct setting *s = setting_named(str_of(name));
	const char *value = s ? setting_value(s) : NULL;
	return value ? strcmp(value, "true") == 0 : otherwise;
}

const char *settings_path(void)
{
	return buf_cstr(&now.path);
}

struct val settings_table(const char *name)
{
	struct val v = val_get(scan_root(&now.scan), name);
	return val_is(v, SCAN_OBJECT) ? v : VAL_NONE;
}
