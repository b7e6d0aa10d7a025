#include "tui/columns_compare.h"

#include "store/query/compare.h"

static struct value text(struct str s, enum role role)
{
	return (struct value){.type = s.len ? VALUE_TEXT : VALUE_NONE, .text = s, .role = role};
}

static struct value case_title(const void *row, struct arena *arena)
{
	(void)arena;
	return text(((const struct compare_row *)row)->title, ROLE_TEXT);
}

static struct value case_key(const void *row, struct arena *arena)
{
	(void)arena;
	return text(((const struct compare_row *)row)->key, ROLE_DIM);
}

static struct value case_class(const void *row, struct arena *arena)
{
	(void)arena;
	return text(str_of(case_class_name(((const struct compare_row *)row)->class_)), ROLE_DIM);
}

/* Of both runs: the screen draws the two beside each other. */
static struct value of_both(const void *row, struct arena *arena)
{
	(void)row, (void)arena;
	return (struct value){.type = VALUE_NONE};
}

/* clang-format off */
const struct column compare_columns[] = {
    {"title",     "case", -1, 0, false, "title", case_title},
    {"key",         "key", 12, 0, false, NULL, case_key},
    {"class",      "class", 10, 0, false, NULL, case_class},
    {"status", "A    B", 9, 0, false, NULL, of_both},
    {"scores",       "scores", 13, 0, false, "scores", of_both},
    {"begins",         "first differs", 16, 0, false, NULL, of_both},
    {"latency_ns",      "latency", 16, 0, false, "latency_ns", of_both},
    {"cost_usd",   "cost", 18, 0, false, "cost_usd", of_both},
    {.name = NULL    },
};
/* clang-format on */
