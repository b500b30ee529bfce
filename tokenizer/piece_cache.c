/* piece_cache.c: a two-way cache of pieces' tokens, of fixed size. See piece_cache.h. */
#include "tokenizer/piece_cache.h"
#include <stdlib.h>

/* calloc, so that memory that is never used is never touched; no piece has the key 0, since its length is in it. */
int piece_cache_init(struct piece_cache *c, unsigned log2_slots)
{
    c->mask = ((size_t)1 << log2_slots) - 1;
    c->memory = calloc(((size_t)1 << log2_slots) + 2, sizeof *c->slot);
    if (!c->memory) return -1;
    c->slot = (struct piece_cache_slot *)(((uintptr_t)c->memory + 63) & ~(uintptr_t)63);
    return 0;
}

void piece_cache_free(struct piece_cache *c)
{
    free(c->memory);
    c->memory = NULL;
    c->slot = NULL;
}

void piece_cache_put(struct piece_cache *c, const struct piece_key *k, const uint32_t *ids, size_t n)
{
    if (n > PIECE_CACHE_IDS) return;
    struct piece_cache_slot *s = &c->slot[piece_cache_at(c, k)];
    s[1] = s[0];
    s[0].key[0] = k->part[0];
    s[0].key[1] = k->part[1];
    for (size_t i = 0; i < PIECE_CACHE_IDS; i++) s[0].id[i] = i < n ? ids[i] : UINT32_MAX;
}
