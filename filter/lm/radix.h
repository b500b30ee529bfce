/* radix.h: sorting records by an unsigned key, in place.
 *
 * Radix from the highest byte (the American flag sort of McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993):
 * linear time whatever the input, no second array; small groups by insertion. Not stable. State: 6 KiB of stack a byte of
 * the key. */
#ifndef LEAT_FILTER_LM_RADIX_H
#define LEAT_FILTER_LM_RADIX_H

#include <stdbool.h>
#include <stdint.h>

#define RADIX_SMALL 24
#define RADIX_BYTE(k, shift) ((unsigned)((k) >> (shift)) & 255)

/* name_from(a, n, shift): by the bytes of KEY(record) from the one at `shift` (a multiple of 8) downwards. */
#define DEFINE_RADIX(name, type, KEY)                                                                                          \
    static void name##_small(type *a, uint64_t n)                                                                              \
    {                                                                                                                          \
        for (uint64_t i = 1; i < n; i++) {                                                                                     \
            type x = a[i];                                                                                                     \
            uint64_t j = i;                                                                                                    \
            for (; j > 0 && KEY(a[j - 1]) > KEY(x); j--) a[j] = a[j - 1];                                                      \
            a[j] = x;                                                                                                          \
        }                                                                                                                      \
    }                                                                                                                          \
    /* Each record is swapped to the next place of its byte, until all are there: unlike following a chain of                \
     * displaced records, the next one to be moved does not wait for the last, so misses of the cache overlap. */ \
    static void name##_place(type *a, uint64_t *next, const uint64_t *end, unsigned shift)                                     \
    {                                                                                                                          \
        for (bool moved = true; moved;) {                                                                                      \
            moved = false;                                                                                                     \
            for (unsigned b = 0; b < 256; b++) {                                                                               \
                moved |= next[b] < end[b];                                                                                     \
                for (uint64_t i = next[b], to = end[b]; i < to; i++) {                                                         \
                    uint64_t at = next[RADIX_BYTE(KEY(a[i]), shift)]++;                                                        \
                    type x = a[i];                                                                                             \
                    a[i] = a[at];                                                                                              \
                    a[at] = x;                                                                                                 \
                }                                                                                                              \
            }                                                                                                                  \
        }                                                                                                                      \
    }                                                                                                                          \
    static void name##_from(type *a, uint64_t n, unsigned shift)                                                               \
    {                                                                                                                          \
        uint64_t count[256] = {0}, next[256], end[256], at = 0;                                                                \
        if (n <= RADIX_SMALL) {                                                                                                \
            name##_small(a, n);                                                                                                \
            return;                                                                                                            \
        }                                                                                                                      \
        for (uint64_t i = 0; i < n; i++) count[RADIX_BYTE(KEY(a[i]), shift)]++;                                                \
        for (unsigned b = 0; b < 256; b++) {                                                                                   \
            next[b] = at;                                                                                                      \
            end[b] = at += count[b];                                                                                           \
        }                                                                                                                      \
        name##_place(a, next, end, shift);                                                                                     \
        if (shift == 0) return;                                                                                                \
        for (unsigned b = 0; b < 256; b++)                                                                                     \
            if (count[b] > 1) name##_from(a + end[b] - count[b], count[b], shift - 8);                                         \
    }

/* The shift of the highest byte of a key of so many bits. */
static inline unsigned radix_top(unsigned key_bits)
{
    return key_bits <= 8 ? 0 : (key_bits - 1) / 8 * 8;
}

#endif
