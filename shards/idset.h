/* idset.h: the ids seen so far, within a bound of memory. */
#ifndef LEAT_SHARDS_IDSET_H
#define LEAT_SHARDS_IDSET_H

#include "common/err.h"
#include "common/hash.h"

struct shard_idset {
    struct shard_idset_entry *at;
    uint64_t cap, n, max_bytes;
};

void shard_idset_init(struct shard_idset *s, uint64_t max_bytes);
void shard_idset_free(struct shard_idset *s);

/* Adds an id that comes from `origin` (the caller's number). 0: it is new; 1: it was there, *first is where it came from
 * then; -ERR_IO: max_bytes do not hold another. */
int shard_idset_add(struct shard_idset *s, struct slice id, uint64_t origin, uint64_t *first, struct err *e);

#endif
