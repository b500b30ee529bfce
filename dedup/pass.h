/* pass.h: a further pass over inputs that were sketched: the same lines, by number, in batches on all threads, written in
 * order. Inputs that are not the ones that were sketched are an error, at their end. */
#ifndef LEAT_DEDUP_PASS_H
#define LEAT_DEDUP_PASS_H

#include "common/jsonl.h"
#include "common/tool.h"
#include "dedup/records.h"

struct pass_batch {
    struct buf in;         /* the lines, for lines_each */
    uint64_t first, lines; /* number of the first, and how many */
    bool maybe_blank;      /* there may be blank lines between them */
    struct buf note;       /* what read leaves for work */
    struct buf out, more;  /* what work leaves for write */
    struct ledger ledger;  /* merged into the tool's in order */
    bool whole;            /* `in` is what is to be written */
    uint64_t records, more_records;
};

struct pass_ops {
    void *(*worker_new)(void *ctx); /* as in pool.h */
    void (*worker_free)(void *ctx, void *worker);
    int (*read)(void *ctx, struct pass_batch *b,
                struct err *e); /* in order, one thread at a time; may be NULL */
    int (*work)(void *ctx, void *worker, struct pass_batch *b, struct err *e);
    int (*write)(void *ctx, struct pass_batch *b, struct err *e); /* in order, one thread at a time */
};

/* docs: the sketch's. The tool's inputs, --limit and --max-record must be the sketch's, too. */
int pass_run(struct tool *t, const struct pass_ops *ops, void *ctx, const struct records *docs,
             struct err *e);

#endif
