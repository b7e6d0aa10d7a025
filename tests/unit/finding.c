/* What helps to find without a store: several words at once, what stands where in a filter being typed, saved filters, lines that are
 * remembered, and how far a store was looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/text_words.h"
#include "store/query/filter.h"
#include "store/query/saved.h"
#include "tui/history.h"
#include "tui/looked.h"

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/spoor-finding-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	setenv("XDG_CONFIG_HOME", dir, 1);
	setenv("XDG_STATE_HOME", dir, 1);
	saved_reload();
	return 0;
}

static int remove_dir(void **state)
{
	static const char *const names[] = {"/spoor/filters.json", "/spoor/history", "/spoor/looked", "/spoor", ""};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", dir, names[i]);
		remove(path);
	}
	return 0;
}

static void file_of(const char *name, char path[128])
{
	snprintf(path, 128, "%s/spoor/%s", dir, name);
}

static void put_file(const char *name, const char *text)
{
	char path[128];
	struct err err = ERR_INIT;
	file_of(name, path);
	assert_true(file_make_dir_of(path, &err));
	assert_true(file_replace(path, str_of(text), &err));
}

/* ---------------------------------------------------------------- several words */

static const struct {
	const char *text, *what;
	size_t from, at, len;
} finds[] = {
    {"the refund policy of 2026",            "refund",          0, 4,        6 }, /* plain: as it stands */
    {"a prerefund",                          "refund",          0, 5,        6 },
    {"a prerefund, a Refund",                "\nrefund",        0, 15,       6 }, /* by words, letters of both cases alike */
    {"open the case",                        "\ncase\nopen",    0, 0,        4 }, /* whichever comes first */
    {"open the case",                        "\ncase\nopen",    1, 9,        4 },
    {"refund\n   policy",                    "\nrefund policy", 0, 0,        16}, /* a phrase over whatever stands between */
    {"refund of policy",                     "\nrefund policy", 0, SIZE_MAX, 0 },
    {"get_balance now",                      "\nget balance",   0, 0,        11},
    {"refunds are fine",                     "\nrefund",        0, SIZE_MAX, 0 },
    {"refunds are fine",                     "\nrefund*",       0, 0,        7 },
    {"Caf\xc3\xa9 Bleu",                     "\ncafe",          0, 0,        5 }, /* with or without diacritics */
    {"\xe6\xae\x8b\xe9\xab\x98\xe3\x81\xaf", "\n\xe9\xab\x98",  0, 3,        3 }, /* each character a word */
    {"x --> y",                              "\n-->",           0, 2,        3 }, /* no word: as it stands */
    {"",                                     "\nx",             0, SIZE_MAX, 0 },
    {"x",                                    "\n",              0, SIZE_MAX, 0 },
    {"one two",                              "\nwo",            5, SIZE_MAX, 0 }, /* from the middle of a word is not its beginning */
};

static void test_words_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof finds / sizeof *finds; i++) {
		size_t len = 0;
		size_t at = words_find(str_of(finds[i].text), str_of(finds[i].what), finds[i].from, true, &len);
		if (at != finds[i].at || (at != SIZE_MAX && len != finds[i].len))
			fail_msg("row %zu: at %zu, %zu bytes", i, at, len);
	}
}

/* ---------------------------------------------------------------- what is being typed */

/* The caret is at the bar. */
static const struct {
	const char *text;
	enum filter_place place;
	const char *typed, *field;
	size_t from;
} spots[] = {
    {"|",                      FILTER_FIELD,      "",        "",                   0 },
    {"sta|",                   FILTER_FIELD,      "sta",     "",                   0 },
    {"sta|tus:error",          FILTER_FIELD,      "sta",     "",                   0 },
    {"status:|",               FILTER_VALUE,      "",        "status",             7 },
    {"status:err|or kind:llm", FILTER_VALUE,      "err",     "status",             7 },
    {"kind:llm status: er|",   FILTER_VALUE,      "er",      "status",             17},
    {"(not (kind:l|",          FILTER_VALUE,      "l",       "kind",               11},
    {"dur>=2|",                FILTER_VALUE,      "2",       "dur",                5 },
    {"name=\"get bal|",        FILTER_VALUE,      "get bal", "name",               5 },
    {"name=\"a \\\" b\" mod|", FILTER_FIELD,      "mod",     "",                   14},
    {"score.|",                FILTER_SCORE_NAME, "",        "",                   6 },
    {"score.gro|",             FILTER_SCORE_NAME, "gro",     "",                   6 },
    {"score.groundedness<0.|", FILTER_VALUE,      "0.",      "score.groundedness", 19},
    {"@|",                     FILTER_SAVED,      "",        "",                   1 },
    {"@sl|",                   FILTER_SAVED,      "sl",      "",                   1 },
    {"a |b",                   FILTER_FIELD,      "",        "",                   2 },
    {"a  |",                   FILTER_FIELD,      "",        "",                   3 },
    {"<>|",                    FILTER_FIELD,      "",        "",                   2 },
};

static void test_spots(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof spots / sizeof *spots; i++) {
		struct str written = str_of(spots[i].text);
		size_t caret = str_find_char(written, '|');
		struct buf text = BUF_INIT;
		struct filter_spot spot;
		buf_add_str(&text, str_cut(written, 0, caret));
		buf_add_str(&text, str_from(written, caret + 1));
		filter_spot_at(buf_str(&text), FILTER_TRACES, caret, &spot);
		if (spot.place != spots[i].place || !str_is(spot.typed, spots[i].typed) ||
		    !str_is(spot.field, spots[i].field) || spot.from != spots[i].from)
			fail_msg("%s: place %d, typed \"" STR_FMT "\", field \"" STR_FMT "\", from %zu", spots[i].text,
			         (int)spot.place, STR_ARG(spot.typed), STR_ARG(spot.field), spot.from);
		buf_done(&text);
	}
	/* Every caret of a wild text has a spot inside it. */
	static const char wild[] = "((a:\"b\\\" c) score.\"x y\"<0.5 ~ not)( @q \"unended";
	for (size_t caret = 0; caret < sizeof wild; caret++) {
		struct filter_spot spot;
		filter_spot_at(str_of(wild), FILTER_TRACES, caret, &spot);
		assert_true(spot.from <= spot.to && spot.to <= strlen(wild));
		assert_true(spot.from + spot.typed.len + spot.quoted <= strlen(wild));
	}
}

static void test_quotes(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"gpt-4o", "gpt-4o"        },
            {"a b",    "\"a b\""       },
            {"",       "\"\""          },
	    {"=5",     "\"=5\""        },
            {"a\"b\\", "\"a\\\"b\\\\\""},
            {"(x)",    "\"(x)\""       }
        };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = BUF_INIT, filter = BUF_INIT;
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake;
		filter_quote(&out, str_of(rows[i][0]));
		assert_string_equal(buf_cstr(&out), rows[i][1]);
		buf_printf(&filter, "name:%s", buf_cstr(&out));
		assert_non_null(filter_parse(&arena, buf_str(&filter), FILTER_TRACES, 0, &mistake));
		arena_done(&arena);
		buf_done(&filter);
		buf_done(&out);
	}
}

/* ---------------------------------------------------------------- mistakes and what was meant */

static void test_meant(void **state)
{
	(void)state;
	static const struct {
		const char *text, *instead;
		size_t column;
	} rows[] = {
	    {"stats:error",        "status",     0},
	    {"kind:llm Statsu:ok", "status",     9},
	    {"status:erorr",       "error",      7},
	    {"has:anotation",      "annotation", 4},
	    {"duration>2s",        "dur",        0},
	    {"latency>2s",         "dur",        0},
	    {"zzz:1",              "",           0},
	    {"status:",            "",           7},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake = {0};
		assert_null(filter_parse(&arena, str_of(rows[i].text), FILTER_TRACES, 0, &mistake));
		assert_int_equal(mistake.column, rows[i].column);
		assert_string_equal(mistake.instead, rows[i].instead);
		arena_done(&arena);
	}
}

/* ---------------------------------------------------------------- saved filters */

static bool parses(const char *text, struct filter_mistake *mistake)
{
	struct arena arena = ARENA_INIT;
	bool ok = filter_parse(&arena, str_of(text), FILTER_TRACES, 0, mistake) != NULL;
	arena_done(&arena);
	return ok;
}

static void test_saved(void **state)
{
	(void)state;
	struct filter_mistake mistake = {0};
	struct err err = ERR_INIT;
	bool replaced = true;
	assert_false(parses("@slow", &mistake));
	assert_non_null(strstr(mistake.expected, "there is none yet"));
	assert_true(saved_put(STR_LIT("slow"), STR_LIT("dur>5s"), &replaced, &err));
	assert_false(replaced);
	assert_true(parses("@slow status:error", &mistake));
	assert_true(parses("not (@slow or kind:llm)", &mistake));
	assert_true(saved_put(STR_LIT("slow"), STR_LIT("dur>\"6s\""), &replaced, &err));
	assert_true(replaced);
	struct arena arena = ARENA_INIT;
	struct str text;
	assert_true(saved_get(&arena, STR_LIT("slow"), &text, &err));
	assert_true(str_is(text, "dur>\"6s\""));
	struct buf printed = BUF_INIT;
	filter_print(&printed, filter_parse(&arena, STR_LIT("@slow kind:llm"), FILTER_TRACES, 0, &mistake));
	assert_string_equal(buf_cstr(&printed), "dur>\"6s\" kind:llm");
	buf_done(&printed);
	arena_done(&arena);
	char path[128];
	struct stat st;
	file_of("filters.json", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_false(saved_put(STR_LIT("no blanks"), STR_LIT("x"), &replaced, &err));
	assert_false(parses("@slwo", &mistake));
	assert_string_equal(mistake.instead, "@slow");
	assert_false(parses("kind:llm @nothere", &mistake));
	assert_int_equal(mistake.column, 9);
	assert_true(parses("\"@nothere\"", &mistake)); /* in quotes a word as any */
}

static void test_saved_by_hand(void **state)
{
	(void)state;
	struct filter_mistake mistake = {0};
	struct err err = ERR_INIT;
	bool replaced;
	put_file("filters.json",
	         "{\n  // ours\n  \"a\": \"kind:llm\", /* and */ \"b\": \"@a or @a\",\n  \"loop\": \"x @loop\",\n"
	         "  \"bad\": \"kind:nonesuch\"\n}\n");
	saved_reload();
	assert_true(parses("@b not @a", &mistake));
	assert_false(parses("@loop", &mistake));
	assert_non_null(strstr(mistake.expected, "come back to itself"));
	assert_false(parses("kind:llm @bad", &mistake));
	assert_int_equal(mistake.column, 9);
	assert_non_null(strstr(mistake.expected, "column 6 of it"));
	/* What somebody wrote stays when another is saved. */
	assert_true(saved_put(STR_LIT("c"), STR_LIT("cost>1"), &replaced, &err));
	char path[128];
	struct buf bytes = BUF_INIT;
	file_of("filters.json", path);
	assert_true(file_read(&bytes, path, 10000, &err));
	assert_non_null(strstr(buf_cstr(&bytes), "// ours"));
	assert_true(parses("@c @b", &mistake));
	/* A file that is wrong is left alone, and said with its line. */
	put_file("filters.json", "{\n\"a\": 1\n}\n");
	assert_false(saved_put(STR_LIT("d"), STR_LIT("cost>1"), &replaced, &err));
	put_file("filters.json", "{\n\"a\": \"x\",,\n}\n");
	saved_reload();
	assert_false(parses("@a", &mistake));
	assert_non_null(strstr(mistake.expected, "line 2"));
	/* The last quotation mark is one of a comment. */
	put_file("filters.json", "{ \"a\": \"x\" // he said \"y\"\n}");
	assert_true(saved_put(STR_LIT("d"), STR_LIT("cost>1"), &replaced, &err));
	assert_true(parses("@a @d", &mistake));
	buf_done(&bytes);
}

/* ---------------------------------------------------------------- lines that are remembered */

static void test_history(void **state)
{
	(void)state;
	struct edit_history h = {0};
	history_note('&', STR_LIT("status:error"));
	history_note('/', STR_LIT("refund"));
	history_note('&', STR_LIT("  dur>2s \x1b[31m\n"));
	history_note('&', STR_LIT("   "));
	history_load(&h, '&');
	assert_int_equal(h.n, 2);
	assert_string_equal(h.lines[0], "status:error");
	assert_string_equal(h.lines[1], "dur>2s  [31m");
	edit_history_done(&h);
	char path[128];
	struct stat st;
	file_of("history", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* What is none of ours is passed over, what could act on a terminal is not kept. */
	put_file("history", "& good\nrubbish\n\n&\n& a\tb\x1b]0;x\x07\xc2\x9b\xff\n: quit\n& last");
	history_load(&h, '&');
	assert_int_equal(h.n, 3);
	assert_string_equal(h.lines[0], "good");
	for (const char *c = h.lines[1]; *c; c++)
		assert_true((unsigned char)*c >= 0x20 && *c != 0x7F);
	assert_string_equal(h.lines[2], "last");
	edit_history_done(&h);
}

/* Several processes at once, one of them shortening the file: every line is there, whole. */
static void test_history_of_several(void **state)
{
	enum { PROCESSES = 4, LINES = 40 };
	(void)state;
	struct buf large = BUF_INIT;
	for (int i = 0; large.len < HISTORY_FILE_MAX + 10000; i++)
		buf_printf(&large, ": old %d\n", i);
	put_file("history", buf_cstr(&large));
	pid_t children[PROCESSES];
	for (int k = 0; k < PROCESSES; k++) {
		children[k] = fork();
		assert_true(children[k] >= 0);
		if (children[k] == 0) {
			struct edit_history h = {0};
			history_load(&h, ':');
			edit_history_done(&h);
			for (int i = 0; i < LINES; i++) {
				char line[64];
				snprintf(line, sizeof line, "line %d of %d", i, k);
				history_note('&', str_of(line));
			}
			_exit(0);
		}
	}
	for (int k = 0; k < PROCESSES; k++) {
		int status;
		assert_int_equal(waitpid(children[k], &status, 0), children[k]);
		assert_int_equal(status, 0);
	}
	struct edit_history h = {0};
	history_load(&h, '&');
	assert_int_equal(h.n, PROCESSES * LINES);
	for (size_t i = 0; i < h.n; i++) {
		int a, b;
		assert_int_equal(sscanf(h.lines[i], "line %d of %d", &a, &b), 2);
	}
	char path[128];
	struct stat st;
	file_of("history", path);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < HISTORY_FILE_MAX);
	edit_history_done(&h);
	buf_done(&large);
}

static void test_looked(void **state)
{
	(void)state;
	char a[128], b[128];
	snprintf(a, sizeof a, "%s/a.db", dir);
	snprintf(b, sizeof b, "%s/./a.db", dir);
	assert_int_equal(looked_get(a), 0);
	looked_set(a, 17);
	assert_int_equal(looked_get(a), 17);
	assert_int_equal(looked_get(b), 17); /* the same file */
	looked_set(a, 5);
	assert_int_equal(looked_get(a), 17); /* another session saw more */
	for (int i = 0; i < LOOKED_STORES + 20; i++) {
		char other[128];
		snprintf(other, sizeof other, "%s/other%d.db", dir, i);
		looked_set(other, i + 1);
	}
	assert_int_equal(looked_get(a), 0); /* long ago */
	put_file("looked", "x y\n-3 /z\n9999999999999999999 /z\n4\n4 \n");
	assert_int_equal(looked_get("/z"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words_find),
	    cmocka_unit_test(test_spots),
	    cmocka_unit_test(test_quotes),
	    cmocka_unit_test(test_meant),
	    cmocka_unit_test_setup_teardown(test_saved, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(test_saved_by_hand, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(test_history, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(test_history_of_several, make_dir, remove_dir),
	    cmocka_unit_test_setup_teardown(test_looked, make_dir, remove_dir),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
