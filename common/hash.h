/* hash.h: the hashes that leat writes into files and decides by: XXH3 (64 and 128 bits), never another.
 * Source: xxHash specification, https://github.com/Cyan4973/xxHash (library libxxhash). Values are the canonical
 * ones, so any xxHash implementation reproduces them (`xxhsum -H3`). */
#ifndef LEAT_COMMON_HASH_H
#define LEAT_COMMON_HASH_H

#include "buf.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hash128 {
    uint64_t hi, lo;
};

uint64_t hash64(const void *p, size_t n);                     /* XXH3_64bits, seed 0 */
uint64_t hash64_seed(const void *p, size_t n, uint64_t seed); /* XXH3_64bits_withSeed */
struct hash128 hash128(const void *p, size_t n);              /* XXH3_128bits, seed 0 */

static inline bool hash128_eq(struct hash128 a, struct hash128 b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

/* A finalizer for integers (murmur3's fmix64): a bijection on 64 bits. */
static inline uint64_t hash_mix64(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    x ^= x >> 33;
    return x;
}

#define HASH64_HEX 16 /* hex digits, big-endian, lower case; the buffers below need one more for the NUL */
#define HASH128_HEX 32
void hash64_hex(uint64_t h, char out[HASH64_HEX + 1]);
void hash128_hex(struct hash128 h, char out[HASH128_HEX + 1]);
int hash64_parse(const char *hex, size_t n, uint64_t *h); /* 0, or -1 when it is not 16 hex digits */

/* Streaming XXH3_64bits. */
struct hash_stream;
struct hash_stream *hash_stream_new(void); /* NULL: out of memory */
void hash_stream_free(struct hash_stream *s);
void hash_stream_reset(struct hash_stream *s);
void hash_stream_update(struct hash_stream *s, const void *p, size_t n);
uint64_t hash_stream_digest(const struct hash_stream *s); /* of all so far; the stream goes on */

/* --sample: whether the document with this id belongs to the share 0 <= p <= 1. The same documents at every stage;
 * a smaller share is a subset of a larger one. */
bool hash_sampled(struct slice id, double p);

#ifdef __cplusplus
}
#endif
#endif
