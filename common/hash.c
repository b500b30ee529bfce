/* hash.c: XXH3 by libxxhash, in its canonical form, and the sample of documents that --sample takes.
 * The state of a stream is 576 bytes. Speed: the library's (AVX2 or SSE2 as it was built). */
#include "common/hash.h"

#include <stdlib.h>
#include <xxhash.h>

#define SAMPLE_SEED \
    0x6c656174u /* "leat": the sample must not follow the order that other uses of the id's hash give */

uint64_t hash64(const void *p, size_t n)
{
    return XXH3_64bits(p, n);
}

uint64_t hash64_seed(const void *p, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(p, n, seed);
}

struct hash128 hash128(const void *p, size_t n)
{
    XXH128_hash_t h = XXH3_128bits(p, n);
    return (struct hash128){h.high64, h.low64};
}

void hash64_hex(uint64_t h, char out[HASH64_HEX + 1])
{
    for (int i = 0; i < HASH64_HEX; i++) out[i] = "0123456789abcdef"[h >> (60 - 4 * i) & 15];
    out[HASH64_HEX] = 0;
}

void hash128_hex(struct hash128 h, char out[HASH128_HEX + 1])
{
    hash64_hex(h.hi, out);
    hash64_hex(h.lo, out + HASH64_HEX);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int hash64_parse(const char *hex, size_t n, uint64_t *h)
{
    if (n != HASH64_HEX) return -1;
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        int d = hex_digit(hex[i]);
        if (d < 0) return -1;
        v = v << 4 | (uint64_t)d;
    }
    *h = v;
    return 0;
}

/* libxxhash's state needs 64-byte alignment, which XXH3_createState gives. */
struct hash_stream *hash_stream_new(void)
{
    XXH3_state_t *s = XXH3_createState();
    if (s) XXH3_64bits_reset(s);
    return (struct hash_stream *)s;
}

void hash_stream_free(struct hash_stream *s)
{
    if (s) XXH3_freeState((XXH3_state_t *)s);
}

void hash_stream_reset(struct hash_stream *s)
{
    XXH3_64bits_reset((XXH3_state_t *)s);
}

void hash_stream_update(struct hash_stream *s, const void *p, size_t n)
{
    if (n) XXH3_64bits_update((XXH3_state_t *)s, p, n);
}

uint64_t hash_stream_digest(const struct hash_stream *s)
{
    return XXH3_64bits_digest((const XXH3_state_t *)s);
}

/* The top 53 bits of the hash as a number in [0, 1): exact in a double, so the same on every machine. */
bool hash_sampled(struct slice id, double p)
{
    return (double)(hash64_seed(id.p, id.n, SAMPLE_SEED) >> 11) * 0x1p-53 < p;
}
