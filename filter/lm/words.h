/* words.h: a line's words, and their hash.
 *
 * A word is a run of bytes other than ASCII white space and NUL, which is how lmplz and KenLM's query part a line. */
#ifndef LEAT_FILTER_LM_WORDS_H
#define LEAT_FILTER_LM_WORDS_H

#include "common/buf.h"

static inline bool lm_blank(char c)
{
    return c == ' ' || c == 0 || (c >= '\t' && c <= '\r');
}

/* The word at or behind *at: true and *word; false at the end. */
static inline bool lm_word_next(struct slice line, size_t *at, struct slice *word)
{
    size_t i = *at, from;
    while (i < line.n && lm_blank(line.p[i])) i++;
    from = i;
    while (i < line.n && !lm_blank(line.p[i])) i++;
    *at = i;
    *word = slice_of(line.p + from, i - from);
    return i > from;
}

#endif
