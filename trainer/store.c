/* store.c: see store.h. Memory: (1 or 4) arenas of the model's size, plus the states. */
#include "store.h"
#include "kernels/philox.h"
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16 };

static int collect(struct store *s, const struct graph *g, struct err *e)
{
    s->weight = calloc(g->n_tensors + 1, sizeof *s->weight);
    if (!s->weight) return err_nomem(e, "listing the weights");
    for (size_t i = 0; i < g->n_tensors; i++) {
        const struct graph_tensor *t = &g->tensor[i];
        if (t->role != ROLE_WEIGHT) continue;
        struct weight *w = &s->weight[s->n_weights++];
        *w = (struct weight){
            .shape = t->shape, .init_std = t->init_std, .at = s->elements, .count = shape_count(t->shape)};
        memcpy(w->name, t->name, sizeof w->name);
        s->elements += (w->count + ALIGN - 1) / ALIGN * ALIGN;
    }
    return 0;
}

int store_init(struct store *s, const struct backend *b, const struct graph *g, bool training, struct err *e)
{
    *s = (struct store){.b = b};
    int r = collect(s, g, e);
    for (int i = 0; r == 0 && i < (training ? STORE_ARENAS : 1); i++) {
        s->arena[i] = b->alloc((uint64_t)s->elements * b->float_bytes);
        if (!s->arena[i])
            r = err_set(
                e, ERR_IO,
                "no memory for the model: %lld parameters of %zu bytes, %d times: choose a smaller model",
                (long long)s->elements, b->float_bytes, training ? STORE_ARENAS : 1);
    }
    if (r < 0) store_free(s);
    return r;
}

void store_free(struct store *s)
{
    for (int i = 0; i < STORE_ARENAS; i++) {
        if (s->arena[i]) s->b->free(s->arena[i]);
    }
    for (size_t i = 0; i < s->n_states; i++) s->b->free(s->state[i].data);
    free(s->state);
    free(s->weight);
    *s = (struct store){0};
}

int64_t store_parameters(const struct store *s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s->n_weights; i++) n += s->weight[i].count;
    return n;
}

uint64_t store_bytes(const struct store *s)
{
    int64_t n = 0;
    for (int i = 0; i < STORE_ARENAS; i++) n += s->arena[i] ? s->elements : 0;
    for (size_t i = 0; i < s->n_states; i++) n += shape_count(s->state[i].shape);
    return (uint64_t)n * s->b->float_bytes;
}

void store_fill(struct store *s, uint64_t seed)
{
    enum { BLOCK = 1024 };
    double value[BLOCK];
    for (size_t i = 0; i < s->n_weights; i++) {
        const struct weight *w = &s->weight[i];
        for (int64_t at = 0; at < w->count; at += BLOCK) {
            int64_t n = w->count - at < BLOCK ? w->count - at : BLOCK;
            for (int64_t j = 0; j < n; j++)
                value[j] =
                    w->init_std > 0 ? (float)(w->init_std * philox_normal(seed, i, (uint64_t)(at + j))) : 1;
            backend_put(s->b, s->arena[STORE_WEIGHTS], (uint64_t)(w->at + at), value, (uint64_t)n);
        }
    }
}

static void *state_at(struct store *s, const struct graph_tensor *t)
{
    for (size_t i = 0; i < s->n_states; i++) {
        if (strcmp(s->state[i].name, t->name) == 0 && shape_eq(s->state[i].shape, t->shape))
            return s->state[i].data;
    }
    struct store_state *more = realloc(s->state, (s->n_states + 1) * sizeof *more);
    if (!more) return NULL;
    s->state = more;
    struct store_state *n = &s->state[s->n_states];
    *n = (struct store_state){.shape = t->shape};
    memcpy(n->name, t->name, sizeof n->name);
    n->data = s->b->alloc((uint64_t)shape_count(t->shape) * s->b->float_bytes);
    if (n->data) s->n_states++;
    return n->data;
}

void *store_at(struct store *s, const struct graph_tensor *t)
{
    static const enum store_arena arena_of[] = {[ROLE_WEIGHT] = STORE_WEIGHTS,
                                                [ROLE_GRAD] = STORE_GRADS,
                                                [ROLE_MOMENT1] = STORE_MOMENT1,
                                                [ROLE_MOMENT2] = STORE_MOMENT2};
    if (t->role == ROLE_STATE) return state_at(s, t);
    char *arena = s->arena[arena_of[t->role]];
    return t->weight == GRAPH_ALL ? arena : arena + (uint64_t)s->weight[t->weight].at * s->b->float_bytes;
}

static int number_of(const struct store *s, const struct graph_tensor *t)
{
    for (size_t i = 0; i < s->n_weights; i++) {
        if (strcmp(s->weight[i].name, t->name) == 0 && shape_eq(s->weight[i].shape, t->shape)) return (int)i;
    }
    return -1;
}

int store_number(const struct store *s, struct graph *g, struct err *e)
{
    for (size_t i = 0; i < g->n_tensors; i++) {
        struct graph_tensor *t = &g->tensor[i];
        if (t->role != ROLE_WEIGHT) continue;
        t->weight = number_of(s, t);
        if (t->weight < 0) return err_set(e, ERR_USAGE, "%s: the model has no such weight", t->name);
        if (t->grad != GRAPH_NONE) g->tensor[t->grad].weight = t->weight;
    }
    return 0;
}
