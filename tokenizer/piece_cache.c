/* piece_cache.c: a two-way cache of pieces' tokens, of fixed size. See piece_cache.h. */
#include "tokenizer/piece_cache.h"
#include <stdlib.h>

int piece_cache_init(struct piece_cache *c, unsigned log2_slots)
{
    size_t bytes = sizeof *c->slot << log2_slots;
    c->mask = ((size_t)1 << log2_slots) - 1;
    c->slot = aligned_alloc(64, bytes);
    if (!c->slot) return -1;
    memset(c->slot, 0, bytes); /* no piece has the key 0: its length is in it */
    return 0;
}

void piece_cache_free(struct piece_cache *c)
{
    free(c->slot);
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
