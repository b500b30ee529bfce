/* refinedweb.h: RefinedWeb's line-wise corrections (Penedo et al. 2023, arXiv 2306.01116, appendix G.2).
 *
 * The paper names the kinds of lines; what exactly they are is taken from mlfoundations/dclm's reproduction
 * (modifiers.py and baselines_configs/refinedweb.yaml): lines that are mostly capitals (> 0.5 of the characters), only
 * digits, a counter ("3 likes") or a single word go; from lines of at most ten words "items in cart" anywhere, "Read
 * more..." at the end and "Sign-in" at the beginning are cut. A document that lost more than 5% of its words is dropped. */
#ifndef LEAT_FILTER_REFINEDWEB_H
#define LEAT_FILTER_REFINEDWEB_H

#include "filter/rules/edit.h"
#include "filter/rules/pattern.h"

struct refinedweb_options { /* rules that are off: false; max_capitals: 1 */
    double max_capitals;
    bool digits, counters, one_word, fixed_parts;
};

struct refinedweb;                                /* one per thread */
struct refinedweb *refinedweb_new(struct err *e); /* NULL: *e says why */
void refinedweb_free(struct refinedweb *w);

/* *text gets the corrected text (borrowed until the next call), *removed_words the share of words that went. The bytes
 * that went are counted in *log. */
int refinedweb_correct(struct refinedweb *w, const struct refinedweb_options *o, struct slice *text,
                       double *removed_words, struct edit_log *log, struct err *e);

#endif
