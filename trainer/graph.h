/* graph.h: a computation as a static list of op calls on named tensors. A model is written once as forward calls;
 * graph_differentiate derives the backward calls from the ops' descriptors. The graph knows shapes, no memory: plan.h gives
 * it memory, program.h runs it.
 *
 * Building: each function returns a tensor's number, or GRAPH_NONE once anything has gone wrong; GRAPH_NONE may be passed on, so
 * that a model reads straight and asks graph_failed once at its end. */
#ifndef LEAT_TRAINER_GRAPH_H
#define LEAT_TRAINER_GRAPH_H

#include "kernels/op.h"

enum { GRAPH_NONE = -1, GRAPH_ALL = -1, GRAPH_NAME = 96 };

enum graph_role {
    ROLE_ACTIVATION, /* lives from its first to its last use; memory is shared */
    ROLE_INPUT,      /* written by the caller before each run */
    ROLE_STATE,      /* lives in the store, by name (key/value caches) */
    ROLE_WEIGHT,     /* the rest live in the store, in arenas of one layout */
    ROLE_GRAD,
    ROLE_MOMENT1,
    ROLE_MOMENT2
};

struct graph_tensor {
    char name[GRAPH_NAME];
    enum tensor_type type;
    struct shape shape;
    enum graph_role role;
    int weight;      /* ROLE_WEIGHT …: number in the store's table, or GRAPH_ALL: the arena as one vector */
    double init_std; /* ROLE_WEIGHT; 0: ones */
    bool needs_grad;
    bool keep; /* read by the caller after the run */
    int grad;  /* its gradient's tensor */
};

struct graph_call {
    enum op_kind kind;
    struct op_params params;
    bool backward;
    int in[OP_INPUTS], out, saved, grad_out, grad_in[OP_INPUTS];
    bool grad_add[OP_INPUTS];
};

struct graph {
    struct graph_tensor *tensor;
    struct graph_call *call;
    size_t n_tensors, tensors_cap, n_calls, calls_cap;
    struct err err;
};

void graph_init(struct graph *g);
void graph_free(struct graph *g);
int graph_failed(const struct graph *g, struct err *e); /* 0, or the negative code with its message */

int graph_input(struct graph *g, const char *name, enum tensor_type type, struct shape shape);
int graph_state(struct graph *g, const char *name, struct shape shape);
/* A weight that was named before is the same tensor (tied weights); its shape must be the same. */
int graph_weight(struct graph *g, const char *name, struct shape shape, double init_std);
/* A view of a store's arena, for the optimizer. */
int graph_arena(struct graph *g, const char *name, enum graph_role role, int weight, struct shape shape);

/* Appends a call; `name` names its output. n_in inputs follow as given by the op's descriptor. Returns the output (GRAPH_NONE for an op
 * that has none). */
int graph_call(struct graph *g, enum op_kind kind, const struct op_params *p, const char *name,
               const int *in);
void graph_keep(struct graph *g, int tensor);

int graph_find(const struct graph *g, const char *name); /* GRAPH_NONE: no such tensor */

/* Appends the backward calls of all calls so far, last first. The list must end with its root (the loss), whose forward call
 * is taken out: its backward writes the loss too. Weights' gradients are added to what their arena holds. */
void graph_differentiate(struct graph *g);

#endif
