/* datatrove_lanes.c: numpy's numbers, and the lanes.
 *
 * The Mersenne twister MT19937 (Matsumoto, Nishimura 1998), seeded as init_genrand does, and numpy's legacy way to a number of a
 * range of 61 bits: 64 bits, the first 32 drawn the upper ones, masked to 61, drawn anew while they are too large. */
#include "common/simd.h"
#include "dedup/datatrove.h"

#define WORDS 624
#define MIDDLE 397
#define PRIME ((1ULL << 61) - 1)

struct twister {
    uint32_t state[WORDS];
    unsigned next;
};

static void twister_seed(struct twister *t, uint32_t seed)
{
    t->state[0] = seed;
    for (uint32_t i = 1; i < WORDS; i++)
        t->state[i] = 1812433253u * (t->state[i - 1] ^ t->state[i - 1] >> 30) + i;
    t->next = WORDS;
}

static void twist(struct twister *t)
{
    for (unsigned i = 0; i < WORDS; i++) {
        uint32_t y = (t->state[i] & 0x80000000) | (t->state[(i + 1) % WORDS] & 0x7FFFFFFF);
        t->state[i] = t->state[(i + MIDDLE) % WORDS] ^ y >> 1 ^ (y & 1 ? 0x9908B0DF : 0);
    }
    t->next = 0;
}

static uint32_t draw32(struct twister *t)
{
    if (t->next == WORDS) twist(t);
    uint32_t y = t->state[t->next++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9D2C5680;
    y ^= y << 15 & 0xEFC60000;
    return y ^ y >> 18;
}

/* least..PRIME - 1 */
static uint64_t draw(struct twister *t, uint64_t least)
{
    for (;;) {
        uint64_t upper = draw32(t), x = (upper << 32 | draw32(t)) & PRIME;
        if (x <= PRIME - 1 - least) return least + x;
    }
}

void datatrove_parameters(uint32_t seed, unsigned lanes, uint64_t *a, uint64_t *b)
{
    struct twister t;
    twister_seed(&t, seed);
    for (unsigned j = 0; j < lanes; j++) a[j] = draw(&t, 1);
    for (unsigned j = 0; j < lanes; j++) b[j] = draw(&t, 0);
}

/* ------------------------------------------------------------------ lanes */

#define WIDTH 8
#define BLOCK (2 * WIDTH) /* lanes that stay in registers while the shingles stream by */

typedef uint64_t vec __attribute__((vector_size(WIDTH * sizeof(uint64_t)), aligned(8), may_alias));

/* l: the lesser of it and s * a + b modulo PRIME. */
#define STEP(l, s, a, b)                     \
    do {                                     \
        vec x_ = (s) * (a) + (b);            \
        x_ = (x_ & PRIME) + (x_ >> 61);      \
        x_ -= (vec)(x_ >= PRIME) & PRIME;    \
        vec less_ = (vec)(x_ < (l));         \
        (l) = (x_ & less_) | ((l) & ~less_); \
    } while (0)

SIMD_INLINE void block_body(const uint64_t *a, const uint64_t *b, const uint64_t *shingle, size_t n,
                            uint64_t *least)
{
    vec a0 = *(const vec *)a, a1 = *(const vec *)(a + WIDTH), b0 = *(const vec *)b,
        b1 = *(const vec *)(b + WIDTH);
    vec l0 = (vec){0} + UINT64_MAX, l1 = l0;
    for (size_t i = 0; i < n; i++) {
        STEP(l0, shingle[i], a0, b0);
        STEP(l1, shingle[i], a1, b1);
    }
    *(vec *)least = l0;
    *(vec *)(least + WIDTH) = l1;
}

SIMD_VARIANTS(void, block,
              (const uint64_t *a, const uint64_t *b, const uint64_t *shingle, size_t n, uint64_t *least),
              (a, b, shingle, n, least))

void datatrove_lanes(const uint64_t *a, const uint64_t *b, unsigned lanes, const uint64_t *shingle, size_t n,
                     uint64_t *least)
{
    unsigned j = 0;
    for (; j + BLOCK <= lanes; j += BLOCK) block(a + j, b + j, shingle, n, least + j);
    if (j == lanes) return;
    uint64_t tail[3][BLOCK] = {{0}};
    memcpy(tail[0], a + j, (lanes - j) * sizeof *a);
    memcpy(tail[1], b + j, (lanes - j) * sizeof *b);
    block(tail[0], tail[1], shingle, n, tail[2]);
    memcpy(least + j, tail[2], (lanes - j) * sizeof *least);
}
