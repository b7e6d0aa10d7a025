/* Links: one word, read back as it was printed, whatever its values hold; no byte of it acts in a shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/stat/rng.h"
#include "tui/link.h"

enum { ROUNDS = 20000, SHELL_ROUNDS = 300 };

static size_t number(struct rng *rng, size_t n)
{
	return (size_t)rng_index(rng, n);
}

/* Signs that divide, escape and act come often. */
static struct str random_value(struct rng *rng, struct arena *arena, size_t least)
{
	static const char hot[] = "../:%&?# \n\t'\"$`!*;|<>~{}[]()\\=+,-_@^%2F\x1b\x07\xff\xc3\xa9";
	size_t len = least + number(rng, 12);
	char *out = arena_alloc(arena, len + 1);
	for (size_t i = 0; i < len; i++)
		out[i] = number(rng, 2) ? hot[number(rng, sizeof hot - 1)] : (char)number(rng, 256);
	out[len] = '\0';
	return (struct str){out, len};
}

static struct link random_link(struct rng *rng, struct arena *arena)
{
	size_t n_kinds = 0;
	while (link_kinds[n_kinds].name)
		n_kinds++;
	const struct link_kind *kind = &link_kinds[number(rng, n_kinds)];
	struct link link = {.kind = kind->name, .n_of = kind->least + number(rng, kind->most - kind->least + 1)};
	for (size_t i = 0; i < link.n_of; i++)
		link.of[i] = random_value(rng, arena, 1);
	for (size_t i = 0; i < N_LINK_PARTS; i++)
		if ((kind->parts >> i & 1) && number(rng, 2))
			link.part[i] = random_value(rng, arena, 0);
	return link;
}

static void assert_same(const struct link *a, const struct link *b)
{
	assert_string_equal(a->kind, b->kind);
	assert_int_equal(a->n_of, b->n_of);
	for (size_t i = 0; i < a->n_of; i++)
		assert_true(str_eq(a->of[i], b->of[i]));
	for (size_t i = 0; i < N_LINK_PARTS; i++) {
		assert_int_equal(a->part[i].ptr != NULL, b->part[i].ptr != NULL);
		assert_true(str_eq(a->part[i], b->part[i]));
	}
}

static void test_round_trip(void **state)
{
	(void)state;
	struct rng rng = rng_stream(RNG_DEFAULT_SEED, 9);
	for (int i = 0; i < ROUNDS; i++) {
		struct arena arena = ARENA_INIT;
		struct buf text = BUF_INIT, again = BUF_INIT;
		struct err err = ERR_INIT;
		struct link link = random_link(&rng, &arena), back;
		link_print(&text, &link);
		if (!link_parse(&arena, buf_str(&text), &back, &err))
			fail_msg("%s: %s", buf_cstr(&text), err.text);
		assert_same(&link, &back);
		link_print(&again, &back);
		assert_string_equal(buf_cstr(&text), buf_cstr(&again));
		/* As it stands in a sentence, and in a command. */
		struct buf pasted = BUF_INIT;
		buf_printf(&pasted, "  $ spoor open --mask %s\n", buf_cstr(&text));
		assert_true(str_eq(link_of_paste(buf_str(&pasted)), buf_str(&text)));
		buf_clear(&pasted);
		buf_printf(&pasted, "`spoor open %s`).", buf_cstr(&text));
		assert_true(str_eq(link_of_paste(str_from(buf_str(&pasted), 1)), buf_str(&text)));
		buf_done(&pasted);
		buf_done(&text);
		buf_done(&again);
		arena_done(&arena);
	}
}

/* No byte but those that mean nothing to sh, bash, zsh and fish anywhere in a word (a tilde or = at its beginning does: never there). */
static void test_alphabet(void **state)
{
	(void)state;
	struct rng rng = rng_stream(RNG_DEFAULT_SEED, 10);
	for (int i = 0; i < ROUNDS; i++) {
		struct arena arena = ARENA_INIT;
		struct buf text = BUF_INIT;
		struct link link = random_link(&rng, &arena);
		link_print(&text, &link);
		assert_true(text.ptr[0] >= 'a' && text.ptr[0] <= 'z');
		for (size_t k = 0; k < text.len; k++)
			assert_non_null(strchr(
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:,+=%/", text.ptr[k]));
		buf_done(&text);
		arena_done(&arena);
	}
}

/* What a shell hands on is what was printed; false: there is no such shell. */
static bool in_shell(const char *shell)
{
	struct rng rng = rng_stream(RNG_DEFAULT_SEED, 11);
	struct buf script = BUF_INIT, expected = BUF_INIT, got = BUF_INIT;
	int fds[2], status;
	char room[4096];
	ssize_t n;
	for (int i = 0; i < SHELL_ROUNDS; i++) {
		struct arena arena = ARENA_INIT;
		struct link link = random_link(&rng, &arena);
		size_t from = expected.len;
		link_print(&expected, &link);
		buf_printf(&script, "printf '%%s\\n' %s\n", buf_cstr(&expected) + from);
		buf_add_char(&expected, '\n');
		arena_done(&arena);
	}
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		if (strcmp(shell, "zsh -o") == 0)
			execlp("zsh", "zsh", "-o", "extendedglob", "-o", "magicequalsubst", "-c", buf_cstr(&script),
			       (char *)NULL);
		else
			execlp(shell, shell, "-c", buf_cstr(&script), (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], room, sizeof room)) > 0)
		buf_add(&got, room, (size_t)n);
	close(fds[0]);
	assert_true(waitpid(child, &status, 0) == child);
	bool there = !(WIFEXITED(status) && WEXITSTATUS(status) == 127);
	if (there)
		assert_true(str_eq(buf_str(&got), buf_str(&expected)));
	buf_done(&script);
	buf_done(&got);
	buf_done(&expected);
	return there;
}

static void test_shells(void **state)
{
	(void)state;
	static const char *const shells[] = {"sh", "bash", "zsh", "zsh -o", "fish"};
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
		if (!in_shell(shells[i]))
			print_message("skipped: no %s\n", shells[i]);
}

/* Random bytes, and links with random bytes put in: never more than a mistake that is said. */
static void test_hostile(void **state)
{
	(void)state;
	struct rng rng = rng_stream(RNG_DEFAULT_SEED, 12);
	for (int i = 0; i < ROUNDS; i++) {
		struct arena arena = ARENA_INIT;
		struct buf text = BUF_INIT, again = BUF_INIT;
		struct err err = ERR_INIT;
		struct link link = random_link(&rng, &arena), back;
		if (number(&rng, 3))
			link_print(&text, &link);
		for (size_t k = number(&rng, 4); k > 0 && text.len; k--)
			text.ptr[number(&rng, text.len)] = "/:.%?& \n"[number(&rng, 8)];
		buf_add_str(&text, random_value(&rng, &arena, 0));
		link_of_paste(buf_str(&text));
		if (link_parse(&arena, buf_str(&text), &back, &err)) {
			struct link twice;
			link_print(&again, &back);
			assert_true(link_parse(&arena, buf_str(&again), &twice, &err));
			assert_same(&back, &twice);
			buf_clear(&again);
			link_command(&again, &back);
			assert_true(str_starts(buf_str(&again), "spoor "));
		} else {
			assert_int_equal(err.code, ERR_USAGE);
			assert_true(err.text[0] != '\0');
		}
		buf_done(&text);
		buf_done(&again);
		arena_done(&arena);
	}
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct link link;
	char *far = malloc(1 << 20);
	memset(far, 'a', 1 << 20);
	memcpy(far, "trace:", 6);
	assert_false(link_parse(&arena, (struct str){far, 1 << 20}, &link, &err));
	free(far);
	arena_done(&arena);
}

static void test_read(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed, *command; /* command NULL: printed is the mistake */
	} rows[] = {
	    {"trace:4bf92f35",                          "trace:4bf92f35",	                                                 "spoor trace 4bf92f35"                    },
	    {"trace:4bf9/tab:raw/span:00f0",            "trace:4bf9/span:00f0/tab:raw",                                           "spoor trace 4bf9 --span 00f0 --raw"      },
	    {"compare:v12..v13",                        "compare:v12..v13",	                                               "spoor compare v12 v13"                   },
	    {"compare:a.json..b.json/case:case%20one",  "compare:a.json..b.json/case:case%20one",
	     "spoor compare a.json b.json --case 'case one'"	                                                                                                        },
	    {"run:0ce7b31c#review-support",             "run:0ce7b31c%23review-support",                                          "spoor run '0ce7b31c#review-support'"     },
	    {"run:v13/case:refund 60",                  "run:v13/case:refund%2060",                                               "spoor compare v13 v13 --case 'refund 60'"},
	    {"review:refund answers",                   "review:refund%20answers",                                                "spoor review 'refund answers'"           },
	    {"review:a..b",	                     "review:a%2E%2Eb",	                                                "spoor review a..b"                       },
	    {"search:100%",	                     "search:100%25",	                                                  "spoor search 100%"                       },
	    {"search:%zz%4",                            "search:%25zz%254",	                                               "spoor search '%zz%4'"                    },
	    {"traces",	                          "traces",	                                                         "spoor traces"                            },
	    {"traces/where:dur>2s/order:asc/sort:cost", "traces/where:dur%3E2s/sort:cost/order:asc",
	     "spoor traces --where 'dur>2s' --sort cost --asc"	                                                                                                      },
	    {"runs:a..b..c",                            "runs:a..b..c",	                                                   "spoor runs a b c"                        },
	    {"prompts:dispute/version:v13/from:v12",    "prompts:dispute/version:v13/from:v12",
	     "spoor prompts dispute v12 v13"	                                                                                                                        },
	    {"gate:v12..v13",                           "gate:v12..v13",	                                                  "spoor gate v13 --baseline v12"           },
	    {"slices:v13/by:topic",                     "slices:v13/by:topic",                                                    "spoor run v13 --slice topic"             },
	    {"scores:v12..v13",                         "scores:v12..v13",	                                                "spoor compare v12 v13 --histogram all"   },
	    {"insights/by:model",                       "insights/by:model",                                                      "spoor stats --by model"                  },
	    {"checks:iban",	                     "checks:iban",	                                                    "spoor checks --check iban"               },
	    {"trase:4b",	                        "no link begins with \"trase\" (did you mean trace?); spoor help links",  NULL                                      },
	    {"trace:4b/spam:1",                         "trace has no part \"spam\" (did you mean span?); a / in a value is %2F", NULL                                      },
	    {"trace:4b/span:1/span:2",                  "trace: span: is there twice",                                            NULL                                      },
	    {"trace",	                           "trace: takes TRACE",	                                             NULL                                      },
	    {"trace:",	                          "trace: of what? trace:TRACE",                                            NULL                                      },
	    {"compare:a",	                       "compare: takes A..B",	                                            NULL                                      },
	    {"compare:a..b..c",                         "compare: takes A..B",                                                    NULL                                      },
	    {"traces:x",	                        "traces takes nothing after a colon",                                     NULL                                      },
	    {"",	                                "an empty link; spoor help links",                                        NULL                                      },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;
		struct link link;
		bool ok = link_parse(&arena, str_of(rows[i].text), &link, &err);
		if (ok)
			link_print(&out, &link);
		assert_string_equal(ok ? buf_cstr(&out) : err.text, rows[i].printed);
		assert_int_equal(ok, rows[i].command != NULL);
		buf_clear(&out);
		if (ok)
			link_command(&out, &link);
		if (ok)
			assert_string_equal(buf_cstr(&out), rows[i].command);
		buf_done(&out);
		arena_done(&arena);
	}
}

/* Sorted, so that help and errors are; every kind begins a link that reads. */
static void test_table(void **state)
{
	(void)state;
	for (const struct link_kind *k = link_kinds; k->name; k++) {
		assert_true(k == link_kinds || strcmp(k[-1].name, k->name) < 0);
		assert_true(k->most <= LINK_OF_MOST && k->least <= k->most);
		assert_true((k->most > 0) == (k->values != NULL));
		assert_ptr_equal(link_kind_named(str_of(k->name)), k);
	}
	for (size_t i = 0; i < N_LINK_PARTS; i++)
		assert_non_null(link_part_name((enum link_part)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),    cmocka_unit_test(test_read),   cmocka_unit_test(test_round_trip),
	    cmocka_unit_test(test_alphabet), cmocka_unit_test(test_shells), cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
