/* sampler.h: the choice of the next token from logits. */
#ifndef LEAT_TRAINER_SAMPLER_H
#define LEAT_TRAINER_SAMPLER_H

#include "common/err.h"
#include <stdint.h>

struct sampler {
    double temperature; /* 0: the most likely token, the lowest id of equals */
    int64_t top_k;      /* of the k most likely only; 0: all */
    double top_p;       /* of the fewest, most likely first, whose probabilities sum to at least p; 1: all */
};

struct sampler_candidate {
    double logit, weight;
    uint32_t token;
};

/* u: uniform in [0, 1). scratch: n candidates. Equal logits count in the order of their ids. n >= 1; a logit that is not a number is
 * never chosen, unless all are: then token 0. */
uint32_t sampler_pick(const struct sampler *s, const double *logits, uint32_t n, double u,
                      struct sampler_candidate *scratch);

#endif
