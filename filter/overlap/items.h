/* items.h: the items of an evaluation file: JSON lines, a JSON array of objects, or paragraphs of a text. */
#ifndef LEAT_FILTER_ITEMS_H
#define LEAT_FILTER_ITEMS_H

#include "common/buf.h"
#include "common/err.h"

/* Called for each item in order; line counts from 1 (in an array: elements). The slices are borrowed. */
typedef int item_fn(void *ctx, const char *file, uint64_t line, struct slice id, struct slice text,
                    struct err *e);

/* keys: names separated by commas. An object's strings under them (and the strings in a list under them) are joined by
 * newlines in the object's order. 0, or < 0: what fn returned, or -ERR_USAGE for a broken line or text that is not UTF-8. */
int items_each(const char *file, struct slice text, const char *keys, item_fn *fn, void *ctx, struct err *e);

#endif
