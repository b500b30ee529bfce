/* learn.h: from the features of labelled documents to a model, or to models of all but one fold each, which judge that fold.
 *
 * Thread rule: one thread. The same corpus gives the same bits. */
#ifndef LEAT_FILTER_CLASSIFY_LEARN_H
#define LEAT_FILTER_CLASSIFY_LEARN_H

#include "classes.h"
#include "corpus.h"

struct learn_opts {
    struct features_opts features;
    uint64_t passes, seed;
    double rate, l2;
    double
        balance; /* the largest class has less than so many times the documents of the smallest; 0: as they are */
    bool balanced; /* a document of a rare class counts for more */
};

/* Sorts the classes by name, so that the model does not depend on which came first, and balances them. -ERR_DATA: fewer than
 * two classes. */
int learn_prepare(struct corpus *c, struct classes *classes, const struct learn_opts *o, struct err *e);

/* Learns from all documents and appends the .lcl file to *out; *documents: how many it learned from. */
int learn_model(struct corpus *c, const struct classes *classes, const struct learn_opts *o, struct buf *out,
                uint64_t *documents, struct err *e);

/* What a model that has not seen a document says of it: the most probable class, the probabilities of all. < 0 ends it. */
typedef int learn_judged_fn(void *ctx, const struct corpus_doc *doc, uint32_t best, const float *scores,
                            struct err *e);
int learn_folds(struct corpus *c, const struct classes *classes, const struct learn_opts *o, uint32_t folds,
                learn_judged_fn *judged, void *ctx, struct err *e);

#endif
