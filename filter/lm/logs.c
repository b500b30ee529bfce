/* logs.c: log10 and 10^x of one definition for all machines.
 *
 * log: x = m * 2^e with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh f, f = (m-1)/(m+1), |f| < 0.172, by its power series.
 * 10^x: x log2(10) = n + r, |r| <= 1/2; 2^r by the series of e^(r ln 2). Both series are cut where their rest is
 * less than half a unit in the last place. No state. */
#include "filter/lm/logs.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LN2_HI 0x1.62e42fefa3800p-1 /* ln 2 = HI + LO, HI with trailing zeros: e * HI is exact */
#define LN2_LO 0x1.ef35793c76730p-45
#define LN2 0x1.62e42fefa39efp-1
#define LOG10_E 0x1.bcb7b1526e50ep-2
#define LOG2_10_HI 0x1.a934f09000000p+1 /* log2(10), the same way: times a float it is exact */
#define LOG2_10_LO 0x1.e68dc57f24960p-29

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x = result * 2^*e, the result within [sqrt(1/2), sqrt(2)). */
static double split(double x, int *e)
{
    uint64_t bits;
    *e = 0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        *e = -54;
    }
    memcpy(&bits, &x, sizeof bits);
    *e += (int)(bits >> 52) - 1023;
    double m = of_bits((bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
    if (m < 0x1.6a09e667f3bcdp+0) return m;
    ++*e;
    return m * 0.5;
}

/* 1/k for the odd k of the series, the last first. */
#define SERIES                                                                                           \
    {                                                                                                    \
        1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, \
            1.0 / 3                                                                                      \
    }
#define TERMS 11

double log10_exactly(double x)
{
    static const double odd[TERMS] = SERIES;
    int e;
    if (x <= 0) return -HUGE_VAL;
    double m = split(x, &e), f = (m - 1) / (m + 1), s = f * f, sum = 0;
    for (size_t k = 0; k < TERMS; k++) sum = (sum + odd[k]) * s;
    double ln = 2 * f + 2 * f * sum;
    return (e * LN2_HI + (ln + e * LN2_LO)) * LOG10_E;
}

typedef double lanes __attribute__((vector_size(32)));
typedef int64_t bits_of_lanes __attribute__((vector_size(32)));

/* The same steps for four normal numbers at once. */
static void log10_of_lanes(double *x)
{
    static const double odd[TERMS] = SERIES;
    bits_of_lanes bits;
    memcpy(&bits, x, sizeof bits);
    lanes m = (lanes)((bits & 0xFFFFFFFFFFFFFLL) | 0x3FF0000000000000LL);
    lanes e = (lanes)(bits >> 52 | 0x4330000000000000LL) -
              (0x1p52 + 1023); /* the exponent as a double's fraction */
    bits_of_lanes high = m >= 0x1.6a09e667f3bcdp+0;
    e += (lanes)(high & (bits_of_lanes)(lanes){1, 1, 1, 1});
    m = (lanes)((bits_of_lanes)m - (high & 1LL << 52)); /* halved */
    lanes f = (m - 1) / (m + 1), s = f * f, sum = {0};
    for (size_t k = 0; k < TERMS; k++) sum = (sum + odd[k]) * s;
    lanes ln = 2 * f + 2 * f * sum;
    lanes result = (e * LN2_HI + (ln + e * LN2_LO)) * LOG10_E;
    memcpy(x, &result, sizeof result);
}

void log10_exactly_all(double *x, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        bool normal = true;
        for (size_t j = i; j < i + 4; j++) normal &= x[j] >= 0x1p-1022;
        if (normal) log10_of_lanes(x + i);
        for (size_t j = i; j < i + 4 && !normal; j++) x[j] = log10_exactly(x[j]);
    }
    for (; i < n; i++) x[i] = log10_exactly(x[i]);
}

double pow10_exactly(double x)
{
    if (!(x >= -307)) return 0;
    if (x > 308) return HUGE_VAL;
    double y = x * LOG2_10_HI + x * LOG2_10_LO;
    int64_t n = (int64_t)(y + (y < 0 ? -0.5 : 0.5));
    /* x in two halves, so that the difference keeps its digits */
    double hi = (double)(float)x, lo = x - hi;
    double r = (hi * LOG2_10_HI - (double)n) + (lo * LOG2_10_HI + x * LOG2_10_LO);
    double z = r * LN2, sum = 1;
    for (int k = 14; k >= 1; k--) sum = 1 + z * sum / k;
    return sum * of_bits((uint64_t)(n + 1023) << 52);
}
