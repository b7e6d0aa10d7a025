#include "tui/settings.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/file.h"
#include "store/base/jsonc.h"
#include "store/base/near.h"
#include "store/base/vec.h"
#include "tui/settings_values.h"

enum { FILE_BYTES = 256 * 1024, MISTAKES_MOST = 100, NAMED = 60 };

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
     .help = "what is handed a copied text, on its standard input"},
    {.name = "columns",
     .type = SETTING_TABLE,
     .otherwise = "(those of the screens)",
     .member = "columns.LIST",
     .example = "{\"traces\": [\"time\", \"name\", \"duration\"]}",
     .help = "columns per list, in order: of the screen, and of the command's text without --columns"},
    {.name = "editor",
     .type = SETTING_COMMAND,
     .variable = "SPOOR_EDITOR",
     .general = "VISUAL EDITOR",
     .otherwise = "vi",
     .example = "\"vim -n\"",
     .help = "what opens a value, a note or a correction"},
    {.name = "filters",
     .type = SETTING_TABLE,
     .otherwise = "(none)",
     .member = "filters.LIST",
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
     .member = "keys.SCREEN.ACTION",
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
     .help = "what shows a value whole, and long texts of commands; \"\" and cat: nothing"},
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
    {.name = NULL},
};
/* clang-format on */
enum { N_ROWS = sizeof setting_rows / sizeof *setting_rows - 1 };

/* What is known of a row. */
struct known {
	enum setting_origin origin;
	const char *general; /* the variable of SETTING_GENERAL */
	char *value;         /* what counts; NULL: default */
	size_t line;         /* in the file; 0: not there */
	bool put;            /* the variable is in the environment because of us */
	bool by_set;         /* the flag was --set */
	struct buf set;      /* of a table: what --set says of it, an object; the scan lies in it */
	struct scan scan;
};

static struct {
	struct known rows[N_ROWS];
	struct buf path;
	struct buf text; /* comments blanked; the scan lies in it */
	struct scan scan;
	VEC(struct settings_mistake) mistakes;
	size_t total;
	struct buf wrong; /* the first mistake of a --set */
} now;

static struct {
	const char *const *words;
	size_t n;
} sets;

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

/* Is it of a --set? */
static bool is_set(struct val at)
{
	return at.scan && at.scan != &now.scan;
}

size_t settings_line(struct val at)
{
	size_t line, column;
	if (!at.scan || is_set(at))
		return 0;
	jsonc_place(buf_str(&now.text), val_offset(at), &line, &column);
	return line;
}

static void wrong_set(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void wrong_set(const char *fmt, ...)
{
	va_list args;
	if (now.wrong.len)
		return;
	va_start(args, fmt);
	buf_vprintf(&now.wrong, fmt, args);
	va_end(args);
}

void settings_mistake(struct val at, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	if (!is_set(at))
		add_mistake(settings_line(at), fmt, args);
	else if (!now.wrong.len)
		buf_vprintf(&now.wrong, fmt, args);
	va_end(args);
}

void settings_refuse(const struct setting *s, const char *fmt, ...)
{
	struct known *k = known_of(s);
	struct buf text = BUF_INIT;
	va_list args;
	if (k->origin != SETTING_FILE && !k->by_set)
		buf_printf(&text, "$%s: ", s->variable);
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	if (k->by_set)
		wrong_set("%s: %s", s->name, buf_cstr(&text));
	else
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

/* ---------------------------------------------------------------- what counts */

static void set_value(const struct setting *s, enum setting_origin origin, const char *value)
{
	struct known *k = known_of(s);
	/* $NO_COLOR is on with any text: no-color.org. */
	bool any = origin == SETTING_VARIABLE && strcmp(s->variable, "NO_COLOR") == 0;
	char *copy = xstrdup(s->type != SETTING_BOOL ? value : setting_is_off(value) && !any ? "false" : "true");
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
	if (setting_is_value(s, value, &wrong))
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

/* "~/x"; of the file also names beside it. */
static void add_path(struct buf *out, struct str value, bool beside)
{
	const char *home = getenv("HOME"), *path = buf_cstr(&now.path), *slash = strrchr(path, '/');
	if (str_starts(value, "~/") && home && home[0] == '/') {
		buf_add_cstr(out, home);
		value = str_from(value, 1);
	} else if (beside && !str_starts(value, "/") && slash) {
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

static bool is_path(const struct setting *s, struct str text)
{
	return s->type == SETTING_PATH || (s->type == SETTING_THEME && str_find_char(text, '/') != SIZE_MAX);
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
	if (memchr(text.ptr ? text.ptr : "", 0, text.len))
		buf_add_cstr(wrong, "holds a control character");
	else if (is_path(s, text) && text.len)
		add_path(out, text, true);
	else if (s->type == SETTING_TABLE)
		scan_compact(out, v);
	else
		buf_add_str(out, text);
	if (!wrong->len && s->type != SETTING_TABLE && out->len)
		setting_is_value(s, buf_cstr(out), wrong);
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

/* ---------------------------------------------------------------- --set */

static void unknown_set(struct str name)
{
	char part[64], nearest[64];
	size_t dot = str_find_char(name, '.');
	struct near whole = {.word = name}, first = {.word = str_cut(name, 0, dot == SIZE_MAX ? name.len : dot)};
	struct buf after = BUF_INIT;
	for (const struct setting *s = setting_rows; s->name; s++) {
		const char *before = first.name;
		near_try(&whole, s->name);
		near_try(&first, name_in(s, STR_NONE, part));
		if (first.name != before)
			first.name = memcpy(nearest, part, sizeof nearest);
	}
	near_say(whole.name ? &whole : &first, &after);
	wrong_set("there is no setting " STR_FMT "%s", STR_ARG(str_cut(name, 0, NAMED)),
	          after.len ? buf_cstr(&after) : "; spoor config lists them");
	buf_done(&after);
}

/* "traces" of columns, "trace.next-error" of keys: a member of the table, or of an object in it. What was there before of that name goes. */
static void set_member(const struct setting *s, struct str name, struct str value)
{
	struct known *k = known_of(s);
	struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	struct buf text = BUF_INIT, both = BUF_INIT;
	size_t dot = str_find_char(name, '.');
	buf_add_char(&text, '{');
	scan_quote(&text, str_cut(name, 0, dot == SIZE_MAX ? name.len : dot));
	buf_add_cstr(&text, dot == SIZE_MAX ? ":" : ":{");
	if (dot != SIZE_MAX) {
		scan_quote(&text, str_from(name, dot + 1));
		buf_add_char(&text, ':');
	}
	scan_quote(&text, value);
	buf_add_cstr(&text, dot == SIZE_MAX ? "}" : "}}");
	if (value.len > FILE_BYTES || !scan_text(&scan, buf_str(&text), &opts)) {
		wrong_set("%s." STR_FMT " cannot be that", s->name, STR_ARG(str_cut(name, 0, NAMED)));
	} else {
		settings_merge(&both, scan_root(&k->scan), scan_root(&scan));
		scan_done(&k->scan);
		buf_done(&k->set);
		k->scan = SCAN_INIT;
		k->set = both;
		both = BUF_INIT;
		scan_text(&k->scan, buf_str(&k->set), &opts);
	}
	scan_done(&scan);
	buf_done(&text);
	buf_done(&both);
}

/* With nothing behind the =, as if neither the file nor a variable had said anything. */
static void set_default(const struct setting *s)
{
	struct known *k = known_of(s);
	unsetenv(s->variable);
	free(k->value);
	*k = (struct known){.line = k->line};
}

static void set_one(const struct setting *s, struct str value, bool bare)
{
	struct buf text = BUF_INIT, wrong = BUF_INIT;
	if (is_path(s, value))
		add_path(&text, value, false);
	else
		buf_add_str(&text, bare && s->type == SETTING_BOOL ? STR_LIT("true") : value);
	const char *given = buf_cstr(&text);
	if (bare && s->type != SETTING_BOOL)
		wrong_set("%s needs a value: --set %s=…", s->name, s->name);
	else if (!text.len)
		set_default(s);
	else if (s->type == SETTING_BOOL && !setting_is_on(given) && !setting_is_off(given))
		wrong_set("%s needs true or false", s->name);
	else if (!setting_is_value(s, given, &wrong))
		wrong_set("%s: %s", s->name, buf_cstr(&wrong));
	else {
		set_value(s, SETTING_FLAG, given);
		known_of(s)->by_set = true;
	}
	buf_done(&text);
	buf_done(&wrong);
}

static void take_set(const char *word)
{
	struct str whole = str_of(word);
	size_t equals = str_find_char(whole, '=');
	bool bare = equals == SIZE_MAX;
	struct str name = str_cut(whole, 0, bare ? whole.len : equals);
	struct str value = bare ? STR_LIT("") : str_from(whole, equals + 1);
	size_t dot = str_find_char(name, '.');
	const struct setting *s = setting_named(name),
	                     *table = s || dot == SIZE_MAX ? NULL : setting_named(str_cut(name, 0, dot));
	if (s && s->type == SETTING_TABLE)
		wrong_set("%s is a table: --set %s=…", s->name, s->member);
	else if (s)
		set_one(s, value, bare);
	else if (!table || table->type != SETTING_TABLE)
		unknown_set(name);
	else if (bare)
		wrong_set(STR_FMT " needs a value: --set %s=…", STR_ARG(str_cut(name, 0, NAMED)), table->member);
	else
		set_member(table, str_from(name, dot + 1), value);
}

/* The whole of a table: what the file says, and over it what --set says. */
static void put_table(const struct setting *s)
{
	struct known *k = known_of(s);
	struct buf both = BUF_INIT;
	if (!k->scan.n)
		return;
	settings_merge(&both, settings_table(s->name), scan_root(&k->scan));
	set_value(s, SETTING_FLAG, buf_cstr(&both));
	k->by_set = true;
	buf_done(&both);
}

void settings_sets(const char *const *words, size_t n)
{
	sets.words = words;
	sets.n = n;
}

bool settings_sets_ok(struct err *err)
{
	return !now.wrong.len || err_set(err, ERR_USAGE, NULL, "--set: %s", buf_cstr(&now.wrong));
}

struct val settings_set_table(const char *name)
{
	const struct setting *s = setting_named(str_of(name));
	return s ? scan_root(&known_of(s)->scan) : VAL_NONE;
}

/* ---------------------------------------------------------------- all of it */

void settings_forget(void)
{
	for (const struct setting *s = setting_rows; s->name; s++) {
		struct known *k = known_of(s);
		if (k->put)
			unsetenv(s->variable);
		scan_done(&k->scan);
		buf_done(&k->set);
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
	buf_done(&now.wrong);
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
	for (size_t i = 0; i < sets.n; i++)
		take_set(sets.words[i]);
	for (const struct setting *s = setting_rows; s->name; s++) {
		put_table(s);
		if (known_of(s)->origin == SETTING_FILE || known_of(s)->by_set)
			put_value(s);
		read_general(s);
	}
}

void settings_flag(const char *name, const char *value)
{
	const struct setting *s = setting_named(str_of(name));
	if (!s || !s->flag)
		return;
	set_value(s, SETTING_FLAG, value);
	known_of(s)->by_set = false;
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
	case SETTING_FLAG: buf_printf(where, "--%s", k->by_set ? "set" : s->flag); break;
	}
	if (s->type == SETTING_TABLE && k->by_set && k->line) /* both say something */
		buf_printf(where, ", %s:%zu", base_name(), k->line);
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
