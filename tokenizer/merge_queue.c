/* merge_queue.c: a binary heap of pairs to merge. 32 bytes an entry, besides its list of words. */
#include "tokenizer/merge_queue.h"
#include <stdbool.h>
#include <stdlib.h>

static bool before(const struct merge_entry *a, const struct merge_entry *b)
{
    return a->count != b->count ? a->count > b->count : a->key < b->key;
}

void merge_queue_settle(struct merge_queue *q)
{
    struct merge_entry moved = q->at[0];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < q->n; i = child) {
        if (child + 1 < q->n && before(&q->at[child + 1], &q->at[child])) child++;
        if (!before(&q->at[child], &moved)) break;
        q->at[i] = q->at[child];
    }
    q->at[i] = moved;
}

int merge_queue_push(struct merge_queue *q, struct merge_entry x)
{
    if (q->n == q->cap) {
        size_t cap = q->cap ? 2 * q->cap : 65536;
        struct merge_entry *grown = realloc(q->at, cap * sizeof *grown);
        if (!grown) return -1;
        q->at = grown;
        q->cap = cap;
    }
    size_t i = q->n++;
    for (; i > 0 && before(&x, &q->at[(i - 1) / 2]); i = (i - 1) / 2) q->at[i] = q->at[(i - 1) / 2];
    q->at[i] = x;
    return 0;
}

struct merge_entry merge_queue_pop(struct merge_queue *q)
{
    struct merge_entry top = q->at[0];
    q->at[0] = q->at[--q->n];
    if (q->n) merge_queue_settle(q);
    return top;
}

void merge_queue_free(struct merge_queue *q)
{
    for (size_t i = 0; i < q->n; i++) free(q->at[i].word);
    free(q->at);
    *q = (struct merge_queue){0};
}

uint64_t merge_queue_bytes(const struct merge_queue *q)
{
    return q->cap * sizeof *q->at;
}
