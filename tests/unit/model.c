#include "store/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "store/base/scan.h"
#include "store/sink.h"

static void words(void **state)
{
	(void)state;
	for (int i = 0; i < N_KINDS; i++) {
		enum span_kind kind = N_KINDS;

		assert_true(kind_named(str_of(kind_name((enum span_kind)i)), &kind));
		assert_int_equal(kind, i);
		assert_true(kind_named(str_of(kind_short((enum span_kind)i)), &kind));
		assert_int_equal(kind, i);
		assert_in_range(strlen(kind_short((enum span_kind)i)), 1, 5);
	}
	for (int i = 0; i < N_STATUSES; i++) {
		enum span_status status = N_STATUSES;

		assert_true(status_named(str_of(status_name((enum span_status)i)), &status));
		assert_int_equal(status, i);
	}
	for (int i = 0; i < N_CASE_STATUSES; i++) {
		enum case_status status = N_CASE_STATUSES;

		assert_true(case_status_named(str_of(case_status_name((enum case_status)i)), &status));
		assert_int_equal(status, i);
	}
	for (int i = 0; i < N_SCORE_SOURCES; i++)
		assert_non_null(score_source_name((enum score_source)i));
}

static void words_case_and_unknown(void **state)
{
	enum span_kind kind = KIND_TASK;
	enum span_status status = STATUS_OK;
	enum case_status verdict = CASE_ERROR;

	(void)state;
	assert_true(kind_named(STR_LIT("LLM"), &kind));
	assert_int_equal(kind, KIND_LLM);
	assert_true(kind_named(STR_LIT("Retriever"), &kind));
	assert_int_equal(kind, KIND_RETRIEVER);
	assert_false(kind_named(STR_LIT("llm "), &kind));
	assert_false(kind_named(STR_NONE, &kind));
	assert_int_equal(kind, KIND_RETRIEVER);
	assert_false(status_named(STR_LIT("fine"), &status));
	assert_int_equal(status, STATUS_OK);
	assert_false(case_status_named(STR_LIT("pass"), &verdict));
	assert_int_equal(verdict, CASE_ERROR);
}

struct key_row {
	const char *family_a, *project_a, *id_a, *family_b, *project_b, *id_b;
	bool same;
};

static const struct key_row key_rows[] = {
  /* 128-bit ids and UUIDs are global, however they are written */
    {"otlp", NULL, "0af7651916cd43dd8448eb211c80319c",     "jaeger", "p",  "0AF7651916CD43DD8448EB211C80319C",     true },
    {"otlp", NULL, "0af7651916cd43dd8448eb211c80319c",     "x",      NULL, "0af76519-16cd-43dd-8448-eb211c80319c", true },
    {"otlp", NULL, "0af7651916cd43dd8448eb211c80319c",     "otlp",   NULL, "0af7651916cd43dd8448eb211c80319d",     false},
 /* 64-bit ids, padded or not, only inside their family */
    {"otlp", NULL, "000000000000000060ba2abb44f13eae",     "otlp",   NULL, "60BA2ABB44F13EAE",                     true },
    {"otlp", NULL, "000000000000000060ba2abb44f13eae",     "jaeger", NULL, "60ba2abb44f13eae",                     false},
 /* other ids: family and project */
    {"a",    "p",  "run-1",                                "a",      "p",  "run-1",                                true },
    {"a",    "p",  "run-1",                                "a",      "q",  "run-1",                                false},
    {"a",    "p",  "run-1",                                "b",      "p",  "run-1",                                false},
    {"a",    "p",  "run-1",                                "a",      "p",  "RUN-1",                                false},
    {"a",    "bc", "d",                                    "ab",     "c",  "d",                                    false},
    {"a",    "b",  "cd",                                   "a",      "bc", "d",                                    false},
 /* not a UUID: a dash is missing, a letter is no digit */
    {"a",    NULL, "0af76519-16cd-43dd-8448xeb211c80319c", "b",      NULL, "0af76519-16cd-43dd-8448xeb211c80319c", false},
    {"a",    NULL, "0af7651916cd43dd8448eb211c80319g",     "b",      NULL, "0af7651916cd43dd8448eb211c80319g",     false},
};

static void trace_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof key_rows / sizeof *key_rows; i++) {
		const struct key_row *row = &key_rows[i];
		struct id_scope a = {str_of(row->family_a), str_of(row->project_a)};
		struct id_scope b = {str_of(row->family_b), str_of(row->project_b)};
		bool same = hash128_eq(model_trace_key(a, str_of(row->id_a)), model_trace_key(b, str_of(row->id_b)));

		if (same != row->same)
			fail_msg("%s and %s: same is %d", row->id_a, row->id_b, same);
	}
}

static void span_keys(void **state)
{
	bool hex = false;

	(void)state;
	assert_true(model_span_key(STR_LIT("00f067aa0ba902b7"), &hex) == 0x00f067aa0ba902b7);
	assert_true(hex);
	assert_true(model_span_key(STR_LIT("00F067AA0BA902B7"), &hex) == 0x00f067aa0ba902b7);
	assert_true(model_span_key(STR_LIT("ffffffffffffffff"), &hex) == -1);
	assert_true(hex);
	(void)model_span_key(STR_LIT("00f067aa0ba902bg"), &hex);
	assert_false(hex);
	assert_true(model_span_key(STR_LIT("abc"), &hex) == (int64_t)hash64(STR_LIT("abc")));
	assert_false(hex);
	(void)model_span_key(STR_LIT("0af7651916cd43dd8448eb211c80319c"), &hex);
	assert_false(hex);
}

struct hash_row {
	const char *a, *b;
	bool same;
};

static const struct hash_row hash_rows[] = {
    {"{\"a\":1,\"b\":[1,2]}",       " { \"b\" : [1, 2], \"a\" : 1 }\n", true },
    {"{\"a\":1}",                   "{\"a\":1.0}",                      false}, /* numbers as written */
    {"{\"a\":\"\\u0041\"}",         "{\"a\":\"A\"}",                    true },
    {"[\"a\\u000ab\\u0022\"]",      "[\"a\\nb\\\"\"]",                  true }, /* one text, two spellings */
    {"[\"caf\\u00e9 \\/\\u0001\"]", "[\"caf\xC3\xA9 /\\u0001\"]",       true },
    {"[\"a\\/b\"]",                 "[\"a/b\"]",                        true },
    {"[\"\\ud83d\\ude00\"]",        "[\"\xF0\x9F\x98\x80\"]",           true },
    {"[\"\\\\n\"]",                 "[\"\\n\"]",                        false},
    {"[\"\\u0001\"]",               "[\"\\\\u0001\"]",                  false},
    {"{\"\\u0061\":1,\"a\":2}",     "{\"a\":2}",                        true }, /* the last of a name counts, however it is spelt */
    {"[1,2]",                       "[2,1]",                            false},
    {"  hello\n",                   "hello",                            true },
    {"hello",                       "Hello",                            false},
    {"{not json",                   "{not json ",                       true },
    {"{\"a\":1} x",                 "{\"a\": 1} x",                     false},
};

static void text_hashes(void **state)
{
	(void)state;
	assert_true(model_text_hash(STR_NONE) == 0);
	assert_true(model_text_hash(STR_LIT("")) == 0);
	assert_true(model_text_hash(STR_LIT(" \n\t")) == 0);
	for (size_t i = 0; i < sizeof hash_rows / sizeof *hash_rows; i++) {
		const struct hash_row *row = &hash_rows[i];
		uint64_t a = model_text_hash(str_of(row->a)), b = model_text_hash(str_of(row->b));

		assert_true(a != 0 && b != 0);
		if ((a == b) != row->same)
			fail_msg("%s and %s", row->a, row->b);
	}
}

static void text_hash_is_canonical_up_to_16k(void **state)
{
	struct buf small = BUF_INIT, spaced = BUF_INIT;

	(void)state;
	for (int round = 0; round < 2; round++) {
		size_t n = round ? (16 << 10) + 1 : (16 << 10) - 20;

		buf_clear(&small);
		buf_clear(&spaced);
		buf_add_cstr(&small, "[\"");
		buf_add_cstr(&spaced, "[ \"");
		buf_add_fill(&small, 'x', n);
		buf_add_fill(&spaced, 'x', n);
		buf_add_cstr(&small, "\"]");
		buf_add_cstr(&spaced, "\"]");
		assert_int_equal(model_text_hash(buf_str(&small)) == model_text_hash(buf_str(&spaced)), round == 0);
	}
	buf_done(&small);
	buf_done(&spaced);
}

/* Who has scanned a text already gets the same hash for it. */
static void text_hash_of_a_scan(void **state)
{
	struct scan scan = SCAN_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof hash_rows / sizeof *hash_rows; i++) {
		struct str text = str_of(hash_rows[i].a);
		const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
		bool json = scan_text(&scan, str_trim(text), &opts);

		assert_true(model_scanned_hash(text, json ? &scan : NULL) == model_text_hash(text));
	}
	scan_done(&scan);
}

static void problems(void **state)
{
	struct problem p = {.file = "runs/a.jsonl",
	                    .record = 41,
	                    .line = 41,
	                    .offset = 18223,
	                    .severity = SEVERITY_WARNING,
	                    .code = "bad-time",
	                    .reason = STR_LIT("end_time before start_time"),
	                    .kept = STR_LIT("kept, duration unknown")};
	struct buf out = BUF_INIT;

	(void)state;
	problem_sentence(&out, &p);
	assert_string_equal(
	    buf_cstr(&out),
	    "runs/a.jsonl: record 41, line 41, byte 18223: end_time before start_time (kept, duration unknown)");
	assert_int_equal(problem_exit(&p), 0);

	p = (struct problem){.file = "a.zip",
	                     .entry = "x/1.json",
	                     .path = STR_LIT("spans[4]"),
	                     .severity = SEVERITY_SKIPPED,
	                     .code = "bad-value",
	                     .reason = STR_LIT("not an object")};
	buf_clear(&out);
	problem_sentence(&out, &p);
	assert_string_equal(buf_cstr(&out), "a.zip: x/1.json, spans[4]: not an object");
	assert_int_equal(problem_exit(&p), 3);
	p.severity = SEVERITY_FILE;
	assert_int_equal(problem_exit(&p), 3);
	p = (struct problem){.severity = SEVERITY_WARNING, .code = "conflict"};
	assert_int_equal(problem_exit(&p), 3);
	assert_string_equal(severity_name(SEVERITY_FILE), "file");
	buf_done(&out);
}

static bool decode_nothing(const struct stored_record *rec, struct sink *out, struct err *err)
{
	(void)rec;
	(void)out;
	(void)err;
	return true;
}

static void decoder_registration(void **state)
{
	(void)state;
	assert_null(sink_decoder());
	sink_set_decoder(decode_nothing);
	assert_true(sink_decoder() == decode_nothing);
	sink_set_decoder(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(words_case_and_unknown),
	    cmocka_unit_test(trace_keys),
	    cmocka_unit_test(span_keys),
	    cmocka_unit_test(text_hashes),
	    cmocka_unit_test(text_hash_is_canonical_up_to_16k),
	    cmocka_unit_test(text_hash_of_a_scan),
	    cmocka_unit_test(problems),
	    cmocka_unit_test(decoder_registration),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
