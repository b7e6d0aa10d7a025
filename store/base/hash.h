/* Hashes. XXH3 (libxxhash) inside the store; SHA-256 (libmd) for keys that travel between stores. */
#ifndef SPOOR_STORE_BASE_HASH_H
#define SPOOR_STORE_BASE_HASH_H

#include "store/base/str.h"

/* Spreads keys that an attacker may have chosen: seeded once for each process, so never a part of any result. */
uint64_t hash_spread(uint64_t key);

struct hash128 {
	unsigned char byte[16]; /* canonical (big-endian) XXH3-128 */
};

uint64_t hash64(struct str bytes);
struct hash128 hash128_of(struct str bytes);
bool hash128_eq(struct hash128 a, struct hash128 b);

/* Running XXH3-128 over a stream. */
struct hasher;
struct hasher *hasher_new(void);
struct hasher *hasher_copy(const struct hasher *h);
void hasher_free(struct hasher *h);
void hasher_add(struct hasher *h, struct str bytes);
struct hash128 hasher_value(const struct hasher *h); /* so far; adding may go on */

struct sha256 {
	unsigned char byte[32];
};
struct sha256 sha256_of(struct str bytes);
void hash_hex(struct buf *out, const void *bytes, size_t n); /* lower case */
/* Hex of either case → bytes; false unless exactly 2 n hex digits. */
bool hash_unhex(struct str hex, unsigned char *bytes, size_t n);

#endif
