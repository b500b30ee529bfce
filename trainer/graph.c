/* graph.c: the list of calls, and its derivative. In: calls in the order in which they run. State: the graph. Memory: some hundred bytes
 * a call. */
#include "graph.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void graph_init(struct graph *g)
{
    memset(g, 0, sizeof *g);
}

void graph_free(struct graph *g)
{
    free(g->tensor);
    free(g->call);
    graph_init(g);
}

int graph_failed(const struct graph *g, struct err *e)
{
    return g->err.code ? err_set(e, g->err.code, "%s", g->err.msg) : 0;
}

/* Room for one more element: the array, or NULL with the graph failed. */
static void *grow(struct graph *g, void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) return array;
    size_t more = *cap ? 2 * *cap : 64;
    void *p = realloc(array, more * size);
    if (p)
        *cap = more;
    else
        err_nomem(&g->err, "building the model");
    return p;
}

static int add_tensor(struct graph *g, const char *name, enum tensor_type type, struct shape shape,
                      enum graph_role role)
{
    if (g->err.code) return GRAPH_NONE;
    if (shape_count(shape) < 0) {
        err_set(&g->err, ERR_USAGE, "%s: a size is not positive, or too large", name);
        return GRAPH_NONE;
    }
    void *p = grow(g, g->tensor, g->n_tensors, &g->tensors_cap, sizeof *g->tensor);
    if (!p) return GRAPH_NONE;
    g->tensor = p;
    struct graph_tensor *t = &g->tensor[g->n_tensors];
    *t = (struct graph_tensor){
        .type = type, .shape = shape, .role = role, .weight = GRAPH_NONE, .grad = GRAPH_NONE};
    snprintf(t->name, sizeof t->name, "%s", name);
    return (int)g->n_tensors++;
}

int graph_find(const struct graph *g, const char *name)
{
    for (size_t i = 0; i < g->n_tensors; i++) {
        if (strcmp(g->tensor[i].name, name) == 0) return (int)i;
    }
    return GRAPH_NONE;
}

int graph_input(struct graph *g, const char *name, enum tensor_type type, struct shape shape)
{
    return add_tensor(g, name, type, shape, ROLE_INPUT);
}

int graph_state(struct graph *g, const char *name, struct shape shape)
{
    return add_tensor(g, name, TYPE_FLOAT, shape, ROLE_STATE);
}

int graph_weight(struct graph *g, const char *name, struct shape shape, double init_std)
{
    int t = graph_find(g, name);
    if (t != GRAPH_NONE) {
        if (!shape_eq(g->tensor[t].shape, shape))
            err_set(&g->err, ERR_USAGE, "%s: used with two shapes", name);
        return t;
    }
    t = add_tensor(g, name, TYPE_FLOAT, shape, ROLE_WEIGHT);
    if (t == GRAPH_NONE) return t;
    g->tensor[t].init_std = init_std;
    g->tensor[t].needs_grad = true;
    return t;
}

int graph_arena(struct graph *g, const char *name, enum graph_role role, int weight, struct shape shape)
{
    int t = add_tensor(g, name, TYPE_FLOAT, shape, role);
    if (t != GRAPH_NONE) g->tensor[t].weight = weight;
    return t;
}

void graph_keep(struct graph *g, int tensor)
{
    if (tensor != GRAPH_NONE) g->tensor[tensor].keep = true;
}

static struct graph_call *add_call(struct graph *g, enum op_kind kind, const struct op_params *p)
{
    void *array = grow(g, g->call, g->n_calls, &g->calls_cap, sizeof *g->call);
    if (!array) return NULL;
    g->call = array;
    struct graph_call *c = &g->call[g->n_calls++];
    *c = (struct graph_call){.kind = kind, .out = GRAPH_NONE, .saved = GRAPH_NONE, .grad_out = GRAPH_NONE};
    if (p) c->params = *p;
    for (int i = 0; i < OP_INPUTS; i++) c->in[i] = c->grad_in[i] = GRAPH_NONE;
    return c;
}

/* The inputs' shapes; fails the graph when one is missing or has not the op's type. */
static bool inputs_fit(struct graph *g, const struct op *op, const char *name, const int *in,
                       struct shape *shape)
{
    for (unsigned i = 0; i < op->n_in; i++) {
        if (in[i] < 0 || (size_t)in[i] >= g->n_tensors || g->tensor[in[i]].type != op->in_type[i]) {
            err_set(&g->err, ERR_USAGE, "%s: input %u of %s is missing or of another type", name, i,
                    op->name);
            return false;
        }
        shape[i] = g->tensor[in[i]].shape;
    }
    return true;
}

int graph_call(struct graph *g, enum op_kind kind, const struct op_params *p, const char *name, const int *in)
{
    const struct op *op = op_get(kind);
    struct op_params none = {0};
    struct shape shape[OP_INPUTS], out, saved;
    struct err why = {0};
    if (g->err.code || !inputs_fit(g, op, name, in, shape)) return GRAPH_NONE;
    if (op_infer(kind, p ? p : &none, shape, &out, &saved, &why) < 0) {
        err_set(&g->err, why.code, "%s: %s", name, why.msg);
        return GRAPH_NONE;
    }
    struct graph_call *c = add_call(g, kind, p);
    if (!c) return GRAPH_NONE;
    memcpy(c->in, in, op->n_in * sizeof *in);
    bool needs_grad = false;
    for (unsigned i = 0; i < op->n_in; i++)
        needs_grad |= (op->differentiable >> i & 1) && g->tensor[in[i]].needs_grad;
    char saved_name[GRAPH_NAME + 8];
    snprintf(saved_name, sizeof saved_name, "%s.saved", name);
    size_t at = g->n_calls - 1;
    int y = op->n_out ? add_tensor(g, name, op->out_type, out, ROLE_ACTIVATION) : GRAPH_NONE;
    int s = op->n_saved ? add_tensor(g, saved_name, TYPE_FLOAT, saved, ROLE_ACTIVATION) : GRAPH_NONE;
    g->call[at].out = y;
    g->call[at].saved = s;
    if (y != GRAPH_NONE) g->tensor[y].needs_grad = needs_grad;
    return y;
}

/* ---- backward */

/* The tensor that gets the gradient of x in call c's input i, and whether to add to it. */
static void take_gradient(struct graph *g, struct graph_call *c, unsigned i)
{
    struct graph_tensor *x = &g->tensor[c->in[i]];
    const struct op *op = op_get(c->kind);
    if (x->grad == GRAPH_NONE && (op->passes_grad >> i & 1) && x->role == ROLE_ACTIVATION) {
        x->grad = c->grad_out; /* nobody reads the output's gradient after this call: it becomes x's */
        return;
    }
    c->grad_add[i] = x->grad != GRAPH_NONE || x->role == ROLE_WEIGHT;
    if (x->grad == GRAPH_NONE) {
        char name[GRAPH_NAME + 8];
        snprintf(name, sizeof name, "%s.grad", x->name);
        struct graph_tensor like = *x;
        int at = c->in[i], grad = add_tensor(g, name, TYPE_FLOAT, like.shape, ROLE_ACTIVATION);
        if (grad == GRAPH_NONE) return;
        if (like.role == ROLE_WEIGHT) g->tensor[grad].role = ROLE_GRAD;
        g->tensor[at].grad = grad;
    }
    c->grad_in[i] = g->tensor[c->in[i]].grad;
}

static void differentiate_call(struct graph *g, struct graph_call forward)
{
    const struct op *op = op_get(forward.kind);
    int grad_out = forward.out == GRAPH_NONE ? GRAPH_NONE : g->tensor[forward.out].grad;
    if (!op->differentiable || forward.out == GRAPH_NONE || !g->tensor[forward.out].needs_grad) return;
    if (!op->root && grad_out == GRAPH_NONE) return; /* nothing that matters comes from it */
    struct graph_call back = forward;
    back.backward = true;
    back.grad_out = grad_out;
    bool any = false;
    for (unsigned i = 0; i < op->n_in && !g->err.code; i++) {
        if (!(op->differentiable >> i & 1) || !g->tensor[forward.in[i]].needs_grad) continue;
        take_gradient(g, &back, i);
        any |= back.grad_in[i] != GRAPH_NONE;
    }
    struct graph_call *c = any || op->root ? add_call(g, forward.kind, &forward.params) : NULL;
    if (c) *c = back;
}

void graph_differentiate(struct graph *g)
{
    if (g->err.code || g->n_calls == 0) return;
    size_t n = g->n_calls;
    if (!op_get(g->call[n - 1].kind)->root) {
        err_set(&g->err, ERR_USAGE, "the model does not end with a loss");
        return;
    }
    for (size_t i = n; i-- > 0 && !g->err.code;) differentiate_call(g, g->call[i]);
    memmove(g->call + n - 1, g->call + n, (g->n_calls - n) * sizeof *g->call);
    g->n_calls--;
}
