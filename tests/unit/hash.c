/* store/base/hash: values from the specifications, streams equal to one go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/base/hash.h"

static void expect_hex(const void *bytes, size_t n, const char *hex)
{
	struct buf b = BUF_INIT;
	hash_hex(&b, bytes, n);
	assert_string_equal(buf_cstr(&b), hex);
	buf_done(&b);
}

/* FIPS 180-4 examples */
static void test_sha256(void **state)
{
	(void)state;
	struct sha256 hash = sha256_of(STR_NONE);
	expect_hex(hash.byte, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash = sha256_of(STR_LIT("abc"));
	expect_hex(hash.byte, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash = sha256_of(STR_LIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
	expect_hex(hash.byte, 32, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* The empty input's values as xxHash's own test vectors have them (seed 0). */
static void test_xxh3(void **state)
{
	(void)state;
	assert_int_equal(hash64(STR_NONE), 0x2D06800538D394C2U);
	struct hash128 hash = hash128_of(STR_NONE);
	expect_hex(hash.byte, 16, "99aa06d3014798d86001c324468d497f");
	assert_true(hash128_eq(hash, hash128_of(STR_LIT(""))));
	assert_false(hash128_eq(hash, hash128_of(STR_LIT("a"))));
	assert_int_not_equal(hash64(STR_LIT("a")), hash64(STR_LIT("b")));
}

static void test_stream(void **state)
{
	(void)state;
	struct buf all = BUF_INIT;
	struct hasher *h = hasher_new();
	assert_true(hash128_eq(hasher_value(h), hash128_of(STR_NONE)));
	for (size_t n = 0; n < 300; n++) {
		struct buf part = BUF_INIT;
		buf_add_fill(&part, (char)n, n);
		hasher_add(h, buf_str(&part));
		buf_add_str(&all, buf_str(&part));
		assert_true(hash128_eq(hasher_value(h), hash128_of(buf_str(&all)))); /* asking does not end it */
		buf_done(&part);
	}
	hasher_free(h);
	hasher_free(NULL);
	buf_done(&all);
}

static void test_hex(void **state)
{
	(void)state;
	unsigned char bytes[4] = {9, 9, 9, 9};
	expect_hex("\x00\x7f\x80\xff", 4, "007f80ff");
	assert_true(hash_unhex(STR_LIT("00aBfF10"), bytes, 4));
	assert_memory_equal(bytes, "\x00\xab\xff\x10", 4);
	assert_true(hash_unhex(STR_NONE, bytes, 0));
	static const char *const bad[] = {"", "00aBfF1", "00aBfF1g", "00aBfF1000", "0x00aBfF", " 0aBfF10", "+0aBfF10"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(hash_unhex(str_of(bad[i]), bytes, 4));
	assert_memory_equal(bytes, "\x00\xab\xff\x10", 4); /* untouched by what failed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sha256),
	    cmocka_unit_test(test_xxh3),
	    cmocka_unit_test(test_stream),
	    cmocka_unit_test(test_hex),
	};
	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
