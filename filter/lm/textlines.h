/* textlines.h: the loop over plain text: every line that is not blank is a record. The twin of common/stage.h. */
#ifndef LEAT_FILTER_LM_TEXTLINES_H
#define LEAT_FILTER_LM_TEXTLINES_H

#include "common/tool.h"

struct textlines_ops {
    void *(*worker_new)(void *ctx);
    void (*worker_free)(void *ctx, void *worker);
    /* On any thread: appends what the line becomes; the content is aligned to 8 if each call's is a multiple of 8. */
    int (*line)(void *ctx, void *worker, struct slice line, struct buf *out, struct err *e);
    bool blank_too; /* line() is called for blank lines as well; they are no records */
    /* In input order, one thread at a time: what the lines of one batch became. */
    int (*write)(void *ctx, struct slice made, uint64_t lines, struct err *e);
};

/* Honours --limit, --max-record, -t; the ledger counts lines as records. */
int textlines_run(struct tool *t, const struct textlines_ops *ops, void *ctx);

#endif
