/* bounds.c: see bounds.h. Two passes over the words; the tables are sized so that a document
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
    if (w->offset < 8 || text.n - w->offset < 8) return hash_at_edge(text, w);
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

#define STEP 0xD1342543DE82EF95ULL /* odd: the rolling hash is sum of hash[i + k] * STEP^(4 - k), modulo 2^64 */
#define STEP5 ((uint64_t)STEP * STEP * STEP * STEP * STEP)

struct window { /* of the last four words: counts and lengths, c1 and l1 of the last */
    uint64_t c1, c2, c3, l1, l2, l3;
};

static inline uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline void raise(uint64_t *most, uint64_t to)
{
    *most = to > *most ? to : *most;
}

/* The smallest count of the n words that end here, times the characters of the n-gram. */
static inline void top_bounds(struct window *w, uint64_t c, uint64_t l, uint64_t top[3])
{
    uint64_t m2 = least(c, w->c1), m3 = least(m2, w->c2), m4 = least(m3, w->c3);
    uint64_t l2 = w->l1 + l, l3 = l2 + w->l2, l4 = l3 + w->l3;
    raise(&top[0], m2 * (l2 + 1));
    raise(&top[1], m3 * (l3 + 2));
    raise(&top[2], m4 * (l4 + 3));
    w->c3 = w->c2, w->c2 = w->c1, w->c1 = c;
    w->l3 = w->l2, w->l2 = w->l1, w->l1 = l;
}

/* Sets the bit of the key; whether it was set. */
static inline bool set_bit(uint64_t *seen, uint64_t key)
{
    uint64_t bit = 1ULL << (key & 63), *word = &seen[key >> 6], old = *word;
    *word = old | bit;
    return old & bit;
}

static void find_bounds(struct bounds *b, const struct words *words, unsigned shift, size_t bits, uint64_t top[3],
                        uint64_t *dup)
{
    struct window w = {0};
    uint64_t rolling = 0, chars = 0;
    size_t run = 0, covered = 0; /* words in a row that stand more than once; words before `covered` are counted */
    for (size_t i = 0; i < words->n; i++) {
        uint64_t h = b->hash[i], c = b->count[h >> shift];
        top_bounds(&w, c, words->at[i].chars, top);
        rolling = rolling * STEP + h - (i >= 5 ? b->hash[i - 5] * STEP5 : 0);
        run = c > 1 ? run + 1 : 0;
        bool before = set_bit(b->seen, (rolling ^ rolling >> 32) * GOLDEN >> 20 & (bits - 1));
        if (!before || run < 5) continue;
        for (size_t k = covered > i - 4 ? covered : i - 4; k <= i; k++) chars += words->at[k].chars;
        covered = i + 1;
    }
    *dup = chars;
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
    top[0] = top[1] = top[2] = 0;
    find_bounds(b, words, shift, bits, top, dup);
    return 0;
}
