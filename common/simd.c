/* simd.c: the processor's vector instructions. State: none. */
#include "common/simd.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum simd simd_widest(void)
{
#if defined(__x86_64__)
    const char *most = getenv("LEAT_SIMD");
    bool plain = most && strcmp(most, "plain") == 0, avx2 = most && strcmp(most, "avx2") == 0;
    if (!plain && !avx2 && __builtin_cpu_supports("avx512bw")) return SIMD_AVX512;
    if (!plain && __builtin_cpu_supports("avx2")) return SIMD_AVX2;
#endif
    return SIMD_PLAIN;
}
