/* words.h: how words are known: by a hash of their bytes, ASCII case aside.
 *
 * Eight bytes are one multiplication: the 128 bits of the product, folded (the idea of wyhash). A word is known by its hash
 * alone: what a collision costs is a hint that misleads. tests/bench/extraction/train.py computes the same. */
#ifndef LEAT_INGEST_WORDS_H
#define LEAT_INGEST_WORDS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t word_fold(uint64_t v)
{
    unsigned __int128 product = (unsigned __int128)v * 0x9e3779b97f4a7c15U;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The hash of the word of n > 0 bytes at p, never 0. Up to `end` bytes may be read. */
static inline uint32_t word_hash(const char *p, size_t n, const char *end)
{
    const uint64_t lower = 0x2020202020202020U;
    uint64_t h = 0, bytes = 0;
    for (; n > 8; p += 8, n -= 8) {
        memcpy(&bytes, p, 8);
        h = word_fold(h ^ (le64toh(bytes) | lower));
    }
    if (end - p >= 8)
        memcpy(&bytes, p, 8);
    else
        memcpy(&bytes, p, n);
    uint64_t mask = n < 8 ? ((uint64_t)1 << 8 * n) - 1 : UINT64_MAX;
    h = word_fold(h ^ ((le64toh(bytes) | lower) & mask));
    return (uint32_t)(h >> 32) | 1;
}

#endif
