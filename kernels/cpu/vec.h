/* vec.h: blocks of 16 floats, written once and compiled for AVX-512, AVX2 and plain x86-64 (or any other machine), chosen
 * when the program runs. A block is a block on all of them, sums run in 16 lanes that are added in one order, and nothing is
 * contracted to multiply-add: so the three give the same bits.
 *
 * Use: write `ALWAYS_INLINE void f_body(…)`, then `VARIANTS(f, (parameters), (arguments))` defines f. */
#ifndef LEAT_KERNELS_CPU_VEC_H
#define LEAT_KERNELS_CPU_VEC_H

#include <stdint.h>
#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { LANES = 16 };
typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(64), aligned(4), may_alias));
typedef double dvec __attribute__((vector_size(128), aligned(8), may_alias));

#if defined(__x86_64__)
#define VARIANTS(name, parameters, arguments)                               \
    __attribute__((target("avx512f"))) static void name##_avx512 parameters \
    {                                                                       \
        name##_body arguments;                                              \
    }                                                                       \
    __attribute__((target("avx2"))) static void name##_avx2 parameters      \
    {                                                                       \
        name##_body arguments;                                              \
    }                                                                       \
    static void name parameters                                             \
    {                                                                       \
        if (__builtin_cpu_supports("avx512f"))                              \
            name##_avx512 arguments;                                        \
        else if (__builtin_cpu_supports("avx2"))                            \
            name##_avx2 arguments;                                          \
        else                                                                \
            name##_body arguments;                                          \
    }
#else
#define VARIANTS(name, parameters, arguments) \
    static void name parameters               \
    {                                         \
        name##_body arguments;                \
    }
#endif

/* The next block of an array that has n floats left: zeros behind its end. */
ALWAYS_INLINE void vec_get(vec *v, const float *p, int64_t n)
{
    if (n >= LANES) {
        *v = *(const vec *)p;
        return;
    }
    *v = (vec){0};
    memcpy(v, p, (size_t)n * sizeof *p);
}

/* Stores what fits; `add` adds to what is there. */
ALWAYS_INLINE void vec_put(float *p, const vec *v, int64_t n, int add)
{
    vec sum = *v;
    if (add) {
        vec_get(&sum, p, n);
        sum += *v;
    }
    if (n >= LANES)
        *(vec *)p = sum;
    else
        memcpy(p, &sum, (size_t)n * sizeof *p);
}

ALWAYS_INLINE float vec_sum(const vec *v)
{
    float lane[LANES];
    memcpy(lane, v, sizeof lane);
    for (int width = LANES / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) lane[i] += lane[i + width];
    }
    return lane[0];
}

ALWAYS_INLINE void vec_max(vec *a, const vec *b)
{
    ivec take = *a > *b;
    *a = (vec)((take & (ivec)*a) | (~take & (ivec)*b));
}

ALWAYS_INLINE float vec_top(const vec *v)
{
    float lane[LANES];
    memcpy(lane, v, sizeof lane);
    for (int i = 1; i < LANES; i++) lane[0] = lane[i] > lane[0] ? lane[i] : lane[0];
    return lane[0];
}

/* e^x to 2 units in the last place for -87 <= x <= 88; beyond it, the value at that end. x = k ln 2 + r, and 2^k is added to
 * the exponent of the series of e^r, |r| <= ln 2 / 2. */
ALWAYS_INLINE void vec_exp(vec *x)
{
    const vec low = (vec){0} - 87.0F, high = (vec){0} + 88.0F;
    vec v = *x;
    vec_max(&v, &low);
    ivec over = v > high;
    v = (vec)((over & (ivec)high) | (~over & (ivec)v));
    vec shifted = v * 1.44269504F + 12582912.0F; /* 1.5 * 2^23: k in the low bits */
    vec k = shifted - 12582912.0F;
    vec r = v - k * 0.693359375F + k * 2.12194440e-4F;
    vec s = 1.0F / 720.0F + r * (1.0F / 5040.0F);
    s = 1.0F / 120.0F + r * s;
    s = 1.0F / 24.0F + r * s;
    s = 1.0F / 6.0F + r * s;
    s = 0.5F + r * s;
    s = 1.0F + r * (1.0F + r * s);
    *x = (vec)((ivec)s + ((ivec)shifted << 23));
}

#endif
