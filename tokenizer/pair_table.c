/* pair_table.c: pairs by their two ids. 40 bytes a pair, and 8 bytes of slots, at most half full. Pairs are never removed: a count
 * that was merged away is still asked for. */
#include "tokenizer/pair_table.h"
#include <stdlib.h>

static size_t find(const struct pair_table *p, uint64_t key)
{
    size_t i = (size_t)((key * 0x9E3779B97F4A7C15ULL) >> 34) & (p->n_slots - 1);
    while (p->slot[i] && p->at[p->slot[i] - 1].key != key) i = (i + 1) & (p->n_slots - 1);
    return i;
}

static int grow(struct pair_table *p)
{
    size_t cap = p->cap ? 2 * p->cap : 65536;
    struct pair *at = realloc(p->at, cap * sizeof *at);
    if (!at) return -1;
    p->at = at;
    uint32_t *slot = calloc(2 * cap, sizeof *slot);
    if (!slot) return -1;
    free(p->slot);
    p->slot = slot;
    p->cap = cap;
    p->n_slots = 2 * cap;
    for (size_t i = 0; i < p->n; i++) p->slot[find(p, p->at[i].key)] = (uint32_t)i + 1;
    return 0;
}

int64_t pair_table_at(struct pair_table *p, uint32_t left, uint32_t right)
{
    if (p->n == p->cap && (p->n >= UINT32_MAX / 2 || grow(p) < 0)) return -1;
    uint64_t key = (uint64_t)left << 32 | right;
    size_t slot = find(p, key);
    if (!p->slot[slot]) {
        p->at[p->n] = (struct pair){.key = key};
        p->slot[slot] = (uint32_t)++p->n;
    }
    return (int64_t)p->slot[slot] - 1;
}

void pair_table_free(struct pair_table *p)
{
    for (size_t i = 0; i < p->n; i++) free(p->at[i].word);
    free(p->at);
    free(p->slot);
    *p = (struct pair_table){0};
}

uint64_t pair_table_bytes(const struct pair_table *p)
{
    return p->cap * sizeof *p->at + p->n_slots * sizeof *p->slot;
}
