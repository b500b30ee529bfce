/* merge.c: byte-pair encoding of one piece.
 *
 * Short pieces (nearly all): the ranks of all neighbouring pairs lie in an array; the minimum is searched, the pair joined, the
 * two ranks beside it looked up anew. Quadratic, but in at most 96 steps of a loop that the compiler vectorises.
 * Long pieces: a linked list, and a binary heap of (rank, position) with stale entries skipped, as in SentencePiece and Hugging
 * Face. A megabyte of one letter takes n log n.
 *
 * State: the table of ranks (16 bytes a slot, at most half full), scratch per thread. */
#include "tokenizer/merge.h"
#include <stdlib.h>

#define SHORT 96
#define NONE UINT32_MAX
#define EMPTY UINT64_MAX

/* ------------------------------------------------------------------ ranks */

static inline uint64_t pair_of(uint32_t left, uint32_t right)
{
    return (uint64_t)left << 32 | right;
}

static inline uint64_t spread(uint64_t pair)
{
    return pair * 0x9E3779B97F4A7C15ULL;
}

/* Most pairs that are asked for are not listed, and the table is larger than a core's cache: a bit per pair, by other bits of
 * the same product, says so for seven of eight. */
static inline bool may_be_listed(const struct merge_table *t, uint64_t pair)
{
    uint64_t bit = (spread(pair) >> 35) & t->filter_mask;
    return t->filter[bit >> 6] >> (bit & 63) & 1;
}

static inline size_t slot_of(const struct merge_table *t, uint64_t pair)
{
    return (size_t)(spread(pair) >> 38) & t->mask;
}

static struct merge_slot *find(const struct merge_table *t, uint64_t pair)
{
    size_t i = slot_of(t, pair);
    while (t->slot[i].pair != pair && t->slot[i].pair != EMPTY) i = (i + 1) & t->mask;
    return &t->slot[i];
}

static inline uint32_t rank_of(const struct merge_table *t, uint32_t left, uint32_t right)
{
    uint64_t pair = pair_of(left, right);
    return may_be_listed(t, pair) ? find(t, pair)->rank : NONE;
}

int merge_table_init(struct merge_table *t, const struct vocab *v, struct err *e)
{
    size_t cap = 64;
    while (cap < 2 * v->n_merges) cap *= 2;
    t->slot = malloc(cap * sizeof *t->slot);
    t->filter = calloc(4 * cap / 64, sizeof *t->filter);
    t->mask = cap - 1;
    t->filter_mask = 4 * cap - 1;
    if (!t->slot || !t->filter) {
        merge_table_free(t);
        return err_nomem(e, "reading a vocabulary");
    }
    for (size_t i = 0; i < cap; i++) t->slot[i] = (struct merge_slot){EMPTY, NONE, NONE};
    for (size_t i = 0; i < v->n_merges; i++) {
        const struct vocab_merge *m = &v->merge[i];
        if (v->token[m->result].flags & VOCAB_SPECIAL) continue;
        uint64_t pair = pair_of(m->left, m->right);
        *find(t, pair) = (struct merge_slot){pair, (uint32_t)i, m->result};
        uint64_t bit = (spread(pair) >> 35) & t->filter_mask;
        t->filter[bit >> 6] |= 1ULL << (bit & 63);
    }
    return 0;
}

void merge_table_free(struct merge_table *t)
{
    free(t->slot);
    free(t->filter);
    t->slot = NULL;
    t->filter = NULL;
}

/* ------------------------------------------------------------------ short pieces */

static size_t lowest(const uint32_t *rank, size_t n)
{
    uint32_t best = rank[0];
    for (size_t i = 1; i < n; i++) best = rank[i] < best ? rank[i] : best;
    size_t at = 0;
    while (rank[at] != best) at++;
    return at;
}

static size_t merge_short(const struct merge_table *t, uint32_t *ids, size_t n)
{
    uint32_t rank[SHORT]; /* of (ids[i], ids[i+1]) */
    for (size_t i = 0; i + 1 < n; i++) rank[i] = rank_of(t, ids[i], ids[i + 1]);
    while (n > 1) {
        size_t i = lowest(rank, n - 1);
        if (rank[i] == NONE) break;
        ids[i] = find(t, pair_of(ids[i], ids[i + 1]))->result;
        memmove(ids + i + 1, ids + i + 2, (n - i - 2) * sizeof *ids);
        n--;
        if (i + 1 < n) memmove(rank + i + 1, rank + i + 2, (n - i - 2) * sizeof *rank);
        if (i > 0) rank[i - 1] = rank_of(t, ids[i - 1], ids[i]);
        if (i + 1 < n) rank[i] = rank_of(t, ids[i], ids[i + 1]);
    }
    return n;
}

/* ------------------------------------------------------------------ long pieces */

void merger_init(struct merger *m)
{
    memset(m, 0, sizeof *m);
}

void merger_free(struct merger *m)
{
    free(m->id);
    free(m->prev);
    free(m->next);
    free(m->heap);
    merger_init(m);
}

static int reserve(struct merger *m, size_t n)
{
    if (n <= m->cap) return 0;
    merger_free(m);
    m->id = malloc(n * sizeof *m->id);
    m->prev = malloc(n * sizeof *m->prev);
    m->next = malloc(n * sizeof *m->next);
    m->cap_heap = 3 * n; /* every symbol pushes one pair at first, and every merge at most two */
    m->heap = malloc(m->cap_heap * sizeof *m->heap);
    if (!m->id || !m->prev || !m->next || !m->heap) {
        merger_free(m);
        return -1;
    }
    m->cap = n;
    return 0;
}

static void heap_push(struct merger *m, uint64_t key)
{
    size_t i = m->n_heap++;
    while (i > 0 && m->heap[(i - 1) / 2] > key) {
        m->heap[i] = m->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    m->heap[i] = key;
}

static uint64_t heap_pop(struct merger *m)
{
    uint64_t top = m->heap[0], last = m->heap[--m->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= m->n_heap) break;
        if (child + 1 < m->n_heap && m->heap[child + 1] < m->heap[child]) child++;
        if (m->heap[child] >= last) break;
        m->heap[i] = m->heap[child];
        i = child;
    }
    m->heap[i] = last;
    return top;
}

/* Pushes the pair that begins at i, if it is listed. */
static void push_pair(struct merger *m, const struct merge_table *t, uint32_t i)
{
    if (m->next[i] == NONE) return;
    uint32_t rank = rank_of(t, m->id[i], m->id[m->next[i]]);
    if (rank != NONE) heap_push(m, (uint64_t)rank << 32 | i);
}

static void join(struct merger *m, const struct merge_table *t, uint32_t i, uint32_t result)
{
    uint32_t gone = m->next[i], after = m->next[gone];
    m->id[i] = result;
    m->id[gone] = NONE;
    m->next[i] = after;
    if (after != NONE) m->prev[after] = i;
    if (m->prev[i] != NONE) push_pair(m, t, m->prev[i]);
    push_pair(m, t, i);
}

static size_t merge_long(struct merger *m, const struct merge_table *t, uint32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        m->id[i] = ids[i];
        m->prev[i] = i ? (uint32_t)i - 1 : NONE;
        m->next[i] = i + 1 < n ? (uint32_t)i + 1 : NONE;
    }
    m->n_heap = 0;
    for (size_t i = 0; i < n; i++) push_pair(m, t, (uint32_t)i);
    while (m->n_heap) {
        uint64_t top = heap_pop(m);
        uint32_t i = (uint32_t)top;
        if (m->id[i] == NONE || m->next[i] == NONE) continue;
        const struct merge_slot *s = find(t, pair_of(m->id[i], m->id[m->next[i]]));
        if (s->rank == top >> 32) join(m, t, i, s->result);
    }
    size_t k = 0;
    for (uint32_t i = 0; i != NONE; i = m->next[i]) ids[k++] = m->id[i];
    return k;
}

int64_t merge_piece(struct merger *m, const struct merge_table *t, uint32_t *ids, size_t n, struct err *e)
{
    if (n <= SHORT) return (int64_t)merge_short(t, ids, n);
    if (n > MERGE_MAX_BYTES)
        return err_set(e, ERR_USAGE,
                       "a piece of %zu bytes: the pre-tokeniser's pattern must cut text into less than 4 GiB",
                       n);
    if (reserve(m, n) < 0) return err_nomem(e, "encoding a long piece");
    return (int64_t)merge_long(m, t, ids, n);
}
