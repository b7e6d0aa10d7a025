/* What is new in a call of a model; calls of tools and their results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/study/newmessages.h"
#include "store/study/toolpairs.h"

/* ---- conversations in short: "s:be brief|u:hello|a:hi|c:f {}|r:ok|A:answer", a capital letter: made by the call */

enum { MOST = 4000 };

struct talk_text {
	struct message messages[MOST];
	struct message_part parts[MOST];
	size_t n;
};

static void talk_of(struct talk_text *t, const char *text)
{
	struct str rest = str_of(text), one;
	t->n = 0;
	while (str_split(&rest, '|', &one)) {
		struct message_part *p = &t->parts[t->n];
		char c = one.ptr[0];
		bool output = c >= 'A' && c <= 'Z';
		c = (char)(output ? c + 32 : c);
		*p = (struct message_part){.text = str_from(one, 2)};
		p->type = c == 'c'   ? PART_TOOL_CALL
		          : c == 'r' ? PART_TOOL_RESULT
		          : c == 't' ? PART_REASONING
		                     : PART_TEXT;
		const char *role = c == 's'   ? "system"
		                   : c == 'd' ? "developer"
		                   : c == 'u' ? "user"
		                   : c == 'r' ? "tool"
		                              : "assistant";
		t->messages[t->n++] =
		    (struct message){.role = str_of(role), .parts = p, .n_parts = 1, .output = output};
	}
}

static struct talk_text before, now;
static struct arena arena;

static struct new_messages compare(const char *a, const char *b)
{
	struct new_messages out;
	talk_of(&before, a);
	talk_of(&now, b);
	arena_reset(&arena);
	new_messages(&arena, before.messages, before.n, now.messages, now.n, &out);
	return out;
}

/* States as letters: n new, b before, a answer, m made. */
static void assert_states(const struct new_messages *n, const char *expected)
{
	char got[MOST] = "";
	for (size_t i = 0; i < now.n; i++)
		got[i] = "nbam"[n->states[i]];
	assert_string_equal(got, expected);
}

static void test_grows(void **state)
{
	(void)state;
	struct new_messages n = compare("s:brief|u:q|C:{\"x\":1}", "s:brief|u:q|c:{ \"x\": 1 }|r:42|A:it is 42");
	assert_states(&n, "bbanm");
	assert_int_equal(n.told, 4);
	assert_int_equal(n.n_new, 1);
	assert_int_equal(n.n_answer, 1);
	assert_int_equal(n.dropped, 0);
	assert_int_equal(n.prompt, SYSTEM_SAME);
	assert_int_equal(n.shared, 2);
	assert_true(n.whole);
	assert_false(n.replaced);
	struct buf text = BUF_INIT;
	new_messages_sentence(&text, &n);
	assert_string_equal(buf_cstr(&text),
	                    "new in this call: 1 of 4 messages and the last answer; system prompt as before");
	buf_done(&text);
}

static void test_again(void **state)
{
	(void)state;
	struct new_messages n = compare("s:brief|u:q", "s:brief|u:q|A:x"); /* the same once more: a retry */
	assert_states(&n, "bbm");
	assert_int_equal(n.n_new, 0);
	assert_int_equal(n.shared, 1);
}

static void test_first(void **state)
{
	(void)state;
	struct new_messages n = compare("", "s:brief|u:q|A:x");
	before.n = 0;
	new_messages(&arena, NULL, 0, now.messages, now.n, &n);
	assert_states(&n, "nnm");
	assert_int_equal(n.prompt, SYSTEM_ADDED);
	assert_int_equal(n.shared, 0);
	new_messages(&arena, NULL, 0, NULL, 0, &n);
	assert_int_equal(n.told, 0);
}

/* A window that slides: the beginning is gone, what repeats is not taken for what is new. */
static void test_window(void **state)
{
	(void)state;
	struct new_messages n = compare("s:brief|u:a|a:go|u:b|a:go|u:d|A:go", "s:brief|u:b|a:go|u:d|a:go|u:x|A:y");
	assert_states(&n, "bbbbanm");
	assert_int_equal(n.dropped, 2);
	assert_false(n.replaced);
	n = compare("u:1|u:go|u:2|u:go|u:3|u:go", "u:2|u:go|u:3|u:go|u:new|u:go");
	assert_states(&n, "bbbbnn");
	assert_int_equal(n.dropped, 2);
}

static void test_prompt_edited(void **state)
{
	(void)state;
	struct new_messages n = compare("s:brief|u:q|A:x", "s:be long|u:q|a:x|u:more");
	assert_states(&n, "nban");
	assert_int_equal(n.prompt, SYSTEM_EDITED);
	assert_int_equal(n.n_new, 1);
	assert_int_equal(compare("u:q", "s:b|u:q").prompt, SYSTEM_ADDED);
	assert_int_equal(compare("s:b|u:q", "u:q").prompt, SYSTEM_DROPPED);
	assert_int_equal(compare("u:q", "u:q").prompt, SYSTEM_NONE);
	assert_int_equal(compare("s:b|u:q", "d:b|u:q").prompt, SYSTEM_SAME); /* a role of another name */
}

static void test_summary(void **state)
{
	(void)state;
	struct new_messages n = compare("s:b|u:1|a:2|u:3|a:4|u:5|A:6", "s:b|u:in short: 1 to 4|u:5|a:6|u:7");
	assert_states(&n, "bnban");
	assert_int_equal(n.dropped, 4);
	assert_true(n.replaced);
	struct buf text = BUF_INIT;
	new_messages_sentence(&text, &n);
	assert_string_equal(buf_cstr(&text),
	                    "new in this call: 2 of 5 messages and the last answer; system prompt as before; "
	                    "4 messages dropped, others in their place");
	buf_done(&text);
	assert_true(compare("u:1|u:2", "u:1|u:3").replaced); /* the last one edited */
}

/* Agents beside each other share a prompt, not a conversation. */
static void test_other(void **state)
{
	(void)state;
	struct new_messages n = compare("s:b|u:find the cause|A:x", "s:b|u:write the answer");
	assert_int_equal(n.shared, 0);
	assert_int_equal(n.prompt, SYSTEM_SAME);
}

/* Reasoning is not told again; an answer of one message may be told in two. */
static void test_answer_in_pieces(void **state)
{
	(void)state;
	const struct message_part answer[] = {
	    {.type = PART_REASONING,            .text = STR_INIT("hm")},
	    {	              .type = PART_TEXT, .text = STR_INIT("Let me look.")                      },
	    { .type = PART_TOOL_CALL,           .name = STR_INIT("f"),                                 .text = STR_INIT("{}")}
        };
	const struct message_part question = {.type = PART_TEXT, .text = STR_INIT("q")};
	const struct message a[] = {
	    {.role = STR_INIT("user"), .parts = &question, .n_parts = 1  },
	    { .role = STR_INIT("assistant"),         .parts = answer,       .n_parts = 3, .output = true}
        };
	const struct message whole[] = {
	    a[0], {.role = STR_INIT("ai"), .parts = answer + 1, .n_parts = 2}
        };
	const struct message two[] = {
	    a[0],
	    {.role = STR_INIT("assistant"), .parts = answer + 1, .n_parts = 1},
	    {.role = STR_INIT("assistant"), .parts = answer + 2, .n_parts = 1}
        };
	struct new_messages n;
	new_messages(&arena, a, 2, whole, 2, &n);
	assert_int_equal(n.states[1], MESSAGE_ANSWER);
	new_messages(&arena, a, 2, two, 3, &n);
	assert_int_equal(n.states[1], MESSAGE_ANSWER);
	assert_int_equal(n.states[2], MESSAGE_ANSWER);
	assert_int_equal(n.n_answer, 2);
	assert_int_equal(n.n_new, 0);
}

/* Many messages that all say the same, and many that do not: not slow, and no message lost. */
static void test_many(void **state)
{
	(void)state;
	struct new_messages n;
	for (int alike = 0; alike < 2; alike++) {
		static char words[MOST][8];
		before.n = now.n = MOST;
		for (size_t i = 0; i < MOST; i++) {
			snprintf(words[i], sizeof words[i], "%zu", alike ? 0 : i);
			before.parts[i] = (struct message_part){.text = str_of(words[i])};
			before.messages[i] =
			    (struct message){.role = STR_INIT("user"), .parts = &before.parts[i], .n_parts = 1};
		}
		for (size_t i = 0; i < MOST; i++) /* the other way round: a run of one in order */
			now.messages[i] = before.messages[MOST - 1 - i];
		new_messages(&arena, before.messages, MOST, now.messages, MOST, &n);
		assert_int_equal(n.shared, MOST);
		assert_int_equal(n.dropped, 0);
	}
}

/* ---- tools */

static void assert_pairs(const struct message_part *parts, size_t n, const char *expected)
{
	struct message messages[20];
	struct tool_pairs pairs;
	char got[64] = "";
	for (size_t i = 0; i < n; i++)
		messages[i] = (struct message){.parts = &parts[i], .n_parts = 1};
	tool_pairs(&arena, messages, n, &pairs);
	for (size_t i = 0; i < n; i++)
		got[i] = (char)(pairs.mate[i] == NO_MATE ? '-' : '0' + pairs.mate[i]);
	assert_string_equal(got, expected);
}

#define CALL(i, name_)                                                             \
	{                                                                          \
		.type = PART_TOOL_CALL, .id = STR_INIT(i), .name = STR_INIT(name_) \
	}
#define RESULT(i, name_)                                                             \
	{                                                                            \
		.type = PART_TOOL_RESULT, .id = STR_INIT(i), .name = STR_INIT(name_) \
	}

static void test_pairs(void **state)
{
	(void)state;
	/* By id, in whatever order; */
	const struct message_part ids[] = {CALL("1", "f"), CALL("2", "f"), RESULT("2", ""), RESULT("1", "")};
	assert_pairs(ids, 4, "3210");
	/* without ids by name and order; */
	const struct message_part names[] = {CALL("", "f"), CALL("", "g"), RESULT("", "g"), RESULT("", "")};
	assert_pairs(names, 4, "3210");
	/* an id used twice: the call before the result; */
	const struct message_part twice[] = {CALL("1", "f"), RESULT("1", ""), CALL("1", "f"), RESULT("1", "")};
	assert_pairs(twice, 4, "1032");
	/* by order, if the two do not use the same ids, but not to one that comes after, */
	const struct message_part ids_differ[] = {
	    RESULT("7", ""), CALL("1", "f"), RESULT("2", ""), {.type = PART_TEXT}};
	assert_pairs(ids_differ, 4, "-21-");
	/* nor to one of another name, nor away from what ids say. */
	const struct message_part other[] = {CALL("1", "f"), RESULT("2", "g")};
	assert_pairs(other, 2, "--");
	const struct message_part taken[] = {CALL("1", "f"), CALL("2", "f"), RESULT("9", ""), RESULT("1", "")};
	assert_pairs(taken, 4, "3210");
	/* a result with an id, a call without one. */
	const struct message_part half[] = {CALL("", "f"), RESULT("2", "")};
	assert_pairs(half, 2, "10");
}

static void test_failed(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool failed;
	} rows[] = {
	    {"ok",	                             false},
	    {"Error: no such file",                    true },
	    {"  Traceback (most recent call last):\n", true },
	    {"Errors are rare",                        false},
	    {"{\"error\":\"x\"}",                      true },
	    {"{\"error\":\"\"}",                       false},
	    {"{\"error\":null}",                       false},
	    {"{\"error\":{\"code\":3}}",               true },
	    {"{\"isError\":true}",                     true },
	    {"{\"is_error\":false,\"rows\":[]}",       false},
	    {"{broken",	                        false},
	    {"",	                               false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(tool_result_failed(&(struct message_part){.text = str_of(rows[i].text)}),
		                 rows[i].failed);
	assert_true(tool_result_failed(&(struct message_part){.failed = true}));
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grows),         cmocka_unit_test(test_again),
	    cmocka_unit_test(test_first),         cmocka_unit_test(test_window),
	    cmocka_unit_test(test_other),         cmocka_unit_test(test_summary),
	    cmocka_unit_test(test_prompt_edited), cmocka_unit_test(test_many),
	    cmocka_unit_test(test_pairs),         cmocka_unit_test(test_answer_in_pieces),
	    cmocka_unit_test(test_failed),
	};
	return cmocka_run_group_tests(tests, NULL, done);
}
