/* hostset.h: a set of hashed keys, each with a small number, in 10 bytes a slot.
 *
 * Only the 64-bit hashes are kept: among n keys, one that is not there is taken for one that is with a chance of n / 2^64 a
 * look-up. Filling by one thread; looking up by any. */
#ifndef LEAT_INGEST_HOSTSET_H
#define LEAT_INGEST_HOSTSET_H

#include "common/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hostset {
    uint64_t *key; /* 0: free */
    uint16_t *value;
    size_t n, n_slots; /* n_slots: a power of two */
    unsigned shift;    /* a key's place is its upper bits */
};

#define HOSTSET_VALUES 65535

void hostset_init(struct hostset *s);
void hostset_free(struct hostset *s);

/* value < HOSTSET_VALUES. A key that is there already keeps its value. 0, or -ERR_IO: out of memory. */
int hostset_add(struct hostset *s, uint64_t hash, unsigned value, struct err *e);

/* The key's value, or -1. */
int hostset_get(const struct hostset *s, uint64_t hash);

/* For a hostset_get that comes soon. */
static inline void hostset_prefetch(const struct hostset *s, uint64_t hash)
{
    if (s->n) __builtin_prefetch(&s->key[hash >> s->shift]);
}

#endif
