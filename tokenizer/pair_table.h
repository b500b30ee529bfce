/* pair_table.h: the pairs of neighbouring tokens that training has met, with their counts. */
#ifndef LEAT_TOKENIZER_PAIR_TABLE_H
#define LEAT_TOKENIZER_PAIR_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct pair {
    uint64_t key; /* left << 32 | right */
    int64_t count;
    uint32_t *
        word; /* the words in which it arose during this merge, ascending; owned until it goes to the queue */
    uint32_t n, cap;
};

/* Zero-initialised it is empty. Pairs are dense, in the order in which they were met; open addressing finds them. */
struct pair_table {
    struct pair *at;
    uint32_t *slot; /* index + 1; 0: empty */
    size_t n, cap, n_slots;
};

/* The pair's index; it is made, with count 0, when it is new. -1: out of memory. */
int64_t pair_table_at(struct pair_table *p, uint32_t left, uint32_t right);
void pair_table_free(struct pair_table *p);
uint64_t pair_table_bytes(const struct pair_table *p);

#endif
