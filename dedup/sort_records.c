/* sort_records.c: radix sort from the most significant digit, of records of 1 to 8 words.
 *
 * Why this way round: of random keys two or three digits tell all records apart, the rest is never looked at; and all but the
 * first pass work in the caches. The digit of a bucket begins at the highest bit in which its records differ, so what they share
 * costs nothing. Each pass moves the records from one array to the other; small buckets are sorted by insertion.
 *
 * Linear whatever comes: a pass settles at least MIN_BITS bits of a word, or the word, for all records of its bucket.
 * Memory: the two arrays, and 16 KiB of stack for each pass that a bucket needs (at most 11 for each word). */
#include "dedup/sorter.h"

#define SMALL 24   /* records that are sorted by insertion */
#define MIN_BITS 6 /* of a digit */
#define MAX_BITS 11
#define INLINE static inline __attribute__((always_inline))

/* The loops below are compiled for each width that is common: `w` is then a constant in them. */
#define FOR_WIDTH(words, call) \
    switch (words) {           \
    case 1: call(1); break;    \
    case 2: call(2); break;    \
    case 3: call(3); break;    \
    default: call(words);      \
    }

INLINE void copy(uint64_t *to, const uint64_t *from, unsigned w)
{
    for (unsigned i = 0; i < w; i++) to[i] = from[i];
}

/* Whether a < b, where words before `word` are equal. */
INLINE bool less(const uint64_t *a, const uint64_t *b, unsigned word, unsigned w)
{
    if (a[word] != b[word]) return a[word] < b[word];
    for (unsigned i = word + 1; i < w; i++)
        if (a[i] != b[i]) return a[i] < b[i];
    return false;
}

/* from[0..n) in order in to, which may be the same. */
INLINE void insert(const uint64_t *from, uint64_t *to, size_t n, unsigned word, unsigned w)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t r[RECORDS_MAX_WORDS];
        copy(r, from + i * w, w);
        uint64_t *at = to + i * w;
        for (; at > to && less(r, at - w, word, w); at -= w) copy(at, at - w, w);
        copy(at, r, w);
    }
}

static void insert_small(uint64_t *a, uint64_t *b, size_t n, unsigned word, unsigned words, bool in_b){
#define INSERT(w) insert(a, in_b ? b : a, n, word, w)
    FOR_WIDTH(words, INSERT)}

/* The bits in which the records differ; it may stop at one of them that differ in bit top - 1, above which all are equal. */
INLINE uint64_t differing(const uint64_t *a, size_t n, unsigned top, unsigned word, unsigned w)
{
    uint64_t bits = 0;
    for (size_t i = 1; i < n && !(bits >> (top - 1)); i++) bits |= a[i * w + word] ^ a[word];
    return bits;
}

INLINE void count(const uint64_t *a, size_t n, unsigned shift, unsigned mask, size_t *counts, unsigned word,
                  unsigned w)
{
    for (size_t i = 0; i < n; i++) counts[a[i * w + word] >> shift & mask]++;
}

INLINE void scatter(const uint64_t *a, uint64_t *to, size_t n, unsigned shift, unsigned mask, size_t *at,
                    unsigned word, unsigned w)
{
    for (size_t i = 0; i < n; i++) copy(to + at[a[i * w + word] >> shift & mask]++ * w, a + i * w, w);
}

/* So that a few passes of about this width leave buckets of 4 to 8 records, if keys are random. */
static unsigned digit_bits(size_t n)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(n >> 2), passes = (bits + MAX_BITS - 1) / MAX_BITS;
    bits = (bits + passes - 1) / passes;
    return bits < MIN_BITS ? MIN_BITS : bits;
}

static void sort_bucket(uint64_t *a, uint64_t *b, size_t n, unsigned top, unsigned word, unsigned words,
                        bool in_b);

/* Buckets of a, which end at end[i]: those in a row that are small are one array for the insertion, where no record goes far. */
static void sort_buckets(uint64_t *a, uint64_t *b, const size_t *end, size_t buckets, unsigned top,
                         unsigned word, unsigned words, bool in_b)
{
    size_t done = 0, from = 0;
    for (size_t i = 0; i < buckets; from = end[i++]) {
        if (end[i] - from <= SMALL) continue;
        insert_small(a + done * words, b + done * words, from - done, word, words, in_b);
        sort_bucket(a + from * words, b + from * words, end[i] - from, top, word, words, in_b);
        done = end[i];
    }
    insert_small(a + done * words, b + done * words, from - done, word, words, in_b);
}

/* a[0..n) in order: in b if in_b, else in a. Words before `word` are equal, and the bits of this from `top` on. */
static void sort_bucket(uint64_t *a, uint64_t *b, size_t n, unsigned top, unsigned word, unsigned words,
                        bool in_b)
{
    if (n <= SMALL) {
        insert_small(a, b, n, word, words, in_b);
        return;
    }
    uint64_t bits = 0;
#define DIFFERING(w) bits = differing(a, n, top, word, w)
    for (;; top = 64) {
        if (top > 0) FOR_WIDTH(words, DIFFERING)
        if (bits || ++word == words) break;
    }
    if (!bits) {
        if (in_b) memcpy(b, a, n * words * sizeof *a);
        return;
    }
    unsigned width = digit_bits(n);
    top = 64 - (unsigned)__builtin_clzll(bits);
    unsigned shift = top > width ? top - width : 0, mask = (1U << width) - 1;
    size_t at[1 << MAX_BITS];
    memset(at, 0, sizeof *at << width);
#define COUNT(w) count(a, n, shift, mask, at, word, w)
    FOR_WIDTH(words, COUNT)
    for (size_t i = 0, sum = 0; i <= mask; i++) {
        size_t here = at[i];
        at[i] = sum;
        sum += here;
    }
#define SCATTER(w) scatter(a, b, n, shift, mask, at, word, w)
    FOR_WIDTH(words, SCATTER)
    sort_buckets(b, a, at, mask + 1, shift, word, words, !in_b);
}

void sort_records(uint64_t *record, uint64_t *spare, size_t n, unsigned words)
{
    sort_bucket(record, spare, n, 64, 0, words, false);
}
