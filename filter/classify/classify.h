/* classify.h: one classifier, whoever trained it: leat's (.lcl) or fastText's (.bin, .ftz).
 *
 *     struct classifier *c;                     classifier_open(&c, path, &e)
 *     struct classifier_scratch *s;             classifier_scratch_new(c), one a thread
 *     classifier_scores(c, s, text, p, &best, &e);   p[classifier_find(c, good)] is the probability of the label good
 *
 * Thread rule: a classifier is shared by threads, a scratch belongs to one. */
#ifndef LEAT_FILTER_CLASSIFY_CLASSIFY_H
#define LEAT_FILTER_CLASSIFY_CLASSIFY_H

#include "common/buf.h"
#include "common/err.h"

struct classifier;
struct classifier_scratch;

int classifier_open(struct classifier **c, const char *path, struct err *e); /* -ERR_IO, -ERR_DATA */
void classifier_close(struct classifier *c);                                 /* NULL is allowed */

uint32_t classifier_n_labels(const struct classifier *c);
struct slice classifier_label(const struct classifier *c, uint32_t i);   /* of fastText's without __label__ */
int64_t classifier_find(const struct classifier *c, struct slice label); /* -1: no such label */

struct classifier_scratch *classifier_scratch_new(const struct classifier *c); /* NULL: out of memory */
void classifier_scratch_free(struct classifier_scratch *s);

/* The probability of every label into p, in [0, 1] (fastText's: up to 1.00001; 0 of labels that its tree walk left out). *best is
 * the most probable label (of equals fastText's choice, or the first), or -1 where fastText knows no part of the text and
 * all are 0. 0; -ERR_IO; -ERR_DATA. */
int classifier_scores(const struct classifier *c, struct classifier_scratch *s, struct slice text, float *p,
                      int64_t *best, struct err *e);

/* As classifier_scores, of the most probable label alone, which of fastText's models with many labels is several times as fast. *p is
 * 0 where there is none. */
int classifier_best(const struct classifier *c, struct classifier_scratch *s, struct slice text,
                    int64_t *best, float *p, struct err *e);

#endif
