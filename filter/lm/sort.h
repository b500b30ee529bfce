/* sort.h: more n-grams than fit into memory, in the order of their keys, equal keys made one.
 *
 * What fits is sorted in place by radix, a part on each thread; when memory is full the parts are written to a temporary
 * file as sorted runs. Reading merges all parts and runs. So what comes out depends on neither memory nor threads. */
#ifndef LEAT_FILTER_LM_SORT_H
#define LEAT_FILTER_LM_SORT_H

#include "common/err.h"
#include "common/pool.h"
#include "filter/lm/gram.h"
#include <stdbool.h>

/* In place, by the low key_bits bits of the keys (the others are 0). Not stable. Time: linear in n * key_bits. */
void sort_keys(gram_key *a, uint64_t n, unsigned key_bits);
void sort_grams(struct gram *a, uint64_t n, unsigned key_bits);

struct sorter;

struct sorter_opts {
    unsigned key_bits;
    bool keys_only;  /* of each n-gram only the key is kept, and its count is how often it was added */
    uint64_t memory; /* bytes */
    uint64_t expect; /* how many will be added at most, where that is known; else 0 */
    struct team *team;
    const char *tmp; /* directory; may be NULL */
};
int sorter_new(struct sorter **s, const struct sorter_opts *o, struct err *e);
void sorter_free(struct sorter *s); /* NULL is allowed */

int sorter_flush(struct sorter *s, struct err *e); /* memory is full: for sorter_add */

/* The next place for an n-gram; the caller fills it in. Without keys_only. */
int sorter_add(struct sorter *s, const struct gram *g, struct err *e);
int sorter_add_key(struct sorter *s, gram_key key, struct err *e); /* with keys_only */

int sorter_done(struct sorter *s, struct err *e); /* nothing more is added */
/* In order: 1 and *g; 0 the end; < 0. Of equal keys: the sum of the counts, the backoff of one of them. */
int sorter_next(struct sorter *s, struct gram *g, struct err *e);
unsigned sorter_runs(const struct sorter *s); /* in the temporary file: 0 when all fitted into memory */

#endif
