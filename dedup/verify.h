/* verify.h: the fourth stage of keeping the best: which pairs are truly alike. */
#ifndef LEAT_DEDUP_VERIFY_H
#define LEAT_DEDUP_VERIFY_H

#include "dedup/work.h"

struct verify_opts {
    const char *dir;
    char *const *against;
    size_t n_against;
    unsigned part, parts;
    double threshold;
    int threads;
    uint64_t memory_bytes;
    bool lasting;
};

struct verify_report {
    uint64_t compared; /* pairs */
    uint64_t alike;    /* pairs of at least the threshold, of different texts */
    double
        expected; /* of minhash: so many alike pairs there are, to judge by the probability that each was found */
    bool done_before;
};

/* Reads the pairs of all parts of match and the sets of both documents, and writes DIR/verify-PART-of-PARTS.rec: of the pairs
 * whose hash falls to the part those with a true Jaccard similarity >= threshold, with it; and those that need no comparison. */
int verify_run(const struct verify_opts *o, struct verify_report *report, struct err *e);

#endif
