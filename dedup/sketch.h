/* sketch.h: the first stage of keeping the best: what is to be known of each document. */
#ifndef LEAT_DEDUP_SKETCH_H
#define LEAT_DEDUP_SKETCH_H

#include "common/tool.h"
#include "dedup/keep.h"
#include "dedup/work.h"

struct sketch_opts {
    struct plan plan;
    struct keep keep;
    const char *dir;      /* the work folder */
    unsigned task, tasks; /* the task'th of so many parts of the inputs */
    bool
        lasting; /* for later processes: synced, only of inputs that did not end early; what is sketched counts as kept */
    bool named;        /* reports with ids will be written */
    const char *spool; /* also copy the lines there, .zst; or NULL */
};

/* The keys of a document of simhash: one for each table of nearby.h; of exact: one. */
#define SKETCH_MAX_KEYS 1024

/* Reads the inputs and writes DIR/sketch-TASK.*. Counts what comes in, is damaged and left out by --sample; what is kept and
 * dropped is for drop.h to count. State: within three quarters of t->memory. */
int sketch_run(struct tool *t, const struct sketch_opts *o, struct err *e);

/* The meta of .docs tells of the lines that were read; drop and sets compare it with what they read. */
struct sketch_lines {
    uint64_t lines, bytes, content; /* how many, and the XXH3-64 of their bytes */
    bool hashed;                    /* content is known: only where it is lasting */
};
int sketch_lines_of(const struct records *docs, struct sketch_lines *l, struct err *e);

#endif
