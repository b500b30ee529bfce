/* pieces.h: how often each piece occurs: the only thing that training needs to know of a corpus. */
#ifndef LEAT_TOKENIZER_PIECES_H
#define LEAT_TOKENIZER_PIECES_H

#include "common/buf.h"
#include "common/err.h"

/* A table of pieces: open addressing, the bytes of all pieces end to end. One thread. */
struct pieces {
    struct piece {
        uint64_t hash, offset; /* of the bytes */
        uint32_t n;
        bool used;
        int64_t count;
    } * slot;
    size_t n, cap; /* cap: a power of two */
    char *bytes;
    size_t n_bytes, cap_bytes;
};

void pieces_init(struct pieces *p);
void pieces_free(struct pieces *p);
void pieces_clear(struct pieces *p);                                 /* keeps the memory */
int pieces_add(struct pieces *p, struct slice piece, int64_t count); /* 0, or -ERR_IO: out of memory */
int pieces_merge(struct pieces *into, const struct pieces *from);
uint64_t pieces_memory_bytes(const struct pieces *p);
static inline struct slice piece_bytes(const struct pieces *p, const struct piece *x)
{
    return slice_of(p->bytes + x->offset, x->n);
}

/* Moves the pieces to slot[0..n) in an order that depends on them alone. Nothing can be added afterwards. */
void pieces_sort(struct pieces *p);

/* A count shared by threads: each fills a table of its own and hands it over when it is full. */
struct counts;
struct counts *counts_new(uint64_t memory_bytes); /* NULL: out of memory */
void counts_free(struct counts *c);

/* Moves a thread's table into the shared one, when it has grown to a few MiB or `last`. -ERR_USAGE: the different pieces do
 * not fit memory_bytes (what training needs beside them included): the message names the mends. */
int counts_flush(struct counts *c, struct pieces *own, bool last, struct err *e);

/* The sum, once all threads have flushed: borrowed, sorted. The first error of any flush, if there was one. */
int counts_result(struct counts *c, const struct pieces **sum, struct err *e);

#endif
