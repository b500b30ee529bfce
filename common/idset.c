/* idset.c: open addressing over XXH128 of the ids. 24 bytes an entry, 32 to 48 bytes a document at 3/4 load; while the
 * table is doubled the old one and the new one count together. Two different ids with one hash would need about 2^64
 * documents. */
#include "common/idset.h"
#include <inttypes.h>
#include <stdlib.h>

struct idset_entry {
    struct hash128 key;
    uint64_t origin; /* + 1; 0: free */
};

#define FIRST_CAP 1024

void idset_init(struct idset *s, uint64_t max_bytes)
{
    *s = (struct idset){.max_bytes = max_bytes};
}

void idset_free(struct idset *s)
{
    free(s->at);
    idset_init(s, s->max_bytes);
}

static struct idset_entry *find(struct idset_entry *at, uint64_t cap, struct hash128 key)
{
    uint64_t i = key.lo & (cap - 1);
    while (at[i].origin && !hash128_eq(at[i].key, key)) i = (i + 1) & (cap - 1);
    return &at[i];
}

/* 0: done; 1: there is no memory for a larger table. */
static int double_table(struct idset *s)
{
    uint64_t cap = s->cap ? 2 * s->cap : FIRST_CAP;
    if ((cap + s->cap) > s->max_bytes / sizeof *s->at) return 1;
    struct idset_entry *at = calloc(cap, sizeof *at);
    if (!at) return 1;
    for (uint64_t i = 0; i < s->cap; i++)
        if (s->at[i].origin) *find(at, cap, s->at[i].key) = s->at[i];
    free(s->at);
    s->at = at;
    s->cap = cap;
    return 0;
}

int idset_add(struct idset *s, struct slice id, uint64_t origin, uint64_t *first, struct err *e)
{
    if (s->n >= s->cap - s->cap / 4 && double_table(s) != 0 && s->n >= s->cap - s->cap / 16)
        return err_set(e, ERR_IO,
                       "the ids of more than %" PRIu64 " documents do not fit into --memory (%" PRIu64
                       " MiB): give about 72 bytes a document",
                       s->n, s->max_bytes >> 20);
    struct idset_entry *x = find(s->at, s->cap, hash128(id.p, id.n));
    if (x->origin) {
        *first = x->origin - 1;
        return 1;
    }
    *x = (struct idset_entry){hash128(id.p, id.n), origin + 1};
    s->n++;
    return 0;
}

uint64_t idset_bytes(const struct idset *s)
{
    return s->cap * sizeof *s->at;
}
