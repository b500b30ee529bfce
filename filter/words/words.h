/* words.h: words and sentences as the published filters cut them.
 *
 * "Words" decide most rules, and each suite has its own: a dialect is a suite and its version. Words are lists of
 * struct word (common/text.h); flags hold for all dialects, so that signals need not know which one it was. */
#ifndef LEAT_FILTER_WORDS_H
#define LEAT_FILTER_WORDS_H

#include "common/text.h"

enum dialect {
    DIALECT_LEAT,      /* words of common/text.h; the same for all languages */
    DIALECT_DATATROVE, /* datatrove 0.10: spaCy's rule tokeniser for English, other splitters for other languages */
    DIALECT_DOLMA,     /* dolma 1.2 */
    DIALECT_DCLM       /* mlfoundations/dclm */
};

/* "leat", "datatrove-0.10", "dolma-1.2", "dclm". -1: no such dialect. */
int dialect_find(const char *name);
const char *dialect_name(enum dialect d);

/* Fills `w` with the text's words. language: ISO 639 code with or without a script ("en", "zh", "deu_Latn"), as published models give it; ""
 * is English, the default of the suites. Words that the dialect does not count (white space tokens) are left out. */
int words_split(struct words *w, enum dialect d, struct slice language, struct slice text, struct err *e);

/* Fills `w` with sentences: flags are 0. Only offset and bytes count, and chars. */
int sentences_split(struct words *w, enum dialect d, struct slice language, struct slice text, struct err *e);

#endif
