/* plan.c: lifetimes from the list of calls, then places: the largest tensor first, each at the lowest place that is free for
 * as long as it lives. Quadratic in the number of tensors (hundreds). */
#include "plan.h"
#include <stdlib.h>

enum { ALIGN = 64 };

bool plan_uses(const struct graph_call *c, int tensor)
{
    const struct op *op = op_get(c->kind);
    bool uses = tensor == c->grad_out || tensor == c->saved;
    if (tensor == c->out) uses |= !c->backward || op->root || op->backward_reads_out;
    for (unsigned i = 0; i < op->n_in; i++) {
        uses |= tensor == c->grad_in[i];
        uses |= tensor == c->in[i] && (!c->backward || (op->backward_reads >> i & 1));
    }
    return uses;
}

static void touch(struct plan *p, const struct graph *g, int64_t call, int tensor)
{
    if (tensor == GRAPH_NONE || !plan_uses(&g->call[call], tensor)) return;
    struct plan_slot *s = &p->slot[tensor];
    if (s->first < 0) s->first = call;
    s->last = call;
}

static void find_lives(struct plan *p, const struct graph *g)
{
    for (size_t k = 0; k < g->n_calls; k++) {
        const struct graph_call *c = &g->call[k];
        for (int i = 0; i < OP_INPUTS; i++) {
            touch(p, g, (int64_t)k, c->in[i]);
            touch(p, g, (int64_t)k, c->grad_in[i]);
        }
        touch(p, g, (int64_t)k, c->out);
        touch(p, g, (int64_t)k, c->saved);
        touch(p, g, (int64_t)k, c->grad_out);
    }
    for (size_t i = 0; i < g->n_tensors; i++) {
        const struct graph_tensor *t = &g->tensor[i];
        if (t->role == ROLE_INPUT) p->slot[i].first = 0;
        if (t->role == ROLE_INPUT || (t->keep && p->slot[i].first >= 0))
            p->slot[i].last = (int64_t)g->n_calls;
    }
}

static void find_least(struct plan *p, size_t n_calls)
{
    for (int64_t k = 0; k < (int64_t)n_calls; k++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < p->n; i++)
            sum += p->slot[i].first <= k && k <= p->slot[i].last ? p->slot[i].bytes : 0;
        if (sum > p->least_bytes) p->least_bytes = sum;
    }
}

struct place {
    struct plan_slot *slot;
};

static int by_size(const void *a, const void *b)
{
    const struct plan_slot *x = ((const struct place *)a)->slot, *y = ((const struct place *)b)->slot;
    if (x->bytes != y->bytes) return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

/* placed[0..n) is in the order of places. */
static size_t place(struct plan *p, struct place *placed, size_t n, struct plan_slot *s)
{
    s->at = 0;
    for (size_t i = 0; i < n; i++) {
        const struct plan_slot *o = placed[i].slot;
        if (o->last < s->first || s->last < o->first || o->at + o->bytes <= s->at) continue;
        if (s->at + s->bytes <= o->at) break;
        s->at = o->at + o->bytes;
    }
    size_t at = n;
    for (; at > 0 && placed[at - 1].slot->at > s->at; at--) placed[at] = placed[at - 1];
    placed[at].slot = s;
    if (s->at + s->bytes > p->bytes) p->bytes = s->at + s->bytes;
    return n + 1;
}

static int place_all(struct plan *p, const struct graph *g, struct err *e)
{
    struct place *order = calloc(p->n + 1, sizeof *order), *placed = calloc(p->n + 1, sizeof *placed);
    size_t n = 0, n_placed = 0;
    if (!order || !placed) {
        free(order);
        free(placed);
        return err_nomem(e, "planning memory");
    }
    for (size_t i = 0; i < p->n; i++) {
        bool here = g->tensor[i].role == ROLE_ACTIVATION || g->tensor[i].role == ROLE_INPUT;
        if (here && p->slot[i].first >= 0)
            order[n++].slot = &p->slot[i];
        else
            p->slot[i] = (struct plan_slot){.first = -1, .last = -1};
    }
    find_least(p, g->n_calls);
    qsort(order, n, sizeof *order, by_size);
    for (size_t i = 0; i < n; i++) n_placed = place(p, placed, n_placed, order[i].slot);
    free(order);
    free(placed);
    return 0;
}

static uint64_t workspace(const struct graph *g, const struct backend *b, const struct graph_call *c,
                          int threads)
{
    struct shape in[OP_INPUTS];
    if (!b->workspace[c->kind]) return 0;
    for (unsigned i = 0; i < op_get(c->kind)->n_in; i++) in[i] = g->tensor[c->in[i]].shape;
    return b->workspace[c->kind](&c->params, in, threads);
}

int plan_make(struct plan *p, const struct graph *g, const struct backend *b, int threads, struct err *e)
{
    *p = (struct plan){.n = g->n_tensors, .slot = calloc(g->n_tensors + 1, sizeof *p->slot)};
    if (!p->slot) return err_nomem(e, "planning memory");
    for (size_t i = 0; i < p->n; i++) {
        uint64_t bytes =
            (uint64_t)shape_count(g->tensor[i].shape) * type_bytes(g->tensor[i].type, b->float_bytes);
        p->slot[i] =
            (struct plan_slot){.first = -1, .last = -1, .bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN};
    }
    find_lives(p, g);
    for (size_t k = 0; k < g->n_calls; k++) {
        uint64_t w = workspace(g, b, &g->call[k], threads);
        if (w > p->workspace_bytes) p->workspace_bytes = w;
    }
    int r = place_all(p, g, e);
    if (r < 0) plan_free(p);
    return r;
}

void plan_free(struct plan *p)
{
    free(p->slot);
    *p = (struct plan){0};
}
