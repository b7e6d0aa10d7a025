/* store/base/pack: what goes in comes out, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zstd.h>

#include "store/base/pack.h"

static void fill(struct buf *raw, size_t n)
{
	uint32_t x = 12345;
	buf_clear(raw);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525U + 1013904223U;
		buf_add_char(raw, (char)(unsigned char)((x >> 24) % 40 + 'A'));
	}
}

static void test_round_trip(void **state)
{
	(void)state;
	struct pack *p = pack_new(1);
	struct buf raw = BUF_INIT, packed = BUF_INIT, back = BUF_INIT;
	static const size_t sizes[] = {0, 1, 2, 100, 65536, 300000};
	struct err err = ERR_INIT;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		fill(&raw, sizes[i]);
		pack_compress(p, buf_str(&raw), &packed);
		assert_true(pack_expand(p, buf_str(&packed), raw.len, 1 << 20, &back, &err));
		assert_true(str_eq(buf_str(&raw), buf_str(&back)));
		assert_int_equal(buf_cstr(&back)[back.len], '\0');
	}
	assert_true(packed.len < raw.len);
	buf_done(&raw);
	buf_done(&packed);
	buf_done(&back);
	pack_free(p);
	pack_free(NULL);
}

static void expect_refused(struct pack *p, struct str packed, size_t raw_size, size_t limit)
{
	struct buf back = BUF_INIT;
	struct err err = ERR_INIT;
	assert_false(pack_expand(p, packed, raw_size, limit, &back, &err));
	assert_int_equal(err.code, ERR_STORE);
	assert_true(err.text[0]);
	assert_int_equal(back.len, 0);
	buf_done(&back);
}

static void test_damage(void **state)
{
	(void)state;
	struct pack *p = pack_new(1);
	struct buf raw = BUF_INIT, packed = BUF_INIT;
	fill(&raw, 5000);
	pack_compress(p, buf_str(&raw), &packed);
	struct str good = buf_str(&packed);
	expect_refused(p, good, 5000, 4999);
	expect_refused(p, good, 4999, 1 << 20);
	expect_refused(p, good, 5001, 1 << 20);
	expect_refused(p, STR_NONE, 0, 10);
	expect_refused(p, STR_LIT("not zstd at all"), 10, 100);
	expect_refused(p, str_cut(good, 0, good.len - 1), 5000, 1 << 20);
	int taken = 0;
	for (size_t i = 0; i < packed.len; i++) { /* the checksum sees every flipped bit that the format does not */
		packed.ptr[i] = (char)(packed.ptr[i] ^ 4);
		struct buf back = BUF_INIT;
		taken += pack_expand(p, good, 5000, 1 << 20, &back, NULL) && !str_eq(buf_str(&raw), buf_str(&back));
		buf_done(&back);
		packed.ptr[i] = (char)(packed.ptr[i] ^ 4);
	}
	assert_int_equal(taken, 0);
	buf_add_str(&packed, STR_LIT("tail"));
	expect_refused(p, buf_str(&packed), 5000, 1 << 20);
	buf_done(&raw);
	buf_done(&packed);
	pack_free(p);
}

/* 64 MB of zeros in some KB that claim to be 100 bytes, or claim nothing. */
static void test_bomb(void **state)
{
	(void)state;
	size_t size = 64 << 20, room = ZSTD_compressBound(size);
	char *zeros = xcalloc(size, 1), *bomb = xmalloc(room);
	ZSTD_CCtx *ctx = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_contentSizeFlag, 0);
	size_t n = ZSTD_compress2(ctx, bomb, room, zeros, size);
	assert_false(ZSTD_isError(n));
	struct pack *p = pack_new(1);
	expect_refused(p, (struct str){bomb, n}, 100, 1 << 20);
	expect_refused(p, (struct str){bomb, n}, size, 1 << 20);
	pack_free(p);
	ZSTD_freeCCtx(ctx);
	free(zeros);
	free(bomb);
}

static void test_crc32(void **state)
{
	(void)state;
	assert_int_equal(pack_crc32(0, STR_LIT("123456789")), 0xCBF43926U);
	assert_int_equal(pack_crc32(0, STR_NONE), 0);
	assert_int_equal(pack_crc32(pack_crc32(0, STR_LIT("1234")), STR_LIT("56789")), 0xCBF43926U);
	assert_int_equal(pack_crc32(0xCBF43926U, STR_NONE), 0xCBF43926U);
}

static void test_varint(void **state)
{
	(void)state;
	static const struct {
		uint64_t n;
		size_t bytes;
	} rows[] = {
	    {0,	         1 },
	    {1,	         1 },
	    {127,               1 },
	    {128,               2 },
	    {16383,             2 },
	    {16384,             3 },
	    {UINT32_MAX,        5 },
	    {(uint64_t)1 << 62, 9 },
	    {(uint64_t)1 << 63, 10},
	    {UINT64_MAX,        10}
        };
	struct buf b = BUF_INIT;
	uint64_t n;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		pack_varint(&b, rows[i].n);
		assert_int_equal(b.len, rows[i].bytes);
		for (size_t cut = 0; cut < b.len; cut++) {
			struct str rest = str_cut(buf_str(&b), 0, cut);
			assert_false(pack_unvarint(&rest, &n));
			assert_int_equal(rest.len, cut);
		}
		buf_add_char(&b, 'x');
		struct str rest = buf_str(&b);
		assert_true(pack_unvarint(&rest, &n));
		assert_true(n == rows[i].n);
		assert_true(str_is(rest, "x"));
	}
	buf_done(&b);
	struct str big = STR_LIT("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02");
	assert_false(pack_unvarint(&big, &n));
	struct str longer = STR_LIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01");
	assert_false(pack_unvarint(&longer, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_round_trip), cmocka_unit_test(test_damage), cmocka_unit_test(test_bomb),
	    cmocka_unit_test(test_crc32),      cmocka_unit_test(test_varint),
	};
	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
