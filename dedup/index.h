/* index.h: what a later crawl is held against: the documents of this one that stayed. */
#ifndef LEAT_DEDUP_INDEX_H
#define LEAT_DEDUP_INDEX_H

#include "common/tool.h"
#include "dedup/work.h"

struct index_opts {
    const char *dir; /* the work folder, linked */
    char *const *against;
    size_t n_against;
    unsigned task;
    const char *index; /* the folder to be written; made if it is not there */
};

/* Reads the tool's inputs, those of the task, and writes INDEX/sketch-TASK.* and sets-TASK.*, as in a work folder, of the documents that
 * stay: keys, bands and ids, and of minhash the sets, 4 bytes a word of the text. */
int index_run(struct tool *t, const struct index_opts *o, struct err *e);

/* Before anything is read: that the folder is none of the others. dir: NULL where it has no name yet. */
int index_check(const struct index_opts *o, struct err *e);

#endif
