/* radix.h: sorting records by an unsigned key, in place.
 *
 * Radix from the highest bits (the American flag sort of McIlroy, Bostic and McIlroy, "Engineering Radix Sort", 1993):
 * linear time whatever the input, no second array; small groups by insertion, middling ones by digits of fewer bits. Each
 * record is swapped to the next place of its digit until all are there: unlike in a chain of displaced records none waits
 * for the one before, so misses of the cache overlap. Not stable. State: 4 KiB of stack for each digit of the key. */
#ifndef LEAT_FILTER_LM_RADIX_H
#define LEAT_FILTER_LM_RADIX_H

#include <stdbool.h>
#include <stdint.h>

#define RADIX_SMALL 24
#define RADIX_MIDDLING 512
#define RADIX_DIGIT(k, shift, mask) ((unsigned)((k) >> (shift)) & (mask))

/* The bits of the next digit for n records of which the lowest `bits` bits of the key are not yet in order. */
static inline unsigned radix_width(uint64_t n, unsigned bits)
{
    unsigned width = n > RADIX_MIDDLING ? 8 : 4;
    return width < bits ? width : bits;
}

/* name(a, n, bits): by the lowest `bits` bits of KEY(record); the higher ones are the same in all. */
#define DEFINE_RADIX(name, type, KEY)                                                                     \
    static void name##_small(type *a, uint64_t n)                                                         \
    {                                                                                                     \
        for (uint64_t i = 1; i < n; i++) {                                                                \
            type x = a[i];                                                                                \
            uint64_t j = i;                                                                               \
            for (; j > 0 && KEY(a[j - 1]) > KEY(x); j--) a[j] = a[j - 1];                                 \
            a[j] = x;                                                                                     \
        }                                                                                                 \
    }                                                                                                     \
    static void name##_place(type *a, uint64_t *next, const uint64_t *end, unsigned shift, unsigned mask) \
    {                                                                                                     \
        for (bool moved = true; moved;) {                                                                 \
            moved = false;                                                                                \
            for (unsigned d = 0; d <= mask; d++) {                                                        \
                moved |= next[d] < end[d];                                                                \
                for (uint64_t i = next[d], to = end[d]; i < to; i++) {                                    \
                    uint64_t at = next[RADIX_DIGIT(KEY(a[i]), shift, mask)]++;                            \
                    type x = a[i];                                                                        \
                    a[i] = a[at];                                                                         \
                    a[at] = x;                                                                            \
                }                                                                                         \
            }                                                                                             \
        }                                                                                                 \
    }                                                                                                     \
    static void name(type *a, uint64_t n, unsigned bits);                                                 \
    static void name##_digit(type *a, uint64_t n, unsigned bits)                                          \
    {                                                                                                     \
        const unsigned width = radix_width(n, bits), shift = bits - width, mask = (1U << width) - 1;      \
        uint64_t next[256], end[256], at = 0;                                                             \
        for (unsigned d = 0; d <= mask; d++) end[d] = 0;                                                  \
        for (uint64_t i = 0; i < n; i++) end[RADIX_DIGIT(KEY(a[i]), shift, mask)]++;                      \
        for (unsigned d = 0; d <= mask; d++) {                                                            \
            next[d] = at;                                                                                 \
            end[d] = at += end[d];                                                                        \
        }                                                                                                 \
        name##_place(a, next, end, shift, mask);                                                          \
        for (unsigned d = 0; d <= mask; d++) {                                                            \
            uint64_t from = d ? end[d - 1] : 0;                                                           \
            if (end[d] - from > 1) name(a + from, end[d] - from, shift);                                  \
        }                                                                                                 \
    }                                                                                                     \
    static void name(type *a, uint64_t n, unsigned bits)                                                  \
    {                                                                                                     \
        if (n <= RADIX_SMALL)                                                                             \
            name##_small(a, n);                                                                           \
        else if (bits)                                                                                    \
            name##_digit(a, n, bits);                                                                     \
    }

#endif
