/* best.h: all stages of keeping the best in one process, through a work folder of its own that is removed at the end. */
#ifndef LEAT_DEDUP_BEST_H
#define LEAT_DEDUP_BEST_H

#include "common/tool.h"
#include "dedup/keep.h"
#include "dedup/work.h"

struct best_opts {
    struct plan plan;
    struct keep keep;
    double threshold;
    uint64_t max_bucket;
    char *const *against;
    size_t n_against;
    const char *pairs, *clusters; /* files; either may be NULL */
    const char *save_index;       /* folder, or NULL */
    bool ids_may_repeat;
};

/* Reads the tool's inputs twice or thrice; what comes from a pipe is copied to the work folder, compressed. Fills the ledger.
 * Memory: t->memory. Disk, in t->tmp: about 30 bytes a band and 90 bytes a document, and the copy of what was piped. */
int best_run(struct tool *t, const struct best_opts *o, struct err *e);

/* Whether the inputs can be read again. */
bool best_rereadable(const struct tool *t);

/* What was found, into the ledger. */
struct verify_report;
struct link_report;
void best_account_pairs(struct tool *t, const struct verify_report *v);
void best_account_clusters(struct tool *t, const struct link_report *l);

#endif
