/* merge_queue.h: which pair training merges next: the highest count first, of equals the lower ids (left, then right). */
#ifndef LEAT_TOKENIZER_MERGE_QUEUE_H
#define LEAT_TOKENIZER_MERGE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct merge_entry {
    int64_t count; /* when it was pushed or last looked at */
    uint64_t key;  /* left << 32 | right */
    uint32_t pair; /* in the pair table */
    uint32_t n;
    uint32_t *word; /* the words to look at, ascending; owned by the queue while it is in it */
};

/* Zero-initialised it is empty. at[0] is the next. */
struct merge_queue {
    struct merge_entry *at;
    size_t n, cap;
};

int merge_queue_push(struct merge_queue *q, struct merge_entry x); /* 0, or -1: out of memory */
struct merge_entry merge_queue_pop(struct merge_queue *q);         /* n > 0 */
void merge_queue_settle(struct merge_queue *q);                    /* at[0].count has changed */
void merge_queue_free(struct merge_queue *q);
uint64_t merge_queue_bytes(const struct merge_queue *q);

#endif
