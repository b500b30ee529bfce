/* eight_words.h: fields of eight words of a list at a time, by AVX-512; see struct word in common/text.h. */
#ifndef LEAT_FILTER_EIGHT_WORDS_H
#define LEAT_FILTER_EIGHT_WORDS_H

#include "common/simd.h"
#include "common/simd_bytes.h"
#include "common/text.h"
#include <stddef.h>

#ifdef __SSE2__
_Static_assert(sizeof(struct word) == 16 && offsetof(struct word, bytes) == 4 &&
                   offsetof(struct word, chars) == 8 && offsetof(struct word, flags) == 12,
               "a word is four numbers of 32 bits: its offset, its bytes, its characters, its flags");

struct eight_words { /* numbers of 64 bits */
    __m512i offset, bytes, chars, flags;
};

SIMD_TARGET(avx512) SIMD_INLINE struct eight_words eight_words(const struct word *at)
{
    const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14),
                  odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), low = _mm512_set1_epi64(UINT32_MAX);
    __m512i a = _mm512_loadu_si512(at), b = _mm512_loadu_si512(at + 4);
    __m512i first = _mm512_permutex2var_epi64(a, even, b), second = _mm512_permutex2var_epi64(a, odd, b);
    return (struct eight_words){_mm512_and_si512(first, low), _mm512_srli_epi64(first, 32),
                                _mm512_and_si512(second, low), _mm512_srli_epi64(second, 32)};
}
#endif
#endif
