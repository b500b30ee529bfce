/* bounds.c: see bounds.h. Two passes over the words; the tables are sized so that a document
 * of a few kilobytes stays in the first-level cache.
 *
 * State: tables, reused. Memory: 8 bytes a word, 8 to 16 more for its count, up to a megabyte, and 4 for its bits. */
#include "filter/signals/bounds.h"
#include <stdlib.h>

#define COUNTS_MOST ((size_t)1 << 18)
#define BITS_A_WORD \
    16 /* of `seen`: a key that was not there is taken for one that was in at most 1 of 16 cases */

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

#define GOLDEN 0x9E3779B97F4A7C15ULL

/* From the word's first eight bytes, its last eight where it has more, and its length: different words may share a hash. */
static inline uint64_t mix(uint64_t first, uint64_t last, uint32_t bytes)
{
    uint64_t x = (first ^ (last << 7 | last >> 57)) * GOLDEN + bytes;
    return (x ^ x >> 29) * 0xBF58476D1CE4E5B9ULL;
}

static uint64_t hash_at_edge(struct slice text, const struct word *w)
{
    uint64_t first = 0, last = 0;
    memcpy(&first, text.p + w->offset, w->bytes < 8 ? w->bytes : 8);
    if (w->bytes > 8) memcpy(&last, text.p + w->offset + w->bytes - 8, 8);
    return mix(first, last, w->bytes);
}

/* Without branches that depend on the length, which no CPU can foresee. */
static inline uint64_t word_hash(struct slice text, const struct word *w)
{
    uint64_t first, last, bits = 8 * (uint64_t)(w->bytes < 8 ? w->bytes : 8);
    if (w->offset < 8 || text.n - w->offset < 8 || bits == 0) return hash_at_edge(text, w);
    memcpy(&first, text.p + w->offset, 8);
    memcpy(&last, text.p + w->offset + w->bytes - 8, 8);
    first &= ~0ULL >> (64 - bits);
    return mix(first, w->bytes > 8 ? last : 0, w->bytes);
}

static size_t power_of_two(size_t least)
{
    size_t n = 64;
    while (n < least) n *= 2;
    return n;
}

#define STEP \
    0xD1342543DE82EF95ULL /* odd: the rolling hash is sum of hash[i + k] * STEP^(4 - k), modulo 2^64 */
#define STEP5 (STEP * STEP * STEP * STEP * STEP)

static inline uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The smallest count of n words in a row, times the characters of the n-gram: the largest of all places. Leaves in the
 * lowest bit of each hash whether the word stands more than once. */
static void find_tops(const struct word *word, size_t n, uint64_t *hash, const uint32_t *count,
                      unsigned shift, uint64_t top[3])
{
    uint64_t t2 = 0, t3 = 0, t4 = 0, c1 = 0, c2 = 0, c3 = 0, l1 = 0, l2 = 0, l3 = 0; /* of the words before */
    for (size_t i = 0; i < n; i++) {
        uint64_t h = hash[i], c = count[h >> shift], l = word[i].chars;
        uint64_t m2 = least(c, c1), m3 = least(m2, c2), m4 = least(m3, c3);
        uint64_t s2 = l1 + l, s3 = s2 + l2, s4 = s3 + l3;
        hash[i] = (h & ~1ULL) | (c > 1);
        t2 = most(t2, m2 * (s2 + 1));
        t3 = most(t3, m3 * (s3 + 2));
        t4 = most(t4, m4 * (s4 + 3));
        c3 = c2, c2 = c1, c1 = c;
        l3 = l2, l2 = l1, l1 = l;
    }
    top[0] = t2, top[1] = t3, top[2] = t4;
}

/* Characters of the words in windows of five whose hash was seen before, and whose words all stand more than once. */
static uint64_t find_dups(const struct word *word, size_t n, const uint64_t *restrict hash,
                          uint64_t *restrict seen, uint64_t mask)
{
    uint64_t rolling = 0, chars = 0, run = 0;
    size_t covered = 0; /* words before it are counted */
    for (size_t i = 0; i < 4 && i < n; i++) {
        rolling = rolling * STEP + hash[i];
        run = (run + 1) & -(hash[i] & 1);
    }
    for (size_t i = 4, gone = 0; i < n; gone = hash[i - 4] * STEP5, i++) {
        rolling = rolling * STEP + hash[i] - gone;
        run = (run + 1) & -(hash[i] & 1);
        uint64_t key = (rolling ^ rolling >> 32) * GOLDEN >> 20 & mask, bit = 1ULL << (key & 63);
        uint64_t old = seen[key >> 6];
        seen[key >> 6] = old | bit;
        if (!(old & bit) || run < 5) continue;
        for (size_t k = covered > i - 4 ? covered : i - 4; k <= i; k++) chars += word[k].chars;
        covered = i + 1;
    }
    return chars;
}

static void count_words(struct slice text, const struct words *words, unsigned shift, uint64_t *restrict hash,
                        uint32_t *restrict count)
{
    for (size_t i = 0; i < words->n; i++) {
        uint64_t h = word_hash(text, &words->at[i]);
        hash[i] = h;
        count[h >> shift]++;
    }
}

int bounds_measure(struct bounds *b, struct slice text, const struct words *words, uint64_t top[3],
                   uint64_t *dup)
{
    size_t counts = power_of_two(2 * words->n), bits = power_of_two(BITS_A_WORD * words->n);
    if (counts > COUNTS_MOST) counts = COUNTS_MOST;
    unsigned shift = 64 - (unsigned)__builtin_ctzll(counts);
    if (reserve(b, words->n + 1, counts, bits / 64) < 0) return -1;
    memset(b->count, 0, counts * sizeof *b->count);
    memset(b->seen, 0, bits / 8);
    count_words(text, words, shift, b->hash, b->count);
    find_tops(words->at, words->n, b->hash, b->count, shift, top);
    *dup = find_dups(words->at, words->n, b->hash, b->seen, bits - 1);
    return 0;
}
