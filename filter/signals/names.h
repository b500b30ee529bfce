/* names.h: a small number for every different 64-bit key, in the order of their first appearance.
 *
 * An open-addressing table of numbers over an array of keys; it grows with the different keys, so a long text of few of
 * them stays in the cache. Memory: 16 to 24 bytes a different key, kept for the next text. */
#ifndef LEAT_FILTER_NAMES_H
#define LEAT_FILTER_NAMES_H

#include "common/hash.h"

struct names {
    uint32_t *slot; /* number + 1; 0: free */
    uint64_t *key;  /* by number */
    size_t n;       /* different keys so far; at most half of the slots */
    size_t mask;    /* slots in use - 1 */
    size_t cap;     /* slots allocated */
    bool failed;    /* memory ran out: the numbers are wrong from then on */
};

void names_free(struct names *t);                 /* a zeroed struct is an empty table */
void names_reset(struct names *t, size_t likely); /* empties it, ready for about so many keys */
void names_grow(struct names *t);

static inline size_t names_slot(const struct names *t, uint64_t key)
{
    size_t i = hash_mix64(key) & t->mask;
    while (t->slot[i] && t->key[t->slot[i] - 1] != key) i = (i + 1) & t->mask;
    return i;
}

/* The key's number: t->n as it was before, when the key is new. */
static inline uint32_t names_of(struct names *t, uint64_t key)
{
    if (2 * t->n > t->mask) names_grow(t);
    if (t->failed) return 0;
    size_t i = names_slot(t, key);
    if (!t->slot[i]) {
        t->key[t->n] = key;
        t->slot[i] = (uint32_t)++t->n;
    }
    return t->slot[i] - 1;
}

#endif
