/* What repeat.h remembers never shows: every chat of a random row of chats that grow, shrink, break off or change in the middle
 * gives the text, the scan and the hash that it gives alone. */
#include "import/repeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/stat/rng.h"

enum { CHATS = 3000 };

static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
static struct rng dice;

static size_t roll(size_t n)
{
	return (size_t)rng_index(&dice, n);
}

/* One element as it stands in the outer string, so with its quotes escaped. */
static void element(struct buf *out)
{
	static const char *const words[] = {
	    "refund ", "na\xC3\xAFve ",      "\\\\n",     "\\\\\\\"", "\\u00e9 ",    "\\\\u00e9",
	    "\\\\/",   "\\ud83d\\ude00",     "\\\\\\\\ ", "\\/ ",     "\\\\ud83d x", "\xE7\xAD\x94 ",
	    "\\t",     "twenty bytes or so "};
	static const char *const others[] = {"12",          "-3.5e2 ", "true", "null", "[]", "{\\\"a\\\": [1, 2]}",
	                                     "\\\"text\\\""};
	if (roll(4) == 0) {
		buf_add_cstr(out, others[roll(sizeof others / sizeof *others)]);
		return;
	}
	buf_add_cstr(out, "{\\\"role\\\": \\\"user\\\", \\\"content\\\": \\\"");
	for (size_t n = roll(120); n > 0; n--) {
		size_t k = roll(sizeof words / sizeof *words);
		if (k != 12 || roll(200) == 0) /* a raw tab inside a string: no JSON */
			buf_add_cstr(out, words[k]);
	}
	buf_add_cstr(out, "\\\"}");
}

static void change(struct buf *list)
{
	switch (roll(24)) {
	case 0:
	case 3:
	case 4: buf_clear(list); break;
	case 1: list->len = roll(list->len + 1); break; /* breaks off anywhere, an escape included */
	case 2:
		if (list->len)
			list->ptr[roll(list->len)] = 'x';
		break;
	default: break;
	}
	for (size_t n = roll(4); n > 0; n--) {
		if (list->len)
			buf_add_cstr(list, roll(40) ? ", " : " ");
		element(list);
	}
	if (list->len > 40000)
		buf_clear(list);
}

static void same_tokens(const struct scan *a, const struct scan *b)
{
	assert_int_equal(a->n, b->n);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct scan_token *s = &a->tokens[i], *t = &b->tokens[i];
		assert_true(s->at == t->at && s->len == t->len && s->next == t->next && s->type == t->type);
		assert_true(s->escaped == t->escaped && s->respelt == t->respelt);
	}
}

static void as_if_alone(void **state)
{
	struct repeat r = {.n_pieces = 0};
	struct buf list = BUF_INIT, text = BUF_INIT;
	struct scan outer = SCAN_INIT, inner = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	int taken = 0, good = 0;
	(void)state;
	dice = rng_stream(11, 0);
	for (int i = 0; i < CHATS; i++) {
		struct repeat_chat chat;
		change(&list);
		buf_clear(&text);
		buf_printf(&text, "\"[");
		buf_add_str(&text, buf_str(&list));
		buf_add_cstr(&text, roll(20) ? "]\"" : " ] \"");
		if (!scan_text(&outer, buf_str(&text), &opts) || !repeat_read(&r, scan_root(&outer), &chat))
			continue;
		struct str alone = val_str(scan_root(&outer), &arena);
		bool json = scan_text(&inner, alone, &opts);
		taken++;
		good += json;
		assert_true(str_eq(chat.text, alone));
		assert_int_equal(chat.json != NULL, json);
		if (json) {
			same_tokens(chat.json, &inner);
			assert_true(chat.hash == model_text_hash(alone));
		}
		arena_reset(&arena);
	}
	assert_in_range(good, CHATS / 4, CHATS);
	assert_in_range(taken - good, CHATS / 50, CHATS);
	repeat_done(&r);
	buf_done(&list);
	buf_done(&text);
	scan_done(&outer);
	scan_done(&inner);
	arena_done(&arena);
}

/* Short ones, other values and what is no list are left to the caller. */
static void not_taken(void **state)
{
	struct repeat r = {.n_pieces = 0};
	struct scan scan = SCAN_INIT;
	struct buf text = BUF_INIT;
	struct repeat_chat chat;
	(void)state;
	for (int i = 0; i < 4; i++) {
		static const char *const starts[] = {"\"[", "\"{", "[\"", "\"["}, *const ends[] = {"]\"", "}\"", "\"]",
		                                                                                   "\xFF]\""};
		buf_clear(&text);
		buf_add_cstr(&text, starts[i]);
		buf_add_fill(&text, ' ', i ? 5000 : 100);
		buf_add_cstr(&text, ends[i]);
		assert_true(scan_text(&scan, buf_str(&text), &opts));
		assert_false(repeat_read(&r, scan_root(&scan), &chat));
	}
	repeat_done(&r);
	scan_done(&scan);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_if_alone),
	    cmocka_unit_test(not_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
