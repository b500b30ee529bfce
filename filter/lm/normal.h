/* normal.h: what a line goes through before it is cut into words.
 *
 * LM_CCNET is the default of CCNet's text_normalizer (G. Wenzek et al., "CCNet: Extracting High Quality Monolingual
 * Datasets from Web Crawl Data", LREC 2020): lower case, non-spacing marks off (by canonical decomposition), digits to 0, 34
 * Unicode punctuation marks to ASCII, control characters off (tabs too). Lower case is Unicode's simple mapping, so that
 * a final sigma stays one in the middle. */
#ifndef LEAT_FILTER_LM_NORMAL_H
#define LEAT_FILTER_LM_NORMAL_H

#include "filter/lm/lm.h"

/* Appends the line (valid UTF-8) as bits of enum lm_normal say. */
int lm_normalize(unsigned bits, struct slice line, struct buf *out, struct err *e);

/* "none", "ccnet" or names joined by commas: lower, digits, punct, accents, controls. -ERR_USAGE names them. */
int lm_normal_parse(const char *names, unsigned *bits, struct err *e);
void lm_normal_put(unsigned bits, struct buf *out); /* the same names */

#endif
