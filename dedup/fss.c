/* fss.c: rounds of one hash a shingle, until every bin is filled.
 *
 * A shingle's hashes of a round are two products modulo 2^32 with odd numbers: shingles are well mixed. They are made in vectors, a
 * block at a time; into the bins they go one by one. Integers only: the same on every CPU. State: none. */
#include "dedup/fss.h"
#include "common/hash.h"
#include "common/simd.h"
#include <string.h>

#define EMPTY UINT64_MAX
#define WIDTH 8
#define BLOCK 64

typedef uint32_t vec __attribute__((vector_size(WIDTH * sizeof(uint32_t)), aligned(4), may_alias));

struct round {
    uint64_t number;
    uint32_t bin_factor, value_factor; /* odd */
};

struct hashes {
    uint32_t bin[BLOCK], value[BLOCK];
};

static struct round round_of(uint64_t seed, unsigned number)
{
    uint64_t h = hash_mix64(seed * 0x9e3779b97f4a7c15ULL + number + 1);
    return (struct round){number, (uint32_t)(h >> 32) | 1, (uint32_t)h | 1};
}

/* Of shingles[0..n), rounded up to vectors: bins < 1 << 12. */
SIMD_INLINE void hash_block_body(struct hashes *h, struct round r, unsigned bins, const uint32_t *shingle,
                                 size_t n)
{
    for (size_t i = 0; i < n; i += WIDTH) {
        vec x = *(const vec *)(const void *)(shingle + i);
        *(vec *)(void *)(h->bin + i) = ((x * r.bin_factor >> 12) * bins) >> 20;
        *(vec *)(void *)(h->value + i) = x * r.value_factor;
    }
}

SIMD_VARIANTS(void, hash_block,
              (struct hashes * h, struct round r, unsigned bins, const uint32_t *shingle, size_t n),
              (h, r, bins, shingle, n))

/* Returns how many bins were empty before. */
static unsigned fill(uint64_t *bin, uint64_t number, const struct hashes *h, size_t n)
{
    unsigned filled = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t value = number << 32 | h->value[i], before = bin[h->bin[i]];
        filled += before == EMPTY;
        bin[h->bin[i]] = value < before ? value : before;
    }
    return filled;
}

static unsigned scatter(struct round r, unsigned bins, const uint32_t *list, size_t n, uint64_t *bin)
{
    struct hashes h;
    unsigned filled = 0;
    for (; n >= BLOCK; list += BLOCK, n -= BLOCK) {
        hash_block(&h, r, bins, list, BLOCK);
        filled += fill(bin, r.number, &h, BLOCK);
    }
    uint32_t rest[BLOCK] = {0};
    memcpy(rest, list, n * sizeof *list);
    hash_block(&h, r, bins, rest, n);
    return filled + fill(bin, r.number, &h, n);
}

static uint64_t least_of(struct round r, const uint32_t *list, size_t n)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        uint32_t value = list[i] * r.value_factor;
        least = value < least ? value : least;
    }
    return r.number << 32 | least;
}

void fss_sketch(uint64_t seed, unsigned bins, const uint32_t *list, size_t n, uint64_t *bin)
{
    unsigned filled = 0;
    for (unsigned b = 0; b < bins; b++) bin[b] = EMPTY;
    for (unsigned i = 0; filled < bins; i++) {
        struct round r = round_of(seed, i);
        if (i < bins) {
            filled += scatter(r, bins, list, n, bin);
        } else if (bin[i - bins] == EMPTY) {
            bin[i - bins] = least_of(r, list, n);
            filled++;
        }
    }
}
