/* simd.c: the processor's vector instructions. State: what was found, once. */
#include "common/simd.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int chosen = -1;

static enum simd of_processor(void)
{
#if defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
    if (avx2) return avx512 ? SIMD_AVX512 : SIMD_AVX2;
#endif
    return SIMD_PLAIN;
}

void simd_limit(enum simd widest)
{
    enum simd has = of_processor();
    atomic_store_explicit(&chosen, has < widest ? has : widest, memory_order_relaxed);
}

static enum simd allowed(void)
{
    const char *most = getenv("LEAT_SIMD");
    if (most && strcmp(most, "plain") == 0) return SIMD_PLAIN;
    return most && strcmp(most, "avx2") == 0 ? SIMD_AVX2 : SIMD_AVX512;
}

enum simd simd_widest(void)
{
    int known = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (known >= 0) return (enum simd)known;
    simd_limit(allowed());
    return (enum simd)atomic_load_explicit(&chosen, memory_order_relaxed);
}
