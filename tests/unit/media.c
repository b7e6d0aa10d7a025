/* base64 in texts: found, measured, shown, decoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/base/media.h"

#define PNG \
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==" /* 70 bytes */

static void assert_shown(const char *text, const char *expected)
{
	struct buf out = BUF_INIT;
	bool any = media_shown(&out, str_of(text));
	if (expected)
		assert_string_equal(buf_cstr(&out), expected);
	assert_int_equal(any, expected != NULL);
	assert_true(any || out.len == 0);
	buf_done(&out);
}

static void test_uris(void **state)
{
	(void)state;
	assert_shown("data:image/png;base64," PNG, "[image/png, 70 bytes]");
	assert_shown("see data:image/png;base64," PNG " and go on", "see [image/png, 70 bytes] and go on");
	assert_shown("{\"url\":\"data:audio/wav;codecs=1;base64,UklGRg==\"}", "{\"url\":\"[audio/wav, 4 bytes]\"}");
	assert_shown("data:;base64,aGVsbG8=", "[base64, 5 bytes]");
	assert_shown("metadata:image/png;base64,aGVsbG8=", "meta[image/png, 5 bytes]");
	assert_shown("a data:image/gif;base64,R0lGODlhAQ== b data:x/y;base64,AAAA c",
	             "a [image/gif, 7 bytes] b [x/y, 3 bytes] c");
	/* No base64: as it is. */
	assert_shown("data:text/plain,hello", NULL);
	assert_shown("data:image/png;base64,", NULL);
	assert_shown("data:image/png;base64,A", NULL);
	assert_shown("data:image/png;base64,AAAAA", NULL); /* a length that cannot be */
	assert_shown("the data: see below", NULL);
	assert_shown("", NULL);
}

static void test_values(void **state)
{
	(void)state;
	assert_shown("{\"data\":\"" PNG "\",\"n\":1}", "{\"data\":\"[image/png, 70 bytes]\",\"n\":1}");
	assert_shown(PNG, "[image/png, 70 bytes]");
	/* JSON in JSON, and a slash that is escaped */
	assert_shown("\"{\\\"d\\\":\\\"data:image/png;base64,AA\\/A\\\"}\"",
	             "\"{\\\"d\\\":\\\"[image/png, 3 bytes]\\\"}\"");
	assert_shown("[\"{\\\"d\\\":\\\"" PNG "\\\"}\"]", "[\"{\\\"d\\\":\\\"[image/png, 70 bytes]\\\"}\"]");
	/* Within words of a text there is none. */
	assert_shown("x " PNG " y", NULL);
	assert_shown("{\"id\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}", NULL);
}

/* Of unknown type: long, valid, and looking like it. */
static void test_blind(void **state)
{
	(void)state;
	char text[600] = "\"";
	for (int i = 0; i < 300; i++)
		text[1 + i] = "Ab3/"[i % 4];
	text[301] = '"';
	assert_shown(text, "\"[base64, 225 bytes]\"");
	memset(text + 1, 'a', 300); /* nobody's base64 */
	assert_shown(text, NULL);
	for (int i = 0; i < 300; i++)
		text[1 + i] = "0a9f"[i % 4]; /* hexadecimal */
	assert_shown(text, NULL);
}

/* In lines of 76, as mail has it; prose after a short line is not taken. */
static void test_lines(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "data:image/png;base64,");
	for (int line = 0; line < 3; line++) {
		for (int i = 0; i < 19; i++)
			buf_add_cstr(&text, "AAAA");
		buf_add_char(&text, '\n');
	}
	buf_add_cstr(&text, "AAA=\nHello there");
	assert_shown(buf_cstr(&text), "[image/png, 173 bytes]\nHello there");
	buf_done(&text);
	assert_shown("data:image/png;base64,AAAA\nHello", "[image/png, 3 bytes]\nHello");
	assert_shown("line\ndata:image/png;base64,AAAA", "line\n[image/png, 3 bytes]");
}

static void test_types(void **state)
{
	(void)state;
	struct media m;
	assert_true(media_of(str_of("UklGRiQAAABXQVZFZm10IBAAAAABAAEA"), STR_NONE, &m));
	assert_true(str_is(m.type, "audio/wav"));
	assert_true(media_of(str_of("UklGRiQAAABXRUJQVlA4IBAA"), STR_NONE, &m));
	assert_true(str_is(m.type, "image/webp"));
	assert_true(media_of(str_of("data:image/gif;base64,AAAA"), str_of("image/webp"), &m));
	assert_true(str_is(m.type, "image/webp"));               /* what the source says */
	assert_true(media_of(str_of(PNG), str_of("image"), &m)); /* a word is less than a type */
	assert_true(str_is(m.type, "image/png"));
	assert_true(media_of(str_of("AAAA"), str_of("audio"), &m));
	assert_true(str_is(m.type, "audio"));
	assert_false(media_of(str_of("not base64"), STR_NONE, &m));
	assert_false(media_of(str_of(""), STR_NONE, &m));
	assert_string_equal(media_ending(str_of("IMAGE/PNG")), ".png");
	assert_string_equal(media_ending(str_of("../../x")), ".bin");
}

static void assert_decoded(const char *text, const char *bytes, size_t n)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	buf_add_char(&out, '<');
	bool ok = media_decode(&out, str_of(text), &err);
	assert_int_equal(ok, bytes != NULL);
	assert_int_equal(out.len, 1 + n);
	if (bytes)
		assert_memory_equal(out.ptr + 1, bytes, n);
	else
		assert_int_equal(err.code, ERR_INPUT);
	buf_done(&out);
}

static void test_decode(void **state)
{
	(void)state;
	/* RFC 4648, section 10 */
	assert_decoded("Zg==", "f", 1);
	assert_decoded("Zm8=", "fo", 2);
	assert_decoded("Zm9v", "foo", 3);
	assert_decoded("Zm9vYg==", "foob", 4);
	assert_decoded("Zm9vYmE", "fooba", 5); /* without padding */
	assert_decoded("-_-_", "\xfb\xff\xbf", 3);
	assert_decoded("+\\/+\\/", "\xfb\xff\xbf", 3);
	assert_decoded("", NULL, 0);
	assert_decoded("Zm9v!", NULL, 0);
	assert_decoded("Zm9vY", NULL, 0);
	assert_decoded("Zm9=", NULL, 0); /* bits left over */
	assert_decoded("Zg=", NULL, 0);  /* half a padding */
	assert_decoded("=", NULL, 0);
	assert_decoded("Zm9v Zm9v", NULL, 0);
}

/* What is found is what can be decoded, to the size that was said. */
static void test_sizes(void **state)
{
	(void)state;
	struct buf text = BUF_INIT, out = BUF_INIT;
	struct media m;
	for (size_t n = 4; n < 200; n++) {
		buf_clear(&text);
		buf_clear(&out);
		buf_add_cstr(&text, "{\"x\":\"data:a/b;base64,");
		buf_add_fill(&text, 'A', n);
		buf_add_cstr(&text, "\"}");
		if (!media_next(buf_str(&text), 0, &m)) {
			assert_int_equal(n % 4, 1);
			continue;
		}
		assert_true(media_decode(&out, m.body, NULL));
		assert_int_equal(out.len, m.bytes);
	}
	buf_done(&text);
	buf_done(&out);
}

/* Cut anywhere, with any byte in it: no reading beyond, and always an end. */
static void test_hostile(void **state)
{
	(void)state;
	static const char text[] = "x\"data:image/png;base64," PNG "\" \\\\/\\\\n data:;base64,====\n\"" PNG;
	for (size_t n = 0; n < sizeof text; n++) {
		char *copy = malloc(n ? n : 1);
		struct media m;
		size_t from = 0;
		memcpy(copy, text, n);
		for (int i = 0; media_next((struct str){copy, n}, from, &m); i++) {
			assert_true(m.len > 0 && m.at >= from && m.at + m.len <= n && i < 10);
			from = m.at + m.len;
		}
		free(copy);
	}
	/* Linear: 8 MB without an end of a word, without a beginning of one. */
	struct buf big = BUF_INIT;
	struct media m;
	buf_add_fill(&big, 'd', 8 << 20);
	assert_false(media_next(buf_str(&big), 0, &m));
	buf_clear(&big);
	while (big.len < 8 << 20)
		buf_add_cstr(&big, "data:a;base64,A ");
	assert_false(media_next(buf_str(&big), 0, &m));
	buf_done(&big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_uris),  cmocka_unit_test(test_values),  cmocka_unit_test(test_blind),
	    cmocka_unit_test(test_lines), cmocka_unit_test(test_types),   cmocka_unit_test(test_decode),
	    cmocka_unit_test(test_sizes), cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
