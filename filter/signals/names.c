/* names.c: emptying and growing the table of names.h. */
#include "filter/signals/names.h"
#include <stdlib.h>

#define LEAST_SLOTS 256

void names_free(struct names *t)
{
    free(t->slot);
    free(t->key);
    *t = (struct names){0};
}

/* Makes the slots at least `slots`, a power of two; leaves the table as it was when memory is short. */
static int reserve(struct names *t, size_t slots)
{
    if (slots <= t->cap) return 0;
    uint32_t *slot = slots <= UINT32_MAX ? realloc(t->slot, slots * sizeof *slot) : NULL;
    if (slot) t->slot = slot;
    uint64_t *key = slot ? realloc(t->key, (slots / 2 + 1) * sizeof *key) : NULL;
    if (!key) return -1;
    t->key = key;
    t->cap = slots;
    return 0;
}

static void clear(struct names *t, size_t slots)
{
    t->failed = reserve(t, slots) < 0;
    if (t->failed) return;
    memset(t->slot, 0, slots * sizeof *t->slot);
    t->mask = slots - 1;
}

void names_reset(struct names *t, size_t likely)
{
    size_t slots = LEAST_SLOTS;
    while (slots < 2 * likely) slots *= 2;
    t->n = 0;
    clear(t, slots);
}

void names_grow(struct names *t)
{
    if (t->failed) return;
    clear(t, 2 * (t->mask + 1));
    for (size_t i = 0; i < t->n && !t->failed; i++) t->slot[names_slot(t, t->key[i])] = (uint32_t)i + 1;
}
