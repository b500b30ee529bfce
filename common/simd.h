/* simd.h: which vector instructions may be used: what the processor has, or less.
 *
 * LEAT_SIMD=plain|avx2|avx512 in the environment forbids wider ones: for the tests that all give the same bytes. Asked when
 * work begins, not in inner loops. */
#ifndef LEAT_COMMON_SIMD_H
#define LEAT_COMMON_SIMD_H

enum simd { SIMD_PLAIN, SIMD_AVX2, SIMD_AVX512 /* F and BW */ };

enum simd simd_widest(void);

#endif
