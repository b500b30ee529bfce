/* anchors.c: classes of bytes in blocks of 64: plain, AVX2, AVX-512 (the same 256-bit code with wider steps does not pay:
 * both are bound by memory, so AVX-512 machines take AVX2's).
 *
 * Beginnings of tokens are found as in Teddy (the Hyperscan paper, NSDI 2019): each of the first three bytes looks up, by
 * its two halves, which groups of tokens it fits; what remains after the three looks is a candidate. */
#include "filter/pii/anchors.h"
#include "common/simd.h"
#include <string.h>

void anchor_tokens_init(struct anchor_tokens *t, const char *const begins[ANCHOR_GROUPS])
{
    memset(t, 0, sizeof *t);
    for (unsigned group = 0; group < ANCHOR_GROUPS; group++) {
        for (unsigned i = 0; begins[group][i]; i++) {
            unsigned char c = (unsigned char)begins[group][i], k = i % 4;
            if (k == 3) continue;
            t->low[k][c & 15] |= (uint8_t)(1u << group);
            t->high[k][c >> 4] |= (uint8_t)(1u << group);
        }
    }
}

static unsigned fits(const struct anchor_tokens *t, unsigned k, unsigned char c)
{
    return t->low[k][c & 15] & t->high[k][c >> 4];
}

void anchors_plain(const struct anchor_tokens *t, const unsigned char *p, size_t blocks, struct anchors *out)
{
    for (size_t b = 0; b < blocks; b++, p += ANCHOR_BLOCK) {
        struct anchors a = {0};
        for (unsigned i = 0; i < ANCHOR_BLOCK; i++) {
            uint64_t bit = 1ULL << i;
            if ((unsigned)p[i] - '0' < 10) a.digit |= bit;
            if (p[i] == '@') a.at |= bit;
            if (p[i] == ':') a.colon |= bit;
            if (p[i] == '=') a.equal |= bit;
            if (fits(t, 0, p[i]) & fits(t, 1, p[i + 1]) & fits(t, 2, p[i + 2])) a.token |= bit;
        }
        out[b] = a;
    }
}

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint32_t equal_to(__m256i v, char c)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

AVX2 static inline uint32_t digits_in(__m256i v)
{
    __m256i d = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(d, _mm256_set1_epi8(9)), d));
}

AVX2 static inline __m256i both(const uint8_t t[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)t));
}

AVX2 static inline __m256i fits_in(__m256i v, __m256i low, __m256i high)
{
    __m256i half = _mm256_set1_epi8(15);
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(v, half)),
                            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), half)));
}

AVX2 static inline __m256i load(const unsigned char *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

AVX2 static inline uint32_t tokens_in(const __m256i low[3], const __m256i high[3], const unsigned char *p)
{
    __m256i m = fits_in(load(p), low[0], high[0]);
    m = _mm256_and_si256(m, fits_in(load(p + 1), low[1], high[1]));
    m = _mm256_and_si256(m, fits_in(load(p + 2), low[2], high[2]));
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(m, _mm256_setzero_si256()));
}

AVX2 static void anchors_avx2(const struct anchor_tokens *t, const unsigned char *p, size_t blocks,
                              struct anchors *out)
{
    __m256i low[3], high[3];
    for (int k = 0; k < 3; k++) low[k] = both(t->low[k]), high[k] = both(t->high[k]);
    for (size_t b = 0; b < blocks; b++, p += ANCHOR_BLOCK) {
        __m256i x = load(p), y = load(p + 32);
        out[b].digit = digits_in(x) | (uint64_t)digits_in(y) << 32;
        out[b].at = equal_to(x, '@') | (uint64_t)equal_to(y, '@') << 32;
        out[b].colon = equal_to(x, ':') | (uint64_t)equal_to(y, ':') << 32;
        out[b].equal = equal_to(x, '=') | (uint64_t)equal_to(y, '=') << 32;
        out[b].token = tokens_in(low, high, p) | (uint64_t)tokens_in(low, high, p + 32) << 32;
    }
}
#endif

anchors_fn *anchors_best(void)
{
#if defined(__x86_64__)
    if (simd_widest() >= SIMD_AVX2) return anchors_avx2;
#endif
    return anchors_plain;
}
