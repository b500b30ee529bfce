/* places.h: hash → all places that were added with it; what one document added can be taken back. */
#ifndef LEAT_DEDUP_PLACES_H
#define LEAT_DEDUP_PLACES_H

#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"

struct place {
    uint32_t hash, low, high; /* of the offset, which is not 0: that is a free slot */
};

struct places {
    struct place *slot; /* open addressing; cap: 0 or a power of two */
    size_t cap, used;
    struct buf log; /* struct place: added since places_begin */
};

void places_init(struct places *p);
void places_free(struct places *p);
uint64_t places_bytes(const struct places *p);

/* Makes room for one more, if that takes no more than max_bytes while it grows. 1: there is none; < 0: out of memory. */
int places_reserve(struct places *p, uint64_t max_bytes);
/* After places_reserve. offset > 0. */
int places_add(struct places *p, uint32_t hash, uint64_t offset);

void places_begin(struct places *p); /* what is added from now on belongs to one document */
void places_undo(struct places *p);  /* takes back what was added since */

static inline size_t places_slot(const struct places *p, uint32_t hash)
{
    return hash_mix64(hash) & (p->cap - 1);
}
static inline uint64_t place_offset(struct place x)
{
    return (uint64_t)x.high << 32 | x.low;
}
/* Inlined always: gcc takes a call of what only prefetches for one without effects, and leaves it out. */
static inline __attribute__((always_inline)) void places_prefetch(const struct places *p, uint32_t hash)
{
    if (!p->cap) return;
    const char *slot = (const char *)&p->slot[places_slot(p, hash)];
    __builtin_prefetch(slot);
    __builtin_prefetch(slot + 64); /* most searches end within 10 slots */
}

/* for (size_t i = places_first(p, hash); places_next(p, hash, &i, &offset);) */
static inline size_t places_first(const struct places *p, uint32_t hash)
{
    return p->cap ? places_slot(p, hash) : 0;
}
static inline bool places_next(const struct places *p, uint32_t hash, size_t *i, uint64_t *offset)
{
    while (p->cap) {
        struct place x = p->slot[*i];
        *offset = place_offset(x);
        if (!*offset) break;
        *i = (*i + 1) & (p->cap - 1);
        if (x.hash == hash) return true;
    }
    return false;
}

#endif
