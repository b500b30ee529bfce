/* check.h: asks every tool of a plan whether it knows its options, before anything runs. */
#ifndef LEAT_PIPELINES_CHECK_H
#define LEAT_PIPELINES_CHECK_H

#include "pipelines/plan.h"

/* Of the steps first..last. -ERR_USAGE names the place in the file, the step, the tool and what it says. Tools that are not
 * leat's own need only be there. */
int check_options(const struct plan *p, size_t first, size_t last, struct err *e);

#endif
