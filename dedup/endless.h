/* endless.h: keeping the first of an endless stream: a Bloom filter of a fixed size instead of what was kept. Nothing is verified,
 * for nothing is left to compare with: a document goes when its key, or one of its bands, looks as if it had been there. */
#ifndef LEAT_DEDUP_ENDLESS_H
#define LEAT_DEDUP_ENDLESS_H

#include "common/tool.h"
#include "dedup/work.h"

struct endless_opts {
    struct plan plan;  /* exact or minhash */
    uint64_t expected; /* documents */
    double fp;         /* share of strange documents that go, once so many have stayed */
};

/* Memory: the filter, at most t->memory; nothing grows. */
int endless_run(struct tool *t, const struct endless_opts *o, struct err *e);

#endif
