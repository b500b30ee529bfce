/* merge.h: byte-pair encoding of one piece.
 *
 * The pair of neighbours with the lowest rank is joined, the leftmost of equals first, until no listed pair is left: the ids
 * that Hugging Face's BPE gives (models/bpe/word.rs, merge_all). */
#ifndef LEAT_TOKENIZER_MERGE_H
#define LEAT_TOKENIZER_MERGE_H

#include "tokenizer/vocab.h"

/* Ranks by pair. Immutable once made. A pair that is listed twice has its last rank. Merges that would make a special
 * token are left out: text never becomes one. */
struct merge_table {
    struct merge_slot {
        uint64_t pair; /* left << 32 | right */
        uint32_t rank, result;
    } * slot;
    uint64_t mask;
    uint64_t *filter; /* a bit by hash: 0 says that the pair is not listed */
    uint64_t filter_mask;
};

int merge_table_init(struct merge_table *t, const struct vocab *v, struct err *e);
void merge_table_free(struct merge_table *t);

/* Scratch of one thread. */
struct merger {
    uint32_t *id, *prev, *next; /* long pieces: a linked list */
    uint64_t *heap;             /* rank << 32 | position */
    size_t cap, n_heap, cap_heap;
};
void merger_init(struct merger *m);
void merger_free(struct merger *m);

#define MERGE_MAX_BYTES 0xFFFFFFF0U

/* ids[0..n): the tokens of a piece's bytes on entry, of the piece on return; returns how many. O(n log n) time; 36 bytes a
 * byte of scratch for a piece above 96 bytes, none below. -ERR_IO: out of memory; -ERR_USAGE: longer than MERGE_MAX_BYTES. */
int64_t merge_piece(struct merger *m, const struct merge_table *t, uint32_t *ids, size_t n, struct err *e);

#endif
