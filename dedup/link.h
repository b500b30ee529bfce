/* link.h: the fifth stage of keeping the best: who stays.
 *
 * Documents are taken in the order of their keep keys (keep.h); one is removed exactly when a survivor before it is alike. So no
 * chain of likenesses removes an unlike document, and none is missed because its match was removed. */
#ifndef LEAT_DEDUP_LINK_H
#define LEAT_DEDUP_LINK_H

#include "dedup/work.h"

struct link_opts {
    const char *dir;
    char *const *against;
    size_t n_against;
    uint64_t memory_bytes;
    bool lasting, ids_may_repeat;
};

#define LINK_SIZES 40

struct link_report {
    uint64_t alike;  /* pairs of different texts */
    double expected; /* of minhash: so many there are, to judge by the probability that each was found */
    uint64_t removed, repeated_ids;
    uint64_t clusters, largest;   /* survivors for which something was removed; documents with one of them */
    uint64_t of_size[LINK_SIZES]; /* clusters of 2^i + 1 to 2^(i+1) documents */
    bool done_before;
};

/* Reads verify-*.rec and writes, with the same records in two orders, by removed document and by survivor:
 * DIR/link-00000-of-00001.rec and DIR/clusters-00000-of-00001.rec. A removed document's survivor is of those before it by keep key the one most like it, of several the
 * first; documents with the same text, list or fingerprint go for the survivor of the first of them. ERR_DATA when two documents that stay have the same id, unless ids may repeat.
 * Memory: memory_bytes, and a bit for each document that is in a pair. */
int link_run(const struct link_opts *o, struct link_report *report, struct err *e);

#endif
