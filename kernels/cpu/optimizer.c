/* optimizer.c: the gradient's norm as partial sums of fixed blocks, clipping, and AdamW in one pass. Bound by memory. */
#include "cpu.h"
#include "vec.h"
#include <math.h>

struct squares {
    const float *x;
    int64_t n;
    double sum;
};

ALWAYS_INLINE void squares_body(struct squares *s)
{
    dvec sum = {0};
    for (int64_t i = 0; i < s->n; i += LANES) {
        vec v;
        vec_get(&v, s->x + i, s->n - i);
        dvec d = __builtin_convertvector(v, dvec);
        sum += d * d;
    }
    double lane[LANES];
    memcpy(lane, &sum, sizeof lane);
    for (int i = 1; i < LANES; i++) lane[0] += lane[i];
    s->sum = lane[0];
}
VARIANTS(squares, (struct squares * s), (s))

static void squares_tile(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    int64_t at = (int64_t)job * OP_SUM_BLOCK;
    struct squares s = {(const float *)c->in[0].data + at, cpu_min(OP_SUM_BLOCK, c->in[0].shape.dim[0] - at),
                        0};
    squares(&s);
    ((double *)c->out.data)[job] = s.sum;
}

void cpu_square_sums(const struct op_call *c, struct team *t)
{
    team_run(t, (uint64_t)cpu_tiles(c->in[0].shape.dim[0], OP_SUM_BLOCK), squares_tile, (void *)c);
}

void cpu_clip(const struct op_call *c, struct team *t)
{
    const double *partial = c->in[0].data;
    double *norm = c->out.data, sum = 0, limit = c->params.clip;
    for (int64_t i = 0; i < c->in[0].shape.dim[0]; i++) sum += partial[i];
    norm[0] = sqrt(sum);
    norm[1] = limit > 0 && norm[0] > limit ? limit / norm[0] : 1;
}

struct adamw {
    float *param, *m, *v;
    const float *grad;
    float grad_scale, keep, step, beta1, beta2, rest1, rest2, inverse_root2, eps;
    int64_t n;
};

ALWAYS_INLINE void vec_sqrt(vec *x)
{
    float lane[LANES];
    memcpy(lane, x, sizeof lane);
    for (int i = 0; i < LANES; i++) lane[i] = __builtin_sqrtf(lane[i]);
    memcpy(x, lane, sizeof lane);
}

ALWAYS_INLINE void adamw_update_body(const struct adamw *a, int64_t i, int64_t end)
{
    for (; i < end; i += LANES) {
        vec g, m, v, p;
        vec_get(&g, a->grad + i, end - i);
        vec_get(&m, a->m + i, end - i);
        vec_get(&v, a->v + i, end - i);
        vec_get(&p, a->param + i, end - i);
        g *= a->grad_scale;
        m = m * a->beta1 + g * a->rest1;
        v = v * a->beta2 + g * g * a->rest2;
        vec root = v;
        vec_sqrt(&root);
        p = p * a->keep - a->step * m / (root * a->inverse_root2 + a->eps);
        vec_put(a->m + i, &m, end - i, 0);
        vec_put(a->v + i, &v, end - i, 0);
        vec_put(a->param + i, &p, end - i, 0);
    }
}
VARIANTS(adamw_update, (const struct adamw *a, int64_t i, int64_t end), (a, i, end))

static void adamw_tile(void *ctx, uint64_t job, int thread)
{
    const struct adamw *a = ctx;
    int64_t at = (int64_t)job * OP_SUM_BLOCK;
    adamw_update(a, at, cpu_min(at + OP_SUM_BLOCK, a->n));
}

void cpu_adamw(const struct op_call *c, struct team *t)
{
    const double *schedule = c->in[4].data, *norm = c->in[5].data;
    const struct op_params *p = &c->params;
    struct adamw a = {.param = c->in[0].data,
                      .grad = c->in[1].data,
                      .m = c->in[2].data,
                      .v = c->in[3].data,
                      .grad_scale = (float)norm[1],
                      .keep = (float)(1 - schedule[0] * p->weight_decay),
                      .step = (float)(schedule[0] / schedule[1]),
                      .beta1 = (float)p->beta1,
                      .beta2 = (float)p->beta2,
                      .rest1 = (float)(1 - p->beta1),
                      .rest2 = (float)(1 - p->beta2),
                      .inverse_root2 = (float)(1 / sqrt(schedule[2])),
                      .eps = (float)p->eps,
                      .n = shape_count(c->in[0].shape)};
    team_run(t, (uint64_t)cpu_tiles(a.n, OP_SUM_BLOCK), adamw_tile, &a);
}
