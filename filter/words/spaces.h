/* spaces.h: words between white space, as Python's str.split() cuts them (filter/signals/python.h). Flags and errors as
 * spacy_words (spacy.h); time: linear. */
#ifndef LEAT_FILTER_WORDS_SPACES_H
#define LEAT_FILTER_WORDS_SPACES_H

#include "common/text.h"

int spaces_words(struct words *w, struct slice text, struct err *e);

#endif
