/* Every screen by its name alone, as ":scores" asks for it: it shows something, or says what it needs; never that something is not there
 * which nobody named. */
#include "tests/screens.h"

static void each_shows_or_says_what_it_needs(void **state)
{
	(void)state;
	for (size_t i = 0; screens[i]; i++) {
		struct err err = ERR_INIT;
		struct ui ui = {.rows = 21, .cols = 80, .generation = 1};
		struct screen s = {.ops = screens[i], .ui = &ui, .state = calloc(1, screens[i]->state_size)};
		struct target target = {.screen = screens[i]->name};
		assert_true(units_iso(STR_LIT("2026-11-21T00:00:00Z"), &ui.now_ns, &(bool){false}));
		bool named = strcmp(s.ops->name, "trace") != 0 && strcmp(s.ops->name, "compare") != 0 &&
		             strcmp(s.ops->name, "session") != 0; /* never opened so (app.c, run_line) */
		if (named && !s.ops->open(&s, &target, &err)) {
			assert_int_equal(err.code, ERR_USAGE);
			assert_true(strlen(err.text) > 10);
			named = false;
		} else if (named) {
			void *request = s.ops->ask ? s.ops->ask(&s) : NULL;
			bool ok = !request || s.ops->fetch(stage_db, request, &err);
			if (!ok && strstr(err.text, "no such")) /* of row 0, which nobody named */
				fail_msg("%s: %s", s.ops->name, err.text);
			if (request)
				s.ops->take(&s, request, ok);
		}
		if (named && s.ops->close)
			s.ops->close(&s);
		free(s.state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_shows_or_says_what_it_needs)};
	return cmocka_run_group_tests_name("screens_alone", tests, stage_setup, stage_teardown);
}
