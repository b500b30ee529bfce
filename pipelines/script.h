/* script.h: a plan as the shell script that does the same. */
#ifndef LEAT_PIPELINES_SCRIPT_H
#define LEAT_PIPELINES_SCRIPT_H

#include "pipelines/plan.h"

/* Appends a bash script (set -euo pipefail) of the steps first..last, one pipe per step, with an estimate of time and disk
 * before each. */
int script_put(const struct plan *p, size_t first, size_t last, struct buf *b);

/* One argument, quoted for the shell where it needs it. */
int script_put_word(struct buf *b, const char *word);

#endif
