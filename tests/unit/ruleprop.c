/* Rules out of flagged answers: what was planted is found first, noise yields nothing, what is offered counts as it says; what a rule demands;
 * the rules file grows and stays what it was; promptfoo's assertions, parsed and run again, say what the rules say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/base/file.h"
#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/check/promptfoo.h"
#include "store/check/rules.h"
#include "store/stat/rng.h"
#include "store/study/ruleprop.h"

/* ---------------------------------------------------------------- made answers */

static const char *const words[] = {"the",    "refund", "policy", "allows", "customer", "account", "within", "days",
                                    "please", "send",   "form",   "we",     "will",     "check",   "your",   "claim",
                                    "and",    "answer", "soon",   "card",   "bank",     "night",   "hotel",  "booking",
                                    "charge", "email",  "number", "amount", "paid",     "again",   "now",    "later",
                                    "thank",  "you",    "for",    "waiting"};
enum { N_WORDS = sizeof words / sizeof *words };

static struct answer blank(void)
{
	return (struct answer){.duration_ns = UNKNOWN_INT, .tokens = UNKNOWN_INT, .cost_usd = UNKNOWN_DOUBLE};
}

static void add_words(struct buf *out, struct rng *rng, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%s", out->len ? " " : "", words[rng_index(rng, N_WORDS)]);
}

static struct answer says(struct arena *arena, struct rng *rng, size_t before, const char *phrase, size_t after)
{
	struct answer a = blank();
	struct buf text = BUF_INIT;
	add_words(&text, rng, before);
	if (phrase)
		buf_printf(&text, " %s", phrase);
	add_words(&text, rng, after);
	buf_add_char(&text, '.');
	a.output = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return a;
}

struct sides {
	struct arena arena;
	struct rng rng;
	struct answer bad[200], good[400];
	size_t n_bad, n_good;
	struct ruleprop found;
};

static struct sides *sides_new(size_t n_bad, size_t n_good)
{
	struct sides *s = xcalloc(1, sizeof *s);
	s->rng = rng_stream(11, n_bad * 1000 + n_good);
	s->n_bad = n_bad;
	s->n_good = n_good;
	for (size_t i = 0; i < n_bad; i++)
		s->bad[i] = says(&s->arena, &s->rng, 15, NULL, 15);
	for (size_t i = 0; i < n_good; i++)
		s->good[i] = says(&s->arena, &s->rng, 15, NULL, 15);
	return s;
}

/* Every rule that is offered counts, by its own text read again, what it says. */
static void holds_what_it_says(const struct sides *s)
{
	for (size_t i = 0; i < s->found.n; i++) {
		const struct ruleprop_rule *r = &s->found.rules[i];
		struct rules *rules;
		struct rule_trial trial;
		struct err err = ERR_INIT;
		int64_t hits = 0, alarms = 0;
		if (!rules_parse_one(r->json, 0, &rules, &err))
			fail_msg("%.*s: %s", STR_ARG(r->json), err.text);
		assert_true(rules_trial(rules, 0, &trial));
		assert_string_equal(rules_name(rules, 0), r->name.ptr);
		for (size_t k = 0; k < s->n_bad; k++)
			hits += demand_broken(trial.demand, &s->bad[k], NULL, NULL);
		for (size_t k = 0; k < s->n_good; k++)
			alarms += demand_broken(trial.demand, &s->good[k], NULL, NULL);
		if (hits != r->hits || alarms != r->alarms || r->hits + r->misses != (int64_t)s->n_bad ||
		    r->alarms + r->passed != (int64_t)s->n_good)
			fail_msg("%.*s: says %lld/%lld, is %lld/%lld", STR_ARG(r->json), (long long)r->hits,
			         (long long)r->alarms, (long long)hits, (long long)alarms);
		assert_true(r->p_corrected <= 0.05 && r->p <= r->p_corrected);
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(s->found.rules[k].name, r->name));
		rules_free(rules);
	}
}

static void find(struct sides *s)
{
	assert_true(ruleprop_find(s->bad, s->n_bad, s->good, s->n_good, NULL, &s->arena, &s->found));
	holds_what_it_says(s);
}

static void first_is(const struct sides *s, const char *kind, const char *part)
{
	if (!s->found.n)
		fail_msg("nothing was found, %s was expected", part);
	const struct ruleprop_rule *r = &s->found.rules[0];
	if (strcmp(r->kind, kind) != 0 || str_find(r->json, str_of(part)) == SIZE_MAX)
		fail_msg("%s %.*s: expected %s with %s", r->kind, STR_ARG(r->json), kind, part);
}

static void sides_free(struct sides *s)
{
	arena_done(&s->arena);
	free(s);
}

/* ---------------------------------------------------------------- what was planted */

static void finds_a_phrase(void **state)
{
	(void)state;
	struct sides *s = sides_new(12, 40);
	for (size_t i = 0; i < 9; i++)
		s->bad[i] = says(&s->arena, &s->rng, 13, "as a Valued member", 13);
	find(s);
	first_is(s, "phrase", "alued member");
	assert_int_equal(s->found.rules[0].hits, 9);
	assert_int_equal(s->found.rules[0].alarms, 0);
	assert_true(s->found.rules[0].chosen);
	assert_int_equal(s->found.rules[0].adds, 9);
	sides_free(s);
}

static void finds_what_is_missing(void **state)
{
	(void)state;
	struct sides *s = sides_new(11, 40);
	for (size_t i = 0; i < s->n_good; i++)
		s->good[i] = says(&s->arena, &s->rng, 10, "see section four", 12);
	for (size_t i = 0; i < 2; i++)
		s->bad[i] = says(&s->arena, &s->rng, 10, "see section four", 12);
	find(s);
	first_is(s, "missing phrase", "must_contain");
	assert_non_null(strstr(s->found.rules[0].json.ptr, "section"));
	assert_int_equal(s->found.rules[0].hits, 9);
	sides_free(s);
}

/* One number after the other: no phrase of them all, but a pattern. */
static void finds_a_pattern(void **state)
{
	(void)state;
	struct sides *s = sides_new(12, 40);
	for (size_t i = 0; i < 10; i++) {
		char phrase[64];
		snprintf(phrase, sizeof phrase, "fee of %zu euros", 100 + 37 * i);
		s->bad[i] = says(&s->arena, &s->rng, 10, phrase, 12);
	}
	for (size_t i = 0; i < s->n_good; i++) /* "fee", "of" and "euros" are everybody's words */
		s->good[i] = says(&s->arena, &s->rng, 10, i % 2 ? "fee euros of" : "of euros fee", 12);
	find(s);
	assert_true(s->found.n > 0);
	bool any = false;
	for (size_t i = 0; i < s->found.n; i++)
		any = any || (strcmp(s->found.rules[i].kind, "pattern") == 0 && s->found.rules[i].hits == 10 &&
		              s->found.rules[i].alarms == 0);
	assert_true(any);
	sides_free(s);
}

static void finds_lengths(void **state)
{
	(void)state;
	struct sides *s = sides_new(12, 40);
	for (size_t i = 0; i < s->n_bad; i++)
		s->bad[i] = says(&s->arena, &s->rng, 60, NULL, 60);
	find(s);
	first_is(s, "length", "max_length");
	assert_int_equal(s->found.rules[0].hits, 12);
	for (size_t i = 0; i < s->n_bad; i++)
		s->bad[i] = says(&s->arena, &s->rng, 2, NULL, 2);
	find(s);
	first_is(s, "length", "min_length");
	sides_free(s);
}

static void set_output(struct sides *s, struct answer *a, const char *text)
{
	*a = blank();
	a->output = arena_cstr(&s->arena, text);
}

static void finds_json(void **state)
{
	(void)state;
	struct sides *s = sides_new(12, 40);
	for (size_t i = 0; i < s->n_good; i++)
		set_output(s, &s->good[i],
		           i % 2 ? "{\"decision\":\"pay\",\"amount\":120,\"why\":{\"rule\":\"a\"}}"
		                 : "{\"decision\":\"refer\",\"amount\":80,\"why\":{\"rule\":\"b\"}}");
	/* a field is missing */
	for (size_t i = 0; i < s->n_bad; i++)
		set_output(s, &s->bad[i],
		           i % 2 ? "{\"decision\":\"pay\",\"amount\":120}"
		                 : "{\"decision\":\"refer\",\"amount\":80,\"why\":{}}");
	find(s);
	first_is(s, "field", "why.rule");
	assert_int_equal(s->found.rules[0].hits, 12);
	/* a value that only bad ones have */
	for (size_t i = 0; i < s->n_bad; i++)
		set_output(s, &s->bad[i],
		           i % 2 ? "{\"decision\":\"deny\",\"amount\":120,\"why\":{\"rule\":\"a\"}}"
		                 : "{\"decision\":\"deny\",\"amount\":80,\"why\":{\"rule\":\"b\"}}");
	find(s);
	first_is(s, "value", "\"must_not_match\": \"^deny$\"");
	/* an amount beyond */
	for (size_t i = 0; i < s->n_bad; i++)
		set_output(s, &s->bad[i],
		           i % 2 ? "{\"decision\":\"pay\",\"amount\":1120,\"why\":{\"rule\":\"a\"}}"
		                 : "{\"decision\":\"refer\",\"amount\":980,\"why\":{\"rule\":\"b\"}}");
	find(s);
	first_is(s, "value", "max_value");
	/* no JSON at all */
	for (size_t i = 0; i < s->n_bad; i++)
		set_output(s, &s->bad[i],
		           i % 2 ? "{\"decision\":\"pay\",\"amount\":120,\"why\":{\"rule\":\"a\"}"
		                 : "{\"decision\":\"refer\",\"amount\":80,\"why\":{\"rule\":\"b\"}");
	find(s);
	first_is(s, "json", "\"must_be\": \"json\"");
	sides_free(s);
}

static void finds_refusals_and_silence(void **state)
{
	(void)state;
	struct sides *s = sides_new(12, 40);
	static const char *const refusals[] = {"I'm sorry, not today", "I cannot do that",
	                                       "As an AI model this is beyond me", "I am unable to"};
	for (size_t i = 0; i < s->n_bad; i++)
		set_output(s, &s->bad[i], refusals[i % 4]);
	find(s);
	bool any = false;
	for (size_t i = 0; i < s->found.n; i++)
		any = any || strcmp(s->found.rules[i].kind, "refusal") == 0 || s->found.rules[i].hits == 12;
	assert_true(any);
	for (size_t i = 0; i < s->n_bad; i++)
		set_output(s, &s->bad[i], "");
	find(s);
	first_is(s, "empty", "must_match");
	sides_free(s);
}

static void finds_tools_documents_time(void **state)
{
	(void)state;
	static const struct str tools[] = {STR_INIT("look_up"), STR_INIT("verify_user"), STR_INIT("refund"),
	                                   STR_INIT("refund")};
	static const struct str documents[] = {STR_INIT("policy-2024"), STR_INIT("policy-2021")};
	struct sides *s = sides_new(12, 40);
	for (size_t i = 0; i < s->n_bad + s->n_good; i++) {
		struct answer *a = i < s->n_bad ? &s->bad[i] : &s->good[i - s->n_bad];
		a->has_tools = a->has_documents = true;
		a->tools = tools;
		a->n_tools = 2;
		a->documents = documents;
		a->n_documents = 1;
		a->duration_ns = (int64_t)(1000 + 10 * (i % 30)) * 1000000;
	}
	for (size_t i = 0; i < s->n_bad; i++)
		s->bad[i].n_tools = 1;
	find(s);
	first_is(s, "tool", "\"must_call\": \"verify_user\"");
	for (size_t i = 0; i < s->n_bad; i++)
		s->bad[i].n_tools = 4;
	for (size_t i = 0; i < s->n_good; i++)
		s->good[i].n_tools = 3;
	find(s);
	first_is(s, "tool", "\"tool\": \"refund\", \"max_calls\": 1");
	for (size_t i = 0; i < s->n_bad; i++) {
		s->bad[i].n_tools = 3;
		s->bad[i].n_documents = 2;
	}
	find(s);
	first_is(s, "document", "\"must_not_retrieve\": \"policy-2021\"");
	for (size_t i = 0; i < s->n_bad; i++) {
		s->bad[i].n_documents = 1;
		s->bad[i].duration_ns += INT64_C(5000000000);
	}
	find(s);
	first_is(s, "time", "\"max_duration\": \"");
	for (size_t i = 0; i < s->n_bad; i++) {
		s->bad[i].duration_ns = INT64_C(1000000000);
		s->bad[i].error = STR_LIT("HTTP 500");
	}
	find(s);
	first_is(s, "error", "\"field\": \"error\"");
	sides_free(s);
}

/* Two faults: two rules, and together they hit all. */
static void chooses_few(void **state)
{
	(void)state;
	struct sides *s = sides_new(24, 60);
	for (size_t i = 0; i < s->n_bad; i++)
		s->bad[i] = says(&s->arena, &s->rng, 13, i % 2 ? "beyond our remit" : "kindly reach out", 14);
	find(s);
	assert_true(s->found.n >= 2);
	assert_true(s->found.rules[0].chosen && s->found.rules[1].chosen);
	assert_int_equal(s->found.rules[0].adds, 12);
	assert_int_equal(s->found.rules[1].adds, 12);
	assert_int_equal(s->found.covered, 24);
	assert_int_equal(s->found.alarmed, 0);
	for (size_t i = 2; i < s->found.n; i++)
		assert_false(s->found.rules[i].chosen);
	sides_free(s);
}

static void writes_other_scripts(void **state)
{
	(void)state;
	struct sides *s = sides_new(12, 40);
	for (size_t i = 0; i < s->n_bad; i++)
		s->bad[i] = says(&s->arena, &s->rng, 8, "返金できません", 8);
	find(s);
	assert_true(s->found.n > 0);
	assert_int_equal(s->found.rules[0].hits, 12);
	assert_true(text_is_valid(s->found.rules[0].json));
	sides_free(s);
}

/* ---------------------------------------------------------------- what is chance */

static void says_too_few(void **state)
{
	(void)state;
	static const struct {
		size_t bad, good;
		bool too_few;
	} rows[] = {
	    {0, 0,  true },
            {0, 9,  true },
            {3, 0,  true },
            {1, 5,  true },
            {2, 2,  true },
            {3, 3,  true },
            {3, 40, false}
        };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sides *s = sides_new(rows[i].bad, rows[i].good);
		struct buf text = BUF_INIT;
		for (size_t k = 0; k < s->n_bad; k++)
			s->bad[k] = says(&s->arena, &s->rng, 13, "as a Valued member", 13);
		find(s);
		assert_int_equal(s->found.too_few, rows[i].too_few);
		assert_true(!rows[i].too_few || s->found.n == 0);
		ruleprop_verdict(&s->found, &text);
		assert_true(text.len > 20);
		assert_true(!rows[i].too_few || s->found.needed >= 4);
		buf_done(&text);
		sides_free(s);
	}
}

/* Labels dealt by chance, 200 times: whatever is offered then is false. */
static void offers_no_noise(void **state)
{
	(void)state;
	enum { N = 60, SHUFFLES = 200 };
	struct sides *s = sides_new(0, N);
	struct answer all[N];
	static const struct str tools[] = {STR_INIT("a"), STR_INIT("b"), STR_INIT("c"), STR_INIT("d")};
	int false_offers = 0;
	for (size_t i = 0; i < N; i++) {
		char phrase[64];
		snprintf(phrase, sizeof phrase, "%s %zu euros on 2026-11-%02zu", i % 3 ? "refund of" : "fee of",
		         i * 13 % 90, i % 28 + 1);
		all[i] = says(&s->arena, &s->rng, 5 + rng_index(&s->rng, 40), i % 4 ? phrase : NULL, 20);
		all[i].has_tools = true;
		all[i].tools = tools + i % 3;
		all[i].n_tools = 1 + i % 2;
		all[i].duration_ns = (int64_t)rng_index(&s->rng, 100000);
		all[i].tokens = (int64_t)rng_index(&s->rng, 1000);
	}
	for (int round = 0; round < SHUFFLES; round++) {
		size_t n_bad = 8 + rng_index(&s->rng, 23);
		for (size_t i = N; i > 1; i--) {
			size_t k = rng_index(&s->rng, i);
			struct answer swap = all[i - 1];
			all[i - 1] = all[k];
			all[k] = swap;
		}
		struct arena arena = ARENA_INIT;
		struct ruleprop found;
		assert_true(ruleprop_find(all, n_bad, all + n_bad, N - n_bad, NULL, &arena, &found));
		assert_false(found.too_few);
		assert_true(found.tried > 0);
		false_offers += found.n > 0;
		arena_done(&arena);
	}
	printf("           %d of %d shuffles offered a rule\n", false_offers, SHUFFLES);
	assert_true(false_offers <= SHUFFLES / 20);
	sides_free(s);
}

/* Neither an order nor a repetition changes what is offered. */
static void is_the_same_again(void **state)
{
	(void)state;
	struct sides *s = sides_new(14, 50);
	for (size_t i = 0; i < 9; i++)
		s->bad[i] = says(&s->arena, &s->rng, 13, "as a Valued member", 13);
	find(s);
	struct ruleprop first = s->found;
	find(s);
	assert_int_equal(first.n, s->found.n);
	for (size_t i = 0; i < first.n; i++)
		assert_true(str_eq(first.rules[i].json, s->found.rules[i].json));
	sides_free(s);
}

/* ---------------------------------------------------------------- bounds */

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void bears_much(void **state)
{
	(void)state;
	enum { LARGE = 1 << 20, MANY = 10000 };
	struct arena arena = ARENA_INIT;
	struct rng rng = rng_stream(3, 3);
	struct ruleprop found;
	/* a few of 1 MB */
	struct answer *large = arena_zalloc(&arena, 30, sizeof *large);
	for (size_t i = 0; i < 30; i++) {
		struct buf text = BUF_INIT;
		while (text.len < LARGE)
			add_words(&text, &rng, 100);
		large[i] = blank();
		if (i < 10)
			memcpy(text.ptr + 100, " as a Valued member ", 20);
		large[i].output = arena_str(&arena, buf_str(&text));
		buf_done(&text);
	}
	double began = seconds();
	assert_true(ruleprop_find(large, 10, large + 10, 20, NULL, &arena, &found));
	printf("           30 answers of 1 MB: %.2f s, %lld tried\n", seconds() - began, (long long)found.tried);
	assert_true(found.cut_bytes > 0 && found.n > 0);
	/* 10,000 flagged, as many approved */
	struct answer *many = arena_zalloc(&arena, 2 * MANY, sizeof *many);
	for (size_t i = 0; i < 2 * MANY; i++) {
		many[i] = says(&arena, &rng, 20, i < MANY && i % 3 == 0 ? "as a Valued member" : NULL, 40);
		many[i].duration_ns = (int64_t)rng_index(&rng, 1000000);
	}
	began = seconds();
	assert_true(ruleprop_find(many, MANY, many + MANY, MANY, NULL, &arena, &found));
	printf("           20,000 answers: %.2f s, %lld tried\n", seconds() - began, (long long)found.tried);
	assert_true(found.n > 0);
	assert_non_null(strstr(found.rules[0].json.ptr, "alued"));
	assert_int_equal(found.rules[0].hits, (MANY + 2) / 3);
	arena_done(&arena);
}

static bool stop_at_once(void *arg)
{
	++*(int *)arg;
	return true;
}

static void stops(void **state)
{
	(void)state;
	struct sides *s = sides_new(12, 40);
	int asked = 0;
	const struct ruleprop_opts opts = {stop_at_once, &asked};
	assert_false(ruleprop_find(s->bad, s->n_bad, s->good, s->n_good, &opts, &s->arena, &s->found));
	assert_true(asked > 0);
	sides_free(s);
}

/* ---------------------------------------------------------------- what a rule demands */

static void knows_what_is_demanded(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *output, *why; /* NULL: fine */
	} rows[] = {
	    {"\"must_not_contain\":\"as an AI\"",               "I, as an ai, …",     "the output has \"as an AI\" at character 4"       },
	    {"\"must_contain\":\"sources:\"",                   "none",                 "the output lacks \"sources:\""                    },
	    {"\"must_contain\":\"sources:\"",                   "Sources: 4",           NULL                                               },
	    {"\"min_length\":3",                                "né",                  "the output has 2 characters, fewer than 3"        },
	    {"\"max_length\":2",                                "né",                  NULL	                                       },
	    {"\"max_length\":2",                                "née",                 "the output has 3 characters, more than 2"         },
	    {"\"must_be\":\"json\"",                            "{\"a\":1}",            NULL                                               },
	    {"\"must_be\":\"json\"",                            "{\"a\":1",             "the output is no JSON"                            },
	    {"\"json_field\":\"a.b\"",                          "{\"a\":{\"b\":null}}", NULL                                               },
	    {"\"json_field\":\"a.b\"",                          "{\"a.b\":2}",          NULL                                               },
	    {"\"json_field\":\"a.b\"",                          "{\"a\":{}}",           "the output has no field \"a.b\""                  },
	    {"\"json_field\":\"a.b\"",                          "a.b",                  "the output is no JSON"                            },
	    {"\"json_field\":\"a\",\"must_match\":\"^(x|y)$\"", "{\"a\":\"z\"}",
	     "the output has a \"a\" that does not match what it must"                                                                     },
	    {"\"json_field\":\"a\",\"must_match\":\"^(x|y)$\"", "{\"a\":\"y\"}",        NULL                                               },
	    {"\"json_field\":\"a\",\"max_value\":5",            "{\"a\":5.5}",          "the output has a \"a\" that is 5.5, more than 5"  },
	    {"\"json_field\":\"a\",\"max_value\":5",            "{\"a\":\"five\"}",     "the output has a \"a\" that is no number"         },
	    {"\"json_field\":\"a\",\"min_value\":-1",           "{\"a\":-1}",           NULL                                               },
	    {"\"must_call\":\"check\"",                         "",                     "check was not called"                             },
	    {"\"must_not_call\":\"pay\"",                       "",                     "pay was called"                                   },
	    {"\"tool\":\"pay\",\"max_calls\":1",                "",                     "pay was called 2 times, more than 1"              },
	    {"\"call\":\"check\",\"before\":\"pay\"",           "",                     "pay was called without check"                     },
	    {"\"call\":\"look\",\"before\":\"pay\"",            "",                     NULL                                               },
	    {"\"must_retrieve\":\"policy-2024\"",               "",                     NULL                                               },
	    {"\"must_not_retrieve\":\"policy-2021\"",           "",                     "document policy-2021 was retrieved"               },
	    {"\"max_tokens\":10",                               "",                     "12 tokens, more than 10"                          },
	    {"\"max_duration\":\"1s\"",                         "",                     "took 2.00s, more than 1.00s"                      },
	    {"\"field\":\"error\",\"must_not_match\":\".\"",    "",                     "the error matches what it must not at character 1"},
	};
	static const struct str tools[] = {STR_INIT("look"), STR_INIT("pay"), STR_INIT("pay")},
	                        documents[] = {STR_INIT("policy-2021"), STR_INIT("policy-2024")};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf text = BUF_INIT, why = BUF_INIT;
		struct rules *rules;
		struct rule_trial trial;
		struct demand_place place;
		struct err err = ERR_INIT;
		struct answer a = {.output = str_of(rows[i].output),
		                   .error = STR_LIT("boom"),
		                   .duration_ns = 2000000000,
		                   .tokens = 12,
		                   .cost_usd = 1,
		                   .has_tools = true,
		                   .tools = tools,
		                   .n_tools = 3,
		                   .has_documents = true,
		                   .documents = documents,
		                   .n_documents = 2};
		buf_printf(&text, "{\"name\":\"r\",%s}", rows[i].rule);
		if (!rules_parse_one(buf_str(&text), 0, &rules, &err))
			fail_msg("%s: %s", rows[i].rule, err.text);
		assert_true(rules_trial(rules, 0, &trial));
		bool broken = demand_broken(trial.demand, &a, &why, &place);
		if (broken != (rows[i].why != NULL) || strcmp(buf_cstr(&why), rows[i].why ? rows[i].why : "") != 0)
			fail_msg("%s on %s: %s", rows[i].rule, rows[i].output, buf_cstr(&why));
		assert_true(place.at + place.len <= 40);
		buf_clear(&why);
		rules_words(rules, 0, &why);
		assert_true(why.len > 0);
		/* What is not known breaks nothing. */
		struct answer nothing = blank();
		assert_false(demand_broken(trial.demand, &nothing, NULL, NULL));
		rules_free(rules);
		buf_done(&text);
		buf_done(&why);
	}
}

/* ---------------------------------------------------------------- the file of rules */

#define RULE "{\"name\": \"new-one\", \"max_length\": 9}"

static void grows_the_file(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after;
	} rows[] = {
	    {"",	                                                                                  "{\n  \"rules\": [\n    " RULE "\n  ]\n}\n"},
	    {"{\n  // ours\n  \"rules\": [\n    {\"name\": \"a\", \"max_length\": 3} // short\n  ]\n}\n",
	     "{\n  // ours\n  \"rules\": [\n    {\"name\": \"a\", \"max_length\": 3}, // short\n    " RULE
	     "\n  ]\n}\n"	                                                                                                                    },
	    {"{\"rules\": [\n\t{\"name\": \"a\", \"max_length\": 3}, /* , */\n\t// the end ]\n], \"checks\": "
	     "{\"phone\": \"off\"}}",	                                                "{\"rules\": [\n\t{\"name\": \"a\", \"max_length\": 3}, /* , */\n\t// the end ]\n\t" RULE
	     "\n], \"checks\": {\"phone\": \"off\"}}"                                              },
	    {"{\"rules\": []}",	                                                                   "{\"rules\": [\n  " RULE "\n]}"            },
	    {"{\"rules\": [{\"name\": \"a\", \"max_length\": 3}]}",
	     "{\"rules\": [{\"name\": \"a\", \"max_length\": 3},\n  " RULE "\n]}"                                                                    },
	    {"{\n  \"checks\": {\"phone\": \"off\"}, // quiet\n}\n",
	     "{\n  \"checks\": {\"phone\": \"off\"}, // quiet\n  \"rules\": [\n    " RULE "\n  ]\n}\n"                                               },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = BUF_INIT;
		struct rules *rules;
		struct err err = ERR_INIT;
		assert_true(rules_insert(str_of(rows[i].before), STR_LIT(RULE), &out));
		assert_string_equal(buf_cstr(&out), rows[i].after);
		if (!rules_parse(buf_str(&out), "f", 0, &rules, &err))
			fail_msg("%s: %s", err.text, buf_cstr(&out));
		assert_string_equal(rules_name(rules, rules_n(rules) - 1), "new-one");
		rules_free(rules);
		buf_done(&out);
	}
	struct buf out = BUF_INIT;
	assert_false(rules_insert(STR_LIT("[]"), STR_LIT(RULE), &out));
	assert_false(rules_insert(STR_LIT("{\"rules\": {}}"), STR_LIT(RULE), &out));
	assert_false(rules_insert(STR_LIT("{\"rules\": ["), STR_LIT(RULE), &out));
	buf_done(&out);
}

static void saves(void **state)
{
	(void)state;
	char dir[] = "/tmp/spoor-ruleprop-XXXXXX", path[64], link[64];
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/rules.json", dir);
	snprintf(link, sizeof link, "%s/link.json", dir);
	assert_true(rules_save(path, STR_LIT("{\"name\":\"one\",\"max_length\":5}"), 0, &err));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(symlink(path, link), 0);
	assert_true(rules_save(link, STR_LIT("{\"name\":\"two\",\"max_length\":6}"), 0, &err));
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_true(file_read(&text, path, 10000, &err));
	assert_non_null(
	    strstr(buf_cstr(&text), "{\"name\":\"one\",\"max_length\":5},\n    {\"name\":\"two\",\"max_length\":6}\n"));
	/* A name twice, a check of ours, no rule: the file stays. */
	static const char *const wrong[] = {"{\"name\":\"one\",\"max_length\":7}",
	                                    "{\"name\":\"iban\",\"max_length\":7}", "{\"name\":\"x\"}", "{",
	                                    "{\"name\":\"x\",\"must_match\":\"(\"}"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct buf now = BUF_INIT;
		struct err why = ERR_INIT;
		assert_false(rules_save(path, str_of(wrong[i]), 0, &why));
		assert_int_equal(why.code, ERR_USAGE);
		assert_true(file_read(&now, path, 10000, &err));
		assert_string_equal(buf_cstr(&now), buf_cstr(&text));
		buf_done(&now);
	}
	buf_done(&text);
	unlink(path);
	unlink(link);
	rmdir(dir);
}

/* ---------------------------------------------------------------- promptfoo */

/* A small promptfoo: the types that are written, on a text. Its templates: {% raw %} … {% endraw %} alone. */
static struct str unfenced(struct str v)
{
	size_t end = str_find(v, STR_LIT("{% endraw %}"));
	return str_starts(v, "{% raw %}") && end != SIZE_MAX ? str_cut(v, 9, end - 9) : v;
}

static bool matches(struct str pattern, struct str flags, struct str text)
{
	struct arena arena = ARENA_INIT;
	struct pattern_mistake mistake;
	struct buf whole = BUF_INIT;
	if (str_find_char(flags, 'i') != SIZE_MAX)
		buf_add_cstr(&whole, "(?i)");
	buf_add_str(&whole, pattern);
	const struct pattern *p = pattern_parse(&arena, buf_str(&whole), &mistake);
	if (!p)
		fail_msg("%s: %s", buf_cstr(&whole), mistake.why);
	bool yes = pattern_find(p, text) != SIZE_MAX;
	buf_done(&whole);
	arena_done(&arena);
	return yes;
}

/* Takes a JSON string off the front. */
static struct str take_string(struct str *rest, struct arena *arena)
{
	size_t end = 1;
	assert_true(str_starts(*rest, "\""));
	while (end < rest->len && rest->ptr[end] != '"')
		end += rest->ptr[end] == '\\' ? 2 : 1;
	struct scan scan = SCAN_INIT;
	assert_true(scan_text(&scan, str_cut(*rest, 0, end + 1), &(struct scan_opts){.last = true}));
	struct str out = arena_str(arena, val_str(scan_root(&scan), arena));
	scan_done(&scan);
	*rest = str_from(*rest, end + 1);
	return out;
}

static bool take(struct str *rest, const char *word)
{
	if (!str_starts(*rest, word))
		return false;
	*rest = str_from(*rest, strlen(word));
	return true;
}

/* Conditions on `of`, joined by &&. */
static bool conditions(struct str *rest, const char *of, struct str text, struct arena *arena)
{
	bool all = true;
	char includes[128], length[128], trimmed[128], number[128];
	snprintf(includes, sizeof includes, "%s.toLowerCase().includes(", of);
	snprintf(length, sizeof length, "[...%s].length ", of);
	snprintf(trimmed, sizeof trimmed, "%s.trim() !== \"\"", of);
	snprintf(number, sizeof number, "Number(%s) ", of);
	do {
		bool negated = take(rest, "!");
		if (take(rest, "new RegExp(")) {
			struct str pattern = take_string(rest, arena), flags;
			assert_true(take(rest, ", "));
			flags = take_string(rest, arena);
			assert_true(take(rest, ").test(") && take(rest, of) && take(rest, ")"));
			all = all && matches(pattern, flags, text) != negated;
		} else if (take(rest, includes)) {
			struct str what = take_string(rest, arena);
			assert_true(take(rest, ".toLowerCase())"));
			all = all && (text_find(text, what, 0, true) != SIZE_MAX) != negated;
		} else if (str_starts(*rest, length) || str_starts(*rest, number)) {
			bool is_number = take(rest, number) || !take(rest, length), least = take(rest, ">= ");
			double n, v = (double)text_n_codes(text);
			char *end;
			if (!least)
				assert_true(take(rest, "<= "));
			n = strtod(rest->ptr, &end);
			*rest = str_from(*rest, (size_t)(end - rest->ptr));
			if (is_number && !scan_double(text, &v))
				v = NAN;
			all = all && (least ? v >= n : v <= n);
		} else if (take(rest, trimmed)) {
			all = all && str_trim(text).len;
		} else {
			assert_true(take(rest, "s !== undefined"));
		}
	} while (take(rest, " && "));
	return all;
}

static bool script(struct str code, struct str output)
{
	static const char of[] = "(typeof output === \"string\" ? output : JSON.stringify(output))";
	struct arena arena = ARENA_INIT;
	bool yes;
	if (str_starts(code, "((o, p) => ")) {
		size_t at = str_find(code, STR_LIT("; return ")), tail = str_find(code, STR_LIT("(output, "));
		bool json;
		assert_true(at != SIZE_MAX && tail != SIZE_MAX);
		struct str test = str_from(code, at + 9), path = str_from(code, tail + 9);
		struct str value = demand_json_field(output, take_string(&path, &arena), &arena, &json);
		assert_true(take(&path, ")") && !path.len);
		yes = conditions(&test, "s", value, &arena) && json && value.ptr;
		assert_true(take(&test, "; } catch (e)"));
	} else {
		yes = conditions(&code, of, output, &arena);
		assert_int_equal(code.len, 0);
	}
	arena_done(&arena);
	return yes;
}

static bool passes(struct val assertion, struct str output, struct arena *arena)
{
	struct str type = val_str(val_get(assertion, "type"), arena),
	           value = arena_str(arena, unfenced(val_str(val_get(assertion, "value"), arena)));
	bool negated = str_starts(type, "not-"), yes = false;
	if (negated)
		type = str_from(type, 4);
	if (str_is(type, "icontains")) {
		yes = text_find(output, value, 0, true) != SIZE_MAX;
	} else if (str_is(type, "regex")) {
		yes = matches(value, STR_NONE, output);
	} else if (str_is(type, "javascript")) {
		yes = script(value, output);
	} else if (str_is(type, "is-json")) {
		struct scan scan = SCAN_INIT;
		yes = scan_text(&scan, output, &(struct scan_opts){.last = true});
		scan_done(&scan);
	} else {
		fail_msg("promptfoo has no %.*s", STR_ARG(type));
	}
	return yes != negated;
}

static void exports_to_promptfoo(void **state)
{
	(void)state;
	static const char *const rules_of[] = {
	    "\"must_not_contain\":\"as an AI\"",
	    "\"must_contain\":\"Sources: {{x}}\"",
	    "\"must_not_contain\":\"file://secret\"",
	    "\"must_match\":\"\\\\d+ days\"",
	    "\"must_not_match\":\"(?i)sorry|apolog\"",
	    "\"must_not_match\":\"^deny$\"",
	    "\"min_length\":5,\"max_length\":12",
	    "\"must_be\":\"json\"",
	    "\"json_field\":\"a.b\"",
	    "\"json_field\":\"a.b\",\"must_match\":\"^(x|y)$\"",
	    "\"json_field\":\"n\",\"min_value\":2,\"max_value\":4.5",
	    "\"json_field\":\"t\",\"min_length\":2",
	    "\"must_not_contain\":\"quote \\\" back \\\\ line \\n tab \\t \\u202e\\u007f\\u2028 end\"",
	    "\"must_contain\":\"sources\",\"max_length\":30,\"must_not_match\":\"(?i)x{3}\""};
	static const char *const outputs[] = {"",
	                                      "as an ai I say",
	                                      "SOURCES: {{X}}",
	                                      "see file://secret",
	                                      "60 days",
	                                      "Sorry",
	                                      "deny",
	                                      "ok\ndeny\nok",
	                                      "12345",
	                                      "1234567890123",
	                                      "{\"a\":{\"b\":\"x\"},\"n\":3,\"t\":\"long\"}",
	                                      "{\"a\":{\"b\":\"z\"},\"n\":9}",
	                                      "{\"a.b\":\"y\",\"n\":\"four\"}",
	                                      "{\"n\":2",
	                                      "quote \" back \\ line \n tab \t \xE2\x80\xAE\x7F\xE2\x80\xA8 end",
	                                      "sources xXx"};
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < sizeof rules_of / sizeof *rules_of; i++) {
		struct buf rule = BUF_INIT, json = BUF_INIT, yaml = BUF_INIT;
		struct promptfoo p = {.arena = ARENA_INIT};
		struct rules *rules;
		struct rule_trial trial;
		struct scan scan = SCAN_INIT;
		struct err err = ERR_INIT;
		buf_printf(&rule, "{\"name\":\"r\",%s}", rules_of[i]);
		if (!rules_parse_one(buf_str(&rule), 0, &rules, &err))
			fail_msg("%s: %s", rules_of[i], err.text);
		assert_true(rules_trial(rules, 0, &trial));
		assert_true(promptfoo_add(&p, rules, 0));
		promptfoo_json(&p, &json);
		promptfoo_yaml(&p, &yaml);
		if (!scan_text(&scan, buf_str(&json), &(struct scan_opts){.last = true}))
			fail_msg("%s: %s", scan.bad, buf_cstr(&json));
		for (size_t k = 0; k < sizeof outputs / sizeof *outputs; k++) {
			struct answer a = blank();
			bool all = true;
			a.output = str_of(outputs[k]);
			struct val list = val_get(scan_root(&scan), "assert");
			for (struct member m = val_first(list); m.ok; m = val_next(m))
				all = passes(m.val, a.output, &arena) && all;
			if (all == demand_broken(trial.demand, &a, NULL, NULL))
				fail_msg("%s on \"%s\": %s", rules_of[i], outputs[k], buf_cstr(&json));
		}
		/* Nothing but what YAML takes raw: printable, one line a string. */
		assert_null(strchr(buf_cstr(&yaml), 0x7F));
		assert_null(strstr(buf_cstr(&yaml), "\xE2\x80\xA8"));
		assert_null(strstr(buf_cstr(&yaml), "\xE2\x80\xAE"));
		scan_done(&scan);
		rules_free(rules);
		promptfoo_done(&p);
		buf_done(&rule);
		buf_done(&json);
		buf_done(&yaml);
	}
	arena_done(&arena);
}

static void leaves_out_what_cannot_be_said(void **state)
{
	(void)state;
	static const char *const rules_of[] = {"\"must_call\":\"a\"",
	                                       "\"must_retrieve\":\"a\"",
	                                       "\"max_tokens\":4",
	                                       "\"field\":\"error\",\"must_not_match\":\".\"",
	                                       "\"kind\":\"llm\",\"max_length\":3",
	                                       "\"must_match\":\"[[:digit:]]\"",
	                                       "\"must_match\":\"[]a]\"",
	                                       "\"must_contain\":\"{% endraw %}\"",
	                                       "\"where\":\"cost>1\",\"max_length\":3"};
	for (size_t i = 0; i < sizeof rules_of / sizeof *rules_of; i++) {
		struct buf rule = BUF_INIT, yaml = BUF_INIT;
		struct promptfoo p = {.arena = ARENA_INIT};
		struct rules *rules;
		struct err err = ERR_INIT;
		buf_printf(&rule, "{\"name\":\"r\",%s}", rules_of[i]);
		if (!rules_parse_one(buf_str(&rule), 0, &rules, &err))
			fail_msg("%s: %s", rules_of[i], err.text);
		if (promptfoo_add(&p, rules, 0))
			fail_msg("%s was not left out", rules_of[i]);
		assert_int_equal(p.asserts.n, 0);
		promptfoo_yaml(&p, &yaml);
		assert_non_null(strstr(buf_cstr(&yaml), "# Not among them: r ("));
		rules_free(rules);
		promptfoo_done(&p);
		buf_done(&rule);
		buf_done(&yaml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_a_phrase),
	    cmocka_unit_test(finds_what_is_missing),
	    cmocka_unit_test(finds_a_pattern),
	    cmocka_unit_test(finds_lengths),
	    cmocka_unit_test(finds_json),
	    cmocka_unit_test(finds_refusals_and_silence),
	    cmocka_unit_test(finds_tools_documents_time),
	    cmocka_unit_test(chooses_few),
	    cmocka_unit_test(writes_other_scripts),
	    cmocka_unit_test(says_too_few),
	    cmocka_unit_test(offers_no_noise),
	    cmocka_unit_test(is_the_same_again),
	    cmocka_unit_test(bears_much),
	    cmocka_unit_test(stops),
	    cmocka_unit_test(knows_what_is_demanded),
	    cmocka_unit_test(grows_the_file),
	    cmocka_unit_test(saves),
	    cmocka_unit_test(exports_to_promptfoo),
	    cmocka_unit_test(leaves_out_what_cannot_be_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
