/* signals_internal.h: what the files that measure share: for signals.c, word_signals.c, line_signals.c only. */
#ifndef LEAT_FILTER_SIGNALS_INTERNAL_H
#define LEAT_FILTER_SIGNALS_INTERNAL_H

#include "filter/signals/bounds.h"
#include "filter/signals/entropy.h"
#include "filter/signals/ngrams.h"
#include "filter/signals/signals.h"

enum group { /* signals that are measured together */
             GROUP_CHARS,
             GROUP_WORDS, /* from the list of words */
             GROUP_STOPS,
             GROUP_SYMBOLS, /* from the text and the number of words */
             GROUP_MEDIAN,
             GROUP_ENTROPY,
             GROUP_SHAPES, /* of lines */
             GROUP_PARAGRAPHS,
             GROUP_LINES, /* that stand more than once */
             GROUP_LINES_V1,
             GROUP_NGRAMS,
             GROUP_LONG_LINES,
             GROUP_FINEWEB,
             GROUP_NEWLINES,
             GROUP_TAGS, /* dolma's c4 */
             GROUP_GIVEN,
             GROUP_COUNT
};

struct census {                          /* of bytes, in one pass */
    uint64_t newlines, hashes, dots, e2; /* \n # . and the first byte of U+2026 */
    uint64_t tails;                      /* bytes that continue a character */
    uint64_t word_starts; /* visible ASCII after a space or newline: no more than str.split's words */
};

struct signals {
    const struct signal_frame *frame;
    struct slice text;
    double value[SIG_COUNT];
    bool measured[GROUP_COUNT];

    bool has_words, has_split, has_bounds, has_close_bounds, has_census;
    struct census census;
    struct words words; /* the dialect's */
    struct words split; /* dclm: str.split's */
    uint64_t top_bound[3], dup_bound;

    struct bounds bounds;
    struct ngrams ngrams;
    struct names pieces;
    struct entropy entropy;
    uint32_t *count; /* by number of piece or by length of word; reused */
    size_t count_cap;
};

static inline double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

uint64_t signals_chars(struct signals *s);
int signals_words(struct signals *s, const struct words **words, struct err *e);
/* The words that word lengths, letters and stop words are of. */
int signals_plain_words(struct signals *s, const struct words **words, struct err *e);
uint32_t *signals_counts(struct signals *s, size_t n); /* n zeroes; NULL: out of memory */

/* Each fills s->value[] for its group. 0, or < 0. */
int measure_words(struct signals *s, struct err *e);
int measure_stops(struct signals *s, struct err *e);
int measure_symbols(struct signals *s, struct err *e);
/* Whether there are at least so many distinct stop words: no further than the answer needs. */
int signals_enough_stops(struct signals *s, double least, bool *enough, struct err *e);
int measure_median(struct signals *s, struct err *e);
int measure_shapes(struct signals *s, struct err *e);
int measure_paragraphs(struct signals *s, struct err *e);
int measure_lines(struct signals *s, struct err *e);
int measure_lines_v1(struct signals *s, struct err *e);
int measure_long_lines(struct signals *s, struct err *e);
int measure_fineweb(struct signals *s, struct err *e);
int measure_newlines(struct signals *s, struct err *e);
int measure_tags(struct signals *s, struct err *e);

uint64_t count_byte(struct slice text, char c);

const struct census *signals_census(struct signals *s);

#endif
