/* What a layman reads of a payload: a made one of every family, and hostile ones; and what the store's cases and traces give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "store/block.h"
#include "store/base/text.h"
#include "store/query/subject_text.h"
#include "tests/store.h"

/* ---------------------------------------------------------------- everything in one text */

static void add_list(struct buf *out, const char *what, const struct subject_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		buf_printf(out, "%s ", what);
		buf_add_str(out, list->at[i].name.len ? list->at[i].name : STR_LIT("-"));
		buf_add_cstr(out, " = ");
		buf_add_str(out, list->at[i].text);
		buf_add_char(out, '\n');
	}
	if (list->more)
		buf_printf(out, "%s +%zu\n", what, list->more);
}

static void tell(struct buf *out, const struct subject_draft *d)
{
	add_list(out, "turn", &d->turns);
	add_list(out, "field", &d->fields);
	if (d->question.len) {
		buf_add_cstr(out, "asks ");
		buf_add_str(out, d->question);
		buf_add_char(out, '\n');
	}
	add_list(out, "doc", &d->documents);
}

static void same(const char *what, struct str got, const char *wanted)
{
	if (!str_is(got, wanted))
		fail_msg("%.300s\n--- is\n%.*s\n--- not\n%s", what, (int)got.len, got.ptr ? got.ptr : "", wanted);
}

/* ---------------------------------------------------------------- inputs */

/* clang-format off */
static const struct {
	const char *family, *payload, *told;
} inputs[] = {
    {"text", "  What is it?\n", "asks What is it?\n"},
    {"empty", "", ""},
    {"empty object", "{}", ""},
    {"promptfoo vars", "{\"query\":\"Hello?\",\"source_language\":\"English\",\"userId\":\"a5\"}",
     "field source language = English\nasks Hello?\n"},
    {"promptfoo vars, none of them a question", "{\"destination\":\"Dubai, UAE\",\"durationDays\":3,\"vip\":true,\"tags\":[\"a\",\"b\"]}",
     "field destination = Dubai, UAE\nfield duration days = 3\nfield vip = yes\nfield tags = a, b\n"},
    {"the only sentence asks", "{\"claim\":\"My bicycle was taken from the yard.\",\"line\":\"home\"}",
     "field line = home\nasks My bicycle was taken from the yard.\n"},
    {"a name that ends in a word for it", "{\"vignette\":\"calm and even\",\"therapist_message\":\"Tell me.\"}",
     "field vignette = calm and even\nasks Tell me.\n"},
    {"LangSmith inputs", "{\"inputs\":{\"question\":\"Why?\"}}", "asks Why?\n"},
    {"Laminar's list of arguments", "[\"Weather in Lisbon?\"]", "asks Weather in Lisbon?\n"},
    {"Ragas row", "{\"user_input\":\"When?\",\"retrieved_contexts\":[\"In 2016.\",\"By Ananya.\"]}",
     "asks When?\ndoc - = In 2016.\ndoc - = By Ananya.\n"},
    {"documents with metadata",
     "{\"query\":\"Lisbon\",\"documents\":[{\"page_content\":\"Sunny.\",\"metadata\":{\"source\":\"forecast.txt\"}},"
     "{\"text\":\"Trams.\",\"title\":\"Guide\"},{\"page_content\":\"Sunny.\"}]}",
     "asks Lisbon\ndoc forecast.txt = Sunny.\ndoc Guide = Trams.\n"},
    {"LangChain's printed document", "{\"question\":\"x?\",\"context\":[\"page_content='It is \\\"so\\\".' metadata={'source': 'doc3'}\"]}",
     "asks x?\ndoc doc3 = It is \"so\".\n"},
    {"OpenAI messages",
     "[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"2+2?\"},{\"role\":\"assistant\","
     "\"content\":\"4\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"And this?\"},{\"type\":\"image_url\","
     "\"image_url\":{\"url\":\"http://x\"}}]}]",
     "turn instructions = Be brief.\nturn user = 2+2?\nturn assistant = 4\nasks And this?\n\n(image url)\n"},
    {"a request with its settings", "{\"model\":\"gpt-4\",\"temperature\":0.5,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
     "asks Hi\n"},
    {"what stands beside messages and is no setting", "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"customer_tier\":\"gold\"}",
     "field customer tier = gold\nasks Hi\n"},
    {"results of tools after the question",
     "[{\"role\":\"user\",\"content\":\"Weather?\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
     "\"function\":{\"name\":\"get\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"name\":\"get\",\"tool_call_id\":\"c1\","
     "\"content\":\"{\\\"temp_c\\\":23}\"}]",
     "asks Weather?\ndoc get = {\"temp_c\":23}\n"},
    {"calls before the question",
     "[{\"role\":\"user\",\"content\":\"A?\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"function\":{\"name\":"
     "\"find\",\"arguments\":\"{\\\"city\\\":\\\"Paris\\\",\\\"n\\\":2}\"}}]},{\"role\":\"user\",\"content\":\"B?\"}]",
     "turn user = A?\nturn assistant = calls find (city: Paris, n: 2)\nasks B?\n"},
    {"Anthropic parts",
     "{\"system\":\"Be kind.\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Go\"}]},{\"role\":"
     "\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"ls\","
     "\"input\":{\"dir\":\"/\"}}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":\"bin\"}]}]}",
     "turn instructions = Be kind.\nasks Go\ndoc - = bin\n"},
    {"Gemini contents", "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}],\"model\":\"gemini\"}", "asks Hello\n"},
    {"Google's agent kit", "{\"user_id\":\"test\",\"new_message\":{\"parts\":[{\"text\":\"Both tools.\"}],\"role\":\"user\"},\"run_config\":null}",
     "asks Both tools.\n"},
    {"LangChain's constructors",
     "{\"messages\":[{\"lc\":1,\"type\":\"constructor\",\"id\":[\"langchain_core\",\"messages\",\"HumanMessage\"],\"kwargs\":"
     "{\"content\":\"Weather?\",\"additional_kwargs\":{},\"id\":\"d10d37dc-f88c-47c6-b47b-aa13a65148ff\"}}]}",
     "asks Weather?\n"},
    {"LangChain's types", "{\"messages\":[[{\"type\":\"system\",\"content\":\"S\"},{\"type\":\"human\",\"content\":\"Q\"}]]}",
     "turn instructions = S\nasks Q\n"},
    {"pairs", "{\"messages\":[[\"human\",\"Hi there\"]]}", "asks Hi there\n"},
    {"Goose", "[{\"role\":\"user\",\"content_json\":\"[{\\\"type\\\":\\\"text\\\",\\\"text\\\":\\\"Add it.\\\"}]\",\"created\":1}]",
     "asks Add it.\n"},
    {"OpenTelemetry parts",
     "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Weather?\"}]},{\"role\":\"assistant\",\"parts\":[{\"type\":"
     "\"tool_call\",\"id\":\"1\",\"name\":\"get_weather\",\"arguments\":{\"location\":\"Paris\"}}]},{\"role\":\"tool\",\"parts\":"
     "[{\"type\":\"tool_call_response\",\"id\":\"1\",\"result\":\"rainy\"}]}]",
     "asks Weather?\ndoc - = rainy\n"},
    {"Vercel's prompt in a string", "{\"prompt\":\"[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"Haiku.\\\"}]\"}", "asks Haiku.\n"},
    {"history and question", "{\"chat_history\":[{\"role\":\"user\",\"content\":\"A\"},{\"role\":\"assistant\",\"content\":\"B\"}],\"question\":\"C\"}",
     "turn user = A\nturn assistant = B\nasks C\n"},
    {"history of pairs", "{\"history\":[[\"A\",\"B\"]],\"question\":\"C\"}", "turn user = A\nturn assistant = B\nasks C\n"},
    {"only a system prompt", "[{\"role\":\"system\",\"content\":\"Translate: x\"}]", "asks Translate: x\n"},
    {"Alpaca", "{\"instruction\":\"Summarise.\",\"input\":\"A text.\"}", "field input = A text.\nasks Summarise.\n"},
    {"Python's repr", "{'role': 'user', 'content': 'It is \"so\"'}", "asks It is \"so\"\n"},
    {"Weave's reference", "weave:///example/trips/object/Dataset:3DoT/attr/rows/id/0Q7b", ""},
    {"ChatML", "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n",
     "turn instructions = Be brief.\nasks Hi\n"},
    {"Llama 3",
     "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nA\nAnswer:<|eot_id|><|start_header_id|>assistant"
     "<|end_header_id|>\n\n441<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nB\nAnswer:<|eot_id|>"
     "<|start_header_id|>assistant<|end_header_id|>\n\n",
     "turn user = A\nAnswer:\nturn assistant = 441\nasks B\n"},
    {"Gemma", "<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n", "asks Hi\n"},
    {"Phi", "<|user|>\nHi<|end|>\n<|assistant|>\n", "asks Hi\n"},
    {"marks of no template", "a <| b |> c", "asks a <| b |> c\n"},
    {"examples", "Solve.\n\nQ: one?\nA: 1\n\nQ: two?\nA: 2\n\nQ: three?\nA:",
     "turn instructions = Solve.\nturn example = Q: one?\nA: 1\nturn example = Q: two?\nA: 2\nasks three?\n"},
    {"one question that waits", "Problem: How many?\n\nSolution:", "asks How many?\n"},
    {"a question behind its story", "Seven apples.\nQuestion: How many?\nAnswer:", "asks Seven apples.\nQuestion: How many?\n"},
    {"JSON that is none", "{\"question\": \"cut of", "asks {\"question\": \"cut of\n"},
};
/* clang-format on */

static void test_inputs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		struct arena arena = ARENA_INIT;
		struct subject_draft d = {.arena = &arena};
		struct buf told = BUF_INIT;
		subject_read_input(&d, str_of(inputs[i].payload));
		tell(&told, &d);
		same(inputs[i].family, buf_str(&told), inputs[i].told);
		buf_done(&told);
		arena_done(&arena);
	}
}

/* ---------------------------------------------------------------- answers */

/* clang-format off */
static const struct {
	const char *family, *payload, *answer;
} answers[] = {
    {"text", "Paris", "Paris"},
    {"a member", "{\"answer\": \"24 C and sunny.\"}", "24 C and sunny."},
    {"with others", "{\"answer\":\"Yes.\",\"confidence\":0.9,\"question\":\"echo\",\"id\":\"0190a000-0000-7000-8000-000000000000\"}",
     "Yes.\n\nconfidence: 0.9"},
    {"an object that is the answer", "{\"decision\":\"refer\",\"payout_eur\":0,\"flags\":[],\"why\":null,\"ok\":false}",
     "decision: refer\npayout eur: 0\nok: no"},
    {"nested", "{\"success\":false,\"error\":{\"code\":\"E1\",\"details\":{\"input\":[\"too short\"]}}}",
     "success: no\nerror:\n  code: E1\n  details:\n    input: too short"},
    {"a list of objects", "[{\"name\":\"a\",\"n\":1},{\"name\":\"b\",\"n\":2}]", "- name: a\n  n: 1\n- name: b\n  n: 2"},
    {"in a fence", "```json\n{\"a\": 1}\n```", "a: 1"},
    {"OpenAI's choices",
     "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
     "\"Howdy\"},\"finish_reason\":\"stop\"}],\"usage\":{\"total_tokens\":3}}",
     "Howdy"},
    {"a call in choices",
     "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":"
     "{\"name\":\"get_weather\",\"arguments\":\"{\\\"location\\\":\\\"Paris\\\"}\"}}]}}]}",
     "calls get_weather (location: Paris)"},
    {"OpenAI's responses",
     "{\"model\":\"m\",\"output\":[{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
     "[{\"type\":\"output_text\",\"text\":\"Hi\"}]}]}",
     "Hi"},
    {"Anthropic's parts", "[{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"Et8\"},{\"type\":\"text\",\"text\":\"Done.\"}]", "Done."},
    {"Gemini's candidates",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Sunny\"}],\"role\":\"model\"}}],\"usage_metadata\":{\"n\":1}}", "Sunny"},
    {"Google's event", "{\"model_version\":\"g\",\"content\":{\"parts\":[{\"text\":\"Cloudy\"}],\"role\":\"model\"},\"finish_reason\":\"STOP\"}", "Cloudy"},
    {"the last of a conversation",
     "{\"messages\":[{\"type\":\"human\",\"content\":\"Q\"},{\"type\":\"ai\",\"content\":\"A1\"},{\"type\":\"human\",\"content\":\"Q2\"},"
     "{\"type\":\"ai\",\"content\":\"A2\"}]}",
     "A2"},
    {"generations", "{\"generations\":[[{\"text\":\"Gen\",\"generation_info\":{\"finish_reason\":\"stop\"}}]],\"llm_output\":null}", "Gen"},
    {"OpenTelemetry", "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"{\\\"decision\\\":\\\"refer\\\"}\"}],\"finish_reason\":\"stop\"}]",
     "{\"decision\":\"refer\"}"},
    {"a result and its end", "{\"text\":\"Rainy.\",\"finish_reason\":\"stop\"}", "Rainy."},
    {"calls", "[{\"name\":\"book\",\"arguments\":{\"to\":\"SEA\",\"bags\":[{\"kg\":20}]}}]", "calls book:\n  to: SEA\n  bags:\n    - kg: 20"},
    {"a name and an input are data", "[{\"name\":\"Ann\",\"input\":\"x\"},{\"name\":\"Ben\",\"input\":\"y\"}]",
     "- name: Ann\n  input: x\n- name: Ben\n  input: y"},
    {"Python's repr", "{'role': 'assistant', 'text': \"It's so\"}", "It's so"},
    {"ids only", "{\"id\":\"0190a000-0000-7000-8000-000000000000\"}", "{\"id\":\"0190a000-0000-7000-8000-000000000000\"}"},
    {"the end of a template", "Yes<|im_end|>", "Yes"},
    {"a number", "42", "42"},
    {"an empty one", "", ""},
    {"LangChain's answer with its documents", "{\"input\":\"Q\",\"answer\":\"A\",\"context\":[{\"page_content\":\"D\"}]}", "A"},
};
/* clang-format on */

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct arena arena = ARENA_INIT;
		struct subject_draft d = {.arena = &arena};
		struct str got = subject_read_answer(&d, str_of(answers[i].payload), &arena);
		same(answers[i].family, got, answers[i].answer);
		assert_non_null(got.ptr); /* an empty answer is one */
		arena_done(&arena);
	}
	struct arena arena = ARENA_INIT;
	struct subject_draft d = {.arena = &arena};
	assert_null(subject_read_answer(&d, STR_NONE, &arena).ptr);
	subject_read_answer(
	    &d, STR_LIT("{\"answer\":\"A\",\"context\":[{\"page_content\":\"D\",\"metadata\":{\"title\":\"T\"}}]}"),
	    &arena);
	assert_int_equal(d.documents.n, 1);
	same("its document", d.documents.at[0].name, "T");
	arena_done(&arena);
}

/* clang-format off */
static const struct {
	const char *payload, *told;
	bool assertions;
} expected[] = {
    {"Paris", "Paris", false},
    {"[\"Paris\"]", "Paris", false},
    {"[\"Paris\",\"the capital\"]", "- Paris\n- the capital", false},
    {"{\"answer\":\"Paris\"}", "Paris", false},
    {"{\"actions\":[{\"name\":\"book\",\"kwargs\":{\"to\":\"SEA\"}}]}", "actions:\n  - calls book (to: SEA)", false},
    {"icontains: refund\njavascript: output.includes('30')\n  ? 1 : 0\nlatency: 60000", "says: refund\n(and 2 checks by a program)", true},
    {"not-contains: **\nllm-rubric: Friendly,\nand short.", "does not say: **\nFriendly,\nand short.", true},
    {"contains: \"decision\":\"reject\"", "says: decision: reject", true},
    {"is-json", "(and 1 check by a program)", true},
    {"a text: of no assertion", "a text: of no assertion", true},
};
/* clang-format on */

static void test_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		struct arena arena = ARENA_INIT;
		same(expected[i].payload,
		     subject_read_expected(str_of(expected[i].payload), expected[i].assertions, &arena),
		     expected[i].told);
		arena_done(&arena);
	}
}

static void test_metadata(void **state)
{
	(void)state;
	/* clang-format off */
	static const struct {
		const char *question, *json, *told;
	} rows[] = {
	    {"Who?", "{\"context\":[\"expected one\"],\"retrieval_context\":[\"got\"]}", "asks Who?\ndoc - = got\n"},
	    {"Who?", "{\"context\":[\"expected one\"],\"retrievalContext\":[]}", "asks Who?\ndoc - = expected one\n"},
	    {"Who?", "{\"contexts\":[\"x\",\"y\"],\"supporting_titles\":[\"X\",\"Y\"]}", "asks Who?\ndoc X = x\ndoc Y = y\n"},
	    {"Which?", "{\"references\":[{\"output\":{\"text\":\"one\"}},{\"output\":{\"text\":\"two\"}}]}",
	     "field choices = A) one\nB) two\nasks Which?\n"},
	    {"Which, one or two?", "{\"doc\":{\"choices\":[\"one\",\"two\"]}}", "asks Which, one or two?\n"},
	    {"Which?", "{\"choices\":[\"A\",\"B\"]}", "asks Which?\n"},
	    {"Who?", "no JSON", "asks Who?\n"},
	};
	/* clang-format on */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct subject_draft d = {.arena = &arena, .question = str_of(rows[i].question)};
		struct buf told = BUF_INIT;
		subject_read_metadata(&d, str_of(rows[i].json));
		tell(&told, &d);
		same(rows[i].json, buf_str(&told), rows[i].told);
		buf_done(&told);
		arena_done(&arena);
	}
}

/* ---------------------------------------------------------------- messages that an importer made out */

static void test_messages(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct subject_draft d = {.arena = &arena};
	struct buf told = BUF_INIT;
	/* clang-format off */
	const struct message_part text[] = {
	    {.type = PART_TEXT, .text = STR_LIT("Be brief.")},
	    {.type = PART_TEXT, .text = STR_LIT("Weather?")},
	    {.type = PART_TOOL_CALL, .name = STR_LIT("get"), .text = STR_LIT("{\"city\":\"Paris\"}")},
	    {.type = PART_TOOL_RESULT, .name = STR_LIT("get"), .text = STR_LIT("{\"temp_c\":23}")},
	    {.type = PART_TEXT, .text = STR_LIT("{\"answer\":\"23 C\"}")},
	};
	struct message m[] = {
	    {.role = STR_LIT("system"),    .parts = &text[0], .n_parts = 1                },
	    {.role = STR_LIT("user"),      .parts = &text[1], .n_parts = 1                },
	    {.role = STR_LIT("assistant"), .parts = &text[2], .n_parts = 1                },
	    {.role = STR_LIT("user"),      .parts = &text[3], .n_parts = 1                },
	    {.role = STR_LIT("assistant"), .parts = &text[4], .n_parts = 1, .output = true},
	};
	/* clang-format on */
	assert_true(subject_read_messages(&d, m, 5));
	tell(&told, &d);
	same("a call", buf_str(&told), "turn instructions = Be brief.\nasks Weather?\ndoc get = temp c: 23\n");
	same("what it made", subject_read_made(m, 5, &arena), "23 C");
	m[2].output = true;
	same("a call and then words", subject_read_made(m, 5, &arena), "23 C");
	same("calls alone", subject_read_made(m, 4, &arena), "calls get (city: Paris)");
	assert_null(subject_read_made(m, 2, &arena).ptr);
	d = (struct subject_draft){.arena = &arena};
	assert_false(subject_read_messages(&d, NULL, 0));
	buf_done(&told);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- hostile ones */

static void read_all(struct str text)
{
	struct arena arena = ARENA_INIT;
	struct subject_draft d = {.arena = &arena};
	subject_read_input(&d, text);
	subject_read_answer(&d, text, &arena);
	subject_read_expected(text, true, &arena);
	subject_read_expected(text, false, &arena);
	subject_read_metadata(&d, text);
	subject_plain(text, &arena);
	assert_true(d.turns.n <= SUBJECT_LIST && d.fields.n <= SUBJECT_LIST && d.documents.n <= SUBJECT_LIST);
	assert_true(d.question.len <= SUBJECT_BYTES + 200);
	arena_done(&arena);
}

static void test_hostile(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	/* Deep: lists, objects, JSON in strings. */
	buf_add_fill(&b, '[', 900);
	buf_add_fill(&b, ']', 900);
	read_all(buf_str(&b));
	buf_clear(&b);
	for (int i = 0; i < 900; i++)
		buf_add_cstr(&b, i % 2 ? "{\"output\":" : "{\"messages\":[{\"role\":\"user\",\"content\":");
	read_all(buf_str(&b));
	buf_clear(&b);
	for (int i = 0; i < 300; i++)
		buf_add_cstr(&b, "{\"input\":");
	buf_add_cstr(&b, "\"x\"");
	buf_add_fill(&b, '}', 300);
	read_all(buf_str(&b));
	/* Every beginning of the payloads above, and each with a byte that is none. */
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		struct str p = str_of(inputs[i].payload);
		for (size_t n = 0; n <= p.len; n++)
			read_all(str_cut(p, 0, n));
		buf_clear(&b);
		buf_add_str(&b, p);
		for (size_t n = 0; n < p.len; n += 3) {
			char was = b.ptr[n];
			b.ptr[n] = n % 2 ? '\0' : (char)0xff;
			read_all(buf_str(&b));
			b.ptr[n] = was;
		}
	}
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		for (size_t n = 0; n <= strlen(answers[i].payload); n++)
			read_all(str_cut(str_of(answers[i].payload), 0, n));
	buf_done(&b);
}

/* 100,000 messages, fields, documents; a text of 20 MB: bounded, and what is left out is said. */
static void test_long(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct subject_draft d = {.arena = &arena};
	buf_add_cstr(&b, "[{\"role\":\"system\",\"content\":\"S\"}");
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, ",{\"role\":\"%s\",\"content\":\"m%d\"}", i % 2 ? "assistant" : "user", i);
	buf_add_cstr(&b, ",{\"role\":\"user\",\"content\":\"last\"}]");
	subject_read_input(&d, buf_str(&b));
	same("the last", d.question, "last");
	assert_int_equal(d.turns.n, SUBJECT_LIST);
	same("first the instructions", d.turns.at[0].name, "instructions");
	same("then the newest", d.turns.at[SUBJECT_LIST - 1].text, "m99998");
	assert_int_equal(d.turns.more, 100001 - SUBJECT_LIST);
	buf_clear(&b);
	d = (struct subject_draft){.arena = &arena};
	buf_add_cstr(&b, "{\"question\":\"q\",\"documents\":[\"d\"");
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, ",\"d%d\"", i);
	buf_add_cstr(&b, "]");
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, ",\"f%d\":1", i);
	buf_add_cstr(&b, "}");
	subject_read_input(&d, buf_str(&b));
	assert_int_equal(d.documents.n, SUBJECT_LIST);
	assert_int_equal(d.documents.more, 100001 - SUBJECT_LIST);
	assert_int_equal(d.fields.n, SUBJECT_LIST);
	assert_int_equal(d.fields.more, 100000 - SUBJECT_LIST);
	buf_clear(&b);
	d = (struct subject_draft){.arena = &arena};
	while (b.len < 20u << 20)
		buf_add_cstr(&b, "É un testo. ");
	subject_read_input(&d, buf_str(&b));
	assert_true(d.question.len <= SUBJECT_BYTES + 200);
	assert_true(text_is_valid(d.question));
	assert_true(str_find(d.question, STR_LIT("more are not shown here)")) != SIZE_MAX);
	struct str answer = subject_read_answer(&d, buf_str(&b), &arena);
	assert_true(answer.len <= SUBJECT_BYTES + 200);
	buf_done(&b);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- the store */

static void import(const char *const *files, size_t n)
{
	struct err err = ERR_INIT;
	char names[4][100];
	char *paths[4];
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "%s", files[i]);
		paths[i] = names[i];
	}
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = import_paths(db, paths, n, &opts, NULL, &report, &err);
	import_report_done(&report);
	if (!ok)
		fail_msg("%s", err.text);
}

static void load(const struct subject_at *at, struct block_cache *blocks, struct arena *arena, struct subject *out)
{
	struct err err = ERR_INIT;
	if (!subject_load(db, blocks, at, arena, out, &err))
		fail_msg("%s", err.text);
}

static struct subject_at first_case(const char *run, const char *title)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db,
	                          "SELECT c.run, c.case_id, c.repeat FROM run r JOIN case_result c ON c.run = r.id"
	                          " WHERE r.name = ? AND c.title = ? LIMIT 1",
	                          &err);
	stmt_str(s, 1, str_of(run));
	stmt_str(s, 2, str_of(title));
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	struct subject_at at = {
	    .kind = SUBJECT_CASE, .at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)}
        };
	stmt_end(s);
	return at;
}

/* A case with the documents of the trace it names; a pair; the trace itself; which sentence is worded after which document. */
static void test_samples(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const char *files[] = {"tests/data/evals-claims.tar.gz", "tests/data/traces-claims.jsonl.gz"};
	import(files, 2);
	struct block_cache *blocks = block_cache_new(db);
	struct subject_at at = first_case("claims steps", "bicycle gone from the open yard, Bremen");
	struct subject s, key;
	load(&at, blocks, &arena, &s);
	same("question", s.question,
	     "My bicycle, EUR 577, was taken from the open yard in Bremen. Nothing was forced.");
	same("answer", s.answer,
	     "decision: reject\nrule: home-2\npayout eur: 0\nreason: Burglary: Covered if a door or window was forced "
	     "and "
	     "the police were told within 48 hours. The rule names exactly this.");
	same("expected", s.expected,
	     "says: decision: reject\nThe reason follows from the rule that is named and from the facts of the claim.\n"
	     "(and 1 check by a program)");
	assert_int_equal(s.n_fields, 1);
	same("field", s.fields[0].name, "line");
	assert_true(s.n_documents >= 4);
	same("its name", s.documents[0].name, "home-2");
	/* The key and the hashes are those of the source's texts, not of what is shown. */
	assert_true(str_starts(s.raw_output, "{\"decision\":\"reject\""));
	assert_true(subject_target(db, blocks, &at, &arena, &key, &err));
	assert_memory_equal(key.hash.byte, s.hash.byte, sizeof s.hash.byte);
	assert_memory_equal(annotation_io_hash(s.raw_input, s.raw_output).byte, s.io.byte, sizeof s.io.byte);
	assert_int_equal(key.n_documents, 0);
	/* A pair: the documents of both, each once. */
	struct subject_at b = first_case("claims rerank", "bicycle gone from the open yard, Bremen");
	at.kind = SUBJECT_PAIR;
	at.run_b = b.at.run;
	at.repeat_b = b.at.repeat;
	load(&at, blocks, &arena, &s);
	assert_true(s.answer.len && s.answer_b.len && !str_eq(s.answer, s.answer_b));
	for (size_t i = 0; i < s.n_documents; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(s.documents[i].text, s.documents[k].text));
	/* The trace: question and answer of its root. */
	struct stmt *q = db_query(db,
	                          "SELECT t.id FROM case_result c JOIN trace t ON t.key = c.trace WHERE c.run = ? AND"
	                          " c.case_id = ?",
	                          &err);
	stmt_int(q, 1, b.at.run);
	stmt_int(q, 2, b.at.case_id);
	assert_int_equal(stmt_step(q, &err), STEP_ROW);
	at = (struct subject_at){.kind = SUBJECT_TRACE, .trace = col_int(q, 0)};
	stmt_end(q);
	load(&at, blocks, &arena, &s);
	same("question", s.question,
	     "My bicycle, EUR 577, was taken from the open yard in Bremen. Nothing was forced.");
	assert_true(str_starts(s.answer, "decision: "));
	assert_true(s.n_documents > 0);
	/* A row that is gone says so. */
	at.trace = 999999;
	assert_false(subject_load(db, blocks, &at, &arena, &s, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	block_cache_free(blocks);
	arena_done(&arena);
}

/* Two traces of one session: the first is what was said before the second. */
static void test_session(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const char *files[] = {"tests/data/traces-agent.jsonl"};
	import(files, 1);
	struct block_cache *blocks = block_cache_new(db);
	struct stmt *q =
	    db_query(db,
	             "SELECT b.id, a.id FROM trace a JOIN trace b ON b.session = a.session AND b.start_ns > a.start_ns"
	             " WHERE NOT EXISTS (SELECT 1 FROM trace c WHERE c.session = a.session AND c.start_ns <"
	             " b.start_ns AND c.id <> a.id) LIMIT 1",
	             &err);
	if (stmt_step(q, &err) == STEP_ROW) {
		struct subject second, first;
		struct subject_at at = {.kind = SUBJECT_TRACE, .trace = col_int(q, 0)}, before = at;
		before.trace = col_int(q, 1);
		load(&at, blocks, &arena, &second);
		load(&before, blocks, &arena, &first);
		assert_true(second.n_turns >= 2);
		assert_true(str_eq(second.turns[0].text, first.question));
		assert_true(str_is(second.turns[0].name, "user"));
		assert_true(str_eq(second.turns[1].text, first.answer));
	} else {
		fail_msg("the sample has no session of two traces");
	}
	stmt_end(q);
	block_cache_free(blocks);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_inputs),   cmocka_unit_test(test_answers),  cmocka_unit_test(test_expected),
	    cmocka_unit_test(test_metadata), cmocka_unit_test(test_messages), cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_long),     cmocka_unit_test(test_samples),  cmocka_unit_test(test_session),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
