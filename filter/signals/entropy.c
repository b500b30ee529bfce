/* entropy.c: see entropy.h. H = ln N - (sum of c ln c) / N over the counts c of N words, summed in the order of the
 * words' first appearance. Words are told apart by 64-bit hashes.
 *
 * State: a table and counts, reused. Memory: 4 bytes a word and names.h. */
#include "filter/signals/entropy.h"
#include <stdlib.h>

void entropy_free(struct entropy *t)
{
    names_free(&t->names);
    free(t->count);
    *t = (struct entropy){0};
}

/* x = m 2^e with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh((m-1)/(m+1)), a series that ends below 1e-17. */
double entropy_ln(double x)
{
    uint64_t bits;
    int e = 0;
    if (x < 0x1p-1022) { /* subnormal */
        x *= 0x1p54;
        e = -54;
    }
    memcpy(&bits, &x, 8);
    e += (int)(bits >> 52) - 1023;
    bits = (bits & 0xFFFFFFFFFFFFFULL) | 1023ULL << 52;
    double m;
    memcpy(&m, &bits, 8);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        e++;
    }
    double s = (m - 1) / (m + 1), s2 = s * s, sum = 0;
    for (int k = 23; k >= 1; k -= 2) sum = sum * s2 + 2.0 / k;
    return e * 0.6931471805599453 + s * sum;
}

static int reserve(struct entropy *t, size_t n)
{
    if (n <= t->cap) return 0;
    uint32_t *p = realloc(t->count, (n + n / 2) * sizeof *p);
    if (!p) return -1;
    t->count = p;
    t->cap = n + n / 2;
    return 0;
}

int entropy_measure(struct entropy *t, struct slice text, const struct words *words, double *value)
{
    *value = 0;
    if (reserve(t, words->n + 1) < 0) return -1;
    names_reset(&t->names, words->n / 4);
    memset(t->count, 0, words->n * sizeof *t->count);
    for (size_t i = 0; i < words->n; i++)
        t->count[names_of(&t->names, hash64(text.p + words->at[i].offset, words->at[i].bytes))]++;
    if (t->names.failed) return -1;
    if (t->names.n < 2) return 0;
    double n = (double)words->n, sum = 0;
    for (size_t k = 0; k < t->names.n; k++)
        if (t->count[k] > 1) sum += t->count[k] * entropy_ln(t->count[k]);
    *value = (entropy_ln(n) - sum / n) / entropy_ln((double)t->names.n);
    if (*value > 1) *value = 1; /* by rounding */
    return 0;
}
