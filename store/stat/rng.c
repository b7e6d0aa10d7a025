#include "store/stat/rng.h"

__extension__ typedef unsigned __int128 uint128;

static const uint64_t GOLDEN_GAMMA = UINT64_C(0x9E3779B97F4A7C15);

uint64_t rng_mix64(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

struct rng rng_stream(uint64_t seed, uint64_t stream)
{
	struct rng rng;
	for (uint64_t i = 0; i < 4; i++)
		rng.word[i] = rng_mix64(seed + (4 * stream + i + 1) * GOLDEN_GAMMA);
	return rng;
}

static uint64_t rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t *s = rng->word;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t rng_index(struct rng *rng, uint64_t n)
{
	uint128 product = (uint128)rng_next(rng) * n;
	/* 2^64 mod n is below n: the division is needed only once in 2^64/n draws. */
	if ((uint64_t)product < n) {
		uint64_t floor = -n % n;
		while ((uint64_t)product < floor)
			product = (uint128)rng_next(rng) * n;
	}
	return (uint64_t)(product >> 64);
}
