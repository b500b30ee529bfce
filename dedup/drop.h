/* drop.h: the last stage of keeping the best: the lines that stay. */
#ifndef LEAT_DEDUP_DROP_H
#define LEAT_DEDUP_DROP_H

#include "common/tool.h"
#include "dedup/work.h"

struct drop_opts {
    const char *dir;
    char *const *against;
    size_t n_against;
    unsigned task;
    bool counts; /* what comes in, too: else sketch has counted it in this process */
};

/* Copies the tool's inputs, those of the task, without what link removed to its output, and that to --rejects; the ledger gets
 * what is kept and dropped. Lines that stay keep their bytes. Memory: the pool's batches. */
int drop_run(struct tool *t, const struct drop_opts *o, struct err *e);

#endif
