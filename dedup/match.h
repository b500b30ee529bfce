/* match.h: the second stage of keeping the best: which documents share a band. */
#ifndef LEAT_DEDUP_MATCH_H
#define LEAT_DEDUP_MATCH_H

#include "dedup/work.h"

struct match_opts {
    const char *dir;
    char *const *against; /* saved indexes */
    size_t n_against;
    unsigned part, parts;
    uint64_t memory_bytes;
    uint64_t max_bucket;
    bool lasting;
};

struct match_report {
    uint64_t buckets; /* of more than one text */
    uint64_t cut;     /* of more than max_bucket: only their best were compared with all */
    uint64_t largest; /* documents */
    uint64_t pairs;
    bool done_before;
};

/* Reads the band keys of all sketches, of the part'th of `parts` equal stretches of the keys, and writes
 * DIR/match-PART-of-PARTS.rec: pairs, sorted, each once. Of simhash they are those within the distance, with their likeness. Of
 * documents with the same text, list of shingles or fingerprint only the first takes part; the others are its pairs
 * with LIKENESS_SAME. In a bucket of n > max_bucket of these the pairs are those of the max_bucket that come first by their
 * keep keys with all: the result is one of the documents, not of their order. */
int match_run(const struct match_opts *o, struct match_report *report, struct err *e);

#endif
