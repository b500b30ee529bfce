/* simd_bytes.h: sets of bytes of a text, found in vectors of SSE2, AVX2 or AVX-512, by one macro for all: `isa` is sse2, avx2 or
 * avx512. A vec holds bytes, sizeof(vec) of them; a set says of each of them whether it belongs to it; BITS gives a set as bits, the
 * first byte's lowest.
 *
 * Use: write a macro that defines a function of 64 bytes for an isa, with loops over i += sizeof(vec_##isa), and the attribute
 * SIMD_TARGET(isa). x86-64 only. */
#ifndef LEAT_COMMON_SIMD_BYTES_H
#define LEAT_COMMON_SIMD_BYTES_H

#ifdef __SSE2__
#include <immintrin.h>
#include <stdint.h>

#define SIMD_TARGET_sse2
#define SIMD_TARGET_avx2 __attribute__((target("avx2,bmi,bmi2")))
#define SIMD_TARGET_avx512 \
    __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2")))
#define SIMD_TARGET(isa) SIMD_TARGET_##isa

typedef __m128i vec_sse2, set_sse2;
#define LOAD_sse2(p) _mm_loadu_si128((const __m128i *)(const void *)(p))
#define SMALL_sse2(x) _mm_or_si128(x, _mm_set1_epi8(0x20))
#define EQUAL_sse2(x, c) _mm_cmpeq_epi8(x, _mm_set1_epi8(c))
#define UP_TO_sse2(x, c) _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(c)), x)
#define LESS_sse2(x, c) _mm_sub_epi8(x, _mm_set1_epi8(c))
#define OR_sse2(a, b) _mm_or_si128(a, b)
#define HIGH_sse2(x) (x) /* bytes over 0x7F, as a set for BITS alone */
#define BITS_sse2(s) ((uint16_t)_mm_movemask_epi8(s))

typedef __m256i vec_avx2, set_avx2;
#define LOAD_avx2(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define SMALL_avx2(x) _mm256_or_si256(x, _mm256_set1_epi8(0x20))
#define EQUAL_avx2(x, c) _mm256_cmpeq_epi8(x, _mm256_set1_epi8(c))
#define UP_TO_avx2(x, c) _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(c)), x)
#define LESS_avx2(x, c) _mm256_sub_epi8(x, _mm256_set1_epi8(c))
#define OR_avx2(a, b) _mm256_or_si256(a, b)
#define HIGH_avx2(x) (x)
#define BITS_avx2(s) ((uint32_t)_mm256_movemask_epi8(s))

typedef __m512i vec_avx512;
typedef __mmask64 set_avx512;
#define LOAD_avx512(p) _mm512_loadu_si512((const void *)(p))
#define SMALL_avx512(x) _mm512_or_si512(x, _mm512_set1_epi8(0x20))
#define EQUAL_avx512(x, c) _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(c))
#define UP_TO_avx512(x, c) _mm512_cmple_epu8_mask(x, _mm512_set1_epi8(c))
#define LESS_avx512(x, c) _mm512_sub_epi8(x, _mm512_set1_epi8(c))
#define OR_avx512(a, b) ((a) | (b))
#define HIGH_avx512(x) _mm512_movepi8_mask(x)
#define BITS_avx512(s) (s)

#define WITHIN(isa, x, low, width) UP_TO_##isa(LESS_##isa(x, low), width)
/* Bits of a set in one of 64 bytes, those at i. */
#define BITS_AT(isa, s, i) ((uint64_t)BITS_##isa(s) << (i))

#endif
#endif
