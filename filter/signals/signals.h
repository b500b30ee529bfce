/* signals.h: what a document is measured by. Each signal is one number; rules (rules/rules.h) compare it with a threshold.
 *
 * A dialect (words/words.h) fixes the words and the formulas. Those of datatrove 0.10 are of huggingface/datatrove's
 * gopher_quality_filter.py, gopher_repetition_filter.py, c4_filters.py, fineweb_quality_filter.py (after Rae et al. 2021,
 * Raffel et al. 2020, Penedo et al. 2024); "leat" is the same over leat's words. Those of dolma 1.2 are its taggers
 * gopher_v1, gopher_v2, c4_v1, c4_v2; those of dclm are mlfoundations/dclm's content_filters.py. Lengths are code points.
 *
 * Signals are measured when they are asked for, those that share work together. */
#ifndef LEAT_FILTER_SIGNALS_H
#define LEAT_FILTER_SIGNALS_H

#include "filter/words/words.h"

enum signal {
    SIG_CHARS,
    SIG_WORDS,   /* non-symbol words; dolma: all; dclm: those that begin with a letter or digit */
    SIG_ENTROPY, /* Shannon entropy of the words' frequencies over log(different words): 0..1; 0 for one word */
    SIG_MEAN_WORD_LENGTH,   /* of what SIG_WORDS counts; dclm: of str.split's words */
    SIG_MEDIAN_WORD_LENGTH, /* likewise */
    SIG_HASH_RATIO,         /* '#' per word (symbols count as words here and below) */
    SIG_ELLIPSIS_RATIO,     /* "..." and U+2026 per word */
    SIG_SYMBOL_RATIO, /* dolma: share of words with '#' or U+2026; else '#', "...", ". . .", U+2026 per word of str.split */
    SIG_LETTER_WORDS, /* share of words with a letter */
    SIG_STOP_WORDS, /* distinct ones of the stop words: the be to of and that have with, or the language's */
    SIG_STOP_WORD_COUNT, /* all of them; dclm: in any case */
    SIG_BULLET_LINES, /* share of lines that begin with U+2022 or '-'; dolma: '*', '-'; dclm: all these and U+25CF */
    SIG_ELLIPSIS_LINES, /* share of lines that end in an ellipsis; dolma: in U+2026 */
    /* repetition of paragraphs and lines: share of the elements, and their characters over the text's. datatrove counts
     * what stood before, dolma and dclm count the first copy too */
    SIG_DUP_PARAGRAPHS,
    SIG_DUP_PARAGRAPH_CHARS,
    SIG_DUP_LINES,
    SIG_DUP_LINE_CHARS,
    SIG_BULLET_LINES_V1, /* dolma's gopher_v1: as above, but empty lines count */
    SIG_ELLIPSIS_LINES_V1,
    SIG_DUP_LINES_V1,
    SIG_DUP_LINE_CHARS_V1,
    /* repetition of word n-grams, in characters: the most frequent one; all repeated ones. datatrove: over the text's
     * characters, greedily and without overlap, not counting the first; dolma: every copy over all n-grams' characters;
     * dclm: covered words over all words */
    SIG_TOP_2GRAM,
    SIG_TOP_3GRAM,
    SIG_TOP_4GRAM,
    SIG_DUP_5GRAMS,
    SIG_DUP_6GRAMS,
    SIG_DUP_7GRAMS,
    SIG_DUP_8GRAMS,
    SIG_DUP_9GRAMS,
    SIG_DUP_10GRAMS,
    /* given by the line edits: see rules/c4.h and rules/refinedweb.h */
    SIG_C4_LOREM_IPSUM,
    SIG_C4_CURLY_BRACKET,
    SIG_C4_SENTENCES,
    SIG_REMOVED_WORDS,
    SIG_LONG_LINES, /* lines of at least 200 characters */
    /* FineWeb's, over lines that are not blank */
    SIG_FULL_LINES,     /* their number */
    SIG_PUNCT_LINES,    /* share that ends in terminal punctuation */
    SIG_SHORT_LINES,    /* share of at most 30 characters */
    SIG_LINE_CHAR_DUPS, /* characters of lines that stood before over the text's without newlines */
    SIG_NEWLINE_RATIO,  /* newlines per word */
    /* dolma's c4 taggers */
    SIG_LINES,
    SIG_UNPUNCTUATED_LINES, /* lines that end in none of . ? ! " */
    SIG_FEW_WORD_LINES,     /* lines of fewer than three words */
    SIG_HAS_JAVASCRIPT,     /* 0 or 1; c4_v1: as a word */
    SIG_HAS_JAVASCRIPT_V1,
    SIG_HAS_LOREM_IPSUM,
    SIG_HAS_CURLY_BRACE,
    /* given: what models say (scores/scores.h), or the metadata */
    SIG_LANGUAGE_SCORE,
    SIG_PERPLEXITY,
    SIG_CLASSIFIER_SCORE,
    SIG_TOKENS,
    SIG_COUNT
};
#define SIG_GIVEN SIG_LANGUAGE_SCORE
#define SIGNALS_GIVEN (SIG_COUNT - SIG_GIVEN)

/* "words", "mean_word_length", … : the key under which it is annotated. */
const char *signal_name(enum signal s);
int signal_find(const char *name); /* -1: no such signal */

/* Words that a language's text has (Gopher's eight, unless a language has its own). */
struct stop_words;
int stop_words_new(struct stop_words **s, const struct slice *words, size_t n, struct err *e);
void stop_words_free(struct stop_words *s);

struct
    signal_frame { /* what a plan of rules fixes for its documents; borrowed while documents are measured */
    enum dialect dialect;
    struct slice language;         /* for the words: see words.h */
    const struct stop_words *stop; /* NULL: the, be, to, of, and, that, have, with */
    uint32_t short_line_chars;     /* 30 */
    bool by_bounds;                /* whether signals_test may decide by a bound */
};

/* The measuring tools of one thread; memory: 52 bytes a word of the longest text, and names.h. */
struct signals;
struct signals *signals_new(void); /* NULL: out of memory */
void signals_free(struct signals *s);

/* Begins with a text (valid UTF-8; borrowed while it is measured). Nothing is measured yet. */
void signals_begin(struct signals *s, const struct signal_frame *frame, struct slice text);
/* The next text of the same document: it replaces the first, and given values stay. */
void signals_continue(struct signals *s, struct slice text);

/* Gives a value that is not measured here. */
void signals_give(struct signals *s, enum signal g, double value);
bool signals_known(const struct signals *s,
                   enum signal g); /* measured or given: signals_value costs nothing */

/* Measures exactly. Linear in the text. A signal that has to be given and was not is 0. */
int signals_value(struct signals *s, enum signal g, double *value, struct err *e);

/* Whether the signal is < threshold (below) or > threshold. Where a cheap bound already says so, the value is not measured. */
int signals_test(struct signals *s, enum signal g, bool below, double threshold, bool *holds, struct err *e);

#endif
