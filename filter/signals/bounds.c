/* bounds.c: see bounds.h. Two passes over the words, three loads and stores each; the tables are sized so that a document
 * of a few kilobytes stays in the first-level cache.
 *
 * State: tables, reused. Memory: 8 bytes a word, 8 to 16 more for its count, up to a megabyte, and 4 for its bits. */
#include "filter/signals/bounds.h"
#include <stdlib.h>

#define COUNTS_MOST ((size_t)1 << 18)
#define BITS_A_WORD 16 /* of `seen`: a key that was not there is taken for one that was in at most 1 of 16 cases */

void bounds_free(struct bounds *b)
{
    free(b->hash);
    free(b->count);
    free(b->seen);
    *b = (struct bounds){0};
}

static void *grow(void *old, size_t *cap, size_t n, size_t bytes)
{
    if (n <= *cap) return old;
    void *p = n <= SIZE_MAX / bytes ? realloc(old, n * bytes) : NULL;
    if (p) *cap = n;
    return p;
}

static int reserve(struct bounds *b, size_t words, size_t counts, size_t seen_words)
{
    uint64_t *hash = grow(b->hash, &b->hash_cap, words, sizeof *hash);
    if (hash) b->hash = hash;
    uint32_t *count = grow(b->count, &b->count_cap, counts, sizeof *count);
    if (count) b->count = count;
    uint64_t *seen = grow(b->seen, &b->seen_cap, seen_words, sizeof *seen);
    if (seen) b->seen = seen;
    return hash && count && seen ? 0 : -1;
}

static uint64_t load(const char *p, size_t n)
{
    uint64_t x = 0;
    memcpy(&x, p, n < 8 ? n : 8);
    return x;
}

/* Different words may share a hash; a word's hash depends on its bytes alone. */
static inline uint64_t word_hash(struct slice text, const struct word *w)
{
    const char *p = text.p + w->offset;
    uint64_t x, y = 0;
    if (text.n - w->offset >= 8) {
        memcpy(&x, p, 8);
        if (w->bytes < 8) x &= ~(~0ULL << 8 * w->bytes);
    } else
        x = load(p, w->bytes);
    if (w->bytes > 8) memcpy(&y, p + w->bytes - 8, 8);
    x = (x ^ (y << 7 | y >> 57)) * 0x9E3779B97F4A7C15ULL + w->bytes;
    return (x ^ x >> 29) * 0xBF58476D1CE4E5B9ULL;
}

static size_t power_of_two(size_t least)
{
    size_t n = 64;
    while (n < least) n *= 2;
    return n;
}

/* Counts of the n words from i, the smallest, times the characters of the n-gram. */
static void top_bounds(const struct bounds *b, const struct words *words, unsigned shift, uint64_t top[3])
{
    uint64_t c3 = 0, c2 = 0, c1 = 0, l3 = 0, l2 = 0, l1 = 0; /* counts and lengths of the words before */
    top[0] = top[1] = top[2] = 0;
    for (size_t i = 0; i < words->n; i++) {
        uint64_t c = b->count[b->hash[i] >> shift], l = words->at[i].chars;
        uint64_t m2 = c < c1 ? c : c1, m3 = m2 < c2 ? m2 : c2, m4 = m3 < c3 ? m3 : c3;
        uint64_t t2 = m2 * (l1 + l + 1), t3 = m3 * (l2 + l1 + l + 2), t4 = m4 * (l3 + l2 + l1 + l + 3);
        top[0] = t2 > top[0] ? t2 : top[0];
        top[1] = t3 > top[1] ? t3 : top[1];
        top[2] = t4 > top[2] ? t4 : top[2];
        c3 = c2, c2 = c1, c1 = c;
        l3 = l2, l2 = l1, l1 = l;
    }
}

#define STEP 0xD1342543DE82EF95ULL /* odd: the rolling hash is sum of hash[i + k] * STEP^(4 - k), modulo 2^64 */

/* Characters of the words in five-word windows whose hash was seen before. Only where all five words are repeated can
 * the window be. */
static uint64_t dup_bound(struct bounds *b, const struct words *words, unsigned shift, size_t bits)
{
    const uint64_t step5 = (uint64_t)STEP * STEP * STEP * STEP * STEP;
    uint64_t rolling = 0, chars = 0;
    size_t run = 0, covered = 0; /* words before `covered` are counted */
    for (size_t i = 0; i < words->n; i++) {
        rolling = rolling * STEP + b->hash[i] - (i >= 5 ? b->hash[i - 5] * step5 : 0);
        run = b->count[b->hash[i] >> shift] > 1 ? run + 1 : 0;
        if (run < 5) continue;
        uint64_t key = (rolling ^ rolling >> 32) * 0x9E3779B97F4A7C15ULL >> 20 & (bits - 1);
        uint64_t bit = 1ULL << (key & 63), *word = &b->seen[key >> 6];
        bool before = *word & bit;
        *word |= bit;
        if (!before) continue;
        for (size_t k = covered > i - 4 ? covered : i - 4; k <= i; k++) chars += words->at[k].chars;
        covered = i + 1;
    }
    return chars;
}

int bounds_measure(struct bounds *b, struct slice text, const struct words *words, uint64_t top[3], uint64_t *dup)
{
    size_t counts = power_of_two(2 * words->n), bits = power_of_two(BITS_A_WORD * words->n);
    if (counts > COUNTS_MOST) counts = COUNTS_MOST;
    unsigned shift = 64 - (unsigned)__builtin_ctzll(counts);
    if (reserve(b, words->n + 1, counts, bits / 64) < 0) return -1;
    memset(b->count, 0, counts * sizeof *b->count);
    memset(b->seen, 0, bits / 8);
    for (size_t i = 0; i < words->n; i++) {
        uint64_t h = word_hash(text, &words->at[i]);
        b->hash[i] = h;
        b->count[h >> shift]++;
    }
    top_bounds(b, words, shift, top);
    *dup = dup_bound(b, words, shift, bits);
    return 0;
}
