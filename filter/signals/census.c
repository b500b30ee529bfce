/* census.c: counts bytes of several kinds in one pass, in numbers of one byte, which vectors hold many of. State: none. */
#include "common/simd.h"
#include "filter/signals/signals_internal.h"

#define BLOCK 240 /* no count exceeds a byte */

/* Of n <= BLOCK bytes at p. */
SIMD_INLINE void count_block(const unsigned char *p, size_t n, struct census *c)
{
    uint8_t newlines = 0, hashes = 0, dots = 0, e2 = 0, tails = 0;
    for (size_t k = 0; k < n; k++) {
        newlines += p[k] == '\n';
        hashes += p[k] == '#';
        dots += p[k] == '.';
        e2 += p[k] == 0xE2;
        tails += (p[k] & 0xC0) == 0x80;
    }
    c->newlines += newlines, c->hashes += hashes, c->dots += dots, c->e2 += e2, c->tails += tails;
}

/* Of the n bytes at p, which have one before them. */
SIMD_INLINE unsigned word_starts(const unsigned char *p, size_t n)
{
    uint8_t starts = 0;
    for (size_t k = 0; k < n; k++)
        starts += (p[(ptrdiff_t)k - 1] == ' ' || p[(ptrdiff_t)k - 1] == '\n') & (p[k] > ' ') & (p[k] < 0x7f);
    return starts;
}

SIMD_INLINE struct census census_body(const unsigned char *p, size_t n)
{
    struct census c = {0};
    size_t i = 0;
    for (; n - i >= BLOCK; i += BLOCK) {
        count_block(p + i, BLOCK, &c);
        c.word_starts += i ? word_starts(p + i, BLOCK) : word_starts(p + 1, BLOCK - 1);
    }
    if (i < n) {
        count_block(p + i, n - i, &c);
        c.word_starts += i ? word_starts(p + i, n - i) : word_starts(p + 1, n - 1);
    }
    return c;
}
SIMD_VARIANTS(struct census, census, (const unsigned char *p, size_t n), (p, n))

const struct census *signals_census(struct signals *s)
{
    if (!s->has_census) s->census = census((const unsigned char *)s->text.p, s->text.n);
    s->has_census = true;
    return &s->census;
}

SIMD_INLINE uint64_t count_bytes_body(const unsigned char *p, size_t n, unsigned char c)
{
    uint64_t all = 0;
    for (size_t i = 0; i < n;) {
        uint8_t here = 0;
        size_t stop = n - i > BLOCK ? i + BLOCK : n;
        for (; i < stop; i++) here += p[i] == c;
        all += here;
    }
    return all;
}
SIMD_VARIANTS(uint64_t, count_bytes, (const unsigned char *p, size_t n, unsigned char c), (p, n, c))

uint64_t count_byte(struct slice text, char c)
{
    return count_bytes((const unsigned char *)text.p, text.n, (unsigned char)c);
}
