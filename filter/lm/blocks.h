/* blocks.h: the n-grams of one order in a temporary file, a block per context.
 *
 * A block is a context, the words that follow it with their adjusted counts, ascending, and what pruning took from the
 * sum of these. Contexts come in suffix order, so of each only the words that differ from the context before are kept.
 * Most contexts of long n-grams have one follower of count 1: they take 12 to 16 bytes in the file. */
#ifndef LEAT_FILTER_LM_BLOCKS_H
#define LEAT_FILTER_LM_BLOCKS_H

#include "filter/lm/lm.h"
#include "filter/lm/spool.h"

struct follower {
    uint32_t word, left; /* left: while counting, the different words before it */
    uint64_t count;
};

/* Words of a context are numbered from its end: [0] is the one before the n-gram's last word. */
struct block {
    uint32_t context[LM_MAX_ORDER];
    unsigned length; /* of the context */
    uint64_t n, pruned;
    struct follower *at; /* n of them */
    bool single;         /* when read: n is 1, that count 1, and nothing was pruned */
};

struct block_writer {
    struct spool *spool;
    uint32_t last[LM_MAX_ORDER]; /* the context before */
};
int block_writer_new(struct block_writer *w, const char *tmp, struct err *e); /* the spool is the caller's */
int block_write(struct block_writer *w, const struct block *b, struct err *e);

struct block_reader {
    struct spool_reader in;
    struct block block; /* the one that was read last; its followers live until the next */
    uint64_t cap;
};
int block_reader_open(struct block_reader *r, struct spool *s, unsigned length, struct err *e);
void block_reader_free(struct block_reader *r);
int block_next(struct block_reader *r, struct err *e); /* 1: r->block; 0: the end; < 0 */

#endif
