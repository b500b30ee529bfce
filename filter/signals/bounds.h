/* bounds.h: how repetitive a text can be at most, by n-grams: for rules that most documents are far from.
 *
 * An n-gram is no more frequent than the rarest of its words, so the most frequent n-gram has at most the characters of
 * the best product of the two. And an n-gram of n >= 5 words stood before only where its first five stood before. Counts
 * and "stood before" come from tables without collision handling, which can only make the bounds larger. */
#ifndef LEAT_FILTER_BOUNDS_H
#define LEAT_FILTER_BOUNDS_H

#include "common/text.h"

struct bounds {         /* one per thread, zeroed at first */
    uint32_t *hash;     /* of each word */
    uint32_t *count;    /* by hash */
    float *of;          /* each word's count */
    uint32_t *chars;    /* of each word */
    uint64_t *repeated; /* bit: the word stands more than once */
    uint64_t *seen;     /* bit: such a window stood before */
    size_t counts;      /* of the table in use */
    size_t hash_cap, count_cap, of_cap, chars_cap, repeated_cap, seen_cap;
};

void bounds_free(struct bounds *b);

/* top[n - 2]: characters of the most frequent n-gram, spaces between its words counted, times its count, at most (n = 2,
 * 3, 4). *dup: characters of the n-grams that stood before, at most, for every n >= 5. 0, or -1: out of memory. Linear. */
int bounds_measure(struct bounds *b, struct slice text, const struct words *words, uint64_t top[3],
                   uint64_t *dup);

/* Closer bounds for the same words, once after bounds_measure: an n-gram is no more frequent than its rarest pair. */
void bounds_refine(struct bounds *b, const struct words *words, uint64_t top[3]);

#endif
