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

/* The classes of a byte are bits: those that its lower and its upper four bits both allow. One look-up for each half instead of a
 * comparison or two for each class. */
SIMD_TARGET(avx512) SIMD_INLINE struct words_masks words_masks_avx512(const char *p)
{
    enum {
        AO = 1,
        PZ = 2,
        DIGIT = 4,
        JOIN = 8,
        COMMA = 16
    }; /* letters @..o and P..z, by rows of 16 characters */
    const __m512i low = _mm512_broadcast_i32x4(
        _mm_setr_epi8(PZ | DIGIT, AO | PZ | DIGIT, AO | PZ | DIGIT, AO | PZ | DIGIT, AO | PZ | DIGIT,
                      AO | PZ | DIGIT, AO | PZ | DIGIT, AO | PZ | DIGIT | JOIN, AO | PZ | DIGIT,
                      AO | PZ | DIGIT, AO | PZ, AO, AO | COMMA, AO | JOIN, AO | JOIN, AO));
    const __m512i high = _mm512_broadcast_i32x4(
        _mm_setr_epi8(0, 0, JOIN | COMMA, DIGIT, AO, PZ, AO, PZ, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m512i half = _mm512_set1_epi8(15);
    __m512i x = LOAD_avx512(p);
    __m512i c = _mm512_and_si512(_mm512_shuffle_epi8(low, _mm512_and_si512(x, half)),
                                 _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(x, 4), half)));
    return (struct words_masks){.letters = _mm512_test_epi8_mask(c, _mm512_set1_epi8(AO | PZ)),
                                .numbers = _mm512_test_epi8_mask(c, _mm512_set1_epi8(DIGIT)),
                                .joins = _mm512_test_epi8_mask(c, _mm512_set1_epi8(JOIN)),
                                .commas = _mm512_test_epi8_mask(c, _mm512_set1_epi8(COMMA)),
                                .visible = WITHIN(avx512, x, '!', '~' - '!'),
                                .high = HIGH_avx512(x)};
}
#endif

/* The bytes that are in words: letters, numbers, and what joins two of a kind. */
SIMD_INLINE uint64_t words_masks_inside(const struct words_masks *m)
{
    uint64_t l = m->letters, d = m->numbers, both_numbers = d << 1 & d >> 1;
    return l | d | (m->joins & ((l << 1 & l >> 1) | both_numbers)) | (m->commas & both_numbers);
}

#endif
