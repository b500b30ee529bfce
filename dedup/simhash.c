/* simhash.c: 64 counters at once, as binary numbers that lie across words: plane p holds bit p of each counter.
 *
 * Full adders (carry-save) turn eight hashes into one carry of weight 8, with seven times five bit operations for all 64
 * counters; only that carry goes on through the higher planes. A vector of eight words counts eight parts of the list side by
 * side. At the end the parts are added, and all counters are compared with n / 2 at once: no counter is ever taken out.
 *
 * State: none. Memory: the planes, on the stack. Time: linear. */
#include "dedup/simhash.h"
#include "common/simd.h"
#include <string.h>

#define LANES 8
#define INPUTS 8 /* vectors that one block adds */
#define BLOCK ((size_t)LANES * INPUTS)
#define PLANES 40 /* n < 2^38 */

typedef uint64_t vec __attribute__((vector_size(LANES * sizeof(uint64_t)), aligned(8), may_alias));

/* sum + b + c, bit by bit, into sum and carry. */
#define ADD(sum, carry, b, c)             \
    do {                                  \
        vec half_ = (sum) ^ (b);          \
        vec both_ = (sum) & (b);          \
        vec third_ = (c);                 \
        carry = both_ | (half_ & third_); \
        sum = half_ ^ third_;             \
    } while (0)

/* Adds n hashes to the planes, which are all 0; returns how many may be other than 0 now. last: a copy of those behind the last
 * whole block, filled up with zeros. */
SIMD_INLINE unsigned add_hashes_body(vec *plane, const uint64_t *list, size_t n, const uint64_t *last)
{
    vec ones = {0}, twos = {0}, fours = {0}, two, other_two, four, other_four, carry;
    unsigned planes = 3;
    for (size_t i = 0; i * BLOCK < n; i++) {
        const vec *x = (const vec *)(const void *)((i + 1) * BLOCK <= n ? list + i * BLOCK : last);
        ADD(ones, two, x[0], x[1]);
        ADD(ones, other_two, x[2], x[3]);
        ADD(twos, four, two, other_two);
        ADD(ones, two, x[4], x[5]);
        ADD(ones, other_two, x[6], x[7]);
        ADD(twos, other_four, two, other_two);
        ADD(fours, carry, four, other_four);
        planes += i + 1 == (size_t)1 << (planes - 3);
        for (unsigned p = 3; p < planes; p++) {
            vec both = plane[p] & carry;
            plane[p] ^= carry;
            carry = both;
        }
    }
    plane[0] = ones;
    plane[1] = twos;
    plane[2] = fours;
    return planes;
}

SIMD_VARIANTS(unsigned, add_hashes, (vec * plane, const uint64_t *list, size_t n, const uint64_t *last),
              (plane, list, n, last))

/* Adds the upper half of the lanes to the lower, until one is left: lane 0. */
static unsigned add_lanes(uint64_t plane[][LANES], unsigned planes)
{
    for (unsigned half = LANES / 2; half; half /= 2) {
        for (unsigned l = 0; l < half; l++) {
            uint64_t carry = 0;
            for (unsigned p = 0; p < planes; p++) {
                uint64_t a = plane[p][l], b = plane[p][l + half], either = a ^ b;
                plane[p][l] = either ^ carry;
                carry = (a & b) | (either & carry);
            }
            plane[planes][l] = carry;
        }
        planes++;
    }
    return planes;
}

/* Which counters are more than `bound`. */
static uint64_t more_than(uint64_t plane[][LANES], unsigned planes, uint64_t bound)
{
    uint64_t more = 0, equal = ~0ULL;
    for (unsigned p = planes; p-- > 0;) {
        uint64_t count = plane[p][0], is = -(bound >> p & 1);
        more |= equal & count & ~is;
        equal &= ~(count ^ is);
    }
    return more;
}

uint64_t simhash_of(const uint64_t *list, size_t n)
{
    uint64_t plane[PLANES][LANES] = {{0}}, last[BLOCK] = {0};
    size_t rest = n % BLOCK;
    if (rest) memcpy(last, list + n - rest, rest * sizeof *list);
    unsigned planes = add_hashes((vec *)(void *)plane, list, n, last);
    planes = add_lanes(plane, planes);
    return more_than(plane, planes, n / 2);
}
