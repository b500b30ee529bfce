/* words.h: words and sentences as the published filters cut them.
 *
 * "Words" decide most rules, and each suite has its own: a dialect is a suite and its version. Words are lists of
 * struct word (common/text.h); flags hold for all dialects, so that signals need not know which one it was. */
#ifndef LEAT_FILTER_WORDS_H
#define LEAT_FILTER_WORDS_H

#include "common/text.h"

enum dialect {
    DIALECT_LEAT,      /* words of common/text.h; the same for all languages */
    DIALECT_DATATROVE, /* datatrove 0.10: spaCy's rule tokeniser for English; README.md says what others get */
    DIALECT_DOLMA,     /* dolma 1.2: str.split() */
    DIALECT_DCLM /* mlfoundations/dclm: UAX #29 (uniseg) for repetition; str.split() for lengths, symbols, letters and stop
                          words; the number of words is fastText's (signals/word_signals.c) */
};

/* Flags of the last three: WORD_LETTER: a character of category L*; WORD_NUMBER: of N*; WORD_SYMBOL: nothing but
 * characters of datatrove's PUNCTUATION_SET. A word may have none ("€") or more than one. */

/* "leat", "datatrove-0.10", "dolma-1.2", "dclm". -1: no such dialect. */
int dialect_find(const char *name);
const char *dialect_name(enum dialect d);

/* Fills `w` with the text's words, in order. language: ISO 639 code with or without a script ("en", "zh", "deu_Latn"), as
 * published models give it; "" is English, the default of the suites. Words that the dialect does not count (white
 * space tokens) are left out. Texts of up to 4 GiB; time: linear. 0, or -ERR_…: out of memory, a text too long. */
int words_split(struct words *w, enum dialect d, struct slice language, struct slice text, struct err *e);

/* Fills `w` with sentences: flags are 0, offset, bytes and chars count. datatrove's are those of spaCy's sentencizer,
 * which touch and together are the text; an empty text is one sentence. The other dialects' presets count none: for
 * them the same rule is applied to their words. */
int sentences_split(struct words *w, enum dialect d, struct slice language, struct slice text, struct err *e);

#endif
