/* census.c: counts bytes of several kinds in one pass, in vectors of counts of one byte. State: none. */
#include "common/simd.h"
#include "filter/signals/signals_internal.h"
#include <string.h>

#define LANES 32
#define VECTORS_MOST 255 /* until a count may be full; one of them is the first or last */
typedef uint8_t bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

struct counts {
    bytes newlines, hashes, dots, e2, tails, starts;
};

/* Counts the bytes at p, which have one before them. A comparison gives -1. */
SIMD_INLINE void count_vector(const unsigned char *p, struct counts *c)
{
    bytes x = *(const bytes *)p, before = *(const bytes *)(p - 1);
    c->newlines -= (bytes)(x == '\n');
    c->hashes -= (bytes)(x == '#');
    c->dots -= (bytes)(x == '.');
    c->e2 -= (bytes)(x == 0xE2);
    c->tails -= (bytes)((x & 0xC0) == 0x80);
    c->starts -= (bytes)(((before == ' ') | (before == '\n')) & (x - '!' <= (bytes){} + ('~' - '!')));
}

SIMD_INLINE uint64_t sum_of(const bytes *v)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < LANES; i++) sum += (*v)[i];
    return sum;
}

SIMD_INLINE void add_counts(struct census *to, const struct counts *c)
{
    to->newlines += sum_of(&c->newlines);
    to->hashes += sum_of(&c->hashes);
    to->dots += sum_of(&c->dots);
    to->e2 += sum_of(&c->e2);
    to->tails += sum_of(&c->tails);
    to->word_starts += sum_of(&c->starts);
}

/* Counts n <= LANES bytes at p, behind the byte `before`. */
SIMD_INLINE void count_few(unsigned char before, const unsigned char *p, size_t n, struct counts *c)
{
    unsigned char copy[1 + LANES] = {before};
    memcpy(copy + 1, p, n);
    count_vector(copy + 1, c);
}

/* The first bytes and what fills no vector are counted in a copy, zeros around them. */
SIMD_INLINE struct census census_body(const unsigned char *p, size_t n)
{
    struct census all = {0};
    struct counts c = {0};
    size_t i = n < LANES ? n : LANES;
    count_few(0, p, i, &c);
    while (n - i >= LANES) {
        size_t vectors = (n - i) / LANES;
        if (vectors > VECTORS_MOST - 1) vectors = VECTORS_MOST - 1;
        for (const unsigned char *end = p + i + vectors * LANES, *q = p + i; q < end; q += LANES)
            count_vector(q, &c);
        i += vectors * LANES;
        add_counts(&all, &c);
        c = (struct counts){0};
    }
    if (i < n) count_few(p[i - 1], p + i, n - i, &c);
    add_counts(&all, &c);
    return all;
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
        size_t stop = n - i > VECTORS_MOST ? i + VECTORS_MOST : n;
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
