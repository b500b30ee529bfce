/* uax29.h: words by UAX #29 (Unicode 16.0.0) without a dictionary, as the Python package uniseg 0.10 cuts them. */
#ifndef LEAT_FILTER_WORDS_UAX29_H
#define LEAT_FILTER_WORDS_UAX29_H

#include "common/text.h"

#define UAX29_PAGE_SHIFT 7
extern const uint8_t uax29_page_of[]; /* by code point >> UAX29_PAGE_SHIFT */
extern const uint8_t uax29_pages[];   /* Word_Break, + 32: Extended_Pictographic */

/* Fills `w` with the words that begin with a letter or number, which are those that DCLM counts. Flags and errors as
 * spacy_words (spacy.h). Time: linear. */
int uax29_words(struct words *w, struct slice text, struct err *e);

#endif
