/* stages.h: the stages of keeping the best as commands of their own, for job arrays. */
#ifndef LEAT_DEDUP_STAGES_H
#define LEAT_DEDUP_STAGES_H

#include "common/tool.h"
#include "dedup/best.h"

struct stages_opts {
    const char *work;        /* folder */
    const char *task, *part; /* "K/N": of sketch, sets, index and drop; of match and verify */
    const struct best_opts *best;
};

bool stages_has(const char *verb);
int stages_run(struct tool *t, const struct stages_opts *o, struct err *e);

#endif
