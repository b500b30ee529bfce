/* simhash.c: eight n-grams hashed at once, and 64 counters of bits at once.
 *
 * The counters lie across words: bit i of plane p is bit p of counter i. Full adders (carry-save) turn eight hashes into one
 * carry of weight 8 with seven times five bit operations for all 64 counters; only that carry goes on through the higher
 * planes. A vector of eight words counts eight parts of the text side by side. At the end the parts are added, and all counters
 * are compared with n / 2 at once: no counter is ever taken out.
 *
 * State: none. Memory: the planes, on the stack. Time: linear, n-grams times their words / 8. */
#include "dedup/simhash.h"
#include "common/hash.h"
#include "common/simd.h"

#define LANES 4
#define INPUTS 8 /* vectors that one block adds */
#define BLOCK ((size_t)LANES * INPUTS)
#define PLANES 40 /* n < 2^38 */
#define MIX 0xBF58476D1CE4E5B9ULL

typedef uint64_t vec __attribute__((vector_size(LANES * sizeof(uint64_t)), aligned(8), may_alias));

/* ------------------------------------------------------------------ n-grams */

#define APPEND(h, word) (((h) << 11 | (h) >> 53) + (word))
#define FINISH(h) ((h) *= MIX, (h) ^= (h) >> 32)

uint64_t simhash_ngram(const uint64_t *word, unsigned ngram)
{
    uint64_t h = 0;
    for (unsigned k = 0; k < ngram; k++) h = APPEND(h, word[k]);
    FINISH(h);
    return h;
}

/* The block of n-grams that begin at BLOCK words. */
SIMD_INLINE void hash_block(vec *x, const uint64_t *word, unsigned ngram)
{
    for (unsigned i = 0; i < INPUTS; i++) {
        vec h = {0};
        for (unsigned k = 0; k < ngram; k++)
            h = APPEND(h, *(const vec *)(const void *)(word + (size_t)i * LANES + k));
        FINISH(h);
        x[i] = h;
    }
}

/* The same of n < BLOCK n-grams; the others are 0. */
SIMD_INLINE void hash_rest(vec *x, const uint64_t *word, size_t n, unsigned ngram)
{
    uint64_t copy[BLOCK + SIMHASH_MAX_WORDS] = {0};
    memcpy(copy, word, (n + ngram - 1) * sizeof *copy);
    hash_block(x, copy, ngram);
    memset((uint64_t *)(void *)x + n, 0, (BLOCK - n) * sizeof *copy);
}

/* ------------------------------------------------------------------ counting */

/* sum + b + c, bit by bit, into sum and carry. */
#define ADD(sum, carry, b, c)                    \
    do {                                         \
        vec half_ = (sum) ^ (b);                 \
        (carry) = ((sum) & (b)) | (half_ & (c)); \
        (sum) = half_ ^ (c);                     \
    } while (0)

/* Adds the n n-grams of words to the planes, which are all 0; returns how many may be other than 0 now. */
SIMD_INLINE unsigned count_body(vec *plane, const uint64_t *word, size_t n, unsigned ngram)
{
    vec ones = {0}, twos = {0}, fours = {0}, two, other_two, four, other_four, carry, x[INPUTS];
    unsigned planes = 3;
    for (size_t i = 0; i * BLOCK < n; i++) {
        if (n - i * BLOCK >= BLOCK)
            hash_block(x, word + i * BLOCK, ngram);
        else
            hash_rest(x, word + i * BLOCK, n - i * BLOCK, ngram);
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

SIMD_VARIANTS(unsigned, count, (vec * plane, const uint64_t *word, size_t n, unsigned ngram),
              (plane, word, n, ngram))

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

uint64_t simhash_words(const uint64_t *word, size_t n, unsigned ngram)
{
    uint64_t plane[PLANES][LANES] = {{0}};
    if (n <= ngram) return simhash_ngram(word, (unsigned)n);
    n -= ngram - 1;
    unsigned planes = count((vec *)(void *)plane, word, n, ngram);
    planes = add_lanes(plane, planes);
    return more_than(plane, planes, n / 2);
}

int simhash_text(struct wordhash *words, struct slice text, unsigned ngram, uint64_t *fingerprint,
                 struct err *e)
{
    int r = wordhash_of(words, text, e);
    if (r < 0) return r;
    uint64_t bytes = words->n ? 0 : hash64(text.p, text.n);
    *fingerprint = words->n ? simhash_words(words->at, words->n, ngram) : simhash_ngram(&bytes, 1);
    return 0;
}
