/* shingle.c: text → lower-cased word hashes → rolling n-gram hashes → sorted set.
 *
 * Each word is hashed once; n word hashes are combined by a polynomial that rolls from one shingle to the next, then mixed.
 * The set is made by a least-significant-digit radix sort, linear in the number of words.
 *
 * State: per thread, reused. Memory: the words, their hashes, two arrays of shingles. */
#include "dedup/shingle.h"
#include <stdlib.h>

#define BASE 0x9e3779b97f4a7c15ULL /* odd: rolling out multiplies by its powers modulo 2^64 */

struct shingles {
    unsigned n;
    uint64_t base_to_n; /* BASE^n */
    struct words words;
    struct buf lower;
    uint64_t *hash; /* of each word that is no symbol */
    uint32_t *set, *spare;
    size_t cap;
};

struct shingles *shingles_new(unsigned words_per_shingle)
{
    struct shingles *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->n = words_per_shingle;
    s->base_to_n = 1;
    for (unsigned i = 0; i < s->n; i++) s->base_to_n *= BASE;
    words_init(&s->words);
    buf_init(&s->lower, BUF_NO_MAX);
    return s;
}

void shingles_free(struct shingles *s)
{
    if (!s) return;
    words_free(&s->words);
    buf_free(&s->lower);
    free(s->hash);
    free(s->set);
    free(s->spare);
    free(s);
}

static int reserve(struct shingles *s, size_t n)
{
    if (n <= s->cap) return 0;
    size_t cap = 2 * n;
    free(s->hash);
    free(s->set);
    free(s->spare);
    s->hash = malloc(cap * sizeof *s->hash);
    s->set = malloc(cap * sizeof *s->set);
    s->spare = malloc(cap * sizeof *s->spare);
    s->cap = s->hash && s->set && s->spare ? cap : 0;
    return s->cap ? 0 : -1;
}

/* Appends the lower-cased word to s->lower. */
static void put_lower(struct shingles *s, const char *p, size_t n)
{
    const char *end = p + n;
    if (buf_reserve(&s->lower, n + 4) < 0) return;
    while (p < end) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x80) {
            s->lower.p[s->lower.n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
            p++;
            if (s->lower.cap - s->lower.n < 4 && buf_reserve(&s->lower, (size_t)(end - p) + 4) < 0) return;
            continue;
        }
        uint32_t cp;
        char bytes[4];
        p += utf8_decode(p, end, &cp);
        buf_put(&s->lower, bytes, utf8_encode(unicode_lower(cp), bytes));
        if (buf_reserve(&s->lower, (size_t)(end - p) + 4) < 0) return;
    }
}

/* Fills s->hash; the number of words that are no symbols, or -1. */
static int64_t hash_words(struct shingles *s, struct slice text, struct err *e)
{
    int64_t n = 0;
    int r = words_find(&s->words, text, e);
    if (r < 0) return r;
    if (reserve(s, s->words.n + 1) < 0) return err_nomem(e, "cutting a document into shingles");
    for (size_t i = 0; i < s->words.n; i++) {
        const struct word *w = &s->words.at[i];
        if (w->flags & WORD_SYMBOL) continue;
        buf_clear(&s->lower);
        put_lower(s, text.p + w->offset, w->bytes);
        if (s->lower.failed) return err_nomem(e, "lower-casing a word");
        s->hash[n++] = hash64(s->lower.p, s->lower.n);
    }
    return n;
}

static uint32_t finish(uint64_t rolled)
{
    return (uint32_t)(hash_mix64(rolled) >> 32);
}

/* s->set: the shingles in order of the text. */
static size_t roll(struct shingles *s, size_t words)
{
    uint64_t h = 0;
    size_t n = 0;
    if (words == 0) return 0;
    for (size_t i = 0; i < words; i++) {
        h = (h + s->hash[i]) * BASE;
        if (i >= s->n) h -= s->hash[i - s->n] * s->base_to_n * BASE;
        if (i + 1 >= s->n) s->set[n++] = finish(h);
    }
    if (n == 0) s->set[n++] = finish(h);
    return n;
}

/* One pass by 11 bits from one array to the other. */
static void radix_pass(const uint32_t *from, uint32_t *to, size_t n, unsigned shift)
{
    size_t at[2048] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) at[from[i] >> shift & 2047]++;
    for (size_t d = 0; d < 2048; d++) {
        size_t count = at[d];
        at[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) to[at[from[i] >> shift & 2047]++] = from[i];
}

static void sort_small(uint32_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t x = v[i];
        size_t k = i;
        for (; k > 0 && v[k - 1] > x; k--) v[k] = v[k - 1];
        v[k] = x;
    }
}

static void sort(struct shingles *s, size_t n)
{
    if (n < 64) {
        sort_small(s->set, n);
        return;
    }
    radix_pass(s->set, s->spare, n, 0);
    radix_pass(s->spare, s->set, n, 11);
    radix_pass(s->set, s->spare, n, 22);
    uint32_t *t = s->set;
    s->set = s->spare;
    s->spare = t;
}

int shingles_of(struct shingles *s, struct slice text, const uint32_t **set, size_t *n, struct err *e)
{
    int64_t words = hash_words(s, text, e);
    if (words < 0) return (int)words;
    size_t all = roll(s, (size_t)words), kept = 0;
    sort(s, all);
    for (size_t i = 0; i < all; i++)
        if (kept == 0 || s->set[kept - 1] != s->set[i]) s->set[kept++] = s->set[i];
    *set = s->set;
    *n = kept;
    return 0;
}

int shingles_normal_hash(struct shingles *s, struct slice text, struct hash128 *h, struct err *e)
{
    int r = words_find(&s->words, text, e);
    if (r < 0) return r;
    buf_clear(&s->lower);
    for (size_t i = 0; i < s->words.n; i++) {
        const struct word *w = &s->words.at[i];
        if (w->flags & WORD_SYMBOL) continue;
        put_lower(s, text.p + w->offset, w->bytes);
        buf_putc(&s->lower, ' ');
    }
    if (s->lower.failed) return err_nomem(e, "lower-casing a document");
    *h = hash128(s->lower.p, s->lower.n);
    return 0;
}

double shingles_jaccard(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
    size_t i = 0, k = 0, both = 0;
    if (na + nb == 0) return 1;
    while (i < na && k < nb) {
        uint32_t x = a[i], y = b[k];
        both += x == y;
        i += x <= y;
        k += y <= x;
    }
    return (double)both / (double)(na + nb - both);
}
