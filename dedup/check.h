/* check.h: how many near-duplicates are left: a sample of the documents against all, exactly. */
#ifndef LEAT_DEDUP_CHECK_H
#define LEAT_DEDUP_CHECK_H

#include "common/tool.h"
#include "dedup/shingle.h"

struct check_opts {
    struct shingle_opts shingle;
    double threshold;
    uint64_t documents;    /* of the sample */
    uint64_t memory_bytes; /* for the sample's shingles and their table */
};

/* Reads the inputs twice, which must be files. Output: a line of tabs for each pair of a document of the sample and another that is
 * alike: their ids, as --pairs writes them, and their Jaccard similarity; in the order of the others. Ledger: how many were
 * checked, and how many of them have another; all are skipped, as "compared". The sample is that of the least hashes of ids (of texts, where there are none): it does not
 * depend on the order of the inputs. Memory: 20 bytes a shingle of the sample. */
int check_run(struct tool *t, const struct check_opts *o, struct err *e);

#endif
