/* piece_cache.h: the tokens of short pieces that were met before.
 *
 * Text repeats its words: nine of ten pieces of English are found here. A piece of at most 15 bytes that became at most 4
 * tokens takes one slot of 32 bytes; two slots of a piece's hash share a cache line, and the newer pushes the older out. So
 * the memory is fixed, and what is found is what encoding would give. One per thread. */
#ifndef LEAT_TOKENIZER_PIECE_CACHE_H
#define LEAT_TOKENIZER_PIECE_CACHE_H

#include "common/buf.h"

#define PIECE_CACHE_BYTES 15
#define PIECE_CACHE_IDS 4

struct piece_cache {
    struct piece_cache_slot {
        uint64_t key[2];              /* the bytes, zero-filled, the last byte is the length */
        uint32_t id[PIECE_CACHE_IDS]; /* UINT32_MAX behind the last */
    } * slot;                         /* aligned to 64 bytes */
    void *memory;                     /* owned */
    size_t mask;
};

struct piece_key {
    uint64_t part[2];
};

int piece_cache_init(struct piece_cache *c, unsigned log2_slots); /* 0, or -1: out of memory */
void piece_cache_free(struct piece_cache *c);

/* false: too long for the cache. */
static inline bool piece_key_of(struct slice piece, struct piece_key *k)
{
    if (piece.n > PIECE_CACHE_BYTES) return false;
    k->part[0] = k->part[1] = 0;
    memcpy(k->part, piece.p, piece.n);
    k->part[1] |= (uint64_t)piece.n << 56;
    return true;
}

static inline size_t piece_cache_at(const struct piece_cache *c, const struct piece_key *k)
{
    uint64_t h = (k->part[0] ^ (k->part[1] * 0xff51afd7ed558ccdULL)) * 0x9E3779B97F4A7C15ULL;
    return (size_t)(h >> 32) & c->mask & ~(size_t)1;
}

/* The slot that holds the piece, or NULL. */
static inline const struct piece_cache_slot *piece_cache_get(const struct piece_cache *c,
                                                             const struct piece_key *k)
{
    const struct piece_cache_slot *s = &c->slot[piece_cache_at(c, k)];
    if (s[0].key[0] == k->part[0] && s[0].key[1] == k->part[1]) return &s[0];
    if (s[1].key[0] == k->part[0] && s[1].key[1] == k->part[1]) return &s[1];
    return NULL;
}

void piece_cache_put(struct piece_cache *c, const struct piece_key *k, const uint32_t *ids, size_t n);

#endif
