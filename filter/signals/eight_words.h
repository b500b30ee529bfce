/* eight_words.h: fields of eight words of a list at a time, by AVX-512; see struct word in common/text.h. */
#ifndef LEAT_FILTER_EIGHT_WORDS_H
#define LEAT_FILTER_EIGHT_WORDS_H

#include "common/simd.h"
#include "common/simd_bytes.h"
#include "common/text.h"
#include <stddef.h>

#ifdef __SSE2__
_Static_assert(sizeof(struct word) == 24 && offsetof(struct word, bytes) == 8 &&
                   offsetof(struct word, chars) == 12 && offsetof(struct word, flags) == 16,
               "a word is three numbers of 64 bits: its offset, its lengths, its flags");

struct eight_words {
    __m512i offset;
    __m512i lengths; /* bytes in the lower half, characters in the upper one */
    __m512i flags;   /* in the lower half; the upper one may be anything */
};

SIMD_TARGET(avx512) SIMD_INLINE struct eight_words eight_words(const struct word *at)
{
    const __m512i offset = _mm512_setr_epi64(0, 3, 6, 9, 12, 15, 2, 5),
                  lengths = _mm512_setr_epi64(1, 4, 7, 10, 13, 0, 3, 6),
                  flags = _mm512_setr_epi64(2, 5, 8, 11, 14, 1, 4, 7);
    const char *p = (const char *)at;
    __m512i a = _mm512_loadu_si512(p), b = _mm512_loadu_si512(p + 64), c = _mm512_loadu_si512(p + 128);
    return (struct eight_words){
        _mm512_mask_permutexvar_epi64(_mm512_permutex2var_epi64(a, offset, b), 0xC0, offset, c),
        _mm512_mask_permutexvar_epi64(_mm512_permutex2var_epi64(a, lengths, b), 0xE0, lengths, c),
        _mm512_mask_permutexvar_epi64(_mm512_permutex2var_epi64(a, flags, b), 0xE0, flags, c)};
}
#endif
#endif
