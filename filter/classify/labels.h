/* labels.h: which class a document is of: by a key of its own, or by a file of ids and labels. */
#ifndef LEAT_FILTER_CLASSIFY_LABELS_H
#define LEAT_FILTER_CLASSIFY_LABELS_H

#include "common/jsonl.h"

/* The value of "source", or of a key of metadata ("metadata.x" and "x" are the same): strings unescaped, numbers, true and
 * false as they are written. 1 found, 0 absent, null, or an array or object; -ERR_IO. Valid until the next jsonl_meta_*. */
int label_of_key(struct jsonl *j, const struct doc *d, const char *key, struct slice *value, struct err *e);

struct labels; /* a file of lines "ID<TAB>LABEL", in memory */
int labels_load(struct labels **l, const char *path,
                struct err *e); /* -ERR_IO; -ERR_DATA: a line without a tab */
void labels_free(struct labels *l);
bool labels_find(const struct labels *l, struct slice id,
                 struct slice *label); /* of an id that stands twice: the last */

#endif
