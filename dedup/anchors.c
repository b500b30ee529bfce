/* anchors.c: a text's minimizers.
 *
 * Grams are ranked by 64 bits: 32 of their hash, then their place, the last one least. So a minimum says where it stands. Windows
 * of `width` grams: those that begin in one block of `width` grams end in the next one. The least of such a window is the lesser of
 * the least from its first gram to its block's end, and of that from the next block's first gram to its last.
 *
 * State: per thread, reused. */
#include "dedup/anchors.h"
#include "common/hash.h"
#include "common/simd.h"

#define BASE 0x9E3779B97F4A7C15ULL /* odd */
#define SECOND 0xD1342543DE82EF95ULL
#define THIRD 0xA0761D6478BD642FULL
#define GRAM_WORDS 8
#define GRAM_BYTES 32
#define LEAST_BYTES 8

void anchors_init(struct anchors *a, size_t window)
{
    a->window = window;
    buf_init(&a->list, BUF_NO_MAX);
    buf_init(&a->grams, BUF_NO_MAX);
    buf_init(&a->ranks, BUF_NO_MAX);
    buf_init(&a->low, BUF_NO_MAX);
}

void anchors_free(struct anchors *a)
{
    buf_free(&a->list);
    buf_free(&a->grams);
    buf_free(&a->ranks);
    buf_free(&a->low);
}

/* ------------------------------------------------------------------ grams */

/* Units of a gram: long ones are rarer, short ones let more windows share an anchor. */
static size_t gram_units(const struct coded *c, size_t window)
{
    size_t most = c->start ? GRAM_WORDS : GRAM_BYTES, half = window / 2 ? window / 2 : 1;
    return half < most ? half : most;
}

static uint64_t eight_of(const char *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

/* Of the first and the last eight bytes; the rest tells few words apart. 8 bytes can be read at p. */
static uint64_t hash_word(const char *p, size_t n)
{
    uint64_t first = eight_of(p), last = n > 8 ? eight_of(p + n - 8) : 0;
    if (n < 8) first &= ~0ULL >> (64 - 8 * n);
    uint64_t h = (first ^ n) * BASE + (last ^ last >> 32) * SECOND;
    return h ^ h >> 32;
}

/* Of all grams of `gram` words, each from the one before. */
static int hash_words(struct anchors *a, const struct coded *c, size_t gram)
{
    if (!c->start) return 0;
    buf_clear(&a->grams);
    if (buf_reserve(&a->grams, c->units * sizeof(uint64_t)) < 0) return -ERR_IO;
    uint64_t *at = (uint64_t *)(void *)a->grams.p, h = 0, leaves = BASE;
    for (size_t i = 0; i < c->units; i++) at[i] = hash_word(c->p + c->start[i], c->end[i] - c->start[i]);
    for (size_t i = 0; i < gram; i++) {
        h = (h + at[i]) * BASE;
        leaves *= BASE;
    }
    for (size_t i = gram; i <= c->units; i++) {
        uint64_t first = at[i - gram];
        at[i - gram] = h ^ h >> 32;
        if (i < c->units) h = (h + at[i]) * BASE - first * leaves;
    }
    return 0;
}

/* Of n >= 8 bytes: four times eight, evenly. */
SIMD_INLINE uint64_t hash_bytes_gram(const char *p, size_t n)
{
    size_t step = (n - 8) / 3;
    uint64_t h = eight_of(p) * BASE + (eight_of(p + step) ^ SECOND) * THIRD;
    h ^= h >> 29;
    h += (eight_of(p + 2 * step) ^ THIRD) * SECOND + eight_of(p + n - 8);
    h *= BASE;
    return h ^ h >> 32;
}

static uint64_t hash_gram(const struct anchors *a, const struct coded *c, size_t unit, size_t n)
{
    return c->start ? ((const uint64_t *)(const void *)a->grams.p)[unit] : hash_bytes_gram(c->p + unit, n);
}

/* ------------------------------------------------------------------ ranks */

static uint64_t rank_of(uint64_t hash, size_t unit)
{
    return (hash & 0xFFFFFFFF) << 32 | (0xFFFFFFFF - (uint64_t)unit);
}
static uint32_t unit_of(uint64_t rank)
{
    return 0xFFFFFFFF - (uint32_t)rank;
}

/* Of the grams from..to. */
static void rank(const struct anchors *a, const struct coded *c, size_t gram, size_t from, size_t to,
                 uint64_t *out)
{
    if (c->start)
        for (size_t i = from; i < to; i++) *out++ = rank_of(hash_gram(a, c, i, gram), i);
    else
        for (size_t i = from; i < to; i++) *out++ = rank_of(hash_bytes_gram(c->p + i, gram), i);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* low[i] = the least of rank[i..n). */
static void fill_low(const uint64_t *rank, size_t n, uint64_t *low)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = n; i-- > 0;) low[i] = least = lesser(least, rank[i]);
}

/* low[i] = the least of the window at i, for i < n; next: the ranks of the block behind. */
static void fill_windows(uint64_t *low, const uint64_t *next, size_t n)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 1; i < n; i++) {
        least = lesser(least, next[i - 1]);
        low[i] = lesser(low[i], least);
    }
}

/* ------------------------------------------------------------------ anchors */

static struct anchor *last_of(const struct anchors *a)
{
    return a->list.n ? (struct anchor *)(void *)(a->list.p + a->list.n) - 1 : NULL;
}

/* The windows from `first` on have these least grams. */
static void put_anchors(struct anchors *a, const struct coded *c, size_t gram, size_t first,
                        const uint64_t *low, size_t n)
{
    struct anchor *last = last_of(a);
    uint32_t unit = last ? last->unit : UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        if (unit_of(low[i]) == unit) continue;
        if (last) last->last = (uint32_t)(first + i - 1);
        unit = unit_of(low[i]);
        struct anchor next = {.unit = unit, .hash = (uint32_t)(hash_gram(a, c, unit, gram) >> 32)};
        buf_put(&a->list, &next, sizeof next);
        last = last_of(a);
    }
    if (last) last->last = (uint32_t)(first + n - 1);
}

int anchors_of(struct anchors *a, const struct coded *c, struct err *e)
{
    size_t gram = gram_units(c, a->window), width = a->window - gram + 1;
    buf_clear(&a->list);
    if (c->units < a->window) return 0;
    size_t grams = c->units - gram + 1, windows = c->units - a->window + 1;
    buf_clear(&a->ranks);
    buf_clear(&a->low);
    if (hash_words(a, c, gram) < 0 || buf_reserve(&a->ranks, width * sizeof(uint64_t)) < 0 ||
        buf_reserve(&a->low, width * sizeof(uint64_t)) < 0)
        return err_nomem(e, "looking for a text's anchors");
    uint64_t *ranks = (uint64_t *)(void *)a->ranks.p, *low = (uint64_t *)(void *)a->low.p;
    rank(a, c, gram, 0, width, ranks);
    for (size_t at = 0; at < windows; at += width) {
        size_t next = at + width, n = windows - at < width ? windows - at : width;
        fill_low(ranks, width, low);
        rank(a, c, gram, next < grams ? next : grams, next + width < grams ? next + width : grams, ranks);
        fill_windows(low, ranks, n);
        put_anchors(a, c, gram, at, low, n);
    }
    return a->list.failed ? err_nomem(e, "looking for a text's anchors") : 0;
}
