/* entropy.h: how evenly a text uses its words.
 *
 * Shannon entropy of the words' frequencies over the logarithm of the number of different words: 1 when each stands
 * equally often, near 0 when nearly all are the same, 0 for fewer than two different words. Good English has .80 to .97.
 * The logarithm is ours, so that the value depends on no library and no CPU. */
#ifndef LEAT_FILTER_ENTROPY_H
#define LEAT_FILTER_ENTROPY_H

#include "common/text.h"
#include "filter/signals/names.h"

struct entropy { /* one per thread, zeroed at first */
    struct names names;
    uint32_t *count;
    size_t cap;
};

void entropy_free(struct entropy *t);
int entropy_measure(struct entropy *t, struct slice text, const struct words *words,
                    double *value); /* -1: out of memory */
double entropy_ln(double x);        /* natural logarithm of a finite x > 0, to about 1e-15 */

#endif
