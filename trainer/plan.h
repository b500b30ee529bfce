/* plan.h: memory for a graph's activations: each lives from its first to its last use, and what never lives at the same time may
 * share bytes. */
#ifndef LEAT_TRAINER_PLAN_H
#define LEAT_TRAINER_PLAN_H

#include "graph.h"
#include "kernels/backend.h"

struct plan_slot {
    int64_t first, last; /* calls; -1: never used */
    uint64_t at, bytes;
};

struct plan {
    struct plan_slot *slot; /* by tensor */
    size_t n;
    uint64_t bytes;           /* of the whole arena of inputs and activations */
    uint64_t workspace_bytes; /* the largest of the calls' */
    uint64_t least_bytes;     /* the largest sum of what lives at once: no plan is smaller */
};

/* Whether a call touches a tensor, as its descriptor says; what it does not touch need not be there. */
bool plan_uses(const struct graph_call *c, int tensor);

int plan_make(struct plan *p, const struct graph *g, const struct backend *b, int threads, struct err *e);
void plan_free(struct plan *p);

#endif
