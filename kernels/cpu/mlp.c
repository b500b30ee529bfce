/* mlp.c: the gated activation, and the embedding's rows. */
#include "cpu.h"
#include "vec.h"

enum { TILE = 8192 /* elements */, TILE_ROWS = 64, TILE_COLUMNS = 64 };

struct gated {
    const float *gate, *up, *dy;
    float *y, *dgate, *dup;
    int64_t n;
    int add_gate, add_up;
};

ALWAYS_INLINE void vec_sigmoid(vec *x)
{
    vec e = -*x;
    vec_exp(&e);
    *x = 1.0F / (1.0F + e);
}

ALWAYS_INLINE void gated_forward_body(const struct gated *s, int64_t i, int64_t end)
{
    for (; i < end; i += LANES) {
        vec gate, up;
        vec_get(&gate, s->gate + i, end - i);
        vec_get(&up, s->up + i, end - i);
        vec g = gate;
        vec_sigmoid(&g);
        up *= gate * g;
        vec_put(s->y + i, &up, end - i, 0);
    }
}
VARIANTS(gated_forward, (const struct gated *s, int64_t i, int64_t end), (s, i, end))

ALWAYS_INLINE void gated_backward_body(const struct gated *s, int64_t i, int64_t end)
{
    for (; i < end; i += LANES) {
        vec gate, up, dy;
        vec_get(&gate, s->gate + i, end - i);
        vec_get(&up, s->up + i, end - i);
        vec_get(&dy, s->dy + i, end - i);
        vec g = gate;
        vec_sigmoid(&g);
        vec dgate = dy * up * g * (1.0F + gate * (1.0F - g)), dup = dy * gate * g;
        if (s->dgate) vec_put(s->dgate + i, &dgate, end - i, s->add_gate);
        if (s->dup) vec_put(s->dup + i, &dup, end - i, s->add_up);
    }
}
VARIANTS(gated_backward, (const struct gated *s, int64_t i, int64_t end), (s, i, end))

static void gated_tile(void *ctx, uint64_t job, int thread)
{
    const struct gated *s = ctx;
    int64_t at = (int64_t)job * TILE, end = cpu_min(at + TILE, s->n);
    if (s->dy)
        gated_backward(s, at, end);
    else
        gated_forward(s, at, end);
}

void cpu_swiglu(const struct op_call *c, struct team *t)
{
    struct gated s = {
        .gate = c->in[0].data, .up = c->in[1].data, .y = c->out.data, .n = shape_count(c->out.shape)};
    team_run(t, (uint64_t)cpu_tiles(s.n, TILE), gated_tile, &s);
}

void cpu_swiglu_back(const struct op_call *c, struct team *t)
{
    struct gated s = {.gate = c->in[0].data,
                      .up = c->in[1].data,
                      .dy = c->grad_out.data,
                      .dgate = c->grad_in[0].data,
                      .dup = c->grad_in[1].data,
                      .n = shape_count(c->out.shape),
                      .add_gate = c->grad_add[0],
                      .add_up = c->grad_add[1]};
    team_run(t, (uint64_t)cpu_tiles(s.n, TILE), gated_tile, &s);
}

static void embedding_tile(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    const int32_t *token = c->in[0].data;
    int64_t d = c->out.shape.dim[1], row = (int64_t)job * TILE_ROWS,
            end = cpu_min(row + TILE_ROWS, c->out.shape.dim[0]);
    for (; row < end; row++)
        memcpy((float *)c->out.data + row * d, (const float *)c->in[1].data + token[row] * d,
               (size_t)d * sizeof(float));
}

void cpu_embedding(const struct op_call *c, struct team *t)
{
    team_run(t, (uint64_t)cpu_tiles(c->out.shape.dim[0], TILE_ROWS), embedding_tile, (void *)c);
}

/* A tile is a band of columns over all rows in order: tokens that occur twice need no atomics, and have one order. */
static void embedding_back_tile(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    const int32_t *token = c->in[0].data;
    int64_t d = c->out.shape.dim[1], first = (int64_t)job * TILE_COLUMNS,
            last = cpu_min(first + TILE_COLUMNS, d);
    for (int64_t i = 0; !c->grad_add[1] && i < c->in[1].shape.dim[0]; i++)
        memset((float *)c->grad_in[1].data + i * d + first, 0, (size_t)(last - first) * sizeof(float));
    for (int64_t i = 0; i < c->out.shape.dim[0]; i++) {
        float *to = (float *)c->grad_in[1].data + token[i] * d;
        const float *from = (const float *)c->grad_out.data + i * d;
        for (int64_t j = first; j < last; j++) to[j] += from[j];
    }
}

void cpu_embedding_back(const struct op_call *c, struct team *t)
{
    team_run(t, (uint64_t)cpu_tiles(c->out.shape.dim[1], TILE_COLUMNS), embedding_back_tile, (void *)c);
}
