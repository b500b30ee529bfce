/* shingle.c: text → lower-cased word hashes → rolling n-gram hashes → sorted set.
 *
 * The text is lower-cased at once as if it were ASCII; only words with other characters are looked at one by one. Each word
 * is hashed once; n word hashes are combined by a polynomial that rolls from one shingle to the next, then mixed.
 * The set is made by a least-significant-digit radix sort, linear in the number of words.
 *
 * State: per thread, reused. Memory: a copy of the text; the words, their hashes, two arrays of shingles. */
#include "dedup/shingle.h"
#include <stdlib.h>

#define SMALL 64                   /* shingles: fewer are sorted by insertion */
#define BASE 0x9e3779b97f4a7c15ULL /* odd: rolling out multiplies by its powers modulo 2^64 */

struct shingles {
    unsigned n;
    uint64_t base_out; /* BASE^(n+1): what the word that leaves has been multiplied by */
    struct words words;
    struct buf lower; /* the text, its ASCII letters lowered */
    struct buf word;  /* a word with other letters, lowered */
    struct buf normal;
    uint64_t *hash; /* of each word that is no symbol */
    uint32_t *set, *spare;
    size_t cap;
};

struct shingles *shingles_new(unsigned words_per_shingle)
{
    struct shingles *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->n = words_per_shingle;
    s->base_out = BASE;
    for (unsigned i = 0; i < s->n; i++) s->base_out *= BASE;
    words_init(&s->words);
    buf_init(&s->lower, BUF_NO_MAX);
    buf_init(&s->word, BUF_NO_MAX);
    buf_init(&s->normal, BUF_NO_MAX);
    return s;
}

void shingles_free(struct shingles *s)
{
    if (!s) return;
    words_free(&s->words);
    buf_free(&s->lower);
    buf_free(&s->word);
    buf_free(&s->normal);
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

/* ------------------------------------------------------------------ lower-cased words */

#define BYTES(x) (0x0101010101010101ULL * (x))

/* Eight characters at once: the top bit of a byte tells whether adding brings it past 'A', and past 'Z'. */
static uint64_t lower_8(uint64_t x)
{
    uint64_t low = x & BYTES(0x7f);
    uint64_t upper = (low + BYTES(0x80 - 'A')) & ~(low + BYTES(0x7f - 'Z')) & ~x & BYTES(0x80);
    return x | upper >> 2;
}

static int lower_ascii(struct shingles *s, struct slice text)
{
    buf_clear(&s->lower);
    if (buf_reserve(&s->lower, text.n + 8) < 0) return -1;
    char *out = s->lower.p;
    for (size_t i = 0; i < text.n; i += 8) {
        uint64_t x = 0;
        if (text.n - i >= 8)
            memcpy(&x, text.p + i, 8);
        else
            memcpy(&x, text.p + i, text.n - i);
        x = lower_8(x);
        memcpy(out + i, &x, 8);
    }
    s->lower.n = text.n;
    return 0;
}

/* Fills s->words and s->lower. */
static int find_words(struct shingles *s, struct slice text, struct err *e)
{
    int r = words_find(&s->words, text, e);
    if (r == 0 && lower_ascii(s, text) < 0) r = err_nomem(e, "lower-casing a document");
    return r;
}

/* The word in lower case; valid until the next call. */
static struct slice lower_word(struct shingles *s, const struct word *w)
{
    const char *p = s->lower.p + w->offset, *end = p + w->bytes;
    if (w->bytes == w->chars) return slice_of(p, w->bytes);
    buf_clear(&s->word);
    while (p < end) {
        uint32_t cp;
        char bytes[4];
        p += utf8_decode(p, end, &cp);
        buf_put(&s->word, bytes, utf8_encode(unicode_lower(cp), bytes));
    }
    return buf_slice(&s->word);
}

/* Fills s->hash; the number of words that are no symbols, or < 0. */
static int64_t hash_words(struct shingles *s, struct slice text, struct err *e)
{
    int64_t n = 0;
    int r = find_words(s, text, e);
    if (r == 0 && reserve(s, s->words.n + 1) < 0) r = err_nomem(e, "cutting a document into shingles");
    if (r < 0) return r;
    for (size_t i = 0; i < s->words.n; i++) {
        if (s->words.at[i].flags & WORD_SYMBOL) continue;
        struct slice word = lower_word(s, &s->words.at[i]);
        s->hash[n++] = hash64(word.p, word.n);
    }
    if (!s->word.failed) return n;
    err_nomem(e, "lower-casing a word");
    return -ERR_IO;
}

/* ------------------------------------------------------------------ the set */

static uint32_t finish(uint64_t rolled)
{
    return (uint32_t)(hash_mix64(rolled) >> 32);
}

/* s->set: the shingles in order of the text; one of all words when they are too few. */
static size_t roll(struct shingles *s, size_t words)
{
    uint64_t h = 0;
    size_t n = 0;
    for (size_t i = 0; i < words; i++) {
        h = (h + s->hash[i]) * BASE;
        if (i >= s->n) h -= s->hash[i - s->n] * s->base_out;
        if (i + 1 >= s->n) s->set[n++] = finish(h);
    }
    if (n == 0) s->set[n++] = finish(h);
    return n;
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

/* ------------------------------------------------------------------ what others call */

int shingles_of(struct shingles *s, struct slice text, const uint32_t **set, size_t *n, struct err *e)
{
    int64_t words = hash_words(s, text, e);
    if (words < 0) return (int)words;
    if (words == 0) s->hash[words++] = hash64(text.p, text.n);
    size_t all = roll(s, (size_t)words);
    if (all < SMALL)
        sort_small(s->set, all);
    else
        sort_large(s->set, s->spare, all);
    *set = s->set;
    *n = drop_repeated(s->set, all);
    return 0;
}

int shingles_normal_hash(struct shingles *s, struct slice text, struct hash128 *h, struct err *e)
{
    int r = find_words(s, text, e);
    if (r < 0) return r;
    buf_clear(&s->normal);
    for (size_t i = 0; i < s->words.n; i++) {
        if (s->words.at[i].flags & WORD_SYMBOL) continue;
        buf_put_slice(&s->normal, lower_word(s, &s->words.at[i]));
        buf_putc(&s->normal, ' ');
    }
    if (s->normal.failed || s->word.failed) return err_nomem(e, "lower-casing a document");
    struct slice normal = s->normal.n ? buf_slice(&s->normal) : text;
    *h = hash128(normal.p, normal.n);
    return 0;
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
