/* bounds.c: see bounds.h. Words are hashed and counted; then sums and products of counts and lengths, four words at a
 * time; then only the windows of five words that all stand more than once are looked at, which in most texts is one of
 * twenty. Tables are sized so that those of a document of a few kilobytes stay in the first-level cache.
 *
 * State: tables, reused. Memory: 12 bytes a word, 8 to 16 more for its count, up to a megabyte, and 2 to 4 for its bits. */
#include "filter/signals/bounds.h"
#include "filter/signals/eight_words.h"
#include <stdlib.h>

#define COUNTS_MOST ((size_t)1 << 18)
#define BITS_A_WINDOW \
    16 /* of `seen`: a key that was not there is taken for one that was in at most 1 of 16 cases */
#define BLOCK 64
#define BEFORE 8 /* zeros before the first word's count and length */

void bounds_free(struct bounds *b)
{
    free(b->hash);
    free(b->of);
    free(b->chars);
    free(b->count);
    free(b->repeated);
    free(b->seen);
    *b = (struct bounds){0};
}

static int grow(void *where, size_t *cap, size_t n, size_t bytes)
{
    void **old = where;
    if (n <= *cap) return 0;
    void *p = n <= SIZE_MAX / bytes ? realloc(*old, n * bytes) : NULL;
    if (!p) return -1;
    *old = p;
    *cap = n;
    return 0;
}

#define GOLDEN 0x9E3779B97F4A7C15ULL

/* From the word's last eight bytes and its length: different words may share a hash. `last` holds them, or fewer, the very last
 * one highest. */
static inline uint32_t mix(uint64_t last, uint32_t bytes)
{
    return (uint32_t)((last + bytes) * GOLDEN >> 32);
}

/* Of a word that ends within the text's first eight bytes. */
static uint32_t hash_at_start(struct slice text, const struct word *w)
{
    uint64_t last = 0;
    memcpy(&last, text.p + w->offset, w->bytes);
    return mix(last, w->bytes);
}

/* Without branches that depend on the length, which no CPU can foresee. */
static inline uint32_t word_hash(struct slice text, const struct word *w)
{
    uint64_t last;
    memcpy(&last, text.p + w->offset + w->bytes - 8, 8);
    return mix(last >> (w->bytes < 8 ? 64 - 8 * w->bytes : 0), w->bytes);
}

static size_t power_of_two(size_t least)
{
    size_t n = 64;
    while (n < least) n *= 2;
    return n;
}

/* ---- loops over words, several at a time: `floats` of a kind of processor, and what is done with them */

#ifndef __SSE2__
typedef float floats_plain;
#define LANES_plain 1
#define AT_plain(p) (*(p))
#define FROM_plain(p) ((float)(int32_t) * (p))
#define OF_plain(x) (x)
#define MIN_plain(a, b) ((a) < (b) ? (a) : (b))
#define MAX_plain(a, b) ((a) > (b) ? (a) : (b))
#define ADD_plain(a, b) ((a) + (b))
#define MUL_plain(a, b) ((a) * (b))
#define PUT_plain(p, a) (*(p) = (a))

/* The counts of the words with these hashes; returns which are more than one. */
static inline uint32_t counts_plain(const uint32_t *count, const uint32_t *hash, unsigned shift, float *of)
{
    uint32_t c = count[*hash >> shift];
    *of = (float)(int32_t)c;
    return (int32_t)c > 1;
}
#else
typedef __m128 floats_sse2;
#define LANES_sse2 4
#define AT_sse2(p) _mm_loadu_ps(p)
#define FROM_sse2(p) _mm_cvtepi32_ps(_mm_loadu_si128((const __m128i *)(const void *)(p)))
#define OF_sse2(x) _mm_set1_ps(x)
#define MIN_sse2(a, b) _mm_min_ps(a, b)
#define MAX_sse2(a, b) _mm_max_ps(a, b)
#define ADD_sse2(a, b) _mm_add_ps(a, b)
#define MUL_sse2(a, b) _mm_mul_ps(a, b)
#define PUT_sse2(p, a) _mm_storeu_ps(p, a)

static inline uint32_t counts_sse2(const uint32_t *count, const uint32_t *hash, unsigned shift, float *of)
{
    __m128i c = _mm_setr_epi32((int)count[hash[0] >> shift], (int)count[hash[1] >> shift],
                               (int)count[hash[2] >> shift], (int)count[hash[3] >> shift]);
    _mm_storeu_ps(of, _mm_cvtepi32_ps(c));
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(c, _mm_set1_epi32(1))));
}

typedef __m256 floats_avx2;
#define LANES_avx2 8
#define AT_avx2(p) _mm256_loadu_ps(p)
#define FROM_avx2(p) _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(const void *)(p)))
#define OF_avx2(x) _mm256_set1_ps(x)
#define MIN_avx2(a, b) _mm256_min_ps(a, b)
#define MAX_avx2(a, b) _mm256_max_ps(a, b)
#define ADD_avx2(a, b) _mm256_add_ps(a, b)
#define MUL_avx2(a, b) _mm256_mul_ps(a, b)
#define PUT_avx2(p, a) _mm256_storeu_ps(p, a)

SIMD_TARGET_avx2 static inline uint32_t counts_avx2(const uint32_t *count, const uint32_t *hash,
                                                    unsigned shift, float *of)
{
    __m256i at = _mm256_srl_epi32(_mm256_loadu_si256((const __m256i *)(const void *)hash),
                                  _mm_cvtsi32_si128((int)shift));
    __m256i c = _mm256_i32gather_epi32((const int *)count, at, 4);
    _mm256_storeu_ps(of, _mm256_cvtepi32_ps(c));
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(c, _mm256_set1_epi32(1))));
}

typedef __m512 floats_avx512;
#define LANES_avx512 16
#define AT_avx512(p) _mm512_loadu_ps(p)
#define FROM_avx512(p) _mm512_cvtepi32_ps(_mm512_loadu_si512((const void *)(p)))
#define OF_avx512(x) _mm512_set1_ps(x)
#define MIN_avx512(a, b) _mm512_min_ps(a, b)
#define MAX_avx512(a, b) _mm512_max_ps(a, b)
#define ADD_avx512(a, b) _mm512_add_ps(a, b)
#define MUL_avx512(a, b) _mm512_mul_ps(a, b)
#define PUT_avx512(p, a) _mm512_storeu_ps(p, a)

SIMD_TARGET_avx512 static inline uint32_t counts_avx512(const uint32_t *count, const uint32_t *hash,
                                                        unsigned shift, float *of)
{
    __m512i at = _mm512_srl_epi32(_mm512_loadu_si512(hash), _mm_cvtsi32_si128((int)shift));
    __m512i c = _mm512_i32gather_epi32(at, count, 4);
    _mm512_storeu_ps(of, _mm512_cvtepi32_ps(c));
    return _mm512_cmpgt_epi32_mask(c, _mm512_set1_epi32(1));
}
#endif

/* The largest of n, rounded up by more than all rounding before it. */
static uint64_t bound_of(const float *lane, unsigned n)
{
    float top = 0;
    for (unsigned i = 0; i < n; i++) top = lane[i] > top ? lane[i] : top;
    return (uint64_t)((double)top * (1 + 1e-5)) + 1;
}

/* look_up: each word's count, and a bit whether it is more than one; behind the last up to a block of zeros.
 * find_tops: the smallest count of the words in a row, times the characters of the n-gram: the largest of all places. With
 * `pairs` a count is that of a word and the one before. Behind the last word stand words without characters. */
#define LOOPS(isa, attributes)                                                                              \
    attributes static void look_up_##isa(const struct bounds *b, size_t blocks, unsigned shift, float *of)  \
    {                                                                                                       \
        for (size_t i = 0; i < BLOCK * blocks; i += BLOCK) {                                                \
            uint64_t many = 0;                                                                              \
            for (unsigned k = 0; k < BLOCK; k += LANES_##isa)                                               \
                many |= (uint64_t)counts_##isa(b->count, b->hash + i + k, shift, of + i + k) << k;          \
            b->repeated[i / BLOCK] = many;                                                                  \
        }                                                                                                   \
    }                                                                                                       \
    attributes static void find_tops_##isa(const float *count, const uint32_t *chars, size_t n, bool pairs, \
                                           uint64_t top[3])                                                 \
    {                                                                                                       \
        floats_##isa t2 = OF_##isa(0), t3 = t2, t4 = t2, one = OF_##isa(1);                                 \
        float lane[LANES_##isa];                                                                            \
        for (size_t i = 0; i < n; i += LANES_##isa) {                                                       \
            const float *c = count + i, *before = pairs ? c : c - 1;                                        \
            const uint32_t *l = chars + i;                                                                  \
            floats_##isa m2 = MIN_##isa(AT_##isa(c), AT_##isa(before)),                                     \
                         m3 = MIN_##isa(m2, AT_##isa(before - 1));                                          \
            floats_##isa m4 = MIN_##isa(m3, AT_##isa(before - 2));                                          \
            floats_##isa s2 = ADD_##isa(ADD_##isa(FROM_##isa(l), FROM_##isa(l - 1)), one);                  \
            floats_##isa s3 = ADD_##isa(ADD_##isa(s2, FROM_##isa(l - 2)), one);                             \
            floats_##isa s4 = ADD_##isa(ADD_##isa(s3, FROM_##isa(l - 3)), one);                             \
            floats_##isa p2 = MUL_##isa(m2, s2), p3 = MUL_##isa(m3, s3), p4 = MUL_##isa(m4, s4);            \
            t2 = MAX_##isa(t2, p2);                                                                         \
            t3 = MAX_##isa(t3, p3);                                                                         \
            t4 = MAX_##isa(t4, p4);                                                                         \
        }                                                                                                   \
        PUT_##isa(lane, t2);                                                                                \
        top[0] = bound_of(lane, LANES_##isa);                                                               \
        PUT_##isa(lane, t3);                                                                                \
        top[1] = bound_of(lane, LANES_##isa);                                                               \
        PUT_##isa(lane, t4);                                                                                \
        top[2] = bound_of(lane, LANES_##isa);                                                               \
    }

/* Of word 64 * i + k bit k of [i]: it and the four words before stand more than once. */
static inline uint64_t windows_at(const uint64_t *repeated, size_t i)
{
    uint64_t r = repeated[i], before = i ? repeated[i - 1] : 0, all = r;
    for (unsigned k = 1; k < 5; k++) all &= r << k | before >> (64 - k);
    return all;
}

static size_t count_windows(const uint64_t *repeated, size_t blocks)
{
    size_t n = 0;
    for (size_t i = 0; i < blocks; i++) n += (size_t)__builtin_popcountll(windows_at(repeated, i));
    return n;
}

static inline uint64_t window_key(const uint32_t *hash)
{
    uint64_t a, b;
    memcpy(&a, hash, 8);
    memcpy(&b, hash + 2, 8);
    uint64_t key = (a * GOLDEN ^ (b >> 31 | b << 33)) * 0xBF58476D1CE4E5B9ULL + hash[4];
    return key * GOLDEN >> 20;
}

/* Characters of the words in windows of five that stood before. */
static uint64_t find_dups(const struct bounds *b, const struct words *words, size_t blocks, uint64_t mask)
{
    uint64_t chars = 0;
    size_t covered = 0; /* words before it are counted */
    for (size_t block = 0; block < blocks; block++)
        for (uint64_t left = windows_at(b->repeated, block); left; left &= left - 1) {
            size_t i = 64 * block + (size_t)__builtin_ctzll(left), first = i - 4;
            uint64_t key = window_key(b->hash + first) & mask, bit = 1ULL << (key & 63);
            uint64_t old = b->seen[key >> 6];
            b->seen[key >> 6] = old | bit;
            if (!(old & bit)) continue;
            for (size_t k = covered > first ? covered : first; k <= i; k++) chars += words->at[k].chars;
            covered = i + 1;
        }
    return chars;
}

static void hash_words(struct slice text, const struct word *at, size_t n, uint32_t *hash, uint32_t *chars)
{
    for (size_t i = 0; i < n; i++) {
        hash[i] = word_hash(text, &at[i]);
        chars[i] = at[i].chars;
    }
}

#ifdef __SSE2__
/* Eight at a time. */
SIMD_TARGET(avx512)
static void hash_words_avx512(struct slice text, const struct word *at, size_t n, uint32_t *hash,
                              uint32_t *chars)
{
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        struct eight_words w = eight_words(at + i);
        __m512i last = _mm512_i64gather_epi64(
            _mm512_sub_epi64(_mm512_add_epi64(w.offset, w.bytes), _mm512_set1_epi64(8)), text.p, 1);
        __m512i away = _mm512_max_epi64(
            _mm512_sub_epi64(_mm512_set1_epi64(64), _mm512_slli_epi64(w.bytes, 3)), _mm512_setzero_si512());
        __m512i sum = _mm512_add_epi64(_mm512_srlv_epi64(last, away), w.bytes);
        __m512i mixed = _mm512_mullo_epi64(sum, _mm512_set1_epi64((long long)GOLDEN));
        _mm256_storeu_si256((__m256i *)(void *)(hash + i),
                            _mm512_cvtepi64_epi32(_mm512_srli_epi64(mixed, 32)));
        _mm256_storeu_si256((__m256i *)(void *)(chars + i), _mm512_cvtepi64_epi32(w.chars));
    }
    hash_words(text, at + i, n - i, hash + i, chars + i);
}
#endif

struct loops {
    void (*hash_words)(struct slice text, const struct word *at, size_t n, uint32_t *hash, uint32_t *chars);
    void (*look_up)(const struct bounds *b, size_t blocks, unsigned shift, float *of);
    void (*find_tops)(const float *count, const uint32_t *chars, size_t n, bool pairs, uint64_t top[3]);
};

#ifdef __SSE2__
LOOPS(sse2, )
LOOPS(avx2, SIMD_TARGET_avx2)
LOOPS(avx512, SIMD_TARGET_avx512)
static struct loops loops_chosen(void)
{
    switch (simd_widest()) {
    case SIMD_AVX512: return (struct loops){hash_words_avx512, look_up_avx512, find_tops_avx512};
    case SIMD_AVX2: return (struct loops){hash_words, look_up_avx2, find_tops_avx2};
    default: return (struct loops){hash_words, look_up_sse2, find_tops_sse2};
    }
}
#else
LOOPS(plain, )
static struct loops loops_chosen(void)
{
    return (struct loops){hash_words, look_up_plain, find_tops_plain};
}
#endif

static void count_words(struct slice text, const struct word *at, size_t n, unsigned shift, uint32_t *hash,
                        uint32_t *chars, uint32_t *count)
{
    size_t near = 0;
    if (n == 0) return;
    for (; near < n && at[near].offset + at[near].bytes < 8; near++) {
        hash[near] = hash_at_start(text, &at[near]);
        chars[near] = at[near].chars;
    }
    loops_chosen().hash_words(text, at + near, n - near, hash + near, chars + near);
    for (size_t i = 0; i < n; i++) count[hash[i] >> shift]++;
}

static int reserve(struct bounds *b, size_t blocks, size_t counts)
{
    if (grow(&b->hash, &b->hash_cap, BLOCK * blocks, sizeof *b->hash) < 0 ||
        grow(&b->of, &b->of_cap, BLOCK * blocks + BEFORE, sizeof *b->of) < 0 ||
        grow(&b->chars, &b->chars_cap, BLOCK * blocks + BEFORE, sizeof *b->chars) < 0 ||
        grow(&b->count, &b->count_cap, counts, sizeof *b->count) < 0 ||
        grow(&b->repeated, &b->repeated_cap, blocks, sizeof *b->repeated) < 0)
        return -1;
    return 0;
}

/* The last block is filled up with words of no characters, whose count may be any: an n-gram that reaches into them has
 * no more characters than the one of the last words, and no greater count. */
static int bounds_tops(struct bounds *b, struct slice text, const struct words *words, size_t blocks,
                       uint64_t top[3])
{
    size_t n = words->n, all = BLOCK * blocks, counts = power_of_two(2 * n);
    if (counts > COUNTS_MOST) counts = COUNTS_MOST;
    unsigned shift = 32 - (unsigned)__builtin_ctzll(counts);
    if (reserve(b, blocks, counts) < 0) return -1;
    b->counts = counts;
    float *count = b->of + BEFORE;
    uint32_t *chars = b->chars + BEFORE;
    memset(b->count, 0, counts * sizeof *b->count);
    memset(count - BEFORE, 0, BEFORE * sizeof *count);
    memset(chars - BEFORE, 0, BEFORE * sizeof *chars);
    count_words(text, words->at, n, shift, b->hash, chars, b->count);
    memset(b->hash + n, 0, (all - n) * sizeof *b->hash);
    memset(chars + n, 0, (all - n) * sizeof *chars);
    struct loops run = loops_chosen();
    run.look_up(b, blocks, shift, count);
    run.find_tops(count, chars, n, false, top);
    return 0;
}

int bounds_measure(struct bounds *b, struct slice text, const struct words *words, uint64_t top[3],
                   uint64_t *dup)
{
    size_t blocks = words->n / BLOCK + 1;
    if (bounds_tops(b, text, words, blocks, top) < 0) return -1;
    if (words->n % BLOCK)
        b->repeated[blocks - 1] &= ~0ULL >> (BLOCK - words->n % BLOCK);
    else
        b->repeated[blocks - 1] = 0;
    size_t bits = power_of_two(BITS_A_WINDOW * count_windows(b->repeated, blocks));
    if (grow(&b->seen, &b->seen_cap, bits / 64, sizeof *b->seen) < 0) return -1;
    memset(b->seen, 0, bits / 8);
    *dup = find_dups(b, words, blocks, bits - 1);
    return 0;
}

void bounds_refine(struct bounds *b, const struct words *words, uint64_t top[3])
{
    size_t n = words->n;
    unsigned shift = 32 - (unsigned)__builtin_ctzll(b->counts);
    uint32_t *hash = b->hash;
    memset(b->count, 0, b->counts * sizeof *b->count);
    for (size_t i = n; i-- > 1;) {
        hash[i] = (uint32_t)(((uint64_t)hash[i - 1] << 32 | hash[i]) * GOLDEN >> 32) ^ hash[i - 1];
        b->count[hash[i] >> shift]++;
    }
    struct loops run = loops_chosen();
    run.look_up(b, n / BLOCK + 1, shift, b->of + BEFORE);
    b->of[BEFORE] = 0; /* no word stands before the first */
    run.find_tops(b->of + BEFORE, b->chars + BEFORE, n, true, top);
}
