/* shingle.c: hashes of words or characters → rolling n-gram hashes; lists of them → sets.
 *
 * n hashes are combined by a polynomial that rolls from one shingle to the next, then mixed. A set is made by a
 * least-significant-digit radix sort, linear in the number of words; most documents never need it.
 *
 * State: per thread, reused. Memory: the words' hashes, a list of shingles. */
#include "dedup/shingle.h"
#include "common/simd.h"
#include "common/simd_bytes.h"
#include "dedup/charhash.h"
#include "dedup/datatrove.h"
#include "dedup/wordhash.h"
#include <stdlib.h>

#define SMALL 64                   /* shingles: fewer are sorted by insertion */
#define BASE 0x9e3779b97f4a7c15ULL /* odd: rolling out multiplies by its powers modulo 2^64 */
#define MIX 0xBF58476D1CE4E5B9ULL

struct shingles {
    struct shingle_opts o;
    uint64_t base_out; /* BASE^(n+1): what the word that leaves has been multiplied by */
    struct wordhash words;
    struct charhash chars;
    struct datatrove grams;
    uint32_t *list, *spare; /* spare: to sort with, made when it is needed */
    size_t cap, spare_cap;
};

struct shingles *shingles_new(const struct shingle_opts *o)
{
    struct shingles *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->o = *o;
    s->base_out = BASE;
    for (unsigned i = 0; i < o->n; i++) s->base_out *= BASE;
    wordhash_init(&s->words);
    charhash_init(&s->chars);
    datatrove_init(&s->grams);
    return s;
}

void shingles_free(struct shingles *s)
{
    if (!s) return;
    wordhash_free(&s->words);
    charhash_free(&s->chars);
    datatrove_free(&s->grams);
    free(s->list);
    free(s->spare);
    free(s);
}

static int reserve(struct shingles *s, size_t n, struct err *e)
{
    if (n <= s->cap) return 0;
    free(s->list);
    s->list = malloc(2 * n * sizeof *s->list);
    s->cap = s->list ? 2 * n : 0;
    return s->list ? 0 : err_nomem(e, "cutting a document into shingles");
}

static inline uint32_t finish(uint64_t rolled)
{
    return (uint32_t)((rolled ^ rolled >> 29) * MIX >> 32);
}

#if defined(__x86_64__)
#define MOST_AT_ONCE 8 /* words of a shingle: of longer ones rolling is faster */

/* list[0..n): shingles of `width` words, each on its own: the sum of word k times BASE^(width - k). */
SIMD_TARGET(avx512)
static void sum_avx512(const uint64_t *word, size_t n, unsigned width, uint32_t *list)
{
    __m512i power[MOST_AT_ONCE];
    uint64_t base = 1;
    for (unsigned k = width; k-- > 0;) power[k] = _mm512_set1_epi64((long long)(base *= BASE));
    const __m512i mix = _mm512_set1_epi64((long long)MIX);
    for (size_t i = 0; i < n; i += 8) {
        __m512i h = _mm512_setzero_si512();
        __mmask8 some = n - i < 8 ? (__mmask8)(1U << (n - i)) - 1 : 0xFF;
        for (unsigned k = 0; k < width; k++) {
            __m512i w = _mm512_maskz_loadu_epi64(some, word + i + k);
            h = _mm512_add_epi64(h, _mm512_mullo_epi64(w, power[k]));
        }
        h = _mm512_mullo_epi64(_mm512_xor_si512(h, _mm512_srli_epi64(h, 29)), mix);
        _mm256_mask_storeu_epi32(list + i, some, _mm512_cvtepi64_epi32(_mm512_srli_epi64(h, 32)));
    }
}
#endif

static size_t roll(const struct shingles *s, const uint64_t *word, size_t words, uint32_t *list)
{
    uint64_t h = 0, base_out = s->base_out;
    size_t n = 0, first = s->o.n < words ? s->o.n : words;
    for (size_t i = 0; i < first; i++) h = (h + word[i]) * BASE;
    list[n++] = finish(h);
    for (size_t i = first; i < words; i++) {
        h = (h + word[i]) * BASE - word[i - first] * base_out;
        list[n++] = finish(h);
    }
    return n;
}

/* list: the shingles of the words; one of all words when they are too few. */
static size_t cut(const struct shingles *s, const uint64_t *word, size_t words, uint32_t *list)
{
#if defined(__x86_64__)
    if (s->o.n <= MOST_AT_ONCE && words >= s->o.n && simd_widest() == SIMD_AVX512) {
        sum_avx512(word, words - s->o.n + 1, s->o.n, list);
        return words - s->o.n + 1;
    }
#endif
    return roll(s, word, words, list);
}

static int datatrove_shingles(struct shingles *s, struct slice text, struct shingle_list *list, struct err *e)
{
    int r = datatrove_grams(&s->grams, text, s->o.n, e);
    if (r == 0) r = reserve(s, s->grams.n, e);
    if (r < 0) return r;
    for (size_t i = 0; i < s->grams.n; i++) s->list[i] = (uint32_t)(s->grams.at[i] >> 32);
    *list = (struct shingle_list){.at = s->list, .wide = s->grams.at, .n = s->grams.n};
    return 0;
}

int shingles_of(struct shingles *s, struct slice text, struct shingle_list *list, struct err *e)
{
    if (s->o.unit == SHINGLE_DATATROVE) return datatrove_shingles(s, text, list, e);
    bool characters = s->o.unit == SHINGLE_CHARACTERS;
    int r = characters ? charhash_of(&s->chars, text, e) : wordhash_of(&s->words, text, e);
    size_t units = characters ? s->chars.n : s->words.n;
    if (r == 0) r = reserve(s, units + 1, e);
    if (r < 0) return r;
    uint64_t bytes = units ? 0 : hash64(text.p, text.n);
    const uint64_t *unit = !units ? &bytes : characters ? s->chars.at : s->words.at;
    *list = (struct shingle_list){.at = s->list, .n = cut(s, unit, units ? units : 1, s->list)};
    return 0;
}

int shingles_normal_hash(struct shingles *s, struct slice text, struct hash128 *h, struct err *e)
{
    int r = wordhash_of(&s->words, text, e);
    if (r < 0) return r;
    *h = s->words.n ? hash128(s->words.at, s->words.n * sizeof *s->words.at) : hash128(text.p, text.n);
    return 0;
}

/* ------------------------------------------------------------------ sets */

static void sort_small(uint32_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t x = v[i];
        size_t k = i;
        for (; k > 0 && v[k - 1] > x; k--) v[k] = v[k - 1];
        v[k] = x;
    }
}

/* By bytes, the lowest first, from one array to the other: after four passes the set is back in its place. */
static void sort_large(uint32_t *set, uint32_t *spare, size_t n)
{
    size_t at[4][256] = {0};
    for (size_t i = 0; i < n; i++)
        for (unsigned b = 0; b < 4; b++) at[b][set[i] >> 8 * b & 255]++;
    for (unsigned b = 0; b < 4; b++) {
        size_t sum = 0;
        for (unsigned d = 0; d < 256; d++) {
            size_t count = at[b][d];
            at[b][d] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++) spare[at[b][set[i] >> 8 * b & 255]++] = set[i];
        uint32_t *swap = set;
        set = spare;
        spare = swap;
    }
}

static size_t drop_repeated(uint32_t *set, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || set[kept - 1] != set[i]) set[kept++] = set[i];
    return kept;
}

size_t shingles_set(uint32_t *list, uint32_t *spare, size_t n)
{
    if (n < SMALL)
        sort_small(list, n);
    else
        sort_large(list, spare, n);
    return drop_repeated(list, n);
}

double shingles_jaccard(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
    size_t i = 0, k = 0, both = 0;
    while (i < na && k < nb) {
        uint32_t x = a[i], y = b[k];
        both += x == y;
        i += x <= y;
        k += y <= x;
    }
    return (double)both / (double)(na + nb - both);
}

int shingles_set_of(struct shingles *s, struct slice text, const uint32_t **set, size_t *n, struct err *e)
{
    struct shingle_list list;
    int r = shingles_of(s, text, &list, e);
    if (r < 0) return r;
    if (s->spare_cap < s->cap) {
        free(s->spare);
        s->spare = malloc(s->cap * sizeof *s->spare);
        s->spare_cap = s->spare ? s->cap : 0;
        if (!s->spare) return err_nomem(e, "making a set of shingles");
    }
    *set = s->list;
    *n = list.n ? shingles_set(s->list, s->spare, list.n) : 0;
    return 0;
}
