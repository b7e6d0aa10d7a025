#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "tui/settings.h"
#include "tui/settings_zone.h"

static char dir[] = "/tmp/spoor-settings-XXXXXX";
static char path[sizeof dir + 16];

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/config.json", dir);
	for (const struct setting *s = setting_rows; s->name; s++)
		if (s->variable)
			unsetenv(s->variable);
	setenv("HOME", "/home/ana", 1);
	unsetenv("SPOOR_CONFIG");
	unsetenv("PAGER");
	unsetenv("VISUAL");
	unsetenv("EDITOR");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	settings_forget();
	unlink(path);
	rmdir(dir);
	return 0;
}

static size_t themes(struct arena *arena, const char *const **names)
{
	static const char *const all[] = {"default", "light", "mono"};
	(void)arena;
	*names = all;
	return 3;
}

static void read_text(const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) >= 0, 1);
	assert_int_equal(fclose(f), 0);
	settings_theme_names = themes;
	settings_read(path);
}

static const char *value(const char *name)
{
	const char *v = setting_value(setting_named(str_of(name)));
	return v ? v : "(none)";
}

static void assert_from(const char *name, const char *where)
{
	struct buf out = BUF_INIT;
	setting_origin(setting_named(str_of(name)), &out);
	assert_string_equal(buf_cstr(&out), where);
	buf_done(&out);
}

/* The table itself: sorted, each row whole. */
static void test_table(void **state)
{
	(void)state;
	for (const struct setting *s = setting_rows; s->name; s++) {
		if (s[1].name)
			assert_true(strcmp(s->name, s[1].name) < 0);
		assert_non_null(s->otherwise);
		assert_non_null(s->example);
		assert_true(strlen(s->help) > 5 && strlen(s->help) < 100);
		assert_int_equal(s->type == SETTING_TABLE, s->variable == NULL);
		assert_int_equal(s->type == SETTING_CHOICE, s->choices != NULL);
		assert_ptr_equal(setting_named(str_of(s->name)), s);
	}
	assert_null(setting_named(STR_LIT("thme")));
}

static void test_precedence(void **state)
{
	(void)state;
	setenv("SPOOR_AUTHOR", "bert", 1);
	setenv("PAGER", "more", 1);
	setenv("EDITOR", "ed", 1);
	setenv("SPOOR_GATE", "", 1);
	read_text(
	    "// mine\n{ \"author\": \"ana\", \"theme\": \"light\",\n  \"pager\": \"less -S\", \"gate\": \"g.json\",\n"
	    "  \"mask\": true, \"no-color\": false, \"resume\": false,\n  \"units\": {\"durations\": \"ms\",},}\n");
	size_t n;
	settings_mistakes(&n, NULL);
	assert_int_equal(n, 0);
	assert_string_equal(value("author"), "bert"); /* the variable */
	assert_from("author", "$SPOOR_AUTHOR");
	assert_string_equal(getenv("SPOOR_AUTHOR"), "bert");
	assert_string_equal(value("theme"), "light"); /* the file, seen by getenv */
	assert_from("theme", "config.json:2");
	assert_string_equal(getenv("SPOOR_THEME"), "light");
	assert_string_equal(value("pager"), "less -S"); /* the file wins over $PAGER */
	assert_string_equal(getenv("SPOOR_PAGER"), "less -S");
	assert_string_equal(value("editor"), "ed"); /* which wins over the default */
	assert_from("editor", "$EDITOR");
	assert_null(getenv("SPOOR_EDITOR"));
	assert_string_equal(getenv("SPOOR_MASK"), "1");
	assert_null(getenv("NO_COLOR")); /* set to anything it would mean the contrary */
	assert_string_equal(getenv("SPOOR_RESUME"), "0");
	assert_false(setting_on("resume", true));
	assert_string_equal(getenv("SPOOR_DURATIONS"), "ms");
	assert_from("units.durations", "config.json:5");
	assert_from("units.counts", "default");
	char gate[64];
	snprintf(gate, sizeof gate, "%s/g.json", dir); /* an empty variable is none; a name is beside the file */
	assert_string_equal(getenv("SPOOR_GATE"), gate);
	settings_flag("theme", "mono");
	settings_flag("mask", "false");
	assert_from("theme", "--theme");
	assert_string_equal(getenv("SPOOR_THEME"), "mono");
	assert_null(getenv("SPOOR_MASK"));
	settings_forget(); /* what was put goes, what was there stays */
	assert_null(getenv("SPOOR_THEME"));
	assert_null(getenv("SPOOR_DURATIONS"));
	assert_string_equal(getenv("SPOOR_AUTHOR"), "bert");
	unsetenv("SPOOR_AUTHOR");
	unsetenv("SPOOR_GATE");
	unsetenv("PAGER");
	unsetenv("EDITOR");
}

static void test_paths(void **state)
{
	(void)state;
	read_text(
	    "{\"store\": \"~/x.db\", \"rules\": \"/etc/r.json\", \"prices\": \"sub/p.json\", \"theme\": \"./t.json\"}");
	char beside[96];
	assert_string_equal(value("store"), "/home/ana/x.db");
	assert_string_equal(value("rules"), "/etc/r.json");
	snprintf(beside, sizeof beside, "%s/sub/p.json", dir);
	assert_string_equal(value("prices"), beside);
	snprintf(beside, sizeof beside, "%s/t.json", dir);
	assert_string_equal(value("theme"), beside);
}

/* Each mistake with its line and what was meant; the rest counts. */
static void test_mistakes(void **state)
{
	static const struct {
		const char *text, *said; /* "LINE: …" */
	} cases[] = {
	    {"{\n\"thme\": \"light\"}",                      "2: there is no setting thme (did you mean theme?)"              },
	    {"{\"colour\": 1}",                              "1: there is no setting colour; spoor config lists them"         },
	    {"{\"theme\": \"lihgt\"}",                       "1: theme: there is no theme lihgt (did you mean light?)"        },
	    {"{\"theme\": \"zzz\"}",                         "1: theme: there is no theme zzz; there are: default light mono" },
	    {"{\"author\":\n 3}",                            "1: author needs a text"                                         },
	    {"{\n\n\"mouse\": \"yes\"}",                     "3: mouse needs true or false"                                   },
	    {"{\"store\": []}",                              "1: store needs a text, the name of a file"                      },
	    {"{\"keys\": \"q\"}",                            "1: keys needs an object, { … }"                               },
	    {"{\"units\": 1}",	                       "1: units needs an object, { … }"                              },
	    {"{\"units\": {\"duration\": \"ms\"}}",          "1: there is no setting units.duration (did you mean durations?)"},
	    {"{\"units\": {\"x\": 1}}",                      "1: there is no setting units.x; there are counts, durations"    },
	    {"{\"units\": {\"counts\": \"exakt\"}}",         "1: units.counts: cannot be exakt (did you mean exact?)"         },
	    {"{\"units\": {\"durations\": \"hours\"}}",      "1: units.durations: cannot be hours; there are: auto ms s"      },
	    {"{\"author\": \"a\\u0000b\"}",                  "1: author: holds a control character"                           },
	    {"{\"author\": \"a\\u001b[31m\"}",               "1: author: holds a control character"                           },
	    {"{\"author\": \"a\",\n\"author\": \"b\"}",      "2: author is set in line 1, too: this one counts"               },
	    {"[1]",	                                  "1: the file needs an object, { … }"                           },
	    {"{\"theme\": \"light\"\n \"author\": \"ana\"}",
	     "2: a comma or } was expected at column 2; nothing in the file counts"                                           },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n;
		struct buf said = BUF_INIT;
		read_text(cases[i].text);
		const struct settings_mistake *m = settings_mistakes(&n, NULL);
		for (size_t k = 0; k < n; k++)
			buf_printf(&said, "%s%zu: %s", k ? " | " : "", m[k].line, m[k].text);
		assert_string_equal(buf_cstr(&said), cases[i].said);
		buf_done(&said);
	}
}

static void test_rest_counts(void **state)
{
	size_t n, total;
	(void)state;
	setenv("SPOOR_DURATIONS", "s", 1);
	setenv("SPOOR_COUNTS", "many", 1);
	read_text("{\"zzz\": 1,\n\"author\": \"ana\",\n\"mouse\": 3,\n\"theme\": \"mono\",\n\"units\": {\"counts\": "
	          "\"exact\"}}");
	settings_mistakes(&n, &total);
	assert_int_equal(n, 3);
	assert_string_equal(value("author"), "ana");
	assert_string_equal(value("theme"), "mono");
	assert_string_equal(value("units.durations"), "s");
	assert_string_equal(value("units.counts"), "exact"); /* the variable's mistake leaves room for the file */
	assert_string_equal(getenv("SPOOR_COUNTS"), "exact");
	struct buf said = BUF_INIT;
	settings_say(&said);
	assert_string_equal(buf_cstr(&said),
	                    "$SPOOR_COUNTS: cannot be many; there are: short exact; 2 more: spoor config --check");
	buf_done(&said);
	unsetenv("SPOOR_DURATIONS");
	unsetenv("SPOOR_COUNTS");
}

static void assert_said(const char *expected)
{
	struct buf said = BUF_INIT;
	settings_say(&said);
	assert_string_equal(buf_cstr(&said), expected);
	buf_done(&said);
}

static void test_files(void **state)
{
	(void)state;
	char none[sizeof dir + 16], expected[200];
	snprintf(none, sizeof none, "%s/none.json", dir);
	setenv("XDG_CONFIG_HOME", dir, 1);
	settings_read(NULL); /* the usual one need not be there */
	assert_said("");
	snprintf(expected, sizeof expected, "%s/spoor/config.json", dir);
	assert_string_equal(settings_path(), expected);
	settings_read(none); /* one that was named has to */
	snprintf(expected, sizeof expected, "%s: No such file or directory", none);
	struct buf said = BUF_INIT;
	settings_say(&said);
	assert_true(str_ends(buf_str(&said), expected));
	buf_done(&said);
	setenv("SPOOR_CONFIG", "", 1);
	settings_read(NULL);
	assert_string_equal(settings_path(), "");
	assert_said("");
	setenv("SPOOR_CONFIG", path, 1);
	read_text("");
	settings_read(NULL);
	assert_string_equal(settings_path(), path);
	assert_said("");
	read_text("// nothing but this\n");
	assert_said("");
	unsetenv("SPOOR_CONFIG");
	settings_read(dir);
	assert_true(settings_mistakes(&(size_t){0}, NULL) != NULL);
}

/* More than is looked at. */
static void test_large(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "{");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "\"no%d\": 1,\n", i);
	buf_add_cstr(&text, "\"author\": \"ana\"}");
	size_t n, total;
	read_text(buf_cstr(&text));
	settings_mistakes(&n, &total);
	assert_int_equal(n, 100);
	assert_int_equal(total, 5000);
	assert_string_equal(value("author"), "ana");
	while (text.len < 300000)
		buf_add_cstr(&text, "                                                                ");
	read_text(buf_cstr(&text));
	settings_mistakes(&n, &total);
	assert_int_equal(total, 1);
	assert_string_equal(value("author"), "(none)");
	buf_done(&text);
}

static void test_zones(void **state)
{
	static const char *const good[] = {"UTC", "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3", "EST5EDT"};
	static const char *const bad[] = {"", "berlin", "Europe/Berln", "../etc/passwd", "Europe", "E", "Mars/Olympus"};
	static const struct {
		const char *name, *near;
	} near[] = {
	    {"Europe/Berln",    " (did you mean Europe/Berlin?)"   },
	    {"berlin",          " (did you mean Europe/Berlin?)"   },
	    {"europe/berlin",   " (did you mean Europe/Berlin?)"   },
	    {"America/NewYork", " (did you mean America/New_York?)"},
	    {"Mars/Olympus",    ""	                         },
	};
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(zone_known(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(zone_known(bad[i]));
	if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0) {
		print_message("skipped: no time zones are installed\n");
		return;
	}
	assert_true(zone_known("Europe/Berlin"));
	assert_true(zone_known(":Europe/Berlin"));
	for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
		struct buf said = BUF_INIT;
		zone_suggest(near[i].name, &said);
		assert_string_equal(buf_cstr(&said), near[i].near);
		buf_done(&said);
	}
	unsetenv("TZ");
	read_text("{\"time-zone\": \"Europe/Berlin\"}");
	assert_string_equal(getenv("TZ"), "Europe/Berlin");
	read_text("{\"time-zone\": \"Europe/Berln\"}");
	assert_null(getenv("TZ"));
	assert_said("config.json:1: time-zone: there is no time zone Europe/Berln (did you mean Europe/Berlin?)");
}

/* In variables a slip never shows what was to be masked. */
static void test_switches(void **state)
{
	static const struct {
		const char *text;
		bool on;
	} cases[] = {
	    {"1",     true },
            {"yes",   true },
            {"ture",  true },
            {"0",     false},
            {"no",    false},
            {"OFF",   false},
            {"false", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		setenv("SPOOR_MASK", cases[i].text, 1);
		setenv("NO_COLOR", cases[i].text, 1);
		settings_read("");
		assert_int_equal(setting_on("mask", false), cases[i].on);
		assert_true(setting_on("no-color", false)); /* any text: no-color.org */
	}
	unsetenv("SPOOR_MASK");
	unsetenv("NO_COLOR");
	settings_read("");
	assert_true(setting_on("mask", true));
	assert_false(setting_on("mask", false));
}

/* As it is and with all of it said, it is read without a mistake. */
static void test_example(void **state)
{
	(void)state;
	struct buf text = BUF_INIT, whole = BUF_INIT;
	size_t n = 0;
	settings_example(&text, NULL);
	read_text(buf_cstr(&text));
	assert_said("");
	struct str rest = buf_str(&text), line;
	while (str_split(&rest, '\n', &line)) {
		size_t at = str_find(line, STR_LIT("//\""));
		n += at != SIZE_MAX;
		buf_add_str(&whole, str_cut(line, 0, at));
		buf_add_str(&whole, at == SIZE_MAX ? STR_NONE : str_from(line, at + 2));
		buf_add_char(&whole, '\n');
	}
	assert_true(n > 10);
	unsetenv("TZ");
	read_text(buf_cstr(&whole));
	if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) == 0)
		assert_said("");
	for (const struct setting *s = setting_rows; s->name; s++)
		if (s->type != SETTING_TABLE && s->type != SETTING_ZONE)
			assert_int_equal(setting_origin(s, NULL), SETTING_FILE);
	buf_done(&text);
	buf_done(&whole);
}

static void test_units(void **state)
{
	static const struct {
		int64_t ns;
		const char *usual, *ms, *s;
	} cases[] = {
	    {UNKNOWN_INT,      "–",    "–",     "–"    },
	    {0,	        "0s",     "0s",      "0s"     },
	    {12,               "12ns",   "12ns",    "12ns"   },
	    {5000,             "5.0µs", "0.01ms",  "5.0µs" },
	    {120000,           "120µs", "0.12ms",  "0.0001s"},
	    {3400000,          "3.40ms", "3.40ms",  "0.0034s"},
	    {810000000,        "0.81s",  "810ms",   "0.81s"  },
	    {-810000000,       "-0.81s", "-810ms",  "-0.81s" },
	    {12420000000,      "12.42s", "12420ms", "12.42s" },
	    {100000000000,     "1m40s",  "1m40s",   "100.0s" },
	    {99999000000,      "1m40s",  "99999ms", "100.0s" },
	    {7800000000000,    "2h10m",  "2h10m",   "7800.0s"},
	    {999999000000000,  "11d14h", "11d14h",  "999999s"},
	    {2000000000000000, "23d04h", "23d04h",  "23d04h" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int form = UNITS_AUTO; form <= UNITS_S; form++) {
			struct buf out = BUF_INIT;
			units_choose((struct units_forms){.durations = (enum units_durations)form});
			units_duration(&out, cases[i].ns, false);
			assert_string_equal(buf_cstr(&out), form == UNITS_AUTO ? cases[i].usual
			                                    : form == UNITS_MS ? cases[i].ms
			                                                       : cases[i].s);
			buf_clear(&out);
			units_duration_usual(&out, cases[i].ns, false);
			assert_string_equal(buf_cstr(&out), cases[i].usual);
			buf_done(&out);
		}
	struct buf out = BUF_INIT;
	units_choose((struct units_forms){.exact_counts = true});
	units_count(&out, 11204);
	buf_add_char(&out, ' ');
	units_count(&out, -99999);
	buf_add_char(&out, ' ');
	units_count(&out, 100000);
	assert_string_equal(buf_cstr(&out), "11204 -99999 100k");
	units_choose((struct units_forms){.durations = UNITS_AUTO});
	buf_clear(&out);
	units_count(&out, 11204);
	assert_string_equal(buf_cstr(&out), "11k");
	buf_done(&out);
}

/* In its forms, too, no duration takes more than its 7 columns. */
static void test_units_width(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	for (int form = UNITS_AUTO; form <= UNITS_S; form++) {
		units_choose((struct units_forms){.durations = (enum units_durations)form});
		for (int64_t ns = 1; ns < INT64_MAX / 3; ns += ns / 20 + 1) {
			buf_clear(&out);
			units_duration(&out, ns, true);
			assert_true(out.len <= 7);
		}
	}
	units_choose((struct units_forms){.durations = UNITS_AUTO});
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),    cmocka_unit_test(test_precedence),  cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_mistakes), cmocka_unit_test(test_rest_counts), cmocka_unit_test(test_files),
	    cmocka_unit_test(test_large),    cmocka_unit_test(test_zones),       cmocka_unit_test(test_switches),
	    cmocka_unit_test(test_example),  cmocka_unit_test(test_units),       cmocka_unit_test(test_units_width),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
