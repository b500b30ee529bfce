/* classes.h: the names of classes, numbered. */
#ifndef LEAT_FILTER_CLASSIFY_CLASSES_H
#define LEAT_FILTER_CLASSIFY_CLASSES_H

#include "common/buf.h"
#include "common/err.h"

struct classes {
    char **name; /* NUL-terminated; owned */
    uint32_t n, max;
};

void classes_init(struct classes *c, uint32_t max);
void classes_free(struct classes *c);

/* The number of a name, new ones behind the others. -ERR_DATA: more than max; -ERR_IO: out of memory. */
int64_t classes_add(struct classes *c, struct slice name, struct err *e);
int64_t classes_find(const struct classes *c, struct slice name); /* -1: not there */

/* Sorts the names by their bytes; number[i] becomes the new number of what was i. */
int classes_sort(struct classes *c, uint32_t *number, struct err *e);

#endif
