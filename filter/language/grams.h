/* grams.h: what the languages model looks at: the words of a text, and the 1 to 4 characters that follow each other in them.
 *
 * Letters in lower case, a blank before and behind each word; what is no letter or mark parts words. Known by 32-bit hashes. */
#ifndef LEAT_FILTER_GRAMS_H
#define LEAT_FILTER_GRAMS_H

#include "common/text.h"

/* Longer words are cut. */
#define GRAMS_WORD 32
#define GRAMS_MAX 4

/* Of the grams of one word there are fewer. */
#define GRAMS_A_WORD ((GRAMS_WORD + 2) * GRAMS_MAX + 1)

typedef void grams_sink(void *ctx, const uint32_t *hash, size_t n);

/* Calls the sink for the grams of each word of the text, in order. */
void grams_of(struct slice text, grams_sink *sink, void *ctx);

#endif
