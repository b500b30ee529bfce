/* substring.h: leat dedup substring: removes from each document the spans of words or bytes that stood before. */
#ifndef LEAT_DEDUP_SUBSTRING_H
#define LEAT_DEDUP_SUBSTRING_H

#include "common/stage.h"

#define SUBSTRING_LEAST_BYTES 16

struct substring_opts {
    size_t window;     /* spans of at least so many … */
    bool bytes;        /* … bytes, else words */
    double drop_share; /* a document goes when at least this share of its characters would */
    bool annotate;     /* say so in metadata.dedup_substring, and remove nothing */
    uint64_t memory_bytes;
};

struct substring_dedup;

/* NULL: *e says why. */
struct substring_dedup *substring_dedup_new(const struct substring_opts *opts, struct err *e);
void substring_dedup_free(struct substring_dedup *x);
void substring_dedup_account(const struct substring_dedup *x, struct ledger *l);

/* For stage_ops, with the struct substring_dedup as ctx. */
void *substring_dedup_worker_new(void *ctx);
void substring_dedup_worker_free(void *ctx, void *worker);
int substring_dedup_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e);
int substring_dedup_in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o,
                             struct err *e);

#endif
