/* signals.h: what a document is measured by. Each signal is one number; rules (rules.h) compare them with thresholds.
 *
 * Definitions are those of the published filters (Rae et al. 2021, arXiv 2112.11446, as implemented by
 * huggingface/datatrove's gopher_quality_filter.py and gopher_repetition_filter.py); lengths are code points; words are
 * those of common/text.h. */
#ifndef LEAT_FILTER_SIGNALS_H
#define LEAT_FILTER_SIGNALS_H

#include "common/text.h"

enum signal {
    /* words */
    SIG_WORDS,            /* non-symbol words */
    SIG_MEAN_WORD_LENGTH, /* characters per non-symbol word */
    SIG_HASH_RATIO,       /* '#' per word (symbols count as words here and below) */
    SIG_ELLIPSIS_RATIO,   /* "..." and U+2026 per word */
    SIG_LETTER_WORDS,     /* share of words with a letter */
    SIG_STOP_WORDS,       /* distinct ones of: the be to of and that have with */
    /* lines */
    SIG_BULLET_LINES,   /* share of lines that begin with U+2022 or '-' */
    SIG_ELLIPSIS_LINES, /* share of lines that end in an ellipsis */
    /* repetition of paragraphs and lines: share of the elements, and their characters over the text's */
    SIG_DUP_PARAGRAPHS,
    SIG_DUP_PARAGRAPH_CHARS,
    SIG_DUP_LINES,
    SIG_DUP_LINE_CHARS,
    /* repetition of word n-grams, in characters over the text's: the most frequent one; all repeated ones, greedily and
     * without overlap */
    SIG_TOP_2GRAM,
    SIG_TOP_3GRAM,
    SIG_TOP_4GRAM,
    SIG_DUP_5GRAMS,
    SIG_DUP_6GRAMS,
    SIG_DUP_7GRAMS,
    SIG_DUP_8GRAMS,
    SIG_DUP_9GRAMS,
    SIG_DUP_10GRAMS,
    SIG_COUNT
};

const char *
signal_name(enum signal s); /* "words", "mean_word_length", … : the key under which it is annotated */

#define SIGNAL_BIT(s) (1u << (s))

struct
    signals; /* the measuring tools of one thread; memory: 40 bytes a word of the longest text, and names.h */

struct signals *signals_new(void); /* NULL: out of memory */
void signals_free(struct signals *s);

/* Computes those in `wanted` (SIGNAL_BITs) into value[], and leaves the others alone. Linear in the text. */
int signals_measure(struct signals *s, struct slice text, uint32_t wanted, double value[SIG_COUNT],
                    struct err *e);

#endif
