/* language.h: which programming language a document is in, from what stands beside it. */
#ifndef LEAT_FILTER_LANGUAGE_H
#define LEAT_FILTER_LANGUAGE_H

#include "common/buf.h"

/* The languages that leat names, as tree-sitter's grammars call them; NULL ends the list. */
extern const char *const language_names[];

/* The known name equal to s, or NULL. */
const char *language_known(struct slice s);

/* By the file name's extension (case-sensitive but for DOS's upper case), else by the interpreter of a "#!" line; NULL when
 * neither tells. */
const char *language_of(struct slice path, struct slice text);

#endif
