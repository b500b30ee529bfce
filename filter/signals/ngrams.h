/* ngrams.h: which word n-grams of a text stand in it more than once, and how many characters they take.
 *
 * An n-gram is repeated only where both (n-1)-grams inside it are. So n-grams are found from (n-1)-grams: only the
 * places that are still repeated are looked at, and a pair of numbers stands for an n-gram, exactly. */
#ifndef LEAT_FILTER_NGRAMS_H
#define LEAT_FILTER_NGRAMS_H

#include "common/text.h"
#include "filter/signals/names.h"

struct ngrams {
    unsigned n;         /* words in an n-gram now */
    size_t words;       /* in the text */
    size_t places;      /* where repeated n-grams stand: */
    uint32_t *at;       /* at[k]: the index of the first word, ascending */
    uint32_t *number;   /* number[k]: the same for equal n-grams */
    uint32_t *count;    /* count[number]: how often */
    uint32_t *char_sum; /* char_sum[i]: characters of the words before i */
    size_t cap;
    struct names names;
};

void ngrams_free(struct ngrams *g); /* a zeroed struct is an empty one */

/* Begins with the words of a text as 1-grams. Here and below: 0, or -1 when memory runs out. */
int ngrams_start(struct ngrams *g, struct slice text, const struct words *words);
int ngrams_lengthen(struct ngrams *g); /* from n to n + 1 */

/* Characters of the most frequent n-gram, its words joined by single spaces, times its count; of equally frequent ones the
 * one that stands first. */
uint64_t ngrams_top_chars(const struct ngrams *g);

/* Characters (without spaces) of n-grams that stood before, where a repeated one is stepped over whole and what lies under
 * the step is not remembered. Uses up the counts: once per n. */
uint64_t ngrams_dup_chars(struct ngrams *g);

/* The formulas of dolma and of dclm; none of them counts spaces.
 * plain: of the most frequent, the first of equally frequent ones, times its count. longest: the longest of them; 0 when
 * none is repeated. copies: all places of repeated n-grams, overlaps counted as often as they lie there. all: all places
 * of all n-grams. covered: words that lie in a repeated n-gram, once each. */
uint64_t ngrams_top_plain(const struct ngrams *g);
uint64_t ngrams_top_longest(const struct ngrams *g);
uint64_t ngrams_copies_chars(const struct ngrams *g);
uint64_t ngrams_all_chars(const struct ngrams *g);
uint64_t ngrams_covered_chars(const struct ngrams *g);

#endif
