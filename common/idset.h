/* idset.h: the ids seen so far, within a bound of memory. */
#ifndef LEAT_COMMON_IDSET_H
#define LEAT_COMMON_IDSET_H

#include "common/err.h"
#include "common/hash.h"

struct idset {
    struct idset_entry *at;
    uint64_t cap, n, max_bytes;
};

void idset_init(struct idset *s, uint64_t max_bytes);
void idset_free(struct idset *s);

/* Adds an id that comes from `origin` (the caller's number). 0: it is new; 1: it was there, *first is where it came from
 * then; -ERR_IO: max_bytes do not hold another. */
int idset_add(struct idset *s, struct slice id, uint64_t origin, uint64_t *first, struct err *e);

uint64_t idset_bytes(const struct idset *s);

#endif
