/* norm.c: RMS norm, tiles of rows. The weight's gradient is summed per tile into the workspace, then over the tiles in order. */
#include "cpu.h"
#include "vec.h"
#include <math.h>

enum { TILE_ROWS = 64 };

struct norm_row {
    const float *x, *w, *dy;
    float *y, *dx, *dw; /* dw: this tile's sum */
    int64_t n;
    float eps, inverse;
    int add;
};

ALWAYS_INLINE void norm_forward_body(struct norm_row *r)
{
    vec sum = {0}, x, w;
    for (int64_t i = 0; i < r->n; i += LANES) {
        vec_get(&x, r->x + i, r->n - i);
        sum += x * x;
    }
    r->inverse = 1 / sqrtf(vec_sum(&sum) / (float)r->n + r->eps);
    for (int64_t i = 0; i < r->n; i += LANES) {
        vec_get(&x, r->x + i, r->n - i);
        vec_get(&w, r->w + i, r->n - i);
        x = x * r->inverse * w;
        vec_put(r->y + i, &x, r->n - i, 0);
    }
}
VARIANTS(norm_forward, (struct norm_row * r), (r))

ALWAYS_INLINE void norm_backward_body(struct norm_row *r)
{
    vec sum = {0}, x, w, dy;
    for (int64_t i = 0; i < r->n; i += LANES) {
        vec_get(&x, r->x + i, r->n - i);
        vec_get(&w, r->w + i, r->n - i);
        vec_get(&dy, r->dy + i, r->n - i);
        sum += w * dy * x;
    }
    float s = r->inverse, mean = vec_sum(&sum) / (float)r->n, factor = s * s * s * mean;
    for (int64_t i = 0; i < r->n; i += LANES) {
        vec_get(&x, r->x + i, r->n - i);
        vec_get(&w, r->w + i, r->n - i);
        vec_get(&dy, r->dy + i, r->n - i);
        vec dw = dy * x * s;
        x = w * dy * s - x * factor;
        if (r->dx) vec_put(r->dx + i, &x, r->n - i, r->add);
        if (r->dw) vec_put(r->dw + i, &dw, r->n - i, 1);
    }
}
VARIANTS(norm_backward, (struct norm_row * r), (r))

static void forward_tile(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    int64_t d = c->out.shape.dim[1], row = (int64_t)job * TILE_ROWS,
            end = cpu_min(row + TILE_ROWS, c->out.shape.dim[0]);
    for (; row < end; row++) {
        struct norm_row r = {.x = (const float *)c->in[0].data + row * d,
                             .w = c->in[1].data,
                             .y = (float *)c->out.data + row * d,
                             .n = d,
                             .eps = (float)c->params.eps};
        norm_forward(&r);
        ((float *)c->saved.data)[row] = r.inverse;
    }
}

void cpu_rmsnorm(const struct op_call *c, struct team *t)
{
    team_run(t, (uint64_t)cpu_tiles(c->out.shape.dim[0], TILE_ROWS), forward_tile, (void *)c);
}

uint64_t cpu_rmsnorm_workspace(const struct op_params *p, const struct shape *in, int threads)
{
    return (uint64_t)(cpu_tiles(in[0].dim[0], TILE_ROWS) * in[0].dim[1]) * sizeof(float);
}

static void backward_tile(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    int64_t d = c->out.shape.dim[1], row = (int64_t)job * TILE_ROWS,
            end = cpu_min(row + TILE_ROWS, c->out.shape.dim[0]);
    float *dx = c->grad_in[0].data,
          *dw = c->grad_in[1].data ? (float *)c->workspace + (int64_t)job * d : NULL;
    if (dw) memset(dw, 0, (size_t)d * sizeof *dw);
    for (; row < end; row++) {
        struct norm_row r = {.x = (const float *)c->in[0].data + row * d,
                             .w = c->in[1].data,
                             .dy = (const float *)c->grad_out.data + row * d,
                             .dx = dx ? dx + row * d : NULL,
                             .dw = dw,
                             .n = d,
                             .inverse = ((const float *)c->saved.data)[row],
                             .add = c->grad_add[0]};
        norm_backward(&r);
    }
}

void cpu_rmsnorm_back(const struct op_call *c, struct team *t)
{
    int64_t d = c->out.shape.dim[1], tiles = cpu_tiles(c->out.shape.dim[0], TILE_ROWS);
    team_run(t, (uint64_t)tiles, backward_tile, (void *)c);
    float *dw = c->grad_in[1].data;
    if (!dw) return;
    if (!c->grad_add[1]) memset(dw, 0, (size_t)d * sizeof *dw);
    for (int64_t i = 0; i < tiles; i++) {
        for (int64_t j = 0; j < d; j++) dw[j] += ((const float *)c->workspace)[i * d + j];
    }
}
