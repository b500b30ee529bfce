/* count.h: a stream of sentences to n-grams with their adjusted counts.
 *
 * The adjusted count of Kneser and Ney: of an n-gram of the highest order, or one that begins with <s>, how often it
 * occurs; of any other, by how many different words it is preceded. R. Kneser, H. Ney, "Improved Backing-off for M-gram
 * Language Modeling", ICASSP 1995; that n-grams at <s> keep their count is lmplz's (K. Heafield et al., "Scalable
 * Modified Kneser-Ney Language Model Estimation", ACL 2013). */
#ifndef LEAT_FILTER_LM_COUNT_H
#define LEAT_FILTER_LM_COUNT_H

#include "filter/lm/blocks.h"
#include "filter/lm/lm.h"
#include "filter/lm/sort.h"
#include "filter/lm/spool.h"

/* Counts of one order. Of the k-grams: all, those that pruning leaves, and how many have adjusted count 1, 2, 3, 4. */
struct level {
    uint64_t all, kept, with[5];
    struct spool *blocks; /* from order 2 on: those that pruning leaves */
};

struct counter {
    unsigned order, bits;             /* bits of a word's id */
    uint64_t prune[LM_MAX_ORDER + 1]; /* [k]: k-grams that occur so often or less are pruned */
    uint64_t memory;
    struct team *team;
    const char *tmp;
    uint64_t n_words; /* ids */
    struct level level[LM_MAX_ORDER + 1];
    uint64_t *words; /* order 1: adjusted counts by id, 0 for those that never follow anything (<unk>, <s>) */
    unsigned runs;   /* that were written to disk, for messages */
};

/* tokens: uint32_t word ids, each sequence ended by WORD_EOS. Fills c->words and c->level[1..order]. */
int count_grams(struct counter *c, struct spool *tokens, struct err *e);
void counter_free(struct counter *c);

#endif
