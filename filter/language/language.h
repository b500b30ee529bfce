/* language.h: which language a text is in.
 *
 * CLD2's guess, and where CLD2 is known to be weak (it knows no better than English, or the languages are close) that of a
 * model of our own: grams of words, learned from translations of programs (tests/bench/language/train.py). */
#ifndef LEAT_FILTER_LANGUAGE_H
#define LEAT_FILTER_LANGUAGE_H

#include "common/buf.h"

/* Of a longer text, four pieces from all over it are read: first few bytes together, and if they leave a doubt, more. */
#define LANGUAGE_FIRST_BYTES 384
#define LANGUAGE_BYTES 4096

struct language {
    char code[16]; /* ISO 639-1, else 639-3: "en", "no", "zh", "sr"; "un": unknown, and score is 0 */
    unsigned
        score; /* how sure, in thousandths: the share of the text in this language, halved where CLD2 says that it is not sure */
};

/* text: valid UTF-8. Constant time. */
void language_detect(struct slice text, struct language *l);

/* The i-th of the codes that it may say, from 0; some stand twice. NULL: there are no more. */
const char *language_code(size_t i);

#endif
