#include "store/base/hash.h"

#include <pthread.h>
#include <unistd.h>
#include <sha2.h>
#include <string.h>
#define XXH_INLINE_ALL /* most of what is hashed is short */
#include <xxhash.h>

#include "store/base/err.h"

uint64_t hash64(struct str bytes)
{
	return XXH3_64bits(bytes.ptr ? bytes.ptr : "", bytes.len);
}

static struct hash128 canonical(XXH128_hash_t value)
{
	XXH128_canonical_t form;
	struct hash128 hash;
	XXH128_canonicalFromHash(&form, value);
	memcpy(hash.byte, form.digest, sizeof hash.byte);
	return hash;
}

struct hash128 hash128_of(struct str bytes)
{
	return canonical(XXH3_128bits(bytes.ptr ? bytes.ptr : "", bytes.len));
}

bool hash128_eq(struct hash128 a, struct hash128 b)
{
	return memcmp(a.byte, b.byte, sizeof a.byte) == 0;
}

struct hasher {
	XXH3_state_t *state;
};

struct hasher *hasher_new(void)
{
	struct hasher *h = xmalloc(sizeof *h);
	h->state = XXH3_createState();
	if (!h->state)
		err_die("out of memory (hash state)");
	XXH3_128bits_reset(h->state);
	return h;
}

struct hasher *hasher_copy(const struct hasher *h)
{
	struct hasher *copy = hasher_new();
	XXH3_copyState(copy->state, h->state);
	return copy;
}

void hasher_free(struct hasher *h)
{
	if (!h)
		return;
	XXH3_freeState(h->state);
	free(h);
}

void hasher_add(struct hasher *h, struct str bytes)
{
	if (bytes.len)
		XXH3_128bits_update(h->state, bytes.ptr, bytes.len);
}

struct hash128 hasher_value(const struct hasher *h)
{
	return canonical(XXH3_128bits_digest(h->state));
}

struct sha256 sha256_of(struct str bytes)
{
	SHA2_CTX ctx;
	struct sha256 hash;
	SHA256Init(&ctx);
	if (bytes.len)
		SHA256Update(&ctx, (const uint8_t *)bytes.ptr, bytes.len);
	SHA256Final(hash.byte, &ctx);
	return hash;
}

void hash_hex(struct buf *out, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *b = bytes;
	buf_reserve(out, size_mul(n, 2));
	for (size_t i = 0; i < n; i++) {
		buf_add_char(out, digits[b[i] >> 4]);
		buf_add_char(out, digits[b[i] & 15]);
	}
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hash_unhex(struct str hex, unsigned char *bytes, size_t n)
{
	if (hex.len % 2 || hex.len / 2 != n)
		return false;
	for (size_t i = 0; i < hex.len; i++)
		if (digit_of(hex.ptr[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)(digit_of(hex.ptr[2 * i]) * 16 + digit_of(hex.ptr[2 * i + 1]));
	return true;
}

/* ---------------------------------------------------------------- keys that somebody may have chosen */

static uint64_t seed[2];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	if (getentropy(seed, sizeof seed) != 0)
		seed[0] = (uint64_t)(uintptr_t)&seed_once ^ (uint64_t)getpid();
	seed[1] |= 1;
}

uint64_t hash_spread(uint64_t key)
{
	pthread_once(&seed_once, make_seed);
	key = (key ^ seed[0]) * seed[1];
	key = (key ^ (key >> 32)) * 0x9E3779B97F4A7C15u;
	return key ^ (key >> 29);
}
