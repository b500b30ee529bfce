/* report.h: what link found, with the documents' ids. */
#ifndef LEAT_DEDUP_REPORT_H
#define LEAT_DEDUP_REPORT_H

#include "common/stream.h"
#include "dedup/work.h"

struct report_opts {
    const char *dir;
    char *const *against;
    size_t n_against;
    const char *pairs, *clusters; /* files; either may be NULL */
    int threads;
    enum out_end end; /* of the files, when all went well */
};

/* pairs: a line per removed document, in the order of the inputs: its id, its survivor's, how alike they are. clusters: a line per
 * document that stays or goes for another: the survivor's id, how many documents there are with it, the document's id, how
 * alike it is to the survivor; the survivor first. Needs the sets of all tasks. */
int report_run(const struct report_opts *o, struct err *e);
void report_take_back(const struct report_opts *o); /* removes its files: what followed failed */

#endif
