/* store.h: what outlives a run of a list: weights, their gradients and moments, and named state. Weights lie in one arena in
 * the order of the table, each beginning on a multiple of 16 elements (padding is zero and stays zero); gradients and
 * moments have arenas of the same layout. So the whole is one vector for the norm, the checkpoint and (later) its shards. */
#ifndef LEAT_TRAINER_STORE_H
#define LEAT_TRAINER_STORE_H

#include "graph.h"
#include "kernels/backend.h"

enum store_arena { STORE_WEIGHTS, STORE_GRADS, STORE_MOMENT1, STORE_MOMENT2, STORE_ARENAS };

struct weight {
    char name[GRAPH_NAME];
    struct shape shape;
    double init_std;   /* 0: ones */
    int64_t at, count; /* elements of the arena */
};

struct store_state {
    char name[GRAPH_NAME];
    struct shape shape;
    void *data;
};

struct store {
    const struct backend *b;
    struct weight *weight;
    size_t n_weights;
    int64_t elements; /* of an arena, padding included */
    void *arena[STORE_ARENAS];
    struct store_state *state;
    size_t n_states;
};

/* The weights of a graph, with arenas for training or (weights only) for generation. Memory is zeroed. */
int store_init(struct store *s, const struct backend *b, const struct graph *g, bool training, struct err *e);
void store_free(struct store *s);

int64_t store_parameters(const struct store *s); /* elements without padding */
uint64_t store_bytes(const struct store *s);     /* of all arenas and states */

/* Fills the weights: normal numbers of each weight's deviation by (seed, weight's place in the table, element), or ones;
 * rounded to float on every backend, so that all start alike. */
void store_fill(struct store *s, uint64_t seed);

/* Where a graph's tensor of a role other than activation and input lies; makes a state when it is new. ROLE_WEIGHT and ROLE_GRAD must
 * have been numbered by store_number. NULL: out of memory. */
void *store_at(struct store *s, const struct graph_tensor *t);

/* Gives each weight of the graph, and its gradient, its number in the table. -ERR_USAGE: a weight is not in the table or has
 * another shape. */
int store_number(const struct store *s, struct graph *g, struct err *e);

#endif
