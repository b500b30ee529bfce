/* lines.h: leat dedup lines: removes from each document the lines or paragraphs that an earlier one, or the same one, had. */
#ifndef LEAT_DEDUP_LINES_H
#define LEAT_DEDUP_LINES_H

#include "common/stage.h"
#include "dedup/units.h"

struct lines_opts {
    struct units_opts units;
    double overlap;    /* a unit goes when at least this share of its keys was seen before */
    double drop_share; /* a document goes when at least this share of its characters would */
    bool annotate;     /* say so in metadata.dedup_lines, and remove nothing */
    bool bloom;
    uint64_t expected; /* keys */
    double fp;
    uint64_t memory_bytes;
};

struct lines_dedup;

/* NULL: *e says why. */
struct lines_dedup *lines_dedup_new(const struct lines_opts *opts, struct err *e);
void lines_dedup_free(struct lines_dedup *x);
void lines_dedup_account(const struct lines_dedup *x, struct ledger *l);

/* For stage_ops, with the struct lines_dedup as ctx. */
void *lines_dedup_worker_new(void *ctx);
void lines_dedup_worker_free(void *ctx, void *worker);
int lines_dedup_doc(void *ctx, void *worker, struct doc *d, struct stage_out *o, struct err *e);
int lines_dedup_in_order(void *ctx, struct stage_deferred *marks, size_t n, struct stage_out *o,
                         struct err *e);

#endif
