/* attention.c: causal attention with document starts, its backward, and attention over a cache, in double. */
#include "ref64.h"
#include <math.h>
#include <string.h>

struct heads { /* one query head over all rows */
    const double *q, *k, *v;
    int64_t rows, size, q_stride, kv_stride;
    double scale;
};

static struct heads head_of(const struct op_call *c, int64_t h)
{
    const struct op_params *p = &c->params;
    int64_t kv = h / (p->heads / p->kv_heads) * p->head_size;
    return (struct heads){(const double *)c->in[0].data + h * p->head_size,
                          (const double *)c->in[1].data + kv,
                          (const double *)c->in[2].data + kv,
                          c->in[0].shape.dim[0],
                          p->head_size,
                          p->heads * p->head_size,
                          p->kv_heads * p->head_size,
                          1 / sqrt((double)p->head_size)};
}

static double score(const struct heads *a, int64_t i, int64_t j)
{
    return ref64_dot(a->q + i * a->q_stride, a->k + j * a->kv_stride, a->size) * a->scale;
}

static void attend(const struct heads *a, int64_t i, int64_t start, double *y, double *log_sum)
{
    double top = -INFINITY, sum = 0;
    for (int64_t j = start; j <= i; j++) top = fmax(top, score(a, i, j));
    for (int64_t j = start; j <= i; j++) sum += exp(score(a, i, j) - top);
    *log_sum = top + log(sum); // cppcheck-suppress invalidFunctionArg // the top one's is 1
    memset(y, 0, (size_t)a->size * sizeof *y);
    for (int64_t j = start; j <= i; j++) {
        double w = exp(score(a, i, j) - *log_sum);
        for (int64_t l = 0; l < a->size; l++) y[l] += w * a->v[j * a->kv_stride + l];
    }
}

void ref64_attention(const struct op_call *c, struct team *t)
{
    const int32_t *start = c->in[3].data;
    double *y = c->out.data, *log_sum = c->saved.data;
    for (int64_t h = 0; h < c->params.heads; h++) {
        struct heads a = head_of(c, h);
        for (int64_t i = 0; i < a.rows; i++)
            attend(&a, i, start[i], y + i * a.q_stride + h * a.size, log_sum + i * c->params.heads + h);
    }
}

/* p = exp(s - log_sum); dp = dy v; ds = p (dp - dy y); dq = ds k, dk = ds q, dv = p dy. */
static void attend_back(const struct op_call *c, const struct heads *a, int64_t h, int64_t i, double *dq,
                        double *dk, double *dv)
{
    const int32_t *start = c->in[3].data;
    int64_t at = i * a->q_stride + h * a->size, kv = h / (c->params.heads / c->params.kv_heads) * a->size;
    const double *y = (const double *)c->out.data + at, *dy = (const double *)c->grad_out.data + at;
    double log_sum = ((const double *)c->saved.data)[i * c->params.heads + h];
    double inner = ref64_dot(dy, y, a->size);
    for (int64_t j = start[i]; j <= i; j++) {
        int64_t row = j * a->kv_stride;
        double w = exp(score(a, i, j) - log_sum);
        double ds = w * (ref64_dot(dy, a->v + row, a->size) - inner) * a->scale;
        for (int64_t l = 0; l < a->size; l++) {
            if (dq) dq[at + l] += ds * a->k[row + l];
            if (dk) dk[row + kv + l] += ds * a->q[i * a->q_stride + l];
            if (dv) dv[row + kv + l] += w * dy[l];
        }
    }
}

void ref64_attention_back(const struct op_call *c, struct team *t)
{
    double *dq = ref64_grad(c, 0), *dk = ref64_grad(c, 1), *dv = ref64_grad(c, 2);
    for (int64_t h = 0; h < c->params.heads; h++) {
        struct heads a = head_of(c, h);
        for (int64_t i = 0; i < a.rows; i++) attend_back(c, &a, h, i, dq, dk, dv);
    }
}

void ref64_kv_store(const struct op_call *c, struct team *t)
{
    const int32_t *position = c->in[2].data;
    int64_t d = c->in[0].shape.dim[1], capacity = c->in[3].shape.dim[0];
    for (int i = 0; i < 2; i++) {
        const double *from = c->in[i].data;
        double *cache = c->in[3 + i].data;
        for (int64_t r = 0; r < c->in[0].shape.dim[0]; r++)
            memcpy(cache + position[r] % capacity * d, from + r * d, (size_t)d * sizeof *from);
    }
}

/* Two passes over the positions: the logarithm of the sum, then the mean of v. */
static void attend_cached(const struct op_call *c, int64_t r, int64_t h)
{
    const struct op_params *p = &c->params;
    int64_t size = p->head_size, stride = p->kv_heads * size, kv = h / (p->heads / p->kv_heads) * size;
    int64_t at = (r * p->heads + h) * size, capacity = c->in[2].shape.dim[0];
    int64_t last = ((const int32_t *)c->in[1].data)[r], first = last < capacity ? 0 : last - capacity + 1;
    const double *q = (const double *)c->in[0].data + at, *k = (const double *)c->in[2].data + kv;
    const double *v = (const double *)c->in[3].data + kv;
    double *y = (double *)c->out.data + at, top = -INFINITY, sum = 0, scale = 1 / sqrt((double)size);
    memset(y, 0, (size_t)size * sizeof *y);
    for (int64_t j = first; j <= last; j++)
        top = fmax(top, ref64_dot(q, k + j % capacity * stride, size) * scale);
    for (int64_t j = first; j <= last; j++) {
        double w = exp(ref64_dot(q, k + j % capacity * stride, size) * scale - top);
        sum += w;
        for (int64_t l = 0; l < size; l++) y[l] += w * v[j % capacity * stride + l];
    }
    for (int64_t l = 0; l < size; l++) y[l] /= sum;
}

void ref64_attention_cached(const struct op_call *c, struct team *t)
{
    for (int64_t r = 0; r < c->in[0].shape.dim[0]; r++) {
        for (int64_t h = 0; h < c->params.heads; h++) attend_cached(c, r, h);
    }
}
