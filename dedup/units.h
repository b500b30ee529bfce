/* units.h: a text cut into units, its lines or paragraphs, and what each is compared by: 64-bit keys.
 *
 * Units are what stands between newlines, as in Python's text.split("\n"), which dolma and BFF call paragraphs: "a\n" has two, the
 * second empty; a carriage return belongs to its unit. An empty text has none. A unit has one key, or one for each of its
 * n-grams of words, or none: it is left alone. Words are those of wordhash.h. */
#ifndef LEAT_DEDUP_UNITS_H
#define LEAT_DEDUP_UNITS_H

#include "dedup/wordhash.h"

struct units_opts {
    bool blank_too;     /* else units of white space only are left alone */
    bool normalize;     /* the key is of the lower-cased words; of the bytes where there are none */
    unsigned ngram;     /* 0: one key; else n-grams of so many words, one key where there are fewer words */
    uint64_t min_chars; /* units with fewer characters are left alone … */
    uint64_t min_words; /* … and with fewer words */
};

struct
    units { /* one per thread; memory: 4 bytes a unit, 8 a key, and the words' hashes of the longest unit */
    struct units_opts opts;
    struct wordhash words;
    struct buf keys;   /* uint64_t, of all units in order */
    struct buf counts; /* uint32_t: keys of each unit */
    uint64_t blank;    /* units that were left alone for being white space only */
};

void units_init(struct units *u, struct units_opts opts);
void units_free(struct units *u);

/* Fills keys and counts, anew. 0, or -ERR_…. Linear. */
int units_of(struct units *u, struct slice text, struct err *e);

/* for (size_t at = 0; unit_next(text, &at, &unit);) */
static inline bool unit_next(struct slice text, size_t *at, struct slice *unit)
{
    if (*at > text.n || text.n == 0) return false;
    const char *p = text.p + *at, *end = memchr(p, '\n', text.n - *at);
    *unit = slice_of(p, end ? (size_t)(end - p) : text.n - *at);
    *at += unit->n + 1;
    return true;
}

/* Appends the units i with removed[i] = 0, joined by newlines. */
int units_join_kept(struct slice text, const uint32_t *removed, struct buf *out);

/* Appends [[start,end,share],…] of the removed units, in characters, with the newline behind each, or, behind the last one that is
 * kept, before it: without the spans the text is what units_join_kept gives. The share is removed[i] / counts[i]. */
int units_put_spans(struct slice text, const uint32_t *removed, const uint32_t *counts, struct buf *out);

#endif
