/* Seeded random numbers: xoshiro256** (Blackman & Vigna 2021, ACM TOMS 47:36) with states made by splitmix64 (Steele,
 * Lea & Flood 2014), indices by Lemire 2019 (ACM TOMACS 29:3). Every resample of a bootstrap has its own stream, so that
 * resamples may run in any order and on any thread and give the same bits. Not for secrets. */
#ifndef SPOOR_STORE_STAT_RNG_H
#define SPOOR_STORE_STAT_RNG_H

#include <stddef.h>
#include <stdint.h>

#define RNG_DEFAULT_SEED UINT64_C(0x73706F6F72)

struct rng {
	uint64_t word[4]; /* never all zero */
};

/* The finaliser of splitmix64: a bijection that spreads every bit. */
uint64_t rng_mix64(uint64_t x);
/* The state of resample number `stream` under `seed`: word i = mix64(seed + (4·stream + i + 1)·golden gamma). */
struct rng rng_stream(uint64_t seed, uint64_t stream);
uint64_t rng_next(struct rng *rng);
/* Uniform in 0..n-1 without bias, n >= 1: high half of next()·n, redrawn while the low half < 2^64 mod n. */
uint64_t rng_index(struct rng *rng, uint64_t n);

/* Four streams side by side: their words in vectors, so that one instruction moves several of them. Each draws exactly what
 * rng_index would draw from it. */
enum { RNG_LANES = 4 };
typedef uint64_t rng_vector __attribute__((vector_size(8 * RNG_LANES)));
struct rng_lanes {
	rng_vector word[4];
};
void rng_lanes_init(struct rng_lanes *lanes, uint64_t seed, uint64_t first_stream);
/* The next `count` indices of every lane, index i of lane k at out[i * RNG_LANES + k]; 1 <= n < 2^32. */
void rng_lanes_indices(struct rng_lanes *lanes, uint64_t n, uint32_t *out, size_t count);

#endif
