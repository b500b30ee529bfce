/* spaces.h: words between white space, as Python's str.split() and fastText cut them. Flags and errors as spacy_words
 * (spacy.h); time: linear. */
#ifndef LEAT_FILTER_WORDS_SPACES_H
#define LEAT_FILTER_WORDS_SPACES_H

#include "common/text.h"

int spaces_words(struct words *w, struct slice text, struct err *e); /* str.split() */

/* Between " ", tab, line feed, carriage return, vertical tab, form feed and NUL (fastText's Dictionary::readWord), those
 * that begin with a letter or number: what DCLM's split_words(text, ignore_punctuation=True) counts. */
int spaces_fasttext(struct words *w, struct slice text, struct err *e);

#endif
