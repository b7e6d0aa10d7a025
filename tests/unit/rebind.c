#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/base/str.h"
#include "tui/config.h"
#include "tui/rebind.h"
#include "tui/settings.h"

static char path[] = "/tmp/spoor-rebind-XXXXXX";

static int setup(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	action_rebind_none();
	settings_forget();
	return unlink(path);
}

static void bind(const char *text)
{
	size_t n;
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	const struct rebind_table *tables = config_keys(&n);
	action_rebind_none();
	settings_read(path);
	rebind_apply(tables, n, settings_table("keys"), VAL_NONE);
}

static const struct action *action(const char *table, const char *name)
{
	size_t n;
	const struct rebind_table *tables = config_keys(&n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(tables[i].name, table) == 0)
			return action_named(tables[i].actions, str_of(name));
	return NULL;
}

static void assert_keys(const char *table, const char *name, const char *keys)
{
	const struct action *a = action(table, name);
	assert_non_null(a);
	assert_string_equal(action_keys_now(a), keys);
}

static void assert_said(const char *expected)
{
	size_t n;
	struct buf said = BUF_INIT;
	const struct settings_mistake *m = settings_mistakes(&n, NULL);
	for (size_t i = 0; i < n; i++)
		buf_printf(&said, "%s%zu: %s", i ? " | " : "", m[i].line, m[i].text);
	assert_string_equal(buf_cstr(&said), expected);
	buf_done(&said);
}

/* The tables themselves: no two actions of a screen have one name or one key, and every key is one. */
static void test_tables(void **state)
{
	size_t n;
	const struct rebind_table *tables = config_keys(&n);
	(void)state;
	action_rebind_none();
	for (size_t t = 0; t < n; t++)
		for (const struct action *a = tables[t].actions; a->name; a++) {
			struct str rest = str_of(a->keys), word;
			if (action_named(tables[t].actions, str_of(a->name)) != a)
				fail_msg("%s: two actions are called %s", tables[t].name, a->name);
			while (str_split(&rest, ' ', &word)) {
				if (!word.len)
					continue;
				char memory[16];
				assert_int_not_equal(key_named(word), KEY_NONE);
				assert_true(str_is(word, key_name(key_named(word), memory)));
				if (action_for_key(tables[t].actions, key_named(word)) != a)
					fail_msg("%s: two actions have " STR_FMT, tables[t].name, STR_ARG(word));
			}
		}
	assert_int_equal(rebind_conflicts(tables, n), 0);
}

static void test_binding(void **state)
{
	(void)state;
	bind("{\"keys\": {\"everywhere\": {\"quit\": \"Q ^x\", \"pager\": \"\", \"down\": \"j Down\"},\n"
	     "\"trace\": {\"next-error\": \"v\"}, \"case\": {\"down\": \"k\", \"up\": \"j\"}}}");
	assert_said("");
	assert_keys("everywhere", "quit", "Q ^X");
	assert_keys("everywhere", "pager", "");
	assert_keys("trace", "next-error", "v"); /* the pager gave it away */
	assert_keys("traces", "down", "j Down"); /* of each screen that has it */
	assert_keys("runs", "down", "j Down");
	assert_keys("case", "down", "k"); /* which has its own; the two swap */
	assert_keys("case", "up", "j");
	assert_ptr_equal(action_for_key(action("case", "down"), 'k'), action("case", "down"));
	struct buf out = BUF_INIT;
	char memory[16];
	action_keys(&out, action("everywhere", "quit"));
	assert_string_equal(buf_cstr(&out), "Q ^X");
	assert_string_equal(action_first_key(action("everywhere", "pager"), memory), "");
	assert_string_equal(action_first_key(action("everywhere", "quit"), memory), "Q");
	buf_done(&out);
	bind("{}");
	assert_keys("everywhere", "quit", "Q");
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *keys, *said;
	} cases[] = {
	    {"\"tracess\": {}",	                                                    "1: keys: there is no screen tracess (did you mean traces?)"   },
	    {"\"traces.insights\": \"I\"",	                                         "1: keys: there is no screen traces.insights; keys stand under their "
	                                   "screen: \"traces\": {\"insights\": …}"                            },
	    {"\"zzz\": {}",	                                                        "1: keys: there is no screen zzz; spoor help keys lists them"  },
	    {"\"trace\": 1",	                                                       "1: keys.trace needs an object, { \"action\": \"keys\", … }" },
	    {"\"trace\": {\"next-eror\": \"e\"}",
	     "1: keys.trace: there is no action next-eror (did you mean next-error?)"                                                                     },
	    {"\"runs\": {\"quit\": \"x\"}",	                                        "1: keys.runs: there is no action quit (everywhere has one)"   },
	    {"\"everywhere\": {\"zzzzz\": \"x\"}",                                         "1: keys.everywhere: there is no action zzzzz"                 },
	    {"\"trace\": {\"next-error\": 3}",
	     "1: keys of next-error need a text, names of keys with blanks between them"                                                                  },
	    {"\"trace\": {\"next-error\": \"C-n\"}",                                       "1: keys of next-error: there is no key C-n (did you mean ^N?)"},
	    {"\"trace\": {\"next-error\": \"pageup\"}",
	     "1: keys of next-error: there is no key pageup (did you mean PgUp?)"                                                                         },
	    {"\"trace\": {\"next-error\": \"F13\"}",                                       "1: keys of next-error: there is no key F13 (did you mean F1?)"},
	    {"\"trace\": {\"next-error\": \"^C\"}",
	     "1: keys of next-error: ^C is the terminal's: it makes a signal of it"                                                                       },
	    {"\"everywhere\": {\"suspend\": \"^Z ^T\"}",                                   ""	                                                     },
	    {"\"everywhere\": {\"quit\": \"\"}",                                           "1: quit needs a key: it keeps Q"                              },
	    {"\"everywhere\": {\"quit\": \"  \"}",                                         "1: quit needs a key: it keeps Q"                              },
 /* two of one screen; the screen's and everywhere's; both ways round */
	    {"\"trace\": {\"next-error\": \"E\"}",                                         "1: E is the key of prev-error (trace): next-error keeps e"    },
	    {"\"trace\": {\"next-error\": \"Q\"}",                                         "1: Q is the key of quit (everywhere): next-error keeps e"     },
	    {"\"everywhere\": {\"quit\": \"j\"}",                                          "1: j is the key of down (agreement): quit keeps Q"            },
	    {"\"everywhere\": {\"quit\": \"^X\",\n\"pager\": \"^X\"}",
	     "2: ^X is the key of quit (everywhere, line 1): pager keeps v"	                                                                       },
	    {"\"trace\": {\"next-error\": \"^X\"},\n\"everywhere\": {\"quit\": \"^X Q\"}",
	     "2: ^X is the key of next-error (trace, line 1): quit keeps Q"	                                                                       },
	    {"\"trace\": {\"next-error\": \"^X\",\n\"next-error\": \"^O\"}",
	     "2: keys of next-error are set in line 1, too: these count"	                                                                          },
 /* the one that would have given its key away is refused, and so is the one that took it */
	    {"\"everywhere\": {\"pager\": \"j\"}, \"trace\":\n{\"next-error\": \"v\"}",
	     "1: j is the key of down (agreement): pager keeps v | 2: v is the key of pager (everywhere): next-error "
	     "keeps e"	                                                                                                                            },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf text = BUF_INIT;
		size_t n;
		const struct rebind_table *tables = config_keys(&n);
		buf_printf(&text, "{\"keys\": {%s}}", cases[i].keys);
		bind(buf_cstr(&text));
		assert_said(cases[i].said);
		assert_int_equal(rebind_conflicts(tables, n), 0);
		buf_done(&text);
	}
}

/* ---------------------------------------------------------------- any keys at all */

static uint32_t seed = 20261121;

static uint32_t next_random(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static void add_entry(struct buf *text, const struct rebind_table *tables, size_t n, bool first)
{
	static const char *const keys[] = {"j", "k", "q",  "Q",  "Esc", "Enter", "Tab", "e",
	                                   "v", "u", "^X", "^G", "z",   "é",     "7",   "Space"};
	size_t t = next_random((uint32_t)n), n_actions = 0;
	while (tables[t].actions[n_actions].name)
		n_actions++;
	const struct action *a = &tables[t].actions[next_random((uint32_t)n_actions + !n_actions)];
	buf_printf(text, "%s\"%s\": {\"%s\": \"", first ? "" : ",\n", tables[next_random(3) ? t : 0].name,
	           n_actions ? a->name : "x");
	for (uint32_t k = next_random(4); k > 0; k--)
		buf_printf(text, "%s ", keys[next_random(sizeof keys / sizeof *keys)]);
	buf_add_cstr(text, "\"}");
}

static bool is_reached(const struct rebind_table *tables, size_t t, const struct action *quit)
{
	struct str rest = str_of(action_keys_now(quit)), word;
	while (str_split(&rest, ' ', &word))
		if (word.len && !(t && action_for_key(tables[t].actions, key_named(word))))
			return true;
	return false;
}

/* Whatever is said, no key has two actions, and quit can be reached from every screen. */
static void test_any(void **state)
{
	size_t n, refused = 0, bound = 0;
	const struct rebind_table *tables = config_keys(&n);
	const struct action *quit = action("everywhere", "quit");
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct buf text = BUF_INIT;
		size_t mistakes;
		buf_add_cstr(&text, "{\"keys\": {");
		for (uint32_t i = 0, of = 1 + next_random(12); i < of; i++)
			add_entry(&text, tables, n, i == 0);
		buf_add_cstr(&text, "}}");
		bind(buf_cstr(&text));
		settings_mistakes(&mistakes, NULL);
		refused += mistakes;
		if (rebind_conflicts(tables, n))
			fail_msg("a key has two actions after %s", buf_cstr(&text));
		for (size_t t = 0; t < n; t++) {
			if (!is_reached(tables, t, quit))
				fail_msg("no way to quit from %s after %s", tables[t].name, buf_cstr(&text));
			for (const struct action *a = tables[t].actions; a->name; a++)
				bound += strcmp(action_keys_now(a), a->keys) != 0;
		}
		buf_done(&text);
	}
	assert_true(refused > 100 && bound > 100); /* both were met */
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		int key;
	} cases[] = {
	    {"^X",    24        },
            {"^x",    24        },
            {"^I",    KEY_TAB   },
            {"^M",    KEY_RETURN},
            {"^[",    KEY_ESCAPE},
	    {"^H",    KEY_ERASE },
            {"^@",    KEY_NONE  },
            {"é",    0xE9      },
            {"",      KEY_NONE  },
            {"xx",    KEY_NONE  },
	    {"^",     '^'       },
            {"\x7F",  KEY_NONE  },
            {"\xFF",  KEY_NONE  },
            {"Space", ' '       },
	};
	static const struct {
		const char *name, *near;
	} near[] = {
	    {"C-x",    " (did you mean ^X?)"   },
	    {"Ctrl-X", " (did you mean ^X?)"   },
	    {"<Esc>",  " (did you mean Esc?)"  },
	    {"escape", " (did you mean Esc?)"  },
	    {"enter",  " (did you mean Enter?)"},
	    {"PgUpp",  " (did you mean PgUp?)" },
	    {"C-1",    ""	              },
	    {"Hyper",  ""                      },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(key_named(str_of(cases[i].name)), cases[i].key);
	for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
		struct buf said = BUF_INIT;
		key_suggest(&said, str_of(near[i].name));
		assert_string_equal(buf_cstr(&said), near[i].near);
		buf_done(&said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tables), cmocka_unit_test(test_binding), cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_any),    cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
