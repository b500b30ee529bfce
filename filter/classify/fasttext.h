/* fasttext.h: runs supervised fastText models (.bin, and .ftz with product quantisation), with fastText's own scores.
 *
 * Format and algorithm: fastText 0.9.2 (Joulin et al. 2016, 2017; https://github.com/facebookresearch/fastText). Sums are
 * taken in fastText's order, in floats and without fused multiply-add, so that probabilities have the bits that a build of
 * fastText for plain x86-64 gives, but for the last place where its libm rounds exp otherwise.
 *
 * The file is mapped read-only: it must not change while it is open. Memory besides: the dictionary's table, matrices of
 * at most 64 MiB as floats (larger ones stay where they lie in the file), and a scratch per thread.
 *
 * Thread rule: a model is shared by threads; each has a scratch of its own. */
#ifndef LEAT_FILTER_CLASSIFY_FASTTEXT_H
#define LEAT_FILTER_CLASSIFY_FASTTEXT_H

#include "common/buf.h"
#include "common/err.h"

struct fasttext;
struct fasttext_scratch; /* 4 bytes a word of the longest text, and a few for each dimension and label */

/* -ERR_IO: cannot be read; -ERR_DATA: no model, or one that contradicts itself, or word vectors without labels. */
int fasttext_open(struct fasttext **m, const char *path, struct err *e);
/* As fasttext_open, of bytes in memory that stay there and are followed by 64 that may be read. `name` is for messages. */
int fasttext_open_bytes(struct fasttext **m, const char *name, struct slice bytes, struct err *e);
void fasttext_close(struct fasttext *m); /* NULL is allowed */

bool fasttext_is(const void *p, size_t n); /* whether a file that begins so is a fastText model */

size_t fasttext_n_labels(const struct fasttext *m);
struct slice fasttext_label(const struct fasttext *m,
                            size_t i); /* with its prefix, as in the file: "__label__en" */

struct fasttext_scratch *fasttext_scratch_new(const struct fasttext *m); /* NULL: out of memory */
void fasttext_scratch_free(struct fasttext_scratch *s);

/* The k most probable labels, best first, of one text; newlines are spaces, and an end of line is added, as
 * fasttext.predict(text.replace("\n", " "), k) does. Returns how many there are: at most k; 0 when no part of the text is
 * known to the model. -ERR_IO out of memory; -ERR_DATA when the model's numbers are not finite. */
int64_t fasttext_predict(const struct fasttext *m, struct fasttext_scratch *s, struct slice text, size_t k,
                         uint32_t *labels, float *scores, struct err *e);

#endif
