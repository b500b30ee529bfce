/* simd.h: which vector instructions may be used: what the processor has, or less.
 *
 * LEAT_SIMD=plain|avx2|avx512 in the environment forbids wider ones: for the tests that all give the same bytes. */
#ifndef LEAT_COMMON_SIMD_H
#define LEAT_COMMON_SIMD_H

enum simd { SIMD_PLAIN, SIMD_AVX2, SIMD_AVX512 /* F, BW, DQ, VL, VBMI2: Ice Lake, Zen 4 and later */ };

enum simd simd_widest(void);       /* cheap */
void simd_limit(enum simd widest); /* from now on no wider ones, as LEAT_SIMD would: for tests */

/* Defines name(parameters), which runs `static inline result name_body(parameters)`, compiled for the instructions that may
 * be used: for loops over bytes, which the compiler turns into vectors. */
#define SIMD_INLINE static inline __attribute__((always_inline))
#if defined(__x86_64__)
#define SIMD_VARIANTS(result, name, parameters, arguments)                                                \
    __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2"))) static result \
        name##_avx512 parameters                                                                          \
    {                                                                                                     \
        return name##_body arguments;                                                                     \
    }                                                                                                     \
    __attribute__((target("avx2,bmi,bmi2"))) static result name##_avx2 parameters                         \
    {                                                                                                     \
        return name##_body arguments;                                                                     \
    }                                                                                                     \
    static result name parameters                                                                         \
    {                                                                                                     \
        enum simd widest = simd_widest();                                                                 \
        return widest == SIMD_AVX512 ? name##_avx512 arguments                                            \
               : widest == SIMD_AVX2 ? name##_avx2 arguments                                              \
                                     : name##_body arguments;                                             \
    }
#else
#define SIMD_VARIANTS(result, name, parameters, arguments) \
    static result name parameters                          \
    {                                                      \
        return name##_body arguments;                      \
    }
#endif

#endif
