#include "import/id_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct str number(struct arena *a, const char *prefix, int i)
{
	return arena_printf(a, "%s%d", prefix, i);
}

static void keeps_every_id(void **state)
{
	struct id_table table = {.n_slots = 0};
	struct arena arena = ARENA_INIT;
	struct id_place place;
	(void)state;
	assert_false(id_table_get(&table, STR_LIT("r1"), &place));
	for (int i = 0; i < 5000; i++)
		id_table_put(&table, number(&arena, "r", i),
		             (struct id_place){number(&arena, "example ", i), number(&arena, "", i % 3)});
	for (int i = 0; i < 5000; i++) {
		assert_true(id_table_get(&table, number(&arena, "r", i), &place));
		assert_true(str_eq(place.trace, number(&arena, "example ", i)));
		assert_true(str_eq(place.span, number(&arena, "", i % 3)));
	}
	assert_false(id_table_get(&table, STR_LIT("r5000"), &place));
	id_table_done(&table);
	arena_done(&arena);
}

static void newest_wins(void **state)
{
	struct id_table table = {.n_slots = 0};
	struct id_place place;
	(void)state;
	id_table_put(&table, STR_NONE, (struct id_place){STR_LIT("x"), STR_LIT("y")});
	assert_false(id_table_get(&table, STR_NONE, &place));
	id_table_put(&table, STR_LIT("r"), (struct id_place){STR_LIT("first"), STR_NONE});
	id_table_put(&table, STR_LIT("r"), (struct id_place){STR_LIT("second"), STR_LIT("2")});
	assert_true(id_table_get(&table, STR_LIT("r"), &place));
	assert_true(str_is(place.trace, "second") && str_is(place.span, "2"));
	id_table_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_every_id),
	    cmocka_unit_test(newest_wins),
	};
	return cmocka_run_group_tests_name("id_table", tests, NULL, NULL);
}
