/* generated.h: whether a program wrote the file: by its path, its first or last lines.
 *
 * Sources: GitHub Linguist's lib/linguist/generated.rb (commit b45dbe9b), The Stack v2 (arXiv 2402.19173: five phrases in the first five
 * lines), Go's convention (https://go.dev/s/generatedcode), and Meta's "@generated". */
#ifndef LEAT_FILTER_GENERATED_H
#define LEAT_FILTER_GENERATED_H

#include "common/buf.h"

/* What tells, a static word such as "lock-file", "do-not-edit"; NULL: nothing does. language: may be "". */
const char *generated_why(struct slice path, const char *language, struct slice text);

/* Linguist's minified files (JavaScript, CSS: more than 110 bytes a line), and any text of such lines with hardly any white space. */
bool generated_minified(const char *language, struct slice text, uint64_t lines, uint64_t chars,
                        uint64_t spaces);

#endif
