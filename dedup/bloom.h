/* bloom.h: a Bloom filter: a set of 64-bit keys in a fixed memory, which now and then takes a key for one of its own.
 *
 * Keys are hashes already: all their bits are used as they are. What was added is always found. */
#ifndef LEAT_DEDUP_BLOOM_H
#define LEAT_DEDUP_BLOOM_H

#include "common/buf.h"
#include "common/err.h"

#define BLOOM_BLOCK_BYTES 64 /* all bits of a key lie in one block, which is a cache line */
#define BLOOM_MIN_FP 1e-9

struct bloom_plan {
    uint64_t blocks;
    unsigned hashes; /* bits of a key */
};

/* The smallest filter that takes a strange key for its own with a probability of at most fp (BLOOM_MIN_FP..0.5) once it holds
 * n >= 1 keys. The same on every CPU. */
struct bloom_plan bloom_plan(uint64_t n, double fp);

struct bloom {
    struct bloom_plan plan;
    uint64_t *word;
    void *memory;
};

int bloom_init(struct bloom *b, struct bloom_plan plan, struct err *e); /* 0, or -ERR_IO: out of memory */
void bloom_free(struct bloom *b);
uint64_t bloom_bytes(const struct bloom *b);

bool bloom_has(const struct bloom *b, uint64_t key);
/* 1: it looked as if it was there; 0: added; -ERR_IO: out of memory. The bits that it set are appended to *log, 8 bytes each. */
int bloom_add(struct bloom *b, uint64_t key, struct buf *log);
/* Takes back what was added since the log was empty. */
void bloom_undo(struct bloom *b, const struct buf *log);

static inline void bloom_prefetch(const struct bloom *b, uint64_t key)
{
    uint64_t block = (uint64_t)((unsigned __int128)key * b->plan.blocks >> 64);
    __builtin_prefetch(b->word + block * (BLOOM_BLOCK_BYTES / 8), 1);
}

#endif
