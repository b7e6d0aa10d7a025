#include "store/stat/rng.h"

#include <stdbool.h>

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

/* ---------------------------------------------------------------- four at once */

void rng_lanes_init(struct rng_lanes *lanes, uint64_t seed, uint64_t first_stream)
{
	for (uint64_t k = 0; k < RNG_LANES; k++) {
		struct rng rng = rng_stream(seed, first_stream + k);
		for (size_t i = 0; i < 4; i++)
			lanes->word[i][k] = rng.word[i];
	}
}

/* As rng_next and rng_index, but without the redraw: false if any lane may have to draw again, which is once in 2^32/n draws at
 * most. With n < 2^32 the high half of the product is put together from two products of 32 bits by 32. */
#ifdef __x86_64__
#ifndef __SANITIZE_THREAD__ /* its run-time is not there yet when the choice is made */
__attribute__((target_clones("avx2", "default")))
#endif
#endif
static bool
draw(struct rng_lanes *lanes, uint64_t n, uint32_t *out, size_t count)
{
	const rng_vector half = {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, times = {n, n, n, n};
	rng_vector s0 = lanes->word[0], s1 = lanes->word[1], s2 = lanes->word[2], s3 = lanes->word[3], again = {0};
	for (size_t i = 0; i < count; i++) {
		rng_vector five = s1 + (s1 << 2), turned = five << 7 | five >> 57, x = turned + (turned << 3),
		           t = s1 << 17;
		s2 ^= s0;
		s3 ^= s1;
		s1 ^= s2;
		s0 ^= s3;
		s2 ^= t;
		s3 = s3 << 45 | s3 >> 19;
		rng_vector product = (x >> 32) * times + ((x & half) * times >> 32);
		again |= (rng_vector)((product & half) == 0);
		for (size_t k = 0; k < RNG_LANES; k++)
			out[i * RNG_LANES + k] = (uint32_t)(product[k] >> 32);
	}
	lanes->word[0] = s0;
	lanes->word[1] = s1;
	lanes->word[2] = s2;
	lanes->word[3] = s3;
	return !(again[0] | again[1] | again[2] | again[3]);
}

static void draw_each(struct rng_lanes *lanes, uint64_t n, uint32_t *out, size_t count)
{
	for (size_t k = 0; k < RNG_LANES; k++) {
		struct rng rng = {
		    {lanes->word[0][k], lanes->word[1][k], lanes->word[2][k], lanes->word[3][k]}
                };
		for (size_t i = 0; i < count; i++)
			out[i * RNG_LANES + k] = (uint32_t)rng_index(&rng, n);
		for (size_t i = 0; i < 4; i++)
			lanes->word[i][k] = rng.word[i];
	}
}

void rng_lanes_indices(struct rng_lanes *lanes, uint64_t n, uint32_t *out, size_t count)
{
	struct rng_lanes before = *lanes;
	if (draw(lanes, n, out, count))
		return;
	*lanes = before;
	draw_each(lanes, n, out, count);
}
