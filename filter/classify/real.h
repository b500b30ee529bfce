/* real.h: exp and log that give the same bits on every machine, where libm's depend on the processor.
 *
 * Error below 1 unit in the last place of a double, so that rounded to float they are libm's but for one value in some
 * hundred million. exp: x = k ln 2 + r, Taylor of e^r for |r| <= ln 2 / 2. log: x = 2^k m with m in [sqrt 1/2, sqrt 2],
 * log m = 2 atanh((m - 1) / (m + 1)). */
#ifndef LEAT_FILTER_CLASSIFY_REAL_H
#define LEAT_FILTER_CLASSIFY_REAL_H

#include <stdint.h>
#include <string.h>

#define REAL_LN2_HIGH 0x1.62e42fee00000p-1 /* 21 zero bits at its end: times an exponent it is exact */
#define REAL_LN2_LOW 0x1.a39ef35793c76p-33

static inline double real_of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t real_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

#define REAL_LOG2_E 0x1.71547652b82fep+0
#define REAL_ROUNDER 0x1.8p52 /* added, it leaves the nearest integer in the last bits */
#define REAL_EXP_TERMS 13
static const double real_exp_term[REAL_EXP_TERMS] = {1.0 / 479001600.0,
                                                     1.0 / 39916800.0,
                                                     1.0 / 3628800.0,
                                                     1.0 / 362880.0,
                                                     1.0 / 40320.0,
                                                     1.0 / 5040.0,
                                                     1.0 / 720.0,
                                                     1.0 / 120.0,
                                                     1.0 / 24.0,
                                                     1.0 / 6.0,
                                                     0.5,
                                                     1.0,
                                                     1.0};

/* 0 below -708, infinity above 709. */
static inline double real_exp(double x)
{
    if (!(x > -708)) return x != x ? x : 0;
    if (x > 709) return real_of_bits(0x7ff0000000000000);
    double shifted = x * REAL_LOG2_E + REAL_ROUNDER, k = shifted - REAL_ROUNDER;
    double r = (x - k * REAL_LN2_HIGH) - k * REAL_LN2_LOW, y = 1.0 / 6227020800.0;
    for (unsigned i = 0; i < REAL_EXP_TERMS; i++) y = y * r + real_exp_term[i];
    return y * real_of_bits((real_bits(shifted) << 52) + ((uint64_t)1023 << 52));
}

/* Of normal x > 0; else a value that is no number. */
static inline double real_log(double x)
{
    uint64_t bits = real_bits(x);
    if (!(x >= 0x1p-1022) || bits == 0x7ff0000000000000) return real_of_bits(0x7ff8000000000000);
    int64_t k = (int64_t)(bits >> 52) - 1023;
    double m = real_of_bits((bits & 0xfffffffffffff) | 0x3ff0000000000000);
    if (m > 0x1.6a09e667f3bcdp+0) {
        m *= 0.5;
        k++;
    }
    double f = m - 1, s = f / (2 + f), z = s * s, y = 1.0 / 25;
    static const double term[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                  1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
    for (unsigned i = 0; i < sizeof term / sizeof *term; i++) y = y * z + term[i];
    /* log m = f - s (f - 2 z y): the large part exact, the small one rounded */
    return (double)k * REAL_LN2_HIGH + (f - (s * (f - 2 * z * y) - (double)k * REAL_LN2_LOW));
}

#endif
