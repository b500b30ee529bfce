/* minhash.c: signatures: for every shingle a 32-bit multiplication and a minimum in each lane.
 *
 * The loop over lanes is compiled thrice, for AVX-512, AVX2 and the baseline, and chosen at run time: integers, so all give
 * the same. Lanes are taken in blocks that stay in registers while the shingles stream by. */
#include "dedup/minhash.h"
#include "common/hash.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 64 /* lanes at a time: 4 registers of AVX-512, 8 of AVX2 */

static inline __attribute__((always_inline)) void block_minima(const uint32_t *restrict multiplier,
                                                               const uint32_t *restrict set, size_t n,
                                                               uint32_t *restrict least)
{
    uint32_t m[BLOCK], l[BLOCK];
    for (int j = 0; j < BLOCK; j++) {
        m[j] = multiplier[j];
        l[j] = UINT32_MAX;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t x = set[i];
        for (int j = 0; j < BLOCK; j++) {
            uint32_t v = x * m[j];
            l[j] = v < l[j] ? v : l[j];
        }
    }
    for (int j = 0; j < BLOCK; j++) least[j] = l[j];
}

typedef void block_function(const uint32_t *, const uint32_t *, size_t, uint32_t *);

static void block_plain(const uint32_t *multiplier, const uint32_t *set, size_t n, uint32_t *least)
{
    block_minima(multiplier, set, n, least);
}

#if defined(__x86_64__)
__attribute__((target("avx2"), optimize("O3"))) static void
block_avx2(const uint32_t *multiplier, const uint32_t *set, size_t n, uint32_t *least)
{
    block_minima(multiplier, set, n, least);
}

__attribute__((target("avx512f,avx512bw,avx512vl,prefer-vector-width=512"), optimize("O3"))) static void
block_avx512(const uint32_t *multiplier, const uint32_t *set, size_t n, uint32_t *least)
{
    block_minima(multiplier, set, n, least);
}
#endif

/* LEAT_SIMD=plain|avx2|avx512 in the environment forbids wider ones: for the test that all give the same. */
static block_function *choose_block(void)
{
#if defined(__x86_64__)
    const char *most = getenv("LEAT_SIMD");
    bool plain = most && strcmp(most, "plain") == 0, avx2 = most && strcmp(most, "avx2") == 0;
    if (!plain && !avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return block_avx512;
    if (!plain && __builtin_cpu_supports("avx2")) return block_avx2;
#endif
    return block_plain;
}

int minhash_init(struct minhash *m, const char *profile, uint64_t seed, struct err *e)
{
    char tail;
    memset(m, 0, sizeof *m);
    if (sscanf(profile, "%4ux%4u%c", &m->bands, &m->rows, &tail) != 2 || m->bands < 1 || m->rows < 1 ||
        m->bands * m->rows > MINHASH_MAX_LANES)
        return err_set(e, ERR_USAGE,
                       "profile '%s': write BANDSxROWS, such as 14x8, with at most %d lanes in all", profile,
                       MINHASH_MAX_LANES);
    for (unsigned j = 0; j < MINHASH_MAX_LANES; j++)
        m->multiplier[j] = (uint32_t)(hash_mix64(seed * 0x9e3779b97f4a7c15ULL + j + 1) >> 32) | 1;
    return 0;
}

void minhash_bands(const struct minhash *m, const uint32_t *set, size_t n, uint64_t *key)
{
    uint32_t least[MINHASH_MAX_LANES];
    block_function *block = choose_block();
    for (unsigned j = 0; j < m->bands * m->rows; j += BLOCK) block(m->multiplier + j, set, n, least + j);
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
