/* digits.c: floats between 1e-4 and 10, which probabilities are but for the least, in integers: x is m / 2^s with m of 24 bits, its nine
 * digits are m 10^d / 2^s, rounded to even. The product has at most 64 bits. Others are left to printf.
 *
 * In: a float. Out: its digits. */
#include "digits.h"

int digits_put(struct buf *b, float x)
{
    static const uint64_t power[] = {100000000, 1000000000, 10000000000, 100000000000, 1000000000000};
    static const double least[] = {1, 0.1, 0.01, 0.001};
    char text[16] = "0.000";
    uint32_t bits;
    unsigned zeros = 0;
    if (!((double)x >= 1e-4 && x < 10)) return buf_printf(b, "%.9g", (double)x);
    memcpy(&bits, &x, sizeof bits);
    unsigned shift = 150 - (bits >> 23);
    while (zeros < 4 && (double)x < least[zeros]) zeros++;
    uint64_t scaled = ((bits & 0x7fffff) | 0x800000) * power[zeros], half = UINT64_C(1) << (shift - 1);
    uint64_t n = scaled >> shift, rest = scaled & (2 * half - 1);
    n += rest > half || (rest == half && n & 1);
    char *first = text + (zeros ? zeros + 1 : 1), *last = first + 8;
    for (char *p = last; p >= first; p--, n /= 10) *p = (char)('0' + n % 10);
    if (zeros == 0) text[0] = text[1], text[1] = '.';
    while (*last == '0') last--;
    return buf_put(b, text, (size_t)(last + (*last != '.') - text));
}
