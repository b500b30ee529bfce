/* classifier.c: the classifier with its cross-entropy, 256 rows of logits at a time: product, softmax, and (in backward) the
 * gradient in the logits' place, then its two products. Memory: 256 x vocabulary floats.
 *
 * Each stage of a chunk is cut into tiles of its own; the chunks follow each other, so that the weight's gradient has one
 * order of sums. */
#include "cpu.h"
#include "sgemm.h"
#include "vec.h"
#include <math.h>

enum { TILE_VOCAB = 1024, TILE_ROWS = 64, TILE_SOFTMAX = 16 };

uint64_t cpu_classifier_workspace(const struct op_params *p, const struct shape *in, int threads)
{
    return (uint64_t)cpu_min(OP_CLASSIFIER_ROWS, in[0].dim[0]) * (uint64_t)in[1].dim[0] * sizeof(float);
}

struct chunk {
    const struct op_call *c;
    int64_t row, rows, n, d; /* n: vocabulary */
    const float *x, *w;
    float *logits; /* [rows][n] */
    bool backward;
    bool add_dw;
};

static void logits_tile(void *ctx, uint64_t job, int thread)
{
    const struct chunk *k = ctx;
    int64_t at = (int64_t)job * TILE_VOCAB;
    sgemm(k->rows, cpu_min(TILE_VOCAB, k->n - at), k->d, 1, (struct operand){k->x, k->d, false},
          (struct operand){k->w + at * k->d, k->d, true}, 0, k->logits + at, k->n);
}

struct softmax {
    float *s;
    int64_t n;
    float top, sum, factor;
};

/* The sum online, lane by lane: whenever a lane meets a greater value, its sum so far is scaled down. */
ALWAYS_INLINE void softmax_sum_body(struct softmax *r)
{
    const vec lowest = (vec){0} - 1e30F;
    vec top = lowest, sum = {0};
    for (int64_t i = 0; i < r->n; i += LANES) {
        vec v, next = top;
        vec_get(&v, r->s + i, r->n - i);
        if (r->n - i < LANES) {
            float lane[LANES];
            memcpy(lane, &v, sizeof lane);
            for (int64_t j = r->n - i; j < LANES; j++) lane[j] = -1e30F;
            memcpy(&v, lane, sizeof lane);
        }
        vec_max(&next, &v);
        vec down = top - next;
        v -= next;
        vec_exp(&down);
        vec_exp(&v);
        sum = sum * down + v;
        top = next;
    }
    r->top = vec_top(&top);
    top -= r->top;
    vec_exp(&top);
    sum *= top;
    r->sum = vec_sum(&sum);
}
VARIANTS(softmax_sum, (struct softmax * r), (r))

ALWAYS_INLINE void softmax_gradient_body(const struct softmax *r)
{
    for (int64_t i = 0; i < r->n; i += LANES) {
        vec v;
        vec_get(&v, r->s + i, r->n - i);
        v -= r->top;
        vec_exp(&v);
        v *= r->factor;
        vec_put(r->s + i, &v, r->n - i, 0);
    }
}
VARIANTS(softmax_gradient, (const struct softmax *r), (r))

static void softmax_row(const struct chunk *k, int64_t i)
{
    int32_t target = ((const int32_t *)k->c->in[2].data)[k->row + i];
    float *loss = (float *)k->c->out.data + k->row + i;
    struct softmax r = {.s = k->logits + i * k->n, .n = k->n};
    *loss = 0;
    if (target == OP_IGNORE) {
        if (k->backward) memset(r.s, 0, (size_t)r.n * sizeof *r.s);
        return;
    }
    softmax_sum(&r);
    *loss = logf(r.sum) + (r.top - r.s[target]);
    if (!k->backward) return;
    float scale = (float)*(const double *)k->c->in[3].data;
    r.factor = scale / r.sum;
    softmax_gradient(&r);
    r.s[target] -= scale;
}

static void softmax_tile(void *ctx, uint64_t job, int thread)
{
    const struct chunk *k = ctx;
    int64_t i = (int64_t)job * TILE_SOFTMAX, end = cpu_min(i + TILE_SOFTMAX, k->rows);
    for (; i < end; i++) softmax_row(k, i);
}

static void dx_tile(void *ctx, uint64_t job, int thread)
{
    const struct chunk *k = ctx;
    int64_t at = (int64_t)job * TILE_ROWS;
    sgemm(cpu_min(TILE_ROWS, k->rows - at), k->d, k->n, 1,
          (struct operand){k->logits + at * k->n, k->n, false}, (struct operand){k->w, k->d, false},
          k->c->grad_add[0], (float *)k->c->grad_in[0].data + (k->row + at) * k->d, k->d);
}

static void dw_tile(void *ctx, uint64_t job, int thread)
{
    const struct chunk *k = ctx;
    int64_t at = (int64_t)job * TILE_VOCAB;
    sgemm(cpu_min(TILE_VOCAB, k->n - at), k->d, k->rows, 1, (struct operand){k->logits + at, k->n, true},
          (struct operand){k->x, k->d, false}, k->add_dw, (float *)k->c->grad_in[1].data + at * k->d, k->d);
}

static void classify(const struct op_call *c, struct team *t, bool backward)
{
    int64_t m = c->in[0].shape.dim[0], d = c->in[0].shape.dim[1], n = c->in[1].shape.dim[0];
    for (int64_t row = 0; row < m; row += OP_CLASSIFIER_ROWS) {
        struct chunk k = {.c = c,
                          .row = row,
                          .rows = cpu_min(OP_CLASSIFIER_ROWS, m - row),
                          .n = n,
                          .d = d,
                          .x = (const float *)c->in[0].data + row * d,
                          .w = c->in[1].data,
                          .logits = c->workspace,
                          .backward = backward,
                          .add_dw = row > 0 || c->grad_add[1]};
        team_run(t, (uint64_t)cpu_tiles(n, TILE_VOCAB), logits_tile, &k);
        team_run(t, (uint64_t)cpu_tiles(k.rows, TILE_SOFTMAX), softmax_tile, &k);
        if (backward && c->grad_in[0].data) team_run(t, (uint64_t)cpu_tiles(k.rows, TILE_ROWS), dx_tile, &k);
        if (backward && c->grad_in[1].data) team_run(t, (uint64_t)cpu_tiles(n, TILE_VOCAB), dw_tile, &k);
    }
}

void cpu_classifier(const struct op_call *c, struct team *t)
{
    classify(c, t, false);
}

void cpu_classifier_back(const struct op_call *c, struct team *t)
{
    classify(c, t, true);
}
