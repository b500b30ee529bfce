/* program.c: binds tensors to memory once, then runs the calls in order. State: seconds by call. */
#include "program.h"
#include "common/log.h"
#include <stdlib.h>

static void *data_of(struct program *p, struct store *s, int tensor)
{
    const struct graph_tensor *t = &p->graph.tensor[tensor];
    if (t->role != ROLE_ACTIVATION && t->role != ROLE_INPUT) return store_at(s, t);
    return p->plan.slot[tensor].first < 0 ? NULL : p->arena + p->plan.slot[tensor].at;
}

/* A tensor as call c sees it: without data where its descriptor says that it is not touched. */
static struct tensor bound(struct program *p, struct store *s, const struct graph_call *c, int tensor,
                           bool *missing)
{
    if (tensor == GRAPH_NONE) return (struct tensor){0};
    const struct graph_tensor *t = &p->graph.tensor[tensor];
    struct tensor b = {t->type, t->shape, plan_uses(c, tensor) ? data_of(p, s, tensor) : NULL};
    *missing |= t->role == ROLE_STATE && !b.data;
    return b;
}

static int bind(struct program *p, struct store *s, struct err *e)
{
    bool missing = false;
    for (size_t k = 0; k < p->graph.n_calls; k++) {
        const struct graph_call *c = &p->graph.call[k];
        struct op_call *o = &p->call[k];
        *o = (struct op_call){.kind = c->kind, .params = c->params, .workspace = p->workspace};
        for (int i = 0; i < OP_INPUTS; i++) {
            o->in[i] = bound(p, s, c, c->in[i], &missing);
            o->grad_in[i] = bound(p, s, c, c->grad_in[i], &missing);
            o->grad_add[i] = c->grad_add[i];
        }
        o->out = bound(p, s, c, c->out, &missing);
        o->saved = bound(p, s, c, c->saved, &missing);
        o->grad_out = bound(p, s, c, c->grad_out, &missing);
    }
    return missing ? err_nomem(e, "making room for the model's state") : 0;
}

static int allocate(struct program *p, struct store *s, struct err *e)
{
    int r = store_number(s, &p->graph, e);
    if (r == 0) r = plan_make(&p->plan, &p->graph, p->b, team_threads(p->team), e);
    if (r < 0) return r;
    p->call = calloc(p->graph.n_calls + 1, sizeof *p->call);
    p->seconds = calloc(p->graph.n_calls + 1, sizeof *p->seconds);
    if (!p->call || !p->seconds) return err_nomem(e, "making the list of calls");
    p->arena = p->b->alloc(p->plan.bytes);
    p->workspace = p->b->alloc(p->plan.workspace_bytes);
    if (!p->arena || !p->workspace)
        return err_set(
            e, ERR_IO,
            "no memory for %.1f MiB of activations: use a smaller batch_sequences and more accumulation",
            (double)(p->plan.bytes + p->plan.workspace_bytes) / 0x1p20);
    return bind(p, s, e);
}

int program_open(struct program *p, struct graph *g, struct store *s, struct team *team, struct err *e)
{
    *p = (struct program){.graph = *g, .b = s->b, .team = team};
    graph_init(g);
    int r = graph_failed(&p->graph, e);
    if (r == 0) r = allocate(p, s, e);
    if (r < 0) program_close(p);
    return r;
}

void program_close(struct program *p)
{
    if (p->arena) p->b->free(p->arena);
    if (p->workspace) p->b->free(p->workspace);
    free(p->call);
    free(p->seconds);
    plan_free(&p->plan);
    graph_free(&p->graph);
    *p = (struct program){0};
}

void program_run(struct program *p)
{
    double then = clock_seconds();
    for (size_t k = 0; k < p->graph.n_calls; k++) {
        const struct op_call *c = &p->call[k];
        (p->graph.call[k].backward ? p->b->backward : p->b->forward)[c->kind](c, p->team);
        double now = clock_seconds();
        p->seconds[k] += now - then;
        then = now;
    }
}

struct tensor program_tensor(const struct program *p, const char *name)
{
    int i = graph_find(&p->graph, name);
    if (i == GRAPH_NONE) return (struct tensor){0};
    const struct graph_tensor *t = &p->graph.tensor[i];
    return (struct tensor){t->type, t->shape, p->arena + p->plan.slot[i].at};
}

void program_write(const struct program *p, const char *name, const void *host)
{
    struct tensor t = program_tensor(p, name);
    if (t.data)
        p->b->write(t.data, host, (uint64_t)shape_count(t.shape) * type_bytes(t.type, p->b->float_bytes));
}

void program_read_floats(const struct program *p, const char *name, double *host)
{
    struct tensor t = program_tensor(p, name);
    if (t.data) backend_get(p->b, host, t.data, 0, (uint64_t)shape_count(t.shape));
}

void program_read_doubles(const struct program *p, const char *name, double *host)
{
    struct tensor t = program_tensor(p, name);
    if (t.data) p->b->read(host, t.data, (uint64_t)shape_count(t.shape) * sizeof *host);
}

void program_costs(const struct program *p, double runs, struct program_cost cost[OP_COUNT])
{
    for (size_t k = 0; k < p->graph.n_calls; k++) {
        const struct graph_call *c = &p->graph.call[k];
        const struct op *op = op_get(c->kind);
        struct shape in[OP_INPUTS] = {0}, out = {0};
        for (unsigned i = 0; i < op->n_in; i++) in[i] = p->graph.tensor[c->in[i]].shape;
        if (c->out != GRAPH_NONE) out = p->graph.tensor[c->out].shape;
        cost[c->kind].seconds[c->backward] += p->seconds[k];
        cost[c->kind].bytes[c->backward] += runs * (double)op_bytes(c->kind, in, out, p->b->float_bytes);
        if (op->flops)
            cost[c->kind].flops[c->backward] +=
                runs * (double)op->flops(&c->params, in) * (c->backward ? op->backward_flops : 1);
    }
}
