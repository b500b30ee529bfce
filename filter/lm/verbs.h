/* verbs.h: what `leat lm` does, a function a verb, and the options that they read. */
#ifndef LEAT_FILTER_LM_VERBS_H
#define LEAT_FILTER_LM_VERBS_H

#include "common/tool.h"

struct lm_options {
    int64_t order;
    const char *prune, *fallback, *vocab, *normalize, *model, *tiers, *quantiles;
    double max_perplexity;
    bool text, tokens, json;
};

/* Each returns 0 or a negative code with t->err set. */
int lm_run_train(struct tool *t, const struct lm_options *o);
int lm_run_score(struct tool *t, const struct lm_options *o);
int lm_run_tiers(struct tool *t, const struct lm_options *o);

/* n numbers joined by commas. */
int lm_option_numbers(const char *option, const char *z, double *out, size_t n, struct err *e);
bool lm_wants_binary(const struct tool *t); /* -o FILE.blm */

#endif
