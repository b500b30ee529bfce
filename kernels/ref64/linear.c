/* linear.c: matmul, embedding and the gated activation, in double. */
#include "ref64.h"
#include <math.h>
#include <string.h>

void ref64_matmul(const struct op_call *c, struct team *t)
{
    const double *x = c->in[0].data, *w = c->in[1].data;
    double *y = c->out.data;
    int64_t m = c->out.shape.dim[0], n = c->out.shape.dim[1], k = c->in[0].shape.dim[1];
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++) y[i * n + j] = ref64_dot(x + i * k, w + j * k, k);
    }
}

void ref64_matmul_add(const struct op_call *c, struct team *t)
{
    ref64_matmul(c, t);
    const double *r = c->in[2].data;
    double *y = c->out.data;
    for (int64_t i = 0; i < shape_count(c->out.shape); i++) y[i] += r[i];
}

void ref64_matmul_back(const struct op_call *c, struct team *t)
{
    const double *x = c->in[0].data, *w = c->in[1].data, *dy = c->grad_out.data;
    int64_t m = c->out.shape.dim[0], n = c->out.shape.dim[1], k = c->in[0].shape.dim[1];
    double *dx = ref64_grad(c, 0), *dw = ref64_grad(c, 1);
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++) {
            for (int64_t l = 0; dx && l < k; l++) dx[i * k + l] += dy[i * n + j] * w[j * k + l];
            for (int64_t l = 0; dw && l < k; l++) dw[j * k + l] += dy[i * n + j] * x[i * k + l];
        }
    }
    double *dr = c->kind == OP_MATMUL_ADD ? ref64_grad(c, 2) : NULL;
    for (int64_t i = 0; dr && i < m * n; i++) dr[i] += dy[i];
}

void ref64_embedding(const struct op_call *c, struct team *t)
{
    const int32_t *token = c->in[0].data;
    const double *w = c->in[1].data;
    double *y = c->out.data;
    int64_t m = c->out.shape.dim[0], d = c->out.shape.dim[1];
    for (int64_t i = 0; i < m; i++) memcpy(y + i * d, w + token[i] * d, (size_t)d * sizeof *y);
}

void ref64_embedding_back(const struct op_call *c, struct team *t)
{
    const int32_t *token = c->in[0].data;
    const double *dy = c->grad_out.data;
    double *dw = ref64_grad(c, 1);
    int64_t m = c->out.shape.dim[0], d = c->out.shape.dim[1];
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < d; j++) dw[token[i] * d + j] += dy[i * d + j];
    }
}

void ref64_swiglu(const struct op_call *c, struct team *t)
{
    const double *gate = c->in[0].data, *up = c->in[1].data;
    double *y = c->out.data;
    for (int64_t i = 0; i < shape_count(c->out.shape); i++) y[i] = gate[i] / (1 + exp(-gate[i])) * up[i];
}

void ref64_swiglu_back(const struct op_call *c, struct team *t)
{
    const double *gate = c->in[0].data, *up = c->in[1].data, *dy = c->grad_out.data;
    double *dgate = ref64_grad(c, 0), *dup = ref64_grad(c, 1);
    for (int64_t i = 0; i < shape_count(c->out.shape); i++) {
        double s = 1 / (1 + exp(-gate[i]));
        if (dgate) dgate[i] += dy[i] * up[i] * s * (1 + gate[i] * (1 - s));
        if (dup) dup[i] += dy[i] * gate[i] * s;
    }
}
