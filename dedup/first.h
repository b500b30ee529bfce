/* first.h: keeping the first: documents pass by, each is held against those kept so far. The result depends on their order. */
#ifndef LEAT_DEDUP_FIRST_H
#define LEAT_DEDUP_FIRST_H

#include "common/tool.h"
#include "dedup/work.h"

struct first_opts {
    struct plan plan;
    double threshold;
    const char *pairs; /* file, or NULL */
    bool ids_may_repeat;
};

/* Memory: the state of survivors.h within t->memory; past it an error. */
int first_run(struct tool *t, const struct first_opts *o, struct err *e);

#endif
