/* minhash.c: signatures: for every shingle a 32-bit product and a minimum in each lane.
 *
 * Sixteen multipliers are drawn, and a number for each further vector of sixteen, which is added to them: products of sums are sums of
 * products, and the lanes are as good as with multipliers drawn one by one (tests/unit/dedup, make bench-dedup).
 *
 * The loop over lanes is written thrice, for AVX-512, AVX2 and plain C, and chosen at run time: integers, so all give the
 * same. Lanes are taken in blocks, up to seven vectors, that stay in registers while the shingles stream by. */
#include "dedup/minhash.h"
#include "common/hash.h"
#include "common/simd.h"
#include "common/simd_bytes.h"
#include "dedup/datatrove.h"
#include "dedup/fss.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* least[0..lanes): of all shingles times each of the multipliers; up to a vector of lanes more is written. */
static void lanes_plain(const uint32_t *multiplier, unsigned lanes, const uint32_t *list, size_t n,
                        uint32_t *least)
{
    for (unsigned j = 0; j < lanes; j++) least[j] = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        for (unsigned j = 0; j < lanes; j++) {
            uint32_t v = list[i] * multiplier[j];
            least[j] = v < least[j] ? v : least[j];
        }
    }
}

#if defined(__x86_64__)
/* Some vectors of lanes, which stay in registers. */
#define BLOCK(isa, vectors, vec, load, store, spread, multiply, minimum)                            \
    SIMD_TARGET(isa)                                                                                \
    static void block_##isa##_##vectors(const uint32_t *multiplier, const uint32_t *list, size_t n, \
                                        uint32_t *least)                                            \
    {                                                                                               \
        const size_t width = sizeof(vec) / sizeof *least;                                           \
        vec m[vectors], l[vectors];                                                                 \
        _Pragma("GCC unroll 8") for (unsigned v = 0; v < vectors; v++)                              \
        {                                                                                           \
            m[v] = load((const void *)(multiplier + v * width));                                    \
            l[v] = spread(-1);                                                                      \
        }                                                                                           \
        for (size_t i = 0; i < n; i++) {                                                            \
            vec x = spread((int)list[i]);                                                           \
            _Pragma("GCC unroll 8") for (unsigned v = 0; v < vectors; v++) l[v] =                   \
                minimum(l[v], multiply(x, m[v]));                                                   \
        }                                                                                           \
        _Pragma("GCC unroll 8") for (unsigned v = 0; v < vectors; v++)                              \
            store((void *)(least + v * width), l[v]);                                               \
    }
#define BLOCK_avx2(vectors)                                                                   \
    BLOCK(avx2, vectors, __m256i, _mm256_loadu_si256, _mm256_storeu_si256, _mm256_set1_epi32, \
          _mm256_mullo_epi32, _mm256_min_epu32)

#define LANES(isa, width)                                                                        \
    BLOCK_##isa(1) BLOCK_##isa(2) BLOCK_##isa(3) BLOCK_##isa(4) BLOCK_##isa(5) BLOCK_##isa(6)    \
        BLOCK_##isa(7) static void lanes_##isa(const uint32_t *multiplier, unsigned lanes,       \
                                               const uint32_t *list, size_t n, uint32_t *least)  \
    {                                                                                            \
        static void (*const block[])(const uint32_t *, const uint32_t *, size_t, uint32_t *) = { \
            block_##isa##_1, block_##isa##_2, block_##isa##_3, block_##isa##_4,                  \
            block_##isa##_5, block_##isa##_6, block_##isa##_7};                                  \
        for (unsigned j = 0, vectors; j < lanes; j += vectors * (width)) {                       \
            vectors = (lanes - j + (width)-1) / (width);                                         \
            if (vectors > 7) vectors = 7;                                                        \
            block[vectors - 1](multiplier + j, list, n, least + j);                              \
        }                                                                                        \
    }
LANES(avx2, 8)

/* With AVX-512: of the multipliers of vector v each is its fellow's of vector 0 plus the same number, so a multiplication of vector
 * 0 and one for each v, made for many shingles at a time, give all products: an addition instead of a multiplication in each lane. */
#define AHEAD 64 /* shingles */

typedef uint32_t products[7][AHEAD]; /* by vector: each shingle times the vector's number */

SIMD_TARGET(avx512)
SIMD_INLINE
void multiply_ahead(products p, unsigned vectors, const uint32_t *number, const uint32_t *list, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        __m512i x =
            _mm512_maskz_loadu_epi32(n - i < 16 ? (__mmask16)((1U << (n - i)) - 1) : 0xFFFF, list + i);
        for (unsigned v = 0; v < vectors; v++)
            _mm512_store_si512(p[v] + i, _mm512_mullo_epi32(x, _mm512_set1_epi32((int)number[v])));
    }
}

#define SUMS(vectors)                                                                                \
    SIMD_TARGET(avx512)                                                                              \
    static void sums_##vectors(const uint32_t *first, const uint32_t *number, const uint32_t *list,  \
                               size_t n, uint32_t *least)                                            \
    {                                                                                                \
        __attribute__((aligned(64))) products p;                                                     \
        const __m512i m = _mm512_loadu_si512(first);                                                 \
        __m512i l[vectors];                                                                          \
        _Pragma("GCC unroll 8") for (unsigned v = 0; v < vectors; v++) l[v] = _mm512_set1_epi32(-1); \
        for (; n; list += n < AHEAD ? n : AHEAD, n -= n < AHEAD ? n : AHEAD) {                       \
            size_t some = n < AHEAD ? n : AHEAD;                                                     \
            multiply_ahead(p, vectors, number, list, some);                                          \
            for (size_t i = 0; i < some; i++) {                                                      \
                __m512i x = _mm512_mullo_epi32(_mm512_set1_epi32((int)list[i]), m);                  \
                _Pragma("GCC unroll 8") for (unsigned v = 0; v < vectors; v++) l[v] =                \
                    _mm512_min_epu32(l[v], _mm512_add_epi32(x, _mm512_set1_epi32((int)p[v][i])));    \
            }                                                                                        \
        }                                                                                            \
        _Pragma("GCC unroll 8") for (unsigned v = 0; v < vectors; v++)                               \
            _mm512_storeu_si512(least + 16 * v, l[v]);                                               \
    }
SUMS(1)
SUMS(2)
SUMS(3)
SUMS(4)
SUMS(5) SUMS(6) SUMS(7)

    static void lanes_avx512(const uint32_t *multiplier, unsigned lanes, const uint32_t *list, size_t n,
                             uint32_t *least)
{
    static void (*const sums[])(const uint32_t *, const uint32_t *, const uint32_t *, size_t,
                                uint32_t *) = {sums_1, sums_2, sums_3, sums_4, sums_5, sums_6, sums_7};
    for (unsigned j = 0, vectors; j < lanes; j += 16 * vectors) {
        uint32_t number[7];
        vectors = (lanes - j + 15) / 16 < 7 ? (lanes - j + 15) / 16 : 7;
        for (unsigned v = 0; v < vectors; v++) number[v] = multiplier[j + 16 * v] - multiplier[0];
        sums[vectors - 1](multiplier, number, list, n, least + j);
    }
}
#endif

static minhash_lanes *choose_lanes(void)
{
#if defined(__x86_64__)
    enum simd widest = simd_widest();
    if (widest >= SIMD_AVX512) return lanes_avx512;
    if (widest >= SIMD_AVX2) return lanes_avx2;
#endif
    return lanes_plain;
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

int minhash_profile(struct minhash_opts *o, const char *profile, struct err *e)
{
    const char *p = profile;
    unsigned bands = small_number(&p), rows = 0;
    if (*p == 'x') {
        p++;
        rows = small_number(&p);
    }
    if (*p || !bands || !rows || bands * rows > MINHASH_MAX_LANES)
        return err_set(e, ERR_USAGE,
                       "profile '%s': write BANDSxROWS, such as 14x8, with at most %d lanes in all", profile,
                       MINHASH_MAX_LANES);
    o->bands = bands;
    o->rows = rows;
    return 0;
}

static uint32_t random_number(uint64_t seed, unsigned j)
{
    return (uint32_t)(hash_mix64(seed * 0x9e3779b97f4a7c15ULL + j + 1) >> 32);
}

void minhash_init(struct minhash *m, const struct minhash_opts *o)
{
    m->o = *o;
    m->least = choose_lanes();
    if (o->kind == MINHASH_DATATROVE)
        datatrove_parameters((uint32_t)o->seed, o->bands * o->rows, m->datatrove.a, m->datatrove.b);
    if (o->kind != MINHASH_PERMUTATIONS) return;
    for (unsigned j = 0; j < MINHASH_MAX_LANES; j++)
        m->multiplier[j] = j < 16 ? random_number(o->seed, j) | 1
                                  : m->multiplier[j % 16] + (random_number(o->seed, j / 16 * 16) & ~1U);
}

void minhash_bands(const struct minhash *m, const struct shingle_list *list, uint64_t *key)
{
    union {
        uint32_t narrow[MINHASH_MAX_LANES];
        uint64_t wide[MINHASH_MAX_LANES];
    } lane;
    unsigned lanes = m->o.bands * m->o.rows;
    size_t row = m->o.rows * (m->o.kind == MINHASH_PERMUTATIONS ? sizeof *lane.narrow : sizeof *lane.wide);
    switch (m->o.kind) {
    case MINHASH_FSS: fss_sketch(m->o.seed, lanes, list->at, list->n, lane.wide); break;
    case MINHASH_DATATROVE:
        datatrove_lanes(m->datatrove.a, m->datatrove.b, lanes, list->wide, list->n, lane.wide);
        break;
    default: m->least(m->multiplier, lanes, list->at, list->n, lane.narrow); break;
    }
    for (unsigned b = 0; b < m->o.bands; b++) key[b] = hash64_seed((const char *)&lane + b * row, row, b);
}

/* By repeated multiplication: libm's pow need not give the same bits on every CPU. */
double minhash_probability(const struct minhash *m, double jaccard)
{
    double band = 1, none = 1;
    for (unsigned r = 0; r < m->o.rows; r++) band *= jaccard;
    for (unsigned b = 0; b < m->o.bands; b++) none *= 1 - band;
    return 1 - none;
}
