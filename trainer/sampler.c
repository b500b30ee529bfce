/* sampler.c: temperature, then top-k, then top-p, as https://arxiv.org/abs/1904.09751. No state. */
#include "sampler.h"
#include <math.h>
#include <stdlib.h>

static int by_logit(const void *a, const void *b)
{
    const struct sampler_candidate *x = a, *y = b;
    if (x->logit != y->logit) return x->logit < y->logit ? 1 : -1;
    return x->token < y->token ? -1 : x->token > y->token;
}

/* The numbers among the logits; *top is the most likely one's place. */
static uint32_t collect(const double *logits, uint32_t n, struct sampler_candidate *c, uint32_t *top)
{
    uint32_t count = 0;
    *top = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (isnan(logits[i])) continue;
        c[count] = (struct sampler_candidate){.logit = logits[i], .token = i};
        if (c[count].logit > c[*top].logit) *top = count;
        count++;
    }
    return count;
}

uint32_t sampler_pick(const struct sampler *s, const double *logits, uint32_t n, double u,
                      struct sampler_candidate *c)
{
    uint32_t top, count = collect(logits, n, c, &top);
    if (count == 0) return 0;
    if (s->temperature <= 0) return c[top].token;
    double highest = c[top].logit, sum = 0;
    if (s->top_k > 0 || s->top_p < 1) qsort(c, count, sizeof *c, by_logit);
    if (s->top_k > 0 && s->top_k < count) count = (uint32_t)s->top_k;
    for (uint32_t i = 0; i < count; i++) sum += c[i].weight = exp((c[i].logit - highest) / s->temperature);
    double limit = s->top_p * sum, kept = 0;
    for (uint32_t i = 0; s->top_p < 1 && i < count; i++) {
        kept += c[i].weight;
        if (kept >= limit) count = i + 1;
    }
    if (s->top_p < 1) sum = kept;
    double at = u * sum;
    for (uint32_t i = 0; i < count; i++) {
        at -= c[i].weight;
        if (at < 0) return c[i].token;
    }
    return c[count - 1].token;
}
