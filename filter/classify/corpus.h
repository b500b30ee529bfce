/* corpus.h: the features of labelled documents, kept so that they can be learned from more than once.
 *
 * Memory: 48 bytes a document, and features up to a budget; what is beyond it lies in an unlinked temporary file, in blocks of
 * the budget's size, and comes back block by block. Passes go over the documents in an order that depends on the seed, the
 * pass and the budget alone: blocks shuffled, and the documents within each. */
#ifndef LEAT_FILTER_CLASSIFY_CORPUS_H
#define LEAT_FILTER_CLASSIFY_CORPUS_H

#include "features.h"

struct corpus_doc {
    uint64_t id_hash, group_hash, index; /* index: among the records of the input */
    uint64_t at;                         /* its features, counted from the first document's */
    uint32_t n_features, class;
    uint32_t fold;
    bool used; /* false: left out by corpus_balance */
};

struct corpus {
    struct corpus_doc *doc;
    size_t n, cap;
    struct corpus_block {
        size_t first, n; /* documents */
        uint64_t at, n_features;
    } * block;
    size_t n_blocks;
    feature *features;   /* of the last block, or of the one that was read */
    size_t budget, room; /* features: at most, and allocated */
    uint64_t n_features;
    size_t loaded; /* which block is in `features` */
    int fd;        /* -1: all is in memory */
    const char *tmp;
};

/* `tmp`: the directory of the temporary file; borrowed. */
int corpus_init(struct corpus *c, uint64_t memory_bytes, const char *tmp, struct err *e);
void corpus_free(struct corpus *c);

/* Copies; doc->at is set here. -ERR_IO: out of memory, or the temporary file's disk is full. */
int corpus_add(struct corpus *c, const struct corpus_doc *doc, const feature *at, struct err *e);

/* Leaves out documents of the larger classes, those whose ids have the largest hashes, so that the largest class that is
 * left has less than `ratio` times as many documents as the smallest (ratio > 1). Returns how many were left out, or -ERR_IO. */
int64_t corpus_balance(struct corpus *c, uint32_t classes, double ratio, struct err *e);

/* Gives each document a fold below k: documents of one group to one fold, folds of about the same size (groups in the order of
 * their hashes, each to the fold that has the fewest of its class). */
int corpus_fold(struct corpus *c, uint32_t classes, uint32_t k, struct err *e);

/* Calls fn for each document, shuffled; < 0 ends it. */
typedef int corpus_fn(void *ctx, const struct corpus_doc *doc, size_t number, const feature *at,
                      struct err *e);
int corpus_pass(struct corpus *c, uint64_t seed, uint64_t pass, corpus_fn *fn, void *ctx, struct err *e);

#endif
