/* spacy.h: words as spaCy's rule tokeniser cuts them (spacy.io/api/tokenizer, release 3.8), languages "en" and "xx".
 *
 * A text is cut at white space; a chunk between is an exception with cuts of its own, or loses what the rules call
 * prefixes and suffixes, character by character, then is a URL, or is cut at infixes. A second pass puts exceptions
 * together that the first one cut to pieces (":)" in "(ab:)"). White space tokens are left out: what lies between two
 * words says where they are (spacy_gap). */
#ifndef LEAT_FILTER_WORDS_SPACY_H
#define LEAT_FILTER_WORDS_SPACY_H

#include "common/text.h"

struct spacy_rules;
extern const struct spacy_rules spacy_en; /* English */
extern const struct spacy_rules spacy_xx; /* what spaCy's languages have in common */

/* Fills `w`. Flags: WORD_SYMBOL: nothing but characters of datatrove's PUNCTUATION_SET; WORD_LETTER: has one of
 * category L*; WORD_NUMBER: of N*. chars: code points. Texts of up to 4 GiB. Time: linear. 0, or -ERR_…: out of memory. */
int spacy_words(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e);

/* The same, character by character, with no 64 bytes at a time: what tests compare it with. */
int spacy_words_plain(struct words *w, const struct spacy_rules *rules, struct slice text, struct err *e);

/* Whether spaCy has a white space token in the gap text[from..to) between two words. */
static inline bool spacy_gap(struct slice text, uint64_t from, uint64_t to)
{
    return to - from > 1 || (to - from == 1 && text.p[from] != ' ');
}

/* Turns the list of spacy_words(text) into that of the text's sentences, as spaCy's sentencizer and datatrove's
 * split_into_sentences (0.10.1) cut them: they touch, and together are the text. An empty text is one sentence. */
int spacy_sentences(struct words *w, struct slice text, struct err *e);

#endif
