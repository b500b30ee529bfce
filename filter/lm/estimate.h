/* estimate.h: adjusted counts to probabilities: interpolated modified Kneser-Ney smoothing.
 *
 *   p(w | c) = (a(c w) - D(a(c w))) / sum_v a(c v) + gamma(c) p(w | c without its first word)
 *
 * with three discounts D1, D2, D3+ per order from the counts of counts (S. F. Chen, J. Goodman, "An Empirical Study of
 * Smoothing Techniques for Language Modeling", Harvard TR-10-98, equation 26), gamma(c) what the discounts of c's
 * n-grams add up to, with the whole counts of the pruned ones; below the unigrams stands 1 / (words, <unk> with them but
 * not <s>). As lmplz does: where a discount cannot be had, or is not within [0, count], the order takes the fallback. */
#ifndef LEAT_FILTER_LM_ESTIMATE_H
#define LEAT_FILTER_LM_ESTIMATE_H

#include "filter/lm/count.h"

struct discounts {
    double d[4]; /* by min(count, 3); d[0] is 0 */
    bool fallback;
};

/* Of the counts of counts of one order. fallback: D1, D2, D3+. */
void discounts_find(struct discounts *d, const uint64_t with[5], const double fallback[3]);

struct estimate_opts {
    double fallback[3];
};

struct estimate;

/* Takes the counts out of c, which must outlive it. */
int estimate_new(struct estimate **x, struct counter *c, const struct estimate_opts *o, struct err *e);
void estimate_free(struct estimate *x); /* NULL is allowed */
const struct discounts *estimate_discounts(const struct estimate *x, unsigned k);

struct estimated {
    uint32_t words[LM_MAX_ORDER]; /* k of them, the first first */
    unsigned k;
    float backoff; /* log10; 0 where nothing goes on from it */
    double p;
};
/* The next k-grams that pruning leaves, k = 1 to order, in context order: how many, at most `most`; 0 at the end; < 0. */
int64_t estimate_next(struct estimate *x, struct estimated *out, size_t most, struct err *e);

#endif
