#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/theme.h"

static const struct {
	const char *name;
	bool colors;
} builtin[] = {
    {"colourblind", true },
    {"contrast",    true },
    {"default",     true },
    {"light",       true },
    {"mono",        false}
};
enum { N_BUILTIN = sizeof builtin / sizeof *builtin };

static bool same(struct style a, struct style b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

static void test_builtin(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_BUILTIN; i++) {
		struct theme theme;
		struct err err = ERR_INIT;
		if (!theme_load(&theme, builtin[i].name, &err))
			fail_msg("%s", err.text);
		assert_string_equal(theme.name, builtin[i].name);
		for (int a = 0; builtin[i].colors && a < N_ROLES; a++) {
			/* golden screens read roles back from colours: no two look the same */
			for (int b = a + 1; b < N_ROLES; b++)
				if (same(theme.styles[DEPTH_256][a], theme.styles[DEPTH_256][b]))
					fail_msg("%s: %s looks like %s", theme.name, role_key((enum role)a),
					         role_key((enum role)b));
			struct style eight = theme.styles[DEPTH_8][a];
			assert_true(eight.fg < 8 && eight.bg < 8);
			assert_true(eight.fg == -1 || eight.fg != eight.bg);
		}
		for (int a = 0; a < N_ROLES; a++)
			assert_true(theme.styles[DEPTH_MONO][a].fg == -1 && theme.styles[DEPTH_MONO][a].bg == -1);
		for (int bar = ROLE_BAR; bar <= ROLE_BAR_OTHER; bar++)
			assert_int_equal(theme.styles[DEPTH_256][bar].fg >= 0, builtin[i].colors);
	}
}

static void test_parse(void **state)
{
	(void)state;
	struct theme theme;
	struct err err = ERR_INIT;
	static const char text[] =
	    "{ // mine\n\"roles\": {\"text\": {\"256\": \"252\"}, \"ok\": {\"256\": \"bright-red/17 bold dim\","
	    "\"8\": \"default underline\"}, \"error\": {\"8\": \"/red\", \"mono\": \" reverse \"}}}";
	if (!theme_parse(&theme, "mine", str_of(text), &err))
		fail_msg("%s", err.text);
	assert_true(same(theme.styles[DEPTH_256][ROLE_OK], (struct style){9, 17, STYLE_BOLD | STYLE_DIM}));
	assert_true(same(theme.styles[DEPTH_8][ROLE_OK], (struct style){-1, -1, STYLE_UNDERLINE}));
	assert_true(same(theme.styles[DEPTH_MONO][ROLE_OK], (struct style){-1, -1, 0}));
	assert_true(same(theme.styles[DEPTH_256][ROLE_ERROR], (struct style){-1, 1, 0}));
	assert_true(same(theme.styles[DEPTH_MONO][ROLE_ERROR], (struct style){-1, -1, STYLE_REVERSE}));
	assert_true(same(theme.styles[DEPTH_256][ROLE_KIND_TASK], (struct style){252, -1, 0})); /* as text */
}

static void test_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} cases[] = {
	    {"",	                                       "theme bad"  },
	    {"{}",	                                     "\"roles\""  },
	    {"{\"roles\": {}, \"rolls\": 1}",                  "\"rolls\""  },
	    {"{\"roles\": {\"kind_lm\": {}}}",                 "\"kind_lm\""},
	    {"{\"roles\": [1]}",                               "(no key)"   },
	    {"{\"roles\": {\"ok\": {\"16\": \"red\"}}}",       "\"16\""     },
	    {"{\"roles\": {\"ok\": {\"8\": \"mauve\"}}}",      "\"mauve\""  },
	    {"{\"roles\": {\"ok\": {\"8\": \"8\"}}}",          "role \"ok\""},
	    {"{\"roles\": {\"ok\": {\"8\": \"bright-red\"}}}", "bright-red" },
	    {"{\"roles\": {\"ok\": {\"256\": \"256\"}}}",      "\"256\""    },
	    {"{\"roles\": {\"ok\": {\"256\": \"bold red\"}}}", "\"red\""    },
	    {"{\"roles\": {\"ok\": {\"256\": \"1/\"}}}",       "\"1/\""     },
	    {"{\"roles\": {\"ok\": {\"mono\": \"red\"}}}",     "\"red\""    },
	    {"{\"roles\": {\"ok\": {\"mono\": 7}}}",           "\"mono\""   },
	    {"{\"roles\": {\"ok\": \"red\"}}",                 NULL         }, /* no object: nothing in it */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct theme theme = {.name = "untouched"};
		struct err err = ERR_INIT;
		bool ok = theme_parse(&theme, "bad", str_of(cases[i].text), &err);
		assert_int_equal(ok, cases[i].says == NULL);
		if (ok)
			continue;
		assert_string_equal(theme.name, "untouched");
		assert_int_equal(err.code, ERR_INPUT);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: no %s in: %s", cases[i].text, cases[i].says, err.text);
	}
	struct theme theme;
	struct err err = ERR_INIT;
	assert_false(theme_load(&theme, "no-such-theme", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_own(void **state)
{
	(void)state;
	char home[] = "/tmp/spoor-theme-XXXXXX", path[128];
	assert_non_null(mkdtemp(home));
	assert_int_equal(setenv("XDG_CONFIG_HOME", home, 1), 0);
	static const char *const dirs[] = {"spoor", "spoor/themes"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%s", home, dirs[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	snprintf(path, sizeof path, "%s/spoor/themes/default.json", home);
	write_file(path, "{\"roles\": {\"ok\": {\"256\": \"7\"}}}");
	struct theme theme;
	struct err err = ERR_INIT;
	assert_true(theme_load(&theme, "default", &err));
	assert_int_equal(theme.styles[DEPTH_256][ROLE_OK].fg, 7);
	assert_true(theme_load(&theme, path, &err));
	write_file(path, "{\"roles\": {\"okay\": {}}}");
	assert_false(theme_load(&theme, "default", &err)); /* not hidden by the built-in one */
	char mine[160];
	snprintf(mine, sizeof mine, "%s/spoor/themes/mine.json", home);
	write_file(mine, "{}");
	struct arena arena = ARENA_INIT;
	const char *const *names;
	assert_int_equal(theme_names(&arena, &names), N_BUILTIN + 1);
	assert_string_equal(names[0], "colourblind");
	assert_string_equal(names[N_BUILTIN - 1], "mine");
	arena_done(&arena);
	unlink(mine);
	unlink(path);
	for (size_t i = 2; i-- > 0;) {
		snprintf(path, sizeof path, "%s/%s", home, dirs[i]);
		rmdir(path);
	}
	rmdir(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_builtin),
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_own),
	};
	return cmocka_run_group_tests_name("theme", tests, NULL, NULL);
}
