/* minhash.c: signatures: for every shingle a 32-bit multiplication and a minimum in each lane.
 *
 * The loop over lanes is written thrice, for AVX-512, AVX2 and plain C, and chosen at run time: integers, so all give the
 * same. Lanes are taken in blocks that stay in registers while the shingles stream by. */
#include "dedup/minhash.h"
#include "common/hash.h"
#include "common/simd.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* least[0..BLOCK): of all shingles times each of BLOCK multipliers. */
#define BLOCK 32

static void block_plain(const uint32_t *multiplier, const uint32_t *set, size_t n, uint32_t *least)
{
    for (unsigned j = 0; j < BLOCK; j++) least[j] = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        for (unsigned j = 0; j < BLOCK; j++) {
            uint32_t v = set[i] * multiplier[j];
            least[j] = v < least[j] ? v : least[j];
        }
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void block_avx2(const uint32_t *multiplier, const uint32_t *set,
                                                       size_t n, uint32_t *least)
{
    const __m256i *m = (const __m256i *)(const void *)multiplier;
    __m256i m0 = _mm256_loadu_si256(m), m1 = _mm256_loadu_si256(m + 1);
    __m256i m2 = _mm256_loadu_si256(m + 2), m3 = _mm256_loadu_si256(m + 3);
    __m256i l0 = _mm256_set1_epi32(-1), l1 = l0, l2 = l0, l3 = l0;
    for (size_t i = 0; i < n; i++) {
        __m256i x = _mm256_set1_epi32((int)set[i]);
        l0 = _mm256_min_epu32(l0, _mm256_mullo_epi32(x, m0));
        l1 = _mm256_min_epu32(l1, _mm256_mullo_epi32(x, m1));
        l2 = _mm256_min_epu32(l2, _mm256_mullo_epi32(x, m2));
        l3 = _mm256_min_epu32(l3, _mm256_mullo_epi32(x, m3));
    }
    __m256i *l = (__m256i *)(void *)least;
    _mm256_storeu_si256(l, l0);
    _mm256_storeu_si256(l + 1, l1);
    _mm256_storeu_si256(l + 2, l2);
    _mm256_storeu_si256(l + 3, l3);
}

__attribute__((target("avx512f"))) static void block_avx512(const uint32_t *multiplier, const uint32_t *set,
                                                            size_t n, uint32_t *least)
{
    __m512i m0 = _mm512_loadu_si512(multiplier), m1 = _mm512_loadu_si512(multiplier + 16);
    __m512i l0 = _mm512_set1_epi32(-1), l1 = l0;
    for (size_t i = 0; i < n; i++) {
        __m512i x = _mm512_set1_epi32((int)set[i]);
        l0 = _mm512_min_epu32(l0, _mm512_mullo_epi32(x, m0));
        l1 = _mm512_min_epu32(l1, _mm512_mullo_epi32(x, m1));
    }
    _mm512_storeu_si512(least, l0);
    _mm512_storeu_si512(least + 16, l1);
}
#endif

static minhash_block *choose_block(void)
{
#if defined(__x86_64__)
    enum simd widest = simd_widest();
    if (widest >= SIMD_AVX512) return block_avx512;
    if (widest >= SIMD_AVX2) return block_avx2;
#endif
    return block_plain;
}

/* The digits at *p, which moves behind them: 1..MINHASH_MAX_LANES; 0: no such number. */
static unsigned small_number(const char **p)
{
    unsigned n = 0;
    for (; **p >= '0' && **p <= '9'; ++*p) {
        n = 10 * n + (unsigned)(**p - '0');
        if (n > MINHASH_MAX_LANES) return 0;
    }
    return n;
}

int minhash_init(struct minhash *m, const char *profile, uint64_t seed, struct err *e)
{
    const char *p = profile;
    memset(m, 0, sizeof *m);
    m->bands = small_number(&p);
    if (*p == 'x') {
        p++;
        m->rows = small_number(&p);
    }
    if (*p || !m->bands || !m->rows || m->bands * m->rows > MINHASH_MAX_LANES)
        return err_set(e, ERR_USAGE,
                       "profile '%s': write BANDSxROWS, such as 14x8, with at most %d lanes in all", profile,
                       MINHASH_MAX_LANES);
    m->block = choose_block();
    for (unsigned j = 0; j < MINHASH_MAX_LANES; j++)
        m->multiplier[j] = (uint32_t)(hash_mix64(seed * 0x9e3779b97f4a7c15ULL + j + 1) >> 32) | 1;
    return 0;
}

void minhash_bands(const struct minhash *m, const uint32_t *set, size_t n, uint64_t *key)
{
    uint32_t least[MINHASH_MAX_LANES];
    for (unsigned j = 0; j < m->bands * m->rows; j += BLOCK) m->block(m->multiplier + j, set, n, least + j);
    for (unsigned b = 0; b < m->bands; b++)
        key[b] = hash64_seed(least + (size_t)b * m->rows, m->rows * sizeof *least, b);
}

/* By repeated multiplication: libm's pow need not give the same bits on every CPU. */
double minhash_probability(const struct minhash *m, double jaccard)
{
    double band = 1, none = 1;
    for (unsigned r = 0; r < m->rows; r++) band *= jaccard;
    for (unsigned b = 0; b < m->bands; b++) none *= 1 - band;
    return 1 - none;
}
