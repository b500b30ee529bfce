/* seen.h: the 64-bit keys seen so far, exactly or in a Bloom filter, within a bound of memory; what one document added can be
 * taken back. */
#ifndef LEAT_DEDUP_SEEN_H
#define LEAT_DEDUP_SEEN_H

#include "dedup/bloom.h"

struct seen {
    uint64_t *slot; /* exact: open addressing, 0: free */
    size_t cap, used;
    struct bloom bloom; /* where bloom.word is not NULL */
    struct buf log;     /* what was added since seen_begin */
    uint64_t added;     /* keys that were new; of a Bloom filter, those that looked new */
    uint64_t log_added, memory_bytes;
};

void seen_init(struct seen *s, uint64_t memory_bytes);
/* Makes a Bloom filter of it, for `expected` keys. -ERR_USAGE: it would need more memory than the bound. */
int seen_init_bloom(struct seen *s, uint64_t expected, double fp, uint64_t memory_bytes, struct err *e);
void seen_free(struct seen *s);
uint64_t seen_bytes(const struct seen *s);

void seen_begin(struct seen *s); /* what is added from now on belongs to one document */
void seen_undo(struct seen *s);  /* takes back what was added since */

bool seen_has(const struct seen *s, uint64_t key);
/* 1: it was there; 0: added; < 0: an error, of which *e says the mend. */
int seen_add(struct seen *s, uint64_t key, struct err *e);
void seen_prefetch(const struct seen *s, uint64_t key);

#endif
