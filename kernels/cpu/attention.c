/* attention.c: causal attention with document starts: blocks of query rows against all the keys they may see, products by sgemm.
 *
 * Forward: a job is a block of 64 rows of one head. Backward: a job is one key/value head of one sequence, whose gradient
 * it owns, so that sums have one order. The scores of a block are computed again in backward; only log(sum(exp)) is kept.
 * Memory: two blocks of 64 x seq_len scores a thread. */
#include "cpu.h"
#include "sgemm.h"
#include "vec.h"
#include <math.h>

enum { BLOCK = 64 };
#define MASKED (-1e30F)

static int64_t scores_stride(const struct op_params *p)
{
    return cpu_tiles(p->seq_len, LANES) * LANES;
}

uint64_t cpu_attention_workspace(const struct op_params *p, const struct shape *in, int threads)
{
    return (uint64_t)threads * 2 * BLOCK * (uint64_t)scores_stride(p) * sizeof(float);
}

struct block { /* m query rows from `row` on, of head `head`, against n keys from row `first` on */
    const struct op_call *c;
    int64_t row, m, head, first, n, stride;
    int64_t q_stride, kv_stride; /* floats a row */
    int64_t q_at, kv_at;         /* of the head's columns */
    float scale;
    float *scores, *other; /* [BLOCK][stride] */
};

static struct block block_of(const struct op_call *c, int64_t sequence, int64_t head, int64_t index,
                             int thread)
{
    const struct op_params *p = &c->params;
    const int32_t *start = c->in[3].data;
    struct block b = {
        .c = c, .row = sequence * p->seq_len + index * BLOCK, .head = head, .stride = scores_stride(p)};
    b.m = cpu_min(BLOCK, p->seq_len - index * BLOCK);
    b.first = start[b.row];
    for (int64_t i = 1; i < b.m; i++) b.first = cpu_min(b.first, start[b.row + i]);
    b.n = b.row + b.m - b.first;
    b.q_stride = p->heads * p->head_size;
    b.kv_stride = p->kv_heads * p->head_size;
    b.q_at = b.row * b.q_stride + head * p->head_size;
    b.kv_at = b.first * b.kv_stride + head / (p->heads / p->kv_heads) * p->head_size;
    b.scale = 1 / sqrtf((float)p->head_size);
    b.scores = (float *)c->workspace + (int64_t)thread * 2 * BLOCK * b.stride;
    b.other = b.scores + BLOCK * b.stride;
    return b;
}

/* q k^T * scale; what a row may not see, and the padding of its last vector, is masked. */
static void block_scores(struct block *b)
{
    const struct op_call *c = b->c;
    sgemm(b->m, b->n, c->params.head_size, b->scale,
          (struct operand){(const float *)c->in[0].data + b->q_at, b->q_stride, false},
          (struct operand){(const float *)c->in[1].data + b->kv_at, b->kv_stride, true}, 0, b->scores,
          b->stride);
    int64_t padded = cpu_tiles(b->n, LANES) * LANES;
    for (int64_t i = 0; i < b->m; i++) {
        float *s = b->scores + i * b->stride;
        int64_t start = ((const int32_t *)c->in[3].data)[b->row + i] - b->first;
        for (int64_t j = 0; j < start; j++) s[j] = MASKED;
        for (int64_t j = b->row + i + 1 - b->first; j < padded; j++) s[j] = MASKED;
    }
}

ALWAYS_INLINE void vec_weights(vec *s, float below)
{
    ivec live = *s > MASKED / 2;
    *s -= below;
    vec_exp(s);
    *s = (vec)((ivec)*s & live);
}

struct row {
    float *s;  /* scores, becoming weights */
    float *dp; /* backward; becoming ds */
    int64_t n;
    float top, sum; /* forward */
    float log_sum, inner, scale;
};

ALWAYS_INLINE void row_weights_body(struct row *r)
{
    vec top = *(const vec *)r->s, sum = {0};
    for (int64_t j = LANES; j < r->n; j += LANES) vec_max(&top, (const vec *)(r->s + j));
    r->top = vec_top(&top);
    for (int64_t j = 0; j < r->n; j += LANES) {
        vec w = *(const vec *)(r->s + j);
        vec_weights(&w, r->top);
        sum += w;
        *(vec *)(r->s + j) = w;
    }
    r->sum = vec_sum(&sum);
}
VARIANTS(row_weights, (struct row * r), (r))

/* Scores to weights, and dp to ds = w (dp - inner) scale. */
ALWAYS_INLINE void row_weights_back_body(struct row *r)
{
    for (int64_t j = 0; j < r->n; j += LANES) {
        vec w = *(const vec *)(r->s + j), dp = *(const vec *)(r->dp + j);
        vec_weights(&w, r->log_sum);
        *(vec *)(r->s + j) = w;
        *(vec *)(r->dp + j) = w * (dp - r->inner) * r->scale;
    }
}
VARIANTS(row_weights_back, (struct row * r), (r))

static void forward_job(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    const struct op_params *p = &c->params;
    int64_t blocks = cpu_tiles(p->seq_len, BLOCK), i = (int64_t)job;
    struct block b = block_of(c, i / blocks / p->heads, i / blocks % p->heads, i % blocks, thread);
    float inverse[BLOCK], *y = (float *)c->out.data + b.q_at;
    block_scores(&b);
    for (i = 0; i < b.m; i++) {
        struct row r = {.s = b.scores + i * b.stride, .n = b.n};
        row_weights(&r);
        inverse[i] = 1 / r.sum;
        ((float *)c->saved.data)[(b.row + i) * p->heads + b.head] = r.top + logf(r.sum);
    }
    sgemm(b.m, p->head_size, b.n, 1, (struct operand){b.scores, b.stride, false},
          (struct operand){(const float *)c->in[2].data + b.kv_at, b.kv_stride, false}, 0, y, b.q_stride);
    for (i = 0; i < b.m; i++) {
        for (int64_t j = 0; j < p->head_size; j++) y[i * b.q_stride + j] *= inverse[i];
    }
}

void cpu_attention(const struct op_call *c, struct team *t)
{
    const struct op_params *p = &c->params;
    int64_t sequences = c->out.shape.dim[0] / p->seq_len;
    team_run(t, (uint64_t)(sequences * p->heads * cpu_tiles(p->seq_len, BLOCK)), forward_job, (void *)c);
}

static float dot(const float *a, const float *b, int64_t n)
{
    float s = 0;
    for (int64_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

static void block_back(struct block *b)
{
    const struct op_call *c = b->c;
    const struct op_params *p = &c->params;
    int64_t d = p->head_size;
    const float *dy = (const float *)c->grad_out.data + b->q_at, *y = (const float *)c->out.data + b->q_at;
    struct operand dy_rows = {dy, b->q_stride, false};
    block_scores(b);
    sgemm(b->m, b->n, d, 1, dy_rows,
          (struct operand){(const float *)c->in[2].data + b->kv_at, b->kv_stride, true}, 0, b->other,
          b->stride);
    for (int64_t i = 0; i < b->m; i++) {
        struct row r = {.s = b->scores + i * b->stride,
                        .dp =
                            b->other + i * b->stride, /* what lies behind n is computed with, and not used */
                        .n = b->n,
                        .log_sum = ((const float *)c->saved.data)[(b->row + i) * p->heads + b->head],
                        .inner = dot(dy + i * b->q_stride, y + i * b->q_stride, d),
                        .scale = b->scale};
        row_weights_back(&r);
    }
    struct operand ds = {b->other, b->stride, false}, ds_turned = {b->other, b->stride, true};
    if (c->grad_in[0].data)
        sgemm(b->m, d, b->n, 1, ds,
              (struct operand){(const float *)c->in[1].data + b->kv_at, b->kv_stride, false}, c->grad_add[0],
              (float *)c->grad_in[0].data + b->q_at, b->q_stride);
    if (c->grad_in[1].data)
        sgemm(b->n, d, b->m, 1, ds_turned,
              (struct operand){(const float *)c->in[0].data + b->q_at, b->q_stride, false}, 1,
              (float *)c->grad_in[1].data + b->kv_at, b->kv_stride);
    if (c->grad_in[2].data)
        sgemm(b->n, d, b->m, 1, (struct operand){b->scores, b->stride, true}, dy_rows, 1,
              (float *)c->grad_in[2].data + b->kv_at, b->kv_stride);
}

static void backward_job(void *ctx, uint64_t job, int thread)
{
    const struct op_call *c = ctx;
    const struct op_params *p = &c->params;
    int64_t sequence = (int64_t)job / p->kv_heads, kv = (int64_t)job % p->kv_heads,
            group = p->heads / p->kv_heads;
    for (int input = 1; input <= 2; input++) {
        float *g = c->grad_in[input].data;
        for (int64_t i = 0; g && !c->grad_add[input] && i < p->seq_len; i++)
            memset(g + ((sequence * p->seq_len + i) * p->kv_heads + kv) * p->head_size, 0,
                   (size_t)p->head_size * sizeof *g);
    }
    for (int64_t head = kv * group; head < (kv + 1) * group; head++) {
        for (int64_t i = 0; i < cpu_tiles(p->seq_len, BLOCK); i++) {
            struct block b = block_of(c, sequence, head, i, thread);
            block_back(&b);
        }
    }
}

void cpu_attention_back(const struct op_call *c, struct team *t)
{
    int64_t sequences = c->out.shape.dim[0] / c->params.seq_len;
    team_run(t, (uint64_t)(sequences * c->params.kv_heads), backward_job, (void *)c);
}
