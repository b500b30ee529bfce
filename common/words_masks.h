/* words_masks.h: which of 64 ASCII bytes are in words, as text.h defines these, for words.c and for what needs no list of words. */
#ifndef LEAT_COMMON_WORDS_MASKS_H
#define LEAT_COMMON_WORDS_MASKS_H

#include "common/simd.h"
#include "common/simd_bytes.h"

#define WORDS_WINDOW 64

/* One bit a byte, the first byte's lowest. */
struct words_masks {
    uint64_t letters, numbers, joins, commas, visible, high;
};

#define WORDS_MASKS(isa)                                                                               \
    SIMD_TARGET(isa) SIMD_INLINE struct words_masks words_masks_##isa(const char *p)                   \
    {                                                                                                  \
        struct words_masks m = {0};                                                                    \
        for (unsigned i = 0; i < WORDS_WINDOW; i += sizeof(vec_##isa)) {                               \
            vec_##isa x = LOAD_##isa(p + i);                                                           \
            m.letters |= BITS_AT(isa, WITHIN(isa, SMALL_##isa(x), 'a', 25), i);                        \
            m.numbers |= BITS_AT(isa, WITHIN(isa, x, '0', 9), i);                                      \
            m.joins |=                                                                                 \
                BITS_AT(isa, OR_##isa(EQUAL_##isa(x, '\''), WITHIN(isa, x, '-', 1)), i); /* and "." */ \
            m.commas |= BITS_AT(isa, EQUAL_##isa(x, ','), i);                                          \
            m.visible |= BITS_AT(isa, WITHIN(isa, x, '!', '~' - '!'), i);                              \
            m.high |= BITS_AT(isa, HIGH_##isa(x), i);                                                  \
        }                                                                                              \
        return m;                                                                                      \
    }
#ifdef __SSE2__
WORDS_MASKS(sse2)
WORDS_MASKS(avx2)
WORDS_MASKS(avx512)
#endif

/* The bytes that are in words: letters, numbers, and what joins two of a kind. */
SIMD_INLINE uint64_t words_masks_inside(const struct words_masks *m)
{
    uint64_t l = m->letters, d = m->numbers, both_numbers = d << 1 & d >> 1;
    return l | d | (m->joins & ((l << 1 & l >> 1) | both_numbers)) | (m->commas & both_numbers);
}

#endif
