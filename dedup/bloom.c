/* bloom.c: a blocked Bloom filter: a key chooses one block of 512 bits, and `hashes` bits in it, so that it costs one miss of the
 * cache however many bits it has.
 *
 * Source: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007: the keys of a block are Poisson
 * distributed, so the rate is the mean of a plain filter's over that distribution. It is summed without exp or pow, which
 * differ between CPUs: the size decides which keys collide, and so what is written.
 *
 * State and memory: the blocks. */
#include "dedup/bloom.h"
#include "common/hash.h"
#include <stdlib.h>

#define BLOCK_BITS (8 * BLOOM_BLOCK_BYTES)
#define BITS_OF_PLACE 9 /* 2^9 = BLOCK_BITS */
#define PLACES_IN_HASH 7
#define MAX_HASHES 28
#define LOAD_STEPS 8 /* loads are multiples of 1/8 key a block */
/* Keys of a block fall on each other somewhat more often than the formula of a plain filter says. */
#define AIM 0.85

/* ------------------------------------------------------------------ how large */

static double power(double x, unsigned n)
{
    double y = 1;
    for (; n; n >>= 1, x *= x)
        if (n & 1) y *= x;
    return y;
}

/* The rate at `load` keys a block in the mean. */
static double rate_of(double load, unsigned hashes)
{
    double weight = 1, weights = 0, rate = 0, unset = 1, unset_by_key = power(1 - 1.0 / BLOCK_BITS, hashes);
    for (unsigned i = 0; i < 2 * load + 100; i++) {
        weights += weight;
        rate += weight * power(1 - unset, hashes);
        unset *= unset_by_key;
        weight *= load / (i + 1);
    }
    return rate / weights;
}

/* The greatest load, in steps, whose rate is at most fp; 0: none. */
static unsigned load_of(double fp, unsigned hashes)
{
    unsigned low = 0, high = BLOCK_BITS * LOAD_STEPS;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (rate_of((double)middle / LOAD_STEPS, hashes) <= fp)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct bloom_plan bloom_plan(uint64_t n, double fp)
{
    unsigned best = 0, load = 0;
    for (unsigned hashes = 1; hashes <= MAX_HASHES; hashes++) {
        unsigned l = load_of(AIM * fp, hashes);
        if (l <= load) continue;
        load = l;
        best = hashes;
    }
    return (struct bloom_plan){(uint64_t)((double)n * LOAD_STEPS / load) + 1, best};
}

/* ------------------------------------------------------------------ the filter */

int bloom_init(struct bloom *b, struct bloom_plan plan, struct err *e)
{
    *b = (struct bloom){.plan = plan};
    if (plan.blocks < SIZE_MAX / BLOOM_BLOCK_BYTES - 1)
        b->memory = calloc(plan.blocks + 1, BLOOM_BLOCK_BYTES);
    if (!b->memory) return err_nomem(e, "making a Bloom filter");
    uintptr_t at = ((uintptr_t)b->memory + BLOOM_BLOCK_BYTES - 1) & ~(uintptr_t)(BLOOM_BLOCK_BYTES - 1);
    b->word = (uint64_t *)at;
    return 0;
}

void bloom_free(struct bloom *b)
{
    free(b->memory);
    *b = (struct bloom){0};
}

uint64_t bloom_bytes(const struct bloom *b)
{
    return b->plan.blocks * BLOOM_BLOCK_BYTES;
}

static inline uint64_t first_bit(const struct bloom *b, uint64_t key)
{
    return (uint64_t)((unsigned __int128)key * b->plan.blocks >> 64) * BLOCK_BITS;
}

/* The places in the block, BITS_OF_PLACE a time, seven out of a hash. */
static inline unsigned next_place(uint64_t key, unsigned i, uint64_t *hash)
{
    if (i % PLACES_IN_HASH == 0) *hash = hash_mix64(key + (i + 1) * 0x9E3779B97F4A7C15ULL);
    unsigned place = *hash & (BLOCK_BITS - 1);
    *hash >>= BITS_OF_PLACE;
    return place;
}

bool bloom_has(const struct bloom *b, uint64_t key)
{
    uint64_t first = first_bit(b, key), hash = 0;
    for (unsigned i = 0; i < b->plan.hashes; i++) {
        uint64_t bit = first + next_place(key, i, &hash);
        if (!(b->word[bit / 64] >> bit % 64 & 1)) return false;
    }
    return true;
}

int bloom_add(struct bloom *b, uint64_t key, struct buf *log)
{
    uint64_t first = first_bit(b, key), hash = 0;
    size_t before = log->n;
    if (buf_reserve(log, MAX_HASHES * sizeof first) < 0) return -ERR_IO;
    for (unsigned i = 0; i < b->plan.hashes; i++) {
        uint64_t bit = first + next_place(key, i, &hash), mask = 1ULL << bit % 64;
        if (b->word[bit / 64] & mask) continue;
        b->word[bit / 64] |= mask;
        memcpy(log->p + log->n, &bit, sizeof bit);
        log->n += sizeof bit;
    }
    return log->n == before;
}

void bloom_undo(struct bloom *b, const struct buf *log)
{
    for (size_t at = 0; at < log->n; at += sizeof(uint64_t)) {
        uint64_t bit;
        memcpy(&bit, log->p + at, sizeof bit);
        b->word[bit / 64] &= ~(1ULL << bit % 64);
    }
}
