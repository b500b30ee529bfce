/* trees.c: sums of decision trees.
 *
 * Trees that ask one question per level need no branches: the comparisons of many blocks are one instruction, and their
 * answers are the number of the leaf. AVX-512 looks 32 leaves up in one permutation of the tree's 64, AVX2 in shuffles of
 * 16 bytes, of which the right one is blended in. In: a tile. Out: its sums. State: none. */
#include "ingest/extract/trees.h"
#include "common/simd.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LANES 16
typedef uint8_t lanes __attribute__((vector_size(LANES)));

static void sum_plain(const struct tree *trees, size_t n, int32_t bias, const uint8_t *tile, int32_t *sum)
{
    for (int i = 0; i < FEATURES_TILE; i++) sum[i] = bias;
    for (const struct tree *tree = trees; tree < trees + n; tree++) {
        lanes leaf[FEATURES_TILE / LANES] = {0};
        for (int d = 0; d < TREE_DEPTH; d++) {
            const lanes *v = (const lanes *)(tile + (size_t)tree->feature[d] * FEATURES_TILE);
            const lanes above = (lanes){0} + tree->above[d], bit = (lanes){0} + (uint8_t)(1 << d);
            for (int i = 0; i < FEATURES_TILE / LANES; i++) leaf[i] |= (lanes)(v[i] > above) & bit;
        }
        const uint8_t *number = (const uint8_t *)leaf;
        for (int i = 0; i < FEATURES_TILE; i++) sum[i] += tree->leaf[number[i]];
    }
}

#if defined(__x86_64__)
_Static_assert(FEATURES_TILE == 64 && TREE_DEPTH == 6, "the vectors are written for these");

#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define AVX2 __attribute__((target("avx2")))

AVX512 static inline __m512i numbers_512(const struct tree *tree, const uint8_t *tile)
{
    __m512i leaf = _mm512_setzero_si512();
    for (int d = 0; d < TREE_DEPTH; d++) {
        __m512i v = _mm512_load_si512(tile + (size_t)tree->feature[d] * FEATURES_TILE);
        __mmask64 is_above = _mm512_cmpgt_epu8_mask(v, _mm512_set1_epi8((char)tree->above[d]));
        leaf = _mm512_mask_add_epi8(leaf, is_above, leaf, _mm512_set1_epi8((char)(1 << d)));
    }
    return leaf;
}

AVX512 static inline void add_512(__m512i sum[2], __m256i numbers, __m512i low, __m512i high)
{
    __m512i leaf = _mm512_permutex2var_epi16(low, _mm512_cvtepu8_epi16(numbers), high);
    sum[0] = _mm512_add_epi32(sum[0], _mm512_cvtepi16_epi32(_mm512_castsi512_si256(leaf)));
    sum[1] = _mm512_add_epi32(sum[1], _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(leaf, 1)));
}

AVX512 static void sum_avx512(const struct tree *trees, size_t n, int32_t bias, const uint8_t *tile,
                              int32_t *sum)
{
    __m512i s[4];
    for (int i = 0; i < 4; i++) s[i] = _mm512_set1_epi32(bias);
    for (const struct tree *tree = trees; tree < trees + n; tree++) {
        __m512i number = numbers_512(tree, tile);
        __m512i low = _mm512_loadu_si512(tree->leaf), high = _mm512_loadu_si512(tree->leaf + 32);
        add_512(s, _mm512_castsi512_si256(number), low, high);
        add_512(s + 2, _mm512_extracti64x4_epi64(number, 1), low, high);
    }
    for (int i = 0; i < 4; i++) _mm512_storeu_si512(sum + (size_t)i * 16, s[i]);
}

AVX2 static inline __m256i numbers_256(const struct tree *tree, const uint8_t *tile)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i leaf = zero;
    for (int d = 0; d < TREE_DEPTH; d++) {
        __m256i v = _mm256_load_si256((const __m256i *)(tile + (size_t)tree->feature[d] * FEATURES_TILE));
        __m256i above = _mm256_set1_epi8((char)tree->above[d]);
        __m256i not_above = _mm256_cmpeq_epi8(_mm256_subs_epu8(v, above), zero);
        leaf = _mm256_or_si256(leaf, _mm256_andnot_si256(not_above, _mm256_set1_epi8((char)(1 << d))));
    }
    return leaf;
}

/* One half of 32 leaves: part[k] holds it of the leaves 16 k to 16 k + 15. */
AVX2 static inline __m256i halves_256(__m256i number, const __m128i part[4])
{
    __m256i found[4];
    for (int k = 0; k < 4; k++) found[k] = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(part[k]), number);
    __m256i odd = _mm256_slli_epi16(number, 3), upper = _mm256_slli_epi16(number, 2); /* bits 4 and 5 */
    __m256i low = _mm256_blendv_epi8(found[0], found[1], odd),
            high = _mm256_blendv_epi8(found[2], found[3], odd);
    return _mm256_blendv_epi8(low, high, upper);
}

/* The low and the high bytes of 16 leaves each. */
AVX2 static inline void split_leaves(const struct tree *tree, __m128i low[4], __m128i high[4])
{
    const __m128i bytes = _mm_set1_epi16(0xff);
    for (int k = 0; k < 4; k++) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(tree->leaf + 16 * k));
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(tree->leaf + 16 * k + 8));
        low[k] = _mm_packus_epi16(_mm_and_si128(a, bytes), _mm_and_si128(b, bytes));
        high[k] = _mm_packus_epi16(_mm_srli_epi16(a, 8), _mm_srli_epi16(b, 8));
    }
}

AVX2 static inline void add_256(__m256i *sum, __m256i leaves)
{
    sum[0] = _mm256_add_epi32(sum[0], _mm256_cvtepi16_epi32(_mm256_castsi256_si128(leaves)));
    sum[1] = _mm256_add_epi32(sum[1], _mm256_cvtepi16_epi32(_mm256_extracti128_si256(leaves, 1)));
}

/* 32 blocks. Bytes are unpacked within halves of a vector: s[0..3] are blocks 0-7, 16-23, 8-15, 24-31. */
AVX2 static void sum_half(const struct tree *trees, size_t n, int32_t bias, const uint8_t *tile, int32_t *sum)
{
    __m256i s[4];
    for (int i = 0; i < 4; i++) s[i] = _mm256_set1_epi32(bias);
    for (const struct tree *tree = trees; tree < trees + n; tree++) {
        __m128i low[4], high[4];
        split_leaves(tree, low, high);
        __m256i number = numbers_256(tree, tile);
        __m256i l = halves_256(number, low), h = halves_256(number, high);
        add_256(s, _mm256_unpacklo_epi8(l, h));
        add_256(s + 2, _mm256_unpackhi_epi8(l, h));
    }
    static const int place[4] = {0, 16, 8, 24};
    for (int i = 0; i < 4; i++) _mm256_storeu_si256((__m256i *)(void *)(sum + place[i]), s[i]);
}

AVX2 static void sum_avx2(const struct tree *trees, size_t n, int32_t bias, const uint8_t *tile, int32_t *sum)
{
    sum_half(trees, n, bias, tile, sum);
    sum_half(trees, n, bias, tile + 32, sum + 32);
}
#endif

trees_sum *trees_choose(void)
{
#if defined(__x86_64__)
    enum simd widest = simd_widest();
    if (widest >= SIMD_AVX512) return sum_avx512;
    if (widest >= SIMD_AVX2) return sum_avx2;
#endif
    return sum_plain;
}
