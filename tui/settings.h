/* Settings: ONE table, from which they are read, checked, printed (`spoor config`), documented and completed.
 *
 * What counts, best first: a flag of the command line (its own, or --set NAME=VALUE), the setting's variable, config.json, the variables that are not ours alone
 * (`general`: $PAGER), the default. What config.json says is put into the environment under the setting's variable where that is
 * unset, before any thread is started: everything below asks getenv() and nothing else. An empty variable counts as unset.
 *
 * The file: $SPOOR_CONFIG (empty: none is read), else $XDG_CONFIG_HOME/spoor/config.json; JSON with comments and commas behind the
 * last element, at most 256 KiB. A mistake in it is a sentence with its line and the nearest valid name, never a failure: what it is
 * about keeps its default, the rest counts. (Text that is no JSON has no rest: then no line of the file counts.) */
#ifndef SPOOR_TUI_SETTINGS_H
#define SPOOR_TUI_SETTINGS_H

#include "store/base/scan.h"

enum setting_type {
	SETTING_TEXT,
	SETTING_BOOL,    /* true, false; in a variable 1 0 yes no true false on off */
	SETTING_CHOICE,  /* one of `choices` */
	SETTING_PATH,    /* a file: absolute, "~/…", or beside the config file */
	SETTING_ZONE,    /* "Europe/Berlin", "UTC", or a POSIX rule such as "CET-1CEST,M3.5.0,M10.5.0/3" */
	SETTING_COMMAND, /* a command line for sh */
	SETTING_THEME,   /* a name, or a file with a '/' in it */
	SETTING_TABLE    /* an object of the file that others read: settings_table */
};

struct setting {
	const char *name; /* in the file; "units.durations" is member durations of object units */
	enum setting_type type;
	const char *variable; /* "SPOOR_THEME"; NULL: tables */
	const char *general;  /* variables of all programs that are asked after the file, blank-separated; NULL: none */
	const char *flag;     /* of the explorer and of every command: "theme" for --theme NAME; NULL: none */
	const char *choices;  /* SETTING_CHOICE: blank-separated */
	const char
	    *otherwise; /* the default as text: a value, or words in brackets where it depends: "(the login name)" */
	const char *member;  /* SETTING_TABLE: what --set names, "columns.LIST" */
	const char *example; /* a value as it is written in the file: "\"Europe/Berlin\"" */
	const char *help;    /* one line */
};
extern const struct setting setting_rows[]; /* sorted by name; ends with name NULL */
const struct setting *setting_named(struct str name);

enum setting_origin { SETTING_DEFAULT, SETTING_GENERAL, SETTING_FILE, SETTING_VARIABLE, SETTING_FLAG };

/* Reads the file and puts its values into the environment. path: of --config; NULL: as above; "": none. Call it once, before any
 * thread; a further call forgets the first one (tests). A file that is not there is a mistake only if it was named. */
void settings_read(const char *path);
void settings_forget(void);
/* The words behind each --set of the command line, "theme=light", for every settings_read that follows; borrowed. A name is that of a row, or
 * of a table and what stands in it: "columns.traces=name,cost", "filters.traces=since:7d", "keys.trace.next-error=e ^O". A switch may stand
 * alone; with nothing behind the = the default counts (of a table: none). Of two for one name the last counts. Linear in words squared. */
void settings_sets(const char *const *words, size_t n);
/* False: a --set is of no use, or what reads the tables said so (settings_mistake); err says of the first why. */
bool settings_sets_ok(struct err *err);
/* What they say of a table, an object; VAL_NONE: nothing. Good until settings_read. */
struct val settings_set_table(const char *name);
/* A flag of its own (`flag`) that says what a setting says: counts above all, and is put into the environment. */
void settings_flag(const char *name, const char *value);

/* What counts now, as text; NULL: the default (otherwise, or what depends). Never NULL for a table that is set: its JSON as written.
 * Good until the next call of settings_read or settings_flag. */
const char *setting_value(const struct setting *s);
/* Where from; *where (may be NULL) gets it in words: "--theme", "$SPOOR_THEME", "config.json:4", "default". Appends. */
enum setting_origin setting_origin(const struct setting *s, struct buf *where);
size_t setting_line(const struct setting *s); /* of the file, where it is set there; 0: it is not */
/* A switch: true, false, or `otherwise` where it is not set. */
bool setting_on(const char *name, bool otherwise);

/* The file that was read or looked for, "" if none. */
const char *settings_path(void);
/* An object of the file alone ("keys", "columns", "filters"), VAL_NONE where there is none; good until settings_read. */
struct val settings_table(const char *name);
/* A mistake found by those who read a table: `at` a value (or key) of the file, or of a --set. */
void settings_mistake(struct val at, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What a setting says turned out to be of no use: a mistake where it was set, in a whole sentence, and its default counts. */
void settings_refuse(const struct setting *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The line of a value of the file, from 1. */
size_t settings_line(struct val at);

struct settings_mistake {
	size_t line;      /* 0: not of the file: of a variable, or of the file as such */
	const char *text; /* a sentence without place; may hold bytes of the file: print through clean.h */
};
/* By line. `total` (may be NULL): how many there were, of which the first 100 are kept. */
const struct settings_mistake *settings_mistakes(size_t *n, size_t *total);
/* The first in one line, for the status line and standard error: "config.json:4: there is no setting thme
 * (did you mean theme?); 2 more: spoor config --check". Nothing if there is no mistake. Appends. */
void settings_say(struct buf *out);

/* Facts from above, for theme names; set by main. NULL: themes are not checked. Returns how many; the names live in `arena`. */
extern size_t (*settings_theme_names)(struct arena *arena, const char *const **names);

/* ---- for people: made of the table */
/* A settings file that says nothing yet: every setting with its help, commented out by slashes without a blank behind them. `tables` adds
 * the members of a table between its braces, also commented out; NULL: nothing. */
void settings_example(struct buf *out, void (*tables)(struct buf *out, const char *name));
/* "a file" "true or false" "auto, ms or s". Appends. */
void settings_kind(struct buf *out, const struct setting *s);

#endif
