/* The price list: which row a model's name finds, on which day; what the user's own file may say and what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "import/prices.h"
#include "store/base/file.h"
#include "store/base/scan.h"

enum { MILLION = 1000000 };

static int64_t day(const char *text)
{
	int64_t ns;
	bool zoneless;
	assert_true(units_iso(str_of(text), &ns, &zoneless));
	return ns;
}

static struct usage call(const char *model, const char *provider, const char *when)
{
	return (struct usage){.model = str_of(model),
	                      .provider = str_of(provider),
	                      .start_ns = when ? day(when) : TIME_UNKNOWN,
	                      .tokens_in = MILLION,
	                      .tokens_out = UNKNOWN_INT,
	                      .tokens_cached = UNKNOWN_INT,
	                      .tokens_cache_write = UNKNOWN_INT};
}

static void costs(const struct price_list *list, const struct usage *usage, double want)
{
	double usd = price_list_cost(list, usage);
	if (IS_UNKNOWN(want) ? !IS_UNKNOWN(usd) : !(fabs(usd - want) < 1e-9))
		fail_msg(STR_FMT ", " STR_FMT ": %g, not %g", STR_ARG(usage->model), STR_ARG(usage->provider), usd,
		         want);
}

static struct str text_of(struct buf *buf, const char *path)
{
	struct err err = ERR_INIT;
	assert_true(file_read(buf, path, 4 << 20, &err));
	return buf_str(buf);
}

/* ---------------------------------------------------------------- the program's own list */

static void every_row_has_its_source_and_dates(void **state)
{
	(void)state;
	struct buf buf = BUF_INIT;
	struct scan scan = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	assert_true(scan_text(&scan, text_of(&buf, "import/prices.json"), &(struct scan_opts){.last = true}));
	size_t n = 0;
	for (struct member m = val_first(val_get(scan_root(&scan), "prices")); m.ok; m = val_next(m), n++) {
		struct str source = val_str(val_get(m.val, "source"), &arena);
		struct str model = val_str(val_get(m.val, "model"), &arena);
		assert_true(str_starts(source, "https://"));
		assert_true(model.len > 0 && val_ok(val_get(m.val, "provider")));
		int64_t ns;
		bool zoneless;
		if (!units_iso(val_str(val_get(m.val, "read"), &arena), &ns, &zoneless))
			fail_msg(STR_FMT " does not say when it was read", STR_ARG(model));
	}
	assert_true(n > 100);
	scan_done(&scan);
	arena_done(&arena);
	buf_done(&buf);
}

/* Dollars for a million tokens in, none out. */
static void names_find_their_rows(void **state)
{
	(void)state;
	static const struct {
		const char *model, *provider, *when;
		double usd;
	} asked[] = {
	    {"gpt-4o",	                                                        "openai",      "2025-01-01", 2.5 },
	    {"GPT-4o",	                                                        NULL,          NULL,         2.5 },
	    {"gpt-4o",	                                                        "openai",      "2024-06-01", 5   },
	    {"gpt-4o",	                                                        "openai",      "2001-01-01", 5   }, /* a clock that is wrong */
	    {"gpt-4o-2024-08-06",	                                             "openai",      "2025-01-01", 2.5 },
	    {"gpt-4o-2024-05-13",	                                             "azure",       "2025-01-01", 5   },
	    {"openai/gpt-4o",	                                                 "openrouter",  "2025-01-01", 2.5 },
	    {"azure/gpt-35-turbo",	                                            NULL,          "2025-01-01", 0.5 },
	    {"gpt-4o-mini",	                                                   "openai",      "2025-01-01", 0.15},
	    {"gpt-4o-mini-2024-07-18",	                                        "openai",      "2025-01-01", 0.15},
	    {"gpt-4-0613",	                                                    "openai",      "2025-01-01", 30  },
	    {"gpt-4-32k-0613",	                                                "openai",      "2025-01-01", 60  },
	    {"gpt-4-1106-preview",	                                            "openai",      "2025-01-01", 10  },
	    {"gpt-4o-realtime-preview",	                                       "openai",      "2025-01-01", NAN },
	    {"gpt-4o-mini-x",	                                                 "openai",      "2025-01-01", NAN },
	    {"ft:gpt-4o-mini-2024-07-18:acme::9",                                     "openai",      "2025-01-01", NAN },
	    {"o3",	                                                            "openai",      "2025-06-09", 10  },
	    {"o3",	                                                            "openai",      "2025-06-10", 2   },
	    {"claude-3-5-sonnet-20241022",	                                    "anthropic",   "2025-01-01", 3   },
	    {"claude-3-5-sonnet-latest",	                                      "anthropic",   "2025-01-01", 3   },
	    {"anthropic/claude-3.5-sonnet",                                           "openrouter",  "2025-01-01", 3   },
	    {"anthropic.claude-3-5-sonnet-20241022-v2:0",                             "aws.bedrock", "2025-01-01", 3   },
	    {"us.anthropic.claude-3-5-sonnet-20241022-v2:0",                          "aws.bedrock", "2025-01-01", 3   },
	    {"bedrock/eu.anthropic.claude-3-haiku-20240307-v1:0",                     NULL,          "2025-01-01", 0.25},
	    {"arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0", NULL,          "2025-01-01", 0.8 },
	    {"claude-3-5-sonnet-v2@20241022",                                         "vertex_ai",   "2025-01-01", 3   },
	    {"vertex_ai/claude-opus-4@20250514",                                      NULL,          "2025-08-01", 15  },
	    {"claude-opus-4-1-20250805",	                                      "anthropic",   "2025-09-01", 15  },
	    {"claude-opus-4-9",	                                               "anthropic",   "2026-09-01", NAN },
	    {"models/gemini-2.5-flash",	                                       "google",      "2025-08-01", 0.3 },
	    {"gemini-1.5-flash-002",	                                          "google",      "2025-01-01", 0.15}, /* more than 128,000 */
	    {"gemini-2.5-flash-preview-05-20",                                        "google",      "2025-06-01", NAN },
	    {"mistral-large-2411",	                                            "mistralai",   "2025-01-01", 2   },
	    {"command-r-plus-08-2024",	                                        "cohere",      "2025-01-01", 2.5 },
	    {"llama-3.3-70b-versatile",	                                       "groq",        "2025-08-01", 0.59},
	    {"groq/llama-3.3-70b-versatile",                                          NULL,          "2025-08-01", 0.59},
	    {"llama-3.3-70b-versatile",	                                       NULL,          "2025-08-01", NAN },
	    {"meta-llama/Llama-3.3-70B-Instruct-Turbo",                               "together",    "2025-08-01", 0.88},
	    {"accounts/fireworks/models/llama-v3p1-8b-instruct",                      NULL,          "2025-08-01", 0.2 },
	    {"meta.llama3-1-8b-instruct-v1:0",                                        "aws.bedrock", "2025-08-01", 0.22},
	    {"ollama/mistral-large",	                                          NULL,          "2025-08-01", NAN },
	    {"mistral-large",	                                                 "ollama",      "2025-08-01", NAN },
	    {"deepseek-chat",	                                                 "deepseek",    "2025-06-01", 0.27},
	    {"deepseek-chat",	                                                 "deepseek",    "2027-06-01", NAN }, /* nobody knows any more */
	    {"text-embedding-3-small",	                                        "openai",      "2025-01-01", 0.02},
	    {"",	                                                              "openai",      "2025-01-01", NAN },
	    {"-2024-08-06",	                                                   "openai",      "2025-01-01", NAN },
	};
	struct buf buf = BUF_INIT;
	struct price_list *list = price_list_new(text_of(&buf, "import/prices.json"), NULL, NULL);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct usage usage = call(asked[i].model, asked[i].provider, asked[i].when);
		costs(list, &usage, asked[i].usd);
	}
	price_list_free(list);
	buf_done(&buf);
}

/* ---------------------------------------------------------------- sums */

static const char *const small =
    "{\"prices\": ["
    "{\"model\": \"m\", \"input\": 2, \"output\": 10, \"cached\": 0.5, \"cache_write\": 2.5, \"from\": \"2024-01-01\"},"
    "{\"model\": \"m\", \"input\": 4, \"output\": 20, \"cached\": 1, \"over\": 1000, \"from\": \"2024-01-01\"},"
    "{\"model\": \"n\", \"input\": 1, \"from\": \"2024-01-01\", \"until\": \"2024-01-31\"},"
    "{\"model\": \"n\", \"input\": 3, \"from\": \"2024-03-01\"},"
    "{\"model\": \"open*\", \"input\": 5},"
    "{\"model\": \"sold\", \"hosts\": [\"Here\"], \"input\": 7}]}";

static void parts_are_charged_for_themselves(void **state)
{
	(void)state;
	struct price_list *list = price_list_new(str_of(small), NULL, NULL);
	struct usage u = call("m", NULL, "2025-01-01");
	u.tokens_in = 1000;
	u.tokens_out = 100;
	costs(list, &u, (1000 * 2 + 100 * 10) / 1e6);
	u.tokens_cached = 400;
	u.tokens_cache_write = 100;
	costs(list, &u, (500 * 2 + 400 * 0.5 + 100 * 2.5 + 100 * 10) / 1e6);
	u.tokens_cached = 5000; /* more than came in */
	costs(list, &u, (1000 * 0.5 + 100 * 10) / 1e6);
	u.tokens_in = 1001; /* a longer call costs more for each token; nothing said of writing: as input */
	u.tokens_cached = 1;
	u.tokens_cache_write = 10;
	costs(list, &u, (990 * 4 + 1 * 1 + 10 * 4 + 100 * 20) / 1e6);
	struct usage no_output = call("n", NULL, "2024-01-15");
	costs(list, &no_output, 1);
	no_output.tokens_out = 1; /* the row does not say what that costs */
	costs(list, &no_output, NAN);
	price_list_free(list);
}

static void days_choose_the_row(void **state)
{
	(void)state;
	struct price_list *list = price_list_new(str_of(small), NULL, NULL);
	static const struct {
		const char *when;
		double usd;
	} days[] = {
	    {"2023-06-01",           1  },
            {"2024-01-31T23:59:59Z", 1  },
            {"2024-02-01",           NAN},
	    {"2024-02-29",           NAN},
            {"2024-03-01",           3  },
            {NULL,                   3  }
        };
	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		struct usage u = call("n", NULL, days[i].when);
		costs(list, &u, days[i].usd);
	}
	struct usage open = call("open-anything:7b", NULL, NULL), sold = call("x/here/sold", NULL, NULL),
	             other = call("sold", "there", NULL);
	costs(list, &open, 5);
	costs(list, &sold, 7);
	costs(list, &other, NAN);
	price_list_free(list);
}

/* ---------------------------------------------------------------- the user's own */

static void own_rows_win(void **state)
{
	(void)state;
	const struct str own = STR_INIT(
	    "{\"prices\": [{\"model\": \"M\", \"input\": 1, \"output\": 1},"
	    "{\"model\": \"m-2024-01-01\", \"input\": 9}, {\"model\": \"mine\", \"input\": 8, \"note\": \"ours\"},"
	    "{\"model\": \"local\", \"hosts\": [\"ollama\"], \"input\": 0.5}]}");
	struct price_list *list = price_list_new(str_of(small), &own, "prices.json");
	size_t n;
	price_list_mistakes(list, &n);
	assert_int_equal(n, 0);
	struct usage plain = call("m", NULL, "2025-01-01"), version = call("m-2024-01-01", NULL, "2025-01-01"),
	             mine = call("acme/Mine", NULL, NULL), local = call("local", "ollama", NULL);
	costs(list, &plain, 1);
	costs(list, &version, 9); /* the longer name */
	costs(list, &mine, 8);
	costs(list, &local, 0.5);
	price_list_free(list);
}

static void mistakes_are_said_with_their_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} bad[] = {
	    {"{\"prices\": [\n {\"model\": \"a\", \"input\": 1},\n {\"model\": \"b\", \"inptu\": 1}]}",
	     "p.json: line 3: \"inptu\" is not known here (row left out)"	                                                                                           },
	    {"{\"prices\": [\n {\"model\": \"a\", \"input\": \"1\"}]}",
	     "p.json: line 2: a price is dollars for a million tokens, as a number (row left out)"                                                                          },
	    {"{\"prices\": [{\"model\": \"a\", \"input\": -1}]}",
	     "p.json: line 1: a price is dollars for a million tokens, as a number (row left out)"                                                                          },
	    {"{\"prices\": [\n\n{\"input\": 1}]}",	                                              "p.json: line 3: a row without \"model\" (left out)"                },
	    {"{\"prices\": [{\"model\": \"a\"}]}",	                                              "p.json: line 1: a row without \"input\" and \"output\" (left out)" },
	    {"{\"prices\": [{\"model\": \"a\", \"input\": 1, \"from\": \"May 2024\"}]}",
	     "p.json: line 1: a day is written \"2024-10-02\" (row left out)"	                                                                                       },
	    {"{\"prices\": [{\"model\": \"a\", \"input\": 1, \"over\": \"x\"}]}",
	     "p.json: line 1: \"over\" is a number of tokens (row left out)"	                                                                                        },
	    {"{\"prices\": [{\"model\": \"a\", \"input\": 1, \"hosts\": \"groq\"}]}",
	     "p.json: line 1: a list of names in quotes belongs here (row left out)"	                                                                                },
	    {"{\"prices\": [7]}",	                                                               "p.json: line 1: a row without \"model\" (left out)"                },
	    {"[]",	                                                                              "p.json: line 1: there is no list \"prices\" (the file is left out)"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct str own = str_of(bad[i].text);
		struct price_list *list = price_list_new(str_of(small), &own, "p.json");
		size_t n;
		const struct str *said = price_list_mistakes(list, &n);
		if (n != 1 || !str_is(said[0], bad[i].says))
			fail_msg("%zu: " STR_FMT, n, STR_ARG(n ? said[0] : STR_NONE));
		struct usage left_out = call("b", NULL, NULL), still = call("m", NULL, "2025-01-01");
		costs(list, &left_out, NAN);
		still.tokens_in = 1000;
		costs(list, &still, 0.002);
		price_list_free(list);
	}
}

/* Whatever the file holds: no crash, and what came with the program still holds. */
static void any_bytes_will_do(void **state)
{
	(void)state;
	const struct str whole = str_of(small);
	struct buf own = BUF_INIT;
	for (size_t cut = 0; cut < whole.len; cut++) {
		buf_clear(&own);
		buf_add_str(&own, str_cut(whole, 0, cut));
		buf_add_char(&own, (char)(cut * 37));
		buf_add_str(&own, str_from(whole, cut + 1));
		for (int tail = 0; tail < 2; tail++) {
			struct str text = tail ? str_cut(whole, 0, cut) : buf_str(&own);
			struct price_list *list = price_list_new(str_of(small), &text, "p.json");
			struct usage u = call("sold", "here", NULL);
			price_list_cost(list, &u);
			price_list_free(list);
		}
	}
	buf_done(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_has_its_source_and_dates),
	    cmocka_unit_test(names_find_their_rows),
	    cmocka_unit_test(parts_are_charged_for_themselves),
	    cmocka_unit_test(days_choose_the_row),
	    cmocka_unit_test(own_rows_win),
	    cmocka_unit_test(mistakes_are_said_with_their_line),
	    cmocka_unit_test(any_bytes_will_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
